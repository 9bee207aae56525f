"""Records of what units did, exemptions, extensions and supplements from a file.

Plain rows of a long file are decided by columns (`bulk`), all others one by one.
"""

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice

from thidua_cli.ground import dates
from thidua_cli.ground.errors import RefusedError
from thidua_cli.ground.language import EXAMPLES, _
from thidua_cli.intake import bulk, column_rows
from thidua_cli.intake.batch import Batch, Example, Watch
from thidua_cli.intake.headed_rows import HeadedRows, sheet_of
from thidua_cli.intake.numbering import runs
from thidua_cli.intake.record_rows import RecordRow, column_of, differs, refused, twice
from thidua_cli.intake.sheet import Sheet, short
from thidua_cli.register import entries, voiding
from thidua_cli.register.entries import Entry, Record
from thidua_cli.register.evidence import is_file
from thidua_cli.register.fields import ImportKind
from thidua_cli.register.plan import load_plan
from thidua_cli.register.units import Version
from thidua_cli.register.values import NO_OCCASION
from thidua_cli.rules import decide, supplementing
from thidua_cli.rules.compare import NOTHING, differences
from thidua_cli.rules.occasions import shown
from thidua_cli.rules.snapshot import Snapshot, read_entries
from thidua_cli.store import Writer
from thidua_cli.store.journal import LATEST


