"""Changes of units: who continues, who ends, who is new; and that the past stays as it was."""

import csv
import json
import re
import shlex
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

import build
from causes import check_causes
from changes import apply, change, directory
from conftest import ROOT, Outcome, copy, live
from thidua_cli import store
from thidua_cli.ground import resources, text
from thidua_cli.ground.errors import RefusedError
from thidua_cli.intake import reading
from thidua_cli.intake.changes import ChangeBatch
from thidua_cli.register import entries as records
from thidua_cli.register import voiding
from thidua_cli.register.fields import ImportKind
from thidua_cli.register.models import ExemptionIn
from thidua_cli.register.terms import State
from thidua_cli.reports import status as status_report
from thidua_cli.reports.moment import read_moment
from thidua_cli.reports.selection import Filter
from thidua_cli.rules import decide, invariants, resolutions, undo
from thidua_cli.rules.resolutions import Row
from thidua_cli.standing import verdict
from thidua_cli.standing.observations import Side
from thidua_cli.store.journal import LATEST

Run = Callable[..., Outcome]
FILE = resources.data("changes_2025.csv")


@pytest.fixture(scope="session")
def changed(seeded: sqlite3.Connection) -> sqlite3.Connection:
    """The register after the changes of 2025, in one operation."""
    connection = copy(seeded)
    batch = ChangeBatch(reading.read(str(FILE), ImportKind.CHANGES))
    assert not batch.problems
    assert not apply(connection, batch.rows).problems
    return connection


@pytest.fixture
def register_2025(changed: sqlite3.Connection) -> sqlite3.Connection:
    return copy(changed)


# The changes of 2025


@pytest.mark.parametrize(
    ("day", "city", "district", "commune"),
    [
        ("2021-12-31", 53, 8, 56), ("2024-12-31", 53, 8, 56), ("2025-01-01", 53, 8, 47), ("2025-02-28", 53, 8, 47),
        ("2025-03-01", 48, 8, 47), ("2025-06-30", 48, 8, 47), ("2025-07-01", 48, 0, 94),
    ],
)  # fmt: skip
def test_the_number_of_units_on_each_day(
    changed: sqlite3.Connection, day: str, city: int, district: int, commune: int
) -> None:
    """56 communes, then 47, then 94; eight districts, then none; the departments of March."""
    levels = [version.level for version in directory(changed).alive(day)]
    assert [levels.count(level) for level in ("city", "district", "commune")] == [city, district, commune]  # type: ignore[arg-type]


@pytest.mark.parametrize(("day", "last"), [("2025-01-01", "2025-01-01"), ("2025-07-01", "2025-07-01")])
def test_codes_and_names_are_exactly_those_of_the_resolutions(
    changed: sqlite3.Connection, day: str, last: str
) -> None:
    """The communes of a day are the successors that the file names for that day, and no others."""
    with Path(FILE).open(encoding="utf-8", newline="") as file:
        rows = [
            row for row in csv.DictReader(file) if row["effective_date"] == last and len(row["new_code"]) == 5
        ]
    expected = {(row["new_code"], text.name_key(row["new_name"])) for row in rows}
    found = {
        (version.code, text.name_key(version.name))
        for version in directory(changed).alive(day)
        if version.level == "commune"
    }
    assert found == expected
    assert all(
        version.name.startswith("UBND ")
        for version in directory(changed).alive(day)
        if version.level == "commune"
    )


def test_what_the_changes_rest_on_is_said_in_vietnamese() -> None:
    """A resolution is its number, or where no number is known, what it is and its day."""
    with FILE.open(encoding="utf-8") as file:
        papers = {row["resolution"] for row in csv.DictReader(file)}
    assert papers == {
        "1251/NQ-UBTVQH15", "1659/NQ-UBTVQH15", "203/2025/QH15", "Nghị quyết của HĐND ngày 20/02/2025",
    }  # fmt: skip


def test_the_departments_of_march(changed: sqlite3.Connection) -> None:
    """On 01/03/2025 ten departments end and five are established, four of them under an old name and code."""
    before, after = (
        {version.code: version for version in directory(changed).alive(day) if version.kind == "department"}
        for day in ("2025-02-28", "2025-03-01")
    )
    assert set(before) - set(after) == {"SGTVT", "SKHDT", "SLDTBXH", "STTTT", "STNMT", "SNNPTNT"}
    assert {version.code: version.sort_order for version in after.values() if version.valid_from > "2025"} == {
        "SXD": 160, "STC": 110, "SNV": 90, "SKHCN": 60, "SNNMT": 100,
    }  # fmt: skip
    assert {version.code for version in before.values() if version.ended_on == "2025-03-01"} == {
        *(set(before) - set(after)), "SXD", "STC", "SNV", "SKHCN",
    }  # fmt: skip
    for code in ("SXD", "STC", "SNV", "SKHCN"):
        old, new = before[code], after[code]
        assert old.unit != new.unit
        assert (old.name, old.parent, old.abbreviation) == (new.name, new.parent, new.abbreviation)


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [
        ("20242", "UBND phường Phước Ninh", "UBND phường Hải Châu"),
        ("20218", "UBND phường Vĩnh Trung", None),
        ("20224", "UBND phường An Khê", None),
        ("20305", "UBND phường Hòa Phát", "UBND phường An Khê"),
        ("20320", "UBND xã Hòa Phong", "UBND xã Hòa Vang"),
    ],
)
def test_a_code_moves_from_one_unit_to_another(
    changed: sqlite3.Connection, code: str, before: str, after: str | None
) -> None:
    """What a code means is decided by the day."""
    units = directory(changed)
    assert units.resolve(code, date(2022, 2, 1)).name == before
    if after is None:
        assert not [version for version in units.with_code(code) if version.holds_on("2025-08-01")]
    else:
        assert units.resolve(code, date(2025, 8, 1)).name == after


def test_a_unit_continues_under_a_code_that_was_another_units(changed: sqlite3.Connection) -> None:
    """Thạc Gián takes the code of Vĩnh Trung on the day that it takes Vĩnh Trung in, and is the same unit."""
    units = directory(changed)
    old = units.resolve("20221", date(2024, 12, 31))
    assert units.resolve("20218", date(2025, 1, 1)).unit == old.unit
    assert units.resolve("20218", date(2024, 12, 31)).unit != old.unit


def test_names_of_the_same_kind_are_found_as_of_the_day(changed: sqlite3.Connection) -> None:
    """Hải Châu was a district, then also a ward, then another ward."""
    units = directory(changed)
    wards = {units.resolve("phường Hải Châu", date(2025, month, 1)).unit for month in (2, 8)}
    assert len(wards) == 2
    assert units.resolve("quận Hải Châu", date(2025, 6, 30)).code == "492"


def test_parents_follow_the_end_of_the_districts(changed: sqlite3.Connection) -> None:
    """A ward of January 2025 is in its district, one of July in none; every parent exists."""
    units = directory(changed)
    for day in ("2021-12-31", "2025-01-01", "2025-03-01", "2025-07-01"):
        for version in units.alive(day):
            assert version.parent is None or units.on(version.parent, day) is not None
    ward = units.resolve("phường Hải Châu", date(2025, 2, 1))
    assert units.district(ward.unit, "2025-02-01") is not None
    assert units.district(units.resolve("20242", date(2025, 8, 1)).unit, "2025-08-01") is None


def test_new_units_come_after_the_last_of_their_level(changed: sqlite3.Connection) -> None:
    """In file order, the first new commune after the old ones, unless the file gives an order."""
    units = directory(changed)
    communes = [version for version in units.alive("2025-07-01") if version.level == "commune"]
    assert communes[0].name == "UBND phường Hải Vân"


