"""The annexes: who has not done it, who was late, who is excused, and every unit under every obligation."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from thidua_cli.ground.dates import days_between
from thidua_cli.ground.language import _, grouped
from thidua_cli.ground.text import upper_first
from thidua_cli.register.plan import Obligation
from thidua_cli.register.terms import State
from thidua_cli.render.cells import roman
from thidua_cli.render.document import Block, Paragraph, Section
from thidua_cli.render.model import Column, Form, Heat, Mark, Rows, Table
from thidua_cli.reports.grouping import by_heading, in_order, numbered, unit_of
from thidua_cli.reports.weekly import words
from thidua_cli.reports.weekly.week import Week
from thidua_cli.reports.wording import due_words, state_mark
from thidua_cli.standing.verdict import Fact

Cells = Callable[[Fact, State], list[object]]  # of a unit, after its number, code and name


def not_done(week: Week) -> Section:
    """Annex I: the units that have not done it, overdue or not; own deadlines, and the end of those gone."""
    waiting = (State.OVERDUE, State.PENDING)
    facts = [fact for item in week.in_play for fact, state in week.pairs[item] if state in waiting]
    planned = {item.code: item.closes_on for item in week.in_play}

    def own(fact: Fact) -> str | None:
        return fact.closes_on if fact.closes_on > planned[fact.obligation] else None

    shown: list[tuple[Column, Callable[[Fact], object]]] = []
    if any(map(own, facts)):
        shown.append((Column(_("Thời hạn riêng"), Form.DAY), own))
    if any(fact.ended_on for fact in facts):
        shown.append((Column(_("Chấm dứt"), Form.DAY, drop=1), lambda fact: fact.ended_on))
    blocks: list[Block] = [
        _annex_table(
            week,
            item,
            [column for column, _cell in shown],
            lambda _fact, state: state in waiting,
            lambda fact, _state: [cell(fact) for _column, cell in shown],
            _("Không còn đơn vị nào chưa thực hiện."),
        )
        for item in week.in_play
    ]
    blocks += words.at_rest(
        week, _("Không liệt kê ở phụ lục này: {names}. Phụ lục IV có trạng thái của mọi đơn vị.")
    )
    return _annex("not-done", _("Phụ lục I. Đơn vị chưa thực hiện"), _("PL I. Chưa thực hiện"), blocks)


def late(week: Week) -> Section:
    """Annex II: the units that were late, and those whose documents came late."""
    columns = [
        Column(_("Ngày thực hiện"), Form.DAY),
        Column(_("Ngày nhận"), Form.DAY, drop=2),
        Column(_("Muộn (ngày)"), Form.NUMBER),
        Column(_("Số văn bản"), drop=1, narrow=10),
    ]
    blocks = [
        _annex_table(
            week,
            item,
            columns,
            lambda fact, state: state is State.LATE or fact.declared_late,
            lambda fact, state: [
                fact.done_on,
                fact.received_on,
                _days_late(fact, state),
                fact.document_number or _("(không số)"),
            ],
            _("Không có đơn vị nào trễ hạn hoặc khai muộn."),
        )
        for item in week.in_play
        if week.counts[item].done
    ]
    title = _("Phụ lục II. Đơn vị trễ hạn hoặc khai muộn")
    return _annex("late", title, _("PL II. Trễ hạn, khai muộn"), blocks)


def _annex(key: str, title: str, short: str, blocks: Sequence[Block]) -> Section:
    return Section(key, title, blocks or [Paragraph(_("Không có đơn vị nào."))], annex=True, short=short)


def _annex_table(
    week: Week,
    item: Obligation,
    columns: Sequence[Column],
    belongs: Callable[[Fact, State], bool],
    cells: Cells,
    empty: str,
) -> Table:
    """One obligation: every group of its roster under a roman numeral, its units numbered from 1.

    `columns` and `cells` follow the state of a unit. The last line names the groups that have no unit here.
    """
    columns = [
        Column(_("TT"), Form.NUMBER),
        Column(_("Mã")),
        Column(_("Đơn vị"), narrow=24),
        Column(_("Trạng thái"), narrow=8),
        *columns,
    ]
    groups: list[tuple[str, Sequence[Sequence[object]]]] = []
    none: list[str] = []

    def rows(members: Sequence[tuple[Fact, State]]) -> Rows:
        def row(index: int) -> list[object]:
            fact, state = members[index]
            version = unit_of(week.directory, fact)
            every = [index + 1, version.code, version.name, state_mark(fact, state), *cells(fact, state)]
            return every[: len(columns)]

        return Rows(len(members), row)

    for number, (heading, members) in enumerate(by_heading(week.pairs[item], week.directory).items(), 1):
        chosen = [pair for pair in members if belongs(*pair)]
        name = f"{roman(number)}. {heading}"
        if chosen:
            groups.append((f"{name} ({grouped(len(chosen))})", rows(chosen)))
        else:
            none.append(name)
    count = sum(len(members) for _heading, members in groups)
    if none:
        groups.append((_("Không có đơn vị nào: {groups}.").format(groups="; ".join(none)), []))
    title = f"{item.phase.title} · {item.title}, {due_words(item)}: {grouped(count)}"
    return Table(columns, groups if count else [], title=title, empty=empty)


def _days_late(fact: Fact, state: State) -> int | None:
    """Days from the closing day to the action, or to the arrival of its document."""
    day = fact.done_on if state is State.LATE else fact.received_on
    return days_between(fact.closes_on, day) if day else None


def exemptions(week: Week) -> Section:
    """Annex III: who is excused from what until when, and who has a later deadline, by which document."""
    excused, own = week.exemptions, week.own_deadlines
    has_last = any(row["until"] for row in excused)
    columns = [
        *([Column(_("Đến hết ngày"), Form.DAY)] if has_last else []),
        Column(_("Số văn bản"), drop=1, narrow=10),
        Column(_("Lý do"), narrow=24),
    ]
    title = _("Đơn vị được miễn: {number}")
    blocks: list[Block] = [
        _papers(
            week,
            title,
            excused,
            [Column(_("Ngày miễn"), Form.DAY), *columns],
            lambda row: [
                row["on"],
                *([row["until"]] if has_last else []),
                row["document_number"] or _("(không số)"),
                row["reason"],
            ],
        )
    ]
    if own:
        columns = [
            Column(_("Thời hạn riêng"), Form.DAY),
            Column(_("Căn cứ"), narrow=14),
            Column(_("Số văn bản"), drop=1, narrow=10),
            Column(_("Từ ngày"), Form.DAY),
        ]
        blocks.append(
            _papers(
                week,
                _("Đơn vị có thời hạn riêng: {number}"),
                own,
                columns,
                lambda row: [
                    row["closes_on"],
                    _why_own(row["paper"]),
                    row["document_number"] or _("(không số)"),
                    row["on"],
                ],
            )
        )
    title = (
        _("Phụ lục III. Đơn vị được miễn, có thời hạn riêng") if own else _("Phụ lục III. Đơn vị được miễn")
    )
    return _annex("exemptions", title, _("PL III. Được miễn"), blocks)


def _why_own(paper: str) -> str:
    """What gave a unit a deadline of its own."""
    return {
        "extension": _("gia hạn"),
        "exemption": _("ngày cuối được miễn"),
        "withdrawal": _("rút miễn"),
    }[paper]


def _papers(
    week: Week,
    title: str,
    papers: Sequence[Mapping[str, Any]],
    columns: Sequence[Column],
    cells: Callable[[Mapping[str, Any]], list[object]],
) -> Table:
    """A row for each unit and obligation that a paper is about; `columns` and `cells` follow these two."""
    first = [
        Column(_("TT"), Form.NUMBER),
        Column(_("Mã")),
        Column(_("Đơn vị"), narrow=20),
        Column(_("Nghĩa vụ"), narrow=12),
    ]
    titles = {item.code: item.title for item in week.obligations}
    rows = [
        [place, row["unit_code"], row["unit_name"], titles[row["obligation"]], *cells(row)]
        for place, row in enumerate(papers, 1)
    ]
    return Table(
        [*first, *columns],
        [("", rows)] if rows else [],
        title=title.format(number=grouped(len(rows))),
        empty=_("Không có đơn vị nào được miễn."),
    )


def units(week: Week) -> Section:
    """Annex IV: every unit, with its state under each action of each phase."""
    duties = _duties(week)
    of_unit: dict[int, dict[str, Mark]] = {}
    named: dict[int, Fact] = {}
    marks: dict[Mark, Mark] = {}  # a few, each kept once
    for pairs in week.pairs.values():
        for fact, state in pairs:
            mark = state_mark(fact, state)
            of_unit.setdefault(fact.unit, {})[_duty(fact.phase, fact)] = marks.setdefault(mark, mark)
            if fact.unit not in named or fact.named_on > named[fact.unit].named_on:
                named[fact.unit] = fact
    ordered = in_order(((fact, of_unit[fact.unit]) for fact in named.values()), week.directory)

    def rows(heading: str, members: Sequence[tuple[Fact, Mapping[str, Mark]]]) -> Rows:
        def row(index: int) -> list[object]:
            fact, states = members[index]
            version = unit_of(week.directory, fact)
            return [version.code, version.name, heading, *(states.get(duty) for duty in duties)]

        return Rows(len(members), row)

    by_group = by_heading(ordered, week.directory)
    groups = [
        (head, rows(heading, members))
        for heading, (head, members) in zip(by_group, numbered(by_group), strict=True)
    ]
    columns = [
        Column(_("Mã")),
        Column(_("Đơn vị"), narrow=20),
        Column(_("Nhóm"), drop=1),
        *(Column(name, narrow=8) for name in duties.values()),
    ]
    title = _("Đơn vị theo nghĩa vụ: {number}").format(number=grouped(len(named)))
    blocks = [Heat(columns, groups, title)] if groups else []
    return _annex("units", _("Phụ lục IV. Trạng thái của từng đơn vị"), _("PL IV. Từng đơn vị"), blocks)


def _duties(week: Week) -> dict[str, str]:
    """The label of each action and occasion of each phase that has a roster."""
    items = [item for item in week.obligations if week.counts[item].roster]
    several = len({item.phase for item in items}) > 1
    names = {}
    for item in items:
        name = " ".join([upper_first(week.plan.action(item.action).title), item.occasion]).rstrip()
        phase = f" {item.phase.code.upper()}" if several else ""
        names[_duty(item.phase.code, item)] = name + phase
    return names


def _duty(phase: str, item: Obligation | Fact) -> str:
    """A unit has at most one obligation of a duty."""
    return f"{phase} {item.action} {item.occasion}"
