"""A document with every kind of block, made from a register, and ways to look into a DOCX."""

import io
import sqlite3
import zipfile
from datetime import date

import docx
from docx.document import Document as Opened

from conftest import ROOT
from thidua_cli.register.terms import State
from thidua_cli.render.document import (
    Bars,
    Document,
    Headline,
    Headlines,
    Paragraph,
    Section,
)
from thidua_cli.render.docx import to_docx
from thidua_cli.render.model import Column, Form, Heat, Mark, Table, Tone
from thidua_cli.render.paper import Letterhead, Stamp
from thidua_cli.reports import letterhead, listing, trend
from thidua_cli.reports import status as status_report
from thidua_cli.reports.moment import Moment, anchor_note, moment_line
from thidua_cli.reports.selection import Filter
from thidua_cli.reports.status import By

STAMP = Stamp(date(2022, 4, 4), "2022-04-04T00:00:00.000000Z")


def head() -> Letterhead:
    """The letterhead of the examples."""
    return letterhead.read_letterhead(ROOT / "examples" / "letterhead.toml")


def document(connection: sqlite3.Connection, at: Moment, extra: str = "") -> Document:
    """Figures, a curve, bars and lists of a register; `extra` stands wherever a text can stand."""
    whole = status_report.build(connection, at, Filter("p1"), None)
    districts = status_report.build(connection, at, Filter("p1"), By.DISTRICT)
    overdue = listing.build(connection, at, Filter("p1", states=frozenset({State.OVERDUE})), "p1-launch")
    launch = next(row for row in whole.rows if row["obligation"] == "p1-launch")
    shares = [
        (str(row["group"]) + extra, row["done"], row["applicable"], row["rate"])
        for row in districts.rows
        if row["obligation"] == "p1-launch"
    ]
    curve = trend.build(connection, at, Filter(), obligation="p1-launch").people()[0]
    seen = Heat(
        [Column(f"Mã{extra}"), Column("Đơn vị", narrow=20), Column("Phát động")],
        [
            (
                f"I. Sở{extra}",
                [["SCT", f"Sở Công Thương{extra}", Mark("Đúng hạn", Tone.GOOD)], ["SNV", "Sở Nội vụ", None]],
            )
        ],
        f"Theo dõi{extra}",
    )
    return Document(
        f"Tình hình thực hiện phong trào thi đua chuyển đổi số thành phố Đà Nẵng{extra}",
        [moment_line(at) + extra],
        f"Tính đến hết ngày 04/04/2022, {launch['done']}/{launch['applicable']} đơn vị đã phát động.{extra}",
        [
            Section("overdue", "Phụ lục 1. Đơn vị chưa phát động", [overdue.people()[0]], annex=True),
            Section("headline", "I. Số liệu chung", [Headlines([
                Headline("Đã phát động" + extra, f"{launch['done']}/{launch['applicable']}", "đơn vị" + extra),
                Headline("Quá hạn", str(launch["overdue"]), "", Tone.BAD),
            ]), Paragraph(f"Đoạn văn{extra}")]),
            Section("obligations", f"II. Theo nghĩa vụ{extra}", [*whole.people(), curve]),
            Section("districts", "III. Theo địa bàn", [Bars(f"Tỷ lệ{extra}", shares), districts.people()[0]]),
            Section("heat", "IV. Theo dõi", [seen, Table([Column("Số", Form.NUMBER)], [], empty="Không có.")]),
        ],
        [moment_line(at) + extra, anchor_note(at)],
    )  # fmt: skip


def paper(connection: sqlite3.Connection, at: Moment, extra: str = "") -> bytes:
    """The document as a report under the letterhead of the examples."""
    return to_docx(document(connection, at, extra), head(), STAMP)


def opened(data: bytes) -> Opened:
    """As python-docx reads it."""
    return docx.Document(io.BytesIO(data))


def part(data: bytes, name: str) -> str:
    """A part of the package, as text."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name).decode()


def words(data: bytes) -> str:
    """All text of the body, cells and paragraphs in order, one a line."""
    body = opened(data).element.body
    lines = [
        "".join(_SIGNS.get(each.tag, each.text or "") for each in paragraph.iter(f"{W}t", *_SIGNS))
        for paragraph in body.iter(f"{W}p")
    ]
    return "\n".join(line for line in lines if line)


W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SIGNS = {f"{W}br": " ", f"{W}noBreakHyphen": "-"}
