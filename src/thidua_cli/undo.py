"""Undo an operation: void all that it brought, and bring back what it had voided, as a new operation."""

import sqlite3
from typing import NamedTuple

from thidua_cli import changes, journal, store
from thidua_cli.errors import NotFoundError, RefusedError
from thidua_cli.language import _
from thidua_cli.records import EVERYTHING
from thidua_cli.store import Writer
from thidua_cli.units import Directory

VOIDABLE = ("unit_version", "unit_end", "succession", "record", "exemption")


class Undone(NamedTuple):
    """How many rows were voided, and how many that the operation had voided count again."""

    voided: int
    restored: int


def undo(writer: Writer, number: int, reason: str) -> Undone:
    """Undo operation `number`.

    Raises NotFoundError if there is none; RefusedError for the operation of init, for one already undone, and
    where something recorded later rests on what it brought.
    """
    connection = writer.connection
    if journal.numbered(connection, number) is None:
        raise NotFoundError(_("không có thao tác #{number}").format(number=number))
    if number == 1:
        raise RefusedError(_("thao tác #1 tạo ra sổ, không hoàn tác được"))
    brought = [(table, row) for table in VOIDABLE for row in _live_ids(connection, table, number)]
    _refuse_dependents(connection, number)
    for table, row in brought:
        _void(writer, table, row, reason)
    lost = [
        (table, row)
        for table, row in _voided_by(connection, number)
        if not _counts_again(connection, table, row)
    ]
    if not brought and not lost:
        raise RefusedError(
            _("thao tác #{number} đã hoàn tác, hoặc không có gì để hoàn tác").format(number=number)
        )
    for table, row in lost:
        _restore(writer, table, row)
    _refuse_overlaps(connection, writer.number)
    return Undone(len(brought), len(lost))


def _live_ids(connection: sqlite3.Connection, table: str, number: int) -> list[int]:
    rows = connection.execute(
        f"SELECT id FROM {table} WHERE operation = ?"
        " AND id NOT IN (SELECT target_id FROM void WHERE target = ?) ORDER BY id",
        (number, table),
    )
    return [row[0] for row in rows]


def _voided_by(connection: sqlite3.Connection, number: int) -> list[tuple[str, int]]:
    """What the operation voided, unless it brought it itself."""
    found = connection.execute(
        "SELECT target, target_id FROM void WHERE operation = ? ORDER BY id", (number,)
    )
    return [
        (table, row)
        for table, row in found.fetchall()
        if connection.execute(f"SELECT operation FROM {table} WHERE id = ?", (row,)).fetchone()[0] != number
    ]


def _refuse_dependents(connection: sqlite3.Connection, number: int) -> None:
    """A unit that the operation created must not be what later rows are about."""
    dependents = connection.execute(
        store.sql("dependents"), {"number": number, "known": EVERYTHING}
    ).fetchall()
    if dependents:
        raise RefusedError(
            _("có dữ liệu ghi sau dựa trên thao tác #{number}; hoàn tác các thao tác ấy trước").format(
                number=number
            ),
            *(
                _("  thao tác #{operation}: {code}  {name}").format(operation=operation, code=code, name=name)
                for operation, code, name in dependents[:10]
            ),
        )


def _refuse_overlaps(connection: sqlite3.Connection, known: int) -> None:
    pairs = changes.overlaps(Directory.read(connection, known))
    if pairs:
        one, other = pairs[0]
        raise RefusedError(
            _("hoàn tác thì mã {code} là của hai đơn vị trong một ngày: {one} và {other}").format(
                code=one.code, one=one.name, other=other.name
            ),
            _("Hoàn tác thay đổi ghi sau trước."),
        )


def _void(writer: Writer, table: str, row: int, reason: str) -> None:
    void = {
        "id": writer.next_id("void"),
        "target": table,
        "target_id": row,
        "reason": reason,
        "replacement": None,
    }
    writer.insert("void", [void])


def _values(connection: sqlite3.Connection, table: str, row: int) -> dict[str, object]:
    """A row without its id and operation: what it says."""
    cursor = connection.execute(f"SELECT * FROM {table} WHERE id = ?", (row,))
    values = dict(zip([column[0] for column in cursor.description], cursor.fetchone(), strict=True))
    return {name: value for name, value in values.items() if name not in ("id", "operation")}


def _counts_again(connection: sqlite3.Connection, table: str, row: int) -> bool:
    """Whether a live row says the same: the voided one was brought back already, or recorded anew."""
    values = _values(connection, table, row)
    same = " AND ".join(f"{name} IS ?" for name in values)
    found = connection.execute(
        f"SELECT 1 FROM {table} WHERE {same} AND id NOT IN (SELECT target_id FROM void WHERE target = ?)",
        (*values.values(), table),
    )
    return found.fetchone() is not None


def _refuse_taken(connection: sqlite3.Connection, table: str, values: dict[str, object]) -> None:
    """What is to come back must not stand beside another live record of the same thing."""
    keys = {"record": ("unit", "phase", "action"), "exemption": ("unit", "obligation")}.get(table)
    if keys is None:
        return
    same = " AND ".join(f"{name} = ?" for name in keys)
    found = connection.execute(
        f"SELECT id FROM {table} WHERE {same} AND id NOT IN (SELECT target_id FROM void WHERE target = ?)",
        (*(values[name] for name in keys), table),
    ).fetchone()
    if found:
        raise RefusedError(
            _("đơn vị đã có bản ghi #{number} cho việc này").format(number=found[0]),
            _("Hủy bản ghi ấy trước: thidua record void {number} --reason …").format(number=found[0]),
        )


def _restore(writer: Writer, table: str, row: int) -> None:
    """A copy of a voided row, under a new id: a void itself is never taken back."""
    values = _values(writer.connection, table, row)
    _refuse_taken(writer.connection, table, values)
    copy = writer.next_id(table)
    writer.insert(table, [{**values, "id": copy}])
    if table == "record":
        contents = writer.connection.execute("SELECT content FROM record_content WHERE record = ?", (row,))
        writer.insert(
            "record_content", [{"record": copy, "content": each[0]} for each in contents.fetchall()]
        )
