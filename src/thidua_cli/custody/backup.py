"""Backups: copies that were verified before they got their names, and that are never overwritten."""

import contextlib
import os
import re
import sqlite3
from collections.abc import Container, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from thidua_cli import store
from thidua_cli.custody import verify
from thidua_cli.custody.verify import Proof
from thidua_cli.ground import dates, drafts, filesystem
from thidua_cli.ground.errors import StoreError
from thidua_cli.store.journal import Operation

# time (UTC), number of the last operation, first digits of its hash, and which of several in one second
_NAME = re.compile(r"thidua-(\d{8}T\d{6}Z)-(\d{6,})-([0-9a-f]{8})(?:-(\d+))?\.db", re.ASCII)

_DRAFT = "thidua-backup"
_PAGES = 4096  # that are copied between two looks for signals

# What goes wrong in a copy where it is written; all else is of the register that is read.
_OF_THE_TARGET = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_FSYNC, sqlite3.SQLITE_IOERR_TRUNCATE,
)  # fmt: skip


def back_up(path: Path, folder: Path, *, read_only: bool = False) -> tuple[Path, Proof]:
    """A verified copy of the register in a folder, and what it holds.

    Raises StoreError where the register is not intact: a copy that does not verify is no backup.
    """
    with store.store_errors(path), store.examining(path, read_only=read_only) as source:
        return of(source, path, folder)


def of(source: sqlite3.Connection, path: Path, folder: Path) -> tuple[Path, Proof]:
    """As `back_up`, of the register at `path` through a connection that is open on it."""
    with store.store_errors(path):
        rights = filesystem.rights_like(path)
    with store.store_errors(folder), _there(folder, rights), drafts.draft(folder / _DRAFT, rights) as made:
        with store.store_errors(path):
            copy(source, made)
        proof = verify.inspect(made)
        verify.refuse_unless_intact(path, proof.findings)
        assert proof.head is not None  # noqa: S101 - an intact register has a first operation
        return _named(made, folder, proof.head), proof


def copy(source: sqlite3.Connection, target: Path) -> None:
    """All of a register, as it is at one moment, into an empty file; StoreError where that finds no room."""
    # From here on the read lock is held, so that no writer gets between two pages. The schema is not to be
    # trusted yet: no table is asked.
    source.execute("PRAGMA user_version").fetchone()
    with contextlib.closing(sqlite3.connect(target)) as connection:
        try:
            # Python runs the handler of a signal in the call for progress.
            source.backup(connection, pages=_PAGES, progress=lambda _status, _remaining, _total: None)
            connection.execute("PRAGMA journal_mode = DELETE")  # also where the register is set to another
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) in _OF_THE_TARGET:
                raise StoreError(store.describe(target.parent, error)) from error
            raise


def _named(made: Path, folder: Path, head: Operation) -> Path:
    stem = f"thidua-{dates.now():%Y%m%dT%H%M%SZ}-{head.number:06}-{head.hash[:8]}"
    return drafts.place_free(made, drafts.free_names(folder / stem, ".db"))


def names(folder: Path) -> frozenset[str]:
    """The names of the backups in a folder, for `thin` to know later which of them are old."""
    with store.store_errors(folder):
        return frozenset(path.name for path in folder.iterdir()) if folder.exists() else frozenset()


def thin(
    folder: Path, keep: int, made: Path, operations: Sequence[Operation], old: Container[str]
) -> list[Path]:
    """Remove all backups of this register but `made` and the newest others, `keep` in all; returns them.

    A backup is a file with a name of ours, whose operation is one of `operations`, and that verifies. Only
    names in `old` are removed: another process may be about to print the path of one that it has just made.
    The number of the operation says which is newer, and the time in the name only for equal numbers, because
    clocks go wrong.
    """
    with store.store_errors(folder):
        others = sorted(
            (
                (order, path)
                for path in folder.iterdir()
                if path != made and (order := _order(path, operations))
            ),
            reverse=True,
        )
    older = [path for _order, path in others if _is_backup_of(path, operations)][keep - 1 :]
    removed = [path for path in older if path.name in old]
    for path in removed:
        with store.store_errors(path):
            path.unlink(missing_ok=True)  # another process may have done it
    return removed


def _order(path: Path, operations: Sequence[Operation]) -> tuple[int, str, int] | None:
    """What sorts backups by age; none for what does not look like a backup of this register."""
    found = _NAME.fullmatch(path.name)
    if found is None or path.is_symlink() or not path.is_file():
        return None
    number = int(found[2])
    if not 1 <= number <= len(operations) or not operations[number - 1].hash.startswith(found[3]):
        return None
    return number, found[1], int(found[4] or 1)


def _is_backup_of(path: Path, operations: Sequence[Operation]) -> bool:
    try:
        proof = verify.inspect(path)
    except StoreError:
        return False
    return not proof.findings and list(proof.operations) == list(operations[: len(proof.operations)])


@contextlib.contextmanager
def _there(folder: Path, rights: filesystem.Rights) -> Iterator[None]:
    """The folder, made if it is missing; it does not stay empty where the block fails."""
    new = not folder.exists()
    try:
        filesystem.make_private(folder, rights)
        filesystem.sync_folder(folder.parent)  # a backup is not safe in a folder that a power cut takes away
        yield
    except BaseException:
        if new:
            with contextlib.suppress(OSError):  # another backup may be in it
                folder.rmdir()
        raise


def default_folder(path: Path) -> Path:
    """Where backups go if no place is given: beside the register itself, not a link to it."""
    return Path(os.path.realpath(path)).parent / "backups"


def newest(path: Path) -> str | None:
    """The stored instant in the name of the newest backup in the default folder; None where there is none."""
    with contextlib.suppress(OSError):
        times = [found[1] for name in default_folder(path).iterdir() if (found := _NAME.fullmatch(name.name))]
        if times:
            return dates.stamp(datetime.strptime(max(times), "%Y%m%dT%H%M%S%z"))
    return None
