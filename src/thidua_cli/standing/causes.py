"""What changed between two moments, unit by unit: the causes add up to every difference of every figure."""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import NamedTuple

from thidua_cli.register.terms import State
from thidua_cli.standing.observations import Cause, Observations
from thidua_cli.standing.own_terms import Term, decisive
from thidua_cli.standing.verdict import Fact


class Standing(NamedTuple):
    """The state of a unit under an obligation at one of the two moments."""

    fact: Fact
    state: State

    def kind(self) -> tuple[State, bool]:
        """All that decides in which figures the unit counts: its state, and whether it is declared late."""
        return self.state, self.fact.declared_late


def figures(kind: tuple[State, bool] | None) -> set[str]:
    """The figures of `status` in which a unit of that kind of standing is counted."""
    if kind is None:
        return set()
    state, declared_late = kind
    holds = {
        "roster": True,
        str(state): True,
        "done": state in (State.ON_TIME, State.LATE),
        "applicable": state not in (State.EXEMPT, State.LAPSED),
        "declared_late": declared_late,
    }
    return {figure for figure, counted in holds.items() if counted}


@cache
def deltas(before: tuple[State, bool] | None, after: tuple[State, bool] | None) -> Mapping[str, int]:
    """By how much each figure changes through a unit of one kind of standing before and another after."""
    old, new = figures(before), figures(after)
    return dict.fromkeys(new - old, 1) | dict.fromkeys(old - new, -1)


class Change(NamedTuple):
    """One unit whose standing changed; `before` or `after` is None where it was not on the roster."""

    before: Standing | None
    after: Standing | None
    cause: Cause

    @property
    def fact(self) -> Fact:
        """The fact that names the unit: the later one, if there is one."""
        standing = self.after or self.before
        assert standing is not None  # noqa: S101 - a change has at least one side
        return standing.fact

    def standings(self) -> tuple[tuple[State, bool] | None, tuple[State, bool] | None]:
        """How the unit counted on both sides; None where it was not on the roster."""
        one, other = (standing.kind() if standing else None for standing in (self.before, self.after))
        return one, other

    def deltas(self) -> Mapping[str, int]:
        """By how much each figure changes through this unit."""
        return deltas(*self.standings())


def compare(
    before: Iterable[tuple[Fact, State]], after: Iterable[tuple[Fact, State]], observed: Observations
) -> list[Change]:
    """Every unit whose standing changed, with the cause."""
    old = {(fact.obligation, fact.unit): Standing(fact, state) for fact, state in before}
    changes = []
    for fact, state in after:
        one = old.pop((fact.obligation, fact.unit), None)
        if one is None or one.kind() != (state, fact.declared_late):
            changes.append(_change(one, Standing(fact, state), observed))
        elif cause := _cause_of_supplements(one.fact, fact, observed):
            changes.append(Change(one, Standing(fact, state), cause))
    changes += [_change(one, None, observed) for one in old.values()]
    return changes


def _change(one: Standing | None, other: Standing | None, observed: Observations) -> Change:
    change = Change(one, other, Cause.MOVED)
    fact = change.fact
    if one is not None and other is not None:
        return change._replace(
            cause=_cause_of_entries(one, other, observed)
            or _cause_of_term(one, other, observed)
            or _cause_of_state(one, other, observed)
        )
    if (fact.obligation, fact.unit) in observed.elsewhere:
        return change
    if other is None:
        return change._replace(cause=_why_it_went(fact, observed))
    return change._replace(cause=_why_it_came(fact, observed))


def _why_it_came(fact: Fact, observed: Observations) -> Cause:
    """The condition of the roster that was not met before, in the order of the rule."""
    code = fact.obligation
    if not observed.is_asked(code, observed.one) or code in observed.started:
        return Cause.PHASE_STARTED if observed.is_asked(code, observed.one) else Cause.PLAN_CHANGED
    now = observed.lives[1][fact.unit]
    then = observed.lives[0].get(fact.unit)
    if then is None or then.born_on is None:
        return Cause.UNIT_CREATED if then is None else Cause.UNIT_REINSTATED
    if then.ended_on and then.ended_on <= observed.starts_on(code):
        return Cause.UNIT_REDATED if now.ended_on else Cause.UNIT_RESTORED
    is_changed = observed.is_plan_changed(code)
    counted_on = observed.counted_on(code, observed.one)
    if then.born_on > counted_on and not (is_changed and then.born_on <= observed.one.day):
        return Cause.UNIT_CREATED if now.born_on and now.born_on > counted_on else Cause.UNIT_REDATED
    return Cause.PLAN_CHANGED if is_changed else Cause.SUCCESSION_CHANGED


