"""What is wrong with a header row is said once, in words, with the options that mend it."""

import csv
import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from books import HEADER, UNIT, row, xlsx
from conftest import Outcome

Run = Callable[..., Outcome]
Bring = Callable[..., Outcome]


@pytest.fixture
def bring(run: Run, tmp_path: Path) -> Bring:
    """Import the text of a CSV of units, or of `kind`."""

    def call(text: str, *options: str, kind: str = "units", **others: str) -> Outcome:
        path = tmp_path / "in.csv"
        path.write_text(text, encoding="utf-8")
        return run("import", kind, str(path), *options, **others)

    return call


def _row(done: Outcome, said: str) -> str:
    return next(line for line in done.err.splitlines() if said in line)


def test_the_columns_there_are_stand_once(bring: Bring) -> None:
    """However many columns are unknown, those that are taken are listed once, with both their names."""
    done = bring("code,name,kind,a,b,c\nA1,Sở Mới,other,1,2,3\n")
    assert done.code == 7
    assert done.err.count("parent_code (Mã đơn vị cấp trên)") == 1
    assert "name (Tên đơn vị)*" in done.err
    assert sum("unknown column" in line and "delete" in line for line in done.err.splitlines()) == 3


MENDED = [
    ("TT,Mã đơn vị,Tên đơn vị,Phân loại,Điện thoại\n1,A1,Sở Mới,Sở,0236\n", "units"),
    ('code,name,kind,"a ""b""",Số $,`x`,50%!\nA1,Sở Mới,Sở,1,2,3,4\n', "units"),
    ('code,name,kind,"dòng\n  hai"\nA1,Sở Mới,Sở,1\n', "units"),
    ("code,name,kind,Ghi chu\nA1,Sở Mới,Sở,1\n", "units"),
    ("Đơn vị,Ngày,Số\n492,30/03/2022,1/KH\n", "launches"),
    (
        "STT,Mã đ/v,Tên đ/vị,Ngày P.Đ,V.B số,Ngày VB\n1,492,Quận Hải Châu,30/03/2022,1/KH,30/03/2022\n",
        "launches",
    ),
    ("TT,Tên ĐV,Ngày Đ.K,Số hiệu,ND\n1,UBND quận Hải Châu,30/03/2022,1/KH,1\n", "registrations"),
    ("Mã,Ngày phát động kế hoạch,Ghi chú\n492,30/03/2022,\n", "launches"),
]


@pytest.mark.parametrize(("text", "kind"), MENDED)
def test_what_is_to_be_typed_is_said_word_by_word(bring: Bring, text: str, kind: str) -> None:
    """The line of options, copied into the command as a shell reads it, mends the header."""
    done = bring(text, kind=kind)
    typed = next(line for line in done.err.splitlines() if line.startswith("  --"))
    mended = bring(text, *shlex.split(typed), kind=kind)
    assert (done.code, mended.code) == (7, 0), mended.err


def test_a_header_that_is_like_two_columns_is_none_of_them(bring: Bring) -> None:
    """Of two columns that a header may be, none is suggested; of a missing one it is."""
    done = bring("unit_code,done_on,Văn bản\n492,2022-03-30,x\n", kind="launches")
    assert not any(line.startswith("  --") for line in done.err.splitlines())
    assert "document_number (Số văn bản) or document_date" in _row(done, "Văn bản  ")
    assert '--map done_on="Ngày"' in bring("unit_code,Ngày\n492,2022-03-30\n", kind="launches").err


OURS = [
    ("launches", "V.B số", "document_number"),
    ("launches", "Ngày ĐK", None),
    ("launches", "Mã số thuế", None),
    ("launches", "GĐ", "phase"),
    ("launches", "Điện thoại", None),
    ("registrations", "ND", "contents"),
]


@pytest.mark.parametrize(("kind", "header", "field"), OURS)
def test_a_short_header_is_not_offered_to_be_ignored(
    bring: Bring, kind: str, header: str, field: str | None
) -> None:
    """Who copies the line of options into the command loses nothing of what the register could hold."""
    done = bring(f"unit_code,done_on,{header}\n492,2022-03-30,x\n", kind=kind)
    assert done.code == 7
    assert (f'--map {field}="{header}"' in done.err) == (field is not None)
    assert ("  --ignore-column" in done.err) == (field is None)


