"""Exports in the columns of imports: what goes out comes in again, whole."""

import csv
import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import build
from conftest import ROOT, Outcome, examples
from thidua_cli import store
from thidua_cli.intake.cells import as_text
from thidua_cli.intake.tables import text as text_file
from thidua_cli.register.fields import KINDS, ImportKind, exported
from thidua_cli.render import delimited

Run = Callable[..., Outcome]
ORDER = [
    ImportKind.UNITS,
    ImportKind.CHANGES,
    *(each for each in KINDS if str(each) not in ("units", "changes")),
]
LINE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
ODD = st.sampled_from(
    [
        "=1+1",
        "-5/KH",
        "'=x",
        "''-1",
        "'a",
        "[red]x[/]",
        "<b>&amp;",
        '"',
        ",;",
        "_x0041_",
        "0012",
        "1e5",
        "true",
    ]
)
TEXT = LINE | ODD
CODES = ["492", "20242", "20195", "20306", "498", "SCT", "STTTT", "48"]
DAY = st.sampled_from(["2021-12-20", "2022-03-30", "2022-03-31", "2022-05-01", "2025-12-30"])

record = st.tuples(
    st.just("record"),
    st.sampled_from(["launch", "registration", "review"]),
    st.sampled_from(CODES),
    st.just("--on"),
    DAY,
    st.just("--doc"),
    TEXT,
    st.just("--note"),
    TEXT,
    st.just("--issuer"),
    TEXT,
)
exemption = st.tuples(
    st.just("record"),
    st.just("exemption"),
    st.sampled_from(CODES),
    st.just("--obligation"),
    st.sampled_from(["p1-launch", "p1-review"]),
    st.just("--on"),
    DAY,
    st.just("--reason"),
    TEXT,
)
extension = st.tuples(
    st.just("record"),
    st.just("extension"),
    st.sampled_from(CODES),
    st.just("--obligation"),
    st.sampled_from(["p1-launch", "p1-review"]),
    st.just("--on"),
    DAY,
    st.just("--until"),
    st.sampled_from(["2022-04-30", "2022-06-30", "2026-03-31"]),
    st.just("--doc"),
    TEXT,
)
change = st.sampled_from(
    [
        (
            "units",
            "add",
            "X1",
            "Trung tâm Thử",
            "--kind",
            "service-unit",
            "--on",
            "2023-02-01",
            "--parent",
            "SCT",
        ),
        ("units", "rename", "492", "--name", "UBND quận Hải Châu Mới", "--on", "2023-03-01", "--doc", "1/NQ"),
        ("units", "merge", "20242", "--into", "20195", "--on", "2023-04-01", "--doc", "2/NQ"),
        ("units", "close", "498", "--on", "2023-05-01", "--doc", "3/NQ"),
        ("units", "close", "SCT", "--on", "2023-06-01", "--doc", "4/NQ"),
        ("import", "changes", "@changes_2025.csv"),
        ("units", "rename", "20221", "--name", "UBND phường Một", "--on", "2023-07-01", "--doc", "5/NQ"),
        (
            "units",
            "rename",
            "20195",
            "--code",
            "20999",
            "--parent",
            "492",
            "--on",
            "2022-05-01",
            "--doc",
            "6/NQ",
        ),
        ("units", "merge", "491", "--into", "492", "--on", "2023-08-01", "--doc", "7/NQ"),
        ("record", "void", "1", "--reason", "x"),
        ("undo", "2", "--reason", "x"),
    ]
)


