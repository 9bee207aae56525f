"""The due days of obligations, and those of single units, as a calendar file (iCalendar, RFC 5545)."""

import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from thidua_cli.ground.dates import shifted, unstamp
from thidua_cli.ground.language import _
from thidua_cli.register.plan import Obligation
from thidua_cli.register.terms import State
from thidua_cli.reports.moment import Moment
from thidua_cli.reports.selection import Filter, judged, plan_at, units_of
from thidua_cli.reports.wording import decided, phase_name

_ALARM = timedelta(days=-7)


class _Event(NamedTuple):
    """A day (ISO text) on which something is due; `name` is its own, whatever the day becomes."""

    name: str
    day: str
    summary: str
    description: str = ""


def build(connection: sqlite3.Connection, at: Moment, chosen: Filter) -> bytes:
    """The calendar as of a moment, always of the same bytes; an event keeps its UID when its day moves."""
    from icalendar import Alarm, Calendar, Event

    plan = plan_at(connection, at)
    calendar = Calendar()
    calendar.add("prodid", "-//thidua//VI")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", plan.title)
    for event in _events(connection, at, chosen):
        made = Event()
        made.add("uid", f"{event.name}@{at.register}.thidua")
        made.add("dtstamp", unstamp(at.known.recorded_at).replace(microsecond=0))
        made.add("sequence", at.known.number)
        made.add("dtstart", date.fromisoformat(event.day))
        made.add("dtend", date.fromisoformat(shifted(event.day, 1)))
        made.add("summary", event.summary)
        if event.description:
            made.add("description", event.description)
        made.add("transp", "TRANSPARENT")
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", _ALARM)
        alarm.add("description", event.summary)
        made.add_component(alarm)
        calendar.add_component(made)
    return bytes(calendar.to_ical())


def _events(connection: sqlite3.Connection, at: Moment, chosen: Filter) -> Iterator[_Event]:
    """The due days of obligations, then the days of units whose own last day is another and who owe it."""
    asked = {item.code: item for item in chosen.obligations(plan_at(connection, at))}
    for item in asked.values():
        if item.due_on:
            yield _Event(item.code, item.due_on, _summary(item), " ".join(decided([item])))
    owing = [
        fact
        for fact, state in judged(connection, at, chosen)
        if fact.obligation in asked
        and state in (State.PENDING, State.OVERDUE)
        and fact.closes_on != asked[fact.obligation].closes_on
        and fact.ended_on is None
    ]
    directory = units_of(connection, at) if owing else None
    for fact in sorted(owing, key=lambda fact: (fact.closes_on, fact.obligation, fact.unit)):
        assert directory is not None  # noqa: S101 - read where there is a fact
        name = directory.last(fact.unit, at.day).name
        summary = f"{_summary(asked[fact.obligation])}: {name}"
        yield _Event(f"{fact.obligation}-{fact.unit}", fact.closes_on, summary)


def _summary(item: Obligation) -> str:
    words = _("Hạn {title}, {phase}")
    return words.format(title=item.title, phase=phase_name(item.phase))
