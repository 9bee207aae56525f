"""A document: sections of text, tables and charts, in the order in which they are read.

What a leader is given. Each format that can hold one (HTML, DOCX, XLSX, Markdown) writes it in its own way;
none knows the domain. Charts hold figures, not drawings.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from thidua_cli.render import Column, Table, Tone


class Paragraph(NamedTuple):
    """A paragraph of plain text."""

    text: str


class Headline(NamedTuple):
    """A figure that stands out: `value` is written for people, `note` says what it means."""

    label: str
    value: str
    note: str = ""
    tone: Tone = Tone.PLAIN


class Headlines(NamedTuple):
    """Figures side by side."""

    items: Sequence[Headline]


class Curve(NamedTuple):
    """Percentages over time.

    `series`: label -> points of an ISO day and a percentage (None: no rate that day).
    `marks`: ISO day -> label, such as a deadline.
    """

    title: str
    series: Mapping[str, Sequence[tuple[str, float | None]]]
    marks: Mapping[str, str]


class Bars(NamedTuple):
    """A percentage for each group; `bars` are label, done, applicable and rate (None: no rate)."""

    title: str
    bars: Sequence[tuple[str, int, int, float | None]]


class Heat(NamedTuple):
    """A table of states: one row for each unit under its heading, one column for each obligation.

    A cell is a word with a tone (`Mark`), or None where the unit is not bound.
    """

    title: str
    columns: Sequence[Column]
    groups: Sequence[tuple[str, Sequence[Sequence[object]]]]


Block = Paragraph | Headlines | Curve | Bars | Heat | Table


class Section(NamedTuple):
    """A part of a document under its heading; `key` is a stable name (an anchor, a sheet).

    `annex`: on paper it follows the signature, on a page of its own.
    """

    key: str
    title: str
    blocks: Sequence[Block]
    annex: bool = False


class Document(NamedTuple):
    """A document: `lead` are the lines under the title, `notes` the lines at the foot.

    `summary` is one paragraph that says the whole in words.
    """

    title: str
    lead: Sequence[str]
    summary: str
    sections: Sequence[Section]
    notes: Sequence[str]
