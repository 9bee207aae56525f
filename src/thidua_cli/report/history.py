"""All that is known of one unit, on one timeline: what it was, what it did, what was voided, by whom."""

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from thidua_cli import store
from thidua_cli.dates import show_day, show_instant
from thidua_cli.language import _, current
from thidua_cli.render import Column, Form, Mark, Report, Table, Tone
from thidua_cli.report.frame import Moment, anchor_note
from thidua_cli.terms import Action, Change, Extent, label
from thidua_cli.units import Directory, Version

FIELDS = (
    "date", "event", "unit_code", "unit_name", "detail", "document_number", "received_on", "note",
    "record_id", "operation", "recorded_at", "actor", "voided", "void_reason", "void_operation", "voided_at",
    "voided_by", "replacement",
)  # fmt: skip


class Event(NamedTuple):
    """A row about the unit; the fields are the columns of sql/history.sql."""

    day: str
    event: str
    source: str
    id: int
    what: str | None
    detail: str | int | None
    document_number: str | None
    received_on: str | None
    note: str | None
    operation: int
    recorded_at: str
    actor: str
    void_reason: str | None
    replacement: int | None
    void_operation: int | None
    voided_at: str | None
    voided_by: str | None

    @property
    def record_id(self) -> int | None:
        return self.id if self.source in ("record", "exemption") else None


def build(connection: sqlite3.Connection, at: Moment, directory: Directory, version: Version) -> Report:
    """The report of `thidua history`: events up to the as-of date, voided ones marked, oldest first."""
    events = [
        Event(*row)
        for row in connection.execute(
            store.raw_sql("history"), {"unit": version.unit, "known": at.known.number}
        )
        if row[0] <= at.day
    ]
    return Report(
        fields=FIELDS,
        rows=[_row(event, directory, version.unit) for event in events],
        people=lambda: [_table(events, directory)],
        as_of=at.day,
        known_at=at.known_at,
        head=at.known.anchor,
        lead=[
            _("Lịch sử · {code}  {name}").format(code=version.code, name=version.name),
            _("Tính đến hết ngày {day}.").format(day=show_day(at.as_of)),
        ],
        notes=[anchor_note(at)],
    )


def _row(event: Event, directory: Directory, unit: int) -> dict[str, object]:
    then = directory.last(unit, event.day)
    return {
        "date": event.day,
        "event": event.event,
        "unit_code": then.code,
        "unit_name": then.name,
        "detail": _detail(event, directory),
        "document_number": event.document_number,
        "received_on": event.received_on,
        "note": event.note,
        "record_id": event.record_id,
        "operation": event.operation,
        "recorded_at": event.recorded_at,
        "actor": event.actor,
        "voided": event.void_operation is not None,
        "void_reason": event.void_reason,
        "void_operation": event.void_operation,
        "voided_at": event.voided_at,
        "voided_by": event.voided_by,
        "replacement": event.replacement,
    }


def _detail(event: Event, directory: Directory) -> str:
    if event.event in ("successor", "predecessor"):
        other = directory.last(int(event.detail), event.day) if event.detail else None
        return f"{event.what} {other.code} {other.name}" if other else str(event.what)
    return " ".join(str(part) for part in (event.what, event.detail) if part is not None)


def _table(events: Sequence[Event], directory: Directory) -> Table:
    columns = [
        Column(_("Ngày"), Form.DAY),
        Column(_("Việc"), narrow=24),
        Column(_("Số văn bản"), drop=1, narrow=12),
        Column(_("Ghi bởi"), drop=2, narrow=18),
        Column(_("Bản ghi")),
    ]
    rows: list[Sequence[object]] = []
    for event in events:
        voided = event.void_operation is not None
        tone = Tone.MUTED if voided else Tone.PLAIN
        rows.append(
            [
                event.day,
                Mark(_words(event, directory), tone),
                event.document_number or "",
                f"{event.actor}, {show_instant(event.recorded_at)} (#{event.operation})",
                f"#{event.record_id}" if event.record_id else "",
            ]
        )
    return Table(columns, [("", rows)] if rows else [], empty=_("Chưa có gì."))


def _words(event: Event, directory: Directory) -> str:
    words = _event_words(event, directory)
    if event.received_on:
        words += _(", nhận ngày {day}").format(day=show_day(event.received_on))
    if event.void_operation is None:
        return words
    by = _(", thay bằng #{number}").format(number=event.replacement) if event.replacement else ""
    return _("[ĐÃ HỦY{by}: {reason}; {who}, {when} (#{operation})] {words}").format(
        by=by,
        reason=event.void_reason,
        who=event.voided_by,
        when=show_instant(event.voided_at or event.recorded_at),
        operation=event.void_operation,
        words=words,
    )


def _event_words(event: Event, directory: Directory) -> str:
    if event.event == "version":
        return _("mang mã {code}, tên {name}").format(code=event.what, name=event.detail)
    if event.event == "end":
        return _("kết thúc: từ ngày này không còn")
    if event.event in ("successor", "predecessor"):
        return _succession_words(event, directory)
    if event.event == "exemption":
        return _("miễn {obligation}: {reason}").format(obligation=event.what, reason=event.detail)
    words = f"{label(Action(event.event), current())} {event.what}"
    return words + (_(", nội dung {numbers}").format(numbers=event.detail) if event.detail else "")


def _succession_words(event: Event, directory: Directory) -> str:
    change, _slash, extent = str(event.what).partition("/")
    other = directory.last(int(event.detail), event.day) if event.detail else None
    template = (
        _("{how}, {extent}, vào {unit}") if event.event == "successor" else _("{how}, {extent}, từ {unit}")
    )
    return template.format(
        how=label(Change(change), current()),
        extent=label(Extent(extent), current()),
        unit=f"{other.code} {other.name}" if other else _("đơn vị ngoài sổ"),
    )
