"""`report`: the weekly report, one or several formats at once."""

import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from thidua_cli.cli import messages, preferences, session, shared
from thidua_cli.cli.parameters import option, past_day
from thidua_cli.ground import dates, files, filesystem
from thidua_cli.ground.errors import UsageError
from thidua_cli.ground.language import _, current, speaking
from thidua_cli.render import pages
from thidua_cli.render.document import DocumentFormat
from thidua_cli.reports.moment import Moment, clock_warning

if TYPE_CHECKING:
    from collections.abc import Iterable

    from thidua_cli.render.paper import Letterhead
    from thidua_cli.reports.weekly.week import Week

_LAST = "last"
_DAY = timedelta(days=1)
_IN_FOLDER = [DocumentFormat.HTML, DocumentFormat.JSON]


def report(
    ctx: typer.Context,
    *,
    when: shared.When,
    since: Annotated[
        str | None,
        option(
            "--since",
            _("So với ngày này (mặc định: 7 ngày trước), hoặc last: báo cáo JSON mới nhất ở nơi ghi."),
            _("NGÀY|last"),
        ),
    ] = None,
    phase: shared.Phase = None,
    forms: Annotated[
        list[DocumentFormat] | None,
        option("--format -f", _("Dạng báo cáo; với -o THƯ-MỤC dùng được nhiều lần.")),
    ] = None,
    output: Annotated[
        Path | None,
        option(
            "-o --output",
            _("Tệp, hoặc thư mục: mỗi dạng một tệp, như status-2022-W13.html."),
            _("TỆP|THƯ-MỤC"),
        ),
    ] = None,
    letterhead: shared.LetterheadFile = None,
) -> None:
    """Báo cáo tuần: kết quả, thay đổi và nguyên nhân, danh sách đơn vị chưa thực hiện.

    Không nêu --as-of: tính đến hết ngày hôm qua, vì hôm nay chưa hết. Với -o THƯ-MỤC mà không nêu --format:
    html và json, hoặc như thidua config đã đặt. Các tệp được thay cùng lúc, khi mọi dạng đã làm xong.
    """
    from thidua_cli.reports import weekly
    from thidua_cli.reports.letterhead import read_letterhead
    from thidua_cli.reports.weekly.since import file_stem

    forms, place, in_folder = _places(forms or [], output or _preferred_folder(forms))
    letterhead = session.letterhead(letterhead)
    letters = read_letterhead(letterhead) if letterhead or DocumentFormat.DOCX in forms else None
    with session.reading(ctx) as connection:
        when = when._replace(as_of=when.as_of or dates.today() - _DAY)  # the last day that is over
        at, wanted = shared.Selection(when, phase).read(connection)
        kept_in = None if place is None or files.is_stream(place) else place if in_folder else place.parent
        before = _since(connection, at, since, kept_in)
        week = paper = weekly.gather(connection, at, wanted, before)
        if letters and letters.language not in ("", current()) and DocumentFormat.DOCX in forms:
            with speaking(letters.language):  # the titles of the plan are those of a language too
                paper = weekly.gather(connection, at, wanted, before)
    warnings: list[str] = []
    weeks = {form: paper if form is DocumentFormat.DOCX else week for form in forms}
    if place is None:
        pages.put(_made(weeks[forms[0]], forms[0], letters, warnings, terminal=True))
    else:
        paths = [place / f"{file_stem(at.as_of)}.{form.ending}" if in_folder else place for form in forms]
        if in_folder:
            filesystem.make_folder(place)
        made = [_made(weeks[form], form, letters, warnings) for form in forms]
        files.replace_all(dict(zip(paths, made, strict=True)))
        messages.tell_written()
    messages.warn(warnings)


def _preferred_folder(forms: list[DocumentFormat] | None) -> Path | None:
    """Return the folder that the account prefers for reports, where neither a place nor a format is given."""
    folder = None if forms else preferences.preferred("report_folder")
    return Path(folder) if folder else None


def _preferred_forms() -> list[DocumentFormat]:
    names = preferences.preferred("report_formats")
    return [DocumentFormat(name) for name in names.split(",")] if names else _IN_FOLDER


def _places(
    forms: list[DocumentFormat], output: Path | None
) -> tuple[list[DocumentFormat], Path | None, bool]:
    """Return the formats, where they go (None: standard output), and whether that is a folder.

    A name that is not there and has no ending is that of a folder.
    """
    forms = list(dict.fromkeys(forms))
    output = session.target(output)
    if output is None or files.is_stream(output):
        if len(forms) > 1:
            raise UsageError(_("nhiều dạng cùng lúc thì cần -o THƯ-MỤC"))
        form = forms[0] if forms else DocumentFormat.TABLE
        if form.is_binary:
            session.refuse_terminal(form, output)
        return [form], output, False
    if output.is_dir() or (len(forms) != 1 and files.is_folder(output)):
        filesystem.check_folder(output)
        return forms or _preferred_forms(), output, True
    if len(forms) > 1:
        raise UsageError(_("-o {path}: nhiều dạng cùng lúc thì cần một thư mục").format(path=output))
    return forms or [session.form_of(output, {form.ending: form for form in DocumentFormat})], output, False


def _since(
    connection: sqlite3.Connection, at: Moment, since: str | None, folder: Path | None
) -> Moment | None:
    from thidua_cli.reports.weekly.since import WEEK, last, on_day, week_before

    if since == _LAST:
        if folder is None:
            raise UsageError(_("--since last cần -o: báo cáo trước được tìm ở đó"))
        return last(connection, at, folder)
    if since is None:
        messages.warn(clock_warning(connection, on_day(connection, at, at.as_of - WEEK)))
        return week_before(connection, at)
    given = past_day(since)
    if given > at.as_of:
        raise UsageError(_("--since phải trước hoặc bằng --as-of"))
    found = on_day(connection, at, given)
    messages.warn(clock_warning(connection, found))
    return found


def _made(
    week: "Week",
    form: DocumentFormat,
    letterhead: "Letterhead | None",
    warnings: list[str],
    *,
    terminal: bool = False,
) -> "Iterable[bytes]":
    """Return the report in a format; what of it a workbook cannot hold goes to `warnings`."""
    from thidua_cli.render import document, json_text
    from thidua_cli.reports import weekly

    if form is DocumentFormat.JSON:
        return json_text.to_pieces(weekly.machine(week))
    if form is DocumentFormat.DOCX:
        from thidua_cli.render.docx import to_docx
        from thidua_cli.reports.papers import on_paper, report_stamp

        assert letterhead is not None  # noqa: S101 - read where the format was asked for
        with speaking(letterhead.language):
            made = on_paper(document.abridged(weekly.document(week)))
            return [to_docx(made, letterhead, report_stamp(week.at))]
    return [pages.document_to_bytes(weekly.document(week), form, terminal=terminal, warnings=warnings)]
