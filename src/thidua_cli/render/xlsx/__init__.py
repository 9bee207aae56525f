"""A document as a workbook: one sheet for each section, real dates and percentages, text as text.

Equal documents give equal bytes: the workbook says it was made at the instant that the document knows.
"""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from thidua_cli.ground.errors import UsageError
from thidua_cli.ground.language import _, grouped
from thidua_cli.ground.sheets import CELL_UNITS
from thidua_cli.render.document import Bars, Block, Document, Headlines, Paragraph, Section
from thidua_cli.render.model import Column, Curve, Heat, Report, Table
from thidua_cli.render.xlsx import chart
from thidua_cli.render.xlsx.formats import FONT, WorkbookWriter
from thidua_cli.render.xlsx.sheet import SheetWriter, column_widths

_NEVER = "2021-01-01T00:00:00.000000Z"  # when a workbook was made that speaks of no moment
_MANY = 30_000  # rows that need not be held in memory
_SHEET_ROWS = 1_048_576 - 1000  # of a list; the rest is for what stands above and below it


def to_bytes(document: Document, warnings: list[str] | None = None, whole: str = "JSON") -> bytes:
    """The workbook; what of it is cut goes to `warnings`, and `whole` is the format that holds it.

    Raises UsageError for a list that is longer than a sheet.
    """
    import xlsxwriter

    counts = [_row_count(section.blocks, whole) for section in document.sections]
    target = io.BytesIO()
    options: dict[str, object] = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    options["default_format_properties"] = dict(FONT)  # widths of columns are counted in its digits
    if sum(counts) > _MANY:
        # Rows go to a file as they come, and texts stand in their cells.
        options |= {"constant_memory": True, "in_memory": False}
    with xlsxwriter.Workbook(target, options) as workbook:
        made = datetime.fromisoformat(document.known_at).replace(tzinfo=None, microsecond=0)
        workbook.set_properties({"title": document.title, "created": made})
        workbook.set_calc_mode("auto")
        book = WorkbookWriter(workbook, whole)
        _write_sheets(book, document)
    if book.cut and warnings is not None:
        words = _("{count} ô dài hơn {most} ký tự mà Excel nhận, đã cắt và ghi rõ; xem đủ trong bản {form}")
        warnings.append(words.format(count=book.cut, most=grouped(CELL_UNITS), form=whole))
    return target.getvalue()


def report_to_bytes(report: Report, warnings: list[str] | None = None) -> bytes:
    """A report as one sheet: one list to filter where its tables are alike, else table below table.

    `warnings` and errors as `to_bytes`.
    """
    title = report.lead[0] if report.lead else ""
    tables = report.people()
    _row_count(tables, "CSV")  # before rows are made
    blocks = [*_as_list(tables), *map(Paragraph, report.notes)]
    section = Section("list", title, blocks, short=title.partition(" · ")[0])
    known_at = report.known_at or _NEVER
    document = Document(title, report.lead[1:], "", [section], [], report.as_of or "", known_at)
    return to_bytes(document, warnings, whole="CSV")


def _row_count(blocks: Sequence[Block], whole: str) -> int:
    """The rows of all tables. Raises UsageError for more than a sheet has."""
    count = sum(block.row_count for block in blocks if isinstance(block, Table))
    if count > _SHEET_ROWS:
        raise UsageError(
            _("{count} dòng: nhiều hơn một sổ tính nhận được").format(count=count),
            _("Dùng --format {form}.").format(form=whole.lower()),
        )
    return count


def _as_list(blocks: Sequence[Table | Curve]) -> Sequence[Block]:
    """Tables with the same columns as one, in which titles and headings have columns of their own.

    Totals have no place in a list that is filtered.
    """
    tables = [block for block in blocks if isinstance(block, Table)]
    if not _are_alike(tables) or not all(table.groups for table in tables):
        return blocks
    tables = [table.keeping(table.undrawn) for table in tables]
    titled = len(tables) > 1
    headed = any(heading for table in tables for heading, _rows in table.groups)
    columns = [*[Column(_("Bảng"), narrow=20)] * titled, *[Column(_("Nhóm"), narrow=20)] * headed]
    rows = [
        [*[table.title] * titled, *[heading] * headed, *row]
        for table in tables
        for heading, members in table.groups
        for row in members
    ]
    return [
        *(block for block in blocks if not isinstance(block, Table)),
        *([Paragraph(tables[0].title)] if tables[0].title and not titled else []),
        Heat([*columns, *tables[0].columns], [("", rows)]),
    ]


def _are_alike(tables: Sequence[Table]) -> bool:
    return len({tuple(table.columns) for table in tables}) == 1


def _write_sheets(book: WorkbookWriter, document: Document) -> None:
    """Write a sheet for each section, one for the figures of all charts, and one for the notes."""
    sheets = [SheetWriter(book, section.short or section.title) for section in document.sections]
    figures = None
    for section, sheet in zip(document.sections, sheets, strict=True):
        if any(isinstance(block, Curve) for block in section.blocks):
            figures = figures or SheetWriter(book, _("Số liệu biểu đồ"))
        _write_section(sheet, document, section, figures)
    if figures:
        figures.set_up_pages(document)
    if document.notes:
        notes = SheetWriter(book, _("Nguồn số liệu"))
        notes.title(document.title, ())
        notes.lines(document.notes, 110)
        notes.set_up_pages(document)


def _write_section(
    sheet: SheetWriter, document: Document, section: Section, figures: SheetWriter | None
) -> None:
    tables = [block for block in section.blocks if isinstance(block, Table) and block.groups]
    alike = _are_alike(tables)
    sheet.set_widths(column_widths(tables, alike=alike))
    sheet.title(section.title, document.lead)
    if section is document.sections[0] and document.summary:
        sheet.paragraph(document.summary)
    if tables and not alike:
        sheet.sheet.freeze_panes(1, 0)  # no header is true of the whole sheet; its title is
    header = -1
    for block in section.blocks:
        match block:
            case Paragraph(words):
                sheet.paragraph(words)
            case Headlines():
                sheet.headlines(block)
            case Curve():
                assert figures is not None  # noqa: S101 - made for every section with a curve
                chart.draw(block, sheet, figures)
            case Bars():
                pass  # the table that follows has the figures, and bars of its own
            case Table():
                is_first = bool(tables) and block is tables[0]
                if alike and is_first:
                    # It stays in sight and is printed on each page, and so is written once.
                    header = sheet.row + bool(block.title and not isinstance(block, Heat))
                    sheet.sheet.freeze_panes(header + 1, 0)
                    sheet.sheet.repeat_rows(header)
                if isinstance(block, Heat):
                    sheet.list_rows(block)
                else:
                    sheet.table(block, headed=is_first or not alike)
            case _:
                assert_never(block)
    sheet.set_up_pages(document)
    if not any(isinstance(block, Heat | Curve) for block in section.blocks):
        sheet.break_pages(header)
    if any(isinstance(block, Curve) for block in section.blocks):
        sheet.sheet.fit_to_pages(1, 1)  # a chart is not cut
