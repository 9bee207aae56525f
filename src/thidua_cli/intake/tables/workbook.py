"""Workbooks: .xlsx through a checked container, .ods, .xls in a process of its own."""

import zipfile
from typing import TYPE_CHECKING

from thidua_cli.intake.tables import container, ods, subprocess_reader, xlsx, xlsx_book
from thidua_cli.intake.tables.calamine import holds_data, open_workbook, sheet_named, sheet_rows
from thidua_cli.intake.tables.choosing import Contents, read_sheet
from thidua_cli.intake.tables.container import Hazards, SheetInfo
from thidua_cli.intake.tables.grid import Grid, Rows

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

_CELL_BYTES = 32  # of a cell in the reader's memory
_MOST_OPENED = 128 << 20  # then a sheet with cells is taken to hold data


def read(data: bytes, form: str, sheet: str | None) -> Grid:
    """The rows of the one visible sheet with data, or of `sheet`; raises RejectedError."""
    if form == "xls":
        return subprocess_reader.read(data, sheet)
    archive = container.open_zip(data)
    if form == "ods":
        return read_sheet(ods.contents(archive, sheet), sheet)
    return read_sheet(_xlsx_contents(archive), sheet)


def _xlsx_contents(archive: zipfile.ZipFile) -> Contents:
    """The sheets of an .xlsx; each is looked through before the reader gets it, alone."""
    book = xlsx_book.book_info(archive)
    looked: dict[str, Hazards] = {}
    opened = 0  # bytes that went into seeing whether sheets hold data

    def hazards(info: SheetInfo) -> Hazards:
        if info.part not in looked:
            looked[info.part] = xlsx.hazards(archive, book, info.part)
        return looked[info.part]

    def page(info: SheetInfo) -> "CalamineSheet":
        pages = open_workbook(xlsx.one_sheet_workbook(archive, book, info.part, untidy=hazards(info).untidy))
        return sheet_named(pages, pages.sheet_names[0])

    def holds(info: SheetInfo) -> bool:
        nonlocal opened
        opened += xlsx.weight(archive, book, info.part) + hazards(info).area * _CELL_BYTES
        return opened > _MOST_OPENED or holds_data(page(info))

    def rows(info: SheetInfo) -> Rows:
        return sheet_rows(page(info))

    def glance(info: SheetInfo) -> bool:
        return xlsx.begins_with_data(archive, info.part)

    return Contents(book.sheets, hazards, holds, rows, book.from_1904, book.marked, glance)
