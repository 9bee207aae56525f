"""A plan file, written into the register; and what `init` loaded compared with what it would load now."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from thidua_cli import store
from thidua_cli.ground.errors import RejectedError
from thidua_cli.ground.language import _, some
from thidua_cli.register.plan import KEYS

if TYPE_CHECKING:
    from thidua_cli.register.models import Incoming
    from thidua_cli.register.plan_models import FieldIn, PlanIn, PlanParts
    from thidua_cli.store import Writer


def read_plan_file(path: Path) -> "PlanIn":
    """A plan file (TOML, UTF-8), validated; raises RejectedError with all that is wrong."""
    from thidua_cli.ground import config_files
    from thidua_cli.register.models import check
    from thidua_cli.register.plan_models import PlanIn

    plan, problems = check(PlanIn, config_files.read_toml(path))
    if plan is None:
        raise RejectedError(_("{path}: kế hoạch có lỗi").format(path=path), *some(problems))
    return plan


def store_plan(writer: "Writer", plan: "PlanIn") -> None:
    """Write the plan as rows of the operation."""
    writer.insert("movement", [{"id": 1, **plan.movement.model_dump(mode="json")}])
    insert_parts(writer, plan)


def insert_parts(
    writer: "Writer",
    plan: "PlanParts",
    decision: int | None = None,
    positions: Mapping[str, int] | None = None,
) -> None:
    """Write the parts of a plan that are new, each after those at `positions` of its table."""
    after = positions or {}
    for table, items in (("phase", plan.phases), ("action", plan.actions), ("obligation", plan.obligations)):
        writer.insert(table, _rows(items, decision, after.get(table, 0)))
    for action in plan.actions:
        writer.insert("action_field", result_rows(action.code.lower(), action.fields, decision))
    kinds = [(item.code.lower(), str(kind)) for item in plan.obligations for kind in item.bound]
    writer.insert("obligation_kind", [{"obligation": code, "kind": kind} for code, kind in kinds])
    writer.insert("content", [content.model_dump() | {"decision": decision} for content in plan.contents])


def result_rows(
    action: str, results: "Sequence[FieldIn]", decision: int | None, after: int = 0
) -> list[dict[str, object]]:
    """Results of an action as rows, behind the one in the place `after`."""
    return [
        {"action": action, "code": field.code.lower(), "position": position, "type": field.type,
         "title_vi": field.title_vi, "title_en": field.title_en,
         "choices": json.dumps(field.values, ensure_ascii=False) if field.values else None,
         "minimum": field.minimum, "maximum": field.maximum, "decision": decision}
        for position, field in enumerate(results, after + 1)
    ]  # fmt: skip


def _rows(items: "Sequence[Incoming]", decision: int | None, after: int) -> list[dict[str, object]]:
    """Phases, actions or obligations as rows, in the order of the plan file; days are ISO text."""
    rows: list[dict[str, object]] = []
    for position, item in enumerate(items, after + 1):
        row = item.model_dump(mode="json", exclude={"kinds", "all_kinds_but", "fields", "withdrawn"})
        row = {name: int(value) if isinstance(value, bool) else value for name, value in row.items()}
        codes = {name: str(row[name]).lower() for name in ("code", "phase", "action") if name in row}
        rows.append(row | codes | {"position": position, "decision": decision})
    return rows


PLAN_ROWS = ("movement", "phase", "action", "obligation", "content")
UNIT_ROWS = ("unit",)

Rows = dict[tuple[str, object], dict[str, object]]  # sort and key of a row -> its columns


def seed_differences(
    connection: sqlite3.Connection, load: "Callable[[Writer], None]", sorts: Sequence[str]
) -> list[str]:
    """Return what operation 1 loaded otherwise than `load` would now, a line for each field or row.

    `sorts` of rows are compared, by their codes; what came after operation 1 does not matter.
    """
    with closing(store.prepare(sqlite3.connect(":memory:"))) as fresh:
        store.found(fresh, load, actor="", command="")
        theirs = _loaded(fresh, sorts)
    ours = _loaded(connection, sorts)
    return [line for key in {**ours, **theirs} for line in _difference(key, ours.get(key), theirs.get(key))]


def _loaded(connection: sqlite3.Connection, sorts: Sequence[str]) -> Rows:
    """Return the rows of operation 1 by what they are called in a plan or a list of units."""
    queries = {
        "movement": "SELECT * FROM movement WHERE operation = 1",
        "phase": "SELECT * FROM phase WHERE operation = 1 ORDER BY position",
        "action": "SELECT * FROM action WHERE operation = 1 ORDER BY position",
        "obligation": store.raw_sql("loaded_obligations"),
        "content": "SELECT * FROM content WHERE operation = 1 ORDER BY number",
        "unit": store.raw_sql("loaded_units"),
    }
    found: Rows = {}
    for sort in sorts:
        rows = connection.execute(queries[sort])
        names = [column[0] for column in rows.description]
        for values in rows:
            row = dict(zip(names, values, strict=True))
            row.pop("operation", None)
            found[sort, row.pop(KEYS[sort])] = row
    return found


def _difference(
    key: tuple[str, object], ours: dict[str, object] | None, theirs: dict[str, object] | None
) -> Iterator[str]:
    sort, code = key
    what = {
        "movement": _("phong trào"),
        "phase": _("giai đoạn {code}"),
        "action": _("hành động {code}"),
        "obligation": _("nghĩa vụ {code}"),
        "content": _("nội dung {code}"),
        "unit": _("đơn vị {code}"),
    }[sort].format(code=code)
    if theirs is None:
        yield _("{what}: không có trong tệp").format(what=what)
    elif ours is None:
        yield _("{what}: chỉ có trong tệp").format(what=what)
    else:
        for name in ours:
            if ours[name] != theirs[name]:
                one, other = ("–" if side[name] is None else side[name] for side in (ours, theirs))
                yield _("{what}: {field} {ours}, trong tệp {theirs}").format(
                    what=what, field=name, ours=one, theirs=other
                )
