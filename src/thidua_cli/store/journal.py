"""The chain of operations: which rows an operation wrote, their digest, and the hash that links it.

The canonical encoding is documented in docs/schema.md, so that anyone can recompute it: the rows of an
operation as one compact JSON array (UTF-8), table by table in the order of TABLES, each by its key, each row
`[table, column, column, ...]` in the order of the schema with trailing nulls left out.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby, islice, pairwise
from typing import NamedTuple

from thidua_cli.ground import dates

FIRST_PREVIOUS = "0" * 64

# Every journalled table and the columns of its key. New tables go to the end, new columns are nullable.
TABLES: dict[str, tuple[str, ...]] = {
    "movement": ("id",),
    "decision": ("id",),
    "plan_field": ("id",),
    "phase": ("code",),
    "action": ("code",),
    "action_field": ("action", "code"),
    "obligation": ("code",),
    "obligation_kind": ("obligation", "kind"),
    "content": ("number",),
    "unit": ("id",),
    "unit_version": ("id",),
    "unit_end": ("id",),
    "succession": ("id",),
    "record": ("id",),
    "record_content": ("record", "content"),
    "record_field": ("record", "field"),
    "exemption": ("id",),
    "extension": ("id",),
    "withdrawal": ("id",),
    "supplement": ("id",),
    "supplement_content": ("supplement", "content"),
    "unit_alias": ("id",),
    "void": ("id",),
}

CHUNK = 2000
TICK = timedelta(microseconds=1)  # between an operation and the next, where the clock is behind the first
AHEAD = timedelta(minutes=5)  # by which clocks of honest machines do not differ
# What people call "record #12": these tables share one sequence of ids.
PAPERS = ("record", "exemption", "extension", "withdrawal", "supplement")
LATEST = 2**63 - 1  # an operation number that no register reaches, and the last that SQLite can hold
VOIDABLE = (
    "unit_version",
    "unit_end",
    "succession",
    "record",
    "exemption",
    "extension",
    "withdrawal",
    "supplement",
    "decision",
    "unit_alias",
)
SELECT = "SELECT number, recorded_at, actor, command, row_count, digest, previous_hash, hash FROM operation"


class Operation(NamedTuple):
    """A link of the chain; `digest`, `previous_hash` and `hash` are 64 lower-case hex digits."""

    number: int
    recorded_at: str
    actor: str
    command: str
    row_count: int
    digest: str
    previous_hash: str
    hash: str

    @property
    def anchor(self) -> str:
        """`N:HASH`, which proves what the register held."""
        return f"{self.number}:{self.hash}"

    @property
    def register(self) -> str:
        """Of the first operation: the id of its register."""
        return self.hash[:16]


def rows_digest(connection: sqlite3.Connection, number: int) -> tuple[int, str]:
    """How many rows operation `number` wrote, and the SHA-256 of their canonical encoding."""
    return digest(chunks(connection, number))


def digest(pieces: Iterable[list[str]]) -> tuple[int, str]:
    """How many encoded rows there are in all, and the SHA-256 of all of them as one array."""
    import hashlib

    sha, count = hashlib.sha256(b"["), 0
    for rows in pieces:
        text = ",".join(rows)
        sha.update((f",{text}" if count else text).encode())
        count += len(rows)
    sha.update(b"]")
    return count, sha.hexdigest()


def chunks(connection: sqlite3.Connection, number: int) -> Iterator[list[str]]:
    """The rows of operation `number` in the canonical encoding, in order, in pieces."""
    for table, key in TABLES.items():
        cursor = connection.execute(
            f"SELECT {as_json(connection, table)} FROM {table} WHERE operation = ? ORDER BY {', '.join(key)}",
            (number,),
        )
        cursor.row_factory = None
        while rows := cursor.fetchmany(CHUNK):
            yield [encoded(row) if row.endswith(",null]") else row for (row,) in rows]


def as_json(connection: sqlite3.Connection, table: str) -> str:
    """The SQL of a row as JSON: SQLite writes the same text as Python, three times faster."""
    return f"json_array('{table}', {', '.join(columns(connection, table))})"


def columns(connection: sqlite3.Connection, table: str) -> list[str]:
    """The columns of a table, in the order of the schema."""
    return [item[0] for item in connection.execute(f"SELECT * FROM {table} LIMIT 0").description]


def encoded(row: str) -> str:
    """A row as JSON in the canonical encoding: without trailing nulls."""
    while row.endswith(",null]"):  # a text that ends so has its quotation mark before the bracket
        row = f"{row[:-6]}]"
    return row


def link_hash(operation: Operation) -> str:
    """The hash of an operation: SHA-256 of its other columns as a compact JSON array."""
    import hashlib

    link = json.dumps(operation[:-1], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(link.encode()).hexdigest()


def insert(connection: sqlite3.Connection, operation: Operation) -> None:
    """Write the row of an operation, and index the names that it brought."""
    connection.execute("INSERT INTO operation VALUES (?, ?, ?, ?, ?, ?, ?, ?)", operation)
    index_names(connection, connection.execute(f"{NAMES} WHERE operation = ?", (operation.number,)))


NAMES = "SELECT id, name, abbreviation FROM unit_version"


def index_names(connection: sqlite3.Connection, versions: Iterable[tuple[int, str, str | None]]) -> None:
    """Fill unit_name for rows of NAMES."""
    connection.executemany("INSERT INTO unit_name (version, key) VALUES (?, ?)", named(versions))


def named(versions: Iterable[tuple[int, str, str | None]]) -> Iterator[tuple[int, str]]:
    """The rows of unit_name, version and key, for rows of NAMES."""
    from thidua_cli.ground.text import name_keys

    remaining = iter(versions)
    while batch := list(islice(remaining, CHUNK)):
        keys = name_keys([name for _version, name, _short in batch])
        shorts = name_keys([short or "" for _version, _name, short in batch])
        for (version, *_names), *called in zip(batch, keys, shorts, strict=True):
            yield from ((version, key) for key in sorted({*called} - {""}))


def operations(connection: sqlite3.Connection, known: int = LATEST) -> list[Operation]:
    """All operations up to number `known`, newest first."""
    rows = connection.execute(f"{SELECT} WHERE number <= ? ORDER BY number DESC", (known,))
    return [Operation(*row) for row in rows]


def head(connection: sqlite3.Connection) -> Operation | None:
    """The newest operation; none in a register that is still being made."""
    return _first(connection, "ORDER BY number DESC")


def known_at(connection: sqlite3.Connection, stamp: str) -> Operation:
    """The last operation recorded by an instant; what init loaded is known at every instant."""
    known = _first(connection, "WHERE recorded_at <= ? OR number = 1 ORDER BY number DESC", stamp)
    assert known is not None  # noqa: S101 - every register has its first operation
    return known


def numbered(connection: sqlite3.Connection, number: int) -> Operation | None:
    """Operation `number`, or none."""
    return _first(connection, "WHERE number = ?", min(number, LATEST))


def _first(connection: sqlite3.Connection, clause: str, *values: object) -> Operation | None:
    row = connection.execute(f"{SELECT} {clause} LIMIT 1", values).fetchone()
    return Operation(*row) if row else None


def register_id(connection: sqlite3.Connection) -> str:
    """The id of the register, 16 hexadecimal digits: two registers never begin with one operation.

    Empty in a register that is still being made.
    """
    first = numbered(connection, 1)
    return first.register if first else ""


class Doubt(NamedTuple):
    """Operations `first` to `last`, dated by a clock that went wrong.

    They were recorded at some time from `after` on and before `before`: the instants of the operations on
    either side. `after` is empty where there is none; without one behind them, `before` is the later of now
    and their own last instant.
    """

    first: Operation
    last: Operation
    after: str
    before: str


def clock_marks(operations: Sequence[Operation], now: datetime) -> dict[int, str]:
    """Return `ahead` or `held` for each operation, oldest first, whose instant a wrong clock has made.

    `held`: exactly TICK after the operation before, which no command is quick enough to be: the clock was
    behind that one. `ahead`: more than AHEAD after `now`, or the operation that held others.
    """
    stamps = [
        dates.unstamp(operation.recorded_at) if dates.is_stamp(operation.recorded_at) else None
        for operation in operations
    ]
    marks: dict[int, str] = {}
    for operation, stamp in zip(operations, stamps, strict=True):
        if stamp is not None and stamp - now > AHEAD:
            marks[operation.number] = "ahead"
    for index, (one, other) in enumerate(pairwise(stamps)):
        if one is not None and other is not None and other - one == TICK:
            marks.setdefault(operations[index].number, "ahead")
            marks[operations[index + 1].number] = "held"
    return marks


def doubts(operations: Sequence[Operation], now: datetime) -> list[Doubt]:
    """Return the runs of operations, oldest first, that `clock_marks` marks."""
    marked = clock_marks(operations, now)
    stamps = ["", *(operation.recorded_at for operation in operations)]
    stamps.append(max(stamps[-1], dates.stamp(now)))
    runs = []
    for is_marked, run in groupby(range(len(operations)), lambda index: operations[index].number in marked):
        if is_marked:
            indexes = list(run)
            first, last = indexes[0], indexes[-1]
            runs.append(Doubt(operations[first], operations[last], stamps[first], stamps[last + 2]))
    return runs


def doubt_at(connection: sqlite3.Connection, stamp: str) -> Doubt | None:
    """Return the operations because of which it is not known what was recorded by an instant; or none."""
    for doubt in doubts(operations(connection)[::-1], dates.now()):
        if doubt.after <= stamp < doubt.before:
            return doubt
    return None
