"""Long lists of records: plain rows are decided by columns, the others one by one.

Most rows of a long list say one thing without doubt or remark: something new of a unit named by its code, or
word for word what the register holds. There a column is looked at as a whole and each different day once: a
tenth of the time that deciding row by row takes, with the same result. The rules themselves stand in
`deciding`; here it is only ever found that none of them has anything to say about a row, else it is `odd`.
"""

import json
import re
import sqlite3
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import repeat
from typing import Any, NamedTuple, cast

from thidua_cli import store
from thidua_cli.ground import text
from thidua_cli.ground.errors import InvalidError
from thidua_cli.intake.cells import Table
from thidua_cli.intake.tables.grid import Cell
from thidua_cli.register import entries as records
from thidua_cli.register.entries import Entry, Record
from thidua_cli.register.evidence import Hashes
from thidua_cli.register.fields import ACTIONS, DAYS, ImportKind, Shape, known
from thidua_cli.register.plan import Plan
from thidua_cli.register.terms import Action
from thidua_cli.store import Writer

WORTH = 1000  # rows from which on a file is looked at as a whole

# How a record's fields are read, as in models.RecordIn, without pydantic's start-up.
_FIELDS = {key: field for key, field in known(ImportKind.REGISTRATIONS).items() if key != "unit_code"}
READ = {key: field.reads for key, field in _FIELDS.items()}
_FREE = {  # kept as they stand
    key for key, field in _FIELDS.items() if field.shape is Shape.TEXT and key != "evidence"
}
_STORED = (*(key for key, field in _FIELDS.items() if field.stored), "evidence_sha256")
_CONTENT = (*_STORED, "contents")  # what makes records the same
_CODE = "[A-Za-z0-9][A-Za-z0-9._-]{0,31}"
_CODES = re.compile(rf"{_CODE}(?:\n{_CODE})*", re.ASCII)
_NONE = "\a"  # what no field may hold


class Plain(NamedTuple):
    """A long file as it was read: number of each row, code in lower case, and the values of each field.

    Days are ISO text, contents tuples of numbers. `odd` are the places of rows that want a closer look; what
    `codes` and `columns` hold there means nothing.
    """

    action: Action
    rows: Sequence[int]
    codes: Sequence[str]
    columns: Mapping[str, Sequence[Any]]
    odd: Collection[int]

    def evidence(self) -> dict[str, int]:
        """The evidence of rows that are not odd, with the number of a row that names it."""
        named = zip(self.columns.get("evidence", ()), self.rows, strict=False)
        return {path: row for place, (path, row) in enumerate(named) if path and place not in self.odd}

    def hashed(self, hashes: Hashes) -> "Plain":
        """The same with a column of hashes, where there is one of evidence and any of it is a file."""
        if not hashes or "evidence" not in self.columns:
            return self
        column = [hashes.get(path or "") for path in self.columns["evidence"]]
        return self._replace(columns={**self.columns, "evidence_sha256": column})


class Sorted(NamedTuple):
    """The places of a file's rows by what becomes of them: `new`, `same` as a record of that number, `odd`.

    `units` and `phases` hold those of every place that is not odd.
    """

    new: Sequence[int]
    same: Mapping[int, int]
    odd: Collection[int]
    units: Sequence[int]
    phases: Sequence[str | None]

    def without(self, keys: Iterable[tuple[object, ...]]) -> "Sorted":
        """The same, but odd where a row is about a unit and phase with which one of the keys begins."""
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
        return self._replace(new=new, same=same, odd={*self.odd, *about})


def read(table: Table, kind: ImportKind) -> Plain | None:
    """A long file, looked at without the register; none for one that has to go row by row."""
    named = {name: index for index, name in enumerate(table.fields) if name}
    if kind not in ACTIONS or len(table.body) < WORTH or table.grid.merged:
        return None
    if not named.keys() <= READ.keys() | {"unit_code"}:
        return None
    rows: Sequence[Sequence[Cell]] = [values for _number, values in table.body]
    odd: set[int] = set()
    width = len(table.headers)
    if table.grid.is_text and set(map(len, rows)) != {width}:
        odd = {place for place, row in enumerate(rows) if len(row) != width}
        rows = [row if len(row) == width else [""] * width for row in rows]
    columns = {name: _column(rows, index, name, typed=table.grid.letters) for name, index in named.items()}
    codes = columns.pop("unit_code")
    odd.update(_failing(codes, _are_codes))
    values = {name: _values(name, column, odd) for name, column in columns.items()}
    lowered = [code.lower() for code in codes]
    return Plain(ACTIONS[kind], [number for number, _values in table.body], lowered, values, odd)