@pytest.mark.parametrize(
    ("obligation", "day", "expected"),
    [
        ("p1-launch", "2022-03-31", {"pending": 116}),
        ("p1-launch", "2022-04-01", {"overdue": 116}),
        ("p1-launch", "2026-01-01", {"overdue": 116}),
        ("p1-registration", "2025-12-31", {"pending": 42, "lapsed": 74}),
        ("p1-registration", "2026-01-01", {"lapsed": 74, "overdue": 42}),
        ("p1-review", "2024-12-31", {"pending": 108}),
        ("p1-review", "2026-01-01", {"lapsed": 68, "overdue": 63}),
        ("p1-review-district", "2025-06-30", {"pending": 8}),
        ("p1-review-district", "2026-01-01", {"lapsed": 8}),
        ("p2-launch", "2025-12-31", {}),
        ("p2-launch", "2026-01-01", {"pending": 141}),
        ("p2-review", "2026-01-01", {"pending": 142}),
    ],
)
def test_the_worked_figures(
    changed: sqlite3.Connection, obligation: str, day: str, expected: dict[str, int]
) -> None:
    """The figures explained row by row in docs/rosters.md, with nothing recorded."""
    found = verdict.facts(changed, build.day(day), build.head(changed), obligation=obligation)
    counts = verdict.tally((fact, State(fact.state)) for fact in found)
    assert {str(state): number for state, number in counts.states.items() if number} == expected


def test_units_ended_by_then_are_nobodys_to_do(changed: sqlite3.Connection) -> None:
    """Of the 116 overdue launches, 74 are of units that ended by the end of 2025."""
    found = verdict.facts(changed, date(2025, 12, 31), build.head(changed), obligation="p1-launch")
    assert sum(fact.ended_on is not None for fact in found) == 74


def test_the_past_is_unchanged_to_the_byte(run: Run, tmp_path: Path) -> None:
    """Every figure of phase 1 as of 2022-04-01 is the same before and after three changes of units."""
    run("import", "launches", str(ROOT / "examples" / "launches_2022.csv"))
    arguments = ("status", "--phase", "p1", "--as-of", "2022-04-01", "--format", "csv")
    before = [run(*arguments).out, *(run(*arguments, "--by", by).out for by in ("kind", "level", "district"))]
    listed = run("list", "--as-of", "2022-04-01", "--format", "csv").out
    assert run("import", "changes", "@changes_2025.csv").code == 0
    assert [
        run(*arguments).out,
        *(run(*arguments, "--by", by).out for by in ("kind", "level", "district")),
    ] == before
    assert run("list", "--as-of", "2022-04-01", "--format", "csv").out == listed


def test_a_unit_with_two_heirs_is_counted_once(register_2025: sqlite3.Connection) -> None:
    """Hòa Liên goes in part to Hải Vân and in part to Liên Chiểu; Hòa Minh gave a part away before it was merged."""
    units = directory(register_2025)
    for code in ("20296", "20200"):
        unit = units.resolve(code, date(2022, 2, 1)).unit
        heirs = register_2025.execute(
            "SELECT count(DISTINCT successor) FROM succession WHERE predecessor = ? AND successor <> predecessor",
            (unit,),
        )
        assert heirs.fetchone() == (2,)
    entry = build.record(register_2025, "20296", "2022-02-01")
    found = verdict.facts(register_2025, date(2026, 1, 1), build.head(register_2025), action="launch")  # type: ignore[arg-type]
    assert [fact.record_id for fact in found if fact.record_id] == [entry.id]


def test_history_reaches_back_to_all_predecessors(run: Run) -> None:
    """The ward of 2025 tells of every ward of 2021 that went into it, and of what they did."""
    run("import", "launches", str(ROOT / "examples" / "launches_2022.csv"))
    run("import", "changes", "@changes_2025.csv")
    rows = [json.loads(line) for line in run("history", "20242", "--format", "jsonl").out.splitlines()]
    assert {row["unit_code"] for row in rows if row["relation"] == "before"} == {
        "20227", "20230", "20233", "20236", "20239", "20242", "20248", "20251",
    }  # fmt: skip
    assert any(row["event"] == "launch" and row["unit_code"] == "20251" for row in rows)
    old = [json.loads(line) for line in run("history", "20251", "--format", "jsonl").out.splitlines()]
    assert {row["unit_name"] for row in old if row["relation"] == "after"} == {
        "UBND phường Phước Ninh", "UBND phường Hải Châu",
    }  # fmt: skip


def test_a_record_names_the_unit_that_was_meant(run: Run) -> None:
    """Where the code is another unit's on another day, the confirmation says which one was meant."""
    run("import", "changes", "@changes_2025.csv")
    done = run("record", "launch", "20242", "--on", "2022-02-01")
    assert "20242 on 2022-02-01 is UBND phường Phước Ninh" in done.out
    assert "from 2025-07-01" in done.out
    assert "UBND phường Hải Châu" in done.out


def test_records_that_outlive_their_unit_are_told(run: Run) -> None:
    """Whatever ends a unit tells its live records and exemptions of later days, with the cure; they stay."""
    run("record", "review", "20242", "--on", "2025-06-30")
    run("record", "review", "20236", "--on", "2025-07-01")
    run("record", "exemption", "SCT", "--obligation", "p1-review", "--on", "2025-11-20", "--reason", "x")
    dry = run("import", "changes", "@changes_2025.csv", "--dry-run").err
    done = run("import", "changes", "@changes_2025.csv")
    assert done.code == 0
    assert dry == done.err
    (line,) = done.err.splitlines()
    for words in ("#2 of 2025-07-01", "20236  UBND phường Hải Châu", "record correct 2 --unit"):
        assert words in line
    closed = run("units", "close", "SCT", "--on", "2025-11-01", "--doc", "1/QĐ").err
    assert "#3 of 2025-11-20" in closed
    kept = json.loads(run("list", "p1-review", "--as-of", "2025-12-31", "--format", "json").out)["rows"]
    assert {each["unit_code"] for each in kept if each["record_id"]} == {"20242", "20236", "SCT"}


def test_nothing_is_recorded_of_a_unit_after_its_end(run: Run) -> None:
    """Not by the day on which its code is read, not by a correction; who has the code by then is said."""
    run("record", "review", "20242", "--on", "2025-06-30")
    run("record", "review", "20236", "--on", "2025-07-02")
    run("import", "changes", "@changes_2025.csv")
    past = ("--on", "2025-08-01", "--unit-as-of", "2025-01-01")
    for refused in (
        run("record", "review", "20233", *past),
        run("record", "correct", "1", "--on", "2025-08-01", "--reason", "x"),
        run("record", "correct", "2", "--on", "2025-07-03", "--reason", "x"),
    ):
        assert refused.code == 6
        assert " ends on 2025-" in refused.err
    assert "code 20242 on 2025-08-01 is UBND phường Hải Châu" in run("record", "review", "20242", *past).err
    assert run("record", "correct", "2", "--note", "as it was", "--reason", "x").code == 0
    other = run("record", "correct", "1", "--on", "2025-08-01", "--unit", "20242", "--reason", "x")
    assert "UBND phường Hải Châu, " in other.out
    late = ("record", "exemption", "20233", "--obligation", "p1-review", "--reason", "x", *past)
    assert "ends" in run(*late).err


