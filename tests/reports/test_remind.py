"""Reminders: who gets a letter, what it says, and files that are whole or not there."""

import csv
import errno
import json
import os
import re
import sqlite3
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH

import build
import papers
from conftest import ROOT, Outcome
from thidua_cli import store
from thidua_cli.reports import letters, remind
from thidua_cli.reports import papers as report_papers
from thidua_cli.reports.moment import read_moment
from thidua_cli.reports.selection import Filter

Run = Callable[..., Outcome]
HEAD = str(ROOT / "examples" / "letterhead.toml")


def rows(done: Outcome) -> list[dict[str, object]]:
    """The rows of a JSON output."""
    assert done.code == 0, done.err
    found: list[dict[str, object]] = json.loads(done.out)["rows"]
    return found


def test_who_is_overdue_is_reminded(run: Run) -> None:
    """The units of `check`, each with its obligation, how long it is overdue, and the paper that is missing."""
    run("record", "launch", "492", "SCT", "--on", "2022-03-30")
    found = rows(run("remind", "--as-of", "2022-04-04", "--format", "json", lang="vi"))
    [verdict] = json.loads(run("check", "p1-launch", "--as-of", "2022-04-04", "--format", "json").out)["rows"]
    assert [row["unit_code"] for row in found] == verdict["unit_codes"]
    assert len(found) == 114
    assert found[0] == {
        "unit_code": "SDL", "unit_name": "Sở Du lịch", "kind": "department", "level": "city",
        "obligation": "p1-launch", "action": "launch", "state": "overdue", "due_on": "2022-03-31",
        "closes_on": "2022-03-31", "days_overdue": 4, "missing": "kế hoạch hoặc văn bản phát động thi đua",
        "file": "remind-2022-04-04-SDL.docx", "obligation_title": "Phát động phong trào thi đua giai đoạn 1",
        "due_text": "31/03/2022", "days_text": "quá hạn 4 ngày",
    }  # fmt: skip


def test_within_adds_what_falls_due(register: sqlite3.Connection) -> None:
    """On the due day of N days ahead a unit is reminded, a day earlier it is not."""
    for day, within, number in (
        (date(2022, 3, 21), 10, 116),
        (date(2022, 3, 20), 10, 0),
        (date(2022, 3, 31), 0, 116),
        (date(2022, 3, 31), None, 0),
    ):
        at = read_moment(register, day, None)
        assert len(remind.read(register, at, Filter(), within=within).debts) == number


def test_units_that_have_ended_get_no_letter(register: sqlite3.Connection) -> None:
    """Overdue is nobody's to do once the unit is gone; the others go under their names of the day."""
    with store.write(register, actor="test", command="units") as writer:
        build.unit(writer, "E1", "other", "city", "2021-01-01", ended="2022-04-03")
        kept = build.unit(writer, "E2", "other", "city", "2021-01-01")
        build.version(writer, kept, "E3", "2022-04-02")
    found = remind.read(
        register, read_moment(register, date(2022, 4, 4), None), Filter(), obligation="p1-launch"
    )
    codes = {debt.unit.code for debt in found.debts}
    assert "E1" not in codes
    assert "E2" not in codes
    assert "E3" in codes


def test_a_unit_gets_one_letter_for_all_it_owes(register: sqlite3.Connection) -> None:
    """Launch, registration and review stand in the table of one letter, in the plan's order."""
    found = remind.read(register, read_moment(register, date(2026, 2, 4), None), Filter("p1"))
    debt = next(debt for debt in found.debts if debt.unit.code == "SCT")
    assert [duty.item.code for duty in debt.owed] == ["p1-launch", "p1-registration", "p1-review"]
    name, data = next(each for each in letters.letters(found, papers.head()) if "SCT" in each[0])
    assert name == "remind-2026-02-04-SCT.docx"
    table = papers.opened(data).tables[1]
    assert [[cell.text for cell in row.cells] for row in table.rows][1] == [
        "1", "Phát động phong trào thi đua giai đoạn 1", "31/03/2022", "quá hạn 1.406 ngày",
        "kế hoạch hoặc văn bản phát động thi đua",
    ]  # fmt: skip
    assert len(table.rows) == 4


