"""A register as text: out and in again gives the same register, and nothing that is not whole is taken."""

import contextlib
import json
import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import build
import forgeries
from conftest import Outcome, process
from thidua_cli import store
from thidua_cli.custody import verify

Run = Callable[..., Outcome]


@pytest.fixture
def text(run: Run, db: Path, tmp_path: Path) -> Path:
    """A register with a life behind it, exported."""
    forgeries.fill(db)
    mend = ("--on", "2022-03-31", "--reason", 'hai\ndòng "\\', "--note", "=1+1 \U0001f600")
    assert run("record", "correct", "1", *mend).code == 0
    path = tmp_path / "register.jsonl"
    assert run("export", "register", "-o", str(path)) == Outcome(0, "", "")
    return path


def test_out_and_in_again(run: Run, db: Path, text: Path, tmp_path: Path) -> None:
    """The restored register has an equal head, verifies, continues the first and is continued by it."""
    path = tmp_path / "again.db"
    done = process("restore", str(text), db=path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert path.stat().st_mode & 0o777 == 0o600
    for one, other in ((db, path), (path, db)):
        assert run("--db", str(one), "verify", "--extends", str(other)) == Outcome(0, "", "")
    assert sorted(forgeries.content(path) or []) == sorted(forgeries.content(db) or [])
    again = tmp_path / "again.jsonl"
    assert run("--db", str(path), "export", "register", "-o", str(again)).code == 0
    assert again.read_bytes() == text.read_bytes()


def test_the_restored_register_goes_on(db: Path, text: Path, tmp_path: Path) -> None:
    """It is guarded like any other, and takes the next record."""
    path = tmp_path / "again.db"
    assert process("restore", str(text), db=path).returncode == 0
    assert process("record", "launch", "490", "--on", "2022-03-01", db=path).returncode == 0
    assert verify.inspect(path, verify.Wanted(extends=db)).findings == []
    with (
        contextlib.closing(sqlite3.connect(path)) as plain,
        pytest.raises(sqlite3.IntegrityError, match="thidua: "),
    ):
        plain.execute("DELETE FROM record")


def test_the_text_is_what_it_says(run: Run, db: Path, text: Path) -> None:
    """The first line names the format, the schema and all columns; the last the head; standard output is the same."""
    lines = text.read_bytes().split(b"\n")
    first, last = json.loads(lines[0]), json.loads(lines[-2])
    assert (first["format"], first["version"], first["schema"]) == (
        "thidua-register",
        1,
        store.schema.SCHEMA_VERSION,
    )
    assert first["tables"]["unit"] == ["id", "kind", "level", "operation"]
    assert last == {"head": forgeries.anchor(db)}
    assert run("export", "register").out.encode() == text.read_bytes()


def test_restoring_a_text_over_a_register(run: Run, db: Path, text: Path) -> None:
    """The same rules as for a backup: nothing is lost unasked."""
    connection = store.connect(db)
    build.record(connection, "490", "2022-03-30")
    connection.close()
    assert run("restore", str(text)).code == 6
    assert run("restore", str(text), "--discard-after", "10").code == 0
    assert run("verify").code == 0


def test_every_cut_is_noticed(text: Path, tmp_path: Path) -> None:
    """A file cut anywhere, to the byte, is rejected and makes nothing."""
    data, cut, path = text.read_bytes(), tmp_path / "cut.jsonl", tmp_path / "new.db"
    chance = random.Random(1)
    for size in [len(data) - 1, len(data) - 2, *(chance.randrange(1, len(data)) for _cut in range(6))]:
        cut.write_bytes(data[:size])
        assert process("restore", str(cut), db=path).returncode == 7
        assert not path.exists()


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"done_on"', '"gone_on"', 7),
        ('["record",1,', '["record","x",', 7),
        ('["record",1,', '["nothing",1,', 7),
        ('["record",1,', '["record",1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,', 7),
        ('["record",1,', '{"record":1,', 7),
        ("2022-03-30", "2022-03-29", 5),
        ('"schema": 1', '"schema": 99', 5),
        ('"format": "thidua-register"', '"format": "other"', 7),
    ],
)
def test_what_was_changed_is_refused(
    run: Run, text: Path, tmp_path: Path, old: str, new: str, code: int
) -> None:
    """A line that is none is rejected; one that is well-formed but not what was written does not verify."""
    data = text.read_text(encoding="utf-8")
    assert old in data
    text.write_text(data.replace(old, new, 1), encoding="utf-8")
    path = tmp_path / "new.db"
    done = run("--db", str(path), "restore", str(text))
    assert (done.code, "Traceback" in done.err, path.exists()) == (code, False, False)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("[]", "there is no table null"),
        ("{}", "this is no line of a register"),
        ("null", "this is no line of a register"),
        ("{not JSON}", "this is not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('["foo", 1]', 'there is no table "foo"'),
        ('[["unit"], 1]', 'there is no table ["unit"]'),
        ('["unit"]', "table unit has 4 columns, this line has 0"),
        ('["unit", 1, "other", "city", 1, 5]', "table unit has 4 columns, this line has 5"),
        ('["unit", 1000, {"a": 1}, "city", 1]', "column kind: "),
        ('["unit", true, "other", "city", 1]', "column id: "),
        ('["unit", 1, "other", "city", 1]', "(UNIQUE constraint failed: unit.id)"),
        ('["unit", 99999999999999999999, "other", "city", 1]', "cannot be taken in"),
        ('["unit", 1000, "\\ud800", "city", 1]', "cannot be taken in"),
        ('["unit_version", 9999, 9999, "X", "Y", null, null, null, null, "2021-01-01", null, null, 1]', "(FOREIGN KEY constraint failed)"),
        ('{"operation": "foo"}', "an operation must have exactly the keys number, recorded_at"),
        ('{"operation": {"number": 9}}', "an operation must have exactly the keys number, recorded_at"),
        ('{"operation": {}, "head": "1:x"}', "this is no line of a register"),
    ],
)  # fmt: skip
def test_a_line_that_is_none_is_explained(run: Run, text: Path, tmp_path: Path, line: str, said: str) -> None:
    """The error names the line, what is wrong with it in our words, and the cure."""
    lines = text.read_text(encoding="utf-8").splitlines(keepends=True)
    row = next(index for index, each in enumerate(lines) if each.startswith('["unit_version"'))
    text.write_text("".join([*lines[:row], f"{line}\n", *lines[row:]]), encoding="utf-8")
    done = run("--db", str(tmp_path / "new.db"), "restore", str(text))
    assert (done.code, f"line {row + 1}: " in done.err, said in done.err) == (7, True, True), done.err
    assert "thidua export register" in done.err
    assert "Operation()" not in done.err


