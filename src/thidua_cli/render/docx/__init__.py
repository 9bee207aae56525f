"""Documents and letters as DOCX, in the layout of Decree 30/2020/NĐ-CP: A4, Times New Roman, 13 to 14 points.

Written as WordprocessingML by hand: what is read back by Word, LibreOffice and python-docx is exactly what
stands here, and the same content gives the same bytes.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import count
from typing import assert_never

from thidua_cli.ground.dates import show_day
from thidua_cli.ground.language import _
from thidua_cli.ground.text import lower_first
from thidua_cli.render.cells import NOTHING
from thidua_cli.render.document import Bars, Block, Document, Headlines, Paragraph, Section
from thidua_cli.render.docx import chart, official, tables
from thidua_cli.render.docx.package import chart_relation, last_section, package, section_end
from thidua_cli.render.docx.text import paragraph, run, space
from thidua_cli.render.model import Curve, Table
from thidua_cli.render.paper import Letter, Letterhead, Stamp


def to_docx(document: Document, letterhead: Letterhead, stamp: Stamp) -> bytes:
    """The document as a report (báo cáo).

    Annexes follow the signature, each with pages of its own; the document's notes end it, in small letters.
    """
    return package(
        _report(document, letterhead, stamp, count(1)),
        [chart.part(each) for each in _curves(section.blocks for section in _in_order(document.sections))],
        title=document.title,
        instant=stamp.instant,
    )


def letter_docx(letter: Letter, letterhead: Letterhead, stamp: Stamp) -> bytes:
    """The letter as an official letter (công văn)."""
    blocks = [letter.blocks, *(section.blocks for section in letter.annexes)]
    return package(
        _letter(letter, letterhead, stamp, count(1)),
        [chart.part(each) for each in _curves(blocks)],
        title=letter.subject,
        instant=stamp.instant,
    )


def _in_order(sections: Sequence[Section]) -> list[Section]:
    return sorted(sections, key=lambda section: section.annex)


def _curves(blocks: Iterable[Sequence[Block]]) -> list[Curve]:
    return [
        block for each in blocks for block in each if isinstance(block, Curve) and chart.has_points(block)
    ]


def _report(
    document: Document, letterhead: Letterhead, stamp: Stamp, numbers: Iterator[int]
) -> Iterator[str]:
    yield official.head(letterhead, letterhead.report_symbol, stamp.day)
    yield from official.title(_("BÁO CÁO"), document.title, document.lead)
    if letterhead.report_to:
        yield from official.addressees(letterhead.report_to)
    yield _text(document.summary)
    ordered = _in_order(document.sections)
    body = [section for section in ordered if not section.annex]
    annexes = ordered[len(body) :]
    if annexes:
        yield _text(_reference(annexes))
    for section in body:
        yield paragraph(run(section.title), style="Heading1")
        yield from _blocks(section.blocks, numbers)
    if document.is_forecast:
        closing = _("Trên đây là kết quả dự kiến đến ngày {day}, theo số liệu hiện có./.")
    else:
        closing = _("Trên đây là báo cáo kết quả thực hiện đến hết ngày {day}./.")
    day = show_day(document.as_of or stamp.day)
    yield paragraph(run(closing.format(day=day)), style="BodyText", keep=True)
    yield official.signature(letterhead, letterhead.report_copies)
    yield from _annexes(annexes, _("Báo cáo"), letterhead, letterhead.report_symbol, stamp.day, numbers)
    yield from _foot(document.notes)
    yield _end(annexes)


def _reference(annexes: Sequence[Section]) -> str:
    """Where in the annexes what is found."""
    places = [
        _("{name} tại {annex}").format(name=lower_first(name), annex=number)
        for number, name in official.annex_names([section.title for section in annexes])
    ]
    return _("Chi tiết: {places}.").format(places="; ".join(places))


def _letter(letter: Letter, letterhead: Letterhead, stamp: Stamp, numbers: Iterator[int]) -> Iterator[str]:
    yield official.head(letterhead, letterhead.letter_symbol, stamp.day, letter.subject)
    yield from official.addressees(letter.to)
    yield from _blocks(letter.blocks, numbers)
    yield official.signature(letterhead, letterhead.letter_copies)
    symbol = letterhead.letter_symbol
    yield from _annexes(letter.annexes, _("Công văn"), letterhead, symbol, stamp.day, numbers)
    yield _end(letter.annexes)


def _annexes(
    sections: Sequence[Section],
    paper: str,
    letterhead: Letterhead,
    symbol: str,
    day: date,
    numbers: Iterator[int],
) -> Iterator[str]:
    names = official.annex_names([section.title for section in sections])
    before = False
    for section, (number, name) in zip(sections, names, strict=True):
        wide = _is_wide(section)
        room = official.WIDE_TEXT if wide else official.TEXT_WIDTH
        yield section_end(wide=before)
        yield from official.annex_head(number, name, paper, letterhead, symbol, day, room)
        yield from _blocks(section.blocks, numbers, room)
        before = wide


def _is_wide(section: Section) -> bool:
    """Whether an annex is printed on paper on its side, because a table of it would else be hard to read."""
    return not all(tables.fits(block) for block in section.blocks if isinstance(block, Table))


def _end(annexes: Sequence[Section]) -> str:
    return last_section(wide=bool(annexes) and _is_wide(annexes[-1]))


def _foot(notes: Sequence[str]) -> Iterator[str]:
    """The notes, all on one page."""
    if notes:
        yield space(8)
    for note in notes:
        yield paragraph(run(note, italic=True, size=10), keep=note is not notes[-1])


def _blocks(
    blocks: Sequence[Block], numbers: Iterator[int], room: float = official.TEXT_WIDTH
) -> Iterator[str]:
    """The blocks in order; a curve takes the next number of a chart."""
    # Below many figures a lower chart still stands on their page.
    many = any(isinstance(block, Headlines) and tables.is_list(block.items) for block in blocks)
    height = chart.LOW if many else chart.HEIGHT
    for block in blocks:
        match block:
            case Paragraph():
                yield _text(block.text)
            case Headlines():
                yield from tables.headlines(block.items)
            case Curve() if chart.has_points(block):
                number = next(numbers)
                yield from chart.place(block, number, chart_relation(number), height=height)
            case Curve():
                yield tables.title(block.title)
                yield _text(NOTHING)
            case Bars():
                yield from tables.bars(block)
            case Table():
                yield from tables.table(block, room)
            case _:
                assert_never(block)


def _text(text: str) -> str:
    """A paragraph of the body; a point of a list is not stretched to both margins."""
    return paragraph(run(text), style="BodyText", align="left" if text.startswith("- ") else "")
