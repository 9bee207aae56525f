"""What a cause claims, checked against the rows of the register."""

import sqlite3
from typing import Any

import build
from thidua_cli.register.plan import load_plan
from thidua_cli.register.terms import State
from thidua_cli.reports.figures import counts_row
from thidua_cli.reports.moment import read_moment
from thidua_cli.standing import causes as diff
from thidua_cli.standing import verdict
from thidua_cli.standing.observations import Cause, Observations, Side
from thidua_cli.store.journal import LATEST


def judged_rows(
    connection: sqlite3.Connection, day: str, known: str | None = None
) -> list[tuple[verdict.Fact, State]]:
    at = read_moment(connection, build.day(day), known)
    found = verdict.facts(connection, at.as_of, at.known.number)
    return [(fact, State(fact.state)) for fact in found]


def check_causes(connection: sqlite3.Connection, one: Side, other: Side) -> None:
    before, after = (judged_rows(connection, side.day, f"#{side.known}") for side in (one, other))
    found = diff.compare(before, after, Observations(connection, (load_plan(connection),) * 2, one, other))
    told = Told(connection, one, other)
    for each in found:
        assert told.is_true(each), each
    for obligation in {fact.obligation for fact, _state in (*before, *after)}:
        old, new = (
            counts_row(verdict.tally(pair for pair in pairs if pair[0].obligation == obligation))
            for pairs in (before, after)
        )
        mine = [each.deltas() for each in found if each.fact.obligation == obligation]
        for figure in ("roster", "applicable", "done", "declared_late", *map(str, State)):
            assert sum(deltas.get(figure, 0) for deltas in mine) == new[figure] - old[figure]  # type: ignore[operator]


