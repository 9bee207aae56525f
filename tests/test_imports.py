"""Import of well-formed CSV: all rows or none, and every bad row told."""

from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import ROOT, Outcome, process

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
        assert any(f"row {row}" in line and what in line for line in done.err.splitlines()), (row, done.err)
    assert "row 2" not in done.err


def test_max_errors_limits_the_list_and_counts_the_rest(run: Run, write: Callable[[str], str]) -> None:
    """The count is of all errors, whatever is listed."""
    rows = "".join(f"{code},x\n" for code in range(490, 498))
    done = run("import", "launches", write(f"unit_code,done_on\n{rows}"), "--max-errors", "3")
    listed = [line for line in done.err.splitlines() if "row " in line]
    assert (done.code, len(listed)) == (7, 3)
    assert "8 error" in done.err
    assert "5 more" in done.err


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
        ("unit_code,done_on,stt\n492,2022-03-01,1\n", "stt"),
        ("unit_code,done_on,done_on\n492,2022-03-01,2022-03-01\n", "done_on"),
        ("unit_code,done_on\n492\n", "row 2"),
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
