"""`thidua import`."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from thidua_cli import plan as plans
from thidua_cli import records, store
from thidua_cli.cli import options
from thidua_cli.imports import reading
from thidua_cli.imports.columns import ImportKind
from thidua_cli.imports.sheet import reject
from thidua_cli.language import _
from thidua_cli.records import Register
from thidua_cli.units import Directory

if TYPE_CHECKING:
    import sqlite3

    from thidua_cli.imports.records import RecordPlan
    from thidua_cli.imports.sheet import Problem, Sheet
    from thidua_cli.imports.units import UnitPlan

_EXAMPLES = 5


def run(
    ctx: typer.Context,
    kind: Annotated[ImportKind, typer.Argument(metavar=_("LOẠI"), help=", ".join(ImportKind))],
    file: Annotated[str, typer.Argument(metavar=_("TỆP|-"), help=_("Tệp CSV; - là đầu vào chuẩn."))],
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Chỉ nói sẽ thay đổi gì, không ghi."))] = False,
    on: Annotated[
        date | None,
        typer.Option(
            "--on", parser=options.day, metavar=_("NGÀY"), help=_("Đơn vị có từ ngày này, nếu tệp không nêu.")
        ),
    ] = None,
    max_errors: Annotated[
        int, typer.Option("--max-errors", min=1, help=_("Liệt kê nhiều nhất bấy nhiêu lỗi."))
    ] = 20,
) -> None:
    """Nhập đơn vị, phát động, đăng ký, tổng kết hoặc miễn từ tệp.

    Cả tệp là một thao tác; còn một dòng sai thì không ghi gì, và mọi dòng sai được liệt kê.
    """
    sheet = reading.read(file, kind)
    name = file if file != reading.STDIN else _("đầu vào chuẩn")
    importer = _Units(sheet, on) if kind is ImportKind.UNITS else _Records(sheet, kind)
    if dry_run:
        with store.reading(options.settings(ctx).db) as connection:
            importer.plan(connection)
    else:
        with options.writing(ctx) as writer:
            importer.plan(writer.connection)
            if not importer.problems:
                importer.apply(writer)
    if importer.problems:
        raise reject(name, importer.problems, max_errors)
    importer.report(name, dry_run=dry_run, saved="" if dry_run else options.saved(writer))


class _Units:
    """An import of units."""

    def __init__(self, sheet: "Sheet", on: date | None) -> None:
        self.sheet, self.on = sheet, on
        self.problems: list[Problem] = []
        self.made: UnitPlan

    def plan(self, connection: "sqlite3.Connection") -> None:
        from thidua_cli.imports import units

        first_day = self.on or plans.load(connection).phases[0].starts_on
        items, problems = units.check(self.sheet, first_day)
        self.made = units.plan(items, Directory.read(connection, records.EVERYTHING), self.sheet.fields)
        self.problems = problems + self.made.problems

    def apply(self, writer: store.Writer) -> None:
        from thidua_cli.imports import units

        if self.made.new:
            units.apply(writer, self.made)

    def report(self, name: str, *, dry_run: bool, saved: str) -> None:
        new, same = len(self.made.new), len(self.made.unchanged)
        lines = [_summary(name, new, same, dry_run)]
        lines += [f"  + {item.unit.code}  {item.unit.name}" for item in self.made.new[:_EXAMPLES]]
        options.confirm(lines + _rest(new), saved=saved)


class _Records:
    """An import of launches, registrations, reviews or exemptions."""

    def __init__(self, sheet: "Sheet", kind: ImportKind) -> None:
        self.sheet, self.kind = sheet, kind
        self.problems: list[Problem] = []
        self.made: RecordPlan

    def plan(self, connection: "sqlite3.Connection") -> None:
        from thidua_cli.imports import records as imports

        items, problems = imports.check(self.sheet, self.kind)
        self.register = Register.read(connection, plans.load(connection), records.EVERYTHING)
        self.made = imports.plan(items, self.register)
        self.problems = problems + self.made.problems

    def apply(self, writer: store.Writer) -> None:
        if self.made.new:
            records.add(writer, [entry for _incoming, entry in self.made.new])

    def report(self, name: str, *, dry_run: bool, saved: str) -> None:
        new, same = len(self.made.new), len(self.made.unchanged)
        lines = [_summary(name, new, same, dry_run)]
        for _incoming, entry in self.made.new[:_EXAMPLES]:
            version = self.register.directory.last(entry.unit, entry.day)
            lines.append(f"  + {version.code}  {version.name}  {entry.day}")
        lines += _rest(new)
        for _incoming, existing in self.made.unchanged[:_EXAMPLES]:
            version = self.register.directory.last(existing.unit, existing.day)
            lines.append(
                _("  = {code}  {name}: đã ghi ở #{number} từ trước").format(
                    code=version.code, name=version.name, number=existing.id
                )
            )
        options.confirm(lines + _rest(same), saved=saved)
        options.warn(self.made.warnings)


def _summary(name: str, new: int, same: int, dry_run: bool) -> str:
    template = (
        _("{file}: sẽ ghi {new} mới, {same} đã có; chưa ghi gì (--dry-run)")
        if dry_run
        else _("{file}: đã ghi {new} mới, {same} đã có từ trước")
    )
    return template.format(file=name, new=new, same=same)


def _rest(count: int) -> list[str]:
    return [_("  … và {count} nữa").format(count=count - _EXAMPLES)] if count > _EXAMPLES else []
