"""What changed between two moments, unit by unit: the causes add up to every difference of every figure."""

import sqlite3
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from typing import NamedTuple

from thidua_cli import store
from thidua_cli.register.entries import Document, same_paper
from thidua_cli.register.plan import Plan
from thidua_cli.register.terms import State
from thidua_cli.standing.verdict import Fact


class Cause(StrEnum):
    """Why a unit stands differently, or came or went."""

    PHASE_STARTED = "phase_started"
    UNIT_CREATED = "unit_created"  # it came to be between the days, or the register had not known it
    UNIT_REINSTATED = "unit_reinstated"  # its voided versions are live again
    UNIT_REMOVED = "unit_removed"  # all its versions are voided
    DONE_ON_TIME = "done_on_time"
    DONE_LATE = "done_late"
    CORRECTED = "corrected"  # its record, or one of another unit that should have been its own
    RECORD_RESTORED = "record_restored"  # a record that was known, and voided, is live again
    VOIDED = "voided"
    EXEMPTED = "exempted"
    BECAME_OVERDUE = "became_overdue"
    UNIT_ENDED = "unit_ended"
    UNIT_RESTORED = "unit_restored"  # its end is voided
    UNIT_REDATED = "unit_redated"  # it begins or ends on another day than was known
    SUCCESSION_CHANGED = "succession_changed"  # it became, or no longer is, an heir of a unit that was bound
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


class Life(NamedTuple):
    """A unit as the register knows it at one moment, whatever the as-of date; `born_on` None: all voided."""

    born_on: str | None
    ended_on: str | None


class Side(NamedTuple):
    """One of the two moments: the world as of a day, the register as known at an operation."""

    day: str
    known: int


@dataclass
class Evidence:
    """What the causes are told from, beside the facts; read where a change asks for it.

    `elsewhere`: obligations and units that are on a roster at both moments, but outside the selection at one
    of them.
    """

    connection: sqlite3.Connection
    plan: Plan
    one: Side
    other: Side
    elsewhere: Collection[tuple[str, int]] = ()

    @cached_property
    def started(self) -> set[str]:
        """Obligations whose phase had not begun at the earlier moment, and had at the later one."""
        return {
            item.code
            for item in self.plan.obligations
            if self.one.day < item.phase.starts_on <= self.other.day
        }

    @cached_property
    def lives(self) -> tuple[Mapping[int, Life], Mapping[int, Life]]:
        """Every unit of which each moment knows something, live or voided."""
        one, other = (
            {
                unit: Life(born_on, ended_on)
                for unit, born_on, ended_on in self.connection.execute(
                    store.sql("lives"), {"known": side.known}
                )
            }
            for side in (self.one, self.other)
        )
        return one, other

    def starts_on(self, obligation: str) -> str:
        """The first day of its phase: who had ended by then was never on the roster."""
        return self.plan.obligation(obligation).phase.starts_on

    def counted_on(self, obligation: str, side: Side) -> str:
        """Who had come to be by this day is on the roster."""
        roster_on = self.plan.obligation(obligation).roster_on
        return min(side.day, roster_on) if roster_on else side.day

    @cached_property
    def replaced(self) -> Mapping[int, int | None]:
        """Records and exemptions voided between the moments, with what replaced them."""
        found = self.connection.execute(
            "SELECT target_id, replacement FROM void WHERE operation > ? AND operation <= ?"
            " AND target IN ('record', 'exemption')",
            (self.one.known, self.other.known),
        )
        return dict(found.fetchall())

    @cached_property
    def _origins(self) -> Mapping[int, int]:
        return {fresh: number for number, fresh in self.replaced.items() if fresh}

    @cached_property
    def _known(self) -> int:
        """The greatest number of a record or exemption that the earlier moment knew."""
        found: int | None = self.connection.execute(
            "SELECT max(id) FROM (SELECT id FROM record WHERE operation <= :one"
            " UNION ALL SELECT id FROM exemption WHERE operation <= :one)",
            {"one": self.one.known},
        ).fetchone()[0]
        return found or 0

    @cached_property
    def _known_before(self) -> set[int]:
        found = self.connection.execute(
            store.raw_sql("known_before"), {"one": self.one.known, "other": self.other.known}
        )
        return {row[0] for row in found if same_paper(Document(*row[1:5]), Document(*row[5:9]))}

    def stands_for(self, number: int) -> int | None:
        """The live record or exemption that, corrected or not, one of the earlier moment has become."""
        last: int | None = number
        while last is not None and last in self.replaced:
            last = self.replaced[last]
        return last

    def how_it_came(self, number: int) -> Cause | None:
        """Whether a record or exemption corrects one of the earlier moment, or is one voided by then."""
        origin = number
        while origin > self._known:
            if origin in self._known_before:
                return Cause.RECORD_RESTORED
            if origin not in self._origins:
                return None
            origin = self._origins[origin]
        return Cause.CORRECTED if origin != number else None


