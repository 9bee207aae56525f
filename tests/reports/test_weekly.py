"""The weekly report: its figures are those of status, its order is fixed, an old one can be made again."""

import csv
import json
import random
import re
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

import build
import office
import papers
from conftest import ROOT, Outcome, process
from thidua_cli import store
from thidua_cli.ground import dates
from thidua_cli.register.models import ChangeIn
from thidua_cli.render import pages as render
from thidua_cli.render.document import DocumentFormat
from thidua_cli.render.pages import document_to_bytes as to_bytes
from thidua_cli.reports import weekly
from thidua_cli.reports.moment import read_moment
from thidua_cli.reports.selection import Filter
from thidua_cli.reports.weekly.since import WEEK, file_stem, on_day
from thidua_cli.rules import resolutions as changes

Run = Callable[..., Outcome]

EXAMPLES = ("launches", "registrations", "exemptions")


@pytest.fixture
def filled(run: Run, db: Path, made: dict[str, bytes]) -> Run:
    """The register of the examples."""
    if "examples" not in made:
        for kind in EXAMPLES:
            assert run("import", kind, str(ROOT / f"examples/{kind}_2022.csv")).code == 0
        made["examples"] = db.read_bytes()
    db.write_bytes(made["examples"])
    return run


@pytest.mark.parametrize("day", ["2022-03-31", "2022-04-15", "2026-02-01"])
def test_the_figures_are_those_of_status(filled: Run, day: str) -> None:
    """The rows are those of status, and by group those of status --by."""
    found = json.loads(filled("report", "--as-of", day, "-f", "json").out)
    for key, arguments in [
        ("rows", []),
        *((f"by_{by}", ["--by", by]) for by in ("kind", "level", "district", "content")),
    ]:
        status = json.loads(filled("status", "--as-of", day, "-f", "json", *arguments).out)
        assert found[key] == status["rows"]
    assert (found["as_of"], found["known_at"], found["head"]) == (day, status["known_at"], status["head"])


@pytest.mark.parametrize("day", ["2022-03-31", "2026-02-01"])
def test_the_lists_agree_with_the_figures(filled: Run, day: str) -> None:
    """Overdue, pending, late and exempt units are as many as the rows say, under every obligation."""
    found = json.loads(filled("report", "--as-of", day, "-f", "json").out)
    for row in found["rows"]:
        mine = {
            key: [each for each in found[key] if each["obligation"] == row["obligation"]]
            for key in ("overdue", "pending", "late", "exemptions")
        }
        assert len(mine["pending"]) == row["pending"]
        assert len(mine["overdue"]) == row["overdue"]
        assert len(mine["late"]) == row["late"] + row["declared_late"]
        assert len(mine["exemptions"]) == row["exempt"]


def test_the_summary_tells_of_papers_that_came_after_the_phase(run: Run) -> None:
    """Where no due day is set, declared late and late go by the phase's last day, and are told."""
    paper = ("--doc", "1/ĐK", "--phase", "p1")
    run("record", "registration", "492", "--on", "2022-03-30", "--received", "2026-01-15", *paper)
    run("record", "registration", "SCT", "--on", "2022-03-30", "--received", "2022-04-15", *paper)
    told = run("report", "--as-of", "2026-02-01", "-f", "md").out
    assert "2 of 116 units have registered in phase 1 (1.7%), 1 of them declared late; 114 overdue." in told
    run("record", "registration", "SYT", "--on", "2026-01-10", *paper)
    told = run("report", "--as-of", "2026-02-01", "-f", "md").out
    assert ", 1 late and 2 on time (1 declared late)" in told


