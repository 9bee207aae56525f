"""The weekly report beside `status`, on the large register."""

from collections.abc import Iterator

from benchmarks.frame import Row, World, least

BOUNDS = {"html": 6, "docx": 8, "xlsx": 10}


def rows(world: World) -> Iterator[Row]:
    """The rows of each format, by time and by memory."""
    register, size = world.register(world.units), f"{world.units:,} units"
    commands = {"status": world.on(register, "status", "--format", "json")}
    for form in BOUNDS:
        commands[form] = world.on(register, "report", "-o", world.folder / f"report.{form}")
    costs = least(commands, world.environment)
    for form, bound in BOUNDS.items():
        yield Row(f"report {form}, {size} / status", costs[form].seconds / costs["status"].seconds, bound)
        yield Row(f"report {form}, {size}: memory", costs[form].megabytes, 300, unit="MB")
