"""The schema as it is, against the schema that the migrations make; and SQLite's own checks."""

import re
import sqlite3
from collections.abc import Iterator

from thidua_cli import store
from thidua_cli.ground.language import _
from thidua_cli.ground.problem import Place, Problem
from thidua_cli.store import journal

_OBJECTS = "SELECT type, name, tbl_name, sql FROM sqlite_schema"
_LIST = (
    "_sqlite_migrations"  # made by sqlite-utils, of which each version may set spaces and quotes otherwise
)
_LAYOUT = re.compile(r'[\s"`\[\]]+')
_NAME = r'("(?:[^"]|"")+"|`[^`]+`|\[[^\]]+\]|[^\W\d]\w*)'
_HEADER = re.compile(rf"CREATE (TABLE|VIEW|INDEX|UNIQUE INDEX|TRIGGER) {_NAME}", re.IGNORECASE)
# What an index of another program may be: columns and what takes no longer to compute than they take to read.
_PLAIN_INDEX = re.compile(
    rf"""CREATE\ INDEX\ {_NAME}\ ON\ {_NAME}\s*\((?:
        (?:abs|and|coalesce|date|ifnull|in|length|lower|not|nullif|or|substr|trim|upper|where)\s*\(
        | (?!(?:glob|like|match|regexp)\b)\w++(?!\s*\()
        | [\s,().<>=!] | '[^']*' | "[^"]*"(?!\s*\()
    )*+""",
    re.IGNORECASE | re.VERBOSE,
)
_LONGEST_INDEX = 1000  # letters
_STATISTICS = {
    "sqlite_stat1": "CREATE TABLE sqlite_stat1(tbl,idx,stat)",
    "sqlite_stat4": "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)",
}  # as ANALYZE makes them
_RESERVED = re.compile(r"sqlite_|pragma_|json_(?:each|tree)\Z", re.IGNORECASE)
_DONE = f"SELECT migration_set, name FROM {_LIST} ORDER BY id"
_PROBLEMS = 20  # of each of SQLite's own checks; a torn file has thousands

Objects = dict[tuple[str, str], tuple[str, str | None]]  # (type, name) -> table, SQL
Migrations = list[tuple[str, str]]  # set and name of each, in the order of application


def expected(version: int) -> tuple[Objects, Migrations]:
    """The objects of schema `version`, and its migrations."""
    connection = store.prepare(sqlite3.connect(":memory:"))
    try:
        connection.execute("BEGIN IMMEDIATE")
        store.migrate(connection, version)
        return objects(connection), _migrations(connection)
    finally:
        connection.close()


def objects(connection: sqlite3.Connection) -> Objects:
    """What the schema says that the file holds; its text alone is read."""
    return {
        (kind, name): (table, _LAYOUT.sub("", sql) if isinstance(sql, str) and table == _LIST else sql)
        for kind, name, table, sql in connection.execute(_OBJECTS)
    }


def _migrations(connection: sqlite3.Connection) -> Migrations:
    return connection.execute(_DONE).fetchall()


def tables(wanted: Objects) -> list[str]:
    """The journalled tables of a schema, in the order of the encoding."""
    return [table for table in journal.TABLES if ("table", table) in wanted]


def compare(present: Objects, wanted: Objects) -> Iterator[Problem]:
    """Whatever was dropped, changed or added; not what is harmless, nor what falls with a foreign table."""
    others = foreign(present, wanted)
    for key in sorted({*wanted, *present}, key=str):
        if key in others and (is_harmless(key, present, wanted) or _falls(key, present, others)):
            continue
        what = _words(key)
        if key not in present:
            yield _changed(_with(_("lược đồ thiếu {what}").format(what=what), _make(key, wanted)))
        elif key not in wanted:
            yield _changed(_with(_("lược đồ thừa {what}").format(what=what), _drop(key, wanted)))
        elif wanted[key] != present[key]:
            yield _changed(_("lược đồ: {what} đã bị sửa").format(what=what))


def _changed(message: str) -> Problem:
    return Problem(message, rule="schema")


def _words(key: tuple[str, str]) -> str:
    kind, name = key
    words = {
        "table": _("bảng {name}"),
        "index": _("chỉ mục {name}"),
        "trigger": _("trigger {name}"),
        "view": _("khung nhìn {name}"),
    }
    return words.get(kind, "{name}").format(name=name)


def _with(message: str, cure: str) -> str:
    return _("{message}; chữa: {cure}").format(message=message, cure=cure) if cure else message


def _drop(key: tuple[str, str], wanted: Objects) -> str:
    """The SQL that takes a foreign object away; nothing where it stands in the place of one of ours."""
    kind, name = key
    if kind not in ("table", "index", "trigger", "view") or not isinstance(name, str):
        return ""
    quoted = name.replace('"', '""')
    return "" if name.lower() in _names(wanted) | set(_STATISTICS) else f'DROP {kind.upper()} "{quoted}"'


