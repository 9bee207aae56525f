"""Units of another register for a new one, with all that it says of them: versions, ends, successions, notes.

Rows keep their ids; what was voided in the source, and all that units did, stays there.
"""

import re
import sqlite3
from collections.abc import Mapping, Sized
from pathlib import Path
from typing import NamedTuple

from thidua_cli import store
from thidua_cli.custody import verify
from thidua_cli.store import Writer, journal

# What can be voided and is neither a paper nor a decision says something of units.
_HISTORY = [table for table in journal.VOIDABLE if table not in (*journal.PAPERS, "decision")]
# As a comment of the shell behind the command of the first operation, which quotes what was typed.
_SOURCE = re.compile(r" # [0-9a-f]{16}:(\d+):([0-9a-f]{64})\Z", re.ASCII)


class Inherited(NamedTuple):
    """The live rows of units, by table, and the anchor of the source, `REGISTER:N:HASH`."""

    anchor: str
    rows: Mapping[str, list[dict[str, object]]]

    @property
    def new(self) -> Sized:
        """The units."""
        return self.rows["unit"]

    def stated(self, command: str) -> str:
        """The command of the operation that takes the units, with the anchor behind it."""
        return f"{command} # {self.anchor}"

    def apply(self, writer: Writer) -> None:
        """Write the rows into a register that has no units yet."""
        for table, rows in self.rows.items():
            writer.insert(table, rows)


def read(path: Path) -> Inherited:
    """The units of the register at `path`, which is only read.

    Raises StoreError where it is missing, not ours, newer, damaged or not intact.
    """
    with store.store_errors(path), store.examining(path, read_only=True) as connection:
        proof = verify.examine(connection)
        verify.refuse_unless_intact(path, proof.findings)
        assert proof.head is not None  # noqa: S101 - an intact register has a first operation
        return Inherited(f"{proof.register}:{proof.head.anchor}", live_rows(connection))


def live_rows(connection: sqlite3.Connection) -> dict[str, list[dict[str, object]]]:
    """The rows of the units of a register that are not voided, by table, without their operation."""
    living = "SELECT unit FROM unit_version v WHERE {}".format(_LIVE.format(table="unit_version"))
    rows = {"unit": _rows(connection, f"SELECT * FROM unit WHERE id IN ({living}) ORDER BY id")}
    for table in _HISTORY:
        live = _LIVE.format(table=table)
        rows[table] = _rows(connection, f"SELECT * FROM {table} v WHERE {live} ORDER BY id")
    return rows


_LIVE = "NOT EXISTS (SELECT 1 FROM void g WHERE g.target = '{table}' AND g.target_id = v.id)"


def _rows(connection: sqlite3.Connection, query: str) -> list[dict[str, object]]:
    found = connection.execute(query)
    names = [column[0] for column in found.description]
    rows = [dict(zip(names, values, strict=True)) for values in found]
    return [{name: value for name, value in row.items() if name != "operation"} for row in rows]


def is_source(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether a register was made with the units of the one at `path`, whatever came later in either.

    Raises StoreError where that one is missing or not ours.
    """
    first = journal.numbered(connection, 1)
    found = _SOURCE.search(first.command) if first else None
    with store.reading(path, read_only=True) as source:
        operation = journal.numbered(source, int(found[1])) if found else None
    return found is not None and operation is not None and operation.hash == found[2]
