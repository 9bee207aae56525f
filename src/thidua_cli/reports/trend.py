"""The curve of completion: how far each obligation was on each day, from one read of the facts.

A unit comes onto a roster on one day and never leaves it, so all that `status` would say of any earlier day
follows from the facts of the last one and the days on which each of them began to hold.
"""

import sqlite3
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from itertools import accumulate, pairwise
from typing import NamedTuple

from thidua_cli.ground.dates import days_between, shifted
from thidua_cli.ground.language import _, grouped
from thidua_cli.register.plan import Obligation
from thidua_cli.register.terms import State
from thidua_cli.render.model import Curve, Report, Table
from thidua_cli.reports.figures import counts_row
from thidua_cli.reports.moment import Moment, report_at
from thidua_cli.reports.selection import Filter, plan_at
from thidua_cli.reports.wording import decided, due_words, share
from thidua_cli.standing import verdict
from thidua_cli.standing.verdict import Fact, Tally
from thidua_cli.store.schema import raw_sql

FIELDS = ("phase", "obligation", "day", "roster", "applicable", "done", "on_time", "late", "rate")

MARGIN = 21  # days of what is drawn after the last change where the as-of day is far


class Interval(StrEnum):
    """How far apart the points of a curve are."""

    WEEK = "week"
    DAY = "day"


class Point(NamedTuple):
    """The counts of one obligation at the end of a day (ISO text)."""

    day: str
    counts: Tally


def series(
    connection: sqlite3.Connection,
    at: Moment,
    chosen: Filter,
    *,
    step: Interval = Interval.WEEK,
    start: date | None = None,
) -> dict[str, list[Point]]:
    """The points of each obligation, by its code, in the plan's order; each equals `status --as-of` its day.

    From `start` (else the phase's first day) to the as-of day, both included. Weekly points are Sundays, the
    due day, and both ends. Of the filter, phase, kind and level count. A phase not begun has no points.
    """
    points: dict[str, list[Point]] = {}
    plan = plan_at(connection, at)
    obligations = [*chosen.obligations(plan), *chosen.withdrawn(plan)]
    before = ""
    for end in _turns(connection, at):
        courses = _courses(connection, date.fromisoformat(end), at.known.number, chosen)
        for item in obligations:
            days = [day for day in _days(item, at.day, step, start) if before < day <= end]
            points.setdefault(item.code, []).extend(_points(days, courses.get(item.code, {})))
        before = end
    return points


def _turns(connection: sqlite3.Connection, at: Moment) -> list[str]:
    """The last days of the spans in which no decision moves a roster or a closing day, up to the as-of day.

    Decisions on the plan, extensions, and exemptions that end: within a span the facts of its last day give
    the state on each.
    """
    rows = connection.execute(raw_sql("turns"), {"as_of": at.day, "known": at.known.number})
    return [*(row[0] for row in rows), at.day]


def _courses(
    connection: sqlite3.Connection, end: date, known: int, chosen: Filter
) -> dict[str, dict[tuple[str | None, ...], list[Fact]]]:
    """The facts of a day by obligation and by all that decides the state on a day before it."""
    exempted = dict(connection.execute("SELECT id, exempted_on FROM exemption"))
    courses: dict[str, dict[tuple[str | None, ...], list[Fact]]] = {}
    for fact in verdict.facts(connection, end, known, phase=chosen.phase):
        if chosen.has_kind(fact):
            excused = exempted.get(fact.exemption_id)
            late = "late" if fact.declared_late else None
            key = (fact.entered_on, fact.done_on, excused, fact.ended_on, late, fact.closes_on)
            courses.setdefault(fact.obligation, {}).setdefault(key, []).append(fact)
    return courses


def _days(item: Obligation, end: str, step: Interval, start: date | None) -> list[str]:
    first = max(item.phase.starts_on, start.isoformat() if start else "")
    kept = {first, end, item.due_on}
    begin = date.fromisoformat(first)
    days = [begin + timedelta(days=number) for number in range(days_between(first, end) + 1)]
    return [
        str(day) for day in days if step is Interval.DAY or day.isoweekday() == 7 or day.isoformat() in kept
    ]


