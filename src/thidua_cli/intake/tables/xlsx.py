"""Excel workbooks (.xlsx): what they say of themselves, what a reader would hide, and one sheet made safe."""

import io
import re
import zipfile
import zlib
from array import array
from collections.abc import Mapping
from types import MappingProxyType

from thidua_cli.intake.tables.container import (
    Hazards,
    check_size,
    damaged,
    parse,
    part_bytes,
    too_large,
)
from thidua_cli.intake.tables.grid import MOST_CELLS
from thidua_cli.intake.tables.xlsx_book import BookInfo
from thidua_cli.intake.tables.xlsx_tidy import tidied

_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})", re.ASCII)
_INDEX = re.compile(r"[0-9]{1,9}", re.ASCII)
_ESCAPED = re.compile(rb"<(?:[^\s<>/]+:)?(?:c|row)\s[^<]*&")
_SHARED = ("sharedStrings", "styles")  # parts that all sheets need
_VALUE = re.compile(rb"<[vt]>\s*([^<\s][^<]*)</")
_GLANCE, _MANY_VALUES = 16 << 10, 10
_MOST_TEXT = 32 << 20  # characters of shared texts
_OVERHEAD = 64 << 10
_SCHEMAS = "http://schemas.openxmlformats.org"
_BOOK = f"""<workbook xmlns="{_SCHEMAS}/spreadsheetml/2006/main" \
xmlns:r="{_SCHEMAS}/officeDocument/2006/relationships"><workbookPr date1904="{{date1904}}"/>\
<sheets><sheet name="1" sheetId="1" r:id="rId1"/></sheets></workbook>"""
_RELATION = f"""<Relationships xmlns="{_SCHEMAS}/package/2006/relationships"><Relationship Id="rId1" \
Type="{_SCHEMAS}/officeDocument/2006/relationships/{{kind}}" Target="{{target}}"/></Relationships>"""


def begins_with_data(archive: zipfile.ZipFile, part: str) -> bool:
    """Whether the first bytes of a worksheet hold values of many kinds, which cannot all be blank."""
    try:
        with archive.open(part) as file:
            begin = file.read(_GLANCE)
    except (OSError, KeyError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError):
        return False
    return len(set(_VALUE.findall(begin))) >= _MANY_VALUES


