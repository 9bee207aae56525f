"""Vietnamese text: what a value may hold, when two names are the same, order, and safe display.

Diacritics are not noise (Thanh Bình and Thạnh Bình are two places): `name_key` decides sameness,
`fold` only ever suggests.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby

from thidua_cli.ground.errors import InvalidError
from thidua_cli.ground.language import _

NAME_LIMIT, NOTE_LIMIT, NUMBER_LIMIT, CODE_LIMIT = 255, 2000, 64, 32

ZERO_WIDTH = frozenset("\u200b\u200c\u200d\u2060\ufeff")
D_STROKES = frozenset("ÐƉ")  # of other languages, and typed for Đ

_ZERO_WIDTH, _D_STROKES = (re.compile(f"[{''.join(sorted(signs))}]") for signs in (ZERO_WIDTH, D_STROKES))
_SPACES = re.compile("[\t \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_LINE_ENDS = re.compile("\r\n|[\r\n\u2028\u2029]")
# Printable to Python, and nothing to see: what Unicode lets a program ignore, fillers, a blank of Braille.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*", re.ASCII)

_VOWELS = "aăâeêioôơuưy"
_TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")  # bằng huyền hỏi ngã sắc nặng
_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_VIETNAMESE = {unicodedata.normalize("NFC", vowel + tone) for vowel in _VOWELS for tone in _TONES}
_LETTERS = _VIETNAMESE | set(_ALPHABET)
_LETTERS |= {letter.upper() for letter in _LETTERS}
_NAME_CHARACTERS = _LETTERS | {chr(code) for code in range(0x20, 0x7F)} | set("–—‘’“”…")

# One space between words of printable ASCII and Vietnamese letters, each of these one character: most texts.
_WORD = f"[!-~{''.join(sorted(letter for letter in _LETTERS if not letter.isascii()))}]+"
_REGULAR = re.compile(f"(?:{_WORD}(?: {_WORD})*)?")

_LATIN_1_SIGNS = {chr(code) for code in range(0xA1, 0xC0)}  # which in TCVN3 are letters

_OPEN_RHYMES = {  # old tone placement -> new: hòa -> hoà, khỏe -> khoẻ, thủy -> thuỷ
    unicodedata.normalize("NFC", first + tone + second): unicodedata.normalize("NFC", first + second + tone)
    for first, second in ("oa", "oe", "uy")
    for tone in _TONES[1:]
}
_OPEN_RHYME = re.compile(f"({'|'.join(_OPEN_RHYMES)})(?!\\w)")
_START, _END = r"(?<![^\0])", r"(?![^\0])"  # of a name, also among several with NUL between them
_COMMITTEE = re.compile(rf"{_START}(?:ubnd|uỷ ban nhân dân)(?:\s+|\.\s*)")
ABBREVIATED_LEVELS = {
    "p": "phường",
    "q": "quận",
    "x": "xã",
    "h": "huyện",
    "tp": "thành phố",
    "tx": "thị xã",
    "tt": "thị trấn",
}
_ABBREVIATED_LEVEL = re.compile(rf"{_START}({'|'.join(ABBREVIATED_LEVELS)})\.\s*")
_CITY = re.compile(rf"\btp(?:\.\s*|(?=\s)|{_END})")
_DASHES = re.compile(r"\s*[-–—]\s*")
_ROMAN = re.compile(rf"(?<=\s)(?=[ivx])(x{{0,3}})(ix|iv|v?i{{0,3}}){_END}")

_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")  # what a spreadsheet would run, guarded or not
_MARKS = re.compile(r"[^\w\x00-\u02ff]{30,}")  # combining marks, and what else is no letter


def nfc(text: str) -> str:
    """The text in NFC, in linear time: Python's own sorting of a run of marks is quadratic in its length."""
    return unicodedata.normalize("NFC", _MARKS.sub(_sorted_marks, text))


def _sorted_marks(match: re.Match[str]) -> str:
    """Marks in canonical order, which is a stable sort between any two characters that are no marks."""
    runs = groupby(match[0], key=lambda character: unicodedata.combining(character) > 0)
    return "".join("".join(sorted(run, key=unicodedata.combining) if marks else run) for marks, run in runs)


@dataclass(slots=True)
class Cleaned:
    """A value made regular, and the names of the things that were changed on the way."""

    value: str
    changes: set[str] = field(default_factory=set)

    def become(self, value: str, change: str) -> None:
        """Take a new value; note the change where there is one."""
        if value != self.value:
            self.value = value
            self.changes.add(change)


