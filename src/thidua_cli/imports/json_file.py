"""A JSON array of objects, or JSONL: one object a line."""

import json
import re
from collections.abc import Sequence
from typing import Any

from thidua_cli.errors import RejectedError
from thidua_cli.imports import text_file
from thidua_cli.imports.grid import MOST_COLUMNS, MOST_LETTERS
from thidua_cli.language import _

_LINE_END = re.compile(r"\r\n|\r|\n")


class _TwiceError(ValueError):
    """A key stands twice in an object."""


class _TooLargeError(ValueError):
    """An object has more keys, or a value more characters, than any that is read."""


def read(data: bytes, name: str, encoding: str | None, *, lines: bool) -> list[dict[str, Any]]:
    """The objects of the file; raises RejectedError where it is anything else."""
    text = text_file.decode(data, name, encoding)
    if not text.strip():
        raise RejectedError(_("{file}: tệp rỗng").format(file=name))
    found: Any
    if lines:
        found = [
            _parse(line, name, number) for number, line in enumerate(_LINE_END.split(text), 1) if line.strip()
        ]
    else:
        found = _parse(text, name, 0)
    if isinstance(found, dict) and isinstance(found.get("rows"), list):
        found = found["rows"]  # a report of ours
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise RejectedError(_("{file}: cần một danh sách các đối tượng").format(file=name))
    return found


def _parse(text: str, name: str, line: int) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except _TwiceError as error:
        raise RejectedError(
            _("{file}: khóa '{key}' có hai lần trong một đối tượng").format(file=name, key=error)
        ) from None
    except _TooLargeError as error:
        raise RejectedError(f"{name}: {error}") from None
    except json.JSONDecodeError as error:
        raise RejectedError(
            _("{file}: không phải JSON: dòng {line}, cột {column}").format(
                file=name, line=line or error.lineno, column=error.colno
            )
        ) from None
    except RecursionError:
        raise RejectedError(_("{file}: lồng nhau quá sâu").format(file=name)) from None
    except ValueError as error:
        raise RejectedError(_("{file}: không phải JSON: {why}").format(file=name, why=error)) from None


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """An object; raises before it is made where it has a key twice, or is larger than any that is read."""
    if len(pairs) > MOST_COLUMNS:
        raise _TooLargeError(
            _("một đối tượng có {count} khóa, tối đa {most}").format(count=len(pairs), most=MOST_COLUMNS)
        )
    if any(isinstance(value, str) and len(value) > MOST_LETTERS for _key, value in pairs):
        raise _TooLargeError(_("một giá trị dài hơn {most} ký tự").format(most=MOST_LETTERS))
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        raise _TwiceError(next(key for key, _value in pairs if key in seen or seen.add(key)))  # type: ignore[func-returns-value]
    return made


def _no_constant(name: str) -> None:
    raise ValueError(name)
