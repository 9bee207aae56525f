"""Who a code or a name means, on a day."""

import csv
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

import build
from conftest import Outcome
from thidua_cli import store
from thidua_cli.ground import resources
from thidua_cli.ground.errors import NotFoundError
from thidua_cli.register import units
from thidua_cli.register.units import Directory

Run = Callable[..., Outcome]
DAY = date(2022, 2, 1)


@pytest.fixture
def directory(register: sqlite3.Connection) -> Directory:
    return Directory.read(register, build.head(register))


@pytest.mark.parametrize(
    "reference", ["Phường Hoà Quý", "UBND phường Hòa Quý", "P. Hòa Quý", "20287", " 20287 ", "p.hòa quý"]
)
def test_one_unit_by_any_of_its_names(directory: Directory, reference: str) -> None:
    """Code, full name, abbreviated level word and either tone placement mean one unit."""
    assert directory.resolve(reference, DAY).code == "20287"


def test_codes_ignore_case(directory: Directory) -> None:
    """A code means its unit whatever its case."""
    assert directory.resolve("sttTT", DAY).code == "STTTT"


def test_an_abbreviation_is_a_name(directory: Directory) -> None:
    """The short name of the register means the unit."""
    assert directory.resolve("Sở GD-ĐT", DAY).code == "SGDDT"


def test_a_bare_place_name_is_ambiguous(directory: Directory) -> None:
    """Without a level word the candidates are listed, the district and both wards."""
    with pytest.raises(NotFoundError) as caught:
        directory.resolve("Hải Châu", DAY)
    listed = "\n".join(caught.value.hints)
    assert all(code in listed for code in ("492", "20236", "20239"))
    assert "20290" not in listed


@pytest.mark.parametrize(
    ("typo", "code"),
    [
        ("UBND phường Hòa Thụân Đông", "20246"),
        ("phuong hoa quy", "20287"),
        ("Phường Mĩ An", "20284"),
        ("Sở Thông tin và Truyền thôngg", "STTTT"),
        ("phường Thạnh Bình", "20227"),
    ],
)
def test_a_typo_is_refused_with_the_right_suggestion_first(
    directory: Directory, typo: str, code: str
) -> None:
    """Folded text only suggests: at most five units, the nearest first."""
    with pytest.raises(NotFoundError) as caught:
        directory.resolve(typo, DAY)
    suggestions = [hint for hint in caught.value.hints if hint.startswith("  ")]
    assert suggestions[0].split()[0] == code
    assert len(suggestions) <= 5


def test_every_seed_unit_is_found_by_its_name(directory: Directory) -> None:
    """No two units of the seed share a name key or a code."""
    for version in directory.alive(DAY.isoformat()):
        assert directory.resolve(version.name, DAY).unit == version.unit
        assert directory.resolve(version.code, DAY).unit == version.unit


def test_a_code_means_another_unit_on_another_day(register: sqlite3.Connection) -> None:
    """A code is not an identity: the day decides."""
    with store.write(register, actor="test", command="reuse") as writer:
        old = build.unit(writer, "C1", "commune-committee", "commune", "2021-01-01", ended="2025-07-01")
        new = build.unit(writer, "C1", "commune-committee", "commune", "2025-07-01")
    directory = Directory.read(register, build.head(register))
    assert directory.resolve("C1", date(2025, 6, 30)).unit == old
    assert directory.resolve("C1", date(2025, 7, 1)).unit == new


def test_a_unit_that_is_gone_is_found_for_its_history(register: sqlite3.Connection) -> None:
    """Where none is alive, the one past match is taken; several are listed."""
    with store.write(register, actor="test", command="gone") as writer:
        gone = build.unit(writer, "G1", "other", "city", "2021-01-01", ended="2023-01-01")
        build.unit(writer, "G2", "other", "city", "2021-01-01", ended="2023-01-01")
        build.unit(writer, "G2", "other", "city", "2023-01-01", ended="2024-01-01")
    directory = Directory.read(register, build.head(register))
    with pytest.raises(NotFoundError):
        directory.resolve("G1", date(2025, 1, 1))
    assert directory.resolve_past("G1", date(2025, 1, 1)).unit == gone
    with pytest.raises(NotFoundError):
        directory.resolve_past("G2", date(2025, 1, 1))


def test_protocol_order_is_that_of_the_seed(directory: Directory) -> None:
    """Departments, agencies, districts, wards: the order of the file, never of the codes."""
    with Path(resources.data("seed_units.csv")).open(encoding="utf-8", newline="") as file:
        expected = [row["code"] for row in csv.DictReader(file)]
    assert [version.code for version in directory.alive("2022-01-01")] == expected


def test_the_district_of_a_unit(directory: Directory) -> None:
    """A ward is in its district, a district is in itself, a department in none."""
    found = {
        code: directory.district(directory.resolve(code, DAY).unit, "2022-02-01")
        for code in ("20287", "494", "SCT")
    }
    assert (found["20287"] and found["20287"].code) == "494"
    assert (found["494"] and found["494"].code) == "494"
    assert found["SCT"] is None


def test_other_holders_of_a_code(register: sqlite3.Connection) -> None:
    """The units that had the code before or will have it after are known."""
    with store.write(register, actor="test", command="reuse") as writer:
        build.unit(writer, "C1", "other", "city", "2021-01-01", ended="2025-07-01")
        new = build.unit(writer, "C1", "other", "city", "2025-07-01")
    directory = Directory.read(register, build.head(register))
    held = directory.resolve("C1", DAY)
    assert [version.unit for version in units.other_holders(directory, held, DAY)] == [new]


