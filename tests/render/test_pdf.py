"""The report as PDF: the page of print, with its fonts, the same bytes for the same moment."""

import re
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Outcome

Run = Callable[..., Outcome]
pdf = pytest.importorskip("thidua_cli.render.pdf")
INSTANT = "2022-04-15T01:00:00.000000Z"


def _made(page: str) -> bytes:
    made: bytes = pdf.from_html(page, INSTANT)
    return made


def _streams(made: bytes) -> bytes:
    """All that a PDF draws, unpacked."""
    parts = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", made, re.DOTALL)
    return b"\n".join(zlib.decompress(part) if part[:1] == b"\x78" else part for part in parts)


def test_the_same_page_is_the_same_bytes() -> None:
    """Neither the clock nor the order of a run is in the file; another page is another file."""
    page = "<html lang='vi'><body><p>Phường Thọ Quang</p></body></html>"
    assert _made(page) == _made(page)
    assert _made(page) != _made(page.replace("Thọ", "Tho"))


def test_fonts_are_inside() -> None:
    """A reader without our fonts shows the same letters."""
    assert b"/FontFile" in _streams(_made("<html><body><p>Đà Nẵng</p></body></html>"))


def test_charts_have_their_colours() -> None:
    """A line of a chart is drawn in the colour of the style sheet, and is not filled."""
    chart = '<svg viewBox="0 0 9 9"><path class="s1 line" d="M0 0H9V9"/></svg>'
    drawn = _streams(_made(f"<html><body>{chart}</body></html>"))
    accent = tuple(int("0b5394"[index : index + 2], 16) / 255 for index in (0, 2, 4))
    strokes = [tuple(map(float, found)) for found in re.findall(rb"([\d.]+) ([\d.]+) ([\d.]+) RG", drawn)]
    assert any(found == pytest.approx(accent, abs=0.01) for found in strokes)


def test_nothing_is_fetched(capsys: pytest.CaptureFixture[str]) -> None:
    """An address in a page is not asked for."""
    assert _made('<html><body><img src="http://example.invalid/a.png"></body></html>').startswith(b"%PDF")


def test_the_report_is_a_pdf(run: Run, tmp_path: Path) -> None:
    """`report -o FILE.pdf` writes one."""
    done = run("report", "--phase", "p2", "--as-of", "2022-04-15", "-o", str(tmp_path / "a.pdf"))
    assert (done.code, done.err) == (0, "")
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF-")


def test_without_the_extra_the_cure_is_said(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that has no WeasyPrint is told what to install; nothing is written."""
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    done = run("report", "--as-of", "2022-04-15", "-o", str(tmp_path / "a.pdf"))
    assert (done.code, "thidua-cli[pdf]" in done.err) == (2, True)
    assert not list(tmp_path.glob("*.pdf"))
