"""Supplements: second letters, which add to a record from their own day on."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import build
from conftest import Outcome

Run = Callable[..., Outcome]
UNIT = ("492", "--obligation", "p1-registration")


@pytest.fixture
def registered(run: Run) -> Run:
    """A register in which 492 has registered for contents 1 and 3, as record #1."""
    run("record", "registration", "492", "--on", "2022-03-30", "--doc", "12/KH", "--content", "1,3")
    return run


def supplement(run: Run, on: str, contents: str = "", *more: str, to: tuple[str, ...] = ("1",)) -> Outcome:
    """A second letter."""
    named = ("--content", contents) if contents else ()
    return run("record", "supplement", *to, "--on", on, "--doc", "20/CV", *named, *more)


def contents(run: Run, day: str, *more: str) -> list[str]:
    """The contents for which a unit counts as registered on a day."""
    made = run("status", "--by", "content", "--phase", "p1", "--as-of", day, *more, "--format", "json")
    return [each["group"] for each in json.loads(made.out)["rows"] if each["done"]]


def changes(run: Run, *moments: str) -> list[tuple[str, list[str]]]:
    """The causes of a comparison, with what they do to figures."""
    made = json.loads(run("diff", *moments, "--phase", "p1", "--format", "json").out)
    return [(each["cause"], each["deltas"]) for each in made["rows"]]


def test_a_content_counts_from_the_day_of_the_letter_that_named_it(registered: Run) -> None:
    """And is known from the operation that recorded it."""
    assert supplement(registered, "2022-06-05", "4,5").code == 0
    assert contents(registered, "2022-06-04") == ["1", "3"]
    assert contents(registered, "2022-06-05") == ["1", "3", "4", "5"]
    assert contents(registered, "2022-06-05", "--known-at", "#2") == ["1", "3"]
    assert "supplement to #1, contents 4,5" in " ".join(registered("history", "492").out.split())
    assert registered("verify").code == 0


def test_a_bare_number_is_an_id_and_with_obligation_a_unit(registered: Run) -> None:
    """The same letter again is already recorded, whichever way it is named; another name needs --obligation."""
    supplement(registered, "2022-06-05", "4,5", to=("#1",))
    assert "already recorded as #2" in supplement(registered, "2022-06-05", "4,5", to=UNIT).out
    assert supplement(registered, "2022-06-05", "4,5", to=("492",)).code == 4
    assert supplement(registered, "2022-06-05", "4,5", to=("UBND quận Hải Châu",)).code == 2
    differing = supplement(registered, "2022-06-05", "4", to=UNIT)
    assert (differing.code, "record correct 2 --content 4" in differing.err) == (6, True)


@pytest.mark.parametrize(
    ("to", "on", "content", "code"),
    [
        (("1",), "2022-03-30", "4", 0),
        (("1",), "2022-03-29", "4", 6),
        (("1",), "2099-01-01", "4", 6),
        (("1",), "2022-04-01", "9", 2),
        (("9",), "2022-04-01", "4", 4),
        (("2",), "2022-04-01", "4", 2),
        (("3",), "2022-04-01", "4", 4),
        (("493", "--obligation", "p1-registration"), "2022-04-01", "4", 4),
        (("492", "--obligation", "p1-nothing"), "2022-04-01", "4", 4),
    ],
)
def test_a_supplement_has_a_record_and_follows_it(
    registered: Run, to: tuple[str, ...], on: str, content: str, code: int
) -> None:
    """On its day at the earliest; contents only where the action names them."""
    registered("record", "launch", "492", "--on", "2022-03-30")
    registered(
        "record", "exemption", "494", "--obligation", "p1-launch", "--on", "2022-03-30", "--reason", "x"
    )
    assert supplement(registered, on, content, to=to).code == code


def test_a_supplement_adds_something(registered: Run) -> None:
    """A document, contents, evidence or a note."""
    assert registered("record", "supplement", "1", "--on", "2022-06-05").code == 2
    assert registered("record", "supplement", "1", "--on", "2022-06-05", "--note", "x").code == 0


def test_a_supplement_falls_with_its_record_and_comes_back_with_it(registered: Run) -> None:
    """Voiding alone takes only the letter."""
    supplement(registered, "2022-06-05", "4,5")
    voided = registered("record", "void", "1", "--reason", "x")
    assert ("voided #2" in voided.out, contents(registered, "2022-06-05")) == (True, [])
    assert registered("undo", "4", "--reason", "x").code == 0
    assert contents(registered, "2022-06-05") == ["1", "3", "4", "5"]
    assert registered("record", "void", "4", "--reason", "x").code == 0
    assert contents(registered, "2022-06-05") == ["1", "3"]
    assert registered("undo", "6", "--reason", "x").code == 0
    assert contents(registered, "2022-06-05") == ["1", "3", "4", "5"]
    assert registered("verify").code == 0


def test_a_correction_carries_supplements_over(registered: Run) -> None:
    """Unless one would then precede the record; its undo carries them back."""
    supplement(registered, "2022-06-05", "4,5")
    late = registered("record", "correct", "1", "--on", "2022-06-06", "--reason", "x")
    assert (late.code, "supplement #2 of 2022-06-05" in late.err) == (6, True)
    assert registered("record", "correct", "1", "--content", "2", "--reason", "x").code == 0
    assert contents(registered, "2022-06-05") == ["2", "4", "5"]
    assert registered("undo", "4", "--reason", "x").code == 0
    assert contents(registered, "2022-06-05") == ["1", "3", "4", "5"]
    assert registered("record", "correct", "6", "--content", "5", "--reason", "x").code == 0
    assert contents(registered, "2022-06-05") == ["1", "3", "5"]
    assert registered("record", "correct", "7", "--phase", "p2", "--reason", "x").code == 2
    assert registered("verify").code == 0


