"""What two moments know beside the facts, and the words for why they differ."""

import sqlite3
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from thidua_cli import store
from thidua_cli.register.entries import Paper, live_supplements, same_paper
from thidua_cli.register.plan import Obligation, Plan


class Cause(StrEnum):
    """Why the state of a unit changed, or why it came to or left a roster."""

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
    EXEMPTION_ENDED = "exemption_ended"  # its last day is over, or it was withdrawn
    DEADLINE_EXTENDED = "deadline_extended"  # for the unit alone
    SUPPLEMENTED = "supplemented"  # a second letter counts: no figure changes
    PLAN_CHANGED = "plan_changed"  # a decision moved a day, or changed who is asked
    BECAME_OVERDUE = "became_overdue"
    UNIT_ENDED = "unit_ended"
    UNIT_RESTORED = "unit_restored"  # its end is voided
    UNIT_REDATED = "unit_redated"  # it begins or ends on another day than was known
    SUCCESSION_CHANGED = "succession_changed"  # it became, or no longer is, an heir of a unit that was bound
    MOVED = "moved"


_Letter = tuple[str, tuple[int, ...], Paper]  # what a supplement says


class Life(NamedTuple):
    """A unit as the register knows it at one moment, whatever the as-of date; `born_on` None: all voided."""

    born_on: str | None
    ended_on: str | None


class Side(NamedTuple):
    """One of the two moments: the world as of a day, the register as known at an operation."""

    day: str
    known: int


@dataclass
class Observations:
    """What the causes follow from, beside the facts; read only where a change needs it.

    `elsewhere`: obligations and units that are on a roster at both moments, but outside the selection at one
    of them.
    """

    connection: sqlite3.Connection
    plans: tuple[Plan, Plan]  # of both moments
    one: Side
    other: Side
    elsewhere: Collection[tuple[str, int]] = ()

    @cached_property
    def started(self) -> set[str]:
        """Obligations whose phase had not begun at the earlier moment, and had at the later one."""
        return {
            item.code
            for item in self.plans[1].obligations
            if self.one.day < item.phase.starts_on <= self.other.day
        }

    @cached_property
    def lives(self) -> tuple[Mapping[int, Life], Mapping[int, Life]]:
        """Every unit of which each moment knows something, live or voided."""
        query = store.sql("lives")
        one, other = (
            {row[0]: Life(*row[1:]) for row in self.connection.execute(query, {"known": side.known})}
            for side in (self.one, self.other)
        )
        return one, other

    def starts_on(self, obligation: str) -> str:
        """The first day of its phase: a unit that had ended by then was never on the roster."""
        return self._obligation(obligation, self.other).phase.starts_on

    def _obligation(self, code: str, side: Side) -> Obligation:
        """An obligation as decided at a moment, else as at the other."""
        plans = self.plans if side is self.one else self.plans[::-1]
        found = (item for plan in plans for item in plan.obligations if item.code == code)
        return next(found)

    def is_asked(self, code: str, side: Side) -> bool:
        """Whether the plan of a moment asks for an obligation."""
        plan = self.plans[0] if side is self.one else self.plans[1]
        return any(item.code == code and not item.withdrawn for item in plan.obligations)

    def is_plan_changed(self, code: str) -> bool:
        """Whether decisions changed whom an obligation binds, or the rosters that it may keep to."""
        one, other = (self._binding(code, side) for side in (self.one, self.other))
        return one != other

    def _binding(self, code: str, side: Side) -> list[object]:
        item = self._obligation(code, side)
        plan = self.plans[0] if side is self.one else self.plans[1]
        kept = [] if item.newcomers else [base for base in plan.obligations if base.phase == item.phase]
        return [(each.roster_on, each.newcomers, each.newcomers_of, each.kinds) for each in (item, *kept)]

    def counted_on(self, obligation: str, side: Side) -> str:
        """The last day of the roster: units that began by then are on it."""
        roster_on = self._obligation(obligation, side).roster_on
        return min(side.day, roster_on) if roster_on else side.day

    @cached_property
    def replaced(self) -> Mapping[int, int | None]:
        """Papers voided between the moments, with what replaced them."""
        found = self.connection.execute(
            "SELECT target_id, replacement FROM void WHERE operation > ? AND operation <= ?"
            " AND target IN ('record', 'exemption', 'extension', 'supplement')",
            (self.one.known, self.other.known),
        )
        return dict(found.fetchall())

    @cached_property
    def _origins(self) -> Mapping[int, int]:
        return {fresh: number for number, fresh in self.replaced.items() if fresh}

    @cached_property
    def _known(self) -> int:
        """The greatest number of a paper that the earlier moment knew."""
        found: int | None = self.connection.execute(
            "SELECT max(id) FROM (SELECT id FROM record WHERE operation <= :one"
            " UNION ALL SELECT id FROM exemption WHERE operation <= :one"
            " UNION ALL SELECT id FROM extension WHERE operation <= :one"
            " UNION ALL SELECT id FROM supplement WHERE operation <= :one)",
            {"one": self.one.known},
        ).fetchone()[0]
        return found or 0

    @cached_property
    def _known_before(self) -> set[int]:
        found = self.connection.execute(
            store.raw_sql("known_before"), {"one": self.one.known, "other": self.other.known}
        )
        return {row[0] for row in found if same_paper(Paper(*row[1:5]), Paper(*row[5:9]))}

    @cached_property
    def supplements(self) -> tuple[Mapping[int, Mapping[_Letter, int]], Mapping[int, Mapping[_Letter, int]]]:
        """What supplements say at each moment, with their numbers, by record."""
        one, other = (self._supplements(side) for side in (self.one, self.other))
        return one, other

    def _supplements(self, side: Side) -> Mapping[int, Mapping[_Letter, int]]:
        found: dict[int, dict[_Letter, int]] = {}
        for each in live_supplements(self.connection, side.known):
            if each.day <= side.day:
                said = found.setdefault(each.record, {})
                said[each.day, each.contents, each.document] = int(each.id or 0)
        return found

    def stands_for(self, number: int) -> int | None:
        """The live paper that, corrected or not, one of the earlier moment has become."""
        last: int | None = number
        while last is not None and last in self.replaced:
            last = self.replaced[last]
        return last

    def how_it_came(self, number: int) -> Cause | None:
        """Whether a paper corrects one of the earlier moment, or is one voided by then."""
        origin = number
        while origin > self._known:
            if origin in self._known_before:
                return Cause.RECORD_RESTORED
            if origin not in self._origins:
                return None
            origin = self._origins[origin]
        return Cause.CORRECTED if origin != number else None
