"""Which of the first rows is the header, and what the rows around it are."""

import re
from collections.abc import Collection, Mapping, Sequence

from thidua_cli.ground import encodings
from thidua_cli.ground.language import _
from thidua_cli.ground.problem import Place, Problem
from thidua_cli.intake import columns, gso, synonyms
from thidua_cli.intake.cells import CODES, as_text, blank, empty, header_text
from thidua_cli.intake.headed_rows import HeadedRows, calculated, disguised
from thidua_cli.intake.numbering import numbered, runs
from thidua_cli.intake.sheet import Sheet, reject, short
from thidua_cli.intake.stamps import days_of_stamps
from thidua_cli.intake.tables.grid import Cell
from thidua_cli.intake.tables.text import Likeness
from thidua_cli.intake.two_rows import HeaderRows, Merge, Names, joined, merged_down
from thidua_cli.register.fields import DAYS, ImportKind, usual

Rows = Sequence[tuple[int, Sequence[Cell]]]  # with their numbers
_COMPARED = 30  # rows that are looked at for a header in other words
_CODE = re.compile(r"[A-Za-z0-9._-]{1,32}", re.ASCII)
_DAY = re.compile(r"\d+\s*[-/.]\s*\d+\s*[-/.]\s*\d+|\d{5}")


def find_header(
    first: Rows, names: Names, constants: Collection[str], merged: Sequence[Merge]
) -> HeaderRows | None:
    """The header among the first rows: one that is complete, else the one most like it; of two rows where it
    says more than either, or names what stands in no other.
    """
    kind, renamed = names.kind, names.renamed
    likes = [likeness(values, kind, renamed, constants) for _number, values in first]
    place = _most_like(first, kind, likes)
    found = [] if place is None else [HeaderRows(place, place, first[place][1])]
    complete = place is not None and likes[place].complete
    pairs = range(len(first) - 1) if place is None or not complete else range(place - 1, place + 1)
    best = likes[place] if place is not None else Likeness(complete=False, known=0)
    for upper in pairs:
        if not 0 <= upper < len(first) - 1:
            continue
        cells = joined(first[upper], first[upper + 1], merged, names)
        if cells is None:
            continue
        like = likeness(cells, kind, renamed, constants)
        above, below = likes[upper].known, likes[upper + 1].known
        more = like > best and like.known > max(above, below)
        same = upper == place and like >= best and _goes_on(first, upper, cells, names)
        sunk = upper + 1 == place and like >= best and _is_named_above(first, upper, merged)
        if more or same or sunk:
            best, found = like, [HeaderRows(upper, upper + 1, cells)]
    return found[0] if found else None


def _goes_on(first: Rows, upper: int, cells: Sequence[str], names: Names) -> bool:
    """Whether the row below a header names columns that it leaves open, and nothing under those of ours."""
    above = [header_text(value) for value in first[upper][1]]
    above += [""] * (len(cells) - len(above))
    below = {index for index, value in enumerate(first[upper + 1][1]) if not empty(value)}
    ours = {index for index, name in enumerate(above) if synonyms.field_of(names.kind, name, names.renamed)}
    return len(below) > 1 and any(not above[index] for index in below) and not ours & below


def _is_named_above(first: Rows, upper: int, merged: Sequence[Merge]) -> bool:
    """Whether a cell that is merged down into a header names one of its columns."""
    down = merged_down(first[upper][0], merged)
    return any(not empty(value) for index, value in enumerate(first[upper][1]) if index in down)


def _most_like(first: Rows, kind: ImportKind, likes: Sequence[Likeness]) -> int | None:
    """The first row with all usual columns, else with all required, else with most known columns; or none."""
    best, most = None, 0
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
    """Score how well a row matches the header of a file of that kind, or of the statistics office's list.

    `constants` are fields that need no column.
    """
    names = [header_text(cell) for cell in values]
    known = synonyms.meant(kind, names, renamed)
    is_listed = listed(names, kind) is not None
    return Likeness(is_listed or columns.complete(kind, {*known, *constants}), len(known))


def titles(first: Rows, header: HeaderRows) -> list[str]:
    """The notices of rows above the header, and of one over two rows."""
    above = [number for number, values in first[: header.first] if not blank(values)]
    told = [_("bỏ qua các dòng phía trên tiêu đề: {rows}").format(rows=runs(above))] if above else []
    if header.last > header.first:
        upper, lower = first[header.first][0], first[header.last][0]
        told.append(_("tiêu đề ở hai dòng {upper} và {lower}, đọc là một").format(upper=upper, lower=lower))
    return told


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
    """The table with what is known of its cells as a whole: disguised texts, numbers of columns, formulas.

    Stamps of forms are their days.
    """
    table = days_of_stamps(unnumbered(table._replace(problems=disguised(table))))
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
