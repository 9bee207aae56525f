"""The judgement: the state of each unit on each roster on a day, as known at an operation.

`facts` reads, `judge` decides, `tally` counts. The roster rule and the order of states are those of the
plan's reading in README ("Who counts, and how").
"""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from thidua_cli import store
from thidua_cli.register.terms import Action, State


class Fact(NamedTuple):
    """What is known of one unit under one obligation; its name is the one it had on `named_on`.

    `action`, `kind` and `level` are words of `terms`, dates are ISO text. The unit is on the roster for good
    from `entered_on` on. `done_on` is that of a live record up to the as-of date, `exemption_id` likewise;
    `ended_on` the first day without the unit, if by then.
    """

    obligation: str
    phase: str
    action: str
    due_on: str | None
    closes_on: str
    unit: int
    kind: str
    level: str
    entered_on: str
    ended_on: str | None
    named_on: str
    record_id: int | None
    done_on: str | None
    received_on: str | None
    document_number: str | None
    document_date: str | None
    exemption_id: int | None

    @property
    def declared_late(self) -> bool:
        """Whether it was done by the closing day, and its document arrived after that day (khai muộn)."""
        if not (self.done_on and self.received_on):
            return False
        return self.done_on <= self.closes_on < self.received_on


def facts(
    connection: sqlite3.Connection,
    as_of: date,
    known: int,
    *,
    phase: str | None = None,
    action: Action | None = None,
    obligation: str | None = None,
) -> list[Fact]:
    """One fact for each obligation and each unit on its roster, in no particular order."""
    parameters = {
        "as_of": as_of.isoformat(),
        "known": known,
        "phase": phase,
        "action": action and str(action),
        "obligation": obligation,
    }
    rows = connection.execute(store.sql("status"), parameters)
    shared: dict[object, object] = {}  # days and words recur in every row; each is kept once
    keep = shared.setdefault
    return [Fact._make(map(keep, row, row)) for row in rows]


def judge(fact: Fact, as_of: str) -> State:
    """The state of a unit towards an obligation on the as-of date: the first rule that holds."""
    if fact.done_on is not None and fact.done_on <= as_of:
        return State.ON_TIME if fact.done_on <= fact.closes_on else State.LATE
    if fact.exemption_id is not None:
        return State.EXEMPT
    if fact.ended_on is not None and fact.ended_on <= min(as_of, fact.closes_on):
        return State.LAPSED
    return State.OVERDUE if as_of > fact.closes_on else State.PENDING


class Tally:
    """How many units of a roster are in each state."""

    __slots__ = ("declared_late", "states")

    def __init__(self) -> None:
        self.states: dict[State, int] = dict.fromkeys(State, 0)
        self.declared_late = 0

    def __add__(self, other: "Tally") -> "Tally":
        total = Tally()
        total.states = {state: number + other.states[state] for state, number in self.states.items()}
        total.declared_late = self.declared_late + other.declared_late
        return total

    @property
    def roster(self) -> int:
        return sum(self.states.values())

    @property
    def applicable(self) -> int:
        """Units that still have to act or have acted: the roster less exempt and lapsed."""
        return self.roster - self.states[State.EXEMPT] - self.states[State.LAPSED]

    @property
    def done(self) -> int:
        return self.states[State.ON_TIME] + self.states[State.LATE]

    @property
    def rate(self) -> float | None:
        """Done of applicable, in per cent rounded down to one decimal, so that 100 means all."""
        return self.done * 1000 // self.applicable / 10 if self.applicable else None


def tally(judged: Iterable[tuple[Fact, State]]) -> Tally:
    """Count states."""
    counts = Tally()
    for fact, state in judged:
        counts.states[state] += 1
        counts.declared_late += fact.declared_late
    return counts


class Verdict(NamedTuple):
    """Whether an obligation passes a check, and the units for which it does not.

    `overlooked`: how many more are overdue, but do not count against it because they have ended.
    """

    counts: Tally
    faults: tuple[tuple[Fact, State], ...]
    overlooked: int

    @property
    def passes(self) -> bool:
        return not self.faults


def verdict(
    judged: Sequence[tuple[Fact, State]], *, complete: bool = False, strict: bool = False, ended: bool = False
) -> Verdict:
    """Fails on overdue units that still exist; `ended`: all of them, `complete`: pending, `strict`: late."""
    failing = {State.OVERDUE}
    if complete:
        failing.add(State.PENDING)
    if strict:
        failing.add(State.LATE)
    faults = tuple(
        (fact, state)
        for fact, state in judged
        if state in failing and (ended or fact.ended_on is None or state is State.LATE)
    )
    counts = tally(judged)
    found = sum(state is State.OVERDUE for _fact, state in faults)
    return Verdict(counts, faults, counts.states[State.OVERDUE] - found)
