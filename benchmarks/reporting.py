"""The weekly report as a whole process: time and peak memory, on the seed's units and on 100,000.

`python benchmarks/reporting.py [UNITS]`: prints the median of a few runs of each format, with the bounds
that the project has set itself. Every second unit of the large register has launched.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 3
SMALL = {"html": 1.5, "docx": 3.0, "xlsx": 3.0, "json": 1.5}
LARGE, MEGABYTES = 20.0, 500


def measure(command: list[str], environment: dict[str, str]) -> tuple[float, float]:
    """Seconds and peak megabytes of one run."""
    before = time.perf_counter()
    child = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _pid, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)}: exit {child.returncode}")
    return time.perf_counter() - before, usage.ru_maxrss * 1024 / 1e6


def main(units: int) -> None:
    """Measure and print; a figure over its bound is marked, nothing fails."""
    thidua = str(Path(sys.executable).parent / "thidua")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        environment = {"PATH": os.environ["PATH"], "THIDUA_DB": str(home / "small.db")}
        large = environment | {"THIDUA_DB": str(home / "large.db")}
        named, launched = home / "units.csv", home / "launches.csv"
        named.write_text(
            "code,name,kind\n" + "".join(f"U{each:06},Sở Thử {each},department\n" for each in range(units)),
            encoding="utf-8",
        )
        launched.write_text(
            "unit_code,done_on\n" + "".join(f"U{each:06},2022-03-15\n" for each in range(0, units, 2)),
            encoding="utf-8",
        )
        measure([thidua, "init"], environment)
        measure([thidua, "init", "--no-units"], large)
        measure([thidua, "import", "units", str(named)], large)
        measure([thidua, "import", "launches", str(launched)], large)
        for words, where, bounds in (
            ("117 units", environment, SMALL),
            (f"{units} units", large, dict.fromkeys(SMALL, LARGE)),
        ):
            for form, bound in bounds.items():
                command = [thidua, "report", "--as-of", "2022-04-30", "-o", str(home / f"report.{form}")]
                runs = [measure(command, where) for _run in range(RUNS)]
                seconds, memory = (statistics.median(each) for each in zip(*runs, strict=True))
                mark = "" if seconds <= bound and memory <= MEGABYTES else "  over its bound"
                sys.stdout.write(
                    f"thidua report, {words}, {form:<4} {seconds:5.2f} s (bound {bound}),"
                    f" {memory:4.0f} MB (bound {MEGABYTES}){mark}\n"
                )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
