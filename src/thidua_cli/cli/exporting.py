"""`thidua export`."""

from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from thidua_cli import store
from thidua_cli.cli import messages, session, shared
from thidua_cli.cli.parameters import KINDS, argument, option
from thidua_cli.ground import dates, files, filesystem
from thidua_cli.ground.errors import UsageError
from thidua_cli.ground.language import _
from thidua_cli.register.fields import ImportKind
from thidua_cli.register.plan import load_plan
from thidua_cli.render import pages
from thidua_cli.render.model import Report
from thidua_cli.render.pages import Format

REGISTER = "register"  # what can be exported beside what `import` takes


class ExportFormat(StrEnum):
    """What a list can be exported as; the whole register is JSONL."""

    CSV = "csv"
    TSV = "tsv"
    XLSX = "xlsx"
    JSON = "json"
    JSONL = "jsonl"


def run(
    ctx: typer.Context,
    *,
    kind: Annotated[str, argument(f"{KINDS}, {REGISTER}", _("LOẠI"))],
    form: Annotated[
        ExportFormat | None,
        option("--format -f", _("Dạng của tệp (mặc định: theo phần mở rộng, không thì csv).")),
    ] = None,
    output: Annotated[
        Path | None, option("-o --output", _("Ghi vào tệp này (mặc định: đầu ra chuẩn)."), _("TỆP"))
    ] = None,
    known_at: shared.KnownAt = None,
    text: shared.Text,
) -> None:
    """Xuất ra tệp, đúng các cột mà thidua import LOẠI nhận lại.

    register: cả sổ, mỗi dòng một JSON, để thidua restore dựng lại được đúng sổ ấy.
    """
    target = session.target(output)
    if kind.lower() == REGISTER:
        if form not in (None, ExportFormat.JSONL) or known_at is not None:
            raise UsageError(_("export register luôn là JSONL và luôn là cả sổ"))
        text.check(Format.JSONL)
        _register(ctx, target)
    else:
        form = form or _form_of(target)
        text.check(form)
        _list(ctx, shared.file_kind(ctx, kind, REGISTER), form, target, known_at, text)


def _form_of(target: Path | None) -> ExportFormat:
    if target is None or (not target.suffix and files.is_stream(target)):
        return ExportFormat.CSV
    return session.form_of(target, {str(form): form for form in ExportFormat})


def _list(
    ctx: typer.Context,
    kind: ImportKind,
    form: ExportFormat,
    target: Path | None,
    known_at: str | None,
    text: shared.Text,
) -> None:
    """One kind, in the columns of its import file."""
    from thidua_cli.exports.import_files import export
    from thidua_cli.reports.selection import units_of

    with session.reading(ctx) as connection:
        at = shared.When(None, known_at).moment(connection)
        made = export(connection, kind, at.known.number)
        if form is ExportFormat.XLSX:
            from thidua_cli.exports.template import workbook

            codes = [item.code for item in load_plan(connection).obligations]
            units = units_of(connection, at).alive(dates.today().isoformat())
            data = workbook(kind, units, codes, made.rows)
    if form is ExportFormat.XLSX:
        session.refuse_terminal(form, target)
        pages.put_at(target, [data])
    else:
        report = Report(
            made.fields, made.rows, people=list,
            known_at=at.known_at, head=at.known.anchor, register=at.register,
        )  # fmt: skip
        pages.write(report, Format(form.value), target, bom=text.bom, safe=text.safe)
    messages.warn(list(made.warnings))


def _register(ctx: typer.Context, target: Path | None) -> None:
    """The whole register; while a reader takes its time, the register is no longer held."""
    from thidua_cli.custody import jsonl

    path, read_only = session.settings(ctx).db, session.settings(ctx).read_only
    with ExitStack() as after:
        with store.store_errors(path), store.examining(path, read_only=read_only) as connection:
            pieces = jsonl.lines(connection, path)
            if target is not None and not files.is_stream(target):
                files.replace(target, pieces, rights=filesystem.rights_like(path))
                return
            pieces = after.enter_context(files.spooled(pieces))
        if target is not None:
            files.replace(target, pieces)
        else:
            pages.put(pieces)
