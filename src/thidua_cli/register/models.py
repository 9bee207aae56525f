"""What comes in: units, records, exemptions and the plan, validated in one place.

A file's row and a command's options pass through the same models. Fields are named as in the JSON output;
what a field may hold is in `fields`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Annotated, Any, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator

from thidua_cli.ground import text
from thidua_cli.ground.errors import InvalidError
from thidua_cli.ground.language import _
from thidua_cli.register import terms
from thidua_cli.register import values as fields

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

OptionalName = Annotated[str | None, BeforeValidator(fields.optional_name)]
OptionalKind = Annotated[terms.Kind | None, BeforeValidator(fields.optional_kind)]
ChangeKind = Annotated[terms.Change, BeforeValidator(fields.change)]
ExtentOfChange = Annotated[terms.Extent, BeforeValidator(fields.extent)]
UnitReference = Annotated[str, BeforeValidator(fields.unit)]
ObligationCode = Annotated[str, BeforeValidator(fields.obligation)]
Text = Annotated[str | None, BeforeValidator(fields.optional)]
Code = Annotated[str, BeforeValidator(fields.code)]
OptionalCode = Annotated[str | None, BeforeValidator(fields.optional_code)]
Name = Annotated[str, BeforeValidator(fields.name)]
ShortText = Annotated[str | None, BeforeValidator(fields.short)]
DocumentNumber = Annotated[str | None, BeforeValidator(fields.number)]
Note = Annotated[str | None, BeforeValidator(fields.note)]
Evidence = Annotated[str | None, BeforeValidator(fields.evidence)]
Reason = Annotated[str, BeforeValidator(fields.reason)]
Day = Annotated[date, BeforeValidator(fields.day)]
PlannedDay = Annotated[date, BeforeValidator(fields.planned_day)]
OptionalPlannedDay = Annotated[date | None, BeforeValidator(fields.planned_day)]
ActionOfPlan = Annotated[terms.Action, BeforeValidator(fields.action)]
OptionalDay = Annotated[date | None, BeforeValidator(fields.optional_day)]
KindOfUnit = Annotated[terms.Kind, BeforeValidator(fields.kind)]
OptionalLevel = Annotated[terms.Level | None, BeforeValidator(fields.optional_level)]
WholeNumber = Annotated[int | None, BeforeValidator(fields.whole_number)]
Contents = Annotated[tuple[int, ...], BeforeValidator(fields.contents)]


class Incoming(BaseModel):
    """Base of all that comes in: unknown fields are an error, values are frozen once checked."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class UnitIn(Incoming):
    """A unit as a file or a command gives it; without a level, the level is that of its kind."""

    code: Code
    name: Name
    kind: KindOfUnit
    level: OptionalLevel = None
    parent_code: OptionalCode = None
    abbreviation: ShortText = None
    sort_order: WholeNumber = None
    valid_from: OptionalDay = None
    note: Note = None

    @model_validator(mode="after")
    def _level_of_kind(self) -> Self:
        if self.level is None:
            object.__setattr__(self, "level", terms.LEVEL_OF_KIND[self.kind])
        return self


class DocumentIn(Incoming):
    """The paper behind a record or an exemption, as far as it is known."""

    document_number: DocumentNumber = None
    document_issuer: ShortText = None
    document_date: OptionalDay = None
    received_on: OptionalDay = None
    evidence: Evidence = None
    note: Note = None


class RecordIn(DocumentIn):
    """A launch, registration or review; `unit_code` is a code, or a name with its level word.

    `unit_name`, where it is given too, must be a name of that unit.
    """

    unit_code: UnitReference
    unit_name: Text = None
    action: terms.Action
    done_on: Day
    phase: Text = None
    contents: Contents = ()

    @model_validator(mode="after")
    def _contents_of_registration(self) -> Self:
        if self.contents and self.action is not terms.Action.REGISTRATION:
            raise InvalidError(_("chỉ đăng ký mới nêu nội dung thi đua"), _("bỏ nội dung"))
        return self


class ExemptionIn(DocumentIn):
    """A unit excused from an obligation from `exempted_on` on, with a reason."""

    unit_code: UnitReference
    unit_name: Text = None
    obligation: ObligationCode
    exempted_on: Day
    reason: Reason