def test_of_two_headers_for_one_column_neither_is_given_away(bring: Bring) -> None:
    """The likelier is suggested; the other one has its choice, and is not in the line to be copied."""
    text = "unit_code,done_on,Số VB,Số hiệu\n492,2022-03-30,1,2\n"
    done = bring(text, kind="launches")
    assert [line for line in done.err.splitlines() if line.startswith("  --")] == [
        '  --map document_number="Số VB"'
    ]
    assert "otherwise --ignore-column" in _row(done, "Số hiệu  ")
    assert bring(text, "--ignore-unknown", kind="launches").code == 7


def test_what_may_be_a_missing_column_is_not_ignored(bring: Bring) -> None:
    """As long as a needed column is missing, nothing but row numbers can go."""
    done = bring("STT,unit_code,Khi nào,Điện thoại\n1,492,2022-03-30,0236\n", kind="launches")
    assert not any(line.startswith("  --") for line in done.err.splitlines())
    assert '--map done_on="HEADER"' in done.err
    assert _row(done, "Khi nào").endswith("--map if it is the missing column; otherwise delete column C")


def test_a_header_row_in_other_words_is_found(bring: Bring) -> None:
    """Below a title too, though not one header is ours."""
    done = bring("Danh sách,,\nMã đ/v,Ngày P.Đ,V.B số\n492,30/03/2022,1/KH\n", kind="launches")
    assert '--map unit_code="Mã đ/v" --map done_on="Ngày P.Đ" --map document_number="V.B số"' in done.err


@pytest.mark.parametrize(
    ("kind", "header", "value", "field"),
    [
        ("launches", "Số VB", "1/KH", "document_number"),
        ("launches", "Số/ký hiệu", "1/KH", "document_number"),
        ("launches", "Số QĐ", "1/QĐ", "document_number"),
        ("launches", "Plan no.", "1/KH", "document_number"),
        ("launches", "Ngày ban hành KH", "30/03/2022", "document_date"),
        ("launches", "Ngày ký (dd/mm/yyyy)", "30/03/2022", "document_date"),
        ("launches", "Issued on", "30/03/2022", "document_date"),
        ("launches", "CQ BH", "UBND", "document_issuer"),
        ("launches", "Ngày nhận VB", "30/03/2022", "received_on"),
        ("launches", "Cơ quan, đơn vị", "UBND quận Hải Châu", "unit_name"),
        ("registrations", "Nội dung đăng ký", "1", "contents"),
    ],
)
def test_a_header_of_one_meaning_is_taken_and_said(
    bring: Bring, run: Run, kind: str, header: str, value: str, field: str
) -> None:
    """With the column that it is, unless a header of ours is there too."""
    done = bring(f'unit_code,done_on,"{header}"\n492,2022-03-30,{value}\n', kind=kind)
    assert (done.code, f"'{header}' is {field}" in done.err) == (0, True), done.err
    both = bring(f'unit_code,done_on,"{header}",{field}\n493,2022-03-30,{value},\n', kind=kind)
    assert both.code == 7, both.err


@pytest.mark.parametrize("header", ["STT", "TT", "Số TT", "No.", "Số thứ tự"])
def test_running_numbers_are_left_out_and_said(bring: Bring, header: str) -> None:
    """Unless --map wants them."""
    text = f"{header},code,name,kind\n5,A1,Sở Mới,other\n"
    done = bring(text)
    assert (done.code, header in done.err) == (0, True), done.err
    assert bring(text, "--map", f"sort_order={header}").code == 7  # it has none in the register


def test_all_others_are_left_out_where_that_is_asked(bring: Bring) -> None:
    """Each is named, also by its letter; without the option they are refused."""
    text = "code,name,kind,Địa chỉ,\nA1,Sở Mới,other,24 Trần Phú,1\n"
    assert bring(text).code == 7
    done = bring(text, "--ignore-unknown")
    assert (done.code, "Địa chỉ, E (--ignore-unknown)" in done.err) == (0, True), done.err


