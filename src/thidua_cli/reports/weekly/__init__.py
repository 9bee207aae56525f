"""The weekly report: facts gathered once, as data (`machine`) and as a document for people (`document`)."""

import sqlite3
from collections.abc import Iterator

from thidua_cli.ground.dates import show_instant
from thidua_cli.ground.language import _
from thidua_cli.ground.text import lower_first
from thidua_cli.register.terms import State
from thidua_cli.render.document import Document
from thidua_cli.render.model import Report
from thidua_cli.reports import listing, results, status, trend
from thidua_cli.reports.comparison import compare_moments
from thidua_cli.reports.grouping import in_order
from thidua_cli.reports.moment import Moment, anchor_note, moment_lines
from thidua_cli.reports.selection import Filter, by_obligation, counted, judged, plan_at, units_of
from thidua_cli.reports.status import By
from thidua_cli.reports.weekly import annexes, sections, words
from thidua_cli.reports.weekly.week import Week, exemption_rows, own_deadline_rows


def gather(connection: sqlite3.Connection, at: Moment, chosen: Filter, since: Moment | None) -> Week:
    """The facts of the report at a moment; `since` is the moment of the report before, if any."""
    plan = plan_at(connection, at)
    courses = trend.series(connection, at, chosen, step=trend.Interval.DAY)
    directory = units_of(connection, at)
    pairs = in_order(judged(connection, at, chosen), directory)
    obligations = chosen.obligations(plan)
    places = counted(connection, at, chosen, districts=True)
    counts = dict.fromkeys((None, *By), places) | {By.CONTENT: counted(connection, at, chosen, contents=True)}
    lines = {by: status.lines(at, plan, obligations, counts[by], by, directory) for by in counts}
    return Week(
        plan=plan,
        at=at,
        since=since,
        pairs=by_obligation(obligations, pairs),
        counts={line.obligation: line.counts for line in lines[None]},
        lines=lines,
        results={
            field.code: status.lines(
                at,
                plan,
                obligations,
                counted(connection, at, chosen, result=field.code),
                field.code,
                directory,
            )
            for field in results.asked(plan, obligations)
        },
        directory=directory,
        exemptions=exemption_rows(connection, at, pairs, directory),
        own_deadlines=own_deadline_rows(connection, at, plan, pairs, directory),
        changes=compare_moments(connection, since, at, chosen, pairs, directory) if since else None,
        courses=courses,
    )


def machine(week: Week) -> Report:
    """The report as data: the rows are those of `status`."""
    return Report(
        fields=status.FIELDS,
        rows=[line.row() for line in week.lines[None]],
        people=list,
        **week.at.identity,
        register=week.at.register,
        extra={
            "movement": {"code": week.plan.code, "title": week.plan.title},
            **{f"by_{by}": [line.row() for line in week.lines[by]] for by in By},
            "by_result": [
                {"result": code, **line.row()} for code, lines in week.results.items() for line in lines
            ],
            "since": week.since.identity if week.since else None,
            "changes": week.changes.rows() if week.changes else [],
            "figures": week.changes.figure_rows() if week.changes else [],
            "overdue": _units(week, {State.OVERDUE}),
            "pending": _units(week, {State.PENDING}),
            "late": _units(week, {State.LATE}, declared_late=True),
            "exemptions": week.exemptions,
            "own_deadlines": week.own_deadlines,
        },
    )


def _units(week: Week, states: set[State], *, declared_late: bool = False) -> Iterator[dict[str, object]]:
    """The units in these states under every obligation, as rows of `list`."""
    return (
        listing.row(week.directory, fact, state)
        for pairs in week.pairs.values()
        for fact, state in pairs
        if state in states or (declared_late and fact.declared_late)
    )


def document(week: Week) -> Document:
    """The report as it is read, in its fixed order."""
    at = week.at
    return Document(
        title=_title(week),
        lead=moment_lines(at),
        summary=words.summary(week),
        sections=[
            sections.headlines(week),
            sections.obligations(week),
            sections.groups(week),
            sections.contents(week),
            *sections.results(week),
            sections.changes(week),
            annexes.not_done(week),
            annexes.late(week),
            annexes.exemptions(week),
            annexes.units(week),
            words.definitions(week),
        ],
        notes=[
            *moment_lines(at),
            _("Số liệu theo sổ ghi đến {instant}.").format(instant=show_instant(at.known_at)),
            _("Kế hoạch: {title} ({code}).").format(title=week.plan.title, code=week.plan.code),
            words.rosters(week),
            anchor_note(at),
        ],
        **at.identity,
        is_forecast=at.is_forecast,
        until=at.until,
    )


def _title(week: Week) -> str:
    if week.at.is_forecast:
        title = _("Báo cáo dự kiến tình hình thực hiện {movement}")
    else:
        title = _("Báo cáo tình hình thực hiện {movement}")
    return title.format(movement=lower_first(week.plan.title))
