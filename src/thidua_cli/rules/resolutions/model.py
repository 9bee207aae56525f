"""The units as a plan of changes would make them, and the rows that would make them so."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from thidua_cli import store
from thidua_cli.ground.language import _
from thidua_cli.register.terms import Change, Level
from thidua_cli.register.units import Directory, Version

if TYPE_CHECKING:
    from thidua_cli.register.models import ChangeIn

TABLES = ("unit", "unit_version", "unit_end", "succession", "void")
CONTINUING = (Change.KEEP, Change.RENAME)
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


class Passed(NamedTuple):
    """A succession that the register holds; units are ids, None: outside the register, or none."""

    predecessor: int | None
    successor: int | None
    day: str
    change: Change
    document_number: str | None
    operation: int

    @property
    def continues(self) -> bool:
        """Whether it says that the predecessor lives on."""
        return self.change in CONTINUING


class Fault(NamedTuple):
    """What is wrong with a row: the field, what, and the cure; `typed` is that of a row made by a command."""

    row: int
    field: str
    value: str
    message: str
    cure: str
    typed: str = ""


class Step(NamedTuple):
    """One thing that a plan does, for people: the unit, what went into it, and what it went into.

    `above` is the unit that it was under and the one that it comes under, where these differ.
    """

    day: str
    what: str  # new, changed, ended
    version: Version
    predecessors: tuple[Version, ...] = ()
    successors: tuple[Version, ...] = ()
    above: tuple[Version | None, Version | None] | None = None


class Plan:
    """What a batch of changes would store, and what it would mean."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, object]]] = {table: [] for table in TABLES}
        self.steps: list[Step] = []
        self.carried: list[tuple[Version, Version | None]] = []  # later versions, and what takes their places
        self.counts: dict[str, tuple[Counter[Level], Counter[Level]]] = {}  # by day: before and after it
        self.faults: list[Fault] = []
        self.outside: list[str] = []  # predecessors that are not in the register
        self.warnings: list[str] = []
        self.new, self.unchanged = 0, 0


