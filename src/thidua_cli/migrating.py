"""Bring a register of an older schema up to date: backup, migrate, verify, all under one lock."""

from pathlib import Path

from thidua_cli import backup, store, verify


def bring_up(path: Path) -> Path | None:
    """Migrate the register at `path`, in one transaction; returns its backup of before.

    None where another process has done it meanwhile. Raises StoreError, and leaves the register as it is,
    where it is not intact, before or after.
    """
    folder = backup.default_folder(path)
    with store.store_errors(path), store.holding(path) as connection:
        if connection.execute("PRAGMA user_version").fetchone()[0] == store.SCHEMA_VERSION:
            return None
        kept, _proof = backup.of(connection, path, folder)
        connection.execute("BEGIN IMMEDIATE")
        with store.rollback_on_error(connection):
            store.migrate(connection)
            verify.refuse_unless_intact(path, verify.examine(connection))
            connection.execute("COMMIT")
    return kept
