"""The schema: the queries of `sql/`, and the migrations that bring a file to the version of this program."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from thidua_cli.store import journal

if TYPE_CHECKING:
    from sqlite_utils import Database

APPLICATION_ID = 0x54484455  # "THDU"
_SQL = Path(__file__).parents[1] / "sql"


@cache
def sql(name: str) -> str:
    """The text of a query of `sql/`, after the common definition of what is live."""
    return f"{raw_sql('live')}\n{raw_sql(name)}"


@cache
def raw_sql(name: str) -> str:
    """The text of a file of `sql/`, alone."""
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")


def narrowed(
    connection: sqlite3.Connection, query: str, known: int, wanted: Mapping[str, object]
) -> sqlite3.Cursor:
    """The rows of a query, its $where being that columns have the values that are wanted; None: any."""
    given = {column: value for column, value in wanted.items() if value is not None}
    where = " AND ".join(f"{column} = :{column[2:]}" for column in given) or "1"
    parameters = {"known": known, **{column[2:]: value for column, value in given.items()}}
    return connection.execute(query.replace("$where", where), parameters)


def statements(script: str) -> list[str]:
    """The statements of an SQL script. A statement ends at the end of a line."""
    made = [""]
    for line in script.splitlines(keepends=True):
        made[-1] += line
        if sqlite3.complete_statement(made[-1]):
            made.append("")
    return made[:-1]


def migrate(connection: sqlite3.Connection, version: int | None = None) -> None:
    """Bring the schema from its `user_version` to `version` (none: this program's own).

    The caller holds the write transaction.
    """
    from sqlite_utils import Database, Migrations

    wanted = SCHEMA_VERSION if version is None else version
    migrations = Migrations("thidua")
    for name, step in MIGRATIONS[version_of(connection) : wanted]:
        migrations(name=name)(step)
    migrations.apply(Database(connection))
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {wanted}")


def version_of(connection: sqlite3.Connection) -> int:
    """The number of migrations that the file has had."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _register(database: "Database") -> None:
    from string import Template

    _run(database, raw_sql("schema_0001"))
    for table, key in {**journal.TABLES, "operation": ("number",)}.items():
        same = " AND ".join(f"{column} = NEW.{column}" for column in key)
        _run(database, Template(raw_sql("schema_0001_guards")).substitute(table=table, same_key=same))
    for table in journal.TABLES:
        _run(database, Template(raw_sql("schema_0001_closed")).substitute(table=table))
        database.execute(f"CREATE INDEX {table}_by_operation ON {table} (operation)")


def _run(database: "Database", script: str) -> None:
    for statement in statements(script):  # executescript() would commit the open transaction
        database.execute(statement)


# The step at index N brings schema N to N + 1; a step that was released is never changed.
MIGRATIONS: Sequence[tuple[str, Callable[["Database"], None]]] = (("0001_register", _register),)
SCHEMA_VERSION = len(MIGRATIONS)
