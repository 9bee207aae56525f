"""The register as decisions need it: plan, units, live entries, and who is bound to do what today."""

import sqlite3
from typing import NamedTuple

from thidua_cli.ground import dates
from thidua_cli.register.entries import (
    Entry,
    Exemption,
    Extension,
    Record,
    Supplement,
    Withdrawal,
    live_exemptions,
    live_extensions,
    live_records,
    live_supplements,
    live_withdrawals,
)
from thidua_cli.register.evidence import Hashes
from thidua_cli.register.lookup import Lookup
from thidua_cli.register.plan import Plan, load_plan
from thidua_cli.register.terms import State
from thidua_cli.register.units import Directory
from thidua_cli.standing.verdict import Fact, facts

Leave = Exemption | Extension | Withdrawal
Entries = dict[tuple[object, ...], Entry]  # live ones, by key


def read_entries(
    connection: sqlite3.Connection, known: int, action: str | None = None, unit: int | None = None
) -> Entries:
    """The live entries as known at an operation: records of one action, or all; of a unit, or of all."""
    entries: Entries = {}
    entries.update((each.key, each) for each in live_records(connection, known, action=action, unit=unit))
    if action is None:
        entries.update((each.key, each) for each in live_exemptions(connection, known, unit=unit))
        entries.update((each.key, each) for each in live_extensions(connection, known, unit=unit))
        entries.update((each.key, each) for each in live_withdrawals(connection, known, unit=unit))
        entries.update((each.key, each) for each in live_supplements(connection, known, unit=unit))
    return entries


class Snapshot:
    """What deciding needs to know of the register, as known at an operation.

    Without `entries` it reads them unit by unit; those given are all that matter. `hashes` are
    those of evidence files; a file that is not among them has not been hashed yet.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        plan: Plan,
        known: int,
        entries: Entries | None = None,
        hashes: Hashes | None = None,
    ) -> None:
        self.connection, self.plan, self.known = connection, plan, known
        self.directory: Directory
        self.directory = Lookup(connection, known) if entries is None else Directory.read(connection, known)
        self.today = dates.today()
        self._read: set[int] | None = set() if entries is None else None  # units, where not all are
        self._entries = entries or {}
        self._leaves: dict[tuple[int, str], list[Leave]] = {}
        for entry in self._entries.values():
            self._index(entry)
        self.hashes: Hashes = hashes or {}
        self._rosters: dict[tuple[str, str, int | None], _Roster] = {}
        self._plans: dict[str, Plan] = {}

    def _index(self, entry: Entry) -> None:
        if not isinstance(entry, Record | Supplement):
            self._leaves.setdefault((entry.unit, entry.obligation), []).append(entry)

    def _need(self, unit: int) -> None:
        """Read the entries of a unit, where they have not been."""
        if self._read is not None and unit not in self._read:
            self._read.add(unit)
            for entry in read_entries(self.connection, self.known, unit=unit).values():
                self.put(entry)

    def entry(self, unit: int, key: tuple[object, ...]) -> Entry | None:
        """The live entry of a unit that has a key."""
        self._need(unit)
        return self._entries.get(key)

    def exemption(self, number: int) -> Exemption | None:
        """The live exemption with a number."""
        for each in (
            live_exemptions(self.connection, self.known, number=number) if self._read is not None else ()
        ):
            self._need(each.unit)
        found = (each for each in self._entries.values() if isinstance(each, Exemption) and each.id == number)
        return next(found, None)

    def put(self, entry: Entry) -> None:
        """Have decisions go by an entry that is not stored yet."""
        self._need(entry.unit)
        self._entries[entry.key] = entry
        self._index(entry)

    def remove(self, entry: Entry) -> None:
        """Have decisions go by the register without an entry."""
        self._need(entry.unit)
        old = self._entries.pop(entry.key)
        if not isinstance(old, Record | Supplement):
            self._leaves[old.unit, old.obligation].remove(old)

    def exemptions(self, unit: int, obligation: str) -> list[Exemption]:
        """The live exemptions of a unit from an obligation."""
        self._need(unit)
        return [each for each in self._leaves.get((unit, obligation), ()) if isinstance(each, Exemption)]

    def extensions(self, unit: int, obligation: str) -> list[Extension]:
        """The live extensions of a unit and an obligation."""
        self._need(unit)
        return [each for each in self._leaves.get((unit, obligation), ()) if isinstance(each, Extension)]

    def plan_on(self, day: str) -> Plan:
        """The plan as decided by a day."""
        if day not in self._plans:
            self._plans[day] = load_plan(self.connection, day, self.known)
        return self._plans[day]

    def open_phases(self, action: str, unit: int, before: str) -> list[str]:
        """Phases before `before` in which the unit still owes that action."""
        order = [phase.code for phase in self.plan.phases]
        return [
            code for code in order[: order.index(before)] if unit in self._roster(action, code, unit).owing
        ]

    def owed(self, action: str, phase: str, unit: int) -> set[str]:
        """The occasions on which the unit still owes that action in that phase."""
        return self._roster(action, phase, unit).owing.get(unit, set())

    def on_roster(self, action: str, phase: str, occasion: str, unit: int) -> bool:
        """Whether any obligation of that phase, action and occasion binds the unit today."""
        return (unit, occasion) in self._roster(action, phase, unit).bound

    def judged(self, record: Record) -> tuple[Fact, State] | None:
        """The state of the unit today if the record counts; none where the unit is on no roster."""
        roster = self._roster(record.action, record.phase, record.unit)
        fact = roster.bound.get((record.unit, record.occasion))
        if fact is None:
            return None
        fact = fact.done(record.done_on, record.document.received_on)
        return fact, State(fact.state)

    def _roster(self, action: str, phase: str, unit: int) -> "_Roster":
        key = action, phase, None if self._read is None else unit
        if key not in self._rosters:
            roster = self._rosters[key] = _Roster({}, {})
            undone = (State.PENDING, State.OVERDUE)
            units = None if self._read is None else [unit]
            asked = {"phase": phase, "action": str(action)}
            for fact in facts(self.connection, self.today, self.known, units=units, **asked):
                roster.bound[fact.unit, fact.occasion] = fact
                if fact.state in undone and not fact.ended_on:
                    roster.owing.setdefault(fact.unit, set()).add(fact.occasion)
        return self._rosters[key]


class _Roster(NamedTuple):
    """Facts of the units that a phase and action bind, by unit and occasion.

    `owing`: the occasions on which units that are alive have not done it.
    """

    bound: dict[tuple[int, str], Fact]
    owing: dict[int, set[str]]
