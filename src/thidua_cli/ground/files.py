"""Finished files put in their places: never half, never over another."""

import contextlib
import errno
import fcntl
import os
import re
import stat
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from thidua_cli.ground import dates, filesystem
from thidua_cli.ground.errors import StoreError
from thidua_cli.ground.language import _, why

SMALL = 4 << 20  # bytes of a file that a person writes
_DOCUMENT = 4 << 30  # of a document, a film of a meeting included
_PIECE = 1 << 18
_STALE_SECONDS = 24 * 60 * 60
SQLITE_HEADER = b"SQLite format 3\x00"
_BESIDE = ("-journal", "-wal", "-shm")
_DRAFT = re.compile(r"\.(.+)\.[0-9a-f]{8}\.new", re.DOTALL)
_DESCRIPTOR = re.compile(r"(?:/dev|/proc/self)/fd/([0-9]{1,9})|/dev/(stdin|stdout|stderr)")
_STANDARD = ("stdin", "stdout", "stderr")
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV)


_NO_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)

_placing: list[tuple[Path, os.stat_result]] = []


def placed() -> list[Path]:
    """What this process has given its name; true at any moment, also where a signal came just then."""
    return [path for path, made in _placing if path.exists() and os.path.samestat(path.stat(), made)]


class UnsyncedError(StoreError):
    """What was written is there, but the system could not bring all of it to the disk."""


def after_fault() -> str:
    """What to do where something was written and could not be synced."""
    return _("Mất điện lúc này có thể làm mất phần vừa ghi. Kiểm tra đĩa, rồi chạy lại lệnh này.")


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
    """An empty file beside `path`, with its later rights; whatever is left of it goes at the end.

    What killed processes left of theirs goes first, as `_sweep` says.
    """
    _sweep([path])
    made = _draft_name(path)
    descriptor = os.open(made, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    try:
        give(descriptor, rights)
        _lock(descriptor)
        yield made
    finally:
        with contextlib.suppress(OSError):  # what stays harms nothing, and hides no success
            _remove(made)
        os.close(descriptor)  # not earlier: it would take SQLite's own locks on the file along


def give(descriptor: int, rights: filesystem.Rights, owner: int = -1) -> None:
    """Give an open file a group and its rights; where the system refuses, it stays its owner's alone."""
    mode = 0o600
    if rights.group is not None or owner != -1:
        with contextlib.suppress(OSError):
            os.fchown(descriptor, owner, -1 if rights.group is None else rights.group)
            mode = rights.mode
    with contextlib.suppress(OSError):  # some file systems keep no rights
        os.fchmod(descriptor, mode)


def _draft_name(path: Path) -> Path:
    """A new name beside `path`, by which people and `_sweep` know what it was to become."""
    return path.with_name(f".{path.name}.{os.urandom(4).hex()}.new")


def _remove(made: Path) -> None:
    for leftover in (made, *beside(made)):
        leftover.unlink(missing_ok=True)


def _sweep(paths: Iterable[Path]) -> None:
    """Remove drafts of these files that were left behind: older than a day, with a lock that nobody holds."""
    names: dict[Path, set[str]] = {}
    for path in paths:
        names.setdefault(path.parent, set()).add(path.name)
    latest = dates.now().timestamp() - _STALE_SECONDS
    for folder, wanted in names.items():
        with contextlib.suppress(OSError):
            for each in folder.iterdir():
                found = _DRAFT.fullmatch(each.name)
                if not found or found[1] not in wanted or each.is_symlink():
                    continue
                if each.stat().st_mtime < latest and _is_abandoned(each):
                    _remove(each)


def _is_abandoned(made: Path) -> bool:
    try:
        with regular(made) as file:
            return _lock(file.fileno())
    except OSError:
        return False


def _lock(descriptor: int) -> bool:
    """Whether the lock could be had at once; where there are no locks, it could not."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def journal_of(path: Path) -> Path:
    """The rollback journal of a SQLite file."""
    return path.with_name(f"{path.name}-journal")


def beside(path: Path) -> list[Path]:
    """Where SQLite looks for what belongs to a file: its journal, its write-ahead log, that one's index."""
    return [path.with_name(f"{path.name}{ending}") for ending in _BESIDE]


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
    sync(made)
    _placing.append((path, made.stat()))
    try:
        os.link(made, path)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))  # take the name, then fill it
        made.replace(path)
    sync_names([path])


