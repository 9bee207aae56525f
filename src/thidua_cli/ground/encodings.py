"""Vietnamese text in other encodings: TCVN3 and VNI, which Python does not know, and what bytes probably are.

Nothing is decoded on a guess: a guess only stands in the message that refuses the file.
"""

import codecs
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache, partial
from typing import NamedTuple

from thidua_cli.ground.text import nfc

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


def _from_tcvn3(data: bytes) -> str:
    return codecs.charmap_decode(data, "strict", _tcvn3())[0]


def _from_vni(data: bytes) -> str:
    pattern = "|".join(sorted(map(re.escape, _vni()), key=len, reverse=True))
    return re.sub(pattern, lambda match: _vni()[match[0]], data.decode("cp1252"))


# From bytes to text; each raises UnicodeDecodeError for bytes that its encoding does not have.
DECODERS: dict[str, Callable[[bytes], str]] = {
    "utf-8": partial(str, encoding="utf-8-sig"),
    **{name: partial(str, encoding=name) for name in ("utf-16", "utf-16-le", "utf-16-be")},
    "cp1258": lambda data: nfc(data.decode("cp1258")),
    "tcvn3": _from_tcvn3,
    "vni": _from_vni,
}
_CANDIDATES = ("cp1258", "tcvn3", "vni")

