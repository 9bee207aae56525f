"""Rows that can be voided: what they say, what voided them, and the rows that say the same."""

import sqlite3
from collections.abc import Collection
from typing import Any

from thidua_cli.register.entries import Exemption, Paper, live_exemptions, same_paper
from thidua_cli.store.journal import LATEST

Row = tuple[str, int]  # a table and an id in it
NUMBERED = (
    "record",
    "exemption",
    "extension",
    "withdrawal",
    "supplement",
)  # people know them by their numbers
_KEYS = {"record": ("unit", "phase", "action", "occasion"),
         "extension": ("unit", "obligation", "granted_on", "document_number"),
         "withdrawal": ("exemption",),
         "supplement": ("record", "supplemented_on", "document_number"),
         "unit_alias": ("unit", "alias", "valid_from")}  # fmt: skip
_PAPER = tuple(Paper().columns())


def live(connection: sqlite3.Connection, table: str, operation: int) -> list[Row]:
    """The rows that an operation brought and nothing has voided."""
    rows = connection.execute(
        f"SELECT id FROM {table} WHERE operation = ?"
        " AND id NOT IN (SELECT target_id FROM void WHERE target = ?) ORDER BY id",
        (operation, table),
    )
    return [(table, row[0]) for row in rows]


def void_of(connection: sqlite3.Connection, row: Row) -> tuple[int, int | None] | None:
    """The operation that voided a row and the id of what replaced it; none if nothing has voided it."""
    void: tuple[int, int | None] | None = connection.execute(
        "SELECT operation, replacement FROM void WHERE target = ? AND target_id = ?", row
    ).fetchone()
    return void


def operation_of(connection: sqlite3.Connection, row: Row) -> int:
    table, number = row
    query = f"SELECT operation FROM {table} WHERE id = ?"
    return int(connection.execute(query, (number,)).fetchone()[0])


def values(connection: sqlite3.Connection, row: Row) -> dict[str, Any]:
    """A row by columns, without its id and operation."""
    table, number = row
    cursor = connection.execute(f"SELECT * FROM {table} WHERE id = ?", (number,))
    columns = dict(zip([column[0] for column in cursor.description], cursor.fetchone(), strict=True))
    return {name: value for name, value in columns.items() if name not in ("id", "operation")}


def said(connection: sqlite3.Connection, row: Row) -> dict[str, Any]:
    """What a row says, by columns; of a supplement, the act that it is about and not the record's number."""
    held = values(connection, row)
    if row[0] == "supplement":
        act = values(connection, ("record", held["record"]))
        held["record"] = tuple(act[name] for name in _KEYS["record"])
    return held


def unit_of(connection: sqlite3.Connection, row: Row) -> int:
    """The unit that a row is about."""
    if row[0] == "withdrawal":
        query = "SELECT unit FROM exemption WHERE id = (SELECT exemption FROM withdrawal WHERE id = ?)"
        return int(connection.execute(query, row[1:]).fetchone()[0])
    if row[0] == "supplement":
        return unit_of(connection, ("record", values(connection, row)["record"]))
    return int(values(connection, row)["unit"])


def contents(connection: sqlite3.Connection, row: Row) -> list[int]:
    """The contents that a record or supplement names; none for another row."""
    table, number = row
    if table not in ("record", "supplement"):
        return []
    query = f"SELECT content FROM {table}_content WHERE {table} = ? ORDER BY content"
    return [content for (content,) in connection.execute(query, (number,))]


def results(connection: sqlite3.Connection, row: Row) -> list[tuple[str, str]]:
    """The results that a record holds, by code; none for another row."""
    if row[0] != "record":
        return []
    query = "SELECT field, value FROM record_field WHERE record = ? ORDER BY field"
    return connection.execute(query, row[1:]).fetchall()


def copies(connection: sqlite3.Connection, row: Row) -> list[Row]:
    """The rows that say the same as one, live or not, itself included."""
    table, says = row[0], said(connection, row)
    papers = _PAPER if table in NUMBERED else ()
    literal = {name: value for name, value in says.items() if name not in (*papers, "record")}
    same = " AND ".join(f"{name} IS ?" for name in literal)
    found = connection.execute(f"SELECT id FROM {table} WHERE {same}", tuple(literal.values()))
    others = [(table, other) for (other,) in found.fetchall()]
    if not papers:
        return others
    paper, named = _paper(says), (contents(connection, row), results(connection, row))
    return [
        other
        for other in others
        if (contents(connection, other), results(connection, other)) == named
        and same_paper(paper, _paper(values(connection, other)))
        and said(connection, other).get("record") == says.get("record")
    ]


def live_copies(connection: sqlite3.Connection, row: Row) -> list[Row]:
    """The live rows that say the same as a voided one: brought back already, or recorded anew."""
    return [other for other in copies(connection, row) if void_of(connection, other) is None]


def in_place_of(connection: sqlite3.Connection, row: Row) -> list[int]:
    """The live rows of the same table that would stand beside a voided one, were it back."""
    table, says = row[0], values(connection, row)
    if table == "exemption":
        unit, obligation, day = (says[name] for name in ("unit", "obligation", "exempted_on"))
        back = Exemption(unit, obligation, day, "", Paper(), until_on=says["until_on"])
        live = live_exemptions(connection, LATEST, unit=back.unit)
        return [int(x.id or 0) for x in live if x.obligation == back.obligation and x.overlaps(back)]
    if table not in _KEYS:
        return []
    key = [name for name in _KEYS[table] if name != "record"]
    same = " AND ".join(f"{name} IS ?" for name in key)
    # Asked for one row after the other, so by the index of voids.
    others = connection.execute(
        f"SELECT id FROM {table} WHERE {same}"
        f" AND NOT EXISTS (SELECT 1 FROM void WHERE target = ? AND target_id = {table}.id)",
        (*(says[name] for name in key), table),
    )
    act = said(connection, row).get("record")
    return [other for (other,) in others.fetchall() if said(connection, (table, other)).get("record") == act]


def resting_on(connection: sqlite3.Connection, going: Collection[Row]) -> list[Row]:
    """The live withdrawals and supplements of papers that go, where they do not go themselves."""
    found: list[Row] = [
        (table, number)
        for table, base in (("withdrawal", "exemption"), ("supplement", "record"))
        for number, on in connection.execute(f"SELECT id, {base} FROM {table} ORDER BY id").fetchall()
        if (base, on) in going
    ]
    return [row for row in found if row not in going and void_of(connection, row) is None]


def _paper(says: dict[str, Any]) -> Paper:
    return Paper(*(says[name] for name in _PAPER))


def versions_and_ends(connection: sqlite3.Connection, version: int, operation: int) -> list[Row]:
    """The versions and ends of the unit of a version that an operation wrote."""
    return [
        (table, row)
        for table in ("unit_version", "unit_end")
        for (row,) in connection.execute(
            f"SELECT id FROM {table} WHERE operation = ?"
            " AND unit = (SELECT unit FROM unit_version WHERE id = ?)",
            (operation, version),
        ).fetchall()
    ]


def is_undoing(connection: sqlite3.Connection, operation: int) -> bool:
    """Whether an operation voided what no change voids."""
    query = "SELECT 1 FROM void WHERE operation = ? AND target IN ('succession', 'unit_end')"
    return connection.execute(query, (operation,)).fetchone() is not None
