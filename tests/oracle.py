"""The rosters and states once more, word by word from the plan's reading, without SQL.

Slow and plain, to be compared with the program. Days are ISO text, inclusive. What an operation wrote carries
its number, and that of the operation that voided it: `known` cuts both.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TypeVar


@dataclass(frozen=True)
class Written:
    """What was written in operation `op`, and voided in operation `gone`, if at all."""

    op: int = field(default=2, kw_only=True)
    gone: int | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class Done(Written):
    """A record: `received` is the day on which its paper arrived."""

    phase: str
    action: str
    day: str
    received: str | None = None
    occasion: str = ""


@dataclass(frozen=True)
class Withdrawn(Written):
    """The end of an exemption: `day` is the first day without it."""

    day: str


@dataclass(frozen=True)
class Excused(Written):
    """An exemption from an obligation, from `day` to `until`, or open."""

    obligation: str
    day: str
    until: str | None = None
    withdrawn: tuple[Withdrawn, ...] = ()

    def last(self, as_of: str, known: int) -> str | None:
        """Its last day, as decided by a day; none: it is open."""
        ends = [before(each.day) for each in live(self.withdrawn, known) if each.day <= as_of]
        return min([*ends, *([self.until] if self.until else [])], default=None)


@dataclass(frozen=True)
class Extended(Written):
    """A last day of one's own, granted on `day`."""

    obligation: str
    day: str
    until: str


@dataclass(frozen=True)
class Decided(Written):
    """A decision on one obligation: the fields that it names."""

    day: str
    fields: Mapping[str, object]


@dataclass
class Unit:
    """A unit of the model. Another unit may have its code on other days."""

    number: int
    kind: str
    born: str
    ended: str | None = None
    predecessors: list[tuple[int, str]] = field(default_factory=list)  # (unit, effective day)
    done: list[Done] = field(default_factory=list)
    exempt: list[Excused] = field(default_factory=list)
    extended: list[Extended] = field(default_factory=list)
    code: str = ""

    def __post_init__(self) -> None:
        self.code = self.code or f"U{self.number}"


@dataclass(frozen=True)
class Duty:
    """An obligation; `brought`: the decision that added it to the plan, and `decisions` those that changed it."""

    code: str
    phase: str
    action: str
    due: str | None
    roster_day: str | None
    newcomers: bool
    kinds: frozenset[str]
    starts: str
    ends: str
    occasion: str = ""
    newcomers_of: str | None = None
    withdrawn: bool = False
    brought: Decided | None = None
    decisions: tuple[Decided, ...] = ()


Units = Mapping[int, Unit]
Something = TypeVar("Something", bound=Written)


def before(day: str) -> str:
    """The day before."""
    return (date.fromisoformat(day) - timedelta(1)).isoformat()


def live(items: Iterable[Something], known: int) -> list[Something]:
    """What had been written by an operation, and not voided."""
    return [item for item in items if item.op <= known and not (item.gone and item.gone <= known)]


def holder(units: Units, code: str, day: str) -> int | None:
    """The unit that has the code on that day; none where it is nobody's."""
    for unit in units.values():
        if unit.code == code and unit.born <= day and (unit.ended is None or day < unit.ended):
            return unit.number
    return None


def plan_of(duties: Sequence[Duty], as_of: str, known: int) -> list[Duty]:
    """The plan as decided by the end of a day: each field as the last decision says that names it."""
    plan = []
    for duty in duties:
        if duty.brought and (duty.brought.day > as_of or not live([duty.brought], known)):
            continue
        now = duty
        for decision in sorted(live(duty.decisions, known), key=lambda each: (each.day, each.op)):
            if decision.day <= as_of:
                now = replace(now, **dict(decision.fields))
        plan.append(now)
    return plan


def roster(duty: Duty, plan: Sequence[Duty], units: Units, as_of: str) -> set[int]:
    """The units on the roster of an obligation of a plan at a day."""
    if duty.withdrawn:
        return set()
    found = members(duty, units, as_of)
    bases = bases_of(duty, plan)
    if duty.newcomers or not bases:
        return found
    return {number for number in found if is_addressed(bases, units, number, as_of)}


