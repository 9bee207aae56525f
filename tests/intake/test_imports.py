"""Import of well-formed CSV: all rows or none, and every bad row told."""

import contextlib
import csv
import io
import json
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import ROOT, Outcome, examples, process
from thidua_cli.ground import resources
from thidua_cli.ground.errors import RejectedError
from thidua_cli.intake import column_rows, reading
from thidua_cli.intake.sources import FileFormat
from thidua_cli.register import suggestions
from thidua_cli.register.fields import KINDS, ImportKind
from thidua_cli.register.units import Directory
from thidua_cli.store.journal import LATEST

Run = Callable[..., Outcome]


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], str]:
    """Write a file and return its path."""

    def make(text: str) -> str:
        path = tmp_path / "in.csv"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return make


def _figures(run: Run) -> str:
    return run("status", "--format", "csv").out + run("units", "list", "--format", "csv").out


@pytest.mark.parametrize(("kind", "rows"), [("launches", 76), ("registrations", 67), ("exemptions", 1)])
def test_the_examples_import(run: Run, kind: str, rows: int) -> None:
    """Each example file goes in whole, and again changes nothing."""
    file = str(ROOT / "examples" / f"{kind}_2022.csv")
    first = run("import", kind, file)
    assert (first.code, first.err) == (0, "")
    assert f"{rows} new" in first.out
    before = _figures(run)
    again = run("import", kind, file)
    assert again.code == 0
    assert f"0 new, {rows} already" in again.out
    assert _figures(run) == before
    assert len(run("log", "--format", "jsonl").out.splitlines()) == 2


def test_a_dry_run_says_and_changes_nothing(run: Run, db: Path) -> None:
    """--dry-run tells the same counts and leaves the file byte-identical."""
    before = db.read_bytes()
    done = run("import", "launches", str(ROOT / "examples" / "launches_2022.csv"), "--dry-run")
    assert done.code == 0
    assert "76 new" in done.out
    assert db.read_bytes() == before


def test_one_bad_row_stores_nothing_and_all_are_listed(
    run: Run, db: Path, write: Callable[[str], str]
) -> None:
    """Every bad row is listed with row, column, value and cure; exit 7."""
    before = db.read_bytes()
    file = write(
        "unit_code,done_on,document_number\n"
        "492,2022-03-30,1/KH\n"
        "493,30/02/2022,\n"
        "XYZ,2022-03-30,\n"
        f"494,2022-03-30,{'9' * 65}\n"
        "495,2099-01-01,\n"
    )
    done = run("import", "launches", file)
    assert done.code == 7
    assert db.read_bytes() == before
    for row, what in ((3, "30/02/2022"), (4, "XYZ"), (5, "65"), (6, "2099")):
        assert any(line.split()[:1] == [str(row)] and what in line for line in done.err.splitlines()), (
            done.err
        )
    assert not any(line.split()[:1] == ["2"] for line in done.err.splitlines())


def test_max_errors_limits_the_list_and_counts_the_rest(run: Run, write: Callable[[str], str]) -> None:
    """The count is of all errors, whatever is listed."""
    rows = "".join(f"{code},x\n" for code in range(490, 498))
    done = run("import", "launches", write(f"unit_code,done_on\n{rows}"), "--max-errors", "3")
    listed = [line for line in done.err.splitlines() if line.split()[0].isdigit()]
    assert (done.code, len(listed)) == (7, 3)
    assert "8 error" in done.err
    assert "5 more" in done.err


def test_max_errors_bounds_warnings_too(run: Run, write: Callable[[str], str]) -> None:
    """The first ones and how many more; 0 shows all, and so does the JSON report."""
    units = "".join(f"X{number},Đơn vị {number},other,2023-01-01\n" for number in range(30))
    assert run("import", "units", write(f"code,name,kind,valid_from\n{units}")).code == 0
    rows = "".join(f"X{number},2024-03-01,p1\n" for number in range(30))
    command = ["import", "launches", write(f"unit_code,done_on,phase\n{rows}"), "--dry-run"]
    for options, shown, rest in (
        ([], 20, "10 more"),
        (["--max-errors", "3"], 3, "27 more"),
        (["--max-errors", "0"], 30, ""),
    ):
        done = run(*command, *options)
        assert (done.code, done.err.count("Warning: "), rest in done.err) == (0, shown, True), done.err
    assert len(json.loads(run(*command, "--format-report", "json").out)["warnings"]) == 30


def test_no_bound_of_errors_lists_all(run: Run, write: Callable[[str], str]) -> None:
    """--max-errors 0 is none."""
    done = run("import", "launches", write("unit_code,done_on\n" + "492,x\n" * 30), "--max-errors", "0")
    assert (done.code, sum(line.split()[0].isdigit() for line in done.err.splitlines())) == (7, 30)


def test_a_differing_row_shows_both(run: Run, write: Callable[[str], str]) -> None:
    """A launch of another date than the register's is refused with both dates."""
    run("record", "launch", "492", "--on", "2022-03-30")
    done = run("import", "launches", write("unit_code,done_on\n492,2022-03-29\n"))
    assert done.code == 7
    assert "2022-03-30" in done.err
    assert "2022-03-29" in done.err


def test_a_unit_has_one_row_in_a_file(run: Run, write: Callable[[str], str]) -> None:
    """The same unit twice is an error that names both rows, by code or by name."""
    done = run(
        "import", "launches", write("unit_code,done_on\n492,2022-03-29\nUBND quận Hải Châu,2022-03-29\n")
    )
    assert done.code == 7
    assert "2 and 3" in done.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("unit_code,done_on\n", "no data rows"),
        ("unit_code\n492\n", "done_on"),
        ("unit_code,done_on,phone\n492,2022-03-01,1\n", "phone"),
        ("unit_code,done_on,done_on\n492,2022-03-01,2022-03-01\n", "done_on"),
        ("unit_code,done_on\n492\n", "cell count is 1"),
        ('unit_code,done_on\n492,"2022-03-01\n', "quote"),
    ],
)
def test_a_table_of_another_shape_is_refused(
    run: Run, write: Callable[[str], str], text: str, said: str
) -> None:
    """The structure is checked before any row."""
    done = run("import", "launches", write(text))
    assert done.code == 7
    assert said in done.err