def test_the_summary_says_the_figures_in_words(filled: Run) -> None:
    """One sentence for each obligation in play, in the language asked for."""
    vietnamese = filled("report", "--as-of", "2022-04-15", "-f", "md", lang="vi").out.replace("\u00a0", " ")
    assert (
        "Tính đến hết ngày 15/04/2022, 71/115 đơn vị đã phát động (61,7 %), trong đó 6 đơn vị trễ hạn và"
        " 65 đơn vị đúng hạn (có 7 đơn vị khai muộn); còn 44 đơn vị quá hạn."
        " 53/116 đơn vị đã đăng ký (45,6 %); còn 63 đơn vị chưa thực hiện."
    ) in vietnamese
    assert (
        "By the end of 2022-04-15, 71 of 115 units have launched (61.7%), 6 late and 65 on time (7 declared late); 44 overdue."
    ) in filled("report", "--as-of", "2022-04-15", "-f", "md").out


def test_nothing_recorded_is_a_report_too(run: Run) -> None:
    """Every format is written for a register in which nobody has done anything, and before the plan begins."""
    for day in ("2020-12-31", "2022-03-31"):
        for form in DocumentFormat:
            assert run("report", "--as-of", day, "-f", form, "-o", "/dev/null").code == 0
    assert "No unit has to act yet." in run("report", "--as-of", "2020-12-31", "-f", "md").out


@pytest.mark.parametrize("arguments", [["--as-of", "2022-04-15"], ["--phase", "p2", "--as-of", "2022-04-15"]])
def test_no_section_is_empty(empty_db: Path, run: Run, arguments: list[str]) -> None:
    """Without units, and before a phase begins, each section says so in words."""
    assert empty_db.exists()
    text = run("report", *arguments, "-f", "md").out
    for section in text.split("\n## ")[1:]:
        assert section.partition("\n\n")[2].strip("\n-"), section


def test_the_order_of_contents_is_fixed(filled: Run) -> None:
    """Headlines, obligations, groups, contents, changes, annexes, exemptions, units, definitions, source."""
    text = filled("report", "--as-of", "2022-04-15", "-f", "md").out
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == [
        "1. Headline figures", "2. By obligation", "3. By kind, level and district", "4. By content",
        "5. What changed, and why", "Annex I. Units that have not done it",
        "Annex II. Units late or declared late", "Annex III. Exempt units", "Annex IV. State of every unit", "Definitions",
    ]  # fmt: skip
    assert re.search(r"Anchor: [0-9a-f]{16}:\d+:[0-9a-f]{64}\n$", text)


def test_the_roster_of_each_obligation_is_defined(filled: Run) -> None:
    """The definitions give every roster day, and say where newcomers do not count."""
    text = filled("report", "--as-of", "2022-04-15", "-f", "md").out.split("## Definitions")[1]
    assert "| Launch · P1 | Roster as of 2022-03-31. |" in text
    assert "| Launch · P2 | Roster as of the day of the report. |" in text
    assert (
        "| Unit review | Roster as of 2025-12-31. Only units on the roster of the launch of the same phase, and"
        " their successors; other new units do not count. |"
    ) in text
    assert "| District review | Roster as of 2025-12-31. |" in text


def test_what_is_not_broken_down_is_named_with_its_reason(run: Run) -> None:
    """Groups and annex I name each obligation left out: open without a deadline, or due much later."""
    text = run("report", "--as-of", "2022-03-01", "-f", "md").out
    left = (
        "Registration (116 units; no deadline, nobody has acted yet),"
        " Unit review (108 units; due 2025-12-31, more than half a year away)"
    )
    assert f"Not broken down: {left}" in text.split("## 3.")[1].split("## 4.")[0]
    assert f"Not listed in this annex: {left}" in text.split("## Annex I.")[1].split("## Annex II.")[0]


def test_annexes_number_anew_in_each_group_and_name_empty_ones(filled: Run) -> None:
    """Groups have roman numerals in protocol order, their units count from 1, an empty group says so."""
    text = filled("report", "--as-of", "2022-04-15", "-f", "md").out
    annex = text.split("## Annex II.")[1].split("## Annex III.")[0]
    first = annex.split("\n\n### ")[1]
    headings = re.findall(r"\| \*\*([IVX]+)\. (.*?)\*\*", first)
    none = re.findall(r"\*\*No unit: (.*?)\.\*\*", first)
    assert none
    named = [part.partition(". ")[0] for part in none[0].split("; ")]
    assert not set(named) & {numeral for numeral, _words in headings}
    for _heading, body in re.findall(r"\*\*([IVX]+\. [^*]*)\*\*([^*]*)", first):
        numbers = [int(number) for number in re.findall(r"^\| (\d+) \|", body, re.MULTILINE)]
        assert numbers == list(range(1, len(numbers) + 1))


