"""The time stamps of forms: a day and a time of day, of which the day counts."""

import re
from collections.abc import Iterator
from datetime import datetime

from thidua_cli.ground import dates
from thidua_cli.ground.errors import InvalidError
from thidua_cli.ground.language import _
from thidua_cli.ground.problem import Place, Problem
from thidua_cli.intake import columns
from thidua_cli.intake.headed_rows import HeadedRows
from thidua_cli.intake.sheet import short
from thidua_cli.intake.tables.grid import Cell
from thidua_cli.register.fields import DAYS

_HEADERS = {"dấu thời gian": False, "timestamp": True}  # whether an American sheet may have written it
_STAMP = re.compile(
    r"(?P<day>[\d/.-]{8,10})[ T,]+\d{1,2}:\d\d(:\d\d(\.\d+)?)?( ?(SA|CH|[AP]M))?( ?GMT\+7)?",
    re.ASCII | re.IGNORECASE,
)
_TWO_WAYS = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)


def days_of_stamps(table: HeadedRows) -> HeadedRows:
    """The table with the day in place of each stamp of a form in a column of days; its notices say so."""
    stamped = {
        index: _HEADERS[name]
        for index, field in table.places()
        if field in DAYS and (name := columns.normal(table.headers[index])) in _HEADERS
    }
    if not stamped:
        return table
    problems: list[Problem] = []

    def day(row: int, index: int, cell: Cell) -> Cell:
        if index not in stamped:
            return cell
        try:
            return _day(cell, american=stamped[index])
        except InvalidError as error:
            field = next(field for place, field in table.places() if place == index)
            problems.append(Problem(error.message, error.cure, at=Place(row, field, str(cell))))
            return None

    body = [(row, [day(row, index, cell) for index, cell in enumerate(values)]) for row, values in table.body]
    notices = [*table.notices, *_notices(table, stamped)]
    return table._replace(body=body, notices=notices, problems=[*table.problems, *problems])


def _notices(table: HeadedRows, stamped: dict[int, bool]) -> Iterator[str]:
    for index in stamped:
        yield _("cột {header} là ngày và giờ: lấy ngày").format(header=short(table.headers[index]))


def _day(cell: Cell, *, american: bool) -> Cell:
    """The day of a stamp; any other cell as it is. Raises InvalidError for a day that may be two."""
    if isinstance(cell, datetime):
        return cell.date()
    match = _STAMP.fullmatch(cell.strip()) if isinstance(cell, str) else None
    if match is None:
        return cell
    found = dates.parse_date(match["day"])
    two = _TWO_WAYS.fullmatch(match["day"])
    if american and two and int(two[1]) <= 12 and two[1] != two[2]:
        other = found.replace(month=found.day, day=found.month)
        raise InvalidError(
            _("có thể là {first} hoặc {second}").format(
                first=dates.show_day(found), second=dates.show_day(other)
            ),
            _("viết 2022-03-31 hoặc 31/03/2022"),
        )
    return found.isoformat()
