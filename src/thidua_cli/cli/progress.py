"""A bar or a line for whoever waits at a terminal; nothing at all for anybody else."""

import contextlib
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TypeVar

from thidua_cli.ground.errors import InvalidError
from thidua_cli.ground.language import _
from thidua_cli.register import evidence

LONG = 5000  # rows from which on there is something to wait for
LARGE = 1_000_000  # bytes, likewise

Item = TypeVar("Item")


def rows(items: Sequence[Item]) -> Iterable[Item]:
    """The rows, with a bar on standard error while they go by, if that is a terminal and they are many."""
    if len(items) < LONG or not _watched():
        return items
    from rich.console import Console
    from rich.progress import track

    return track(items, _("Đang kiểm tra"), console=Console(stderr=True), transient=True)


@contextlib.contextmanager
def waiting(text: str, *, long: bool) -> Iterator[None]:
    """A line on standard error, if that is a terminal, while something `long` is done in one go."""
    shown = long and _watched()
    if shown:
        sys.stderr.write(text)
        sys.stderr.flush()
    try:
        yield
    finally:
        if shown:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()


def hashed(paths: Collection[str]) -> tuple[dict[str, str], dict[str, InvalidError]]:
    """Files of evidence with their hashes, and those that cannot be hashed any more with the reason."""
    hashes: dict[str, str] = {}
    wrong: dict[str, InvalidError] = {}
    with waiting(_("Đang tính mã băm của minh chứng…"), long=evidence.size(paths) > LARGE):
        for path in paths:
            try:
                hashes[path] = evidence.sha256(path)
            except InvalidError as error:
                wrong[path] = error
    return hashes, wrong


def _watched() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()
