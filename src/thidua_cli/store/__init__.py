"""The SQLite file: create, open, and write; one write is one operation.

Reading and writing need only sqlite3; sqlite-utils applies the migrations.
Rollback journal, `synchronous=EXTRA`: an acknowledged write has reached the disk.
"""

import _thread
import contextlib
import errno
import fcntl
import os
import signal
import sqlite3
import stat
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from thidua_cli.ground import dates, files, filesystem
from thidua_cli.ground.errors import MissingError, StoppedError, StoreError
from thidua_cli.ground.language import _, why
from thidua_cli.store import journal

if TYPE_CHECKING:
    from sqlite_utils import Database

APPLICATION_ID = 0x54484455  # "THDU"
BUSY_SECONDS = 10.0
LONGEST = 1 << 24  # bytes of a text or a row in the file; the longest of ours is far shorter
_STEPS = 100_000  # of SQLite's, some milliseconds: after so many, signals are heard
_BATCH = 200  # rows of one INSERT
LINE_SECONDS = 30.0
_WRITE_FAULTS = (
    sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_TRUNCATE,
    sqlite3.SQLITE_IOERR_DELETE, sqlite3.SQLITE_IOERR_DIR_FSYNC,
)  # fmt: skip
_HEADER_SIZE = 100
_MODE_AT = slice(18, 20)  # which journal is asked for
_WAL = b"\x02\x02"
_NO_SHARED_MEMORY = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
_VERSION_AT = slice(60, 64)  # where the header of the file holds user_version
_APPLICATION_AT = slice(68, 72)  # and the application id
_SQL = Path(__file__).parents[1] / "sql"


@cache
def sql(name: str) -> str:
    """The text of a query of `sql/`, after the common definition of what is live."""
    return f"{raw_sql('live')}\n{raw_sql(name)}"


@cache
def raw_sql(name: str) -> str:
    """The text of a file of `sql/`, alone."""
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")


# Creation


def create(
    path: Path, load: Callable[["Writer"], None], *, actor: str, command: str, group: int | None = None
) -> journal.Operation:
    """Make the register at `path`: schema and first operation, whole or not at all.

    The file is made beside its place and linked into it, so that a reader never meets half a register and an
    existing file is never overwritten (StoreError). Only the owner may read it, or the members of `group`, of
    which this account must be one; StoreError where they could not work in its folder.
    """
    rights = filesystem.PRIVATE if group is None else filesystem.Rights(group, 0o660)
    with store_errors(path):
        files.make_private(path.parent, rights)
        filesystem.refuse_network(path.parent)
        if group is not None:
            filesystem.refuse_unshared(path.parent, group)
        with files.draft(path, rights) as draft:
            connection = _connect(draft)
            try:
                writer, operation = found(connection, load, actor=actor, command=command)
            finally:
                connection.close()
            try:
                with signals_held():
                    _place(draft, path, writer, operation)
            except FileExistsError:
                raise StoreError(_("{path}: đã có tệp ở đó").format(path=path)) from None
    return operation


def _place(draft: Path, path: Path, writer: "Writer", operation: journal.Operation) -> None:
    try:
        files.place(draft, path)
    except files.UnsyncedError:
        writer.operation = operation
        raise
    writer.operation = operation


def found(
    connection: sqlite3.Connection, load: Callable[["Writer"], None], *, actor: str, command: str
) -> tuple["Writer", journal.Operation]:
    """Schema and first operation in an empty database (also one in memory), in one transaction."""
    connection.execute("BEGIN IMMEDIATE")
    with rollback_on_error(connection):
        migrate(connection)
        writer = Writer(connection, 1)
        load(writer)
        operation = _close(writer, actor=actor, command=command)
        connection.execute("COMMIT")
    return writer, operation


