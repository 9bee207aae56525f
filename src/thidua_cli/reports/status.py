"""Phase-by-phase completion: one row for each obligation, or for each group under it."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from thidua_cli.ground.dates import show_day
from thidua_cli.ground.language import _, current
from thidua_cli.register.plan import Obligation, Plan, load_plan
from thidua_cli.register.terms import Action, Kind, Level, State, label
from thidua_cli.render.model import Column, Form, Mark, Report, Table, Tone
from thidua_cli.reports.ended import reach
from thidua_cli.reports.frame import (
    CITY,
    Filter,
    Moment,
    Pairs,
    anchor_note,
    district_of,
    judged,
    lead,
    units_of,
)
from thidua_cli.standing import verdict
from thidua_cli.standing.verdict import Tally

if TYPE_CHECKING:
    from thidua_cli.register.units import Directory

FIELDS = (
    "phase", "obligation", "action", "due_on", "group", "roster", "exempt", "lapsed", "applicable", "on_time",
    "late", "declared_late", "pending", "overdue", "done", "rate",
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
        """The line for machines."""
        return {
            "phase": self.obligation.phase.code,
            "obligation": self.obligation.code,
            "action": str(self.obligation.action),
            "due_on": self.obligation.due_on,
            "group": self.group,
            **counts_row(self.counts),
        }


def counts_row(counts: Tally) -> dict[str, object]:
    """A tally under the keys of the JSON output."""
    return {
        "roster": counts.roster,
        **{str(state): number for state, number in counts.states.items()},
        "applicable": counts.applicable,
        "declared_late": counts.declared_late,
        "done": counts.done,
        "rate": counts.rate,
    }


def build(connection: sqlite3.Connection, at: Moment, chosen: Filter, by: By | None) -> Report:
    """The report of `thidua status`."""
    plan = load_plan(connection)
    pairs = judged(connection, at, chosen)
    obligations = [item for item in plan.obligations if chosen.phase in (None, item.phase.code)]
    known = reach(connection, [at], chosen, obligations)
    found = lines(connection, at, plan, by_obligation(obligations, pairs), by)
    return Report(
        fields=FIELDS,
        rows=[line.row() for line in found],
        people=lambda: _by_group(obligations, found, by) if by else [by_phase(plan, found)],
        as_of=at.day,
        known_at=at.known_at,
        head=at.known.anchor,
        register=at.register,
        lead=[*lead(_("Tình hình thực hiện"), plan, at), *known.lines],
        notes=[anchor_note(at)],
        extra=known.extra,
    )


def by_obligation(obligations: Sequence[Obligation], pairs: Pairs) -> dict[Obligation, Pairs]:
    """The judged facts of each obligation, in the order given."""
    of: dict[str, list[tuple[verdict.Fact, State]]] = {item.code: [] for item in obligations}
    for pair in pairs:
        of[pair[0].obligation].append(pair)
    return {item: of[item.code] for item in obligations}


def lines(
    connection: sqlite3.Connection,
    at: Moment,
    plan: Plan,
    of: Mapping[Obligation, Pairs],
    by: By | None,
    directory: "Directory | None" = None,
) -> list[Line]:
    """The counts of each obligation, or of its groups; `directory` saves reading the units again."""
    found: list[Line] = []
    if by is By.CONTENT:
        return _content_lines(connection, at, plan, of)
    if by is None:
        return [Line(item, None, item.title, verdict.tally(pairs)) for item, pairs in of.items()]
    directory = directory or units_of(connection, at)
    for item, pairs in of.items():
        groups: dict[str, list[tuple[verdict.Fact, State]]] = {}
        for pair in pairs:
            groups.setdefault(_group(directory, by, pair[0]), []).append(pair)
        names = _group_names(directory, at, by, groups)
        found += [
            Line(item, _group_code(directory, at, by, key, groups[key]), name, verdict.tally(groups[key]))
            for key, name in names.items()
            if key in groups
        ]
    return found


def _group(directory: "Directory", by: By, fact: verdict.Fact) -> str:
    if by is By.KIND:
        return fact.kind
    if by is By.LEVEL:
        return fact.level
    return str(district_of(directory, fact))


def _group_code(directory: "Directory", at: Moment, by: By, key: str, pairs: Pairs) -> str:
    """A district by its code on the days of the roster; other groups by their key.

    Where several districts had the code by the as-of date, only the one that has it then, else the last one,
    goes by the code alone; each other one by `CODE@DAY`, its first day with the code.
    """
    if by is not By.DISTRICT or key == CITY:
        return key
    code = directory.last(int(key), pairs[0][0].named_on).code
    began: dict[int, str] = {}
    for version in sorted(directory.with_code(code), key=lambda each: each.valid_from):
        if version.kind is Kind.DISTRICT_COMMITTEE and version.valid_from <= at.day:
            began.setdefault(version.unit, version.valid_from)
            latest = version.unit
    return code if len(began) < 2 or latest == int(key) else f"{code}@{began[int(key)]}"


def _group_names(directory: "Directory", at: Moment, by: By, keys: Iterable[str]) -> dict[str, str]:
    """Groups in their order, with labels."""
    if by is By.KIND:
        return {str(kind): label(kind, current()) for kind in Kind}
    if by is By.LEVEL:
        return {str(level): label(level, current()) for level in Level}
    districts = [directory.last(int(key), at.day) for key in keys if key != CITY]
    districts.sort(key=lambda version: (version.sort_order is None, version.sort_order or 0, version.code))
    return {CITY: _("Thành phố")} | {str(version.unit): version.name for version in districts}


def _content_lines(
    connection: sqlite3.Connection,
    at: Moment,
    plan: Plan,
    of: Mapping[Obligation, Pairs],
) -> list[Line]:
    """Registered units by the contents that they named; a unit counts under each of them."""
    from thidua_cli.register import entries

    named = {record.id: record.contents for record in entries.live_records(connection, at.known.number)}
    lines = []
    for item, pairs in of.items():
        if item.action is not Action.REGISTRATION:
            continue
        for number, title in plan.contents.items():
            registered = [
                pair for pair in pairs if pair[0].record_id and number in named.get(pair[0].record_id, ())
            ]
            lines.append(Line(item, str(number), f"{number}. {title}", verdict.tally(registered)))
    return lines


# For people


def figure_columns() -> list[Column]:
    """The columns of counts, with the order in which they give way on a narrow terminal."""
    return [
        Column(_("Thuộc diện"), Form.NUMBER, drop=4),
        Column(_("Miễn"), Form.NUMBER, drop=5),
        Column(_("Hết hiệu lực"), Form.NUMBER, drop=5),
        Column(_("Phải làm"), Form.NUMBER),
        Column(_("Đúng hạn"), Form.NUMBER),
        Column(_("Khai muộn"), Form.NUMBER, drop=6),
        Column(_("Trễ hạn"), Form.NUMBER),
        Column(_("Trong hạn"), Form.NUMBER),
        Column(_("Quá hạn"), Form.NUMBER),
        Column(_("Đã làm"), Form.NUMBER),
        Column(_("Tỷ lệ"), Form.RATE),
    ]


def figures(counts: Tally) -> list[object]:
    """The cells of `figure_columns`."""
    states = counts.states
    return [
        _toned(counts.roster),
        _toned(states[State.EXEMPT]),
        _toned(states[State.LAPSED]),
        _toned(counts.applicable),
        _toned(states[State.ON_TIME], Tone.GOOD),
        _toned(counts.declared_late),
        _toned(states[State.LATE], Tone.WARN),
        _toned(states[State.PENDING]),
        _toned(states[State.OVERDUE], Tone.BAD),
        _toned(counts.done),
        counts.rate,
    ]


def _toned(number: int, tone: Tone = Tone.PLAIN) -> object:
    """A count; zeros step back."""
    return Mark(number, tone if number else Tone.MUTED)


def by_phase(plan: Plan, lines: Sequence[Line]) -> Table:
    """One row for each obligation, under its phase."""
    columns = [
        Column(_("Nghĩa vụ"), narrow=14),
        Column(_("Mã"), drop=8),
        *figure_columns(),
        Column(_("Hạn"), Form.DAY),
        Column(_("Tiến độ"), Form.BAR, drop=9),
    ]
    groups = []
    for phase in plan.phases:
        rows = [
            [
                line.name,
                Mark(line.obligation.code, Tone.MUTED),
                *figures(line.counts),
                line.obligation.due_on,
                line.counts.rate or 0,
            ]
            for line in lines
            if line.obligation.phase == phase
        ]
        if rows:
            groups.append((phase.title, rows))
    return Table(columns, groups)


def _by_group(obligations: Sequence[Obligation], lines: Sequence[Line], by: By | None) -> list[Table]:
    heading = {
        By.KIND: _("Loại đơn vị"),
        By.LEVEL: _("Cấp"),
        By.DISTRICT: _("Địa bàn"),
        By.CONTENT: _("Nội dung"),
    }[by or By.KIND]
    columns = [Column(heading, narrow=16), *figure_columns(), Column(_("Tiến độ"), Form.BAR, drop=9)]
    tables = []
    for item in obligations:
        mine = [line for line in lines if line.obligation == item]
        due = _(", hạn {day}").format(day=show_day(item.due_on)) if item.due_on else ""
        title = f"{item.phase.title} · {item.title}{due}"
        if by is By.CONTENT:
            if mine:
                tables.append(content_table(title, mine))
            continue
        rows = [[line.name, *figures(line.counts), line.counts.rate or 0] for line in mine]
        total = total_of(mine)
        tables.append(
            Table(
                columns,
                [("", rows)] if rows else [],
                title=title,
                total=[_("Tổng cộng"), *figures(total), total.rate or 0],
                empty=_("Chưa có đơn vị nào thuộc diện."),
            )
        )
    return tables


def content_table(title: str, lines: Sequence[Line]) -> Table:
    """How many units registered for each content."""
    columns = [
        Column(_("Nội dung"), narrow=20),
        Column(_("Đơn vị đăng ký"), Form.NUMBER),
        Column(_("Đúng hạn"), Form.NUMBER),
        Column(_("Trễ hạn"), Form.NUMBER),
    ]
    rows = [
        [
            line.name,
            _toned(line.counts.done),
            _toned(line.counts.states[State.ON_TIME]),
            _toned(line.counts.states[State.LATE]),
        ]
        for line in lines
    ]
    return Table(columns, [("", rows)], title=title)


def total_of(lines: Sequence[Line]) -> Tally:
    """The counts of all lines together."""
    total = Tally()
    for line in lines:
        total.declared_late += line.counts.declared_late
        for state, number in line.counts.states.items():
            total.states[state] += number
    return total
