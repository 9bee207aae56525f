"""The report in sentences: the summary, the definitions, the rosters of the footer."""

from collections.abc import Sequence
from decimal import Decimal

from thidua_cli.ground.dates import show_day
from thidua_cli.ground.language import _, counted, grouped
from thidua_cli.ground.text import lower_first
from thidua_cli.register.plan import Field, Obligation, Phase
from thidua_cli.register.results import shown
from thidua_cli.register.terms import State
from thidua_cli.render.cells import NOTHING
from thidua_cli.render.document import Block, Paragraph, Section
from thidua_cli.render.model import Column, Table
from thidua_cli.reports.citing import grounds
from thidua_cli.reports.status import Line
from thidua_cli.reports.weekly.week import Week
from thidua_cli.reports.wording import phase_name, share
from thidua_cli.standing.verdict import Tally


def summary(week: Week) -> str:
    """The whole in one paragraph: a sentence for each obligation in play, by phase."""
    opening = _opening(week)
    if not week.in_play:
        return opening + _("chưa có đơn vị nào phải thực hiện.")
    sentences: list[str] = []
    for item in week.in_play:
        counts = week.counts[item]
        words = _who_did(week, item, phase=item.phase if len(week.begun) > 1 else None)
        sentence = f"{'' if sentences else opening}{words}{_done(counts, item)}{_open(counts, item)}."
        sentences.append(sentence[:1].upper() + sentence[1:])
    return " ".join(sentences)


def _opening(week: Week) -> str:
    """By which plan and until when the summary counts; of a day to come, that it is expected, and on what."""
    if week.at.is_forecast:
        words = _("Dự kiến đến ngày {day}, nếu sổ không ghi thêm gì: ")
    else:
        words = _("Tính đến {until}, ")
    words = words.format(day=show_day(week.at.as_of), until=week.at.until)
    rests_on = grounds(week.plan)
    return f"{rests_on}, {lower_first(words)}" if rests_on else words


def _who_did(week: Week, item: Obligation, phase: Phase | None) -> str:
    """How many units have done it; by the obligation's title where its phase asks for the action again."""
    counts, action = week.counts[item], week.plan.action(item.action)
    some, none = _("{done}/{applicable} đơn vị {did}{phase} ({rate})"), _("chưa có đơn vị nào {do}{phase}")
    if len(week.plan.alike(item)) > 1:
        some = _("{done}/{applicable} đơn vị đã hoàn thành {title}{phase} ({rate})")
        none = _("chưa có đơn vị nào hoàn thành {title}{phase}")
    return (some if counts.done else none).format(
        did=action.done,
        do=action.done.removeprefix("đã "),
        done=grouped(counts.done),
        applicable=grouped(counts.applicable),
        rate=share(counts),
        title=lower_first(item.title),
        phase=_(" {phase}").format(phase=phase_name(phase)) if phase else "",
    )


def _done(counts: Tally, item: Obligation) -> str:
    """How many of those who did it were in time; empty if no due date was set and all were."""
    if not counts.done:
        return ""
    on_time, late = counts.states[State.ON_TIME], counts.states[State.LATE]
    words = _(", tất cả đúng hạn") if item.due_on else ""
    if late:
        words = _(", trong đó {late} đơn vị trễ hạn và {number} đơn vị đúng hạn").format(
            late=grouped(late), number=grouped(on_time)
        )
    if counts.declared_late:
        some, none = _(" (có {number} đơn vị khai muộn)"), _(", trong đó {number} đơn vị khai muộn")
        words += (some if words else none).format(number=grouped(counts.declared_late))
    return words


def _open(counts: Tally, item: Obligation) -> str:
    """How many have not done it; empty if all have."""
    pending, overdue = counts.states[State.PENDING], counts.states[State.OVERDUE]
    if overdue:
        words = _("còn {number} đơn vị quá hạn")
    elif pending and item.due_on:
        words = _("còn {number} đơn vị chưa thực hiện, hạn {day}")
    elif pending:
        words = _("còn {number} đơn vị chưa thực hiện")
    else:
        return ""
    return "; " + words.format(number=grouped(overdue or pending), day=show_day(item.due_on))


def spread(field: Field, lines: Sequence[Line]) -> str:
    """How many units have a number, and the lowest, the mean and the highest; how many have none."""
    counts = {Decimal(line.group): line.counts.done for line in lines if line.group}
    total, without = sum(counts.values()), sum(line.counts.done for line in lines if not line.group)
    mean = sum((value * count for value, count in counts.items()), Decimal()) / total
    said = [shown(field, f"{value.normalize():f}") for value in (min(counts), round(mean, 2), max(counts))]
    text = _("{title}: {number} đơn vị, thấp nhất {least}, trung bình {mean}, cao nhất {most}").format(
        title=field.title, number=grouped(total), least=said[0], mean=said[1], most=said[2]
    )
    return text + (_("; {number} đơn vị không nêu.").format(number=grouped(without)) if without else ".")


def nobody() -> Paragraph:
    """The text of a section without units."""
    return Paragraph(_("Chưa có đơn vị nào phải thực hiện."))


