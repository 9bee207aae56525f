"""A list of records of any length: its plain rows are decided by columns (`bulk`), the others one by one."""

import sqlite3
from collections.abc import Collection, Sequence
from itertools import islice
from typing import NamedTuple

from thidua_cli.ground import dates
from thidua_cli.ground.problem import Problem
from thidua_cli.intake import bulk, cells, records
from thidua_cli.intake.bulk import Plain, Sorted
from thidua_cli.intake.cells import Table
from thidua_cli.intake.records import Incoming, RecordPlan
from thidua_cli.intake.sheet import Example, Sheet, Watch
from thidua_cli.register.entries import add, correct
from thidua_cli.register.evidence import Hashes, is_file
from thidua_cli.register.fields import ACTIONS, ImportKind
from thidua_cli.register.plan import load_plan
from thidua_cli.rules.decide import Register, read_entries
from thidua_cli.store import Writer
from thidua_cli.store.journal import LATEST


class Listed(NamedTuple):
    """A list as it was read: `plain` by columns, if it is long; `items` are its other rows, or all of them.

    `sheet` holds the rows of `items`, and what was noticed in the file; `problems` are those of its cells.
    """

    source: Table | Sheet
    kind: ImportKind
    plain: Plain | None
    sheet: Sheet
    items: Sequence[Incoming]
    problems: Sequence[Problem]


class Decision(NamedTuple):
    """What becomes of a list: `found` of its plain rows, `rows` of the others."""

    listed: Listed
    found: Sorted | None
    rows: RecordPlan
    register: Register | None

    @property
    def problems(self) -> list[Problem]:
        return [*self.listed.problems, *self.rows.problems]

    def counts(self) -> dict[str, int]:
        """How many rows are new, changed and unchanged."""
        new, same = (len(self.found.new), len(self.found.same)) if self.found else (0, 0)
        return {
            "new": new + len(self.rows.new),
            "changed": len(self.rows.corrected),
            "unchanged": same + len(self.rows.unchanged),
        }


def read(source: Table | Sheet, kind: ImportKind, watch: Watch = iter) -> Listed:
    """A list, looked at without the register; `watch` sees the rows go by that are checked one by one."""
    plain = bulk.read(source, kind) if isinstance(source, Table) else None
    return _rows(source, kind, plain, plain and plain.odd, watch)


def _rows(
    source: Table | Sheet,
    kind: ImportKind,
    plain: Plain | None,
    places: Collection[int] | None,
    watch: Watch = iter,
) -> Listed:
    """A list of which the rows in certain places are checked one by one, or all."""
    some = source
    if places is not None and isinstance(source, Table):
        some = source._replace(body=[source.body[place] for place in sorted(places)])
    sheet = cells.sheet_of(some)
    items, problems = records.check(sheet, kind, watch)
    return Listed(source, kind, plain, sheet, items, problems)


def evidence(listed: Listed) -> dict[str, int]:
    """The files of evidence that a list names, each with the number of a row that names it."""
    rows = listed.plain.evidence() if listed.plain else {}
    rows |= {str(incoming.item.evidence): incoming.row for incoming in listed.items if incoming.item.evidence}
    return {path: row for path, row in rows.items() if is_file(path)}


def decide(
    listed: Listed, connection: sqlite3.Connection, hashes: Hashes | None = None, *, correcting: bool
) -> Decision:
    """Decide a list on the register as it is; `correcting` is `correct` of `records.plan`.

    Without `hashes`, those of its evidence are not compared.
    """
    if listed.plain and hashes:
        listed = listed._replace(plain=listed.plain.hashed(hashes))
    plan = load_plan(connection)
    entries = read_entries(connection, LATEST, ACTIONS.get(listed.kind))
    found = bulk.sort(listed.plain, entries, connection, plan, dates.today()) if listed.plain else None
    while True:
        if listed.plain and found and len(found.odd) != len(listed.plain.odd):
            listed = _rows(listed.source, listed.kind, listed.plain, found.odd)
        register = None
        rows = RecordPlan()
        if listed.items:
            register = Register.read(connection, plan, LATEST, entries, hashes)
            rows = records.plan(listed.items, register, correct=correcting)
        # A row may mean, by its name, a unit that a plain row names by its code.
        left = found.without(rows.keys) if found else None
        if left is found:
            return Decision(listed, found, rows, register)
        found = left


def examples(
    decision: Decision, connection: sqlite3.Connection, most: int
) -> tuple[list[Example], list[Example]]:
    """The first rows that are new and those that are known, in the order of the file."""
    found, plain, rows = decision.found, decision.listed.plain, decision.rows
    new = [(incoming.row, entry.unit, entry.day, None) for incoming, entry in rows.new[:most]]
    same = [(incoming.row, entry.unit, entry.day, entry.id) for incoming, entry in rows.unchanged[:most]]
    if found and plain:
        done, known = plain.columns["done_on"], islice(found.same.items(), most)
        new += [(plain.rows[at], found.units[at], done[at], None) for at in islice(found.new, most)]
        same += [(plain.rows[at], found.units[at], done[at], number) for at, number in known]

    def unit(number: int, day: str) -> tuple[str, str]:
        if decision.register:
            version = decision.register.directory.last(number, day)
            return version.code, version.name
        named = "SELECT code, name FROM unit_version WHERE unit = ?"  # of plain rows, where units have one
        code, name = connection.execute(named, (number,)).fetchone()
        return code, name

    return (
        [Example(row, *unit(number, day), day, record) for row, number, day, record in sorted(new)[:most]],
        [Example(row, *unit(number, day), day, record) for row, number, day, record in sorted(same)[:most]],
    )


def apply(writer: Writer, decision: Decision, reason: str) -> None:
    """Store a decision in which nothing is wrong; corrections have the reason."""
    for _incoming, old, fresh in decision.rows.corrected:
        correct(writer, int(old.id or 0), reason, fresh)
    odd = {incoming.row: entry for incoming, entry in decision.rows.new}
    if decision.found and decision.listed.plain:
        bulk.apply(writer, decision.listed.plain, decision.found, odd)
    else:
        add(writer, list(odd.values()))
