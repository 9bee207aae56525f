"""Tables and figures of a document on paper: ruled, the header repeated on each page, no row split.

A short table stands on one page; of a longer one no page ends between a heading and its first row or among
the first rows, nor begins with the last row.
"""

from collections.abc import Iterator, Sequence
from itertools import count

from thidua_cli.ground.language import _, grouped
from thidua_cli.render import cells
from thidua_cli.render.document import Bars, Headline
from thidua_cli.render.docx.layout import PADDING, Layout, lay_out
from thidua_cli.render.docx.official import TEXT_WIDTH
from thidua_cli.render.docx.text import (
    even,
    line,
    paragraph,
    run,
    space,
    table_cell,
    table_opening,
    table_row,
)
from thidua_cli.render.model import Form, Heat, Mark, Table, Tone

_SHADES = {Tone.GOOD: "E2EFDA", Tone.WARN: "FFF2CC", Tone.BAD: "F8CBAD", Tone.MUTED: "EDEDED"}
_HEADER = "F2F2F2"
_BAR = "1F4E79"
_SHORT = 7  # rows of a table that stands on one page
_FIRST = 3  # rows that stay with the header of a longer one
_ABREAST = 3  # figures side by side; more stand one below the other
_ALIGN = {Form.NUMBER: "right", Form.RATE: "right", Form.DAY: "center", Form.INSTANT: "center"}


def title(text: str, paper: float = TEXT_WIDTH) -> str:
    """What stands above a table or chart, in even lines."""
    return paragraph(*even(text, paper, 13, bold=True), style="Heading2")


def fits(table: Table) -> bool:
    """Whether upright paper has room for all columns in letters that can be read."""
    table = _without_repeats(table)
    return lay_out(table).is_good(table)


def table(table: Table, paper: float = TEXT_WIDTH) -> Iterator[str]:
    """The table with its title; columns that find no room at the smallest size are named below it."""
    if table.title:
        yield title(table.title, paper)
    if not table.groups and table.total is None:
        if table.empty:
            yield line(table.empty, italic=True, style="BodyText")
        return
    table = _without_repeats(table)
    layout = lay_out(table, paper)
    yield from _ruled(list(layout.widths.values()), _rows(table, layout))
    if hidden := [table.columns[index].label for index in table.undrawn if index not in layout.widths]:
        note = _("Khổ giấy hẹp, không in cột: {names}.").format(names=", ".join(hidden))
        yield line(note, italic=True, size=11, after=6)


def _without_repeats(table: Table) -> Table:
    """The table without columns that may give way and say in every row what stands in its group's heading."""
    columns = enumerate(table.columns)
    return table.keeping([index for index, column in columns if not (column.drop and _repeats(table, index))])


def _repeats(table: Table, index: int) -> bool:
    said = ((str(row[index] or ""), heading) for heading, rows in table.groups for row in rows)
    return all(word and word in heading for word, heading in said)


def _ruled(widths: Sequence[int], rows: Iterator[str]) -> Iterator[str]:
    yield table_opening(widths, "TableGrid")
    yield from rows
    yield "</w:tbl>"
    yield space(8)


def _rows(table: Table, layout: Layout) -> Iterator[str]:
    rooms = list(layout.widths.values())
    if any(column.label for column in table.columns):
        yield _header([table.columns[index].label for index in layout.widths], rooms, layout.size)
    headings = sum(bool(heading) for heading, _members in table.groups)
    total = headings + table.row_count + (table.total is not None)
    numbers = count(1)
    for heading, rows in table.groups:
        if heading:
            next(numbers)
            band = line(heading, bold=True, size=layout.size, keep=True)
            yield table_row([_cell(band, sum(rooms), span=len(rooms))])
        for row in rows:
            yield _row(table, layout, row, keep=_is_kept(next(numbers), total))
    if table.total is not None:
        yield _row(table, layout, table.total, bold=True)


def _is_kept(number: int, total: int) -> bool:
    """Whether a row, counted from 1, stays on a page with the next."""
    return number < total and (total <= _SHORT or number <= _FIRST or number == total - 1)


