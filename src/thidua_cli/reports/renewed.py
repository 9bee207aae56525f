"""Units whose code, name or parent is another at a later moment."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from thidua_cli.ground.language import _
from thidua_cli.register.units import Directory, Version, protocol_key
from thidua_cli.render.model import Column, Table
from thidua_cli.reports.moment import Moment
from thidua_cli.reports.selection import Filter
from thidua_cli.reports.units import last_day


class Renewed(NamedTuple):
    """A field of a unit that has changed: code, name or parent_code."""

    unit_code: str
    unit_name: str
    field: str
    old: str | None
    new: str | None


def renewed_units(
    before: Directory, after: Directory, one: Moment, other: Moment, chosen: Filter
) -> Iterator[Renewed]:
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
        yield from (
            Renewed(new.code, new.name, field, *sides)
            for field, sides in values.items()
            if sides[0] != sides[1]
        )


def _parent(directory: Directory, version: Version, day: str) -> str | None:
    """The code of the unit above, on that day or as it was called last."""
    above = directory.named(version.parent, day) if version.parent else None
    return above.code if above else None


def _is_chosen(chosen: Filter, directory: Directory, version: Version, day: str) -> bool:
    return chosen.has_kind(version) and chosen.has_place(directory, version.unit, last_day(version, day))


def renewed_table(renewed: Sequence[Renewed]) -> Table:
    """Units with another code, name or parent, for people."""
    labels = {"code": _("mã"), "name": _("tên"), "parent_code": _("cấp trên")}
    rows = [
        [
            change.unit_code,
            change.unit_name,
            labels[change.field],
            f"{change.old or '–'} → {change.new or '–'}",
        ]
        for change in renewed
    ]
    columns = [
        Column(_("Mã")),
        Column(_("Tên đơn vị"), narrow=24),
        Column(_("Trường")),
        Column(_("Thay đổi"), narrow=16),
    ]
    return Table(columns, [("", rows)], title=_("Đơn vị đổi mã, tên hoặc cấp trên"))