def clean(raw: str, *, lines: bool = False) -> Cleaned:
    """NFC, one space for a run of spaces, none at the edges, no zero-width characters, `Đ` for `Ð`.

    With `lines`, line ends stay (as LF); otherwise each is a space. Raises InvalidError for control
    and bidirectional characters, lone surrogates, noncharacters and U+FFFD.
    """
    if _REGULAR.fullmatch(raw):
        return Cleaned(raw)
    result = Cleaned(raw)
    result.become(nfc(raw), "nfc")
    result.become(_ZERO_WIDTH.sub("", result.value), "zero-width")
    result.become(_D_STROKES.sub("Đ", result.value), "d-stroke")
    if lines:
        result.value = _LINE_ENDS.sub("\n", result.value)
    else:
        result.become(_LINE_ENDS.sub(" ", result.value), "line-end")
    _refuse_controls(result.value)
    spaced = (_SPACES.sub(" ", line).strip(" ") for line in result.value.split("\n"))
    result.become("\n".join(spaced).strip("\n"), "spaces")
    return result


def _refuse_controls(value: str) -> None:
    if "\ufffd" in value:
        message = _("có ký tự U+FFFD: văn bản đã hỏng từ trước")
        raise InvalidError(message, _("lấy lại từ tệp gốc, lưu dạng UTF-8"))
    if _BIDI.search(value):
        raise InvalidError(_("có ký tự đổi chiều chữ"), _("gõ lại ô này"))
    for character in value:
        category = unicodedata.category(character)
        if category == "Cs" or ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF:
            raise InvalidError(_("có ký tự không hợp lệ"), _("lấy lại từ tệp gốc"))
        if category == "Cc" and character not in "\n\t":
            raise InvalidError(_("có ký tự điều khiển"), _("gõ lại ô này"))


def check_name(value: str) -> str:
    """A unit's name: 1 to 255 letters of the Vietnamese alphabet, digits and plain signs.

    Raises InvalidError; letters from outside the alphabet are the mark of TCVN3, VNI or double encoding.
    """
    if not value:
        raise InvalidError(_("tên bỏ trống"), _("ghi tên đơn vị"))
    check_length(value, NAME_LIMIT)
    strange = sorted({character for character in value if character not in _NAME_CHARACTERS})
    if any(unicodedata.combining(character) for character in strange):
        raise InvalidError(_("có dấu thanh rời hoặc thừa"), _("gõ lại tên bằng bảng mã Unicode"))
    if strange and not any(sign.isalpha() or sign in _LATIN_1_SIGNS for sign in strange):
        message = _("có ký tự không dùng trong tên: {signs}").format(signs=" ".join(strange[:5]))
        raise InvalidError(message, _("bỏ ký tự ấy"))
    if strange:
        message = _("có chữ ngoài bảng chữ cái tiếng Việt: {letters}").format(letters=" ".join(strange[:5]))
        cure = _("có thể là TCVN3, VNI hoặc mã hóa hai lần: chuyển sang Unicode rồi thử lại")
        raise InvalidError(message, cure)
    if value[0] not in _LETTERS and not value[0].isdigit():
        raise InvalidError(_("tên phải bắt đầu bằng chữ hoặc số"), _("bỏ ký tự ở đầu"))
    return value


def check_code(value: str) -> str:
    """A unit's code: 1 to 32 of ASCII letters, digits, `.`, `_`, `-`, beginning with a letter or digit."""
    if not value:
        raise InvalidError(_("mã bỏ trống"), _("ghi mã đơn vị"))
    check_length(value, CODE_LIMIT)
    if not _CODE.fullmatch(value):
        message = _("mã chỉ gồm chữ cái ASCII, chữ số, . _ - và bắt đầu bằng chữ hoặc số")
        raise InvalidError(message, _("gõ lại mã"))
    return value


def check_length(value: str, limit: int) -> str:
    """The value itself, if it has at most `limit` characters; raises InvalidError otherwise."""
    if len(value) > limit:
        message = _("dài {length} ký tự, tối đa {limit}").format(length=len(value), limit=limit)
        raise InvalidError(message, _("viết ngắn lại"))
    return value


def code_key(code: str) -> str:
    """Two codes are the same code exactly if their keys are equal: case does not distinguish codes."""
    return code.lower()


def lower_first(name: str) -> str:
    """A name or title as it stands inside a sentence."""
    return name[:1].lower() + name[1:]


def upper_first(words: str) -> str:
    """Words as they begin a sentence."""
    return words[:1].upper() + words[1:]


