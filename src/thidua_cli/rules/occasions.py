"""Which phase a record is of, and which occasion where a phase asks for one action several times."""

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from thidua_cli.ground.dates import shifted, show_day
from thidua_cli.ground.errors import NotFoundError, UsageError
from thidua_cli.ground.language import _
from thidua_cli.register.entries import Record
from thidua_cli.register.plan import Phase, Plan
from thidua_cli.register.terms import Kind
from thidua_cli.register.units import Version
from thidua_cli.register.values import NO_OCCASION

if TYPE_CHECKING:
    from thidua_cli.register.models import RecordIn
    from thidua_cli.rules.snapshot import Snapshot


class Window(NamedTuple):
    """The days of an occasion, both included, as ISO text."""

    occasion: str
    opens_on: str
    closes_on: str


def shown(occasion: str) -> str:
    """An occasion as people type it."""
    return occasion or NO_OCCASION


def windows(plan: Plan, phase: Phase, action: str, kind: Kind) -> list[Window]:
    """The windows of the occasions on which a kind of unit is asked for an action, one after the other.

    Each opens on the day that the plan names, else on the day after the one before has closed. Where nothing
    is asked of the kind, they are those of the other kinds.
    """
    asked = [item for item in plan.obligations if item.phase == phase and item.action == action]
    asked = [item for item in asked if not item.withdrawn] or asked
    own = [item for item in asked if kind in item.kinds] or asked
    found: dict[str, Window] = {}
    opens_on = phase.starts_on
    for item in sorted(own, key=lambda item: item.closes_on):
        if item.occasion not in found:
            found[item.occasion] = Window(item.occasion, item.opens_on or opens_on, item.closes_on)
            opens_on = shifted(item.closes_on, 1)
    return list(found.values()) or [Window("", phase.starts_on, phase.ends_on)]


def occasion_of(snapshot: "Snapshot", incoming: "RecordIn", phase: Phase, version: Version) -> str:
    """The occasion of a record of a phase: the one that it names, else the one whose window holds its day.

    A day before the phase counts as its first, one after all windows as of the last. Raises NotFoundError for
    an occasion that the phase does not have; UsageError where the day is in no window, or where the unit
    still owes the action on an earlier occasion.
    """
    known = snapshot.plan.occasions(phase.code, incoming.action)
    if incoming.occasion is not None:
        if incoming.occasion not in known:
            raise NotFoundError(
                _("{phase} không có kỳ {occasion}").format(
                    phase=phase.code, occasion=shown(incoming.occasion)
                ),
                _("Các kỳ: {occasions}").format(occasions=", ".join(map(shown, known))),
            )
        return incoming.occasion
    found = windows(snapshot.plan, phase, incoming.action, version.kind)
    if len(found) == 1:
        return found[0].occasion
    held = _holding(found, max(incoming.done_on.isoformat(), phase.starts_on))
    if held is None:
        raise UsageError(
            _("ngày {day} không thuộc kỳ nào: nêu --occasion ({occasions})").format(
                day=show_day(incoming.done_on),
                occasions=", ".join(shown(window.occasion) for window in found),
            )
        )
    owed = snapshot.owed(incoming.action, phase.code, version.unit)
    before = [window.occasion for window in found[: found.index(held)] if window.occasion in owed]
    if before:
        raise UsageError(
            _(
                "{unit} còn kỳ {earlier} của {phase} chưa làm: nêu --occasion {earlier} hoặc {occasion}"
            ).format(
                unit=version.name,
                phase=phase.code,
                earlier=shown(before[0]),
                occasion=shown(held.occasion),
            )
        )
    return held.occasion


def _holding(found: list[Window], day: str) -> Window | None:
    """The window that holds a day; after all of them the last, for what is late."""
    if day > found[-1].closes_on:
        return found[-1]
    return next((window for window in found if window.opens_on <= day <= window.closes_on), None)


def phase_for(snapshot: "Snapshot", incoming: "RecordIn", version: Version) -> Phase:
    """The phase that holds the day, unless the unit still owes the action in an earlier one."""
    plan, day = snapshot.plan, incoming.done_on
    held = plan.phase_of(day.isoformat())
    if held is None:
        codes = ", ".join(phase.code for phase in plan.phases)
        raise UsageError(
            _("ngày {day} không thuộc giai đoạn nào: nêu --phase ({codes})").format(
                day=show_day(day), codes=codes
            )
        )
    if earlier := snapshot.open_phases(incoming.action, version.unit, held.code):
        action = plan.action(incoming.action).title
        raise UsageError(
            _("{unit} chưa {action} ở {earlier}: nêu --phase {earlier} hoặc {phase}").format(
                unit=version.name, action=action, earlier=earlier[0], phase=held.code
            )
        )
    return held


def early_for(snapshot: "Snapshot", record: Record, version: Version) -> str | None:
    """The phase after that of its day of which a record may be an early act, or none."""
    phases = snapshot.plan.phases
    after = [each for each in phases if each.starts_on > record.done_on]
    if not after or date.fromisoformat(record.done_on) < earliest(after[0]):
        return None
    asked = any(
        item.phase == after[0] and item.action == record.action and version.kind in item.kinds
        for item in snapshot.plan.obligations
        if not item.withdrawn
    )
    return after[0].code if asked else None


def earliest(phase: Phase) -> date:
    """The first day that a record of a phase may have; an earlier one has most likely a mistyped year."""
    start = date.fromisoformat(phase.starts_on)
    try:
        return start.replace(year=start.year - 1)
    except ValueError:  # 29 February
        return date(start.year - 1, 3, 1)
