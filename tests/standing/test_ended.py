"""Reports about a district that does not exist on the days of a roster: they say so, and never "nobody"."""

import csv
import json
import sqlite3
from collections.abc import Callable
from datetime import date

import pytest

import build
from conftest import Outcome
from thidua_cli import store
from thidua_cli.ground.errors import NotFoundError
from thidua_cli.reports import listing, units
from thidua_cli.reports.moment import read_moment
from thidua_cli.reports.selection import Filter, find_district, units_of

Run = Callable[..., Outcome]


@pytest.fixture
def dissolved(run: Run) -> Run:
    """The register after the changes of 2025: no district is left."""
    assert run("import", "changes", "@changes_2025.csv").code == 0
    return run


@pytest.mark.parametrize(
    "command",
    [
        "list p2-launch",
        "list --phase p2 --kind association",
        "check p2-launch",
        "check p1-launch p2-launch",
        "status --phase p2",
        "status --phase p2 --by kind",
        "remind p2-launch",
        "units list",
        "units list --kind department",
        "diff --from 2026-01-02 --to 2026-11-01 --phase p2",
        "diff --from 2025-12-30 --to 2026-11-01 --phase p2",
    ],
)
def test_nobody_of_a_district_that_had_ended_is_not_found(dissolved: Run, command: str) -> None:
    """Where the district had ended before the roster: exit 4, the day, and who has its area."""
    told = dissolved(*command.split(), "--district", "493")
    assert (told.code, told.out) == (4, "")
    for words in (
        "UBND quận Sơn Trà (493) ended on 2025-07-01",
        "20263  UBND phường Sơn Trà",
        "20275  UBND phường",
    ):
        assert words in told.err


def test_who_has_the_area_of_a_district(dissolved: Run) -> None:
    """Its successor where it has one, as Hoàng Sa; else its communes and their successors, on the day asked for."""
    island = dissolved("list", "p2-launch", "--district", "498").err.splitlines()[1:]
    assert island == ["Its area now belongs to:", "  20333  UBND đặc khu Hoàng Sa"]
    north = dissolved("list", "p2-launch", "--district", "490").err.splitlines()[2:]
    assert [line.split()[0] for line in north] == ["20194", "20197", "20200"]
    dissolved("units", "rename", "20263", "--code", "S1", "--on", "2026-03-01", "--doc", "1/NQ")
    for day, code in (("2026-02-28", "20263"), ("2026-03-01", "S1")):
        assert (
            f"  {code}  UBND phường Sơn Trà"
            in dissolved("units", "list", "--district", "493", "--as-of", day).err
        )


@pytest.mark.parametrize("end", ["close 492", "merge 492 --into 494"])
def test_the_area_of_a_district_whose_heir_ended(run: Run, end: str) -> None:
    """It belongs to the heir of the heir; where there is none, to the units that were in the first district."""
    run("units", "merge", "495", "--into", "492", "--on", "2023-01-01", "--doc", "1/NQ")
    assert run("units", *end.split(), "--on", "2024-01-01", "--doc", "3/NQ").code == 0
    said = run("units", "list", "--district", "495", "--as-of", "2026-06-01").err.splitlines()
    assert said[1] == "Its area now belongs to:"
    named = {line.split()[0] for line in said[2:]}
    wards = csv.DictReader(
        run("list", "p1-launch", "--district", "495", "--as-of", "2022-06-01", "-f", "csv").out.splitlines()
    )
    assert named == ({"494"} if "merge" in end else {row["unit_code"] for row in wards} - {"495"})


def test_obligations_whose_roster_knew_the_district_still_answer(dissolved: Run) -> None:
    """They say that it ended, to people and in JSON, and which obligations they cannot speak of."""
    listed = json.loads(dissolved("list", "p1-launch", "--district", "493", "-f", "json").out)
    assert len(listed["rows"]) == 8
    assert listed["ended_district"] == {
        "unit_code": "493",
        "unit_name": "UBND quận Sơn Trà",
        "ended_on": "2025-07-01",
        "passed_to": ["20263", "20275"],
        "beyond": [],
    }
    told = dissolved("status", "--district", "493")
    assert (told.code, told.err) == (0, "")
    assert "ended on 2025-07-01" in told.out
    assert "The rosters of p2-launch, p2-review are of days after that" in told.out
    assert len(json.loads(dissolved("list", "p1-review", "--district", "493", "-f", "json").out)["rows"]) == 8
    moved = ("diff", "--from", "2025-06-30", "--to", "2025-07-01", "--district", "493")
    assert "ended on 2025-07-01" in dissolved(*moved).out


def test_a_check_leaves_out_what_it_cannot_judge(dissolved: Run) -> None:
    """Without codes, an obligation that is due and knew no such district is no pass."""
    at = ("--district", "493", "--as-of", "2031-06-01", "-f", "json")
    found = json.loads(dissolved("check", *at).out)
    assert "p2-review" not in {row["obligation"] for row in found["rows"]}
    assert found["ended_district"]["beyond"] == ["p2-launch", "p2-review"]
    assert dissolved("check", "--phase", "p2", *at).code == 4


@pytest.mark.parametrize(
    "command",
    [
        "list p1-launch --district 493 --state late",
        "list p1-review-city --district 493",
        "list p2-launch --district 493 --as-of 2025-12-31",
        "list p2-launch --kind district-committee",
        "units list --level district",
    ],
)
def test_a_selection_that_is_empty_for_its_own_reason_is_empty(dissolved: Run, command: str) -> None:
    """No such state, kind or level, a phase that has not begun: exit 0, and no rows."""
    told = dissolved(*command.split(), "-f", "jsonl")
    assert (told.code, told.out, told.err) == (0, "", "")


