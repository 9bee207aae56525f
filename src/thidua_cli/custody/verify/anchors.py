"""Anchors: what a report, or another register, says that this register held."""

import errno
import os
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from thidua_cli.custody.verify import reports
from thidua_cli.custody.verify.reports import Anchor
from thidua_cli.ground import files
from thidua_cli.ground.dates import show_stamp
from thidua_cli.ground.errors import RejectedError, UsageError
from thidua_cli.ground.language import _, why
from thidua_cli.ground.problem import Place, Problem
from thidua_cli.store import journal
from thidua_cli.store.journal import Operation

ANOTHER = "register"  # the check that finds an anchor or a file of another register
STDIN = Path("-")


def parse(text: str) -> Anchor:
    """The anchor that was typed; raises UsageError."""
    anchor = reports.parse(text)
    if anchor is None:
        raise UsageError(
            _("'{text}' không phải mốc sổ").format(text=text),
            _("Mốc sổ đứng ở cuối mỗi báo cáo: SỔ:N:MÃ-BĂM, hoặc N:MÃ-BĂM; mã băm đủ 64 chữ số."),
        )
    return anchor


def of_report(path: Path) -> list[Anchor]:
    """Every anchor in a report (`-`: in standard input); raises RejectedError where there is none."""
    try:
        data = _standard_input() if path == STDIN else files.read(path, reports.LARGEST)
    except OSError as error:
        raise RejectedError(f"{path}: {why(error)}") from None
    try:
        found = reports.anchors(data)
    except reports.TooLargeError:
        raise RejectedError(
            _("{path}: mở ra lớn hơn {size} MB, không đọc").format(path=path, size=reports.LARGEST >> 20)
        ) from None
    if not found:
        raise RejectedError(
            _("{path}: không có mốc sổ nào").format(path=path),
            _("Mốc sổ đứng ở cuối bảng, Markdown, HTML, Word, ở trang cuối của Excel, khóa head của JSON."),
            _("CSV, TSV và JSONL chỉ có các dòng, không có mốc."),
        )
    return sorted(anchor._replace(source=str(path)) for anchor in found)


def _standard_input() -> bytes:
    if sys.stdin is None:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    data = sys.stdin.buffer.read(reports.LARGEST + 1)
    if len(data) > reports.LARGEST:
        raise OSError(errno.EOVERFLOW, _("lớn hơn {size} MB").format(size=reports.LARGEST >> 20))
    return data


def _of_another(what: str, theirs: str, ours: str, number: int | None = None) -> Problem:
    message = _("{what}: của sổ {theirs}, còn sổ này là {ours}").format(what=what, theirs=theirs, ours=ours)
    return Problem(message, rule=ANOTHER, at=Place(operation=number))


def of_another_cure() -> str:
    """What to do where something is of another register."""
    return _(
        "Nêu đúng sổ bằng --db. Nếu đúng là sổ ấy, thì cả sổ đã bị viết lại từ thao tác đầu: lấy bản sao lưu."
    )


def check_anchors(connection: sqlite3.Connection, anchors: Iterable[Anchor]) -> Iterator[Problem]:
    """Anchors that this register does not hold: it does not extend what was reported then."""
    head, ours = journal.head(connection), journal.register_id(connection)
    for anchor in anchors:
        number = anchor.number
        if anchor.register not in ("", ours):
            what = anchor.source or _("mốc sổ #{number}").format(number=number)
            yield _of_another(what, anchor.register, ours, number)
            continue
        operation = journal.numbered(connection, number)
        if operation is None:
            message = _("mốc sổ #{number}: sổ chỉ đến thao tác #{head}, những thao tác sau đã mất").format(
                number=number, head=head.number if head else 0
            )
        elif operation.hash != anchor.hash:
            message = _(
                "mốc sổ #{number}: sổ không còn như khi lập báo cáo, có thay đổi từ #{number} trở về trước"
            ).format(number=number)
        else:
            continue
        source = f"{anchor.source}: " if anchor.source else ""
        yield Problem(f"{source}{message}", rule="anchor", at=Place(operation=number))


def check_extends(connection: sqlite3.Connection, other: Sequence[Operation], name: str) -> Iterator[Problem]:
    """Where the chain of another register leaves this one; nothing where it is a beginning of it.

    `other` is its operations, oldest first.
    """
    register = journal.register_id(connection)
    if other and other[0].register != register:
        yield _of_another(name, other[0].register, register)
        return
    for theirs in other:
        ours = journal.numbered(connection, theirs.number)
        if ours is None:
            message = _("{name} còn thao tác #{first}…#{last}, sổ này chỉ đến #{head}").format(
                name=name, first=theirs.number, last=other[-1].number, head=theirs.number - 1
            )
        elif ours.hash != theirs.hash:
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
        else:
            continue
        yield Problem(message, rule="extends", at=Place(operation=theirs.number))
        return
