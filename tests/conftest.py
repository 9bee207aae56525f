"""Fixtures: a register in memory, a clock that stands still, a home that nobody may touch."""

import contextlib
import io
import itertools
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from thidua_cli import cli, store
from thidua_cli.ground import dates, language, resources
from thidua_cli.intake.units import first_units
from thidua_cli.register.plan_files import read_plan_file, store_plan

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[1]
# What `make coverage` gives every process that it starts.
MEASURED = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
SOAK = bool(os.environ.get("THIDUA_SOAK"))  # `make soak` sets it


def examples(few: int, many: int) -> int:
    """How many examples a law is tried on: few in the suite, many in the soak."""
    return many if SOAK else few


# A runner in the background ignores these, and so would the commands that tests start and stop.
for _number, _handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, _handler)


@pytest.fixture(autouse=True)
def _own_world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test reads the machine's clock, locale, register or home."""
    ticks = itertools.count(1)  # no two looks at a clock see one instant
    monkeypatch.setattr(dates, "now", lambda: NOW + timedelta(microseconds=10 * next(ticks)))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for variable in [*os.environ]:
        if variable.startswith(("THIDUA_", "XDG_", "LC_")) or variable in ("LANG", "COLUMNS", "NO_COLOR"):
            monkeypatch.delenv(variable)
    language.use("vi")


class InMemory(sqlite3.Connection):
    """A register in memory, which is closed by whoever forgets it."""

    def __del__(self) -> None:
        self.close()


def _memory(*, units: bool) -> sqlite3.Connection:
    connection = store.prepare(sqlite3.connect(":memory:", factory=InMemory))

    def load(writer: store.Writer) -> None:
        store_plan(writer, read_plan_file(resources.data("plan.toml")))
        if units:
            first_units(resources.data("seed_units.csv"), "2021-01-01").apply(writer)

    with pytest.MonkeyPatch.context() as patch:  # made before any test's own world
        patch.setattr(dates, "now", lambda: NOW)
        store.found(connection, load, actor="test", command="init")
    return connection


@pytest.fixture(scope="session")
def seeded() -> Iterator[sqlite3.Connection]:
    with contextlib.closing(_memory(units=True)) as connection:
        yield connection


@pytest.fixture(scope="session")
def empty() -> Iterator[sqlite3.Connection]:
    with contextlib.closing(_memory(units=False)) as connection:
        yield connection


def copy(source: sqlite3.Connection) -> sqlite3.Connection:
    """A register in memory with the same content."""
    target = store.prepare(sqlite3.connect(":memory:", factory=InMemory))
    source.backup(target)
    return target


@pytest.fixture
def register(seeded: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """The register after `init`: the plan and the 117 units."""
    connection = copy(seeded)
    yield connection
    connection.close()


@pytest.fixture
def empty_register(empty: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """The register after `init --no-units`."""
    connection = copy(empty)
    yield connection
    connection.close()


@dataclass
class Outcome:
    """What a command line gave."""

    code: int
    out: str
    err: str


@pytest.fixture
def db(tmp_path: Path, seeded: sqlite3.Connection) -> Path:
    """The register after `init`, in a file."""
    path = tmp_path / "thidua.db"
    target = sqlite3.connect(path)
    seeded.backup(target)
    target.close()
    return path


@pytest.fixture(scope="session")
def made() -> dict[str, bytes]:
    """Registers that were filled once, by name; a test that wants one writes the bytes to its own file."""
    return {}


@pytest.fixture
def empty_db(db: Path, empty: sqlite3.Connection) -> Path:
    """The register after `init --no-units`, in the file that `run` uses."""
    db.unlink()
    target = sqlite3.connect(db)
    empty.backup(target)
    target.close()
    return db


@pytest.fixture
def run(db: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Outcome]:
    """A command line in this process, on the register `db`; English messages unless `lang` says otherwise."""

    def call(*arguments: str, lang: str = "en", stdin: bytes = b"") -> Outcome:
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _stream in range(2))
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
            patch.setenv("THIDUA_DB", str(db))
            code = cli.run(["--lang", lang, *map(str, arguments)])
        language.use("vi")
        out.flush()
        err.flush()
        return Outcome(int(code), out.buffer.getvalue().decode(), err.buffer.getvalue().decode())  # type: ignore[attr-defined]

    return call


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """A line about what was measured, shown also where the test passes."""

    def show(line: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n  {line}\n")

    return show


@contextlib.contextmanager
def small_file_system(place: Path, size: str) -> Iterator[Path]:
    """A folder on a file system in memory of a size as `mount` reads it; only the administrator can make one."""
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    if os.getuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("no small file system can be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def live(machine: type[RuleBasedStateMachine], lives: int, steps: int) -> None:
    """Run a state machine for so many lives of at most so many steps."""
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=lives, stateful_step_count=steps, deadline=None, suppress_health_check=checks
        ),
    )


def process(
    *arguments: str, db: Path | None = None, stdin: bytes = b"", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """A command line as a real process, without a terminal."""
    env = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", **MEASURED, **environment}
    if db is not None:
        env["THIDUA_DB"] = str(db)
    return subprocess.run(
        [sys.executable, "-m", "thidua_cli", *arguments],
        env=env,
        input=stdin,
        capture_output=True,
        check=False,
    )
