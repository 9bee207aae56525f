"""What an import of each kind plans, stores and tells."""

from datetime import date
from typing import TYPE_CHECKING

from thidua_cli import store
from thidua_cli.cli import messages, progress
from thidua_cli.cli.describe import EXAMPLES, describe_changes, rest
from thidua_cli.ground.dates import show_day
from thidua_cli.ground.language import _
from thidua_cli.ground.problem import Place, Problem
from thidua_cli.intake.sheet import Example
from thidua_cli.register import entries
from thidua_cli.register.fields import ImportKind
from thidua_cli.register.plan import load_plan
from thidua_cli.register.units import Directory, Version, describe
from thidua_cli.rules import resolutions
from thidua_cli.rules.decide import differences
from thidua_cli.store.journal import LATEST

CORRECTIONS = 20  # shown of an import, one by one

if TYPE_CHECKING:
    import sqlite3

    from thidua_cli.intake.cells import Table
    from thidua_cli.intake.lists import Decision
    from thidua_cli.intake.sheet import Sheet
    from thidua_cli.intake.units import UnitPlan


class Units:
    """An import of units."""

    def __init__(
        self, sheet: "Sheet", on: date | None, province: str | None, connection: "sqlite3.Connection"
    ) -> None:
        self.sheet, self.on = sheet, on
        self.problems: list[Problem] = []
        self.made: UnitPlan
        self.plan_day = date.fromisoformat(load_plan(connection).phases[0].starts_on)
        self.first_day = on or self.plan_day
        if province and not Directory.read(connection, LATEST).with_code(province):
            for _row, values in sheet.rows:  # a register without the city: its districts have no parent
                if values.get("parent_code") == province:
                    values["parent_code"] = None

    @property
    def count(self) -> int:
        return len(self.sheet.rows)

    def check(self) -> None:
        from thidua_cli.intake import units

        self.items, self.wrong = units.check(self.sheet, self.first_day, progress.rows)

    def plan(self, connection: "sqlite3.Connection") -> None:
        from thidua_cli.intake import units

        items, directory = self.items, Directory.read(connection, LATEST)
        taken = {item.key for item in items}
        refused = {str(values.get("code", "")).strip().lower() for _row, values in self.sheet.rows} - taken
        self.made = units.plan(
            items, directory, self.sheet.fields, on=self.on, refused=refused, first_day=self.plan_day
        )
        self.made.warnings += self.made.filled
        self.problems = self.wrong + self.made.problems
        self.changes = resolutions.Plan()
        if self.made.changed and not self.problems:
            from thidua_cli.intake import changes as change_imports

            self.changes = resolutions.plan(connection, LATEST, units.change_rows(self.made))
            self.problems = [change_imports.problem(fault) for fault in self.changes.faults]
            self.made.warnings += self.changes.warnings

    def apply(self, writer: store.Writer) -> None:
        from thidua_cli.intake import units

        resolutions.apply(writer, self.changes)
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

    def examples(self) -> tuple[list[Example], list[Example]]:
        new, same = (
            [
                Example(item.row, item.unit.code, item.unit.name, item.valid_from.isoformat())
                for item in items[:EXAMPLES]
            ]
            for items in (self.made.new, self.made.unchanged)
        )
        return new, same

    def warnings(self) -> list[str]:
        return self.made.warnings

    def report(self, name: str, *, dry_run: bool, saved: str, most: int) -> None:
        new, same = len(self.made.new), len(self.made.unchanged)
        lines = [_summary(name, new, same, dry_run, changed=len(self.made.changed))]
        lines += [
            f"  ~ {held.code}  {held.name}: "
            + "; ".join(f"{each.field} {each.old or '–'} → {each.new or '–'}" for each in fields)
            + f" ({show_day(item.valid_from)})"
            for item, held, fields in self.made.changed[:CORRECTIONS]
        ]
        lines += rest(len(self.made.changed), CORRECTIONS)
        lines += [f"  + {item.unit.code}  {item.unit.name}" for item in self.made.new[:EXAMPLES]]
        messages.confirm(lines + rest(new), saved=saved)
        messages.warn(self.made.warnings, most)


