"""A workbook to be filled in by someone who only knows Excel, and to be imported as it is.

The first sheet has headers in the language in use, codes as text, days as real dates and drop-downs; a name
in the workbook tells the importer that it is the sheet to read. Two more sheets list the units and explain.
"""

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from thidua_cli.ground import language
from thidua_cli.ground.errors import UsageError
from thidua_cli.ground.language import _
from thidua_cli.ground.sheets import MARK, MOST_ROWS, fits, letters
from thidua_cli.ground.text import upper_first
from thidua_cli.register.fields import CODES, DAYS, TERMS, WIDE, ImportKind, exported, heading, keys, usual
from thidua_cli.register.results import bounds
from thidua_cli.register.terms import label
from thidua_cli.register.units import Version

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

_ROWS = 2000  # rows that are prepared
_MADE = datetime(2021, 12, 1)  # noqa: DTZ001 - a fixed stamp, so that equal templates are equal bytes
_LISTS = 3  # the column of the sheet that explains from which on the drop-downs have their values


def workbook(
    kind: ImportKind,
    units: Sequence[Version],
    obligations: Sequence[str],
    rows: Sequence[Mapping[str, object]] = (),
) -> bytes:
    """The template for a kind of file, with the units in force; filled in with `rows` (days as ISO text).

    Raises UsageError where there are more rows than a workbook is read with, or longer texts than it holds.
    """
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"created": _MADE, "title": f"thidua import {kind}"})
    choices = {
        field: [label(term, language.current()) for term in TERMS[field]]
        for field in keys(kind)
        if field in TERMS
    }
    choices |= {code: list(field.choices) for code, field in kind.results.items() if field.choices}
    if "obligation" in keys(kind):
        choices["obligation"] = list(obligations)
    fields = exported(kind) if rows else keys(kind)
    _fill(book, _entry_sheet(book, kind, choices, fields), fields, rows)
    _unit_sheet(book, units)
    _help_sheet(book, kind, choices)
    book.define_name(MARK, f"='{_entry()}'!$A$1")
    book.close()
    return buffer.getvalue()


def _entry() -> str:
    return _("Nhập liệu")


def _help() -> str:
    return _("Hướng dẫn")


def _entry_sheet(
    book: "Workbook", kind: ImportKind, choices: Mapping[str, Sequence[str]], fields: Sequence[str]
) -> "Worksheet":
    page = book.add_worksheet(_entry())
    look = {"bold": True, "border": 1, "text_wrap": True, "valign": "vcenter"}
    needed = book.add_format(look | {"bg_color": "#F4D9C6"})
    optional = book.add_format(look | {"bg_color": "#E8EDF2"})
    text, number = book.add_format({"num_format": 49}), book.add_format({"num_format": 1})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for index, field in enumerate(fields):
        shown = heading(kind, field)
        page.write_string(0, index, shown, needed if field in usual(kind) else optional)
        form = day if field in DAYS else number if field == "sort_order" else text
        page.set_column(index, index, 40 if field in WIDE else 18, form)
        if rule := _rule(field, choices):
            page.data_validation(1, index, _ROWS, index, rule)
    page.set_row(0, 32)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.freeze_panes(1, 0)
    return page


def _rule(field: str, choices: Mapping[str, Sequence[str]]) -> dict[str, object]:
    """What a spreadsheet lets one type in a column; nothing where that is anything."""
    if field in DAYS:
        return {
            "validate": "date",
            "criteria": "between",
            "minimum": date(1990, 1, 1),
            "maximum": date(2099, 12, 31),
            "error_message": _("Ghi một ngày, ví dụ 31/03/2022."),
        }
    if field in choices:
        column = letters(_LISTS + list(choices).index(field))
        return {
            "validate": "list",
            "source": f"='{_help()}'!${column}$2:${column}${len(choices[field]) + 1}",
            "error_message": _("Chọn trong danh sách."),
        }
    if field == "sort_order":
        return {
            "validate": "integer",
            "criteria": "between",
            "minimum": 0,
            "maximum": 999_999_999,
            "error_message": _("Ghi một số nguyên, như 10."),
        }
    if field in CODES:
        return {
            "validate": "length",
            "criteria": "<=",
            "value": 255,
            "input_title": _("Mã đơn vị")[:32],
            "input_message": _("Xem trang “{sheet}”.").format(sheet=_("Đơn vị")),
        }
    return {}


