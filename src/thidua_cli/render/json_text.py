"""JSON (an object, one row a line) and JSONL (rows alone)."""

import json
import re

from thidua_cli.render import FORMAT_VERSION, Report

# JSON itself escapes C0; a terminal also obeys C1, and bidirectional and unseen characters mislead.
_UNSAFE = "[\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ue000-\uf8ff]"


def to_json(report: Report) -> str:
    """The report as one JSON object; each row has a line of its own."""
    head = {
        "format_version": FORMAT_VERSION,
        "as_of": report.as_of,
        "known_at": report.known_at,
        "head": report.head,
        **report.extra,
    }
    lines = [f"  {_dumps(key)}: {_value(value)}," for key, value in head.items()]
    return "\n".join(["{", *lines, f'  "rows": {_lines(_rows(report))}', "}", ""])


def to_lines(report: Report) -> str:
    """Each row as one line of JSON."""
    return "".join(f"{row}\n" for row in _rows(report))


def _value(value: object) -> str:
    """A value of the object; a list of objects has a line for each."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return _lines(list(map(_dumps, value)))
    return _dumps(value)


def _lines(rows: list[str]) -> str:
    body = ",\n".join(f"    {row}" for row in rows)
    return f"[\n{body}\n  ]" if rows else "[]"


def _rows(report: Report) -> list[str]:
    return [_dumps({key: row[key] for key in report.fields}) for row in report.rows]


def _dumps(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    if text.isprintable():
        return text
    return re.sub(_UNSAFE, lambda match: f"\\u{ord(match[0]):04x}", text)
