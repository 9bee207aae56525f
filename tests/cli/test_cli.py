"""The command line: parsing, streams, exit codes, and what start-up loads."""

import contextlib
import csv
import io
import json
import os
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import unicodedata
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from python_calamine import CalamineWorkbook

from conftest import NOW, ROOT, Outcome, process
from thidua_cli.cli import app
from thidua_cli.ground import dates, language
from thidua_cli.ground.errors import Exit

TYPER = tuple(int(part) for part in typer.__version__.split(".")[:2])
Run = Callable[..., Outcome]
REGISTERED = ("record", "registration", "492", "--on", "2026-02-05", "--phase", "p1")
LAUNCHED = ("record", "launch", "492", "--on", "2022-03-30")


def _counts(done: Outcome) -> dict[str, dict[str, object]]:
    return {row["obligation"]: row for row in json.loads(done.out)["rows"]}


# The main job


def test_the_first_day(run: Run) -> None:
    """After init: 117 units, all launches pending until the due day and overdue from the next."""
    assert len(run("units", "list", "--format", "jsonl").out.splitlines()) == 117
    passed = run("check", "p1-launch", "--as-of", "2022-03-31", "--format", "json")
    assert (passed.code, _counts(passed)["p1-launch"]["pending"]) == (0, 116)
    failed = run("check", "p1-launch", "--as-of", "2022-04-01", "--format", "json")
    assert (failed.code, _counts(failed)["p1-launch"]["overdue"]) == (3, 116)
    assert run("check", "p1-launch", "--as-of", "2022-04-01", "-q").out == ""


def test_days_in_vietnamese_messages_are_written_so(run: Run, db: Path, tmp_path: Path) -> None:
    """Refusals, warnings and findings have days as Vietnamese writes them, whatever the register stores."""
    rows = tmp_path / "changes.csv"
    head = "old_code,old_name,new_code,new_name,effective_date,kind_of_change,resolution\n"

    def refused(old: str, day: str) -> str:
        rows.write_text(f"{head}{old},,,{day},dissolve,1/NQ\n", "utf-8")
        return run("import", "changes", str(rows), lang="vi").err

    run("record", "launch", "492", "--on", "2022-03-30")
    run("import", "changes", "@changes_2025.csv")
    asked = ["units", "add", "N9", "Sở Mới", "--kind", "department", "--on", "2026-02-01"]
    assert run(*asked).code == 0
    said = [
        refused("SCT,Sở Du lịch", "2026-02-01"),
        refused("SGTVT,", "2025-02-01"),
        refused("N9,", "2026-01-01"),
        refused("ZZ,", "2026-01-01"),
        run("record", "launch", "492", "--on", "44650", lang="vi").err,
        run("record", "launch", "492", "--on", "31/03/22", lang="vi").err,
        run("record", "launch", "492", "--on", "03/31/2022", lang="vi").err,
    ]
    with contextlib.closing(sqlite3.connect(db)) as connection, connection:
        connection.execute("DROP TRIGGER record_no_update")
        connection.execute("UPDATE record SET done_on = '2019-01-01'")
    said += [run("export", "launches", lang="vi").err, run("verify", lang="vi").out]
    for message, day in zip(
        said,
        ("31/01/2026", "01/03/2025", "01/02/2026", "31/12/2025", "30/03/2022", "31/03/2022", "31/03/2022",
         "01/01/2019", "01/01/2019"),
        strict=True,
    ):  # fmt: skip
        assert day in message
        assert not re.search(r"(?<!viết )\b20\d\d-\d\d-\d\d\b", message), message


def test_a_check_says_who_is_overdue_and_not_counted(run: Run) -> None:
    """Units that have ended stay in the figure of the overdue, which says that they do not decide."""
    run("import", "changes", "@changes_2025.csv")
    asked = ("check", "p1-launch", "--as-of", "2026-02-01", "--kind", "district-committee")
    passed = run(*asked)
    assert passed.code == 0
    assert "overdue 8, 8 of them ended and not counted" in " ".join(passed.out.split())
    counted = run(*asked, "--ended")
    assert (counted.code, "not counted" in counted.out) == (3, False)
    assert "not counted" not in run("check", "p1-launch", "--as-of", "2022-04-01").out


def test_a_launch_recorded_today_and_voided(run: Run) -> None:
    """It counts as of its day, not as known before; after a void, only as known before the void."""

    def done(*arguments: str) -> object:
        return _counts(run("status", "--as-of", "2022-03-31", "--format", "json", *arguments))["p1-launch"][
            "done"
        ]

    assert run("record", "launch", "20287", "--on", "30/03/2022", "--doc", "12/KH-UBND").code == 0
    assert (done(), done("--known-at", "#1"), done("--known-at", "2020-01-01")) == (1, 0, 0)
    assert run("record", "void", "1", "--reason", "nhầm đơn vị").code == 0
    assert (done(), done("--known-at", "#2")) == (0, 1)
    rows = [json.loads(line) for line in run("history", "20287", "--format", "jsonl").out.splitlines()]
    launch = next(row for row in rows if row["event"] == "launch")
    assert (launch["voided"], launch["void_reason"], launch["document_number"]) == (
        True,
        "nhầm đơn vị",
        "12/KH-UBND",
    )


def test_an_old_report_is_reproduced_by_its_own_known_at(run: Run) -> None:
    """Passing back the as_of and known_at that a report shows gives the same bytes."""
    run("record", "launch", "492", "--on", "2022-03-30")
    old = run("status", "--as-of", "2022-03-31", "--format", "json").out
    run("record", "launch", "493", "--on", "2022-03-30")
    known_at = json.loads(old)["known_at"]
    assert run("status", "--as-of", "2022-03-31", "--known-at", known_at, "--format", "json").out == old


def test_the_same_again_is_success_and_another_date_is_refused(run: Run) -> None:
    """Already recorded as #N, exit 0; the same key with other content, exit 6 and both shown."""
    arguments = ("record", "launch", "492", "--on", "2022-03-30")
    assert run(*arguments).code == 0
    again = run(*arguments)
    assert again.code == 0
    assert "already recorded as #1" in again.out
    assert len(run("log", "--format", "jsonl").out.splitlines()) == 2
    other = run("record", "launch", "492", "--on", "2022-03-29")
    assert (other.code, other.out) == (6, "")
    assert "2022-03-30" in other.err
    assert "2022-03-29" in other.err


def test_an_option_that_is_left_out_says_nothing(run: Run) -> None:
    """The same thing with less said is the same; what is said must be so, an empty text too."""
    paper = ("--doc", "5/KH", "--received", "2022-04-01")
    launch = ("record", "launch", "492", "--on", "2022-03-30")
    assert run(*launch, *paper).code == 0
    for less in ((), paper[:2], ("--doc", "05/kh"), paper[2:]):
        assert "already recorded as #1" in run(*launch, *less).out
    for other in (("--doc", "6/KH"), ("--doc", ""), ("--issuer", "UBND"), ("--doc-date", "2022-03-30")):
        assert run(*launch, *other).code == 6
    registration = ("record", "registration", "492", "--on", "2022-03-30")
    run(*registration, "--content", "1,3")
    assert "already recorded as #2" in run(*registration).out
    assert run(*registration, "--content", "1").code == 6


