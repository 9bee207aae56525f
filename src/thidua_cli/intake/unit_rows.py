"""A unit of a file, and what is wrong with it beside the units of the register."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from thidua_cli.ground import text
from thidua_cli.ground.dates import show_day
from thidua_cli.ground.language import _
from thidua_cli.ground.problem import Place, Problem
from thidua_cli.register.terms import Change
from thidua_cli.register.units import Directory, Version
from thidua_cli.rules import invariants, resolutions

if TYPE_CHECKING:
    from thidua_cli.register.models import UnitIn

_COMPARED = ("name", "kind", "level", "abbreviation", "sort_order")
_FIXED = ("kind", "level")  # no dated change can make them different


class UnitRow(NamedTuple):
    """A unit of a file, its row, its first day in ISO, and the fields that the file says to be none."""

    row: int
    unit: "UnitIn"
    day: str
    emptied: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        return text.code_key(self.unit.code)

    @property
    def parent_key(self) -> str:
        """The key of the code above; empty where there is none."""
        return text.code_key(self.unit.parent_code or "")

    def problem(self, field: str, message: str, cure: str) -> Problem:
        """What is wrong with a field of the unit, with its value."""
        value = self.day if field == "valid_from" else getattr(self.unit, field)
        return Problem(message, cure, at=Place(self.row, field, value))

    def stored(self, parents: Mapping[str, int]) -> dict[str, object]:
        """The columns of the unit's first version; `parents` are ids by key of code."""
        unit = self.unit
        return {
            "code": unit.code,
            "name": unit.name,
            "parent": parents[self.parent_key] if unit.parent_code is not None else None,
            "abbreviation": unit.abbreviation,
            "sort_order": unit.sort_order,
            "valid_from": self.day,
            "note": unit.note,
        }

    def filled(self, parent: str | None, order: int | None) -> "UnitRow":
        """The unit with this parent and order where the file leaves them open."""
        values = {"parent_code": parent, "sort_order": order}
        left = {name for name in values if getattr(self.unit, name) is None} - self.emptied
        return self._replace(unit=self.unit.model_copy(update={name: values[name] for name in left}))


class UnitDifference(NamedTuple):
    """A field in which a unit of the file differs from the register, with both values as text."""

    field: str
    old: str
    new: str

    @property
    def can_change(self) -> bool:
        """Whether a dated change can make the unit of the register so."""
        return self.field not in _FIXED

    def problem(self, item: UnitRow) -> Problem:
        message = _("khác với sổ: {code} đang là '{value}'").format(code=item.unit.code, value=self.old)
        if self.can_change:
            cure = _("sửa tệp, hoặc nêu --on NGÀY nếu thay đổi từ ngày đó")
        else:
            cure = _("loại và cấp không đổi được: đó là một đơn vị khác")
        return Problem(message, cure, at=Place(item.row, self.field, self.new))


def differences(
    item: UnitRow, held: Version, directory: Directory, fields: Sequence[str]
) -> list[UnitDifference]:
    """How a unit differs from a version of the register, in the fields that the file has columns for."""
    pairs = [
        (name, getattr(held, name), getattr(item.unit, name))
        for name in _COMPARED
        if name in fields or name == "kind"
    ]
    if "parent_code" in fields:
        parent = directory.on(held.parent, max(held.valid_from, item.day))
        if text.code_key(parent.code if parent else "") != item.parent_key:
            pairs.append(("parent_code", parent and parent.code, item.unit.parent_code))
    return [
        UnitDifference(name, *("" if value is None else str(value) for value in (ours, theirs)))
        for name, ours, theirs in pairs
        if ours != theirs
    ]


def began_otherwise(item: UnitRow, held: Version, began: str) -> Problem:
    """The code is that of a unit that began on another day than the row says."""
    return item.problem(
        "valid_from",
        _("{code} đang là của {name}, có từ ngày {began}, không phải {day}").format(
            code=held.code, name=held.name, began=show_day(began), day=show_day(item.day)
        ),
        _("đơn vị ấy: ghi ngày ấy, hoặc bỏ trống; đơn vị khác: dùng mã khác, hoặc chấm dứt đơn vị ấy trước"),
    )


def overlaps(item: UnitRow, later: Sequence[Version]) -> Problem:
    """A new unit has no end yet, so that a later holder of its code would share it."""
    first = min(later, key=lambda version: version.valid_from)
    end = [version for version in later if version.unit == first.unit][-1].until_on
    is_namesake = text.name_key(first.name) == text.name_key(item.unit.name)
    message = _("từ ngày {day}{end} mã này là của {name}; đơn vị mới từ ngày {own} sẽ trùng mã")
    if is_namesake:
        message = _("trong sổ {name} có từ ngày {day}{end}, không phải {own}")
    return item.problem(
        "valid_from" if is_namesake else "code",
        message.format(
            day=show_day(first.valid_from),
            end=_(" đến trước {day}").format(day=show_day(end)) if end else "",
            name=first.name,
            own=show_day(item.day),
        ),
        _("đơn vị ấy: ghi ngày ấy; đơn vị khác: dùng mã khác, hoặc một ngày sau khi mã không còn ai dùng"),
    )


def rings(units: Mapping[str, UnitRow]) -> list[Problem]:
    """Units of a file, by key, that are above one another in a ring."""
    problems = []
    for ring in invariants.rings({key: item.parent_key for key, item in units.items()}):
        if len(ring) > 1:
            codes = [units[key].unit.code for key in ring]
            message = _("vòng tròn cấp trên: {ring}").format(ring=" → ".join([*codes, codes[0]]))
            where = Place(units[ring[0]].row, "parent_code", codes[0])
            problems.append(Problem(message, _("sửa mã cấp trên"), at=where))
    return problems


def filling(item: UnitRow, filled: UnitRow) -> str:
    """What a new unit got that the file left open, for people."""
    parts = []
    if filled.unit.parent_code != item.unit.parent_code:
        parts.append(_("cấp trên {code}").format(code=filled.unit.parent_code))
    if filled.unit.sort_order != item.unit.sort_order:
        parts.append(_("thứ tự {order}").format(order=filled.unit.sort_order))
    return _("{code}  {name}: không nêu nên lấy {values}").format(
        code=item.unit.code, name=item.unit.name, values=", ".join(parts)
    )


def change_row(item: UnitRow, held: Version, fields: Sequence[UnitDifference]) -> resolutions.Row:
    """A unit that changes as the row of a resolution."""
    from thidua_cli.register.models import ChangeIn

    change = ChangeIn(
        old_code=held.code,
        old_name=held.name,
        new_code=held.code,
        new_name=item.unit.name,
        effective_date=date.fromisoformat(item.day),
        kind_of_change=Change.RENAME,
        parent_code=item.unit.parent_code,
        abbreviation=item.unit.abbreviation,
        sort_order=item.unit.sort_order,
        note=item.unit.note,
    )
    return resolutions.Row(item.row, change, frozenset(each.field for each in fields if not each.new))
