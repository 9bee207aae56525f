"""A long import as a ratio of time to `sqlite3 .import` and `sqlite-utils insert` of the same file, in turn.

`python benchmarks/importing.py [ROWS]`: 100,000 launches by code, validated and journalled in one
transaction, against the same rows in a bare table. Prints one line for each, with the bound that the project
has set itself.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 7
BOUNDS = {"sqlite3 .import": 12.0, "sqlite-utils insert --csv --pk": 0.5}


def wall(command: list[str], environment: dict[str, str]) -> float:
    """Seconds of one run."""
    before = time.perf_counter()
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.perf_counter() - before


def main(rows: int) -> None:
    """Measure and print; a figure over its bound is marked, nothing fails."""
    programs = Path(sys.executable).parent
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        units, launches = home / "units.csv", home / "launches.csv"
        units.write_text(
            "code,name,kind\n"
            + "".join(f"U{number:06},Sở Thử {number},department\n" for number in range(rows)),
            encoding="utf-8",
        )
        launches.write_text(
            "unit_code,done_on,document_number\n"
            + "".join(
                f"U{number:06},2022-03-{number % 31 + 1:02},{number}/KH-UBND\n" for number in range(rows)
            ),
            encoding="utf-8",
        )
        register, bare, work = home / "register.db", home / "bare.db", home / "work.db"
        environment = {"PATH": os.environ["PATH"], "THIDUA_DB": str(register)}
        thidua = str(programs / "thidua")
        for command in (["init", "--no-units"], ["import", "units", str(units)]):
            subprocess.run([thidua, *command], env=environment, stdout=subprocess.DEVNULL, check=True)
        others = {
            "sqlite3 .import": ["sqlite3", str(bare), f".import --csv {launches} launches"],
            "sqlite-utils insert --csv --pk": [
                *(str(programs / "sqlite-utils"), "insert", str(bare), "launches", str(launches)),
                *("--csv", "--pk", "unit_code"),
            ],
        }
        for name, other in others.items():
            ratios = []
            for _run in range(RUNS):
                shutil.copy(register, work)
                bare.unlink(missing_ok=True)
                ours = wall([thidua, "--db", str(work), "import", "launches", str(launches)], environment)
                ratios.append(ours / wall(other, environment))
            median = statistics.median(ratios)
            mark = "" if median <= BOUNDS[name] else "  over its bound"
            sys.stdout.write(
                f"thidua import launches ({rows} rows) {median:5.2f} x {name} (bound {BOUNDS[name]}){mark}\n"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
