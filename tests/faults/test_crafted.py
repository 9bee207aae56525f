"""Registers that were made to do harm to whoever looks at them: each look comes to an end, in words."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import forgeries
from conftest import Outcome, process
from forgeries import CRAFTED
from thidua_cli import store
from thidua_cli.custody import verify
from thidua_cli.ground.errors import StoreError

Run = Callable[..., Outcome]


@pytest.mark.parametrize("name", CRAFTED)
def test_a_crafted_register_is_found_out(db: Path, tmp_path: Path, name: str) -> None:
    """Whatever stands in it, looking at it, as another's older copy too, comes to an end with findings."""
    other = shutil.copyfile(db, tmp_path / "other.db")
    CRAFTED[name](other)
    assert verify.inspect(other).findings
    assert {item.rule for item in verify.inspect(db, verify.Wanted(extends=other)).findings} == {"extends"}


def test_no_command_takes_a_crafted_register(run: Run, db: Path, tmp_path: Path) -> None:
    """It is a finding to `verify`, and nothing to back up, to restore or to restore over unasked."""
    other = shutil.copyfile(db, tmp_path / "other.db")
    CRAFTED["an endless view as operation"](other)
    before = db.read_bytes()
    for code, path, *command in (
        (3, other, "verify"),
        (5, other, "backup"),
        (5, tmp_path / "new.db", "restore", str(other)),
        (5, db, "restore", str(other)),
        (6, other, "restore", str(db)),
        (0, other, "restore", str(db), "--discard-after", "1"),
        (0, other, "verify"),
    ):
        done = run("--db", str(path), *command)
        assert done.code == code, (command, done)
    assert db.read_bytes() == before
    assert not (tmp_path / "new.db").exists()


@pytest.mark.soak
def test_a_text_of_500_megabytes(db: Path) -> None:
    """It is never held in memory: the limit of a text is far below it."""
    forgeries.long_text(500_000_000)(db)
    done = process("verify", db=db)
    assert (done.returncode, b"too big" in done.stdout) == (3, True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_query_without_an_end_hears_signals(db: Path, number: signal.Signals) -> None:
    """A command that meets one is ended by a signal as at any other moment, in one line."""
    forgeries.endless("record")(db)
    command = [sys.executable, "-m", "thidua_cli", "--lang", "en", "list"]
    running = subprocess.Popen(
        command, env={**os.environ, "THIDUA_DB": str(db)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )  # fmt: skip
    _wait_until_busy(running.pid)
    running.send_signal(number)
    out, err = running.communicate(timeout=60)
    assert (running.returncode, out) == (128 + number, "")
    assert err.startswith("Error: stopped")
    assert err.count("\n") == 1


def _wait_until_busy(pid: int) -> None:
    """Wait for a process to compute longer than any command takes to start."""
    ticks, waited = os.sysconf("SC_CLK_TCK"), 0.0
    while waited < 60:
        user = int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[11])
        if user > 1.2 * ticks:
            return
        time.sleep(0.05)
        waited += 0.05
    raise AssertionError


def test_what_is_too_long_is_said_in_words(db: Path) -> None:
    """A command that meets such a text says what is wrong, and ends in 5."""
    forgeries.long_text(store.opening.LONGEST + 1)(db)
    with pytest.raises(StoreError, match="dài quá mức"), store.reading(db) as connection:
        connection.execute("SELECT note FROM unit_version").fetchall()