class ChangeIn(Incoming):
    """One row of a resolution: what passes from one unit to another, on which day.

    `old_*` is the predecessor as it was on the day before, `new_*` the successor from that day on. A
    dissolution has no successor, a creation no predecessor. Without kind, level, parent and order, the
    successor has those that its name or its predecessors give.
    """

    old_code: OptionalCode = None
    old_name: OptionalName = None
    new_code: OptionalCode = None
    new_name: OptionalName = None
    effective_date: Day
    resolution: DocumentNumber = None
    kind_of_change: ChangeKind
    extent: ExtentOfChange = terms.Extent.WHOLE
    kind: OptionalKind = None
    level: OptionalLevel = None
    parent_code: OptionalCode = None
    abbreviation: ShortText = None
    sort_order: WholeNumber = None
    note: Note = None

    @model_validator(mode="after")
    def _both_sides(self) -> Self:
        change = self.kind_of_change
        if change is terms.Change.CREATE and self.old_code:
            raise InvalidError(
                _("thành lập thì không có đơn vị cũ"), _("bỏ old_code, hoặc dùng merge, split")
            )
        if change is terms.Change.DISSOLVE and self.new_code:
            raise InvalidError(_("giải thể thì không có đơn vị mới"), _("bỏ new_code, hoặc dùng merge"))
        if change is not terms.Change.CREATE and not self.old_code:
            raise InvalidError(_("thiếu old_code"), _("ghi mã đơn vị cũ"))
        if change is not terms.Change.DISSOLVE and not (self.new_code and self.new_name):
            raise InvalidError(_("thiếu new_code hoặc new_name"), _("ghi mã và tên đơn vị mới"))
        return self


class PhaseIn(Incoming):
    code: Code
    starts_on: PlannedDay
    ends_on: PlannedDay
    title_vi: Name
    title_en: Name


class ObligationIn(Incoming):
    code: Code
    phase: Code
    action: ActionOfPlan
    due_on: OptionalPlannedDay = None
    roster_on: OptionalPlannedDay = None
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
    number: Annotated[int, BeforeValidator(fields.whole_number)]
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


Model = TypeVar("Model", bound=Incoming)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one field: the value as given, what is wrong, how to cure it."""

    field: str
    value: object
    message: str
    cure: str = ""

    def __str__(self) -> str:
        value = text.visible(str(self.value))
        shown = f" '{value[:60]}'" if isinstance(self.value, str) and value else ""
        where = f"{self.field}{shown}: " if self.field else ""
        return where + self.message + (f" ({self.cure})" if self.cure else "")


def problems(error: ValidationError) -> list[Problem]:
    """The complaints of a failed validation, in our words."""
    found = []
    for detail in error.errors(include_url=False):
        where = ".".join(str(part) for part in detail["loc"])
        cause = detail.get("ctx", {}).get("error")
        if isinstance(cause, InvalidError):
            found.append(Problem(where, detail["input"], cause.message, cause.cure))
        elif detail["type"] == "missing":
            found.append(Problem(where, None, _("thiếu giá trị"), _("ghi giá trị")))
        elif detail["type"] == "extra_forbidden":
            found.append(Problem(where, detail["input"], _("không có trường này"), _("bỏ trường này")))
        else:
            found.append(Problem(where, detail["input"], *_in_our_words(detail)))
    return found


def _in_our_words(detail: "ErrorDetails") -> tuple[str, str]:
    """What pydantic itself complains of, and the cure: the kind of a value, or a word that is none of its."""
    family = detail["type"].partition("_")[0]
    if expected := detail.get("ctx", {}).get("expected"):
        words = ", ".join(re.findall(r"'([^']*)'", str(expected))) or str(expected)
        return _("không có giá trị này"), _("dùng một trong: {terms}").format(terms=words)
    told = {
        "date": (_("không phải một ngày"), _("ghi 2022-03-31")),
        "int": (_("không phải số nguyên"), _("ghi các chữ số 0-9")),
        "bool": (_("phải là true hoặc false"), ""),
        "string": (_("phải là chữ, không phải số hay kiểu khác"), _("ghi giá trị trong ngoặc kép")),
        "tuple": (_("phải là một danh sách"), _("ghi trong ngoặc vuông")),
        "model": (_("phải là một bảng"), _("ghi các trường của nó dưới tên ấy trong ngoặc vuông")),
    }
    family = {"list": "tuple", "set": "tuple", "dict": "model"}.get(family, family)
    return told.get(family) or (_("giá trị không hợp lệ: {why}").format(why=detail["msg"]), "")


def check(model: type[Model], values: Mapping[str, object]) -> tuple[Model | None, list[Problem]]:
    """The validated model and no problems, or none and what is wrong."""
    try:
        return model.model_validate(dict(values)), []
    except ValidationError as error:
        return None, problems(error)