def bases_of(duty: Duty, plan: Sequence[Duty]) -> list[Duty]:
    """The obligations to whose rosters one without newcomers keeps; none: all are asked."""
    if duty.newcomers_of:
        return [other for other in plan if other.code == duty.newcomers_of]
    return [other for other in plan if other.phase == duty.phase and other.action == "launch"]


def members(duty: Duty, units: Units, as_of: str) -> set[int]:
    """The units of its kinds that were there between the start of its phase and its roster day."""
    limit = min(as_of, duty.roster_day or as_of)
    if limit < duty.starts:
        return set()
    return {
        unit.number
        for unit in units.values()
        if unit.kind in duty.kinds
        and unit.born <= limit
        and not (unit.ended and unit.ended <= as_of and unit.ended <= duty.starts)
    }


def is_addressed(
    bases: Sequence[Duty], units: Units, number: int, day: str, below: frozenset[int] = frozenset()
) -> bool:
    """Whether by the end of that day the phase's launch had come to the unit.

    It is on the roster of the launch by then, or something passed to it by then from a unit to which the
    launch had come by the day on which it passed. `below`: the units that the question began with.
    """
    if any(number in members(base, units, day) for base in bases):
        return True
    return any(
        passed <= day and old not in below and is_addressed(bases, units, old, passed, below | {number})
        for old, passed in units[number].predecessors
    )


def entries(duty: Duty, plan: Sequence[Duty], units: Units, as_of: str) -> dict[int, str]:
    """The units on a roster at a day, each with the first day on which it was: days on which one can come."""
    turns = {duty.starts, *(unit.born for unit in units.values())}
    turns |= {passed for unit in units.values() for _old, passed in unit.predecessors}
    first: dict[int, str] = {}
    for day in sorted(turn for turn in turns if turn <= as_of):
        for number in roster(duty, plan, units, day):
            first.setdefault(number, day)
    return {number: first[number] for number in roster(duty, plan, units, as_of)}


def closes(duty: Duty, unit: Unit, as_of: str, known: int) -> str:
    """The unit's own closing day, as decided by a day."""
    closing = [duty.due or duty.ends]
    granted = [
        each for each in live(unit.extended, known) if each.obligation == duty.code and each.day <= as_of
    ]
    if granted:
        closing.append(max(granted, key=lambda each: (each.day, each.op)).until)
    lasts = [each.last(as_of, known) for each in exemptions(duty, unit, as_of, known)]
    return max([*closing, *(last for last in lasts if last)])


def exemptions(duty: Duty, unit: Unit, as_of: str, known: int) -> list[Excused]:
    """The unit's exemptions from an obligation that were decided by a day."""
    return [each for each in live(unit.exempt, known) if each.obligation == duty.code and each.day <= as_of]


def record(duty: Duty, unit: Unit, as_of: str, known: int) -> Done | None:
    """What the unit did for an obligation by a day."""
    key = (duty.phase, duty.action, duty.occasion)
    return next(
        (
            done
            for done in live(unit.done, known)
            if (done.phase, done.action, done.occasion) == key and done.day <= as_of
        ),
        None,
    )


def state(duty: Duty, unit: Unit, as_of: str, known: int = 2**62) -> str:
    """The first rule that holds."""
    closing = closes(duty, unit, as_of, known)
    done = record(duty, unit, as_of, known)
    if done:
        return "on_time" if done.day <= closing or in_open(duty, unit, done, as_of, known) else "late"
    lasts = [each.last(as_of, known) for each in exemptions(duty, unit, as_of, known)]
    if any(last is None or last >= as_of for last in lasts):
        return "exempt"
    if unit.ended and unit.ended <= min(as_of, closing):
        return "lapsed"
    return "overdue" if as_of > closing else "pending"


def in_open(duty: Duty, unit: Unit, done: Done, as_of: str, known: int) -> bool:
    """Whether it was done while an exemption was open, and is still."""
    return any(
        each.last(as_of, known) is None and each.day <= done.day
        for each in exemptions(duty, unit, as_of, known)
    )


def is_declared_late(duty: Duty, unit: Unit, as_of: str, known: int = 2**62) -> bool:
    """Whether it was done by the closing day, and the paper came after that day."""
    done = record(duty, unit, as_of, known)
    if done is None or done.received is None or in_open(duty, unit, done, as_of, known):
        return False
    return done.day <= closes(duty, unit, as_of, known) < done.received
