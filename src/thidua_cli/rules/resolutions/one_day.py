"""The rules of one day's changes: find who is meant, check, continue, create, end, place, record."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from thidua_cli.ground import text
from thidua_cli.ground.dates import show_day
from thidua_cli.ground.language import _
from thidua_cli.register import terms
from thidua_cli.register.terms import Change, Extent, Kind, Level
from thidua_cli.register.units import Version, describe
from thidua_cli.rules.resolutions.model import CONTINUING, STATE, Fault, Model, Passed, Row, Step
from thidua_cli.rules.resolutions.naming import committee_name, kind_of_name

_ENDING = (Change.MERGE, Change.SPLIT, Change.DISSOLVE)
_SHOWN = 10  # units named in a fault

_Pair = tuple[Row, Version | None]  # a row and its predecessor; None: outside the register, or none


class _Touched(NamedTuple):
    """A unit that the day makes, changes or ends, and the versions that went into it."""

    what: str  # new, changed, ended
    unit: int
    predecessors: tuple[Version, ...] = ()


class Day:
    """The changes of one day, applied to the model.

    `given` are rows of the same source and day that the register holds already: they are not stored again,
    and say with the others who continues.
    """

    def __init__(self, model: Model, day: str, rows: Sequence[Row], given: Sequence[Row] = ()) -> None:
        self.model, self.day, self.rows, self.given = model, day, rows, given
        self.before = _day_before(day)
        self.pairs: list[_Pair] = []
        self.new: dict[str, int] = {}  # successor's code -> unit
        self.ending: dict[
            int, tuple[Version, Row]
        ] = {}  # unit -> its last version, the first row that ends it
        self.homes: dict[int, Row] = {}  # unit that continues or is new -> its row
        self.touched: list[_Touched] = []
        self.passed: dict[int, list[Passed]] = {}  # predecessor -> successions of this day in the register
        for each in model.passed:
            if each.day == day:
                self.passed.setdefault(each.predecessor or 0, []).append(each)
                if (there := model.on(each.successor, day)) is not None:
                    self.new[there.code.lower()] = there.unit

    def apply(self) -> None:
        """Apply all rows, or stop at the first kind of fault that is found."""
        counts = self.model.levels(self.day)
        for step in (
            self._find_predecessors,
            self._check_said_once,
            self._compare_with_stored,
            self._check_units,
            self._continue,
            self._check_names,
            self._create,
            self._end,
            self._place_as_asked,
            self._place_children,
            self._check_codes,
            self._check_later,
        ):
            step()
            if self.model.plan.faults:
                return
        self._record_successions()
        self._tell()
        self.model.plan.counts[self.day] = counts, self.model.levels(self.day)

    def _fault(self, row: Row, field: str, message: str, cure: str = "", typed: str = "") -> None:
        value = getattr(row.change, field) or ""
        self.model.plan.faults.append(Fault(row.number, field, str(value), message, cure, typed))

    # Predecessors

    def _find_predecessors(self) -> None:
        for row in self.rows:
            change = row.change
            held = self.model.holder(change.old_code, self.before) if change.old_code else None
            if change.old_code and held is None:
                self._outside(row)
            if held and change.old_name and text.name_key(change.old_name) != text.name_key(held.name):
                self._fault(
                    row,
                    "old_name",
                    _("vào ngày {day} mã {code} là của {name}").format(
                        day=show_day(self.before), code=held.code, name=held.name
                    ),
                    _("sửa mã hoặc tên cũ"),
                )
            self.pairs.append((row, held))

    def _outside(self, row: Row) -> None:
        """A predecessor that is not in the register: fine where the successor is created, and it is said."""
        code = str(row.change.old_code)
        known = sorted(
            (
                version
                for versions in self.model.versions.values()
                for version in versions
                if version.code.lower() == code.lower()
            ),
            key=lambda version: version.valid_from,
        )
        if past := [version for version in known if version.valid_from < self.day]:
            self._no_longer(row, past[-1])
            return
        if known:
            self._fault(
                row,
                "old_code",
                _("đơn vị này chỉ có từ ngày {day}").format(day=show_day(known[0].valid_from)),
                _("sửa ngày"),
            )
            return
        successor = (row.change.new_code or "").lower()
        continued = any(
            other.change.kind_of_change in CONTINUING
            and (other.change.new_code or "").lower() == successor
            and other.change.old_code
            and self.model.holder(other.change.old_code, self.before)
            for other in self.rows
        )
        if row.change.kind_of_change is Change.DISSOLVE or continued:
            self._fault(
                row,
                "old_code",
                _("không có đơn vị này vào ngày {day}").format(day=show_day(self.before)),
                _("đơn vị ngoài sổ chỉ được nêu khi nhập vào một đơn vị mới lập"),
            )
            return
        self.model.plan.outside.append(f"{code}  {row.change.old_name or ''}".strip())

    def _no_longer(self, row: Row, was: Version) -> None:
        """A code that a unit of the register had: the unit has ended, or has another code by this day."""
        unit = describe(was).replace("  ", " ")
        now = self.model.on(was.unit, self.before)
        if now is not None:
            message = _("{unit} mang mã {code} từ ngày {day}").format(
                unit=unit, code=now.code, day=show_day(was.until_on)
            )
            self._fault(row, "old_code", message, _("sửa mã cũ"))
            return
        continues = row.change.kind_of_change in CONTINUING
        template = (
            _("{unit} đã chấm dứt ngày {end}{by}, không thể tiếp tục từ {day}")
            if continues
            else _("{unit} đã chấm dứt ngày {end}{by}, không thể thay đổi từ {day}")
        )
        told = self.model.told_of(was.unit, was.ended_on or "")
        end = next((each for each in told if each.day == was.ended_on), None)
        by = _(" (thao tác #{number})").format(number=end.operation) if end else ""
        message = template.format(unit=unit, end=show_day(was.ended_on), by=by, day=show_day(self.day))
        cure = (
            _("bỏ dòng này, hoặc dùng create nếu lập lại") if continues else _("bỏ dòng này, hoặc sửa mã cũ")
        )
        self._fault(row, "old_code", message, cure)

    def _check_said_once(self) -> None:
        """Nothing passes twice from one unit to the same other one on a day; nor is a unit founded twice."""
        said: set[tuple[str, ...]] = set()
        for row, _held in self.pairs:
            change = row.change
            key = tuple((code or "").lower() for code in (change.old_code, change.new_code))
            if change.kind_of_change not in CONTINUING and change.new_code:
                if key in said:
                    message = _("cùng một thay đổi được nêu hai lần trong một ngày")
                    self._fault(row, "new_code", message, _("bỏ một dòng"), _("nêu mỗi đơn vị một lần"))
                said.add(key)

    # The rows of each unit

    def _by_unit(self) -> list[tuple[Version, list[Row]]]:
        of: dict[int, tuple[Version, list[Row]]] = {}
        for row, held in self.pairs:
            if held is not None:
                of.setdefault(held.unit, (held, []))[1].append(row)
        return list(of.values())

    def _compare_with_stored(self) -> None:
        """Drop rows that say again who continues; refuse those that contradict what is stored of that day."""
        for held, rows in self._by_unit():
            stored = self.passed.get(held.unit, [])
            continuing = [row for row in rows if row.change.kind_of_change in CONTINUING]
            again = [row for row in continuing if self._is_so(row, held.unit)] if stored else []
            if held.ended_on == self.day or (self._is_kept(held) and len(again) < len(continuing)):
                self._contradicts(rows[0], held, stored)
            elif self._is_kept(held) and not continuing and not self._is_given_as_kept(held):
                undo = self._undo_first(self.model.first_to_undo(stored[0].operation))
                cure = "{undo}"
                if rows[0].change.kind_of_change is Change.SPLIT:
                    cure = _("thêm --keep, hoặc {undo}")
                self._fault(
                    rows[0],
                    "kind_of_change",
                    _(
                        "thao tác #{number}: {name} tiếp tục từ ngày {day}; theo các dòng này thì nó kết thúc"
                    ).format(name=held.name, day=show_day(self.day), number=stored[0].operation),
                    _("thêm dòng keep của đơn vị ấy, hoặc {undo}").format(undo=undo),
                    cure.format(undo=undo),
                )
            self.pairs = [pair for pair in self.pairs if not any(pair[0] is row for row in again)]
            self.model.plan.unchanged += len(again)
            self.model.plan.new -= len(again)

    def _contradicts(self, row: Row, held: Version, stored: Sequence[Passed]) -> None:
        self._has_changed(row, held, self.day, stored[0] if stored else None)

    def _has_changed(self, row: Row, held: Version, day: str | None, told: Passed | None) -> None:
        """Add the fault that the register holds a change of the unit on `day`, or its end."""
        number = self.model.first_to_undo(told.operation if told else held.operation)
        self._fault(
            row,
            "old_code",
            _("{name} đã có thay đổi từ ngày {day}{words}").format(
                name=held.name, day=show_day(day), words=f": {self._words(told)}" if told else ""
            ),
            _("{undo}; hoặc sửa ngày").format(undo=self._undo_first(number)),
        )

    def _words(self, passed: Passed) -> str:
        """A stored succession in a message, with the operation that it is part of."""
        sides = (
            self.model.on(passed.predecessor, _day_before(passed.day)),
            self.model.on(passed.successor, passed.day),
        )
        old, new = (describe(version).replace("  ", " ") if version else "–" for version in sides)
        template = _("{old} → {new}")
        if passed.continues:
            template = _("{old} giữ nguyên, tiếp tục") if old == new else _("{old} tiếp tục, thành {new}")
        elif passed.change is Change.DISSOLVE:
            template = _("{old} chấm dứt")
        what = template.format(old=old, new=new)
        command, rows = self.model.operation(passed.operation)
        if rows > 1:
            return _("{what}, thuộc thao tác #{number} `{command}` có {rows} dòng").format(
                what=what, number=passed.operation, command=command, rows=rows
            )
        return _("{what}, thao tác #{number}").format(what=what, number=passed.operation)

    def _undo_first(self, number: int) -> str:
        """The cure that takes back an operation in the way of this change, as it can be typed."""
        command, rows = self.model.operation(number)
        if " import " not in command:
            return _('hoàn tác thay đổi ấy trước: thidua undo {number} --reason "lý do"').format(
                number=number
            )
        return _(
            'hoàn tác cả {rows} dòng của thao tác ấy: thidua undo {number} --reason "lý do", '
            "rồi ghi thay đổi này, rồi nhập lại tệp đã sửa"
        ).format(rows=rows, number=number)

    def _is_kept(self, held: Version) -> bool:
        """Whether the register says of this day that the unit continues."""
        return any(each.continues for each in self.passed.get(held.unit, ()))

    def _is_given_as_kept(self, held: Version) -> bool:
        """Whether a row that is stored already says so too."""
        return any(
            row.change.kind_of_change in CONTINUING
            and (row.change.old_code or "").lower() == held.code.lower()
            for row in self.given
        )

    def _is_so(self, row: Row, unit: int) -> bool:
        """Whether the unit is from this day on what a row that continues it says."""
        change, after = row.change, self.model.on(unit, self.day)
        if after is None or str(change.new_code).lower() != after.code.lower():
            return False
        above = self.model.on(after.parent, self.day)
        return (
            text.name_key(str(change.new_name)) == text.name_key(after.name)
            and (
                not change.parent_code
                or (above is not None and above.code.lower() == change.parent_code.lower())
            )
            and change.abbreviation in (None, after.abbreviation)
            and change.sort_order in (None, after.sort_order)
            and not any(getattr(after, name.removesuffix("_code")) is not None for name in row.emptied)
        )

    def _check_units(self) -> None:
        """Per predecessor: continued at most once, not kept and given away whole, nothing left over."""
        for held, rows in self._by_unit():
            kept = [row for row in rows if row.change.kind_of_change in CONTINUING]
            given = [row for row in rows if row.change.kind_of_change in _ENDING]
            lives = bool(kept) or self._is_kept(held)
            own = {(row.change.new_code or "").lower() for row in kept}
            if self._is_kept(held) and (after := self.model.on(held.unit, self.day)):
                own.add(after.code.lower())
            to_itself = [row for row in given if (row.change.new_code or "").lower() in own]
            whole = [row for row in given if row.change.extent is Extent.WHOLE]
            if len(kept) > 1:
                self._fault(
                    kept[1],
                    "old_code",
                    _("một đơn vị tiếp tục hai lần trong một ngày"),
                    _("bỏ một dòng"),
                    _("nêu mỗi đơn vị một lần"),
                )
            if to_itself:
                self._fault(
                    to_itself[0],
                    "new_code",
                    _("chuyển cho chính đơn vị ấy"),
                    _("bỏ dòng này"),
                    _("nêu đơn vị khác"),
                )
            if whole and (lives or len(given) > 1):
                self._fault(
                    whole[0],
                    "extent",
                    _("chuyển toàn bộ mà lại còn dòng khác cho đơn vị này trong ngày"),
                    _("dùng extent = part, hoặc bỏ dòng thừa"),
                )
            if not lives and len(given) == 1 and given[0].change.extent is Extent.PART:
                self._fault(
                    given[0],
                    "extent",
                    _("chỉ chuyển một phần, phần còn lại không đi đâu"),
                    _("thêm dòng keep, hoặc dòng cho phần còn lại"),
                    _("thêm --keep, hoặc --to cho phần còn lại"),
                )
            if not lives:
                self._check_end(held, rows[0])
        self._check_cycles()

    def _check_end(self, held: Version, row: Row) -> None:
        """A unit may end only where the register holds no later change or end of it."""
        later = next((each for each in self.model.told_of(held.unit, self.day) if each.day > self.day), None)
        if later is None and held.ended_on is None:
            self.ending[held.unit] = held, row
            return
        self._has_changed(row, held, later.day if later else held.ended_on, later)

    def _check_cycles(self) -> None:
        edges: dict[str, str] = {}
        for row, held in self.pairs:
            change = row.change
            if held and change.kind_of_change is Change.MERGE and change.old_code and change.new_code:
                edges[change.old_code.lower()] = change.new_code.lower()
        for start in edges:
            path = [start]
            while (following := edges.get(path[-1])) and following not in path:
                path.append(following)
            if following == start and len(path) > 1:
                row = next(row for row in self.rows if (row.change.old_code or "").lower() == start)
                self._fault(
                    row,
                    "new_code",
                    _("vòng tròn: {codes}").format(codes=" → ".join([*path, start])),
                    _("sửa mã mới"),
                )
                return

    # Units that continue, begin and end

    def _continue(self) -> None:
        for row, held in self.pairs:
            change = row.change
            if change.kind_of_change not in CONTINUING or held is None:
                continue
            code = str(change.new_code)
            if code.lower() in self.new:
                self._fault(
                    row,
                    "new_code",
                    _("hai đơn vị cùng tiếp tục thành {code}").format(code=code),
                    _("bỏ một dòng"),
                )
                continue
            self.new[code.lower()], self.homes[held.unit] = held.unit, row
            self.touched.append(_Touched("changed", held.unit, (held,)))
            if fields := self._changed(row, held):
                self.model.change(held.unit, self.day, fields, change.resolution, change.note)

    def _changed(self, row: Row, held: Version) -> dict[str, object]:
        """The fields of a unit, other than its parent, that a row changes, with their new values."""
        change = row.change
        same_name = text.name_key(str(change.new_name)) == text.name_key(held.name)
        same_code = str(change.new_code).lower() == held.code.lower()
        is_keep = change.kind_of_change is Change.KEEP
        if is_keep and not (same_name and same_code):
            self._fault(row, "kind_of_change", _("giữ nguyên mà mã hoặc tên khác"), _("dùng rename"))
            return {}
        said: dict[str, object] = {
            "code": held.code if same_code else str(change.new_code),
            "name": held.name if is_keep else committee_name(str(change.new_name), held.kind),
        }
        said |= dict.fromkeys(row.emptied & {"abbreviation", "sort_order"})
        for name in ("abbreviation", "sort_order"):
            if (value := getattr(change, name)) is not None:
                said[name] = value
        return {name: value for name, value in said.items() if value != getattr(held, name)}

    def _check_names(self) -> None:
        """What passes into a unit that has the code on this day names it as it is called then."""
        for row, _held in self.pairs:
            change = row.change
            unit = self.new.get((change.new_code or "").lower())
            after = self.model.on(unit, self.day)
            if after is None or text.name_key(str(change.new_name)) == text.name_key(after.name):
                continue
            self._fault(
                row,
                "new_name",
                _("từ ngày {day} mã {code} là của {name}, mà dòng này ghi {other}").format(
                    day=show_day(self.day), code=after.code, name=after.name, other=change.new_name
                ),
                _("sửa tên hoặc mã"),
            )

    def _create(self) -> None:
        wanted: dict[str, list[_Pair]] = {}
        for row, held in self.pairs:
            if row.change.new_code and row.change.new_code.lower() not in self.new:
                wanted.setdefault(row.change.new_code.lower(), []).append((row, held))
        for code, pairs in wanted.items():
            rows = [row for row, _held in pairs]
            names = {text.name_key(str(row.change.new_name)) for row in rows}
            if len(names) > 1:
                self._fault(
                    rows[-1],
                    "new_name",
                    _("mã {code} có hai tên trong một ngày").format(code=rows[0].change.new_code),
                    _("sửa tên hoặc mã"),
                )
                continue
            predecessors = [held for _row, held in pairs if held is not None]
            made = self._created(rows, predecessors)
            if made is not None:
                self.new[code], self.homes[made.unit] = made.unit, rows[0]
                self.model.add_unit(made)
                self.touched.append(_Touched("new", made.unit, tuple(predecessors)))

    def _created(self, rows: Sequence[Row], predecessors: Sequence[Version]) -> Version | None:
        change = rows[0].change
        kind = next((row.change.kind for row in rows if row.change.kind), None) or kind_of_name(
            str(change.new_name)
        )
        if kind is None and len({version.kind for version in predecessors}) == 1:
            kind = predecessors[0].kind
        if kind is None:
            self._fault(
                rows[0],
                "new_name",
                _("không rõ loại của đơn vị mới"),
                _("thêm cột kind"),
                _("ghi tên có từ chỉ loại (Sở, UBND phường, …), hoặc thidua import changes với cột kind"),
            )
            return None
        level = (
            next((row.change.level for row in rows if row.change.level), None) or terms.LEVEL_OF_KIND[kind]
        )
        order = next((row.change.sort_order for row in rows if row.change.sort_order is not None), None)
        if order is None and "sort_order" not in rows[0].emptied:
            order = self.model.last_order(level) + 10
        abbreviation = next((row.change.abbreviation for row in rows if row.change.abbreviation), None)
        above = self._fitting(predecessors[0].parent, level) if predecessors else None
        return Version(
            self.model.next_id("unit"),
            kind,
            level,
            str(change.new_code),
            committee_name(str(change.new_name), kind),
            self._city() if above is None else above,
            abbreviation,
            order,
            self.day,
            None,
            None,
            None,
            change.resolution,
            0,
        )

    def _fitting(self, parent: int | None, level: Level) -> int | None:
        """`parent`, or the first unit above it that is not of a lower level, as of the day before."""
        levels, seen = list(Level), set[int]()
        while (above := self.model.on(parent, self.before)) is not None and above.unit not in seen:
            if levels.index(above.level) <= levels.index(level):
                return above.unit
            seen.add(above.unit)
            parent = above.parent
        return None

    def parent_after(self, held: Version) -> "int | _Unsaid | None":
        """The parent that a unit has on this day if no change of the day names one."""
        return self._instead(held, self.day)

    def parent_of_new(self, predecessor: Version, new: Version) -> "int | _Unsaid | None":
        """As `parent_after`, of a unit made on this day; `predecessor` is a version of the day before."""
        above = self._fitting(predecessor.parent, new.level)
        return self._instead(new._replace(parent=self._city() if above is None else above), self.day)

    def _city(self) -> int | None:
        """The one city committee, if there is one."""
        tops = [version.unit for version in self.model.alive(self.day) if version.kind is Kind.CITY_COMMITTEE]
        return tops[0] if len(tops) == 1 else None

    def _end(self) -> None:
        for unit, (_version, row) in self.ending.items():
            self.model.end(unit, self.day, row.change.resolution)
            self.touched.append(_Touched("ended", unit))

    # Parents

    def _place_as_asked(self) -> None:
        """Each unit that continues or is new comes under the parent that its row names."""
        for unit, row in self.homes.items():
            if row.change.parent_code:
                self._place_below(unit, row, row.change.parent_code)
            elif "parent_code" in row.emptied:
                self._set_parent(unit, self.day, None, row)
        for unit, row in self.homes.items():
            if row.change.parent_code and self._is_below(unit, unit, self.day):
                self._fault(row, "parent_code", _("đơn vị là cấp trên của chính mình"), _("sửa mã cấp trên"))

    def _place_below(self, unit: int, row: Row, code: str) -> None:
        above = self.model.holder(code, self.day)
        if above is None and (was := self.model.holder(code, self.before)) is not None:
            above = self.model.on(was.unit, self.day)
            if above is None:
                message = _("{name}: cấp trên kết thúc trong ngày").format(name=was.name)
                self._fault(row, "parent_code", message, _("sửa mã cấp trên"))
                return
        if above is None:
            self._fault(row, "parent_code", _("không có đơn vị cấp trên này"), _("sửa mã cấp trên"))
        elif self._is_lower(above, unit):
            self._fault(row, "parent_code", _("cấp của đơn vị cấp trên lại thấp hơn"), _("sửa mã cấp trên"))
        else:
            self._set_parent(unit, self.day, above.unit, row)

    def _is_lower(self, above: Version, unit: int) -> bool:
        """Whether a unit would come under one of a lower level."""
        levels = list(Level)
        return levels.index(above.level) > levels.index(self.model.versions[unit][0].level)

    def _is_below(self, unit: int, top: int, day: str) -> bool:
        """Whether `top` stands above a unit on a day, at any distance."""
        seen: set[int] = set()
        at = self.model.on(unit, day)
        while at is not None and at.parent is not None and at.parent not in seen:
            if at.parent == top:
                return True
            seen.add(at.parent)
            at = self.model.on(at.parent, day)
        return False

    def _set_parent(self, unit: int, day: str, parent: int | None, row: Row) -> None:
        held = self.model.on(unit, day)
        if held is not None and held.parent != parent:
            note = row.change.note if self.homes.get(unit) is row else held.note
            self.model.change(unit, day, {"parent": parent}, row.change.resolution, note)

    def _place_children(self) -> None:
        """Units below one that has ended come under the one that took its place."""
        unsaid: dict[int, list[Version]] = {}
        for child in self.model.alive(self.day):
            if child.parent is None or self.model.on(child.parent, self.day) is not None:
                continue
            found = self._instead(child, self.day)
            if isinstance(found, _Unsaid):
                unsaid.setdefault(found.parent, []).append(child)
                continue
            row = self.ending[child.parent][1] if child.parent in self.ending else self.pairs[0][0]
            if child.unit not in self.homes:
                self.touched.append(_Touched("changed", child.unit, (child,)))
            self._set_parent(child.unit, self.day, found, row)
        for parent, children in unsaid.items():
            self._ask_for_parents(parent, children, self.day)

    def _instead(self, child: Version, day: str) -> "int | _Unsaid | None":
        """The unit that a child comes under on a day on which its parent is no more.

        The one to which all of the parent passed; where it passed to nobody, or to the child or one below the
        child, the unit above the parent. _Unsaid where it passed to several, or to one of a lower level.
        """
        parent, seen = child.parent, set[int]()
        while parent is not None and parent not in seen and self.model.on(parent, day) is None:
            seen.add(parent)
            heirs = self._heirs(parent)
            if any(heir == child.unit or self._is_below(heir, child.unit, day) for heir in heirs):
                heirs = []
            if len(heirs) > 1:
                return _Unsaid(parent)
            heir = self.model.versions[heirs[0]][0] if heirs else None
            if heir is not None and self._is_lower(heir, child.unit):
                return _Unsaid(parent)
            parent = heir.unit if heir else self.model.versions[parent][-1].parent
        return parent

    def _heirs(self, unit: int) -> list[int]:
        """The units to which one that has ended passed."""
        if unit in self.ending:
            codes = [
                row.change.new_code for row, held in self.pairs if held is not None and held.unit == unit
            ]
            return list(dict.fromkeys(self.new[code.lower()] for code in codes if code))
        end = self.model.versions[unit][-1].ended_on
        return list(
            dict.fromkeys(
                each.successor
                for each in self.model.passed
                if each.predecessor == unit and each.day == end and each.successor is not None
            )
        )

    def _ask_for_parents(self, parent: int, children: Sequence[Version], day: str) -> None:
        row = self.ending[parent][1] if parent in self.ending else self.pairs[0][0]
        names = [describe(child) for child in children[:_SHOWN]]
        if len(children) > _SHOWN:
            names.append(_("… và {count} nữa").format(count=len(children) - _SHOWN).strip())
        self._fault(
            row,
            "old_code",
            _("{name} kết thúc ngày {day}; chưa nói các đơn vị thuộc nó về đâu: {children}").format(
                name=self.model.versions[parent][-1].name, day=show_day(day), children="; ".join(names)
            ),
            *self._how_to_say_parents(children[0].code, day),
        )

    def _how_to_say_parents(self, code: str, day: str) -> tuple[str, str]:
        """The cure in a file and on the command line; for a later day it is a change of its own."""
        if day > self.day:
            cure = _("trước hết: thidua units rename {code} --parent … --on {day} --doc …").format(
                code=code, day=day
            )
            return cure, cure
        return (
            _("thêm cho mỗi đơn vị ấy một dòng rename (mã, tên như cũ) có parent_code"),
            _("thêm cho mỗi đơn vị ấy --child MÃ=MÃ-CẤP-TRÊN, ví dụ --child {code}=…").format(code=code),
        )

    # The whole

    def _check_codes(self) -> None:
        """No two units have one code on one day, from this day on."""
        holders: dict[str, list[Version]] = {}
        for versions in self.model.versions.values():
            for version in versions:
                if version.until_on is None or version.until_on > self.day:
                    holders.setdefault(version.code.lower(), []).append(version)
        for row, _held in self.pairs:
            if not row.change.new_code:
                continue
            unit = self.new[row.change.new_code.lower()]
            if (clash := self._clash(unit, holders)) is not None:
                message = _("mã này vẫn là của {name}: hai đơn vị có một mã trong một ngày")
                if clash.valid_from > self.day:
                    message = _("từ ngày {day} mã này là của {name}: hai đơn vị có một mã trong một ngày")
                self._fault(
                    row,
                    "new_code",
                    message.format(name=clash.name, day=show_day(clash.valid_from)),
                    _("thêm dòng keep nếu đơn vị ấy tiếp tục, hoặc dòng cho biết nó kết thúc thế nào"),
                    _("dùng mã khác, hoặc đổi mã hay chấm dứt đơn vị ấy trước"),
                )

    def _clash(self, unit: int, holders: dict[str, list[Version]]) -> Version | None:
        """The version of another unit that has a code of this unit on the same day, from this day on."""
        for version in self.model.versions[unit]:
            for other in holders.get(version.code.lower(), ()):
                if other.unit != unit and _overlap(version, other, self.day):
                    return other
        return None

    def _check_later(self) -> None:
        """What was recorded of later days still holds; children follow their parents there too."""
        following: dict[str, list[int]] = {}
        for version in self._later():
            is_made = version.parent in self.ending and self.model.was_made_by_change(version)
            if is_made or self.model.follows_its_parent(version):
                following.setdefault(version.valid_from, []).append(version.unit)
            elif version.parent in self.ending:
                self._fault(
                    self.ending[version.parent][1],
                    "old_code",
                    _("từ ngày {day} {child} còn thuộc đơn vị này").format(
                        day=show_day(version.valid_from), child=describe(version)
                    ),
                    _("sửa ngày, hoặc {undo}").format(undo=self._undo_first(version.operation)),
                )
                return
        for day in sorted({*following, *self._later_ends()}):
            self._follow_parents(day, following.get(day, []))
        for version in self._later():
            if self._is_below(version.unit, version.unit, version.valid_from):
                message = _("vòng tròn cấp trên từ ngày {day}: {name}").format(
                    day=show_day(version.valid_from), name=describe(version)
                )
                self._fault(self.pairs[0][0], "parent_code", message, _("sửa mã cấp trên"))
                return

    def _later(self) -> list[Version]:
        """Versions that begin after this day, in order of time."""
        found = [
            version
            for versions in self.model.versions.values()
            for version in versions
            if version.valid_from > self.day
        ]
        return sorted(found, key=lambda version: version.valid_from)

    def _later_ends(self) -> set[str]:
        """The days after this one on which units end."""
        ends = (versions[-1].ended_on for versions in self.model.versions.values())
        return {end for end in ends if end is not None and end > self.day}

    def _follow_parents(self, day: str, following: Sequence[int]) -> None:
        """On a later day units follow a parent that has ended as things are now.

        `following` are those that the register says did so; it may be that they need not any more.
        """
        was = {
            unit: self.model.on(unit, _day_before(day))
            for unit in {**dict.fromkeys(following), **self.model.touched}
        }
        for unit in following:
            before, after = was[unit], self.model.on(unit, day)
            if before and after and (before.parent is None or self.model.on(before.parent, day) is not None):
                if before.parent != after.parent:
                    self.model.change(unit, day, {"parent": before.parent}, after.document_number, after.note)
                after = self.model.on(unit, day)
                if after and all(getattr(before, name) == getattr(after, name) for name in STATE):
                    self.model.drop(unit, day)
        for unit, before in was.items():
            after = self.model.on(unit, day)
            if not after:
                continue
            if (
                before
                and unit in following
                and before.parent is not None
                and self.model.on(before.parent, day) is None
            ):
                self._move(before, after, day)
            elif after.parent is not None and self.model.on(after.parent, day) is None:
                self._move(after, after, day)

    def _move(self, child: Version, after: Version, day: str) -> None:
        """From a later day on, when its parent has ended, a unit comes under the one that took its place."""
        found = self._instead(child, day)
        if isinstance(found, _Unsaid):
            self._ask_for_parents(found.parent, [child], day)
        elif found != after.parent:
            self.model.change(child.unit, day, {"parent": found}, self._paper(child.parent), after.note)
            self.model.plan.steps.append(self._step(_Touched("changed", child.unit, (child,)), day))

    def _paper(self, unit: int | None) -> str | None:
        """The document on which a unit ended, if it is known."""
        return next(
            (each.document_number for each in reversed(self.model.passed) if each.predecessor == unit), None
        )

    def _record_successions(self) -> None:
        for row, held in self.pairs:
            change = row.change
            self.model.plan.rows["succession"].append(
                {
                    "id": self.model.next_id("succession"),
                    "predecessor": held.unit if held else None,
                    "successor": self.new[change.new_code.lower()] if change.new_code else None,
                    "effective_on": self.day,
                    "change": str(change.kind_of_change),
                    "extent": str(change.extent),
                    "document_number": change.resolution,
                    "old_code": change.old_code,
                    "old_name": change.old_name,
                    "new_code": change.new_code,
                    "new_name": change.new_name,
                    "note": change.note,
                }
            )

    def _tell(self) -> None:
        """Add what the day does to the plan's steps."""
        steps = [self._step(each, self.day) for each in self.touched]
        self.model.plan.steps += [step for step in steps if step.what != "changed" or _differs(step)]

    def _step(self, touched: _Touched, day: str) -> Step:
        if touched.what == "ended":
            version = self.ending[touched.unit][0]
            heirs = (self.model.on(heir, day) for heir in self._heirs(touched.unit))
            return Step(day, touched.what, version, successors=tuple(heir for heir in heirs if heir))
        after = self.model.on(touched.unit, day)
        assert after is not None  # noqa: S101 - a unit that is made or changed is there
        above = None
        if touched.what == "changed" and touched.predecessors[0].parent != after.parent:
            was = touched.predecessors[0].parent
            above = self.model.on(was, _day_before(day)), self.model.on(after.parent, day)
        return Step(day, touched.what, after, touched.predecessors, above=above)


class _Unsaid(NamedTuple):
    """A parent that has ended without saying where its children go."""

    parent: int


def _differs(step: Step) -> bool:
    """Whether a unit that continues is not as it was."""
    old, new = step.predecessors[0], step.version
    return any(getattr(old, name) != getattr(new, name) for name in STATE)


def _overlap(one: Version, other: Version, since: str) -> bool:
    """Whether two versions hold on a common day, from `since` on."""
    start = max(one.valid_from, other.valid_from, since)
    return all(each.until_on is None or start < each.until_on for each in (one, other))


def _day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()