def _cell(content: str, room: int, *, shade: str = "", span: int = 1) -> str:
    look = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    look += f'<w:shd w:val="clear" w:color="auto" w:fill="{shade}"/>' if shade else ""
    return table_cell(content, room, look + '<w:vAlign w:val="center"/>')


def _header(labels: Sequence[str], rooms: Sequence[int], size: int) -> str:
    lines = [line(label, bold=True, size=size, align="center", keep=True) for label in labels]
    headers = (_cell(label, room, shade=_HEADER) for label, room in zip(lines, rooms, strict=True))
    return table_row(headers, header=True)


def _row(
    table: Table, layout: Layout, row: Sequence[object], *, bold: bool = False, keep: bool = False
) -> str:
    is_heat, size = isinstance(table, Heat) and not bold, layout.size
    written = []
    for index, room in layout.widths.items():
        form, value = table.columns[index].form, row[index]
        tone = cells.tone(value)
        words = run(cells.show(value, form), bold=bold or (tone is Tone.BAD and not is_heat), size=size)
        align = _ALIGN.get(form, "center" if is_heat and isinstance(value, Mark) else "")
        content = paragraph(words, align=align, end_size=size, keep=keep)
        written.append(_cell(content, room, shade=_SHADES.get(tone, "") if is_heat else ""))
    return table_row(written)


def is_list(items: Sequence[Headline]) -> bool:
    """Whether figures stand one below the other."""
    return len(items) > _ABREAST


def headlines(items: Sequence[Headline]) -> Iterator[str]:
    """A few figures side by side, more of them in a row each: what, how much, and what it means."""
    if is_list(items):
        rooms = [int(TEXT_WIDTH * part) for part in (0.27, 0.11, 0.62)]
        yield from _ruled(rooms, (_figure_row(item, rooms, keep=item is not items[-1]) for item in items))
    else:
        room = int(TEXT_WIDTH / len(items))
        yield from _ruled([room] * len(items), iter([table_row(_figure(item, room) for item in items)]))


def _figure(item: Headline, room: int) -> str:
    label = line(item.label, size=11, align="center", before=2)
    value = line(item.value, bold=True, size=18, align="center")
    return _cell(label + value + line(item.note, italic=True, size=11, align="center", after=2), room)


def _figure_row(item: Headline, rooms: Sequence[int], *, keep: bool) -> str:
    lines = (
        line(item.label, size=11, keep=keep),
        line(item.value, bold=True, size=14, align="center", keep=keep),
        line(item.note, italic=True, size=11, keep=keep),
    )
    return table_row(map(_cell, lines, rooms))


def bars(block: Bars) -> Iterator[str]:
    """A row for each group, with a bar as long as its percentage."""
    yield title(block.title)
    rooms = [int(TEXT_WIDTH * part) for part in (0.34, 0.22, 0.12, 0.32)]
    yield from _ruled(rooms, _bar_rows(block, rooms))


def _bar_rows(block: Bars, rooms: Sequence[int]) -> Iterator[str]:
    size = 11
    yield _header([_("Nhóm"), _("Đã làm/ phải làm"), _("Tỷ lệ"), _("Tiến độ")], rooms, size)
    for number, (label, done, applicable, rate) in enumerate(block.bars, 1):
        keep = _is_kept(number, len(block.bars))
        lines = (
            line(label, size=size, align="left", keep=keep),
            line(f"{grouped(done)}/{grouped(applicable)}", size=size, align="right", keep=keep),
            line(cells.show(rate, Form.RATE), size=size, align="right", keep=keep),
            _bar(rate or 0.0, rooms[3] - PADDING, keep=keep),
        )
        yield table_row(map(_cell, lines, rooms))


def _bar(rate: float, room: int, *, keep: bool) -> str:
    """An empty paragraph with a dark ground, indented from the right by what is missing."""
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{_BAR}"/>' if rate else ""
    missing = int(room * (1 - rate / 100))
    return (
        f"<w:p><w:pPr>{'<w:keepNext/>' * keep}{shade}"
        f'<w:spacing w:line="180" w:lineRule="exact"/><w:ind w:right="{missing}"/></w:pPr></w:p>'
    )
