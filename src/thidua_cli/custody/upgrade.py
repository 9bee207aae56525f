"""Bring a register of an older schema up to date: backup, migrate, verify, all under one lock."""

import sqlite3
from pathlib import Path

from thidua_cli import store
from thidua_cli.custody import backup, verify
from thidua_cli.ground import files
from thidua_cli.ground.language import _


def bring_up(path: Path) -> Path | None:
    """Migrate the register at `path`, in one transaction; returns its backup of before.

    None where another process has done it meanwhile. Raises StoreError, and leaves the register as it is,
    where it is not intact, before or after.
    """
    folder = backup.default_folder(path)
    with store.store_errors(path), store.holding(path) as connection:
        if _version(connection) == store.SCHEMA_VERSION:
            return None
        kept, _proof = backup.of(connection, path, folder)
        connection.execute("BEGIN IMMEDIATE")
        with store.rollback_on_error(connection):
            store.migrate(connection)
            verify.refuse_unless_intact(path, verify.examine(connection))
            _commit(connection, kept)
    return kept


def _commit(connection: sqlite3.Connection, kept: Path) -> None:
    """End the transaction; raises UnsyncedError where the new schema is perhaps not yet on the disk."""
    try:
        connection.execute("COMMIT")
    except sqlite3.OperationalError as error:
        if not store.is_done(connection, error, lambda: _version(connection) == store.SCHEMA_VERSION):
            raise
        raise files.UnsyncedError(
            _("sổ đã được nâng cấp, nhưng không đồng bộ được thư mục của sổ: lỗi đĩa"),
            _("  sổ trước đó giữ ở {path}").format(path=kept),
            files.after_fault(),
        ) from error


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
