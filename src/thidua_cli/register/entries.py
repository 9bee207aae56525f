"""Records of what units did, and other papers: what they hold, reading and storing them."""

import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from thidua_cli import store
from thidua_cli.ground import dates, text
from thidua_cli.store import Writer


class Paper(NamedTuple):
    """The document behind an entry; dates are ISO text."""

    number: str | None = None
    issuer: str | None = None
    date: str | None = None
    received_on: str | None = None
    evidence: str | None = None
    evidence_sha256: str | None = None
    note: str | None = None

    def columns(self) -> dict[str, str | None]:
        """As columns of the tables of papers."""
        return dict(zip(COLUMNS, self, strict=True))


COLUMNS = [f"document_{name}" if name in ("number", "issuer", "date") else name for name in Paper._fields]


class Record(NamedTuple):
    """What one unit did, such as a launch; `id` is None while it is not stored."""

    unit: int
    phase: str
    action: str
    done_on: str
    document: Paper
    contents: tuple[int, ...] = ()
    occasion: str = ""  # as in the plan's obligation
    id: int | None = None
    fields: tuple[tuple[str, str], ...] = ()  # code and value of each result, by code

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


class Supplement(NamedTuple):
    """A second letter, which adds to a record from `supplemented_on` on; `id` is None while it is not stored.

    It falls with its record. `unit` is that of the record.
    """

    unit: int
    record: int
    supplemented_on: str
    contents: tuple[int, ...]
    document: Paper
    id: int | None = None

    @property
    def key(self) -> tuple[str, int, str, str]:
        """A record may have several, but one letter of a day supplements it once."""
        return "supplement", self.record, self.supplemented_on, number_key(self.document.number)

    @property
    def day(self) -> str:
        return self.supplemented_on


Entry = Record | Exemption | Extension | Withdrawal | Supplement
# Fields of entries that their tables have no column for.
_BESIDE = {
    "record": ("contents", "fields"),
    "exemption": ("cut_on",),
    "withdrawal": ("unit", "obligation"),
    "supplement": ("unit", "contents"),
}


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
    action: str | None = None,
) -> list[Record]:
    """Live records: of one unit, the one with a number, those of an action, or all."""
    wanted = {"r.unit": unit, "r.id": number, "r.action": action}
    keep = dict[Any, Any]().setdefault  # words and days recur in every row; each is kept once
    return [
        Record(
            unit,
            keep(phase, phase),
            keep(act, act),
            keep(done_on, done_on),
            Paper(paper[0], *map(keep, paper[1:], paper[1:])),
            _numbers(contents),
            keep(occasion, occasion),
            found,
            tuple(sorted(json.loads(fields).items())) if fields else (),
        )
        for found, unit, phase, act, occasion, done_on, *paper, contents, fields in store.narrowed(
            connection, _sql("live_records"), known, wanted
        )
    ]


def live_exemptions(
    connection: sqlite3.Connection, known: int, *, unit: int | None = None, number: int | None = None
) -> list[Exemption]:
    """Live exemptions: of one unit, the one with a number, or all."""
    wanted = {"x.unit": unit, "x.id": number}
    return [Exemption(*each) for each in _read(connection, "live_exemptions", known, wanted)]


def live_extensions(
    connection: sqlite3.Connection, known: int, *, unit: int | None = None, number: int | None = None
) -> list[Extension]:
    """Live extensions, the one that holds last: of one unit, the one with a number, or all."""
    wanted = {"y.unit": unit, "y.id": number}
    return [Extension(*each) for each in _read(connection, "live_extensions", known, wanted)]


def live_withdrawals(
    connection: sqlite3.Connection, known: int, *, unit: int | None = None, number: int | None = None
) -> list[Withdrawal]:
    """Live withdrawals of exemptions: of one unit, the one with a number, or all."""
    wanted = {"x.unit": unit, "w.id": number}
    return [Withdrawal(*each) for each in _read(connection, "live_withdrawals", known, wanted)]


def live_supplements(
    connection: sqlite3.Connection,
    known: int,
    *,
    record: int | None = None,
    unit: int | None = None,
    number: int | None = None,
) -> list[Supplement]:
    """Live supplements, the earliest first: of one record or unit, the one with a number, or all."""
    wanted = {"s.record": record, "r.unit": unit, "s.id": number}
    return [
        Supplement(of_unit, of, day, _numbers(contents), *paper)
        for of_unit, of, day, contents, *paper in _read(connection, "live_supplements", known, wanted)
    ]


def _read(
    connection: sqlite3.Connection, query: str, known: int, wanted: Mapping[str, object]
) -> list[tuple[Any, ...]]:
    """The fields of papers: four of their own, the document, the id, and what follows."""
    rows = store.narrowed(connection, _sql(query), known, wanted)
    end = 5 + len(COLUMNS)
    return [(*row[1:5], Paper(*row[5:end]), row[0], *row[end:]) for row in rows]


@cache
def _sql(query: str) -> str:
    """A query of `sql/` in which `x.$paper` stands for the columns of a paper in the table x."""
    return re.sub(r"(\w)\.\$paper", lambda at: at[1] + "." + f", {at[1]}.".join(COLUMNS), store.sql(query))


def _numbers(contents: str | None) -> tuple[int, ...]:
    return tuple(int(number) for number in contents.split(",")) if contents else ()


def add(writer: Writer, entries: Sequence[Entry]) -> list[Entry]:
    """Store entries that `decide` found to be new; returns them with their ids (fresh where none is set)."""
    stored: list[Entry] = []
    tables: dict[str, list[dict[str, object]]] = {}
    for entry in entries:
        table = table_of(entry)
        number = entry.id or writer.next_id(table)
        said = {"document", *_BESIDE.get(table, ())}
        row = {name: value for name, value in entry._asdict().items() if name not in said}
        if isinstance(entry, Withdrawal):
            row["last_on"] = dates.shifted(entry.withdrawn_on, -1)
        tables.setdefault(table, []).append(row | {"id": number} | entry.document.columns())
        for content in entry.contents if isinstance(entry, Record | Supplement) else ():
            tables.setdefault(f"{table}_content", []).append({table: number, "content": content})
        for field, value in entry.fields if isinstance(entry, Record) else ():
            named = {"record": number, "field": field, "value": value}
            tables.setdefault("record_field", []).append(named)
        stored.append(entry._replace(id=number))
    for table, rows in sorted(tables.items()):
        writer.insert(table, rows)
    return stored
