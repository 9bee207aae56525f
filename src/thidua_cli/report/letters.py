"""The letters of a reminder: one for each unit, or one for all of them with a list."""

from collections.abc import Iterator
from datetime import date

from thidua_cli.dates import show_day
from thidua_cli.language import _, current
from thidua_cli.plan import Obligation
from thidua_cli.render import Column, Form, Table
from thidua_cli.render.document import Paragraph, Section
from thidua_cli.render.paper import Letter, Letterhead
from thidua_cli.report.papers import stamp
from thidua_cli.report.remind import Debt, Reminder, file_name, missing, owed, table


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
        [number, f"{item.title}, {item.phase.title}", *owed(item, state, reminder.at)[1:]]
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
        [Section("units", _("DANH SÁCH CƠ QUAN, ĐƠN VỊ"), [table(reminder.debts, reminder.at, paper=True)])],
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
