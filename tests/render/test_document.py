"""Documents in every format: the same figures, text as text, nothing from the network, nothing silently cut."""

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date
from html.parser import HTMLParser

import pytest
from python_calamine import CalamineWorkbook

from thidua_cli.ground import language
from thidua_cli.render import pages as render
from thidua_cli.render.document import (
    Bars,
    Block,
    Document,
    DocumentFormat,
    Headline,
    Headlines,
    Paragraph,
    Section,
    abridged,
)
from thidua_cli.render.model import Column, Curve, Delta, Form, Heat, Mark, Table, Tone
from thidua_cli.render.pages import document_to_bytes as to_bytes
from thidua_cli.render.xlsx.sheet import sheet_name

HOSTILE = [
    "[red]đỏ[/]",
    "[/]",
    "<script>alert(1)</script>",
    "=1+1",
    '=HYPERLINK("http://x")',
    "{{ 7*7 }}",
    "a|b",
    "</table></svg><img src=x onerror=alert(1)>",
    "https://example.org",
    "&amp; &lt;",
    "\x1b[31mred",
    "\u202egnol",
]
UNITS = [
    Column("TT", Form.NUMBER),
    Column("Tên", narrow=8),
    Column("Ngày", Form.DAY),
    Column("Tỷ lệ", Form.RATE),
]


def document(*blocks: Block) -> Document:
    """A document of one section."""
    return Document(
        title="Báo cáo",
        lead=["Dòng đầu."],
        summary="Tóm tắt.",
        sections=[Section("one", "Phần một", blocks)],
        notes=["Mốc sổ: 1:00"],
        as_of="2022-03-31",
        known_at="2022-04-01T00:00:00.000000Z",
        head="1:00",
    )


def units(names: Sequence[str]) -> Table:
    """A table with a row for each name."""
    rows = [[place, name, "2022-03-31", 84.4] for place, name in enumerate(names, 1)]
    return Table(UNITS, [("I. Nhóm", rows)], title="Bảng", total=[len(names), "Tổng", None, None])


def every_block(name: str) -> Document:
    """A document in which a text stands wherever a text can."""
    state = Mark(name, Tone.BAD)
    return document(
        Paragraph(name),
        Headlines([Headline(name, "84,4\u00a0%", name, Tone.BAD)]),
        Curve(name, {name: [("2022-03-01", 0.0), ("2022-03-31", 84.4), ("2022-04-01", None)]}, {"2022-03-31": name}),
        Bars(name, [(name, 1, 2, 50.0), (name, 0, 0, None)]),
        units([name])._replace(title=name, groups=[(name, [[1, name, None, None]])]),
        Table([], [], empty=name),
        Heat([Column("Tên", narrow=8), Column("Nhóm", drop=1), Column("Làm")], [(name, [[name, name, state], [name, name, None]])], name),
    )  # fmt: skip


class Page(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.mark.parametrize("name", HOSTILE)
def test_text_is_text_in_html(name: str) -> None:
    """A hostile text adds no tag, and is read as its characters; what cannot be seen is an escape."""
    page, plain = (
        Page(to_bytes(every_block(text), DocumentFormat.HTML).decode()) for text in (name, "đơn vị")
    )
    assert [tag for tag, _attributes in page.tags] == [tag for tag, _attributes in plain.tags]
    seen = name.replace("\x1b", "\\x1b").replace("\u202e", "\\u202e")
    assert "".join(page.words).count(seen) == "".join(plain.words).count("đơn vị")
    assert "\x1b" not in "".join(page.words)


def test_html_stands_alone() -> None:
    """No script, no address, no attribute that runs; every id is there once, every picture has its words."""
    page = Page(to_bytes(every_block("đơn vị"), DocumentFormat.HTML).decode())
    tags = {tag for tag, _attributes in page.tags}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "base", "form"}
    for tag, attributes in page.tags:
        assert not [key for key in attributes if key.startswith("on") or key in ("src", "srcset")], tag
        assert (attributes.get("href") or "#").startswith("#")
        if tag == "svg" and "aria-hidden" not in attributes:
            assert attributes["role"] == "img"
            assert attributes["aria-labelledby"]
    ids = [attributes["id"] for _tag, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    text = to_bytes(every_block("đơn vị"), DocumentFormat.HTML).decode()
    assert "http" not in text.replace("http-equiv", "")
    assert "url(" not in text
    assert "@import" not in text


@pytest.mark.parametrize("name", HOSTILE)
def test_text_is_text_in_workbooks(name: str) -> None:
    """Read back by another program every cell is that text: no formula, no link."""
    data = to_bytes(every_block(name), DocumentFormat.XLSX)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    cells = [cell for row in sheet.to_python() for cell in row if cell != ""]
    seen = name.replace("\x1b", "\\x1b").replace("\u202e", "\\u202e")
    assert cells.count(seen) >= 6
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for part in archive.namelist():
            text = archive.read(part).decode()
            assert not re.search(r"<f>|<hyperlink", text), part


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("form", [DocumentFormat.TABLE, DocumentFormat.MD])
def test_no_control_reaches_a_terminal(name: str, form: DocumentFormat) -> None:
    """Tables and Markdown hold no character that a terminal obeys."""
    text = to_bytes(every_block(name), form).decode()
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)


