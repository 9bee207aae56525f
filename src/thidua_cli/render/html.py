"""A document as one HTML file: style and charts inside, no script, nothing from the network."""

from collections.abc import Sequence
from functools import cache
from html import escape
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, assert_never

from thidua_cli.ground import language
from thidua_cli.ground.language import _
from thidua_cli.render import svg
from thidua_cli.render.cells import NOTHING, prose, show, tone
from thidua_cli.render.document import Bars, Block, Document, Headlines, Paragraph, Section
from thidua_cli.render.model import Column, Curve, Form, Heat, Mark, Table

if TYPE_CHECKING:
    from jinja2 import Template

_PAGE = Path(__file__).parent / "page"
_SHORT = 14  # rows of a table that is kept on one printed page
_FEW = 10  # rows of a group that is


class _Cell(NamedTuple):
    """A cell as it is written; `classes` are of the style sheet."""

    text: str
    classes: str


class _HtmlTable(NamedTuple):
    """A table, ready to be written.

    `groups`: heading, rows, and whether they are kept on one printed page; `is_short`: the table is.
    """

    title: str
    heads: list[_Cell]
    groups: list[tuple[str, list[list[_Cell]], bool]]
    total: list[_Cell] | None
    empty: str
    row_head: int  # the column that names a row
    look: str
    is_short: bool


def to_text(document: Document) -> str:
    """The document as one page."""
    sections = [(section, _parts(section)) for section in document.sections]
    return _template().render(
        lang=language.current(),
        contents_label=_("Mục lục"),
        swipe=_("Vuốt ngang để xem các cột còn lại."),
        document=document,
        style=(_PAGE / "report.css").read_text(encoding="utf-8"),
        sections=[(section, parts, _is_long(parts)) for section, parts in sections],
    )


@cache
def _template() -> "Template":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(_PAGE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["prose"] = prose
    environment.filters["drawn"] = lambda words: Markup(escape(prose(words)))  # noqa: S704 - it is escaped
    return environment.get_template("report.html")


def _parts(section: Section) -> list[tuple[str, object]]:
    """The blocks of a section with the names of their macros; bars that follow each other stand together."""
    named = [_part(block, f"{section.key}-{number}") for number, block in enumerate(section.blocks)]
    parts: list[tuple[str, object]] = []
    for name, run in groupby(named, key=lambda part: part[0]):
        values = [value for _name, value in run]
        parts += [(name, values)] if name == "bars" else [(name, value) for value in values]
    return parts


def _is_long(parts: list[tuple[str, object]]) -> bool:
    """Whether the section opens with a table that may take pages, and so begins on a new one."""
    first = parts[0][1] if parts else None
    return isinstance(first, _HtmlTable) and not first.is_short


def _part(block: Block, key: str) -> tuple[str, object]:
    match block:
        case Paragraph(text):
            return "paragraph", text
        case Headlines(items):
            return "headlines", items
        case Curve():
            return "curve", (block.title, svg.legend(block), svg.curve(block, key))
        case Bars():
            return "bars", svg.bars(block, key)
        case Table():
            return "grid", _table(block)
        case _:
            assert_never(block)


def _table(table: Table) -> _HtmlTable:
    is_heat = isinstance(table, Heat)
    if is_heat:  # columns that repeat the heading above the row are left to spreadsheets
        table = table.keeping([index for index, column in enumerate(table.columns) if not column.drop])
    columns, write = table.columns, _state if is_heat else _cell

    def cells(row: Sequence[object]) -> list[_Cell]:
        return [write(value, column) for value, column in zip(row, columns, strict=True)]

    has_rates = any(column.form is Form.RATE for column in columns)
    return _HtmlTable(
        table.title,
        heads=[_Cell(prose(column.label), _classes(column)) for column in columns],
        groups=[(heading, [*map(cells, rows)], len(rows) <= _FEW) for heading, rows in table.groups],
        total=None if table.total is None else cells(table.total),
        empty=table.empty,
        row_head=next((index for index, column in enumerate(columns) if column.narrow), 0),
        look="heat" if is_heat else "figures" if has_rates else "list",
        is_short=table.row_count + len(table.groups) <= _SHORT,
    )


def _state(value: object, column: Column) -> _Cell:
    """A state; what is not marked is text, and a unit that is not bound has a dash."""
    if isinstance(value, Mark):
        return _Cell(show(value, column.form), f"state {value.tone}")
    return _cell(value, column) if value is not None else _Cell(NOTHING, "state none")


def _cell(value: object, column: Column) -> _Cell:
    if column.form is Form.BAR:
        return _Cell(f"{value}", "bar")
    return _Cell(show(value, column.form), f"{_classes(column)} {tone(value)}".strip())


def _classes(column: Column) -> str:
    if column.form.is_right:
        return "number"
    if column.form is Form.TEXT:
        return "text" if column.narrow else "text whole"
    return "bar" if column.form is Form.BAR else "day"
