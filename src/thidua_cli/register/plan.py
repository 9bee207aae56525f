"""The plan: the movement, its phases, obligations and contents, as decided by a day."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from thidua_cli.ground import dates, language
from thidua_cli.ground.errors import InvalidError, NotFoundError, UsageError
from thidua_cli.ground.language import _
from thidua_cli.ground.text import fold, visible
from thidua_cli.register.plan_parts import Decision, Field, Obligation, Phase, PlanAction, Source
from thidua_cli.register.terms import Kind
from thidua_cli.store.journal import LATEST

__all__ = ["Decision", "Field", "Obligation", "Phase", "Plan", "PlanAction", "Source", "load_plan"]
_Item = TypeVar("_Item", bound=Phase)


class Plan(NamedTuple):
    """The plan of a register as decided by a day, with titles in the language in use."""

    code: str
    title: str
    phases: tuple[Phase, ...]
    obligations: tuple[Obligation, ...]
    contents: dict[int, str]
    actions: tuple[PlanAction, ...]
    source: Source
    content_titles: tuple[tuple[str, int], ...] = ()  # in all languages

    def action(self, code: str) -> PlanAction:
        """The action with that code; raises UsageError, for only commands and files name others."""
        for item in self.actions:
            if item.code == code:
                return item
        codes = ", ".join(item.code for item in self.actions)
        raise UsageError(
            _("kế hoạch không có hành động {code}").format(code=code),
            _("Các hành động: {codes}").format(codes=codes),
        )

    def phase(self, code: str) -> Phase:
        """The phase with that code; raises NotFoundError."""
        message, others = _("không có giai đoạn {code}"), _("Các giai đoạn: {codes}")
        return _with_code(self.phases, code, message, others)

    def phase_of(self, day: str) -> Phase | None:
        """The phase that holds a day, or none."""
        return next((phase for phase in self.phases if phase.starts_on <= day <= phase.ends_on), None)

    def running(self, day: str) -> Phase:
        """The phase of a day; between two phases and before them all the next one, after them the last."""
        return next((phase for phase in self.phases if day <= phase.ends_on), self.phases[-1])

    def obligation(self, reference: str, day: str | None = None) -> Obligation:
        """The obligation with a code or a title, in this order.

        With a day, for those who only look: a part of either is enough, and an obligation of the phase that
        runs on the day goes before the others. Raises NotFoundError where none or several are meant.
        """
        wanted = fold(reference).strip()
        named = [item for item in self.obligations if item.code == reference.lower()]
        named = named or [item for item in self.obligations if fold(item.title) == wanted]
        if day is not None:
            named = named or [item for item in self.obligations if wanted and wanted in _spelt(item)]
            running = self.running(day)
            named = ([item for item in named if item.phase == running] or named) if named[1:] else named
        if len(named) == 1:
            return named[0]
        if named:
            raise NotFoundError(
                _("'{words}' có thể là nhiều nghĩa vụ").format(words=visible(reference)),
                *(f"{item.code}  {item.title}, {item.phase.title}" for item in named),
            )
        raise self._no_obligation(reference)

    def _no_obligation(self, reference: str) -> NotFoundError:
        from difflib import get_close_matches

        codes = [item.code for item in self.obligations]
        near = get_close_matches(reference.lower(), codes, n=2)
        return NotFoundError(
            _("không có nghĩa vụ {code}").format(code=visible(reference)),
            _("Có phải là: {names}?").format(names=", ".join(near))
            if near
            else _("Các nghĩa vụ: {codes}").format(codes=", ".join(codes)),
        )

    def alike(self, item: Obligation) -> tuple[Obligation, ...]:
        """The obligations of the same phase and action, itself included, in the plan's order."""
        key = (item.phase.code, item.action)
        return tuple(other for other in self.obligations if (other.phase.code, other.action) == key)

    def occasions(self, phase: str, action: str) -> tuple[str, ...]:
        """The occasions on which a phase asks for an action, in the plan's order; an empty one: just once."""
        asked = [item for item in self.obligations if (item.phase.code, item.action) == (phase, action)]
        return tuple(dict.fromkeys(item.occasion for item in asked)) or ("",)


def _spelt(item: Obligation) -> str:
    return f"{item.code} {fold(item.title)}"


def _with_code(items: Sequence[_Item], code: str, message: str, others: str) -> _Item:
    for item in items:
        if item.code == code.lower():
            return item
    codes = ", ".join(item.code for item in items)
    raise NotFoundError(message.format(code=code), others.format(codes=codes))


# The tables of a plan, and units, by what their rows are called in files.
KEYS = {
    "movement": "id",
    "phase": "code",
    "action": "code",
    "obligation": "code",
    "content": "number",
    "unit": "code",
}


