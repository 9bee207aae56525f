"""The plans that come with the program beside that of Đà Nẵng: they load, name their sources, and speak their own words."""

import json
import re
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
