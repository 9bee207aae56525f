"""A plan file, validated: its movement, phases, obligations and contents, and that they fit together."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, model_validator

from thidua_cli.ground.errors import InvalidError
from thidua_cli.ground.language import _
from thidua_cli.register import reserved, terms, values
from thidua_cli.register.models import DocumentNumber, Incoming, ShortText
from thidua_cli.register.plan_rules import check_asked, check_names, check_phases, check_unique

Code = Annotated[str, BeforeValidator(values.code)]
Name = Annotated[str, BeforeValidator(values.name)]
KindOfUnit = Annotated[terms.Kind, BeforeValidator(values.kind)]
Day = Annotated[date, BeforeValidator(values.planned_day)]
Line = Annotated[str, BeforeValidator(values.required_line)]
Occasion = Annotated[str, BeforeValidator(values.occasion)]
OptionalDay = Annotated[date | None, BeforeValidator(values.planned_day)]


class PhaseIn(Incoming):
    code: Code
    starts_on: Day
    ends_on: Day
    title_vi: Name
    title_en: Name


class FieldIn(Incoming):
    """A result that the records of an action may hold."""

    code: Code
    title_vi: Name
    title_en: Name
    type: Literal["choice", "number", "text"] = "text"
    values: tuple[Line, ...] = ()
    minimum: float | None = None
    maximum: float | None = None

    @model_validator(mode="after")
    def _fits(self) -> Self:
        reserved.refuse_field(self.code, (self.title_vi, self.title_en))
        if (self.type == "choice") != bool(self.values):
            raise InvalidError(_('{code}: chỉ và luôn có values khi type = "choice"').format(code=self.code))
        if self.type != "number" and (self.minimum is not None or self.maximum is not None):
            raise InvalidError(
                _('{code}: minimum, maximum chỉ dùng với type = "number"').format(code=self.code)
            )
        if self.minimum is not None and self.maximum is not None and self.maximum < self.minimum:
            raise InvalidError(_("{code}: maximum nhỏ hơn minimum").format(code=self.code))
        check_unique(f"{self.code}.values", [value.casefold() for value in self.values])
        return self


class ActionIn(Incoming):
    """What a plan asks, with its words; `plural` is the kind of import (none: the code)."""

    code: Code
    title_vi: Name
    title_en: Name
    plural: Code | None = None
    done_vi: Name
    done_en: Name
    paper_vi: Name
    paper_en: Name
    contents: bool = False
    fields: tuple[FieldIn, ...] = ()

    @model_validator(mode="after")
    def _is_free(self) -> Self:
        for code in (self.code, *([self.plural] if self.plural else [])):
            reserved.refuse_action(code)
        names = [
            {field.code.lower(), field.title_vi.lower(), field.title_en.lower()} for field in self.fields
        ]
        check_unique("fields", [name for field in names for name in field])
        return self


# What a plan without [[actions]] asks.
ACTIONS = (
    ActionIn(
        code="launch", plural="launches", title_vi="phát động", title_en="launch", done_vi="đã phát động",
        done_en="launched", paper_vi="kế hoạch hoặc văn bản phát động thi đua",
        paper_en="plan or document launching the movement",
    ),
    ActionIn(
        code="registration", plural="registrations", title_vi="đăng ký", title_en="registration",
        contents=True, done_vi="đã đăng ký", done_en="registered",
        paper_vi="văn bản đăng ký nội dung thi đua", paper_en="document registering contents of the movement",
    ),
    ActionIn(
        code="review", plural="reviews", title_vi="tổng kết", title_en="review", done_vi="đã tổng kết",
        done_en="summed up", paper_vi="báo cáo tổng kết thi đua", paper_en="report summing the movement up",
    ),
)  # fmt: skip


class ObligationIn(Incoming):
    code: Code
    phase: Code
    action: Code
    occasion: Occasion = ""
    opens_on: OptionalDay = None
    due_on: OptionalDay = None
    roster_on: OptionalDay = None
    kinds: tuple[KindOfUnit, ...] | None = None
    all_kinds_but: tuple[KindOfUnit, ...] | None = None
    newcomers: bool = True
    newcomers_of: Code | None = None
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
    """The movement, and the document of its plan."""

    code: Code
    title_vi: Name
    title_en: Name
    document_number: DocumentNumber = None
    document_issuer: ShortText = None
    document_date: OptionalDay = None
    document_title: ShortText = None


class PlanParts(Incoming):
    """What a plan holds beside the movement, or an amendment adds to it."""

    phases: tuple[PhaseIn, ...] = ()
    actions: tuple[ActionIn, ...] = ()
    obligations: tuple[ObligationIn, ...] = ()
    contents: tuple[ContentIn, ...] = ()


class PlanIn(PlanParts):
    """A movement's plan file. A unit has at most one obligation for each phase, action and occasion."""

    movement: MovementIn
    phases: tuple[PhaseIn, ...]
    actions: tuple[ActionIn, ...] = ACTIONS
    obligations: tuple[ObligationIn, ...]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        check_unique("phases.code", [phase.code for phase in self.phases])
        check_phases(self.phases)
        check_unique("obligations.code", [obligation.code for obligation in self.obligations])
        check_names(self.actions)
        check_unique("contents.number", [content.number for content in self.contents])
        _check_obligations(self)
        return self


def _check_obligations(plan: PlanIn) -> None:
    phases = {phase.code.lower(): phase for phase in plan.phases}
    for obligation in plan.obligations:
        phase = phases.get(obligation.phase.lower())
        if phase is None:
            raise InvalidError(
                _("{code}: không có giai đoạn {phase}").format(code=obligation.code, phase=obligation.phase)
            )
        if obligation.due_on and obligation.due_on < phase.starts_on:
            raise InvalidError(_("{code}: hạn trước ngày đầu của giai đoạn").format(code=obligation.code))
    check_asked(plan.obligations, [action.code for action in plan.actions], list(phases))
