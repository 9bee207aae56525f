"""What a name means that is no unit's full name: initials after a level word, and the place behind a name.

`Sở TT&TT`, `VP UBND thành phố`, `Sở Tài chính TP`, `UBND phường Mân Thái (Sơn Trà)`. A written word is the
same word of the unit's name, or the initials of several; diacritics count, but for a D that stands for a Đ.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from thidua_cli.ground import text
from thidua_cli.register import terms
from thidua_cli.register.terms import Kind
from thidua_cli.register.versions import Version

Places = frozenset[int]  # ids of units, one of which is meant; of a whole city where its name is left out
_WORD = re.compile(r"\w+")
_BRACKETS = re.compile(r"(.*\S)\s*\(([^()]*)\)\s*")
_BEHIND = re.compile(r"(.*\S)(?:\s*[,;]\s*|\s+[-–—]\s+)([^,;]*)")
_PLACE_WORDS = 6  # of `thị xã` and a name of four words
_SHORT = 8  # letters of initials in one word
_BOTH_WAYS = 6  # words that are read as words and as initials
_SYLLABLE = re.compile(
    "(?:[b-df-hj-np-tv-xz]|ch|gh?|gi|kh|ngh?|nh|ph|qu|th|tr)?[aeiouy]{1,3}(?:ch?|m|nh?|ng|p|t)?"
)
_TERRITORIES = (Kind.CITY_COMMITTEE, Kind.DISTRICT_COMMITTEE, Kind.COMMUNE_COMMITTEE)


class _Word(NamedTuple):
    """A word as it is compared, and whether it may be initials."""

    key: str
    short: bool


class _Named(NamedTuple):
    """A name of a unit without the places behind it: its words, and those places."""

    version: Version
    words: tuple[str, ...]
    places: tuple[Places, ...]


class Reading(NamedTuple):
    """A version of a unit that a name may mean if it is in one of the units of each of the places."""

    version: Version
    places: tuple[Places, ...]


class Readings:
    """The readings of names among versions of units, on any day."""

    def __init__(self, versions: Iterable[Version]) -> None:
        held = list(versions)
        self._full, self._bare = _places(held)
        self._by_initials: dict[str, list[_Named]] = {}
        self._read: dict[str, list[Reading]] = {}
        for version in held:
            for name in filter(None, (version.name, version.abbreviation)):
                for named in self._named(version, name):
                    self._by_initials.setdefault(_initials(named.words), []).append(named)

    def of(self, name: str) -> list[Reading]:
        """Every version that the name may mean, each once."""
        if name not in self._read:
            self._read[name] = list(self._find(name))
        return self._read[name]

    def _named(self, version: Version, name: str) -> Iterator[_Named]:
        """A unit's name as a whole, of which `CATP` is the initials, and without the places that it says."""
        stem, places = name, tuple[Places, ...]()
        if version.kind not in _TERRITORIES:
            stem, places = self._without_places(name)
        for written, said in {stem: places, name: ()}.items():
            if words := _expanded(_words(written)):
                yield _Named(version, words, said)

    def _find(self, name: str) -> Iterator[Reading]:
        stem, places = self._without_places(name)
        written = _words(stem)
        seen = set[tuple[int, str]]()
        for initials in _possible_initials(written):
            for named in self._by_initials.get(initials, ()):
                version = named.version
                if (version.unit, version.valid_from) in seen or not _fits(written, named.words):
                    continue
                if not _of_place(named, places):
                    continue
                seen.add((version.unit, version.valid_from))
                yield Reading(version, tuple(place for place in places if not _within(place, named.places)))

    def _without_places(self, name: str) -> tuple[str, tuple[Places, ...]]:
        """A name without the places behind it, and these."""
        places: list[Places] = []
        while found := self._place_behind(name):
            name, place = found
            places.append(place)
        return name, tuple(places)

    def _place_behind(self, name: str) -> tuple[str, Places] | None:
        for pattern in (_BRACKETS, _BEHIND):
            if parts := pattern.fullmatch(name):
                place = self._place(parts[2], bare=True)
                if place is not None:
                    return parts[1], place
        words = name.split()
        for count in range(min(_PLACE_WORDS, len(words) - 1), 0, -1):
            place = self._place(" ".join(words[-count:]), bare=False)
            if place is not None:
                return " ".join(words[:-count]).rstrip(" ,;-–—"), place
        return None

    def _place(self, written: str, *, bare: bool) -> Places | None:
        """The units that a place behind a name means; `bare`: a district without its level word too."""
        key = text.name_key(written)
        if not bare and text.names_committee(written):
            return None  # `Văn phòng UBND thành phố` is an office of the committee
        short, _space, rest = key.partition(" ")
        if rest and short in text.ABBREVIATED_LEVELS:
            key = f"{text.ABBREVIATED_LEVELS[short]} {rest}"
        return self._full.get(key) or (self._bare.get(key) if bare else None)


