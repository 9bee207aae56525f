"""The rules of one day's changes: find who is meant, check, continue, create, end, record."""

from collections.abc import Sequence
from datetime import date, timedelta

from thidua_cli import terms, text
from thidua_cli.changes.model import Fault, Model, Row, Step
from thidua_cli.changes.naming import committee_name, kind_of_name
from thidua_cli.dates import show_day
from thidua_cli.language import _
from thidua_cli.terms import Change, Extent, Kind, Level
from thidua_cli.units import Version

_ENDING = (Change.MERGE, Change.SPLIT, Change.DISSOLVE)
_CONTINUING = (Change.KEEP, Change.RENAME)


class Day:
    """The changes of one day, applied to the model."""

    def __init__(self, model: Model, day: str, rows: Sequence[Row]) -> None:
        self.model, self.day, self.rows = model, day, rows
        self.before = (date.fromisoformat(day) - timedelta(days=1)).isoformat()
        self.old: dict[int, Version | None] = {}  # row -> predecessor; None: outside the register
        self.new: dict[str, int] = {}  # successor's code -> unit

    def apply(self) -> None:
        for check in (self._find_predecessors, self._check_units, self._continue, self._create):
            check()
            if self.model.plan.faults:
                return
        self._end()
        self._lift_orphans()
        self._record_successions()
        self._check_codes()

    def _fault(self, row: Row, field: str, message: str, cure: str = "", typed: str = "") -> None:
        value = getattr(row.change, field) or ""
        self.model.plan.faults.append(Fault(row.number, field, str(value), message, cure, typed))

    def _find_predecessors(self) -> None:
        for index, row in enumerate(self.rows):
            change = row.change
            self.old[index] = None
            if change.old_code is None:
                continue
            held = self.model.holder(change.old_code, self.before)
            if held is None:
                self._outside(row)
                continue
            if change.old_name and text.name_key(change.old_name) != text.name_key(held.name):
                self._fault(
                    row,
                    "old_name",
                    _("vào ngày {day} mã {code} là của {name}").format(
                        day=show_day(self.before), code=held.code, name=held.name
                    ),
                    _("sửa mã hoặc tên cũ"),
                )
            if held.ended_on is not None or held.until_on is not None:
                self._fault(
                    row,
                    "old_code",
                    _("{name} đã có thay đổi từ ngày {day}").format(
                        name=held.name, day=show_day(held.ended_on or held.until_on)
                    ),
                    _("hủy thay đổi ấy trước (thidua undo), hoặc sửa ngày"),
                )
            self.old[index] = held

    def _outside(self, row: Row) -> None:
        """A predecessor that is not in the register: fine where the successor is created, and it is said."""
        code = str(row.change.old_code)
        born = sorted(
            version.valid_from
            for versions in self.model.versions.values()
            for version in versions
            if version.code.lower() == code.lower()
        )
        if born and born[0] >= self.day:
            self._fault(
                row,
                "old_code",
                _("đơn vị này chỉ có từ ngày {day}").format(day=show_day(born[0])),
                _("sửa ngày"),
            )
            return
        successor = (row.change.new_code or "").lower()
        continued = any(
            other.change.kind_of_change in _CONTINUING
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

    def _check_units(self) -> None:
        """Per predecessor: continued at most once, not kept and given away whole, nothing left over."""
        of: dict[int, list[Row]] = {}
        for index, row in enumerate(self.rows):
            held = self.old[index]
            if held is not None:
                of.setdefault(held.unit, []).append(row)
        for rows in of.values():
            kept = [row for row in rows if row.change.kind_of_change in _CONTINUING]
            given = [row for row in rows if row.change.kind_of_change in _ENDING]
            if len(kept) > 1:
                self._fault(
                    kept[1],
                    "old_code",
                    _("một đơn vị tiếp tục hai lần trong một ngày"),
                    _("bỏ một dòng"),
                    _("nêu mỗi đơn vị một lần"),
                )
            own = {(row.change.new_code or "").lower() for row in kept}
            to_itself = [row for row in given if (row.change.new_code or "").lower() in own]
            if to_itself:
                self._fault(
                    to_itself[0],
                    "new_code",
                    _("chuyển cho chính đơn vị ấy"),
                    _("bỏ dòng này"),
                    _("nêu đơn vị khác"),
                )
            whole = [row for row in given if row.change.extent is Extent.WHOLE]
            if whole and (kept or len(given) > 1):
                self._fault(
                    whole[0],
                    "extent",
                    _("chuyển toàn bộ mà lại còn dòng khác cho đơn vị này trong ngày"),
                    _("dùng extent = part, hoặc bỏ dòng thừa"),
                )
            if not kept and len(given) == 1 and given[0].change.extent is Extent.PART:
                self._fault(
                    given[0],
                    "extent",
                    _("chỉ chuyển một phần, phần còn lại không đi đâu"),
                    _("thêm dòng keep, hoặc dòng cho phần còn lại"),
                    _("thêm --keep, hoặc --to cho phần còn lại"),
                )
        self._check_cycles()

    def _check_cycles(self) -> None:
        edges: dict[str, str] = {}
        for index, row in enumerate(self.rows):
            change = row.change
            if (
                self.old[index] is not None
                and change.kind_of_change is Change.MERGE
                and change.old_code
                and change.new_code
            ):
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

    def _continue(self) -> None:
        for index, row in enumerate(self.rows):
            held, change = self.old[index], row.change
            if change.kind_of_change not in _CONTINUING or held is None:
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
            self.new[code.lower()] = held.unit
            after = self._continued(row, held)
            if after is None:
                continue
            if (after.code, after.name, after.parent, after.sort_order, after.abbreviation) != (
                held.code, held.name, held.parent, held.sort_order, held.abbreviation,
            ):  # fmt: skip
                self.model.add_version(after)
                self.model.plan.steps.append(Step(self.day, "changed", after, (held,)))

    def _continued(self, row: Row, held: Version) -> Version | None:
        change = row.change
        same_name = text.name_key(str(change.new_name)) == text.name_key(held.name)
        if change.kind_of_change is Change.KEEP and (
            not same_name or str(change.new_code).lower() != held.code.lower()
        ):
            self._fault(row, "kind_of_change", _("giữ nguyên mà mã hoặc tên khác"), _("dùng rename"))
            return None
        stays = held.parent is not None and "parent_code" not in row.emptied
        parent = self._parent(row, held.parent) if change.parent_code or stays else None
        if change.parent_code and not self._may_be_below(row, held, parent):
            return None
        return held._replace(
            code=held.code if str(change.new_code).lower() == held.code.lower() else str(change.new_code),
            name=held.name
            if same_name and change.kind_of_change is Change.KEEP
            else committee_name(str(change.new_name), held.kind),
            parent=parent,
            abbreviation=None if "abbreviation" in row.emptied else change.abbreviation or held.abbreviation,
            sort_order=held.sort_order
            if change.sort_order is None and "sort_order" not in row.emptied
            else change.sort_order,
            valid_from=self.day,
            until_on=None,
            document_number=change.resolution,
            note=change.note,
        )

    def _may_be_below(self, row: Row, held: Version, parent: int | None) -> bool:
        """Whether the unit may come under that parent: not itself, not one below it, not of a lower level."""
        levels = list(Level)
        above = self.model.on(parent, self.before) or self.model.on(parent, self.day)
        if above is not None and levels.index(above.level) > levels.index(held.level):
            self._fault(row, "parent_code", _("cấp của đơn vị cấp trên lại thấp hơn"), _("sửa mã cấp trên"))
            return False
        seen: set[int] = set()
        while above is not None and above.unit not in seen:
            if above.unit == held.unit:
                self._fault(row, "parent_code", _("đơn vị là cấp trên của chính mình"), _("sửa mã cấp trên"))
                return False
            seen.add(above.unit)
            above = self.model.on(above.parent, self.day) or self.model.on(above.parent, self.before)
        return True

    def _create(self) -> None:
        wanted: dict[str, list[int]] = {}
        for index, row in enumerate(self.rows):
            if row.change.new_code and row.change.new_code.lower() not in self.new:
                wanted.setdefault(row.change.new_code.lower(), []).append(index)
        for code, indexes in wanted.items():
            rows = [self.rows[index] for index in indexes]
            names = {text.name_key(str(row.change.new_name)) for row in rows}
            if len(names) > 1:
                self._fault(
                    rows[-1],
                    "new_name",
                    _("mã {code} có hai tên trong một ngày").format(code=rows[0].change.new_code),
                    _("sửa tên hoặc mã"),
                )
                continue
            predecessors = [held for index in indexes if (held := self.old[index]) is not None]
            made = self._created(rows, predecessors)
            if made is not None:
                self.new[code] = made.unit
                self.model.add_unit(made)
                self.model.plan.steps.append(Step(self.day, "new", made, tuple(predecessors)))

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
        abbreviation = next((row.change.abbreviation for row in rows if row.change.abbreviation), None)
        return Version(
            self.model.next_id("unit"),
            kind,
            level,
            str(change.new_code),
            committee_name(str(change.new_name), kind),
            self._parent(rows[0], predecessors[0].parent if predecessors else None),
            abbreviation,
            self.model.last_order(level) + 10 if order is None else order,
            self.day,
            None,
            None,
            None,
            change.resolution,
            0,
        )

    def _ending(self) -> list[tuple[Version, Row]]:
        continued = {
            held.unit
            for index, row in enumerate(self.rows)
            if row.change.kind_of_change in _CONTINUING and (held := self.old[index]) is not None
        }
        ending: dict[int, tuple[Version, Row]] = {}
        for index, row in enumerate(self.rows):
            held = self.old[index]
            if held is not None and held.unit not in continued:
                ending.setdefault(held.unit, (held, row))
        return list(ending.values())

    def _parent(self, row: Row, otherwise: int | None) -> int | None:
        """The parent asked for, else the one given, lifted over units that end on this day, else the city."""
        if row.change.parent_code:
            asked = self.model.holder(row.change.parent_code, self.day) or self.model.holder(
                row.change.parent_code, self.before
            )
            if asked is None:
                self._fault(row, "parent_code", _("không có đơn vị cấp trên này"), _("sửa mã cấp trên"))
                return None
            return asked.unit
        ending = {version.unit for version, _row in self._ending()}
        parent = otherwise
        while parent is not None and parent in ending:
            ending.discard(parent)  # each is climbed over once, whatever the register holds
            held = self.model.on(parent, self.before)
            parent = held.parent if held else None
        if parent is not None or otherwise is not None:
            return parent
        tops = [version.unit for version in self.model.alive(self.day) if version.kind is Kind.CITY_COMMITTEE]
        return tops[0] if len(tops) == 1 else None

    def _end(self) -> None:
        for version, row in self._ending():
            self.model.end(version.unit, self.day, row.change.resolution)
            self.model.plan.steps.append(
                Step(self.day, "ended", version, successors=self._successors(version))
            )

    def _successors(self, version: Version) -> tuple[Version, ...]:
        codes = [
            row.change.new_code.lower()
            for index, row in enumerate(self.rows)
            if row.change.new_code and (held := self.old[index]) is not None and held.unit == version.unit
        ]
        return tuple(held for code in codes if (held := self.model.on(self.new[code], self.day)) is not None)

    def _lift_orphans(self) -> None:
        """Units that live on under a unit that has ended come under the one above it."""
        for version in self.model.alive(self.day):
            parent = version.parent
            seen: set[int] = set()
            while parent is not None and parent not in seen and self.model.on(parent, self.day) is None:
                seen.add(parent)
                held = self.model.on(parent, self.before)
                parent = held.parent if held else None
            if parent == version.parent:
                continue
            if version.valid_from == self.day:
                self._fault(
                    self.rows[0],
                    "parent_code",
                    _("{name}: cấp trên kết thúc trong ngày").format(name=version.name),
                )
                continue
            lifted = version._replace(
                parent=parent,
                valid_from=self.day,
                until_on=None,
                document_number=self.rows[0].change.resolution,
            )
            self.model.add_version(lifted)
            self.model.plan.steps.append(Step(self.day, "changed", lifted, (version,)))

    def _record_successions(self) -> None:
        for index, row in enumerate(self.rows):
            held, change = self.old[index], row.change
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

    def _check_codes(self) -> None:
        """No two units have one code on one day, from this day on."""
        holders: dict[str, list[Version]] = {}
        for versions in self.model.versions.values():
            for version in versions:
                if version.until_on is None or version.until_on > self.day:
                    holders.setdefault(version.code.lower(), []).append(version)
        for row in self.rows:
            if not row.change.new_code:
                continue
            held = [
                version
                for version in holders.get(row.change.new_code.lower(), ())
                if version.unit != self.new[row.change.new_code.lower()]
            ]
            if held:
                self._fault(
                    row,
                    "new_code",
                    _("mã này vẫn là của {name}: hai đơn vị có một mã trong một ngày").format(
                        name=held[0].name
                    ),
                    _("thêm dòng keep nếu đơn vị ấy tiếp tục, hoặc dòng cho biết nó kết thúc thế nào"),
                    _("dùng mã khác, hoặc đổi mã hay chấm dứt đơn vị ấy trước"),
                )