def _why_it_went(fact: Fact, observed: Observations) -> Cause:
    """The condition of the roster that is no longer met."""
    then, now = (lives[fact.unit] for lives in observed.lives)
    if now.born_on is None:
        return Cause.UNIT_REMOVED
    if not observed.is_asked(fact.obligation, observed.other):
        return Cause.PLAN_CHANGED
    if now.ended_on and now.ended_on <= observed.starts_on(fact.obligation):
        return Cause.UNIT_REDATED if then.ended_on else Cause.UNIT_ENDED
    if observed.is_plan_changed(fact.obligation):
        return Cause.PLAN_CHANGED
    if now.born_on > observed.counted_on(fact.obligation, observed.other):
        return Cause.UNIT_REDATED
    return Cause.SUCCESSION_CHANGED


def _cause_of_entries(one: Standing, other: Standing, observed: Observations) -> Cause | None:
    """The cause where a record or an exemption has come, gone or changed; none where neither has."""
    if other.fact.record_id is not None:
        if one.fact.record_id is not None:
            return None if one.fact.record_id == other.fact.record_id else Cause.CORRECTED
        done = Cause.DONE_ON_TIME if other.state is State.ON_TIME else Cause.DONE_LATE
        if other.fact.done_on is not None and other.fact.done_on > observed.one.day:
            return done
        return observed.how_it_came(other.fact.record_id) or done
    lost = one.fact.record_id or one.fact.exemption_id
    if one.fact.record_id is not None or other.state is not State.EXEMPT:
        return None if lost is None else _why_lost(lost, observed)
    assert other.fact.exemption_id is not None  # noqa: S101 - that is what exempt means
    return observed.how_it_came(other.fact.exemption_id) or Cause.EXEMPTED


def _why_lost(number: int, observed: Observations) -> Cause:
    """Why a paper of the earlier moment no longer holds: only an exemption ends by itself."""
    stands = observed.stands_for(number)
    if stands == number:
        return Cause.EXEMPTION_ENDED
    return Cause.CORRECTED if stands else Cause.VOIDED


def _cause_of_supplements(one: Fact, other: Fact, observed: Observations) -> Cause | None:
    """The cause where a unit stands as before, but with other supplements; none where they say the same."""
    if one.record_id is None or other.record_id is None:
        return None
    before, after = (
        said.get(fact.record_id or 0, {})
        for said, fact in zip(observed.supplements, (one, other), strict=True)
    )
    if came := [number for letter, number in after.items() if letter not in before]:
        return observed.how_it_came(came[0]) or Cause.SUPPLEMENTED
    lost = [number for letter, number in before.items() if letter not in after]
    return _why_lost(lost[0], observed) if lost else None


def _cause_of_term(one: Standing, other: Standing, observed: Observations) -> Cause | None:
    """The cause where an extension or exemption has moved the unit's own closing day; none where none has."""
    term = decisive(one.fact, other.fact, observed.other.day)
    if term is None:
        return None
    if term is Term.EXTENSION:
        came, lost, told = other.fact.extension_id, one.fact.extension_id, Cause.DEADLINE_EXTENDED
    else:
        came, lost, told = other.fact.exemption_id, one.fact.exemption_id, Cause.EXEMPTED
    one_ends, other_ends = (_ends(each.fact) for each in (one, other))
    if other_ends > one_ends:
        return (observed.how_it_came(came) if came else None) or told
    return Cause.EXEMPTION_ENDED if lost is None else _why_lost(lost, observed)


def _ends(fact: Fact) -> str:
    """The unit's own closing day; later than all where an exemption is open."""
    return "9999-12-31" if fact.open_from else fact.closes_on


def _cause_of_state(one: Standing, other: Standing, observed: Observations) -> Cause:
    """The cause where only the day, the life of the unit or the plan has changed."""
    then, now = (lives[other.fact.unit] for lives in observed.lives)
    is_moved = one.fact.due_on != other.fact.due_on
    had_ended = then.ended_on is not None and then.ended_on <= observed.one.day
    if is_moved and had_ended and then.ended_on == now.ended_on:
        return Cause.PLAN_CHANGED
    if other.state is State.LAPSED:
        had_ended_then = now.ended_on is not None and now.ended_on <= observed.one.day
        is_another_day = then.ended_on is not None and then.ended_on != now.ended_on
        return Cause.UNIT_REDATED if is_another_day and had_ended_then else Cause.UNIT_ENDED
    if one.state is State.LAPSED:
        return Cause.UNIT_REDATED if now.ended_on else Cause.UNIT_RESTORED
    if other.state is State.OVERDUE and one.fact.closes_on < observed.other.day:
        return Cause.BECAME_OVERDUE
    return Cause.PLAN_CHANGED if is_moved else Cause.BECAME_OVERDUE
