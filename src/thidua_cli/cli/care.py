"""What this account did last to keep a register safe: a small file beside the user's other state."""

import json
import os
from contextlib import suppress
from pathlib import Path

from thidua_cli.ground import dates


def note(register: str | None, what: str) -> None:
    """Note what was done for a register (its id) just now; an account that keeps no state goes without."""
    path = _path(register)
    if path is None:
        return
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps({**last(register), what: dates.stamp(dates.now())}), encoding="utf-8")
        draft.replace(path)


def last(register: str | None) -> dict[str, str]:
    """When each was done last, by its name: stored instants."""
    path = _path(register)
    with suppress(OSError, ValueError, AttributeError):
        found = json.loads(path.read_text(encoding="utf-8")) if path else {}
        return {name: done for name, done in found.items() if dates.is_stamp(done)}
    return {}


def _path(register: str | None) -> Path | None:
    """The file of a register; None where the account has no home."""
    home = os.environ.get("XDG_STATE_HOME") or (
        os.environ.get("HOME") and f"{os.environ['HOME']}/.local/state"
    )
    return Path(home) / "thidua" / f"{register}.json" if home and register else None
