"""Old workbooks (.xls): what a reader would hide, from the records of the BIFF8 stream."""

import io
import struct
from collections.abc import Iterator, Set
from typing import NamedTuple

from thidua_cli.ground.errors import RejectedError
from thidua_cli.ground.language import _
from thidua_cli.intake.tables.container import (
    Hazards,
    SheetInfo,
    check_size,
    damaged,
    has_password,
    refuse_macros,
    too_large,
)
from thidua_cli.intake.tables.grid import MOST_CELLS

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FORMULA, _DATEMODE, _FILEPASS, _BOUNDSHEET = 0x0006, 0x0022, 0x002F, 0x0085
_MERGED, _BOOLERR, _ROW = 0x00E5, 0x0205, 0x0208
_MANY, _COLUMNS = 0x00BD, 0x007D
_EOF, _BOF, _BIFF8 = 0x000A, 0x0809, 0x0600
_RECORD_SIZE = 8
_SINGLE = frozenset({0x0203, 0x027E, 0x00FD, 0x0204})  # number, RK, shared string, label
_OLD_FORMULAS = frozenset({0x0206, 0x0406})  # of earlier formats, in which a value stands at the same place
_FORMULAS = _OLD_FORMULAS | {_FORMULA}
_CELLS = _SINGLE | _FORMULAS | {_MANY, _BOOLERR}
_BESIDES = frozenset({_MERGED, _ROW, _COLUMNS})
_HEAD, _RECORD, _WORD = (struct.Struct(form).unpack_from for form in ("<HH", "<HHHH", "<H"))
_MOST_SHEETS = 1000
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


class XlsContents(NamedTuple):
    """The sheets in order, what each holds besides plain values, and whether dates count from 1904."""

    sheets: list[SheetInfo]
    hazards: dict[str, Hazards]
    from_1904: bool


def look(data: bytes) -> XlsContents:
    """What the workbook holds; raises RejectedError where it has a password or macros, or is damaged."""
    if not data.startswith(_OLE):
        raise RejectedError(
            _("không phải sổ tính .xls thật, chỉ mang tên ấy"), _("Mở bằng Excel rồi lưu lại dạng .xlsx.")
        )
    stream = _stream(data)
    _refuse_old(stream)
    places: list[tuple[int, SheetInfo]] = []
    from_1904 = False
    for kind, position, end in _records(stream, {_FILEPASS, _DATEMODE, _BOUNDSHEET}):
        body = stream[position + 4 : end]
        if kind == _FILEPASS:
            raise has_password()
        if kind == _DATEMODE and body[:1] == b"\1":
            from_1904 = True
        if kind == _BOUNDSHEET and len(body) > 8:
            places.append(_sheet(body))
    if len(places) > _MOST_SHEETS:
        raise damaged()
    sheets = [sheet for _offset, sheet in places]
    hazards = {sheet.name: Hazards() for sheet in sheets}
    used = dict.fromkeys(hazards, (0, 0))  # rows and columns
    places.sort(key=lambda place: place[0])
    ends = [offset for offset, _sheet_info in places[1:]] + [len(stream)]
    for (start, sheet), end in zip(places, ends, strict=True):
        rows, columns = _scan(stream, start, end, hazards[sheet.name])
        used[sheet.name] = max(used[sheet.name][0], rows), max(used[sheet.name][1], columns)
    for rows, columns in used.values():
        check_size(rows, columns)
    if sum(rows * columns for rows, columns in used.values()) > MOST_CELLS:
        raise too_large()  # the reader keeps all sheets
    return XlsContents(sheets, hazards, from_1904)


def _sheet(body: bytes) -> tuple[int, SheetInfo]:
    """Where a sheet begins in the stream, and its name."""
    offset, state, _type, length, wide = struct.unpack_from("<IBBBB", body)
    try:
        text = (
            body[8 : 8 + length * 2].decode("utf-16-le")
            if wide & 1
            else body[8 : 8 + length].decode("latin-1")
        )
    except UnicodeDecodeError:
        raise damaged() from None
    return offset, SheetInfo(text, bool(state & 3))


