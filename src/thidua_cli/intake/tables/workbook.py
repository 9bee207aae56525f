"""Workbooks: .xlsx through a checked container, .ods, .xls in a process of its own."""

import zipfile
from typing import TYPE_CHECKING

from thidua_cli.intake.tables import container, ods, subprocess_reader, xlsx
from thidua_cli.intake.tables.calamine import holds_data, open_workbook, plain_cell, sheet_named, sheet_rows
from thidua_cli.intake.tables.choosing import choose_sheet, no_data, refuse_hazards
from thidua_cli.intake.tables.container import Hazards, SheetInfo
from thidua_cli.intake.tables.grid import Grid

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

_CELL_BYTES = 32  # of a cell in the reader's memory
_MOST_OPENED = 128 << 20  # then a sheet with cells is taken to hold data


def read(data: bytes, name: str, form: str, sheet: str | None) -> Grid:
    """The rows of the one visible sheet with data, or of `sheet`; raises RejectedError."""
    if form == "xls":
        return subprocess_reader.read(data, name, sheet)
    archive = container.open_zip(data, name)
    return _read_ods(archive, name, sheet) if form == "ods" else _read_xlsx(archive, name, sheet)


def _read_ods(archive: zipfile.ZipFile, name: str, sheet: str | None) -> Grid:
    book = ods.read(archive, name, sheet)
    if sheet is None and book.marked is not None:
        sheet = book.marked
        if book.page is None or book.page.name != sheet:
            book = ods.read(archive, name, sheet)
    notices: list[str] = []
    choose_sheet(
        name,
        sheet,
        book.sheets,
        notices,
        used=lambda info: info.name in book.filled,
        holds=lambda _info: True,
    )
    if book.page is None:
        raise no_data(name)
    found = book.page.hazards
    refuse_hazards(found, name, notices)
    rows = ((number, [plain_cell(value) for value in values]) for number, values in book.page.rows)
    return Grid(rows, notices, letters=True, merged=found.merged, from_1904=book.from_1904)


def _read_xlsx(archive: zipfile.ZipFile, name: str, sheet: str | None) -> Grid:
    book = xlsx.book_info(archive, name)
    looked: dict[str, Hazards] = {}
    opened = 0  # bytes that went into seeing whether sheets hold data

    def hazards(info: SheetInfo) -> Hazards:
        if info.part not in looked:
            looked[info.part] = xlsx.hazards(archive, book, info.part, name)
        return looked[info.part]

    def page(info: SheetInfo) -> "CalamineSheet":
        pages = open_workbook(xlsx.single(archive, book, info.part, name), name)
        return sheet_named(pages, pages.sheet_names[0], name)

    def holds(info: SheetInfo) -> bool:
        nonlocal opened
        opened += xlsx.weight(archive, book, info.part) + hazards(info).area * _CELL_BYTES
        return opened > _MOST_OPENED or holds_data(page(info), name)

    notices: list[str] = []
    chosen = choose_sheet(
        name,
        sheet or book.marked,
        book.sheets,
        notices,
        used=lambda info: bool(hazards(info).cells),
        holds=holds,
    )
    found = hazards(chosen)
    refuse_hazards(found, name, notices)
    rows = sheet_rows(page(chosen), name)
    return Grid(rows, notices, letters=True, merged=found.merged, from_1904=book.from_1904)