def test_the_file_again_changes_nothing(run: Run) -> None:
    """Importing the same resolution twice is harmless."""
    assert run("import", "changes", "@changes_2025.csv").code == 0
    again = run("import", "changes", str(ROOT / "data" / "changes_2025.csv"))
    assert again.code == 0
    assert "0 new, 366 already" in again.out
    assert len(run("log", "--format", "jsonl").out.splitlines()) == 2


def test_a_dry_run_shows_before_and_after(run: Run, db: Path) -> None:
    """Counts by level before and after each day, and what goes into what; the register stays as it is."""
    before = db.read_bytes()
    out = run("import", "changes", "@changes_2025.csv", "--dry-run").out
    assert "Commune level, units: 56 → 47" in out
    assert "District level, units: 8 → 0" in out
    assert "← 20239  UBND phường Hải Châu II" in out
    assert db.read_bytes() == before


def test_undo_voids_the_whole_file(run: Run) -> None:
    """After an undo the units of every day are as before, and the tree is the same; a second undo is refused."""
    days = ("2021-12-31", "2025-01-01", "2025-07-01", "2026-01-01")

    def trees() -> list[str]:
        return [run("units", "tree", "--as-of", day, "--format", "csv").out for day in days]

    before = trees()
    run("import", "changes", "@changes_2025.csv")
    changed_trees = trees()
    assert changed_trees != before
    assert run("undo", "2", "--reason", "sai tệp").code == 0
    assert trees() == before
    assert run("undo", "2", "--reason", "sai tệp").code == 6
    assert run("undo", "3", "--reason", "lấy lại").code == 0
    assert trees() == changed_trees


# Rules


def test_merge_into_one_that_continues(register: sqlite3.Connection) -> None:
    """The target keeps its identity, the others end, and both are told."""
    made = apply(register, [
        change("keep", "SXD Sở Xây dựng", "SXD Sở Xây dựng", "2025-03-01"),
        change("merge", "SGTVT Sở Giao thông vận tải", "SXD Sở Xây dựng", "2025-03-01"),
    ])  # fmt: skip
    assert not made.problems
    units = directory(register)
    assert units.resolve("SXD", date(2025, 3, 1)).unit == units.resolve("SXD", date(2025, 2, 28)).unit
    assert units.on(units.resolve("SGTVT", date(2025, 2, 28)).unit, "2025-03-01") is None


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        # two units alive with one code
        ([change("merge", "SGTVT Sở Giao thông vận tải", "SXD Sở Xây dựng", "2025-03-01")], "new_code"),
        # the old name is another unit's
        ([change("dissolve", "SCT Sở Du lịch", "", "2025-03-01")], "old_name"),
        # a unit that is not there, where nothing new is created
        ([change("dissolve", "ZZZ Sở Không", "", "2025-03-01")], "old_code"),
        # a change before the unit's birth
        ([change("dissolve", "SCT Sở Công Thương", "", "2021-01-01")], "old_code"),
        # kept, and given away whole
        (
            [
                change("keep", "SCT Sở Công Thương", "SCT Sở Công Thương", "2025-03-01"),
                change("merge", "SCT Sở Công Thương", "SM Sở Mới", "2025-03-01"),
            ],
            "extent",
        ),
        # a gap: a part goes, and the rest nowhere
        ([change("split", "SCT Sở Công Thương", "SM Sở Mới", "2025-03-01", extent="part")], "extent"),
        # a cycle
        (
            [
                change("merge", "SCT Sở Công Thương", "SDL Sở Du lịch", "2025-03-01"),
                change("merge", "SDL Sở Du lịch", "SCT Sở Công Thương", "2025-03-01"),
            ],
            "new_code",
        ),
        # keep under another name
        ([change("keep", "SCT Sở Công Thương", "SCT Sở Khác", "2025-03-01")], "kind_of_change"),
        # two names for one new code
        (
            [
                change("merge", "SCT Sở Công Thương", "SM Sở Mới", "2025-03-01"),
                change("merge", "SDL Sở Du lịch", "SM Sở Khác", "2025-03-01"),
            ],
            "new_name",
        ),
        # two units that become one and the same
        (
            [
                change("rename", "SCT Sở Công Thương", "SM Sở Mới", "2025-03-01"),
                change("rename", "SDL Sở Du lịch", "SM Sở Mới", "2025-03-01"),
            ],
            "new_code",
        ),
        # a new unit of unknown kind
        ([change("create", "", "XX Văn phòng Mới", "2025-03-01")], "new_name"),
        # the code of a living unit
        ([change("create", "", "SCT Sở Mới", "2025-03-01")], "new_code"),
        ([change("rename", "SDL Sở Du lịch", "SCT Sở Du lịch", "2025-03-01")], "new_code"),
        # the same twice
        (
            [
                change("keep", "SCT Sở Công Thương", "SCT Sở Công Thương", "2025-03-01"),
                *[change("split", "SCT Sở Công Thương", "SM Sở Mới", "2025-03-01", extent="part")] * 2,
            ],
            "new_code",
        ),
    ],
)
def test_an_unsound_change_is_refused_whole(
    register: sqlite3.Connection, rows: list[Row], fault: str
) -> None:
    """Each fault names the field; nothing is stored."""
    made = apply(register, rows)
    assert [each.at.field for each in made.problems][:1] == [fault], made.problems
    assert build.head(register) == 1


@pytest.mark.parametrize(
    "parents", [[("20242", "20242")], [("492", "493"), ("493", "492")], [("492", "20242")]]
)
def test_a_parent_is_above(run: Run, parents: list[tuple[str, str]]) -> None:
    """Nobody is put under itself, under a unit below it, or under a lower level."""
    codes = [
        run("units", "rename", unit, "--parent", above, "--on", f"2024-0{month}-01", "--doc", "1/NQ").code
        for month, (unit, above) in enumerate(parents, 1)
    ]
    assert codes == [0] * (len(parents) - 1) + [6]
    assert len(run("units", "tree", "--format", "jsonl").out.splitlines()) == 117


def test_another_parent_on_the_same_day_is_not_lost(run: Run) -> None:
    """The same rename again is already recorded; with another parent, order or short name it is refused."""
    rename = ("units", "rename", "20263", "--on", "2024-01-01", "--doc", "1/NQ")
    assert run(*rename, "--parent", "492").code == 0
    assert "already" in run(*rename, "--parent", "492").out
    for other in (("--parent", "494"), ("--sort-order", "6"), ("--abbreviation", "Q")):
        assert run(*rename, *other).code == 6


def test_a_move_between_districts_is_told_as_one(run: Run) -> None:
    """In a selection, a unit that left it is moved, not gone."""
    run("units", "rename", "20263", "--parent", "492", "--on", "2024-01-01", "--doc", "1/NQ")
    out = run(
        "diff", "--from", "2023-12-31", "--to", "2024-06-01", "--district", "493", "--format", "jsonl"
    ).out
    assert {json.loads(line)["cause"] for line in out.splitlines()} == {"moved"}


def test_a_part_does_not_pass_to_the_unit_itself(run: Run) -> None:
    """A split into itself, and a unit named twice in a merge, are refused."""
    on = ("--on", "2024-04-01", "--doc", "3/NQ")
    assert run("units", "split", "20254", "--to", "20254", "--keep", *on).code == 6
    assert run("units", "merge", "492", "493", "--into", "493", *on).code == 2


def test_a_change_before_a_later_one_is_refused(register: sqlite3.Connection) -> None:
    """What was already changed from a later day on must be undone first."""
    assert not apply(register, [change("rename", "SDL Sở Du lịch", "SDL2 Sở Du lịch", "2025-03-01")]).problems
    assert apply(register, [change("dissolve", "SDL Sở Du lịch", "", "2024-03-01")]).problems


