"""The statistics office's list: no row is lost, nothing is taken in silence."""

import json
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import xlsxwriter
from xlsxwriter.utility import xl_cell_to_rowcol

from conftest import ROOT, Outcome

Run = Callable[..., Outcome]
Put = Callable[..., str]
Row = Sequence[object]

HEADER = ("Tỉnh Thành Phố", "Mã TP", "Quận Huyện", "Mã QH", "Phường Xã", "Mã PX", "Cấp", "Tên Tiếng Anh")
FIRST = ("Thành phố Thử", "48", "Quận Một", "901", "Phường Hai", "90001", "Phường", "")
SECOND = ("Thành phố Thử", "48", "Quận Một", "901", "Xã Ba", "90002", "Xã", "")
ISLAND = ("Thành phố Thử", "48", "Huyện Đảo", "902", "", "", "", "")
OTHER = ("Tỉnh Khác", "49", "Huyện  Bốn", "903", "Xã Năm", "90003", "Xã", "")


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Write a workbook of rows, or with another ending a CSV, and return its path."""

    def make(*rows: Row, name: str = "list.xlsx", merged: Sequence[str] = ()) -> str:
        path = tmp_path / name
        if path.suffix == ".csv":
            path.write_text("\n".join(",".join(map(str, row)) for row in rows), encoding="utf-8")
            return str(path)
        book = xlsxwriter.Workbook(path)
        page = book.add_worksheet()
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
        for reference in merged:
            row, column = xl_cell_to_rowcol(reference.partition(":")[0])
            page.merge_range(reference, rows[row][column])
        book.close()
        return str(path)

    return make


def _units(run: Run) -> dict[str, str]:
    lines = run("units", "list", "--format", "jsonl").out.splitlines()
    return {row["unit_code"]: row["unit_name"] for line in lines if (row := json.loads(line))}


def _import(run: Run, file: str, *options: str) -> Outcome:
    return run("import", "units", file, "--province", "48", *options)


@pytest.mark.parametrize("blank", [(2, 3), (0, 1, 2, 3), (0, 1), (3,), (5,)])
@pytest.mark.parametrize("name", ["list.xlsx", "list.csv"])
def test_a_row_without_its_codes_is_refused(
    run: Run, empty_db: Path, put: Put, blank: tuple[int, ...], name: str
) -> None:
    """Where only the first row of a group says its province or district, the others are named, not left out."""
    second = ["" if place in blank else value for place, value in enumerate(SECOND)]
    done = _import(run, put(HEADER, FIRST, second, ISLAND, name=name))
    assert (done.code, [line.split()[0] for line in done.err.splitlines() if "empty" in line]) == (7, ["3"])
    assert _units(run) == {}


NORTH = [
    ("Tỉnh Bắc", "01", "Huyện Sáu", "801", "Xã Bảy", "80001", "Xã", ""),
    ("Tỉnh Bắc", "01", "Huyện Sáu", "801", "Xã Tám", "80002", "Xã", ""),
    ("Tỉnh Bắc", "01", "Huyện Chín", "802", "Xã Mười", "80003", "Xã", ""),
]
SOUTH = [("Tỉnh Nam", "96", *row[2:]) for row in NORTH]
WRONG = [
    ("", "", "", "801", "Xã Tám", "80002", "Xã", ""),
    ("Tỉnh Bắc", "01", "", "", "Xã Tám", "80002", "Xã", ""),
    ("Tỉnh Bắc", "01", "Huyện Khác", "801", "Xã\u202eTám", "80 002", "Xã", ""),
    ("Tỉnh Bắc", "01", "Huyện Saùu", "801", "Xaõ Phuù Taân", "80002", "Xã", ""),
    ("", "", "", "", "Tổng cộng: 10.604", "", "", ""),
    HEADER,
]


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("name", ["list.xlsx", "list.csv"])
def test_what_is_wrong_in_other_provinces_does_not_matter(
    run: Run, empty_db: Path, put: Put, wrong: Row, name: str
) -> None:
    """Of the list of the whole country only the rows of the province must be right."""
    done = _import(run, put(HEADER, NORTH[0], wrong, NORTH[2], FIRST, SECOND, *SOUTH, name=name))
    assert done.code == 0, done.err
    assert set(_units(run)) == {"901", "90001", "90002"}
    assert ("2 row" in done.err or "1 row" in done.err) == (wrong[1] in ("", "Mã TP")), done.err


@pytest.mark.parametrize("length", [7, 9])
def test_rows_of_another_length_in_other_provinces(run: Run, empty_db: Path, put: Put, length: int) -> None:
    """A row whose cells have moved is nobody's by its cells; between others it is theirs."""
    odd = (*NORTH[1], "x")[:length]
    assert _import(run, put(HEADER, NORTH[0], odd, NORTH[2], FIRST, name="list.csv")).code == 0
    moved = ("Thành phố Thử", " một", *SECOND[1:])
    assert _import(run, put(HEADER, NORTH[0], moved, NORTH[2], FIRST, name="list.csv")).code == 7


