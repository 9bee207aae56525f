"""The plan: the movement, its phases, obligations and contents, from file to register and back."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from thidua_cli.ground import language
from thidua_cli.ground.errors import NotFoundError, RejectedError
from thidua_cli.ground.language import _, some
from thidua_cli.register.terms import Action, Kind

if TYPE_CHECKING:
    from thidua_cli.register.models import Incoming
    from thidua_cli.register.plan_models import PlanIn
    from thidua_cli.store import Writer


class Phase(NamedTuple):
    """A phase; both days (ISO text) belong to it."""

    code: str
    starts_on: str
    ends_on: str
    title: str


class Obligation(NamedTuple):
    """A row of the plan; `closes_on` is the due date, else the phase's last day. Days are ISO text."""

    code: str
    phase: Phase
    action: Action
    due_on: str | None
    roster_on: str | None
    newcomers: bool
    title: str
    kinds: tuple[Kind, ...]

    @property
    def closes_on(self) -> str:
        return self.due_on or self.phase.ends_on


_Item = TypeVar("_Item", Phase, Obligation)


class Plan(NamedTuple):
    """The plan of a register, with titles in the language in use."""

    code: str
    title: str
    phases: tuple[Phase, ...]
    obligations: tuple[Obligation, ...]
    contents: dict[int, str]

    def phase(self, code: str) -> Phase:
        """The phase with that code; raises NotFoundError."""
        message, others = _("không có giai đoạn {code}"), _("Các giai đoạn: {codes}")
        return _with_code(self.phases, code, message, others)

    def phase_of(self, day: str) -> Phase | None:
        """The phase that holds a day, or none."""
        return next((phase for phase in self.phases if phase.starts_on <= day <= phase.ends_on), None)

    def obligation(self, code: str) -> Obligation:
        """The obligation with that code; raises NotFoundError."""
        message, others = _("không có nghĩa vụ {code}"), _("Các nghĩa vụ: {codes}")
        return _with_code(self.obligations, code, message, others)


def _with_code(items: Sequence[_Item], code: str, message: str, others: str) -> _Item:
    for item in items:
        if item.code == code.lower():
            return item
    codes = ", ".join(item.code for item in items)
    raise NotFoundError(message.format(code=code), others.format(codes=codes))


def read_plan_file(path: Path) -> "PlanIn":
    """A plan file (TOML, UTF-8), validated; raises RejectedError with all that is wrong."""
    from thidua_cli.ground import config_files
    from thidua_cli.register.models import check
    from thidua_cli.register.plan_models import PlanIn

    plan, problems = check(PlanIn, config_files.read_toml(path))
    if plan is None:
        raise RejectedError(_("{path}: kế hoạch có lỗi").format(path=path), *some(problems))
    return plan


def store_plan(writer: "Writer", plan: "PlanIn") -> None:
    """Write the plan as rows of the operation."""
    writer.insert("movement", [{"id": 1, **plan.movement.model_dump()}])
    writer.insert("phase", _rows(plan.phases))
    obligations = _rows(plan.obligations)
    for row in obligations:
        row |= {"phase": str(row["phase"]).lower(), "newcomers": int(bool(row["newcomers"]))}
    writer.insert("obligation", obligations)
    kinds = [(item.code.lower(), str(kind)) for item in plan.obligations for kind in item.bound]
    writer.insert("obligation_kind", [{"obligation": code, "kind": kind} for code, kind in kinds])
    if plan.contents:
        writer.insert("content", [content.model_dump() for content in plan.contents])


def _rows(items: "Sequence[Incoming]") -> list[dict[str, object]]:
    """Phases or obligations as rows, in the order of the plan file; days are ISO text."""
    rows: list[dict[str, object]] = []
    for position, item in enumerate(items, 1):
        row = item.model_dump(mode="json", exclude={"kinds", "all_kinds_but"})
        rows.append(row | {"code": row["code"].lower(), "position": position})
    return rows


def load_plan(connection: sqlite3.Connection) -> Plan:
    """The plan of the register, with titles in the language in use."""
    title = f"title_{language.current()}"
    phases = {
        row[0]: Phase(*row)
        for row in connection.execute(
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
            due,
            roster,
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


PLAN_ROWS = ("movement", "phase", "obligation", "content")
UNIT_ROWS = ("unit",)
_KEYS = {"movement": "id", "phase": "code", "obligation": "code", "content": "number", "unit": "code"}

Rows = dict[tuple[str, object], dict[str, object]]  # sort and key of a row -> its columns


def seed_differences(
    connection: sqlite3.Connection, load: "Callable[[Writer], None]", sorts: Sequence[str]
) -> list[str]:
    """Return what operation 1 loaded otherwise than `load` would now, a line for each field or row.

    `sorts` of rows are compared, by their codes; what came after operation 1 does not matter.
    """
    from thidua_cli import store

    with closing(store.prepare(sqlite3.connect(":memory:"))) as fresh:
        store.found(fresh, load, actor="", command="")
        theirs = _loaded(fresh, sorts)
    ours = _loaded(connection, sorts)
    return [line for key in {**ours, **theirs} for line in _difference(key, ours.get(key), theirs.get(key))]


def _loaded(connection: sqlite3.Connection, sorts: Sequence[str]) -> Rows:
    """Return the rows of operation 1 by what they are called in a plan or a list of units."""
    from thidua_cli import store

    queries = {
        "movement": "SELECT * FROM movement WHERE operation = 1",
        "phase": "SELECT * FROM phase WHERE operation = 1 ORDER BY position",
        "obligation": store.raw_sql("loaded_obligations"),
        "content": "SELECT * FROM content WHERE operation = 1 ORDER BY number",
        "unit": store.raw_sql("loaded_units"),
    }
    found: Rows = {}
    for sort in sorts:
        rows = connection.execute(queries[sort])
        names = [column[0] for column in rows.description]
        for values in rows:
            row = dict(zip(names, values, strict=True))
            row.pop("operation", None)
            found[sort, row.pop(_KEYS[sort])] = row
    return found


def _difference(
    key: tuple[str, object], ours: dict[str, object] | None, theirs: dict[str, object] | None
) -> Iterator[str]:
    sort, code = key
    what = {
        "movement": _("phong trào"),
        "phase": _("giai đoạn {code}"),
        "obligation": _("nghĩa vụ {code}"),
        "content": _("nội dung {code}"),
        "unit": _("đơn vị {code}"),
    }[sort].format(code=code)
    if theirs is None:
        yield _("{what}: không có trong tệp").format(what=what)
    elif ours is None:
        yield _("{what}: chỉ có trong tệp").format(what=what)
    else:
        for name in ours:
            if ours[name] != theirs[name]:
                one, other = ("–" if side[name] is None else side[name] for side in (ours, theirs))
                yield _("{what}: {field} {ours}, trong tệp {theirs}").format(
                    what=what, field=name, ours=one, theirs=other
                )