def migrate(connection: sqlite3.Connection, version: int | None = None) -> None:
    """Bring the schema from its `user_version` to `version` (none: this program's own).

    The caller holds the write transaction.
    """
    from sqlite_utils import Database, Migrations

    present = connection.execute("PRAGMA user_version").fetchone()[0]
    wanted = SCHEMA_VERSION if version is None else version
    migrations = Migrations("thidua")
    for name, step in MIGRATIONS[present:wanted]:
        migrations(name=name)(step)
    migrations.apply(Database(connection))
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {wanted}")


def _register(database: "Database") -> None:
    from string import Template

    _run(database, raw_sql("schema_0001"))
    for table, key in {**journal.TABLES, "operation": ("number",)}.items():
        same = " AND ".join(f"{column} = NEW.{column}" for column in key)
        _run(database, Template(raw_sql("schema_0001_guards")).substitute(table=table, same_key=same))
    for table in journal.TABLES:
        _run(database, Template(raw_sql("schema_0001_closed")).substitute(table=table))
        database.execute(f"CREATE INDEX {table}_by_operation ON {table} (operation)")


# The step at index N brings schema N to N + 1; a step that was released is never changed.
MIGRATIONS: Sequence[tuple[str, Callable[["Database"], None]]] = (("0001_register", _register),)
SCHEMA_VERSION = len(MIGRATIONS)


def _run(database: "Database", script: str) -> None:
    # One statement at a time: executescript() would commit the open transaction.
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            database.execute(statement)
            statement = ""


# Opening


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """Open an existing register of ours; the connection only reads until `write` is called.

    With `read_only` not even the journal of a killed writer is cleared away.

    Raises StoreError where there is none, where the file is not ours or newer than this version (it is then
    left as it is), or where it cannot be read.
    """
    with store_errors(path):
        header = _check_register(path)
        if not read_only:
            filesystem.refuse_exposed(path)
        connection = _connect(path, header, read_only=read_only)
        try:
            application = connection.execute("PRAGMA application_id").fetchone()[0]
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            _check_identity(path, application, version)
            if version < SCHEMA_VERSION:  # a migration that was cut off has just been rolled back
                raise StoreError(
                    _("{path}: sổ thuộc lược đồ cũ {theirs}").format(path=path, theirs=version),
                    _("Chạy lại lệnh này để nâng cấp sổ."),
                )
        except BaseException:
            connection.close()
            raise
    return connection


def is_older(path: Path) -> bool:
    """Whether the header of a register of ours names an older schema; raises StoreError as `connect`."""
    with store_errors(path):
        application, version = _identity(_check_file(path))
    return application == APPLICATION_ID and version < SCHEMA_VERSION


def _identity(header: bytes) -> tuple[int, int]:
    """The application and the schema that a header names."""
    return int.from_bytes(header[_APPLICATION_AT]), int.from_bytes(header[_VERSION_AT])


def _check_register(path: Path) -> bytes:
    """The header of a register of ours; any other file is refused before SQLite could change it."""
    header = _check_file(path)
    _check_identity(path, *_identity(header))
    return header


def missing(path: Path, init: str = "thidua init") -> MissingError:
    """There is no register at a path; `init` is the command that makes one."""
    error = MissingError(
        _("chưa có sổ theo dõi ở {path}").format(path=path),
        _("Tạo sổ mới: {init}. Sổ ở nơi khác: thidua --db ĐƯỜNG-DẪN … hoặc đặt biến THIDUA_DB.").format(
            init=init
        ),
    )
    error.path = path
    return error


def _check_file(path: Path) -> bytes:
    """The header of the file, which must be one of SQLite's; its journal, if there is one, must be a file."""
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise StoreError(_("{path}: không phải là tệp").format(path=path))
        # A look at the bytes before SQLite opens the file; no connection of this process holds a lock yet.
        with path.open("rb") as file:
            header = file.read(_HEADER_SIZE)
    except (FileNotFoundError, NotADirectoryError):
        raise missing(path) from None
    if not header:  # where there are no links, all that a power cut may leave of a new register
        raise StoreError(
            _("{path}: tệp rỗng, không có sổ nào trong đó").format(path=path),
            _("Xóa tệp ấy rồi chạy lại: rm {path}").format(path=path),
        )
    if not header.startswith(files.SQLITE_HEADER):
        raise StoreError(_("{path}: không phải sổ theo dõi của thidua").format(path=path))
    _refuse_strange_journal(path)
    return header


