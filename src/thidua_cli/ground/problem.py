"""One type for "something is wrong here": in a file's cell, a stored row, an operation or a unit."""

from collections.abc import Sequence
from typing import NamedTuple


class Place(NamedTuple):
    """Where a problem is, as far as it can be said; every part is optional.

    `row`, `field`, `value` are a cell of a file, or one given value; `row` counts from 1, as a sheet does.
    `table`, `id`, `operation` are a stored row; `units` (ids) and `day` (ISO) are units of the register.
    """

    row: int | None = None
    field: str = ""
    value: object = None
    table: str = ""
    id: int | None = None
    operation: int | None = None
    units: tuple[int, ...] = ()
    day: str = ""


class Problem(NamedTuple):
    """What is wrong, how to cure it, the stable name of the broken rule, and where.

    `then` are lines that follow a list of problems, printed once however many problems carry them.
    """

    message: str
    cure: str = ""
    rule: str = ""
    at: Place = Place()
    then: Sequence[str] = ()
