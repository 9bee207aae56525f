"""The file: a zip of parts, the same bytes for the same content."""

import io
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from thidua_cli.ground import files
from thidua_cli.render.docx.text import MILLIMETRE, safe

_PARTS = Path(__file__).parent / "parts"
_OPENING = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_CHART = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
_MARGINS = {"top": 20, "right": 15, "bottom": 20, "left": 30, "header": 10, "footer": 10}  # mm

BODY_RELATIONS = (("styles", "styles.xml"), ("settings", "settings.xml"), ("header", "header1.xml"))


def chart_relation(number: int) -> str:
    """The name under which the body refers to chart number `number`, from 1."""
    return f"rId{len(BODY_RELATIONS) + number}"


def package(body: Iterable[str], charts: Sequence[str], *, title: str, instant: str) -> bytes:
    """A DOCX file of A4 pages; `body` is written piece by piece, so that a long one is never held whole."""
    names = [f"charts/chart{number}.xml" for number in range(1, len(charts) + 1)]
    parts: list[tuple[str, Iterable[str]]] = [
        ("[Content_Types].xml", [_content_types(names)]),
        ("_rels/.rels", [_relations(_root_relations())]),
        ("docProps/core.xml", [_core(title, instant)]),
        ("docProps/app.xml", [_app()]),
        ("word/document.xml", _document(body)),
        ("word/_rels/document.xml.rels", [_relations(_document_relations(names))]),
        *((f"word/{name}", [chart]) for name, chart in zip(names, charts, strict=True)),
        *((f"word/{name}", [_part(name)]) for _kind, name in BODY_RELATIONS),
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
    try:
        with files.regular(path) as file, zipfile.ZipFile(file) as archive:
            ours = _app().encode()
            with archive.open("docProps/app.xml") as part:
                return part.read(len(ours) + 1) == ours
    except (OSError, KeyError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error):
        return False


def _part(name: str) -> str:
    return (_PARTS / name).read_text(encoding="utf-8")


def _document(body: Iterable[str]) -> Iterable[str]:
    yield f'{_OPENING}<w:document xmlns:w="{_W}" xmlns:r="{_R}" xmlns:wp="{_WP}"><w:body>'
    yield from body
    yield "</w:body></w:document>"


def last_section(*, wide: bool = False) -> str:
    """What ends a document: A4 with the margins of the decree, numbered from the second page on, page 2.

    `wide`: the paper lies on its side.
    """
    margins = " ".join(f'w:{side}="{length * MILLIMETRE:.0f}"' for side, length in _MARGINS.items())
    size = 'w:w="16838" w:h="11906" w:orient="landscape"' if wide else 'w:w="11906" w:h="16838"'
    return (
        f'<w:sectPr><w:headerReference w:type="default" r:id="rId3"/><w:pgSz {size}/>'
        f'<w:pgMar {margins} w:gutter="0"/><w:pgNumType w:start="1"/><w:titlePg/></w:sectPr>'
    )


def section_end(*, wide: bool = False) -> str:
    """What ends the pages of a section: those that follow begin anew, with a number of their own."""
    return f'<w:p><w:pPr><w:spacing w:line="20" w:lineRule="exact"/>{last_section(wide=wide)}</w:pPr></w:p>'


def _content_types(charts: Iterable[str]) -> str:
    overrides = {
        "/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
        "/docProps/app.xml": "application/vnd.openxmlformats-officedocument.extended-properties+xml",
        "/word/document.xml": f"{_WORD}.document.main+xml",
        "/word/styles.xml": f"{_WORD}.styles+xml",
        "/word/settings.xml": f"{_WORD}.settings+xml",
        "/word/header1.xml": f"{_WORD}.header+xml",
    } | {f"/word/{name}": _CHART for name in charts}
    listed = "".join(
        f'<Override PartName="{part}" ContentType="{kind}"/>' for part, kind in overrides.items()
    )
    return (
        f'{_OPENING}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{listed}</Types>'
    )


def _relations(targets: Iterable[tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'{_OPENING}<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def _root_relations() -> list[tuple[str, str]]:
    return [
        (f"{_R}/officeDocument", "word/document.xml"),
        (f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
        (f"{_R}/extended-properties", "docProps/app.xml"),
    ]


def _document_relations(charts: Iterable[str]) -> list[tuple[str, str]]:
    return [
        *((f"{_R}/{kind}", target) for kind, target in BODY_RELATIONS),
        *((f"{_R}/chart", name) for name in charts),
    ]


def _core(title: str, instant: str) -> str:
    second = f"{instant[:19]}Z"
    return (
        f'{_OPENING}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{safe(title)}</dc:title><dc:creator>thidua</dc:creator>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{second}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{second}</dcterms:modified></cp:coreProperties>'
    )


def _app() -> str:
    return (
        f'{_OPENING}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
        'extended-properties"><Application>thidua</Application></Properties>'
    )
