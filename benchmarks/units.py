"""One unit of a large register beside one of a register of 117 units."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from benchmarks.frame import Command, Cost, Row, World, cost

SMALL, RUNS = 117, 5
LIST = "list p1-launch --state overdue --district D00003 --format json"


def rows(world: World) -> Iterator[Row]:
    """The rows of each command, by time and by memory."""
    asked = {units: _commands(world, units) for units in (SMALL, world.units)}
    for what in asked[SMALL][0]:
        costs: dict[int, list[Cost]] = {units: [] for units in asked}
        for run in range(RUNS):
            for units, commands in asked.items():
                costs[units].append(cost(commands[run][what], world.environment, (0, 6)))
        small, large = (min(each) for each in costs.values())
        size = f"{world.units:,} / {SMALL} units"
        bound, goal = (1.5, None) if what == "list of a district" else (1.5, 1.2)
        yield Row(f"{what}, {size}", large.seconds / small.seconds, bound, goal)
        yield Row(f"{what}, {world.units:,} units: memory", large.megabytes, 60, unit="MB")


def _commands(world: World, units: int) -> list[dict[str, Command]]:
    """The commands of each run, about a unit of its own, on a copy of the register."""
    work = world.folder / f"work-{units}.db"
    shutil.copy(world.register(units), work)
    return [dict(_about(world, work, units, run)) for run in range(RUNS)]


def _about(world: World, work: Path, units: int, run: int) -> Iterator[tuple[str, Command]]:
    code, why = f"U{units - 2 - run:07}", ("--reason", "nhập sai")
    yield (
        "record",
        world.on(
            work,
            "record",
            "extension",
            code,
            *("--obligation", "p1-review"),
            "--on",
            "2024-06-01",
            "--until",
            "2026-03-31",
        ),
    )
    yield "record correct", world.on(work, "record", "correct", str(10 + run), "--on", "2022-02-01", *why)
    yield "record void", world.on(work, "record", "void", str(20 + run), *why)
    yield "history", world.on(work, "history", code)
    yield "units show", world.on(work, "units", "show", code)
    yield "list of a district", world.on(work, *LIST.split())
