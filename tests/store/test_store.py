"""The file and the chain: append-only, all or nothing, nothing that is not ours is touched."""

import fcntl
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import build
from conftest import NOW, copy, examples, process
from thidua_cli import store
from thidua_cli.custody import verify
from thidua_cli.ground import dates
from thidua_cli.ground.errors import StoreError
from thidua_cli.store import journal

TABLES = ["operation", *journal.TABLES]


def _fill(connection: sqlite3.Connection) -> None:
    """At least one row in every table."""
    build.everything(connection)
    entry = build.record(connection, "492", "2022-03-30", "registration", contents=(1, 3))
    build.exempt(connection, "498", "p1-launch", "2022-03-01")
    build.void(connection, entry.id)
    with store.write(connection, actor="test", command="change") as writer:
        new = build.unit(writer, "X1", "other", "city", "2024-01-01", ended="2025-01-01")
        build.succession(writer, new, None, "2025-01-01")


@pytest.fixture
def filled(db: Path) -> Path:
    connection = store.connect(db)
    _fill(connection)
    connection.close()
    return db


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("verb", ["update", "delete", "replace", "ignore"])
def test_a_plain_shell_changes_nothing(filled: Path, table: str, verb: str) -> None:
    """UPDATE, DELETE and INSERT OR REPLACE by plain SQLite fail with our message, on every table."""
    plain = sqlite3.connect(filled)
    columns = [row[1] for row in plain.execute(f"PRAGMA table_info({table})")]
    statement = {
        "update": f"UPDATE {table} SET {columns[-1]} = {columns[-1]}",
        "delete": f"DELETE FROM {table}",
        "replace": f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} LIMIT 1",
        "ignore": f"INSERT OR IGNORE INTO {table} SELECT * FROM {table} LIMIT 1",
    }[verb]
    before = plain.execute(f"SELECT * FROM {table}").fetchall()
    assert before
    with pytest.raises(sqlite3.IntegrityError, match="thidua: "):
        plain.execute(statement)
    assert plain.execute(f"SELECT * FROM {table}").fetchall() == before
    plain.close()


