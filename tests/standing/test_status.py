"""The judgement: rosters, states, counts and the verdict."""

import sqlite3
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import build
from conftest import copy, examples
from oracle import Duty, Unit, entries, holder, is_declared_late, state
from thidua_cli import store
from thidua_cli.ground.errors import NotFoundError
from thidua_cli.register.plan import load_plan
from thidua_cli.register.terms import State
from thidua_cli.register.units import Directory
from thidua_cli.reports import history
from thidua_cli.reports import status as report
from thidua_cli.reports.moment import read_moment
from thidua_cli.reports.selection import Filter, lookup
from thidua_cli.reports.status import By
from thidua_cli.standing import verdict
from thidua_cli.standing.verdict import Failing, Tally, tally
from worlds import DAYS, populate, worlds


def counts(connection: sqlite3.Connection, obligation: str, day: str, known: int | None = None) -> Tally:
    """The tally of one obligation on a day."""
    found = verdict.facts(connection, build.day(day), known or build.head(connection), obligation=obligation)
    return tally((fact, State(fact.state)) for fact in found)


@pytest.mark.parametrize(
    ("obligation", "day", "state_", "number"),
    [
        ("p1-launch", "2022-03-31", State.PENDING, 116),
        ("p1-launch", "2022-04-01", State.OVERDUE, 116),
        ("p1-registration", "2025-12-31", State.PENDING, 116),
        ("p1-registration", "2026-01-01", State.OVERDUE, 116),
        ("p1-review", "2024-12-31", State.PENDING, 108),
        ("p1-review-district", "2024-12-31", State.PENDING, 8),
        ("p1-review-city", "2025-12-31", State.PENDING, 1),
        ("p2-launch", "2026-01-01", State.PENDING, 116),
    ],
)
def test_the_seed_with_nothing_recorded(
    register: sqlite3.Connection, obligation: str, day: str, state_: State, number: int
) -> None:
    """The figures worked through in the README, before any change of 2025."""
    found = counts(register, obligation, day)
    assert found.states[state_] == found.roster == number


def test_a_phase_that_has_not_begun_has_no_roster(register: sqlite3.Connection) -> None:
    """The launch of phase 2 binds nobody before 2026, and has no rate."""
    found = counts(register, "p2-launch", "2025-12-31")
    assert (found.roster, found.rate) == (0, None)


@pytest.mark.parametrize(("day", "expected"), [("2022-03-31", State.ON_TIME), ("2022-04-01", State.LATE)])
def test_the_due_day_is_included(register: sqlite3.Connection, day: str, expected: State) -> None:
    """A launch on the last day is on time, one a day after is late."""
    build.record(register, "492", day)
    assert counts(register, "p1-launch", "2022-04-30").states[expected] == 1


def test_a_backdated_paper_counts_when_it_happened(register: sqlite3.Connection) -> None:
    """A launch of 30/03 recorded today counts on 31/03, but not as known before it was recorded."""
    build.record(register, "492", "2022-03-30", received_on="2022-06-02")
    now = counts(register, "p1-launch", "2022-03-31")
    assert (now.states[State.ON_TIME], now.declared_late) == (1, 1)
    assert counts(register, "p1-launch", "2022-03-31", known=1).done == 0
    assert counts(register, "p1-launch", "2022-03-29").done == 0


def test_an_exemption_leaves_the_denominator(register: sqlite3.Connection) -> None:
    """From its day on the unit is exempt, unless it acts all the same."""
    build.exempt(register, "498", "p1-launch", "2022-02-15")
    assert counts(register, "p1-launch", "2022-02-14").states[State.EXEMPT] == 0
    found = counts(register, "p1-launch", "2022-02-15")
    assert (found.states[State.EXEMPT], found.roster, found.applicable) == (1, 116, 115)
    build.record(register, "498", "2022-03-01")
    assert counts(register, "p1-launch", "2022-03-01").states[State.ON_TIME] == 1


