"""kill -9 at any moment: all of a write or none of it, and what was acknowledged is there."""

import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from faults.witness import (
    acknowledged,
    assert_sound,
    count,
    dump,
    journal_is_hot,
    start,
    stopped_in_the_write,
    thidua,
    wait_for_the_write,
)

Say = Callable[[str], None]
OPEN = "nothing, the write was open"
RECORD = ("record", "launch", "492", "493", "SCT", "--on", "2022-03-30", "--doc", "12/KH-UBND")


def _import(folder: Path, rows: int) -> tuple[str, ...]:
    """A command that imports many units."""
    path = folder / "units.csv"
    lines = [f"K{number:06},UBND xã Thử {number},commune-committee\n" for number in range(rows)]
    path.write_text("code,name,kind\n" + "".join(lines), encoding="utf-8")
    return ("import", "units", str(path))


def _kill(db: Path, command: tuple[str, ...], moments: int, say: Say, *, earliest: float) -> Counter[str]:
    """Kill at random moments, every other one after the write has begun; returns how often it met which stage."""
    before, nothing = db.read_bytes(), dump(db)
    began = time.monotonic()
    assert thidua(db, *command).returncode == 0
    length = time.monotonic() - began
    whole = (count(db, "operation"), count(db, "unit"), count(db, "record"))
    chance, seen = random.Random(moments), Counter[str]()
    for moment in range(moments):
        db.write_bytes(before)
        with start(db, *command) as running:
            if moment % 2:
                wait_for_the_write(db, running)
                time.sleep(chance.uniform(0.0, 0.2) * length)
            else:
                time.sleep(chance.uniform(earliest, 1.02) * length)
            running.send_signal(signal.SIGKILL)
            said = running.communicate()[0]
        met = db.with_name(f"{db.name}-journal").exists()
        if count(db, "operation") == whole[0]:
            assert (count(db, "operation"), count(db, "unit"), count(db, "record")) == whole
            seen["whole"] += 1
        else:
            assert dump(db) == nothing
            assert not acknowledged(said), "what was acknowledged is lost"
            assert said == ""
            seen[OPEN if met else "nothing"] += 1
        again = thidua(db, *command)
        assert again.returncode == 0, again.stderr
        assert (count(db, "operation"), count(db, "unit"), count(db, "record")) == whole
        assert_sound(db)
    say(f"{' '.join(command[:2])} ({length:.1f} s) killed {moments} times: {dict(seen)}")
    return seen


def test_a_killed_command_is_all_or_nothing(db: Path, tmp_path: Path, say: Say) -> None:
    """A killed write leaves all of it or none, and the same command again completes it."""
    _kill(db, _import(tmp_path, 2000), 3, say, earliest=0.4)
    _kill(db, RECORD, 3, say, earliest=0.4)


def test_killed_in_the_open_write(db: Path) -> None:
    """A command that is killed when its change is half in the file leaves nothing of it, and can be run again."""
    before, nothing, command = db.read_bytes(), dump(db), ("import", "changes", "@changes_2025.csv")
    with stopped_in_the_write(db, *command) as running:
        running.kill()
        assert running.communicate()[0] == ""
    assert journal_is_hot(db)
    assert db.read_bytes() != before
    assert dump(db) == nothing
    assert thidua(db, *command).returncode == 0
    assert_sound(db)


@pytest.mark.soak
def test_a_large_import_killed_at_many_moments(db: Path, tmp_path: Path, say: Say) -> None:
    """The same at 20 moments of an import of 100,000 rows, some of them in the open write."""
    assert _kill(db, _import(tmp_path, 100_000), 20, say, earliest=0.05)[OPEN] > 0


@pytest.mark.soak
def test_single_writes_killed_at_many_moments(db: Path, say: Say) -> None:
    """The same at 20 moments of a record of three units."""
    _kill(db, RECORD, 20, say, earliest=0.3)
