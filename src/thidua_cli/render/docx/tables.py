"""Tables and figures of a document on paper: ruled, the header repeated on each page, no row split.

A short table stands on one page; of a longer one no page ends between a heading and its first row or among
the first rows, nor begins with the last row.
"""

from collections.abc import Iterable, Iterator, Sequence

from thidua_cli.ground.language import _, grouped
from thidua_cli.render import cells
from thidua_cli.render.document import Bars, Headline
from thidua_cli.render.docx.layout import PADDING, Layout, lay_out
from thidua_cli.render.docx.official import TEXT_WIDTH
from thidua_cli.render.docx.text import even, paragraph, run, space
from thidua_cli.render.model import Column, Form, Heat, Mark, Table, Tone

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


def fits(made: Table) -> bool:
    """Whether upright paper has room for all columns in letters that can be read."""
    made = _without_repeats(made)
    return lay_out(made.columns, made.groups, made.total).is_good(made.columns)


def table(made: Table, paper: float = TEXT_WIDTH) -> Iterator[str]:
    """The table with its title; columns that find no room at the smallest size are named below it."""
    if made.title:
        yield title(made.title, paper)
    if not made.groups and made.total is None:
        if made.empty:
            yield paragraph(run(made.empty, italic=True), style="BodyText")
        return
    made = _without_repeats(made)
    layout = lay_out(made.columns, made.groups, made.total, paper)
    yield from _opening(layout.widths.values())
    if any(column.label for column in made.columns):
        yield _header(made.columns, layout)
    yield from _body(made, layout)
    yield "</w:tbl>"
    yield space(8)
    if hidden := [made.columns[index].label for index in made.undrawn if index not in layout.widths]:
        note = _("Khổ giấy hẹp, không in cột: {names}.").format(names=", ".join(hidden))
        yield paragraph(run(note, italic=True, size=11), after=6)


def _without_repeats(made: Table) -> Table:
    """The table without columns that may give way and say in every row what stands in its group's heading."""
    kept = [index for index, column in enumerate(made.columns) if not (column.drop and _repeats(made, index))]
    if len(kept) == len(made.columns):
        return made
    return made._replace(
        columns=[made.columns[index] for index in kept],
        groups=[(heading, [[row[index] for index in kept] for row in rows]) for heading, rows in made.groups],
    )


def _repeats(made: Table, index: int) -> bool:
    said = ((str(row[index] or ""), heading) for heading, rows in made.groups for row in rows)
    return all(word and word in heading for word, heading in said)


def _body(made: Table, layout: Layout) -> Iterator[str]:
    shaded = isinstance(made, Heat)
    count = sum(bool(heading) + len(rows) for heading, rows in made.groups) + (made.total is not None)
    number = 0  # of the row that is written
    for heading, rows in made.groups:
        if heading:
            number += 1
            yield _band(heading, layout)
        for row in rows:
            number += 1
            keep = number < count and (count <= _SHORT or number <= _FIRST or number == count - 1)
            yield _row(made.columns, layout, row, shaded=shaded, keep=keep)
    if made.total is not None:
        yield _row(made.columns, layout, made.total, bold=True)


def _opening(widths: Iterable[int]) -> Iterator[str]:
    columns = list(widths)
    yield (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="{sum(columns)}" w:type="dxa"/>'
        '<w:jc w:val="center"/><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>'
    )
    yield "".join(f'<w:gridCol w:w="{each}"/>' for each in columns) + "</w:tblGrid>"


def _tr(content: str, *, header: bool = False) -> str:
    return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' * header}</w:trPr>{content}</w:tr>"


def _td(content: str, room: int, *, span: int = 1, shade: str = "") -> str:
    look = f'<w:tcW w:w="{room}" w:type="dxa"/>'
    look += f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    look += f'<w:shd w:val="clear" w:color="auto" w:fill="{shade}"/>' if shade else ""
    return f'<w:tc><w:tcPr>{look}<w:vAlign w:val="center"/></w:tcPr>{content}</w:tc>'


def _header(columns: Sequence[Column], layout: Layout) -> str:
    return _tr(
        "".join(
            _td(
                paragraph(run(columns[index].label, bold=True, size=layout.size), align="center", keep=True),
                room,
                shade=_HEADER,
            )
            for index, room in layout.widths.items()
        ),
        header=True,
    )