@given(
    steps=st.lists(record | exemption | extension | change, max_size=8),
    form=st.sampled_from(["csv", "xlsx", "json", "tsv"]),
    safe=st.booleans(),
)
@settings(
    max_examples=examples(10, 200), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_an_export_imported_gives_the_same_export(
    run: Run, db: Path, tmp_path: Path, empty_file: Path, steps: list[tuple[str, ...]], form: str, safe: bool
) -> None:
    """Any register exported and imported into an empty one gives equal exports, and the same units on any day."""
    fresh = tmp_path / "fresh.db"
    if not fresh.exists():
        fresh.write_bytes(db.read_bytes())
    db.write_bytes(fresh.read_bytes())
    for step in steps:
        run(*step)
    before, outside = {}, []
    options = ["--spreadsheet-safe"] if safe and form in ("csv", "tsv") else []
    for kind in ORDER:
        file = tmp_path / f"{kind}.{form}"
        done = run("export", kind, "-o", str(file), *options)
        assert done.code == 0
        if done.err:  # a record outside its unit's days: the export says that it cannot come in again
            outside.append(kind)
        else:
            before[kind] = run("export", str(kind)).out
    days = ("2022-03-31", "2023-07-01", "2026-02-02")
    units = [run("units", "list", "--as-of", day, "--format", "csv").out for day in days]
    db.write_bytes(empty_file.read_bytes())
    for kind, text in before.items():
        if len(text.splitlines()) > 1:
            done = run("import", kind, str(tmp_path / f"{kind}.{form}"))
            assert done.code == 0, done.err
        assert run("export", str(kind)).out == text
    for kind in outside:
        assert run("import", kind, str(tmp_path / f"{kind}.{form}")).code == 7
    assert [run("units", "list", "--as-of", day, "--format", "csv").out for day in days] == units


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory, empty: "object") -> Path:
    """A register without units."""
    import sqlite3

    assert isinstance(empty, sqlite3.Connection)
    path = tmp_path_factory.mktemp("empty") / "x.db"
    target = sqlite3.connect(path)
    empty.backup(target)
    target.close()
    return path


def _assert_same_units_again(run: Run, db: Path, empty_file: Path, *days: str) -> None:
    """Units and changes exported and imported into an empty register give the same units on these days."""
    files = {kind: run("export", str(kind)).out for kind in ORDER[:2]}
    units = [run("units", "list", "--as-of", day, "--format", "csv").out for day in days]
    db.write_bytes(empty_file.read_bytes())
    for kind, text in files.items():
        done = run("import", kind, "-", stdin=text.encode())
        assert done.code == 0, done.err
    assert [run("units", "list", "--as-of", day, "--format", "csv").out for day in days] == units
    assert {kind: run("export", str(kind)).out for kind in files} == files


@pytest.mark.parametrize("is_reused", [True, False])
def test_a_parent_has_its_code_of_the_day_of_the_change(
    run: Run, db: Path, empty_file: Path, is_reused: bool
) -> None:
    """Where the parent got another code after the unit was placed under it, the row of a later change has that code."""
    run("units", "rename", "492", "--code", "Q1", "--on", "2022-06-01", "--doc", "1/NQ")
    if is_reused:
        made = ("--kind", "district-committee", "--parent", "48", "--sort-order", "1100")
        run("units", "add", "492", "UBND quận Khác", *made, "--on", "2023-01-01")
    part = ("--keep", "--to", "N1 UBND phường Mới", "--on", "2024-01-01", "--doc", "2/NQ")
    assert run("units", "split", "20227", *part).code == 0
    _assert_same_units_again(run, db, empty_file, "2022-03-31", "2023-06-01", "2024-06-01")


@pytest.mark.parametrize("founded", [(), ("--parent", "-"), ("--parent", "SCT", "--sort-order", "7")])
def test_a_unit_that_is_founded_again_comes_in_again(
    run: Run, db: Path, empty_file: Path, founded: tuple[str, ...]
) -> None:
    """Its parent and its order are what they were: given, filled in, or none."""
    run("units", "close", "SDL", "--on", "2023-01-01", "--doc", "1/NQ")
    run("units", "add", "SDL", "Sở Du lịch", "--kind", "department", *founded, "--on", "2024-01-01")
    run("units", "add", "X1", "Sở Một", "--kind", "department", *founded, "--on", "2024-01-01")
    _assert_same_units_again(run, db, empty_file, "2022-03-31", "2024-06-01")


