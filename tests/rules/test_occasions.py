"""Occasions of one action in one phase, and acts before the phase begins."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Outcome

Run = Callable[..., Outcome]
AMENDMENT = """
[[obligations]]
code = "p1-interim-2022"
phase = "p1"
action = "review"
occasion = "2022"
due_on = "2022-12-31"
kinds = ["district-committee"]
title_vi = "Báo cáo năm 2022"
title_en = "Report of 2022"

[[obligations]]
code = "p1-interim-2023"
phase = "p1"
action = "review"
occasion = "2023"
due_on = "2023-12-31"
kinds = ["district-committee"]
title_vi = "Báo cáo năm 2023"
title_en = "Report of 2023"
"""
AMEND = ("plan", "amend", "AMENDMENT", "--doc", "1/KH-UBND", "--on", "2022-01-10")


@pytest.fixture
def interim(run: Run, tmp_path: Path) -> Run:
    """District committees report on 2022 and on 2023, and sum up at the end, on no occasion."""
    (tmp_path / "amend.toml").write_text(AMENDMENT)
    amended = run(*(str(tmp_path / "amend.toml") if word == "AMENDMENT" else word for word in AMEND))
    assert amended.code == 0, amended.err
    return run


def review(run: Run, day: str, *more: str, unit: str = "492") -> Outcome:
    return run("record", "review", unit, "--on", day, *more)


def _rows(run: Run, *arguments: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads(run(*arguments, "--format", "json").out)["rows"]
    return rows


def test_the_occasion_whose_window_holds_the_day_is_taken_and_said(interim: Run) -> None:
    """The windows follow one another; the last is that of the summing-up, which is on no occasion."""
    for day, occasion in (("2022-12-31", "2022"), ("2023-01-01", "2023"), ("2024-01-01", "-")):
        made = review(interim, day)
        assert (made.code, f"(p1, occasion {occasion})" in made.out) == (0, True), made
    found = {
        row["obligation"]: (row["done_on"], row["occasion"])
        for row in _rows(interim, "list")
        if row["unit_code"] == "492"
    }
    assert found["p1-interim-2022"] == ("2022-12-31", "2022")
    assert found["p1-interim-2023"] == ("2023-01-01", "2023")
    assert found["p1-review-district"] == ("2024-01-01", None)


def test_an_earlier_occasion_that_is_open_has_to_be_named(interim: Run) -> None:
    """What may be the late report of 2022 is not taken for that of 2023."""
    unsure = review(interim, "2023-02-01")
    assert (unsure.code, "--occasion 2022 or 2023" in unsure.err) == (2, True), unsure.err
    late = review(interim, "2023-02-01", "--occasion", "2022")
    assert (late.code, "late" in late.out) == (0, True)
    assert "occasion 2023" in review(interim, "2023-02-01").out


def test_an_unknown_occasion_is_not_found(interim: Run) -> None:
    """An occasion that the phase does not have is exit 4, with those that it has."""
    unknown = review(interim, "2023-02-01", "--occasion", "2024")
    assert (unknown.code, "-, 2022, 2023" in unknown.err) == (4, True), unknown.err
    assert review(interim, "2022-03-01", "--phase", "p2", "--occasion", "2022").code == 6


def test_the_same_again_and_another_on_the_same_occasion(interim: Run) -> None:
    """The key of a record is unit, phase, action and occasion."""
    review(interim, "2022-12-01")
    assert "already recorded as #1" in review(interim, "2022-12-01").out
    assert review(interim, "2022-12-02").code == 6
    assert review(interim, "2023-12-02", "--occasion", "2023").code == 0


def test_correct_void_and_undo_keep_to_the_occasion(interim: Run) -> None:
    """A correction keeps the occasion unless it names another, and what is undone comes back on its own."""
    review(interim, "2022-12-01")
    assert "occasion 2022" in interim("record", "correct", "1", "--on", "2023-05-01", "--reason", "x").out
    assert "occasion 2023" in interim("record", "correct", "2", "--occasion", "2023", "--reason", "x").out
    review(interim, "2022-12-01")
    taken = interim("record", "correct", "3", "--occasion", "2022", "--reason", "x")
    assert (taken.code, "#4" in taken.err) == (6, True)
    assert interim("record", "void", "4", "--reason", "x").code == 0
    assert interim("undo", "7", "--reason", "x").code == 0
    occasions = {
        (row["record_id"], row["occasion"]) for row in _rows(interim, "history", "492") if row["record_id"]
    }
    assert occasions == {(1, "2022"), (2, "2022"), (3, "2023"), (4, "2022"), (5, "2022")}
    assert interim("verify").code == 0


def test_a_decision_on_whose_occasions_records_rest_is_not_undone(interim: Run) -> None:
    """Without its obligation a record would be of an occasion that nobody asks for."""
    review(interim, "2022-12-01")
    refused = interim("undo", "2", "--reason", "x")
    assert (refused.code, "#3: 492" in refused.err) == (6, True), refused.err
    interim("record", "void", "1", "--reason", "x")
    assert interim("undo", "2", "--reason", "x").code == 0


def test_files_name_occasions_and_come_back(interim: Run, tmp_path: Path) -> None:
    """A column of occasions is read and written; `-` is none, where others have one."""
    file = tmp_path / "reviews.csv"
    file.write_text("unit_code,done_on,Kỳ\n492,2023-02-01,2022\n492,2024-02-01,-\n493,2022-05-01,\n")
    made = interim("import", "reviews", str(file))
    assert (made.code, "without an occasion, by their day of 2022: 1" in made.err) == (0, True), made
    out = interim("export", "reviews", "--format", "csv").out
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["occasion"] for row in rows] == ["2022", "-", "2022"]
    file.write_text(out)
    assert "3 already recorded" in (again := interim("import", "reviews", str(file))).out, again
    file.write_text("unit_code,done_on\n494,2023-02-01\n")
    unsure = interim("import", "reviews", str(file))
    assert (unsure.code, "a column occasion (Kỳ)" in unsure.err) == (7, True), unsure.err


def test_a_long_file_names_occasions_too(interim: Run, tmp_path: Path) -> None:
    """Rows decided by columns are those of phases without occasions only."""
    units = "".join(f"d{number},UBND quận Thử {number},district-committee\n" for number in range(1001))
    (tmp_path / "units.csv").write_text("code,name,kind\n" + units)
    assert interim("import", "units", str(tmp_path / "units.csv")).code == 0
    rows = "".join(f"d{number},2022-06-01\n" for number in range(1001))
    (tmp_path / "reviews.csv").write_text("unit_code,done_on\n" + rows)
    assert interim("import", "reviews", str(tmp_path / "reviews.csv")).code == 0
    out = interim("export", "reviews", "--format", "csv").out
    assert {row["occasion"] for row in csv.DictReader(io.StringIO(out))} == {"2022"}


def test_an_early_act_counts_from_the_first_day_of_its_phase(run: Run) -> None:
    """It keeps its date, and is on time; without --phase it is of the phase that holds the day."""
    early = run("record", "launch", "SNV", "--on", "2025-12-20", "--phase", "p2")
    assert (early.code, "on time" in early.out) == (0, True), early
    (row,) = [row for row in _rows(run, "list", "p2-launch", "--as-of", "2026-01-01") if row["done_on"]]
    assert (row["state"], row["done_on"]) == ("on_time", "2025-12-20")
    assert _rows(run, "list", "p2-launch", "--as-of", "2025-12-31") == []
    assert run("verify").code == 0


def test_a_year_before_its_phase_is_most_likely_a_mistyped_year(run: Run) -> None:
    """At most a year before: 01/01/2025 for a phase that begins on 01/01/2026."""
    assert run("record", "launch", "492", "--on", "2025-01-01", "--phase", "p2").code == 0
    assert run("record", "launch", "493", "--on", "2024-12-31", "--phase", "p2").code == 6
    before = run("record", "launch", "493", "--on", "2020-12-31")
    assert (before.code, "--phase p1" in before.err) == (6, True)
    first = ("record", "launch", "493", "--on", "2020-12-31", "--phase", "p1", "--unit-as-of", "2021-01-01")
    assert run(*first).code == 0


def test_the_confirmation_says_what_to_type_for_the_other_phase(run: Run) -> None:
    """A day of December is taken for the phase that holds it, and the other one is a correction away."""
    made = run("record", "launch", "492", "--on", "2025-05-20")
    assert 'record correct 1 --phase p2 --reason "' in made.out, made.out
    assert run("record", "correct", "1", "--phase", "p2", "--reason", "làm sớm").code == 0
    assert "p2" not in run("record", "launch", "493", "--on", "2024-05-20").out
