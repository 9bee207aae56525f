"""Operations, newest first."""

import sqlite3
from collections.abc import Sequence

from thidua_cli import journal
from thidua_cli.dates import day_of
from thidua_cli.language import _
from thidua_cli.render.model import Column, Form, Report, Table
from thidua_cli.report.frame import Moment, anchor_note, moment_lines

FIELDS = ("operation", "recorded_at", "actor", "command", "row_count", "digest", "previous_hash", "hash")


def build(connection: sqlite3.Connection, at: Moment, limit: int | None) -> Report:
    """The report of `thidua log`: operations recorded by the end of the as-of date, at most `limit`."""
    operations = [
        item
        for item in journal.operations(connection, at.known.number)
        if day_of(item.recorded_at) <= at.as_of
    ][:limit]

    def people() -> list[Table]:
        columns = [
            Column(_("Thao tác"), Form.NUMBER),
            Column(_("Lúc"), Form.INSTANT),
            Column(_("Người ghi"), drop=1, narrow=8),
            Column(_("Lệnh"), narrow=20),
            Column(_("Số dòng"), Form.NUMBER),
            Column(_("Mã băm"), drop=2),
        ]
        rows: list[Sequence[object]] = [
            [str(item.number), item.recorded_at, item.actor, item.command, item.row_count, item.hash[:12]]
            for item in operations
        ]
        return [Table(columns, [("", rows)])]

    return Report(
        fields=FIELDS,
        rows=[
            {
                "operation": item.number,
                "recorded_at": item.recorded_at,
                "actor": item.actor,
                "command": item.command,
                "row_count": item.row_count,
                "digest": item.digest,
                "previous_hash": item.previous_hash,
                "hash": item.hash,
            }
            for item in operations
        ],
        people=people,
        as_of=at.day,
        known_at=at.known_at,
        head=at.known.anchor,
        register=at.register,
        lead=[_("Nhật ký thao tác"), *moment_lines(at)],
        notes=[anchor_note(at)],
    )
