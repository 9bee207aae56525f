"""Runs the commands that README and docs show, so that what they show is what happens.

The clock, the account and the place are fixed, so that the output is the same on every machine.
"""

import io
import os
import re
import shlex
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src")]

from thidua_cli import cli  # noqa: E402
from thidua_cli.cli import session  # noqa: E402
from thidua_cli.ground import dates  # noqa: E402

_world: dict[str, Any] = {}


def fresh(year: int = 2022) -> None:
    """A new home without a register, on 4 July of a year."""
    ticks = iter(range(10**5))
    epoch = datetime(year, 7, 4, 1, 0, tzinfo=UTC)
    _world["home"] = tempfile.TemporaryDirectory()

    def now() -> datetime:
        tick = next(ticks)
        return epoch.replace(minute=tick // 60 % 60, microsecond=10 * tick)

    dates.now = now
    session.account = lambda: "lan"


def show(*lines: str, lang: str = "en_US.UTF-8", width: int = 80, limit: int | None = None) -> str:
    """The commands with their output, as a fenced block; `limit` cuts long output and says so."""
    blocks = []
    for line in lines:
        code, text = _run(line, {"LANG": lang, "COLUMNS": str(width)})
        output = text.rstrip("\n").split("\n") if text else []
        if limit is not None and len(output) > limit:
            output = [*output[:limit], "…"]
        if code:
            output.append(f"[exit {code}]")
        blocks.append("\n".join([f"$ {line}", *output]))
    return "```console\n" + "\n\n".join(blocks) + "\n```"


def _run(line: str, environment: Mapping[str, str]) -> tuple[int, str]:
    program, *arguments = shlex.split(line)
    assert program == "thidua", line
    saved, streams, folder = dict(os.environ), (sys.stdout, sys.stderr), Path.cwd()
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    try:
        os.environ.clear()
        os.environ.update({"HOME": _world["home"].name, "NO_COLOR": "1", **environment})
        os.chdir(ROOT)
        sys.stdout = sys.stderr = out
        code = cli.run(arguments)
    finally:
        sys.stdout, sys.stderr = streams
        os.environ.clear()
        os.environ.update(saved)
        os.chdir(folder)
    out.flush()
    text = out.buffer.getvalue().decode()  # type: ignore[attr-defined]
    return int(code), re.sub(re.escape(_world["home"].name), "/home/lan", text)


def schema() -> str:
    """The tables of the schema with the comments of their SQL, as Markdown."""
    lines, comment = [], []
    for line in (ROOT / "src/thidua_cli/sql/schema_0001.sql").read_text(encoding="utf-8").splitlines():
        if line.startswith("-- "):
            comment.append(line[3:])
        elif match := re.match(r"CREATE TABLE (\w+)", line):
            lines += [
                f"\n### {match[1]}\n",
                " ".join(comment),
                "\n| column | type | meaning |",
                "| --- | --- | --- |",
            ]
            comment = []
        elif match := re.match(r"    (\w+) (TEXT|INTEGER)([^-]*?),?\s*(?:-- (.*))?$", line):
            constraint = re.sub(r"DEFERRABLE INITIALLY DEFERRED|CHECK.*|,$", "", match[3]).strip(" ,")
            meaning = match[4] or ("the operation that wrote the row" if match[1] == "operation" else "")
            lines.append(f"| {match[1]} | {match[2]}{' ' + constraint if constraint else ''} | {meaning} |")
        elif not line:
            comment = []
    return "\n".join(lines).strip("\n")


fresh()
