"""What changed between two dates or two instants, and why."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from thidua_cli.ground import dates
from thidua_cli.ground.dates import show_day
from thidua_cli.ground.language import _, counted, current, grouped
from thidua_cli.register.plan import Plan, load_plan
from thidua_cli.register.terms import State, label
from thidua_cli.register.units import Directory, Version, protocol_key
from thidua_cli.render.model import Column, Delta, Form, Mark, Report, Rows, Table, Tone
from thidua_cli.reports.ended import reach
from thidua_cli.reports.frame import (
    CITY,
    Filter,
    Moment,
    Pairs,
    anchor_note,
    before_register,
    clock_warning,
    in_order,
    judged,
    units_of,
)
from thidua_cli.reports.status import counts_row
from thidua_cli.standing.causes import Cause, Change, Evidence, Side, compare, deltas
from thidua_cli.standing.verdict import Fact, Tally, tally
from thidua_cli.store import journal

FIELDS = ("obligation", "cause", "unit_code", "unit_name", "from_state", "to_state", "record_id", "deltas")
FIGURES = (
    "roster", "exempt", "lapsed", "applicable", "on_time", "declared_late", "late", "pending", "overdue",
    "done",
)  # fmt: skip


class Comparison(NamedTuple):
    """What changed from `one` to `other`, in the order in which it is told.

    `figures`: by obligation, the counts at both moments. `reasons`: why a record or exemption was voided, by
    its number.
    """

    plan: Plan
    one: Moment
    other: Moment
    changes: Sequence[Change]
    figures: Mapping[str, tuple[Tally, Tally]]
    directory: Directory
    reasons: Mapping[int, str]

    def rows(self) -> Iterator[dict[str, object]]:
        """One for each unit that stands differently, with the keys of FIELDS."""
        return (_row(self.directory, change) for change in self.changes)

    def figure_rows(self) -> list[dict[str, object]]:
        """Every figure at both moments; the `deltas` of the rows add up to the difference."""
        return [
            {
                "obligation": code,
                "figure": figure,
                "from": counts_row(old)[figure],
                "to": counts_row(new)[figure],
            }
            for code, (old, new) in self.figures.items()
            for figure in FIGURES
        ]

    def tables(self, *, codes: bool = True) -> list[Table]:
        """For people: for each obligation the figures that changed, and the units by cause.

        `codes`: whether a title has the code of its obligation.
        """
        of: dict[str, list[Change]] = {}
        for change in self.changes:
            of.setdefault(change.fact.obligation, []).append(change)
        tables = []
        for item in self.plan.obligations:
            if mine := of.get(item.code):
                title = f"{item.code} · {item.title}" if codes else item.title
                made = [_units(mine, self.directory, self.reasons)]
                figures = _figures(self.figures[item.code], mine)
                if figures.groups[0][1]:  # a correction may leave each figure as it was
                    made.insert(0, figures)
                made[0] = made[0]._replace(title=f"{item.phase.title} · {title}")
                tables += made
        return tables


def build(connection: sqlite3.Connection, one: Moment, other: Moment, chosen: Filter) -> Report:
    """The report of `thidua diff`: one row for each unit that stands differently, with its cause.

    Raises NotFoundError where the rosters at both moments are of days without the district asked for.
    """
    obligations = load_plan(connection).obligations
    asked = [item for item in obligations if chosen.phase in (None, item.phase.code)]
    known = reach(connection, [one, other], chosen, asked)
    after = units_of(connection, other)
    found = comparison(connection, one, other, chosen, directory=after)
    renewed = list(_renewed(connection, one, other, chosen, after))
    nothing = Table([], [], title=found.plan.title, empty=_("Không có gì thay đổi."))
    return Report(
        fields=FIELDS,
        rows=list(found.rows()),
        people=lambda: [*found.tables(), *_renewed_table(renewed)] or [nothing],
        as_of=other.day,
        known_at=other.known_at,
        head=other.known.anchor,
        register=other.register,
        lead=[
            f"{_('Thay đổi')} · {found.plan.title}",
            _("Từ {one} đến {other}.").format(one=_name(one), other=_name(other)),
            *(before_register(at) for at in (one, other) if at.is_before_register),
            *known.lines,
        ],
        notes=[*_recorded_since(connection, one, other, chosen), anchor_note(other)],
        extra={
            "from": {"as_of": one.day, "known_at": one.known_at, "head": one.known.anchor},
            "figures": found.figure_rows(),
            "units": [each._asdict() for each in renewed],
            **known.extra,
        },
    )


class Renewed(NamedTuple):
    """A field of a unit that is another at the later moment: code, name or parent_code."""

    unit_code: str
    unit_name: str
    field: str
    old: str | None
    new: str | None


def _renewed(
    connection: sqlite3.Connection, one: Moment, other: Moment, chosen: Filter, after: Directory
) -> Iterator[Renewed]:
    """Units that had begun at both moments and have another code, name or parent at the later one.

    In protocol order; a unit that has ended is as it was last. Of a selection, those in it at either moment.
    """
    before = units_of(connection, one)
    pairs = [
        (before.last(unit, one.day), after.last(unit, other.day))
        for unit in after.versions
        if unit in before.versions
        and before.versions[unit][0].valid_from <= one.day
        and after.versions[unit][0].valid_from <= other.day
    ]
    for old, new in sorted(pairs, key=lambda pair: protocol_key(pair[1])):
        above = (_parent(before, old, one.day), _parent(after, new, other.day))
        values = {
            "code": (old.code, new.code),
            "name": (old.name, new.name),
            "parent_code": above if old.parent != new.parent else (None, None),
        }
        if not (_is_chosen(chosen, before, old, one.day) or _is_chosen(chosen, after, new, other.day)):
            continue
        yield from (
            Renewed(new.code, new.name, field, *sides)
            for field, sides in values.items()
            if sides[0] != sides[1]
        )


def _parent(directory: Directory, version: Version, day: str) -> str | None:
    """The code of the unit above, on that day or as it was called last."""
    above = directory.named(version.parent, day) if version.parent else None
    return above.code if above else None


def _is_chosen(chosen: Filter, directory: Directory, version: Version, day: str) -> bool:
    if chosen.kind not in (None, version.kind) or chosen.level not in (None, version.level):
        return False
    if chosen.district is None:
        return True
    district = directory.district(version.unit, day if version.holds_on(day) else version.valid_from)
    return (district.unit if district else CITY) == chosen.district


def _renewed_table(found: Sequence[Renewed]) -> list[Table]:
    """For people: units with another code, name or parent; nothing where there are none."""
    if not found:
        return []
    labels = {"code": _("mã"), "name": _("tên"), "parent_code": _("cấp trên")}
    rows: list[Sequence[object]] = [
        [each.unit_code, each.unit_name, labels[each.field], f"{each.old or '–'} → {each.new or '–'}"]
        for each in found
    ]
    columns = [
        Column(_("Mã")),
        Column(_("Tên đơn vị"), narrow=24),
        Column(_("Trường")),
        Column(_("Thay đổi"), narrow=16),
    ]
    return [Table(columns, [("", rows)], title=_("Đơn vị đổi mã, tên hoặc cấp trên"))]


def _recorded_since(
    connection: sqlite3.Connection, one: Moment, other: Moment, chosen: Filter
) -> Iterator[str]:
    """That two days are seen by one register, where it learned of deeds up to the first only after that day.

    They count on both sides, so that who looks for what has come in since finds nothing of them.
    """
    known = one.known.number
    end = dates.stamp(dates.parse_instant(one.day))
    then = journal.known_at(connection, end).number
    if known != other.known.number or one.as_of == other.as_of or then >= known:
        return
    if journal.doubt_at(connection, end):
        yield from clock_warning(connection, one._replace(known_at=end))
        return
    both = "SELECT id, operation FROM record UNION ALL SELECT id, operation FROM exemption"
    fresh = {number for number, operation in connection.execute(both) if operation > then}
    found = sum(
        (fact.record_id or fact.exemption_id) in fresh for fact, _state in judged(connection, one, chosen)
    )
    if found:
        day = show_day(one.as_of)
        yield counted(
            found,
            f"{{n}} việc đến hết ngày {day} chỉ được ghi vào sổ sau ngày ấy, nên được tính ở cả hai ngày.",
            f"{{n}} deed up to {day} was recorded only after that day, and counts on both days.",
            f"{{n}} deeds up to {day} were recorded only after that day, and count on both days.",
        )
        command = [f"thidua diff --from '#{then}' --to '#{known}' --as-of {other.day}"]
        yield _("Những gì sổ biết thêm: {command}").format(
            command=" ".join([*command, *_options(connection, other, chosen)])
        )


def _options(connection: sqlite3.Connection, at: Moment, chosen: Filter) -> Iterator[str]:
    """The options that ask for the same selection."""
    district = chosen.district
    if isinstance(district, int):
        district = units_of(connection, at).last(district, at.day).code
    asked = {"phase": chosen.phase, "kind": chosen.kind, "level": chosen.level, "district": district}
    yield from (f"--{name} {value}" for name, value in asked.items() if value is not None)


def comparison(
    connection: sqlite3.Connection,
    one: Moment,
    other: Moment,
    chosen: Filter,
    after: Pairs | None = None,
    directory: Directory | None = None,
) -> Comparison:
    """Compare two moments; `after` and `directory` are of the later one, where the caller has them."""
    plan = load_plan(connection)
    before = judged(connection, one, chosen)
    after = judged(connection, other, chosen) if after is None else after
    sides = (Side(one.day, one.known.number), Side(other.day, other.known.number))
    elsewhere = _on_both(connection, one, other, chosen)
    changes = compare(before, after, Evidence(connection, plan, *sides, elsewhere))
    directory = directory or units_of(connection, other)
    if any(change.fact.unit not in directory.versions for change in changes):
        there = directory.versions  # units that an undo took away still need their names
        gone = (version for version in units_of(connection, one) if version.unit not in there)
        directory = Directory((*directory, *gone))
    order = {item.code: index for index, item in enumerate(plan.obligations)}
    causes = list(Cause)
    ordered = in_order([(change.fact, change) for change in changes], directory)
    ordered.sort(key=lambda pair: (order[pair[0].obligation], causes.index(pair[1].cause)))
    pairs_of: dict[str, tuple[list[tuple[Fact, State]], list[tuple[Fact, State]]]] = {
        item.code: ([], []) for item in plan.obligations if chosen.phase in (None, item.phase.code)
    }
    for side, pairs in enumerate((before, after)):
        for pair in pairs:
            pairs_of[pair[0].obligation][side].append(pair)
    figures = {code: (tally(old), tally(new)) for code, (old, new) in pairs_of.items()}
    return Comparison(
        plan,
        one,
        other,
        [change for _fact, change in ordered],
        figures,
        directory,
        _reasons(connection, other, changes),
    )


def _reasons(connection: sqlite3.Connection, at: Moment, changes: Iterable[Change]) -> dict[int, str]:
    """Why what counted before no longer does, by the number of it, and of what replaced it."""
    if not any(change.cause in (Cause.VOIDED, Cause.CORRECTED) for change in changes):
        return {}
    found = connection.execute(
        "SELECT target_id, replacement, reason FROM void"
        " WHERE operation <= ? AND target IN ('record', 'exemption') ORDER BY id",
        (at.known.number,),
    )
    reasons = {}
    for target, replacement, reason in found:
        reasons[target] = reason
        if replacement:
            reasons[replacement] = reason
    return reasons


def _on_both(
    connection: sqlite3.Connection, one: Moment, other: Moment, chosen: Filter
) -> set[tuple[str, int]]:
    """Obligations and units on a roster at both moments, whatever the selection; only one by place moves."""
    if chosen.district is None and not chosen.states:
        return set()
    earlier, later = (
        {(fact.obligation, fact.unit) for fact, _state in judged(connection, at, Filter(chosen.phase))}
        for at in (one, other)
    )
    return earlier & later


def _name(at: Moment) -> str:
    if at.is_forecast:
        words = _("ngày {day} (dự kiến theo thao tác #{number})")
    else:
        words = _("hết ngày {day} (thao tác #{number})")
    return words.format(day=show_day(at.as_of), number=at.known.number)


def _row(directory: Directory, change: Change) -> dict[str, object]:
    version = directory.last(change.fact.unit, change.fact.named_on)
    return {
        "obligation": change.fact.obligation,
        "cause": str(change.cause),
        "unit_code": version.code,
        "unit_name": version.name,
        "from_state": str(change.before.state) if change.before else None,
        "to_state": str(change.after.state) if change.after else None,
        "record_id": change.fact.record_id or change.fact.exemption_id,
        "deltas": [f"{figure}{delta:+}" for figure, delta in sorted(change.deltas().items())],
    }


def cause_label(cause: Cause) -> str:
    """A cause for people."""
    return {
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
        Cause.BECAME_OVERDUE: _("quá hạn"),
        Cause.UNIT_ENDED: _("đơn vị chấm dứt"),
        Cause.UNIT_RESTORED: _("việc chấm dứt bị hủy"),
        Cause.UNIT_REDATED: _("ngày lập hoặc chấm dứt đơn vị được sửa"),
        Cause.SUCCESSION_CHANGED: _("quan hệ kế thừa thay đổi"),
        Cause.MOVED: _("chuyển địa bàn"),
    }[cause]


def _figures(tallies: tuple[Tally, Tally], changes: Sequence[Change]) -> Table:
    """Each figure that changed: before, what each cause adds or takes, after."""
    old, new = (counts_row(counts) for counts in tallies)
    present = {change.cause for change in changes}
    causes = [cause for cause in Cause if cause in present]
    sums = {cause: Counter[str]() for cause in causes}
    alike = Counter((change.cause, *change.standings()) for change in changes)
    for (cause, before, after), number in alike.items():
        for figure, delta in deltas(before, after).items():
            sums[cause][figure] += delta * number
    names = _figure_names()
    rows = [
        [names[figure], old[figure], *(_signed(sums[cause][figure]) for cause in causes), new[figure]]
        for figure in FIGURES
        if any(sums[cause][figure] for cause in causes) or old[figure] != new[figure]
    ]
    columns = [
        Column(_("Số liệu")),
        Column(_("Trước"), Form.NUMBER),
        *(Column(_capital(cause_label(cause)), Form.NUMBER) for cause in causes),
        Column(_("Sau"), Form.NUMBER),
    ]
    return Table(columns, [("", rows)])


def _signed(number: int) -> object:
    return Delta(number) if number else Mark("·", Tone.MUTED)


def _figure_names() -> dict[str, str]:
    return {
        "roster": _("Thuộc diện"),
        "exempt": _("Miễn"),
        "lapsed": _("Hết hiệu lực"),
        "applicable": _("Phải làm"),
        "on_time": _("Đúng hạn"),
        "declared_late": _("Khai muộn"),
        "late": _("Trễ hạn"),
        "pending": _("Trong hạn"),
        "overdue": _("Quá hạn"),
        "done": _("Đã làm"),
    }


def _units(changes: Sequence[Change], directory: Directory, reasons: Mapping[int, str]) -> Table:
    names = {None: "–"} | {state: label(state, current()) for state in State}
    arrows = {(old, new): f"{names[old]} → {names[new]}" for old in names for new in names}
    groups: dict[Cause, list[Change]] = {}
    for change in changes:
        groups.setdefault(change.cause, []).append(change)

    some = any(_reason(change, reasons) for change in changes)

    def rows(members: Sequence[Change]) -> Rows:
        def row(index: int) -> list[object]:
            change = members[index]
            version = directory.last(change.fact.unit, change.fact.named_on)
            sides = (change.before and change.before.state, change.after and change.after.state)
            return [version.code, version.name, arrows[sides], *([_reason(change, reasons)] if some else [])]

        return Rows(len(members), row)

    columns = [Column(_("Mã")), Column(_("Tên đơn vị"), narrow=24), Column(_("Trạng thái"), narrow=12)]
    if some:
        columns.append(Column(_("Lý do"), narrow=16))
    return Table(columns, [(_heading(cause, len(found)), rows(found)) for cause, found in groups.items()])


def _reason(change: Change, reasons: Mapping[int, str]) -> str:
    """The stated reason of a void or a correction."""
    if change.cause not in (Cause.VOIDED, Cause.CORRECTED):
        return ""
    sides = (standing.fact for standing in (change.before, change.after) if standing)
    numbers = (fact.record_id or fact.exemption_id or 0 for fact in sides)
    return next((reasons[number] for number in numbers if number in reasons), "")


def _heading(cause: Cause, number: int) -> str:
    return f"{_capital(cause_label(cause))} ({grouped(number)})"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