def test_the_log_hides_nothing_when_the_clock_was_set_back(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Operations of a day that the machine's clock has not reached again are listed too."""
    run("record", "launch", "492", "--on", "2022-03-30")
    monkeypatch.setattr(dates, "now", lambda: NOW - timedelta(days=2))
    log = run("log", "--format", "json").out
    assert [row["operation"] for row in json.loads(log)["rows"]] == [2, 1]
    again = run("log", "--as-of", json.loads(log)["as_of"], "--format", "json").out
    assert again == log


def test_several_units_are_one_operation(run: Run) -> None:
    """One unknown unit stores none; all known, they share an operation."""
    assert run("record", "launch", "492", "493", "XYZ", "--on", "2022-03-30").code == 4
    assert len(run("log", "--format", "jsonl").out.splitlines()) == 1
    assert run("record", "launch", "492", "493", "--on", "2022-03-30").code == 0
    assert json.loads(run("log", "-n", "1", "--format", "jsonl").out)["row_count"] == 2


def test_evidence_is_hashed(run: Run, tmp_path: Path) -> None:
    """A file of evidence is stored with its SHA-256, an address as it is, a missing file is an error."""
    paper = tmp_path / "kế hoạch.pdf"
    paper.write_bytes(b"abc")
    assert run("record", "launch", "492", "--on", "2022-03-30", "--evidence", str(paper)).code == 0
    assert (
        run("record", "launch", "493", "--on", "2022-03-30", "--evidence", "https://example.org/1").code == 0
    )
    assert (
        run("record", "launch", "494", "--on", "2022-03-30", "--evidence", str(tmp_path / "no.pdf")).code == 2
    )


def _evidence(run: Run, code: str = "492") -> tuple[str | None, str | None, str | None]:
    """Evidence, its hash and the note of the live launch of a unit."""
    rows = map(json.loads, run("history", code, "--format", "jsonl").out.splitlines())
    (row,) = (row for row in rows if row["event"] == "launch" and not row["voided"])
    return row["evidence"], row["evidence_sha256"], row["note"]


@pytest.mark.parametrize(
    ("held", "given"),
    [
        ((), ("--evidence", "a.pdf")),
        ((), ("--note", "bản giấy")),
        (("--note", "bản giấy"), ("--note", "bản gốc")),
        (("--evidence", "a.pdf"), ("--evidence", "b.pdf", "--note", "hai dòng")),
        (("--evidence", "https://example.org/1"), ("--evidence", "a.pdf")),
    ],
)
def test_evidence_and_a_note_that_are_not_recorded_are_told_with_their_cure(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: tuple[str, ...], given: tuple[str, ...]
) -> None:
    """What the register lacks, or has otherwise, is not dropped: the command that stores it is told, and works."""
    monkeypatch.chdir(tmp_path)
    Path("a.pdf").write_bytes(b"a")
    Path("b.pdf").write_bytes(b"b")
    run(*LAUNCHED, *held)
    assert "already recorded as #1" in run(*LAUNCHED).out
    refused = run(*LAUNCHED, *given)
    assert (refused.code, given[1] in refused.err) == (6, True)
    cure = refused.err.splitlines()[-1].removeprefix("If the new one is right: thidua ")
    assert shlex.split(cure) == ["record", "correct", "1", *given, "--reason", "why"]
    assert run(*shlex.split(cure)).code == 0
    assert "already recorded as #2" in run(*LAUNCHED, *given).out


def test_a_correction_says_whether_the_content_of_its_evidence_is_another(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same path may hold another file by now, and another path the same one."""
    monkeypatch.chdir(tmp_path)
    scan, copy = Path("scan.pdf"), Path("copy.pdf")
    scan.write_bytes(b"one")
    copy.write_bytes(b"one")
    run(*LAUNCHED, "--evidence", "scan.pdf")
    correct = ("record", "correct", "1", "--reason", "x", "--evidence")
    same = run(*correct, "scan.pdf")
    assert (same.code, "the same content as before" in same.err) == (2, True)
    scan.write_bytes(b"two")
    assert "another content than before" in run(*correct, "scan.pdf", "--dry-run").out
    refused = run(*LAUNCHED, "--evidence", "scan.pdf")
    assert (refused.code, "SHA-256 of the evidence: " in refused.err) == (6, True)
    assert "the same content as before" in run(*correct, "copy.pdf").out
    kept = _evidence(run)
    run("record", "correct", "2", "--note", "x", "--reason", "x")
    assert _evidence(run) == (*kept[:2], "x")


def test_a_decomposed_name_is_found(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scan that another system has named in single accents is the file of that name, then and at a check."""
    monkeypatch.chdir(tmp_path)
    Path(unicodedata.normalize("NFD", "kế hoạch.pdf")).write_bytes(b"abc")
    assert run(*LAUNCHED, "--evidence", unicodedata.normalize("NFD", "kế hoạch.pdf")).code == 0
    assert run("verify", "--evidence").code == 0


LARGE = 4 << 30  # the most that is hashed


def _bytes_read() -> int:
    """How many bytes this process has read so far."""
    return int(Path("/proc/self/io").read_text().split()[1])


@pytest.mark.parametrize(
    ("size", "day", "code"), [(10 << 30, "2022-03-30", 2), (LARGE, "2027-01-01", 6), (LARGE, "2022-03-29", 6)]
)
def test_what_is_refused_anyway_is_not_hashed(
    run: Run, tmp_path: Path, size: int, day: str, code: int
) -> None:
    """A file too large to be hashed, and one of a record that is refused without it, are not read."""
    run(*LAUNCHED)
    with (tmp_path / "film.mp4").open("wb") as file:
        file.truncate(size)
    listed = tmp_path / "in.csv"
    listed.write_text(f"unit_code,done_on,evidence\n492,{day},{tmp_path}/film.mp4\n", encoding="utf-8")
    before = _bytes_read()
    assert run(*LAUNCHED[:4], day, "--evidence", f"{tmp_path}/film.mp4").code == code
    assert run("import", "launches", str(listed)).code == 7
    assert _bytes_read() - before < 50_000_000


def test_hashing_holds_nobody_up_and_hears_a_signal(run: Run, db: Path, tmp_path: Path) -> None:
    """While a long file is hashed others may write, and a signal ends the command at once, with nothing stored."""
    with (tmp_path / "film.mp4").open("wb") as file:
        file.truncate(LARGE)
    command = [sys.executable, "-m", "thidua_cli", *LAUNCHED, "--evidence", "film.mp4"]
    env = {**os.environ, "THIDUA_DB": str(db)}
    with subprocess.Popen(command, env=env, cwd=tmp_path, stderr=subprocess.PIPE) as running:
        while not any(
            _is_read(tmp_path / "film.mp4", each) for each in Path(f"/proc/{running.pid}/fd").iterdir()
        ):
            assert running.poll() is None
        assert run("record", "launch", "493", "--on", "2022-03-30").code == 0
        running.terminate()
        _out, err = running.communicate(timeout=20)
    assert (running.returncode, "chưa ghi gì" in err.decode()) == (143, True)
    assert len(run("log", "--format", "jsonl").out.splitlines()) == 2


def _is_read(path: Path, descriptor: Path) -> bool:
    """Whether a process has read some of a file that it holds open."""
    with contextlib.suppress(FileNotFoundError):
        place = descriptor.parents[1] / "fdinfo" / descriptor.name
        return descriptor.readlink() == path and int(place.read_text().split()[1]) > 0
    return False


def test_a_correction_changes_what_is_given_and_keeps_the_rest(run: Run) -> None:
    """The new record has the new date and the old document; equal content is no correction."""
    run("record", "launch", "492", "--on", "2022-03-30", "--doc", "12/KH")
    assert run("record", "correct", "1", "--reason", "nhầm").code == 2
    done = run("record", "correct", "#1", "--on", "2022-04-02", "--reason", "nhầm ngày")
    assert done.code == 0
    row = next(
        json.loads(line)
        for line in run("list", "p1-launch", "--format", "jsonl", "--as-of", "2022-04-30").out.splitlines()
        if '"492"' in line
    )
    assert (row["record_id"], row["state"], row["document_number"]) == (2, "late", "12/KH")
    assert run("record", "correct", "1", "--on", "2022-04-03", "--reason", "x").code == 6


def test_a_correction_takes_away_what_is_given_empty(run: Run) -> None:
    """Every field of the paper that was recorded can be empty again; the date and the unit cannot."""
    fields = {
        "--doc": "5/KH", "--issuer": "UBND", "--doc-date": "2022-03-29", "--received": "2022-04-01",
        "--evidence": "https://example.org/1", "--note": "x", "--content": "1",
    }  # fmt: skip
    given = [word for pair in fields.items() for word in pair]
    run("record", "registration", "492", "--on", "2022-03-30", *given)
    for number, option in enumerate(fields, 1):
        assert run("record", "correct", str(number), option, "", "--reason", "x").code == 0
    (row,) = json.loads(run("export", "registrations", "--format", "json").out)["rows"]
    assert {name for name, value in row.items() if value} == {"unit_code", "unit_name", "done_on", "phase"}
    last = str(len(fields) + 1)
    assert run("record", "correct", last, "--on", "", "--reason", "x").code == 2
    assert run("record", "correct", last, "--unit", "", "--reason", "x").code == 2
    wrong = run("record", "correct", last, "--received", "2022-13-01", "--reason", "x")
    assert wrong.code == 2
    assert "--received '2022-13-01'" in wrong.err


@pytest.mark.parametrize(
    ("option", "arguments"),
    [
        ("UNIT", ("launch", "")),
        ("--doc", ("launch", "492", "--doc", "x" * 65)),
        ("--note", ("review", "492", "--note", "x" * 2001)),
        ("there is no content x", ("registration", "492", "--content", "x")),
        ("--reason", ("exemption", "492", "--obligation", "p1-launch", "--reason", "")),
        ("--obligation", ("exemption", "492", "--obligation", "", "--reason", "x")),
    ],
)
def test_a_value_is_complained_of_under_its_option(run: Run, option: str, arguments: tuple[str, ...]) -> None:
    """A command has no fields of a file: what was typed is named as it was typed."""
    done = run("record", *arguments, "--on", "2022-03-30")
    assert done.code == 2
    assert done.err.startswith(f"Error: {option}")


@pytest.mark.parametrize(
    ("arguments", "number", "code"),
    [
        (("record", "registration", "492", "--on", "2022-03-30", "--content"), "123456789012", 2),
        (("record", "registration", "492", "--on", "2022-03-30", "--content"), "1234567890123456789", 2),
        (("record", "void", "--reason", "x"), "1234567890123456789", 4),
        (("undo", "--reason", "x"), "1234567890123456789", 4),
        (("status", "--known-at"), "#" + "9" * 5000, 4),
    ],
)
def test_a_long_number_is_read_whole(run: Run, arguments: tuple[str, ...], number: str, code: int) -> None:
    """No digit is dropped from a number, however long: what does not exist is named as it was typed."""
    done = run(*arguments, number)
    assert (done.code, number[:60] in done.err) == (code, True)


def test_zeros_in_front_are_no_other_number(run: Run) -> None:
    """A content with any zeros before its number is that content."""
    assert run("record", "registration", "492", "--on", "2022-03-30", "--content", "0" * 30 + "3").code == 0
    assert '"3"' in run("export", "registrations").out


def test_a_correction_may_move_a_record_to_another_unit(run: Run) -> None:
    """The wrong unit is freed and the right one has it, unless that has one already."""
    run("record", "launch", "492", "--on", "2022-03-30")
    assert run("record", "correct", "1", "--unit", "493", "--reason", "nhầm đơn vị").code == 0
    run("record", "launch", "492", "--on", "2022-03-30")
    assert run("record", "correct", "3", "--unit", "493", "--reason", "nhầm").code == 6


def test_an_exemption_can_be_corrected_and_voided(run: Run) -> None:
    """An exemption has a number of its own among the records."""
    exempt = (
        "record",
        "exemption",
        "498",
        "--obligation",
        "p1-launch",
        "--on",
        "2022-02-15",
        "--reason",
        "đảo xa",
        "--doc",
        "1/QĐ",
    )
    assert run(*exempt).code == 0
    assert run("record", "correct", "1", "--on", "2022-02-20", "--reason", "nhầm ngày").code == 0
    assert run("record", "correct", "2", "--exemption-reason", "không có dân", "--reason", "rõ hơn").code == 0
    assert run("record", "void", "3", "--reason", "hết miễn").code == 0
    assert _counts(run("status", "--format", "json"))["p1-launch"]["exempt"] == 0


def test_a_phase_must_be_said_where_two_are_meant(run: Run) -> None:
    """A launch of 2026 while that of phase 1 is open needs --phase."""
    assert run("record", "launch", "SCT", "--on", "2026-02-01").code == 2
    assert run("record", "launch", "SCT", "--on", "2026-02-01", "--phase", "p2").code == 0
    assert run("record", "launch", "SCT", "--on", "2026-02-02", "--phase", "p1").code == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["status", "--as-of", "2022-13-01"], 2),
        (["status", "--nope"], 2),
        (["nope"], 2),
        (["record", "launch", "492"], 2),
        (["record", "launch", "492", "--on", "44635"], 2),
        (["record", "launch", "492", "492", "--on", "2022-03-01"], 2),
        (["record", "void", "abc", "--reason", "x"], 2),
        (["record", "void", "1", "--reason", " "], 2),
        (["status", "--by", "colour"], 2),
        (["--lang", "fr", "status"], 2),
        (["history", "nobody"], 4),
        (["list", "p9-launch"], 4),
        (["status", "--phase", "p9"], 4),
        (["status", "--known-at", "#99"], 4),
        (["status", "--known-at", "some day"], 2),
        (["status", "--district", "20287"], 4),
        (["record", "void", "1", "--reason", "x"], 4),
        (["record", "registration", "492", "--on", "2022-03-01", "--content", "9"], 2),
        (["record", "launch", "492", "--on", "2022-03-01", "--note", "a\x1b[31m"], 2),
        (["record", "launch", "492", "--on", "2099-01-01"], 6),
        (["record", "launch", "492", "--on", "2020-12-31"], 6),
        (["units", "add", "SCT", "Sở Khác", "--kind", "department", "--on", "2024-01-01"], 6),
        (["import", "units", "nowhere.csv"], 7),
        (["--db", "nowhere.db", "status"], 5),
        (["status", "-o", "no/such/folder.csv"], 5),
    ],
)
def test_exit_codes(run: Run, arguments: list[str], code: int) -> None:
    """Each failure has its code, says something on standard error and nothing on standard output."""
    done = run(*arguments)
    assert done.code == code, done.err
    assert done.err.startswith("Error: ")
    assert done.out == ""


