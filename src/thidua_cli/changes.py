"""Changes of units: merge, split, rename, close. The rows of a resolution decide who continues.

`keep` and `rename` continue the same unit. A unit with rows on a day but neither of these ends that day. A
successor that nobody continues as is a new unit; one whose predecessors are all outside the register is a
newcomer. A change is planned as a whole, on a model of the units, and stored only if the whole is sound.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from thidua_cli import store, terms, text
from thidua_cli.language import _
from thidua_cli.terms import Change, Extent, Kind, Level
from thidua_cli.units import Directory, Version

if TYPE_CHECKING:
    from thidua_cli.models import ChangeIn

_ENDING = (Change.MERGE, Change.SPLIT, Change.DISSOLVE)
_CONTINUING = (Change.KEEP, Change.RENAME)


class Row(NamedTuple):
    """A change with its place in the file (0: from the command line)."""

    number: int
    change: "ChangeIn"

    @property
    def day(self) -> str:
        return self.change.effective_date.isoformat()


class Fault(NamedTuple):
    """What is wrong with a row: the field, what, and the cure."""

    row: int
    field: str
    value: str
    message: str
    cure: str


class Step(NamedTuple):
    """One thing that a plan does, for people: the unit, what went into it, and what it went into."""

    day: str
    what: str  # new, changed, ended
    version: Version
    predecessors: tuple[Version, ...] = ()
    successors: tuple[Version, ...] = ()


class Plan:
    """What a batch of changes would store, and what it would mean."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, object]]] = {
            "unit": [],
            "unit_version": [],
            "unit_end": [],
            "succession": [],
        }
        self.steps: list[Step] = []
        self.faults: list[Fault] = []
        self.outside: list[str] = []  # predecessors that are not in the register
        self.new, self.unchanged = 0, 0


def plan(connection: sqlite3.Connection, known: int, rows: Iterable[Row]) -> Plan:
    """Plan the changes of all days, in order of time; nothing is stored."""
    directory = Directory.read(connection, known)
    counters = {
        table: int(connection.execute(f"SELECT coalesce(max(id), 0) FROM {table}").fetchone()[0])
        for table in ("unit", "unit_version", "unit_end", "succession")
    }
    applied = {
        (*row[:5], text.name_key(row[5]))
        for row in connection.execute(store.sql("applied_changes"), {"known": known})
    }
    model = _Model(directory, counters)
    days: dict[str, list[Row]] = {}
    for row in rows:
        if _signature(row) in applied:
            model.plan.unchanged += 1
        else:
            days.setdefault(row.day, []).append(row)
    for day in sorted(days):
        _Day(model, day, days[day]).apply()
        if model.plan.faults:
            break
    model.plan.new = sum(map(len, days.values()))
    return model.plan


def apply(writer: store.Writer, made: Plan) -> None:
    """Store a plan that was made inside the same transaction."""
    for table, rows in made.rows.items():
        if rows:
            writer.insert(table, rows)


def _signature(row: Row) -> tuple[object, ...]:
    change = row.change
    return (
        row.day,
        str(change.kind_of_change),
        str(change.extent),
        (change.old_code or "").lower(),
        (change.new_code or "").lower(),
        text.name_key(change.new_name or ""),
    )


class _Model:
    """The units as they would be, and the rows that would make them so."""

    def __init__(self, directory: Directory, counters: dict[str, int]) -> None:
        self.versions = {unit: list(versions) for unit, versions in directory.versions.items()}
        self.counters = counters
        self.plan = Plan()

    def next_id(self, table: str) -> int:
        self.counters[table] += 1
        return self.counters[table]

    def on(self, unit: int | None, day: str) -> Version | None:
        versions = self.versions.get(unit, ()) if unit is not None else ()
        return next((version for version in versions if version.holds_on(day)), None)

    def holder(self, code: str, day: str) -> Version | None:
        """The unit that has a code on a day."""
        return next((version for version in self.alive(day) if version.code.lower() == code.lower()), None)

    def alive(self, day: str) -> list[Version]:
        return [
            version for versions in self.versions.values() for version in versions if version.holds_on(day)
        ]

    def last_order(self, level: Level) -> int:
        orders = [
            version.sort_order or 0
            for versions in self.versions.values()
            for version in versions
            if version.level is level
        ]
        return max(orders, default=0)

    def add_unit(self, version: Version) -> None:
        self.plan.rows["unit"].append(
            {"id": version.unit, "kind": str(version.kind), "level": str(version.level)}
        )
        self.versions[version.unit] = [version]
        self._version_row(version)

    def add_version(self, version: Version) -> None:
        """A further version of a unit: the one before it ends where this one begins."""
        self.versions[version.unit] = [
            each._replace(until_on=version.valid_from) if each.holds_on(version.valid_from) else each
            for each in self.versions[version.unit]
        ]
        self.versions[version.unit].append(version)
        self._version_row(version)

    def _version_row(self, version: Version) -> None:
        self.plan.rows["unit_version"].append(
            {
                "id": self.next_id("unit_version"),
                "unit": version.unit,
                "code": version.code,
                "name": version.name,
                "parent": version.parent,
                "abbreviation": version.abbreviation,
                "sort_order": version.sort_order,
                "valid_from": version.valid_from,
                "document_number": version.document_number,
                "note": version.note,
            }
        )

    def end(self, unit: int, day: str, document: str | None) -> None:
        self.versions[unit] = [
            each._replace(
                until_on=day if each.until_on is None or each.until_on > day else each.until_on, ended_on=day
            )
            for each in self.versions[unit]
        ]
        self.plan.rows["unit_end"].append(
            {
                "id": self.next_id("unit_end"),
                "unit": unit,
                "ended_on": day,
                "document_number": document,
                "note": None,
            }
        )


