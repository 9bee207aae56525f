"""A table of text as it stands in a file, and the problems of its rows."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from thidua_cli.errors import RejectedError
from thidua_cli.language import _
from thidua_cli.text import visible

Watch = Callable[[Sequence[tuple[int, dict[str, object]]]], Iterable[tuple[int, dict[str, object]]]]

SHOWN = 60  # characters of a value in a message


class Problem(NamedTuple):
    """What is wrong in one place of a file; `row` counts as a spreadsheet does, the first line is 1."""

    row: int | None
    column: str
    value: object
    message: str
    cure: str = ""

    def __str__(self) -> str:
        return self.line(items=False)

    def line(self, *, items: bool) -> str:
        """The problem in one line."""
        template = _("mục {row}") if items else _("dòng {row}")
        where = template.format(row=self.row) if self.row else _("tệp")
        column = f", {visible(self.column)[:SHOWN]}" if self.column else ""
        value = f" '{short(self.value)}'" if isinstance(self.value, str) and self.value else ""
        return f"{where}{column}{value}: {self.message}" + (f" → {self.cure}" if self.cure else "")


@dataclass(slots=True)
class Sheet:
    """Rows of a file by field name, each with its row number, and what was noticed on the way."""

    fields: Sequence[str]
    rows: list[tuple[int, dict[str, object]]]
    problems: list[Problem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    headers: Sequence[str] = ()  # as the file has them
    raw: list[tuple[int, Sequence[str]]] = field(
        default_factory=list
    )  # the rows as they stand under the headers
    items: bool = False  # rows are objects of JSON, counted from 1


def short(value: object) -> str:
    """A value in a message: made visible, and shortened with its length said."""
    text = visible(str(value))
    return (
        text
        if len(text) <= SHOWN
        else _("{start}… ({length} ký tự)").format(start=text[:SHOWN], length=len(text))
    )


def reject(source: str, problems: Sequence[Problem], most: int, *, items: bool = False) -> RejectedError:
    """The error that lists the first `most` problems and counts the rest; `items`: rows are items of JSON."""
    ordered = sorted(problems, key=lambda problem: problem.row or 0)
    lines = [f"  {problem.line(items=items)}" for problem in ordered[:most]]
    if len(ordered) > most:
        lines.append(_("  … và {count} lỗi nữa (--max-errors)").format(count=len(ordered) - most))
    return RejectedError(
        _("{file}: {count} lỗi; chưa ghi gì").format(file=source, count=len(ordered)), *lines
    )