class Model:
    """The units as they would be, and the rows that would make them so."""

    def __init__(self, connection: sqlite3.Connection, known: int, directory: Directory) -> None:
        self.connection, self.stored = connection, directory
        self.versions = {unit: list(versions) for unit, versions in directory.versions.items()}
        self.counters = {
            table: int(connection.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0])
            for table in TABLES
        }
        self._known = known
        self.passed = [
            Passed(row[1], row[2], row[3], Change(row[4]), row[6], row[12])
            for row in connection.execute(store.sql("successions"), {"known": known})
        ]
        self.touched: dict[int, None] = {}  # units whose versions differ from the stored ones
        self.plan = Plan()

    def operation(self, number: int) -> tuple[str, int]:
        """The command of an operation, and how many changes of units it stored, or else rows."""
        command, rows = self.connection.execute(
            "SELECT command, row_count FROM operation WHERE number = ?", (number,)
        ).fetchone()
        return str(command), sum(each.operation == number for each in self.passed) or int(rows)

    def first_to_undo(self, number: int) -> int:
        """The newest operation that rewrote versions of operation `number` and stands, else `number`."""
        values = {"known": self._known, "number": number}
        found = self.connection.execute(store.sql("rewritten_by"), values).fetchone()[0]
        return max(number, found or 0) if number > 1 else number

    def next_id(self, table: str) -> int:
        self.counters[table] += 1
        return self.counters[table]

    def on(self, unit: int | None, day: str) -> Version | None:
        versions = self.versions.get(unit, ()) if unit is not None else ()
        return next((version for version in versions if version.holds_on(day)), None)

    def holder(self, code: str, day: str) -> Version | None:
        """The unit that has a code on a day."""
        return next((version for version in self.alive(day) if version.code.lower() == code.lower()), None)

    def alive(self, day: str) -> list[Version]:
        return [
            version for versions in self.versions.values() for version in versions if version.holds_on(day)
        ]

    def levels(self, day: str) -> Counter[Level]:
        """How many units of each level there are on a day."""
        return Counter(version.level for version in self.alive(day))

    def last_order(self, level: Level) -> int:
        orders = [
            version.sort_order or 0
            for versions in self.versions.values()
            for version in versions
            if version.level is level
        ]
        return max(orders, default=0)

    def told_of(self, unit: int, since: str) -> list[Passed]:
        """Stored successions from or into a unit on a day and later."""
        return [
            each for each in self.passed if each.day >= since and unit in (each.predecessor, each.successor)
        ]

    def add_unit(self, version: Version) -> None:
        self.plan.rows["unit"].append(
            {"id": version.unit, "kind": str(version.kind), "level": str(version.level)}
        )
        self.versions[version.unit] = [version]
        self.touched[version.unit] = None

    def change(
        self,
        unit: int,
        day: str,
        fields: Mapping[str, object],
        document: str | None,
        note: str | None,
    ) -> None:
        """From `day` on (included) the unit has these fields.

        A later version that repeats the old value of a field gets the new one; the first that has another
        value keeps it, and so do all after it.
        """
        versions = self.versions[unit]
        held = next(version for version in versions if version.holds_on(day))
        fresh = held._replace(valid_from=day, document_number=document, note=note, **fields)  # type: ignore[arg-type]
        earlier = [version for version in versions if version.valid_from < day]
        later = [version for version in versions if version.valid_from > day]
        number = held.number if held.valid_from == day else 0
        fresh = fresh._replace(number=number)
        self.versions[unit] = [*earlier, fresh, *_changing(held, fresh, later, _carried(held, fields, later))]
        self._settle(unit, held.ended_on)

    def follows_its_parent(self, version: Version) -> bool:
        """Whether a later version is there because the unit above ended, not by a change of its own."""
        if version.number == 0:
            return True
        versions = self.stored.versions[version.unit]
        place = next(index for index, each in enumerate(versions) if each.number == version.number)
        above = self.stored.versions.get(versions[place - 1].parent or 0, []) if place else []
        return bool(above and above[-1].ended_on == version.valid_from) and not any(
            each.successor == version.unit and each.day == version.valid_from and each.change is Change.RENAME
            for each in self.passed
        )

    def was_made_by_change(self, version: Version) -> bool:
        """Whether a version is the first one of a unit that a change made, and not a list."""
        first = self.versions[version.unit][0]
        return version.valid_from == first.valid_from and any(
            each.successor == version.unit and each.day == version.valid_from for each in self.passed
        )

    def drop(self, unit: int, day: str) -> None:
        """Leave out the version that begins on `day`: the one before it holds on."""
        ended_on = self.versions[unit][0].ended_on
        self.versions[unit] = [each for each in self.versions[unit] if each.valid_from != day]
        self._settle(unit, ended_on)

    def end(self, unit: int, day: str, document: str | None) -> None:
        """The unit ends on `day`; versions from that day on are no more."""
        self.versions[unit] = [each for each in self.versions[unit] if each.valid_from < day]
        self._settle(unit, day)
        self.plan.rows["unit_end"].append(
            {
                "id": self.next_id("unit_end"),
                "unit": unit,
                "ended_on": day,
                "document_number": document,
                "note": None,
            }
        )

    def _settle(self, unit: int, ended_on: str | None) -> None:
        """Let each version hold until the next one, the last until the end of the unit."""
        versions = self.versions[unit]
        ends = [*(version.valid_from for version in versions[1:]), ended_on]
        self.versions[unit] = [
            version._replace(until_on=until_on, ended_on=ended_on)
            for version, until_on in zip(versions, ends, strict=True)
        ]
        self.touched[unit] = None

    def finish(self) -> Plan:
        """The plan, with the rows that make the stored versions those of the model."""
        for unit in self.touched:
            before = {version.number: version for version in self.stored.versions.get(unit, ())}
            for version in self.versions[unit]:
                old = before.pop(version.number, None)
                if old is None or _said(old) != _said(version):
                    self._store(version, old)
            for old in before.values():
                self._void(old, None)
        if all(not rows for table, rows in self.plan.rows.items() if table != "succession") and all(
            row["predecessor"] == row["successor"] for row in self.plan.rows["succession"]
        ):  # whoever continues as he was is as he was
            self.plan.rows["succession"] = []
            self.plan.unchanged, self.plan.new = self.plan.unchanged + self.plan.new, 0
        return self.plan

    def _store(self, version: Version, instead_of: Version | None) -> None:
        number = self.next_id("unit_version")
        row = {"id": number, "unit": version.unit} | {name: getattr(version, name) for name in _STORED}
        self.plan.rows["unit_version"].append(row)
        if instead_of is not None:
            self._void(instead_of, version, number)

    def _void(self, old: Version, fresh: Version | None, number: int | None = None) -> None:
        self.plan.carried.append((old, fresh))
        self.plan.rows["void"].append(
            {
                "id": self.next_id("void"),
                "target": "unit_version",
                "target_id": old.number,
                "reason": _("viết lại theo một thay đổi ghi sau"),
                "replacement": number,
            }
        )


def _carried(held: Version, fields: Mapping[str, object], later: Iterable[Version]) -> list[Version]:
    """Later versions with the fields that they merely repeat from `held` as these are now."""
    remaining, made = dict(fields), []
    for version in later:
        remaining = {
            name: value for name, value in remaining.items() if getattr(version, name) == getattr(held, name)
        }
        made.append(version._replace(**remaining))  # type: ignore[arg-type]
    return made


def _changing(held: Version, fresh: Version, later: list[Version], carried: list[Version]) -> list[Version]:
    """`carried`, as `later` versions are now, without those that changed something and no longer do."""
    kept = [fresh]
    for before, old, new in zip([held, *later], later, carried, strict=False):
        if _state(old) == _state(before) or _state(new) != _state(kept[-1]):
            kept.append(new)
    return kept[1:]


def _state(version: Version) -> tuple[object, ...]:
    return tuple(getattr(version, name) for name in STATE)


def _said(version: Version) -> tuple[object, ...]:
    return tuple(getattr(version, name) for name in _STORED)
