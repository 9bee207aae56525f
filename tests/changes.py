"""Short ways to make and apply changes of units in tests."""

import sqlite3
from collections.abc import Sequence

import build
from thidua_cli import store
from thidua_cli.register.models import ChangeIn
from thidua_cli.register.units import Directory
from thidua_cli.rules import resolutions
from thidua_cli.rules.resolutions import Row
from thidua_cli.store.journal import LATEST


def apply(connection: sqlite3.Connection, rows: Sequence[Row]) -> resolutions.ChangeSet:
    """Plan and store; a plan with faults stores nothing."""
    with store.write(connection, actor="test", command="changes") as writer:
        made = resolutions.plan(connection, LATEST, rows)
        if not made.problems:
            resolutions.apply(writer, made)
    return made


def change(kind: str, old: str, new: str, on: str, **values: object) -> Row:
    """A row; `old` and `new` are `CODE NAME` or empty."""
    old_code, _space, old_name = old.partition(" ")
    new_code, _space, new_name = new.partition(" ")
    given = {
        "old_code": old_code, "old_name": old_name, "new_code": new_code, "new_name": new_name,
        "effective_date": on, "kind_of_change": kind, "resolution": "1/NQ", **values,
    }  # fmt: skip
    return Row(0, ChangeIn.model_validate(given))


def directory(connection: sqlite3.Connection) -> Directory:
    return Directory.read(connection, build.head(connection))