def _fill(
    book: "Workbook", page: "Worksheet", fields: Sequence[str], rows: Sequence[Mapping[str, object]]
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
        for index, field in enumerate(fields):
            value = row[field]
            if isinstance(value, int):
                page.write_number(number, index, value)
            elif value is not None and field in DAYS:
                page.write_datetime(number, index, date.fromisoformat(str(value)), day)
            elif value is not None:
                if not fits(str(value)):  # what is exported comes in again whole
                    message = _("dòng {row}, cột {column}: {length} ký tự, dài hơn một ô Excel chứa được")
                    raise UsageError(
                        message.format(row=number + 1, column=field, length=len(str(value))),
                        _("Dùng --format csv."),
                    )
                page.write_string(number, index, str(value), text)


def _unit_sheet(book: "Workbook", units: Sequence[Version]) -> None:
    page = book.add_worksheet(_("Đơn vị"))
    bold = book.add_format({"bold": True})
    text = book.add_format({"num_format": 49})
    page.write_row(0, 0, [_("Mã"), _("Tên đơn vị"), _("Loại")], bold)
    for row, version in enumerate(units, 1):
        page.write_string(row, 0, version.code, text)
        page.write_string(row, 1, version.name)
        page.write_string(row, 2, label(version.kind, language.current()))
    for column, width in enumerate((12, 60, 20)):
        page.set_column(column, column, width)
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, max(len(units), 1), 2)


def _help_sheet(book: "Workbook", kind: ImportKind, choices: Mapping[str, Sequence[str]]) -> None:
    page = book.add_worksheet(_help())
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "valign": "top"})
    page.set_column(0, 0, 26)
    page.set_column(1, 1, 80)
    page.set_column(_LISTS, _LISTS + len(choices), 22)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    lines = [
        _("Điền vào trang “{sheet}”, mỗi dòng một việc. Cột màu cam là bắt buộc.").format(sheet=_entry()),
        _("Nhập: thidua import {kind} TỆP.xlsx --dry-run, xem, rồi chạy lại không có --dry-run.").format(
            kind=kind
        ),
        _("Không gộp ô, không dùng công thức, không thêm cột không tên. Ngày trước, tháng sau."),
    ]
    for row, words in enumerate(lines):
        page.write_string(row, 1, words, wrap)
    for row, field in enumerate(keys(kind), len(lines)):
        page.write_string(row, 0, heading(kind, field), bold)
        result = kind.results.get(field)
        page.write_string(row, 1, upper_first(bounds(result)) + "." if result else _explain(field), wrap)
    for column, (field, values) in enumerate(choices.items(), _LISTS):
        page.write_string(0, column, heading(kind, field), bold)
        page.write_column(1, column, values)


def _explain(field: str) -> str:
    """What a field holds."""
    return {
        "code": _("Chữ cái ASCII, chữ số, . _ - ; định dạng Text để giữ số 0 ở đầu."),
        "unit_code": _(
            "Mã, hoặc tên đầy đủ có từ chỉ cấp, như “UBND phường Hòa Quý”; xem trang “{sheet}”."
        ).format(sheet=_("Đơn vị")),
        "name": _("Tên đầy đủ, như “UBND phường Hòa Quý”."),
        "parent_code": _("Mã của đơn vị cấp trên."),
        "kind": _("Chọn trong danh sách."),
        "level": _("Bỏ trống thì theo loại."),
        "sort_order": _("Số nguyên, như 10: số nhỏ đứng trước trong danh sách; có thể bỏ trống."),
        "valid_from": _("Ngày đơn vị bắt đầu có, như 31/03/2022; bỏ trống thì là ngày đầu của kế hoạch."),
        "document_number": _("Số và ký hiệu, như 12/KH-UBND; có thể bỏ trống."),
        "evidence": _("Đường dẫn tới tệp (tính từ thư mục chạy lệnh nhập), hoặc địa chỉ trang web."),
        "contents": _("Số của nội dung thi đua, như 1,3."),
        "phase": _("Mã giai đoạn, xem thidua plan; bỏ trống thì theo ngày."),
        "occasion": _("Kỳ, như 2023, khi kế hoạch đòi cùng một việc nhiều lần; bỏ trống thì theo ngày."),
        "kind_of_change": _(
            "Giữ nguyên, đổi tên: đơn vị tiếp tục; nhập, tách, giải thể: đơn vị cũ hết; thành lập: lập mới."
        ),
        "extent": _("Bỏ trống thì là toàn bộ."),
        "obligation": _("Mã nghĩa vụ, xem thidua plan."),
    }.get(field, _("Ngày, như 31/03/2022.") if field in DAYS else _("Chữ."))
