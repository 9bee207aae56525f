"""Files that people write and that are read whole: where one cannot be, the place and the cure are said."""

import re
from pathlib import Path

from thidua_cli import files
from thidua_cli.errors import RejectedError
from thidua_cli.language import _, why

_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")
_SHOWN = 60  # characters of a line


def read_text(path: Path, most: int = files.SMALL) -> str:
    """A text in UTF-8 of at most so many bytes, with or without a byte order mark; raises RejectedError."""
    try:
        data = files.read(path, most)
    except OSError as error:
        raise RejectedError(_("{path}: không đọc được: {why}").format(path=path, why=why(error))) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RejectedError(
            _("{path}: dòng {line} không phải UTF-8").format(path=path, line=line),
            _("Lưu lại tệp bằng mã UTF-8."),
        ) from None


def read_toml(path: Path) -> dict[str, object]:
    """The values of a TOML file; raises RejectedError."""
    import tomllib

    text = read_text(path)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        cure = _('Chữ đặt trong dấu nháy kép: name = "…"; tên mục trong ngoặc vuông: [issuer].')
        if place := _PLACE.search(str(error)):
            raise RejectedError(_wrong(path, text, int(place[1]), int(place[2]), "TOML"), cure) from None
        raise RejectedError(
            _("{path}: sai cú pháp {form}: hết tệp giữa chừng").format(path=path, form="TOML"), cure
        ) from None


def read_json(path: Path, most: int = files.SMALL) -> object:
    """The value of a JSON file; raises RejectedError."""
    import json

    text = read_text(path, most)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise RejectedError(_wrong(path, text, error.lineno, error.colno, "JSON")) from None


def _wrong(path: Path, text: str, line: int, column: int, form: str) -> str:
    lines = text.splitlines()
    shown = lines[line - 1].strip()[:_SHOWN] if line <= len(lines) else ""
    message = _("{path}: dòng {line}, cột {column}: sai cú pháp {form}").format(
        path=path, line=line, column=column, form=form
    )
    return f"{message}: {shown}" if shown else message
