"""Order among processes: the lock of `--lock` and the line of writers; and signals that wait."""

import _thread
import contextlib
import errno
import fcntl
import os
import signal
import stat
from collections.abc import Container, Iterator
from pathlib import Path

from thidua_cli.ground import filesystem
from thidua_cli.ground.errors import StoreError
from thidua_cli.ground.language import _
from thidua_cli.store.faults import store_errors
from thidua_cli.store.opening import check_register

LINE_SECONDS = 30.0


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of `--lock` on the register at `path` for the length of the block.

    The lock is on a file beside the register, which is never removed; a process that dies gives it up. Where
    there is no register there is no lock: the command says what is missing. Readers and writers without this
    lock are not held up. Raises StoreError at once where another process holds it.
    """
    real = Path(os.path.realpath(path))
    try:
        check_register(real)
    except (StoreError, OSError):
        yield
        return
    with store_errors(_lock_path(real, "lock")):
        descriptor = _open_lock(real, "lock")
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


@contextlib.contextmanager
def turn(path: Path) -> Iterator[None]:
    """Stand in line with other processes that write the register at `path`; see docs/decisions/0006.

    The line only keeps order. Where it cannot be had, or after LINE_SECONDS, SQLite's own lock decides.
    """
    descriptor = None
    try:
        with contextlib.suppress(OSError):
            descriptor = _open_lock(path, "line")
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:  # the system wakes processes in the order they came
                _wait(descriptor)
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


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


def _lock_path(path: Path, ending: str) -> Path:
    return path.with_name(f".{path.name}.{ending}")


def _open_lock(path: Path, ending: str) -> int:
    """A descriptor of `.NAME.ending` beside the register at `path`, which is made if it is missing.

    Only accounts that may write the register can open the file; links are not followed. Raises OSError where
    it cannot be opened, or where other accounts could hold its lock.
    """
    descriptor = _descriptor(_lock_path(path, ending))
    try:
        register, rights, lock = path.stat(), filesystem.rights_like(path), os.fstat(descriptor)
        if (lock.st_uid, lock.st_nlink, lock.st_size) == (os.geteuid(), 1, 0):
            filesystem.give(descriptor, rights, owner=register.st_uid if os.geteuid() == 0 else -1)
        _refuse_strange(os.fstat(descriptor), {0, os.geteuid(), register.st_uid}, rights)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _descriptor(lock: Path) -> int:
    flags = os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK
    for _attempt in range(2):
        with contextlib.suppress(FileNotFoundError):
            return os.open(lock, flags)
        with contextlib.suppress(FileExistsError):  # another process has just made it
            return os.open(lock, flags | os.O_CREAT | os.O_EXCL, 0o600)
    return os.open(lock, flags)


def _refuse_strange(lock: os.stat_result, owners: Container[int], rights: filesystem.Rights) -> None:
    """Raise OSError for a lock file that an account without the right to write the register could open."""
    others = stat.S_IMODE(lock.st_mode) & 0o077
    of_the_group = bool(others) and lock.st_gid == rights.group
    if (
        not stat.S_ISREG(lock.st_mode)
        or others & ~rights.mode
        or not (of_the_group or (not others and lock.st_uid in owners))
    ):
        raise OSError(errno.EINVAL, _("tài khoản không được ghi sổ cũng giữ được khóa này; xóa tệp này đi"))


@contextlib.contextmanager
def signals_held() -> Iterator[None]:
    """Hold signals until the end of the block: whoever is stopped knows whether it was done."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
