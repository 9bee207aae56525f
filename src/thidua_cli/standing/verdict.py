"""The judgement: the state of each unit on each roster on a day, as known at an operation.

`sql/standing.sql` judges, `facts` reads what it says, `tally` counts. The roster rule and the order of states
are those of the plan's reading in README ("Who counts, and how").
"""

import sqlite3
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from string import Template
from typing import NamedTuple

from thidua_cli import store
from thidua_cli.register.terms import State


class Fact(NamedTuple):
    """How one unit stands under one obligation; its name is the one it had on `named_on`.

    `action`, `kind`, `level` and `state` are words of `terms`, dates are ISO text. The unit is on the roster
    for good from `entered_on` on. `due_on` is the obligation's, `closes_on` the unit's own last day in time.
    `done_on` is that of a live record up to the as-of date; `exemption_id` that of an exemption which holds
    on it, `extension_id` of an extension decided by then, `open_from` the first day of an exemption without a
    last day; `ended_on` the first day without the unit, if by then.
    """

    obligation: str
    phase: str
    action: str
    occasion: str
    due_on: str | None
    closes_on: str
    unit: int
    kind: str
    level: str
    entered_on: str
    ended_on: str | None
    named_on: str
    record_id: int | None
    done_on: str | None
    received_on: str | None
    document_number: str | None
    document_date: str | None
    exemption_id: int | None
    extension_id: int | None
    open_from: str | None
    is_declared_late: int  # 0 or 1
    state: str

    @property
    def declared_late(self) -> bool:
        """Whether it was done in time, and its document arrived after the closing day (khai muộn)."""
        return self.is_declared_late == 1

    def done(self, done_on: str, received_on: str | None) -> "Fact":
        """The same with a record that is not stored yet: in time by the rule of standing.sql."""
        is_open = self.open_from is not None and done_on >= self.open_from
        in_time = is_open or done_on <= self.closes_on
        late = in_time and not is_open and self.closes_on < (received_on or "")
        state = State.ON_TIME if in_time else State.LATE
        return self._replace(
            done_on=done_on, received_on=received_on, is_declared_late=int(late), state=state
        )


_COLUMNS = ", ".join(Fact._fields).replace("is_declared_late", "declared_late")


Wanted = str | Collection[str] | None  # the values of a column of standing that are asked for; None: all


def facts(
    connection: sqlite3.Connection,
    as_of: date,
    known: int,
    *,
    units: Iterable[int] | None = None,
    **wanted: Wanted,
) -> list[Fact]:
    """One fact for each obligation and each unit on its roster (or some `units`), in no particular order."""
    where, given = _where(wanted)
    parameters = {"as_of": as_of.isoformat(), "known": known, "units": _ids(units), "places": 0, **given}
    query = f"{store.raw_sql('standing')} SELECT {_COLUMNS} FROM standing WHERE {where}"
    rows = connection.execute(query, parameters)
    shared: dict[object, object] = {}  # days and words recur in every row; each is kept once
    keep = shared.setdefault
    return [Fact._make(map(keep, row, row)) for row in rows]


def _where(wanted: Mapping[str, Wanted]) -> tuple[str, dict[str, str]]:
    """A condition on columns of standing, and its parameters."""
    conditions, given = ["1"], dict[str, str]()
    for column, asked in wanted.items():
        if asked is not None:
            values = [asked] if isinstance(asked, str) else asked
            named = {f"{column}_{number}": value for number, value in enumerate(values)}
            conditions.append(f"{column} IN ({', '.join(f':{name}' for name in named)})")
            given |= named
    return " AND ".join(conditions), given


def _ids(units: Iterable[int] | None) -> str | None:
    return None if units is None else f"[{', '.join(map(str, units))}]"


class Cell(NamedTuple):
    """How many units of one kind and level stand alike under an obligation.

    Where places are asked for, of those that on `day` were right below a unit (`above`; none: below none), or
    that are this unit, a district; where contents are, of those that named `content` by the day;
    where a result is, of those whose record has the value `content` (none: has none).
    """

    obligation: str
    kind: str
    level: str
    state: State
    declared_late: bool
    units: int
    above: int | None = None
    day: str = ""
    content: int | str | None = None


