"""Restore: bring a verified copy into the register's place without losing anything unasked.

The copy goes into the file that is there, page by page, in one transaction of SQLite under its exclusive
lock: a process that has the register open sees the whole change or none, and a crash in the middle is rolled
back by the next to open it. Only a file that SQLite cannot open any more is put aside, with its journal, and
replaced.
"""

import contextlib
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from thidua_cli import store
from thidua_cli.custody import backup, jsonl, verify
from thidua_cli.ground import dates, drafts, filesystem
from thidua_cli.ground.dates import show_stamp
from thidua_cli.ground.errors import RefusedError, StoreError, ThiduaError
from thidua_cli.ground.language import _, some
from thidua_cli.store import journal
from thidua_cli.store.journal import Operation

_PIECE = 1 << 18


class Restored(NamedTuple):
    """What a restore did: the head now, where the file before is kept, and the operations given up."""

    head: Operation
    kept: Path | None = None
    lost: Sequence[Operation] = ()
    unchanged: bool = False

    @property
    def operation(self) -> Operation | None:
        """The last operation that was brought back; none where nothing was changed."""
        return None if self.unchanged else self.head


Tell = Callable[[Restored], None]


def restore(
    source: Path, path: Path, discard_after: int | None = None, tell: Tell = lambda _restored: None
) -> Restored:
    """Make the register at `path` what `source` holds: a register, an export, or for `-` standard input.

    `tell` gets what was done before any signal is heard again; until the first change, a signal stops it.
    Raises RefusedError where operations of the present register would be lost, unless `discard_after` is the
    last one that stays; StoreError where the source is not intact, or either cannot be used.
    """
    with _given(source, path) as given:
        load = jsonl.load if jsonl.looks_like(given) else _copy
        filesystem.refuse_dangling(path)
        if path.is_dir():
            raise StoreError(_("{path} là thư mục, không phải tệp").format(path=path))
        path = Path(os.path.realpath(path))
        with store.store_errors(given):
            if path.exists() and path.samefile(given):
                raise RefusedError(_("{path}: là chính sổ này").format(path=given))
        with store.store_errors(path):
            filesystem.make_private(path.parent)
            filesystem.refuse_network(path.parent)
            with drafts.draft(path, _rights(path)) as made:
                load(given, made)
                proof = verify.inspect(made)
                verify.refuse_unless_intact(given, proof.findings)
                return _put(made, proof.operations, path, discard_after, tell)


@contextlib.contextmanager
def _given(source: Path, path: Path) -> Iterator[Path]:
    """The file that `source` names; for `-`, a draft beside `path` with what standard input holds."""
    if source != Path("-"):
        yield source
        return
    filesystem.refuse_dangling(path)
    path = Path(os.path.realpath(path))
    with store.store_errors(path):
        filesystem.make_private(path.parent)
        with drafts.draft(path) as made:
            _fill_from_standard_input(made)
            try:
                yield made
            except ThiduaError as error:
                error.message = error.message.replace(str(made), _("đầu vào chuẩn"))
                raise


def _fill_from_standard_input(made: Path) -> None:
    """Write standard input to a file; only its beginning where that is neither a register nor an export."""
    if sys.stdin is None:
        raise StoreError(_("đầu vào chuẩn đã đóng"))
    with made.open("r+b") as file:
        piece = sys.stdin.buffer.read(_PIECE)
        if not piece:
            raise StoreError(_("{file}: tệp rỗng").format(file=_("đầu vào chuẩn")))
        is_register = piece.startswith((b"{", drafts.SQLITE_HEADER))
        while piece:
            file.write(piece)
            piece = sys.stdin.buffer.read(_PIECE) if is_register else b""


def _copy(source: Path, target: Path) -> None:
    """All of the register at `source`, which must be intact and is left as it is, into an empty file."""
    verify.refuse_unless_intact(source, verify.inspect(source, read_only=True).findings)
    with store.store_errors(source), store.examining(source, read_only=True) as connection:
        backup.copy(connection, target)


def _rights(path: Path) -> filesystem.Rights:
    """The rights of the register that is there, else those of a folder that a group shares."""
    return filesystem.rights_like(path) if path.exists() else filesystem.rights_in(path.parent)


def _put(
    made: Path, coming: Sequence[Operation], path: Path, discard_after: int | None, tell: Tell
) -> Restored:
    """Bring a finished and verified register with the operations `coming` into place; as `restore`."""
    if not os.path.lexists(path):
        restored = Restored(coming[-1])
        with store.signals_held(), drafts.reporting(partial(tell, restored)):
            drafts.place(made, path)
        return restored
    try:
        with store.holding(path) as present:
            return _put_over(made, present, _allowed(present, coming, path, discard_after), path, tell)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        if not verify.is_damage(error):
            raise
    _allow_unknown(coming[-1], path, discard_after)
    kept = next(name for name in _kept_names(path) if not os.path.lexists(name))
    restored = Restored(coming[-1], kept)
    with store.signals_held(), drafts.reporting(partial(tell, restored)):
        _aside(made, path, kept)
    return restored


