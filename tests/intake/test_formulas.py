"""The value that a file stores for a formula counts, and that is said."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from conftest import Outcome

Run = Callable[..., Outcome]


def _book(path: Path, *rows: tuple[object, ...]) -> str:
    """A workbook; a pair is a formula and its stored value."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data) as book:
        sheet = book.add_worksheet()
        for number, values in enumerate(rows):
            for column, value in enumerate(values):
                if isinstance(value, tuple):
                    sheet.write_formula(number, column, *value)
                else:
                    sheet.write(number, column, value)
    path.write_bytes(data.getvalue())
    return str(path)


def test_stored_values_are_taken_and_said(run: Run, tmp_path: Path) -> None:
    """How many cells of which column; a title line does not matter."""
    file = _book(
        tmp_path / "in.xlsx",
        (("=1+1",),),
        ("unit_code", "done_on", "note"),
        (("=X1", None, "492"), "2022-03-30", ("=X2", None, "a")),
        (("=X1", None, "493"), ("=X3", None, "2022-03-29"), ""),
    )
    done = run("import", "launches", file)
    assert done.code == 0, done.err
    assert "unit_code 2 cell(s), done_on 1 cell(s), note 1 cell(s)" in done.err


@pytest.mark.parametrize(
    ("formula", "said"), [(("=X1",), "formula"), (("=X1", None, "#N/A"), "#N/A")], ids=["none", "error"]
)
def test_a_column_that_is_used_needs_stored_values(
    run: Run, tmp_path: Path, formula: tuple[object, ...], said: str
) -> None:
    """A library that knows no values, and an error, are refused where they are read, and nowhere else."""
    head, row = ("unit_code", "done_on", "note", "Phone"), ("492", "2022-03-30")
    used = run("import", "launches", _book(tmp_path / "a.xlsx", head[:3], (*row, formula)))
    assert (used.code, "C2" in used.err, said in used.err) == (7, True, True), used.err
    other = _book(tmp_path / "b.xlsx", head, (*row, "", formula))
    assert run("import", "launches", other, "--ignore-column", "Phone").code == 0


def test_rows_of_nothing_but_formulas_are_not_lost(run: Run, tmp_path: Path) -> None:
    """A row for which no value is stored at all is refused, not passed over."""
    file = _book(tmp_path / "in.xlsx", ("unit_code", "done_on"), ("492", "2022-03-30"), (("=A2",), ("=B2",)))
    done = run("import", "launches", file)
    assert (done.code, "A3" in done.err) == (7, True), done.err
