"""All that is known of one unit, and of those before and after it, on one timeline."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from thidua_cli import store
from thidua_cli.ground.dates import show_day, show_instant
from thidua_cli.ground.language import _, current
from thidua_cli.register.terms import Action, Change, Extent, label
from thidua_cli.register.units import Directory, Version, describe
from thidua_cli.render.model import Column, Form, Mark, Report, Table, Tone
from thidua_cli.reports.moment import Moment, report_at

FIELDS = (
    "date", "event", "relation", "unit_code", "unit_name", "phase", "contents", "detail", "document_number",
    "document_issuer", "document_date", "received_on", "evidence", "evidence_sha256", "note", "record_id",
    "operation", "recorded_at", "actor", "voided", "void_reason", "void_operation", "voided_at", "voided_by",
    "replacement",
)  # fmt: skip


class Event(NamedTuple):
    """A row about a unit; the fields are the columns of sql/history.sql."""

    day: str
    event: str
    source: str
    id: int
    what: str | None
    detail: str | int | None
    extent: str | None
    document_number: str | None
    document_issuer: str | None
    document_date: str | None
    received_on: str | None
    evidence: str | None
    evidence_sha256: str | None
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

    @property
    def corrected_by(self) -> int | None:
        """The number of the record or exemption that replaced it; people know no other rows by number."""
        return self.replacement if self.record_id else None

    @property
    def is_deed(self) -> bool:
        """Whether it is a launch, registration or review."""
        return self.source == "record"


class TimelineEntry(NamedTuple):
    """An event, the unit that it is about, and how that unit is related: self, before or after."""

    event: Event
    unit: int
    relation: str


def build(connection: sqlite3.Connection, at: Moment, directory: Directory, version: Version) -> Report:
    """The report of `thidua history`: events up to the as-of date, voided ones marked, oldest first."""
    entries = _timeline(connection, at, version.unit)
    others = directory.namesakes(version)
    note = _("Cùng mã hoặc tên vào ngày khác: {units}").format(units="; ".join(others))
    return report_at(
        at,
        _("Lịch sử · {code}  {name}").format(code=version.code, name=version.name),
        FIELDS,
        [_row(entry, directory) for entry in entries],
        lambda: [_table(entries, directory)],
        notes=[note] if others else [],
    )


def _timeline(connection: sqlite3.Connection, at: Moment, unit: int) -> list[TimelineEntry]:
    known = {"unit": unit, "known": at.known.number}
    ever = {"since": None, "as_of": None}
    relatives = dict(connection.execute(store.sql("relatives"), {**known, **ever}).fetchall())
    entries: list[TimelineEntry] = []
    seen: set[int] = set()  # successions: each is listed once, from the side of the first of its units
    for number, relation in {unit: "self", **relatives}.items():
        for event in _events(connection.execute(store.raw_sql("history"), {**known, "unit": number}), at):
            if event.source == "succession" and event.id in seen:
                continue
            if event.source == "succession":
                seen.add(event.id)
            entries.append(TimelineEntry(event, number, relation))
    moved = _events(connection.execute(store.sql("children_moved"), known), at)
    entries += [TimelineEntry(event, unit, "self") for event in moved]
    return sorted(entries, key=lambda entry: (entry.event.day, entry.event.operation))


def _events(rows: Iterable[Sequence[Any]], at: Moment) -> Iterator[Event]:
    return (event for event in map(Event._make, rows) if event.day <= at.day)


def _row(entry: TimelineEntry, directory: Directory) -> dict[str, object]:
    event = entry.event
    then = directory.named(entry.unit, event.day)
    contents = str(event.detail).split(",") if event.is_deed and event.detail else []
    return {
        **event._asdict(),
        "date": event.day,
        "relation": entry.relation,
        "unit_code": then.code if then else None,
        "unit_name": then.name if then else None,
        "phase": event.what if event.is_deed else None,
        "contents": [int(number) for number in contents],
        "detail": "" if event.is_deed else _words(entry, directory),
        "record_id": event.record_id,
        "voided": event.void_operation is not None,
        "replacement": event.corrected_by,
    }


def _table(entries: Sequence[TimelineEntry], directory: Directory) -> Table:
    related = any(entry.relation != "self" for entry in entries)
    columns = [
        Column(_("Ngày"), Form.DAY),
        *([Column(_("Tên đơn vị"), narrow=16)] if related else []),
        Column(_("Nội dung"), narrow=24),
        Column(_("Số văn bản"), drop=1, narrow=12),
        Column(_("Người ghi"), drop=2, narrow=18),
        Column(_("Bản ghi")),
    ]
    rows = []
    for entry in entries:
        event = entry.event
        is_aside = event.void_operation is not None or entry.relation != "self"
        tone = Tone.MUTED if is_aside else Tone.PLAIN
        version = directory.named(entry.unit, event.day)
        name = Mark(f"{version.code} {version.name}" if version else "", tone)
        rows.append(
            [
                event.day,
                *([name] if related else []),
                Mark(_with_void(entry, directory), tone),
                event.document_number or "",
                f"{event.actor}, {show_instant(event.recorded_at)} (#{event.operation})",
                f"#{event.record_id}" if event.record_id else "",
            ]
        )
    return Table(columns, [("", rows)] if rows else [], empty=_("Chưa có gì."))


def _with_void(entry: TimelineEntry, directory: Directory) -> str:
    event = entry.event
    words = ", ".join([_words(entry, directory), *_document(event)])
    if event.void_operation is None:
        return words
    by = _(", thay bằng #{number}").format(number=event.corrected_by) if event.corrected_by else ""
    return _("[ĐÃ HỦY{by}: {reason}; {who}, {when} (#{operation})] {words}").format(
        by=by,
        reason=event.void_reason,
        who=event.voided_by,
        when=show_instant(event.voided_at or event.recorded_at),
        operation=event.void_operation,
        words=words,
    )


def _document(event: Event) -> Iterable[str]:
    if event.document_issuer:
        yield event.document_issuer
    if event.document_date:
        yield _("ký {day}").format(day=show_day(event.document_date))
    if event.received_on:
        yield _("nhận {day}").format(day=show_day(event.received_on))
    if event.evidence:
        yield _("minh chứng {evidence}").format(evidence=event.evidence)
    if event.note:
        yield _("ghi chú: {note}").format(note=event.note)


def _words(entry: TimelineEntry, directory: Directory) -> str:
    event = entry.event
    if event.event == "version":
        return _version_words(entry, directory)
    if event.event in ("child_joined", "child_left"):
        return _child_words(event, directory)
    if event.event == "end":
        return _("chấm dứt: từ ngày này không còn")
    if event.source == "succession":
        return _succession_words(event, directory)
    if event.event == "exemption":
        return _("miễn {obligation}: {reason}").format(obligation=event.what, reason=event.detail)
    words = f"{label(Action(event.event), current())} {event.what}"
    return words + (_(", nội dung {numbers}").format(numbers=event.detail) if event.detail else "")


def _version_words(entry: TimelineEntry, directory: Directory) -> str:
    """The code and name of a version, and the change of its parent if it is a live one."""
    event = entry.event
    words = _("mang mã {code}, tên {name}").format(code=event.what, name=event.detail)
    for old, new in pairwise(directory.versions.get(entry.unit, ())):
        if new.number == event.id and new.parent != old.parent and event.void_operation is None:
            old_name, new_name = (_name(directory, unit, new.valid_from) for unit in (old.parent, new.parent))
            return words + _(", cấp trên: {old} → {new}").format(old=old_name, new=new_name)
    return words


def _name(directory: Directory, unit: int | None, day: str) -> str:
    version = None if unit is None else directory.named(unit, day)
    return describe(version) if version else "–"


def _child_words(event: Event, directory: Directory) -> str:
    other = None if event.detail is None else int(event.detail)
    template = (
        _("{child} chuyển đến, trước thuộc {other}")
        if event.event == "child_joined"
        else _("{child} chuyển đi, sang thuộc {other}")
    )
    return template.format(
        child=_name(directory, int(str(event.what)), event.day), other=_name(directory, other, event.day)
    )


def _succession_words(event: Event, directory: Directory) -> str:
    detail = "" if event.detail is None else str(event.detail)
    other = directory.named(int(detail), event.day) if detail.isdigit() else None
    if event.what == Change.DISSOLVE:
        return label(Change.DISSOLVE, current())
    if other is not None:
        unit = f"{other.code} {other.name}"
    else:
        unit = _("{unit} (ngoài sổ)").format(unit=detail) if detail else _("đơn vị ngoài sổ")
    into, out = _("{how}, {extent}, vào {unit}"), _("{how}, {extent}, từ {unit}")
    return (into if event.event == "successor" else out).format(
        how=label(Change(str(event.what)), current()),
        extent=label(Extent(str(event.extent)), current()),
        unit=unit,
    )
