"""Ways to forge a register through plain SQLite, as one who owns the file can.

Each leaves no trace that could be left out: triggers that stood in the way stand again afterwards. Used by
the tests of `verify`, and wherever an attack is one of the things that may happen to a register.
"""

import contextlib
import itertools
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import build
from thidua_cli import store
from thidua_cli.store import journal


class Context(NamedTuple):
    """What a forger has besides the register: an older backup of it."""

    older: Path


class Forgery(NamedTuple):
    """A forgery; `needs_anchor` where only an anchor, a report or a backup of before can show it.

    `check` is the name of the check that finds it.
    """

    name: str
    forge: Callable[[Path, Context], None]
    needs_anchor: bool
    check: str


def fill(path: Path) -> None:
    """Give a fresh register a life worth forging: nine operations in all."""
    connection = store.connect(path)
    build.record(connection, "492", "2022-03-30", document_number="12/KH-UBND")
    entry = build.record(connection, "493", "2022-03-29")
    build.record(connection, "494", "2022-03-28", "registration", contents=(1, 3))
    build.exempt(connection, "498", "p1-launch", "2022-03-01")
    build.void(connection, entry.id)
    build.record(connection, "493", "2022-04-02")
    build.record(connection, "495", "2022-03-01")
    build.record(connection, "497", "2022-03-02")
    connection.close()


def anchor(path: Path) -> str:
    """The anchor that a report made now would carry."""
    connection = sqlite3.connect(path)
    try:
        head = journal.head(connection)
        assert head is not None
        return head.anchor
    finally:
        connection.close()


@contextlib.contextmanager
def forging(path: Path) -> Iterator[sqlite3.Connection]:
    """A plain connection on which no trigger stands in the way; they are put back at the end."""
    connection = sqlite3.connect(path, isolation_level=None)
    triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    connection.execute("BEGIN IMMEDIATE")
    for name, _sql in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    yield connection
    for _name, sql in triggers:
        connection.execute(sql)
    connection.execute("COMMIT")
    connection.close()


def rewrite(connection: sqlite3.Connection, first: int = 1) -> None:
    """Compute digests and hashes anew from operation `first` on, so that the chain holds again."""
    row = connection.execute("SELECT hash FROM operation WHERE number = ?", (first - 1,)).fetchone()
    previous = row[0] if row else journal.FIRST_PREVIOUS
    for operation in journal.operations(connection)[::-1]:
        if operation.number < first:
            continue
        count, digest = journal.rows_digest(connection, operation.number)
        rewritten = operation._replace(row_count=count, digest=digest, previous_hash=previous)
        link = journal.link_hash(rewritten)
        connection.execute(
            "UPDATE operation SET row_count = ?, digest = ?, previous_hash = ?, hash = ? WHERE number = ?",
            (count, digest, previous, link, operation.number),
        )
        previous = link


def statements(*sql: str, chain_from: int | None = None) -> Callable[[Path, Context], None]:
    """A forgery that runs SQL, and perhaps makes the chain true again from an operation on."""

    def forge(path: Path, _context: Context) -> None:
        with forging(path) as connection:
            for statement in sql:
                connection.execute(statement)
            if chain_from is not None:
                rewrite(connection, chain_from)

    return forge


def _plain(*sql: str) -> Callable[[Path, Context], None]:
    """A forgery that leaves the schema as its own SQL made it."""

    def forge(path: Path, _context: Context) -> None:
        connection = sqlite3.connect(path, isolation_level=None)
        for statement in sql:
            connection.execute(statement)
        connection.close()

    return forge


def _drop_a_trigger_and_edit(path: Path, _context: Context) -> None:
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER record_no_update")
    connection.execute("UPDATE record SET done_on = '2022-03-31' WHERE id = 1")
    connection.commit()
    connection.close()


def _older(path: Path, context: Context) -> None:
    shutil.copyfile(context.older, path)


def _from_scratch(path: Path, _context: Context) -> None:
    """Every hash anew, as if the register had been written by another hand from the first day."""
    with forging(path) as connection:
        connection.execute("UPDATE operation SET actor = 'nobody'")
        rewrite(connection)


