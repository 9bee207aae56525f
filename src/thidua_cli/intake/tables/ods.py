"""OpenDocument spreadsheets (.ods), walked with the standard library: values, and what stands between them.

A repeated row or cell is one object however often it is repeated, and hidden sheets are passed over.
"""

import math
import re
import zipfile
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from thidua_cli.ground.errors import RejectedError
from thidua_cli.ground.language import _
from thidua_cli.ground.sheets import MARK
from thidua_cli.intake.tables import container
from thidua_cli.intake.tables.calamine import plain_cell
from thidua_cli.intake.tables.choosing import Contents, no_data
from thidua_cli.intake.tables.container import Hazards, SheetInfo, check_size
from thidua_cli.intake.tables.grid import Cell, Fault, Rows

_NAMESPACES = {
    "urn:oasis:names:tc:opendocument:xmlns:office:1.0": "office",
    "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0": "calcext",
    "urn:oasis:names:tc:opendocument:xmlns:style:1.0": "style",
    "urn:oasis:names:tc:opendocument:xmlns:table:1.0": "table",
    "urn:oasis:names:tc:opendocument:xmlns:text:1.0": "text",
}
_SPACE = re.compile(r"[ \t\r\n]+")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?)?", re.ASCII)
_CLOCK = re.compile(r"-?P(?:([0-9]{1,6})D)?T([0-9]{1,7})H([0-9]{1,2})M([0-9]{1,2})(?:[.,][0-9]+)?S", re.ASCII)
_MOST_SPACES = 100
_CELLS = ("table:table-cell", "table:covered-table-cell")


class Page(NamedTuple):
    """A sheet that was read: its rows that are not empty, and its hazards."""

    name: str
    rows: list[tuple[int, list[Cell]]]
    hazards: Hazards


def contents(archive: zipfile.ZipFile, wished: str | None) -> Contents:
    """The sheets, of which one is read: that wished for, else the marked, else the first visible with data.

    Raises RejectedError.
    """
    names = archive.namelist()
    if "content.xml" not in names:
        raise RejectedError(_("không phải sổ tính OpenDocument"))
    content = container.part_bytes(archive, "content.xml")
    walk = _Walk(content, wished)
    if wished is None and walk.marked is not None and (walk.page is None or walk.page.name != walk.marked):
        walk = _Walk(content, walk.marked)

    def rows(_sheet: SheetInfo) -> Rows:
        if walk.page is None:
            raise no_data()
        return ((number, list(map(plain_cell, values))) for number, values in walk.page.rows)

    def hazards(sheet: SheetInfo) -> Hazards:
        return walk.hazards.get(sheet.name) or Hazards()

    return Contents(walk.sheets, hazards, lambda _sheet: True, rows, walk.from_1904, walk.marked)


