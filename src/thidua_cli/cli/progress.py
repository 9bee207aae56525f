"""A bar for whoever waits at a terminal; nothing at all for anybody else."""

import sys
from collections.abc import Iterable, Sequence
from typing import TypeVar

from thidua_cli.language import _

LONG = 5000  # rows from which on there is something to wait for

Item = TypeVar("Item")


def rows(items: Sequence[Item]) -> Iterable[Item]:
    """The rows, with a bar on standard error while they go by, if that is a terminal and they are many."""
    if len(items) < LONG or sys.stderr is None or not sys.stderr.isatty():
        return items
    from rich.console import Console
    from rich.progress import track

    return track(items, _("Đang kiểm tra"), console=Console(stderr=True), transient=True)