_ONSET = "ngh|ng|nh|ch|gh|gi|kh|ph|qu|th|tr|[bcdđghklmnpqrstvx]"
_NUCLEUS = "uyê|oă|oa|oe|uê|uy|uâ|uô|uơ|ươ|iê|yê|[aăâeêioôơuưy]"  # may stand before a last consonant
_RHYME = (  # and these may not
    "oai|oao|oay|oeo|uây|uôi|ươi|iêu|yêu|ươu|uya|uyu|ia|ưa|ua|ai|ao|au|ay|âu|ây|eo|êu|iu|oi|ôi|ơi|ui|ưi|ưu"
)
_SYLLABLE = re.compile(f"({_ONSET})?(?:({_RHYME})|({_NUCLEUS})(ch|ng|nh|[cmnpt])?)")
_WORD = re.compile(r"[^\s\d,;:.!?\"'()\[\]{}/_“”‘’–—…-]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_SMALL, _CAPITAL = re.compile(r"[a-z]"), re.compile(r"[A-Z]")
_HIGH = re.compile(rb"[\x80-\xff]")
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
_TONES_OF_STOPS = frozenset("\u0301\u0323")  # of syllables that end in c, ch, p or t
_SAMPLE = 200_000  # bytes or characters that show an encoding well enough
_LONG = 4000  # characters of a text that are looked at
_LONGEST = 30  # of a syllable, each letter with its marks beside it, and more


class Guess(NamedTuple):
    """What bytes or letters probably are, and how they read then."""

    encoding: str
    preview: list[str]


@lru_cache(maxsize=1 << 14)
def is_syllable(word: str) -> bool:
    """Whether a word could be a Vietnamese syllable: its letters, its tone and where the tone stands."""
    word = unicodedata.normalize("NFC", word[:_LONGEST])
    if len(word) > 7 or not (word.islower() or word.istitle() or word.isupper()):
        return False
    parts = [unicodedata.normalize("NFD", letter) for letter in word.lower()]
    tones = {place: part for place, made in enumerate(parts) for part in made if part in _TONES}
    bare = "".join(part for made in parts for part in made if part not in _TONES)
    syllable = _SYLLABLE.fullmatch(unicodedata.normalize("NFC", bare))
    if syllable is None or sum(part in _TONES for made in parts for part in made) > 1:
        return False
    onset, rhyme, nucleus, coda = (part or "" for part in syllable.groups())
    vowels = rhyme or nucleus
    if coda in ("c", "ch", "p", "t") and not _TONES_OF_STOPS.issuperset(tones.values() or "?"):
        return False
    return _spelt(onset, vowels[0]) and all(place - len(onset) in _bearers(vowels, coda) for place in tones)


def _spelt(onset: str, vowel: str) -> bool:
    """Whether an onset is written so before a vowel: k, gh, ngh before i, e, ê, y; c, g, ng elsewhere."""
    if onset in ("k", "gh", "ngh"):
        return vowel in "ieêy"
    return not (vowel in "eêi" and (onset in ("c", "ng") or (onset == "g" and vowel != "i")))


def _bearers(vowels: str, coda: str) -> set[int]:
    """Which vowels may bear the tone, in the old or the new placement."""
    marked = [place for place, vowel in enumerate(vowels) if vowel in "ăâêôơư"]
    if marked:
        return {marked[-1]}
    if vowels in ("oa", "oe", "uy"):
        return {0, 1}
    return {1} if len(vowels) == 3 or (coda and len(vowels) == 2) else {0}


def _words(text: str) -> list[str]:
    """The words that have letters outside ASCII."""
    return [word for word in _WORD.findall(text) if not word.isascii()]


def _different_words(column: Sequence[str]) -> set[str]:
    """The words of many texts that have letters outside ASCII."""
    written = {part for part in set(" ".join(column).split()) if not part.isascii()}
    return {word for part in written for word in _words(part)}


def _share(text: str) -> float:
    """The share of words with letters outside ASCII that are Vietnamese syllables."""
    words = _words(text)
    return sum(map(is_syllable, words)) / len(words) if words else 0.0


def _even(text: str) -> str:
    """Words whose ASCII letters are capitals in capitals: TCVN3 has no others with a tone."""

    def even(word: re.Match[str]) -> str:
        return word[0].upper() if _CAPITAL.search(word[0]) and not _SMALL.search(word[0]) else word[0]

    return _LETTERS.sub(even, text)


def guess(data: bytes) -> Guess | None:
    """The encoding under which most words are Vietnamese syllables, or none that is convincing."""
    if data[:4096].count(0) > len(data[:4096]) // 4:
        even = data[:4096:2].count(0) > data[1:4096:2].count(0)
        name = "utf-16-be" if even else "utf-16-le"
        return Guess(name, pieces(data[:_SAMPLE].decode(name, "replace")))
    sample = _telling(data)
    best: tuple[float, str, str] = (0.0, "", "")
    for name in _CANDIDATES:
        try:
            text = DECODERS[name](sample)
        except UnicodeDecodeError:
            continue
        best = max(best, (_share(_even(text)), name, text))
    share, name, text = best
    if not any(len(word) > 1 for word in _words(text)):
        return None  # a sign alone, such as ©, is no word of any encoding
    return Guess(name, pieces(text)) if share > 0.6 else None


def _telling(data: bytes) -> bytes:
    """Lines that have bytes outside ASCII, as many as show the encoding."""
    lines: list[bytes] = []
    size = position = 0
    while size < _SAMPLE and (byte := _HIGH.search(data, position)):
        start = max(data.rfind(b"\n", position, byte.start()) + 1, byte.start() - 500, position)
        end = data.find(b"\n", byte.end(), byte.end() + 2000)
        position = end if end >= 0 else byte.end() + 2000
        lines.append(data[start:position])
        size += len(lines[-1])
    return b"\n".join(lines)


def pieces(text: str) -> list[str]:
    """Three pieces of a text that show its letters, names rather than words; keys of JSON are none."""
    split = re.split(r"[,;\t\r\n\"]+", re.sub(r'"[^"\n]*"\s*:', ",", text))
    return telling(piece.strip() for piece in split)


def telling(texts: Iterable[str]) -> list[str]:
    """The first three texts that show letters outside ASCII, those of several words before others."""
    different = [text for text in dict.fromkeys(texts) if text]
    letters = [text for text in different if not text.isascii()] or different
    return sorted(letters, key=lambda text: " " not in text)[:3]


def disguised(text: str) -> Guess | None:
    """Text that is valid but was decoded wrongly before: UTF-8 twice, TCVN3 or VNI letters."""
    repairs = [(_share(_even(repaired)), name, repaired) for name, repaired in _repairs(text)]
    share, name, repaired = max(repairs, default=(0.0, "", ""))
    return Guess(name, [repaired]) if share > max(0.8, _share(text)) else None


def disguises(column: Sequence[str]) -> dict[int, Guess]:
    """Those of many texts, by index, that are Vietnamese only once they are decoded again.

    One text must show it by two words at least that are no Vietnamese as they stand and all Vietnamese
    then (of text encoded twice, by one); texts of one such word show it together. What is foreign, or
    Vietnamese already, stays.
    """
    odd = {word for word in _different_words(column) if not is_syllable(word)}
    if not odd:
        return {}
    guesses: dict[int, Guess] = {}
    undecided: dict[str, dict[int, str]] = {}
    for index, text in enumerate(column):
        if text.isascii() or odd.isdisjoint(_words(text[:_LONG])):
            continue
        guess = disguised(text[:_LONG])
        if guess is None:
            continue
        if _proves(text[:_LONG], guess.preview[0], words=1 if guess.encoding == "utf-8" else 2):
            guesses[index] = guess
        else:
            undecided.setdefault(guess.encoding, {})[index] = guess.preview[0]
    for name, texts in undecided.items():
        before = "\n".join(column[index] for index in texts)
        if _proves(before, "\n".join(texts.values()), words=4):
            guesses |= {index: Guess(name, [repaired]) for index, repaired in texts.items()}
    return guesses


def impossible(names: Sequence[str]) -> dict[int, Guess]:
    """Names, by index, with a word that no Vietnamese has, and that is Vietnamese in TCVN3 or VNI.

    One such word in a name is enough to doubt it: of the 10,000 names of the country's units none has one.
    """
    words = {word for word in _different_words(names) if 1 < len(word) < _LONG and not is_syllable(word)}
    guesses: dict[int, Guess] = {}
    for encoding in ("vni", "tcvn3"):
        mended = {word: made for word in words if (made := _mended(word, DECODERS[encoding]))}
        for index, name in enumerate(names if mended else ()):
            parts = re.split(f"({_WORD.pattern})", name)
            if index not in guesses and not mended.keys().isdisjoint(parts):
                guesses[index] = Guess(encoding, ["".join(mended.get(part, part) for part in parts)])
    return guesses


def _mended(word: str, read: Callable[[bytes], str]) -> str | None:
    """A word that is no syllable as it reads in another encoding, if it is one then."""
    try:
        made = read(word.encode("cp1252"))
    except UnicodeError:
        return None
    return made if len(made) > 1 and is_syllable(_even(made)) else None


def _repairs(text: str) -> Iterator[tuple[str, str]]:
    """How a text reads if it was decoded wrongly before, with the encoding that it really is."""
    if text.isascii():
        return
    for charset in ("cp1252", "latin-1"):
        try:
            data = text.encode(charset)
        except UnicodeEncodeError:
            continue
        for name in ("utf-8", "tcvn3", "vni"):
            try:
                repaired = DECODERS[name](data)
            except UnicodeDecodeError:
                continue
            if repaired != text:
                yield name, repaired


def _proves(before: str, after: str, words: int) -> bool:
    """Whether a text is clearly more Vietnamese after than before, by so many different words at least."""
    were = {word for word in _words(before) if len(word) > 1}  # a sign alone, such as ©, is no word
    are = {word for word in _words(_even(after)) if len(word) > 1}
    return (
        len({word for word in are - were if is_syllable(word)}) >= words
        and len({word for word in were if not is_syllable(word)}) >= words
        and _share(_even(after)) >= 0.9
        and _share(before) <= 0.5
    )
