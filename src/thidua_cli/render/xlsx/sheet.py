"""One sheet of a workbook, written from the top: texts, tables, figures, and the breaks of its pages."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING

from thidua_cli.ground.dates import local, show_day
from thidua_cli.render.cells import NOTHING, plain, prose, tone
from thidua_cli.render.document import Document, Headlines
from thidua_cli.render.model import Column, Delta, Form, Heat, Table
from thidua_cli.render.xlsx.formats import GREY, WorkbookWriter, side

if TYPE_CHECKING:
    from xlsxwriter.format import Format

_LINE = 90  # characters of a line of text above and below the tables
_LINE_HEIGHT = 13.5
_ROW_HEIGHT = 15.0
_HIGHEST = 408.75  # points of a row that Excel takes
_TINY = 3  # letters of the header of a column of numbers of its own width, such as that of places
_UNLIKE = 40  # the most for texts above or below other columns, which they would spread over the page
_STANDARD = 8.43  # the width of a column that nobody has set
_WIDTHS = {Form.NUMBER: 11, Form.RATE: 11, Form.DAY: 12, Form.INSTANT: 20, Form.BAR: 12}
_PAPER = 769.0, 501.0  # points of A4 landscape within the margins
_SURE = 0.94  # the part of the paper that every program surely has room on
_BREAKS = 1000  # of pages that a sheet may have
_A4 = 9
_NAME = 31
_HEADER = {"bold": True, "bottom": 2, "text_wrap": True, "valign": "bottom", "bg_color": "#F3F5F8"}
_RATE_BAR = {
    "type": "data_bar", "bar_solid": True, "bar_color": "#9DC3E6", "min_type": "num", "max_type": "num",
    "min_value": 0, "max_value": 1,
}  # fmt: skip


class SheetWriter:
    """A sheet; `row` is the row that is written next, from 0."""

    def __init__(self, book: WorkbookWriter, name: str) -> None:
        self.book = book
        self.sheet = book.workbook.add_worksheet(sheet_name(name))
        self.row = 0
        self.widths: Sequence[float] = ()
        self._heights: dict[int, float] = {}
        self._kept: set[int] = set()  # rows that stay on a page with the next

    def set_widths(self, widths: Sequence[float]) -> None:
        """Set the widths of the first columns."""
        self.widths = widths
        for index, width in enumerate(widths):
            self.sheet.set_column(index, index, width)

    def write(self, column: int, words: str, **look: object) -> None:
        """Write words into a cell of the row."""
        self.sheet.write_string(self.row, column, self.book.text(words), self.book.format(**look))

    def _write_across(self, words: str, columns: int, lines: int, **look: object) -> None:
        """Write words over the first columns, in so many lines."""
        if columns == 1:
            self.write(0, words, **look)
        else:
            text, style = self.book.text(words), self.book.format(**look)
            self.sheet.merge_range(self.row, 0, self.row, columns - 1, text, style)
        self._set_height(_LINE_HEIGHT * lines)

    def _set_height(self, height: float) -> None:
        self._heights[self.row] = min(height, _HIGHEST)
        self.sheet.set_row(self.row, self._heights[self.row])

    def title(self, title: str, lead: Sequence[str]) -> None:
        """Write the title of the sheet, and the lines below it."""
        self.write(0, title, bold=True, font_size=14)
        self._set_height(22)
        for line in lead:
            self.row += 1
            self.write(0, line, font_color=GREY)
        self.row += 2

    def paragraph(self, words: str) -> None:
        """Write a paragraph over as many columns as its lines need."""
        columns, width = 0, 0.0
        while width < _LINE:
            width += self.widths[columns] if columns < len(self.widths) else _STANDARD
            columns += 1
        self._write_across(words, columns, _lines(words, width), text_wrap=True)
        self.row += 2

    def lines(self, lines: Sequence[str], width: float) -> None:
        """Write lines below each other, into a first column of that width."""
        for line in lines:
            self._write_across(line, 1, _lines(line, width), text_wrap=True)
            self.row += 1
        self.set_widths([width])

    def headlines(self, block: Headlines) -> None:
        """Write figures below each other: label, figure, note."""
        for item in block.items:
            self.write(0, item.label, bold=True)
            look: dict[str, object] = {"bold": True, "font_size": 14, "align": "right"}
            if item.share is None:
                self.write(1, item.value, **look)
            else:
                style = self.book.format(**look, num_format="0.0%")
                self.sheet.write_number(self.row, 1, round(item.share / 100, 4), style)
            self.write(2, item.note, font_color=GREY, align="left", indent=1)
            self._set_height(20)
            self.row += 1
        self.row += 1

    def table(self, table: Table, *, headed: bool) -> None:
        """Write a table with its title; `headed`: with its header too."""
        if table.title:
            self.write(0, table.title, bold=True, font_size=11)
            self._kept.add(self.row)
            self.row += 1
        if not table.groups:
            self.write(0, table.empty)
            self.row += 2
            return
        if headed:
            self.header(table.columns)
        first = self.row
        for heading, rows in table.groups:
            if heading:
                self._heading(heading, len(table.columns), keep=bool(rows))
            for row in rows:
                self._row(row, table.columns)
        if table.total is not None:
            self._row(table.total, table.columns, bold=True)
        for index, column in enumerate(table.columns):
            if column.form is Form.RATE:
                self.sheet.conditional_format(first, index, self.row - 1, index, _RATE_BAR)
        self.row += 1

    def list_rows(self, heat: Heat) -> None:
        """Write all rows as one list that can be filtered; the group is one of its columns."""
        header = self.row
        self.header(heat.columns)
        for row in chain.from_iterable(rows for _heading, rows in heat.groups):
            self._row(row, heat.columns, heat=True)
        self.sheet.autofilter(header, 0, self.row - 1, len(heat.columns) - 1)
        self.row += 1

    def header(self, columns: Sequence[Column]) -> None:
        """Write the labels of the columns, as high as the longest needs."""
        lines = 1
        for index, column in enumerate(columns):
            if column.form is not Form.BAR:
                self.write(index, column.label, **_HEADER, **side(column.form))
                lines = max(lines, _lines(column.label, self.widths[index]))
        self._set_height(_LINE_HEIGHT * lines + 4)
        self._kept.add(self.row)
        self.row += 1

    def _heading(self, heading: str, columns: int, *, keep: bool) -> None:
        """Write a line above rows; one that is longer than the table is wide takes several lines."""
        lines = _lines(heading, sum(self.widths[:columns]) * 0.9)
        if lines > 1 and columns > 1:
            self._write_across(heading, columns, lines, bold=True, text_wrap=True)
        else:
            self.write(0, heading, bold=True, text_wrap=lines > 1)
        if keep:
            self._kept.add(self.row)
        self.row += 1

    def _row(
        self, values: Sequence[object], columns: Sequence[Column], *, heat: bool = False, bold: bool = False
    ) -> None:
        """Write a row, as high as its longest text needs in its column."""
        lines = 1
        for index, (value, column) in enumerate(zip(values, columns, strict=True)):
            if column.form is Form.BAR:
                continue
            bare = plain(value)
            signed = isinstance(bare, Delta)
            style = self.book.cell(column.form, tone(value), heat=heat, bold=bold, signed=signed)
            self.value(index, bare, column.form, style)
            if isinstance(bare, str) and (len(bare) >= self.widths[index] or "\n" in bare):
                lines = max(lines, _lines(bare, self.widths[index]))
        if lines > 1:
            self._set_height(_LINE_HEIGHT * lines)
        self.row += 1

    def value(self, column: int, value: object, form: Form, style: "Format") -> None:
        """Write a value without a tone into a cell of the row, as the type that its form has in Excel."""
        sheet, row = self.sheet, self.row
        if form is Form.TEXT and value:
            sheet.write_string(row, column, self.book.text(str(value)), style)
        elif value is None or value == "":
            if form is Form.RATE:
                sheet.write_string(row, column, NOTHING, style)
            else:
                sheet.write_blank(row, column, None, style)
        elif form is Form.INSTANT:
            sheet.write_datetime(row, column, local(str(value)), style)
        elif form is Form.DAY:
            sheet.write_datetime(row, column, date.fromisoformat(str(value)), style)
        elif isinstance(value, int | float):
            number = round(value / 100, 4) if form is Form.RATE else value
            sheet.write_number(row, column, number, style)
        else:
            sheet.write_string(row, column, self.book.text(str(value)), style)

    def set_up_pages(self, document: Document) -> None:
        """Print on A4 landscape, one page wide, with the day, the number of the page and the sheet's name."""
        sheet = self.sheet
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.fit_to_pages(1, 0)
        sheet.hide_gridlines(2)
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})  # codes of units are names
        sheet.set_footer(f"&L&9 {show_day(document.as_of or None)}&C&9 &P / &N&R&9 &A")

    def break_pages(self, header: int) -> None:
        """Break the rows written so far into pages so that no heading is the last of its page.

        The row `header` is repeated on each page; -1: none is.
        """
        width = sum(width * 7 + 5 for width in self.widths) * 0.75 or 1
        scale = min(1.0, _PAPER[0] * _SURE / width)
        room = _PAPER[1] * _SURE / scale
        breaks: list[int] = []
        first, used = 0, 0.0
        for row in range(self.row - 1):
            height = self._heights.get(row, _ROW_HEIGHT)
            if used + height > room:
                start = row
                while start - 1 > first and start - 1 in self._kept:
                    start -= 1
                breaks.append(start)
                first = start
                used = sum(self._heights.get(above, _ROW_HEIGHT) for above in range(start, row))
                used += self._heights.get(header, 0.0)
            used += height
        self.sheet.set_h_pagebreaks(breaks[:_BREAKS])


