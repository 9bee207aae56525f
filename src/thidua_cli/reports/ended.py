"""Reports about a district that does not exist any more, or not yet, on the day of a roster."""

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
from thidua_cli.reports.selection import Filter, district_of, ever_in, lookup
from thidua_cli.standing import verdict

if TYPE_CHECKING:
    from thidua_cli.register.units import Directory, Version


class Reach(NamedTuple):
    """What a report says of the selected district; empty if it exists now and on the days of all rosters.

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
    """What a report says of the selected district under the obligations, at the last of the moments.

    Raises NotFoundError if the rosters of all obligations that have begun are of days without the district;
    with `each`, if one of them is.
    """
    if not isinstance(chosen.district, int):
        return Reach()
    directory = directory or lookup(connection, moments[-1])
    beyond: set[str] = set()
    answered: set[str] = set()
    for at in moments:
        district = _District(connection, at, directory, directory.last(chosen.district, at.day))
        begun = [item for item in obligations if item.phase.starts_on <= at.day]
        beyond = {item.code for item in begun if district.is_beyond(item)}
        answered |= {item.code for item in begun} - beyond
    if beyond and (each or not answered):
        raise district.nobody(sorted(beyond))
    return district.reach(sorted(beyond)) if beyond or district.has_ended else Reach()


def require_alive(connection: sqlite3.Connection, at: Moment, chosen: Filter, directory: "Directory") -> None:
    """Raise NotFoundError if the selected district does not exist on the as-of date."""
    if isinstance(chosen.district, int) and directory.on(chosen.district, at.day) is None:
        version = directory.last(chosen.district, at.day)
        raise _District(connection, at, directory, version).nobody([])


class _District(NamedTuple):
    """The selected district at a moment, with its name of that day or the nearest one."""

    connection: sqlite3.Connection
    at: Moment
    directory: "Directory"
    version: "Version"

    @property
    def began(self) -> str:
        return self.directory.versions[self.version.unit][0].valid_from

    @property
    def ended_on(self) -> str:
        """The first day without it; only of one that has ended."""
        return str(self.version.ended_on)

    @property
    def has_ended(self) -> bool:
        return self.version.ended_on is not None and self.version.ended_on <= self.at.day

    @property
    def name(self) -> str:
        return f"{self.version.name} ({self.version.code})"

    def is_beyond(self, item: Obligation) -> bool:
        """Whether the district has nobody on a roster because it did not exist on the day of the roster.

        Not if no unit of it was ever asked: that has its own reason.
        """
        district, directory = self.version.unit, self.directory
        counted_on = min(self.at.day, item.roster_on or self.at.day)
        if directory.on(district, counted_on) is not None:
            return False
        units = ever_in(self.connection, district)
        known = self.at.known.number
        facts = verdict.facts(self.connection, self.at.as_of, known, units=units, obligation=item.code)
        if any(district_of(directory, fact.unit, fact.named_on) == district for fact in facts):
            return False
        last = directory.versions[district][-1].ended_on
        if self.began > counted_on or (last is not None and last <= item.phase.starts_on):
            return True
        return last is not None and not {fact.unit for fact in facts}.isdisjoint(self._below(last))

    def _below(self, ended_on: str) -> set[int]:
        """The units in the district on its last day, without the district itself."""
        last, district = shifted(ended_on, -1), self.version.unit
        units = set(ever_in(self.connection, district)) - {district}
        there = (unit for unit in units if self.directory.on(unit, last) is not None)
        return {unit for unit in there if district_of(self.directory, unit, last) == district}

    def heirs(self) -> "list[Version]":
        """The units that have the area of the ended district on the as-of date, in protocol order.

        They are its successors, through any number of successions. If it has none, or one of them ended
        without a successor, they are also the units that were in it on its last day, and the successors of
        those, as far as they are not in a successor of the district.
        """
        from thidua_cli.register.units import in_protocol_order

        after = self._successors(self.version.unit, self.ended_on)
        alive = {unit for unit in after if self._is_alive(unit)}
        heirs = set(alive)
        if not after or any(self._is_lost(unit) for unit in after - alive):
            for unit in self._below(self.ended_on):
                heirs |= {
                    heir
                    for heir in {unit} | self._successors(unit, self.ended_on)
                    if district_of(self.directory, heir, self.at.day) not in alive
                }
        day = self.at.day
        return in_protocol_order(version for unit in heirs if (version := self.directory.on(unit, day)))

    def _is_alive(self, unit: int) -> bool:
        return self.directory.on(unit, self.at.day) is not None

    def _is_lost(self, unit: int) -> bool:
        """Whether an ended unit has no successor that exists."""
        ended_on = str(self.directory.last(unit, self.at.day).ended_on)
        return not any(map(self._is_alive, self._successors(unit, ended_on)))

    def _successors(self, unit: int, since: str) -> set[int]:
        asked = {"known": self.at.known.number, "unit": unit, "since": since, "as_of": self.at.day}
        rows = self.connection.execute(store.sql("relatives"), asked)
        return {number for number, relation in rows if relation == "after"}

    def reach(self, beyond: Sequence[str]) -> Reach:
        """The end of the district, else its beginning, for a report that has other things to say of it."""
        extra: dict[str, object] = {"unit_code": self.version.code, "unit_name": self.version.name}
        if not self.has_ended:
            extra |= {"valid_from": self.began, "beyond": beyond}
            return Reach([f"{self._began_after(beyond)}."], {"new_district": extra}, frozenset(beyond))
        heirs = self.heirs()
        words = _("{unit} ({code}) chấm dứt ngày {day}.").format(
            unit=self.version.name, code=self.version.code, day=show_day(self.ended_on)
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
        extra |= {"ended_on": self.ended_on, "passed_to": [heir.code for heir in heirs], "beyond": beyond}
        return Reach(lines, {"ended_district": extra}, frozenset(beyond))

    def _began_after(self, beyond: Sequence[str]) -> str:
        return _("{unit} chỉ có từ ngày {day}, sau ngày chốt danh sách của {codes}").format(
            unit=self.name, day=show_day(self.began), codes=", ".join(beyond)
        )

    def nobody(self, beyond: Sequence[str]) -> NotFoundError:
        """That nobody can be selected because there was no such district; with its days and its heirs."""
        if not self.has_ended:
            words = _("{unit} chỉ có từ ngày {day}").format(unit=self.name, day=show_day(self.began))
            others = self.directory.with_code(self.version.code)
            is_hinted = any(version.valid_from < self.began for version in others)
            hint = _("Nêu --as-of trước ngày ấy để hỏi về đơn vị mang mã này khi đó.")
            return NotFoundError(
                self._began_after(beyond) if beyond else words, *([hint] if is_hinted else [])
            )
        words = (
            _("{unit} đã chấm dứt ngày {day}, nên danh sách của {codes} không có đơn vị nào")
            if beyond
            else _("{unit} đã chấm dứt ngày {day}")
        )
        words = words.format(unit=self.name, day=show_day(self.ended_on), codes=", ".join(beyond))
        heirs = [f"  {heir.code}  {heir.name}" for heir in self.heirs()]
        return NotFoundError(words, *([_("Địa bàn ấy nay thuộc:"), *heirs] if heirs else []))
