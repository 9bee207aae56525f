"""The comparison of two moments: which units changed their state, why, and how the figures follow."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from thidua_cli.ground.language import _, current, grouped
from thidua_cli.register.plan import Plan
from thidua_cli.register.terms import State, label
from thidua_cli.register.units import Directory
from thidua_cli.render.model import Column, Delta, Form, Mark, Rows, Table, Tone
from thidua_cli.reports.figures import FIGURES, counts_row, figure_labels
from thidua_cli.reports.grouping import in_order, unit_of
from thidua_cli.reports.moment import Moment
from thidua_cli.reports.selection import Filter, Pairs, by_obligation, judged, plan_at, units_of
from thidua_cli.standing.causes import Change, compare, deltas
from thidua_cli.standing.observations import Cause, Observations, Side
from thidua_cli.standing.verdict import Tally, tally


class Comparison(NamedTuple):
    """What changed between two moments; `changes` by obligation, cause and protocol order.

    `figures`: by obligation, the counts at both moments. `reasons`: why a record or exemption was voided, by
    its number.
    """

    plan: Plan
    changes: Sequence[Change]
    figures: Mapping[str, tuple[Tally, Tally]]
    directory: Directory
    reasons: Mapping[int, str]

    def rows(self) -> Iterator[dict[str, object]]:
        """One row for each unit that changed, with the keys of `diff.FIELDS`."""
        for change in self.changes:
            version = unit_of(self.directory, change.fact)
            yield {
                "obligation": change.fact.obligation,
                "cause": str(change.cause),
                "unit_code": version.code,
                "unit_name": version.name,
                "from_state": str(change.before.state) if change.before else None,
                "to_state": str(change.after.state) if change.after else None,
                "record_id": change.fact.record_id or change.fact.exemption_id,
                "deltas": [f"{figure}{delta:+}" for figure, delta in sorted(change.deltas().items())],
            }

    def figure_rows(self) -> list[dict[str, object]]:
        """Every figure at both moments; the `deltas` of the rows add up to the difference."""
        rows: list[dict[str, object]] = []
        for code, tallies in self.figures.items():
            old, new = map(counts_row, tallies)
            rows += [
                {"obligation": code, "figure": figure, "from": old[figure], "to": new[figure]}
                for figure in FIGURES
            ]
        return rows

    def tables(self, *, codes: bool = True) -> list[Table]:
        """For each obligation, the figures that changed and the units by cause.

        `codes`: whether a title has the code of its obligation.
        """
        of: dict[str, list[Change]] = {}
        for change in self.changes:
            of.setdefault(change.fact.obligation, []).append(change)
        tables = []
        for item in self.plan.obligations:
            if mine := of.get(item.code):
                title = f"{item.code} · {item.title}" if codes else item.title
                made = [_units_by_cause(mine, self.directory, self.reasons)]
                figures = _figures(self.figures[item.code], mine)
                if figures.groups[0][1]:  # a correction may leave each figure as it was
                    made.insert(0, figures)
                made[0] = made[0]._replace(title=f"{item.phase.title} · {title}")
                tables += made
        return tables


def compare_moments(
    connection: sqlite3.Connection,
    one: Moment,
    other: Moment,
    chosen: Filter,
    after: Pairs | None = None,
    directory: Directory | None = None,
) -> Comparison:
    """Compare two moments; `after` and `directory` are of the later one, if the caller has them already."""
    plans = plan_at(connection, one), plan_at(connection, other)
    plan = plans[1]
    before = judged(connection, one, chosen)
    after = judged(connection, other, chosen) if after is None else after
    sides = (Side(one.day, one.known.number), Side(other.day, other.known.number))
    elsewhere = _on_both(connection, one, other, chosen)
    changes = compare(before, after, Observations(connection, plans, *sides, elsewhere))
    directory = directory or units_of(connection, other)
    if any(change.fact.unit not in directory.versions for change in changes):
        there = directory.versions  # units that an undo took away still need their names
        gone = (version for version in units_of(connection, one) if version.unit not in there)
        directory = Directory((*directory, *gone))
    codes = list(dict.fromkeys(item.code for side in reversed(plans) for item in side.obligations))
    causes = list(Cause)
    ordered = [change for _fact, change in in_order(((change.fact, change) for change in changes), directory)]
    ordered.sort(key=lambda change: (codes.index(change.fact.obligation), causes.index(change.cause)))
    asked = chosen.obligations(plan)
    old, new = by_obligation(asked, before), by_obligation(asked, after)
    figures = {item.code: (tally(old[item]), tally(new[item])) for item in asked}
    return Comparison(plan, ordered, figures, directory, _reasons(connection, other, changes))


def _reasons(connection: sqlite3.Connection, at: Moment, changes: Iterable[Change]) -> dict[int, str]:
    """The reason of each void, by the number of the voided paper and of its replacement."""
    if not any(change.cause in (Cause.VOIDED, Cause.CORRECTED) for change in changes):
        return {}
    rows = connection.execute(
        "SELECT target_id, replacement, reason FROM void"
        " WHERE operation <= ? AND target IN ('record', 'exemption', 'extension', 'supplement') ORDER BY id",
        (at.known.number,),
    )
    reasons = {}
    for target, replacement, reason in rows:
        reasons[target] = reason
        if replacement:
            reasons[replacement] = reason
    return reasons


def _on_both(
    connection: sqlite3.Connection, one: Moment, other: Moment, chosen: Filter
) -> set[tuple[str, int]]:
    """Obligations and units on a roster at both moments, if a change of place or state can hide one side."""
    if chosen.district is None and not chosen.states:
        return set()
    earlier, later = (
        {(fact.obligation, fact.unit) for fact, _state in judged(connection, at, Filter(chosen.phase))}
        for at in (one, other)
    )
    return earlier & later


# For people


def cause_label(cause: Cause) -> str:
    """A cause for people, as a heading."""
    words = {
        Cause.PHASE_STARTED: _("giai đoạn bắt đầu"),
        Cause.UNIT_CREATED: _("đơn vị mới"),
        Cause.UNIT_REINSTATED: _("đơn vị được đưa lại vào sổ"),
        Cause.UNIT_REMOVED: _("đơn vị bị hủy khỏi sổ"),
        Cause.DONE_ON_TIME: _("mới hoàn thành đúng hạn"),
        Cause.DONE_LATE: _("mới hoàn thành trễ hạn"),
        Cause.CORRECTED: _("bản ghi được sửa"),
        Cause.RECORD_RESTORED: _("bản ghi được khôi phục"),
        Cause.VOIDED: _("bản ghi bị hủy"),
        Cause.EXEMPTED: _("được miễn"),
        Cause.EXEMPTION_ENDED: _("hết được miễn"),
        Cause.DEADLINE_EXTENDED: _("được gia hạn riêng"),
        Cause.SUPPLEMENTED: _("có văn bản bổ sung"),
        Cause.PLAN_CHANGED: _("kế hoạch được sửa"),
        Cause.BECAME_OVERDUE: _("quá hạn"),
        Cause.UNIT_ENDED: _("đơn vị chấm dứt"),
        Cause.UNIT_RESTORED: _("việc chấm dứt bị hủy"),
        Cause.UNIT_REDATED: _("ngày lập hoặc chấm dứt đơn vị được sửa"),
        Cause.SUCCESSION_CHANGED: _("quan hệ kế thừa thay đổi"),
        Cause.MOVED: _("chuyển địa bàn"),
    }[cause]
    return words[:1].upper() + words[1:]


def _figures(tallies: tuple[Tally, Tally], changes: Sequence[Change]) -> Table:
    """Each figure that changed: before, what each cause adds or takes, after."""
    old, new = (counts_row(counts) for counts in tallies)
    present = {change.cause for change in changes}
    sums = {cause: Counter[str]() for cause in Cause if cause in present}
    alike = Counter((change.cause, *change.standings()) for change in changes)
    for (cause, before, after), number in alike.items():
        for figure, delta in deltas(before, after).items():
            sums[cause][figure] += delta * number
    labels = figure_labels()
    rows = [
        [labels[figure], old[figure], *(_signed(sums[cause][figure]) for cause in sums), new[figure]]
        for figure in FIGURES
        if any(sums[cause][figure] for cause in sums) or old[figure] != new[figure]
    ]
    columns = [
        Column(_("Số liệu")),
        Column(_("Trước"), Form.NUMBER),
        *(Column(cause_label(cause), Form.NUMBER) for cause in sums),
        Column(_("Sau"), Form.NUMBER),
    ]
    return Table(columns, [("", rows)])


def _signed(number: int) -> object:
    return Delta(number) if number else Mark("·", Tone.MUTED)


def _units_by_cause(changes: Sequence[Change], directory: Directory, reasons: Mapping[int, str]) -> Table:
    names = {None: "–"} | {state: label(state, current()) for state in State}
    arrows = {(old, new): f"{names[old]} → {names[new]}" for old in names for new in names}
    columns = [Column(_("Mã")), Column(_("Tên đơn vị"), narrow=24), Column(_("Trạng thái"), narrow=12)]
    if any(_reason(change, reasons) for change in changes):
        columns.append(Column(_("Lý do"), narrow=16))
    groups: dict[Cause, list[Change]] = {}
    for change in changes:
        groups.setdefault(change.cause, []).append(change)

    def rows(members: Sequence[Change]) -> Rows:
        def row(index: int) -> Sequence[object]:
            change = members[index]
            version = unit_of(directory, change.fact)
            states = (change.before and change.before.state, change.after and change.after.state)
            return [version.code, version.name, arrows[states], _reason(change, reasons)][: len(columns)]

        return Rows(len(members), row)

    return Table(
        columns,
        [(f"{cause_label(cause)} ({grouped(len(group))})", rows(group)) for cause, group in groups.items()],
    )


def _reason(change: Change, reasons: Mapping[int, str]) -> str:
    """The stated reason of a void or a correction."""
    if change.cause not in (Cause.VOIDED, Cause.CORRECTED):
        return ""
    sides = (standing.fact for standing in (change.before, change.after) if standing)
    numbers = [
        number or 0 for fact in sides for number in (fact.record_id, fact.exemption_id, fact.extension_id)
    ]
    return next((reasons[number] for number in numbers if number in reasons), "")
