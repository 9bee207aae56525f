"""What stands before a command, and where the register is."""

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from thidua_cli.ground.errors import UsageError
from thidua_cli.ground.language import _

if TYPE_CHECKING:
    from thidua_cli.custody.restore import Restored
    from thidua_cli.store import Writer


class Settings(NamedTuple):
    """What stands before the command: the register's path, and who acts, where it was said."""

    db: Path
    actor: str | None
    arguments: tuple[str, ...]
    writers: "list[Writer | Restored]"  # by which one can say whether something was stored
    read_only: bool = False
    named: bool = False  # the path by --db

    def command(self, *words: str) -> str:
        """A command of this program on this register, to be typed."""
        return shlex.join(["thidua", *(["--db", str(self.db)] if self.named else []), *words])


def register_path(db: Path | None) -> Path:
    """Where the register is: `--db`, else THIDUA_DB, else the user's data directory.

    Raises UsageError where none is given and there is no home directory.
    """
    if db is not None:
        return db
    if given := os.environ.get("THIDUA_DB"):
        return Path(given)
    if data := os.environ.get("XDG_DATA_HOME"):
        return Path(data) / "thidua" / "thidua.db"
    try:
        return Path.home() / ".local" / "share" / "thidua" / "thidua.db"
    except RuntimeError:
        raise UsageError(_("không biết sổ ở đâu: nêu --db hoặc biến THIDUA_DB")) from None
