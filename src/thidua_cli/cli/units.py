"""`thidua units`."""

from datetime import date
from typing import Annotated

import typer

from thidua_cli import plan as plans
from thidua_cli import records, status
from thidua_cli.cli import options
from thidua_cli.cli.app import Commands
from thidua_cli.cli.reports import chosen
from thidua_cli.errors import RefusedError, UsageError
from thidua_cli.language import _, current
from thidua_cli.report.frame import moment
from thidua_cli.terms import Kind, Level, label
from thidua_cli.units import Directory


def COMMANDS() -> Commands:  # noqa: N802 - the name by which the table of commands knows a group
    """The commands of the group."""
    return {
        "list": ("units:listing", _("Các đơn vị vào một ngày")),
        "show": ("units:show", _("Một đơn vị vào một ngày")),
        "add": ("units:add", _("Thêm một đơn vị mới")),
    }


def listing(
    ctx: typer.Context,
    as_of: options.AsOf = None,
    known_at: options.KnownAt = None,
    kind: options.KindOf = None,
    level: options.LevelOf = None,
    district: options.District = None,
    form: options.FormatOf = None,
    output: options.Output = None,
    bom: options.Bom = False,
) -> None:
    """Các đơn vị đang có vào một ngày, theo thứ tự lễ tân."""
    from thidua_cli.report import units as report

    with options.reading(ctx) as connection:
        at = moment(connection, as_of, known_at)
        made = report.build(connection, at, chosen(connection, at, None, kind, level, district))
    options.emit(made, form, output, bom)


def show(
    ctx: typer.Context,
    unit: Annotated[str, typer.Argument(metavar=_("ĐƠN-VỊ"), help=_("Mã, hoặc tên đầy đủ có từ chỉ cấp."))],
    as_of: options.AsOf = None,
    known_at: options.KnownAt = None,
    form: options.FormatOf = None,
    output: options.Output = None,
    bom: options.Bom = False,
) -> None:
    """Một đơn vị vào một ngày, và trạng thái của từng nghĩa vụ."""
    from thidua_cli.report import units as report

    with options.reading(ctx) as connection:
        at = moment(connection, as_of, known_at)
        version = Directory.read(connection, at.known.number).resolve_past(unit, at.as_of)
        states = [
            (fact.obligation, label(status.judge(fact, at.day), current()))
            for fact in status.facts(connection, at.as_of, at.known.number)
            if fact.unit == version.unit
        ]
        made = report.show(connection, at, version, states)
    options.emit(made, form, output, bom)


def add(
    ctx: typer.Context,
    code: Annotated[str, typer.Argument(metavar=_("MÃ"), help=_("Mã đơn vị."))],
    name: Annotated[str, typer.Argument(metavar=_("TÊN"), help=_("Tên đầy đủ, có từ chỉ cấp."))],
    kind: Annotated[Kind, typer.Option("--kind", help=_("Loại đơn vị."))],
    on: Annotated[
        date, typer.Option("--on", parser=options.day, metavar=_("NGÀY"), help=_("Ngày đầu tiên đơn vị có."))
    ],
    level: Annotated[Level | None, typer.Option("--level", help=_("Cấp (mặc định: theo loại)."))] = None,
    parent: Annotated[
        str | None, typer.Option("--parent", metavar=_("MÃ"), help=_("Mã đơn vị cấp trên."))
    ] = None,
    abbreviation: Annotated[
        str | None, typer.Option("--abbreviation", metavar=_("CHỮ"), help=_("Tên tắt."))
    ] = None,
    sort_order: Annotated[int | None, typer.Option("--sort-order", min=0, help=_("Thứ tự lễ tân."))] = None,
    note: Annotated[str | None, typer.Option("--note", metavar=_("CHỮ"), help=_("Ghi chú."))] = None,
) -> None:
    """Thêm một đơn vị mới từ ngày nêu ở --on."""
    from thidua_cli.imports import units as imports
    from thidua_cli.imports.sheet import Sheet

    values: dict[str, object] = {
        "code": code,
        "name": name,
        "kind": str(kind),
        "level": str(level) if level else None,
        "parent_code": parent,
        "abbreviation": abbreviation,
        "sort_order": sort_order,
        "note": note,
    }
    items, problems = imports.check(Sheet(list(values), [(0, values)]), on)
    if not items:
        raise UsageError(*map(str, problems))
    with options.writing(ctx) as writer:
        directory = Directory.read(writer.connection, records.EVERYTHING)
        plans.load(writer.connection)
        made = imports.plan(items, directory, list(values))
        if wrong := problems + made.problems:
            raise RefusedError(*map(str, wrong))
        if made.new:
            imports.apply(writer, made)
    line = _("đã thêm {code}  {name}") if made.new else _("{code}  {name} đã có từ trước")
    unit = items[0].unit
    options.confirm([line.format(code=unit.code, name=unit.name)], saved=options.saved(writer))
