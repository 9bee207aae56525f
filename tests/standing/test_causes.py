"""The causes of the differences between two moments."""

import contextlib
import csv
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import build
from causes import check_causes, judged_rows
from changes import apply, change, directory
from conftest import ROOT, Outcome, copy, examples
from thidua_cli import store
from thidua_cli.ground.errors import RefusedError
from thidua_cli.register import entries as records
from thidua_cli.register import voiding
from thidua_cli.register.models import ExemptionIn, ExtensionIn, RecordIn, SupplementIn
from thidua_cli.register.plan import load_plan
from thidua_cli.rules import decide, undo
from thidua_cli.standing import causes as diff
from thidua_cli.standing.observations import Cause, Observations, Side
from thidua_cli.store.journal import LATEST

Run = Callable[..., Outcome]


DAYS = st.sampled_from(["2021-02-01", "2022-03-31", "2022-05-05", "2025-02-01", "2026-01-01", "2026-02-01"])
FEW = st.sampled_from(["A", "B", "C"])
DEEDS = st.one_of(
    st.tuples(st.just("launch"), FEW, DAYS),
    st.tuples(st.sampled_from(["exempt", "excuse", "extend", "supplement"]), FEW, DAYS),
    st.tuples(st.just("void"), FEW, DAYS),
    st.tuples(st.just("correct"), FEW, DAYS),
    st.tuples(st.sampled_from(["dissolve", "merge", "found"]), FEW, DAYS),
    st.tuples(st.just("undo"), st.integers(0, 2), st.none()),
)


_OF = {"obligation": "p1-launch"}
_PAPERS: dict[str, Any] = {
    "launch": (RecordIn, "done_on", {"action": "launch"}),
    "exempt": (ExemptionIn, "exempted_on", _OF | {"reason": "đảo"}),
    "excuse": (ExemptionIn, "exempted_on", _OF | {"reason": "bão"}),
    "extend": (ExtensionIn, "granted_on", _OF | {"until": "2026-01-15"}),
    "supplement": (SupplementIn, "supplemented_on", _OF | {"note": "thêm"}),
}


def _do(connection: sqlite3.Connection, deed: str, what: Any, on: Any) -> None:
    """One operation, or none where it is refused or there is nothing to do."""
    if deed == "undo":
        try:
            with store.write(connection, actor="test", command="undo") as writer:
                undo.undo(writer, max(2, build.head(connection) - what), "thử")
        except RefusedError:
            pass
        return
    if deed in _PAPERS:
        model, day, item = _PAPERS[deed]
        until = {"until": "2025-12-31"} if deed == "excuse" and on < "2025-12-31" else {}
        made = model.model_validate({"unit_code": what, day: on, **item, **until})
        outcome = decide.decide(build.read(connection), made)
        if outcome.verdict == "new" and outcome.entry:
            with store.write(connection, actor="test", command=deed) as writer:
                records.add(writer, [outcome.entry])
    elif deed in ("void", "correct"):
        live = records.live_records(connection, LATEST)
        exempt = records.live_exemptions(connection, LATEST)
        letters = records.live_supplements(connection, LATEST)
        newest = max([*live, *exempt, *letters], key=lambda entry: entry.id or 0, default=None)
        held = directory(connection).with_code(what)
        with store.write(connection, actor="test", command=deed) as writer:
            if newest and deed == "void":
                voiding.void(writer, newest.id or 0, "nhầm")
            elif isinstance(newest, records.Record) and held:
                fresh = newest._replace(unit=held[0].unit, done_on=on)
                late = any(each.record == newest.id and each.day < on for each in letters)
                if not late and fresh.key not in {entry.key for entry in live if entry.id != newest.id}:
                    voiding.correct(writer, newest.id or 0, "nhầm", fresh)
    elif deed == "found":
        if not directory(connection).with_code(what):
            with store.write(connection, actor="test", command=deed) as writer:
                build.unit(writer, what, "department", "city", on)
    elif held := [version for version in directory(connection).with_code(what) if version.until_on is None]:
        to = "" if deed == "dissolve" else "N Sở N"
        apply(connection, [change(deed, f"{what} {held[0].name}", to, on)])


@given(deeds=st.lists(DEEDS, max_size=7), day=DAYS)
@settings(max_examples=examples(40, 1000), deadline=None)
def test_every_cause_is_true(empty: sqlite3.Connection, deeds: list[tuple[str, Any, Any]], day: str) -> None:
    """Whatever is recorded, voided, corrected, ended and undone, between any two of its moments."""
    with contextlib.closing(copy(empty)) as connection:
        with store.write(connection, actor="test", command="units") as writer:
            for code in "AB":
                build.unit(writer, code, "department", "city", "2021-01-01")
        for deed, what, on in deeds:
            _do(connection, deed, what, on)
        head = build.head(connection)
        for known in range(1, head + 1):
            check_causes(connection, Side(day, known), Side(day, head))
            check_causes(connection, Side("2022-03-01", known), Side("2026-03-01", head))


