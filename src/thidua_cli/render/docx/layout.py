"""How wide the columns of a table on paper are, how large its letters, and which columns find no room."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from thidua_cli.render import cells
from thidua_cli.render.docx.official import TEXT_WIDTH
from thidua_cli.render.docx.text import POINT, width
from thidua_cli.render.model import Column, Form, Table, Tone

PADDING = 134  # twentieths of a point, of both sides of a cell
READABLE = 11  # points, the least that a table on paper should have
# The size in points, and whether all texts are wrapped: the first that has room is taken.
_ATTEMPTS = [(12, False), (READABLE, False), (READABLE, True), (10, False), (10, True)]
_SMALL = [(9, False), (9, True)]  # before a column is left out that is not spare
_LAST = 8, True
_SPARE = 8  # columns of this rank, which only repeat what others say, go before letters get small
_HALF = 0.6  # of a header's width: then it takes two lines
_CAUTION = 1.1  # fonts that stand in for Times New Roman may be that much wider


class Layout(NamedTuple):
    """Which columns are shown how wide (twentieths of a point), and the size of the letters."""

    widths: dict[int, int]
    size: int

    def is_good(self, table: Table) -> bool:
        """Whether it can be read with ease, and no column had to go."""
        return self.size >= READABLE and len(self.widths) == len(table.undrawn)


def lay_out(table: Table, paper: float = TEXT_WIDTH) -> Layout:
    """The largest letters at which there is room; else texts are wrapped, else columns go in their order.

    No column is narrower than its longest word, unless a word is wider than the page leaves room for.
    """
    columns, total, shown = table.columns, table.total, table.undrawn
    rows = [row for _heading, members in table.groups for row in members]
    needs = {
        index: _need(columns[index], [row[index] for row in rows], total and total[index]) for index in shown
    }
    while True:
        folded = table.next_to_fold(shown)
        is_spare = folded is not None and columns[folded].drop >= _SPARE
        attempts = _ATTEMPTS + _SMALL * (not is_spare) + [_LAST] * (folded is None)
        for size, wrap in attempts:
            least = {index: _room(needs[index].least if wrap else needs[index].well, size) for index in shown}
            if sum(least.values()) <= paper:
                full = {index: _room(needs[index].full, size) for index in shown}
                return Layout(_spread(columns, least, full, paper), size)
        if folded is None:  # rather a word broken than a page left
            size = _LAST[0]
            return Layout(_cut({index: _room(needs[index].least, size) for index in shown}, paper), size)
        shown.remove(folded)


def _room(need: float, size: int) -> int:
    return int(need * size) + PADDING


class _Need(NamedTuple):
    """Widths of a column at one point: the least, the least that looks well, and what it would like."""

    least: float
    well: float
    full: float


def _need(column: Column, values: Iterable[object], total: object) -> _Need:
    """What a column needs: a text with `narrow` may be that narrow, another is wrapped only in distress."""
    texts = {(cells.show(value, column.form), cells.tone(value) is Tone.BAD) for value in values}
    texts.add((cells.show(total, column.form), True))
    header = max((_sure(word, bold=True) for word in column.label.split()), default=0)
    cell = max([header, *(_sure(text, bold=bold) for text, bold in texts)])
    full = max(cell, _sure(column.label, bold=True) * _HALF)
    if column.form is not Form.TEXT:
        return _Need(cell, cell, full)
    word = max([header, *(_sure(word, bold=bold) for text, bold in texts for word in text.split())])
    if not column.narrow:
        return _Need(word, cell, full)
    least = min(cell, max(word, column.narrow * POINT / 2))
    return _Need(least, least, full)


def _sure(text: str, *, bold: bool) -> float:
    """The width of a text at one point, in the widest font that may stand in."""
    return width(text, 1, bold=bold) * _CAUTION


def _cut(needs: dict[int, int], paper: float) -> dict[int, int]:
    """The widths brought down to the page, the widest first, so that the others keep their words whole."""
    widths = dict(needs)
    while (excess := sum(widths.values()) - int(paper)) > 0:
        ordered = sorted(set(widths.values()), reverse=True)
        widest = [index for index, room in widths.items() if room == ordered[0]]
        step = min(ordered[0] - (ordered[1] if len(ordered) > 1 else 0), -(-excess // len(widest)))
        widths.update((index, widths[index] - step) for index in widest)
    return widths


def _spread(
    columns: Sequence[Column], least: dict[int, int], full: dict[int, int], paper: float
) -> dict[int, int]:
    """Each column what it needs; of the rest, what would save a line: texts, headers, then texts again."""
    texts = [index for index in least if columns[index].form is Form.TEXT]
    widths = _grant(least, full, texts, paper)
    widths = _grant(widths, full, [index for index in least if index not in texts], paper)
    rest = paper - sum(widths.values())
    growing = {index: widths[index] for index in texts or least}
    for index, room in growing.items():
        widths[index] += int(rest * room / sum(growing.values()))
    return widths


def _grant(
    widths: dict[int, int], full: dict[int, int], wishing: Sequence[int], paper: float
) -> dict[int, int]:
    """The widths after the wishes of some columns, the smallest first, as far as the page goes."""
    granted = dict(widths)
    spare = paper - sum(widths.values())
    wishes = sorted((full[index] - widths[index], index) for index in wishing)
    for left, (wish, index) in zip(range(len(wishes), 0, -1), wishes, strict=True):
        extra = int(max(0, min(wish, spare / left)))
        granted[index] += extra
        spare -= extra
    return granted
