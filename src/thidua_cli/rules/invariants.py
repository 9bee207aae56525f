"""What no units of a register may be: changes keep to it, undo refuses what breaks it, verify tells it."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from thidua_cli import store
from thidua_cli.ground.dates import show_day
from thidua_cli.ground.language import _
from thidua_cli.register.units import Directory, Version, describe


class Broken(NamedTuple):
    """A rule that units break: which, what units, since when, and the operations that brought it about."""

    rule: str
    units: tuple[int, ...]
    day: str
    message: str
    operations: tuple[int, ...] = ()

    @property
    def key(self) -> tuple[object, ...]:
        """The same wherever the same is broken, whatever the units are called by then."""
        return self.rule, self.units, self.day

    def also(self, ends: Iterable[tuple[str, int]]) -> "Broken":
        """The same, brought about by the operations of these ends too."""
        return self._replace(operations=(*self.operations, *(operation for _day, operation in ends)))


def broken(connection: sqlite3.Connection, known: int, directory: Directory) -> Iterator[Broken]:
    """Every rule that units break, as known at an operation; `directory` is of that operation too."""
    yield from _codes(directory)
    yield from _said_twice(directory)
    ends = _ends(connection, known)
    yield from _ended_twice(directory, ends)
    yield from _after_the_end(directory, ends)
    yield from _rings(directory)
    yield from _passed_in_a_ring(connection, known, directory)
    yield from _of_nobody(connection, known)


def _codes(directory: Directory) -> Iterator[Broken]:
    for one, other in _overlaps(directory):
        message = _("mã {code} là của hai đơn vị từ ngày {day}: {one} và {other}").format(
            code=other.code, day=show_day(other.valid_from), one=one.name, other=other.name
        )
        yield _of("code", other, message, one)


def _overlaps(versions: Iterable[Version]) -> list[tuple[Version, Version]]:
    """Pairs of versions of two units that have one code on one day."""
    by_code: dict[str, list[Version]] = {}
    for version in versions:
        by_code.setdefault(version.code.lower(), []).append(version)
    found = []
    for held in by_code.values():
        held.sort(key=lambda version: version.valid_from)
        for index, one in enumerate(held):
            found += [
                (one, other)
                for other in held[index + 1 :]
                if other.unit != one.unit and (one.until_on is None or other.valid_from < one.until_on)
            ]
    return found


def _said_twice(directory: Directory) -> Iterator[Broken]:
    for versions in directory.versions.values():
        days: dict[str, Version] = {}
        for version in versions:
            if other := days.get(version.valid_from):
                message = _("{name} có nhiều tên và mã từ cùng ngày {day}").format(
                    name=describe(version), day=show_day(version.valid_from)
                )
                yield _of("version", version, message, other)
            days[version.valid_from] = version


_Ends = Mapping[int, Sequence[tuple[str, int]]]  # of each unit, the day and the operation of every end


def _ends(connection: sqlite3.Connection, known: int) -> _Ends:
    ends: dict[int, list[tuple[str, int]]] = {}
    for unit, day, operation in connection.execute(store.sql("ends"), {"known": known}):
        ends.setdefault(unit, []).append((day, operation))
    return ends


def _ended_twice(directory: Directory, ends: _Ends) -> Iterator[Broken]:
    for unit, found in ends.items():
        if len(found) > 1:
            message = _("{name} kết thúc nhiều lần: {days}").format(
                name=_name(directory, unit), days=", ".join(show_day(day) for day, _operation in found)
            )
            yield Broken("end", (unit,), "", message, tuple(operation for _day, operation in found))


def _after_the_end(directory: Directory, ends: _Ends) -> Iterator[Broken]:
    for version in directory:
        if version.ended_on is not None and version.valid_from >= version.ended_on:
            message = _("{name}: có thay đổi từ ngày {day}, sau khi đơn vị đã kết thúc").format(
                name=version.name, day=show_day(version.valid_from)
            )
            yield _of("after the end", version, message).also(ends[version.unit])


def _rings(directory: Directory) -> Iterator[Broken]:
    """A unit above itself on the first day of a version: the last one to come into a ring closes it."""
    for version in directory:
        day, above, path = version.valid_from, directory.on(version.parent, version.valid_from), {}
        path[version.unit] = version
        while above is not None and above.unit not in path:
            path[above.unit] = above
            above = directory.on(above.parent, day)
        if above is not None and above.unit == version.unit:  # a ring further up is found there
            codes = " → ".join(each.code for each in [*path.values(), version])
            message = _("vòng tròn cấp trên từ ngày {day}: {ring}").format(day=show_day(day), ring=codes)
            yield _of("ring", version, message, *path.values())


def _passed_in_a_ring(connection: sqlite3.Connection, known: int, directory: Directory) -> Iterator[Broken]:
    """A unit that passes whole into another, and comes back out of it."""
    into: dict[int, tuple[int, int]] = {}
    for unit, successor, operation in connection.execute(store.sql("passed_whole"), {"known": known}):
        into[unit] = (successor, operation)
    done: set[int] = set()
    for start in into:
        path: list[int] = []
        unit = start
        while unit in into and unit not in done and unit not in path:
            path.append(unit)
            unit = into[unit][0]
        if unit in path:
            ring = path[path.index(unit) :]
            names = " → ".join(_name(directory, each) for each in [*ring, unit])
            message = _("vòng tròn thay đổi giữa các đơn vị: {ring}").format(ring=names)
            yield Broken("passed", tuple(sorted(ring)), "", message, tuple(into[each][1] for each in ring))
        done.update(path)


def _of_nobody(connection: sqlite3.Connection, known: int) -> Iterator[Broken]:
    """What is said of a unit that has no version, with the operation that took its last one away."""
    for unit, code, name, taken in connection.execute(store.sql("of_nobody"), {"known": known}):
        message = _("có dữ liệu về {code}  {name}, mà đơn vị ấy không còn").format(code=code, name=name)
        yield Broken("nobody", (unit,), "", message, (taken,))


def out_of_step(connection: sqlite3.Connection, known: int, directory: Directory) -> Iterator[Broken]:
    """What no change leaves behind, though a list of units may bring it; parameters as of `broken`."""
    ends = _ends(connection, known)
    for version in directory:  # what outlives the unit above it is lifted to the next one up
        above = directory.versions.get(version.parent or 0, [])
        ended = above[-1].ended_on if above else None
        if ended is not None and version.valid_from < (version.until_on or "9999") > ended:
            message = _("{name} còn thuộc {parent} sau ngày {day}, khi đơn vị ấy đã kết thúc").format(
                name=describe(version), parent=describe(above[-1]), day=show_day(ended)
            )
            yield _of("orphan", version, message, above[-1]).also(ends[above[-1].unit])
    for old, new, day, operations in connection.execute(store.sql("passed_twice"), {"known": known}):
        message = _("thay đổi ngày {day} từ {old} sang {new} có hai lần").format(
            day=show_day(day), old=_name(directory, old), new=_name(directory, new)
        )
        yield Broken(
            "passed twice", (old or 0, new or 0), day, message, tuple(map(int, operations.split(",")))
        )


def _name(directory: Directory, unit: int | None) -> str:
    version = directory.named(unit, "9999-12-31") if unit else None
    return describe(version) if version else str(unit or "—")


def _of(rule: str, version: Version, message: str, *others: Version) -> Broken:
    """`version` first: it is where verify points to."""
    every: Sequence[Version] = (version, *(other for other in others if other != version))
    operations = tuple(each.operation for each in every)
    return Broken(rule, tuple(each.unit for each in every), version.valid_from, message, operations)