def test_units_with_parents_in_any_order(run: Run, write: Callable[[str], str]) -> None:
    """A child may stand before its parent; equal units again are not stored twice."""
    text = "Mã đơn vị;Tên đơn vị;Loại;Mã đơn vị cấp trên\nA-2;UBND xã Mới;UBND xã;A-1\nA-1;UBND huyện Mới;ubnd huyện;48\n"
    file = write(text)
    assert run("import", "units", file, "--on", "2024-01-01").code == 0
    assert "0 new, 2 already" in run("import", "units", file, "--on", "2024-01-01").out
    rows = run("units", "list", "--format", "csv", "--as-of", "2024-01-01").out
    assert '"A-2","UBND xã Mới","commune-committee","commune","A-1"' in rows
    assert "A-2" not in run("units", "list", "--format", "csv", "--as-of", "2023-12-31").out


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("A-1,Đơn vị một,other,A-2\nA-2,Đơn vị hai,other,A-1", "A-1 → A-2 → A-1"),
        ("A-1,Đơn vị một,other,A-1", "own parent"),
        ("A-1,Đơn vị một,other,ZZ", "no such parent"),
        ("A-1,Đơn vị một,other,20287", "lower"),
        ("A-1,Đơn vị một,other,\na-1,Đơn vị hai,other,", "row 2"),
        ("SCT,Sở Khác,department,48", "Sở Công Thương"),
        ("A-1,Đơn vị một,planet,", "mass-organisation"),
    ],
)
def test_bad_units_are_refused(run: Run, write: Callable[[str], str], rows: str, said: str) -> None:
    """Rings, orphans, parents of a lower level, codes twice, other names and unknown kinds store nothing."""
    done = run("import", "units", write(f"code,name,kind,parent_code\n{rows}\n"))
    assert done.code == 7
    assert said in done.err
    assert len(run("units", "list", "--format", "jsonl").out.splitlines()) == 117


def test_standard_input(db: Path) -> None:
    """A dash is standard input."""
    done = process("import", "launches", "-", db=db, stdin=b"unit_code,done_on\n492,2022-03-30\n")
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_guarded_text_comes_back(run: Run, write: Callable[[str], str]) -> None:
    """The quote that export puts before a formula is taken off by import."""
    done = run("import", "launches", write("unit_code,done_on,note\n492,2022-03-30,'=1+1\n"))
    assert done.code == 0
    assert '"=1+1"' in run("history", "492", "--format", "jsonl").out


@pytest.mark.parametrize("on", [True, False])
def test_a_changed_unit_is_a_dated_change(run: Run, write: Callable[[str], str], on: bool) -> None:
    """With --on the unit changes from that day and is the same unit; without it the difference is refused."""
    file = write(
        "code,name,kind,parent_code\nSDL,Sở Du lịch và Dịch vụ,department,48\nSCT,Sở Công Thương,department,48\n"
    )
    done = run("import", "units", file, *(["--on", "2024-01-01"] if on else []))
    assert done.code == (0 if on else 7)
    if not on:
        assert "Sở Du lịch" in done.err
        return
    assert "1 changed" in done.out
    assert '"Sở Du lịch và Dịch vụ"' in run("units", "list", "--as-of", "2024-01-01", "--format", "csv").out
    assert '"Sở Du lịch"' in run("units", "list", "--as-of", "2023-12-31", "--format", "csv").out
    assert len(run("units", "list", "--format", "jsonl").out.splitlines()) == 117
    assert "0 new, 2 already" in run("import", "units", file, "--on", "2024-01-01").out


def test_a_changed_unit_keeps_what_it_has_not(run: Run, write: Callable[[str], str]) -> None:
    """A dated change alters what differs and nothing else: a unit that is below nobody stays so."""
    columns = "code,name,kind,parent_code,abbreviation,sort_order\n"
    run("import", "units", write(f"{columns}X1,Hội Thử Một,association,,HTM,900\n"))
    assert (
        run("units", "rename", "X1", "--name", "Hội Thử Hai", "--on", "2022-05-01", "--doc", "1/QĐ").code == 0
    )
    rows = run("units", "list", "--format", "csv", "--as-of", "2022-05-01").out.splitlines()
    assert '"X1","Hội Thử Hai","association","city","","HTM",900,"2022-05-01",""' in rows


def test_a_dated_change_can_empty_a_field(run: Run, write: Callable[[str], str]) -> None:
    """With --on an empty parent, abbreviation or order is taken away from that day on, once."""
    columns = "code,name,kind,parent_code,abbreviation,sort_order\n"
    run("import", "units", write(f"{columns}X1,Hội Thử Một,association,48,HTM,900\n"))
    file = write(f"{columns}X1,Hội Thử Một,association,,,\n")
    assert run("import", "units", file).code == 7
    done = run("import", "units", file, "--on", "2022-06-01")
    assert done.code == 0
    assert "parent_code 48 → –" in done.out
    rows = {
        day: run("units", "list", "--format", "csv", "--as-of", day).out
        for day in ("2022-05-31", "2022-06-01")
    }
    assert '"X1","Hội Thử Một","association","city","48","HTM",900,' in rows["2022-05-31"]
    assert '"X1","Hội Thử Một","association","city","","","","2022-06-01"' in rows["2022-06-01"]
    assert "0 new, 1 already" in run("import", "units", file, "--on", "2022-06-01").out


def test_a_list_without_days_may_be_of_today_or_of_the_beginning(
    run: Run, write: Callable[[str], str]
) -> None:
    """The whole list sent again is known after a change too, in its new form and in its old one."""
    old, new = (
        f"code,name,kind,parent_code\nSDL,{name},department,48\n" for name in ("Sở Du lịch", "Sở Du lịch Mới")
    )
    assert run("import", "units", write(new), "--on", "2024-01-01").code == 0
    for text in (old, new):
        assert "0 new, 1 already" in run("import", "units", write(text)).out
    done = run("import", "units", write(new.replace("Mới", "Khác")))
    assert done.code == 7
    assert "'Sở Du lịch Mới'" in done.err