def test_a_letter_sets_no_deadline_that_the_plan_does_not_set(register: sqlite3.Connection) -> None:
    """An obligation without a due day says so, in the letter, in the list and in the rows."""
    at = read_moment(register, date(2026, 2, 4), None)
    found = remind.read(register, at, Filter("p1"), obligation="p1-registration")
    none = "không đặt hạn; giai đoạn kết thúc 31/12/2025"
    for one in (True, False):
        _name, data = next(letters.letters(found, papers.head(), one=one))
        row = papers.opened(data).tables[-1 if one else 1].rows[2 if one else 1]
        assert [cell.text for cell in row.cells][2 + one :][:2] == [none, "giai đoạn đã hết 35 ngày"]
        assert "quá hạn" not in papers.words(data)
        assert "thời hạn" not in papers.words(data)
    first = remind.build(found).rows[0]
    assert (first["due_on"], first["due_text"]) == (None, none)


def test_a_letter_names_whose_it_is(register: sqlite3.Connection) -> None:
    """The body of the letterhead has not had the paper, and is where to send it."""
    found = remind.read(
        register, read_moment(register, date(2022, 4, 4), None), Filter(), obligation="p1-launch"
    )
    for one in (True, False):
        _name, data = next(letters.letters(found, papers.head(), one=one))
        assert "Sở Thông tin và Truyền thông chưa nhận được văn bản của" in papers.words(data)
        assert "về Sở Thông tin và Truyền thông (đầu mối:" in papers.words(data)


def test_the_points_of_a_letter_stand_in_the_order_of_the_plan(register: sqlite3.Connection) -> None:
    """Whoever owes what first, and obligations of one action are told apart."""
    found = remind.read(register, read_moment(register, date(2026, 2, 4), None), Filter("p1"))
    [(_name, data)] = letters.letters(found, papers.head(), one=True)
    points = [line for line in papers.words(data).splitlines() if line.startswith("- ") and "chưa có" in line]
    assert [point.partition(":")[0] for point in points] == [
        "- Phát động phong trào thi đua giai đoạn 1 (thời hạn 31/03/2022)",
        "- Đăng ký thi đua giai đoạn 1 (không đặt hạn; giai đoạn kết thúc 31/12/2025)",
        "- Tổng kết phong trào thi đua giai đoạn 1 (tổng kết đơn vị; thời hạn 31/12/2025)",
        "- Tổng kết phong trào thi đua giai đoạn 1 (tổng kết cấp huyện; thời hạn 31/12/2025)",
        "- Tổng kết phong trào thi đua giai đoạn 1 (tổng kết thành phố; thời hạn 31/12/2025)",
    ]  # fmt: skip
    body = papers.opened(data).paragraphs
    assert all(each.alignment == WD_ALIGN_PARAGRAPH.LEFT for each in body if each.text.startswith("- "))


@pytest.mark.parametrize(
    "options",
    [("--one",), ("--letterhead", HEAD), ("--answer-by", "2030-01-01")],
    ids=lambda options: options[0],
)
@pytest.mark.parametrize("output", [(), ("-o", "-"), ("-o", "list.csv")], ids=str)
def test_options_of_letters_need_a_place_for_letters(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    output: tuple[str, ...],
) -> None:
    """Where only a list is written they would be ignored, and are refused by name."""
    monkeypatch.chdir(tmp_path)
    done = run("remind", "--as-of", "2022-04-04", *options, *output)
    assert (done.code, done.out) == (2, "")
    assert options[0] in done.err
    assert not list(tmp_path.glob("*.csv"))