def test_the_causes_of_a_year(run: Run) -> None:
    """Between two days and between two instants every figure is explained by its causes."""
    run("record", "launch", "492", "--on", "2022-03-30")
    run("record", "launch", "493", "--on", "2022-04-02")
    run(
        "record",
        "exemption",
        "498",
        "--obligation",
        "p1-launch",
        "--on",
        "2022-04-05",
        "--reason",
        "đảo",
        "--doc",
        "1/QĐ",
    )
    run("record", "correct", "2", "--on", "2022-03-31", "--reason", "nhầm")
    run("record", "void", "1", "--reason", "nhầm")

    def causes(*arguments: str) -> list[tuple[str, str]]:
        rows = json.loads(run("diff", *arguments, "--phase", "p1", "--format", "json").out)["rows"]
        return sorted((row["unit_code"], row["cause"]) for row in rows if row["cause"] != "became_overdue")

    assert causes("--from", "2022-03-30", "--to", "2022-04-30") == [
        ("493", "done_on_time"),
        ("498", "exempted"),
    ]
    assert causes("--from", "#4", "--to", "#6", "--as-of", "2022-04-30") == [
        ("492", "voided"),
        ("493", "corrected"),
    ]
    assert run("diff", "--from", "2022-04-30", "--to", "2022-03-30").code == 2
    assert run("diff", "--from", "2022-04-30", "--to", "#3").code == 2


def _told(run: Run, one: str, other: str, *arguments: str) -> set[tuple[str, str]]:
    """Units and causes between two operations."""
    made = run("diff", "--from", one, "--to", other, *arguments, "--format", "json")
    return {(row["unit_code"], row["cause"]) for row in json.loads(made.out)["rows"]}


@pytest.mark.parametrize("phase", ["p1", "p2"])
def test_a_unit_that_ended_is_not_told_as_voided(run: Run, phase: str) -> None:
    """In every phase an end is an end and its undoing a restoring, also of a unit that the phase never saw."""
    asked = ("--as-of", "2026-06-01", "--phase", phase)
    assert run("units", "close", "SCT", "--on", "2026-01-01", "--doc", "5/NQ").code == 0
    run("undo", "2", "--reason", "nhầm")
    if phase == "p2":
        assert _told(run, "#1", "#2", *asked) == {("SCT", "unit_ended")}
        assert _told(run, "#2", "#3", *asked) == {("SCT", "unit_restored")}
    assert run("units", "close", "SCT", "--on", "2025-12-31", "--doc", "5/NQ").code == 0
    ended = {cause for unit, cause in _told(run, "#3", "#4", *asked) if unit == "SCT"}
    assert ended == {"unit_ended"}
    assert _told(run, "#2", "#4", *asked) == (set() if phase == "p2" else {("SCT", "unit_redated")})


def test_an_heir_is_told_as_one(register: sqlite3.Connection) -> None:
    """A unit that an obligation without newcomers passed by is bound once it succeeds one that was addressed."""
    with store.write(register, actor="test", command="units") as writer:
        late = build.unit(writer, "X1", "department", "city", "2023-01-01")
    known = build.head(register)
    with store.write(register, actor="test", command="changes") as writer:
        build.succession(writer, directory(register).with_code("SCT")[0].unit, late, "2025-03-01")
    one, other = (Side("2026-02-01", number) for number in (known, known + 1))
    check_causes(register, one, other)
    check_causes(register, Side("2025-01-31", known + 1), other)
    before, after = (judged_rows(register, side.day, f"#{side.known}") for side in (one, other))
    found = diff.compare(before, after, Observations(register, (load_plan(register),) * 2, one, other))
    assert [(each.fact.unit, each.fact.obligation, each.cause) for each in found] == [
        (late, "p1-review", Cause.SUCCESSION_CHANGED)
    ]


def test_a_resolution_is_told_as_ends_and_new_units(run: Run) -> None:
    """None of 2025's 74 units is voided by the resolutions; an undo voids the new ones and nobody else."""
    run("import", "changes", "@changes_2025.csv")
    run("undo", "2", "--reason", "thử")
    run("undo", "3", "--reason", "thử nữa")
    asked = ("--as-of", "2026-06-01", "--phase", "p2", "--kind", "commune-committee")

    def causes(one: str, other: str) -> set[str]:
        return {cause for _unit, cause in _told(run, one, other, *asked)}

    assert causes("#1", "#2") == {"unit_created", "unit_ended"}
    assert causes("#2", "#3") == {"unit_removed", "unit_restored"}
    assert causes("#3", "#4") == {"unit_reinstated", "unit_ended"}


