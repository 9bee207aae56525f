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
    line,
    paragraph,
    plain_table,
    rule,
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
    numbered = [line(number, size=13, align="center"), *_centred(about, size=12)]
    dated = line(f"{letterhead.place}, {written_day(day)}", italic=True, size=13, align="center")
    return plain_table((_LEFT, _RIGHT), (_issuer(letterhead), _nation()), (numbered, [dated]))


def _centred(lines: Sequence[str], *, bold: bool = False, size: float = 0, keep: bool = False) -> list[str]:
    """Lines in the middle, with room above the first."""
    return [
        line(words, bold=bold, size=size, align="center", before=0 if index else 6, keep=keep)
        for index, words in enumerate(lines)
    ]


def _issuer(letterhead: Letterhead) -> list[str]:
    above = balanced(letterhead.governing_body, _LEFT, 12) if letterhead.governing_body else []
    name = balanced(letterhead.issuing_body, _LEFT, 12, bold=True)
    return [
        *(line(words, size=12, align="center") for words in above),
        *(line(words, bold=True, size=12, align="center") for words in name),
        rule(max(width(words, 12, bold=True) for words in name) * 0.4, _LEFT, before=3),
    ]


def _nation() -> list[str]:
    motto = _("Độc lập - Tự do - Hạnh phúc")
    return [
        line(_("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"), bold=True, size=12, align="center"),
        line(motto, bold=True, size=13, align="center"),
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
    about = balanced(subject[:1].upper() + subject[1:], TEXT_WIDTH, 14, bold=True)
    return [
        line(kind, style="Title", before=14),
        *(line(words, style="Title") for words in about),
        rule(max(width(words, 14, bold=True) for words in about) * 0.4, TEXT_WIDTH, before=4),
        *(line(words, italic=True, size=13, align="center") for words in lead),
        space(8),
    ]


def addressees(names: Sequence[str]) -> list[str]:
    """Kính gửi: one addressee beside it, several in lines of their own."""
    word = _("Kính gửi:")
    if len(names) == 1:
        return [line(f"{word} {names[0]}", align="center", before=12, after=8)]
    return [line(word, before=12, left=85), *(line(item, left=113) for item in _items(names)), space(8)]


def _items(names: Sequence[str]) -> list[str]:
    """Names as the items of a list, which ends with a full stop."""
    return [f"- {name}{'.' if number == len(names) else ';'}" for number, name in enumerate(names, 1)]


def annex_names(titles: Sequence[str]) -> list[tuple[str, str]]:
    """How the annexes of a paper are numbered, and what each is called without a number of its own.

    Several have roman numerals, a single one has none.
    """
    numbers = [roman(number) for number in range(1, len(titles) + 1)] if len(titles) > 1 else [""]
    return [
        (_("Phụ lục {number}").format(number=number).strip(), _OWN_NUMBER.sub("", title))
        for number, title in zip(numbers, titles, strict=False)
    ]


def annex_head(number: str, name: str, belonging: str, room: float) -> list[str]:
    """The opening of an annex: its number, its name in capitals, and the paper that it belongs to."""
    return [
        line(number, style="Title"),
        paragraph(*even(name.upper(), room, 14, bold=True), style="Title"),
        paragraph(*even(belonging, room, 14, italic=True), align="center", keep=True),
        space(8),
    ]


def signature(letterhead: Letterhead, copies: Sequence[str]) -> str:
    """Who gets the paper on the left, who signs it on the right."""
    left = [
        line(_("Nơi nhận:"), bold=True, italic=True, size=12, before=6),
        *(line(item, size=11) for item in _items(copies)),
    ]
    right = [
        *_centred([*letterhead.authority, letterhead.title], bold=True, keep=True),
        line(letterhead.name, bold=True, align="center", before=_SIGNING_SPACE),
    ]
    # Word wants a paragraph after the last table of a document.
    return plain_table((_LEFT + 10 * MILLIMETRE, _RIGHT - 10 * MILLIMETRE), (left, right)) + space(2)
