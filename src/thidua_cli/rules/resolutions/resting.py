"""Which later operations rest on one that is undone: they kept what it had made so."""

from collections.abc import Mapping
from typing import NamedTuple

from thidua_cli.register.units import Version
from thidua_cli.rules.resolutions.model import Model
from thidua_cli.rules.resolutions.one_day import Day

_REPEATED = ("code", "name", "abbreviation", "sort_order")


class _Register(NamedTuple):
    """The units as known at one operation, and a `Day` of each day that was asked about."""

    model: Model
    days: dict[str, Day]

    def day(self, day: str) -> Day:
        return self.days.setdefault(day, Day(self.model, day, ()))


def resting(before: Model, after: Model, number: int) -> list[Version]:
    """Versions of operations after `number` that repeat what is no longer so once it is undone.

    `before` and `after` hold the units as known before and after the undoing.
    """
    old, new = _Register(before, {}), _Register(after, {})
    there = {each.number for versions in before.versions.values() for each in versions}
    found = []
    for versions in after.versions.values():
        for version in versions:
            if version.number in there and version.operation > number:
                was, now = _expected(old, version), _expected(new, version)
                if any(getattr(version, name) == was.get(name, now[name]) != now[name] for name in now):
                    found.append(version)
    return found


def _expected(register: _Register, version: Version) -> Mapping[str, object]:
    """The fields that a version has where its change says nothing of them; none if it came from a list."""
    model, day = register.model, register.day(version.valid_from)
    earlier = [each for each in model.versions[version.unit] if each.valid_from < version.valid_from]
    if earlier:
        parent = day.parent_after(earlier[-1])
        return {name: getattr(earlier[-1], name) for name in _REPEATED} | {"parent": parent}
    held = next(
        (
            old
            for each in model.passed
            if each.successor == version.unit and each.day == version.valid_from
            if (old := model.on(each.predecessor, day.before)) is not None
        ),
        None,
    )
    return {} if held is None else {"parent": day.parent_of_new(held, version)}
