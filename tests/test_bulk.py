"""A long and plain list decided as a whole: the same result as row by row, in a tenth of the time."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import ROOT, Outcome
from thidua_cli import models
from thidua_cli.imports import bulk, records

Run = Callable[..., Outcome]
SEED = (ROOT / "data" / "seed_units.csv").read_text(encoding="utf-8-sig").splitlines()
ROSTER = [row["code"] for row in csv.DictReader(SEED) if row["kind"] != "city-committee"]
PLAIN = {
    "done_on": ["2022-03-30", "31/03/2022", "2022-04-01"],
    "document_number": ["", "12/KH-UBND", "07/2022/QĐ-UBND"],
    "document_issuer": ["", "UBND quận Hải Châu"],
    "document_date": ["", "2022-03-29"],
    "received_on": ["", "2022-05-02"],
    "note": ["", "bản giấy"],
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
    "phase": ["p2", "P1", "p9"],
}


@st.composite
def files(draw: st.DrawFn) -> list[dict[str, str]]:
    """Rows of a launches file: all plain, or with one odd value."""
    fields = ["unit_code", "done_on", *draw(st.sets(st.sampled_from(sorted(PLAIN)[:-1])))]
    codes = draw(st.lists(st.sampled_from(ROSTER), min_size=1, max_size=6, unique=True))
    rows = [
        {
            field: code if field == "unit_code" else draw(st.sampled_from(PLAIN[field]))
            for field in dict.fromkeys(fields)
        }
        for code in codes
    ]
    if draw(st.booleans()):
        field = draw(st.sampled_from(sorted(set(fields))))
        draw(st.sampled_from(rows))[field] = draw(st.sampled_from(ODD[field]))
    if draw(st.integers(0, 9)) == 0:
        rows.append(rows[0])
    return rows


def _import(run: Run, db: Path, file: Path, *options: str) -> tuple[Outcome, str]:
    """What the import said, and the head of the register after it."""
    before = db.read_bytes()
    done = run("import", "launches", str(file), *options)
    head = run("status", "--format", "json").out
    db.write_bytes(before)
    return done, head


@given(rows=files(), change=st.sampled_from(["", "units rename 492", "record", "void", "dry"]))
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_as_a_whole_is_as_row_by_row(
    run: Run, db: Path, tmp_path: Path, rows: list[dict[str, str]], change: str
) -> None:
    """Messages, exit code and the hash of the register are the same, whichever way a file went."""
    fresh = tmp_path / "fresh.db"
    if not fresh.exists():
        shutil.copy(db, fresh)
    shutil.copy(fresh, db)
    if change.startswith("units"):
        run(*change.split(), "UBND quận Hải Châu Mới", "--on", "2022-01-15", "--doc", "1/NQ")
    if change in ("record", "void"):
        run("record", "launch", rows[0]["unit_code"], "--on", "2022-03-30")
    if change == "void":
        run("record", "void", "1", "--reason", "x")
    file = tmp_path / "in.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    options = ["--dry-run"] if change == "dry" else []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk, "WORTH", 1)
        whole = _import(run, db, file, *options)
        patch.setattr(bulk, "WORTH", 10**9)
        by_row = _import(run, db, file, *options)
    assert whole == by_row


def test_a_plain_file_goes_as_a_whole(
    run: Run, db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Registrations with contents go in without a look at single rows, and are found with their contents."""
    monkeypatch.setattr(bulk, "WORTH", 3)
    monkeypatch.setattr(records, "check", None)
    file = tmp_path / "in.csv"
    file.write_text(
        "Mã đơn vị,Ngày đăng ký,Nội dung,Số văn bản\n"
        '492,30/03/2022,"1,3",5/KH-UBND\n20242,2022-04-02,,\n493,2022-04-02,2,6/QĐ-UBND\n',
        encoding="utf-8",
    )
    done = run("import", "registrations", str(file))
    assert (done.code, done.err) == (0, "")
    assert "3 new" in done.out
    told = run("history", "492", "--format", "csv").out
    assert "5/KH-UBND" in told
    by_content = run("status", "--by", "content", "--phase", "p1", "--format", "csv").out.splitlines()
    assert [line.split(",")[14] for line in by_content[1:4]] == ["1", "1", "1"]


def test_a_column_is_read_by_the_same_rule_as_a_row() -> None:
    """Each field of a record is read by the function that its model uses."""
    for name, field in models.RecordIn.model_fields.items():
        if name in bulk.READ:
            assert [mark.func for mark in field.metadata] == [bulk.READ[name]]
    assert set(models.RecordIn.model_fields) - set(bulk.READ) == {
        "unit_code", "unit_name", "action", "evidence_sha256",
    }  # fmt: skip