def _refuse_strange_journal(path: Path) -> None:
    """Raises StoreError where SQLite would open as the register's journal or log what is no file.

    To open a pipe that nobody writes to is to wait for ever.
    """
    for found in files.beside(Path(os.path.realpath(path))):
        try:
            mode = found.lstat().st_mode
        except FileNotFoundError:  # also where another process has just ended its write
            continue
        if not stat.S_ISREG(mode):
            raise StoreError(
                _("{path}: SQLite sẽ coi đây là nhật ký của sổ, mà đây không phải là tệp thường").format(
                    path=found
                ),
                _("Xem đó là gì (ls -l), rồi chuyển nó đi nơi khác: mv {path} …").format(path=found),
            )


def _check_identity(path: Path, application: int, version: int) -> None:
    if application != APPLICATION_ID:
        raise StoreError(_("{path}: không phải sổ theo dõi của thidua").format(path=path))
    if version > SCHEMA_VERSION:
        raise StoreError(
            _(
                "{path}: sổ này thuộc phiên bản mới hơn (lược đồ {theirs}, chương trình hiểu đến {ours})"
            ).format(path=path, theirs=version, ours=SCHEMA_VERSION),
            _("Cập nhật thidua rồi thử lại. Tệp được giữ nguyên."),
        )


def _connect(path: Path, header: bytes = b"", *, read_only: bool = False) -> sqlite3.Connection:
    # mode=rw, so that a journal left by a killed writer can be rolled back even by a reader.
    address = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rw'}"
    connection = sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS)
    try:
        return prepare(connection)
    except UnicodeDecodeError as error:  # what SQLite says of a damaged schema quotes the damage
        connection.close()
        damage = sqlite3.DatabaseError("malformed database schema")
        damage.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise damage from error
    except sqlite3.OperationalError as error:
        connection.close()
        if header[_MODE_AT] == _WAL and error.sqlite_errorcode & 0xFF in _NO_SHARED_MEMORY:
            raise StoreError(
                _("{path}: ở chế độ WAL, chỉ đọc được trong thư mục cho ghi").format(path=path),
                _("Chép tệp, cùng tệp -wal nếu có, vào một thư mục cho ghi rồi đọc ở đó."),
            ) from error
        raise
    except BaseException:
        connection.close()
        raise


def prepare(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Settings of every connection, in memory too."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
    connection.set_progress_handler(_hear_signals, _STEPS)
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA recursive_triggers = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA synchronous = EXTRA")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA cache_size = -65536")  # KiB: a long import reaches the file only at its end
    return connection


def _hear_signals() -> int:
    """Go on. Python runs the handler of a signal in here; where it raises, SQLite gives the query up."""
    return 0


