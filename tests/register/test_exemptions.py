"""Exemptions that end, by their last day or by a withdrawal, and follow one another."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Outcome

Run = Callable[..., Outcome]
LAUNCH = ("--obligation", "p1-launch", "--reason", "bão")


def exempt(run: Run, on: str, until: str = "", *more: str, unit: str = "492") -> Outcome:
    """An exemption from the launch."""
    last = ("--until", until) if until else ()
    return run("record", "exemption", unit, *LAUNCH, "--on", on, *last, "--doc", "7/QĐ", *more)


def states(run: Run, *days: str, unit: str = "492") -> list[str]:
    """How a unit stands under the launch on each day."""
    found = []
    for day in days:
        made = json.loads(run("list", "p1-launch", "--as-of", day, "--format", "json").out)
        found.append(next(each["state"] for each in made["rows"] if each["unit_code"] == unit))
    return found


def causes(run: Run, *arguments: str) -> set[tuple[str, str]]:
    """Units and causes of a comparison."""
    made = json.loads(run("diff", *arguments, "--phase", "p1", "--format", "json").out)
    return {(each["unit_code"], each["cause"]) for each in made["rows"]}


def test_an_exemption_holds_to_its_last_day(run: Run) -> None:
    """That day included; what is done by then is in time."""
    assert exempt(run, "2022-03-01", "2022-04-30").code == 0
    assert states(run, "2022-02-28", "2022-03-01", "2022-04-30", "2022-05-01") == [
        "pending", "exempt", "exempt", "overdue",
    ]  # fmt: skip
    run("record", "launch", "492", "--on", "2022-04-30")
    assert states(run, "2022-05-01") == ["on_time"]
    assert "until 2022-04-30" in run("history", "492").out


@pytest.mark.parametrize(
    ("on", "until", "code"),
    [
        ("2022-05-01", "2022-06-30", 0),
        ("2022-05-01", "", 0),
        ("2022-01-01", "2022-02-28", 0),
        ("2022-04-30", "2022-06-30", 6),
        ("2022-01-01", "2022-03-01", 6),
        ("2022-01-01", "", 6),
        ("2022-03-01", "2022-03-31", 6),
        ("2022-05-31", "2022-05-30", 6),
        ("2022-03-01", "2022-04-30", 0),
    ],
)
def test_exemptions_follow_one_another(run: Run, on: str, until: str, code: int) -> None:
    """Beside one from 1 March to 30 April: before it or after it; the same again is already recorded."""
    exempt(run, "2022-03-01", "2022-04-30")
    assert exempt(run, on, until).code == code
    assert run("verify").code == 0


def test_an_exemption_that_ends_is_corrected_voided_and_undone(run: Run) -> None:
    """Where it would then overlap another, it is not."""
    exempt(run, "2022-03-01", "2022-04-30")
    exempt(run, "2022-06-01", "2022-06-30")
    assert run("record", "correct", "1", "--until", "2022-06-01", "--reason", "x").code == 6
    assert run("record", "correct", "1", "--until", "2022-05-31", "--reason", "x").code == 0
    assert states(run, "2022-05-31") == ["exempt"]
    assert run("record", "correct", "2", "--until", "", "--reason", "x").code == 0
    assert states(run, "2022-07-31") == ["exempt"]
    run("record", "void", "4", "--reason", "x")
    assert exempt(run, "2022-06-15").code == 0
    assert run("undo", "6", "--reason", "x").code == 6
    assert run("record", "void", "5", "--reason", "x").code == 0
    assert run("undo", "6", "--reason", "x").code == 0
    assert run("verify").code == 0


def test_exemptions_are_exported_with_their_last_days(run: Run, db: Path, tmp_path: Path) -> None:
    """And come back in any form; twice changes nothing."""
    fresh = db.read_bytes()
    exempt(run, "2022-03-01", "2022-04-30")
    exempt(run, "2022-05-01")
    for form in ("csv", "json", "xlsx"):
        file = str(tmp_path / f"exemptions.{form}")
        assert run("export", "exemptions", "-o", file).code == 0
        whole = run("export", "exemptions").out
        db.write_bytes(fresh)
        assert run("import", "exemptions", file).code == 0
        assert run("export", "exemptions").out == whole
        assert "2 already" in run("import", "exemptions", file).out


def test_rows_of_a_file_keep_apart(run: Run, tmp_path: Path) -> None:
    """Two that overlap are one too many, in a file too."""
    file = tmp_path / "exemptions.csv"
    head = "unit_code,obligation,on,until,reason\n"
    file.write_text(f"{head}492,p1-launch,2022-03-01,2022-04-30,x\n492,p1-launch,2022-04-30,,x\n", "utf-8")
    assert run("import", "exemptions", str(file)).code == 7
    file.write_text(f"{head}492,p1-launch,2022-03-01,2022-04-30,x\n492,p1-launch,2022-05-01,,x\n", "utf-8")
    assert run("import", "exemptions", str(file)).code == 0
    file.write_text(f"{head}492,p1-launch,2022-03-01,2022-04-15,x\n", "utf-8")
    assert run("import", "exemptions", str(file)).code == 7
    assert run("import", "exemptions", str(file), "--correct", "--reason", "x").code == 0
    assert states(run, "2022-04-15", "2022-04-16") == ["exempt", "overdue"]


def test_the_end_of_an_exemption_is_told_as_the_cause(run: Run) -> None:
    """Its beginning, too: what was late is in time by it."""
    run("record", "launch", "493", "--on", "2022-04-20")
    exempt(run, "2022-04-10", "2022-04-30")
    exempt(run, "2022-04-25", "2022-04-30", unit="493")
    assert causes(run, "--from", "2022-04-30", "--to", "2022-05-01") == {("492", "exemption_ended")}
    assert causes(run, "--from", "2022-04-24", "--to", "2022-04-25") == {("493", "exempted")}
    assert causes(run, "--from", "2022-04-09", "--to", "2022-04-10") == {("492", "exempted")}


def test_an_extension_reaches_beyond_the_last_day_of_an_exemption(run: Run) -> None:
    """That day is the unit's closing day once the exemption is decided."""
    exempt(run, "2022-03-01", "2022-04-30")
    asked = ("record", "extension", "492", "--obligation", "p1-launch", "--on", "2022-03-10", "--doc", "1/QĐ")
    assert run(*asked, "--until", "2022-04-30").code == 6
    assert run(*asked, "--until", "2022-05-31").code == 0
    assert states(run, "2022-05-31") == ["pending"]


