"""From a file to a sheet: which format, where the header is, which column is which, what each cell says."""

import contextlib
import sys
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from thidua_cli import resources, text
from thidua_cli.errors import InvalidError, RejectedError, StoreError, UsageError
from thidua_cli.imports import columns, gso, json_file, text_file, workbook
from thidua_cli.imports.columns import ImportKind
from thidua_cli.imports.grid import Cell, Grid, address
from thidua_cli.imports.sheet import Problem, Sheet, reject, short
from thidua_cli.language import _

STDIN = "-"
_HEADER_ROWS = 50  # the header is one of the first rows
_MOST_DIGITS = 10**15
_DAY_0, _DAY_0_1904 = date(1899, 12, 30), date(1904, 1, 1)

CODES = {"code", "parent_code", "unit_code", "old_code", "new_code"}
DAYS = {"done_on", "document_date", "received_on", "valid_from", "on", "effective_date"}


class FileFormat(StrEnum):
    """What a file is; without --format, its ending says so."""

    CSV = "csv"
    TSV = "tsv"
    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    JSON = "json"
    JSONL = "jsonl"


class Wishes(NamedTuple):
    """What the caller said about the file; `renamed` is field -> header, `ignored` are headers."""

    form: FileFormat | None = None
    sheet: str | None = None
    encoding: str | None = None
    renamed: Mapping[str, str] = {}
    ignored: Sequence[str] = ()
    province: str | None = None


def read_bytes(source: str) -> bytes:
    """The bytes of a file, or of standard input for `-`. Raises RejectedError where there is no such file."""
    try:
        if source == STDIN:
            if sys.stdin is None:
                raise StoreError(_("đầu vào chuẩn đã đóng"))
            return sys.stdin.buffer.read()
        return _path(source).read_bytes()
    except OSError as error:
        raise RejectedError(
            _("{file}: không đọc được: {why}").format(file=source, why=error.strerror)
        ) from None


def _path(source: str) -> Path:
    """A path; `@NAME` is a file that comes with the program."""
    return resources.data(source[1:]) if source.startswith("@") else Path(source)


def form_of(source: str, wished: FileFormat | None) -> FileFormat:
    """The format wished for, else that of the file's ending; standard input without a word is CSV."""
    if wished is not None:
        return wished
    if source == STDIN:
        return FileFormat.CSV
    ending = Path(source).suffix.lower().lstrip(".")
    if ending in ("xlsm", "xltm", "xlsb"):
        raise RejectedError(
            _("{file}: .{ending} không nhận").format(file=source, ending=ending), _("Lưu lại dạng .xlsx.")
        )
    aliases = {"txt": FileFormat.CSV, "ndjson": FileFormat.JSONL, "tab": FileFormat.TSV}
    if ending in aliases:
        return aliases[ending]
    if ending not in list(FileFormat):
        raise UsageError(
            _("{file}: không biết dạng của tệp: nêu --format").format(file=source), ", ".join(FileFormat)
        )
    return FileFormat(ending)


def read(source: str, kind: ImportKind, wishes: Wishes | None = None) -> Sheet:
    """A file as a sheet of that kind; raises RejectedError where it is no table of that kind."""
    wished = wishes or Wishes()
    form = form_of(source, wished.form)
    data = read_bytes(source)
    if not data:
        raise RejectedError(_("{file}: tệp rỗng").format(file=source))
    if form in (FileFormat.JSON, FileFormat.JSONL):
        objects = json_file.read(data, source, wished.encoding, lines=form is FileFormat.JSONL)
        return _from_objects(objects, source, kind, wished)
    if form in (FileFormat.CSV, FileFormat.TSV):
        delimiter = "\t" if form is FileFormat.TSV else None
        grid = text_file.read(data, source, wished.encoding, delimiter)
    else:
        grid = workbook.read(data, source, form, wished.sheet)
    return _from_grid(grid, source, kind, wished)


# Grids


