"""What commands cost beside a yardstick of the same run, in CPU and memory, each figure with its bound."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks import lists

Command = Sequence[str | Path]
HERE = Path(__file__).parent


class Cost(NamedTuple):
    """What one run took: user and system seconds of its processes, and its peak of memory in megabytes."""

    seconds: float
    megabytes: float


class Row(NamedTuple):
    """A figure, a ratio unless `unit` says MB, with its bound; `goal`: what it should come to."""

    what: str
    figure: float
    bound: float
    goal: float | None = None
    unit: str = "x"

    @property
    def holds(self) -> bool:
        return self.figure <= self.bound

    def __str__(self) -> str:
        goal = "" if self.goal is None else f" ({self.goal:g})"
        mark = "" if self.holds else "  over its bound"
        return f"{self.what:<64} {self.figure:8.2f} {self.unit:<2}  {self.bound:g}{goal}{mark}"


def cost(command: Command, environment: Mapping[str, str], exits: Sequence[int] = (0,)) -> Cost:
    """Run a command once, its output thrown away; raises SystemExit where it ends with another code."""
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    child = subprocess.Popen([str(word) for word in command], env=environment, **silent)
    _pid, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in exits:
        raise SystemExit(f"{' '.join(map(str, command))}: exit {child.returncode}")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6)


def least(
    commands: Mapping[str, Command],
    environment: Mapping[str, str],
    *,
    runs: int = 3,
    exits: Sequence[int] = (0,),
) -> dict[str, Cost]:
    """The least cost of each command: all are run in turn, so that the load of the machine falls on each."""
    costs: dict[str, list[Cost]] = {name: [] for name in commands}
    for _run in range(runs):
        for name, command in commands.items():
            costs[name].append(cost(command, environment, exits))
    return {name: Cost(*map(min, zip(*each, strict=True))) for name, each in costs.items()}


class World(NamedTuple):
    """The folder of the registers and lists that are measured, made when first asked for and kept there."""

    folder: Path
    units: int  # of the large register
    thidua: Path = Path(sys.executable).parent / "thidua"

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": f"{self.thidua.parent}:{os.environ['PATH']}", "THIDUA_CONFIG": os.devnull}

    def on(self, register: Path, *words: str | Path) -> Command:
        """A command of thidua on a register."""
        return [self.thidua, "--db", register, *words]

    def lists(self, units: int) -> Path:
        """The folder of the lists of so many units and of what they did."""
        folder = self.folder / f"lists-{units}"
        if not folder.exists():
            with _whole(folder) as part:
                part.mkdir(exist_ok=True)
                lists.write(part, units)
        return folder

    def register(self, units: int, upto: str = "changes") -> Path:
        """A register of so many units, with the lists up to one of lists.FILES imported."""
        path = self.folder / f"register-{units}-{upto}.db"
        if not path.exists():
            with _whole(path) as part:
                part.unlink(missing_ok=True)
                for words in (["init", "--no-units"], *lists.imports(self.lists(units), upto)):
                    cost(self.on(part, *words), self.environment)
        return path

    def seed(self) -> Path:
        """A register of the 117 units that come with the program, and of nothing that they did."""
        path = self.folder / "seed.db"
        if not path.exists():
            cost(self.on(path, "init"), self.environment)
        return path

    def plain(self, units: int) -> Path:
        """The same units and what they did as two plain tables, without history."""
        path = self.folder / f"plain-{units}.db"
        if not path.exists():
            source = self.register(units)
            with _whole(path) as part:
                part.unlink(missing_ok=True)
                attach = f"ATTACH 'file:{source}?mode=ro' AS register"
                cost(["sqlite3", part, attach, f".read {HERE / 'plain.sql'}"], self.environment)
        return path

    def asked(self, units: int, query: str) -> Command:
        """A query of the plain tables, a file beside this one, put by sqlite3."""
        return ["sqlite3", self.plain(units), f".read {HERE / query}"]


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A place to make something in that is at `path` only when it is whole."""
    part = path.with_name(f"part-{path.name}")
    yield part
    part.rename(path)
