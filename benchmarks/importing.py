"""Imports, their undoing and verify, each on a fresh copy of the large register, beside plain programs."""

import csv
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.frame import Cost, Row, World, cost

RUNS = 3
CORRECTING = ("--correct", "--reason", "nhập sai ngày")
# One json.dumps and SHA-256 of the same rows, nothing compared.
HASHED = """
import hashlib, json, sqlite3, sys
register, sha = sqlite3.connect(sys.argv[1]), hashlib.sha256()
tables = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
for (table,) in register.execute(tables).fetchall():
    for row in register.execute(f"SELECT * FROM {table}"):
        sha.update(json.dumps([table, *row], ensure_ascii=False).encode())
print(sha.hexdigest())
"""


class Step(NamedTuple):
    """A command on a copy of a register that has the lists up to `base`, or on a new file.

    `words` are those of thidua, `plain` another program; WORK stands for the file.
    """

    base: str | None
    words: Sequence[str | Path] = ()
    plain: Sequence[str | Path] = ()


WORK = "{register}"


def rows(world: World) -> Iterator[Row]:
    """The rows of lists of units and launches, of corrections, exemptions and changes, and of verify."""
    lists, size = world.lists(world.units), f"{world.units:,}"
    costs = {name: _least(world, step) for name, step in _steps(world, lists).items()}

    def row(what: str, one: str, other: str, bound: float, goal: float | None = None) -> Row:
        ratio = costs[one].seconds / costs[other].seconds
        return Row(f"{what} / {other}", ratio, bound, goal)

    yield row(f"import launches, {size} units, by code", "by code", "sqlite3 .import", 12, 8)
    yield row("the same", "by code", "sqlite-utils insert", 1 / 3)
    yield Row("the same: memory", costs["by code"].megabytes, 400, unit="MB")
    yield row("the same, by name", "by name", "by code", 2)
    yield row("the same with --phase", "phase", "by code", 1.5)
    yield row("the same from XLSX", "XLSX", "by code", 3)
    yield row("import launches --correct, 1 %", "correct", "by code", 1)
    yield row("import changes, 1 %", "changes", "by code", 2)
    yield row("import exemptions, 1 %", "exemptions", "by code", 1)
    yield row("undo of the changes", "undo", "by code", 2)
    yield row(f"import units, {size}", "units", ".import of units", 30, 15)
    yield Row("the same: memory", costs["units"].megabytes, 500, unit="MB")
    yield row("verify", "verify", "json.dumps and SHA-256", 1.5)


def _steps(world: World, lists: Path) -> dict[str, Step]:
    launches, units = lists / "launches.csv", lists / "units.csv"
    insert = world.thidua.with_name("sqlite-utils")
    python = world.thidua.with_name("python")
    return {
        "sqlite3 .import": Step(None, plain=("sqlite3", WORK, f".import --csv {launches} launches")),
        ".import of units": Step(None, plain=("sqlite3", WORK, f".import --csv {units} units")),
        "sqlite-utils insert": Step(
            None, plain=(insert, "insert", WORK, "launches", launches, "--csv", "--pk", "unit_code")
        ),
        "json.dumps and SHA-256": Step("registrations", plain=(python, "-c", HASHED, WORK)),
        "by code": Step("units", ("import", "launches", launches)),
        "by name": Step("units", ("import", "launches", lists / "named.csv")),
        "phase": Step("units", ("import", "launches", launches, "--phase", "p1")),
        "XLSX": Step("units", ("import", "launches", _workbook(launches))),
        "correct": Step("launches", ("import", "launches", lists / "corrections.csv", *CORRECTING)),
        "changes": Step("launches", ("import", "changes", lists / "changes.csv")),
        "exemptions": Step("launches", ("import", "exemptions", lists / "exemptions.csv")),
        "undo": Step("changes", ("undo", "8", "--reason", "thử")),
        "units": Step("", ("import", "units", units)),
        "verify": Step("registrations", ("verify",)),
    }


def _least(world: World, step: Step) -> Cost:
    """The least cost of a step, each run on a file of its own."""
    work, runs = world.folder / "work.db", []
    command = world.on(work, *step.words) if step.words else step.plain
    words = [work if word == WORK else word for word in command]
    for _run in range(RUNS):
        work.unlink(missing_ok=True)
        if step.base:
            shutil.copy(world.register(world.units, step.base), work)
        elif step.base is not None:
            cost(world.on(work, "init", "--no-units"), world.environment)
        runs.append(cost(words, world.environment))
    return Cost(*map(min, zip(*runs, strict=True)))


def _workbook(table: Path) -> Path:
    """A CSV as a workbook of texts, beside it."""
    import xlsxwriter

    path = table.with_suffix(".xlsx")
    if not path.exists():
        with (
            table.open(encoding="utf-8", newline="") as file,
            xlsxwriter.Workbook(path, {"constant_memory": True}) as book,
        ):
            sheet = book.add_worksheet()
            for number, row in enumerate(csv.reader(file)):
                sheet.write_row(number, 0, row)
    return path
