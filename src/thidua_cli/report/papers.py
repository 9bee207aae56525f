"""Between reports and paper: what a paper bears that comes from the moment it speaks of."""

from thidua_cli import dates
from thidua_cli.render.paper import Stamp
from thidua_cli.report.frame import Moment


def stamp(at: Moment) -> Stamp:
    """The day of a paper: the later of the day it speaks of and the day of what it knows.

    So the same moment always gives the same paper, and no paper is older than what it says.
    """
    return Stamp(max(at.as_of, dates.day_of(at.known_at)), at.known_at)
