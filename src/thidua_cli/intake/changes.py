"""The rows of a resolution from a file."""

import sqlite3
from collections.abc import Sequence

from thidua_cli.ground.errors import InvalidError
from thidua_cli.ground.language import _
from thidua_cli.ground.problem import Problem
from thidua_cli.ground.text import code_key
from thidua_cli.intake.batch import Batch
from thidua_cli.intake.sheet import Sheet, without_none
from thidua_cli.register import values as fields
from thidua_cli.rules import resolutions
from thidua_cli.rules.resolutions import Row
from thidua_cli.store import Writer
from thidua_cli.store.journal import LATEST

_OF_THE_DAY_BEFORE = ("old_code", "old_name")


class ChangeBatch(Batch):
    """Changes of units; `rows` are those that could be read."""

    def __init__(self, sheet: Sheet) -> None:
        from thidua_cli.register import models

        self.sheet, self.rows, self._wrong = sheet, list[Row](), list(sheet.problems)
        for number, given in sheet.rows:
            values, emptied = without_none(given)
            change, wrong = models.check(models.ChangeIn, values)
            self._wrong += [problem.within(row=number) for problem in wrong]
            if change is not None:
                self.rows.append(Row(number, change, emptied))
        self.problems = self._wrong

    def plan(self, connection: sqlite3.Connection) -> None:
        self.made = resolutions.plan(connection, LATEST, self.rows)
        self.problems = self._wrong + self._certain(self.made.problems)
        if self._wrong:  # what becomes of units is not known without all rows
            self.made.effects, self.made.outside = [], []
        outside = [_("ngoài sổ: {unit}").format(unit=unit) for unit in self.made.outside]
        self.warnings = outside + self.made.warnings

    def _certain(self, problems: Sequence[Problem]) -> list[Problem]:
        """The problems that remain whatever the unreadable rows of the file mean.

        On days before those rows all are. On their first day it is what is said of units as they were on the
        day before, except about a code that such a row gives to a unit. Later nothing is certain.
        """
        days = {row.number: row.day for row in self.rows}
        unread = [_unread(values) for number, values in self.sheet.rows if number not in days]
        given = {code for _day, code in unread}
        if self.sheet.problems or None in given:
            return []
        if not unread:
            return list(problems)
        first = min(day or min(days.values(), default="") for day, _code in unread)
        named = {row.number: row.old_key for row in self.rows}
        return [
            problem
            for problem in problems
            if (row := problem.at.row or 0)
            and (
                days[row] < first
                or (days[row] == first and problem.at.field in _OF_THE_DAY_BEFORE and named[row] not in given)
            )
        ]

    def apply(self, writer: Writer) -> None:
        resolutions.apply(writer, self.made)

    def counts(self) -> dict[str, int]:
        faulty = {row.number for row in self.rows} & {problem.at.row for problem in self.problems}
        return {"new": self.made.new - len(faulty), "changed": 0, "unchanged": self.made.unchanged}

    def details(self) -> list[dict[str, object]]:
        """Every unit that begins, changes or ends: on which day, out of which others, into which others.

        `parents`: the code of the unit above before and after, where these differ; else empty.
        """
        return [
            {
                "what": effect.what,
                "on": effect.day,
                "unit_code": effect.version.code,
                "unit_name": effect.version.name,
                "predecessors": [unit.code for unit in effect.predecessors],
                "successors": [unit.code for unit in effect.successors],
                "parents": [unit.code if unit else None for unit in effect.above] if effect.above else [],
            }
            for effect in self.made.effects
        ]


def _unread(values: dict[str, object]) -> tuple[str | None, str | None]:
    """The day and the successor's code of a row that cannot be taken, as far as they can be read."""
    try:
        code = code_key(fields.optional_code(values.get("new_code")) or "")
    except InvalidError:
        return None, None
    try:
        return fields.day(values.get("effective_date")).isoformat(), code
    except InvalidError:
        return None, code
