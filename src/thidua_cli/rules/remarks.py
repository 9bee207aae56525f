"""Warnings about entries that are taken all the same."""

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from thidua_cli.ground.dates import show_day
from thidua_cli.ground.language import _
from thidua_cli.register.entries import Exemption, Extension, Record
from thidua_cli.register.plan import Obligation
from thidua_cli.register.units import Version
from thidua_cli.rules.snapshot import Snapshot

if TYPE_CHECKING:
    from thidua_cli.register.models import DocumentIn, RecordIn


def of_paper(incoming: "DocumentIn", done_on: date, version: Version) -> Iterator[str]:
    """What is odd about the days of a document, for what was done on a day."""
    unit = version.name
    if incoming.document_date and incoming.document_date > done_on:
        yield _("{unit}: văn bản ký ngày {signed}, sau ngày thực hiện {done}").format(
            unit=unit, signed=show_day(incoming.document_date), done=show_day(done_on)
        )
    if incoming.received_on and incoming.received_on < done_on:
        yield _("{unit}: nhận văn bản ngày {received}, trước ngày thực hiện {done}").format(
            unit=unit, received=show_day(incoming.received_on), done=show_day(done_on)
        )


def of_record(snapshot: Snapshot, incoming: "RecordIn", entry: Record, version: Version) -> Iterator[str]:
    """What to say of a record that is taken."""
    unit, done_on = version.name, incoming.done_on
    yield from of_paper(incoming, done_on, version)
    first = snapshot.directory.versions[version.unit][0]
    if entry.done_on < first.valid_from:
        yield _("{unit}: có từ ngày {start}, sau ngày thực hiện {done}").format(
            unit=unit, start=show_day(first.valid_from), done=show_day(done_on)
        )
    if not snapshot.on_roster(entry.action, entry.phase, entry.occasion, version.unit):
        yield _(
            "{unit}: không thuộc đối tượng phải {action} ở {phase}; vẫn ghi, không tính vào tỷ lệ"
        ).format(unit=unit, phase=entry.phase, action=snapshot.plan.action(entry.action).title)


def of_leave(
    snapshot: Snapshot, obligation: Obligation, entry: Exemption | Extension, version: Version
) -> Iterator[str]:
    """What to say of an exemption or extension that is taken."""
    is_extension = isinstance(entry, Extension)
    unit, phase, action = version.name, obligation.phase.code, obligation.action
    occasion = obligation.occasion
    if version.kind not in obligation.kinds or not snapshot.on_roster(action, phase, occasion, version.unit):
        yield _("{unit}: không thuộc đối tượng của {code}").format(unit=unit, code=obligation.code)
    if not entry.document.number:
        words = (
            _("{unit}: gia hạn mà chưa có số văn bản")
            if is_extension
            else _("{unit}: miễn mà chưa có số văn bản")
        )
        yield words.format(unit=unit)
    if version.ended_on is not None and version.ended_on <= entry.day:
        words = (
            _("{unit}: chấm dứt từ ngày {end}, trước ngày gia hạn")
            if is_extension
            else _("{unit}: chấm dứt từ ngày {end}, trước ngày miễn")
        )
        yield words.format(unit=unit, end=show_day(version.ended_on))
    if done := snapshot.entry(version.unit, (version.unit, phase, action, occasion)):
        words = (
            _("{unit}: đã thực hiện ở bản ghi #{number}; đúng hạn hay không nay xét theo hạn mới")
            if is_extension
            else _("{unit}: đã thực hiện ở bản ghi #{number}, nên vẫn tính là đã thực hiện")
        )
        yield words.format(unit=unit, number=done.id)
