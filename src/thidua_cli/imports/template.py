"""A workbook to be filled in by someone who only knows Excel, and to be imported as it is.

The first sheet has Vietnamese headers, codes as text, days as real dates and drop-downs; a name in the
workbook tells the importer that it is the sheet to read. Two more sheets list the units and explain.
"""

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from thidua_cli.errors import UsageError
from thidua_cli.imports import columns
from thidua_cli.imports.cells import CODES, DAYS
from thidua_cli.imports.columns import ImportKind
from thidua_cli.imports.grid import MARK, MOST_ROWS
from thidua_cli.language import _
from thidua_cli.terms import Change, Extent, Kind, Level
from thidua_cli.units import Version

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

_ROWS = 2000  # rows that are prepared
_SHEET = "Nhập liệu"
_MADE = datetime(2021, 12, 1)  # noqa: DTZ001 - a fixed stamp, so that equal templates are equal bytes


def workbook(
    kind: ImportKind,
    units: Sequence[Version],
    obligations: Sequence[str],
    rows: Sequence[Mapping[str, object]] = (),
) -> bytes:
    """The template for a kind of file, with the units in force; filled in with `rows` (days as ISO text).

    Raises UsageError where there are more rows than a workbook is read with.
    """
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"created": _MADE, "title": f"thidua import {kind}"})
    _fill(book, _entry_sheet(book, kind, obligations), kind, rows)
    _unit_sheet(book, units)
    _help_sheet(book, kind)
    book.define_name(MARK, f"='{_SHEET}'!$A$1")
    book.close()
    return buffer.getvalue()


def _entry_sheet(book: "Workbook", kind: ImportKind, obligations: Sequence[str]) -> "Worksheet":
    page = book.add_worksheet(_SHEET)
    required = book.add_format(
        {"bold": True, "bg_color": "#F4D9C6", "border": 1, "text_wrap": True, "valign": "vcenter"}
    )
    optional = book.add_format(
        {"bold": True, "bg_color": "#E8EDF2", "border": 1, "text_wrap": True, "valign": "vcenter"}
    )
    text = book.add_format({"num_format": 49})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    choices: dict[str, Sequence[str]] = {
        "kind": list(Kind),
        "level": list(Level),
        "kind_of_change": list(Change),
        "extent": list(Extent),
        "obligation": list(obligations),
    }
    for index, field in enumerate(columns.fields(kind)):
        is_required = field in columns.required(kind)
        page.write_string(0, index, columns.vietnamese(kind, field), required if is_required else optional)
        wide = 40 if field in ("name", "note", "old_name", "new_name", "reason") else 18
        page.set_column(index, index, wide, day if field in DAYS else text)
        if field in DAYS:
            rule = {
                "validate": "date",
                "criteria": "between",
                "minimum": date(2021, 1, 1),
                "maximum": date(2030, 12, 31),
            }
            page.data_validation(
                1,
                index,
                _ROWS,
                index,
                rule | {"ignore_blank": True, "error_message": _("Ghi một ngày, ví dụ 31/03/2022.")},
            )
        elif field in choices:
            page.data_validation(
                1, index, _ROWS, index, {"validate": "list", "source": [str(each) for each in choices[field]]}
            )
        elif field in CODES:
            page.data_validation(
                1,
                index,
                _ROWS,
                index,
                {
                    "validate": "length",
                    "criteria": "<=",
                    "value": 255,
                    "input_title": _("Mã đơn vị")[:32],
                    "input_message": _("Xem trang “Đơn vị”."),
                },
            )
    page.set_row(0, 32)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.freeze_panes(1, 0)
    return page


def _fill(
    book: "Workbook", page: "Worksheet", kind: ImportKind, rows: Sequence[Mapping[str, object]]
) -> None:
    """Rows under the headers: days as dates, whole numbers as numbers, all else as text."""
    if len(rows) >= MOST_ROWS:
        raise UsageError(
            _("{count} dòng: nhiều hơn một sổ tính nhận được").format(count=len(rows)),
            _("Dùng --format csv."),
        )
    text = book.add_format({"num_format": 49})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for number, row in enumerate(rows, 1):
        for index, field in enumerate(columns.fields(kind)):
            value = row[field]
            if isinstance(value, int):
                page.write_number(number, index, value)
            elif value is not None and field in DAYS:
                page.write_datetime(number, index, date.fromisoformat(str(value)), day)
            elif value is not None:
                page.write_string(number, index, str(value), text)


def _unit_sheet(book: "Workbook", units: Sequence[Version]) -> None:
    page = book.add_worksheet("Đơn vị")
    bold = book.add_format({"bold": True})
    text = book.add_format({"num_format": 49})
    page.write_row(0, 0, ["Mã", "Tên đơn vị", "Loại"], bold)
    for row, version in enumerate(units, 1):
        page.write_string(row, 0, version.code, text)
        page.write_string(row, 1, version.name)
        page.write_string(row, 2, str(version.kind))
    page.set_column(0, 0, 12)
    page.set_column(1, 1, 60)
    page.set_column(2, 2, 20)
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, max(len(units), 1), 2)


def _help_sheet(book: "Workbook", kind: ImportKind) -> None:
    page = book.add_worksheet("Hướng dẫn")
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "valign": "top"})
    page.set_column(0, 0, 26)
    page.set_column(1, 1, 80)
    lines = [
        ("", _("Điền vào trang “{sheet}”, mỗi dòng một việc. Cột màu cam là bắt buộc.").format(sheet=_SHEET)),
        (
            "",
            _("Nhập: thidua import {kind} TỆP.xlsx --dry-run, xem, rồi chạy lại không có --dry-run.").format(
                kind=kind
            ),
        ),
        (
            "",
            _("Không gộp ô, không dùng công thức, không thêm cột không tên. Ngày trước, tháng sau."),
        ),
        *((columns.vietnamese(kind, field), columns.explain(field)) for field in columns.fields(kind)),
    ]
    for row, (name, words) in enumerate(lines):
        page.write_string(row, 0, name, bold)
        page.write_string(row, 1, words, wrap)
