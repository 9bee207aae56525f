"""All that is known of one unit, and of those before and after it, on one timeline."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from thidua_cli import store
from thidua_cli.ground.dates import show_day, show_instant
from thidua_cli.ground.language import _, current
from thidua_cli.register import results
from thidua_cli.register.lookup import Lookup
from thidua_cli.register.plan import Field, action_titles, load_plan
from thidua_cli.register.terms import Change, Extent, label
from thidua_cli.register.units import Directory, Version, describe
from thidua_cli.render.model import Column, Form, Mark, Report, Table, Tone
from thidua_cli.reports.moment import Moment, report_at
from thidua_cli.rules.rows import NUMBERED

FIELDS = (
    "date", "event", "relation", "unit_code", "unit_name", "phase", "occasion", "contents", "fields",
    "detail",
    "document_number", "document_issuer", "document_date", "received_on", "evidence", "evidence_sha256",
    "note", "record_id", "operation", "recorded_at", "actor", "voided", "void_reason", "void_operation",
    "voided_at", "voided_by", "replacement",
)  # fmt: skip


class TimelineEntry(NamedTuple):
    """A row about a unit that is the one asked for (self) or related; from `day` on as in sql/history.sql.

    `extent` is how much of a unit passed to another; of a record, its occasion; of a supplement, its record.
    `results` are those of a record, a JSON object.
    """

    unit: int
    relation: str
    day: str
    event: str
    source: str
    id: int
    what: str | None
    detail: str | int | None
    extent: str | None
    results: str | None
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
        return self.id if self.source in NUMBERED else None

    @property
    def corrected_by(self) -> int | None:
        """The number of the paper that replaced it; people know no other rows by number."""
        return self.replacement if self.record_id else None

    @property
    def is_record(self) -> bool:
        """Whether it is a record of what the unit did."""
        return self.source == "record"


class _Asked(NamedTuple):
    """The actions that the plan ever had: their titles, and the results that they ask for."""

    titles: Mapping[str, str]
    fields: Mapping[str, Sequence[Field]]

    @classmethod
    def read(cls, connection: sqlite3.Connection, known: int) -> "_Asked":
        plan = load_plan(connection, "9999-12-31", known)
        return cls(action_titles(connection, plan), {item.code: item.fields for item in plan.actions})

    def described(self, entry: TimelineEntry) -> list[str]:
        return results.described(self.fields.get(entry.event, ()), _held(entry))

    def machine(self, entry: TimelineEntry) -> dict[str, str | float | None]:
        known = {field.code: field for field in self.fields.get(entry.event, ())}
        return {
            code: results.machine(known[code], value) if code in known else value
            for code, value in _held(entry).items()
        }


def _held(entry: TimelineEntry) -> dict[str, str]:
    held: dict[str, str] = json.loads(entry.results or "{}")
    return held


def build(connection: sqlite3.Connection, at: Moment, directory: Lookup, version: Version) -> Report:
    """The report of `thidua history`: events up to the as-of date, voided ones marked, oldest first."""
    entries = _timeline(connection, at, version.unit)
    asked = _Asked.read(connection, at.known.number)
    told = (str(number) for entry in entries for number in (entry.unit, entry.what, entry.detail))
    directory.load({int(number) for number in told if number.isdecimal()})
    others = directory.namesakes(version)
    note = _("Cùng mã hoặc tên vào ngày khác: {units}").format(units="; ".join(others))
    return report_at(
        at,
        _("Lịch sử · {code}  {name}").format(code=version.code, name=version.name),
        FIELDS,
        [_row(entry, directory, asked) for entry in entries],
        lambda: [_table(entries, directory, asked)],
        notes=[note] if others else [],
    )


def _timeline(connection: sqlite3.Connection, at: Moment, unit: int) -> list[TimelineEntry]:
    known = {"unit": unit, "known": at.known.number}
    ever = {"since": None, "as_of": None}
    relatives = dict(connection.execute(store.sql("relatives"), {**known, **ever}).fetchall())
    entries: list[TimelineEntry] = []
    listed: set[int] = set()  # successions: each is listed once, from the side of the first of its units
    for number, relation in {unit: "self", **relatives}.items():
        for row in connection.execute(store.raw_sql("history"), {**known, "unit": number}):
            entry = TimelineEntry(number, relation, *row)
            if entry.source == "succession":
                if entry.id in listed or entry.day > at.day:
                    continue
                listed.add(entry.id)
            entries.append(entry)
    moved = connection.execute(store.sql("children_moved"), known)
    entries += [TimelineEntry(unit, "self", *row) for row in moved]
    past = (entry for entry in entries if entry.day <= at.day)
    return sorted(past, key=lambda entry: (entry.day, entry.operation))


def _row(entry: TimelineEntry, directory: Directory, asked: "_Asked") -> dict[str, object]:
    then = directory.named(entry.unit, entry.day)
    named = entry.detail if entry.source in ("record", "supplement") else None
    contents = str(named).split(",") if named else []
    return {
        **entry._asdict(),
        "date": entry.day,
        "unit_code": then.code if then else None,
        "unit_name": then.name if then else None,
        "phase": entry.what if entry.source in ("record", "supplement") else None,
        "occasion": entry.extent if entry.is_record else None,
        "contents": [int(number) for number in contents],
        "fields": asked.machine(entry) if entry.is_record else {},
        "detail": "" if entry.is_record else _words(entry, directory, asked),
        "record_id": entry.record_id,
        "voided": entry.void_operation is not None,
        "replacement": entry.corrected_by,
    }


def _table(entries: Sequence[TimelineEntry], directory: Directory, asked: "_Asked") -> Table:
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
        is_aside = entry.void_operation is not None or entry.relation != "self"
        tone = Tone.MUTED if is_aside else Tone.PLAIN
        version = directory.named(entry.unit, entry.day)
        name = Mark(f"{version.code} {version.name}" if version else "", tone)
        rows.append(
            [
                entry.day,
                *([name] if related else []),
                Mark(_with_void(entry, directory, asked), tone),
                entry.document_number or "",
                f"{entry.actor}, {show_instant(entry.recorded_at)} (#{entry.operation})",
                f"#{entry.record_id}" if entry.record_id else "",
            ]
        )
    return Table(columns, [("", rows)] if rows else [], empty=_("Chưa có gì."))


def _with_void(entry: TimelineEntry, directory: Directory, asked: "_Asked") -> str:
    words = ", ".join([_words(entry, directory, asked), *_document(entry)])
    if entry.void_operation is None:
        return words
    by = _(", thay bằng #{number}").format(number=entry.corrected_by) if entry.corrected_by else ""
    return _("[ĐÃ HỦY{by}: {reason}; {who}, {when} (#{operation})] {words}").format(
        by=by,
        reason=entry.void_reason,
        who=entry.voided_by,
        when=show_instant(entry.voided_at or entry.recorded_at),
        operation=entry.void_operation,
        words=words,
    )


def _document(entry: TimelineEntry) -> Iterator[str]:
    if entry.document_issuer:
        yield entry.document_issuer
    if entry.document_date:
        yield _("ký {day}").format(day=show_day(entry.document_date))
    if entry.received_on:
        yield _("nhận {day}").format(day=show_day(entry.received_on))
    if entry.evidence:
        yield _("minh chứng {evidence}").format(evidence=entry.evidence)
    if entry.note:
        yield _("ghi chú: {note}").format(note=entry.note)


def _words(entry: TimelineEntry, directory: Directory, asked: "_Asked") -> str:
    if entry.event == "version":
        return _version_words(entry, directory)
    if entry.event in ("child_joined", "child_left"):
        return _child_words(entry, directory)
    if entry.event in ("alias", "end"):
        said = {"alias": _("tên gọi khác: {alias}"), "end": _("chấm dứt: từ ngày này không còn")}
        return said[entry.event].format(alias=entry.what)
    if entry.source == "succession":
        return _succession_words(entry, directory)
    if entry.event == "supplement":
        words = _("bổ sung cho #{record}").format(record=entry.extent)
    elif not entry.is_record:
        return _leave_words(entry)
    else:
        words = f"{asked.titles[entry.event]} {entry.what}"
        words += _(", kỳ {occasion}").format(occasion=entry.extent) if entry.extent else ""
    words += _(", nội dung {numbers}").format(numbers=entry.detail) if entry.detail else ""
    return ", ".join([words, *asked.described(entry)])


def _leave_words(entry: TimelineEntry) -> str:
    if entry.event == "exemption":
        words = (
            _("miễn {obligation} đến {until}: {reason}") if entry.extent else _("miễn {obligation}: {reason}")
        )
        until = show_day(entry.extent) if entry.extent else ""
        return words.format(obligation=entry.what, until=until, reason=entry.detail)
    if entry.event == "withdrawal":
        words = _("rút lần miễn #{exemption} ({obligation})")
        return words.format(exemption=entry.detail, obligation=entry.what)
    until = show_day(str(entry.detail))
    return _("gia hạn {obligation} đến {until}").format(obligation=entry.what, until=until)


def _version_words(entry: TimelineEntry, directory: Directory) -> str:
    """The code and name of a version, and the change of its parent if it is a live one."""
    words = _("mang mã {code}, tên {name}").format(code=entry.what, name=entry.detail)
    for old, new in pairwise(directory.versions.get(entry.unit, ())):
        if new.number == entry.id and new.parent != old.parent and entry.void_operation is None:
            old_name, new_name = (_name(directory, unit, new.valid_from) for unit in (old.parent, new.parent))
            return words + _(", cấp trên: {old} → {new}").format(old=old_name, new=new_name)
    return words


def _name(directory: Directory, unit: int | None, day: str) -> str:
    version = None if unit is None else directory.named(unit, day)
    return describe(version) if version else "–"


def _child_words(entry: TimelineEntry, directory: Directory) -> str:
    other = None if entry.detail is None else int(entry.detail)
    template = (
        _("{child} chuyển đến, trước thuộc {other}")
        if entry.event == "child_joined"
        else _("{child} chuyển đi, sang thuộc {other}")
    )
    return template.format(
        child=_name(directory, int(str(entry.what)), entry.day), other=_name(directory, other, entry.day)
    )


def _succession_words(entry: TimelineEntry, directory: Directory) -> str:
    detail = "" if entry.detail is None else str(entry.detail)
    other = directory.named(int(detail), entry.day) if detail.isdigit() else None
    if entry.what == Change.DISSOLVE:
        return label(Change.DISSOLVE, current())
    if other is not None:
        unit = f"{other.code} {other.name}"
    else:
        unit = _("{unit} (ngoài sổ)").format(unit=detail) if detail else _("đơn vị ngoài sổ")
    into, out = _("{how}, {extent}, vào {unit}"), _("{how}, {extent}, từ {unit}")
    return (into if entry.event == "successor" else out).format(
        how=label(Change(str(entry.what)), current()),
        extent=label(Extent(str(entry.extent)), current()),
        unit=unit,
    )
