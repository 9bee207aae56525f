"""Undo an operation: void the rows that it brought, bring back those that it voided, as a new operation."""

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from thidua_cli import store
from thidua_cli.ground.errors import NotFoundError, RefusedError
from thidua_cli.ground.language import _, rest
from thidua_cli.ground.problem import Problem
from thidua_cli.register.fitting import refuse_unfit
from thidua_cli.register.units import Directory, describe
from thidua_cli.register.voiding import void_rows
from thidua_cli.rules import invariants, rows, supplementing, withdrawing
from thidua_cli.rules.resolutions.model import Model
from thidua_cli.rules.resolutions.resting import resting
from thidua_cli.rules.rows import Row
from thidua_cli.store import Writer, journal
from thidua_cli.store.journal import LATEST

_REPLACED = (*rows.NUMBERED, "unit_version")  # a void of these may name the row that takes their place
_OF_UNITS = ("unit_version", "unit_end", "succession")
_SAID = (rows.said, rows.contents, rows.results)  # what a row says
MOST = 10  # rows named in a message


class Undone(NamedTuple):
    """How many rows were voided, and how many voided ones were brought back."""

    voided: int
    restored: int


def undo(writer: Writer, number: int, reason: str) -> Undone:
    """Undo operation `number`, also what a later undo has brought back of it.

    Raises NotFoundError if there is none; RefusedError for that of init, one undone, corrected or rested on.
    """
    connection = writer.connection
    if journal.numbered(connection, number) is None:
        raise NotFoundError(_("không có thao tác #{number}").format(number=number))
    if number == 1:
        raise RefusedError(_("thao tác #1 tạo ra sổ, không hoàn tác được"))
    brought = {row: row for table in journal.VOIDABLE for row in rows.live(connection, table, number)}
    brought |= _replaced(connection, number)
    left_out = _left_out(connection, number)
    brought |= {row: last for row, last in left_out.items() if rows.void_of(connection, last) is None}
    dependents = connection.execute(store.sql("dependents"), {"number": number, "known": LATEST})
    _refuse_rested_on(number, dependents.fetchall())
    _refuse_corrected(connection, brought)
    _refuse_left_out(connection, number, left_out)
    _refuse_rewriting(connection, number)
    _refuse_recorded_again(connection, number, brought)
    going = set(brought.values())
    message = _("{number} văn bản ghi sau dựa trên thao tác này; hủy chúng trước")
    _refuse_rows(connection, message, rows.resting_on(connection, going))
    lost = [
        (row, brought.get(replacement))
        for row, replacement in _voided_by(connection, number)
        if all(other in going for other in rows.live_copies(connection, row))
    ]
    if any(row[0] == "decision" for row, _instead in lost):
        raise RefusedError(
            _("thao tác #{number} hoàn tác một quyết định sửa kế hoạch").format(number=number),
            _("Ghi lại quyết định ấy bằng thidua plan amend."),
        )
    if not brought and not lost:
        raise RefusedError(
            _("thao tác #{number} đã hoàn tác, hoặc không có gì để hoàn tác").format(number=number)
        )
    _refuse_taken(connection, [row for row, _instead in lost], going)
    copies = {instead: writer.next_id(row[0]) for row, instead in lost if instead}
    fresh = {row: copies[instead] if instead else writer.next_id(row[0]) for row, instead in lost}
    message = _("{number} văn bản sẽ lấy lại không còn mục mà nó dựa vào, hoặc sẽ đứng trước mục ấy")
    homeless = [*withdrawing.orphans(connection, fresh), *supplementing.homeless(connection, fresh)]
    _refuse_rows(connection, message, homeless)
    void_rows(writer, {stands: copies.get(stands) for stands in brought.values()}, reason)
    for row in fresh:
        _restore(writer, row, fresh)
    if any(row[0] == "decision" for row in going):
        refuse_unfit(connection, "0001-01-01")
    of_units = any(row[0] in _OF_UNITS for row in [*going, *fresh])
    _refuse_broken(connection, number, writer.number, of_units=of_units)
    if of_units:
        _refuse_resting(connection, number, writer.number)
    return Undone(len(brought), len(lost))


