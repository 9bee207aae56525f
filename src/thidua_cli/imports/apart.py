"""Old workbooks are read in a process of their own: a damaged one may end its reader, never the program.

Run as a module, this is that process. Both sides speak JSON through pipes.
"""

import contextlib
import io
import json
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any

from thidua_cli import language
from thidua_cli.errors import RejectedError
from thidua_cli.imports.container import MOST_BYTES
from thidua_cli.imports.grid import Cell, Grid
from thidua_cli.language import _

_MEMORY = 512 << 20  # of addresses, most of which are never touched
_MOST_ANSWER = 96 << 20  # of bytes
_SECONDS = 4  # of the processor


def read(data: bytes, name: str, sheet: str | None) -> Grid:
    """The rows of an .xls; raises RejectedError, also where its reader came to an end."""
    import subprocess

    if len(data) > MOST_BYTES:
        raise RejectedError(_("{file}: mở ra lớn hơn 64 MiB, không nhận").format(file=name))
    asked = json.dumps([name, sheet, language.current()]).encode("ascii")
    command = [sys.executable, "-P", "-m", __name__]
    done = subprocess.run(  # noqa: S603 - this very interpreter
        command, input=asked + b"\n" + data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False
    )
    if done.returncode != 0:
        raise RejectedError(
            _("{file}: sổ tính bị hỏng, hoặc quá lớn").format(file=name),
            _("Mở bằng Excel rồi lưu lại dạng .xlsx."),
        )
    lines = io.BytesIO(done.stdout)
    answer = json.loads(lines.readline())
    if "rejected" in answer:
        raise RejectedError(*answer["rejected"])
    merged = [(top, left, bottom, right) for top, left, bottom, right in answer["merged"]]
    return Grid(_rows(lines), answer["notices"], letters=True, merged=merged, from_1904=answer["from_1904"])


def _rows(lines: io.BytesIO) -> Iterator[tuple[int, list[Cell]]]:
    for line in lines:
        number, values = json.loads(line)
        yield number, [_TAKEN[value[0]](value[1]) if type(value) is list else value for value in values]


_TAKEN: dict[str, Callable[[Any], Cell]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "timedelta": lambda seconds: timedelta(seconds=seconds),
}


def _given(value: object) -> list[object]:
    """A cell that JSON has no word for."""
    if isinstance(value, timedelta):
        return ["timedelta", value.total_seconds()]
    return [type(value).__name__, str(value)]


def _limit() -> None:
    """Bound what this process may take, where the system can."""
    try:
        import resource
    except ImportError:
        return
    for kind, most in (
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_CPU, _SECONDS),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # it is less already
            resource.setrlimit(kind, (most, most))


def main() -> None:
    """Read the file on standard input, and write what is in it on standard output, a line for each row."""
    from thidua_cli.imports import workbook

    _limit()
    name, sheet, spoken = json.loads(sys.stdin.buffer.readline())
    data = sys.stdin.buffer.read()
    language.use(spoken)
    rows: Iterator[object] = iter(())
    try:
        grid = workbook.read_xls(data, name, sheet)
        rows = grid.rows
        head = {"notices": grid.notices, "merged": grid.merged, "from_1904": grid.from_1904}
    except RejectedError as error:
        head = {"rejected": [error.message, *error.hints]}
    written = 0
    for answer in chain([head], rows):
        line = json.dumps(answer, default=_given).encode("ascii") + b"\n"
        written += len(line)
        if written > _MOST_ANSWER:
            sys.exit(1)
        sys.stdout.buffer.write(line)


if __name__ == "__main__":
    main()
