"""Results that an action of the plan asks for: a grade, a score, an award."""

import csv
import io
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import ROOT, Outcome

Run = Callable[..., Outcome]
PLAN = ROOT / "examples" / "graded_movement.toml"
CLOSING = ("record", "closing", "492", "--on", "2025-10-20")
GRADED = (*CLOSING, "--field", "xep-loai=tốt", "--field", "DIEM=87,50")

pytestmark = pytest.mark.usefixtures("graded")


@pytest.fixture
def graded(db: Path, run: Run) -> None:
    """The register of the invented movement, in the file that `run` uses."""
    db.unlink()
    assert run("init", "--plan", str(PLAN)).code == 0


def rows(run: Run, *arguments: str) -> list[dict[str, object]]:
    done = run(*arguments, "--format", "json")
    assert done.code == 0, done.err
    found: list[dict[str, object]] = json.loads(done.out)["rows"]
    return found


def test_results_are_kept_as_the_plan_writes_them(run: Run) -> None:
    """A choice in any case, a number with either decimal sign; `list` and `history` show them."""
    done = run(*GRADED)
    assert (done.code, done.err) == (0, "")
    assert "Grade: Tốt, Score: 87.5" in done.out
    assert "already recorded as #1" in run(*GRADED).out
    [row] = [row for row in rows(run, "list", "d1-closing", "--as-of", "2025-11-01") if row["record_id"]]
    assert (row["xep-loai"], row["diem"]) == ("Tốt", 87.5)
    assert "xep-loai" not in rows(run, "list", "d1-pledge", "--as-of", "2025-11-01")[0]
    [past] = [row for row in rows(run, "history", "492") if row["event"] == "closing"]
    assert past["fields"] == {"diem": 87.5, "xep-loai": "Tốt"}
    assert "Xếp loại: Tốt, Điểm: 87,5" in run("history", "492", lang="vi").out


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("xep-loai=Giỏi", "Xuất sắc; Tốt; Khá; Trung bình"),
        ("hang=1", "xep-loai, diem"),
        ("diem=101", "from 0 to 100"),
        ("diem=1.000", "two decimals"),
        ("diem=chín", "two decimals"),
        ("diem", "CODE=VALUE"),
    ],
)
def test_what_the_plan_does_not_allow_is_a_usage_error(run: Run, given: str, words: str) -> None:
    """Exit 2, with what it may be; nothing is written."""
    done = run(*CLOSING, "--field", given)
    assert done.code == 2
    assert words in done.err
    assert run("record", "pledge", "492", "--on", "2023-03-30", "--field", "xep-loai=Tốt").code == 2


def test_other_results_are_another_record(run: Run) -> None:
    """The same key with another grade is refused with the command that corrects; results left out say nothing."""
    run(*GRADED)
    done = run(*CLOSING, "--field", "xep-loai=Khá")
    assert done.code == 6
    assert "xep-loai=Khá" in done.err
    assert "already recorded" in run(*CLOSING).out


def test_a_correction_keeps_the_results_that_it_does_not_name(run: Run) -> None:
    """An empty value takes one away; undo brings the old ones back."""
    run(*GRADED)
    assert run("record", "correct", "1", "--field", "xep-loai=Khá", "--reason", "nhầm").code == 0
    assert rows(run, "history", "492")[-1]["fields"] == {"diem": 87.5, "xep-loai": "Khá"}
    assert run("record", "correct", "2", "--field", "diem=", "--reason", "nhầm").code == 0
    assert rows(run, "history", "492")[-1]["fields"] == {"xep-loai": "Khá"}
    assert run("undo", "4", "--reason", "thử").code == 0
    assert run("undo", "3", "--reason", "thử").code == 0
    [row] = [row for row in rows(run, "list", "d1-closing", "--as-of", "2025-11-01") if row["record_id"]]
    assert (row["xep-loai"], row["diem"]) == ("Tốt", 87.5)
    assert run("verify").code == 0


def test_files_have_a_column_for_each_result(run: Run, tmp_path: Path) -> None:
    """By its code or either title; what is exported goes in unchanged, in every format."""
    file = tmp_path / "closings.csv"
    file.write_text(
        'Mã đơn vị,Ngày tổng kết,Xếp loại,Score\n492,20/10/2025,xuất sắc,"95,5"\n490,21/10/2025,Khá,\n',
        encoding="utf-8",
    )
    assert run("import", "closings", str(file)).code == 0
    exported = run("export", "closings").out
    found = [(row["xep-loai"], row["diem"]) for row in csv.DictReader(io.StringIO(exported))]
    assert found == [("Xuất sắc", "95.5"), ("Khá", "")]
    for form in ("csv", "json", "xlsx"):
        path = tmp_path / f"again.{form}"
        assert run("export", "closings", "-o", str(path)).code == 0
        done = run("import", "closings", str(path), "--format-report", "json")
        assert json.loads(done.out)["unchanged"] == 2, done.out
    template = tmp_path / "t.xlsx"
    assert run("import", "closings", "--template", "-o", str(template)).code == 0
    wrong = exported.replace("Khá", "Giỏi").encode()
    done = run("import", "closings", "-", "--format", "csv", stdin=wrong)
    assert done.code == 7
    assert "Giỏi" in done.err
    assert "xep-loai" in done.err
    changed = exported.replace("Khá", "Tốt").encode()
    options = ("--format", "csv", "--correct", "--reason", "xét lại")
    assert run("import", "closings", "-", *options, stdin=changed).code == 0
    assert run("export", "closings").out.count("Tốt") == 1