# Units that are founded again

AGAIN = ("SDL", "Sở Du lịch", "2024-01-01")
REUSED = ("SDL", "Sở Dữ liệu", "2024-01-01")


def _add(run: Run, way: str, code: str, name: str, day: str) -> Outcome:
    """Found a unit by a command, or by a list with the day in a column or in an option."""
    if way == "add":
        return run("units", "add", code, name, "--kind", "department", "--parent", "48", "--on", day)
    if way == "column":
        rows = f"code,name,kind,parent_code,valid_from\n{code},{name},department,48,{day}\n"
        return run("import", "units", "-", stdin=rows.encode())
    rows = f"code,name,kind,parent_code\n{code},{name},department,48\n"
    return run("import", "units", "-", *(("--on", day) if way == "option" else ()), stdin=rows.encode())


@pytest.mark.parametrize("way", ["add", "column", "option"])
@pytest.mark.parametrize("unit", [AGAIN, REUSED])
def test_a_code_that_nobody_holds_on_the_day_is_a_new_unit(
    run: Run, way: str, unit: tuple[str, str, str]
) -> None:
    """Founded again under its name or another: a new unit, nobody's heir; said again it is already there."""
    run("units", "close", "SDL", "--on", "2023-01-01", "--doc", "1/NQ")
    run("record", "review", "SDL", "--on", "2022-12-01", "--phase", "p1")
    assert _add(run, way, *unit).code == 0
    again = _add(run, way, *unit).out
    assert "already" in again
    day = date(2024, 1, 1)
    assert "0 new, 1 already" in again or way == "add"
    history = run("history", "SDL").out
    assert "from 2021-01-01 until 2023-01-01" in history
    assert "review" not in history.lower()
    old = run("history", "SDL", "--as-of", "2023-06-01").out
    assert "from 2024-01-01" in old
    assert "review" in old.lower()
    assert run("units", "show", "SDL", "--as-of", day.isoformat()).code == 0
    assert run("verify") == Outcome(0, "", "")


@pytest.mark.parametrize("way", ["add", "column"])
def test_a_living_unit_did_not_begin_on_another_day(run: Run, way: str) -> None:
    """It is refused with both days, also where the unit changed on that day; its own first day is already there."""
    run("units", "rename", "SDL", "--parent", "SCT", "--on", "2024-01-01", "--doc", "1/NQ")
    refused = _add(run, way, *AGAIN)
    assert refused.code == (6 if way == "add" else 7)
    assert "2021-01-01" in refused.err
    assert "2024-01-01" in refused.err
    assert "already" in _add(run, way, "SDL", "Sở Du lịch", "2021-01-01").out
    assert _add(run, way, "SDL", "Sở Khác", "2021-01-01").code == refused.code


@pytest.mark.parametrize("way", ["add", "column", "option", "bare"])
@pytest.mark.parametrize("name", ["Sở Thử", "Sở Khác"])
def test_a_new_unit_has_no_end_before_a_later_holder(run: Run, way: str, name: str) -> None:
    """Where another holds the code later, a new unit would share it: refused with the days."""
    _add(run, "add", "X1", "Sở Thử", "2024-01-01")
    run("units", "close", "X1", "--on", "2025-01-01", "--doc", "1/NQ")
    refused = _add(run, way, "X1", name, "2023-01-01")
    assert refused.code == (6 if way == "add" else 7)
    assert "from 2024-01-01 until 2025-01-01" in " ".join(refused.err.split())


def test_two_units_of_one_code_are_listed_with_their_days(run: Run) -> None:
    """Where both are past, a day chooses between them."""
    for day, end in (("2022-01-01", "2023-01-01"), ("2024-01-01", "2025-01-01")):
        _add(run, "add", "X1", "Sở Thử", day)
        run("units", "close", "X1", "--on", end, "--doc", "1/NQ")
    both = run("history", "X1")
    assert both.code == 4
    for words in ("from 2022-01-01 until 2023-01-01", "from 2024-01-01 until 2025-01-01", "--as-of"):
        assert words in both.err
    assert "2022-01-01" in run("history", "X1", "--as-of", "2023-06-01").out


@pytest.mark.parametrize("way", ["add", "column", "option"])
def test_a_new_unit_stands_in_the_tree(run: Run, way: str) -> None:
    """Without parent and order it comes under the city, after the last of its level; that is said, and `-` is none."""
    found = {"add": ("--kind", "department", "--on", "2024-01-01")}
    for code, parent in (("X1", ""), ("X2", "-")):
        if way == "add":
            done = run(
                "units", "add", code, f"Sở {code}", *found["add"], *(("--parent", parent) if parent else ())
            )
        else:
            rows = f"code,name,kind,parent_code,sort_order{',valid_from' if way == 'column' else ''}\n"
            rows += f"{code},Sở {code},department,{parent},{',2024-01-01' if way == 'column' else ''}\n"
            on = ("--on", "2024-01-01") if way == "option" else ()
            done = run("import", "units", "-", *on, stdin=rows.encode())
            again = run("import", "units", "-", *on, stdin=rows.encode())
            assert "0 new, 1 already" in again.out, again
        assert done.code == 0
        assert ("parent 48" in done.out + done.err) == (not parent)
        assert "order" in done.out + done.err
    listed = csv.DictReader(run("units", "list", "--as-of", "2024-06-01", "-f", "csv").out.splitlines())
    parents = {row["unit_code"]: row["parent_code"] for row in listed}
    assert (parents["X1"], parents["X2"]) == ("48", "")
