"""Anchors: what a report, or another register, says that this register held."""

import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from thidua_cli import files, journal
from thidua_cli.dates import show_stamp
from thidua_cli.errors import RejectedError, UsageError
from thidua_cli.journal import Operation
from thidua_cli.language import _, why
from thidua_cli.verify import reports
from thidua_cli.verify.finding import Finding

_ANCHOR = re.compile(r"([0-9]{1,18}):([0-9a-fA-F]{64})")


class Anchor(NamedTuple):
    """The number and hash of an operation, and who says so."""

    number: int
    hash: str
    source: str = ""


def parse(text: str) -> Anchor:
    """The anchor that was typed; raises UsageError."""
    found = _ANCHOR.fullmatch(text.strip())
    if found is None:
        raise UsageError(
            _("'{text}' không phải mốc sổ").format(text=text),
            _("Mốc sổ là số thao tác, dấu hai chấm và đủ 64 chữ số của mã băm, như ở cuối mỗi báo cáo."),
        )
    return Anchor(int(found[1]), found[2].lower())


def of_report(path: Path) -> list[Anchor]:
    """Every anchor that stands in a report; raises RejectedError where there is none."""
    try:
        data = files.read(path, reports.LARGEST)
    except OSError as error:
        raise RejectedError(f"{path}: {why(error)}") from None
    try:
        marks = reports.anchors(data)
    except reports.TooLargeError:
        raise RejectedError(
            _("{path}: mở ra lớn hơn {size} MB, không đọc").format(path=path, size=reports.LARGEST >> 20)
        ) from None
    found = {Anchor(int(number), digits.lower(), str(path)) for number, digits in marks}
    if not found:
        raise RejectedError(
            _("{path}: không có mốc sổ nào").format(path=path),
            _("Mốc sổ đứng ở cuối bảng, Markdown, HTML, Word, ở trang cuối của Excel, khóa head của JSON."),
            _("CSV, TSV và JSONL chỉ có các dòng, không có mốc."),
        )
    return sorted(found)


def examine(connection: sqlite3.Connection, anchors: Iterable[Anchor]) -> Iterator[Finding]:
    """Anchors that this register does not hold: it does not extend what was reported then."""
    head = journal.head(connection)
    for anchor in anchors:
        operation = journal.numbered(connection, anchor.number)
        if operation is not None and operation.hash == anchor.hash:
            continue
        if operation is None:
            message = _("mốc sổ #{number}: sổ chỉ đến thao tác #{head}, những thao tác sau đã mất").format(
                number=anchor.number, head=head.number if head else 0
            )
        else:
            message = _(
                "mốc sổ #{number}: sổ không còn như khi lập báo cáo, có thay đổi từ #{number} trở về trước"
            ).format(number=anchor.number)
        source = f"{anchor.source}: " if anchor.source else ""
        yield Finding("anchor", f"{source}{message}", anchor.number)


def extends(connection: sqlite3.Connection, other: Sequence[Operation], name: str) -> Iterator[Finding]:
    """Where the chain of another register leaves this one; nothing where it is a beginning of it.

    `other` is its operations, oldest first.
    """
    for theirs in other:
        ours = journal.numbered(connection, theirs.number)
        if ours is not None and ours.hash == theirs.hash:
            continue
        if ours is None:
            message = _("{name} còn thao tác #{first}…#{last}, sổ này chỉ đến #{head}").format(
                name=name, first=theirs.number, last=other[-1].number, head=theirs.number - 1
            )
        else:
            message = _(
                "{name} và sổ này rẽ khỏi nhau ở thao tác #{number}:"
                " bên kia {theirs} ({at}), bên này {ours} ({here})"
            ).format(
                name=name,
                number=theirs.number,
                theirs=theirs.command,
                at=show_stamp(theirs.recorded_at),
                ours=ours.command,
                here=show_stamp(ours.recorded_at),
            )
        yield Finding("extends", message, theirs.number)
        return