def _replaced(connection: sqlite3.Connection, number: int) -> dict[Row, Row]:
    """What the operation brought and a later one replaced, with the live row in its place now."""
    replaced = {}
    for table in _REPLACED:
        replacements = connection.execute(
            f"SELECT t.id, v.replacement FROM {table} t JOIN void v ON v.target = ? AND v.target_id = t.id"
            " WHERE t.operation = ? AND v.replacement IS NOT NULL ORDER BY t.id",
            (table, number),
        )
        for row, replacement in replacements.fetchall():
            last: int | None = replacement
            while last and (void := rows.void_of(connection, (table, last))):
                last = void[1]
            if last:
                replaced[table, row] = (table, last)
    return replaced


def _left_out(connection: sqlite3.Connection, number: int) -> dict[Row, Row]:
    """Versions that the operation brought and a later change left out, with the last copy of each.

    A change leaves a version out where the unit ends before it, or is by then what the version says.
    """
    voided = connection.execute(
        "SELECT t.id, v.operation FROM unit_version t"
        " JOIN void v ON v.target = 'unit_version' AND v.target_id = t.id"
        " WHERE t.operation = ? AND v.replacement IS NULL AND v.operation <> t.operation ORDER BY t.id",
        (number,),
    )
    return {
        ("unit_version", row): max(rows.copies(connection, ("unit_version", row)))
        for row, operation in voided.fetchall()
        if not rows.is_undoing(connection, operation) and rows.versions_and_ends(connection, row, operation)
    }


def _voided_by(connection: sqlite3.Connection, number: int) -> list[tuple[Row, Row]]:
    """What the operation voided, unless it brought it itself, and what replaced it (an id of 0: nothing)."""
    voids = connection.execute(
        "SELECT target, target_id, coalesce(replacement, 0) FROM void WHERE operation = ? ORDER BY id",
        (number,),
    )
    return [
        ((table, row), (table, replacement))
        for table, row, replacement in voids.fetchall()
        if rows.operation_of(connection, (table, row)) != number
    ]


def _restore(writer: Writer, row: Row, fresh: Mapping[Row, int]) -> None:
    """Store a copy of a voided row under its `fresh` id: a void itself is never taken back."""
    table, copy = row[0], fresh[row]
    values = {**rows.values(writer.connection, row), "id": copy}
    if table == "supplement":
        values["record"] = supplementing.carrier(writer.connection, values["record"], fresh)
    writer.insert(table, [values])
    if contents := rows.contents(writer.connection, row):
        writer.insert(f"{table}_content", [{table: copy, "content": content} for content in contents])
    results = rows.results(writer.connection, row)
    writer.insert("record_field", [{"record": copy, "field": code, "value": each} for code, each in results])


# Refusals for the sake of rows


def _refuse_corrected(connection: sqlite3.Connection, brought: Mapping[Row, Row]) -> None:
    """Refuse where something that the operation brought says something else by now."""
    later = [
        stands
        for row, stands in brought.items()
        if row != stands and any(says(connection, row) != says(connection, stands) for says in _SAID)
    ]
    message = _("{number} mục của thao tác này đã được sửa về sau; hoàn tác việc sửa trước")
    _refuse_rows(connection, message, later)


def _refuse_recorded_again(connection: sqlite3.Connection, number: int, brought: Mapping[Row, Row]) -> None:
    """Refuse where a row of the operation was voided, and an undo or a new record says the same again."""
    again: list[Row] = []
    for table in (*rows.NUMBERED, "unit_version", "unit_end"):
        written = connection.execute(f"SELECT id FROM {table} WHERE operation = ? ORDER BY id", (number,))
        for (row,) in written.fetchall():
            if (table, row) not in brought:
                again += rows.live_copies(connection, (table, row))
    message = _("{number} mục của thao tác này đã hủy rồi lại có; hoàn tác hoặc hủy chúng trước")
    _refuse_rows(connection, message, again)


def _refuse_taken(connection: sqlite3.Connection, lost: Sequence[Row], going: Collection[Row]) -> None:
    """Refuse where a row to bring back has the key of another live record."""
    taken = [
        (table, other)
        for table, row in lost
        for other in rows.in_place_of(connection, (table, row))
        if (table, other) not in going
    ]
    message = _("{number} bản ghi sẽ lấy lại đã có bản ghi mới thay; hoàn tác hoặc hủy chúng trước")
    _refuse_rows(connection, message, taken)


