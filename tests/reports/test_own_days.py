"""Letters and reports go by a unit's own closing day, and cite the paper that gave it."""

import csv
import json
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

import papers
from conftest import ROOT, Outcome
from thidua_cli.reports import letters, remind
from thidua_cli.reports.moment import read_moment
from thidua_cli.reports.selection import Filter

Run = Callable[..., Outcome]
LAUNCH = ("--obligation", "p1-launch")
HEAD = str(ROOT / "examples" / "letterhead.toml")


@pytest.fixture
def special(run: Run) -> Run:
    """492 extended to 30 April; SYT exempt until 15 April; SCT exempt, and that withdrawn from 21 April on."""
    for done in (
        run("record", "extension", "492", *LAUNCH, "--until", "2022-04-30", "--on", "2022-04-01", "--doc", "50/QĐ-UBND"),
        run("record", "exemption", "SYT", *LAUNCH, "--until", "2022-04-15", "--on", "2022-03-01", "--doc", "51/QĐ-UBND", "--reason", "dịch"),
        run("record", "exemption", "SCT", *LAUNCH, "--on", "2022-03-01", "--doc", "52/QĐ-UBND", "--reason", "dịch"),
        run("record", "withdrawal", "3", "--on", "2022-04-21", "--doc", "53/QĐ-UBND"),
    ):  # fmt: skip
        assert done.code == 0, done.err
    return run


def owed(run: Run, as_of: str, *more: str) -> dict[str, dict[str, object]]:
    """Who is reminded of the launch, by code."""
    done = run("remind", "p1-launch", "--as-of", as_of, *more, "--format", "json", lang="vi")
    assert done.code == 0, done.err
    return {row["unit_code"]: row for row in json.loads(done.out)["rows"]}


def test_within_goes_by_own_days(special: Run) -> None:
    """Overdue and due soon are counted from the unit's own last day; the others keep the plan's."""
    for day, within, expected in (
        ("2022-03-31", "0", {"493", "492"}),  # the extension is of the next day
        ("2022-04-01", "20", {"493"}),
        ("2022-04-01", "29", {"493", "492"}),
        ("2022-04-16", "0", {"493", "SYT"}),
        ("2022-04-20", "9", {"493", "SYT"}),
        ("2022-04-20", "10", {"493", "SYT", "492"}),
        ("2022-04-21", "0", {"493", "SYT", "SCT"}),
        ("2022-05-01", "0", {"493", "SYT", "SCT", "492"}),
    ):
        found = owed(special, day, "--within", within)
        assert {code for code in ("493", "492", "SYT", "SCT") if code in found} == expected, day


@pytest.mark.parametrize(
    ("code", "closes", "days", "words"),
    [
        ("492", "2022-04-30", 1, "30/04/2022, gia hạn theo Quyết định số 50/QĐ-UBND ngày 01/04/2022"),
        ("SYT", "2022-04-15", 16, "15/04/2022, ngày cuối được miễn theo Quyết định số 51/QĐ-UBND ngày 01/03/2022"),
        ("SCT", "2022-04-20", 11, "20/04/2022, ngày cuối được miễn, rút miễn theo Quyết định số 53/QĐ-UBND ngày 21/04/2022"),
        ("493", "2022-03-31", 31, "31/03/2022"),
    ],
)  # fmt: skip
def test_a_unit_is_told_its_own_day_and_the_paper_that_gave_it(
    special: Run, db: Path, code: str, closes: str, days: int, words: str
) -> None:
    """In the rows and in its letter, with how long it is overdue by that day."""
    row = owed(special, "2022-05-01")[code]
    assert (row["due_on"], row["closes_on"], row["days_overdue"]) == ("2022-03-31", closes, days)
    assert (row["due_text"], row["days_text"]) == (words, f"quá hạn {days} ngày")
    with sqlite3.connect(db) as connection:
        found = remind.read(connection, read_moment(connection, date(2022, 5, 1), None), Filter("p1"))
        made = {name.rpartition("-")[2]: data for name, data in letters.letters(found, papers.head())}
    cells = [cell.text for cell in papers.opened(made[f"{code}.docx"]).tables[1].rows[1].cells]
    assert cells[2:4] == [words, f"quá hạn {days} ngày"]


def test_a_later_extension_and_a_moved_deadline_take_its_place(special: Run) -> None:
    """The extension decided last is cited; where the plan gives a later day for all, only the plan's decision."""
    special(
        "record",
        "extension",
        "492",
        *LAUNCH,
        "--until",
        "2022-05-31",
        "--on",
        "2022-04-25",
        "--doc",
        "60/QĐ-UBND",
    )
    assert "60/QĐ-UBND" in str(owed(special, "2022-06-01")["492"]["due_text"])
    assert "50/QĐ-UBND" in str(owed(special, "2022-04-24", "--within", "10")["492"]["due_text"])
    special("plan", "amend", "--due", "p1-launch=2022-06-30", "--doc", "70/QĐ-UBND", "--on", "2022-05-20")
    for code in ("492", "SYT", "493"):
        assert (
            owed(special, "2022-07-01")[code]["due_text"]
            == "30/06/2022, theo Quyết định số 70/QĐ-UBND ngày 20/05/2022"
        )


