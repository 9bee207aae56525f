"""Rows of a file by field, and the error that lists what is wrong with them."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from thidua_cli.ground.errors import RejectedError
from thidua_cli.ground.language import _
from thidua_cli.ground.problem import Problem
from thidua_cli.ground.text import visible
from thidua_cli.register.fields import NONE
from thidua_cli.render.model import Column, Form, Table

SHOWN = 60  # characters of a value in a message
_CAN_BE_NONE = ("parent_code", "abbreviation", "sort_order")
_LONG_WORD = 22  # a table of 80 cells has room for it


class SheetRow(int):
    """A row of one of several sheets: rising from sheet to sheet, and shown with the sheet's name."""

    sheet: str
    number: int

    @classmethod
    def of(cls, place: int, sheet: str, number: int) -> "SheetRow":
        """A row of the sheet at a place among those that are read."""
        made = cls(place * 1_000_000 + number)
        made.sheet, made.number = sheet, number
        return made

    def __str__(self) -> str:
        return f"{short(self.sheet)}!{self.number}"


def place_of(row: int | None) -> dict[str, object]:
    """A row for JSON, of several sheets with the name of its own."""
    return {"row": row.number, "sheet": row.sheet} if isinstance(row, SheetRow) else {"row": row}


@dataclass(slots=True)
class Sheet:
    """Rows of a file by field name, each with its row number, and what was noticed on the way."""

    fields: Sequence[str]
    rows: list[tuple[int, dict[str, object]]]
    problems: list[Problem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    headers: Sequence[str] = ()  # as the file has them
    raw: Iterable[tuple[int, Sequence[str]]] = ()  # the rows as they stand under the headers
    spoiled: frozenset[int] = frozenset()  # rows in which a merged cell makes values doubtful
    items: bool = False  # rows are objects of JSON, counted from 1
    province: str = ""  # the code of that of a list of the statistics office


def short(value: object) -> str:
    """A value in a message: made visible, and shortened with its length said."""
    return shortened(visible(str(value)), SHOWN)


def shortened(text: str, most: int) -> str:
    """The first characters of a text, with the length of the whole where there are more."""
    if len(text) <= most:
        return text
    return _("{start}… ({length} ký tự)").format(start=text[:most], length=len(text))


def _wraps(text: str) -> bool:
    """Whether a narrow column can hold a text in lines: no word of it is long."""
    return all(len(word) <= _LONG_WORD for word in text.split())


class OpenColumns(NamedTuple):
    """Required fields without a column, headers of no field, all headers with theirs, and fields found."""

    missing: Sequence[str]
    unknown: Sequence[str]
    headers: Mapping[str, str | None]
    found: Set[str | None]


class RejectedRowsError(RejectedError):
    """A file is refused for what is wrong in places of it."""

    columns: OpenColumns | None = None  # where only they are wrong

    problems: Sequence[Problem] = ()
    sheet: Sheet | None = None  # of the bad rows, where there are any


def _cells(problem: Problem) -> Sequence[object]:
    """The problem as a row of a table: row, column, value made visible, what is wrong, cure."""
    at, value = problem.at, ""
    if isinstance(at.value, str) and at.value:
        text = visible(at.value)
        value = short(text) if _wraps(text[:SHOWN]) else shortened(text, _LONG_WORD)
    column = " ".join(visible(at.field).split())[:SHOWN]
    if not _wraps(column):
        column = f"{column[:_LONG_WORD]}…"
    return [str(at.row or _("tệp")), column, value, visible(problem.message), problem.cure]


def reject(
    source: str,
    problems: Sequence[Problem],
    most: int,
    then: Sequence[str] = (),
    columns: OpenColumns | None = None,
    *,
    items: bool = False,
    sheet: Sheet | None = None,
) -> RejectedRowsError:
    """The error that lists the first `most` problems and counts the rest; `items`: rows are items of JSON.

    `then` are lines after the list, `sheet` holds the bad rows, `columns` is
    what can be asked about a header.
    """
    from thidua_cli.render import table

    ordered = sorted(problems, key=lambda problem: problem.at.row or 0)
    shown = [
        Column(_("Mục") if items else _("Dòng"), Form.NUMBER),
        Column(_("Cột"), narrow=9),
        Column(_("Giá trị"), narrow=10),
        Column(_("Lỗi"), narrow=16),
        Column(_("Cách sửa"), narrow=16),
    ]
    lines = table.to_lines(Table(shown, [("", [_cells(problem) for problem in ordered[:most]])]))
    if len(ordered) > most:
        lines.append(
            _("… và {count} lỗi nữa; --max-errors 0 liệt kê tất cả").format(count=len(ordered) - most)
        )
    said = dict.fromkeys(line for problem in ordered for line in problem.then)
    error = RejectedRowsError(
        _("{file}: {count} lỗi; chưa ghi gì").format(file=source, count=len(ordered)), *lines, *said, *then
    )
    error.problems, error.sheet, error.columns = ordered, sheet, columns
    return error


def without_none(values: Mapping[str, object]) -> tuple[dict[str, object], frozenset[str]]:
    """The values of a row without the cells that say "none" of a unit, and the fields of those cells."""
    emptied = frozenset(name for name in _CAN_BE_NONE if str(values.get(name, "")).strip() == NONE)
    return {name: None if name in emptied else value for name, value in values.items()}, emptied
