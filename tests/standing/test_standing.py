"""The one judgement: `sql/standing.sql` equals the second writing of the rules, for any register and moment."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from importlib import resources

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from conftest import examples
from oracle import (
    Decided,
    Done,
    Duty,
    Excused,
    Extended,
    Unit,
    Withdrawn,
    entries,
    is_declared_late,
    plan_of,
    state,
)
from oracle import closes as own_closing
from thidua_cli.standing.verdict import cells
from worlds import DAYS

KINDS = ["department", "commune-committee", "district-committee"]
BASE = [
    Duty("p1-launch", "p1", "launch", "2022-03-31", "2022-03-31", True, frozenset(KINDS), "2021-01-01", "2025-12-31"),
    Duty("p1-report", "p1", "report", "2023-06-30", None, True, frozenset(KINDS[:2]), "2021-01-01", "2025-12-31", "2023"),
    Duty("p1-report-2", "p1", "report", None, "2024-12-31", True, frozenset(KINDS[:2]), "2021-01-01", "2025-12-31", "2024"),
    Duty("p1-review", "p1", "review", "2025-12-31", "2025-12-31", False, frozenset(KINDS), "2021-01-01", "2025-12-31"),
    Duty("p2-launch", "p2", "launch", None, None, True, frozenset(KINDS), "2026-01-01", "2030-12-31"),
    Duty("p2-review", "p2", "review", None, None, False, frozenset(KINDS), "2026-01-01", "2030-12-31", newcomers_of="p1-launch"),
]  # fmt: skip
CODES = [duty.code for duty in BASE]
OPERATIONS = 4  # of which the first is that of init


@st.composite
def written(draw: st.DrawFn) -> dict[str, int | None]:
    """The operation that wrote something, and perhaps a later one that voided it."""
    op = draw(st.integers(2, OPERATIONS))
    gone = draw(st.none() | st.none() | st.integers(op, OPERATIONS))
    return {"op": op, "gone": gone if gone != op else None}


def fields(phase: str) -> st.SearchStrategy[dict[str, object]]:
    """What a decision names; an obligation keeps to the roster of one of its phase or of an earlier one."""
    return st.fixed_dictionaries(
        {},
        optional={
            "due": st.none() | DAYS,
            "roster_day": st.none() | DAYS,
            "newcomers": st.booleans(),
            "newcomers_of": st.none() | st.sampled_from(["p1-launch", "p2-launch"][: 1 + (phase == "p2")]),
            "kinds": st.sets(st.sampled_from(KINDS), min_size=1).map(frozenset),
            "withdrawn": st.booleans(),
        },
    )


@st.composite
def plans(draw: st.DrawFn) -> list[Duty]:
    """The plan of above, with decisions on its obligations, and one obligation that a decision brought."""
    extra = Duty("p1-extra", "p1", "extra", draw(st.none() | DAYS), draw(st.none() | DAYS), draw(st.booleans()),
                 frozenset(KINDS), "2021-01-01", "2025-12-31", brought=Decided(draw(DAYS), {}, **draw(written())))  # fmt: skip
    duties = []
    for duty in [*BASE, extra]:
        kept: dict[int, Decided] = {}  # two of one operation have no order
        for day, changed, at in draw(st.lists(st.tuples(DAYS, fields(duty.phase), written()), max_size=2)):
            kept.setdefault(at["op"], Decided(day, changed, **at))
        duties.append(Duty(**{**vars(duty), "decisions": tuple(kept.values())}))
    return duties


@st.composite
def units(draw: st.DrawFn, duties: list[Duty]) -> dict[int, Unit]:
    """Units with what they did, were excused from and were granted, and what passed between them."""
    made: dict[int, Unit] = {}
    keys = sorted({(duty.phase, duty.action, duty.occasion) for duty in duties})
    for number in range(1, draw(st.integers(1, 5)) + 1):
        born = draw(st.sampled_from(["2021-01-01", "2022-04-01", "2023-01-01"]) | DAYS)
        ended = draw(st.none() | st.none() | DAYS.filter(lambda day, born=born: day > born))
        unit = Unit(number, draw(st.sampled_from(KINDS)), born, ended)
        for phase, action, occasion in draw(st.lists(st.sampled_from(keys), unique=True, max_size=4)):
            received = draw(st.none() | DAYS)
            unit.done.append(Done(phase, action, draw(DAYS), received, occasion, **draw(written())))
        for code in draw(st.lists(st.sampled_from(CODES), max_size=4)):
            unit.exempt += excuses(draw, code, unit.exempt)
        for code in draw(st.lists(st.sampled_from(CODES), max_size=3)):
            unit.extended.append(Extended(code, draw(DAYS), draw(DAYS), **draw(written())))
        made[number] = unit
    some = st.integers(1, len(made))
    for old, new, day in draw(st.lists(st.tuples(some, some, DAYS), max_size=5)):
        if old != new:
            made[new].predecessors.append((old, day))
    return made


def excuses(draw: st.DrawFn, code: str, others: list[Excused]) -> list[Excused]:
    """One more exemption, if it keeps apart from those before it, whatever is voided later."""
    day = draw(DAYS)
    until = draw(st.none() | DAYS.filter(lambda last: last >= day))
    at = draw(written())
    withdrawn: tuple[Withdrawn, ...] = ()
    if draw(st.booleans()):
        on = draw(DAYS.filter(lambda last: last > day))
        op = draw(st.integers(int(at["op"] or 2), OPERATIONS))
        withdrawn = (Withdrawn(on, op=op),)
    mine = [each for each in others if each.obligation == code]
    if any(day <= (each.until or "9") and each.day <= (until or "9") for each in mine):
        return []
    return [Excused(code, day, until, withdrawn, **at)]


def rows(
    duties: list[Duty], world: dict[int, Unit]
) -> Iterator[tuple[str, dict[str, object], int, int | None]]:
    """Table, columns, operation and the operation that voided it, of all that a model holds."""
    for position, (code, start, end) in enumerate(
        [("p1", "2021-01-01", "2025-12-31"), ("p2", "2026-01-01", "2030-12-31")]
    ):
        yield (
            "phase",
            {
                "code": code,
                "position": position,
                "starts_on": start,
                "ends_on": end,
                "title_vi": "",
                "title_en": "",
            },
            1,
            None,
        )
    words = dict.fromkeys(("title_vi", "title_en", "done_vi", "done_en", "paper_vi", "paper_en"), "")
    for position, action in enumerate(sorted({duty.action for duty in duties})):
        yield "action", {"code": action, "position": position, **words, "contents": 0}, 1, None
    decision, entry = 0, 0
    for position, duty in enumerate(duties):
        brought = None
        if duty.brought:
            brought = decision = decision + 1
            columns = {"id": decision, "decided_on": duty.brought.day, "document_number": "1/QĐ"}
            yield "decision", columns, duty.brought.op, duty.brought.gone
        op = duty.brought.op if duty.brought else 1
        yield "obligation", {
            "code": duty.code, "position": position, "phase": duty.phase, "action": duty.action, "occasion": duty.occasion,
            "due_on": duty.due, "roster_on": duty.roster_day, "newcomers": int(duty.newcomers), "newcomers_of": duty.newcomers_of,
            "title_vi": "", "title_en": "", "decision": brought,
        }, op, None  # fmt: skip
        for kind in sorted(duty.kinds):
            yield "obligation_kind", {"obligation": duty.code, "kind": kind}, op, None
        for decided in duty.decisions:
            decision += 1
            yield (
                "decision",
                {"id": decision, "decided_on": decided.day, "document_number": "1/QĐ"},
                decided.op,
                decided.gone,
            )
            for name, value in named(decided.fields):
                entry += 1
                yield "plan_field", {
                    "id": entry, "decision": decision, "part": "obligation", "code": duty.code, "field": name, "value": value,
                }, decided.op, None  # fmt: skip
    paper = 0
    for version, unit in enumerate(world.values(), 1):
        yield "unit", {"id": unit.number, "kind": unit.kind, "level": "city"}, 1, None
        yield (
            "unit_version",
            {
                "id": version,
                "unit": unit.number,
                "code": unit.code,
                "name": unit.code,
                "valid_from": unit.born,
            },
            1,
            None,
        )
        if unit.ended:
            last = (date.fromisoformat(unit.ended) - timedelta(1)).isoformat()
            yield (
                "unit_end",
                {"id": version, "unit": unit.number, "ended_on": unit.ended, "last_on": last},
                1,
                None,
            )
    passing = 0
    for unit in world.values():
        for old, day in unit.predecessors:
            passing += 1
            yield "succession", {
                "id": passing, "predecessor": old, "successor": unit.number, "effective_on": day, "change": "merge", "extent": "whole",
            }, 1, None  # fmt: skip
        for done in unit.done:
            paper += 1
            yield "record", {
                "id": paper, "unit": unit.number, "phase": done.phase, "action": done.action, "occasion": done.occasion,
                "done_on": done.day, "received_on": done.received,
            }, done.op, done.gone  # fmt: skip
        for excused in unit.exempt:
            paper += 1
            exemption = paper
            yield "exemption", {
                "id": paper, "unit": unit.number, "obligation": excused.obligation, "exempted_on": excused.day, "reason": "lý do",
                "until_on": excused.until,
            }, excused.op, excused.gone  # fmt: skip
            for withdrawn in excused.withdrawn:
                paper += 1
                last = (date.fromisoformat(withdrawn.day) - timedelta(1)).isoformat()
                columns = {
                    "id": paper,
                    "exemption": exemption,
                    "withdrawn_on": withdrawn.day,
                    "last_on": last,
                }
                yield "withdrawal", columns, withdrawn.op, withdrawn.gone
        for extended in unit.extended:
            paper += 1
            columns = {
                "id": paper,
                "unit": unit.number,
                "obligation": extended.obligation,
                "granted_on": extended.day,
                "until_on": extended.until,
            }
            yield "extension", columns, extended.op, extended.gone


def named(fields: object) -> Iterator[tuple[str, str | None]]:
    """The rows of a decision: a field and its value each."""
    assert isinstance(fields, dict)
    for name, value in fields.items():
        if name == "kinds":
            yield from ((f"kind:{kind}", str(int(kind in value))) for kind in KINDS)
        elif isinstance(value, bool):
            yield name, str(int(value))
        else:
            yield {"due": "due_on", "roster_day": "roster_on"}.get(name, name), value


@pytest.fixture(scope="module")
def bare() -> Iterator[sqlite3.Connection]:
    """The tables alone; one connection for all examples, so that the query is prepared once."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        schema = resources.files("thidua_cli").joinpath("sql/schema_0001.sql")
        connection.executescript(schema.read_text("utf-8"))
        yield connection


