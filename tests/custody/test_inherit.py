"""A register made with the units of another: their whole history, no records, and rosters that are equal."""

import contextlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

import build
import changes
import worlds
from conftest import ROOT, Outcome, copy
from thidua_cli import store
from thidua_cli.custody import inherit
from thidua_cli.ground.errors import ThiduaError
from thidua_cli.register.units import Directory
from thidua_cli.rules import invariants
from thidua_cli.rules.undo import undo
from thidua_cli.standing import verdict
from thidua_cli.store.journal import LATEST

Run = Callable[..., Outcome]
DAYS = ("2021-06-01", "2022-03-31", "2023-06-01", "2025-07-01", "2026-11-01")


def heirs(source: sqlite3.Connection, empty: sqlite3.Connection) -> sqlite3.Connection:
    """A register in memory with the units of another, as a second operation."""
    target = copy(empty)
    with store.write(target, actor="test", command="units") as writer:
        inherit.Inherited("", inherit.live_rows(source)).apply(writer)
    return target


def roster(connection: sqlite3.Connection, day: str) -> set[tuple[object, ...]]:
    """Who is on which roster since when, without what was done."""
    facts = verdict.facts(connection, date.fromisoformat(day), LATEST)
    return {(*fact[:5], *fact[6:12]) for fact in facts}