def _column(rows: Sequence[Sequence[Cell]], index: int, name: str, *, typed: bool) -> Sequence[str]:
    """The texts of a column. In a workbook a date is one in a column of days; any other number is odd."""
    if not typed:
        return [row[index] for row in cast("Sequence[Sequence[str]]", rows)]
    column = []
    for row in rows:
        cell = row[index] if index < len(row) else None
        if isinstance(cell, str):
            column.append(cell)
        elif type(cell) is date and name in DAYS:
            column.append(cell.isoformat())
        else:
            column.append("" if cell is None else _NONE)
    return column


def _values(name: str, column: Sequence[str], odd: set[int]) -> Sequence[Any]:
    """The values of a column as they are stored. `odd` gets the places of texts that are wrong, or would have
    to be made regular, which a report must tell.
    """
    irregular = set(_failing(column, _are_regular))
    if irregular:
        odd |= irregular
        column = ["" if place in irregular else written for place, written in enumerate(column)]
    free = name in _FREE
    stored, wrong = _stored(name, {max(column, key=len)} if free else set(column))
    if wrong and free:
        _kept, wrong = _stored(name, set(column))
    if wrong:
        odd.update(place for place, written in enumerate(column) if written in wrong)
    return [written or None for written in column] if free else [stored.get(written) for written in column]


def _stored(name: str, different: Collection[str]) -> tuple[dict[str, Any], set[str]]:
    """What each text of a column is stored as, and the texts that are no value of its field."""
    stored, wrong = {}, set()
    for written in different:
        try:
            value = READ[name](written)
        except InvalidError:
            wrong.add(written)
        else:
            stored[written] = value.isoformat() if isinstance(value, date) else value
    return stored, wrong


def _failing(column: Sequence[str], right: Callable[[Sequence[str]], bool], start: int = 0) -> Iterator[int]:
    """The places of texts for which `right` does not hold; it holds for a column if it does for each text."""
    if right(column):
        return
    if len(column) == 1:
        yield start
        return
    middle = len(column) // 2
    yield from _failing(column[:middle], right, start)
    yield from _failing(column[middle:], right, start + middle)


def _are_codes(column: Sequence[str]) -> bool:
    whole = "\n".join(column)
    return whole.count("\n") == len(column) - 1 and _CODES.fullmatch(whole) is not None


def _are_regular(column: Sequence[str]) -> bool:
    """Whether every text is one that `text.clean` and `text.unguard` leave as it is."""
    whole = "\n".join(["", *column, ""])
    if whole.count("\n") != len(column) + 1 or any(odd in whole for odd in ("  ", " \n", "\n ", "\n'")):
        return False
    letters = "".join(sorted(set(whole) - {"\n", " "}))
    try:
        return text.clean(letters).value == letters and unicodedata.is_normalized("NFC", whole)
    except InvalidError:
        return False


# With the register


def sort(
    plain: Plain,
    entries: Mapping[tuple[object, ...], Entry],
    connection: sqlite3.Connection,
    movement: Plan,
    today: date,
) -> Sorted:
    """What becomes of each row. A unit that several rows name is odd in all of them; `entries` are live."""
    phases = _phases(plain.columns, movement)
    units = _units(plain, connection, phases, movement, today)
    odd = {*plain.odd, *_remarkable(plain.columns, movement, today)}
    odd.update(place for place, unit in enumerate(units) if not unit)
    if len(set(units)) != len(units):
        keys = list(zip(units, phases, strict=True))
        times = Counter(keys)
        odd.update(place for place, key in enumerate(keys) if times[key] > 1)
    if not (odd or entries):
        return Sorted(range(len(units)), {}, odd, units, phases)
    new: list[int] = []
    same: dict[int, int] = {}
    names = [name for name in _CONTENT if name in plain.columns]  # what there is no column for is not said
    said = zip(*(plain.columns[name] for name in names), strict=True)
    for place, (unit, phase, content) in enumerate(zip(units, phases, said, strict=True)):
        if place in odd:
            continue
        held = entries.get((unit, phase, plain.action))
        if held is None:
            new.append(place)
        elif isinstance(held, Record) and held.id and content == _said(held, names):
            same[place] = held.id
        else:
            odd.add(place)
    return Sorted(new, same, odd, units, phases)


