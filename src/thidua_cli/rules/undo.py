"""Undo an operation: void all that it brought, and bring back what it had voided, as a new operation."""

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from thidua_cli import store
from thidua_cli.ground.errors import NotFoundError, RefusedError
from thidua_cli.ground.language import _
from thidua_cli.register.entries import Document, same_paper
from thidua_cli.register.units import Directory, describe
from thidua_cli.rules import invariants
from thidua_cli.rules.resolutions.model import Model
from thidua_cli.rules.resolutions.resting import resting
from thidua_cli.store import Writer, journal
from thidua_cli.store.journal import LATEST

_NUMBERED = ("record", "exemption")  # people know them by their numbers
_REPLACED = (*_NUMBERED, "unit_version")  # a void of these may name the row that takes their place
MOST = 10  # rows named in a message

Row = tuple[str, int]  # a table and an id in it


class Undone(NamedTuple):
    """How many rows were voided, and how many that the operation had voided count again."""

    voided: int
    restored: int


def undo(writer: Writer, number: int, reason: str) -> Undone:
    """Undo operation `number`: what it brought, also where an undo has brought it back since.

    Raises NotFoundError if there is none; RefusedError for the operation of init, for one already undone, and
    where something recorded later rests on what it brought or has corrected it.
    """
    connection = writer.connection
    if journal.numbered(connection, number) is None:
        raise NotFoundError(_("không có thao tác #{number}").format(number=number))
    if number == 1:
        raise RefusedError(_("thao tác #1 tạo ra sổ, không hoàn tác được"))
    brought = {row: row for table in journal.VOIDABLE for row in _live(connection, table, number)}
    brought |= _replaced(connection, number)
    left_out = _left_out(connection, number)
    brought |= {row: last for row, last in left_out.items() if _void_of(connection, *last) is None}
    _refuse_dependents(connection, number)
    _refuse_corrected(connection, brought)
    _refuse_left_out(connection, number, left_out)
    _refuse_rewriting(connection, number)
    _refuse_recorded_again(connection, number, brought)
    going = set(brought.values())
    lost = [
        (row, brought.get(replacement))
        for row, replacement in _voided_by(connection, number)
        if all((row[0], other) in going for other in _saying_the_same(connection, *row))
    ]
    if not brought and not lost:
        raise RefusedError(
            _("thao tác #{number} đã hoàn tác, hoặc không có gì để hoàn tác").format(number=number)
        )
    _refuse_taken(connection, [row for row, _instead in lost], going)
    copies = {instead: writer.next_id(row[0]) for row, instead in lost if instead}
    for stands in brought.values():
        _void(writer, stands, reason, copies.get(stands))
    for row, instead in lost:
        _restore(writer, row, copies[instead] if instead else writer.next_id(row[0]))
    _refuse_broken(connection, number, writer.number)
    _refuse_resting(connection, number, writer.number)
    return Undone(len(brought), len(lost))


def _live(connection: sqlite3.Connection, table: str, number: int) -> list[Row]:
    """What the operation brought and nothing has voided."""
    rows = connection.execute(
        f"SELECT id FROM {table} WHERE operation = ?"
        " AND id NOT IN (SELECT target_id FROM void WHERE target = ?) ORDER BY id",
        (number, table),
    )
    return [(table, row[0]) for row in rows]


def _one_is_live(table: str) -> str:
    """That a row is not voided, as a query for one row after the other asks it: by the index."""
    return f"NOT EXISTS (SELECT 1 FROM void WHERE target = ? AND target_id = {table}.id)"


def _replaced(connection: sqlite3.Connection, number: int) -> dict[Row, Row]:
    """What the operation brought and a later one replaced, with the live row that stands for it now."""
    found = {}
    for table in _REPLACED:
        rows = connection.execute(
            f"SELECT t.id, v.replacement FROM {table} t JOIN void v ON v.target = ? AND v.target_id = t.id"
            " WHERE t.operation = ? AND v.replacement IS NOT NULL ORDER BY t.id",
            (table, number),
        )
        for row, replacement in rows.fetchall():
            last: int | None = replacement
            while last and (void := _void_of(connection, table, last)):
                last = void[0]
            if last:
                found[table, row] = (table, last)
    return found


