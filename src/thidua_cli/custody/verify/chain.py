"""The chain, recomputed from the tables: every row in its operation, every operation in its place.

The tables are read whole, past every index, so that an index that lies cannot hide a row.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from thidua_cli.custody.verify.finding import Finding
from thidua_cli.ground import dates
from thidua_cli.ground.language import _
from thidua_cli.store import journal
from thidua_cli.store.journal import Operation


def examine(connection: sqlite3.Connection, tables: Sequence[str]) -> Iterator[Finding]:
    """What is wrong with the operations and the rows of `tables`, in the order of the operations."""
    rows = [_Rows(connection, table) for table in tables]
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
        yield Finding("chain", _("sổ không có thao tác nào"))


class _Rows:
    """The rows of one table, operation by operation."""

    def __init__(self, connection: sqlite3.Connection, table: str) -> None:
        self.table = table
        order = ", ".join(["operation", *journal.TABLES[table]])
        row = journal.as_json(connection, table)
        cursor = connection.execute(f"SELECT operation, {row} FROM {table} NOT INDEXED ORDER BY {order}")
        self._groups = groupby(cursor, key=itemgetter(0))
        self._next = next(self._groups, None)

    def outside(self, number: int | None) -> Iterator[Finding]:
        """Rows of operations before `number` that nothing has taken (None: of all that are left)."""
        while self._next is not None:
            operation, members = self._next
            if number is not None and isinstance(operation, int) and operation >= number:
                return
            count = sum(1 for _row in members)
            self._next = next(self._groups, None)
            yield Finding(
                "rows",
                _("bảng {table}: {count} dòng mang số thao tác {operation}, mà không có thao tác ấy").format(
                    table=self.table, count=count, operation=operation
                ),
                operation if isinstance(operation, int) else None,
                self.table,
            )

    def of(self, number: int) -> Iterator[list[str]]:
        """The encoded rows of operation `number`, in pieces."""
        if self._next is None or self._next[0] != number:
            return
        piece: list[str] = []
        for _number, row in self._next[1]:
            piece.append(journal.encoded(row))
            if len(piece) == journal.CHUNK:
                yield piece
                piece = []
        if piece:
            yield piece
        self._next = next(self._groups, None)


def _gap(last: int, number: int) -> Finding:
    missing = f"#{last + 1}" if number == last + 2 else f"#{last + 1}…#{number - 1}"
    if number <= last:
        missing = f"#{number}"
    return Finding("chain", _("thiếu thao tác {missing}").format(missing=missing), number)


def _link(operation: Operation, previous: Operation) -> Iterator[Finding]:
    """What is wrong with the operation's own row."""
    number = operation.number
    if operation.previous_hash != previous.hash:
        yield Finding(
            "chain",
            _("thao tác #{number} không nối tiếp thao tác #{previous}: mã băm trước không khớp").format(
                number=number, previous=previous.number
            ),
            number,
        )
    if _computed(operation) != operation.hash:
        yield Finding(
            "chain",
            _("thao tác #{number} đã bị sửa: mã băm không khớp với lúc ghi, người ghi, lệnh").format(
                number=number
            ),
            number,
        )
    stamp = operation.recorded_at
    if not dates.is_stamp(stamp):
        yield Finding("rule", _("thao tác #{number}: lúc ghi không đọc được").format(number=number), number)
    elif isinstance(previous.recorded_at, str) and stamp <= previous.recorded_at:
        yield Finding(
            "chain",
            _("thao tác #{number} ghi không sau thao tác #{previous}").format(
                number=number, previous=previous.number
            ),
            number,
        )


def _computed(operation: Operation) -> str | None:
    """The hash that the operation's other columns give; none where they hold what never is stored."""
    try:
        return journal.link_hash(*operation[:7])
    except (TypeError, UnicodeEncodeError):
        return None


def _content(operation: Operation, rows: Sequence[_Rows]) -> Iterator[Finding]:
    """Whether the rows of the operation are those that it wrote."""
    number = operation.number
    try:
        count, digest = journal.digest(piece for source in rows for piece in source.of(number))
    except (TypeError, UnicodeEncodeError):
        for source in rows:
            for _piece in source.of(number):
                pass
        yield Finding("digest", _("thao tác #{number} có dòng không đọc được").format(number=number), number)
        return
    if count != operation.row_count:
        yield Finding(
            "digest",
            _("thao tác #{number} ghi {written} dòng, trong sổ có {found}").format(
                number=number, written=operation.row_count, found=count
            ),
            number,
        )
    elif digest != operation.digest:
        yield Finding(
            "digest",
            _("thao tác #{number}: nội dung các dòng không còn như lúc ghi").format(number=number),
            number,
        )


def clock_notices(operations: Sequence[Operation]) -> Iterator[Finding]:
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
        yield Finding("clock", message, first.number)
