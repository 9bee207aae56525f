"""The report of `thidua diff`: what changed between two days, or two instants of the register, and why."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence

from thidua_cli.ground import dates
from thidua_cli.ground.dates import show_day
from thidua_cli.ground.language import _, counted
from thidua_cli.register.units import Directory, Version, protocol_key
from thidua_cli.render.model import Column, Report, Table
from thidua_cli.reports.comparison import compare_moments
from thidua_cli.reports.ended import reach
from thidua_cli.reports.moment import Moment, before_register, clock_warning, report_at
from thidua_cli.reports.selection import Filter, judged, plan_at, units_of
from thidua_cli.reports.units import last_day
from thidua_cli.store import journal

FIELDS = ("obligation", "cause", "unit_code", "unit_name", "from_state", "to_state", "record_id", "deltas")


def build(connection: sqlite3.Connection, one: Moment, other: Moment, chosen: Filter) -> Report:
    """One row for each unit that changed its state, with the cause.

    Raises NotFoundError if the rosters at both moments are of days without the selected district.
    """
    known = reach(connection, [one, other], chosen, chosen.obligations(plan_at(connection, other)))
    after = units_of(connection, other)
    changed = compare_moments(connection, one, other, chosen, directory=after)
    renewed = list(_renewed_units(units_of(connection, one), after, one, other, chosen))
    title = changed.plan.title

    def people() -> list[Table]:
        tables = [*changed.tables(), *([_renewed_table(renewed)] if renewed else [])]
        return tables or [Table([], [], title=title, empty=_("Không có gì thay đổi."))]

    report = report_at(
        other,
        "",
        FIELDS,
        list(changed.rows()),
        people,
        notes=list(_recorded_since(connection, one, other, chosen)),
        extra={
            "from": one.identity,
            "figures": changed.figure_rows(),
            "units": renewed,
            **known.extra,
        },
    )
    return report._replace(
        lead=[
            f"{_('Thay đổi')} · {title}",
            _("Từ {one} đến {other}.").format(one=_name(one), other=_name(other)),
            *(before_register(at) for at in (one, other) if at.is_before_register),
            *known.lines,
        ]
    )


def _renewed_units(
    before: Directory, after: Directory, one: Moment, other: Moment, chosen: Filter
) -> Iterator[dict[str, str | None]]:
    """Units that exist since before both moments and have another code, name or parent at the later one.

    In protocol order; a unit that has ended is taken as it was last. A selection has the units that belong to
    it at either moment.
    """
    pairs = [
        (before.last(unit, one.day), after.last(unit, other.day))
        for unit in after.versions
        if unit in before.versions
        and before.versions[unit][0].valid_from <= one.day
        and after.versions[unit][0].valid_from <= other.day
    ]
    for old, new in sorted(pairs, key=lambda pair: protocol_key(pair[1])):
        if not (_is_chosen(chosen, before, old, one.day) or _is_chosen(chosen, after, new, other.day)):
            continue
        above = (_parent(before, old, one.day), _parent(after, new, other.day))
        values = {
            "code": (old.code, new.code),
            "name": (old.name, new.name),
            "parent_code": above if old.parent != new.parent else (None, None),
        }
        for field, (then, now) in values.items():
            if then != now:
                yield {
                    "unit_code": new.code, "unit_name": new.name, "field": field, "old": then, "new": now,
                }  # fmt: skip


def _parent(directory: Directory, version: Version, day: str) -> str | None:
    """The code of the unit above, on that day or as it was called last."""
    above = directory.named(version.parent, day) if version.parent else None
    return above.code if above else None


def _is_chosen(chosen: Filter, directory: Directory, version: Version, day: str) -> bool:
    return chosen.has_kind(version) and chosen.has_place(directory, version.unit, last_day(version, day))


def _renewed_table(renewed: Sequence[Mapping[str, str | None]]) -> Table:
    """Units with another code, name or parent, for people."""
    labels = {"code": _("mã"), "name": _("tên"), "parent_code": _("cấp trên")}
    rows = [
        [
            row["unit_code"],
            row["unit_name"],
            labels[str(row["field"])],
            f"{row['old'] or '–'} → {row['new'] or '–'}",
        ]
        for row in renewed
    ]
    columns = [
        Column(_("Mã")),
        Column(_("Tên đơn vị"), narrow=24),
        Column(_("Trường")),
        Column(_("Thay đổi"), narrow=16),
    ]
    return Table(columns, [("", rows)], title=_("Đơn vị đổi mã, tên hoặc cấp trên"))


def _name(at: Moment) -> str:
    if at.is_forecast:
        words = _("ngày {day} (dự kiến theo thao tác #{number})")
    else:
        words = _("{until} (thao tác #{number})")
    return words.format(day=show_day(at.as_of), until=at.until, number=at.known.number)


def _recorded_since(
    connection: sqlite3.Connection, one: Moment, other: Moment, chosen: Filter
) -> Iterator[str]:
    """A note on actions up to the first of two days that were recorded only after that day.

    They count on both days, so a search for what has come in since then does not find them.
    """
    known = one.known.number
    end = dates.stamp(dates.parse_instant(one.day))
    then = journal.known_at(connection, end).number
    if known != other.known.number or one.as_of == other.as_of or then >= known:
        return
    if journal.doubt_at(connection, end):
        yield from clock_warning(connection, one._replace(known_at=end))
        return
    both = "SELECT id, operation FROM record UNION ALL SELECT id, operation FROM exemption"
    fresh = {number for number, operation in connection.execute(both) if operation > then}
    count = sum(
        (fact.record_id or fact.exemption_id) in fresh for fact, _state in judged(connection, one, chosen)
    )
    if count:
        day = show_day(one.as_of)
        yield counted(
            count,
            f"{{n}} việc đến hết ngày {day} chỉ được ghi vào sổ sau ngày ấy, nên được tính ở cả hai ngày.",
            f"{{n}} deed up to {day} was recorded only after that day, and counts on both days.",
            f"{{n}} deeds up to {day} were recorded only after that day, and count on both days.",
        )
        command = [f"thidua diff --from '#{then}' --to '#{known}' --as-of {other.day}"]
        yield _("Những gì sổ biết thêm: {command}").format(
            command=" ".join([*command, *_options(connection, other, chosen)])
        )


def _options(connection: sqlite3.Connection, at: Moment, chosen: Filter) -> Iterator[str]:
    """The options that ask for the same selection."""
    district = chosen.district
    if isinstance(district, int):
        district = units_of(connection, at).last(district, at.day).code
    asked = {"phase": chosen.phase, "kind": chosen.kind, "level": chosen.level, "district": district}
    yield from (f"--{name} {value}" for name, value in asked.items() if value is not None)
