"""Rows of a file under its header, and what is wrong with them before anything is compared."""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

from thidua_cli.ground import encodings, text
from thidua_cli.ground.errors import InvalidError
from thidua_cli.ground.language import _
from thidua_cli.ground.problem import Place, Problem
from thidua_cli.ground.sheets import address
from thidua_cli.intake import columns
from thidua_cli.intake.cells import CODES, as_text, change_notices, empty, header_text, text_cell, typed_cell
from thidua_cli.intake.sheet import Sheet, short
from thidua_cli.intake.tables.grid import ABSENT, Cell, Grid, row_and_column
from thidua_cli.register.fields import TEXTS as FREE_TEXTS

_SHOWN = 10  # numbers in a notice
_NAMING = {"unit_code", "unit_name"}
_NAMES = {"name", "Quận Huyện", "Phường Xã"}  # the last two of the statistics office's list
_UNIT_NAMES = _NAMES | {"old_name", "new_name"}
_TEXTS = FREE_TEXTS | _NAMES
_TOTAL = re.compile(r"(tổng|tổng cộng|tổng số|cộng|total)( đơn vị| chung)?[\s\d:.,()]*", re.IGNORECASE)


class HeadedRows(NamedTuple):
    """Rows of a file under a header, with unchanged cells.

    `fields` names the field of each column (None: left out), `headers` is the whole header row, number
    `header_row` of the file, and `last_row` that of its last row; `problems` are known without a look at each
    cell. `body` may be some of the rows. `also` are columns that serve another field too, `constants` values
    of fields that have no column, `defaults` those of empty cells.
    """

    fields: Sequence[str | None]
    headers: Sequence[str]
    header_row: int
    last_row: int
    body: Sequence[tuple[int, Sequence[Cell]]]
    grid: Grid
    notices: Sequence[str]
    problems: Sequence[Problem] = ()
    also: Sequence[tuple[int, str]] = ()
    constants: Mapping[str, str] = {}
    defaults: Mapping[str, str] = {}

    def places(self) -> list[tuple[int, str]]:
        """The columns that are read, each with its field."""
        return [*((index, field) for index, field in enumerate(self.fields) if field), *self.also]


@dataclass(frozen=True, slots=True)
class _Written:
    """Rows as they are handed back with what is wrong: made when they are asked for, which is seldom."""

    body: Sequence[tuple[int, Sequence[Cell]]]
    guarded: bool

    def __iter__(self) -> Iterator[tuple[int, Sequence[str]]]:
        return ((number, as_text(values, guarded=self.guarded)) for number, values in self.body)


def sheet_of(table: HeadedRows | Sheet) -> Sheet:
    """The rows by field, with what is wrong in their cells; a sheet is one already."""
    if isinstance(table, Sheet):
        return table
    grid, width = table.grid, len(table.headers)
    made = Sheet(
        [*(field for _index, field in table.places()), *table.constants],
        [],
        notices=list(table.notices),
        headers=table.headers,
        raw=_Written(table.body, guarded=grid.is_text),
        items=grid.objects,
    )
    if grid.merged:
        made.problems, made.spoiled = merged_in(table, {number for number, _values in table.body})
    made.problems += table.problems
    unnamed = {problem.at.row for problem in table.problems if problem.at.field in _NAMING}
    plain = [columns.normal(name) for name in table.headers]
    named = next((field for field in table.fields if field in ("code", "unit_code")), None) or ""
    naming = table.fields.index(named) if named else None
    read = table.places()
    changes: Counter[str] = Counter()
    numbers: list[float] = []
    for number, values in table.body:
        if len(values) != width and grid.is_text:
            made.problems.append(_ragged(number, values, width, last=number == table.last_row))
        elif columns.normal(header_text(values[0])) == plain[0] and _is_header(values, plain):
            made.problems.append(Problem(_("lặp lại dòng tiêu đề"), _("xóa dòng này"), at=Place(number)))
        elif _is_second_header(values, read):
            message = _("không phải dữ liệu: giống dòng tiêu đề thứ hai")
            made.problems.append(Problem(message, _("xóa dòng này"), at=Place(number)))
        elif naming is not None and _is_total(values, naming):
            made.problems.append(
                Problem(
                    _("mã bỏ trống: giống dòng tổng cộng"),
                    _("xóa dòng tổng cộng này"),
                    at=Place(number, named),
                )
            )
        else:
            known = len(made.problems)
            row, digits = _row(made, number, values, read, grid, changes)
            row.update(table.constants)
            _fill(row, table.defaults)
            numbers += digits
            if len(made.problems) == known and number not in unnamed:  # first what cells are
                made.rows.append((number, row))
    if numbers:
        shown = ", ".join(str(int(number)) for number in numbers[:_SHOWN])
        made.notices.append(
            _("{count} mã nhập dạng số, đã đọc thành chữ: {numbers}").format(
                count=len(numbers), numbers=shown if len(numbers) <= _SHOWN else f"{shown}, …"
            )
        )
    made.notices += change_notices(changes)
    return made


