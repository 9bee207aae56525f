"""Rules of the register that no constraint of the schema holds by itself."""

import json
import sqlite3
from collections.abc import Iterator
from itertools import zip_longest

from thidua_cli.ground import text
from thidua_cli.ground.dates import show_day
from thidua_cli.ground.errors import InvalidError
from thidua_cli.ground.language import _
from thidua_cli.ground.problem import Place, Problem
from thidua_cli.register.fitting import unfit
from thidua_cli.register.terms import Kind
from thidua_cli.register.units import Directory
from thidua_cli.rules import invariants
from thidua_cli.store import journal
from thidua_cli.store.journal import LATEST
from thidua_cli.store.schema import raw_sql, statements

_KINDS = json.dumps([str(kind) for kind in Kind])
_DAYS = {
    "movement": ("document_date",),
    "decision": ("decided_on",),
    "phase": ("starts_on", "ends_on"),
    "obligation": ("opens_on", "due_on", "roster_on"),
    "unit_version": ("valid_from",),
    "unit_end": ("ended_on",),
    "unit_alias": ("valid_from",),
    "succession": ("effective_on",),
    "record": ("done_on", "document_date", "received_on"),
    "exemption": ("exempted_on", "until_on", "document_date", "received_on"),
    "extension": ("granted_on", "until_on", "document_date", "received_on"),
    "withdrawal": ("withdrawn_on", "document_date", "received_on"),
    "supplement": ("supplemented_on", "document_date", "received_on"),
}
_NAMES = {
    "movement": ("code", "title_vi", "title_en"),
    "phase": ("code", "title_vi", "title_en"),
    "action": ("code", "title_vi", "title_en", "done_vi", "done_en", "paper_vi", "paper_en"),
    "action_field": ("code", "title_vi", "title_en"),
    "obligation": ("code", "title_vi", "title_en"),
    "content": ("title_vi", "title_en"),
    "unit_version": ("code", "name"),
    "unit_alias": ("alias",),
}


def check_contents(connection: sqlite3.Connection) -> Iterator[Problem]:
    """Rows that break a rule, and units that break one together."""
    connection.text_factory = str  # text that is none has been found by the chain
    unreadable = [*_kinds(connection), *_days(connection)]
    yield from unreadable
    missing = [*_plan(connection)]
    yield from missing
    if not missing and not unreadable:
        yield from _unfit(connection)
    yield from _texts(connection)
    yield from _broken(connection)
    yield from _unit_names(connection)
    if not unreadable:
        for broken in invariants.broken(connection, LATEST, Directory.read(connection, LATEST)):
            at = broken.at
            place = Place(table="unit", id=at.units[0], operation=max(at.operations, default=None))
            yield Problem(broken.message, rule="rule", at=place)


def _unit_names(connection: sqlite3.Connection) -> Iterator[Problem]:
    """The first version whose name is missing from the index of names, or differs there."""
    held = connection.execute(
        "SELECT n.version, n.key FROM unit_name n JOIN unit_version v ON v.id = n.version ORDER BY 1, 2"
    )
    for found, wanted in zip_longest(held, journal.named(connection.execute(f"{journal.NAMES} ORDER BY id"))):
        if found != wanted:
            version = min(row[0] for row in (found, wanted) if row)
            yield _at(
                _("phiên bản {row} của đơn vị: bảng unit_name không tra ra đúng tên").format(row=version),
                "unit_name",
                version,
            )
            return


def _at(message: str, table: str, row: int | None = None) -> Problem:
    return Problem(message, rule="rule", at=Place(table=table, id=row))


def _kinds(connection: sqlite3.Connection) -> Iterator[Problem]:
    strange = "SELECT id, kind FROM unit WHERE kind NOT IN (SELECT value FROM json_each(?))"
    for row, kind in connection.execute(strange, (_KINDS,)):
        yield _at(_("đơn vị {row}: không có loại '{kind}'").format(row=row, kind=kind), "unit", row)


