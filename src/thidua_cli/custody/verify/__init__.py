"""Verify a register: recompute all that can be recomputed, and report everything that is not as it must be.

Nothing derived is stored in a register, so there is nothing derived to rebuild: digests, chain, schema,
references and rules are all there is.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from thidua_cli import store
from thidua_cli.custody.verify import anchors, chain, contents, evidence, schema
from thidua_cli.custody.verify.reports import Anchor
from thidua_cli.ground.errors import NotFoundError, StoreError
from thidua_cli.ground.language import _, some
from thidua_cli.ground.problem import Problem
from thidua_cli.store import journal
from thidua_cli.store.faults import code
from thidua_cli.store.journal import Operation

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

    `notices` are to be known, and leave the register intact. Where it is not `readable`, no more of it may be
    asked.
    """

    findings: Sequence[Problem]
    operations: Sequence[Operation] = ()
    notices: Sequence[Problem] = ()
    readable: bool = True

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
    problems = [
        problem._replace(rule="extends", message=f"{wanted.extends}: {problem.message}")
        for problem in other.findings
    ]
    proof, hashed = Proof(()), list[evidence.HashedFile]()
    with store.store_errors(path):
        try:
            with store.examining(path, read_only=read_only) as connection:
                proof = examine(connection)
                problems += proof.findings
                if proof.readable:
                    problems += _until_damage(anchors.check_anchors(connection, wanted.anchors))
                    if wanted.extends:
                        name = str(wanted.extends)
                        problems += _until_damage(anchors.check_extends(connection, other.operations, name))
                    if wanted.evidence:
                        problems += _until_damage(evidence.collect(connection, hashed))
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            problems += _damage(error)
    if wanted.evidence:
        problems += _until_damage(evidence.check_evidence(hashed, wanted.evidence))
    problems = list(dict.fromkeys(problems))
    if problems and all(problem.rule == anchors.ANOTHER for problem in problems):
        raise NotFoundError(*(problem.message for problem in problems), anchors.of_another_cure())
    return proof._replace(findings=problems)


def examine(connection: sqlite3.Connection) -> Proof:
    """Examine the register itself, in a connection that is inside a transaction.

    The schema comes first, as text: a view in the place of a table may never come to an end, so where one
    would be read through something that is not ours, no query is run.
    """
    problems: list[Problem] = []
    try:
        wanted, migrations = schema.expected(store.schema.version_of(connection))
        comparison = schema.Comparison(schema.objects(connection), wanted)
        problems += comparison.problems()
        if comparison.misleads():
            return Proof(problems, readable=False)
        integrity = list(_until_damage(schema.check_integrity(connection, comparison)))
        problems += integrity
        if schema.is_tangled(integrity):
            return Proof(problems, readable=False)
        for check in (
            schema.check_migrations(connection, migrations),
            schema.check_journal(connection),
            chain.check_chain(connection, schema.tables(wanted)),
            schema.check_references(connection),
            contents.check_contents(connection),
        ):
            problems += _until_damage(check)
        operations = journal.operations(connection)[::-1]
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        return Proof([*problems, *_damage(error)], readable=False)
    return Proof(problems, operations, [*comparison.notices(), *chain.clock_notices(operations)])


def _until_damage(check: Iterator[Problem]) -> Iterator[Problem]:
    """The problems that a check finds; where the file cannot be read on, that is the last."""
    try:
        yield from check
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        yield from _damage(error)
    except (ValueError, TypeError, LookupError, ArithmeticError) as error:
        # a value that our own readers would never have stored
        yield Problem(_("có giá trị không đọc được: {error}").format(error=error), rule="rule")


def is_damage(error: Exception) -> bool:
    """Whether it is the file that is wrong, rather than something that keeps us from reading it.

    What SQLite quotes from a damaged file need not be UTF-8, and ends in a UnicodeDecodeError.
    """
    return code(error) not in _OBSTACLES


def _damage(error: Exception) -> list[Problem]:
    if not is_damage(error):
        raise error
    return [Problem(_("SQLite: {message}").format(message=error), rule="integrity")]


def refuse_unless_intact(path: Path, problems: Sequence[Problem]) -> None:
    """Raise StoreError, with the first problems, if there are any with what the register holds."""
    if lines := format_problems(problems):
        raise StoreError(_("{path}: không nguyên vẹn").format(path=path), *lines)


def format_problems(problems: Sequence[Problem], most: int = 10) -> list[str]:
    """The first problems with what the register holds, not how it is stored, as lines of a message."""
    return some((f"  {problem.message}" for problem in problems if problem.rule != "journal"), most)
