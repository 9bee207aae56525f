"""A unit's own closing day, for decisions: an extension has to reach beyond the one that it changes."""

from thidua_cli.ground.dates import show_day
from thidua_cli.ground.errors import RefusedError
from thidua_cli.ground.language import _
from thidua_cli.register.entries import Extension
from thidua_cli.rules.snapshot import Snapshot


def refuse_short(snapshot: Snapshot, extension: Extension) -> None:
    """Refuse an extension not stored yet that does not reach beyond the closing day which it changes.

    Nor may it leave a later one without effect. One that the register has already is not looked at.
    """
    same = snapshot.entries.get(extension.key)
    if isinstance(same, Extension) and same.until_on == extension.until_on:
        return
    day, until = extension.granted_on, extension.until_on
    others = [each for each in _of_unit(snapshot, extension) if each is not same]
    earlier = [each for each in others if each.granted_on <= day]
    closes_on = max([_planned(snapshot, extension), *(each.until_on for each in earlier)])
    if until <= closes_on:
        raise RefusedError(
            _("{code}: hạn mới {until} không sau hạn hiện có của đơn vị ({closes})").format(
                code=extension.obligation, until=show_day(until), closes=show_day(closes_on)
            ),
            *(_last(each) for each in earlier if each.until_on == closes_on),
            _("kiểm tra lại ngày"),
        )
    for each in others:
        if each.granted_on > day and each.until_on <= until:
            raise RefusedError(
                _("{code}: hạn mới {until} không trước hạn đã cho đơn vị về sau").format(
                    code=extension.obligation, until=show_day(until)
                ),
                _last(each),
                _("kiểm tra lại ngày"),
            )


def _of_unit(snapshot: Snapshot, extension: Extension) -> list[Extension]:
    """The live extensions of the same unit and obligation."""
    return [
        entry
        for entry in snapshot.entries.values()
        if isinstance(entry, Extension)
        and (entry.unit, entry.obligation) == (extension.unit, extension.obligation)
    ]


def _planned(snapshot: Snapshot, extension: Extension) -> str:
    """The closing day of the plan as decided by the day of an extension."""
    codes = {item.code: item for item in snapshot.plan_on(extension.granted_on).obligations}
    return codes.get(extension.obligation, snapshot.plan.obligation(extension.obligation)).closes_on


def _last(extension: Extension) -> str:
    number = f"#{extension.id}: " if extension.id else ""
    return number + _("gia hạn ngày {day} đến {until}").format(
        day=show_day(extension.granted_on), until=show_day(extension.until_on)
    )