def _refuse_rows(connection: sqlite3.Connection, message: str, refused: Sequence[Row]) -> None:
    """Raise RefusedError if there are rows, with the operation that wrote each, and its unit."""
    if not refused:
        return
    directory = Directory.read(connection, LATEST)
    lines = []
    for row in refused[:MOST]:
        version = directory.named(rows.unit_of(connection, row), "9999-12-31")
        line = _("  thao tác #{operation}: {name}")
        if row[0] in rows.NUMBERED:
            line = _("  thao tác #{operation}: bản ghi #{row}  {name}")
        name = describe(version) if version else ""
        lines.append(line.format(operation=rows.operation_of(connection, row), row=row[1], name=name))
    raise RefusedError(message.format(number=len(refused)), *lines, *rest(len(refused), MOST))


# Refusals for the sake of units


def _refuse_left_out(connection: sqlite3.Connection, number: int, left_out: Mapping[Row, Row]) -> None:
    """Refuse where a later change, not undone, left out a version of the operation: it rests on that."""
    voids = [(void[0], last[1]) for last in left_out.values() if (void := rows.void_of(connection, last))]
    _refuse_rested_on(number, _not_undone(connection, voids))


def _refuse_rewriting(connection: sqlite3.Connection, number: int) -> None:
    """Refuse where a change not undone rewrote later versions of a unit that the operation changed.

    Undoing that change would bring them back as they were, with what this operation had made so.
    """
    rewritten = connection.execute(
        "SELECT v.operation, t.id FROM unit_version t"
        " JOIN void v ON v.target = 'unit_version' AND v.target_id = t.id AND v.operation > t.operation"
        " WHERE t.operation > ? AND t.unit IN (SELECT unit FROM unit_version WHERE operation = ?)",
        (number, number),
    ).fetchall()
    changes = [pair for pair in rewritten if not rows.is_undoing(connection, pair[0])]
    _refuse_rested_on(number, sorted(set(_not_undone(connection, changes))))


def _not_undone(
    connection: sqlite3.Connection, voids: Sequence[tuple[int, int]]
) -> list[tuple[int, str, str]]:
    """Those of operations that voided versions that are not undone, with code and name of the version."""
    lines = []
    for operation, version in voids:
        written = rows.versions_and_ends(connection, version, operation)
        if any(rows.void_of(connection, row) is None for row in written):
            values = rows.values(connection, ("unit_version", version))
            lines.append((operation, str(values["code"]), str(values["name"])))
    return lines


def _refuse_resting(connection: sqlite3.Connection, number: int, known: int) -> None:
    """Refuse where a later change keeps what only operation `number` made so; `known` undoes it."""
    before, after = (Model(connection, operation) for operation in (known - 1, known))
    versions = resting(before, after, number)
    _refuse_rested_on(number, sorted((each.operation, each.code, each.name) for each in versions))


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


def _refuse_broken(connection: sqlite3.Connection, number: int, known: int, *, of_units: bool) -> None:
    """Refuse where the operation `known`, which undoes `number`, breaks a rule of units that was kept.

    Where it voided and brought back nothing `of_units`, only the rules of what is said of them can break.
    """
    if not of_units and not any(invariants.of_papers(connection, known, Directory())):
        return
    now = _broken(connection, known)
    before = {_key(problem) for problem in _broken(connection, known - 1)} if now else set()
    if not (new := [problem for problem in now if _key(problem) not in before]):
        return
    others = {operation for problem in new for operation in problem.at.operations} - {1, known}
    cure = _("Hoàn tác thay đổi ghi sau trước.")
    if others:
        cure = _(
            'Hoàn tác thao tác #{other} trước: thidua undo {other} --reason "lý do"; '
            "rồi mới hoàn tác thao tác #{number}."
        ).format(other=max(others), number=number)
    raise RefusedError(
        _("hoàn tác thao tác #{number} thì sổ không còn đúng quy tắc; chưa ghi gì").format(number=number),
        *(f"  {problem.message}" for problem in new[:MOST]),
        *rest(len(new), MOST),
        cure,
    )


def _broken(connection: sqlite3.Connection, known: int) -> list[Problem]:
    directory = Directory.read(connection, known)
    return [
        *invariants.broken(connection, known, directory),
        *invariants.out_of_step(connection, known, directory),
    ]


def _key(problem: Problem) -> tuple[object, ...]:
    return problem.rule, problem.at.units, problem.at.day
