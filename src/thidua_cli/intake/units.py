"""Units from a file: compare with the register, find what is wrong, store what is new."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from thidua_cli import store
from thidua_cli.ground import dates, text
from thidua_cli.ground.dates import show_day
from thidua_cli.ground.language import _
from thidua_cli.ground.problem import Place, Problem
from thidua_cli.intake import reading
from thidua_cli.intake.sheet import Sheet, Watch, reject, without_none
from thidua_cli.register.fields import ImportKind
from thidua_cli.register.terms import Change, Kind, Level
from thidua_cli.register.units import Directory, Version
from thidua_cli.rules import resolutions

if TYPE_CHECKING:
    from thidua_cli.register.models import UnitIn

_COMPARED = ("name", "kind", "level", "abbreviation", "sort_order")


class Incoming(NamedTuple):
    """A unit of a file, its row, and the day from which it is to hold; `emptied`: fields said to be none."""

    row: int
    unit: "UnitIn"
    valid_from: date
    emptied: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        return self.unit.code.lower()


@dataclass(slots=True)
class UnitPlan:
    """What an import of units would do."""

    new: list[Incoming] = field(default_factory=list)
    unchanged: list[Incoming] = field(default_factory=list)
    changed: list[tuple[Incoming, Version, list["FieldChange"]]] = field(
        default_factory=list
    )  # and how it was
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    filled: list[str] = field(default_factory=list)  # what the file left open, for people
    parents: dict[str, int] = field(default_factory=dict)  # code -> unit id, for parents in the register


def check(sheet: Sheet, first_day: date, watch: Watch = iter) -> tuple[list[Incoming], list[Problem]]:
    """The units of a sheet, and what is wrong with its rows; `first_day` is used where no day is given.

    `watch` sees the rows go by.
    """
    from thidua_cli.register import models

    items, problems = [], list(sheet.problems)
    for row, given in watch(sheet.rows):
        values, emptied = without_none(given)
        unit, wrong = models.check(models.UnitIn, values)
        problems += [
            Problem(each.message, each.cure, at=Place(row, each.field, each.value)) for each in wrong
        ]
        if unit is not None:
            day = unit.valid_from or first_day
            if day > dates.today():
                problems.append(
                    Problem(
                        _("ngày ở tương lai"),
                        _("kiểm tra lại ngày"),
                        at=Place(row, "valid_from", day.isoformat()),
                    )
                )
            items.append(Incoming(row, unit, day, emptied))
    return items, problems


def plan(
    items: Sequence[Incoming],
    directory: Directory,
    fields: Sequence[str],
    *,
    on: date | None = None,
    refused: Collection[str] = (),
    first_day: date = date.max,
) -> UnitPlan:
    """Compare units with the register; `fields` are the columns that the file has.

    A new unit of a day after `first_day` gets the parent and the order that a founding by a change would give
    it, where the file leaves them open.

    With `on`, a unit that differs in name, parent, order or abbreviation changes from `on`; otherwise the
    difference is a problem. Another kind, level or first day is another unit, so always a problem. `refused`
    are codes in lower case of rows that cannot be taken: whoever is below such a unit is not to blame.
    """
    made = UnitPlan()
    first: dict[str, Incoming] = {}
    for item in items:
        if item.key in first:
            made.problems.append(_duplicate(item, first[item.key]))
        else:
            first[item.key] = item
    first = {
        key: _as_founded(item, directory) if item.valid_from > first_day else item
        for key, item in first.items()
    }
    for item in first.values():
        if (item.unit.parent_code or "").lower() not in refused or item.unit.parent_code is None:
            _check_parent(item, first, directory, made)
        _compare(item, directory, fields, made, on)
    _check_rings(first, made)
    _fill(made, directory, first_day)
    return made


def _as_founded(item: Incoming, directory: Directory) -> Incoming:
    """The unit with the parent and the order of its founding, if it is in the register since that day."""
    day = item.valid_from.isoformat()
    held = next((each for each in directory.with_code(item.unit.code) if each.valid_from == day), None)
    if held is None or directory.versions[held.unit][0] is not held:
        return item
    above = directory.on(held.parent, day)
    return _with_open(item, above.code if above else None, held.sort_order)


def _with_open(item: Incoming, parent: str | None, order: int | None) -> Incoming:
    """The unit with this parent and order where the file leaves them open."""
    values = {"parent_code": parent, "sort_order": order}
    left = {name for name in values if getattr(item.unit, name) is None} - item.emptied
    return item._replace(unit=item.unit.model_copy(update={name: values[name] for name in left}))


def _fill(made: UnitPlan, directory: Directory, first_day: date) -> None:
    """Give the new units of days after the first one the parent and the order that the file leaves open."""
    orders = [(each.level, each.sort_order) for each in directory]
    orders += [(item.unit.level or Level.CITY, item.unit.sort_order) for item in made.new]
    last = {level: max((order or 0 for each, order in orders if each is level), default=0) for level in Level}
    for place, item in enumerate(made.new):
        if item.valid_from <= first_day:
            continue
        level = item.unit.level or Level.CITY
        filled = _with_open(item, _city(item, made, directory), last[level] + 10)
        if filled.unit != item.unit:
            last[level] = max(last[level], filled.unit.sort_order or 0)
            made.new[place] = filled
            made.filled.append(_filling(item, filled))


def _city(item: Incoming, made: UnitPlan, directory: Directory) -> str | None:
    """The code of the one city committee on a unit's first day, if there is one and it is not the unit."""
    day = item.valid_from.isoformat()
    stored = [each for each in directory if each.kind is Kind.CITY_COMMITTEE and each.holds_on(day)]
    made.parents |= {each.code.lower(): each.unit for each in stored}
    codes = [each.code for each in stored] + [
        each.unit.code
        for each in made.new
        if each.unit.kind is Kind.CITY_COMMITTEE and each.valid_from <= item.valid_from
    ]
    return codes[0] if len(codes) == 1 and codes[0] != item.unit.code else None