def test_changes_add_up_unit_by_unit(filled: Run) -> None:
    """Every figure of now is the figure of then plus the deltas of the units."""
    found = json.loads(filled("report", "--as-of", "2022-04-15", "--since", "2022-02-01", "-f", "json").out)
    assert found["since"]["as_of"] == "2022-02-01"
    for each in found["figures"]:
        deltas = sum(
            int(delta.removeprefix(each["figure"]))
            for row in found["changes"]
            if row["obligation"] == each["obligation"]
            for delta in row["deltas"]
            if re.fullmatch(rf"{each['figure']}[+-]\d+", delta)
        )
        assert each["from"] + deltas == each["to"]


def test_since_a_day_is_what_was_known_then(
    register: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A paper that came after the day compared with is a change, though the deed is older."""
    monkeypatch.setattr(dates, "now", lambda: datetime(2027, 1, 4, tzinfo=UTC))
    build.record(register, "SKHCN", "2022-01-10", received_on="2022-04-02")
    week = weekly.gather(register, read_moment(register, date(2027, 1, 5), None), Filter(), None)
    assert week.changes is None
    at = read_moment(register, date(2027, 1, 5), None)
    changes = weekly.gather(register, at, Filter(), on_day(register, at, date(2026, 12, 29))).changes
    assert changes is not None
    assert [(row["unit_code"], row["cause"]) for row in changes.rows()] == [("SKHCN", "done_on_time")]


def test_a_report_of_before_the_register_has_nothing_to_compare(filled: Run) -> None:
    """A week before, the register did not exist: this is the first report; a day asked for says so itself."""
    text = filled("report", "--as-of", "2022-04-15", "-f", "md").out
    assert "This is the first report" in text
    assert json.loads(filled("report", "--as-of", "2022-04-15", "-f", "json").out)["since"] is None
    asked = filled("report", "--as-of", "2022-04-15", "--since", "2022-04-08", "-f", "md").out
    assert "there was no register at the instant asked for (2022-04-08 23:59:59)" in asked.split("## 5.")[1]


@pytest.mark.parametrize(
    "command",
    ["units list", "units tree", "units show SCT", "status", "list", "check", "history SCT", "log", "report",
     "trend"],
)  # fmt: skip
def test_a_moment_before_the_register_is_said_to_people(filled: Run, command: str) -> None:
    """Every report known at an instant before the first operation says so; JSON has its `known_at`, as always."""
    words = "there was no register at the instant asked for"
    asked = [*command.split(), "--known-at", "2021-01-01"]
    assert words in " ".join(filled(*asked).out.split())
    assert words not in " ".join(filled(*command.split()).out.split())
    assert words not in filled(*asked, "-f", "json").out


def test_a_void_is_told_with_its_reason(
    register: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Among the changes stands why a record no longer counts; titles have no codes of the plan file."""
    monkeypatch.setattr(dates, "now", lambda: datetime(2027, 1, 4, tzinfo=UTC))
    entry = build.record(register, "SKHCN", "2022-01-10")
    monkeypatch.setattr(dates, "now", lambda: datetime(2027, 1, 14, tzinfo=UTC))
    build.void(register, entry.id, "nhầm đơn vị")
    at = read_moment(register, date(2027, 1, 15), None)
    week = weekly.gather(register, at, Filter(), on_day(register, at, date(2027, 1, 8)))
    text = to_bytes(weekly.document(week), DocumentFormat.MD).decode()
    changed = text.split("## 5. Thay đổi so với ngày 08/01/2027")[1].split("\n## ")[0]
    assert "| SKHCN | Sở Khoa học và Công nghệ | Đúng hạn → Quá hạn | nhầm đơn vị |" in changed
    assert "p1-launch" not in text


def test_nobody_is_said_in_words(run: Run) -> None:
    """Where nobody has acted the summary says so, and no figure of zero."""
    text = run("report", "--as-of", "2022-04-15", "-f", "md", lang="vi").out
    assert "Tính đến hết ngày 15/04/2022, chưa có đơn vị nào phát động; còn 116 đơn vị quá hạn." in text
    assert (
        "Chưa có đơn vị nào phát động giai đoạn 2"
        in run("report", "--as-of", "2026-02-01", "-f", "md", lang="vi").out
    )


def test_last_is_the_newest_report_of_an_earlier_week(filled: Run, tmp_path: Path) -> None:
    """None says that it is the first; the same week again is compared with the same report."""
    folder = tmp_path / "reports"
    folder.mkdir()
    report = ["report", "-o", str(folder), "--since", "last", "-f", "json", "-f", "md"]
    assert filled(*report, "--as-of", "2022-03-28").code == 0
    assert "This is the first report" in (folder / "status-2022-W13.md").read_text(encoding="utf-8")
    for day in ("2022-04-04", "2022-04-04", "2022-04-11"):
        assert filled(*report, "--as-of", day).code == 0
    since = {
        path.name: json.loads(path.read_text(encoding="utf-8"))["since"]
        for path in sorted(folder.glob("*.json"))
    }
    assert [since[name] and since[name]["as_of"] for name in since] == [None, "2022-03-28", "2022-04-04"]
    assert filled("report", "--since", "last").code == 2


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", '{"as_of": "2022-03-28", "known_at": "x", "head": "1:00"}', '{"as_of": 7}']
)
def test_a_last_report_that_is_not_ours_is_refused(filled: Run, tmp_path: Path, text: str) -> None:
    """Neither a damaged report nor one of another register is compared with; nothing is written."""
    (tmp_path / "status-2022-W13.json").write_text(text, encoding="utf-8")
    done = filled("report", "--as-of", "2022-04-04", "--since", "last", "-o", str(tmp_path))
    assert done.code == 7
    assert not list(tmp_path.glob("status-2022-W14.*"))


