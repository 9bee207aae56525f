"""A document as a workbook: one sheet for each section, real dates and percentages, text as text.

Equal documents give equal bytes: the workbook says it was made at the instant that the document knows.
"""

import io
import re
from collections.abc import Sequence
from datetime import date, datetime
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, assert_never

from thidua_cli.ground import language
from thidua_cli.ground.dates import local, show_day
from thidua_cli.ground.errors import UsageError
from thidua_cli.ground.language import _, grouped
from thidua_cli.render.cells import MINUS, NOTHING, prose, tone
from thidua_cli.render.document import Bars, Block, Document, Headlines, Paragraph, Section
from thidua_cli.render.model import Column, Curve, Delta, Form, Heat, Mark, Report, Table, Tone

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.chart import Chart
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_NEVER = "2021-01-01T00:00:00.000000Z"  # when a workbook was made that speaks of no moment
_MANY = 30_000  # rows that need not be held in memory
_LINE = 90  # characters of a line of text above and below the tables
_LINE_HEIGHT = 13.5
_ROW_HEIGHT = 15.0
_TINY = 3  # letters of the header of a column of numbers of its own width, such as that of places
_PAPER = 769.0, 501.0  # points of A4 landscape within the margins
_SURE = 0.94  # the part of the paper that every program surely has room on
_UNLIKE = 40  # the most for texts above or below other columns, which they would spread over the page
_STANDARD = 8.43  # the width of a column that nobody has set
_SHEET_NAME = 31
_SHEET_ROWS = 1_048_576 - 1000  # of a list; the rest is for what stands above and below it
_CELL = 32_767  # units of UTF-16 that Excel takes into a cell
_ENDING = 100  # of them for the words where a text is cut
_HIGHEST = 408.75  # points of a row
_BREAKS = 1000  # of pages that a sheet may have
_A4 = 9
_FONT = {"font_name": "Arial", "font_size": 10}
_SIGNED = f'+#,##0;"{MINUS}"#,##0;0'
_WIDTHS = {Form.NUMBER: 11, Form.RATE: 11, Form.DAY: 12, Form.INSTANT: 20, Form.BAR: 12}
_COLOURS = {
    Tone.GOOD: ("#14532D", "#DCF2E3"),
    Tone.WARN: ("#6B4100", "#FDEECB"),
    Tone.BAD: ("#8C1D18", "#FBE0DE"),
    Tone.MUTED: ("#59636F", "#ECEFF3"),
}


