"""The units as a plan of changes would make them, and the rows that would make them so."""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from thidua_cli import store
from thidua_cli.ground import text
from thidua_cli.ground.dates import shifted
from thidua_cli.ground.language import _
from thidua_cli.ground.problem import Problem
from thidua_cli.register.terms import Change, Kind, Level
from thidua_cli.register.units import Directory, Version
from thidua_cli.rules.resolutions.passed import CONTINUING, Passed, Successions

if TYPE_CHECKING:
    from thidua_cli.register.models import ChangeIn

TABLES = ("unit", "unit_version", "unit_end", "succession", "void")
STATE = ("code", "name", "parent", "sort_order", "abbreviation")
_STORED = (
    "code", "name", "parent", "abbreviation", "sort_order", "valid_from", "document_number", "note",
)  # fmt: skip


class Row(NamedTuple):
    """A change with its place in the file (0: from the command line).

    `emptied` are the fields of the unit (parent_code, abbreviation, sort_order) that it no longer has;
    those on which the change says nothing stay as they are.
    """

    number: int
    change: "ChangeIn"
    emptied: frozenset[str] = frozenset()

    @property
    def day(self) -> str:
        return self.change.effective_date.isoformat()

    @property
    def old_key(self) -> str:
        """The predecessor's code for comparison; empty without one."""
        return (self.change.old_code or "").lower()

    @property
    def new_key(self) -> str:
        """The successor's code for comparison; empty without one."""
        return (self.change.new_code or "").lower()

    @property
    def continues(self) -> bool:
        """Whether the predecessor lives on as the successor."""
        return self.change.kind_of_change in CONTINUING

    def names(self, version: Version) -> bool:
        """Whether the successor's name is that of a version."""
        return text.name_key(self.change.new_name or "") == text.name_key(version.name)

    def agrees_with(self, version: Version, above: Version | None) -> bool:
        """Whether a version below `above` has the parent, order and abbreviation that the row gives it."""
        change = self.change
        return (
            change.parent_code is None
            or (above is not None and above.code.lower() == change.parent_code.lower())
        ) and (
            change.sort_order in (None, version.sort_order)
            and change.abbreviation in (None, version.abbreviation)
            and not any(getattr(version, name.removesuffix("_code")) is not None for name in self.emptied)
        )


class Effect(NamedTuple):
    """One thing that a plan does, for people: the unit, what went into it, and what it went into.

    `above` is the unit that it was under and the one that it comes under, where these differ.
    """

    day: str
    what: str  # new, changed, ended
    version: Version
    predecessors: tuple[Version, ...] = ()
    successors: tuple[Version, ...] = ()
    above: tuple[Version | None, Version | None] | None = None