def test_a_file_says_that_a_unit_has_none(run: Run, db: Path, empty_file: Path) -> None:
    """A `-` in a row of a change: a new unit without parent and order, an old one that loses its own."""
    rows = """old_code,old_name,new_code,new_name,effective_date,kind_of_change,parent_code,abbreviation,sort_order
,,N1,Sở Một,2024-01-01,create,-,,-
SGDDT,Sở Giáo dục và Đào tạo,SGDDT,Sở Giáo dục,2024-01-01,rename,-,-,-
"""
    for said in ("2 new, 0 already", "0 new, 2 already"):
        done = run("import", "changes", "-", stdin=rows.encode())
        assert (done.code, said in done.out) == (0, True), (done.out, done.err)
    listed = json.loads(run("units", "list", "--as-of", "2024-06-01", "-f", "json").out)["rows"]
    found = {row["unit_code"]: row for row in listed if row["unit_code"] in ("N1", "SGDDT")}
    assert [(row["parent_code"], row["abbreviation"]) for row in found.values()] == [(None, None)] * 2
    exported = csv.DictReader(run("export", "changes").out.splitlines())
    assert [row["sort_order"] for row in exported] == ["-", "-"]
    _assert_same_units_again(run, db, empty_file, "2022-03-31", "2024-06-01")


@pytest.mark.parametrize("kind", KINDS)
def test_an_export_has_exactly_the_columns_of_its_import(run: Run, kind: ImportKind) -> None:
    """Those that import takes, with the name of the unit beside its code, whatever the format."""
    header = next(csv.reader(run("export", str(kind)).out.splitlines()))
    assert header == list(exported(kind))
    run("import", "launches", str(ROOT / "examples" / "launches_2022.csv"))
    rows = json.loads(run("export", "launches", "--format", "json").out)["rows"]
    assert list(rows[0]) == list(exported(ImportKind.LAUNCHES))


def test_an_export_as_known_then(run: Run) -> None:
    """--known-at leaves out what was recorded later."""
    run("record", "launch", "492", "--on", "2022-03-30")
    assert len(run("export", "launches", "--known-at", "#1").out.splitlines()) == 1
    assert len(run("export", "launches").out.splitlines()) == 2


def test_a_record_outside_its_units_days_is_told(run: Run) -> None:
    """A record whose unit had no code on its day cannot come in again, and the export says so."""
    run("units", "add", "X1", "Trung tâm Thử", "--kind", "service-unit", "--on", "2023-02-01")
    run("record", "launch", "X1", "--on", "2022-03-30", "--unit-as-of", "2023-03-01")
    done = run("export", "launches")
    assert (done.code, len(done.out.splitlines())) == (0, 2)
    assert "X1" in done.err


@pytest.mark.parametrize("form", ["csv", "xlsx", "json"])
def test_a_record_after_its_units_end_never_lands_on_another(
    run: Run, db: Path, tmp_path: Path, form: str
) -> None:
    """Its code is another unit's by then, and its name may be: in no register does the row come in."""
    seeded, file = db.read_bytes(), str(tmp_path / f"reviews.{form}")
    run("record", "review", "20242", "--on", "2025-08-01")
    run("record", "review", "STC", "--on", "2025-08-01")
    for units, name in ((["20242"], "UBND phường Hải Châu"), (["STC", "SKHDT"], "Sở Tài chính")):
        made = ("--code", units[0], "--name", name, "--on", "2025-07-01", "--doc", "1/NQ")
        assert run("units", "merge", *units, *made).code == 0
    changed = db.read_bytes()
    assert len(run("export", "reviews", "-o", file).err.splitlines()) == 2
    for register in (seeded, changed):
        db.write_bytes(register)
        for number in ("1", "2"):
            run("record", "void", number, "--reason", "x")
        refused = run("import", "reviews", file)
        assert refused.code == 7
        assert "20242 UBND phường Phước Ninh" in refused.err
        assert "STC Sở Tài chính" in refused.err