def test_a_unit_may_not_begin_before_it_does(run: Run, write: Callable[[str], str]) -> None:
    """A day before the one of the register is told as a wrong day, not as a code that is taken."""
    done = run("import", "units", write("code,name,kind,valid_from\nSDL,Sở Du lịch,department,2020-01-01\n"))
    assert done.code == 7
    assert "Sở Du lịch is there from 2021-01-01" in " ".join(done.err.split())


def test_another_kind_is_another_unit(run: Run, write: Callable[[str], str]) -> None:
    """A changed kind or level is refused, with or without a day."""
    file = write("code,name,kind\nSDL,Sở Du lịch,agency\n")
    assert run("import", "units", file, "--on", "2024-01-01").code == 7


def test_a_newer_list_corrects_records(run: Run, write: Callable[[str], str]) -> None:
    """With --correct a row that differs voids the record and stores the right one, in one operation."""
    run("record", "launch", "492", "493", "--on", "2022-03-30")
    file = write("unit_code,done_on\n492,2022-03-30\n493,2022-03-29\n494,2022-03-28\n")
    assert run("import", "launches", file).code == 7
    assert run("import", "launches", file, "--correct").code == 2
    done = run("import", "launches", file, "--correct", "--reason", "danh sách tuần 13")
    assert done.code == 0
    assert "1 new, 1 changed, 1 already" in done.out
    rows = [
        row
        for row in run("list", "p1-launch", "--format", "csv").out.splitlines()
        if "2022-03" in row.split(",")[9]
    ]
    assert len(rows) == 3
    assert run("undo", "3", "--reason", "nhầm").code == 0
    assert '"2022-03-30"' in next(
        row for row in run("list", "p1-launch", "--format", "csv").out.splitlines() if '"493"' in row
    )


def test_rejects_are_ready_to_be_mended(run: Run, write: Callable[[str], str], tmp_path: Path) -> None:
    """The bad rows come back in the file's own columns with the reason; mended, they are imported."""
    rejects = tmp_path / "rejects.csv"
    file = write("Mã đơn vị;Ngày phát động;stt\n492;30/02/2022;1\n493;30/03/2022;2\n")
    done = run("import", "launches", file, "--ignore-column", "stt", "--rejects", str(rejects))
    assert done.code == 7
    text = rejects.read_text(encoding="utf-8-sig")
    assert text.splitlines()[0] == '"Mã đơn vị","Ngày phát động","stt","reason for rejection"'
    assert len(text.splitlines()) == 2
    rejects.write_text(text.replace("30/02/2022", "28/02/2022"), encoding="utf-8")
    mended = run("import", "launches", str(rejects), "--ignore-column", "stt")
    assert mended.code == 0, mended.err


def test_columns_can_be_named(run: Run, write: Callable[[str], str]) -> None:
    """--map gives a column of ours another header."""
    file = write("Đơn vị báo cáo,Ngày\n492,30/03/2022\n")
    named = ("--map", "unit_code=Đơn vị báo cáo", "--map", "done_on=Ngày")
    assert run("import", "launches", file, *named).code == 0
    assert run("import", "launches", file, "--map", "colour=Ngày").code == 2


@pytest.mark.parametrize(
    "variant",
    [
        "Phường Hải Châu  I", "UBND Phường Hải Châu 1", "UBND P.Hải Châu 2", "Phường Hòa Hải", "phường Hoà Cường Bắc",
        "huyện Hoà Vang", "UBND Q. Sơn Trà",
    ],
)  # fmt: skip
def test_units_by_name_in_a_launches_file(run: Run, write: Callable[[str], str], variant: str) -> None:
    """Spellings that real lists use are the unit; what is a typo is refused with the right unit first."""
    assert run("import", "launches", write(f"unit_code,done_on\n{variant},2022-03-30\n")).code == 0
    typo = run("import", "launches", write("unit_code,done_on\nUBND phường Hòa Thụân Đông,2022-03-30\n"))
    assert typo.code == 7
    assert "20246" in typo.err