def _filling(item: Incoming, filled: Incoming) -> str:
    """What a new unit got that the file left open, for people."""
    parts = []
    if filled.unit.parent_code != item.unit.parent_code:
        parts.append(_("cấp trên {code}").format(code=filled.unit.parent_code))
    if filled.unit.sort_order != item.unit.sort_order:
        parts.append(_("thứ tự {order}").format(order=filled.unit.sort_order))
    return _("{code}  {name}: không nêu nên lấy {values}").format(
        code=item.unit.code, name=item.unit.name, values=", ".join(parts)
    )


def _duplicate(item: Incoming, earlier: Incoming) -> Problem:
    return Problem(
        _("trùng mã với dòng {row}").format(row=earlier.row),
        _("một mã chỉ thuộc một đơn vị vào một ngày"),
        at=Place(item.row, "code", item.unit.code),
    )


def _check_parent(item: Incoming, first: dict[str, Incoming], directory: Directory, made: UnitPlan) -> None:
    code = item.unit.parent_code
    if code is None:
        return
    levels = list(Level)
    if code.lower() == item.key:
        made.problems.append(
            Problem(
                _("đơn vị là cấp trên của chính mình"),
                _("sửa mã cấp trên"),
                at=Place(item.row, "parent_code", code),
            )
        )
        return
    day = item.valid_from.isoformat()
    above = next((version for version in directory.with_code(code) if version.holds_on(day)), None)
    if above is not None:
        made.parents[code.lower()] = above.unit
    if inside := first.get(code.lower()):
        level = inside.unit.level
        if level and item.unit.level and levels.index(level) > levels.index(item.unit.level):
            made.problems.append(_below(item, code))
        if above is None and inside.valid_from > item.valid_from:
            made.problems.append(_not_yet(item, code, inside.valid_from))
    elif above is None:
        made.problems.append(
            Problem(
                _("không có đơn vị cấp trên này"),
                _("thêm đơn vị ấy, hoặc sửa mã"),
                at=Place(item.row, "parent_code", code),
            )
        )
    elif item.unit.level and levels.index(above.level) > levels.index(item.unit.level):
        made.problems.append(_below(item, code))


def _below(item: Incoming, code: str) -> Problem:
    return Problem(
        _("cấp của đơn vị cấp trên lại thấp hơn"),
        _("sửa cấp hoặc mã cấp trên"),
        at=Place(item.row, "parent_code", code),
    )


def _not_yet(item: Incoming, code: str, start: date) -> Problem:
    return Problem(
        _("đơn vị cấp trên chỉ có từ ngày {day}").format(day=show_day(start)),
        _("sửa ngày, hoặc bỏ trống cấp trên"),
        at=Place(item.row, "parent_code", code),
    )