def _from_grid(grid: Grid, source: str, kind: ImportKind, wished: Wishes) -> Sheet:
    rows = iter(grid.rows)
    first = list(islice(rows, _HEADER_ROWS))
    if kind is ImportKind.UNITS and (list_columns := gso.recognise(first)) is not None:
        return gso.sheet([*first[list_columns.header + 1 :], *rows], list_columns, source, wished.province)
    found = _header(first, kind, wished)
    if found is None:
        raise RejectedError(
            _("{file}: không thấy dòng tiêu đề").format(file=source),
            _("Các cột cần có: {columns}").format(columns=", ".join(columns.required(kind))),
            _("Các cột nhận thêm: {columns}").format(columns=", ".join(columns.fields(kind))),
        )
    position = found
    header_row, header = first[position]
    notices = list(grid.notices)
    above = [str(number) for number, values in first[:position] if not _blank(values)]
    if above:
        notices.append(_("bỏ qua các dòng phía trên tiêu đề: {rows}").format(rows=", ".join(above)))
    body = [*first[position + 1 :], *rows]
    body = [(number, values) for number, values in body if not _blank(values)]
    headers = [_header_text(cell) for cell in header]
    width = max([len(headers), *(len(values) for _number, values in body)]) if grid.letters else len(headers)
    headers += [""] * (width - len(headers))
    filled = {
        index: any(index < len(values) and not _empty(values[index]) for _number, values in body)
        for index, name in enumerate(headers)
        if not name.strip()
    }
    matched = columns.match(kind, headers, header_row, filled, wished.renamed, wished.ignored)
    if matched.problems:
        raise reject(source, matched.problems, most=20)
    if not body:
        raise RejectedError(_("{file}: không có dòng dữ liệu nào").format(file=source))
    kept = [name if field else "" for name, field in zip(headers, matched.fields, strict=True)]
    sheet = Sheet([field for field in matched.fields if field], [], notices=notices, headers=kept)
    _refuse_merged(grid, header_row, sheet)
    plain = [columns.normal(name) for name in headers]
    changes: Counter[str] = Counter()
    numbers = 0
    for number, values in body:
        if len(values) != width and not grid.letters:
            sheet.problems.append(_ragged(number, len(values), width))
        elif columns.normal(_header_text(values[0])) == plain[0] and _is_header(values, plain):
            sheet.problems.append(Problem(number, "", None, _("lặp lại dòng tiêu đề"), _("xóa dòng này")))
        else:
            known = len(sheet.problems)
            made, digits = _row(sheet, number, values, matched.fields, grid, changes)
            numbers += digits
            if len(sheet.problems) == known:  # what the cells are comes before what they say
                sheet.rows.append((number, made))
            sheet.raw.append((number, [_header_text(value) for value in values]))
    if numbers:
        sheet.notices.append(_("{count} mã là số, đã lấy các chữ số của số").format(count=numbers))
    sheet.notices += [_change_words(change).format(count=count) for change, count in changes.items()]
    return sheet


def _header(first: Sequence[tuple[int, Sequence[Cell]]], kind: ImportKind, wished: Wishes) -> int | None:
    """The first row with all required columns, else the one with most known columns; or none."""
    best, most = None, 0
    for index, (_number, values) in enumerate(first):
        known = {
            field
            for cell in values
            if (field := columns.field_of(kind, _header_text(cell), wished.renamed)) is not None
        }
        if known >= set(columns.required(kind)):
            return index
        if len(known) > most:
            best, most = index, len(known)
    return best


def _is_header(values: Sequence[Cell], plain: Sequence[str]) -> bool:
    return [columns.normal(_header_text(value)) for value in values] == list(plain)


