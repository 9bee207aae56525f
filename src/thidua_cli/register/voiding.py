"""Finding an entry by its number, and voiding or correcting it; supplements go with their record."""

import sqlite3
from collections.abc import Iterable, Mapping
from itertools import count

from thidua_cli.ground import text
from thidua_cli.ground.errors import NotFoundError, RefusedError
from thidua_cli.ground.language import _
from thidua_cli.register.entries import (
    Entry,
    Record,
    Supplement,
    add,
    live_exemptions,
    live_extensions,
    live_records,
    live_supplements,
    live_withdrawals,
    table_of,
)
from thidua_cli.store import Writer
from thidua_cli.store.journal import LATEST, PAPERS


def find(connection: sqlite3.Connection, number: int) -> tuple[str, Entry]:
    """A live entry by its number, and its table.

    Raises NotFoundError if there never was one, RefusedError if it has been voided.
    """
    for read in (live_records, live_exemptions, live_extensions, live_withdrawals, live_supplements):
        for entry in read(connection, LATEST, number=number):
            return table_of(entry), entry
    for table in PAPERS:
        if connection.execute(f"SELECT 1 FROM {table} WHERE id = ?", (number,)).fetchone():
            operation, reason, fresh = connection.execute(
                "SELECT operation, reason, replacement FROM void WHERE target = ? AND target_id = ?",
                (table, number),
            ).fetchone()
            raise RefusedError(
                _("bản ghi #{number} đã hủy ở thao tác #{operation}: {reason}").format(
                    number=number, operation=operation, reason=text.visible(reason)
                ),
                *([_("Bản ghi thay nó: #{number}").format(number=fresh)] if fresh else []),
            )
    raise NotFoundError(_("không có bản ghi #{number}").format(number=number))


def supplements_of(connection: sqlite3.Connection, entry: Entry) -> list[Supplement]:
    """The live supplements of a stored record, the earliest first; none of another entry."""
    return live_supplements(connection, LATEST, record=entry.id) if isinstance(entry, Record) else []


def void(writer: Writer, number: int, reason: str) -> Entry:
    """Void a live entry, with its supplements; returns it. Raises as `find`."""
    _table, entry = find(writer.connection, number)
    falling = [entry, *supplements_of(writer.connection, entry)]
    void_rows(writer, {(table_of(each), int(each.id or 0)): None for each in falling}, reason)
    return entry


def void_rows(writer: Writer, rows: Mapping[tuple[str, int], int | None], reason: str) -> None:
    """Void rows, given as table and id, each with the id of the row that takes its place, if one does."""
    ids = count(writer.next_id("void", len(rows)))
    columns = ("id", "target", "target_id", "reason", "replacement")
    voids = ((next(ids), *row, reason, replacement) for row, replacement in rows.items())
    writer.insert_rows("void", columns, voids)


def correct(writer: Writer, number: int, reason: str, corrected: Entry) -> Entry:
    """Void a live entry and store, linked, what it should have been; returns that. Raises as `find`.

    Supplements follow their record.
    """
    _table, old = find(writer.connection, number)
    return correct_all(writer, [(old, corrected)], reason)[0]


def correct_all(writer: Writer, pairs: Iterable[tuple[Entry, Entry]], reason: str) -> list[Entry]:
    """As `correct`, for live entries, each with what it should have been."""
    held = [(old, fresh._replace(id=writer.next_id("record"))) for old, fresh in pairs]
    following = [
        (each, each._replace(record=int(fresh.id or 0)))
        for old, fresh in held
        for each in supplements_of(writer.connection, old)
    ]
    void_rows(writer, {(table_of(old), int(old.id or 0)): fresh.id for old, fresh in held}, reason)
    made = add(writer, [fresh for _old, fresh in held])
    if following:
        correct_all(writer, following, reason)
    return made
