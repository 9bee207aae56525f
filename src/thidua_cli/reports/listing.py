"""Units and their state under each obligation."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from thidua_cli.ground.language import _, grouped
from thidua_cli.register.plan import Field, Obligation
from thidua_cli.register.results import machine, shown
from thidua_cli.register.terms import State
from thidua_cli.register.units import Directory
from thidua_cli.render.model import Column, Form, Report, Table
from thidua_cli.reports import results
from thidua_cli.reports.ended import reach
from thidua_cli.reports.grouping import by_heading, in_order, numbered, unit_of
from thidua_cli.reports.moment import Moment, report_at
from thidua_cli.reports.selection import Filter, Item, by_obligation, judged, lookup, plan_at
from thidua_cli.reports.wording import decided, due_words, record_mark, state_mark
from thidua_cli.standing.verdict import Fact

FIELDS = (
    "unit_code", "unit_name", "kind", "level", "parent_code", "obligation", "state", "due_on", "closes_on",
    "done_on", "received_on", "declared_late", "document_number", "document_date", "record_id", "ended_on",
    "occasion",
)  # fmt: skip


def build(connection: sqlite3.Connection, at: Moment, chosen: Filter, obligation: str | None) -> Report:
    """The report of `thidua list`; raises NotFoundError for an unknown obligation."""
    plan = plan_at(connection, at)
    code = plan.obligation(obligation, at.day).code if obligation else None
    directory = lookup(connection, at)
    known = reach(connection, [at], chosen, chosen.obligations(plan, code), directory)
    found = judged(connection, at, chosen, directory, obligation=code)
    pairs_of = by_obligation(plan.obligations, in_order(found, directory))

    listed = [item for item in pairs_of if item.code == code or pairs_of[item]]
    fields, held = results.asked(plan, listed), results.held(connection, plan, listed)

    def people() -> list[Table]:
        made = []
        for item in listed:
            own = plan.action(item.action).fields
            cells = partial(_cells, own, held)
            made += tables({item: pairs_of[item]}, directory, _columns(own), cells, asked=code)
        return made or tables({}, directory, _columns(()), partial(_cells, (), held))

    return report_at(
        at,
        f"{_('Danh sách đơn vị')} · {plan.title}",
        (*FIELDS, *(field.code for field in fields)),
        [
            row(directory, *pair) | _results(pair[0], fields, held)
            for pairs in pairs_of.values()
            for pair in pairs
        ],
        people,
        lead=known.lines,
        notes=decided(chosen.obligations(plan, code)),
        extra=known.extra,
    )


def tables(
    pairs_of: Mapping[Obligation, Sequence[tuple[Fact, Item]]],
    directory: Directory,
    columns: list[Column],
    cells: Callable[[Directory, Fact, Item], list[object]],
    asked: str | None = None,
) -> list[Table]:
    """A table for each obligation that has rows or was asked for, by heading; without any, an empty one."""
    empty = _("Không có đơn vị nào.")
    made = []
    for item, pairs in pairs_of.items():
        if pairs or item.code == asked:
            groups = [
                (head, [cells(directory, *pair) for pair in members])
                for head, members in numbered(by_heading(pairs, directory))
            ]
            title = f"{item.code} · {item.title}, {due_words(item)}: {grouped(len(pairs))}"
            made.append(Table(columns, groups, title=title, empty=empty))
    return made or [Table(columns, [], empty=empty)]


def row(directory: Directory, fact: Fact, state: State) -> dict[str, object]:
    """A unit under an obligation, for machines."""
    version = unit_of(directory, fact)
    parent = directory.on(version.parent, fact.named_on)
    row = {
        **fact._asdict(),
        "unit_code": version.code,
        "unit_name": version.name,
        "parent_code": parent.code if parent else None,
        "state": str(state),
        "occasion": fact.occasion or None,
        "declared_late": fact.declared_late,
        "record_id": fact.record_id or fact.exemption_id,
    }
    return {field: row[field] for field in FIELDS}


def _results(
    fact: Fact, fields: Sequence[Field], held: Mapping[int, Mapping[str, str]]
) -> dict[str, str | float | None]:
    """The results of a unit, for machines."""
    mine = held.get(fact.record_id or 0, {})
    return {field.code: machine(field, mine.get(field.code)) for field in fields}


def _columns(fields: Sequence[Field]) -> list[Column]:
    return [
        Column(_("Mã")),
        Column(_("Đơn vị"), narrow=20),
        Column(_("Trạng thái"), narrow=8),
        Column(_("Ngày thực hiện"), Form.DAY),
        *(Column(field.title, narrow=8) for field in fields),
        Column(_("Số văn bản"), drop=1, narrow=10),
        Column(_("Ngày nhận"), Form.DAY, drop=2),
        Column(_("Chấm dứt"), Form.DAY, drop=3),
        Column(_("Bản ghi"), drop=4),
    ]


def _cells(
    fields: Sequence[Field],
    held: Mapping[int, Mapping[str, str]],
    directory: Directory,
    fact: Fact,
    state: State,
) -> list[object]:
    version, mine = unit_of(directory, fact), held.get(fact.record_id or 0, {})
    return [
        version.code,
        version.name,
        state_mark(fact, state),
        fact.done_on,
        *(shown(field, mine.get(field.code, "")) for field in fields),
        fact.document_number or (_("(không số)") if fact.done_on else ""),
        fact.received_on,
        fact.ended_on,
        record_mark(fact),
    ]
