"""The sections of figures: headlines, obligations, groups, contents, changes."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from thidua_cli.ground.dates import shifted, show_day
from thidua_cli.ground.language import _, grouped
from thidua_cli.ground.text import lower_first
from thidua_cli.register.plan import Obligation, Phase
from thidua_cli.register.terms import State
from thidua_cli.render.document import Bars, Block, Headline, Headlines, Paragraph, Section
from thidua_cli.render.model import Curve, Table, Tone
from thidua_cli.reports import status, trend
from thidua_cli.reports.moment import Moment, before_register
from thidua_cli.reports.status import By, Line
from thidua_cli.reports.weekly import words
from thidua_cli.reports.weekly.week import Week
from thidua_cli.reports.wording import decided, due_words, share
from thidua_cli.standing.verdict import Tally

_MARGIN = 7  # days before the first deed
# The figures of `status` as leaders ask for them: to be done, done, the rate, overdue, then the rest.
_LEADING = (
    "applicable", "done", "rate", "overdue", "pending", "on_time", "late", "declared_late", "roster",
    "exempt", "lapsed",
)  # fmt: skip


def headlines(week: Week) -> Section:
    """The rate of each obligation in play, and how it grew."""
    several = len(week.begun) > 1
    items = [_headline(item, week.counts[item], several=several) for item in week.in_play]
    blocks: list[Block] = [Headlines(items)] if items else [words.nobody()]
    blocks += filter(None, (_curve(week, phase) for phase in week.begun))
    return Section("headlines", _("1. Kết quả chung"), blocks)


def _headline(item: Obligation, counts: Tally, *, several: bool) -> Headline:
    overdue = counts.states[State.OVERDUE]
    notes = [f"{grouped(counts.done)}/{grouped(counts.applicable)}", due_words(item)]
    if overdue:
        notes.append(_("quá hạn {number}").format(number=grouped(overdue)))
    tone = Tone.BAD if overdue else Tone.GOOD if counts.rate == 100 else Tone.PLAIN
    name = f"{item.title} · {item.phase.code.upper()}" if several else item.title
    return Headline(name, share(counts), " · ".join(notes), tone, counts.rate)


def _curve(week: Week, phase: Phase) -> Curve | None:
    """The rates of a phase's obligations over the days on which something happens; none before any action."""
    courses = {
        item: week.courses.get(item.code, ())
        for item in week.in_play
        if item.phase == phase and week.counts[item].done
    }
    if not courses:
        return None
    days = [
        after.day
        for points in courses.values()
        for before, after in pairwise(points)
        if before.counts.done != after.counts.done
    ] or [points[0].day for points in courses.values()]
    dues: dict[str, list[Obligation]] = {}
    for item in courses:
        if item.due_on:
            dues.setdefault(item.due_on, []).append(item)
    first = max(shifted(min([*days, *dues]), -_MARGIN), phase.starts_on)
    last = trend.last_drawn(first, max([*days, *dues]), week.at.day)
    series = {
        item.title: [(point.day, point.counts.rate) for point in points if first <= point.day <= last]
        for item, points in courses.items()
    }
    title = _("{phase}: tỷ lệ đã làm theo ngày thực hiện, từ {first} đến {last}").format(
        phase=phase.title, first=show_day(first), last=show_day(last)
    )
    return Curve(
        title,
        series,
        {due: _due_mark(week, due, items) for due, items in dues.items()},
        {due: [item.title for item in items] for due, items in dues.items()},
    )


def _due_mark(week: Week, due: str, items: Sequence[Obligation]) -> str:
    """What is due on a day: an obligation by its title, several by their actions."""
    names = [week.plan.action(item.action).title for item in items] if len(items) > 1 else [items[0].title]
    title = lower_first(", ".join(dict.fromkeys(names)))
    return _("hạn {title} {day}").format(title=title, day=show_day(due))


def obligations(week: Week) -> Section:
    """One row for each obligation; a mark and a line name the decision that moved its due day."""
    lines = [line for line in week.lines[None] if line.obligation.phase in week.begun]
    blocks: list[Block] = []
    if lines:
        marked = [line._replace(name=f"{line.name} *") if line.obligation.moved else line for line in lines]
        table = status.by_phase(week.plan, marked, _LEADING, codes=False)
        blocks.append(table._replace(title=_("Tình hình thực hiện từng nghĩa vụ")))
    changed = [item for item in week.plan.obligations if item.phase in week.begun]
    blocks += [Paragraph(f"* {line}") for line in decided(changed, lambda item: words.name(item, week))]
    return Section("obligations", _("2. Theo nghĩa vụ"), [*blocks, *words.not_begun(week.to_come)])


