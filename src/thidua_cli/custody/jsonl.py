"""The register as text that outlives SQLite: JSON lines, from which the same register can be made again.

The first line says what it is, and the columns of every table. Then, operation by operation, a line with the
operation and a line for each row in the canonical encoding (docs/schema.md). The last line is the head, so
that a file that was cut is known to be cut.
"""

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from thidua_cli import store
from thidua_cli.custody import verify
from thidua_cli.custody.verify import schema
from thidua_cli.ground import config_files, files
from thidua_cli.ground.errors import InvalidError, RejectedError, StoreError
from thidua_cli.ground.language import _
from thidua_cli.store import journal
from thidua_cli.store.journal import Operation

FORMAT = "thidua-register"
VERSION = 1
# What SQLite says of a value that it does not take; all else is the fault of the place that is written to.
_OF_THE_LINE = (
    sqlite3.IntegrityError, sqlite3.DataError, sqlite3.InterfaceError, sqlite3.ProgrammingError,
    OverflowError, UnicodeEncodeError,
)  # fmt: skip
_SHOWN = 60  # characters of a value in a message
_LONGEST = 1 << 24  # of a line; the longest that the register can make is far shorter


def lines(connection: sqlite3.Connection, path: Path) -> Iterator[bytes]:
    """The register in a connection that is inside a transaction; raises StoreError where it is not intact."""
    proof = verify.examine(connection)
    verify.refuse_unless_intact(path, proof.findings)
    version = store.schema.version_of(connection)
    yield _line(
        {
            "format": FORMAT,
            "register": proof.register,
            "version": VERSION,
            "schema": version,
            "tables": _columns(connection, version),
        }
    )
    for operation in proof.operations:
        yield _line({"operation": operation._asdict()})
        for rows in journal.chunks(connection, operation.number):
            yield "".join(f"{row}\n" for row in rows).encode()
    yield _line({"head": operation.anchor})


def _line(value: object) -> bytes:
    return f"{json.dumps(value, ensure_ascii=False)}\n".encode()


def _columns(connection: sqlite3.Connection, version: int) -> dict[str, list[str]]:
    """The columns of every journalled table of schema `version`, which the connection has."""
    objects, _migrations = schema.expected(version)
    return {table: journal.columns(connection, table) for table in schema.tables(objects)}


def looks_like(path: Path) -> bool:
    """Whether a file is text rather than a register; raises StoreError where it cannot be read."""
    with store.store_errors(path), files.regular(path) as file:
        return file.read(1) == b"{"


def load(file: Path, target: Path) -> None:
    """Make the register of an exported file in an empty database file; the caller verifies it.

    Raises RejectedError, with the line, for a file that is not whole or not ours; StoreError for a newer one,
    one that cannot be read, or a target that cannot be written.
    """
    with store.store_errors(target.parent), contextlib.closing(sqlite3.connect(target)) as connection:
        store.prepare(connection).execute("BEGIN IMMEDIATE")
        _fill(connection, file)
        journal.index_names(
            connection, connection.execute(journal.NAMES)
        )  # operations came before their rows
        for problem in schema.check_references(connection):  # some are kept only at the commit
            raise _rejected(f"{file}: {problem.message}")
        connection.execute("COMMIT")


def _fill(connection: sqlite3.Connection, file: Path) -> None:
    number, head, said, register = 0, "", None, None
    columns: Mapping[str, Sequence[str]] = {}
    triggers: Sequence[tuple[str, str]] = ()
    try:
        for number, text in enumerate(_texts(file), 1):
            value = _parsed(text)
            if number == 1:
                columns, register = _begin(connection, value, file), value.get("register")
                triggers = _without_guards(connection)
            elif said is not None:
                raise InvalidError(_("còn nội dung sau dòng head"))
            elif isinstance(value, list):
                _insert(connection, columns, value)
            elif list(value) == ["operation"]:
                head = _insert_operation(connection, value["operation"])
                if register is not None and head.startswith("1:") and register != head[2:18]:
                    raise InvalidError(_("không phải thao tác đầu của sổ {name}").format(name=register))
            elif list(value) == ["head"]:
                said = value["head"]
            else:
                raise InvalidError(_("không phải một dòng của sổ"))
    except (InvalidError, *_OF_THE_LINE) as error:
        words = _("dòng này không vào được sổ ({error})").format(error=error)
        if isinstance(error, InvalidError):
            words = error.message
        raise _rejected(
            _("{path}, dòng {number}: {error}").format(path=file, number=number, error=words)
        ) from None
    for _name, sql in triggers:
        connection.execute(sql)
    if said is None or said != head:
        raise _rejected(_("{path}: thiếu phần cuối, tệp đã bị cắt").format(path=file))


