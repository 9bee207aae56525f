"""Launches, registrations, reviews and exemptions from a file."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from thidua_cli.ground.language import _
from thidua_cli.ground.problem import Place, Problem
from thidua_cli.intake.sheet import Sheet, Watch
from thidua_cli.register.entries import Entry
from thidua_cli.register.fields import ACTIONS, ImportKind
from thidua_cli.rules import decide
from thidua_cli.rules.decide import NOTHING, Outcome, Register, differences

if TYPE_CHECKING:
    from thidua_cli.register.models import ExemptionIn, RecordIn


class Incoming(NamedTuple):
    """A record or exemption of a file, and its row."""

    row: int
    item: "RecordIn | ExemptionIn"


@dataclass(slots=True)
class RecordPlan:
    """What an import of records would do."""

    new: list[tuple[Incoming, Entry]] = field(default_factory=list)
    unchanged: list[tuple[Incoming, Entry]] = field(default_factory=list)
    corrected: list[tuple[Incoming, Entry, Entry]] = field(
        default_factory=list
    )  # the live record, and the right one
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    keys: dict[tuple[object, ...], int] = field(default_factory=dict)  # what a row is about, and the row


def check(sheet: Sheet, kind: ImportKind, watch: Watch = iter) -> tuple[list[Incoming], list[Problem]]:
    """The records of a sheet, and what is wrong with its rows; `watch` sees the rows go by."""
    if not sheet.rows:
        return [], list(sheet.problems)
    from thidua_cli.register import models

    items: list[Incoming] = []
    problems = list(sheet.problems)
    for row, values in watch(sheet.rows):
        item: RecordIn | ExemptionIn | None
        if kind is ImportKind.EXEMPTIONS:
            renamed = {("exempted_on" if name == "on" else name): value for name, value in values.items()}
            item, wrong = models.check(models.ExemptionIn, renamed)
        else:
            item, wrong = models.check(models.RecordIn, {**values, "action": ACTIONS[kind]})
        problems += [
            Problem(
                each.message,
                each.cure,
                at=Place(row, "on" if each.field == "exempted_on" else each.field, each.value),
            )
            for each in wrong
        ]
        if item is not None:
            items.append(Incoming(row, item))
    return items, problems


def plan(items: Sequence[Incoming], register: Register, *, correct: bool = False) -> RecordPlan:
    """Compare records with the register. A unit has one record of a phase and action, in a file too.

    A row is compared with a live record in what the file has columns for; with `correct`, one that differs
    corrects it in that.
    """
    made = RecordPlan()
    for incoming in items:
        outcome = decide.decide(register, incoming.item)
        if outcome.error is not None:
            made.problems.append(_refused(incoming, outcome))
            continue
        assert outcome.entry is not None and outcome.version is not None  # noqa: S101, PT018
        if earlier := made.keys.get(outcome.entry.key):
            made.problems.append(
                Problem(
                    _("{name} có hai lần trong tệp: dòng {earlier} và {row}").format(
                        name=outcome.version.name, earlier=earlier, row=incoming.row
                    ),
                    _("bỏ một dòng"),
                    at=Place(incoming.row, "unit_code", incoming.item.unit_code),
                )
            )
            continue
        made.keys[outcome.entry.key] = incoming.row
        made.warnings += [
            _("dòng {row}: {warning}").format(row=incoming.row, warning=each) for each in outcome.warnings
        ]
        if outcome.verdict == "new":
            made.new.append((incoming, outcome.entry))
        elif outcome.verdict == "same" and outcome.existing:
            made.unchanged.append((incoming, outcome.existing))
        elif outcome.existing and outcome.corrected:
            held, fresh = outcome.existing, outcome.corrected
            if correct:
                made.corrected.append((incoming, held, fresh))
            else:
                made.problems.append(_differs(incoming, outcome.version.name, held, fresh))
    emptied = [
        each
        for _incoming, held, fresh in made.corrected
        for each in differences(held, fresh)
        if each.new == NOTHING
    ]
    if emptied:
        made.warnings.append(
            _(
                "{count} ô trống bỏ giá trị đang có trong sổ; nếu không phải vậy thì bỏ cột ấy khỏi tệp"
            ).format(count=len(emptied))
        )
    return made


def _refused(incoming: Incoming, outcome: Outcome) -> Problem:
    assert outcome.error is not None  # noqa: S101
    error = outcome.error
    field = "on" if error.field == "exempted_on" else error.field
    value = getattr(incoming.item, error.field, None) if error.field else None
    shown = value.isoformat() if isinstance(value, date) else value
    return Problem(
        error.message,
        "; ".join(hint.strip() for hint in error.hints).replace(":; ", ": "),
        at=Place(incoming.row, field, shown),
    )


def _differs(incoming: Incoming, name: str, held: Entry, fresh: Entry) -> Problem:
    differing = [each for each in differences(held, fresh) if each.decides]
    told = [
        _("{what} {old} trong sổ, {new} trong tệp").format(
            what=each.label, old=each.shown[0], new=each.shown[1]
        )
        for each in differing
    ]
    return Problem(
        _("{name}: khác với bản ghi #{number} trong sổ: {differences}").format(
            name=name, number=held.id, differences="; ".join(told)
        ),
        _('sửa tệp, hoặc --correct --reason "lý do" để sửa bản ghi'),
        at=Place(
            incoming.row,
            ", ".join(each.column for each in differing),
            "; ".join(
                each.new if each.column == each.field else str(fresh.document.evidence) for each in differing
            ),
        ),
    )
