"""Checks of a workbook's container before any reader sees it, with the standard library alone.

Sizes, names, macros, DOCTYPE, how much XML there is and how deep; bounds of rows, columns and cells.
"""

import io
import re
import zipfile
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, NoReturn
from xml.parsers import expat

from thidua_cli.ground.errors import RejectedError
from thidua_cli.ground.language import _, grouped
from thidua_cli.ground.sheets import MOST_ROWS
from thidua_cli.intake.tables.grid import MOST_CELLS, MOST_COLUMNS, Fault, place

MOST_BYTES = 64 * 1024 * 1024
_MOST_PARTS = 2000
_MOST_ELEMENTS = 5_500_000  # of one part; 64 MiB of a real list hold fewer
_MOST_MERGED = 100_000
_MOST_DEPTH = 100
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MACRO = re.compile(
    r".*(^|/)vbaproject\.bin|xl/macrosheets/.*|.*macros/|(basic|scripts)/(?!.*script-l[bc]\.xml$).*[^/]",
    re.IGNORECASE | re.DOTALL,
)
_XML_NAMES = (".xml", ".rels", ".vml")


class SheetInfo(NamedTuple):
    """A sheet as the workbook lists it; `part` holds it, where a part holds one sheet."""

    name: str
    hidden: bool
    part: str = ""


@dataclass(slots=True)
class Hazards:
    """What stands in a sheet besides plain values; `formulas` and `merged` as in a Grid, faults by place."""

    cells: int = 0
    area: int = 0  # rows times columns, to the last cell used
    formulas: "array[int]" = field(default_factory=lambda: array("Q"))
    faults: dict[int, Fault] = field(default_factory=dict)
    hidden_rows: list[int] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)  # the first and the last, from 0
    columns: int = 0  # used
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)

    def hide(self, first: int, last: int) -> None:
        """Note hidden columns, as many as a sheet may have."""
        if first < MOST_COLUMNS and len(self.hidden_columns) < MOST_COLUMNS:
            self.hidden_columns.append((first, last))

    def formula(self, row: int, column: int) -> None:
        """Note a formula whose value is stored."""
        self.formulas.append(place(row, column))

    def fault(self, row: int, column: int, error: str = "") -> None:
        """Note an error or, without one, a formula for which no value is stored."""
        self.faults[place(row, column)] = Fault(error)

    def merge(self, top: int, left: int, bottom: int, right: int) -> None:
        """Note merged cells; raises RejectedError where there are more than any list has."""
        if len(self.merged) == _MOST_MERGED:
            raise too_large()
        self.merged.append((top, left, bottom, right))


def open_zip(data: bytes) -> zipfile.ZipFile:
    """The container, with its parts checked; raises RejectedError."""
    if data.startswith(_OLE):
        raise RejectedError(
            _("có mật khẩu, hoặc là tệp .xls cũ mang tên .xlsx"), _("Lưu lại dạng .xlsx không mật khẩu.")
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise RejectedError(_("không phải sổ tính, hoặc bị hỏng"), _("Mở bằng Excel rồi lưu lại.")) from None
    for part in parts:
        if part.filename.startswith(("/", "\\")) or ".." in part.filename.replace("\\", "/").split("/"):
            raise RejectedError(_("có phần mang tên xấu"))
        if _MACRO.fullmatch(part.filename):
            refuse_macros()
        if part.flag_bits & 1:
            raise RejectedError(_("có mật khẩu"), _("Bỏ mật khẩu rồi lưu lại."))
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > MOST_BYTES:
        raise RejectedError(_("mở ra lớn hơn 64 MiB, không nhận"))
    if len({part.filename.casefold() for part in parts}) < len(parts):
        raise damaged()  # which of two parts of one name is read, nobody knows
    for part in parts:
        _check_xml(part_bytes(archive, part.filename), part.filename)
    return archive


def part_bytes(archive: zipfile.ZipFile, part: str) -> bytes:
    """A part unpacked, never more than it declares; raises RejectedError where it is damaged."""
    try:
        return archive.read(part)
    except (KeyError, zipfile.BadZipFile, EOFError, NotImplementedError, OSError, ValueError, RuntimeError):
        raise damaged() from None
    except Exception as error:
        if type(error).__module__ in ("zlib", "lzma", "_lzma"):
            raise damaged() from None
        raise


def damaged() -> RejectedError:
    """The error for a workbook that cannot be read whole."""
    return RejectedError(_("sổ tính bị hỏng"), _("Mở bằng Excel rồi lưu lại."))


def refuse_macros() -> NoReturn:
    """Raises RejectedError for a workbook with macros."""
    raise RejectedError(_("có macro, không nhận"), _("Lưu lại dạng .xlsx."))


def _check_xml(data: bytes, part: str) -> None:
    head = data[:4096]
    if not (part.lower().endswith(_XML_NAMES) or head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"):
        return
    if (
        b"<!DOCTYPE" in data
        or b"<!ENTITY" in data
        or head.startswith((b"\xff\xfe", b"\xfe\xff"))
        or b"\0" in head
    ):
        _refuse_doctype()
    if data.count(b"<") - data.count(b"</") > _MOST_ELEMENTS:
        raise too_large()


def _refuse_doctype() -> NoReturn:
    raise RejectedError(_("có DOCTYPE hoặc mã hóa lạ, không nhận"))


def parse(
    data: bytes,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    characters: Callable[[str], None] | None = None,
    *,
    namespaces: bool = False,
) -> None:
    """Walk XML in UTF-8; tags are without prefix, or with `namespaces` after its address and a space."""
    parser = expat.ParserCreate("utf-8", " " if namespaces else None)
    parser.buffer_text = True
    depth = 0

    def opened(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > _MOST_DEPTH:
            raise damaged()
        if not namespaces and ":" in tag:
            tag = tag.rpartition(":")[2]
        start(tag, attributes)

    def closed(tag: str) -> None:
        nonlocal depth
        depth -= 1
        if end is not None:
            end(tag if namespaces or ":" not in tag else tag.rpartition(":")[2])

    parser.StartElementHandler, parser.EndElementHandler = opened, closed
    parser.StartDoctypeDeclHandler = lambda *_declared: _refuse_doctype()
    if characters is not None:
        parser.CharacterDataHandler = characters
    try:
        parser.Parse(data, True)
    except expat.ExpatError:
        raise damaged() from None


def check_size(rows: int, columns: int) -> None:
    """Raises RejectedError where a sheet's used cells reach further than is read."""
    if rows > MOST_ROWS or columns > MOST_COLUMNS or rows * columns > MOST_CELLS:
        raise too_large()


def too_large() -> RejectedError:
    """The error for a sheet of more cells than are read."""
    return RejectedError(
        _("trang tính lớn hơn {rows} dòng, {columns} cột hoặc {cells} ô (dòng nhân cột)").format(
            rows=grouped(MOST_ROWS), columns=MOST_COLUMNS, cells=grouped(MOST_CELLS)
        ),
        _("Xóa các ô thừa ở xa rồi lưu lại, hoặc dùng CSV."),
    )
