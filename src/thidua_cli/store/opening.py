"""Open the file of a register: only one of ours, of this schema, in a place that can be relied on."""

import contextlib
import os
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

from thidua_cli.ground import drafts, filesystem
from thidua_cli.ground.errors import MissingError, StoreError
from thidua_cli.ground.language import _
from thidua_cli.store import schema
from thidua_cli.store.faults import code, refuse_low_limit, refuse_unrestored, store_errors

BUSY_SECONDS = 10.0
LONGEST = 1 << 24  # bytes of a text or a row in the file; the longest of ours is far shorter
_STEPS = 100_000  # of SQLite's, some milliseconds: after so many, signals are heard
_HEADER_SIZE = 100
_MODE_AT = slice(18, 20)  # which journal is asked for
_WAL = b"\x02\x02"
_NO_SHARED_MEMORY = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
_VERSION_AT = slice(60, 64)  # where the header of the file holds user_version
_APPLICATION_AT = slice(68, 72)  # and the application id


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """Open an existing register of ours; the connection only reads until `write` is called.

    With `read_only` not even the journal of a killed writer is cleared away. Raises StoreError where there is
    none, where the file is not ours or newer than this version (it is then left as it is), or where it cannot
    be read.
    """
    with store_errors(path):
        header = check_register(path)
        if not read_only:
            filesystem.refuse_exposed(path)
        connection = connect_file(path, header, read_only=read_only)
        try:
            version = schema.version_of(connection)
            _check_identity(path, connection.execute("PRAGMA application_id").fetchone()[0], version)
            if version < schema.SCHEMA_VERSION:  # a migration that was cut off has just been rolled back
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
    return application == schema.APPLICATION_ID and version < schema.SCHEMA_VERSION


def check_register(path: Path) -> bytes:
    """The header of a register of ours; any other file is refused before SQLite could change it."""
    header = _check_file(path)
    _check_identity(path, *_identity(header))
    return header


def missing(path: Path, init: str = "thidua init") -> MissingError:
    """The error for a path without a register; `init` is the command that makes one."""
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
        if not stat.S_ISREG(path.stat().st_mode):
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
    if not header.startswith(drafts.SQLITE_HEADER):
        raise _not_ours(path)
    for companion in drafts.beside(Path(os.path.realpath(path))):
        # SQLite would open it as the journal; opening a pipe without a writer would wait for ever.
        with contextlib.suppress(FileNotFoundError):  # also where another process has just ended its write
            if not stat.S_ISREG(companion.lstat().st_mode):
                raise StoreError(
                    _("{path}: SQLite sẽ coi đây là nhật ký của sổ, mà đây không phải là tệp thường").format(
                        path=companion
                    ),
                    _("Xem đó là gì (ls -l), rồi chuyển nó đi nơi khác: mv {path} …").format(path=companion),
                )
    return header


def _identity(header: bytes) -> tuple[int, int]:
    """The application and the schema that a header names."""
    return int.from_bytes(header[_APPLICATION_AT]), int.from_bytes(header[_VERSION_AT])


def _check_identity(path: Path, application: int, version: int) -> None:
    if application != schema.APPLICATION_ID:
        raise _not_ours(path)
    if version > schema.SCHEMA_VERSION:
        raise StoreError(
            _(
                "{path}: sổ này thuộc phiên bản mới hơn (lược đồ {theirs}, chương trình hiểu đến {ours})"
            ).format(path=path, theirs=version, ours=schema.SCHEMA_VERSION),
            _("Cập nhật thidua rồi thử lại. Tệp được giữ nguyên."),
        )


def _not_ours(path: Path) -> StoreError:
    return StoreError(_("{path}: không phải sổ theo dõi của thidua").format(path=path))