_SWAP = [
    f"UPDATE {table} SET operation = CASE operation WHEN 2 THEN 7 WHEN 7 THEN 2 ELSE operation END"
    for table in journal.TABLES
] + [
    "UPDATE operation SET number = -number WHERE number IN (2, 7)",
    "UPDATE operation SET number = 9 - -number WHERE number < 0",
]
_CUT = [f"DELETE FROM {table} WHERE operation = 9" for table in journal.TABLES] + [
    "DELETE FROM operation WHERE number = 9"
]
_DROP_MIDDLE = [f"DELETE FROM {table} WHERE operation = 4" for table in ("record_content", "record")] + [
    "DELETE FROM operation WHERE number = 4"
]
_RENUMBER = [
    f"UPDATE {table} SET operation = operation + 1 WHERE operation >= 8" for table in journal.TABLES
] + [
    "UPDATE operation SET number = -number WHERE number >= 8",
    "UPDATE operation SET number = 1 - number WHERE number < 0",
]
_NEW_VERSION = "INSERT INTO unit_version SELECT 9001, {unit}, {code}, 'Giả', {parent}, NULL, NULL, NULL, '2022-01-01', NULL, NULL, 9"
_NEW_RECORD = (
    "INSERT INTO record SELECT {values}, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 9 FROM record WHERE id = 1"
)
_NEW_SUCCESSION = "INSERT INTO succession VALUES ({id}, {old}, {new}, '2022-01-01', '{change}', 'whole', NULL, NULL, NULL, NULL, NULL, NULL, 9)"
_NEW_EXTENSION = "INSERT INTO extension VALUES ({id}, 1, 'p1-launch', '{on}', '{until}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 9)"
_NEW_WITHDRAWAL = "INSERT INTO withdrawal SELECT 9001, id, '{on}', '{last}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 9 FROM exemption"
_NEW_SUPPLEMENT = (
    "INSERT INTO supplement VALUES ({id}, {record}, '{on}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 9)"
)
_NEW_DECISION = "INSERT INTO decision VALUES (9001, '{on}', '45/QĐ', NULL, NULL, 9)"
_NEW_FIELD = "INSERT INTO plan_field VALUES (9001, 9001, 'obligation', '{code}', '{field}', '{value}', 9)"
_MIGRATIONS_INDEX = "idx__sqlite_migrations_migration_set_name"