@pytest.mark.parametrize(
    "mended",
    [{}, {0: "Thành phố Thử"}, {3: "901"}, {2: "Quận Một"}],
)
def test_a_row_that_may_be_of_the_province_is_refused(
    run: Run, empty_db: Path, put: Put, mended: dict[int, str]
) -> None:
    """Beside rows of the province, or naming it or a district of it, a row without its code is doubtful."""
    row = [mended.get(place, "" if place < 4 else value) for place, value in enumerate(SECOND)]
    near = [NORTH[0], row, FIRST] if not mended else [NORTH[0], row, NORTH[2], FIRST]
    done = _import(run, put(HEADER, *near))
    assert (done.code, "3 " in done.err) == (7, True), done.err
    assert _units(run) == {}


def test_merged_cells_of_other_provinces_do_not_matter(run: Run, empty_db: Path, put: Put) -> None:
    """A province's code in one cell for all its rows, up to the province that is asked for."""
    north = [NORTH[0], *((None, None, *row[2:]) for row in NORTH[1:])]
    done = _import(run, put(HEADER, *north, FIRST, SECOND, *SOUTH, merged=("A2:A4", "B2:B4")))
    assert done.code == 0, done.err
    assert set(_units(run)) == {"901", "90001", "90002"}


@pytest.mark.parametrize("merged", ["B4:B5", "D4:D5", "D5:D6", "F3:F4"])
def test_merged_cells_that_touch_the_province_are_refused(
    run: Run, empty_db: Path, put: Put, merged: str
) -> None:
    """Within its rows or reaching into them from another province."""
    done = _import(run, put(HEADER, *NORTH[:2], FIRST, SECOND, *SOUTH, merged=(merged,)))
    assert (done.code, merged in done.err) == (7, True), done.err


@pytest.mark.parametrize("ending", ["xlsx", "xls"])
def test_merged_cells_in_the_list_are_refused(run: Run, empty_db: Path, put: Put, ending: str) -> None:
    """Merged cells hold their value once, so rows would have none."""
    file = put(HEADER, FIRST, SECOND, merged=("D2:D3",))
    done = _import(run, file if ending == "xlsx" else str(ROOT / "tests" / "workbooks" / "list_merged.xls"))
    assert done.code == 7
    assert "D2:D3" in done.err


def test_the_list_as_an_old_workbook(run: Run, empty_db: Path) -> None:
    """The list comes as .xls too, with a title above it."""
    done = _import(run, str(ROOT / "tests" / "workbooks" / "list.xls"))
    assert done.code == 0, done.err
    assert "rows above the header ignored: 1" in done.err
    assert set(_units(run)) == {"901", "90001", "90002", "902"}


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_names_of_the_list_are_made_regular(run: Run, empty_db: Path, put: Put, form: str) -> None:
    """Names are committees' names whatever their spaces and marks, and what was done to the province is told."""
    odd = ("Thành phố Thử", "48", "Quận  Một", "901", "Phường \u200bHai", "90001", "Phường", "")
    rows = [[unicodedata.normalize(form, str(cell)) for cell in row] for row in (HEADER, odd, SECOND, OTHER)]
    done = _import(run, put(*rows))
    assert (done.code, _units(run)["901"], _units(run)["90001"]) == (0, "UBND quận Một", "UBND phường Hai")
    assert "1 cell(s): extra spaces removed" in done.err
    assert "invisible" in done.err
    assert ("marks" in done.err) == (form == "NFD")


def test_what_is_odd_about_the_list_is_told(run: Run, empty_db: Path, tmp_path: Path) -> None:
    """Codes that are numbers, hidden rows and lines above the header are reported, as of any file."""
    book = xlsxwriter.Workbook(tmp_path / "list.xlsx")
    page = book.add_worksheet()
    for number, row in enumerate([("Danh mục",), HEADER, FIRST, SECOND, OTHER]):
        page.write_row(number, 0, [int(cell) if cell.isdigit() else cell for cell in row])
    page.set_row(3, None, None, {"hidden": True})
    book.close()
    done = _import(run, str(tmp_path / "list.xlsx"))
    assert done.code == 0, done.err
    for said in ("rows above the header ignored: 1", "hidden rows are read too: 4", "6 code"):
        assert said in done.err


def test_other_columns_are_not_dropped_in_silence(run: Run, empty_db: Path, put: Put) -> None:
    """A column that the list does not have needs --ignore-column; --map is for other files."""
    file = put((*HEADER, "Ghi chú"), (*FIRST, "x"))
    assert _import(run, file).code == 7
    assert _import(run, file, "--map", "note=Ghi chú").code == 2
    assert _import(run, file, "--ignore-column", "Ghi chú").code == 0


def test_rows_above_the_header_of_the_list_are_not_lost(run: Run, empty_db: Path, put: Put) -> None:
    """A header that sank into the list is refused."""
    assert _import(run, put(FIRST, HEADER, SECOND)).code == 7


