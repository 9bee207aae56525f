"""Where things stand, in at most 20 lines: what `thidua` alone prints."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from textwrap import wrap
from typing import NamedTuple

from thidua_cli import store
from thidua_cli.ground import dates
from thidua_cli.ground.dates import days_between, show_day, show_instant
from thidua_cli.ground.language import _, grouped
from thidua_cli.ground.text import lower_first
from thidua_cli.register.plan import Obligation, Phase, Plan
from thidua_cli.register.terms import State
from thidua_cli.render.model import Tone
from thidua_cli.reports.moment import Moment
from thidua_cli.reports.selection import Filter, Pairs, by_obligation, judged, lookup, plan_at
from thidua_cli.reports.wording import phase_name, share
from thidua_cli.standing.verdict import tally
from thidua_cli.store import journal

WIDTH, HEIGHT = 80, 20
_TITLE, _DUE = 24, 14  # cells
_SOON = 60  # days before a due day in which its letters are written
_BACKUP_AGE, _VERIFY_AGE = 7, 31  # days after which it is time again
_COMMANDS = 3
Command = Callable[..., str]


class Care(NamedTuple):
    """When this machine last made a backup and proved the register intact; stored instants."""

    backup: str | None
    verify: str | None


Line = tuple[str, Tone]


def build(connection: sqlite3.Connection, at: Moment, care: Care, command: Command) -> list[Line]:
    """At most HEIGHT lines of at most WIDTH cells, but for commands; `command` makes one to be typed."""
    plan = plan_at(connection, at)
    running = plan.running(at.day)
    pairs = by_obligation(
        Filter(running.code).obligations(plan), judged(connection, at, Filter(running.code))
    )
    recorded = _recorded(connection, at)
    head = [*_wrapped(plan.title, Tone.GOOD), *_wrapped(_clock(at, running))]
    tail = [
        *_closed(connection, at, plan, running, command),
        *_wrapped(_news(recorded)),
        *_wrapped(_next_due(plan, at)),
        *_wrapped(_care(care)),
        (_("Nên làm:"), Tone.PLAIN),
        *((f"  {line}", Tone.GOOD) for line in _proposals(at, pairs, care, recorded, command)),
    ]
    shown = [list(_obligation(connection, at, item, of)) for item, of in pairs.items()]
    return [*head, *_fitting(shown, HEIGHT - len(head) - len(tail), command), *tail]


def _fitting(obligations: Sequence[Sequence[Line]], room: int, command: Command) -> list[Line]:
    """The lines of obligations that have room: the second ones, and then the last obligations, give way."""
    if sum(map(len, obligations)) <= room:
        return [line for lines in obligations for line in lines]
    bars = [lines[0] for lines in obligations]
    if len(bars) <= room:
        return bars
    more = _("  … và {count} nghĩa vụ nữa: {command}")
    words = more.format(count=len(bars) - room + 1, command=command("status"))
    return [*bars[: room - 1], (words, Tone.MUTED)]


def _wrapped(words: str, tone: Tone = Tone.PLAIN) -> list[Line]:
    return [(line, tone) for line in wrap(words, WIDTH, break_long_words=False, break_on_hyphens=False)]


def _clock(at: Moment, running: Phase) -> str:
    """The hour, because the day is not over, and what is on."""
    words = _("{instant} · {phase} · thao tác #{number}")
    instant = show_instant(dates.stamp(dates.now()))[: -len(":00")]
    return words.format(instant=instant, phase=running.title, number=at.known.number)


def _obligation(connection: sqlite3.Connection, at: Moment, item: Obligation, pairs: Pairs) -> Iterator[Line]:
    """A bar for an obligation, and a second line where units owe it that still exist."""
    counts = tally(pairs)
    title = item.title if len(item.title) <= _TITLE else f"{item.title[: _TITLE - 1]}…"
    due = _("hạn {day}").format(day=show_day(item.due_on)) if item.due_on else _("không đặt hạn")
    done = f"{grouped(counts.done)}/{grouped(counts.applicable)}"
    figures = f"{done:>9} {share(counts):>8}  {due:<{_DUE}}"
    bar = WIDTH - len(f"  {title:<{_TITLE}}  {figures}")
    filled = int((counts.rate or 0) * bar // 100)
    yield f"  {title:<{_TITLE}} {'█' * filled}{'░' * (bar - filled)} {figures}".rstrip(), Tone.PLAIN
    owing = [pair for pair in pairs if pair[1] is State.OVERDUE and not pair[0].ended_on]
    if not owing:
        return
    names = _("    quá hạn {count}: {names}").format(count=grouped(len(owing)), names="")
    directory = lookup(connection, at)
    for place, (fact, _state) in enumerate(owing):
        more = _(" và {count} nữa").format(count=grouped(len(owing) - place)) if place else ""
        name = f"{', ' if place else ''}{directory.last(fact.unit, fact.named_on).name}"
        if len(f"{names}{name}") + len(more) > WIDTH:
            yield f"{names}{more}", Tone.BAD
            return
        names += name
    yield names, Tone.BAD


def _closed(
    connection: sqlite3.Connection, at: Moment, plan: Plan, running: Phase, command: Command
) -> Iterator[Line]:
    """A line for each phase that has closed: how many of its units still owe something, and how to see it."""
    for phase in plan.phases:
        if phase.ends_on >= running.starts_on:
            continue
        owing = [state for fact, state in judged(connection, at, Filter(phase.code)) if not fact.ended_on]
        overdue = grouped(owing.count(State.OVERDUE))
        words = _("{phase} đã khép ({overdue} lượt quá hạn): {command}")
        shown = words.format(
            phase=phase.title, overdue=overdue, command=command("status", "--phase", phase.code)
        )
        yield shown, Tone.MUTED


class _Recorded(NamedTuple):
    """How much was recorded since a day (ISO text)."""

    since: str
    papers: int  # of units: records, exemptions and what else has a number
    voids: int  # of these
    operations: int  # of any sort


def _recorded(connection: sqlite3.Connection, at: Moment) -> _Recorded:
    """What was recorded since the last Monday before the day."""
    monday = at.as_of - timedelta(days=at.as_of.weekday() or 7)
    eve = dates.stamp(dates.parse_instant((monday - timedelta(days=1)).isoformat()))
    last = journal.known_at(connection, eve)
    number = last.number if last.recorded_at <= eve else 0
    return _Recorded(
        monday.isoformat(), *connection.execute(store.raw_sql("recorded_since"), {"last": number}).fetchone()
    )


def _news(recorded: _Recorded) -> str:
    since = _("Từ thứ hai {day}: ").format(day=show_day(recorded.since))
    if not recorded.operations:
        return since + _("chưa ghi gì.")
    return since + _("{papers} bản ghi mới, {voids} bản ghi hủy, {operations} thao tác.").format(
        papers=grouped(recorded.papers),
        voids=grouped(recorded.voids),
        operations=grouped(recorded.operations),
    )


def _next_due(plan: Plan, at: Moment) -> str:
    due = [item for item in plan.obligations if item.due_on and item.due_on >= at.day and not item.withdrawn]
    if not due:
        return _("Không còn hạn nào sắp tới.")
    first = min(due, key=lambda item: item.due_on or "")
    return _("Hạn tới: {day}, {title}, {phase} (còn {days} ngày).").format(
        day=show_day(first.due_on),
        title=lower_first(first.title),
        phase=phase_name(first.phase),
        days=grouped(days_between(at.day, first.due_on or at.day)),
    )


def _care(care: Care) -> str:
    backup, verify = (show_instant(done) if done else _("chưa lần nào") for done in care)
    return _("Sao lưu gần nhất: {backup}. Kiểm tra gần nhất: {verify}.").format(backup=backup, verify=verify)


def _proposals(
    at: Moment, pairs: Mapping[Obligation, Pairs], care: Care, recorded: _Recorded, command: Command
) -> Sequence[str]:
    """The commands that fit the moment, most urgent first."""
    counts = {item: tally(of) for item, of in pairs.items()}
    found: list[str] = []
    for item, count in counts.items():
        if count.states[State.OVERDUE]:
            found.append(command("list", item.code, "--state", "overdue"))
            found.append(command("remind", item.code, "-o", _("cong-van/")))
    soon = [
        item
        for item, count in counts.items()
        if count.states[State.PENDING] and item.due_on and 0 <= days_between(at.day, item.due_on) <= _SOON
    ]
    found += [command("remind", item.code, "--within", str(_SOON)) for item in soon]
    if _is_old(care.backup, _BACKUP_AGE):
        found.insert(min(1, len(found)), command("backup"))
    if recorded.papers:
        found.append(command("report", "-o", _("bao-cao/")))
    found += [
        command("list", item.code, "--state", "pending")
        for item, count in counts.items()
        if count.states[State.PENDING]
    ]
    if _is_old(care.verify, _VERIFY_AGE):
        found.append(command("verify"))
    return [*found, command("status"), command("plan")][:_COMMANDS]


def _is_old(done: str | None, days: int) -> bool:
    return done is None or dates.day_of(done) < dates.today() - timedelta(days=days)
