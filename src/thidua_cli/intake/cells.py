"""What the cells under a header say: text made ready, dates and numbers only where they belong."""

import contextlib
import json
import math
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from thidua_cli.ground import dates, encodings, text
from thidua_cli.ground.errors import InvalidError
from thidua_cli.ground.language import _
from thidua_cli.ground.problem import Place, Problem
from thidua_cli.ground.sheets import address
from thidua_cli.intake import columns
from thidua_cli.intake.sheet import Sheet, short
from thidua_cli.intake.tables.grid import ABSENT, Cell, Grid
from thidua_cli.register.fields import CODES as UNIT_CODES
from thidua_cli.register.fields import DAYS
from thidua_cli.register.fields import TEXTS as FREE_TEXTS

_MOST_DIGITS = 10**15
_SHOWN = 10  # numbers in a warning
_DAY_0_1904 = date(1904, 1, 1)

_LISTED = ("Mã TP", "Mã QH", "Mã PX")  # of the statistics office's list
CODES = UNIT_CODES | set(_LISTED)
NAMING = {"unit_code", "unit_name"}
_NAMES = {"name", "Quận Huyện", "Phường Xã"}
_UNIT_NAMES = _NAMES | {"old_name", "new_name"}
TEXTS = FREE_TEXTS | _NAMES

_CODE = re.compile(r"[A-Za-z0-9._-]{1,32}", re.ASCII)
_NUMBER = re.compile(r"(?P<open>[(\[]?)\s*(?P<name>-?\d{1,3}|[A-Za-z])\s*(?P<close>[)\]]?)", re.ASCII)
_BRACKETS = ({""}, {"()"}, {"[]"})  # around the number of a column
_ASCENDING = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_TOTAL = re.compile(r"(tổng|tổng cộng|tổng số|cộng|total)( đơn vị| chung)?[\s\d:.,()]*", re.IGNORECASE)
_DAY = re.compile(r"\d+\s*[-/.]\s*\d+\s*[-/.]\s*\d+|\d{5}")


class HeadedRows(NamedTuple):
    """Rows of a file under a header, their cells as they stand.

    `fields` names the field of each column (None: left out), `headers` is the whole header row, number
    `header_row` of the file, and `last_row` that of its last row; `problems` are known without a look at each
    cell. `body` may be some of the rows.
    """

    fields: Sequence[str | None]
    headers: Sequence[str]
    header_row: int
    last_row: int
    body: Sequence[tuple[int, Sequence[Cell]]]
    grid: Grid
    notices: Sequence[str]
    problems: Sequence[Problem] = ()


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
        [field for field in table.fields if field],
        [],
        notices=list(table.notices),
        headers=table.headers,
        raw=_Written(table.body, guarded=grid.is_text),
        items=grid.objects,
    )
    if grid.merged:
        wanted = {number for number, _values in table.body}
        made.problems += merged_in(table, wanted)
        made.spoiled = _spoiled(table, wanted)
    made.problems += table.problems
    unnamed = {problem.at.row for problem in table.problems if problem.at.field in NAMING}
    plain = [columns.normal(name) for name in table.headers]
    named = next((field for field in table.fields if field in ("code", "unit_code")), None) or ""
    naming = table.fields.index(named) if named else None
    read = [(index, field) for index, field in enumerate(table.fields) if field]
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
            row, digits = _row(made, number, values, table.fields, grid, changes)
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


def unnumbered(table: HeadedRows) -> HeadedRows:
    """The table without a first row that only numbers the columns, as official tables have; it is told."""
    if not table.body:
        return table
    number, values = table.body[0]
    if _numbered(values) != {index for index, name in enumerate(table.headers) if columns.normal(name)}:
        return table
    notice = _("dòng {row}: số thứ tự cột, bỏ qua").format(row=number)
    problems = list(table.problems)
    if len(table.body) == 1:
        problems.append(Problem(_("không có dòng dữ liệu nào bên dưới"), at=Place(number)))
    return table._replace(body=table.body[1:], notices=[*table.notices, notice], problems=problems)