def test_a_district_that_gave_up_its_wards_and_ended(run: Run) -> None:
    """Wards that outlive their district are named elsewhere, so that nobody is left under the old one."""
    run("units", "close", "494", "--on", "2024-01-01", "--doc", "1/NQ")
    told = run("list", "p1-review", "--district", "494", "--as-of", "2024-06-01")
    assert told.code == 4
    assert "  20287  UBND phường Hoà Quý" in told.err
    assert run("list", "p1-review-district", "--district", "494", "--as-of", "2024-06-01").code == 0


def test_a_district_that_came_after_a_roster(run: Run) -> None:
    """Reports that answer for other obligations say so, to people and in JSON; one that cannot answer exits 4."""
    made = ("--kind", "district-committee", "--parent", "48", "--on", "2024-01-01")
    run("units", "add", "499", "UBND quận Mới", *made)
    run("units", "rename", "20260", "--parent", "499", "--on", "2024-01-01", "--doc", "9/NQ")
    at = ("--district", "499", "--as-of", "2024-06-01")
    said = (
        "UBND quận Mới (499) exists only from 2024-01-01 on, and the roster of p1-launch, p1-registration is"
    )
    for command in (["status", "--phase", "p1"], ["list"], ["remind"]):
        done = run(*command, *at)
        assert said in " ".join(done.out.split()), (command, done.out, done.err)
    assert json.loads(run("list", *at, "-f", "json").out)["new_district"] == {
        "unit_code": "499",
        "unit_name": "UBND quận Mới",
        "valid_from": "2024-01-01",
        "beyond": ["p1-launch", "p1-registration"],
    }
    assert "exists only" not in run("list", "p1-review", *at).out
    assert run("check", *at).code == 4
    assert run("list", "p1-launch", *at).code == 4


@pytest.mark.parametrize(("code", "is_advised"), [("499", False), ("495", True)])
def test_an_earlier_day_is_advised_where_another_had_the_code(run: Run, code: str, is_advised: bool) -> None:
    """A code that nobody had before the district means nobody then."""
    run("units", "merge", "495", "--into", "494", "--on", "2023-01-01", "--doc", "1/NQ")
    made = ("--keep", "--to", f"{code} UBND quận Mới", "--on", "2023-02-01", "--doc", "2/NQ")
    assert run("units", "split", "492", *made).code == 0
    done = run("list", "p1-launch", "--district", code, "--as-of", "2024-06-01")
    assert (done.code, "earlier --as-of" in done.err) == (4, is_advised)


def test_two_districts_of_one_code_are_two_groups(run: Run) -> None:
    """The one that has the code on the as-of date goes by it, the other by its first day too; each key is unique."""
    run("units", "merge", "495", "--into", "492", "--on", "2023-01-01", "--doc", "1/NQ")
    made = ("--kind", "district-committee", "--parent", "48", "--on", "2024-01-01")
    run("units", "add", "495", "UBND quận Mới", *made)
    asked = ("status", "--by", "district", "--kind", "district-committee", "--phase", "p1", "-f", "csv")

    def groups(day: str) -> list[tuple[str, str]]:
        rows = csv.DictReader(run(*asked, "--as-of", day).out.splitlines())
        return [(row["obligation"], row["group"]) for row in rows if row["group"].startswith("495")]

    review = "p1-review-district"
    assert (review, "495") in groups("2023-06-01")
    assert [each for each in groups("2024-06-01") if each[0] == review] == [
        (review, "495@2021-01-01"),
        (review, "495"),
    ]
    assert ("p1-launch", "495@2021-01-01") in groups("2024-06-01")


def test_a_district_that_is_founded_again(register: sqlite3.Connection) -> None:
    """Of the days of the one before, the new one has nobody; each is asked about on its own days."""
    with store.write(register, actor="test", command="units") as writer:
        city = int(register.execute("SELECT unit FROM unit_version WHERE code = '48'").fetchone()[0])
        for born, ended in (("2021-01-01", "2023-01-01"), ("2024-01-01", None)):
            district = build.unit(
                writer, "D1", "district-committee", "district", born, parent=city, ended=ended
            )
            build.unit(
                writer, f"W{born[:4]}", "commune-committee", "commune", born, parent=district, ended=ended
            )

    def chosen(day: str) -> Filter:
        at = read_moment(register, date.fromisoformat(day), None)
        return Filter(district=find_district(units_of(register, at), "D1", at.as_of))

    def codes(day: str, obligation: str) -> list[object]:
        at = read_moment(register, date.fromisoformat(day), None)
        made = listing.build(register, at, chosen(day), obligation)
        return [row["unit_code"] for row in made.rows]

    assert codes("2022-06-01", "p1-launch") == ["D1", "W2021"]
    with pytest.raises(NotFoundError, match="01/01/2024"):
        codes("2026-06-01", "p1-launch")
    assert codes("2026-06-01", "p2-launch") == ["D1", "W2024"]
    at = read_moment(register, date(2023, 6, 1), None)
    with pytest.raises(NotFoundError, match="01/01/2023"):
        units.build(register, at, chosen("2023-06-01"))
    with store.write(register, actor="test", command="units") as writer:
        build.unit(writer, "D1", "district-committee", "district", "2023-02-01", ended="2023-03-01")
    with pytest.raises(NotFoundError, match="có nhiều đơn vị") as caught:
        chosen("2023-06-01")
    assert len(caught.value.hints) == 2
