"""Long lists of records, decided by columns: the rows about which no rule has anything to say.

They are something new of a unit named by its code or full name, or word for word what the register holds.
The rules themselves are those of `rules.decide`; rows that any of them might concern are decided one by one.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import Any, NamedTuple

from thidua_cli import store
from thidua_cli.ground import text
from thidua_cli.intake.column_rows import NAMED, ColumnRows
from thidua_cli.register import entries
from thidua_cli.register.entries import Entry, Record
from thidua_cli.register.fields import ImportKind, known
from thidua_cli.register.plan import Plan
from thidua_cli.store import Writer

_FIELDS = known(ImportKind.REGISTRATIONS)
_STORED = (*(key for key, field in _FIELDS.items() if field.stored), "evidence_sha256")
_CONTENT = (*(key for key, field in _FIELDS.items() if field.compared), "evidence_sha256")


class Outcomes(NamedTuple):
    """Places of rows by outcome: `new`, `same` as the record of that number, or to be decided `row_by_row`.

    `units` and `phases` hold those of every place that is not in `row_by_row`.
    """

    new: Sequence[int]
    same: Mapping[int, int]
    row_by_row: Collection[int]
    units: Sequence[int]
    phases: Sequence[str | None]

    def without(self, keys: Iterable[tuple[object, ...]]) -> "Outcomes":
        """The same, but row by row for units and phases with which one of the keys begins."""
        wanted = {key[:2] for key in keys}
        about = {
            place
            for places in (self.new, self.same)
            for place in places
            if (self.units[place], self.phases[place]) in wanted
        }
        if not about:
            return self
        new = [place for place in self.new if place not in about]
        same = {place: number for place, number in self.same.items() if place not in about}
        return self._replace(new=new, same=same, row_by_row={*self.row_by_row, *about})


def sort(
    columns: ColumnRows,
    live: Mapping[tuple[object, ...], Entry],
    connection: sqlite3.Connection,
    movement: Plan,
    today: str,
) -> Outcomes:
    """The outcome of each row, compared with the live entries; rows about one unit are decided row by row."""
    phases = _phases(columns.values, movement)
    units = _units(columns, connection, phases, movement, today)
    row_by_row = {*columns.row_by_row, *_remarkable(columns.values, movement, today)}
    row_by_row.update(_of_occasions(columns, phases, movement))
    row_by_row.update(place for place, unit in enumerate(units) if not unit)
    aliases = {
        key
        for (alias,) in connection.execute("SELECT alias FROM unit_alias")
        for key in (text.code_key(alias), NAMED + text.name_key(alias))
    }
    if aliases:  # that one is the code or name of another unit is said
        row_by_row.update(place for place, key in enumerate(columns.units) if key in aliases)
    if len(set(units)) != len(units):
        keys = list(zip(units, phases, strict=True))
        times = Counter(keys)
        row_by_row.update(place for place, key in enumerate(keys) if times[key] > 1)
    if not (row_by_row or live):
        return Outcomes(range(len(units)), {}, row_by_row, units, phases)
    new: list[int] = []
    same: dict[int, int] = {}
    names = [name for name in _CONTENT if name in columns.values]  # fields without a column are not compared
    contents = zip(*(columns.values[name] for name in names), strict=True)
    for place, (unit, phase, content) in enumerate(zip(units, phases, contents, strict=True)):
        if place in row_by_row:
            continue
        held = live.get((unit, phase, columns.action, ""))
        if held is None:
            new.append(place)
        elif isinstance(held, Record) and held.id and content == _content(held, names):
            same[place] = held.id
        else:
            row_by_row.add(place)
    return Outcomes(new, same, row_by_row, units, phases)


def _remarkable(values: Mapping[str, Sequence[Any]], movement: Plan, today: str) -> Iterator[int]:
    """The places of rows that a rule may concern: a day ahead or out of order, a content not in the plan."""
    done = values["done_on"]
    issued, received = values.get("document_date", ()), values.get("received_on", ())
    for column in (done, issued, received):
        if any(day and day > today for day in set(column)):
            yield from (place for place, day in enumerate(column) if day and day > today)
    pairs = zip(issued, done, strict=False)
    yield from (place for place, (day, on) in enumerate(pairs) if day and on and day > on)
    pairs = zip(received, done, strict=False)
    yield from (place for place, (day, on) in enumerate(pairs) if day and on and day < on)
    contents = enumerate(values.get("contents", ()))
    yield from (place for place, named in contents if named and not movement.contents.keys() >= set(named))


def _of_occasions(columns: ColumnRows, phases: Sequence[str | None], movement: Plan) -> Iterator[int]:
    """The places of rows that name an occasion, or are of a phase that asks the action on occasions."""
    named = enumerate(columns.values.get("occasion", ()))
    yield from (place for place, occasion in named if occasion is not None)
    asking = {code for code in set(phases) if code and movement.occasions(code, columns.action) != ("",)}
    if asking:
        yield from (place for place, code in enumerate(phases) if code in asking)


def _phases(values: Mapping[str, Sequence[Any]], movement: Plan) -> Sequence[str | None]:
    """The phase of each row; none if it is not certain, or an earlier one may be meant."""
    starts = {phase.code: phase.starts_on for phase in movement.phases}
    first = movement.phases[0]
    pairs = list(zip(values["done_on"], values.get("phase") or repeat(None), strict=False))
    found: dict[tuple[str | None, str | None], str | None] = {}
    for day, code in set(pairs):
        phase = (code or "").lower()
        if day and not code and movement.phase_of(day) == first:
            phase = first.code
        found[day, code] = phase if day and phase in starts and day >= starts[phase] else None
    return [found[pair] for pair in pairs]


def _units(
    columns: ColumnRows,
    connection: sqlite3.Connection,
    phases: Sequence[str | None],
    movement: Plan,
    today: str,
) -> Sequence[int]:
    """The unit of each row that is beyond doubt on all days of the file, and on the roster; 0 for others."""
    units = [0] * len(phases)
    names = columns.values.get("unit_name")
    for phase in set(phases) - {None}:
        born_by = min(day for day, of in zip(columns.values["done_on"], phases, strict=True) if of == phase)
        kinds: set[str] = set()
        for item in movement.obligations:
            counted_on = min(today, item.roster_on or today)
            if item.phase.code == phase and item.action == columns.action and item.newcomers:
                if counted_on >= item.phase.starts_on:
                    kinds |= {str(kind) for kind in item.kinds}
                born_by = min(born_by, counted_on)
        values = {"born_by": born_by, "kinds": json.dumps(sorted(kinds))}
        found = connection.execute(store.raw_sql("bulk_units"), values)
        if names is None:
            coded = {code: unit for code, unit, _name in found}
            if any(key.startswith(NAMED) for key in columns.units):
                coded |= _by_name(connection, set(coded.values()))
            fresh = map(coded.get, columns.units)
        else:
            called = {(code, name): unit for code, unit, name in found for name in (name, None)}
            fresh = map(called.get, zip(columns.units, names, strict=True))
        units = [
            unit or 0 if of == phase else held for held, unit, of in zip(units, fresh, phases, strict=True)
        ]
    return units


def _by_name(connection: sqlite3.Connection, units: Collection[int]) -> dict[str, int]:
    """Some units by the key of their name or abbreviation, where no other unit ever had that."""
    named = connection.execute(
        "SELECT unit, name FROM unit_version UNION SELECT unit, abbreviation FROM unit_version"
        " WHERE abbreviation IS NOT NULL"
    ).fetchall()
    found: dict[str, int] = {}
    for (unit, _name), key in zip(named, text.name_keys([name for _unit, name in named]), strict=True):
        found[key] = unit if found.setdefault(key, unit) == unit else 0
    return {NAMED + key: unit for key, unit in found.items() if unit in units}


def _content(record: Record, names: Sequence[str]) -> tuple[Any, ...]:
    """Certain fields of a record, as a file has them."""
    fields = {"done_on": record.done_on, "contents": record.contents, **record.document.columns()}
    return tuple(fields[name] for name in names)


def apply(writer: Writer, columns: ColumnRows, outcomes: Outcomes, others: Mapping[int, Entry]) -> None:
    """Store the new records, numbered in the order of the file together with those of `others`, by row."""
    count, values = len(outcomes.new), columns.values
    numbers: Sequence[int] = range(first := writer.next_id("record", count + len(others)), first + count)
    if others:
        rows = [columns.rows[place] for place in outcomes.new]
        number = {row: each for each, row in enumerate(sorted([*rows, *others]), first)}
        numbers = [number[row] for row in rows]
        entries.add(writer, [entry._replace(id=number[row]) for row, entry in others.items()])
    stored = [name for name in _STORED if name in values]
    chosen: list[Sequence[Any]] = [outcomes.units, outcomes.phases, *(values[name] for name in stored)]
    contents = values.get("contents", ())
    if count != len(columns.rows):
        chosen = [[column[place] for place in outcomes.new] for column in chosen]
        contents = [contents[place] for place in outcomes.new] if contents else ()
    units, phases, *rest = chosen
    writer.insert_rows(
        "record",
        ["id", "unit", "phase", "action", "occasion", *stored],
        zip(numbers, units, phases, repeat(columns.action, count), repeat("", count), *rest, strict=True),
    )
    writer.insert_rows(
        "record_content",
        ["record", "content"],
        ((number, content) for number, named in zip(numbers, contents, strict=False) for content in named),
    )
