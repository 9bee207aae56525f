"""`status`, `list`, `check`, `history`, `log`."""

import sqlite3
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from thidua_cli.cli import messages, session, shared
from thidua_cli.cli.parameters import argument, option
from thidua_cli.ground import dates, files
from thidua_cli.ground.errors import Exit, InvalidError, UsageError
from thidua_cli.ground.language import _
from thidua_cli.render import pages
from thidua_cli.reports.moment import Moment
from thidua_cli.reports.selection import lookup
from thidua_cli.reports.status import By

_BY = "|".join([*By, _("KẾT-QUẢ")])


def status(
    ctx: typer.Context,
    *,
    by: Annotated[
        str | None,
        option("--by", _("Chia nhỏ mỗi nghĩa vụ; kết quả thì nêu mã như trong thidua plan."), _BY),
    ] = None,
    asked: shared.Selection,
    out: shared.Output,
) -> None:
    """Tình hình thực hiện theo từng giai đoạn, mỗi nghĩa vụ một dòng."""
    from thidua_cli.reports import status as report

    with session.reading(ctx) as connection:
        made = report.build(connection, *asked.read(connection), by and by.lower())
    out.emit(made)


def listing(
    ctx: typer.Context,
    *,
    obligation: shared.Obligation,
    asked: shared.Selection,
    states: shared.States = None,
    declared_late: Annotated[
        bool, option("--declared-late", _("Chỉ đơn vị khai muộn: làm đúng hạn, văn bản đến sau."))
    ] = False,
    exempt: Annotated[
        bool,
        option("--exempt", _("Chỉ đơn vị đang được miễn vào ngày xét, với ngày cuối và văn bản.")),
    ] = False,
    extended: Annotated[
        bool,
        option("--extended", _("Chỉ đơn vị có hạn riêng vào ngày xét, với hạn ấy và văn bản.")),
    ] = False,
    out: shared.Output,
) -> None:
    """Danh sách đơn vị và trạng thái của từng nghĩa vụ."""
    from thidua_cli.reports import leaves
    from thidua_cli.reports import listing as report

    code = obligation.code()
    with session.reading(ctx) as connection:
        at, wanted = asked.read(connection)
        wanted = wanted._replace(states=frozenset(states or ()), declared_late=declared_late)
        if exempt or extended:
            made = leaves.build(connection, at, wanted, code, leaves.Sorts(exempt, extended))
        else:
            made = report.build(connection, at, wanted, code)
    out.emit(made)


def check(
    ctx: typer.Context,
    *,
    obligations: Annotated[
        list[str] | None, argument(_("Mặc định: mọi nghĩa vụ đã đến hạn."), _("[NGHĨA-VỤ]..."))
    ] = None,
    complete: Annotated[bool, option("--complete", _("Không đạt cả khi còn đơn vị trong hạn."))] = False,
    strict: Annotated[bool, option("--strict", _("Không đạt cả khi có đơn vị trễ hạn."))] = False,
    ended: Annotated[bool, option("--ended", _("Tính cả đơn vị quá hạn nay không còn."))] = False,
    quiet: Annotated[bool, option("-q --quiet", _("Không in gì, chỉ mã thoát."))] = False,
    asked: shared.Selection,
    out: shared.Output,
) -> None:
    """Kiểm tra thời hạn: mã thoát 0 khi đạt, 3 khi không đạt.

    Không đạt khi có đơn vị quá hạn mà vẫn còn hoạt động vào ngày xét.
    """
    from thidua_cli.reports import check as report
    from thidua_cli.standing.verdict import Failing

    failing = Failing(complete=complete, strict=strict, ended=ended)
    with session.reading(ctx) as connection:
        wanted = (*asked.read(connection), obligations or [], failing)
        if quiet:
            passes = report.is_met(connection, *wanted)
        else:
            made, passes = report.build(connection, *wanted)
    if not quiet:
        out.emit(made)
    if not passes:
        raise typer.Exit(Exit.FINDINGS)


def history(ctx: typer.Context, unit: shared.UnitArgument, when: shared.When, out: shared.Output) -> None:
    """Tất cả những gì đã biết về một đơn vị, kể cả bản ghi đã hủy, theo thời gian."""
    from thidua_cli.reports import history as report

    with session.reading(ctx) as connection:
        at = when.moment(connection)
        directory = lookup(connection, at)
        version = shared.find_unit(directory, unit, at)
        made = report.build(connection, at, directory, version)
    out.emit(made)


