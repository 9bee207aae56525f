"""Whom the rows of a day mean, and whether what they say of each unit fits together."""

from thidua_cli.ground import text
from thidua_cli.ground.dates import show_day
from thidua_cli.ground.language import _
from thidua_cli.register.terms import Change, Extent
from thidua_cli.register.units import Version
from thidua_cli.rules.resolutions.day import DayOfChanges, in_a_sentence
from thidua_cli.rules.resolutions.model import Row

_ENDING = (Change.MERGE, Change.SPLIT, Change.DISSOLVE)


def find(changes: DayOfChanges) -> None:
    """Pair each row with the unit that has its old code on the day before."""
    for row in changes.rows:
        code, name = row.change.old_code, row.change.old_name
        held = changes.model.holder(code, changes.before) if code else None
        if code and held is None:
            _check_outside(changes, row)
        if held and name and text.name_key(name) != text.name_key(held.name):
            message = _("vào ngày {day} mã {code} là của {name}").format(
                day=show_day(changes.before), code=held.code, name=held.name
            )
            changes.problem(row, "old_name", message, _("sửa mã hoặc tên cũ"))
        changes.pairs.append((row, held))


def _check_outside(changes: DayOfChanges, row: Row) -> None:
    """Allow a predecessor that the register does not know where its successor is created, and list it."""
    known = sorted(changes.model.with_code(row.old_key), key=lambda version: version.valid_from)
    if past := [version for version in known if version.valid_from < changes.day]:
        _refuse_past(changes, row, past[-1])
        return
    if known:
        message = _("đơn vị này chỉ có từ ngày {day}").format(day=show_day(known[0].valid_from))
        changes.problem(row, "old_code", message, _("sửa ngày"))
        return
    if row.change.kind_of_change is Change.DISSOLVE or row.new_key in changes.continued:
        message = _("không có đơn vị này vào ngày {day}").format(day=show_day(changes.before))
        cure = _("đơn vị ngoài sổ chỉ được nêu khi nhập vào một đơn vị mới lập")
        changes.problem(row, "old_code", message, cure)
        return
    changes.model.plan.outside.append(f"{row.change.old_code}  {row.change.old_name or ''}".strip())


def _refuse_past(changes: DayOfChanges, row: Row, was: Version) -> None:
    """Add the problem that the unit with a code has ended, or has another code by this day."""
    unit, model = in_a_sentence(was), changes.model
    if (now := model.on(was.unit, changes.before)) is not None:
        message = _("{unit} mang mã {code} từ ngày {day}").format(
            unit=unit, code=now.code, day=show_day(was.until_on)
        )
        changes.problem(row, "old_code", message, _("sửa mã cũ"))
        return
    if row.continues:
        template = _("{unit} đã chấm dứt ngày {end}{by}, không thể tiếp tục từ {day}")
        cure = _("bỏ dòng này, hoặc dùng create nếu lập lại")
    else:
        template = _("{unit} đã chấm dứt ngày {end}{by}, không thể thay đổi từ {day}")
        cure = _("bỏ dòng này, hoặc sửa mã cũ")
    ends = [passed for passed in model.passed.of(was.unit) if passed.day == was.ended_on]
    by = _(" (thao tác #{number})").format(number=ends[0].operation) if ends else ""
    message = template.format(unit=unit, end=show_day(was.ended_on), by=by, day=show_day(changes.day))
    changes.problem(row, "old_code", message, cure)


def check_said_once(changes: DayOfChanges) -> None:
    """Refuse what passes twice from one unit to the same other one, or is founded twice."""
    said: set[tuple[str, str]] = set()
    for row, _held in changes.pairs:
        key = row.old_key, row.new_key
        if row.change.new_code and not row.continues:
            if key in said:
                message = _("cùng một thay đổi được nêu hai lần trong một ngày")
                changes.problem(row, "new_code", message, _("bỏ một dòng"), _("nêu mỗi đơn vị một lần"))
            said.add(key)


