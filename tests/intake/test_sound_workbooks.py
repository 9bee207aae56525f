"""Workbooks that are sound are read, whoever wrote them; the others are told what they are."""

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from books import HEADER, SCHEMAS, UNIT, ods, package, relations, row, xlsx
from conftest import Outcome
from thidua_cli.intake.tables.xlsx_book import shows_no_day

Run = Callable[..., Outcome]
Bring = Callable[..., Outcome]
ROWS = row(*HEADER) + row(*UNIT)


@pytest.fixture
def bring(run: Run, tmp_path: Path) -> Bring:
    """Import bytes as a file of units, or of `kind`."""

    def call(data: bytes, ending: str, *options: str, kind: str = "units") -> Outcome:
        path = tmp_path / f"in.{ending}"
        path.write_bytes(data)
        return run("import", kind, str(path), *options)

    return call


def _with(data: bytes, parts: dict[str, bytes]) -> bytes:
    """The package with some parts added or replaced."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        held: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    return package(held | parts)


@pytest.mark.parametrize("mark", ["utf-16-le", "utf-16-be"])
def test_a_part_in_utf_16_is_read_like_others(bring: Bring, mark: str) -> None:
    """Such as the queries of Power Query, or the workbook itself; a DOCTYPE in it is still one."""
    bom = "\ufeff".encode(mark)
    item = '<?xml version="1.0" encoding="utf-16"?><DataMashup/>'
    assert bring(_with(xlsx(ROWS), {"customXml/item1.xml": bom + item.encode(mark)}), "xlsx").code == 0
    evil = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a [<!ENTITY b "c">]><a/>'
    assert bring(_with(xlsx(ROWS), {"customXml/item1.xml": bom + evil.encode(mark)}), "xlsx").code == 7
    with zipfile.ZipFile(io.BytesIO(xlsx(ROWS))) as archive:
        sheet = archive.read("xl/worksheets/s0.xml").decode()
    whole = '<?xml version="1.0" encoding="utf-16"?>' + sheet.replace("A-1", "A-2").replace("Sở Mới", "Sở Ba")
    done = bring(_with(xlsx(ROWS), {"xl/worksheets/s0.xml": bom + whole.encode(mark)}), "xlsx")
    assert (done.code, "A-2  Sở Ba" in done.out) == (0, True), done.err


def test_the_workbook_is_where_the_package_says(bring: Bring) -> None:
    """Its sheets are related to it, from its own folder; two workbooks are one too many."""
    with zipfile.ZipFile(io.BytesIO(xlsx(ROWS))) as archive:
        book, sheet = archive.read("xl/workbook.xml"), archive.read("xl/worksheets/s0.xml")
    parts: dict[str, str | bytes] = {
        "_rels/.rels": relations(r1=("officeDocument", "/a/b/book.xml")),
        "a/b/book.xml": book,
        "a/b/_rels/book.xml.rels": relations(r0=("worksheet", "../s.xml")),
        "a/s.xml": sheet,
    }
    assert bring(package(parts), "xlsx").code == 0
    both = relations(r1=("officeDocument", "a/b/book.xml"), r2=("officeDocument", "xl/workbook.xml"))
    assert bring(package({**parts, "_rels/.rels": both, "xl/workbook.xml": book}), "xlsx").code == 7


def test_extensions_say_nothing_of_the_calendar(bring: Bring) -> None:
    """Only the workbook's own `workbookPr` says that days count from 1904."""
    with zipfile.ZipFile(io.BytesIO(xlsx(ROWS))) as archive:
        book = archive.read("xl/workbook.xml").decode()
    more = '<extLst><ext><x:workbookPr xmlns:x="urn:x" date1904="1"/></ext></extLst></workbook>'
    styles = f'<styleSheet xmlns="{SCHEMAS}/spreadsheetml/2006/main"><cellXfs><xf numFmtId="14"/></cellXfs></styleSheet>'
    rows = row("unit_code", "done_on") + row("SNV", '<c s="0"><v>44650</v></c>')
    base = xlsx(rows, related={"rst": ("styles", "styles.xml")}, extra={"xl/styles.xml": styles})
    changed = _with(base, {"xl/workbook.xml": book.replace("</workbook>", more).encode()})
    done = bring(changed, "xlsx", kind="launches")
    assert (done.code, "2022-03-30" in done.out) == (0, True), done.err + done.out


@pytest.mark.parametrize("cell", [
    '<c t="inlineStr"><is><t>A-1</t></is><v>x</v></c>', '<c t="inlineStr"><v>x</v><is><r><t>A-</t></r><r><t>1</t></r></is></c>',
    '<c t="str"><is><t>x</t></is><v>A-1</v></c>',
])  # fmt: skip
def test_of_a_text_beside_a_value_the_type_says_which(bring: Bring, run: Run, cell: str) -> None:
    """The other one is what a program left for readers that know no better."""
    done = bring(xlsx(row(*HEADER) + row(cell, "Sở & Mới", "department")), "xlsx")
    assert (done.code, "A-1  Sở & Mới" in done.out) == (0, True), done.err


