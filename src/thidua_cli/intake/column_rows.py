"""Long lists of records as columns, without the register: which rows say one thing without doubt or remark.

Most rows name a unit by its code and hold values that are regular. A column is looked at as a whole and each
different value once, which takes a tenth of the time of going row by row.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, cast

from thidua_cli.ground import text
from thidua_cli.ground.errors import InvalidError
from thidua_cli.intake.headed_rows import HeadedRows
from thidua_cli.intake.tables.grid import Cell
from thidua_cli.register.evidence import Hashes
from thidua_cli.register.fields import DAYS, ImportKind, Shape, known

WORTH = 1000  # rows from which on a file is looked at as a whole

# How a record's fields are read, as in models.RecordIn, without pydantic's start-up.
_FIELDS = {key: field for key, field in known(ImportKind.REGISTRATIONS).items() if key != "unit_code"}
READ = {key: field.reads for key, field in _FIELDS.items()}
_FREE = {  # kept as they stand
    key for key, field in _FIELDS.items() if field.shape is Shape.TEXT and key != "evidence"
}
NAMED = " "  # which no key of a code begins with
_CODE = "[A-Za-z0-9][A-Za-z0-9._-]{0,31}"
_ONE = re.compile(_CODE, re.ASCII)
_CODES = re.compile(rf"{_CODE}(?:\n{_CODE})*", re.ASCII)
_NONE = "\a"  # what no field may hold


class ColumnRows(NamedTuple):
    """A long file: the number of each row, the key of its unit, and the values of each field.

    The key is that of a code, or after `NAMED` that of a name.

    Days are ISO text, contents tuples of numbers. `row_by_row` are the places of rows that need a closer
    look; what `codes` and `values` hold there means nothing.
    """

    action: str
    rows: Sequence[int]
    units: Sequence[str]
    values: Mapping[str, Sequence[Any]]
    row_by_row: Collection[int]

    def evidence(self) -> dict[str, int]:
        """The evidence of the other rows, with the number of a row that names it."""
        named = zip(self.values.get("evidence", ()), self.rows, strict=False)
        return {path: row for place, (path, row) in enumerate(named) if path and place not in self.row_by_row}

    def hashed(self, hashes: Hashes) -> "ColumnRows":
        """The same with a column of hashes, if there is one of evidence and any of it is a file."""
        if not hashes or "evidence" not in self.values:
            return self
        column = [hashes.get(path or "") for path in self.values["evidence"]]
        return self._replace(values={**self.values, "evidence_sha256": column})


def read(table: HeadedRows, kind: ImportKind) -> ColumnRows | None:
    """A long file of records as columns; none for one whose rows all have to be looked at."""
    named = {name: index for index, name in table.places()}
    if not kind.action or len(table.body) < WORTH or table.grid.merged:
        return None
    if not named.keys() <= READ.keys() | {"unit_code"} or "unit_code" in table.constants:
        return None
    rows: Sequence[Sequence[Cell]] = [values for _number, values in table.body]
    row_by_row: set[int] = set()
    width = len(table.headers)
    if table.grid.is_text and set(map(len, rows)) != {width}:
        row_by_row = {place for place, row in enumerate(rows) if len(row) != width}
        rows = [row if len(row) == width else [""] * width for row in rows]
    columns = {name: _column(rows, index, name, typed=table.grid.letters) for name, index in named.items()}
    units = columns.pop("unit_code")
    columns |= {name: [value] * len(rows) for name, value in table.constants.items()}
    for name, value in table.defaults.items():
        columns[name] = [written or value for written in columns.get(name) or [""] * len(rows)]
    keys = _unit_keys(units, row_by_row, named="unit_name" not in named)
    values = {name: _values(name, column, row_by_row) for name, column in columns.items()}
    numbers = [number for number, _values in table.body]
    return ColumnRows(kind.action, numbers, keys, values, row_by_row)


def _unit_keys(column: Sequence[str], row_by_row: set[int], *, named: bool) -> Sequence[str]:
    """The key of each unit: of its code or, where `named`, of its name.

    `row_by_row` gets the places of texts that are neither.
    """
    keys = [text.code_key(written) for written in column]
    if _are_codes(column):
        return keys
    others = [place for place, written in enumerate(column) if not _ONE.fullmatch(written)]
    names = [column[place] for place in others]
    irregular = set(_failing(names, _are_names)) if named else range(len(names))
    row_by_row.update(others[at] for at in irregular)
    for place, key in zip(others, text.name_keys(names), strict=True):
        keys[place] = NAMED + key
    return keys


def _column(rows: Sequence[Sequence[Cell]], index: int, name: str, *, typed: bool) -> Sequence[str]:
    """The texts of a column; a workbook's date in a column of days is ISO text, any number `_NONE`."""
    if not typed:
        return [row[index] for row in cast("Sequence[Sequence[str]]", rows)]
    column = []
    for row in rows:
        cell = row[index] if index < len(row) else None
        if isinstance(cell, str):
            column.append(cell)
        elif type(cell) is date and name in DAYS:
            column.append(cell.isoformat())
        else:
            column.append("" if cell is None else _NONE)
    return column


def _values(name: str, column: Sequence[str], row_by_row: set[int]) -> Sequence[Any]:
    """The values of a column as they are stored.

    `row_by_row` gets the places of texts that are wrong, or have to be made regular, which is reported.
    """
    irregular = set(_failing(column, _are_regular))
    if irregular:
        row_by_row |= irregular
        column = ["" if place in irregular else written for place, written in enumerate(column)]
    free = name in _FREE
    stored, wrong = _stored(name, {max(column, key=len)} if free else set(column))
    if wrong and free:
        _kept, wrong = _stored(name, set(column))
    if wrong:
        row_by_row.update(place for place, written in enumerate(column) if written in wrong)
    return [written or None for written in column] if free else [stored.get(written) for written in column]


def _stored(name: str, different: Collection[str]) -> tuple[dict[str, Any], set[str]]:
    """What each text of a column is stored as, and the texts that are no value of its field."""
    stored, wrong = {}, set()
    for written in different:
        try:
            value = READ[name](written)
        except InvalidError:
            wrong.add(written)
        else:
            stored[written] = value.isoformat() if isinstance(value, date) else value
    return stored, wrong


def _failing(column: Sequence[str], right: Callable[[Sequence[str]], bool], start: int = 0) -> Iterator[int]:
    """The places of texts for which `right` does not hold; it holds for a column if it does for each text."""
    if right(column):
        return
    if len(column) == 1:
        yield start
        return
    middle = len(column) // 2
    yield from _failing(column[:middle], right, start)
    yield from _failing(column[middle:], right, start + middle)


def _are_codes(column: Sequence[str]) -> bool:
    whole = "\n".join(column)
    return whole.count("\n") == len(column) - 1 and _CODES.fullmatch(whole) is not None


def _are_names(column: Sequence[str]) -> bool:
    """Whether every text is a regular one that may be the name of a unit."""
    return all(column) and max(map(len, column)) <= text.NAME_LIMIT and _are_regular(column)


def _are_regular(column: Sequence[str]) -> bool:
    """Whether every text is one that `text.clean` and `text.unguard` leave as it is."""
    whole = "\n".join(["", *column, ""])
    if whole.count("\n") != len(column) + 1 or any(odd in whole for odd in ("  ", " \n", "\n ", "\n'")):
        return False
    letters = "".join(sorted(set(whole) - {"\n", " "}))
    try:
        return text.clean(letters).value == letters and unicodedata.is_normalized("NFC", whole)
    except InvalidError:
        return False
