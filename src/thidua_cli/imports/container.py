"""Checks of a workbook's container before any reader sees it, with the standard library alone.

Sizes, names, macros, DOCTYPE, bounds of rows and columns; and what a reader would hide: formulas, error and
boolean cells, hidden rows.
"""

import io
import re
import zipfile
from collections.abc import Callable
from typing import NamedTuple
from xml.parsers import expat

from thidua_cli.errors import RejectedError
from thidua_cli.imports.grid import MARK, MOST_COLUMNS, MOST_ROWS, address
from thidua_cli.language import _

MOST_BYTES = 64 * 1024 * 1024
_MOST_PARTS = 2000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


class SheetInfo(NamedTuple):
    """A sheet as the workbook lists it."""

    name: str
    part: str
    hidden: bool


class Hazards(NamedTuple):
    """What stands in a sheet besides plain values; addresses such as A2."""

    cells: int
    formulas: list[str]
    errors: dict[str, str]
    booleans: list[str]
    hidden_rows: list[int]


def open_zip(data: bytes, name: str) -> zipfile.ZipFile:
    """The container, with its parts checked; raises RejectedError."""
    if data.startswith(_OLE):
        raise RejectedError(
            _("{file}: có mật khẩu, hoặc là tệp .xls cũ mang tên .xlsx").format(file=name),
            _("Lưu lại dạng .xlsx không mật khẩu."),
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise RejectedError(
            _("{file}: không phải sổ tính, hoặc bị hỏng").format(file=name), _("Mở bằng Excel rồi lưu lại.")
        ) from None
    for part in parts:
        if part.filename.startswith(("/", "\\")) or ".." in part.filename.replace("\\", "/").split("/"):
            raise RejectedError(_("{file}: có phần mang tên xấu").format(file=name))
        if part.filename.lower().endswith(("vbaproject.bin", "macros/")):
            raise RejectedError(_("{file}: có macro, không nhận").format(file=name), _("Lưu lại dạng .xlsx."))
        if part.flag_bits & 1:
            raise RejectedError(_("{file}: có mật khẩu").format(file=name), _("Bỏ mật khẩu rồi lưu lại."))
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > MOST_BYTES:
        raise RejectedError(_("{file}: mở ra lớn hơn 64 MiB, không nhận").format(file=name))
    for part in parts:
        if part.filename.lower().endswith((".xml", ".rels")):
            _refuse_doctype(part_bytes(archive, part.filename, name), name)
    return archive


def part_bytes(archive: zipfile.ZipFile, part: str, name: str) -> bytes:
    """A part unpacked, never more than it declares; raises RejectedError where it is damaged."""
    try:
        return archive.read(part)
    except (KeyError, zipfile.BadZipFile, EOFError, NotImplementedError, OSError, ValueError, RuntimeError):
        raise damaged(name) from None
    except Exception as error:
        if type(error).__module__ == "zlib":
            raise damaged(name) from None
        raise


def damaged(name: str) -> RejectedError:
    """The error for a workbook that cannot be read whole."""
    return RejectedError(_("{file}: sổ tính bị hỏng").format(file=name), _("Mở bằng Excel rồi lưu lại."))


def _refuse_doctype(data: bytes, name: str) -> None:
    head = data[:4096]
    if (
        b"<!DOCTYPE" in data
        or b"<!ENTITY" in data
        or head.startswith((b"\xff\xfe", b"\xfe\xff"))
        or b"\0" in head
    ):
        raise RejectedError(_("{file}: có DOCTYPE hoặc mã hóa lạ, không nhận").format(file=name))


def _parse(
    data: bytes, name: str, start: Callable[[str, dict[str, str]], None], **handlers: Callable[..., None]
) -> None:
    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    for handler, function in handlers.items():
        setattr(parser, handler, function)
    try:
        parser.Parse(data, True)
    except expat.ExpatError:
        raise damaged(name) from None


class BookInfo(NamedTuple):
    """A workbook's worksheets in order, whether its dates count from 1904, and the sheet that MARK names."""

    sheets: list[SheetInfo]
    from_1904: bool
    marked: str | None


def xlsx_book(archive: zipfile.ZipFile, name: str) -> BookInfo:
    """What the workbook says of itself; raises RejectedError where it is none."""
    names = set(archive.namelist())
    if "xl/workbook.xml" not in names:
        raise RejectedError(
            _("{file}: không phải sổ tính Excel").format(file=name), _("Mở bằng Excel rồi lưu lại.")
        )
    targets: dict[str, str] = {}
    listed: list[tuple[str, str, bool]] = []
    flags = {"1904": False, "marked": False}
    marks: list[str] = []

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def book(tag: str, attributes: dict[str, str]) -> None:
        local = tag.rpartition(":")[2]
        if local == "sheet":
            number = next((value for key, value in attributes.items() if key.rpartition(":")[2] == "id"), "")
            listed.append(
                (attributes.get("name", ""), number, attributes.get("state", "visible") != "visible")
            )
        elif local == "workbookPr":
            flags["1904"] = attributes.get("date1904", "0") in ("1", "true")
        flags["marked"] = local == "definedName" and attributes.get("name") == MARK

    def text(data: str) -> None:
        if flags["marked"]:
            marks.append(data)

    if "xl/_rels/workbook.xml.rels" in names:
        _parse(part_bytes(archive, "xl/_rels/workbook.xml.rels", name), name, relation)
    _parse(part_bytes(archive, "xl/workbook.xml", name), name, book, CharacterDataHandler=text)
    sheets = []
    for title, number, hidden in listed:
        target = targets.get(number, "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if "worksheets" not in part:
            continue  # a chart sheet or dialogue holds no rows
        if part not in names:
            raise damaged(name)
        sheets.append(SheetInfo(title, part, hidden))
    if not sheets:
        raise damaged(name)
    marked = "".join(marks).rpartition("!")[0].strip("'").replace("''", "'")
    return BookInfo(sheets, flags["1904"], marked or None)


class _XlsxScan:
    """The handlers that walk a worksheet and note its hazards."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.found = Hazards(0, [], {}, [], [])
        self.cells, self.row = 0, 0
        self.cell, self.kind, self.text = "", "n", ""
        self.in_value = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        local = tag.rpartition(":")[2]
        if local == "c":
            self._cell(attributes)
        elif local == "row":
            self._row(attributes)
        elif local == "f":
            self.found.formulas.append(self.cell)
        elif local in ("v", "is"):
            self.in_value = local == "v"
            self.cells += 1

    def _row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r", "")
        self.row = int(number) if number.isascii() and number.isdigit() else self.row + 1
        _check_bounds(self.row, 1, self.name)
        if attributes.get("hidden", "0") in ("1", "true"):
            self.found.hidden_rows.append(self.row)

    def _cell(self, attributes: dict[str, str]) -> None:
        self.cell, self.kind, self.text = attributes.get("r", ""), attributes.get("t", "n"), ""
        if match := _REFERENCE.fullmatch(self.cell):
            _check_bounds(int(match[2]), _column(match[1]), self.name)
        if self.kind == "b":
            self.found.booleans.append(self.cell)

    def characters(self, data: str) -> None:
        if self.in_value and self.kind == "e":
            self.text += data

    def end(self, tag: str) -> None:
        if tag.rpartition(":")[2] == "v":
            if self.kind == "e":
                self.found.errors[self.cell] = self.text
            self.in_value = False


def xlsx_hazards(archive: zipfile.ZipFile, part: str, name: str) -> Hazards:
    """What a worksheet holds besides plain values; raises RejectedError for a cell out of bounds."""
    scan = _XlsxScan(name)
    data = part_bytes(archive, part, name)
    _parse(data, name, scan.start, CharacterDataHandler=scan.characters, EndElementHandler=scan.end)
    return scan.found._replace(cells=scan.cells)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _check_bounds(row: int, column: int, name: str) -> None:
    if row > MOST_ROWS or column > MOST_COLUMNS:
        raise RejectedError(
            _("{file}: trang tính lớn hơn {rows} dòng hoặc {columns} cột").format(
                file=name, rows=MOST_ROWS, columns=MOST_COLUMNS
            ),
            _("Xóa các ô thừa ở xa rồi lưu lại, hoặc dùng CSV."),
        )


class _OdsScan:
    """The handlers that walk an OpenDocument spreadsheet; repeated rows and cells are counted out."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.sheets: dict[str, Hazards] = {}
        self.sheet = ""
        self.row, self.column = 0, 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "table:table":
            self.sheet, self.row = attributes.get("table:name", ""), 0
            self.sheets[self.sheet] = Hazards(0, [], {}, [], [])
        elif tag == "table:table-row":
            self.row += _repeats(attributes.get("table:number-rows-repeated", "1"), self.name)
            self.column = 0
            if self.sheet in self.sheets and attributes.get("table:visibility", "visible") != "visible":
                self.sheets[self.sheet].hidden_rows.append(self.row)
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            self.column += _repeats(attributes.get("table:number-columns-repeated", "1"), self.name)
            self._cell(attributes)

    def _cell(self, attributes: dict[str, str]) -> None:
        if "office:value-type" not in attributes and "table:formula" not in attributes:
            return
        _check_bounds(self.row, self.column, self.name)
        found = self.sheets[self.sheet]
        where = address(self.row, self.column - 1)
        if "table:formula" in attributes:
            found.formulas.append(where)
        if attributes.get("office:value-type") == "boolean":
            found.booleans.append(where)
        self.sheets[self.sheet] = found._replace(cells=found.cells + 1)


def _repeats(written: str, name: str) -> int:
    if not (written.isascii() and written.isdigit()):
        raise damaged(name)
    return int(written[:9])


def ods_hazards(archive: zipfile.ZipFile, name: str) -> dict[str, Hazards]:
    """The sheets of an OpenDocument spreadsheet and what stands in them; raises RejectedError."""
    if "content.xml" not in archive.namelist():
        raise RejectedError(_("{file}: không phải sổ tính OpenDocument").format(file=name))
    scan = _OdsScan(name)
    _parse(part_bytes(archive, "content.xml", name), name, scan.start)
    return scan.sheets