def _left_out(connection: sqlite3.Connection, number: int) -> dict[Row, Row]:
    """Versions that the operation brought and a later change left out, with the last copy of each.

    A change leaves a version out where the unit ends before it, or is by then what the version says.
    """
    rows = connection.execute(
        "SELECT t.id, v.operation FROM unit_version t"
        " JOIN void v ON v.target = 'unit_version' AND v.target_id = t.id"
        " WHERE t.operation = ? AND v.replacement IS NULL AND v.operation <> t.operation ORDER BY t.id",
        (number,),
    )
    return {
        ("unit_version", row): ("unit_version", max(_copies(connection, "unit_version", row)))
        for row, operation in rows.fetchall()
        if not _is_undoing(connection, operation) and _written(connection, row, operation)
    }


def _is_undoing(connection: sqlite3.Connection, operation: int) -> bool:
    """Whether an operation voided what no change voids."""
    query = "SELECT 1 FROM void WHERE operation = ? AND target IN ('succession', 'unit_end')"
    return connection.execute(query, (operation,)).fetchone() is not None


def _written(connection: sqlite3.Connection, version: int, operation: int) -> list[Row]:
    """The versions and ends of the unit of a version that an operation wrote."""
    return [
        (table, row)
        for table in ("unit_version", "unit_end")
        for (row,) in connection.execute(
            f"SELECT id FROM {table} WHERE operation = ?"
            " AND unit = (SELECT unit FROM unit_version WHERE id = ?)",
            (operation, version),
        ).fetchall()
    ]


def _refuse_left_out(connection: sqlite3.Connection, number: int, left_out: Mapping[Row, Row]) -> None:
    """No later change that still stands may have left a version of the operation out: it rests on that."""
    lines = []
    for table, row in left_out.values():
        void = connection.execute(
            "SELECT operation FROM void WHERE target = ? AND target_id = ?", (table, row)
        ).fetchone()
        if void and any(
            _void_of(connection, *written) is None for written in _written(connection, row, *void)
        ):
            lines.append((*void, *_named(connection, row)))
    _refuse_rested_on(number, lines)


def _refuse_rewriting(connection: sqlite3.Connection, number: int) -> None:
    """No change that stands may have rewritten versions later than the operation, of a unit that it changed.

    Its own undoing would bring them back as they were, with what this operation had made so.
    """
    rows = connection.execute(
        "SELECT v.operation, t.id FROM unit_version t"
        " JOIN void v ON v.target = 'unit_version' AND v.target_id = t.id AND v.operation > t.operation"
        " WHERE t.operation > ? AND t.unit IN (SELECT unit FROM unit_version WHERE operation = ?)",
        (number, number),
    ).fetchall()
    lines = [
        (operation, *_named(connection, row))
        for operation, row in rows
        if not _is_undoing(connection, operation)
        and any(_void_of(connection, *each) is None for each in _written(connection, row, operation))
    ]
    _refuse_rested_on(number, sorted(set(lines)))


def _named(connection: sqlite3.Connection, version: int) -> tuple[str, str]:
    """The code and name of a version, live or not."""
    found: tuple[str, str] = connection.execute(
        "SELECT code, name FROM unit_version WHERE id = ?", (version,)
    ).fetchone()
    return found


def _void_of(connection: sqlite3.Connection, table: str, row: int) -> tuple[int | None] | None:
    """The replacement that voided a row, as a tuple of one; none if nothing has voided it."""
    found: tuple[int | None] | None = connection.execute(
        "SELECT replacement FROM void WHERE target = ? AND target_id = ?", (table, row)
    ).fetchone()
    return found


def _voided_by(connection: sqlite3.Connection, number: int) -> list[tuple[Row, Row]]:
    """What the operation voided, unless it brought it itself, and what replaced it (an id of 0: nothing)."""
    found = connection.execute(
        "SELECT target, target_id, coalesce(replacement, 0) FROM void WHERE operation = ? ORDER BY id",
        (number,),
    )
    return [
        ((table, row), (table, replacement))
        for table, row, replacement in found.fetchall()
        if connection.execute(f"SELECT operation FROM {table} WHERE id = ?", (row,)).fetchone()[0] != number
    ]


