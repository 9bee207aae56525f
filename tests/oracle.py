"""The roster and the states once more, word by word from the plan's reading, without SQL.

Slow and plain, to be compared with the program.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass
class Unit:
    """A unit of the model; dates are ISO text. Another unit may have its code on other days."""

    number: int
    kind: str
    born: str
    ended: str | None = None
    predecessors: list[tuple[int, str]] = field(default_factory=list)  # (unit, effective day)
    done: dict[tuple[str, str], str] = field(default_factory=dict)  # (phase, action) -> day
    exempt: dict[str, str] = field(default_factory=dict)  # obligation -> day
    received: dict[tuple[str, str], str] = field(default_factory=dict)  # (phase, action) -> day
    code: str = ""

    def __post_init__(self) -> None:
        self.code = self.code or f"U{self.number}"


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


Units = Mapping[int, Unit]


def holder(units: Units, code: str, day: str) -> int | None:
    """The unit that has the code on that day; none where it is nobody's."""
    for unit in units.values():
        if unit.code == code and unit.born <= day and (unit.ended is None or day < unit.ended):
            return unit.number
    return None


def roster(duty: Duty, duties: list[Duty], units: Units, as_of: str) -> set[int]:
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
    return {number for number in members if is_addressed(duty, duties, units, number, as_of)}


def is_addressed(
    duty: Duty,
    duties: list[Duty],
    units: Units,
    number: int,
    day: str,
    below: frozenset[int] = frozenset(),
) -> bool:
    """Whether by the end of that day the phase's launch had come to the unit.

    It is on the roster of the launch by then, or something passed to it by then from a unit to which the
    launch had come by the day on which it passed. `below`: the units that the question began with.
    """
    launches = [other for other in duties if other.phase == duty.phase and other.action == "launch"]
    if any(number in roster(launch, duties, units, day) for launch in launches):
        return True
    return any(
        passed <= day
        and old not in below
        and is_addressed(duty, duties, units, old, passed, below | {number})
        for old, passed in units[number].predecessors
    )


def entries(duty: Duty, duties: list[Duty], units: Units, as_of: str) -> dict[int, str]:
    """The units on a roster at a day, each with the first day on which it was: days on which one can come."""
    turns = {duty.starts, *(unit.born for unit in units.values())}
    turns |= {passed for unit in units.values() for _old, passed in unit.predecessors}
    first: dict[int, str] = {}
    for day in sorted(turn for turn in turns if turn <= as_of):
        for number in roster(duty, duties, units, day):
            first.setdefault(number, day)
    return {number: first[number] for number in roster(duty, duties, units, as_of)}


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


def is_declared_late(duty: Duty, unit: Unit, as_of: str) -> bool:
    """Whether it was done in time, and the paper came after the day that closes the obligation."""
    received = unit.received.get((duty.phase, duty.action))
    return (
        state(duty, unit, as_of) == "on_time" and received is not None and received > (duty.due or duty.ends)
    )
