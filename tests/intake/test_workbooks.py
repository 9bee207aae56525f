"""Workbooks as people and attackers make them: what is read, what is refused, and at what cost."""

import contextlib
import struct
import subprocess
import sys
from array import array
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from books import HEADER, SCHEMAS, UNIT, cell, line, ods, row, table, text, xlsx
from conftest import ROOT, Outcome, examples
from thidua_cli.ground.errors import RejectedError
from thidua_cli.intake.tables import grid, workbook, xls_records

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


# What a file may cost


def _far(reference: str) -> bytes:
    return xlsx(ROWS + row(text("x", reference)))


COSTLY = {
    "lower_case.xlsx": lambda: _far("xfd1048576"),
    "mixed_case.xlsx": lambda: _far("Xfd1048576"),
    "no_such_cell.xlsx": lambda: _far("ZZZZ99999999"),
    "corner.xlsx": lambda: _far("IV200000"),
    "counted_on.xlsx": lambda: xlsx(
        ROWS + f'<row r="199999">{text("x", "IU1")}{text("x")}</row>'
    ),
    "escaped.xlsx": lambda: xlsx(
        ROWS + f"<row>{text('x', 'A1').replace('A1', 'A&#49;')}</row>"
    ),
    "one_column.xlsx": lambda: xlsx(
        ROWS + "".join(row(text("x", f"IV{number}")) for number in range(3, 50_000, 1000))
    ),
    "empty_cells.xlsx": lambda: xlsx(ROWS + f"<row>{'<c/>' * 250}</row>" * 60_000),
    "deep.xlsx": lambda: xlsx(ROWS, after="<a>" * 3_000_000 + "</a>" * 3_000_000),
    "merged.xlsx": lambda: xlsx(ROWS, after='<mergeCell ref="A1:B2"/>' * 2_700_000),
    "one_text_often.xlsx": lambda: xlsx(
        ROWS + row(*['<c t="s"><v>0</v></c>'] * 12) * 10_000,
        shared=f"<si><t>{'x' * 30_000}</t></si>",
    ),
    "many_sheets.xlsx": lambda: xlsx(*[ROWS] * 1900),
    "corner.ods": lambda: ods(
        table(
            LINES,
            line('<table:table-cell table:number-columns-repeated="16384"/>',
                 attributes='table:number-rows-repeated="199000"'),
            line('<table:table-cell table:number-columns-repeated="255"/>', "x"),
        )
    ),
    "repeated.ods": lambda: ods(
        table(
            LINES,
            line(cell("x", 'table:number-columns-repeated="250"'),
                 attributes='table:number-rows-repeated="199000"'),
        )
    ),
    "corner.xls": lambda: _moved((FOLDER / "base_units.xls").read_bytes(), 65535, 255),
}  # fmt: skip
MEASURED = """
import os, sys
from thidua_cli import cli
code = cli.run(sys.argv[1:])
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(code, int(peak.split()[1]) // 1024, sum(os.times()[:4]))
"""