def compare_with_stored(changes: DayOfChanges) -> None:
    """Drop rows that say again who continues; refuse those that contradict what is stored of that day."""
    told: set[int] = set()  # rows, by identity
    for held, rows in changes.by_unit():
        stored = changes.passed.get(held.unit, [])
        is_kept = changes.is_kept(held.unit)
        continuing = [row for row in rows if row.continues]
        again = [row for row in continuing if _is_so(changes, row, held.unit)] if stored else []
        if held.ended_on == changes.day or (is_kept and len(again) < len(continuing)):
            changes.already_changed(rows[0], held, changes.day, stored[0] if stored else None)
        elif is_kept and not continuing and not _is_stored_as_kept(changes, held):
            undo = changes.undo_first(changes.model.first_to_undo(stored[0].operation))
            typed = undo
            if rows[0].change.kind_of_change is Change.SPLIT:
                typed = _("thêm --keep, hoặc {undo}").format(undo=undo)
            message = _(
                "thao tác #{number}: {name} tiếp tục từ ngày {day}; theo các dòng này thì nó kết thúc"
            ).format(name=held.name, day=show_day(changes.day), number=stored[0].operation)
            cure = _("thêm dòng keep của đơn vị ấy, hoặc {undo}").format(undo=undo)
            changes.problem(rows[0], "kind_of_change", message, cure, typed)
        told.update(map(id, again))
        changes.model.plan.unchanged += len(again)
        changes.model.plan.new -= len(again)
    changes.pairs = [pair for pair in changes.pairs if id(pair[0]) not in told]


def _is_stored_as_kept(changes: DayOfChanges, held: Version) -> bool:
    return any(row.continues and row.old_key == held.code.lower() for row in changes.stored)


def _is_so(changes: DayOfChanges, row: Row, unit: int) -> bool:
    """Whether the unit is from this day on what a row that continues it says."""
    after = changes.model.on(unit, changes.day)
    if after is None or row.new_key != after.code.lower():
        return False
    return row.names(after) and row.agrees_with(after, changes.model.on(after.parent, changes.day))


def check_units(changes: DayOfChanges) -> None:
    """Per predecessor: continued at most once, not kept and given away whole, nothing left over."""
    for held, rows in changes.by_unit():
        kept = [row for row in rows if row.continues]
        given = [row for row in rows if row.change.kind_of_change in _ENDING]
        is_kept = changes.is_kept(held.unit)
        lives = bool(kept) or is_kept
        own = {row.new_key for row in kept}
        if is_kept and (after := changes.model.on(held.unit, changes.day)):
            own.add(after.code.lower())
        to_itself = [row for row in given if row.new_key in own]
        whole = [row for row in given if row.change.extent is Extent.WHOLE]
        if len(kept) > 1:
            message, typed = _("một đơn vị tiếp tục hai lần trong một ngày"), _("nêu mỗi đơn vị một lần")
            changes.problem(kept[1], "old_code", message, _("bỏ một dòng"), typed)
        if to_itself:
            message, typed = _("chuyển cho chính đơn vị ấy"), _("nêu đơn vị khác")
            changes.problem(to_itself[0], "new_code", message, _("bỏ dòng này"), typed)
        if whole and (lives or len(given) > 1):
            message = _("chuyển toàn bộ mà lại còn dòng khác cho đơn vị này trong ngày")
            changes.problem(whole[0], "extent", message, _("dùng extent = part, hoặc bỏ dòng thừa"))
        if not lives and len(given) == 1 and not whole:
            message = _("chỉ chuyển một phần, phần còn lại không đi đâu")
            cure = _("thêm dòng keep, hoặc dòng cho phần còn lại")
            changes.problem(given[0], "extent", message, cure, _("thêm --keep, hoặc --to cho phần còn lại"))
        if not lives:
            _check_end(changes, held, rows[0])
    _check_cycles(changes)


def _check_end(changes: DayOfChanges, held: Version, row: Row) -> None:
    """Let a unit end only where the register holds no later change or end of it."""
    later = [passed for passed in changes.model.passed.of(held.unit) if passed.day > changes.day]
    if later:
        changes.already_changed(row, held, later[0].day, later[0])
    elif held.ended_on is not None:
        changes.already_changed(row, held, held.ended_on, None)
    else:
        changes.ending[held.unit] = held, row


def _check_cycles(changes: DayOfChanges) -> None:
    into = {
        row.old_key: row.new_key
        for row, held in changes.pairs
        if held and row.change.kind_of_change is Change.MERGE
    }
    for start in into:
        path = [start]
        while (following := into.get(path[-1])) and following not in path:
            path.append(following)
        if following == start and len(path) > 1:
            row = next(row for row in changes.rows if row.old_key == start)
            message = _("vòng tròn: {codes}").format(codes=" → ".join([*path, start]))
            changes.problem(row, "new_code", message, _("sửa mã mới"))
            return
