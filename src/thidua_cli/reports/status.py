"""Phase-by-phase completion: one row for each obligation, or for each group under it."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from thidua_cli.ground.dates import show_day
from thidua_cli.ground.language import _, current
from thidua_cli.register.plan import Obligation, Plan
from thidua_cli.register.terms import Kind, Level, label
from thidua_cli.render.model import Column, Form, Mark, Report, Table, Tone
from thidua_cli.reports import results
from thidua_cli.reports.ended import reach
from thidua_cli.reports.figures import COLUMNS, count_mark, counts_row, figure_cells, figure_columns
from thidua_cli.reports.moment import Moment, report_at
from thidua_cli.reports.selection import CITY, Counts, Filter, counted, lookup, plan_at
from thidua_cli.reports.wording import decided
from thidua_cli.standing.verdict import Cell, Tally, total

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
            "action": item.action,
            "due_on": item.due_on,
            "group": self.group,
            **counts_row(self.counts),
            "withdrawn": item.withdrawn is not None,
        }
        return {field: row[field] for field in FIELDS}


def build(connection: sqlite3.Connection, at: Moment, chosen: Filter, by: str | None) -> Report:
    """The report of `thidua status`; `by` is one of By, or the code of a result that the plan asks for.

    Raises UsageError for any other word.
    """
    plan = plan_at(connection, at)
    result = None
    if by is not None and by in set(By):
        by = By(by)
    elif by is not None:
        results.refuse_unknown(plan, by, By)
        result = by
    obligations = chosen.obligations(plan)
    known = reach(connection, [at], chosen, obligations)
    counts = counted(
        connection, at, chosen, districts=by is By.DISTRICT, contents=by is By.CONTENT, result=result
    )
    made = lines(at, plan, obligations, counts, by, lookup(connection, at))
    withdrawn = [] if by else [Line(item, None, item.title, Tally()) for item in chosen.withdrawn(plan)]
    items = [*obligations, *(line.obligation for line in withdrawn)]

    def order(line: Line) -> int:
        return plan.obligations.index(line.obligation)

    return report_at(
        at,
        f"{_('Tình hình thực hiện')} · {plan.title}",
        FIELDS,
        [line.row() for line in sorted((*made, *withdrawn), key=order)],
        lambda: _by_group(plan, obligations, made, by) if by else [by_phase(plan, made)],
        lead=known.lines,
        notes=decided(items),
        extra=known.extra,
    )


def lines(
    at: Moment,
    plan: Plan,
    obligations: Iterable[Obligation],
    counts: Counts,
    by: str | None,
    directory: "Directory",
) -> list[Line]:
    """The counts of each obligation, or of its groups."""
    of: dict[str, dict[object, list[Cell]]] = {}
    for cell, district in counts:
        groups: dict[str | None, object] = {
            None: None,
            By.KIND: cell.kind,
            By.LEVEL: cell.level,
            By.DISTRICT: district,
        }
        key = groups.get(by, cell.content)
        of.setdefault(cell.obligation, {}).setdefault(key, []).append(cell)
    found = _Groups(at, plan, directory)
    return [
        Line(item, code, name, total(cells))
        for item in obligations
        for code, name, cells in found.of(item, by, of.get(item.code, {}))
    ]


class _Groups(NamedTuple):
    """What groups of units are called, and their order."""

    at: Moment
    plan: Plan
    directory: "Directory"

    def of(
        self, item: Obligation, by: str | None, groups: Mapping[Any, Sequence[Cell]]
    ) -> Iterator[tuple[str | None, str, Sequence[Cell]]]:
        """The code, name and cells of the obligation, or of each group, content or value of a result."""
        if by is None:
            yield None, item.title, groups.get(None, ())
        elif by is By.DISTRICT:
            yield from self._districts(groups)
        elif by in (By.KIND, By.LEVEL):
            terms = Kind if by is By.KIND else Level
            yield from ((str(term), label(term, current()), groups[term]) for term in terms if term in groups)
        elif by != By.CONTENT:
            yield from results.groups(self.plan, item, by, groups)
        elif self.plan.action(item.action).contents:
            for number, title in self.plan.contents.items():
                yield str(number), f"{number}. {title}", groups.get(number, ())

    def _districts(
        self, groups: Mapping[int | str, Sequence[Cell]]
    ) -> Iterator[tuple[str, str, Sequence[Cell]]]:
        if CITY in groups:
            yield CITY, _("Thành phố"), groups[CITY]
        districts = [self.directory.last(key, self.at.day) for key in groups if isinstance(key, int)]
        districts.sort(
            key=lambda version: (version.sort_order is None, version.sort_order or 0, version.code)
        )
        for version in districts:
            cells = groups[version.unit]
            code = self.directory.last(version.unit, max(cell.day for cell in cells)).code
            yield _unique_code(self.directory, self.at, version.unit, code), version.name, cells


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


def _by_group(plan: Plan, obligations: Sequence[Obligation], lines: Sequence[Line], by: str) -> list[Table]:
    names: dict[str, str] = {By.KIND: _("Loại đơn vị"), By.LEVEL: _("Cấp"), By.DISTRICT: _("Địa bàn")}
    tables = []
    for item in obligations:
        mine = [line for line in lines if line.obligation == item]
        due = _(", hạn {day}").format(day=show_day(item.due_on)) if item.due_on else ""
        title = f"{item.phase.title} · {item.title}{due}"
        if by in names:
            empty = _("Chưa có đơn vị nào thuộc diện.")
            tables.append(group_table(names[by], {"": mine} if mine else {}, mine, title=title, empty=empty))
        elif mine and by == By.CONTENT:
            tables.append(content_table(title, mine))
        elif field := plan.action(item.action).field(by):
            tables.append(result_table(title, field.title, mine))
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
    return _done_table(title, _("Nội dung"), _("Đơn vị đăng ký"), lines)


def result_table(title: str, name: str, lines: Sequence[Line]) -> Table:
    """How many units have each value of a result."""
    return _done_table(title, name, _("Đơn vị"), lines)


def _done_table(title: str, name: str, counted: str, lines: Sequence[Line]) -> Table:
    columns = [
        Column(name, narrow=20),
        Column(counted, Form.NUMBER),
        Column(_("Đúng hạn"), Form.NUMBER),
        Column(_("Trễ hạn"), Form.NUMBER),
    ]
    rows = [
        [line.name, *(count_mark(counts_row(line.counts)[key]) for key in ("done", "on_time", "late"))]
        for line in lines
    ]
    return Table(columns, [("", rows)], title=title)
