"""Papers: the layout of Decree 30/2020/NĐ-CP, as other programs read it."""

import io
import re
import sqlite3
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pytest
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt
from hypothesis import given, settings
from hypothesis import strategies as st

import build
import office
import papers
from conftest import ROOT
from papers import W
from thidua_cli.ground import language
from thidua_cli.ground.errors import RejectedError
from thidua_cli.ground.text import visible
from thidua_cli.render.document import Bars, Block, Document, Headline, Headlines, Paragraph, Section
from thidua_cli.render.docx import layout, official, text, to_docx
from thidua_cli.render.model import Column, Curve, Form, Mark, Table, Tone
from thidua_cli.render.paper import Stamp
from thidua_cli.reports import papers as report_papers
from thidua_cli.reports.figures import figure_columns
from thidua_cli.reports.letterhead import read_letterhead
from thidua_cli.reports.moment import Moment, read_moment

NASTY = " [red]đỏ[/] <script>alert(1)</script> =1+1 \x1b[31m \x00 \ud800 ]]> &amp; \" ' \u202e"


@pytest.fixture
def at(register: sqlite3.Connection) -> Moment:
    """4 April 2022, with two launches."""
    build.record(register, "492", "2022-03-30", document_number="12/KH-UBND")
    build.record(register, "SCT", "2022-04-02", document_number="7/KH-SCT")
    return read_moment(register, date(2022, 4, 4), None)


def test_the_page_is_that_of_the_decree(register: sqlite3.Connection, at: Moment) -> None:
    """A4 upright, margins of 20-25, 20-25, 30-35 and 15-20 mm, Times New Roman of 14 points."""
    made = papers.opened(papers.paper(register, at))
    section = made.sections[0]
    assert (section.page_width, section.page_height) == (
        pytest.approx(Mm(210), rel=1e-3),
        pytest.approx(Mm(297), rel=1e-3),
    )
    for side, low, high in (("top", 20, 25), ("bottom", 20, 25), ("left", 30, 35), ("right", 15, 20)):
        assert Mm(low - 0.1) <= getattr(section, f"{side}_margin") <= Mm(high)
    defaults = made.styles.element.find(f".//{W}rPrDefault//{W}rFonts")
    assert {defaults.get(f"{W}{script}") for script in ("ascii", "hAnsi", "cs", "eastAsia")} == {
        "Times New Roman"
    }
    assert made.styles.element.find(f".//{W}rPrDefault//{W}sz").get(f"{W}val") == "28"
    body = next(each for each in made.paragraphs if each.text.endswith("đơn vị đã phát động."))
    assert body.style is not None
    assert body.style.paragraph_format.alignment == WD_ALIGN_PARAGRAPH.JUSTIFY
    assert body.style.paragraph_format.first_line_indent == Pt(36)


def test_pages_are_numbered_from_the_second(register: sqlite3.Connection, at: Moment) -> None:
    """In the middle of the top margin; the first page has none."""
    section = papers.opened(papers.paper(register, at)).sections[0]
    assert section.different_first_page_header_footer
    assert section.first_page_header.is_linked_to_previous
    number = section.header.paragraphs[0]
    assert "PAGE" in "".join(each.text or "" for each in number._p.iter(f"{W}instrText"))
    assert number.style is not None
    assert number.style.paragraph_format.alignment == WD_ALIGN_PARAGRAPH.CENTER


