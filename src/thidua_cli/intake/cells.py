"""What a cell under a header says: text made ready, dates and numbers only where they belong."""

import contextlib
import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache

from thidua_cli.ground import dates, text
from thidua_cli.ground.errors import InvalidError
from thidua_cli.ground.language import _
from thidua_cli.intake import columns
from thidua_cli.intake.sheet import short
from thidua_cli.intake.tables.grid import ABSENT, Cell, Fault
from thidua_cli.register.fields import CODES as UNIT_CODES
from thidua_cli.register.fields import DAYS, KEYS

_MOST_DIGITS = 10**15
_DAY_0_1904 = date(1904, 1, 1)
CODES = UNIT_CODES | {"Mã TP", "Mã QH", "Mã PX"}  # those of the statistics office's list too


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
    """Whether a cell has nothing visible."""
    return cell is None or cell is ABSENT or (isinstance(cell, str) and not (cell and columns.normal(cell)))


def blank(values: Sequence[Cell]) -> bool:
    """Whether every cell of a row is empty."""
    return all(map(empty, values))


def inhabited(rows: Iterable[tuple[int, Sequence[Cell]]]) -> Iterator[tuple[int, Sequence[Cell]]]:
    """The numbered rows that are not blank."""
    for row in rows:
        first = row[1][0] if row[1] else None
        if (isinstance(first, str) and first[:1].isalnum()) or not blank(row[1]):  # the first says it mostly
            yield row


def text_cell(field: str, cell: str, changes: Counter[str], *, guarded: bool) -> str:
    """A text unchanged; what the models will make regular in it is counted.

    `guarded`: of a text file, where a `'` before a formula is ours and comes off.
    """
    if not (cell.isascii() and cell.isprintable() and "  " not in cell):
        with contextlib.suppress(InvalidError):  # the models say what is wrong
            changes.update(text.clean(cell, lines=field == "note").changes)
    return text.unguard(cell) if guarded else cell


def change_notices(changes: Counter[str]) -> list[str]:
    """What `text_cell` counted, in words."""
    words = {
        "spaces": _("{count} ô: bỏ khoảng trắng thừa"),
        "zero-width": _("{count} ô: bỏ ký tự không nhìn thấy"),
        "d-stroke": _("{count} ô: Ð đã đổi thành Đ"),
        "line-end": _("{count} ô: xuống dòng đã đổi thành khoảng trắng"),
        "nfc": _("{count} ô dùng dấu tổ hợp, đã chuẩn hóa"),
    }
    return [words[change].format(count=count) for change, count in changes.items()]


def typed_cell(field: str, cell: float | bool | date | timedelta | Fault, *, from_1904: bool) -> str:
    """A workbook's number or date as text; raises InvalidError where it is not what the column holds."""
    if isinstance(cell, Fault):
        if cell.error:
            raise InvalidError(_("chứa lỗi {error}").format(error=short(cell.error)), _("sửa ô này"))
        if cell.shown:
            raise InvalidError(
                _("chỉ hiện tháng hoặc năm ({format}), không hiện ngày").format(format=short(cell.shown)),
                _("gõ đủ ngày: 31/03/2022"),
            )
        raise InvalidError(
            _("là công thức mà tệp không lưu giá trị"), _("mở bằng Excel rồi lưu lại, hoặc dán thành giá trị")
        )
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
        if field not in KEYS | CODES:  # a result that the plan asks for
            return f"{cell:.10g}"
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