def test_one_letter_for_all_counts_own_deadlines(special: Run, db: Path) -> None:
    """The point names the plan's day, and how many have another; the list has each one's."""
    with sqlite3.connect(db) as connection:
        found = remind.read(
            connection, read_moment(connection, date(2022, 5, 1), None), Filter(), obligation="p1-launch"
        )
        [(_name, data)] = letters.letters(found, papers.head(), one=True)
    told = papers.words(data)
    assert (
        "(thời hạn 31/03/2022): 116 cơ quan, đơn vị chưa có kế hoạch hoặc văn bản phát động thi đua, trong đó 3 có thời hạn riêng."
        in told
    )
    assert told.count("gia hạn theo Quyết định số 50/QĐ-UBND") == 1


def test_the_report_shows_extensions_and_exemptions_with_their_last_day(special: Run) -> None:
    """Annex III has both, with document and last day; the rows of JSON too; a report without any is as before."""
    annex = (
        special("report", "--as-of", "2022-04-10", "-f", "md").out.split("## Annex III")[1].split("\n## ")[0]
    )
    assert "| 2 | SYT | Sở Y tế | Launch | 2022-03-01 | 2022-04-15 | 51/QĐ-UBND | dịch |" in annex
    assert (
        "| 1 | 492 | UBND quận Hải Châu | Launch | 2022-04-30 | extension | 50/QĐ-UBND | 2022-04-01 |"
        in annex
    )
    later = special("report", "--as-of", "2022-05-01", "-f", "md").out.split("## Annex III")[1]
    assert "Units with a deadline of their own: 3" in later
    assert "| Own deadline | The unit's own last day" in later
    found = json.loads(special("report", "--as-of", "2022-05-01", "-f", "json").out)
    assert [(row["unit_code"], row["closes_on"], row["paper"], row["record_id"]) for row in found["own_deadlines"]] == [
        ("SCT", "2022-04-20", "withdrawal", 4), ("SYT", "2022-04-15", "exemption", 2), ("492", "2022-04-30", "extension", 1),
    ]  # fmt: skip
    assert found["exemptions"] == []
    assert (
        json.loads(special("report", "--as-of", "2022-04-10", "-f", "json").out)["exemptions"][1]["until"]
        == "2022-04-15"
    )
    plain = special("report", "--as-of", "2022-03-31", "--known-at", "#1", "-f", "md").out
    assert "wn deadline" not in plain
    assert "Until" not in plain


def test_annex_i_names_the_own_deadline_of_who_has_not_done_it(special: Run) -> None:
    """In a column that is there only where one of them has such a day."""
    annex = (
        special("report", "--as-of", "2022-04-10", "-f", "md").out.split("## Annex I.")[1].split("\n## ")[0]
    )
    assert "| 492 | UBND quận Hải Châu | Pending | 2022-04-30 |" in annex
    assert "| 493 | UBND quận Sơn Trà | Overdue |  |" in annex


def test_a_deadline_of_phase_2_that_a_decision_adds_makes_the_right_letters(run: Run, tmp_path: Path) -> None:
    """Each unit of the roster that has not launched gets one within 60 days of the new day; the others none."""
    before = run("remind", "p2-launch", "--within", "60", "--as-of", "2026-03-01", "-f", "csv").out
    assert before.count("\n") == 1
    done = run("plan", "amend", "--due", "p2-launch=2026-04-30", "--doc", "12/KH-UBND", "--on", "2026-02-10")
    assert done.code == 0, done.err
    run("record", "launch", "SCT", "--on", "2026-02-20", "--doc", "1/KH-SCT", "--phase", "p2")
    run(
        "record", "extension", "SYT", "--obligation", "p2-launch", "--until", "2026-06-30",
        "--on", "2026-02-25", "--doc", "13/QĐ-UBND",
    )  # fmt: skip
    folder = tmp_path / "out"
    written = run(
        "remind",
        "p2-launch",
        "--within",
        "60",
        "--as-of",
        "2026-03-01",
        "-o",
        str(folder),
        "--letterhead",
        HEAD,
    )
    assert written.code == 0, written.err
    [status] = json.loads(run("status", "--phase", "p2", "--as-of", "2026-03-01", "-f", "json").out)["rows"][
        :1
    ]
    listed = list(
        csv.DictReader((folder / "remind-2026-03-01.csv").read_text(encoding="utf-8-sig").splitlines())
    )
    codes = [row["unit_code"] for row in listed]
    assert len(codes) == len(set(codes)) == status["pending"] - 1 == status["roster"] - 2
    assert not {"SCT", "SYT"} & set(codes)
    assert {path.name for path in folder.glob("*.docx")} == {row["file"] for row in listed}
    told = papers.words((folder / "remind-2026-03-01-SDL.docx").read_bytes())
    for words in (
        "Phát động phong trào thi đua giai đoạn 2",
        "30/04/2026, theo Kế hoạch số 12/KH-UBND ngày 10/02/2026",
        "còn 60 ngày",
    ):
        assert words in told
    assert "SYT" not in owed_p2(run, "2026-05-01")
    assert (
        owed_p2(run, "2026-05-02", "--within", "59")["SYT"]
        == "30/06/2026, gia hạn theo Quyết định số 13/QĐ-UBND ngày 25/02/2026"
    )


def owed_p2(run: Run, as_of: str, *more: str) -> dict[str, str]:
    """The deadline as a letter says it, of each unit that is reminded of the launch of phase 2."""
    done = run("remind", "p2-launch", "--as-of", as_of, *more, "--format", "json", lang="vi")
    return {row["unit_code"]: row["due_text"] for row in json.loads(done.out)["rows"]}
