"""Units of a file without codes or kinds: found in the register by name, or proposed from the name."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from thidua_cli.ground import text
from thidua_cli.ground.errors import InvalidError
from thidua_cli.ground.language import _
from thidua_cli.ground.problem import Place, Problem
from thidua_cli.intake.sheet import Sheet, short
from thidua_cli.register.terms import Kind
from thidua_cli.register.units import Directory, Version, describe
from thidua_cli.register.values import optional_day
from thidua_cli.rules.resolutions.naming import kind_of_name

Values = dict[str, object]
_WORD = re.compile(r"[^\W_]+")
_LETTERS = 16  # of a proposed code


class Found(NamedTuple):
    """The values of a row as they are read on, or what is wrong with it."""

    values: Values
    problem: Problem | None = None


class UnitNames:
    """Complete a row by its code, else by its name; a name that one living unit has is that unit.

    The unit is looked for on the day of the row, else on each of some days. A new unit without a code gets
    one of its initials where that is wanted.
    """

    def __init__(self, sheet: Sheet, directory: Directory, days: Sequence[str], *, proposes: bool) -> None:
        self._directory, self._days, self._proposes = directory, days, proposes
        self._said: dict[str, None] = {}  # each line once
        self._by_name: dict[str, list[str]] = {}  # the codes that the file itself gives a name
        self._first: dict[str, int] = {}  # the first row of each name that no unit of the register has
        self._codes: set[str] = set()
        self._proposed: Counter[str] = Counter()  # how often initials were tried
        self._kinds = 0
        for row, values in sheet.rows:
            code, name = _given(values, "code"), _given(values, "name")
            if code:
                self._codes.add(text.code_key(code))
                key = text.name_key(name)
                self._by_name.setdefault(key, []).append(code)
                self._first.setdefault(key, row)

    def fill(self, row: int, given: Mapping[str, object]) -> Found:
        """The values of a row with code, kind and parent."""
        values = dict(given)
        name = _given(values, "name")
        if not name:
            return Found(values)  # the models say what is wrong
        days = _own_day(values) or self._days
        self._name_parent(values, days)
        problem = None
        if not _given(values, "code"):
            problem = self._identify(row, values, name, days)
        elif not _given(values, "kind") and (held := self._coded(_given(values, "code"), days)):
            values["kind"] = str(held.kind)
        if problem is None and not _given(values, "kind"):
            problem = self._tell_kind(row, values, name)
        return Found(values, problem)

    def said(self) -> Iterator[str]:
        """What was taken that the file does not say."""
        yield from self._said
        if self._kinds:
            yield _("{count} đơn vị: loại lấy theo những chữ đầu của tên").format(count=self._kinds)

    def _coded(self, code: str, days: Sequence[str]) -> Version | None:
        held = self._directory.with_code(code)
        return next((each for day in days for each in held if each.holds_on(day)), None)

    def _named(self, name: str, days: Sequence[str]) -> list[Version]:
        """The units that have the name, or that it may mean, on the first of the days on which any does."""
        for day in days:
            held = {each.unit: each for each in self._directory.with_name(name) if each.holds_on(day)}
            found = list(held.values()) or self._directory.with_alias(name, day)
            if found := found or self._directory.read_as(name, day):
                return found
        return []

    def _identify(self, row: int, values: Values, name: str, days: Sequence[str]) -> Problem | None:
        """Give the row the code of the unit that has its name, or a new one."""
        found = self._named(name, days)
        if len(found) > 1:
            units = "; ".join(map(describe, found))
            return Problem(
                _("tên này có thể là nhiều đơn vị: {units}").format(units=units),
                _("ghi mã của đơn vị"),
                at=Place(row, "name", name),
            )
        if found:
            unit = found[0]
            if said := self._directory.reading(name, unit):
                self._said[_("dòng {row}: {warning}").format(row=row, warning=said)] = None
            own = {"code": unit.code, "name": unit.name}
            open_ = {"kind": str(unit.kind), "level": str(unit.level)}
            values |= own | {field: value for field, value in open_.items() if not _given(values, field)}
            return None
        if (first := self._first.setdefault(text.name_key(name), row)) != row:
            message = _("trùng tên với dòng {row}").format(row=first)
            return Problem(message, _("bỏ một dòng, hoặc ghi mã"), at=Place(row, "name", name))
        code = self._propose(name)
        if not self._proposes:
            return Problem(
                _("đơn vị mới, chưa có mã"),
                _("ghi mã; hoặc --propose-codes để lấy mã {code}").format(code=code),
                at=Place(row, "code", name),
            )
        self._codes.add(text.code_key(code))
        values["code"] = code
        line = _("dòng {row}: {name} là đơn vị mới, lấy mã {code}")
        self._said[line.format(row=row, name=short(name), code=code)] = None
        return None

    def _tell_kind(self, row: int, values: Values, name: str) -> Problem | None:
        if (kind := kind_of_name(name)) is None:
            return Problem(
                _("không rõ loại đơn vị: những chữ đầu của tên chưa đủ để biết"),
                _("ghi loại; cả tệp một loại thì --set kind=LOẠI, ví dụ --set kind={kind}").format(
                    kind=Kind.SERVICE_UNIT
                ),
                at=Place(row, "kind", name),
            )
        values["kind"] = str(kind)
        self._kinds += 1
        return None

    def _propose(self, name: str) -> str:
        """A code that nobody has or had: the initials of the name, with a number where they are taken."""
        code = first = initials(name)
        while text.code_key(code) in self._codes or self._directory.with_code(code):
            self._proposed[first] += 1
            code = f"{first}-{self._proposed[first] + 1}"
        return code

    def _name_parent(self, values: Values, days: Sequence[str]) -> None:
        """Replace the name of a parent by its code, where one unit in the file or the register has it."""
        written = _given(values, "parent_code")
        key = text.code_key(written)
        if not written or key in self._codes or self._directory.with_code(written):
            return
        inside = dict.fromkeys(self._by_name.get(text.name_key(written), ()))
        codes = list(inside) or [unit.code for unit in self._named(written, days)]
        if len(codes) == 1:
            values["parent_code"] = codes[0]
            line = _("cấp trên '{name}' hiểu là {code}").format(name=short(written), code=codes[0])
            self._said[line] = None


def _given(values: Mapping[str, object], field: str) -> str:
    """A text of a row made regular; empty where it is not there, or no regular text."""
    value = values.get(field)
    try:
        return text.clean(value).value if isinstance(value, str) else ""
    except InvalidError:
        return ""


def _own_day(values: Mapping[str, object]) -> Sequence[str]:
    """The day that the row says itself, if it says one."""
    try:
        day = optional_day(_given(values, "valid_from"))
    except InvalidError:
        return []
    return [day.isoformat()] if day else []


def initials(name: str) -> str:
    """A code of the initials of a name, without signs and diacritics."""
    words = _WORD.findall(text.fold(text.name_key(name)))
    letters = "".join(word if word.isdigit() else word[0] for word in words)
    made = "".join(letter for letter in letters.upper() if letter.isascii())[:_LETTERS]
    return made or Kind.OTHER.upper()
