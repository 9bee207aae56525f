"""What every import offers, whatever its kind: problems, counts, examples, and a plan that can be stored."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, Protocol

from thidua_cli.ground.problem import Problem
from thidua_cli.intake.sheet import Sheet
from thidua_cli.store import Writer

if TYPE_CHECKING:
    pass

Numbered = tuple[int, dict[str, object]]  # a row of a file: its number, and its values by field
Watch = Callable[[Sequence[Numbered]], Iterable[Numbered]]  # passes rows on, as a progress bar does


class Example(NamedTuple):
    """A row that is taken: its unit, the day in ISO, and the record if the register has one already."""

    row: int
    unit_code: str
    unit_name: str
    on: str
    record_id: int | None = None


class Batch(Protocol):
    """The rows of a file, checked when it is made, then planned on a register and applied to it.

    `plan` may be called again when the register has changed; it renews `problems` and `warnings`.
    """

    sheet: Sheet
    problems: list[Problem]
    warnings: list[str]

    @property
    def size(self) -> int:
        """How many rows are compared with the register."""
        return len(self.sheet.rows)

    def plan(self, connection: sqlite3.Connection) -> None:
        """Decide what becomes of every row."""

    def apply(self, writer: Writer) -> None:
        """Store the plan, in which nothing is wrong."""

    def taken(self) -> Mapping[str, Sequence[int]]:
        """The numbers of the rows that are new, changed and unchanged."""
        return {}

    def counts(self) -> dict[str, int]:
        """How many rows are new, changed and unchanged, without those that have a problem."""
        bad = self.bad()
        return {name: len(rows) - len(bad.intersection(rows)) for name, rows in self.taken().items()}

    def details(self) -> list[dict[str, object]]:
        """What changes in the register, for JSON."""
        return []

    def examples(self) -> tuple[list[Example], list[Example]]:
        """The first rows that are new, and the first that are unchanged."""
        return [], []

    def bad(self) -> set[int]:
        """The rows that have a problem."""
        return {problem.at.row for problem in self.problems if problem.at.row} | self.sheet.spoiled
