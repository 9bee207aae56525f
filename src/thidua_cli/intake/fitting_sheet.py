"""Of several visible sheets with data, the one whose header fits."""

from collections.abc import Callable, Sequence
from itertools import chain, islice, pairwise

from thidua_cli.ground.errors import RejectedError
from thidua_cli.ground.language import _
from thidua_cli.intake.sheet import short
from thidua_cli.intake.tables import workbook
from thidua_cli.intake.tables.choosing import SeveralSheetsError
from thidua_cli.intake.tables.grid import HEADER_ROWS, Cell, Grid

Fits = Callable[[Sequence[Cell], Sequence[Cell]], bool]  # of a row below another
_LARGE = 1 << 20  # bytes
_MOST_TRIED = 12  # sheets, each of which is opened


def read(data: bytes, form: str, sheet: str | None, fits: Fits) -> Grid:
    """As `workbook.read`; of several sheets with data the one whose header alone `fits`, which is said."""
    try:
        return workbook.read(data, form, sheet)
    except SeveralSheetsError as error:
        if len(error.names) > _MOST_TRIED:
            raise
        found: dict[str, Grid] = {}
        for name in error.names:
            if grid := _fitting(data, form, name, fits):
                found[name] = grid
            if len(found) > 1 and len(data) > _LARGE:  # to know the others would take seconds
                raise
        if len(found) > 1:
            raise SeveralSheetsError(list(found)) from None
        if not found:
            raise
        ((name, grid),) = found.items()
        others = ", ".join(short(each) for each in error.names if each != name)
        notice = _("chỉ trang {sheet} có tiêu đề phù hợp: đọc trang ấy, không đọc {others}")
        return grid._replace(notices=[notice.format(sheet=short(name), others=others), *grid.notices])


def _fitting(data: bytes, form: str, name: str, fits: Fits) -> Grid | None:
    """A sheet with a row that fits among its first; none for another, or one that cannot be read."""
    try:
        grid = workbook.read(data, form, name)
        first = list(islice(grid.rows, HEADER_ROWS))
    except RejectedError:
        return None
    if not any(fits(above, values) for (_a, above), (_b, values) in pairwise([(0, ()), *first])):
        return None
    return grid._replace(rows=chain(first, grid.rows))


def names(data: bytes, form: str, given: Sequence[str], *, every: bool) -> Sequence[str]:
    """The sheets that are asked for, or `every` visible one with data; none where one is to be found."""
    if not every:
        return list(dict.fromkeys(given))
    try:
        workbook.read(data, form, None)
    except SeveralSheetsError as error:
        return error.names
    return []
