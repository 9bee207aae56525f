"""Evidence files: whether they are still what was hashed when they were recorded."""

import sqlite3
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from thidua_cli.ground import files
from thidua_cli.ground.language import _, why
from thidua_cli.ground.problem import Place, Problem
from thidua_cli.register import evidence
from thidua_cli.register.entries import (
    Entry,
    live_exemptions,
    live_extensions,
    live_records,
    live_supplements,
    live_withdrawals,
    table_of,
)
from thidua_cli.store.journal import LATEST


class HashedFile(NamedTuple):
    """An evidence file with its hash, as a record or another paper has it."""

    table: str
    row: int
    path: str
    sha256: str


def collect(connection: sqlite3.Connection, hashed: list[HashedFile]) -> Iterator[Problem]:
    """Append the files of live papers to `hashed`; a check that finds no problem."""
    live: list[Entry] = [
        *live_records(connection, LATEST),
        *live_exemptions(connection, LATEST),
        *live_extensions(connection, LATEST),
        *live_withdrawals(connection, LATEST),
        *live_supplements(connection, LATEST),
    ]
    for entry in live:
        document = entry.document
        if (digest := document.evidence_sha256) is not None:
            hashed.append(HashedFile(table_of(entry), int(entry.id or 0), str(document.evidence), digest))
    yield from ()


def check_evidence(hashed: Iterable[HashedFile], folder: Path) -> Iterator[Problem]:
    """Files that are missing or other than recorded. They may be many and large: let no transaction be open.

    A path is what `--evidence` was given; one that is not absolute is looked for in `folder`.
    """
    hash_of = cache(_hash)
    for file in hashed:
        path = evidence.place(file.path, folder)
        now = hash_of(path)
        if now != file.sha256:
            reason = why(now) if isinstance(now, OSError) else _("nội dung không còn như lúc ghi")
            message = _("bản ghi #{row}: tệp minh chứng {path}: {problem}").format(
                row=file.row, path=path, problem=reason
            )
            yield Problem(message, rule="evidence", at=Place(table=file.table, id=file.row))


def _hash(path: Path) -> str | OSError:
    try:
        return files.sha256(path)
    except OSError as error:
        return error
