"""Verify a register: recompute all that can be recomputed, and tell everything that is not as it must be.

Nothing derived is stored in a register, so there is nothing derived to rebuild: digests, chain, schema,
references and rules are all there is.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from thidua_cli import journal, store
from thidua_cli.errors import StoreError
from thidua_cli.journal import Operation
from thidua_cli.language import _
from thidua_cli.verify import anchors, chain, evidence, rules, schema
from thidua_cli.verify.anchors import Anchor
from thidua_cli.verify.finding import Finding

__all__ = [
    "Anchor",
    "Finding",
    "Proof",
    "Wanted",
    "examine",
    "inspect",
    "is_damage",
    "refuse_unless_intact",
    "tell",
]

# What keeps us from reading, rather than what is wrong with the content: these are errors, not findings.
_OBSTACLES = (
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PROTOCOL,
)  # fmt: skip


class Wanted(NamedTuple):
    """What a register is to be held against, besides itself."""

    anchors: Sequence[Anchor] = ()
    extends: Path | None = None
    evidence: Path | None = None  # the folder from which paths of evidence files start


class Proof(NamedTuple):
    """What an examination found, and the operations of the register, oldest first."""

    findings: Sequence[Finding]
    operations: Sequence[Operation] = ()

    @property
    def head(self) -> Operation | None:
        return self.operations[-1] if self.operations else None


def inspect(path: Path, wanted: Wanted | None = None, *, read_only: bool = False) -> Proof:
    """Examine the register at `path` in one read transaction; evidence files only after it, as listed in it.

    Raises StoreError where it is missing, not ours, newer, busy, or unreadable without being damaged.
    """
    wanted = wanted or Wanted()
    # The other register first: closing a second connection to one file would drop the locks of the first.
    other = inspect(wanted.extends, read_only=True) if wanted.extends else Proof(())
    found = [
        finding._replace(check="extends", message=f"{wanted.extends}: {finding.message}")
        for finding in other.findings
    ]
    operations: list[Operation] = []
    papers: list[evidence.Paper] = []
    with store.store_errors(path):
        try:
            with store.examining(path, read_only=read_only) as connection:
                found += examine(connection)
                extra: list[_Check] = [partial(anchors.examine, connection, wanted.anchors)]
                if wanted.extends:
                    name = str(wanted.extends)
                    extra.append(partial(anchors.extends, connection, other.operations, name))
                if wanted.evidence:
                    extra.append(partial(_take, papers, evidence.listed(connection)))
                found += _all(extra)
                operations = journal.operations(connection, 2**62)[::-1]
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            found += _damage(error)
    if wanted.evidence:
        found += _all([partial(evidence.examine, papers, wanted.evidence)])
    return Proof(list(dict.fromkeys(found)), operations)


_Check = Callable[[], Iterable[Finding]]


def examine(connection: sqlite3.Connection) -> list[Finding]:
    """Everything that is wrong with the register itself, in a connection that is inside a transaction."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    wanted, migrations = schema.expected(version)
    tables = schema.tables(wanted)
    return _all(
        [
            partial(schema.examine, connection, wanted),
            partial(schema.examine_migrations, connection, migrations),
            partial(schema.examine_journal, connection),
            partial(schema.examine_integrity, connection),
            partial(chain.examine, connection, tables),
            partial(schema.examine_references, connection),
            partial(rules.examine, connection),
        ]
    )


def _all(checks: Iterable[_Check]) -> list[Finding]:
    return [finding for check in checks for finding in _until_damage(check)]


def _until_damage(check: _Check) -> Iterator[Finding]:
    """The findings of a check; where the file cannot be read on, that is the last."""
    try:
        yield from check()
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        yield from _damage(error)
    except (
        ValueError,
        TypeError,
        LookupError,
        ArithmeticError,
    ) as error:  # a value that our own readers would never have stored
        yield Finding("rule", _("có giá trị không đọc được: {error}").format(error=error))


def _take(papers: list[evidence.Paper], listed: Iterable[evidence.Paper]) -> Iterable[Finding]:
    papers += listed
    return ()


def is_damage(error: Exception) -> bool:
    """Whether it is the file that is wrong, rather than something that keeps us from reading it.

    What SQLite quotes from a damaged file need not be UTF-8, and ends in a UnicodeDecodeError.
    """
    return getattr(error, "sqlite_errorcode", 0) & 0xFF not in _OBSTACLES


def _damage(error: Exception) -> list[Finding]:
    if not is_damage(error):
        raise error
    return [Finding("integrity", _("SQLite: {message}").format(message=error))]


def refuse_unless_intact(path: Path, findings: Sequence[Finding]) -> None:
    """Raises StoreError, with the first findings, if there are any about what the register holds."""
    if told := tell(findings):
        raise StoreError(_("{path}: không nguyên vẹn").format(path=path), *told)


def tell(findings: Sequence[Finding], most: int = 10) -> list[str]:
    """The first findings about what the register holds, as lines of a message, not how it is stored."""
    found = [finding.message for finding in findings if finding.check != "journal"]
    more = [_("  … và {count} nữa").format(count=len(found) - most)] if found[most:] else []
    return [*(f"  {message}" for message in found[:most]), *more]