def _places(versions: Sequence[Version]) -> tuple[Mapping[str, Places], Mapping[str, Places]]:
    """Cities and districts by what stands for them behind a name, and districts without their level word."""
    full: dict[str, set[int]] = {}
    bare: dict[str, set[int]] = {}
    for version in versions:
        if version.kind not in (Kind.CITY_COMMITTEE, Kind.DISTRICT_COMMITTEE):
            continue
        key = text.name_key(version.name)
        level = next((word for word in ("tỉnh", *terms.TERRITORY_WORDS) if key.startswith(f"{word} ")), "")
        place = key.removeprefix(f"{level} ")
        keys = {key}
        if version.kind is Kind.CITY_COMMITTEE:
            initials = "".join(word[0] for word in place.split())
            keys |= {level, place, f"{level} {initials}", f"tp{initials}"} - {""}
        else:
            bare.setdefault(place, set()).add(version.unit)
        for each in keys:
            full.setdefault(each, set()).add(version.unit)
    return _frozen(full), _frozen(bare)


def _frozen(found: Mapping[str, set[int]]) -> Mapping[str, Places]:
    return {key: frozenset(units) for key, units in found.items()}


def _of_place(named: _Named, places: Sequence[Places]) -> bool:
    """Whether the places behind a name do not contradict that which the unit's own name says.

    Without any, the name must say more than what the unit is: `Công an` may be that of any place.
    """
    if not named.places:
        return True
    if not places:
        return " ".join(named.words) not in terms.OFFICE_WORDS
    return any(_within(place, named.places) for place in places)


def _within(place: Places, places: Iterable[Places]) -> bool:
    """Whether a place is one of those that the name of the unit says itself."""
    return any(not place.isdisjoint(other) for other in places)


def _words(name: str) -> list[_Word]:
    """The words of a name without `và`, a committee's prefix or signs, the last one with arabic digits."""
    name = text.nfc(name)
    found = _WORD.findall(name)
    keys = [text.word_key(word) for word in found]
    for prefix in (["ubnd"], terms.ACRONYMS["ubnd"].split()):
        if keys[: len(prefix)] == prefix and len(keys) > len(prefix):
            found, keys = found[len(prefix) :], keys[len(prefix) :]
    if keys:
        keys[-1] = text.arabic_end(f" {keys[-1]}").strip()
    uniform = name in (name.upper(), name.lower())
    return [
        _Word(key, _may_be_initials(word, uniform=uniform))
        for word, key in zip(found, keys, strict=True)
        if key != "và"
    ]


def _may_be_initials(word: str, *, uniform: bool) -> bool:
    """Whether a word has no tone and is in capitals or, where all letters are alike, no syllable."""
    key = word.lower()
    return (
        len(key) <= _SHORT
        and (not _SYLLABLE.fullmatch(text.fold(key)) if uniform else word.isupper())
        and all(text.without_tone(letter) == letter for letter in key)
    )


def _expanded(words: Iterable[_Word]) -> tuple[str, ...]:
    """The words of a unit's name, acronyms in full."""
    return tuple(part for word in words for part in terms.ACRONYMS.get(word.key, word.key).split())


def _initial(word: str) -> str:
    return text.without_tone(word[0])


def _initials(words: Iterable[str]) -> str:
    return "".join(text.fold(word[0]) for word in words)


def _possible_initials(written: Sequence[_Word]) -> Iterable[str]:
    """The initials of all words that may stand for the written ones."""
    both = [place for place, word in enumerate(written) if word.short and len(word.key) > 1]
    if len(both) > _BOTH_WAYS:
        both = []
    choices = [
        dict.fromkeys((text.fold(word.key), text.fold(word.key[0])))
        if place in both
        else [text.fold(word.key if word.short else word.key[0])]
        for place, word in enumerate(written)
    ]
    return dict.fromkeys(map("".join, product(*choices)))


def _fits(written: Sequence[_Word], words: Sequence[str]) -> bool:
    """Whether the written words stand for all of a unit's, the first of them for its level word."""
    if not written or not words:
        return False
    if written[0].key != words[0] and not _is_level(written[0], words):
        return False
    return _aligned(written, words)


def _is_level(first: _Word, words: Sequence[str]) -> bool:
    """Whether initials stand for the words with which a name begins, and these for what the unit is."""
    covered = " ".join(words[: len(first.key)])
    if text.ABBREVIATED_LEVELS.get(first.key) == covered:
        return True
    return first.short and any(
        covered == office or covered.startswith(f"{office} ") for office in terms.OFFICE_WORDS
    )


def _aligned(written: Sequence[_Word], words: Sequence[str]) -> bool:
    if not written:
        return not words
    first, rest = written[0], written[1:]
    if words and first.key == words[0]:
        return _aligned(rest, words[1:]) or (len(first.key) > 1 and _as_initials(first, rest, words))
    return _as_initials(first, rest, words)


def _as_initials(first: _Word, rest: Sequence[_Word], words: Sequence[str]) -> bool:
    count = len(first.key)
    is_short = first.short or first.key in text.ABBREVIATED_LEVELS
    return (
        is_short
        and count <= len(words)
        and all(
            letter == _initial(word) or letter == text.fold(_initial(word)) == "d"
            for letter, word in zip(first.key, words, strict=False)
        )
        and _aligned(rest, words[count:])
    )
