"""The roster and the states once more, word by word from the plan's reading, without SQL.

Slow and plain, to be compared with the program: `history` is a list of dicts as they were stored.
"""

from dataclasses import dataclass, field


@dataclass
class Unit:
    """A unit of the model; dates are ISO text."""

    number: int
    kind: str
    born: str
    ended: str | None = None
    predecessors: list[tuple[int, str]] = field(default_factory=list)  # (unit, effective day)
    done: dict[tuple[str, str], str] = field(default_factory=dict)  # (phase, action) -> day
    exempt: dict[str, str] = field(default_factory=dict)  # obligation -> day


@dataclass
class Duty:
    """An obligation of the plan."""

    code: str
    phase: str
    action: str
    due: str | None
    roster_day: str | None
    newcomers: bool
    kinds: frozenset[str]
    starts: str
    ends: str


def roster(duty: Duty, duties: list[Duty], units: dict[int, Unit], as_of: str) -> set[int]:
    """The units on the roster of an obligation at a day."""
    limit = min(as_of, duty.roster_day or as_of)
    if limit < duty.starts:
        return set()
    members = {
        unit.number
        for unit in units.values()
        if unit.kind in duty.kinds
        and unit.born <= limit
        and not (unit.ended and unit.ended <= as_of and unit.ended <= duty.starts)
    }
    if duty.newcomers:
        return members
    launches = [other for other in duties if other.phase == duty.phase and other.action == "launch"]
    addressed = set().union(*(roster(launch, duties, units, as_of) for launch in launches))
    while True:
        heirs = {
            unit.number
            for unit in units.values()
            if any(old in addressed and day <= as_of for old, day in unit.predecessors)
        }
        if heirs <= addressed:
            return members & addressed
        addressed |= heirs


def state(duty: Duty, unit: Unit, as_of: str) -> str:
    """The first rule that holds."""
    closing = duty.due or duty.ends
    done = unit.done.get((duty.phase, duty.action))
    if done and done <= as_of:
        return "on_time" if done <= closing else "late"
    excused = unit.exempt.get(duty.code)
    if excused and excused <= as_of:
        return "exempt"
    if unit.ended and unit.ended <= min(as_of, closing):
        return "lapsed"
    return "overdue" if as_of > closing else "pending"
