"""`thidua units alias`."""

import sqlite3
from datetime import date
from typing import Annotated, NamedTuple

import typer

from thidua_cli.cli import messages, session, shared
from thidua_cli.cli.parameters import argument, day, option
from thidua_cli.ground import dates, text
from thidua_cli.ground.dates import show_day
from thidua_cli.ground.errors import InvalidError, NotFoundError, RefusedError, UsageError
from thidua_cli.ground.language import _
from thidua_cli.register import aliases
from thidua_cli.register.aliases import Alias
from thidua_cli.register.units import Directory, Version, describe
from thidua_cli.register.voiding import void_rows
from thidua_cli.store import Writer
from thidua_cli.store.journal import LATEST


class _Decision(NamedTuple):
    """What an operation stores or voids, what is already so, and the warnings."""

    unit: Version
    new: list[Alias]
    gone: list[Alias]
    known: list[str]
    warnings: list[str]


def alias(
    ctx: typer.Context,
    unit: shared.UnitArgument,
    names: Annotated[list[str], argument(_("Cách gọi khác, hoặc mã định danh."), _("TÊN..."))],
    on: Annotated[
        date | None,
        option("--on", _("Gọi vậy từ ngày này (mặc định: từ ngày đầu của đơn vị)."), _("NGÀY"), day),
    ] = None,
    remove: Annotated[bool, option("--remove", _("Hủy cách gọi ấy: ghi nhầm."))] = False,
    reason: Annotated[str | None, option("--reason", _("Lý do hủy, cần khi có --remove."), _("CHỮ"))] = None,
    dry_run: shared.DryRun = False,
) -> None:
    """Ghi cách mà một nơi gửi gọi đơn vị, hay mã định danh; mã và tên đầy đủ luôn hơn cách gọi này."""
    if remove != bool(reason):
        raise UsageError(_('--remove cần --reason "lý do"') if remove else _("--reason chỉ đi với --remove"))
    if remove and on:
        raise UsageError(_("--on không đi với --remove"))
    cleaned = list({text.name_key(name): name for name in map(_checked, names)}.values())
    why = session.checked_reason(reason) if reason else ""

    def decide(connection: sqlite3.Connection) -> _Decision:
        directory = Directory.read(connection, LATEST)
        version = _unit(directory, unit, on or dates.today())
        if remove:
            return _removed(directory, version, cleaned)
        return _added(directory, version, cleaned, on)

    def write(writer: Writer, decision: _Decision) -> None:
        if decision.new:
            aliases.add(writer, decision.new)
        if decision.gone:
            void_rows(writer, {("unit_alias", each.id): None for each in decision.gone}, why)

    decision, _done, saved = session.carry_out(ctx, decide, write, dry_run=dry_run)
    _say(decision, saved, dry_run=dry_run)


def _checked(name: str) -> str:
    try:
        return text.check_name(text.clean(name).value)
    except InvalidError as error:
        raise UsageError(f"{_('TÊN')} '{text.visible(name)}': {error.message}", error.cure) from None


def _unit(directory: Directory, reference: str, on: date) -> Version:
    """The unit with that code or name on a day, else the only one that ever had it."""
    try:
        return directory.resolve(reference, on)
    except NotFoundError:
        held = directory.with_code(reference) or directory.with_name(reference)
        if len({version.unit for version in held}) != 1:
            raise
        return held[-1]


def _added(directory: Directory, version: Version, names: list[str], on: date | None) -> _Decision:
    """The aliases that are new; one that the unit has by then is known, as are its code and its own names."""
    start = on.isoformat() if on else directory.versions[version.unit][0].valid_from
    if version.ended_on and start >= version.ended_on:
        raise RefusedError(
            _("{unit} chấm dứt từ ngày {end}; ngày {day} không còn đơn vị ấy").format(
                unit=describe(version), end=show_day(version.ended_on), day=show_day(start)
            )
        )
    made = _Decision(version, [], [], [], [])
    for name in names:
        held = [each for each in directory.aliases.called(name) if each.unit == version.unit]
        own = {text.name_key(each) for each in (version.code, version.name, version.abbreviation or "")}
        if text.name_key(name) in own or any(each.valid_from <= start for each in held):
            made.known.append(name)
            continue
        made.new.append(Alias(0, version.unit, name, start))
        made.warnings.extend(_rivals(directory, version, name))
    return made


def _rivals(directory: Directory, version: Version, name: str) -> list[str]:
    """What is said where other units have the name, as their own or as an alias too."""
    end = version.ended_on or "9999"
    stronger = [
        each for each in (*directory.with_code(name), *directory.with_name(name))
        if each.unit != version.unit and each.valid_from < end
    ]  # fmt: skip
    if stronger:
        words = _("'{name}' là mã hoặc tên của {unit}: khi đơn vị ấy còn, tên này là của đơn vị ấy")
        return [words.format(name=name, unit=describe(stronger[-1]))]
    others = [each for each in directory.with_alias(name) if each.unit != version.unit]
    words = _("{unit} cũng được gọi là '{name}': tên này chưa đủ để biết là đơn vị nào")
    return [words.format(name=name, unit=describe(others[-1]))] if others else []


def _removed(directory: Directory, version: Version, names: list[str]) -> _Decision:
    gone = []
    for name in names:
        held = [each for each in directory.aliases.called(name) if each.unit == version.unit]
        if not held:
            raise NotFoundError(
                _("{unit} không có cách gọi '{name}'").format(
                    unit=describe(version), name=text.visible(name)
                ),
                *(each.alias for each in directory.aliases.of(version.unit)),
            )
        gone += held
    return _Decision(version, [], gone, [], [])


def _say(decision: _Decision, saved: str, *, dry_run: bool) -> None:
    unit = describe(decision.unit)
    added = _("{unit}: cũng được gọi là '{name}' từ {day}")
    lines = [added.format(unit=unit, name=each.alias, day=show_day(each.valid_from)) for each in decision.new]
    lines += [
        _("{unit}: không còn được gọi là '{name}'").format(unit=unit, name=each.alias)
        for each in decision.gone
    ]
    lines += [_("{unit}: '{name}' đã có từ trước").format(unit=unit, name=name) for name in decision.known]
    messages.confirm(lines, saved, dry_run=dry_run)
    messages.warn(decision.warnings)
