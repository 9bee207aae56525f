"""Vietnamese text in other encodings: TCVN3 and VNI, which Python does not know, and what bytes probably are.

Nothing is decoded on a guess: a guess only stands in the message that refuses the file.
"""

import codecs
import re
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

# TCVN3 (ABC): one byte a letter; capitals with tones are made by a capital font, so they are these bytes too.
_TCVN3_BYTES = (
    "A1A2A3A4A5A6A7A8A9AAABACADAEB5B6B7B8B9BBBCBDBEC6C7C8C9CACBCCCECFD0D1D2D3D4D5D6D7D8DCDDDE"
    "DFE1E2E3E4E5E6E7E8E9EAEBECEDEEEFF1F2F3F4F5F6F7F8F9FAFBFCFDFE"
)
# The dashes, quotes and dots that Word types come from the Windows code page, as in VNI.
_WINDOWS = {0x85: "…", 0x91: "‘", 0x92: "’", 0x93: "“", 0x94: "”", 0x96: "–", 0x97: "—", 0xA0: " "}
_TCVN3_LETTERS = "ĂÂÊÔƠƯĐăâêôơưđàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ"

# VNI: a base letter and a mark after it; capitals take the capital mark.
_VNI_MARKS = {
    "a": "ø à û ả õ ã ù á ï ạ ê ă è ằ ú ẳ ü ẵ é ắ ë ặ â â à ầ å ẩ ã ẫ á ấ ä ậ",
    "e": "ø è û ẻ õ ẽ ù é ï ẹ â ê à ề å ể ã ễ á ế ä ệ",
    "o": "ø ò û ỏ õ õ ù ó ï ọ â ô à ồ å ổ ã ỗ á ố ä ộ",
    "ô": "ø ờ û ở õ ỡ ù ớ ï ợ",
    "u": "ø ù û ủ õ ũ ù ú ï ụ",
    "ö": "ø ừ û ử õ ữ ù ứ ï ự",
    "y": "ø ỳ û ỷ õ ỹ ù ý",
}
_VNI_ALONE = {"ô": "ơ", "ö": "ư", "î": "ỵ", "ñ": "đ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "í": "í", "ì": "ì"}


@cache
def _tcvn3() -> str:
    """The character of each byte, U+FFFE where there is none, as `codecs.charmap_decode` wants it."""
    table = dict(enumerate(map(chr, range(0x80)))) | _WINDOWS
    table |= dict(zip(bytes.fromhex(_TCVN3_BYTES), _TCVN3_LETTERS, strict=True))
    return "".join(table.get(byte, "\ufffe") for byte in range(0x100))


@cache
def _vni() -> dict[str, str]:
    table = dict(_VNI_ALONE)
    for base, marks in _VNI_MARKS.items():
        parts = marks.split()
        table |= {base + mark: letter for mark, letter in zip(parts[::2], parts[1::2], strict=True)}
    table |= {written.upper(): letter.upper() for written, letter in table.items()}
    capitals = {written[0].upper() + written[1:]: letter.upper() for written, letter in table.items()}
    return {**capitals, **table}


def from_tcvn3(data: bytes) -> str:
    """TCVN3 bytes as text; raises UnicodeDecodeError for a byte that TCVN3 does not have."""
    return codecs.charmap_decode(data, "strict", _tcvn3())[0]


def from_vni(data: bytes) -> str:
    """VNI bytes (letters and marks of Windows-1252) as text."""
    pattern = "|".join(sorted(map(re.escape, _vni()), key=len, reverse=True))
    return re.sub(pattern, lambda match: _vni()[match[0]], data.decode("cp1252"))


def _python(name: str) -> Callable[[bytes], str]:
    def decode(data: bytes) -> str:
        return unicodedata.normalize("NFC", data.decode(name))

    return decode


DECODERS: dict[str, Callable[[bytes], str]] = {
    "utf-8": _python("utf-8-sig"),
    "utf-16": _python("utf-16"),
    "utf-16-le": _python("utf-16-le"),
    "utf-16-be": _python("utf-16-be"),
    "cp1258": _python("cp1258"),
    "tcvn3": from_tcvn3,
    "vni": from_vni,
}
_CANDIDATES = ("cp1258", "tcvn3", "vni")

_ONSET = "ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdđghklmnpqrstvx]"
_NUCLEUS = (
    "oai|oay|uây|uôi|ươi|iêu|yêu|ươu|uya|uyê|"
    "oă|oa|oe|uê|uy|uâ|uô|ươ|iê|yê|ia|ưa|ua|ai|ao|au|ay|âu|ây|eo|êu|iu|oi|ôi|ơi|ui|ưi|ưu|[aăâeêioôơuưy]"
)
_SYLLABLE = re.compile(f"(?:{_ONSET})?(?:{_NUCLEUS})(?:ch|ng|nh|[cmnpt])?")
_WORD = re.compile(r"[^\s\d,;:.!?\"'()\[\]{}/_“”‘’–—…-]+")
_TONES = dict.fromkeys(map(ord, "\u0300\u0301\u0303\u0309\u0323"))


class Guess(NamedTuple):
    """What bytes or letters probably are, and how they read then."""

    encoding: str
    preview: list[str]


def is_syllable(word: str) -> bool:
    """Whether a word could be a Vietnamese syllable."""
    bare = unicodedata.normalize("NFC", unicodedata.normalize("NFD", word.lower()).translate(_TONES))
    return _SYLLABLE.fullmatch(bare) is not None


def _share(text: str) -> float:
    """The share of words with letters outside ASCII that are Vietnamese syllables."""
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    return sum(map(is_syllable, words)) / len(words) if words else 0.0


def guess(data: bytes) -> Guess | None:
    """The encoding under which most words are Vietnamese syllables, or none that is convincing."""
    if data[:4096].count(0) > len(data[:4096]) // 4:
        even = data[:4096:2].count(0) > data[1:4096:2].count(0)
        name = "utf-16-be" if even else "utf-16-le"
        text = data[: len(data) // 2 * 2].decode(name, "replace")
        return Guess(name, _preview(text))
    best: tuple[float, str, str] = (0.0, "", "")
    for name in _CANDIDATES:
        try:
            text = DECODERS[name](data)
        except UnicodeDecodeError:
            continue
        best = max(best, (_share(text), name, text))
    share, name, text = best
    return Guess(name, _preview(text)) if share > 0.6 else None


def _preview(text: str) -> list[str]:
    """Three pieces of the text that show its letters."""
    pieces = [piece.strip() for piece in re.split(r"[,;\t\r\n\"]+", text) if piece.strip()]
    telling = [piece for piece in pieces if not piece.isascii()]
    return (telling or pieces)[:3]


def disguised(text: str) -> Guess | None:
    """Text that is valid but was decoded wrongly before: UTF-8 twice, TCVN3 or VNI letters."""
    if text.isascii():
        return None
    for charset in ("cp1252", "latin-1"):
        try:
            data = text.encode(charset)
        except UnicodeEncodeError:
            continue
        try:
            return Guess("utf-8", [data.decode("utf-8")])
        except UnicodeDecodeError:
            pass
        for name in ("tcvn3", "vni"):
            try:
                repaired = DECODERS[name](data)
            except UnicodeDecodeError:
                continue
            if repaired != text and _share(repaired) > max(0.8, _share(text)):
                return Guess(name, [repaired])
    return None
