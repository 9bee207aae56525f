"""When a unit came onto a roster: on one day, and then it stays there.

What `sql/status.sql` says of one day, told for all days up to it.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import date

from thidua_cli import store
from thidua_cli.plan import Plan
from thidua_cli.status import Fact
from thidua_cli.terms import Action

Links = Sequence[tuple[int, int, str]]  # predecessor, successor, effective_on


def entries(
    connection: sqlite3.Connection, as_of: date, known: int, plan: Plan, facts: Sequence[Fact]
) -> dict[tuple[str, int], str]:
    """The day on which each unit came onto each roster, by obligation and unit.

    `facts` are those of the as-of day, at least of whole phases.
    """
    born = dict(
        connection.execute(
            f"{store.raw_sql('live')} SELECT unit, min(valid_from) FROM live_version GROUP BY unit",
            {"known": known},
        )
    )
    starts = {item.code: item.phase.starts_on.isoformat() for item in plan.obligations}
    entered = {(fact.obligation, fact.unit): max(starts[fact.obligation], born[fact.unit]) for fact in facts}
    heirs_only = {item.code: item.phase.code for item in plan.obligations if not item.newcomers}
    if not heirs_only:
        return entered
    links = _links(connection, as_of, known)
    addressed = {}
    for phase in set(heirs_only.values()):
        launched = {
            fact.unit: entered[fact.obligation, fact.unit]
            for fact in facts
            if fact.phase == phase and fact.action == Action.LAUNCH
        }
        addressed[phase] = _descent(launched, links)
    for (code, unit), day in entered.items():
        if code in heirs_only:
            entered[code, unit] = max(day, addressed[heirs_only[code]][unit])
    return entered


def _links(connection: sqlite3.Connection, as_of: date, known: int) -> Links:
    """Successions up to the as-of day, in order of time."""
    return connection.execute(
        f"{store.raw_sql('live')} SELECT predecessor, successor, effective_on FROM live_succession"
        " WHERE predecessor IS NOT NULL AND successor IS NOT NULL AND effective_on <= :as_of"
        " ORDER BY effective_on",
        {"known": known, "as_of": as_of.isoformat()},
    ).fetchall()


def _descent(launched: Mapping[int, str], links: Links) -> dict[int, str]:
    """The first day on which each unit was addressed by the launch, itself or through its predecessors."""
    since = dict(launched)
    settled = False
    while not settled:
        settled = True
        for old, new, effective_on in links:
            if old in since:
                day = max(since[old], effective_on)
                if day < since.get(new, "~"):
                    since[new], settled = day, False
    return since