class _Book:
    """The workbook and its formats, each made once."""

    def __init__(self, book: "Workbook", whole: str) -> None:
        self.book, self.whole = book, whole
        self.cut = 0  # cells whose text was longer than Excel takes
        self._formats: dict[tuple[tuple[str, object], ...], Format] = {}
        self._cells: dict[tuple[Form, Tone, bool, bool, bool], Format] = {}
        self.data: tuple[Worksheet, int] | None = None
        self.heights: dict[int, float] = {}  # of the rows of the sheet that is being written
        self.kept: set[int] = set()  # its rows that stay on a page with the next

    def chart_data(self, rows: int) -> "tuple[Worksheet, int]":
        """The sheet of the charts' figures, and the header row of a table with that many rows."""
        sheet, header = self.data or (self.book.add_worksheet(sheet_name(_("Số liệu biểu đồ"))), 1)
        self.data = sheet, header + rows + 3
        return sheet, header

    def text(self, words: str) -> str:
        """Words as a cell shows them; of more than Excel takes the first, and how many are left out."""
        shown = prose(words)
        if fits(shown):
            return shown
        self.cut += 1
        start = shown.encode("utf-16-le")[: (_CELL - _ENDING) * 2].decode("utf-16-le", "ignore")
        return start + _("… (còn {count} ký tự, xem bản {form})").format(
            count=grouped(len(shown) - len(start)), form=self.whole
        )

    def high(self, sheet: "Worksheet", row: int, height: float) -> None:
        """Give a row its height, or the most that Excel takes."""
        height = min(height, _HIGHEST)
        sheet.set_row(row, height)
        self.heights[row] = height

    def format(self, **properties: object) -> "Format":
        key = tuple(sorted(properties.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format(_FONT | {"valign": "top"} | properties)
        return self._formats[key]

    def cell(
        self, form: Form, mood: Tone, *, heat: bool = False, bold: bool = False, signed: bool = False
    ) -> "Format":
        """How a value of that form and tone looks."""
        key = form, mood, heat, bold, signed
        if key not in self._cells:
            self._cells[key] = self._made(*key)
        return self._cells[key]

    def _made(self, form: Form, mood: Tone, heat: bool, bold: bool, signed: bool) -> "Format":
        properties: dict[str, object] = {"bottom": 7, "bottom_color": "#9AA4B0"}
        if form is Form.RATE:
            properties |= {"num_format": "0.0%", "align": "right"}
        elif form is Form.NUMBER:
            properties |= {"num_format": _SIGNED if signed else "#,##0", "align": "right"}
        elif form is Form.DAY:
            properties |= {"num_format": _day_format(), "align": "left", "indent": 1}
        elif form is Form.INSTANT:
            properties |= {"num_format": f"{_day_format()} hh:mm:ss", "align": "left", "indent": 1}
        elif form is Form.TEXT:
            properties |= {"num_format": "@", "text_wrap": True, "align": "left", "indent": 1}
        if mood in _COLOURS:
            ink, paper = _COLOURS[mood]
            properties |= {"font_color": ink} | ({"bg_color": paper} if heat else {})
        if bold:
            properties |= {"bold": True, "top": 1}
        return self.format(**properties)


class _Place(NamedTuple):
    """A sheet, the row on which the next block begins, and the widths of the sheet's columns."""

    sheet: "Worksheet"
    row: int
    widths: Sequence[float] = ()


def fits(words: str) -> bool:
    """Whether Excel takes a text into one cell: it counts in units of UTF-16."""
    return len(words) * 2 <= _CELL or len(words.encode("utf-16-le", "surrogatepass")) <= _CELL * 2


def to_bytes(document: Document, warnings: list[str] | None = None, whole: str = "JSON") -> bytes:
    """The workbook; what of it is cut goes to `warnings`, and `whole` is the format that holds it.

    Raises UsageError for a list that is longer than a sheet.
    """
    import xlsxwriter

    for section in document.sections:
        _refuse_long(section.blocks, whole)
    target = io.BytesIO()
    options: dict[str, object] = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    options["default_format_properties"] = dict(_FONT)  # widths of columns are counted in its digits
    if sum(_rows_of(section.blocks) for section in document.sections) > _MANY:
        # Rows go to a file as they come, and texts stand in their cells.
        options |= {"constant_memory": True, "in_memory": False}
    with xlsxwriter.Workbook(target, options) as workbook:
        workbook.set_properties({"title": document.title, "created": _instant(document.known_at)})
        workbook.set_calc_mode("auto")
        book = _Book(workbook, whole)
        sheets = [
            workbook.add_worksheet(sheet_name(section.short or section.title))
            for section in document.sections
        ]
        for section, sheet in zip(document.sections, sheets, strict=True):
            _section(book, sheet, document, section)
        if book.data:
            _print_setup(book.data[0], document)
        if document.notes:
            _notes(book, document)
    if book.cut and warnings is not None:
        words = _("{count} ô dài hơn {most} ký tự mà Excel nhận, đã cắt và ghi rõ; xem đủ trong bản {form}")
        warnings.append(words.format(count=book.cut, most=grouped(_CELL), form=whole))
    return target.getvalue()


def _refuse_long(blocks: Sequence[Block], whole: str) -> None:
    """Raise UsageError for blocks with more rows than a sheet has."""
    if (count := _rows_of(blocks)) > _SHEET_ROWS:
        raise UsageError(
            _("{count} dòng: nhiều hơn một sổ tính nhận được").format(count=count),
            _("Dùng --format {form}.").format(form=whole.lower()),
        )


def report_to_bytes(report: Report, warnings: list[str] | None = None) -> bytes:
    """A report as one sheet: one list to filter where its tables are alike, else table below table.

    `warnings` and errors as `to_bytes`.
    """
    title = report.lead[0] if report.lead else ""
    found = report.people()
    _refuse_long(found, "CSV")
    blocks = _as_list(found)
    section = Section(
        "list", title, [*blocks, *map(Paragraph, report.notes)], short=title.partition(" · ")[0]
    )
    return to_bytes(
        Document(
            title, report.lead[1:], "", [section], [],
            as_of=report.as_of or "", known_at=report.known_at or _NEVER, head=report.head or "",
        ),
        warnings,
        whole="CSV",
    )  # fmt: skip


def _as_list(blocks: Sequence[Table | Curve]) -> list[Block]:
    """Tables with the same columns as one, in which titles and headings have columns of their own.

    Totals have no place in a list that is filtered.
    """
    tables = [block for block in blocks if isinstance(block, Table)]
    if len({tuple(table.columns) for table in tables}) != 1 or not all(each.groups for each in tables):
        return list(blocks)
    kept = tables[0].undrawn
    titled = len(tables) > 1
    headed = any(heading for table in tables for heading, _rows in table.groups)
    columns = [*[Column(_("Bảng"), narrow=20)] * titled, *[Column(_("Nhóm"), narrow=20)] * headed]
    rows = [
        [*[table.title] * titled, *[heading] * headed, *(row[index] for index in kept)]
        for table in tables
        for heading, members in table.groups
        for row in members
    ]
    return [
        *(block for block in blocks if not isinstance(block, Table)),
        *([Paragraph(tables[0].title)] if tables[0].title and not titled else []),
        Heat([*columns, *(tables[0].columns[index] for index in kept)], [("", rows)]),
    ]


def _rows_of(blocks: Sequence[Block]) -> int:
    return sum(block.row_count for block in blocks if isinstance(block, Table))


def _instant(known_at: str) -> datetime:
    return datetime.fromisoformat(known_at).replace(tzinfo=None, microsecond=0)


def _section(book: _Book, sheet: "Worksheet", document: Document, section: Section) -> None:
    tables = [block for block in section.blocks if isinstance(block, Table) and block.groups]
    widths = _widths(tables)
    for index, width in enumerate(widths):
        sheet.set_column(index, index, width)
    book.heights, book.kept, header = {}, set(), -1
    place = _Place(sheet, _title(book, sheet, section.title, document.lead), widths)
    if section is document.sections[0] and document.summary:
        place = _text(book, place, document.summary)
    one_header = len({tuple(table.columns) for table in tables}) == 1
    if tables and not one_header:
        sheet.freeze_panes(1, 0)  # no header is true of the whole sheet; its title is
    for block in section.blocks:
        if one_header and block is tables[0]:
            header = place.row + (0 if isinstance(block, Heat) or not block.title else 1)
            _freeze(sheet, header)
        # The header that all tables share stays in sight and is printed on each page: it is written once.
        place = _block(book, place, block, headed=header in (-1, place.row, place.row + 1))
    _print_setup(sheet, document)
    if not any(isinstance(block, Heat | Curve) for block in section.blocks):
        _paginate(book, place, header)
    if any(isinstance(block, Curve) for block in section.blocks):
        sheet.fit_to_pages(1, 1)  # a chart is not cut


def sheet_name(title: str) -> str:
    """A section's title as the name of a sheet: no signs that Excel forbids, at most 31 characters."""
    plain = re.sub(r"[\[\]:*?/\\']", " ", prose(title)).strip()
    if len(plain) <= _SHEET_NAME:
        return plain
    words = plain[:_SHEET_NAME].rpartition(" ")[0] or plain[: _SHEET_NAME - 1]
    return f"{words.rstrip(' ,.')}…"


def _freeze(sheet: "Worksheet", header: int) -> None:
    sheet.freeze_panes(header + 1, 0)
    sheet.repeat_rows(header)


def _paginate(book: _Book, place: _Place, header: int) -> None:
    """Where the sheet takes pages, break them so that no heading stands last.

    The row of the header is on each page.
    """
    width = sum(each * 7 + 5 for each in place.widths) * 0.75 or 1
    scale = min(1.0, _PAPER[0] * _SURE / width)
    room = _PAPER[1] * _SURE / scale
    breaks: list[int] = []
    first, used = 0, 0.0
    for row in range(place.row - 1):
        height = book.heights.get(row, _ROW_HEIGHT)
        if used + height > room:
            start = row
            while start - 1 > first and start - 1 in book.kept:
                start -= 1
            breaks.append(start)
            first = start
            used = sum(book.heights.get(each, _ROW_HEIGHT) for each in range(start, row))
            used += book.heights.get(header, 0.0)
        used += height
    place.sheet.set_h_pagebreaks(breaks[:_BREAKS])


def _print_setup(sheet: "Worksheet", document: Document) -> None:
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(2)
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})  # codes of units are names
    sheet.set_footer(f"&L&9 {show_day(document.as_of or None)}&C&9 &P / &N&R&9 &A")


