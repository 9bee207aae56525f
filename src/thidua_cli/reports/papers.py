"""Between reports and paper: what a paper bears that comes from the moment it speaks of."""

from collections.abc import Iterator, Sequence

from thidua_cli.ground import dates
from thidua_cli.ground.dates import show_day
from thidua_cli.ground.language import _
from thidua_cli.render import cells
from thidua_cli.render.document import Block, Document
from thidua_cli.render.model import Column, Form, Mark, Table
from thidua_cli.render.paper import Stamp
from thidua_cli.reports.frame import Moment


def stamp(at: Moment) -> Stamp:
    """The day of a paper: the later of the day it speaks of and the day of what it knows.

    So the same moment always gives the same paper, and no paper is older than what it says.
    """
    return Stamp(max(at.as_of, dates.day_of(at.known_at)), at.known_at)


def report_stamp(at: Moment) -> Stamp:
    """As `stamp`; a report of what is expected is of the day of what it knows, which has been."""
    return Stamp(dates.day_of(at.known_at), at.known_at) if at.is_forecast else stamp(at)


def on_paper(document: Document) -> Document:
    """The document for a narrow page: figures that belong together stand in one column."""
    return document._replace(
        sections=[
            section._replace(blocks=[_joined(block) for block in section.blocks])
            for section in document.sections
        ]
    )


def _joined(block: Block) -> Block:
    """A table of counts with fewer, wider columns: 76/115, 65 (7), and the due day behind the name."""
    if not isinstance(block, Table):
        return block
    pairs = {
        _("Đã làm"): (_("Phải làm"), _("Đã làm/ phải làm"), "{}/{}"),
        _("Đúng hạn"): (_("Khai muộn"), _("Đúng hạn (khai muộn)"), "{} ({})"),
        _("Miễn"): (_("Hết hiệu lực"), _("Miễn/ hết hiệu lực"), "{}/{}"),
    }
    places = {column.label: index for index, column in enumerate(block.columns)}
    if not {name for first, (second, *_rest) in pairs.items() for name in (first, second)} <= set(places):
        return block
    due = places.get(_("Hạn"))
    gone = {places[second] for second, *_rest in pairs.values()} | ({due} if due is not None else set())
    kept = [index for index in range(len(block.columns)) if index not in gone]

    def columns() -> Iterator[Column]:
        for index in kept:
            column = block.columns[index]
            _second, label, _form = pairs.get(column.label, ("", column.label, ""))
            yield column._replace(label=label)

    def row(values: Sequence[object]) -> list[object]:
        found = []
        for index in kept:
            second, _label, form = pairs.get(block.columns[index].label, ("", "", ""))
            found.append(_pair(form, values[index], values[places[second]]) if form else values[index])
        if due is not None and values[due]:
            found[0] = _("{name}, hạn {day}").format(name=found[0], day=show_day(str(values[due])))
        return found

    return block._replace(
        columns=list(columns()),
        groups=[(heading, [row(values) for values in rows]) for heading, rows in block.groups],
        total=None if block.total is None else row(block.total),
    )


def _pair(form: str, one: object, other: object) -> object:
    """Two counts as one text, in the tone of the first."""
    words = form.format(*(cells.show(value, Form.NUMBER) for value in (one, other)))
    words = words.removesuffix(" (0)")
    return Mark(words, one.tone) if isinstance(one, Mark) else words
