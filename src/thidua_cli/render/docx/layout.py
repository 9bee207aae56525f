"""How wide the columns of a table on paper are, how large its letters, and which columns find no room."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from thidua_cli.render import Column, Form, cells
from thidua_cli.render.docx.official import TEXT_WIDTH
from thidua_cli.render.docx.text import POINT, width

SIZES = (12, 11, 10, 9)  # points; the largest that has room is taken
_HALF = 0.6  # of a header's width: then it takes two lines
PADDING = 160  # twentieths of a point, of both sides of a cell


class Layout(NamedTuple):
    """Which columns are shown how wide (twentieths of a point), and the size of the letters."""

    widths: dict[int, int]
    size: int


def lay_out(
    columns: Sequence[Column],
    groups: Sequence[tuple[str, Sequence[Sequence[object]]]],
    total: Sequence[object] | None,
) -> Layout:
    """The largest letters at which there is room; else texts are wrapped, else columns go in their order."""
    shown = [index for index, column in enumerate(columns) if column.form is not Form.BAR]
    rows = [row for _heading, members in groups for row in members] + ([total] if total is not None else [])
    longest = {index: _longest(columns[index], [row[index] for row in rows]) for index in shown}
    while True:
        for size, wrap in [*((size, False) for size in SIZES), *((size, True) for size in SIZES[2:])]:
            needs = {
                index: int((need.least if wrap else need.well) * size) + PADDING
                for index, need in longest.items()
                if index in shown
            }
            if sum(needs.values()) <= TEXT_WIDTH:
                full = {index: int(longest[index].full * size) + PADDING for index in shown}
                return Layout(_spread(columns, needs, full), size)
        ranks = [columns[index].drop for index in shown]
        if max(ranks) == 0:  # rather a word broken than a page left
            part = TEXT_WIDTH / sum(needs.values())
            return Layout({index: int(need * part) for index, need in needs.items()}, SIZES[-1])
        shown.pop(len(ranks) - 1 - ranks[::-1].index(max(ranks)))


class _Need(NamedTuple):
    """Widths of a column at one point: the least, the least that looks well, and what it would like."""

    least: float
    well: float
    full: float


def _longest(column: Column, values: Iterable[object]) -> _Need:
    """What a column needs: a text with `narrow` may be that narrow, another is wrapped only in distress."""
    texts = {cells.show(value, column.form) for value in values}
    header = max((width(word, 1, bold=True) for word in column.label.split()), default=0)
    cell = max([header, *(width(text, 1, bold=True) for text in texts)])
    full = max(cell, width(column.label, 1, bold=True) * _HALF)
    if column.form is not Form.TEXT:
        return _Need(cell, cell, full)
    word = max([header, *(width(word, 1, bold=True) for text in texts for word in text.split())])
    if not column.narrow:
        return _Need(word, cell, full)
    least = min(cell, max(word, column.narrow * POINT / 2))
    return _Need(least, least, full)


def _spread(columns: Sequence[Column], least: dict[int, int], full: dict[int, int]) -> dict[int, int]:
    """Each column what it needs; of the rest, what would save a line: texts, headers, then texts again."""
    texts = [index for index in least if columns[index].form is Form.TEXT]
    widths = _grant(least, full, texts)
    widths = _grant(widths, full, [index for index in least if index not in texts])
    rest = TEXT_WIDTH - sum(widths.values())
    for index in texts or list(least):
        widths[index] += int(rest / len(texts or least))
    return widths


def _grant(widths: dict[int, int], full: dict[int, int], wishing: Sequence[int]) -> dict[int, int]:
    """The widths after the wishes of some columns, the smallest first, as far as the page goes."""
    granted = dict(widths)
    spare = TEXT_WIDTH - sum(widths.values())
    wishes = sorted((full[index] - widths[index], index) for index in wishing)
    for left, (wish, index) in zip(range(len(wishes), 0, -1), wishes, strict=True):
        extra = int(max(0, min(wish, spare / left)))
        granted[index] += extra
        spare -= extra
    return granted