def with_default(read: HeadedRows | Sheet, field: str, value: str) -> HeadedRows | Sheet:
    """The same with a value for every row that has none in a field."""
    if isinstance(read, HeadedRows):
        return read._replace(defaults={**read.defaults, field: value})
    for _number, row in read.rows:
        _fill(row, {field: value})
    return read


def _fill(row: dict[str, object], defaults: Mapping[str, str]) -> None:
    for field, value in defaults.items():
        if row.get(field) is None or not str(row[field]).strip():
            row[field] = value


def calculated(table: HeadedRows) -> list[str]:
    """The notice of formulas whose stored values are read, by their columns."""
    if not table.grid.formulas:
        return []
    rows = {number for number, _values in table.body}
    places = map(row_and_column, table.grid.formulas)
    counts = Counter(column for row, column in places if row in rows)
    named = [
        _("{header} {count} ô").format(header=short(header), count=counts[index])
        for index, (header, field) in enumerate(zip(table.headers, table.fields, strict=True))
        if field and counts[index]
    ]
    return (
        [_("lấy giá trị mà tệp lưu của công thức: {columns}").format(columns=", ".join(named))]
        if named
        else []
    )


def _row(
    sheet: Sheet,
    number: int,
    values: Sequence[Cell],
    read: Sequence[tuple[int, str]],
    grid: Grid,
    changes: Counter[str],
) -> tuple[dict[str, object], list[float]]:
    """The cells of a row by field, and the codes that were numbers."""
    made: dict[str, object] = {}
    digits: list[float] = []
    for index, field in read:
        cell = values[index] if index < len(values) else None
        if isinstance(cell, str):
            made[field] = text_cell(field, cell, changes, guarded=grid.is_text)
        elif grid.objects:
            if cell is not ABSENT:
                made[field] = cell
        elif cell is None:
            made[field] = ""
        else:
            try:
                made[field] = typed_cell(field, cell, from_1904=grid.from_1904)
            except InvalidError as error:
                where = address(number, index) if grid.letters else field
                sheet.problems.append(Problem(error.message, error.cure, at=Place(number, where)))
            else:
                if field in CODES and isinstance(cell, (int, float)):
                    digits.append(cell)
    return made, digits


def _is_header(values: Sequence[Cell], plain: Sequence[str]) -> bool:
    return [columns.normal(header_text(value)) for value in values] == list(plain)


def _is_second_header(values: Sequence[Cell], read: Sequence[tuple[int, str]]) -> bool:
    """Whether each cell that is read names its column, in whatever kind of file."""
    return all(
        index < len(values) and isinstance(value := values[index], str) and columns.is_header_of(field, value)
        for index, field in read
    )