@contextlib.contextmanager
def spooled(pieces: Iterable[bytes]) -> Iterator[Iterator[bytes]]:
    """The same bytes, all made now and put by: in memory if they are few, else in a file without a name.

    Raises StoreError where there is no room for them.
    """
    import tempfile

    with tempfile.SpooledTemporaryFile(SMALL) as spool:
        try:
            spool.writelines(pieces)
            spool.seek(0)
        except OSError as error:
            folder = tempfile.gettempdir()
            raise StoreError(_("không ghi được {path}: {why}").format(path=folder, why=why(error))) from error
        yield iter(lambda: spool.read(_PIECE), b"")


def is_stream(path: Path) -> bool:
    """Whether what is written there goes to an open descriptor, a pipe or a device."""
    return _descriptor(path) is not None or (path.exists() and not path.is_file() and not path.is_dir())


def is_terminal(path: Path) -> bool:
    """Whether what is written there is shown on a terminal."""
    try:
        if _descriptor(path) is None and not stat.S_ISCHR(path.stat().st_mode):
            return False  # a pipe with a name would have to be opened first, and would wait for its reader
        with _stream(path) as device:
            return device.isatty()
    except OSError:
        return False


def is_folder(path: Path) -> bool:
    """Whether this is a folder, or may become one: nothing is there, and the name has no ending."""
    return path.is_dir() or not (path.suffix or is_stream(path))


def _stream(path: Path) -> BinaryIO:
    """What `is_stream`, open for writing; a descriptor goes on where it stands, also in a file."""
    number = _descriptor(path)
    return path.open("wb") if number is None else os.fdopen(os.dup(number), "wb")


def _descriptor(path: Path) -> int | None:
    """The number of a descriptor of this process that a path names; none for any other path."""
    found = _DESCRIPTOR.fullmatch(str(path))
    return found and (_STANDARD.index(found[2]) if found[2] else int(found[1]))


def replace(path: Path, pieces: Iterable[bytes], *, rights: filesystem.Rights | None = None) -> None:
    """Write beside and rename into place, so that a failure leaves the old file as it was.

    A file that is there keeps its owner and its rights, as far as the account may give them. A new one has
    `rights`, else those of the umask, and in a folder that a group shares the group's too.
    A link to a file is followed, a stream (`is_stream`) is written to as it is, and neither a SQLite file is
    overwritten nor one written that SQLite would take for the journal of such a file.
    Raises StoreError where it cannot be written, UnsyncedError where it was and its folder could not be
    synced, BrokenPipeError where the reader has gone.
    """
    replace_all({path: pieces}, rights=rights)


def replace_all(files: Mapping[Path, Iterable[bytes]], *, rights: filesystem.Rights | None = None) -> None:
    """As `replace`, for several files: none is renamed into place before all are written."""
    drafts: dict[Path, Path] = {}
    path = Path()
    try:
        _sweep(Path(os.path.realpath(path)) for path in files if not is_stream(path))
        try:
            for path, pieces in files.items():
                if is_stream(path):
                    with _stream(path) as device:
                        device.writelines(pieces)
                    continue
                filesystem.refuse_dangling(path)
                target = Path(os.path.realpath(path))
                _refuse_missing(target.parent)
                _refuse_register(path, target)
                made = _draft_name(target)
                with os.fdopen(_created(made, target, rights), "wb") as file:
                    drafts[made] = target
                    _lock(file.fileno())
                    file.writelines(pieces)
                    file.flush()
                    os.fsync(file.fileno())
            for made, path in drafts.items():
                _placing.append((path, made.stat()))
                made.replace(path)
            sync_names(drafts.values())
        finally:
            for made in drafts:
                made.unlink(missing_ok=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise StoreError(_("không ghi được {path}: {why}").format(path=path, why=why(error))) from error


def _created(made: Path, target: Path, rights: filesystem.Rights | None) -> int:
    """A new file that is to take the place of `target`, open for writing."""
    there = target.stat() if target.exists() else None
    descriptor = os.open(made, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600 if rights or there else 0o666)
    if there is not None:
        for owner in (there.st_uid, -1):
            with contextlib.suppress(OSError):  # only the administrator gives files away
                os.fchown(descriptor, owner, there.st_gid)
                break
        with contextlib.suppress(OSError):  # some file systems keep no rights
            os.fchmod(descriptor, stat.S_IMODE(there.st_mode) & 0o777)
    elif rights is not None:
        give(descriptor, rights)
    elif filesystem.rights_in(target.parent).group is not None:
        with contextlib.suppress(OSError):
            os.fchmod(descriptor, stat.S_IMODE(os.fstat(descriptor).st_mode) | 0o660)
    return descriptor


def remove(paths: Iterable[Path]) -> None:
    """Take files away; raises StoreError for one that stays."""
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(_("không xóa được {path}: {why}").format(path=path, why=why(error))) from error


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


@contextlib.contextmanager
def regular(path: Path) -> Iterator[BinaryIO]:
    """A file, open for reading; raises OSError for a pipe or device, which may never come to an end."""
    # Without waiting: to open a pipe that nobody writes to would already be to wait for ever.
    with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, _("là đường ống hay thiết bị; lưu nội dung thành tệp trước"))
        yield file


