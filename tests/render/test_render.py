"""Formats: the same rows everywhere, text as text, numbers never cut."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from thidua_cli.ground import language
from thidua_cli.ground import text as text_
from thidua_cli.ground.errors import StoreError, UsageError
from thidua_cli.render import cells, table
from thidua_cli.render import pages as render
from thidua_cli.render.model import Column, Delta, Form, Mark, Report, Rows, Table, Tone
from thidua_cli.render.pages import Format

NASTY = [
    "[red]đỏ[/]",
    "[/]",
    ":warning:",
    "=HYPERLINK(1)",
    "<script>alert(1)</script>",
    "a|b",
    "\x1b[31m",
    "x\\",
    "*a*",
]


def report(rows: Sequence[tuple[str, int | None]], width: int = 0) -> Report:
    """Names and numbers, and `width` more columns that may be dropped."""
    more = [Column(f"thêm{index}", Form.NUMBER, drop=index + 1) for index in range(width)]
    columns = [Column("Tên", narrow=8), Column("Số", Form.NUMBER), *more]
    body = [[name, number, *[1234567] * width] for name, number in rows]
    return Report(
        fields=("name", "number"),
        rows=[{"name": name, "number": number} for name, number in rows],
        people=lambda: [Table(columns, [("", body)] if body else [], empty="Trống.")],
        as_of="2022-03-31",
        known_at="2022-04-01T00:00:00.000000Z",
        head="1:00",
    )


@pytest.mark.parametrize("form", list(Format))
def test_every_format_is_written(form: Format) -> None:
    """Each member of the enumeration has a writer, for some rows and for none."""
    assert render.to_bytes(report([("một", 1)]), form)
    assert render.to_bytes(report([("một", 1)]), form) == render.to_bytes(report([("một", 1)]), form)
    render.to_bytes(report([]), form)


def test_json_holds_the_frame_and_the_rows() -> None:
    """An object with its version, both clocks, the head and the rows; none is []."""
    found = json.loads(render.to_bytes(report([("một", 1), ("hai", None)]), Format.JSON).decode())
    assert list(found) == ["format_version", "register", "as_of", "known_at", "head", "rows"]
    assert found["rows"] == [{"name": "một", "number": 1}, {"name": "hai", "number": None}]
    assert json.loads(render.to_bytes(report([]), Format.JSON).decode())["rows"] == []


def workbook(*tables: Table, notes: Sequence[str] = ()) -> tuple[list[str], list[list[object]], str]:
    """The sheets of a report as a workbook, the cells of the first, and its XML."""
    made = Report((), (), lambda: tables, lead=["Danh sách · Đà Nẵng", "Tính đến 31/03/2022"], notes=notes)
    data = render.to_bytes(made, Format.XLSX)
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml").decode()
    return book.sheet_names, book.get_sheet_by_index(0).to_python(), xml


def test_a_workbook_is_one_list_that_can_be_filtered() -> None:
    """Typed dates, rates and instants on Việt Nam's clock; headings in a column; text stays text; no totals, no bars."""
    columns = [
        Column("Tên", narrow=8), Column("Ngày", Form.DAY), Column("Tỷ lệ", Form.RATE), Column("", Form.BAR),
        Column("Lúc", Form.INSTANT), Column("Số", Form.NUMBER),
    ]  # fmt: skip
    row = ["=1+1", "2022-03-31", 84.4, 84.4, "2022-03-31T18:00:00.500000Z", Mark(1200, Tone.BAD)]
    names, cells_, xml = workbook(
        Table(columns, [("I. Sở (1)", [row])], title="Một bảng", total=row), notes=["Mốc sổ: 1:00"]
    )
    assert names == ["Danh sách"]
    found = [[cell for cell in row if cell != ""] for row in cells_]
    assert [row for row in found if row] == [
        ["Danh sách · Đà Nẵng"], ["Tính đến 31/03/2022"], ["Một bảng"],
        ["Nhóm", "Tên", "Ngày", "Tỷ lệ", "Lúc", "Số"],
        ["I. Sở (1)", "=1+1", date(2022, 3, 31), 0.844, datetime(2022, 4, 1, 1, 0), 1200.0],
        ["Mốc sổ: 1:00"],
    ]  # fmt: skip
    assert '<autoFilter ref="A6:F7"/>' in xml
    assert 'topLeftCell="A7"' in xml


