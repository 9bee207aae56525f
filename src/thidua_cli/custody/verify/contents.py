"""Rules of the register that no constraint of the schema holds by itself."""

import sqlite3
from collections.abc import Iterator

from thidua_cli.custody.verify import queries
from thidua_cli.custody.verify.finding import Finding
from thidua_cli.ground import text
from thidua_cli.ground.dates import show_day
from thidua_cli.ground.errors import InvalidError
from thidua_cli.ground.language import _
from thidua_cli.register.units import Directory
from thidua_cli.rules import invariants
from thidua_cli.store.journal import LATEST, VOIDABLE

_DAYS = {
    "phase": ("starts_on", "ends_on"),
    "obligation": ("due_on", "roster_on"),
    "unit_version": ("valid_from",),
    "unit_end": ("ended_on",),
    "succession": ("effective_on",),
    "record": ("done_on", "document_date", "received_on"),
    "exemption": ("exempted_on", "document_date", "received_on"),
}
_NAMES = {
    "movement": ("code", "title_vi", "title_en"),
    "phase": ("code", "title_vi", "title_en"),
    "obligation": ("code", "title_vi", "title_en"),
    "content": ("title_vi", "title_en"),
    "unit_version": ("code", "name"),
}


def examine(connection: sqlite3.Connection) -> Iterator[Finding]:
    """What breaks a rule."""
    connection.text_factory = str  # text that is none has been found by the chain
    unreadable = list(_words(connection))
    yield from unreadable
    for examine_one in (_plan, _texts, _broken, _live_twice, _voids):
        yield from examine_one(connection)
    if not unreadable:
        yield from _units(connection)


def _broken(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Rows that break one of the rules."""
    for table, message, broken in queries.rules():
        rows = connection.execute(broken)
        names = [column[0] for column in rows.description]
        for values in rows:
            found = dict(zip(names, values, strict=True))
            if "day" in found:
                found["day"] = _shown(found["day"])
            yield _at(message.format(**found), table, found["row"])


def _shown(day: object) -> str:
    """A day for people; what is none stays as it is."""
    try:
        return show_day(str(day))
    except ValueError:
        return str(day)


def _texts(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Codes and names that no reader of ours takes: empty, or with letters that cannot be seen."""
    for table, columns in _NAMES.items():
        for column in columns:
            rows = connection.execute(f"SELECT rowid, {column} FROM {table} ORDER BY rowid").fetchall()
            letters = set().union(*(value for _row, value in rows)) - {" "}
            unseen = {letter for letter in letters if not _is_seen(letter)}
            for row, value in rows:
                if not (_is_code(value) if column == "code" else value.strip() and unseen.isdisjoint(value)):
                    message = _("bảng {table}, dòng {row}: {column} '{value}' không hợp lệ").format(
                        table=table, row=row, column=column, value=text.visible(value)
                    )
                    yield _at(message, table, row)


def _is_seen(letter: str) -> bool:
    try:
        return text.clean(letter).value == letter
    except InvalidError:
        return False


def _is_code(value: str) -> bool:
    try:
        return text.check_code(value) == value
    except InvalidError:
        return False


def _words(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Kinds that there are not, and days that are none."""
    for row, kind in connection.execute(f"SELECT id, kind FROM unit WHERE kind NOT IN ({queries.KINDS})"):
        yield _at(_("đơn vị {row}: không có loại '{kind}'").format(row=row, kind=kind), "unit", row)
    for table, columns in _DAYS.items():
        for column in columns:
            for row, day in connection.execute(
                f"SELECT rowid, {column} FROM {table} WHERE {column} IS NOT date({column}, '+0 days')"
            ):
                message = _("bảng {table}, dòng {row}: {column} '{day}' không phải ngày").format(
                    table=table, row=row, column=column, day=day
                )
                yield _at(message, table, row)


def _plan(connection: sqlite3.Connection) -> Iterator[Finding]:
    """A register without a movement, or a movement without a phase."""
    for table, message in {
        "movement": _("sổ không có phong trào nào"),
        "phase": _("phong trào không có giai đoạn nào"),
    }.items():
        if connection.execute(f"SELECT 1 FROM {table}").fetchone() is None:
            yield Finding("rule", message, table=table)


def _live_twice(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Two live records of one unit, phase and action; two live exemptions from one obligation."""
    keys = {"record": ("phase", "action"), "exemption": ("obligation",)}
    for table, names in keys.items():
        key = ", ".join(names)
        rows = connection.execute(
            f"SELECT unit, {key}, group_concat(id, ', #'), max(id) FROM {table} WHERE id NOT IN"
            " (SELECT target_id FROM void WHERE target = ?)"
            f" GROUP BY unit, {key} HAVING count(*) > 1",
            (table,),
        )
        for unit, *what, ids, last in rows:
            message = _("đơn vị {unit} có nhiều bản ghi cùng tính cho {what}: #{ids}").format(
                unit=unit, what=" ".join(what), ids=ids
            )
            yield _at(message, table, last)


def _voids(connection: sqlite3.Connection) -> Iterator[Finding]:
    """A void of what is not there, of what came later, or for the second time."""
    for table in VOIDABLE:
        rows = connection.execute(
            f"SELECT v.id, v.target_id, t.operation > v.operation FROM void v LEFT JOIN {table} t"
            " ON t.id = v.target_id WHERE v.target = ? AND (t.id IS NULL OR t.operation > v.operation)",
            (table,),
        )
        for row, target, later in rows:
            reason = _("được ghi sau lần hủy") if later else _("không có trong sổ")
            message = _("lần hủy {row}: dòng {target} của bảng {table} {reason}").format(
                row=row, target=target, table=table, reason=reason
            )
            yield _at(message, "void", row)
    again = "SELECT max(id), target, target_id FROM void GROUP BY target, target_id HAVING count(*) > 1"
    for row, table, target in connection.execute(again):
        message = _("dòng {target} của bảng {table} bị hủy hai lần").format(target=target, table=table)
        yield _at(message, "void", row)


def _units(connection: sqlite3.Connection) -> Iterator[Finding]:
    """What no units may be, such as two with one code on one day."""
    for each in invariants.broken(connection, LATEST, Directory.read(connection, LATEST)):
        yield Finding("rule", each.message, max(each.operations, default=None), "unit", each.units[0])


def _at(message: str, table: str, row: int) -> Finding:
    return Finding("rule", message, table=table, row=row)