def _check_rings(first: dict[str, Incoming], made: UnitPlan) -> None:
    done: set[str] = set()
    for start in first:
        path: list[str] = []
        at: str | None = start
        while at is not None and at in first and at not in done and at not in path:
            path.append(at)
            parent = first[at].unit.parent_code
            at = parent.lower() if parent else None
        if at in path and len(path[path.index(at) :]) > 1:
            ring = [first[key].unit.code for key in path[path.index(at) :]]
            made.problems.append(
                Problem(
                    _("vòng tròn cấp trên: {ring}").format(ring=" → ".join([*ring, ring[0]])),
                    _("sửa mã cấp trên"),
                    at=Place(first[at].row, "parent_code", ring[0]),
                )
            )
        done.update(path)


def _compare(
    item: Incoming, directory: Directory, fields: Sequence[str], made: UnitPlan, on: date | None
) -> None:
    """The unit that has the code on the unit's day decides; where none has, it is a new unit."""
    day = item.valid_from.isoformat()
    holders = directory.with_code(item.unit.code)
    versions = [version for version in holders if version.holds_on(day)]
    if item.unit.valid_from is None and not on:  # a list that names no day is of today, or of the beginning
        today = dates.today().isoformat()
        versions = [version for version in holders if version.holds_on(today)] + versions
    if versions:
        _compare_with(item, versions, directory, fields, made, on)
    elif later := [version for version in holders if version.valid_from > day]:
        made.problems.append(_overlaps(item, later))
    elif (above := _above(item, directory, made)) is not None and above.ended_on:
        made.problems.append(
            Problem(
                _("đơn vị cấp trên chấm dứt từ ngày {day}").format(day=show_day(above.ended_on)),
                _("nêu đơn vị cấp trên còn tồn tại"),
                at=Place(item.row, "parent_code", item.unit.parent_code),
            )
        )
    else:
        made.new.append(item)
        made.warnings += [
            _("{code}  {name}: trùng tên với {other}, chỉ còn gọi được bằng mã").format(
                code=item.unit.code, name=item.unit.name, other=namesake.code
            )
            for namesake in directory.with_name(item.unit.name)
            if namesake.holds_on(day)
        ]


def _compare_with(
    item: Incoming,
    versions: Sequence[Version],
    directory: Directory,
    fields: Sequence[str],
    made: UnitPlan,
    on: date | None,
) -> None:
    """Compare a unit of a file with those that have its code on its day: one is enough if it is the same.

    A day of its own (`valid_from`) says when the unit began, and must be that day. With `on` besides, other
    fields are those of `on`.
    """
    held = versions[0]
    if item.unit.valid_from:
        began = directory.versions[held.unit][0]
        if item.unit.valid_from.isoformat() != began.valid_from:
            made.problems.append(_began(item, held, began.valid_from))
            made.problems += [each.problem for each in _differences(item, held, directory, fields)]
            return
        now = directory.on(held.unit, max(on, item.valid_from).isoformat()) if on else None
        versions = [now, *versions] if now else versions
        held = versions[0]
    told = [_differences(item, version, directory, fields) for version in versions]
    differences = min(told, key=bool)
    if not differences:
        made.unchanged.append(item)
    elif on and all(each.field_changes for each in told[0]):
        changed = item._replace(valid_from=max(on, item.valid_from))
        made.changed.append((changed, held, [each.field for each in told[0]]))
    else:
        made.problems += [each.problem for each in differences]


def _began(item: Incoming, held: Version, began: str) -> Problem:
    return Problem(
        _("{code} đang là của {name}, có từ ngày {began}, không phải {day}").format(
            code=held.code, name=held.name, began=show_day(began), day=show_day(item.valid_from)
        ),
        _("đơn vị ấy: ghi ngày ấy, hoặc bỏ trống; đơn vị khác: dùng mã khác, hoặc chấm dứt đơn vị ấy trước"),
        at=Place(item.row, "valid_from", item.valid_from.isoformat()),
    )


def _overlaps(item: Incoming, later: Sequence[Version]) -> Problem:
    """A new unit has no end yet, so that a later holder of its code would share it."""
    first = min(later, key=lambda version: version.valid_from)
    end = [version for version in later if version.unit == first.unit][-1].until_on
    is_namesake = text.name_key(first.name) == text.name_key(item.unit.name)
    message = _("từ ngày {day}{end} mã này là của {name}; đơn vị mới từ ngày {own} sẽ trùng mã")
    if is_namesake:
        message = _("trong sổ {name} có từ ngày {day}{end}, không phải {own}")
    return Problem(
        message.format(
            day=show_day(first.valid_from),
            end=_(" đến trước {day}").format(day=show_day(end)) if end else "",
            name=first.name,
            own=show_day(item.valid_from),
        ),
        _("đơn vị ấy: ghi ngày ấy; đơn vị khác: dùng mã khác, hoặc một ngày sau khi mã không còn ai dùng"),
        at=Place(
            item.row,
            "valid_from" if is_namesake else "code",
            item.valid_from.isoformat() if is_namesake else item.unit.code,
        ),
    )