def in_wal(connection: sqlite3.Connection) -> bool:
    """Whether writes go to a log beside the file, as another program may have set it, and not the journal."""
    return bool(connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal")


def leave_wal(connection: sqlite3.Connection, path: Path) -> None:
    """Back to the rollback journal, on which all promises rest; nothing that was written is lost.

    The connection is outside any transaction. Raises StoreError where another program has the register open.
    """
    if not in_wal(connection):
        return
    try:
        connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
    if in_wal(connection):
        raise StoreError(
            _("{path}: ở chế độ WAL, và một chương trình khác đang mở tệp; chưa ghi gì").format(path=path),
            _("Đóng chương trình ấy rồi chạy lại; sổ tự trở về chế độ DELETE."),
        )


@contextlib.contextmanager
def reading(path: Path, *, read_only: bool = False) -> Iterator[sqlite3.Connection]:
    """One consistent view of the register at `path`, for as long as the block lasts."""
    connection = connect(path, read_only=read_only)
    try:
        with store_errors(path):
            connection.execute("PRAGMA query_only = ON")
            connection.execute("BEGIN")
            yield connection
    finally:
        connection.close()


@contextlib.contextmanager
def examining(path: Path, *, read_only: bool = False) -> Iterator[sqlite3.Connection]:
    """As `reading`, for a file that may be damaged or of an older schema; nothing is brought up to date.

    The file is written to only where a journal lies beside it: what a killed writer left is rolled back. With
    `read_only` that is a StoreError. What SQLite says about a damaged file (sqlite3.DatabaseError) is left to
    the caller to judge. Text that is not UTF-8 is read with surrogates. Raises StoreError as `connect` where
    the file is not ours or newer.
    """
    with store_errors(path):
        header = _check_register(path)
        read_only = read_only or not files.journal_of(path.resolve()).exists()
    connection = _connect(path, header, read_only=read_only)
    try:
        connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
        connection.execute("PRAGMA query_only = ON")
        connection.execute("BEGIN")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        _check_identity(path, APPLICATION_ID, version)
        yield connection
    finally:
        connection.close()


@contextlib.contextmanager
def holding(path: Path) -> Iterator[sqlite3.Connection]:
    """The register at `path` with SQLite's exclusive lock on it, outside any transaction; as `examining`."""
    with store_errors(path):
        header = _check_register(path)
        filesystem.refuse_exposed(path)
    filesystem.refuse_network(path)
    connection = _connect(path, header)
    try:
        connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
        leave_wal(connection, path)
        connection.execute("BEGIN EXCLUSIVE")
        # From here on the lock outlives its transaction. Not earlier: who waits would keep its read lock too.
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("COMMIT")
        _check_identity(path, APPLICATION_ID, connection.execute("PRAGMA user_version").fetchone()[0])
        with store_errors(path):
            _refuse_low_limit(connection)
        try:
            yield connection
        except BaseException as error:
            _refuse_unrestored(connection, error)
            raise
    finally:
        connection.close()


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """No other process with this lock on the register at `path`, for as long as the block lasts.

    The lock is on a file beside the register, which stays; a process that dies gives it up. Where there is no
    register there is no lock: the command says what is missing. Readers and writers without this lock are not
    held up. Raises StoreError at once where another process holds it.
    """
    real = Path(os.path.realpath(path))
    try:
        _check_register(real)
    except (StoreError, OSError):
        yield
        return
    with store_errors(_lock_path(real, "lock")):
        descriptor = _lock_file(real, "lock")
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreError(
                _("{path}: một lần chạy khác với --lock chưa xong; chờ rồi chạy lại").format(path=path)
            ) from None
        yield
    finally:
        os.close(descriptor)


def _lock_path(path: Path, ending: str) -> Path:
    return path.with_name(f".{path.name}.{ending}")


def _lock_file(path: Path, ending: str) -> int:
    """A descriptor of `.NAME.ending` beside the register at `path`, which is made if it is missing.

    Only accounts that may write the register can open the file; links are not followed. Raises OSError where
    it cannot be opened, or where other accounts could hold its lock.
    """
    descriptor = _opened(_lock_path(path, ending))
    try:
        register, rights, lock = path.stat(), filesystem.rights_like(path), os.fstat(descriptor)
        if (lock.st_uid, lock.st_nlink, lock.st_size) == (os.geteuid(), 1, 0):
            files.give(descriptor, rights, owner=register.st_uid if os.geteuid() == 0 else -1)
        _refuse_strange(os.fstat(descriptor), {0, os.geteuid(), register.st_uid}, rights)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _opened(lock: Path) -> int:
    flags = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK
    for _attempt in range(2):
        with contextlib.suppress(FileNotFoundError):
            return os.open(lock, flags)
        with contextlib.suppress(FileExistsError):  # another process has just made it
            return os.open(lock, flags | os.O_CREAT | os.O_EXCL, 0o600)
    return os.open(lock, flags)


def _refuse_strange(lock: os.stat_result, owners: Container[int], rights: filesystem.Rights) -> None:
    """Raises OSError for a lock file that an account without the right to write the register could open."""
    others = stat.S_IMODE(lock.st_mode) & 0o077
    of_the_group = bool(others) and lock.st_gid == rights.group
    if (
        not stat.S_ISREG(lock.st_mode)
        or others & ~rights.mode
        or not (of_the_group or (not others and lock.st_uid in owners))
    ):
        raise OSError(errno.EINVAL, _("tài khoản không được ghi sổ cũng giữ được khóa này; xóa tệp này đi"))


# Writing


class Writer:
    """An operation being written: the number that its rows carry."""

    def __init__(self, connection: sqlite3.Connection, number: int) -> None:
        self.connection = connection
        self.number = number
        self.operation: journal.Operation | None = None
        self.given = 0  # rows
        self.ahead: journal.Operation | None = None  # the one before, where it is dated far later than now
        self._next_ids: dict[str, int] = {}

    def insert(self, table: str, rows: Iterable[Mapping[str, object]]) -> None:
        """Store rows of a journalled table, all with the same columns; `operation` is added."""
        remaining = iter(rows)
        first = next(remaining, None)
        if first is not None:
            self.insert_rows(table, list(first), (tuple(row.values()) for row in chain([first], remaining)))

    def insert_rows(self, table: str, columns: Sequence[str], rows: Iterable[tuple[object, ...]]) -> None:
        """As `insert`, rows being the values of `columns`. Many rows make one statement: half the time."""
        remaining = iter(rows)
        names, one = ", ".join(columns), f"({'?, ' * len(columns)}{self.number:d})"
        most = self.connection.getlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER) // len(columns)
        while batch := list(islice(remaining, min(_BATCH, most))):
            self.given += len(batch)
            self.connection.execute(
                f"INSERT INTO {table} ({names}, operation) VALUES {', '.join([one] * len(batch))}",
                list(chain.from_iterable(batch)),
            )

    def next_id(self, table: str, count: int = 1) -> int:
        """A fresh id, the first of `count`; record and exemption draw from one sequence."""
        sequence = "record" if table == "exemption" else table
        if sequence not in self._next_ids:
            tables = ("record", "exemption") if sequence == "record" else (sequence,)
            self._next_ids[sequence] = max(
                self.connection.execute(f"SELECT coalesce(max(id), 0) FROM {name}").fetchone()[0]
                for name in tables
            )
        self._next_ids[sequence] += count
        return self._next_ids[sequence] - count + 1