class _Day:
    """The changes of one day, applied to the model."""

    def __init__(self, model: _Model, day: str, rows: Sequence[Row]) -> None:
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

    def _fault(self, row: Row, field: str, message: str, cure: str = "") -> None:
        value = getattr(row.change, field) or ""
        self.model.plan.faults.append(Fault(row.number, field, str(value), message, cure))

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
                        day=self.before, code=held.code, name=held.name
                    ),
                    _("sửa mã hoặc tên cũ"),
                )
            if held.ended_on is not None or held.until_on is not None:
                self._fault(
                    row,
                    "old_code",
                    _("{name} đã có thay đổi từ ngày {day}").format(
                        name=held.name, day=held.ended_on or held.until_on
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
                row, "old_code", _("đơn vị này chỉ có từ ngày {day}").format(day=born[0]), _("sửa ngày")
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
                _("không có đơn vị này vào ngày {day}").format(day=self.before),
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
                    kept[1], "old_code", _("một đơn vị tiếp tục hai lần trong một ngày"), _("bỏ một dòng")
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
        parent = self._parent(row, held.parent)
        return held._replace(
            code=held.code if str(change.new_code).lower() == held.code.lower() else str(change.new_code),
            name=held.name
            if same_name and change.kind_of_change is Change.KEEP
            else committee_name(str(change.new_name), held.kind),
            parent=parent,
            abbreviation=change.abbreviation or held.abbreviation,
            sort_order=held.sort_order if change.sort_order is None else change.sort_order,
            valid_from=self.day,
            until_on=None,
            document_number=change.resolution,
            note=change.note,
        )

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
            self._fault(rows[0], "new_name", _("không rõ loại của đơn vị mới"), _("thêm cột kind"))
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
            while parent is not None and self.model.on(parent, self.day) is None:
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
                )


def overlaps(versions: Iterable[Version]) -> list[tuple[Version, Version]]:
    """Pairs of versions of two units that have one code on one day."""
    by_code: dict[str, list[Version]] = {}
    for version in versions:
        by_code.setdefault(version.code.lower(), []).append(version)
    found = []
    for held in by_code.values():
        held.sort(key=lambda version: version.valid_from)
        for index, one in enumerate(held):
            found += [
                (one, other)
                for other in held[index + 1 :]
                if other.unit != one.unit and (one.until_on is None or other.valid_from < one.until_on)
            ]
    return found


_KINDS_OF_WORDS: Mapping[str, Kind] = {
    "phường": Kind.COMMUNE_COMMITTEE,
    "xã": Kind.COMMUNE_COMMITTEE,
    "thị trấn": Kind.COMMUNE_COMMITTEE,
    "đặc khu": Kind.COMMUNE_COMMITTEE,
    "quận": Kind.DISTRICT_COMMITTEE,
    "huyện": Kind.DISTRICT_COMMITTEE,
    "thị xã": Kind.DISTRICT_COMMITTEE,
    "sở": Kind.DEPARTMENT,
}


def kind_of_name(name: str) -> Kind | None:
    """The kind that the first words of a name tell, or none."""
    key = text.name_key(name)
    return next((kind for word, kind in _KINDS_OF_WORDS.items() if key.startswith(f"{word} ")), None)


def committee_name(name: str, kind: Kind) -> str:
    """The committee of a territory: `Phường Hải Châu` is `UBND phường Hải Châu`; other names stay."""
    if kind not in (Kind.COMMUNE_COMMITTEE, Kind.DISTRICT_COMMITTEE):
        return name
    lowered = name.lower()
    for word in terms.TERRITORY_WORDS:
        if lowered.startswith(f"{word} "):
            return f"UBND {word}{name[len(word) :]}"
    return name