def _remarkable(values: Mapping[str, Sequence[Any]], movement: Plan, today: date) -> Iterator[int]:
    """The places of rows about which a rule or a remark has something to say: a day ahead or out of order, a
    content that is not in the plan.
    """
    done, ahead = values["done_on"], today.isoformat()
    issued, received = values.get("document_date", ()), values.get("received_on", ())
    for column in (done, issued, received):
        if any(day and day > ahead for day in set(column)):
            yield from (place for place, day in enumerate(column) if day and day > ahead)
    pairs = zip(issued, done, strict=False)
    yield from (place for place, (day, on) in enumerate(pairs) if day and on and day > on)
    pairs = zip(received, done, strict=False)
    yield from (place for place, (day, on) in enumerate(pairs) if day and on and day < on)
    known = movement.contents.keys()
    yield from (
        place for place, named in enumerate(values.get("contents", ())) if named and not known >= set(named)
    )


def _phases(values: Mapping[str, Sequence[Any]], movement: Plan) -> Sequence[str | None]:
    """The phase of each row; none where it cannot be told, or an earlier one may be meant."""
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
    plain: Plain, connection: sqlite3.Connection, phases: Sequence[str | None], movement: Plan, today: date
) -> Sequence[int]:
    """The unit of each row that is beyond doubt on all days of the file, and on the roster; 0 for others."""
    units = [0] * len(phases)
    names = plain.columns.get("unit_name")
    for phase in set(phases) - {None}:
        born_by = min(day for day, of in zip(plain.columns["done_on"], phases, strict=True) if of == phase)
        kinds: set[str] = set()
        for item in movement.obligations:
            counted_on = min(today.isoformat(), item.roster_on or today.isoformat())
            if item.phase.code == phase and item.action == plain.action and item.newcomers:
                if counted_on >= item.phase.starts_on:
                    kinds |= {str(kind) for kind in item.kinds}
                born_by = min(born_by, counted_on)
        values = {"born_by": born_by, "kinds": json.dumps(sorted(kinds))}
        found = connection.execute(store.raw_sql("bulk_units"), values)
        if names is None:
            known = {code: unit for code, unit, _name in found}
            fresh = map(known.get, plain.codes)
        else:
            called = {(code, name): unit for code, unit, name in found for name in (name, None)}
            fresh = map(called.get, zip(plain.codes, names, strict=True))
        units = [
            unit or 0 if of == phase else held for held, unit, of in zip(units, fresh, phases, strict=True)
        ]
    return units


def _said(record: Record, names: Sequence[str]) -> tuple[Any, ...]:
    """What makes a record what it is, of certain columns."""
    said = {"done_on": record.done_on, "contents": record.contents, **record.document.columns()}
    return tuple(said[name] for name in names)


def apply(writer: Writer, plain: Plain, found: Sorted, odd: Mapping[int, Entry]) -> None:
    """Store the new records, numbered in the order of the file with those of `odd` rows (row -> entry)."""
    count, columns = len(found.new), plain.columns
    numbers: Sequence[int] = range(first := writer.next_id("record", count + len(odd)), first + count)
    if odd:
        rows = [plain.rows[place] for place in found.new]
        number = {row: each for each, row in enumerate(sorted([*rows, *odd]), first)}
        numbers = [number[row] for row in rows]
        records.add(writer, [entry._replace(id=number[row]) for row, entry in odd.items()])
    stored = [name for name in _STORED if name in columns]
    chosen: list[Sequence[Any]] = [found.units, found.phases, *(columns[name] for name in stored)]
    contents = columns.get("contents", ())
    if count != len(plain.rows):
        chosen = [[column[place] for place in found.new] for column in chosen]
        contents = [contents[place] for place in found.new] if contents else ()
    units, phases, *others = chosen
    writer.insert_rows(
        "record",
        ["id", "unit", "phase", "action", *stored],
        zip(numbers, units, phases, repeat(str(plain.action), count), *others, strict=True),
    )
    writer.insert_rows(
        "record_content",
        ["record", "content"],
        ((number, content) for number, named in zip(numbers, contents, strict=False) for content in named),
    )
