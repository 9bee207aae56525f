"""The bad rows of a file, in its own columns and with the reasons, ready to be mended and imported again."""

from collections.abc import Sequence
from pathlib import Path

from thidua_cli.imports.sheet import Problem, Sheet
from thidua_cli.language import _
from thidua_cli.render import Format, Report, write


def write_rejects(path: Path, sheet: Sheet, problems: Sequence[Problem]) -> None:
    """Write the rows that problems are about as CSV, with a last column that says what is wrong.

    Raises StoreError where the file cannot be written.
    """
    reasons: dict[int, list[str]] = {}
    for problem in problems:
        if problem.row is not None:
            column = f"{problem.column}: " if problem.column else ""
            cure = f" → {problem.cure}" if problem.cure else ""
            reasons.setdefault(problem.row, []).append(f"{column}{problem.message}{cure}")
    reason = _("lý do từ chối")
    headers = [header for header in sheet.headers if header.strip()]
    keep = [index for index, header in enumerate(sheet.headers) if header.strip()]
    rows = [
        {
            **{sheet.headers[index]: values[index] if index < len(values) else "" for index in keep},
            reason: "; ".join(reasons[number]),
        }
        for number, values in sheet.raw
        if number in reasons
    ]
    report = Report(fields=[*headers, reason], rows=rows, people=list)
    write(report, Format.CSV, path, bom=True)