def test_one_header_may_be_two_columns(bring: Bring, run: Run) -> None:
    """By two --map; the file needs no other."""
    options = ("--map", "done_on=Ngày", "--map", "document_date=Ngày")
    done = bring("unit_code,Ngày\n492,30/03/2022\n", *options, kind="launches")
    assert done.code == 0, done.err
    assert '"2022-03-30"' in (told := run("export", "launches", "-f", "csv").out), told
    assert told.count("2022-03-30") == 2


def test_a_value_for_all_rows(bring: Bring, run: Run) -> None:
    """Where the file has no such column; one that it has, and a value that is none, are refused."""
    text = "code,name\nA1,Trung tâm Một\nA2,Trung tâm Hai\n"
    assert bring(text, "--set", "kind=service-unit").code == 0
    listed = run("units", "list", "--format", "csv").out
    assert listed.count('Một","service-unit"') == listed.count('Hai","service-unit"') == 1
    assert bring("code,name,kind\nA3,Sở,other\n", "--set", "kind=other").code == 7
    assert bring(text, "--set", "kind=gì").code == bring(text, "--set", "gì=1").code == 2
    assert bring(text, "--set", "kind=other", "--map", "kind=name").code == 2


@pytest.mark.parametrize("name", ["Số văn bản", "SỐ VĂN BẢN", "document_number"])
def test_our_side_of_a_map_has_any_of_its_names(bring: Bring, run: Run, name: str) -> None:
    """The Vietnamese header, or the name that options take; what is neither is refused with all there are."""
    text = "Mã đơn vị,Ngày phát động,Số VB\n492,30/03/2022,9/KH\n"
    assert bring(text, "--map", f"{name}=Số VB", kind="launches").code == 0
    assert "9/KH" in run("export", "launches", "-f", "csv").out
    refused = bring(text, "--map", "Số gì=Số VB", kind="launches")
    assert (refused.code, "document_number (Số văn bản)" in refused.err) == (2, True)


def test_a_name_may_be_mapped(bring: Bring) -> None:
    """The column unit_name is one of those that are offered."""
    text = "Đơn vị phải làm,done_on\nUBND quận Hải Châu,2022-03-30\n"
    assert bring(text, "--map", "unit_name=Đơn vị phải làm", kind="launches").code == 0


@pytest.mark.parametrize("header", ["x\u009b31m", "c" * 70_000])
def test_a_header_that_nobody_can_type_has_another_cure(bring: Bring, header: str) -> None:
    """Then the column is to be deleted, and the table stays as narrow as the terminal."""
    done = bring(f"code,name,kind,{header}\nA1,Sở Mới,other,1\n")
    assert done.code == 7
    assert "--ignore-column" not in done.err
    assert _row(done, "unknown column").endswith("delete column D")


def test_a_column_without_a_header_has_its_letter(bring: Bring) -> None:
    """As a spreadsheet shows it, also beyond Z."""
    empty = "," * 24
    done = bring(f"code,name,kind,{empty}\nA1,Sở Mới,other,{empty}1\n")
    assert _row(done, "no header").split()[1] == "AB"


@pytest.mark.parametrize("letter", ["D", "d"])
def test_a_column_without_a_header_is_ignored_by_its_letter(bring: Bring, letter: str) -> None:
    """Which the message offers; a letter that is itself a header is that column only."""
    text = "code,name,kind,\nA1,Sở Mới,other,1\n"
    assert "--ignore-column D" in _row(bring(text), "no header")
    done = bring(text, "--ignore-column", letter)
    assert (done.code, "columns with data left out: D" in done.err) == (0, True), done.err
    assert bring("code,name,kind,,D\nA2,Sở Hai,other,1,2\n", "--ignore-column", "D").code == 7


