"""The schema as it is, against the schema that the migrations make; and SQLite's own checks."""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import cache

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

Key = tuple[str, str]  # type and name of an object
Objects = dict[Key, tuple[str, str | None]]  # its table and its SQL
Migrations = list[tuple[str, str]]  # set and name of each, in the order of application


def expected(version: int) -> tuple[Objects, Migrations]:
    """The objects of schema `version`, and its migrations."""
    return _made_by(tuple(store.schema.MIGRATIONS[:version]))


@cache  # a command may look at several files, and making a schema is half of a look
def _made_by(steps: Sequence[object]) -> tuple[Objects, Migrations]:
    with closing(store.prepare(sqlite3.connect(":memory:"))) as connection:
        connection.execute("BEGIN IMMEDIATE")
        store.migrate(connection, len(steps))
        return objects(connection), _migrations(connection)


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


class Comparison:
    """The schema of a file, held against the one that the migrations make."""

    def __init__(self, present: Objects, wanted: Objects) -> None:
        self.present, self.wanted = present, wanted
        self._names = {name.lower() for _kind, name in wanted}
        self._foreign = present.keys() - wanted.keys()
        self._harmless = {key for key in self._foreign if self._is_harmless(key)}

    def problems(self) -> Iterator[Problem]:
        """What was dropped, changed or added; not what is harmless, nor what falls with a foreign table."""
        for key in sorted({*self.wanted, *self.present}, key=str):
            kind, what, cure = key[0], _words(key), ""
            if key not in self.present:
                table, sql = self.wanted[key]
                message = _("lược đồ thiếu {what}").format(what=what)
                if kind == "index" and sql and table != _LIST:  # it holds no content, and keeps none
                    cure = sql
            elif key not in self.wanted:
                falls = kind in ("index", "trigger") and ("table", self.present[key][0]) in self._foreign
                if falls or key in self._harmless:
                    continue
                message, cure = _("lược đồ thừa {what}").format(what=what), self.removal(key)
            elif self.wanted[key] != self.present[key]:
                message = _("lược đồ: {what} đã bị sửa").format(what=what)
            else:
                continue
            yield Problem(_with(message, cure), rule="schema")

    def notices(self) -> Iterator[Problem]:
        """What another program has added that does no harm."""
        for key in sorted(self._harmless):
            message = _("{what} do chương trình khác tạo, không đổi gì trong sổ").format(what=_words(key))
            yield Problem(message, rule="schema")

    def misleads(self) -> bool:
        """Whether a query could meet what is not ours: only triggers are never met by reading."""
        missing = {kind for kind, _name in self.wanted.keys() - self.present.keys()}
        changed = {key for key in self.wanted.keys() & self.present if self.wanted[key] != self.present[key]}
        met = {kind for kind, _name in changed | (self._foreign - self._harmless)}
        return "table" in missing or bool(met - {"trigger"})

    def removal(self, key: Key) -> str:
        """The SQL that drops a foreign object; nothing where its name is one of ours."""
        kind, name = key
        if kind not in ("table", "index", "trigger", "view") or not isinstance(name, str):
            return ""
        quoted = name.replace('"', '""')
        return "" if name.lower() in self._names | set(_STATISTICS) else f'DROP {kind.upper()} "{quoted}"'

    def removals_of_indexes(self) -> dict[str, str]:
        """The SQL that drops each foreign index, by its name."""
        return {key[1]: self.removal(key) for key in self._foreign if key[0] == "index"}

    def _is_harmless(self, key: Key) -> bool:
        """Whether a foreign object can change neither the content nor what is read of it.

        A view under a name of its own, the statistics that ANALYZE makes, an index that SQLite's own check
        can hold against its table in the time that the table takes.
        """
        (kind, name), (table, sql) = key, self.present[key]
        if not isinstance(name, str) or not isinstance(sql, str) or not _is_named(name, sql):
            return False
        if kind == "view":
            return name.lower() not in self._names and not _RESERVED.match(name)
        if kind == "table":
            return _STATISTICS.get(name) == sql
        is_plain = len(sql) <= _LONGEST_INDEX and _PLAIN_INDEX.fullmatch(sql) is not None
        return kind == "index" and ("table", table) in self.wanted and is_plain


def _words(key: Key) -> str:
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


def _is_named(name: str, sql: str) -> bool:
    """Whether it is the object of that name that the SQL makes."""
    match = _HEADER.match(sql)
    return match is not None and (match[2] == name or match[2][1:-1].replace('""', '"') == name)


def check_migrations(connection: sqlite3.Connection, wanted: Migrations) -> Iterator[Problem]:
    """Whether the list of migrations is that of this schema."""
    if _migrations(connection) != wanted:
        yield Problem(_("danh sách các bước nâng cấp lược đồ đã bị sửa"), rule="schema")


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


def check_integrity(connection: sqlite3.Connection, comparison: Comparison) -> Iterator[Problem]:
    """What SQLite finds in the file itself; for a foreign index, with the SQL that takes it away."""
    cures = comparison.removals_of_indexes()
    for (line,) in connection.execute(f"PRAGMA integrity_check({_PROBLEMS})").fetchall():
        for part in str(line).splitlines():
            if part and part != "ok" and not part.startswith("***"):
                cure = next((cures[name] for name in cures if part.endswith(f" index {name}")), "")
                message = _with(_("SQLite: {message}").format(message=part), cure)
                yield Problem(message, rule="integrity")


def is_tangled(integrity: list[Problem]) -> bool:
    """Whether pages of the file may belong to two places, so that to read them may never come to an end."""
    return len(integrity) >= _PROBLEMS or any("2nd reference" in problem.message for problem in integrity)
