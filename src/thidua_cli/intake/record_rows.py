"""A row of a file of records, and what may be wrong with it."""

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from thidua_cli.ground.errors import NotFoundError, ThiduaError
from thidua_cli.ground.language import _
from thidua_cli.ground.problem import Place, Problem
from thidua_cli.register.entries import Entry, number_key
from thidua_cli.register.units import Version
from thidua_cli.rules.compare import differences

if TYPE_CHECKING:
    from thidua_cli.register.models import UnitEntryIn


class RecordRow(NamedTuple):
    """A record or exemption of a file, and its row."""

    row: int
    item: "UnitEntryIn"

    def problem(self, field: str, value: object, message: str, cure: str) -> Problem:
        return Problem(message, cure, at=Place(self.row, column_of(field), value))


def twice(version: Version, earlier: RecordRow, later: RecordRow) -> Problem:
    """The problem with two rows of one record: two documents of different numbers, or one document twice."""
    numbers = [each.item.document_number for each in (earlier, later)]
    two_papers = all(numbers) and number_key(str(numbers[0])) != number_key(str(numbers[1]))
    message = _("{name} có hai lần trong tệp: dòng {earlier} và {row}").format(
        name=version.name, earlier=earlier.row, row=later.row
    )
    cure = _("bỏ một dòng")
    if two_papers:
        message = _(
            "{name} có hai văn bản trong tệp: {first} (dòng {earlier}) và {second} (dòng {row})"
        ).format(name=version.name, first=numbers[0], earlier=earlier.row, second=numbers[1], row=later.row)
        cure = _("bỏ dòng của văn bản không phải là việc này")
    return later.problem("unit_code", later.item.unit_code, message, cure)


def column_of(field: str) -> str:
    """The column of a field of a record or exemption."""
    return "on" if field in ("exempted_on", "granted_on", "supplemented_on") else field


def refused(incoming: RecordRow, error: ThiduaError) -> Problem:
    """The problem with a row that a rule refuses."""
    value = getattr(incoming.item, error.field, None) if error.field else None
    value = getattr(incoming.item, "fields", {}).get(error.field, value)
    shown = value.isoformat() if isinstance(value, date) else value
    cure = "; ".join(hint.strip() for hint in error.hints).replace(":; ", ": ")
    made = incoming.problem(error.field, shown, error.message, cure)
    return made._replace(candidates=error.candidates) if isinstance(error, NotFoundError) else made


def differs(incoming: RecordRow, name: str, held: Entry, fresh: Entry) -> Problem:
    """The problem with a row that says other things than a live record."""
    differing = [each for each in differences(held, fresh) if each.decides]
    said = [
        _("{what} {old} trong sổ, {new} trong tệp").format(
            what=each.label, old=each.shown[0], new=each.shown[1]
        )
        for each in differing
    ]
    return incoming.problem(
        ", ".join(each.column for each in differing),
        "; ".join(
            each.new if each.column == each.field else str(fresh.document.evidence) for each in differing
        ),
        _("{name}: khác với bản ghi #{number} trong sổ: {differences}").format(
            name=name, number=held.id, differences="; ".join(said)
        ),
        _('sửa tệp, hoặc --correct --reason "lý do" để sửa bản ghi'),
    )
