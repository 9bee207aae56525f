"""A unit's own deadline: extensions, which one holds, and what is refused."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Outcome

Run = Callable[..., Outcome]
LAUNCH = ("--obligation", "p1-launch")


def extend(run: Run, until: str, on: str, doc: str, *more: str, unit: str = "492") -> Outcome:
    """An extension of the launch deadline."""
    return run("record", "extension", unit, *LAUNCH, "--until", until, "--on", on, "--doc", doc, *more)


def row(run: Run, as_of: str, unit: str = "492", *more: str) -> dict[str, object]:
    """How a unit stands under the launch on a day."""
    made = json.loads(run("list", "p1-launch", "--as-of", as_of, *more, "--format", "json").out)
    found: dict[str, object] = next(each for each in made["rows"] if each["unit_code"] == unit)
    return found


def causes(run: Run, *arguments: str) -> set[tuple[str, str]]:
    """Units and causes of a comparison."""
    made = json.loads(run("diff", *arguments, "--phase", "p1", "--format", "json").out)
    return {(each["unit_code"], each["cause"]) for each in made["rows"]}


def test_an_extension_moves_the_units_own_deadline_from_its_day_on(run: Run) -> None:
    """Before the decision the old deadline holds, after it the new one, that day included; others keep theirs."""
    assert extend(run, "2022-04-30", "2022-04-10", "45/QĐ-UBND").code == 0
    assert [row(run, day)["state"] for day in ("2022-03-31", "2022-04-09", "2022-04-10", "2022-04-30")] == [
        "pending", "overdue", "pending", "pending",
    ]  # fmt: skip
    assert row(run, "2022-05-01")["state"] == "overdue"
    assert row(run, "2022-04-10", "493")["state"] == "overdue"
    run("record", "launch", "492", "--on", "2022-04-30")
    assert (row(run, "2022-05-01")["state"], row(run, "2022-05-01")["due_on"]) == ("on_time", "2022-03-31")


def test_a_later_extension_supersedes_from_its_own_day_on(run: Run) -> None:
    """Each of two decisions holds on the days from its own to the next."""
    extend(run, "2022-04-15", "2022-03-25", "45/QĐ")
    assert extend(run, "2022-05-15", "2022-04-20", "50/QĐ").code == 0
    assert [row(run, day)["state"] for day in ("2022-04-16", "2022-04-20", "2022-05-15", "2022-05-16")] == [
        "overdue", "pending", "pending", "overdue",
    ]  # fmt: skip
    assert row(run, "2022-04-20", "492", "--known-at", "#2")["state"] == "overdue"


@pytest.mark.parametrize(
    ("until", "on", "doc", "code"),
    [
        ("2022-03-31", "2022-03-25", "46/QĐ", 6),  # not beyond the due day
        ("2022-04-30", "2022-04-20", "46/QĐ", 6),  # not beyond the extension before it
        ("2022-05-15", "2022-03-20", "46/QĐ", 6),  # leaves the one of 25 March without effect
        ("2022-04-29", "2022-03-20", "46/QĐ", 0),
        ("2022-05-01", "2022-03-25", "46/QĐ", 0),  # a second decision of the same day
        ("2022-05-01", "2022-03-25", "45/QĐ", 6),  # the same decision with another day
        ("2022-05-01", "2099-03-25", "46/QĐ", 6),  # in the future
        ("2022-05-01", "2020-12-31", "46/QĐ", 6),  # before the phase
        ("2022-02-30", "2022-03-25", "46/QĐ", 2),
    ],
)
def test_an_extension_reaches_beyond_what_it_changes(
    run: Run, until: str, on: str, doc: str, code: int
) -> None:
    """One that does not, and one that would take the effect of a later one, is refused."""
    extend(run, "2022-04-30", "2022-03-25", "45/QĐ")
    assert extend(run, until, on, doc).code == code


def test_the_closing_day_is_that_of_the_plan_as_decided_by_then(run: Run) -> None:
    """An extension has to reach beyond a deadline that was moved for all by its day, not by a later one."""
    run("plan", "amend", "--due", "p1-launch=2022-06-30", "--doc", "45/QĐ", "--on", "2022-04-01")
    assert extend(run, "2022-06-30", "2022-04-02", "46/QĐ").code == 6
    assert extend(run, "2022-05-31", "2022-03-20", "40/QĐ").code == 0
    assert row(run, "2022-06-15")["state"] == "pending"
    assert run("verify").code == 0


def test_the_same_extension_again_is_already_recorded(run: Run) -> None:
    """Also after a later one has superseded it; another day for it names the command that corrects."""
    extend(run, "2022-04-15", "2022-03-25", "45/QĐ")
    extend(run, "2022-05-15", "2022-04-20", "50/QĐ")
    again = extend(run, "2022-04-15", "2022-03-25", "45/qđ")
    assert (again.code, "already" in again.out) == (0, True)
    other = extend(run, "2022-05-01", "2022-03-25", "45/QĐ")
    assert (other.code, "record correct 1 --until" in other.err) == (6, True)


def test_an_extension_is_corrected_voided_and_undone(run: Run) -> None:
    """With its number among the records; what an undo brings back holds again."""
    extend(run, "2022-04-30", "2022-03-25", "45/QĐ")
    assert run("record", "correct", "1", "--until", "2022-05-31", "--reason", "nhầm").code == 0
    assert row(run, "2022-05-31")["state"] == "pending"
    assert run("record", "correct", "2", "--content", "1", "--reason", "x").code == 2
    assert run("record", "correct", "2", "--until", "2022-03-31", "--reason", "x").code == 6
    assert run("record", "void", "2", "--reason", "nhầm").code == 0
    assert row(run, "2022-05-31")["state"] == "overdue"
    assert run("undo", "4", "--reason", "không nhầm").code == 0
    assert row(run, "2022-05-31")["state"] == "pending"
    assert run("verify").code == 0
    told = run("history", "492").out
    assert told.count("extended") == 3
    assert "VOID, replaced by #2: nhầm" in " ".join(told.split())


def test_an_undo_does_not_bring_back_an_extension_without_effect(run: Run) -> None:
    """What would take the effect of one recorded since stays voided."""
    extend(run, "2022-05-31", "2022-03-25", "45/QĐ")
    run("record", "void", "1", "--reason", "nhầm")
    assert extend(run, "2022-05-15", "2022-04-20", "50/QĐ").code == 0
    assert run("undo", "3", "--reason", "x").code == 6
    assert extend(run, "2022-05-31", "2022-03-25", "45/QĐ").code == 6


def test_extensions_are_exported_and_come_back(run: Run, db: Path, tmp_path: Path) -> None:
    """In the columns of their import, in the order in which they were recorded; twice changes nothing."""
    fresh = db.read_bytes()
    extend(run, "2022-05-15", "2022-04-20", "50/QĐ", "--issuer", "UBND thành phố")
    extend(run, "2022-04-15", "2022-03-25", "45/QĐ", "--note", "bão")
    extend(run, "2022-06-30", "2022-03-25", "45/QĐ", unit="SNV")
    for form in ("csv", "json", "xlsx"):
        file = str(tmp_path / f"extensions.{form}")
        assert run("export", "extensions", "-o", file).code == 0
        whole = run("export", "extensions").out
        db.write_bytes(fresh)
        assert run("import", "extensions", file).code == 0
        assert run("export", "extensions").out == whole
        assert "3 already" in run("import", "extensions", file).out
    assert whole.splitlines()[1].startswith(
        '"492","UBND quận Hải Châu","p1-launch","2022-04-20","2022-05-15","50/QĐ"'
    )


def test_rows_of_a_file_go_by_the_rows_before_them(run: Run, tmp_path: Path) -> None:
    """What a command would refuse after another, a file refuses too; nothing of it is stored."""
    file = tmp_path / "extensions.csv"
    head = "Mã đơn vị,Nghĩa vụ,Ngày gia hạn,Đến ngày,Số văn bản\n"
    file.write_text(
        f"{head}492,p1-launch,25/03/2022,30/04/2022,45/QĐ\n492,p1-launch,20/04/2022,15/04/2022,50/QĐ\n",
        "utf-8",
    )
    refused = run("import", "extensions", str(file))
    assert (refused.code, "2022-04-30" in refused.err + refused.out) == (7, True)
    assert run("export", "extensions").out.count("\n") == 1
    file.write_text(f"{head}492,p1-launch,25/03/2022,30/04/2022,45/QĐ\n", "utf-8")
    run("import", "extensions", str(file))
    file.write_text(f"{head}492,p1-launch,25/03/2022,31/05/2022,45/QĐ\n", "utf-8")
    assert run("import", "extensions", str(file)).code == 7
    assert run("import", "extensions", str(file), "--correct", "--reason", "nhầm").code == 0
    assert row(run, "2022-05-31")["state"] == "pending"


def test_an_extension_warns_of_what_is_doubtful(run: Run) -> None:
    """A unit that nothing binds, no document number, a unit that has done it."""
    run("record", "launch", "493", "--on", "2022-04-02")
    asked = ("record", "extension", *LAUNCH, "--until", "2022-04-30", "--on", "2022-04-10")
    assert "document number" in run(*asked, "492").err
    assert "48" in run(*asked, "48", "--doc", "1/QĐ").out
    assert "#1" in run(*asked, "493", "--doc", "1/QĐ").err
    assert row(run, "2022-04-10", "493")["state"] == "on_time"


def test_the_extension_is_told_as_the_cause(run: Run) -> None:
    """Where it alone made the unit stand otherwise; the passing of days, and a void, are told as such."""
    run("record", "launch", "493", "--on", "2022-04-02")
    extend(run, "2022-04-30", "2022-04-10", "45/QĐ")
    extend(run, "2022-04-30", "2022-04-10", "45/QĐ", unit="493")
    assert causes(run, "--from", "2022-04-09", "--to", "2022-04-10") == {
        ("492", "deadline_extended"), ("493", "deadline_extended"),
    }  # fmt: skip
    assert ("492", "became_overdue") in causes(run, "--from", "2022-03-31", "--to", "2022-05-01")
    assert causes(run, "--from", "#2", "--to", "#3", "--as-of", "2022-04-20") == {
        ("492", "deadline_extended")
    }
    run("record", "void", "2", "--reason", "nhầm lẫn")
    run("record", "correct", "3", "--until", "2022-05-05", "--reason", "x")
    assert causes(run, "--from", "#4", "--to", "#6", "--as-of", "2022-04-20") == {("492", "voided")}
    assert "nhầm lẫn" in run("diff", "--from", "#4", "--to", "#6", "--as-of", "2022-04-20").out