def test_two_units_may_swap_codes(register: sqlite3.Connection) -> None:
    """A code passes from one unit to another on the same day."""
    made = apply(register, [
        change("rename", "SCT Sở Công Thương", "SDL Sở Công Thương", "2025-03-01"),
        change("rename", "SDL Sở Du lịch", "SCT Sở Du lịch", "2025-03-01"),
    ])  # fmt: skip
    assert not made.problems
    assert directory(register).resolve("SDL", date(2025, 3, 1)).name == "Sở Công Thương"


def test_a_predecessor_outside_makes_a_newcomer(register: sqlite3.Connection) -> None:
    """It is allowed where the successor is created, and said; a newcomer is no heir of the launch."""
    made = apply(
        register, [change("merge", "20335 Phường Tân Thạnh", "20335 Phường Bàn Thạch", "2025-07-01")]
    )
    assert made.outside == ["20335  Phường Tân Thạnh"]
    unit = directory(register).resolve("20335", date(2025, 7, 1)).unit
    found = verdict.facts(register, date(2025, 12, 31), build.head(register), obligation="p1-review")
    assert unit not in {fact.unit for fact in found}


@pytest.mark.parametrize(
    ("kind", "new", "says"),
    [
        ("keep", "491 Quận Thanh Khê", "không thể tiếp tục từ 01/01/2025"),
        ("rename", "491 Quận Lạ", "không thể tiếp tục từ 01/01/2025"),
        ("merge", "90001 Phường Mới", "không thể thay đổi từ 01/01/2025"),
        ("split", "90001 Phường Mới", "không thể thay đổi từ 01/01/2025"),
        ("dissolve", "", "không thể thay đổi từ 01/01/2025"),
    ],
)
def test_a_unit_that_has_ended_is_not_outside_the_register(
    register: sqlite3.Connection, kind: str, new: str, says: str
) -> None:
    """No row brings back a unit that has ended: it neither continues nor passes on."""
    apply(register, [change("dissolve", "491 ", "", "2022-09-01")])
    made = apply(register, [change(kind, "491 Quận Thanh Khê", new, "2025-01-01")])
    (fault,) = made.problems
    assert fault.at.field == "old_code"
    assert f"491 UBND quận Thanh Khê đã chấm dứt ngày 01/09/2022 (thao tác #2), {says}" in fault.message
    assert not made.outside


def test_a_unit_with_another_code_is_not_outside_the_register(register: sqlite3.Connection) -> None:
    """A row under a code that a living unit had before is told of its code of today."""
    apply(register, [change("rename", "SDL ", "SDLM Sở Du lịch", "2022-09-01")])
    (fault,) = apply(register, [change("keep", "SDL ", "SDL Sở Du lịch", "2025-01-01")]).problems
    assert fault.message == "SDL Sở Du lịch mang mã SDLM từ ngày 01/09/2022"


def test_the_file_of_2025_does_not_bring_back_a_district(run: Run) -> None:
    """A district that ended in 2022 makes the shipped file, which continues it, refused with the row."""
    run("units", "merge", "491", "--into", "492", "--on", "2022-09-01", "--doc", "9/NQ")
    made = run("import", "changes", "@changes_2025.csv", lang="vi")
    assert made.code == 7
    assert "491 UBND quận Thanh Khê đã chấm dứt ngày 01/09/2022 (thao tác #2)" in made.err


def test_units_below_a_unit_that_ends_come_under_the_one_above(register: sqlite3.Connection) -> None:
    """A ward outlives its district and is then the city's."""
    assert not apply(register, [change("dissolve", "494 UBND quận Ngũ Hành Sơn", "", "2025-01-01")]).problems
    units = directory(register)
    ward = units.resolve("20287", date(2025, 1, 1))
    assert units.on(ward.parent, "2025-01-01") == units.resolve("48", date(2025, 1, 1))
    assert units.district(ward.unit, "2024-12-31") is not None


def test_the_commands_make_the_same_changes(run: Run) -> None:
    """rename, merge, split and close are rows of a resolution; --dry-run stores nothing."""
    on = ("--on", "2025-03-01", "--doc", "1/NQ")
    assert (
        run(
            "units", "rename", "SDL", "--name", "Sở Du lịch và Dịch vụ", "--code", "SDLDV", *on, "--dry-run"
        ).code
        == 0
    )
    assert len(run("log", "--format", "jsonl").out.splitlines()) == 1
    assert run("units", "rename", "SDL", "--name", "Sở Du lịch và Dịch vụ", "--code", "SDLDV", *on).code == 0
    assert run("units", "merge", "SGTVT", "--into", "SXD", *on).code == 0
    assert (
        run(
            "units",
            "merge",
            "STNMT",
            "SNNPTNT",
            "--code",
            "SNNMT",
            "--name",
            "Sở Nông nghiệp và Môi trường",
            *on,
        ).code
        == 0
    )
    assert run("units", "split", "20296", "--to", "20900 Phường Một", "--to", "20194", *on).code == 0
    assert run("units", "split", "20287", "--to", "20290", "--keep", *on).code == 0
    assert run("units", "close", "HKHHGD", *on).code == 0
    assert "already" in run("units", "close", "HKHHGD", *on).out
    assert run("units", "close", "HKHHGD", "--on", "2025-04-01", "--doc", "1/NQ").code == 4
    assert run("units", "rename", "SCT", *on).code == 2
    listed = run("units", "list", "--as-of", "2025-03-01", "--format", "csv").out
    for code, there in (
        ("SDLDV", True),
        ("SDL", False),
        ("SGTVT", False),
        ("SNNMT", True),
        ("20900", True),
        ("20296", False),
        ("20287", True),
        ("HKHHGD", False),
    ):
        assert (f'"{code}",' in listed) == there, code
    changed_units = run(
        "units", "list", "--as-of", "2025-03-01", "--changed-since", "2025-03-01", "--format", "jsonl"
    ).out
    assert {json.loads(line)["unit_code"] for line in changed_units.splitlines()} == {
        "SDLDV", "SGTVT", "STNMT", "SNNPTNT", "SNNMT", "20900", "20296", "HKHHGD",
    }  # fmt: skip


SPLIT = ("units", "split", "SXD", "--keep", "--on", "2025-03-01", "--doc", "1/NQ")


def _names(run: Run, day: str) -> dict[str, str]:
    """Names by code of the units of a day."""
    rows = map(json.loads, run("units", "list", "--as-of", day, "--format", "jsonl").out.splitlines())
    return {row["unit_code"]: row["unit_name"] for row in rows}


def test_a_second_change_on_one_day_ends_nobody(run: Run) -> None:
    """A unit that a change of the day keeps is kept by the next one too, or that one is refused."""
    assert run(*SPLIT, "--to", "A1 Sở Một").code == 0
    assert run(*SPLIT, "--to", "A1 Sở Một", "--to", "A2 Sở Hai").code == 0
    assert {"SXD", "A1", "A2"} <= set(_names(run, "2025-03-01"))
    refused = run(*(word for word in SPLIT if word != "--keep"), "--to", "A2 Sở Hai", "--to", "A3 Sở Ba")
    assert (refused.code, "undo 2" in refused.err, "SXD" in _names(run, "2025-03-01")) == (6, True, True)
    on = ("--on", "2025-03-01", "--doc", "1/NQ")
    assert run("units", "merge", "SGTVT", "--into", "SXD", *on).code == 0
    assert run("units", "merge", "SNV", "--into", "SXD", *on).code == 0
    assert "already" in run("units", "merge", "SGTVT", "--into", "SXD", *on).out
    for contradicting in (
        ("close", "SXD"),
        ("close", "SNV"),
        ("merge", "SXD", "--into", "STC"),
        ("rename", "SXD", "--name", "Sở Khác"),
        ("split", "SGTVT", "--to", "B1 Sở Bốn", "--to", "B2 Sở Năm"),
    ):
        assert run("units", *contradicting, *on).code == 6, contradicting
    assert run("verify") == Outcome(0, "", "")


