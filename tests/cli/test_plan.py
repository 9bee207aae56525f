"""`thidua plan amend` and `plan history`: decisions that change the plan from their own day on."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Outcome

Run = Callable[..., Outcome]
AMEND = ("plan", "amend", "--due", "p1-launch=2022-06-30", "--doc", "45/QĐ-UBND", "--on", "2022-03-25")


def rows(run: Run, *arguments: str) -> dict[str, dict[str, object]]:
    """The rows of a status in JSON, by obligation."""
    done = run(*arguments, "--format", "json")
    assert done.code == 0, done.err
    return {row["obligation"]: row for row in json.loads(done.out)["rows"]}


def test_a_moved_deadline_holds_from_the_day_of_its_decision(run: Run) -> None:
    """Before that day, and known before the operation, the old deadline holds; an act between the two is in time."""
    run("record", "launch", "492", "--on", "2022-04-10")
    assert run(*AMEND).code == 0
    for day, known, expected in (
        ("2022-03-24", "#3", ("2022-03-31", 0, 0)),
        ("2022-04-15", "#2", ("2022-03-31", 0, 1)),
        ("2022-04-15", "#3", ("2022-06-30", 1, 0)),
    ):
        row = rows(run, "status", "--as-of", day, "--known-at", known)["p1-launch"]
        assert (row["due_on"], row["on_time"], row["late"]) == expected


ADDED = """
[[actions]]
code = "review"
[[actions.fields]]
code = "grade"
title_vi = "Xếp loại"
title_en = "Grade"
type = "choice"
values = ["Tốt", "Khá"]

[[obligations]]
code = "p2-interim"
phase = "p2"
action = "review"
occasion = "2027"
due_on = 2027-12-20
kinds = ["department"]
title_vi = "Sơ kết năm 2027"
title_en = "Interim report 2027"
"""


def test_what_a_decision_added_is_recorded_once(run: Run, tmp_path: Path) -> None:
    """The same file again adds nothing, though what it adds is no longer new; another title is another decision."""
    file = tmp_path / "amend.toml"
    file.write_text(ADDED, encoding="utf-8")
    amend = ["plan", "amend", str(file), "--doc", "9/QĐ", "--on", "2026-02-01"]
    assert run(*amend).code == 0
    again = run(*amend)
    assert (again.code, again.out) == (0, "this decision was recorded before, in operation #2\n")
    file.write_text(ADDED.replace("Interim report 2027", "Another"), encoding="utf-8")
    assert run(*amend).code != 0
    run("undo", "2", "--reason", "x")
    file.write_text(ADDED, encoding="utf-8")
    assert "recorded before" not in run(*amend).out


def test_the_same_decision_again_is_already_recorded(run: Run, db: Path) -> None:
    """Nothing is written, and the exit code says success."""
    run(*AMEND)
    again = run(*AMEND)
    assert (again.code, again.out) == (0, "this decision was recorded before, in operation #2\n")
    with sqlite3.connect(db) as plain:
        assert plain.execute("SELECT count(*) FROM decision").fetchone() == (1,)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--due", "p1-launch=2022-06-30", "--doc", "4", "--on", "2099-01-01"), 6, "future"),
        (
            ("--due", "p1-launch=2022-06-30", "--doc", "4", "--on", "2020-12-31"),
            6,
            "before the day of the plan",
        ),
        (("--due", "p1-launch=2020-06-30", "--doc", "4", "--on", "2022-03-01"), 6, "before the first day"),
        (("--due", "p1-lunch=2022-06-30", "--doc", "4", "--on", "2022-03-01"), 4, "p1-lunch"),
        (("--due", "p1-launch", "--doc", "4", "--on", "2022-03-01"), 2, "CODE=DATE"),
        (("--due", "p1-launch=31/02/2022", "--doc", "4", "--on", "2022-03-01"), 2, "31/02/2022"),
        (("--doc", "4", "--on", "2022-03-01"), 2, "--due"),
        (("--due", "p1-launch=2022-06-30", "--doc", "", "--on", "2022-03-01"), 2, "--doc"),
    ],
)
def test_what_cannot_be_decided_is_refused(
    run: Run, arguments: tuple[str, ...], code: int, words: str
) -> None:
    """Each with its own exit code and a message that names the fault, and nothing is written."""
    done = run("plan", "amend", *arguments)
    assert done.code == code
    assert words in done.err
    assert json.loads(run("log", "--format", "json").out)["rows"][0]["operation"] == 1


def test_a_file_changes_adds_and_withdraws(run: Run, tmp_path: Path) -> None:
    """Fields of known codes change, a new code is added whole, what is withdrawn leaves reports but not the data."""
    file = tmp_path / "a.toml"
    file.write_text(
        """
