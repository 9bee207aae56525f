"""A full disk, a limit on the size of a file: the register unchanged, exit 5, one clear line."""

import contextlib
import os
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from build import FUTURE
from conftest import Outcome, small_file_system
from faults import syscalls
from faults.witness import (
    THIDUA,
    assert_sound,
    beside,
    broken_links,
    count,
    dump,
    environment,
    program,
    thidua,
)
from thidua_cli import store

Run = Callable[..., Outcome]
Say = Callable[[str], None]
IMPORT = ("import", "changes", "@changes_2025.csv")
RECORD = ("record", "launch", "492", "493", "SCT", "--on", "2022-03-30", "--note", "ghi chú " * 200)
# Each command that may find no room, and what its one line says; {source} is a copy with one operation more.
COMMANDS = {
    "import": (IMPORT, "nothing was written"),
    "record": (RECORD, "nothing was written"),
    "backup": (("backup", "{folder}"), ""),
    "restore": (("restore", "{source}"), ""),
    "export": (("export", "register", "-o", "{folder}/register.json"), ""),
}


def _assert_refused(db: Path, code: int, out: str, err: str, before: bytes, says: str) -> None:
    """Exit 5, nothing on standard output, one line, and everything as it was.

    The folder and the bytes are looked at before anything opens the file.
    """
    others = {"ballast", f".{db.name}.line"}
    assert [each.name for each in db.parent.iterdir() if each.name not in others] == [db.name], err
    assert db.read_bytes() == before, err
    assert (code, out) == (5, ""), err
    assert re.fullmatch(f"Error: .*{re.escape(says)}\n", err), err
    assert_sound(db)


