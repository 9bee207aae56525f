"""A plan file, validated: its movement, phases, obligations and contents, and that they fit together."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Annotated, Any, Literal, Protocol, Self

from pydantic import BeforeValidator, model_validator

from thidua_cli.ground.errors import InvalidError
from thidua_cli.ground.language import _
from thidua_cli.register import reserved, terms, values
from thidua_cli.register.models import DocumentNumber, Incoming, ShortText

Code = Annotated[str, BeforeValidator(values.code)]
Name = Annotated[str, BeforeValidator(values.name)]
KindOfUnit = Annotated[terms.Kind, BeforeValidator(values.kind)]
Day = Annotated[date, BeforeValidator(values.planned_day)]
Line = Annotated[str, BeforeValidator(values.required_line)]
Occasion = Annotated[str, BeforeValidator(values.occasion)]
OptionalDay = Annotated[date | None, BeforeValidator(values.planned_day)]


def _check_unique(what: str, values: list[Any]) -> None:
    for value in values:
        if values.count(value) > 1:
            raise InvalidError(_("{what}: {value} có hai lần").format(what=what, value=value))


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
        _check_unique(f"{self.code}.values", [value.casefold() for value in self.values])
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
        _check_unique("fields", [name for field in names for name in field])
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
        _check_phases(self.phases)
        _check_unique("obligations.code", [obligation.code for obligation in self.obligations])
        check_names(self.actions)
        _check_unique("contents.number", [content.number for content in self.contents])
        _check_obligations(self)
        return self


class Named(Protocol):
    """What the rules of a plan look at in an action, as a file gives it or as it has become."""

    @property
    def code(self) -> str: ...
    @property
    def plural(self) -> str | None: ...
    @property
    def fields(self) -> Sequence[Any]: ...


def check_names(actions: Sequence[Named]) -> None:
    """Raise InvalidError where two actions have one code or plural, or a result is called as an action.

    Commands and files are called by them. A result of several actions has one type.
    """
    names = [{item.code.lower(), (item.plural or item.code).lower()} for item in actions]
    _check_unique("actions.code", [name for both in names for name in both])
    types: dict[str, str] = {}
    for field in (field for item in actions for field in item.fields):
        if field.code.lower() in set().union(*names):
            raise InvalidError(_("{what}: {value} có hai lần").format(what="fields.code", value=field.code))
        if types.setdefault(field.code.lower(), field.type) != field.type:
            raise InvalidError(_("{code}: hai hành động có kết quả ấy, khác type").format(code=field.code))


class Asked(Protocol):
    """What the rules of a plan look at in an obligation, as a file gives it or as it has become."""

    @property
    def code(self) -> str: ...
    @property
    def phase(self) -> str: ...
    @property
    def action(self) -> str: ...
    @property
    def occasion(self) -> str: ...
    @property
    def newcomers(self) -> bool: ...
    @property
    def newcomers_of(self) -> str | None: ...
    @property
    def bound(self) -> Sequence[terms.Kind]: ...


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


def check_asked(obligations: Sequence[Asked], actions: Sequence[str], phases: Sequence[str]) -> None:
    """Raise InvalidError where obligations do not fit together, or ask what the plan has no action for.

    `phases` are codes in order. A unit has at most one obligation for each phase, action and occasion. One
    without newcomers keeps to the roster of another of its phase or of an earlier one, which takes newcomers.
    """
    by_code = {item.code.lower(): item for item in obligations}
    known = {action.lower() for action in actions}
    taken: set[tuple[str, str, str, str]] = set()
    for item in obligations:
        phase, action = item.phase.lower(), item.action.lower()
        if action not in known:
            raise InvalidError(
                _("{code}: không có hành động {action}; có: {known}").format(
                    code=item.code, action=item.action, known=", ".join(actions)
                )
            )
        keys = {(phase, action, item.occasion, str(kind)) for kind in item.bound}
        if keys & taken:
            raise InvalidError(
                _("{code}: một loại đơn vị có hai nghĩa vụ cùng giai đoạn, hành động và kỳ").format(
                    code=item.code
                )
            )
        taken |= keys
        if item.newcomers_of and not item.newcomers:
            base = by_code.get(item.newcomers_of.lower())
            if base is None or not base.newcomers or phases.index(base.phase.lower()) > phases.index(phase):
                raise InvalidError(
                    _("{code}: newcomers_of phải là nghĩa vụ có newcomers, cùng giai đoạn hoặc trước").format(
                        code=item.code
                    )
                )