@contextlib.contextmanager
def write(connection: sqlite3.Connection, *, actor: str, command: str) -> Iterator[Writer]:
    """One operation: all that the block inserts, committed at its end, or nothing if it raises.

    `writer.operation` is the operation once it is committed; it stays None where the block inserted nothing.
    """
    connection.execute("BEGIN IMMEDIATE")
    with rollback_on_error(connection):
        _refuse_low_limit(connection)
        latest = journal.head(connection)
        writer = Writer(connection, latest.number + 1 if latest else 1)
        yield writer
        if not writer.given:
            connection.execute("ROLLBACK")
            return
        operation = _close(writer, actor=actor, command=command)
        with signals_held():
            _commit(connection, writer, operation)


def _commit(connection: sqlite3.Connection, writer: Writer, operation: journal.Operation) -> None:
    """End the transaction; raises UnsyncedError where the operation is perhaps not yet on the disk."""
    try:
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        if not is_done(connection, error, lambda: _holds(connection, operation)):
            raise
        writer.operation = operation
        raise files.UnsyncedError(
            _("đã lưu ở thao tác #{number}, nhưng không đồng bộ được thư mục của sổ: lỗi đĩa").format(
                number=operation.number
            ),
            files.after_fault(),
        ) from error
    writer.operation = operation


