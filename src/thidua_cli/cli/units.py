"""`thidua units`."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, cast

import typer

from thidua_cli.cli import messages, session, shared
from thidua_cli.cli.commands import Commands
from thidua_cli.cli.parameters import Fields, argument, option, option_names, past_day
from thidua_cli.ground.errors import RefusedError, UsageError
from thidua_cli.ground.language import _
from thidua_cli.ground.text import NUMBER_LIMIT
from thidua_cli.register import fields
from thidua_cli.register.fields import ImportKind
from thidua_cli.register.lookup import Lookup
from thidua_cli.register.plan import load_plan
from thidua_cli.register.terms import State
from thidua_cli.register.units import Directory
from thidua_cli.standing import verdict
from thidua_cli.store.journal import LATEST

if TYPE_CHECKING:
    from thidua_cli.ground.problem import Problem


def COMMANDS() -> Commands:  # noqa: N802 - the name by which the table of commands knows a group
    """The commands of the group."""
    return {
        "list": ("units:listing", _("Các đơn vị vào một ngày")),
        "show": ("units:show", _("Một đơn vị vào một ngày")),
        "tree": ("units:tree", _("Cây đơn vị vào một ngày")),
        "add": ("units:add", _("Thêm một đơn vị mới")),
        "rename": ("changing:rename", _("Đổi tên, mã, cấp trên hoặc thứ tự của một đơn vị từ một ngày")),
        "merge": ("changing:merge", _("Nhập các đơn vị vào một đơn vị")),
        "split": ("changing:split", _("Tách một đơn vị ra nhiều đơn vị")),
        "alias": ("aliasing:alias", _("Ghi cách gọi khác của một đơn vị, hay mã định danh")),
        "close": ("changing:close", _("Chấm dứt một đơn vị từ một ngày")),
    }


def listing(
    ctx: typer.Context,
    *,
    when: shared.When,
    units: shared.UnitsOf,
    changed_since: Annotated[
        date | None,
        option(
            "--changed-since",
            _("Chỉ đơn vị mới có, thay đổi hoặc kết thúc từ ngày này."),
            _("NGÀY"),
            past_day,
        ),
    ] = None,
    out: shared.Output,
) -> None:
    """Các đơn vị đang có vào một ngày, theo thứ tự sắp xếp."""
    from thidua_cli.reports import units as report

    with session.reading(ctx) as connection:
        at, wanted = shared.Selection(when, None, units).read(connection)
        made = report.build(connection, at, wanted, changed_since.isoformat() if changed_since else None)
    out.emit(made)


def show(ctx: typer.Context, unit: shared.UnitArgument, when: shared.When, out: shared.Output) -> None:
    """Một đơn vị vào một ngày, và trạng thái của từng nghĩa vụ."""
    from thidua_cli.reports import units as report

    with session.reading(ctx) as connection:
        at = when.moment(connection)
        directory = Lookup(connection, at.known.number)
        version = shared.find_unit(directory, unit, at)
        facts = verdict.facts(connection, at.as_of, at.known.number, units=[version.unit])
        judged = [(fact, State(fact.state)) for fact in facts]
        made = report.show(at, directory, version, judged)
    out.emit(made)


def tree(ctx: typer.Context, when: shared.When, out: shared.Output) -> None:
    """Cây đơn vị vào một ngày: đơn vị cấp trên và các đơn vị thuộc nó."""
    from thidua_cli.reports import units as report

    with session.reading(ctx) as connection:
        made = report.tree(connection, when.moment(connection))
    out.emit(made)


Added = Annotated[
    dict[str, object],
    Fields(
        *(fields.LEVEL, fields.PARENT_CODE, fields.ABBREVIATION, fields.SORT_ORDER, fields.NOTE),
        required=(fields.KIND, fields.VALID_FROM),
    ),
]


def add(
    ctx: typer.Context,
    code: Annotated[str, argument(_("Mã đơn vị."), _("MÃ"))],
    name: Annotated[str, argument(_("Tên đầy đủ, có từ chỉ cấp."), _("TÊN"))],
    given: Added,
    doc: Annotated[str | None, option("--doc", _("Số văn bản quyết định."), _("SỐ"))] = None,
) -> None:
    """Thêm một đơn vị mới từ ngày nêu ở --on."""
    from thidua_cli.intake.sheet import Sheet
    from thidua_cli.intake.units import UnitBatch

    on = cast(date, given["valid_from"])
    values = {"code": code, "name": name, **given, "valid_from": on.isoformat()}
    batch = UnitBatch(Sheet(list(values), [(0, values)]), "")
    if not batch.items:
        raise UsageError(*_format(batch.wrong))
    with session.writing(ctx) as writer:
        directory = Directory.read(writer.connection, LATEST)
        load_plan(writer.connection)
        batch.compare(directory)
        if differences := batch.problems[len(batch.wrong) :]:
            _refuse_taken(directory, code, on, differences)
        if batch.problems:
            raise RefusedError(*_format(batch.problems))
        if batch.new:
            batch.apply(writer, session.checked_text(doc, "--doc", NUMBER_LIMIT) or None)
    line = _("đã thêm {code}  {name}") if batch.new else _("{code}  {name} đã có từ trước")
    unit = batch.items[0].unit
    lines = [line.format(code=unit.code, name=unit.name), *batch.filled]
    messages.confirm(lines, saved=messages.saved(writer))
    messages.warn(batch.warnings)


def _refuse_taken(directory: Directory, code: str, on: date, problems: "Sequence[Problem]") -> None:
    """Raise RefusedError where a unit has the code on that day and is not the one to be added."""
    held = next((version for version in directory.with_code(code) if version.holds_on(on.isoformat())), None)
    if held is not None:
        raise RefusedError(
            _("mã {code} đã là của {name}").format(code=held.code, name=held.name),
            *_format([problem._replace(cure="") for problem in problems]),
            _("Đơn vị khác: dùng mã khác. Vẫn đơn vị ấy: thidua units rename {code} --on … --doc …").format(
                code=held.code
            ),
            _("Đơn vị ấy đã chấm dứt: trước hết thidua units close {code} --on … --doc …").format(
                code=held.code
            ),
        )


def _format(problems: "Sequence[Problem]") -> list[str]:
    """Return what is wrong with a unit, by option; the rows of problems are those of no file."""
    names = option_names(ImportKind.UNITS) | {"code": _("MÃ"), "name": _("TÊN")}
    return messages.format_problems(problems, names)