def test_what_is_wrong_with_a_unit_is_said_in_words(run: Run) -> None:
    """The argument, the value, what is wrong and the cure: not how the program holds them, nor a file's."""
    kind_and_day = ("--kind", "department", "--on", "2024-01-01")
    odd = run("units", "add", "#X", "Sở Thử", *kind_and_day)
    assert odd.err.startswith("Error: CODE '#X': ")
    taken = run("units", "add", "SCT", "Sở Thử", *kind_and_day)
    assert (odd.code, taken.code) == (2, 6)
    first, *middle, advice, closing = taken.err.splitlines()
    assert first == "Error: code SCT is already that of Sở Công Thương"
    assert middle == [
        "--on '2024-01-01': SCT is the code of Sở Công Thương, there from 2021-01-01, not 2024-01-01",
        "NAME 'Sở Thử': differs from the register: SCT has 'Sở Công Thương'",
    ]
    assert "use another code" in advice
    assert "thidua units rename SCT" in advice
    assert "thidua units close SCT" in closing
    born = ("--kind", "department", "--on", "2021-01-01")
    assert "already" in run("units", "add", "SCT", "Sở Công Thương", *born).out


def test_units_add_and_show(run: Run) -> None:
    """A new unit exists from its day on."""
    add = (
        "units",
        "add",
        "TTCNTT",
        "Trung tâm Công nghệ thông tin",
        "--kind",
        "service-unit",
        "--on",
        "2023-05-01",
        "--parent",
        "48",
    )
    assert run(*add).code == 0
    assert "already" in run(*add).out
    assert run("units", "show", "TTCNTT", "--as-of", "2023-04-30").code == 4
    row = json.loads(run("units", "show", "TTCNTT", "--format", "jsonl").out)
    assert (row["level"], row["parent_code"], row["valid_from"]) == ("city", "48", "2023-05-01")


