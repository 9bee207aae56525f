"""CSV and TSV: rows alone, ISO dates, plain numbers.

Text is quoted. A text that a spreadsheet would run as a formula (`=`, `+`, `-`, `@`, tab or line end
in front, after any number of `'`) gets one `'` in front; `import` takes it off again, so nothing is lost.
"""

import io
from collections.abc import Iterable, Sequence

from thidua_cli.render import Report
from thidua_cli.text import guard


def to_text(report: Report, delimiter: str) -> str:
    """The rows, with a header."""
    return to_lines(report.fields, ([row[key] for key in report.fields] for row in report.rows), delimiter)


def to_lines(header: Sequence[str], rows: Iterable[Sequence[object]], delimiter: str) -> str:
    """A header and rows; the header may have names twice, or none."""
    import csv

    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writerow(map(_cell, header))
    writer.writerows(map(_cell, row) for row in rows)
    return buffer.getvalue()


def _cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, Iterable) and not isinstance(value, str):
        return " ".join(map(str, value))
    return guard(str(value))