FORGERIES = [
    Forgery("put an alias in", statements("INSERT INTO unit_alias VALUES (9001, 1, 'Giả', '2021-01-01', 9)"), False, "digest"),
    Forgery("an alias of no unit", statements("INSERT INTO unit_alias VALUES (9001, 9999, 'Giả', '2021-01-01', 9)", chain_from=9), False, "reference"),
    Forgery("an alias that turns around", statements("INSERT INTO unit_alias VALUES (9001, 1, 'a' || char(8238), '2021-01-01', 9)", chain_from=9), False, "rule"),
    Forgery("edit a date", statements("UPDATE record SET done_on = '2022-03-31' WHERE id = 1"), False, "digest"),
    Forgery("delete a record", statements("DELETE FROM record WHERE id = 1"), False, "digest"),
    Forgery("take a void away", statements("DELETE FROM void"), False, "digest"),
    Forgery("move a due date", statements("UPDATE obligation SET due_on = '2022-04-30' WHERE code = 'p1-launch'"), False, "digest"),
    Forgery("rename a unit", statements("UPDATE unit_version SET name = 'UBND quận Khác' WHERE code = '492'"), False, "digest"),
    Forgery("add a row to a closed operation", statements("INSERT INTO unit VALUES (9001, 'other', 'city', 1)"), False, "digest"),
    Forgery("add a row outside any operation", statements("INSERT INTO unit VALUES (9001, 'other', 'city', 99)"), False, "rows"),
    Forgery("add a row before the first operation", statements("INSERT INTO unit VALUES (9001, 'other', 'city', 0)"), False, "rows"),
    Forgery("drop a trigger and edit", _drop_a_trigger_and_edit, False, "schema"),
    Forgery("drop a trigger", _plain("DROP TRIGGER record_one_live"), False, "schema"),
    Forgery("blunt a trigger", _plain("DROP TRIGGER void_no_delete", "CREATE TRIGGER void_no_delete BEFORE DELETE ON void BEGIN SELECT 1; END"), False, "schema"),
    Forgery("plant a trigger", _plain("CREATE TRIGGER helpful AFTER INSERT ON record BEGIN SELECT 1; END"), False, "schema"),
    Forgery("plant a trigger on the list of migrations", _plain("CREATE TRIGGER helpful AFTER INSERT ON _sqlite_migrations BEGIN SELECT 1; END"), False, "schema"),
    Forgery("plant a trigger under the name of a table", _plain("CREATE TRIGGER _sqlite_migrations BEFORE INSERT ON record BEGIN SELECT RAISE(IGNORE); END"), False, "schema"),
    Forgery("plant a trigger under the name of an index", _plain(f"CREATE TRIGGER {_MIGRATIONS_INDEX} BEFORE INSERT ON record BEGIN SELECT RAISE(IGNORE); END"), False, "schema"),
    Forgery("put a view in the place of the list of migrations", _plain("CREATE TABLE gone AS SELECT * FROM _sqlite_migrations", "DROP TABLE _sqlite_migrations", "CREATE VIEW _sqlite_migrations AS SELECT * FROM gone"), False, "schema"),
    Forgery("widen the list of migrations", _plain("ALTER TABLE _sqlite_migrations ADD COLUMN extra TEXT CHECK (extra IS NULL)"), False, "schema"),
    Forgery("add to the list of migrations", _plain("INSERT INTO _sqlite_migrations VALUES (2, 'other', '0001', '')"), False, "schema"),
    Forgery("drop the index of the list of migrations", _plain(f"DROP INDEX {_MIGRATIONS_INDEX}"), False, "schema"),
    Forgery("move the index of the list of migrations", _plain(f"DROP INDEX {_MIGRATIONS_INDEX}", f"CREATE UNIQUE INDEX {_MIGRATIONS_INDEX} ON record (id)"), False, "schema"),
    Forgery("drop an index", _plain("DROP INDEX record_by_unit"), False, "schema"),
    Forgery("plant a table", _plain("CREATE TABLE extra (a)"), False, "schema"),
    Forgery("put a view in the place of a table", _plain("CREATE TABLE gone AS SELECT * FROM exemption", "DROP TABLE exemption", "CREATE VIEW exemption AS SELECT * FROM gone"), False, "schema"),
    Forgery("plant an index that refuses", _plain("CREATE UNIQUE INDEX extra ON record (unit, phase, action, operation)"), False, "schema"),
    Forgery("plant an index that computes", _plain("CREATE INDEX extra ON record (replace(hex(note), '00', hex(note)))"), False, "schema"),
    Forgery("plant an index that lies", _plain("CREATE INDEX extra ON record (done_on)", "PRAGMA writable_schema = ON", "UPDATE sqlite_schema SET sql = sql || ' WHERE id > 2' WHERE name = 'extra'"), False, "integrity"),
    Forgery("loosen a table", _plain("PRAGMA writable_schema = ON", "UPDATE sqlite_schema SET sql = replace(sql, 'level TEXT NOT NULL CHECK (level IN (''city'', ''district'', ''commune''))', 'level TEXT NOT NULL') WHERE name = 'unit'"), False, "schema"),
    Forgery("renumber operations", statements(*_RENUMBER), False, "chain"),
    Forgery("take an operation out", statements(*_DROP_MIDDLE), False, "chain"),
    Forgery("swap two operations", statements(*_SWAP), False, "chain"),
    Forgery("change the actor", statements("UPDATE operation SET actor = 'nobody' WHERE number = 3"), False, "chain"),
    Forgery("set a clock back", statements("UPDATE operation SET recorded_at = '2022-03-31T00:00:00.000000Z' WHERE number = 3", chain_from=3), False, "chain"),
    Forgery("a record of no unit", statements("UPDATE record SET unit = 9999 WHERE id = 1", chain_from=2), False, "reference"),
    Forgery("one code for two units", statements("INSERT INTO unit VALUES (9001, 'other', 'city', 9)", _NEW_VERSION.format(unit=9001, code="'492'", parent="NULL"), chain_from=9), False, "rule"),
    Forgery("a unit above itself", statements("UPDATE unit_version SET parent = (SELECT unit FROM unit_version WHERE code = '20194') WHERE code IN ('490', '48')", chain_from=1), False, "rule"),
    Forgery("a version after the end", statements("INSERT INTO unit_end SELECT 9001, unit, '2021-06-01', '2021-05-31', NULL, NULL, 9 FROM unit_version WHERE code = '492'", _NEW_VERSION.format(unit="(SELECT unit FROM unit_version WHERE code = '492')", code="'X9'", parent="NULL"), chain_from=9), False, "rule"),
    Forgery("a second live record", statements("INSERT INTO record SELECT 9001, unit, phase, action, occasion, '2022-01-01', NULL, NULL, NULL, NULL, NULL, NULL, NULL, 9 FROM record WHERE id = 1", chain_from=9), False, "rule"),
    Forgery("an occasion that nobody asks for", statements("UPDATE record SET occasion = '2023' WHERE id = 1", chain_from=2), False, "rule"),
    Forgery("a void of nothing", statements("INSERT INTO void VALUES (9001, 'record', 7777, 'x', NULL, 9)", chain_from=9), False, "rule"),
    Forgery("a replacement that is not there", statements("UPDATE void SET replacement = 7777", chain_from=6), False, "rule"),
    Forgery("a day that is none", statements("UPDATE record SET done_on = '2022-02-30' WHERE id = 1", chain_from=2), False, "rule"),
    Forgery("a month that is none", statements("UPDATE operation SET recorded_at = '2027-13-45T99:99:99.000000Z' WHERE number = 9", chain_from=9), False, "rule"),
    Forgery("a day of recording that is none", statements("UPDATE operation SET recorded_at = '2021-02-30T00:00:00.000000Z' WHERE number = 1", chain_from=1), False, "rule"),
    Forgery("the end of time", statements("UPDATE operation SET recorded_at = '9999-12-31T23:59:59.999999Z' WHERE number = 9", chain_from=9), False, "rule"),
    Forgery("a number for a record and an exemption", statements("UPDATE exemption SET id = 1", chain_from=1), False, "rule"),
    Forgery("a replacement of another action", statements("INSERT INTO void VALUES (9001, 'record', 1, 'x', 9002, 9)", _NEW_RECORD.format(values="9002, unit, phase, 'review', occasion, '2022-01-01'"), chain_from=9), False, "rule"),
    Forgery("a replacement of another sort", statements("INSERT INTO void VALUES (9001, 'exemption', 4, 'x', 9002, 9)", _NEW_RECORD.format(values="9002, unit, phase, 'review', occasion, '2022-01-01'"), chain_from=9), False, "rule"),
    Forgery("an obligation of a kind that is none", statements("UPDATE obligation_kind SET kind = 'nobody' WHERE kind = 'other'", chain_from=1), False, "rule"),
    Forgery("a phase that ends before it starts", statements("UPDATE phase SET ends_on = '2020-12-31' WHERE code = 'p1'", chain_from=1), False, "rule"),
    Forgery("a unit without a name", statements("INSERT INTO unit VALUES (9001, 'other', 'city', 9)", chain_from=9), False, "rule"),
    Forgery("two names from one day", statements(_NEW_VERSION.format(unit=1, code="'X8'", parent="NULL").replace("2022-01-01", "2021-01-01"), chain_from=9), False, "rule"),
    Forgery("two ends of a unit", statements("INSERT INTO unit_end VALUES (9001, 1, '2025-01-01', '2024-12-31', NULL, NULL, 9), (9002, 1, '2025-02-01', '2025-01-31', NULL, NULL, 9)", chain_from=9), False, "rule"),
    Forgery("an empty code", statements("UPDATE unit_version SET code = '' WHERE id = 1", chain_from=1), False, "rule"),
    Forgery("a code of two lines", statements("UPDATE unit_version SET code = 'A' || char(10) || 'B' WHERE id = 1", chain_from=1), False, "rule"),
    Forgery("a name that turns around", statements("UPDATE unit_version SET name = name || char(8238) WHERE id = 1", chain_from=1), False, "rule"),
    Forgery("a phase without a title", statements("UPDATE phase SET title_en = ' '", chain_from=1), False, "rule"),
    Forgery("a unit merged into itself", statements(_NEW_SUCCESSION.format(id=9001, old=1, new=1, change="merge"), chain_from=9), False, "rule"),
    Forgery("a unit kept as another", statements(_NEW_SUCCESSION.format(id=9001, old=1, new=2, change="keep"), chain_from=9), False, "rule"),
    Forgery("a ring of successors", statements(*(_NEW_SUCCESSION.format(id=9000 + old, old=old, new=new, change="merge") for old, new in ((1, 2), (2, 3), (3, 1), (4, 1))), chain_from=9), False, "rule"),
    Forgery("a record before its phase", statements("UPDATE record SET done_on = '2019-12-31' WHERE id = 1", chain_from=2), False, "rule"),
    Forgery("an exemption before its phase", statements("UPDATE exemption SET exempted_on = '2020-12-31'", chain_from=2), False, "rule"),
    Forgery("an extension before its phase", statements(_NEW_EXTENSION.format(id=9001, on="2020-12-31", until="2022-04-30"), chain_from=9), False, "rule"),
    Forgery("an extension that extends nothing", statements(_NEW_EXTENSION.format(id=9001, on="2022-03-01", until="2022-03-31"), chain_from=9), False, "rule"),
    Forgery("an extension that takes time away", statements(*(_NEW_EXTENSION.format(id=9000 + day, on=f"2022-03-0{day}", until=f"2022-05-{20 - day}") for day in (1, 2)), chain_from=9), False, "rule"),
    Forgery("an extension of tomorrow", statements(_NEW_EXTENSION.format(id=9001, on="2100-01-01", until="2100-04-30"), chain_from=9), False, "rule"),
    Forgery("a longer extension", statements(_NEW_EXTENSION.format(id=9001, on="2022-03-01", until="2022-06-30")), False, "digest"),
    Forgery("a withdrawal outside its exemption", statements(_NEW_WITHDRAWAL.format(on="2022-03-01", last="2022-02-28"), chain_from=9), False, "rule"),
    Forgery("a withdrawal of tomorrow", statements(_NEW_WITHDRAWAL.format(on="2100-01-02", last="2100-01-01"), chain_from=9), False, "rule"),
    Forgery("a withdrawal put in", statements(_NEW_WITHDRAWAL.format(on="2022-03-10", last="2022-03-09")), False, "digest"),
    Forgery("a supplement before its record", statements(_NEW_SUPPLEMENT.format(id=9001, record=1, on="2022-03-29"), chain_from=9), False, "rule"),
    Forgery("a supplement of a voided record", statements(_NEW_SUPPLEMENT.format(id=9001, record=2, on="2022-06-01"), chain_from=9), False, "rule"),
    Forgery("contents for an action without any", statements(_NEW_SUPPLEMENT.format(id=9001, record=1, on="2022-06-01"), "INSERT INTO supplement_content VALUES (9001, 4, 9)", chain_from=9), False, "rule"),
    Forgery("a result put in", statements("INSERT INTO record_field VALUES (1, 'grade', 'Tốt', 9)"), False, "digest"),
    Forgery("a result that the plan does not ask for", statements("INSERT INTO record_field VALUES (1, 'grade', 'Tốt', 9)", chain_from=9), False, "rule"),
    Forgery("a supplement put in", statements(_NEW_SUPPLEMENT.format(id=9001, record=1, on="2022-06-01")), False, "digest"),
    Forgery("a withdrawal of a voided exemption", statements(_NEW_WITHDRAWAL.format(on="2022-03-10", last="2022-03-09"), "INSERT INTO void SELECT 9001, 'exemption', id, 'x', NULL, 9 FROM exemption", chain_from=9), False, "rule"),
    Forgery("a decision put in", statements(_NEW_DECISION.format(on="2022-03-25"), _NEW_FIELD.format(code="p1-launch", field="due_on", value="2022-06-30")), False, "digest"),
    Forgery("a decision of tomorrow", statements(_NEW_DECISION.format(on="2100-01-01"), chain_from=9), False, "rule"),
    Forgery("a deadline before its phase", statements(_NEW_DECISION.format(on="2022-03-25"), _NEW_FIELD.format(code="p1-launch", field="due_on", value="2020-12-31"), chain_from=9), False, "rule"),
    Forgery("a decision about nothing", statements(_NEW_DECISION.format(on="2022-03-25"), _NEW_FIELD.format(code="p1-dance", field="due_on", value="2022-06-30"), chain_from=9), False, "rule"),
    Forgery("a kind bound twice by a decision", statements(_NEW_DECISION.format(on="2022-03-25"), _NEW_FIELD.format(code="p1-review-district", field="kind:department", value="1"), chain_from=9), False, "rule"),
    Forgery("a kind bound twice", statements("INSERT INTO obligation_kind VALUES ('p1-review-city', 'department', 1)", chain_from=1), False, "rule"),
    Forgery("an obligation without its phase", statements("UPDATE obligation SET phase = 'p3' WHERE code = 'p2-review'", chain_from=1), False, "rule"),
    Forgery("an obligation without its action", statements("UPDATE obligation SET action = 'dance' WHERE code = 'p2-review'", chain_from=1), False, "rule"),
    Forgery("newcomers of an obligation that is not there", statements("UPDATE obligation SET newcomers = 0, newcomers_of = 'p1-dance' WHERE code = 'p1-review'", chain_from=1), False, "rule"),
    Forgery("phases over one another", statements("UPDATE phase SET starts_on = '2025-06-01' WHERE code = 'p2'", chain_from=1), False, "rule"),
    Forgery("a record of tomorrow", statements("UPDATE record SET done_on = (SELECT date(recorded_at, '+1 day', '+7 hours') FROM operation WHERE number = 2) WHERE id = 1", chain_from=2), False, "rule"),
    Forgery("a paper of tomorrow", statements("UPDATE exemption SET received_on = '2100-01-01'", chain_from=2), False, "rule"),
    Forgery("no movement", statements("DELETE FROM movement", chain_from=1), False, "rule"),
    Forgery("no phase", statements("DELETE FROM phase", chain_from=1), False, "rule"),
    Forgery("nothing at all", statements(*(f"DELETE FROM {table}" for table in ("operation", *journal.TABLES))), False, "chain"),
    Forgery("rewrite the chain from the middle", statements("UPDATE record SET done_on = '2022-03-31' WHERE operation = 7", chain_from=7), True, "anchor"),
    Forgery("rewrite the whole chain", _from_scratch, True, "anchor"),
    Forgery("cut the tail", statements(*_CUT), True, "anchor"),
    Forgery("an older backup in its place", _older, True, "anchor"),
]  # fmt: skip