def test_a_unit_that_was_renamed_takes_others_in_on_the_same_day(run: Run) -> None:
    """A command goes by what the unit is called from that day on, and says the same again as already so."""
    on = ("--on", "2025-03-01", "--doc", "1/NQ")
    assert run("units", "rename", "SXD", "--name", "Sở Xây dựng và Giao thông", *on).code == 0
    for said in ("SGTVT", "merged"), ("already", "already"):
        assert said[0] in run("units", "merge", "SGTVT", "--into", "SXD", *on).out
    assert _names(run, "2025-03-01")["SXD"] == "Sở Xây dựng và Giao thông"


@pytest.mark.parametrize("names", [("Sở Khác", "Sở Xây dựng"), ("Sở Xây dựng", "Sở Khác")])
def test_what_passes_into_a_unit_names_it_as_it_is(
    register: sqlite3.Connection, names: tuple[str, str]
) -> None:
    """A row whose new name contradicts the unit that keeps the code is refused with both names."""
    for place, (one, other) in enumerate(zip(names, reversed(names), strict=True)):
        made = resolutions.plan(register, LATEST, [
            change("merge", "SGTVT Sở Giao thông vận tải", f"SXD {one}", "2025-03-01"),
            change("rename", "SXD Sở Xây dựng", f"SXD {other}", "2025-03-01"),
        ][:: 1 - 2 * place])  # fmt: skip
        (fault,) = made.problems
        assert fault.at.field == "new_name"
        assert one in fault.message
        assert other in fault.message


def test_a_name_that_contradicts_one_of_the_same_day(register: sqlite3.Connection) -> None:
    """Also where the unit with that code was made, or kept, by an earlier operation."""
    assert not apply(register, [change("merge", "SNV Sở Nội vụ", "SM Sở Mới", "2025-03-01")]).problems
    made = apply(register, [change("merge", "STC Sở Tài chính", "SM Sở Khác", "2025-03-01")])
    assert [fault.at.field for fault in made.problems] == ["new_name"]
    assert not apply(register, [change("merge", "STC Sở Tài chính", "SM Sở Mới", "2025-03-01")]).problems


def _parents(run: Run, day: str, of: str) -> set[str]:
    """The codes of the communes below a unit on a day."""
    rows = map(json.loads, run("units", "list", "--as-of", day, "--format", "jsonl").out.splitlines())
    return {row["unit_code"] for row in rows if row["parent_code"] == of}


def test_units_below_one_that_is_merged_come_under_its_heir(run: Run) -> None:
    """Wards go with their district, unless the change says otherwise; who moved where is said everywhere."""
    wards, others = _parents(run, "2023-04-30", "491"), _parents(run, "2023-04-30", "492")
    done = run(
        "units",
        "merge",
        "491",
        "--into",
        "492",
        "--child",
        "20203=490",
        "--on",
        "2023-05-01",
        "--doc",
        "1/NQ",
    )
    assert done.out.count("parent: 491  UBND quận Thanh Khê → 492  UBND quận Hải Châu") == len(wards) - 1
    assert _parents(run, "2023-05-01", "492") == wards - {"20203"} | others
    assert "20203" in _parents(run, "2023-05-01", "490")
    asked = ("--from", "2023-04-30", "--to", "2023-05-01")
    found = json.loads(run("diff", *asked, "--format", "json").out)["units"]
    assert {each["unit_code"]: each["new"] for each in found if each["field"] == "parent_code"} == {
        ward: "490" if ward == "20203" else "492" for ward in wards
    }
    assert "491 → 492" in run("diff", *asked).out
    assert "parent: 491  UBND quận Thanh Khê → 492" in run("history", "20206", "--format", "jsonl").out
    for unit, event in (("491", "child_left"), ("492", "child_joined")):
        rows = [json.loads(line) for line in run("history", unit, "--format", "jsonl").out.splitlines()]
        assert sum(row["event"] == event for row in rows) == len(wards) - (unit == "492")
    assert run("undo", "2", "--reason", "nhầm").code == 0
    assert _parents(run, "2023-05-01", "491") == wards


def test_units_below_one_that_is_split_are_asked_about(run: Run) -> None:
    """Where a unit passes to several, the change says where each unit below it goes, on the command line or in a file."""
    wards = sorted(_parents(run, "2023-04-30", "493"))
    split = ("units", "split", "493", "--to", "4931 UBND quận Một", "--to", "4932 UBND quận Hai")
    on = ("--on", "2023-05-01", "--doc", "1/NQ")
    refused = run(*split, *on)
    assert (refused.code, "--child" in refused.err) == (6, True)
    assert all(ward in refused.err for ward in wards)
    said = [f"--child={ward}={('4931', '4932')[ward > wards[1]]}" for ward in wards]
    left = run(*split, *said[1:], *on).err
    assert [ward for ward in wards if ward in left] == wards[:1]
    assert run(*split, *said, *on).code == 0
    assert _parents(run, "2023-05-01", "4931") == set(wards[:2])
    assert _parents(run, "2023-05-01", "4932") == set(wards[2:])
    assert "already" in run(*split, *said, *on).out
    assert run(*split, "--child", "20263", *on).code == 2


def test_a_file_says_where_units_below_go(register: sqlite3.Connection) -> None:
    """A row with parent_code for each; and a unit that takes in the one above it goes to where that belonged."""
    parts = [
        change(
            "split", "493 UBND quận Sơn Trà", f"493{part} UBND quận Sơn {part}", "2023-05-01", extent="part"
        )
        for part in (1, 2)
    ]
    (fault,) = resolutions.plan(register, LATEST, parts).problems
    assert "20263" in fault.message
    units = directory(register)
    wards = [each for each in units.alive("2023-04-30") if each.parent == units.with_code("493")[0].unit]
    rows = [
        change(
            "rename", f"{each.code} {each.name}", f"{each.code} {each.name}", "2023-05-01", parent_code="4931"
        )
        for each in wards
    ]
    assert not apply(register, [*rows, *parts]).problems
    assert (
        directory(register).resolve("4931", date(2023, 5, 1)).unit
        == directory(register).on(wards[0].unit, "2023-05-01").parent
    )  # type: ignore[union-attr]


# Changes that are learned late


LATE = ("--on", "2023-02-01", "--doc", "9/NQ")