def fill(connection: sqlite3.Connection, duties: list[Duty], world: dict[int, Unit]) -> None:
    """Store the model as rows, without a chain."""
    everything = list(rows(duties, world))
    void = 0
    for op in range(1, OPERATIONS + 1):
        for table, columns, written_in, gone in everything:
            if gone == op:
                void += 1
                values = (void, table, columns["id"], op)
                connection.execute(
                    "INSERT INTO void (id, target, target_id, reason, operation) VALUES (?, ?, ?, '', ?)",
                    values,
                )
            if written_in == op:
                names = [*columns, "operation"]
                marks = ", ".join("?" * len(names))
                connection.execute(
                    f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", [*columns.values(), op]
                )


STANDING = resources.files("thidua_cli").joinpath("sql/standing.sql").read_text("utf-8")
COLUMNS = "obligation, unit, state, declared_late, entered_on, closes_on"


@settings(max_examples=examples(100, 2000), deadline=None, phases=[Phase.generate])
@given(data=st.data(), day=DAYS, known=st.integers(1, OPERATIONS))
def test_rosters_and_states_are_those_of_the_definition(
    bare: sqlite3.Connection, data: st.DataObject, day: str, known: int
) -> None:
    """For any plan, register, day and operation the query says who is asked, since when, how it stands."""
    bare.execute("BEGIN")
    try:
        _compare(bare, data, day, known)
    finally:
        bare.execute("ROLLBACK")


def _compare(connection: sqlite3.Connection, data: st.DataObject, day: str, known: int) -> None:
    duties = data.draw(plans())
    world = data.draw(units(duties))
    plan = plan_of(duties, day, known)
    expected = {
        (duty.code, number): (
            state(duty, world[number], day, known),
            int(is_declared_late(duty, world[number], day, known)),
            since,
            own_closing(duty, world[number], day, known),
        )
        for duty in plan
        for number, since in entries(duty, plan, world, day).items()
    }
    fill(connection, duties, world)
    where = {"as_of": day, "known": known, "units": None, "places": 0}
    query = f"{STANDING} SELECT {COLUMNS} FROM standing"
    assert {row[:2]: row[2:] for row in connection.execute(query, where)} == expected
    counted = Counter[tuple[object, ...]]()
    for cell in cells(connection, date.fromisoformat(day), known):
        counted[cell.obligation, cell.kind, cell.state, int(cell.declared_late)] += cell.units
    assert counted == Counter((code, world[unit].kind, *said[:2]) for (code, unit), said in expected.items())
    for number in world:
        one = connection.execute(query, {**where, "units": f"[{number}]"})
        assert {row[:2]: row[2:] for row in one} == {
            key: value for key, value in expected.items() if key[1] == number
        }
