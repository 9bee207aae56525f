"""The successions that the register holds, by day, by unit and by operation."""

import sqlite3
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from thidua_cli import store
from thidua_cli.register.terms import Change

CONTINUING = (Change.KEEP, Change.RENAME)


class Passed(NamedTuple):
    """A succession that the register holds; units are ids, None: outside the register, or none."""

    predecessor: int | None
    successor: int | None
    day: str
    change: Change
    document_number: str | None
    operation: int

    @property
    def continues(self) -> bool:
        """Whether it says that the predecessor lives on."""
        return self.change in CONTINUING


class Successions:
    """All live successions as known at an operation, each list in the order of the register."""

    def __init__(self, connection: sqlite3.Connection, known: int) -> None:
        self._on: dict[str, list[Passed]] = {}
        self._of: dict[int, list[Passed]] = {}
        self.counts = Counter[int]()  # of each operation
        for row in connection.execute(store.sql("successions"), {"known": known}):
            passed = Passed(row[1], row[2], row[3], Change(row[4]), row[6], row[12])
            self.counts[passed.operation] += 1
            self._on.setdefault(passed.day, []).append(passed)
            for unit in {passed.predecessor or 0, passed.successor or 0}:
                self._of.setdefault(unit, []).append(passed)

    def on(self, day: str) -> Sequence[Passed]:
        """Those of a day."""
        return self._on.get(day, ())

    def of(self, unit: int | None) -> Sequence[Passed]:
        """Those from or into a unit."""
        return self._of.get(unit, ()) if unit else ()