def test_a_change_that_is_learned_late_carries_its_fields_forward(run: Run) -> None:
    """Later versions that repeat the old value get the new one, and that is said; a later change stands."""
    on = ("--on", "2024-01-01", "--doc", "2/NQ")
    assert run("units", "rename", "20263", "--parent", "492", *on).code == 0
    assert run("units", "rename", "20266", "--name", "UBND phường Hai", *on).code == 0
    days = ("2022-12-31", "2023-06-01", "2024-06-01")
    before = [run("units", "list", "--as-of", day, "--known-at", "#3", "--format", "csv").out for day in days]
    done = run("units", "rename", "20263", "--name", "UBND phường Một", *LATE)
    assert "2024-01-01: 20263  UBND phường Thọ Quang → 20263  UBND phường Một" in done.out
    assert run("units", "rename", "20266", "--name", "UBND phường Ba", "--parent", "494", *LATE).code == 0
    assert [_names(run, day)["20263"] for day in days] == ["UBND phường Thọ Quang", *["UBND phường Một"] * 2]
    assert [_names(run, day)["20266"] for day in days[1:]] == ["UBND phường Ba", "UBND phường Hai"]
    assert "20266" in _parents(run, "2024-06-01", "494")
    assert "20263" in _parents(run, "2024-06-01", "492")
    known = [run("units", "list", "--as-of", day, "--known-at", "#3", "--format", "csv").out for day in days]
    assert known == before
    told = json.loads(run("diff", "--from", "#3", "--to", "#4", "--as-of", days[2], "--format", "json").out)
    assert [each["new"] for each in told["units"]] == ["UBND phường Một"]
    assert run("verify") == Outcome(0, "", "")


def test_late_changes_after_those_of_2025(run: Run) -> None:
    """A unit that went on, or ended in 2025, may have been renamed in 2023; the figures stay, the file is known still."""
    run("import", "changes", "@changes_2025.csv")
    figures = run("status", "--as-of", "2026-02-02", "--format", "csv").out
    for unit, name in (("SCT", "Sở Công Thương Mới"), ("20221", "UBND phường Một"), ("492", "UBND quận Một")):
        assert run("units", "rename", unit, "--name", name, *LATE).code == 0
    assert run("units", "split", "SYT", "--to", "SYD Sở Y dược", "--keep", *LATE).code == 0
    assert (_names(run, "2026-02-02")["SCT"], _names(run, "2025-06-30")["492"]) == (
        "Sở Công Thương Mới",
        "UBND quận Một",
    )
    assert _names(run, "2025-01-01")["20218"] == "UBND phường Một"
    assert "0 new, 366 already" in run("import", "changes", "@changes_2025.csv").out
    assert run("undo", "6", "--reason", "thử").code == 0
    assert run("status", "--as-of", "2026-02-02", "--format", "csv").out == figures
    assert run("verify") == Outcome(0, "", "")


CONTRADICTED = {
    "end": (
        ("close", "STTTT"),
        "STTTT Sở Thông tin và Truyền thông → SKHCN Sở Khoa học và Công nghệ, part of operation #2 `",
    ),
    "merger": (("merge", "20203", "--into", "20206"), "2025-01-01: 20203 UBND phường Tam Thuận → 20209"),
    "new unit": (
        ("split", "SYT", "--to", "20335 Sở Một", "--keep"),
        "from 2025-07-01 this code belongs to UBND",
    ),
    "code": (("rename", "SYT", "--code", "SNNMT"), "from 2025-03-01 this code belongs to Sở Nông nghiệp"),
}


@pytest.mark.parametrize("what", CONTRADICTED)
def test_a_late_change_that_contradicts_a_later_one_names_it(run: Run, what: str) -> None:
    """Where two units would share a code, or a succession would not hold."""
    arguments, says = CONTRADICTED[what]
    run("import", "changes", "@changes_2025.csv")
    refused = run("units", *arguments, *LATE)
    assert (refused.code, says in " ".join(refused.err.split())) == (6, True), refused.err


def test_a_late_merger_of_a_unit_that_continues_is_cured_as_it_says(run: Run, tmp_path: Path) -> None:
    """It names the change and the operation that say otherwise, and what to type is taken as it stands."""
    run("import", "changes", "@changes_2025.csv")
    merger = ("units", "merge", "491", "--into", "492", "--on", "2022-09-01", "--doc", "9/NQ")
    refused = run(*merger, lang="vi").err
    assert "từ ngày 01/01/2025: 491 UBND quận Thanh Khê giữ nguyên, tiếp tục, thuộc thao tác #2 `" in refused
    assert "có 366 dòng (hoàn tác cả 366 dòng của thao tác ấy: " in refused
    assert "rồi ghi thay đổi này, rồi nhập lại tệp đã sửa" in refused
    typed = re.search(r"thidua (undo 2 --reason \"[^\"]+\")", refused)
    assert typed
    assert run(*shlex.split(typed[1])).code == run(*merger).code == 0
    with Path(FILE).open(encoding="utf-8", newline="") as file:
        lines = [line for line in file if not line.startswith("491,")]
    mended = tmp_path / "mended.csv"
    mended.write_text("".join(lines), "utf-8")
    assert run("import", "changes", str(mended)).code == 0


def test_a_command_in_the_way_is_undone_as_it_says(run: Run) -> None:
    """What to type of a change that a command made is taken as it stands too."""
    run("units", "rename", "SDL", "--name", "Sở Một", "--on", "2024-01-01", "--doc", "1/NQ")
    refused = run("units", "close", "SDL", *LATE)
    assert 'undo that change first: thidua undo 2 --reason "why"; or correct the date' in refused.err
    assert run("undo", "2", "--reason", "why").code == run("units", "close", "SDL", *LATE).code == 0


def test_units_follow_a_parent_as_it_is_known_now(run: Run) -> None:
    """Who moved because its district ended does not, once it is learned that it had left the district before."""
    run("units", "close", "493", "--on", "2024-01-01", "--doc", "2/NQ")
    assert {"20263", "20266"} <= _parents(run, "2024-01-01", "48")
    run("units", "rename", "20263", "--parent", "492", *LATE)
    run("units", "merge", "492", "--into", "494", "--on", "2023-06-01", "--doc", "3/NQ")
    assert {"20263", "20236"} <= _parents(run, "2024-01-01", "494")
    assert "20266" in _parents(run, "2024-01-01", "48")
    for number in ("4", "3"):
        assert run("undo", number, "--reason", "nhầm").code == 0
    assert {"20263", "20266"} <= _parents(run, "2024-01-01", "48")
    assert run("verify") == Outcome(0, "", "")


def test_a_parent_that_was_split_later_asks_where_a_unit_went(run: Run) -> None:
    """Who is learned to have been below it is asked about, and the cure can be followed."""
    wards = _parents(run, "2023-04-30", "493")
    split = ("units", "split", "493", "--to", "4931 UBND quận Một", "--to", "4932 UBND quận Hai")
    said = [f"--child={ward}=4931" for ward in wards]
    assert run(*split, *said, "--on", "2024-01-01", "--doc", "1/NQ").code == 0
    late = ("units", "rename", "20236", "--parent", "493", *LATE)
    refused = run(*late)
    assert (refused.code, "first: thidua units rename 20236 --parent … --on 2024-01-01" in refused.err) == (
        6,
        True,
    )
    cure = ("units", "rename", "20236", "--parent", "4932", "--on", "2024-01-01", "--doc", "2/NQ")
    assert run(*cure).code == run(*late).code == 0
    assert "20236" in _parents(run, "2023-12-31", "493") & _parents(run, "2024-01-01", "4932")


def test_a_change_that_changes_nothing_is_not_stored(run: Run, tmp_path: Path) -> None:
    """It is already so, by a command or in a file, and does not stand in the way of an earlier change."""
    for again in (("--name", "Sở Du lịch"), ("--parent", "48"), ("--code", "sdl")):
        assert "already" in run("units", "rename", "SDL", *again, "--on", "2024-01-01", "--doc", "1/NQ").out
    file = tmp_path / "changes.csv"
    head = "old_code,new_code,new_name,effective_date,kind_of_change\n"
    file.write_text(
        head + "SDL,SDL,Sở Du lịch,2024-01-01,rename\nSCT,SCT,Sở Công Thương,2024-01-01,keep\n", "utf-8"
    )
    assert "0 new, 2 already" in run("import", "changes", str(file)).out
    assert len(run("log", "--format", "jsonl").out.splitlines()) == 1
    assert run("units", "close", "SDL", *LATE).code == 0


