"""The catalogue of fields: each header means one field, and every part that reads or writes files follows it."""

import dataclasses
import io
import sqlite3
import zipfile
from pathlib import Path

import pytest

from thidua_cli.cli import parameters
from thidua_cli.exports.import_files import export
from thidua_cli.exports.template import workbook
from thidua_cli.ground import language
from thidua_cli.ground.errors import InvalidError
from thidua_cli.intake import columns, reading
from thidua_cli.register import entries, fields, models, values
from thidua_cli.register.fields import KINDS, ImportKind
from thidua_cli.store.journal import LATEST, PAPERS


@pytest.mark.parametrize("kind", KINDS)
def test_a_header_means_one_field(kind: ImportKind) -> None:
    """No two fields of a kind of file share a header, and each of its headers is read as the field."""
    headers = [(name, key) for key in fields.known(kind) for name in fields.names(kind, key)]
    assert len({name for name, _key in headers}) == len(headers)
    assert all(columns.field_of(kind, name.upper()) == key for name, key in headers)


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_heading_is_read_back(kind: ImportKind, lang: str) -> None:
    """What a template or an export writes above a column names that column."""
    language.use(lang)
    assert all(columns.field_of(kind, fields.heading(kind, key)) == key for key in fields.keys(kind))


def test_a_file_without_contents_has_no_such_header() -> None:
    """A list of launches is not told to write numbers of contents."""
    assert columns.field_of(ImportKind.LAUNCHES, "Nội dung") is None
    assert columns.field_of(ImportKind.REGISTRATIONS, "Nội dung") == "contents"


def test_a_required_field_may_not_be_empty() -> None:
    """What a file must have a column for has a reader that refuses nothing, where no other field stands for it."""
    readers = {field.key: field.reads for kind in KINDS for field in kind.required}
    for key in ("code", "name", "unit_code", "done_on", "obligation", "reason"):
        with pytest.raises(InvalidError):
            readers[key]("")


def test_a_new_field_is_one_row_of_the_catalogue(seeded: sqlite3.Connection, tmp_path: Path) -> None:
    """Templates, headers of imports, exports and options have a field as soon as the catalogue has it."""
    seal = fields.Field("seal", "Con dấu", values.short, also=("dấu",))
    usual = ImportKind.LAUNCHES
    kind = dataclasses.replace(usual, optional=(*usual.optional, seal))
    file = tmp_path / "launches.csv"
    file.write_text("unit_code,done_on,Dấu\nSCT,2022-03-30,tròn\n", encoding="utf-8")
    with zipfile.ZipFile(io.BytesIO(workbook(kind, [], []))) as book:
        assert "Con dấu" in book.read("xl/sharedStrings.xml").decode()
    assert reading.read(str(file), kind).rows[0][1]["seal"] == "tròn"
    assert "seal" in export(seeded, kind, LATEST).fields
    assert parameters.option_names(kind)["seal"] == "--seal"
    assert seal in parameters.record_fields(kind).fields


def test_a_stored_field_of_papers_is_the_same_everywhere(seeded: sqlite3.Connection) -> None:
    """Catalogue, model and stored entries have the same fields of a paper, and so has every table of papers."""
    stored = [field.key for field in fields.DOCUMENT if field.stored]
    columns = [name for name in entries.Paper().columns() if name != "evidence_sha256"]
    assert stored == columns == list(models.DocumentIn.model_fields)
    for table in PAPERS:
        assert set(entries.Paper().columns()) <= {
            row[1] for row in seeded.execute(f"PRAGMA table_info({table})")
        }
    assert list(entries.Paper(*range(7)).columns().values()) == list(range(7))  # type: ignore[arg-type]