def test_the_parts_stand_in_their_order(register: sqlite3.Connection, at: Moment) -> None:
    """Issuing body beside the national title, number, date, title, addressee, body, signature, annex."""
    read = papers.words(papers.paper(register, at))
    read = read.replace("Chi tiết: đơn vị chưa phát động tại Phụ lục.\n", "")
    places = [
        read.index(words)
        for words in (
            "ỦY BAN NHÂN DÂN\nTHÀNH PHỐ ĐÀ NẴNG", "SỞ THÔNG TIN", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
            "Độc lập - Tự do - Hạnh phúc", "Số: ……/BC-STTTT", "Đà Nẵng, ngày 04 tháng 4 năm 2022", "BÁO CÁO", "Tình hình thực hiện",
            "Kính gửi: Ủy ban nhân dân thành phố Đà Nẵng", "I. Số liệu chung", "II. Theo nghĩa vụ", "IV. Theo dõi",
            "./.", "Nơi nhận:", "- Như trên;", "- Lưu: VT, CNTT.", "KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "Nguyễn Văn A",
            "Phụ lục", "ĐƠN VỊ CHƯA PHÁT ĐỘNG", "(Kèm theo Báo cáo số ……/BC-STTTT ngày 04 tháng 4 năm 2022",
        )
    ]  # fmt: skip
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("day", "vietnamese", "english"),
    [
        (date(2022, 2, 1), "ngày 01 tháng 02 năm 2022", "1 February 2022"),
        (date(2022, 3, 9), "ngày 09 tháng 3 năm 2022", "9 March 2022"),
        (date(2022, 3, 12), "ngày 12 tháng 3 năm 2022", "12 March 2022"),
        (date(2022, 12, 31), "ngày 31 tháng 12 năm 2022", "31 December 2022"),
    ],
)
def test_a_written_day(day: date, vietnamese: str, english: str) -> None:
    """Days below 10 and the months 1 and 2 have a zero in front."""
    assert official.written_day(day) == vietnamese
    language.use("en")
    assert official.written_day(day) == english


@pytest.mark.parametrize(
    ("language_", "title", "shown"),
    [
        ("vi", "Báo cáo tình hình", "BÁO CÁO\nTình hình"),
        ("en", "Progress report: movement", "PROGRESS REPORT\nMovement"),
        ("en", "Movement: the first year", "REPORT\nMovement: the first year"),
    ],
)
def test_the_type_is_not_said_twice(language_: str, title: str, shown: str) -> None:
    """A document called "Báo cáo tình hình" is BÁO CÁO, and below it what it is about."""
    language.use(language_)
    made = to_docx(Document(title, [], "", [], []), papers.head(), papers.STAMP)
    assert f"{shown}\n" in papers.words(made)


def annexed(*titles: str) -> bytes:
    """A report of 8 May with these annexes."""
    sections = [Section(title, title, [Paragraph("Không có.")], annex=True) for title in titles]
    return to_docx(
        Document("Tên", [], "", sections, [], as_of="2022-05-08", until="hết ngày 08/05/2022"),
        papers.head(),
        Stamp(date(2022, 5, 9), "2022-05-09T00:00:00.000000Z"),
    )


def test_annexes_are_those_of_the_decree() -> None:
    """A roman number, the name in capitals, the paper they belong to in italics; the body says where they are."""
    data = annexed("Phụ lục I. Đơn vị chưa thực hiện", "Phụ lục 2. Đơn vị được miễn")
    read = papers.words(data)
    assert "Chi tiết: đơn vị chưa thực hiện tại Phụ lục I; đơn vị được miễn tại Phụ lục II." in read
    for number, name in (("I", "ĐƠN VỊ CHƯA THỰC HIỆN"), ("II", "ĐƠN VỊ ĐƯỢC MIỄN")):
        assert f"Phụ lục {number}\n{name}\n(Kèm theo Báo cáo số ……/BC-STTTT ngày 09 tháng 5 năm 2022" in read
    line = next(each for each in papers.opened(data).paragraphs if each.text.startswith("(Kèm theo"))
    assert line.text.endswith(" của Sở Thông tin và Truyền thông)")
    assert line.runs[0].italic
    assert line.alignment == WD_ALIGN_PARAGRAPH.CENTER


def test_a_single_annex_has_no_number() -> None:
    """And a name that only looks numbered is left as it is."""
    read = papers.words(annexed("Đợt 2: đơn vị 3. Hải Châu"))
    assert "\nPhụ lục\nĐỢT 2: ĐƠN VỊ 3. HẢI CHÂU\n" in read


