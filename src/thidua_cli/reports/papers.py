"""Reports as official documents on paper: their date, and tables narrow enough for a page."""

from collections.abc import Sequence

from thidua_cli.ground import dates
from thidua_cli.ground.dates import show_day
from thidua_cli.ground.language import _
from thidua_cli.render import cells
from thidua_cli.render.document import Block, Document
from thidua_cli.render.model import Form, Mark, Table
from thidua_cli.render.paper import Stamp
from thidua_cli.reports.moment import Moment


def stamp(at: Moment) -> Stamp:
    """The date of a document: the later of the as-of day and the day of the last operation it includes.

    So the same moment always gives the same document, and no document is older than its contents.
    """
    return Stamp(max(at.as_of, dates.day_of(at.known_at)), at.known_at)


def report_stamp(at: Moment) -> Stamp:
    """As `stamp`, but a forecast has the day of the last operation, since its as-of day is to come."""
    return Stamp(dates.day_of(at.known_at), at.known_at) if at.is_forecast else stamp(at)


def on_paper(document: Document) -> Document:
    """The document for a narrow page: figures that belong together share a column."""
    return document._replace(
        sections=[
            section._replace(blocks=[_joined(block) for block in section.blocks])
            for section in document.sections
        ]
    )


def _joined(block: Block) -> Block:
    """A table of counts with fewer, wider columns: 76/115, 65 (7), and the due day behind the name."""
    pairs = {
        "done": ("applicable", _("Đã làm/ phải làm"), "{}/{}"),
        "on_time": ("declared_late", _("Đúng hạn (khai muộn)"), "{} ({})"),
        "exempt": ("lapsed", _("Miễn/ hết hiệu lực"), "{}/{}"),
    }
    if not isinstance(block, Table) or not pairs.keys() <= {column.key for column in block.columns}:
        return block
    gone = {"due_on", *(second for second, _label, _form in pairs.values())}
    places = {column.key: index for index, column in enumerate(block.columns)}
    kept = [(index, column) for index, column in enumerate(block.columns) if column.key not in gone]

    def row(values: Sequence[object]) -> list[object]:
        joined = []
        for index, column in kept:
            second, _label, form = pairs.get(column.key, ("", "", ""))
            joined.append(_pair(form, values[index], values[places[second]]) if form else values[index])
        if "due_on" in places and values[places["due_on"]]:
            day = show_day(str(values[places["due_on"]]))
            joined[0] = _("{name}, hạn {day}").format(name=joined[0], day=day)
        return joined

    return block._replace(
        columns=[
            column._replace(label=pairs[column.key][1]) if column.key in pairs else column
            for _index, column in kept
        ],
        groups=[(heading, [row(values) for values in rows]) for heading, rows in block.groups],
        total=None if block.total is None else row(block.total),
    )


def _pair(form: str, one: object, other: object) -> object:
    """Two counts as one text, in the tone of the first."""
    words = form.format(*(cells.show(value, Form.NUMBER) for value in (one, other)))
    words = words.removesuffix(" (0)")
    return Mark(words, one.tone) if isinstance(one, Mark) else words
