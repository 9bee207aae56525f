"""Which units and obligations a report is about, and their judged facts."""

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from thidua_cli.ground.errors import NotFoundError
from thidua_cli.ground.language import _
from thidua_cli.register.plan import Obligation, Plan, load_plan
from thidua_cli.register.terms import Kind, Level, State
from thidua_cli.standing import verdict
from thidua_cli.standing.verdict import Cell, Fact, Wanted

if TYPE_CHECKING:
    from thidua_cli.register.lookup import Lookup
    from thidua_cli.register.units import Directory, Version
    from thidua_cli.reports.moment import Moment

Item = TypeVar("Item")
CITY = "city"  # the group of units outside any district
Pairs = Sequence[tuple[Fact, State]]
Counts = Sequence[tuple[Cell, int | str | None]]  # with the district, where it is asked for


class Filter(NamedTuple):
    """Which facts a report is about; None means all."""

    phase: str | None = None
    kind: Kind | None = None
    level: Level | None = None
    district: int | str | None = None  # a unit id, or CITY
    states: frozenset[State] = frozenset()
    declared_late: bool = False  # only those

    def obligations(self, plan: Plan, code: str | None = None) -> list[Obligation]:
        """The obligations of the phase, or one of them by its code; without one, not those withdrawn."""
        return [
            item
            for item in plan.obligations
            if self.phase in (None, item.phase.code) and (item.code == code if code else not item.withdrawn)
        ]

    def withdrawn(self, plan: Plan) -> list[Obligation]:
        """The withdrawn obligations of the phase."""
        return [item for item in plan.obligations if item.withdrawn and self.phase in (None, item.phase.code)]

    def has_kind(self, unit: "Fact | Version") -> bool:
        """Whether a unit is of the kind and level."""
        return self.kind in (None, unit.kind) and self.level in (None, unit.level)

    def has_place(self, directory: "Directory", unit: int, day: str) -> bool:
        """Whether a unit is in the district on a day."""
        return self.district is None or district_of(directory, unit, day) == self.district


def plan_at(connection: sqlite3.Connection, at: "Moment") -> Plan:
    """The plan as decided by the as-of day and known at the moment."""
    return load_plan(connection, at.day, at.known.number)


def judged(
    connection: sqlite3.Connection,
    at: "Moment",
    chosen: Filter,
    directory: "Lookup | None" = None,
    *,
    obligation: Wanted = None,
) -> list[tuple[Fact, State]]:
    """Selected facts with their states, in no particular order; `directory` then holds their units."""
    if chosen.district is not None:
        directory = directory or lookup(connection, at)
    facts = verdict.facts(
        connection,
        at.as_of,
        at.known.number,
        units=ever_in(connection, chosen.district) if isinstance(chosen.district, int) else None,
        phase=chosen.phase,
        obligation=obligation,
        kind=chosen.kind,
        level=chosen.level,
        state=chosen.states or None,
    )
    if directory is not None:
        directory.load({fact.unit for fact in facts})
    return [
        (fact, State(fact.state))
        for fact in facts
        if (fact.declared_late or not chosen.declared_late)
        and (directory is None or chosen.has_place(directory, fact.unit, fact.named_on))
    ]


def ever_in(connection: sqlite3.Connection, district: int) -> list[int]:
    """The units that were at any time in a district, by any version of theirs, voided ones too."""
    rows = connection.execute(
        "WITH RECURSIVE below (unit) AS (SELECT :district UNION"
        " SELECT v.unit FROM below b JOIN unit_version v ON v.parent = b.unit) SELECT unit FROM below",
        {"district": district},
    )
    return [unit for (unit,) in rows]


