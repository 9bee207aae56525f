"""Workbooks: .xlsx through a checked container, .ods, .xls in a process of its own."""

import contextlib
import io
import os
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from thidua_cli.errors import RejectedError
from thidua_cli.imports import advice, apart, container, legacy, opendocument, openxml
from thidua_cli.imports.container import Hazards, SheetInfo
from thidua_cli.imports.grid import Cell, Grid, letters
from thidua_cli.imports.sheet import short
from thidua_cli.language import _

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

_LISTED = 10  # names or rows in a message
_CELL_BYTES = 32  # of a cell in the reader's memory
_MOST_OPENED = 128 << 20  # then a sheet with cells is taken to hold data
_KNOWN = 10_000
_NOISE = timedelta(milliseconds=1)  # what is left of a day after sums of fractions


def read(data: bytes, name: str, form: str, sheet: str | None) -> Grid:
    """The rows of the one visible sheet with data, or of `sheet`; raises RejectedError."""
    if form == "xls":
        return apart.read(data, name, sheet)
    archive = container.open_zip(data, name)
    return _read_ods(archive, name, sheet) if form == "ods" else _read_xlsx(archive, name, sheet)


def read_xls(data: bytes, name: str, sheet: str | None) -> Grid:
    """As `read`, in this process, which a damaged file may end."""
    book = legacy.look(data, name)
    try:
        file = os.memfd_create("xls")
    except (AttributeError, OSError):  # another system than Linux
        pages = _open(data, name)
    else:  # from a file the reader needs a third less memory, if the bytes are given up
        with open(file, "wb") as target:  # noqa: PTH123 - of no path
            target.write(data)
            target.flush()
            del data
            pages = _open(f"/proc/self/fd/{file}", name)
    notices: list[str] = []
    chosen = _choose(
        name,
        sheet,
        book.sheets,
        notices,
        used=lambda info: bool(book.hazards[info.name].cells),
        holds=lambda info: _holds_data(_sheet(pages, info.name, name), name),
    )
    found = book.hazards[chosen.name]
    _refuse(found, name, notices)
    rows = _rows(_sheet(pages, chosen.name, name), name)
    return Grid(rows, notices, letters=True, merged=found.merged, from_1904=book.from_1904)


def _read_ods(archive: zipfile.ZipFile, name: str, sheet: str | None) -> Grid:
    book = opendocument.read(archive, name, sheet)
    if sheet is None and book.marked is not None:
        sheet = book.marked
        if book.page is None or book.page.name != sheet:
            book = opendocument.read(archive, name, sheet)
    notices: list[str] = []
    _choose(
        name,
        sheet,
        book.sheets,
        notices,
        used=lambda info: info.name in book.filled,
        holds=lambda _info: True,
    )
    if book.page is None:
        raise _no_data(name)
    found = book.page.hazards
    _refuse(found, name, notices)
    rows = ((number, [_cell(value) for value in values]) for number, values in book.page.rows)
    return Grid(rows, notices, letters=True, merged=found.merged, from_1904=book.from_1904)


def _read_xlsx(archive: zipfile.ZipFile, name: str, sheet: str | None) -> Grid:
    book = openxml.book_info(archive, name)
    looked: dict[str, Hazards] = {}
    opened = 0  # bytes that went into seeing whether sheets hold data

    def hazards(info: SheetInfo) -> Hazards:
        if info.part not in looked:
            looked[info.part] = openxml.hazards(archive, book, info.part, name)
        return looked[info.part]

    def page(info: SheetInfo) -> "CalamineSheet":
        pages = _open(openxml.single(archive, book, info.part, name), name)
        return _sheet(pages, pages.sheet_names[0], name)

    def holds(info: SheetInfo) -> bool:
        nonlocal opened
        opened += openxml.weight(archive, book, info.part) + hazards(info).area * _CELL_BYTES
        return opened > _MOST_OPENED or _holds_data(page(info), name)

    notices: list[str] = []
    chosen = _choose(
        name,
        sheet or book.marked,
        book.sheets,
        notices,
        used=lambda info: bool(hazards(info).cells),
        holds=holds,
    )
    found = hazards(chosen)
    _refuse(found, name, notices)
    rows = _rows(page(chosen), name)
    return Grid(rows, notices, letters=True, merged=found.merged, from_1904=book.from_1904)


@contextlib.contextmanager
def _reading(name: str) -> Iterator[None]:
    """Whatever the reader has against a file is said as RejectedError."""
    import python_calamine

    try:
        yield
    except python_calamine.PasswordError:
        raise RejectedError(
            _("{file}: có mật khẩu").format(file=name), _("Bỏ mật khẩu rồi lưu lại.")
        ) from None
    except (python_calamine.CalamineError, OSError, ValueError):
        raise container.damaged(name) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # which the reader raises and does not name
            raise
        raise container.damaged(name) from None


def _open(data: bytes | str, name: str) -> "CalamineWorkbook":
    """The workbook of these bytes, or of a path."""
    import python_calamine

    with _reading(name):
        if isinstance(data, str):
            return python_calamine.CalamineWorkbook.from_path(data)
        return python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))


