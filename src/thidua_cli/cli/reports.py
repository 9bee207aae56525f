"""`status`, `list`, `check`, `history`, `log`."""

import sqlite3
from datetime import date
from typing import Annotated

import typer

from thidua_cli.cli import options
from thidua_cli.ground import dates
from thidua_cli.ground.errors import Exit, InvalidError, UsageError
from thidua_cli.ground.language import _
from thidua_cli.register.plan import load_plan
from thidua_cli.register.terms import Kind, Level, State
from thidua_cli.reports.frame import Filter, Moment, find_district, units_of
from thidua_cli.reports.status import By


def chosen(
    connection: sqlite3.Connection,
    at: Moment,
    phase: str | None = None,
    kind: Kind | None = None,
    level: Level | None = None,
    district: str | None = None,
    states: list[State] | None = None,
    *,
    declared_late: bool = False,
) -> Filter:
    """The filter that the options ask for; raises NotFoundError for an unknown phase or district."""
    return Filter(
        load_plan(connection).phase(phase).code if phase else None,
        kind,
        level,
        find_district(units_of(connection, at), district, at.as_of) if district else None,
        frozenset(states or ()),
        declared_late,
    )


def one_obligation(argument: str | None, option: str | None) -> str | None:
    """The obligation that the argument or --obligation names; raises UsageError where they differ."""
    if argument and option and argument != option:
        raise UsageError(_("chỉ nêu một nghĩa vụ: {one} hay {other}?").format(one=argument, other=option))
    return argument or option


def status(
    ctx: typer.Context,
    by: Annotated[By | None, typer.Option("--by", help=_("Chia nhỏ mỗi nghĩa vụ."))] = None,
    as_of: options.AsOf = None,
    known_at: options.KnownAt = None,
    phase: options.Phase = None,
    kind: options.KindOf = None,
    level: options.LevelOf = None,
    district: options.District = None,
    form: options.FormatOf = None,
    output: options.Output = None,
    bom: options.Bom = False,
    safe: options.Safe = False,
) -> None:
    """Tình hình thực hiện theo từng giai đoạn, mỗi nghĩa vụ một dòng."""
    from thidua_cli.reports import status as report

    with options.reading(ctx) as connection:
        at = options.moment(connection, as_of, known_at)
        made = report.build(connection, at, chosen(connection, at, phase, kind, level, district), by)
    options.emit(made, form, output, bom, safe)


def listing(
    ctx: typer.Context,
    obligation: options.ObligationArgument = None,
    obligation_option: options.ObligationOption = None,
    as_of: options.AsOf = None,
    known_at: options.KnownAt = None,
    phase: options.Phase = None,
    kind: options.KindOf = None,
    level: options.LevelOf = None,
    district: options.District = None,
    states: options.States = None,
    declared_late: Annotated[
        bool, typer.Option("--declared-late", help=_("Chỉ đơn vị khai muộn: làm đúng hạn, văn bản đến sau."))
    ] = False,
    form: options.FormatOf = None,
    output: options.Output = None,
    bom: options.Bom = False,
    safe: options.Safe = False,
) -> None:
    """Danh sách đơn vị và trạng thái của từng nghĩa vụ."""
    from thidua_cli.reports import listing as report

    asked = one_obligation(obligation, obligation_option)
    with options.reading(ctx) as connection:
        at = options.moment(connection, as_of, known_at)
        wanted = chosen(connection, at, phase, kind, level, district, states, declared_late=declared_late)
        made = report.build(connection, at, wanted, asked)
    options.emit(made, form, output, bom, safe)


def check(
    ctx: typer.Context,
    obligations: Annotated[
        list[str] | None,
        typer.Argument(metavar=_("[NGHĨA-VỤ]..."), help=_("Mặc định: mọi nghĩa vụ đã đến hạn.")),
    ] = None,
    complete: Annotated[
        bool, typer.Option("--complete", help=_("Không đạt cả khi còn đơn vị trong hạn."))
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help=_("Không đạt cả khi có đơn vị trễ hạn."))] = False,
    ended: Annotated[bool, typer.Option("--ended", help=_("Tính cả đơn vị quá hạn nay không còn."))] = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help=_("Không in gì, chỉ mã thoát."))] = False,
    as_of: options.AsOf = None,
    known_at: options.KnownAt = None,
    phase: options.Phase = None,
    kind: options.KindOf = None,
    level: options.LevelOf = None,
    district: options.District = None,
    form: options.FormatOf = None,
    output: options.Output = None,
    bom: options.Bom = False,
    safe: options.Safe = False,
) -> None:
    """Kiểm tra thời hạn: mã thoát 0 khi đạt, 3 khi không đạt.

    Không đạt khi có đơn vị quá hạn mà vẫn còn hoạt động vào ngày xét.
    """
    from thidua_cli.reports import check as report

    with options.reading(ctx) as connection:
        at = options.moment(connection, as_of, known_at)
        made, passes = report.build(
            connection,
            at,
            chosen(connection, at, phase, kind, level, district),
            obligations or [],
            complete=complete,
            strict=strict,
            ended=ended,
        )
    if not quiet:
        options.emit(made, form, output, bom, safe)
    if not passes:
        raise typer.Exit(Exit.FINDINGS)


