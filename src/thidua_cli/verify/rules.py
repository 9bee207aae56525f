"""Rules of the register that no constraint of the schema holds by itself."""

import sqlite3
from collections.abc import Iterator, Sequence

from thidua_cli import changes, text
from thidua_cli.dates import show_day
from thidua_cli.errors import InvalidError
from thidua_cli.language import _
from thidua_cli.records import EVERYTHING
from thidua_cli.units import Directory, Version
from thidua_cli.verify import queries
from thidua_cli.verify.finding import Finding

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
_VOIDABLE = ("unit_version", "unit_end", "succession", "record", "exemption")


def examine(connection: sqlite3.Connection) -> Iterator[Finding]:
    """What breaks a rule."""
    connection.text_factory = str  # text that is none has been found by the chain
    unreadable = list(_words(connection))
    yield from unreadable
    for examine_one in (_plan, _texts, _broken, _live_twice, _voids, _successions):
        yield from examine_one(connection)
    if not unreadable:
        yield from _units(Directory.read(connection, EVERYTHING))


def _broken(connection: sqlite3.Connection) -> Iterator[Finding]:
    """Rows that break one of the rules."""
    for table, message, broken in queries.rules():
        rows = connection.execute(broken)
        names = [column[0] for column in rows.description]
        for values in rows:
            found = dict(zip(names, values, strict=True))
            yield _at(message.format(**found), table, found["row"])


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


def _successions(connection: sqlite3.Connection) -> Iterator[Finding]:
    """A unit that passes whole into another, and comes back out of it."""
    rows = connection.execute(
        f"SELECT id, predecessor, successor FROM succession WHERE {queries.live('succession')}"
        " AND extent = 'whole' AND predecessor <> successor AND id NOT IN"  # nor what undo brought back
        " (SELECT n.id FROM succession n JOIN succession o ON o.predecessor = n.predecessor AND o.id < n.id"
        " AND o.successor = n.successor JOIN void v ON v.target = 'succession' AND v.target_id = o.id)"
    )
    into = {predecessor: (successor, row) for row, predecessor, successor in rows}
    done: set[int] = set()
    for start in into:
        path: dict[int, int] = {}
        unit = start
        while unit in into and unit not in done and unit not in path:
            path[unit] = into[unit][1]
            unit = into[unit][0]
        if unit in path:
            units = list(path)[list(path).index(unit) :]
            ring = " → ".join(map(str, [*units, unit]))
            message = _("vòng tròn thay đổi giữa các đơn vị: {ring}").format(ring=ring)
            yield _at(message, "succession", path[unit])
        done.update(path)


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
    for table in _VOIDABLE:
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


def _units(directory: Directory) -> Iterator[Finding]:
    """One code for two units on one day, a unit above itself, a version after the unit's end."""
    for one, other in changes.overlaps(directory):
        yield Finding(
            "rule",
            _("mã {code} là của hai đơn vị từ ngày {day}: {one} và {other}").format(
                code=other.code, day=show_day(other.valid_from), one=one.name, other=other.name
            ),
            max(one.operation, other.operation),
            "unit",
            other.unit,
        )
    for version in directory:
        if version.ended_on is not None and version.valid_from >= version.ended_on:
            yield _of(
                version,
                _("{name}: có thay đổi từ ngày {day}, sau khi đơn vị đã kết thúc").format(
                    name=version.name, day=show_day(version.valid_from)
                ),
            )
        elif ring := _ring(directory, version):
            yield _of(
                version,
                _("vòng tròn cấp trên từ ngày {day}: {ring}").format(
                    day=show_day(version.valid_from), ring=" → ".join(ring)
                ),
            )


def _ring(directory: Directory, version: Version) -> Sequence[str]:
    """The codes from the unit up to itself, on the first day of the version; empty if it is not above itself.

    The last version to come into a ring closes it, so that the first days of all versions suffice.
    """
    day, codes, seen = version.valid_from, [version.code], {version.unit}
    above = directory.on(version.parent, day)
    while above is not None:
        codes.append(above.code)
        if above.unit == version.unit:
            return codes
        if above.unit in seen:
            return ()  # a ring further up is found there
        seen.add(above.unit)
        above = directory.on(above.parent, day)
    return ()


def _at(message: str, table: str, row: int) -> Finding:
    return Finding("rule", message, table=table, row=row)


def _of(version: Version, message: str) -> Finding:
    return Finding("rule", message, version.operation, "unit", version.unit)
