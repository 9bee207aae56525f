"""Write `tests/registers/schema_NNNN.db.gz`, a small register of the present schema.

The tests of migrations start from these.
Run it (`make registers`) when a schema is about to be released; the register of a schema that was released is
never written again: it is what people have on their disks.
"""

import gzip
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

import build  # noqa: E402
import forgeries  # noqa: E402
from thidua_cli import store  # noqa: E402
from thidua_cli.custody import verify  # noqa: E402
from thidua_cli.ground import dates, resources  # noqa: E402
from thidua_cli.intake.units import first_units  # noqa: E402
from thidua_cli.register.plan_files import read_plan_file, store_plan  # noqa: E402

FOLDER = ROOT / "tests" / "registers"


def load(writer: store.Writer) -> None:
    """What init loads."""
    plan = read_plan_file(resources.data("plan.toml"))
    store_plan(writer, plan)
    first_units(resources.data("seed_units.csv"), plan.phases[0].starts_on.isoformat()).apply(writer)


def main() -> None:
    """Make, fill and verify the register, and pack it."""
    start, minutes = datetime(2022, 7, 4, 1, 0, tzinfo=UTC), iter(range(1000))
    dates.now = lambda: start + timedelta(minutes=next(minutes))
    target = FOLDER / f"schema_{store.schema.SCHEMA_VERSION:04}.db.gz"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "thidua.db"
        store.create(path, load, actor="lan", command="thidua init")
        forgeries.fill(path)
        connection = store.connect(path)
        with store.write(connection, actor="lan", command="thidua units") as writer:
            new = build.unit(writer, "X1", "other", "city", "2022-02-01", ended="2022-06-01")
            build.succession(writer, new, None, "2022-06-01")
        connection.execute("VACUUM")
        connection.close()
        assert not verify.inspect(path).findings
        FOLDER.mkdir(exist_ok=True)
        target.write_bytes(gzip.compress(path.read_bytes(), mtime=0))
    print(f"{target.relative_to(ROOT)}: {target.stat().st_size} bytes")  # noqa: T201


if __name__ == "__main__":
    main()
