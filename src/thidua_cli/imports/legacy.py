"""Old workbooks (.xls): what a reader would hide, from the records of the BIFF8 stream."""

import io
import struct
from collections.abc import Iterator
from typing import NamedTuple

from thidua_cli.errors import RejectedError
from thidua_cli.imports.container import Hazards, SheetInfo, check_size, damaged, refuse_macros, too_large
from thidua_cli.imports.grid import MOST_CELLS, address
from thidua_cli.language import _

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FORMULA, _DATEMODE, _FILEPASS, _BOUNDSHEET = 0x0006, 0x0022, 0x002F, 0x0085
_MERGED, _BOOLERR, _ROW = 0x00E5, 0x0205, 0x0208
_MANY = 0x00BD
_VALUES = (0x0203, 0x027E, _MANY, 0x00FD, 0x0204)  # number, RK, many RKs, shared string, label
_MOST_SHEETS = 1000
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


class Book(NamedTuple):
    """The sheets in order, what each holds besides plain values, and whether dates count from 1904."""

    sheets: list[SheetInfo]
    hazards: dict[str, Hazards]
    from_1904: bool


def look(data: bytes, name: str) -> Book:
    """What the workbook holds; raises RejectedError where it has a password or macros, or is damaged."""
    if not data.startswith(_OLE):
        raise RejectedError(
            _("{file}: không phải sổ tính .xls thật, chỉ mang tên ấy").format(file=name),
            _("Mở bằng Excel rồi lưu lại dạng .xlsx."),
        )
    stream = _stream(data, name)
    places: list[tuple[int, SheetInfo]] = []
    from_1904 = False
    for kind, _position, body in _records(stream, name):
        if kind == _FILEPASS:
            raise RejectedError(_("{file}: có mật khẩu").format(file=name), _("Bỏ mật khẩu rồi lưu lại."))
        if kind == _DATEMODE and body[:1] == b"\1":
            from_1904 = True
        if kind == _BOUNDSHEET and len(body) > 8:
            places.append(_sheet(body, name))
    if len(places) > _MOST_SHEETS:
        raise damaged(name)
    sheets = [sheet for _offset, sheet in places]
    found = {sheet.name: Hazards() for sheet in sheets}
    used = {sheet.name: (0, 0) for sheet in sheets}  # rows and columns
    places.sort(key=lambda place: place[0], reverse=True)
    for kind, position, body in _records(stream, name):
        owner = next((sheet.name for offset, sheet in places if offset <= position), None)
        if owner is not None and len(body) >= 4 and _note(found[owner], kind, body):
            used[owner] = _reach(used[owner], kind, body)
    for rows, columns in used.values():
        check_size(rows, columns, name)
    if sum(rows * columns for rows, columns in used.values()) > MOST_CELLS:
        raise too_large(name)  # the reader keeps all sheets
    return Book(sheets, found, from_1904)


def _sheet(body: bytes, name: str) -> tuple[int, SheetInfo]:
    """Where a sheet begins in the stream, and its name."""
    offset, state, _type, length, wide = struct.unpack_from("<IBBBB", body)
    try:
        text = (
            body[8 : 8 + length * 2].decode("utf-16-le")
            if wide & 1
            else body[8 : 8 + length].decode("latin-1")
        )
    except UnicodeDecodeError:
        raise damaged(name) from None
    return offset, SheetInfo(text, bool(state & 3))


def _reach(used: tuple[int, int], kind: int, body: bytes) -> tuple[int, int]:
    """Rows and columns used, with this cell or row of cells."""
    row, column = struct.unpack_from("<HH", body)
    if kind == _MANY:
        column = struct.unpack_from("<H", body, len(body) - 2)[0]
    return max(used[0], row + 1), max(used[1], column + 1)


def _note(found: Hazards, kind: int, body: bytes) -> bool:
    """Whether a record is a cell, or cells; what it is besides a plain value is noted in `found`."""
    row, column = struct.unpack_from("<HH", body)
    where = address(row + 1, column)
    if kind == _FORMULA:
        found.formulas.append(where)
    elif kind == _BOOLERR and len(body) >= 8:
        if body[7]:
            found.errors[where] = _ERRORS.get(body[6], "#?")
        else:
            found.booleans.append(where)
    elif kind == _ROW and len(body) >= 16:
        if struct.unpack_from("<I", body, 12)[0] & 0x20:
            found.hidden_rows.append(row + 1)
        return False
    elif kind == _MERGED:
        for top, bottom, left, right in struct.iter_unpack("<4H", body[2 : 2 + (len(body) - 2) // 8 * 8]):
            found.merged.append((top + 1, left, bottom + 1, right))
        return False
    elif kind not in _VALUES:
        return False
    found.cells += 1
    return True


def _stream(data: bytes, name: str) -> bytes:
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            if any(parts[0] == "_VBA_PROJECT_CUR" for parts in container.listdir(streams=False)):
                refuse_macros(name)
            if not container.exists("Workbook"):
                raise RejectedError(
                    _("{file}: có mật khẩu, hoặc không phải sổ tính .xls").format(file=name),
                    _("Lưu lại dạng .xlsx."),
                )
            return bytes(container.openstream("Workbook").read())
    except RejectedError:
        raise
    except Exception:  # whatever a damaged directory leads to
        raise damaged(name) from None


def _records(stream: bytes, name: str) -> Iterator[tuple[int, int, bytes]]:
    """Each record's kind, its place in the stream, and its content."""
    position = 0
    while position + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, position)
        body = stream[position + 4 : position + 4 + length]
        if len(body) < length:
            raise damaged(name)
        yield kind, position, body
        position += 4 + length