def test_init_again(run: Run, db: Path, tmp_path: Path) -> None:
    """With nothing new: 0 and already there; with other units: 6; the register stays as it is."""
    before = db.read_bytes()
    assert run("init").code == 0
    assert run("init", "--plan", str(ROOT / "data" / "plan.toml")).code == 0
    units = tmp_path / "u.csv"
    units.write_text("code,name,kind\nA,Đơn vị,other\n", encoding="utf-8")
    assert run("init", "--units", str(units)).code == 6
    assert db.read_bytes() == before


def test_init_again_with_the_files_of_then(run: Run, db: Path, tmp_path: Path) -> None:
    """The files that made the register are "already there", in any order of rows and whatever came later."""
    units = tmp_path / "u.csv"
    seed = (ROOT / "data" / "seed_units.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    units.write_text("".join([seed[0], *reversed(seed[1:])]), encoding="utf-8")
    files = ("--plan", str(ROOT / "data" / "plan.toml"), "--units", str(units))
    assert run("units", "close", "SDL", "--on", "2023-01-01", "--doc", "1/NQ").code == 0
    assert run("units", "rename", "SCT", "--name", "Sở Khác", "--on", "2023-01-01", "--doc", "2/NQ").code == 0
    assert run("units", "add", "X9", "Hội X", "--kind", "association", "--on", "2021-02-01").code == 0
    assert run("record", "launch", "492", "--on", "2022-03-30").code == 0
    before = db.read_bytes()
    for again in (files, files[:2], files[2:], ("--no-units",), ()):
        done = run("init", *again)
        assert (done.code, "already" in done.out) == (0, True), done.err
    assert db.read_bytes() == before


@pytest.mark.parametrize(
    ("option", "name", "old", "new", "told"),
    [
        ("--plan", "plan.toml", "due_on = 2022-03-31", "due_on = 2022-06-30",
         "obligation p1-launch: due_on 2022-03-31, in the file 2022-06-30"),
        ("--plan", "plan.toml", '"p1-registration"', '"p1-other"', "obligation p1-registration: not in the file"),
        ("--units", "seed_units.csv", "Sở Công Thương", "Sở Khác", "unit SCT: name Sở Công Thương, in the file Sở Khác"),
        ("--units", "seed_units.csv", "SCT,", "SCX,", "unit SCX: only in the file"),
    ],
)  # fmt: skip
def test_init_again_with_other_files(
    run: Run, db: Path, tmp_path: Path, option: str, name: str, old: str, new: str, told: str
) -> None:
    """One field that differs from what made the register is refused, and named; nothing is written."""
    text = (ROOT / "data" / name).read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / name
    file.write_text(text.replace(old, new), encoding="utf-8")
    before = db.read_bytes()
    done = run("init", option, str(file))
    assert (done.code, told in done.err) == (6, True), done
    assert db.read_bytes() == before


def test_init_again_on_a_register_without_units(run: Run, empty_db: Path) -> None:
    """Units that came by an import are not those of its making."""
    seed = str(ROOT / "data" / "seed_units.csv")
    assert run("import", "units", seed).code == 0
    done = run("init", "--units", seed)
    assert (done.code, "unit 48: only in the file" in done.err, "107 more" in done.err) == (6, True, True)
    assert run("init", "--no-units").code == 0


def test_the_cure_makes_the_register_that_was_named(run: Run, tmp_path: Path) -> None:
    """What is to be typed names the register again, quoted for the shell, where --db named it."""
    path = tmp_path / "sổ mới.db"
    made = shlex.join(["thidua", "--db", str(path), "init"])
    for said in (run("--db", str(path), "status").err, run("--db", str(path)).out):
        assert f"{made}." in said or f"{made}\n" in said
    assert run(*shlex.split(made)[1:]).code == 0
    units = tmp_path / "list.csv"
    units.write_text("code,name,kind\nA,Hội A,association\n", encoding="utf-8")
    held = run("--db", str(path), "init", "--units", str(units))
    assert held.code == 6
    assert made.replace("init", "import units") in held.err


def test_a_strange_list_at_init_is_cured_by_an_import(run: Run, tmp_path: Path) -> None:
    """The options that cure a header are those of `import`: the commands that take them are said."""
    file, other = tmp_path / "list.csv", tmp_path / "other.db"
    file.write_text("code,Tên,kind,Foo\nX,Sở X,department,1\n", encoding="utf-8")
    refused = run("--db", str(other), "init", "--units", str(file))
    assert refused.code == 7
    first, second = (f"thidua --db {other} {rest}" for rest in ("init --no-units", f"import units {file}"))
    assert f"{first}, then {second}" in refused.err
    assert run(*first.split()[1:]).code == 0
    assert run(*second.split()[1:], "--map", "name=Tên", "--ignore-column", "Foo").code == 0
    file.write_text("code,name,kind\nX,Sở X,none\n", encoding="utf-8")
    assert "--no-units" not in run("--db", str(tmp_path / "x.db"), "init", "--units", str(file)).err


@pytest.mark.parametrize(
    ("given", "wrong", "says"),
    [
        ('action = "launch"', 'action = "lunch"', "launch, registration, review"),
        ('action = "launch"', "action = 3", "obligations.0.action: phải là chữ"),
        ("due_on = 2022-03-31", "due_on = 20220331", "không phải một ngày"),
        ("due_on = 2022-03-31", "due_on = 2022-03-31T10:00:00", "không phải một ngày"),
        ("due_on = 2022-03-31", 'due_on = "soon"', "due_on 'soon': không phải ngày"),
        ('= ["city-committee"]', '= ["comittee"]', "không có loại đơn vị này"),
        ('= ["city-committee"]', '= "city-committee"', "phải là một danh sách"),
        ("\nnewcomers = false", '\nnewcomers = "maybe"', "phải là true hoặc false"),
        ("\nnumber = 1", '\nnumber = "một"', "không phải số nguyên"),
        ("\nnumber = 1", "\nnumber = -1", "số quá lớn hoặc âm"),
        ("[movement]", "[[movement]]", "phải là một bảng"),
        ('\ncode = "p1"', '\ncode = "p1"\ncolour = 1', "không có trường này"),
    ],
)
def test_a_plan_is_complained_of_in_our_words(
    run: Run, tmp_path: Path, given: str, wrong: str, says: str
) -> None:
    """Whatever a plan file holds, no word of the library that reads it is shown."""
    plan = (ROOT / "data" / "plan.toml").read_text(encoding="utf-8")
    assert given in plan
    file = tmp_path / "plan.toml"
    file.write_text(plan.replace(given, wrong, 1), encoding="utf-8")
    done = run("--db", str(tmp_path / "new.db"), "init", "--plan", str(file), lang="vi")
    assert done.code == 7
    assert says in done.err
    assert not re.search(r"Input|should|valid ", done.err)


def test_another_plan(run: Run, tmp_path: Path) -> None:
    """Another movement is another plan file and another register; a bad plan is refused whole."""
    plan = (ROOT / "data" / "plan.toml").read_text(encoding="utf-8")
    file = tmp_path / "plan.toml"
    file.write_text(plan.replace("due_on = 2022-03-31", "due_on = 2022-06-30"), encoding="utf-8")
    other = str(tmp_path / "other.db")
    assert run("--db", other, "init", "--plan", str(file)).code == 0
    assert run("--db", other, "check", "p1-launch", "--as-of", "2022-06-30", "-q").code == 0
    assert run("--db", other, "check", "p1-launch", "--as-of", "2022-07-01", "-q").code == 3
    file.write_text(plan.replace('phase = "p2"', 'phase = "p3"'), encoding="utf-8")
    bad = run("--db", str(tmp_path / "bad.db"), "init", "--plan", str(file))
    assert bad.code == 7
    assert "p3" in bad.err
    assert not (tmp_path / "bad.db").exists()


@pytest.mark.parametrize(
    ("unit", "obligation"), [("SCT", "p1-review"), ("492", "p1-review-district"), ("48", "p1-review-city")]
)
def test_the_three_kinds_of_summing_up(run: Run, unit: str, obligation: str) -> None:
    """A review counts under the obligation that binds the unit's kind."""
    assert run("record", "review", unit, "--on", "2025-06-20", "--doc", "9/BC").code == 0
    counts = _counts(run("status", "--as-of", "2025-12-31", "--format", "json"))
    assert [code for code, row in counts.items() if row["done"]] == [obligation]


# Formats agree


def test_all_formats_hold_the_same_numbers(run: Run) -> None:
    """JSON, CSV and Markdown of status read back to the same figures."""
    run("import", "launches", str(ROOT / "examples" / "launches_2022.csv"))
    arguments = ("status", "--as-of", "2022-04-30")
    rows = json.loads(run(*arguments, "--format", "json").out)["rows"]
    table = list(csv.DictReader(io.StringIO(run(*arguments, "--format", "csv").out)))
    keys = (
        "roster",
        "exempt",
        "lapsed",
        "applicable",
        "on_time",
        "declared_late",
        "late",
        "pending",
        "overdue",
        "done",
    )
    assert [[int(row[key]) for key in keys] for row in table] == [[row[key] for key in keys] for row in rows]
    lines = [
        line for line in run(*arguments, "--format", "md").out.splitlines() if re.match(r"\| .*\d", line)
    ]
    figures = [[int(cell) for cell in line.split("|")[3:13]] for line in lines if "**" not in line]
    assert figures == [[row[key] for key in keys] for row in rows]


def test_a_format_follows_the_ending_of_the_file(run: Run, tmp_path: Path) -> None:
    """-o x.json is JSON, unless --format says otherwise."""
    run("status", "-o", str(tmp_path / "x.json"))
    assert json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))["format_version"] == 1
    run("status", "-o", str(tmp_path / "x.txt"), "--format", "csv", "--bom")
    assert (tmp_path / "x.txt").read_bytes().startswith(b"\xef\xbb\xbf")


