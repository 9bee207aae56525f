"""`python -m benchmarks [--write PAGE] [MODULE ...]`: ends with 3 where a bound is missed."""

import argparse
import importlib
import os
import platform
import sqlite3
import sys
import tempfile
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from benchmarks.frame import Row, World

from thidua_cli.ground import dates

START, END = "<!-- figures -->", "<!-- end of figures -->"

MODULES = ("startup", "reading", "units", "reporting", "importing")


def main() -> int:
    """Measure and print a row for each bound."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--units", type=int, default=100_000, help="of the large register")
    parser.add_argument("--folder", type=Path, help="where registers are made and kept for the next run")
    parser.add_argument("--write", type=Path, help="a page whose table of figures is written anew")
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"of {', '.join(MODULES)}; all")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        world = World(folder, given.units)
        sys.stdout.write(f"{'CPU beside the yardstick of the same run':<64} {'figure':>8}     bound (goal)\n")
        rows = []
        for name in given.modules or MODULES:
            for row in importlib.import_module(f"benchmarks.{name}").rows(world):
                sys.stdout.write(f"{row}\n")
                sys.stdout.flush()
                rows.append(row)
    if given.write:
        page = given.write.read_text(encoding="utf-8")
        before, after = page.split(START)[0], page.split(END)[1]
        given.write.write_text(f"{before}{START}{table(rows)}{END}{after}", encoding="utf-8")
    return 0 if all(row.holds for row in rows) else 3


def table(rows: Sequence[Row]) -> str:
    """The figures as Markdown, with the machine and the versions that they are of."""
    versions = [f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}"]
    versions += [f"{name} {metadata.version(name)}" for name in ("typer", "pydantic", "sqlite-utils")]
    lines = [
        f"\n{dates.today()}, {platform.machine()}, {os.cpu_count()} cores; {', '.join(versions)}.\n",
        "| what, and beside what | figure | bound (goal) | |",
        "| --- | ---: | ---: | --- |",
    ]
    for row in rows:
        goal = "" if row.goal is None else f" ({row.goal:.3g})"
        mark = "" if row.holds else "over"
        lines.append(f"| {row.what} | {row.figure:.2f} {row.unit} | {row.bound:.3g}{goal} | {mark} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.exit(main())