def _put_over(made: Path, present: sqlite3.Connection, allowed: Restored, path: Path, tell: Tell) -> Restored:
    """Make the register in `present`, whose lock is held, what `made` holds, in one transaction."""
    if allowed.unchanged:
        return allowed
    head = allowed.head
    message = _("đã khôi phục sổ đến thao tác #{number}, nhưng không đồng bộ được thư mục của sổ: lỗi đĩa")

    def is_done() -> bool:
        return journal.head(present) == head and not verify.examine(present).findings

    with store.signals_held():
        restored = allowed._replace(kept=_keep(present, path))
        with (
            drafts.reporting(partial(tell, restored)),
            contextlib.closing(sqlite3.connect(made)) as coming,
            store.unsynced(
                present,
                is_done,
                message.format(number=head.number),
                _("  sổ trước đó giữ ở {path}").format(path=restored.kept),
            ),
        ):
            coming.backup(present)
    verify.refuse_unless_intact(path, verify.examine(present).findings)
    return restored


def _allowed(
    present: sqlite3.Connection, coming: Sequence[Operation], path: Path, discard_after: int | None
) -> Restored:
    """What a restore over a register that SQLite can open will do; raises RefusedError as `restore`."""
    proof = verify.examine(present)
    if not proof.readable:
        _allow_unknown(coming[-1], path, discard_after)
        return Restored(coming[-1])
    lost = _allow(proof.operations, coming, discard_after)
    is_same = not proof.findings and not lost and len(proof.operations) == len(coming)
    return Restored(coming[-1], lost=lost, unchanged=is_same)


def _allow(
    present: Sequence[Operation], coming: Sequence[Operation], discard_after: int | None
) -> Sequence[Operation]:
    """The operations that would be lost; raises RefusedError unless that was asked for."""
    pairs = zip(present, coming, strict=False)
    common = sum(1 for _pair in takewhile(lambda pair: pair[0].hash == pair[1].hash, pairs))
    lost = present[common:]
    if lost and common == 0:
        raise RefusedError(
            _("bản này là của một sổ khác: không có chung thao tác nào; chưa thay gì"),
            _("Khôi phục vào nơi khác: thidua --db SỔ-MỚI restore …"),
        )
    if discard_after is not None and discard_after != common:
        raise RefusedError(
            _("--discard-after {number}: thao tác cuối còn giữ được là #{common}; chưa thay gì").format(
                number=discard_after, common=common
            )
        )
    if lost and discard_after is None:
        others = len(coming) - common
        theirs = _("Bản này có {count} thao tác khác từ #{first}.").format(count=others, first=common + 1)
        raise RefusedError(
            _("khôi phục sẽ mất {count} thao tác sau #{common}; chưa thay gì").format(
                count=len(lost), common=common
            ),
            *some(
                f"  #{item.number}  {show_stamp(item.recorded_at)}  {item.actor}  {item.command}"
                for item in lost
            ),
            *([theirs] if others else []),
            _("Nếu đúng là muốn bỏ: thêm --discard-after {common}").format(common=common),
        )
    return lost


def _allow_unknown(head: Operation, path: Path, discard_after: int | None) -> None:
    """Where the present file cannot say what it holds, giving it up must be asked for too."""
    if discard_after != head.number:
        raise RefusedError(
            _("{path}: hỏng, không đọc được có thao tác nào sau #{number}; chưa thay gì").format(
                path=path, number=head.number
            ),
            _("Tệp hỏng sẽ được giữ lại bên cạnh. Nếu đồng ý: thêm --discard-after {number}").format(
                number=head.number
            ),
        )


def _keep(present: sqlite3.Connection, path: Path) -> Path:
    """A copy of the present register beside it."""
    with drafts.draft(path.with_name(f"{path.name}.before-restore"), _rights(path)) as made:
        with contextlib.closing(sqlite3.connect(made)) as copied:
            present.backup(copied)
        try:
            return drafts.place_free(made, _kept_names(path))
        except drafts.UnsyncedError as error:
            raise StoreError(
                _("{path}: không giữ chắc được bản cũ, chưa khôi phục").format(path=path), error.message
            ) from error


def _kept_names(path: Path) -> Iterator[Path]:
    return drafts.free_names(path.with_name(f"{path.name}.before-restore-{dates.now():%Y%m%dT%H%M%SZ}"))


def _aside(made: Path, path: Path, name: Path) -> None:
    """Put a file that SQLite cannot open aside as `name`, with its journal or log; `made` takes its place."""
    filesystem.sync(made)
    os.link(path, name)
    filesystem.sync(
        path.parent
    )  # each step is on the disk before the next: a power cut may keep any one of them
    for old, aside in zip(drafts.beside(path), drafts.beside(name), strict=True):
        if os.path.lexists(old):  # else SQLite would roll the damaged file back into the new one
            old.replace(aside)
    filesystem.sync(path.parent)
    made.replace(path)
    drafts.sync_names([path])
