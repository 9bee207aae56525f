"""The plans that come with the program beside that of Đà Nẵng: they load, name their sources, and speak their own words."""

import json
import re
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

import papers
from conftest import ROOT, Outcome
from thidua_cli.reports import letters, remind
from thidua_cli.reports.moment import read_moment
from thidua_cli.reports.selection import Filter

Run = Callable[..., Outcome]
FILES = sorted((ROOT / "data" / "plans").glob("*.toml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_plan_loads_by_its_name(run: Run, tmp_path: Path, file: Path) -> None:
    """And by its path, which is then already there; its plan and status are read, and verify holds."""
    db = ("--db", str(tmp_path / "other.db"))
    made = run(*db, "init", "--plan", file.stem)
    assert made.code == 0, made.err
    again = run(*db, "init", "--plan", str(file))
    assert (again.code, "already" in again.out) == (0, True)
    for lang in ("vi", "en"):
        assert re.search(r"(số|Plan|Decision) \d+/(KH-UBND|QĐ-TTg)", run(*db, "plan", lang=lang).out)
    rows = json.loads(run(*db, "status", "--as-of", "2025-12-31", "--format", "json").out)["rows"]
    assert [row["roster"] > 0 for row in rows] == [True] * len(rows) != []
    assert run(*db, "verify").code == 0


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_figure_has_its_source(file: Path) -> None:
    """Every day and part of the document names a source of the list above, or says that it is a choice."""
    text = file.read_text(encoding="utf-8")
    sources = set(re.findall(r"^# (?:Sources: |         )(\[\d\]) ", text, re.MULTILINE))
    assert len(sources) > 1
    figures = re.findall(r"^(?:document_\w+|starts_on|ends_on|due_on|title_vi) = .*$", text, re.MULTILINE)
    for line in figures:
        if line.startswith(("title_vi", "due_on")) and "#" not in line:
            assert not re.search(r"\d{4}-\d\d-\d\d", line)
            continue
        assert set(re.findall(r"\[\d\]", line.partition("#")[2])) & sources, line


def test_a_file_of_that_name_comes_first(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name is that of a shipped plan only where no file is called so; one that nobody has is exit 7."""
    monkeypatch.chdir(tmp_path)
    Path("hcmc-2022").write_text("[movement]\n", encoding="utf-8")
    assert run("--db", "x.db", "init", "--plan", "hcmc-2022").code == 7
    assert run("--db", "x.db", "init", "--plan", "hcmc-2023").code == 7


def test_letters_speak_the_words_of_the_plan(run: Run, tmp_path: Path) -> None:
    """They rest on the city's plan, name its review and its day, and nothing of Đà Nẵng's."""
    path, units = tmp_path / "other.db", tmp_path / "u.csv"
    units.write_text(
        "code,name,kind\nSX,Sở X,department\nQ1,UBND Quận 1,district-committee\n", encoding="utf-8"
    )
    assert run("--db", str(path), "init", "--plan", "hcmc-2022", "--units", str(units)).code == 0
    with sqlite3.connect(path) as connection:
        at = read_moment(connection, date(2024, 2, 1), None)
        found = remind.read(connection, at, Filter())
        plain = papers.head()._replace(governing_body="", place="TP. Hồ Chí Minh")
        made = [data for one in (False, True) for _name, data in letters.letters(found, plain, one=one)]
    assert len(made) == 3
    for data in (made[0], made[-1]):
        told = papers.words(data)
        assert (
            "Thực hiện Kế hoạch số 2242/KH-UBND ngày 05/07/2022 của Ủy ban nhân dân Thành phố Hồ Chí Minh phát động"
            in told
        )
        assert "31/12/2023" in told
        assert not re.search(r"p1|p2|Đà Nẵng", told)


ANOTHERS = re.compile(r"\bp[12]\b|\bp[12]-|Đà Nẵng|phát động|launch", re.IGNORECASE)
COMMANDS = (
    "", "plan", "plan amend", "plan history", "record", "record review", "record exemption", "record extension",
    "record withdrawal", "record supplement", "record correct", "record void", "units", "units add", "units list", "init", "import",
    "export", "status", "list", "check", "history", "diff", "log", "undo", "report", "remind", "trend", "calendar",
)  # fmt: skip
OUTPUTS = (
    "", "plan", "status", "status --by kind", "list", "check", "history SX", "trend interim-2023", "units list",
    "remind --as-of 2024-02-01", "remind --as-of 2024-02-01 -f csv", "diff --from 2023-01-01 --to 2024-02-01",
    "report --as-of 2024-02-01 -f md", "report --as-of 2024-02-01 -f html", "report --as-of 2024-02-01 -f json",
    "log", "list nope", "check nope", "status --phase nope", "record nope", "record review SX --on 2030-01-01",
    "record review SX --on 2022-01-01", "record review SX", "record exemption SX --on 2023-01-01 --reason x",
    "record exemption SX --obligation nope --on 2023-01-01 --reason x", "import nope u.csv", "export nope",
    "import reviews u.csv", "import reviews u.csv --phase nope", "import exemptions u.csv",
    "plan amend --doc 1 --on 2023-01-01", "plan amend --due x --doc 1 --on 2023-01-01",
    "plan amend --due x=2023-01-01 --doc 1 --on 2023-01-01", "export reviews", "export exemptions",
)  # fmt: skip


@pytest.fixture
def hcmc(run: Run, db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The register of Hồ Chí Minh City's plan with two units, in the place that `run` uses."""
    db.unlink()
    monkeypatch.chdir(tmp_path)
    Path("u.csv").write_text("code,name,kind\nSX,Sở X,department\nQ1,UBND Quận 1,district-committee\n")
    assert run("init", "--plan", "hcmc-2022", "--units", "u.csv").code == 0
    return run


def own_words(text: str) -> list[str]:
    """The lines that speak another plan's words; the title of the plan's own document is not looked at."""
    title = "phát động phong trào thi đua thực hiện Chính quyền số"
    lines = (
        " ".join(text.replace("\u00a0", " ").split(" ")).replace(title, "").replace(f"Kế hoạch {title}", "")
    )
    return [line for line in lines.splitlines() if ANOTHERS.search(line)]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_no_output_speaks_of_another_plan(hcmc: Run, lang: str) -> None:
    """Help, reports, suggestions and refusals name no phase, obligation, action or city of the shipped plan."""
    for command in COMMANDS:
        told = hcmc(*command.split(), "--help", lang=lang)
        assert (told.code, own_words(told.out)) == (0, []), command
    for command in OUTPUTS:
        told = hcmc(*command.split(), lang=lang)
        assert told.code in (0, 2, 3, 4, 6, 7), (command, told)
        assert own_words(told.out + told.err) == [], command


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_no_template_speaks_of_another_plan(hcmc: Run, lang: str) -> None:
    """Every cell of the workbooks that units fill in."""
    for kind in ("units", "reviews", "exemptions", "extensions", "changes"):
        done = hcmc("import", kind, "--template", "-o", f"{kind}.xlsx", lang=lang)
        assert done.code == 0, done.err
        book = CalamineWorkbook.from_path(f"{kind}.xlsx")
        cells = [
            str(cell)
            for name in book.sheet_names
            for row in book.get_sheet_by_name(name).to_python()
            for cell in row
        ]
        assert len(cells) > 20
        assert own_words("\n".join(cells)) == []


def test_what_another_plan_asks_is_not_known(hcmc: Run) -> None:
    """An action that the plan has not is refused by name, with those that it has."""
    for command in ("record launch SX --on 2023-01-01", "import launches u.csv"):
        told = hcmc(*command.split())
        assert (told.code, "review" in told.err) == (2, True), told


def test_the_weekly_script_names_no_code() -> None:
    """It runs with every plan."""
    for name in ("weekly.sh", "weekly.crontab", "weekly.service", "weekly.timer"):
        assert own_words((ROOT / "examples" / name).read_text(encoding="utf-8")) == []