@pytest.mark.parametrize("name", COSTLY)
def test_no_workbook_costs_more_than_it_may(db: Path, tmp_path: Path, name: str) -> None:
    """Whatever a small file unfolds to, it is refused in five seconds and 300 MB."""
    path = tmp_path / name
    path.write_bytes(COSTLY[name]())
    command = [sys.executable, "-c", MEASURED, "--db", str(db), "import", "units", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    code, memory, seconds = done.stdout.split()
    assert (code, int(memory) < 300, float(seconds) < 5) == ("7", True, True), done
    assert len(done.stderr) < 1500


@pytest.mark.parametrize("book", [
    xlsx(ROWS + '<row r="1048576" ht="15"><c r="XFD1048576" s="0"/></row>'),
    ods(table(LINES, line('<table:table-cell table:number-columns-repeated="16384"/>',
                          attributes='table:number-rows-repeated="1048574"'))),
], ids=["xlsx", "ods"])  # fmt: skip
def test_cells_with_nothing_in_them_are_no_cells(bring: Import, book: bytes) -> None:
    """Formats that reach to the last row and column, as programs write them, do no harm."""
    done = bring(book, "xlsx" if b"xl/" in book else "ods")
    assert done.code == 0, done.err


A1, A2 = (f'<row r="{number}">%s</row>' for number in (2, 3))
TWICE = {
    "cell": A1 % (text("A-1", "A2") + text("Sở Một", "B2") + text("Sở Hai", "B2") + text("other", "C2")),
    "row": A1 % (text("A-1", "A2") + text("Sở Một", "B2") + text("other", "C2"))
    + A1 % (text("A-2", "A2") + text("Sở Hai", "B2") + text("other", "C2")),
    "cell in another row": A1 % (text("A-1", "A2") + text("Sở Một", "B2") + text("other", "C2"))
    + A2 % (text("A-2", "A3") + text("Sở Hai", "B2") + text("other", "C3")),
    "behind others": A1 % (text("other", "C2") + text("Sở Một", "B2") + text("A-1", "A2") + text("Sở Hai", "B2")),
}  # fmt: skip


@pytest.mark.parametrize("rows", TWICE.values(), ids=TWICE)
def test_two_values_in_one_place_are_damage(bring: Import, rows: str) -> None:
    """A reader keeps one of them, in silence."""
    done = bring(xlsx(row(*HEADER) + rows), "xlsx")
    assert (done.code, "damaged" in done.err) == (7, True), done.out


def test_places_need_not_rise(bring: Import, run: Run) -> None:
    """Rows and cells in another order than they are shown in are all read."""
    shared = "<si><t>A-1</t></si><si><t>Sở Mới</t></si>"
    first = "".join(text(name, f"{letter}1") for name, letter in zip(HEADER, "ABC", strict=True))
    cells = f'{text("other", "C2")}<c r="B2" t="s"><v>1</v></c><c r="A2" t="s"><v>0</v></c>'
    book = xlsx(f'{A1 % cells}<row r="1">{first}</row>', shared=shared)
    assert bring(book, "xlsx").code == 0
    assert '"A-1","Sở Mới","other"' in run("units", "list", "--format", "csv").out


@pytest.mark.parametrize("index", ["-1", "", "x", "1.0", "9", "99999999999999999999"])
def test_a_shared_text_that_is_not_there_is_damage(bring: Import, index: str) -> None:
    """A reader takes some for the first text."""
    book = xlsx(
        row(*HEADER) + row("A-1", f'<c t="s"><v>{index}</v></c>', "other"), shared="<si><t>x</t></si>"
    )
    assert bring(book, "xlsx").code == 7


# Old workbooks, damaged


def _moved(data: bytes, row: int, column: int) -> bytes:
    """An .xls with its last shared text in another cell."""
    place = data.rindex(b"\xfd\x00\x0a\x00") + 4
    return data[:place] + struct.pack("<HH", row, column) + data[place + 4 :]


def _read_xls(data: bytes) -> None:
    """Read or refused; never anything else."""
    with contextlib.suppress(RejectedError):
        list(workbook.read(data, "xls", None).rows)


def _damaged(base: str, cut: float, flips: list[tuple[str, float, int]]) -> bytes:
    """An .xls cut short, with bytes changed in its header, its directory, its sector table, or anywhere."""
    data = bytearray((FOLDER / f"{base}.xls").read_bytes())
    sector = {"directory": 48, "table": 76}
    for region, place, value in flips:
        if region == "header":
            start, size = 24, 488
        elif region == "anywhere":
            start, size = 0, len(data)
        else:
            start = 512 * (1 + struct.unpack_from("<I", data, sector[region])[0] % (len(data) // 512 - 1))
            size = 512
        data[start + int(place * size)] = value
    return bytes(data[: max(1, int(cut * len(data)))])


BASES = st.sampled_from(sorted(path.stem for path in FOLDER.glob("*.xls")))
CUTS = st.one_of(st.just(1.0), st.floats(0, 1))
FLIPS = st.lists(
    st.tuples(
        st.sampled_from(["header", "directory", "table", "anywhere"]),
        st.floats(0, 1, exclude_max=True),
        st.sampled_from([0, 1, 127, 128, 254, 255]) | st.integers(0, 255),
    ),
    max_size=8,
)


@settings(max_examples=examples(20, 3000), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(base=BASES, cut=CUTS, flips=FLIPS)
def test_damaged_old_workbooks_end_in_a_verdict(
    base: str, cut: float, flips: list[tuple[str, float, int]]
) -> None:
    """An .xls damaged where its reader is weakest is read or refused."""
    _read_xls(_damaged(base, cut, flips))


def test_every_beginning_of_an_old_workbook_ends_in_a_verdict() -> None:
    """An .xls that was cut anywhere is read or refused."""
    data = (FOLDER / "base_units.xls").read_bytes()
    for length in range(1, len(data), 997):
        _read_xls(data[:length])


def _record(kind: int, *values: int, form: str = "") -> bytes:
    body = struct.pack(f"<{form or 'H' * len(values)}", *values)
    return struct.pack("<HH", kind, len(body)) + body


def _sheet_record(offset: int, name: str) -> bytes:
    return _record(0x85, offset, 0, 0, len(name), 0, *name.encode(), form=f"IBBBB{len(name)}B")


def test_a_sheet_is_looked_at_as_far_as_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its records end where they say, be it behind the place that another sheet claims; all cells count."""
    number, formula, end = _record(0x203, 0, 1, 0, 0), _record(0x06, 1, 2, *[0] * 9), _record(0x0A)
    many = _record(0xBD, 4, 5, 0, 0, 0, 9)
    start = 2 * len(_sheet_record(0, "A")) + len(end)
    hidden = _record(0x7D, 3, 5, 0, 0, 1)
    body = number + hidden + formula + many + end
    listed = _sheet_record(start, "A") + _sheet_record(start + len(number), "B")
    monkeypatch.setattr(xls_records, "_stream", lambda *_given: listed + end + body)
    book = xls_records.look(xls_records._OLE)
    assert [book.hazards[name].formulas for name in "AB"] == [array("Q", [grid.place(2, 2)])] * 2
    assert [book.hazards[name].cells for name in "AB"] == [3, 2]
    assert (book.hazards["A"].hidden_columns, book.hazards["A"].columns) == ([(3, 5)], 10)


def test_a_sheet_name_that_is_no_text_is_damage(bring: Import) -> None:
    """A lone surrogate in the name of a sheet is refused."""
    data = bytearray((FOLDER / "base_units.xls").read_bytes())
    name = data.index(b"\x85\x00") + 4 + 7
    data[name : name + 3] = b"\x01\x00\xd8"
    assert bring(bytes(data), "xls").code == 7


@pytest.mark.parametrize("data", [b"<html><table><tr><td>code</td></tr></table></html>", b"code\tname\n",
                                  xlsx(ROWS)], ids=["html", "text", "xlsx"])  # fmt: skip
def test_what_is_only_called_xls_has_a_cure(bring: Import, data: bytes) -> None:
    """Web pages and texts that programs name .xls are refused with the way out."""
    done = bring(data, "xls")
    assert (done.code, ".xlsx" in done.err) == (7, True), done.err


def test_a_bare_serial_is_told_in_its_own_date_system(bring: Import) -> None:
    """In an .xls that counts from 1904, 44635 would be a day of 2026."""
    data = bytearray((FOLDER / "serial_general.xls").read_bytes())
    data[data.index(b"\x22\x00\x02\x00\x00\x00") + 4] = 1
    assert "2026-03-16" in bring(bytes(data), "xls", kind="launches").err


# What is in a sheet


SPANNED = 'table:number-rows-spanned="2" table:number-columns-spanned="1"'
COVERED = "<table:covered-table-cell/>"


def test_merged_cells_in_an_open_document_count_for_each_row(run: Run, empty_db: Path) -> None:
    """A value that stands for several rows of an .ods is read as in .xlsx, and said."""
    assert empty_db.exists()
    done = run("import", "units", str(FOLDER / "merged_data.ods"))
    assert (done.code, "E3:E5" in done.err) == (0, True), done.err


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
    rows = row(*HEADER, "nhóm", "x") + row(*UNIT, "một") + row("A-2", "Sở Khác", "department")
    book = xlsx(rows, after=_merged("D2:E3"))
    assert bring(book, "xlsx", "--ignore-column", "nhóm", "--ignore-column", "x").code == 0
    done = bring(book, "xlsx", "--map", "note=nhóm", "--ignore-column", "x")
    assert (done.code, "D2:E3" in done.err) == (7, True), done.err


def test_hidden_sheets_of_an_open_document_are_passed_over(bring: Import) -> None:
    """However large, broken or full of formulas a hidden sheet is, the visible one is read."""
    hidden = table(
        line("A-9", cell("1", 'table:formula="of:=1"'), attributes='table:number-rows-repeated="300000"'),
        name="S1",
        style="hidden",
    )
    done = bring(ods(table(LINES), hidden), "ods")
    assert (done.code, "S1" in done.err) == (0, True), done.err


@pytest.mark.parametrize(("book", "ending"), [
    (xlsx(ROWS, row("  ")), "xlsx"),
    (ods(table(LINES), table(line("  "), name="S1")), "ods"),
])  # fmt: skip
def test_spaces_are_no_data(bring: Import, book: bytes, ending: str) -> None:
    """A second sheet with nothing but spaces needs no --sheet."""
    done = bring(book, ending)
    assert done.code == 0, done.err


COLUMNS = '<cols><col min="2" max="2" hidden="1"/><col min="4" max="16384" hidden="true"/></cols>'
SHEET = (
    f'<worksheet xmlns="{SCHEMAS}/spreadsheetml/2006/main">{COLUMNS}<sheetData>{ROWS}</sheetData></worksheet>'
)
DECLARED = (
    '<table:table-column/><table:table-column table:visibility="collapse"/><table:table-column/>'
    '<table:table-column table:visibility="collapse" table:number-columns-repeated="1020"/>'
)


@pytest.mark.parametrize(("book", "ending"), [
    (xlsx(ROWS, extra={"xl/worksheets/s0.xml": SHEET}), "xlsx"), (ods(table(DECLARED + LINES)), "ods"),
], ids=["xlsx", "ods"])  # fmt: skip
def test_hidden_columns_are_told(bring: Import, book: bytes, ending: str) -> None:
    """They are read like others, and those beyond the table are nobody's."""
    done = bring(book, ending)
    assert (done.code, "hidden columns are not left out: B\n" in done.err) == (0, True), done.err


def test_many_sheets_are_named_in_short(bring: Import) -> None:
    """A message names the first sheets and counts the others."""
    done = bring(xlsx(*[ROWS] * 30), "xlsx")
    assert (done.code, "S9" in done.err, "S10" in done.err, "20" in done.err) == (7, True, False, True)


def test_sheets_are_found_by_their_relationships(bring: Import) -> None:
    """A worksheet is what the workbook calls one, in whatever folder."""
    assert bring(xlsx(ROWS, folder="trang"), "xlsx").code == 0


@pytest.mark.parametrize(("part", "content"), [
    ("Basic/Standard/Module1.xml", "<x/>"),
    ("Scripts/python/evil.py", "x"),
    ("styles.xml", "<!DOCTYPE x><x/>"),
])  # fmt: skip
def test_open_documents_with_programs_are_refused(bring: Import, part: str, content: str) -> None:
    """Macros in either language, and a DOCTYPE in any part."""
    assert bring(ods(table(LINES), extra={part: content}), "ods").code == 7


@pytest.mark.parametrize(("part", "content"), [
    ("xl/macrosheets/sheet1.xml", "<x/>"),
    ("xl/drawings/vmlDrawing1.vml", "<!DOCTYPE x><xml/>"),
    ("xl/worksheets/_rels/s0.xml.rels", "<!DOCTYPE x><x/>"),
    ("docProps/note.dat", " <?xml version='1.0'?><!DOCTYPE x><x/>"),
])  # fmt: skip
def test_workbooks_with_programs_are_refused(bring: Import, part: str, content: str) -> None:
    """Old macro sheets, and a DOCTYPE in any part that is XML, whatever its name."""
    assert bring(xlsx(ROWS, extra={part: content}), "xlsx").code == 7


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


def test_a_day_may_have_noise_behind_it(bring: Import) -> None:
    """A date cell a thousandth of a second off is that day; one second off is not."""
    for serial, code in (("44635.00000001", 0), ("44634.99999999", 0), ("44635.00001157", 7)):
        rows = row("unit_code", "done_on") + row("492", f'<c s="3"><v>{serial}</v></c>')
        assert bring(_styled(rows), "xlsx", kind="launches").code == code


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


def test_numbers_taken_for_codes_are_shown(bring: Import) -> None:
    """The warning names the digits that were taken, for a format may have shown others."""
    done = bring(xlsx(row(*HEADER) + row("<c><v>123</v></c>", *UNIT[1:])), "xlsx")
    assert (done.code, "123" in done.err) == (0, True), done.err


@pytest.mark.parametrize(("value", "kind", "said"), [
    (cell("15/03/22", 'office:date-value="15/03/2022"', "date"), "date", "15/03/2022"),
    (cell("x", 'office:date-value="2022-02-30"', "date"), "date", "B2"),
    (cell("13:45", 'office:time-value="PT13H45M00S"', "time"), "date", "13:45:00"),
    (cell("13:45", 'office:time-value="PT13H45M00S"', "time"), "note", "13:45:00"),
    (cell("100%", 'office:value="1"', "percentage"), "code", "100%"),
    (cell("x", 'office:value="NaN"', "float"), "code", "A2"),
])  # fmt: skip
def test_typed_cells_of_an_open_document(bring: Import, value: str, kind: str, said: str) -> None:
    """Days only as the standard writes them, times nowhere, and a percentage is what it shows."""
    cells = {"code": "492", "date": "2022-03-30", "note": ""} | {kind: value}
    book = ods(table(line("unit_code", "done_on", "note"), line(*cells.values())))
    done = bring(book, "ods", kind="launches")
    assert (done.code, said in done.err) == (7, True), done.err


def test_tabs_and_line_breaks_are_kept_apart(bring: Import, run: Run) -> None:
    """In an .ods a tab, a line break, spaces and a paragraph are spaces of a name; comments are no text."""
    name = (
        "<table:table-cell office:value-type='string'><office:annotation><text:p>riêng</text:p></office:annotation>"
        "<text:p>Sở<text:tab/>Nội<text:line-break/>vụ<text:s text:c='3'/>và</text:p><text:p>việc "
        "<text:span>khác</text:span></text:p></table:table-cell>"
    )
    done = bring(ods(table(line(*HEADER), line("A-1", name, "department"))), "ods")
    assert done.code == 0, done.err
    assert '"Sở Nội vụ và việc khác"' in run("units", "list", "--format", "csv").out
