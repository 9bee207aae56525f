"""Short ways to fill a register in tests."""

import sqlite3
import subprocess
import sys
from datetime import date
from pathlib import Path

from thidua_cli import store
from thidua_cli.ground.dates import shifted
from thidua_cli.register import entries, voiding
from thidua_cli.register.entries import Entry
from thidua_cli.register.models import ExemptionIn, RecordIn
from thidua_cli.register.plan import load_plan
from thidua_cli.rules import decide as deciding
from thidua_cli.rules.decide import Outcome
from thidua_cli.rules.snapshot import Snapshot

# A program whose schema is one step further than this one's; its arguments are a command line.
FUTURE = """
import sys
from thidua_cli import store
from thidua_cli.ground.dates import shifted
store.schema.MIGRATIONS = (*store.schema.MIGRATIONS, ("test", lambda db: db.execute("ALTER TABLE record ADD COLUMN seen_on TEXT")))
store.schema.SCHEMA_VERSION += 1
from thidua_cli.cli import main
sys.argv[0] = "thidua"
main()
"""


def head(connection: sqlite3.Connection) -> int:
    """The number of the last operation."""
    return int(connection.execute("SELECT max(number) FROM operation").fetchone()[0])


def read(connection: sqlite3.Connection) -> Snapshot:
    """All of the register as it is known now."""
    return Snapshot(connection, load_plan(connection), head(connection))


def record(
    connection: sqlite3.Connection, unit: str, on: str, action: str = "launch", **values: object
) -> Entry:
    """Record one action of one unit; it must be new."""
    outcome = decide(connection, unit, on, action, **values)
    assert outcome.verdict == "new", outcome
    return _add(connection, outcome)


def decide(
    connection: sqlite3.Connection, unit: str, on: str, action: str = "launch", **values: object
) -> Outcome:
    """What would become of a record."""
    item = RecordIn.model_validate({"unit_code": unit, "done_on": on, "action": action, **values})
    return deciding.decide(read(connection), item)


def exempt(
    connection: sqlite3.Connection, unit: str, obligation: str, on: str, reason: str = "lý do"
) -> Entry:
    """Exempt one unit from one obligation."""
    item = ExemptionIn.model_validate(
        {
            "unit_code": unit,
            "obligation": obligation,
            "exempted_on": on,
            "reason": reason,
            "document_number": "1/QĐ",
        }
    )
    return _add(connection, deciding.decide(read(connection), item))


def _add(connection: sqlite3.Connection, outcome: Outcome) -> Entry:
    assert outcome.entry is not None
    with store.write(connection, actor="test", command="record") as writer:
        return entries.add(writer, [outcome.entry])[0]


def void(connection: sqlite3.Connection, number: int | None, reason: str = "nhầm") -> None:
    """Void a record or an exemption."""
    assert number is not None
    with store.write(connection, actor="test", command="void") as writer:
        voiding.void(writer, number, reason)


def unit(
    writer: store.Writer,
    code: str,
    kind: str,
    level: str,
    born: str,
    *,
    parent: int | None = None,
    ended: str | None = None,
    note: str | None = None,
) -> int:
    """A unit with one version and perhaps an end; returns its id."""
    number = writer.next_id("unit")
    writer.insert("unit", [{"id": number, "kind": kind, "level": level}])
    version(writer, number, code, born, parent=parent, note=note)
    if ended:
        row = {
            "id": writer.next_id("unit_end"),
            "unit": number,
            "ended_on": ended,
            "last_on": shifted(ended, -1),
        }
        writer.insert("unit_end", [{**row, "document_number": None, "note": None}])
    return number


def version(
    writer: store.Writer,
    number: int,
    code: str,
    valid_from: str,
    *,
    parent: int | None = None,
    note: str | None = None,
) -> None:
    """One more version of a unit."""
    writer.insert(
        "unit_version",
        [
            {
                "id": writer.next_id("unit_version"),
                "unit": number,
                "code": code,
                "name": f"Đơn vị {code}",
                "parent": parent,
                "abbreviation": None,
                "sort_order": None,
                "valid_from": valid_from,
                "document_number": None,
                "note": note,
            }
        ],
    )


def succession(writer: store.Writer, old: int | None, new: int | None, on: str) -> None:
    """What passed from one unit to another."""
    row: dict[str, object] = dict.fromkeys(
        ("document_number", "old_code", "old_name", "new_code", "new_name", "note")
    )
    row |= {"id": writer.next_id("succession"), "predecessor": old, "successor": new, "effective_on": on}
    writer.insert("succession", [row | {"change": "merge", "extent": "whole"}])


def insert(writer: store.Writer, table: str, **columns: object) -> int:
    """One row, numbered by the table's sequence; returns its id."""
    number = writer.next_id(table)
    writer.insert(table, [{"id": number, **columns}])
    return number


def everything(connection: sqlite3.Connection) -> None:
    """A row in each table that only a living plan fills: a decision, results, extensions, a second letter."""
    with store.write(connection, actor="test", command="living plan") as writer:
        decision = insert(writer, "decision", decided_on="2022-03-25", document_number="45/QĐ-UBND")
        named = {"part": "obligation", "code": "p1-launch", "field": "due_on", "value": "2022-06-30"}
        insert(writer, "plan_field", decision=decision, **named)
        field = {"action": "review", "code": "note", "position": 1, "type": "text"}
        writer.insert("action_field", [field | {"title_vi": "Ghi chú", "title_en": "Note"}])
        row = {"unit": 3, "phase": "p1", "action": "registration", "occasion": "", "done_on": "2022-03-01"}
        record = insert(writer, "record", **row)
        writer.insert("record_field", [{"record": record, "field": "note", "value": "tốt"}])
        excused = {"unit": 4, "obligation": "p1-launch", "exempted_on": "2022-01-05", "reason": "lý do"}
        exemption = insert(writer, "exemption", **excused)
        insert(writer, "withdrawal", exemption=exemption, withdrawn_on="2022-02-01", last_on="2022-01-31")
        granted = {"unit": 5, "obligation": "p1-launch", "granted_on": "2022-03-01"}
        insert(writer, "extension", **granted, until_on="2022-04-30")
        insert(writer, "unit_alias", unit=6, alias="Sở của ta", valid_from="2021-01-01")
        supplement = insert(writer, "supplement", record=record, supplemented_on="2022-05-01")
        writer.insert("supplement_content", [{"supplement": supplement, "content": 4}])


def day(text: str) -> date:
    """A date from ISO text."""
    return date.fromisoformat(text)


def cut_off(path: Path) -> None:
    """Leave a write half done, with its journal beside the file, as a program that is killed does."""
    kill = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "c.execute('PRAGMA cache_size = 1'); c.execute('BEGIN IMMEDIATE');"
        "n = c.execute('SELECT max(number) + 1 FROM operation').fetchone()[0];"
        "c.executemany('INSERT INTO unit VALUES (?, \\'other\\', \\'city\\', ?)', ((i, n) for i in range(1000, 30000)));"
        "os._exit(1)"
    )
    subprocess.run([sys.executable, "-c", kill, str(path)], check=False)
