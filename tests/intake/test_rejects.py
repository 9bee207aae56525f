"""--rejects: every bad row comes back whole, and means the same when it is imported again."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from conftest import Outcome

Run = Callable[..., Outcome]


@pytest.fixture
def refused(run: Run, tmp_path: Path) -> Callable[..., list[list[str]]]:
    """Import a file that is refused, and return the rows of its rejects, the header first."""

    def make(kind: str, text: str, *options: str, name: str = "in.csv") -> list[list[str]]:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        done = run("import", kind, str(path), *options, "--rejects", str(tmp_path / "rejects.csv"))
        assert done.code == 7
        with (tmp_path / "rejects.csv").open(encoding="utf-8-sig", newline="") as file:
            return list(csv.reader(file))

    return make


Refused = Callable[..., list[list[str]]]


def _mend(tmp_path: Path, old: str, new: str) -> str:
    path = tmp_path / "rejects.csv"
    path.write_text(path.read_text(encoding="utf-8-sig").replace(old, new), encoding="utf-8-sig")
    return str(path)


def test_objects_come_back_by_key(refused: Refused) -> None:
    """Objects whose keys differ in order or number stand under the right headers, and lists as a cell says them."""
    items = [
        {"unit_code": "SNV", "done_on": "2022-03-35", "contents": [1, 3]},
        {"contents": "1,2", "ghi chú": "a", "Mã đơn vị": "STC"},
        {"note": "b", "done_on": "x", "unit_code": 5, "contents": []},
    ]
    rows = refused("registrations", json.dumps(items), name="in.json")
    assert [row[:-1] for row in rows] == [
        ["unit_code", "done_on", "contents", "ghi chú"],
        ["SNV", "2022-03-35", "1,3", ""],
        ["STC", "", "1,2", "a"],
        ["5", "x", "", "b"],
    ]


def test_mended_objects_are_imported(run: Run, refused: Refused, tmp_path: Path) -> None:
    """What was a list in JSON is read again, and a required key that no object had has its column."""
    refused("registrations", json.dumps([{"unit_code": "SNV", "contents": [1, 3]}]), name="in.json")
    file = _mend(tmp_path, '"SNV","1,3",""', '"SNV","1,3","2022-03-01"')
    assert run("import", "registrations", file).code == 0


def test_rows_of_another_length_come_back_whole(refused: Refused) -> None:
    """A row with too many fields keeps them all, a short one is there too; a repeated header is no bad row."""
    rows = refused(
        "units",
        "code,name,kind,note\nA1,Ban A, B,department,ghi chú quan trọng\nA2,Sở Y\ncode,name,kind,note\nA3,Sở Z,other,\n",
    )
    assert [row[:-1] for row in rows] == [
        ["code", "name", "kind", "note", ""],
        ["A1", "Ban A", " B", "department", "ghi chú quan trọng"],
        ["A2", "Sở Y", "", "", ""],
    ]
    assert all(row[-1] for row in rows)


GUARDED = ["'=1+1", "=1+1", "'-5", "''@x", "'abc", "-", "+84"]


@pytest.mark.parametrize("written", GUARDED)
def test_a_mended_row_says_what_it_said(run: Run, refused: Refused, tmp_path: Path, written: str) -> None:
    """A text that looks like a formula is stored from the mended rows as it would have been from the file."""
    text = f'unit_code,done_on,note\nSNV,%s,"{written}"\n'
    refused("launches", text % "2022-13-01")
    direct = tmp_path / "direct.csv"
    direct.write_text(text.replace("SNV", "STC") % "2022-12-01", encoding="utf-8")
    assert run("import", "launches", _mend(tmp_path, "2022-13-01", "2022-12-01")).code == 0
    assert run("import", "launches", str(direct)).code == 0
    notes = [json.loads(line)["note"] for line in run("export", "launches", "-f", "jsonl").out.splitlines()]
    assert notes[0] == notes[1]


def test_a_mended_cell_of_a_workbook_says_what_it_said(run: Run, tmp_path: Path) -> None:
    """No quote is ever taken off a workbook's text, so its rejects have one more."""
    book = xlsxwriter.Workbook(tmp_path / "in.xlsx", {"strings_to_formulas": False})
    page = book.add_worksheet()
    for number, row in enumerate([["unit_code", "done_on", "note"], ["SNV", "2022-13-01", "'=1"]]):
        page.write_row(number, 0, row)
    book.close()
    file = str(tmp_path / "rejects.csv")
    assert run("import", "launches", str(tmp_path / "in.xlsx"), "--rejects", file).code == 7
    assert run("import", "launches", _mend(tmp_path, "2022-13-01", "2022-12-01")).code == 0
    assert json.loads(run("export", "launches", "-f", "jsonl").out)["note"] == "'=1"


def test_ignored_columns_stay_in_place(run: Run, refused: Refused, tmp_path: Path) -> None:
    """The rejects have the file's own columns, twice the same too; the same options read them again."""
    options = ("--ignore-column", "phone")
    rows = refused("units", "phone,code,name,kind,phone\n7,A1,Sở Thử,planet,8\n", *options)
    assert [row[:-1] for row in rows] == [
        ["phone", "code", "name", "kind", "phone"],
        ["7", "A1", "Sở Thử", "planet", "8"],
    ]
    file = _mend(tmp_path, '"planet"', '"other"')
    assert run("import", "units", file).code == 7
    assert run("import", "units", file, *options).code == 0


def test_rejects_of_rejects_have_one_reason(run: Run, refused: Refused, tmp_path: Path) -> None:
    """The reason of the first time gives way to that of the second."""
    refused("units", "code,name,kind\nA1,Sở Thử,planet\n")
    first = (tmp_path / "rejects.csv").read_bytes()
    (tmp_path / "again.csv").write_bytes(first)
    assert (
        run("import", "units", str(tmp_path / "again.csv"), "--rejects", str(tmp_path / "rejects.csv")).code
        == 7
    )
    assert (tmp_path / "rejects.csv").read_bytes() == first


def test_rows_above_a_sunk_header_come_back(refused: Refused, run: Run, tmp_path: Path) -> None:
    """With the header above them, ready to be imported."""
    rows = refused("launches", "492,30/03/2022,\nDanh sách,,\nunit_code,done_on,note\n493,2022-03-15,\n")
    assert [row[:-1] for row in rows] == [["unit_code", "done_on", "note"], ["492", "30/03/2022", ""]]
    assert run("import", "launches", str(tmp_path / "rejects.csv")).code == 0
