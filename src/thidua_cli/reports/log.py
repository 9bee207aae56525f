"""Operations, newest first."""

import sqlite3
from collections.abc import Sequence

from thidua_cli.ground import dates
from thidua_cli.ground.language import _
from thidua_cli.render.model import Column, Form, Report, Table
from thidua_cli.reports.frame import Moment, anchor_note, moment_lines
from thidua_cli.store import journal
from thidua_cli.store.journal import Operation

FIELDS = (
    "operation",
    "recorded_at",
    "actor",
    "command",
    "row_count",
    "digest",
    "previous_hash",
    "hash",
    "clock",
)


def build(connection: sqlite3.Connection, at: Moment, limit: int | None) -> Report:
    """The report of `thidua log`: operations recorded by the end of the as-of date, at most `limit`."""
    everything = journal.operations(connection)[::-1]
    marks = journal.clock_marks(everything, dates.now())
    operations = [
        item
        for item in everything[::-1]
        if item.number <= at.known.number and dates.day_of(item.recorded_at) <= at.as_of
    ][:limit]
    words = {"ahead": _("chạy trước"), "held": _("sau #{number} một phần triệu giây")}
    odd = any(item.number in marks for item in operations)

    def clock(item: Operation) -> str:
        return words[marks[item.number]].format(number=item.number - 1) if item.number in marks else ""

    def people() -> list[Table]:
        columns = [
            Column(_("Thao tác"), Form.NUMBER),
            Column(_("Lúc"), Form.INSTANT),
            Column(_("Người ghi"), drop=1, narrow=8),
            Column(_("Lệnh"), narrow=20),
            Column(_("Số dòng"), Form.NUMBER),
            Column(_("Mã băm"), drop=2),
            *([Column(_("Đồng hồ"), narrow=10)] if odd else []),
        ]
        rows: list[Sequence[object]] = [
            [
                str(item.number),
                item.recorded_at,
                item.actor,
                item.command,
                item.row_count,
                item.hash[:12],
                *([clock(item)] if odd else []),
            ]
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
                "clock": marks.get(item.number),
            }
            for item in operations
        ],
        people=people,
        as_of=at.day,
        known_at=at.known_at,
        head=at.known.anchor,
        register=at.register,
        lead=[_("Nhật ký thao tác"), *moment_lines(at)],
        notes=[*([_clock_note()] if odd else []), anchor_note(at)],
    )


def _clock_note() -> str:
    return _("Đồng hồ: giờ của những thao tác ấy do đồng hồ chạy sai; thứ tự thì đúng.")
