"""Which units a name that is none's may mean: the nearest ones, for people to choose from."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import log

from thidua_cli.ground import text
from thidua_cli.register import terms
from thidua_cli.register.versions import Version

SUGGESTIONS = 5
_MOST_COMPARED = 10_000_000  # names, before a long list of unknown units goes without suggestions
_NEAREST = 30  # by their letters, which are then ranked by their words
_LEAST = 55  # of 100 letters alike
_MISSPELT = 85
_MINISTRY = "bộ "
_LEVEL, _WORDS = 20, 40  # what the level word, and all words of the name, count beside 100 for the letters


class Suggestions:
    """The units nearest to a name: by letters, by the level word, and by words that few units have."""

    def __init__(self, versions: Iterable[Version]) -> None:
        self._spelt = {version: _spellings(version) for version in versions}
        self._units = Counter(word for name, *_others in self._spelt.values() for word in set(name.split()))
        self._compared = 0

    def nearest(self, wanted: str, alive: Mapping[int, Version]) -> list[Version]:
        """Up to five of the units, nearest first. Each question costs a look at all: after very many none."""
        from rapidfuzz import fuzz, process

        choices = {
            (unit, which): spelling
            for unit, version in alive.items()
            for which, spelling in enumerate(self._spelt[version])
        }
        self._compared += len(choices)
        if self._compared > _MOST_COMPARED:
            return []
        query = text.fold(text.name_key(wanted))
        inside = [unit for (unit, which), name in choices.items() if which == 0 and f" {query}" in f" {name}"]
        letters = process.extract(query, choices, scorer=fuzz.ratio, score_cutoff=_LEAST, limit=_NEAREST)
        scores: dict[int, float] = {}
        for _choice, score, (unit, _which) in letters:
            ranked = score + self._alike(query, self._spelt[alive[unit]][0])
            scores[unit] = max(scores.get(unit, 0), ranked)
        near = sorted(scores, key=lambda unit: -scores[unit])
        ordered = dict.fromkeys([*near[:1], *inside, *near[1:]] if inside else near)
        return [alive[unit] for unit in list(ordered)[:SUGGESTIONS]]

    def is_near(self, wanted: str) -> bool:
        """Whether a name may be the misspelt name of a unit, on any day: it is that but for a few letters.

        A ministry (`Bộ Nội vụ`) is near to no department. After very many questions every name is.
        """
        from rapidfuzz import fuzz, process

        query = text.fold(text.name_key(wanted))
        ministry = text.name_key(wanted).startswith(_MINISTRY)
        choices = [
            spelling
            for version, spellings in self._spelt.items()
            if not ministry or text.name_key(version.name).startswith(_MINISTRY)
            for spelling in spellings
        ]
        self._compared += len(choices)
        if self._compared > _MOST_COMPARED:
            return True
        return process.extractOne(query, choices, scorer=fuzz.ratio, score_cutoff=_MISSPELT) is not None

    def _alike(self, query: str, name: str) -> float:
        """What a name earns for the level word and the words that it shares with the query, most for rare."""
        asked, words = query.split(), set(name.split())
        weights = {word: log(1 + len(self._spelt) / (1 + self._units[word])) for word in asked}
        shared = sum(weight for word, weight in weights.items() if word in words)
        level = _LEVEL if asked and name.startswith(f"{asked[0]} ") else 0
        return level + _WORDS * shared / (sum(weights.values()) or 1)


def _spellings(version: Version) -> tuple[str, str, str]:
    """What a misspelt name is compared with: the folded name, the code, the name without its level."""
    return text.fold(text.name_key(version.name)), version.code.lower(), without_level(version)


def without_level(version: Version) -> str:
    """The folded name of a unit without the word that says what it is of."""
    name = text.name_key(version.name)
    for word in terms.TERRITORY_WORDS:
        name = name.removeprefix(f"{word} ")
    return text.fold(name)


def containing(wanted: str, versions: Sequence[Version]) -> list[Version]:
    """The units whose name without its level word contains the name, or is the name but for diacritics."""
    folded = text.fold(text.name_key(wanted))
    return [
        version
        for version in versions
        if f" {text.fold(wanted)} " in f" {without_level(version)} "
        or text.fold(text.name_key(version.name)) == folded
    ]