def name_key(name: str) -> str:
    """Two names are the same name exactly if their keys are equal.

    Case, spaces, tone placement (Hoà, Hòa), dashes, `&` for `và`, the prefix UBND, an abbreviated level word
    (P., Q., X., H., TT., TX., TP.) and a final roman or arabic numeral do not distinguish names.
    Diacritics do.
    """
    return name_keys([name])[0]


def name_keys(names: Sequence[str]) -> list[str]:
    """The `name_key` of each of many names, made of all at once."""
    whole = "\0".join(name.replace("\0", " ") if "\0" in name else name for name in names)
    whole = _SPACES.sub(" ", unicodedata.normalize("NFC", whole.replace("&", " và ")))
    whole = _DASHES.sub("-", word_key(_stripped(whole)))
    whole = _ABBREVIATED_LEVEL.sub(lambda word: f"{ABBREVIATED_LEVELS[word[1]]} ", _COMMITTEE.sub("", whole))
    whole = _stripped(_SPACES.sub(" ", _CITY.sub("thành phố ", whole)))
    return arabic_end(whole).split("\0") if names else []


def _stripped(whole: str) -> str:
    """Names with NUL between them, without spaces around each."""
    return "\0".join(map(str.strip, whole.split("\0")))


def names_committee(name: str) -> bool:
    """Whether a name begins with the words of a committee, UBND."""
    return _COMMITTEE.match(word_key(name)) is not None


def without_tone(letter: str) -> str:
    """A letter in lower case without its tone: ộ is ô."""
    parts = unicodedata.normalize("NFD", letter.lower())
    return unicodedata.normalize("NFC", "".join(part for part in parts if part not in _TONES))


def word_key(word: str) -> str:
    """A word in lower case, with its tone where the new spelling puts it; `word` is NFC."""
    return _OPEN_RHYME.sub(lambda match: _OPEN_RHYMES[match[1]], word.lower())


def arabic_end(key: str) -> str:
    """The key with a final roman numeral in arabic digits."""
    return _ROMAN.sub(lambda match: str(_arabic(match[0])), key)


def _arabic(roman: str) -> int:
    values = [{"i": 1, "v": 5, "x": 10}[letter] for letter in roman]
    return sum(
        -value if value < following else value
        for value, following in zip(values, [*values[1:], 0], strict=True)
    )


def fold(text: str) -> str:
    """Text without diacritics, in lower case: for suggestions, never for sameness."""
    return "".join(
        character
        for character in unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
        if not unicodedata.combining(character)
    )


_ORDER = {letter: index for index, letter in enumerate(_ALPHABET)}


def sort_key(text: str) -> tuple[tuple[object, ...], ...]:
    """Vietnamese order: a ă â b c d đ e ê ..., then the tones bằng huyền hỏi ngã sắc nặng; 2 before 10."""
    words = re.findall(r"\d+|[^\W\d]+", unicodedata.normalize("NFC", text.lower()))
    return tuple(_word_key(word) for word in words)


@lru_cache(maxsize=4096)
def _word_key(word: str) -> tuple[object, ...]:
    if word.isdigit():
        return (0, int(word), ())
    letters, tones = [], []
    for letter in word:
        parts = unicodedata.normalize("NFD", letter)
        tone = next((mark for mark in parts[1:] if mark in _TONES), "")
        base = unicodedata.normalize("NFC", parts.replace(tone, "")) if tone else letter
        letters.append(_ORDER.get(base, len(_ORDER) + ord(base[0])))
        tones.append(_TONES.index(tone))
    return (1, tuple(letters), tuple(tones))


def visible(text: str) -> str:
    """The text with every character that cannot be seen, or could move the cursor, as an escape."""
    if seen(text):
        return text
    return "".join(sign if seen(sign) else sign.encode("unicode_escape").decode() for sign in text)


def seen(text: str) -> bool:
    """Whether every character of the text can be seen, or is a plain space."""
    return text.isprintable() and (text.isascii() or not _UNSEEN.search(text))


def guard(value: str, *, safe: bool) -> str:
    """The text as a cell of CSV or TSV, from which `unguard` gives the text again.

    A text with apostrophes before a formula sign gets one more; with `safe`, one with a bare sign gets
    one too, so that a spreadsheet runs nothing.
    """
    return f"'{value}" if _FORMULA.match(value) and (safe or value.startswith("'")) else value


def unguard(value: str) -> str:
    """The inverse of `guard`, with `safe` and without."""
    return value[1:] if value.startswith("'") and _FORMULA.match(value, 1) else value
