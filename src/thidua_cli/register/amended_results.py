"""What a decision adds to the results of actions that the plan has: further results, and further choices."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from thidua_cli.ground.errors import InvalidError, RefusedError
from thidua_cli.ground.language import _
from thidua_cli.register.plan import Plan, PlanAction

if TYPE_CHECKING:
    from thidua_cli.register.amendment_models import ActionChange
    from thidua_cli.register.plan_models import FieldIn
    from thidua_cli.store import Writer

CHOICE = "choice:"  # in the place of a column's name: a choice that a decision added, `choice:FIELD:VALUE`


def parted(item: Mapping[str, Any], action: PlanAction) -> dict[str, Any]:
    """What a file says of an action: results that the action has are under `choices`, `fields` are new."""
    given = item.get("fields")
    if not isinstance(given, list):
        return dict(item)
    sides: dict[bool, list[Any]] = {True: [], False: []}
    for field in given:
        code = str(field.get("code")).lower() if isinstance(field, dict) else ""
        sides[action.field(code) is not None].append(field)
    return {**item, "fields": sides[False], **({"choices": sides[True]} if sides[True] else {})}


def choices(plan: Plan, changes: Iterable["ActionChange"]) -> Iterator[tuple[str, str, str, str]]:
    """Each added choice as a field that a decision names; raises InvalidError for what is no choice."""
    for change in changes:
        for each in change.choices:
            field = plan.action(change.code.lower()).field(each.code.lower())
            if field is None or field.type != "choice":
                raise InvalidError(_('{code}: chỉ thêm values cho type = "choice"').format(code=each.code))
            for value in each.values:
                held = next((old for old in field.choices if old.casefold() == value.casefold()), value)
                yield "action", change.code.lower(), f"{CHOICE}{field.code}:{held}", "1"


def had(connection: sqlite3.Connection, action: str, named: str) -> str:
    """Whether a choice is one of those that its result had at first: `1` or `0`."""
    code, value = named.removeprefix(CHOICE).split(":", 1)
    query = "SELECT 1 FROM action_field, json_each(choices) v WHERE action = ? AND code = ? AND v.value = ?"
    return str(int(connection.execute(query, (action, code, value)).fetchone() is not None))


def insert(writer: "Writer", added: Sequence[tuple[str, "FieldIn"]], decision: int) -> None:
    """Write results behind those of their actions; raises RefusedError for a code of an undone decision."""
    from thidua_cli.register.plan_files import result_rows

    for action, field in added:
        places = dict(
            writer.connection.execute("SELECT code, position FROM action_field WHERE action = ?", (action,))
        )
        if field.code.lower() in places:
            message = _("mã {code} đã thuộc về một quyết định đã hoàn tác").format(code=field.code)
            raise RefusedError(message, _("dùng mã khác"))
        writer.insert("action_field", result_rows(action, [field], decision, max(places.values(), default=0)))
