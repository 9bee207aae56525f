"""Workbooks as python-calamine reads them; whatever goes wrong in it is a RejectedError."""

import contextlib
import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from thidua_cli.ground.errors import RejectedError
from thidua_cli.ground.language import _
from thidua_cli.intake.tables import container
from thidua_cli.intake.tables.grid import Cell, Fault

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

_KNOWN = 10_000  # texts and days that are kept once
_NOISE = timedelta(milliseconds=1)  # what is left of a day after sums of fractions


@contextlib.contextmanager
def _reading() -> Iterator[None]:
    """Translate exceptions of the reader to RejectedError."""
    import python_calamine

    try:
        yield
    except python_calamine.PasswordError:
        raise RejectedError(_("có mật khẩu"), _("Bỏ mật khẩu rồi lưu lại.")) from None
    except (python_calamine.CalamineError, OSError, ValueError):
        raise container.damaged() from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # which the reader raises and does not name
            raise
        raise container.damaged() from None


def open_workbook(data: bytes | str) -> "CalamineWorkbook":
    """The workbook of these bytes, or of a path."""
    import python_calamine

    with _reading():
        if isinstance(data, str):
            return python_calamine.CalamineWorkbook.from_path(data)
        return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))


def sheet_named(book: "CalamineWorkbook", sheet: str) -> "CalamineSheet":
    with _reading():
        page = book.get_sheet_by_name(sheet)
    if page.end is not None:
        container.check_size(page.end[0] + 1, page.end[1] + 1)
    return page


def holds_data(page: "CalamineSheet") -> bool:
    return any(
        value is not None and not (isinstance(value, str) and not value.strip())
        for _number, values in sheet_rows(page)
        for value in values
    )


def sheet_rows(page: "CalamineSheet") -> Iterator[tuple[int, list[Cell]]]:
    """The rows that are not empty, from column A."""
    before: list[Cell] = [None] * (page.start[1] if page.start is not None else 0)
    rows = enumerate(page.iter_rows(), 1)
    known: dict[object, Cell] = {}  # texts and days that come again are kept once
    while True:
        with _reading():
            number, values = next(rows, (0, None))
        if values is None:
            return
        if values.count("") < len(values):
            if len(known) < _KNOWN:
                known.update((value, plain_cell(value)) for value in values if isinstance(value, (str, date)))
            yield (
                number,
                before
                + [
                    known[cell] if isinstance(cell, (str, date)) and cell in known else plain_cell(cell)
                    for cell in values
                ],
            )


def plain_cell(value: object) -> Cell:
    if value is None or isinstance(value, (str, bool, int, float, timedelta, Fault)):
        return value
    if isinstance(value, time):
        return timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)
    if isinstance(value, datetime):
        day = (value + _NOISE).date() if value.year < date.max.year else value.date()
        return day if abs(value - datetime.combine(day, time())) <= _NOISE else value
    return value if isinstance(value, date) else str(value)
