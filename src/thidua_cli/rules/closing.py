"""A unit's own terms, for decisions: extensions reach beyond what they change, exemptions keep apart."""

from thidua_cli.ground.dates import show_day
from thidua_cli.ground.errors import RefusedError
from thidua_cli.ground.language import _
from thidua_cli.register.entries import Entry, Exemption, Extension
from thidua_cli.rules.snapshot import Snapshot


def refuse_short(snapshot: Snapshot, extension: Extension) -> None:
    """Refuse an extension not stored yet that does not reach beyond the closing day which it changes.

    Nor may it leave a later one without effect. One that the register has already is not looked at.
    """
    same = snapshot.entry(extension.unit, extension.key)
    if isinstance(same, Extension) and same.until_on == extension.until_on:
        return
    day, until = extension.granted_on, extension.until_on
    others = [each for each in snapshot.extensions(extension.unit, extension.obligation) if each is not same]
    earlier = [each for each in others if each.granted_on <= day]
    exempt = [
        each.last_on or ""
        for each in snapshot.exemptions(extension.unit, extension.obligation)
        if each.exempted_on <= day
    ]
    closes_on = max([_planned(snapshot, extension), *exempt, *(each.until_on for each in earlier)])
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


def _planned(snapshot: Snapshot, extension: Extension) -> str:
    """The closing day of the plan as decided by the day of an extension."""
    codes = {item.code: item for item in snapshot.plan_on(extension.granted_on).obligations}
    return codes.get(extension.obligation, snapshot.plan.obligation(extension.obligation)).closes_on


def _last(extension: Extension) -> str:
    number = f"#{extension.id}: " if extension.id else ""
    return number + _("gia hạn ngày {day} đến {until}").format(
        day=show_day(extension.granted_on), until=show_day(extension.until_on)
    )


def existing(snapshot: Snapshot, entry: Entry) -> Entry | None:
    """The live entry that an incoming one is, or would be in the place of.

    An exemption is that of its first day, else the one with which it would overlap; RefusedError where there
    are several.
    """
    same = snapshot.entry(entry.unit, entry.key)
    if same is not None or not isinstance(entry, Exemption):
        return same
    others = [each for each in snapshot.exemptions(entry.unit, entry.obligation) if each.overlaps(entry)]
    if len(others) > 1:
        raise RefusedError(*(words(entry, each) for each in others))
    return others[0] if others else None


def refuse_overlap(snapshot: Snapshot, entry: Entry, but: Entry) -> None:
    """Refuse an exemption in the place of another that overlaps a third."""
    if isinstance(entry, Exemption):
        for each in snapshot.exemptions(entry.unit, entry.obligation):
            if each is not but and each.overlaps(entry):
                raise RefusedError(words(entry, each), _("kiểm tra lại ngày"))


def words(entry: Exemption, other: Exemption) -> str:
    """That an exemption overlaps another."""
    days = _("từ {day} đến {until}") if other.last_on else _("từ {day}, không có ngày cuối")
    until = show_day(other.last_on) if other.last_on else ""
    return _("{code}: đơn vị đã được miễn trong những ngày ấy, ở #{number}: {what}").format(
        code=entry.obligation,
        number=other.id or "–",
        what=days.format(day=show_day(other.exempted_on), until=until),
    )


def refuse_backwards(exemption: Exemption) -> None:
    """Refuse an exemption whose last day is before its first."""
    until, day = exemption.until_on, exemption.exempted_on
    if until is not None and until < day:
        raise RefusedError(
            _("{code}: ngày cuối được miễn {until} trước ngày đầu {day}").format(
                code=exemption.obligation, until=show_day(until), day=show_day(day)
            ),
            _("kiểm tra lại ngày"),
        )
