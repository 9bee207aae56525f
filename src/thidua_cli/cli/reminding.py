"""`thidua remind`."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from thidua_cli.cli import messages, session, shared
from thidua_cli.cli.parameters import day, option
from thidua_cli.ground import files
from thidua_cli.ground.dates import show_day
from thidua_cli.ground.errors import UsageError
from thidua_cli.ground.language import _, speaking
from thidua_cli.render import pages
from thidua_cli.render.pages import Format

if TYPE_CHECKING:
    from thidua_cli.render.paper import Letterhead
    from thidua_cli.reports.remind import Reminder


class _Letters(NamedTuple):
    """How letters are made."""

    one: Annotated[bool, option("--one", _("Một công văn cho tất cả, kèm danh sách."))] = False
    letterhead: shared.LetterheadFile = None
    answer_by: Annotated[
        date | None, option("--answer-by", _("Đề nghị trả lời trước ngày này."), _("NGÀY"), day)
    ] = None


def remind(
    ctx: typer.Context,
    *,
    obligation: shared.Obligation,
    within: Annotated[
        int | None, option("--within", _("Cả đơn vị sẽ đến hạn trong số ngày này."), _("SỐ-NGÀY"), min=0)
    ] = None,
    wanted: _Letters,
    asked: shared.Selection,
    form: shared.FormatOf = None,
    output: Annotated[
        Path | None,
        option(
            "-o --output",
            _("Thư mục: công văn và danh sách; tệp .docx (với --one): công văn; tệp khác: danh sách."),
            _("NƠI"),
        ),
    ] = None,
    text: shared.Text,
) -> None:
    """Công văn đôn đốc các đơn vị còn hoạt động mà quá hạn chưa thực hiện. Chương trình không gửi gì đi.

    Không có -o thì in danh sách. Với -o THƯ-MỤC: mỗi đơn vị một tệp remind-NGÀY-MÃ.docx, và remind-NGÀY.csv
    để trộn thư, mỗi đơn vị và nghĩa vụ một dòng, có tên tệp công văn. NGÀY là ngày --as-of. Công văn
    của chương trình còn lại từ lần ghi trước cho cùng NGÀY thì được gỡ đi; các tệp khác giữ nguyên.
    """
    from thidua_cli.reports import remind as report
    from thidua_cli.reports.letterhead import read_letterhead
    from thidua_cli.reports.selection import plan_at

    code = obligation.code()
    place = _place_of_letters(output, wanted)
    head = read_letterhead(session.letterhead(wanted.letterhead)) if place else None
    with session.reading(ctx) as connection:
        at, filtered = asked.read(connection)
        code = plan_at(connection, at).obligation(code, at.day).code if code else None
        # What goes to the units, letters and the list merged into them, is in the letterhead's language.
        with speaking(head.language if head else ""):
            reminder = report.read(connection, at, filtered, obligation=code, within=within)
    if place is None or head is None:
        shared.Output(form, output, text).emit(report.build(reminder, one=wanted.one))
    else:
        _write(place, reminder, head, wanted, form or Format.CSV, text)


def _place_of_letters(output: Path | None, wanted: _Letters) -> Path | None:
    """Where letters go, a folder or a .docx file; none where -o is the place of a list.

    Raises UsageError where a file would hold several letters, or options of letters have none to apply to.
    """
    if output is not None and output.suffix.lower() == ".docx":
        if not wanted.one:
            raise UsageError(
                _("-o {path}: một tệp chỉ chứa một công văn").format(path=output),
                _("Nêu --one, hoặc một thư mục: -o THƯ-MỤC"),
            )
        return output
    if output is not None and output != Path("-") and files.is_folder(output):
        return output
    given = {"--letterhead": wanted.letterhead, "--one": wanted.one, "--answer-by": wanted.answer_by}
    if names := [name for name, value in given.items() if value]:
        raise UsageError(
            _("{options}: chỉ dùng khi ghi công văn").format(options=", ".join(names)),
            _("Nêu -o THƯ-MỤC, hoặc --one -o TỆP.docx"),
        )
    return None


def _write(
    place: Path, reminder: "Reminder", head: "Letterhead", wanted: _Letters, form: Format, text: shared.Text
) -> None:
    """Write letters, and into a folder their list too; raises UsageError for options that do not apply."""
    from thidua_cli.reports import letters as letters_of
    from thidua_cli.reports import remind as report
    from thidua_cli.reports.papers import stamp

    to_folder = place.suffix.lower() != ".docx"
    _refuse_past(wanted.answer_by, stamp(reminder.at).day)
    text.check(form if to_folder else "docx")
    warnings: list[str] = []
    with speaking(head.language):
        letters = dict(letters_of.letters(reminder, head, one=wanted.one, answer_by=wanted.answer_by))
        listed = pages.to_bytes(
            report.build(reminder, one=wanted.one), form, safe=text.safe, warnings=warnings
        )
    if to_folder:
        mark = b"\xef\xbb\xbf" if form in (Format.CSV, Format.TSV) else b""
        name = f"remind-{reminder.at.day}.{'txt' if form is Format.TABLE else form}"
        letters_of.replace_set(place, reminder.at, letters, {name: mark + listed})
    elif letters:
        (letter,) = letters.values()
        pages.put_at(place, [letter])
    else:
        messages.confirm([_("Không có đơn vị nào cần đôn đốc; không ghi tệp nào."), *reminder.known.lines])
    messages.tell_written()
    messages.warn(warnings)


def _refuse_past(answer_by: date | None, day: date) -> None:
    if answer_by and answer_by <= day:
        raise UsageError(
            _("--answer-by {day}: phải sau ngày ghi trên công văn, {dated}").format(
                day=show_day(answer_by), dated=show_day(day)
            ),
            _("Ngày ấy là ngày muộn hơn trong hai ngày: --as-of và ngày của thao tác mới nhất được biết."),
        )