def find(
    ctx: typer.Context,
    *,
    words: Annotated[
        list[str], argument(_("Một phần của tên, mã, số văn bản hay lệnh; không cần dấu."), _("CHỮ..."))
    ],
    limit: Annotated[int | None, option("--limit -n", _("Mỗi loại nhiều nhất bằng này."), min=1)] = None,
    when: shared.When,
    out: shared.Output,
) -> None:
    """Tìm đơn vị, bản ghi, thao tác theo một phần của tên (kể cả tên cũ), của mã hay của số văn bản."""
    from thidua_cli.reports import find as report

    with session.reading(ctx) as connection:
        made = report.build(connection, when.moment(connection), " ".join(words), limit)
    out.emit(made)


def calendar(
    ctx: typer.Context,
    *,
    asked: shared.Selection,
    output: Annotated[
        Path | None, option("-o --output", _("Tệp .ics để ghi (mặc định: đầu ra chuẩn)."), _("TỆP"))
    ] = None,
) -> None:
    """Ngày đến hạn thành tệp lịch (iCalendar), kể cả hạn riêng của đơn vị được gia hạn mà chưa thực hiện.

    Xuất lại khi hạn đổi: chương trình lịch sửa sự kiện cũ, không thêm sự kiện mới.
    """
    from thidua_cli.reports import calendar as report

    place = session.target(output)
    with session.reading(ctx) as connection:
        made = report.build(connection, *asked.read(connection))
    if place is None:
        pages.put([made])
        return
    files.replace_all({place: [made]})
    messages.tell_written()


def log(
    ctx: typer.Context,
    *,
    limit: Annotated[int | None, option("--limit -n", _("Chỉ số thao tác mới nhất này."), min=1)] = None,
    when: shared.When,
    out: shared.Output,
) -> None:
    """Nhật ký thao tác, mới nhất trước."""
    from thidua_cli.reports import log as report

    with session.reading(ctx) as connection:
        at = when.moment(connection)
        if when.as_of is None:  # the register's clock may be ahead of the machine's; no operation is hidden
            at = at._replace(as_of=max(at.as_of, dates.day_of(at.known.recorded_at)))
        made = report.build(connection, at, limit)
    out.emit(made)


def diff(
    ctx: typer.Context,
    *,
    before: Annotated[
        str | None,
        option(
            "--from",
            _("Ngày (xét đến hết ngày), thời điểm hoặc '#thao-tác' (mặc định: tuần trước, như sổ khi đó)."),
            _("LÚC"),
        ),
    ] = None,
    after: Annotated[
        str | None, option("--to", _("Như --from (mặc định: hôm nay, thao tác mới nhất)."), _("LÚC"))
    ] = None,
    asked: shared.Selection,
    out: shared.Output,
) -> None:
    """Điều gì thay đổi từ tuần trước, giữa hai ngày, hoặc giữa hai thời điểm của sổ, và vì sao.

    Hai ngày: xét hai ngày ấy trên cùng một sổ. Hai thời điểm hoặc số thao tác: xét cùng một ngày (--as-of)
    theo sổ ở hai lúc. Các nguyên nhân cộng lại đúng bằng chênh lệch của từng số liệu.
    """
    from thidua_cli.reports import diff as report

    with session.reading(ctx) as connection:
        one, other = _two_moments(connection, before, after, *asked.when)
        made = report.build(connection, one, other, asked.filter(connection, other))
    out.emit(made)


def _two_moments(
    connection: sqlite3.Connection,
    before: str | None,
    after: str | None,
    as_of: date | None,
    known_at: str | None,
) -> tuple[Moment, Moment]:
    if before is None:
        from thidua_cli.reports.weekly.since import WEEK, on_day

        if after is not None:
            raise UsageError(_("--to cần có --from"))
        other = shared.When(as_of, known_at).moment(connection)
        return on_day(connection, other, other.as_of - WEEK), other
    days = [_day_or_none(text) for text in (before, after)]
    if days[0] is not None and (after is None or days[1] is not None):
        if as_of is not None:
            raise UsageError(_("so sánh hai ngày thì không nêu --as-of"))
        one, other = (shared.When(day, known_at).moment(connection) for day in days)
    elif days[0] is None and (after is None or days[1] is None):
        if known_at is not None:
            raise UsageError(_("so sánh hai thời điểm của sổ thì không nêu --known-at"))
        one, other = (shared.When(as_of, text).moment(connection) for text in (before, after))
    else:
        raise UsageError(_("--from và --to phải cùng là ngày, hoặc cùng là thời điểm, số thao tác"))
    if (one.as_of, one.known.number) > (other.as_of, other.known.number):
        raise UsageError(_("--from phải trước --to"))
    return one, other


def _day_or_none(text: str | None) -> date | None:
    with suppress(InvalidError):
        return dates.parse_past(text or "")
    return None
