"""Reports about a district that does not exist any more, or not yet, when a roster is drawn up."""

import sqlite3
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from thidua_cli import store
from thidua_cli.ground.dates import shifted, show_day
from thidua_cli.ground.errors import NotFoundError
from thidua_cli.ground.language import _
from thidua_cli.register.plan import Obligation
from thidua_cli.reports.moment import Moment
from thidua_cli.reports.selection import Filter, district_of, units_of
from thidua_cli.standing import verdict

if TYPE_CHECKING:
    from thidua_cli.register.units import Directory, Version


class Reach(NamedTuple):
    """What a report can say of the district asked for; empty where every roster knew it and it still exists.

    `lines`: since when it exists, or when it ended and where its area is now, for people; `extra`: the same
    for machines.
    """

    lines: Sequence[str] = ()
    extra: Mapping[str, object] = MappingProxyType({})
    beyond: frozenset[str] = frozenset()  # obligations whose roster is of days without the district


def reach(
    connection: sqlite3.Connection,
    moments: Sequence[Moment],
    chosen: Filter,
    obligations: Sequence[Obligation],
    directory: "Directory | None" = None,
    *,
    each: bool = False,
) -> Reach:
    """What can be said of the chosen district under the obligations, at the last of the moments.

    Raises NotFoundError where no obligation can be answered at any of the moments, since the rosters are of
    days without the district; with `each`, where one cannot.
    """
    if not isinstance(chosen.district, int):
        return Reach()
    directory = directory or units_of(connection, moments[-1])
    beyond: set[str] = set()
    answered: set[str] = set()
    for at in moments:
        begun = {item.code for item in obligations if item.phase.starts_on <= at.day}
        beyond = _beyond(connection, at, chosen.district, obligations, directory) & begun
        answered |= begun - beyond
    at = moments[-1]
    if beyond and (each or not answered):
        raise _nobody(connection, at, directory, chosen.district, sorted(beyond))
    version = directory.last(chosen.district, at.day)
    if not _has_ended(version, at):
        return _of_new(directory, version, sorted(beyond)) if beyond else Reach()
    return _told(connection, at, directory, version, sorted(beyond))


def require_alive(connection: sqlite3.Connection, at: Moment, chosen: Filter, directory: "Directory") -> None:
    """Raise NotFoundError where the chosen district does not exist on the as-of date."""
    if isinstance(chosen.district, int) and directory.on(chosen.district, at.day) is None:
        raise _nobody(connection, at, directory, chosen.district, [])


def _has_ended(version: "Version", at: Moment) -> bool:
    return version.ended_on is not None and version.ended_on <= at.day


def _beyond(
    connection: sqlite3.Connection,
    at: Moment,
    district: int,
    obligations: Sequence[Obligation],
    directory: "Directory",
) -> set[str]:
    """Obligations with nobody of the district, which did not exist on the day that their roster is of.

    Not those that no unit of it was ever asked: their roster is empty there for its own reason.
    """
    first, last = directory.versions[district][0].valid_from, directory.versions[district][-1].ended_on
    found = set()
    for item in obligations:
        counted_on = min(at.day, item.roster_on or at.day)
        if directory.on(district, counted_on) is not None:
            continue
        facts = verdict.facts(connection, at.as_of, at.known.number, obligation=item.code)
        if any(district_of(directory, fact.unit, fact.named_on) == district for fact in facts):
            continue
        apart = first > counted_on or (last is not None and last <= item.phase.starts_on)
        if apart or (last and facts and {fact.unit for fact in facts} & _below(directory, district, last)):
            found.add(item.code)
    return found


def _below(directory: "Directory", district: int, ended_on: str) -> set[int]:
    """The units in a district on its last day, without the district itself."""
    last = shifted(ended_on, -1)
    return {
        version.unit
        for version in directory.alive(last)
        if version.unit != district
        and (held := directory.district(version.unit, last)) is not None
        and held.unit == district
    }


def passed_to(
    connection: sqlite3.Connection, at: Moment, directory: "Directory", district: "Version"
) -> "list[Version]":
    """The units that have the area of an ended district on the as-of date, in protocol order.

    They are its successors, through any number of successions. Where it has none, or one of them ended
    without a successor, they are also the units that were in it on its last day, and the successors of those,
    as far as they are not in a successor of the district.
    """
    from thidua_cli.register.units import in_protocol_order

    ended_on = str(district.ended_on)
    heirs = _successors(connection, at, district.unit, ended_on)
    alive = {unit for unit in heirs if directory.on(unit, at.day) is not None}
    found = set(alive)
    if not heirs or any(_is_lost(connection, at, directory, unit) for unit in heirs - alive):
        for unit in _below(directory, district.unit, ended_on):
            found |= {
                each
                for each in {unit} | _successors(connection, at, unit, ended_on)
                if (inside := directory.district(each, at.day)) is None or inside.unit not in alive
            }
    return in_protocol_order(version for unit in found if (version := directory.on(unit, at.day)))


