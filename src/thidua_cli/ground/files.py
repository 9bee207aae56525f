"""Documents: read to a bound, and written beside their places, so that none is ever left half."""

import contextlib
import errno
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from thidua_cli.ground import drafts, filesystem
from thidua_cli.ground.errors import StoreError
from thidua_cli.ground.language import _, why

SMALL = 4 << 20  # bytes of a file that a person writes
_DOCUMENT = 4 << 30  # of a document, a film of a meeting included
_PIECE = 1 << 18
_DESCRIPTOR = re.compile(r"(?:/dev|/proc/self)/fd/([0-9]{1,9})|/dev/(stdin|stdout|stderr)")
_STANDARD = ("stdin", "stdout", "stderr")


# Reading


def read(path: Path, most: int = SMALL) -> bytes:
    """The whole of a file; raises OSError as `chunks`."""
    return b"".join(chunks(path, most))


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
        bound = f"{most >> 20} MB" if most >> 20 else f"{most >> 10} kB"
        raise OSError(errno.EOVERFLOW, _("lớn hơn {size}").format(size=bound))


@contextlib.contextmanager
def regular(path: Path) -> Iterator[BinaryIO]:
    """A file, open for reading; raises OSError for a pipe or device, which may never come to an end."""
    # Without waiting: opening a pipe without a writer would wait for ever.
    with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, _("là đường ống hay thiết bị; lưu nội dung thành tệp trước"))
        yield file


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


# Streams


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
    """A stream open for writing; a descriptor goes on at its position, also in a file."""
    number = _descriptor(path)
    return path.open("wb") if number is None else os.fdopen(os.dup(number), "wb")


def _descriptor(path: Path) -> int | None:
    """The number of a descriptor of this process that a path names; none for any other path."""
    match = _DESCRIPTOR.fullmatch(str(path))
    return match and (_STANDARD.index(match[2]) if match[2] else int(match[1]))


# Writing


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
    made: dict[Path, Path] = {}  # draft and place of each
    path = Path()
    try:
        drafts.sweep(Path(os.path.realpath(path)) for path in files if not is_stream(path))
        try:
            for path, pieces in files.items():
                if is_stream(path):
                    with _stream(path) as device:
                        device.writelines(pieces)
                else:
                    _write_draft(path, pieces, made, rights)
            for draft, path in made.items():
                drafts.note(draft, path)
                draft.replace(path)
            drafts.sync_names(made.values())
        finally:
            for draft in made:
                draft.unlink(missing_ok=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise StoreError(_("không ghi được {path}: {why}").format(path=path, why=why(error))) from error


def _write_draft(
    path: Path, pieces: Iterable[bytes], made: dict[Path, Path], rights: filesystem.Rights | None
) -> None:
    """Write what is to take the place of `path` beside it, and note the draft in `made`."""
    filesystem.refuse_dangling(path)
    target = Path(os.path.realpath(path))
    filesystem.refuse_missing(target.parent)
    _refuse_register(path, target)
    draft = drafts.draft_name(target)
    with os.fdopen(_created(draft, target, rights), "wb") as file:
        made[draft] = target
        drafts.lock(file.fileno())
        file.writelines(pieces)
        file.flush()
        os.fsync(file.fileno())


def _created(draft: Path, target: Path, rights: filesystem.Rights | None) -> int:
    """A new file that is to take the place of `target`, open for writing."""
    there = target.stat() if target.exists() else None
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600 if rights or there else 0o666)
    if there is not None:
        for owner in (there.st_uid, -1):
            with contextlib.suppress(OSError):  # only the administrator gives files away
                os.fchown(descriptor, owner, there.st_gid)
                break
        with contextlib.suppress(OSError):  # some file systems keep no rights
            os.fchmod(descriptor, stat.S_IMODE(there.st_mode) & 0o777)
    elif rights is not None:
        filesystem.give(descriptor, rights)
    elif filesystem.rights_in(target.parent).group is not None:
        with contextlib.suppress(OSError):
            os.fchmod(descriptor, stat.S_IMODE(os.fstat(descriptor).st_mode) | 0o660)
    return descriptor


def _refuse_register(path: Path, target: Path) -> None:
    if _is_sqlite(target):
        raise StoreError(_("{path}: là một cơ sở dữ liệu, không ghi đè").format(path=path))
    for ending in drafts.COMPANIONS:
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
        return file.read(len(drafts.SQLITE_HEADER)) == drafts.SQLITE_HEADER


def remove(paths: Iterable[Path]) -> None:
    """Remove files; raises StoreError for one that stays."""
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(_("không xóa được {path}: {why}").format(path=path, why=why(error))) from error
