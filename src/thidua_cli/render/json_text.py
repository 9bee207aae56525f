"""JSON (an object, one row a line) and JSONL (rows alone)."""

import json
import re
from collections.abc import Iterable, Iterator

from thidua_cli.render import FORMAT_VERSION, Report

# JSON itself escapes C0; a terminal also obeys C1, and bidirectional and unseen characters mislead.
_encode = json.JSONEncoder(ensure_ascii=False).encode
_UNSAFE = "[\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ue000-\uf8ff]"


def to_json(report: Report) -> str:
    """The report as one JSON object; each row has a line of its own."""
    return b"".join(to_pieces(report)).decode()


def to_pieces(report: Report) -> Iterator[bytes]:
    """As `to_json`, in UTF-8 and piece by piece; rows of `extra` may come from an iterator too.

    Of a long report neither the rows nor the text are then ever held as a whole.
    """
    head = {
        "format_version": FORMAT_VERSION,
        "as_of": report.as_of,
        "known_at": report.known_at,
        "head": report.head,
        **report.extra,
    }
    yield b"{\n"
    for key, value in head.items():
        yield f"  {_dumps(key)}: ".encode()
        yield from _value(value)
        yield b",\n"
    yield b'  "rows": '
    yield from _lines(_rows(report))
    yield b"\n}\n"


def to_lines(report: Report) -> str:
    """Each row as one line of JSON."""
    return "".join(f"{row}\n" for row in _rows(report))


def _value(value: object) -> Iterable[bytes]:
    """A value of the object; a list of objects has a line for each."""
    if isinstance(value, Iterator) or (isinstance(value, list) and value and isinstance(value[0], dict)):
        return _lines(map(_dumps, value))
    return [_dumps(value).encode()]


def _lines(rows: Iterable[str]) -> Iterator[bytes]:
    opening = "[\n    "
    for row in rows:
        yield f"{opening}{row}".encode()
        opening = ",\n    "
    yield b"[]" if opening.startswith("[") else b"\n  ]"


def _rows(report: Report) -> Iterator[str]:
    return (_dumps({key: row[key] for key in report.fields}) for row in report.rows)


def _dumps(value: object) -> str:
    text = _encode(value)
    if text.isprintable():
        return text
    return re.sub(_UNSAFE, lambda match: f"\\u{ord(match[0]):04x}", text)