def test_an_answer_is_asked_for_after_the_day_of_the_letter(run: Run, tmp_path: Path) -> None:
    """The register of the tests was made on 23/11/2026, so that is the day of a letter about 2022."""
    folder = tmp_path / "out"
    arguments = ("remind", "--as-of", "2022-04-04", "-o", str(folder), "--answer-by")
    done = run(*arguments, "2026-11-23")
    assert done.code == 2
    assert "23/11/2026" in done.err or "2026-11-23" in done.err
    assert not folder.exists()
    assert run(*arguments, "2026-11-24").code == 0


def test_within_is_asked_for_on_the_command_line(run: Run) -> None:
    """Units that fall due so soon are listed beside those that are overdue."""
    arguments = ("remind", "p1-launch", "--as-of", "2022-03-21")
    assert rows(run(*arguments, "--format", "json")) == []
    near = rows(run(*arguments, "--within", "10", "--format", "json", lang="vi"))
    assert len(near) == 116
    assert {(row["state"], row["days_overdue"], row["days_text"]) for row in near} == {
        ("pending", -10, "còn 10 ngày")
    }
    assert run(*arguments, "--within", "-1").code == 2


def test_a_letter_has_the_layout_of_the_decree(register: sqlite3.Connection) -> None:
    """Its subject stands under its number, then whom it is for, what is asked, `./.`, copies and signature."""
    at = read_moment(register, date(2022, 4, 4), "2022-04-04")
    found = remind.read(register, at, Filter(), obligation="p1-launch")
    _name, data = next(
        each
        for each in letters.letters(found, papers.head(), answer_by=date(2022, 4, 15))
        if "SCT" in each[0]
    )
    read = papers.words(data)
    places = [
        read.index(words)
        for words in (
            "SỞ THÔNG TIN", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Số: ……/STTTT-CNTT", "V/v đôn đốc",
            "Đà Nẵng, ngày 04 tháng 4 năm 2022", "Kính gửi: Sở Công Thương", "tính đến hết ngày 04/04/2022",
            "31/03/2022", "quá hạn 4 ngày", "Phòng Công nghệ thông tin", "trước ngày 15/04/2022", "./.",
            "Nơi nhận:", "KT. GIÁM ĐỐC",
        )
    ]  # fmt: skip
    assert places == sorted(places)
    assert "BÁO CÁO" not in read


def test_one_letter_for_all_has_a_list(register: sqlite3.Connection) -> None:
    """Groups have roman numerals, numbers restart in each, and every unit stands once."""
    found = remind.read(
        register, read_moment(register, date(2022, 4, 4), None), Filter(), obligation="p1-launch"
    )
    [(name, data)] = letters.letters(found, papers.head(), one=True)
    assert name == "remind-2022-04-04.docx"
    body = [[cell.text for cell in row.cells] for row in papers.opened(data).tables[-1].rows]
    assert body[0] == ["TT", "Đơn vị", "Nghĩa vụ", "Thời hạn", "Tình trạng"]
    assert body[1][0].startswith("I. Sở (")
    assert [row[0] for row in body[2:5]] == ["1", "2", "3"]
    assert sum(row[0].isdigit() for row in body) == len(found.debts) == 116
    second = next(index for index, row in enumerate(body) if row[0].startswith("II. "))
    assert body[second + 1][0] == "1"
    assert "116 cơ quan, đơn vị" in papers.words(data)


def test_a_folder_gets_letters_and_a_list(run: Run, tmp_path: Path) -> None:
    """Each row of the list names a letter that is there; again gives the same bytes, and nothing is printed."""
    folder = tmp_path / "đôn đốc"
    arguments = (
        "remind",
        "p1-launch",
        "--as-of",
        "2022-04-04",
        "--kind",
        "department",
        "-o",
        str(folder),
        "--letterhead",
        HEAD,
    )
    assert run(*arguments) == Outcome(0, "", "")
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    listed = list(
        csv.DictReader((folder / "remind-2022-04-04.csv").read_text(encoding="utf-8-sig").splitlines())
    )
    assert {row["file"] for row in listed} == {name for name in first if name.endswith(".docx")}
    assert len(listed) == len(first) - 1 > 10
    run(*arguments)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first


