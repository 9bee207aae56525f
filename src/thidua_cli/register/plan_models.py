"""A plan file, validated: its movement, phases, obligations and contents, and that they fit together."""

from datetime import date
from itertools import pairwise
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, model_validator

from thidua_cli.ground.errors import InvalidError
from thidua_cli.ground.language import _
from thidua_cli.register import terms, values
from thidua_cli.register.models import Incoming

Code = Annotated[str, BeforeValidator(values.code)]
Name = Annotated[str, BeforeValidator(values.name)]
KindOfUnit = Annotated[terms.Kind, BeforeValidator(values.kind)]
Day = Annotated[date, BeforeValidator(values.planned_day)]
OptionalDay = Annotated[date | None, BeforeValidator(values.planned_day)]


class PhaseIn(Incoming):
    code: Code
    starts_on: Day
    ends_on: Day
    title_vi: Name
    title_en: Name


class ObligationIn(Incoming):
    code: Code
    phase: Code
    action: Annotated[terms.Action, BeforeValidator(values.action)]
    due_on: OptionalDay = None
    roster_on: OptionalDay = None
    kinds: tuple[KindOfUnit, ...] | None = None
    all_kinds_but: tuple[KindOfUnit, ...] | None = None
    newcomers: bool = True
    title_vi: Name
    title_en: Name

    @property
    def bound(self) -> tuple[terms.Kind, ...]:
        """The kinds of unit that are bound, in protocol order."""
        if self.kinds is not None:
            return tuple(kind for kind in terms.Kind if kind in self.kinds)
        return tuple(kind for kind in terms.Kind if kind not in (self.all_kinds_but or ()))

    @model_validator(mode="after")
    def _one_way_to_say_kinds(self) -> Self:
        if (self.kinds is None) == (self.all_kinds_but is None):
            raise InvalidError(_("nêu kinds hoặc all_kinds_but, một trong hai"))
        return self


class ContentIn(Incoming):
    number: Annotated[int, BeforeValidator(values.whole_number)]
    title_vi: Name
    title_en: Name


class MovementIn(Incoming):
    code: Code
    title_vi: Name
    title_en: Name


class PlanIn(Incoming):
    """A movement's plan file. A unit has at most one obligation for each phase and action."""

    movement: MovementIn
    phases: tuple[PhaseIn, ...]
    obligations: tuple[ObligationIn, ...]
    contents: tuple[ContentIn, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _check_phases(self.phases)
        _check_unique("obligations.code", [obligation.code for obligation in self.obligations])
        _check_unique("contents.number", [content.number for content in self.contents])
        _check_obligations(self)
        return self


def _check_unique(what: str, values: list[Any]) -> None:
    for value in values:
        if values.count(value) > 1:
            raise InvalidError(_("{what}: {value} có hai lần").format(what=what, value=value))


def _check_phases(phases: tuple[PhaseIn, ...]) -> None:
    if not phases:
        raise InvalidError(_("kế hoạch chưa có giai đoạn nào"))
    _check_unique("phases.code", [phase.code for phase in phases])
    for phase in phases:
        if phase.ends_on < phase.starts_on:
            raise InvalidError(_("{phase}: ngày cuối trước ngày đầu").format(phase=phase.code))
    for before, after in pairwise(phases):
        if after.starts_on <= before.ends_on:
            raise InvalidError(_("{phase}: giai đoạn chồng lên giai đoạn trước").format(phase=after.code))


def _check_obligations(plan: PlanIn) -> None:
    phases = {phase.code: phase for phase in plan.phases}
    taken: set[tuple[str, str, str]] = set()
    for obligation in plan.obligations:
        phase = phases.get(obligation.phase)
        if phase is None:
            raise InvalidError(
                _("{code}: không có giai đoạn {phase}").format(code=obligation.code, phase=obligation.phase)
            )
        if obligation.due_on and obligation.due_on < phase.starts_on:
            raise InvalidError(_("{code}: hạn trước ngày đầu của giai đoạn").format(code=obligation.code))
        keys = {(obligation.phase, obligation.action, kind) for kind in obligation.bound}
        if keys & taken:
            raise InvalidError(
                _("{code}: một loại đơn vị có hai nghĩa vụ cùng giai đoạn và hành động").format(
                    code=obligation.code
                )
            )
        taken |= keys
        launches = [other for other in plan.obligations if other.action is terms.Action.LAUNCH]
        if not obligation.newcomers and obligation.phase not in {launch.phase for launch in launches}:
            raise InvalidError(
                _("{code}: newcomers = false cần một nghĩa vụ phát động trong cùng giai đoạn").format(
                    code=obligation.code
                )
            )
