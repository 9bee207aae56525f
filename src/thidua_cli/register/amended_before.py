"""Whether a decision on the plan is recorded already, seen from the plan that was before it."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from thidua_cli.ground.errors import ThiduaError
from thidua_cli.register.entries import number_key
from thidua_cli.register.plan import Plan, load_plan

if TYPE_CHECKING:
    from thidua_cli.register.amendments import Amendment
    from thidua_cli.store import Writer

_KEYS = {
    "phase": ("code",), "action": ("code",), "obligation": ("code",), "content": ("number",),
    "action_field": ("action", "code"), "obligation_kind": ("obligation", "kind"),
}  # fmt: skip
_NOT_SAID = ("position", "decision")  # by the file


def operation_of(
    connection: sqlite3.Connection, reads: "Callable[[Plan], Amendment]", decided_on: str, number: str
) -> int | None:
    """The operation that recorded the same decision before; None where there is none.

    `reads` makes the amendment of a plan: what a file adds is new only to the plan from before the decision.
    """
    for decision, written, operation in connection.execute(
        "SELECT id, document_number, operation FROM decision WHERE decided_on = ? AND NOT EXISTS ("
        "SELECT 1 FROM void WHERE target = 'decision' AND target_id = decision.id)",
        (decided_on,),
    ):
        if number_key(written) != number_key(number):
            continue
        try:
            amendment = reads(load_plan(connection, decided_on, operation - 1))
        except ThiduaError:  # it is about what came later
            continue
        if _named(connection, decision) == {*amendment.fields} and _is_added(connection, decision, amendment):
            return int(operation)
    return None


def _named(connection: sqlite3.Connection, decision: int) -> set[tuple[object, ...]]:
    query = "SELECT part, code, field, value FROM plan_field WHERE decision = ?"
    return {tuple(row) for row in connection.execute(query, (decision,))}


class _Rows:
    """What a writer is given to insert."""

    def __init__(self) -> None:
        self.of: dict[str, list[Mapping[str, Any]]] = {}

    def insert(self, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
        self.of.setdefault(table, []).extend(rows)


def _is_added(connection: sqlite3.Connection, decision: int, amendment: "Amendment") -> bool:
    """Whether the decision brought exactly the parts and results that an amendment adds."""
    from thidua_cli.register.plan_files import insert_parts, result_rows

    rows = _Rows()
    insert_parts(cast("Writer", rows), amendment.added, decision)
    for action, field in amendment.results:
        rows.insert("action_field", result_rows(action, [field], decision))
    for table, keys in _KEYS.items():
        wanted = rows.of.get(table, [])
        if table != "obligation_kind":
            counted = connection.execute(f"SELECT count(*) FROM {table} WHERE decision = ?", (decision,))
            if counted.fetchone()[0] != len(wanted):
                return False
        if not all(_stands(connection, table, keys, row) for row in wanted):
            return False
    return True


def _stands(connection: sqlite3.Connection, table: str, keys: Iterable[str], row: Mapping[str, Any]) -> bool:
    """Whether a table has the row, its place aside."""
    said = [name for name in row if name not in _NOT_SAID]
    where = " AND ".join(f"{key} = :{key}" for key in keys)
    found = connection.execute(f"SELECT {', '.join(said)} FROM {table} WHERE {where}", row).fetchone()
    return found is not None and all(
        old == row[name] or str(old) == str(row[name]) for name, old in zip(said, found, strict=True)
    )
