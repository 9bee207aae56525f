"""Checks of a workbook's container before any reader sees it, with the standard library alone.

Sizes, names, macros, DOCTYPE, how much XML there is and how deep; bounds of rows, columns and cells.
"""

import contextlib
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
MANIFEST = "META-INF/manifest.xml"
_ARCHIVES = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "rar",
}
_WORKBOOK_PARTS = ("[Content_Types].xml", "_rels/", "xl/", "content.xml", MANIFEST, "mimetype")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_UTF_16 = (b"\xff\xfe<", b"\xfe\xff\0<")
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
    untidy: bool = False  # a cell has a text beside its value, of which readers take either
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)

    def hide(self, first: int, last: int) -> None:
        """Note hidden columns, as many as a sheet may have."""
        if first < MOST_COLUMNS and len(self.hidden_columns) < MOST_COLUMNS:
            self.hidden_columns.append((first, last))

    def formula(self, row: int, column: int) -> None:
        """Note a formula whose value is stored."""
        self.formulas.append(place(row, column))

    def fault(self, row: int, column: int, error: str = "", shown: str = "") -> None:
        """Note an error, a format that shows no day or, without both, a formula without a stored value."""
        self.faults[place(row, column)] = Fault(error, shown)

    def merge(self, top: int, left: int, bottom: int, right: int) -> None:
        """Note merged cells; raises RejectedError where there are more than any list has."""
        if len(self.merged) == _MOST_MERGED:
            raise too_large()
        self.merged.append((top, left, bottom, right))


def open_zip(data: bytes) -> zipfile.ZipFile:
    """The container, with its parts checked; raises RejectedError."""
    if data.startswith(_OLE):
        raise _old_container(data)
    if packed := packing(data):
        raise packed
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
            raise has_password()
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > MOST_BYTES:
        raise RejectedError(_("mở ra lớn hơn 64 MiB, không nhận"))
    if MANIFEST in archive.namelist() and b"encryption-data" in part_bytes(archive, MANIFEST):
        raise has_password()
    if len({part.filename.casefold() for part in parts}) < len(parts):
        raise damaged()  # which of two parts of one name is read, nobody knows
    for part in parts:
        _check_xml(part_bytes(archive, part.filename), part.filename)
    return archive


def has_password() -> RejectedError:
    """The error for a workbook that cannot be read without its password."""
    return RejectedError(_("có mật khẩu"), _("Bỏ mật khẩu rồi lưu lại."))


def _old_container(data: bytes) -> RejectedError:
    """The error for a container of the old kind, in which Excel puts workbooks with a password too."""
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            if container.exists("EncryptedPackage"):
                return has_password()
            if container.exists("Workbook") or container.exists("Book"):
                return RejectedError(
                    _("là sổ tính .xls cũ mang tên khác"), _("Nêu --format xls, hoặc lưu lại dạng .xlsx.")
                )
    except Exception:  # whatever a damaged directory leads to
        return damaged()
    return RejectedError(_("không phải sổ tính"), _("Mở bằng Excel rồi lưu lại."))


def packing(data: bytes) -> RejectedError | None:
    """The error for an archive that is no workbook; none for anything else."""
    kind = next((name for magic, name in _ARCHIVES.items() if data.startswith(magic)), "")
    if data.startswith(b"PK\x03\x04"):
        with contextlib.suppress(zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
            names = zipfile.ZipFile(io.BytesIO(data)).namelist()
            kind = kind if any(name.startswith(_WORKBOOK_PARTS) for name in names) else "zip"
    if not kind:
        return None
    return RejectedError(
        _("là tệp nén {kind}, không phải bảng").format(kind=kind), _("Giải nén rồi nhập tệp bên trong.")
    )


def _in_utf8(data: bytes) -> bytes:
    """XML in UTF-16 with its mark, as some programs write parts of their own, in UTF-8."""
    try:
        text = data.decode("utf-16")
    except UnicodeDecodeError:
        raise damaged() from None
    return _DECLARATION.sub("", text).encode("utf-8", "surrogatepass")


def part_bytes(archive: zipfile.ZipFile, part: str) -> bytes:
    """A part unpacked, never more than it declares, XML in UTF-8; raises RejectedError if damaged."""
    try:
        data = archive.read(part)
        return _in_utf8(data) if data.startswith(_UTF_16) and part.lower().endswith(_XML_NAMES) else data
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
