"""The register in the columns of its own import files, so that a new register can be made of it.

Units are those that no change brought; all that became of units afterwards are rows of `changes`. Imported
into an empty register in the order units, changes, launches, registrations, reviews, exemptions, extensions,
supplements, they give the same files again. Who recorded what and when, and what was voided, is only in
`export register`.
"""

import sqlite3
from collections.abc import Iterable, Sequence, Set
from typing import Any, NamedTuple

from thidua_cli import store
from thidua_cli.ground import text
from thidua_cli.ground.dates import shifted, show_day
from thidua_cli.ground.language import _
from thidua_cli.register import entries as records
from thidua_cli.register.entries import Entry, Exemption, Extension, Record
from thidua_cli.register.fields import NONE, ImportKind, exported
from thidua_cli.register.plan import Plan, load_plan
from thidua_cli.register.terms import Change, Extent
from thidua_cli.register.units import Directory, Version, describe, protocol_key
from thidua_cli.register.values import NO_OCCASION
from thidua_cli.rules.resolutions.passed import CONTINUING

Row = dict[str, Any]
_FILLED = ("parent_code", "sort_order")  # what a new unit gets where nothing is said


class Export(NamedTuple):
    """Rows under the columns of an import file, and what that file cannot say."""

    fields: Sequence[str]
    rows: Sequence[Row]
    warnings: Sequence[str] = ()


def export(connection: sqlite3.Connection, kind: ImportKind, known: int) -> Export:
    """What the register holds of one kind, as known at an operation."""
    directory = Directory.read(connection, known)
    names = exported(kind)
    if kind in (ImportKind.UNITS, ImportKind.CHANGES):
        successions = _successions(connection, known)
        original = _original(directory, successions)
        if kind is ImportKind.CHANGES:
            changed = _changes(directory, successions, {version.unit for version in original})
            return Export(names, [{name: row.get(name) for name in names} for row in changed])
        first_day = load_plan(connection).phases[0].starts_on
        return Export(names, [_unit(version, directory, first_day) for version in original])
    if kind is ImportKind.SUPPLEMENTS:
        return _supplements(connection, known, directory)
    entries: list[Entry] = []
    if kind is ImportKind.EXEMPTIONS:
        entries += records.live_exemptions(connection, known)
    elif kind is ImportKind.EXTENSIONS:
        entries += records.live_extensions(connection, known)
    else:
        live = records.live_records(connection, known)
        entries += [record for record in live if record.action == kind.action]
    entries.sort(key=lambda entry: entry.id or 0)
    plan = load_plan(connection)
    rows = [_entry(entry, directory, plan, names) for entry in entries]
    lines = [_misread(entry, directory) or _shortened(entry) for entry in entries]
    return Export(names, rows, [line for line in lines if line])


# Units


def _original(directory: Directory, successions: Sequence[Row]) -> list[Version]:
    """First versions of the units that a file of units can bring: no change did, the code is theirs alone."""
    brought = {
        (row["successor"], row["effective_on"])
        for row in successions
        if row["predecessor"] != row["successor"]
    }
    first = sorted(
        (versions[0] for versions in directory.versions.values()),
        key=lambda version: (version.valid_from, version.unit),
    )
    chosen: dict[str, Version] = {}
    for version in first:
        if (version.unit, version.valid_from) not in brought:
            chosen.setdefault(text.code_key(version.code), version)
    units = {version.unit: version for version in chosen.values()}
    while lost := {
        unit for unit, version in units.items() if version.parent is not None and version.parent not in units
    }:
        for unit in lost:
            del units[unit]
    return sorted(units.values(), key=protocol_key)


def _unit(version: Version, directory: Directory, first_day: str) -> Row:
    row: Row = {
        "code": version.code,
        "name": version.name,
        **_state(version, version.valid_from, directory),
        "valid_from": version.valid_from,
        "note": version.note,
    }
    return row | _none(row, _FILLED) if version.valid_from > first_day else row


def _state(version: Version, day: str, directory: Directory) -> Row:
    """What a unit is on a day, with the code that its parent has on that day."""
    parent = version.parent
    return {
        "kind": str(version.kind),
        "level": str(version.level),
        "parent_code": directory.last(parent, day).code
        if parent is not None and parent in directory.versions
        else None,
        "abbreviation": version.abbreviation,
        "sort_order": version.sort_order,
    }


def _none(row: Row, names: Iterable[str]) -> Row:
    """The cells of these columns that say "none", where an empty one would leave the value open."""
    return {name: NONE for name in names if row[name] is None}


# Changes