def _is_lost(connection: sqlite3.Connection, at: Moment, directory: "Directory", unit: int) -> bool:
    """Whether an ended unit passed to nobody who is alive."""
    ended_on = str(directory.last(unit, at.day).ended_on)
    after = _successors(connection, at, unit, ended_on)
    return not any(directory.on(each, at.day) for each in after)


def _successors(connection: sqlite3.Connection, at: Moment, unit: int, since: str) -> set[int]:
    rows = connection.execute(
        store.sql("relatives"),
        {"known": at.known.number, "unit": unit, "since": since, "as_of": at.day},
    )
    return {number for number, relation in rows if relation == "after"}


def _told(
    connection: sqlite3.Connection,
    at: Moment,
    directory: "Directory",
    district: "Version",
    beyond: Sequence[str],
) -> Reach:
    """The end of a district, for a report that has something to say of it."""
    heirs = passed_to(connection, at, directory, district)
    words = _("{unit} ({code}) chấm dứt ngày {day}.").format(
        unit=district.name, code=district.code, day=show_day(district.ended_on)
    )
    if heirs:
        names = ", ".join(f"{heir.name} ({heir.code})" for heir in heirs)
        words += " " + _("Địa bàn ấy nay thuộc: {units}.").format(units=names)
    lines = [words]
    if beyond:
        lines.append(
            _("Danh sách của {codes} lập sau ngày ấy, nên không có đơn vị nào của địa bàn này.").format(
                codes=", ".join(beyond)
            )
        )
    extra = {
        "unit_code": district.code,
        "unit_name": district.name,
        "ended_on": district.ended_on,
        "passed_to": [heir.code for heir in heirs],
        "beyond": list(beyond),
    }
    return Reach(lines, {"ended_district": extra}, frozenset(beyond))


def _of_new(directory: "Directory", district: "Version", beyond: Sequence[str]) -> Reach:
    """The beginning of a district, for a report that has something else to say of it."""
    began = directory.versions[district.unit][0].valid_from
    extra = {
        "unit_code": district.code,
        "unit_name": district.name,
        "valid_from": began,
        "beyond": list(beyond),
    }
    line = f"{_began_after(district, began, beyond)}."
    return Reach([line], {"new_district": extra}, frozenset(beyond))


def _began_after(district: "Version", began: str, beyond: Sequence[str]) -> str:
    return _("{unit} chỉ có từ ngày {day}, sau ngày chốt danh sách của {codes}").format(
        unit=f"{district.name} ({district.code})", day=show_day(began), codes=", ".join(beyond)
    )


def _nobody(
    connection: sqlite3.Connection, at: Moment, directory: "Directory", district: int, beyond: Sequence[str]
) -> NotFoundError:
    """That nobody can be selected, because there was no such district; with its days and its heirs."""
    version = directory.last(district, at.day)
    name = f"{version.name} ({version.code})"
    codes = ", ".join(beyond)
    if not _has_ended(version, at):
        began = directory.versions[district][0].valid_from
        message = _("{unit} chỉ có từ ngày {day}").format(unit=name, day=show_day(began))
        if beyond:
            message = _began_after(version, began, beyond)
        others = [each for each in directory.with_code(version.code) if each.valid_from < began]
        hint = _("Nêu --as-of trước ngày ấy để hỏi về đơn vị mang mã này khi đó.")
        return NotFoundError(message, *([hint] if others else []))
    day = show_day(version.ended_on)
    message = _("{unit} đã chấm dứt ngày {day}").format(unit=name, day=day)
    if beyond:
        message = _("{unit} đã chấm dứt ngày {day}, nên danh sách của {codes} không có đơn vị nào").format(
            unit=name, day=day, codes=codes
        )
    heirs = passed_to(connection, at, directory, version)
    hints = [_("Địa bàn ấy nay thuộc:"), *(f"  {heir.code}  {heir.name}" for heir in heirs)] if heirs else []
    return NotFoundError(message, *hints)
