"""The anchors in a report of ours: from the place where its format writes them, never from its content.

A note or a name may look like an anchor, so the text around it decides: a key of JSON, a line of
its own with its label, the foot of a page, a sheet.
"""

import html
import io
import json
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple

LARGEST = 64 * 1024 * 1024  # bytes of a report, and of all that is read of a zipped one

# Every expression is linear: what repeats stops at the character that the next attempt would begin with.
_VALUE = r"(?:([0-9a-fA-F]{16}):)?([0-9]{1,18}):([0-9a-fA-F]{64})"
_LABEL = "(?:Mốc sổ|Anchor)"  # in both languages, whichever is in use now
_LINE = re.compile(rf"^{_LABEL}:\s+{_VALUE}[ \t]*$", re.MULTILINE)  # a narrow terminal breaks it at the space
_ALONE = re.compile(_VALUE)
_KEY = re.compile(rf'^[ {{]*"(?:(?:from|since)": \{{[^{{}}\n]*")?head": "{_VALUE}"', re.MULTILINE)
_REGISTER = re.compile(r'^(?:  |\{"format": "[\w-]+", )"register": "([0-9a-f]{16})"', re.MULTILINE)
_SHEETS = ("Nguồn số liệu", "Source")
_TAG = re.compile(r"<[^<>]*>")
_ATTRIBUTE = re.compile(r'(?<![\w:])([\w:]++)="([^"]*)"')
_CELL = re.compile(r"<c\b([^<>]*)><v>([0-9]{1,9})</v>")
_TABLE = re.compile(r"(</?w:tbl>)")


class Anchor(NamedTuple):
    """The number and hash of an operation, who says so, and the id of the register where it is said."""

    number: int
    hash: str
    source: str = ""
    register: str = ""


class TooLargeError(Exception):
    """A zipped report that unpacks to more than LARGEST bytes."""


def anchors(data: bytes) -> set[Anchor]:
    """The anchors of a report in any format that carries one; none for what is no such report.

    Raises TooLargeError.
    """
    try:
        return set(_anchors(data))
    except (ValueError, RecursionError):  # a number of too many digits, a JSON value that is too deep
        return set()


def _anchors(data: bytes) -> Iterable[Anchor]:
    if data.startswith(b"PK"):
        return _zipped(data)
    text = _decoded(data).replace("\r\n", "\n")
    if text.lstrip().startswith("{"):
        return _json(text)
    if text.lstrip().lower().startswith("<!doctype html"):
        start, end = text.find("<footer"), text.rfind("</footer>")
        return _paragraphs(text[start:end] if start >= 0 else "", "</p>")
    alone = parse(text)
    return [alone] if alone else map(_anchor, _LINE.finditer(text))


def _decoded(data: bytes) -> str:
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    return data.decode("utf-16" if wide else "utf-8-sig", "replace")


def _json(text: str) -> Iterable[Anchor]:
    """By line, for no text can hold a line end there; else, where another program set it anew, by key."""
    if found := [_anchor(match) for match in _KEY.finditer(text)]:
        said = _REGISTER.search(text)
        return [anchor._replace(register=said[1]) for anchor in found] if said else found
    value = json.loads(text)
    register = str(value.get("register") or "").lower()
    parts = [value, value.get("from"), value.get("since")]
    heads = [parse(str(part.get("head"))) for part in parts if isinstance(part, dict)]
    return [head._replace(register=register) for head in heads if head]


def parse(text: str) -> Anchor | None:
    """The anchor that a text is; none for any other text."""
    match = _ALONE.fullmatch(text.strip())
    return _anchor(match) if match else None


def _anchor(match: re.Match[str]) -> Anchor:
    return Anchor(int(match[2]), match[3].lower(), register=(match[1] or "").lower())


def _paragraphs(markup: str, end: str) -> Iterator[Anchor]:
    """Anchors that are each all of a paragraph."""
    for paragraph in markup.split(end):
        yield from _paragraph(paragraph)


def _paragraph(markup: str) -> Iterator[Anchor]:
    """The anchor that is all of a paragraph; an editor may have cut it into runs."""
    if match := _LINE.fullmatch(html.unescape(_TAG.sub("", markup)).strip()):
        yield _anchor(match)


def _zipped(data: bytes) -> Iterable[Anchor]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = _Parts(archive)
            if document := parts.read("word/document.xml"):
                return list(_paragraphs(_outside_tables(document), "</w:p>"))
            return list(_workbook(parts))
    except (
        zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, lzma.LZMAError, OSError, EOFError, LookupError,
        RuntimeError,
    ):  # fmt: skip
        pass  # no report of ours, or one that was cut
    return []


class _Parts:
    """The parts of a zipped report, of which LARGEST bytes are unpacked in all."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive, self._left = archive, LARGEST
        self._names = frozenset(archive.namelist())

    def read(self, name: str) -> str:
        """A part as text, empty where there is none; raises TooLargeError."""
        if name not in self._names:
            return ""
        with self._archive.open(name) as part:
            data = part.read(self._left + 1)
        self._left -= len(data)
        if self._left < 0:
            raise TooLargeError
        return data.decode("utf-8", "replace")


def _outside_tables(document: str) -> str:
    depth, kept = 0, []
    for piece in _TABLE.split(document):
        if piece == "<w:tbl>":
            depth += 1
        elif piece == "</w:tbl>":
            depth -= 1
        elif depth == 0:
            kept.append(piece)
    return "".join(kept)


def _workbook(parts: _Parts) -> Iterator[Anchor]:
    """Cells of the sheet that says what the workbook is made from."""
    targets = {
        attributes.get("Id"): attributes.get("Target", "")
        for attributes in _elements(parts.read("xl/_rels/workbook.xml.rels"), "Relationship")
    }
    sheets = {
        targets.get(sheet.get("r:id"), "").removeprefix("/xl/")
        for sheet in _elements(parts.read("xl/workbook.xml"), "sheet")
        if sheet.get("name") in _SHEETS
    }
    shared: dict[int, Anchor] | None = None
    for name in sorted(sheets):
        cells = parts.read(f"xl/{name}")
        yield from _paragraphs(cells, "</is>")
        if shared is None:
            strings = parts.read("xl/sharedStrings.xml").split("</si>")
            shared = {index: found for index, each in enumerate(strings) for found in _paragraph(each)}
        for attributes, number in _CELL.findall(cells):
            if 't="s"' in attributes and (found := shared.get(int(number))):
                yield found


def _elements(markup: str, name: str) -> Iterator[dict[str, str]]:
    for element in re.findall(rf"<{name}\b([^<>]*)>", markup):
        yield {key: html.unescape(value) for key, value in _ATTRIBUTE.findall(element)}