def test_what_an_undo_brings_back_is_not_told_as_new(run: Run) -> None:
    """A record that was known, voided, and is live again is restored; so is one that is recorded once more."""
    run("import", "registrations", str(ROOT / "examples" / "registrations_2022.csv"))
    run("record", "exemption", "498", "--obligation", "p1-launch", "--on", "2022-04-05", "--reason", "đảo")
    run("undo", "2", "--reason", "nhầm")
    run("undo", "4", "--reason", "không nhầm")
    run("undo", "3", "--reason", "nhầm")
    run("record", "exemption", "498", "--obligation", "p1-launch", "--on", "2022-04-05", "--reason", "đảo")
    restored = _told(run, "#4", "#5")
    assert (len(restored), {cause for _unit, cause in restored}) == (67, {"record_restored"})
    assert _told(run, "#6", "#7") == {("498", "record_restored")}
    assert {cause for _unit, cause in _told(run, "#1", "#7")} == {"done_on_time", "exempted"}


def test_a_record_of_another_unit_is_told_as_corrected(run: Run) -> None:
    """Who loses a record to a correction and who gets it are told alike, with its reason."""
    run("record", "launch", "492", "--on", "2022-03-30")
    run("record", "correct", "1", "--unit", "493", "--reason", "nhầm đơn vị")
    run("record", "void", "2", "--reason", "cả hai đều sai")
    assert _told(run, "#2", "#3") == {("492", "corrected"), ("493", "corrected")}
    assert _told(run, "#2", "#4") == {("492", "voided")}
    assert _told(run, "#1", "#3") == {("493", "done_on_time")}
    text = run("diff", "--from", "#2", "--to", "#3").out
    assert text.count("nhầm đơn vị") == 2
    assert "Figure" not in text  # no figure has changed, and a table of none is not drawn
    assert "Phase 1 (2021-2025) · p1-launch · Launch" in text


def test_who_left_and_who_came_are_both_named(run: Run, tmp_path: Path) -> None:
    """Units that an undo took away and units imported after it stand in one list."""
    for code in ("X1", "X2"):
        (tmp_path / "units.csv").write_text(f"code,name,kind\n{code},Sở {code},department\n", "utf-8")
        assert run("import", "units", str(tmp_path / "units.csv"), "--on", "2021-01-01").code == 0
        if code == "X1":
            run("undo", "2", "--reason", "nhầm")
    assert _told(run, "#2", "#4", "--phase", "p1") == {("X1", "unit_removed"), ("X2", "unit_created")}


def test_figures_of_the_diff_add_up(run: Run) -> None:
    """In JSON the deltas of the rows are the differences of the figures."""
    run("import", "launches", str(ROOT / "examples" / "launches_2022.csv"))
    run("import", "changes", "@changes_2025.csv")
    for arguments in (
        ("--from", "2022-03-01", "--to", "2026-02-01"),
        ("--from", "#1", "--to", "#3"),
        ("--from", "#2"),
    ):
        made = json.loads(run("diff", *arguments, "--format", "json").out)
        for figure in made["figures"]:
            deltas = [
                1 if delta.endswith("+1") else -1
                for row in made["rows"]
                if row["obligation"] == figure["obligation"]
                for delta in row["deltas"]
                if delta[:-2] == figure["figure"]
            ]
            assert sum(deltas) == figure["to"] - figure["from"]


def test_two_days_tell_what_was_recorded_only_later(run: Run) -> None:
    """Who compares two days is told of deeds that count on both because the register learned of them later."""
    run("import", "launches", str(ROOT / "examples" / "launches_2022.csv"))
    late = run("diff", "--from", "2022-03-30", "--to", "2022-04-02", "--phase", "p1").out
    with (ROOT / "examples" / "launches_2022.csv").open(encoding="utf-8", newline="") as file:
        count = sum(row["done_on"] <= "2022-03-30" for row in csv.DictReader(file))
    assert (
        f"{count} deeds up to 2022-03-30 were recorded only after that day, and count on both days." in late
    )
    assert "thidua diff --from '#1' --to '#2' --as-of 2022-04-02 --phase p1" in " ".join(late.split())
    narrow = ("--kind", "commune-committee", "--level", "commune", "--district", "492")
    told = " ".join(run("diff", "--from", "2022-03-30", "--to", "2022-04-02", *narrow).out.split())
    command = told.partition("thidua diff ")[2].partition(" Anchor")[0].split()
    assert command[6:] == list(narrow)
    assert run("diff", *(word.strip("'") for word in command)).code == 0
    for asked in (
        ("--from", "2022-01-01", "--to", "2022-01-02"),  # nothing had been done by then
        ("--from", "#1", "--to", "#2"),
        ("--from", "2026-11-23", "--to", "2026-11-24"),
    ):
        assert "only after that day" not in run("diff", *asked).out
