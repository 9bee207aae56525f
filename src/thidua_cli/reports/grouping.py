"""How units are ordered and grouped for people: protocol order, under the headings of official lists."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from thidua_cli.ground.language import _, current, grouped
from thidua_cli.register.terms import Kind, label
from thidua_cli.render.cells import roman
from thidua_cli.standing.verdict import Fact

if TYPE_CHECKING:
    from thidua_cli.register.units import Directory, Version

Item = TypeVar("Item")


def unit_of(directory: "Directory", fact: Fact) -> "Version":
    """The unit of a fact, with the name that a report gives it."""
    return directory.last(fact.unit, fact.named_on)


def in_order(items: Iterable[tuple[Fact, Item]], directory: "Directory") -> list[tuple[Fact, Item]]:
    """Units in protocol order, by the names that a report gives them."""
    from thidua_cli.register.units import protocol_key

    named = [(unit_of(directory, fact), (fact, item)) for fact, item in items]
    versions = {version.number: version for version, _pair in named}
    ordered = sorted(versions, key=lambda number: protocol_key(versions[number]))
    places = {number: place for place, number in enumerate(ordered)}
    return [pair for _version, pair in sorted(named, key=lambda each: places[each[0].number])]


def heading(version: "Version", day: str, directory: "Directory") -> str:
    """The group of a unit in official lists: its kind, or for a commune its district on that day."""
    if version.kind is Kind.COMMUNE_COMMITTEE:
        district = directory.district(version.unit, day)
        if district is not None:
            return _("Phường, xã thuộc {district}").format(district=district.name.removeprefix("UBND "))
    return label(version.kind, current())


def by_heading(
    ordered: Iterable[tuple[Fact, Item]], directory: "Directory"
) -> dict[str, list[tuple[Fact, Item]]]:
    """Units in protocol order by their headings, which have no numbers yet."""
    groups: dict[str, list[tuple[Fact, Item]]] = {}
    for fact, item in ordered:
        head = heading(unit_of(directory, fact), fact.named_on, directory)
        groups.setdefault(head, []).append((fact, item))
    return groups


def numbered(groups: Mapping[str, Sequence[Item]]) -> list[tuple[str, Sequence[Item]]]:
    """Groups with a roman numeral before each heading and the number of members behind it."""
    return [
        (f"{roman(number)}. {head} ({grouped(len(members))})", members)
        for number, (head, members) in enumerate(groups.items(), 1)
    ]
