"""A register beside a model of it in plain Python, through records, faults, backups, restores and attacks in any order."""

import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import build
import conftest
import forgeries
import unit_lives
from thidua_cli import store
from thidua_cli.custody import backup, verify
from thidua_cli.custody import restore as restoring
from thidua_cli.custody.verify import Wanted
from thidua_cli.custody.verify.anchors import parse
from thidua_cli.ground.errors import RefusedError, ThiduaError
from thidua_cli.intake.sheet import Sheet
from thidua_cli.intake.units import UnitBatch
from thidua_cli.register import entries as records
from thidua_cli.register import voiding
from thidua_cli.register.entries import Entry
from thidua_cli.register.models import ChangeIn
from thidua_cli.register.units import Directory
from thidua_cli.rules import invariants, resolutions, undo
from thidua_cli.store import journal
from thidua_cli.store.journal import LATEST
from unit_lives import ContradictionError, Decided, State

CODES = ["A1", "A2", "A3"]
DAYS = ["2021-06-01", "2022-03-31"]
ACTIONS = ["launch", "registration"]


class Row(NamedTuple):
    """A record or a version of a unit, for good: what it says, which operation brought it, and which voided it."""

    kind: str  # record, version
    id: int
    says: tuple[str, str, str]  # code, action and day; of a version: code, nothing and day
    operation: int
    voided: int | None = None
    replacement: int | None = None  # the row of the same kind that the void put in its place

    @property
    def key(self) -> tuple[str, ...]:
        """At most one live record has this key; versions have no two of one day here."""
        return (self.kind, *self.says[:2]) if self.kind == "record" else (self.kind, *self.says)


class Known(NamedTuple):
    """What the model knows: every row there ever was, and the anchors of all operations."""

    rows: tuple[Row, ...]
    anchors: tuple[str, ...]

    @property
    def live(self) -> list[Row]:
        return [row for row in self.rows if row.voided is None]

    def now(self, row: Row) -> Row | None:
        """The live row that stands where this one stood, through every replacement."""
        while row.voided is not None:
            found = [each for each in self.rows if (each.kind, each.id) == (row.kind, row.replacement)]
            if not found:
                return None
            row = found[0]
        return row

    def undoing(self, number: int) -> tuple[list[tuple[Row, Row]], list[Row]] | None:
        """What undoing an operation takes away (what it brought, and what stands for that now) and brings back.

        None where it is refused: for what was corrected later, for what was voided and recorded again, where
        another record has come into the place of what would come back, and where there is nothing to undo.
        """
        brought = [row for row in self.rows if row.operation == number]
        going = [(row, now) for row in brought if (now := self.now(row))]
        staying = [row for row in self.live if row not in [now for _row, now in going]]
        said = [(row.kind, row.says) for row in staying]
        gone = [row for row in brought if row not in [row for row, _now in going]]
        back = [
            row
            for row in self.rows
            if row.voided == number and row.operation != number and (row.kind, row.says) not in said
        ]
        refused = (
            any(row.says != now.says for row, now in going)
            or any(row.kind == "record" and row.says == each.says for row in gone for each in self.live)
            or any(row.kind == "record" and row.key == each.key for row in back for each in staying)
            or not (going or back)
        )
        return None if refused else (going, back)


class Stopped(Exception):  # noqa: N818 - a fault, not an error of the register
    """What stops a write in the middle."""


