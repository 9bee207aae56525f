"""A file as a grid of cells, whatever its format, before anyone knows which columns it has."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from thidua_cli.ground.errors import RejectedError


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell without a value: an error as Excel shows it, or a formula for which no value is stored.

    `shown` is the format of a day that shows only its month or year, which is as good as none.
    """

    error: str = ""
    shown: str = ""

    def __str__(self) -> str:
        return self.error or self.shown


Cell = (
    str | float | bool | date | datetime | timedelta | Fault | None
)  # None and "" are blank; a datetime is a day with a time of day, a timedelta a time alone

ABSENT: Any = object()  # the cell of an object of JSON that has no such key; a null is None
Rows = Iterator[tuple[int, Sequence[Cell]]]  # numbered from 1

HEADER_ROWS = 200  # the header is one of the first rows
MOST_COLUMNS = 256
MOST_LETTERS = 100_000  # of a cell; nothing that is stored is nearly as long
MOST_CELLS = 2_500_000  # rows times columns, for readers keep a place for every cell


def place(row: int, column: int) -> int:
    """A cell as one number: its row from 1 and its column from 0."""
    return row << 16 | column


def row_and_column(packed: int) -> tuple[int, int]:
    """What `place` packed."""
    return packed >> 16, packed & 0xFFFF


@contextlib.contextmanager
def about(file: str) -> Iterator[None]:
    """Put the name of a file before the message of a RejectedError."""
    try:
        yield
    except RejectedError as error:
        error.message = f"{file}: {error.message}"
        raise


class Grid(NamedTuple):
    """Numbered rows of cells; `notices` are messages about what was read.

    `letters`: cells have addresses such as A2; `objects`: cells are values of JSON, or ABSENT; `merged`: top
    row, left column, bottom row, right column, rows from 1 and columns from 0; `from_1904`: numbers of days
    count from 1904; `formulas`: where the value of a cell is that which is stored for a formula, as `place`
    packs it; `sheet` is the name of that of a workbook.
    """

    rows: Rows
    notices: list[str]
    letters: bool = False
    objects: bool = False
    merged: Sequence[tuple[int, int, int, int]] = ()
    from_1904: bool = False
    formulas: Sequence[int] = ()
    sheet: str = ""

    def of(self, file: str) -> "Grid":
        """The same, where an error on the way through the rows says which file it is about."""
        return self._replace(rows=_rows_about(file, self.rows))

    @property
    def is_text(self) -> bool:
        """Whether this is CSV or TSV: rows of one length, and the apostrophes of `text.guard` come off."""
        return not (self.letters or self.objects)


def _rows_about(file: str, rows: Rows) -> Rows:
    with about(file):
        yield from rows