def test_rejects_of_the_list_have_its_columns(run: Run, empty_db: Path, put: Put, tmp_path: Path) -> None:
    """Mended, they are imported with the same options."""
    rejects = tmp_path / "rejects.csv"
    file = put(HEADER, FIRST, ("Thành phố Thử", "48", "Quận Một", "901", "(Xã Ba)", "90002", "Xã", "Ba"))
    assert _import(run, file, "--rejects", str(rejects)).code == 7
    text = rejects.read_text(encoding="utf-8-sig")
    assert text.splitlines()[0].startswith(",".join(f'"{name}"' for name in HEADER))
    assert len(text.splitlines()) == 2
    rejects.write_text(text.replace("(Xã Ba)", "Xã Ba"), encoding="utf-8")
    assert _import(run, str(rejects)).code == 0
    assert _units(run)["90002"] == "UBND xã Ba"


def test_the_list_of_the_whole_country(run: Run, empty_db: Path, put: Put) -> None:
    """Of 10,604 rows those of one province are taken."""
    rows = [
        (
            "Tỉnh",
            f"{number % 63 + 1:02}",
            f"Huyện {number % 700}",
            f"{number % 700:03}",
            f"Xã {number}",
            f"{number:05}",
            "Xã",
            "",
        )
        for number in range(10_604)
    ]
    rows = [(*row[:2], f"Huyện {row[1]}", f"7{row[1]}", *row[4:]) for row in rows]
    done = _import(run, put(HEADER, *rows))
    assert done.code == 0, done.err
    assert len(_units(run)) == 1 + len([row for row in rows if row[1] == "48"])


# Other layouts

COMMUNES = ("Mã", "Tên", "Tên Tiếng Anh", "Cấp", "Mã QH", "Quận Huyện", "Mã TP", "Tỉnh / Thành Phố")
SINCE_2025 = ("Mã", "Tên", "Tên Tiếng Anh", "Cấp", "Nghị định", "Mã TP", "Tỉnh / Thành Phố")


@pytest.mark.parametrize("name", ["list.xlsx", "list.csv"])
def test_the_list_of_communes(run: Run, empty_db: Path, put: Put, name: str) -> None:
    """The same units, whatever the order and the names of the columns."""
    north = ("80001", "Xã Bảy", "", "Xã", "801", "Huyện Sáu", "01", "Tỉnh Bắc")
    ours = ("90001", "Phường Hai", "", "Phường", "901", "Quận Một", "48", "Thành phố Thử")
    done = _import(run, put(COMMUNES, north, ours, name=name))
    assert done.code == 0, done.err
    assert _units(run) == {"901": "UBND quận Một", "90001": "UBND phường Hai"}


def test_a_list_without_districts(run: Run, empty_db: Path, put: Put) -> None:
    """Since 07/2025 communes are below the province; so are the districts of the list of districts."""
    north = ("80001", "Xã Bảy", "", "Xã", "1/NQ", "01", "Tỉnh Bắc")
    ours = ("90001", "Phường Hai", "", "Phường", "2/NQ", "48", "Thành phố Thử")
    assert _import(run, put(SINCE_2025, north, ours), "--on", "2025-07-01").code == 0
    header = [name for name in SINCE_2025 if name != "Nghị định"]
    town = ("901", "Thành phố Ba", "", "Thành phố", "48", "Thành phố Thử")
    assert _import(run, put(header, ("801", "Huyện Sáu", "", "Huyện", "01", "Tỉnh Bắc"), town)).code == 0
    lines = run("units", "list", "--format", "jsonl").out.splitlines()
    kinds = {row["unit_code"]: row["kind"] for line in lines if (row := json.loads(line))}
    assert kinds == {"901": "district-committee", "90001": "commune-committee"}


def test_a_gap_in_a_list_without_districts_is_refused(run: Run, empty_db: Path, put: Put) -> None:
    """A name needs its code."""
    done = _import(run, put(SINCE_2025, ("", "Phường Hai", "", "Phường", "2/NQ", "48", "Thành phố Thử")))
    assert (done.code, _units(run)) == (7, {})


def test_one_province_needs_no_option(run: Run, empty_db: Path, put: Put) -> None:
    """Where the file has one province it is taken and said; of several one must be named."""
    done = run("import", "units", put(HEADER, OTHER))
    assert (done.code, "49" in done.err) == (0, True), done.err
    both = run("import", "units", put(HEADER, FIRST, OTHER))
    assert (both.code, "--province" in both.err) == (2, True)


@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_province_of_another_file_means_nothing(
    run: Run, empty_db: Path, tmp_path: Path, form: str
) -> None:
    """Usage, as with another kind of import."""
    path = tmp_path / f"in.{form}"
    row = {"code": "X1", "name": "Sở Thử", "kind": "department"}
    path.write_text(json.dumps([row]) if form == "json" else "\n".join(map(",".join, (row, row.values()))))
    done = _import(run, str(path))
    assert (done.code, "--province" in done.err, _units(run)) == (2, True, {})
