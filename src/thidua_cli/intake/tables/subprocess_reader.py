"""Old workbooks are read in a process of their own: a damaged one may end its reader, never the program.

Run as a module, this is that process. Both sides speak JSON through pipes.
"""

import contextlib
import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any

from thidua_cli.ground import language
from thidua_cli.ground.errors import RejectedError
from thidua_cli.ground.language import _
from thidua_cli.intake.tables import xls_records
from thidua_cli.intake.tables.calamine import holds_data, open_workbook, sheet_named, sheet_rows
from thidua_cli.intake.tables.choosing import Contents, SeveralSheetsError, read_sheet
from thidua_cli.intake.tables.container import MOST_BYTES, SheetInfo
from thidua_cli.intake.tables.grid import Cell, Fault, Grid

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

_MEMORY = 512 << 20  # of addresses, most of which are never touched
_MOST_ANSWER = 96 << 20  # of bytes
_KNOWN = 10_000
_SECONDS = 4  # of the processor


def read(data: bytes, sheet: str | None) -> Grid:
    """The rows of an .xls; raises RejectedError, also where their reader comes to an end."""
    import subprocess

    if len(data) > MOST_BYTES:
        raise RejectedError(_("mở ra lớn hơn 64 MiB, không nhận"))
    asked = json.dumps([sheet, language.current()]).encode("ascii") + b"\n"
    command = [sys.executable, "-P", "-m", __name__]
    done = subprocess.run(  # noqa: S603 - this very interpreter
        command, input=asked + data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False
    )
    if done.returncode != 0:
        raise RejectedError(_("sổ tính bị hỏng, hoặc quá lớn"), _("Mở bằng Excel rồi lưu lại dạng .xlsx."))
    lines = io.BytesIO(done.stdout)
    answer = json.loads(next(lines))
    if "several" in answer:
        raise SeveralSheetsError(answer["several"])
    if "rejected" in answer:
        raise RejectedError(*answer["rejected"])
    merged = [(top, left, bottom, right) for top, left, bottom, right in answer["merged"]]
    return Grid(
        _rows(lines),
        answer["notices"],
        letters=True,
        merged=merged,
        from_1904=answer["from_1904"],
        formulas=answer["formulas"],
        sheet=answer["sheet"],
    )


def _rows(lines: Iterable[bytes]) -> Iterator[tuple[int, list[Cell]]]:
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
    "Fault": Fault,
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


def _read_here(data: bytes, sheet: str | None) -> Grid:
    """The rows of the one visible sheet with data, or of `sheet`, read in this process."""
    contents = xls_records.look(data)
    try:
        file = os.memfd_create("xls")
    except (AttributeError, OSError):  # another system than Linux
        pages = open_workbook(data)
    else:  # from a file the reader needs a third less memory, if the bytes are given up
        with open(file, "wb") as target:  # noqa: PTH123 - of no path
            target.write(data)
            target.flush()
            del data
            pages = open_workbook(f"/proc/self/fd/{file}")

    def page(info: SheetInfo) -> "CalamineSheet":
        return sheet_named(pages, info.name)

    made = Contents(
        contents.sheets,
        lambda info: contents.hazards[info.name],
        lambda info: holds_data(page(info)),
        lambda info: sheet_rows(page(info)),
        contents.from_1904,
    )
    return read_sheet(made, sheet)


def main() -> None:
    """Read the file on standard input, and write what is in it on standard output, a line for each row."""
    _limit()
    sheet, spoken = json.loads(sys.stdin.buffer.readline())
    language.use(spoken)
    rows: Iterator[object] = iter(())
    try:
        grid = _read_here(sys.stdin.buffer.read(), sheet)
        rows = grid.rows
        head = {
            "notices": grid.notices,
            "merged": grid.merged,
            "from_1904": grid.from_1904,
            "formulas": list(grid.formulas),
            "sheet": grid.sheet,
        }
    except SeveralSheetsError as error:
        head = {"several": list(error.names)}
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
