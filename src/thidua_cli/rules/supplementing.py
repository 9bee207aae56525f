"""Supplements of records: which are taken, and what a correction or an undo may not leave behind."""

import sqlite3
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from thidua_cli.ground.dates import show_day
from thidua_cli.ground.errors import NotFoundError, RefusedError, UsageError
from thidua_cli.ground.language import _
from thidua_cli.register.entries import Entry, Paper, Record, Supplement
from thidua_cli.register.units import Version, describe
from thidua_cli.register.voiding import find, supplements_of
from thidua_cli.rules import rows
from thidua_cli.rules.rows import Row
from thidua_cli.rules.snapshot import Snapshot

if TYPE_CHECKING:
    from thidua_cli.register.models import RecordSupplementIn, SupplementIn


def numbered(snapshot: Snapshot, number: int) -> Record:
    """The live record of that number; raises NotFoundError, or RefusedError for a voided one."""
    _table, entry = find(snapshot.connection, number)
    if not isinstance(entry, Record):
        raise NotFoundError(
            _("#{number} không phải bản ghi một việc đã làm, nên không bổ sung được").format(number=number)
        )
    return entry


def record_of(snapshot: Snapshot, incoming: "SupplementIn", version: Version) -> Record:
    """What a unit did for an obligation; raises NotFoundError where it has done nothing."""
    item = snapshot.plan.obligation(incoming.obligation)
    entry = snapshot.entry(version.unit, (version.unit, item.phase.code, item.action, item.occasion))
    if not isinstance(entry, Record):
        raise NotFoundError(
            _("{unit} chưa có bản ghi nào cho {code}").format(unit=describe(version), code=item.code),
            _("Ghi việc ấy trước, rồi ghi văn bản bổ sung."),
        )
    return entry


def supplement(
    record: Record, incoming: "SupplementIn | RecordSupplementIn", contents: tuple[int, ...], paper: Paper
) -> Supplement:
    """The supplement of a record; raises UsageError if it adds nothing, RefusedError if it is early."""
    day, number = incoming.supplemented_on.isoformat(), int(record.id or 0)
    made = Supplement(record.unit, number, day, contents, paper)
    if not (made.contents or paper.number or paper.evidence or paper.note):
        raise UsageError(
            _("văn bản bổ sung không thêm gì"), _("nêu số văn bản, nội dung, minh chứng hoặc ghi chú")
        )
    refuse_early(record, made)
    return made


def refuse_early(record: Record, supplement: Supplement) -> None:
    """Refuse a supplement that is earlier than its record."""
    if supplement.supplemented_on < record.done_on:
        what = f"#{supplement.id}" if supplement.id else supplement.document.number
        message = _("văn bản bổ sung {what} ngày {day}: trước ngày thực hiện việc mà nó bổ sung ({done})")
        if not what:
            message = _("văn bản bổ sung ngày {day}: trước ngày thực hiện việc mà nó bổ sung ({done})")
        raise RefusedError(
            message.format(
                what=what, day=show_day(supplement.supplemented_on), done=show_day(record.done_on)
            ),
            _("kiểm tra lại ngày"),
        )


def refuse_correction(snapshot: Snapshot, old: Entry, fresh: Entry) -> None:
    """Refuse a correction after which a supplement, carried over, would be earlier than its record."""
    if isinstance(fresh, Record):
        for each in supplements_of(snapshot.connection, old):
            refuse_early(fresh, each)


def homeless(connection: sqlite3.Connection, fresh: Mapping[Row, int]) -> list[Row]:
    """The supplements that would come back, with all of `fresh`, without a record or before it."""
    found = []
    for row in fresh:
        if row[0] == "supplement":
            says = rows.values(connection, row)
            home = _home(connection, says["record"], fresh)
            if home is None or rows.values(connection, home)["done_on"] > says["supplemented_on"]:
                found.append(row)
    return found


def carrier(connection: sqlite3.Connection, number: int, fresh: Mapping[Row, int]) -> int | None:
    """The id of the record that a supplement of record `number` rests on once it is back."""
    home = _home(connection, number, fresh)
    return home and fresh.get(home, home[1])


def _home(connection: sqlite3.Connection, number: int, fresh: Collection[Row]) -> Row | None:
    """A record, if it is live or comes back; else the live one that corrects it, or says the same."""
    row: Row = ("record", number)
    while row not in fresh and (void := rows.void_of(connection, row)):
        if not void[1]:
            return next(iter(rows.live_copies(connection, row)), None)
        row = ("record", void[1])
    return row
