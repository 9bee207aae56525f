"""A long and plain list decided as a whole: the same result as row by row, in a tenth of the time."""

import csv
import shutil
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import forgeries
from conftest import NOW, ROOT, Outcome, examples
from thidua_cli.ground import dates
from thidua_cli.intake import column_rows
from thidua_cli.register import models

Run = Callable[..., Outcome]
SEED = (ROOT / "data" / "seed_units.csv").read_text(encoding="utf-8-sig").splitlines()
ROSTER = [row["code"] for row in csv.DictReader(SEED) if row["kind"] != "city-committee"]
PLAIN = {
    "done_on": ["2022-03-30", "31/03/2022", "2022-04-01"],
    "document_number": ["", "12/KH-UBND", "07/2022/QĐ-UBND"],
    "document_issuer": ["", "UBND quận Hải Châu"],
    "document_date": ["", "2022-03-29"],
    "received_on": ["", "2022-05-02"],
    "note": ["", "bản giấy", "bản gốc"],
    "evidence": ["", "a.pdf", "b.pdf", "https://example.org/1"],
    "phase": ["", "p1"],
}
ODD = {
    "unit_code": ["48", "nope", "UBND phường Hải Châu I", " 492", "20242", ""],
    "done_on": ["2027-01-01", "2020-01-01", "03/2022", "", "2026-02-01"],
    "document_number": [" 5/KH", "5  /KH", "'=1", "x" * 65, "Ð1", "a\u200bb", "e\u0302"],
    "document_issuer": ["x" * 256, "UBND\n", "\u202e"],
    "document_date": ["2022-12-31", "2030-01-01", "x"],
    "received_on": ["2022-01-01", "2030-01-01", "45000"],
    "note": ["hai\ndòng", "x" * 2001, "\x07"],
    "evidence": ["c.pdf", " a.pdf", "x" * 2001],
    "phase": ["p2", "P1", "p9"],
}


NAMES = {row["code"]: row["name"] for row in csv.DictReader(SEED)}
PLAIN["unit_name"] = ["", "=", "="]  # the name of the unit
ODD["unit_name"] = ["UBND quận Thanh Khê", "  ", "ubnd quận hải châu"]
CHANGES = """old_code,old_name,new_code,new_name,effective_date,resolution,kind_of_change,extent
20242,UBND phường Phước Ninh,20236,UBND phường Hải Châu I,2022-01-10,1/NQ,merge,whole
20236,UBND phường Hải Châu I,20236,UBND phường Hải Châu I,2022-01-10,1/NQ,keep,whole
"""


def _row(draw: st.DrawFn, fields: Sequence[str], code: str) -> dict[str, str]:
    row = {
        field: code if field == "unit_code" else draw(st.sampled_from(PLAIN[field]))
        for field in dict.fromkeys(fields)
    }
    if row.get("unit_name") == "=":
        row["unit_name"] = NAMES[code]
    return row


@st.composite
def files(draw: st.DrawFn) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Two launches files of the same columns, the second with some rows of the first, and some of both odd."""
    fields = ["unit_code", "done_on", *draw(st.sets(st.sampled_from(sorted(set(PLAIN) - {"done_on"}))))]
    codes = draw(st.lists(st.sampled_from(ROSTER), min_size=2, max_size=7, unique=True))
    rows = [_row(draw, fields, code) for code in codes]
    if draw(st.booleans()):  # whoever has no codes writes names, each in a way of her own
        ways = (str, str.lower, str.upper, lambda name: name.replace("UBND ", "Ủy ban nhân dân "))
        for row in rows[: draw(st.integers(1, len(rows)))]:
            row["unit_code"] = draw(st.sampled_from(ways))(NAMES[row["unit_code"]])
    held = rows[: draw(st.integers(0, len(rows)))]
    for each in (rows, held):
        for _time in range(draw(st.integers(0, 2)) if each else 0):
            place = draw(st.integers(0, len(each) - 1))
            field = draw(st.sampled_from(sorted(set(fields))))
            value = draw(st.sampled_from([*ODD[field], *PLAIN.get(field, [])]))
            each[place] = {**each[place], field: value.replace("=", "")}
    if draw(st.integers(0, 4)) == 0:
        rows.append({**rows[0], "unit_code": draw(st.sampled_from([rows[0]["unit_code"], NAMES[codes[0]]]))})
    return held, draw(st.permutations(rows))


def _write(file: Path, rows: list[dict[str, str]]) -> Path:
    """The rows as CSV, or as a workbook in which ISO days are dates and some codes are numbers."""
    if file.suffix == ".csv":
        with file.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return file
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False}) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, list(rows[0]))
        for number, row in enumerate(rows, 1):
            for column, (field, value) in enumerate(row.items()):
                if field in ("done_on", "received_on") and value[4:5] == "-":
                    sheet.write_datetime(number, column, datetime.fromisoformat(value), day)
                elif field == "unit_code" and value.isdigit() and number % 3 == 0:
                    sheet.write_number(number, column, int(value))
                else:
                    sheet.write_string(number, column, value)
    return file


def _import(run: Run, db: Path, file: Path, *options: str) -> tuple[Outcome, str]:
    """What the import said, and the head of the register after it."""
    before = db.read_bytes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dates, "now", lambda: NOW + timedelta(hours=1))  # the same for both ways
        done = run("import", "launches", str(file), *options)
        head = forgeries.anchor(db)
    db.write_bytes(before)
    return done, head


@given(
    both=files(),
    change=st.sampled_from(["", "", "rename", "void", "merge", "forge"]),
    form=st.sampled_from(["csv", "csv", "xlsx"]),
    options=st.sampled_from(
        [[], [], ["--dry-run"], ["--correct", "--reason", "x"], ["--phase", "p1"], ["--phase", "p2"]]
    ),
)
@settings(
    max_examples=examples(40, 1000),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_as_a_whole_is_as_row_by_row(
    run: Run,
    db: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    both: tuple[list[dict[str, str]], list[dict[str, str]]],
    change: str,
    form: str,
    options: list[str],
) -> None:
    """Messages, exit code and the hash of the register are the same, whichever way a file went."""
    fresh = tmp_path / "fresh.db"
    if not fresh.exists():
        shutil.copy(db, fresh)
    shutil.copy(fresh, db)
    held, rows = both
    monkeypatch.chdir(tmp_path)
    for scan in ("a.pdf", "b.pdf"):
        Path(scan).write_text(scan, encoding="utf-8")
    if change == "rename":
        named = ["--name", "UBND quận Hải Châu Mới"]
        assert run("units", "rename", "492", *named, "--on", "2022-01-15", "--doc", "1/NQ").code == 0
    if change == "merge":
        changes = tmp_path / "changes.csv"
        changes.write_text(CHANGES, encoding="utf-8")
        assert run("import", "changes", str(changes)).code == 0
    if held:
        run("import", "launches", str(_write(tmp_path / "held.csv", held)))
    if change == "void":
        run("record", "void", "1", "--reason", "x")
    if change == "forge":
        Path("a.pdf").write_bytes(b"forged")
    file = _write(tmp_path / f"in.{form}", rows)
    options = [*options, "--format-report", "json"] if len(rows) % 2 else options
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(column_rows, "WORTH", 1)
        whole = _import(run, db, file, *options)
        patch.setattr(column_rows, "WORTH", 10**9)
        by_row = _import(run, db, file, *options)
    assert whole == by_row


def test_a_plain_file_goes_as_a_whole(
    run: Run, db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Registrations with contents go in without a look at single rows, and are found with their contents."""
    monkeypatch.setattr(column_rows, "WORTH", 3)
    monkeypatch.setattr(models, "check", None)
    file = tmp_path / "in.csv"
    file.write_text(
        "Mã đơn vị,Ngày đăng ký,Nội dung,Số văn bản\n"
        '492,30/03/2022,"1,3",5/KH-UBND\nUBND phường Phước Ninh,2022-04-02,,\n493,2022-04-02,2,6/QĐ-UBND\n',
        encoding="utf-8",
    )
    done = run("import", "registrations", str(file), "--phase", "p1")
    assert (done.code, done.err) == (0, "")
    assert "3 new" in done.out
    told = run("history", "492", "--format", "csv").out
    assert "5/KH-UBND" in told
    by_content = run("status", "--by", "content", "--phase", "p1", "--format", "csv").out.splitlines()
    assert [line.split(",")[14] for line in by_content[1:4]] == ["1", "1", "1"]