def test_a_folder_with_one_gets_one_letter(run: Run, tmp_path: Path) -> None:
    """The list beside it names that letter in every row; --format chooses another form of list."""
    assert run(
        "remind", "--as-of", "2022-04-04", "--one", "-f", "jsonl", "-o", str(tmp_path / "out")
    ) == Outcome(0, "", "")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "remind-2022-04-04.docx",
        "remind-2022-04-04.jsonl",
    ]
    lines = (tmp_path / "out" / "remind-2022-04-04.jsonl").read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["file"] for line in lines} == {"remind-2022-04-04.docx"}


def test_one_file_is_one_letter(run: Run, tmp_path: Path) -> None:
    """A .docx takes the letter for all, and is refused without --one; other endings take the list."""
    letter = tmp_path / "all.docx"
    assert run("remind", "--as-of", "2022-04-04", "-o", str(letter)).code == 2
    assert not letter.exists()
    assert run("remind", "--as-of", "2022-04-04", "-o", str(letter), "--one") == Outcome(0, "", "")
    assert "116" in papers.words(letter.read_bytes())
    assert run("remind", "--as-of", "2022-04-04", "-o", str(tmp_path / "list.csv")).code == 0
    assert len((tmp_path / "list.csv").read_text().splitlines()) == 117
    assert len(run("remind", "--as-of", "2022-04-04", "-o", "-", "-f", "jsonl").out.splitlines()) == 116
    none = run("remind", "--as-of", "2022-03-01", "-o", str(tmp_path / "none.docx"), "--one")
    assert none.code == 0
    assert none.out
    assert not (tmp_path / "none.docx").exists()


