"""Records of what units did, exemptions, extensions and voids: what they hold, reading and writing them."""

import re
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from typing import Any, NamedTuple

from thidua_cli import store
from thidua_cli.ground import dates, text
from thidua_cli.ground.errors import NotFoundError, RefusedError
from thidua_cli.ground.language import _
from thidua_cli.register.terms import Action
from thidua_cli.store import Writer
from thidua_cli.store.journal import LATEST, PAPERS


class Paper(NamedTuple):
    """The document behind a record, an exemption or an extension; dates are ISO text."""

    number: str | None = None
    issuer: str | None = None
    date: str | None = None
    received_on: str | None = None
    evidence: str | None = None
    evidence_sha256: str | None = None
    note: str | None = None

    def columns(self) -> dict[str, str | None]:
        """As columns of the tables of papers."""
        return {
            "document_number": self.number,
            "document_issuer": self.issuer,
            "document_date": self.date,
            "received_on": self.received_on,
            "evidence": self.evidence,
            "evidence_sha256": self.evidence_sha256,
            "note": self.note,
        }


class Record(NamedTuple):
    """A launch, registration or review of one unit; `id` is None while it is not stored."""

    unit: int
    phase: str
    action: Action
    done_on: str
    document: Paper
    contents: tuple[int, ...] = ()
    occasion: str = ""  # as in the plan's obligation
    id: int | None = None

    @property
    def key(self) -> tuple[int, str, str, str]:
        """At most one live record has this key."""
        return self.unit, self.phase, self.action, self.occasion

    @property
    def day(self) -> str:
        return self.done_on


class Exemption(NamedTuple):
    """A unit excused from one obligation; `id` is None while it is not stored.

    `until_on` is the last day that it names, `cut_on` the one that a live withdrawal leaves it.
    """

    unit: int
    obligation: str
    exempted_on: str
    reason: str
    document: Paper
    id: int | None = None
    until_on: str | None = None
    cut_on: str | None = None

    @property
    def key(self) -> tuple[str, int, str, str]:
        """At most one live exemption has this key."""
        return "exemption", self.unit, self.obligation, self.exempted_on

    @property
    def last_on(self) -> str | None:
        """Its last day; None while it is open."""
        return min((day for day in (self.until_on, self.cut_on) if day), default=None)

    def overlaps(self, other: "Exemption") -> bool:
        """Whether both hold on some day."""
        return self.exempted_on <= (other.last_on or "9999") and other.exempted_on <= (self.last_on or "9999")

    @property
    def day(self) -> str:
        return self.exempted_on


class Extension(NamedTuple):
    """A later last day for one unit and obligation, from `granted_on` on; `id` is None while not stored."""

    unit: int
    obligation: str
    granted_on: str
    until_on: str
    document: Paper
    id: int | None = None

    @property
    def key(self) -> tuple[str, int, str, str, str]:
        """Several are live at once, but one decision extends one obligation of a unit once."""
        return "extension", self.unit, self.obligation, self.granted_on, number_key(self.document.number)

    @property
    def day(self) -> str:
        return self.granted_on


class Withdrawal(NamedTuple):
    """The end of an exemption: `withdrawn_on` is the first day without it; `id` is None while not stored."""

    unit: int
    obligation: str
    exemption: int
    withdrawn_on: str
    document: Paper
    id: int | None = None

    @property
    def key(self) -> tuple[str, int]:
        """An exemption is withdrawn once."""
        return "withdrawal", self.exemption

    @property
    def day(self) -> str:
        return self.withdrawn_on


Entry = Record | Exemption | Extension | Withdrawal


def table_of(entry: Entry) -> str:
    """The table that holds an entry."""
    return type(entry).__name__.lower()


def number_key(number: str | None) -> str:
    """A document number for comparison: no spaces, upper case, no zeros in front, one kind of dash."""
    compact = re.sub(r"[\s\u00a0]+", "", number or "").upper().replace("–", "-").replace("—", "-")
    return re.sub(r"^0+(?=\d)", "", compact)


def issuer_key(issuer: str | None) -> str:
    """An issuer for comparison."""
    return text.name_key(issuer) if issuer else ""


def same_paper(one: Paper, other: Paper) -> bool:
    """Whether two documents are one: number and issuer as normalised, and dates; not evidence or note."""
    return (one.date, one.received_on) == (other.date, other.received_on) and (
        (one.number == other.number or number_key(one.number) == number_key(other.number))
        and (one.issuer == other.issuer or issuer_key(one.issuer) == issuer_key(other.issuer))
    )


def live_records(
    connection: sqlite3.Connection,
    known: int,
    *,
    unit: int | None = None,
    number: int | None = None,
    action: Action | None = None,
) -> list[Record]:
    """Live records: of one unit, the one with a number, those of an action, or all."""
    wanted = {"known": known, "unit": unit, "id": number, "action": action and str(action)}
    shared: dict[Any, Any] = {}  # words and days recur in every row; each is kept once
    keep = shared.setdefault
    return [
        Record(
            unit,
            keep(phase, phase),
            Action(act),
            keep(done_on, done_on),
            Paper(paper[0], *map(keep, paper[1:], paper[1:])),
            tuple(int(content) for content in contents.split(",")) if contents else (),
            keep(occasion, occasion),
            found,
        )
        for found, unit, phase, act, occasion, done_on, *paper, contents in connection.execute(
            store.sql("live_records"), wanted
        )
    ]