def test_each_annex_has_pages_of_its_own() -> None:
    """Each is a section that begins on a new page, counted from 1, the first without its number."""
    sections = papers.opened(annexed("Phụ lục 1. A", "Phụ lục 2. B")).sections
    assert len(sections) == 3
    for section in sections:
        assert section.start_type == WD_SECTION.NEW_PAGE
        assert section._sectPr.find(f"{W}pgNumType").get(f"{W}start") == "1"
        assert section.different_first_page_header_footer
        assert section.left_margin == sections[0].left_margin


def test_the_closing_sentence_names_the_day() -> None:
    """The day that the report speaks of, not that of the paper."""
    assert "kết quả thực hiện đến hết ngày 08/05/2022./." in papers.words(annexed())


def test_an_annex_that_would_be_hard_to_read_lies_on_its_side() -> None:
    """Wide paper where a table would lose a column or have small letters, upright else; margins stay."""
    columns = [
        Column("TT", Form.NUMBER), Column("Mã"), Column("Đơn vị", narrow=24), Column("Trạng thái", narrow=8),
        Column("Ngày thực hiện", Form.DAY), Column("Ngày nhận", Form.DAY, drop=2), Column("Muộn (ngày)", Form.NUMBER),
        Column("Số văn bản", drop=1, narrow=10),
    ]  # fmt: skip
    row = [
        1,
        "LHCTCHN",
        "Sở Thông tin và Truyền thông",
        "Đúng hạn, khai muộn",
        "2022-03-29",
        "2022-04-12",
        12,
        "2231/STTTT-CCHC&PC",
    ]
    wide = Section("late", "Phụ lục II. A", [Table(columns, [("", [row])])], annex=True)
    upright = Section("few", "Phụ lục I. B", [Table(columns[:4], [("", [row[:4]])])], annex=True)
    data = to_docx(Document("Tên", [], "", [upright, wide, upright], []), papers.head(), papers.STAMP)
    opened = papers.opened(data)
    assert [each.orientation for each in opened.sections] == [
        WD_ORIENT.PORTRAIT, WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE, WD_ORIENT.PORTRAIT
    ]  # fmt: skip
    assert {(each.left_margin, each.top_margin) for each in opened.sections} == {
        (opened.sections[0].left_margin, opened.sections[0].top_margin)
    }
    assert len(opened.tables[-2].columns) == len(columns)
    assert sum(int(each.get(f"{W}w")) for each in opened.tables[-2]._tbl.tblGrid) > official.TEXT_WIDTH
    assert "không in cột" not in papers.words(data)


def test_counts_that_belong_together_share_a_column_on_paper() -> None:
    """Done of applicable, on time with those declared late, exempt and lapsed; the due day stands by the name."""
    columns = [Column("Nghĩa vụ", narrow=14), *figure_columns(), Column("Hạn", Form.DAY, key="due_on")]
    counts = [1160, 1, 2, 1157, 65, 7, Mark(11, Tone.WARN), 0, 1081, 76, 6.5]
    table = Table(
        columns,
        [("", [["Phát động", *counts, "2022-03-31"], ["Đăng ký", *counts[:5], 0, *counts[6:], None]])],
        total=["Cộng", *counts, None],
    )
    (section,) = report_papers.on_paper(Document("", [], "", [Section("x", "X", [table])], [])).sections
    (made,) = section.blocks
    assert isinstance(made, Table)
    assert [column.label for column in made.columns] == [
        "Nghĩa vụ", "Thuộc diện", "Miễn/ hết hiệu lực", "Đúng hạn (khai muộn)", "Trễ hạn", "Trong hạn", "Quá hạn",
        "Đã làm/ phải làm", "Tỷ lệ",
    ]  # fmt: skip
    first, second = made.groups[0][1]
    assert first == ["Phát động, hạn 31/03/2022", 1160, "1/2", "65 (7)", counts[6], 0, 1081, "76/1.157", 6.5]
    assert (second[0], second[3]) == ("Đăng ký", "65")
    assert made.total is not None
    assert made.total[:4] == ["Cộng", 1160, "1/2", "65 (7)"]


