"""Decisions that amend the plan: what a file or the options of `plan amend` name, checked and stored.

A decision holds only the fields that it names. A part whose code the plan has is changed; one with a new
code is added, and must be whole.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from thidua_cli import store
from thidua_cli.ground import dates
from thidua_cli.ground.dates import show_day
from thidua_cli.ground.errors import InvalidError, RefusedError, RejectedError
from thidua_cli.ground.language import _, some
from thidua_cli.ground.problem import Problem
from thidua_cli.register import amended_results, fitting
from thidua_cli.register.plan import Plan, load_plan
from thidua_cli.register.terms import Kind
from thidua_cli.store.journal import LATEST

if TYPE_CHECKING:
    from thidua_cli.register.plan_models import FieldIn, PlanParts

_KEYS = {"phases": ("phase", "code"), "actions": ("action", "code"), "obligations": ("obligation", "code"),
         "contents": ("content", "number")}  # fmt: skip


class Named(NamedTuple):
    """One field that a decision names: table and key of a part of the plan, a column, the new value."""

    part: str
    code: str
    field: str
    value: str | None


class Amendment(NamedTuple):
    """What a decision does: fields that it changes, and parts and results of actions that it adds."""

    fields: tuple[Named, ...]
    added: "PlanParts"
    results: tuple[tuple[str, "FieldIn"], ...] = ()


class Change(NamedTuple):
    """A field before and after a decision; of a part that is new `field` is empty and `before` None."""

    part: str
    code: str
    field: str
    before: str | None
    after: str | None


def read_amendment(path: Path, plan: Plan) -> Amendment:
    """The amendment that a TOML file states for a plan; raises RejectedError with all that is wrong."""
    from thidua_cli.ground import config_files
    from thidua_cli.register.amendment_models import AmendmentIn
    from thidua_cli.register.models import check
    from thidua_cli.register.plan_models import PlanParts

    given = config_files.read_toml(path)
    added: dict[str, list[object]] = {}
    changed: dict[str, object] = {name: given[name] for name in given if name not in _KEYS}
    for table, (part, key) in _KEYS.items():
        items = given.get(table, [])
        if not isinstance(items, list):
            changed[table] = items
            continue
        known = _codes(plan, part)
        for item in items:
            code = str(item.get(key)).lower() if isinstance(item, dict) else ""
            target = changed if code in known else added
            if part == "action" and code in known:
                item = amended_results.parted(item, plan.action(code))  # noqa: PLW2901 - as the models read it
            target.setdefault(table, []).append(item)  # type: ignore[attr-defined]
    parts, wrong = check(PlanParts, added)
    changes, more = check(AmendmentIn, changed)
    if parts is None or changes is None:
        problems: Sequence[Problem] = [*wrong, *more]
        raise RejectedError(_("{path}: quyết định sửa kế hoạch có lỗi").format(path=path), *some(problems))
    fields = tuple(_fields(changes.model_dump(mode="json", exclude_unset=True), changes.kinds()))
    results = tuple((item.code.lower(), field) for item in changes.actions for field in item.fields)
    try:
        fields += tuple(Named(*each) for each in amended_results.choices(plan, changes.actions))
    except InvalidError as error:
        message = _("{path}: quyết định sửa kế hoạch có lỗi").format(path=path)
        raise RejectedError(message, error.message) from None
    if not fields and not added and not results:
        raise RejectedError(_("{path}: không sửa và không thêm gì").format(path=path))
    return Amendment(fields, parts, results)


def due_days(pairs: Mapping[str, str | None]) -> Amendment:
    """The amendment that gives obligations (by code) other due days (ISO text); None takes one away."""
    from thidua_cli.register.plan_models import PlanParts

    return Amendment(
        tuple(Named("obligation", code, "due_on", day) for code, day in pairs.items()), PlanParts()
    )


def _codes(plan: Plan, part: str) -> set[str]:
    items: Mapping[str, Sequence[Any]] = {
        "phase": plan.phases, "action": plan.actions, "obligation": plan.obligations
    }  # fmt: skip
    return (
        {str(number) for number in plan.contents}
        if part == "content"
        else {item.code for item in items[part]}
    )


def _fields(changed: Mapping[str, Any], kinds: Mapping[str, Sequence[Kind]]) -> Iterator[Named]:
    """The fields that a checked file names."""
    for field, value in (changed.get("movement") or {}).items():
        yield Named("movement", "1", field, value)
    for table, (part, key) in _KEYS.items():
        for item in changed.get(table) or ():
            code = str(item.pop(key)).lower()
            item.pop("kinds", None)
            for other in ("all_kinds_but", "fields", "choices"):
                item.pop(other, None)
            for field, value in item.items():
                yield Named(part, code, field, _stored(value))
    for code, bound in kinds.items():
        for kind in Kind:
            yield Named("obligation", code, f"kind:{kind}", str(int(kind in bound)))


def _stored(value: object) -> str | None:
    """A value as text: `none` takes it away."""
    if isinstance(value, bool):
        return str(int(value))
    return None if value is None or value == "none" else str(value)


def amend(connection: sqlite3.Connection, amendment: Amendment, decided_on: str) -> list[Change]:
    """What an amendment changes in the plan as decided by its day.

    Raises RefusedError for a day to come or before the plan's own, and where the plan would not fit together.
    """
    plan = load_plan(connection, decided_on)
    if decided_on > dates.today().isoformat():
        raise RefusedError(
            _("ngày {day} ở tương lai").format(day=show_day(decided_on)), _("kiểm tra lại ngày")
        )
    first = plan.source.date or plan.phases[0].starts_on
    if decided_on < first:
        raise RefusedError(
            _("ngày {day} trước ngày của kế hoạch ({first})").format(
                day=show_day(decided_on), first=show_day(first)
            ),
            _("kiểm tra lại ngày"),
        )
    return list(_changes(connection, amendment))


class Document(NamedTuple):
    """The document of a decision."""

    number: str
    issuer: str | None = None
    note: str | None = None


def _changes(connection: sqlite3.Connection, amendment: Amendment) -> Iterator[Change]:
    where = {"as_of": "9999-12-31", "known": LATEST}
    ruled = {row[:3]: row[3] for row in connection.execute(store.raw_sql("plan_fields"), where)}
    for part, code, field, value in amendment.fields:
        before = (
            ruled[part, code, field] if (part, code, field) in ruled else _base(connection, part, code, field)
        )
        if before != value:
            yield Change(part, code, field, before, value)
    for table, (part, key) in _KEYS.items():
        for item in getattr(amendment.added, table):
            yield Change(part, str(getattr(item, key)).lower(), "", None, item.title_vi)
    for action, result in amendment.results:
        yield Change("action", f"{action}.{result.code.lower()}", "", None, result.title_vi)


def _base(connection: sqlite3.Connection, part: str, code: str, field: str) -> str | None:
    """The value of a field as the part was first written."""
    if field.startswith("kind:"):
        query = "SELECT 1 FROM obligation_kind WHERE obligation = ? AND kind = ?"
        return str(int(connection.execute(query, (code, field[5:])).fetchone() is not None))
    if field.startswith(amended_results.CHOICE):
        return amended_results.had(connection, code, field)
    if field == "withdrawn":
        return "0"
    key = {"movement": "id", "content": "number"}.get(part, "code")
    value = connection.execute(f"SELECT {field} FROM {part} WHERE {key} = ?", (code,)).fetchone()[0]
    return None if value is None else str(value)


def store_amendment(writer: store.Writer, amendment: Amendment, decided_on: str, document: Document) -> None:
    """Write a decision; raises RefusedError where the plan would not fit together on its day or later."""
    from thidua_cli.register.plan_files import insert_parts

    decision = writer.next_id("decision")
    row = {"id": decision, "decided_on": decided_on, "document_number": document.number}
    writer.insert("decision", [row | {"document_issuer": document.issuer, "note": document.note}])
    added, again = _again(writer.connection, amendment.added)
    named = [*amendment.fields, *again]
    first = writer.next_id("plan_field", len(named))
    writer.insert(
        "plan_field",
        [{"id": first + n, "decision": decision, **field._asdict()} for n, field in enumerate(named)],
    )
    tables = ("phase", "action", "obligation")
    positions = {
        table: writer.connection.execute(f"SELECT coalesce(max(position), 0) FROM {table}").fetchone()[0]
        for table in tables
    }
    insert_parts(writer, added, decision, positions)
    amended_results.insert(writer, amendment.results, decision)
    fitting.refuse_unfit(writer.connection, decided_on)


def _again(connection: sqlite3.Connection, added: "PlanParts") -> tuple["PlanParts", list[Named]]:
    """Parts that are new, and the fields of those that an undone decision had brought, which come back.

    Raises RefusedError for a code that meant another thing then.
    """
    fields: list[Named] = []
    new: dict[str, list[Any]] = {}
    for table, (part, key) in _KEYS.items():
        for item in getattr(added, table):
            code = str(getattr(item, key)).lower()
            row = connection.execute(f"SELECT * FROM {part} WHERE {key} = ?", (code,))
            names, found = [column[0] for column in row.description], row.fetchone()
            if found is None:
                new.setdefault(table, []).append(item)
                continue
            values = item.model_dump(mode="json", exclude={key, "kinds", "all_kinds_but", "fields"})
            old = dict(zip(names, found, strict=True))
            kept = [name for name in ("phase", "action", "occasion") if name in values]
            if part in ("phase", "action") or any(
                str(values.pop(name)).lower() != old[name] for name in kept
            ):
                raise RefusedError(
                    _("mã {code} đã thuộc về một quyết định đã hoàn tác").format(code=code), _("dùng mã khác")
                )
            fields += [Named(part, code, name, _stored(value)) for name, value in values.items()]
            fields.append(Named(part, code, "brought", "1"))
            bound = item.bound if part == "obligation" else ()
            fields += [Named(part, code, f"kind:{kind}", str(int(kind in bound))) for kind in Kind if bound]
    return added.model_copy(update={table: tuple(new.get(table, ())) for table in _KEYS}), fields
