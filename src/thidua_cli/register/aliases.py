"""Names by which senders call units, and official identifiers: kept, dated, and weaker than any full name."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from thidua_cli import store
from thidua_cli.ground import text
from thidua_cli.store import Writer


class Alias(NamedTuple):
    """A name that a unit is called by from `valid_from` on, as long as it exists; `id` 0: not stored yet."""

    id: int
    unit: int
    alias: str
    valid_from: str


class Aliases:
    """All aliases of a register, by name and by unit."""

    def __init__(self, aliases: Iterable[Alias] = ()) -> None:
        self._by_key: dict[str, list[Alias]] = {}
        self._by_unit: dict[int, list[Alias]] = {}
        for alias in aliases:
            self._by_key.setdefault(text.name_key(alias.alias), []).append(alias)
            self._by_unit.setdefault(alias.unit, []).append(alias)

    @classmethod
    def read(cls, connection: sqlite3.Connection, known: int) -> "Aliases":
        """The aliases as known at an operation."""
        return cls(Alias(*row) for row in connection.execute(store.sql("live_aliases"), {"known": known}))

    def called(self, name: str) -> Sequence[Alias]:
        """The aliases that are that name, of any unit."""
        return self._by_key.get(text.name_key(name), []) if self._by_key else []

    def of(self, unit: int) -> Sequence[Alias]:
        """The aliases of a unit."""
        return self._by_unit.get(unit, [])


def add(writer: Writer, aliases: Iterable[Alias]) -> None:
    """Store aliases."""
    rows = [{**alias._asdict(), "id": writer.next_id("unit_alias")} for alias in aliases]
    writer.insert("unit_alias", rows)
