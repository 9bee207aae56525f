"""Between reports and paper: what a paper bears that comes from the moment it speaks of."""

from thidua_cli import dates
from thidua_cli.language import _
from thidua_cli.render import Table
from thidua_cli.render.document import Block, Document
from thidua_cli.render.paper import Stamp
from thidua_cli.report.frame import Moment


def stamp(at: Moment) -> Stamp:
    """The day of a paper: the later of the day it speaks of and the day of what it knows.

    So the same moment always gives the same paper, and no paper is older than what it says.
    """
    return Stamp(max(at.as_of, dates.day_of(at.known_at)), at.known_at)


_SPARE = 8  # the rank of a column that is left out before the letters of a table get small


def on_paper(document: Document) -> Document:
    """The document for a narrow page: where rows are numbered, the code of a unit is the first to go."""
    return document._replace(
        sections=[
            section._replace(blocks=[_code_spared(block) for block in section.blocks])
            for section in document.sections
        ]
    )


def _code_spared(block: Block) -> Block:
    if not isinstance(block, Table) or not {_("TT"), _("Mã")} <= {column.label for column in block.columns}:
        return block
    columns = [
        column._replace(drop=_SPARE) if column.label == _("Mã") else column for column in block.columns
    ]
    return block._replace(columns=columns)