@pytest.mark.skipif(shutil.which("sqlite3") is None, reason="no sqlite3 shell on this machine")
def test_the_sqlite_shell_is_refused_too(filled: Path) -> None:
    """The shell that people have prints our message."""
    command = ["sqlite3", str(filled), "UPDATE record SET done_on = '2022-01-01'"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "thidua: rows of record are never changed" in done.stderr + done.stdout


def test_a_row_cannot_join_a_closed_operation(filled: Path) -> None:
    """Rows of an operation that has its own row are complete."""
    plain = sqlite3.connect(filled)
    with pytest.raises(sqlite3.IntegrityError, match="operation being written"):
        plain.execute("INSERT INTO unit VALUES (999, 'other', 'city', 1)")
    plain.close()


def test_an_operation_continues_the_chain(filled: Path) -> None:
    """An operation with a gap, another previous hash or an earlier clock is refused."""
    plain = sqlite3.connect(filled)
    head = journal.head(plain)
    assert head is not None
    later = dates.stamp(dates.unstamp(head.recorded_at) + timedelta(seconds=1))
    for number, recorded_at, previous in (
        (head.number + 2, later, head.hash),
        (head.number + 1, later, "0" * 64),
        (head.number + 1, head.recorded_at, head.hash),
    ):
        row = (number, recorded_at, "x", "x", 0, "0" * 64, previous, "0" * 64)
        with pytest.raises(sqlite3.IntegrityError, match="continues the chain"):
            plain.execute("INSERT INTO operation VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    plain.close()


def test_the_digest_can_be_recomputed_from_the_documentation(filled: Path) -> None:
    """SHA-256 of a compact JSON array of the operation's rows, trailing nulls left out; hash of the columns."""
    plain = sqlite3.connect(filled)
    previous = "0" * 64
    for operation in reversed(journal.operations(plain)):
        rows = []
        for table, key in journal.TABLES.items():
            where = f"SELECT * FROM {table} WHERE operation = ? ORDER BY {', '.join(key)}"
            for row in plain.execute(where, (operation.number,)):
                values = list(row)
                while values[-1] is None:
                    values.pop()
                rows.append([table, *values])
        digest = hashlib.sha256(
            json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
        ).hexdigest()
        assert (operation.row_count, operation.digest) == (len(rows), digest)
        link = [*operation[:6], previous]
        text = json.dumps(link, ensure_ascii=False, separators=(",", ":"))
        assert operation.hash == hashlib.sha256(text.encode()).hexdigest()
        previous = operation.hash
    plain.close()


def test_an_empty_write_is_no_operation(register: sqlite3.Connection) -> None:
    """Where nothing is inserted, nothing is recorded."""
    with store.write(register, actor="test", command="nothing") as writer:
        pass
    assert writer.operation is None
    assert build.head(register) == 1


def test_a_failed_write_leaves_nothing(register: sqlite3.Connection) -> None:
    """An exception inside a write rolls all of it back."""

    def fail() -> None:
        with store.write(register, actor="test", command="fail") as writer:
            build.unit(writer, "X1", "other", "city", "2024-01-01")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert register.execute("SELECT count(*) FROM unit").fetchone() == (117,)
    assert not register.in_transaction


@pytest.mark.parametrize("table", ["record", "operation"])
def test_a_row_that_is_swallowed_is_not_acknowledged(register: sqlite3.Connection, table: str) -> None:
    """Where a planted trigger takes a row away, the write fails and leaves nothing."""
    register.execute(f"CREATE TRIGGER thief BEFORE INSERT ON {table} BEGIN SELECT RAISE(IGNORE); END")
    with pytest.raises(StoreError, match="chưa ghi gì"):
        build.record(register, "492", "2022-03-30")
    assert journal.operations(register)[0].number == 1
    assert register.execute("SELECT count(*) FROM record").fetchone() == (0,)


def test_the_clock_of_the_register_never_goes_back(
    register: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An operation is later than the one before, even if the machine's clock was set back."""
    build.record(register, "492", "2022-03-30")
    monkeypatch.setattr(dates, "now", lambda: NOW - timedelta(days=1))
    build.record(register, "493", "2022-03-30")
    stamps = [row[0] for row in register.execute("SELECT recorded_at FROM operation ORDER BY number")]
    assert stamps == sorted(set(stamps))


def test_only_init_creates(tmp_path: Path) -> None:
    """A mistyped path is an error, and no file appears."""
    with pytest.raises(StoreError):
        store.connect(tmp_path / "typo.db")
    assert list(tmp_path.iterdir()) == []


def test_create_never_overwrites(tmp_path: Path) -> None:
    """A file that is there stays as it is."""
    path = tmp_path / "x.db"
    path.write_bytes(b"mine")
    with pytest.raises(StoreError):
        store.create(path, lambda _writer: None, actor="test", command="init")
    assert path.read_bytes() == b"mine"
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_register_is_private(tmp_path: Path) -> None:
    """Only the owner may read a register that init made, and init leaves nothing else behind."""
    path = tmp_path / "new" / "x.db"
    assert process("init", "--no-units", db=path).returncode == 0
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


@given(note=st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
@example('\x00\x01\x08\t\n\x0b\x0c\r\x1f\x7f\x80"\\/\u2028,null]')
@settings(max_examples=examples(50, 1000), suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_digest_is_that_of_pythons_json(empty: sqlite3.Connection, note: str) -> None:
    """Whatever a text holds, the digest is the SHA-256 of what Python's json writes of the rows."""
    connection = copy(empty)
    with store.write(connection, actor="test", command="x") as writer:
        writer.insert("unit", [{"id": 1, "kind": "other", "level": "city"}])
        version = {"id": 1, "unit": 1, "code": "X", "name": note, "valid_from": "2021-01-01", "note": None}
        writer.insert("unit_version", [version])
    rows = [
        ["unit", 1, "other", "city", 2],
        ["unit_version", 1, 1, "X", note, None, None, None, None, "2021-01-01", None, None, 2],
    ]
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    assert journal.rows_digest(connection, 2) == (2, hashlib.sha256(text.encode()).hexdigest())
    connection.close()


@pytest.mark.parametrize("content", [b"", b"hello", b"SQLite format 3\x00 but not really"])
def test_what_is_not_ours_is_left_alone(tmp_path: Path, content: bytes) -> None:
    """A file that is no register is refused and stays byte-identical."""
    path = tmp_path / "x.db"
    path.write_bytes(content)
    with pytest.raises(StoreError):
        store.connect(path)
    assert path.read_bytes() == content


def test_a_schema_that_is_no_text_is_damage(db: Path) -> None:
    """A damaged schema that SQLite quotes in bytes of no alphabet is a damaged register, for verify a finding."""
    data = db.read_bytes()
    place = data.index(b"record_no_update")
    db.write_bytes(
        data[:place]
        + b"\xa0\xa1"
        + data[place + 2 :].replace(b"BEFORE UPDATE ON record\n", b"BEFORE UPDATE ON r\xa0cord\n")
    )
    with pytest.raises(StoreError, match="hỏng"):
        store.connect(db)
    assert {finding.rule for finding in verify.inspect(db).findings} == {"integrity"}


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    """A SQLite file without our application id is refused and stays byte-identical."""
    path = tmp_path / "x.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE t (a)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(StoreError):
        store.connect(path)
    assert path.read_bytes() == before


def test_a_newer_register_is_left_alone(db: Path) -> None:
    """A register of a newer version is refused by every command and stays byte-identical."""
    plain = sqlite3.connect(db)
    plain.execute(f"PRAGMA user_version = {store.schema.SCHEMA_VERSION + 1}")
    plain.close()
    before = db.read_bytes()
    for arguments in (["status"], ["init"], ["record", "launch", "492", "--on", "2022-03-01"]):
        done = process("--lang", "en", *arguments, db=db)
        assert done.returncode == 5
        assert b"newer" in done.stderr
    assert db.read_bytes() == before


def test_a_busy_register_says_so(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second writer waits, then says that the register is busy."""
    monkeypatch.setattr(store.opening, "BUSY_SECONDS", 0.05)
    first = sqlite3.connect(db, isolation_level=None)
    first.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="bận"), store.writing(db, actor="test", command="x"):
        pass
    first.close()


def _write(db: Path) -> store.Writer:
    with store.writing(db, actor="test", command="x") as writer:
        build.unit(writer, f"X{os.urandom(4).hex()}", "other", "city", "2024-01-01")
    return writer


def _line(db: Path) -> Path:
    return db.with_name(f".{db.name}.line")


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The descriptors for whose lock a command had to wait; it waits a moment."""
    seen: list[int] = []
    wait = store.locks._wait

    def noted(descriptor: int) -> None:
        seen.append(descriptor)
        wait(descriptor)

    monkeypatch.setattr(store.locks, "LINE_SECONDS", 0.05)
    monkeypatch.setattr(store.locks, "_wait", noted)
    return seen


def test_the_line_is_a_courtesy(db: Path, waits: list[int]) -> None:
    """A process that holds the line for ever does not keep others from writing."""
    _write(db)
    with _line(db).open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert _write(db).operation is not None
    assert len(waits) == 1


def test_a_lock_on_the_folder_delays_nobody(db: Path, waits: list[int]) -> None:
    """Any account that can read the folder can lock it; the line is a file of the register's own."""
    folder = os.open(db.parent, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    _write(db)
    os.close(folder)
    assert waits == []


@pytest.mark.parametrize(
    ("register", "mode"), [(0o600, 0o600), (0o644, 0o600), (0o640, 0o600), (0o660, 0o660), (0o664, 0o660)]
)
@pytest.mark.parametrize("umask", [0, 0o077])
def test_locks_have_the_rights_of_those_who_may_write(
    db: Path, register: int, mode: int, umask: int, waits: list[int]
) -> None:
    """The line and the file of --lock can be opened by the register's group only where it may write; also afterwards."""
    before = os.umask(umask)
    try:
        for rights in (0o600, register):
            db.chmod(rights)
            with store.locked(db):
                _write(db)
    finally:
        os.umask(before)
    for path in (_line(db), db.with_name(f".{db.name}.lock")):
        assert (path.stat().st_mode & 0o777, path.stat().st_gid, path.stat().st_size) == (
            mode,
            db.stat().st_gid,
            0,
        )
    assert verify.inspect(db).findings == []


@pytest.mark.parametrize("kind", ["link", "pipe", "folder", "wide", "hard link"])
def test_a_lock_file_that_is_none(db: Path, tmp_path: Path, kind: str, waits: list[int]) -> None:
    """What lies in the place of the line is neither followed nor waited for, and keeps nobody from writing."""
    other = tmp_path / "other"
    other.write_text("other")
    other.chmod(0o604)
    match kind:
        case "link":
            _line(db).symlink_to(other)
        case "pipe":
            os.mkfifo(_line(db))
        case "folder":
            _line(db).mkdir()
        case "wide":
            _line(db).write_text("not empty")
            _line(db).chmod(0o666)
        case "hard link":
            os.link(other, _line(db))
    assert _write(db).operation is not None
    assert (other.read_text(), other.stat().st_mode & 0o777, waits) == ("other", 0o604, [])


@pytest.mark.skipif(os.geteuid() != 0, reason="only the administrator can be another account")
def test_no_other_account_holds_the_line(db: Path, waits: list[int]) -> None:
    """It can open neither the line nor a file that it laid in its place for locking; the administrator's stays the owner's."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o1777)  # where every account may make files
        path = folder / "thidua.db"
        shutil.copyfile(db, path)
        path.chmod(0o644)
        os.chown(path, 61001, 61001)
        held = -1
        try:
            os.seteuid(61002)
            held = os.open(_line(path), os.O_CREAT | os.O_RDWR, 0o666)
            fcntl.flock(held, fcntl.LOCK_EX)
            os.seteuid(0)
            _write(path)
            assert waits == []
            _line(path).unlink()
            _write(path)
            assert (_line(path).stat().st_uid, waits) == (61001, [])
            os.seteuid(61002)
            with pytest.raises(PermissionError):
                os.open(_line(path), os.O_RDONLY)
        finally:
            os.seteuid(0)
            os.close(held)


@pytest.mark.parametrize("content", [None, b"", b"notes"])
def test_a_lock_on_a_mistyped_path_leaves_no_file(tmp_path: Path, content: bytes | None) -> None:
    """Where there is no register there is nothing to lock, and the command says what is missing."""
    path = tmp_path / "x.db"
    if content is not None:
        path.write_bytes(content)
    before = sorted(tmp_path.iterdir())
    assert process("--lock", "status", db=path).returncode == 5
    assert process("record", "launch", "492", "--on", "2022-03-30", db=path).returncode == 5
    assert sorted(tmp_path.iterdir()) == before


def test_a_full_disk_changes_nothing(db: Path) -> None:
    """A write that finds no room ends in StoreError, and the register is as it was."""
    before = db.read_bytes()
    connection = store.connect(db)
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")

    def fill() -> None:
        with store.store_errors(db), store.write(connection, actor="test", command="fill") as writer:
            for number in range(2000):
                build.unit(writer, f"Y{number}", "other", "city", "2024-01-01")

    with pytest.raises(StoreError, match="hết chỗ"):
        fill()
    connection.close()
    assert db.read_bytes() == before


def test_known_at_reads_the_clock_of_the_register(
    register: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last operation by an instant; what init loaded is known at every instant."""
    monkeypatch.setattr(dates, "now", lambda: datetime(2027, 1, 1, tzinfo=UTC))
    build.record(register, "492", "2022-03-30")
    assert journal.known_at(register, "2020-01-01T00:00:00.000000Z").number == 1
    assert journal.known_at(register, "2026-12-31T23:59:59.999999Z").number == 1
    assert journal.known_at(register, "2027-01-01T00:00:00.000000Z").number == 2


def test_a_journal_that_goes_while_one_looks_is_none(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process may end its write between two looks at its journal; whoever opens the register is not told so."""
    looked = os.path.lexists
    monkeypatch.setattr(os.path, "lexists", lambda path: str(path).endswith("-journal") or looked(path))
    store.connect(db).close()
