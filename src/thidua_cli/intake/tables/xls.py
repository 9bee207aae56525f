"""Old workbooks (.xls) in this process, which a damaged file may end: see `subprocess_reader`."""

import os
from typing import TYPE_CHECKING

from thidua_cli.intake.tables import xls_records
from thidua_cli.intake.tables.calamine import holds_data, open_workbook, sheet_named, sheet_rows
from thidua_cli.intake.tables.choosing import Contents, read_sheet
from thidua_cli.intake.tables.container import SheetInfo
from thidua_cli.intake.tables.grid import Grid

if TYPE_CHECKING:
    from python_calamine import CalamineSheet


def read(data: bytes, sheet: str | None) -> Grid:
    """The rows of the one visible sheet with data, or of `sheet`; raises RejectedError."""
    contents = xls_records.look(data)
    try:
        file = os.memfd_create("xls")
    except (AttributeError, OSError):  # another system than Linux
        pages = open_workbook(data)
    else:  # from a file the reader needs a third less memory, if the bytes are given up
        with open(file, "wb") as target:  # noqa: PTH123 - of no path
            target.write(data)
            target.flush()
            del data
            pages = open_workbook(f"/proc/self/fd/{file}")

    def page(info: SheetInfo) -> "CalamineSheet":
        return sheet_named(pages, info.name)

    made = Contents(
        contents.sheets,
        lambda info: contents.hazards[info.name],
        lambda info: holds_data(page(info)),
        lambda info: sheet_rows(page(info)),
        contents.from_1904,
    )
    return read_sheet(made, sheet)
