"""Where a file comes from, how many bytes of it are read, and which format it has."""

import io
import sys
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from thidua_cli.ground import resources
from thidua_cli.ground.errors import RejectedError, StoreError, UsageError
from thidua_cli.ground.language import _, why

STDIN = "-"
_PIECE = 1 << 20
MOST_BYTES = 512 << 20  # of a file that is read whole


class FileFormat(StrEnum):
    """What a file is; without --format, its ending says so."""

    CSV = "csv"
    TSV = "tsv"
    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    JSON = "json"
    JSONL = "jsonl"


WITH_SHEETS = (FileFormat.XLSX, FileFormat.XLS, FileFormat.ODS)


def called(source: str) -> str:
    """A file in messages: as it was named, and standard input in words."""
    return source if source != STDIN else _("đầu vào chuẩn")


def read_bytes(source: str) -> bytes:
    """The bytes of a file, of standard input for `-`, or of a file of the program for `@NAME`.

    Raises RejectedError where it cannot be read, or has more than `MOST_BYTES`.
    """
    message = _("{file}: không đọc được: {why}")
    try:
        if source == STDIN:
            if sys.stdin is None:
                raise StoreError(_("đầu vào chuẩn đã đóng"))
            data = _some(sys.stdin.buffer)
        else:
            path = resources.data(source[1:]) if source.startswith("@") else Path(source)
            with path.open("rb") as file:
                data = _some(file)
    except OSError as error:
        raise RejectedError(message.format(file=called(source), why=why(error))) from None
    if len(data) > MOST_BYTES:
        too_large = _("lớn hơn {size}").format(size=f"{MOST_BYTES >> 20} MB")
        raise RejectedError(
            message.format(file=called(source), why=too_large), _("Chia tệp thành nhiều tệp nhỏ hơn.")
        )
    return data


def _some(file: BinaryIO) -> bytes:
    """All of a file, or a little more than the most that is taken."""
    read = io.BytesIO()
    while read.tell() <= MOST_BYTES and (piece := file.read(_PIECE)):
        read.write(piece)
    return read.getvalue()


def form_of_ending(path: Path) -> FileFormat | None:
    """The format that a file's ending names; none for an ending that names none."""
    ending = path.suffix.lower().lstrip(".")
    return FileFormat(ending) if ending in list(FileFormat) else None


def form_of(source: str, given: FileFormat | None) -> FileFormat:
    """The given format, else that of the file's ending; standard input without a format is CSV."""
    if given is not None or source == STDIN:
        return given or FileFormat.CSV
    ending = Path(source).suffix.lower().lstrip(".")
    if ending in ("xlsm", "xltm", "xlsb"):
        raise RejectedError(
            _("{file}: .{ending} không nhận").format(file=source, ending=ending), _("Lưu lại dạng .xlsx.")
        )
    ending = {"txt": "csv", "ndjson": "jsonl", "tab": "tsv"}.get(ending, ending)
    if ending not in list(FileFormat):
        raise UsageError(
            _("{file}: không biết dạng của tệp: nêu --format").format(file=source), ", ".join(FileFormat)
        )
    return FileFormat(ending)
