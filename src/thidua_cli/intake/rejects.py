"""The bad rows of a file, in its own columns and with the reasons, ready to be mended and imported again."""

from collections.abc import Sequence
from pathlib import Path

from thidua_cli.ground.language import _
from thidua_cli.ground.problem import Problem
from thidua_cli.intake import columns
from thidua_cli.intake.sheet import Sheet
from thidua_cli.render import delimited
from thidua_cli.render.pages import put_at


def write_rejects(path: Path, sheet: Sheet, problems: Sequence[Problem]) -> None:
    """Write the rows that problems are about as CSV, with a last column that says what is wrong.

    The columns are those of the file, ignored ones too; what a row has too much stands under no header.
    `-` is standard output. Raises StoreError where the file cannot be written.
    """
    reasons: dict[int, list[str]] = {}
    for problem in problems:
        if problem.at.row is not None:
            column = f"{problem.at.field}: " if problem.at.field else ""
            cure = f" → {problem.cure}" if problem.cure else ""
            reasons.setdefault(problem.at.row, []).append(f"{column}{problem.message}{cure}")
    bad = [(number, values) for number, values in sheet.raw if number in reasons]
    width = max([len(sheet.headers), *(len(values) for _number, values in bad)])
    headers = [*sheet.headers, *[""] * (width - len(sheet.headers))]
    rows = [[*values, *[""] * (width - len(values))] for _number, values in bad]
    keep = [
        index
        for index, header in enumerate(headers)
        if columns.normal(header) not in columns.REASON_HEADERS
        and (header.strip() or any(row[index].strip() for row in rows))
    ]
    text = delimited.to_lines(
        [*(headers[index] for index in keep), _("lý do từ chối")],
        (
            [*(row[index] for index in keep), "; ".join(reasons[number])]
            for row, (number, _values) in zip(rows, bad, strict=True)
        ),
        ",",
        safe=True,  # for someone who mends the rows in a spreadsheet
    )
    data = b"\xef\xbb\xbf" + text.encode("utf-8", "backslashreplace")
    put_at(None if path == Path("-") else path, [data])