@pytest.mark.parametrize(
    ("day", "stem"),
    [("2022-03-31", "status-2022-W13"), ("2022-01-01", "status-2021-W52"), ("2024-12-30", "status-2025-W01")],
)
def test_files_are_named_by_iso_week(day: str, stem: str) -> None:
    """The year is that of the week, not that of the day."""
    assert file_stem(date.fromisoformat(day)) == stem


def test_a_folder_takes_every_format(filled: Run, tmp_path: Path) -> None:
    """One file for each, named by week; without --format html and json."""
    folder = tmp_path / "all"
    folder.mkdir()
    forms = [part for form in DocumentFormat for part in ("-f", str(form))]
    assert filled("report", "--as-of", "2022-03-31", "-o", str(folder), *forms).code == 0
    assert sorted(path.suffix for path in folder.iterdir()) == [
        ".docx",
        ".html",
        ".json",
        ".md",
        ".pdf",
        ".txt",
        ".xlsx",
    ]
    for path in folder.iterdir():
        path.unlink()
    assert filled("report", "--as-of", "2022-03-31", "-o", str(folder)).code == 0
    assert sorted(path.name for path in folder.iterdir()) == ["status-2022-W13.html", "status-2022-W13.json"]


def test_a_set_is_replaced_whole_or_not_at_all(
    filled: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where one format fails, the files of before stay as they were and no draft is left."""
    folder = tmp_path / "set"
    folder.mkdir()
    arguments = [
        "report",
        "--as-of",
        "2022-03-31",
        "-o",
        str(folder),
        "-f",
        "html",
        "-f",
        "xlsx",
        "-f",
        "json",
    ]
    assert filled(*arguments).code == 0
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert filled("record", "launch", "SDL", "--on", "2022-03-30").code == 0

    from thidua_cli.render import xlsx

    def fails(*_arguments: object) -> bytes:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(xlsx, "to_bytes", fails)
        with pytest.raises(MemoryError):
            filled(*arguments)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    (folder / "status-2022-W13.xlsx").unlink()
    (folder / "status-2022-W13.xlsx").symlink_to(folder / "no" / "such")
    assert filled(*arguments).code == 5
    assert (folder / "status-2022-W13.html").read_bytes() == before["status-2022-W13.html"]
    assert not [path for path in folder.iterdir() if path.name.endswith(".new")]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["-f", "html", "-f", "json"], 2),
        (["-f", "html", "-f", "json", "-o", "no-folder.html"], 2),
        (["-f", "html", "-f", "json", "-o", "no/such"], 5),
        (["-o", "no/such"], 5),
        (["-o", "x.rtf"], 2),
        (["-o", "no/such/x.html"], 5),
        (["--since", "2022-05-01", "--as-of", "2022-04-01"], 2),
        (["--since", "some day"], 2),
        (["--phase", "p9"], 4),
    ],
)
def test_what_cannot_be_asked(run: Run, arguments: list[str], code: int) -> None:
    """Each failure has its code and says something."""
    done = run("report", *arguments)
    assert (done.code, done.out) == (code, "")
    assert done.err


def test_the_same_bytes_in_another_process(filled: Run, db: Path, tmp_path: Path) -> None:
    """Hash seed, zone and locale of the machine change no byte of any format."""
    forms = [part for form in DocumentFormat for part in ("-f", str(form))]
    made = []
    for number, environment in enumerate(
        (
            {"PYTHONHASHSEED": "1", "TZ": "UTC", "LANG": "C"},
            {"PYTHONHASHSEED": "77", "TZ": "America/New_York", "LANG": "en_US.UTF-8", "COLUMNS": "60"},
        )
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        arguments = ["--lang", "vi", "report", "--as-of", "2022-04-15", "-o", str(folder), *forms]
        done = process(*arguments, db=db, **environment)
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
        made.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert made[0] == made[1]
    assert len(made[0]) == len(DocumentFormat)


def _made(
    connection: sqlite3.Connection, day: date, known_at: str | None, *, page: bool
) -> tuple[bytes, bytes, str]:
    """A week's report as JSON and as a page, and the instant at which its register was known."""
    at = read_moment(connection, day, known_at)
    week = weekly.gather(connection, at, Filter(), on_day(connection, at, day - WEEK))
    data = render.to_bytes(weekly.machine(week), render.Format.JSON)
    return data, to_bytes(weekly.document(week), DocumentFormat.HTML) if page else b"", at.known_at


def _weeks(register: sqlite3.Connection, clock: list[datetime]) -> Iterator[date]:
    """An openly simulated year, seeded: each week papers, some of them old, now and then a void, twice a merger."""
    chance = random.Random(2022)
    codes = [
        row[0] for row in register.execute("SELECT code FROM unit_version WHERE code <> '48' ORDER BY id")
    ]
    chance.shuffle(codes)
    recorded: list[int | None] = []
    for number in range(52):
        day = date(2022, 1, 3) + timedelta(weeks=number)
        clock[0] = datetime(day.year, day.month, day.day, 1, 0, tzinfo=UTC)
        for code in codes[2 * number : 2 * number + 2]:
            done = day - timedelta(
                days=min(chance.randrange(60), day.toordinal() - date(2022, 1, 1).toordinal())
            )
            entry = build.record(register, code, done.isoformat(), received_on=day.isoformat())
            recorded.append(entry.id)
        if chance.random() < 0.3:
            build.void(register, recorded.pop(chance.randrange(len(recorded))))
        if day in (date(2022, 5, 2), date(2022, 10, 3)):
            _merge(register, "20239" if day.month == 5 else "20242", "20236", day)
        yield day


def _merge(register: sqlite3.Connection, old: str, into: str, day: date) -> None:
    name = register.execute("SELECT name FROM unit_version WHERE code = ?", (into,)).fetchone()[0]
    shared = {"new_code": into, "new_name": name, "effective_date": day.isoformat(), "resolution": "1/NQ"}
    rows = [
        changes.Row(0, ChangeIn.model_validate({"old_code": code, "kind_of_change": kind, **shared}))
        for code, kind in ((old, "merge"), (into, "keep"))
    ]
    with store.write(register, actor="test", command="merge") as writer:
        made = changes.plan(register, build.head(register), rows)
        assert not made.problems
        changes.apply(writer, made)


@pytest.mark.parametrize("pages", [6, pytest.param(1, marks=pytest.mark.soak)])
def test_a_year_of_reports_can_be_made_again(
    register: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, pages: int
) -> None:
    """Each week's report, made again later as of its day and known at its instant, is the same to the byte.

    As JSON, and every so many weeks the HTML page.
    """
    clock = [datetime(2022, 1, 3, tzinfo=UTC)]
    monkeypatch.setattr(dates, "now", lambda: clock[0])
    year = [
        (day, _made(register, day, None, page=number % pages == 0))
        for number, day in enumerate(_weeks(register, clock))
    ]
    for number, (day, made) in enumerate(year):
        if number % max(1, pages // 2) == 0:
            assert _made(register, day, made[2], page=number % pages == 0) == made
    assert len({data for _day, (data, _page, _known_at) in year}) == 52
    assert _made(register, year[20][0], None, page=False)[0] != year[20][1][0]


@pytest.mark.parametrize("every", [13, pytest.param(1, marks=pytest.mark.soak)])
def test_every_file_of_a_year_can_be_made_again(
    run: Run, db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, every: int
) -> None:
    """As cron writes them, of the day before; made again at the end of the year by `--known-at` alone."""
    clock = [datetime(2021, 12, 20, tzinfo=UTC)]
    monkeypatch.setattr(dates, "now", lambda: clock[0])
    db.unlink()
    assert run("init").code == 0
    connection = store.prepare(sqlite3.connect(db))
    folder = tmp_path / "reports"
    folder.mkdir()
    forms = [part for form in ("html", "json", "md", "docx", "xlsx") for part in ("-f", form)]

    def write(today: date, *known: str) -> dict[str, bytes]:
        day = today - timedelta(days=1)
        asked = ["report", "--as-of", day.isoformat(), "--since", "last", "-o", str(folder), *forms, *known]
        assert run(*asked, lang="vi").code == 0
        return {path.name: path.read_bytes() for path in sorted(folder.glob(f"{file_stem(day)}.*"))}

    weeks = {day: write(day) for number, day in enumerate(_weeks(connection, clock)) if number % every == 0}
    connection.close()
    clock[0] = datetime(2023, 2, 1, tzinfo=UTC)
    compared = []
    for day, made in weeks.items():
        found = json.loads(made[f"{file_stem(day - timedelta(days=1))}.json"])
        compared.append(found["since"])
        assert len(made) == 5
        assert write(day, "--known-at", found["known_at"]) == made
    assert [since is None for since in compared] == [True, *[False] * (len(weeks) - 1)]


DAYS = ("2022-03-31", "2022-04-15", "2026-02-01")
COUNTS = ("applicable", "done", "rate", "overdue", "pending", "on_time", "late", "declared_late", "roster", "exempt",
          "lapsed")  # fmt: skip


def _figures(filled: Run, day: str) -> list[list[float | None]]:
    """What status says of a day, in the order of the report's columns; a rate is a share of one."""
    rows = json.loads(filled("status", "--as-of", day, "-f", "json").out)["rows"]
    return [
        [row[key] / 100 if key == "rate" and row[key] is not None else row[key] for key in COUNTS]
        for row in rows
        if row["phase"] == "p1" or day > "2026"
    ]


@pytest.mark.parametrize("day", DAYS)
def test_the_workbook_has_the_figures_of_status(filled: Run, tmp_path: Path, day: str) -> None:
    """Read back by another program, obligation by obligation."""
    path = tmp_path / "report.xlsx"
    assert filled("report", "--as-of", day, "-o", str(path)).code == 0
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name("2. By obligation").to_python()
    read = [
        [None if cell == "–" else cell for cell in row[1:12]] for row in rows if isinstance(row[1], float)
    ]
    wanted = _figures(filled, day)
    assert [[cell and round(cell, 4) for cell in row] for row in read] == [
        [cell and round(cell, 4) for cell in row] for row in wanted
    ]
    shares = [row[1] for row in CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()[5:]]
    assert round(wanted[0][2] or 0, 4) in shares


@office.CALC
def test_libreoffice_reads_the_figures_of_the_workbook(filled: Run, tmp_path: Path) -> None:
    """Every sheet comes out as CSV; that of the obligations has the figures of status as people read them."""
    day = "2022-04-15"
    assert filled("report", "--as-of", day, "-o", str(tmp_path / "report.xlsx")).code == 0
    command = [
        "soffice",
        f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
        "--headless",
        "--convert-to",
        "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1",
        "report.xlsx",
    ]
    done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    if not (found := list(tmp_path.glob("report-2*.csv"))):
        pytest.skip(f"this LibreOffice has no spreadsheets: {done.stderr.decode()}")
    rows = list(csv.reader(found[0].read_text(encoding="utf-8").splitlines()))
    read = [
        [float(cell.rstrip("%")) for cell in row[1:12]] for row in rows if len(row) > 11 and row[1].isdigit()
    ]
    wanted = json.loads(filled("status", "--as-of", day, "-f", "json").out)["rows"]
    assert read == [[row[key] for key in COUNTS] for row in wanted if row["phase"] == "p1"]


def test_the_paper_report_has_the_figures_and_the_letterhead(filled: Run, tmp_path: Path) -> None:
    """DOCX holds the figures of status, the names of the letterhead, and the annexes after the signature."""
    from docx import Document

    file, names = tmp_path / "report.docx", ROOT / "examples" / "letterhead.toml"
    assert (
        filled("report", "--as-of", "2022-04-15", "-o", str(file), "--letterhead", str(names), lang="vi").code
        == 0
    )
    (launch,) = [
        row
        for row in json.loads(filled("status", "--as-of", "2022-04-15", "--format", "json").out)["rows"]
        if row["obligation"] == "p1-launch"
    ]
    paper = Document(str(file))
    rows = [[cell.text for cell in row.cells] for table in paper.tables for row in table.rows]
    assert any(
        {str(launch["roster"]), f"{launch['done']}/{launch['applicable']}", str(launch["overdue"])}
        <= set(row)
        for row in rows
    )
    text = [paragraph.text for paragraph in paper.paragraphs]
    cells = " ".join(cell for row in rows for cell in row)
    assert "Nơi nhận" in cells
    end = max(index for index, line in enumerate(text) if line.endswith("./."))
    first_annex = min(index for index, line in enumerate(text) if line == "Phụ lục I")
    assert end < first_annex
    sizes = {
        part.font.size.pt
        for table in paper.tables
        for cell in table._cells
        for paragraph in cell.paragraphs
        for part in paragraph.runs
        if part.font.size
    }
    assert min(sizes) == 11  # no table in small letters


def test_a_letterhead_that_is_not_there_is_told(filled: Run, tmp_path: Path) -> None:
    """A wrong --letterhead ends before anything is written."""
    file = tmp_path / "report.docx"
    assert filled("report", "-o", str(file), "--letterhead", str(tmp_path / "no.toml")).code == 7
    assert not file.exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"as_of":\n', "dòng 2, cột 1: sai cú pháp JSON"),
        ('{\n"as_of": x}', 'dòng 2, cột 10: sai cú pháp JSON: "as_of": x}'),
        ("[]", "thiếu as_of, known_at hoặc head"),
        ('{"as_of": "2022-03-28", "known_at": "x", "head": "y"}', "thiếu as_of, known_at hoặc head"),
    ],
)
def test_a_broken_last_report_is_said_in_full(filled: Run, tmp_path: Path, content: str, said: str) -> None:
    """The first line names the file, the place and what is wrong, a cure follows, and nothing is written."""
    (tmp_path / "status-2022-W13.json").write_text(content, encoding="utf-8")
    done = filled("report", "--as-of", "2022-04-04", "--since", "last", "-o", str(tmp_path), lang="vi")
    assert done.code == 7
    first, cure = done.err.splitlines()[:2]
    assert f"status-2022-W13.json: {said}" in first
    assert "--since NGÀY" in cure
    assert [path.name for path in tmp_path.glob("status-*")] == ["status-2022-W13.json"]