def test_a_failure_leaves_the_old_letters(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong letterhead writes nothing; a disk that fails leaves every file as it was or whole."""
    folder = tmp_path / "letters"
    run("remind", "--as-of", "2022-04-04", "-o", str(folder))
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    (tmp_path / "bad.toml").write_text("[issuer]", encoding="utf-8")
    assert (
        run(
            "remind", "--as-of", "2022-04-04", "-o", str(folder), "--letterhead", str(tmp_path / "bad.toml")
        ).code
        == 7
    )
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    replace, count = Path.replace, iter(range(3))

    def failing(path: Path, target: Path) -> Path:
        if next(count, None) is None:
            raise OSError(errno.EIO, "broken")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", failing)
    assert run("remind", "--as-of", "2022-04-04", "-o", str(folder), "--letterhead", HEAD).code == 5
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert after.keys() == before.keys()
    assert sum(after[name] != before[name] for name in before) == 3


def _locked(data: bytes) -> bytes:
    """A zip whose parts say that they need a password."""
    made = bytearray(data)
    for mark, flags in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
        for found in re.finditer(re.escape(mark), data):
            made[found.start() + flags] |= 1
    return bytes(made)


def test_the_letters_of_a_day_are_replaced_as_a_set(run: Run, tmp_path: Path) -> None:
    """A unit that has meanwhile done it has no letter left; other days, papers and people's work stay."""
    folder = tmp_path / "out"
    arguments = ("remind", "--as-of", "2022-04-04", "--kind", "department", "-o", str(folder))
    assert run(*arguments).code == 0
    before = {path.name for path in folder.iterdir()}
    ours = (folder / "remind-2022-04-04-SCT.docx").read_bytes()
    others = {
        "remind-2022-04-04-note.docx": b"not a letter",
        "remind-2022-04-04-locked.docx": _locked(ours),
        "remind-2022-04-03-SCT.docx": ours,
        "remind-2022-04-041.docx": ours,
        "remind-2022-04-04-SCT.pdf": b"%PDF",
        "plan.docx": ours,
    }
    for name, data in others.items():
        (folder / name).write_bytes(data)
    os.mkfifo(folder / "remind-2022-04-04-pipe.docx")
    run("record", "launch", "SCT", "--on", "2022-03-30")
    assert run(*arguments).code == 0
    (folder / "remind-2022-04-04-pipe.docx").unlink()
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert after.keys() == (before - {"remind-2022-04-04-SCT.docx"}) | others.keys()
    assert {name: after[name] for name in others} == others
    assert run(*arguments, "--one").code == 0
    assert {path.name for path in folder.iterdir()} == {
        "remind-2022-04-04.docx", "remind-2022-04-04.csv", *others
    }  # fmt: skip


def test_a_letter_that_a_person_saved_is_not_taken_away(run: Run, tmp_path: Path) -> None:
    """Another program writes its own name into the file."""
    letter = tmp_path / "remind-2022-04-04-OLD.docx"
    assert run("remind", "--as-of", "2022-04-04", "-o", str(tmp_path)).code == 0
    papers.opened((tmp_path / "remind-2022-04-04-SCT.docx").read_bytes()).save(str(letter))
    with zipfile.ZipFile(letter) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(letter, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data.replace(b">thidua<", b">Microsoft Office Word<"))
    assert run("remind", "--as-of", "2022-04-04", "-o", str(tmp_path)).code == 0
    assert letter.exists()


def test_a_paper_bears_the_later_of_its_two_days(register: sqlite3.Connection) -> None:
    """The day it speaks of, or the day of what it knows; the register of the tests was made on 23/11/2026."""
    for as_of, known_at, day in (
        (date(2026, 12, 1), None, date(2026, 12, 1)),
        (date(2022, 3, 31), None, date(2026, 11, 23)),
        (date(2022, 3, 31), "2022-04-05", date(2022, 4, 5)),
    ):
        assert report_papers.stamp(read_moment(register, as_of, known_at)).day == day


def test_letters_are_in_the_language_of_the_letterhead(run: Run, tmp_path: Path) -> None:
    """An official letter is Vietnamese also on a machine whose messages are English; so is the list that is merged."""
    asked = ("remind", "p1-launch", "--as-of", "2022-04-04", "--level", "district", "-o", str(tmp_path / "a"))
    assert run(*asked, "--letterhead", HEAD, lang="en") == run(*asked, "--letterhead", HEAD, lang="vi")
    vietnamese = {path.name: path.read_bytes() for path in (tmp_path / "a").iterdir()}
    assert "Kính gửi: UBND quận Hải Châu" in papers.words(vietnamese["remind-2022-04-04-492.docx"])
    assert "quá hạn 4 ngày" in vietnamese["remind-2022-04-04.csv"].decode()
    other = tmp_path / "english.toml"
    text = Path(HEAD).read_text(encoding="utf-8").replace('language = "vi"', 'language = "en"')
    other.write_text(text, encoding="utf-8")
    assert run(*asked, "--letterhead", str(other), lang="vi").code == 0
    assert "To: UBND quận Hải Châu" in papers.words(
        (tmp_path / "a" / "remind-2022-04-04-492.docx").read_bytes()
    )
    assert "không có nghĩa vụ" in run(*asked[:1], "p9", *asked[2:], "--letterhead", str(other), lang="vi").err


def test_a_report_on_paper_is_in_the_language_of_the_letterhead(run: Run, tmp_path: Path) -> None:
    """The other formats of the same run are in the language in use."""
    forms = ("-f", "docx", "-f", "md")
    done = run(
        "report", "--as-of", "2022-04-04", "-o", str(tmp_path), *forms, "--letterhead", HEAD, lang="en"
    )
    assert (done.code, done.err) == (0, "")
    paper = papers.words((tmp_path / "status-2022-W14.docx").read_bytes())
    assert "Giai đoạn 1 (2021-2025)" in paper
    assert "Trên đây là báo cáo" in paper
    assert "Phase 1 (2021-2025)" in (tmp_path / "status-2022-W14.md").read_text(encoding="utf-8")