def test_status_counts_each_value_and_those_without(run: Run) -> None:
    """Choices in the plan's order, numbers from the highest down; only units that have done it count."""
    run(*GRADED)
    run(
        "record",
        "closing",
        "490",
        "491",
        "--on",
        "2025-11-10",
        "--field",
        "xep-loai=Xuất sắc",
        "--field",
        "diem=9",
    )
    run("record", "closing", "493", "--on", "2025-10-01")
    found = rows(run, "status", "--by", "xep-loai", "--as-of", "2025-11-30")
    assert [(row["group"], row["done"], row["on_time"], row["late"]) for row in found] == [
        ("Xuất sắc", 2, 0, 2),
        ("Tốt", 1, 1, 0),
        ("Khá", 0, 0, 0),
        ("Trung bình", 0, 0, 0),
        ("", 1, 1, 0),
    ]
    scores = rows(run, "status", "--by", "diem", "--as-of", "2025-11-30")
    assert [(row["group"], row["done"]) for row in scores] == [("87.5", 1), ("9", 2), ("", 1)]
    assert "Xuất sắc" in run("status", "--by", "xep-loai", "--as-of", "2025-11-30").out
    unknown = run("status", "--by", "mau")
    assert (unknown.code, "xep-loai, diem" in unknown.err) == (2, True)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_movement_runs_to_its_letters_and_reports(run: Run, tmp_path: Path, lang: str) -> None:
    """Interim reports by occasion, grades and awards; the weekly report has a section of results only then."""
    run("record", "interim", "492", "--on", "2023-12-10", "--occasion", "2023")
    assert (
        "Kết quả"
        not in run("report", "--as-of", "2024-01-01", "--format", "md", lang="vi").out.split("5. ")[1]
    )
    run(*GRADED)
    run("record", "award", "492", "--on", "2025-12-01", "--field", "hinh-thuc=Bằng khen")
    page = run("report", "--as-of", "2025-12-20", "--format", "md", lang=lang).out
    for words in {
        "vi": ("5. Kết quả", "6. Thay đổi", "Bằng khen"),
        "en": ("5. Results", "6. What changed", "Bằng khen"),
    }[lang]:
        assert words in page
    data = json.loads(run("report", "--as-of", "2025-12-20", "--format", "json").out)
    assert {row["result"] for row in data["by_result"]} == {"xep-loai", "diem", "hinh-thuc", "thanh-tich"}
    folder = tmp_path / "letters"
    done = run("remind", "--as-of", "2025-12-20", "-o", str(folder), "--one", lang=lang)
    assert done.code == 0, done.err
    owed = rows(run, "remind", "--as-of", "2025-12-20")
    assert len({row["obligation_title"] for row in owed}) == 5


def test_a_forged_result_is_found(run: Run, db: Path) -> None:
    """A changed value breaks the chain; one that no plan allows is a finding by itself."""
    run(*GRADED)
    with sqlite3.connect(db) as plain:
        for trigger in plain.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            plain.execute(f"DROP TRIGGER {trigger[0]}")
        plain.execute("UPDATE record_field SET value = 'Giỏi' WHERE field = 'xep-loai'")
        plain.execute("UPDATE record_field SET value = '870' WHERE field = 'diem'")
    found = run("verify")
    assert found.code == 3
    assert "xep-loai cannot be 'Giỏi'" in found.out + found.err
    assert "diem cannot be '870'" in found.out + found.err


def test_a_decision_adds_results_and_choices(run: Run, tmp_path: Path) -> None:
    """From its day on they may be given; undo refuses while a record says one of them."""
    file = tmp_path / "more.toml"
    file.write_text(
        '[[actions]]\ncode = "closing"\n[[actions.fields]]\ncode = "xep-loai"\nvalues = ["Đặc biệt", "tốt"]\n'
        '[[actions.fields]]\ncode = "nguoi-cham"\ntitle_vi = "Người chấm"\ntitle_en = "Marked by"\n',
        encoding="utf-8",
    )
    line = (*CLOSING, "--field", "xep-loai=đặc biệt", "--field", "nguoi-cham=Lan")
    assert run(*line).code == 2
    done = run("plan", "amend", str(file), "--doc", "9/QĐ", "--on", "2025-09-01")
    assert done.code == 0, done.err
    assert "closing: xep-loai gains 'Đặc biệt'" in done.out
    assert "closing.nguoi-cham: new" in done.out
    assert "gains 'Tốt'" not in done.out
    assert run(*line).code == 0
    assert "Marked by: Lan" in run("history", "492").out
    assert "Đặc biệt" in run("plan").out
    assert "Đặc biệt" not in run("plan", "--as-of", "2025-08-31").out
    assert "nguoi-cham" in run("plan", "history").out
    assert run("verify").code == 0
    assert run("undo", "2", "--reason", "thử").code == 6
    assert run("record", "void", "1", "--reason", "thử").code == 0
    assert run("undo", "2", "--reason", "thử").code == 0
    assert run(*line).code == 2
    assert run("record", "closing", "490", "--on", "2025-10-20", "--field", "xep-loai=Tốt").code == 0


def test_only_choices_gain_values(run: Run, tmp_path: Path) -> None:
    """Values for a number, or of a result with its type again, are rejected."""
    file = tmp_path / "more.toml"
    for more in ('code = "diem"\nvalues = ["1"]', 'code = "xep-loai"\ntype = "text"'):
        file.write_text(f'[[actions]]\ncode = "closing"\n[[actions.fields]]\n{more}\n', encoding="utf-8")
        assert run("plan", "amend", str(file), "--doc", "9/QĐ", "--on", "2025-09-01").code == 7