BYTES = st.binary(max_size=300) | st.text(max_size=200).map(str.encode)
FORMS = st.sampled_from(list(FileFormat))
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def _read_any(data: bytes, form: FileFormat) -> None:
    """Whatever a file holds, reading it gives a sheet or says what is wrong; never a crash."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "read_bytes", lambda _source: data)
        with contextlib.suppress(RejectedError):
            reading.read("x", ImportKind.LAUNCHES, reading.ReadOptions(form=form))


@settings(max_examples=examples(100, 10_000), deadline=None, suppress_health_check=QUIET)
@given(data=BYTES, form=FORMS)
def test_any_bytes_end_in_a_verdict(data: bytes, form: FileFormat) -> None:
    """Any bytes under any format are read or refused."""
    _read_any(data, form)


@pytest.mark.soak
@settings(max_examples=3_000, deadline=None, suppress_health_check=QUIET)
@given(
    name=st.sampled_from(sorted(path.name for path in (ROOT / "tests").glob("[hw]o*/*.xls*"))),
    flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=8),
)
def test_damaged_workbooks_end_in_a_verdict(name: str, flips: list[tuple[float, int]]) -> None:
    """A workbook with a few bytes changed anywhere is read or refused."""
    path = next((ROOT / "tests").glob(f"[hw]o*/{name}"))
    data = bytearray(path.read_bytes())
    for place, value in flips:
        data[int(place * len(data))] = value
    _read_any(bytes(data), FileFormat.XLS if name.endswith("xls") else FileFormat.XLSX)


@pytest.mark.parametrize("name", ["x_zip_bomb.xlsx", "x_far_cell.xlsx", "j_deep.json"])
def test_attacks_are_refused_soon_and_in_little_memory(db: Path, name: str) -> None:
    """A bomb, a far cell and nested brackets take less than two seconds and 200 MB."""
    program = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_AS, (600 << 20, 600 << 20));"
        "from thidua_cli import cli; code = cli.run(sys.argv[1:]);"
        "used = resource.getrusage(resource.RUSAGE_SELF);"
        "peak = next(line for line in open('/proc/self/status') if line.startswith('VmHWM'));"
        "print(code, int(peak.split()[1]) // 1024, used.ru_utime + used.ru_stime)"
    )
    command = [
        sys.executable,
        "-c",
        program,
        "--db",
        str(db),
        "import",
        "units",
        str(ROOT / "tests" / "hostile" / name),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    code, memory, seconds = done.stdout.split()
    assert (code, int(memory) < 200, float(seconds) < 2) == ("7", True, True), done


LIST = "Tỉnh Thành Phố,Mã TP,Quận Huyện,Mã QH,Phường Xã,Mã PX,Cấp,Tên Tiếng Anh"
LIST_ROWS = [
    "Thành phố Hà Nội,01,Quận Ba Đình,001,Phường Phúc Xá,00001,Phường,",
    "Thành phố Đà Nẵng,48,Quận Thử Một,901,Phường Thử Hai,90001,Phường,",
    "Thành phố Đà Nẵng,48,Quận Thử Một,901,Xã Thử Ba,90002,Xã,",
    "Thành phố Đà Nẵng,48,Huyện Đảo Thử,902,,,,",
]


def _workbook(rows: list[str]) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    page = book.add_worksheet()
    for number, row in enumerate(rows):
        page.write_row(number, 0, row.split(","))
    book.close()
    return buffer.getvalue()


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_list_of_the_statistics_office(run: Run, tmp_path: Path, ending: str) -> None:
    """Of one province: its districts and communes as committees, with kinds, levels and parents."""
    path = tmp_path / f"list.{ending}"
    path.write_bytes(
        "\n".join([LIST, *LIST_ROWS]).encode() if ending == "csv" else _workbook([LIST, *LIST_ROWS])
    )
    assert run("import", "units", str(path)).code == 2
    assert run("import", "units", str(path), "--province", "99").code == 7
    done = run("import", "units", str(path), "--province", "48")
    assert done.code == 0, done.err
    listed = run("units", "list", "--format", "csv").out
    assert '"901","UBND quận Thử Một","district-committee","district","48"' in listed
    assert '"90002","UBND xã Thử Ba","commune-committee","commune","901"' in listed
    assert '"902","UBND huyện Đảo Thử","district-committee","district","48"' in listed
    assert "Phúc Xá" not in listed


def _filled(template: bytes, cells: str) -> bytes:
    """The template with one more row in its first sheet."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(template)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                data = data.replace(b"</sheetData>", f'<row r="2">{cells}</row></sheetData>'.encode())
            target.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", KINDS)
def test_a_template_is_imported_as_it_is(run: Run, tmp_path: Path, kind: ImportKind) -> None:
    """Its headers are all known; empty, it has no rows; it is the same bytes every time."""
    path = tmp_path / "mẫu.xlsx"
    assert run("import", kind, "--template", "-o", str(path)).code == 0
    first = path.read_bytes()
    assert run("import", kind, "--template", "-o", str(path)).code == 0
    assert path.read_bytes() == first
    empty = run("import", kind, str(path))
    assert (empty.code, "no data rows" in empty.err) == (7, True), empty.err
    assert run("import", kind, "--template").code == 2


def test_a_filled_template_goes_in(run: Run, tmp_path: Path) -> None:
    """A code as text and a real date cell in the sheet that is to be filled; the other sheets do not disturb."""
    path = tmp_path / "mẫu.xlsx"
    run("import", "launches", "--template", "-o", str(path))
    cells = '<c r="A2" t="inlineStr"><is><t>492</t></is></c><c r="B2" s="2"><v>44650</v></c>'
    path.write_bytes(_filled(path.read_bytes(), cells))
    done = run("import", "launches", str(path))
    assert done.code == 0, done.err
    assert '"492","2022-03-30"' in run("list", "p1-launch", "--format", "csv").out.replace(
        '"UBND quận Hải Châu","district-committee","district","48","p1-launch","on_time","2022-03-31","2022-03-31",',
        "",
    )


@pytest.mark.parametrize("ending", ["xls", "ods"])
@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("base_units", 0, ""),
        ("formula", 0, "formulas"),
        ("boolean", 7, "B2"),
        ("two_sheets", 7, "--sheet"),
        ("hidden_rows", 0, "3"),
    ],
)
def test_old_and_open_workbooks(
    run: Run, empty_db: Path, name: str, code: int, said: str, ending: str
) -> None:
    """.xls and .ods obey the rules of .xlsx: the values of formulas are taken and said, as hidden rows are;
    booleans and two sheets are refused."""
    done = run("import", "units", str(ROOT / "tests" / "workbooks" / f"{name}.{ending}"))
    assert done.code == code, done.err
    assert said in done.err


@pytest.mark.parametrize("ending", ["xls", "ods"])
def test_dates_of_old_and_open_workbooks(run: Run, ending: str) -> None:
    """Date cells are days, bare numbers are not."""
    folder = ROOT / "tests" / "workbooks"
    assert "2022-03-15" in run("import", "launches", str(folder / f"serial_general.{ending}")).err
    assert run("import", "launches", str(folder / f"dates_good.{ending}")).code == 0


def test_the_report_as_json(run: Run, write: Callable[[str], str]) -> None:
    """The same object for a trial, the real run, and a refusal."""
    good = write("unit_code,done_on,note\n492,2022-03-30,\n")
    trial = json.loads(run("import", "launches", good, "--dry-run", "--format-report", "json").out)
    assert (trial["new"], trial["stored"], trial["problems"]) == (1, False, [])
    real = json.loads(run("import", "launches", good, "--format-report", "json").out)
    assert (real["new"], real["stored"], real["operation"]) == (1, True, 2)
    example = {"row": 2, "unit_code": "492", "unit_name": "UBND quận Hải Châu", "on": "2022-03-30"}
    assert trial["examples"]["new"] == real["examples"]["new"] == [{**example, "record_id": None}]
    again = json.loads(run("import", "launches", good, "--format-report", "json").out)
    assert again["examples"] == {"new": [], "unchanged": [{**example, "record_id": 1}]}
    done = run("import", "launches", write("unit_code,done_on\n493,30/02/2022\n"), "--format-report", "json")
    refused = json.loads(done.out)
    assert (done.code, refused["refused"], refused["problems"][0]["value"]) == (7, 1, "30/02/2022")