def test_workbooks_hold_real_dates_and_percentages() -> None:
    """Days are dates, rates are shares of one, numbers are numbers, a difference has its sign."""
    table = units(["một"])._replace(total=None)
    changed = Table(
        [Column("Số liệu"), Column("Thêm", Form.NUMBER)],
        [("", [["Đã làm", Delta(7)], ["Quá hạn", Delta(-7)]])],
    )
    data = to_bytes(document(table, changed), DocumentFormat.XLSX)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert [1.0, "một", date(2022, 3, 31), 0.844] in rows
    assert [row[:2] for row in rows if row[0] in ("Đã làm", "Quá hạn")] == [
        ["Đã làm", 7.0],
        ["Quá hạn", -7.0],
    ]


def test_a_workbook_can_be_filtered_and_printed() -> None:
    """The sheet of states has a filter and a frozen header that repeats; all is A4 landscape with page numbers."""
    data = to_bytes(
        every_block("một")._replace(
            sections=[Section("units", "Đơn vị", every_block("một").sections[0].blocks[-1:])]
        ),
        DocumentFormat.XLSX,
    )
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet, book = (archive.read(f"xl/{part}.xml").decode() for part in ("worksheets/sheet1", "workbook"))
    assert "<autoFilter " in sheet
    assert 'state="frozen"' in sheet
    assert 'paperSize="9"' in sheet
    assert 'orientation="landscape"' in sheet
    assert "&amp;P / &amp;N" in sheet
    assert "_xlnm.Print_Titles" in book


def test_a_workbook_says_when_its_register_was_known() -> None:
    """Its date of creation is the document's instant, so that equal documents are equal files."""
    one, other = (to_bytes(every_block("một"), DocumentFormat.XLSX) for _time in range(2))
    assert one == other
    with zipfile.ZipFile(io.BytesIO(one)) as archive:
        assert "2022-04-01T00:00:00Z" in archive.read("docProps/core.xml").decode()
        assert [name for name in archive.namelist() if name.startswith("xl/charts/chart")] == [
            "xl/charts/chart1.xml"
        ]


def _sheet(data: bytes, part: str = "worksheets/sheet1") -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(f"xl/{part}.xml").decode()


def test_a_headline_is_a_figure_in_a_workbook() -> None:
    """A program can calculate with it; people read it as before."""
    item = Headline("Phát động", "61,7\u00a0%", "71/115", share=61.7)
    data = to_bytes(document(Headlines([item])), DocumentFormat.XLSX)
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert ["Phát động", 0.617, "71/115"] in [row[:3] for row in rows]
    assert "61,7\u00a0%" in to_bytes(document(Headlines([item])), DocumentFormat.HTML).decode()


def test_every_sheet_with_a_table_is_frozen() -> None:
    """Below the header where all tables have the same; below the title where they do not."""
    other = Table([Column("Khác")], [("", [["x"]])])
    for blocks, row in (
        ([units(["một"])], 7),
        ([units(["một"]), units(["hai"])], 7),
        ([units(["một"]), other], 1),
    ):
        sheet = _sheet(to_bytes(document(*blocks), DocumentFormat.XLSX))
        assert re.search(rf'<pane ySplit="{row}" .*state="frozen"', sheet)


def test_no_heading_stands_last_on_a_page() -> None:
    """A page of a workbook is broken before a heading rather than behind it."""
    groups = [
        (f"{number}. Nhóm", [[place, "x", None, None] for place in range(number % 5)]) for number in range(90)
    ]
    table = units([])._replace(groups=groups, total=None)
    data = to_bytes(document(table), DocumentFormat.XLSX)
    breaks = [int(row) for row in re.findall(r'<brk id="(\d+)"', _sheet(data))]
    cells = (
        CalamineWorkbook.from_filelike(io.BytesIO(data))
        .get_sheet_by_index(0)
        .to_python(skip_empty_area=False)
    )
    assert len(breaks) > 3
    assert not [cells[row - 1] for row in breaks if "Nhóm" in str(cells[row - 1][0]) and cells[row][1] == "x"]


def test_a_deadline_is_named_beside_its_line() -> None:
    """The chart of a workbook has its words at the mark, and only lines in the legend."""
    curve = Curve("", {"a": [("2022-03-01", 0.0), ("2022-04-01", 50.0)]}, {"2022-03-31": "hạn a"})
    chart = _sheet(to_bytes(document(curve), DocumentFormat.XLSX), "charts/chart1")
    assert '<c:legendEntry><c:idx val="1"/><c:delete' in chart
    assert "hạn a" in chart.partition("<c:dLbls>")[2].partition("</c:dLbls>")[0]