def test_tables_of_one_kind_are_one_list_in_a_workbook() -> None:
    """Each row says of which table it is; tables that differ, or have nothing, stand below each other."""
    column = [Column("Tên", narrow=8)]
    one, two = (Table(column, [("", [[name]])], title=title) for name, title in (("A", "Một"), ("B", "Hai")))
    _names, rows, xml = workbook(one, two)
    assert rows[-3:] == [["Bảng", "Tên"], ["Một", "A"], ["Hai", "B"]]
    assert "<autoFilter" in xml
    _names, rows, xml = workbook(one, Table(column, [], title="Hai", empty="Không có."))
    assert ["Hai"] in rows
    assert ["Không có."] in rows
    assert "<autoFilter" not in xml


LONG = {"ASCII": "x" * 40_000, "Vietnamese": "ấ" * 32_768, "two units each": "\U0001f600" * 16_384}


@pytest.mark.parametrize("name", LONG)
def test_a_cell_that_excel_cannot_hold_says_what_is_missing(name: str) -> None:
    """Its 32,767 are units of UTF-16; the cell ends with the number of letters that are left out, and a warning is given."""
    column, warnings = [Column("Lệnh", narrow=20)], list[str]()
    made = Report((), (), lambda: [Table(column, [("", [[LONG[name]], ["x" * 32_767]])])])
    book = CalamineWorkbook.from_filelike(io.BytesIO(render.to_bytes(made, Format.XLSX, warnings=warnings)))
    long, whole = (row[0] for row in book.get_sheet_by_index(0).to_python()[-2:])
    start, left = re.fullmatch(r"(.*)… \(còn ([\d.]+) ký tự, xem bản CSV\)", str(long)).groups()  # type: ignore[union-attr]
    assert start + LONG[name][0] * int(left.replace(".", "")) == LONG[name]
    assert len(str(long).encode("utf-16-le")) <= 2 * 32_767
    assert (whole, len(warnings), warnings[0][:4]) == ("x" * 32_767, 1, "1 ô ")


def test_no_row_of_a_workbook_is_higher_than_excel_allows() -> None:
    """A long text makes a row of 409 points at most, in whole pixels."""
    _names, _rows, xml = workbook(Table([Column("Lệnh", narrow=20)], [("", [["chữ " * 5000]])]))
    assert max(float(height) for height in re.findall(r'<row [^>]* ht="([\d.]+)"', xml)) == 408.75


def test_a_list_longer_than_a_sheet_is_refused() -> None:
    """No row is left out without a word: another format is named."""
    table = Table([Column("Số", Form.NUMBER)], [("", Rows(1_100_000, lambda index: [index]))])
    with pytest.raises(UsageError) as refused:
        render.to_bytes(Report((), (), lambda: [table]), Format.XLSX)
    assert refused.value.hints == ("Dùng --format csv.",)


SIGNS = st.text("'=+-@\t\r\n5/KHx", max_size=6)
NAMES = SIGNS | st.text(
    alphabet=st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=20
)


