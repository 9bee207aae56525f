"""`thidua units rename`, `merge`, `split` and `close`: changes of units by one document."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, NamedTuple

import typer

from thidua_cli.cli import messages, session, shared
from thidua_cli.cli.describe import describe_changes
from thidua_cli.cli.parameters import Fields, Option, argument, day, option
from thidua_cli.ground.errors import RefusedError, UsageError
from thidua_cli.ground.language import _
from thidua_cli.ground.text import code_key, visible
from thidua_cli.register import fields
from thidua_cli.register.fields import ImportKind
from thidua_cli.register.terms import Change
from thidua_cli.register.units import Directory, Version
from thidua_cli.store.journal import LATEST

_CONTINUING = (Change.KEEP, Change.RENAME)


class By(NamedTuple):
    """From which day a change holds, by which document."""

    on: Annotated[date, option("--on", _("Ngày đầu tiên của tình trạng mới."), _("NGÀY"), day)]
    doc: Annotated[str, option("--doc", _("Số văn bản quyết định."), _("SỐ"))]
    note: Annotated[str | None, option("--note", _("Ghi chú."), _("CHỮ"))] = None
    dry_run: shared.DryRun = False

    def before(self, directory: Directory, unit: str) -> Version:
        """Return the unit that is called so on the last day before the change."""
        return directory.resolve(unit, self.on - timedelta(days=1))


_RENAMED = {
    "new_name": Option("--name", _("Tên mới."), _("TÊN")),
    "new_code": Option("--code", _("Mã mới.")),
    "parent_code": Option("--parent", _("Đơn vị cấp trên mới."), _("ĐƠN-VỊ")),
    "abbreviation": Option("--abbreviation", _("Tên tắt mới.")),
    "sort_order": Option("--sort-order", _("Thứ tự sắp xếp mới.")),
}
Renamed = Annotated[
    dict[str, object],
    Fields(*(fields.known(ImportKind.CHANGES)[key] for key in _RENAMED), correcting=_RENAMED),
]
Child = Annotated[
    list[str] | None,
    option(
        "--child", _("Đơn vị thuộc đơn vị kết thúc = đơn vị cấp trên mới của nó; dùng nhiều lần."), _("MÃ=MÃ")
    ),
]
_NAMES = {"effective_date": "--on", "resolution": "--doc", "note": "--note"}  # options by fields
_RENAMING = _NAMES | {key: option.name for key, option in _RENAMED.items()}
_MERGING = _RENAMING | {"parent_code": "--child"}
_SPLITTING = _MERGING | {"new_code": "--to", "new_name": "--to"}


def rename(ctx: typer.Context, unit: shared.UnitArgument, by: By, given: Renamed) -> None:
    """Đổi tên, mã, cấp trên hoặc thứ tự của một đơn vị từ ngày nêu ở --on; vẫn là đơn vị ấy."""
    if not given:
        raise UsageError(_("nêu ít nhất một trong --name, --code, --parent, --abbreviation, --sort-order"))

    def rows(directory: Directory) -> list[dict[str, object]]:
        held = by.before(directory, unit)
        made = _continues(held, "rename")
        made |= {key: value for key, value in given.items() if value or key not in made}
        if parent := given.get("parent_code"):
            made["parent_code"] = directory.resolve(str(parent), by.on).code
        return [made]

    _change(ctx, by, rows, _RENAMING)


def merge(
    ctx: typer.Context,
    units: Annotated[list[str], argument(_("Các đơn vị nhập vào."), _("ĐƠN-VỊ..."))],
    by: By,
    into: Annotated[
        str | None, option("--into", _("Đơn vị tiếp tục, nhận các đơn vị kia."), _("ĐƠN-VỊ"))
    ] = None,
    code: Annotated[str | None, option("--code", _("Mã của đơn vị mới lập."), _("MÃ"))] = None,
    name: Annotated[str | None, option("--name", _("Tên của đơn vị mới lập."), _("TÊN"))] = None,
    child: Child = None,
) -> None:
    """Nhập các đơn vị vào một đơn vị: --into nếu đơn vị ấy tiếp tục, --code và --name nếu lập mới."""
    if (not into) == (not code or not name) or (into and (code or name)):
        raise UsageError(_("nêu --into, hoặc cả --code và --name"))

    def rows(directory: Directory) -> list[dict[str, object]]:
        if into:
            target = by.before(directory, into)
            kept = [_kept(directory, target, by.on)]
            successor = {field: kept[0][field] for field in ("new_code", "new_name")}
        else:
            successor, kept = {"new_code": code or "", "new_name": name or ""}, []
        merged = [by.before(directory, unit) for unit in units]
        named = [version.unit for version in merged] + ([target.unit] if into else [])
        for version in merged:
            if named.count(version.unit) > 1:
                raise UsageError(_("{unit} được nêu hai lần").format(unit=version.name))
        made = kept + [_from(version, "merge", "whole") | successor for version in merged]
        return _with_children(directory, made, child or [], by)

    _change(ctx, by, rows, _MERGING)


def split(
    ctx: typer.Context,
    unit: shared.UnitArgument,
    to: Annotated[
        list[str],
        option(
            "--to", _("Đơn vị mới lập ('MÃ TÊN'), hoặc đơn vị đang có (MÃ); dùng nhiều lần."), _("'MÃ TÊN'")
        ),
    ],
    by: By,
    keep: Annotated[bool, option("--keep", _("Đơn vị bị tách vẫn tiếp tục."))] = False,
    child: Child = None,
) -> None:
    """Tách một đơn vị ra nhiều đơn vị; với --keep thì chỉ chuyển đi một phần."""

    def rows(directory: Directory) -> list[dict[str, object]]:
        held = by.before(directory, unit)
        made = [_kept(directory, held, by.on)] if keep else []
        for target in to:
            code, _space, name = target.strip().partition(" ")
            if not code:
                raise UsageError(_("--to bỏ trống"))
            if not name.strip():
                made.append(_kept(directory, by.before(directory, code), by.on))
                code, name = str(made[-1]["new_code"]), str(made[-1]["new_name"])
            successors = [row["new_code"] for row in made if row["kind_of_change"] == "split"]
            if code_key(code) in [code_key(str(successor)) for successor in successors]:
                raise UsageError(_("{unit} được nêu hai lần").format(unit=f"--to {visible(code)}"))
            made.append(_from(held, "split", "part") | {"new_code": code, "new_name": name})
        return _with_children(directory, made, child or [], by)

    _change(ctx, by, rows, _SPLITTING)


def close(ctx: typer.Context, unit: shared.UnitArgument, by: By) -> None:
    """Chấm dứt một đơn vị: ngày nêu ở --on là ngày đầu tiên không còn đơn vị ấy."""

    def rows(directory: Directory) -> list[dict[str, object]]:
        return [_from(by.before(directory, unit), "dissolve", "whole")]

    _change(ctx, by, rows, _RENAMING)


def _from(held: Version, change: str, extent: str) -> dict[str, object]:
    return {"old_code": held.code, "old_name": held.name, "kind_of_change": change, "extent": extent}


def _continues(held: Version, change: str) -> dict[str, object]:
    return _from(held, change, "whole") | {"new_code": held.code, "new_name": held.name}


def _kept(directory: Directory, held: Version, on: date) -> dict[str, object]:
    """Return the row that continues a unit, under the code and name that it has from that day on."""
    after = directory.on(held.unit, on.isoformat()) or held
    if (after.code, after.name) == (held.code, held.name):
        return _continues(held, "keep")
    return _continues(held, "rename") | {"new_code": after.code, "new_name": after.name}


def _with_children(
    directory: Directory, rows: list[dict[str, object]], children: Sequence[str], by: By
) -> list[dict[str, object]]:
    """Return the rows, and those that put each `CHILD=PARENT` under its parent."""
    placed: set[int] = set()
    for pair in children:
        code, _sign, parent = (part.strip() for part in pair.partition("="))
        if not code or not parent:
            raise UsageError(_("--child '{pair}': ghi MÃ=MÃ-CẤP-TRÊN").format(pair=visible(pair)))
        held = by.before(directory, code)
        if held.unit in placed:
            raise UsageError(_("{unit} được nêu hai lần").format(unit=held.name))
        placed.add(held.unit)
        same = [row for row in rows if row["old_code"] == held.code and row["kind_of_change"] in _CONTINUING]
        if not same:
            same = [_kept(directory, held, by.on) | {"kind_of_change": "rename"}]
            rows = rows + same
        same[0]["parent_code"] = parent
    return rows


def _change(
    ctx: typer.Context,
    by: By,
    rows: Callable[[Directory], list[dict[str, object]]],
    names: Mapping[str, str],
) -> None:
    """Plan the rows as one resolution and store them, or say what would change."""
    from thidua_cli.register.models import ChangeIn
    from thidua_cli.rules import resolutions

    def plan(connection: sqlite3.Connection) -> resolutions.ChangeSet:
        common = {"effective_date": by.on, "resolution": by.doc, "note": by.note}
        made = resolutions.plan(
            connection,
            LATEST,
            [
                resolutions.Row(0, session.checked(ChangeIn, row | common, names))
                for row in rows(Directory.read(connection, LATEST))
            ],
        )
        if made.problems:
            raise RefusedError(
                *(f"{each.message} ({each.cure})" if each.cure else each.message for each in made.problems)
            )
        return made

    made, _done, saved = session.carry_out(ctx, plan, resolutions.apply, dry_run=by.dry_run)
    if by.dry_run:
        head = _("sẽ thay đổi; chưa ghi gì (--dry-run)")
    else:
        head = saved or _("đã đúng như vậy từ trước, không có gì mới để ghi")
    messages.confirm([head, *describe_changes(made)], saved=saved)
    messages.warn(made.warnings)
