"""Old workbooks (.xls): what a reader would hide, from the records of the BIFF8 stream."""

import io
import struct
from collections.abc import Iterator

from thidua_cli.errors import RejectedError
from thidua_cli.imports.container import Hazards, damaged
from thidua_cli.imports.grid import address
from thidua_cli.language import _

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FORMULA, _FILEPASS, _BOUNDSHEET, _BOOLERR, _ROW = 0x0006, 0x002F, 0x0085, 0x0205, 0x0208
_VALUES = (0x0203, 0x027E, 0x00BD, 0x00FD, 0x0204)  # number, RK, many RKs, shared string, label
_ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}


def hazards(data: bytes, name: str) -> tuple[dict[str, Hazards], list[str]]:
    """What each visible sheet holds besides plain values, and the names of the hidden sheets.

    Raises RejectedError for a file that is no such workbook, has a password or macros, or is damaged.
    """
    stream = _stream(data, name)
    places: list[tuple[int, str]] = []
    hidden: list[str] = []
    for kind, _position, body in _records(stream, name):
        if kind == _FILEPASS:
            raise RejectedError(_("{file}: có mật khẩu").format(file=name), _("Bỏ mật khẩu rồi lưu lại."))
        if kind == _BOUNDSHEET and len(body) > 8:
            offset, state, _type, length, wide = struct.unpack_from("<IBBBB", body)
            text = (
                body[8 : 8 + length * 2].decode("utf-16-le")
                if wide & 1
                else body[8 : 8 + length].decode("latin-1")
            )
            places.append((offset, text))
            if state & 3:
                hidden.append(text)
    found = {text: Hazards(0, [], {}, [], []) for _offset, text in places}
    for kind, position, body in _records(stream, name):
        sheet = next((text for offset, text in sorted(places, reverse=True) if offset <= position), None)
        if sheet is not None and len(body) >= 4:
            found[sheet] = _note(found[sheet], kind, body)
    return {text: each for text, each in found.items() if text not in hidden}, hidden


def _note(found: Hazards, kind: int, body: bytes) -> Hazards:
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
        return found
    elif kind not in _VALUES:
        return found
    return found._replace(cells=found.cells + 1)


def _stream(data: bytes, name: str) -> bytes:
    import olefile

    if not data.startswith(_OLE):
        raise RejectedError(_("{file}: không phải sổ tính .xls").format(file=name))
    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            if any(parts[0] == "_VBA_PROJECT_CUR" for parts in container.listdir(streams=False)):
                raise RejectedError(
                    _("{file}: có macro, không nhận").format(file=name), _("Lưu lại dạng .xlsx.")
                )
            if not container.exists("Workbook"):
                raise RejectedError(
                    _("{file}: có mật khẩu, hoặc không phải sổ tính .xls").format(file=name),
                    _("Lưu lại dạng .xlsx."),
                )
            return bytes(container.openstream("Workbook").read())
    except (OSError, ValueError, IndexError, struct.error):
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
