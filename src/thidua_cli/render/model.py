"""What a report is made of: columns, rows and tables. Imports no writer."""

from collections.abc import Callable, Collection, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple, Self


class Tone(StrEnum):
    """How a cell is meant; shown by colour where there is colour, and never only so."""

    PLAIN = "plain"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    MUTED = "muted"


class Form(StrEnum):
    """How a column's values are written for people."""

    TEXT = "text"
    NUMBER = "number"
    RATE = "rate"
    DAY = "day"
    INSTANT = "instant"
    BAR = "bar"

    @property
    def is_right(self) -> bool:
        """Whether a column of this form is aligned to the right."""
        return self in (Form.NUMBER, Form.RATE)


class Column(NamedTuple):
    """A column for people.

    `drop`: columns with the highest value give way first where the width does not suffice; a terminal folds
    them below their row, paper says what it leaves out. 0: never.
    `narrow`: a text column may be wrapped down to this many cells; 0: never.
    `key`: a stable name of the column, where something looks for it.
    """

    label: str
    form: Form = Form.TEXT
    drop: int = 0
    narrow: int = 0
    key: str = ""


class Mark(NamedTuple):
    """A cell's value with a tone."""

    value: object
    tone: Tone


class Delta(int):
    """A difference, which is shown with its sign."""


class Rows(Sequence[Sequence[object]]):
    """Rows of a table that are made when they are looked at: of a long list few ever are.

    `make` is given the index of a row, from 0.
    """

    def __init__(self, count: int, make: Callable[[int], Sequence[object]]) -> None:
        self._indexes, self._make = range(count), make

    def __len__(self) -> int:
        return len(self._indexes)

    def __getitem__(self, index: Any) -> Any:
        chosen = self._indexes[index]
        return self._make(chosen) if isinstance(chosen, int) else [*map(self._make, chosen)]


class Table(NamedTuple):
    """A table for people; `groups` are runs of rows under a heading, `total` is the row below them."""

    columns: Sequence[Column]
    groups: Sequence[tuple[str, Sequence[Sequence[object]]]]
    title: str = ""
    tone: Tone = Tone.PLAIN
    total: Sequence[object] | None = None
    empty: str = ""

    @property
    def row_count(self) -> int:
        """The number of rows in all groups, without the total."""
        return sum(len(rows) for _heading, rows in self.groups)

    def next_to_fold(self, shown: Sequence[int]) -> int | None:
        """The last of the shown columns with the highest rank to give way; None where none may."""
        index = max(shown, key=lambda index: (self.columns[index].drop, index))
        return index if self.columns[index].drop else None

    @property
    def undrawn(self) -> list[int]:
        """Indexes of the columns that are not bars: a bar only repeats the rate beside it."""
        return [index for index, column in enumerate(self.columns) if column.form is not Form.BAR]

    def keeping(self, kept: Sequence[int]) -> Self:
        """The table with only those of its columns."""
        columns = [self.columns[index] for index in kept]
        groups = [(heading, [[row[i] for i in kept] for row in rows]) for heading, rows in self.groups]
        total = None if self.total is None else [self.total[index] for index in kept]
        return self._replace(columns=columns, groups=groups, total=total)


class Heat(Table):
    """A table of states: one row for each unit under its heading, one column for each obligation.

    A cell is a word with a tone (`Mark`), or None where the unit is not bound.
    """

    __slots__ = ()


class Curve(NamedTuple):
    """Percentages over time.

    `series`: label -> points of an ISO day and a percentage (None: no rate that day).
    `marks`: ISO day -> label, such as a deadline. `of`: ISO day -> the series that its mark is about; where
    there is none, it is about all.
    """

    title: str
    series: Mapping[str, Sequence[tuple[str, float | None]]]
    marks: Mapping[str, str]
    of: Mapping[str, Collection[str]] = MappingProxyType({})


class Report(NamedTuple):
    """A report: `fields` and `rows` for machines, `people` makes what people see when asked."""

    fields: Sequence[str]
    rows: Sequence[Mapping[str, Any]]
    people: Callable[[], Sequence[Table | Curve]]
    as_of: str | None = None
    known_at: str | None = None
    head: str | None = None
    register: str | None = None
    lead: Sequence[str] = ()
    notes: Sequence[str] = ()
    extra: Mapping[str, Any] = MappingProxyType({})
