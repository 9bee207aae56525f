"""Drafts beside their places, and finished databases given their names: never half, never over another."""

import contextlib
import errno
import fcntl
import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import count
from pathlib import Path

from thidua_cli.ground import dates, filesystem
from thidua_cli.ground.errors import StoreError
from thidua_cli.ground.language import _, why

SQLITE_HEADER = b"SQLite format 3\x00"
COMPANIONS = ("-journal", "-wal", "-shm")
_STALE_SECONDS = 24 * 60 * 60
_DRAFT = re.compile(r"\.(.+)\.[0-9a-f]{8}\.new", re.DOTALL)
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV)

_placing: list[tuple[Path, os.stat_result]] = []


class UnsyncedError(StoreError):
    """What was written is there, but the system could not bring all of it to the disk."""

    def __init__(self, message: str, *hints: str) -> None:
        cure = _("Mất điện lúc này có thể làm mất phần vừa ghi. Kiểm tra đĩa, rồi chạy lại lệnh này.")
        super().__init__(message, *hints, cure)


@contextlib.contextmanager
def reporting(done: Callable[[], None]) -> Iterator[None]:
    """Call `done` once the block has written, also where that could not be synced."""
    try:
        yield
    except UnsyncedError:
        done()
        raise
    done()


@contextlib.contextmanager
def draft(path: Path, rights: filesystem.Rights = filesystem.PRIVATE) -> Iterator[Path]:
    """An empty file beside `path`, with its later rights; what is left of it is removed at the end.

    Drafts that killed processes left are removed first, as `sweep` says.
    """
    sweep([path])
    made = draft_name(path)
    descriptor = os.open(made, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    try:
        filesystem.give(descriptor, rights)
        lock(descriptor)
        yield made
    finally:
        with contextlib.suppress(OSError):  # what stays harms nothing, and hides no success
            _remove(made)
        os.close(descriptor)  # not earlier: it would take SQLite's own locks on the file along


def draft_name(path: Path) -> Path:
    """A new name beside `path`, by which people and `sweep` know what it was to become."""
    return path.with_name(f".{path.name}.{os.urandom(4).hex()}.new")


def lock(descriptor: int) -> bool:
    """Whether the lock could be had at once; where there are no locks, it could not."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def sweep(paths: Iterable[Path]) -> None:
    """Remove drafts of these files that were left behind: older than a day, with a lock that is free."""
    wanted = {(path.parent, path.name) for path in paths}
    latest = dates.now().timestamp() - _STALE_SECONDS
    for folder in {folder for folder, _name in wanted}:
        with contextlib.suppress(OSError):
            for path in folder.iterdir():
                match = _DRAFT.fullmatch(path.name)
                if not match or (folder, match[1]) not in wanted or path.is_symlink() or not path.is_file():
                    continue
                if path.stat().st_mtime < latest and _is_abandoned(path):
                    _remove(path)


def _is_abandoned(made: Path) -> bool:
    try:
        with made.open("rb") as file:
            return lock(file.fileno())
    except OSError:
        return False


def _remove(made: Path) -> None:
    for leftover in (made, *beside(made)):
        leftover.unlink(missing_ok=True)


def journal_of(path: Path) -> Path:
    """The rollback journal of a SQLite file."""
    return beside(path)[0]


def beside(path: Path) -> list[Path]:
    """Where SQLite looks for what belongs to a file: its journal, its write-ahead log, that one's index."""
    return [path.with_name(f"{path.name}{ending}") for ending in COMPANIONS]


def place(made: Path, path: Path) -> None:
    """Give a finished database its name, on the disk for good; raises FileExistsError where there is a file.

    Raises StoreError where a journal or log lies in wait: SQLite would roll a lost register into the new one;
    UnsyncedError where the database has its name, and the folder could not be synced.
    """
    for waiting in beside(path):
        if os.path.lexists(waiting):
            raise StoreError(
                _("{path}: còn tệp nhật ký của một sổ không còn ở đó").format(path=waiting),
                _("Tìm lại sổ ấy, hoặc chuyển tệp nhật ký đi nơi khác."),
            )
    filesystem.sync(made)
    note(made, path)
    try:
        os.link(made, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))  # take the name, then fill it
        made.replace(path)
    sync_names([path])


def place_free(made: Path, names: Iterable[Path]) -> Path:
    """`place` under the first of the names that nothing has; returns it."""
    for name in names:
        with contextlib.suppress(FileExistsError):
            place(made, name)
            return name
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))


def free_names(stem: Path, ending: str = "") -> Iterator[Path]:
    """`STEM`, `STEM-2`, `STEM-3` and so on, each with the ending."""
    yield stem.with_name(f"{stem.name}{ending}")
    for number in count(2):
        yield stem.with_name(f"{stem.name}-{number}{ending}")


def note(made: Path, path: Path) -> None:
    """Remember that a draft is about to get its name, for `placed`."""
    _placing.append((path, made.stat()))


def placed() -> list[Path]:
    """What this process has given its name; true at any moment, also where a signal came just then."""
    return [path for path, made in _placing if path.exists() and os.path.samestat(path.stat(), made)]


def sync_names(written: Collection[Path]) -> None:
    """Bring the names of finished files to the disk; raises UnsyncedError, which names them."""
    for folder in {path.parent for path in written}:
        try:
            filesystem.sync_folder(folder)
        except OSError as error:
            raise UnsyncedError(
                _("đã ghi {paths}, nhưng không đồng bộ được thư mục {folder}: {why}").format(
                    paths=", ".join(map(str, written)), folder=folder, why=why(error)
                )
            ) from error
