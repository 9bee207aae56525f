"""Changes of units: merge, split, rename, close. The rows of a resolution decide who continues.

`keep` and `rename` continue the same unit. A unit with rows on a day but neither of these ends that day. A
successor that nobody continues as is a new unit; one whose predecessors are all outside the register is a
newcomer. A change is planned as a whole, on a model of the units, and stored only if the whole is sound.
"""

import sqlite3
from collections.abc import Iterable

from thidua_cli import store
from thidua_cli.ground import text
from thidua_cli.ground.dates import show_day
from thidua_cli.ground.language import _
from thidua_cli.register.units import Directory, Version, describe
from thidua_cli.rules.resolutions.day import DayOfChanges
from thidua_cli.rules.resolutions.model import ChangeSet, Effect, Model, Row
from thidua_cli.rules.resolutions.one_day import apply as apply_day

__all__ = ["ChangeSet", "Effect", "Row", "apply", "plan"]


def plan(connection: sqlite3.Connection, known: int, rows: Iterable[Row]) -> ChangeSet:
    """Plan the changes of all days, in order of time; nothing is stored."""
    model = Model(connection, known)
    applied = {
        (*row[:5], text.name_key(row[5]))
        for row in connection.execute(store.sql("applied_changes"), {"known": known})
    }
    days: dict[str, list[Row]] = {}
    given: dict[str, list[Row]] = {}  # rows that are stored already
    for row in rows:
        is_stored = _signature(row) in applied and _holds(model.stored, row)
        (given if is_stored else days).setdefault(row.day, []).append(row)
    model.plan.new, model.plan.unchanged = (sum(map(len, each.values())) for each in (days, given))
    for day in sorted(days):
        apply_day(DayOfChanges(model, day, days[day], given.get(day, ())))
        if model.plan.problems:
            return model.plan
    made = model.finish()
    made.warnings = _left_behind(connection, known, made) + _namesakes(model)
    return made


def _namesakes(model: Model) -> list[str]:
    """What to say of names that a plan gives to a unit while another has them."""
    named: dict[str, dict[str, list[Version]]] = {}
    warnings = []
    for effect in model.plan.effects:
        after, key = effect.version, text.name_key(effect.version.name)
        before = [each for each in effect.predecessors if each.unit == after.unit]
        if effect.what == "ended" or any(text.name_key(each.name) == key for each in before):
            continue
        if effect.day not in named:
            holders = named[effect.day] = {}
            alive = model.alive(effect.day)
            keys = text.name_keys([version.name for version in alive])
            short = text.name_keys([version.abbreviation or "" for version in alive])
            for version, *called in zip(alive, keys, short, strict=True):
                for name in dict.fromkeys(called):
                    holders.setdefault(name, []).append(version)
        warnings += [
            _("{code}  {name}: trùng tên với {other}, chỉ còn gọi được bằng mã").format(
                code=after.code, name=after.name, other=other.code
            )
            for other in named[effect.day].get(key, ())
            if other.unit != after.unit
        ]
    return warnings


def _left_behind(connection: sqlite3.Connection, known: int, made: ChangeSet) -> list[str]:
    """What to say of records that are dated when their unit, which the plan ends, is no more.

    A fact stays with the unit that did it; whether this unit did it, only a person can tell.
    """
    ended = {effect.version.unit: effect for effect in made.effects if effect.what == "ended"}
    if not ended:
        return []
    since = min(effect.day for effect in ended.values())
    found = connection.execute(store.sql("dated_since"), {"known": known, "since": since})
    return [
        _(
            "bản ghi #{number} ngày {day} vẫn là của {unit}, đơn vị chấm dứt từ ngày {end}; "
            'nếu là việc của đơn vị khác: thidua record correct {number} --unit MÃ --reason "lý do"'
        ).format(
            number=number,
            day=show_day(day),
            unit=describe(ended[unit].version),
            end=show_day(ended[unit].day),
        )
        for number, unit, day in found
        if unit in ended and day >= ended[unit].day
    ]


def apply(writer: store.Writer, made: ChangeSet) -> None:
    """Store a plan that was made inside the same transaction."""
    for table, rows in made.rows.items():
        if rows:
            writer.insert(table, rows)


def _holds(directory: Directory, row: Row) -> bool:
    """Whether what a row says besides its signature is so: parent, order, abbreviation."""
    holders = [held for held in directory.with_code(row.new_key) if held.holds_on(row.day)]
    return not holders or row.agrees_with(holders[0], directory.on(holders[0].parent, row.day))


def _signature(row: Row) -> tuple[object, ...]:
    change = row.change
    return (
        row.day,
        str(change.kind_of_change),
        str(change.extent),
        row.old_key,
        row.new_key,
        text.name_key(change.new_name or ""),
    )
