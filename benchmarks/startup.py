"""What it costs to start, beside a bare Typer application."""

from collections.abc import Iterator

from benchmarks.frame import Row, World, least

BARE = "import typer\napp = typer.Typer()\n\n\n@app.command()\ndef main() -> None:\n    pass\n\n\napp()\n"
BOUNDS = {"status --format json": 1.25, "status": 1.7, "record launch 492 --on 30/3/2022 --dry-run": 2.0}
RUNS = 20


def rows(world: World) -> Iterator[Row]:
    """The rows of two formats of a report and of one record, on the units that come with the program."""
    bare, register = world.folder / "bare.py", world.seed()
    bare.write_text(BARE, encoding="utf-8")
    ours = {words: world.on(register, *words.split()) for words in BOUNDS}
    costs = least({"bare": [world.thidua.with_name("python"), bare], **ours}, world.environment, runs=RUNS)
    for words, bound in BOUNDS.items():
        ratio = costs[words].seconds / costs["bare"].seconds
        yield Row(f"{words} / bare Typer", ratio, bound)