def _limited(db: Path, size: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command that may make no file larger than `size` bytes."""
    return subprocess.run(
        [*THIDUA, *arguments],
        env=environment(db),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )


def _in(db: Path, name: str) -> tuple[list[str], str]:
    """The command on the register `db`, and how its one line ends where there is no room."""
    arguments, says = COMMANDS[name]
    later = db.parent.parent / "later.db"
    return [part.format(source=later, folder=db.parent) for part in arguments], says


def _need(db: Path, name: str) -> int:
    """The largest file that the command makes or changes where there is room, as it does in a copy of the folder."""
    copy = db.parent.parent / "copy" / db.name
    shutil.rmtree(copy.parent, ignore_errors=True)
    copy.parent.mkdir()
    for path in (copy, db.parent.parent / "later.db"):
        shutil.copy(db, path)
    assert thidua(db.parent.parent / "later.db", *IMPORT).returncode == 0
    assert thidua(copy, *_in(copy, name)[0]).returncode == 0
    before = db.read_bytes()
    return max(
        path.stat().st_size for path in copy.parent.iterdir() if path != copy or path.read_bytes() != before
    )


@pytest.fixture
def alone(db: Path) -> Path:
    """The register in a folder of its own."""
    path = db.parent / "alone" / "thidua.db"
    path.parent.mkdir()
    return db.rename(path)


def _limit_file_size(db: Path, name: str, sizes: int, say: Say) -> None:
    before, need = db.read_bytes(), _need(db, name)
    command, says = _in(db, name)
    for number in range(sizes):
        size = number * need // sizes
        done = _limited(db, size, *command)
        _assert_refused(db, done.returncode, done.stdout, done.stderr, before, says)
    assert _limited(db, 2 * need, *command).returncode == 0
    say(f"{name}: RLIMIT_FSIZE at {sizes} sizes from 0 to {size}: exit 5, the same bytes, no journal")


@pytest.mark.parametrize("name", COMMANDS)
def test_a_limit_of_the_file_size(alone: Path, say: Say, name: str) -> None:
    """Where the system lets no file grow, a command is refused and nothing changes."""
    _limit_file_size(alone, name, 2, say)


@pytest.mark.soak
@pytest.mark.parametrize("name", COMMANDS)
def test_many_limits_of_the_file_size(alone: Path, say: Say, name: str) -> None:
    """The same at 20 sizes."""
    _limit_file_size(alone, name, 20, say)


@pytest.mark.parametrize("pages", [0, 1, 5, 10])
def test_a_limit_while_the_cache_overflows(alone: Path, pages: int) -> None:
    """Also a write that SQLite began before the commit is undone in the file, and its journal removed."""
    before = alone.read_bytes()
    text = (
        "import resource, sys; from thidua_cli import cli, store; prepare = store.prepare\n"
        "def small(connection):\n"
        "    prepare(connection).execute('PRAGMA cache_size = 5')\n"
        "    return connection\n"
        "store.opening.prepare = small\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({len(before) + pages * 4096},) * 2)\n"
        "sys.argv = ['thidua', '--lang', 'en', *sys.argv[1:]]; cli.main()"
    )
    done = program(alone, text, *IMPORT)
    _assert_refused(alone, done.returncode, done.stdout, done.stderr, before, "nothing was written")


def test_what_cannot_be_rolled_back_yet(alone: Path) -> None:
    """Where the disk takes not even the rollback, the one line says that nothing is lost, and the next command does it."""
    before = dump(alone)
    text = (
        "import resource, sys; from thidua_cli import cli, store; close = store.writer._close\n"
        "def closed(*arguments, **named):\n"
        "    operation = close(*arguments, **named)\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "    return operation\n"
        "store.writer._close = closed\n"
        "sys.argv = ['thidua', '--lang', 'en', *sys.argv[1:]]; cli.main()"
    )
    done = program(alone, text, *IMPORT)
    assert (done.returncode, done.stdout, beside(alone)) == (5, "", ["thidua.db-journal"])
    assert re.fullmatch("Error: .*; nothing is lost, the next command .*\n", done.stderr), done.stderr
    assert thidua(alone, "status").returncode == 0
    assert dump(alone) == before
    assert_sound(alone)


def _limit_pages(db: Path, run: Run, monkeypatch: pytest.MonkeyPatch, sizes: int, say: Say) -> None:
    before, have, need = db.read_bytes(), db.stat().st_size // 4096, _need(db, "import") // 4096
    connect = store.opening.connect_file
    for number in range(sizes):
        pages = have + number * (need - have) // sizes

        def limited(
            path: Path, header: bytes = b"", *, read_only: bool = False, pages: int = pages
        ) -> sqlite3.Connection:
            connection = connect(path, header, read_only=read_only)
            connection.execute(f"PRAGMA max_page_count = {pages}")
            return connection

        with monkeypatch.context() as patch:
            patch.setattr(store.opening, "connect_file", limited)
            done = run("--db", str(db), *IMPORT)
        _assert_refused(db, done.code, done.out, done.err, before, "the disk is full; nothing was written")
    say(f"max_page_count at {sizes} sizes from {have} to {need - 1} pages: exit 5, unchanged")


def test_a_limit_of_the_pages(alone: Path, run: Run, monkeypatch: pytest.MonkeyPatch, say: Say) -> None:
    """Where SQLite finds no room for a page, a write is refused and nothing changes."""
    _limit_pages(alone, run, monkeypatch, 5, say)


@pytest.mark.soak
def test_many_limits_of_the_pages(alone: Path, run: Run, monkeypatch: pytest.MonkeyPatch, say: Say) -> None:
    """The same at 20 sizes."""
    _limit_pages(alone, run, monkeypatch, 20, say)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system that takes 2 MB."""
    with small_file_system(tmp_path / "disk", "2m") as place:
        yield place


def _fill_disk(db: Path, place: Path, name: str, sizes: int, say: Say) -> None:
    on_disk, ballast = place / "thidua.db", place / "ballast"
    shutil.copy(db, on_disk)
    before, need = on_disk.read_bytes(), _need(on_disk, name)
    command, says = _in(on_disk, name)
    free = os.statvfs(place).f_bavail * 4096
    refused = 0
    for number in range(sizes):
        left = number * need // sizes
        ballast.write_bytes(bytes(free - left))
        done = thidua(on_disk, *command)
        if done.returncode == 0:
            assert_sound(on_disk)
        else:
            _assert_refused(on_disk, done.returncode, done.stdout, done.stderr, before, says)
            refused += 1
        for path in place.iterdir():
            path.unlink()
        on_disk.write_bytes(before)
    say(
        f"{name}: a file system with 0 to {left} bytes left, {sizes} sizes: {refused} refused, the same bytes"
    )
    assert refused >= 1


@pytest.mark.parametrize("name", COMMANDS)
def test_a_full_file_system(db: Path, small_disk: Path, say: Say, name: str) -> None:
    """Where the disk is full, a command is refused and nothing changes."""
    _fill_disk(db, small_disk, name, 3, say)


@pytest.mark.soak
@pytest.mark.parametrize("name", COMMANDS)
def test_a_file_system_full_at_many_sizes(db: Path, small_disk: Path, say: Say, name: str) -> None:
    """The same at 20 sizes."""
    _fill_disk(db, small_disk, name, 20, say)


def test_init_on_a_full_file_system(small_disk: Path) -> None:
    """A register that finds no room is not made, and nothing of it stays."""
    (small_disk / "ballast").write_bytes(bytes(os.statvfs(small_disk).f_bavail * 4096 - 16384))
    done = thidua(small_disk / "new.db", "init")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (5, "", 1), done.stderr
    assert [each.name for each in small_disk.iterdir()] == ["ballast"]


# A failing sync after the change: each command, of which file or folder the syncs fail, which of them, and what is said.
# SQLite itself syncs by fdatasync, the program by fsync.
FOLDER, JOURNAL = "{folder}", "{folder}/thidua.db-journal"
UNSYNCED = {
    "record": (RECORD, FOLDER, "fdatasync", "saved as operation #2, but"),
    "init": (("--db", "{folder}/new.db", "init"), FOLDER, "fsync", "wrote {folder}/new.db, but"),
    "backup": (("backup", "{folder}"), FOLDER, "fsync", "wrote {folder}/thidua-"),
    "export": (("export", "register", "-o", "{folder}/x.jsonl"), FOLDER, "fsync", "wrote {folder}/x.jsonl, but"),
    "report": (("status", "-o", "{folder}/x.csv"), FOLDER, "fsync", "wrote {folder}/x.csv, but"),
    "restore to a new place": (
        ("--db", "{folder}/new.db", "restore", "{source}"), FOLDER, "fsync", "wrote {folder}/new.db, but",
    ),
    "restore over a register": (
        ("restore", "{source}"), JOURNAL, "fdatasync:when=3", "restored the register up to operation #2, but",
    ),
    "migration": (("status",), JOURNAL, "fdatasync:when=3", "the register was brought up to date, but"),
}  # fmt: skip


def _without_syncs(
    db: Path, of: str, calls: str, *arguments: str, program: Sequence[str] = THIDUA
) -> subprocess.CompletedProcess[str]:
    """A command for which the system answers EIO to these syncs of a file or folder."""
    call, _colon, when = calls.partition(":")
    fault = f"inject={call}:error=EIO{':' if when else ''}{when}"
    strace = ["strace", "-o", os.devnull, "-P", of, "-e", f"trace={call}", "-e", fault]
    return subprocess.run(
        [*strace, *program, *arguments], env=environment(db), capture_output=True, text=True, check=False
    )


@pytest.mark.skipif(not syscalls.can_be_recorded(), reason="no strace, or it may not work here")
@pytest.mark.parametrize("name", UNSYNCED)
def test_what_was_written_and_could_not_be_synced(alone: Path, name: str) -> None:
    """Where only a sync after the change fails, exit 5 says what is there, and it is there, whole."""
    source = alone.parent.parent / "source.db"
    shutil.copy(alone, source)
    if name.startswith("restore"):
        assert thidua(source, *RECORD).returncode == 0
    command, of, calls, says = UNSYNCED[name]
    program = (sys.executable, "-c", FUTURE, "--lang", "en") if name == "migration" else THIDUA
    names = {"folder": alone.parent, "source": source}
    before, version = set(alone.parent.iterdir()), _version(alone)
    arguments = [part.format(**names) for part in command]
    done = _without_syncs(alone, of.format(**names), calls, *arguments, program=program)
    assert (done.returncode, done.stdout) == (5, ""), done
    assert done.stderr.startswith(f"Error: {says.format(**names)}"), done.stderr
    assert "could not be synced: disk error\n" in done.stderr
    assert "power cut" in done.stderr
    made = [path for path in set(alone.parent.iterdir()) - before if not path.name.startswith(".")]
    for path in (each for each in [alone, *made] if each.suffix == ".db"):
        assert broken_links(path) == []
    assert len(made) == (name != "record")
    assert count(alone, "operation") == (2 if name in ("record", "restore over a register") else 1)
    assert _version(alone) == version + (name == "migration")


def _version(db: Path) -> int:
    with contextlib.closing(sqlite3.connect(db)) as plain:
        return int(plain.execute("PRAGMA user_version").fetchone()[0])


@pytest.mark.skipif(not syscalls.can_be_recorded(), reason="no strace, or it may not work here")
@pytest.mark.parametrize(
    ("command", "of", "calls", "says"),
    [
        (RECORD, JOURNAL, "fdatasync", "; nothing was written\n"),
        (RECORD, JOURNAL, "unlink", "; nothing was written\n"),
        (("restore", "{source}"), FOLDER, "fsync", "could not be kept safely; nothing was restored\n"),
    ],
    ids=["the journal", "the removal of the journal", "the register of before"],
)
def test_what_could_not_be_synced_was_not_written(
    alone: Path, command: tuple[str, ...], of: str, calls: str, says: str
) -> None:
    """Where a sync before the change fails, or the journal cannot be removed, the message says that nothing was written."""
    source = alone.parent.parent / "source.db"
    shutil.copy(alone, source)
    assert thidua(source, *RECORD).returncode == 0
    names, before = {"folder": alone.parent, "source": source}, dump(alone)
    calls += ":when=1" if calls == "unlink" else ""
    done = _without_syncs(alone, of.format(**names), calls, *(part.format(**names) for part in command))
    assert (done.returncode, done.stdout) == (5, ""), done
    assert says in done.stderr
    assert dump(alone) == before
    assert_sound(alone)
