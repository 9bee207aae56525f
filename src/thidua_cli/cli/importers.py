"""What an import of each kind plans, stores and tells."""

from datetime import date
from typing import TYPE_CHECKING

from thidua_cli import changes, records, store
from thidua_cli import plan as plans
from thidua_cli.cli import options
from thidua_cli.cli.describe import EXAMPLES, describe_changes, rest
from thidua_cli.dates import show_day
from thidua_cli.deciding import Register
from thidua_cli.imports.columns import ImportKind
from thidua_cli.language import _
from thidua_cli.units import Directory

if TYPE_CHECKING:
    import sqlite3

    from thidua_cli.imports.records import RecordPlan
    from thidua_cli.imports.sheet import Problem, Sheet
    from thidua_cli.imports.units import UnitPlan


class Units:
    """An import of units."""

    def __init__(self, sheet: "Sheet", on: date | None, province: str | None) -> None:
        self.sheet, self.on, self.province = sheet, on, province
        self.problems: list[Problem] = []
        self.made: UnitPlan

    def plan(self, connection: "sqlite3.Connection") -> None:
        from thidua_cli.imports import units

        first_day = self.on or plans.load(connection).phases[0].starts_on
        directory = Directory.read(connection, records.EVERYTHING)
        if self.province and not directory.with_code(self.province):
            for _row, values in self.sheet.rows:  # a register without the city: its districts have no parent
                if values.get("parent_code") == self.province:
                    values["parent_code"] = None
        items, problems = units.check(self.sheet, first_day)
        self.made = units.plan(items, directory, self.sheet.fields, dated=self.on is not None)
        self.problems = problems + self.made.problems
        self.changes = changes.Plan()
        if self.made.changed and not self.problems:
            from thidua_cli.imports import changes as change_imports

            self.changes = changes.plan(connection, records.EVERYTHING, units.change_rows(self.made))
            self.problems = [change_imports.problem(fault) for fault in self.changes.faults]

    def apply(self, writer: store.Writer) -> None:
        from thidua_cli.imports import units

        changes.apply(writer, self.changes)
        if self.made.new:
            units.apply(writer, self.made)

    def counts(self) -> dict[str, int]:
        return {
            "new": len(self.made.new),
            "changed": len(self.made.changed),
            "unchanged": len(self.made.unchanged),
        }

    def warnings(self) -> list[str]:
        return self.made.warnings

    def report(self, name: str, *, dry_run: bool, saved: str) -> None:
        new, same = len(self.made.new), len(self.made.unchanged)
        lines = [_summary(name, new, same, dry_run, changed=len(self.made.changed))]
        lines += [
            f"  ~ {held.code}  {held.name} → {item.unit.name} ({show_day(item.valid_from)})"
            for item, held in self.made.changed[:EXAMPLES]
        ]
        lines += rest(len(self.made.changed))
        lines += [f"  + {item.unit.code}  {item.unit.name}" for item in self.made.new[:EXAMPLES]]
        options.confirm(lines + rest(new), saved=saved)
        options.warn(self.made.warnings)


class Changes:
    """An import of the rows of a resolution."""

    def __init__(self, sheet: "Sheet") -> None:
        self.sheet = sheet
        self.problems: list[Problem] = []
        self.made: changes.Plan

    def plan(self, connection: "sqlite3.Connection") -> None:
        from thidua_cli.imports import changes as imports

        rows, self.problems = imports.check(self.sheet)
        self.made = changes.Plan()
        if not self.problems:
            self.before = Directory.read(connection, records.EVERYTHING)
            self.made = changes.plan(connection, records.EVERYTHING, rows)
            self.problems = [imports.problem(fault) for fault in self.made.faults]

    def apply(self, writer: store.Writer) -> None:
        changes.apply(writer, self.made)

    def counts(self) -> dict[str, int]:
        return {"new": self.made.new, "changed": 0, "unchanged": self.made.unchanged}

    def warnings(self) -> list[str]:
        return [_("ngoài sổ: {unit}").format(unit=unit) for unit in self.made.outside]

    def report(self, name: str, *, dry_run: bool, saved: str) -> None:
        lines = [_summary(name, self.made.new, self.made.unchanged, dry_run)]
        options.confirm(lines + describe_changes(self.made, self.before), saved=saved)


class Records:
    """An import of launches, registrations, reviews or exemptions."""

    def __init__(self, sheet: "Sheet", kind: ImportKind, reason: str | None) -> None:
        self.sheet, self.kind, self.reason = sheet, kind, reason
        self.problems: list[Problem] = []
        self.made: RecordPlan

    def plan(self, connection: "sqlite3.Connection") -> None:
        from thidua_cli.imports import records as imports

        items, problems = imports.check(self.sheet, self.kind)
        self.register = Register.read(connection, plans.load(connection), records.EVERYTHING)
        self.made = imports.plan(items, self.register, correct=self.reason is not None)
        self.problems = problems + self.made.problems

    def apply(self, writer: store.Writer) -> None:
        for _incoming, old, fresh in self.made.corrected:
            records.correct(writer, int(old.id or 0), str(self.reason), fresh)
        if self.made.new:
            records.add(writer, [entry for _incoming, entry in self.made.new])

    def counts(self) -> dict[str, int]:
        made = self.made
        return {"new": len(made.new), "changed": len(made.corrected), "unchanged": len(made.unchanged)}

    def warnings(self) -> list[str]:
        return self.made.warnings

    def report(self, name: str, *, dry_run: bool, saved: str) -> None:
        new, same = len(self.made.new), len(self.made.unchanged)
        lines = [_summary(name, new, same, dry_run, changed=len(self.made.corrected))]
        for _incoming, old, fresh in self.made.corrected[:EXAMPLES]:
            version = self.register.directory.last(fresh.unit, fresh.day)
            lines.append(
                _("  ~ {code}  {name}: #{number} ngày {old} sửa thành {new}").format(
                    code=version.code,
                    name=version.name,
                    number=old.id,
                    old=show_day(old.day),
                    new=show_day(fresh.day),
                )
            )
        lines += rest(len(self.made.corrected))
        for _incoming, entry in self.made.new[:EXAMPLES]:
            version = self.register.directory.last(entry.unit, entry.day)
            lines.append(f"  + {version.code}  {version.name}  {show_day(entry.day)}")
        lines += rest(new)
        for _incoming, existing in self.made.unchanged[:EXAMPLES]:
            version = self.register.directory.last(existing.unit, existing.day)
            lines.append(
                _("  = {code}  {name}: đã ghi ở #{number} từ trước").format(
                    code=version.code, name=version.name, number=existing.id
                )
            )
        options.confirm(lines + rest(same), saved=saved)
        options.warn(self.made.warnings)


def _summary(name: str, new: int, same: int, dry_run: bool, changed: int = 0) -> str:
    if changed:
        template = (
            _("{file}: sẽ ghi {new} mới, {changed} thay đổi, {same} đã có; chưa ghi gì (--dry-run)")
            if dry_run
            else _("{file}: đã ghi {new} mới, {changed} thay đổi, {same} đã có từ trước")
        )
    else:
        template = (
            _("{file}: sẽ ghi {new} mới, {same} đã có; chưa ghi gì (--dry-run)")
            if dry_run
            else _("{file}: đã ghi {new} mới, {same} đã có từ trước")
        )
    return template.format(file=name, new=new, same=same, changed=changed)


Importer = Units | Changes | Records
