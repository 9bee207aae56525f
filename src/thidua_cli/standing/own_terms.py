"""Whether a unit's own closing day made it stand otherwise: by an extension, or by an exemption."""

from enum import StrEnum

from thidua_cli.register.terms import State
from thidua_cli.standing.verdict import Fact


class Term(StrEnum):
    """What moved a unit's own closing day."""

    EXTENSION = "extension"
    EXEMPTION = "exemption"


def decisive(before: Fact, after: Fact, day: str) -> Term | None:
    """What would have left the unit as it is without: had the closing day of `before` still held on `day`.

    None where the closing day made no difference, or where the plan moved it for all. Both have a record,
    or neither; none is exempt.
    """
    if (before.closes_on, before.open_from) == (after.closes_on, after.open_from):
        return None
    if before.due_on != after.due_on and after.closes_on == after.due_on:
        return None
    if _as_if(after, before, day) == (after.state, after.is_declared_late):
        return None
    if before.extension_id != after.extension_id and before.closes_on != after.closes_on:
        return Term.EXTENSION
    return None if before.due_on != after.due_on else Term.EXEMPTION


def _as_if(fact: Fact, other: Fact, day: str) -> tuple[str, int]:
    """How a unit would stand with the closing day of another moment."""
    moved = fact._replace(closes_on=other.closes_on, open_from=other.open_from)
    if fact.done_on is not None:
        done = moved.done(fact.done_on, fact.received_on)
        return str(done.state), done.is_declared_late
    if moved.ended_on is not None and moved.ended_on <= moved.closes_on:
        return str(State.LAPSED), 0
    return str(State.OVERDUE if moved.closes_on < day else State.PENDING), 0