def _above(item: Incoming, directory: Directory, made: UnitPlan) -> Version | None:
    """The unit of the register above a unit of the file, on its first day."""
    code = item.unit.parent_code
    return directory.on(made.parents.get(code.lower()), item.valid_from.isoformat()) if code else None


class FieldChange(NamedTuple):
    """A field in which a unit of the file differs from the register, with both values."""

    field: str
    old: str
    new: str


class _Difference(NamedTuple):
    """A field that differs from the register, and whether a dated change can make it so."""

    problem: Problem
    field: FieldChange
    field_changes: bool


def _differences(
    item: Incoming, held: Version, directory: Directory, fields: Sequence[str]
) -> list[_Difference]:
    problems = []
    for name in _COMPARED:
        ours, theirs = getattr(held, name), getattr(item.unit, name)
        if (name in fields or name == "kind") and ours != theirs:
            problems.append(_differs(item, name, theirs, ours))
    if "parent_code" in fields:
        parent = directory.on(held.parent, max(held.valid_from, item.valid_from.isoformat()))
        ours = parent.code if parent else None
        if (ours or "").lower() != (item.unit.parent_code or "").lower():
            problems.append(_differs(item, "parent_code", item.unit.parent_code, ours))
    return problems


def _differs(item: Incoming, name: str, theirs: object, ours: object) -> _Difference:
    fixed = name in ("kind", "level")
    cure = (
        _("loại và cấp không đổi được: đó là một đơn vị khác")
        if fixed
        else _("sửa tệp, hoặc nêu --on NGÀY nếu thay đổi từ ngày đó")
    )
    problem = Problem(
        _("khác với sổ: {code} đang là '{value}'").format(
            code=item.unit.code, value="" if ours is None else ours
        ),
        cure,
        at=Place(item.row, name, str(theirs) if theirs is not None else ""),
    )
    values = FieldChange(name, "" if ours is None else str(ours), str(problem.at.value))
    return _Difference(problem, values, not fixed)


def change_rows(made: UnitPlan) -> list[resolutions.Row]:
    """The changed units of a plan as rows of a resolution."""
    from thidua_cli.register.models import ChangeIn

    return [
        resolutions.Row(
            item.row,
            ChangeIn(
                old_code=held.code,
                old_name=held.name,
                new_code=held.code,
                new_name=item.unit.name,
                effective_date=item.valid_from,
                kind_of_change=Change.RENAME,
                parent_code=item.unit.parent_code,
                abbreviation=item.unit.abbreviation,
                sort_order=item.unit.sort_order,
                note=item.unit.note,
            ),
            frozenset(each.field for each in fields if not each.new),
        )
        for item, held, fields in made.changed
    ]


def first_units(path: Path, first_day: date) -> UnitPlan:
    """The units of a file for a register that is still empty; raises RejectedError with all that is wrong."""
    sheet = reading.read(str(path), ImportKind.UNITS)
    items, problems = check(sheet, first_day)
    made = plan(items, Directory(), sheet.fields, first_day=first_day)
    made.problems += problems
    if made.problems:
        raise reject(str(path), made.problems, most=20)
    return made


def apply(writer: store.Writer, made: UnitPlan, document: str | None = None) -> None:
    """Store the new units of a plan, on a document if there is one."""
    ids = {item.key: writer.next_id("unit") for item in made.new}
    writer.insert(
        "unit",
        [
            {"id": ids[item.key], "kind": str(item.unit.kind), "level": str(item.unit.level)}
            for item in made.new
        ],
    )
    writer.insert(
        "unit_version",
        [
            {
                "id": writer.next_id("unit_version"),
                "unit": ids[item.key],
                "code": item.unit.code,
                "name": item.unit.name,
                "parent": _parent(item, ids, made),
                "abbreviation": item.unit.abbreviation,
                "sort_order": item.unit.sort_order,
                "valid_from": item.valid_from.isoformat(),
                "document_number": document,
                "note": item.unit.note,
            }
            for item in made.new
        ],
    )


def _parent(item: Incoming, ids: dict[str, int], made: UnitPlan) -> int | None:
    if item.unit.parent_code is None:
        return None
    key = item.unit.parent_code.lower()
    return ids.get(key) or made.parents[key]