def _widths(tables: Sequence[Table]) -> list[float]:
    """The widths of the sheet's columns: what the widest cell of each needs, within bounds."""
    if not tables:
        return [18] * 6
    columns: list[float] = []
    alike = len({tuple(table.columns) for table in tables}) == 1
    for table in tables:
        widest = [len(column.label) for column in table.columns]
        for row in chain.from_iterable(rows for _heading, rows in table.groups):
            widest = [max(most, len(str(_plain(cell)))) for most, cell in zip(widest, row, strict=True)]
        for index, column in enumerate(table.columns):
            most = (66 if alike else _UNLIKE) if column.narrow else 45
            width = _WIDTHS.get(column.form) or min(1.1 * widest[index] + 3, most)
            if column.form is Form.NUMBER and len(column.label) <= _TINY:
                width = max(widest[index] + 3, 5)
            columns[index : index + 1] = [max(width, columns[index] if index < len(columns) else 0)]
    return columns


def _plain(value: object) -> object:
    return value.value if isinstance(value, Mark) else value


def _title(book: _Book, sheet: "Worksheet", title: str, lead: Sequence[str]) -> int:
    sheet.write_string(0, 0, book.text(title), book.format(bold=True, font_size=14))
    book.high(sheet, 0, 22)
    for row, line in enumerate(lead, 1):
        sheet.write_string(row, 0, book.text(line), book.format(font_color="#55606E"))
    return len(lead) + 2


