"""Who is to be reminded of what, and the letters that do it."""

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from thidua_cli import plan as plans
from thidua_cli.dates import show_day
from thidua_cli.language import _, counted, current
from thidua_cli.plan import Obligation, Plan
from thidua_cli.render import Column, Form, Mark, Report, Table
from thidua_cli.render.cells import roman
from thidua_cli.render.document import Paragraph, Section
from thidua_cli.render.paper import Letter, Letterhead
from thidua_cli.report.frame import Filter, Moment, anchor_note, heading, judged, lead, units_of
from thidua_cli.report.listing import TONES
from thidua_cli.report.papers import stamp
from thidua_cli.terms import Action, State
from thidua_cli.units import Version, protocol_key

FIELDS = (
    "unit_code", "unit_name", "kind", "level", "obligation", "action", "state", "due_on", "closes_on",
    "days_overdue", "missing", "file",
)  # fmt: skip


class Debt(NamedTuple):
    """A unit under its name of the day, and what it still owes; `group` is its heading in official lists."""

    unit: Version
    group: str
    owed: Sequence[tuple[Obligation, State]]


class Reminder(NamedTuple):
    """Everything that is to be reminded of at a moment, in protocol order."""

    plan: Plan
    at: Moment
    debts: Sequence[Debt]


def read(
    connection: sqlite3.Connection,
    at: Moment,
    chosen: Filter,
    *,
    obligation: str | None = None,
    within: int | None = None,
) -> Reminder:
    """Units that still exist and owe something overdue, or due within so many days of the as-of date.

    Raises NotFoundError for an unknown obligation.
    """
    plan = plans.load(connection)
    code = plan.obligation(obligation).code if obligation else None
    owed: dict[int, dict[str, State]] = {}
    for fact, state in judged(connection, at, chosen, obligation=code):
        left = (date.fromisoformat(fact.closes_on) - at.as_of).days
        near = within is not None and state is State.PENDING and left <= within
        if fact.ended_on is None and (state is State.OVERDUE or near):
            owed.setdefault(fact.unit, {})[fact.obligation] = state
    directory = units_of(connection, at)
    units = sorted((directory.last(unit, at.day) for unit in owed), key=protocol_key)
    return Reminder(
        plan,
        at,
        [
            Debt(
                unit,
                heading(unit, at.day, directory),
                [
                    (item, owed[unit.unit][item.code])
                    for item in plan.obligations
                    if item.code in owed[unit.unit]
                ],
            )
            for unit in units
        ],
    )


def file_name(at: Moment, unit: Version | None = None) -> str:
    """The name of a unit's letter, or of the one for all; a code holds nothing that a file name may not."""
    return f"remind-{at.day}-{unit.code}.docx" if unit else f"remind-{at.day}.docx"


def build(reminder: Reminder, *, one: bool = False) -> Report:
    """The list of who is reminded of what: one row for each unit and obligation."""
    at = reminder.at
    return Report(
        fields=FIELDS,
        rows=[
            {
                "unit_code": debt.unit.code,
                "unit_name": debt.unit.name,
                "kind": str(debt.unit.kind),
                "level": str(debt.unit.level),
                "obligation": item.code,
                "action": str(item.action),
                "state": str(state),
                "due_on": item.due_on.isoformat() if item.due_on else None,
                "closes_on": item.closes_on.isoformat(),
                "days_overdue": (at.as_of - item.closes_on).days,
                "missing": missing(item.action),
                "file": file_name(at, None if one else debt.unit),
            }
            for debt in reminder.debts
            for item, state in debt.owed
        ],
        people=lambda: [_table(reminder.debts, at)],
        as_of=at.day,
        known_at=at.known_at,
        head=at.known.anchor,
        lead=lead(_("Đơn vị cần đôn đốc"), reminder.plan, at),
        notes=[anchor_note(at)],
    )


def missing(action: Action) -> str:
    """The document that a unit has not sent."""
    return {
        Action.LAUNCH: _("kế hoạch hoặc văn bản phát động thi đua"),
        Action.REGISTRATION: _("văn bản đăng ký nội dung thi đua"),
        Action.REVIEW: _("báo cáo tổng kết thi đua"),
    }[action]


def _table(debts: Sequence[Debt], at: Moment, *, paper: bool = False) -> Table:
    """The units under their headings, each with what it owes; on paper numbered, else with codes."""
    columns = [
        Column(_("TT"), Form.NUMBER) if paper else Column(_("Mã")),
        Column(_("Đơn vị"), narrow=20),
        Column(_("Nghĩa vụ"), narrow=16),
        Column(_("Thời hạn"), Form.DAY),
        Column(_("Tình trạng")),
        Column(_("Văn bản còn thiếu"), drop=1, narrow=24),
    ]
    groups: dict[str, list[Debt]] = {}
    for debt in debts:
        groups.setdefault(debt.group, []).append(debt)
    headed = []
    for index, (group, members) in enumerate(groups.items(), 1):
        rows: list[list[object]] = []
        for number, debt in enumerate(members, 1):
            name: list[object] = [number if paper else debt.unit.code, debt.unit.name]
            for item, state in debt.owed:
                rows.append([*name, *_owed(item, state, at)])
                name = ["", ""] if paper else [debt.unit.code, ""]
        headed.append((f"{roman(index)}. {group} ({len(members)})", rows))
    shown = len(columns) - paper  # what is missing stands in the letter itself
    return Table(
        columns[:shown],
        [(group, [row[:shown] for row in rows]) for group, rows in headed],
        empty=_("Không có đơn vị nào cần đôn đốc."),
    )


