"""The rows of a resolution from a file."""

from thidua_cli.changes import Fault, Row
from thidua_cli.imports.sheet import Problem, Sheet


def check(sheet: Sheet) -> tuple[list[Row], list[Problem]]:
    """The changes of a sheet, and what is wrong with its rows."""
    from thidua_cli import models

    rows, problems = [], list(sheet.problems)
    for number, values in sheet.rows:
        change, wrong = models.check(models.ChangeIn, values)
        problems += [Problem(number, each.field, each.value, each.message, each.cure) for each in wrong]
        if change is not None:
            rows.append(Row(number, change))
    return rows, problems


def problem(fault: Fault) -> Problem:
    """What planning found wrong, as a problem of the file."""
    return Problem(fault.row, fault.field, fault.value, fault.message, fault.cure)
