"""`thidua` alone: where things stand, in a screenful, with commands that run."""

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Outcome

Run = Callable[..., Outcome]


@pytest.fixture
def in_2022(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Friday within phase 1, after the launch was due."""
    import itertools
    from datetime import UTC, datetime, timedelta

    from thidua_cli.ground import dates

    ticks = itertools.count(1)
    start = datetime(2022, 4, 15, 1, 0, tzinfo=UTC)
    monkeypatch.setattr(dates, "now", lambda: start + timedelta(seconds=next(ticks)))


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_it_fits_one_screen(run: Run, lang: str) -> None:
    """At most 20 lines, none wider than 80 cells but for a command that is to be copied."""
    run("import", "changes", "data/changes_2025.csv")
    lines = run(lang=lang).out.splitlines()
    assert 8 <= len(lines) <= 20
    assert all(len(line) <= 80 or "thidua " in line for line in lines)


def test_a_plan_of_many_obligations_fits_too(run: Run, db: Path) -> None:
    """Where not all obligations and names have room, names give way first, then the last obligations."""
    db.unlink()
    assert run("init", "--plan", "examples/graded_movement.toml").code == 0
    lines = run().out.splitlines()
    assert len(lines) <= 20
    assert sum("█" in line or "░" in line for line in lines) == 5


def test_its_figures_are_those_of_status(run: Run) -> None:
    """Each obligation of the running phase is shown with done and applicable as `status` counts them."""
    run("import", "changes", "data/changes_2025.csv")
    run("record", "launch", "20242", "--on", "2026-03-01")
    shown = run().out
    rows = json.loads(run("status", "--phase", "p2", "-f", "json").out)["rows"]
    figures = re.findall(r"(\d+)/(\d+) +([\d.]+)%", shown)
    assert [(int(done), int(due), float(rate)) for done, due, rate in figures] == [
        (row["done"], row["applicable"], row["rate"]) for row in rows
    ]
    assert figures[0][0] == "1"


def test_a_closed_phase_is_one_line(run: Run) -> None:
    """Of a phase that has closed there is one line, with how many still owe and the command that shows it."""
    (line,) = [line for line in run().out.splitlines() if line.startswith("Phase 1")]
    command = line[line.index("thidua ") :]
    rows = json.loads(run(*shlex.split(command)[1:], "-f", "json").out)["rows"]
    assert f"({sum(row['overdue'] for row in rows)} " in line


@pytest.mark.usefixtures("in_2022")
def test_who_is_overdue_is_named_and_to_be_written_to(run: Run) -> None:
    """Overdue units are counted and named as far as the line goes; the first commands list them and write letters."""
    shown = run().out
    assert "overdue 116: Sở Nội vụ" in shown or re.search(r"overdue 116: \S", shown)
    assert re.search(r"and \d+ more\n", shown)
    commands = [line.strip() for line in shown.splitlines() if line.startswith("  thidua")]
    assert commands[0] == "thidua list p1-launch --state overdue"
    assert "thidua remind p1-launch -o letters/" in commands


def test_every_command_it_proposes_runs(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is to be typed next can be typed."""
    monkeypatch.chdir(tmp_path)
    commands = [line.strip() for line in run().out.splitlines() if line.startswith("  thidua")]
    assert 1 <= len(commands) <= 3
    for command in commands:
        assert run(*shlex.split(command)[1:]).code == 0


def test_it_counts_what_was_recorded_since_monday(run: Run) -> None:
    """New papers and voids since the last Monday before today are counted."""
    run("record", "launch", "492", "493", "--on", "2022-03-01")
    run("record", "void", "1", "--reason", "x")
    assert "Since Monday 2026-11-16: 2 new records, 1 voided, 3 operations." in run().out


def test_backup_and_verify_are_remembered(run: Run, db: Path) -> None:
    """After them the times are shown, and they are no longer proposed."""
    before = run().out
    assert "Last backup: never. Last verified: never." in before
    assert "thidua backup" in before
    assert run("backup").code == 0
    assert run("verify").code == 0
    after = run().out
    assert "never" not in after
    assert "thidua backup" not in after
    (Path.home() / ".local/state/thidua").rename(Path.home() / "gone")
    assert "Last backup: 2026-11-23" in run().out, "a backup beside the register is seen by its name"


def test_without_a_register_it_says_how_to_start(run: Run, db: Path) -> None:
    """No register: exit 0, and the command that makes one."""
    db.unlink()
    done = run()
    assert (done.code, "thidua init" in done.out) == (0, True)
