"""`thidua remind`."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from thidua_cli import files, render
from thidua_cli.cli import options
from thidua_cli.cli.reports import chosen, one_obligation
from thidua_cli.errors import UsageError
from thidua_cli.language import _
from thidua_cli.render import Format
from thidua_cli.report.frame import moment


def remind(
    ctx: typer.Context,
    obligation: options.ObligationArgument = None,
    obligation_option: options.ObligationOption = None,
    within: Annotated[
        int | None,
        typer.Option(
            "--within", min=0, metavar=_("SỐ-NGÀY"), help=_("Cả đơn vị sẽ đến hạn trong số ngày này.")
        ),
    ] = None,
    one: Annotated[bool, typer.Option("--one", help=_("Một công văn cho tất cả, kèm danh sách."))] = False,
    letterhead: options.LetterheadFile = None,
    answer_by: Annotated[
        date | None,
        typer.Option(
            "--answer-by", parser=options.day, metavar=_("NGÀY"), help=_("Đề nghị trả lời trước ngày này.")
        ),
    ] = None,
    as_of: options.AsOf = None,
    known_at: options.KnownAt = None,
    phase: options.Phase = None,
    kind: options.KindOf = None,
    level: options.LevelOf = None,
    district: options.District = None,
    form: options.FormatOf = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar=_("NƠI"),
            help=_("Thư mục: công văn và danh sách; tệp .docx (với --one): công văn; tệp khác: danh sách."),
        ),
    ] = None,
    bom: options.Bom = False,
) -> None:
    """Công văn đôn đốc các đơn vị còn hoạt động mà quá hạn chưa thực hiện. Chương trình không gửi gì đi.

    Không có -o thì in danh sách. Với -o THƯ-MỤC: mỗi đơn vị một tệp remind-NGÀY-MÃ.docx, và remind-NGÀY.csv
    để trộn thư, mỗi đơn vị và nghĩa vụ một dòng, có tên tệp công văn. NGÀY là ngày --as-of.
    """
    from thidua_cli import letterhead as letterheads
    from thidua_cli.report import letters as letters_of
    from thidua_cli.report import remind as report

    wanted = one_obligation(obligation, obligation_option)
    as_letter = output is not None and output.suffix.lower() == ".docx"
    if as_letter and not one:
        raise UsageError(
            _("-o {path}: một tệp chỉ chứa một công văn").format(path=output),
            _("Nêu --one, hoặc một thư mục: -o THƯ-MỤC"),
        )
    with options.reading(ctx) as connection:
        at = moment(connection, as_of, known_at)
        filtered = chosen(connection, at, phase, kind, level, district)
        found = report.read(connection, at, filtered, obligation=wanted, within=within)
    listed = report.build(found, one=one)
    if output in (None, Path("-")) or not (as_letter or output.is_dir() or not output.suffix):
        options.emit(listed, form, output, bom)
        return
    head = letterheads.read_file(letterhead)
    letters = list(letters_of.letters(found, head, one=one, answer_by=answer_by))
    if as_letter:
        if not letters:
            options.confirm([_("Không có đơn vị nào cần đôn đốc; không ghi tệp nào.")])
        for _name, data in letters:
            render.replace_file(output, data)
        return
    files.make_folder(output)
    for name, data in letters:
        render.replace_file(output / name, data)
    made = form or Format.CSV
    ending = "txt" if made is Format.TABLE else made
    render.write(listed, made, output / f"remind-{at.day}.{ending}", bom=made in (Format.CSV, Format.TSV))