class Changes:
    """An import of the rows of a resolution."""

    def __init__(self, sheet: "Sheet") -> None:
        self.sheet = sheet
        self.problems: list[Problem] = []
        self.made = resolutions.Plan()

    @property
    def count(self) -> int:
        return len(self.sheet.rows)

    def check(self) -> None:
        from thidua_cli.intake import changes as imports

        self.rows, self.wrong = imports.check(self.sheet)

    def plan(self, connection: "sqlite3.Connection") -> None:
        from thidua_cli.intake import changes as imports

        self.made = resolutions.plan(connection, LATEST, self.rows)
        faults = imports.sound(self.made.faults, self.rows, self.sheet)
        self.problems = self.wrong + [imports.problem(fault) for fault in faults]
        if self.wrong:  # what becomes of units is not known without all rows
            self.made.steps, self.made.outside = [], []

    def apply(self, writer: store.Writer) -> None:
        resolutions.apply(writer, self.made)

    def counts(self) -> dict[str, int]:
        faulty = {problem.at.row for problem in self.problems}.intersection(row.number for row in self.rows)
        return {"new": self.made.new - len(faulty), "changed": 0, "unchanged": self.made.unchanged}

    def details(self) -> list[dict[str, object]]:
        """Every unit that begins, changes or ends: on which day, out of which others, into which others.

        `parents`: the code of the unit above before and after, where these differ; else empty.
        """
        return [
            {
                "what": step.what,
                "on": step.day,
                "unit_code": step.version.code,
                "unit_name": step.version.name,
                "predecessors": [each.code for each in step.predecessors],
                "successors": [each.code for each in step.successors],
                "parents": [each.code if each else None for each in step.above] if step.above else [],
            }
            for step in self.made.steps
        ]

    def examples(self) -> tuple[list[Example], list[Example]]:
        return [], []  # the details tell all

    def warnings(self) -> list[str]:
        outside = [_("ngoài sổ: {unit}").format(unit=unit) for unit in self.made.outside]
        return outside + self.made.warnings

    def report(self, name: str, *, dry_run: bool, saved: str, most: int) -> None:
        lines = [_summary(name, self.made.new, self.made.unchanged, dry_run)]
        messages.confirm(lines + describe_changes(self.made), saved=saved)
        messages.warn(self.made.warnings, most)


class Records:
    """An import of launches, registrations, reviews or exemptions."""

    def __init__(self, source: "Table | Sheet", kind: ImportKind, reason: str | None) -> None:
        self.source, self.kind, self.reason = source, kind, reason
        self.problems: list[Problem] = []
        self.made: Decision
        self.hashes: dict[str, str] = {}
        self.shown: tuple[list[Example], list[Example]] = ([], [])

    @property
    def count(self) -> int:
        return len(self.listed.plain.rows) if self.listed.plain else len(self.sheet.rows)

    def check(self) -> None:
        from thidua_cli.intake import lists

        self.listed = lists.read(self.source, self.kind, progress.rows)
        self.sheet = self.listed.sheet

    def plan(self, connection: "sqlite3.Connection") -> None:
        from thidua_cli.intake import lists

        self.made = lists.decide(self.listed, connection, self.hashes, correcting=self.reason is not None)
        self.sheet, self.problems = self.made.listed.sheet, self.made.problems
        self.shown = lists.examples(self.made, connection, EXAMPLES)

    def hash_evidence(self) -> bool:
        """Hash the files that the rows name; returns whether `plan` has more to compare by them."""
        from thidua_cli.intake import lists

        rows = lists.evidence(self.made.listed)
        self.hashes, wrong = progress.hashed(rows)
        self.problems = [
            Problem(error.message, error.cure, at=Place(rows[path], "evidence", path))
            for path, error in wrong.items()
        ]
        return bool(rows) and not wrong

    def apply(self, writer: store.Writer) -> None:
        from thidua_cli.intake import lists

        lists.apply(writer, self.made, str(self.reason))

    def counts(self) -> dict[str, int]:
        return self.made.counts()

    def details(self) -> list[dict[str, object]]:
        """Every record that is corrected: its row, its unit, and each field with both values."""
        return [
            {
                "row": incoming.row,
                "unit_code": self._unit(fresh).code,
                "record_id": old.id,
                "fields": {
                    each.field: {"old": each.old, "new": each.new} for each in differences(old, fresh)
                },
            }
            for incoming, old, fresh in self.made.rows.corrected
        ]

    def examples(self) -> tuple[list[Example], list[Example]]:
        return self.shown

    def warnings(self) -> list[str]:
        return self.made.rows.warnings

    def report(self, name: str, *, dry_run: bool, saved: str, most: int) -> None:
        counts = self.counts()
        new, changed, same = counts["new"], counts["changed"], counts["unchanged"]
        lines = [_summary(name, new, same, dry_run, changed=changed)]
        lines += [
            f"  ~ {describe(self._unit(fresh))}, #{old.id}: {_changes(old, fresh)}"
            for _incoming, old, fresh in self.made.rows.corrected[:CORRECTIONS]
        ]
        lines += rest(changed, CORRECTIONS)
        fresh, known = self.shown
        lines += [f"  + {each.unit_code}  {each.unit_name}  {show_day(each.on)}" for each in fresh] + rest(
            new
        )
        lines += [
            _("  = {code}  {name}: đã ghi ở #{number} từ trước").format(
                code=each.unit_code, name=each.unit_name, number=each.record_id
            )
            for each in known
        ]
        lines += rest(same)
        messages.confirm(lines, saved=saved)
        messages.warn(self.warnings(), most)

    def _unit(self, entry: entries.Entry) -> Version:
        assert self.made.register is not None  # noqa: S101
        return self.made.register.directory.last(entry.unit, entry.day)


def _changes(old: entries.Entry, fresh: entries.Entry) -> str:
    return "; ".join(f"{each.label} {' → '.join(each.shown)}" for each in differences(old, fresh))


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