def groups(week: Week) -> Section:
    """By kind, level and district, for each obligation in play."""
    headings = {By.KIND: _("Theo loại đơn vị"), By.LEVEL: _("Theo cấp"), By.DISTRICT: _("Theo địa bàn")}
    blocks: list[Block] = []
    for item in week.in_play:
        mine = {by: [line for line in week.lines[by] if line.obligation == item] for by in By}
        title = f"{item.phase.title} · {item.title}, {due_words(item)}"
        if week.counts[item].done:
            blocks += _bars(item, mine[By.KIND], mine[By.DISTRICT])
        groups = {headings[by]: mine[by] for by in headings}
        blocks.append(
            status.group_table(_("Nhóm đơn vị"), groups, mine[By.KIND], title=title, order=_LEADING)
        )
    blocks += words.at_rest(week, _("Không chia nhỏ: {names}."))
    return Section(
        "groups",
        _("3. Theo loại đơn vị, cấp và địa bàn"),
        blocks or [words.nobody()],
        short=_("3. Theo nhóm đơn vị"),
    )


def _bars(item: Obligation, *breakdowns: list[Line]) -> list[Block]:
    titles = (_("{title} theo loại đơn vị"), _("{title} theo địa bàn"))
    return [
        Bars(
            title.format(title=item.title),
            [(line.name, line.counts.done, line.counts.applicable, line.counts.rate) for line in lines],
        )
        for title, lines in zip(titles, breakdowns, strict=True)
        if lines
    ]


def contents(week: Week) -> Section:
    """The registered units by the contents that they named."""
    blocks: list[Block] = []
    for item in week.obligations:
        mine = [line for line in week.lines[By.CONTENT] if line.obligation == item]
        if mine and week.counts[item].done:
            blocks.append(status.content_table(f"{item.phase.title} · {item.title}", mine))
    if blocks:
        note = _("Một đơn vị có thể đăng ký nhiều nội dung, nên các dòng không cộng lại.")
        blocks.append(Paragraph(note))
    return Section(
        "contents", _("4. Theo nội dung thi đua"), blocks or [Paragraph(_("Chưa có đơn vị nào đăng ký."))]
    )


def results(week: Week) -> list[Section]:
    """The results of those who have done it, such as grades; no section where there are none."""
    blocks: list[Block] = []
    for item in week.obligations:
        for field in week.plan.action(item.action).fields:
            mine = [line for line in week.results[field.code] if line.obligation == item]
            if not any(line.counts.done for line in mine if line.group):
                continue
            title = f"{item.phase.title} · {item.title}"
            if field.type == "choice":
                blocks.append(status.result_table(title, field.title, mine))
            elif field.type == "number":
                blocks.append(Paragraph(f"{title}. {words.spread(field, mine)}"))
    note = _("Chỉ tính đơn vị đã thực hiện.")
    return [Section("results", _("5. Kết quả"), [*blocks, Paragraph(note)])] if blocks else []


def changes(week: Week) -> Section:
    """What changed since another day, and why."""
    place = 6 if results(week) else 5
    title, short = _("{n}. Thay đổi và nguyên nhân").format(n=place), _("{n}. Thay đổi").format(n=place)
    if week.changes is None or week.since is None:
        return Section(
            "changes", title, [Paragraph(_("Đây là báo cáo đầu tiên, chưa có gì để so sánh."))], short=short
        )
    title = _("{n}. Thay đổi so với ngày {day} và nguyên nhân").format(
        n=place, day=show_day(week.since.as_of)
    )
    blocks: list[Block] = [Paragraph(_between(week.since, week.at))]
    if week.since.is_before_register:
        blocks.append(Paragraph(before_register(week.since)))
    if week.changes.changes:
        blocks += _titled(week.changes.tables(codes=False))
    else:
        blocks.append(Paragraph(_("Không có gì thay đổi.")))
    return Section("changes", title, blocks, short=short)


def _titled(tables: Iterable[Table]) -> Iterator[Table]:
    """The tables of diff; a list of units takes the title of the figures above it."""
    above = ""
    for table in tables:
        above = table.title or above
        title = _("{title}: đơn vị thay đổi trạng thái").format(title=above)
        yield table if table.title else table._replace(title=title)


def _between(one: Moment, other: Moment) -> str:
    if other.is_forecast:
        words = _(
            "So với số liệu đến hết ngày {day} như đã biết ở thao tác #{number}; dự kiến đến ngày {new_day},"
            " theo thao tác #{new_number}. Trong mỗi bảng, số trước cộng các nguyên nhân bằng số sau."
        )
    else:
        words = _(
            "So với số liệu đến hết ngày {day} như đã biết ở thao tác #{number}; nay đến {until},"
            " thao tác #{new_number}. Trong mỗi bảng, số trước cộng các nguyên nhân bằng số sau."
        )
    return words.format(
        day=show_day(one.as_of),
        number=one.known.number,
        new_day=show_day(other.as_of),
        until=other.until,
        new_number=other.known.number,
    )
