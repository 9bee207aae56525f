"""JSON (an object, one row a line) and JSONL (rows alone)."""

import json
from collections.abc import Iterable, Iterator

from thidua_cli.ground import text
from thidua_cli.render.model import Report

FORMAT_VERSION = 1  # of the JSON object; 1: the first

_encode = json.JSONEncoder(ensure_ascii=False).encode


def to_pieces(report: Report) -> Iterator[bytes]:
    """The report as one JSON object, a line for each row; rows of `extra` may come from an iterator too.

    In pieces, so that neither the rows nor the text of a long report are ever held as a whole.
    """
    head = {
        "format_version": FORMAT_VERSION,
        "register": report.register,
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


def to_lines(report: Report) -> Iterator[bytes]:
    """Each row as one line of JSON."""
    return (f"{row}\n".encode() for row in _rows(report))


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


def to_object(value: object) -> str:
    """Any value as JSON that a person reads, line by line."""
    return "\n".join(map(_visible, json.dumps(value, ensure_ascii=False, indent=2).split("\n"))) + "\n"


def _dumps(value: object) -> str:
    return _visible(_encode(value))


def _visible(encoded: str) -> str:
    """JSON itself escapes C0; a terminal also obeys C1, and bidirectional and unseen characters mislead."""
    if text.seen(encoded):
        return encoded
    return "".join(
        character if text.seen(character) else json.dumps(character)[1:-1] for character in encoded
    )
