"""Counts of the large register beside the same counts on two plain tables."""

from collections.abc import Iterator

from benchmarks.frame import Row, World, least

MOMENTS = {"today": (), "a past day, as known then": ("--as-of", "2022-04-30", "--known-at", "#4")}
GROUPS = {"kind": 3.5, "level": 3.5, "district": 4.5}


def rows(world: World) -> Iterator[Row]:
    """The rows of `status`, by time and by memory."""
    register, size = world.register(world.units), f"{world.units:,} units"
    commands = {"plain": world.asked(world.units, "counts.sql")}
    for moment, words in MOMENTS.items():
        commands[moment] = world.on(register, "status", "--format", "json", *words)
    for by in GROUPS:
        commands[by] = world.on(register, "status", "--format", "json", "--by", by)
    costs = least(commands, world.environment)
    for by, bound in GROUPS.items():
        ratio = costs[by].seconds / costs["plain"].seconds
        yield Row(f"status --by {by}, {size} / plain SQL", ratio, bound)
    for moment in MOMENTS:
        ratio = costs[moment].seconds / costs["plain"].seconds
        yield Row(f"status, {size}, {moment} / plain SQL", ratio, 2.5, 1.8)
        yield Row(f"status, {size}, {moment}: memory", costs[moment].megabytes, 150, unit="MB")