@given(st.lists(st.tuples(NAMES, st.none() | st.integers(0, 10**6)), max_size=5), st.booleans())
def test_machine_formats_read_back_the_same_rows(rows: list[tuple[str, int | None]], safe: bool) -> None:
    """JSON, JSONL, CSV and TSV hold equal rows, whatever the text."""
    made = report(rows)
    objects = [{"name": name, "number": number} for name, number in rows]
    assert json.loads(render.to_bytes(made, Format.JSON).decode())["rows"] == objects
    lines = [line for line in render.to_bytes(made, Format.JSONL).decode().split("\n") if line]
    assert [json.loads(line) for line in lines] == objects
    for form, delimiter in ((Format.CSV, ","), (Format.TSV, "\t")):
        text = render.to_bytes(made, form, safe=safe).decode()
        found = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))
        assert [
            {"name": text_.unguard(row["name"]), "number": int(row["number"]) if row["number"] else None}
            for row in found
        ] == objects


@given(SIGNS | st.text(max_size=30))
def test_the_formula_guard_is_a_bijection(value: str) -> None:
    """Whatever is guarded comes back; nothing that a spreadsheet would run stays bare, and all else stays as it is."""
    safe, exact = text_.guard(value, safe=True), text_.guard(value, safe=False)
    assert (text_.unguard(safe), text_.unguard(exact)) == (value, value)
    assert not re.match(r"[=+\-@\t\r\n]", safe)
    assert (exact == value) == (re.match(r"'+[=+\-@\t\r\n]", value) is None)


@pytest.mark.parametrize("name", NASTY)
def test_data_is_data_in_tables(name: str) -> None:
    """Markup, emoji codes and escape sequences are shown as those characters."""
    text = render.to_bytes(report([(name, 1)]), Format.TABLE).decode()
    assert name.replace("\x1b", "\\x1b") in text
    assert "\x1b" not in text


def _unescaped(cell: str) -> str:
    return re.sub(r"\\([^\w\s])", r"\1", cell).strip()


