"""The unit above each unit, on a day of changes and on every later day that the register knows of."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from thidua_cli.ground.dates import shifted, show_day
from thidua_cli.ground.language import _, some
from thidua_cli.register.terms import Level
from thidua_cli.register.units import Version, describe
from thidua_cli.rules.resolutions.day import DayOfChanges
from thidua_cli.rules.resolutions.model import STATE, Effect, Model, Row

_MOST_NAMED = 10  # units in a problem
_LEVELS = list(Level)


class Unsaid(NamedTuple):
    """A parent that has ended without saying where its children go."""

    parent: int


def of_new(changes: DayOfChanges, parent: int | None, level: Level) -> int | None:
    """The unit above a new one: of its first predecessor's `parent` upwards one not of a lower level.

    Without one it is the city committee, if there is exactly one.
    """
    model, seen = changes.model, set[int]()
    while (above := model.on(parent, changes.before)) is not None and above.unit not in seen:
        if _LEVELS.index(above.level) <= _LEVELS.index(level):
            return above.unit
        seen.add(above.unit)
        parent = above.parent
    tops = [unit for unit in model.cities if model.on(unit, changes.day)]
    return tops[0] if len(tops) == 1 else None


def place_as_asked(changes: DayOfChanges) -> None:
    """Place each unit that continues or is new under the parent that its row names."""
    for unit, row in changes.homes.items():
        if row.change.parent_code:
            _place_below(changes, unit, row, row.change.parent_code)
        elif "parent_code" in row.emptied:
            _set_parent(changes, unit, None, row)
    for unit, row in changes.homes.items():
        if row.change.parent_code and _is_below(changes.model, unit, unit, changes.day):
            message = _("đơn vị là cấp trên của chính mình")
            changes.problem(row, "parent_code", message, _("sửa mã cấp trên"))


def _place_below(changes: DayOfChanges, unit: int, row: Row, code: str) -> None:
    model = changes.model
    above, was = model.holder(code, changes.day), None
    if above is None and (was := model.holder(code, changes.before)) is not None:
        above = model.on(was.unit, changes.day)
    if above is not None and not _is_lower(model, above, unit):
        _set_parent(changes, unit, above.unit, row)
        return
    message = _("không có đơn vị cấp trên này")
    if above is not None:
        message = _("cấp của đơn vị cấp trên lại thấp hơn")
    elif was is not None:
        message = _("{name}: cấp trên kết thúc trong ngày").format(name=was.name)
    changes.problem(row, "parent_code", message, _("sửa mã cấp trên"))


def _is_lower(model: Model, above: Version, unit: int) -> bool:
    """Whether a unit would come under one of a lower level."""
    return _LEVELS.index(above.level) > _LEVELS.index(model.versions[unit][0].level)


def _is_below(model: Model, unit: int, top: int, day: str) -> bool:
    """Whether a unit is below `top` on a day, at any distance."""
    seen: set[int] = set()
    at = model.on(unit, day)
    while at is not None and at.parent is not None and at.parent not in seen:
        if at.parent == top:
            return True
        seen.add(at.parent)
        at = model.on(at.parent, day)
    return False


def _set_parent(changes: DayOfChanges, unit: int, parent: int | None, row: Row) -> None:
    held = changes.model.on(unit, changes.day)
    if held is not None and held.parent != parent:
        note = row.change.note if changes.homes.get(unit) is row else held.note
        changes.model.change(unit, changes.day, {"parent": parent}, row.change.resolution, note)


def place_children(changes: DayOfChanges) -> None:
    """Place the units below one that has ended under the one that took its place."""
    unsaid: dict[int, list[Version]] = {}
    for child in changes.model.alive(changes.day):
        if child.parent is None or changes.model.on(child.parent, changes.day) is not None:
            continue
        parent = after(changes, child, changes.day)
        if isinstance(parent, Unsaid):
            unsaid.setdefault(parent.parent, []).append(child)
            continue
        if child.unit not in changes.homes:
            changes.effects.append(Effect(changes.day, "changed", child, (child,)))
        _set_parent(changes, child.unit, parent, _row_that_ends(changes, child.parent))
    for ended, children in unsaid.items():
        _ask_for_parents(changes, ended, children, changes.day)


def _row_that_ends(changes: DayOfChanges, unit: int) -> Row:
    """The row that ends a unit, or the first of the day where a day before has ended it."""
    return changes.ending[unit][1] if unit in changes.ending else changes.pairs[0][0]


def after(changes: DayOfChanges, child: Version, day: str) -> int | Unsaid | None:
    """The unit that `child` comes under on `day`, if no row names one.

    Its parent while that is there; then the one to which all of the parent passed; where it passed to nobody,
    or to the child or one below the child, the unit above the parent. Unsaid where it passed to several, or
    to one of a lower level.
    """
    model, parent, seen = changes.model, child.parent, set[int]()
    while parent is not None and parent not in seen and model.on(parent, day) is None:
        seen.add(parent)
        successors = heirs(changes, parent)
        if any(heir == child.unit or _is_below(model, heir, child.unit, day) for heir in successors):
            successors = []
        if len(successors) > 1:
            return Unsaid(parent)
        if successors and _is_lower(model, model.versions[successors[0]][0], child.unit):
            return Unsaid(parent)
        parent = successors[0] if successors else model.versions[parent][-1].parent
    return parent


def heirs(changes: DayOfChanges, unit: int) -> list[int]:
    """The units to which one that has ended passed."""
    if unit in changes.ending:
        successors = [changes.new[row.new_key] for row in changes.rows_of.get(unit, ()) if row.new_key]
    else:
        end = changes.model.versions[unit][-1].ended_on
        passed = changes.model.passed.of(unit)
        successors = [
            each.successor
            for each in passed
            if each.predecessor == unit and each.day == end and each.successor is not None
        ]
    return list(dict.fromkeys(successors))


def completed(changes: DayOfChanges, effect: Effect) -> Effect:
    """The effect with the unit as it is after the day, where it went, and what was and is above it."""
    model, day, unit = changes.model, effect.day, effect.version.unit
    if effect.what == "ended":
        successors = (model.on(heir, day) for heir in heirs(changes, unit))
        return effect._replace(successors=tuple(version for version in successors if version))
    now = model.on(unit, day)
    assert now is not None  # noqa: S101 - a unit that is made or changed is there
    above = None
    if effect.what == "changed" and effect.version.parent != now.parent:
        above = model.on(effect.version.parent, shifted(day, -1)), model.on(now.parent, day)
    return effect._replace(version=now, above=above)


def _ask_for_parents(changes: DayOfChanges, ended: int, children: Sequence[Version], day: str) -> None:
    """Add the problem that nothing says where the children of a unit that ends go.

    The cure for a later day is a change of its own, before this one.
    """
    names = [line.strip() for line in some(map(describe, children), _MOST_NAMED)]
    message = _("{name} kết thúc ngày {day}; chưa nói các đơn vị thuộc nó về đâu: {children}").format(
        name=changes.model.versions[ended][-1].name, day=show_day(day), children="; ".join(names)
    )
    code, typed = children[0].code, ""
    if day > changes.day:
        cure = _("trước hết: thidua units rename {code} --parent … --on {day} --doc …")
    else:
        cure = _("thêm cho mỗi đơn vị ấy một dòng rename (mã, tên như cũ) có parent_code")
        typed = _("thêm cho mỗi đơn vị ấy --child MÃ=MÃ-CẤP-TRÊN, ví dụ --child {code}=…")
    row = _row_that_ends(changes, ended)
    changes.problem(row, "old_code", message, cure.format(code=code, day=day), typed.format(code=code))


# Later days


def check_later(changes: DayOfChanges) -> None:
    """Let children follow their parents on later days too; refuse what no longer fits there."""
    model = changes.model
    following: dict[str, list[int]] = {}
    for version in _later(changes):
        is_made = version.parent in changes.ending and model.was_made_by_change(version)
        if is_made or model.follows_its_parent(version):
            following.setdefault(version.valid_from, []).append(version.unit)
        elif version.parent in changes.ending:
            message = _("từ ngày {day} {child} còn thuộc đơn vị này").format(
                day=show_day(version.valid_from), child=describe(version)
            )
            cure = _("sửa ngày, hoặc {undo}").format(undo=changes.undo_first(version.operation))
            changes.problem(changes.ending[version.parent][1], "old_code", message, cure)
            return
    ends = (versions[-1].ended_on for versions in model.versions.values())
    for day in sorted({*following, *(end for end in ends if end is not None and end > changes.day)}):
        _follow_parents(changes, day, following.get(day, []))
    for version in _later(changes):
        if _is_below(model, version.unit, version.unit, version.valid_from):
            message = _("vòng tròn cấp trên từ ngày {day}: {name}").format(
                day=show_day(version.valid_from), name=describe(version)
            )
            changes.problem(changes.pairs[0][0], "parent_code", message, _("sửa mã cấp trên"))
            return


def _later(changes: DayOfChanges) -> list[Version]:
    """Versions that begin after this day, in order of time."""
    later = (version for version in changes.model if version.valid_from > changes.day)
    return sorted(later, key=lambda version: version.valid_from)


def _follow_parents(changes: DayOfChanges, day: str, following: Sequence[int]) -> None:
    """On a later day let units follow a parent that has ended as things are now.

    `following` are those that the register says did so; it may be that they need not any more.
    """
    model = changes.model
    was = {unit: model.on(unit, shifted(day, -1)) for unit in {**dict.fromkeys(following), **model.touched}}
    for unit in following:
        _unfollow(model, unit, was, day)
    for unit, before in was.items():
        now = model.on(unit, day)
        if now is None:
            continue
        if before and unit in following and _has_lost_its_parent(model, before, day):
            _move(changes, before, now, day)
        elif _has_lost_its_parent(model, now, day):
            _move(changes, now, now, day)


def _has_lost_its_parent(model: Model, version: Version, day: str) -> bool:
    return version.parent is not None and model.on(version.parent, day) is None


def _unfollow(model: Model, unit: int, was: Mapping[int, Version | None], day: str) -> None:
    """Leave a unit under its parent of the day before if that does not end on `day` any more."""
    before, now = was[unit], model.on(unit, day)
    if before is None or now is None or _has_lost_its_parent(model, before, day):
        return
    if before.parent != now.parent:
        model.change(unit, day, {"parent": before.parent}, now.document_number, now.note)
    now = model.on(unit, day)
    if now and all(getattr(before, name) == getattr(now, name) for name in STATE):
        model.drop(unit, day)


def _move(changes: DayOfChanges, child: Version, now: Version, day: str) -> None:
    """From a later day on, when its parent has ended, place a unit under the one that took its place."""
    parent = after(changes, child, day)
    if isinstance(parent, Unsaid):
        _ask_for_parents(changes, parent.parent, [child], day)
    elif parent != now.parent:
        passed = changes.model.passed.of(child.parent)
        ends = (each for each in reversed(passed) if each.predecessor == child.parent)
        document = next((each.document_number for each in ends), None)
        changes.model.change(child.unit, day, {"parent": parent}, document, now.note)
        changes.model.plan.effects.append(completed(changes, Effect(day, "changed", child, (child,))))
