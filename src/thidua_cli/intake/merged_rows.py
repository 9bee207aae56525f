"""Cells merged over rows: what stands in the first of them counts for each."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from thidua_cli.ground.language import _
from thidua_cli.ground.sheets import address
from thidua_cli.intake.cells import empty
from thidua_cli.intake.tables.grid import Cell

_LISTED = 10  # places in a notice
Merge = tuple[int, int, int, int]  # as in a Grid
Body = list[tuple[int, Sequence[Cell]]]


class Unmerged(NamedTuple):
    """Rows with every cell filled, the merges that are still doubtful, and those that were filled."""

    body: Body
    doubtful: list[Merge]
    filled: list[Merge]

    def notices(self, fields: Sequence[str | None]) -> list[str]:
        """The notice of cells that were filled, in columns that are read."""
        places = [
            f"{address(top, left)}:{address(bottom, right)}"
            for top, left, bottom, right in self.filled
            if left < len(fields) and fields[left]
        ]
        if not places:
            return []
        shown = ", ".join(places[:_LISTED]) + (", …" if len(places) > _LISTED else "")
        return [_("ô gộp qua nhiều dòng, giá trị tính cho từng dòng: {cells}").format(cells=shown)]


def unmerge(body: Body, merged: Sequence[Merge], header_row: int) -> Unmerged:
    """Fill cells merged over the rows of one column; merges that touch no row go.

    One over columns stays doubtful, as one that hides another value.
    """
    numbers = [number for number, _values in body]
    made = Unmerged(list(body), [], [])
    for merge in merged:
        top, left, bottom, right = merge
        first, end = bisect_left(numbers, top), bisect_right(numbers, bottom)
        if first == end:
            continue
        if left == right and bottom > top > header_row and _fill(made.body, first, end, top, left):
            made.filled.append(merge)
        else:
            made.doubtful.append(merge)
    return made


def _fill(body: Body, first: int, end: int, top: int, column: int) -> bool:
    """Fill a column of some rows with the cell of the first; returns whether all of it has one value."""
    number, values = body[first]
    value = values[column] if number == top and column < len(values) else None
    below = [values[column] if column < len(values) else None for _number, values in body[first + 1 : end]]
    if empty(value):
        return all(map(empty, below))
    if not all(empty(cell) or cell == value for cell in below):
        return False
    for place in range(first + 1, end):
        number, values = body[place]
        widened = [*values, *[None] * (column + 1 - len(values))]
        widened[column] = value
        body[place] = number, widened
    return True
