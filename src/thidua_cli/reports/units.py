"""Units as of a day: the list, the tree, one unit."""

import sqlite3
from collections.abc import Iterator, Sequence

from thidua_cli.ground.dates import shifted, show_day
from thidua_cli.ground.language import _, current, grouped
from thidua_cli.register.plan import load_plan
from thidua_cli.register.terms import Kind, State, label
from thidua_cli.register.units import Directory, Version, in_protocol_order
from thidua_cli.render.cells import roman
from thidua_cli.render.model import Column, Form, Mark, Report, Table, Tone
from thidua_cli.reports.ended import require_alive
from thidua_cli.reports.frame import CITY, Filter, Moment, anchor_note, lead, moment_lines
from thidua_cli.reports.listing import TONES
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
    NotFoundError where the district asked for does not exist on that date, so that nobody is in it.
    """
    directory = Directory.read(connection, at.known.number)
    found = directory.alive(at.day) if changed_since is None else _changed(directory, changed_since, at.day)
    versions = [version for version in found if _chosen(directory, version, at, chosen)]
    if not any(_is_in_district(directory, version, at, chosen) for version in found):
        require_alive(connection, at, chosen, directory)
    return Report(
        fields=FIELDS,
        rows=[row(directory, version, at.day) for version in versions],
        people=lambda: [_table(directory, versions, at)],
        as_of=at.day,
        known_at=at.known_at,
        head=at.known.anchor,
        register=at.register,
        lead=lead(_("Đơn vị"), load_plan(connection), at),
        notes=[anchor_note(at)],
    )


def _changed(directory: Directory, since: str, day: str) -> list[Version]:
    found = []
    for versions in directory.versions.values():
        past = [version for version in versions if version.valid_from <= day]
        if past and (since <= past[-1].valid_from or since <= (past[-1].ended_on or "") <= day):
            found.append(past[-1])
    return in_protocol_order(found)


def _chosen(directory: Directory, version: Version, at: Moment, chosen: Filter) -> bool:
    if chosen.kind and version.kind is not chosen.kind:
        return False
    if chosen.level and version.level is not chosen.level:
        return False
    return _is_in_district(directory, version, at, chosen)


def _is_in_district(directory: Directory, version: Version, at: Moment, chosen: Filter) -> bool:
    if chosen.district is None:
        return True
    district = directory.district(version.unit, _last_day(version, at.day))
    return (district.unit if district else CITY) == chosen.district


def _last_day(version: Version, day: str) -> str:
    """The day itself, or for a unit that has ended by then, its last day."""
    if version.ended_on is None or version.ended_on > day:
        return day
    return shifted(version.ended_on, -1)


def row(directory: Directory, version: Version, day: str) -> dict[str, object]:
    """A unit for machines; `ended_on` only where it is not after the day."""
    parent = directory.on(version.parent, _last_day(version, day))
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


def _table(directory: Directory, versions: Sequence[Version], at: Moment) -> Table:
    groups: dict[str, list[Sequence[object]]] = {}
    any_ended = any(_ended(version, at.day) for version in versions)
    for version in versions:
        cells: list[object] = [version.code, version.name, version.abbreviation or "", version.valid_from]
        if any_ended:
            cells.append(_ended(version, at.day))
        groups.setdefault(_heading(directory, version, at.day), []).append(cells)
    columns = [
        Column(_("Mã")),
        Column(_("Tên đơn vị"), narrow=24),
        Column(_("Tên tắt"), drop=2),
        Column(_("Từ ngày"), Form.DAY, drop=1),
    ]
    return Table(
        columns + ([Column(_("Chấm dứt"), Form.DAY)] if any_ended else []),
        [
            (f"{roman(number)}. {heading} ({grouped(len(rows))})", rows)
            for number, (heading, rows) in enumerate(groups.items(), 1)
        ],
        title=_("{count} đơn vị").format(count=grouped(len(versions))),
        empty=_("Không có đơn vị nào."),
    )


def _heading(directory: Directory, version: Version, day: str) -> str:
    if version.kind is Kind.COMMUNE_COMMITTEE:
        district = directory.district(version.unit, _last_day(version, day))
        if district is not None:
            return _("Phường, xã thuộc {district}").format(district=district.name.removeprefix("UBND "))
    return label(version.kind, current())


def tree(connection: sqlite3.Connection, at: Moment) -> Report:
    """The report of `thidua units tree`: as the list, each unit below the one above it, with its depth."""
    directory = Directory.read(connection, at.known.number)
    alive = directory.alive(at.day)
    units = {version.unit for version in alive}
    below: dict[int | None, list[Version]] = {}
    for version in alive:
        below.setdefault(version.parent if version.parent in units else None, []).append(version)
    lines = list(_walk(below, None, "", 0))
    shown = [[f"{stem}{version.name}", version.code] for version, stem, _depth in lines]
    return Report(
        fields=("depth", *FIELDS),
        rows=[{"depth": depth, **row(directory, version, at.day)} for version, _stem, depth in lines],
        people=lambda: [
            Table(
                [Column(_("Tên đơn vị")), Column(_("Mã"))],
                [("", shown)] if shown else [],
                empty=_("Không có đơn vị nào."),
            )
        ],
        as_of=at.day,
        known_at=at.known_at,
        head=at.known.anchor,
        register=at.register,
        lead=lead(_("Cây đơn vị"), load_plan(connection), at),
        notes=[anchor_note(at)],
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


def show(
    connection: sqlite3.Connection, at: Moment, version: Version, judged: Sequence[tuple[Fact, State]]
) -> Report:
    """The report of `thidua units show`: one unit, and its state under each obligation that binds it."""
    directory = Directory.read(connection, at.known.number)
    parent = directory.on(version.parent, _last_day(version, at.day))
    shown = [
        (_("Mã"), version.code),
        (_("Tên"), version.name),
        (_("Tên tắt"), version.abbreviation or ""),
        (_("Loại"), label(version.kind, current())),
        (_("Cấp"), label(version.level, current())),
        (_("Đơn vị cấp trên"), f"{parent.code}  {parent.name}" if parent else ""),
        (_("Mang mã và tên này từ"), show_day(version.valid_from)),
        (_("Đến trước ngày"), show_day(version.until_on)),
        (_("Ghi chú"), version.note or ""),
    ]
    facts: list[Sequence[object]] = [[Mark(name, Tone.MUTED), value] for name, value in shown if value]
    states: list[Sequence[object]] = [
        [
            fact.obligation,
            Mark(label(state, current()), TONES[state]),
            fact.done_on,
            fact.document_number or "",
            f"#{fact.record_id or fact.exemption_id}" if fact.record_id or fact.exemption_id else "",
        ]
        for fact, state in judged
    ]
    columns = [
        Column(_("Nghĩa vụ")),
        Column(_("Trạng thái")),
        Column(_("Ngày thực hiện"), Form.DAY),
        Column(_("Số văn bản"), narrow=12),
        Column(_("Bản ghi")),
    ]
    return Report(
        fields=(*FIELDS, "note"),
        rows=[{**row(directory, version, at.day), "note": version.note}],
        people=lambda: [
            Table([Column(""), Column("", narrow=20)], [("", facts)]),
            Table(columns, [("", states)] if states else [], empty=_("Chưa có nghĩa vụ nào.")),
        ],
        as_of=at.day,
        known_at=at.known_at,
        head=at.known.anchor,
        register=at.register,
        lead=[f"{version.code}  {version.name}", *moment_lines(at)],
        notes=[anchor_note(at)],
        extra={
            "obligations": [
                {
                    "obligation": fact.obligation,
                    "state": str(state),
                    "done_on": fact.done_on,
                    "document_number": fact.document_number,
                    "record_id": fact.record_id or fact.exemption_id,
                }
                for fact, state in judged
            ]
        },
    )
