"""Which sheet of a workbook is read, and what in it is refused."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from thidua_cli.ground.errors import RejectedError
from thidua_cli.ground.language import _
from thidua_cli.ground.sheets import letters
from thidua_cli.intake import advice
from thidua_cli.intake.sheet import short
from thidua_cli.intake.tables.container import Hazards, SheetInfo
from thidua_cli.intake.tables.grid import Cell, Fault, Grid, Rows, row_and_column

_LISTED = 10  # names or rows in a message


class Contents(NamedTuple):
    """The sheets of a workbook in order; what is in one is looked up when it is asked for.

    `holds_data`: whether a sheet with cells holds anything; it costs more to ask than whether there are
    cells. `glance` says at once of a sheet of many values that it holds data. `marked` is the sheet that
    MARK names.
    """

    sheets: Sequence[SheetInfo]
    hazards: Callable[[SheetInfo], Hazards]
    holds_data: Callable[[SheetInfo], bool]
    rows: Callable[[SheetInfo], Rows]
    from_1904: bool
    marked: str | None = None
    glance: Callable[[SheetInfo], bool] = lambda _sheet: False


class SeveralSheetsError(RejectedError):
    """Several visible sheets hold data, and none is named."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        option = f"--sheet {advice.quoted(names[0]) or _('TÊN')}"
        super().__init__(
            _("nhiều trang có dữ liệu: {sheets}").format(sheets=_names(names)),
            _("Nêu một trang: {option}; mọi trang: --all-sheets").format(option=option),
        )


def read_sheet(contents: Contents, wished: str | None) -> Grid:
    """The rows of the sheet wished for, else of the marked one, else of the one visible sheet with data."""
    notices: list[str] = []
    sheet = _choose(contents, wished or contents.marked, notices)
    hazards = contents.hazards(sheet)
    _say_hidden(hazards, notices)
    rows = _with_faults(contents.rows(sheet), hazards.faults)
    return Grid(
        rows,
        notices,
        letters=True,
        merged=hazards.merged,
        from_1904=contents.from_1904,
        formulas=hazards.formulas,
        sheet=sheet.name,
    )


def _choose(contents: Contents, wished: str | None, notices: list[str]) -> SheetInfo:
    sheets = contents.sheets
    if wished is not None:
        for sheet in sheets:
            if sheet.name == wished:
                return sheet
        raise RejectedError(
            _("không có trang '{sheet}'").format(sheet=short(wished)),
            _("Các trang: {sheets}").format(sheets=_names([sheet.name for sheet in sheets])),
        )
    unread = [sheet for sheet in sheets if sheet.hidden]
    if unread:
        hidden = [sheet.name for sheet in unread]
        notices.append(_("trang ẩn không đọc: {sheets}").format(sheets=_names(hidden)))
    visible = [sheet for sheet in sheets if not sheet.hidden]
    sure = {sheet.name for sheet in visible if len(visible) > 1 and contents.glance(sheet)}
    filled = [sheet for sheet in visible if sheet.name in sure or contents.hazards(sheet).cells]
    if len(filled) > 1:
        filled = [sheet for sheet in filled if sheet.name in sure or contents.holds_data(sheet)]
    if len(filled) > 1:
        raise SeveralSheetsError([sheet.name for sheet in filled])
    if not filled:
        raise no_data()
    return filled[0]


def no_data() -> RejectedError:
    return RejectedError(_("không có dòng dữ liệu nào"))


def _names(sheets: Sequence[str]) -> str:
    """The first names of sheets, and how many more there are."""
    names = ", ".join(short(sheet) for sheet in sheets[:_LISTED])
    more = len(sheets) - _LISTED
    return names if more <= 0 else _("{names} và {count} trang nữa").format(names=names, count=more)


def _with_faults(rows: Rows, faults: Mapping[int, Fault]) -> Rows:
    """The rows with a fault in each of its places, where readers leave nothing; also rows of nothing else."""
    marked: dict[int, dict[int, Fault]] = {}
    for packed, fault in faults.items():
        row, column = row_and_column(packed)
        marked.setdefault(row, {})[column] = fault
    waiting = sorted(marked, reverse=True)
    for number, values in rows:
        while waiting and waiting[-1] < number:
            yield waiting[-1], _faulty((), marked[waiting.pop()])
        if waiting and waiting[-1] == number:
            values = _faulty(values, marked[waiting.pop()])  # noqa: PLW2901
        yield number, values
    for number in reversed(waiting):
        yield number, _faulty((), marked[number])


def _faulty(values: Sequence[Cell], faults: Mapping[int, Fault]) -> list[Cell]:
    made = [*values, *[None] * (max(faults) + 1 - len(values))]
    for column, fault in faults.items():
        made[column] = fault
    return made


def _say_hidden(hazards: Hazards, notices: list[str]) -> None:
    """Hidden rows and columns are read like others."""
    if hazards.hidden_rows:
        rows = ", ".join(map(str, hazards.hidden_rows[:_LISTED]))
        notices.append(_("dòng ẩn vẫn được đọc: {rows}").format(rows=rows))
    hidden = {
        column
        for first, last in hazards.hidden_columns
        for column in range(first, min(last + 1, hazards.columns))
    }
    if hidden:
        named = ", ".join(map(letters, sorted(hidden)[:_LISTED]))
        notices.append(_("cột ẩn không bị bỏ qua: {columns}").format(columns=named))
