"""What only a terminal sees: how far a long import is, and what was done."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import process
from thidua_cli.cli import progress


def test_nobody_waits_without_a_terminal() -> None:
    """Without a terminal the rows go by in silence, however many they are."""
    items = list(range(progress.LONG))
    assert progress.rows(items) is items


def at_a_terminal(db: Path, *arguments: str) -> tuple[int, bytes, str]:
    """A command whose standard error is a terminal: its exit code, standard output, and what the terminal saw."""
    near, far = pty.openpty()
    done = subprocess.Popen(
        [sys.executable, "-m", "thidua_cli", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=far,
        env={"PATH": os.environ["PATH"], "THIDUA_DB": str(db), "TERM": "xterm", "COLUMNS": "80"},
    )
    os.close(far)
    seen = b""
    while True:
        try:
            piece = os.read(near, 4096)
        except OSError:  # the other end has been closed
            break
        if not piece:
            break
        seen += piece
    out, _err = done.communicate()
    os.close(near)
    return done.returncode, out, seen.decode()


def test_a_terminal_sees_how_far_it_is(db: Path, tmp_path: Path) -> None:
    """At a terminal a long file shows a bar on standard error; standard output is as without it."""
    file = tmp_path / "in.csv"
    rows = "".join(f" {number},2022-03-01\n" for number in range(progress.LONG + 1))
    file.write_text(f"unit,date\n{rows}", encoding="utf-8")
    code, out, seen = at_a_terminal(db, "import", "launches", str(file), "--max-errors", "1")
    assert (code, out) == (7, b"")
    assert "Đang kiểm tra" in seen


def test_a_terminal_sees_what_is_being_done(db: Path, tmp_path: Path) -> None:
    """Reading a large file, checking its rows and storing them are told while they last, then wiped out."""
    units, launches = tmp_path / "units.csv", tmp_path / "launches.csv"
    count = progress.LONG * 3
    units.write_text(
        "code,name,kind,valid_from,note\n"
        + "".join(f"Z{number},Sở Thử {number},department,2021-01-01,{'x' * 40}\n" for number in range(count)),
        encoding="utf-8",
    )
    code, _out, seen = at_a_terminal(db, "import", "units", str(units))
    assert code == 0
    for told in (
        "Đang đọc",
        "Đang kiểm tra",
        "Đang so với sổ: 15.000 dòng…\r\x1b[2K",
        "Đang ghi: 15.000 dòng…\r\x1b[2K",
    ):
        assert told in seen
    launches.write_text(
        "unit,date\n" + "".join(f"Z{number},2022-03-01\n" for number in range(count)), encoding="utf-8"
    )
    code, out, seen = at_a_terminal(db, "import", "launches", str(launches), "--dry-run")
    assert code == 0
    assert "15.000" in seen
    assert "Đang" not in out.decode()


@pytest.mark.parametrize(
    ("arguments", "names", "more"),
    [
        (("list", "p1-launch", "-o", "{folder}/list.csv"), ["list.csv"], ""),
        (("report", "--as-of", "2022-04-04", "-o", "{folder}"), ["status-2022-W14.html", "status-2022-W14.json"], ""),
        (("remind", "p1-launch", "--as-of", "2022-04-04", "--level", "district", "-o", "{folder}/letters"),
         ["remind-2022-04-04-492.docx"], " và 5 tệp khác"),
    ],
)  # fmt: skip
def test_a_terminal_sees_what_was_written(
    db: Path, tmp_path: Path, arguments: tuple[str, ...], names: list[str], more: str
) -> None:
    """One line at a terminal; nothing at all where nobody sits."""
    asked = [each.format(folder=tmp_path) for each in arguments]
    code, out, seen = at_a_terminal(db, *asked)
    assert (code, out) == (0, b"")
    (line,) = seen.splitlines()
    assert line.startswith("đã ghi ")
    assert all(name in line for name in names)
    assert line.endswith(more)
    alone = process(*asked, db=db)
    assert (alone.returncode, alone.stdout, alone.stderr) == (0, b"", b"")


def test_a_terminal_sees_that_all_is_well(db: Path) -> None:
    """`verify` says so with the anchor that it went up to; nothing where nobody sits."""
    code, out, seen = at_a_terminal(db, "verify")
    assert (code, out) == (0, b"")
    assert re.fullmatch(r"sổ nguyên vẹn, mốc [0-9a-f]{16}:1:[0-9a-f]{64}", seen.strip())
    alone = process("verify", db=db)
    assert (alone.returncode, alone.stdout, alone.stderr) == (0, b"", b"")