def test_units_of_one_code_and_name_are_told_apart(run: Run) -> None:
    """The confirmation names their days, history the command of each, and `units add` that one may be closed."""
    new = (
        "units",
        "add",
        "SDL",
        "Sở Du lịch",
        "--kind",
        "department",
        "--parent",
        "48",
        "--on",
        "2024-01-01",
    )
    assert "first thidua units close SDL --on" in run(*new).err
    run("units", "close", "SDL", "--on", "2023-01-01", "--doc", "1/NQ")
    assert run(*new).code == 0
    said = run("record", "launch", "SDL", "--on", "2022-03-15", "--doc", "1/KH", lang="vi").out
    assert (
        "mã SDL từng thuộc 2 đơn vị cùng tên Sở Du lịch: từ 01/01/2021 đến trước 01/01/2023; từ 01/01/2024; "
        "việc này ghi cho đơn vị có từ 01/01/2021"
    ) in said
    assert "thidua history SDL --as-of 2022-12-31" in " ".join(run("history", "SDL").out.split())
    run("units", "close", "SDL", "--on", "2025-01-01", "--doc", "1/NQ")
    several = run("history", "SDL")
    assert several.code == 4
    for day in ("2022-12-31", "2024-12-31"):
        assert f"thidua history SDL --as-of {day}" in several.err
        assert run("history", "SDL", "--as-of", day).code == 0


def test_a_rename_says_from_what_to_what(run: Run) -> None:
    """The old name and code stand before the new ones, as the old parent does."""
    said = run(
        "units", "rename", "20236", "--name", "UBND phường Lạ", "--code", "99999", *LATE, lang="vi"
    ).out
    assert "tên: UBND phường Hải Châu I → UBND phường Lạ" in said
    assert "mã: 20236 → 99999" in said


# Undo


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("rename", "SXD", "--code", "STC"), "(use another code, or "),
        (("rename", "SXD", "--name", "?x"), "--name '?x': "),
        (("rename", "SXD", "--code", "A B"), "--code 'A B': "),
        (("rename", "SXD", "--name", "Sở X", "--note", "x" * 2001), "--note "),
        (("split", "SXD", "--to", "A1 Sở Một"), "(add --keep, or a --to for the rest)"),
        (("split", "SXD", "--to", "SXD", "--keep"), "(name each unit once)"),
        (("split", "SXD", "--to", "A1 ?", "--keep"), "--to '?': "),
        (("split", "SXD", "--to", "A1 Sở Một", "--to", "a1 Sở Một", "--keep"), "--to a1 is given twice"),
        (("split", "SXD", "--to", "A1 Sở Một", "--to", "A1 Sở Một"), "--to A1 is given twice"),
        (
            ("merge", "491", "--into", "492", "--child", "20203=492", "--child", "20203=495"),
            "UBND phường Tam Thuận is given twice",
        ),
        (("split", "SXD", "--to", " ", "--keep"), "--to is empty"),
        (("merge", "SXD", "492", "--code", "A1", "--name", "Một"), "word of its kind"),
        (("merge", "SXD", "STC", "--code", "SCT", "--name", "Sở Mới"), "(use another code, or "),
        (("merge", "SXD", "STC", "--code", "", "--name", "Sở Mới"), "both --code and --name"),
    ],
)
def test_a_command_is_cured_on_the_command_line(run: Run, arguments: tuple[str, ...], says: str) -> None:
    """Where there is no file, there is no row or column to mend: the options are."""
    done = run("units", *arguments, "--on", "2025-03-01", "--doc", "1/NQ")
    assert done.code in (2, 6)
    assert says in done.err
    assert not re.search(r"\brow\b|column(?! kind)|new_|_code|_name", done.err)


@pytest.mark.parametrize(
    ("first", "then", "cure"),
    [
        (
            ("rename", "492", "--name", "UBND quận Hợp"),
            ("merge", "492", "--into", "494"),
            "(undo that change first",
        ),
        (("rename", "20207", "--name", "UBND phường Hợp"), ("close", "20207"), "(undo that change first"),
        (
            ("rename", "492", "--name", "UBND quận Hợp"),
            ("split", "492", "--to", "A1 UBND quận A", "--to", "A2 UBND quận B"),
            "(add --keep, or undo that change first",
        ),
    ],
)
def test_only_a_split_is_told_to_keep(
    run: Run, first: tuple[str, ...], then: tuple[str, ...], cure: str
) -> None:
    """`units merge` and `units close` have no --keep: what is left is to undo the other change first."""
    on = ("--on", "2023-01-01", "--doc", "1/NQ")
    assert run("units", *first, *on).code == 0
    refused = run("units", *then, *on)
    assert (refused.code, cure in refused.err, "thidua undo 2" in refused.err) == (6, True, True), refused.err


@pytest.mark.parametrize(
    ("between", "on"),
    [
        (("rename", "20203", "--name", "UBND phường Hợp"), "2023-01-01"),
        (("close", "20203"), "2023-01-01"),
        (("rename", "492", "--sort-order", "77"), "2022-01-01"),
    ],
)
def test_what_is_to_be_undone_first_is_named_at_once(run: Run, between: tuple[str, ...], on: str) -> None:
    """Where a change was rewritten by a later one, that one is named, and undoing in this order works."""
    merge = ("units", "merge", "491", "--into", "492", "--on", "2023-01-01", "--doc", "1/NQ")
    assert run(*merge).code == 0
    if between[1] == "492":
        run("undo", "2", "--reason", "thử")
        run("units", "rename", "492", "--name", "UBND quận Một", "--on", "2023-01-01", "--doc", "1/NQ")
    number = 4 if between[1] == "492" else 2
    assert run("units", *between, "--on", on, "--doc", "2/NQ").code == 0
    rename = ("units", "rename", "492", "--name", "UBND quận Hợp", "--on", "2023-01-01", "--doc", "3/NQ")
    for first in (number + 1, number):
        refused = run(*rename)
        assert (refused.code, f"thidua undo {first} --reason" in refused.err) == (6, True), refused.err
        assert run("undo", str(first), "--reason", "thử").code == 0
    assert run(*rename).code == 0


def test_a_rewritten_version_is_told_by_what_is_different(run: Run) -> None:
    """The order of a later version is not another parent."""
    rename = ("units", "rename", "20194", "--doc", "1/NQ")
    run(*rename, "--name", "UBND phường Ba", "--on", "2025-01-01")
    said = run(*rename, "--sort-order", "77", "--on", "2022-01-01").out
    assert ("UBND phường Ba → order 77\n" in said, "another parent" in said) == (True, False), said


def test_a_later_version_that_changes_nothing_any_more_goes(run: Run) -> None:
    """The same name learned of an earlier day takes the place of the later one; undo brings that back."""
    rename = ("units", "rename", "20194", "--name", "UBND phường Mai", "--doc", "1/NQ")

    def versions() -> list[str]:
        return [
            run("units", "list", "--changed-since", "2022-01-01", "--as-of", day, "--format", "csv").out
            for day in ("2022-12-31", "2023-05-31", "2023-06-01")
        ]

    run(*rename, "--on", "2023-06-01")
    before = versions()
    said = run(*rename, "--on", "2023-01-01").out
    assert "2023-06-01: 20194  UBND phường Mai → dropped" in said
    after = versions()
    for number, state in (("3", before), ("4", after)):
        assert run("undo", number, "--reason", "thử").code == 0
        assert versions() == state
    refused = run("undo", "2", "--reason", "thử")
    assert (refused.code, "operation #5" in refused.err) == (6, True)
    assert run("verify") == Outcome(0, "", "")


