"""Workbooks: .xlsx and .ods through a checked container, .xls; values by calamine."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from thidua_cli.errors import RejectedError
from thidua_cli.imports import container, legacy
from thidua_cli.imports.container import Hazards
from thidua_cli.imports.grid import MOST_COLUMNS, MOST_ROWS, Cell, Grid
from thidua_cli.language import _

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook


def read(data: bytes, name: str, form: str, sheet: str | None) -> Grid:
    """The rows of the one visible sheet with data, or of `sheet`; raises RejectedError."""
    hazards: dict[str, Hazards] = {}
    notices: list[str] = []
    from_1904 = False
    if form == "xlsx":
        archive = container.open_zip(data, name)
        listed, from_1904, marked = container.xlsx_book(archive, name)
        sheet = sheet or marked
        hidden = [info.name for info in listed if info.hidden]
        for info in listed:
            if info.name == sheet or (sheet is None and not info.hidden):
                hazards[info.name] = container.xlsx_hazards(archive, info.part, name)
    elif form == "ods":
        archive = container.open_zip(data, name)
        hazards, hidden = container.ods_hazards(archive, name), []
    else:
        hazards, hidden = legacy.hazards(data, name)
    book = _open(data, name)
    chosen = _choose(book, name, sheet, hazards, hidden, notices)
    found = hazards.get(chosen)
    if found is not None:
        _refuse(found, name)
        if found.hidden_rows:
            rows = ", ".join(map(str, found.hidden_rows[:10]))
            notices.append(_("dòng ẩn vẫn được đọc: {rows}").format(rows=rows))
    page = _sheet(book, chosen, name)
    merged = [(one[0] + 1, one[1], two[0] + 1, two[1]) for one, two in page.merged_cell_ranges or ()]
    return Grid(_rows(page), notices, letters=True, merged=merged, from_1904=from_1904)


def _open(data: bytes, name: str) -> "CalamineWorkbook":
    import python_calamine

    try:
        return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except python_calamine.PasswordError:
        raise RejectedError(
            _("{file}: có mật khẩu").format(file=name), _("Bỏ mật khẩu rồi lưu lại.")
        ) from None
    except (python_calamine.CalamineError, OSError, ValueError, zipfile.BadZipFile):
        raise container.damaged(name) from None


def _choose(
    book: "CalamineWorkbook",
    name: str,
    sheet: str | None,
    hazards: dict[str, Hazards],
    hidden: Sequence[str],
    notices: list[str],
) -> str:
    if sheet is not None:
        if sheet not in book.sheet_names:
            raise RejectedError(
                _("{file}: không có trang '{sheet}'").format(file=name, sheet=sheet),
                _("Các trang: {sheets}").format(sheets=", ".join(book.sheet_names)),
            )
        return sheet
    import python_calamine

    visible = [
        info.name
        for info in book.sheets_metadata
        if info.visible is python_calamine.SheetVisibleEnum.Visible and info.name not in hidden
    ]
    unread = [info for info in book.sheet_names if info not in visible]
    if unread:
        notices.append(_("trang ẩn không đọc: {sheets}").format(sheets=", ".join(unread)))
    filled = [info for info in visible if info in hazards and hazards[info].cells]
    if len(filled) > 1:
        raise RejectedError(
            _("{file}: nhiều trang có dữ liệu: {sheets}").format(file=name, sheets=", ".join(filled)),
            _("Nêu --sheet TÊN."),
        )
    if not filled:
        raise RejectedError(_("{file}: không có dòng dữ liệu nào").format(file=name))
    return filled[0]


def _sheet(book: "CalamineWorkbook", sheet: str, name: str) -> "CalamineSheet":
    import python_calamine

    try:
        found = book.get_sheet_by_name(sheet)
    except (python_calamine.CalamineError, ValueError):
        raise container.damaged(name) from None
    if found.end is not None and (found.end[0] >= MOST_ROWS or found.end[1] >= MOST_COLUMNS):
        raise RejectedError(
            _("{file}: trang tính lớn hơn {rows} dòng hoặc {columns} cột").format(
                file=name, rows=MOST_ROWS, columns=MOST_COLUMNS
            )
        )
    return found


def _refuse(found: Hazards, name: str) -> None:
    """Formulas, error and boolean cells: what they will be tomorrow, or what they mean, nobody knows."""
    problems = [
        _("{cell} là công thức: dán lại thành giá trị").format(cell=cell) for cell in found.formulas[:5]
    ]
    problems += [
        _("{cell} chứa lỗi {error}: sửa ô này").format(cell=cell, error=error)
        for cell, error in list(found.errors.items())[:5]
        if cell not in found.formulas
    ]
    problems += [
        _("{cell} là TRUE hoặc FALSE: gõ lại thành chữ").format(cell=cell)
        for cell in found.booleans[:5]
        if cell not in found.formulas
    ]
    count = len({*found.formulas, *found.errors, *found.booleans})
    if problems:
        raise RejectedError(
            _("{file}: {count} ô không phải giá trị; chưa ghi gì").format(file=name, count=count),
            *(f"  {problem}" for problem in problems),
        )


def _rows(page: "CalamineSheet") -> Iterator[tuple[int, list[Cell]]]:
    for number, values in enumerate(page.to_python(skip_empty_area=False), 1):
        yield number, [_cell(value) for value in values]


def _cell(value: object) -> Cell:
    if isinstance(value, time):
        return timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)
    if isinstance(value, datetime):
        return value if value.time() != time() else value.date()
    if isinstance(value, (str, bool, int, float, date, timedelta)):
        return value
    return str(value)
