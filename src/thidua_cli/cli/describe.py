"""What a write did or would do, in lines for people."""

from typing import TYPE_CHECKING

from thidua_cli.dates import show_day
from thidua_cli.language import _, current
from thidua_cli.terms import Level, label
from thidua_cli.units import Directory, Version

if TYPE_CHECKING:
    from thidua_cli.changes import Plan, Step

EXAMPLES = 5


def rest(count: int, shown: int = EXAMPLES) -> list[str]:
    """How many examples were left out."""
    return [_("  … và {count} nữa").format(count=count - shown)] if count > shown else []


def describe_changes(made: "Plan", before: Directory) -> list[str]:
    """What a plan of changes does, day by day: counts by level before and after, and each unit."""
    lines = []
    versions = {unit: list(held) for unit, held in before.versions.items()}
    for day in dict.fromkeys(step.day for step in made.steps):
        steps = [step for step in made.steps if step.day == day]
        old = _count_levels(versions, day)
        for step in steps:
            _follow(versions, step)
        new = _count_levels(versions, day)
        lines.append(_("{day}:").format(day=show_day(day)))
        lines += [
            _("  {level}: {old} → {new} đơn vị").format(
                level=label(level, current()), old=old[level], new=new[level]
            )
            for level in Level
            if old[level] or new[level]
        ]
        signs = {"new": "+", "changed": "~", "ended": "-"}
        for step in steps:
            into = "".join(f" → {each.code}  {each.name}" for each in step.successors)
            lines.append(f"  {signs[step.what]} {step.version.code}  {step.version.name}{into}")
            lines += [
                f"      ← {each.code}  {each.name}"
                for each in step.predecessors
                if each.unit != step.version.unit
            ]
            lines += [
                f"      ~ {each.code}  {each.name}"
                for each in step.predecessors
                if each.unit == step.version.unit
                and (each.code, each.name) != (step.version.code, step.version.name)
            ]
    if made.outside:
        lines.append(_("Ngoài sổ, nhập vào đơn vị mới: {count}").format(count=len(made.outside)))
        lines += [f"  {unit}" for unit in made.outside[:EXAMPLES]] + rest(len(made.outside))
    return lines


def _count_levels(versions: dict[int, list[Version]], day: str) -> dict[Level, int]:
    held = [version.level for each in versions.values() for version in each if version.holds_on(day)]
    return {level: held.count(level) for level in Level}


def _follow(versions: dict[int, list[Version]], step: "Step") -> None:
    """Carry one step out on a copy of the units, for counting."""
    held = versions.setdefault(step.version.unit, [])
    held[:] = [
        version._replace(until_on=step.day) if version.until_on is None else version for version in held
    ]
    if step.what != "ended":
        held.append(step.version)
