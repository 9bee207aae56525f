"""Which units are to be reminded of what."""

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from thidua_cli.ground.dates import days_between, show_day
from thidua_cli.ground.language import _, counted
from thidua_cli.ground.text import upper_first
from thidua_cli.register.plan import Obligation, Plan
from thidua_cli.register.terms import State
from thidua_cli.register.units import Version, protocol_key
from thidua_cli.render.model import Column, Form, Mark, Report, Table
from thidua_cli.reports.citing import decision_paper
from thidua_cli.reports.ended import Reach, reach
from thidua_cli.reports.grouping import heading, numbered
from thidua_cli.reports.moment import Moment, report_at
from thidua_cli.reports.own_days import Given, own_days, own_due
from thidua_cli.reports.selection import Filter, judged, lookup, plan_at
from thidua_cli.reports.wording import TONES, phase_name
from thidua_cli.standing.verdict import Fact

FIELDS = (
    "unit_code", "unit_name", "kind", "level", "obligation", "action", "state", "due_on", "closes_on",
    "days_overdue", "missing", "file", "obligation_title", "due_text", "days_text",
)  # fmt: skip


class Duty(NamedTuple):
    """What a unit owes: `closes_on` is its own last day in time, `given` what gave it one of its own."""

    item: Obligation
    state: State
    closes_on: str
    given: Given | None


class Debt(NamedTuple):
    """A unit under its name of the day, and what it still owes; `group` is its heading in official lists."""

    unit: Version
    group: str
    owed: Sequence[Duty]


class Reminder(NamedTuple):
    """Everything that is to be reminded of at a moment, in protocol order.

    `known`: what is to be said of the district asked for.
    """

    plan: Plan
    at: Moment
    debts: Sequence[Debt]
    known: Reach = Reach()


def read(
    connection: sqlite3.Connection,
    at: Moment,
    chosen: Filter,
    *,
    obligation: str | None = None,
    within: int | None = None,
) -> Reminder:
    """Units that still exist and owe something overdue, or due within so many days of the as-of date.

    Raises NotFoundError for an unknown obligation, and if the rosters are of days without the district.
    """
    plan = plan_at(connection, at)
    code = plan.obligation(obligation, at.day).code if obligation else None
    asked = chosen.obligations(plan, code)
    directory = lookup(connection, at)
    known = reach(connection, [at], chosen, asked, directory)
    states = {State.OVERDUE} if within is None else {State.OVERDUE, State.PENDING}
    owing = chosen._replace(states=frozenset(states))
    owed: dict[int, dict[str, tuple[Fact, State]]] = {}
    for fact, state in judged(connection, at, owing, directory, obligation=code):
        left = days_between(at.day, fact.closes_on)
        near = within is not None and state is State.PENDING and left <= within
        if fact.ended_on is None and (state is State.OVERDUE or near):
            owed.setdefault(fact.unit, {})[fact.obligation] = (fact, state)
    own = own_days(connection, at, plan, (fact for of in owed.values() for fact, _state in of.values()))
    debts = []
    for unit in sorted((directory.last(unit, at.day) for unit in owed), key=protocol_key):
        facts = owed[unit.unit]
        duties = [
            Duty(item, state, fact.closes_on, own.get((unit.unit, item.code)))
            for item in asked
            if item.code in facts
            for fact, state in [facts[item.code]]
        ]
        debts.append(Debt(unit, heading(unit, at.day, directory), duties))
    return Reminder(plan, at, debts, known)


def file_name(at: Moment, unit: Version | None = None) -> str:
    """The name of a unit's letter, or of the one for all; a code holds nothing that a file name may not."""
    return f"remind-{at.day}-{unit.code}.docx" if unit else f"remind-{at.day}.docx"


def build(reminder: Reminder, *, one: bool = False) -> Report:
    """The list of who is reminded of what: one row for each unit and obligation."""
    at = reminder.at
    return report_at(
        at,
        f"{_('Đơn vị cần đôn đốc')} · {reminder.plan.title}",
        FIELDS,
        [
            {
                "unit_code": debt.unit.code,
                "unit_name": debt.unit.name,
                "kind": str(debt.unit.kind),
                "level": str(debt.unit.level),
                "obligation": duty.item.code,
                "action": duty.item.action,
                "state": str(duty.state),
                "due_on": duty.item.due_on,
                "closes_on": duty.closes_on,
                "days_overdue": days_between(duty.closes_on, at.day),
                "missing": missing(reminder.plan, duty.item),
                "file": file_name(at, None if one else debt.unit),
                "obligation_title": task(reminder.plan, duty.item),
                "due_text": due(duty),
                "days_text": days(duty, at),
            }
            for debt in reminder.debts
            for duty in debt.owed
        ],
        lambda: [table(reminder)],
        lead=reminder.known.lines,
        extra=reminder.known.extra,
    )


