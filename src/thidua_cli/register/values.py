"""Readers of fields: each takes a value as a file or an option gives it, and returns the value to store.

Text is made regular first (`text.clean`). Raise InvalidError, with a cure. `models` puts the fields together.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Literal, TypeVar

from thidua_cli.ground import dates, text
from thidua_cli.ground.errors import InvalidError
from thidua_cli.ground.language import LANGUAGES, _, current
from thidua_cli.register import terms

Word = TypeVar("Word", bound=StrEnum)
Value = TypeVar("Value")
_MIDNIGHT = re.compile(r"(?<=\d)[ T]00:00(:00(\.0+)?)?$", re.ASCII)
_MOST_DIGITS = 18  # of a number that SQLite stores


def plain(value: object, *, lines: bool = False) -> str:
    """A regular text; empty for None."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InvalidError(_("phải là chữ, không phải số hay kiểu khác"), _("ghi giá trị trong ngoặc kép"))
    return text.clean(value, lines=lines).value


def optional(value: object) -> str | None:
    """A text of any length, or none."""
    return plain(value) or None


def code(value: object) -> str:
    """The code of a unit."""
    return text.check_code(plain(value))


def occasion(value: object) -> str:
    """The occasion of an obligation, such as 2023 or 2023-h1, in lower case; empty for none."""
    return text.check_code(plain(value)).lower() if value else ""


NO_OCCASION = "-"  # names the occasion of an obligation that has none, where others of its action have one


def occasion_of_record(value: object) -> str | None:
    """The occasion that a record names, as `occasion`; none where it names none."""
    written = plain(value)
    return "" if written == NO_OCCASION else occasion(written) or None


def name(value: object) -> str:
    """The full name of a unit; a name in the letters of an old encoding says which one it seems to be."""
    try:
        return text.check_name(plain(value))
    except InvalidError:
        from thidua_cli.ground.encodings import disguised

        guess = disguised(value) if isinstance(value, str) else None
        if guess is None:
            raise
        raise InvalidError(
            _("trông như {encoding} đọc nhầm: '{name}'").format(
                encoding=guess.encoding, name=text.visible(guess.preview[0])[:60]
            ),
            _("chuyển tệp sang Unicode (UTF-8) rồi thử lại"),
        ) from None


def _limited(limit: int, *, lines: bool = False) -> Callable[[object], str | None]:
    """A reader of a text of at most `limit` characters, or of nothing."""
    return lambda value: text.check_length(plain(value, lines=lines), limit) or None


short = _limited(text.NAME_LIMIT)
number = _limited(text.NUMBER_LIMIT)  # of a document, as typed
note = _limited(text.NOTE_LIMIT, lines=True)


def evidence(value: object) -> str | None:
    """The address of a document, or the path of a file that is there, or none."""
    from thidua_cli.register import evidence as files

    written = note(value)
    files.check(written)
    return written


def reason(value: object) -> str:
    """A reason; empty is refused."""
    if not (written := note(value)):
        raise InvalidError(_("lý do bỏ trống"), _("ghi lý do"))
    return written


def day(value: object) -> date:
    """A calendar day; an instant at midnight, as programs write a day into CSV, is its day."""
    return value if isinstance(value, date) else dates.parse_date(_MIDNIGHT.sub("", plain(value)))


def planned_day(value: object) -> date | None:
    """A calendar day of a plan file, in which a day is a day or a text and a number is neither."""
    if value is not None and (isinstance(value, datetime) or not isinstance(value, (date, str))):
        raise InvalidError(_("không phải một ngày"), _("ghi 2022-03-31"))
    return None if value is None else day(value)


def no_or_day(value: object) -> date | Literal["none"] | None:
    """A day of a plan, or the word `none`, which takes it away."""
    return "none" if value == "none" else planned_day(value)


def kind(value: object) -> terms.Kind:
    """A kind of unit, by its word or a label."""
    return _term(terms.Kind, value, _("không có loại đơn vị này"))


def level(value: object) -> terms.Level:
    """A level, by its word or a label."""
    return _term(terms.Level, value, _("không có cấp này"))


def state(value: object) -> terms.State:
    """A state of a unit under an obligation, by its word or a label."""
    return _term(terms.State, value, _("không có trạng thái này"))


def change(value: object) -> terms.Change:
    """The kind of a change."""
    return _term(terms.Change, value)


def extent(value: object) -> terms.Extent:
    """How much of a unit a change is about; without a word, the whole."""
    return _term(terms.Extent, value) if plain(value) else terms.Extent.WHOLE


def _or_none(reads: Callable[[object], Value]) -> Callable[[object], Value | None]:
    """A reader of what another reads, or of nothing."""

    def read(value: object) -> Value | None:
        return None if value is None or (isinstance(value, str) and not plain(value)) else reads(value)

    return read


