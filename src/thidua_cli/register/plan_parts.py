"""What a plan consists of, as decided by a day, with titles in the language in use."""

from typing import Literal, NamedTuple

from thidua_cli.ground import language
from thidua_cli.register.terms import Kind


class Phase(NamedTuple):
    """A phase; both days (ISO text) belong to it."""

    code: str
    starts_on: str
    ends_on: str
    title: str


class Decision(NamedTuple):
    """A decision that amended the plan: it holds from `decided_on` (ISO text) on."""

    id: int
    decided_on: str
    document_number: str
    document_issuer: str | None
    note: str | None
    operation: int


class Field(NamedTuple):
    """A result that the records of an action may hold: a choice of `choices`, a number or a text.

    `titles` are in Vietnamese and in English, `title` in the language in use.
    """

    code: str
    type: Literal["choice", "number", "text"]
    titles: tuple[str, str]
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None

    @property
    def title(self) -> str:
        return self.titles[language.current() == "en"]


class PlanAction(NamedTuple):
    """What the plan asks: its words for sentences and letters, and the results that its records may hold.

    `done`: "đã phát động", in English "launched"; `paper`: what a unit sends, "kế hoạch phát động"; `plural`:
    the kind of import. `title_vi` is the title in Vietnamese, whatever the language in use.
    """

    code: str
    title: str
    title_vi: str
    plural: str
    done: str
    paper: str
    contents: bool
    fields: tuple[Field, ...]

    def field(self, code: str) -> Field | None:
        """The result with that code, or none."""
        return next((field for field in self.fields if field.code == code), None)


class Obligation(NamedTuple):
    """A row of the plan; `closes_on` is the due date, else the phase's last day. Days are ISO text.

    `moved` is the decision that named the due date last, `withdrawn` the one that withdrew the obligation.
    """

    code: str
    phase: Phase
    action: str
    due_on: str | None
    roster_on: str | None
    newcomers: bool
    title: str
    kinds: tuple[Kind, ...]
    occasion: str = ""
    opens_on: str | None = None
    newcomers_of: str | None = None
    moved: Decision | None = None
    withdrawn: Decision | None = None

    @property
    def closes_on(self) -> str:
        return self.due_on or self.phase.ends_on


class Source(NamedTuple):
    """The document of the plan itself, as reports and letters cite it; the date is ISO text."""

    number: str | None
    issuer: str | None
    date: str | None
    title: str | None
