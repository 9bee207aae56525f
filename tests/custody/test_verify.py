"""Whatever is changed in a register is found, by itself or against an anchor."""

import contextlib
import io
import json
import random
import re
import runpy
import shutil
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import build
import forgeries
from conftest import NOW, ROOT, Outcome
from forgeries import FORGERIES, Context, Forgery
from thidua_cli import store
from thidua_cli.custody import verify
from thidua_cli.custody.verify import Wanted, reports
from thidua_cli.custody.verify.anchors import of_report, parse
from thidua_cli.ground import dates, drafts, files
from thidua_cli.ground.errors import RejectedError, StoreError, UsageError
from thidua_cli.store import journal


@pytest.fixture
def filled(db: Path, tmp_path: Path, made: dict[str, bytes]) -> tuple[Path, Context]:
    """A register with a life behind it, and a backup from its first day."""
    older = tmp_path / "older.db"
    shutil.copyfile(db, older)
    if "forged" not in made:
        forgeries.fill(db)
        made["forged"] = db.read_bytes()
    db.write_bytes(made["forged"])
    return db, Context(older)


def _checks(path: Path, wanted: Wanted | None = None) -> set[str]:
    return {finding.rule for finding in verify.inspect(path, wanted).findings}


def test_a_register_of_ours_is_intact(filled: tuple[Path, Context]) -> None:
    """What the program writes verifies, against its own anchor and its older backup too."""
    path, context = filled
    wanted = Wanted([parse(forgeries.anchor(path)), parse(forgeries.anchor(context.older))], context.older)
    assert verify.inspect(path, wanted).findings == []


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.name)
def test_forgeries_are_found(filled: tuple[Path, Context], forgery: Forgery) -> None:
    """Every forgery is found by its check: without an anchor where that is possible, else only with one."""
    path, context = filled
    before = parse(forgeries.anchor(path))
    forgery.forge(path, context)
    alone = _checks(path)
    assert (alone == set()) if forgery.needs_anchor else (forgery.check in alone)
    if forgery.needs_anchor:
        assert _checks(path, Wanted([before])) == {"anchor"}


@pytest.mark.parametrize(
    "bring_back",
    [
        "INSERT INTO unit_end SELECT 9001, unit, '2024-02-01', '2024-01-31', NULL, NULL, 2 FROM unit_end",
        "INSERT INTO succession SELECT 9001, predecessor, 1, effective_on, 'merge', 'whole', NULL, NULL, NULL, NULL, NULL, NULL, 2"
        " FROM succession; INSERT INTO succession SELECT 9002, 1, predecessor, effective_on, 'merge', 'whole', NULL, NULL, NULL,"
        " NULL, NULL, NULL, 2 FROM succession LIMIT 1",
        "INSERT INTO void SELECT 9001, 'unit_version', v.id, 'x', NULL, 2 FROM unit_version v JOIN unit_end USING (unit)",
    ],
    ids=["two ends", "a ring of successors", "an end of nobody"],
)
def test_what_undo_could_once_bring_back(run: Callable[..., Outcome], db: Path, bring_back: str) -> None:
    """What an undo refuses is found where it stands in a register all the same."""
    run("units", "close", "492", "--on", "2024-01-01", "--doc", "1")
    forgeries.statements(*bring_back.split("; "), chain_from=2)(db, Context(db))
    assert _checks(db) == {"rule"}


def test_every_trigger_is_missed(db: Path) -> None:
    """Each trigger that is dropped is named in a finding."""
    plain = sqlite3.connect(db)
    names = [row[0] for row in plain.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")]
    for name in names:
        plain.execute(f"DROP TRIGGER {name}")
    plain.commit()
    plain.close()
    messages = " ".join(finding.message for finding in verify.inspect(db).findings)
    assert all(name in messages for name in names)


def test_single_bits(filled: tuple[Path, Context], tmp_path: Path) -> None:
    """A flipped bit that changes anything the register says is found; one in unused space changes nothing."""
    path, _context = filled
    chance, copy = random.Random(6), tmp_path / "copy.db"
    said = forgeries.content(path)
    for _flip in range(60):
        shutil.copyfile(path, copy)
        forgeries.flip(copy, chance.randrange(path.stat().st_size * 8))
        try:
            intact = not verify.inspect(copy).findings
        except StoreError:
            continue  # not even a register any more
        assert not intact or forgeries.content(copy) == said


def test_a_schema_that_is_no_text(db: Path, run: Callable[..., Outcome]) -> None:
    """Where SQLite quotes what is not UTF-8, the file is damaged: a finding, exit 5 elsewhere, no traceback."""
    data = db.read_bytes()
    at = data.index(b"CREATE TRIGGER operation_continues") + 30
    db.write_bytes(data[:at] + b"\xa0\xff" + data[at + 2 :])
    found = run("verify")
    assert (found.code, found.err) == (3, "")
    assert run("status").code == 5
    assert run("backup").code == 5


RECORD = "record launch 491 --on 2022-03-30"
_READING = [
    ["status"],
    ["log"],
    ["list"],
    ["plan"],
    ["check"],
    ["units", "list"],
    ["history", "492"],
    ["report"],
]


_CRASHING = [(place, each) for place, each in enumerate(FORGERIES) if each.check in ("chain", "rule")]


@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.soak)])
@pytest.mark.parametrize(("place", "forgery"), _CRASHING, ids=lambda each: getattr(each, "name", ""))
def test_no_forgery_is_a_crash(
    filled: tuple[Path, Context], run: Callable[..., Outcome], tmp_path: Path, place: int, forgery: Forgery, every: int,
) -> None:  # fmt: skip
    """What cannot be read ends in 5, with what is wrong; a restore of a backup is the cure, and works."""
    path, context = filled
    forgery.forge(path, context)
    for command in [*_READING, RECORD.split()][place % every :: every]:
        done = run(*command)
        assert done.code in (0, 2, 3, 4, 5, 6), (command, done)
        if done.code == 5:
            assert "restore" in done.err
    if place % every:
        return
    assert run("restore", str(context.older)).code in (0, 6)
    done = run("restore", str(context.older), "--discard-after", "1")
    if done.code == 6:  # the first operation is not that of the backup
        done = run("--db", str(tmp_path / "new.db"), "restore", str(context.older))
    assert done.code == 0, done.err