def _sheet(book: "CalamineWorkbook", sheet: str, name: str) -> "CalamineSheet":
    with _reading(name):
        found = book.get_sheet_by_name(sheet)
    if found.end is not None:
        container.check_size(found.end[0] + 1, found.end[1] + 1, name)
    return found


def _choose(
    name: str,
    wished: str | None,
    sheets: Sequence[SheetInfo],
    notices: list[str],
    *,
    used: Callable[[SheetInfo], bool],
    holds: Callable[[SheetInfo], bool],
) -> SheetInfo:
    """The sheet wished for, else the one visible sheet with data.

    `used`: whether there are cells; `holds`: whether they hold anything, which costs more to ask.
    """
    if wished is not None:
        for sheet in sheets:
            if sheet.name == wished:
                return sheet
        raise RejectedError(
            _("{file}: không có trang '{sheet}'").format(file=name, sheet=short(wished)),
            _("Các trang: {sheets}").format(sheets=_names(sheets)),
        )
    unread = [sheet for sheet in sheets if sheet.hidden]
    if unread:
        notices.append(_("trang ẩn không đọc: {sheets}").format(sheets=_names(unread)))
    filled = [sheet for sheet in sheets if not sheet.hidden and used(sheet)]
    if len(filled) > 1:
        filled = [sheet for sheet in filled if holds(sheet)]
    if len(filled) > 1:
        raise RejectedError(
            _("{file}: nhiều trang có dữ liệu: {sheets}").format(file=name, sheets=_names(filled)),
            _("Nêu một trang: {option}").format(
                option=f"--sheet {advice.quoted(filled[0].name) or _('TÊN')}"
            ),
        )
    if not filled:
        raise _no_data(name)
    return filled[0]


def _no_data(name: str) -> RejectedError:
    return RejectedError(_("{file}: không có dòng dữ liệu nào").format(file=name))


def _names(sheets: Sequence[SheetInfo]) -> str:
    """The first names of sheets, and how many more there are."""
    names = ", ".join(short(sheet.name) for sheet in sheets[:_LISTED])
    more = len(sheets) - _LISTED
    return names if more <= 0 else _("{names} và {count} trang nữa").format(names=names, count=more)


def _refuse(found: Hazards, name: str, notices: list[str]) -> None:
    """Formulas, error and boolean cells: what they will be tomorrow, or what they mean, nobody knows."""
    problems = [
        _("{cell} là công thức: dán lại thành giá trị").format(cell=cell) for cell in found.formulas[:5]
    ]
    formulas = set(found.formulas)
    problems += [
        _("{cell} chứa lỗi {error}: sửa ô này").format(cell=cell, error=short(error))
        for cell, error in list(found.errors.items())[:5]
        if cell not in formulas
    ]
    problems += [
        _("{cell} là TRUE hoặc FALSE: gõ lại thành chữ").format(cell=cell)
        for cell in found.booleans[:5]
        if cell not in formulas
    ]
    if problems:
        count = len(formulas.union(found.errors, found.booleans))
        raise RejectedError(
            _("{file}: {count} ô không phải giá trị; chưa ghi gì").format(file=name, count=count),
            *(f"  {problem}" for problem in problems),
        )
    if found.hidden_rows:
        rows = ", ".join(map(str, found.hidden_rows[:_LISTED]))
        notices.append(_("dòng ẩn vẫn được đọc: {rows}").format(rows=rows))
    hidden = {
        column
        for first, last in found.hidden_columns
        for column in range(first, min(last + 1, found.columns))
    }
    if hidden:
        named = ", ".join(map(letters, sorted(hidden)[:_LISTED]))
        notices.append(_("cột ẩn không bị bỏ qua: {columns}").format(columns=named))


def _holds_data(page: "CalamineSheet", name: str) -> bool:
    return any(
        value is not None and not (isinstance(value, str) and not value.strip())
        for _number, values in _rows(page, name)
        for value in values
    )


def _rows(page: "CalamineSheet", name: str) -> Iterator[tuple[int, list[Cell]]]:
    """The rows that are not empty, from column A."""
    before: list[Cell] = [None] * (page.start[1] if page.start is not None else 0)
    rows = enumerate(page.iter_rows(), 1)
    known: dict[object, Cell] = {}  # texts and days that come again are kept once
    while True:
        with _reading(name):
            number, values = next(rows, (0, None))
        if values is None:
            return
        if values.count("") < len(values):
            if len(known) < _KNOWN:
                known.update((value, _cell(value)) for value in values if isinstance(value, (str, date)))
            yield (
                number,
                before
                + [
                    known[cell] if isinstance(cell, (str, date)) and cell in known else _cell(cell)
                    for cell in values
                ],
            )


def _cell(value: object) -> Cell:
    if value is None or isinstance(value, (str, bool, int, float, timedelta)):
        return value
    if isinstance(value, time):
        return timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)
    if isinstance(value, datetime):
        day = (value + _NOISE).date() if value.year < date.max.year else value.date()
        return day if abs(value - datetime.combine(day, time())) <= _NOISE else value
    return value if isinstance(value, date) else str(value)
