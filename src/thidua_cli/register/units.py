"""Units: their names and codes on each day, and the unit that a code or a name means."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from thidua_cli import store
from thidua_cli.ground import text
from thidua_cli.ground.dates import show_day
from thidua_cli.ground.errors import NotFoundError
from thidua_cli.ground.language import _
from thidua_cli.register.aliases import Aliases
from thidua_cli.register.readings import Places, Readings
from thidua_cli.register.suggestions import Suggestions, containing
from thidua_cli.register.terms import Kind, Level
from thidua_cli.register.versions import Version as Version  # noqa: PLC0414 - part of what units are
from thidua_cli.register.versions import describe as describe  # noqa: PLC0414
from thidua_cli.register.versions import history_commands, with_days


def read_versions(
    connection: sqlite3.Connection, known: int, units: Iterable[int] | None = None
) -> Iterator[Version]:
    """The live versions of units (none: of all) as known at an operation, in order of time."""
    asked = None if units is None else f"[{', '.join(map(str, units))}]"
    for row in connection.execute(store.raw_sql("spans"), {"known": known, "units": asked}):
        yield Version(row[0], Kind(row[1]), Level(row[2]), *row[3:])


class Directory:
    """All units as known at one operation, for look-ups on any day."""

    def __init__(self, versions: Iterable[Version] = (), aliases: Aliases | None = None) -> None:
        self.aliases = aliases or Aliases()
        self.versions: Mapping[int, list[Version]]
        self.versions = held = dict[int, list[Version]]()
        self._by_code: dict[str, list[Version]] = {}
        self._by_key: dict[str, list[Version]] | None = None
        self._cities: list[Version] | None = None
        self._readings: Readings | None = None
        self._suggestions: Suggestions | None = None
        for version in versions:
            held.setdefault(version.unit, []).append(version)
            self._by_code.setdefault(text.code_key(version.code), []).append(version)

    @classmethod
    def read(cls, connection: sqlite3.Connection, known: int) -> "Directory":
        """The units of the register, as known at an operation."""
        return cls(read_versions(connection, known), Aliases.read(connection, known))

    def __iter__(self) -> Iterator[Version]:
        for versions in self.versions.values():
            yield from versions

    def on(self, unit: int | None, day: str) -> Version | None:
        """The unit's version on that day; none if it did not exist."""
        for version in self.versions.get(unit, ()) if unit is not None else ():
            if version.holds_on(day):
                return version
        return None

    def last(self, unit: int, day: str) -> Version:
        """The unit's version on that day, else the one nearest in time."""
        held = self.on(unit, day)
        versions = self.versions[unit]
        return held or (versions[0] if day < versions[0].valid_from else versions[-1])

    def named(self, unit: int, day: str) -> Version | None:
        """As `last`, but none for a unit without any live version, such as one whose import was undone."""
        return self.last(unit, day) if unit in self.versions else None

    def alive(self, day: str) -> list[Version]:
        """The units that exist on that day, in protocol order."""
        return in_protocol_order(version for version in self if version.holds_on(day))

    def with_code(self, code: str) -> list[Version]:
        """Every version, of any unit and time, with that code, whatever its case."""
        return self._by_code.get(text.code_key(code), [])

    def with_name(self, name: str) -> list[Version]:
        """Every version, of any unit and time, whose name or abbreviation is that name."""
        if self._by_key is None:
            self._by_key = {}
            every = list(self)
            keys = text.name_keys([version.name for version in every])
            short = text.name_keys([version.abbreviation or "" for version in every])
            for version, *called in zip(every, keys, short, strict=True):
                for key in dict.fromkeys(filter(None, called)):
                    self._by_key.setdefault(key, []).append(version)
        return self._by_key.get(text.name_key(name), [])

    def matches(self, reference: str) -> list[Version]:
        """Versions that a code, else a name, an alias, or a reading of it, means; on any day."""
        exact = self.with_code(reference) or self.with_name(reference)
        return exact or self.with_alias(reference) or self.read_as(reference)

    def with_alias(self, name: str, on: str | None = None) -> list[Version]:
        """Versions of the units that are called so besides: on a day, else on any."""
        return list(
            dict.fromkeys(
                version
                for alias in self.aliases.called(name)
                for version in self.versions.get(alias.unit, ())
                if (version.until_on or "9999") > alias.valid_from
                and (on is None or (version.holds_on(on) and alias.valid_from <= on))
            )
        )

    def read_as(self, name: str, on: str | None = None) -> list[Version]:
        """Versions that a name means by initials or with a place behind it: on a day, else on any."""
        if self._readings is None:
            self._readings = Readings(self)
        return [
            version
            for version, places in self._readings.of(name)
            if (on is None or version.holds_on(on))
            and all(self._is_in(version, place, on or version.valid_from) for place in places)
        ]

    def _is_in(self, version: Version, place: Places, day: str) -> bool:
        """Whether a unit is below one of some units, or in the only city there is."""
        above, seen = self.on(version.parent, day), {version.unit}
        while above is not None and above.unit not in seen:
            if above.unit in place:
                return True
            seen.add(above.unit)
            version, above = above, self.on(above.parent, day)
        if version.parent is not None or version.kind is Kind.CITY_COMMITTEE:
            return False
        if self._cities is None:
            self._cities = [each for each in self if each.kind is Kind.CITY_COMMITTEE]
        return [each.unit for each in self._cities if each.holds_on(day)] == [*place]

    def resolve(self, reference: str, day: date) -> Version:
        """The one unit that a code, a full name, or a reading of a name means on that day.

        Raises NotFoundError, with candidates, where none or several are meant. A bare place name without
        its level word is never enough.
        """
        on = day.isoformat()
        wanted = text.clean(reference).value
        candidates = [version for version in self.with_code(wanted) if version.holds_on(on)]
        if not candidates:
            named = {version.unit: version for version in self.with_name(wanted) if version.holds_on(on)}
            named = named or {version.unit: version for version in self.with_alias(wanted, on)}
            candidates = list(named.values()) or self.read_as(wanted, on)
        if len(candidates) == 1:
            return candidates[0]
        if candidates:
            error = NotFoundError(
                _("'{unit}' có thể là nhiều đơn vị").format(unit=wanted), *map(describe, candidates)
            )
            error.candidates = [version.code for version in candidates]
            raise error
        raise self._not_found(wanted, day)

    def resolve_past(self, reference: str, day: date) -> Version:
        """As `resolve`, for reading: where none exists on that day, the one that did before it, if it is one.

        A name without its level word, or without diacritics, is enough where it can be that of one unit.
        """
        try:
            return self.resolve(reference, day)
        except NotFoundError:
            wanted, on = text.clean(reference).value, day.isoformat()
            matches = self.matches(wanted)
            past = [version for version in matches if version.valid_from <= on]
            if not matches:
                near = containing(wanted, list(self))
                past = [version for version in near if version.holds_on(on)]
                past = past or [version for version in near if version.valid_from <= on]
            if not past:
                raise
            if len({version.unit for version in past}) > 1:
                if not matches:
                    raise
                raise NotFoundError(
                    _("có nhiều đơn vị từng mang tên hoặc mã '{unit}'").format(unit=reference),
                    *history_commands(past),
                ) from None
            return past[-1]

    def reading(self, reference: str, version: Version) -> str:
        """Which unit a name was taken for, in words; nothing for a code or a full name of the unit.

        That the name is an alias of another unit, which is weaker, is said.
        """
        wanted = text.clean(reference).value
        if any(
            each.unit == version.unit for find in (self.with_code, self.with_name) for each in find(wanted)
        ):
            others = [each for each in self.with_alias(wanted) if each.unit != version.unit]
            words = _("'{name}' là mã hoặc tên của {unit}, nên không phải là {other}, tuy cũng được gọi vậy")
            return (
                words.format(name=wanted, unit=describe(version), other=describe(others[0])) if others else ""
            )
        return _("'{name}' hiểu là {unit}").format(name=text.visible(wanted), unit=describe(version))

    def namesakes(self, version: Version) -> list[str]:
        """Other units that had the same code or name on any day, with their days and commands."""
        found = [*self.with_code(version.code), *self.with_name(version.name)]
        return history_commands(dict.fromkeys(other for other in found if other.unit != version.unit))

    def _not_found(self, wanted: str, day: date) -> NotFoundError:
        elsewhere = with_days(self.matches(wanted))
        near = self.suggest(wanted, day)
        bare = containing(wanted, near)
        hints = elsewhere or [describe(version) for version in bare or near]
        message = (
            _("'{unit}' chưa rõ là đơn vị nào: ghi cả cấp (phường, quận, …) hoặc mã")
            if bare
            else _("không có đơn vị '{unit}' vào ngày {day}")
        )
        if near and not elsewhere:
            hints = [_("Có phải là:"), *(f"  {hint}" for hint in hints)]
        error = NotFoundError(message.format(unit=text.visible(wanted), day=show_day(day)), *hints)
        error.wanted = wanted
        error.candidates = [] if elsewhere else [version.code for version in bare or near]
        return error

    def is_called(self, version: Version, name: str) -> bool:
        """Whether a name is the full name, the abbreviation or an alias of a unit."""
        names = (version.name, version.abbreviation or "")
        called = {text.name_key(each) for each in names} | {
            text.name_key(each.alias) for each in self.aliases.of(version.unit)
        }
        return text.name_key(name) in called

    def knows(self, wanted: str) -> bool:
        """Whether a text is, or may be meant as, a unit of the register, on any day."""
        self._readings = self._readings or Readings(self)
        self._suggestions = self._suggestions or Suggestions(self)
        return bool(self.matches(wanted) or self._readings.of(wanted) or self._suggestions.is_near(wanted))

    def suggest(self, wanted: str, day: date) -> list[Version]:
        """Up to five units of that day that the name may mean, nearest first."""
        if self._suggestions is None:
            self._suggestions = Suggestions(self)
        on = day.isoformat()
        return self._suggestions.nearest(
            wanted, {version.unit: version for version in self if version.holds_on(on)}
        )

    def district(self, unit: int, day: str) -> Version | None:
        """The district that the unit is, or is in, on that day; none for a unit outside any district."""
        version, seen = self.on(unit, day), set[int]()
        while version is not None and version.unit not in seen:
            if version.kind is Kind.DISTRICT_COMMITTEE:
                return version
            seen.add(version.unit)
            version = self.on(version.parent, day)
        return None


def protocol_key(version: Version) -> tuple[object, ...]:
    """Protocol order: by level from the top, by the order given, else by kind and Vietnamese name."""
    order = version.sort_order
    return (
        list(Level).index(version.level),
        order is None,
        order or 0,
        list(Kind).index(version.kind),
        text.sort_key(version.name),
        version.unit,
    )


def other_holders(directory: Directory, version: Version, day: date) -> Sequence[Version]:
    """Other units that held the same code before or after that day: a code is not an identity."""
    return [
        other
        for other in directory.with_code(version.code)
        if other.unit != version.unit and not other.holds_on(day.isoformat())
    ]


def in_protocol_order(versions: Iterable[Version]) -> list[Version]:
    """The versions in protocol order."""
    return sorted(versions, key=protocol_key)
