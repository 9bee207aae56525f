"""Units and their state under each obligation."""

import sqlite3

from thidua_cli.ground.language import _, current, grouped
from thidua_cli.register.plan import load_plan
from thidua_cli.register.terms import State, label
from thidua_cli.register.units import Directory
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
from thidua_cli.standing.verdict import Fact

FIELDS = (
    "unit_code", "unit_name", "kind", "level", "parent_code", "obligation", "state", "due_on", "done_on",
    "received_on", "declared_late", "document_number", "document_date", "record_id", "ended_on",
)  # fmt: skip

TONES = {
    State.ON_TIME: Tone.GOOD,
    State.LATE: Tone.WARN,
    State.PENDING: Tone.PLAIN,
    State.OVERDUE: Tone.BAD,
    State.EXEMPT: Tone.MUTED,
    State.LAPSED: Tone.MUTED,
}


def build(connection: sqlite3.Connection, at: Moment, chosen: Filter, obligation: str | None) -> Report:
    """The report of `thidua list`; raises NotFoundError for an unknown obligation."""
    plan = load_plan(connection)
    code = plan.obligation(obligation).code if obligation else None
    directory = units_of(connection, at)
    order = {item.code: index for index, item in enumerate(plan.obligations)}
    asked = [item for item in plan.obligations if chosen.phase in (None, item.phase.code)]
    known = reach(connection, [at], chosen, [item for item in asked if code in (None, item.code)], directory)
    pairs = in_order(judged(connection, at, chosen, obligation=code), directory)
    pairs.sort(key=lambda pair: order[pair[0].obligation])

    def people() -> list[Table]:
        tables = []
        for item in plan.obligations:
            mine = [pair for pair in pairs if pair[0].obligation == item.code]
            if not mine and item.code != code:
                continue
            due = due_words(item)
            groups = [
                (head, [cells(directory, *pair) for pair in members])
                for head, members in in_groups(mine, directory)
            ]
            tables.append(
                Table(
                    columns(),
                    groups,
                    title=f"{item.code} · {item.title}, {due}: {grouped(len(mine))}",
                    empty=_("Không có đơn vị nào."),
                )
            )
        return tables or [Table(columns(), [], empty=_("Không có đơn vị nào."))]

    return Report(
        fields=FIELDS,
        rows=[row(directory, *pair) for pair in pairs],
        people=people,
        as_of=at.day,
        known_at=at.known_at,
        head=at.known.anchor,
        register=at.register,
        lead=[*lead(_("Danh sách đơn vị"), plan, at), *known.lines],
        notes=[anchor_note(at)],
        extra=known.extra,
    )


def row(directory: Directory, fact: Fact, state: State) -> dict[str, object]:
    """A unit under an obligation, for machines."""
    version = directory.last(fact.unit, fact.named_on)
    parent = directory.on(version.parent, fact.named_on)
    return {
        "unit_code": version.code,
        "unit_name": version.name,
        "kind": fact.kind,
        "level": fact.level,
        "parent_code": parent.code if parent else None,
        "obligation": fact.obligation,
        "state": str(state),
        "due_on": fact.due_on,
        "done_on": fact.done_on,
        "received_on": fact.received_on,
        "declared_late": fact.declared_late,
        "document_number": fact.document_number,
        "document_date": fact.document_date,
        "record_id": fact.record_id or fact.exemption_id,
        "ended_on": fact.ended_on,
    }


def columns() -> list[Column]:
    """The columns of `cells`."""
    return [
        Column(_("Mã")),
        Column(_("Đơn vị"), narrow=20),
        Column(_("Trạng thái"), narrow=8),
        Column(_("Ngày thực hiện"), Form.DAY),
        Column(_("Số văn bản"), drop=1, narrow=10),
        Column(_("Ngày nhận"), Form.DAY, drop=2),
        Column(_("Chấm dứt"), Form.DAY, drop=3),
        Column(_("Bản ghi"), drop=4),
    ]


def cells(directory: Directory, fact: Fact, state: State) -> list[object]:
    """A unit under an obligation, for people."""
    version = directory.last(fact.unit, fact.named_on)
    words = label(state, current())
    if fact.declared_late:
        words += _(", khai muộn")
    return [
        version.code,
        version.name,
        Mark(words, TONES[state]),
        fact.done_on,
        fact.document_number or (_("(không số)") if fact.done_on else ""),
        fact.received_on,
        fact.ended_on,
        f"#{fact.record_id or fact.exemption_id}" if fact.record_id or fact.exemption_id else "",
    ]