def _scan(stream: bytes, start: int, end: int, hazards: Hazards) -> tuple[int, int]:
    """Rows and columns used of a sheet; what is besides plain values is noted in `hazards`.

    A sheet is read from its start to the end of its records, be it beyond the start of the next one.
    """
    rows = columns = cells = 0
    position, size = start, len(stream)
    while position + 8 <= size:
        kind, length, row, column = _RECORD(stream, position)
        after = position + 4 + length
        if after > size:
            raise damaged()
        if kind in _CELLS and length >= 4:
            cells += 1
            if kind not in _SINGLE:
                column = _note(hazards, kind, row, column, stream[position + 4 : after])
            if row >= rows:
                rows = row + 1
            if column >= columns:
                columns = column + 1
        elif kind in _BESIDES and length >= 4:
            _note(hazards, kind, row, column, stream[position + 4 : after])
        elif kind == _EOF and after >= end:
            break
        position = after
    hazards.cells += cells
    hazards.columns = max(hazards.columns, columns)
    return rows, columns


def _note(hazards: Hazards, kind: int, row: int, column: int, body: bytes) -> int:
    """Note what a record is besides a plain value; returns the last column that it fills."""
    if kind in _FORMULAS:
        _note_formula(hazards, row + 1, column, body, old=kind != _FORMULA)
    elif kind == _BOOLERR and len(body) >= 8:
        if body[7]:
            hazards.fault(row + 1, column, _ERRORS.get(body[6], "#?"))
    elif kind == _MANY:
        return int(_WORD(body, len(body) - 2)[0])
    elif kind == _ROW and len(body) >= 16:
        if struct.unpack_from("<I", body, 12)[0] & 0x20:
            hazards.hidden_rows.append(row + 1)
    elif kind == _COLUMNS and len(body) >= 10:
        if body[8] & 1:
            hazards.hide(row, column)  # here, the first and the last
    elif kind == _MERGED:
        for top, bottom, left, right in struct.iter_unpack("<4H", body[2 : 2 + (len(body) - 2) // 8 * 8]):
            hazards.merged.append((top + 1, left, bottom + 1, right))
    return column


def _note_formula(hazards: Hazards, row: int, column: int, body: bytes, *, old: bool) -> None:
    """Note a formula; a reader knows no formulas of earlier formats, so that those are without a value.

    A library that knows no values writes 0, to be calculated anew when the workbook is opened.
    """
    special = body[12:14] == b"\xff\xff"  # no number: a text, a truth value, an error or nothing
    unknown = body[6:14] == bytes(8) and len(body) >= 16 and body[14] & 2
    if len(body) < 14 or old or unknown:
        hazards.fault(row, column)
    elif special and body[6] == 2:
        hazards.fault(row, column, _ERRORS.get(body[8], "#?"))
    else:
        hazards.formula(row, column)


def _refuse_old(stream: bytes) -> None:
    """Raise RejectedError for a workbook that begins as those of Excel before 97 do."""
    if len(stream) >= _RECORD_SIZE and _RECORD(stream, 0)[0] == _BOF and _RECORD(stream, 0)[2] < _BIFF8:
        raise RejectedError(
            _("là sổ tính của Excel 5.0/95 hoặc cũ hơn, không đọc được"),
            _("Mở bằng Excel rồi lưu lại dạng .xlsx."),
        )


def _stream(data: bytes) -> bytes:
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            if any(parts[0] == "_VBA_PROJECT_CUR" for parts in container.listdir(streams=False)):
                refuse_macros()
            if container.exists("EncryptedPackage"):
                raise has_password()
            name = next((name for name in ("Workbook", "Book") if container.exists(name)), None)
            if name is None:
                raise RejectedError(_("không phải sổ tính .xls"), _("Lưu lại dạng .xlsx."))
            return bytes(container.openstream(name).getvalue())
    except RejectedError:
        raise
    except Exception:  # whatever a damaged directory leads to
        raise damaged() from None


def _records(stream: bytes, wanted: Set[int]) -> Iterator[tuple[int, int, int]]:
    """The kind, the place and the end of each record of the wanted kinds."""
    position, size = 0, len(stream)
    while position + 4 <= size:
        kind, length = _HEAD(stream, position)
        end = position + 4 + length
        if end > size:
            raise damaged()
        if kind in wanted:
            yield kind, position, end
        position = end