def _refuse_corrected(connection: sqlite3.Connection, brought: Mapping[Row, Row]) -> None:
    """Nothing that the operation brought may say something else by now."""
    later = [
        stands
        for row, stands in brought.items()
        if row != stands and _said(connection, *row) != _said(connection, *stands)
    ]
    if later:
        raise RefusedError(
            _("{number} mục của thao tác này đã được sửa về sau; hoàn tác việc sửa trước").format(
                number=len(later)
            ),
            *_described(connection, later),
        )


def _refuse_recorded_again(connection: sqlite3.Connection, number: int, brought: Mapping[Row, Row]) -> None:
    """Nothing that it brought may have been voided and stand again, by an undo or a new record."""
    again = []
    for table in (*_NUMBERED, "unit_version", "unit_end"):
        rows = connection.execute(f"SELECT id FROM {table} WHERE operation = ? ORDER BY id", (number,))
        for (row,) in rows.fetchall():
            if (table, row) not in brought:
                again += [(table, other) for other in _saying_the_same(connection, table, row)]
    if again:
        raise RefusedError(
            _("{number} mục của thao tác này đã hủy rồi lại có; hoàn tác hoặc hủy chúng trước").format(
                number=len(again)
            ),
            *_described(connection, again),
        )


def _described(connection: sqlite3.Connection, rows: Sequence[Row]) -> list[str]:
    """Rows for a message: the operation that wrote each, and its unit."""
    directory = Directory.read(connection, LATEST)
    lines = []
    for table, row in rows[:MOST]:
        operation, unit = connection.execute(
            f"SELECT operation, unit FROM {table} WHERE id = ?", (row,)
        ).fetchone()
        version = directory.named(unit, "9999-12-31")
        name = describe(version) if version else ""
        line = _("  thao tác #{operation}: {name}")
        if table in _NUMBERED:
            line = _("  thao tác #{operation}: bản ghi #{row}  {name}")
        lines.append(line.format(operation=operation, row=row, name=name))
    if len(rows) > MOST:
        lines.append(_("  … và {count} nữa").format(count=len(rows) - MOST))
    return lines


def _refuse_dependents(connection: sqlite3.Connection, number: int) -> None:
    """A unit that the operation created must not be what later rows are about."""
    _refuse_rested_on(
        number,
        connection.execute(store.sql("dependents"), {"number": number, "known": LATEST}).fetchall(),
    )


def _refuse_resting(connection: sqlite3.Connection, number: int, known: int) -> None:
    """No later change may keep what only the operation had made so; operation `known` undoes `number`."""
    before, after = (Model(connection, each, Directory.read(connection, each)) for each in (known - 1, known))
    found = [(each.operation, each.code, each.name) for each in resting(before, after, number)]
    _refuse_rested_on(number, sorted(found))


def _refuse_rested_on(number: int, later: Sequence[tuple[int, str, str]]) -> None:
    """Raise RefusedError if there are operations that rest on one, given with a unit's code and name."""
    if later:
        raise RefusedError(
            _("có dữ liệu ghi sau dựa trên thao tác #{number}; hoàn tác các thao tác ấy trước").format(
                number=number
            ),
            *(
                _("  thao tác #{operation}: {code}  {name}").format(operation=operation, code=code, name=name)
                for operation, code, name in later[:MOST]
            ),
        )


def _refuse_broken(connection: sqlite3.Connection, number: int, known: int) -> None:
    """Nothing may break a rule of units that was kept before the operation `known`, which undoes `number`."""
    now = _broken(connection, known)
    before = {each.key for each in _broken(connection, known - 1)} if now else set()
    new = [each for each in now if each.key not in before]
    if new:
        more = [_("  … và {count} nữa").format(count=len(new) - MOST)] if new[MOST:] else []
        others = {operation for each in new for operation in each.operations} - {1, known}
        cure = _("Hoàn tác thay đổi ghi sau trước.")
        if others:
            cure = _(
                'Hoàn tác thao tác #{other} trước: thidua undo {other} --reason "lý do"; '
                "rồi mới hoàn tác thao tác #{number}."
            ).format(other=max(others), number=number)
        raise RefusedError(
            _("hoàn tác thao tác #{number} thì sổ không còn đúng quy tắc; chưa ghi gì").format(number=number),
            *(f"  {each.message}" for each in new[:MOST]),
            *more,
            cure,
        )


