"""A worksheet whose cells have a text beside a value, written anew with the one that their type says."""

from xml.sax.saxutils import escape, quoteattr

from thidua_cli.intake.tables.container import parse

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_KEPT = {"r", "s", "t"}  # attributes of a cell or row that say where and what it is


def tidied(data: bytes) -> bytes:
    """The rows of a worksheet, each cell with its text or its value."""
    return _Writer(data).written.encode("utf-8")


class _Writer:
    """The handlers that walk the rows: of a cell, its inner text is kept until its end."""

    def __init__(self, data: bytes) -> None:
        self.pieces = [f'<worksheet xmlns="{_MAIN}"><sheetData>']
        self.inside: list[str] = []  # tags in a cell
        self.phonetic = 0
        self.texts = {"v": "", "is": ""}
        self.kind = ""
        self.in_rows = self.in_cell = False
        parse(data, self.start, self.end, self.characters)
        self.written = "".join([*self.pieces, "</sheetData></worksheet>"])

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        kept = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items() if key in _KEPT)
        if tag == "sheetData":
            self.in_rows = True
        elif self.in_cell:
            self.inside.append(tag)
            self.phonetic += tag == "rPh"
        elif self.in_rows and tag == "row":
            self.pieces.append(f"<row{kept}>")
        elif self.in_rows and tag == "c":
            self.in_cell, self.kind = True, attributes.get("t", "n")
            self.texts = dict.fromkeys(self.texts, "")
            self.pieces.append(f"<c{kept}>")

    def characters(self, data: str) -> None:
        if not (self.in_cell and self.inside) or self.phonetic:
            return
        first, last = self.inside[0], self.inside[-1]
        if first == "v" or (first, last) == ("is", "t"):
            self.texts[first] += data

    def end(self, tag: str) -> None:
        if self.in_cell and self.inside:
            self.inside.pop()
            self.phonetic -= tag == "rPh"
        elif tag == "c" and self.in_cell:
            self.in_cell = False
            text, value = escape(self.texts["is"]), escape(self.texts["v"])
            if self.kind == "inlineStr":
                self.pieces.append(f'<is><t xml:space="preserve">{text}</t></is>')
            elif value:
                self.pieces.append(f"<v>{value}</v>")
            self.pieces.append("</c>")
        elif tag == "row" and self.in_rows:
            self.pieces.append("</row>")
        elif tag == "sheetData":
            self.in_rows = False
