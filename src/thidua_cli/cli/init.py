"""`thidua init` and `thidua plan`."""

import os
import re
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from thidua_cli import store
from thidua_cli.cli import messages, session
from thidua_cli.cli.parameters import option
from thidua_cli.ground import filesystem, resources
from thidua_cli.ground.errors import RefusedError, RejectedError, StoreError, UsageError
from thidua_cli.ground.language import _, counted, rest
from thidua_cli.register.plan import load_plan
from thidua_cli.register.plan_files import (
    PLAN_ROWS,
    UNIT_ROWS,
    read_plan_file,
    seed_differences,
    store_plan,
)
from thidua_cli.store import Writer

if TYPE_CHECKING:
    from thidua_cli.custody.inherit import Inherited
    from thidua_cli.intake.units import UnitBatch
    from thidua_cli.register.plan_models import PlanIn

_MAX_SHOWN = 10  # differences


def init(
    ctx: typer.Context,
    plan_file: Annotated[
        Path | None,
        option(
            "--plan", _("Kế hoạch của một phong trào khác: tệp TOML, hoặc tên một kế hoạch có sẵn."), _("TỆP")
        ),
    ] = None,
    units_file: Annotated[Path | None, option("--units", _("Danh sách đơn vị khác (CSV)."), _("TỆP"))] = None,
    units_from: Annotated[
        Path | None,
        option("--units-from", _("Lấy đơn vị của sổ này, cùng mọi thay đổi của chúng."), _("SỔ.db")),
    ] = None,
    no_units: Annotated[bool, option("--no-units", _("Chưa đưa đơn vị nào vào."))] = False,
    group: Annotated[
        str | None,
        option("--group", _("Sổ của nhóm tài khoản này: mọi người trong nhóm cùng ghi."), _("NHÓM")),
    ] = None,
) -> None:
    """Tạo sổ theo dõi: lược đồ, kế hoạch và danh sách đơn vị ban đầu.

    Chạy lại trên một sổ đã có thì không đổi gì.
    """
    plan_file = _shipped(plan_file)
    _refuse_two({"--units": units_file, "--units-from": units_from, "--no-units": no_units})
    session.refuse_read_only(ctx)
    path = session.settings(ctx).db
    filesystem.refuse_dangling(path)
    number = None if group is None else _group(group)
    if path.exists():
        if number is not None:
            _refuse_other_group(path, number)
        _confirm_same(ctx, plan_file, units_file, units_from)
        return
    plan = read_plan_file(plan_file or resources.data("plan.toml"))
    source = _inherited(units_from)
    units: UnitBatch | Inherited | None = source
    if source is None and not no_units:
        file = units_file or resources.data("seed_units.csv")
        units = _first_units(ctx, file, plan.phases[0].starts_on.isoformat(), plan_file)
    command = session.command_line(ctx)
    command = source.stated(command) if source else command

    def load(writer: Writer) -> None:
        session.settings(ctx).writers.append(writer)
        _load(writer, plan, units)

    operation = store.create(path, load, actor=session.actor(ctx), command=command, group=number)
    messages.confirm(
        [
            _("Đã tạo sổ {path}: {units} (thao tác #{number})").format(
                path=path, units=_counted(len(units.new) if units else 0), number=operation.number
            ),
            *([_("  đơn vị lấy từ sổ {anchor}").format(anchor=source.anchor)] if source else []),
        ],
        saved=_("đã tạo sổ đến thao tác #{number}").format(number=operation.number),
    )
    if filesystem.is_exposed(path.parent):
        warning = _("tài khoản nào trên máy cũng thay được tệp trong {folder}; nên: chmod o-w {folder}")
        messages.warn([warning.format(folder=path.parent)])


def _shipped(path: Path | None) -> Path | None:
    """The plan that comes with the program, where its name alone is given and no file is called so."""
    if path is None or str(path) != path.stem or path.exists():
        return path
    found = resources.data(f"plans/{path}.toml")
    return found if found.exists() else path


def _refuse_two(given: Mapping[str, object]) -> None:
    """Raise UsageError where more than one of options that exclude each other has a value."""
    if len(names := [name for name, value in given.items() if value]) > 1:
        raise UsageError(_("{options} loại trừ nhau").format(options=", ".join(names)))


def _inherited(path: Path | None) -> "Inherited | None":
    """The units of another register; none without a path. Raises StoreError where it cannot be trusted."""
    if path is None:
        return None
    from thidua_cli.custody import inherit

    return inherit.read(path)