def test_living_exemptions_and_extensions_are_listed(run: Run) -> None:
    """With their last day and document, on the days on which they hold; superseded and ended ones are not."""
    exempt(run, "2022-03-01", "2022-04-30")
    exempt(run, "2022-05-01")
    asked = ("record", "extension", "493", "--obligation", "p1-launch")
    run(*asked, "--on", "2022-03-10", "--doc", "1/QĐ", "--until", "2022-04-15")
    run(*asked, "--on", "2022-04-10", "--doc", "2/QĐ", "--until", "2022-05-15")

    def listed(option: str, day: str) -> list[list[object]]:
        made = json.loads(run("list", option, "--as-of", day, "--format", "json").out)
        names = ("unit_code", "paper", "until", "document_number", "record_id")
        return [[each[name] for name in names] for each in made["rows"]]

    assert listed("--exempt", "2022-02-28") == []
    assert listed("--exempt", "2022-04-30") == [["492", "exemption", "2022-04-30", "7/QĐ", 1]]
    assert listed("--exempt", "2022-05-01") == [["492", "exemption", None, "7/QĐ", 2]]
    assert listed("--extended", "2022-04-09") == [["493", "extension", "2022-04-15", "1/QĐ", 3]]
    assert listed("--extended", "2022-04-10") == [["493", "extension", "2022-05-15", "2/QĐ", 4]]
    both = run("list", "p1-launch", "--exempt", "--extended", "--as-of", "2022-04-10").out
    assert "Exempt units, and units with a deadline of their own" in " ".join(both.split())
    assert ("2/QĐ" in both, "7/QĐ" in both, "2022-05-15" in both) == (True, True, True)