class ChangeSet:
    """What a batch of changes would store, and what it would mean."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, object]]] = {table: [] for table in TABLES}
        self.effects: list[Effect] = []
        self.carried: list[tuple[Version, Version | None]] = []  # later versions, and what takes their places
        self.counts: dict[str, tuple[Counter[Level], Counter[Level]]] = {}  # by day: before and after it
        self.problems: list[Problem] = []
        self.outside: list[str] = []  # predecessors that are not in the register
        self.warnings: list[str] = []
        self.new, self.unchanged = 0, 0


class Model:
    """The units as they would be, and the rows that would make them so."""

    def __init__(self, connection: sqlite3.Connection, known: int) -> None:
        self.connection, self.stored = connection, Directory.read(connection, known)
        self.versions = {unit: list(versions) for unit, versions in self.stored.versions.items()}
        self.counters = {
            table: int(connection.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0])
            for table in TABLES
        }
        self._known = known
        self.passed = Successions(connection, known)
        self._coded: dict[str, dict[int, None]] = {}  # units that have or had a code
        self._last_orders: dict[Level, int] = {}
        self.cities = [each.unit for (each, *_others) in self.versions.values() if _is_city(each)]
        for unit in self.versions:
            self._index(unit)
        self.touched: dict[int, None] = {}  # units whose versions differ from the stored ones
        self.plan = ChangeSet()

    def __iter__(self) -> Iterator[Version]:
        return chain.from_iterable(self.versions.values())

    def operation(self, number: int) -> tuple[str, int]:
        """The command of an operation, and how many changes of units it stored, or else rows."""
        command, rows = self.connection.execute(
            "SELECT command, row_count FROM operation WHERE number = ?", (number,)
        ).fetchone()
        return str(command), self.passed.counts[number] or int(rows)

    def first_to_undo(self, number: int) -> int:
        """The newest operation not undone that rewrote versions of operation `number`, else `number`."""
        values = {"known": self._known, "number": number}
        found = self.connection.execute(store.sql("rewritten_by"), values).fetchone()[0]
        return max(number, found or 0) if number > 1 else number

    def next_id(self, table: str) -> int:
        self.counters[table] += 1
        return self.counters[table]

    def on(self, unit: int | None, day: str) -> Version | None:
        versions = self.versions.get(unit, ()) if unit is not None else ()
        return next((version for version in versions if version.holds_on(day)), None)

    def _index(self, unit: int) -> None:
        """Keep by which codes the unit is found, once its versions have changed."""
        for version in self.versions[unit]:
            self._coded.setdefault(text.code_key(version.code), {})[unit] = None

    def with_code(self, code: str) -> list[Version]:
        """Every version, of any unit and time, with that code, whatever its case."""
        key = text.code_key(code)
        held = (version for unit in self._coded.get(key, ()) for version in self.versions[unit])
        return [version for version in held if text.code_key(version.code) == key]

    def holder(self, code: str, day: str) -> Version | None:
        """The unit that has a code on a day."""
        return next((version for version in self.with_code(code) if version.holds_on(day)), None)

    def alive(self, day: str) -> list[Version]:
        return [version for version in self if version.holds_on(day)]

    def levels(self, day: str) -> Counter[Level]:
        """How many units of each level there are on a day."""
        return Counter(version.level for version in self.alive(day))

    def last_order(self, level: Level) -> int:
        if not self._last_orders:
            self._last_orders = dict.fromkeys(Level, 0)
            for version in self:
                last = self._last_orders[version.level]
                self._last_orders[version.level] = max(last, version.sort_order or 0)
        return self._last_orders[level]

    def add_unit(self, version: Version) -> None:
        row = {"id": version.unit, "kind": str(version.kind), "level": str(version.level)}
        self.plan.rows["unit"].append(row)
        self.versions[version.unit] = [version]
        self.touched[version.unit] = None
        self._index(version.unit)
        if self._last_orders:
            last = self._last_orders[version.level]
            self._last_orders[version.level] = max(last, version.sort_order or 0)
        if _is_city(version):
            self.cities.append(version.unit)

    def change(
        self, unit: int, day: str, fields: Mapping[str, object], document: str | None, note: str | None
    ) -> None:
        """From `day` on (included) the unit has these fields.

        A later version that repeats the old value of a field gets the new one; the first that has another
        value keeps it, and so do all after it.
        """
        versions = self.versions[unit]
        held = next(version for version in versions if version.holds_on(day))
        number = held.number if held.valid_from == day else 0
        fresh = held._replace(valid_from=day, document_number=document, note=note, number=number, **fields)  # type: ignore[arg-type]
        made = [*(version for version in versions if version.valid_from < day), fresh]
        before, remaining = held, dict(fields)
        for version in versions:
            if version.valid_from > day:
                repeated = (name for name in remaining if getattr(version, name) == getattr(held, name))
                remaining = {name: remaining[name] for name in repeated}
                carried = version._replace(**remaining)  # type: ignore[arg-type]
                # A version that changed something, and no longer does, is left out.
                if _state(version) == _state(before) or _state(carried) != _state(made[-1]):
                    made.append(carried)
                before = version
        self.versions[unit] = made
        self._settle(unit, held.ended_on)

    def follows_its_parent(self, version: Version) -> bool:
        """Whether a later version is there because the unit above ended, not by a change of its own."""
        if version.number == 0:
            return True
        versions = self.stored.versions[version.unit]
        place = next(index for index, each in enumerate(versions) if each.number == version.number)
        above = self.stored.versions.get(versions[place - 1].parent or 0, []) if place else []
        if not above or above[-1].ended_on != version.valid_from:
            return False
        return all(passed.change is not Change.RENAME for passed in self._passed_into(version))

    def _passed_into(self, version: Version) -> Iterator[Passed]:
        """Stored successions into a unit on the first day of a version."""
        for passed in self.passed.of(version.unit):
            if passed.successor == version.unit and passed.day == version.valid_from:
                yield passed

    def was_made_by_change(self, version: Version) -> bool:
        """Whether a version is the first one of a unit that a change made, and not a list."""
        first = self.versions[version.unit][0]
        return version.valid_from == first.valid_from and any(self._passed_into(version))

    def drop(self, unit: int, day: str) -> None:
        """Leave out the version that begins on `day`: the one before it holds on."""
        ended_on = self.versions[unit][0].ended_on
        self.versions[unit] = [each for each in self.versions[unit] if each.valid_from != day]
        self._settle(unit, ended_on)

    def end(self, unit: int, day: str, document: str | None) -> None:
        """The unit ends on `day`; versions from that day on are no more."""
        self.versions[unit] = [each for each in self.versions[unit] if each.valid_from < day]
        self._settle(unit, day)
        row = {"id": self.next_id("unit_end"), "unit": unit, "ended_on": day, "last_on": shifted(day, -1)}
        self.plan.rows["unit_end"].append(row | {"document_number": document, "note": None})

    def _settle(self, unit: int, ended_on: str | None) -> None:
        """Let each version hold until the next one, the last until the end of the unit."""
        versions = self.versions[unit]
        ends = [*(version.valid_from for version in versions[1:]), ended_on]
        self.versions[unit] = [
            version._replace(until_on=until_on, ended_on=ended_on)
            for version, until_on in zip(versions, ends, strict=True)
        ]
        self._index(unit)
        self._last_orders.clear()
        self.touched[unit] = None

    def finish(self) -> ChangeSet:
        """The plan, with the rows that make the stored versions those of the model."""
        for unit in self.touched:
            before = {version.number: version for version in self.stored.versions.get(unit, ())}
            for version in self.versions[unit]:
                old = before.pop(version.number, None)
                if old is None or _said(old) != _said(version):
                    row = {"id": self.next_id("unit_version"), "unit": unit, **_said(version)}
                    self.plan.rows["unit_version"].append(row)
                    if old is not None:
                        self._void(old, version, row["id"])
            for old in before.values():
                self._void(old, None, None)
        successions = self.plan.rows["succession"]
        others = (rows for table, rows in self.plan.rows.items() if table != "succession")
        if not any(others) and all(row["predecessor"] == row["successor"] for row in successions):
            # Units that only continue as they were: nothing has changed.
            self.plan.rows["succession"] = []
            self.plan.unchanged, self.plan.new = self.plan.unchanged + self.plan.new, 0
        return self.plan

    def _void(self, old: Version, fresh: Version | None, replacement: object) -> None:
        self.plan.carried.append((old, fresh))
        void = {"id": self.next_id("void"), "target": "unit_version", "target_id": old.number}
        reason = _("viết lại theo một thay đổi ghi sau")
        self.plan.rows["void"].append(void | {"reason": reason, "replacement": replacement})


def _is_city(version: Version) -> bool:
    return version.kind is Kind.CITY_COMMITTEE


def _state(version: Version) -> tuple[object, ...]:
    return tuple(getattr(version, name) for name in STATE)


def _said(version: Version) -> dict[str, object]:
    return {name: getattr(version, name) for name in _STORED}
