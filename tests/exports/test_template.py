"""Templates: what a person sees in them, and that what she fills in is imported as it is."""

import io
import json
import re
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape, unescape

import pytest

import office
from conftest import Outcome
from thidua_cli.ground.sheets import letters
from thidua_cli.register import terms
from thidua_cli.register.fields import DAYS, KINDS, ImportKind, keys

Run = Callable[..., Outcome]
Fill = Callable[..., str]
DAY = "2022-03-30"
ROWS: dict[ImportKind, dict[str, str]] = {
    ImportKind.UNITS: {
        "code": "00123", "name": "UBND xã Mới", "kind": "UBND phường, xã", "level": "Cấp xã", "parent_code": "497",
        "abbreviation": "xã Mới", "sort_order": "1234", "valid_from": DAY, "note": "=1",
    },
    ImportKind.LAUNCHES: {
        "unit_code": "UBND P. Hải Châu 1", "done_on": DAY, "document_number": "12/KH-UBND", "document_issuer": "UBND",
        "document_date": "2022-03-28", "received_on": DAY, "evidence": "https://a.example/x", "note": "x", "phase": "p1",
    },
    ImportKind.REGISTRATIONS: {"unit_code": "492", "done_on": DAY, "contents": "1,3", "phase": ""},
    ImportKind.REVIEWS: {"unit_code": "492", "done_on": "2025-10-30"},
    ImportKind.EXEMPTIONS: {"unit_code": "498", "obligation": "p1-launch", "on": DAY, "reason": "không có đơn vị", "document_number": "1"},
    ImportKind.EXTENSIONS: {"unit_code": "498", "obligation": "p1-launch", "on": DAY, "until": "2022-04-30", "document_number": "1"},
    ImportKind.SUPPLEMENTS: {"unit_code": "492", "obligation": "p1-registration", "on": DAY, "contents": "4,5", "document_number": "1"},
    ImportKind.CHANGES: {
        "old_code": "SDL", "old_name": "Sở Du lịch", "new_code": "SDL", "new_name": "Sở Du lịch mới", "effective_date": DAY,
        "kind_of_change": "đổi tên", "extent": "toàn bộ", "resolution": "1/NQ", "sort_order": "7",
    },
}  # fmt: skip