def test_undo_leaves_no_supplement_without_its_record(registered: Run) -> None:
    """Neither under it, nor before it, nor beside the same letter."""
    supplement(registered, "2022-06-05", "4,5")
    assert registered("undo", "2", "--reason", "x").code == 6
    registered("record", "void", "2", "--reason", "x")
    registered("record", "correct", "1", "--on", "2022-07-01", "--reason", "x")
    assert registered("undo", "4", "--reason", "x").code == 6  # it would be earlier
    registered("record", "correct", "3", "--on", "2022-03-30", "--reason", "x")
    supplement(registered, "2022-06-05", "4,5", to=UNIT)
    assert registered("undo", "4", "--reason", "x").code == 6  # it is there again
    registered("record", "void", "5", "--reason", "x")
    assert registered("undo", "4", "--reason", "x").code == 0
    assert contents(registered, "2022-06-05") == ["1", "3", "4", "5"]
    registered("record", "void", "6", "--reason", "x")
    registered("record", "void", "4", "--reason", "x")
    assert registered("undo", "10", "--reason", "x").code == 6  # its record is gone
    assert registered("verify").code == 0


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
def test_supplements_are_exported_and_come_back(run: Run, tmp_path: Path, db: Path, form: str) -> None:
    """Twice changes nothing; a differing row is corrected where that is asked for."""
    file, first = tmp_path / f"supplements.{form}", tmp_path / "registrations.csv"
    fresh = db.read_bytes()
    run("record", "registration", "492", "--on", "2022-03-30", "--doc", "12/KH", "--content", "1,3")
    supplement(run, "2022-06-05", "4,5", to=UNIT)
    supplement(run, "2022-07-05", "2", "--note", "x", to=UNIT)
    run("export", "registrations", "-o", str(first))
    assert run("export", "supplements", "-o", str(file)).code == 0
    whole = run("export", "supplements").out
    db.write_bytes(fresh)
    assert run("import", "supplements", str(file)).code == 7  # nothing to add to
    run("import", "registrations", str(first))
    assert run("import", "supplements", str(file), "--dry-run").code == 0
    assert run("import", "supplements", str(file)).code == 0
    assert run("export", "supplements").out == whole
    assert "2 already" in run("import", "supplements", str(file)).out
    file = tmp_path / "differing.csv"
    file.write_text(whole.replace('"4,5"', '"4"'), encoding="utf-8")
    assert run("import", "supplements", str(file)).code == 7
    assert run("import", "supplements", str(file), "--correct", "--reason", "x").code == 0
    assert contents(run, "2022-07-05") == ["1", "2", "3", "4"]
    assert run("verify").code == 0


def test_a_corrected_file_of_records_carries_supplements_over(registered: Run, tmp_path: Path) -> None:
    """A row that would come after its supplement is refused, with the number of the supplement."""
    supplement(registered, "2022-06-05", "4,5")
    file, correcting = tmp_path / "registrations.csv", ("--correct", "--reason", "x")
    file.write_text("unit_code,done_on\n492,2022-06-06\n", encoding="utf-8")
    refused = registered("import", "registrations", str(file), *correcting)
    assert (refused.code, "supplement #2" in refused.err) == (7, True)
    file.write_text("unit_code,done_on\n492,2022-06-05\n", encoding="utf-8")
    assert registered("import", "registrations", str(file), *correcting).code == 0
    assert contents(registered, "2022-06-05") == ["1", "3", "4", "5"]


def test_diff_names_supplements_and_no_figure_changes(registered: Run) -> None:
    """A correction of the record says nothing new; voiding a letter and bringing it back do."""
    supplement(registered, "2022-06-05", "4,5")
    assert changes(registered, "--from", "2022-06-04", "--to", "2022-06-05") == [("supplemented", [])]
    assert changes(registered, "--from", "2022-06-05", "--to", "2022-06-06") == []
    registered("record", "correct", "1", "--on", "2022-03-29", "--reason", "x")
    registered("record", "correct", "4", "--content", "5", "--reason", "x")
    registered("record", "void", "5", "--reason", "x")
    registered("undo", "6", "--reason", "x")
    known = [changes(registered, "--from", f"#{number}", "--to", f"#{number + 1}") for number in range(2, 7)]
    assert known == [
        [("supplemented", [])], [], [("corrected", [])], [("voided", [])], [("record_restored", [])],
    ]  # fmt: skip


def test_a_forged_supplement_is_found(run: Run, db: Path) -> None:
    """Before its record, with contents that its action does not name, or left under a voided record."""
    with build.store.write(build.store.connect(db), actor="test", command="x") as writer:
        row = {"unit": 3, "phase": "p1", "action": "launch", "occasion": "", "done_on": "2022-03-01"}
        record = build.insert(writer, "record", **row)
        build.insert(writer, "supplement", record=record, supplemented_on="2022-02-01")
        number = build.insert(writer, "supplement", record=record, supplemented_on="2022-04-01")
        writer.insert("supplement_content", [{"supplement": number, "content": 4}])
        void = {"target": "record", "target_id": record, "reason": "x"}
        build.insert(writer, "void", **void)
    said = run("verify").out
    for words in ("earlier than its record", "names contents", "on which it rests, is voided"):
        assert words in " ".join(said.split()), words