@given(
    texts=st.lists(st.text("'=+-@5/KHx") | LINE | ODD, min_size=1, max_size=5),
    delimiter=st.sampled_from(",\t"),
    safe=st.booleans(),
)
def test_a_text_that_goes_out_comes_in_again(texts: list[str], delimiter: str, safe: bool) -> None:
    """import(export(text)) == text for every text, in CSV and TSV, exact or safe for a spreadsheet."""
    data = delimited.to_lines(["note"], [[text] for text in texts], delimiter, safe=safe).encode()
    found = text_file.read(data, None, lambda _row: text_file.Likeness(True, 1), delimiter)
    assert [as_text(row, guarded=True) for _number, row in found.rows] == [
        ["note"],
        *([text] for text in texts),
    ]


@pytest.mark.parametrize(("options", "number"), [([], "-5/KH"), (["--spreadsheet-safe"], "'-5/KH")])
def test_text_is_exact_unless_a_spreadsheet_is_meant(run: Run, options: list[str], number: str) -> None:
    """Scripts read what was recorded; --spreadsheet-safe puts ' before what Excel would run."""
    run("record", "launch", "492", "--on", "2022-03-30", "--doc", "-5/KH", "--note", "=1+1")
    for command in (["export", "launches"], ["list", "p1-launch", "--format", "csv"]):
        rows = csv.DictReader(run(*command, *options).out.splitlines())
        assert [row["document_number"] for row in rows if row["document_number"]] == [number]


@pytest.mark.parametrize("form", ["xlsx", "json"])
def test_an_apostrophe_in_a_workbook_or_json_is_data(run: Run, tmp_path: Path, form: str) -> None:
    """Import takes one off in CSV and TSV alone."""
    run("record", "launch", "492", "--on", "2022-03-30", "--note", "'=1+1")
    file = str(tmp_path / f"x.{form}")
    run("export", "launches", "-o", file)
    run("undo", "2", "--reason", "x")
    assert run("import", "launches", file).code == 0
    assert "'=1+1" in run("export", "launches", "--format", "json").out


@pytest.mark.parametrize("option", ["--bom", "--spreadsheet-safe"])
def test_an_option_of_text_tables_is_of_them_alone(run: Run, tmp_path: Path, option: str) -> None:
    """With another format it is refused, by reports, exports and letters alike."""
    for command in (
        ["list", "p1-launch"],
        ["export", "units", "--format", "json"],
        ["export", "register"],
        ["remind", "--one", "-o", str(tmp_path / "x.docx")],
    ):
        done = run(*command, option)
        assert (done.code, option in done.err) == (2, True)


def test_an_export_is_of_a_known_kind_and_format(run: Run) -> None:
    """What is not said to be a list is refused."""
    assert run("export", "register", "--format", "csv").code == 2
    assert run("export", "units", "-o", "units.doc").code == 2


def test_a_workbook_of_data_is_never_cut(run: Run, db: Path) -> None:
    """An export with a text longer than an Excel cell is refused with the place; a view of it is cut and says so."""
    note = "x" * 40_000
    with closing(store.connect(db)) as connection:
        build.record(connection, "492", "2022-03-30")
        with store.write(connection, actor="a", command=f"thidua {note}") as writer:
            build.unit(writer, "X1", "other", "city", "2021-01-01", note=note)
    done = run("export", "units", "--format", "xlsx")
    assert (done.code, "column note" in done.err, "--format csv" in done.err) == (2, True, True), done.err
    assert note in run("export", "units").out
    seen = run("log", "--format", "xlsx", "-o", str(db.with_name("x.xlsx")))
    assert (seen.code, "1 cell(s)" in seen.err) == (0, True)
