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
from thidua_cli.register.plan import Plan, load_plan
from thidua_cli.register.terms import State
from thidua_cli.register.units import Directory
from thidua_cli.standing.verdict import Fact, facts

Leave = Exemption | Extension | Withdrawal
Entries = dict[tuple[object, ...], Entry]  # live ones, by key


def read_entries(connection: sqlite3.Connection, known: int, action: str | None = None) -> Entries:
    """The live entries as known at an operation: records of one action, or all."""
    entries: Entries = {}
    entries.update((record.key, record) for record in live_records(connection, known, action=action))
    if action is None:
        entries.update((exemption.key, exemption) for exemption in live_exemptions(connection, known))
        entries.update((extension.key, extension) for extension in live_extensions(connection, known))
        entries.update((withdrawal.key, withdrawal) for withdrawal in live_withdrawals(connection, known))
        entries.update((supplement.key, supplement) for supplement in live_supplements(connection, known))
    return entries


class Snapshot:
    """What deciding needs to know of the register, as known at an operation.

    `entries` may be those only that matter. `hashes` are those of evidence files; a file that is not among
    them has not been hashed yet.
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
        self.directory = Directory.read(connection, known)
        self.today = dates.today()
        self.entries = read_entries(connection, known) if entries is None else entries
        self._leaves: dict[tuple[int, str], list[Leave]] = {}
        for entry in self.entries.values():
            self._index(entry)
        self.hashes: Hashes = hashes or {}
        self._rosters: dict[tuple[str, str], _Roster] = {}
        self._plans: dict[str, Plan] = {}

    def _index(self, entry: Entry) -> None:
        if not isinstance(entry, Record | Supplement):
            self._leaves.setdefault((entry.unit, entry.obligation), []).append(entry)

    def put(self, entry: Entry) -> None:
        """Have decisions go by an entry that is not stored yet."""
        self.entries[entry.key] = entry
        self._index(entry)

    def remove(self, entry: Entry) -> None:
        """Have decisions go by the register without an entry."""
        old = self.entries.pop(entry.key)
        if not isinstance(old, Record | Supplement):
            self._leaves[old.unit, old.obligation].remove(old)

    def exemptions(self, unit: int, obligation: str) -> list[Exemption]:
        """The live exemptions of a unit from an obligation."""
        return [each for each in self._leaves.get((unit, obligation), ()) if isinstance(each, Exemption)]

    def extensions(self, unit: int, obligation: str) -> list[Extension]:
        """The live extensions of a unit and an obligation."""
        return [each for each in self._leaves.get((unit, obligation), ()) if isinstance(each, Extension)]

    def plan_on(self, day: str) -> Plan:
        """The plan as decided by a day."""
        if day not in self._plans:
            self._plans[day] = load_plan(self.connection, day, self.known)
        return self._plans[day]

    def open_phases(self, action: str, unit: int, before: str) -> list[str]:
        """Phases before `before` in which the unit still owes that action."""
        order = [phase.code for phase in self.plan.phases]
        return [code for code in order[: order.index(before)] if unit in self._roster(action, code).owing]

    def owed(self, action: str, phase: str, unit: int) -> set[str]:
        """The occasions on which the unit still owes that action in that phase."""
        return self._roster(action, phase).owing.get(unit, set())

    def on_roster(self, action: str, phase: str, occasion: str, unit: int) -> bool:
        """Whether any obligation of that phase, action and occasion binds the unit today."""
        return (unit, occasion) in self._roster(action, phase).bound

    def judged(self, record: Record) -> tuple[Fact, State] | None:
        """The state of the unit today if the record counts; none where the unit is on no roster."""
        fact = self._roster(record.action, record.phase).bound.get((record.unit, record.occasion))
        if fact is None:
            return None
        fact = fact.done(record.done_on, record.document.received_on)
        return fact, State(fact.state)

    def _roster(self, action: str, phase: str) -> "_Roster":
        if (action, phase) not in self._rosters:
            roster = self._rosters[action, phase] = _Roster({}, {})
            undone = (State.PENDING, State.OVERDUE)
            for fact in facts(self.connection, self.today, self.known, phase=phase, action=str(action)):
                roster.bound[fact.unit, fact.occasion] = fact
                if fact.state in undone and not fact.ended_on:
                    roster.owing.setdefault(fact.unit, set()).add(fact.occasion)
        return self._rosters[action, phase]


class _Roster(NamedTuple):
    """Facts of the units that a phase and action bind, by unit and occasion.

    `owing`: the occasions on which units that are alive have not done it.
    """

    bound: dict[tuple[int, str], Fact]
    owing: dict[int, set[str]]