@pytest.mark.parametrize(
    ("lang", "past", "expected"),
    [
        ("vi", "hết ngày 31/12/2026", "Dự kiến đến ngày 31/12/2026"),
        ("en", "end of 2026-12-31", "Expected by 2026-12-31"),
    ],
)
def test_a_day_to_come_is_told_as_expected(filled: Run, lang: str, past: str, expected: str) -> None:
    """No heading, summary or note says of a day to come that it has been, in any format or language."""
    for command in (
        "status", "list p2-launch", "check", "units list", "report", "report -f md", "report -f html",
    ):  # fmt: skip
        told = filled(*command.split(), "--as-of", "2026-12-31", lang=lang).out
        plain = " ".join(told.replace("\u00a0", " ").split())
        assert expected in plain
        assert past not in plain
        if command in ("status", "report -f md"):
            assert expected[:7] not in filled(*command.split(), "--as-of", "2026-11-23", lang=lang).out
    assert past not in filled("diff", "--from", "2026-11-01", "--to", "2026-12-31", lang=lang).out


def test_a_paper_about_a_day_to_come_is_dated_today(filled: Run, tmp_path: Path) -> None:
    """The report says what is expected, under the day of what it knows; a letter what is known by then."""
    day, head = ("--as-of", "2026-12-31"), ("--letterhead", str(ROOT / "examples" / "letterhead.toml"))
    made, letter = tmp_path / "report.docx", tmp_path / "letter.docx"
    assert filled("report", *day, "-o", str(made), *head).code == 0
    said = papers.words(made.read_bytes()).replace("\u00a0", " ")
    assert "kết quả dự kiến đến ngày 31/12/2026" in said
    assert "hết ngày 31/12/2026" not in said
    assert "ngày 23 tháng 11 năm 2026" in said
    assert filled("remind", "p1-launch", "--one", *day, "-o", str(letter), *head).code == 0
    said = papers.words(letter.read_bytes()).replace("\u00a0", " ")
    assert "tính đến 10:00 ngày 23/11/2026" in said
    assert "hết ngày 31/12/2026" not in said