def _numbered(values: Sequence[Cell]) -> set[int]:
    """The columns that a row numbers: 1 2 3, (1) (2) (3), A B C or A B 1 2; none where it says anything else.

    Excel takes a typed (1) for -1.
    """
    found = {index: header_text(value).strip() for index, value in enumerate(values) if not empty(value)}
    parts = [match for text in found.values() if (match := _NUMBER.fullmatch(text))]
    if (
        len(parts) < max(2, len(found))
        or {match["open"] + match["close"] for match in parts} not in _BRACKETS
    ):
        return set()
    names = [match["name"] for match in parts]
    letters = next((place for place, name in enumerate(names) if not name.isalpha()), len(names))
    numbers = range(1, len(names) - letters + 1)
    upper, lower = list(_ASCENDING[:letters]), list(_ASCENDING[:letters].lower())
    right = [*([*case, *map(str, numbers)] for case in (upper, lower)), [str(-number) for number in numbers]]
    return set(found) if names in right else set()


def disguised(table: HeadedRows) -> list[Problem]:
    """Texts that are Vietnamese only once they are decoded again, as they are pasted from documents in old
    fonts. Names that no unit can have are left to the models.
    """
    problems = []
    for index, field in enumerate(table.fields):
        if field not in TEXTS:
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


def header_text(cell: Cell) -> str:
    """A cell as a header, or as it is handed back with what is wrong."""
    if cell is None or cell is ABSENT:
        return ""
    if isinstance(cell, list) and all(isinstance(part, (str, int)) for part in cell):
        return ",".join(map(str, cell))
    if isinstance(cell, (bool, list, dict)):  # of JSON
        return json.dumps(cell, ensure_ascii=False)
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def as_text(values: Sequence[Cell], *, guarded: bool) -> list[str]:
    """A row as it is handed back with what is wrong; `guarded` as for `text_cell`."""
    written = map(header_text, values)
    return list(map(text.unguard, written) if guarded else written)


def empty(cell: Cell) -> bool:
    """Whether nothing that can be seen stands in a cell."""
    return cell is None or cell is ABSENT or (isinstance(cell, str) and not (cell and columns.normal(cell)))


def blank(values: Sequence[Cell]) -> bool:
    """Whether nothing stands in a row."""
    return all(map(empty, values))


def inhabited(rows: Iterable[tuple[int, Sequence[Cell]]]) -> Iterator[tuple[int, Sequence[Cell]]]:
    """The numbered rows in which something stands."""
    for row in rows:
        first = row[1][0] if row[1] else None
        if (isinstance(first, str) and first[:1].isalnum()) or not blank(row[1]):  # the first says it mostly
            yield row


def looks_like_data(values: Sequence[Cell], fields: Sequence[str | None], required: Sequence[str]) -> bool:
    """Whether a row fills the required columns, a code's with a code or a day's with a day; titles do not."""
    cells = {field: header_text(value).strip() for field, value in zip(fields, values, strict=False) if field}
    wanted = [cells.get(field, "") for field in required if field in fields]
    return (
        all(wanted)
        and len(wanted) > 1
        and not _numbered(values)
        and any(
            (field in CODES and _CODE.fullmatch(cell)) or (field in DAYS and _DAY.search(cell))
            for field, cell in cells.items()
        )
    )


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


def merged_in(table: HeadedRows, wanted: Set[int]) -> list[Problem]:
    """Merged cells that hold something, in a column that is read and a row that is wanted: whose is it?"""
    return [
        Problem(
            _("ô gộp trong vùng dữ liệu"),
            _("bỏ gộp và ghi giá trị vào từng ô"),
            at=Place(numbers[0], f"{address(top, left)}:{address(bottom, right)}"),
        )
        for (top, left, bottom, right), numbers in _merges(table, wanted)
    ]


def _spoiled(table: HeadedRows, wanted: Set[int]) -> frozenset[int]:
    return frozenset(number for _where, numbers in _merges(table, wanted) for number in numbers)


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


