"""Start-up as a ratio of CPU time to a bare interpreter, measured in turn, A B A B, medians.

`python benchmarks/startup.py`: installs the package as a user would, into a temporary environment, makes a
register there, and prints one line per command with the bound that the project has set itself.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]
RUNS = 30
BOUNDS = {"status --format json": 5.0, "status": 7.0, "--help": 6.0}


def cpu(command: list[str], environment: dict[str, str]) -> float:
    """User and system seconds of one run."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure and print; a figure over its bound is marked, nothing fails."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        venv.create(home / "venv", with_pip=True)
        python, thidua = home / "venv/bin/python", home / "venv/bin/thidua"
        install = [python, "-m", "pip", "install", "-q", "-c", ROOT / "constraints.txt", ROOT]
        subprocess.run(install, check=True)
        environment = {"PATH": os.environ["PATH"], "THIDUA_DB": str(home / "thidua.db")}
        subprocess.run([thidua, "init"], env=environment, check=True, stdout=subprocess.DEVNULL)
        bare = [str(python), "-c", "import sqlite3"]
        for arguments, bound in BOUNDS.items():
            ours = [str(thidua), *arguments.split()]
            ratios = [cpu(ours, environment) / cpu(bare, environment) for _run in range(RUNS)]
            median = statistics.median(ratios)
            mark = "" if median <= bound else "  over its bound"
            sys.stdout.write(
                f"thidua {arguments:<22} {median:4.1f} x python -c 'import sqlite3' (bound {bound}){mark}\n"
            )


if __name__ == "__main__":
    main()
