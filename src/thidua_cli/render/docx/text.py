"""Paragraphs of WordprocessingML as text, and how wide a text is in Times New Roman."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from thidua_cli.render.cells import prose

POINT = 20  # twentieths of a point, the unit of lengths
MILLIMETRE = 56.7

# Advance widths in thousandths of the size, for letters without their marks; capitals and others: 722, 500.
_WIDTHS = {
    letter: width
    for width, letters in {
        250: " .,", 278: "ijlt/:;", 333: "fr-()I", 389: "sJ", 444: "acez", 556: "FPS", 611: "ELTZ",
        667: "BCR", 722: "w", 778: "m", 833: "%", 889: "M", 944: "W", 1000: "…",
    }.items()
    for letter in letters
}  # fmt: skip
_BOLD = 1.11
_HYPHEN = re.compile(r"(?<=\d)-(?=\d)")
_SURE = 0.92  # the part of a room that a text of the computed width surely fits into


def width(text: str, size: float, *, bold: bool = False) -> float:
    """About how wide a text of one line is, in twentieths of a point."""
    thousandths = sum(
        _WIDTHS.get(letter, 722 if letter.isupper() else 500)
        for letter in unicodedata.normalize("NFD", text.replace("\u00a0", " "))
        if not unicodedata.combining(letter)
    )
    return thousandths / 1000 * size * POINT * (_BOLD if bold else 1)


def balanced(text: str, room: float, size: float, *, bold: bool = False) -> list[str]:
    """A text in as few lines as the room allows, about equally long, as a heading is broken by hand."""
    words, room = text.split(" "), room * _SURE
    for count in range(1, len(words) + 1):
        lines = _filled(words, width(text, size, bold=bold) / count * 1.15, size, bold=bold)
        if len(lines) <= count and max(width(line, size, bold=bold) for line in lines) <= room:
            return lines
    return words


def _filled(words: Sequence[str], room: float, size: float, *, bold: bool) -> list[str]:
    lines: list[str] = []
    for word in words:
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer, size, bold=bold) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def safe(text: str) -> str:
    """Text for an element or an attribute: what XML refuses or nobody sees is shown as an escape."""
    return escape(prose(text))


def run(
    text: str, *, bold: bool = False, italic: bool = False, size: float = 0, after_break: bool = False
) -> str:
    """Text of one kind, on a new line or not; size in points, 0 is that of the paragraph's style.

    A range of years and an ISO date are not broken at their hyphens.
    """
    look = "<w:b/><w:bCs/>" * bold + "<w:i/><w:iCs/>" * italic + _size(size)
    look = f"<w:rPr>{look}</w:rPr>" if look else ""
    words = _HYPHEN.sub('</w:t><w:noBreakHyphen/><w:t xml:space="preserve">', safe(text))
    return f'<w:r>{look}{"<w:br/>" * after_break}<w:t xml:space="preserve">{words}</w:t></w:r>'


def _size(points: float) -> str:
    return f'<w:sz w:val="{points * 2:.0f}"/><w:szCs w:val="{points * 2:.0f}"/>' if points else ""


def even(text: str, room: float, size: float, *, bold: bool = False, italic: bool = False) -> list[str]:
    """The runs of a text in even lines, in letters of that size."""
    lines = balanced(text, room, size, bold=bold)
    return [run(line, italic=italic, after_break=index > 0) for index, line in enumerate(lines)]


def paragraph(
    *runs: str,
    style: str = "",
    align: str = "",
    before: float = 0,
    after: float = 0,
    left: float = 0,
    end_size: float = 0,
    keep: bool = False,
) -> str:
    """A paragraph; lengths in points, `keep`: with the next one.

    `end_size` is that of its end, which makes an empty one as high as its neighbours.
    """
    look = f'<w:pStyle w:val="{style}"/>' if style else ""
    look += "<w:keepNext/>" * keep
    if before or after:
        look += f'<w:spacing w:before="{before * POINT:.0f}" w:after="{after * POINT:.0f}"/>'
    look += f'<w:ind w:left="{left * POINT:.0f}"/>' if left else ""
    look += f'<w:jc w:val="{align}"/>' if align else ""
    look += f"<w:rPr>{_size(end_size)}</w:rPr>" if end_size else ""
    return f"<w:p>{f'<w:pPr>{look}</w:pPr>' if look else ''}{''.join(runs)}</w:p>"


def line(text: str, *, bold: bool = False, italic: bool = False, size: float = 0, **place: Any) -> str:
    """A paragraph of text of one kind; `place` as `paragraph` says."""
    return paragraph(run(text, bold=bold, italic=italic, size=size), **place)


def space(height: float) -> str:
    """Empty room of so many points, as between two tables."""
    return f'<w:p><w:pPr><w:spacing w:line="{height * POINT:.0f}" w:lineRule="exact"/></w:pPr></w:p>'


def rule(length: float, room: float, *, before: float = 0) -> str:
    """A line of that length, in the middle of the room; lengths in twentieths of a point."""
    side = max(0, int((room - length) / 2))
    return (
        '<w:p><w:pPr><w:pBdr><w:top w:val="single" w:sz="6" w:space="0" w:color="auto"/></w:pBdr>'
        f'<w:spacing w:before="{before * POINT:.0f}" w:line="80" w:lineRule="exact"/>'
        f'<w:ind w:left="{side}" w:right="{side}"/></w:pPr></w:p>'
    )


def table_opening(widths: Iterable[int], style: str = "") -> str:
    """The opening of a table with fixed widths of columns, in twentieths of a point."""
    columns = list(widths)
    look = f'<w:tblStyle w:val="{style}"/>' if style else ""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in columns)
    return (
        f'<w:tbl><w:tblPr>{look}<w:tblW w:w="{sum(columns)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
    )


def table_row(cells: Iterable[str], *, header: bool = False) -> str:
    """A row that is not split between pages; a header is repeated on each page."""
    return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' * header}</w:trPr>{''.join(cells)}</w:tr>"


def table_cell(content: str, width: int, look: str = "") -> str:
    """A cell with its paragraphs, as wide as its columns; `look` are further properties."""
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{look}</w:tcPr>{content}</w:tc>'


def plain_table(widths: Sequence[float], *rows: Sequence[Sequence[str]]) -> str:
    """A table without borders, which only places paragraphs side by side."""
    columns = [*map(int, widths)]
    body = (table_row(map(table_cell, map("".join, row), columns)) for row in rows)
    return f"{table_opening(columns)}{''.join(body)}</w:tbl>"
