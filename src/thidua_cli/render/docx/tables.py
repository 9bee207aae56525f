"""Tables and figures of a document on paper: ruled, the header repeated on each page, no row split."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from thidua_cli.language import _
from thidua_cli.render import Column, Form, Mark, Table, Tone, cells
from thidua_cli.render.document import Bars, Headline, Heat
from thidua_cli.render.docx.official import TEXT_WIDTH
from thidua_cli.render.docx.text import POINT, paragraph, run, space, width

SIZES = (12, 11, 10, 9)  # points; the largest at which no word is broken is taken
_PADDING = 160  # twentieths of a point, of both sides of a cell
_SHADES = {Tone.GOOD: "E2EFDA", Tone.WARN: "FFF2CC", Tone.BAD: "F8CBAD", Tone.MUTED: "EDEDED"}
_HEADER = "F2F2F2"
_BAR = "1F4E79"
_ALIGN = {Form.NUMBER: "right", Form.RATE: "right", Form.DAY: "center", Form.INSTANT: "center"}


class _Layout(NamedTuple):
    """Which columns are shown how wide (twentieths of a point), and the size of the letters."""

    widths: dict[int, int]
    size: int


def table(made: Table | Heat) -> Iterator[str]:
    """The table with its title; columns that find no room at the smallest size are named below it."""
    if made.title:
        yield paragraph(run(made.title), style="Heading2", align="center")
    total = made.total if isinstance(made, Table) else None
    if not made.groups and total is None:
        if isinstance(made, Table) and made.empty:
            yield paragraph(run(made.empty, italic=True), style="BodyText")
        return
    layout = _lay_out(made.columns, made.groups, total)
    yield from _opening(layout.widths.values())
    if any(column.label for column in made.columns):
        yield _header(made.columns, layout)
    shaded = isinstance(made, Heat)
    for heading, rows in made.groups:
        if heading:
            yield _band(heading, layout)
        for row in rows:
            yield _row(made.columns, layout, row, shaded=shaded)
    if total is not None:
        yield _row(made.columns, layout, total, bold=True)
    yield "</w:tbl>"
    yield space(8)
    drawn = {index for index, column in enumerate(made.columns) if column.form is Form.BAR}
    if hidden := [
        column.label
        for index, column in enumerate(made.columns)
        if index not in layout.widths and index not in drawn
    ]:
        note = _("Khổ giấy hẹp, không in cột: {names}.").format(names=", ".join(hidden))
        yield paragraph(run(note, italic=True, size=11), after=6)


def _lay_out(
    columns: Sequence[Column],
    groups: Sequence[tuple[str, Sequence[Sequence[object]]]],
    total: Sequence[object] | None,
) -> _Layout:
    """The largest letters at which there is room; else texts are wrapped, else columns go in their order."""
    shown = [index for index, column in enumerate(columns) if column.form is not Form.BAR]
    rows = [row for _heading, members in groups for row in members] + ([total] if total is not None else [])
    longest = {index: _longest(columns[index], [row[index] for row in rows]) for index in shown}
    while True:
        for size, wrap in [*((size, False) for size in SIZES), *((size, True) for size in SIZES[2:])]:
            needs = {
                index: int((need.least if wrap else need.well) * size) + _PADDING
                for index, need in longest.items()
                if index in shown
            }
            if sum(needs.values()) <= TEXT_WIDTH:
                full = {index: int(longest[index].full * size) + _PADDING for index in shown}
                return _Layout(_spread(columns, needs, full), size)
        ranks = [columns[index].drop for index in shown]
        if max(ranks) == 0:  # rather a word broken than a page left
            part = TEXT_WIDTH / sum(needs.values())
            return _Layout({index: int(need * part) for index, need in needs.items()}, SIZES[-1])
        shown.pop(len(ranks) - 1 - ranks[::-1].index(max(ranks)))


class _Need(NamedTuple):
    """Widths of a column at one point: the least, the least that looks well, and without any break."""

    least: float
    well: float
    full: float


def _longest(column: Column, values: Iterable[object]) -> _Need:
    """What a column needs: a text with `narrow` may be that narrow, another is wrapped only in distress."""
    texts = {cells.show(value, column.form) for value in values}
    header = max((width(word, 1, bold=True) for word in column.label.split()), default=0)
    full = max([header, *(width(text, 1, bold=True) for text in texts)])
    if column.form is not Form.TEXT:
        return _Need(full, full, full)
    word = max([header, *(width(word, 1, bold=True) for text in texts for word in text.split())])
    if not column.narrow:
        return _Need(word, full, full)
    least = min(full, max(word, column.narrow * POINT / 2))
    return _Need(least, least, full)


def _spread(columns: Sequence[Column], least: dict[int, int], full: dict[int, int]) -> dict[int, int]:
    """Each column what its longest word needs, and of the rest what would save its longest cell a line."""
    spare = TEXT_WIDTH - sum(least.values())
    wants = {index: max(full[index] - least[index], 0) for index in least}
    share = min(1.0, spare / (sum(wants.values()) or 1))
    widths = {index: least[index] + int(wants[index] * share) for index in least}
    texts = [index for index in least if columns[index].form is Form.TEXT] or list(least)
    rest = max(0, int(TEXT_WIDTH) - sum(widths.values()))
    for index in texts:
        widths[index] += rest // len(texts)
    return widths


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


def _header(columns: Sequence[Column], layout: _Layout) -> str:
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


def _band(heading: str, layout: _Layout) -> str:
    """A heading across the table, kept with the row below."""
    content = paragraph(run(heading, bold=True, size=layout.size), keep=True)
    return _tr(_td(content, sum(layout.widths.values()), span=len(layout.widths)))


def _row(
    columns: Sequence[Column],
    layout: _Layout,
    row: Sequence[object],
    *,
    bold: bool = False,
    shaded: bool = False,
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
            paragraph(text, align=align, size=layout.size),
            room,
            shade=_SHADES.get(tone, "") if shaded else "",
        )
    return _tr(content)


def headlines(items: Sequence[Headline]) -> Iterator[str]:
    """Figures side by side in a ruled row: what, how much, and what it means."""
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
    yield "</w:tbl>"
    yield space(8)


def bars(made: Bars) -> Iterator[str]:
    """A row for each group, with a bar as long as its percentage."""
    size = 11
    yield paragraph(run(made.title), style="Heading2", align="center")
    rooms = [int(TEXT_WIDTH * part) for part in (0.36, 0.16, 0.13, 0.35)]
    yield from _opening(rooms)
    columns = [
        Column(_("Nhóm")),
        Column(_("Đã làm / phải làm"), Form.NUMBER),
        Column(_("Tỷ lệ"), Form.RATE),
        Column(_("Tiến độ")),
    ]
    yield _header(columns, _Layout(dict(enumerate(rooms)), size))
    for label, done, applicable, rate in made.bars:
        texts = [(label, "left"), (f"{done}/{applicable}", "right"), (cells.show(rate, Form.RATE), "right")]
        content = "".join(
            _td(paragraph(run(text, size=size), align=align), room)
            for (text, align), room in zip(texts, rooms, strict=False)
        )
        yield _tr(content + _td(_bar(rate or 0.0, rooms[3] - _PADDING), rooms[3]))
    yield "</w:tbl>"
    yield space(8)


def _bar(rate: float, room: int) -> str:
    """An empty paragraph with a dark ground, indented from the right by what is missing."""
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{_BAR}"/>' if rate else ""
    missing = int(room * (1 - rate / 100))
    return (
        f'<w:p><w:pPr>{shade}<w:spacing w:line="180" w:lineRule="exact"/><w:ind w:right="{missing}"/></w:pPr>'
        "</w:p>"
    )
