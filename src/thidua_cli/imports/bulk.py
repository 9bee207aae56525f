"""A long and plain list of records, decided and stored as a whole.

Most rows of a long list say one new thing, without doubt or remark, of a unit named by its code. Where all
rows do, a column is looked at as a whole and each different day once: a tenth of the time that deciding row
by row takes, with the same result. `read` or `plan` gives None for any other file, which goes row by row.
"""

import json
import re
import sqlite3
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from itertools import repeat
from typing import Any, NamedTuple, cast

from thidua_cli import fields, store, text
from thidua_cli.errors import InvalidError
from thidua_cli.imports.cells import Table
from thidua_cli.imports.columns import ACTIONS, ImportKind
from thidua_cli.plan import Plan
from thidua_cli.store import Writer
from thidua_cli.terms import Action

WORTH = 1000  # rows from which on a file is looked at as a whole

# How a record's fields are read, as in models.RecordIn, without pydantic's start-up.
READ: dict[str, Callable[[object], Any]] = {
    "done_on": fields.day,
    "document_number": fields.number,
    "document_issuer": fields.short,
    "document_date": fields.optional_day,
    "received_on": fields.optional_day,
    "evidence": fields.note,
    "note": fields.note,
    "phase": fields.optional,
    "contents": fields.contents,
}
_FREE = {"document_number", "document_issuer", "evidence", "note"}  # kept as they stand
_CODE = "[A-Za-z0-9][A-Za-z0-9._-]{0,31}"
_CODES = re.compile(rf"{_CODE}(?:\n{_CODE})*", re.ASCII)


class Bulk(NamedTuple):
    """Records to be stored, in the order of the file: the unit of each, and the values of each field.

    Days are ISO text, contents tuples of numbers.
    """

    phase: str
    action: Action
    units: Sequence[int]
    columns: Mapping[str, Sequence[Any]]


class Plain(NamedTuple):
    """A long and plain file as it was read: the unit's code of each row, and the values of each field."""

    action: Action
    codes: Sequence[str]
    columns: Mapping[str, Sequence[Any]]


def read(table: Table, kind: ImportKind) -> Plain | None:
    """A long file in which every value can be stored as it stands; none for any other."""
    rows = cast("Sequence[Sequence[str]]", [values for _number, values in table.body])
    if kind not in ACTIONS or table.grid.letters or len(rows) < WORTH:
        return None
    if set(map(len, rows)) != {len(table.fields)}:
        return None
    columns = {name: [row[index] for row in rows] for index, name in enumerate(table.fields) if name}
    codes = "\n".join(columns.pop("unit_code"))
    if not columns.keys() <= READ.keys() or not _CODES.fullmatch(codes):
        return None
    try:
        values = {name: _values(name, column) for name, column in columns.items()}
    except InvalidError:
        return None
    return Plain(ACTIONS[kind], codes.lower().split("\n"), values)


def plan(plain: Plain, connection: sqlite3.Connection, movement: Plan, today: date) -> Bulk | None:
    """The records of the file, all of them new; none where any row wants a closer look."""
    values = plain.columns
    phase = _phase(values, movement) if _plain(values, movement, today) else None
    if phase is None:
        return None
    known = _units(connection, movement, phase, plain.action, min(values["done_on"]), today)
    units = [known.get(code, 0) for code in plain.codes]
    if 0 in units or len(set(units)) != len(units):
        return None
    return Bulk(phase, plain.action, units, values)


def _values(name: str, column: Sequence[str]) -> list[Any]:
    """The values of a column as they are stored.

    Raises InvalidError where one is wrong, or would have to be made regular, which a report must tell.
    """
    if not _regular(column):
        raise InvalidError("")
    if name in _FREE:
        READ[name](max(column, key=len))
        return [written or None for written in column]
    read = {written: READ[name](written) for written in set(column)}
    stored = {
        written: value.isoformat() if isinstance(value, date) else value for written, value in read.items()
    }
    return [stored[written] for written in column]


def _regular(column: Sequence[str]) -> bool:
    """Whether every text is one that `text.clean` and `text.unguard` leave as it is."""
    whole = "\n".join(["", *column, ""])
    if whole.count("\n") != len(column) + 1 or any(odd in whole for odd in ("  ", " \n", "\n ", "\n'")):
        return False
    letters = "".join(sorted(set(whole) - {"\n", " "}))
    return text.clean(letters).value == letters and unicodedata.is_normalized("NFC", whole)


def _plain(values: Mapping[str, Sequence[Any]], movement: Plan, today: date) -> bool:
    """Whether no rule or remark applies to what the rows say: days in order, none ahead, contents known."""
    done = values["done_on"]
    issued, received = values.get("document_date", ()), values.get("received_on", ())
    ahead = today.isoformat()
    if any(day and day > ahead for column in (done, issued, received) for day in set(column)):
        return False
    if any(day and day > on for day, on in zip(issued, done, strict=False)):
        return False
    if any(day and day < on for day, on in zip(received, done, strict=False)):
        return False
    return {number for named in set(values.get("contents", ())) for number in named} <= set(movement.contents)


def _phase(values: Mapping[str, Sequence[Any]], movement: Plan) -> str | None:
    """The one phase that all rows are of; none where there are several, or an earlier one may be meant."""
    codes = values.get("phase") or [None] * len(values["done_on"])
    found = set()
    for day, code in set(zip(values["done_on"], codes, strict=True)):
        phase = next((item for item in movement.phases if item.code == (code or "").lower()), None)
        if not code and movement.phase_of(date.fromisoformat(day)) == movement.phases[0]:
            phase = movement.phases[0]
        if phase is None or day < phase.starts_on.isoformat():
            return None
        found.add(phase.code)
    return found.pop() if len(found) == 1 else None


def _units(
    connection: sqlite3.Connection, movement: Plan, phase: str, action: Action, first: str, today: date
) -> dict[str, int]:
    """Units by code in lower case that are beyond doubt on every day from the first on, and on the roster."""
    kinds: set[str] = set()
    born_by = first
    for item in movement.obligations:
        counted_on = min(today, item.roster_on or today)
        if item.phase.code == phase and item.action == action and item.newcomers:
            if counted_on >= item.phase.starts_on:
                kinds |= {str(kind) for kind in item.kinds}
            born_by = min(born_by, counted_on.isoformat())
    values = {"born_by": born_by, "kinds": json.dumps(sorted(kinds)), "phase": phase, "action": str(action)}
    return dict(connection.execute(store.raw_sql("bulk_units"), values))


def examples(connection: sqlite3.Connection, bulk: Bulk, most: int) -> list[tuple[str, str, str]]:
    """Code, name and day of the first records."""
    named = "SELECT code, name FROM unit_version WHERE unit = ?"
    return [
        (*connection.execute(named, (unit,)).fetchone(), day)
        for unit, day in zip(bulk.units[:most], bulk.columns["done_on"][:most], strict=True)
    ]


def apply(writer: Writer, bulk: Bulk) -> None:
    """Store the records."""
    count = len(bulk.units)
    first = writer.next_id("record", count)
    stored = {name: column for name, column in bulk.columns.items() if name not in ("phase", "contents")}
    writer.insert_rows(
        "record",
        ["id", "unit", "phase", "action", *stored],
        zip(
            range(first, first + count),
            bulk.units,
            repeat(bulk.phase, count),
            repeat(str(bulk.action), count),
            *stored.values(),
            strict=True,
        ),
    )
    contents = enumerate(bulk.columns.get("contents", ()), first)
    writer.insert_rows(
        "record_content",
        ["record", "content"],
        ((number, content) for number, named in contents for content in named),
    )
