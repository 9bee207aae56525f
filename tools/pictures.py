"""Draws the pictures of docs/pictures from what the program writes, through LibreOffice and pdftoppm.

Run by hand after a change of layout (`python tools/pictures.py`), and look at them.
"""

import subprocess
import tempfile
from pathlib import Path

import tour

FOLDER = tour.ROOT / "docs" / "pictures"
SETUP = ("thidua init", "thidua import launches examples/launches_2022.csv")
LETTERHEAD = "--letterhead examples/letterhead.toml"
PAGES = {  # picture -> the command that writes a document into {folder}, the document, its page
    "reminder": (
        f"thidua remind --as-of 2022-07-04 {LETTERHEAD} --answer-by 2022-07-15 -o {{folder}}",
        "remind-2022-07-04-SDL.docx",
        1,
    ),
}


def draw(document: Path, page: int, picture: Path) -> None:
    """One page of a document as a small picture."""
    command = ["soffice", "--headless", "--convert-to", "pdf", "--outdir", document.parent, document]
    subprocess.run(command, check=True, capture_output=True)
    pages = ["-f", str(page), "-l", str(page), "-singlefile"]
    pdf = document.with_suffix(".pdf")
    subprocess.run(
        ["pdftoppm", "-r", "70", "-gray", "-png", *pages, pdf, picture.with_suffix("")], check=True
    )


def main() -> None:
    """Write every picture anew."""
    FOLDER.mkdir(exist_ok=True)
    tour.show(*SETUP)
    for name, (command, document, page) in PAGES.items():
        with tempfile.TemporaryDirectory() as folder:
            tour.show(command.format(folder=folder), lang="vi_VN.UTF-8")
            draw(Path(folder) / document, page, FOLDER / f"{name}.png")


if __name__ == "__main__":
    main()
