"""The bar of a long import: at a terminal only, and gone when the work is done."""

import os
import pty
import subprocess
import sys
from pathlib import Path

from thidua_cli.cli import progress


def test_nobody_waits_without_a_terminal() -> None:
    """Without a terminal the rows go by in silence, however many they are."""
    items = list(range(progress.LONG))
    assert progress.rows(items) is items


def _seen(db: Path, *arguments: str) -> tuple[int, bytes, str]:
    """Exit code and standard output of an import, and what a terminal got from its standard error."""
    near, far = pty.openpty()
    done = subprocess.Popen(
        [sys.executable, "-m", "thidua_cli", "import", *arguments],
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
    code, out, seen = _seen(db, "launches", str(file), "--max-errors", "1")
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
    code, _out, seen = _seen(db, "units", str(units))
    assert code == 0
    for told in ("Đang đọc", "Đang kiểm tra", "Đang so với sổ và ghi: 15.000 dòng…\r\x1b[2K"):
        assert told in seen
    launches.write_text(
        "unit,date\n" + "".join(f"Z{number},2022-03-01\n" for number in range(count)), encoding="utf-8"
    )
    code, out, seen = _seen(db, "launches", str(launches), "--dry-run")
    assert code == 0
    assert "15.000" in seen
    assert "Đang" not in out.decode()
