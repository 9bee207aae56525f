"""The plan: what is asked of whom, until when."""

import sqlite3
from collections.abc import Sequence

from thidua_cli.ground.language import _, current
from thidua_cli.register.plan import Obligation, Plan, PlanAction, load_plan
from thidua_cli.register.results import bounds
from thidua_cli.register.terms import Kind, label
from thidua_cli.render.model import Column, Form, Report, Table
from thidua_cli.reports.citing import grounds
from thidua_cli.reports.moment import Moment, anchor_note, report_at
from thidua_cli.reports.wording import decided
from thidua_cli.store.schema import raw_sql

FIELDS = (
    "phase", "obligation", "action", "title", "due_on", "closes_on", "roster_on", "newcomers", "kinds",
    "occasion", "newcomers_of", "withdrawn",
)  # fmt: skip
HISTORY_FIELDS = (
    "decided_on", "document_number", "document_issuer", "operation", "part", "code", "field", "value", "note",
)  # fmt: skip


def build(connection: sqlite3.Connection, at: Moment, phase: str | None) -> Report:
    """The report of `thidua plan`; in JSON, phases and contents are beside the rows.

    Raises NotFoundError for an unknown phase.
    """
    plan = load_plan(connection, at.day, at.known.number)
    chosen = plan.phase(phase).code if phase else None
    items = [item for item in plan.obligations if chosen in (None, item.phase.code)]
    return Report(
        fields=FIELDS,
        rows=[_row(item) for item in items],
        people=lambda: [
            *_phases(plan, items),
            *_results(plan),
            *([_contents(plan)] if plan.contents else []),
        ],
        **at.identity,
        register=at.register,
        lead=[plan.title, *([f"{rests_on}."] if (rests_on := grounds(plan)) else [])],
        notes=[*decided(items), anchor_note(at)],
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
            "actions": [_action(action) for action in plan.actions],
            "contents": [{"content": number, "title": title} for number, title in plan.contents.items()],
        },
    )


def _row(item: Obligation) -> dict[str, object]:
    return {
        "phase": item.phase.code,
        "obligation": item.code,
        "action": item.action,
        "title": item.title,
        "due_on": item.due_on,
        "closes_on": item.closes_on,
        "roster_on": item.roster_on,
        "newcomers": item.newcomers,
        "kinds": [str(kind) for kind in item.kinds],
        "occasion": item.occasion,
        "newcomers_of": item.newcomers_of,
        "withdrawn": item.withdrawn is not None,
    }


def history(connection: sqlite3.Connection, at: Moment) -> Report:
    """The report of `thidua plan history`: each field that a decision named, oldest decision first."""
    found = connection.execute(raw_sql("plan_history"), {"as_of": at.day, "known": at.known.number})
    rows = [dict(zip(HISTORY_FIELDS, values, strict=True)) for values in found]

    def people() -> list[Table]:
        columns = [
            Column(_("Ngày"), Form.DAY),
            Column(_("Quyết định"), narrow=12),
            Column(_("Mã"), narrow=10),
            Column(_("Điều được sửa"), narrow=12),
            Column(_("Giá trị"), narrow=12),
        ]
        keys = ("decided_on", "document_number", "code", "field", "value")
        cells = [["–" if row[key] is None else row[key] for key in keys] for row in rows]
        groups = [("", cells)] if rows else []
        return [Table(columns, groups, empty=_("Kế hoạch chưa được sửa lần nào."))]

    return report_at(at, _("Các quyết định sửa kế hoạch"), HISTORY_FIELDS, rows, people)


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


def _tables(plan: Plan, items: Sequence[Obligation]) -> list[Table]:
    contents = [_contents(plan)] if plan.contents else []
    return [*_phases(plan, items), *_results(plan), *contents]


def _action(action: PlanAction) -> dict[str, object]:
    fields = [
        {"field": code, "type": sort, "values": choices, "minimum": least, "maximum": most}
        for code, sort, _titles, choices, least, most in action.fields
    ]
    for row, field in zip(fields, action.fields, strict=True):
        row["title"] = field.title
    return {
        "action": action.code,
        "plural": action.plural,
        "title": action.title,
        "done": action.done,
        "paper": action.paper,
        "contents": action.contents,
        "fields": fields,
    }


def _results(plan: Plan) -> list[Table]:
    """The results that actions ask for; no table where there are none."""
    rows: list[Sequence[object]] = [
        [action.code, field.code, field.title, "; ".join(field.choices) or bounds(field)]
        for action in plan.actions
        for field in action.fields
    ]
    columns = [
        Column(_("Việc")),
        Column(_("Mã")),
        Column(_("Kết quả"), narrow=12),
        Column(_("Giá trị"), narrow=20),
    ]
    return [Table(columns, [("", rows)], title=_("Kết quả phải ghi"))] if rows else []


def _contents(plan: Plan) -> Table:
    rows: list[Sequence[object]] = [[number, title] for number, title in plan.contents.items()]
    columns = [Column(_("Số"), Form.NUMBER), Column(_("Nội dung thi đua"), narrow=20)]
    return Table(columns, [("", rows)], title=_("Nội dung thi đua"))