optional_code = _or_none(code)
optional_name = _or_none(name)
optional_day = _or_none(day)
optional_kind = _or_none(kind)
optional_level = _or_none(level)


def language(value: object) -> str:
    """A language of papers, or nothing for the one in use."""
    written = plain(value)
    if written not in ("", *LANGUAGES):
        raise InvalidError(
            _("không có ngôn ngữ này"),
            _("dùng một trong: {languages}").format(languages=", ".join(LANGUAGES)),
        )
    return written


def _term(words: type[Word], value: object, complaint: str = "") -> Word:
    """The word that a value means.

    Raises InvalidError; with a complaint of its own it suggests what may be meant, else it lists the words.
    """
    written = plain(value)
    names: Mapping[str, Word] = terms.names(words)
    if (word := names.get(written.lower())) is None:
        near = _near(written, names) if complaint else ""
        raise InvalidError(complaint or _("không có giá trị này"), near or _one_of(words))
    return word


def _one_of(words: type[StrEnum]) -> str:
    """The words there are, as the language in use writes them; labels may hold a comma."""
    labels = "; ".join(terms.label(word, current()) for word in words)
    return _("dùng một trong: {terms}").format(terms=", ".join(words) if current() == "en" else labels)


def _near(written: str, names: Mapping[str, StrEnum]) -> str:
    """The words that may be meant, without regard to diacritics; nothing where none is near."""
    from difflib import get_close_matches

    folded = {text.fold(name): term for name, term in names.items()}
    near = dict.fromkeys(folded[name] for name in get_close_matches(text.fold(written), folded, cutoff=0.7))
    words = "; ".join(f"{terms.label(term, current())} ({term})" for term in near)
    if current() == "en":
        words = ", ".join(f"{term} ({terms.label(term, 'en')})" for term in near)
    return _("có phải là: {words}?").format(words=words) if near else ""


def whole(written: str) -> int | None:
    """The number that ASCII digits say; none for another text, or one too great to be stored."""
    if not (written.isascii() and written.isdigit()):
        return None
    digits = written.lstrip("0") or "0"
    return int(digits) if len(digits) <= _MOST_DIGITS else None


def whole_number(value: object) -> int | None:
    """A number from 0 to 999999999, or none."""
    number = value if isinstance(value, int) and not isinstance(value, bool) else None
    if number is None:
        written = plain(value)
        if not written:
            return None
        if not (written.isascii() and written.isdigit()):
            raise InvalidError(_("không phải số nguyên"), _("ghi các chữ số 0-9"))
        number = whole(written)
    if number is None or not 0 <= number < 10**9:
        raise InvalidError(_("số quá lớn hoặc âm"), _("ghi số từ 0 đến 999999999"))
    return number


def results(value: object) -> dict[str, str]:
    """Results by their codes in lower case: from `grade=good` (several, each code once), or as they are."""
    if isinstance(value, Mapping):
        return {str(code).lower(): _written(each) for code, each in value.items()}
    given: dict[str, str] = {}
    for pair in value if isinstance(value, (list, tuple)) else [value]:
        code, equals, written = str(pair).partition("=")
        if not equals or not code.strip():
            raise InvalidError(_("viết MÃ=GIÁ-TRỊ"), _("ví dụ: {example}").format(example="xep-loai=Tốt"))
        if given.setdefault(key := code.strip().lower(), written) != written:
            raise InvalidError(_("{code} được nêu hai lần").format(code=key), _("nêu một giá trị"))
    return given


def _written(value: object) -> str:
    """A value as text: a number of JSON is one."""
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else plain(value)


def unit(value: object) -> str:
    """A code, or a name with its level word."""
    if not (written := short(value)):
        raise InvalidError(_("đơn vị bỏ trống"), _("ghi mã hoặc tên đầy đủ của đơn vị"))
    return written


def obligation(value: object) -> str:
    """The code of an obligation."""
    if not (written := text.check_length(plain(value), text.CODE_LIMIT)):
        raise InvalidError(_("nghĩa vụ bỏ trống"), _("ghi mã nghĩa vụ, xem thidua plan"))
    return written


def line(value: object) -> str:
    """A line of a letterhead, which may be empty."""
    return text.check_length(plain(value), text.NAME_LIMIT)


def required_line(value: object) -> str:
    """A line of a letterhead that must not be empty; dots to fill in by hand are enough."""
    if not (written := line(value)):
        raise InvalidError(_("bỏ trống"), _("ghi giá trị, hoặc dấu chấm để điền tay"))
    return written


def lines(value: object) -> tuple[str, ...]:
    """Lines of a letterhead; empty ones are left out."""
    if not isinstance(value, (list, tuple)):
        raise InvalidError(_("phải là một danh sách"), _('ghi ["dòng một", "dòng hai"]'))
    return tuple(written for item in value if (written := line(item)))
