"""Documents and letters as DOCX, in the layout of Decree 30/2020/NĐ-CP: A4, Times New Roman, 13 to 14 points.

Written as WordprocessingML by hand: what is read back by Word, LibreOffice and python-docx is exactly what
stands here, and the same content gives the same bytes.
"""

from collections.abc import Iterator, Sequence
from itertools import count
from typing import assert_never

from thidua_cli.ground.dates import show_day
from thidua_cli.ground.language import _
from thidua_cli.ground.text import lower_first
from thidua_cli.render.cells import NOTHING
from thidua_cli.render.document import Bars, Block, Document, Headlines, Paragraph, Section
from thidua_cli.render.docx import chart, official, tables
from thidua_cli.render.docx.package import last_section, package, section_end
from thidua_cli.render.docx.text import line, space
from thidua_cli.render.model import Curve, Table
from thidua_cli.render.paper import Letter, Letterhead, Stamp


def to_docx(document: Document, letterhead: Letterhead, stamp: Stamp) -> bytes:
    """The document as a report (báo cáo).

    Annexes follow the signature, each with pages of its own; the document's notes end it, in small letters.
    """
    writer = _Writer(letterhead, stamp, _("Báo cáo"), letterhead.report_symbol)
    ordered = sorted(document.sections, key=lambda section: section.annex)
    blocks = [section.blocks for section in ordered]
    return _file(writer.report(document), blocks, document.title, stamp)


def letter_docx(letter: Letter, letterhead: Letterhead, stamp: Stamp) -> bytes:
    """The letter as an official letter (công văn)."""
    writer = _Writer(letterhead, stamp, _("Công văn"), letterhead.letter_symbol)
    blocks = [letter.blocks, *(section.blocks for section in letter.annexes)]
    return _file(writer.letter(letter), blocks, letter.subject, stamp)


def _file(body: Iterator[str], blocks: Sequence[Sequence[Block]], title: str, stamp: Stamp) -> bytes:
    """The body as a file, with the charts of all its blocks in their order."""
    curves = (block for run in blocks for block in run if isinstance(block, Curve))
    charts = [chart.part(curve) for curve in curves if chart.has_points(curve)]
    return package(body, charts, title=title, instant=stamp.instant)


class _Writer:
    """Writes the body of one paper; `kind` is its type inside a sentence."""

    def __init__(self, letterhead: Letterhead, stamp: Stamp, kind: str, symbol: str) -> None:
        self.letterhead, self.day, self.kind, self.symbol = letterhead, stamp.day, kind, symbol
        self.charts = count(1)

    def report(self, document: Document) -> Iterator[str]:
        letterhead = self.letterhead
        yield official.head(letterhead, self.symbol, self.day)
        yield from official.title(_("BÁO CÁO"), document.title, document.lead)
        if letterhead.report_to:
            yield from official.addressees(letterhead.report_to)
        yield _body_text(document.summary)
        annexes = [section for section in document.sections if section.annex]
        if annexes:
            yield _body_text(_reference(annexes))
        for section in document.sections:
            if not section.annex:
                yield line(section.title, style="Heading1")
                yield from self._blocks(section.blocks)
        if document.is_forecast:
            closing = _("Trên đây là kết quả dự kiến đến ngày {day}, theo số liệu hiện có./.")
        else:
            closing = _("Trên đây là báo cáo kết quả thực hiện đến {until}./.")
        day = show_day(document.as_of or self.day)
        yield line(closing.format(day=day, until=document.until), style="BodyText", keep=True)
        yield official.signature(letterhead, letterhead.report_copies)
        yield from self._annexes(annexes)
        if document.notes:
            yield space(8)
        for note in document.notes:
            yield line(note, italic=True, size=10, keep=note is not document.notes[-1])
        yield _end(annexes)

    def letter(self, letter: Letter) -> Iterator[str]:
        yield official.head(self.letterhead, self.symbol, self.day, letter.subject)
        yield from official.addressees(letter.to)
        yield from self._blocks(letter.blocks)
        yield official.signature(self.letterhead, self.letterhead.letter_copies)
        yield from self._annexes(letter.annexes)
        yield _end(letter.annexes)

    def _annexes(self, sections: Sequence[Section]) -> Iterator[str]:
        names = official.annex_names([section.title for section in sections])
        belonging = _("(Kèm theo {paper} số {number} {day} của {issuer})").format(
            paper=self.kind,
            number=f"……/{self.symbol}",
            day=official.written_day(self.day),
            issuer=self.letterhead.name_in_text,
        )
        before = False
        for section, (number, name) in zip(sections, names, strict=True):
            wide = _is_wide(section)
            room = official.WIDE_TEXT if wide else official.TEXT_WIDTH
            yield section_end(wide=before)
            yield from official.annex_head(number, name, belonging, room)
            yield from self._blocks(section.blocks, room)
            before = wide

    def _blocks(self, blocks: Sequence[Block], room: float = official.TEXT_WIDTH) -> Iterator[str]:
        """The blocks in order; a curve takes the next number of a chart."""
        # Below many figures a lower chart still stands on their page.
        many = any(isinstance(block, Headlines) and tables.is_list(block.items) for block in blocks)
        height = chart.LOW if many else chart.HEIGHT
        for block in blocks:
            match block:
                case Paragraph():
                    yield _body_text(block.text)
                case Headlines():
                    yield from tables.headlines(block.items)
                case Curve() if chart.has_points(block):
                    yield from chart.place(block, next(self.charts), height)
                case Curve():
                    yield tables.title(block.title)
                    yield _body_text(NOTHING)
                case Bars():
                    yield from tables.bars(block)
                case Table():
                    yield from tables.table(block, room)
                case _:
                    assert_never(block)


def _reference(annexes: Sequence[Section]) -> str:
    """Where in the annexes what is found."""
    places = [
        _("{name} tại {annex}").format(name=lower_first(name), annex=number)
        for number, name in official.annex_names([section.title for section in annexes])
    ]
    return _("Chi tiết: {places}.").format(places="; ".join(places))


def _is_wide(section: Section) -> bool:
    """Whether an annex is printed on paper on its side, because a table of it would else be hard to read."""
    return not all(tables.fits(block) for block in section.blocks if isinstance(block, Table))


def _end(annexes: Sequence[Section]) -> str:
    return last_section(wide=bool(annexes) and _is_wide(annexes[-1]))


def _body_text(text: str) -> str:
    """A paragraph of the body; a point of a list is not stretched to both margins."""
    return line(text, style="BodyText", align="left" if text.startswith("- ") else "")
