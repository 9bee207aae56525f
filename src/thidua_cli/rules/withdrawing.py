"""Withdrawals of exemptions: which are taken, and what one may not leave behind."""

import sqlite3
from collections.abc import Collection
from typing import TYPE_CHECKING

from thidua_cli.ground import dates
from thidua_cli.ground.dates import show_day
from thidua_cli.ground.errors import NotFoundError, RefusedError
from thidua_cli.ground.language import _
from thidua_cli.register.entries import Entry, Exemption, Paper, Withdrawal
from thidua_cli.register.units import Version
from thidua_cli.rules import closing, rows
from thidua_cli.rules.rows import Row
from thidua_cli.rules.snapshot import Snapshot

if TYPE_CHECKING:
    from thidua_cli.register.models import WithdrawalIn


def withdrawal(snapshot: Snapshot, incoming: "WithdrawalIn", paper: Paper) -> tuple[Withdrawal, Version]:
    """The withdrawal that is meant, and the unit by its last name; raises NotFoundError, RefusedError."""
    exemption = snapshot.exemption(incoming.exemption)
    if exemption is None:
        raise NotFoundError(_("không có lần miễn #{number}").format(number=incoming.exemption))
    day = incoming.withdrawn_on.isoformat()
    if day <= exemption.exempted_on:
        raise RefusedError(
            _("lần miễn #{number} tính từ ngày {day}: chỉ rút được từ ngày hôm sau").format(
                number=exemption.id, day=show_day(exemption.exempted_on)
            )
        )
    if exemption.until_on is not None and day > exemption.until_on:
        raise RefusedError(
            _("lần miễn #{number} đến hết ngày {day} đã hết").format(
                number=exemption.id, day=show_day(exemption.until_on)
            )
        )
    left = exemption._replace(cut_on=dates.shifted(day, -1))
    closing.refuse_overlap(snapshot, left, exemption)
    entry = Withdrawal(exemption.unit, exemption.obligation, int(exemption.id or 0), day, paper)
    return entry, snapshot.directory.last(exemption.unit, day)


def refuse_change(entry: Entry) -> None:
    """Refuse to void or correct an exemption that is withdrawn."""
    if isinstance(entry, Exemption) and entry.cut_on is not None:
        raise RefusedError(
            _("lần miễn #{number} đã được rút từ ngày {day}: hủy lần rút trước").format(
                number=entry.id, day=show_day(dates.shifted(entry.cut_on, 1))
            )
        )


def refuse_void(snapshot: Snapshot, entry: Entry) -> None:
    """Refuse to void a withdrawn exemption, and a withdrawal that another exemption follows."""
    refuse_change(entry)
    if isinstance(entry, Withdrawal):
        exemptions = snapshot.exemptions(entry.unit, entry.obligation)
        for each in exemptions:
            if each.id == entry.exemption:
                closing.refuse_overlap(snapshot, each._replace(cut_on=None), each)


def orphans(connection: sqlite3.Connection, back: Collection[Row]) -> list[Row]:
    """The withdrawals that would come back without their exemptions."""
    return [
        row
        for row in back
        if row[0] == "withdrawal"
        and rows.void_of(connection, ("exemption", rows.values(connection, row)["exemption"]))
    ]