def _days(connection: sqlite3.Connection) -> Iterator[Problem]:
    for table, columns in _DAYS.items():
        for column in columns:
            for row, day in connection.execute(
                f"SELECT rowid, {column} FROM {table} WHERE {column} IS NOT date({column}, '+0 days')"
            ):
                message = _("bảng {table}, dòng {row}: {column} '{day}' không phải ngày").format(
                    table=table, row=row, column=column, day=day
                )
                yield _at(message, table, row)


def _plan(connection: sqlite3.Connection) -> Iterator[Problem]:
    for table, message in {
        "movement": _("sổ không có phong trào nào"),
        "phase": _("phong trào không có giai đoạn nào"),
    }.items():
        if connection.execute(f"SELECT 1 FROM {table}").fetchone() is None:
            yield _at(message, table)


def _unfit(connection: sqlite3.Connection) -> Iterator[Problem]:
    """The plan of the first day, and of each decision, where it does not fit together."""
    (first,) = connection.execute("SELECT min(starts_on) FROM phase").fetchone()
    for day, why in unfit(connection, first):
        yield _at(_("kế hoạch ngày {day} không khớp: {why}").format(day=show_day(day), why=why), "obligation")


def _texts(connection: sqlite3.Connection) -> Iterator[Problem]:
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


def _broken(connection: sqlite3.Connection) -> Iterator[Problem]:
    """Rows that a statement of sql/broken_rules.sql finds."""
    messages = _messages()
    for statement in statements(raw_sql("broken_rules")):
        rows = connection.execute(statement, {"kinds": _KINDS})
        names = [column[0] for column in rows.description]
        for values in rows:
            broken = dict(zip(names, values, strict=True))
            if "day" in broken:
                broken["day"] = _shown(broken["day"])
            yield _at(messages[broken["rule"]].format(**broken), broken["place"], broken["row"])


def _messages() -> dict[str, str]:
    """What is said of a row that breaks a rule, by the name of the rule in sql/broken_rules.sql."""
    void = _("lần hủy {row}: dòng {target} của bảng {table} {reason}")
    return {
        "kind": _("nghĩa vụ {code}: không có loại '{kind}'"),
        "field_of_nothing": _("quyết định, dòng {row}: kế hoạch không có {part} {code}"),
        "unit_unnamed": _("đơn vị {row} không có mã, không có tên"),
        "succession": _("thay đổi {row}: {change} không thể nối đơn vị {predecessor} với đơn vị {successor}"),
        "number_twice": _("số {row} là của hai văn bản"),
        "withdrawal_apart": _("lần rút #{row} nằm ngoài những ngày của lần miễn"),
        "supplement_early": _("văn bản bổ sung #{row} trước bản ghi của nó"),
        "rests_on_void": _("#{row} còn tính, mà bản ghi #{base} của nó đã hủy"),
        "contents_foreign": _("văn bản bổ sung #{row} nêu nội dung cho một việc không nêu nội dung"),
        "before_phase": _("bản ghi #{row}: ngày {day} trước ngày đầu của {phase}"),
        "extension_short": _("lần gia hạn #{row} không vượt quá hạn có từ trước: {day}"),
        "content_none": _("bản ghi #{record}: {action} không nêu nội dung thi đua"),
        "field_none": _("bản ghi #{record}: {action} không có kết quả '{field}'"),
        "value_none": _("bản ghi #{record}: {field} không thể là '{value}'"),
        "occasion_none": _("bản ghi #{row}: {what} không có kỳ {occasion}"),
        "after_recording": _("bản ghi #{row}: ngày {day} sau ngày ghi vào sổ"),
        "replacement_none": _("lần hủy {row}: bản ghi thay thế #{fresh} không có, hoặc không ghi cùng lúc"),
        "replacement_other": _("lần hủy {row}: bản ghi thay thế #{fresh} nói về một việc khác"),
        "live_twice": _("đơn vị {unit} có nhiều bản ghi cùng tính cho {what}: #{ids}"),
        "void_of_nothing": void.replace("{reason}", _("không có trong sổ")),
        "void_of_later": void.replace("{reason}", _("được ghi sau lần hủy")),
        "voided_twice": _("dòng {target} của bảng {table} bị hủy hai lần"),
    }


def _shown(day: object) -> str:
    """A day for people; what is none stays as it is."""
    try:
        return show_day(str(day))
    except ValueError:
        return str(day)