def test_the_report_of_changes_as_json(run: Run) -> None:
    """Every unit that a resolution makes, changes or ends is told, with those before and after it."""
    told = json.loads(run("import", "changes", "@changes_2025.csv", "--format-report", "json").out)
    ended = next(each for each in told["changes"] if (each["unit_code"], each["what"]) == ("20236", "ended"))
    assert ended["unit_name"].startswith("UBND phường Hải Châu")
    assert set(ended["successors"]) <= {each["unit_code"] for each in told["changes"]}
    assert {each["what"] for each in told["changes"]} == {"new", "changed", "ended"}


def _exported(run: Run, code: str) -> list[str]:
    """The launch of a unit as a row of the export, without its code and name."""
    rows = csv.reader(run("export", "launches").out.splitlines())
    return next(row[2:] for row in rows if row[0] == code)


def test_a_correction_keeps_what_the_file_has_no_column_for(run: Run, write: Callable[[str], str]) -> None:
    """Only columns of the file correct a record; both values of each stand in the plan, before and after."""
    paper = ("--doc", "5/KH", "--issuer", "Sở Nội vụ", "--received", "2022-03-31", "--note", "gốc")
    run("record", "launch", "492", "--on", "2022-03-30", *paper)
    file = write("unit_code,done_on\n492,2022-03-29\n")
    options = ("--correct", "--reason", "nhầm ngày")
    planned = run("import", "launches", file, "--dry-run", *options).out
    assert "#1: date 2022-03-30 → 2022-03-29" in planned
    told = json.loads(run("import", "launches", file, "--format-report", "json", *options).out)
    assert told["changes"] == [
        {
            "row": 2,
            "unit_code": "492",
            "record_id": 1,
            "fields": {"done_on": {"old": "2022-03-30", "new": "2022-03-29"}},
        }
    ]
    assert _exported(run, "492") == ["2022-03-29", "5/KH", "Sở Nội vụ", "", "2022-03-31", "", "gốc", "p1", ""]
    assert "0 new, 1 already" in run("import", "launches", file, *options).out


EVIDENCE = "unit_code,done_on,evidence,note\n"
CORRECT = ("--correct", "--reason", "danh sách mới")


def _evidence(run: Run, code: str = "492") -> tuple[str | None, str | None, str | None]:
    """Evidence, the first digits of its hash and the note of the live launch of a unit."""
    rows = map(json.loads, run("history", code, "--format", "jsonl").out.splitlines())
    (row,) = (row for row in rows if row["event"] == "launch" and not row["voided"])
    return row["evidence"], (row["evidence_sha256"] or "")[:4], row["note"]


@pytest.fixture
def scans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, the current one, with two files of evidence."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.pdf").write_bytes(b"a")  # ca97...
    (tmp_path / "b.pdf").write_bytes(b"b")  # 3e23...
    return tmp_path


@pytest.mark.parametrize("worth", [1, 10**9])
def test_an_import_hashes_evidence(
    run: Run, write: Callable[[str], str], scans: Path, monkeypatch: pytest.MonkeyPatch, worth: int
) -> None:
    """Each file that a row names is stored with its hash, an address without; verify finds a forged scan."""
    monkeypatch.setattr(column_rows, "WORTH", worth)
    rows = "492,2022-03-30,a.pdf,\n493,2022-03-30,https://example.org/1,\n494,2022-03-30,,x\n"
    assert run("import", "launches", write(EVIDENCE + rows)).code == 0
    assert _evidence(run) == ("a.pdf", "ca97", None)
    assert _evidence(run, "493") == ("https://example.org/1", "", None)
    assert "0 new, 3 already" in run("import", "launches", write(EVIDENCE + rows)).out
    assert run("verify", "--evidence").code == 0
    (scans / "a.pdf").write_bytes(b"forged")
    assert run("verify", "--evidence").code == 3
    for options in ((), ("--dry-run",)):
        refused = run("import", "launches", write(EVIDENCE + rows), *options)
        told = " ".join(refused.err.split())
        assert (refused.code, "2 evidence a.pdf UBND quận Hải Châu: differs" in told) == (7, True)
        assert "SHA-256 of the evidence ca978112ca1b in the register" in told


@pytest.mark.parametrize("worth", [1, 10**9])
@pytest.mark.parametrize("options", [(), ("--dry-run",), ("--format-report", "json")])
def test_a_file_of_evidence_that_is_not_there_is_refused(
    run: Run,
    write: Callable[[str], str],
    scans: Path,
    monkeypatch: pytest.MonkeyPatch,
    worth: int,
    options: tuple[str, ...],
) -> None:
    """It is told with its row, its column, where it was looked for and the cure, beside all else that is wrong."""
    monkeypatch.setattr(column_rows, "WORTH", worth)
    rows = "492,2022-03-30,a.pdf,\n493,2022-03-30,c.pdf,\n494,30/02/2022,,\n495,2022-03-30,.,\n"
    done = run("import", "launches", write(EVIDENCE + rows), *options)
    assert done.code == 7
    missing = (
        f"{scans / 'c.pdf'}: no such file or folder paths start at the current folder; an address has ://"
    )
    told = " ".join(done.err.split())
    assert f"3 evidence c.pdf {missing}" in told
    assert "4 done_on 30/02/2022" in told
    assert "5 evidence . " in told
    assert len(run("log", "--format", "jsonl").out.splitlines()) == 1