def _load(writer: Writer, plan: "PlanIn | None", units: "UnitBatch | Inherited | None") -> None:
    if plan is not None:
        store_plan(writer, plan)
    if units is not None:
        units.apply(writer)


def _counted(units: int) -> str:
    return counted(units, "{n} đơn vị", "{n} unit", "{n} units")


def _group(name: str) -> int:
    """The number of a group of accounts, given by name or number; this account must be a member."""
    import grp

    try:
        group = grp.getgrnam(name).gr_gid
    except KeyError:
        if not (name.isascii() and name.isdecimal()):
            raise UsageError(
                _("--group: máy này không có nhóm '{name}'").format(name=name),
                _("Quản trị tạo nhóm: groupadd {name}").format(name=name),
            ) from None
        group = int(name)
    if os.geteuid() != 0 and group not in (*os.getgroups(), os.getegid()):
        raise StoreError(
            _("--group: tài khoản này không thuộc nhóm {name}").format(name=name),
            _("Nhờ quản trị thêm vào nhóm, rồi đăng nhập lại: usermod -aG {group} {account}").format(
                group=name, account=filesystem.account_name(os.getuid())
            ),
        )
    return group


def _refuse_other_group(path: Path, group: int) -> None:
    """Raises RefusedError where the register that is there is not shared with the group."""
    if filesystem.rights_like(path).group != group:
        name = filesystem.group_name(group)
        raise RefusedError(
            _("{path}: sổ đã có, và nhóm {group} chưa được ghi; init không đổi quyền").format(
                path=path, group=name
            ),
            _("Chủ sổ sửa: chgrp {group} {path} && chmod 660 {path}").format(group=name, path=path),
            _("và thư mục: chgrp {group} {path} && chmod g+rwxs {path}").format(group=name, path=path.parent),
        )


def _first_units(ctx: typer.Context, file: Path, first_day: str, plan_file: Path | None) -> "UnitBatch":
    """Read the units of a file.

    Raises RejectedError; where the cure is an option of `import`, with the two commands that make the same
    register.
    """
    from thidua_cli.intake.units import first_units

    try:
        return first_units(file, first_day)
    except RejectedError as error:
        if re.search(r"--(map|ignore-column|sheet|encoding|province|max-errors)\b", " ".join(error.hints)):
            command = session.settings(ctx).command
            planned = ["--plan", str(plan_file)] if plan_file else []
            way = _("Các tùy chọn ấy là của import: {init}, rồi {units} với các tùy chọn ấy").format(
                init=command("init", *planned, "--no-units"), units=command("import", "units", str(file))
            )
            error.hints = [*error.hints, way]
        raise


def _confirm_same(
    ctx: typer.Context, plan_file: Path | None, units_file: Path | None, units_from: Path | None
) -> None:
    """Accept a register that is there already; raises RefusedError if it was made from others."""
    path = session.settings(ctx).db
    with session.reading(ctx) as connection:
        count = connection.execute("SELECT count(DISTINCT unit) FROM unit_version").fetchone()[0]
        different = _differences(ctx, connection, plan_file, units_file)
        if units_from:
            from thidua_cli.custody import inherit

            if not inherit.is_source(connection, units_from):
                different.append(_("đơn vị: không lấy từ sổ {source}").format(source=units_from))
    if different:
        raise RefusedError(
            _("{path}: sổ đã có; init không nạp thêm tệp khác vào sổ").format(path=path),
            *(f"  {line}" for line in different[:_MAX_SHOWN]),
            *rest(len(different), _MAX_SHOWN),
            _("Thêm đơn vị: {units} TỆP. Phong trào khác: sổ khác, thidua --db … init --plan …").format(
                units=session.settings(ctx).command("import", "units")
            ),
        )
    messages.confirm([_("Sổ đã có ở {path}: {units}").format(path=path, units=_counted(count))])


def _differences(
    ctx: typer.Context, connection: sqlite3.Connection, plan_file: Path | None, units_file: Path | None
) -> list[str]:
    """How the files that are given differ from those from which the register was made."""
    plan = read_plan_file(plan_file) if plan_file else None
    first_day = plan.phases[0].starts_on.isoformat() if plan else load_plan(connection).phases[0].starts_on
    units = _first_units(ctx, units_file, first_day, plan_file) if units_file else None
    tables = [*(PLAN_ROWS if plan else ()), *(UNIT_ROWS if units else ())]
    if not tables:
        return []
    return seed_differences(connection, lambda writer: _load(writer, plan, units), tables)
