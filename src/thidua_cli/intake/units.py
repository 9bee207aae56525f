"""Units from a file: compare with the register, find what is wrong, store what is new."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from thidua_cli.ground import dates
from thidua_cli.ground.dates import show_day
from thidua_cli.ground.language import EXAMPLES, _
from thidua_cli.ground.problem import Problem
from thidua_cli.ground.text import code_key
from thidua_cli.intake import reading
from thidua_cli.intake.batch import Batch, Example, Watch
from thidua_cli.intake.sheet import Sheet, reject, without_none
from thidua_cli.intake.unit_names import Found, UnitNames
from thidua_cli.intake.unit_rows import (
    UnitDifference,
    UnitRow,
    began_otherwise,
    change_row,
    differences,
    filling,
    overlaps,
    rings,
)
from thidua_cli.register.fields import ImportKind
from thidua_cli.register.terms import Kind, Level
from thidua_cli.register.units import Directory, Version
from thidua_cli.rules import resolutions
from thidua_cli.store import Writer
from thidua_cli.store.journal import LATEST

if TYPE_CHECKING:
    from thidua_cli.register.models import UnitIn

_LEVELS = list(Level)  # from the highest down


class UnitBatch(Batch):
    """Units of a file. A row without a day is of `on`, else of `first_day`, the first day of the plan.

    A new unit of a later day than that gets the parent and the order that a founding by a change would give
    it, where the file leaves them open. With `on`, a unit that differs in name, parent, order or abbreviation
    changes from that day; otherwise the difference is a problem. Another kind, level or first day is another
    unit, so always a problem.
    """

    problems: list[Problem]
    warnings: list[str]

    def __init__(
        self,
        sheet: Sheet,
        first_day: str,
        on: date | None = None,
        watch: Watch = iter,
        names: UnitNames | None = None,
    ) -> None:
        from thidua_cli.register import models

        self.sheet, self._first_day, self._names = sheet, first_day, names
        self._on = on.isoformat() if on else None
        today = dates.today().isoformat()
        self.items: list[UnitRow] = []
        self.wrong = list(sheet.problems)  # known without the register
        for row, written in watch(sheet.rows):
            given, problem = names.fill(row, written) if names else Found(dict(written))
            if problem:
                self.wrong.append(problem)
                continue
            values, emptied = without_none(given)
            unit, wrong = models.check(models.UnitIn, values)
            self.wrong += [problem.within(row=row) for problem in wrong]
            if unit is not None:
                begins = unit.valid_from or on
                day = begins.isoformat() if begins else first_day
                self.items.append(UnitRow(row, unit, day, emptied))
                if day > today:
                    wrong_day = _("ngày ở tương lai"), _("kiểm tra lại ngày")
                    self.wrong.append(self.items[-1].problem("valid_from", *wrong_day))

    def plan(self, connection: sqlite3.Connection) -> None:
        self.compare(Directory.read(connection, LATEST))
        self.warnings += self.filled
        if self.changed and not self.problems:
            self.changes = resolutions.plan(connection, LATEST, [change_row(*each) for each in self.changed])
            self.problems = self.changes.problems
            self.warnings += self.changes.warnings

    def compare(self, directory: Directory) -> None:
        """Compare the units with those of the register."""
        self.directory, self.changes = directory, resolutions.ChangeSet()
        self.new: list[UnitRow] = []
        self.unchanged: list[UnitRow] = []
        self.changed: list[tuple[UnitRow, Version, list[UnitDifference]]] = []  # and how the unit was
        self.problems = list(self.wrong)
        self.warnings: list[str] = list(self._names.said()) if self._names else []
        self.filled: list[str] = []  # what the file left open, for people
        self._parents: dict[
            str, int
        ] = {}  # the ids of units of the register that are parents, by key of code
        first: dict[str, UnitRow] = {}
        for item in self.items:
            if (earlier := first.setdefault(item.key, item)) is not item:
                message = _("trùng mã với dòng {row}").format(row=earlier.row)
                self._refuse(item, "code", message, _("một mã chỉ thuộc một đơn vị vào một ngày"))
        self._first = {
            key: self._as_founded(item) if item.day > self._first_day else item for key, item in first.items()
        }
        # Whoever is below a unit whose row cannot be taken is not to blame.
        refused = {code_key(str(values.get("code", "")).strip()) for _row, values in self.sheet.rows}
        refused -= first.keys()
        for item in self._first.values():
            if item.parent_key not in refused:
                self._check_parent(item)
            self._compare(item)
        self.problems += rings(self._first)
        self._fill()

    def _refuse(self, item: UnitRow, field: str, message: str, cure: str) -> None:
        self.problems.append(item.problem(field, message, cure))

    def _as_founded(self, item: UnitRow) -> UnitRow:
        """The unit with the parent and the order of its founding, if the register has it since that day."""
        holders = self.directory.with_code(item.unit.code)
        held = next((version for version in holders if version.valid_from == item.day), None)
        if held is None or self.directory.versions[held.unit][0] is not held:
            return item
        above = self.directory.on(held.parent, item.day)
        return item.filled(above.code if above else None, held.sort_order)

    def _check_parent(self, item: UnitRow) -> None:
        code, key = item.unit.parent_code, item.parent_key
        if code is None:
            return
        if key == item.key:
            self._refuse(item, "parent_code", _("đơn vị là cấp trên của chính mình"), _("sửa mã cấp trên"))
            return
        above = next((each for each in self.directory.with_code(code) if each.holds_on(item.day)), None)
        if above is not None:
            self._parents[key] = above.unit
        inside = self._first.get(key)
        known: UnitIn | Version | None = inside.unit if inside else above
        if known is None:
            message = _("không có đơn vị cấp trên này")
            self._refuse(item, "parent_code", message, _("thêm đơn vị ấy, hoặc sửa mã"))
            return
        if known.level and item.unit.level and _LEVELS.index(known.level) > _LEVELS.index(item.unit.level):
            message = _("cấp của đơn vị cấp trên lại thấp hơn")
            self._refuse(item, "parent_code", message, _("sửa cấp hoặc mã cấp trên"))
        if inside and above is None and inside.day > item.day:
            message = _("đơn vị cấp trên chỉ có từ ngày {day}").format(day=show_day(inside.day))
            self._refuse(item, "parent_code", message, _("sửa ngày, hoặc bỏ trống cấp trên"))

    def _compare(self, item: UnitRow) -> None:
        """The unit that has the code on the unit's day decides; where none has, it is a new unit."""
        holders = self.directory.with_code(item.unit.code)
        versions = [version for version in holders if version.holds_on(item.day)]
        if item.unit.valid_from is None and not self._on:
            # A list that names no day is of today, or of the beginning.
            today = dates.today().isoformat()
            versions = [version for version in holders if version.holds_on(today)] + versions
        above = self.directory.on(self._parents.get(item.parent_key), item.day)
        if versions:
            self._compare_with(item, versions)
        elif later := [version for version in holders if version.valid_from > item.day]:
            self.problems.append(overlaps(item, later))
        elif above is not None and above.ended_on:
            message = _("đơn vị cấp trên chấm dứt từ ngày {day}").format(day=show_day(above.ended_on))
            self._refuse(item, "parent_code", message, _("nêu đơn vị cấp trên còn tồn tại"))
        else:
            self.new.append(item)
            self.warnings += [
                _("{code}  {name}: trùng tên với {other}, chỉ còn gọi được bằng mã").format(
                    code=item.unit.code, name=item.unit.name, other=namesake.code
                )
                for namesake in self.directory.with_name(item.unit.name)
                if namesake.holds_on(item.day)
            ]

    def _compare_with(self, item: UnitRow, versions: Sequence[Version]) -> None:
        """Compare a unit with those that have its code on its day: one is enough if it is the same.

        A day of its own (`valid_from`) says when the unit began, and must be that day. With `on` besides,
        other fields are those of `on`.
        """
        held, since = versions[0], max(self._on or "", item.day)
        if item.unit.valid_from:
            began = self.directory.versions[held.unit][0].valid_from
            if item.day != began:
                self.problems.append(began_otherwise(item, held, began))
                self.problems += [each.problem(item) for each in self._differences(item, held)]
                return
            if self._on and (now := self.directory.on(held.unit, since)):
                held, versions = now, [now, *versions]
        differing = [self._differences(item, version) for version in versions]
        if not all(differing):
            self.unchanged.append(item)
        elif self._on and all(each.can_change for each in differing[0]):
            self.changed.append((item._replace(day=since), held, differing[0]))
        else:
            self.problems += [each.problem(item) for each in differing[0]]

    def _differences(self, item: UnitRow, held: Version) -> list[UnitDifference]:
        return differences(item, held, self.directory, self.sheet.fields)

    def _fill(self) -> None:
        """Give the new units of later days the parent and the order that the file leaves open.

        A list of the statistics office is in no order of protocol, so its units get none.
        """
        orders = [(version.level, version.sort_order) for version in self.directory]
        orders += [(item.unit.level or Level.CITY, item.unit.sort_order) for item in self.new]
        last = {level: max((order or 0 for of, order in orders if of is level), default=0) for level in Level}
        for place, item in enumerate(self.new):
            if item.day <= self._first_day:
                continue
            level = item.unit.level or Level.CITY
            order = None if self.sheet.province else last[level] + 10
            filled = item.filled(self._city(item), order)
            if filled.unit == item.unit:
                continue
            last[level] = max(last[level], filled.unit.sort_order or 0)
            self.new[place] = filled
            self.filled.append(filling(item, filled))

    def _city(self, item: UnitRow) -> str | None:
        """The code of the one city committee on a unit's first day, if it is not the unit itself."""
        stored = [
            version
            for version in self.directory
            if version.kind is Kind.CITY_COMMITTEE and version.holds_on(item.day)
        ]
        self._parents |= {code_key(version.code): version.unit for version in stored}
        codes = [version.code for version in stored] + [
            other.unit.code
            for other in self.new
            if other.unit.kind is Kind.CITY_COMMITTEE and other.day <= item.day
        ]
        return codes[0] if len(codes) == 1 and codes[0] != item.unit.code else None

    def apply(self, writer: Writer, document: str | None = None) -> None:
        """Store the changes, and the new units, on a document if there is one."""
        resolutions.apply(writer, self.changes)
        if not self.new:
            return
        ids = {item.key: writer.next_id("unit") for item in self.new}
        writer.insert(
            "unit",
            [
                {"id": ids[item.key], "kind": str(item.unit.kind), "level": str(item.unit.level)}
                for item in self.new
            ],
        )
        parents = {**self._parents, **ids}
        writer.insert(
            "unit_version",
            [
                {"id": writer.next_id("unit_version"), "unit": ids[item.key]}
                | item.stored(parents)
                | {"document_number": document}
                for item in self.new
            ],
        )

    def taken(self) -> Mapping[str, Sequence[int]]:
        changed = [item for item, _held, _fields in self.changed]
        lists = {"new": self.new, "changed": changed, "unchanged": self.unchanged}
        return {name: [item.row for item in items] for name, items in lists.items()}

    def details(self) -> list[dict[str, object]]:
        """Every unit that changes: its row, its code, the day, and each field with both values."""
        return [
            {
                "row": item.row,
                "unit_code": held.code,
                "on": item.day,
                "fields": {each.field: {"old": each.old, "new": each.new} for each in fields},
            }
            for item, held, fields in self.changed
        ]

    def examples(self) -> tuple[list[Example], list[Example]]:
        new, same = (
            [Example(item.row, item.unit.code, item.unit.name, item.day) for item in items[:EXAMPLES]]
            for items in (self.new, self.unchanged)
        )
        return new, same


def first_units(path: Path, first_day: str) -> UnitBatch:
    """The units of a file for a register that is still empty; raises RejectedError with all that is wrong."""
    sheet = reading.read(str(path), ImportKind.UNITS)
    batch = UnitBatch(sheet, first_day, names=UnitNames(sheet, Directory(), [first_day], proposes=False))
    batch.compare(Directory())
    if batch.problems:
        raise reject(str(path), batch.problems, most=20)
    return batch
