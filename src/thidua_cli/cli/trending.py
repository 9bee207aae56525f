"""`thidua trend`."""

from datetime import date
from typing import Annotated

import typer

from thidua_cli.cli import session, shared
from thidua_cli.cli.parameters import option, past_day
from thidua_cli.ground.dates import show_day
from thidua_cli.ground.errors import UsageError
from thidua_cli.ground.language import _
from thidua_cli.reports.trend import Interval


def trend(
    ctx: typer.Context,
    *,
    obligation: shared.Obligation,
    step: Annotated[Interval, option("--step", _("Mỗi tuần hay mỗi ngày một dòng."))] = Interval.WEEK,
    start: Annotated[
        date | None, option("--from", _("Từ ngày này (mặc định: ngày đầu giai đoạn)."), _("NGÀY"), past_day)
    ] = None,
    when: shared.When,
    phase: shared.Phase = None,
    out: shared.Output,
) -> None:
    """Tiến độ theo thời gian: số đơn vị đã làm trên số phải làm, đến hết từng ngày.

    Mỗi dòng đúng bằng kết quả của status --as-of ngày đó. Theo tuần là các ngày Chủ nhật, ngày đến hạn,
    ngày đầu và ngày cuối; hình vẽ đi theo đúng các ngày ấy.
    """
    from thidua_cli.reports import trend as report

    code = obligation.code()
    with session.reading(ctx) as connection:
        at, wanted = shared.Selection(when, phase).read(connection)
        if start and start > at.as_of:
            raise UsageError(_("--from {day}: sau ngày --as-of").format(day=show_day(start)))
        made = report.build(connection, at, wanted, obligation=code, step=step, start=start)
    out.emit(made)
