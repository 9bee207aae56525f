"""The letters of a reminder: one for each unit, or one for all of them with a list."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from thidua_cli.ground import dates, files, filesystem
from thidua_cli.ground.dates import show_day
from thidua_cli.ground.language import _, current
from thidua_cli.ground.text import lower_first
from thidua_cli.register.plan import Obligation
from thidua_cli.render.document import Paragraph, Section
from thidua_cli.render.model import Column, Form, Table
from thidua_cli.render.paper import Letter, Letterhead
from thidua_cli.reports.citing import grounds
from thidua_cli.reports.moment import Moment
from thidua_cli.reports.papers import stamp
from thidua_cli.reports.remind import Debt, Reminder, file_name, missing, owed, planned_due, table, task


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


def replace_set(folder: Path, at: Moment, letters: Mapping[str, bytes], lists: Mapping[str, bytes]) -> None:
    """Put the letters of a day and their list into a folder, in place of the day's letters from before.

    All are written before the first is renamed into place; letters that have no successor go last. What is
    not a letter of this program for that day is left alone. Raises StoreError if it cannot be done.
    """
    filesystem.make_folder(folder)
    old = [path for path in sorted(folder.glob(f"remind-{at.day}*.docx")) if path.name not in letters]
    files.replace_all({folder / name: [data] for name, data in {**letters, **lists}.items()})
    files.remove([path for path in old if _is_letter_of(path, at)])


def _is_letter_of(path: Path, at: Moment) -> bool:
    from thidua_cli.render.docx.package import is_ours

    rest = path.stem.removeprefix(f"remind-{at.day}")
    return (not rest or rest.startswith("-")) and is_ours(path)


def _letter(reminder: Reminder, debt: Debt, letterhead: Letterhead, answer_by: date | None) -> Letter:
    columns = [
        Column(_("TT"), Form.NUMBER),
        Column(_("Nội dung phải thực hiện"), narrow=24),
        Column(_("Thời hạn"), narrow=14),
        Column(_("Tình trạng"), narrow=17),
        Column(_("Văn bản còn thiếu"), narrow=18),
    ]
    rows = [
        [number, task(reminder.plan, duty.item), *owed(reminder, duty)]
        for number, duty in enumerate(debt.owed, 1)
    ]
    words = _words(reminder, letterhead, debt.unit.name)
    opening = _(
        "{grounds}, tính đến {until}, {issuer} chưa nhận được văn bản của {unit} về các nội dung sau:"
    )
    duties = Table(columns, [("", rows)])
    return Letter(
        [debt.unit.name],
        _subject(words),
        [Paragraph(opening.format(**words)), duties, *_request(words, letterhead, answer_by)],
    )


def _letter_to_all(reminder: Reminder, letterhead: Letterhead, answer_by: date | None) -> Letter:
    words = _words(reminder, letterhead, _("các cơ quan, đơn vị"))
    opening = _(
        "{grounds}, tính đến {until}, {issuer} chưa nhận được văn bản của {count} cơ quan,"
        " đơn vị (chi tiết tại Phụ lục kèm theo), cụ thể:"
    )
    counts = Counter(duty.item for debt in reminder.debts for duty in debt.owed)
    own = Counter(duty.item for debt in reminder.debts for duty in debt.owed if duty.given)
    points = [
        _("- {deed} ({due}): {count} cơ quan, đơn vị chưa có {missing}{own};").format(
            deed=task(reminder.plan, item),
            due=_limits(reminder, item),
            count=counts[item],
            missing=missing(reminder.plan, item),
            own=_(", trong đó {count} có thời hạn riêng").format(count=own[item]) if own[item] else "",
        )
        for item in reminder.plan.obligations
        if counts[item]
    ]
    points[-1] = f"{points[-1].removesuffix(';')}."
    listed = table(reminder, paper=True)
    return Letter(
        [_("Các cơ quan, đơn vị có tên trong danh sách kèm theo")],
        _subject(words),
        [
            Paragraph(opening.format(**words, count=len(reminder.debts))),
            *map(Paragraph, points),
            *_request(words, letterhead, answer_by),
        ],
        [Section("units", _("Danh sách cơ quan, đơn vị chưa thực hiện"), [listed])],
    )


def _limits(reminder: Reminder, item: Obligation) -> str:
    """The due date; with the title if the plan asks for this action several times in this phase."""
    limit = planned_due(item)
    until = _("thời hạn {day}").format(day=limit) if item.due_on else limit
    alike = reminder.plan.alike(item)
    return f"{lower_first(item.title)}; {until}" if len(alike) > 1 else until


def _words(reminder: Reminder, letterhead: Letterhead, unit: str) -> dict[str, str]:
    """What the sentences of a letter name; `unit` is who is reminded."""
    at, title = reminder.at, reminder.plan.title
    if at.is_forecast:  # of a day to come, only what is recorded so far is known
        at = at._replace(as_of=dates.day_of(at.known_at))
    movement = title if current() == "en" else lower_first(title)
    return {
        "movement": movement,
        "grounds": grounds(reminder.plan) or _("Triển khai {movement}").format(movement=movement),
        "until": at.until,
        "issuer": letterhead.name_in_text,
        "unit": unit,
    }


def _subject(words: dict[str, str]) -> str:
    return _("đôn đốc thực hiện {movement}").format(**words)


def _request(words: dict[str, str], letterhead: Letterhead, answer_by: date | None) -> list[Paragraph]:
    """What is asked for: do it, send the document with its number and date, or say why not."""
    by = _(" trước ngày {day}").format(day=show_day(answer_by)) if answer_by else ""
    to = _(" (đầu mối: {contact})").format(contact=letterhead.contact) if letterhead.contact else ""
    send = _(
        "Đề nghị {unit} khẩn trương thực hiện và gửi văn bản còn thiếu, ghi rõ số và ngày ban hành,"
        " về {issuer}{to}{by}."
    )
    answer = _(
        "Trường hợp đã thực hiện, đề nghị gửi bản sao văn bản để cập nhật; trường hợp được miễn,"
        " đề nghị gửi văn bản cho phép. Văn bản trả lời ghi rõ số và ngày của công văn này./."
    )
    return [Paragraph(send.format(**words, to=to, by=by)), Paragraph(answer)]
