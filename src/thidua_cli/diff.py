"""What changed between two moments, unit by unit: the causes add up to every difference of every figure."""

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from functools import cache
from typing import NamedTuple

from thidua_cli.status import Fact
from thidua_cli.terms import State


class Cause(StrEnum):
    """Why a unit stands differently, or came or went."""

    PHASE_STARTED = "phase_started"
    UNIT_CREATED = "unit_created"
    UNIT_REMOVED = "unit_removed"
    DONE_ON_TIME = "done_on_time"
    DONE_LATE = "done_late"
    CORRECTED = "corrected"
    VOIDED = "voided"
    EXEMPTED = "exempted"
    BECAME_OVERDUE = "became_overdue"
    UNIT_ENDED = "unit_ended"
    UNIT_RESTORED = "unit_restored"
    MOVED = "moved"


class Standing(NamedTuple):
    """How a unit stands under an obligation at one of the two moments."""

    fact: Fact
    state: State

    def kind(self) -> tuple[State, bool]:
        """All that decides in which figures the unit counts: its state, and whether it is declared late."""
        return self.state, self.fact.declared_late


def figures(kind: tuple[State, bool] | None) -> set[str]:
    """The figures of `status` in which a unit of that kind of standing is counted."""
    if kind is None:
        return set()
    state, declared_late = kind
    counted = {"roster", str(state)}
    if state in (State.ON_TIME, State.LATE):
        counted.add("done")
    if state not in (State.EXEMPT, State.LAPSED):
        counted.add("applicable")
    if declared_late:
        counted.add("declared_late")
    return counted


@cache
def deltas(before: tuple[State, bool] | None, after: tuple[State, bool] | None) -> Mapping[str, int]:
    """By how much each figure changes through a unit that stood so before and stands so after."""
    old, new = figures(before), figures(after)
    return dict.fromkeys(new - old, 1) | dict.fromkeys(old - new, -1)


class Change(NamedTuple):
    """One unit that stands differently; `before` or `after` is None where it was not on the roster."""

    before: Standing | None
    after: Standing | None
    cause: Cause

    @property
    def fact(self) -> Fact:
        """The fact that names the unit: the later one, if there is one."""
        standing = self.after or self.before
        assert standing is not None  # noqa: S101 - a change has at least one side
        return standing.fact

    def standings(self) -> tuple[tuple[State, bool] | None, tuple[State, bool] | None]:
        """How the unit counted on both sides; None where it was not on the roster."""
        one, other = (standing.kind() if standing else None for standing in (self.before, self.after))
        return one, other

    def deltas(self) -> Mapping[str, int]:
        """By how much each figure changes through this unit."""
        return deltas(*self.standings())


def compare(
    before: Iterable[tuple[Fact, State]],
    after: Iterable[tuple[Fact, State]],
    started: Collection[str] = (),
    elsewhere: Collection[tuple[str, int]] = (),
) -> list[Change]:
    """Every unit that stands differently.

    `started`: obligations whose phase had not begun before; `elsewhere`: obligations and units that are on a
    roster at both moments, but outside the selection at one of them.
    """
    old = {(fact.obligation, fact.unit): Standing(fact, state) for fact, state in before}
    changes = []
    for fact, state in after:
        one = old.pop((fact.obligation, fact.unit), None)
        if one is None or one.kind() != (state, fact.declared_late):
            changes.append(_change(one, Standing(fact, state), started, elsewhere))
    changes += [_change(one, None, started, elsewhere) for one in old.values()]
    return changes


def _change(
    one: Standing | None,
    other: Standing | None,
    started: Collection[str],
    elsewhere: Collection[tuple[str, int]],
) -> Change:
    change = Change(one, other, Cause.MOVED)
    key = change.fact.obligation, change.fact.unit
    if (one is None or other is None) and key in elsewhere:
        return change
    return change._replace(cause=_cause(one, other, key[0] in started))


def _cause(one: Standing | None, other: Standing | None, started: bool) -> Cause:
    if other is None:
        return Cause.UNIT_REMOVED
    if one is None:
        return Cause.PHASE_STARTED if started else Cause.UNIT_CREATED
    return _cause_of_deed(one, other) or _cause_of_state(one.state, other.state)


def _cause_of_deed(one: Standing, other: Standing) -> Cause | None:
    if other.fact.record_id is not None:
        if one.fact.record_id is not None:
            return Cause.CORRECTED
        return Cause.DONE_ON_TIME if other.state is State.ON_TIME else Cause.DONE_LATE
    return Cause.VOIDED if one.fact.record_id is not None else None


def _cause_of_state(one: State, other: State) -> Cause:
    if other is State.EXEMPT:
        return Cause.EXEMPTED
    if one is State.EXEMPT:
        return Cause.VOIDED
    if other is State.LAPSED:
        return Cause.UNIT_ENDED
    return Cause.UNIT_RESTORED if one is State.LAPSED else Cause.BECAME_OVERDUE
