"""The rows below a header that are data: merged cells filled, others left out."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from thidua_cli.ground.errors import RejectedError
from thidua_cli.ground.language import _
from thidua_cli.ground.phrases import phrase_key
from thidua_cli.intake import columns, layout_rows
from thidua_cli.intake.cells import header_text
from thidua_cli.intake.headed_rows import HeadedRows
from thidua_cli.intake.layout_rows import Layout, Rows, TableShape
from thidua_cli.intake.merged_rows import Body, unmerge
from thidua_cli.intake.numbering import runs
from thidua_cli.intake.sheet import short
from thidua_cli.intake.tables.grid import Grid
from thidua_cli.register.fields import ImportKind


class RowChoice(NamedTuple):
    """Which rows count.

    `wanted` are first and last numbers, empty for all; `skip_empty`: rows of a form that were not filled in
    are left out; `where`: columns and the words that their cells must hold; `is_unit`: whether a text is the
    code or name of a unit.
    """

    wanted: Sequence[tuple[int, int]] = ()
    skip_empty: bool = False
    is_unit: Callable[[str], bool] | None = None
    where: Sequence[tuple[str, str]] = ()

    def of(self, rows: Rows) -> tuple[Body, list[str]]:
        """The wanted rows, and the notice of the others."""
        if not self.wanted:
            return list(rows), []
        chosen = [row for row in rows if any(first <= row[0] <= last for first, last in self.wanted)]
        kept = {number for number, _values in chosen}
        others = [number for number, _values in rows if number not in kept]
        told = _("không đọc các dòng: {rows} (--rows)").format(rows=runs(others))
        return chosen, [told] if others else []

    def holding(
        self, rows: Body, kind: ImportKind, headers: Sequence[str], fields: Sequence[str | None]
    ) -> tuple[Body, list[str]]:
        """The rows whose cells hold the words of `where`, and the notice of how many others there are.

        Raises RejectedError for a column that the file has not, or that may be several.
        """
        if not self.where:
            return rows, []
        tests = [
            (_column(name, kind, headers, fields), f" {phrase_key(words)} ") for name, words in self.where
        ]
        kept = [
            row
            for row in rows
            if all(
                words in f" {phrase_key(header_text(row[1][index]))} " if index < len(row[1]) else False
                for index, words in tests
            )
        ]
        told = _("bỏ {count} dòng không có chữ ấy ở {columns} (--where)").format(
            count=len(rows) - len(kept),
            columns=", ".join(dict.fromkeys(short(headers[index]) for index, _words in tests)),
        )
        return kept, [told]


def _column(name: str, kind: ImportKind, headers: Sequence[str], fields: Sequence[str | None]) -> int:
    """The place of the column with that header, else of that field, else with the name in its header."""
    wanted, field = columns.normal(name), columns.field_of(kind, name)
    plain = list(map(columns.normal, headers))
    found = [index for index, header in enumerate(plain) if header == wanted]
    found = found or [index for index, own in enumerate(fields) if own and own == field]
    inside = f" {phrase_key(name)} "
    found = found or [index for index, header in enumerate(plain) if inside in f" {phrase_key(header)} "]
    if len(found) == 1:
        return found[0]
    message = _("--where {column}: có thể là nhiều cột") if found else _("--where {column}: không có cột ấy")
    raise RejectedError(
        message.format(column=name),
        _("Các cột của tệp: {columns}").format(
            columns=", ".join(short(headers[index]) for index in found or range(len(headers)) if plain[index])
        ),
    )


def chosen_objects(table: HeadedRows, kind: ImportKind, choice: RowChoice) -> HeadedRows:
    """Objects without those that are not wanted, or with `skip_empty` were not filled in."""
    rows, told = choice.of(table.body)
    if choice.skip_empty:
        shape = TableShape(kind, table.headers, table.fields)
        found = layout_rows.classify(rows, shape, skip_empty=True)
        unfilled = {place: layout for place, layout in found.items() if layout is Layout.EMPTY}
        told += layout_rows.notices(rows, unfilled)
        rows = [row for place, row in enumerate(rows) if place not in unfilled]
    rows, left_out = choice.holding(rows, kind, table.headers, table.fields)
    told += left_out
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
    rows, left_out = choice.holding(rows, shape.kind, shape.headers, shape.fields)
    told += left_out
    fewer = found or choice.wanted or choice.where
    doubtful = unmerge(rows, made.doubtful, header_row).doubtful if fewer else made.doubtful
    return rows, grid._replace(merged=doubtful, notices=[*grid.notices, *told])
