"""`thidua list --exempt` and `--extended`: exemptions that hold on the day, and deadlines of units' own."""

import sqlite3
from typing import NamedTuple

from thidua_cli.ground.language import _
from thidua_cli.register.entries import Exemption, Extension, live_exemptions, live_extensions, table_of
from thidua_cli.register.terms import State
from thidua_cli.register.units import Directory
from thidua_cli.render.model import Column, Form, Report
from thidua_cli.reports import listing
from thidua_cli.reports.ended import reach
from thidua_cli.reports.grouping import in_order, unit_of
from thidua_cli.reports.moment import Moment, report_at
from thidua_cli.reports.selection import Filter, by_obligation, judged, lookup, plan_at
from thidua_cli.reports.wording import state_mark
from thidua_cli.standing.verdict import Fact

FIELDS = (
    "unit_code", "unit_name", "kind", "level", "parent_code", "obligation", "state", "due_on", "closes_on",
    "paper", "on", "until", "reason", "document_number", "document_issuer", "document_date", "record_id",
)  # fmt: skip


class Sorts(NamedTuple):
    """Which papers are asked for."""

    exempt: bool
    extended: bool


Held = tuple[State, Exemption | Extension]


def build(
    connection: sqlite3.Connection, at: Moment, chosen: Filter, obligation: str | None, sorts: Sorts
) -> Report:
    """A row for each exemption or extension that holds; raises NotFoundError for an unknown obligation."""
    plan = plan_at(connection, at)
    code = plan.obligation(obligation, at.day).code if obligation else None
    directory = lookup(connection, at)
    known = reach(connection, [at], chosen, chosen.obligations(plan, code), directory)
    facts = in_order(judged(connection, at, chosen, directory, obligation=code), directory)
    papers = _papers(connection, at, sorts)
    held = [
        (fact, (state, papers[number]))
        for fact, state in facts
        for number in (fact.exemption_id, fact.extension_id)
        if number in papers
    ]
    of = by_obligation(plan.obligations, held)
    title = _("Đơn vị được miễn") if sorts.exempt else _("Đơn vị được gia hạn riêng")
    if all(sorts):
        title = _("Đơn vị được miễn, được gia hạn riêng")
    rows = [_row(directory, *pair) for pairs in of.values() for pair in pairs]
    return report_at(
        at,
        f"{title} · {plan.title}",
        FIELDS,
        rows,
        lambda: listing.tables(of, directory, _columns(), _cells),
        lead=known.lines,
        extra=known.extra,
    )


def _papers(
    connection: sqlite3.Connection, at: Moment, sorts: Sorts
) -> dict[int | None, Exemption | Extension]:
    known = at.known.number
    found: list[Exemption | Extension] = []
    if sorts.exempt:
        found += live_exemptions(connection, known)
    if sorts.extended:
        found += live_extensions(connection, known)
    return {paper.id: paper for paper in found}


def _row(directory: Directory, fact: Fact, held: Held) -> dict[str, object]:
    """An exemption or extension of a unit, for machines."""
    version, (state, paper) = unit_of(directory, fact), held
    parent = directory.on(version.parent, fact.named_on)
    row = {
        **fact._asdict(),
        **paper.document.columns(),
        "unit_code": version.code,
        "unit_name": version.name,
        "parent_code": parent.code if parent else None,
        "state": str(state),
        "paper": table_of(paper),
        "on": paper.day,
        "until": paper.until_on,
        "reason": paper.reason if isinstance(paper, Exemption) else None,
        "record_id": paper.id,
    }
    return {field: row[field] for field in FIELDS}


def _columns() -> list[Column]:
    return [
        Column(_("Mã")),
        Column(_("Đơn vị"), narrow=20),
        Column(_("Trạng thái"), narrow=8),
        Column(_("Từ ngày"), Form.DAY),
        Column(_("Ngày cuối"), Form.DAY),
        Column(_("Số văn bản"), narrow=10),
        Column(_("Lý do"), drop=1, narrow=16),
        Column(_("Bản ghi"), drop=2),
    ]


def _cells(directory: Directory, fact: Fact, held: Held) -> list[object]:
    version, (state, paper) = unit_of(directory, fact), held
    return [
        version.code,
        version.name,
        state_mark(fact, state),
        paper.day,
        paper.until_on,
        paper.document.number or _("(không số)"),
        paper.reason if isinstance(paper, Exemption) else "",
        f"#{paper.id}",
    ]