def flip(path: Path, bit: int) -> None:
    """Turn one bit of a file over."""
    data = bytearray(path.read_bytes())
    data[bit // 8] ^= 1 << (bit % 8)
    path.write_bytes(data)


def content(path: Path) -> list[tuple[object, ...]] | None:
    """All that a register says, read by plain SQLite; none where it cannot be read."""
    connection = sqlite3.connect(path)
    connection.text_factory = bytes
    try:
        return [
            (table, *row)
            for table in ("operation", *journal.TABLES)
            for row in connection.execute(f"SELECT * FROM {table} NOT INDEXED ORDER BY 1, 2")
        ]
    except sqlite3.Error:
        return None
    finally:
        connection.close()


# Registers that were made to do harm to whoever looks at them

ENDLESS = "WITH RECURSIVE endless (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM endless)"


def endless(table: str) -> Callable[[Path], None]:
    """Put a view that never comes to an end in the place of a table, with the columns that it had."""

    def craft(path: Path) -> None:
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as plain:
            columns = [row[1] for row in plain.execute(f"PRAGMA table_info({table})")]
            made = ", ".join(f"n AS {column}" for column in columns)
            plain.execute(f"DROP TABLE {table}")
            plain.execute(f"CREATE VIEW {table} AS {ENDLESS} SELECT {made} FROM endless")

    return craft


def planted(*rows: str) -> Callable[[Path], None]:
    """Put rows of one's own into the schema: type, name, table, root page and SQL."""

    def craft(path: Path) -> None:
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as plain:
            plain.execute("PRAGMA writable_schema = ON")
            for row in rows:
                plain.execute(f"INSERT INTO sqlite_schema VALUES ({row})")

    return craft


def long_text(size: int) -> Callable[[Path], None]:
    """Give a unit a note of so many letters."""

    def craft(path: Path) -> None:
        with forging(path) as plain:
            plain.execute(f"UPDATE unit_version SET note = printf('%.{size}c', 'x') WHERE id = 1")

    return craft


def tangle(path: Path) -> None:
    """Make a table of a few pages that each lead to the next by hundreds of ways: to read it never ends."""
    with contextlib.closing(sqlite3.connect(path)) as plain:
        ((root,),) = plain.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'succession'")
        ((size,),) = plain.execute("PRAGMA page_size")
    data = bytearray(path.read_bytes())
    pages = [root, *range(len(data) // size + 1, len(data) // size + 13)]
    data.extend(bytes(12 * size))
    count = (size - 12) // 7
    start = size - 5 * count
    places = b"".join((start + 5 * number).to_bytes(2) for number in range(count))
    for page, child in itertools.pairwise(pages):
        header = bytes([5, 0, 0]) + count.to_bytes(2) + start.to_bytes(2) + bytes(1) + child.to_bytes(4)
        cells = (child.to_bytes(4) + bytes([1])) * count
        data[(page - 1) * size : page * size] = (header + places).ljust(start, bytes(1)) + cells
    data[-size:] = (bytes([13, 0, 0, 0, 0]) + size.to_bytes(2)).ljust(size, bytes(1))
    data[28:32] = (len(data) // size).to_bytes(4)
    path.write_bytes(data)


_VIEW = f"AS {ENDLESS} SELECT ''record'' AS tbl, NULL AS idx, n AS stat FROM endless"
_LIKE = "name LIKE 'a%a%a%a%a%a%a%a%a%a%a%a%a%a%a%a%b'"
CRAFTED: dict[str, Callable[[Path], None]] = {
    **{f"an endless view as {table}": endless(table) for table in ("operation", *journal.TABLES, "_sqlite_migrations")},
    "an endless view as the statistics": planted(f"'view', 'sqlite_stat1', 'sqlite_stat1', 0, 'CREATE VIEW sqlite_stat1 {_VIEW}'"),
    "an endless view as a function": planted(f"'view', 'json_each', 'json_each', 0, 'CREATE VIEW json_each {_VIEW}'"),
    "a view under another name": planted("'view', 'harmless', 'harmless', 0, 'CREATE VIEW json_each AS SELECT 1 AS value'"),
    "an index of endless work": lambda path: _plain(f"CREATE INDEX slow ON unit_version (name) WHERE {_LIKE}")(path, Context(path)),
    "rows of no kind": planted("'weird', 'a', 'a', 0, NULL", "NULL, NULL, NULL, NULL, NULL", "x'00ff', x'00ff', x'00ff', 7, x'00ff'"),
    "a schema that is no SQL": planted("'table', 'a', 'a', 0, 'CREATE TABLE'"),
    "a schema of bytes": planted("'index', 'a', '_sqlite_migrations', 5, CAST('CREATE INDEX a ON record (note)' AS BLOB)"),
    "a schema that is too long": planted("'view', 'a', 'a', 0, 'CREATE VIEW a AS SELECT 1 -- ' || printf('%.17000000c', 'x')"),
    "a text that is too long": long_text(17_000_000),
    "a table without an end": tangle,
}  # fmt: skip
