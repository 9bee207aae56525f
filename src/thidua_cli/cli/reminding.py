"""`thidua remind`."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from thidua_cli.cli import messages, options, parameters, shared
from thidua_cli.ground import files
from thidua_cli.ground.dates import show_day
from thidua_cli.ground.errors import UsageError
from thidua_cli.ground.language import _, speaking
from thidua_cli.register.plan import load_plan
from thidua_cli.render import pages
from thidua_cli.render.model import Report
from thidua_cli.render.pages import Format
from thidua_cli.reports.moment import Moment


def remind(
    ctx: typer.Context,
    *,
    obligation: shared.Obligation,
    within: Annotated[
        int | None,
        typer.Option(
            "--within", min=0, metavar=_("SỐ-NGÀY"), help=_("Cả đơn vị sẽ đến hạn trong số ngày này.")
        ),
    ] = None,
    one: Annotated[bool, typer.Option("--one", help=_("Một công văn cho tất cả, kèm danh sách."))] = False,
    letterhead: shared.LetterheadFile = None,
    answer_by: Annotated[
        date | None,
        typer.Option(
            "--answer-by", parser=parameters.day, metavar=_("NGÀY"), help=_("Đề nghị trả lời trước ngày này.")
        ),
    ] = None,
    asked: shared.Selection,
    form: shared.FormatOf = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar=_("NƠI"),
            help=_("Thư mục: công văn và danh sách; tệp .docx (với --one): công văn; tệp khác: danh sách."),
        ),
    ] = None,
    text: shared.Text,
) -> None:
    """Công văn đôn đốc các đơn vị còn hoạt động mà quá hạn chưa thực hiện. Chương trình không gửi gì đi.

    Không có -o thì in danh sách. Với -o THƯ-MỤC: mỗi đơn vị một tệp remind-NGÀY-MÃ.docx, và remind-NGÀY.csv
    để trộn thư, mỗi đơn vị và nghĩa vụ một dòng, có tên tệp công văn. NGÀY là ngày --as-of. Công văn
    của chương trình còn lại từ lần ghi trước cho cùng NGÀY thì được gỡ đi; các tệp khác giữ nguyên.
    """
    from thidua_cli.reports import letters as letters_of
    from thidua_cli.reports import remind as report
    from thidua_cli.reports.letterhead import read_letterhead
    from thidua_cli.reports.papers import stamp

    wanted = obligation.code()
    as_letter = output is not None and output.suffix.lower() == ".docx"
    if as_letter and not one:
        raise UsageError(
            _("-o {path}: một tệp chỉ chứa một công văn").format(path=output),
            _("Nêu --one, hoặc một thư mục: -o THƯ-MỤC"),
        )
    place = None if output == Path("-") else output
    folder = place if place and not as_letter and files.is_folder(place) else None
    if not as_letter and folder is None:
        _refuse_of_letters({"--letterhead": letterhead, "--one": one, "--answer-by": answer_by})
    head = read_letterhead(letterhead) if as_letter or folder else None
    # What goes to the units, letters and the list that is merged into them, is in the letterhead's language.
    language = head.language if head else ""
    with options.reading(ctx) as connection:
        at, filtered = asked.read(connection)
        wanted = load_plan(connection).obligation(wanted).code if wanted else None
        with speaking(language):
            found = report.read(connection, at, filtered, obligation=wanted, within=within)
    if place is None or head is None:
        options.emit(report.build(found, one=one), form, output, *text)
        return
    _refuse_past(answer_by, stamp(at).day)
    options.refuse_of_text("docx" if as_letter else form or Format.CSV, bom=text.bom, safe=text.safe)
    warnings: list[str] = []
    with speaking(language):
        letters = dict(letters_of.letters(found, head, one=one, answer_by=answer_by))
        listing = _listing(
            report.build(found, one=one), at, form or Format.CSV, safe=text.safe, warnings=warnings
        )
    if folder is not None:
        letters_of.replace_set(folder, at, letters, listing)
    elif letters:
        (letter,) = letters.values()
        pages.put_at(place, [letter])
    else:
        messages.confirm([_("Không có đơn vị nào cần đôn đốc; không ghi tệp nào."), *found.known.lines])
    messages.tell_written()
    messages.warn(warnings)


def _listing(
    listed: Report, at: Moment, form: Format, *, safe: bool, warnings: list[str]
) -> dict[str, bytes]:
    """The list of the letters of a day, by the name of its file."""
    ending = "txt" if form is Format.TABLE else str(form)
    mark = b"\xef\xbb\xbf" if form in (Format.CSV, Format.TSV) else b""
    return {f"remind-{at.day}.{ending}": mark + pages.to_bytes(listed, form, safe=safe, warnings=warnings)}


def _refuse_of_letters(given: dict[str, object]) -> None:
    """Options of letters mean nothing where none is written."""
    names = [name for name, value in given.items() if value]
    if names:
        raise UsageError(
            _("{options}: chỉ dùng khi ghi công văn").format(options=", ".join(names)),
            _("Nêu -o THƯ-MỤC, hoặc --one -o TỆP.docx"),
        )


def _refuse_past(answer_by: date | None, day: date) -> None:
    if answer_by and answer_by <= day:
        raise UsageError(
            _("--answer-by {day}: phải sau ngày ghi trên công văn, {dated}").format(
                day=show_day(answer_by), dated=show_day(day)
            ),
            _("Ngày ấy là ngày muộn hơn trong hai ngày: --as-of và ngày của thao tác mới nhất được biết."),
        )