def test_what_was_expected_is_told_so_again(filled: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report about a day to come can be made again after that day, if something was recorded before it."""
    first = filled("report", "--as-of", "2026-12-31", "--since", "2026-11-01", "-f", "md").out
    monkeypatch.setattr(dates, "now", lambda: datetime(2026, 12, 1, 3, tzinfo=UTC))
    filled("record", "launch", "20285", "--on", "2026-11-30", "--phase", "p2")
    monkeypatch.setattr(dates, "now", lambda: datetime(2027, 2, 1, 3, tzinfo=UTC))
    asked = ("report", "--as-of", "2026-12-31", "--since", "2026-11-01", "-f", "md")
    assert filled(*asked, "--known-at", "#4").out == first
    assert "As of the end of 2026-12-31" in filled(*asked).out


def test_a_day_that_is_not_over_is_not_called_over(filled: Run) -> None:
    """Today has an hour: that of the last operation of today; the report is of yesterday unless it is asked for today."""
    assert "As of the end of 2026-11-22" in filled("report", "-f", "md").out
    today = filled("report", "--as-of", "2026-11-23", "-f", "md").out
    assert "As of 10:00 on 2026-11-23" in today
    assert "By 10:00 on 2026-11-23" in today
    assert "end of 2026-11-23" not in today
    assert "As of 10:00 on 2026-11-23" in filled("status").out
