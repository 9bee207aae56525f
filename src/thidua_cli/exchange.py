"""The register as text that outlives SQLite: JSON lines, from which the same register can be made again.

The first line says what it is, and the columns of every table. Then, operation by operation, a line with the
operation and a line for each row in the canonical encoding (docs/schema.md). The last line is the head, so
that a file that was cut is known to be cut.
"""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from thidua_cli import files, journal, store, verify
from thidua_cli.errors import RejectedError, StoreError
from thidua_cli.journal import Operation
from thidua_cli.language import _
from thidua_cli.verify import schema

FORMAT = "thidua-register"
VERSION = 1
_LONGEST = 1 << 24  # of a line; the longest that the register can make is far shorter


class _FaultError(Exception):
    """What is wrong with a line."""


def lines(connection: sqlite3.Connection, path: Path) -> Iterator[bytes]:
    """The register in a connection that is inside a transaction; raises StoreError where it is not intact."""
    verify.refuse_unless_intact(path, verify.examine(connection))
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    tables = {table: _columns(connection, table) for table in _tables(version)}
    yield _line({"format": FORMAT, "version": VERSION, "schema": version, "tables": tables})
    for operation in journal.operations(connection, 2**62)[::-1]:
        yield _line({"operation": operation._asdict()})
        for rows in journal.chunks(connection, operation.number):
            yield "".join(f"{row}\n" for row in rows).encode()
    yield _line({"head": operation.anchor})


def _line(value: object) -> bytes:
    return f"{json.dumps(value, ensure_ascii=False)}\n".encode()


def _tables(version: int) -> list[str]:
    objects, _names = schema.expected(version)
    return schema.tables(objects)


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [column[0] for column in connection.execute(f"SELECT * FROM {table} LIMIT 0").description]


def looks_like(path: Path) -> bool:
    """Whether a file is text rather than a register; raises StoreError where it cannot be read."""
    with store.store_errors(path), files.regular(path) as file:
        return file.read(1) == b"{"


def load(file: Path, target: Path) -> None:
    """Make the register of an exported file in an empty database file; the caller verifies it.

    Raises RejectedError, with the line, for a file that is not whole or not ours; StoreError for a newer one.
    """
    connection = store.prepare(sqlite3.connect(target))
    try:
        with store.store_errors(file), files.regular(file) as source:
            connection.execute("BEGIN IMMEDIATE")
            _fill(connection, source, file)
            connection.execute("COMMIT")
    finally:
        connection.close()


def _fill(connection: sqlite3.Connection, source: BinaryIO, file: Path) -> None:
    number, head, said = 1, "", None
    try:
        columns = _begin(connection, _parsed(source.readline(_LONGEST)), file)
        # The guards of the live register know no order in which a correction could be read back row by row.
        triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _sql in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        while text := source.readline(_LONGEST):
            number += 1
            if said is not None:
                raise _FaultError(_("còn nội dung sau dòng head"))
            value = _parsed(text)
            if isinstance(value, list):
                _insert(connection, columns, value)
            elif "operation" in value:
                head = _insert_operation(connection, value["operation"])
            else:
                said = value.get("head")
        for _name, sql in triggers:
            connection.execute(sql)
    except (
        _FaultError,
        ValueError,
        TypeError,
        KeyError,
        OverflowError,
        RecursionError,
        sqlite3.Error,
    ) as error:
        raise RejectedError(
            _("{path}, dòng {number}: {error}").format(path=file, number=number, error=error)
        ) from None
    if said is None or said != head:
        raise RejectedError(_("{path}: thiếu phần cuối, tệp đã bị cắt").format(path=file))


def _parsed(text: bytes) -> Any:
    if not text.endswith(b"\n"):
        raise _FaultError(_("dòng không trọn vẹn, tệp đã bị cắt"))
    value = json.loads(text)
    if not isinstance(value, (dict, list)):
        raise _FaultError(_("không phải một dòng của sổ"))
    return value


def _begin(connection: sqlite3.Connection, first: Any, file: Path) -> dict[str, list[str]]:
    """Read the first line and make the schema; returns the columns of every table."""
    if not isinstance(first, dict) or first.get("format") != FORMAT:
        raise _FaultError(_("không phải sổ do thidua xuất ra"))
    version = first.get("schema")
    if (
        not isinstance(version, int)
        or first.get("version") != VERSION
        or not 1 <= version <= store.SCHEMA_VERSION
    ):
        raise StoreError(
            _("{path}: sổ này thuộc phiên bản mới hơn").format(path=file), _("Cập nhật thidua rồi thử lại.")
        )
    store.migrate(connection, version)
    columns = {table: _columns(connection, table) for table in _tables(version)}
    if first.get("tables") != columns:
        raise _FaultError(_("các cột không phải của lược đồ {version}").format(version=version))
    return columns


def _insert(connection: sqlite3.Connection, columns: dict[str, list[str]], row: list[Any]) -> None:
    names = columns[row[0]][: len(row) - 1]
    marks = ", ".join("?" * (len(row) - 1))
    connection.execute(f"INSERT INTO {row[0]} ({', '.join(names)}) VALUES ({marks})", row[1:])


def _insert_operation(connection: sqlite3.Connection, value: dict[str, Any]) -> str:
    operation = Operation(**value)
    connection.execute("INSERT INTO operation VALUES (?, ?, ?, ?, ?, ?, ?, ?)", operation)
    return operation.anchor
