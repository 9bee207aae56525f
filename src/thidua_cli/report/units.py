"""Units as of a day."""

import sqlite3
from collections.abc import Sequence

from thidua_cli import plan as plans
from thidua_cli.dates import show_day
from thidua_cli.language import _, current
from thidua_cli.render import Column, Form, Mark, Report, Table, Tone
from thidua_cli.report.frame import CITY, Filter, Moment, anchor_note, lead, roman
from thidua_cli.terms import Kind, label
from thidua_cli.units import Directory, Version

FIELDS = (
    "unit_code", "unit_name", "kind", "level", "parent_code", "abbreviation", "sort_order", "valid_from",
    "ended_on",
)  # fmt: skip


def build(connection: sqlite3.Connection, at: Moment, chosen: Filter) -> Report:
    """The report of `thidua units list`: the units that exist on the as-of date."""
    directory = Directory.read(connection, at.known.number)
    versions = [version for version in directory.alive(at.day) if _chosen(directory, version, at, chosen)]
    return Report(
        fields=FIELDS,
        rows=[row(directory, version, at.day) for version in versions],
        people=lambda: [_table(directory, versions, at)],
        as_of=at.day,
        known_at=at.known_at,
        head=at.known.anchor,
        lead=lead(_("Đơn vị"), plans.load(connection), at),
        notes=[anchor_note(at)],
    )


def _chosen(directory: Directory, version: Version, at: Moment, chosen: Filter) -> bool:
    if (chosen.kind and version.kind is not chosen.kind) or (
        chosen.level and version.level is not chosen.level
    ):
        return False
    if chosen.district is None:
        return True
    district = directory.district(version.unit, at.day)
    return (district.unit if district else CITY) == chosen.district


def row(directory: Directory, version: Version, day: str) -> dict[str, object]:
    """A unit for machines; `ended_on` only where it is not after the day."""
    parent = directory.on(version.parent, day)
    return {
        "unit_code": version.code,
        "unit_name": version.name,
        "kind": str(version.kind),
        "level": str(version.level),
        "parent_code": parent.code if parent else None,
        "abbreviation": version.abbreviation,
        "sort_order": version.sort_order,
        "valid_from": version.valid_from,
        "ended_on": version.ended_on if version.ended_on and version.ended_on <= day else None,
    }


def _table(directory: Directory, versions: Sequence[Version], at: Moment) -> Table:
    groups: dict[str, list[Sequence[object]]] = {}
    for version in versions:
        groups.setdefault(_heading(directory, version, at.day), []).append(
            [
                version.code,
                version.name,
                version.abbreviation or "",
                version.valid_from,
                version.sort_order or 0,
            ]
        )
    return Table(
        [
            Column(_("Mã")),
            Column(_("Đơn vị"), narrow=24),
            Column(_("Tên tắt"), drop=2),
            Column(_("Từ ngày"), Form.DAY, drop=1),
            Column(_("Thứ tự"), Form.NUMBER, drop=3),
        ],
        [
            (f"{roman(number)}. {heading} ({len(rows)})", rows)
            for number, (heading, rows) in enumerate(groups.items(), 1)
        ],
        title=_("{count} đơn vị").format(count=len(versions)),
        empty=_("Không có đơn vị nào."),
    )


def _heading(directory: Directory, version: Version, day: str) -> str:
    if version.kind is Kind.COMMUNE_COMMITTEE and (district := directory.district(version.unit, day)):
        return _("Phường, xã thuộc {district}").format(district=district.name.removeprefix("UBND "))
    return label(version.kind, current())


def show(
    connection: sqlite3.Connection, at: Moment, version: Version, states: Sequence[tuple[str, str]]
) -> Report:
    """The report of `thidua units show`: one unit, and its state under each obligation that binds it."""
    directory = Directory.read(connection, at.known.number)
    values = row(directory, version, max(at.day, version.valid_from))
    parent = directory.on(version.parent, at.day)
    shown: list[Sequence[object]] = [
        [_("Mã"), version.code],
        [_("Tên"), version.name],
        [_("Tên tắt"), version.abbreviation or ""],
        [_("Loại"), label(version.kind, current())],
        [_("Cấp"), label(version.level, current())],
        [_("Đơn vị cấp trên"), f"{parent.code}  {parent.name}" if parent else ""],
        [_("Mang mã và tên này từ"), show_day(version.valid_from)],
        [_("Đến trước ngày"), show_day(version.until_on)],
        [_("Ghi chú"), version.note or ""],
        *([code, state] for code, state in states),
    ]
    rows: list[Sequence[object]] = [[Mark(name, Tone.MUTED), value] for name, value in shown if value]
    return Report(
        fields=(*FIELDS, "note"),
        rows=[{**values, "note": version.note}],
        people=lambda: [Table([Column(""), Column("", narrow=20)], [("", rows)])],
        as_of=at.day,
        known_at=at.known_at,
        head=at.known.anchor,
        lead=[f"{version.code}  {version.name}"],
        notes=[anchor_note(at)],
    )
