"""Many who write at once: nobody fails, and nothing is lost."""

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from faults.witness import THIDUA, acknowledged, assert_sound, count, environment, program, thidua

Say = Callable[[str], None]

# A process that records one launch after another, each as a command of its own, and notes how long each took.
WRITER = """
import contextlib, io, json, sys, time
from thidua_cli import cli
writer, records = sys.argv[1:]
failed, slowest, numbers = [], 0.0, []
for record in range(int(records)):
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        began = time.monotonic()
        code = cli.run(["--lang", "en", "record", "launch", f"W{writer}-{record}", "--on", "2022-03-30"])
        slowest = max(slowest, time.monotonic() - began)
    said = [each.buffer.getvalue().decode() for each in (out, err)]
    if code or not said[0].startswith("recorded #"):
        failed.append([int(code), *said])
    else:
        numbers.append(int(said[0].split(":")[0].removeprefix("recorded #")))
print(json.dumps({"failed": failed, "slowest": slowest, "numbers": numbers}))
"""


def _register(path: Path, writers: int, records: int) -> Path:
    """A register with a unit for each record that will be written."""
    units = path.with_suffix(".csv")
    codes = [f"W{writer}-{record}" for writer in range(writers) for record in range(records)]
    units.write_text(
        "code,name,kind\n" + "".join(f"{code},Đơn vị {code},other\n" for code in codes), encoding="utf-8"
    )
    assert thidua(path, "init", "--units", str(units)).returncode == 0
    return path


def _write_at_once(db: Path, writers: int, records: int, say: Say) -> None:
    _register(db, writers, records)
    began = time.monotonic()
    running = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(writer), str(records)],
            env=environment(db),
            stdout=subprocess.PIPE,
            text=True,
        )
        for writer in range(writers)
    ]
    done = [json.loads(each.communicate()[0]) for each in running]
    took = time.monotonic() - began
    failed = [failure for each in done for failure in each["failed"]]
    numbers = [number for each in done for number in each["numbers"]]
    say(
        f"{writers} processes x {records} records in {took:.1f} s: {len(failed)} failed, {len(numbers)} acknowledged,"
        f" {count(db, 'record')} stored; the slowest command took {max(each['slowest'] for each in done):.2f} s"
    )
    assert failed == []
    assert sorted(numbers) == list(range(1, writers * records + 1))
    assert (count(db, "record"), count(db, "operation")) == (len(numbers), len(numbers) + 1)
    assert_sound(db)


def test_writers_at_once(tmp_path: Path, say: Say) -> None:
    """Several who write at the same time all succeed, and every acknowledged record is there."""
    _write_at_once(tmp_path / "thidua.db", 4, 10, say)


@pytest.mark.soak
def test_many_writers_at_once(tmp_path: Path, say: Say) -> None:
    """The same with 8 processes of 200 records each."""
    _write_at_once(tmp_path / "thidua.db", 8, 200, say)


# A shell that records, lists, checks and now and then backs up or verifies, and tells of every failure and record.
SHELL = """
for number in $(seq 0 $(({commands} - 1))); do
  case $number in
    {backup}) command="backup {folder}" ;;
    {verify}) command="verify" ;;
    *[05]) command="status --format json" ;;
    *) command="record launch W{shell}-$number --on 2022-03-30" ;;
  esac
  said=$({thidua} $command 2>&1) || echo "$command: exit $?: $said"
  case $said in "recorded #"*) echo "$said" ;; esac
done
"""


def _shells_at_once(db: Path, tmp_path: Path, shells: int, commands: int, looks: int, say: Say) -> None:
    """`looks` of the shells make one backup each, and `looks` verify once."""
    _register(db, shells, commands)
    folder = tmp_path / "copies"
    folder.mkdir()
    scripts = [
        SHELL.format(
            commands=commands,
            shell=shell,
            folder=folder,
            thidua=" ".join(THIDUA),
            backup=2 + shell if shell < looks else "none",
            verify=3 + shell if shells - shell <= looks else "none",
        )
        for shell in range(shells)
    ]
    began = time.monotonic()
    running = [
        subprocess.Popen(["bash", "-c", script], env=environment(db), stdout=subprocess.PIPE, text=True)
        for script in scripts
    ]
    lines = [line for each in running for line in each.communicate()[0].splitlines()]
    failed = [line for line in lines if not line.startswith("recorded #")]
    numbers = acknowledged("\n".join(lines))
    copies = list(folder.iterdir())
    say(
        f"{shells} shells x {commands} commands in {time.monotonic() - began:.1f} s: {len(failed)} failed,"
        f" {len(copies)} backups and {looks} verifies among them, {count(db, 'record')} records"
    )
    assert failed == []
    assert len(copies) == looks
    assert_sound(db)
    assert sorted(numbers) == list(range(1, count(db, "record") + 1))
    assert numbers
    for copy in copies:
        assert_sound(copy)
        proof = thidua(db, "verify", "--extends", str(copy))
        assert (proof.returncode, proof.stdout) == (0, ""), proof


def test_shells_at_once(tmp_path: Path, say: Say) -> None:
    """Commands of several shells, with backups and verifies among them, all succeed, and every backup verifies."""
    _shells_at_once(tmp_path / "thidua.db", tmp_path, 3, 6, 1, say)


@pytest.mark.soak
def test_many_shells_at_once(tmp_path: Path, say: Say) -> None:
    """The same with 8 shells of 25 commands, and 5 backups and 5 verifies among them."""
    _shells_at_once(tmp_path / "thidua.db", tmp_path, 8, 25, 5, say)


def test_a_lock_that_is_not_let_go(db: Path) -> None:
    """Where a reader, or another program, holds its lock for good, a write waits, says so, and changes nothing."""
    before = db.read_bytes()
    text = "from thidua_cli import cli, store; store.opening.BUSY_SECONDS = 0.5\nimport sys\nsys.argv = ['thidua', '--lang', 'en', *sys.argv[1:]]; cli.main()"
    for lock in ("BEGIN; SELECT count(*) FROM unit", "BEGIN IMMEDIATE"):
        holder = sqlite3.connect(db, isolation_level=None)
        for statement in lock.split("; "):
            cursor = holder.execute(statement)
        cursor.fetchone()
        began = time.monotonic()
        done = program(db, text, "record", "launch", "492", "--on", "2022-03-30")
        assert time.monotonic() - began > 0.5
        assert (done.returncode, done.stdout, "busy" in done.stderr) == (5, "", True), done
        assert done.stderr.count("\n") == 1
        holder.close()
        assert db.read_bytes() == before
        assert_sound(db)
