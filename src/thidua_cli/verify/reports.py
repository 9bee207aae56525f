"""The anchors in a report of ours: from the place where its format writes them, never from what it tells.

A note or a name may hold whatever looks like an anchor, so the text around decides: a key of JSON, a line of
its own with its label, the foot of a page, a sheet.
"""

import html
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

LARGEST = 64 * 1024 * 1024  # of a report, and of each part of a zipped one

_VALUE = r"([0-9]{1,18}):([0-9a-fA-F]{64})"
_LABEL = "(?:Mốc sổ|Anchor)"  # in both languages, whichever is in use now
_LINE = re.compile(rf"^{_LABEL}:\s+{_VALUE}[ \t]*$", re.MULTILINE)  # a narrow terminal breaks it at the space
_ALONE = re.compile(rf"\s*{_VALUE}\s*")
_KEY = re.compile(rf'^[ {{]*"(?:(?:from|since)": \{{[^{{}}\n]*")?head": "{_VALUE}"', re.MULTILINE)
_SHEETS = ("Nguồn số liệu", "Source")
_TAG = re.compile(r"<[^>]*>")

Found = tuple[str, str]  # the number and the digits, as they are written


def anchors(data: bytes) -> set[Found]:
    """The anchors of a report in any format that carries one; none for what is no such report."""
    if data.startswith(b"PK"):
        return set(_zipped(data))
    text = _decoded(data).replace("\r\n", "\n")
    if text.lstrip().startswith("{"):
        return set(_json(text))
    if text.lstrip().lower().startswith("<!doctype html"):
        return set(_paragraphs("".join(re.findall(r"<footer\b.*</footer>", text, re.DOTALL)), "</p>"))
    alone = _ALONE.fullmatch(text)
    return {(alone[1], alone[2])} if alone else set(_LINE.findall(text))


def _decoded(data: bytes) -> str:
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    return data.decode("utf-16" if wide else "utf-8-sig", "replace")


def _json(text: str) -> Iterable[Found]:
    """By line, for no text can hold a line end there; else, where another program set it anew, by key."""
    found = _KEY.findall(text)
    if found:
        return found
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return ()
    heads = [value, value.get("from"), value.get("since")]
    return [(match[1], match[2]) for head in heads if (match := _ALONE.fullmatch(_head(head)))]


def _head(value: Any) -> str:
    return str(value.get("head")) if isinstance(value, dict) else ""


def _paragraphs(markup: str, end: str) -> Iterator[Found]:
    """What stands alone in a paragraph; an editor may have cut it into runs."""
    for paragraph in markup.split(end):
        if match := _LINE.fullmatch(html.unescape(_TAG.sub("", paragraph)).strip()):
            yield match[1], match[2]


def _zipped(data: bytes) -> Iterator[Found]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if "word/document.xml" in names:
                yield from _paragraphs(_outside_tables(_part(archive, "word/document.xml")), "</w:p>")
            elif "xl/workbook.xml" in names:
                yield from _workbook(archive)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, LookupError, ValueError, RuntimeError):
        return  # no report of ours, or one that was cut


def _part(archive: zipfile.ZipFile, name: str) -> str:
    with archive.open(name) as part:
        return part.read(LARGEST).decode("utf-8", "replace")


def _outside_tables(document: str) -> str:
    depth, kept = 0, []
    for piece in re.split(r"(</?w:tbl>)", document):
        if piece == "<w:tbl>":
            depth += 1
        elif piece == "</w:tbl>":
            depth -= 1
        elif depth == 0:
            kept.append(piece)
    return "".join(kept)


def _workbook(archive: zipfile.ZipFile) -> Iterator[Found]:
    """Cells of the sheet that says what the workbook is made from."""
    targets = {
        attributes["Id"]: attributes["Target"]
        for attributes in _elements(_part(archive, "xl/_rels/workbook.xml.rels"), "Relationship")
    }
    strings: list[str] | None = None
    for sheet in _elements(_part(archive, "xl/workbook.xml"), "sheet"):
        if sheet["name"] not in _SHEETS:
            continue
        cells = _part(archive, f"xl/{targets[sheet['r:id']].removeprefix('/xl/')}")
        yield from _paragraphs(cells, "</is>")
        if strings is None:
            strings = _part(archive, "xl/sharedStrings.xml").split("</si>")
        numbers = re.findall(r'<c\b[^>]*\bt="s"[^>]*><v>(\d{1,9})</v>', cells)
        yield from _paragraphs("\n".join(f"{strings[int(number)]}</si>" for number in numbers), "</si>")


def _elements(markup: str, name: str) -> Iterator[dict[str, str]]:
    for element in re.findall(rf"<{name}\b[^>]*>", markup):
        yield {key: html.unescape(value) for key, value in re.findall(r'([\w:]+)="([^"]*)"', element)}
