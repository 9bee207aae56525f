"""Units that continue, begin and end on a day, and their names and codes."""

from collections.abc import Sequence

from thidua_cli.ground import text
from thidua_cli.ground.dates import show_day
from thidua_cli.ground.language import _
from thidua_cli.register import terms
from thidua_cli.register.terms import Change
from thidua_cli.register.units import Version
from thidua_cli.rules.resolutions import parents
from thidua_cli.rules.resolutions.day import DayOfChanges, Pair
from thidua_cli.rules.resolutions.model import Effect, Row
from thidua_cli.rules.resolutions.naming import committee_name, kind_of_name


def continue_units(changes: DayOfChanges) -> None:
    """Change the units that rows continue; a row may give one another code or name."""
    for row, held in changes.pairs:
        if not row.continues or held is None:
            continue
        if row.new_key in changes.new:
            message = _("hai đơn vị cùng tiếp tục thành {code}").format(code=row.change.new_code)
            changes.problem(row, "new_code", message, _("bỏ một dòng"))
            continue
        changes.new[row.new_key], changes.homes[held.unit] = held.unit, row
        changes.effects.append(Effect(changes.day, "changed", held, (held,)))
        if fields := _changed(changes, row, held):
            changes.model.change(held.unit, changes.day, fields, row.change.resolution, row.change.note)


def _changed(changes: DayOfChanges, row: Row, held: Version) -> dict[str, object]:
    """The fields of a unit, other than its parent, that a row changes, with their new values."""
    change = row.change
    same_code = row.new_key == held.code.lower()
    is_keep = change.kind_of_change is Change.KEEP
    if is_keep and not (row.names(held) and same_code):
        changes.problem(row, "kind_of_change", _("giữ nguyên mà mã hoặc tên khác"), _("dùng rename"))
        return {}
    said: dict[str, object] = {
        "code": held.code if same_code else str(change.new_code),
        "name": held.name if is_keep else committee_name(str(change.new_name), held.kind),
    }
    for name in ("abbreviation", "sort_order"):
        value = getattr(change, name)
        if value is not None or name in row.emptied:
            said[name] = value
    return {name: value for name, value in said.items() if value != getattr(held, name)}


def check_names(changes: DayOfChanges) -> None:
    """Refuse a row that names its successor otherwise than the unit that has the code on this day."""
    for row, _held in changes.pairs:
        after = changes.model.on(changes.new.get(row.new_key), changes.day)
        if after is not None and not row.names(after):
            message = _("từ ngày {day} mã {code} là của {name}, mà dòng này ghi {other}").format(
                day=show_day(changes.day), code=after.code, name=after.name, other=row.change.new_name
            )
            changes.problem(row, "new_name", message, _("sửa tên hoặc mã"))


def create_units(changes: DayOfChanges) -> None:
    """Make a unit of each successor that no unit continues as."""
    wanted: dict[str, list[Pair]] = {}
    for row, held in changes.pairs:
        if row.new_key and row.new_key not in changes.new:
            wanted.setdefault(row.new_key, []).append((row, held))
    for code, pairs in wanted.items():
        rows = [row for row, _held in pairs]
        if len({text.name_key(str(row.change.new_name)) for row in rows}) > 1:
            message = _("mã {code} có hai tên trong một ngày").format(code=rows[0].change.new_code)
            changes.problem(rows[-1], "new_name", message, _("sửa tên hoặc mã"))
            continue
        predecessors = tuple(held for _row, held in pairs if held is not None)
        made = _created(changes, rows, predecessors)
        if made is not None:
            changes.new[code], changes.homes[made.unit] = made.unit, rows[0]
            changes.model.add_unit(made)
            changes.effects.append(Effect(changes.day, "new", made, predecessors))


def _created(changes: DayOfChanges, rows: Sequence[Row], predecessors: Sequence[Version]) -> Version | None:
    """The new unit, with what its rows say, its name or its predecessors; none where its kind is unknown."""
    change = rows[0].change
    name = str(change.new_name)
    kind = next((row.change.kind for row in rows if row.change.kind), None) or kind_of_name(name)
    if kind is None and len({version.kind for version in predecessors}) == 1:
        kind = predecessors[0].kind
    if kind is None:
        typed = _("ghi tên có từ chỉ loại (Sở, UBND phường, …), hoặc thidua import changes với cột kind")
        changes.problem(rows[0], "new_name", _("không rõ loại của đơn vị mới"), _("thêm cột kind"), typed)
        return None
    level = next((row.change.level for row in rows if row.change.level), None) or terms.LEVEL_OF_KIND[kind]
    order = next((row.change.sort_order for row in rows if row.change.sort_order is not None), None)
    if order is None and "sort_order" not in rows[0].emptied:
        order = changes.model.last_order(level) + 10
    return Version(
        unit=changes.model.next_id("unit"),
        kind=kind,
        level=level,
        code=str(change.new_code),
        name=committee_name(name, kind),
        parent=parents.of_new(changes, predecessors[0].parent if predecessors else None, level),
        abbreviation=next((row.change.abbreviation for row in rows if row.change.abbreviation), None),
        sort_order=order,
        valid_from=changes.day,
        document_number=change.resolution,
    )


def end_units(changes: DayOfChanges) -> None:
    for unit, (held, row) in changes.ending.items():
        changes.model.end(unit, changes.day, row.change.resolution)
        changes.effects.append(Effect(changes.day, "ended", held))


def check_codes(changes: DayOfChanges) -> None:
    """Refuse two units with one code on one day, from this day on."""
    holders: dict[str, list[Version]] = {}
    for version in changes.model:
        if version.until_on is None or version.until_on > changes.day:
            holders.setdefault(version.code.lower(), []).append(version)
    for row, _held in changes.pairs:
        if not row.new_key or (clash := _clash(changes, changes.new[row.new_key], holders)) is None:
            continue
        message = _("mã này vẫn là của {name}: hai đơn vị có một mã trong một ngày")
        if clash.valid_from > changes.day:
            message = _("từ ngày {day} mã này là của {name}: hai đơn vị có một mã trong một ngày")
        changes.problem(
            row,
            "new_code",
            message.format(name=clash.name, day=show_day(clash.valid_from)),
            _("thêm dòng keep nếu đơn vị ấy tiếp tục, hoặc dòng cho biết nó kết thúc thế nào"),
            _("dùng mã khác, hoặc đổi mã hay chấm dứt đơn vị ấy trước"),
        )


def _clash(changes: DayOfChanges, unit: int, holders: dict[str, list[Version]]) -> Version | None:
    """The version of another unit that has a code of this unit on the same day, from this day on."""
    for version in changes.model.versions[unit]:
        for other in holders.get(version.code.lower(), ()):
            start = max(version.valid_from, other.valid_from, changes.day)
            overlap = all(each.until_on is None or start < each.until_on for each in (version, other))
            if other.unit != unit and overlap:
                return other
    return None