def sheet_name(title: str) -> str:
    """A section's title as the name of a sheet: no signs that Excel forbids, at most 31 characters."""
    shown = re.sub(r"[\[\]:*?/\\']", " ", prose(title)).strip()
    if len(shown) <= _NAME:
        return shown
    words = shown[:_NAME].rpartition(" ")[0] or shown[: _NAME - 1]
    return f"{words.rstrip(' ,.')}…"


def column_widths(tables: Sequence[Table], *, alike: bool) -> list[float]:
    """The widths that the widest cells need, within bounds; `alike`: the tables have the same columns."""
    if not tables:
        return [18] * 6
    widths: list[float] = []
    for table in tables:
        widest = [len(column.label) for column in table.columns]
        for row in chain.from_iterable(rows for _heading, rows in table.groups):
            widest = [max(most, len(str(plain(cell)))) for most, cell in zip(widest, row, strict=True)]
        for index, column in enumerate(table.columns):
            most = (66 if alike else _UNLIKE) if column.narrow else 45
            width = _WIDTHS.get(column.form) or min(1.1 * widest[index] + 3, most)
            if column.form is Form.NUMBER and len(column.label) <= _TINY:
                width = max(widest[index] + 3, 5)
            widths[index : index + 1] = [max(width, widths[index] if index < len(widths) else 0)]
    return widths


def _lines(words: str, width: float) -> int:
    """How many lines a text takes in a column; a little more than a typist would need."""
    return sum(1 + int(len(line) / width) for line in words.split("\n"))