@pytest.mark.parametrize(
    ("name", "commands"),
    [
        ("a month that is none", ["status", "log", "list", "check", "report", RECORD]),
        ("the end of time", ["status", "log", "list", "check", "report", RECORD]),
        ("a day of recording that is none", ["log"]),
        ("no movement", ["status", "list", "plan", "check", "report", RECORD]),
        ("nothing at all", ["status", "log", "list", "plan", "check", "report", RECORD]),
    ],
)
def test_a_register_that_says_nothing_ends_in_5(
    filled: tuple[Path, Context], run: Callable[..., Outcome], name: str, commands: list[str]
) -> None:
    """A damaged register has no figures, and its defects are none of the program's."""
    path, context = filled
    next(forgery for forgery in FORGERIES if forgery.name == name).forge(path, context)
    before = path.read_bytes()
    for command in commands:
        done = run(*command.split())
        assert (done.code, done.out, "not intact" in done.err) == (5, "", True), command
    assert path.read_bytes() == before


def test_a_crash_on_an_intact_register_is_a_crash(
    run: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a register that is not intact is blamed for one."""

    def broken(*_anything: object) -> None:
        raise KeyError

    monkeypatch.setattr("thidua_cli.store.journal.operations", broken)
    with pytest.raises(KeyError):
        run("log")


@pytest.mark.parametrize("text", ["5", "5:abc", "x:" + "0" * 64, "5:" + "0" * 63, "5:" + "g" * 64])
def test_an_anchor_is_whole(text: str) -> None:
    """An anchor is a number and all 64 digits; anything less proves less, and is refused."""
    with pytest.raises(UsageError):
        parse(text)


@pytest.mark.parametrize("form", ["table", "json", "md"])
def test_reports_of_ours_prove(run: Callable[..., Outcome], tmp_path: Path, form: str) -> None:
    """A report filed before still holds after later writes, and no longer once the past is rewritten."""
    report = tmp_path / "report"
    assert run("status", "--format", form, "-o", str(report)).code == 0
    assert run("record", "launch", "492", "--on", "2022-03-30").code == 0
    assert run("verify", "--report", str(report)) == Outcome(0, "", "")
    digits = report.read_text(encoding="utf-8")
    report.write_text(
        digits.replace("1:", "2:", 1) if form != "json" else digits.replace('"1:', '"2:'), encoding="utf-8"
    )
    found = run("verify", "--report", str(report))
    assert (found.code, found.err) == (3, "")
    assert "report: anchor #2" in found.out


_FALSE = f"5:{'f' * 64}"


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("form", ["html", "docx", "xlsx", "md", "json", "table"])
def test_the_weekly_report_proves(
    run: Callable[..., Outcome], db: Path, tmp_path: Path, form: str, lang: str
) -> None:
    """In every format and language the anchor is read from its own place; reasons and names may hold what they like."""
    for number, label in enumerate(("", "Mốc sổ: ", "Anchor: ")):
        text = f"{label}{_FALSE}"
        name = text if label else f"A {text}"
        assert (
            run("units", "add", f"X{number}", name, "--kind", "association", "--on", "2021-02-01").code == 0
        )
        assert run("record", "exemption", f"X{number}", "--obligation", "p1-launch", "--on", "2022-03-30", "--reason", text, "--doc", "1").code == 0  # fmt: skip
    head = parse(forgeries.anchor(db))
    report = tmp_path / f"report.{form}"
    assert run("report", "--format", form, "-o", str(report), lang=lang).code == 0
    assert head[:2] in [anchor[:2] for anchor in of_report(report)]  # JSON has that of the week before, too
    assert run("verify", "--report", str(report)) == Outcome(0, "", "")


@pytest.mark.parametrize("form", ["md", "json", "table"])
@pytest.mark.parametrize(
    "command", ["history 492", "log", "diff --from 2022-01-01 --to 2022-04-01", "plan", "units list"]
)
def test_what_a_report_tells_is_no_anchor(
    run: Callable[..., Outcome], db: Path, tmp_path: Path, form: str, command: str
) -> None:
    """A note with what looks like an anchor raises no alarm, whatever stands before it."""
    note = f'Mốc sổ: {_FALSE}\nAnchor: {_FALSE}\n\n{_FALSE}\n  "head": "{_FALSE}",'
    assert run("record", "launch", "492", "--on", "2022-03-30", "--note", note).code == 0
    report = tmp_path / "report"
    assert run(*command.split(), "--format", form, "-o", str(report)).code == 0
    assert {anchor[:2] for anchor in of_report(report)} == {parse(forgeries.anchor(db))[:2]}


@pytest.mark.parametrize("columns", ["1", "20", "40", "200"])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_narrow_terminal_breaks_no_anchor(
    run: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: str, lang: str
) -> None:
    """What was printed on any terminal can be given back."""
    monkeypatch.setenv("COLUMNS", columns)
    for command in ("status", "report --format table"):
        (tmp_path / "report").write_text(run(*command.split(), lang=lang).out, encoding="utf-8")
        assert run("verify", "--report", str(tmp_path / "report")) == Outcome(0, "", "")


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl"])
def test_rows_alone_carry_no_anchor(run: Callable[..., Outcome], tmp_path: Path, form: str) -> None:
    """The message says which formats do."""
    report = tmp_path / f"report.{form}"
    assert run("log", "-o", str(report)).code == 0
    done = run("verify", "--report", str(report))
    assert (done.code, "CSV, TSV" in done.err) == (7, True)


def test_other_writings_of_an_anchor(run: Callable[..., Outcome], db: Path, tmp_path: Path) -> None:
    """JSON that another program has set anew, the exported register, the anchor alone, and line ends of another system."""
    path = tmp_path / "file"
    head = forgeries.anchor(db)
    whole = json.loads(run("diff", "--from", "2022-01-01", "--to", "2022-04-01", "--format", "json").out)
    exported = run("export", "register", "-o", str(tmp_path / "register.jsonl"))
    assert exported.code == 0
    for text in (
        json.dumps(whole), json.dumps(whole, indent=4), (tmp_path / "register.jsonl").read_text(encoding="utf-8"),
        f" {head}\n", f"Mốc sổ: {head}\r\n", f"\ufeffAnchor: {head.upper()}",
    ):  # fmt: skip
        path.write_bytes(text.encode())
        assert run("verify", "--report", str(path)) == Outcome(0, "", ""), text


def test_anchors_inside_documents(tmp_path: Path) -> None:
    """The anchor of a document is found whole or cut into runs by an editor, but not in a table."""
    digits = "ab" * 32
    path = tmp_path / "report.docx"
    runs = f"<w:p><w:r><w:t>Mốc sổ: 12:{digits[:9]}</w:t></w:r><w:r><w:t>{digits[9:]}</w:t></w:r></w:p>"
    with zipfile.ZipFile(path, "w") as archive:
        cell = runs.replace("12:", "13:")
        table = f"<w:tbl><w:tc><w:tbl><w:tc>{cell}</w:tc></w:tbl>{cell}</w:tc></w:tbl>"
        archive.writestr("word/document.xml", f"<w:body>{table}{runs}</w:body>")
    assert [anchor[:2] for anchor in of_report(path)] == [(12, digits)]


@pytest.mark.parametrize("data", [b"", b"no anchor here", b"PK\x03\x04 no archive", b"\xff\xfe\x00"])
def test_a_report_without_an_anchor_proves_nothing(tmp_path: Path, data: bytes) -> None:
    """It is refused, rather than taken for a proof."""
    path = tmp_path / "report"
    path.write_bytes(data)
    with pytest.raises(RejectedError):
        of_report(path)


# Hostile reports


def _docx(markup: str) -> bytes:
    return _zip({"word/document.xml": markup})


def _book(relations: str = "", book: str = "", cells: str = "", strings: str = "") -> bytes:
    sheet = '<sheet name="Source" r:id="a"/>'
    related = '<Relationship Id="a" Target="s.xml"/>'
    parts = {"workbook.xml": sheet + book, "_rels/workbook.xml.rels": related + relations, "s.xml": cells}
    return _zip({f"xl/{name}": text for name, text in {**parts, "sharedStrings.xml": strings}.items()})


def _zip(parts: dict[str, str]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return made.getvalue()


_HOSTILE_REPORTS: dict[str, Callable[[int], bytes]] = {
    "open tags of a document": lambda n: _docx("<" * 50 * n),
    "open tags of a page": lambda n: b"<!doctype html><footer>" + b"<" * 50 * n + b"</footer>",
    "open footers": lambda n: b"<!doctype html>" + b"<footer " * 20 * n,
    "open relationships": lambda n: _book("<Relationship " * 10 * n),
    "a word without a value": lambda n: _book("<Relationship " + "a" * 30 * n + ">"),
    "values without an end": lambda n: _book("<Relationship " + 'a="' * 10 * n + ">"),
    "open sheets": lambda n: _book(book="<sheet " * 20 * n),
    "open cells": lambda n: _book(cells="<c " * 30 * n),
    "a cell of many types": lambda n: _book(cells="<c" + ' t="s"' * 20 * n + ">"),
    "one sheet many times": lambda n: _book(book='<sheet name="Source" r:id="a"/>' * n, cells="<c>" * 20 * n),
    "one text many times": lambda n: _book(cells='<c t="s"><v>0</v></c>' * n, strings="a" * 20 * n),
    "entities": lambda n: _docx("&" * 50 * n),
    "a label and spaces": lambda n: ("Anchor:" + " " * 50 * n).encode(),
    "labels and lines": lambda n: ("Anchor:\n" * 10 * n).encode(),
    "spaces alone": lambda n: b" " * 100 * n + b"x",
    "openings of JSON": lambda n: b"{" * 50 * n,
    "keys of JSON": lambda n: b'{"from": {' + b'"head"' * 20 * n,
}


def _seconds(read: Callable[[bytes], object], data: bytes) -> float:
    def once() -> float:
        start = time.process_time()
        read(data)
        return time.process_time() - start

    return min(once() for _time in range(3))


@pytest.mark.parametrize("name", _HOSTILE_REPORTS)
def test_no_report_takes_more_than_its_size(name: str) -> None:
    """Eight times the text is about eight times the work, not sixty-four, whatever stands in it."""
    make = _HOSTILE_REPORTS[name]
    small, large = (_seconds(reports.anchors, make(n)) for n in (2000, 16000))
    assert large < 24 * max(small, 0.002)


def test_a_report_is_bounded_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a zipped report unpacks to is counted over all its parts, and too much is refused in words."""
    monkeypatch.setattr(reports, "LARGEST", 100_000)
    path = tmp_path / "report.xlsx"
    path.write_bytes(_book(cells="<c>" * 20_000, strings="a" * 60_000))
    with pytest.raises(RejectedError, match="mở ra lớn hơn"):
        of_report(path)


@pytest.mark.parametrize(
    "data",
    [
        b"<!doctype html><footer><p>&#" + b"9" * 5000 + b"</p></footer>",
        b'{"a": ' + b"[" * 100_000,
        b'{"a": ' + b"9" * 5000 + b"}",
        b"{} []",
    ],
)
def test_what_no_reader_can_read_is_no_report(tmp_path: Path, data: bytes) -> None:
    """A number of too many digits and a value that is too deep are refused, not a crash."""
    path = tmp_path / "report"
    path.write_bytes(data)
    with pytest.raises(RejectedError, match="không có mốc"):
        of_report(path)


# Other registers, and evidence


def test_extends_tells_where_two_registers_part(filled: tuple[Path, Context], tmp_path: Path) -> None:
    """The first operation that differs is named, with what each side has in its place."""
    path, context = filled
    branch = tmp_path / "branch.db"
    shutil.copyfile(context.older, branch)
    connection = store.connect(branch)
    build.record(connection, "498", "2022-01-01")
    connection.close()
    (finding,) = verify.inspect(path, Wanted(extends=branch)).findings
    assert (finding.rule, finding.at.operation) == ("extends", 2)
    (finding,) = verify.inspect(context.older, Wanted(extends=path)).findings
    assert (finding.rule, finding.at.operation) == ("extends", 2)
    assert "#2…#9" in finding.message


@pytest.fixture
def another(tmp_path: Path, empty: sqlite3.Connection) -> Path:
    """Another register, with one operation."""
    path = tmp_path / "another.db"
    with contextlib.closing(sqlite3.connect(path)) as target:
        empty.backup(target)
    return path


def _id(path: Path) -> str:
    with contextlib.closing(sqlite3.connect(path)) as plain:
        return str(plain.execute("SELECT substr(hash, 1, 16) FROM operation WHERE number = 1").fetchone()[0])


@pytest.mark.parametrize(
    "command",
    [
        *(f"report --format {form}" for form in ("html", "docx", "xlsx", "md", "json", "table")),
        *(f"status --format {form}" for form in ("md", "json", "table")),
        "export register",
    ],
)
def test_a_report_of_another_register_is_named_as_that(
    run: Callable[..., Outcome], db: Path, another: Path, tmp_path: Path, command: str
) -> None:
    """Exit 4 with both ids, and no word of this register; to its own register the report proves what it did."""
    report = tmp_path / "report"
    assert run("--db", str(another), *command.split(), "-o", str(report)).code == 0
    assert run("--db", str(another), "verify", "--report", str(report)) == Outcome(0, "", "")
    done = run("verify", "--report", str(report))
    assert (done.code, done.out) == (4, "")
    assert f"report: of register {_id(another)}, while this is register {_id(db)}" in done.err


def test_another_register_is_named_as_that(run: Callable[..., Outcome], db: Path, another: Path) -> None:
    """So is an anchor that says its register, and a register that is no older copy; a finding comes first."""
    for option, value in (
        ("--extends", str(another)),
        ("--anchor", f"{_id(another)}:{forgeries.anchor(another)}"),
    ):
        done = run("verify", option, value)
        assert (done.code, done.out, _id(another) in done.err, _id(db) in done.err) == (4, "", True, True)
        assert run("verify", option, value, "--anchor", f"1:{'0' * 64}").code == 3
    assert run("verify", "--anchor", f"{_id(db).upper()}:{forgeries.anchor(db)}") == Outcome(0, "", "")


def test_an_anchor_without_a_register_is_judged_as_before(run: Callable[..., Outcome], another: Path) -> None:
    """It cannot say that it is of another register."""
    assert run("verify", "--anchor", forgeries.anchor(another)).code == 3


@pytest.mark.parametrize("form", ["md", "json", "table", "docx"])
def test_a_report_on_standard_input(run: Callable[..., Outcome], tmp_path: Path, form: str) -> None:
    """`--report -` reads it there, in any format."""
    report = tmp_path / "report"
    assert run("report", "--format", form, "-o", str(report)).code == 0
    assert run("verify", "--report", "-", stdin=report.read_bytes()) == Outcome(0, "", "")
    assert run("verify", "--report", "-", stdin=b"").code == 7


def test_every_object_names_its_register(run: Callable[..., Outcome], db: Path, tmp_path: Path) -> None:
    """Whatever answers in JSON says which register it speaks of."""
    table = tmp_path / "in.csv"
    table.write_text("unit_code,done_on\n492,2022-03-30\n", encoding="utf-8")
    for command in (
        "status", "list", "plan", "units list", "log", "check", "history 492", "trend p1-launch", "report", "verify",
        "export units", "diff --from 2022-01-01 --to 2022-04-01", f"import launches {table} --format-report",
    ):  # fmt: skip
        form = () if command.endswith("-report") else ("--format",)
        found = json.loads(run(*command.split(), *form, "json").out)
        assert found["register"] == _id(db), command


def test_a_backup_that_is_broken_proves_nothing(filled: tuple[Path, Context]) -> None:
    """What is wrong with the other register is a finding too."""
    path, context = filled
    forgeries.statements("UPDATE unit SET kind = 'other' WHERE id = 3")(context.older, context)
    assert {item.rule for item in verify.inspect(path, Wanted(extends=context.older)).findings} == {"extends"}


def test_evidence_files(run: Callable[..., Outcome], tmp_path: Path) -> None:
    """A file that is other than recorded, or gone, is found; an address, and a voided record's file, is not looked at."""
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(b"scan")
    run("record", "launch", "492", "--on", "2022-03-30", "--evidence", str(paper))
    run("record", "launch", "493", "--on", "2022-03-30", "--evidence", "https://example.invalid/x")
    assert run("verify", "--evidence") == Outcome(0, "", "")
    paper.write_bytes(b"other")
    found = run("verify", "--evidence", "--format", "jsonl")
    assert found.code == 3
    assert json.loads(found.out)["row"] == 1
    paper.unlink()
    assert run("verify", "--evidence").code == 3
    assert run("verify").code == 0
    run("record", "void", "1", "--reason", "x")
    assert run("verify", "--evidence").code == 0


def test_evidence_holds_no_writer_up(
    run: Callable[..., Outcome], db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While files are hashed others write; what is told is of the register as it was examined."""
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(b"scan")
    run("record", "launch", "492", "--on", "2022-03-30", "--evidence", str(paper))
    paper.write_bytes(b"other")
    head, hashed = forgeries.anchor(db), files.sha256

    def slowly(path: Path) -> str:
        assert run("record", "void", "1", "--reason", "x").code == 0
        return hashed(path)

    monkeypatch.setattr(store.opening, "BUSY_SECONDS", 0.1)
    monkeypatch.setattr(files, "sha256", slowly)
    proof = verify.inspect(db, Wanted(evidence=tmp_path))
    assert proof.head is not None
    assert ([finding.at.id for finding in proof.findings], proof.head.anchor) == ([1], head)
    assert verify.inspect(db, Wanted(evidence=tmp_path)).findings == []


def test_evidence_is_looked_for_where_it_is_said_to_be(
    run: Callable[..., Outcome], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A path that is not absolute starts at --evidence-dir, else at the current folder."""
    (tmp_path / "paper.pdf").write_bytes(b"scan")
    monkeypatch.chdir(tmp_path)
    run("record", "launch", "492", "--on", "2022-03-30", "--evidence", "paper.pdf")
    monkeypatch.chdir("/")
    assert run("verify", "--evidence").code == 3
    assert run("verify", "--evidence-dir", str(tmp_path)).code == 0


def test_silence_and_the_object(run: Callable[..., Outcome], db: Path) -> None:
    """An intact register prints nothing; with --format json it prints an object without rows."""
    assert run("verify") == Outcome(0, "", "")
    good = json.loads(run("verify", "--format", "json").out)
    assert (good["intact"], good["rows"], good["head"]) == (True, [], forgeries.anchor(db))
    forgeries.statements(
        "UPDATE unit SET kind = 'other' WHERE id = 3", "DELETE FROM unit_version WHERE unit = 4"
    )(db, Context(db))
    bad = run("verify", "--format", "json")
    assert (bad.code, json.loads(bad.out)["intact"], len(json.loads(bad.out)["rows"])) == (3, False, 2)


@pytest.mark.parametrize("size", [100, 5000, 100_000])
def test_a_torn_file_is_a_finding(db: Path, run: Callable[..., Outcome], size: int) -> None:
    """A file that ends too early still has our header: exit 3, with what SQLite says, and no traceback."""
    with db.open("r+b") as file:
        file.truncate(size)
    done = run("verify")
    assert (done.code, "SQLite" in done.out, done.err) == (3, True, "")


def test_verify_of_what_is_no_register(run: Callable[..., Outcome], db: Path) -> None:
    """A file that is missing, or not ours, is exit 5: there is nothing to verify."""
    db.write_bytes(b"hello")
    assert run("verify").code == 5
    db.unlink()
    assert run("verify").code == 5
    assert not db.exists()


def test_verify_changes_nothing(filled: tuple[Path, Context]) -> None:
    """Not a byte of the register."""
    path, _context = filled
    before = path.read_bytes()
    verify.inspect(path)
    assert path.read_bytes() == before


def test_an_unfinished_write_is_cleared_away_first(run: Callable[..., Outcome], db: Path) -> None:
    """As by every command, else what a killed writer left would be judged; not with --read-only."""
    build.cut_off(db)
    torn = db.read_bytes()
    assert (run("--read-only", "verify").code, db.read_bytes()) == (5, torn)
    assert run("verify") == Outcome(0, "", "")
    assert not drafts.journal_of(db).exists()


@pytest.mark.parametrize("command", [["verify", "--extends"], ["restore"]])
def test_another_file_is_left_as_it_is(
    run: Callable[..., Outcome], db: Path, tmp_path: Path, command: list[str]
) -> None:
    """What stands beside a file that is only compared with, or restored from, is its owner's to clear away."""
    other = tmp_path / "other.db"
    shutil.copyfile(db, other)
    build.cut_off(other)
    before = other.read_bytes(), drafts.journal_of(other).read_bytes()
    done = run(*command, str(other))
    assert (done.code, "verify, without --read-only" in done.err) == (5, True)
    assert (other.read_bytes(), drafts.journal_of(other).read_bytes()) == before


@pytest.mark.parametrize("command", ["verify", "status", "backup"])
def test_a_newer_register_keeps_its_unfinished_write(
    run: Callable[..., Outcome], db: Path, command: str
) -> None:
    """A file that is refused by its header is never opened, so that not even a journal is touched."""
    build.cut_off(db)
    data = bytearray(db.read_bytes())
    data[60:64] = (store.schema.SCHEMA_VERSION + 1).to_bytes(4)
    db.write_bytes(data)
    before = drafts.journal_of(db).read_bytes()
    assert run(command).code == 5
    assert (db.read_bytes(), drafts.journal_of(db).read_bytes()) == (bytes(data), before)


def test_a_busy_register_is_no_finding(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lock that does not go away is exit 5, not a doubt about the content."""
    monkeypatch.setattr(store.opening, "BUSY_SECONDS", 0.05)
    other = sqlite3.connect(db, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError, match="bận"):
        verify.inspect(db)
    other.close()


# What another program may do

OTHERS = {
    "a view": "CREATE VIEW sums AS SELECT count(*) FROM record",
    "a view of what is not there": 'CREATE VIEW "odd ""name" AS SELECT * FROM nowhere',
    "statistics": "ANALYZE",
    "an index": "CREATE INDEX by_day ON record (done_on DESC, note COLLATE NOCASE)",
    "an index of some rows": "CREATE INDEX noted ON record (unit) WHERE note IS NOT NULL AND (action = 'launch')",
    "an index of what is computed": 'CREATE INDEX lowered ON unit_version (lower("name"))',
}


def _plain(path: Path, *statements: str) -> None:
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as plain:
        for statement in statements:
            plain.execute(statement)


@pytest.mark.parametrize("name", OTHERS)
def test_what_others_add_for_themselves_does_no_harm(
    run: Callable[..., Outcome], db: Path, tmp_path: Path, name: str
) -> None:
    """A view, statistics, an honest index: a notice, while all commands go on and the register is intact."""
    forgeries.fill(db)
    _plain(db, OTHERS[name])
    told = run("verify")
    assert (told.code, told.out, "another program" in told.err) == (0, "", True)
    assert run("record", "launch", "490", "--on", "2022-03-01").code == 0
    made = run("backup", str(tmp_path / "copies")).out.strip()
    assert verify.inspect(Path(made)).notices
    assert run("--db", str(tmp_path / "again.db"), "restore", made).code == 0
    assert run("restore", made).code == 0
    text = tmp_path / "register.jsonl"
    assert run("export", "register", "-o", str(text)).code == 0
    assert run("--db", str(tmp_path / "plain.db"), "restore", str(text)).code == 0
    assert verify.inspect(tmp_path / "plain.db").notices == []


@pytest.mark.parametrize(
    "made",
    [
        "CREATE TRIGGER \"my trigger\" AFTER INSERT ON record BEGIN SELECT 1; END",
        "CREATE TABLE extra (a UNIQUE)",
        "CREATE UNIQUE INDEX extra ON record (unit, action)",
        "CREATE INDEX extra ON record (hex(note))",
        "CREATE INDEX extra ON record (done_on) WHERE note LIKE 'a%b%c%'",
        'CREATE INDEX extra ON record ("replace" (note, 1, 2))',
    ],
)  # fmt: skip
def test_a_finding_says_its_cure(run: Callable[..., Outcome], db: Path, made: str) -> None:
    """The SQL of the cure takes away what could change what is written or read, and the register is intact."""
    _plain(db, made)
    found = run("verify", "--format", "jsonl")
    assert (found.code, found.out.count("\n")) == (3, 1)
    cure = verify.inspect(db).findings[0].message.partition("; chữa: ")[2]
    _plain(db, cure)
    assert run("verify") == Outcome(0, "", "")


def test_an_index_that_lies_says_its_cure(db: Path) -> None:
    """Where SQLite's own check finds a foreign index wrong, the cure is to drop it; one of ours is made again."""
    forgeries.fill(db)
    lie = next(forgery for forgery in forgeries.FORGERIES if forgery.name == "plant an index that lies")
    lie.forge(db, forgeries.Context(db))
    assert {each.message.partition("; chữa: ")[2] for each in verify.inspect(db).findings} == {
        'DROP INDEX "extra"'
    }
    _plain(db, 'DROP INDEX "extra"', "DROP INDEX record_by_unit")
    (finding,) = verify.inspect(db).findings
    _plain(db, finding.message.partition("; chữa: ")[2])
    assert verify.inspect(db).findings == []


def test_a_notice_of_the_object(run: Callable[..., Outcome], db: Path) -> None:
    """Machines find notices beside the rows, which are findings alone."""
    _plain(db, OTHERS["a view"])
    told = json.loads(run("verify", "--format", "json").out)
    assert (told["intact"], told["rows"], told["notices"][0]["check"]) == (True, [], "schema")


# A clock that once ran ahead


def _write_at(run: Callable[..., Outcome], patch: pytest.MonkeyPatch, at: datetime, unit: str) -> Outcome:
    patch.setattr(dates, "now", lambda: at)
    done = run("record", "launch", unit, "--on", "2022-03-30")
    assert done.code == 0, done
    return done


@pytest.fixture
def after_2099(run: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch) -> Outcome:
    """Operation 2 a day after the first, 3 under a clock of 2099, 4 and 5 two and three days after the first."""
    _write_at(run, monkeypatch, NOW + timedelta(days=1), "490")
    assert _write_at(run, monkeypatch, datetime(2099, 1, 1, 3, tzinfo=UTC), "491").err == ""
    told = _write_at(run, monkeypatch, NOW + timedelta(days=2), "492")
    _write_at(run, monkeypatch, NOW + timedelta(days=3), "493")
    return told


def test_a_write_behind_the_newest_operation_says_so(
    run: Callable[..., Outcome], after_2099: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is stored, and the warning has both times; a clock that is five minutes behind is no news."""
    assert "operation before, #3, is dated 2099-01-01 10:00:00" in after_2099.err
    assert "clock says 2026-11-25 10:00:00" in after_2099.err
    assert after_2099.err.count("\n") == 2
    monkeypatch.setattr(dates, "now", lambda: datetime(2099, 1, 1, 2, 56, tzinfo=UTC))
    assert run("record", "launch", "494", "--on", "2022-03-30").err == ""


def test_operations_of_a_wrong_clock_are_marked(run: Callable[..., Outcome], after_2099: Outcome) -> None:
    """`log` has a key, and a column where there are any; for `verify` they are a notice, and no finding."""
    log = json.loads(run("log", "--format", "json").out)
    assert [(row["operation"], row["clock"]) for row in log["rows"]] == [
        (5, "held"), (4, "held"), (3, "ahead"), (2, None), (1, None),
    ]  # fmt: skip
    assert "ran ahead" in run("log").out
    told = run("verify")
    assert (told.code, told.out, "operations #3…#5" in told.err) == (0, "", True)
    told = json.loads(run("verify", "--format", "json").out)
    assert [(each["check"], each["operation"]) for each in told["notices"]] == [("clock", 3)]


@pytest.mark.parametrize(
    ("command", "asked", "taken"),
    [
        ("status --known-at", "2026-11-23", None),  # before the last operation of a right clock
        ("status --known-at", "2026-11-24", 2),
        ("status --known-at", "2026-11-25", 2),
        ("status --known-at", "2030-01-01", 2),
        ("status --known-at", "2026-11-25T12:00:00+07:00", 2),
        ("status --known-at", "#4", None),
        ("report --format md --since", "2026-11-25", 2),
        ("report --format md --as-of 2026-12-02", "", 2),
        ("diff --to #5 --from", "2026-11-25T12:00:00+07:00", 2),
    ],
)
def test_a_day_that_a_wrong_clock_touches(
    run: Callable[..., Outcome], after_2099: Outcome, command: str, asked: str, taken: int | None
) -> None:
    """What was known then is open: a warning says up to which operation it was taken, and offers a number."""
    done = run(*command.split(), *([asked] if asked else []))
    assert done.code == 0, done
    doubtful = f"taken is what was known at #{taken}" in done.err and "'#5'" in done.err
    assert doubtful if taken else done.err == ""


def test_a_clock_that_was_put_right_leaves_its_mark(
    run: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when the time of the wrong clock has long passed; days after that are certain again."""
    for hours, unit in ((1, "490"), (30, "491"), (2, "492"), (3, "493"), (50, "494")):
        _write_at(run, monkeypatch, NOW + timedelta(hours=hours), unit)
    monkeypatch.setattr(dates, "now", lambda: NOW + timedelta(days=9))
    log = json.loads(run("log", "--format", "json").out)
    assert [row["clock"] for row in log["rows"]] == [None, "held", "held", "ahead", None, None]
    told = {day: bool(run("status", "--known-at", f"2026-11-{day}").err) for day in (22, 23, 24, 25, 26, 30)}
    assert told == {22: False, 23: True, 24: True, 25: False, 26: False, 30: False}


@given(st.lists(st.integers(2, 10**12), min_size=1, max_size=9))
def test_a_clock_that_goes_on_raises_no_doubt(steps: list[int]) -> None:
    """Operations that a clock has dated one after the other are not marked."""
    stamps = [dates.stamp(NOW + timedelta(microseconds=end)) for end in accumulate(steps)]
    chain = [journal.Operation(number, at, "", "", 0, "", "", "") for number, at in enumerate(stamps, 1)]
    assert journal.doubts(chain, dates.unstamp(stamps[-1])) == []


# The verifier of the documentation


@pytest.fixture(scope="module")
def verifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program that stands in docs/verify.md."""
    text = (ROOT / "docs" / "verify.md").read_text(encoding="utf-8")
    code = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(code) == 1
    assert len([line for line in code[0].splitlines() if line.strip()]) <= 36
    path = tmp_path_factory.mktemp("docs") / "verifier.py"
    path.write_text(code[0], encoding="utf-8")
    return path


def _second_opinion(verifier: Path, *arguments: object) -> int:
    command = [sys.executable, "-I", "-W", "error", str(verifier), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.name)
def test_the_documented_verifier_agrees(
    filled: tuple[Path, Context], verifier: Path, forgery: Forgery, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some thirty lines without our package find what concerns the chain, and an anchor, just as `verify` does."""

    def opinion(*arguments: object) -> object:
        monkeypatch.setattr(sys, "argv", [str(verifier), *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            runpy.run_path(str(verifier), run_name="__main__")
        return end.value.code or 0

    path, context = filled
    anchor = forgeries.anchor(path)
    forgery.forge(path, context)
    chain = {"chain", "digest", "rows"}
    found = _checks(path, Wanted([parse(anchor)]))
    assert opinion(path) == (3 if found & chain else 0)
    assert opinion(path, anchor) == (3 if found & (chain | {"anchor"}) else 0)


def _found(verifier: Path, *arguments: object) -> bool:
    return _second_opinion(verifier, *arguments) == 3


def test_the_documented_verifier_reads_an_anchor_as_we_do(db: Path, verifier: Path) -> None:
    """Zeros in front, capitals and spaces at the edges do not matter; anything less than an anchor does not hold."""
    number, _colon, digits = forgeries.anchor(db).partition(":")
    own = digits[:16]  # of the first operation
    for good in (
        f"{number}:{digits}", f"00{number}:{digits.upper()}", f" {number}:{digits}\n", f"{own}:{number}:{digits}",
    ):  # fmt: skip
        assert not _found(verifier, db, good)
    for bad in (
        f"{'0' * 16}:{number}:{digits}",
        f"x:{own}:{number}:{digits}",
        "",
        number,
        digits,
        f"{number}:",
        f"{number}{digits}",
        f"2:{digits}",
        "0:",
        ":",
    ):
        assert _found(verifier, db, bad), bad


def test_the_documented_verifier_opens_any_name(db: Path, tmp_path: Path, verifier: Path) -> None:
    """A path is a path, whatever stands in it."""
    odd = tmp_path / "a#b?c=d%20 é.db"
    shutil.copyfile(db, odd)
    assert not _found(verifier, odd)


@pytest.mark.parametrize("value", ["x'ff'", "CAST(x'4180ff' AS TEXT)", "12"])
def test_the_documented_verifier_reads_on_damage(db: Path, verifier: Path, value: str) -> None:
    """What is no text, and what is no register, is found, without a traceback."""
    with forgeries.forging(db) as plain:
        plain.execute("PRAGMA writable_schema = ON")
        plain.execute("UPDATE sqlite_schema SET sql = replace(sql, 'STRICT', '') WHERE name = 'operation'")
        plain.execute("PRAGMA writable_schema = RESET")
        plain.execute(f"UPDATE operation SET recorded_at = {value}")
    assert _found(verifier, db)
    db.write_bytes(db.read_bytes()[:5000])
    assert _found(verifier, db)
    db.write_bytes(b"hello")
    assert _found(verifier, db)


def test_a_missing_scan_is_said_in_the_language_in_use(run: Callable[..., Outcome], tmp_path: Path) -> None:
    """What the system says of a file of evidence is in Vietnamese for a Vietnamese reader."""
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(b"x")
    assert run("record", "launch", "492", "--on", "2022-03-30", "--evidence", str(scan)).code == 0
    scan.unlink()
    done = run("verify", "--evidence", lang="vi")
    assert (done.code, "không có tệp" in " ".join(done.out.split())) == (3, True), done.out
