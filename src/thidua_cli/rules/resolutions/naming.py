"""What follows from the name of a unit: its kind, and the name of its committee."""

from collections.abc import Mapping

from thidua_cli.ground import text
from thidua_cli.register import terms
from thidua_cli.register.terms import Kind

_KINDS_OF_WORDS: Mapping[str, Kind] = {**terms.COMMITTEE_OF, "sở": Kind.DEPARTMENT}


def kind_of_name(name: str) -> Kind | None:
    """The kind that the first words of a name say, or none."""
    key = text.name_key(name)
    return next((kind for word, kind in _KINDS_OF_WORDS.items() if key.startswith(f"{word} ")), None)


def committee_name(name: str, kind: Kind) -> str:
    """The committee of a territory: `Phường Hải Châu` is `UBND phường Hải Châu`; other names stay."""
    if kind not in (Kind.COMMUNE_COMMITTEE, Kind.DISTRICT_COMMITTEE):
        return name
    lowered = name.lower()
    for word in terms.TERRITORY_WORDS:
        if lowered.startswith(f"{word} "):
            return f"UBND {word}{name[len(word) :]}"
    return name
