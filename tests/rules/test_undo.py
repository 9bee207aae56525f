"""Undo: an operation is taken back whole, or not at all."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import build
from conftest import ROOT, Outcome, copy, examples
from thidua_cli import store
from thidua_cli.register import entries, voiding
from thidua_cli.register.units import Directory
from thidua_cli.rules import undo
from thidua_cli.store.journal import LATEST

Run = Callable[..., Outcome]
DEEDS = st.tuples(st.sampled_from(["record", "correct"]), st.sampled_from(["492", "493"]), st.integers(1, 28))


def test_undo_of_an_import_of_records(run: Run) -> None:
    """All that the file brought is voided; what was there before stays."""
    run("record", "launch", "492", "--on", "2022-03-30")
    before = run("status", "--format", "csv").out
    run("import", "launches", str(ROOT / "examples" / "launches_2022.csv"))
    assert run("undo", "#3", "--reason", "nhầm tệp").code == 0
    assert run("status", "--format", "csv").out == before


def test_undo_of_a_correction_brings_the_old_record_back(run: Run) -> None:
    """The replacement is voided, and a copy of what it replaced counts again, contents included."""
    run("record", "registration", "492", "--on", "2022-03-30", "--content", "1,3")
    before = run("status", "--by", "content", "--format", "csv").out
    run("record", "correct", "1", "--content", "2", "--reason", "nhầm")
    assert run("undo", "3", "--reason", "đúng từ đầu").code == 0
    assert run("status", "--by", "content", "--format", "csv").out == before


def test_undo_twice_brings_nothing_back_twice(run: Run) -> None:
    """What an undo has brought back is not brought back again; what stands in its place is not overwritten."""
    run("record", "launch", "492", "--on", "2022-03-30")
    assert run("undo", "2", "--reason", "một").code == 0
    assert run("undo", "3", "--reason", "hai").code == 0
    assert run("undo", "3", "--reason", "ba").code == 6
    run("record", "void", "2", "--reason", "thử")
    run("record", "launch", "492", "--on", "2022-03-29")
    assert run("undo", "5", "--reason", "bốn").code == 6


def test_undo_of_what_was_corrected_since(run: Run, tmp_path: Path) -> None:
    """An import is not undone beside its corrections; once these are undone, all that it brought goes."""
    head = "unit_code,done_on\n"
    (tmp_path / "a.csv").write_text(head + "492,2022-02-01\n493,2022-02-01\nSNV,2022-02-01\n", "utf-8")
    (tmp_path / "b.csv").write_text(head + "492,2022-02-05\n493,2022-02-06\nSNV,2022-02-01\n", "utf-8")
    before = run("status", "--format", "csv").out
    run("import", "launches", str(tmp_path / "a.csv"))
    run("import", "launches", str(tmp_path / "b.csv"), "--correct", "--reason", "danh sách mới")
    refused = run("undo", "2", "--reason", "nhầm tệp")
    assert refused.code == 6
    assert "492  UBND quận Hải Châu" in refused.err
    assert run("undo", "3", "--reason", "nhầm tệp").code == 0
    assert run("undo", "2", "--reason", "nhầm tệp").code == 0
    assert run("status", "--format", "csv").out == before
    assert run("verify").code == 0


@pytest.mark.parametrize(("number", "code"), [("1", 6), ("9", 4), ("x", 2)])
def test_what_cannot_be_undone(run: Run, number: str, code: int) -> None:
    """The operation of init, one that never was, and what is no number."""
    assert run("undo", number, "--reason", "thử").code == code


def test_undo_of_what_was_voided_and_brought_back(run: Run) -> None:
    """A record that was voided and stands again is named; nothing is left behind in silence."""
    run("record", "launch", "492", "493", "--on", "2022-03-30")
    run("record", "void", "1", "--reason", "nhầm")
    run("undo", "3", "--reason", "không nhầm")
    refused = run("undo", "2", "--reason", "nhầm cả")
    assert (refused.code, "operation #4: record #3" in refused.err) == (6, True)
    assert run("undo", "4", "--reason", "nhầm cả").code == 0
    assert run("undo", "2", "--reason", "nhầm cả").code == 0
    assert run("export", "launches").out.count("\n") == 1


def _live(register: sqlite3.Connection) -> dict[int, entries.Record]:
    """The live records by unit."""
    return {entry.unit: entry for entry in entries.live_records(register, LATEST)}


def _contents(register: sqlite3.Connection) -> dict[int, object]:
    return {unit: (entry.done_on, entry.contents) for unit, entry in _live(register).items()}


def _do(register: sqlite3.Connection, deed: str, code: str, day: int) -> None:
    """Record a unit's launch, or correct it where it is recorded."""
    unit = Directory.read(register, LATEST).with_code(code)[0].unit
    entry = entries.Record(unit, "p1", "launch", f"2022-02-{day:02}", entries.Paper())
    held = _live(register).get(unit)
    with store.write(register, actor="test", command=deed) as writer:
        if held is None:
            entries.add(writer, [entry])
        elif deed == "correct":
            voiding.correct(writer, int(held.id or 0), "thử", entry)


