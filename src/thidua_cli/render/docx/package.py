"""The file: a zip of parts, the same bytes for the same content."""

import io
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain
from pathlib import Path

from thidua_cli.ground import files
from thidua_cli.render.docx.text import safe

OPENING = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_PARTS = Path(__file__).parent / "parts"
_DOCUMENT = (
    '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"><w:body>'
)
_CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_CHART_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/chart"
_FIXED = ("styles.xml", "settings.xml", "header1.xml")  # rId1 to rId3 of the body; charts follow


def chart_relation(number: int) -> str:
    """The name under which the body refers to chart number `number`, from 1."""
    return f"rId{len(_FIXED) + number}"


def fill(name: str, /, **values: object) -> str:
    """The XML of a file in `parts`, without its indents, with the values (XML themselves) in their places."""
    return _template(name).format(**values)


@cache
def _template(name: str) -> str:
    return "".join(map(str.strip, (_PARTS / name).read_text(encoding="utf-8").splitlines()))


def package(body: Iterable[str], charts: Sequence[str], *, title: str, instant: str) -> bytes:
    """A DOCX file of A4 pages; `body` is written piece by piece, so that a long one is never held whole."""
    names = [f"charts/chart{number}.xml" for number in range(1, len(charts) + 1)]
    types = "".join(f'<Override PartName="/word/{name}" ContentType="{_CHART_TYPE}"/>' for name in names)
    relations = "".join(
        f'<Relationship Id="{chart_relation(number)}" Type="{_CHART_RELATION}" Target="{name}"/>'
        for number, name in enumerate(names, 1)
    )
    core = fill("core.xml", title=safe(title), second=f"{instant[:19]}Z")
    parts: list[tuple[str, Iterable[str]]] = [
        ("[Content_Types].xml", [OPENING, fill("content_types.xml", charts=types)]),
        ("_rels/.rels", [OPENING, fill("root_relations.xml")]),
        ("docProps/core.xml", [OPENING, core]),
        ("docProps/app.xml", [OPENING, fill("app.xml")]),
        ("word/document.xml", chain([OPENING, _DOCUMENT], body, ["</w:body></w:document>"])),
        ("word/_rels/document.xml.rels", [OPENING, fill("document_relations.xml", charts=relations)]),
        *((f"word/{name}", [chart]) for name, chart in zip(names, charts, strict=True)),
        *((f"word/{name}", [(_PARTS / name).read_text(encoding="utf-8")]) for name in _FIXED),
    ]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, pieces in parts:
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            with archive.open(entry, "w") as file:
                for piece in pieces:
                    file.write(piece.encode())
    return buffer.getvalue()


def is_ours(path: Path) -> bool:
    """Whether a file is a document as this program wrote it, not saved by another program since."""
    ours = f"{OPENING}{fill('app.xml')}".encode()
    try:
        with (
            files.regular(path) as file,
            zipfile.ZipFile(file) as archive,
            archive.open("docProps/app.xml") as part,
        ):
            return part.read(len(ours) + 1) == ours
    except (OSError, KeyError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error):
        return False


def last_section(*, wide: bool = False) -> str:
    """What ends a document: A4 with the margins of the decree, numbered from the second page on, page 2.

    `wide`: the paper lies on its side.
    """
    size = 'w:w="16838" w:h="11906" w:orient="landscape"' if wide else 'w:w="11906" w:h="16838"'
    return fill("section.xml", size=size)


def section_end(*, wide: bool = False) -> str:
    """What ends the pages of a section: those that follow begin anew, with a number of their own."""
    return f'<w:p><w:pPr><w:spacing w:line="20" w:lineRule="exact"/>{last_section(wide=wide)}</w:pPr></w:p>'
