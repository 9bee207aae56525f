"""Old workbooks (.xls) in this process, which a damaged file may end: see `subprocess_reader`."""

import os

from thidua_cli.intake.tables import xls_records
from thidua_cli.intake.tables.calamine import holds_data, open_workbook, sheet_named, sheet_rows
from thidua_cli.intake.tables.choosing import choose_sheet, refuse_hazards
from thidua_cli.intake.tables.grid import Grid


def read_xls(data: bytes, name: str, sheet: str | None) -> Grid:
    """The rows of the one visible sheet with data, or of `sheet`; raises RejectedError."""
    book = xls_records.look(data, name)
    try:
        file = os.memfd_create("xls")
    except (AttributeError, OSError):  # another system than Linux
        pages = open_workbook(data, name)
    else:  # from a file the reader needs a third less memory, if the bytes are given up
        with open(file, "wb") as target:  # noqa: PTH123 - of no path
            target.write(data)
            target.flush()
            del data
            pages = open_workbook(f"/proc/self/fd/{file}", name)
    notices: list[str] = []
    chosen = choose_sheet(
        name,
        sheet,
        book.sheets,
        notices,
        used=lambda info: bool(book.hazards[info.name].cells),
        holds=lambda info: holds_data(sheet_named(pages, info.name, name), name),
    )
    found = book.hazards[chosen.name]
    refuse_hazards(found, name, notices)
    rows = sheet_rows(sheet_named(pages, chosen.name, name), name)
    return Grid(rows, notices, letters=True, merged=found.merged, from_1904=book.from_1904)
