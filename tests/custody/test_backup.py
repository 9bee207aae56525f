"""Backups verify, overwrite nothing and lose nothing; a restore gives nothing up unasked."""

import fcntl
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import build
import forgeries
from conftest import NOW, Outcome, process, small_file_system
from thidua_cli import store
from thidua_cli.custody import backup, restore, verify
from thidua_cli.ground import dates, drafts
from thidua_cli.ground.errors import RefusedError, StoreError

Run = Callable[..., Outcome]


def _head(path: Path) -> str:
    return forgeries.anchor(path)


def _record(path: Path, unit: str) -> None:
    connection = store.connect(path)
    build.record(connection, unit, "2022-03-30")
    connection.close()


@pytest.fixture
def copy(db: Path, tmp_path: Path) -> Path:
    """A backup of the register after two operations; the register goes on to four."""
    folder = tmp_path / "copies"
    folder.mkdir()
    _record(db, "492")
    made, _proof = backup.back_up(db, folder)
    _record(db, "493")
    _record(db, "494")
    return made


# Backup


def test_a_lock_is_held_while_a_backup_is_made(db: Path, tmp_path: Path) -> None:
    """No table is asked for it, and yet no writer gets between two pages."""
    with store.examining(db) as source:
        backup.copy(source, tmp_path / "copy.db")
        other = store.connect(db)
        other.execute("PRAGMA busy_timeout = 10")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            build.record(other, "492", "2022-03-30")
        other.close()