def _band(heading: str, layout: Layout) -> str:
    """A heading across the table, kept with the row below."""
    content = paragraph(run(heading, bold=True, size=layout.size), keep=True)
    return _tr(_td(content, sum(layout.widths.values()), span=len(layout.widths)))


def _row(
    columns: Sequence[Column],
    layout: Layout,
    row: Sequence[object],
    *,
    bold: bool = False,
    shaded: bool = False,
    keep: bool = False,
) -> str:
    content = ""
    for index, room in layout.widths.items():
        column, value = columns[index], row[index]
        tone = cells.tone(value)
        text = run(
            cells.show(value, column.form), bold=bold or (tone is Tone.BAD and not shaded), size=layout.size
        )
        align = _ALIGN.get(column.form, "center" if shaded and isinstance(value, Mark) else "")
        content += _td(
            paragraph(text, align=align, size=layout.size, keep=keep),
            room,
            shade=_SHADES.get(tone, "") if shaded else "",
        )
    return _tr(content)


def headlines(items: Sequence[Headline]) -> Iterator[str]:
    """A few figures side by side, more of them in a row each: what, how much, and what it means."""
    if is_list(items):
        yield from _figures_in_rows(items)
    else:
        yield from _figures_abreast(items)
    yield "</w:tbl>"
    yield space(8)


def is_list(items: Sequence[Headline]) -> bool:
    """Whether figures stand one below the other."""
    return len(items) > _ABREAST


def _figures_abreast(items: Sequence[Headline]) -> Iterator[str]:
    rooms = [int(TEXT_WIDTH / len(items))] * len(items)
    yield from _opening(rooms)
    yield _tr(
        "".join(
            _td(
                paragraph(run(item.label, size=11), align="center", before=2)
                + paragraph(run(item.value, bold=True, size=18), align="center")
                + (paragraph(run(item.note, italic=True, size=11), align="center", after=2)),
                room,
            )
            for item, room in zip(items, rooms, strict=True)
        )
    )


def _figures_in_rows(items: Sequence[Headline]) -> Iterator[str]:
    rooms = [int(TEXT_WIDTH * part) for part in (0.27, 0.11, 0.62)]
    yield from _opening(rooms)
    for item in items:
        keep = item is not items[-1]
        cells_ = (
            paragraph(run(item.label, size=11), keep=keep),
            paragraph(run(item.value, bold=True, size=14), align="center", keep=keep),
            paragraph(run(item.note, italic=True, size=11), keep=keep),
        )
        yield _tr("".join(_td(cell, room) for cell, room in zip(cells_, rooms, strict=True)))


def bars(made: Bars) -> Iterator[str]:
    """A row for each group, with a bar as long as its percentage."""
    size = 11
    yield title(made.title)
    rooms = [int(TEXT_WIDTH * part) for part in (0.34, 0.22, 0.12, 0.32)]
    yield from _opening(rooms)
    columns = [
        Column(_("Nhóm")),
        Column(_("Đã làm/ phải làm"), Form.NUMBER),
        Column(_("Tỷ lệ"), Form.RATE),
        Column(_("Tiến độ")),
    ]
    yield _header(columns, Layout(dict(enumerate(rooms)), size))
    for number, (label, done, applicable, rate) in enumerate(made.bars, 1):
        count = len(made.bars)
        keep = number < count and (count <= _SHORT or number <= _FIRST or number == count - 1)
        texts = [
            (label, "left"),
            (f"{grouped(done)}/{grouped(applicable)}", "right"),
            (cells.show(rate, Form.RATE), "right"),
        ]
        content = "".join(
            _td(paragraph(run(text, size=size), align=align, keep=keep), room)
            for (text, align), room in zip(texts, rooms, strict=False)
        )
        yield _tr(content + _td(_bar(rate or 0.0, rooms[3] - PADDING, keep=keep), rooms[3]))
    yield "</w:tbl>"
    yield space(8)


def _bar(rate: float, room: int, *, keep: bool) -> str:
    """An empty paragraph with a dark ground, indented from the right by what is missing."""
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{_BAR}"/>' if rate else ""
    missing = int(room * (1 - rate / 100))
    return (
        f"<w:p><w:pPr>{'<w:keepNext/>' * keep}{shade}"
        f'<w:spacing w:line="180" w:lineRule="exact"/><w:ind w:right="{missing}"/></w:pPr></w:p>'
    )