def is_done(connection: sqlite3.Connection, error: sqlite3.Error, look: Callable[[], bool]) -> bool:
    """Whether a change is in the file although its commit ended in `error`, as `look` finds.

    SQLite reports a fault also where it comes after the change: in the sync of the folder from which the
    journal was deleted. To look rolls back a change whose journal is still there.
    """
    if _code(error) != sqlite3.SQLITE_IOERR or connection.in_transaction:
        return False
    try:
        return look()
    except (sqlite3.Error, UnicodeDecodeError):
        return False


def _holds(connection: sqlite3.Connection, operation: journal.Operation) -> bool:
    found = connection.execute("SELECT hash FROM operation WHERE number = ?", (operation.number,)).fetchone()
    return bool(found == (operation.hash,))


def _close(writer: Writer, *, actor: str, command: str) -> journal.Operation:
    """Write the operation's own row, last, so that its instant is close to the commit.

    Raises StoreError where a row that was given is not there: a planted trigger can swallow one.
    """
    connection = writer.connection
    count, digest = journal.rows_digest(connection, writer.number)
    latest = journal.head(connection)
    instant = dates.now()
    if latest:  # the register's clock never goes backwards, even if the machine's does
        least = dates.unstamp(latest.recorded_at) + journal.TICK
        writer.ahead = latest if least - instant > journal.AHEAD else None
        instant = max(instant, least)
    recorded_at = dates.stamp(instant)
    previous = latest.hash if latest else journal.FIRST_PREVIOUS
    link = journal.link_hash(writer.number, recorded_at, actor, command, count, digest, previous)
    operation = journal.Operation(writer.number, recorded_at, actor, command, count, digest, previous, link)
    connection.execute(
        "INSERT INTO operation (number, recorded_at, actor, command, row_count, digest, previous_hash, hash)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        operation,
    )
    if (count, journal.head(connection)) != (writer.given, operation):
        raise StoreError(
            _("sổ không giữ đúng những dòng đưa vào; chưa ghi gì"), _("Chạy thidua verify để biết vì sao.")
        )
    return operation


@contextlib.contextmanager
def writing(path: Path, *, actor: str, command: str) -> Iterator[Writer]:
    """`write` on the register at `path`; raises StoreError where the file cannot be written."""
    connection = connect(path)
    try:
        filesystem.refuse_network(path)
        with store_errors(path), _turn(path.resolve()):
            leave_wal(connection, path)
            with write(connection, actor=actor, command=command) as writer:
                yield writer
    finally:
        connection.close()


@contextlib.contextmanager
def _turn(path: Path) -> Iterator[None]:
    """Stand in line with other processes that write the register at `path`; see docs/decisions/0006.

    The line only keeps order. Where it cannot be had, or after LINE_SECONDS, SQLite's own lock decides.
    """
    descriptor = None
    try:
        with contextlib.suppress(OSError):
            descriptor = _lock_file(path, "line")
            _stand_in_line(descriptor)
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _stand_in_line(descriptor: int) -> None:
    """Lock the file, waiting LINE_SECONDS at most; the system wakes processes in the order they came."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        _wait(descriptor)


def _wait(descriptor: int) -> None:
    """Wait for the lock, LINE_SECONDS at most.

    flock knows no time limit: a thread waits for it, and this one, which hears signals, for the thread.
    """
    waiting = _thread.allocate_lock()
    waiting.acquire()

    def wait() -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        waiting.release()

    _thread.start_new_thread(wait, ())
    waiting.acquire(timeout=LINE_SECONDS)


# Faults


@contextlib.contextmanager
def signals_held() -> Iterator[None]:
    """Signals wait until the end of the block: whoever is stopped knows whether it was done."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def rollback_on_error(connection: sqlite3.Connection) -> Iterator[None]:
    """Whatever goes wrong inside, the open transaction leaves nothing."""
    try:
        yield
    except BaseException as error:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        _refuse_unrestored(connection, error)
        raise


def _refuse_unrestored(connection: sqlite3.Connection, error: BaseException) -> None:
    """Bring the file back to before a write that ended in `error`; raises where that cannot be done."""
    if _code(error) in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL) and not _restore_file(connection):
        raise _WordedError(
            _("{path}: không ghi được và chưa dọn được; không mất gì, lệnh tiếp theo sẽ dọn lần ghi dở")
        ) from error


