"""`thidua plan`: the plan as decided by a day, the decisions that amended it, and new ones."""

import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from thidua_cli.cli import messages, session, shared
from thidua_cli.cli.commands import Commands
from thidua_cli.cli.parameters import day, option
from thidua_cli.ground.dates import show_day
from thidua_cli.ground.errors import InvalidError, UsageError
from thidua_cli.ground.language import _
from thidua_cli.register.plan import Plan, load_plan

if TYPE_CHECKING:
    from thidua_cli.register.amendments import Amendment, Change


def COMMANDS() -> Commands:  # noqa: N802 - the name by which the table of commands knows a group
    """The commands of the group."""
    return {
        "amend": ("planning:amend", _("Ghi quyết định sửa kế hoạch: gia hạn, thêm nghĩa vụ, bãi bỏ")),
        "history": ("planning:history", _("Các quyết định đã sửa kế hoạch, cũ nhất trước")),
    }


def ALONE(  # noqa: N802 - the name by which the table of commands knows a group without a command
    ctx: typer.Context, *, when: shared.When, phase: shared.Phase = None, out: shared.Output
) -> None:
    """Kế hoạch: các giai đoạn, nghĩa vụ, thời hạn, đối tượng và nội dung thi đua."""
    if ctx.invoked_subcommand is not None:
        return
    from thidua_cli.reports import plan as report

    with session.reading(ctx) as connection:
        made = report.build(connection, when.moment(connection), phase)
    out.emit(made)


def history(ctx: typer.Context, *, when: shared.When, out: shared.Output) -> None:
    """Các quyết định đã sửa kế hoạch: ngày, số văn bản, và từng điều được sửa."""
    from thidua_cli.reports import plan as report

    with session.reading(ctx) as connection:
        made = report.history(connection, when.moment(connection))
    out.emit(made)


def amend(
    ctx: typer.Context,
    document_number: Annotated[str, option("--doc", _("Số, ký hiệu của quyết định."), _("SỐ"))],
    on: Annotated[date, option("--on", _("Ngày của quyết định."), _("NGÀY"), day)],
    file: Annotated[
        Path | None,
        typer.Argument(metavar=_("[TỆP]"), help=_("Tệp TOML chỉ gồm những điều thay đổi hoặc mới.")),
    ] = None,
    due: Annotated[
        list[str] | None,
        option("--due", _("Hạn mới của một nghĩa vụ, dùng nhiều lần; none: bỏ hạn."), _("MÃ=NGÀY")),
    ] = None,
    issuer: Annotated[str | None, option("--issuer", _("Cơ quan ban hành."), _("CƠ-QUAN"))] = None,
    note: Annotated[str | None, option("--note", _("Ghi chú."), _("CHỮ"))] = None,
    dry_run: shared.DryRun = False,
) -> None:
    """Ghi một quyết định sửa kế hoạch. Trước ngày của nó, kế hoạch vẫn như cũ."""
    from thidua_cli.register import amended_before, amendments

    if (file is None) == (not due):
        raise UsageError(
            _("nêu một tệp, hoặc --due"),
            _("Ví dụ: --due MÃ=2022-06-30 --doc 45/QĐ-UBND --on 25/3/2022"),
        )
    number, issuer, note = _checked(document_number, issuer, note)
    document = amendments.Document(number, issuer, note)
    decided_on = on.isoformat()

    def reads(plan: Plan) -> "Amendment":
        if file is not None:
            return amendments.read_amendment(file, plan)
        moved = [_due(given) for given in due or ()]
        return amendments.due_days({plan.obligation(code).code: last for code, last in moved})

    def decide(connection: sqlite3.Connection) -> "tuple[Amendment | None, list[Change], int | None]":
        if same := amended_before.operation_of(connection, reads, decided_on, number):
            return None, [], same
        amendment = reads(load_plan(connection, decided_on))
        return amendment, amendments.amend(connection, amendment, decided_on), None

    with session.reading(ctx) if dry_run else session.writing(ctx) as opened:
        connection = opened if isinstance(opened, sqlite3.Connection) else opened.connection
        amendment, changes, same = decide(connection)
        if amendment is not None and not isinstance(opened, sqlite3.Connection):
            amendments.store_amendment(opened, amendment, decided_on, document)
    saved = "" if isinstance(opened, sqlite3.Connection) else messages.saved(opened)
    if same is not None:
        messages.confirm([_("quyết định này đã ghi ở thao tác #{number} từ trước").format(number=same)])
        return
    head = _("quyết định {number} ngày {day}:").format(number=number, day=show_day(on))
    messages.confirm([head, *_lines(changes)], saved, dry_run=dry_run)


def _checked(number: str, issuer: str | None, note: str | None) -> tuple[str, str | None, str | None]:
    """The words of the document, made regular; raises UsageError."""
    from thidua_cli.register import values

    try:
        clean = values.number(number)
        if clean is None:
            raise UsageError(_("--doc: thiếu số văn bản"), _("Quyết định nào cũng có số."))
        return clean, values.short(issuer), values.note(note)
    except InvalidError as error:
        raise UsageError(error.message, error.cure) from None


def _due(given: str) -> tuple[str, str | None]:
    """An obligation and its new due day; none: the deadline is taken away. Raises UsageError."""
    code, equals, last = given.partition("=")
    if not equals or not code.strip():
        raise UsageError(
            _("--due '{given}': viết MÃ=NGÀY").format(given=given), _("Mã nghĩa vụ: xem thidua plan.")
        )
    if last.strip().lower() == "none":
        return code.strip(), None
    from thidua_cli.register import values

    try:
        parsed = values.planned_day(last)
    except InvalidError as error:
        raise UsageError(f"--due '{given}': {error.message}", error.cure) from None
    if parsed is None:
        raise UsageError(_("--due '{given}': thiếu ngày").format(given=given), _("none: bỏ hạn"))
    return code.strip(), parsed.isoformat()


def _lines(changes: "list[Change]") -> Iterator[str]:
    """The changes for people; the kinds that an obligation binds are one line."""
    kinds: dict[str, dict[str, list[str]]] = {}
    for change in changes:
        if change.field.startswith("kind:"):
            sides = kinds.setdefault(change.code, {"0": [], "1": []})
            sides[str(change.after)].append(change.field.removeprefix("kind:"))
        else:
            yield _line(change)
    for code, sides in kinds.items():
        said = [sign + ", ".join(sides[side]) for sign, side in (("+ ", "1"), ("− ", "0")) if sides[side]]
        yield f"  {code}: kinds {'; '.join(said)}"


def _line(change: "Change") -> str:
    """One change for people."""
    if not change.field:
        return _("  {code}: mới, {title}").format(code=change.code, title=change.after)
    if change.field.startswith("choice:"):
        _choice, field, value = change.field.split(":", 2)
        return _("  {code}: {field} thêm '{value}'").format(code=change.code, field=field, value=value)
    before, after = ("–" if value is None else value for value in (change.before, change.after))
    code = _("phong trào") if change.part == "movement" else change.code
    return f"  {code}: {change.field} {before} → {after}"
