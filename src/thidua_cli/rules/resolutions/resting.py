"""Which later operations rest on one that is undone: they kept what it had made so."""

from collections.abc import Mapping
from functools import cache

from thidua_cli.register.units import Version
from thidua_cli.rules.resolutions import parents
from thidua_cli.rules.resolutions.day import DayOfChanges
from thidua_cli.rules.resolutions.model import Model

_REPEATED = ("code", "name", "abbreviation", "sort_order")


def resting(before: Model, after: Model, number: int) -> list[Version]:
    """Versions of operations after `number` that repeat what is no longer so once it is undone.

    `before` and `after` hold the units as known before and after the undoing.
    """
    days_before = cache(lambda day: DayOfChanges(before, day, ()))
    days_after = cache(lambda day: DayOfChanges(after, day, ()))
    there = {each.number for versions in before.versions.values() for each in versions}
    found = []
    for versions in after.versions.values():
        for version in versions:
            if version.number in there and version.operation > number:
                was = _expected(days_before(version.valid_from), version)
                now = _expected(days_after(version.valid_from), version)
                if any(getattr(version, name) == was.get(name, now[name]) != now[name] for name in now):
                    found.append(version)
    return found


def _expected(changes: DayOfChanges, version: Version) -> Mapping[str, object]:
    """The fields that a version has where its change says nothing of them; none if it came from a list."""
    model, day = changes.model, changes.day
    earlier = [each for each in model.versions[version.unit] if each.valid_from < day]
    if earlier:
        parent = parents.after(changes, earlier[-1], day)
        return {name: getattr(earlier[-1], name) for name in _REPEATED} | {"parent": parent}
    came_from = (
        model.on(passed.predecessor, changes.before)
        for passed in model.passed.of(version.unit)
        if passed.successor == version.unit and passed.day == day
    )
    held = next((old for old in came_from if old is not None), None)
    if held is None:
        return {}
    new = version._replace(parent=parents.of_new(changes, held.parent, version.level))
    return {"parent": parents.after(changes, new, day)}