@pytest.mark.parametrize("worth", [1, 10**9])
@pytest.mark.parametrize(
    ("held", "row", "after"),
    [
        ((), "a.pdf,", ("a.pdf", "ca97", None)),
        ((), ",bản giấy", (None, "", "bản giấy")),
        (("--note", "một"), ",hai", (None, "", "hai")),
        (("--evidence", "a.pdf", "--note", "một"), "b.pdf,", ("b.pdf", "3e23", "một")),
        (("--evidence", "https://example.org/1"), "a.pdf,", ("a.pdf", "ca97", None)),
    ],
)
def test_evidence_and_a_note_that_differ_are_told_or_stored(
    run: Run,
    write: Callable[[str], str],
    scans: Path,
    monkeypatch: pytest.MonkeyPatch,
    worth: int,
    held: tuple[str, ...],
    row: str,
    after: tuple[str | None, ...],
) -> None:
    """What the register lacks or has otherwise is refused with --correct as the cure, and stored by it."""
    monkeypatch.setattr(column_rows, "WORTH", worth)
    run("record", "launch", "492", "--on", "2022-03-30", *held)
    file = write(f"{EVIDENCE}492,2022-03-30,{row}\n")
    refused = run("import", "launches", file)
    assert (refused.code, "--correct" in refused.err, row.strip(",") in refused.err) == (7, True, True)
    assert "0 new, 1 changed" in run("import", "launches", file, *CORRECT).out
    assert _evidence(run) == after
    assert "0 new, 1 already" in run("import", "launches", file).out


@pytest.mark.parametrize("row", ["a.pdf,một", ",", "a.pdf,"])
def test_a_correction_keeps_evidence_that_it_does_not_change(
    run: Run,
    write: Callable[[str], str],
    scans: Path,
    row: str,
) -> None:
    """The hash stays with unchanged evidence, and an empty cell takes neither evidence nor a note away."""
    run("record", "launch", "492", "--on", "2022-03-30", "--evidence", "a.pdf", "--note", "một")
    assert "1 already" in run("import", "launches", write(f"{EVIDENCE}492,2022-03-30,{row}\n")).out
    done = run("import", "launches", write(f"{EVIDENCE}492,2022-03-29,{row}\n"), *CORRECT)
    assert (done.code, "#1: date 2022-03-30 → 2022-03-29\n" in done.out) == (0, True)
    assert _evidence(run) == ("a.pdf", "ca97", "một")


def test_what_is_only_written_otherwise_is_not_told_as_different(
    run: Run, write: Callable[[str], str]
) -> None:
    """A refused row names what makes it another record, not the spelling of its number."""
    run("record", "launch", "492", "--on", "2022-03-30", "--doc", "12/KH-UBND")
    done = run("import", "launches", write("unit_code,done_on,document_number\n492,2022-03-29,12/kh-ubnd\n"))
    assert (done.code, "2022-03-29" in done.err, "12/kh" in done.err) == (7, True, False)


def test_exemptions_have_evidence_too(run: Run, write: Callable[[str], str], scans: Path) -> None:
    """A list of exemptions is hashed and compared as one of records."""
    head = "unit_code,obligation,on,reason,evidence\n"
    file = write(head + "492,p1-launch,2022-03-01,đảo,a.pdf\n")
    assert run("import", "exemptions", file).code == 0
    assert run("verify", "--evidence").code == 0
    assert "1 already" in run("import", "exemptions", file).out
    (scans / "a.pdf").write_bytes(b"forged")
    assert (run("verify", "--evidence").code, run("import", "exemptions", file).code) == (3, 7)


def test_a_list_without_papers_is_known(run: Run, write: Callable[[str], str]) -> None:
    """What a file has no column for is not compared: a list of names and days may come again."""
    paper = ("--doc", "5/KH", "--issuer", "Sở Nội vụ", "--received", "2022-03-31")
    run("record", "launch", "492", "--on", "2022-03-30", *paper)
    assert "0 new, 1 already" in run("import", "launches", write("unit_code,done_on\n492,2022-03-30\n")).out
    done = run("import", "launches", write("unit_code,done_on,document_number\n492,2022-03-30,\n"))
    assert done.code == 7
    assert "issuer" not in done.err


def test_an_empty_cell_that_takes_something_away_is_told(run: Run, write: Callable[[str], str]) -> None:
    """With --correct an empty cell empties the record, and the plan warns of it."""
    run("record", "launch", "492", "--on", "2022-03-30", "--doc", "5/KH")
    file = write("unit_code,done_on,document_number\n492,2022-03-30,\n")
    done = run("import", "launches", file, "--correct", "--reason", "x", "--dry-run")
    assert done.code == 0
    assert "5/KH → –" in done.out
    assert "1 empty cell(s)" in done.err


def test_a_name_beside_a_code_is_a_second_word(run: Run, write: Callable[[str], str]) -> None:
    """A name that is not the unit's, on that day, is refused; a name alone says which unit is meant."""
    head = "Mã đơn vị,Tên đơn vị,Ngày phát động\n"
    assert run("import", "launches", write(head + "20242,UBND phường Hải Châu,30/03/2022\n")).code == 7
    assert run("import", "launches", write(head + "20242,UBND P. Phước Ninh,30/03/2022\n")).code == 0
    assert (
        run("import", "launches", write("Tên đơn vị,Ngày phát động\nUBND Q. Hải Châu,30/03/2022\n")).code == 0
    )


def test_bad_rows_never_go_over_the_file_itself(
    run: Run, write: Callable[[str], str], tmp_path: Path
) -> None:
    """--rejects takes neither the file that is imported nor a name that says it is no CSV."""
    file = write("unit_code,done_on\n492,2022-03-35\n493,2022-03-29\n")
    before = Path(file).read_bytes()
    assert run("import", "launches", file, "--rejects", file).code == 2
    assert run("import", "launches", file, "--rejects", str(tmp_path / "r.xlsx")).code == 2
    assert Path(file).read_bytes() == before


def test_a_template_is_not_written_over_a_workbook(run: Run, tmp_path: Path) -> None:
    """A file that may have been filled in stays; the same template again is no harm."""
    path = tmp_path / "t.xlsx"
    assert run("import", "launches", "--template", "-o", str(path)).code == 0
    assert run("import", "launches", "--template", "-o", str(path)).code == 0
    path.write_bytes(b"filled in")
    assert run("import", "launches", "--template", "-o", str(path)).code == 5
    assert path.read_bytes() == b"filled in"