def missing(plan: Plan, item: Obligation) -> str:
    """The document that a unit has not sent."""
    return plan.action(item.action).paper


def task(plan: Plan, item: Obligation) -> str:
    """What a unit has to do, as an official letter says it."""
    action = plan.action(item.action)
    words = _("{title} thi đua {phase}") if action.contents else _("{title} phong trào thi đua {phase}")
    if item.occasion:
        words = _("{task}, kỳ {occasion}").format(task=words, occasion=item.occasion)
    return words.format(title=upper_first(action.title), phase=phase_name(item.phase))


def due(duty: Duty) -> str:
    """The last day in time of a unit, and what gave or moved it."""
    return own_due(duty.given) if duty.given else planned_due(duty.item)


def planned_due(item: Obligation, *, cites: bool = True) -> str:
    """The due date; if the plan sets none, that it sets none. `cites`: by which decision, if one moved it."""
    moved = item.moved if cites else None
    words = _("{day}, theo {paper}") if moved else "{day}"
    if not item.due_on:
        words = _("không đặt hạn; giai đoạn kết thúc {day}")
        if moved:
            words = _("bỏ hạn theo {paper}; giai đoạn kết thúc {day}")
    return words.format(day=show_day(item.closes_on), paper=decision_paper(moved) if moved else "")


def days(duty: Duty, at: Moment) -> str:
    """How many days a unit is behind or has left."""
    past, has_due = days_between(duty.closes_on, at.day), duty.item.due_on or duty.given
    if past > 0 and has_due:
        return counted(past, "quá hạn {n} ngày", "{n} day overdue", "{n} days overdue")
    if past > 0:
        return counted(
            past, "giai đoạn đã hết {n} ngày", "phase ended {n} day ago", "phase ended {n} days ago"
        )
    if has_due:
        return counted(-past, "còn {n} ngày", "{n} day left", "{n} days left")
    return counted(-past, "giai đoạn còn {n} ngày", "{n} day left of the phase", "{n} days left of the phase")


def table(reminder: Reminder, *, paper: bool = False) -> Table:
    """The units under their headings, each with what it owes; on paper numbered, else with codes."""
    columns = [
        Column(_("TT"), Form.NUMBER) if paper else Column(_("Mã")),
        Column(_("Đơn vị"), narrow=20),
        Column(_("Nghĩa vụ"), narrow=22 if paper else 16),
        Column(_("Thời hạn"), narrow=14 if paper else 10),
        Column(_("Tình trạng"), narrow=14 if paper else 12),
    ]
    if not paper:  # on paper, the letter itself says what is missing
        columns.append(Column(_("Văn bản còn thiếu"), drop=1, narrow=24))
    groups: dict[str, list[Debt]] = {}
    for debt in reminder.debts:
        groups.setdefault(debt.group, []).append(debt)
    headed = []
    for head, members in numbered(groups):
        rows: list[list[object]] = []
        for number, debt in enumerate(members, 1):
            name: list[object] = [number if paper else debt.unit.code, debt.unit.name]
            for duty in debt.owed:
                item = duty.item
                phase = phase_name(item.phase)
                called = _("{title} {phase}") if paper else "{title} ({code})"
                title = called.format(title=item.title, phase=phase, code=item.phase.code)
                cells = owed(reminder, duty)
                if not duty.given:  # one decision for all is not said in every row
                    cells[0] = planned_due(item, cites=False)
                rows.append([*name, title, *cells][: len(columns)])
                name = ["" if paper else debt.unit.code, ""]
        headed.append((head, rows))
    return Table(columns, headed, empty=_("Không có đơn vị nào cần đôn đốc."))


def owed(reminder: Reminder, duty: Duty) -> list[object]:
    """The due date, how far behind, and the missing document."""
    late = Mark(days(duty, reminder.at), TONES[duty.state])
    return [due(duty), late, missing(reminder.plan, duty.item)]