class _Scan:
    """The handlers that walk a worksheet and note its hazards; rows and columns count from 1.

    A second walk, with the size of the sheet, looks for places that hold two values: a reader keeps the last,
    in silence. Where places rise, as programs write them, there are none.
    """

    def __init__(
        self,
        rows: int = 0,
        columns: int = 0,
        *,
        recalculated: bool = False,
        dayless: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.rising = True
        self.dayless, self.format = dayless, ""
        self.recalculated = recalculated
        self.width, self.taken = columns, bytearray(rows * columns)
        self.hazards = Hazards()
        self.every = 0  # cells, empty ones too
        self.rows, self.columns = 0, 0  # that are used
        self.row, self.column, self.hidden = 1, 0, False
        self.place, self.last = (1, 1), (0, 0)
        self.kind, self.text = "n", ""
        self.in_cell = self.in_value = self.calculated = False
        self.value: str | None = None  # what is stored for the formula of the cell
        self.inside = set[str]()  # what the cell holds
        self.shared = array("L")  # which shared text each cell holds

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self._cell(attributes)
        elif tag in ("v", "is"):
            self.in_value = tag == "v"
            self.value = ""
            if self.inside and tag not in self.inside:
                self.hazards.untidy = True  # a text beside a value
            else:
                self._used()
            self.inside.add(tag)
        elif tag == "row":
            self._row(attributes)
        elif tag == "f":
            self.calculated = self.in_cell  # the formulas of extensions are of no cell
        elif tag == "mergeCell":
            self._merge(attributes.get("ref", ""))
        elif tag == "col" and attributes.get("hidden", "0") in ("1", "true"):
            self._hide(attributes.get("min", ""), attributes.get("max", ""))

    def _row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r")
        if number is not None:
            if not (number.isascii() and number.isdigit() and 0 < int(number[:8]) < 10_000_000):
                raise damaged()
            self.row = int(number)
        self.hidden = attributes.get("hidden", "0") in ("1", "true")

    def _cell(self, attributes: dict[str, str]) -> None:
        self.every += 1
        if self.every > MOST_CELLS:
            raise too_large()
        self.kind, self.text = attributes.get("t", "n"), ""
        self.in_cell, self.calculated, self.value = True, False, None
        self.inside.clear()
        self.format = self.dayless.get(attributes.get("s", ""), "") if self.dayless else ""
        where = attributes.get("r")
        if where is None:
            self.column += 1
            self.place = self.row, self.column
        else:
            self.place = _place(where)
            self.column = self.place[1]

    def _used(self) -> None:
        if self.place <= self.last:
            self.rising = False
        self.last = self.place
        self.hazards.cells += 1
        row, column = self.place
        if self.taken:
            place = (row - 1) * self.width + column - 1
            if self.taken[place]:
                raise damaged()
            self.taken[place] = 1
        if row > self.rows or column > self.columns:
            self.rows, self.columns = max(self.rows, row), max(self.columns, column)
            check_size(self.rows, self.columns)
        if self.format and self.kind == "n":
            self.hazards.fault(row, column - 1, shown=self.format)
        if self.hidden:
            self.hidden = False
            self.hazards.hidden_rows.append(row)

    def _hide(self, first: str, last: str) -> None:
        if not (_INDEX.fullmatch(first) and _INDEX.fullmatch(last)):
            raise damaged()
        self.hazards.hide(int(first) - 1, int(last) - 1)

    def _merge(self, reference: str) -> None:
        first, _colon, last = reference.partition(":")
        top, left = _place(first)
        bottom, right = _place(last or first)
        self.hazards.merge(top, left - 1, bottom, right - 1)

    def characters(self, data: str) -> None:
        if self.in_value and self.kind in "es":
            self.text += data
        if self.calculated and self.in_value:
            self.value = (self.value or "") + data

    def end(self, tag: str) -> None:
        if tag == "v":
            if self.kind == "e":
                self.hazards.fault(self.place[0], self.place[1] - 1, self.text)
            elif self.kind == "s" and self.text:
                if not _INDEX.fullmatch(self.text):
                    raise damaged()  # a reader takes it for the first
                self.shared.append(int(self.text))
            self.in_value = False
        elif tag == "c":
            self.in_cell = False
            if self.calculated and self.kind != "e":
                self._formula()
        elif tag == "row":
            self.row, self.column = self.row + 1, 0

    def _formula(self) -> None:
        """Note a formula; without a stored value it is a fault."""
        row, column = self.place
        stored = self.value is not None if self.kind == "str" else bool(self.value)
        if stored and not (self.recalculated and self.value == "0" and self.kind == "n"):
            self.hazards.formula(row, column - 1)
        else:
            self.hazards.fault(row, column - 1)


def hazards(archive: zipfile.ZipFile, book: BookInfo, part: str) -> Hazards:
    """What a worksheet holds besides plain values; raises RejectedError for a cell out of bounds."""
    scan = _Scan(recalculated=book.recalculated, dayless=book.dayless)
    data = part_bytes(archive, part)
    parse(data, scan.start, scan.end, scan.characters)
    if not scan.rising:
        again = _Scan(scan.rows, scan.columns)
        parse(data, again.start, again.end, again.characters)
    if _ESCAPED.search(data):
        raise damaged()  # readers differ on where such a cell stands
    _check_shared(archive, book, scan.shared)
    scan.hazards.area, scan.hazards.columns = scan.rows * scan.columns, scan.columns
    return scan.hazards


def _check_shared(archive: zipfile.ZipFile, book: BookInfo, shared: "array[int]") -> None:
    """Raises RejectedError where shared texts, which the reader copies for every cell, are too much."""
    part = book.parts.get("sharedStrings")
    if part is None or len(shared) * archive.getinfo(part).file_size <= _MOST_TEXT:
        return  # as it is in nearly every workbook
    lengths = array("L")

    def start(tag: str, _attributes: dict[str, str]) -> None:
        if tag == "si":
            lengths.append(0)

    def text(data: str) -> None:
        if lengths:
            lengths[-1] += len(data)

    parse(part_bytes(archive, part), start, characters=text)
    if sum(lengths[index] for index in shared if index < len(lengths)) > _MOST_TEXT:
        raise too_large()


def one_sheet_workbook(archive: zipfile.ZipFile, book: BookInfo, part: str, *, untidy: bool = False) -> bytes:
    """A workbook of one sheet: exactly the parts that were checked, each in its usual place."""
    sheet = part_bytes(archive, part)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        target.writestr("xl/workbook.xml", _BOOK.format(date1904=int(book.from_1904)))
        target.writestr("_rels/.rels", _RELATION.format(kind="officeDocument", target="xl/workbook.xml"))
        target.writestr(
            "xl/_rels/workbook.xml.rels", _RELATION.format(kind="worksheet", target="worksheets/sheet1.xml")
        )
        target.writestr("xl/worksheets/sheet1.xml", tidied(sheet) if untidy else sheet)
        for kind in _SHARED:
            if kind in book.parts:
                target.writestr(f"xl/{kind}.xml", part_bytes(archive, book.parts[kind]))
    return made.getvalue()


def weight(archive: zipfile.ZipFile, book: BookInfo, part: str) -> int:
    """How many bytes `one_sheet_workbook` unpacks, and what it costs besides."""
    parts = [part, *(book.parts[kind] for kind in _SHARED if kind in book.parts)]
    return _OVERHEAD + sum(archive.getinfo(name).file_size for name in parts)


def _place(reference: str) -> tuple[int, int]:
    """Row and column of A2, from 1; raises RejectedError for anything that is not written so."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise damaged()
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column