NAMESAKE = "code,name,kind\nSXD,Sở Tài chính,department\n"


def test_a_name_that_another_unit_has_is_told(run: Run) -> None:
    """Whoever takes it, by whichever change; not who keeps it, nor who has it after another has gone."""
    on = ("--on", "2025-03-01", "--doc", "1/NQ")
    told = "same name as STC"
    assert told in run("units", "rename", "SXD", "--name", "Sở Tài chính", *on, "--dry-run").err
    assert told in run("units", "split", "SXD", "--keep", "--to", "A1 Sở Tài chính", *on, "--dry-run").err
    assert told in run("import", "units", "-", "--on", "2025-03-01", stdin=NAMESAKE.encode()).err
    assert run("units", "rename", "STC", "--code", "A1", *on, "--dry-run").err == ""
    namesake = ("--code", "A1", "--name", "Sở Tài chính")
    run("undo", "2", "--reason", "x")
    assert run("units", "merge", "STC", "SXD", *namesake, *on, "--dry-run").err == ""


def test_a_new_unit_is_not_below_one_of_a_lower_level(register: sqlite3.Connection) -> None:
    """A department made of two wards comes under the city, as their district is of a lower level."""
    names = {each.code: each.name for each in directory(register).alive("2023-12-31")}
    wards = (f"{code} {names[code]}" for code in ("20227", "20230"))
    rows = [change("merge", ward, "STT Sở Thử", "2024-01-01") for ward in wards]
    assert not apply(register, rows).problems
    units = directory(register)
    made = units.resolve("STT", date(2024, 1, 1))
    above = units.on(made.parent, "2024-01-01")
    assert (made.level, above and above.code) == ("city", "48")


def test_undo_refuses_where_later_rows_rest_on_it(register: sqlite3.Connection) -> None:
    """A unit with records of its own does not vanish."""
    made = apply(register, [change("create", "", "SM Sở Mới", "2022-01-01")])
    assert not made.problems
    build.record(register, "SM", "2022-03-01")

    def take_back() -> None:
        with store.write(register, actor="test", command="undo") as writer:
            undo.undo(writer, 2, "thử")

    with pytest.raises(RefusedError):
        take_back()
    assert build.head(register) == 3


# A register that lives


class Life(RuleBasedStateMachine):
    """Records, voids, exemptions, changes of units and undos in any order."""

    source: sqlite3.Connection
    days = st.sampled_from(
        [
            "2021-06-01",
            "2022-03-31",
            "2022-04-01",
            "2024-05-05",
            "2025-01-01",
            "2025-07-01",
            "2026-01-01",
            "2026-02-01",
        ]
    )
    codes = st.sampled_from(["SCT", "SDL", "492", "20287", "20290", "20296", "N1", "N2"])

    @initialize()
    def begin(self) -> None:
        self.register = copy(type(self).source)
        self.past: dict[tuple[int, str], object] = {}

    def figures(self, known: int, day: str) -> object:
        at = read_moment(self.register, build.day(day), f"#{known}")
        return status_report.build(self.register, at, Filter(), None).rows

    def remember(self) -> None:
        known = build.head(self.register)
        for day in ("2022-04-01", "2026-01-15"):
            self.past.setdefault((known, day), self.figures(known, day))

    @rule(code=codes, day=days, action=st.sampled_from(["launch", "registration", "review"]))
    def record(self, code: str, day: str, action: str) -> None:
        outcome = build.decide(self.register, code, day, action)
        if outcome.verdict == "new" and outcome.entry:
            with store.write(self.register, actor="test", command="record") as writer:
                records.add(writer, [outcome.entry])
        self.remember()

    @rule(number=st.integers(1, 12))
    def void(self, number: int) -> None:
        live = {
            entry.id
            for entry in (
                *records.live_records(self.register, LATEST),
                *records.live_exemptions(self.register, LATEST),
            )
        }
        if number in live:
            build.void(self.register, number)
        self.remember()

    @rule(number=st.integers(1, 12), code=codes, day=days)
    def correct(self, number: int, code: str, day: str) -> None:
        """Another day, or another unit, where that has no record of the same yet."""
        live = records.live_records(self.register, LATEST)
        held = directory(self.register).with_code(code)
        taken = {entry.key for entry in live if entry.id != number}
        for entry in live:
            if entry.id == number and held and day >= "2021-01-01":
                fresh = entry._replace(unit=held[0].unit, done_on=day)
                if fresh.key not in taken:
                    with store.write(self.register, actor="test", command="record correct") as writer:
                        voiding.correct(writer, number, "nhầm", fresh)
        self.remember()

    @rule(code=codes, obligation=st.sampled_from(["p1-launch", "p1-review", "p2-launch"]), day=days)
    def exempt(self, code: str, obligation: str, day: str) -> None:
        item = {"unit_code": code, "obligation": obligation, "exempted_on": day, "reason": "đảo"}
        outcome = decide.decide(build.read(self.register), ExemptionIn.model_validate(item))
        if outcome.verdict == "new" and outcome.entry:
            with store.write(self.register, actor="test", command="record") as writer:
                records.add(writer, [outcome.entry])
        self.remember()

    @rule(old=codes, new=codes, day=days, kind=st.sampled_from(["rename", "merge", "dissolve"]))
    def change(self, old: str, new: str, day: str, kind: str) -> None:
        before = build.day(day).toordinal() - 1
        held = [
            version
            for version in directory(self.register).with_code(old)
            if version.holds_on(date.fromordinal(before).isoformat())
        ]
        if held:
            target = "" if kind == "dissolve" else f"{new} Sở {new}"
            apply(self.register, [change(kind, f"{old} {held[0].name}", target, day)])
        self.remember()

    @rule(number=st.integers(2, 12))
    def undo(self, number: int) -> None:
        if number <= build.head(self.register):
            try:
                with store.write(self.register, actor="test", command="undo") as writer:
                    undo.undo(writer, number, "thử")
            except RefusedError:
                pass
        self.remember()

    @invariant()
    def the_past_stays(self) -> None:
        """What was known at one of the operations is known still, and no rule of units is broken."""
        head = build.head(self.register)
        if self.past:
            self.is_known_still(sorted(self.past)[head * 7 % len(self.past)])
        assert list(invariants.broken(self.register, LATEST, directory(self.register))) == []
        day, known = (("2026-01-15", 1), ("2026-01-15", max(1, head - 1)), ("2025-06-30", max(1, head // 2)))[
            head % 3
        ]
        check_causes(self.register, Side(day, known), Side("2026-01-15", head))

    def is_known_still(self, moment: tuple[int, str]) -> None:
        assert self.figures(*moment) == self.past[moment]

    def teardown(self) -> None:
        for moment in self.past:
            self.is_known_still(moment)
        head = build.head(self.register)
        check_causes(self.register, Side("2022-04-01", head), Side("2026-01-15", head))
        self.register.close()


def _live(seeded: sqlite3.Connection, lives: int, steps: int) -> None:
    Life.source = seeded
    live(Life, lives, steps)


def test_a_life_of_any_order(seeded: sqlite3.Connection) -> None:
    """Whatever comes later, the past stays, and every difference has its causes."""
    _live(seeded, 10, 15)


@pytest.mark.soak
def test_many_long_lives(seeded: sqlite3.Connection) -> None:
    """The same, longer."""
    _live(seeded, 100, 30)