_LEVELS = ("city", "district", "commune")  # as standing.sql numbers them
_STATES = (State.ON_TIME, State.LATE, State.EXEMPT, State.LAPSED, State.OVERDUE, State.PENDING)
_ABOVE = 10**10  # a cell of counts.sql ends with the unit above


def cells(
    connection: sqlite3.Connection,
    as_of: date,
    known: int,
    *,
    places: bool = False,
    contents: bool = False,
    result: str | None = None,
    **wanted: Wanted,
) -> list[Cell]:
    """The counts of the units that are asked for."""
    where, given = _where(wanted)
    joined = "JOIN told c ON c.record = p.record_id" if contents else ""
    if result:
        joined = "LEFT JOIN record_field f ON f.record = p.record_id AND f.field = :result"
        given["result"] = result
    query = store.raw_sql("standing") + Template(store.raw_sql("counts")).substitute(
        columns=", c.content" if contents else ", f.value AS content" if result else "",
        joined=joined,
        groups=", content" if contents or result else "",
        where=where,
    )
    parameters = {"as_of": as_of.isoformat(), "known": known, "units": None, "places": int(places)}
    made = []
    for obligation, kind, cell, day, _cell, _last_on, *content, counted in connection.execute(
        query, parameters | given
    ):
        number, above = divmod(cell, _ABOVE)
        level, state = _LEVELS[number // 100], _STATES[number // 10 % 10]
        made.append(
            Cell(obligation, kind, level, state, number % 10 == 1, counted, above or None, day, *content)
        )
    return made


class Tally:
    """How many units of a roster are in each state."""

    __slots__ = ("declared_late", "states")

    def __init__(self) -> None:
        self.states: dict[State, int] = dict.fromkeys(State, 0)
        self.declared_late = 0

    def __add__(self, other: "Tally") -> "Tally":
        total = Tally()
        total.states = {state: number + other.states[state] for state, number in self.states.items()}
        total.declared_late = self.declared_late + other.declared_late
        return total

    @property
    def roster(self) -> int:
        return sum(self.states.values())

    @property
    def applicable(self) -> int:
        """Units that still have to act or have acted: the roster less exempt and lapsed."""
        return self.roster - self.states[State.EXEMPT] - self.states[State.LAPSED]

    @property
    def done(self) -> int:
        return self.states[State.ON_TIME] + self.states[State.LATE]

    @property
    def rate(self) -> float | None:
        """Done of applicable, in per cent rounded down to one decimal, so that 100 means all."""
        return self.done * 1000 // self.applicable / 10 if self.applicable else None


def total(cells: Iterable[Cell]) -> Tally:
    """The counts of cells together."""
    counts = Tally()
    for cell in cells:
        counts.states[cell.state] += cell.units
        counts.declared_late += cell.units * cell.declared_late
    return counts


def tally(judged: Iterable[tuple[Fact, State]]) -> Tally:
    """Count states."""
    counts = Tally()
    for fact, state in judged:
        counts.states[state] += 1
        counts.declared_late += fact.declared_late
    return counts


class Failing(NamedTuple):
    """What does not pass a check: overdue units that still exist; `ended`: all of them.

    `complete`: pending ones too, `strict`: late ones, whether they exist or not.
    """

    complete: bool = False
    strict: bool = False
    ended: bool = False

    @property
    def states(self) -> list[State]:
        more = [(self.complete, State.PENDING), (self.strict, State.LATE)]
        return [State.OVERDUE, *(state for asked, state in more if asked)]

    def faults(self, judged: Iterable[tuple[Fact, State]]) -> list[tuple[Fact, State]]:
        """The units that do not pass."""
        return [
            (fact, state)
            for fact, state in judged
            if state in self.states and (self.ended or fact.ended_on is None or state is State.LATE)
        ]

    def is_any(self, connection: sqlite3.Connection, as_of: date, known: int, **wanted: Wanted) -> bool:
        """Whether any unit that is asked for does not pass."""
        where, given = _where(wanted | {"state": self.states})
        alive = "1" if self.ended else f"last_on IS NULL OR state = '{State.LATE}'"
        query = f"{store.raw_sql('standing')} SELECT 1 FROM standing WHERE {where} AND ({alive}) LIMIT 1"
        parameters = {"as_of": as_of.isoformat(), "known": known, "units": None, "places": 0, **given}
        return connection.execute(query, parameters).fetchone() is not None
