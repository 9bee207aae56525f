"""The verdict on each obligation, and the units that stand in its way."""

import sqlite3
from collections.abc import Sequence

from thidua_cli.ground.dates import show_day
from thidua_cli.ground.language import _, current, grouped
from thidua_cli.register.plan import Obligation, Plan, load_plan
from thidua_cli.register.terms import State, label
from thidua_cli.register.units import Directory
from thidua_cli.render.cells import NOTHING, rate
from thidua_cli.render.model import Column, Form, Mark, Report, Table, Tone
from thidua_cli.reports.ended import reach
from thidua_cli.reports.frame import (
    Filter,
    Moment,
    anchor_note,
    due_words,
    in_groups,
    in_order,
    judged,
    lead,
    units_of,
)
from thidua_cli.reports.listing import TONES
from thidua_cli.reports.status import counts_row
from thidua_cli.standing import verdict as status
from thidua_cli.standing.verdict import Fact, Verdict

FIELDS = (
    "phase", "obligation", "action", "due_on", "verdict", "roster", "exempt", "lapsed", "applicable",
    "on_time", "late", "declared_late", "pending", "overdue", "done", "rate", "faults", "unit_codes",
)  # fmt: skip


def build(
    connection: sqlite3.Connection,
    at: Moment,
    chosen: Filter,
    codes: Sequence[str],
    *,
    complete: bool,
    strict: bool,
    ended: bool,
) -> tuple[Report, bool]:
    """The report of `thidua check`, and whether every obligation passes.

    Without codes, every obligation whose closing day is on or before the as-of date is looked at. Raises
    NotFoundError for an unknown code, and where the rosters of what is asked are of days without the district
    asked for; without codes, such obligations are left out.
    """
    plan = load_plan(connection)
    directory = units_of(connection, at)
    obligations = _looked_at(plan, at, chosen, codes)
    known = reach(connection, [at], chosen, obligations, directory, each=bool(codes))
    obligations = [item for item in obligations if item.code not in known.beyond]
    pairs = judged(connection, at, chosen)
    verdicts = [
        (
            item,
            status.verdict(
                [pair for pair in pairs if pair[0].obligation == item.code],
                complete=complete,
                strict=strict,
                ended=ended,
            ),
        )
        for item in obligations
    ]
    report = Report(
        fields=FIELDS,
        rows=[_row(item, verdict, directory) for item, verdict in verdicts],
        people=lambda: (
            [_table(item, verdict, directory, strict=strict) for item, verdict in verdicts]
            or [Table([], [], empty=_("Chưa có nghĩa vụ nào đến hạn."))]
        ),
        as_of=at.day,
        known_at=at.known_at,
        head=at.known.anchor,
        register=at.register,
        lead=[*lead(_("Kiểm tra thời hạn"), plan, at), *known.lines],
        notes=[anchor_note(at)],
        extra=known.extra,
    )
    return report, all(verdict.passes for _item, verdict in verdicts)


def _looked_at(plan: Plan, at: Moment, chosen: Filter, codes: Sequence[str]) -> list[Obligation]:
    asked = {plan.obligation(code).code for code in codes}
    return [
        item
        for item in plan.obligations
        if chosen.phase in (None, item.phase.code)
        and (item.code in asked if asked else item.closes_on <= at.day)
    ]


def _row(item: Obligation, verdict: Verdict, directory: Directory) -> dict[str, object]:
    return {
        "phase": item.phase.code,
        "obligation": item.code,
        "action": str(item.action),
        "due_on": item.due_on,
        "verdict": "pass" if verdict.passes else "fail",
        **counts_row(verdict.counts),
        "faults": len(verdict.faults),
        "unit_codes": [
            directory.last(fact.unit, fact.named_on).code
            for fact, _state in in_order(verdict.faults, directory)
        ],
    }


def _table(item: Obligation, verdict: Verdict, directory: Directory, *, strict: bool) -> Table:
    counts = verdict.counts
    word = _("ĐẠT") if verdict.passes else _("KHÔNG ĐẠT")
    due = due_words(item)
    share = NOTHING if counts.rate is None else rate(counts.rate)
    figures = _("{done}/{applicable} ({rate}), quá hạn {overdue}").format(
        done=grouped(counts.done),
        applicable=grouped(counts.applicable),
        rate=share,
        overdue=grouped(counts.states[State.OVERDUE]),
    )
    if verdict.overlooked:
        figures += _(", trong đó {number} đã chấm dứt, không tính").format(number=grouped(verdict.overlooked))
    title = f"{word} · {item.code} ({item.title}, {due}): {figures}"
    columns = [Column(_("Mã")), Column(_("Đơn vị"), narrow=24), Column(_("Trạng thái"), narrow=8)]
    if strict:  # only a late unit has a day and a document to show
        columns += [Column(_("Ngày thực hiện"), Form.DAY), Column(_("Số văn bản"), drop=1, narrow=10)]
    groups = [
        (heading, [_cells(directory, fact, state)[: len(columns)] for fact, state in members])
        for heading, members in in_groups(verdict.faults, directory)
    ]
    return Table(columns, groups, title=title, tone=Tone.GOOD if verdict.passes else Tone.BAD)


def _cells(directory: Directory, fact: Fact, state: State) -> list[object]:
    version = directory.last(fact.unit, fact.named_on)
    words = label(state, current())
    if fact.ended_on:
        words += _(", chấm dứt {day}").format(day=show_day(fact.ended_on))
    return [version.code, version.name, Mark(words, TONES[state]), fact.done_on, fact.document_number or ""]