def _text(book: _Book, place: _Place, words: str) -> _Place:
    """A paragraph over as many columns as its lines need, as high as it needs."""
    last, width = 0, 0.0
    while width < _LINE:
        width += place.widths[last] if last < len(place.widths) else _STANDARD
        last += 1
    if last > 1:
        style = book.format(text_wrap=True)
        place.sheet.merge_range(place.row, 0, place.row, last - 1, book.text(words), style)
    else:
        place.sheet.write_string(place.row, 0, book.text(words), book.format(text_wrap=True))
    book.high(place.sheet, place.row, _LINE_HEIGHT * _lines(words, width))
    return place._replace(row=place.row + 2)


def _block(book: _Book, place: _Place, block: Block, *, headed: bool) -> _Place:
    match block:
        case Paragraph(words):
            return _text(book, place, words)
        case Headlines():
            return _headlines(book, place, block)
        case Curve():
            return _curve(book, place, block)
        case Bars():
            return place  # the table that follows has the figures, and bars of its own
        case Heat():
            return _heat(book, place, block)
        case Table():
            return _table(book, place, block, headed=headed)
        case _:
            assert_never(block)


def _headlines(book: _Book, place: _Place, block: Headlines) -> _Place:
    sheet, row = place.sheet, place.row
    for number, item in enumerate(block.items):
        sheet.write_string(row + number, 0, book.text(item.label), book.format(bold=True))
        look: dict[str, object] = {"bold": True, "font_size": 14, "align": "right"}
        if item.share is None:
            sheet.write_string(row + number, 1, book.text(item.value), book.format(**look))
        else:
            style = book.format(**look, num_format="0.0%")
            sheet.write_number(row + number, 1, round(item.share / 100, 4), style)
        sheet.write_string(
            row + number, 2, book.text(item.note), book.format(font_color="#55606E", align="left", indent=1)
        )
        book.high(sheet, row + number, 20)
    return place._replace(row=row + len(block.items) + 1)


def _table(book: _Book, place: _Place, table: Table, *, headed: bool) -> _Place:
    sheet, row = place.sheet, place.row
    if table.title:
        sheet.write_string(row, 0, book.text(table.title), book.format(bold=True, font_size=11))
        book.kept.add(row)
        row += 1
    if not table.groups:
        sheet.write_string(row, 0, book.text(table.empty), book.format())
        return place._replace(row=row + 2)
    if headed:
        _header(book, place._replace(row=row), table.columns)
        row += 1
    first = row
    for heading, rows in table.groups:
        if heading:
            _heading(book, place._replace(row=row), heading, len(table.columns))
            if rows:
                book.kept.add(row)
            row += 1
        for cells in rows:
            _row(book, place._replace(row=row), cells, table.columns)
            row += 1
    if table.total is not None:
        _row(book, place._replace(row=row), table.total, table.columns, bold=True)
        row += 1
    for index, column in enumerate(table.columns):
        if column.form is Form.RATE:
            sheet.conditional_format(first, index, row - 1, index, _BAR)
    return place._replace(row=row + 1)


