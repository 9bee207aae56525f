"""A document: sections of text, tables and charts, in the order in which they are read.

What a leader is given. Each format that can hold one (HTML, DOCX, XLSX, Markdown) writes it in its own way;
none knows the domain. Charts hold figures, not drawings.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple, assert_never

from thidua_cli.ground.language import _, grouped
from thidua_cli.render.model import Column, Curve, Heat, Report, Table, Tone

_ROWS = 1000  # rows of one table that a person is given to read
_ROWS_OF_GROUP = 20  # rows of each group in a table that has more


class DocumentFormat(StrEnum):
    """What a document can be written as."""

    HTML = "html"
    XLSX = "xlsx"
    DOCX = "docx"
    PDF = "pdf"
    MD = "md"
    JSON = "json"
    TABLE = "table"

    @property
    def ending(self) -> str:
        """The ending of its files."""
        return "txt" if self is DocumentFormat.TABLE else str(self)

    @property
    def is_binary(self) -> bool:
        """Whether it is of no use on a screen."""
        return self in (DocumentFormat.XLSX, DocumentFormat.DOCX, DocumentFormat.PDF)


class Paragraph(NamedTuple):
    """A paragraph of plain text."""

    text: str


class Headline(NamedTuple):
    """A figure that stands out: `value` is written for people, `note` says what it means.

    `share`: the same as a percentage, for programs that calculate; None where it is none.
    """

    label: str
    value: str
    note: str = ""
    tone: Tone = Tone.PLAIN
    share: float | None = None


class Headlines(NamedTuple):
    """Figures side by side."""

    items: Sequence[Headline]


class Bars(NamedTuple):
    """A percentage for each group; `bars` are label, done, applicable and rate (None: no rate)."""

    title: str
    bars: Sequence[tuple[str, int, int, float | None]]


Block = Paragraph | Headlines | Curve | Bars | Table


class Section(NamedTuple):
    """A part of a document under its heading; `key` is a stable name (an anchor, a sheet).

    `annex`: on paper it follows the signature, on a page of its own. `short`: a title for where the whole one
    has no room.
    """

    key: str
    title: str
    blocks: Sequence[Block]
    annex: bool = False
    short: str = ""


class Document(NamedTuple):
    """A document: `lead` are the lines under the title, `notes` the lines at the foot.

    `summary` is one paragraph that says the whole in words. `as_of` is an ISO day, `known_at` an instant in
    UTC, `head` the anchor: with them a file can say what it is made from. `is_forecast`: the day is to come.
    `until` is up to when the figures count, in words.
    """

    title: str
    lead: Sequence[str]
    summary: str
    sections: Sequence[Section]
    notes: Sequence[str]
    as_of: str = ""
    known_at: str = ""
    head: str = ""
    is_forecast: bool = False
    until: str = ""


def abridged(document: Document, most: int = _ROWS, whole: tuple[type, ...] = ()) -> Document:
    """The document without the rows that nobody would read; a shortened group says how many are left out.

    A table keeps `most` rows, or the first of each group; blocks of the types in `whole` keep all.
    """

    def shortened(block: Block) -> Block:
        if not isinstance(block, Table) or isinstance(block, whole) or block.row_count <= most:
            return block
        return _abridged_table(block, most)

    sections = [section._replace(blocks=[*map(shortened, section.blocks)]) for section in document.sections]
    return document._replace(sections=sections)


def _abridged_table(table: Table, most: int) -> Table:
    groups = []
    for heading, rows in table.groups[: -(-most // _ROWS_OF_GROUP)]:
        words = _(" · {shown} dòng đầu, còn {more} dòng").format(
            shown=_ROWS_OF_GROUP, more=grouped(max(len(rows) - _ROWS_OF_GROUP, 0))
        )
        groups.append((heading + words * (len(rows) > _ROWS_OF_GROUP), rows[:_ROWS_OF_GROUP]))
    left_out = table.row_count - sum(len(rows) for _heading, rows in groups)
    whole = DocumentFormat.XLSX if isinstance(table, Heat) else DocumentFormat.JSON
    words = _("bớt {number} dòng, xem đủ trong bản {form}").format(number=grouped(left_out), form=whole)
    return table._replace(groups=groups, title=f"{table.title} ({words})")


def as_report(document: Document) -> Report:
    """The document as a report of tables and curves, for a terminal."""
    lead = [document.title, *document.lead, document.summary]
    return Report((), (), lambda: list(_flat(document.sections)), lead=lead, notes=document.notes)


def _flat(sections: Iterable[Section]) -> Iterator[Table | Curve]:
    for section in sections:
        yield Table([], [], title=section.title.upper())
        for block in section.blocks:
            match block:
                case Paragraph(text):
                    yield Table([], [], empty=text)
                case Headlines(items):
                    rows = [[item.label, item.value.replace("\u00a0", " "), item.note] for item in items]
                    yield Table([Column("", narrow=8), Column(""), Column("", narrow=10)], [("", rows)])
                case Bars():
                    pass  # the table that follows has the figures, and bars of its own
                case Table() | Curve():
                    yield block
                case _:
                    assert_never(block)