def chunks(path: Path, most: int) -> Iterator[bytes]:
    """The content of a file, piece by piece; raises OSError as `regular`, or for more than `most` bytes."""
    with regular(path) as file:
        _refuse_larger(os.fstat(file.fileno()).st_size, most)
        read = 0
        while piece := file.read(_PIECE):
            read += len(piece)
            _refuse_larger(read, most)
            yield piece


def _refuse_larger(size: int, most: int) -> None:
    if size > most:
        raise OSError(
            errno.EOVERFLOW,
            _("lớn hơn {size}").format(size=f"{most >> 20} MB" if most >> 20 else f"{most >> 10} kB"),
        )


def read(path: Path, most: int = SMALL) -> bytes:
    """The whole of a file; raises OSError as `chunks`."""
    return b"".join(chunks(path, most))


def check_document(path: Path) -> None:
    """Raise OSError for what `sha256` does not take, without reading it."""
    with regular(path) as file:
        _refuse_larger(os.fstat(file.fileno()).st_size, _DOCUMENT)


def sha256(path: Path) -> str:
    """The hash of a document, in hexadecimal; raises OSError as `chunks`."""
    import hashlib

    digest = hashlib.sha256()
    for piece in chunks(path, _DOCUMENT):
        digest.update(piece)
    return digest.hexdigest()


def check_folder(folder: Path) -> None:
    """Raises StoreError where this is no folder and cannot become one: only its last part may be missing."""
    filesystem.refuse_dangling(folder)
    if folder.exists() and not folder.is_dir():
        raise StoreError(_("{path} là tệp, không phải thư mục").format(path=folder))
    _refuse_missing(folder.parent)


def _refuse_missing(folder: Path) -> None:
    if not folder.exists():
        raise StoreError(
            _("thư mục {path} chưa có").format(path=folder),
            _("Tạo trước: mkdir -p {path}").format(path=folder),
        )


def make_folder(folder: Path) -> None:
    """The folder for several files; raises StoreError as `check_folder`, or where it cannot be made."""
    check_folder(folder)
    try:
        folder.mkdir()
        if (rights := filesystem.rights_in(folder.parent)).group is not None:
            _give_folder(folder, rights, 0o2770 | folder.stat().st_mode & 0o7)
    except FileExistsError:
        return
    except OSError as error:
        raise StoreError(_("không ghi được {path}: {why}").format(path=folder, why=why(error))) from error


def make_private(folder: Path, rights: filesystem.Rights = filesystem.PRIVATE) -> None:
    """A folder and those above it that are missing, for the owner or a group alone, on the disk for good."""
    if not folder.exists():
        make_private(folder.parent, rights)
        folder.mkdir(mode=0o700, exist_ok=True)
        _give_folder(folder, rights)
        sync_folder(folder.parent)


def _give_folder(folder: Path, rights: filesystem.Rights, mode: int = 0o2770) -> None:
    """Share a folder that was just made with the group that `rights` name."""
    if rights.group is None:
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        with contextlib.suppress(OSError):  # it then stays its owner's alone
            os.fchown(descriptor, -1, rights.group)
            os.fchmod(descriptor, mode)
    finally:
        os.close(descriptor)


def sync_names(written: Collection[Path]) -> None:
    """Bring the names of finished files to the disk; raises UnsyncedError, which names them."""
    for folder in {path.parent for path in written}:
        try:
            sync_folder(folder)
        except OSError as error:
            raise UnsyncedError(
                _("đã ghi {paths}, nhưng không đồng bộ được thư mục {folder}: {why}").format(
                    paths=", ".join(map(str, written)), folder=folder, why=why(error)
                ),
                after_fault(),
            ) from error


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk, where it may be read and its file system can."""
    try:
        sync(folder)
    except PermissionError:  # it may be for putting in alone
        return
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise


def sync(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
