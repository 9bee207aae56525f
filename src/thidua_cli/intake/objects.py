"""Objects of JSON as a table: one column for each field, whichever of its headers an object has as a key."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from thidua_cli.ground.language import _
from thidua_cli.ground.problem import Place, Problem
from thidua_cli.intake import columns, synonyms
from thidua_cli.intake.cells import empty
from thidua_cli.intake.headed_rows import HeadedRows
from thidua_cli.intake.sheet import short
from thidua_cli.intake.tables.grid import ABSENT, Grid
from thidua_cli.register.fields import UNIT_NAME, ImportKind, heading, required

_Column = tuple[str | None, str]  # a field and "", or a key that is not read as any


def table_of(
    objects: Sequence[Mapping[str, Any]],
    kind: ImportKind,
    renamed: Mapping[str, str],
    asked: Sequence[str],
    constants: Mapping[str, str],
    *,
    ignore_unknown: bool = False,
) -> HeadedRows:
    """The objects as rows, numbered from 1; a key that an object lacks is an ABSENT cell.

    `asked` are keys to be ignored, with `ignore_unknown` all that nobody knows.
    """
    keys = list(dict.fromkeys(chain.from_iterable(objects)))
    chosen = synonyms.choose(kind, keys, renamed, asked, filled={} if ignore_unknown else None)
    renamed, ignored = chosen.renamed, chosen.ignored
    left_out = columns.left_out(ignored)
    fields = {
        key: None if columns.normal(key) in left_out else columns.field_of(kind, key, renamed) for key in keys
    }
    if UNIT_NAME.key in fields.values() and "unit_code" not in fields.values():
        alone = {UNIT_NAME.key: "unit_code"}  # the name says which unit is meant
        fields = {key: alone.get(field, field) if field else None for key, field in fields.items()}
    unknown = _unknown_keys(kind, fields, left_out, ignored)
    problems: list[Problem] = []
    places: dict[str, _Column] = {key: (field, "") if field else (None, key) for key, field in fields.items()}
    headers: dict[_Column, str] = {}  # the first key of each column
    for key, column in places.items():
        headers.setdefault(column, key)
    rows: list[dict[_Column, Any]] = []
    for number, item in enumerate(objects, 1):
        row: dict[_Column, Any] = {}
        for key, value in item.items():
            column = places[key]
            if column in row:
                message = _("trường {field} có hai lần").format(field=fields[key])
                problems.append(Problem(message, at=Place(number, short(key))))
                column = (None, key)
                headers.setdefault(column, key)
            elif key in unknown:
                problems.append(unknown.pop(key)._replace(at=Place(number, short(key))))
            row[column] = value
        rows.append(row)
    for name in required(kind):
        if name in constants:
            continue
        headers.setdefault((name, ""), heading(kind, name))
    body = [(number, [row.get(column, ABSENT) for column in headers]) for number, row in enumerate(rows, 1)]
    notices = [*columns.oddities(keys), *chosen.notices(kind)]
    unwanted = {columns.normal(header) for header in asked}
    notices += columns.passed_over(
        key
        for key in keys
        if columns.normal(key) in unwanted and not all(empty(item.get(key)) for item in objects)
    )
    read = HeadedRows(
        [field for field, _key in headers], list(headers.values()), 0, len(body), body,
        Grid(iter(()), [], objects=True), notices, problems,
    )  # fmt: skip
    return read._replace(constants=constants)


def _unknown_keys(
    kind: ImportKind, fields: Mapping[str, str | None], left_out: set[str], ignored: Sequence[str]
) -> dict[str, Problem]:
    """The problem with each key that names no field and is not left out."""
    unknown = [key for key, field in fields.items() if field is None and columns.normal(key) not in left_out]
    if not unknown:
        return {}
    found = set(fields.values())
    missing = [field for field in required(kind) if field not in found]
    advice = columns.advise(kind, unknown, missing, found, ignored)
    other = _("--ignore-column để bỏ qua")
    return {
        key: Problem(_("không biết trường này"), advice.likes.get(key, other), then=advice.then)
        for key in unknown
    }
