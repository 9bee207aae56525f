"""The earlier report that a weekly report is compared with."""

import re
import sqlite3
from datetime import date, timedelta
from pathlib import Path

from thidua_cli.ground import config_files, dates
from thidua_cli.ground.errors import RejectedError
from thidua_cli.ground.language import _
from thidua_cli.reports.moment import Moment
from thidua_cli.store import journal

_LARGEST = 64 << 20
WEEK = timedelta(days=7)
_NAME = re.compile(r"status-(\d{4})-W(\d\d)\.json")


def file_stem(day: date) -> str:
    """The name of a week's report: `status-2022-W13`, by the ISO year and week of the as-of date."""
    year, week, _weekday = day.isocalendar()
    return f"status-{year:04}-W{week:02}"


def on_day(connection: sqlite3.Connection, at: Moment, day: date) -> Moment:
    """As of the end of that day, as known then, but never later than `at` knows."""
    stamp = dates.stamp(dates.parse_instant(day.isoformat()))
    known = journal.known_at(connection, stamp)
    known = min(known, at.known, key=lambda operation: operation.number)
    known_at = min(stamp, at.known_at)
    return at._replace(as_of=day, known=known, known_at=known_at, superseded_on=None)


def week_before(connection: sqlite3.Connection, at: Moment) -> Moment | None:
    """As of the end of the day a week earlier, as known then; None if the register was made later."""
    moment = on_day(connection, at, at.as_of - WEEK)
    return None if moment.is_before_register else moment


def last(connection: sqlite3.Connection, at: Moment, folder: Path) -> Moment | None:
    """The moment of the folder's newest JSON report of an earlier week; None for the first report.

    So a report that is made again in its own week, or later, is compared with the same one as before. Raises
    RejectedError if that file is not a report of this register.
    """
    mine = file_stem(at.as_of)
    earlier = [
        path for path in folder.glob("status-*.json") if _NAME.fullmatch(path.name) and path.stem < mine
    ]
    return _moment_of(connection, at, max(earlier)) if earlier else None


def _moment_of(connection: sqlite3.Connection, at: Moment, path: Path) -> Moment:
    cure = _("Chuyển tệp ấy đi nơi khác, hoặc nêu --since NGÀY.")
    try:
        report = config_files.read_json(path, _LARGEST)
    except RejectedError as error:
        raise RejectedError(error.message, cure) from None
    try:
        if not isinstance(report, dict):
            raise TypeError
        day, known_at = date.fromisoformat(report["as_of"]), str(report["known_at"])
        number, _colon, link = str(report["head"]).partition(":")
        operation = journal.numbered(connection, int(number))
    except (ValueError, KeyError, TypeError):
        raise RejectedError(
            _("{path}: thiếu as_of, known_at hoặc head, không phải báo cáo của thidua").format(path=path),
            cure,
        ) from None
    if operation is None or operation.hash != link:
        raise RejectedError(
            _("{path}: báo cáo này không phải của sổ đang dùng (mốc {anchor} không có trong sổ)").format(
                path=path, anchor=report["head"]
            ),
            _("Nêu --since NGÀY, hoặc chỉ đúng sổ bằng --db."),
        )
    return at._replace(as_of=day, known=operation, known_at=known_at, superseded_on=None)
