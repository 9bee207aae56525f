"""The chain, recomputed from the tables: every row in its operation, every operation in its place.

The tables are read whole, past every index, so that an index that lies cannot hide a row.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from operator import itemgetter

from thidua_cli.ground import dates
from thidua_cli.ground.language import _
from thidua_cli.ground.problem import Place, Problem
from thidua_cli.store import journal
from thidua_cli.store.journal import Operation


def check_chain(connection: sqlite3.Connection, tables: Sequence[str]) -> Iterator[Problem]:
    """What is wrong with the operations and the rows of `tables`, in the order of the operations."""
    rows = [_TableReader(connection, table) for table in tables]
    previous = Operation(0, "", "", "", 0, "", "", journal.FIRST_PREVIOUS)
    cursor = connection.execute(f"{journal.SELECT} NOT INDEXED ORDER BY number")
    for operation in map(Operation._make, cursor):
        if operation.number != previous.number + 1:
            yield _gap(previous.number, operation.number)
        for source in rows:
            yield from source.outside(operation.number)
        yield from _link(operation, previous)
        yield from _content(operation, rows)
        previous = operation
    for source in rows:
        yield from source.outside(None)
    if previous.number == 0:
        yield Problem(_("sổ không có thao tác nào"), rule="chain")


def _of(operation: int, rule: str, message: str) -> Problem:
    return Problem(message, rule=rule, at=Place(operation=operation))


class _TableReader:
    """The rows of one table, operation by operation."""

    def __init__(self, connection: sqlite3.Connection, table: str) -> None:
        self.table = table
        order = ", ".join(["operation", *journal.TABLES[table]])
        row = journal.as_json(connection, table)
        cursor = connection.execute(f"SELECT operation, {row} FROM {table} NOT INDEXED ORDER BY {order}")
        self._groups = groupby(cursor, key=itemgetter(0))
        self._next = next(self._groups, None)

    def outside(self, number: int | None) -> Iterator[Problem]:
        """Rows of operations before `number` that nothing has taken (None: of all that are left)."""
        while self._next is not None:
            operation, members = self._next
            if number is not None and isinstance(operation, int) and operation >= number:
                return
            count = sum(1 for _row in members)
            self._next = next(self._groups, None)
            message = _("bảng {table}: {count} dòng mang số thao tác {operation}, mà không có thao tác ấy")
            yield Problem(
                message.format(table=self.table, count=count, operation=operation),
                rule="rows",
                at=Place(table=self.table, operation=operation if isinstance(operation, int) else None),
            )

    def of(self, number: int) -> Iterator[list[str]]:
        """The encoded rows of operation `number`, in pieces."""
        if self._next is None or self._next[0] != number:
            return
        encoded = (journal.encoded(row) for _number, row in self._next[1])
        while piece := list(islice(encoded, journal.CHUNK)):
            yield piece
        self._next = next(self._groups, None)


def _gap(last: int, number: int) -> Problem:
    missing = f"#{last + 1}" if number == last + 2 else f"#{last + 1}…#{number - 1}"
    if number <= last:
        missing = f"#{number}"
    return _of(number, "chain", _("thiếu thao tác {missing}").format(missing=missing))


def _link(operation: Operation, previous: Operation) -> Iterator[Problem]:
    """What is wrong with the operation's own row."""
    number, stamp = operation.number, operation.recorded_at
    if operation.previous_hash != previous.hash:
        message = _("thao tác #{number} không nối tiếp thao tác #{previous}: mã băm trước không khớp")
        yield _of(number, "chain", message.format(number=number, previous=previous.number))
    if _computed(operation) != operation.hash:
        message = _("thao tác #{number} đã bị sửa: mã băm không khớp với lúc ghi, người ghi, lệnh")
        yield _of(number, "chain", message.format(number=number))
    if not dates.is_stamp(stamp):
        yield _of(number, "rule", _("thao tác #{number}: lúc ghi không đọc được").format(number=number))
    elif isinstance(previous.recorded_at, str) and stamp <= previous.recorded_at:
        message = _("thao tác #{number} ghi không sau thao tác #{previous}")
        yield _of(number, "chain", message.format(number=number, previous=previous.number))


def _computed(operation: Operation) -> str | None:
    """The hash that the operation's other columns give; none where they hold what never is stored."""
    try:
        return journal.link_hash(operation)
    except (TypeError, UnicodeEncodeError):
        return None


def _content(operation: Operation, rows: Sequence[_TableReader]) -> Iterator[Problem]:
    """Whether the rows of the operation are those that it wrote."""
    number = operation.number
    try:
        count, digest = journal.digest(piece for source in rows for piece in source.of(number))
    except (TypeError, UnicodeEncodeError):
        for source in rows:
            for _piece in source.of(number):
                pass
        yield _of(number, "digest", _("thao tác #{number} có dòng không đọc được").format(number=number))
        return
    if count != operation.row_count:
        message = _("thao tác #{number} ghi {written} dòng, trong sổ có {found}")
        yield _of(number, "digest", message.format(number=number, written=operation.row_count, found=count))
    elif digest != operation.digest:
        message = _("thao tác #{number}: nội dung các dòng không còn như lúc ghi")
        yield _of(number, "digest", message.format(number=number))


def clock_notices(operations: Sequence[Operation]) -> Iterator[Problem]:
    """What a clock that went wrong has dated: their order holds, and so do their hashes."""
    for doubt in journal.doubts(operations, dates.now()):
        first, last = doubt.first, doubt.last
        message = _(
            "thao tác #{first}…#{last}, ghi lúc {begin} … {end}: giờ của đồng hồ chạy sai; thứ tự vẫn đúng,"
            " khi hỏi sổ biết gì lúc ấy hãy nêu số thao tác"
        ).format(
            first=first.number,
            last=last.number,
            begin=dates.show_stamp(first.recorded_at),
            end=dates.show_stamp(last.recorded_at),
        )
        yield _of(first.number, "clock", message)