# Streams and signals, as real processes


def test_standard_error_is_empty_on_success(run: Run, db: Path) -> None:
    """Without a terminal, plain success says nothing on standard error."""
    for line in (
        "status",
        "list p1-launch",
        "plan",
        "log",
        "trend",
        "remind",
        "units list",
        "history 492",
        "",
    ):
        done = run(*line.split())
        assert (done.code, done.err) == (0, ""), line
    for arguments in (["status"], ["--help"]):
        process_done = process(*arguments, db=db)
        assert (process_done.returncode, process_done.stderr) == (0, b""), arguments


@pytest.mark.parametrize(
    "environment",
    [
        {"LANG": "C"},
        {"LC_ALL": "POSIX"},
        {"LANG": "vi_VN.UTF-8"},
        {"LANG": "en_US.ISO-8859-1"},
        {"PYTHONIOENCODING": "ascii"},
        {"TERM": "dumb"},
        {"COLUMNS": "20"},
        {"COLUMNS": "0"},
        {"COLUMNS": "x"},
        {"NO_COLOR": "1"},
    ],
)
def test_no_environment_gives_a_traceback(db: Path, environment: dict[str, str]) -> None:
    """Whatever the locale, terminal and width: documented exit codes, UTF-8, no traceback."""
    alone = process("status", db=db, **environment)
    program = (
        "import sys; from thidua_cli import cli; print(*[cli.run(each.split()) for each in sys.argv[1:]])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "check", "history nobody", "--help"],
        env={"PATH": os.environ["PATH"], "THIDUA_DB": str(db), **environment},
        capture_output=True,
        check=False,
    )
    assert (alone.returncode, done.stdout.splitlines()[-1]) == (0, b"3 4 0")
    for each in (alone, done):
        each.stdout.decode("utf-8")
        assert "Traceback" not in each.stderr.decode("utf-8")


