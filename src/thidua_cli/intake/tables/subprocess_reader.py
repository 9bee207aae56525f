"""Old workbooks are read in a process of their own: a damaged one may end its reader, never the program.

Run as a module, this is that process. Both sides speak JSON through pipes.
"""

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import chain
from typing import IO, Any

from thidua_cli.ground import language
from thidua_cli.ground.errors import RejectedError
from thidua_cli.ground.language import _
from thidua_cli.intake.tables.container import MOST_BYTES
from thidua_cli.intake.tables.grid import Cell, Grid

_MEMORY = 512 << 20  # of addresses, most of which are never touched
_MOST_ANSWER = 96 << 20  # of bytes
_KNOWN = 10_000
_SECONDS = 4  # of the processor


def read(data: bytes, sheet: str | None) -> Grid:
    """The rows of an .xls as they come; raises RejectedError, also where their reader comes to an end."""
    if len(data) > MOST_BYTES:
        raise RejectedError(_("mở ra lớn hơn 64 MiB, không nhận"))
    asked = json.dumps([sheet, language.current()]).encode("ascii")
    lines = _answers(asked + b"\n", data)
    answer = json.loads(next(lines))
    if "rejected" in answer:
        raise RejectedError(*answer["rejected"])
    merged = [(top, left, bottom, right) for top, left, bottom, right in answer["merged"]]
    return Grid(_rows(lines), answer["notices"], letters=True, merged=merged, from_1904=answer["from_1904"])


def _answers(asked: bytes, data: bytes) -> Iterator[bytes]:
    """The lines that the other process writes; whoever stops listening ends it."""
    import subprocess
    import threading

    command = [sys.executable, "-P", "-m", __name__]
    process = subprocess.Popen(  # noqa: S603 - this very interpreter
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )

    def feed(pipe: IO[bytes]) -> None:
        with contextlib.suppress(OSError), pipe:  # it may have come to an end
            pipe.write(asked)
            pipe.write(data)

    with process:
        assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018
        feeder = threading.Thread(target=feed, args=(process.stdin,), daemon=True)
        feeder.start()
        process.stdin = None  # the feeder closes it
        try:
            for line in process.stdout:
                if line.endswith(b"\n"):
                    yield line
            process.wait()
        finally:
            process.kill()
            feeder.join()
    if process.returncode != 0:
        raise RejectedError(_("sổ tính bị hỏng, hoặc quá lớn"), _("Mở bằng Excel rồi lưu lại dạng .xlsx."))


def _rows(lines: Iterator[bytes]) -> Iterator[tuple[int, list[Cell]]]:
    known: dict[str, str] = {}  # texts that come again are kept once
    for line in lines:
        number, values = json.loads(line)
        if len(known) < _KNOWN:
            known.update((value, value) for value in values if type(value) is str)
        yield (
            number,
            [
                known.get(value, value)
                if type(value) is str
                else _TAKEN[value[0]](value[1])
                if type(value) is list
                else value
                for value in values
            ],
        )


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
    from thidua_cli.intake.tables import xls

    _limit()
    sheet, spoken = json.loads(sys.stdin.buffer.readline())
    language.use(spoken)
    rows: Iterator[object] = iter(())
    try:
        grid = xls.read(sys.stdin.buffer.read(), sheet)
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
