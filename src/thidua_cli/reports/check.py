"""Whether each obligation passes a check, and the units because of which it does not."""

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from thidua_cli.ground.dates import show_day
from thidua_cli.ground.language import _, current, grouped
from thidua_cli.register.plan import Obligation, Plan
from thidua_cli.register.terms import State, label
from thidua_cli.register.units import Directory
from thidua_cli.render.model import Column, Form, Mark, Report, Table, Tone
from thidua_cli.reports.ended import reach
from thidua_cli.reports.figures import counts_row
from thidua_cli.reports.grouping import by_heading, in_order, numbered, unit_of
from thidua_cli.reports.moment import Moment, report_at
from thidua_cli.reports.selection import Filter, Pairs, by_obligation, counted, judged, lookup, plan_at
from thidua_cli.reports.wording import TONES, decided, due_words, share
from thidua_cli.standing.verdict import Cell, Fact, Failing, Tally, total

FIELDS = (
    "phase", "obligation", "action", "due_on", "verdict", "roster", "exempt", "lapsed", "applicable",
    "on_time", "late", "declared_late", "pending", "overdue", "done", "rate", "faults", "unit_codes",
)  # fmt: skip


class Verdict(NamedTuple):
    """The counts of an obligation, and the units for which it does not pass, in protocol order."""

    counts: Tally
    faults: Pairs

    @property
    def passes(self) -> bool:
        return not self.faults

    @property
    def overlooked(self) -> int:
        """How many more are overdue, but do not count against it because they have ended."""
        found = sum(state is State.OVERDUE for _fact, state in self.faults)
        return self.counts.states[State.OVERDUE] - found


def is_met(
    connection: sqlite3.Connection, at: Moment, chosen: Filter, codes: Sequence[str], failing: Failing
) -> bool:
    """Whether every obligation passes, as `build`; it stops at the first unit that does not."""
    if chosen.district is not None:
        return build(connection, at, chosen, codes, failing)[1]
    asked = [item.code for item in _looked_at(plan_at(connection, at), at, chosen, codes)]
    return not failing.is_any(
        connection, at.as_of, at.known.number, obligation=asked, kind=chosen.kind, level=chosen.level
    )


def build(
    connection: sqlite3.Connection, at: Moment, chosen: Filter, codes: Sequence[str], failing: Failing
) -> tuple[Report, bool]:
    """The report of `thidua check`, and whether every obligation passes.

    Without codes, every obligation that closes on or before the as-of date is checked. Raises NotFoundError
    for an unknown code, and if the roster of an obligation given by code is of a day without the selected
    district; without codes, such obligations are left out.
    """
    plan = plan_at(connection, at)
    directory = lookup(connection, at)
    obligations = _looked_at(plan, at, chosen, codes)
    known = reach(connection, [at], chosen, obligations, directory, each=bool(codes))
    obligations = [item for item in obligations if item.code not in known.beyond]
    asked = [item.code for item in obligations]
    cells: dict[str, list[Cell]] = {}
    for cell, _district in counted(connection, at, chosen, obligation=asked):
        cells.setdefault(cell.obligation, []).append(cell)
    wanted = chosen._replace(states=frozenset(failing.states))
    judged_ones = judged(connection, at, wanted, directory, obligation=asked)
    faults = by_obligation(obligations, in_order(failing.faults(judged_ones), directory))
    verdicts = {item: Verdict(total(cells.get(item.code, ())), faults[item]) for item in obligations}
    report = report_at(
        at,
        f"{_('Kiểm tra thời hạn')} · {plan.title}",
        FIELDS,
        [_row(item, outcome, directory) for item, outcome in verdicts.items()],
        lambda: (
            [_table(item, outcome, directory, strict=failing.strict) for item, outcome in verdicts.items()]
            or [Table([], [], empty=_("Chưa có nghĩa vụ nào đến hạn."))]
        ),
        lead=known.lines,
        notes=decided(verdicts),
        extra=known.extra,
    )
    return report, all(outcome.passes for outcome in verdicts.values())


def _looked_at(plan: Plan, at: Moment, chosen: Filter, codes: Sequence[str]) -> list[Obligation]:
    asked = {plan.obligation(code, at.day).code for code in codes}
    return [
        item
        for item in (*chosen.obligations(plan), *(chosen.withdrawn(plan) if asked else ()))
        if (item.code in asked if asked else item.closes_on <= at.day)
    ]


def _row(item: Obligation, outcome: Verdict, directory: Directory) -> dict[str, object]:
    return {
        "phase": item.phase.code,
        "obligation": item.code,
        "action": item.action,
        "due_on": item.due_on,
        "verdict": "pass" if outcome.passes else "fail",
        **counts_row(outcome.counts),
        "faults": len(outcome.faults),
        "unit_codes": [unit_of(directory, fact).code for fact, _state in outcome.faults],
    }


def _table(item: Obligation, outcome: Verdict, directory: Directory, *, strict: bool) -> Table:
    counts = outcome.counts
    word = _("ĐẠT") if outcome.passes else _("KHÔNG ĐẠT")
    figures = _("{done}/{applicable} ({rate}), quá hạn {overdue}").format(
        done=grouped(counts.done),
        applicable=grouped(counts.applicable),
        rate=share(counts),
        overdue=grouped(counts.states[State.OVERDUE]),
    )
    if outcome.overlooked:
        figures += _(", trong đó {number} đã chấm dứt, không tính").format(number=grouped(outcome.overlooked))
    title = f"{word} · {item.code} ({item.title}, {due_words(item)}): {figures}"
    columns = [Column(_("Mã")), Column(_("Đơn vị"), narrow=24), Column(_("Trạng thái"), narrow=8)]
    if strict:  # only a late unit has a day and a document to show
        columns += [Column(_("Ngày thực hiện"), Form.DAY), Column(_("Số văn bản"), drop=1, narrow=10)]
    groups = [
        (heading, [_cells(directory, fact, state)[: len(columns)] for fact, state in members])
        for heading, members in numbered(by_heading(outcome.faults, directory))
    ]
    return Table(columns, groups, title=title, tone=Tone.GOOD if outcome.passes else Tone.BAD)


def _cells(directory: Directory, fact: Fact, state: State) -> list[object]:
    version = unit_of(directory, fact)
    words = label(state, current())
    if fact.ended_on:
        words += _(", chấm dứt {day}").format(day=show_day(fact.ended_on))
    return [version.code, version.name, Mark(words, TONES[state]), fact.done_on, fact.document_number or ""]