def _header_text(cell: Cell) -> str:
    if cell is None:
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _empty(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _blank(values: Sequence[Cell]) -> bool:
    return all(map(_empty, values))


def _ragged(row: int, found: int, expected: int) -> Problem:
    return Problem(
        row,
        "",
        None,
        _("có {found} ô, cần {expected}").format(found=found, expected=expected),
        _("giá trị có dấu phân cách phải đặt trong ngoặc kép"),
    )


def _refuse_merged(grid: Grid, header_row: int, sheet: Sheet) -> None:
    for top, left, bottom, right in grid.merged:
        if bottom > header_row:
            where = f"{address(top, left)}:{address(bottom, right)}"
            sheet.problems.append(
                Problem(
                    top, where, None, _("ô trộn trong vùng dữ liệu"), _("bỏ trộn và ghi giá trị vào từng ô")
                )
            )


def _row(
    sheet: Sheet,
    number: int,
    values: Sequence[Cell],
    fields: Sequence[str | None],
    grid: Grid,
    changes: Counter[str],
) -> tuple[dict[str, object], int]:
    """The cells of a row by field, and how many codes were numbers."""
    made: dict[str, object] = {}
    digits = 0
    for index, field in enumerate(fields):
        if field is None:
            continue
        cell = values[index] if index < len(values) else None
        if isinstance(cell, str):
            made[field] = _text_cell(field, cell, changes)
        elif cell is None:
            made[field] = ""
        else:
            try:
                made[field] = _typed_cell(field, cell, from_1904=grid.from_1904)
            except InvalidError as error:
                where = address(number, index) if grid.letters else field
                sheet.problems.append(Problem(number, where, None, error.message, error.cure))
            digits += field in CODES and isinstance(cell, (int, float))
    return made, digits


def _text_cell(field: str, cell: str, changes: Counter[str]) -> str:
    if cell.isascii() and cell.isprintable() and "  " not in cell:
        return text.unguard(cell)
    with contextlib.suppress(InvalidError):  # the models say what is wrong
        changes.update(text.clean(cell, lines=field == "note").changes)
    return text.unguard(cell)


def _change_words(change: str) -> str:
    return {
        "spaces": _("{count} ô: bỏ khoảng trắng thừa"),
        "zero-width": _("{count} ô: bỏ ký tự không nhìn thấy"),
        "d-stroke": _("{count} ô: Ð đã đổi thành Đ"),
        "line-end": _("{count} ô: xuống dòng đã đổi thành khoảng trắng"),
        "nfc": _("{count} ô: dấu rời đã ghép vào chữ"),
    }[change]


def _typed_cell(field: str, cell: float | bool | date, *, from_1904: bool) -> str:
    """A workbook's number or date as text; raises InvalidError where it is not what the column holds."""
    if isinstance(cell, bool):
        raise InvalidError(_("là TRUE hoặc FALSE"), _("gõ lại thành chữ"))
    if isinstance(cell, date):
        if field not in DAYS:
            raise InvalidError(
                _("là ngày {day}, không phải chữ").format(day=cell.isoformat()[:10]),
                _("định dạng ô là Text rồi gõ lại"),
            )
        if isinstance(cell, datetime):
            raise InvalidError(_("có cả giờ, giờ sẽ bị mất"), _("ghi ngày, không có giờ"))
        return cell.isoformat()
    if field in DAYS:
        raise InvalidError(
            _not_a_day(cell, from_1904=from_1904), _("định dạng ô là Date, hoặc gõ 31/03/2022")
        )
    if not float(cell).is_integer():
        raise InvalidError(_("là số lẻ {number}").format(number=cell), _("định dạng ô là Text rồi gõ lại"))
    if abs(cell) >= _MOST_DIGITS:
        raise InvalidError(_("là số hơn 15 chữ số: Excel đã làm tròn"), _("định dạng ô là Text rồi gõ lại"))
    return str(int(cell))


def _not_a_day(number: float, *, from_1904: bool) -> str:
    try:
        day = (_DAY_0_1904 if from_1904 else _DAY_0) + timedelta(days=int(number))
    except OverflowError:
        return _("là số {number}").format(number=f"{number:g}")
    return _("là số trần {number}; nếu là ngày thì là {day}").format(
        number=f"{number:g}", day=day.isoformat()
    )


# Objects


def _from_objects(
    objects: Sequence[Mapping[str, Any]], source: str, kind: ImportKind, wished: Wishes
) -> Sheet:
    if not objects:
        raise RejectedError(_("{file}: không có dòng dữ liệu nào").format(file=source))
    ignored = {columns.normal(name) for name in wished.ignored}
    sheet = Sheet(sorted({key for item in objects for key in item}), [], items=True)
    known: dict[str, str | None] = {}
    for number, item in enumerate(objects, 1):
        made: dict[str, object] = {}
        for key, value in item.items():
            if key not in known:
                known[key] = columns.field_of(kind, key, wished.renamed)
            field = known[key]
            if field is None:
                if columns.normal(key) not in ignored:
                    sheet.problems.append(
                        Problem(
                            number,
                            short(key),
                            None,
                            _("không biết trường này"),
                            _("--ignore-column để bỏ qua"),
                        )
                    )
            elif field in made:
                sheet.problems.append(
                    Problem(number, short(key), None, _("trường {field} có hai lần").format(field=field))
                )
            else:
                made[field] = unicodedata.normalize("NFC", value) if isinstance(value, str) else value
        sheet.rows.append((number, made))
        sheet.raw.append((number, ["" if value is None else str(value) for value in item.values()]))
    sheet.fields = [field for field in known.values() if field]
    sheet.headers = list(known)
    return sheet
