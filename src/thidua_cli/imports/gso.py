"""The statistics office's list of administrative units: one row a ward, with its district and province.

Its columns are `Tỉnh Thành Phố, Mã TP, Quận Huyện, Mã QH, Phường Xã, Mã PX, Cấp, Tên Tiếng Anh`. Of one
province it gives the districts and communes, named as their committees. A district without communes has an
empty ward code.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from thidua_cli.changes.naming import committee_name
from thidua_cli.errors import RejectedError, UsageError
from thidua_cli.imports import columns
from thidua_cli.imports.grid import Cell
from thidua_cli.imports.sheet import Problem, Sheet
from thidua_cli.language import _
from thidua_cli.terms import Kind, Level

_HEADERS = {
    "mã tp": "province",
    "quận huyện": "district_name",
    "mã qh": "district",
    "phường xã": "ward_name",
    "mã px": "ward",
}
FIELDS = ("code", "name", "kind", "level", "parent_code")


class Columns(NamedTuple):
    """Where the list's columns stand, by our names for them."""

    header: int
    places: dict[str, int]


def recognise(first: Sequence[tuple[int, Sequence[Cell]]]) -> Columns | None:
    """The list's header among the first rows, or none."""
    for index, (_number, values) in enumerate(first):
        if (found := places([str(cell) for cell in values])) is not None:
            return Columns(index, found)
    return None


def places(headers: Sequence[str]) -> dict[str, int] | None:
    """Where the list's columns stand in its header row; none for any other row."""
    found = {
        _HEADERS[name]: place
        for place, header in enumerate(headers)
        if (name := columns.normal(header)) in _HEADERS
    }
    return found if len(found) == len(_HEADERS) else None


def sheet(
    rows: Iterable[tuple[int, Sequence[Cell]]], found: Columns, source: str, province: str | None
) -> Sheet:
    """The districts and communes of a province as a sheet of units.

    Raises UsageError without a province, RejectedError for one that the list does not have.
    """
    if province is None:
        raise UsageError(
            _("{file}: danh mục cả nước: nêu --province, ví dụ --province 48").format(file=source)
        )
    made = Sheet(FIELDS, [], headers=FIELDS)
    districts: dict[str, str] = {}
    provinces: set[str] = set()
    for number, values in rows:
        cells = {
            name: _text(values[place]) if place < len(values) else "" for name, place in found.places.items()
        }
        if not any(cells.values()):
            continue
        provinces.add(cells["province"])
        if cells["province"] != province:
            continue
        known = districts.setdefault(cells["district"], cells["district_name"])
        if known != cells["district_name"]:
            made.problems.append(
                Problem(
                    number,
                    "Quận Huyện",
                    cells["district_name"],
                    _("mã {code} đã là {name}").format(code=cells["district"], name=known),
                )
            )
        elif cells["district"] not in {row["code"] for _row, row in made.rows}:
            made.rows.append((number, _unit(cells["district"], known, Kind.DISTRICT_COMMITTEE, province)))
        if cells["ward"]:
            ward = _unit(cells["ward"], cells["ward_name"], Kind.COMMUNE_COMMITTEE, cells["district"])
            made.rows.append((number, ward))
    if not made.rows:
        raise RejectedError(
            _("{file}: không có tỉnh, thành phố mã '{code}'").format(file=source, code=province),
            ", ".join(sorted(provinces))[:200],
        )
    made.raw = [(number, [str(value) for value in row.values()]) for number, row in made.rows]
    made.notices.append(
        _("danh mục của cơ quan thống kê: lấy tỉnh, thành phố mã {code}").format(code=province)
    )
    return made


def _unit(code: str, name: str, kind: Kind, parent: str) -> dict[str, object]:
    level = Level.DISTRICT if kind is Kind.DISTRICT_COMMITTEE else Level.COMMUNE
    return {
        "code": code,
        "name": committee_name(name, kind),
        "kind": str(kind),
        "level": str(level),
        "parent_code": parent,
    }


def _text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()
