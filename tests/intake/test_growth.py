"""The work of an import grows with the file and with the register, not with their product."""

import sqlite3
import sys
from collections.abc import Callable
from functools import partial
from types import FrameType

import pytest

from conftest import copy
from thidua_cli import store
from thidua_cli.intake.batch import Batch
from thidua_cli.intake.changes import ChangeBatch
from thidua_cli.intake.records import RecordBatch
from thidua_cli.intake.sheet import Sheet
from thidua_cli.intake.unit_names import UnitNames
from thidua_cli.intake.units import UnitBatch
from thidua_cli.register.fields import ImportKind
from thidua_cli.register.units import Directory
from thidua_cli.rules.undo import undo
from thidua_cli.store.journal import LATEST

Register = sqlite3.Connection
FIRST_DAY = "2021-12-01"


def _sheet(rows: list[dict[str, object]]) -> Sheet:
    return Sheet(list(rows[0]), list(enumerate(rows, 2)))


def _store(register: Register, batch: Batch) -> None:
    batch.plan(register)
    assert not batch.problems
    with store.write(register, actor="test", command="import") as writer:
        batch.apply(writer)


def _units(register: Register, size: int) -> None:
    days = [FIRST_DAY, "2022-01-01"]  # those of a later day get a parent and an order
    rows = [
        {"code": f"U{n}", "name": f"Sở Thử {n}", "kind": "department", "valid_from": days[n % 2]}
        for n in range(size)
    ]
    names = UnitNames(_sheet(rows), Directory.read(register, LATEST), days, proposes=False)
    _store(register, UnitBatch(_sheet(rows), FIRST_DAY, names=names))


def _launches(day: str, register: Register, size: int) -> None:
    rows = [{"unit_code": f"U{n}", "done_on": day} for n in range(size)]
    _store(register, RecordBatch(_sheet(rows), ImportKind.LAUNCHES, "nhầm ngày"))


def _changes(register: Register, size: int) -> None:
    of_day = {"effective_date": "2023-01-01", "resolution": "1/NQ"}
    rows = []
    for n in range(size):  # renamed, merged into one that is kept, founded from inside and from outside
        old = {"old_code": f"U{n}" if n % 4 < 3 else f"X{n}", "new_code": f"U{n}"}
        told = {"new_name": f"Sở Thử {n}", "kind_of_change": "keep"}
        if n % 4 == 0:
            told = {"new_name": f"Sở Mới {n}", "kind_of_change": "rename"}
        elif n % 4 == 1:
            told = {"new_code": f"U{n + 1}", "new_name": f"Sở Thử {n + 1}", "kind_of_change": "merge"}
        elif n % 4 == 3:
            told = {"new_code": f"N{n}", "new_name": f"Sở Lập {n}", "kind_of_change": "merge"}
        rows.append({**old, **told, **of_day})
    _store(register, ChangeBatch(_sheet(rows)))


def _undo(register: Register, _size: int) -> None:
    number = register.execute("SELECT max(number) FROM operation").fetchone()[0]
    with store.write(register, actor="test", command="undo") as writer:
        undo(writer, number, "thử")


STEPS: dict[str, tuple[Callable[[Register, int], None], ...]] = {
    "units": (_units,),
    "launches": (_units, partial(_launches, "2022-03-30")),
    "corrections": (_units, partial(_launches, "2022-03-30"), partial(_launches, "2022-03-31")),
    "undoing corrections": (
        _units, partial(_launches, "2022-03-30"), partial(_launches, "2022-03-31"), _undo,
    ),
    "changes": (_units, _changes),
    "undoing changes": (_units, _changes, _undo),
}  # fmt: skip


def _work(register: Register, step: Callable[[Register, int], None], size: int) -> int:
    """How much one step does: calls of Python, and tens of instructions of SQLite."""
    done = 0

    def count(_frame: FrameType | None = None, _event: str = "", _what: object = None) -> int:
        nonlocal done
        done += 1
        return 0

    register.set_progress_handler(count, 10)
    sys.setprofile(count)
    try:
        step(register, size)
    finally:
        sys.setprofile(None)
        register.set_progress_handler(None, 0)
    return done


@pytest.mark.parametrize("what", STEPS)
def test_eight_times_the_rows_are_about_eight_times_the_work(empty_register: Register, what: str) -> None:
    """Eight times the units and rows take less than twelve times the calls; sixty-four would be a product."""
    work = []
    *before, step = STEPS[what]
    for size in (40, 320):
        register = copy(empty_register)
        for each in before:
            each(register, size)
        work.append(_work(register, step, size))
        register.close()
    assert work[1] < 12 * work[0], work
