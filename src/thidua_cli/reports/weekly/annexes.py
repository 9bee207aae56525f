"""The annexes: who has not done it, who was late, who is excused, and every unit under every obligation."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from thidua_cli.ground.dates import days_between
from thidua_cli.ground.language import _, current, grouped
from thidua_cli.register.plan import Obligation
from thidua_cli.register.terms import State, label
from thidua_cli.render.cells import roman
from thidua_cli.render.document import Block, Paragraph, Section
from thidua_cli.render.model import Column, Form, Heat, Mark, Rows, Table
from thidua_cli.reports.frame import Pairs, by_heading, due_words, in_order
from thidua_cli.reports.listing import TONES
from thidua_cli.reports.weekly import words
from thidua_cli.reports.weekly.week import Week
from thidua_cli.standing.verdict import Fact

if TYPE_CHECKING:
    from thidua_cli.register.units import Directory

Cells = Callable[[Fact, State], list[object]]  # of a unit, after its number, code and name


def not_done(week: Week) -> Section:
    """Annex I: the units that have not done it, overdue or not; the end of those that no longer exist."""
    waiting = (State.OVERDUE, State.PENDING)
    some_ended = any(
        fact.ended_on and state in waiting for item in week.in_play for fact, state in week.pairs[item.code]
    )
    columns = [*_unit_columns(), *([Column(_("Chấm dứt"), Form.DAY, drop=1)] if some_ended else [])]
    blocks: list[Block] = [
        _annex(
            week,
            item,
            columns,
            lambda _fact, state: state in waiting,
            lambda fact, state: [state_mark(fact, state), *([fact.ended_on] if some_ended else [])],
            _("Không còn đơn vị nào chưa thực hiện."),
        )
        for item in week.in_play
    ]
    blocks += words.at_rest(
        week, _("Không liệt kê ở phụ lục này: {names}. Phụ lục IV có trạng thái của mọi đơn vị.")
    )
    return Section(
        "not-done",
        _("Phụ lục I. Đơn vị chưa thực hiện"),
        blocks or _nothing(),
        annex=True,
        short=_("PL I. Chưa thực hiện"),
    )


def late(week: Week) -> Section:
    """Annex II: the units that were late, and those whose papers came late."""
    columns = [
        *_unit_columns(),
        Column(_("Ngày thực hiện"), Form.DAY),
        Column(_("Ngày nhận"), Form.DAY, drop=2),
        Column(_("Muộn (ngày)"), Form.NUMBER),
        Column(_("Số văn bản"), drop=1, narrow=10),
    ]
    blocks: list[Block] = [
        _annex(
            week,
            item,
            columns,
            lambda fact, state: state is State.LATE or fact.declared_late,
            lambda fact, state: [
                state_mark(fact, state),
                fact.done_on,
                fact.received_on,
                _days_late(fact, state),
                fact.document_number or _("(không số)"),
            ],
            _("Không có đơn vị nào trễ hạn hoặc khai muộn."),
        )
        for item in week.in_play
        if week.counts[item.code].done
    ]
    return Section(
        "late",
        _("Phụ lục II. Đơn vị trễ hạn hoặc khai muộn"),
        blocks or _nothing(),
        annex=True,
        short=_("PL II. Trễ hạn, khai muộn"),
    )


def _unit_columns() -> list[Column]:
    return [
        Column(_("TT"), Form.NUMBER),
        Column(_("Mã")),
        Column(_("Đơn vị"), narrow=24),
        Column(_("Trạng thái"), narrow=8),
    ]


def _nothing() -> list[Block]:
    return [Paragraph(_("Không có đơn vị nào."))]


def _annex(
    week: Week,
    item: Obligation,
    columns: Sequence[Column],
    belongs: Callable[[Fact, State], bool],
    cells: Cells,
    empty: str,
) -> Table:
    """One obligation: every group of its roster under a roman numeral, its units numbered from 1.

    The last line names the groups that have no unit here.
    """
    groups: list[tuple[str, Sequence[Sequence[object]]]] = []
    none: list[str] = []
    count = 0
    for number, (heading, members) in enumerate(by_heading(week.pairs[item.code], week.directory), 1):
        chosen = [pair for pair in members if belongs(*pair)]
        count += len(chosen)
        name = f"{roman(number)}. {heading}"
        if chosen:
            rows = _annex_rows(week.directory, chosen, cells)
            groups.append((f"{name} ({grouped(len(chosen))})", rows))
        else:
            none.append(name)
    if none:
        groups.append((_("Không có đơn vị nào: {groups}.").format(groups="; ".join(none)), []))
    title = f"{item.phase.title} · {item.title}, {due_words(item)}: {grouped(count)}"
    return Table(columns, groups if count else [], title=title, empty=empty)


def _annex_rows(directory: "Directory", members: Pairs, cells: Cells) -> Rows:
    def row(index: int) -> list[object]:
        fact, state = members[index]
        version = directory.last(fact.unit, fact.named_on)
        return [index + 1, version.code, version.name, *cells(fact, state)]

    return Rows(len(members), row)


def state_mark(fact: Fact, state: State) -> Mark:
    """A state for people, with its tone."""
    name = label(state, current())
    return Mark(name + _(", khai muộn") if fact.declared_late else name, TONES[state])


def _days_late(fact: Fact, state: State) -> int | None:
    """Days between the closing day and the deed, or the arrival of its paper."""
    day = fact.done_on if state is State.LATE else fact.received_on
    return days_between(fact.closes_on, day) if day else None


def exemptions(week: Week) -> Section:
    """Annex III: who is excused from what, by which paper."""
    columns = [
        Column(_("TT"), Form.NUMBER),
        Column(_("Mã")),
        Column(_("Đơn vị"), narrow=20),
        Column(_("Nghĩa vụ"), narrow=12),
        Column(_("Ngày miễn"), Form.DAY),
        Column(_("Số văn bản"), drop=1, narrow=10),
        Column(_("Lý do"), narrow=24),
    ]
    titles = {item.code: item.title for item in week.obligations}
    rows = []
    for place, (fact, exemption) in enumerate(week.exempted, 1):
        version = week.directory.last(fact.unit, fact.named_on)
        number = exemption.document.number or _("(không số)")
        rows.append(
            [
                place,
                version.code,
                version.name,
                titles[fact.obligation],
                exemption.exempted_on,
                number,
                exemption.reason,
            ]
        )
    table = Table(
        columns,
        [("", rows)] if rows else [],
        title=_("Đơn vị được miễn: {number}").format(number=grouped(len(rows))),
        empty=_("Không có đơn vị nào được miễn."),
    )
    return Section(
        "exemptions", _("Phụ lục III. Đơn vị được miễn"), [table], annex=True, short=_("PL III. Được miễn")
    )


def exemption_rows(week: Week) -> list[dict[str, object]]:
    """The exemptions for machines."""
    return [
        {
            "unit_code": version.code,
            "unit_name": version.name,
            "obligation": fact.obligation,
            "on": exemption.exempted_on,
            "document_number": exemption.document.number,
            "reason": exemption.reason,
            "record_id": exemption.id,
        }
        for fact, exemption in week.exempted
        for version in [week.directory.last(fact.unit, fact.named_on)]
    ]


def units(week: Week) -> Section:
    """Annex IV: every unit, with its state under each action of each phase."""
    duties = list(
        dict.fromkeys(
            (item.phase.code, str(item.action)) for item in week.obligations if week.counts[item.code].roster
        )
    )
    of_unit: dict[int, dict[tuple[str, str], Mark]] = {}
    named: dict[int, Fact] = {}
    marks: dict[Mark, Mark] = {}  # a few, each kept once
    for item in week.obligations:
        duty = item.phase.code, str(item.action)
        for fact, state in week.pairs[item.code]:
            mark = state_mark(fact, state)
            of_unit.setdefault(fact.unit, {})[duty] = marks.setdefault(mark, mark)
            if fact.unit not in named or fact.named_on > named[fact.unit].named_on:
                named[fact.unit] = fact
    ordered = in_order(((fact, None) for fact in named.values()), week.directory)
    groups = [
        (
            f"{roman(number)}. {heading} ({grouped(len(members))})",
            _unit_rows(week.directory, [fact for fact, _none in members], heading, of_unit, duties),
        )
        for number, (heading, members) in enumerate(by_heading(ordered, week.directory), 1)
    ]
    columns = [
        Column(_("Mã")),
        Column(_("Đơn vị"), narrow=20),
        Column(_("Nhóm"), drop=1),
        *_duty_columns(week, duties),
    ]
    return Section(
        "units",
        _("Phụ lục IV. Trạng thái của từng đơn vị"),
        [Heat(columns, groups, _("Đơn vị theo nghĩa vụ: {number}").format(number=grouped(len(named))))]
        if groups
        else _nothing(),
        annex=True,
        short=_("PL IV. Từng đơn vị"),
    )


def _duty_columns(week: Week, duties: Iterable[tuple[str, str]]) -> list[Column]:
    several = len({phase for phase, _action in duties}) > 1
    names = {}
    for phase, action in duties:
        name = label(next(item.action for item in week.obligations if str(item.action) == action), current())
        names[phase, action] = name[:1].upper() + name[1:] + (f" {phase.upper()}" if several else "")
    return [Column(name, narrow=8) for name in names.values()]


def _unit_rows(
    directory: "Directory",
    members: Sequence[Fact],
    heading: str,
    of_unit: dict[int, dict[tuple[str, str], Mark]],
    duties: Iterable[tuple[str, str]],
) -> Rows:
    def row(index: int) -> list[object]:
        fact = members[index]
        version = directory.last(fact.unit, fact.named_on)
        states = of_unit[fact.unit]
        return [version.code, version.name, heading, *(states.get(duty) for duty in duties)]

    return Rows(len(members), row)