def test_a_parent_that_ends_is_no_parent_of_a_new_unit(run: Run, write: Callable[[str], str]) -> None:
    """A new unit stands below one that still exists, and not before the one above it."""
    run("units", "close", "SCT", "--on", "2023-06-01", "--doc", "4/NQ")
    head = "code,name,kind,parent_code,valid_from\n"
    assert run("import", "units", write(head + "X1,Trung tâm Thử,service-unit,SCT,2023-02-01\n")).code == 7
    late = head + "X2,Sở Thử,department,,2023-02-01\nX1,Trung tâm Thử,service-unit,X2,2023-01-01\n"
    assert run("import", "units", write(late)).code == 7


def test_a_file_that_is_no_table_is_told_as_json_too(run: Run, write: Callable[[str], str]) -> None:
    """--format-report json has one object for every refusal, in visible characters."""
    for content in ("code,kind\nX1,Sở\n", "code,name,kind\nX1,S\u009b31m\u202e,department\n"):
        done = run("import", "units", write(content), "--format-report", "json")
        told = json.loads(done.out)
        assert (done.code, told["stored"], len(told["problems"]) > 0) == (7, False, True)
        assert done.out.replace("\n", "").isprintable()


def test_a_refused_file_says_what_the_other_rows_are(run: Run, write: Callable[[str], str]) -> None:
    """Beside what is wrong stands how many rows are new, changed and there already."""
    run("record", "launch", "492", "--on", "2022-03-30")
    done = run("import", "launches", write("unit_code,done_on\n492,2022-03-30\n493,2022-03-01\n494,x\n"))
    assert "1 new, 0 changed, 1 already recorded; 1 rows refused" in done.err


def test_children_are_not_to_blame_for_their_parent(run: Run, write: Callable[[str], str]) -> None:
    """A row that is wrong is the only one told, not all that stand below it."""
    done = run(
        "import", "units", write("code,name,kind,parent_code\nX1,Sở Thử,no,\nX2,Sở Khác,department,X1\n")
    )
    assert (done.code, "1 errors" in done.err or "1 error" in done.err) == (7, True)


def test_an_export_with_a_new_name_is_a_change_from_a_day(run: Run, tmp_path: Path) -> None:
    """The days on which units began are in an export, and do not stand in the way of --on."""
    file = tmp_path / "units.csv"
    run("export", "units", "-o", str(file))
    file.write_text(file.read_text("utf-8-sig").replace("Sở Y tế", "Sở Y tế thành phố"), "utf-8")
    assert run("import", "units", str(file)).code == 7
    assert "1 changed" in run("import", "units", str(file), "--on", "2023-01-01").out
    assert "Sở Y tế thành phố" not in run("units", "list", "--as-of", "2022-12-31").out
    assert "Sở Y tế thành phố" in run("units", "list", "--as-of", "2023-01-01").out