def test_bars_have_thousands_separators() -> None:
    """As every other count for people."""
    data = made(Bars("Tỷ lệ", [("Cấp xã", 1234, 70_000, 1.7)]))
    assert papers.opened(data).tables[1].rows[1].cells[1].text == "1.234/70.000"


def test_a_table_takes_the_width_of_the_text(register: sqlite3.Connection, at: Moment) -> None:
    """What the columns do not need goes to the texts; a header of several words has two lines where there is room."""
    table = Table([Column("Nội dung"), Column("Đơn vị đăng ký", Form.NUMBER)], [("", [["1. Nhận thức", 38]])])
    data = to_docx(Document("Tên", [], "", [Section("x", "X", [table])], []), papers.head(), papers.STAMP)
    text_, number = (int(each.get(f"{W}w")) for each in papers.opened(data).tables[1]._tbl.tblGrid)
    assert official.TEXT_WIDTH - 2 <= text_ + number <= official.TEXT_WIDTH
    assert number > text.width("Đơn vị", 12, bold=True)


def test_tables_repeat_their_header_and_split_no_row(register: sqlite3.Connection, at: Moment) -> None:
    """Every ruled table has a grid as wide as its cells, within the margins; numbers are Vietnamese."""
    made = papers.opened(papers.paper(register, at))
    ruled = [table for table in made.tables if table.style is not None and table.style.name == "Table Grid"]
    assert len(ruled) == 6
    for table in ruled:
        grid = [int(each.get(f"{W}w")) for each in table._tbl.tblGrid]
        assert sum(grid) <= official.TEXT_WIDTH + 1
        for row in table.rows:
            assert row._tr.find(f"{W}trPr/{W}cantSplit") is not None
            cells = row._tr.findall(f"{W}tc/{W}tcPr/{W}tcW")
            assert sum(int(each.get(f"{W}w")) for each in cells) == sum(grid)
    assert [table.rows[0]._tr.find(f"{W}trPr/{W}tblHeader") is not None for table in ruled] == [
        False,
        *[True] * 5,
    ]
    assert "1,7\u00a0%" in papers.words(papers.paper(register, at))


def test_a_column_without_room_is_named_below(register: sqlite3.Connection, at: Moment) -> None:
    """What the paper is too narrow for is said, in the order in which a terminal drops it."""
    assert "Khổ giấy hẹp, không in cột: Mã." in papers.words(papers.paper(register, at))


def test_no_table_leaves_the_page(register: sqlite3.Connection, at: Moment) -> None:
    """A word longer than the page is broken, many columns are wrapped before any is left out."""
    wide = Table([Column(f"Nghĩa vụ {index}") for index in range(9)], [("", [["Hết hiệu lực"] * 9])])
    long = Table([Column("Tên"), Column("Số", Form.NUMBER)], [("", [["A" * 255, 1]])])
    data = to_docx(
        Document("Tên", [], "", [Section("x", "X", [wide, long])], []), papers.head(), papers.STAMP
    )
    for table in papers.opened(data).tables[1:3]:
        assert sum(int(each.get(f"{W}w")) for each in table._tbl.tblGrid) <= official.TEXT_WIDTH + 1
    assert len(papers.opened(data).tables[1].columns) == 9


def made(*blocks: Block) -> bytes:
    """A report of nothing but these blocks."""
    return to_docx(Document("Tên", [], "", [Section("x", "X", blocks)], []), papers.head(), papers.STAMP)


def test_no_column_is_narrower_than_its_longest_word() -> None:
    """Even in a font a tenth wider than Times New Roman; the columns that do not matter most go instead."""
    columns = [
        Column("Nghĩa vụ", narrow=14),
        Column("Mã", drop=8),
        *figure_columns(),
        Column("Hạn", Form.DAY, key="due_on"),
    ]
    row = ["Tổng kết cấp huyện", "p1-review-district", *[116] * 10, 100.0, "2022-03-31"]
    for count in range(4, len(columns) + 1):
        found = layout.lay_out(Table(columns[:count], [("", [row[:count]])]))
        for index, room in found.widths.items():
            longest = max(text.width(word, found.size, bold=True) for word in columns[index].label.split())
            assert longest * 1.1 + 2 * 57 <= room
    assert 1 not in found.widths
    assert len(found.widths) == len(columns) - 1


