"""Units once more, by plain replay of what was decided: no versions, no carrying forward."""

from collections.abc import Iterable
from typing import NamedTuple


class Decided(NamedTuple):
    """One decision; `unit` is the model's own number of the unit that it is about."""

    day: str
    what: str  # add, rename, close, merge, split
    unit: int
    fields: tuple[tuple[str, object], ...] = ()  # add, rename, split: code, name, parent (a unit's number)
    other: int = 0  # merge: into which; split: the new unit


class State(NamedTuple):
    """A unit on a day."""

    code: str
    name: str
    parent: int | None


class ContradictionError(Exception):
    """The decisions cannot all be true."""


def replay(decisions: list[Decided], day: str = "9999") -> dict[int, State]:
    """The units that exist on a day; raises ContradictionError where the decisions up to it do not agree."""
    units: dict[int, State] = {}
    gone: dict[int, int | None] = {}
    for each in sorted(decisions):
        if each.day > day:
            break
        decide(units, gone, each)
    return units


def decide(units: dict[int, State], gone: dict[int, int | None], each: Decided) -> None:
    """Carry one decision out; `gone` are units that have ended, with the one that took their place."""
    fields = dict(each.fields)
    if each.what == "add":
        units[each.unit] = State(str(fields["code"]), str(fields["name"]), fields.get("parent"))  # type: ignore[arg-type]
    elif each.unit not in units or (each.what == "merge" and each.other not in units):
        raise ContradictionError
    elif each.what == "rename":
        units[each.unit] = units[each.unit]._replace(**fields)  # type: ignore[arg-type]
    elif each.what == "split":
        parent = fields.get("parent")
        while parent is not None and parent not in units:  # nobody has said where the new unit belongs
            parent = gone[parent]  # type: ignore[index]
        units[each.other] = State(str(fields["code"]), str(fields["name"]), parent)  # type: ignore[arg-type]
    else:
        heir = each.other if each.what == "merge" else None
        gone[each.unit] = units[each.unit].parent if heir is None else heir
        end(units, each.unit, heir)
    codes = [state.code for state in units.values()]
    if len(set(codes)) < len(codes) or any(unit in above(units, unit) for unit in units):
        raise ContradictionError
    if any(state.parent is not None and state.parent not in units for state in units.values()):
        raise ContradictionError


def end(units: dict[int, State], unit: int, heir: int | None) -> None:
    """A unit ends; those below it go to its heir, or where that is none of theirs, to the unit above it."""
    gone = units[unit]
    for number, state in list(units.items()):
        if state.parent == unit:
            is_inside = heir is not None and (heir == number or number in above(units, heir))
            units[number] = state._replace(parent=gone.parent if heir is None or is_inside else heir)
    del units[unit]


def above(units: dict[int, State], unit: int) -> set[int]:
    """All units above one."""
    found: set[int] = set()
    at = units[unit].parent
    while at is not None and at not in found:
        found.add(at)
        at = units[at].parent if at in units else None
    return found


def pruned(decisions: list[Decided]) -> list[Decided]:
    """The decisions without the fields that were so already when they took effect."""
    units: dict[int, State] = {}
    gone: dict[int, int | None] = {}
    kept = []
    for each in sorted(decisions):
        fields = each.fields
        if each.what == "rename":
            now = units[each.unit]
            fields = tuple((name, value) for name, value in fields if getattr(now, name) != value)
        if each.what != "rename" or fields:
            kept.append(each._replace(fields=fields))
        decide(units, gone, each)
    return kept


def retold(log: Iterable[Decided]) -> list[Decided]:
    """The decisions in the order in which they were learned, pruned after each; a new unit has the parent of then.

    Raises ContradictionError where one of them cannot be without those that are missing.
    """
    decisions: list[Decided] = []
    for each in log:
        told = each
        try:
            if each.what == "split":
                units = replay([other for other in decisions if other.day < each.day])
                told = each._replace(fields=tuple(dict(each.fields, parent=units[each.unit].parent).items()))
            decisions = [*decisions, told]
            replay(decisions)
            decisions = pruned(decisions)
        except KeyError as error:
            raise ContradictionError from error
    return decisions
