"""A document as one HTML file: style and charts inside, no script, nothing from the network."""

from collections.abc import Sequence
from functools import cache
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


class _Rows(NamedTuple):
    """A heading and its rows."""

    heading: str
    rows: list[list[_Cell]]

    @property
    def is_short(self) -> bool:
        """Whether it is kept on one printed page."""
        return len(self.rows) <= _FEW


class _Grid(NamedTuple):
    """A table or a heat table, ready to be written."""

    title: str
    heads: list[_Cell]
    groups: list[_Rows]
    total: list[_Cell] | None
    empty: str
    row_head: int  # the column that names a row
    look: str

    @property
    def is_short(self) -> bool:
        """Whether it is kept on one printed page."""
        return sum(len(group.rows) + 1 for group in self.groups) <= _SHORT


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

    environment = Environment(
        loader=FileSystemLoader(_PAGE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["prose"] = prose
    return environment.get_template("report.html")


def _parts(section: Section) -> list[tuple[str, object]]:
    """The blocks of a section with the names of their macros; bars that follow each other stand together."""
    parts: list[tuple[str, object]] = []
    for number, block in enumerate(section.blocks):
        name, value = _part(block, f"{section.key}-{number}")
        if name == "bars" and parts and parts[-1][0] == "bars":
            together = parts[-1][1]
            assert isinstance(together, list)  # noqa: S101 - made so two lines below
            together.append(value)
        else:
            parts.append((name, [value] if name == "bars" else value))
    return parts


def _is_long(parts: list[tuple[str, object]]) -> bool:
    """Whether the section opens with a table that may take pages, and so begins on a new one."""
    first = parts[0][1] if parts else None
    return isinstance(first, _Grid) and not first.is_short


def _part(block: Block, key: str) -> tuple[str, object]:
    match block:
        case Paragraph(text):
            return "paragraph", text
        case Headlines(items):
            return "headlines", items
        case Curve():
            return "curve", (block.title, svg.legend(block), svg.curve(block, key))
        case Bars():
            return "bars", (block.title, svg.bars(block, key))
        case Heat():
            return "grid", _heat(block)
        case Table():
            return "grid", _grid(block)
        case _:
            assert_never(block)


def _grid(table: Table) -> _Grid:
    def cells(row: Sequence[object]) -> list[_Cell]:
        return [_cell(value, column) for value, column in zip(row, table.columns, strict=True)]

    return _Grid(
        table.title,
        [_head(column) for column in table.columns],
        [_Rows(heading, [cells(row) for row in rows]) for heading, rows in table.groups],
        None if table.total is None else cells(table.total),
        table.empty,
        _row_head(table.columns),
        "figures" if any(column.form is Form.RATE for column in table.columns) else "list",
    )


def _heat(heat: Heat) -> _Grid:
    """A heat table; columns that repeat the heading above the row are left to spreadsheets."""
    keep = [index for index, column in enumerate(heat.columns) if not column.drop]
    groups = [
        _Rows(heading, [[_heat_cell(row[index], heat.columns[index]) for index in keep] for row in rows])
        for heading, rows in heat.groups
    ]
    columns = [heat.columns[index] for index in keep]
    return _Grid(heat.title, [_head(each) for each in columns], groups, None, "", _row_head(columns), "heat")


def _heat_cell(value: object, column: Column) -> _Cell:
    """A state; what is not marked is text, and a unit that is not bound has a dash."""
    if isinstance(value, Mark):
        return _Cell(show(value, column.form), f"state {value.tone}")
    return _cell(value, column) if value is not None else _Cell(NOTHING, "state none")


def _row_head(columns: Sequence[Column]) -> int:
    """The column whose cells name their rows: the first that may be wrapped."""
    return next((index for index, column in enumerate(columns) if column.narrow), 0)


def _head(column: Column) -> _Cell:
    return _Cell(prose(column.label), _classes(column))


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