def test_a_unit_that_ended_in_time_lapses_and_later_stays_overdue(register: sqlite3.Connection) -> None:
    """Ended by the closing day: lapsed. Ended after it: overdue still, and nobody's to do."""
    with store.write(register, actor="test", command="units") as writer:
        build.unit(writer, "E1", "other", "city", "2021-01-01", ended="2022-03-31")
        build.unit(writer, "E2", "other", "city", "2021-01-01", ended="2022-04-01")
    before = counts(register, "p1-launch", "2022-03-30")
    assert (before.roster, before.states[State.PENDING]) == (118, 118)
    after = counts(register, "p1-launch", "2022-04-01")
    assert (after.states[State.LAPSED], after.states[State.OVERDUE]) == (1, 117)
    found = verdict.facts(register, date(2022, 4, 1), build.head(register), obligation="p1-launch")
    judged = [(fact, State(fact.state)) for fact in found]
    assert len(Failing().faults(judged)) == 116
    assert len(Failing(ended=True).faults(judged)) == 117


def test_newcomers_are_bound_only_as_heirs(register: sqlite3.Connection) -> None:
    """With newcomers = false a new unit is on the roster only if it descends from the launch's roster."""
    with store.write(register, actor="test", command="units") as writer:
        ward = int(register.execute("SELECT unit FROM unit_version WHERE code = '20287'").fetchone()[0])
        heir = build.unit(writer, "H1", "commune-committee", "commune", "2025-07-01")
        second = build.unit(writer, "H2", "commune-committee", "commune", "2025-08-01")
        build.unit(writer, "H3", "commune-committee", "commune", "2025-07-01")
        build.succession(writer, ward, heir, "2025-07-01")
        build.succession(writer, heir, second, "2025-08-01")
    found = verdict.facts(register, date(2025, 12, 31), build.head(register), obligation="p1-review")
    assert {heir, second} <= {fact.unit for fact in found}
    assert len(found) == 110


def _reviewing(connection: sqlite3.Connection, day: str) -> dict[str, str]:
    """Communes made for a test that are on the roster of the unit review, with the day that they came."""
    found = verdict.facts(connection, build.day(day), build.head(connection), obligation="p1-review")
    codes = dict(connection.execute("SELECT unit, code FROM unit_version WHERE code IN ('N1', 'N2')"))
    return {codes[fact.unit]: fact.entered_on for fact in found if fact.unit in codes}


@pytest.mark.parametrize(
    ("passings", "expected"),
    [
        ([("old", "N1", "2024-05-01"), ("N1", "N2", "2024-04-30")], {"N1": "2024-05-01"}),
        (
            [("N1", "N2", "2024-05-01"), ("old", "N1", "2024-05-01")],
            {"N1": "2024-05-01", "N2": "2024-05-01"},
        ),
        (
            [("old", "N1", "2024-05-01"), ("N1", "N2", "2024-06-01"), ("N2", "N1", "2024-04-01")],
            {"N1": "2024-05-01", "N2": "2024-06-01"},
        ),
        (
            [("old", "N1", "2025-05-01"), ("old", "N1", "2024-05-01"), ("N1", "N2", "2024-06-01")],
            {"N1": "2024-05-01", "N2": "2024-06-01"},
        ),
        ([("old", "N1", "2020-05-01"), ("old", "N2", "2022-05-01")], {"N2": "2023-01-01"}),
        ([("old", "N1", "2025-12-31"), ("N1", "N2", "2026-01-01")], {"N1": "2025-12-31"}),
    ],
    ids=[
        "split off before the part came",
        "a chain on one day",
        "there and back",
        "two ways",
        "before the phase",
        "after the day",
    ],
)
def test_descent_follows_time(
    register: sqlite3.Connection, passings: list[tuple[str, str, str]], expected: dict[str, str]
) -> None:
    """What passes on a day carries with it only what had come to the predecessor by then."""
    with store.write(register, actor="test", command="units") as writer:
        old = int(register.execute("SELECT unit FROM unit_version WHERE code = '20287'").fetchone()[0])
        units = {"old": old} | {
            code: build.unit(writer, code, "commune-committee", "commune", "2023-01-01")
            for code in ("N1", "N2")
        }
        for predecessor, successor, on in passings:
            build.succession(writer, units[predecessor], units[successor], on)
    assert _reviewing(register, "2025-12-31") == expected


