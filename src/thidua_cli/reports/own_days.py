"""What gave units a closing day of their own: an extension, or an exemption that has a last day."""

import sqlite3
from collections.abc import Iterable

from thidua_cli.ground.dates import shifted, show_day
from thidua_cli.ground.language import _
from thidua_cli.register import entries
from thidua_cli.register.entries import Exemption, Extension, Withdrawal
from thidua_cli.register.plan import Plan
from thidua_cli.reports.citing import entry_paper
from thidua_cli.reports.moment import Moment
from thidua_cli.standing.verdict import Fact

Given = Extension | Exemption | Withdrawal
Own = dict[tuple[int, str], Given]  # by unit and obligation


def own_days(connection: sqlite3.Connection, at: Moment, plan: Plan, facts: Iterable[Fact]) -> Own:
    """The entry behind the closing day of each unit that has a later one than the plan gives."""
    planned = {item.code: item.closes_on for item in plan.obligations}
    own = {(fact.unit, fact.obligation): fact for fact in facts if fact.closes_on > planned[fact.obligation]}
    if not own:
        return {}
    known = at.known.number
    found: Own = {}
    of_all: list[Given] = [
        *entries.live_exemptions(connection, known),
        *entries.live_withdrawals(connection, known),
        *entries.live_extensions(connection, known),
    ]
    for entry in of_all:
        fact = own.get((entry.unit, entry.obligation))
        if fact is None or entry.day > at.day or last_day(entry) != fact.closes_on:
            continue
        if not isinstance(entry, Extension) or entry.id == fact.extension_id:
            found[entry.unit, entry.obligation] = entry
    return found


def last_day(entry: Given) -> str | None:
    """The last day in time that an entry gives; None for an open exemption."""
    return shifted(entry.withdrawn_on, -1) if isinstance(entry, Withdrawal) else entry.until_on


def own_due(entry: Given) -> str:
    """A unit's own closing day, and the paper that gave it, as a letter says it."""
    if isinstance(entry, Extension):
        words = _("{day}, gia hạn theo {paper}")
    elif isinstance(entry, Withdrawal):
        words = _("{day}, ngày cuối được miễn, rút miễn theo {paper}")
    else:
        words = _("{day}, ngày cuối được miễn theo {paper}")
    return words.format(day=show_day(last_day(entry)), paper=entry_paper(entry))
