"""Which of the first rows is the header, and what the rows around it are."""

import re
from collections.abc import Collection, Mapping, Sequence

from thidua_cli.ground import encodings
from thidua_cli.ground.language import _
from thidua_cli.ground.problem import Place, Problem
from thidua_cli.intake import columns, gso, synonyms
from thidua_cli.intake.cells import CODES, as_text, blank, empty, header_text
from thidua_cli.intake.columns import TwoRowHeader
from thidua_cli.intake.headed_rows import HeadedRows, calculated, disguised
from thidua_cli.intake.numbering import numbered, runs
from thidua_cli.intake.sheet import Sheet, reject, short
from thidua_cli.intake.tables.grid import Cell
from thidua_cli.intake.tables.text import Likeness
from thidua_cli.register.fields import DAYS, ImportKind, usual

Rows = Sequence[tuple[int, Sequence[Cell]]]  # with their numbers
_COMPARED = 30  # rows that are looked at for a header in other words
_CODE = re.compile(r"[A-Za-z0-9._-]{1,32}", re.ASCII)
_DAY = re.compile(r"\d+\s*[-/.]\s*\d+\s*[-/.]\s*\d+|\d{5}")


def find_header(
    first: Rows, kind: ImportKind, renamed: Mapping[str, str], constants: Collection[str] = ()
) -> int | None:
    """The first row with all usual columns, else with all required, else with most known columns; or none."""
    best, most = None, 0
    likes = [likeness(values, kind, renamed, constants) for _number, values in first]
    complete = [index for index, like in enumerate(likes) if like.complete]
    if complete:  # a title may be one of the words of ours
        return next((index for index in complete if likes[index].known >= len(usual(kind))), complete[0])
    for index, (_complete, known) in enumerate(likes):
        if known > most:
            best, most = index, known
    if best is None:  # none is as we call it: which is most like a header of ours?
        for index, (_number, values) in enumerate(first[:_COMPARED]):
            like = columns.resemblance(kind, [header_text(cell) for cell in values])
            if like > max(most, 1):
                best, most = index, like
    return best


def likeness(
    values: Sequence[Cell], kind: ImportKind, renamed: Mapping[str, str], constants: Collection[str] = ()
) -> Likeness:
    """How much a row is like the header of a file of that kind, or of the statistics office's list.

    `constants` are fields that need no column.
    """
    names = [header_text(cell) for cell in values]
    known = synonyms.meant(kind, names, renamed)
    is_listed = listed(names, kind) is not None
    return Likeness(is_listed or columns.complete(kind, {*known, *constants}), len(known))


def titles(rows: Rows) -> list[str]:
    """The notice of rows above the header."""
    above = [number for number, values in rows if not blank(values)]
    return [_("bỏ qua các dòng phía trên tiêu đề: {rows}").format(rows=runs(above))] if above else []


def refuse_sunk(
    above: Rows,
    fields: Sequence[str | None],
    required: Sequence[str],
    source: str,
    most: int,
    headers: Sequence[str],
    *,
    guarded: bool,
) -> None:
    """Raise RejectedRowsError where the header sank into rows of data: as titles they would be lost."""
    cure = _("đưa dòng tiêu đề lên đầu bảng")
    lost = [
        Problem(_("dòng dữ liệu nằm phía trên dòng tiêu đề"), cure, at=Place(number))
        for number, values in above
        if _looks_like_data(values, fields, required)
    ]
    if lost:
        raw = [(number, as_text(values, guarded=guarded)) for number, values in above]
        raise reject(source, lost, most, sheet=Sheet([], [], headers=headers, raw=raw))


def two_row_header(
    first: Rows, position: int, kind: ImportKind, named: Sequence[str | None], filled: Mapping[int, bool]
) -> TwoRowHeader | None:
    """Whether the header seems to go on in the row below or above it.

    Below, words stand wherever a column has no header, and nowhere under one that is ours; above, there is a
    header of ours over such a column.
    """
    bare = {index for index, holds_data in filled.items() if holds_data}
    for other in (position + 1, position - 1):
        if not bare or not 0 <= other < len(first) or abs(first[other][0] - first[position][0]) != 1:
            continue
        words = {index: value for index, value in enumerate(first[other][1]) if not empty(value)}
        plain = all(isinstance(value, str) and not value.isdigit() for value in words.values())
        if not plain or not bare <= words.keys():
            continue
        upper, lower = sorted((first[position][0], first[other][0]))
        if other > position and not any(field and index in words for index, field in enumerate(named)):
            return TwoRowHeader(upper, lower, words.keys())
        if other < position and any(columns.field_of(kind, str(words[index])) for index in bare):
            return TwoRowHeader(upper, lower, bare)
    return None


def misread_headers(first: Rows, kind: ImportKind, renamed: Mapping[str, str]) -> list[str]:
    """Hints where headers are those of a file of that kind once they are decoded again."""
    found = {}
    for _number, values in first:
        for cell in values:
            guess = encodings.disguised(cell) if isinstance(cell, str) else None
            if guess and columns.field_of(kind, guess.preview[0], renamed):
                found[cell] = guess
    if not found:
        return []
    return [
        _("Tiêu đề trông như {encoding} đọc nhầm; đọc lại:").format(
            encoding=next(iter(found.values())).encoding
        ),
        *(f"  {short(cell)} → {guess.preview[0]}" for cell, guess in list(found.items())[:3]),
        _("Chuyển tệp sang Unicode (UTF-8) rồi thử lại."),
    ]


def listed(headers: Sequence[str], kind: ImportKind) -> Sequence[str | None] | None:
    return gso.places(headers) if kind is ImportKind.UNITS else None


def _looks_like_data(values: Sequence[Cell], fields: Sequence[str | None], required: Sequence[str]) -> bool:
    """Whether a row fills the required columns, a code's with a code or a day's with a day; titles do not."""
    cells = {field: header_text(value).strip() for field, value in zip(fields, values, strict=False) if field}
    wanted = [cells.get(field, "") for field in required if field in fields]
    return (
        all(wanted)
        and len(wanted) > 1
        and not numbered(values)
        and any(
            (field in CODES and _CODE.fullmatch(cell)) or (field in DAYS and _DAY.search(cell))
            for field, cell in cells.items()
        )
    )


def settled(table: HeadedRows) -> HeadedRows:
    """The table with what is known of its cells as a whole: disguised texts, numbers of columns, formulas."""
    table = unnumbered(table._replace(problems=disguised(table)))
    return table._replace(notices=[*table.notices, *calculated(table)])


def unnumbered(table: HeadedRows) -> HeadedRows:
    """The table without a first row that only numbers the columns, as official tables have, and a notice."""
    if not table.body:
        return table
    number, values = table.body[0]
    if numbered(values) != {index for index, name in enumerate(table.headers) if columns.normal(name)}:
        return table
    notice = _("dòng {row}: số thứ tự cột, bỏ qua").format(row=number)
    problems = list(table.problems)
    if len(table.body) == 1:
        problems.append(Problem(_("không có dòng dữ liệu nào bên dưới"), at=Place(number)))
    return table._replace(body=table.body[1:], notices=[*table.notices, notice], problems=problems)