def live_exemptions(
    connection: sqlite3.Connection, known: int, *, unit: int | None = None, number: int | None = None
) -> list[Exemption]:
    """Live exemptions: of one unit, the one with a number, or all."""
    rows = connection.execute(store.sql("live_exemptions"), {"known": known, "unit": unit, "id": number})
    return [Exemption(row[1], row[2], row[3], row[4], Paper(*row[5:12]), row[0], *row[12:14]) for row in rows]


def live_extensions(
    connection: sqlite3.Connection, known: int, *, unit: int | None = None, number: int | None = None
) -> list[Extension]:
    """Live extensions, the one that holds last: of one unit, the one with a number, or all."""
    rows = connection.execute(store.sql("live_extensions"), {"known": known, "unit": unit, "id": number})
    return [Extension(row[1], row[2], row[3], row[4], Paper(*row[5:12]), row[0]) for row in rows]


def live_withdrawals(
    connection: sqlite3.Connection, known: int, *, unit: int | None = None, number: int | None = None
) -> list[Withdrawal]:
    """Live withdrawals of exemptions: of one unit, the one with a number, or all."""
    rows = connection.execute(store.sql("live_withdrawals"), {"known": known, "unit": unit, "id": number})
    return [Withdrawal(row[1], row[2], row[3], row[4], Paper(*row[5:12]), row[0]) for row in rows]


def add(writer: Writer, entries: Sequence[Entry]) -> list[Entry]:
    """Store entries that `decide` found to be new; returns them with their ids (fresh where none is set)."""
    stored: list[Entry] = []
    tables: dict[str, list[dict[str, object]]] = {}
    for entry in entries:
        table = table_of(entry)
        number = entry.id or writer.next_id(table)
        contents: tuple[int, ...] = ()
        row: dict[str, object]
        if isinstance(entry, Record):
            row = {"phase": entry.phase, "action": str(entry.action), "done_on": entry.done_on}
            row |= {"occasion": entry.occasion}
            contents = entry.contents
        elif isinstance(entry, Withdrawal):
            row = {"exemption": entry.exemption, "withdrawn_on": entry.withdrawn_on}
            row |= {"last_on": dates.shifted(entry.withdrawn_on, -1)}
        elif isinstance(entry, Extension):
            row = {"obligation": entry.obligation, "granted_on": entry.granted_on, "until_on": entry.until_on}
        else:
            row = {"obligation": entry.obligation, "exempted_on": entry.exempted_on, "reason": entry.reason}
            row |= {"until_on": entry.until_on}
        if not isinstance(entry, Withdrawal):
            row |= {"unit": entry.unit}
        tables.setdefault(table, []).append({"id": number, **row, **entry.document.columns()})
        for content in contents:
            tables.setdefault("record_content", []).append({"record": number, "content": content})
        stored.append(entry._replace(id=number))
    for table, rows in sorted(tables.items()):
        if rows:
            writer.insert(table, rows)
    return stored


def find(connection: sqlite3.Connection, number: int) -> tuple[str, Entry]:
    """A live entry by its number, and its table.

    Raises NotFoundError if there never was one, RefusedError if it has been voided.
    """
    for read in (live_records, live_exemptions, live_extensions, live_withdrawals):
        for entry in read(connection, LATEST, number=number):
            return table_of(entry), entry
    for table in PAPERS:
        if connection.execute(f"SELECT 1 FROM {table} WHERE id = ?", (number,)).fetchone():
            operation, reason, fresh = connection.execute(
                "SELECT operation, reason, replacement FROM void WHERE target = ? AND target_id = ?",
                (table, number),
            ).fetchone()
            raise RefusedError(
                _("bản ghi #{number} đã hủy ở thao tác #{operation}: {reason}").format(
                    number=number, operation=operation, reason=text.visible(reason)
                ),
                *([_("Bản ghi thay nó: #{number}").format(number=fresh)] if fresh else []),
            )
    raise NotFoundError(_("không có bản ghi #{number}").format(number=number))


def void(writer: Writer, number: int, reason: str, replacement: int | None = None) -> Entry:
    """Void a live entry; returns it. Raises as `find`."""
    table, entry = find(writer.connection, number)
    void_rows(writer, {(table, number): replacement}, reason)
    return entry


def void_rows(writer: Writer, rows: Mapping[tuple[str, int], int | None], reason: str) -> None:
    """Void rows, given as table and id, each with the id of the row that takes its place, if one does."""
    ids = count(writer.next_id("void", len(rows)))
    columns = ("id", "target", "target_id", "reason", "replacement")
    voids = ((next(ids), *row, reason, replacement) for row, replacement in rows.items())
    writer.insert_rows("void", columns, voids)


def correct(writer: Writer, number: int, reason: str, corrected: Entry) -> Entry:
    """Void a live entry and store what it should have been, linked; returns that. Raises as `find`."""
    _table, old = find(writer.connection, number)
    return correct_all(writer, [(old, corrected)], reason)[0]


def correct_all(writer: Writer, pairs: Iterable[tuple[Entry, Entry]], reason: str) -> list[Entry]:
    """As `correct`, for live entries, each with what it should have been."""
    held = [(old, fresh._replace(id=writer.next_id("record"))) for old, fresh in pairs]
    void_rows(writer, {(table_of(old), int(old.id or 0)): fresh.id for old, fresh in held}, reason)
    return add(writer, [fresh for _old, fresh in held])
