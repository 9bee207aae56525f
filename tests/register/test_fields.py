"""The catalogue of fields: each header means one field, and every part that reads or writes files follows it."""

import pytest

from thidua_cli.ground import language
from thidua_cli.ground.errors import InvalidError
from thidua_cli.intake import columns
from thidua_cli.register import fields
from thidua_cli.register.fields import ImportKind


@pytest.mark.parametrize("kind", ImportKind)
def test_a_header_means_one_field(kind: ImportKind) -> None:
    """No two fields of a kind of file share a header, and each of its headers is read as the field."""
    headers = [(name, key) for key in fields.known(kind) for name in fields.names(kind, key)]
    assert len({name for name, _key in headers}) == len(headers)
    assert all(columns.field_of(kind, name.upper()) == key for name, key in headers)


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("kind", ImportKind)
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
    readers = {field.key: field.reads for kind in ImportKind for field in fields.FILES[kind].required}
    for key in ("code", "name", "unit_code", "done_on", "obligation", "reason"):
        with pytest.raises(InvalidError):
            readers[key]("")