class _Walk:
    """The handlers of the XML parser: outside a sheet, between its cells, and inside a cell.

    `page` is the first visible sheet with data, or the one wished for; `hazards` are of sheets with data.
    """

    def __init__(self, content: bytes, wished: str | None) -> None:
        self.wished = wished
        self.sheets: list[SheetInfo] = []
        self.hazards: dict[str, Hazards] = {}
        self.page: Page | None = None
        self.from_1904 = False
        self.marked: str | None = None
        self.style, self.hidden_styles = "", set[str]()
        self.current: Page | None = None
        self.passed = 0  # depth inside a sheet that is not read
        self.row = self.column = self.width = 0
        self.listed = 0  # columns that were declared
        self.row_repeats, self.row_hidden = 1, False
        self.values: list[Cell] = []
        self.calculated: list[int] = []  # columns of formulas in the row
        self.cell: dict[str, str] | None = None
        self.covered, self.skipped = False, 0  # depth inside notes and drawings of a cell
        self.paragraphs: list[list[str]] = []
        container.parse(content, self.start, self.end, self.characters, namespaces=True)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self.passed or self.skipped:
            self.passed += bool(self.passed)
            self.skipped += bool(self.skipped)
            return
        tag = _short(tag)
        attributes = {_short(key): value for key, value in attributes.items()}
        if self.cell is not None:
            self._inside(tag, attributes)
        elif tag in _CELLS:
            self.cell, self.covered, self.paragraphs = attributes, tag == _CELLS[1], []
        elif tag == "table:table-row":
            self.row_repeats = self._count(attributes, "table:number-rows-repeated")
            self.row_hidden = attributes.get("table:visibility", "visible") != "visible"
            self.column, self.values, self.calculated = 0, [], []
        else:
            self._outside(tag, attributes)

    def _outside(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "style:style":
            self.style = attributes.get("style:name", "")
        elif tag == "style:table-properties" and attributes.get("table:display") == "false":
            self.hidden_styles.add(self.style)
        elif tag == "table:null-date":
            self.from_1904 = attributes.get("table:date-value", "").startswith("1904")
        elif tag == "table:table-column" and self.current is not None:
            repeats = self._count(attributes, "table:number-columns-repeated")
            if attributes.get("table:visibility", "visible") != "visible" and repeats:
                self.current.hazards.hide(self.listed, self.listed + repeats - 1)
            self.listed += repeats
        elif tag == "table:named-range" and attributes.get("table:name") == MARK:
            sheet = attributes.get("table:cell-range-address", "").rpartition(".")[0]
            self.marked = sheet.removeprefix("$").strip("'").replace("''", "'") or None
        elif tag == "table:table" and self.current is None:
            title = attributes.get("table:name", "")
            hidden = attributes.get("table:style-name", "") in self.hidden_styles
            self.sheets.append(SheetInfo(title, hidden))
            if hidden if self.wished is None else title != self.wished:
                self.passed = 1
            else:
                self.current = Page(title, [], Hazards())
                self.row = self.width = self.listed = 0

    def _inside(self, tag: str, attributes: dict[str, str]) -> None:
        if not tag.startswith("text:") or tag in ("text:ruby-text", "text:note"):
            self.skipped = 1
        elif tag == "text:p":
            self.paragraphs.append([])
        elif self.paragraphs:
            if tag == "text:s":
                self.paragraphs[-1].append(" " * min(self._count(attributes, "text:c"), _MOST_SPACES))
            elif tag == "text:tab":
                self.paragraphs[-1].append(" ")
            elif tag == "text:line-break":
                self.paragraphs[-1].append("\n")

    def characters(self, data: str) -> None:
        if self.cell is not None and self.paragraphs and not self.skipped:
            self.paragraphs[-1].append(_SPACE.sub(" ", data))

    def end(self, tag: str) -> None:
        if self.passed or self.skipped:
            self.passed -= bool(self.passed)
            self.skipped -= bool(self.skipped)
            return
        tag = _short(tag)
        if tag in _CELLS:
            if self.cell is not None and self.current is not None:
                self._close_cell(self.cell, self.current)
            self.cell = None
        elif self.cell is None and self.current is not None:
            if tag == "table:table-row":
                self._close_row(self.current)
            elif tag == "table:table":
                self._close_sheet(self.current)

    def _close_cell(self, cell: dict[str, str], page: Page) -> None:
        repeats = self._count(cell, "table:number-columns-repeated")
        place = (self.row + 1, self.column)
        value = self._value(cell)
        self.column += repeats
        blank = value is None or (isinstance(value, str) and not value.strip())
        down = self._count(cell, "table:number-rows-spanned")
        right = self._count(cell, "table:number-columns-spanned")
        if down > 1 or right > 1 or (self.covered and not blank):
            bottom, last = place[0] + max(down, 1) - 1, place[1] + max(right, 1) - 1
            page.hazards.merge(*place, bottom, last)
        if blank and "table:formula" not in cell:
            return
        check_size(self.row + self.row_repeats, self.column)
        self.values += [None] * (self.column - repeats - len(self.values)) + [value] * repeats
        if "table:formula" in cell and not isinstance(value, Fault):
            self.calculated += range(place[1], self.column)

    def _close_row(self, page: Page) -> None:
        first = self.row + 1
        self.row += self.row_repeats
        if not self.values:
            return
        if self.row_hidden:
            page.hazards.hidden_rows.extend(range(first, self.row + 1))
        self.width = max(self.width, len(self.values))
        check_size(self.row, self.width)
        page.hazards.cells += 1
        for number in range(first, self.row + 1) if self.calculated else ():
            for column in self.calculated:
                page.hazards.formula(number, column)
        if self.page is None:
            page.rows.extend((number, self.values) for number in range(first, self.row + 1))

    def _close_sheet(self, page: Page) -> None:
        page.hazards.columns = self.width
        if page.hazards.cells:
            self.hazards.setdefault(page.name, page.hazards)
            self.page = self.page or page
        self.current = None

    def _count(self, attributes: dict[str, str], key: str) -> int:
        """How often something is there: once where nothing is said."""
        written = attributes.get(key, "1")
        if not (written.isascii() and written.isdigit()):
            raise container.damaged()
        return int(written[:9])

    def _value(self, cell: dict[str, str]) -> Cell:
        """What a cell holds, for a formula the value that is stored for it."""
        if "table:formula" in cell and "office:value-type" not in cell:
            return Fault()
        text = "\n".join("".join(parts) for parts in self.paragraphs)
        kind = cell.get("office:value-type", "string")
        if cell.get("calcext:value-type") == "error":
            return Fault(text or "#?")
        if kind == "boolean" or (kind == "float" and text in ("TRUE", "FALSE")):
            return True
        written = {
            "float": "office:value",
            "currency": "office:value",
            "date": "office:date-value",
            "time": "office:time-value",
        }.get(kind)
        if written is None:  # a percentage is what it shows
            return cell.get("office:string-value", text) if kind == "string" else text
        value = _typed(kind, cell.get(written, ""))
        if value is None:
            return Fault(cell.get(written, "") or "#?")
        return Fault(shown=text) if isinstance(value, date) and _hides_day(text, value) else value


def _hides_day(text: str, day: date) -> bool:
    """Whether a cell of a day shows only its month or year, as `3/2022`."""
    numbers = [int(number) for number in re.findall("[0-9]{1,4}", text)]
    if len(numbers) == 1:
        return numbers != [day.day]
    words = set(re.findall(r"[^\W\d_]+", text.lower())) - {"tháng", "năm"}
    return not words and numbers in (
        [day.month, day.year],
        [day.year, day.month],
        [day.month, day.year % 100],
    )


def _typed(kind: str, written: str) -> Cell:
    """A number, a day or a time of day as the standard writes it; None for anything else."""
    try:
        if kind == "date":
            if not _DAY.fullmatch(written):
                return None
            return datetime.fromisoformat(written) if "T" in written else date.fromisoformat(written)
        if kind == "time":
            match = _CLOCK.fullmatch(written)
            days, hours, minutes, seconds = (int(part or 0) for part in match.groups()) if match else (0,) * 4
            return timedelta(days, seconds, 0, 0, minutes, hours) if match else None
    except (ValueError, OverflowError):
        return None
    if not _NUMBER.fullmatch(written) or not math.isfinite(float(written)):
        return None
    return float(written)


@lru_cache(1024)
def _short(name: str) -> str:
    """`table:table-cell` for the name with its namespace, whatever prefix the file has for that."""
    space, _blank, local = name.rpartition(" ")
    return f"{_NAMESPACES.get(space, '')}:{local}"