def test_a_word_too_long_for_the_page_costs_no_other_word(register: sqlite3.Connection) -> None:
    """Only the column that holds it is cut."""
    columns = [Column("Tên"), Column("Trạng thái"), Column("Ngày", Form.DAY)]
    found = layout.lay_out(Table(columns, [("", [["A" * 255, "Hết hiệu lực", "2022-03-31"]])]))
    assert sum(found.widths.values()) <= official.TEXT_WIDTH
    assert found.widths[2] > text.width("31/03/2022", found.size)
    assert found.widths[1] > text.width("Trạng", found.size, bold=True)


def kept(data: bytes) -> list[bool]:
    """Whether each row of the table between letterhead and signature is kept with what follows."""
    return [
        row._tr.find(f"{W}tc/{W}p/{W}pPr/{W}keepNext") is not None
        for row in papers.opened(data).tables[1].rows
    ]


def test_a_short_table_stands_on_one_page() -> None:
    """Every row but the last is kept with the next; of a long table the first rows, and the total."""
    short = Table([Column("Tên")], [("", [[number] for number in range(5)])])
    assert kept(made(short)) == [True] * 5 + [False]
    long = Table([Column("Tên")], [("", [[number] for number in range(30)])], total=["Cộng"])
    assert kept(made(long)) == [True] * 4 + [False] * 26 + [True, False]
    longer = Table([Column("Tên")], [("", [[number] for number in range(8)])])
    assert kept(made(longer)) == [True] * 4 + [False] * 3 + [True, False]
    bars = Bars("Tỷ lệ", [("Sở", 1, 2, 50.0), ("Hội", 0, 2, 0.0)])
    assert kept(made(bars)) == [True, True, False]


def test_a_column_that_repeats_its_heading_is_left_out() -> None:
    """What every row says again of its group takes no room, and nothing is said to be missing."""
    columns = [Column("Đơn vị"), Column("Nhóm", drop=1), Column("Số", drop=1)]
    data = made(
        Table(columns, [("I. Sở (1)", [["Sở Y tế", "Sở", "7"]]), ("II. Hội (1)", [["Hội", "Hội", ""]])])
    )
    assert [cell.text for cell in papers.opened(data).tables[1].rows[0].cells] == ["Đơn vị", "Số"]
    assert "không in cột" not in papers.words(data)


def test_a_total_stands_below_its_columns() -> None:
    """Also where a column between them is left out."""
    columns = [Column("Đơn vị"), Column("Nhóm", drop=1), Column("Số", Form.NUMBER)]
    data = made(Table(columns, [("I. Sở (1)", [["Sở Y tế", "Sở", 7]])], total=["Tất cả", None, 7]))
    assert [cell.text for cell in papers.opened(data).tables[1].rows[-1].cells] == ["Tất cả", "7"]


def test_many_figures_stand_one_below_the_other() -> None:
    """Up to three are tiles, more have a row each, so that no caption is folded into five lines."""
    items = [Headline(f"Nghĩa vụ {number}", "50 %", "không đặt hạn") for number in range(5)]
    assert len(papers.opened(made(Headlines(items[:3]))).tables[1].rows) == 1
    rows = papers.opened(made(Headlines(items))).tables[1].rows
    assert [cell.text for cell in rows[4].cells] == ["Nghĩa vụ 4", "50 %", "không đặt hạn"]


def test_the_title_of_a_table_is_broken_into_even_lines() -> None:
    """No line holds a lone date."""
    title = "Giai đoạn 1 (2021-2025): tỷ lệ đã làm theo ngày thực hiện, từ 15/01/2022 đến 08/05/2022"
    data = made(Table([Column("Tên")], [("", [["A"]])], title=title))
    found = next(each for each in papers.opened(data).paragraphs if each.text.startswith("Giai đoạn"))
    assert len(found.text.split("\n")) == 2
    assert min(map(len, found.text.split("\n"))) > 30
    assert title in papers.words(data)