class Told:
    """The causes once more, word by word from the tables as they stand, to be compared with what is told."""

    def __init__(self, connection: sqlite3.Connection, one: Side, other: Side) -> None:
        self.one, self.other = one, other
        self.plan = load_plan(connection)
        found = connection.execute("SELECT target, target_id, replacement, operation FROM void").fetchall()
        self.voids = {(target, number): (fresh, operation) for target, number, fresh, operation in found}
        self.tables: dict[str, list[dict[str, Any]]] = {}
        self.of_unit: dict[tuple[str, object], list[dict[str, Any]]] = {}
        for table in (
            "unit_version",
            "unit_end",
            "succession",
            "record",
            "exemption",
            "extension",
            "supplement",
        ):
            cursor = connection.execute(f"SELECT * FROM {table}")
            names = [column[0] for column in cursor.description]
            self.tables[table] = [dict(zip(names, row, strict=True)) for row in cursor]
            for row in self.tables[table]:
                self.of_unit.setdefault((table, row.get("unit")), []).append(row)

    def known(self, table: str, side: Side, **of: object) -> list[dict[str, Any]]:
        """The rows of which the register knew, live or voided."""
        rows = self.of_unit.get((table, of["unit"]), []) if "unit" in of else self.tables[table]
        return [
            row
            for row in rows
            if row["operation"] <= side.known and all(row[name] == value for name, value in of.items())
        ]

    def live(self, table: str, side: Side, **of: object) -> list[dict[str, Any]]:
        """Those of them that were not voided."""
        never = (None, LATEST)
        return [
            row
            for row in self.known(table, side, **of)
            if self.voids.get((table, row["id"]), never)[1] > side.known
        ]

    def born(self, unit: int, side: Side) -> str:
        """The unit's first day; an empty text if no version of it is live."""
        return min((row["valid_from"] for row in self.live("unit_version", side, unit=unit)), default="")

    def ends(self, unit: int, side: Side) -> list[str]:
        """The first days without the unit that are live."""
        return [row["ended_on"] for row in self.live("unit_end", side, unit=unit)]

    def voided_between(self, entry: tuple[str, int]) -> bool:
        """Whether a record or exemption was voided after the one moment and up to the other."""
        return self.one.known < self.voids.get(entry, (None, 0))[1] <= self.other.known

    def was_voided(self, entry: tuple[str, int]) -> bool:
        """Whether what a record or exemption says had been known and was voided at the earlier moment."""
        table, number = entry
        row = next(row for row in self.tables[table] if row["id"] == number)
        same = {
            name: row[name]
            for name in row
            if name not in ("id", "operation", "note", *(["record"] * (table == "supplement")))
        }
        return any(
            old not in self.live(table, self.one, **same) for old in self.known(table, self.one, **same)
        ) or any(self.was_voided((table, old)) for old in self.origins(entry))

    def origins(self, entry: tuple[str, int]) -> list[int]:
        """What a record or exemption replaced."""
        return [old for (table, old), (fresh, _at) in self.voids.items() if (table, fresh) == entry]

    def entries(self, standing: diff.Standing | None) -> list[tuple[str, int]]:
        """The papers that count at a moment, and the supplements of the record."""
        found = _entries(standing)
        letters = (row["id"] for row in self.tables["supplement"] if ("record", row["record"]) in found)
        return [*found, *(("supplement", number) for number in letters)]

    def came(self, change: diff.Change, table: str, day: str) -> bool:
        """Whether a paper came to count: it is later than the earlier moment, or was new to the register."""
        (now,) = [entry for entry in _entries(change.after) if entry[0] == table]
        (row,) = [row for row in self.tables[table] if row["id"] == now[1]]
        is_new = row["operation"] > self.one.known and not self.was_voided(now)
        return (row[day] > self.one.day or is_new) and now not in _entries(change.before)

    def is_true(self, change: diff.Change) -> bool:
        """Whether the tables bear out the cause."""
        unit, code = change.fact.unit, change.fact.obligation
        (born_then, born_now), (ends_then, ends_now) = (
            [ask(unit, side) for side in (self.one, self.other)] for ask in (self.born, self.ends)
        )
        first_day = min(self.one.day, str(self.plan.obligation(code).roster_on or self.one.day))
        match change.cause:
            case Cause.PHASE_STARTED:
                return self.one.day < self.plan.obligation(code).phase.starts_on <= self.other.day
            case Cause.UNIT_CREATED:
                was_known = self.known("unit_version", self.one, unit=unit)
                return not was_known or min(born_then, born_now) > first_day
            case Cause.UNIT_REINSTATED:
                return bool(self.known("unit_version", self.one, unit=unit) and not born_then and born_now)
            case Cause.UNIT_REMOVED:
                return bool(born_then and not born_now)
            case Cause.UNIT_ENDED:
                return any(day <= self.other.day for day in ends_now) and not any(
                    day <= self.one.day for day in ends_then
                )
            case Cause.UNIT_RESTORED:
                return bool(ends_then and not ends_now)
            case Cause.UNIT_REDATED:
                return bool(born_then and born_now) and (born_then, ends_then) != (born_now, ends_now)
            case Cause.SUCCESSION_CHANGED:
                sides = (self.live("succession", side) for side in (self.one, self.other))
                one, other = (
                    [row for row in rows if row["effective_on"] <= side.day]
                    for rows, side in zip(sides, (self.one, self.other), strict=True)
                )
                return one != other and not self.plan.obligation(code).newcomers
            case Cause.DONE_ON_TIME | Cause.DONE_LATE:
                return self.came(change, "record", "done_on")
            case Cause.EXEMPTED:
                return self.came(change, "exemption", "exempted_on")
            case Cause.DEADLINE_EXTENDED:
                return self.came(change, "extension", "granted_on")
            case Cause.EXEMPTION_ENDED:
                return any(
                    row["until_on"] and row["until_on"] < self.other.day
                    for row in self.live("exemption", self.other, unit=unit, obligation=code)
                )
            case Cause.SUPPLEMENTED:
                return change.before is not None and any(
                    row["supplemented_on"] > self.one.day or row["operation"] > self.one.known
                    for row in self.live("supplement", self.other, record=change.fact.record_id)
                    if row["supplemented_on"] <= self.other.day
                )
            case Cause.RECORD_RESTORED:
                return any(self.was_voided(entry) for entry in self.entries(change.after))
            case Cause.CORRECTED:
                lost = any(self.voided_between(entry) for entry in self.entries(change.before))
                return lost or any(self.origins(entry) for entry in self.entries(change.after))
            case Cause.VOIDED:
                return any(self.voided_between(entry) for entry in self.entries(change.before))
            case Cause.BECAME_OVERDUE:
                return self.one.day <= change.fact.closes_on < self.other.day
        return False


def _entries(standing: diff.Standing | None) -> list[tuple[str, int]]:
    """The record that counts, the exemption that holds, and the extension."""
    fact = standing.fact if standing else None
    found = [("record", fact.record_id), ("exemption", fact.exemption_id)] if fact else []
    found += [("extension", fact.extension_id)] if fact else []
    return [(table, number) for table, number in found if number is not None]