class _WordedError(sqlite3.OperationalError):
    """A fault of the file that is said in words already, with {path} for its name; no damage."""

    sqlite_errorcode = sqlite3.SQLITE_IOERR


def _code(error: BaseException) -> int:
    """The kind of fault that SQLite found; 0 for any other error."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _restore_file(connection: sqlite3.Connection) -> bool:
    """Bring the file back to before a write that the disk refused; whether that could be done.

    Where a write fails before the commit, SQLite's ROLLBACK leaves the file to whoever reads it next.
    """
    try:
        connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.DatabaseError as error:  # where another has the lock, it has seen to it
        return _code(error) == sqlite3.SQLITE_BUSY
    return True


def _refuse_low_limit(connection: sqlite3.Connection) -> None:
    """Refuse to write where files may not be as large as the register: what failed could not be rolled back.

    A larger limit does no harm: a rollback writes only what was in the file before.
    """
    import resource

    limit = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    pages, size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    if limit != resource.RLIM_INFINITY and limit < pages * size:
        raise _WordedError(
            _("{path}: sổ lớn hơn giới hạn kích thước tệp của hệ thống (ulimit -f); chưa ghi gì")
        )


@contextlib.contextmanager
def store_errors(path: Path) -> Iterator[None]:
    """Faults of the file or the disk below as StoreError, in words; a query given up, as StoppedError."""
    try:
        yield
    except sqlite3.IntegrityError:
        raise  # a rule of the schema: a defect of ours, not of the file
    except sqlite3.DatabaseError as error:
        if _code(error) == sqlite3.SQLITE_INTERRUPT:
            raise StoppedError from error
        raise StoreError(describe(path, error), *_barred(path, error)) from error
    except UnicodeDecodeError as error:  # what SQLite quotes from a damaged file, or what stands in it
        raise StoreError(_damaged(path, error)) from error
    except BrokenPipeError:
        raise  # it is the reader who is gone
    except PermissionError as error:
        raise StoreError(f"{path}: {why(error)}", *filesystem.what_bars(path)) from error
    except OSError as error:
        raise StoreError(f"{path}: {why(error)}") from error


def _barred(path: Path, error: sqlite3.DatabaseError) -> list[str]:
    """What keeps this account from the file, where SQLite says only that it cannot use it."""
    if _code(error) not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
        return []
    return filesystem.what_bars(path, os.R_OK | os.W_OK)


def _damaged(path: Path, error: Exception) -> str:
    return _("{path}: sổ bị hỏng ({error}); lấy lại từ bản sao lưu").format(path=path, error=error)


def describe(path: Path, error: sqlite3.DatabaseError) -> str:
    """A fault that SQLite found, in words."""
    code, exact = _code(error), getattr(error, "sqlite_errorcode", 0)
    if isinstance(error, _WordedError):
        words = str(error)
    elif code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        words = _("{path}: sổ đang bận, một lệnh khác đang ghi; chờ rồi chạy lại")
    elif code == sqlite3.SQLITE_FULL:
        words = _("{path}: hết chỗ trên đĩa; chưa ghi gì")
    elif exact in _WRITE_FAULTS:
        words = _("{path}: không ghi được, do giới hạn kích thước tệp hay lỗi đĩa; chưa ghi gì")
    elif exact == sqlite3.SQLITE_READONLY_ROLLBACK:
        words = _(
            "{path}: còn một lần ghi dở dang phải dọn; chạy thidua --db {path} verify, không có --read-only"
        )
    elif code == sqlite3.SQLITE_TOOBIG:
        words = _("{path}: có giá trị dài quá mức mà một sổ có thể có; chạy thidua verify")
    elif code == sqlite3.SQLITE_READONLY:
        words = _("{path}: sổ chỉ cho đọc")
    elif code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return _damaged(path, error)
    else:
        words = _("{path}: không dùng được sổ ({error})")
    return words.format(path=path, error=error)
