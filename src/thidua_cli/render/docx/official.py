"""The places that Decree 30/2020/NĐ-CP gives to the parts of an official paper, before and after its body."""

import re
from collections.abc import Sequence
from datetime import date

from thidua_cli.ground import language
from thidua_cli.ground.language import _
from thidua_cli.render.cells import roman
from thidua_cli.render.docx.text import (
    MILLIMETRE,
    balanced,
    even,
    paragraph,
    plain_table,
    rule,
    run,
    space,
    width,
)
from thidua_cli.render.paper import Letterhead

TEXT_WIDTH = 165 * MILLIMETRE  # A4 less the margins of 30 and 15 mm
WIDE_TEXT = 252 * MILLIMETRE  # the same on its side
_LEFT, _RIGHT = 70 * MILLIMETRE, 95 * MILLIMETRE
_OWN_NUMBER = re.compile(r"^[^\W\d]+(?: [^\W\d]+)* (?:\d+|[IVX]+)\. ")
_SIGNING_SPACE = 64  # points, for the seal and the signature


def head(letterhead: Letterhead, symbol: str, day: date, subject: str = "") -> str:
    """Issuing body and national title, number and date, and for a letter what it is about."""
    number = _("Số: {symbol}").format(symbol=f"……/{symbol}")
    about = balanced(_("V/v {subject}").format(subject=subject), _LEFT, 12) if subject else []
    numbered = [
        paragraph(run(number, size=13), align="center"),
        *(
            paragraph(run(line, size=12), align="center", before=0 if index else 6)
            for index, line in enumerate(about)
        ),
    ]
    dated = f"{letterhead.place}, {written_day(day)}"
    return plain_table(
        (_LEFT, _RIGHT),
        (_issuer(letterhead), _nation()),
        (numbered, [paragraph(run(dated, italic=True, size=13), align="center")]),
    )


def _issuer(letterhead: Letterhead) -> list[str]:
    above = balanced(letterhead.governing_body, _LEFT, 12) if letterhead.governing_body else []
    name = balanced(letterhead.issuing_body, _LEFT, 12, bold=True)
    return [
        *(paragraph(run(line, size=12), align="center") for line in above),
        *(paragraph(run(line, bold=True, size=12), align="center") for line in name),
        rule(max(width(line, 12, bold=True) for line in name) * 0.4, _LEFT, before=3),
    ]


def _nation() -> list[str]:
    motto = _("Độc lập - Tự do - Hạnh phúc")
    return [
        paragraph(run(_("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"), bold=True, size=12), align="center"),
        paragraph(run(motto, bold=True, size=13), align="center"),
        rule(width(motto, 13, bold=True), _RIGHT, before=3),
    ]


def written_day(day: date) -> str:
    """A date in words: below 10 the day, and January and February, are written with a zero in front."""
    if language.current() == "en":
        return f"{day.day} {day:%B} {day.year}"
    month = f"{day.month:02}" if day.month <= 2 else str(day.month)
    return f"ngày {day.day:02} tháng {month} năm {day.year}"


def title(kind: str, subject: str, lead: Sequence[str]) -> list[str]:
    """The type of the paper, what it is about with a line below, and lines on what it rests on.

    A subject that begins with the type does not say it twice: "Báo cáo tình hình", "Progress report: this".
    """
    opening, colon, rest = subject.partition(": ")
    if colon and opening.upper().endswith(kind):
        kind, subject = opening.upper(), rest
    elif subject.upper().startswith(f"{kind} "):
        subject = subject[len(kind) + 1 :]
    subject = subject[:1].upper() + subject[1:]
    about = balanced(subject, TEXT_WIDTH, 14, bold=True)
    return [
        paragraph(run(kind), style="Title", before=14),
        *(paragraph(run(line), style="Title") for line in about),
        rule(max(width(line, 14, bold=True) for line in about) * 0.4, TEXT_WIDTH, before=4),
        *(paragraph(run(line, italic=True, size=13), align="center") for line in lead),
        space(8),
    ]


def addressees(names: Sequence[str]) -> list[str]:
    """Kính gửi: one addressee beside it, several in lines of their own."""
    word = _("Kính gửi:")
    if len(names) == 1:
        return [paragraph(run(f"{word} {names[0]}"), align="center", before=12, after=8)]
    lines = [f"- {name}{'.' if name == names[-1] else ';'}" for name in names]
    return [
        paragraph(run(word), before=12, left=85),
        *(paragraph(run(line), left=113) for line in lines),
        space(8),
    ]


def annex_names(titles: Sequence[str]) -> list[tuple[str, str]]:
    """How the annexes of a paper are numbered, and what each is called without a number of its own.

    Several have roman numerals, a single one has none.
    """
    numbers = [roman(number) for number in range(1, len(titles) + 1)] if len(titles) > 1 else [""]
    return [
        (_("Phụ lục {number}").format(number=number).strip(), _OWN_NUMBER.sub("", title))
        for number, title in zip(numbers, titles, strict=False)
    ]


def annex_head(
    number: str, name: str, paper: str, letterhead: Letterhead, symbol: str, day: date, room: float
) -> list[str]:
    """The opening of an annex: its number, its name in capitals, and the paper that it belongs to."""
    with_it = _("(Kèm theo {paper} số {number} {day} của {issuer})").format(
        paper=paper, number=f"……/{symbol}", day=written_day(day), issuer=letterhead.name_in_text
    )
    return [
        paragraph(run(number), style="Title"),
        paragraph(*even(name.upper(), room, 14, bold=True), style="Title"),
        paragraph(*even(with_it, room, 14, italic=True), align="center", keep=True),
        space(8),
    ]


def signature(letterhead: Letterhead, copies: Sequence[str]) -> str:
    """Who gets the paper on the left, who signs it on the right."""
    listed = [f"- {each}{'.' if index == len(copies) else ';'}" for index, each in enumerate(copies, 1)]
    left = [
        paragraph(run(_("Nơi nhận:"), bold=True, italic=True, size=12), before=6),
        *(paragraph(run(line, size=11)) for line in listed),
    ]
    lines = [*letterhead.authority, letterhead.title]
    right = [
        *(
            paragraph(run(line, bold=True), align="center", before=0 if index else 6, keep=True)
            for index, line in enumerate(lines)
        ),
        paragraph(run(letterhead.name, bold=True), align="center", before=_SIGNING_SPACE),
    ]
    # Word wants a paragraph after the last table of a document.
    return plain_table((_LEFT + 10 * MILLIMETRE, _RIGHT - 10 * MILLIMETRE), (left, right)) + space(2)
