"""Rows without data are passed over and said; a row that names a unit never is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from books import row, xlsx
from conftest import Outcome

Run = Callable[..., Outcome]
Bring = Callable[..., Outcome]
HEAD = "Đơn vị,Ngày phát động,Số văn bản\n"
GOOD = "SDL,10/03/2022,12/KH\n"


@pytest.fixture
def bring(run: Run, tmp_path: Path) -> Bring:
    """Import the text of a CSV of launches, or of `kind`, into a register."""

    def call(text: str, *options: str, kind: str = "launches", **others: str) -> Outcome:
        path = tmp_path / "in.csv"
        path.write_text(text, encoding="utf-8")
        return run("import", kind, str(path), *options, **others)

    return call


@pytest.mark.parametrize(
    "total",
    ["Tổng cộng", "TỔNG SỐ:", "Cộng", "Total 12", "tổng", "Tổng cộng: 12 cơ quan, đơn vị", "Cộng khối sở: 2"],
)
@pytest.mark.parametrize("kind", ["units", "launches"])
def test_a_total_is_passed_over_and_said(bring: Bring, total: str, kind: str) -> None:
    """Wherever its words stand, with or without a number."""
    if kind == "units":
        done = bring(f'code,name,kind,note\nA1,Sở Mới,other,\n,"{total}",,1\n', kind=kind)
    else:
        done = bring(f'{HEAD}{GOOD}"{total}",12 đơn vị,\n493,16/03/2022,\n')
    assert (done.code, "total" in done.err, "3" in done.err) == (0, True, True), done.err


@pytest.mark.parametrize("name", ["Tổng cục Thuế", "Tổng công ty Điện lực", "Cộng đồng"])
def test_a_unit_may_be_called_like_a_total(bring: Bring, name: str) -> None:
    """Only the words of a total alone are one."""
    assert bring(f"code,name,kind\nA1,{name},other\n", kind="units").code == 0
    assert bring(f"{HEAD}{GOOD}{name},,\n").code == 7


GROUPS = [
    '"I. Sở, ban, ngành",,', ',"Sở, ban, ngành",', "Khối Đảng,,", "Các quận huyện,,", '"II. UBND các quận, huyện",,', "A. Hội quần chúng,,",
    '"UBND quận, huyện",,', "UBND các phường,,", '"1. Các sở, ngành",,', "Khối sở,,14",
]  # fmt: skip


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_row_is_passed_over_and_said(bring: Bring, run: Run, group: str) -> None:
    """It has no day, and names no unit but a group of them."""
    done = bring(f"{HEAD}{group}\n{GOOD}{group}\n493,16/03/2022,\n")
    assert (done.code, "group" in done.err, "2, 4" in done.err) == (0, True, True), done.err


GAPS = [
    "Sở Y tế,,", "SYT,,", "I. Sở Y tế,,", ",,31/KH", "UBND quận Sơn Trà,,", "Sở Không có,,", "Đội xe,,", "I. Quận Sơn Trà,,", "Sở TT&TT,,",
    "Sở Y tế,,31/KH", "Hội Nông dân,,",
]  # fmt: skip


@pytest.mark.parametrize("gap", GAPS)
@pytest.mark.parametrize("rest", ["493,16/03/2022,\n", ""])
def test_a_unit_without_a_day_is_a_gap(bring: Bring, gap: str, rest: str) -> None:
    """Inside the table, and at its end."""
    done = bring(f"{HEAD}{GOOD}{gap}\n{rest}")
    assert (done.code, "\n    3" in done.err or " 3 " in done.err) == (7, True), done.err


def test_roman_numbers_of_data_are_no_mark_of_groups(bring: Bring) -> None:
    """A list that numbers its units I, II, III has no groups by that."""
    head = "STT,Đơn vị,Ngày phát động\n"
    done = bring(f"{head}I,SDL,10/03/2022\nII,Bưu chính,\nIII,SYT,16/03/2022\n", "--ignore-column", "STT")
    assert (done.code, " 3 " in done.err) == (7, True), done.err
    done = bring(f"{head}I,Bưu chính,\n1,SDL,10/03/2022\n", "--ignore-column", "STT")
    assert (done.code, "group" in done.err) == (0, True), done.err


def test_headers_again_and_labels_are_passed_over(bring: Bring, run: Run) -> None:
    """Pages joined: the header, with the numbers of its columns, comes again."""
    done = bring(
        f'{HEAD}1,2,3\n{GOOD}{HEAD}1,2,3\n493,16/03/2022,\n"unit_code","done_on","document_number"\n'
    )
    assert done.code == 0, done.err
    for said in ("repeats the header: 4", "labels of columns: 7", "5"):
        assert said in done.err


SIGNATURES = """Tổng cộng,1,
,,
,"Đà Nẵng, ngày 15 tháng 4 năm 2022",
NGƯỜI LẬP BIỂU,,TRƯỞNG BAN
,,(đã ký)
Chuyên viên,,
"""


def test_signatures_are_passed_over_and_said(bring: Bring) -> None:
    """What stands below the total, and names no unit."""
    done = bring(HEAD + GOOD + SIGNATURES)
    assert (done.code, "signatures" in done.err, "5-8" in done.err) == (0, True, True), done.err
    assert bring(HEAD + GOOD + SIGNATURES.split("\n", 1)[1]).code == 0


@pytest.mark.parametrize("unit", ["Sở Y tế,,", "UBND phường Mỹ An,,", "Sở Không có,,"])
def test_below_a_total_a_unit_still_is_one(bring: Bring, unit: str) -> None:
    """It has no day, which is said."""
    done = bring(f"{HEAD}{GOOD}{SIGNATURES}{unit}\n")
    assert (done.code, " 9 " in done.err) == (7, True), done.err


def test_a_form_is_imported_as_far_as_it_is_filled_in(bring: Bring) -> None:
    """With --skip-empty a unit without a day is not yet there; a row with anything else is an error all the same."""
    form = f"{HEAD}{GOOD}SYT,,\nSXD,,\n"
    assert bring(form).code == 7
    done = bring(form, "--skip-empty")
    assert (done.code, "3, 4" in done.err) == (0, True), done.err
    assert bring(f"{form}STP,,4/KH\n", "--skip-empty").code == 7
    assert bring(f"{HEAD}SYT,,\n", "--skip-empty").code == 7
    assert bring("code,name,kind\nA1,Sở Mới,other\n", "--skip-empty", kind="units").code == 2


def test_objects_of_a_form_are_chosen_too(run: Run, tmp_path: Path) -> None:
    """Items are numbered from 1."""
    path = tmp_path / "in.json"
    path.write_text(
        '[{"unit_code": "SDL", "done_on": "2022-03-10"}, {"unit_code": "SYT", "done_on": null}, {"unit_code": "x", "note": "", "document_number": "1"}]'
    )
    assert run("import", "launches", str(path), "--skip-empty").code == 7
    assert run("import", "launches", str(path), "--skip-empty", "--rows", "1-2").code == 0


def test_rows_are_chosen_by_number(bring: Bring) -> None:
    """Rows outside do not matter, and are said."""
    text = f"{HEAD}{GOOD}x,y,z\n493,16/03/2022,\nhết,,\n"
    done = bring(text, "--rows", "2,4")
    assert (done.code, "3, 5 (--rows)" in done.err) == (0, True), done.err
    assert bring(text, "--rows", "2", "--rows", "4-").code == 7
    for wrong in ("0", "4-2", "x", "-3", ""):
        assert bring(text, "--rows", wrong).code == 2
    assert bring(text, "--rows", "90-99").code == 7


def _book(merged: str, *rows: str) -> bytes:
    return xlsx("".join(rows), after=f'<mergeCells count="1"><mergeCell ref="{merged}"/></mergeCells>')


def test_a_cell_merged_over_rows_counts_for_each(run: Run, tmp_path: Path) -> None:
    """One that hides another value, or goes over columns of data, has no one reading."""
    path = tmp_path / "in.xlsx"
    head = row("unit_code", "done_on", "document_number")
    first, second = row("SDL", "10/03/2022", "12/KH"), row("SYT", "<c/>", "13/KH")
    path.write_bytes(_book("B2:B3", head, first, second))
    done = run("import", "launches", str(path))
    assert (done.code, "B2:B3" in done.err) == (0, True), done.err
    assert "2022-03-10" in run("export", "launches", "-f", "csv").out.split("SYT")[1]
    for merged, other in [
        ("B2:B3", row("SXD", "11/03/2022", "1/KH")),
        ("B2:C3", row("SXD")),
        ("B2:C2", second),
    ]:
        path.write_bytes(_book(merged, head, first, other))
        assert run("import", "launches", str(path)).code == 7


def test_a_group_may_be_merged_over_all_columns(run: Run, tmp_path: Path) -> None:
    """Whatever it is called, no unit with a day stands in it; a unit of the register is never one."""
    path = tmp_path / "in.xlsx"
    head, first = row("unit_code", "done_on"), row("SDL", "10/03/2022")
    path.write_bytes(_book("A2:B2", head, row("Hội quần chúng"), first))
    assert run("import", "launches", str(path)).code == 0
    path.write_bytes(_book("A2:B2", head, row("Quận Sơn Trà"), first))
    assert run("import", "launches", str(path)).code == 7
