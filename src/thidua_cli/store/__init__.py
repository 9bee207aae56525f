"""The SQLite file: open it and write it. `journal` has the chain of operations, `schema` the version."""

from thidua_cli.store import journal, schema
from thidua_cli.store.faults import describe, rollback_on_error, store_errors, unsynced
from thidua_cli.store.locks import locked, signals_held
from thidua_cli.store.opening import connect, examining, holding, in_wal, is_older, missing, prepare, reading
from thidua_cli.store.schema import migrate, narrowed, raw_sql, sql
from thidua_cli.store.writer import Writer, create, found, write, writing

__all__ = (
    "Writer", "connect", "create", "describe", "examining", "found", "holding", "in_wal", "is_older",
    "journal", "locked", "migrate", "missing", "narrowed", "prepare", "raw_sql", "reading",
    "rollback_on_error", "schema", "signals_held", "sql", "store_errors", "unsynced", "write", "writing",
)  # fmt: skip