def compare(
    before: Iterable[tuple[Fact, State]], after: Iterable[tuple[Fact, State]], evidence: Evidence
) -> list[Change]:
    """Every unit that stands differently."""
    old = {(fact.obligation, fact.unit): Standing(fact, state) for fact, state in before}
    changes = []
    for fact, state in after:
        one = old.pop((fact.obligation, fact.unit), None)
        if one is None or one.kind() != (state, fact.declared_late):
            changes.append(_change(one, Standing(fact, state), evidence))
    changes += [_change(one, None, evidence) for one in old.values()]
    return changes


def _change(one: Standing | None, other: Standing | None, evidence: Evidence) -> Change:
    change = Change(one, other, Cause.MOVED)
    fact = change.fact
    if one is not None and other is not None:
        return change._replace(
            cause=_cause_of_deed(one, other, evidence) or _cause_of_state(one, other, evidence)
        )
    if (fact.obligation, fact.unit) in evidence.elsewhere:
        return change
    if other is None:
        return change._replace(cause=_why_it_went(fact, evidence))
    return change._replace(cause=_why_it_came(fact, evidence))


def _why_it_came(fact: Fact, evidence: Evidence) -> Cause:
    """What had kept the unit from the roster: the rule of the roster, condition by condition."""
    if fact.obligation in evidence.started:
        return Cause.PHASE_STARTED
    now = evidence.lives[1][fact.unit]
    then = evidence.lives[0].get(fact.unit)
    if then is None:
        return Cause.UNIT_CREATED
    if then.born_on is None:
        return Cause.UNIT_REINSTATED
    if then.ended_on and then.ended_on <= evidence.starts_on(fact.obligation):
        return Cause.UNIT_REDATED if now.ended_on else Cause.UNIT_RESTORED
    counted_on = evidence.counted_on(fact.obligation, evidence.one)
    if then.born_on > counted_on:
        return Cause.UNIT_CREATED if now.born_on and now.born_on > counted_on else Cause.UNIT_REDATED
    return Cause.SUCCESSION_CHANGED


def _why_it_went(fact: Fact, evidence: Evidence) -> Cause:
    """What keeps the unit from the roster now."""
    then, now = (lives[fact.unit] for lives in evidence.lives)
    if now.born_on is None:
        return Cause.UNIT_REMOVED
    if now.ended_on and now.ended_on <= evidence.starts_on(fact.obligation):
        return Cause.UNIT_REDATED if then.ended_on else Cause.UNIT_ENDED
    if now.born_on > evidence.counted_on(fact.obligation, evidence.other):
        return Cause.UNIT_REDATED
    return Cause.SUCCESSION_CHANGED


def _cause_of_deed(one: Standing, other: Standing, evidence: Evidence) -> Cause | None:
    """The cause where a record or an exemption has come, gone or changed; none where neither has."""
    if other.fact.record_id is not None:
        if one.fact.record_id is not None:
            return Cause.CORRECTED
        done = Cause.DONE_ON_TIME if other.state is State.ON_TIME else Cause.DONE_LATE
        if other.fact.done_on is not None and other.fact.done_on > evidence.one.day:
            return done
        return evidence.how_it_came(other.fact.record_id) or done
    lost = one.fact.record_id or one.fact.exemption_id
    if one.fact.record_id is not None or other.state is not State.EXEMPT:
        if lost is None:
            return None
        return Cause.CORRECTED if evidence.stands_for(lost) else Cause.VOIDED
    assert other.fact.exemption_id is not None  # noqa: S101 - that is what exempt means
    return evidence.how_it_came(other.fact.exemption_id) or Cause.EXEMPTED


def _cause_of_state(one: Standing, other: Standing, evidence: Evidence) -> Cause:
    """The cause where only the day or the life of the unit has changed."""
    then, now = (lives[other.fact.unit] for lives in evidence.lives)
    if other.state is State.LAPSED:
        had_ended_then = now.ended_on is not None and now.ended_on <= evidence.one.day
        is_another_day = then.ended_on is not None and then.ended_on != now.ended_on
        return Cause.UNIT_REDATED if is_another_day and had_ended_then else Cause.UNIT_ENDED
    if one.state is State.LAPSED:
        return Cause.UNIT_REDATED if now.ended_on else Cause.UNIT_RESTORED
    return Cause.BECAME_OVERDUE
