"""The register of incoming papers, and the answers to a form: who issued is the unit, a stamp is its day."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from conftest import Outcome
from thidua_cli.intake import column_rows

Bring = Callable[..., Outcome]
HEADER = "Ngày đến,Số đến,{issuer},Số ký hiệu,{day},Tên loại và trích yếu nội dung,Đơn vị hoặc người nhận"
ROW = "30/03/2022,{n},{unit},{number},28/03/2022,{about},Sở Nội vụ"


@pytest.fixture
def bring(run: Callable[..., Outcome], tmp_path: Path) -> Bring:
    """Import a CSV of launches, or of `kind`, and report as JSON unless `text`."""

    def call(text: str, *options: str, kind: str = "launches", plain: bool = False) -> Outcome:
        path = tmp_path / "in.csv"
        path.write_text(text, encoding="utf-8")
        return run("import", kind, str(path), *options, *([] if plain else ["--format-report", "json"]))

    return call


def book(*rows: tuple[str, str, str], issuer: str = "Tác giả", day: str = "Ngày tháng") -> str:
    """A register of incoming papers; a row is who issued, the number, and what about."""
    lines = [HEADER.format(issuer=issuer, day=day)]
    lines += [
        ROW.format(n=place, unit=unit, number=number, about=about)
        for place, (unit, number, about) in enumerate(rows, 101)
    ]
    return "\n".join(lines) + "\n"


def options(day: str = "Ngày tháng") -> list[str]:
    return ["--map", f"done_on={day}", "--map", f"document_date={day}", "--ignore-unknown"]


def stored(run: Callable[..., Outcome]) -> list[dict[str, object]]:
    rows = json.loads(run("list", "p1-launch", "--format", "json").out)["rows"]
    return [row for row in rows if row["done_on"]]


@pytest.mark.parametrize(
    "issuer", ["Tác giả", "Cơ quan ban hành", "Nơi ban hành", "Cơ quan ban hành văn bản", "Nơi gửi"]
)
def test_who_issued_is_the_unit(bring: Bring, run: Callable[..., Outcome], issuer: str) -> None:
    """The unit is who issued the paper, whatever the column is called, and never who receives it."""
    done = bring(book(("Sở Tài chính", "15/KH-STC", "Kế hoạch"), issuer=issuer), *options(), plain=True)
    assert done.code == 0, done.err
    assert issuer in done.err
    (row,) = stored(run)
    assert (row["unit_code"], row["document_number"], row["received_on"], row["document_date"]) == (
        "STC",
        "15/KH-STC",
        "2022-03-30",
        "2022-03-28",
    )


@pytest.mark.parametrize(
    "receiver", ["Đơn vị hoặc người nhận", "Đơn vị xử lý", "Nơi nhận", "Đơn vị chủ trì", "Cơ quan nhận"]
)
def test_who_receives_is_never_offered(bring: Bring, receiver: str) -> None:
    """A book that says only who receives or handles a paper names no unit, and none is proposed."""
    text = f"Ngày đến,Số đến,{receiver},Ngày phát động\n30/03/2022,1,Sở Nội vụ,28/03/2022\n"
    done = bring(text, plain=True)
    assert done.code == 7
    assert f'="{receiver}"' not in done.err.replace(f'--ignore-column="{receiver}"', "")


def test_a_unit_beside_who_issued_may_be_who_handles(bring: Bring, run: Callable[..., Outcome]) -> None:
    """Two columns that may be the unit of an incoming paper are refused with both, and either may be chosen."""
    text = book(("Sở Tài chính", "1/KH", "x"), issuer="Cơ quan ban hành").replace(
        "Đơn vị hoặc người nhận", "Đơn vị"
    )
    done = bring(text, *options(), plain=True)
    assert done.code == 7
    chosen = ["--map", "unit_name=Cơ quan ban hành", "--ignore-column", "Đơn vị"]
    assert '--map unit_name="Cơ quan ban hành" --ignore-column "Đơn vị"' in done.err
    assert '--map unit_name="Đơn vị" --ignore-column "Cơ quan ban hành"' in done.err
    assert bring(text, *options(), *chosen).code == 0
    assert [row["unit_code"] for row in stored(run)] == ["STC"]


def test_an_issuer_beside_a_unit_stays_the_issuer(bring: Bring, run: Callable[..., Outcome]) -> None:
    """In any other list that names its units, who issued is the issuer of the document."""
    text = "Mã đơn vị,Ngày phát động,Cơ quan ban hành\nSTC,28/03/2022,UBND thành phố\n"
    assert bring(text).code == 0
    assert [row["unit_code"] for row in stored(run)] == ["STC"]


def test_the_day_of_a_paper_is_not_the_day_of_the_launch(bring: Bring) -> None:
    """Of an incoming paper the day of the launch is not known unless it is said."""
    done = bring(book(("Sở Tài chính", "1/KH", "x")), "--ignore-unknown", plain=True)
    assert done.code == 7
    assert "done_on" in done.err


WHERE = [
    (("trích yếu=chuyển đổi số",), {"STC", "492"}),
    (("Trích yếu=CHUYỂN ĐỔI SỐ",), {"STC", "492"}),
    (("trích yếu=chuyen doi so",), set()),
    (("trích yếu=chuyển",), {"STC", "492"}),
    (("trích yếu=chuy",), set()),
    (("trích yếu=chuyển đổi số", "Tác giả=quận"), {"492"}),
    (("document_number=15/KH-STC",), {"STC"}),
    (("Số ký hiệu=kh",), {"STC", "492"}),
    (("trích yếu=hòa",), {"SYT"}),
]


@pytest.mark.parametrize(("where", "units"), WHERE)
def test_only_rows_that_hold_the_words(
    bring: Bring, run: Callable[..., Outcome], where: tuple[str, ...], units: set[str]
) -> None:
    """All of several --where hold whole words, whatever their case and tone placement, with their diacritics."""
    text = book(
        ("Sở Tài chính", "15/KH-STC", "Kế hoạch phát động thi đua chuyển đổi số"),
        ("UBND quận Hải Châu", "12/KH-UBND", "Kế hoạch Chuyển đổi số"),
        ("Sở Y tế", "220/BC-SYT", "Báo cáo hoà bình"),
    )
    done = bring(text, *options(), *(word for each in where for word in ("--where", each)), plain=True)
    if units:
        assert done.code == 0, done.err
        assert f"{3 - len(units)} rows" in done.err
    else:
        assert done.code == 7
    assert {row["unit_code"] for row in stored(run)} == units


@pytest.mark.parametrize(
    ("where", "code", "said"),
    [("Số=1", 7, "Số đến"), ("Phòng=1", 7, "no such column"), ("Số", 2, "COLUMN"), ("Số= -", 2, "COLUMN")],
)
def test_a_column_for_where_is_one_column(bring: Bring, where: str, code: int, said: str) -> None:
    """--where names one column of the file, by its header, our name, or a part that no other header has."""
    done = bring(book(("Sở Tài chính", "1/KH", "x")), *options(), "--where", where, plain=True)
    assert done.code == code
    assert said in done.err


def test_where_reads_objects_too(run: Callable[..., Outcome]) -> None:
    """Objects of JSON are chosen by a field of theirs."""
    rows = [
        {"unit": "STC", "date": "2022-03-28", "note": "một"},
        {"unit": "SYT", "date": "2022-03-28", "note": "hai"},
    ]
    done = run(
        "import", "launches", "-", "--format", "json", "--where", "note=hai", stdin=json.dumps(rows).encode()
    )
    assert done.code == 0, done.err
    assert [row["unit_code"] for row in stored(run)] == ["SYT"]


OTHERS = ["Bộ Nội vụ", "Thủ tướng Chính phủ", "UBND tỉnh Quảng Nam", "Sở Tài chính tỉnh Quảng Nam", "Tỉnh ủy"]
NEAR = ["Sở Tài chánh", "Sở Y Tê", "Tài chính", "UBND quận Hải Chau", "UBND phường Mân Thái (Hải Châu)"]


def test_papers_of_others_are_left_out_where_that_is_asked(bring: Bring, run: Callable[..., Outcome]) -> None:
    """With --skip-others bodies that the register does not hold are listed with their rows; without, refused."""
    rows = [
        ("Sở Tài chính", "1/KH", "x"),
        *((name, "2/KH", "x") for name in OTHERS),
        (OTHERS[0], "3/KH", "y"),
    ]
    assert bring(book(*rows), *options()).code == 7
    done = bring(book(*rows), *options(), "--skip-others", plain=True)
    assert done.code == 0, done.err
    assert all(name in done.err for name in OTHERS)
    assert f"{OTHERS[0]} (row 3, 8)" in done.err
    assert [row["unit_code"] for row in stored(run)] == ["STC"]


@pytest.mark.parametrize("name", NEAR)
def test_a_name_near_to_a_unit_is_never_left_out(bring: Bring, name: str) -> None:
    """A name that may be a misspelt unit, or a unit of another place, is refused with --skip-others too."""
    done = bring(book((name, "1/KH", "x")), *options(), "--skip-others", plain=True)
    assert done.code == 7
    assert name.rsplit(maxsplit=1)[-1] in done.err


def test_two_papers_of_a_unit_are_told_apart_by_number(bring: Bring) -> None:
    """A unit launches once: which of its two papers it is, nobody knows but by their numbers, which are said."""
    done = bring(book(("Sở Y tế", "1/KH", "x"), ("Sở Y tế", "2/KH", "x")), *options(), plain=True)
    assert done.code == 7
    assert "1/KH (row 2)" in done.err
    assert "2/KH (row 3)" in done.err


STAMPS = [
    ("Dấu thời gian", "14/03/2022 9:15:00", "2022-03-14"),
    ("Dấu thời gian", "2022/03/14 7:05:00 CH GMT+7", "2022-03-14"),
    ("Dấu thời gian", "03/04/2022 21:15:00", "2022-04-03"),
    ("Timestamp", "2022/03/14 9:15:00 AM GMT+7", "2022-03-14"),
    ("Timestamp", "14/03/2022 9:15:00", "2022-03-14"),
    ("Timestamp", "03/03/2022 9:15:00", "2022-03-03"),
    ("Dấu thời gian", "2022-03-14", "2022-03-14"),
]


@pytest.mark.parametrize(("header", "stamp", "day"), STAMPS)
def test_the_stamp_of_a_form_is_the_day_received(
    bring: Bring, run: Callable[..., Outcome], header: str, stamp: str, day: str
) -> None:
    """A day and a time under the header of a form is the day received, which is said."""
    done = bring(f"{header},Tên đơn vị,Ngày phát động\n{stamp},Sở Tài chính,10/02/2022\n", plain=True)
    assert done.code == 0, done.err
    assert header in done.err
    assert [row["received_on"] for row in stored(run)] == [day]


@pytest.mark.parametrize(
    ("header", "stamp", "said"),
    [
        ("Timestamp", "3/4/2022 9:15:00", "2022-03-04"),
        ("Dấu thời gian", "3/14/2022 9:15:00", "2022-03-14"),
        ("Dấu thời gian", "2022/03/14 9:15:00 GMT+1", "received_on"),
        ("Ngày nhận", "14/03/2022 9:15:00", "14/03/2022"),
    ],
)
def test_a_stamp_of_two_readings_is_refused(bring: Bring, header: str, stamp: str, said: str) -> None:
    """An English form may have month first: both days are named; a time in any other column stays refused."""
    done = bring(f"{header},Tên đơn vị,Ngày phát động\n{stamp},Sở Tài chính,10/02/2022\n")
    assert done.code == 7
    assert said in done.out


def test_the_stamp_of_a_workbook_is_its_day(run: Callable[..., Outcome], tmp_path: Path) -> None:
    """A cell with a day and a time of day under the header of a form is the day."""
    import xlsxwriter

    path = tmp_path / "form.xlsx"
    with xlsxwriter.Workbook(str(path), {"default_date_format": "dd/mm/yyyy hh:mm"}) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["Dấu thời gian", "Tên đơn vị", "Ngày phát động"])
        sheet.write_row(1, 0, [datetime(2022, 3, 14, 9, 15), "Sở Tài chính", "10/02/2022"])
    done = run("import", "launches", str(path))
    assert done.code == 0, done.err
    assert [row["received_on"] for row in stored(run)] == ["2022-03-14"]


CONTENTS = [
    ("1,3", [1, 3]),
    ("1;3", [1, 3]),
    ("Nội dung 1; Nội dung 3", [1, 3]),
    ("nội dung 3, NỘI DUNG 1", [1, 3]),
    ("Chính quyền số", [4]),
    ("Digital government, Training and talent", [3, 4]),
    ("Văn bản quy phạm pháp luật, cơ chế khuyến khích, Chính quyền số", [2, 4]),
    ("Nội dung 4: Chính quyền số; 5", [4, 5]),
    ("4. Chính quyền số", [4]),
]


@pytest.mark.parametrize(("written", "numbers"), CONTENTS)
def test_contents_by_number_or_title(
    bring: Bring, run: Callable[..., Outcome], written: str, numbers: list[int]
) -> None:
    """Contents are named by number, by title in either language, or by `Nội dung 1`."""
    text = f'Mã đơn vị,Ngày đăng ký,Nội dung\nSTC,10/03/2022,"{written}"\n'
    done = bring(text, kind="registrations")
    assert done.code == 0, done.out
    rows = json.loads(run("history", "STC", "--format", "json").out)["rows"]
    assert [row["contents"] for row in rows if row["contents"]] == [numbers]


@pytest.mark.parametrize(
    "written",
    ["Nội dung 6", "Nội dung 3: Chính quyền số", "Chính quyền", "Chính quyền số và hơn", "1 và 3", "1-3"],
)
def test_contents_that_are_none(bring: Bring, written: str) -> None:
    """Words that are no content's, or that contradict a number, are refused."""
    done = bring(f"Mã đơn vị,Ngày đăng ký,Nội dung\nSTC,10/03/2022,{written}\n", kind="registrations")
    assert done.code == 7


def test_a_long_list_with_titles_is_read_the_same(
    bring: Bring, run: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list that is decided by columns takes titles too."""
    monkeypatch.setattr(column_rows, "WORTH", 1)
    units = [
        row["unit_code"]
        for row in json.loads(run("units", "list", "--as-of", "2022-03-10", "--format", "json").out)["rows"]
    ]
    lines = [f"{unit},10/03/2022,Nội dung 1; Chính quyền số" for unit in units[1:]]
    done = bring("\n".join(["Mã đơn vị,Ngày đăng ký,Nội dung", *lines]), kind="registrations")
    assert json.loads(done.out)["new"] == len(units) - 1