def _row(
    sheet: Sheet,
    number: int,
    values: Sequence[Cell],
    fields: Sequence[str | None],
    grid: Grid,
    changes: Counter[str],
) -> tuple[dict[str, object], list[float]]:
    """The cells of a row by field, and the codes that were numbers."""
    made: dict[str, object] = {}
    digits: list[float] = []
    for index, field in enumerate(fields):
        if field is None:
            continue
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
                made[field] = _typed_cell(field, cell, from_1904=grid.from_1904)
            except InvalidError as error:
                where = address(number, index) if grid.letters else field
                sheet.problems.append(Problem(error.message, error.cure, at=Place(number, where)))
            else:
                if field in CODES and isinstance(cell, (int, float)):
                    digits.append(cell)
    return made, digits


def text_cell(field: str, cell: str, changes: Counter[str], *, guarded: bool) -> str:
    """A text as it stands; what the models will make regular in it is counted.

    `guarded`: of a text file, where a `'` before a formula is ours and comes off.
    """
    if not (cell.isascii() and cell.isprintable() and "  " not in cell):
        with contextlib.suppress(InvalidError):  # the models say what is wrong
            changes.update(text.clean(cell, lines=field == "note").changes)
    return text.unguard(cell) if guarded else cell


def change_notices(changes: Counter[str]) -> list[str]:
    """What `text_cell` counted, in words."""
    return [_change_words(change).format(count=count) for change, count in changes.items()]


def _change_words(change: str) -> str:
    return {
        "spaces": _("{count} ô: bỏ khoảng trắng thừa"),
        "zero-width": _("{count} ô: bỏ ký tự không nhìn thấy"),
        "d-stroke": _("{count} ô: Ð đã đổi thành Đ"),
        "line-end": _("{count} ô: xuống dòng đã đổi thành khoảng trắng"),
        "nfc": _("{count} ô dùng dấu tổ hợp, đã chuẩn hóa"),
    }[change]


def _typed_cell(field: str, cell: float | bool | date | timedelta, *, from_1904: bool) -> str:
    """A workbook's number or date as text; raises InvalidError where it is not what the column holds."""
    if isinstance(cell, bool):
        raise InvalidError(_("là TRUE hoặc FALSE"), _("gõ lại thành chữ"))
    if isinstance(cell, timedelta):
        raise InvalidError(
            _("là giờ {time}, không phải ngày").format(time=cell)
            if field in DAYS
            else _("là giờ {time}, không phải chữ").format(time=cell),
            _("ghi ngày, không có giờ") if field in DAYS else _("định dạng ô là Text rồi gõ lại"),
        )
    if isinstance(cell, date):
        if field not in DAYS:
            raise InvalidError(
                _("là ngày {day}, không phải chữ").format(day=dates.show_day(cell.isoformat()[:10])),
                _("định dạng ô là Text rồi gõ lại"),
            )
        if isinstance(cell, datetime):
            raise InvalidError(_("có cả giờ, giờ sẽ bị mất"), _("ghi ngày, không có giờ"))
        return _iso(cell)
    if not math.isfinite(cell):
        raise InvalidError(_("không phải là số"), _("gõ lại ô này"))
    if field in DAYS:
        raise InvalidError(
            _not_a_day(cell, from_1904=from_1904), _("định dạng ô là Date, hoặc gõ 31/03/2022")
        )
    if not float(cell).is_integer():
        raise InvalidError(_("là số lẻ {number}").format(number=cell), _("định dạng ô là Text rồi gõ lại"))
    if abs(cell) >= _MOST_DIGITS:
        raise InvalidError(_("là số hơn 15 chữ số: Excel đã làm tròn"), _("định dạng ô là Text rồi gõ lại"))
    return str(int(cell))


@lru_cache(10_000)
def _iso(day: date) -> str:
    """A day as text; a list names few days, each many times."""
    return day.isoformat()


def _not_a_day(number: float, *, from_1904: bool) -> str:
    try:
        day = (_DAY_0_1904 if from_1904 else dates.EXCEL_DAY_0) + timedelta(days=int(number))
    except OverflowError:
        return _("là số {number}").format(number=f"{number:g}")
    return _("là số {number}, không có định dạng ngày; nếu là ngày thì là {day}").format(
        number=f"{number:g}", day=dates.show_day(day)
    )