@pytest.mark.parametrize(
    ("above", "below", "said"),
    [
        ("1,2,3", "", "row 2: numbers of the columns"),  # only the first row may number the columns
        ("", "A,1,2", "1 rows refused"),
        (
            "493,2022-03-30",
            "492,2022-03-30,",
            "empty ones too",
        ),  # only the last row may have been cut off
    ],
)
def test_an_odd_row_is_seen_where_it_stands(
    run: Run, db: Path, tmp_path: Path, above: str, below: str, said: str
) -> None:
    """Which row is the first and which the last is the same, whichever rows are looked at one by one."""
    rows = [above, "491,2022-03-30,1/KH", below, "490,2022-03-30,2/KH"]
    file = tmp_path / "in.csv"
    file.write_text(
        "\n".join(["unit_code,done_on,document_number", *filter(None, rows), ""]), encoding="utf-8"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(column_rows, "WORTH", 1)
        whole = _import(run, db, file)
        patch.setattr(column_rows, "WORTH", 10**9)
        assert whole == _import(run, db, file)
    assert said in " ".join((whole[0].out + whole[0].err).split())


def test_a_plain_row_is_of_the_unit_that_it_names(
    run: Run, db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a long list too, a name that is not the code's is refused, and one that is may stand there."""
    monkeypatch.setattr(column_rows, "WORTH", 2)
    file = tmp_path / "in.csv"
    file.write_text(
        f"Mã đơn vị,Tên đơn vị,Ngày phát động\n491,{NAMES['491']},2022-03-30\n492,{NAMES['493']},2022-03-30\n",
        encoding="utf-8",
    )
    done = run("import", "launches", str(file))
    assert done.code == 7
    assert "492" in done.err
    assert "491" not in done.err


def test_examples_stand_in_the_order_of_the_file(
    run: Run, db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was decided as a whole and what was decided alone is told together, row after row."""
    monkeypatch.setattr(column_rows, "WORTH", 2)
    codes = ROSTER[:8]
    file = tmp_path / "in.csv"
    for _time in range(2):  # new, then known
        file.write_text(
            "unit_code,done_on,document_number\n"
            + "".join(
                f"{code},2022-03-30,{'1/KH' if at % 2 else '  1/KH'}\n" for at, code in enumerate(codes)
            ),
            encoding="utf-8",
        )
        told = run("import", "launches", str(file)).out
        assert [line.split()[1] for line in told.splitlines() if line[2:3] in ("+", "=")] == codes[:5]


def test_a_column_is_read_by_the_same_rule_as_a_row() -> None:
    """Each field of a record is read by the function that its model uses."""
    for name, field in models.RecordIn.model_fields.items():
        if name in column_rows.READ:
            assert [mark.func for mark in field.metadata] == [column_rows.READ[name]]
    assert set(models.RecordIn.model_fields) - set(column_rows.READ) == {
        "unit_code", "action", "fields",
    }  # fmt: skip