def test_a_backup_is_a_register(run: Run, db: Path) -> None:
    """It stands beside the register under time, operation and head, for the owner alone, and verifies."""
    done = run("backup")
    made = Path(done.out.strip())
    head = _head(db)
    assert made.name == f"thidua-20261123T030000Z-000001-{head[2:10]}.db"
    assert made.parent == db.parent / "backups"
    assert (made.stat().st_mode & 0o777, made.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert list(made.parent.iterdir()) == [made]
    assert (_head(made), verify.inspect(made).findings) == (head, [])
    assert run("--db", str(made), "status").code == 0


def test_a_backup_overwrites_nothing(run: Run, tmp_path: Path) -> None:
    """A second one in the same second gets another name."""
    first, second = (Path(run("backup", str(tmp_path)).out.strip()) for _time in range(2))
    assert first != second
    assert second.name.endswith("-2.db")


def test_where_a_backup_goes_is_a_folder(run: Run, tmp_path: Path) -> None:
    """It is made where only its last part is missing, for the owner alone; a link to a folder is followed."""
    made = Path(run("backup", str(tmp_path / "new")).out.strip())
    assert (made.parent, made.parent.stat().st_mode & 0o777) == (tmp_path / "new", 0o700)
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    assert Path(run("backup", str(tmp_path / "link")).out.strip()).parent == tmp_path / "real"


def test_what_a_killed_backup_left_goes(db: Path, tmp_path: Path) -> None:
    """The next one removes drafts that are a day old and that no process holds; no others, and no other file."""
    folder = tmp_path / "copies"
    folder.mkdir()
    old, held, young, link, other = (
        folder / f".thidua-backup.0000000{number}.{ending}"
        for number, ending in enumerate(("new", "new", "new", "new", "old"))
    )
    link.symlink_to(db)
    for path in (old, held, young, other, Path(f"{old}-journal")):
        path.write_bytes(b"half")
        os.utime(path, (0, (NOW - timedelta(hours=23 if path == young else 25)).timestamp()))
    with held.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        made, _proof = backup.back_up(db, folder)
    assert set(folder.iterdir()) == {made, held, young, link, other}


def test_what_a_killed_output_left_goes(run: Run, tmp_path: Path) -> None:
    """The next -o to the same file removes its drafts that are a day old and that no process holds; no others."""
    old, held, young, other = (
        tmp_path / f".{name}.0000000{number}.new"
        for number, name in enumerate(("tình hình.csv", "tình hình.csv", "tình hình.csv", "khác.csv"))
    )
    for path in (old, held, young, other):
        path.write_bytes(b"half")
        os.utime(path, (0, (NOW - timedelta(hours=23 if path == young else 25)).timestamp()))
    with held.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert run("status", "-o", str(tmp_path / "tình hình.csv")).code == 0
    assert [path.exists() for path in (old, held, young, other)] == [False, True, True, True]


def test_a_draft_is_held_while_it_is_made(tmp_path: Path) -> None:
    """However long a backup takes, its own draft is not removed by another."""
    with drafts.draft(tmp_path / "thidua-backup") as made:
        os.utime(made, (0, 0))
        with drafts.draft(tmp_path / "thidua-backup"):
            assert made.exists()


def test_what_cannot_be_backed_up_leaves_no_folder(
    run: Run, db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A register of a newer schema, and one that is not intact, are refused before a folder is made or stays."""
    with monkeypatch.context() as patch:
        patch.setattr(store.schema, "SCHEMA_VERSION", 0)
        assert run("backup").code == 5
    forgeries.statements("UPDATE unit SET kind = 'other' WHERE id = 3")(db, forgeries.Context(db))
    assert run("backup").code == 5
    assert list(db.parent.iterdir()) == [db]


def test_what_is_not_intact_is_not_backed_up(run: Run, db: Path, tmp_path: Path) -> None:
    """A copy that would not verify leaves nothing behind, and the error says what is wrong."""
    forgeries.statements("UPDATE unit SET kind = 'other' WHERE id = 3")(db, forgeries.Context(db))
    folder = tmp_path / "x"
    folder.mkdir()
    done = run("backup", str(folder))
    assert (done.code, "operation #1" in done.err) == (5, True)
    assert list(folder.iterdir()) == []


def test_without_hard_links(db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the place knows no links, the name is taken first and filled then; an existing file stays."""

    def refuse(*_names: object) -> None:
        raise PermissionError(1, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    first, _proof = backup.back_up(db, tmp_path)
    before = first.read_bytes()
    second, _proof = backup.back_up(db, tmp_path)
    assert (first != second, first.read_bytes() == before) == (True, True)
    assert verify.inspect(second).findings == []


def test_keep(run: Run, db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--keep removes older backups of this register alone: no other's, no broken one, nothing of another name."""
    folder = tmp_path / "copies"
    folder.mkdir()
    made = []
    for day in range(5):
        monkeypatch.setattr(dates, "now", lambda day=day: NOW + timedelta(days=day))
        made.append(Path(run("backup", str(folder)).out.strip()))
    broken = made[0].with_name(made[0].name.replace("20261123", "20201123"))
    shutil.copyfile(made[0], broken)
    forgeries.statements("DELETE FROM unit_version")(broken, forgeries.Context(db))
    stranger = folder / "thidua-20200101T000000Z-000001-00000000.db"
    shutil.copyfile(made[0], stranger)
    named = folder / "mine.db"
    shutil.copyfile(made[0], named)
    link = folder / made[0].name.replace("20261123", "20211123")
    link.symlink_to(named)
    monkeypatch.setattr(dates, "now", lambda: NOW + timedelta(days=9))
    made.append(Path(run("backup", "--keep", "2", str(folder)).out.strip()))
    assert set(folder.iterdir()) == {*made[-2:], broken, stranger, named, link}


def _renamed(path: Path, time: str) -> Path:
    """A backup under the name that it would bear, had it been made at another time."""
    return path.rename(path.with_name(path.name.replace("20261123T030000Z", time)))


def test_keep_never_removes_what_it_has_just_made(run: Run, tmp_path: Path) -> None:
    """Where a copy of the same operation bears a later time, the new one stays all the same."""
    future = _renamed(Path(run("backup", str(tmp_path)).out.strip()), "20991231T000000Z")
    made = Path(run("backup", "--keep", "1", str(tmp_path)).out.strip())
    assert (made.exists(), future.exists()) == (True, False)


def test_keep_goes_by_operations_before_clocks(run: Run, db: Path, tmp_path: Path) -> None:
    """Of two older copies the one with more operations is the newer, whatever its name says of the time."""
    first = _renamed(Path(run("backup", str(tmp_path)).out.strip()), "20991231T000000Z")
    _record(db, "492")
    second = _renamed(Path(run("backup", str(tmp_path)).out.strip()), "20200101T000000Z")
    _record(db, "493")
    made = Path(run("backup", "--keep", "2", str(tmp_path)).out.strip())
    assert [path for path in (first, second, made) if path.exists()] == [second, made]


def test_a_broken_copy_does_not_count(run: Run, db: Path, copy: Path) -> None:
    """--keep 2 keeps two that verify; a newer broken one stays beside them and takes nobody's place."""
    broken = Path(run("backup", str(copy.parent)).out.strip())
    forgeries.statements("DELETE FROM unit_version")(broken, forgeries.Context(db))
    _record(db, "498")
    made = Path(run("backup", "--keep", "2", str(copy.parent)).out.strip())
    assert set(copy.parent.iterdir()) == {copy, broken, made}


def test_keep_by_several_at_once(db: Path) -> None:
    """Each succeeds, though they remove the same old ones; the next one alone brings the number down."""
    env = {**os.environ, "THIDUA_DB": str(db), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "thidua_cli", "backup", "--keep", "1"]
    for _round in range(2):
        running = [subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL) for _each in range(4)]
        assert [each.wait() for each in running] == [0] * 4
    last = Path(subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout.strip())
    assert list(last.parent.iterdir()) == [last]


def test_keep_of_what_has_vanished(db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy that another process removes after it was looked at is no failure."""
    old, _proof = backup.back_up(db, tmp_path)
    before = backup.names(tmp_path)
    made, proof = backup.back_up(db, tmp_path)
    monkeypatch.setattr(backup, "_is_backup_of", lambda path, _operations: path.unlink() or True)
    assert backup.thin(tmp_path, 1, made, proof.operations, before) == [old]


def test_keep_lets_alone_what_came_meanwhile(db: Path, tmp_path: Path) -> None:
    """A backup that was not there at the beginning is nobody's to remove, however many are to be kept."""
    old, _proof = backup.back_up(db, tmp_path)
    before = backup.names(tmp_path)
    others, _proof = backup.back_up(db, tmp_path)
    made, proof = backup.back_up(db, tmp_path)
    assert backup.thin(tmp_path, 1, made, proof.operations, before) == [old]
    assert (others.exists(), made.exists()) == (True, True)


_STOPPED = """
import os, signal, sys
from thidua_cli.custody import backup; from thidua_cli import cli; from thidua_cli.ground import files
module, name = (backup, "_named") if "backup" in sys.argv else (files, "replace_all")
whole = getattr(module, name)
def stopped(*arguments, **options):
    whole(*arguments, **options)
    os.kill(os.getpid(), signal.SIGTERM)
setattr(module, name, stopped)
cli.main()
"""


@pytest.mark.parametrize(
    "command", [["backup"], ["status", "-f", "csv", "-o"], ["report", "-o"]], ids=lambda it: it[0]
)
def test_a_signal_after_the_file_has_its_name(db: Path, tmp_path: Path, command: list[str]) -> None:
    """The message names the file that is there, instead of saying that nothing was written."""
    out = tmp_path / "out"
    done = subprocess.run(
        [sys.executable, "-c", _STOPPED, "--lang", "en", *command, str(out)],
        env={**os.environ, "THIDUA_DB": str(db)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    made = max(out.iterdir()) if out.is_dir() else out
    others = ", and 1 before it" if command[0] == "report" else ""
    assert (done.returncode, done.stderr) == (143, f"Error: stopped by a signal; wrote {made}{others}\n")


def test_backups_while_others_write(db: Path) -> None:
    """Writers and backups side by side: no failure, and every backup verifies."""
    env = {**os.environ, "THIDUA_DB": str(db), "PYTHONDONTWRITEBYTECODE": "1"}
    units = ["490", "491", "492", "493", "494", "495", "497", "498"]
    commands = [["record", "launch", unit, "--on", "2022-03-30"] for unit in units] + [["backup"]] * 4
    running = [
        subprocess.Popen([sys.executable, "-m", "thidua_cli", *command], env=env, stdout=subprocess.PIPE)
        for command in commands
    ]
    assert [(each.communicate(), each.returncode)[1] for each in running] == [0] * len(commands)
    copies = list((db.parent / "backups").iterdir())
    assert len(copies) == 4
    for each in copies:
        assert verify.inspect(db, verify.Wanted(extends=each)).findings == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system that takes 64 kB."""
    with small_file_system(tmp_path / "small disk", "64k") as place:
        yield place


def test_the_disk_that_is_full_is_named(run: Run, db: Path, small_disk: Path) -> None:
    """Where a copy finds no room, the error names the place it was to go to, and nothing is left there."""
    new = str(small_disk / "new.db")
    text = db.with_name("register.jsonl")
    assert run("export", "register", "-o", str(text)).code == 0
    for arguments in (
        ["backup", str(small_disk)], ["--db", new, "restore", str(db)], ["--db", new, "restore", str(text)],
    ):  # fmt: skip
        done = run(*arguments)
        assert (done.code, done.err) == (5, f"Error: {small_disk}: the disk is full; nothing was written\n")
        assert list(small_disk.iterdir()) == []


# Restore


def test_restore_to_a_new_place(copy: Path, tmp_path: Path) -> None:
    """Where there is no register, the copy becomes one: for the owner alone, with an equal head."""
    path = tmp_path / "new" / "x.db"
    done = process("restore", str(copy), db=path)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (_head(path), path.stat().st_mode & 0o777) == (_head(copy), 0o600)
    assert list(path.parent.iterdir()) == [path]


def test_restore_loses_nothing_unasked(run: Run, db: Path, copy: Path) -> None:
    """A copy that lacks operations is refused with a list of them, and nothing changes."""
    before = db.read_bytes()
    done = run("restore", str(copy))
    assert (done.code, db.read_bytes()) == (6, before)
    assert "#3" in done.err
    assert "#4" in done.err
    assert "--discard-after 2" in done.err
    for wrong in ("1", "3", "4"):
        assert run("restore", str(copy), "--discard-after", wrong).code == 6
    assert db.read_bytes() == before


def test_restore_gives_up_what_it_is_told_to(run: Run, db: Path, copy: Path) -> None:
    """With --discard-after the register is the copy, and the file before stays beside it, whole."""
    before = _head(db)
    done = run("restore", str(copy), "--discard-after", "2")
    assert (done.code, done.err, _head(db)) == (0, "", _head(copy))
    (kept,) = db.parent.glob("thidua.db.before-restore-*")
    assert (_head(kept), kept.stat().st_mode & 0o777) == (before, 0o600)
    assert str(kept) in done.out
    assert not drafts.journal_of(db).exists()
    assert run("verify").code == 0
    assert run("restore", str(kept)).code == 0  # and back again: nothing is lost by going forward
    assert _head(db) == before


def test_restore_of_the_same_changes_nothing(run: Run, db: Path) -> None:
    """A copy that is what is there is a success without a change."""
    made = run("backup").out.strip()
    before = db.read_bytes()
    done = run("restore", made)
    assert (done.code, db.read_bytes(), list(db.parent.glob("*before*"))) == (0, before, [])
    assert run("restore", str(db)).code == 6


def test_restore_of_a_branch(run: Run, db: Path, copy: Path) -> None:
    """Two that parted at #2: refused, said, and possible only by naming #2."""
    _record(copy, "498")
    done = run("restore", str(copy))
    assert (done.code, "1 other operations from #3" in done.err) == (6, True)
    assert run("restore", str(copy), "--discard-after", "2").code == 0
    assert _head(db) == _head(copy)


def test_restore_of_another_register(run: Run, db: Path, tmp_path: Path) -> None:
    """One that shares no operation is never put over this one."""
    other = tmp_path / "other.db"
    assert process("init", "--no-units", db=other).returncode == 0
    for extra in ([], ["--discard-after", "0"], ["--discard-after", "1"]):
        assert run("restore", str(other), *extra).code == 6


@pytest.mark.parametrize("content", [b"", b"hello", b"SQLite format 3\x00"])
def test_restore_over_what_is_not_ours(run: Run, db: Path, copy: Path, content: bytes) -> None:
    """A file that is no register is not replaced, and none is restored from it."""
    other = copy.parent / "other"
    other.write_bytes(content)
    assert run("restore", str(other)).code in (5, 7)
    db.write_bytes(content)
    assert run("restore", str(copy), "--discard-after", "2").code == 5
    assert db.read_bytes() == content


def test_restore_refuses_a_forged_copy(run: Run, db: Path, copy: Path) -> None:
    """A copy that does not verify is refused, whatever is asked for."""
    forgeries.statements("UPDATE record SET done_on = '2022-01-01'")(copy, forgeries.Context(db))
    before = db.read_bytes()
    assert run("restore", str(copy), "--discard-after", "2").code == 5
    assert db.read_bytes() == before


def test_a_forged_register_is_mended(run: Run, db: Path) -> None:
    """Where the operations are the same but the rows are not, the copy comes back without a question."""
    made = run("backup").out.strip()
    forgeries.statements("UPDATE unit SET kind = 'other' WHERE id = 3")(db, forgeries.Context(db))
    assert run("restore", made).code == 0
    assert run("verify").code == 0


@pytest.mark.parametrize("size", [100, 4096, 5000, 100_000])
def test_a_torn_register_is_replaced(run: Run, db: Path, copy: Path, size: int) -> None:
    """What it held cannot be known, so giving it up must be asked for; the torn file is kept."""
    with db.open("r+b") as file:
        file.truncate(size)
    torn = db.read_bytes()
    first = run("restore", str(copy))
    assert first.code in (5, 6)
    assert db.read_bytes() == torn
    done = run("restore", str(copy), "--discard-after", "2")
    assert done.code == 0, done.err
    assert len(list(db.parent.glob("*.before-restore-*"))) == 1
    assert (run("verify").code, _head(db)) == (0, _head(copy))


@pytest.mark.parametrize("ending", ["-journal", "-wal", "-shm"])
def test_a_stale_journal_is_not_rolled_into_a_new_file(run: Run, db: Path, copy: Path, ending: str) -> None:
    """What SQLite would take for the new one's is refused, by init too, and named; it stays."""
    db.unlink()
    waiting = Path(f"{db}{ending}")
    waiting.write_bytes(b"left over")
    for command in (["restore", str(copy)], ["init"]):
        done = run(*command)
        assert (done.code, str(waiting) in done.err) == (5, True)
    assert (db.exists(), waiting.read_bytes()) == (False, b"left over")


def test_what_belongs_to_a_torn_register_goes_with_it(run: Run, db: Path, copy: Path) -> None:
    """Its journal and its log stand beside the file that is kept, and nothing of them beside the new one."""
    with db.open("r+b") as file:
        file.truncate(100)
    for ending in ("-journal", "-wal", "-shm"):
        Path(f"{db}{ending}").write_bytes(b"left over")
    restore._aside(shutil.copy(copy, db.with_name("made")), db, next(restore._kept_names(db)))
    kept = {
        path.name.partition(".before-restore-")[2].rpartition("-")[2] for path in db.parent.glob("*before*-*")
    }
    assert {"journal", "wal", "shm"} < kept
    assert [path.name for path in db.parent.glob("thidua.db-*")] == []
    assert _head(db) == _head(copy)


def test_restore_waits_for_the_lock(db: Path, copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another writes, a restore changes nothing and says that the register is busy."""
    monkeypatch.setattr(store.opening, "BUSY_SECONDS", 0.05)
    other = sqlite3.connect(db, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="bận"):
        restore.restore(copy, db, 2)
    other.execute("ROLLBACK")
    other.close()
    assert list(db.parent.glob("*before*")) == []


_HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
print(connection.execute("SELECT max(number) FROM operation").fetchone()[0], flush=True)
for line in sys.stdin:
    print(connection.execute("SELECT max(number) FROM operation").fetchone()[0], flush=True)
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("COMMIT")
    print(connection.execute("PRAGMA integrity_check").fetchone()[0], flush=True)
"""


def test_a_process_that_has_it_open_sees_the_restored_one(db: Path, copy: Path) -> None:
    """The file stays the same file: whoever holds it open goes on with what was restored, not with a ghost."""
    inode = db.stat().st_ino
    with subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(db)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "4\n"
        assert process("restore", str(copy), "--discard-after", "2", db=db).returncode == 0
        said, _error = holder.communicate("now\n")
    assert said == "2\nok\n"
    assert db.stat().st_ino == inode


def test_a_killed_restore_is_all_or_nothing(db: Path, copy: Path) -> None:
    """kill -9 at any moment leaves the register before or the one after, and running it again completes it."""
    before, heads = db.read_bytes(), {_head(db), _head(copy)}
    for moment in range(6):
        db.write_bytes(before)
        with subprocess.Popen(
            [sys.executable, "-m", "thidua_cli", "restore", str(copy), "--discard-after", "2"],
            env={**os.environ, "THIDUA_DB": str(db)},
            stdout=subprocess.DEVNULL,
        ) as running:
            time.sleep(0.2 + moment * 0.06)
            running.send_signal(signal.SIGKILL)
        assert _head(db) in heads
        assert verify.inspect(db).findings == []
        for leftover in db.parent.glob(".*"):
            leftover.unlink()
    assert process("restore", str(copy), "--discard-after", "2", db=db).returncode == 0
    assert _head(db) == _head(copy)


def test_a_link_to_a_register(db: Path, copy: Path, tmp_path: Path) -> None:
    """A link is followed: the real file is restored and the copy kept beside that one; the link stays a link."""
    link = tmp_path / "elsewhere" / "link.db"
    link.parent.mkdir()
    link.symlink_to(db)
    restore.restore(copy, link, 2)
    assert link.is_symlink()
    assert _head(db) == _head(copy)
    assert list(link.parent.iterdir()) == [link]
    assert len(list(db.parent.glob("thidua.db.before-restore-*"))) == 1


def test_a_write_that_cannot_be_printed_is_said(copy: Path, tmp_path: Path) -> None:
    """Where standard output is full, init and restore say up to which operation the register was saved."""
    for name, command, head in (("a.db", ["init"], 1), ("b.db", ["restore", str(copy)], 2)):
        with Path("/dev/full").open("wb") as full:
            done = subprocess.run(
                [sys.executable, "-m", "thidua_cli", "--lang", "en", "--db", str(tmp_path / name), *command],
                stdout=full, stderr=subprocess.PIPE, text=True, check=False,
            )  # fmt: skip
        assert done.returncode == 5
        assert f"up to operation #{head}; but" in done.stderr
        assert _head(tmp_path / name).startswith(f"{head}:")


def test_the_refusal_is_a_rule(db: Path, copy: Path) -> None:
    """As a function: RefusedError, with the operations as hints."""
    with pytest.raises(RefusedError) as caught:
        restore.restore(copy, db)
    assert len(caught.value.hints) == 3
