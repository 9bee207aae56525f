"""The rows below a header that are data: merged cells filled, others left out."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from thidua_cli.ground.language import _
from thidua_cli.intake import layout_rows
from thidua_cli.intake.headed_rows import HeadedRows
from thidua_cli.intake.layout_rows import Layout, Rows, TableShape
from thidua_cli.intake.merged_rows import Body, unmerge
from thidua_cli.intake.numbering import runs
from thidua_cli.intake.tables.grid import Grid
from thidua_cli.register.fields import ImportKind


class RowChoice(NamedTuple):
    """Which rows count.

    `wanted` are first and last numbers, empty for all; `skip_empty`: rows of a form that were not filled in
    are left out; `is_unit`: whether a text is the code or name of a unit.
    """

    wanted: Sequence[tuple[int, int]] = ()
    skip_empty: bool = False
    is_unit: Callable[[str], bool] | None = None

    def of(self, rows: Rows) -> tuple[Body, list[str]]:
        """The wanted rows, and the notice of the others."""
        if not self.wanted:
            return list(rows), []
        chosen = [row for row in rows if any(first <= row[0] <= last for first, last in self.wanted)]
        kept = {number for number, _values in chosen}
        others = [number for number, _values in rows if number not in kept]
        told = _("không đọc các dòng: {rows} (--rows)").format(rows=runs(others))
        return chosen, [told] if others else []


def chosen_objects(table: HeadedRows, kind: ImportKind, choice: RowChoice) -> HeadedRows:
    """Objects without those that are not wanted, or with `skip_empty` were not filled in."""
    rows, told = choice.of(table.body)
    if choice.skip_empty:
        shape = TableShape(kind, table.headers, table.fields)
        found = layout_rows.classify(rows, shape, skip_empty=True)
        unfilled = {place: layout for place, layout in found.items() if layout is Layout.EMPTY}
        told += layout_rows.notices(rows, unfilled)
        rows = [row for place, row in enumerate(rows) if place not in unfilled]
    return table._replace(body=rows, notices=[*table.notices, *told])


def data_rows(
    grid: Grid,
    body: Body,
    shape: TableShape,
    header_row: int,
    choice: RowChoice,
) -> tuple[Body, Grid]:
    """The rows that are data, and the grid with only those merges that are doubtful; its notices grow."""
    across = frozenset(
        row
        for top, left, bottom, right in grid.merged
        if right > left and top > header_row and bottom - top < len(body)
        for row in range(top, bottom + 1)
    )
    made = unmerge(body, grid.merged, header_row)
    rows, unread = choice.of(made.body)
    told = made.notices(shape.fields) + unread
    shape = shape._replace(across=across, is_unit=choice.is_unit)
    found = layout_rows.classify(rows, shape, skip_empty=choice.skip_empty)
    told += layout_rows.notices(rows, found)
    rows = [row for place, row in enumerate(rows) if place not in found] if found else rows
    doubtful = unmerge(rows, made.doubtful, header_row).doubtful if found or choice.wanted else made.doubtful
    return rows, grid._replace(merged=doubtful, notices=[*grid.notices, *told])
