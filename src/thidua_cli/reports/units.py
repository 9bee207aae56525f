"""Units as of a day: the list, the tree, one unit."""

import sqlite3
from collections.abc import Iterator, Sequence

from thidua_cli.ground.dates import shifted, show_day
from thidua_cli.ground.language import _, current, grouped
from thidua_cli.register.terms import State, label
from thidua_cli.register.units import Directory, Version, in_protocol_order
from thidua_cli.render.model import Column, Form, Mark, Report, Table, Tone
from thidua_cli.reports import listing
from thidua_cli.reports.ended import require_alive
from thidua_cli.reports.grouping import heading, numbered
from thidua_cli.reports.moment import Moment, report_at
from thidua_cli.reports.selection import Filter, plan_at
from thidua_cli.reports.wording import TONES, record_mark
from thidua_cli.standing.verdict import Fact

FIELDS = (
    "unit_code", "unit_name", "kind", "level", "parent_code", "abbreviation", "sort_order", "valid_from",
    "ended_on",
)  # fmt: skip


def build(
    connection: sqlite3.Connection, at: Moment, chosen: Filter, changed_since: str | None = None
) -> Report:
    """The report of `thidua units list`: the units that exist on the as-of date.

    With `changed_since` (that day included), instead those that began, changed or ended from then on. Raises
    NotFoundError if the selected district does not exist on that date.
    """
    directory = Directory.read(connection, at.known.number)
    all_units = (
        directory.alive(at.day) if changed_since is None else _changed(directory, changed_since, at.day)
    )
    there = [unit for unit in all_units if chosen.has_place(directory, unit.unit, last_day(unit, at.day))]
    if not there:
        require_alive(connection, at, chosen, directory)
    versions = [version for version in there if chosen.has_kind(version)]
    return report_at(
        at,
        f"{_('Đơn vị')} · {plan_at(connection, at).title}",
        FIELDS,
        [row(directory, version, at.day) for version in versions],
        lambda: [_table(directory, versions, at.day)],
    )


def _changed(directory: Directory, since: str, day: str) -> list[Version]:
    changed = []
    for versions in directory.versions.values():
        past = [version for version in versions if version.valid_from <= day]
        if past and (since <= past[-1].valid_from or since <= (past[-1].ended_on or "") <= day):
            changed.append(past[-1])
    return in_protocol_order(changed)


def last_day(version: Version, day: str) -> str:
    """The day itself, or the last day of a unit that has ended by then."""
    if version.ended_on is None or version.ended_on > day:
        return day
    return shifted(version.ended_on, -1)


def row(directory: Directory, version: Version, day: str) -> dict[str, object]:
    """A unit for machines; `ended_on` only if it is not after the day."""
    parent = directory.on(version.parent, last_day(version, day))
    return {
        "unit_code": version.code,
        "unit_name": version.name,
        "kind": str(version.kind),
        "level": str(version.level),
        "parent_code": parent.code if parent else None,
        "abbreviation": version.abbreviation,
        "sort_order": version.sort_order,
        "valid_from": version.valid_from,
        "ended_on": _ended(version, day),
    }


def _ended(version: Version, day: str) -> str | None:
    return version.ended_on if version.ended_on and version.ended_on <= day else None


def _table(directory: Directory, versions: Sequence[Version], day: str) -> Table:
    columns = [
        Column(_("Mã")),
        Column(_("Tên đơn vị"), narrow=24),
        Column(_("Tên tắt"), drop=2),
        Column(_("Từ ngày"), Form.DAY, drop=1),
    ]
    if any(_ended(version, day) for version in versions):
        columns.append(Column(_("Chấm dứt"), Form.DAY))
    groups: dict[str, list[Sequence[object]]] = {}
    for version in versions:
        cells = [
            version.code, version.name, version.abbreviation or "", version.valid_from, _ended(version, day),
        ]  # fmt: skip
        head = heading(version, last_day(version, day), directory)
        groups.setdefault(head, []).append(cells[: len(columns)])
    return Table(
        columns,
        numbered(groups),
        title=_("{count} đơn vị").format(count=grouped(len(versions))),
        empty=_("Không có đơn vị nào."),
    )


