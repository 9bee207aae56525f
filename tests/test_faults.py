"""Real faults: a process killed in the middle of a write."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conftest import process

ROWS = 3000


def _counts(db: Path) -> tuple[int, int]:
    """Units and operations, read by plain SQLite, which rolls a hot journal back."""
    plain = sqlite3.connect(db)
    found = plain.execute("SELECT (SELECT count(*) FROM unit), (SELECT count(*) FROM operation)").fetchone()
    assert plain.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    plain.close()
    return tuple(found)


def _kill(db: Path, file: Path, moments: int) -> None:
    command = [sys.executable, "-m", "thidua_cli", "import", "units", str(file)]
    env = {**os.environ, "THIDUA_DB": str(db)}
    before = db.read_bytes()
    started = time.monotonic()
    assert subprocess.run(command, env=env, capture_output=True, check=False).returncode == 0
    whole, length = _counts(db), time.monotonic() - started
    chance = random.Random(moments)
    for _moment in range(moments):
        db.write_bytes(before)
        with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as running:
            time.sleep(chance.uniform(0.3, 1.0) * length)
            running.send_signal(signal.SIGKILL)
            said = running.communicate()[0]
        found = _counts(db)
        assert found in {(117, 1), whole}
        assert not said or found == whole  # nothing is acknowledged before it is stored
        assert process("import", "units", str(file), db=db).returncode == 0
        assert _counts(db)[0] == whole[0]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Many units."""
    path = tmp_path / "units.csv"
    rows = [f"K{number:05},UBND xã Thử {number},commune-committee\n" for number in range(ROWS)]
    path.write_text("code,name,kind\n" + "".join(rows), encoding="utf-8")
    return path


def test_a_killed_import_is_all_or_nothing(db: Path, file: Path) -> None:
    """kill -9 at any moment leaves all of the import or none, and running it again completes it."""
    _kill(db, file, 5)


@pytest.mark.soak
def test_many_killed_imports(db: Path, file: Path) -> None:
    """The same, longer."""
    _kill(db, file, 40)