def test_the_history_of_a_unit_follows_time_too(register: sqlite3.Connection) -> None:
    """Before a unit are only those whose things had come to its predecessor when that passed something on."""
    with store.write(register, actor="test", command="units") as writer:
        units = {
            code: build.unit(writer, code, "commune-committee", "commune", "2023-01-01")
            for code in ("R1", "R2", "R3")
        }
        build.succession(writer, units["R1"], units["R2"], "2024-05-01")
        build.succession(writer, units["R2"], units["R3"], "2024-04-01")
    at = read_moment(register, date(2025, 1, 1), None)
    directory = lookup(register, at)
    for code, expected in {"R1": {"R1", "R2"}, "R2": {"R1", "R2", "R3"}, "R3": {"R2", "R3"}}.items():
        made = history.build(register, at, directory, directory.resolve(code, at.as_of))
        assert {row["unit_code"] for row in made.rows} == expected


def test_what_one_learns_late_of_a_succession_counts_from_its_own_day(register: sqlite3.Connection) -> None:
    """A succession that is recorded after others still comes before them where its day is earlier."""
    with store.write(register, actor="test", command="units") as writer:
        old = int(register.execute("SELECT unit FROM unit_version WHERE code = '20287'").fetchone()[0])
        first, second = (
            build.unit(writer, code, "commune-committee", "commune", "2023-01-01") for code in ("N1", "N2")
        )
        build.succession(writer, first, second, "2024-05-01")
    before = build.head(register)
    with store.write(register, actor="test", command="units") as writer:
        build.succession(writer, old, first, "2024-02-01")
    assert _reviewing(register, "2025-12-31") == {"N1": "2024-02-01", "N2": "2024-05-01"}
    assert counts(register, "p1-review", "2025-12-31", before).roster == 108


@pytest.mark.parametrize(
    ("received", "expected"), [("2025-12-31", 0), ("2026-01-01", 1)], ids=["in time", "a day after"]
)
def test_declared_late_goes_by_the_closing_day(
    register: sqlite3.Connection, received: str, expected: int
) -> None:
    """Where no due day is set, a paper is declared late that came after the phase's last day."""
    build.record(register, "492", "2022-03-30", "registration", received_on=received)
    found = counts(register, "p1-registration", "2026-02-01")
    assert (found.states[State.ON_TIME], found.declared_late) == (1, expected)


@pytest.mark.parametrize(
    ("done", "applicable", "rate"), [(1999, 2000, 99.9), (2000, 2000, 100.0), (98, 116, 84.4), (0, 7, 0.0)]
)
def test_the_rate_is_rounded_down(done: int, applicable: int, rate: float) -> None:
    """100 means all."""
    found = Tally()
    found.states[State.ON_TIME] = done
    found.states[State.PENDING] = applicable - done
    assert found.rate == rate


def test_a_verdict_fails_as_it_is_asked_to(register: sqlite3.Connection) -> None:
    """Overdue always fails; --complete fails on pending, --strict on late."""
    build.record(register, "492", "2022-04-01")
    found = verdict.facts(register, date(2022, 4, 1), build.head(register), obligation="p1-launch")
    late = [(fact, State(fact.state)) for fact in found if fact.done_on]
    assert not Failing().faults(late)
    assert Failing(strict=True).faults(late)
    found = verdict.facts(register, date(2022, 3, 31), build.head(register), obligation="p1-launch")
    pending = [(fact, State(fact.state)) for fact in found]
    assert not Failing().faults(pending)
    assert Failing(complete=True).faults(pending)


# Laws, over random registers


def _duties(connection: sqlite3.Connection) -> list[Duty]:
    return [
        Duty(
            item.code, item.phase.code, item.action, item.due_on, item.roster_on, item.newcomers,
            frozenset(item.kinds), item.phase.starts_on, item.phase.ends_on,
        )
        for item in load_plan(connection).obligations
    ]  # fmt: skip