class RecordBatch(Batch):
    """Records or exemptions of a file. A unit has one record of a phase and action, in a file too.

    A row is compared with a live record in what the file has columns for. With a `reason`, a row that differs
    corrects the record in that. Evidence is compared by the `hashes` of its files as far as there are any.
    """

    def __init__(
        self,
        source: HeadedRows | Sheet,
        kind: ImportKind,
        reason: str | None = None,
        watch: Watch = iter,
        *,
        skips_others: bool = False,
    ) -> None:
        self._source, self._kind, self._reason = source, kind, reason
        self._skips_others = skips_others
        self.hashes: dict[str, str] = {}
        self._columns = column_rows.read(source, kind) if isinstance(source, HeadedRows) else None
        self._check(self._columns and self._columns.row_by_row, watch)
        self.problems = self._wrong

    def _check(self, places: Collection[int] | None, watch: Watch = iter) -> None:
        """Check the rows in certain places one by one, or all."""
        source = self._source
        if places is not None and isinstance(source, HeadedRows):
            source = source._replace(body=[source.body[place] for place in sorted(places)])
        self.sheet, self._checked = sheet_of(source), places
        self._items: list[RecordRow] = []
        self._wrong = list(self.sheet.problems)
        if not self.sheet.rows:
            return
        from thidua_cli.register import models

        for row, values in watch(self.sheet.rows):
            item, wrong = models.check(*models.of_kind(self._kind, values))
            self._wrong += [problem.within(row=row, field=column_of(problem.at.field)) for problem in wrong]
            if item is not None:
                self._items.append(RecordRow(row, item))

    @property
    def size(self) -> int:
        return len(self._columns.rows) if self._columns else len(self.sheet.rows)

    def evidence(self) -> dict[str, int]:
        """The files of evidence that the file names, each with the number of a row that names it."""
        rows = self._columns.evidence() if self._columns else {}
        rows |= {str(each.item.evidence): each.row for each in self._items if each.item.evidence}
        return {path: row for path, row in rows.items() if is_file(path)}

    def plan(self, connection: sqlite3.Connection) -> None:
        columns = self._columns.hashed(self.hashes) if self._columns else None
        plan = load_plan(connection)
        live = read_entries(connection, LATEST, self._kind.action)
        outcomes = bulk.sort(columns, live, connection, plan, dates.today().isoformat()) if columns else None
        while True:
            if outcomes and set(outcomes.row_by_row) != set(self._checked or ()):
                self._check(outcomes.row_by_row)
            self._register: Snapshot | None = None
            if self._items:
                self._register = Snapshot(connection, plan, LATEST, live, self.hashes)
            keys = self._decide()
            # A row may mean, by its name, a unit that a row of the columns names by its code.
            left = outcomes.without(keys) if outcomes else None
            if left is outcomes:
                break
            outcomes = left
        self._bulk = (columns, outcomes) if columns and outcomes else None
        self._shown = self._examples(connection)

    def _decide(self) -> Iterable[tuple[object, ...]]:
        """Decide the rows one by one; returns the keys of the entries that they are about."""
        self.new: list[tuple[RecordRow, Entry]] = []
        self.unchanged: list[tuple[RecordRow, Entry]] = []
        self.corrected: list[tuple[RecordRow, Entry, Entry]] = []  # the live record, and the right one
        self.problems, self.warnings = list(self._wrong), list[str]()
        rows: dict[tuple[object, ...], RecordRow] = {}
        read: set[str] = set()
        taken: Counter[str] = Counter()  # occasions of rows that name none
        others = self._others()
        for incoming in self._items:
            assert self._register is not None  # noqa: S101
            if incoming.item.unit_code in others:
                continue
            outcome = decide.decide(self._register, incoming.item)
            if outcome.error is not None:
                self.problems.append(refused(incoming, outcome.error))
                continue
            assert outcome.entry is not None and outcome.version is not None  # noqa: S101, PT018
            key = (outcome.existing or outcome.entry).key
            if earlier := rows.get(key):
                self.problems.append(twice(outcome.version, earlier, incoming))
                continue
            rows[key] = incoming
            if isinstance(outcome.entry, Record) and getattr(incoming.item, "occasion", None) is None:
                taken[shown(outcome.entry.occasion)] += outcome.existing is None
            said = [*self._reading(incoming, outcome.version, read), *outcome.warnings]
            self.warnings += [
                _("dòng {row}: {warning}").format(row=incoming.row, warning=each) for each in said
            ]
            held, fresh = outcome.existing, outcome.corrected
            if held is None:
                self.new.append((incoming, outcome.entry))
                if not isinstance(outcome.entry, Record):  # the rows after it go by it
                    self._register.put(outcome.entry)
            elif fresh is None:
                self.unchanged.append((incoming, held))
            elif self._reason is not None:
                try:
                    supplementing.refuse_correction(self._register, held, fresh)
                except RefusedError as error:
                    self.problems.append(refused(incoming, error))
                    continue
                self.corrected.append((incoming, held, fresh))
            else:
                self.problems.append(differs(incoming, outcome.version.name, held, fresh))
        self.warnings += self._summary(taken)
        return rows

    def _others(self) -> Collection[str]:
        """The names of bodies that the register does not hold, with `skips_others`; what is said of them."""
        if not self._skips_others or not self._register:
            return ()
        rows: dict[str, list[int]] = {}
        for incoming in self._items:
            rows.setdefault(incoming.item.unit_code, []).append(incoming.row)
        others = {name: each for name, each in rows.items() if not self._register.directory.knows(name)}
        if others:
            listed = "; ".join(
                _("{name} (dòng {rows})").format(name=short(name), rows=runs(each))
                for name, each in others.items()
            )
            count = sum(map(len, others.values()))
            self.warnings.append(
                _("bỏ {count} dòng của cơ quan khác (--skip-others): {listed}").format(
                    count=count, listed=listed
                )
            )
        return others

    def _summary(self, taken: "Counter[str]") -> Iterable[str]:
        """Warnings about all rows: occasions that days decided, values that empty cells take away."""
        if set(taken) - {NO_OCCASION}:
            for occasion, count in taken.items():
                if count:
                    yield _("{count} dòng không nêu kỳ, theo ngày là kỳ {occasion}").format(
                        count=count, occasion=occasion
                    )
        emptied = sum(
            each.new == NOTHING
            for _incoming, held, fresh in self.corrected
            for each in differences(held, fresh)
        )
        if emptied:
            yield _(
                "{count} ô trống bỏ giá trị đang có trong sổ; nếu không phải vậy thì bỏ cột ấy khỏi tệp"
            ).format(count=emptied)

    def _reading(self, incoming: RecordRow, version: Version, read: set[str]) -> Iterable[str]:
        """Which unit a name was taken for, if it is none's full name; once a name, kept in `read`."""
        name = incoming.item.unit_code
        if name not in read and self._register:
            read.add(name)
            yield from filter(None, [self._register.directory.reading(name, version)])

    def apply(self, writer: Writer) -> None:
        pairs = [(old, fresh) for _incoming, old, fresh in self.corrected]
        voiding.correct_all(writer, pairs, str(self._reason))
        new = {incoming.row: entry for incoming, entry in self.new}
        if self._bulk:
            bulk.apply(writer, *self._bulk, new)
        else:
            entries.add(writer, list(new.values()))

    def _examples(self, connection: sqlite3.Connection) -> tuple[list[Example], list[Example]]:
        new = [(incoming.row, entry) for incoming, entry in self.new[:EXAMPLES]]
        same = [(incoming.row, entry) for incoming, entry in self.unchanged[:EXAMPLES]]
        taken = [[(row, entry.unit, entry.day, entry.id) for row, entry in rows] for rows in (new, same)]
        if self._bulk:
            columns, outcomes = self._bulk
            for rows, known in zip(
                taken, (dict.fromkeys(outcomes.new[:EXAMPLES]), outcomes.same), strict=True
            ):
                rows += [
                    (columns.rows[place], outcomes.units[place], columns.values["done_on"][place], number)
                    for place, number in islice(known.items(), EXAMPLES)
                ]

        def named(unit: int, day: str) -> tuple[str, str]:
            if self._register:
                version = self.unit(unit, day)
                return version.code, version.name
            # Units of rows decided by columns have one version.
            row = connection.execute("SELECT code, name FROM unit_version WHERE unit = ?", (unit,))
            code, name = row.fetchone()
            return code, name

        def example(row: int, unit: int, day: str, number: int | None) -> Example:
            return Example(row, *named(unit, day), day, number)

        first_new, first_same = ([example(*each) for each in sorted(rows)[:EXAMPLES]] for rows in taken)
        return first_new, first_same

    def taken(self) -> Mapping[str, Sequence[int]]:
        new = [incoming.row for incoming, _entry in self.new]
        unchanged = [incoming.row for incoming, _entry in self.unchanged]
        if self._bulk:
            columns, outcomes = self._bulk
            new += [columns.rows[place] for place in outcomes.new]
            unchanged += [columns.rows[place] for place in outcomes.same]
        changed = [incoming.row for incoming, _old, _fresh in self.corrected]
        return {"new": new, "changed": changed, "unchanged": unchanged}

    def details(self) -> list[dict[str, object]]:
        """Every record that is corrected: its row, its unit, and each field with both values."""
        return [
            {
                "row": incoming.row,
                "unit_code": self.unit(fresh.unit, fresh.day).code,
                "record_id": old.id,
                "fields": {
                    each.field: {"old": each.old, "new": each.new} for each in differences(old, fresh)
                },
            }
            for incoming, old, fresh in self.corrected
        ]

    def examples(self) -> tuple[list[Example], list[Example]]:
        return self._shown

    def unit(self, unit: int, day: str) -> Version:
        """A unit of a row that was decided by itself, on a day."""
        assert self._register is not None  # noqa: S101
        return self._register.directory.last(unit, day)