def assert_equal(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """Rosters on all days, units under their names of every day, and the rules of units are the same."""
    for day in DAYS:
        assert roster(target, day) == roster(source, day)
    ours, theirs = Directory.read(target, LATEST), Directory.read(source, LATEST)
    assert [each._replace(operation=0) for each in ours] == [each._replace(operation=0) for each in theirs]
    assert not list(invariants.broken(target, LATEST, ours)) or list(
        invariants.broken(source, LATEST, theirs)
    )
    assert target.execute("SELECT count(*) FROM record").fetchone() == (0,)


@given(world=worlds.worlds())
@settings(max_examples=15, deadline=None)
def test_rosters_are_those_of_the_source(empty: sqlite3.Connection, world: dict[int, worlds.Unit]) -> None:
    """Whatever passed between units on any day, with codes that several have one after another."""
    source = copy(empty)
    worlds.populate(source, world)
    with contextlib.closing(heirs(source, empty)) as target:
        assert_equal(source, target)


@given(
    done=st.lists(
        st.tuples(
            st.sampled_from(["rename", "merge", "dissolve", "split", "undo"]),
            st.integers(0, 5),
            st.integers(0, 5),
            st.sampled_from(["2022-03-01", "2022-06-01", "2023-06-01", "2025-07-01"]),
        ),
        max_size=6,
    )
)
@settings(max_examples=15, deadline=None)
def test_changes_and_their_undoing_come_along(
    empty: sqlite3.Connection, done: list[tuple[str, int, int, str]]
) -> None:
    """What decisions made of units is there; what was undone of it is not."""
    source = copy(empty)
    with store.write(source, actor="test", command="units") as writer:
        for number in range(6):
            build.unit(writer, f"U{number}", "department", "city", "2021-01-01", note=f"ghi chú {number}")
    for number, (kind, one, other, day) in enumerate(done):
        if kind == "undo":
            with (
                contextlib.suppress(ThiduaError),
                store.write(source, actor="t", command="undo") as writer,
            ):
                undo(writer, max(build.head(source), 3), "nhầm")
            continue
        alive = [f"{each.code} {each.name}" for each in changes.directory(source).alive(day)]
        if not alive:
            break
        old, new = alive[one % len(alive)], f"N{number} Đơn vị N{number}"
        if kind == "merge":
            new = alive[other % len(alive)]
        rows = [changes.change(kind, old, "" if kind == "dissolve" else new, day)]
        if kind in ("merge", "split"):
            stays = new if kind == "merge" else old
            rows.append(changes.change("keep", stays, stays, day))
        if kind == "split":
            rows[0] = changes.change("split", old, new, day, extent="part")
        if old != new:
            event(f"{kind}: {not changes.apply(source, rows).problems}")
    with contextlib.closing(heirs(source, empty)) as target:
        assert_equal(source, target)


@pytest.fixture
def lived(run: Run) -> Run:
    """A register with records, the changes of 2025, a change that was undone, and a unit renamed since."""
    for done in (
        run("record", "launch", "492", "--on", "2022-03-30"),
        run("import", "changes", str(ROOT / "data" / "changes_2025.csv")),
        run("units", "add", "X9", "Hội X", "--kind", "association", "--on", "2021-02-01"),
        run("undo", "4", "--reason", "nhầm"),
        run("units", "rename", "SCT", "--name", "Sở Khác", "--on", "2026-01-01", "--doc", "2/NQ"),
    ):
        assert done.code == 0, done.err
    return run


def test_a_register_with_the_units_of_another(lived: Run, db: Path, tmp_path: Path) -> None:
    """One operation that names the source's anchor; it verifies, and goes out as text and in again."""
    other, before = tmp_path / "other.db", db.read_bytes()
    made = lived("--db", str(other), "init", "--units-from", str(db))
    assert made.code == 0, made.err
    source = json.loads(lived("log", "--format", "json").out)["rows"]
    [log] = json.loads(lived("--db", str(other), "log", "--format", "json").out)["rows"]
    register = json.loads(lived("log", "--format", "json").out)["register"]
    assert log["command"].endswith(f" # {register}:{source[0]['operation']}:{source[0]['hash']}")
    assert f"{register}:{source[0]['operation']}:" in made.out
    assert db.read_bytes() == before
    assert lived("--db", str(other), "verify").code == 0
    for day in DAYS:
        one, two = (
            json.loads(lived("--db", str(path), "status", "--as-of", day, "--format", "json").out)["rows"]
            for path in (db, other)
        )
        assert [row["roster"] for row in one] == [row["roster"] for row in two]
    assert lived("--db", str(other), "units", "show", "X9", "--as-of", "2022-01-01").code == 4
    assert "Sở Khác" in lived("--db", str(other), "units", "show", "SCT").out
    text, again = tmp_path / "r.jsonl", tmp_path / "again.db"
    lived("--db", str(other), "export", "register", "-o", str(text))
    assert lived("--db", str(again), "restore", str(text)).code == 0
    assert lived("--db", str(again), "verify", "--extends", str(other)).code == 0
    for done in (
        lived("--db", str(other), "record", "launch", "492", "--on", "2022-03-30"),
        lived("--db", str(other), "units", "rename", "SDL", "--name", "Sở Z", "--on", "2026-02-01", "--doc", "3/NQ"),
        lived("--db", str(other), "verify"),
    ):  # fmt: skip
        assert done.code == 0, done.err
    refused = lived("--db", str(other), "undo", "1", "--reason", "x")
    assert (refused.code, "cannot be undone" in refused.err) == (6, True)


def test_the_same_source_again_is_already_there(lived: Run, db: Path, tmp_path: Path) -> None:
    """Whatever came later in either; another source, one that lost that operation, and a list are refused."""
    other, third = tmp_path / "other.db", tmp_path / "third.db"
    lived("--db", str(other), "init", "--units-from", str(db))
    lived("--db", str(third), "init")
    short = tmp_path / "short.db"
    shutil.copy(third, short)
    lived("record", "launch", "493", "--on", "2022-03-30")
    lived("--db", str(other), "record", "launch", "493", "--on", "2022-03-30")
    kept = other.read_bytes()
    again = lived("--db", str(other), "init", "--units-from", str(db))
    assert (again.code, "already" in again.out) == (0, True)
    assert lived("--db", str(other), "init").code == 0
    for source in (third, short, other):
        refused = lived("--db", str(other), "init", "--units-from", str(source))
        assert (refused.code, f"not taken from register {source}" in refused.err) == (6, True), refused
    assert lived("--db", str(other), "init", "--units", str(ROOT / "data" / "seed_units.csv")).code == 6
    assert lived("init", "--units-from", str(third)).code == 6
    assert other.read_bytes() == kept


@pytest.mark.parametrize("what", ["missing", "text", "other sqlite", "newer", "damaged", "forged"])
def test_a_source_that_cannot_be_trusted(run: Run, db: Path, tmp_path: Path, what: str) -> None:
    """Exit 5 with the path and the reason; the file is left as it is, and no register is made."""
    source, other = tmp_path / "source.db", tmp_path / "other.db"
    if what != "missing":
        shutil.copy(db, source)
    if what == "text":
        source.write_text("code,name\n")
    elif what == "damaged":
        data = source.read_bytes()
        source.write_bytes(data[: len(data) // 2])
    elif what in ("other sqlite", "newer", "forged"):
        sql = {
            "other sqlite": "PRAGMA application_id = 7",
            "newer": "PRAGMA user_version = 99",
            "forged": "DROP TRIGGER unit_version_no_update; UPDATE unit_version SET name = 'Sở Z' WHERE id = 3",
        }[what]
        with contextlib.closing(sqlite3.connect(source)) as plain:
            plain.executescript(sql)
            plain.commit()
    before = source.read_bytes() if source.exists() else None
    done = run("--db", str(other), "init", "--units-from", str(source))
    assert (done.code, str(source) in done.err, done.out) == (5, True, ""), done.err
    assert not other.exists()
    assert (source.read_bytes() if source.exists() else None) == before


@pytest.mark.parametrize(("option", "value"), [("--units", "u.csv"), ("--no-units", "")])
def test_units_come_from_one_place(run: Run, db: Path, tmp_path: Path, option: str, value: str) -> None:
    """Another way to name units beside it is exit 2."""
    other = tmp_path / "other.db"
    done = run("--db", str(other), "init", "--units-from", str(db), option, *([value] if value else []))
    assert (done.code, option in done.err, other.exists()) == (2, True, False)