@settings(
    max_examples=examples(40, 1000),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(world=worlds(), day=DAYS)
def test_rosters_and_states_are_those_of_the_definition(
    empty: sqlite3.Connection, world: dict[int, Unit], day: str
) -> None:
    """For any register and day, SQL agrees with the plain reading of the rule.

    Compared are who is on a roster, since which day, in which state, whether declared late, and who has a code.
    """
    connection = copy(empty)
    populate(connection, world)
    duties = _duties(connection)
    expected = {
        (duty.code, number): (
            state(duty, world[number], day),
            is_declared_late(duty, world[number], day),
            since,
        )
        for duty in duties
        for number, since in entries(duty, duties, world, day).items()
    }
    found = {
        (fact.obligation, fact.unit): (str(State(fact.state)), fact.declared_late, fact.entered_on)
        for fact in verdict.facts(connection, build.day(day), build.head(connection))
    }
    directory = Directory.read(connection, build.head(connection))
    for code in {unit.code for unit in world.values()}:
        assert _resolved(directory, code, day) == holder(world, code, day)
    connection.close()
    assert found == expected


def _resolved(directory: Directory, code: str, day: str) -> int | None:
    try:
        return directory.resolve(code, build.day(day)).unit
    except NotFoundError:
        return None


@settings(
    max_examples=examples(15, 300), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(world=worlds(), day=DAYS, voids=st.lists(st.integers(1, 12), unique=True, max_size=3))
def test_counts_add_up_however_they_are_grouped(
    empty: sqlite3.Connection, world: dict[int, Unit], day: str, voids: list[int]
) -> None:
    """States add up to the roster, in every row; groups add up to the row of the whole."""
    connection = copy(empty)
    populate(connection, world)
    stored = {row[0] for row in connection.execute("SELECT id FROM record UNION SELECT id FROM exemption")}
    for number in set(voids) & stored:
        build.void(connection, number)
    at = read_moment(connection, build.day(day), None)
    whole = {row["obligation"]: row for row in report.build(connection, at, Filter(), None).rows}
    for row in whole.values():
        assert sum(row[str(state_)] for state_ in State) == row["roster"]
        assert row["applicable"] == row["roster"] - row["exempt"] - row["lapsed"]
        assert row["done"] == row["on_time"] + row["late"]
    for by in (By.KIND, By.LEVEL, By.DISTRICT):
        for code, row in whole.items():
            parts = [
                part for part in report.build(connection, at, Filter(), by).rows if part["obligation"] == code
            ]
            for key in ("roster", "applicable", "done", "declared_late", *map(str, State)):
                assert sum(part[key] for part in parts) == row[key]
    connection.close()


@settings(
    max_examples=examples(12, 200), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(world=worlds(), day=DAYS, later=worlds())
def test_what_was_known_stays_known(
    empty: sqlite3.Connection, world: dict[int, Unit], day: str, later: dict[int, Unit]
) -> None:
    """Adding and voiding after operation K never changes a figure as known at K."""
    connection = copy(empty)
    populate(connection, world)
    known = build.head(connection)
    at = read_moment(connection, build.day(day), f"#{known}")
    before = report.build(connection, at, Filter(), None)
    for row in connection.execute("SELECT id FROM record UNION SELECT id FROM exemption").fetchall():
        build.void(connection, row[0])
    shift = len(world)
    moved = {
        number + shift: replace(unit, number=number + shift, code=f"V{number}", predecessors=[])
        for number, unit in later.items()
    }
    populate(connection, moved)
    assert (
        report.build(connection, read_moment(connection, build.day(day), f"#{known}"), Filter(), None).rows
        == before.rows
    )
    connection.close()


def test_a_district_is_named_as_it_was(register: sqlite3.Connection) -> None:
    """--by district groups by the district's code; departments are in the group city."""
    at = read_moment(register, date(2022, 3, 31), None)
    rows = report.build(register, at, Filter(phase="p1"), By.DISTRICT).rows
    launch = {row["group"]: row["roster"] for row in rows if row["obligation"] == "p1-launch"}
    assert launch == {
        "city": 52,
        "492": 14,
        "491": 11,
        "493": 8,
        "494": 5,
        "490": 6,
        "495": 7,
        "497": 12,
        "498": 1,
    }


def test_contents_count_registered_units(register: sqlite3.Connection) -> None:
    """A registration that names contents 1 and 3 shows under both, and nowhere else."""
    build.record(register, "492", "2022-03-30", "registration", contents="1,3")
    at = read_moment(register, date(2022, 3, 31), None)
    rows = report.build(register, at, Filter(), By.CONTENT).rows
    assert {row["group"]: row["done"] for row in rows} == {"1": 1, "2": 0, "3": 1, "4": 0, "5": 0}
