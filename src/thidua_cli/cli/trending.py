"""`thidua trend`."""

from datetime import date
from typing import Annotated

import typer

from thidua_cli.cli import options
from thidua_cli.cli.reports import chosen, one_obligation
from thidua_cli.ground.dates import show_day
from thidua_cli.ground.errors import UsageError
from thidua_cli.ground.language import _
from thidua_cli.reports.trend import Step


def trend(
    ctx: typer.Context,
    obligation: options.ObligationArgument = None,
    obligation_option: options.ObligationOption = None,
    step: Annotated[Step, typer.Option("--step", help=_("Mỗi tuần hay mỗi ngày một dòng."))] = Step.WEEK,
    start: Annotated[
        date | None,
        typer.Option(
            "--from",
            parser=options.day,
            metavar=_("NGÀY"),
            help=_("Từ ngày này (mặc định: ngày đầu giai đoạn)."),
        ),
    ] = None,
    as_of: options.AsOf = None,
    known_at: options.KnownAt = None,
    phase: options.Phase = None,
    form: options.FormatOf = None,
    output: options.Output = None,
    bom: options.Bom = False,
    safe: options.Safe = False,
) -> None:
    """Tiến độ theo thời gian: số đơn vị đã làm trên số phải làm, đến hết từng ngày.

    Mỗi dòng đúng bằng kết quả của status --as-of ngày đó. Theo tuần là các ngày Chủ nhật, ngày đến hạn,
    ngày đầu và ngày cuối; hình vẽ đi theo đúng các ngày ấy.
    """
    from thidua_cli.reports import trend as report

    wanted = one_obligation(obligation, obligation_option)
    with options.reading(ctx) as connection:
        at = options.moment(connection, as_of, known_at)
        if start and start > at.as_of:
            raise UsageError(_("--from {day}: sau ngày --as-of").format(day=show_day(start)))
        made = report.build(
            connection, at, chosen(connection, at, phase), obligation=wanted, step=step, start=start
        )
    options.emit(made, form, output, bom, safe)
