"""Bring a register of an older schema up to date: backup, migrate, verify, all under one lock."""

from pathlib import Path

from thidua_cli import store
from thidua_cli.custody import backup, verify
from thidua_cli.ground.language import _
from thidua_cli.store import schema


def bring_up(path: Path) -> Path | None:
    """Migrate the register at `path`, in one transaction; returns its backup of before.

    None where another process has done it meanwhile. Raises StoreError, and leaves the register as it is,
    where it is not intact, before or after.
    """
    folder = backup.default_folder(path)
    with store.store_errors(path), store.holding(path) as connection:
        if schema.version_of(connection) == schema.SCHEMA_VERSION:
            return None
        kept, _proof = backup.of(connection, path, folder)
        connection.execute("BEGIN IMMEDIATE")
        with store.rollback_on_error(connection):
            store.migrate(connection)
            verify.refuse_unless_intact(path, verify.examine(connection).findings)
            with store.unsynced(
                connection,
                lambda: schema.version_of(connection) == schema.SCHEMA_VERSION,
                _("sổ đã được nâng cấp, nhưng không đồng bộ được thư mục của sổ: lỗi đĩa"),
                _("  sổ trước đó giữ ở {path}").format(path=kept),
            ):
                connection.execute("COMMIT")
    return kept
