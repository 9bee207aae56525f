"""`python -m benchmarks [--units N] [--folder FOLDER] [MODULE ...]`: ends with 3 where a bound is missed."""

import argparse
import importlib
import sys
import tempfile
from pathlib import Path

from benchmarks.frame import World

MODULES = ("startup", "reading", "reporting")


def main() -> int:
    """Measure and print a row for each bound."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--units", type=int, default=100_000, help="of the large register")
    parser.add_argument("--folder", type=Path, help="where registers are made and kept for the next run")
    parser.add_argument("modules", nargs="*", metavar="MODULE", help=f"of {', '.join(MODULES)}; all")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        world = World(folder, given.units)
        sys.stdout.write(f"{'CPU beside the yardstick of the same run':<64} {'figure':>8}     bound (goal)\n")
        missed = 0
        for name in given.modules or MODULES:
            for row in importlib.import_module(f"benchmarks.{name}").rows(world):
                sys.stdout.write(f"{row}\n")
                sys.stdout.flush()
                missed += not row.holds
    return 3 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