def _points(days: Sequence[str], courses: Mapping[tuple[str | None, ...], Sequence[Fact]]) -> list[Point]:
    """Counts of each day: what changes on it, added up from the first day on."""
    changes = [Tally() for _day in days]
    for (since, _done, excused, _ended, late, _closes), facts in courses.items():
        before: State | None = None
        for day, state in _states(facts[0], str(since), excused):
            index = bisect_left(days, day)
            if index == len(days):
                break
            changes[index].states[state] += len(facts)
            if before is not None:
                changes[index].states[before] -= len(facts)
            before = state
        if late and (index := bisect_left(days, max(str(since), str(facts[0].done_on)))) < len(days):
            changes[index].declared_late += len(facts)
    return [Point(day, counts) for day, counts in zip(days, accumulate(changes), strict=True)]


def _states(fact: Fact, since: str, excused: str | None) -> Iterator[tuple[str, State]]:
    """The days on which the unit's state may change, from its first day on the roster, with the state."""
    after_closing = shifted(fact.closes_on, 1)
    turns = {since, fact.done_on, excused, fact.ended_on, after_closing} - {None}
    for day in sorted({max(since, str(turn)) for turn in turns}):
        seen = fact if excused and excused <= day else fact._replace(exemption_id=None)
        yield day, _state_on(seen, day)


def _state_on(fact: Fact, day: str) -> State:
    """The state on a day before that of the fact, if the plan and the closing day were the same."""
    if fact.done_on is not None and fact.done_on <= day:
        return State(fact.done(fact.done_on, None).state)
    if fact.exemption_id is not None:
        return State.EXEMPT
    if fact.ended_on is not None and fact.ended_on <= min(day, fact.closes_on):
        return State.LAPSED
    return State.OVERDUE if day > fact.closes_on else State.PENDING


# The report


def build(
    connection: sqlite3.Connection,
    at: Moment,
    chosen: Filter,
    *,
    obligation: str | None = None,
    step: Interval = Interval.WEEK,
    start: date | None = None,
) -> Report:
    """The report of `thidua trend`; raises NotFoundError for an unknown obligation."""
    plan = plan_at(connection, at)
    code = plan.obligation(obligation, at.day).code if obligation else None
    points_of = series(connection, at, chosen, step=step, start=start)
    panels = [(item, points_of[item.code]) for item in chosen.obligations(plan, code)]
    title = _("Tiến độ theo tuần") if step is Interval.WEEK else _("Tiến độ theo ngày")
    return report_at(
        at,
        f"{title} · {plan.title}",
        FIELDS,
        [
            {"phase": item.phase.code, "obligation": item.code, "day": point.day, **counts_row(point.counts)}
            for item, points in panels
            for point in points
        ],
        lambda: (
            [panel(item, points) for item, points in panels if points]
            or [Table([], [], empty=_("Chưa có đơn vị nào thuộc diện."))]
        ),
        notes=decided(item for item, _points_of in panels),
    )


def panel(item: Obligation, points: Sequence[Point]) -> Curve | Table:
    """The part of an obligation's curve in which something happens; a line of text if nothing is done yet."""
    last = points[-1].counts
    done = f"{grouped(last.done)}/{grouped(last.applicable)} ({share(last)})"
    title = f"{item.phase.title} · {item.title}, {due_words(item)}: {done}"
    if not any(point.counts.done for point in points):
        return Table([], [], title=title, empty=_("Chưa có đơn vị nào thực hiện."))
    # from the last point before the first action; a curve on which nothing changes is drawn whole
    begun = next(index for index, point in enumerate(points) if point.counts.done)
    rates = [(point.day, point.counts.rate) for point in points[max(begun - 1, 0) :]]
    first, until = rates[0][0], rates[-1][0]
    changes = [after[0] for before, after in pairwise(rates) if before[1] != after[1]]
    if changes:
        until = last_drawn(first, max(item.closes_on, changes[-1]), until)
    shown = [(day, percentage) for day, percentage in rates if day <= until]
    marks = {item.due_on: due_words(item)} if item.due_on else {}
    return Curve(title, {item.title: shown}, marks)


def last_drawn(first: str, busy: str, end: str) -> str:
    """The as-of day (`end`), unless what happens until `busy` would then fill less than half of the curve."""
    busy = min(busy, end)
    if days_between(busy, end) <= days_between(first, busy):
        return end
    return min(shifted(busy, MARGIN), end)