def test_a_column_that_is_ignored_is_told(bring: Bring, run: Run, tmp_path: Path) -> None:
    """Where it holds data, by its header, of a table and of objects alike."""
    text = "unit_code,done_on,Số VB,Trống\n492,2022-03-30,1/KH,\n"
    options = ("--ignore-column", "số vb", "--ignore-column", "Trống")
    done = bring(text, *options, kind="launches")
    assert (done.code, done.err) == (0, "Noted: columns with data left out: Số VB (--ignore-column)\n")
    file = tmp_path / "in.json"
    file.write_text('[{"unit_code": "493", "done_on": "2022-03-30", "Số VB": "2", "Trống": ""}]', "utf-8")
    done = run("import", "launches", str(file), *options, "--format-report", "json")
    assert json.loads(done.out)["notices"] == ["columns with data left out: Số VB (--ignore-column)"]


def test_one_row_of_a_header_without_a_word_is_one_row(bring: Bring) -> None:
    """Where the next row is data, or a title stands above, a header is only missing."""
    done = bring("Danh sách,,\n,Mã đơn vị,Ngày phát động\nx,492,30/03/2022\n", kind="launches")
    assert (done.code, "two rows" in done.err) == (7, False)


def test_a_column_that_stands_twice_is_told_by_letters(bring: Bring) -> None:
    """Both places are named."""
    assert "columns A and D" in bring("code,name,kind,Mã đơn vị\nA1,Sở Mới,other,A2\n").err


def test_a_needed_column_that_is_left_out_is_told(bring: Bring) -> None:
    """Where --ignore-column took it away, that is the cure."""
    done = bring("code,name,kind\nA1,Sở Mới,other\n", "--ignore-column", "name")
    assert "leave out the --ignore-column" in _row(done, "missing columns: name")


@pytest.mark.parametrize(
    ("row", "cure"),
    [
        ("A2,Sở Hai, và Ba,other", "contain the delimiter"),
        ("A2,Sở Hai,other,,", "remove extra delimiters"),
        ("A2,Sở Hai", "empty ones too"),
        ("A2;Sở Hai;other", "divided by ;"),
        ("A2\tSở Hai\tother", "divided by tab"),
    ],
)
def test_each_row_of_another_length_has_its_cure(bring: Bring, row: str, cure: str) -> None:
    """Too long, too short, or divided by another mark."""
    done = bring(f"code,name,kind\nA1,Sở Mới,other\n{row}\nA3,Sở Ba,other\n")
    assert done.code == 7
    assert cure in _row(done, "cell count")


def test_a_short_last_row_may_have_been_cut(bring: Bring) -> None:
    """The last row of a file that was not copied whole."""
    assert "cut off" in bring("code,name,kind\nA1,Sở Mới,other\nA2,Sở").err


def test_rows_are_told_in_the_columns_of_the_file(bring: Bring) -> None:
    """Who knows only her own headers finds the cell; programs read the name of the field."""
    text = "Đơn vị,Hôm nào\n492,30/02/2022\n"
    options = ("--map", "done_on=Hôm nào", "--format-report", "json")
    done = bring(text, *options, kind="launches")
    assert "Hôm nào" in _row(done, "30/02/2022")
    assert json.loads(done.out)["problems"][0]["column"] == "done_on"


def test_a_header_that_is_wrong_is_told_as_json(bring: Bring) -> None:
    """Each problem is an object of its own."""
    problems = json.loads(bring("code,kind,x\nA1,Sở,1\n", "--format-report", "json").out)["problems"]
    assert [(each["row"], each["column"]) for each in problems] == [(1, ""), (1, "x")]


NUMBERED = [
    "1,2,3",
    "(1),(2),(3)",
    "[1],[2],[3]",
    "( 1 ),( 2 ),( 3 )",
    "A,B,C",
    "a,b,c",
    "A,B,1",
    "A,1,2",
    "-1,-2,-3",
]


@pytest.mark.parametrize("numbers", NUMBERED)
def test_a_line_of_column_numbers_is_passed_over_and_said(bring: Bring, run: Run, numbers: str) -> None:
    """Below the header, as official tables have it, or above it."""
    head, row = "code,name,kind\n", "A1,Sở Mới,other\n"
    below = bring(f"Danh sách,,\n{head}{numbers}\n{row}", "--dry-run")
    above = bring(f"Danh sách,,\n{numbers}\n{head}{row}", "--dry-run")
    assert (below.code, above.code) == (0, 0), below.err + above.err
    assert "row 3: numbers of the columns, passed over" in below.err
    assert "above the header ignored: 1, 2" in above.err
    assert "1 new" in below.out