def _rejected(message: str) -> RejectedError:
    return RejectedError(message, _("Lấy tệp nguyên vẹn, hoặc xuất lại từ sổ: thidua export register -o TỆP"))


def _without_guards(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """Take the triggers away: they know no order in which a correction could be read back row by row."""
    triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    for name, _sql in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    return triggers


def _texts(file: Path) -> Iterator[bytes]:
    with store.store_errors(file), files.regular(file) as source:
        while text := source.readline(_LONGEST):
            yield text


def _parsed(text: bytes) -> Any:
    if not text.endswith(b"\n"):
        raise InvalidError(_("dòng không trọn vẹn, tệp đã bị cắt"))
    try:
        value = config_files.parse_json(text.decode("utf-8"))
    except InvalidError:
        raise
    except ValueError:
        raise InvalidError(_("không phải JSON")) from None
    if not isinstance(value, (dict, list)):
        raise InvalidError(_("không phải một dòng của sổ"))
    return value


def _begin(connection: sqlite3.Connection, first: Any, file: Path) -> dict[str, list[str]]:
    """Read the first line and make the schema; returns the columns of every table."""
    if not isinstance(first, dict) or first.get("format") != FORMAT:
        raise InvalidError(_("không phải sổ do thidua xuất ra"))
    version, schema_version = _number(first.get("version")), _number(first.get("schema"))
    if version != VERSION or schema_version > store.schema.SCHEMA_VERSION:
        raise StoreError(
            _("{path}: sổ này thuộc phiên bản mới hơn").format(path=file), _("Cập nhật thidua rồi thử lại.")
        )
    store.migrate(connection, schema_version)
    columns = _columns(connection, schema_version)
    if first.get("tables") != columns:
        raise InvalidError(_("các cột không phải của lược đồ {version}").format(version=schema_version))
    return columns


def _shown(value: object) -> str:
    """The beginning of a value in a message."""
    try:
        text = json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return "[…]"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _number(value: object) -> int:
    if type(value) is not int or value < 1:
        raise InvalidError(_("không phải số phiên bản: {value}").format(value=_shown(value)))
    return value


def _insert(connection: sqlite3.Connection, columns: Mapping[str, Sequence[str]], row: list[Any]) -> None:
    table, values = (row[0], row[1:]) if row else (None, [])
    if not isinstance(table, str) or table not in columns:
        raise InvalidError(_("không có bảng {name}").format(name=_shown(table)))
    if not 1 <= len(values) <= len(columns[table]):
        raise InvalidError(
            _("bảng {name} có {wanted} cột, dòng này có {found}").format(
                name=table, wanted=len(columns[table]), found=len(values)
            )
        )
    names = columns[table][: len(values)]
    for name, value in zip(names, values, strict=True):
        _check_type(name, value, str, int, type(None))
    marks = ", ".join("?" * len(values))
    connection.execute(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", values)


def _insert_operation(connection: sqlite3.Connection, value: object) -> str:
    if not isinstance(value, dict) or set(value) != set(Operation._fields):
        raise InvalidError(
            _("thao tác phải có đúng các khóa: {names}").format(names=", ".join(Operation._fields))
        )
    operation = Operation(**value)
    for name, item in operation._asdict().items():
        _check_type(name, item, int if name in ("number", "row_count") else str)
    journal.insert(connection, operation)
    return operation.anchor


def _check_type(name: str, value: object, *types: type) -> None:
    if type(value) not in types:
        raise InvalidError(_("cột {name}: không phải văn bản hay số nguyên").format(name=name))