@pytest.mark.parametrize("name", [name for name in NASTY if "\x1b" not in name])
def test_data_is_data_in_markdown(name: str) -> None:
    """A cell with any sign reads back, and does not break the row."""
    text = render.to_bytes(report([(name, 7)]), Format.MD).decode()
    line = next(line for line in text.splitlines() if line.endswith("| 7 |"))
    assert _unescaped(re.split(r"(?<!\\)\|", line)[1]) == name


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_a_narrow_terminal_folds_columns_and_leaves_none_out(
    monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    """Every label and every value is there, whole, and within the width."""
    monkeypatch.setenv("COLUMNS", str(width))
    text = table.to_text(report([("Ủy ban nhân dân phường", 116), ("Sở", None)], width=8), terminal=True)
    assert text.count("1.234.567") == 2 * 8
    assert "116" in text
    assert "Sở" in text
    assert all(label in text for label in ["Tên", "Số", *(f"thêm{index}" for index in range(8))])
    assert max(map(len, text.splitlines())) <= width


def test_what_is_folded_stands_below_its_row_with_its_label(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order of the columns; an empty cell says nothing, and a bar only repeats a rate."""
    monkeypatch.setenv("COLUMNS", "18")
    columns = [
        Column("Tên", narrow=8),
        Column("Tỷ lệ", Form.RATE),
        Column("Văn bản", drop=2),
        Column("Bản ghi", drop=1),
        Column("Tiến độ", Form.BAR, drop=9),
    ]
    rows = [["Sở Nội vụ", 50.0, "1/KH", "#7", 50.0], ["Sở Y tế", 0.0, None, "#8", 0.0]]
    total = ["Cộng", 25.0, "", "2", 25.0]
    lines = table.to_lines(Table(columns, [("I. Sở", rows)], total=total))
    assert [re.sub(" +", " ", line.strip()) for line in lines if "─" not in line] == [
        "Tên Tỷ lệ",
        "I. Sở",
        "Sở Nội vụ 50,0\u00a0%",
        "Văn bản: 1/KH",
        "Bản ghi: #7",
        "Sở Y tế 0,0\u00a0%",
        "Bản ghi: #8",
        "Cộng 25,0\u00a0%",
        "Bản ghi: 2",
    ]


def test_rows_are_blocks_where_columns_have_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """A block begins with what names the row; a value longer than the line is wrapped between words."""
    monkeypatch.setenv("COLUMNS", "30")
    columns = [Column("Mã"), Column("Tên", narrow=20), Column("Ngày", Form.DAY), Column("Lý do")]
    rows = [["SNV", "Sở Nội vụ", "2022-03-31", "đã có chương trình thi đua của ngành"]]
    assert table.to_lines(Table(columns, [("I. Sở", rows)])) == [
        "Mã  Tên",
        "─" * 30,
        "I. Sở",
        "SNV  Sở Nội vụ",
        "  Ngày: 31/03/2022",
        "  Lý do: đã có chương trình",
        "  thi đua của ngành",
    ]


def test_a_short_text_is_not_wrapped_for_a_long_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The room of a narrow screen goes first to the column that needs least of it."""
    monkeypatch.setenv("COLUMNS", "60")
    columns = [Column("Mã"), Column("Tên", narrow=24), Column("Trạng thái", narrow=12)]
    rows = [["20194", "Ban Quản lý khu công nghệ cao và các khu công nghiệp", "Quá hạn → Đúng hạn"]]
    text = "\n".join(table.to_lines(Table(columns, [("", rows)])))
    assert "Quá hạn → Đúng hạn" in text
    assert max(map(len, text.splitlines())) <= 60


def test_a_pipe_folds_nothing() -> None:
    """Without a terminal and COLUMNS every column is there, on one line."""
    text = table.to_text(report([("Ủy ban nhân dân phường Hòa Quý " * 6, 1)], width=8), terminal=True)
    assert text.count("1.234.567") == 8


def test_rates_and_bars_follow_the_language() -> None:
    """84,4 % in Vietnamese, 84.4% in English; a bar is full only at 100."""
    assert cells.show(84.4, Form.RATE) == "84,4\u00a0%"
    language.use("en")
    assert cells.show(84.4, Form.RATE) == "84.4%"
    assert cells.show(None, Form.RATE) == "–"
    assert cells.show(100.0, Form.BAR) == "█" * 10
    assert cells.show(99.9, Form.BAR) != "█" * 10
    assert cells.show(Mark(0.0, Tone.GOOD), Form.BAR) == "·" * 10


def test_thousands_stand_apart_for_people() -> None:
    """70.000 in Vietnamese, 70,000 in English, differences with a true minus; machines get plain numbers."""
    made = report([("một", 70_000)])
    assert "70.000" in render.to_bytes(made, Format.TABLE).decode()
    assert cells.show(Delta(-1200), Form.NUMBER) == "\u22121.200"
    assert [cells.show(Delta(number), Form.NUMBER) for number in (1200, 0)] == ["+1.200", "0"]
    language.use("en")
    assert "70,000" in render.to_bytes(made, Format.MD).decode()
    for form in (Format.JSON, Format.CSV, Format.TSV, Format.JSONL):
        assert "70000" in render.to_bytes(made, form).decode()


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    """The old file stays until the new one is complete, and no draft is left."""
    path = tmp_path / "a.csv"
    path.write_text("old")
    render.write(report([("một", 1)]), Format.CSV, path, bom=True)
    assert path.read_bytes().startswith(b'\xef\xbb\xbf"name","number"\n"m')
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(StoreError):
        render.write(report([]), Format.CSV, tmp_path / "no" / "a.csv")


def test_rows_are_made_when_they_are_looked_at() -> None:
    """Of a long table only the rows that are shown are ever made, and each is the one of its place."""
    made: list[int] = []

    def row(index: int) -> list[object]:
        made.append(index)
        return [index]

    rows = Rows(100_000, row)
    assert (len(rows), rows[:2], rows[-1], made) == (100_000, [[0], [1]], [99_999], [0, 1, 99_999])
    assert [cells[0] for cells in Rows(3, row)] == [0, 1, 2]