def test_without_home_and_register(tmp_path: Path) -> None:
    """Bare thidua without a register tells how to start; a command says that there is none."""
    home = {"HOME": str(tmp_path)}
    bare = process(**home)
    assert (bare.returncode, bare.stderr) == (0, b"")
    assert "thidua init" in bare.stdout.decode()
    assert process("status", **home).returncode == 5
    assert process("status", HOME="").returncode in {2, 5}
    assert list(tmp_path.iterdir()) == []


def _shell(line: str, db: Path) -> subprocess.CompletedProcess[bytes]:
    thidua = f"'{sys.executable}' -m thidua_cli"
    env = {**os.environ, "THIDUA_DB": str(db), "THIDUA": thidua}
    return subprocess.run(
        ["bash", "-c", line.replace("thidua ", f"{thidua} ")], env=env, capture_output=True, check=False
    )


def test_a_reader_that_leaves(db: Path) -> None:
    """thidua … | head ends quietly with 141 or 0, never with a traceback."""
    done = _shell("thidua list --format jsonl | head -1; echo ${PIPESTATUS[0]}", db)
    assert done.stderr == b""
    assert done.stdout.splitlines()[-1] in {b"0", b"141"}
    done = _shell("{ sleep 0.5; thidua list --format jsonl; echo $? >&2; } | true", db)
    assert done.stderr == b"141\n"


@pytest.mark.parametrize(
    ("redirect", "codes"),
    [(">&-", {5}), (">/dev/full", {5}), ("2>&- >/dev/null", {0}), ("<&- >/dev/null", {0})],
)
def test_closed_and_full_streams(db: Path, redirect: str, codes: set[int]) -> None:
    """A closed or full standard output is exit 5; other closed streams do not matter."""
    for command in ("status", "--help", "record launch 492 --on 2022-03-30"):
        done = _shell(f"thidua {command} {redirect}", db)
        assert done.returncode in codes, (command, done.stderr)
        assert b"Traceback" not in done.stderr


def test_a_write_is_not_hidden_by_a_failed_output(db: Path) -> None:
    """Where the confirmation cannot be printed, the message says under which operation it was saved."""
    done = _shell("thidua --lang en record launch 492 --on 2022-03-30 >/dev/full", db)
    assert (done.returncode, b"saved as operation #" in done.stderr) == (5, True), done.stderr


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
)
def test_signals(db: Path, number: signal.Signals, code: int) -> None:
    """A stopped import has written nothing, leaves no journal and ends with the signal's code."""
    before = db.read_bytes()
    env = {**os.environ, "THIDUA_DB": str(db)}
    command = [sys.executable, "-m", "thidua_cli", "import", "launches", "-"]
    with subprocess.Popen(
        command, env=env, stdin=subprocess.PIPE, stderr=subprocess.PIPE, stdout=subprocess.PIPE
    ) as running:
        assert running.stdin is not None
        running.stdin.write(b"unit_code,done_on\n492,2022-03-30\n")
        running.stdin.flush()
        while not _waits(running.pid):
            pass
        running.send_signal(number)
        _out, err = running.communicate(timeout=20)
    assert running.returncode == code
    assert b"Traceback" not in err
    assert db.read_bytes() == before
    assert list(db.parent.glob("*-journal")) == []


def _waits(pid: int) -> bool:
    """Whether the process has set its handlers and waits for input."""
    caught = next(
        line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("SigCgt")
    )
    return (
        bool(int(caught.split()[1], 16) & (1 << (signal.SIGTERM - 1)))
        and "S" in Path(f"/proc/{pid}/stat").read_text().split()[2]
    )


# Start-up


@pytest.mark.parametrize(
    ("arguments", "absent"),
    [
        (["status", "--format", "json"], ["pydantic", "sqlite_utils", "rich", "rapidfuzz", "csv", "hashlib"]),
        (["status"], ["pydantic", "sqlite_utils", "rapidfuzz"]),
        (["list", "p1-launch", "--format", "csv"], ["pydantic", "sqlite_utils", "rich", "rapidfuzz"]),
        (["check", "-q"], ["pydantic", "sqlite_utils", "rich", "rapidfuzz"]),
        (["--help"], ["pydantic", "sqlite_utils", "rich", "rapidfuzz", "sqlite3"]),
    ],
)
def test_start_up_loads_no_heavy_module(db: Path, arguments: list[str], absent: list[str]) -> None:
    """The read path imports neither pydantic nor sqlite_utils, and rich only for a table."""
    program = (
        "import sys; from thidua_cli import cli; cli.run(sys.argv[1:]); "
        "print(*sorted(sys.modules), file=sys.stderr)"
    )
    env = {**os.environ, "THIDUA_DB": str(db)}
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], env=env, capture_output=True, check=False
    )
    if TYPER >= (0, 29):  # from there on Typer itself loads pydantic
        absent = [name for name in absent if name not in {"pydantic", "csv", "hashlib"}]
    loaded = set(done.stderr.decode().splitlines()[-1].split())
    assert loaded.isdisjoint(absent), loaded & set(absent)


# Words


PAGES = """
import contextlib, importlib, io, json, sys
from thidua_cli import cli; from thidua_cli.ground import language
language.use(sys.argv[1])
from thidua_cli.cli import app
pages = {}
def walk(table, *path):
    for name, (target, _help) in table.items():
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            assert cli.run(["--lang", sys.argv[1], *path, name, "--help"]) == 0
        pages[" ".join((*path, name))] = out.getvalue()
        if target.endswith(":COMMANDS"):
            walk(importlib.import_module(f"thidua_cli.cli.{target[:-9]}").COMMANDS(), *path, name)
walk(app._commands())
print(json.dumps(pages))
"""
PARSERS_WORDS = re.compile(
    r"\b(Usage|Options?|Arguments?|Commands?|Show|exit|default|required|range|integer|OPTIONS|ARGS)\b"
    r"|x>=|<int|INTEGER|<text>|TEXT|<path>|PATH|<float|<str|<list|\[\[|{"
)


