"""The schema as it is, against the schema that the migrations make; and SQLite's own checks."""

import re
import sqlite3
from collections.abc import Iterator

from thidua_cli import journal, store
from thidua_cli.language import _
from thidua_cli.verify.finding import Finding

_OBJECTS = "SELECT type, name, tbl_name, sql FROM sqlite_schema"
_LIST = (
    "_sqlite_migrations"  # made by sqlite-utils, of which each version may set spaces and quotes otherwise
)
_LAYOUT = re.compile(r'[\s"`\[\]]+')
_DONE = f"SELECT migration_set, name FROM {_LIST} ORDER BY id"
_PROBLEMS = 20  # of each of SQLite's own checks; a torn file has thousands

Objects = dict[tuple[str, str], tuple[str, str | None]]  # (type, name) -> table, SQL
Migrations = list[tuple[str, str]]  # set and name of each, in the order of application


def expected(version: int) -> tuple[Objects, Migrations]:
    """The objects of schema `version`, and its migrations."""
    connection = store.prepare(sqlite3.connect(":memory:"))
    try:
        connection.execute("BEGIN IMMEDIATE")
        store.migrate(connection, version)
        return _objects(connection), _migrations(connection)
    finally:
        connection.close()


def _objects(connection: sqlite3.Connection) -> Objects:
    return {
        (kind, name): (table, _LAYOUT.sub("", sql) if sql and table == _LIST else sql)
        for kind, name, table, sql in connection.execute(_OBJECTS)
    }


def _migrations(connection: sqlite3.Connection) -> Migrations:
    return connection.execute(_DONE).fetchall()


def tables(wanted: Objects) -> list[str]:
    """The journalled tables of a schema, in the order of the encoding."""
    return [table for table in journal.TABLES if ("table", table) in wanted]


def examine(connection: sqlite3.Connection, wanted: Objects) -> Iterator[Finding]:
    """Whatever was dropped, changed or added."""
    present = _objects(connection)
    words = {
        "table": _("bảng {name}"),
        "index": _("chỉ mục {name}"),
        "trigger": _("trigger {name}"),
        "view": _("khung nhìn {name}"),
    }
    for key in sorted({*wanted, *present}, key=str):
        what = words.get(key[0], "{name}").format(name=key[1])
        if key not in present:
            yield Finding("schema", _("lược đồ thiếu {what}").format(what=what))
        elif key not in wanted:
            yield Finding("schema", _("lược đồ thừa {what}").format(what=what))
        elif wanted[key] != present[key]:
            yield Finding("schema", _("lược đồ: {what} đã bị sửa").format(what=what))


def examine_migrations(connection: sqlite3.Connection, wanted: Migrations) -> Iterator[Finding]:
    """Whether the list of migrations is that of this schema."""
    if _migrations(connection) != wanted:
        yield Finding("schema", _("danh sách các bước nâng cấp lược đồ đã bị sửa"))


def examine_journal(connection: sqlite3.Connection) -> Iterator[Finding]:
    """A mode of writing that another program has left on: nothing that is promised was tested in it."""
    if store.in_wal(connection):
        yield Finding(
            "journal",
            _(
                "tệp ở chế độ WAL, không phải DELETE; lệnh ghi kế tiếp của thidua sẽ đặt lại, hoặc {cure}"
            ).format(cure="sqlite3 … 'PRAGMA journal_mode = DELETE'"),
        )


def examine_references(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Rows that point at what is not there."""
    rows = connection.execute("PRAGMA foreign_key_check").fetchmany(_PROBLEMS)
    for table, row, parent, _key in rows:
        yield Finding(
            "reference",
            _("bảng {table}, dòng {row}: trỏ tới một dòng không có trong bảng {parent}").format(
                table=table, row=row, parent=parent
            ),
            table=table,
            row=row,
        )


def examine_integrity(connection: sqlite3.Connection) -> Iterator[Finding]:
    """What SQLite finds in the file itself."""
    for (line,) in connection.execute(f"PRAGMA integrity_check({_PROBLEMS})").fetchall():
        for part in str(line).splitlines():
            if part and part != "ok" and not part.startswith("***"):
                yield Finding("integrity", _("SQLite: {message}").format(message=part))
