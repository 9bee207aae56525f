"""One type for "something is wrong here": in a file's cell, a stored row, an operation or a unit."""

from collections.abc import Sequence
from typing import NamedTuple

from thidua_cli.ground import text


class Place(NamedTuple):
    """Where a problem is, as far as it can be said; every part is optional.

    `row`, `field`, `value` are a cell of a file, or one given value; `row` counts from 1, as a sheet does.
    `table`, `id`, `operation` are a stored row; `units` (ids), `day` (ISO) and the
    `operations` that brought it about are units of the register.
    """

    row: int | None = None
    field: str = ""
    value: object = None
    table: str = ""
    id: int | None = None
    operation: int | None = None
    units: tuple[int, ...] = ()
    day: str = ""
    operations: tuple[int, ...] = ()


class Problem(NamedTuple):
    """What is wrong, how to cure it, the stable name of the broken rule, and where.

    `then` are lines that follow a list of problems, printed once however many problems carry them;
    `candidates` are codes of units that the value may mean.
    """

    message: str
    cure: str = ""
    rule: str = ""
    at: Place = Place()
    then: Sequence[str] = ()
    candidates: Sequence[str] = ()

    def __str__(self) -> str:
        """The problem in one line, with its field and the value as given."""
        value = text.visible(str(self.at.value))
        shown = f" '{value[:60]}'" if isinstance(self.at.value, str) and value else ""
        where = f"{self.at.field}{shown}: " if self.at.field else ""
        return where + self.message + (f" ({self.cure})" if self.cure else "")

    def within(self, **place: object) -> "Problem":
        """The problem with more said of its place, such as the row."""
        return self._replace(at=self.at._replace(**place))  # type: ignore[arg-type]