def _names(wanted: Objects) -> set[str]:
    return {name.lower() for _kind, name in wanted}


def _make(key: tuple[str, str], wanted: Objects) -> str:
    """The SQL that makes an index again; nothing for what holds content, or keeps it."""
    table, sql = wanted[key]
    return sql if key[0] == "index" and sql and table != _LIST else ""


def foreign(present: Objects, wanted: Objects) -> set[tuple[str, str]]:
    """What the file holds besides a schema."""
    return present.keys() - wanted.keys()


def _falls(key: tuple[str, str], present: Objects, others: set[tuple[str, str]]) -> bool:
    """Whether an index or trigger goes where the foreign table that it is on goes."""
    return key[0] in ("index", "trigger") and ("table", present[key][0]) in others


def is_harmless(key: tuple[str, str], present: Objects, wanted: Objects) -> bool:
    """Whether a foreign object can change neither the content nor what is read of it.

    A view under a name of its own, the statistics that ANALYZE makes, an index that SQLite's own check can
    hold against its table in the time that the table takes.
    """
    (kind, name), (table, sql) = key, present[key]
    if not isinstance(name, str) or not isinstance(sql, str) or not _is_named(name, sql):
        return False
    if kind == "view":
        return name.lower() not in _names(wanted) and not _RESERVED.match(name)
    if kind == "table":
        return _STATISTICS.get(name) == sql
    is_plain = len(sql) <= _LONGEST_INDEX and _PLAIN_INDEX.fullmatch(sql) is not None
    return kind == "index" and ("table", table) in wanted and is_plain


def _is_named(name: str, sql: str) -> bool:
    """Whether it is the object of that name that the SQL makes."""
    match = _HEADER.match(sql)
    return match is not None and (match[2] == name or match[2][1:-1].replace('""', '"') == name)


def misleads(present: Objects, wanted: Objects) -> bool:
    """Whether a query could meet what is not ours: only triggers are never met by reading."""
    missing = {key for key in wanted.keys() - present.keys() if key[0] == "table"}
    changed = {key for key in wanted.keys() & present.keys() if wanted[key] != present[key]}
    others = {key for key in foreign(present, wanted) if not is_harmless(key, present, wanted)}
    return bool(missing) or any(key[0] != "trigger" for key in changed | others)


def notices(present: Objects, wanted: Objects) -> Iterator[Problem]:
    """What another program has added that does no harm."""
    for key in sorted(foreign(present, wanted)):
        if is_harmless(key, present, wanted):
            message = _("{what} do chương trình khác tạo, không đổi gì trong sổ").format(what=_words(key))
            yield _changed(message)


def check_migrations(connection: sqlite3.Connection, wanted: Migrations) -> Iterator[Problem]:
    """Whether the list of migrations is that of this schema."""
    if _migrations(connection) != wanted:
        yield _changed(_("danh sách các bước nâng cấp lược đồ đã bị sửa"))


def check_journal(connection: sqlite3.Connection) -> Iterator[Problem]:
    """A mode of writing that another program has left on: nothing that is promised was tested in it."""
    if store.in_wal(connection):
        message = _(
            "tệp ở chế độ WAL, không phải DELETE; lệnh ghi kế tiếp của thidua sẽ đặt lại, hoặc {cure}"
        ).format(cure="sqlite3 … 'PRAGMA journal_mode = DELETE'")
        yield Problem(message, rule="journal")


def check_references(connection: sqlite3.Connection) -> Iterator[Problem]:
    """Rows that point at what is not there."""
    rows = connection.execute("PRAGMA foreign_key_check").fetchmany(_PROBLEMS)
    for table, row, parent, _key in rows:
        message = _("bảng {table}, dòng {row}: trỏ tới một dòng không có trong bảng {parent}").format(
            table=table, row=row, parent=parent
        )
        yield Problem(message, rule="reference", at=Place(table=table, id=row))


def check_integrity(connection: sqlite3.Connection, present: Objects, wanted: Objects) -> Iterator[Problem]:
    """What SQLite finds in the file itself; for a foreign index, with the SQL that takes it away."""
    cures = {key[1]: _drop(key, wanted) for key in foreign(present, wanted) if key[0] == "index"}
    for (line,) in connection.execute(f"PRAGMA integrity_check({_PROBLEMS})").fetchall():
        for part in str(line).splitlines():
            if part and part != "ok" and not part.startswith("***"):
                cure = next((cures[name] for name in cures if part.endswith(f" index {name}")), "")
                message = _with(_("SQLite: {message}").format(message=part), cure)
                yield Problem(message, rule="integrity")


def is_tangled(integrity: list[Problem]) -> bool:
    """Whether pages of the file may belong to two places, so that to read them may never come to an end."""
    return len(integrity) >= _PROBLEMS or any("2nd reference" in each.message for each in integrity)