def _is_total(values: Sequence[Cell], naming: int) -> bool:
    """Whether a row is a total below a list: no unit is named, or only in the words of a total."""
    if len(values) > naming and not empty(values[naming]):
        return bool(_TOTAL.fullmatch(header_text(values[naming]).strip()))
    return any(isinstance(value, str) and _TOTAL.fullmatch(value.strip()) for value in values)


def _ragged(row: int, values: Sequence[Cell], expected: int, *, last: bool) -> Problem:
    found = len(values)
    only = str(values[0]) if found == 1 else ""
    other = next((mark for mark in (";", "\t", ",", "|") if only.count(mark) == expected - 1), None)
    if found > expected:
        cure = _("giá trị có dấu phân cách phải đặt trong ngoặc kép; dấu thừa thì bỏ")
    elif other:
        cure = _("dòng này chia bằng {mark}, tiêu đề thì không: dùng một dấu cho cả tệp").format(
            mark=_("tab") if other == "\t" else other
        )
    elif last:
        cure = _("thêm ô còn thiếu; tệp có thể đã bị cắt ngang")
    else:
        cure = _("thêm ô còn thiếu, kể cả ô trống")
    return Problem(
        _("có {found} ô, cần {expected}").format(found=found, expected=expected), cure, at=Place(row)
    )


def merged_in(table: HeadedRows, wanted: Set[int]) -> tuple[list[Problem], frozenset[int]]:
    """The problems of merged cells that hold something, and the rows whose values they make doubtful.

    Only cells in a column that is read and a row that is wanted count.
    """
    merges = list(_merges(table, wanted))
    problems = [
        Problem(
            _("ô gộp trong vùng dữ liệu"),
            _("bỏ gộp và ghi giá trị vào từng ô"),
            at=Place(numbers[0], f"{address(top, left)}:{address(bottom, right)}"),
        )
        for (top, left, bottom, right), numbers in merges
    ]
    return problems, frozenset(number for _where, numbers in merges for number in numbers)


def _merges(table: HeadedRows, wanted: Set[int]) -> Iterator[tuple[tuple[int, int, int, int], Sequence[int]]]:
    """The merged cells of `merged_in`, each with the rows of data that it spans."""
    rows = [number for number, _values in table.body]
    read = [field is not None for field in table.fields]
    for top, left, bottom, right in table.grid.merged:
        below = bisect_left(rows, top), bisect_right(rows, bottom)
        if wanted.isdisjoint(rows[below[0] : below[1]]) or not any(read[left : right + 1]):
            continue
        first, values = table.body[below[0]]
        if top > table.header_row and (first != top or empty(values[left] if left < len(values) else None)):
            continue
        yield (top, left, bottom, right), rows[below[0] : below[1]]


def disguised(table: HeadedRows) -> list[Problem]:
    """Texts that are Vietnamese only once they are decoded again, as they are pasted from documents in old
    fonts. Names that no unit can have are left to the models.
    """
    problems = []
    for index, field in enumerate(table.fields):
        if field not in _TEXTS:
            continue
        cells = (values[index] if index < len(values) else None for _number, values in table.body)
        texts = [cell if isinstance(cell, str) else "" for cell in cells]
        guesses = encodings.disguises(texts)
        if field in _UNIT_NAMES:
            guesses = encodings.impossible(texts) | guesses
        problems += [
            Problem(
                _("trông như {encoding} đọc nhầm: '{name}'").format(
                    encoding=guess.encoding, name=short(guess.preview[0])
                ),
                _("chuyển tệp sang Unicode (UTF-8) rồi thử lại"),
                at=Place(table.body[place][0], str(field), texts[place]),
            )
            for place, guess in sorted(guesses.items())
            if field not in _NAMES or _is_name(texts[place])
        ]
    return problems


def _is_name(written: str) -> bool:
    try:
        text.check_name(text.clean(written).value)
    except InvalidError:
        return False
    return True