def load_plan(connection: sqlite3.Connection, as_of: str | None = None, known: int = LATEST) -> Plan:
    """The plan as decided by the end of a day (ISO text; none: today) and known at an operation.

    Titles are in the language in use. What `init` loaded was decided before every day.
    """
    from thidua_cli import store

    where = {"as_of": as_of or dates.today().isoformat(), "known": known}
    ruled = connection.execute(store.raw_sql("plan_fields"), where).fetchall()
    decisions = {row[0]: Decision(*row) for row in connection.execute(_DECISIONS, where)}
    brought = {(part, code) for part, code, field, value, _by in ruled if field == "brought"}
    parts = {
        table: {
            code: row
            for code, row in _part(connection, table, known).items()
            if row.get("decision") in (None, *decisions) or (table, code) in brought
        }
        for table in KEYS
        if table != "unit"
    }
    bound: dict[str, set[str]] = {}
    for obligation, kind in connection.execute("SELECT obligation, kind FROM obligation_kind"):
        bound.setdefault(obligation, set()).add(kind)
    for part, code, field, value, decision in ruled:
        if field.startswith("kind:"):
            (set.add if value == "1" else set.discard)(bound.setdefault(code, set()), field[5:])
        elif not field.startswith("choice:") and (row := parts[part].get(code)) is not None:
            row |= {field: value, f"{field} by": decisions[decision]}
    return _plan(parts, bound, _results(connection, known, decisions, ruled))


_DECISIONS = """SELECT id, decided_on, document_number, document_issuer, note, operation FROM decision c
WHERE operation <= :known AND decided_on <= :as_of
AND NOT EXISTS (
    SELECT 1 FROM void g WHERE g.target = 'decision' AND g.target_id = c.id AND g.operation <= :known)"""

_Row = dict[str, Any]
_Ruled = tuple[str, str, str, str | None, int]  # part, code, field, value, decision


def _part(connection: sqlite3.Connection, table: str, known: int) -> dict[str, _Row]:
    """The rows of a table of the plan by their key, in order."""
    order = "position" if table in ("phase", "action", "obligation") else "1"
    cursor = connection.execute(f"SELECT * FROM {table} WHERE operation <= ? ORDER BY {order}", (known,))
    names = [column[0] for column in cursor.description]
    rows = (dict(zip(names, values, strict=True)) for values in cursor)
    return {str(row[KEYS[table]]): row for row in rows}


def _plan(
    parts: Mapping[str, Mapping[str, _Row]],
    bound: Mapping[str, set[str]],
    results: Mapping[str, Sequence[Field]],
) -> Plan:
    title = f"title_{language.current()}"
    phases = {
        code: Phase(code, row["starts_on"], row["ends_on"], row[title])
        for code, row in parts["phase"].items()
    }
    obligations = tuple(
        Obligation(
            code,
            _phase(phases, code, row["phase"]),
            row["action"],
            row["due_on"],
            row["roster_on"],
            str(row["newcomers"]) == "1",
            row[title],
            tuple(kind for kind in Kind if kind in bound.get(code, ())),
            row["occasion"],
            row["opens_on"],
            row["newcomers_of"],
            row.get("due_on by"),
            row.get("withdrawn by") if row.get("withdrawn") == "1" else None,
        )
        for code, row in parts["obligation"].items()
    )
    movement = parts["movement"]["1"]
    source = Source(*(movement[f"document_{name}"] for name in Source._fields))
    contents = {int(number): row[title] for number, row in parts["content"].items()}
    titles = tuple(
        (row[f"title_{tongue}"], int(number))
        for number, row in parts["content"].items()
        for tongue in language.LANGUAGES
    )
    actions = tuple(_action(row, results) for row in parts["action"].values())
    return Plan(
        movement["code"],
        movement[title],
        tuple(phases.values()),
        obligations,
        contents,
        actions,
        source,
        titles,
    )


def action_titles(connection: sqlite3.Connection, plan: Plan) -> dict[str, str]:
    """The title of every action that the register ever had, as in `plan` if that has it, by its code."""
    query = f"SELECT code, title_{language.current()} FROM action"
    return dict(connection.execute(query)) | {item.code: item.title for item in plan.actions}


def _phase(phases: Mapping[str, Phase], obligation: str, code: str) -> Phase:
    """The phase of an obligation; raises InvalidError where it is not there, as in a forged register."""
    if code not in phases:
        raise InvalidError(_("{code}: không có giai đoạn {phase}").format(code=obligation, phase=code))
    return phases[code]


def _results(
    connection: sqlite3.Connection, known: int, decisions: Collection[int], ruled: Iterable[_Ruled]
) -> dict[str, list[Field]]:
    """The fields of each action that has such; choices that decisions added come last."""
    more: dict[tuple[str, str], list[str]] = {}
    for _part, action, field, _value, _decision in ruled:
        if field.startswith("choice:"):
            code, choice = field.removeprefix("choice:").split(":", 1)
            more.setdefault((action, code), []).append(choice)
    results: dict[str, list[Field]] = {}
    for action, decision, code, type_, vi, en, choices, minimum, maximum in connection.execute(
        "SELECT action, decision, code, type, title_vi, title_en, choices, minimum, maximum FROM action_field"
        " WHERE operation <= ? ORDER BY action, position",
        (known,),
    ):
        if decision is None or decision in decisions:
            values = (*json.loads(choices or "[]"), *more.get((action, code), ()))
            results.setdefault(action, []).append(Field(code, type_, (vi, en), values, minimum, maximum))
    return results


def _action(row: _Row, results: Mapping[str, Sequence[Field]]) -> PlanAction:
    tongue = language.current()
    title, done, paper = (row[f"{word}_{tongue}"] for word in ("title", "done", "paper"))
    return PlanAction(
        row["code"],
        title,
        row["title_vi"],
        row["plural"] or row["code"],
        done,
        paper,
        bool(row["contents"]),
        tuple(results.get(row["code"], ())),
    )