@pytest.mark.parametrize(
    "numbers",
    ["1,2,4", "2,3,4", "1,2,", ",1,2", "1,1,1", "(1),2,(3)", "(1],(2],(3]", "A,C,B", "A,b,C", "1,2,(3)=(2)-(1)", "I,II,III", "1,2,3x",
     "01,02,03"],
)  # fmt: skip
def test_what_is_not_exactly_that_is_data(bring: Bring, numbers: str) -> None:
    """Another order, a gap, or less than the width of the header: nothing is guessed."""
    assert bring(f"code,name,kind\n{numbers}\nA1,Sở Mới,other\n").code == 7


def test_column_numbers_stand_below_the_header_only(bring: Bring) -> None:
    """In the middle of the data they are a row like others, and refused."""
    assert bring("code,name,kind\nA1,Sở Mới,other\n1,2,3\n").code == 7


def test_columns_that_are_left_out_are_numbered_too(bring: Bring) -> None:
    """The whole header counts; a column without one is not numbered."""
    text = "TT,code,name,kind,\n1,2,3,4,\n1,A1,Sở Mới,other,\n"
    assert bring(text, "--ignore-column", "TT").code == 0
    assert bring(text.replace("1,2,3,4,", "1,2,3,4,5"), "--ignore-column", "TT").code == 7


def test_column_numbers_alone_are_no_data(bring: Bring) -> None:
    """A form that nobody has filled in."""
    done = bring("code,name,kind\n1,2,3\n")
    assert (done.code, "no data rows" in done.err) == (7, True)


def test_column_numbers_in_other_files(run: Run, tmp_path: Path) -> None:
    """In a workbook, where Excel makes a typed (1) the number -1, and above a list of a thousand rows."""
    numbers = row(*(f"<c><v>{number}</v></c>" for number in (-1, -2, -3)))
    (tmp_path / "in.xlsx").write_bytes(xlsx(row(*HEADER) + numbers + row(*UNIT)))
    done = run("import", "units", str(tmp_path / "in.xlsx"))
    assert (done.code, "row 2" in done.err) == (0, True), done.err
    text = "unit_code,done_on\n(1),(2)\n" + "".join(f"X{number},2022-03-01\n" for number in range(1200))
    (tmp_path / "in.csv").write_text(text, encoding="utf-8")
    refused = run("import", "launches", str(tmp_path / "in.csv"))
    assert (refused.code, "1200 error" in refused.err) == (7, True), refused.err


def test_column_numbers_are_no_rejects(bring: Bring, tmp_path: Path) -> None:
    """What was passed over does not come back."""
    bring("code,name,kind\n1,2,3\nA1,Sở Mới,planet\n", "--rejects", str(tmp_path / "r.csv"))
    assert len((tmp_path / "r.csv").read_text("utf-8").splitlines()) == 2


ABSENT = [
    ("STT", 0), ("Số điện thoại", 0), ("Ghi chú 2", 0), ("Ghi chu", 7), ("ghi_chú", 7), ("Gji chú", 7), ("GHI  CHÚ", 0), ("Cộng", 0),
]  # fmt: skip


@pytest.mark.parametrize("form", ["csv", "json"])
@pytest.mark.parametrize(("name", "code"), ABSENT)
def test_a_column_to_be_ignored_need_not_be_there(
    run: Run, tmp_path: Path, form: str, name: str, code: int
) -> None:
    """A weekly command goes on and says so; a slip of the fingers, by which a column would be read, is refused."""
    file = tmp_path / f"in.{form}"
    item = {"code": "A1", "name": "Sở Mới", "kind": "other", "Ghi chú": "riêng"}
    text = json.dumps([item]) if form == "json" else "\n".join(map(",".join, (item, item.values())))
    file.write_text(text, encoding="utf-8")
    done = run("import", "units", str(file), "--ignore-column", name)
    assert done.code == code, done.err
    assert (name in done.err) == (name != "GHI  CHÚ")
    if code:
        assert '--ignore-column "Ghi chú"' in done.err
        assert run("import", "units", str(file), "--ignore-column", "Ghi chú").code == 0
    told = run("import", "units", str(file), "--dry-run", "--ignore-column", name, "--format-report", "json")
    assert (name in told.out) == (name != "GHI  CHÚ")


