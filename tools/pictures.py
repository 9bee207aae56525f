"""Draws the pictures of docs/pictures from what the program writes, on the examples and on fixed days.

Run by hand after a change of layout (`make pictures`, or `python tools/pictures.py NAME...`); then look.
Needs LibreOffice (Writer and Calc), pdftoppm and Chromium.
"""

import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import tour

FOLDER = tour.ROOT / "docs" / "pictures"
RECORDED = datetime(2022, 7, 25, 1, 0, tzinfo=UTC)
SETUP = (
    "thidua init",
    "thidua import launches examples/launches_2022.csv",
    "thidua import registrations examples/registrations_2022.csv",
    "thidua import exemptions examples/exemptions_2022.csv",
)
LETTERHEAD = "--letterhead examples/letterhead.toml"
REPORT = "thidua report --as-of 2022-08-01 -o {folder}/report"
REMIND = f"thidua remind --as-of 2022-08-01 {LETTERHEAD} --answer-by 2022-08-15 -o {{folder}}"

Image = tuple[int, int, list[bytes]]  # width, height, and rows of red, green and blue


def paged(document: Path, dots: int) -> Path:
    """The first page of a document through LibreOffice."""
    command = ["soffice", "--headless", "--convert-to", "pdf", "--outdir", document.parent, document]
    subprocess.run(command, check=True, capture_output=True)
    return _first_page(document.with_suffix(".pdf"), dots)


def _first_page(pdf: Path, dots: int) -> Path:
    command = [
        "pdftoppm",
        "-r",
        str(dots),
        "-f",
        "1",
        "-l",
        "1",
        "-singlefile",
        "-png",
        pdf,
        pdf.with_suffix(""),
    ]
    subprocess.run(command, check=True)
    return pdf.with_suffix(".png")


def screen(document: Path, width: int, height: int, scale: float = 1) -> Path:
    """The top of a page in a browser's window of that size, drawn smaller."""
    return _browsed(
        document,
        (width, height, scale),
        lambda page, picture: page.screenshot(path=picture, animations="disabled"),
    )


def printed(document: Path, dots: int) -> Path:
    """The first sheet of a page as a browser prints it."""
    pdf = document.with_suffix(".pdf")
    _browsed(
        document,
        (1280, 900, 1),
        lambda page, _picture: page.pdf(path=pdf, prefer_css_page_size=True, format="A4"),
    )
    return _first_page(pdf, dots)


def _browsed(document: Path, window: tuple[int, int, float], act: Callable[..., object]) -> Path:
    from playwright.sync_api import sync_playwright

    picture = document.with_suffix(".png")
    width, height, scale = window
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = found.new_page(viewport={"width": width, "height": height}, device_scale_factor=scale)
        page.goto(document.as_uri())
        act(page, picture)
        found.close()
    return picture


PICTURES: dict[str, tuple[str, str, Callable[[Path], Path]]] = {  # command, its file, how it is drawn
    "report-1280": (f"{REPORT}.html", "report.html", lambda file: screen(file, 1280, 1234, 0.78)),
    "report-390": (f"{REPORT}.html", "report.html", lambda file: screen(file, 390, 1250)),
    "report-print": (f"{REPORT}.html", "report.html", lambda file: printed(file, 80)),
    "report-xlsx": (f"{REPORT}.xlsx", "report.xlsx", lambda file: paged(file, 80)),
    "report-docx": (f"{REPORT}.docx {LETTERHEAD}", "report.docx", lambda file: paged(file, 70)),
    "reminder": (REMIND, "remind-2022-08-01-SDL.docx", lambda file: paged(file, 70)),
}


def read_png(data: bytes) -> Image:
    """A picture of 8 bits a colour, not interlaced, as Chromium and pdftoppm write them, without alpha."""
    width, height, _depth, kind = struct.unpack(">IIBB", data[16:26])
    at, packed = 8, b""
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        if data[at + 4 : at + 8] == b"IDAT":
            packed += data[at + 8 : at + 8 + length]
        at += length + 12
    step = {0: 1, 2: 3, 6: 4}[kind]
    raw, above, rows = zlib.decompress(packed), bytearray(width * step), []
    for row in range(height):
        start = row * (width * step + 1)
        above = _unfiltered(raw[start], raw[start + 1 : start + 1 + width * step], above, step)
        rows.append(_coloured(above, step))
    return width, height, rows


def _unfiltered(kind: int, line: bytes, above: Sequence[int], step: int) -> bytearray:
    found = bytearray(line)
    for index, value in enumerate(line):
        left = found[index - step] if index >= step else 0
        up, corner = above[index], above[index - step] if index >= step else 0
        guess = left + up - corner
        nearest = min((left, up, corner), key=lambda each: abs(guess - each))
        found[index] = (value + (0, left, up, (left + up) // 2, nearest)[kind]) & 255
    return found


def _coloured(line: bytearray, step: int) -> bytes:
    return bytes(
        line[index + (colour if step > 1 else 0)]
        for index in range(0, len(line), step)
        for colour in range(3)
    )


def write_png(image: Image) -> bytes:
    """The picture in its 64 commonest colours, a little rounded: small, and enough for text and lines."""
    width, height, rows = image
    rounded = [
        [
            tuple(min(255, (value + 8) // 17 * 17) for value in row[at : at + 3])
            for at in range(0, len(row), 3)
        ]
        for row in rows
    ]
    palette = [colour for colour, _count in Counter(each for row in rounded for each in row).most_common(64)]
    index = {colour: number for number, colour in enumerate(palette)}

    def nearest(colour: tuple[int, ...]) -> int:
        if colour not in index:
            far = [
                sum((one - other) ** 2 for one, other in zip(colour, each, strict=True)) for each in palette
            ]
            index[colour] = far.index(min(far))
        return index[colour]

    raw = b"".join(b"\0" + bytes(nearest(each) for each in row) for row in rounded)
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", bytes(value for colour in palette for value in colour)),
        (b"IDAT", zlib.compress(raw, 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def main(names: Sequence[str]) -> None:
    """Write the pictures anew, or those that are named."""
    FOLDER.mkdir(exist_ok=True)
    tour.dates.now = lambda: RECORDED
    for command in SETUP:
        _done(command)
    for name in names or PICTURES:
        command, file, drawn = PICTURES[name]
        with tempfile.TemporaryDirectory() as folder:
            _done(command.format(folder=folder))
            picture = drawn(Path(folder) / file)
            (FOLDER / f"{name}.png").write_bytes(write_png(read_png(picture.read_bytes())))


def _done(command: str) -> None:
    said = tour.show(command, lang="vi_VN.UTF-8")
    if "[exit " in said:
        raise SystemExit(said)


if __name__ == "__main__":
    main(sys.argv[1:])
