"""Write a register: create it, and add to it. One write is one operation.

sqlite3 alone reads and writes; sqlite-utils applies the migrations.
Rollback journal, `synchronous=EXTRA`: an acknowledged write has reached the disk.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, islice
from pathlib import Path

from thidua_cli.ground import dates, drafts, filesystem
from thidua_cli.ground.errors import StoreError
from thidua_cli.ground.language import _
from thidua_cli.store import journal, opening
from thidua_cli.store.faults import refuse_low_limit, rollback_on_error, store_errors, unsynced
from thidua_cli.store.locks import signals_held, turn
from thidua_cli.store.opening import connect, leave_wal
from thidua_cli.store.schema import migrate

_BATCH = 200  # rows of one INSERT


class Writer:
    """An operation being written: the number that its rows carry."""

    def __init__(self, connection: sqlite3.Connection, number: int) -> None:
        self.connection = connection
        self.number = number
        self.operation: journal.Operation | None = None
        self.given = 0  # rows
        self.ahead: journal.Operation | None = None  # the one before, where it is dated far later than now
        self._next_ids: dict[str, int] = {}

    def insert(self, table: str, rows: Iterable[Mapping[str, object]]) -> None:
        """Store rows of a journalled table, all with the same columns; `operation` is added."""
        remaining = iter(rows)
        first = next(remaining, None)
        if first is not None:
            self.insert_rows(table, list(first), (tuple(row.values()) for row in chain([first], remaining)))

    def insert_rows(self, table: str, columns: Sequence[str], rows: Iterable[tuple[object, ...]]) -> None:
        """As `insert`, rows being the values of `columns`. Many rows make one statement: half the time."""
        remaining = iter(rows)
        names, one = ", ".join(columns), f"({'?, ' * len(columns)}{self.number:d})"
        most = self.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER) // len(columns)
        while batch := list(islice(remaining, min(_BATCH, most))):
            self.given += len(batch)
            self.connection.execute(
                f"INSERT INTO {table} ({names}, operation) VALUES {', '.join([one] * len(batch))}",
                list(chain.from_iterable(batch)),
            )

    def next_id(self, table: str, count: int = 1) -> int:
        """A fresh id, the first of `count`; the tables of papers draw from one sequence."""
        tables = journal.PAPERS if table in journal.PAPERS else (table,)
        sequence = tables[0]
        if sequence not in self._next_ids:
            self._next_ids[sequence] = max(
                self.connection.execute(f"SELECT coalesce(max(id), 0) FROM {name}").fetchone()[0]
                for name in tables
            )
        self._next_ids[sequence] += count
        return self._next_ids[sequence] - count + 1


def create(
    path: Path, load: Callable[[Writer], None], *, actor: str, command: str, group: int | None = None
) -> journal.Operation:
    """Make the register at `path`: schema and first operation, whole or not at all.

    The file is made beside its place and linked into it, so that a reader never meets half a register and an
    existing file is never overwritten (StoreError). Only the owner may read it, or the members of `group`, of
    which this account must be one; StoreError where they could not work in its folder.
    """
    rights = filesystem.PRIVATE if group is None else filesystem.Rights(group, 0o660)
    with store_errors(path):
        filesystem.make_private(path.parent, rights)
        filesystem.refuse_network(path.parent)
        if group is not None:
            filesystem.refuse_unshared(path.parent, group)
        with drafts.draft(path, rights) as draft:
            with contextlib.closing(opening.connect_file(draft)) as connection:
                writer, operation = found(connection, load, actor=actor, command=command)
            try:
                with signals_held(), _finishing(writer, operation):
                    drafts.place(draft, path)
            except FileExistsError:
                raise StoreError(_("{path}: đã có tệp ở đó").format(path=path)) from None
    return operation


def found(
    connection: sqlite3.Connection, load: Callable[[Writer], None], *, actor: str, command: str
) -> tuple[Writer, journal.Operation]:
    """Make schema and first operation in an empty database (also one in memory), in one transaction."""
    connection.execute("BEGIN IMMEDIATE")
    with rollback_on_error(connection):
        migrate(connection)
        writer = Writer(connection, 1)
        load(writer)
        operation = _close(writer, actor=actor, command=command)
        connection.execute("COMMIT")
    return writer, operation


@contextlib.contextmanager
def writing(path: Path, *, actor: str, command: str) -> Iterator[Writer]:
    """`write` on the register at `path`; raises StoreError where the file cannot be written."""
    with contextlib.closing(connect(path)) as connection:
        filesystem.refuse_network(path)
        with store_errors(path), turn(path.resolve()):
            leave_wal(connection, path)
            with write(connection, actor=actor, command=command) as writer:
                yield writer


@contextlib.contextmanager
def write(connection: sqlite3.Connection, *, actor: str, command: str) -> Iterator[Writer]:
    """Write one operation: commit all that the block inserts at its end, or nothing if it raises.

    `writer.operation` is the operation once it is committed; it stays None where the block inserted nothing.
    Raises UnsyncedError where the operation is perhaps not yet on the disk.
    """
    connection.execute("BEGIN IMMEDIATE")
    with rollback_on_error(connection):
        refuse_low_limit(connection)
        latest = journal.head(connection)
        writer = Writer(connection, latest.number + 1 if latest else 1)
        yield writer
        if not writer.given:
            connection.execute("ROLLBACK")
            return
        operation = _close(writer, actor=actor, command=command)
        saved = _("đã lưu ở thao tác #{number}, nhưng không đồng bộ được thư mục của sổ: lỗi đĩa")
        with (
            signals_held(),
            _finishing(writer, operation),
            unsynced(connection, partial(_holds, connection, operation), saved.format(number=writer.number)),
        ):
            connection.execute("COMMIT")


def _holds(connection: sqlite3.Connection, operation: journal.Operation) -> bool:
    return journal.numbered(connection, operation.number) == operation


def _finishing(writer: Writer, operation: journal.Operation) -> contextlib.AbstractContextManager[None]:
    """Set `writer.operation` once the block has written it, also where it could not be synced."""
    return drafts.reporting(partial(setattr, writer, "operation", operation))


def _close(writer: Writer, *, actor: str, command: str) -> journal.Operation:
    """Write the operation's own row, last, so that its instant is close to the commit.

    Raises StoreError where a row that was given is not there: a planted trigger can swallow one.
    """
    connection = writer.connection
    count, digest = journal.rows_digest(connection, writer.number)
    latest = journal.head(connection)
    instant = dates.now()
    if latest:  # the register's clock never goes backwards, even if the machine's does
        least = dates.unstamp(latest.recorded_at) + journal.TICK
        writer.ahead = latest if least - instant > journal.AHEAD else None
        instant = max(instant, least)
    previous = latest.hash if latest else journal.FIRST_PREVIOUS
    operation = journal.Operation(
        writer.number, dates.stamp(instant), actor, command, count, digest, previous, hash=""
    )
    operation = operation._replace(hash=journal.link_hash(operation))
    journal.insert(connection, operation)
    if (count, journal.head(connection)) != (writer.given, operation):
        raise StoreError(
            _("sổ không giữ đúng những dòng đưa vào; chưa ghi gì"), _("Chạy thidua verify để biết vì sao.")
        )
    return operation
