"""Models of incoming units, records, exemptions and changes: a file's row or a command's options, validated.

Fields are named as in the JSON output; what a field may hold is in `values`.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, model_validator

from thidua_cli.ground.errors import InvalidError
from thidua_cli.ground.language import _
from thidua_cli.ground.problem import Place, Problem
from thidua_cli.register import content_values, terms, values
from thidua_cli.register.fields import ImportKind

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

OptionalName = Annotated[str | None, BeforeValidator(values.optional_name)]
UnitReference = Annotated[str, BeforeValidator(values.unit)]
Text = Annotated[str | None, BeforeValidator(values.optional)]
OptionalCode = Annotated[str | None, BeforeValidator(values.optional_code)]
ShortText = Annotated[str | None, BeforeValidator(values.short)]
DocumentNumber = Annotated[str | None, BeforeValidator(values.number)]
Note = Annotated[str | None, BeforeValidator(values.note)]
Day = Annotated[date, BeforeValidator(values.day)]
OptionalDay = Annotated[date | None, BeforeValidator(values.optional_day)]
OptionalLevel = Annotated[terms.Level | None, BeforeValidator(values.optional_level)]
WholeNumber = Annotated[int | None, BeforeValidator(values.whole_number)]


class Incoming(BaseModel):
    """Base of all that comes in: unknown fields are an error, values are frozen once checked."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class UnitIn(Incoming):
    """A unit as a file or a command gives it; without a level, the level is that of its kind."""

    code: Annotated[str, BeforeValidator(values.code)]
    name: Annotated[str, BeforeValidator(values.name)]
    kind: Annotated[terms.Kind, BeforeValidator(values.kind)]
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
    """The document behind a record or another paper, as far as it is known."""

    document_number: DocumentNumber = None
    document_issuer: ShortText = None
    document_date: OptionalDay = None
    received_on: OptionalDay = None
    evidence: Annotated[str | None, BeforeValidator(values.evidence)] = None
    note: Note = None


class RecordIn(DocumentIn):
    """What a unit did, such as a launch; `unit_code` is a code, or a name with its level word.

    `unit_name`, where it is given too, must be a name of that unit.
    """

    unit_code: UnitReference
    unit_name: Text = None
    action: str
    done_on: Day
    phase: Text = None
    occasion: Annotated[str | None, BeforeValidator(values.occasion_of_record)] = None
    contents: Annotated[tuple[int | str, ...], BeforeValidator(content_values.contents)] = ()
    fields: Annotated[dict[str, str], BeforeValidator(values.results)] = {}


class ExemptionIn(DocumentIn):
    """A unit excused from an obligation from `exempted_on` on, to `until` if that is given, with a reason."""

    unit_code: UnitReference
    unit_name: Text = None
    obligation: Annotated[str, BeforeValidator(values.obligation)]
    exempted_on: Day
    reason: Annotated[str, BeforeValidator(values.reason)]
    until: OptionalDay = None


class ExtensionIn(DocumentIn):
    """A later last day for a unit and an obligation, by a decision of `granted_on`."""

    unit_code: UnitReference
    unit_name: Text = None
    obligation: Annotated[str, BeforeValidator(values.obligation)]
    granted_on: Day
    until: Day


class WithdrawalIn(DocumentIn):
    """The end of the exemption of that number: `withdrawn_on` is the first day without it."""

    exemption: int
    withdrawn_on: Day


class RecordSupplementIn(DocumentIn):
    """What a second letter of `supplemented_on` adds to the record of that number."""

    record: int
    supplemented_on: Day
    contents: Annotated[tuple[int | str, ...], BeforeValidator(content_values.contents)] = ()


class SupplementIn(DocumentIn):
    """What a second letter of `supplemented_on` adds to what a unit did for an obligation."""

    unit_code: UnitReference
    unit_name: Text = None
    obligation: Annotated[str, BeforeValidator(values.obligation)]
    supplemented_on: Day
    contents: Annotated[tuple[int | str, ...], BeforeValidator(content_values.contents)] = ()


UnitEntryIn = RecordIn | ExemptionIn | ExtensionIn | SupplementIn
EntryIn = UnitEntryIn | WithdrawalIn | RecordSupplementIn


def of_kind(kind: ImportKind, given: Mapping[str, object]) -> tuple[type[UnitEntryIn], dict[str, object]]:
    """The model of what a kind of file holds, and the given values by its fields."""
    if kind.action:
        results = {code: given[code] for code in kind.results if code in given}
        others = {name: value for name, value in given.items() if name not in results}
        return RecordIn, {**others, "action": kind.action, **({"fields": results} if results else {})}
    model, day = MODELS[kind]
    return model, {day if name == "on" else name: value for name, value in given.items()}


MODELS: Mapping[ImportKind, tuple[type[UnitEntryIn], str]] = {
    ImportKind.EXEMPTIONS: (ExemptionIn, "exempted_on"),
    ImportKind.EXTENSIONS: (ExtensionIn, "granted_on"),
    ImportKind.SUPPLEMENTS: (SupplementIn, "supplemented_on"),
}


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
    kind_of_change: Annotated[terms.Change, BeforeValidator(values.change)]
    extent: Annotated[terms.Extent, BeforeValidator(values.extent)] = terms.Extent.WHOLE
    kind: Annotated[terms.Kind | None, BeforeValidator(values.optional_kind)] = None
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


Model = TypeVar("Model", bound=Incoming)


def problems(error: ValidationError) -> list[Problem]:
    """The errors of a failed validation, in our words, each with its field and the value as given."""
    found = []
    for detail in error.errors(include_url=False):
        message, cure = _in_our_words(detail)
        if isinstance(cause := detail.get("ctx", {}).get("error"), InvalidError):
            message, cure = cause.message, cause.cure
        value = None if detail["type"] == "missing" else detail["input"]
        place = Place(field=".".join(map(str, detail["loc"])), value=value)
        found.append(Problem(message, cure, at=place))
    return found


def _in_our_words(detail: "ErrorDetails") -> tuple[str, str]:
    """An error that pydantic itself raised, and its cure: of the type of a value, or of an unknown word."""
    if expected := detail.get("ctx", {}).get("expected"):
        words = ", ".join(re.findall(r"'([^']*)'", str(expected))) or str(expected)
        return _("không có giá trị này"), _("dùng một trong: {terms}").format(terms=words)
    a_list = _("phải là một danh sách"), _("ghi trong ngoặc vuông")
    a_table = _("phải là một bảng"), _("ghi các trường của nó dưới tên ấy trong ngoặc vuông")
    said = {
        "missing": (_("thiếu giá trị"), _("ghi giá trị")),
        "extra": (_("không có trường này"), _("bỏ trường này")),
        "date": (_("không phải một ngày"), _("ghi 2022-03-31")),
        "int": (_("không phải số nguyên"), _("ghi các chữ số 0-9")),
        "bool": (_("phải là true hoặc false"), ""),
        "string": (_("phải là chữ, không phải số hay kiểu khác"), _("ghi giá trị trong ngoặc kép")),
        **dict.fromkeys(("tuple", "list", "set"), a_list),
        **dict.fromkeys(("model", "dict"), a_table),
    }
    family = detail["type"].partition("_")[0]
    return said.get(family) or (_("giá trị không hợp lệ: {why}").format(why=detail["msg"]), "")


def check(model: type[Model], given: Mapping[str, object]) -> tuple[Model | None, list[Problem]]:
    """The validated model and no problems, or none and what is wrong."""
    try:
        return model.model_validate(dict(given)), []
    except ValidationError as error:
        return None, problems(error)
