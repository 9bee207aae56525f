"""Verify a register: recompute all that can be recomputed, and tell everything that is not as it must be.

Nothing derived is stored in a register, so there is nothing derived to rebuild: digests, chain, schema,
references and rules are all there is.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from thidua_cli import store
from thidua_cli.custody.verify import anchors, chain, contents, evidence, schema
from thidua_cli.custody.verify.anchors import Anchor
from thidua_cli.custody.verify.finding import Finding
from thidua_cli.ground.errors import NotFoundError, StoreError
from thidua_cli.ground.language import _
from thidua_cli.store import journal
from thidua_cli.store.journal import Operation

__all__ = [
    "Anchor",
    "Finding",
    "Proof",
    "Survey",
    "Wanted",
    "examine",
    "examined",
    "inspect",
    "is_damage",
    "refuse_unless_intact",
    "tell",
]

# What keeps us from reading, rather than what is wrong with the content: these are errors, not findings.
_OBSTACLES = (
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_INTERRUPT,
)  # fmt: skip


class Wanted(NamedTuple):
    """What a register is to be held against, besides itself."""

    anchors: Sequence[Anchor] = ()
    extends: Path | None = None
    evidence: Path | None = None  # the folder from which paths of evidence files start


class Proof(NamedTuple):
    """What an examination found, and the operations of the register, oldest first.

    `notices` are to be known, and leave the register intact.
    """

    findings: Sequence[Finding]
    operations: Sequence[Operation] = ()
    notices: Sequence[Finding] = ()

    @property
    def head(self) -> Operation | None:
        return self.operations[-1] if self.operations else None

    @property
    def register(self) -> str | None:
        """The id of the register."""
        return self.operations[0].register if self.operations else None


def inspect(path: Path, wanted: Wanted | None = None, *, read_only: bool = False) -> Proof:
    """Examine the register at `path` in one read transaction; evidence files only after it, as listed in it.

    Raises StoreError where it is missing, not ours, newer, busy, or unreadable without being damaged;
    NotFoundError where nothing is wrong but that it is held against another register.
    """
    wanted = wanted or Wanted()
    # The other register first: closing a second connection to one file would drop the locks of the first.
    other = inspect(wanted.extends, read_only=True) if wanted.extends else Proof(())
    found = [
        finding._replace(check="extends", message=f"{wanted.extends}: {finding.message}")
        for finding in other.findings
    ]
    operations: list[Operation] = []
    notices: list[Finding] = []
    papers: list[evidence.Paper] = []
    with store.store_errors(path):
        try:
            with store.examining(path, read_only=read_only) as connection:
                survey = examined(connection)
                found += survey.findings
                if survey.readable:
                    found += _all(_against(connection, wanted, other, papers))
                    notices += survey.notices
                    operations = journal.operations(connection)[::-1]
                    notices += chain.clock_notices(operations)
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            found += _damage(error)
    if wanted.evidence:
        found += _all([partial(evidence.examine, papers, wanted.evidence)])
    found = list(dict.fromkeys(found))
    if found and all(finding.check == anchors.ANOTHER for finding in found):
        raise NotFoundError(*(finding.message for finding in found), anchors.of_another_cure())
    return Proof(found, operations, notices)


def _against(
    connection: sqlite3.Connection, wanted: Wanted, other: Proof, papers: list[evidence.Paper]
) -> Iterator["_Check"]:
    """The checks of a register against what it is to be held against; evidence is only listed in `papers`."""
    yield partial(anchors.examine, connection, wanted.anchors)
    if wanted.extends:
        yield partial(anchors.extends, connection, other.operations, str(wanted.extends))
    if wanted.evidence:
        yield partial(_take, papers, evidence.listed(connection))


_Check = Callable[[], Iterable[Finding]]


class Survey(NamedTuple):
    """What was found in a register by itself; where it is not `readable`, no more of it may be asked."""

    findings: list[Finding]
    readable: bool
    notices: Sequence[Finding] = ()


def examine(connection: sqlite3.Connection) -> list[Finding]:
    """Everything that is wrong with the register itself, in a connection that is inside a transaction."""
    return examined(connection).findings


def examined(connection: sqlite3.Connection) -> Survey:
    """Examine the register itself, in a connection that is inside a transaction.

    The schema comes first, as text: a view in the place of a table may never come to an end, so where one
    would be read through something that is not ours, no query is run.
    """
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        wanted, migrations = schema.expected(version)
        present = schema.objects(connection)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        return Survey(_damage(error), readable=False)
    found = list(schema.compare(present, wanted))
    if schema.misleads(present, wanted):
        return Survey(found, readable=False)
    integrity = _all([partial(schema.examine_integrity, connection, present, wanted)])
    found += integrity
    if schema.is_tangled(integrity):
        return Survey(found, readable=False)
    checks: list[_Check] = [
        partial(schema.examine_migrations, connection, migrations),
        partial(schema.examine_journal, connection),
        partial(chain.examine, connection, schema.tables(wanted)),
        partial(schema.examine_references, connection),
        partial(contents.examine, connection),
    ]
    return Survey(found + _all(checks), readable=True, notices=list(schema.notices(present, wanted)))


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
