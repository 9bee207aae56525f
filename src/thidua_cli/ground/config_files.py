"""Files that people write and that are read whole: where one cannot be, the place and the cure are said."""

import math
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from thidua_cli.ground import files
from thidua_cli.ground.errors import InvalidError, RejectedError
from thidua_cli.ground.language import _, why

if TYPE_CHECKING:
    from json import JSONDecoder

_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")
_SHOWN = 60  # characters of a line
_TOML = 1 << 18  # bytes; a plan or letterhead that people write is far shorter
_DEEPEST = 32  # brackets within brackets
_MOST_PARTS = 16  # of a key with dots
_LONGEST = 255  # characters of a number or a bare key
_STRINGS = re.compile(  # and comments, in which nothing is syntax, also where they are never closed
    r'''"""(?:[^\\"]|\\.|"(?!""))*+"{0,5}|'{3}(?:[^']|'(?!''))*+'{0,5}'''
    r"""|"(?:[^\\"\n]|\\.)*+"?|'[^'\n]*+'?|\#[^\n]*+""",
    re.DOTALL,
)
_BRACKETS = re.compile(r"[\[\]{}]")
_BETWEEN = re.compile(r"[\s,=\[\]{}]")

Pairs = Sequence[tuple[str, Any]]


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
    """The values of a TOML file; raises RejectedError.

    What would take the parser long, or too deep, is refused before it: see `_refuse_monstrous`.
    """
    import tomllib

    text = read_text(path, _TOML)
    _refuse_monstrous(path, text)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        cure = _('Chữ đặt trong dấu nháy kép: name = "…"; tên mục trong ngoặc vuông: [issuer].')
        if place := _PLACE.search(str(error)):
            raise RejectedError(_wrong(path, text, int(place[1]), int(place[2]), "TOML"), cure) from None
        raise RejectedError(
            _("{path}: sai cú pháp {form}: hết tệp giữa chừng").format(path=path, form="TOML"), cure
        ) from None
    except (ValueError, RecursionError):
        raise RejectedError(_("{path}: không đọc được như {form}").format(path=path, form="TOML")) from None


def _refuse_monstrous(path: Path, text: str) -> None:
    """Raise RejectedError for brackets, keys and numbers beyond all that a person writes."""
    syntax = _STRINGS.sub(lambda found: '""' + "\n" * found[0].count("\n"), text)
    depth = 0
    for number, line in enumerate(syntax.split("\n"), 1):
        for bracket in _BRACKETS.findall(line):
            depth += 1 if bracket in "[{" else -1
            if depth > _DEEPEST:
                raise RejectedError(
                    _("{path}: dòng {line}: lồng nhau quá sâu").format(path=path, line=number)
                )
        spaced = " ".join(line.split()).replace(" .", ".").replace(". ", ".")
        for word in _BETWEEN.split(spaced):
            if word.count(".") >= _MOST_PARTS:
                raise RejectedError(
                    _("{path}: dòng {line}: tên có quá nhiều phần, tối đa {most}").format(
                        path=path, line=number, most=_MOST_PARTS
                    )
                )
            if len(word) > _LONGEST:
                raise RejectedError(
                    _("{path}: dòng {line}: tên hoặc số dài hơn {most} ký tự").format(
                        path=path, line=number, most=_LONGEST
                    )
                )


def read_json(path: Path, most: int = files.SMALL) -> object:
    """The value of a JSON file; raises RejectedError."""
    import json

    text = read_text(path, most)
    try:
        return parse_json(text)
    except json.JSONDecodeError as error:
        raise RejectedError(_wrong(path, text, error.lineno, error.colno, "JSON")) from None
    except InvalidError as error:
        raise RejectedError(f"{path}: {error.message}") from None


def parse_json(text: str, pairs: Callable[[Pairs], dict[str, Any]] | None = None) -> Any:
    """The value of a JSON text; `pairs` makes its objects, by default `unique`.

    Raises JSONDecodeError; InvalidError for NaN, Infinity, a number too long, and what is nested too deep.
    """
    import json

    try:
        return _decoder(pairs or unique).decode(text)
    except (json.JSONDecodeError, InvalidError):
        raise
    except RecursionError:
        raise InvalidError(_("lồng nhau quá sâu")) from None
    except ValueError:  # an integer of more digits than Python reads
        raise InvalidError(_("có số không đọc được: {number}").format(number="999…")) from None


@lru_cache(maxsize=4)
def _decoder(pairs: Callable[[Pairs], dict[str, Any]]) -> "JSONDecoder":
    """A decoder that is made once, for it reads files line by line."""
    import json

    return json.JSONDecoder(object_pairs_hook=pairs, parse_constant=_refuse_number, parse_float=_finite)


def unique(pairs: Pairs) -> dict[str, Any]:
    """An object; raises InvalidError where it has a key twice, or is nested too deep."""
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _value in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise InvalidError(_("khóa '{key}' có hai lần trong một đối tượng").format(key=twice[:_SHOWN]))
    for value in made.values():
        if isinstance(value, list | dict):
            _refuse_deep(value)
    return made


def _refuse_deep(value: object) -> None:
    """Raise InvalidError for a value with more levels than `_DEEPEST`."""
    level: list[Any] = [value]
    for _depth in range(_DEEPEST):
        inside = (each.values() if isinstance(each, dict) else each for each in level)
        level = [inner for values in inside for inner in values if isinstance(inner, list | dict)]
        if not level:
            return
    raise InvalidError(_("lồng nhau quá sâu"))


def _finite(number: str) -> float:
    value = float(number)
    return value if math.isfinite(value) else _refuse_number(number)


def _refuse_number(number: str) -> NoReturn:
    raise InvalidError(_("có số không đọc được: {number}").format(number=number[:_SHOWN]))


def _wrong(path: Path, text: str, line: int, column: int, form: str) -> str:
    lines = text.splitlines()
    shown = lines[line - 1].strip()[:_SHOWN] if line <= len(lines) else ""
    message = _("{path}: dòng {line}, cột {column}: sai cú pháp {form}").format(
        path=path, line=line, column=column, form=form
    )
    return f"{message}: {shown}" if shown else message