def counted(
    connection: sqlite3.Connection,
    at: "Moment",
    chosen: Filter,
    *,
    districts: bool = False,
    contents: bool = False,
    result: str | None = None,
    obligation: Wanted = None,
) -> Counts:
    """The counts of the selected units; with `districts`, or a district selected, each with its district."""
    by_place = districts or chosen.district is not None
    cells = verdict.cells(
        connection,
        at.as_of,
        at.known.number,
        places=by_place,
        contents=contents,
        result=result,
        phase=chosen.phase,
        obligation=obligation,
        kind=chosen.kind,
        level=chosen.level,
    )
    if not by_place:
        return [(cell, None) for cell in cells]
    directory = lookup(connection, at)
    places = {(cell.above, cell.day) for cell in cells}
    directory.load({above for above, _day in places if above is not None})
    of = {(above, day): district_of(directory, above, day) for above, day in places}
    return [
        (cell, district) for cell in cells if chosen.district in (None, district := of[cell.above, cell.day])
    ]


def by_obligation(
    obligations: Sequence[Obligation], pairs: Iterable[tuple[Fact, Item]]
) -> dict[Obligation, list[tuple[Fact, Item]]]:
    """The facts of each of the obligations, in the order given, with what stands beside them."""
    of: dict[str, list[tuple[Fact, Item]]] = {item.code: [] for item in obligations}
    for pair in pairs:
        if pair[0].obligation in of:
            of[pair[0].obligation].append(pair)
    return {item: of[item.code] for item in obligations}


def units_of(connection: sqlite3.Connection, at: "Moment") -> "Directory":
    """The units as known at the moment; reading them takes time, so only for what names or places units."""
    from thidua_cli.register.units import Directory

    return Directory.read(connection, at.known.number)


def lookup(connection: sqlite3.Connection, at: "Moment") -> "Lookup":
    """The units as known at the moment, each read when it is asked for."""
    from thidua_cli.register.lookup import Lookup

    return Lookup(connection, at.known.number)


def district_of(directory: "Directory", unit: int | None, day: str) -> int | str:
    """The unit id of the district that a unit is or is in on a day, or CITY; also of no unit."""
    district = directory.district(unit, day) if unit is not None else None
    return district.unit if district else CITY


def find_district(directory: "Directory", reference: str, day: date) -> int | str:
    """What `--district` means: a district by code or name on that day, else before, else after it, or `city`.

    The name of a district without its level word, or its initials, is enough. Raises NotFoundError if there
    is none, or several before that day, or several after it.
    """
    if reference.lower() == CITY:
        return CITY
    with suppress(NotFoundError):
        version = directory.resolve(reference, day)
        if version.kind is Kind.DISTRICT_COMMITTEE:
            return version.unit
    others = _districts(directory.matches(reference)) or _bare_districts(
        directory, reference, day.isoformat()
    )
    begun = {unit: version for unit, version in others.items() if version.valid_from <= day.isoformat()}
    meant = begun or others
    if len(meant) == 1:
        return next(iter(meant))
    if meant:
        from thidua_cli.register.versions import with_days

        raise NotFoundError(
            _("có nhiều đơn vị từng mang tên hoặc mã '{unit}'").format(unit=reference),
            *with_days(meant.values()),
        )
    districts = (version for version in directory if version.kind is Kind.DISTRICT_COMMITTEE)
    raise NotFoundError(
        _("không có quận, huyện '{district}'").format(district=reference),
        *sorted({f"{version.code}  {version.name}" for version in districts}),
    )


def _districts(versions: "Iterable[Version]") -> "dict[int, Version]":
    return {version.unit: version for version in versions if version.kind is Kind.DISTRICT_COMMITTEE}


def _bare_districts(directory: "Directory", name: str, day: str) -> "dict[int, Version]":
    """The districts whose name without its level word is that name: of the day, else of any."""
    from thidua_cli.ground import text
    from thidua_cli.register.suggestions import without_level

    wanted = text.fold(text.name_key(name))
    called = [version for version in directory if without_level(version) == wanted]
    return _districts(version for version in called if version.holds_on(day)) or _districts(called)
