"""Workbooks as people and attackers make them: what is read, what is refused, and at what cost."""

from collections.abc import Callable
from pathlib import Path

import pytest

from books import HEADER, UNIT, line, row, xlsx
from conftest import ROOT, Outcome

Run = Callable[..., Outcome]
Import = Callable[..., Outcome]
FOLDER = ROOT / "tests" / "workbooks"
ROWS = row(*HEADER) + row(*UNIT)
LINES = line(*HEADER) + line(*UNIT)


@pytest.fixture
def bring(run: Run, tmp_path: Path) -> Import:
    """Import the bytes of a workbook into the register of 117 units."""

    def call(data: bytes, ending: str, *arguments: str, kind: str = "units") -> Outcome:
        path = tmp_path / f"in.{ending}"
        path.write_bytes(data)
        return run("import", kind, str(path), *arguments)

    return call


def _merged(reference: str) -> str:
    return f'<mergeCells><mergeCell ref="{reference}"/></mergeCells>'


@pytest.mark.parametrize("book", [
    xlsx(row(*HEADER) + "<row/>" + row(*UNIT), after=_merged("A1:A2")),
    xlsx(ROWS, after=_merged("A5:C6")),
    xlsx(ROWS, after=_merged("G1:I4")),
    xlsx(row(*HEADER, "note") + row(*UNIT) + row("A-2", "Sở Khác", "department"), after=_merged("D2:D3")),
], ids=["header over two rows", "below", "beside", "empty in the table"])  # fmt: skip
def test_merged_cells_that_hide_nothing_are_fine(bring: Import, book: bytes) -> None:
    """Only where a merged value stands in rows that are read is it unclear whose it is."""
    done = bring(book, "xlsx")
    assert done.code == 0, done.err


def test_merged_cells_of_a_column_left_out_are_fine(bring: Import) -> None:
    """What is ignored may be merged; without that the cell is named, in Excel's own words."""
    rows = row(*HEADER, "nhóm") + row(*UNIT, "một") + row("A-2", "Sở Khác", "department")
    book = xlsx(rows, after=_merged("D2:D3"))
    assert bring(book, "xlsx", "--ignore-column", "nhóm").code == 0
    done = bring(book, "xlsx", "--map", "note=nhóm")
    assert (done.code, "D2:D3" in done.err) == (7, True), done.err


def test_numbers_taken_for_codes_are_shown(bring: Import) -> None:
    """The warning names the digits that were taken, for a format may have shown others."""
    done = bring(xlsx(row(*HEADER) + row("<c><v>123</v></c>", *UNIT[1:])), "xlsx")
    assert (done.code, "123" in done.err) == (0, True), done.err


@pytest.mark.parametrize("number", ["NaN", "inf", "-inf", "1e400"])
@pytest.mark.parametrize("place", ["A", "B"])
def test_what_is_no_number_is_refused(bring: Import, number: str, place: str) -> None:
    """NaN and infinities in a column of codes or of dates."""
    odd = f"<c><v>{number}</v></c>"
    rows = row("unit_code", "done_on") + row(
        odd if place == "A" else "492", odd if place == "B" else "2022-03-30"
    )
    done = bring(xlsx(rows), "xlsx", kind="launches")
    assert (done.code, "Traceback" in done.err) == (7, False), done.err


TIMES = (
    '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><numFmts>'
    '<numFmt numFmtId="170" formatCode="[h]:mm"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="20"/>'
    '<xf numFmtId="170"/><xf numFmtId="14"/></cellXfs></styleSheet>'
)


def _styled(rows: str) -> bytes:
    """A workbook whose cell styles 1, 2 and 3 are a time of day, a length of time and a day."""
    return xlsx(rows, extra={"xl/styles.xml": TIMES}, related={"rt": ("styles", "styles.xml")})


@pytest.mark.parametrize("style", [1, 2])
@pytest.mark.parametrize("column", ["name", "note", "document_number"])
def test_times_are_no_text(bring: Import, style: int, column: str) -> None:
    """A time of day or a length of time in a column of text is refused, as a day is."""
    clock = f'<c s="{style}"><v>0.5</v></c>'
    if column == "name":
        rows = row(*HEADER) + row("A-1", clock, "department")
        done = bring(_styled(rows), "xlsx")
    else:
        rows = row("unit_code", "done_on", column) + row("492", "2022-03-30", clock)
        done = bring(_styled(rows), "xlsx", kind="launches")
    assert (done.code, "12:00:00" in done.err) == (7, True), done.err
