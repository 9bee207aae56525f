"""Units, records and operations that some words mean, each with the command that shows it."""

import shlex
import sqlite3
from collections.abc import Mapping, Sequence

from thidua_cli import store
from thidua_cli.ground import text
from thidua_cli.ground.dates import shifted
from thidua_cli.ground.language import _
from thidua_cli.register.entries import number_key
from thidua_cli.register.units import Directory, Version, describe, protocol_key
from thidua_cli.render.model import Column, Form, Mark, Report, Table, Tone
from thidua_cli.reports.moment import Moment, report_at
from thidua_cli.store import journal

FIELDS = (
    "found", "unit_code", "unit_name", "record_id", "operation", "match", "from", "ended_on", "voided",
    "command",
)  # fmt: skip
Row = dict[str, object]


def build(connection: sqlite3.Connection, at: Moment, words: str, limit: int | None) -> Report:
    """The report of `thidua find`: at most `limit` units, as many records and as many operations.

    Each word is the beginning of one of a unit's name, abbreviation or code, on any day, with or without its
    tone marks; or all of them are part of a document number or, for an operation, of its command.
    """
    directory = Directory.read(connection, at.known.number)
    documents = _documents(connection, at, words)
    found = [
        _units(directory, words, at.day)[:limit],
        [_record(directory, row) for row in documents if row["unit"]][:limit],
        _operations(connection, at, words, {row["operation"]: row for row in documents if not row["unit"]})[
            :limit
        ],
    ]
    near = [] if any(found) else directory.suggest(words, at.as_of)
    return report_at(
        at,
        _("Tìm: {words}").format(words=text.visible(words)),
        FIELDS,
        [row for rows in found for row in rows],
        lambda: _tables(*found),
        notes=[_("Có phải là:"), *(f"  {describe(version)}" for version in near)] if near else [],
    )


def _row(found: str, match: str | None, **values: object) -> Row:
    return {**dict.fromkeys(FIELDS), "voided": False, "found": found, "match": match, **values}


def _units(directory: Directory, words: str, day: str) -> list[Row]:
    """Units by name or code: those with the words' own tone marks first, then those alive on the day."""
    exact = [f" {part}" for part in text.name_key(words).split()]
    folded = [text.fold(part) for part in exact]
    best: dict[int, tuple[tuple[object, ...], Version]] = {}
    for version in directory:
        spelt = "".join(f" {text.name_key(each)}" for each in (version.name, version.abbreviation or ""))
        spelt += f" {text.code_key(version.code)}"
        plain = text.fold(spelt)
        if not all(part in plain for part in folded):
            continue
        last = directory.last(version.unit, day)
        is_exact = all(part in spelt for part in exact)
        rank = (not is_exact, not last.holds_on(day), *protocol_key(last), version is not last)
        if version.unit not in best or rank < best[version.unit][0]:
            best[version.unit] = rank, version
    return [_unit(directory, version, day) for _rank, version in sorted(best.values())]


def _unit(directory: Directory, matched: Version, day: str) -> Row:
    last = directory.last(matched.unit, day)
    ended = last.ended_on if last.ended_on and last.ended_on <= day else None
    line = ["thidua", "history", last.code, *(["--as-of", shifted(ended, -1)] if ended else [])]
    return _row(
        "unit",
        matched.name if matched.name != last.name else None,
        unit_code=last.code,
        unit_name=last.name,
        **{"from": matched.valid_from, "ended_on": ended},
        command=shlex.join(line),
    )


def _documents(connection: sqlite3.Connection, at: Moment, words: str) -> list[sqlite3.Row]:
    cursor = connection.execute(store.raw_sql("documents"), {"known": at.known.number})
    cursor.row_factory = sqlite3.Row
    wanted = number_key(words)
    return [row for row in cursor if wanted and wanted in number_key(row["document_number"])]


def _record(directory: Directory, row: sqlite3.Row) -> Row:
    unit = directory.last(row["unit"], row["day"])
    return _row(
        "record",
        row["document_number"],
        unit_code=unit.code,
        unit_name=unit.name,
        record_id=row["id"],
        operation=row["operation"],
        **{"from": row["day"]},
        voided=bool(row["voided"]),
        command=shlex.join(["thidua", "history", unit.code, "--as-of", row["day"]]),
    )


def _operations(
    connection: sqlite3.Connection, at: Moment, words: str, documents: Mapping[int, sqlite3.Row]
) -> list[Row]:
    wanted = text.fold(words)
    return [
        _row(
            "operation",
            item.command,
            operation=item.number,
            **{"from": item.recorded_at},
            command=f"thidua log --known-at '#{item.number}' --limit 1",
        )
        for item in journal.operations(connection, at.known.number)
        if item.number in documents or wanted in text.fold(item.command)
    ]


def _tables(units: Sequence[Row], records: Sequence[Row], operations: Sequence[Row]) -> list[Table]:
    go_on = Column(_("Xem tiếp"))  # whole, so that it can be copied
    tables = [
        Table(
            [Column(_("Mã")), Column(_("Đơn vị"), narrow=16), Column(_("Tên khác"), narrow=10, drop=1),
             Column(_("Chấm dứt"), Form.DAY, drop=2), go_on],
            [("", [_cells(row, "unit_code", "unit_name", "match", "ended_on", "command") for row in units])],
            title=_("Đơn vị"),
        ),
        Table(
            [Column(_("Bản ghi")), Column(_("Số văn bản"), narrow=10), Column(_("Ngày"), Form.DAY),
             Column(_("Đơn vị"), narrow=16), go_on],
            [("", [_record_cells(row) for row in records])],
            title=_("Bản ghi"),
        ),
        Table(
            [Column(_("Thao tác"), Form.NUMBER), Column(_("Lúc"), Form.INSTANT),
             Column(_("Lệnh"), narrow=20), go_on],
            [("", [_cells(row, "operation", "from", "match", "command") for row in operations])],
            title=_("Thao tác"),
        ),
    ]  # fmt: skip
    return [table for table in tables if table.row_count] or [Table([], [], empty=_("Không tìm thấy gì."))]


def _cells(row: Row, *keys: str) -> list[object]:
    return [row[key] for key in keys]


def _record_cells(row: Row) -> list[object]:
    number = f"#{row['record_id']}"
    shown = Mark(_("{number} (đã hủy)").format(number=number), Tone.MUTED) if row["voided"] else number
    return [shown, row["match"], row["from"], f"{row['unit_code']}  {row['unit_name']}", row["command"]]
