"""Units of a list without codes or kinds: what is known is there already, what is new is asked for."""

import json
from collections.abc import Callable

import pytest

from conftest import Outcome
from thidua_cli.intake.unit_names import initials

Run = Callable[..., Outcome]
Bring = Callable[..., Outcome]


@pytest.fixture
def bring(run: Run) -> Bring:
    """Import the text of a CSV of units."""

    def call(text: str, *options: str) -> Outcome:
        return run("import", "units", "-", *options, stdin=text.encode())

    return call


def _new(run: Run) -> list[tuple[str, ...]]:
    """Code, name, kind and parent of the units that are not of the seed."""
    lines = run("units", "list", "--format", "jsonl").out.splitlines()
    rows = map(json.loads, lines)
    return sorted(
        tuple(str(row[key]) for key in ("unit_code", "unit_name", "kind", "parent_code"))
        for row in rows
        if "Thử" in row["unit_name"]
    )


def test_a_name_that_one_living_unit_has_is_already_there(run: Run, bring: Bring) -> None:
    """However it is written: nothing is stored, and whom initials were taken for is said."""
    done = bring("name\nSỞ NỘI VỤ\nUỷ ban nhân dân quận Cẩm Lệ\nP. An Hải Bắc\nSở TT&TT\n")
    assert (done.code, "0 new, 4 already" in done.out) == (0, True), done.err
    assert "STTTT" in done.err
    assert "SNV" not in done.err


def test_a_single_column_is_not_divided(bring: Bring) -> None:
    """A list of names alone has no delimiter, whatever signs its names hold."""
    done = bring("Tên đơn vị\nUBND phường Mân Thái, quận Sơn Trà\nSở Nội vụ\n")
    assert (done.code, "0 new, 2 already" in done.out) == (0, True), done.err


def test_what_the_list_says_besides_is_compared(bring: Bring) -> None:
    """A kind or a parent other than that of the unit is refused, as with its code."""
    assert bring("name,kind\nSở Nội vụ,agency\n").code == 7
    assert bring("name,parent_code\nSở Nội vụ,48\n").code == 0
    assert bring("name,parent_code\nSở Nội vụ,492\n").code == 7


def test_a_name_of_two_units_is_refused_with_both(run: Run, bring: Bring) -> None:
    """Neither is taken."""
    done = bring("name\nSở NV\n", "--propose-codes")
    assert done.code == 7
    assert "SNV" in done.err
    assert "SNGV" in done.err


def test_a_new_unit_needs_a_code(run: Run, bring: Bring) -> None:
    """It is refused with the code that would be proposed; --propose-codes takes that and says so."""
    rows = "name,kind,parent_code\nSở Nội vụ,Sở,48\nBan Quản lý dự án Thử,Đơn vị sự nghiệp trực thuộc,48\n"
    refused = bring(rows)
    assert (refused.code, "BQLDAT" in refused.err, _new(run)) == (7, True, [])
    done = bring(rows, "--propose-codes")
    assert (done.code, "BQLDAT" in done.err) == (0, True), done.err
    assert _new(run) == [("BQLDAT", "Ban Quản lý dự án Thử", "service-unit", "48")]
    assert "0 new, 2 already" in bring(rows, "--propose-codes").out
    assert bring(rows).code == 0


def test_a_proposed_code_is_nobodys(run: Run, bring: Bring) -> None:
    """Neither of a unit that is or was, nor of the file itself."""
    run("units", "close", "SDL", "--on", "2023-01-01", "--doc", "1/NQ")
    rows = "code,name,kind\nHT,Hội Thử,Hội\n,Hội Thử Hai,Hội\n,Hội Thử Ba,Hội\n,Hội Thử Hà,Hội\n,Sở Dữ liệu Thử,\n,Hội thử,Hội\n"
    done = bring(rows, "--propose-codes")
    assert done.code == 7, "the last one has a name that the file gives a code"
    done = bring(rows.replace(",Hội thử,Hội\n", ""), "--propose-codes")
    assert done.code == 0, done.err
    assert [code for code, *_rest in _new(run)] == ["HT", "HTB", "HTH", "HTH-2", "SDLT"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Sở Y tế", "SYT"),
        ("UBND phường Hải Châu II", "PHC2"),
        ("Đài Phát thanh - Truyền hình", "DPTTH"),
        ("“Thử”", "T"),
        ("8 Tháng 3", "8T3"),
    ],
)
def test_codes_are_initials(name: str, code: str) -> None:
    """Of letters and numbers, without signs and marks."""
    assert initials(name) == code


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Sở Thử", "department"),
        ("UBND quận Thử", "district-committee"),
        ("Thị xã Thử", "district-committee"),
        ("UBND đặc khu Thử", "commune-committee"),
        ("P. Thử", "commune-committee"),
        ("Trung tâm Thử", None),
        ("Hội Thử", None),
        ("UBND thành phố Thử", None),
    ],
)
def test_the_first_words_tell_the_kind_where_they_are_unmistakable(
    run: Run, bring: Bring, name: str, kind: str | None
) -> None:
    """A trung tâm may be a department's or a district's: the kind is asked for."""
    done = bring(f"code,name\nX1,{name}\n")
    assert (done.code, [row[2] for row in _new(run)]) == ((7, []) if kind is None else (0, [kind])), done.err
    assert "kind" in done.err


def test_a_code_of_the_register_tells_the_kind(run: Run, bring: Bring) -> None:
    """The unit that has it is of that kind."""
    done = bring("code,name\nVPUB,Văn phòng UBND thành phố\n")
    assert (done.code, "1 already" in done.out) == (0, True), done.err


def test_a_parent_may_be_a_name(run: Run, bring: Bring) -> None:
    """The full name of one unit of the file or of the register, and that is said."""
    rows = "code,name,kind,parent_code\nX1,Sở Thử,Sở,UBND TP Đà Nẵng\nX2,Chi cục Thử,Khác,Sở Thử\n"
    done = bring(rows)
    assert done.code == 0, done.err
    assert [row[3] for row in _new(run)] == ["48", "X1"]
    assert "X1" in done.err
    assert bring("code,name,kind,parent_code\nX3,Sở Thử Ba,Sở,Sở Nào đó\n").code == 7


def test_options_of_units_are_for_units(run: Run) -> None:
    """--propose-codes with another import is usage."""
    assert run("import", "launches", "-", "--propose-codes", stdin=b"unit,date\n").code == 2
