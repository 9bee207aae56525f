"""A full disk: the register unchanged, exit 5, one clear line."""

import os
import resource
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conftest import Outcome
from faults.witness import THIDUA, assert_sound, dump, environment, thidua
from thidua_cli import store

Run = Callable[..., Outcome]
Say = Callable[[str], None]
IMPORT = ("import", "changes", "@changes_2025.csv")


def _assert_refused(db: Path, code: int, out: str, err: str, before: object) -> None:
    """Exit 5, nothing on standard output, one line that names the register, and everything as it was."""
    assert (code, out) == (5, ""), err
    assert err.startswith(f"Error: {db}: ")
    assert err.count("\n") == 1, err
    assert dump(db) == before
    assert_sound(db)
    assert [each.name for each in db.parent.iterdir()] == [db.name]


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


def _need(db: Path) -> int:
    """How large the register is after the import; the file itself stays as it is."""
    copy = db.parent.parent / "copy.db"
    shutil.copy(db, copy)
    assert thidua(copy, *IMPORT).returncode == 0
    size = copy.stat().st_size
    copy.unlink()
    return size


@pytest.fixture
def alone(db: Path) -> Path:
    """The register in a folder of its own."""
    path = db.parent / "alone" / "thidua.db"
    path.parent.mkdir()
    return db.rename(path)


def _limit_file_size(db: Path, sizes: int, say: Say) -> None:
    before, have, need = dump(db), db.stat().st_size, _need(db)
    assert need > have
    for number in range(sizes):
        size = number * need // sizes
        done = _limited(db, size, *IMPORT)
        _assert_refused(db, done.returncode, done.stdout, done.stderr, before)
    assert _limited(db, need, *IMPORT).returncode == 0
    say(f"RLIMIT_FSIZE at {sizes} sizes from 0 to {need}: exit 5, unchanged")


def test_a_limit_of_the_file_size(alone: Path, say: Say) -> None:
    """Where the system lets no file grow, a write is refused and nothing changes."""
    _limit_file_size(alone, 3, say)


@pytest.mark.soak
def test_many_limits_of_the_file_size(alone: Path, say: Say) -> None:
    """The same at 20 sizes."""
    _limit_file_size(alone, 20, say)


def _limit_pages(db: Path, run: Run, monkeypatch: pytest.MonkeyPatch, sizes: int, say: Say) -> None:
    before, have, need = dump(db), db.stat().st_size // 4096, _need(db) // 4096
    connect = store._connect
    for number in range(sizes):
        pages = have + number * (need - have) // sizes

        def limited(path: Path, pages: int = pages, *, read_only: bool = False) -> sqlite3.Connection:
            connection = connect(path, read_only=read_only)
            connection.execute(f"PRAGMA max_page_count = {pages}")
            return connection

        with monkeypatch.context() as patch:
            patch.setattr(store, "_connect", limited)
            done = run("--db", str(db), *IMPORT)
        _assert_refused(db, done.code, done.out, done.err, before)
        assert "disk is full" in done.err
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
    """A file system in memory that takes 1 MB; only the administrator can make one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("no small file system can be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def _fill_disk(db: Path, place: Path, sizes: int, say: Say) -> None:
    need = _need(db) + 64 * 1024
    on_disk = place / "thidua.db"
    shutil.copy(db, on_disk)
    before, ballast = dump(on_disk), place / "ballast"
    free = os.statvfs(place).f_bavail * 4096
    for number in range(sizes):
        left = number * (need - on_disk.stat().st_size) // sizes
        ballast.write_bytes(bytes(free - left))
        done = thidua(on_disk, *IMPORT)
        ballast.unlink()
        _assert_refused(on_disk, done.returncode, done.stdout, done.stderr, before)
    say(f"a file system with 0 to {left} bytes left, {sizes} sizes: exit 5, unchanged")


def test_a_full_file_system(db: Path, small_disk: Path, say: Say) -> None:
    """Where the disk is full, a write is refused and nothing changes."""
    _fill_disk(db, small_disk, 3, say)


@pytest.mark.soak
def test_a_file_system_full_at_many_sizes(db: Path, small_disk: Path, say: Say) -> None:
    """The same at 20 sizes."""
    _fill_disk(db, small_disk, 20, say)


def test_init_on_a_full_file_system(small_disk: Path) -> None:
    """A register that finds no room is not made, and nothing of it stays."""
    (small_disk / "ballast").write_bytes(bytes(os.statvfs(small_disk).f_bavail * 4096 - 16384))
    done = thidua(small_disk / "new.db", "init")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (5, "", 1), done.stderr
    assert [each.name for each in small_disk.iterdir()] == ["ballast"]
