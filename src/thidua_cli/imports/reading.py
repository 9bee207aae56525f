"""From a file to a sheet: bytes, encoding, delimiter, header row, rows."""

import io
import sys
from collections.abc import Sequence
from pathlib import Path

from thidua_cli.errors import RejectedError, StoreError
from thidua_cli.imports import columns
from thidua_cli.imports.columns import ImportKind
from thidua_cli.imports.sheet import Problem, Sheet, reject
from thidua_cli.language import _
from thidua_cli.render.delimited import unguard

STDIN = "-"
_DELIMITERS = ",;\t"
_FIELD_LIMIT = 1_000_000


def read_bytes(source: str) -> bytes:
    """The bytes of a file, or of standard input for `-`. Raises RejectedError where there is no such file."""
    try:
        if source == STDIN:
            if sys.stdin is None:
                raise StoreError(_("đầu vào chuẩn đã đóng"))
            return sys.stdin.buffer.read()
        return Path(source).read_bytes()
    except OSError as error:
        raise RejectedError(
            _("{file}: không đọc được: {why}").format(file=source, why=error.strerror)
        ) from None


def read(source: str, kind: ImportKind) -> Sheet:
    """A CSV or TSV file as a sheet; raises RejectedError where it is no table of that kind."""
    text = decode(read_bytes(source), source)
    table = _records(text, source)
    if not table:
        raise RejectedError(_("{file}: tệp rỗng").format(file=source))
    header_row, headers = table[0]
    body = [(number, values) for number, values in table[1:] if any(value.strip() for value in values)]
    filled = {
        index: any(index < len(values) and values[index].strip() for _n, values in body)
        for index in range(len(headers))
    }
    matched = columns.match(kind, headers, header_row, filled)
    if matched.problems:
        raise reject(source, matched.problems, most=20)
    if not body:
        raise RejectedError(_("{file}: không có dòng dữ liệu nào").format(file=source))
    sheet = Sheet([field for field in matched.fields if field], [])
    for number, values in body:
        if len(values) != len(headers):
            sheet.problems.append(_ragged(number, len(values), len(headers)))
        else:
            pairs = zip(matched.fields, values, strict=True)
            sheet.rows.append((number, {field: unguard(value) for field, value in pairs if field}))
    return sheet


def _ragged(row: int, found: int, expected: int) -> Problem:
    return Problem(
        row,
        "",
        None,
        _("có {found} ô, cần {expected}").format(found=found, expected=expected),
        _("giá trị có dấu phân cách phải đặt trong ngoặc kép"),
    )


def decode(data: bytes, source: str) -> str:
    """UTF-8, with or without BOM; raises RejectedError for anything else."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RejectedError(
            _("{file}: dòng {line} không phải UTF-8").format(file=source, line=line),
            _("Lưu lại dạng “CSV UTF-8” rồi thử lại."),
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise RejectedError(
            _("{file}: dòng {line} có byte NUL: không phải tệp chữ").format(file=source, line=line)
        )
    return text


def _records(text: str, source: str) -> list[tuple[int, list[str]]]:
    import csv

    csv.field_size_limit(_FIELD_LIMIT)
    first = text.lstrip("\r\n").splitlines()[:1]
    delimiter = max(_DELIMITERS, key=first[0].count) if first else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return [(number, values) for number, values in enumerate(reader, 1) if values]
    except csv.Error as error:
        raise RejectedError(
            _("{file}: dòng {line}: {why}").format(file=source, line=reader.line_num, why=error),
            _("Có thể một dấu ngoặc kép mở mà không đóng."),
        ) from None


def empty_to_none(values: Sequence[object]) -> list[object]:
    """Blank cells as None."""
    return [value if value != "" else None for value in values]