def _heading(book: _Book, place: _Place, heading: str, columns: int) -> None:
    """A line above rows; one that is longer than the table is wide takes several lines."""
    lines = _lines(heading, sum(place.widths[:columns]) * 0.9)
    style = book.format(bold=True, text_wrap=lines > 1)
    if lines > 1 and columns > 1:
        place.sheet.merge_range(place.row, 0, place.row, columns - 1, book.text(heading), style)
        book.high(place.sheet, place.row, _LINE_HEIGHT * lines)
    else:
        place.sheet.write_string(place.row, 0, book.text(heading), style)


_BAR = {
    "type": "data_bar", "bar_solid": True, "bar_color": "#9DC3E6", "min_type": "num", "max_type": "num",
    "min_value": 0, "max_value": 1,
}  # fmt: skip


def _heat(book: _Book, place: _Place, heat: Heat) -> _Place:
    """All rows as one list that can be filtered; the group is one of its columns."""
    sheet, header = place.sheet, place.row
    _header(book, place, heat.columns)
    row = header
    for _heading, rows in heat.groups:
        for cells in rows:
            row += 1
            _row(book, place._replace(row=row), cells, heat.columns, heat=True)
    sheet.autofilter(header, 0, row, len(heat.columns) - 1)
    return place._replace(row=row + 2)


def _header(book: _Book, place: _Place, columns: Sequence[Column]) -> None:
    lines = 1
    for index, column in enumerate(columns):
        if column.form is not Form.BAR:
            look = {"bold": True, "bottom": 2, "text_wrap": True, "valign": "bottom", "bg_color": "#F3F5F8"}
            side = {"align": "right"} if column.form.is_right else {"align": "left", "indent": 1}
            place.sheet.write_string(place.row, index, book.text(column.label), book.format(**look, **side))
            lines = max(lines, _lines(column.label, place.widths[index]))
    book.high(place.sheet, place.row, _LINE_HEIGHT * lines + 4)
    book.kept.add(place.row)


def _row(
    book: _Book,
    place: _Place,
    cells: Sequence[object],
    columns: Sequence[Column],
    *,
    heat: bool = False,
    bold: bool = False,
) -> None:
    """A row, as high as its longest text needs in its column."""
    lines = 1
    for index, (value, column) in enumerate(zip(cells, columns, strict=True)):
        if column.form is Form.BAR:
            continue
        plain = _plain(value)
        style = book.cell(column.form, tone(value), heat=heat, bold=bold, signed=isinstance(plain, Delta))
        _value(book, place.sheet, place.row, index, plain, column.form, style)
        if isinstance(plain, str) and (len(plain) >= place.widths[index] or "\n" in plain):
            lines = max(lines, _lines(plain, place.widths[index]))
    if lines > 1:
        book.high(place.sheet, place.row, _LINE_HEIGHT * lines)


def _lines(words: str, width: float) -> int:
    """How many lines a text takes in a column; a little more than a typist would need."""
    return sum(1 + int(len(line) / width) for line in words.split("\n"))


def _value(
    book: _Book, sheet: "Worksheet", row: int, index: int, value: object, form: Form, style: "Format"
) -> None:
    if form is Form.TEXT and value:
        sheet.write_string(row, index, book.text(str(value)), style)
    elif value is None or value == "":
        if form is Form.RATE:
            sheet.write_string(row, index, NOTHING, style)
        else:
            sheet.write_blank(row, index, None, style)
    elif form is Form.INSTANT:
        sheet.write_datetime(row, index, local(str(value)), style)
    elif form is Form.DAY:
        day = value if isinstance(value, date) else date.fromisoformat(str(value))
        sheet.write_datetime(row, index, day, style)
    elif form is Form.RATE and isinstance(value, int | float):
        sheet.write_number(row, index, round(value / 100, 4), style)
    elif isinstance(value, int | float):
        sheet.write_number(row, index, value, style)
    else:
        sheet.write_string(row, index, book.text(str(value)), style)


