"""What is asked at a terminal, in both languages: only what has two readings, and once before anything is stored."""

import json
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pexpect
import pytest

from books import row, xlsx
from conftest import Outcome

LIST = row("Đơn vị", "Ngày phát động") + row("492", "30/03/2022") + row("493", "31/03/2022")
AGREE = {"vi": "Ghi vào sổ 2 mới", "en": "Store 2 new"}
Talk = Callable[..., "pexpect.spawn[str]"]


@pytest.fixture
def talk(db: Path) -> Iterator[Talk]:
    """Start a command at a terminal of 80 columns."""
    started = []

    def call(*words: str, lang: str = "vi") -> "pexpect.spawn[str]":
        command = ["-m", "thidua_cli", "--db", str(db), "--lang", lang, *words]
        child = pexpect.spawn(sys.executable, command, encoding="utf-8", dimensions=(40, 80), timeout=60)
        started.append(child)
        return child

    yield call
    for child in started:
        child.close(force=True)


def _ended(child: "pexpect.spawn[str]") -> int:
    child.expect(pexpect.EOF)
    child.close()
    return int(child.exitstatus if child.exitstatus is not None else -1)


def _stored(db: Path) -> list[tuple[str, str]]:
    query = "SELECT unit, done_on FROM record ORDER BY unit"
    with closing(sqlite3.connect(db)) as register:
        return list(register.execute(query))


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_list_is_shown_and_asked_once(talk: Talk, db: Path, tmp_path: Path, lang: str) -> None:
    """Columns, rows and verdicts, then one question; a list of two sheets asks first which."""
    path = tmp_path / "in.xlsx"
    path.write_bytes(xlsx(LIST, LIST.replace("/03/2022", "/04/2022")))
    child = talk("import", "launches", str(path), lang=lang)
    child.expect("1. S0.*2. S1.*3. ")
    child.sendline("1")
    child.expect({"vi": "492.*30/03/2022.*", "en": "492.*2022-03-30.*"}[lang] + AGREE[lang])
    assert "done_on" in child.match.group() or "done_on" in child.before
    child.sendline("c" if lang == "vi" else "y")
    assert _ended(child) == 0
    assert [day for _unit, day in _stored(db)] == ["2022-03-30", "2022-03-31"]


def test_a_column_and_a_name_are_asked(talk: Talk, db: Path, tmp_path: Path) -> None:
    """A missing column has a header chosen, others are left out once, and a name means a unit of those near."""
    path = tmp_path / "in.csv"
    path.write_text("Đơn vị,Khi nào,Điện thoại\nThọ Quang,30/03/2022,1\n", encoding="utf-8")
    child = talk("import", "launches", str(path))
    child.expect("Cột nào là Ngày phát động.*1. Khi nào")
    child.sendline("1")
    child.expect("Điện thoại. Bỏ qua")
    child.sendline("c")
    child.expect("1. 20263  UBND phường Thọ Quang")
    child.sendline("1")
    child.expect("Ghi vào sổ 1 mới")
    child.sendline("c")
    assert (_ended(child), len(_stored(db))) == (0, 1)


@pytest.mark.parametrize("answer", ["\r", "k\r", "\x03", "\x04"])
def test_whoever_does_not_agree_stores_nothing(talk: Talk, db: Path, tmp_path: Path, answer: str) -> None:
    """An empty line, no, Ctrl-C and Ctrl-D."""
    path = tmp_path / "in.csv"
    path.write_text("Đơn vị,Ngày phát động\n492,30/03/2022\n", encoding="utf-8")
    child = talk("import", "launches", str(path))
    child.expect("Ghi vào sổ 1 mới")
    child.send(answer)
    assert (_ended(child), _stored(db)) == (130, [])


def test_a_single_candidate_is_asked_about(talk: Talk, db: Path) -> None:
    """When a record is written by hand; with --yes nothing is."""
    child = talk("record", "launch", "Thọ Quang", "--on", "30/03/2022")
    child.expect("20263  UBND phường Thọ Quang.*Ghi cho đơn vị ấy")
    child.sendline("c")
    assert (_ended(child), len(_stored(db))) == (0, 1)
    assert _ended(talk("record", "launch", "Thọ Quang", "--on", "30/03/2022", "--yes")) == 4


def test_a_pipe_is_never_asked(run: Callable[..., Outcome], talk: Talk, db: Path, tmp_path: Path) -> None:
    """Nor is a terminal with --yes: what has two readings is refused, all else stored."""
    path = tmp_path / "in.xlsx"
    path.write_bytes(xlsx(LIST, LIST))
    assert run("import", "launches", str(path)).code == 7
    assert _ended(talk("import", "launches", str(path), "--yes")) == 7
    assert run("record", "launch", "Thọ Quang", "--on", "30/03/2022").code == 4
    assert _ended(talk("import", "launches", str(path), "--yes", "--sheet", "S1")) == 0
    assert len(json.loads(run("log", "--format", "json").out)["rows"]) == 2
