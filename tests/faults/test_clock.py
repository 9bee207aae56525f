"""Machines whose clock says otherwise: the day in Việt Nam, and an order that the clock cannot turn round."""

import json
import shutil
import sqlite3
import subprocess
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from faults.witness import THIDUA, assert_sound, environment

pytestmark = pytest.mark.skipif(shutil.which("faketime") is None, reason="no faketime on this machine")


def _at(instant: str, db: Path, *arguments: str, zone: str = "UTC") -> subprocess.CompletedProcess[str]:
    """A command on a machine whose clock stands at `instant` (UTC) and shows the time of `zone`."""
    local = datetime.fromisoformat(f"{instant}Z").astimezone(ZoneInfo(zone))
    command = ["faketime", "-f", f"@{local:%Y-%m-%d %H:%M:%S}", *THIDUA, *arguments]
    env = environment(db, TZ=zone)
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A register of early 2021."""
    path = tmp_path_factory.mktemp("clock") / "thidua.db"
    done = _at("2021-01-05 03:00:00", path, "init")
    assert done.returncode == 0, done.stderr
    return path


@pytest.fixture
def old_db(made: Path, tmp_path: Path) -> Path:
    """The same, for one test."""
    return shutil.copy(made, tmp_path / "thidua.db")


def _recorded(db: Path) -> list[str]:
    plain = sqlite3.connect(db)
    found = [row[0] for row in plain.execute("SELECT recorded_at FROM operation ORDER BY number")]
    plain.close()
    return found


@pytest.mark.parametrize(
    ("instant", "zone", "day"),
    [
        ("2021-06-30 16:58:00", "UTC", "2021-06-30"),
        ("2021-06-30 17:30:00", "UTC", "2021-07-01"),
        ("2021-06-30 17:30:00", "America/Los_Angeles", "2021-07-01"),
        ("2024-02-28 17:00:00", "Pacific/Auckland", "2024-02-29"),
        ("2024-02-29 17:00:00", "UTC", "2024-03-01"),
        ("2030-12-31 16:30:00", "America/Los_Angeles", "2030-12-31"),
        ("2030-12-31 17:30:00", "UTC", "2031-01-01"),
    ],
)
def test_today_is_the_day_in_viet_nam(old_db: Path, instant: str, zone: str, day: str) -> None:
    """Whatever the machine's zone: a report is as of that day, a record of it is taken, one of the next is refused."""
    report = _at(instant, old_db, "status", "--format", "json", zone=zone)
    assert json.loads(report.stdout)["as_of"] == day
    record = ("record", "launch", "SCT", "--phase", "p1" if day < "2026" else "p2", "--on")
    tomorrow = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
    assert _at(instant, old_db, *record, tomorrow, zone=zone).returncode == 6
    if day <= "2030-12-31":
        done = _at(instant, old_db, *record, day, zone=zone)
        assert done.returncode == 0, done.stderr
        assert _recorded(old_db)[1].startswith(f"{instant[:10]}T{instant[11:15]}")


def test_the_clock_set_back_by_a_day(old_db: Path) -> None:
    """Operations keep their order, instants grow strictly, and what was known at each is what it was."""
    db = old_db
    instants = ["2022-03-31 02:00:00", "2022-03-30 02:00:00", "2022-03-30 02:00:05", "2022-04-02 02:00:00"]
    for instant, unit in zip(instants, ["492", "493", "494", "495"], strict=True):
        done = _at(instant, db, "record", "launch", unit, "--on", "2022-03-30")
        assert done.returncode == 0, done.stderr
    stamps = _recorded(db)
    assert stamps == sorted(set(stamps))
    assert stamps[2] > stamps[1] > "2022-03-31T02"  # not the machine's 30 March
    assert stamps[3] < "2022-03-31T02:01"
    assert stamps[4].startswith("2022-04-02T02:00:0")
    log = json.loads(_at("2022-03-30 02:00:09", db, "log", "--format", "json").stdout)
    assert [row["operation"] for row in log["rows"]] == [5, 4, 3, 2, 1]
    for known in (3, 4):
        report = ("status", "--as-of", "2022-03-31", "--format", "json", "--known-at")
        by_number, by_instant = (
            json.loads(_at("2022-04-02 03:00:00", db, *report, moment).stdout)["rows"]
            for moment in (f"#{known}", stamps[known - 1])
        )
        assert by_number == by_instant
        assert by_number[0]["done"] == known - 1
    assert_sound(db)


def test_one_run_under_2099(old_db: Path) -> None:
    """The clock of one command ran ahead: each write after it says so, and `verify` tells it without a finding."""
    record = ("record", "launch")
    assert _at("2099-01-01 02:00:00", old_db, *record, "491", "--on", "2022-03-30").stderr == ""
    behind = _at("2022-04-01 02:00:00", old_db, *record, "492", "--on", "2022-03-30")
    assert (behind.returncode, "#2, is dated 2099-01-01 09:00:0" in behind.stderr) == (0, True)
    report = ("status", "--known-at", "2022-04-01", "--format", "csv")
    assert "'#3'" in _at("2022-04-02 02:00:00", old_db, *report).stderr
    told = _at("2022-04-02 02:00:00", old_db, "verify")
    assert (told.returncode, told.stdout, "operations #2…#3" in told.stderr) == (0, "", True)
    assert_sound(old_db)