def _broken(connection: sqlite3.Connection, known: int) -> list[invariants.Broken]:
    directory = Directory.read(connection, known)
    return [
        *invariants.broken(connection, known, directory),
        *invariants.out_of_step(connection, known, directory),
    ]


def _void(writer: Writer, row: Row, reason: str, replacement: int | None) -> None:
    void = {
        "id": writer.next_id("void"),
        "target": row[0],
        "target_id": row[1],
        "reason": reason,
        "replacement": replacement,
    }
    writer.insert("void", [void])


def _values(connection: sqlite3.Connection, table: str, row: int) -> dict[str, object]:
    """A row without its id and operation."""
    cursor = connection.execute(f"SELECT * FROM {table} WHERE id = ?", (row,))
    values = dict(zip([column[0] for column in cursor.description], cursor.fetchone(), strict=True))
    return {name: value for name, value in values.items() if name not in ("id", "operation")}


def _contents(connection: sqlite3.Connection, row: int) -> list[int]:
    """The contents that a record names."""
    found = connection.execute("SELECT content FROM record_content WHERE record = ? ORDER BY content", (row,))
    return [content for (content,) in found]


def _said(connection: sqlite3.Connection, table: str, row: int) -> tuple[object, ...]:
    """All that a row says, its contents included."""
    contents = _contents(connection, row) if table == "record" else []
    return *_values(connection, table, row).values(), *contents


def _saying_the_same(connection: sqlite3.Connection, table: str, row: int) -> list[int]:
    """The live rows that say the same as a voided one: brought back already, or recorded anew."""
    return [each for each in _copies(connection, table, row) if _void_of(connection, table, each) is None]


def _copies(connection: sqlite3.Connection, table: str, row: int) -> list[int]:
    """The rows that say the same as one, live or not, itself included."""
    values = _values(connection, table, row)
    document = Document().columns().keys() & values.keys() if table in _NUMBERED else set()
    literal = {name: value for name, value in values.items() if name not in document}
    same = " AND ".join(f"{name} IS ?" for name in literal)
    found = connection.execute(f"SELECT id FROM {table} WHERE {same}", tuple(literal.values()))
    others = [other for (other,) in found.fetchall()]
    return [other for other in others if not document or _is_one(connection, table, row, other)]


def _is_one(connection: sqlite3.Connection, table: str, row: int, other: int) -> bool:
    """Whether two rows that agree beside their documents have one document, and the same contents."""
    if table == "record" and _contents(connection, row) != _contents(connection, other):
        return False
    return same_paper(_document(connection, table, row), _document(connection, table, other))


def _document(connection: sqlite3.Connection, table: str, row: int) -> Document:
    values: Mapping[str, Any] = _values(connection, table, row)
    return Document(*(values[name] for name in Document().columns()))


def _refuse_taken(connection: sqlite3.Connection, lost: Sequence[Row], going: Collection[Row]) -> None:
    """What is to come back must not stand beside another live record of the same thing."""
    keys = {"record": ("unit", "phase", "action"), "exemption": ("unit", "obligation")}
    taken = []
    for table, row in lost:
        if table in keys:
            values = _values(connection, table, row)
            same = " AND ".join(f"{name} = ?" for name in keys[table])
            found = connection.execute(
                f"SELECT id FROM {table} WHERE {same} AND {_one_is_live(table)}",
                (*(values[name] for name in keys[table]), table),
            )
            taken += [(table, other) for (other,) in found if (table, other) not in going]
    if taken:
        raise RefusedError(
            _("{number} bản ghi sẽ lấy lại đã có bản ghi mới thay; hoàn tác hoặc hủy chúng trước").format(
                number=len(taken)
            ),
            *_described(connection, taken),
        )


def _restore(writer: Writer, row: Row, copy: int) -> None:
    """A copy of a voided row, under a new id: a void itself is never taken back."""
    table, number = row
    writer.insert(table, [{**_values(writer.connection, table, number), "id": copy}])
    if table == "record":
        contents = _contents(writer.connection, number)
        writer.insert("record_content", [{"record": copy, "content": content} for content in contents])
