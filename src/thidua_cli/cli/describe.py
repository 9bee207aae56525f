"""What a write did or would do, in lines for people."""

from typing import TYPE_CHECKING

from thidua_cli.ground.dates import show_day
from thidua_cli.ground.language import _, current
from thidua_cli.register.terms import Level, label
from thidua_cli.register.units import Version, describe

if TYPE_CHECKING:
    from thidua_cli.rules.resolutions import Plan, Step

EXAMPLES = 5


def rest(count: int, shown: int = EXAMPLES) -> list[str]:
    """How many examples were left out."""
    return [_("  … và {count} nữa").format(count=count - shown)] if count > shown else []


def describe_changes(made: "Plan") -> list[str]:
    """What a plan of changes does, day by day: counts by level before and after, and each unit."""
    lines = []
    for day in dict.fromkeys(sorted(step.day for step in made.steps)):
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
        for step in made.steps:
            if step.day == day:
                lines += _describe_step(step)
    if made.carried:
        lines.append(_("Tình trạng đã ghi từ trước, viết lại theo (hủy và ghi mới):"))
        lines += [f"  {_carried(old, fresh)}" for old, fresh in made.carried]
    if made.outside:
        lines.append(_("Ngoài sổ, nhập vào đơn vị mới: {count}").format(count=len(made.outside)))
        lines += [f"  {unit}" for unit in made.outside[:EXAMPLES]] + rest(len(made.outside))
    return lines


_SIGNS = {"new": "+", "changed": "~", "ended": "-"}


def _describe_step(step: "Step") -> list[str]:
    """A unit that begins, changes or ends, with what went into it and where it came from or goes."""
    into = "".join(f" → {describe(each)}" for each in step.successors)
    lines = [f"  {_SIGNS[step.what]} {describe(step.version)}{into}"]
    for each in step.predecessors:
        if each.unit != step.version.unit:
            lines.append(f"      ← {describe(each)}")
        elif (each.code, each.name) != (step.version.code, step.version.name):
            if each.name != step.version.name:
                lines.append(_("      tên: {old} → {new}").format(old=each.name, new=step.version.name))
            if each.code != step.version.code:
                lines.append(_("      mã: {old} → {new}").format(old=each.code, new=step.version.code))
    if step.above is not None:
        old, new = (describe(each) if each else "–" for each in step.above)
        lines.append(_("      cấp trên: {old} → {new}").format(old=old, new=new))
    return lines


def _carried(old: Version, fresh: Version | None) -> str:
    """A version that is replaced, with what is different in the one that takes its place."""
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
