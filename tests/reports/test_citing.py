"""The plan's own paper and the decisions that moved a deadline, as reports and letters cite them."""

import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

import papers
from conftest import Outcome
from thidua_cli.ground import language
from thidua_cli.register.plan import Decision, Source, load_plan
from thidua_cli.reports import citing, letters, remind
from thidua_cli.reports.moment import read_moment
from thidua_cli.reports.selection import Filter

Run = Callable[..., Outcome]
CITED = "Kế hoạch số 01/KH-UBND ngày 01/12/2021 của UBND thành phố Đà Nẵng phát động phong trào thi đua"


@pytest.mark.parametrize(
    ("source", "vietnamese", "english"),
    [
        (Source(None, None, None, None), "", ""),
        (Source("7", None, None, None), "Kế hoạch số 7", "Plan 7"),
        (Source(None, "UBND X", "2021-12-01", None), "Kế hoạch ngày 01/12/2021 của UBND X", "Plan of 2021-12-01, UBND X"),
        (Source("7/KH-UBND", None, None, "Kế hoạch phát động thi đua"), "Kế hoạch số 7/KH-UBND phát động thi đua", 'Plan 7/KH-UBND, "Kế hoạch phát động thi đua"'),
        (Source("7/KH-UBND", None, None, "Phát động thi đua"), "Kế hoạch số 7/KH-UBND về phát động thi đua", 'Plan 7/KH-UBND, "Phát động thi đua"'),
        (Source("923/QĐ-TTg", "Thủ tướng Chính phủ", "2025-05-14", "Quyết định ban hành Kế hoạch"), "Quyết định số 923/QĐ-TTg ngày 14/05/2025 của Thủ tướng Chính phủ ban hành Kế hoạch", 'Decision 923/QĐ-TTg of 2025-05-14, Thủ tướng Chính phủ, "Quyết định ban hành Kế hoạch"'),
    ],
)  # fmt: skip
def test_the_paper_of_a_plan(
    register: sqlite3.Connection, source: Source, vietnamese: str, english: str
) -> None:
    """What is known of it is said in the order of Decree 30, what is not is left out."""
    plan = load_plan(register)._replace(source=source)
    assert citing.plan_paper(plan) == vietnamese
    with language.speaking("en"):
        assert citing.plan_paper(plan) == english


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("45/QĐ-UBND", "Quyết định số 45/QĐ-UBND"),
        ("07/2025/qđ-ubnd", "Quyết định số 07/2025/qđ-ubnd"),
        ("05-NQ/TU", "Nghị quyết số 05-NQ/TU"),
        ("12/TTr-STTTT", "Tờ trình số 12/TTr-STTTT"),
        ("2231/SNV-CCHC&PC", "văn bản số 2231/SNV-CCHC&PC"),
        ("17", "văn bản số 17"),
    ],
)
def test_the_symbol_of_a_number_names_its_sort(number: str, words: str) -> None:
    """A number without a symbol that says so is a document's."""
    decision = Decision(1, "2022-03-25", number, "UBND X", None, 2)
    assert citing.decision_paper(decision) == f"{words} ngày 25/03/2022 của UBND X"


@pytest.fixture
def amended(run: Run, tmp_path: Path) -> Run:
    """A register whose plan has a paper since a decision of 10 February 2022, and a moved launch since March."""
    file = tmp_path / "a.toml"
    file.write_text(
        '[movement]\ndocument_number = "01/KH-UBND"\ndocument_issuer = "UBND thành phố Đà Nẵng"\n'
        'document_date = 2021-12-01\ndocument_title = "Kế hoạch phát động phong trào thi đua"\n',
        encoding="utf-8",
    )
    run("plan", "amend", str(file), "--doc", "9", "--on", "2022-02-10")
    run(
        "plan", "amend", "--due", "p1-launch=2022-04-02", "--due", "p1-review=none", "--doc", "45/QĐ-UBND",
        "--issuer", "UBND thành phố", "--on", "2022-03-25",
    )  # fmt: skip
    return run


def test_letters_rest_on_the_paper_of_the_plan(amended: Run, db: Path) -> None:
    """They open with it, and cite the decision that moved a deadline; without either they are as before."""
    with sqlite3.connect(db) as connection:
        for day, opening, limit in (
            ("2022-04-04", f"Thực hiện {CITED}, tính đến hết ngày", "02/04/2022, theo Quyết định số 45/QĐ-UBND ngày 25/03/2022 của UBND thành phố"),
            ("2022-03-20", f"Thực hiện {CITED}, tính đến hết ngày", "31/03/2022"),
            ("2022-02-09", "Triển khai phong trào thi đua chuyển đổi số thành phố Đà Nẵng, tính đến", "31/03/2022"),
        ):  # fmt: skip
            at = read_moment(connection, date.fromisoformat(day), None)
            found = remind.read(connection, at, Filter(), obligation="p1-launch", within=60)
            for one in (False, True):
                _name, data = next(letters.letters(found, papers.head(), one=one))
                told = papers.words(data)
                assert opening in told
                assert limit in told
                assert ("QĐ-UBND" in told) is ("QĐ-UBND" in limit)


def test_a_deadline_that_was_taken_away_is_cited(amended: Run) -> None:
    """The unit is told that there is none, by which decision, and when the phase ends."""
    told = amended("remind", "p1-review", "--as-of", "2026-02-01", "-f", "json", lang="vi").out
    assert (
        "bỏ hạn theo Quyết định số 45/QĐ-UBND ngày 25/03/2022 của UBND thành phố; giai đoạn kết thúc 31/12/2025"
        in told
    )


def test_the_weekly_report_rests_on_the_paper_and_marks_what_was_moved(amended: Run) -> None:
    """The summary opens with the paper; a moved deadline is marked in its row, with the decision below."""
    told = amended("report", "--as-of", "2022-04-04", "-f", "md", lang="vi").out
    assert f"Thực hiện {CITED}, tính đến hết ngày 04/04/2022, chưa có đơn vị nào phát động" in told
    obligations = told.split("## 2. ")[1].split("## 3. ")[0].replace("\\*", "*")
    assert "| Phát động * |" in obligations
    assert (
        "* Phát động · P1: hạn 02/04/2022 theo Quyết định số 45/QĐ-UBND ngày 25/03/2022 của UBND thành phố."
        in obligations
    )
    english = amended("report", "--as-of", "2022-04-04", "-f", "md").out
    assert "Under Plan 01/KH-UBND of 2021-12-01, UBND thành phố Đà Nẵng" in english
    before = amended("report", "--as-of", "2022-02-09", "-f", "md", lang="vi").out
    assert ("Thực hiện Kế hoạch" in before, "45/QĐ-UBND" in before) == (False, False)
    assert f"Thực hiện {CITED}." in amended("plan", lang="vi").out.replace("\n", " ")


def test_a_list_does_not_cite_one_decision_in_every_row(amended: Run, db: Path) -> None:
    """The letter for all cites it in its point; tables of many units have the day alone."""
    with sqlite3.connect(db) as connection:
        at = read_moment(connection, date(2022, 4, 4), None)
        found = remind.read(connection, at, Filter(), obligation="p1-launch")
        [(_name, data)] = letters.letters(found, papers.head(), one=True)
    assert papers.words(data).count("45/QĐ-UBND") == 1
    assert "45/QĐ-UBND" not in amended("remind", "p1-launch", "--as-of", "2022-04-04").out