def tree(connection: sqlite3.Connection, at: Moment) -> Report:
    """The report of `thidua units tree`: as the list, each unit below the one above it, with its depth."""
    directory = Directory.read(connection, at.known.number)
    alive = directory.alive(at.day)
    units = {version.unit for version in alive}
    below: dict[int | None, list[Version]] = {}
    for version in alive:
        below.setdefault(version.parent if version.parent in units else None, []).append(version)
    lines = list(_walk(below, None, "", 0))
    columns = [Column(_("Tên đơn vị")), Column(_("Mã"))]
    groups = [("", [[f"{stem}{version.name}", version.code] for version, stem, _depth in lines])]
    return report_at(
        at,
        f"{_('Cây đơn vị')} · {plan_at(connection, at).title}",
        ("depth", *FIELDS),
        [{"depth": depth, **row(directory, version, at.day)} for version, _stem, depth in lines],
        lambda: [Table(columns, groups if lines else [], empty=_("Không có đơn vị nào."))],
    )


def _walk(
    below: dict[int | None, list[Version]], parent: int | None, stem: str, depth: int
) -> Iterator[tuple[Version, str, int]]:
    children = below.get(parent, [])
    for index, version in enumerate(children):
        last = index == len(children) - 1
        branch, trunk = ("└─ ", "   ") if last else ("├─ ", "│  ")
        yield version, stem + branch * (depth > 0), depth
        yield from _walk(below, version.unit, stem + trunk * (depth > 0), depth + 1)


def show(at: Moment, directory: Directory, version: Version, judged: Sequence[tuple[Fact, State]]) -> Report:
    """The report of `thidua units show`: one unit, and its state under each obligation that binds it."""
    keys = ("obligation", "state", "done_on", "document_number", "record_id")
    rows = [listing.row(directory, fact, state) for fact, state in judged]
    return report_at(
        at,
        f"{version.code}  {version.name}",
        (*FIELDS, "note", "aliases"),
        [{**row(directory, version, at.day), "note": version.note, "aliases": _aliases(directory, version)}],
        lambda: [_properties(directory, version, at.day), _states(judged)],
        extra={"obligations": [{key: row[key] for key in keys} for row in rows]},
    )


def _aliases(directory: Directory, version: Version) -> list[str]:
    """What the unit is called besides, on the days of this version."""
    days = version.until_on or "9999"
    return [each.alias for each in directory.aliases.of(version.unit) if each.valid_from < days]


def _properties(directory: Directory, version: Version, day: str) -> Table:
    parent = directory.on(version.parent, last_day(version, day))
    shown = [
        (_("Mã"), version.code),
        (_("Tên"), version.name),
        (_("Tên tắt"), version.abbreviation),
        (_("Loại"), label(version.kind, current())),
        (_("Cấp"), label(version.level, current())),
        (_("Đơn vị cấp trên"), f"{parent.code}  {parent.name}" if parent else ""),
        (_("Mang mã và tên này từ"), show_day(version.valid_from)),
        (_("Đến trước ngày"), show_day(version.until_on)),
        (_("Cũng được gọi là"), "; ".join(_aliases(directory, version))),
        (_("Ghi chú"), version.note),
    ]
    rows = [[Mark(name, Tone.MUTED), value] for name, value in shown if value]
    return Table([Column(""), Column("", narrow=20)], [("", rows)])


def _states(judged: Sequence[tuple[Fact, State]]) -> Table:
    columns = [
        Column(_("Nghĩa vụ")),
        Column(_("Trạng thái")),
        Column(_("Ngày thực hiện"), Form.DAY),
        Column(_("Số văn bản"), narrow=12),
        Column(_("Bản ghi")),
    ]
    rows = [
        [
            fact.obligation,
            Mark(label(state, current()), TONES[state]),
            fact.done_on,
            fact.document_number or "",
            record_mark(fact),
        ]
        for fact, state in judged
    ]
    return Table(columns, [("", rows)] if rows else [], empty=_("Chưa có nghĩa vụ nào."))
