"""Finished files put in their places: never half, never over another."""

import contextlib
import errno
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from thidua_cli.errors import StoreError
from thidua_cli.language import _, why

SQLITE_HEADER = b"SQLite format 3\x00"
_BESIDE = ("-journal", "-wal", "-shm")
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV)


@contextlib.contextmanager
def draft(path: Path) -> Iterator[Path]:
    """An empty file beside `path`, readable by the owner alone; whatever is left of it goes at the end."""
    made = path.with_name(f".{path.name}.{os.urandom(4).hex()}.new")
    os.close(os.open(made, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        yield made
    finally:
        for leftover in (made, *beside(made)):
            leftover.unlink(missing_ok=True)


def journal_of(path: Path) -> Path:
    """The rollback journal of a SQLite file."""
    return path.with_name(f"{path.name}-journal")


def beside(path: Path) -> list[Path]:
    """Where SQLite looks for what belongs to a file: its journal, its write-ahead log and the index of that."""
    return [path.with_name(f"{path.name}{ending}") for ending in _BESIDE]


def place(made: Path, path: Path) -> None:
    """Give a finished database its name, on the disk for good; raises FileExistsError where there is a file.

    Raises StoreError where a journal or log lies in wait: SQLite would roll a lost register into the new one.
    """
    for waiting in beside(path):
        if os.path.lexists(waiting):
            raise StoreError(
                _("{path}: còn tệp nhật ký của một sổ không còn ở đó").format(path=waiting),
                _("Tìm lại sổ ấy, hoặc chuyển tệp nhật ký đi nơi khác."),
            )
    sync(made)
    try:
        os.link(made, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))  # take the name, then fill it
        made.replace(path)
    sync(path.parent)


def replace(path: Path, pieces: Iterable[bytes]) -> None:
    """Write beside and rename into place, so that a failure leaves the old file as it was.

    A link is followed, a device or pipe is written to as it is, and neither a SQLite file is overwritten nor
    one written that SQLite would take for the journal of such a file.
    Raises StoreError where it cannot be written; BrokenPipeError where the reader has gone.
    """
    replace_all({path: pieces})


def replace_all(files: Mapping[Path, Iterable[bytes]]) -> None:
    """As `replace`, for several files: none is renamed into place before all are written."""
    drafts: dict[Path, Path] = {}
    path = Path()
    try:
        try:
            for path, pieces in files.items():
                target = path.resolve()
                if target.exists() and not target.is_file():
                    with target.open("wb") as device:
                        device.writelines(pieces)
                    continue
                _refuse_register(path, target)
                made = target.with_name(f".{target.name}.{os.urandom(4).hex()}.new")
                with made.open("xb") as file:
                    drafts[made] = target
                    file.writelines(pieces)
                    file.flush()
                    os.fsync(file.fileno())
            for made, path in drafts.items():
                made.replace(path)
        finally:
            for made in drafts:
                made.unlink(missing_ok=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise StoreError(_("không ghi được {path}: {why}").format(path=path, why=why(error))) from error


def _refuse_register(path: Path, target: Path) -> None:
    if _is_sqlite(target):
        raise StoreError(_("{path}: là một cơ sở dữ liệu, không ghi đè").format(path=path))
    for ending in _BESIDE:
        owner = target.with_name(target.name.removesuffix(ending) or target.name)
        if owner != target and _is_sqlite(owner):
            raise StoreError(
                _("{path}: SQLite sẽ coi tệp này là nhật ký của {owner}; chọn tên khác").format(
                    path=path, owner=owner
                )
            )


def _is_sqlite(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(SQLITE_HEADER)) == SQLITE_HEADER


def sync(path: Path) -> None:
    """A file, or the names in a folder, down to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
