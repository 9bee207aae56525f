"""Units read one by one, by index: for commands about a few units of a register that may hold a million."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping

from thidua_cli.ground import text
from thidua_cli.register.aliases import Aliases
from thidua_cli.register.units import Directory, read_versions
from thidua_cli.register.versions import Version


class Lookup(Directory):
    """All units as known at one operation, each read when it is asked for, all of them when all are."""

    def __init__(self, connection: sqlite3.Connection, known: int) -> None:
        super().__init__((), Aliases.read(connection, known))
        self._connection, self._known = connection, known
        self.versions = self._held = _Versions(connection, known)

    def load(self, units: Iterable[int]) -> None:
        """Read units that will be asked for, all at once, with what is above them."""
        self._held.load(units)

    def with_code(self, code: str) -> list[Version]:
        """Every version, of any unit and time, with that code, whatever its case."""
        key = text.code_key(code)
        found = self._connection.execute(
            "SELECT unit FROM unit_version WHERE code = ? COLLATE NOCASE", (key,)
        )
        return [version for version in self._of(found) if text.code_key(version.code) == key]

    def with_name(self, name: str) -> list[Version]:
        """Every version, of any unit and time, whose name or abbreviation is that name."""
        key = text.name_key(name)
        query = "SELECT v.unit FROM unit_name n JOIN unit_version v ON v.id = n.version WHERE n.key = ?"
        found = self._of(self._connection.execute(query, (key,)))
        return [
            version for version in found if key in text.name_keys([version.name, version.abbreviation or ""])
        ]

    def _of(self, found: Iterable[tuple[int]]) -> list[Version]:
        """All versions of some units, in order of time."""
        units = {unit for (unit,) in found}
        self.load(units)
        versions = (version for unit in units for version in self.versions.get(unit, ()))
        return sorted(versions, key=lambda version: (version.valid_from, version.number))


class _Versions(Mapping[int, list[Version]]):
    """The versions of each unit, in order of time."""

    def __init__(self, connection: sqlite3.Connection, known: int) -> None:
        self._connection, self._known = connection, known
        self._read: dict[int, list[Version]] = {}  # empty: a unit without live versions
        self._is_whole = False

    def load(self, units: Iterable[int] | None) -> None:
        """Read units with all that were ever above them, where they were not read before, or all units."""
        if self._is_whole:
            return
        if units is None:
            self._is_whole, self._read = True, {}
            self._take(None)
        while units and (units := {unit for unit in units if unit not in self._read}):
            self._read.update((unit, []) for unit in units)
            units = {version.parent for version in self._take(units) if version.parent is not None}

    def _take(self, units: Iterable[int] | None) -> list[Version]:
        taken = list(read_versions(self._connection, self._known, units))
        for version in taken:
            self._read.setdefault(version.unit, []).append(version)
        return taken

    def __getitem__(self, unit: int) -> list[Version]:
        self.load([unit])
        if versions := self._read.get(unit):
            return versions
        raise KeyError(unit)

    def __iter__(self) -> Iterator[int]:
        self.load(None)
        return iter(self._read)

    def __len__(self) -> int:
        self.load(None)
        return len(self._read)