def withdraw(run: Run, on: str, number: str = "1", *more: str) -> Outcome:
    """The withdrawal of an exemption."""
    return run("record", "withdrawal", number, "--on", on, "--doc", "8/QĐ", *more)


@pytest.mark.parametrize(
    ("on", "code"),
    [
        ("2022-02-28", 6),
        ("2022-03-01", 6),
        ("2022-03-02", 0),
        ("2022-04-30", 0),
        ("2022-05-01", 6),
        ("2099-01-01", 6),
    ],
)
def test_a_withdrawal_lies_inside_its_exemption(run: Run, on: str, code: int) -> None:
    """From the day after its first day on, and not after its last."""
    exempt(run, "2022-03-01", "2022-04-30")
    assert withdraw(run, on).code == code
    assert run("verify").code == 0


def test_a_withdrawal_ends_an_exemption_and_leaves_it_true_before(run: Run) -> None:
    """The same again is already recorded; another day is a correction; only an exemption is withdrawn."""
    exempt(run, "2022-03-01")
    assert withdraw(run, "2022-04-16").code == 0
    assert states(run, "2022-03-01", "2022-04-15", "2022-04-16") == ["exempt", "exempt", "overdue"]
    assert ("already" in withdraw(run, "2022-04-16").out, withdraw(run, "2022-04-20").code) == (True, 6)
    assert (withdraw(run, "2022-04-16", "2").code, withdraw(run, "2022-04-16", "9").code) == (4, 4)
    assert causes(run, "--from", "2022-04-15", "--to", "2022-04-16") == {("492", "exemption_ended")}
    assert "exemption #1 (p1-launch) withdrawn" in " ".join(run("history", "492").out.split())
    exported = run("export", "exemptions")
    assert ("2022-04-15" in exported.out, "#1" in exported.err) == (True, True)


def test_a_withdrawal_is_corrected_voided_and_undone(run: Run) -> None:
    """What is withdrawn, and what another exemption follows, stays as it is meanwhile."""
    exempt(run, "2022-03-01")
    withdraw(run, "2022-04-16")
    assert run("record", "void", "1", "--reason", "x").code == 6
    assert run("record", "correct", "1", "--until", "2022-04-01", "--reason", "x").code == 6
    assert run("undo", "2", "--reason", "x").code == 6
    assert exempt(run, "2022-05-01").code == 0
    assert run("record", "void", "2", "--reason", "x").code == 6
    assert run("undo", "3", "--reason", "x").code == 6
    assert run("record", "correct", "2", "--on", "2022-05-02", "--reason", "x").code == 6
    assert run("record", "correct", "2", "--unit", "493", "--reason", "x").code == 2
    assert run("record", "correct", "2", "--on", "2022-05-01", "--reason", "x").code == 0
    assert run("record", "void", "3", "--reason", "x").code == 0
    assert run("record", "void", "4", "--reason", "x").code == 0
    assert states(run, "2022-06-01") == ["exempt"]
    assert run("undo", "7", "--reason", "x").code == 0
    assert states(run, "2022-06-01") == ["overdue"]
    assert run("verify").code == 0


def test_a_withdrawal_does_not_come_back_without_its_exemption(run: Run) -> None:
    """Whichever was voided first."""
    exempt(run, "2022-03-01")
    withdraw(run, "2022-04-16")
    run("record", "void", "2", "--reason", "x")
    run("record", "void", "1", "--reason", "x")
    assert run("undo", "4", "--reason", "x").code == 6
