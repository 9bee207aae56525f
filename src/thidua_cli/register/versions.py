"""A unit as it was called during some time."""

from typing import NamedTuple

from thidua_cli.register.terms import Kind, Level


class Version(NamedTuple):
    """What a unit was called from `valid_from` (included) until `until_on` (not included; none: still).

    `ended_on` is the first day on which the unit itself no longer exists. Dates are ISO text. `number` is the
    id of the row that says so; 0: none is stored yet.
    """

    unit: int
    kind: Kind
    level: Level
    code: str
    name: str
    parent: int | None
    abbreviation: str | None
    sort_order: int | None
    valid_from: str
    until_on: str | None = None
    ended_on: str | None = None
    note: str | None = None
    document_number: str | None = None
    operation: int = 0
    number: int = 0

    def holds_on(self, day: str) -> bool:
        """Whether this is the unit's version on that day."""
        return self.valid_from <= day and (self.until_on is None or day < self.until_on)
