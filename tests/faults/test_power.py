"""Power cuts under the database: nothing corrupt, nothing lost that was acknowledged. See powercut.py for the disk."""

import itertools
import random
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

import build
from conftest import ROOT, Outcome
from faults.powercut import Connection, Disk, Event, after_cut, write_files
from faults.witness import broken_links, dump
from thidua_cli import store
from thidua_cli.ground.errors import StoreError
from thidua_cli.render import pages as render
from thidua_cli.store import journal

Run = Callable[..., Outcome]
Say = Callable[[str], None]
NAMES = (f"power-{number}" for number in itertools.count())
LIFE = (
    ("record", "launch", "492", "493", "--on", "2022-03-30", "--doc", "12/KH-UBND"),
    ("record", "registration", "SCT", "--on", "2022-03-01", "--content", "1,3"),
    ("record", "correct", "1", "--on", "2022-03-29", "--reason", "nhầm ngày"),
    ("record", "exemption", "498", "--obligation", "p1-launch", "--on", "2022-02-15", "--reason", "đảo xa"),
    ("import", "launches", str(ROOT / "examples" / "launches_2022.csv")),
    ("record", "void", "2", "--reason", "nhầm đơn vị"),
    ("import", "changes", "@changes_2025.csv"),
    ("undo", "6", "--reason", "nhầm tệp"),
    ("record", "launch", "498", "--on", "2022-03-31"),
)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder in memory, where that can be had: what is tested is SQLite, not this machine's disk."""
    memory = Path("/dev/shm")
    made = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))
    yield made
    shutil.rmtree(made)


def _live(
    db: Path, run: Run, monkeypatch: pytest.MonkeyPatch, settings: str
) -> tuple[list[Event], dict[int, dict[str, object]]]:
    """Run real commands on a simulated disk; returns its events, and the content after each operation."""
    disk = Disk(next(NAMES), {str(db): db.read_bytes()})
    contents = {1: dump(db)}

    def connect(path: Path, _header: bytes = b"", *, read_only: bool = False) -> sqlite3.Connection:
        connection = store.prepare(Connection(path, disk))  # type: ignore[arg-type]
        if settings:
            connection.execute(settings)
        return connection

    put = render.put

    def acknowledge(pieces: Iterable[bytes]) -> None:
        number = max(contents) + 1
        disk.events.append(Event("acknowledged", offset=number))
        put(pieces)

    with monkeypatch.context() as patch:
        patch.setattr(store.opening, "connect_file", connect)
        patch.setattr(render, "put", acknowledge)
        for command in LIFE:
            done = run(*command)
            assert done.code == 0, done.err
            db.write_bytes(disk.inodes[disk.names[str(db)]])
            contents[max(contents) + 1] = dump(db)
    return disk.events, contents


def _cut(
    db: Path, events: list[Event], contents: dict[int, dict[str, object]], cuts: int, folder: Path, seed: int
) -> Counter[str]:
    """Cut the power at random moments; counts what was found when the register was opened again."""
    chance, seen = random.Random(seed), Counter[str]()
    start = next(place for place, event in enumerate(events) if event.what == "folder") + 1
    for _cut in range(cuts):
        moment = chance.randint(start, len(events))
        acknowledged = max(
            (event.offset for event in events[:moment] if event.what == "acknowledged"), default=1
        )
        write_files(after_cut(events[:moment], chance), db.parent, folder)
        seen[_verdict(folder / "thidua.db", contents, acknowledged)] += 1
    return seen


def _verdict(path: Path, contents: dict[int, dict[str, object]], acknowledged: int) -> str:
    journalled = path.with_name(f"{path.name}-journal").exists()
    try:
        connection = store.connect(path)
        try:
            sound = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            head = journal.head(connection)
        finally:
            connection.close()
        if not sound or head is None or broken_links(path) or dump(path) != contents.get(head.number):
            return "corrupt"
    except (StoreError, sqlite3.DatabaseError):
        return "corrupt"
    if head.number < acknowledged:
        return "acknowledged write lost"
    with store.writing(path, actor="test", command="after the cut") as writer:
        build.unit(writer, "X1", "other", "city", "2024-01-01")
    if path.with_name(f"{path.name}-journal").exists() or broken_links(path):
        return "cannot be written to"
    return {
        (False, False): SOUND,
        (True, False): ROLLED_BACK,
        (False, True): "sound, with the write that was not yet acknowledged",
        (True, True): "sound, with the write that was not yet acknowledged",
    }[journalled, head.number > acknowledged]


SOUND = "sound"
ROLLED_BACK = "sound, after a journal was found"


def _survives(
    db: Path, run: Run, monkeypatch: pytest.MonkeyPatch, folder: Path, say: Say, cuts: int, settings: str = ""
) -> None:
    events, contents = _live(db, run, monkeypatch, settings)
    seen = _cut(db, events, contents, cuts, folder, seed=cuts)
    say(f"{cuts} power cuts over {len(events)} events of {len(LIFE)} commands {settings}: {dict(seen)}")
    assert [verdict for verdict in seen if not verdict.startswith(SOUND)] == []
    assert seen[ROLLED_BACK] > cuts / 20, "hardly a cut met an open write"


def test_power_cuts(db: Path, run: Run, monkeypatch: pytest.MonkeyPatch, folder: Path, say: Say) -> None:
    """After a power cut at any moment the register is sound and holds every acknowledged write."""
    _survives(db, run, monkeypatch, folder, say, 150)


WEAKER = [("PRAGMA synchronous = OFF", "corrupt"), ("PRAGMA synchronous = FULL", "acknowledged write lost")]


def _harms(
    db: Path,
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    say: Say,
    cuts: int,
    settings: str,
    fault: str,
) -> None:
    events, contents = _live(db, run, monkeypatch, settings)
    seen = _cut(db, events, contents, cuts, folder, seed=cuts)
    say(f"control, {cuts} power cuts, {settings}: {dict(seen)}")
    assert seen[fault] > 0


@pytest.mark.parametrize(("settings", "fault"), WEAKER)
def test_the_simulation_sees_faults(
    db: Path, run: Run, monkeypatch: pytest.MonkeyPatch, folder: Path, say: Say, settings: str, fault: str
) -> None:
    """With weaker settings than the program's, the same cuts do harm: without syncs corruption, with FULL a lost write."""
    _harms(db, run, monkeypatch, folder, say, 150, settings, fault)


@pytest.mark.soak
def test_many_power_cuts(db: Path, run: Run, monkeypatch: pytest.MonkeyPatch, folder: Path, say: Say) -> None:
    """The same, 3,000 cuts."""
    _survives(db, run, monkeypatch, folder, say, 3000)


@pytest.mark.soak
@pytest.mark.parametrize(("settings", "fault"), WEAKER)
def test_many_faults_seen(
    db: Path, run: Run, monkeypatch: pytest.MonkeyPatch, folder: Path, say: Say, settings: str, fault: str
) -> None:
    """The controls, 3,000 cuts each."""
    _harms(db, run, monkeypatch, folder, say, 3000, settings, fault)


@pytest.mark.soak
def test_many_power_cuts_while_the_cache_overflows(
    db: Path, run: Run, monkeypatch: pytest.MonkeyPatch, folder: Path, say: Say
) -> None:
    """The same where SQLite writes pages to the file before the commit, as in a very large import."""
    _survives(db, run, monkeypatch, folder, say, 2000, "PRAGMA cache_size = 5")