[movement]
document_number = "01/KH-UBND"
[[obligations]]
code = "p2-launch"
due_on = 2026-06-30
kinds = ["department"]
[[obligations]]
code = "p1-review-city"
withdrawn = true
[[obligations]]
code = "p2-registration"
phase = "p2"
action = "registration"
all_kinds_but = ["city-committee"]
title_vi = "Đăng ký"
title_en = "Registration"
[[contents]]
number = 6
title_vi = "Kinh tế số"
title_en = "Digital economy"
""",
        encoding="utf-8",
    )
    dry = run("plan", "amend", str(file), "--doc", "7", "--on", "2026-02-01", "--dry-run")
    assert (dry.code, dry.out.count("\n")) == (0, 8)
    assert run("plan", "amend", str(file), "--doc", "7", "--on", "2026-02-01").code == 0
    now, before = rows(run, "status"), rows(run, "status", "--as-of", "2026-01-31")
    assert now["p2-launch"]["roster"] == 17
    assert now["p2-launch"]["overdue"] == 17
    assert (now["p2-registration"]["roster"], "p2-registration" in before) == (116, False)
    assert (now["p1-review-city"]["withdrawn"], now["p1-review-city"]["roster"]) == (True, 0)
    assert (before["p1-review-city"]["withdrawn"], before["p1-review-city"]["roster"]) == (False, 1)
    assert "City review" not in run("status").out.split("p1-review-city: ")[0]
    assert "p1-review-city" not in run("check", "--format", "json").out
    listed = run("list", "p1-review-city", "--format", "csv")
    assert (listed.code, listed.out.count("\n")) == (0, 1)
    assert (
        run("record", "registration", "492", "--on", "2026-05-01", "--content", "6", "--phase", "p2").code
        == 0
    )
    assert run("verify").code == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[[obligations]]\ncode = "p1-launch"\nroster = 2022-01-01', "roster"),
        ('[[obligations]]\ncode = "new"\nphase = "p1"', "title_vi"),
        ("", "changes nothing"),
        ('[[obligations]]\ncode = "p1-launch"\ndue_on = "soon"', "due_on"),
        (
            '[[actions]]\ncode = "status"\ntitle_vi = "a"\ntitle_en = "a"\ndone_vi = "a"\ndone_en = "a"\n'
            'paper_vi = "a"\npaper_en = "a"',
            "name of a command",
        ),
    ],
)
def test_a_file_that_is_wrong_is_rejected_whole(run: Run, tmp_path: Path, text: str, words: str) -> None:
    """Exit 7, with what is wrong, and nothing is written."""
    file = tmp_path / "a.toml"
    file.write_text(text, encoding="utf-8")
    done = run("plan", "amend", str(file), "--doc", "7", "--on", "2026-02-01")
    assert done.code == 7
    assert words in done.err


def test_a_plan_that_would_not_fit_is_refused(run: Run, tmp_path: Path) -> None:
    """A kind may not get two obligations of one phase, action and occasion."""
    file = tmp_path / "a.toml"
    file.write_text('[[obligations]]\ncode = "p1-review-city"\nall_kinds_but = []', encoding="utf-8")
    done = run("plan", "amend", str(file), "--doc", "7", "--on", "2024-02-01")
    assert (done.code, "p1-review" in done.err) == (6, True)
    assert run("plan", "history", "--format", "json").out.count("decided_on") == 0


def test_a_decision_is_undone_and_told(run: Run) -> None:
    """`undo` takes it back, `plan history` names what was decided, and verify holds."""
    run(*AMEND)
    found = json.loads(run("plan", "history", "--format", "json").out)["rows"]
    assert [(row["code"], row["field"], row["value"]) for row in found] == [
        ("p1-launch", "due_on", "2022-06-30")
    ]
    assert run("undo", "2", "--reason", "nhầm").code == 0
    assert json.loads(run("plan", "history", "--format", "json").out)["rows"] == []
    assert rows(run, "status")["p1-launch"]["due_on"] == "2022-03-31"
    assert run("verify").code == 0


def test_what_a_decision_moves_has_it_as_its_cause(run: Run) -> None:
    """The difference of two days with a decision between them says `plan_changed`, and the figures add up."""
    run("record", "launch", "492", "--on", "2022-04-10")
    run("plan", "amend", "--due", "p1-launch=2022-06-30", "--doc", "45", "--on", "2022-04-20")
    report = json.loads(run("diff", "--from", "2022-04-15", "--to", "2022-05-01", "--format", "json").out)
    causes = {(row["unit_code"], row["cause"], row["from_state"], row["to_state"]) for row in report["rows"]}
    assert {cause for _code, cause, *_states in causes} == {"plan_changed"}
    assert ("492", "plan_changed", "late", "on_time") in causes
    assert len(causes) == 116


def test_the_curve_follows_the_plan_of_each_day(run: Run) -> None:
    """Every point equals `status` as of its day, before and after a decision, and of a withdrawn obligation."""
    run("record", "launch", "492", "--on", "2022-04-10")
    run(
        "record",
        "exemption",
        "493",
        "--obligation",
        "p1-launch",
        "--on",
        "2022-03-03",
        "--reason",
        "x",
        "--doc",
        "1",
    )
    run("plan", "amend", "--due", "p1-launch=2022-06-30", "--doc", "45", "--on", "2022-04-20")
    points = json.loads(
        run("trend", "p1-launch", "--step", "day", "--as-of", "2022-07-05", "--format", "json").out
    )["rows"]
    at = {row["day"]: row for row in points}
    for day in ("2022-03-31", "2022-04-01", "2022-04-19", "2022-04-20", "2022-06-30", "2022-07-01"):
        row = rows(run, "status", "--as-of", day)["p1-launch"]
        assert {key: at[day][key] for key in ("roster", "applicable", "on_time", "late", "done")} == {
            key: row[key] for key in ("roster", "applicable", "on_time", "late", "done")
        }


def test_a_decision_taken_back_is_recorded_anew(run: Run, tmp_path: Path) -> None:
    """What it had brought comes back by `plan amend`, not by undoing the undo, and then says what is said now."""
    file = tmp_path / "a.toml"
    text = """
