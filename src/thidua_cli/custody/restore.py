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
from pathlib import Path
from typing import NamedTuple

from thidua_cli import store
from thidua_cli.custody import backup, verify
from thidua_cli.custody.verify import Proof
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


def copy(source: Path, target: Path) -> None:
    """All of the register at `source`, which must be intact and is left as it is, into an empty file."""
    verify.refuse_unless_intact(source, verify.inspect(source, read_only=True).findings)
    with store.store_errors(source), store.examining(source, read_only=True) as connection:
        backup.copy(connection, target)


Tell = Callable[[Restored], None]


@contextlib.contextmanager
def given(source: Path, path: Path) -> Iterator[Path]:
    """The file that `source` names; for `-`, a draft beside `path` with what standard input holds.

    Raises StoreError where standard input is closed, or the draft cannot be written.
    """
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


def restore(
    source: Path,
    path: Path,
    discard_after: int | None = None,
    load: Callable[[Path, Path], None] = copy,
    tell: Tell = lambda _restored: None,
) -> Restored:
    """Make the register at `path` what `source` holds; `load` reads it into an empty database file.

    `tell` learns what was done before any signal is heard again; until the first change, one stops it.
    Raises RefusedError where operations of the present register would be lost, unless `discard_after` is the
    last one that stays; StoreError where the source is not intact, or either cannot be used.
    """
    filesystem.refuse_dangling(path)
    if path.is_dir():
        raise StoreError(_("{path} là thư mục, không phải tệp").format(path=path))
    path = Path(os.path.realpath(path))
    with store.store_errors(source):
        if path.exists() and path.samefile(source):
            raise RefusedError(_("{path}: là chính sổ này").format(path=source))
        source.stat()
    with store.store_errors(path):
        filesystem.make_private(path.parent)
        filesystem.refuse_network(path.parent)
        with drafts.draft(path, _rights(path)) as made:
            load(source, made)
            proof = verify.inspect(made)
            verify.refuse_unless_intact(source, proof.findings)
            return put(made, proof, path, discard_after, tell)


def _rights(path: Path) -> filesystem.Rights:
    """The rights of the register that is there, else those of a folder that a group shares."""
    return filesystem.rights_like(path) if path.exists() else filesystem.rights_in(path.parent)


def put(made: Path, proof: Proof, path: Path, discard_after: int | None, tell: Tell) -> Restored:
    """Bring a finished and verified register into place; as `restore`."""
    assert proof.head is not None  # noqa: S101 - it verified
    if not os.path.lexists(path):
        restored = Restored(proof.head)
        with store.signals_held(), drafts.reporting(partial(tell, restored)):
            drafts.place(made, path)
        return restored
    try:
        with store.holding(path) as present:
            return _over(made, proof, path, present, discard_after, tell)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        if not verify.is_damage(error):
            raise
    _allow_unknown(proof.head, path, discard_after)
    kept = next(name for name in _kept_names(path) if not os.path.lexists(name))
    restored = Restored(proof.head, kept)
    with store.signals_held(), drafts.reporting(partial(tell, restored)):
        _aside(made, path, kept)
    return restored


def _over(
    made: Path, proof: Proof, path: Path, present: sqlite3.Connection, discard_after: int | None, tell: Tell
) -> Restored:
    """Copy over a register that SQLite can open, and whose lock is held."""
    assert proof.head is not None  # noqa: S101 - it verified
    survey = verify.examined(present)
    lost: Sequence[Operation] = ()
    operations = _operations(present) if survey.readable else None
    if operations is None:
        _allow_unknown(proof.head, path, discard_after)
    else:
        lost = _allow(operations, proof.operations, discard_after)
        if not survey.findings and len(operations) == len(proof.operations) and not lost:
            return Restored(proof.head, unchanged=True)
    with store.signals_held():
        kept = _keep(present, path)
        restored = Restored(proof.head, kept, lost)
        with drafts.reporting(partial(tell, restored)):
            _copy_over(made, present, proof.head, kept)
    verify.refuse_unless_intact(path, verify.examine(present))
    return restored


def _copy_over(made: Path, present: sqlite3.Connection, head: Operation, kept: Path) -> None:
    """Make the register in `present` what `made` holds, in one transaction."""
    message = _(
        "đã khôi phục sổ đến thao tác #{number}, nhưng không đồng bộ được thư mục của sổ: lỗi đĩa"
    ).format(number=head.number)
    hint = _("  sổ trước đó giữ ở {path}").format(path=kept)

    def is_done() -> bool:
        return journal.head(present) == head and not verify.examine(present)

    with contextlib.closing(sqlite3.connect(made)) as coming, store.unsynced(present, is_done, message, hint):
        coming.backup(present)


def _operations(present: sqlite3.Connection) -> list[Operation] | None:
    """The operations, oldest first; none where the file cannot be read through."""
    try:
        return journal.operations(present)[::-1]
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        if not verify.is_damage(error):
            raise
        return None


def _allow(
    present: Sequence[Operation], coming: Sequence[Operation], discard_after: int | None
) -> Sequence[Operation]:
    """The operations that would be lost; raises RefusedError unless that was asked for."""
    common = next(
        (
            index
            for index, (ours, theirs) in enumerate(zip(present, coming, strict=False))
            if ours.hash != theirs.hash
        ),
        min(len(present), len(coming)),
    )
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
        raise RefusedError(
            _("khôi phục sẽ mất {count} thao tác sau #{common}; chưa thay gì").format(
                count=len(lost), common=common
            ),
            *_listed(lost),
            *(
                [_("Bản này có {count} thao tác khác từ #{first}.").format(count=others, first=common + 1)]
                if others
                else []
            ),
            _("Nếu đúng là muốn bỏ: thêm --discard-after {common}").format(common=common),
        )
    return lost


def _listed(operations: Sequence[Operation]) -> list[str]:
    return some(
        f"  #{item.number}  {show_stamp(item.recorded_at)}  {item.actor}  {item.command}"
        for item in operations
    )


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
        connection = sqlite3.connect(made)
        try:
            present.backup(connection)
        finally:
            connection.close()
        for name in _kept_names(path):
            try:
                drafts.place(made, name)
            except FileExistsError:
                continue
            except drafts.UnsyncedError as error:
                raise StoreError(
                    _("{path}: không giữ chắc được bản cũ, chưa khôi phục").format(path=path), error.message
                ) from error
            return name
    raise StoreError(_("{path}: không giữ được bản cũ").format(path=path))


def _kept_names(path: Path) -> list[Path]:
    stem = f"{path.name}.before-restore-{dates.now():%Y%m%dT%H%M%SZ}"
    return [path.with_name(stem), *(path.with_name(f"{stem}-{number}") for number in range(2, 100))]


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
