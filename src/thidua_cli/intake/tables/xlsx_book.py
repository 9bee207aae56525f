"""What an Excel workbook says of itself: its sheets and their parts, its calendar, its formats of days."""

import posixpath
import re
import zipfile
from collections.abc import Mapping
from typing import NamedTuple

from thidua_cli.ground.errors import RejectedError
from thidua_cli.ground.language import _
from thidua_cli.ground.sheets import MARK
from thidua_cli.intake.tables.container import SheetInfo, damaged, parse, part_bytes, refuse_macros

_MAIN = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
}
_USUAL = "xl/workbook.xml"
_MONTH_AND_YEAR = {"17": "mmm-yy"}  # formats that every workbook has
# Words, colours and calendars in a format, and what follows its first section.
_QUOTED = re.compile(r'"[^"]*"|\\.|\[(?![hms]+\])[^\]]*\]|[_*].|;.*', re.DOTALL)


class BookInfo(NamedTuple):
    """A workbook's worksheets in order, whether its dates count from 1904, and the sheet that MARK names.

    `recalculated`: whether Excel is to calculate anew, so that a stored 0 may be that of a library that knows
    no values. `parts` are its other parts by the last word of their relationship's type. `dayless` are the
    styles of cells, by number, whose format shows a month or a year but no day.
    """

    sheets: list[SheetInfo]
    from_1904: bool
    marked: str | None
    parts: dict[str, str]
    recalculated: bool = False
    dayless: Mapping[str, str] = {}


class _Book:
    """The handlers that walk the part of the workbook; what extensions say is not about it."""

    def __init__(self, data: bytes) -> None:
        self.from_1904 = self.recalculated = self.marking = False
        self.listed: list[tuple[str, str, bool]] = []  # name, relationship, whether it is hidden
        self.mark = ""
        parse(data, self.start, characters=self.characters, namespaces=True)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        space, _blank, name = tag.rpartition(" ")
        self.marking = False
        if space not in _MAIN:
            return
        if name == "sheet":
            number = next((value for key, value in attributes.items() if key.rpartition(" ")[2] == "id"), "")
            hidden = attributes.get("state", "visible") != "visible"
            self.listed.append((attributes.get("name", ""), number, hidden))
        elif name == "workbookPr":
            self.from_1904 = attributes.get("date1904", "0") in ("1", "true")
        elif name == "calcPr":
            self.recalculated = attributes.get("fullCalcOnLoad", "0") in ("1", "true")
        self.marking = name == "definedName" and attributes.get("name") == MARK

    def characters(self, data: str) -> None:
        if self.marking:
            self.mark += data


def book_info(archive: zipfile.ZipFile) -> BookInfo:
    """What the workbook says of itself; raises RejectedError where it is none."""
    names = set(archive.namelist())
    main = _workbook_part(archive, names)
    if main not in names:
        raise RejectedError(_("không phải sổ tính Excel"), _("Mở bằng Excel rồi lưu lại."))
    related = _relations(archive, names, main)
    book = _Book(part_bytes(archive, main))
    sheets = []
    for title, number, hidden in book.listed:
        kind, part = related.get(number, ("", ""))
        if kind in ("chartsheet", "dialogsheet"):
            continue  # they hold no rows
        if part not in names:
            raise damaged()
        sheets.append(SheetInfo(title, hidden, part))
    if not sheets:
        raise damaged()
    marked = book.mark.rpartition("!")[0].strip("'").replace("''", "'")
    parts = {kind: part for kind, part in related.values() if part in names}
    dayless = _dayless(part_bytes(archive, parts["styles"])) if "styles" in parts else {}
    return BookInfo(sheets, book.from_1904, marked or None, parts, book.recalculated, dayless)


def _workbook_part(archive: zipfile.ZipFile, names: set[str]) -> str:
    """The part that the package names as its document, else the usual one."""
    found = {part for kind, part in _relations(archive, names, "").values() if kind == "officeDocument"}
    if len(found) > 1:
        raise damaged()  # which of them is read, nobody knows
    return found.pop() if found else _USUAL


def _relations(archive: zipfile.ZipFile, names: set[str], part: str) -> dict[str, tuple[str, str]]:
    """What a part, or without one the package, is related to: the kind and the part, by identity."""
    folder, name = posixpath.split(part)
    listed = posixpath.join(folder, "_rels", f"{name}.rels")
    related: dict[str, tuple[str, str]] = {}

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            kind = attributes.get("Type", "").rpartition("/")[2]
            if kind in ("vbaProject", "xlMacrosheet"):
                refuse_macros()
            target = posixpath.join("/", folder, attributes.get("Target", ""))
            related[attributes.get("Id", "")] = kind, posixpath.normpath(target).lstrip("/")

    if listed in names:
        parse(part_bytes(archive, listed), relation)
    return related


def _dayless(styles: bytes) -> dict[str, str]:
    """The styles of cells, by number, whose format shows a month or a year but no day, with that format."""
    formats = dict(_MONTH_AND_YEAR)
    found: dict[str, str] = {}
    place: int | None = None  # in the list of styles

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal place
        if tag == "numFmt" and shows_no_day(code := attributes.get("formatCode", "")):
            formats[attributes.get("numFmtId", "")] = code
        elif tag == "cellXfs":
            place = 0
        elif tag == "xf" and place is not None:
            if (number := attributes.get("numFmtId", "")) in formats:
                found[str(place)] = formats[number]
            place += 1

    def end(tag: str) -> None:
        nonlocal place
        if tag == "cellXfs":
            place = None

    parse(styles, start, end)
    return found


def shows_no_day(code: str) -> bool:
    """Whether a format of numbers shows a month or a year, but neither a day of the month nor a time."""
    plain = _QUOTED.sub("", code.lower())
    return bool(re.search("[ym]", plain)) and not re.search("[hs]|(?<!d)d{1,2}(?!d)", plain)
