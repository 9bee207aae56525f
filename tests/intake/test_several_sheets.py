"""One list on several sheets of a workbook, each under its own header."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from books import row, xlsx
from conftest import Outcome

FIRST = row("Hướng dẫn cách điền")
SECOND = row("DANH SÁCH") + row("STT", "Đơn vị", "Ngày phát động") + row("1", "492", "30/03/2022")
THIRD = row("Mã", "Số KH", "Ngày phát động") + row("493", "3/KH", "{day}")
ALL = "--all-sheets"
Import = Callable[..., Outcome]


@pytest.fixture
def bring(run: Callable[..., Outcome], tmp_path: Path) -> Import:
    """Import launches from a workbook of three sheets, S0 to S2."""

    def call(*options: str, day: str = "31/03/2022", third: str = THIRD) -> Outcome:
        path = tmp_path / "in.xlsx"
        path.write_bytes(xlsx(FIRST, SECOND, third.replace("{day}", day)))
        return run("import", "launches", str(path), *options)

    return call


@pytest.mark.parametrize("options", [[ALL], ["--sheet", "S2", "--sheet", "S1"]])
def test_all_sheets_are_one_operation(bring: Import, run: Callable[..., Outcome], options: list[str]) -> None:
    """Named ones, or all that hold a list; a sheet without a header of ours is said."""
    done = bring(*options)
    assert (done.code, "2 new" in done.out, "S0" in done.err) == (0, True, options == [ALL]), done.err
    assert len(json.loads(run("log", "--format", "json").out)["rows"]) == 2


def test_a_problem_names_its_sheet_and_row(bring: Import, tmp_path: Path) -> None:
    """For people and for programs; bad rows of all sheets go in one file."""
    rejects = tmp_path / "bad.csv"
    done = bring(ALL, "--rejects", str(rejects), day="32/03/2022")
    assert (done.code, "S2!2" in done.err) == (7, True)
    assert '"32/03/2022","493","3/KH"' in rejects.read_text("utf-8-sig")
    (problem,) = json.loads(bring(ALL, "--format-report", "json", day="32/03/2022").out)["problems"]
    assert (problem["row"], problem["sheet"]) == (2, "S2")


def test_a_unit_on_two_sheets_is_told_with_both(bring: Import) -> None:
    """As one twice in a sheet."""
    done = bring(ALL, third=THIRD.replace("493", "492"))
    assert (done.code, "S1!3" in done.err, "S2!2" in done.err) == (7, True, True), done.err


def test_a_sheet_with_half_a_header_is_not_passed_over(bring: Import) -> None:
    """It may be the list of a district; the cure is to name the others."""
    done = bring(ALL, third=row("Đơn vị", "Kết quả") + row("492", "tốt"))
    assert (done.code, "S2" in done.err, "--sheet" in done.err) == (7, True, True)


@pytest.mark.parametrize("options", [["--sheet", "S1", ALL], [ALL, "--rows", "3"]])
def test_what_cannot_be_meant_of_several_sheets(bring: Import, options: list[str]) -> None:
    """Rows are those of one sheet."""
    assert bring(*options).code == 2


def test_keys_of_objects_have_synonyms_and_numbers(run: Callable[..., Outcome], tmp_path: Path) -> None:
    """As headers have; other keys go with --ignore-unknown."""
    path = tmp_path / "in.json"
    item = {"STT": 1, "Mã": "492", "Ngày phát động": "30/03/2022", "Số KH": "1/KH", "x": 2}
    path.write_text(json.dumps([item]), encoding="utf-8")
    assert run("import", "launches", str(path)).code == 7
    done = run("import", "launches", str(path), "--ignore-unknown")
    assert (done.code, "STT" in done.err, "Số KH" in done.err) == (0, True, True), done.err