def test_a_long_list_of_unknown_units_ends_soon(
    register: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Suggestions are given as long as they cost little; after that the list goes on without."""
    directory = Directory.read(register, LATEST)
    found = [bool(directory.suggest(f"Sở Y tê {number}", date(2022, 3, 1))) for number in range(3)]
    monkeypatch.setattr(suggestions, "_MOST_COMPARED", 0)
    assert (found, directory.suggest("Sở Y tê", date(2022, 3, 1))) == ([True] * 3, [])


@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_file_without_phases_may_be_given_one(run: Run, tmp_path: Path, form: str) -> None:
    """What the message about a phase that cannot be told offers; rows that name their own keep it."""
    items = [
        {"unit_code": "492", "done_on": "2026-01-15", "phase": ""},
        {"unit_code": "493", "done_on": "2026-01-15", "phase": "p1"},
    ]
    file = tmp_path / f"in.{form}"
    rows = ["unit_code,done_on,phase", *(",".join(item.values()) for item in items)]
    file.write_text(json.dumps(items) if form == "json" else "\n".join(rows), "utf-8")
    refused = run("import", "launches", str(file))
    assert (refused.code, "--phase for the whole file" in refused.err) == (7, True)
    assert run("import", "launches", str(file), "--phase", "P2").code == 0
    launches = run("export", "launches", "-f", "jsonl").out.splitlines()
    assert {each["unit_code"]: each["phase"] for each in map(json.loads, launches)} == {
        "492": "p2",
        "493": "p1",
    }


def test_a_phase_that_there_is_not(run: Run, write: Callable[[str], str]) -> None:
    """Is said once, not for each row; what has no phase takes none."""
    file = write("unit_code,done_on\n492,2026-01-15\n")
    assert run("import", "launches", file, "--phase", "p9").code == 4
    assert run("import", "units", file, "--phase", "p1").code == 2


CHANGES = "old_code,old_name,new_code,new_name,effective_date,resolution,kind_of_change,extent\n"
TALLIES = [
    ("changes", CHANGES + "20194,,20195,UBND phường Thử,2025-01-01,1/NQ,merge,whole\n", (0, 0, 1)),
    ("changes", CHANGES + "20194,,X1,UBND phường Thử,2025-01-01,1/NQ,merge,whole\n20195,,,,2025-01-01,1/NQ,x,\n", (1, 0, 1)),
    ("units", "code,name,kind,valid_from\nA1,Sở Một,Sở,2999-01-01\nA2,Sở Hai,Sở,\nA2,Sở Ba,Sở,\nSCT,Sở Công Thương,Sở,\n", (1, 1, 2)),
    ("launches", "unit_code,done_on\n492,2022-03-30\n492,2022-03-31\nX9,2022-03-31\n493,x\n", (1, 0, 3)),
    ("launches", '[{"unit_code": "492", "done_on": "2022-03-30", "x": 1}, {"unit_code": "493", "done_on": "2022-03-30"}]', (1, 0, 1)),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text", "counts"), TALLIES)
def test_each_row_of_a_refused_file_counts_once(
    run: Run, tmp_path: Path, kind: str, text: str, counts: tuple[int, int, int]
) -> None:
    """New, known and refused rows add up to the rows of the file, in words and as JSON."""
    file = tmp_path / ("in.json" if text.startswith("[") else "in.csv")
    file.write_text(text, "utf-8")
    done = run("import", kind, str(file), "--format-report", "json")
    told = json.loads(done.out)
    assert (done.code, (told["new"], told["unchanged"], told["refused"])) == (7, counts), done.err
    new, same, refused = counts
    assert f"{new} new, 0 changed, {same} already recorded; {refused} rows refused" in done.err


def test_rows_under_a_merged_cell_count_as_refused(run: Run, tmp_path: Path) -> None:
    """All that the cell spans, though it is one mistake."""
    book = xlsxwriter.Workbook(tmp_path / "in.xlsx")
    page = book.add_worksheet()
    for number, line in enumerate(
        [("unit_code", "done_on", "note"), *((code, "2022-03-30", "") for code in ("492", "493", "494"))]
    ):
        page.write_row(number, 0, line)
    page.merge_range(1, 2, 2, 3, "chung")
    book.close()
    done = run("import", "launches", str(tmp_path / "in.xlsx"))
    assert (done.code, "1 error(s)" in done.err) == (7, True), done.err
    assert "1 new, 0 changed, 0 already recorded; 2 rows refused" in done.err


def test_one_bad_row_of_a_resolution_leaves_the_others_new(run: Run, tmp_path: Path) -> None:
    """Of the changes of 2025 with one row spoiled."""
    lines = resources.data("changes_2025.csv").read_text("utf-8-sig").splitlines()
    spoiled = [*lines[:-1], lines[-1].replace("2025-07-01", "2025-07-99")]
    (tmp_path / "in.csv").write_text("\n".join(spoiled), "utf-8")
    done = run("import", "changes", str(tmp_path / "in.csv"))
    assert (
        done.code,
        f"{len(lines) - 2} new, 0 changed, 0 already recorded; 1 rows refused" in done.err,
    ) == (7, True)


WRONG_OLD = "20194,Sai tên,X1,UBND phường Thử,{day},1/NQ,merge,whole\n"
UNREADABLE = "20195,,X1,UBND phường Thử,{day},1/NQ,gộp,whole\n"


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ((WRONG_OLD.format(day="2025-01-01"), UNREADABLE.format(day="2025-01-01")), True),
        ((WRONG_OLD.format(day="2025-01-01"), UNREADABLE.format(day="2025-03-01")), True),
        ((WRONG_OLD.format(day="2025-01-01"), UNREADABLE.format(day="2025-01-32")), True),
        ((WRONG_OLD.format(day="2025-03-01"), UNREADABLE.format(day="2025-01-01")), False),
        ((WRONG_OLD.format(day="2025-01-01"), UNREADABLE.format(day="2025-01-01").replace("X1", "20194")), False),
        ((WRONG_OLD.format(day="2025-01-01"), "20195,,X1\n"), False),
    ],
)  # fmt: skip
def test_what_a_row_says_of_the_past_is_looked_at_beside_bad_rows(
    run: Run, write: Callable[[str], str], rows: tuple[str, str], told: bool
) -> None:
    """A wrong old name is listed in one go with rows that cannot be read, unless these may explain it."""
    done = run("import", "changes", write(CHANGES + "".join(rows)))
    assert (done.code, "Sai tên" in done.err) == (7, told), done.err


def test_messages_speak_of_columns_as_the_file_does(run: Run, write: Callable[[str], str]) -> None:
    """In Vietnamese a column that the file does not have has its Vietnamese name; the same in the rejects."""
    file = write("unit_code,Ngày phát động\n492,2022-03-35\n493,2026-01-01\n")
    told = run("import", "launches", file, lang="vi")
    assert "  Giai đoạn  " in told.err
    assert "  Ngày phát động  " in told.err
    assert "  phase  " in run("import", "launches", file).err
    read = json.loads(run("import", "launches", file, "--format-report", "json", lang="vi").out)
    assert {each["column"] for each in read["problems"]} == {"done_on", "phase"}


@pytest.mark.parametrize(
    ("kind", "text", "vi", "en"),
    [
        ("units", "code,name,kind\nA1,Sở Một,xyz\n", "Sở; Cơ quan ngang sở;", "department, agency,"),
        ("units", "code,name,kind,level\nA1,Sở Một,Sở,xyz\n", "Cấp huyện; Cấp xã", "district, commune"),
        ("changes", CHANGES + "492,,492,X,2025-01-01,1,xyz,\n", "giữ nguyên; đổi tên;", "keep, rename,"),
        ("units", "code,name,kind\nA1,Sở Một,Đoàn the\n", "Đoàn thể (mass-organisation)?", "mass-organisation ("),
    ],
)  # fmt: skip
def test_a_cure_names_words_of_the_language_in_use(
    run: Run, write: Callable[[str], str], kind: str, text: str, vi: str, en: str
) -> None:
    """All of which are taken."""
    file = write(text)
    assert vi in run("import", kind, file, lang="vi").err
    assert en in run("import", kind, file).err


def test_standard_input_has_one_name(run: Run) -> None:
    """In words, wherever a message is about it."""
    for data in (b"", b"unit_code,done_on\n", b"x\n1\n", b"unit_code,done_on\n492,x\n", b"\xff"):
        done = run("import", "launches", "-", stdin=data, lang="vi")
        assert (done.code, done.err.startswith("Lỗi: đầu vào chuẩn: ")) == (7, True), done.err


@pytest.mark.parametrize("name", ["in.csv", "in.json"])
def test_a_sheet_of_what_has_none_is_a_mistake(run: Run, tmp_path: Path, name: str) -> None:
    """It was meant for a workbook."""
    (tmp_path / name).write_text("unit_code,done_on\n492,2022-03-30\n", "utf-8")
    done = run("import", "launches", str(tmp_path / name), "--sheet", "Trang 1")
    assert (done.code, "for workbooks" in done.err) == (2, True)


def test_max_errors_limits_what_is_said_of_a_header_too(run: Run, write: Callable[[str], str]) -> None:
    """As many as are asked for, fewer or more than by default."""
    file = write(
        "unit_code,done_on,"
        + ",".join(f"x{number}" for number in range(30))
        + "\n492,2022-03-30"
        + "," * 30
        + "\n"
    )
    for most in (1, 29):
        done = run("import", "launches", file, "--max-errors", str(most))
        assert (done.err.count("unknown column  "), f"and {30 - most} more" in done.err) == (most, True), (
            done.err
        )
