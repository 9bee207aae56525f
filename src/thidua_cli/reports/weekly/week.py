"""The facts of the weekly report, gathered once."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from thidua_cli.ground.dates import days_between
from thidua_cli.register.entries import live_exemptions, table_of
from thidua_cli.register.plan import Obligation, Phase, Plan
from thidua_cli.register.terms import State
from thidua_cli.reports.comparison import Comparison
from thidua_cli.reports.grouping import unit_of
from thidua_cli.reports.moment import Moment
from thidua_cli.reports.own_days import own_days
from thidua_cli.reports.selection import Pairs
from thidua_cli.reports.status import By, Line
from thidua_cli.reports.trend import Point
from thidua_cli.standing.verdict import Tally

if TYPE_CHECKING:
    from thidua_cli.register.units import Directory

_SOON = 180  # days before its due date from which an obligation is in play


class Week(NamedTuple):
    """The facts of one report, with units in protocol order."""

    plan: Plan
    at: Moment
    since: Moment | None
    pairs: Mapping[Obligation, Pairs]
    counts: Mapping[Obligation, Tally]
    lines: Mapping[By | None, Sequence[Line]]
    results: Mapping[str, Sequence[Line]]  # by the code of the result
    directory: "Directory"
    exemptions: Sequence[Mapping[str, Any]]
    own_deadlines: Sequence[Mapping[str, Any]]
    changes: Comparison | None
    courses: Mapping[str, Sequence[Point]]  # by the code of the obligation

    @property
    def obligations(self) -> list[Obligation]:
        return list(self.pairs)

    @property
    def begun(self) -> list[Phase]:
        """The phases that have begun on the as-of date."""
        return [phase for phase in self._phases if phase.starts_on <= self.at.day]

    @property
    def to_come(self) -> list[Phase]:
        """The phases that have not begun on the as-of date."""
        return [phase for phase in self._phases if phase.starts_on > self.at.day]

    @property
    def _phases(self) -> list[Phase]:
        return list(dict.fromkeys(item.phase for item in self.obligations))

    @property
    def in_play(self) -> list[Obligation]:
        """The obligations that are broken down by groups and units.

        Those that a unit has met or missed, the action that a phase begins with, and what is due within half
        a year; of what is due later only the figure is of interest.
        """
        return [item for item in self.obligations if self._is_in_play(item)]

    @property
    def at_rest(self) -> list[Obligation]:
        """Obligations with a roster that are not in play."""
        rest = [item for item in self.obligations if not self._is_in_play(item)]
        return [item for item in rest if self.counts[item].roster]

    def _is_in_play(self, item: Obligation) -> bool:
        counts = self.counts[item]
        if counts.done or counts.states[State.OVERDUE]:
            return True
        is_near = item.due_on is not None and days_between(self.at.day, item.due_on) <= _SOON
        first = next(other for other in self.plan.obligations if other.phase == item.phase)
        return counts.applicable > 0 and (item.action == first.action or is_near)


def exemption_rows(
    connection: sqlite3.Connection, at: Moment, pairs: Pairs, directory: "Directory"
) -> list[dict[str, Any]]:
    """The units that count as exempt, with what excused them, for machines."""
    exempt = [fact for fact, state in pairs if state is State.EXEMPT]
    by_id = {row.id: row for row in live_exemptions(connection, at.known.number)} if exempt else {}
    return [
        {
            "unit_code": unit_of(directory, fact).code,
            "unit_name": unit_of(directory, fact).name,
            "obligation": fact.obligation,
            "on": by_id[fact.exemption_id].exempted_on,
            "until": by_id[fact.exemption_id].until_on,
            "document_number": by_id[fact.exemption_id].document.number,
            "reason": by_id[fact.exemption_id].reason,
            "record_id": fact.exemption_id,
        }
        for fact in exempt
    ]


def own_deadline_rows(
    connection: sqlite3.Connection, at: Moment, plan: Plan, pairs: Pairs, directory: "Directory"
) -> list[dict[str, Any]]:
    """The units with a closing day of their own and what gave it, for machines; not the exempt ones."""
    facts = [fact for fact, state in pairs if state is not State.EXEMPT]
    own = own_days(connection, at, plan, facts)
    return [
        {
            "unit_code": unit_of(directory, fact).code,
            "unit_name": unit_of(directory, fact).name,
            "obligation": fact.obligation,
            "closes_on": fact.closes_on,
            "paper": table_of(entry),
            "on": entry.day,
            "document_number": entry.document.number,
            "record_id": entry.id,
        }
        for fact in facts
        if (entry := own.get((fact.unit, fact.obligation)))
    ]