def test_two_values_in_one_cell_are_damage(bring: Bring) -> None:
    """Also with a text between them."""
    for inside in ("<v>1</v><v>2</v>", "<v>1</v><is><t>x</t></is><v>2</v>"):
        assert bring(xlsx(row(*HEADER) + row(f"<c>{inside}</c>", "Sở", "other")), "xlsx").code == 7


def test_an_empty_shared_text_is_an_empty_cell(bring: Bring) -> None:
    """As some programs write cells that were cleared."""
    rows = row(*HEADER, "note") + row(*UNIT, '<c t="s"><v/></c>')
    assert bring(xlsx(rows, shared="<si><t>x</t></si>"), "xlsx").code == 0


@pytest.mark.parametrize(("code", "none"), [
    ("mmm\\-yy", True), ("yyyy", True), ("mm/yyyy", True), ('"ngày" m/yyyy', True), ("[$-42A]dddd, mm yyyy;@", True), ("dd/mm/yyyy", False),
    ("d-mmm", False), ("[h]:mm", False), ("m/d/yy h:mm", False), ("General", False), ("0.00", False), ('"tháng "m" năm "yyyy', True),
])  # fmt: skip
def test_which_formats_show_no_day(code: str, none: bool) -> None:
    """Names of weekdays, words and colours are none of a day of the month."""
    assert shows_no_day(code) is none


# What a file is that cannot be read


def _zip(name: str, content: bytes) -> bytes:
    return package({name: content})


@pytest.mark.parametrize("ending", ["csv", "xlsx", "ods"])
@pytest.mark.parametrize(("data", "kind"), [
    (_zip("units.csv", b"code,name,kind\n"), "zip"), (_zip("in.xlsx", xlsx(ROWS)), "zip"), (gzip.compress(b"code", mtime=0), "gzip"),
    (b"7z\xbc\xaf\x27\x1c\0\4", "7z"), (b"Rar!\x1a\x07\1\0", "rar"),
])  # fmt: skip
def test_an_archive_is_called_one(bring: Bring, data: bytes, kind: str, ending: str) -> None:
    """Whatever it is named, with what to do."""
    done = bring(data, ending)
    assert (done.code, f"{kind} archive" in done.err, "Unpack" in done.err) == (7, True, True), done.err


def test_an_open_document_with_a_password_is_told(bring: Bring) -> None:
    """Its parts are not looked at before."""
    manifest = "<manifest><file-entry><encryption-data/></file-entry></manifest>"
    data = package({"mimetype": "x", "content.xml": b"\0\1\2" * 99, "META-INF/manifest.xml": manifest})
    done = bring(data, "ods")
    assert (done.code, "password" in done.err) == (7, True), done.err


@pytest.mark.parametrize("sign", [b"\xa9", b"\xb0", b"\xae 2022"])
def test_one_sign_is_no_encoding(bring: Bring, sign: bytes) -> None:
    """A sign of Latin-1 alone says nothing of the words."""
    done = bring(b"code,name,kind\nA1," + sign + b" Thu,other\n", "csv")
    assert (done.code, "UTF-8" in done.err, "--encoding" in done.err) == (7, True, False), done.err


def test_an_unknown_key_is_told_once(bring: Bring) -> None:
    """Not once an object."""
    items = [{"code": f"A{n}", "name": f"Sở {n}", "kind": "other", "x": 1, "y": 2} for n in range(50)]
    done = bring(json.dumps(items).encode(), "json", "--format-report", "json")
    assert [each["column"] for each in json.loads(done.out)["problems"]] == ["x", "y"]


@pytest.mark.parametrize(
    ("shown", "code"),
    [("3/2022", 7), ("03/22", 7), ("tháng 3 năm 2022", 7), ("Mar-22", 7), ("15/03", 0), ("15/3/22", 0)],
)
def test_a_day_that_an_ods_does_not_show(run: Run, tmp_path: Path, shown: str, code: int) -> None:
    """Where only the month or the year is seen, nobody wrote a day."""
    cell = "<table:table-cell{}><text:p>{}</text:p></table:table-cell>"
    day = ' office:value-type="date" office:date-value="2022-03-15"'
    rows = [[cell.format("", header) for header in ("Mã đơn vị", "Ngày phát động")]]
    rows.append([cell.format("", "492"), cell.format(day, shown)])
    lines = "".join(f"<table:table-row>{''.join(cells)}</table:table-row>" for cells in rows)
    path = tmp_path / "in.ods"
    path.write_bytes(ods(f'<table:table table:name="S">{lines}</table:table>'))
    assert run("import", "launches", str(path)).code == code
