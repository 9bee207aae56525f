"""A register that another program has set to a write-ahead log: said, read, and set back by the next write."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conftest import Outcome
from thidua_cli import store
from thidua_cli.custody import verify
from thidua_cli.ground import drafts
from thidua_cli.ground.errors import StoreError

Run = Callable[..., Outcome]
RECORD = ("record", "launch", "492", "--on", "2022-03-30")


@pytest.fixture
def wal(db: Path) -> Path:
    """The register, left in WAL by another program that has closed it."""
    plain = sqlite3.connect(db)
    plain.execute("PRAGMA journal_mode = WAL")
    plain.close()
    return db


@pytest.fixture
def open_elsewhere(wal: Path) -> Iterator[sqlite3.Connection]:
    """Another program that has it open."""
    other = sqlite3.connect(wal)
    other.execute("SELECT * FROM unit").fetchone()
    yield other
    other.close()


def _mode(path: Path) -> bytes:
    return path.read_bytes()[18:20]


def test_verify_names_it(run: Run, wal: Path) -> None:
    """It is a finding of its own with the cure, and the file is left as it is."""
    before = wal.read_bytes()
    done = run("verify", "--format", "csv")
    assert (done.code, wal.read_bytes()) == (3, before)
    assert [line.split(",")[0] for line in done.out.splitlines()[1:]] == ['"journal"']
    assert "PRAGMA journal_mode = DELETE" in done.out


def test_reading_works(run: Run, wal: Path) -> None:
    """Reports are no less true in WAL."""
    assert run("status").code == 0


def test_a_write_sets_it_back(run: Run, wal: Path) -> None:
    """The next operation is written with the rollback journal, and nothing lies beside the file."""
    assert run(*RECORD).code == 0
    assert (_mode(wal), run("verify")) == (b"\1\1", Outcome(0, "", ""))
    assert [path.exists() for path in drafts.beside(wal)] == [False] * 3


def test_what_stands_in_the_log_is_kept(run: Run, db: Path, tmp_path: Path) -> None:
    """Setting it back loses nothing that another program has committed to the log."""
    plain = sqlite3.connect(db)
    plain.execute("PRAGMA journal_mode = WAL")
    plain.execute("CREATE TABLE extra (a)")
    plain.commit()
    for each in (db, drafts.beside(db)[1]):
        shutil.copyfile(each, tmp_path / each.name.replace("thidua", "copy"))
    plain.close()
    copy = tmp_path / "copy.db"
    assert run("--db", str(copy), *RECORD).code == 0
    assert _mode(copy) == b"\1\1"
    assert "extra" in run("--db", str(copy), "verify").out


def test_a_write_waits_for_the_other_program(
    run: Run, open_elsewhere: sqlite3.Connection, wal: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it cannot be set back, nothing is written, and the message says what to close."""
    monkeypatch.setattr(store.opening, "BUSY_SECONDS", 0.05)
    done = run(*RECORD)
    assert (done.code, "WAL" in done.err, done.out) == (5, True, "")
    assert open_elsewhere.execute("SELECT count(*) FROM record").fetchone() == (0,)


def test_backups_and_restores_are_not_in_wal(run: Run, wal: Path, tmp_path: Path) -> None:
    """A backup of it is none, and neither is a register that was restored over it, or from such a file."""
    backup = Path(run("backup", str(tmp_path)).out.strip())
    assert (_mode(wal), _mode(backup)) == (b"\2\2", b"\1\1")
    new = tmp_path / "new.db"
    assert run("--db", str(new), "restore", str(wal)).code == 0
    assert run("--db", str(new), *RECORD).code == 0
    later = Path(run("--db", str(new), "backup", str(tmp_path)).out.strip())
    assert run("restore", str(later)).code == 0
    assert (_mode(new), _mode(wal), run("verify").code) == (b"\1\1", b"\1\1", 0)


def test_a_stale_log_is_not_brought_into_a_new_file(run: Run, wal: Path, tmp_path: Path) -> None:
    """A log without its register would be taken for the new one's: refused."""
    backup = run("backup", str(tmp_path)).out.strip()
    wal.unlink()
    drafts.beside(wal)[1].write_bytes(b"left over")
    assert run("restore", backup).code == 5
    assert not wal.exists()


@pytest.mark.parametrize("log", [False, True])
def test_a_folder_that_cannot_be_written(wal: Path, log: bool) -> None:
    """SQLite cannot read WAL there; the message says so, and where it can."""
    account = os.geteuid()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "thidua.db"
        shutil.copyfile(wal, path)
        if log:
            drafts.beside(path)[1].touch()
        folder.chmod(0o555)
        try:
            if account == 0:  # whom no rights hold back
                os.seteuid(65534)
            for read_only in (False, True):
                with pytest.raises(StoreError, match="WAL"):
                    store.connect(path, read_only=read_only)
            with pytest.raises(StoreError, match="WAL"):
                verify.inspect(path)
        finally:
            os.seteuid(account)
            folder.chmod(0o755)