def _owed(item: Obligation, state: State, at: Moment) -> list[object]:
    days = (at.as_of - item.closes_on).days
    words = (
        counted(days, "quá hạn {n} ngày", "{n} day overdue", "{n} days overdue")
        if days > 0
        else counted(-days, "còn {n} ngày", "{n} day left", "{n} days left")
    )
    return [
        f"{item.title} ({item.phase.code})",
        item.closes_on,
        Mark(words, TONES[state]),
        missing(item.action),
    ]


# Letters


def letters(
    reminder: Reminder, letterhead: Letterhead, *, one: bool = False, answer_by: date | None = None
) -> Iterator[tuple[str, bytes]]:
    """The name and the bytes of each letter: one for each unit, or `one` for all of them with a list."""
    from thidua_cli.render.docx import letter_docx

    mark = stamp(reminder.at)
    if one and reminder.debts:
        made = _letter_to_all(reminder, letterhead, answer_by)
        yield file_name(reminder.at), letter_docx(made, letterhead, mark)
    elif not one:
        for debt in reminder.debts:
            made = _letter(reminder, debt, letterhead, answer_by)
            yield file_name(reminder.at, debt.unit), letter_docx(made, letterhead, mark)


def _letter(reminder: Reminder, debt: Debt, letterhead: Letterhead, answer_by: date | None) -> Letter:
    columns = [
        Column(_("TT"), Form.NUMBER),
        Column(_("Nội dung phải thực hiện"), narrow=16),
        Column(_("Thời hạn"), Form.DAY),
        Column(_("Tình trạng")),
        Column(_("Văn bản còn thiếu"), narrow=20),
    ]
    rows = [
        [number, f"{item.title}, {item.phase.title}", *_owed(item, state, reminder.at)[1:]]
        for number, (item, state) in enumerate(debt.owed, 1)
    ]
    opening = _(
        "Triển khai {movement}, tính đến hết ngày {day}, cơ quan theo dõi phong trào chưa nhận được"
        " văn bản của {unit} về các nội dung sau:"
    )
    words = _words(reminder) | {"unit": debt.unit.name}
    return Letter(
        [debt.unit.name],
        _subject(reminder),
        [
            Paragraph(opening.format(**words)),
            Table(columns, [("", rows)]),
            *_request(debt.unit.name, letterhead, answer_by),
        ],
    )


def _letter_to_all(reminder: Reminder, letterhead: Letterhead, answer_by: date | None) -> Letter:
    opening = _(
        "Triển khai {movement}, tính đến hết ngày {day}, cơ quan theo dõi phong trào chưa nhận được văn bản"
        " của {count} cơ quan, đơn vị (danh sách kèm theo), cụ thể:"
    )
    words = _words(reminder) | {"count": len(reminder.debts)}
    counts: dict[Obligation, int] = {}
    for debt in reminder.debts:
        for item, _state in debt.owed:
            counts[item] = counts.get(item, 0) + 1
    points = [
        _("- {title}, {phase}, thời hạn {day}: {count} cơ quan, đơn vị chưa có {missing};").format(
            title=item.title,
            phase=item.phase.title,
            day=show_day(item.closes_on),
            count=count,
            missing=missing(item.action),
        )
        for item, count in counts.items()
    ]
    points[-1] = f"{points[-1].removesuffix(';')}."
    return Letter(
        [_("Các cơ quan, đơn vị có tên trong danh sách kèm theo")],
        _subject(reminder),
        [
            Paragraph(opening.format(**words)),
            *map(Paragraph, points),
            *_request(_("các cơ quan, đơn vị"), letterhead, answer_by),
        ],
        [Section("units", _("DANH SÁCH CƠ QUAN, ĐƠN VỊ"), [_table(reminder.debts, reminder.at, paper=True)])],
    )


def _words(reminder: Reminder) -> dict[str, object]:
    title = reminder.plan.title
    movement = title if current() == "en" else title[:1].lower() + title[1:]
    return {"movement": movement, "day": show_day(reminder.at.as_of)}


def _subject(reminder: Reminder) -> str:
    return _("đôn đốc thực hiện {movement}").format(movement=_words(reminder)["movement"])


def _request(unit: str, letterhead: Letterhead, answer_by: date | None) -> list[Paragraph]:
    """What is asked for: do it, send the document with its number and date, or say why not."""
    by = _(" trước ngày {day}").format(day=show_day(answer_by)) if answer_by else ""
    to = _(" (đầu mối: {contact})").format(contact=letterhead.contact) if letterhead.contact else ""
    return [
        Paragraph(
            _(
                "Đề nghị {unit} khẩn trương thực hiện và gửi văn bản còn thiếu, ghi rõ số và ngày ban hành,"
                " về cơ quan ban hành công văn này{to}{by}."
            ).format(unit=unit, to=to, by=by)
        ),
        Paragraph(
            _(
                "Trường hợp đã thực hiện, đề nghị gửi bản sao văn bản để cập nhật; trường hợp được miễn,"
                " đề nghị gửi văn bản cho phép. Văn bản trả lời ghi rõ số và ngày của công văn này./."
            )
        ),
    ]
