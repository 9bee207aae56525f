"""What an import of each kind plans, stores and tells."""

from datetime import date
from typing import TYPE_CHECKING

from thidua_cli import changes, dates, records, store
from thidua_cli import plan as plans
from thidua_cli.cli import options, progress
from thidua_cli.cli.describe import EXAMPLES, describe_changes, rest
from thidua_cli.dates import show_day
from thidua_cli.deciding import Register
from thidua_cli.imports.columns import ImportKind
from thidua_cli.language import _
from thidua_cli.units import Directory, describe

CORRECTIONS = 20  # shown of an import, one by one

if TYPE_CHECKING:
    import sqlite3

    from thidua_cli.imports.bulk import Bulk
    from thidua_cli.imports.cells import Table
    from thidua_cli.imports.records import RecordPlan
    from thidua_cli.imports.sheet import Problem, Sheet, Watch
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
        taken = {item.key for item in items}
        refused = {str(values.get("code", "")).strip().lower() for _row, values in self.sheet.rows} - taken
        self.made = units.plan(items, directory, self.sheet.fields, on=self.on, refused=refused)
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

    def details(self) -> list[dict[str, object]]:
        """Every unit that changes: its row, its code, the day, and each field with both values."""
        return [
            {
                "row": item.row,
                "unit_code": held.code,
                "on": item.valid_from.isoformat(),
                "fields": {each.field: {"old": each.old, "new": each.new} for each in fields},
            }
            for item, held, fields in self.made.changed
        ]

    def warnings(self) -> list[str]:
        return self.made.warnings

    def report(self, name: str, *, dry_run: bool, saved: str) -> None:
        new, same = len(self.made.new), len(self.made.unchanged)
        lines = [_summary(name, new, same, dry_run, changed=len(self.made.changed))]
        lines += [
            f"  ~ {held.code}  {held.name}: "
            + "; ".join(f"{each.field} {each.old or '–'} → {each.new}" for each in fields)
            + f" ({show_day(item.valid_from)})"
            for item, held, fields in self.made.changed[:CORRECTIONS]
        ]
        lines += rest(len(self.made.changed), CORRECTIONS)
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

    def details(self) -> list[dict[str, object]]:
        return []

    def warnings(self) -> list[str]:
        return [_("ngoài sổ: {unit}").format(unit=unit) for unit in self.made.outside]

    def report(self, name: str, *, dry_run: bool, saved: str) -> None:
        lines = [_summary(name, self.made.new, self.made.unchanged, dry_run)]
        options.confirm(lines + describe_changes(self.made, self.before), saved=saved)


class Records:
    """An import of launches, registrations, reviews or exemptions."""

    def __init__(self, source: "Table | Sheet", kind: ImportKind, reason: str | None) -> None:
        self.source, self.kind, self.reason = source, kind, reason
        self.problems: list[Problem] = []
        self.bulk: Bulk | None = None
        self.made: RecordPlan
        self.new = 0
        self.examples: list[str] = []
        self._read()

    def _read(self) -> None:
        """Look at the file alone; nothing is printed once the register is open."""
        from thidua_cli.imports import bulk
        from thidua_cli.imports.cells import Table
        from thidua_cli.imports.sheet import Sheet

        self.plain = None
        if isinstance(self.source, Table) and self.reason is None:
            self.plain = bulk.read(self.source, self.kind)
            self.sheet = Sheet([], [], notices=list(self.source.notices))
        if self.plain is None:
            self._read_rows(progress.rows)

    def _read_rows(self, watch: "Watch") -> None:
        from thidua_cli.imports import cells
        from thidua_cli.imports import records as imports

        self.sheet = cells.sheet_of(self.source)
        self.items, self.wrong = imports.check(self.sheet, self.kind, watch)

    def plan(self, connection: "sqlite3.Connection") -> None:
        from thidua_cli.imports import bulk, records

        plan = plans.load(connection)
        self.made = records.RecordPlan()
        if self.plain is not None:
            self.bulk = bulk.plan(self.plain, connection, plan, dates.today())
            if self.bulk is None:
                self._read_rows(iter)
        if self.bulk is None:
            self._plan_rows(connection, plan)
            return
        self.new = len(self.bulk.units)
        self.examples = [
            f"  + {code}  {name}  {show_day(day)}"
            for code, name, day in bulk.examples(connection, self.bulk, EXAMPLES)
        ]

    def _plan_rows(self, connection: "sqlite3.Connection", plan: "plans.Plan") -> None:
        from thidua_cli.imports import records as imports

        register = Register.read(connection, plan, records.EVERYTHING)
        self.directory = register.directory
        self.made = imports.plan(self.items, register, correct=self.reason is not None)
        self.problems = self.wrong + self.made.problems
        self.new = len(self.made.new)
        self.examples = [
            f"  + {self._unit(entry)}  {show_day(entry.day)}" for _incoming, entry in self.made.new[:EXAMPLES]
        ]

    def apply(self, writer: store.Writer) -> None:
        for _incoming, old, fresh in self.made.corrected:
            records.correct(writer, int(old.id or 0), str(self.reason), fresh)
        records.add(writer, [entry for _incoming, entry in self.made.new])
        if self.bulk is not None:
            from thidua_cli.imports import bulk

            bulk.apply(writer, self.bulk)

    def counts(self) -> dict[str, int]:
        return {
            "new": self.new,
            "changed": len(self.made.corrected),
            "unchanged": len(self.made.unchanged),
        }

    def details(self) -> list[dict[str, object]]:
        """Every record that is corrected: its row, its unit, and each field with both values."""
        from thidua_cli.imports import records as imports

        return [
            {
                "row": incoming.row,
                "unit_code": self.directory.last(fresh.unit, fresh.day).code,
                "record_id": old.id,
                "fields": {
                    each.field: {"old": each.old, "new": each.new} for each in imports.differences(old, fresh)
                },
            }
            for incoming, old, fresh in self.made.corrected
        ]

    def warnings(self) -> list[str]:
        return self.made.warnings

    def report(self, name: str, *, dry_run: bool, saved: str) -> None:
        changed, same = len(self.made.corrected), len(self.made.unchanged)
        lines = [_summary(name, self.new, same, dry_run, changed=changed)]
        lines += [
            f"  ~ {self._unit(fresh)}, #{old.id}: {_changes(old, fresh)}"
            for _incoming, old, fresh in self.made.corrected[:CORRECTIONS]
        ]
        lines += rest(changed, CORRECTIONS)
        lines += self.examples
        lines += rest(self.new)
        for _incoming, existing in self.made.unchanged[:EXAMPLES]:
            lines.append(
                _("  = {unit}: đã ghi ở #{number} từ trước").format(
                    unit=self._unit(existing), number=existing.id
                )
            )
        options.confirm(lines + rest(same), saved=saved)
        options.warn(self.made.warnings)

    def _unit(self, entry: records.Entry) -> str:
        return describe(self.directory.last(entry.unit, entry.day))


def _changes(old: records.Entry, fresh: records.Entry) -> str:
    from thidua_cli.imports import records as imports

    return "; ".join(f"{each.label} {each.old} → {each.new}" for each in imports.differences(old, fresh))


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
