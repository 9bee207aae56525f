"""A register beside a model of it in plain Python, through records, faults, backups, restores and attacks in any order."""

import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

import build
import forgeries
from faults.witness import beside
from thidua_cli import backup, journal, records, restoring, store, undo, verify
from thidua_cli.errors import RefusedError, ThiduaError
from thidua_cli.verify import Wanted
from thidua_cli.verify.anchors import parse

CODES = ["A1", "A2", "A3", "A4"]
DAYS = ["2021-06-01", "2022-03-31", "2022-04-01"]
ACTIONS = ["launch", "registration", "review"]


class Known(NamedTuple):
    """What the model knows: live records by unit, phase and action; versions of units; anchors of all operations."""

    live: dict[tuple[str, str], tuple[int, str]]  # (code, action) -> (id, day)
    versions: int
    anchors: tuple[str, ...]


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
            self.known = Known({}, self.count_versions(connection), tuple(anchors))
        self.backups: list[tuple[Path, Known]] = []

    @contextlib.contextmanager
    def opened(self) -> Iterator[sqlite3.Connection]:
        connection = store.connect(self.path)
        try:
            yield connection
        finally:
            connection.close()

    @staticmethod
    def count_versions(connection: sqlite3.Connection) -> int:
        return int(connection.execute("SELECT count(*) FROM unit_version").fetchone()[0])

    def wrote(self, live: dict[tuple[str, str], tuple[int, str]], versions: int = 0) -> None:
        """The write made one operation, and this is what lives after it."""
        anchors = (*self.known.anchors, forgeries.anchor(self.path))
        self.known = Known(live, self.known.versions + versions, anchors)

    @rule(code=st.sampled_from(CODES), day=st.sampled_from(DAYS), action=st.sampled_from(ACTIONS))
    def record(self, code: str, day: str, action: str) -> None:
        """New where there is none; the same again stores nothing; another day is refused."""
        with self.opened() as connection:
            outcome = build.decide(connection, code, day, action)
            present = self.known.live.get((code, action))
            assert outcome.verdict == (
                "new" if present is None else "same" if present[1] == day else "differs"
            )
            if outcome.verdict == "new" and outcome.entry:
                with store.write(connection, actor="test", command="record") as writer:
                    made = records.add(writer, [outcome.entry])[0]
                assert made.id is not None
                self.wrote({**self.known.live, (code, action): (made.id, day)})

    @rule(number=st.integers(1, 9))
    def void(self, number: int) -> None:
        """A live record dies; anything else is refused and changes nothing."""
        live = {key: value for key, value in self.known.live.items() if value[0] != number}
        with self.opened() as connection:
            if len(live) < len(self.known.live):
                build.void(connection, number)
                self.wrote(live)
            else:
                with pytest.raises(ThiduaError):
                    build.void(connection, number)

    @rule(code=st.sampled_from(CODES))
    def change(self, code: str) -> None:
        """A unit gets one more version."""
        with self.opened() as connection:
            unit = connection.execute("SELECT unit FROM unit_version WHERE code = ?", (code,)).fetchone()[0]
            day = f"{2023 + self.known.versions}-01-01"
            with store.write(connection, actor="test", command="change") as writer:
                build.version(writer, unit, code, day)
            self.wrote(self.known.live, versions=1)

    @rule(how=st.sampled_from(["exception", "closed", "schema"]), code=st.sampled_from(CODES))
    def fail(self, how: str, code: str) -> None:
        """A write that fails in the middle changes nothing."""
        with self.opened() as connection:
            if how == "closed":
                connection.execute("BEGIN IMMEDIATE")
                build.unit(
                    store.Writer(connection, len(self.known.anchors) + 1), "X", "other", "city", "2024-01-01"
                )
                return
            with pytest.raises((Stopped, sqlite3.IntegrityError)):
                self.begin_and_stop(connection, how)

    def begin_and_stop(self, connection: sqlite3.Connection, how: str) -> None:
        with store.write(connection, actor="test", command="fail") as writer:
            build.unit(writer, "X", "other", "city", "2024-01-01")
            if how == "exception":
                raise Stopped
            connection.execute("DELETE FROM unit")

    @rule(number=st.integers(3, 12))
    def undo(self, number: int) -> None:
        """Taking an operation back is one more operation, or refused; the model asks the register what lives."""
        if number > len(self.known.anchors):
            return
        with self.opened() as connection:
            try:
                with store.write(connection, actor="test", command="undo") as writer:
                    undo.undo(writer, number, "thử")
            except RefusedError:
                return
            codes = dict(connection.execute("SELECT unit, code FROM unit_version"))
            live = {
                (codes[entry.unit], str(entry.action)): (int(entry.id or 0), entry.done_on)
                for entry in records.live_records(connection, 2**62)
            }
            versions = self.count_versions(connection) - self.known.versions
        self.wrote(live, versions)

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
        if self.known.live:
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
        """Nothing lies beside the file, as nobody has opened it yet; the live records, the versions, every anchor."""
        assert beside(self.path) == []
        with self.opened() as connection:
            live = {(entry.id, entry.done_on) for entry in records.live_records(connection, 2**62)}
            anchors = [each.anchor for each in journal.operations(connection, 2**62)][::-1]
            assert (live, anchors) == (set(self.known.live.values()), list(self.known.anchors))
            assert self.count_versions(connection) == self.known.versions

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
