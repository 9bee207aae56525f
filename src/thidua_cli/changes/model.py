"""The units as a plan of changes would make them, and the rows that would make them so."""

from typing import TYPE_CHECKING, NamedTuple

from thidua_cli.terms import Level
from thidua_cli.units import Directory, Version

if TYPE_CHECKING:
    from thidua_cli.models import ChangeIn


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


class Fault(NamedTuple):
    """What is wrong with a row: the field, what, and the cure; `typed` is that of a row made by a command."""

    row: int
    field: str
    value: str
    message: str
    cure: str
    typed: str = ""


class Step(NamedTuple):
    """One thing that a plan does, for people: the unit, what went into it, and what it went into."""

    day: str
    what: str  # new, changed, ended
    version: Version
    predecessors: tuple[Version, ...] = ()
    successors: tuple[Version, ...] = ()


class Plan:
    """What a batch of changes would store, and what it would mean."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, object]]] = {
            "unit": [],
            "unit_version": [],
            "unit_end": [],
            "succession": [],
        }
        self.steps: list[Step] = []
        self.faults: list[Fault] = []
        self.outside: list[str] = []  # predecessors that are not in the register
        self.warnings: list[str] = []
        self.new, self.unchanged = 0, 0


class Model:
    """The units as they would be, and the rows that would make them so."""

    def __init__(self, directory: Directory, counters: dict[str, int]) -> None:
        self.versions = {unit: list(versions) for unit, versions in directory.versions.items()}
        self.counters = counters
        self.plan = Plan()

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

    def last_order(self, level: Level) -> int:
        orders = [
            version.sort_order or 0
            for versions in self.versions.values()
            for version in versions
            if version.level is level
        ]
        return max(orders, default=0)

    def add_unit(self, version: Version) -> None:
        self.plan.rows["unit"].append(
            {"id": version.unit, "kind": str(version.kind), "level": str(version.level)}
        )
        self.versions[version.unit] = [version]
        self._version_row(version)

    def add_version(self, version: Version) -> None:
        """A further version of a unit: the one before it ends where this one begins."""
        self.versions[version.unit] = [
            each._replace(until_on=version.valid_from) if each.holds_on(version.valid_from) else each
            for each in self.versions[version.unit]
        ]
        self.versions[version.unit].append(version)
        self._version_row(version)

    def _version_row(self, version: Version) -> None:
        self.plan.rows["unit_version"].append(
            {
                "id": self.next_id("unit_version"),
                "unit": version.unit,
                "code": version.code,
                "name": version.name,
                "parent": version.parent,
                "abbreviation": version.abbreviation,
                "sort_order": version.sort_order,
                "valid_from": version.valid_from,
                "document_number": version.document_number,
                "note": version.note,
            }
        )

    def end(self, unit: int, day: str, document: str | None) -> None:
        self.versions[unit] = [
            each._replace(
                until_on=day if each.until_on is None or each.until_on > day else each.until_on, ended_on=day
            )
            for each in self.versions[unit]
        ]
        self.plan.rows["unit_end"].append(
            {
                "id": self.next_id("unit_end"),
                "unit": unit,
                "ended_on": day,
                "document_number": document,
                "note": None,
            }
        )
