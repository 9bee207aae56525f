"""What an examination finds."""

from typing import NamedTuple


class Finding(NamedTuple):
    """One thing that is not as it must be.

    `check` is the stable name of the check that found it; `operation`, `table` and `row` say where, as far as
    that can be said.
    """

    check: str
    message: str
    operation: int | None = None
    table: str | None = None
    row: int | None = None
