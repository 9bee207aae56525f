"""Random units with their successions and records, drawn by Hypothesis, and the rows that store them."""

import sqlite3
from datetime import date

from hypothesis import strategies as st

import build
from oracle import Done, Excused, Unit
from thidua_cli import store
from thidua_cli.register import entries as records
from thidua_cli.register.entries import Exemption, Paper, Record
from thidua_cli.register.terms import Kind, Level

DAYS = st.dates(date(2020, 12, 1), date(2027, 2, 1)).map(date.isoformat) | st.sampled_from(
    ["2021-01-01", "2022-03-31", "2022-04-01", "2025-07-01", "2025-12-31", "2026-01-01"]
)
PAST_DAYS = DAYS.filter(lambda day: "2021-01-01" <= day <= "2026-11-23")


BIRTHS = st.sampled_from(["2021-01-01", "2022-04-01", "2023-01-01"]) | DAYS
PASSINGS = st.sampled_from(["2022-04-01", "2023-05-01", "2023-05-02", "2024-01-01"]) | DAYS
# Of each way to be bound one; all other kinds are as departments.
KINDS = st.sampled_from([Kind.DEPARTMENT, Kind.COMMUNE_COMMITTEE]) | st.sampled_from(
    [Kind.DISTRICT_COMMITTEE, Kind.CITY_COMMITTEE]
)


@st.composite
def worlds(draw: st.DrawFn) -> dict[int, Unit]:
    """Units with births, ends, deeds and exemptions, and what passed between any two on any day.

    A code may belong to several units, one after another.
    """
    units: dict[int, Unit] = {}
    for number in range(1, draw(st.integers(1, 7)) + 1):
        born = draw(BIRTHS)
        ended = draw(st.none() | st.none() | DAYS.filter(lambda day, born=born: day > born))
        unit = Unit(number, str(draw(KINDS)), born, ended)
        unit.code = draw(st.sampled_from([unit.code, *_free_codes(units, unit)]))
        for deed in draw(
            st.lists(
                st.tuples(
                    st.sampled_from(["p1", "p2"]), st.sampled_from(["launch", "registration", "review"])
                ),
                unique=True,
                max_size=3,
            )
        ):
            received = draw(PAST_DAYS) if draw(st.booleans()) else None
            unit.done.append(Done(*deed, draw(PAST_DAYS), received))
        for code in draw(
            st.lists(st.sampled_from(["p1-launch", "p1-review", "p2-review"]), unique=True, max_size=2)
        ):
            unit.exempt.append(Excused(code, draw(PAST_DAYS)))
        units[number] = unit
    some = st.integers(1, len(units))
    for old, new, day in draw(st.lists(st.tuples(some, some, PASSINGS), max_size=6)):
        units[new].predecessors.append((old, day))
    return units


def _free_codes(units: dict[int, Unit], wanted: Unit) -> list[str]:
    """Codes that other units have, on no day of the wanted one."""
    taken = {
        unit.code
        for unit in units.values()
        if (wanted.ended is None or unit.born < wanted.ended)
        and (unit.ended is None or wanted.born < unit.ended)
    }
    return sorted({unit.code for unit in units.values()} - taken)


def populate(connection: sqlite3.Connection, world: dict[int, Unit]) -> None:
    """The world as rows; a parent is any unit of a higher level that comes before."""
    with store.write(connection, actor="test", command="world") as writer:
        entries: list[Record | Exemption] = []
        for unit in world.values():
            level = {"district-committee": Level.DISTRICT, "commune-committee": Level.COMMUNE}.get(
                unit.kind, Level.CITY
            )
            parent = next(
                (
                    other.number
                    for other in world.values()
                    if other.number < unit.number and other.kind == "district-committee"
                ),
                None,
            )
            build.unit(writer, unit.code, unit.kind, level, unit.born, ended=unit.ended, parent=parent)
            entries += [
                Record(unit.number, done.phase, done.action, done.day, Paper(received_on=done.received))
                for done in unit.done
            ]
            entries += [
                Exemption(unit.number, excused.obligation, excused.day, "lý do", Paper())
                for excused in unit.exempt
            ]
        for unit in world.values():
            for old, day in unit.predecessors:
                build.succession(writer, old, unit.number, day)
        records.add(writer, entries)
