"""The command line: one error boundary, streams, signals and exit codes.

The language is chosen before any command module is imported, because help texts are fixed at import.
"""

import contextlib
import errno
import gc
import io
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from thidua_cli.cli import preferences
from thidua_cli.cli.messages import complain
from thidua_cli.ground import language
from thidua_cli.ground.errors import Exit, InvalidError, ThiduaError
from thidua_cli.ground.language import _

if TYPE_CHECKING:
    from thidua_cli.custody.restore import Restored
    from thidua_cli.store import Writer


class _SignalledError(BaseException):
    """SIGINT, SIGTERM or SIGHUP: unwinds the command, so that an open transaction is rolled back."""


class _Closed(io.RawIOBase):
    """Standard output that is not there."""

    def writable(self) -> bool:
        return True

    def write(self, _data: object) -> int:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))


_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> NoReturn:
    """The console script."""
    _start_in_utf8()
    gc.set_threshold(10_000_000)  # start-up and long files make many objects and no rubbish
    writers: list[Writer | Restored] = []
    received: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> NoReturn:
        _ignore_signals()  # a second one is not to disturb the unwinding
        received.append(number)
        raise _SignalledError

    sys.unraisablehook = _report_unraisable
    code = int(Exit.CRASH)
    try:
        for number in _SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup stays nohup
                signal.signal(number, stop)
        code = run(sys.argv[1:], writers)
        _ignore_signals()  # all has been said
    except BaseException:  # on its way up, a signal's exception may have become another's cause
        if not received:
            raise
    if received:
        code = 128 + received[0]
        _say_stopped(received[0], writers)
    _close_streams()
    os._exit(code)  # the register is closed and all is flushed; taking modules down would only cost time


def _start_in_utf8() -> None:
    """Begin again in UTF-8 mode where the locale takes arguments and names of files for something else.

    What was typed in the locale's own encoding, and so is no UTF-8, is left to the locale.
    """
    if sys.getfilesystemencoding() == "utf-8" or "utf8" in sys._xoptions or not sys.executable:
        return
    try:
        line = Path("/proc/self/cmdline").read_bytes().split(b"\0")[:-1]
    except OSError:
        line = [os.fsencode(argument) for argument in sys.orig_argv]
    line[1:1] = [b"-X", b"utf8"]  # also where Python is told to mind no variables
    with contextlib.suppress(UnicodeDecodeError, OSError):
        b" ".join(line).decode("utf-8")
        os.execve(sys.executable, line, {**os.environb, b"PYTHONUTF8": b"1"})  # noqa: S606 - this program


def run(arguments: Sequence[str], writers: "list[Writer | Restored] | None" = None) -> int:
    """Run one command line; returns its exit code. Only a defect of ours leaves with a traceback.

    `writers` receives who writes the operation, so that the caller knows what was stored if it is stopped.
    """
    if sys.stdout is None:  # closed by the caller: only a command that prints is to fail
        sys.stdout = io.TextIOWrapper(io.BufferedWriter(_Closed()))
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    language.use(_wanted_language(arguments))
    from thidua_cli.cli import app

    if instruction := os.environ.get("_THIDUA_COMPLETE"):
        from thidua_cli.cli import completion

        return completion.complete(app.root(), instruction)
    try:
        return app.invoke(list(arguments), writers if writers is not None else [])
    except ThiduaError as error:
        complain(error.message, error.hints)
        return error.code
    except InvalidError as error:  # a text that the command line gave and nothing checked before
        complain(error.message, [error.cure] if error.cure else [])
        return Exit.USAGE
    except BrokenPipeError:
        return Exit.READER_GONE
    except OSError as error:  # of a path that cannot be looked at, or of a help page that Typer prints
        _complain_of_system(error)
        return Exit.STORE


def _say_stopped(number: int, writers: "Sequence[Writer | Restored]") -> None:
    """Print that a signal stopped the command, and what it had written by then."""
    from thidua_cli.ground import drafts

    stored = [writer.operation for writer in writers if writer.operation is not None]
    paths = drafts.placed()
    if stored:
        done = _("đã lưu ở thao tác #{number}").format(number=stored[-1].number)
    elif paths[1:]:
        done = _("đã ghi {path} và {count} tệp trước đó").format(path=paths[-1], count=len(paths) - 1)
    elif paths:
        done = _("đã ghi {path}").format(path=paths[-1])
    else:
        done = _("chưa ghi gì")
    words = (
        _("đã dừng theo yêu cầu; {done}") if number == signal.SIGINT else _("bị dừng bởi tín hiệu; {done}")
    )
    complain(words.format(done=done))


def _complain_of_system(error: OSError) -> None:
    """Print what the system refused, and on which path and by whose rights where that is known."""
    from thidua_cli.ground import filesystem

    why, path = language.why(error), error.filename
    if isinstance(error, PermissionError) and isinstance(path, str):
        complain(f"{path}: {why}", filesystem.what_bars(Path(path)))
    else:
        complain(why)


def _wanted_language(arguments: Sequence[str]) -> str:
    for index, argument in enumerate(arguments):
        name, equals, value = argument.partition("=")
        if name == "--lang":
            wanted = value if equals else next(iter(arguments[index + 1 :]), "")
            if wanted in language.LANGUAGES:
                return wanted
    return preferences.language_of(language.from_environment(os.environ))


def _ignore_signals() -> None:
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _report_unraisable(fault: "sys.UnraisableHookArgs") -> None:
    """A signal that came where nothing can be raised is seen at the end of the command."""
    if not isinstance(fault.exc_value, _SignalledError):
        sys.__unraisablehook__(fault)


def _close_streams() -> None:
    """Flush what is left; what cannot be written has been reported, or there is nobody to tell."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):
            if stream is not None:
                stream.flush()