def _cell(kind: ImportKind, field: str, value: str, page: str) -> str:
    """A value as someone types it in the column of a field: a day or a number, else text, in the column's format."""
    index = keys(kind).index(field)
    where = f"{letters(index)}2"
    found = re.findall(r'<col min="(\d+)" max="(\d+)"[^>]* style="(\d+)"', page)
    style = next(each for first, last, each in found if int(first) <= index + 1 <= int(last))
    if field in DAYS:
        serial = (date.fromisoformat(value) - date(1899, 12, 30)).days
        return f'<c r="{where}" s="{style}"><v>{serial}</v></c>'
    if field == "sort_order":
        return f'<c r="{where}" s="{style}"><v>{value}</v></c>'
    return f'<c r="{where}" s="{style}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def filled(template: bytes, kind: ImportKind, values: Mapping[str, str]) -> bytes:
    """The template with a row of these values."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(template)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                page = data.decode()
                order = [field for field in keys(kind) if values.get(field)]
                cells = "".join(_cell(kind, field, values[field], page) for field in order)
                data = page.replace("</sheetData>", f'<row r="2">{cells}</row></sheetData>').encode()
            target.writestr(name, data)
    return buffer.getvalue()


@pytest.fixture
def fill(run: Run, tmp_path: Path) -> Fill:
    """Write a template, fill in a row, and return its path."""

    def make(kind: ImportKind, values: Mapping[str, str], lang: str = "vi") -> str:
        path = tmp_path / f"{kind}-{lang}-{len(list(tmp_path.iterdir()))}.xlsx"
        assert run("import", kind, "--template", "-o", str(path), lang=lang).code == 0
        path.write_bytes(filled(path.read_bytes(), kind, values))
        return str(path)

    return make


def _part(path: str, part: str) -> str:
    with zipfile.ZipFile(path) as archive:
        return archive.read(part).decode()


def _texts(path: str) -> list[str]:
    return [
        unescape(text) for text in re.findall(r"<t[^>]*>([^<]*)</t>", _part(path, "xl/sharedStrings.xml"))
    ]


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_filled_template_of_each_kind_goes_in(run: Run, fill: Fill, kind: ImportKind, lang: str) -> None:
    """With a value in every column that takes one, in either language; again, it changes nothing."""
    if kind is ImportKind.SUPPLEMENTS:
        run("record", "registration", "492", "--on", DAY, "--content", "1")
    file = fill(kind, ROWS[kind], lang)
    done = run("import", kind, file)
    assert (done.code, done.err) == (0, ""), done.err
    again = run("import", kind, file)
    assert (again.code, "0 new" in again.out) == (0, True), again.err
    if kind is ImportKind.UNITS:
        listed = run("units", "list", "--format", "csv").out
        assert (
            '"00123","UBND xã Mới","commune-committee","commune","497","xã Mới",1234,"2022-03-30"' in listed
        )


def test_headers_are_in_the_language_in_use(fill: Fill) -> None:
    """Vietnamese names, or those of the options and of JSON."""
    assert "Ngày phát động" in _texts(fill(ImportKind.LAUNCHES, {}))
    english = _texts(fill(ImportKind.LAUNCHES, {}, "en"))
    assert set(keys(ImportKind.LAUNCHES)) <= set(english)
    assert not [text for text in english[: len(keys(ImportKind.LAUNCHES))] if not text.isascii()]


CHOICES = [
    (ImportKind.UNITS, "kind", terms.Kind),
    (ImportKind.UNITS, "level", terms.Level),
    (ImportKind.CHANGES, "kind", terms.Kind),
    (ImportKind.CHANGES, "level", terms.Level),
    (ImportKind.CHANGES, "kind_of_change", terms.Change),
    (ImportKind.CHANGES, "extent", terms.Extent),
]


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(("kind", "field", "words"), CHOICES)
def test_a_drop_down_offers_words_that_are_taken(
    run: Run, fill: Fill, kind: ImportKind, field: str, words: type[terms.Kind], lang: str
) -> None:
    """Each is a label in the language in use, and stands whole in the list, with or without a comma."""
    labels = [terms.label(word, lang) for word in words]
    path = fill(kind, {}, lang)
    place = keys(kind).index(field)
    rules = re.findall(
        r'<dataValidation type="list"[^>]*sqref="([A-Z]+)2:[^"]*"><formula1>([^<]*)<',
        _part(path, "xl/worksheets/sheet1.xml"),
    )
    source = dict(rules)[letters(place)]
    match = re.fullmatch(r"'[^']+'!\$([A-Z])\$2:\$\1\$(\d+)", source)
    assert match
    assert int(match[2]) == len(labels) + 1
    assert set(labels) <= set(_texts(path))
    for label in labels:
        done = run(
            "import",
            kind,
            fill(kind, {**ROWS[kind], field: label}, lang),
            "--dry-run",
            "--format-report",
            "json",
        )
        assert label not in [problem["value"] for problem in json.loads(done.out)["problems"]]


def test_the_order_is_a_number(run: Run, fill: Fill) -> None:
    """It is said so, the cell takes whole numbers only, and one typed as text is taken too."""
    path = fill(ImportKind.UNITS, ROWS[ImportKind.UNITS])
    assert any(text.startswith("Số nguyên, như 10") for text in _texts(path))
    assert 'type="whole"' in _part(path, "xl/worksheets/sheet1.xml")


@office.CALC
@pytest.mark.parametrize("ending", ["xlsx", "ods"])
def test_a_template_saved_by_another_program(run: Run, fill: Fill, tmp_path: Path, ending: str) -> None:
    """LibreOffice keeps which sheet is to be read, the text of codes and the days."""
    files = {kind: Path(fill(kind, ROWS[kind])) for kind in KINDS}
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    saved = tmp_path / "saved"
    command = ["soffice", profile, "--headless", "--convert-to", ending, "--outdir", str(saved)]
    subprocess.run([*command, *map(str, files.values())], check=True, capture_output=True, timeout=180)
    for kind, path in files.items():
        done = run("import", kind, str(saved / f"{path.stem}.{ending}"))
        assert (done.code, "1 new" in done.out) == (0, True), (kind, done.err)
