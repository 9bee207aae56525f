"""What a decision may change in the parts that a plan has: all is optional but the code of the part.

Only the fields that were given count, so the defaults are never read.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator

from thidua_cli.register import terms, values
from thidua_cli.register.models import DocumentNumber, Incoming, ShortText
from thidua_cli.register.plan_models import Code, FieldIn, KindOfUnit, Line, Name, OptionalDay

NoOrDay = Annotated[date | Literal["none"] | None, BeforeValidator(values.no_or_day)]


class PhaseChange(Incoming):
    code: Code
    title_vi: Name = ""
    title_en: Name = ""


class FieldChange(Incoming):
    """A result that an action has; `values` are further choices, behind those that there are."""

    code: Code
    values: tuple[Line, ...]


class ActionChange(Incoming):
    """`fields` are further results, `choices` those that get further values."""

    code: Code
    fields: tuple[FieldIn, ...] = ()
    choices: tuple[FieldChange, ...] = ()
    title_vi: Name = ""
    title_en: Name = ""
    done_vi: Name = ""
    done_en: Name = ""
    paper_vi: Name = ""
    paper_en: Name = ""


class ObligationChange(Incoming):
    """`due_on` and `roster_on` may be `none`, which takes the day away."""

    code: Code
    due_on: NoOrDay = None
    roster_on: NoOrDay = None
    newcomers: bool = True
    newcomers_of: Code = ""
    kinds: tuple[KindOfUnit, ...] | None = None
    all_kinds_but: tuple[KindOfUnit, ...] | None = None
    withdrawn: bool = False
    title_vi: Name = ""
    title_en: Name = ""


class ContentChange(Incoming):
    number: Annotated[int, BeforeValidator(values.whole_number)]
    title_vi: Name = ""
    title_en: Name = ""


class MovementChange(Incoming):
    title_vi: Name = ""
    title_en: Name = ""
    document_number: DocumentNumber = None
    document_issuer: ShortText = None
    document_date: OptionalDay = None
    document_title: ShortText = None


class AmendmentIn(Incoming):
    """What a decision changes in parts that the plan has; only the fields that were given count."""

    movement: MovementChange | None = None
    phases: tuple[PhaseChange, ...] = ()
    actions: tuple[ActionChange, ...] = ()
    obligations: tuple[ObligationChange, ...] = ()
    contents: tuple[ContentChange, ...] = ()

    def kinds(self) -> dict[str, list[terms.Kind]]:
        """The kinds that obligations are to bind, by code, where a decision names them."""
        named = {}
        for item in self.obligations:
            if item.kinds is not None:
                named[item.code.lower()] = list(item.kinds)
            elif item.all_kinds_but is not None:
                named[item.code.lower()] = [kind for kind in terms.Kind if kind not in item.all_kinds_but]
        return named
