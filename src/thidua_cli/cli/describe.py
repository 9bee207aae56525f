"""What a write did or would do, in lines for people."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from thidua_cli.ground import text
from thidua_cli.ground.dates import show_day
from thidua_cli.ground.language import EXAMPLES, _, current, rest
from thidua_cli.register.entries import Entry, Exemption, Extension, Record, Supplement, Withdrawal
from thidua_cli.register.results import described
from thidua_cli.register.terms import Level, State, label
from thidua_cli.register.units import Directory, Version, describe, other_holders
from thidua_cli.rules.occasions import shown

if TYPE_CHECKING:
    from thidua_cli.rules.resolutions import ChangeSet, Effect
    from thidua_cli.rules.snapshot import Snapshot


def describe_changes(made: "ChangeSet") -> list[str]:
    """Return what a plan of changes does, by day: counts by level before and after, and each unit."""
    lines = []
    for day in dict.fromkeys(sorted(effect.day for effect in made.effects)):
        lines.append(_("{day}:").format(day=show_day(day)))
        if day in made.counts:
            old, new = made.counts[day]
            lines += [
                _("  {level}: {old} → {new} đơn vị").format(
                    level=label(level, current()), old=old[level], new=new[level]
                )
                for level in Level
                if old[level] or new[level]
            ]
        for effect in made.effects:
            if effect.day == day:
                lines += _describe_effect(effect)
    if made.carried:
        lines.append(_("Tình trạng đã ghi từ trước, viết lại theo (hủy và ghi mới):"))
        lines += [f"  {_carried(old, fresh)}" for old, fresh in made.carried]
    if made.outside:
        lines.append(_("Ngoài sổ, nhập vào đơn vị mới: {count}").format(count=len(made.outside)))
        lines += [f"  {unit}" for unit in made.outside[:EXAMPLES]] + rest(len(made.outside))
    return lines


_SIGNS = {"new": "+", "changed": "~", "ended": "-"}


def _describe_effect(effect: "Effect") -> list[str]:
    """Return the lines on a unit that begins, changes or ends: predecessors, successors, new parent."""
    into = "".join(f" → {describe(each)}" for each in effect.successors)
    lines = [f"  {_SIGNS[effect.what]} {describe(effect.version)}{into}"]
    for each in effect.predecessors:
        if each.unit != effect.version.unit:
            lines.append(f"      ← {describe(each)}")
        elif (each.code, each.name) != (effect.version.code, effect.version.name):
            if each.name != effect.version.name:
                lines.append(_("      tên: {old} → {new}").format(old=each.name, new=effect.version.name))
            if each.code != effect.version.code:
                lines.append(_("      mã: {old} → {new}").format(old=each.code, new=effect.version.code))
    if effect.above is not None:
        old, new = (describe(each) if each else "–" for each in effect.above)
        lines.append(_("      cấp trên: {old} → {new}").format(old=old, new=new))
    return lines


def _carried(old: Version, fresh: Version | None) -> str:
    """Return the line on a version that is replaced: what differs in the new one."""
    day = show_day(old.valid_from)
    if fresh is None:
        return _("{day}: {unit} → bỏ").format(day=day, unit=describe(old))
    changed = [describe(fresh)] if (old.code, old.name) != (fresh.code, fresh.name) else []
    changed += [
        words.format(value=getattr(fresh, name) if getattr(fresh, name) is not None else "–")
        for name, words in {
            "parent": _("cấp trên khác"),
            "sort_order": _("thứ tự {value}"),
            "abbreviation": _("tên tắt {value}"),
            "document_number": _("văn bản {value}"),
            "note": _("ghi chú khác"),
        }.items()
        if getattr(old, name) != getattr(fresh, name)
    ]
    return f"{day}: {describe(old)} → {', '.join(changed)}"


def describe_entry(entry: Entry, register: "Snapshot") -> str:
    """Return an entry in words: unit, action, date, verdict, document, contents. May read the register."""
    version = register.directory.last(entry.unit, entry.day)
    words = [f"{version.code} {version.name}"]
    if isinstance(entry, Exemption):
        words.append(
            (
                _("miễn {obligation} từ {day} đến {until}: {reason}")
                if entry.last_on
                else _("miễn {obligation} từ {day}: {reason}")
            ).format(
                obligation=entry.obligation,
                day=show_day(entry.exempted_on),
                until=show_day(entry.last_on) if entry.last_on else "",
                reason=entry.reason,
            )
        )
    elif isinstance(entry, Withdrawal):
        words.append(
            _("rút lần miễn #{exemption} ({obligation}) từ {day}").format(
                exemption=entry.exemption, obligation=entry.obligation, day=show_day(entry.withdrawn_on)
            )
        )
    elif isinstance(entry, Supplement):
        words.append(
            _("bổ sung cho #{record} từ {day}").format(
                record=entry.record, day=show_day(entry.supplemented_on)
            )
        )
    elif isinstance(entry, Extension):
        words.append(
            _("gia hạn {obligation} đến {until}, từ {day}").format(
                obligation=entry.obligation, until=show_day(entry.until_on), day=show_day(entry.granted_on)
            )
        )
    else:
        words.append(
            _("{action} ngày {day} ({phase}){verdict}").format(
                action=register.plan.action(entry.action).title,
                day=show_day(entry.done_on),
                phase=_phase(entry, register),
                verdict=_verdict(entry, register),
            )
        )
    if isinstance(entry, Record | Supplement) and entry.contents:
        words.append(_("nội dung {numbers}").format(numbers=",".join(map(str, entry.contents))))
    if isinstance(entry, Record):
        words += described(register.plan.action(entry.action).fields, dict(entry.fields))
    document = entry.document
    if document.number:
        words.append(_("văn bản {number}").format(number=document.number))
    if document.issuer:
        words.append(document.issuer)
    if document.date:
        words.append(_("ký {day}").format(day=show_day(document.date)))
    if document.received_on:
        words.append(_("nhận {day}").format(day=show_day(document.received_on)))
    return ", ".join(words)


def _phase(record: Record, register: "Snapshot") -> str:
    """Return the phase of a record, and the occasion where the phase asks on several."""
    if register.plan.occasions(record.phase, record.action) == ("",):
        return record.phase
    return _("{phase}, kỳ {occasion}").format(phase=record.phase, occasion=shown(record.occasion))


def written_line(entry: Entry, what: str, *, dry_run: bool) -> str:
    """Return the line on an entry, described as `what`, that was stored or would be."""
    line = _("sẽ ghi: {what}") if dry_run else _("đã ghi #{number}: {what}")
    return line.format(number=entry.id, what=what)


def voided_line(entry: Entry, what: str, *, dry_run: bool) -> str:
    """Return the line on an entry, described as `what`, that was voided or would be."""
    line = _("sẽ hủy #{number}: {what}") if dry_run else _("đã hủy #{number}: {what}")
    return line.format(number=entry.id, what=what)


def _verdict(record: Record, register: "Snapshot") -> str:
    """Return the verdict of `list` on a record, after a comma; empty for a unit that is on no roster."""
    judged = register.judged(record)
    if judged is None:
        return ""
    fact, state = judged
    if state is State.LATE:
        return _(", trễ hạn {day}").format(day=show_day(fact.closes_on))
    return _(", đúng hạn") + (_(", khai muộn") if fact.declared_late else "")


def describe_holders(directory: Directory, version: Version, day: date) -> list[str]:
    """Return which unit was meant, where its code is that of another unit on another day."""
    others = other_holders(directory, version, day)
    if not others:
        return []
    alike = [other for other in others if text.name_key(other.name) == text.name_key(version.name)]
    if alike:
        return [_of_one_name(directory, version, alike)]
    words = [
        _("{code} vào ngày {day} là {name}").format(code=version.code, day=show_day(day), name=version.name),
        *(
            (
                _("từ {day} đến trước {end} mã này là của {name}")
                if other.until_on
                else _("từ {day} mã này là của {name}")
            ).format(day=show_day(other.valid_from), end=show_day(other.until_on), name=other.name)
            for other in others
        ),
    ]
    return ["  " + "; ".join(words)]


def _of_one_name(directory: Directory, version: Version, alike: Sequence[Version]) -> str:
    """Return which unit was meant of those that had one code and name at different times."""
    lives = sorted(
        (directory.versions[unit] for unit in {version.unit, *(other.unit for other in alike)}),
        key=lambda versions: versions[0].valid_from,
    )
    units = [
        (_("từ {day} đến trước {end}") if held[-1].ended_on else _("từ {day}")).format(
            day=show_day(held[0].valid_from), end=show_day(held[-1].ended_on)
        )
        for held in lives
    ]
    line = _(
        "  mã {code} từng thuộc {count} đơn vị cùng tên {name}: {units}; việc này ghi cho đơn vị có từ {day}"
    )
    return line.format(
        code=version.code,
        count=len(lives),
        name=version.name,
        units="; ".join(units),
        day=show_day(directory.versions[version.unit][0].valid_from),
    )
