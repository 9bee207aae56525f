"""The rows of a resolution from a file."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from thidua_cli.ground.errors import InvalidError
from thidua_cli.ground.problem import Place, Problem
from thidua_cli.intake.sheet import Sheet, without_none
from thidua_cli.register import values as fields
from thidua_cli.rules.resolutions import Fault, Row

_OF_THE_DAY_BEFORE = ("old_code", "old_name")


class _Unread(NamedTuple):
    """What a row that cannot be taken says as far as it can be read; `code` is that of the successor."""

    day: date | None
    code: str | None


def check(sheet: Sheet) -> tuple[list[Row], list[Problem]]:
    """The changes of a sheet, and what is wrong with its rows."""
    from thidua_cli.register import models

    rows, problems = [], list(sheet.problems)
    for number, given in sheet.rows:
        values, emptied = without_none(given)
        change, wrong = models.check(models.ChangeIn, values)
        problems += [
            Problem(each.message, each.cure, at=Place(number, each.field, each.value)) for each in wrong
        ]
        if change is not None:
            rows.append(Row(number, change, emptied))
    return rows, problems


def _unread(values: dict[str, object]) -> _Unread:
    day, code = None, None
    try:
        code = (fields.optional_code(values.get("new_code")) or "").lower()
        day = fields.day(values.get("effective_date"))
    except InvalidError:
        pass
    return _Unread(day, code)


def sound(faults: Sequence[Fault], rows: Sequence[Row], sheet: Sheet) -> list[Fault]:
    """The faults of a plan of a sheet's good rows that are there whatever its other rows mean to say.

    On days before those rows all are. On their first day it is what is said of units as they were on the day
    before, except about a code that such a row gives to a unit. Later nothing is certain.
    """
    days = {row.number: row.day for row in rows}
    unread = [_unread(values) for number, values in sheet.rows if number not in days]
    if sheet.problems or any(each.code is None for each in unread):
        return []
    if not unread:
        return list(faults)
    given = {each.code for each in unread}
    first = min(
        min(days.values(), default="") if each.day is None else each.day.isoformat() for each in unread
    )
    named = {row.number: (row.change.old_code or "").lower() for row in rows}
    return [
        fault
        for fault in faults
        if days[fault.row] < first
        or (days[fault.row] == first and fault.field in _OF_THE_DAY_BEFORE and named[fault.row] not in given)
    ]


def problem(fault: Fault) -> Problem:
    """What planning found wrong, as a problem of the file."""
    return Problem(fault.message, fault.cure, at=Place(fault.row, fault.field, fault.value))