def test_a_line_that_points_at_nothing(run: Run, text: Path, tmp_path: Path) -> None:
    """A row of an operation that never comes is refused with the row and the table."""
    lines = text.read_text(encoding="utf-8").splitlines(keepends=True)
    text.write_text(
        "".join([*lines[:-1], '["unit", 1000, "other", "city", 99]\n', lines[-1]]), encoding="utf-8"
    )
    done = run("--db", str(tmp_path / "new.db"), "restore", str(text))
    assert (done.code, "table unit, row 1000" in done.err, "operation" in done.err) == (7, True, True), (
        done.err
    )


@pytest.mark.parametrize("key", ["schema", "version"])
@pytest.mark.parametrize("value", ["true", "1.0", '"1"', "0", "null"])
def test_a_version_is_a_number(run: Run, text: Path, tmp_path: Path, key: str, value: str) -> None:
    """Nothing else is taken for one, also where Python finds it equal to 1."""
    data = text.read_text(encoding="utf-8")
    text.write_text(data.replace(f'"{key}": 1', f'"{key}": {value}', 1), encoding="utf-8")
    done = run("--db", str(tmp_path / "new.db"), "restore", str(text))
    assert (done.code, f"line 1: this is no version number: {value}" in done.err) == (7, True), done.err


MONSTERS = {
    "brackets": "[" * 100_000,
    "lists": '["unit", ' + "[" * 900 + "]" * 900 + "]",
    "a table of lists": "[" * 900 + "]" * 900,
    "a long table": f'["{"x" * 1_000_000}"]',
    "digits": f'["unit", {"9" * 5000}, "other", "city", 1]',
    "not a number": '["unit", NaN, "other", "city", 1]',
    "a key twice": '{"head": "1:0", "head": "1:1"}',
    "one line": '["unit", "' + "x" * (17 << 20) + '"]',
    "not UTF-8": '["unit", "\udcff"]',
}


@pytest.mark.parametrize("name", MONSTERS)
def test_a_line_beyond_all_measure_is_refused(run: Run, text: Path, tmp_path: Path, name: str) -> None:
    """Exit 7 in a few words, with the number of the line."""
    lines = text.read_text(encoding="utf-8").split("\n")
    lines[3] = MONSTERS[name]
    text.write_text("\n".join(lines), encoding="utf-8", errors="surrogateescape")
    done = run("--db", str(tmp_path / "new.db"), "restore", str(text))
    assert (done.code, "line 4" in done.err, len(done.err) < 500) == (7, True, True), done.err[:500]


@pytest.mark.parametrize("target", ["pipe", "standard output"])
def test_a_slow_reader_holds_nobody_up(db: Path, tmp_path: Path, target: str) -> None:
    """While the text waits in a pipe for its reader, the register is written to."""
    connection = store.connect(db)
    with store.write(connection, actor="test", command="fill") as writer:
        for number in range(2000):  # more than a pipe takes in
            build.unit(writer, f"X{number}", "other", "city", "2021-01-01")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    command = [sys.executable, "-m", "thidua_cli", "export", "register"]
    if target == "pipe":
        command += ["-o", str(pipe)]
    with subprocess.Popen(
        command, env={**os.environ, "THIDUA_DB": str(db)}, stdout=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        with pipe.open("rb") if target == "pipe" else running.stdout as reader:
            first = reader.read(1)
            connection.execute("PRAGMA busy_timeout = 0")
            build.record(connection, "490", "2022-03-30")
            text = first + reader.read()
    connection.close()
    assert running.returncode == 0
    assert text.endswith(b'"}\n')


def test_a_broken_register_is_not_exported(run: Run, db: Path, tmp_path: Path) -> None:
    """What does not verify leaves no file, and the old file stays."""
    forgeries.statements("UPDATE unit SET kind = 'other' WHERE id = 3")(db, forgeries.Context(db))
    path = tmp_path / "x.jsonl"
    path.write_text("old")
    assert run("export", "register", "-o", str(path)).code == 5
    assert path.read_text() == "old"
