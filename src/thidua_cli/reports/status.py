"""Phase-by-phase completion: one row for each obligation, or for each group under it."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from thidua_cli.ground.dates import show_day
from thidua_cli.ground.language import _, current
from thidua_cli.register.plan import Obligation, Plan
from thidua_cli.register.terms import Action, Kind, Level, State, label
from thidua_cli.render.model import Column, Form, Mark, Report, Table, Tone
from thidua_cli.reports.ended import reach
from thidua_cli.reports.figures import COLUMNS, count_mark, counts_row, figure_cells, figure_columns
from thidua_cli.reports.moment import Moment, report_at
from thidua_cli.reports.selection import (
    CITY,
    Filter,
    Pairs,
    by_obligation,
    district_of,
    judged,
    plan_at,
    units_of,
)
from thidua_cli.reports.wording import decided
from thidua_cli.standing.verdict import Fact, Tally, tally

if TYPE_CHECKING:
    from thidua_cli.register.units import Directory

FIELDS = (
    "phase", "obligation", "action", "due_on", "group", "roster", "exempt", "lapsed", "applicable", "on_time",
    "late", "declared_late", "pending", "overdue", "done", "rate", "withdrawn",
)  # fmt: skip


class By(StrEnum):
    """What `--by` breaks each obligation down by."""

    KIND = "kind"
    LEVEL = "level"
    DISTRICT = "district"
    CONTENT = "content"


class Line(NamedTuple):
    """The counts of one obligation, or of one of its groups (`group` is its key, `name` its label)."""

    obligation: Obligation
    group: str | None
    name: str
    counts: Tally

    def row(self) -> dict[str, object]:
        """The line for machines, with the keys of FIELDS."""
        item = self.obligation
        row = {
            "phase": item.phase.code,
            "obligation": item.code,
            "action": str(item.action),
            "due_on": item.due_on,
            "group": self.group,
            **counts_row(self.counts),
            "withdrawn": item.withdrawn is not None,
        }
        return {field: row[field] for field in FIELDS}


def build(connection: sqlite3.Connection, at: Moment, chosen: Filter, by: By | None) -> Report:
    """The report of `thidua status`."""
    plan = plan_at(connection, at)
    pairs = judged(connection, at, chosen)
    obligations = chosen.obligations(plan)
    known = reach(connection, [at], chosen, obligations)
    made = lines(connection, at, plan, by_obligation(obligations, pairs), by)
    withdrawn = [] if by else [Line(item, None, item.title, Tally()) for item in chosen.withdrawn(plan)]
    items = [*obligations, *(line.obligation for line in withdrawn)]

    def order(line: Line) -> int:
        return plan.obligations.index(line.obligation)

    return report_at(
        at,
        f"{_('Tình hình thực hiện')} · {plan.title}",
        FIELDS,
        [line.row() for line in sorted((*made, *withdrawn), key=order)],
        lambda: _by_group(obligations, made, by) if by else [by_phase(plan, made)],
        lead=known.lines,
        notes=decided(items),
        extra=known.extra,
    )


def lines(
    connection: sqlite3.Connection,
    at: Moment,
    plan: Plan,
    of: Mapping[Obligation, Pairs],
    by: By | None,
    directory: "Directory | None" = None,
) -> list[Line]:
    """The counts of each obligation, or of its groups; `directory` saves reading the units again."""
    if by is By.CONTENT:
        return list(_content_lines(connection, at, plan, of))
    if by is None:
        return [Line(item, None, item.title, tally(pairs)) for item, pairs in of.items()]
    directory = directory or units_of(connection, at)
    return [
        Line(item, code, name, tally(members))
        for item, pairs in of.items()
        for code, name, members in _groups(directory, at, by, pairs)
    ]


def _groups(directory: "Directory", at: Moment, by: By, pairs: Pairs) -> Iterator[tuple[str, str, Pairs]]:
    """The code, name and members of each group that has members, in order."""
    groups: dict[int | str, list[tuple[Fact, State]]] = {}
    for fact, state in pairs:
        if by is By.DISTRICT:
            key = district_of(directory, fact.unit, fact.named_on)
        else:
            key = fact.kind if by is By.KIND else fact.level
        groups.setdefault(key, []).append((fact, state))
    if by is not By.DISTRICT:
        terms = Kind if by is By.KIND else Level
        yield from ((str(term), label(term, current()), groups[term]) for term in terms if term in groups)
        return
    if CITY in groups:
        yield CITY, _("Thành phố"), groups[CITY]
    districts = [directory.last(key, at.day) for key in groups if isinstance(key, int)]
    districts.sort(key=lambda version: (version.sort_order is None, version.sort_order or 0, version.code))
    for version in districts:
        members = groups[version.unit]
        code = directory.last(version.unit, members[0][0].named_on).code
        yield _unique_code(directory, at, version.unit, code), version.name, members


def _unique_code(directory: "Directory", at: Moment, district: int, code: str) -> str:
    """The code of a district, or `CODE@DAY` with its first day with the code if others have it too.

    Of several districts that had the code by then, the last one keeps the plain code.
    """
    began: dict[int, str] = {}
    for version in sorted(directory.with_code(code), key=lambda version: version.valid_from):
        if version.kind is Kind.DISTRICT_COMMITTEE and version.valid_from <= at.day:
            began.setdefault(version.unit, version.valid_from)
            latest = version.unit
    return code if len(began) < 2 or latest == district else f"{code}@{began[district]}"


def _content_lines(
    connection: sqlite3.Connection, at: Moment, plan: Plan, of: Mapping[Obligation, Pairs]
) -> Iterator[Line]:
    """Registered units by the contents that they named; a unit counts under each of them."""
    from thidua_cli.register import entries

    named = {record.id: record.contents for record in entries.live_records(connection, at.known.number)}
    for item, pairs in of.items():
        if item.action is not Action.REGISTRATION:
            continue
        for number, title in plan.contents.items():
            members = [pair for pair in pairs if number in named.get(pair[0].record_id or 0, ())]
            yield Line(item, str(number), f"{number}. {title}", tally(members))


# For people


def by_phase(
    plan: Plan, lines: Sequence[Line], order: Sequence[str] = COLUMNS, *, codes: bool = True
) -> Table:
    """One row for each obligation, under its phase; figures in `order`, with the `codes` of obligations."""
    columns = [
        Column(_("Nghĩa vụ"), narrow=14),
        *([Column(_("Mã"), drop=8)] if codes else []),
        *figure_columns(order),
        Column(_("Hạn"), Form.DAY, key="due_on"),
        _bar(),
    ]
    groups = []
    for phase in plan.phases:
        rows = [
            [
                line.name,
                *([Mark(line.obligation.code, Tone.MUTED)] if codes else []),
                *figure_cells(line.counts, order),
                line.obligation.due_on,
                line.counts.rate or 0,
            ]
            for line in lines
            if line.obligation.phase == phase
        ]
        if rows:
            groups.append((phase.title, rows))
    return Table(columns, groups)


def _bar() -> Column:
    return Column(_("Tiến độ"), Form.BAR, drop=9)


def _by_group(obligations: Sequence[Obligation], lines: Sequence[Line], by: By) -> list[Table]:
    names = {By.KIND: _("Loại đơn vị"), By.LEVEL: _("Cấp"), By.DISTRICT: _("Địa bàn")}
    tables = []
    for item in obligations:
        mine = [line for line in lines if line.obligation == item]
        due = _(", hạn {day}").format(day=show_day(item.due_on)) if item.due_on else ""
        title = f"{item.phase.title} · {item.title}{due}"
        if by is not By.CONTENT:
            empty = _("Chưa có đơn vị nào thuộc diện.")
            tables.append(group_table(names[by], {"": mine} if mine else {}, mine, title=title, empty=empty))
        elif mine:
            tables.append(content_table(title, mine))
    return tables


def group_table(
    name: str,
    groups: Mapping[str, Sequence[Line]],
    total: Sequence[Line],
    *,
    title: str,
    order: Sequence[str] = COLUMNS,
    empty: str = "",
) -> Table:
    """The figures of groups of units, under headings, and of all lines of `total` together."""

    def row(name: str, counts: Tally) -> list[object]:
        return [name, *figure_cells(counts, order), counts.rate or 0]

    return Table(
        [Column(name, narrow=16), *figure_columns(order), _bar()],
        [(heading, [row(line.name, line.counts) for line in lines]) for heading, lines in groups.items()],
        title=title,
        total=row(_("Tổng cộng"), sum((line.counts for line in total), Tally())),
        empty=empty,
    )


def content_table(title: str, lines: Sequence[Line]) -> Table:
    """How many units registered for each content."""
    columns = [
        Column(_("Nội dung"), narrow=20),
        Column(_("Đơn vị đăng ký"), Form.NUMBER),
        Column(_("Đúng hạn"), Form.NUMBER),
        Column(_("Trễ hạn"), Form.NUMBER),
    ]
    rows = [
        [line.name, *(count_mark(counts_row(line.counts)[key]) for key in ("done", "on_time", "late"))]
        for line in lines
    ]
    return Table(columns, [("", rows)], title=title)
