"""CSV and TSV: rows alone, ISO dates, plain numbers.

Text is quoted, and exact, but for a text with `'` before a formula sign (`=`, `+`, `-`, `@`, tab or line
end): it gets one more. With `safe`, a text with a bare sign gets one too, for a spreadsheet would run it.
`import` takes one off again in both ways.
"""

import io
from collections.abc import Iterable, Mapping, Sequence

from thidua_cli.ground.text import guard
from thidua_cli.render.model import Report


def to_text(report: Report, delimiter: str, *, safe: bool = False) -> str:
    """The rows, with a header; `safe` for a spreadsheet."""
    rows = ([row[key] for key in report.fields] for row in report.rows)
    return to_lines(report.fields, rows, delimiter, safe=safe)


def to_lines(header: Sequence[str], rows: Iterable[Sequence[object]], delimiter: str, *, safe: bool) -> str:
    """A header and rows, `safe` for a spreadsheet or exact; the header may have names twice, or none."""
    import csv

    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writerow([guard(name, safe=safe) for name in header])
    writer.writerows([_cell(value, safe=safe) for value in row] for row in rows)
    return buffer.getvalue()


def _cell(value: object, *, safe: bool) -> object:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, Mapping):
        value = [f"{key}={each}" for key, each in value.items()]
    if isinstance(value, Iterable) and not isinstance(value, str):
        value = " ".join(map(str, value))
    return guard(str(value), safe=safe)
