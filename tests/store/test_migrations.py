"""An old register is backed up, migrated and verified before anything else is done with it; or left alone."""

import gzip
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import build
import forgeries
from build import FUTURE
from conftest import Outcome, process
from thidua_cli import store
from thidua_cli.custody import upgrade, verify
from thidua_cli.custody.verify import schema
from thidua_cli.ground.errors import StoreError
from thidua_cli.store import journal

Run = Callable[..., Outcome]
PRESENT = store.schema.SCHEMA_VERSION
REGISTERS = sorted((Path(__file__).parents[1] / "registers").glob("schema_*.db.gz"))


# The program of a time to come, whose schema has one more column.
@pytest.fixture
def old(db: Path) -> Path:
    """A register of the present schema, with a life behind it."""
    forgeries.fill(db)
    return db


@pytest.fixture
def future(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This program, one schema later."""

    def add_column(database: object) -> None:
        database.execute("ALTER TABLE record ADD COLUMN seen_on TEXT")  # type: ignore[attr-defined]

    monkeypatch.setattr(store.schema, "MIGRATIONS", (*store.schema.MIGRATIONS, ("test", add_column)))
    monkeypatch.setattr(store.schema, "SCHEMA_VERSION", store.schema.SCHEMA_VERSION + 1)


def _version(path: Path) -> int:
    plain = sqlite3.connect(path)
    version = plain.execute("PRAGMA user_version").fetchone()[0]
    plain.close()
    return int(version)


def test_there_is_a_register_of_every_schema() -> None:
    """tools/registers.py has written one for each schema, the present one included."""
    assert [path.name for path in REGISTERS] == [
        f"schema_{number:04}.db.gz" for number in range(1, store.schema.SCHEMA_VERSION + 1)
    ]


@pytest.mark.parametrize("packed", REGISTERS, ids=lambda path: path.name)
def test_a_register_of_every_schema_opens(packed: Path, tmp_path: Path) -> None:
    """It verifies as it is, in its own schema; and any command reads it, whatever schema this program has."""
    path = tmp_path / "thidua.db"
    path.write_bytes(gzip.decompress(packed.read_bytes()))
    path.chmod(0o600)
    head = forgeries.anchor(path)
    assert verify.inspect(path).findings == []
    assert process("check", "p1-launch", "--as-of", "2022-04-01", "-q", db=path).returncode == 3
    assert (_version(path), forgeries.anchor(path)) == (store.schema.SCHEMA_VERSION, head)
    assert verify.inspect(path).findings == []


def test_from_nothing_to_the_present_step_by_step() -> None:
    """The schemas one after the other make the schema that is made at once."""
    connection = store.prepare(sqlite3.connect(":memory:"))
    connection.execute("BEGIN IMMEDIATE")
    for version in range(store.schema.SCHEMA_VERSION + 1):
        store.migrate(connection, version)
        assert connection.execute("PRAGMA user_version").fetchone() == (version,)
    assert schema.objects(connection) == schema.expected(store.schema.SCHEMA_VERSION)[0]
    connection.close()


@pytest.mark.usefixtures("future")
@pytest.mark.parametrize("command", [["status"], ["record", "launch", "490", "--on", "2022-03-01"]])
def test_an_old_register_is_migrated_first(run: Run, db: Path, command: list[str]) -> None:
    """Backed up, migrated and verified before the command does its work; the digests of before still hold."""
    before = forgeries.anchor(db)
    done = run(*command)
    assert (done.code, f"schema {PRESENT + 1}" in done.err) == (0, True)
    (kept,) = (db.parent / "backups").iterdir()
    assert (_version(kept), _version(db)) == (PRESENT, PRESENT + 1)
    assert forgeries.anchor(kept) == before
    assert str(kept) in done.err
    assert verify.inspect(db, verify.Wanted(extends=kept)).findings == []
    assert run("status").err == ""
    assert len(list((db.parent / "backups").iterdir())) == 1


@pytest.mark.usefixtures("future")
def test_verify_and_backup_leave_an_old_register_as_it_is(run: Run, db: Path) -> None:
    """They read a register in its own schema: what is examined is not changed first."""
    before = db.read_bytes()
    assert run("verify") == Outcome(0, "", "")
    assert run("backup").code == 0
    assert run("export", "register").code == 0
    assert db.read_bytes() == before


@pytest.mark.usefixtures("future")
def test_a_broken_register_is_not_migrated(run: Run, db: Path) -> None:
    """It is refused and left byte-identical, without a backup that would not verify."""
    forgeries.statements("UPDATE unit SET kind = 'other' WHERE id = 3")(db, forgeries.Context(db))
    before = db.read_bytes()
    assert run("status").code == 5
    assert db.read_bytes() == before
    assert not (db.parent / "backups").exists()


def test_a_migration_that_breaks_the_register_is_taken_back(
    db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What does not verify afterwards is rolled back; the backup stays."""

    def forge(database: object) -> None:
        database.execute("DROP TRIGGER record_no_update")  # type: ignore[attr-defined]
        database.execute("DROP TRIGGER unit_no_update")  # type: ignore[attr-defined]
        database.execute("UPDATE unit SET kind = 'other' WHERE id = 3")  # type: ignore[attr-defined]

    monkeypatch.setattr(store.schema, "MIGRATIONS", (*store.schema.MIGRATIONS, ("test", forge)))
    monkeypatch.setattr(store.schema, "SCHEMA_VERSION", store.schema.SCHEMA_VERSION + 1)
    said = forgeries.content(db)
    with pytest.raises(StoreError):
        upgrade.bring_up(db)
    assert (_version(db), forgeries.content(db)) == (PRESENT, said)


def test_eight_processes_open_an_old_register_at_once(db: Path) -> None:
    """One migrates, all succeed, there is one backup, and nothing that they record is lost."""
    units = ["490", "491", "492", "493"]
    commands = [["record", "launch", unit, "--on", "2022-03-30"] for unit in units] + [["status"]] * 4
    running = [
        subprocess.Popen(
            [sys.executable, "-c", FUTURE, *command],
            env={**os.environ, "THIDUA_DB": str(db)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        for command in commands
    ]
    results = [(each.communicate()[1], each.returncode) for each in running]
    assert [code for _error, code in results] == [0] * 8, results
    assert _version(db) == PRESENT + 1
    assert len(list((db.parent / "backups").iterdir())) == 1
    plain = sqlite3.connect(db)
    assert plain.execute("SELECT count(*) FROM record").fetchone() == (4,)
    assert plain.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    plain.close()


@pytest.mark.usefixtures("future")
def test_what_follows_a_migration_is_digested_with_the_new_column(db: Path) -> None:
    """Old rows keep their digests, because trailing nulls do not count; new rows hold what is new."""
    upgrade.bring_up(db)
    connection = store.connect(db)
    build.record(connection, "490", "2022-03-30")
    assert journal.rows_digest(connection, build.head(connection))[0] == 1
    connection.close()
    assert verify.inspect(db).findings == []
