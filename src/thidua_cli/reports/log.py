"""Operations, newest first."""

import sqlite3

from thidua_cli.ground import dates
from thidua_cli.ground.language import _
from thidua_cli.render.model import Column, Form, Report, Table
from thidua_cli.reports.moment import Moment, report_at
from thidua_cli.store import journal

FIELDS = (
    "operation", "recorded_at", "actor", "command", "row_count", "digest", "previous_hash", "hash", "clock",
)  # fmt: skip


def build(connection: sqlite3.Connection, at: Moment, limit: int | None) -> Report:
    """The report of `thidua log`: operations recorded by the end of the as-of date, at most `limit`."""
    newest_first = journal.operations(connection)
    marks = journal.clock_marks(newest_first[::-1], dates.now())
    rows = [
        {**item._asdict(), "operation": item.number, "clock": marks.get(item.number)}
        for item in newest_first
        if item.number <= at.known.number and dates.day_of(item.recorded_at) <= at.as_of
    ][:limit]
    odd = any(row["clock"] for row in rows)

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
        words = {"ahead": _("chạy trước"), "held": _("sau #{number} một phần triệu giây"), None: ""}
        cells = [
            [
                str(row["number"]),
                *(row[key] for key in ("recorded_at", "actor", "command", "row_count")),
                row["hash"][:12],
                words[row["clock"]].format(number=row["number"] - 1),
            ][: len(columns)]
            for row in rows
        ]
        return [Table(columns, [("", cells)])]

    note = _("Đồng hồ: giờ của những thao tác ấy do đồng hồ chạy sai; thứ tự thì đúng.")
    return report_at(at, _("Nhật ký thao tác"), FIELDS, rows, people, notes=[note] if odd else [])