def test_codes_are_not_flagged_as_numbers() -> None:
    """A spreadsheet does not offer to turn the code 00123 into 123."""
    assert 'numberStoredAsText="1"' in _sheet(to_bytes(document(units(["00123"])), DocumentFormat.XLSX))


def test_a_large_workbook_holds_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Written row by row to a file it reads back as the same cells, in equal bytes each time."""
    from thidua_cli.render import xlsx

    def cells(data: bytes) -> list[object]:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]

    small = xlsx.to_bytes(every_block("một"))
    monkeypatch.setattr(xlsx, "_MANY", 0)
    large = xlsx.to_bytes(every_block("một"))
    assert cells(large) == cells(small)
    assert large == xlsx.to_bytes(every_block("một"))


def test_a_header_that_tables_share_is_written_once() -> None:
    """On a sheet of like tables it stays in sight and is printed on each page; unlike tables have their own."""
    like = [Table(UNITS[:2], [("", [[1, "Sở Y tế"]])], title=title) for title in ("Một", "Hai")]
    other = Table([Column("Ngày", Form.DAY)], [("", [["2022-03-31"]])], title="Ba")

    def headers(*blocks: Block) -> int:
        book = CalamineWorkbook.from_filelike(io.BytesIO(to_bytes(document(*blocks), DocumentFormat.XLSX)))
        rows = book.get_sheet_by_index(0).to_python()
        return sum(row[1:2] == [UNITS[1].label] for row in rows)

    assert (headers(*like), headers(*like, other)) == (1, 2)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Phụ lục 1. Đơn vị", "Phụ lục 1. Đơn vị"),
        ("a" * 31, "a" * 31),
        ("a" * 32, "a" * 30 + "…"),
        ("Phụ lục 2. Đơn vị trễ hạn hoặc khai muộn", "Phụ lục 2. Đơn vị trễ hạn hoặc…"),
        ("[x]: y/z?", "x   y z"),
    ],
)
def test_sheets_have_names_that_excel_takes(title: str, name: str) -> None:
    """At most 31 characters, and none of those that Excel forbids."""
    assert sheet_name(title) == name


def test_headlines_fit_a_narrow_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a figure means is wrapped, the figure is not."""
    monkeypatch.setenv("COLUMNS", "40")
    item = Headline("Tổng kết đơn vị · P1", "61,7\u00a0%", "62/116 · không đặt hạn, giai đoạn đến 31/12/2025")
    text = to_bytes(document(Headlines([item])), DocumentFormat.TABLE, terminal=True).decode()
    assert max(map(len, text.splitlines())) <= 40
    assert "61,7 %" in text


def test_what_is_cut_is_said() -> None:
    """A table of more rows than anybody reads keeps the first of each group and says how many are left out."""
    names = [f"đơn vị {number}" for number in range(1200)]
    long = Table(
        UNITS[:2], [("I. Một", [[1, name] for name in names]), ("II. Hai", [[1, "cuối"]])], title="Bảng"
    )
    short = abridged(document(long)).sections[0].blocks[0]
    assert isinstance(short, Table)
    assert [len(rows) for _heading, rows in short.groups] == [20, 1]
    assert short.groups[0][0] == "I. Một · 20 dòng đầu, còn 1.180 dòng"
    assert short.title == "Bảng (bớt 1.180 dòng, xem đủ trong bản json)"
    few = document(units(names[:900]))
    assert list(abridged(few).sections[0].blocks) == list(few.sections[0].blocks)
    many = Table(UNITS[:2], [(f"{number}", [[1, "x"]]) for number in range(2500)], title="Nhóm")
    fewer = abridged(document(many)).sections[0].blocks[0]
    assert isinstance(fewer, Table)
    assert len(fewer.groups) == 50
    assert "2.450" in fewer.title
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(to_bytes(document(long), DocumentFormat.XLSX)))
    assert len([row for row in sheet.get_sheet_by_index(0).to_python() if row[0] == 1]) == 1201


def test_formats_follow_the_language() -> None:
    """Numbers, days and the language of the page are those of the language in use."""
    made = document(units(["một"]))
    assert '<html lang="vi">' in (page := to_bytes(made, DocumentFormat.HTML).decode())
    assert "84,4\u00a0%" in page
    assert "31/03/2022" in page
    language.use("en")
    assert '<html lang="en">' in (page := to_bytes(made, DocumentFormat.HTML).decode())
    assert "84.4%" in page


def test_json_gives_each_row_of_a_list_a_line() -> None:
    """Lists beside the rows are written like the rows, one object a line."""
    report = render.Report(("a",), [{"a": 1}], list, extra={"more": [{"b": 1}, {"b": 2}], "none": []})
    text = render.to_bytes(report, render.Format.JSON).decode()
    assert '  "more": [\n    {"b": 1},\n    {"b": 2}\n  ],\n  "none": [],' in text