def test_a_date_is_not_broken_at_its_hyphens() -> None:
    """Nor is a range of years; other hyphens are as typed."""
    data = made(Paragraph("2022-03-31, 2021-2025, 12/KH-UBND"))
    assert papers.part(data, "word/document.xml").count("<w:noBreakHyphen/>") == 3
    assert "2022-03-31, 2021-2025, 12/KH-UBND" in papers.words(data)


def test_a_curve_is_a_chart_with_its_figures(register: sqlite3.Connection, at: Moment) -> None:
    """One series of the points and one for the deadline; the text beside it holds the last figure."""
    data = papers.paper(register, at)
    chart = ElementTree.fromstring(papers.part(data, "word/charts/chart1.xml"))
    c = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
    names = ["".join(each.itertext()) for each in chart.iter(f"{c}tx")]
    assert names == ["Phát động", "hạn 31/03/2022"]
    last = [float(each.findall(f".//{c}v")[-1].text or "") for each in chart.iter(f"{c}yVal")]
    assert last == [1.7, 100.0]
    assert "1,7\u00a0%" in re.findall(r'descr="([^"]*)"', papers.part(data, "word/document.xml"))[0]


def test_hostile_text_stays_text(register: sqlite3.Connection, at: Moment) -> None:
    """Whatever the text, each part is XML; control characters are shown, markup is characters."""
    data = papers.paper(register, at, NASTY)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            ElementTree.fromstring(archive.read(name))
    read = papers.words(data)
    shown = " [red]đỏ[/] <script>alert(1)</script> =1+1 \\x1b[31m \\x00 \\ud800 ]]> &amp; \" ' \\u202e"
    assert read.count(shown) >= 12


TEXTS = st.text(alphabet=st.characters(exclude_categories=[]), max_size=30)


@settings(max_examples=50, deadline=None)
@given(title=TEXTS, word=TEXTS, value=st.none() | TEXTS | st.integers(), rate=st.none() | st.floats(0, 100))
def test_whatever_the_text_the_parts_are_xml(
    title: str, word: str, value: object, rate: float | None
) -> None:
    """Any characters at all, in any place, give a package that XML readers take, with the text in it."""
    made = Document(
        title, [word], word,
        [Section("x", title, [
            Headlines([Headline(word, title)]), Bars(title, [(word, 1, 2, rate)]),
            Curve(title, {word: [("2022-01-01", rate)]}, {"2022-01-02": title} if rate else {}),
            Table([Column(word, narrow=3), Column(title, Form.RATE)], [(title, [[value, rate]])], title=word),
        ], annex=True)],
        [word],
    )  # fmt: skip
    data = to_docx(made, papers.head(), papers.STAMP)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            ElementTree.fromstring(archive.read(name))
    shown = "\u00a0".join(visible(part) for part in word.split("\u00a0"))
    assert papers.words(data).count(shown) >= 1 or not shown


def test_the_same_document_gives_the_same_bytes(
    register: sqlite3.Connection, at: Moment, tmp_path: Path
) -> None:
    """Twice in a process, and in another one with another seed of hashes."""
    first = papers.paper(register, at)
    assert papers.paper(register, at) == first
    copy = sqlite3.connect(tmp_path / "register.db")
    register.backup(copy)
    copy.close()
    program = (
        "import sys, sqlite3, datetime; sys.path.insert(0, 'tests'); import papers;"
        "from thidua_cli import store; from thidua_cli.reports.moment import read_moment;"
        f"c = store.prepare(sqlite3.connect({str(tmp_path / 'register.db')!r}));"
        "sys.stdout.buffer.write(papers.paper(c, read_moment(c, datetime.date(2022, 4, 4), None)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={"PYTHONHASHSEED": "7", "PATH": ""},
        capture_output=True,
        check=True,
    )
    assert done.stdout == first