def _curve(book: _Book, place: _Place, found: Curve) -> _Place:
    """A native chart; its figures stand on a sheet of their own."""
    days = sorted({day for points in found.series.values() for day, _value in points} | set(found.marks))
    columns = [Column(_("Ngày"), Form.DAY), *(Column(name, Form.RATE) for name in found.series)]
    columns += [Column(label, Form.RATE) for label in found.marks.values()]
    data, header = book.chart_data(len(days))
    data.write_string(header - 1, 0, book.text(found.title), book.format(bold=True, font_size=11))
    widths = [16.0] * len(columns)
    _header(book, _Place(data, header, widths), columns)
    data.set_column(0, len(columns) - 1, widths[0])
    if header == 1:
        data.freeze_panes(header + 1, 0)
    series = [dict(points) for points in found.series.values()] + [{day: 100.0} for day in found.marks]
    for row, day in enumerate(days, header + 1):
        for index, value in enumerate([day, *(points.get(day) for points in series)]):
            if value is not None:
                form = columns[index].form
                _value(book, data, row, index, value, form, book.cell(form, Tone.PLAIN))
    chart = _chart(book, found, data, header, days)
    place.sheet.insert_chart(place.row, 0, chart, {"description": prose(found.title)})
    return place._replace(row=place.row + 20)


def _chart(book: _Book, found: Curve, data: "Worksheet", header: int, days: Sequence[str]) -> "Chart":
    """Lines over the days of the data sheet, which stand below the header; a mark has its words beside it."""
    chart = book.book.add_chart({"type": "line"})
    last = header + len(days)
    styles = [("#0B5394", "solid"), ("#9A4A00", "dash"), ("#5B2A86", "round_dot"), ("#2B6A3B", "dash_dot")]

    def series(number: int, **look: object) -> dict[str, object]:
        return {
            "name": [data.name, header, number],
            "categories": [data.name, header + 1, 0, last, 0],
            "values": [data.name, header + 1, number, last, number],
            **look,
        }

    lines = len(found.series)
    for number in range(1, lines + 1):
        colour, dash = styles[(number - 1) % len(styles)]
        chart.add_series(series(number, line={"color": colour, "width": 2.25, "dash_type": dash}))
    marks = book.book.add_chart({"type": "column"})  # a mark is a column of the full height on its day
    for number in range(lines + 1, lines + len(found.marks) + 1):
        day = days.index(list(found.marks)[number - lines - 1])
        named: list[dict[str, object]] = [{"delete": True}] * len(days)
        named[day] = {"value": list(found.marks.values())[number - lines - 1]}
        labels = {"value": True, "custom": named, "position": "inside_end", "font": {"color": "#B3261E"}}
        marks.add_series(series(number, fill={"color": "#B3261E"}, gap=500, data_labels=labels))
    if found.marks:
        chart.combine(marks)
    chart.set_title({"name": prose(found.title), "name_font": {"size": 11}})
    every = max(1, (last - header) // 6)
    axis = {"date_axis": True, "num_format": _day_format(), "major_unit": every, "major_unit_type": "days"}
    chart.set_x_axis(axis)
    chart.set_y_axis(
        {
            "min": 0,
            "max": 1,
            "num_format": "0%",
            "major_gridlines": {"visible": True, "line": {"color": "#D5DAE1"}},
        }
    )
    chart.set_legend({"position": "top", "delete_series": list(range(lines, lines + len(found.marks)))})
    chart.set_size({"width": 900, "height": 360})
    return chart


def _notes(book: _Book, document: Document) -> None:
    """What the workbook is made from, on a sheet of its own."""
    sheet = book.book.add_worksheet(sheet_name(_("Nguồn số liệu")))
    _title(book, sheet, document.title, ())
    for row, line in enumerate(document.notes, 2):
        sheet.write_string(row, 0, book.text(line), book.format(text_wrap=True))
        book.high(sheet, row, _LINE_HEIGHT * _lines(line, 110))
    sheet.set_column(0, 0, 110)
    _print_setup(sheet, document)


def _day_format() -> str:
    return "dd/mm/yyyy" if language.current() == "vi" else "yyyy-mm-dd"
