"""A unit as it was called during some time."""

from collections.abc import Iterable
from typing import NamedTuple

from thidua_cli.ground.dates import shifted, show_day
from thidua_cli.ground.language import _
from thidua_cli.register.terms import Kind, Level


class Version(NamedTuple):
    """What a unit was called from `valid_from` (included) until `until_on` (not included; none: still).

    `ended_on` is the first day on which the unit itself no longer exists. Dates are ISO text. `number` is the
    id of the row that says so; 0: none is stored yet.
    """

    unit: int
    kind: Kind
    level: Level
    code: str
    name: str
    parent: int | None
    abbreviation: str | None
    sort_order: int | None
    valid_from: str
    until_on: str | None = None
    ended_on: str | None = None
    note: str | None = None
    document_number: str | None = None
    operation: int = 0
    number: int = 0

    def holds_on(self, day: str) -> bool:
        """Whether this is the unit's version on that day."""
        return self.valid_from <= day and (self.until_on is None or day < self.until_on)


def with_days(versions: Iterable[Version]) -> list[str]:
    """Each unit of some versions, as it was called last, from its first of these days up to its last one."""
    lines = []
    for held in _by_unit(versions):
        end = held[-1].until_on
        until = _(" đến trước {day}").format(day=show_day(end)) if end else ""
        lines.append(
            _("{unit}: từ {start}{end}").format(
                unit=describe(held[-1]), start=show_day(held[0].valid_from), end=until
            )
        )
    return lines


def history_commands(versions: Iterable[Version]) -> list[str]:
    """As `with_days`, each with the command that shows the unit as of the last of its days."""
    lines = []
    for held in _by_unit(versions):
        last = held[-1]
        day = shifted(last.until_on, -1) if last.until_on else last.valid_from
        lines.append(f"{with_days(held)[0]}: thidua history {last.code} --as-of {day}")
    return lines


def _by_unit(versions: Iterable[Version]) -> list[list[Version]]:
    """The versions of each unit, in order of time."""
    of: dict[int, list[Version]] = {}
    for version in versions:
        of.setdefault(version.unit, []).append(version)
    return [sorted(held, key=lambda version: version.valid_from) for held in of.values()]


def describe(version: Version) -> str:
    """A unit in a message: code and name."""
    return f"{version.code}  {version.name}"