def not_begun(phases: Sequence[Phase]) -> list[Block]:
    """A line for each phase that has not begun."""
    words = _("{phase} bắt đầu ngày {day}, chưa tính.")
    return [Paragraph(words.format(phase=phase.title, day=show_day(phase.starts_on))) for phase in phases]


def at_rest(week: Week, opening: str) -> list[Block]:
    """A sentence that names the obligations that are not broken down, each with its reason; none for none."""
    names = []
    for item in week.at_rest:
        counts = week.counts[item]
        roster = counted(counts.roster, "{n} đơn vị", "{n} unit", "{n} units")
        names.append(f"{item.title} ({roster}; {_why_at_rest(item, counts)})")
    return [Paragraph(opening.format(names=", ".join(names)))] if names else []


def _why_at_rest(item: Obligation, counts: Tally) -> str:
    if not counts.applicable:
        return _("không còn đơn vị nào phải làm")
    if item.due_on:
        return _("hạn {day}, còn hơn nửa năm").format(day=show_day(item.due_on))
    return _("không đặt hạn, chưa có đơn vị nào thực hiện")


def rosters(week: Week) -> str:
    """How many units are on each roster."""
    parts = [
        f"{lower_first(name(item, week))}: {grouped(week.counts[item].roster)}"
        for item in week.obligations
        if item.phase in week.begun
    ]
    return _("Số đơn vị thuộc diện: {rosters}.").format(rosters="; ".join(parts) or NOTHING)


def definitions(week: Week) -> Section:
    """What each word of the report means, and who is on the roster of each obligation."""
    meanings = {
        _("Thuộc diện"): _(
            "Đơn vị thuộc loại phải thực hiện, có ít nhất một ngày tồn tại từ ngày giai đoạn bắt đầu đến"
            " ngày chốt danh sách (hoặc đến ngày báo cáo, nếu sớm hơn). Đơn vị lập sau đó không tính;"
            " đơn vị đã chấm dứt vẫn tính. Ngày chốt của từng nghĩa vụ, và danh sách nào hẹp hơn,"
            " ghi ở dưới."
        ),
        _("Phải làm"): _("Thuộc diện, trừ các đơn vị được miễn và hết hiệu lực."),
        _("Đúng hạn"): _(
            "Thực hiện vào hoặc trước ngày hết hạn; không đặt hạn thì đến ngày cuối giai đoạn. Tính theo"
            " ngày thực hiện, không theo ngày nhận văn bản."
        ),
        _("Khai muộn"): _(
            "Thực hiện đúng hạn nhưng văn bản đến sau ngày hết hạn (không đặt hạn: sau ngày cuối giai"
            " đoạn); vẫn tính là đúng hạn."
        ),
        _("Trễ hạn"): _("Đã thực hiện, sau ngày hết hạn."),
        _("Trong hạn"): _("Chưa thực hiện, chưa qua ngày hết hạn."),
        _("Quá hạn"): _("Chưa thực hiện, đã qua ngày hết hạn."),
        _("Miễn"): _("Được miễn đến hết ngày báo cáo, có lý do; phụ lục III ghi văn bản, nếu có."),
        _("Hết hiệu lực"): _("Chưa thực hiện, và đơn vị đã chấm dứt vào hoặc trước ngày hết hạn."),
        _("Đã làm"): _("Đúng hạn cộng trễ hạn."),
        _("Tỷ lệ"): _(
            "Đã làm chia cho phải làm, làm tròn xuống một chữ số thập phân: 100 % nghĩa là tất cả đã làm."
        ),
    }
    if week.own_deadlines:
        meanings[_("Thời hạn riêng")] = _(
            "Ngày hết hạn của riêng đơn vị, do được gia hạn hoặc được miễn đến ngày ấy: mọi trạng thái của"
            " đơn vị tính theo ngày này; phụ lục III ghi văn bản."
        )
    lists = [(name(item, week), _roster_rule(item, week)) for item in week.obligations]
    columns = [Column(_("Từ")), Column(_("Nghĩa"), narrow=30)]
    groups = [("", list(meanings.items())), (_("Danh sách đơn vị của từng nghĩa vụ"), lists)]
    table = Table(columns, groups, title=_("Các từ dùng trong báo cáo"))
    return Section("definitions", _("Giải thích"), [table])


def name(item: Obligation, week: Week) -> str:
    """An obligation by its title, with its phase if another phase has one of that title."""
    several = sum(other.title == item.title for other in week.plan.obligations) > 1
    return f"{item.title} · {item.phase.code.upper()}" if several else item.title


def _roster_rule(item: Obligation, week: Week) -> str:
    """Until when a unit comes onto the roster, and whether another obligation must have been asked of it."""
    if item.roster_on:
        words = _("Danh sách chốt ngày {day}.").format(day=show_day(item.roster_on))
    else:
        words = _("Danh sách tính đến ngày báo cáo.")
    if not item.newcomers:
        base = item.newcomers_of and week.plan.obligation(item.newcomers_of)
        whom = _("phát động của cùng giai đoạn")
        if base:
            whom = f"{lower_first(base.title)} ({base.code})"
        words += _(
            " Chỉ gồm đơn vị thuộc diện {whom} và các đơn vị kế thừa; đơn vị mới khác không tính."
        ).format(whom=whom)
    return words