@given(deeds=st.lists(DEEDS, max_size=6))
@settings(max_examples=examples(20, 500), deadline=None)
def test_undoing_the_newest_first_goes_back_step_by_step(
    seeded: sqlite3.Connection, deeds: list[tuple[str, str, int]]
) -> None:
    """Whatever was recorded and corrected, undoing from the newest on is every state once more."""
    register = copy(seeded)
    before: dict[int, dict[int, object]] = {}
    for deed in deeds:
        state = _contents(register)
        _do(register, *deed)
        before.setdefault(build.head(register), state)
    for number in sorted(before, reverse=True):
        if number > 1:
            with store.write(register, actor="test", command="undo") as writer:
                undo.undo(writer, number, "thử")
            assert _contents(register) == before[number]
    register.close()


RENAME = ["units", "rename", "492", "--doc", "1"]
CLOSE = ["units", "close", "492", "--doc", "1"]
ADD = ["units", "add", "X1", "Sở Một", "--kind", "department"]
BELOW = ["units", "add", "X1", "UBND phường Một", "--kind", "commune-committee", "--parent", "492"]
SPLIT = ["units", "split", "20194", "--to", "20195", "--keep", "--on", "2023-01-01", "--doc"]
# What is done and undone, then what is done instead; to undo the undo would then break the rule of the name.
BROKEN = {
    "two ends": ([*CLOSE, "--on", "2024-01-01"], [*CLOSE, "--on", "2024-02-01"], "ends more than once"),
    "two names from one day": (
        [*RENAME, "--name", "UBND quận Một", "--on", "2024-01-01"],
        [*RENAME, "--name", "UBND quận Hai", "--on", "2024-01-01"],
        "several names and codes from one day",
    ),
    "a name after the end": (
        [*RENAME, "--name", "UBND quận Một", "--on", "2024-02-01"],
        [*CLOSE, "--on", "2024-01-01"],
        "after the unit had ended",
    ),
    "an end before the name": (
        [*CLOSE, "--on", "2024-01-01"],
        [*RENAME, "--name", "UBND quận Một", "--on", "2024-02-01"],
        "after the unit had ended",
    ),
    "one code for two units": (
        [*ADD, "--on", "2024-01-01"],
        ["units", "add", "x1", "Sở Hai", "--kind", "department", "--on", "2024-02-01"],
        "two units",
    ),
    "a code that another has by now": (
        [*RENAME, "--code", "X1", "--name", "UBND quận Hải Châu", "--on", "2024-01-01"],
        [*ADD, "--on", "2024-02-01"],
        "two units",
    ),
    "a ring of parents": (
        ["units", "rename", "SNV", "--parent", "STC", "--doc", "1", "--on", "2024-01-01"],
        ["units", "rename", "STC", "--parent", "SNV", "--doc", "1", "--on", "2024-02-01"],
        "ring",
    ),
    "a ring of successors": (
        ["units", "merge", "SNV", "--into", "STC", "--doc", "1", "--on", "2024-01-01"],
        ["units", "merge", "STC", "--into", "SNV", "--doc", "1", "--on", "2024-02-01"],
        "ring",
    ),
    "an end above a unit": ([*CLOSE, "--on", "2024-01-01"], [*BELOW, "--on", "2023-01-01"], "still below"),
    "a unit below one that ends": (
        [*BELOW, "--on", "2023-01-01"],
        [*CLOSE, "--on", "2024-01-01"],
        "still below",
    ),
    "one change twice": ([*SPLIT, "1"], [*SPLIT, "2"], "is there twice"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_an_undo_that_would_break_a_rule(run: Run, db: Path, name: str) -> None:
    """It is refused with the reason and the cure; the cure works, and the register stays intact throughout."""
    first, instead, why = BROKEN[name]
    for command in (first, ["undo", "2", "--reason", "nhầm"], instead):
        assert run(*command).code == 0
    before = db.read_bytes()
    refused = run("undo", "3", "--reason", "đúng từ đầu")
    assert (refused.code, why in refused.err, "Undo operation #4 first" in refused.err) == (6, True, True)
    assert db.read_bytes() == before
    assert run("undo", "4", "--reason", "không phải thế").code == 0
    assert run("undo", "3", "--reason", "đúng từ đầu").code == 0
    assert run("verify") == Outcome(0, "", "")


def test_an_undo_that_would_bring_a_second_record_back(run: Run) -> None:
    """Neither a record nor an exemption comes back beside another that has taken its place."""
    exemption = ["record", "exemption", "492", "--obligation", "p1-review-district", "--on", "2022-02-01"]
    for first, instead in (
        (
            ["record", "launch", "492", "--on", "2022-03-30"],
            ["record", "launch", "492", "--on", "2022-03-29"],
        ),
        ([*exemption, "--reason", "một"], [*exemption, "--reason", "hai"]),
    ):
        assert run(*first).code == 0
        number = run("log", "--format", "csv").out.splitlines()[1].split(",")[0].strip('"')
        undoing = ["undo", str(int(number) + 1), "--reason", "đúng từ đầu"]
        assert run("undo", number, "--reason", "nhầm").code == 0
        assert run(*instead).code == 0
        refused = run(*undoing)
        assert (refused.code, f"operation #{int(number) + 2}" in refused.err) == (6, True)
        assert run("undo", str(int(number) + 2), "--reason", "thôi").code == 0
        assert run(*undoing).code == 0
    assert run("verify") == Outcome(0, "", "")


def test_an_undo_that_would_bring_back_what_a_lost_unit_did(run: Run) -> None:
    """A record of a unit comes back only where the unit is there."""
    run(*ADD, "--on", "2021-06-01")
    run("record", "launch", "X1", "--on", "2022-03-30")
    run("record", "void", "1", "--reason", "nhầm")
    assert run("undo", "2", "--reason", "không có đơn vị này").code == 0
    refused = run("undo", "4", "--reason", "không nhầm")
    assert (refused.code, "there is data about X1  Sở Một" in refused.err) == (6, True)
    assert "Undo operation #5 first" in refused.err
    assert run("undo", "5", "--reason", "có đơn vị này").code == 0
    assert run("undo", "4", "--reason", "không nhầm").code == 0
    assert run("verify") == Outcome(0, "", "")


def test_undo_of_a_unit_that_was_brought_back(run: Run) -> None:
    """It is held by what was recorded of it since, as on the first day; its first operation names the second."""
    run(*ADD, "--on", "2021-06-01")
    run("undo", "2", "--reason", "một")
    run("undo", "3", "--reason", "hai")
    run("record", "launch", "X1", "--on", "2022-03-30")
    refused = run("undo", "4", "--reason", "ba")
    assert (refused.code, "operation #5: X1" in refused.err) == (6, True)
    again = run("undo", "2", "--reason", "bốn")
    assert (again.code, "operation #4: X1" in again.err) == (6, True)
    assert run("undo", "5", "--reason", "ba").code == 0
    assert run("undo", "4", "--reason", "ba").code == 0
    assert run("verify") == Outcome(0, "", "")


def test_undo_of_a_change_that_was_learned_late(run: Run) -> None:
    """What it rewrote comes back; what it rewrote is not undone before it."""
    days = ("2023-06-01", "2024-06-01")

    def seen() -> list[str]:
        return [run("units", "list", "--as-of", day, "--format", "csv").out for day in days]

    first = seen()
    run("units", "rename", "492", "--code", "4920", "--on", "2024-01-01", "--doc", "1")
    before = seen()
    run("units", "rename", "492", "--name", "UBND quận Một", "--on", "2023-01-01", "--doc", "2")
    late = seen()
    refused = run("undo", "2", "--reason", "nhầm")
    assert (refused.code, "operation #3" in refused.err) == (6, True)
    for number, then in (("3", before), ("4", late), ("5", before), ("2", first)):
        assert run("undo", number, "--reason", "nhầm").code == 0, number
        assert seen() == then
        assert run("verify") == Outcome(0, "", "")


MERGE = ["units", "merge", "491", "--into", "492", "--on", "2023-01-01", "--doc", "1/NQ"]
PART = ["units", "split", "20203", "--to", "N1 UBND phường Mới", "--doc", "2/NQ"]
RESTING = {
    "a unit made of one that was moved": [MERGE, [*PART, "--keep", "--on", "2024-01-01"]],
    "the same day": [MERGE, [*PART, "--keep", "--on", "2023-01-01"]],
    "of one that ends with it": [MERGE, [*PART, "--to", "N2 UBND phường Hai", "--on", "2023-01-01"]],
    "an earlier day, learned late": [MERGE, [*PART, "--keep", "--on", "2022-06-01"]],
    "a parent that was taken away": [
        ["units", "close", "48", "--on", "2023-01-01", "--doc", "1/NQ"],
        ["units", "split", "492", "--keep", "--to", "499 UBND quận Mới", "--on", "2024-01-01", "--doc", "2/NQ"],
    ],
    "a parent that was named": [
        ["units", "rename", "20203", "--parent", "495", "--on", "2023-01-01", "--doc", "1/NQ"],
        [*PART, "--keep", "--on", "2024-01-01"],
    ],
    "a later name of a unit that was moved": [
        MERGE,
        ["units", "rename", "20203", "--name", "UBND phường Hai", "--on", "2024-01-01", "--doc", "2/NQ"],
    ],
    "a later code of a unit that was renamed": [
        [*RENAME, "--name", "UBND quận Một", "--on", "2023-01-01"],
        [*RENAME, "--code", "4920", "--on", "2024-01-01"],
    ],
    "an end on the same day": [MERGE, ["units", "close", "20207", "--on", "2023-01-01", "--doc", "1/NQ"]],
    "a move on an earlier day": [
        MERGE,
        ["units", "rename", "20203", "--parent", "492", "--on", "2022-06-01", "--doc", "2/NQ"],
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", RESTING)
def test_an_undo_of_what_a_later_change_rests_on(run: Run, name: str) -> None:
    """It is refused and names the later change; undone in reverse order, both leave the register as it was."""

    def seen() -> list[str]:
        days = ("2022-08-01", "2023-01-01", "2026-01-01")
        return [run("units", "list", "--as-of", day, "--format", "csv").out for day in days]

    before = seen()
    for command in RESTING[name]:
        assert run(*command).code == 0
    refused = run("undo", "2", "--reason", "nhầm")
    assert (refused.code, "operation #3" in refused.err) == (6, True)
    after = seen()
    for number in ("3", "4", "5"):  # undone, done again, undone
        assert run("undo", number, "--reason", "nhầm").code == 0
        assert (seen() == after) is (number == "4")
    assert run("undo", "2", "--reason", "nhầm").code == 0
    assert seen() == before
    assert run("verify") == Outcome(0, "", "")
