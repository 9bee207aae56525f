"""Invariants of units. Enforced by changes and undo, reported by verify."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import TypeVar

from thidua_cli import store
from thidua_cli.ground.dates import show_day
from thidua_cli.ground.language import _
from thidua_cli.ground.problem import Place, Problem
from thidua_cli.register.units import Directory, Version, describe

Key = TypeVar("Key")


def broken(connection: sqlite3.Connection, known: int, directory: Directory) -> Iterator[Problem]:
    """Every rule that units break, as known at an operation; `directory` is of that operation too.

    A problem names its units, the day since when, and the operations that brought it about. Its rule, units
    and day are the same wherever the same is broken, whatever the units are called by then.
    """
    yield from _codes(directory)
    yield from _said_twice(directory)
    ends = _ends(connection, known)
    yield from _ended_twice(directory, ends)
    yield from _after_the_end(directory, ends)
    yield from _rings(directory)
    yield from _passed_in_a_ring(connection, known, directory)
    yield from of_papers(connection, known, directory)


def of_papers(connection: sqlite3.Connection, known: int, directory: Directory) -> Iterator[Problem]:
    """The rules of `broken` of what is said of units; `directory` is for their names alone."""
    yield from _of_nobody(connection, known)
    yield from _extended_less(connection, known, directory)
    yield from exempt_twice(connection, known, directory)


def _codes(directory: Directory) -> Iterator[Problem]:
    """Two units that have one code on one day."""
    by_code: dict[str, list[Version]] = {}
    for version in directory:
        by_code.setdefault(version.code.lower(), []).append(version)
    for versions in by_code.values():
        for one, other in combinations(sorted(versions, key=lambda version: version.valid_from), 2):
            if other.unit != one.unit and (one.until_on is None or other.valid_from < one.until_on):
                message = _("mã {code} là của hai đơn vị từ ngày {day}: {one} và {other}").format(
                    code=other.code, day=show_day(other.valid_from), one=one.name, other=other.name
                )
                yield _of_versions("code", message, other, one)


def _said_twice(directory: Directory) -> Iterator[Problem]:
    for versions in directory.versions.values():
        days: dict[str, Version] = {}
        for version in versions:
            if other := days.get(version.valid_from):
                message = _("{name} có nhiều tên và mã từ cùng ngày {day}").format(
                    name=describe(version), day=show_day(version.valid_from)
                )
                yield _of_versions("version", message, version, other)
            days[version.valid_from] = version


_Ends = Mapping[int, Sequence[tuple[str, int]]]  # of each unit, the day and the operation of every end


def _ends(connection: sqlite3.Connection, known: int) -> _Ends:
    ends: dict[int, list[tuple[str, int]]] = {}
    for unit, day, operation in connection.execute(store.sql("ends"), {"known": known}):
        ends.setdefault(unit, []).append((day, operation))
    return ends


def _ended_twice(directory: Directory, ends: _Ends) -> Iterator[Problem]:
    for unit, found in ends.items():
        if len(found) > 1:
            message = _("{name} kết thúc nhiều lần: {days}").format(
                name=_name(directory, unit), days=", ".join(show_day(day) for day, _operation in found)
            )
            yield _problem("end", message, (unit,), operations=[operation for _day, operation in found])


def _after_the_end(directory: Directory, ends: _Ends) -> Iterator[Problem]:
    for version in directory:
        if version.ended_on is not None and version.valid_from >= version.ended_on:
            message = _("{name}: có thay đổi từ ngày {day}, sau khi đơn vị đã kết thúc").format(
                name=version.name, day=show_day(version.valid_from)
            )
            yield _of_versions("after the end", message, version, ends=ends[version.unit])


def _rings(directory: Directory) -> Iterator[Problem]:
    """A unit above itself on the first day of a version; the newest version of a ring closes it."""
    for version in directory:
        day, above, path = version.valid_from, directory.on(version.parent, version.valid_from), {}
        path[version.unit] = version
        while above is not None and above.unit not in path:
            path[above.unit] = above
            above = directory.on(above.parent, day)
        if above is not None and above.unit == version.unit:  # a ring further up is found there
            codes = " → ".join(each.code for each in [*path.values(), version])
            message = _("vòng tròn cấp trên từ ngày {day}: {ring}").format(day=show_day(day), ring=codes)
            yield _of_versions("ring", message, version, *path.values())


def _passed_in_a_ring(connection: sqlite3.Connection, known: int, directory: Directory) -> Iterator[Problem]:
    """A unit that passes whole into another, and comes back out of it."""
    into: dict[int, tuple[int, int]] = {}
    for unit, successor, operation in connection.execute(store.sql("passed_whole"), {"known": known}):
        into[unit] = (successor, operation)
    for ring in rings({unit: successor for unit, (successor, _operation) in into.items()}):
        names = " → ".join(_name(directory, each) for each in [*ring, ring[0]])
        message = _("vòng tròn thay đổi giữa các đơn vị: {ring}").format(ring=names)
        yield _problem("passed", message, sorted(ring), operations=[into[each][1] for each in ring])


def rings(following: Mapping[Key, Key]) -> Iterator[list[Key]]:
    """The rings that lead from a key to what follows it, and back; each once."""
    done: set[Key] = set()
    for start in following:
        path: list[Key] = []
        at = start
        while at in following and at not in done and at not in path:
            path.append(at)
            at = following[at]
        if at in path:
            yield path[path.index(at) :]
        done.update(path)


def _of_nobody(connection: sqlite3.Connection, known: int) -> Iterator[Problem]:
    """Rows about a unit that has no live version, with the operation that voided its last one."""
    for unit, code, name, taken in connection.execute(store.sql("of_nobody"), {"known": known}):
        message = _("có dữ liệu về {code}  {name}, mà đơn vị ấy không còn").format(code=code, name=name)
        yield _problem("nobody", message, (unit,), operations=(taken,))


def _extended_less(connection: sqlite3.Connection, known: int, directory: Directory) -> Iterator[Problem]:
    """An extension that does not reach beyond the one that it supersedes."""
    for unit, obligation, day, until, before, *operations in connection.execute(
        store.sql("extensions_short"), {"known": known}
    ):
        message = _("{name}: lần gia hạn {code} ngày {day} đến {until} không vượt quá hạn đã cho ({before})")
        message = message.format(
            name=_name(directory, unit),
            code=obligation,
            day=show_day(day),
            until=show_day(until),
            before=show_day(before),
        )
        yield _problem("extended less", message, (unit,), day, operations)


def exempt_twice(connection: sqlite3.Connection, known: int, directory: Directory) -> Iterator[Problem]:
    """Two exemptions of a unit from one obligation on one day."""
    for unit, obligation, day, one, other, *operations in connection.execute(
        store.sql("exempt_twice"), {"known": known}
    ):
        message = _("{name}: hai lần miễn {code} cùng có hiệu lực ngày {day}: #{one}, #{other}").format(
            name=_name(directory, unit), code=obligation, day=show_day(day), one=one, other=other
        )
        yield _problem("exempt twice", message, (unit,), day, operations)


def out_of_step(connection: sqlite3.Connection, known: int, directory: Directory) -> Iterator[Problem]:
    """Rules that changes keep, though a list of units may break them; parameters as of `broken`."""
    ends = _ends(connection, known)
    for version in directory:  # what outlives the unit above it is lifted to the next one up
        above = directory.versions.get(version.parent or 0, [])
        ended = above[-1].ended_on if above else None
        if ended is not None and version.valid_from < (version.until_on or "9999") > ended:
            message = _("{name} còn thuộc {parent} sau ngày {day}, khi đơn vị ấy đã kết thúc").format(
                name=describe(version), parent=describe(above[-1]), day=show_day(ended)
            )
            yield _of_versions("orphan", message, version, above[-1], ends=ends[above[-1].unit])
    for old, new, day, operations in connection.execute(store.sql("passed_twice"), {"known": known}):
        message = _("thay đổi ngày {day} từ {old} sang {new} có hai lần").format(
            day=show_day(day), old=_name(directory, old), new=_name(directory, new)
        )
        numbers = map(int, operations.split(","))
        yield _problem("passed twice", message, (old or 0, new or 0), day, tuple(numbers))


def _name(directory: Directory, unit: int | None) -> str:
    version = directory.named(unit, "9999-12-31") if unit else None
    return describe(version) if version else str(unit or "—")


def _of_versions(
    rule: str, message: str, *versions: Version, ends: Sequence[tuple[str, int]] = ()
) -> Problem:
    """A problem since the first of the versions, where verify points to; some `ends` brought it about too."""
    every = list(dict.fromkeys(versions))
    operations = [version.operation for version in every] + [operation for _day, operation in ends]
    return _problem(rule, message, [version.unit for version in every], versions[0].valid_from, operations)


def _problem(
    rule: str, message: str, units: Iterable[int], day: str = "", operations: Iterable[int] = ()
) -> Problem:
    return Problem(message, rule=rule, at=Place(units=tuple(units), day=day, operations=tuple(operations)))