def history(
    ctx: typer.Context,
    unit: Annotated[str, typer.Argument(metavar=_("ĐƠN-VỊ"), help=_("Mã, hoặc tên đầy đủ có từ chỉ cấp."))],
    as_of: options.AsOf = None,
    known_at: options.KnownAt = None,
    form: options.FormatOf = None,
    output: options.Output = None,
    bom: options.Bom = False,
    safe: options.Safe = False,
) -> None:
    """Tất cả những gì đã biết về một đơn vị, kể cả bản ghi đã hủy, theo thời gian."""
    from thidua_cli.reports import history as report

    with options.reading(ctx) as connection:
        at = options.moment(connection, as_of, known_at)
        directory = units_of(connection, at)
        version = directory.resolve_past(unit, at.as_of)
        made = report.build(connection, at, directory, version)
    options.emit(made, form, output, bom, safe)


def log(
    ctx: typer.Context,
    limit: Annotated[
        int | None, typer.Option("--limit", "-n", min=1, help=_("Chỉ số thao tác mới nhất này."))
    ] = None,
    as_of: options.AsOf = None,
    known_at: options.KnownAt = None,
    form: options.FormatOf = None,
    output: options.Output = None,
    bom: options.Bom = False,
    safe: options.Safe = False,
) -> None:
    """Nhật ký thao tác, mới nhất trước."""
    from thidua_cli.reports import log as report

    with options.reading(ctx) as connection:
        at = options.moment(connection, as_of, known_at)
        if as_of is None:  # the register's clock may be ahead of the machine's; no operation is hidden
            at = at._replace(as_of=max(at.as_of, dates.day_of(at.known.recorded_at)))
        made = report.build(connection, at, limit)
    options.emit(made, form, output, bom, safe)


def diff(
    ctx: typer.Context,
    before: Annotated[
        str,
        typer.Option(
            "--from", metavar=_("LÚC"), help=_("Ngày (xét đến hết ngày), thời điểm hoặc '#thao-tác'.")
        ),
    ],
    after: Annotated[
        str | None,
        typer.Option("--to", metavar=_("LÚC"), help=_("Như --from (mặc định: hôm nay, thao tác mới nhất).")),
    ] = None,
    as_of: options.AsOf = None,
    known_at: options.KnownAt = None,
    phase: options.Phase = None,
    kind: options.KindOf = None,
    level: options.LevelOf = None,
    district: options.District = None,
    form: options.FormatOf = None,
    output: options.Output = None,
    bom: options.Bom = False,
    safe: options.Safe = False,
) -> None:
    """Điều gì thay đổi giữa hai ngày, hoặc giữa hai thời điểm của sổ, và vì sao.

    Hai ngày: xét hai ngày ấy trên cùng một sổ. Hai thời điểm hoặc số thao tác: xét cùng một ngày (--as-of)
    theo sổ ở hai lúc. Các nguyên nhân cộng lại đúng bằng chênh lệch của từng số liệu.
    """
    from thidua_cli.reports import diff as report

    with options.reading(ctx) as connection:
        one, other = _two_moments(connection, before, after, as_of, known_at)
        made = report.build(connection, one, other, chosen(connection, other, phase, kind, level, district))
    options.emit(made, form, output, bom, safe)


def _two_moments(
    connection: sqlite3.Connection, before: str, after: str | None, as_of: date | None, known_at: str | None
) -> tuple[Moment, Moment]:
    days = [_day_or_none(text) for text in (before, after)]
    if days[0] is not None and (after is None or days[1] is not None):
        if as_of is not None:
            raise UsageError(_("so sánh hai ngày thì không nêu --as-of"))
        one, other = (options.moment(connection, day, known_at) for day in days)
    elif days[0] is None and (after is None or days[1] is None):
        if known_at is not None:
            raise UsageError(_("so sánh hai thời điểm của sổ thì không nêu --known-at"))
        one, other = (options.moment(connection, as_of, text) for text in (before, after))
    else:
        raise UsageError(_("--from và --to phải cùng là ngày, hoặc cùng là thời điểm, số thao tác"))
    if (one.as_of, one.known.number) > (other.as_of, other.known.number):
        raise UsageError(_("--from phải trước --to"))
    return one, other


def _day_or_none(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return dates.parse_date(text)
    except InvalidError:
        return None
