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


def test_a_terminal_sees_how_far_it_is(db: Path, tmp_path: Path) -> None:
    """At a terminal a long file shows a bar on standard error; standard output is as without it."""
    file = tmp_path / "in.csv"
    rows = "".join(f"{number},2022-03-01\n" for number in range(progress.LONG + 1))
    file.write_text(f"unit,date\n Z,2022-03-01\n{rows}", encoding="utf-8")
    near, far = pty.openpty()
    done = subprocess.Popen(
        [sys.executable, "-m", "thidua_cli", "import", "launches", str(file), "--max-errors", "1"],
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
    assert (done.returncode, out) == (7, b"")
    assert "Đang kiểm tra" in seen.decode()