def test_the_file_says_when_it_was_made(register: sqlite3.Connection, at: Moment) -> None:
    """Its properties come from the register's clock, its zip entries from none."""
    data = papers.paper(register, at)
    assert str(papers.opened(data).core_properties.modified) == "2022-04-04 00:00:00+00:00"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@office.WRITER
def test_libreoffice_reads_the_same_figures(register: sqlite3.Connection, at: Moment, tmp_path: Path) -> None:
    """Converted to text, the report holds the figures of `status`."""
    (tmp_path / "report.docx").write_bytes(papers.paper(register, at, " <b>=1+1</b>"))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        "txt:Text (encoded):UTF8",
        "--outdir",
        str(tmp_path),
        "report.docx",
    ]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    read = (tmp_path / "report.txt").read_text(encoding="utf-8-sig")
    assert "2/116" in read
    assert "I. Số liệu chung" in read
    assert "UBND quận Thanh Khê" in read
    assert "<b>=1+1</b>" in read


# Lines


@pytest.mark.parametrize(
    "words", ["SỞ NỘI VỤ", "ỦY BAN NHÂN DÂN THÀNH PHỐ ĐÀ NẴNG", "SỞ THÔNG TIN VÀ TRUYỀN THÔNG", "A" * 80]
)
def test_a_heading_is_broken_into_even_lines(words: str) -> None:
    """No word is lost, each line has room, and none is much shorter than the others."""
    room = 70 * text.MILLIMETRE
    lines = text.balanced(words, room, 12, bold=True)
    assert " ".join(lines) == words
    if " " in words:
        lengths = [text.width(line, 12, bold=True) for line in lines]
        assert max(lengths) <= room
        assert min(lengths) > max(lengths) / 2


# The letterhead


def test_without_a_file_the_letterhead_is_dots() -> None:
    """Nothing is made up: what is not known is left to be filled in by hand."""
    dots = read_letterhead(None)
    assert set(dots.issuing_body + dots.place + dots.name) == {"…"}
    made = papers.words(to_docx(Document("Tên", [], "", [], []), dots, papers.STAMP))
    assert "Số: ……/BC-……" in made
    assert "Kính gửi" not in made


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("issuer = 1", "issuer"),
        ('[issuer]\nname = "A"', "issuer.place"),
        ('[issuer]\nname = "A"\nplace = "B"\n[signer]\ntitle = "C"\ncolour = "red"', "signer.colour"),
        ('[issuer]\nname = ""\nplace = "B"\n[signer]\ntitle = "C"', "issuer.name"),
        ('[issuer]\nname = "A"\nplace = "B"\n[signer]\ntitle = "C"\nauthority = "TM."', "signer.authority"),
        ('language = "fr"\n[issuer]\nname = "A"\nplace = "B"\n[signer]\ntitle = "C"', "language"),
        ("[issuer", "letterhead.toml"),
    ],
)
def test_a_wrong_letterhead_is_rejected_with_its_place(tmp_path: Path, content: str, said: str) -> None:
    """The field is named, and nothing is guessed."""
    path = tmp_path / "letterhead.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(RejectedError) as error:
        read_letterhead(path)
    assert said in "\n".join([error.value.message, *error.value.hints])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[issuer\n", "letterhead.toml: dòng 1, cột 8: sai cú pháp TOML: [issuer"),
        (b"\n[issuer]\nname = S\xe1\xbb\x9f", "letterhead.toml: dòng 3, cột 8: sai cú pháp TOML: name = Sở"),
        (b'[issuer]\nname = """', "letterhead.toml: sai cú pháp TOML: hết tệp giữa chừng"),
        (b'[issuer]\nname = "S\xf4"', "letterhead.toml: dòng 2 không phải UTF-8"),
        (None, "letterhead.toml: không đọc được: không có tệp hay thư mục này"),
    ],
)
def test_a_letterhead_that_cannot_be_read_is_said_in_full(
    tmp_path: Path, content: bytes | None, said: str
) -> None:
    """The first line holds the place, and nothing of Python's own words."""
    path = tmp_path / "letterhead.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RejectedError) as error:
        read_letterhead(path)
    assert error.value.message == f"{tmp_path}/{said}"
