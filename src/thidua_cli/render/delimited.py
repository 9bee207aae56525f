"""CSV and TSV: rows alone, ISO dates, plain numbers.

Text is quoted. A text that a spreadsheet would run as a formula (`=`, `+`, `-`, `@`, tab or line end
in front, after any number of `'`) gets one `'` in front; `import` takes it off again, so nothing is lost.
"""

import io
from collections.abc import Iterable

from thidua_cli.render import Report
from thidua_cli.text import guard


def to_text(report: Report, delimiter: str) -> str:
    """The rows, with a header."""
    import csv

    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writerow(report.fields)
    writer.writerows([_cell(row[key]) for key in report.fields] for row in report.rows)
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