[[obligations]]
code = "p2-registration"
phase = "p2"
action = "registration"
all_kinds_but = []
title_vi = "Đăng ký"
title_en = "Registration"
"""
    file.write_text(text, encoding="utf-8")
    amend = ("plan", "amend", str(file), "--doc", "7", "--on", "2026-02-01")
    run(*amend)
    run("undo", "2", "--reason", "nhầm")
    assert "p2-registration" not in rows(run, "status")
    assert run("undo", "3", "--reason", "nhầm").code == 6
    file.write_text(text.replace("[]", '["city-committee"]\ndue_on = 2026-06-30'), encoding="utf-8")
    assert run(*amend).code == 0
    found = rows(run, "status")["p2-registration"]
    assert (found["roster"], found["due_on"]) == (116, "2026-06-30")
    file.write_text(text.replace('"p2"', '"p1"'), encoding="utf-8")
    run("undo", "4", "--reason", "nhầm")
    assert run(*amend).code == 6
    assert run("verify").code == 0


def test_a_decision_is_not_undone_under_another(run: Run, tmp_path: Path) -> None:
    """What a later decision rests on stays until that one is undone."""
    phase = 'code = "p3"\nstarts_on = 2031-01-01\nends_on = 2035-12-31\ntitle_vi = "Ba"\ntitle_en = "Three"\n'
    asked = 'code = "p3-launch"\nphase = "p3"\naction = "launch"\nkinds = ["department"]\n'
    for number, text in enumerate(
        (f"[[phases]]\n{phase}", f'[[obligations]]\n{asked}title_vi = "Ba"\ntitle_en = "Three"\n'), 1
    ):
        (tmp_path / "amend.toml").write_text(text, encoding="utf-8")
        on, doc = f"2026-01-0{number}", f"{number}/QĐ"
        assert run("plan", "amend", str(tmp_path / "amend.toml"), "--on", on, "--doc", doc).code == 0
    refused = run("undo", "2", "--reason", "x")
    assert (refused.code, "p3-launch: there is no phase p3" in refused.err) == (6, True)
    assert run("undo", "3", "--reason", "x").code == 0
    assert run("undo", "2", "--reason", "x").code == 0
    assert run("verify").code == 0
