"""A register beside a model of it in plain Python, through records, faults, backups, restores and attacks in any order."""

import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

import build
import forgeries
from thidua_cli import backup, journal, records, restoring, store, undo, verify
from thidua_cli.errors import RefusedError, ThiduaError
from thidua_cli.records import Entry
from thidua_cli.verify import Wanted
from thidua_cli.verify.anchors import parse

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
            anchors = [each.anchor for each in journal.operations(connection, 2**62)][::-1]
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
            for entry in records.live_records(connection, 2**62)
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
                _table, entry = records.find(connection, number)
                with store.write(connection, actor="test", command="correct") as writer:
                    fresh = records.correct(writer, number, "nhầm", entry._replace(done_on=day))
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
            anchors = [each.anchor for each in journal.operations(connection, 2**62)][::-1]
            assert anchors == list(self.known.anchors)
            for kind, live in (("record", self.records), ("version", self.versions)):
                assert live(connection) == {row.id: row.says for row in self.known.live if row.kind == kind}
        assert not self.path.with_name("thidua.db-journal").exists()

    def teardown(self) -> None:
        assert verify.inspect(self.path).findings == []
        shutil.rmtree(self.folder)


def _live(empty_register: sqlite3.Connection, lives: int, steps: int) -> None:
    with store.write(empty_register, actor="test", command="units") as writer:
        for code in CODES:
            build.unit(writer, code, "department", "city", "2021-01-01")
    Register.source = empty_register
    Register.memory = Path("/dev/shm") if Path("/dev/shm").is_dir() else None
    run_state_machine_as_test(
        Register,
        settings=settings(
            max_examples=lives,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )


def test_lives_in_any_order(empty_register: sqlite3.Connection) -> None:
    """Whatever happens in whatever order, the register holds what the model holds, and attacks are found."""
    _live(empty_register, 60, 40)


@pytest.mark.soak
def test_many_lives_in_any_order(empty_register: sqlite3.Connection) -> None:
    """The same, 2,000 lives of 50 steps."""
    _live(empty_register, 2000, 50)