def connect_file(path: Path, header: bytes = b"", *, read_only: bool = False) -> sqlite3.Connection:
    """Open a SQLite file with the settings of `prepare`; its header, where known, explains a failure."""
    # mode=rw, so that a journal left by a killed writer can be rolled back even by a reader.
    address = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rw'}"
    connection = sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS)
    try:
        return prepare(connection)
    except BaseException as error:
        connection.close()
        if isinstance(error, UnicodeDecodeError):  # what SQLite says of a damaged schema quotes the damage
            damage = sqlite3.DatabaseError("malformed database schema")
            damage.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
            raise damage from error
        if header[_MODE_AT] == _WAL and code(error) in _NO_SHARED_MEMORY:
            raise StoreError(
                _("{path}: ở chế độ WAL, chỉ đọc được trong thư mục cho ghi").format(path=path),
                _("Chép tệp, cùng tệp -wal nếu có, vào một thư mục cho ghi rồi đọc ở đó."),
            ) from error
        raise


def prepare(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Give a connection, also one in memory, the settings that every connection has."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
    # Python runs the handler of a signal in here; where it raises, SQLite gives the query up.
    connection.set_progress_handler(lambda: 0, _STEPS)
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA recursive_triggers = ON")
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA synchronous = EXTRA")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA cache_size = -65536")  # KiB: a long import reaches the file only at its end
    return connection


def in_wal(connection: sqlite3.Connection) -> bool:
    """Whether writes go to a log beside the file, as another program may have set it, and not the journal."""
    return bool(connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal")


def leave_wal(connection: sqlite3.Connection, path: Path) -> None:
    """Return to the rollback journal, which the promises of docs/promises.md need; nothing written is lost.

    The connection is outside any transaction. Raises StoreError where another program has the register open.
    """
    if not in_wal(connection):
        return
    try:
        connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        if code(error) != sqlite3.SQLITE_BUSY:
            raise
    if in_wal(connection):
        raise StoreError(
            _("{path}: ở chế độ WAL, và một chương trình khác đang mở tệp; chưa ghi gì").format(path=path),
            _("Đóng chương trình ấy rồi chạy lại; sổ tự trở về chế độ DELETE."),
        )


@contextlib.contextmanager
def reading(path: Path, *, read_only: bool = False) -> Iterator[sqlite3.Connection]:
    """Give one consistent view of the register at `path` for the length of the block."""
    with contextlib.closing(connect(path, read_only=read_only)) as connection, store_errors(path):
        connection.execute("PRAGMA query_only = ON")
        connection.execute("BEGIN")
        yield connection


@contextlib.contextmanager
def examining(path: Path, *, read_only: bool = False) -> Iterator[sqlite3.Connection]:
    """As `reading`, for a file that may be damaged or of an older schema, which is not upgraded.

    The file is written to only where a journal lies beside it: what a killed writer left is rolled back. With
    `read_only` that is a StoreError. What SQLite says about a damaged file (sqlite3.DatabaseError) is left to
    the caller to judge. Text that is not UTF-8 is read with surrogates. Raises StoreError as `connect` where
    the file is not ours or newer.
    """
    with store_errors(path):
        header = check_register(path)
        read_only = read_only or not drafts.journal_of(path.resolve()).exists()
    with contextlib.closing(connect_file(path, header, read_only=read_only)) as connection:
        connection.text_factory = _with_surrogates
        connection.execute("PRAGMA query_only = ON")
        connection.execute("BEGIN")
        _check_identity(path, schema.APPLICATION_ID, schema.version_of(connection))
        yield connection


@contextlib.contextmanager
def holding(path: Path) -> Iterator[sqlite3.Connection]:
    """Hold SQLite's exclusive lock on the register at `path`, outside any transaction; as `examining`."""
    with store_errors(path):
        header = check_register(path)
        filesystem.refuse_exposed(path)
    filesystem.refuse_network(path)
    with contextlib.closing(connect_file(path, header)) as connection:
        connection.text_factory = _with_surrogates
        leave_wal(connection, path)
        connection.execute("BEGIN EXCLUSIVE")
        # From here on the lock outlives its transaction. Not earlier: who waits would keep its read lock too.
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("COMMIT")
        _check_identity(path, schema.APPLICATION_ID, schema.version_of(connection))
        with store_errors(path):
            refuse_low_limit(connection)
        try:
            yield connection
        except BaseException as error:
            refuse_unrestored(connection, error)
            raise


def _with_surrogates(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