def test_labels_below_the_names_are_passed_over(bring: Bring) -> None:
    """Labels below the names, in whatever language, are no data; a unit may be called like a column."""
    done = bring("code,name,kind,note\nMã đơn vị,Tên đơn vị,Loại,Ghi chú\nA1,Sở Mới,other,\n")
    assert (done.code, "labels of columns: 2" in done.err) == (0, True), done.err
    assert bring("code,name,kind,note\nA2,Tên đơn vị,other,Ghi chú\n").code == 0


@pytest.mark.parametrize("name", ["Sở 😀", "Sở \ue000", "Sở ★ Một", "Sở №", "Sở €"])
def test_a_sign_in_a_name_is_no_mark_of_an_old_font(bring: Bring, name: str) -> None:
    """It is to be removed; a letter from outside the alphabet may be of another encoding."""
    said = bring(f"code,name,kind\nA1,{name},other\n").err
    assert ("no name has" in said, "TCVN3" in said) == (True, False)
    assert "TCVN3" in bring("code,name,kind\nA1,Sở ß,other\n").err


@pytest.mark.parametrize("kind", ["x" * 500, "xy " * 200, "x"])
def test_a_list_of_errors_fits_the_terminal(bring: Bring, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Whatever stands in a cell, a table of 80 cells is not wider."""
    monkeypatch.setenv("COLUMNS", "80")
    done = bring(f"code,name,kind,parent_code\nA1,Sở Mới,{kind},{'y' * 99}\n", lang="vi")
    assert max(map(len, done.err.splitlines()[1:])) <= 80, done.err


def test_keys_of_objects_are_as_headers_are(run: Run, tmp_path: Path) -> None:
    """Keys of objects are read by the synonyms of headers, running numbers are left out, and both is said."""
    file = tmp_path / "in.json"
    file.write_text('[{"STT": 1, "Mã ĐV": "492", "done_on": "2022-03-30", "Số VB": "7/KH"}]', "utf-8")
    done = run("import", "launches", str(file))
    assert done.code == 0
    assert all(word in done.err for word in ("'Mã ĐV' is unit_code", "'Số VB' is document_number", "STT"))
    assert "7/KH" in run("export", "launches", "-f", "csv").out


def test_the_name_alone_says_which_unit_an_object_means(run: Run, tmp_path: Path) -> None:
    """As in a table; and so in its rejects, which are a table."""
    file, rejects = tmp_path / "in.json", tmp_path / "r.csv"
    file.write_text('[{"Tên đơn vị": "UBND quận Hải Châu", "done_on": "2022-03-35"}]', "utf-8")
    assert run("import", "launches", str(file), "--rejects", str(rejects)).code == 7
    rejects.write_text(rejects.read_text("utf-8-sig").replace("-35", "-30"), "utf-8")
    assert run("import", "launches", str(rejects)).code == 0
    file.write_text(file.read_text("utf-8").replace("-35", "-30"), "utf-8")
    assert "1 already recorded" in run("import", "launches", str(file)).out


def test_a_list_of_ours_can_be_filled_in(bring: Bring, run: Run) -> None:
    """What `list` writes goes in with a day added; what only the register says of a unit is left out and said."""
    listed = run("list", "p1-launch", "--format", "csv", "--state", "overdue").out.splitlines()
    place = listed[0].split(",").index('"done_on"')
    row = next(line for line in csv.reader(listed) if line[0] == "492")
    row[place] = "2022-03-30"
    text = f"{listed[0]}\n" + ",".join(f'"{value}"' for value in row) + "\n"
    done = bring(text, kind="launches")
    assert (done.code, "record_id" in done.err) == (0, True), done.err
    assert '"2022-03-30"' in run("export", "launches", "-f", "csv").out
