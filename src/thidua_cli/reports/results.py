"""The results of obligations, such as grades: who has which."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from thidua_cli.ground.errors import UsageError
from thidua_cli.ground.language import _
from thidua_cli.ground.text import sort_key
from thidua_cli.register.plan import Field, Obligation, Plan
from thidua_cli.register.results import shown
from thidua_cli.register.terms import State
from thidua_cli.standing.verdict import Cell

_DONE = (State.ON_TIME, State.LATE)
NONE = ""  # the group of units that have done it, and whose records say nothing of the result


def refuse_unknown(plan: Plan, code: str, others: Iterable[str]) -> None:
    """Raise UsageError, with the words that `--by` takes, where no action has a result of that code."""
    codes = list(dict.fromkeys(field.code for action in plan.actions for field in action.fields))
    if code not in codes:
        raise UsageError(
            _("--by '{code}': không có cách chia này").format(code=code),
            _("Dùng một trong: {kinds}").format(kinds=", ".join([*others, *codes])),
        )


def asked(plan: Plan, items: Iterable[Obligation]) -> list[Field]:
    """The results that the actions of obligations ask for, each code once, in the order of the plan."""
    fields = (field for item in items for field in plan.action(item.action).fields)
    return list({field.code: field for field in fields}.values())


def held(
    connection: sqlite3.Connection, plan: Plan, items: Iterable[Obligation]
) -> dict[int, dict[str, str]]:
    """The results of the records of obligations, by number; nothing is read where none is asked."""
    actions = {item.action for item in items if plan.action(item.action).fields}
    return _held_by(connection, sorted(actions))


def groups(
    plan: Plan, item: Obligation, code: str, cells: Mapping[str | None, Sequence[Cell]]
) -> Iterator[tuple[str, str, Sequence[Cell]]]:
    """The value, name and cells of units that have done it, by one of its results; none if it asks no such.

    Choices are all there, in the order of the plan; of numbers those that occur, from the highest down; of
    texts those that occur. Units without the result come last, under NONE.
    """
    if (field := plan.action(item.action).field(code)) is None:
        return
    done = {value or NONE: [cell for cell in each if cell.state in _DONE] for value, each in cells.items()}
    said = dict.fromkeys([*field.choices, *(value for value, each in done.items() if each)])
    for value in _ordered(field, said):
        yield value, shown(field, value) if value else _("(không nêu)"), done.get(value, ())


def _ordered(field: Field, values: Iterable[str]) -> Sequence[str]:
    said = [value for value in values if value != NONE]
    if field.type == "number":
        said.sort(key=Decimal, reverse=True)
    elif field.type == "text":
        said.sort(key=sort_key)
    return [*said, NONE]


def _held_by(connection: sqlite3.Connection, actions: Iterable[str]) -> dict[int, dict[str, str]]:
    """The results that records of certain actions hold, voided ones too: record -> code -> value."""
    held: dict[int, dict[str, str]] = {}
    for action in actions:
        query = (
            "SELECT f.record, f.field, f.value FROM record_field f JOIN record r ON r.id = f.record"
            " WHERE r.action = ?"
        )
        for record, code, value in connection.execute(query, (action,)):
            held.setdefault(record, {})[code] = value
    return held
