"""A bar or a line for whoever waits at a terminal; nothing at all for anybody else."""

import contextlib
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from thidua_cli.language import _

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


def _watched() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()
