"""Faults of the file and the disk: said in words, and what a write left of them put right."""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from thidua_cli.ground import drafts, filesystem
from thidua_cli.ground.errors import StoppedError, StoreError
from thidua_cli.ground.language import _, why

_WRITE_FAULTS = (
    sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_TRUNCATE,
    sqlite3.SQLITE_IOERR_DELETE, sqlite3.SQLITE_IOERR_DIR_FSYNC,
)  # fmt: skip


class _WordedError(sqlite3.OperationalError):
    """A fault of the file whose message is in words already, with {path} for its name; no damage."""

    sqlite_errorcode = sqlite3.SQLITE_IOERR


@contextlib.contextmanager
def store_errors(path: Path) -> Iterator[None]:
    """Raise faults of the file or the disk as StoreError, in words, and a query given up as StoppedError."""
    try:
        yield
    except sqlite3.IntegrityError:
        raise  # a rule of the schema: a defect of ours, not of the file
    except sqlite3.DatabaseError as error:
        if code(error) == sqlite3.SQLITE_INTERRUPT:
            raise StoppedError from error
        # Of a file that this account may not use, SQLite says only that it cannot use it.
        barred = code(error) in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
        hints = filesystem.what_bars(path, os.R_OK | os.W_OK) if barred else []
        raise StoreError(describe(path, error), *hints) from error
    except UnicodeDecodeError as error:  # what SQLite quotes from a damaged file, or what is stored in it
        raise StoreError(_damaged(path, error)) from error
    except BrokenPipeError:
        raise  # it is the reader who is gone
    except OSError as error:
        hints = filesystem.what_bars(path) if isinstance(error, PermissionError) else []
        raise StoreError(f"{path}: {why(error)}", *hints) from error


def code(error: BaseException) -> int:
    """The kind of fault that SQLite found; 0 for any other error."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def describe(path: Path, error: sqlite3.DatabaseError) -> str:
    """A fault that SQLite found, in words."""
    kind, exact = code(error), getattr(error, "sqlite_errorcode", 0)
    if isinstance(error, _WordedError):
        words = str(error)
    elif kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        words = _("{path}: sổ đang bận, một lệnh khác đang ghi; chờ rồi chạy lại")
    elif kind == sqlite3.SQLITE_FULL:
        words = _("{path}: hết chỗ trên đĩa; chưa ghi gì")
    elif exact in _WRITE_FAULTS:
        words = _("{path}: không ghi được, do giới hạn kích thước tệp hay lỗi đĩa; chưa ghi gì")
    elif exact == sqlite3.SQLITE_READONLY_ROLLBACK:
        words = _(
            "{path}: còn một lần ghi dở dang phải dọn; chạy thidua --db {path} verify, không có --read-only"
        )
    elif kind == sqlite3.SQLITE_TOOBIG:
        words = _("{path}: có giá trị dài quá mức mà một sổ có thể có; chạy thidua verify")
    elif kind == sqlite3.SQLITE_READONLY:
        words = _("{path}: sổ chỉ cho đọc")
    elif kind in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return _damaged(path, error)
    else:
        words = _("{path}: không dùng được sổ ({error})")
    return words.format(path=path, error=error)


def _damaged(path: Path, error: Exception) -> str:
    return _("{path}: sổ bị hỏng ({error}); lấy lại từ bản sao lưu").format(path=path, error=error)


@contextlib.contextmanager
def rollback_on_error(connection: sqlite3.Connection) -> Iterator[None]:
    """Roll back the open transaction on any exception."""
    try:
        yield
    except BaseException as error:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        refuse_unrestored(connection, error)
        raise


def refuse_unrestored(connection: sqlite3.Connection, error: BaseException) -> None:
    """Bring the file back to before a write that ended in `error`; raises where that cannot be done.

    Where a write fails before the commit, SQLite's ROLLBACK leaves the file to whoever reads it next.
    """
    if code(error) not in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL):
        return
    try:
        connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.DatabaseError as fault:
        if code(fault) != sqlite3.SQLITE_BUSY:  # where another process has the lock, it has seen to it
            raise _WordedError(
                _("{path}: không ghi được và chưa dọn được; không mất gì, lệnh tiếp theo sẽ dọn lần ghi dở")
            ) from error


def refuse_low_limit(connection: sqlite3.Connection) -> None:
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
def unsynced(
    connection: sqlite3.Connection, is_done: Callable[[], bool], message: str, *hints: str
) -> Iterator[None]:
    """Raise UnsyncedError where a commit ends in a fault and its change is in the file, as `is_done` finds.

    SQLite reports a fault also where it comes after the change: in the sync of the folder from which the
    journal was deleted. To look rolls back a change whose journal is still there.
    """
    try:
        yield
    except sqlite3.OperationalError as error:
        if code(error) != sqlite3.SQLITE_IOERR or connection.in_transaction or not _holds(is_done):
            raise
        raise drafts.UnsyncedError(message, *hints) from error


def _holds(is_done: Callable[[], bool]) -> bool:
    try:
        return is_done()
    except (sqlite3.Error, UnicodeDecodeError):
        return False