def test_every_command_has_help_in_both_languages(db: Path) -> None:
    """In Vietnamese without a word of the parser's own, in English without one of Vietnamese."""
    pages = {
        lang: json.loads(
            subprocess.run(
                [sys.executable, "-c", PAGES, lang],
                env={"PATH": os.environ["PATH"], "THIDUA_DB": str(db), "COLUMNS": "100"},
                check=True,
                capture_output=True,
            ).stdout
        )
        for lang in ("vi", "en")
    }
    assert list(pages["vi"]) == list(pages["en"])
    for name, page in pages["vi"].items():
        assert not PARSERS_WORDS.search(page), page
        assert pages["en"][name].startswith("Usage: ")
        assert pages["en"][name].isascii(), pages["en"][name]


def _commands(made: Any, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The root and all commands below it, each with its words."""
    yield path, made
    for name in made.list_commands(None) if hasattr(made, "list_commands") else ():
        yield from _commands(made.get_command(None, name), *path, name)


def test_an_option_given_twice_is_refused(run: Run) -> None:
    """One of two values is not taken for the other: only options of several values, and flags, come again."""
    repeating = set()
    for path, made in _commands(app.root()):
        for option in made.params:
            if option.param_type_name != "option" or option.is_flag:
                continue
            for name in option.opts:
                twice = (name, "1", name, "1")
                done = run(*(path or ()), *twice, *(() if path else ("status",)))
                said = f"{' / '.join(option.opts)} is given twice"
                if option.multiple:
                    repeating.add((*path, name))
                    assert said not in done.err
                else:
                    assert (done.code, done.err.startswith(f"Error: {said}\n")) == (2, True), (path, name)
    assert {name for *_path, name in repeating} == {
        "--anchor", "--child", "--content", "--due", "--field", "--format", "-f", "--ignore-column", "--map", "--report", "--rows", "--set",
        "--sheet", "--state", "--to", "--where",
    }  # fmt: skip
    assert run("--read-only", "--read-only", "status", "--bom", "--bom", "--format", "csv").code == 0


@pytest.mark.parametrize("columns", [40, 50, 60])
def test_help_fits_a_narrow_terminal(run: Run, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    """No line of a help page is wider than the terminal."""
    monkeypatch.setenv("COLUMNS", str(columns))
    for page in ((), ("diff",), ("record", "correct"), ("units", "close")):
        help_page = run(*page, "--help", lang="vi").out.splitlines()
        lines = [line for line in help_page if "|" not in line]  # choices stand together
        assert max(map(len, lines)) <= columns
        assert len(lines) > 10
    assert "các danh sách import nhận lại, hoặc cả sổ" in " ".join(run("--help", lang="vi").out.split())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("launch", "SCT", "SNV", "--on", "2022-04-01"), ["already recorded as #1: SCT", "would record: SNV"]),
        (("exemption", "498", "--obligation", "p1-launch", "--on", "2022-02-15", "--reason", "no unit", "--doc", "1/KH"), ["would record: 498"]),
        (("void", "1", "--reason", "wrong"), ["would void #1: SCT"]),
        (("correct", "1", "--on", "2022-03-30", "--reason", "wrong"),
         ["would void #1: SCT Sở Công Thương, launch on 2022-04-01", "would record: SCT Sở Công Thương, launch on 2022-03-30"]),
    ],
)  # fmt: skip
def test_a_dry_run_says_what_would_be_recorded(
    run: Run, db: Path, arguments: tuple[str, ...], said: list[str]
) -> None:
    """The same checks and words, and not a byte of the register changes, which may be read-only."""
    assert run("record", "launch", "SCT", "--on", "2022-04-01").code == 0
    before = db.read_bytes()
    done = run("--read-only", "record", *arguments, "--dry-run")
    assert (done.code, done.err) == (0, "")
    head, *lines = done.out.splitlines()
    assert head == "nothing was written (--dry-run):"
    assert len(lines) == len(said)
    for line, beginning in zip(lines, said, strict=True):
        assert line.startswith(beginning)
    assert db.read_bytes() == before


def test_a_dry_run_refuses_as_the_run_itself(run: Run) -> None:
    """What a rule forbids ends with the same code and words."""
    run("record", "launch", "SCT", "--on", "2022-04-01")
    for arguments in (("launch", "SCT", "--on", "2022-04-02"), ("void", "7", "--reason", "x")):
        refused = run("record", *arguments)
        assert run("record", *arguments, "--dry-run") == refused
        assert refused.code in (4, 6)


@pytest.mark.parametrize(
    ("recorded", "said", "state", "declared_late"),
    [
        (REGISTERED, "p1), late, due 2025-12-31", "late", False),  # no due day: the phase closes
        ((*REGISTERED[:4], "2022-05-05"), "p1), on time", "on_time", False),
        ((*LAUNCHED[:4], "2022-04-01"), "p1), late, due 2022-03-31", "late", False),
        (LAUNCHED, "p1), on time", "on_time", False),
        ((*LAUNCHED, "--received", "2022-06-01"), "p1), on time, declared late", "on_time", True),
        (("record", "launch", "48", *LAUNCHED[3:]), "p1)", None, False),  # the city committee is not asked
    ],
)
def test_a_confirmation_says_what_the_list_says(
    run: Run, recorded: tuple[str, ...], said: str, state: str | None, declared_late: bool
) -> None:
    """Recorded, tried, known, corrected or voided, a record has the verdict of `list`; outside a roster none."""
    planned, done, again = run(*recorded, "--dry-run"), run(*recorded), run(*recorded)
    asked = run("list", f"p1-{recorded[1]}", "--format", "jsonl").out.splitlines()
    rows = [row for row in map(json.loads, asked) if row["unit_code"] == recorded[2]]
    assert [(row["state"], row["declared_late"]) for row in rows] == [(state, declared_late)] * bool(state)
    fixed = run("record", "correct", "1", "--doc", "5/KH", "--reason", "x")
    voided = (run("record", "void", "2", "--reason", "x", *more) for more in (["--dry-run"], []))
    for outcome in (planned, done, again, fixed, *voided):
        told = [line for line in outcome.out.splitlines() if "(p1)" in line]
        assert told
        assert {re.sub(", (document|received) [^,]*", "", line).partition(" (")[2] for line in told} == {said}


def test_a_unit_that_came_after_the_roster_has_no_verdict(run: Run) -> None:
    """Nobody asked it to launch by a day: it is neither late nor in time, and a warning says so."""
    run("units", "add", "N9", "Sở Mới", "--kind", "department", "--on", "2024-01-01")
    done = run("record", "launch", "N9", "--on", "2024-02-01")
    assert done.out.rstrip().endswith("launch on 2024-02-01 (p1)")
    assert "not on any launch roster of p1" in done.err


def test_the_other_record_of_a_correction_has_its_own_verdict(run: Run) -> None:
    """What is voided and what is recorded for it may stand under different phases."""
    run(*LAUNCHED)
    moved = run("record", "correct", "1", "--on", "2026-02-01", "--phase", "p2", "--reason", "x").out
    assert [line.partition(" (")[2] for line in moved.splitlines()] == ["p1), on time", "p2), on time"]


def test_a_list_of_those_declared_late(run: Run) -> None:
    """Done in time, the paper after the due day; another filter narrows it further."""
    run("record", "launch", "SCT", "--on", "2022-03-30", "--received", "2022-04-02")
    run("record", "launch", "SNV", "--on", "2022-03-30", "--received", "2022-03-31")
    run("record", "launch", "STP", "--on", "2022-04-02", "--received", "2022-04-03")
    asked = ("list", "p1-launch", "--as-of", "2022-04-30", "--declared-late", "--format", "jsonl")
    assert [json.loads(line)["unit_code"] for line in run(*asked).out.splitlines()] == ["SCT"]
    assert run(*asked, "--state", "late").out == ""


def test_a_workbook_holds_the_rows_of_a_list(run: Run, tmp_path: Path) -> None:
    """For who only knows Excel: by the ending of -o, and never onto a screen."""
    file = tmp_path / "list.xlsx"
    done = run("list", "p1-launch", "--as-of", "2022-04-01", "-o", str(file))
    assert (done.code, done.out, done.err) == (0, "", "")
    rows = CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()
    header = next(index for index, row in enumerate(rows) if "Code" in row)
    assert sum("Overdue" in row for row in rows[header:]) == 116
    assert rows[header].index("Unit") == 2


@pytest.mark.parametrize(
    ("option", "word", "same"),
    [
        ("--state", "Quá hạn", "overdue"), ("--state", "hoàn thành quá hạn", "late"), ("--state", "On time", "on_time"),
        ("--kind", "sở", "department"), ("--kind", "UBND xã", "commune-committee"), ("--level", "Cấp xã", "commune"),
        ("--level", "cấp  thành phố", "city"),
    ],
)  # fmt: skip
def test_labels_are_taken_for_words(run: Run, option: str, word: str, same: str) -> None:
    """An option takes the words that a file may hold: identifiers, and labels of either language in any case."""
    asked = ("list", "p1-launch", "--as-of", "2022-04-01", "--format", "csv", option)
    found = run(*asked, word)
    assert found.code == 0
    assert found.out == run(*asked, same).out


@pytest.mark.parametrize(
    ("option", "word", "said"),
    [
        ("--state", "qua han", "there is no such state; did you mean: overdue (Overdue)?"),
        ("--kind", "So", "there is no such kind of unit; did you mean: department (Department)?"),
        ("--level", "xxx", "there is no such level; use one of: city, district, commune"),
        ("--level", "", "there is no such level; use one of: city, district, commune"),
    ],
)
def test_a_word_that_is_none_is_told_what_may_be_meant(run: Run, option: str, word: str, said: str) -> None:
    """Without its diacritics a label is no word, only a suggestion."""
    found = run("list", option, word)
    assert (found.code, found.out) == (2, "")
    assert f"{option}: '{word}': {said}" in found.err


@pytest.mark.parametrize(
    ("environment", "expected"),
    [({}, "vi"), ({"LANG": "C"}, "vi"), ({"LANG": "C.UTF-8"}, "vi"), ({"LANG": "vi_VN"}, "vi"), ({"LANG": "en_US.UTF-8"}, "en"),
     ({"LC_ALL": "vi_VN.UTF-8", "LANG": "en_US"}, "vi"), ({"LANG": "fr_FR"}, "en")],
)  # fmt: skip
def test_the_locale_chooses_the_language(environment: dict[str, str], expected: str) -> None:
    """C, POSIX and none mean Vietnamese."""
    assert language.from_environment(environment) == expected


def test_the_catalogue_is_complete() -> None:
    """Every message has an English translation with the same placeholders, compiled."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "catalogue.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(shutil.which("jq") is None, reason="no jq on this machine")
def test_the_shell_examples_of_the_readme_run(db: Path, tmp_path: Path) -> None:
    """Every line of the examples for the shell does what it says."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", readme.partition("## Cron and shell")[2], re.DOTALL)
    (tmp_path / "thidua").write_text(f"#!/bin/sh\nexec '{sys.executable}' -m thidua_cli \"$@\"\n")
    (tmp_path / "thidua").chmod(0o755)
    env = {
        **os.environ,
        "THIDUA_DB": str(db),
        "HOME": str(tmp_path),
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
    }
    done = [
        subprocess.run(["bash", "-c", line], env=env, capture_output=True, text=True, check=False)
        for block in blocks
        for line in block.splitlines()
        if line and not line.startswith("#")
    ]
    assert [(each.returncode, each.stderr) for each in done] == [(0, "")] * 3
    assert done[0].stdout.splitlines()[0] == "Sở Công Thương"
    assert done[1].stdout == "exit 3\n"
    assert re.fullmatch(r"1:[0-9a-f]{64}\n", done[2].stdout)


def test_the_readme_documents_every_exit_code() -> None:
    """The table of exit codes has a row for each code."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for code in Exit:
        assert re.search(rf"^\| `?{int(code)}\b", readme, re.MULTILINE) or int(code) > 128, code


@pytest.mark.parametrize(
    "arguments",
    [
        ("history", "\udcff"),
        ("units", "show", "\x1b[31m"),
        ("list", "--district", "\u202e492"),
        ("status", "--known-at", "#99999999999999999999"),
        ("log", "--known-at", "0001-01-01T00:00:00+14:00"),
        ("report", "--as-of", "0001-01-01"),
        ("--actor", "\udcff", "record", "launch", "492", "--on", "2022-03-30"),
    ],
)
def test_odd_arguments_are_told_and_not_echoed(run: Run, arguments: tuple[str, ...]) -> None:
    """Text that is no text, and numbers and days out of all bounds, are errors of use, in visible characters."""
    done = run(*arguments)
    assert done.code in (2, 4)
    assert done.err.replace("\n", "").isprintable()


def test_a_line_end_in_an_argument_makes_no_line(run: Run) -> None:
    """Nobody can put a line of his own into the messages."""
    assert not [
        line for line in run("list", "p1\nrecorded #9").err.splitlines() if line.startswith("recorded")
    ]


def test_the_account_of_sudo_is_made_visible(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the environment says of sudo's caller is stored in visible characters."""
    monkeypatch.setenv("SUDO_USER", "lan\x1b]0;x\x07\udcff")
    assert run("record", "launch", "492", "--on", "2022-03-30").code == 0
    assert "lan\\x1b]0;x\\x07" in run("log", "--format", "csv").out
