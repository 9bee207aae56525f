"""`thidua units`."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from thidua_cli.cli import messages, options, parameters, shared
from thidua_cli.cli.commands import Commands
from thidua_cli.cli.describe import describe_changes
from thidua_cli.ground.errors import RefusedError, UsageError
from thidua_cli.ground.language import _
from thidua_cli.ground.text import NUMBER_LIMIT, visible
from thidua_cli.register import values as parsers
from thidua_cli.register.plan import load_plan
from thidua_cli.register.terms import Change, Kind, Level
from thidua_cli.register.units import Directory, Version
from thidua_cli.standing import verdict
from thidua_cli.store.journal import LATEST

if TYPE_CHECKING:
    from thidua_cli.ground.problem import Problem
    from thidua_cli.rules.resolutions import Row

ONE_DAY = timedelta(days=1)
CONTINUING = (Change.KEEP, Change.RENAME)


def COMMANDS() -> Commands:  # noqa: N802 - the name by which the table of commands knows a group
    """The commands of the group."""
    return {
        "list": ("units:listing", _("Các đơn vị vào một ngày")),
        "show": ("units:show", _("Một đơn vị vào một ngày")),
        "tree": ("units:tree", _("Cây đơn vị vào một ngày")),
        "add": ("units:add", _("Thêm một đơn vị mới")),
        "rename": ("units:rename", _("Đổi tên, mã, cấp trên hoặc thứ tự của một đơn vị từ một ngày")),
        "merge": ("units:merge", _("Nhập các đơn vị vào một đơn vị")),
        "split": ("units:split", _("Tách một đơn vị ra nhiều đơn vị")),
        "close": ("units:close", _("Chấm dứt một đơn vị từ một ngày")),
    }


def listing(
    ctx: typer.Context,
    *,
    when: shared.When,
    units: shared.UnitsOf,
    changed_since: Annotated[
        date | None,
        typer.Option(
            "--changed-since",
            parser=parameters.day,
            metavar=_("NGÀY"),
            help=_("Chỉ đơn vị mới có, thay đổi hoặc kết thúc từ ngày này."),
        ),
    ] = None,
    out: shared.Output,
) -> None:
    """Các đơn vị đang có vào một ngày, theo thứ tự sắp xếp."""
    from thidua_cli.reports import units as report

    with options.reading(ctx) as connection:
        at, wanted = shared.Selection(when, None, units).read(connection)
        made = report.build(connection, at, wanted, changed_since.isoformat() if changed_since else None)
    out.emit(made)


def show(
    ctx: typer.Context,
    *,
    unit: shared.UnitArgument,
    when: shared.When,
    out: shared.Output,
) -> None:
    """Một đơn vị vào một ngày, và trạng thái của từng nghĩa vụ."""
    from thidua_cli.reports import units as report

    with options.reading(ctx) as connection:
        at = when.moment(connection)
        version = Directory.read(connection, at.known.number).resolve_past(unit, at.as_of)
        judged = [
            (fact, verdict.judge(fact, at.day))
            for fact in verdict.facts(connection, at.as_of, at.known.number)
            if fact.unit == version.unit
        ]
        made = report.show(connection, at, version, judged)
    out.emit(made)


def tree(
    ctx: typer.Context,
    *,
    when: shared.When,
    out: shared.Output,
) -> None:
    """Cây đơn vị vào một ngày: đơn vị cấp trên và các đơn vị thuộc nó."""
    from thidua_cli.reports import units as report

    with options.reading(ctx) as connection:
        made = report.tree(connection, when.moment(connection))
    out.emit(made)


def add(
    ctx: typer.Context,
    code: Annotated[str, typer.Argument(metavar=_("MÃ"), help=_("Mã đơn vị."))],
    name: Annotated[str, typer.Argument(metavar=_("TÊN"), help=_("Tên đầy đủ, có từ chỉ cấp."))],
    kind: Annotated[
        Kind,
        typer.Option(
            "--kind", parser=parameters.term(parsers.kind), metavar=_("LOẠI"), help=_("Loại đơn vị.")
        ),
    ],
    on: Annotated[
        date,
        typer.Option("--on", parser=parameters.day, metavar=_("NGÀY"), help=_("Ngày đầu tiên đơn vị có.")),
    ],
    level: Annotated[
        Level | None,
        typer.Option(
            "--level",
            parser=parameters.term(parsers.level),
            metavar=_("CẤP"),
            help=_("Cấp (mặc định: theo loại)."),
        ),
    ] = None,
    parent: Annotated[
        str | None, typer.Option("--parent", metavar=_("MÃ"), help=_("Mã đơn vị cấp trên."))
    ] = None,
    abbreviation: Annotated[
        str | None, typer.Option("--abbreviation", metavar=_("CHỮ"), help=_("Tên tắt."))
    ] = None,
    sort_order: Annotated[int | None, typer.Option("--sort-order", min=0, help=_("Thứ tự sắp xếp."))] = None,
    doc: Annotated[
        str | None, typer.Option("--doc", metavar=_("SỐ"), help=_("Số văn bản quyết định."))
    ] = None,
    note: Annotated[str | None, typer.Option("--note", metavar=_("CHỮ"), help=_("Ghi chú."))] = None,
) -> None:
    """Thêm một đơn vị mới từ ngày nêu ở --on."""
    from thidua_cli.intake import units as imports
    from thidua_cli.intake.sheet import Sheet

    values: dict[str, object] = {
        "code": code,
        "name": name,
        "kind": str(kind),
        "level": str(level) if level else None,
        "parent_code": parent,
        "abbreviation": abbreviation,
        "sort_order": sort_order,
        "valid_from": on.isoformat(),
        "note": note,
    }
    items, problems = imports.check(Sheet(list(values), [(0, values)]), on)
    if not items:
        raise UsageError(*_said(problems))
    with options.writing(ctx) as writer:
        directory = Directory.read(writer.connection, LATEST)
        load_plan(writer.connection)
        given = [each for each in values if values[each] is not None]
        made = imports.plan(items, directory, given, first_day=date.min)
        if made.problems:
            _refuse_taken(directory, code, on, made.problems)
        if wrong := problems + made.problems:
            raise RefusedError(*_said(wrong))
        if made.new:
            imports.apply(writer, made, options.checked_text(doc, "--doc", NUMBER_LIMIT) or None)
    line = _("đã thêm {code}  {name}") if made.new else _("{code}  {name} đã có từ trước")
    unit = items[0].unit
    lines = [line.format(code=unit.code, name=unit.name), *made.filled]
    messages.confirm(lines, saved=messages.saved(writer))
    messages.warn(made.warnings)


def _refuse_taken(directory: Directory, code: str, on: date, problems: "Sequence[Problem]") -> None:
    """Raises RefusedError where a unit has the code on that day and is not the one to be added."""
    held = next((each for each in directory.with_code(code) if each.holds_on(on.isoformat())), None)
    if held is not None:
        raise RefusedError(
            _("mã {code} đã là của {name}").format(code=held.code, name=held.name),
            *_said([each._replace(cure="") for each in problems]),
            _("Đơn vị khác: dùng mã khác. Vẫn đơn vị ấy: thidua units rename {code} --on … --doc …").format(
                code=held.code
            ),
            _("Đơn vị ấy đã chấm dứt: trước hết thidua units close {code} --on … --doc …").format(
                code=held.code
            ),
        )


_ADDING = {
    "kind": "--kind",
    "level": "--level",
    "parent_code": "--parent",
    "abbreviation": "--abbreviation",
    "sort_order": "--sort-order",
    "valid_from": "--on",
    "note": "--note",
}  # options by the fields that they give
_CHANGING = _ADDING | {
    "new_code": "--code",
    "new_name": "--name",
    "effective_date": "--on",
    "resolution": "--doc",
}
_SPLITTING = _CHANGING | {"new_code": "--to", "new_name": "--to", "parent_code": "--child"}


def _said(problems: "Sequence[Problem]") -> list[str]:
    """What is wrong with a unit, without the place in a file that there is none of here."""
    from thidua_cli.register import models

    names = _ADDING | {"code": _("MÃ"), "name": _("TÊN")}
    return messages.format_problems(
        [
            models.Problem(problem.at.field, problem.at.value, problem.message, problem.cure)
            for problem in problems
        ],
        names,
    )


On = Annotated[
    date,
    typer.Option(
        "--on", parser=parameters.day, metavar=_("NGÀY"), help=_("Ngày đầu tiên của tình trạng mới.")
    ),
]
Doc = Annotated[str, typer.Option("--doc", metavar=_("SỐ"), help=_("Số văn bản quyết định."))]
NoteText = Annotated[str | None, typer.Option("--note", metavar=_("CHỮ"), help=_("Ghi chú."))]
Child = Annotated[
    list[str] | None,
    typer.Option(
        "--child",
        metavar=_("MÃ=MÃ"),
        help=_("Đơn vị thuộc đơn vị kết thúc = đơn vị cấp trên mới của nó; dùng nhiều lần."),
    ),
]


def rename(
    ctx: typer.Context,
    unit: shared.UnitArgument,
    on: On,
    doc: Doc,
    name: Annotated[str | None, typer.Option("--name", metavar=_("TÊN"), help=_("Tên mới."))] = None,
    code: Annotated[str | None, typer.Option("--code", metavar=_("MÃ"), help=_("Mã mới."))] = None,
    parent: Annotated[
        str | None, typer.Option("--parent", metavar=_("ĐƠN-VỊ"), help=_("Đơn vị cấp trên mới."))
    ] = None,
    abbreviation: Annotated[
        str | None, typer.Option("--abbreviation", metavar=_("CHỮ"), help=_("Tên tắt mới."))
    ] = None,
    sort_order: Annotated[
        int | None, typer.Option("--sort-order", min=0, help=_("Thứ tự sắp xếp mới."))
    ] = None,
    note: NoteText = None,
    dry_run: shared.DryRun = False,
) -> None:
    """Đổi tên, mã, cấp trên hoặc thứ tự của một đơn vị từ ngày nêu ở --on; vẫn là đơn vị ấy."""
    if name is None and code is None and parent is None and abbreviation is None and sort_order is None:
        raise UsageError(_("nêu ít nhất một trong --name, --code, --parent, --abbreviation, --sort-order"))

    def rows(directory: Directory) -> list[dict[str, object]]:
        held = directory.resolve(unit, on - ONE_DAY)
        above = directory.resolve(parent, on).code if parent else None
        return [
            _continues(held, "rename")
            | {"new_code": code or held.code, "new_name": name or held.name, "parent_code": above}
            | {"abbreviation": abbreviation, "sort_order": sort_order}
        ]

    _change(ctx, on, doc, note, rows, dry_run=dry_run)


def merge(
    ctx: typer.Context,
    units: Annotated[list[str], typer.Argument(metavar=_("ĐƠN-VỊ..."), help=_("Các đơn vị nhập vào."))],
    on: On,
    doc: Doc,
    into: Annotated[
        str | None,
        typer.Option("--into", metavar=_("ĐƠN-VỊ"), help=_("Đơn vị tiếp tục, nhận các đơn vị kia.")),
    ] = None,
    code: Annotated[
        str | None, typer.Option("--code", metavar=_("MÃ"), help=_("Mã của đơn vị mới lập."))
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", metavar=_("TÊN"), help=_("Tên của đơn vị mới lập."))
    ] = None,
    child: Child = None,
    note: NoteText = None,
    dry_run: shared.DryRun = False,
) -> None:
    """Nhập các đơn vị vào một đơn vị: --into nếu đơn vị ấy tiếp tục, --code và --name nếu lập mới."""
    if (not into) == (not code or not name) or (into and (code or name)):
        raise UsageError(_("nêu --into, hoặc cả --code và --name"))

    def rows(directory: Directory) -> list[dict[str, object]]:
        if into:
            target = directory.resolve(into, on - ONE_DAY)
            kept = [_kept(directory, target, on)]
            successor = {field: kept[0][field] for field in ("new_code", "new_name")}
        else:
            successor, kept = {"new_code": code or "", "new_name": name or ""}, []
        merged = [directory.resolve(unit, on - ONE_DAY) for unit in units]
        named = [version.unit for version in merged] + ([target.unit] if into else [])
        for version in merged:
            if named.count(version.unit) > 1:
                raise UsageError(_("{unit} được nêu hai lần").format(unit=version.name))
        made = kept + [_from(version, "merge", "whole") | successor for version in merged]
        return _with_children(directory, made, child or [], on)

    _change(ctx, on, doc, note, rows, dry_run=dry_run, names=_CHANGING | {"parent_code": "--child"})


def split(
    ctx: typer.Context,
    unit: shared.UnitArgument,
    to: Annotated[
        list[str],
        typer.Option(
            "--to",
            metavar=_("'MÃ TÊN'"),
            help=_("Đơn vị mới lập ('MÃ TÊN'), hoặc đơn vị đang có (MÃ); dùng nhiều lần."),
        ),
    ],
    on: On,
    doc: Doc,
    keep: Annotated[bool, typer.Option("--keep", help=_("Đơn vị bị tách vẫn tiếp tục."))] = False,
    child: Child = None,
    note: NoteText = None,
    dry_run: shared.DryRun = False,
) -> None:
    """Tách một đơn vị ra nhiều đơn vị; với --keep thì chỉ chuyển đi một phần."""

    def rows(directory: Directory) -> list[dict[str, object]]:
        held = directory.resolve(unit, on - ONE_DAY)
        made = [_kept(directory, held, on)] if keep else []
        for target in to:
            code, _space, name = target.strip().partition(" ")
            if not code:
                raise UsageError(_("--to bỏ trống"))
            if not name.strip():
                made.append(_kept(directory, directory.resolve(code, on - ONE_DAY), on))
                code, name = str(made[-1]["new_code"]), str(made[-1]["new_name"])
            if any(row["kind_of_change"] == "split" and _has_code(row, code) for row in made):
                raise UsageError(_("{unit} được nêu hai lần").format(unit=f"--to {visible(code)}"))
            made.append(_from(held, "split", "part") | {"new_code": code, "new_name": name})
        return _with_children(directory, made, child or [], on)

    _change(ctx, on, doc, note, rows, dry_run=dry_run, names=_SPLITTING)


def close(
    ctx: typer.Context,
    unit: shared.UnitArgument,
    on: On,
    doc: Doc,
    note: NoteText = None,
    dry_run: shared.DryRun = False,
) -> None:
    """Chấm dứt một đơn vị: ngày nêu ở --on là ngày đầu tiên không còn đơn vị ấy."""

    def rows(directory: Directory) -> list[dict[str, object]]:
        return [_from(directory.resolve(unit, on - ONE_DAY), "dissolve", "whole")]

    _change(ctx, on, doc, note, rows, dry_run=dry_run)


def _from(held: Version, change: str, extent: str) -> dict[str, object]:
    return {"old_code": held.code, "old_name": held.name, "kind_of_change": change, "extent": extent}


def _has_code(row: Mapping[str, object], code: str) -> bool:
    """Whether the successor of a row has a code."""
    return str(row["new_code"]).lower() == code.lower()


def _continues(held: Version, change: str) -> dict[str, object]:
    return _from(held, change, "whole") | {"new_code": held.code, "new_name": held.name}


def _kept(directory: Directory, held: Version, on: date) -> dict[str, object]:
    """The row that continues a unit, under the code and name that it has from that day on."""
    after = directory.on(held.unit, on.isoformat()) or held
    if (after.code, after.name) == (held.code, held.name):
        return _continues(held, "keep")
    return _continues(held, "rename") | {"new_code": after.code, "new_name": after.name}


def _with_children(
    directory: Directory, rows: list[dict[str, object]], children: Sequence[str], on: date
) -> list[dict[str, object]]:
    """The rows, and those that put each `CHILD=PARENT` under its parent."""
    placed: set[int] = set()
    for pair in children:
        code, _sign, parent = (part.strip() for part in pair.partition("="))
        if not code or not parent:
            raise UsageError(_("--child '{pair}': ghi MÃ=MÃ-CẤP-TRÊN").format(pair=visible(pair)))
        held = directory.resolve(code, on - ONE_DAY)
        if held.unit in placed:
            raise UsageError(_("{unit} được nêu hai lần").format(unit=held.name))
        placed.add(held.unit)
        same = [row for row in rows if row["old_code"] == held.code and row["kind_of_change"] in CONTINUING]
        if not same:
            same = [_kept(directory, held, on) | {"kind_of_change": "rename"}]
            rows = rows + same
        same[0]["parent_code"] = parent
    return rows


def _change(
    ctx: typer.Context,
    on: date,
    doc: str,
    note: str | None,
    rows: Callable[[Directory], list[dict[str, object]]],
    *,
    dry_run: bool,
    names: Mapping[str, str] = _CHANGING,
) -> None:
    """Plan the rows as one resolution and store them, or say what would change."""
    from thidua_cli.rules import resolutions

    def plan(connection: sqlite3.Connection) -> resolutions.Plan:
        directory = Directory.read(connection, LATEST)
        common = {"effective_date": on, "resolution": doc, "note": note}
        made = resolutions.plan(
            connection, LATEST, _checked([row | common for row in rows(directory)], names)
        )
        if made.faults:
            raise RefusedError(
                *(
                    f"{fault.message} ({cure})" if (cure := fault.typed or fault.cure) else fault.message
                    for fault in made.faults
                )
            )
        return made

    if dry_run:
        with options.reading(ctx) as connection:
            made = plan(connection)
        head, saved = _("sẽ thay đổi; chưa ghi gì (--dry-run)"), ""
    else:
        with options.writing(ctx) as writer:
            made = plan(writer.connection)
            resolutions.apply(writer, made)
        saved = messages.saved(writer)
        head = saved or _("đã đúng như vậy từ trước, không có gì mới để ghi")
    messages.confirm([head, *describe_changes(made)], saved=saved)
    messages.warn(made.warnings)


def _checked(rows: list[dict[str, object]], names: Mapping[str, str]) -> "list[Row]":
    from thidua_cli.register.models import ChangeIn, check
    from thidua_cli.rules.resolutions import Row

    made = []
    for values in rows:
        change, problems = check(ChangeIn, values)
        if change is None:
            raise UsageError(*messages.format_problems(problems, names))
        made.append(Row(0, change))
    return made