class Register(RuleBasedStateMachine):
    """One register in a file, and what it must hold."""

    source: sqlite3.Connection
    memory: Path | None

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(dir=self.memory))
        self.path = self.folder / "thidua.db"
        target = sqlite3.connect(self.path)
        type(self).source.backup(target)
        target.close()
        with self.opened() as connection:
            anchors = [each.anchor for each in journal.operations(connection)][::-1]
            versions = [Row("version", number, says, 2) for number, says in self.versions(connection).items()]
            self.known = Known(tuple(versions), tuple(anchors))
        self.backups: list[tuple[Path, Known]] = []

    @contextlib.contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        connection = store.connect(self.path)
        try:
            yield connection
        finally:
            connection.close()

    @staticmethod
    def versions(connection: sqlite3.Connection) -> dict[int, tuple[str, str, str]]:
        """The live versions of units, as the register says."""
        found = connection.execute(
            "SELECT id, code, valid_from FROM unit_version"
            " WHERE id NOT IN (SELECT target_id FROM void WHERE target = 'unit_version')"
        )
        return {number: (code, "", day) for number, code, day in found}

    @staticmethod
    def records(connection: sqlite3.Connection) -> dict[int, tuple[str, str, str]]:
        """The live records, as the register says."""
        codes = dict(connection.execute("SELECT unit, code FROM unit_version"))
        return {
            int(entry.id or 0): (codes[entry.unit], str(entry.action), entry.done_on)
            for entry in records.live_records(connection, LATEST)
        }

    @property
    def next(self) -> int:
        """The number of the next operation."""
        return len(self.known.anchors) + 1

    def wrote(self, new: Iterable[Row] = (), voided: Mapping[Row, int | None] | None = None) -> None:
        """The write made one operation, with these rows; it voided those, with what took their places."""
        dead = voided or {}
        rows = [
            row._replace(voided=self.next, replacement=dead[row]) if row in dead else row
            for row in self.known.rows
        ]
        self.known = Known((*rows, *new), (*self.known.anchors, forgeries.anchor(self.path)))

    def record_now(self, code: str, action: str) -> Row | None:
        return next((row for row in self.known.live if row.key == ("record", code, action)), None)

    def numbered(self, number: int) -> Row | None:
        return next((row for row in self.known.live if (row.kind, row.id) == ("record", number)), None)

    @rule(
        codes=st.lists(st.sampled_from(CODES), min_size=1, max_size=3, unique=True),
        day=st.sampled_from(DAYS),
        action=st.sampled_from(ACTIONS),
    )
    def record(self, codes: list[str], day: str, action: str) -> None:
        """New where there is none; the same again stores nothing; another day is refused."""
        new: list[tuple[str, Entry]] = []
        with self.opened() as connection:
            for code in codes:
                outcome = build.decide(connection, code, day, action)
                present = self.record_now(code, action)
                assert outcome.verdict == (
                    "new" if present is None else "same" if present.says[2] == day else "differs"
                )
                new += [(code, outcome.entry)] if outcome.verdict == "new" and outcome.entry else []
            if new:
                with store.write(connection, actor="test", command="record") as writer:
                    made = records.add(writer, [entry for _code, entry in new])
                pairs = zip(new, made, strict=True)
                self.wrote(
                    [
                        Row("record", int(entry.id or 0), (code, action, day), self.next)
                        for (code, _entry), entry in pairs
                    ]
                )

    @rule(number=st.integers(1, 6))
    def void(self, number: int) -> None:
        """A live record dies; anything else is refused and changes nothing."""
        row = self.numbered(number)
        with self.opened() as connection:
            if row:
                build.void(connection, number)
                self.wrote(voided={row: None})
            else:
                with pytest.raises(ThiduaError):
                    build.void(connection, number)

    @rule(number=st.integers(1, 6), day=st.sampled_from(DAYS))
    def correct(self, number: int, day: str) -> None:
        """Another record takes the place of a live one."""
        row = self.numbered(number)
        if row:
            with self.opened() as connection:
                _table, entry = voiding.find(connection, number)
                with store.write(connection, actor="test", command="correct") as writer:
                    fresh = voiding.correct(writer, number, "nhầm", entry._replace(done_on=day))
            made = Row("record", int(fresh.id or 0), (*row.says[:2], day), self.next)
            self.wrote([made], {row: made.id})

    @rule(code=st.sampled_from(CODES))
    def change(self, code: str) -> None:
        """A unit gets one more version."""
        number = 1 + max(row.id for row in self.known.rows if row.kind == "version")
        with self.opened() as connection:
            unit = connection.execute("SELECT unit FROM unit_version WHERE code = ?", (code,)).fetchone()[0]
            day = f"{2023 + number}-01-01"
            with store.write(connection, actor="test", command="change") as writer:
                build.version(writer, unit, code, day)
            self.wrote([Row("version", number, (code, "", day), self.next)])

    @rule(how=st.sampled_from(["exception", "closed", "schema"]), code=st.sampled_from(CODES))
    def fail(self, how: str, code: str) -> None:
        """A write that fails in the middle changes nothing."""
        with self.opened() as connection:
            if how == "closed":
                connection.execute("BEGIN IMMEDIATE")
                build.unit(store.Writer(connection, self.next), "X", "other", "city", "2024-01-01")
                return
            with pytest.raises((Stopped, sqlite3.IntegrityError)):
                self.begin_and_stop(connection, how)

    def begin_and_stop(self, connection: sqlite3.Connection, how: str) -> None:
        with store.write(connection, actor="test", command="fail") as writer:
            build.unit(writer, "X", "other", "city", "2024-01-01")
            if how == "exception":
                raise Stopped
            connection.execute("DELETE FROM unit")

    @rule(back=st.integers(0, 3))
    def undo(self, back: int) -> None:
        """What the model takes away is gone, and what it brings back is there, as copies; or it is refused.

        The register is asked for one thing alone: which numbers the copies got.
        """
        number = len(self.known.anchors) - back
        if number < 3:  # what made the register
            return
        expected = self.known.undoing(number)
        with self.opened() as connection:
            if expected is None:
                with (
                    pytest.raises(RefusedError),
                    store.write(connection, actor="test", command="undo") as writer,
                ):
                    undo.undo(writer, number, "thử")
                return
            with store.write(connection, actor="test", command="undo") as writer:
                undo.undo(writer, number, "thử")
            fresh = {
                **{("record", says): each for each, says in self.records(connection).items()},
                **{("version", says): each for each, says in self.versions(connection).items()},
            }
        going, back = expected
        copies = {row: Row(row.kind, fresh[row.kind, row.says], row.says, self.next) for row in back}
        instead = {(row.kind, row.replacement): copy.id for row, copy in copies.items() if row.replacement}
        known = {(row.kind, row.id) for row in self.known.rows}
        assert not known & {(copy.kind, copy.id) for copy in copies.values()}
        self.wrote(copies.values(), {now: instead.get((row.kind, row.id)) for row, now in going})

    @rule()
    def back_up(self) -> None:
        """A backup verifies, and holds what is known now."""
        path, proof = backup.back_up(self.path, self.folder)
        assert [operation.anchor for operation in proof.operations] == list(self.known.anchors)
        self.backups = [*self.backups[-3:], (path, self.known)]

    @rule(which=st.integers(0, 3))
    def restore(self, which: int) -> None:
        """What a backup held is back; operations are given up only if that is said."""
        if which >= len(self.backups):
            return
        path, then = self.backups[which]
        pairs = zip(then.anchors, self.known.anchors, strict=False)
        common = next((place for place, (one, other) in enumerate(pairs) if one != other), None)
        if common is None:
            common = min(len(then.anchors), len(self.known.anchors))
        if common < len(self.known.anchors):
            with pytest.raises(RefusedError):
                restoring.restore(path, self.path)
            restoring.restore(path, self.path, discard_after=common)
        else:
            restoring.restore(path, self.path)
        self.known = then

    @rule(data=st.data())
    def attack(self, data: st.DataObject) -> None:
        """Whoever changes a copy by the back door is found, where the chain was made anew by the last anchor."""
        number = data.draw(st.integers(1, len(self.known.anchors)))
        attacks = {
            "actor": ("UPDATE operation SET actor = 'nobody' WHERE number = {number}", False),
            "rewritten": ("UPDATE operation SET actor = 'nobody' WHERE number = {number}", True),
            "row": ("INSERT INTO unit VALUES (9001, 'other', 'city', {number})", False),
            "outside": ("INSERT INTO unit VALUES (9001, 'other', 'city', 99)", False),
            "trigger": ("DROP TRIGGER IF EXISTS void_once", False),
        }
        if any(row.kind == "record" for row in self.known.live):
            attacks["day"] = ("UPDATE record SET done_on = '2021-05-05'", False)
            attacks["new day"] = ("UPDATE record SET done_on = '2021-05-05'", True)
        if len(self.known.anchors) > 1:
            attacks["cut"] = ("", True)
        name = data.draw(st.sampled_from(sorted(attacks)))
        statement, needs_anchor = attacks[name]
        copy = self.folder / "attacked.db"
        shutil.copyfile(self.path, copy)
        if name == "trigger":
            plain = sqlite3.connect(copy)
            plain.execute("DROP TRIGGER void_once")
            plain.close()
        else:
            with forgeries.forging(copy) as plain:
                if name == "cut":
                    for table in ("operation", *journal.TABLES):
                        column = "number" if table == "operation" else "operation"
                        plain.execute(f"DELETE FROM {table} WHERE {column} = {len(self.known.anchors)}")
                else:
                    plain.execute(statement.format(number=number))
                if needs_anchor:
                    forgeries.rewrite(plain)
        alone = verify.inspect(copy).findings
        assert bool(alone) is not needs_anchor, (name, alone)
        assert verify.inspect(copy, Wanted([parse(self.known.anchors[-1])])).findings

    @invariant()
    def the_register_is_what_the_model_says(self) -> None:
        """The live records, the versions and every anchor; nothing lies beside the file."""
        with self.opened() as connection:
            anchors = [each.anchor for each in journal.operations(connection)][::-1]
            assert anchors == list(self.known.anchors)
            for kind, live in (("record", self.records), ("version", self.versions)):
                assert live(connection) == {row.id: row.says for row in self.known.live if row.kind == kind}
        assert not self.path.with_name("thidua.db-journal").exists()

    def teardown(self) -> None:
        assert verify.inspect(self.path).findings == []
        shutil.rmtree(self.folder)


