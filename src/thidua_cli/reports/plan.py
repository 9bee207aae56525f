"""The plan: what is asked of whom, until when."""

import sqlite3
from collections.abc import Sequence

from thidua_cli.ground.language import _, current
from thidua_cli.register.plan import Obligation, Plan, load_plan
from thidua_cli.register.terms import Kind, label
from thidua_cli.render.model import Column, Form, Report, Table
from thidua_cli.store import journal

FIELDS = ("phase", "obligation", "action", "title", "due_on", "closes_on", "roster_on", "newcomers", "kinds")


def build(connection: sqlite3.Connection, phase: str | None) -> Report:
    """The report of `thidua plan`; in JSON, phases and contents are beside the rows."""
    plan = load_plan(connection)
    items = [item for item in plan.obligations if phase in (None, item.phase.code)]
    head, register = journal.head(connection), journal.register_id(connection)
    return Report(
        fields=FIELDS,
        rows=[_row(item) for item in items],
        people=lambda: [*_phases(plan, items), _contents(plan)],
        known_at=head.recorded_at if head else None,
        head=head.anchor if head else None,
        register=register,
        lead=[plan.title],
        notes=[_("Mốc sổ: {anchor}").format(anchor=f"{register}:{head.anchor}")] if head else [],
        extra={
            "movement": {"code": plan.code, "title": plan.title},
            "phases": [
                {
                    "phase": item.code,
                    "title": item.title,
                    "starts_on": item.starts_on,
                    "ends_on": item.ends_on,
                }
                for item in plan.phases
            ],
            "contents": [{"content": number, "title": title} for number, title in plan.contents.items()],
        },
    )


def _row(item: Obligation) -> dict[str, object]:
    return {
        "phase": item.phase.code,
        "obligation": item.code,
        "action": str(item.action),
        "title": item.title,
        "due_on": item.due_on,
        "closes_on": item.closes_on,
        "roster_on": item.roster_on,
        "newcomers": item.newcomers,
        "kinds": [str(kind) for kind in item.kinds],
    }


def _phases(plan: Plan, items: Sequence[Obligation]) -> list[Table]:
    columns = [
        Column(_("Mã")),
        Column(_("Nghĩa vụ"), narrow=14),
        Column(_("Hạn"), Form.DAY),
        Column(_("Ngày chốt danh sách"), Form.DAY, drop=1),
        Column(_("Đối tượng"), narrow=24),
    ]
    tables = []
    for phase in plan.phases:
        rows: list[Sequence[object]] = [
            [item.code, item.title, item.due_on, item.roster_on, _bound(item)]
            for item in items
            if item.phase == phase
        ]
        if rows:
            tables.append(Table(columns, [("", rows)], title=phase.title))
    return tables


def _bound(item: Obligation) -> str:
    left_out = [kind for kind in Kind if kind not in item.kinds]
    if not left_out:
        words = _("tất cả")
    elif len(left_out) <= len(item.kinds):
        words = _("tất cả trừ {kinds}").format(kinds=", ".join(label(kind, current()) for kind in left_out))
    else:
        words = ", ".join(label(kind, current()) for kind in item.kinds)
    return words if item.newcomers else _("{kinds}; không kể đơn vị thành lập sau").format(kinds=words)


def _contents(plan: Plan) -> Table:
    rows: list[Sequence[object]] = [[number, title] for number, title in plan.contents.items()]
    columns = [Column(_("Số"), Form.NUMBER), Column(_("Nội dung thi đua"), narrow=20)]
    return Table(columns, [("", rows)] if rows else [], title=_("Nội dung thi đua"))
