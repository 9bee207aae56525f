"""Workbooks made by hand: an .xlsx or .ods of the XML that a test is about."""

import io
import zipfile
from collections.abc import Mapping
from xml.sax.saxutils import escape

HEADER = ("code", "name", "kind")
UNIT = ("A-1", "Sở Mới", "department")
SCHEMAS = "http://schemas.openxmlformats.org"
OFFICE = f"{SCHEMAS}/officeDocument/2006/relationships"
URN = "urn:oasis:names:tc:opendocument:xmlns"


def package(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip of these parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def relations(**targets: tuple[str, str]) -> str:
    """A part of relationships: identity = (last word of the type, target)."""
    inner = "".join(
        f'<Relationship Id="{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{SCHEMAS}/package/2006/relationships">{inner}</Relationships>'


def text(value: str, where: str = "") -> str:
    """A cell of .xlsx with a text in it."""
    place = f' r="{where}"' if where else ""
    return f'<c{place} t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def row(*cells: str) -> str:
    """A row of .xlsx: cells as XML, or texts."""
    return f"<row>{''.join(cell if cell.startswith('<') else text(cell) for cell in cells)}</row>"


def xlsx(
    *sheets: str,
    extra: Mapping[str, str] | None = None,
    after: str = "",
    folder: str = "worksheets",
    shared: str | None = None,
    related: Mapping[str, tuple[str, str]] | None = None,
) -> bytes:
    """A workbook of sheets of rows.

    `after` follows the rows of each, `shared` are its shared strings, `related` more relationships.
    """
    targets = {f"r{n}": ("worksheet", f"{folder}/s{n}.xml") for n in range(len(sheets))}
    parts = {f"xl/{folder}/s{n}.xml": _worksheet(rows, after) for n, rows in enumerate(sheets)}
    if shared is not None:
        targets["rs"] = ("sharedStrings", "sharedStrings.xml")
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{SCHEMAS}/spreadsheetml/2006/main">{shared}</sst>'
    listed = "".join(f'<sheet name="S{n}" sheetId="{n + 1}" r:id="r{n}"/>' for n in range(len(sheets)))
    book = (
        f'<workbook xmlns="{SCHEMAS}/spreadsheetml/2006/main" xmlns:r="{OFFICE}">'
        f"<sheets>{listed}</sheets></workbook>"
    )
    return package(
        {
            "_rels/.rels": relations(r1=("officeDocument", "xl/workbook.xml")),
            "xl/workbook.xml": book,
            "xl/_rels/workbook.xml.rels": relations(**targets, **(related or {})),
            **parts,
            **(extra or {}),
        }
    )


def _worksheet(rows: str, after: str) -> str:
    return f'<worksheet xmlns="{SCHEMAS}/spreadsheetml/2006/main"><sheetData>{rows}</sheetData>{after}</worksheet>'


def cell(value: str, attributes: str = "", kind: str = "string") -> str:
    """A cell of .ods; `value` is XML between its paragraph tags."""
    return f'<table:table-cell office:value-type="{kind}" {attributes}><text:p>{value}</text:p></table:table-cell>'


def line(*cells: str, attributes: str = "") -> str:
    """A row of .ods: cells as XML, or texts."""
    inner = "".join(each if each.startswith("<") else cell(escape(each)) for each in cells)
    return f"<table:table-row {attributes}>{inner}</table:table-row>"


def table(*lines: str, name: str = "S0", style: str = "shown") -> str:
    """A sheet of .ods; the style `hidden` hides it."""
    return f'<table:table table:name="{name}" table:style-name="{style}">{"".join(lines)}</table:table>'


def ods(*tables: str, extra: Mapping[str, str] | None = None) -> bytes:
    """An OpenDocument spreadsheet of tables."""
    spaces = " ".join(f'xmlns:{name}="{URN}:{name}:1.0"' for name in ("office", "style", "table", "text"))
    content = (
        f"<office:document-content {spaces}><office:automatic-styles>"
        '<style:style style:name="hidden"><style:table-properties table:display="false"/></style:style>'
        f"</office:automatic-styles><office:body><office:spreadsheet>{''.join(tables)}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return package({"content.xml": content, **(extra or {})})
