"""A JSON array of objects, or JSONL: one object a line."""

import json
import re
from collections.abc import Sequence
from itertools import chain
from typing import Any

from thidua_cli.ground import config_files
from thidua_cli.ground.errors import InvalidError, RejectedError
from thidua_cli.ground.language import _
from thidua_cli.intake.tables import text as text_file
from thidua_cli.intake.tables.grid import MOST_COLUMNS, MOST_LETTERS

_LINE_END = re.compile(r"\r\n|\r|\n")


def read(data: bytes, encoding: str | None, *, lines: bool) -> list[dict[str, Any]]:
    """The objects of the file; raises RejectedError where it is anything else."""
    text = text_file.decode(data, encoding)
    if not text.strip():
        raise RejectedError(_("tệp rỗng"))
    rows: Any
    if lines:
        rows = [_parse(line, number) for number, line in enumerate(_LINE_END.split(text), 1) if line.strip()]
    else:
        rows = _parse(text, 0)
    if isinstance(rows, dict) and isinstance(rows.get("rows"), list):
        rows = rows["rows"]  # a report of ours
    if not isinstance(rows, list) or not all(isinstance(item, dict) for item in rows):
        raise RejectedError(_("cần một danh sách các đối tượng"))
    keys = set(chain.from_iterable(rows))
    if len(keys) > MOST_COLUMNS:
        message = _("các đối tượng có {count} khóa khác nhau, tối đa {most}")
        raise RejectedError(message.format(count=len(keys), most=MOST_COLUMNS))
    return rows


def _parse(text: str, line: int) -> Any:
    """The value of a file, or of one line of it; raises RejectedError with the place."""
    try:
        return config_files.parse_json(text, _bounded)
    except json.JSONDecodeError as error:
        raise RejectedError(
            _("không phải JSON: dòng {line}, cột {column}").format(
                line=line or error.lineno, column=error.colno
            )
        ) from None
    except InvalidError as error:
        place = _("dòng {line}: {problem}") if line else "{problem}"
        raise RejectedError(place.format(line=line, problem=error.message)) from None


def _bounded(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """As `config_files.unique`; raises InvalidError for one with more keys or longer texts than are read."""
    if len(pairs) > MOST_COLUMNS:
        raise InvalidError(
            _("một đối tượng có {count} khóa, tối đa {most}").format(count=len(pairs), most=MOST_COLUMNS)
        )
    if any(isinstance(value, str) and len(value) > MOST_LETTERS for _key, value in pairs):
        raise InvalidError(_("một giá trị dài hơn {most} ký tự").format(most=MOST_LETTERS))
    return config_files.unique(pairs)
