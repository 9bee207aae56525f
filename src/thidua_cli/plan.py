"""The plan: the movement, its phases, obligations and contents, from file to register and back."""

import sqlite3
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from thidua_cli import language
from thidua_cli.errors import NotFoundError, RejectedError
from thidua_cli.language import _
from thidua_cli.terms import Action, Kind

if TYPE_CHECKING:
    from thidua_cli.models import PlanIn
    from thidua_cli.store import Writer


class Phase(NamedTuple):
    """A phase; both days belong to it."""

    code: str
    starts_on: date
    ends_on: date
    title: str


class Obligation(NamedTuple):
    """A row of the plan; `closes_on` is the due date, else the phase's last day."""

    code: str
    phase: Phase
    action: Action
    due_on: date | None
    roster_on: date | None
    newcomers: bool
    title: str
    kinds: tuple[Kind, ...]

    @property
    def closes_on(self) -> date:
        return self.due_on or self.phase.ends_on


class Plan(NamedTuple):
    """The plan of a register, with titles in the language in use."""

    code: str
    title: str
    phases: tuple[Phase, ...]
    obligations: tuple[Obligation, ...]
    contents: dict[int, str]

    def phase(self, code: str) -> Phase:
        """The phase with that code; raises NotFoundError."""
        for phase in self.phases:
            if phase.code == code.lower():
                return phase
        raise NotFoundError(
            _("không có giai đoạn {code}").format(code=code),
            _("Các giai đoạn: {codes}").format(codes=", ".join(phase.code for phase in self.phases)),
        )

    def phase_of(self, day: date) -> Phase | None:
        """The phase that holds a day, or none."""
        return next((phase for phase in self.phases if phase.starts_on <= day <= phase.ends_on), None)

    def obligation(self, code: str) -> Obligation:
        """The obligation with that code; raises NotFoundError."""
        for obligation in self.obligations:
            if obligation.code == code.lower():
                return obligation
        raise NotFoundError(
            _("không có nghĩa vụ {code}").format(code=code),
            _("Các nghĩa vụ: {codes}").format(codes=", ".join(item.code for item in self.obligations)),
        )


def read_file(path: Path) -> "PlanIn":
    """A plan file (TOML, UTF-8), validated; raises RejectedError with all that is wrong."""
    from thidua_cli import models, textfiles

    plan, problems = models.check(models.PlanIn, textfiles.read_toml(path))
    if plan is None:
        raise RejectedError(_("{path}: kế hoạch có lỗi").format(path=path), *textfiles.listed(problems))
    return plan


def store_plan(writer: "Writer", plan: "PlanIn") -> None:
    """Write the plan as rows of the operation."""
    writer.insert("movement", [{"id": 1, **plan.movement.model_dump()}])
    writer.insert(
        "phase",
        [
            {
                "code": phase.code.lower(),
                "position": position,
                "starts_on": phase.starts_on.isoformat(),
                "ends_on": phase.ends_on.isoformat(),
                "title_vi": phase.title_vi,
                "title_en": phase.title_en,
            }
            for position, phase in enumerate(plan.phases, 1)
        ],
    )
    writer.insert(
        "obligation",
        [
            {
                "code": item.code.lower(),
                "position": position,
                "phase": item.phase.lower(),
                "action": str(item.action),
                "due_on": item.due_on and item.due_on.isoformat(),
                "roster_on": item.roster_on and item.roster_on.isoformat(),
                "newcomers": int(item.newcomers),
                "title_vi": item.title_vi,
                "title_en": item.title_en,
            }
            for position, item in enumerate(plan.obligations, 1)
        ],
    )
    kinds = [(item.code.lower(), str(kind)) for item in plan.obligations for kind in item.bound]
    writer.insert("obligation_kind", [{"obligation": code, "kind": kind} for code, kind in kinds])
    if plan.contents:
        writer.insert("content", [content.model_dump() for content in plan.contents])


def load(connection: sqlite3.Connection) -> Plan:
    """The plan of the register, with titles in the language in use."""
    title = f"title_{language.current()}"
    phases = {
        code: Phase(code, date.fromisoformat(start), date.fromisoformat(end), name)
        for code, start, end, name in connection.execute(
            f"SELECT code, starts_on, ends_on, {title} FROM phase ORDER BY position"
        )
    }
    bound: dict[str, set[str]] = {}
    for obligation, kind in connection.execute("SELECT obligation, kind FROM obligation_kind"):
        bound.setdefault(obligation, set()).add(kind)
    obligations = tuple(
        Obligation(
            code,
            phases[phase],
            Action(action),
            date.fromisoformat(due) if due else None,
            date.fromisoformat(roster) if roster else None,
            bool(newcomers),
            name,
            tuple(kind for kind in Kind if kind in bound.get(code, ())),
        )
        for code, phase, action, due, roster, newcomers, name in connection.execute(
            f"SELECT code, phase, action, due_on, roster_on, newcomers, {title} FROM obligation"
            " ORDER BY position"
        )
    )
    code, name = connection.execute(f"SELECT code, {title} FROM movement").fetchone()
    contents = dict(connection.execute(f"SELECT number, {title} FROM content ORDER BY number"))
    return Plan(code, name, tuple(phases.values()), obligations, contents)


def is_loaded(connection: sqlite3.Connection, plan_file: Path | None, units_file: Path | None) -> bool:
    """Whether the register already holds the movement of the plan file, and no other units are asked for."""
    if units_file is not None:
        return False
    code = connection.execute("SELECT code FROM movement").fetchone()[0]
    return plan_file is None or read_file(plan_file).movement.code == str(code)