MONTHS = [f"{year}-{month:02}-01" for year in range(2021, 2026) for month in range(2, 12)]
AFTER_ALL = "2026-01-01"
FEW = ["A1", "A2", "A3", "A4", "A5", "A6"]
DAY, WHICH = st.integers(0, len(MONTHS) - 1), st.integers(0, 5)
CODE, NAME = st.sampled_from(FEW), st.sampled_from(["Sở Một", "Sở Hai", "Sở Ba"])


class Units(RuleBasedStateMachine):
    """Units beside a replay of what was decided, in any order of days, learned in time or late."""

    source: sqlite3.Connection

    @initialize()
    def begin(self) -> None:
        self.register = conftest.copy(type(self).source)
        self.decisions: list[Decided] = []
        self.log: dict[int, Decided] = {}  # by operation, what was decided
        self.ids: dict[int, int] = {}  # the model's number -> the register's
        self.past: dict[int, dict[str, object]] = {}
        self.before: tuple[list[Decided], int] | None = (
            None  # what the newest operation changed, and its number
        )
        for code, parent in (("A1", None), ("A2", "A1"), ("A3", "A2"), ("A4", "A1")):
            self.found(f"2021-01-0{code[1]}", code, "Sở Một", self.unit("2021-01-05", parent or ""))
        self.before = None

    def seen(self) -> dict[str, object]:
        """The units of every day, as the register says now."""
        directory = Directory.read(self.register, LATEST)
        return {
            day: {each.unit: (each.code, each.name, each.parent) for each in directory.alive(day)}
            for day in [*MONTHS, AFTER_ALL]
        }

    def day(self, place: int) -> str:
        """A day on which nothing has been decided: that of a place, or the next one that is free."""
        taken = {each.day for each in self.decisions}
        free = [day for day in (*MONTHS[place:], *MONTHS) if day not in taken]
        return free[0] if free else AFTER_ALL

    def unit(self, day: str, code: str) -> int | None:
        """The model's number of who has a code on the day before."""
        earlier = [each for each in self.decisions if each.day < day]
        return next((unit for unit, state in unit_lives.replay(earlier).items() if state.code == code), None)

    def one(self, day: str, which: int) -> int | None:
        """One of the units that exist on the day before."""
        units = sorted(unit_lives.replay([each for each in self.decisions if each.day < day]))
        return units[which % len(units)] if units else None

    def state(self, day: str, unit: int) -> State:
        return unit_lives.replay([each for each in self.decisions if each.day < day])[unit]

    def number(self) -> int:
        return 1 + max([0, *(max(each.unit, each.other) for each in self.decisions)])

    def check(self, decided: Decided, rows: Sequence[resolutions.Row]) -> None:
        """The register takes what agrees with all decisions, whatever was learned first, and nothing else."""
        wanted = [*self.decisions, decided]
        try:
            unit_lives.replay(wanted)
            is_sound = True
        except ContradictionError:
            is_sound = False
        with store.write(self.register, actor="test", command="changes") as writer:
            made = resolutions.plan(self.register, LATEST, rows)
            if not made.problems:
                resolutions.apply(writer, made)
        assert is_sound is not bool(made.problems), (decided, made.problems)
        if is_sound:
            self.wrote(wanted)

    def wrote(self, wanted: list[Decided]) -> None:
        self.before = self.decisions, build.head(self.register)
        self.log[build.head(self.register)] = wanted[-1]
        self.decisions = unit_lives.pruned(wanted)
        for day, seen in self.seen().items():
            held = {code: unit for unit, (code, _name, _parent) in seen.items()}  # type: ignore[attr-defined]
            for unit, state in unit_lives.replay(self.decisions, day).items():
                self.ids.setdefault(unit, held[state.code])

    def row(
        self, kind: str, day: str, old: State, new: tuple[str, str] | None, **fields: object
    ) -> resolutions.Row:
        given = {"old_code": old.code, "old_name": old.name, "kind_of_change": kind, "effective_date": day}
        if new:
            given |= {"new_code": new[0], "new_name": new[1]}
        return resolutions.Row(0, ChangeIn.model_validate({**given, "resolution": "1/NQ", **fields}))

    @rule(place=DAY, code=CODE, name=NAME, which=WHICH)
    def add(self, place: int, code: str, name: str, which: int) -> None:
        """A unit comes from a list, also under the code of one that has ended."""
        day = self.day(place)
        self.found(day, code, name, self.one(day, which) if which else None)

    def found(self, day: str, code: str, name: str, above: int | None) -> None:
        fields = (("code", code), ("name", name), ("parent", above))
        values: dict[str, object] = {"code": code, "name": name, "kind": "department", "valid_from": day}
        values["parent_code"] = None if above is None else self.state(day, above).code
        made = UnitBatch(Sheet(list(values), [(0, values)]), "9999-12-31")
        assert not made.wrong
        directory = Directory.read(self.register, LATEST)
        made.compare(directory)
        is_sound = bool(made.new and not made.problems)
        held = [each for each in directory.with_code(code) if each.until_on is None or each.until_on > day]
        ended = above is not None and directory.versions[self.ids[above]][-1].ended_on
        assert is_sound is not bool(held or ended or values["parent_code"] == code), (day, made.problems)
        if is_sound:
            with store.write(self.register, actor="test", command="units add") as writer:
                made.apply(writer)
            self.wrote([*self.decisions, Decided(day, "add", self.number(), fields)])

    @rule(place=DAY, which=WHICH, code=st.none() | CODE, name=st.none() | NAME, above=st.none() | WHICH)
    def rename(self, place: int, which: int, code: str | None, name: str | None, above: int | None) -> None:
        day = self.day(place)
        unit, parent = self.one(day, which), None if above is None else self.one(day, above)
        if unit is None or unit == parent:
            return
        old = self.state(day, unit)
        wanted = {"code": code, "name": name, "parent": parent}
        fields = tuple(
            (each, value) for each, value in wanted.items() if value not in (None, getattr(old, each))
        )
        above_code = None if parent is None else self.state(day, parent).code
        row = self.row("rename", day, old, (code or old.code, name or old.name), parent_code=above_code)
        if fields:
            self.check(Decided(day, "rename", unit, fields), [row])

    @rule(place=DAY, which=WHICH)
    def close(self, place: int, which: int) -> None:
        day = self.day(place)
        if (unit := self.one(day, which)) is not None:
            self.check(Decided(day, "close", unit), [self.row("dissolve", day, self.state(day, unit), None)])

    @rule(place=DAY, which=WHICH, into=WHICH)
    def merge(self, place: int, which: int, into: int) -> None:
        day = self.day(place)
        unit, heir = self.one(day, which), self.one(day, into)
        if unit is None or heir is None or unit == heir:
            return
        old, new = self.state(day, unit), self.state(day, heir)
        to = (new.code, new.name)
        rows = [self.row("keep", day, new, to), self.row("merge", day, old, to)]
        self.check(Decided(day, "merge", unit, other=heir), rows)

    @rule(place=DAY, which=WHICH, code=CODE)
    def split(self, place: int, which: int, code: str) -> None:
        """A part becomes a new unit, and the unit goes on."""
        day = self.day(place)
        unit = self.one(day, which)
        if unit is None or self.unit(day, code) is not None:
            return
        old = self.state(day, unit)
        rows = [
            self.row("keep", day, old, (old.code, old.name)),
            self.row("split", day, old, (code, "Sở Mới"), extent="part"),
        ]
        fields = (("code", code), ("name", "Sở Mới"), ("parent", old.parent))
        self.check(Decided(day, "split", unit, fields, self.number()), rows)

    @rule()
    def undo(self) -> None:
        """The newest operation goes, and all is as it was before it."""
        if self.before and self.before[1] == build.head(self.register) > 1:
            with store.write(self.register, actor="test", command="undo") as writer:
                undo.undo(writer, self.before[1], "thử")
            assert self.seen() == self.past[self.before[1] - 1]
            self.undone(self.before[1], self.before[0])

    def undone(self, number: int, decisions: list[Decided]) -> None:
        """An operation went, and these decisions are left."""
        self.decisions, self.before = decisions, None
        del self.log[number]
        there = {unit for each in self.decisions for unit in (each.unit, each.other)}
        self.ids = {unit: number for unit, number in self.ids.items() if unit in there}

    @rule(which=st.integers(0, 30))
    def undo_an_older_one(self, which: int) -> None:
        """It goes as if it had never been, or is refused where a later one needs or keeps what it made."""
        number = sorted(self.log)[which % len(self.log)] if self.log else 0
        if number < 2:
            return
        try:
            left: list[Decided] | None = unit_lives.retold(
                each for operation, each in self.log.items() if operation != number
            )
        except ContradictionError:
            left = None
        try:
            with store.write(self.register, actor="test", command="undo") as writer:
                undo.undo(writer, number, "thử")
        except RefusedError:
            assert number != max(self.log), self.log[number]
        else:
            assert left is not None, self.log[number]
            self.undone(number, left)

    @invariant()
    def all_days_are_what_was_decided(self) -> None:
        """By replay; what was known is known still, and no rule of units is broken."""
        seen = self.seen()
        for day, units in seen.items():
            held = unit_lives.replay(self.decisions, day)
            parents = {unit: self.ids[state.parent] if state.parent else None for unit, state in held.items()}
            assert units == {
                self.ids[unit]: (state.code, state.name, parents[unit]) for unit, state in held.items()
            }, day
        head = build.head(self.register)
        self.past.setdefault(head, seen)
        then = Directory.read(self.register, max(1, head // 2))
        if (known := self.past.get(max(1, head // 2))) is not None:
            for day, units in known.items():
                assert units == {each.unit: (each.code, each.name, each.parent) for each in then.alive(day)}
        directory = Directory.read(self.register, head)
        assert not list(invariants.broken(self.register, head, directory))
        assert not list(invariants.out_of_step(self.register, head, directory))

    def teardown(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "thidua.db"
            target = sqlite3.connect(path)
            self.register.backup(target)
            target.close()
            assert verify.inspect(path).findings == []
        self.register.close()


def _live_units(empty: sqlite3.Connection, lives: int, steps: int) -> None:
    Units.source = empty
    conftest.live(Units, lives, steps)


def test_units_are_what_was_decided_in_whatever_order_it_was_learned(empty: sqlite3.Connection) -> None:
    """Founded again, split, merged with units below them, and late: as by replay, and refused only as by replay."""
    _live_units(empty, 15, 20)


@pytest.mark.soak
def test_many_units_learned_in_any_order(empty: sqlite3.Connection) -> None:
    """The same, 500 lives of 40 steps."""
    _live_units(empty, 500, 40)


def _live(empty_register: sqlite3.Connection, lives: int, steps: int) -> None:
    with store.write(empty_register, actor="test", command="units") as writer:
        for code in CODES:
            build.unit(writer, code, "department", "city", "2021-01-01")
    Register.source = empty_register
    Register.memory = Path("/dev/shm") if Path("/dev/shm").is_dir() else None
    conftest.live(Register, lives, steps)


def test_lives_in_any_order(empty_register: sqlite3.Connection) -> None:
    """Whatever happens in whatever order, the register holds what the model holds, and attacks are found."""
    _live(empty_register, 20, 30)


@pytest.mark.soak
def test_many_lives_in_any_order(empty_register: sqlite3.Connection) -> None:
    """The same, 2,000 lives of 50 steps."""
    _live(empty_register, 2000, 50)
