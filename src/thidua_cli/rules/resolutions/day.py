"""The changes of one day: the rows, the units they mean, and what has become of these so far."""

from collections.abc import Sequence
from functools import cached_property

from thidua_cli.ground.dates import shifted, show_day
from thidua_cli.ground.language import _
from thidua_cli.ground.problem import Place, Problem
from thidua_cli.register.terms import Change
from thidua_cli.register.units import Version, describe
from thidua_cli.rules.resolutions.model import Effect, Model, Row
from thidua_cli.rules.resolutions.passed import Passed

Pair = tuple[Row, Version | None]  # a row and its predecessor; None: outside the register, or none


class DayOfChanges:
    """The rows of one day, and the units that they change, in the model.

    `stored` are rows of the same day that the register holds already: they are not stored again, and say with
    the others who continues.
    """

    def __init__(self, model: Model, day: str, rows: Sequence[Row], stored: Sequence[Row] = ()) -> None:
        self.model, self.day, self.rows, self.stored = model, day, rows, stored
        self.before = shifted(day, -1)
        self.pairs: list[Pair] = []
        self.new: dict[str, int] = {}  # code of a successor in lower case -> unit
        self.ending: dict[int, tuple[Version, Row]] = {}  # unit -> its last version, the row that ends it
        self.homes: dict[int, Row] = {}  # unit that continues or is new -> its row
        self.effects: list[Effect] = []  # with the unit as it was before the day; new ones as they begin
        self.passed: dict[int, list[Passed]] = {}  # predecessor -> successions of this day in the register
        for passed in model.passed.on(day):
            self.passed.setdefault(passed.predecessor or 0, []).append(passed)
            if (there := model.on(passed.successor, day)) is not None:
                self.new[there.code.lower()] = there.unit

    def problem(self, row: Row, field: str, message: str, cure: str = "", typed: str = "") -> None:
        """Add a problem with a field; `typed` is the cure for a row that a command made, not a file."""
        place = Place(row.number, field, str(getattr(row.change, field) or ""))
        if not row.number:
            cure = typed or cure
        self.model.plan.problems.append(Problem(message, cure, at=place))

    def by_unit(self) -> list[tuple[Version, list[Row]]]:
        """The predecessors in the register, each with its rows."""
        rows_of: dict[int, tuple[Version, list[Row]]] = {}
        for row, held in self.pairs:
            if held is not None:
                rows_of.setdefault(held.unit, (held, []))[1].append(row)
        return list(rows_of.values())

    @cached_property
    def rows_of(self) -> dict[int, list[Row]]:
        """The rows of each predecessor in the register, once the rows of the day are settled."""
        return {held.unit: rows for held, rows in self.by_unit()}

    @cached_property
    def continued(self) -> set[str]:
        """The codes as which units of the register live on by the rows."""
        return {
            row.new_key for row in self.rows if row.continues and self.model.holder(row.old_key, self.before)
        }

    def is_kept(self, unit: int) -> bool:
        """Whether the register says of this day that the unit continues."""
        return any(passed.continues for passed in self.passed.get(unit, ()))

    def already_changed(self, row: Row, held: Version, day: str | None, passed: Passed | None) -> None:
        """Add the problem that the register holds a change of the unit on `day`, or its end."""
        number = self.model.first_to_undo(passed.operation if passed else held.operation)
        message = _("{name} đã có thay đổi từ ngày {day}{words}").format(
            name=held.name, day=show_day(day), words=f": {self._described(passed)}" if passed else ""
        )
        cure = _("{undo}; hoặc sửa ngày").format(undo=self.undo_first(number))
        self.problem(row, "old_code", message, cure)

    def _described(self, passed: Passed) -> str:
        """A stored succession in a message, with the operation that it is part of."""
        sides = (
            self.model.on(passed.predecessor, shifted(passed.day, -1)),
            self.model.on(passed.successor, passed.day),
        )
        old, new = (in_a_sentence(version) if version else "–" for version in sides)
        template = _("{old} → {new}")
        if passed.continues:
            template = _("{old} giữ nguyên, tiếp tục") if old == new else _("{old} tiếp tục, thành {new}")
        elif passed.change is Change.DISSOLVE:
            template = _("{old} chấm dứt")
        command, rows = self.model.operation(passed.operation)
        where = _("{what}, thao tác #{number}")
        if rows > 1:
            where = _("{what}, thuộc thao tác #{number} `{command}` có {rows} dòng")
        what = template.format(old=old, new=new)
        return where.format(what=what, number=passed.operation, command=command, rows=rows)

    def undo_first(self, number: int) -> str:
        """The cure that takes back an operation in the way of this change, as it can be typed."""
        command, rows = self.model.operation(number)
        cure = _('hoàn tác thay đổi ấy trước: thidua undo {number} --reason "lý do"')
        if " import " in command:
            cure = _(
                'hoàn tác cả {rows} dòng của thao tác ấy: thidua undo {number} --reason "lý do", '
                "rồi ghi thay đổi này, rồi nhập lại tệp đã sửa"
            )
        return cure.format(rows=rows, number=number)


def in_a_sentence(version: Version) -> str:
    """Code and name with one space between them."""
    return describe(version).replace("  ", " ")