def _successions(connection: sqlite3.Connection, known: int) -> list[Row]:
    cursor = connection.execute(store.sql("successions"), {"known": known})
    names = [item[0] for item in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _changes(directory: Directory, successions: Sequence[Row], original: Set[int]) -> list[Row]:
    rows = [_change(row, directory) for row in successions]
    brought = {(row["successor"], row["effective_on"]) for row in successions}
    for unit, versions in directory.versions.items():
        if unit not in original and (unit, versions[0].valid_from) not in brought:
            rows.append(_made(versions[0], directory))
    rows.sort(key=lambda row: str(row["effective_date"]))
    return rows


def _change(row: Row, directory: Directory) -> Row:
    day = row["effective_on"]
    before = shifted(day, -1)
    was, after = directory.on(row["predecessor"], before), directory.on(row["successor"], day)
    made: Row = {
        **_as_known("old", row, was),
        **_as_known("new", row, after),
        "effective_date": day,
        "resolution": row["document_number"],
        "kind_of_change": row["change"],
        "extent": row["extent"],
        "note": row["note"],
    }
    if after is None:
        return made
    state = _state(after, day, directory)
    emptied: Iterable[str] = _FILLED if after.valid_from == day else ()
    if row["change"] in CONTINUING and was is not None:
        held = _state(was, before, directory)
        emptied = [name for name in (*_FILLED, "abbreviation") if held[name] is not None]
    return made | state | _none(state, emptied)


def _as_known(side: str, row: Row, version: Version | None) -> Row:
    """Code and name of one side as the document words them, or where the register knows others, those."""
    code, name = row[f"{side}_code"], row[f"{side}_name"]
    if version is not None:
        if text.code_key(str(code)) != text.code_key(version.code):
            code = version.code
        if name is not None and text.name_key(name) != text.name_key(version.name):
            name = version.name
    return {f"{side}_code": code, f"{side}_name": name}


def _made(first: Version, directory: Directory) -> Row:
    """A unit that came without a change, in a place that a file of units cannot give it."""
    state = _state(first, first.valid_from, directory)
    return {
        "new_code": first.code,
        "new_name": first.name,
        "effective_date": first.valid_from,
        "resolution": first.document_number,
        "kind_of_change": str(Change.CREATE),
        "extent": str(Extent.WHOLE),
        "note": first.note,
        **state,
        **_none(state, _FILLED),
    }


# Records


def _entry(entry: Entry, directory: Directory, plan: Plan, names: Sequence[str]) -> Row:
    row: Row = {**_unit_of(entry, directory), **entry.document.columns()}
    if isinstance(entry, Exemption):
        row |= {"obligation": entry.obligation, "on": entry.exempted_on, "reason": entry.reason}
        row |= {"until": entry.last_on}
    elif isinstance(entry, Extension):
        row |= {"obligation": entry.obligation, "on": entry.granted_on, "until": entry.until_on}
    elif isinstance(entry, Record):
        contents = ",".join(map(str, entry.contents)) or None
        once = plan.occasions(entry.phase, entry.action) == ("",)
        occasion = entry.occasion or (None if once else NO_OCCASION)
        row |= {"done_on": entry.done_on, "phase": entry.phase, "occasion": occasion, "contents": contents}
        row |= dict(entry.fields)
    return {name: row.get(name) for name in names}


def _supplements(connection: sqlite3.Connection, known: int, directory: Directory) -> Export:
    """Supplements with the obligation that each one's record fulfils; warns where it fulfils none."""
    plan = load_plan(connection)
    records_by_id = {each.id: each for each in records.live_records(connection, known)}
    rows, warnings = [], []
    for entry in sorted(records.live_supplements(connection, known), key=lambda entry: entry.id or 0):
        record = records_by_id[entry.record]
        kind = directory.last(record.unit, record.day).kind
        codes = {
            kind in item.kinds: item.code
            for item in plan.obligations
            if (item.phase.code, item.action, item.occasion) == record.key[1:]
        }
        code = codes.get(True) or codes.get(False)
        row = {**_unit_of(entry, directory), "obligation": code, "on": entry.day}
        contents = ",".join(map(str, entry.contents)) or None
        rows.append(row | {"contents": contents} | entry.document.columns())
        if code is None:
            words = _(
                "#{number}: bản ghi #{record} không thuộc nghĩa vụ nào; nhập lại dòng này sẽ bị từ chối"
            )
            warnings.append(words.format(number=entry.id, record=entry.record))
        warnings += filter(None, [_misread(entry, directory)])
    names = exported(ImportKind.SUPPLEMENTS)
    return Export(names, [{name: row[name] for name in names} for row in rows], warnings)


def _unit_of(entry: Entry, directory: Directory) -> Row:
    """The unit's code and name on the record's day; where it had none, the last ones in one cell.

    Alone the code, and at times the name, would mean another unit; both mean none, so an import refuses.
    """
    version = directory.last(entry.unit, entry.day)
    if version.holds_on(entry.day):
        return {"unit_code": version.code, "unit_name": version.name}
    return {"unit_code": f"{version.code} {version.name}", "unit_name": None}


def _misread(entry: Entry, directory: Directory) -> str | None:
    """What to say of a record whose unit had no code on the record's day: an import refuses it."""
    if directory.on(entry.unit, entry.day) is not None:
        return None
    return _(
        "#{number}: {unit} chưa có hoặc không còn vào ngày {day}; nhập lại dòng này sẽ bị từ chối"
        " (ô đơn vị có cả mã và tên, để không rơi vào đơn vị khác)"
    ).format(number=entry.id, unit=describe(directory.last(entry.unit, entry.day)), day=show_day(entry.day))


def _shortened(entry: Entry) -> str | None:
    """What to say of a withdrawn exemption: the file has its last day, and not by which document it ended."""
    if not isinstance(entry, Exemption) or entry.cut_on is None:
        return None
    return _("#{number}: đã rút; tệp chỉ ghi ngày cuối được miễn {day}, không ghi văn bản rút").format(
        number=entry.id, day=show_day(entry.cut_on)
    )
