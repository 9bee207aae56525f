"""Evidence files: whether they are still what was hashed when they were recorded."""

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from thidua_cli.custody.verify.finding import Finding
from thidua_cli.ground import files
from thidua_cli.ground.language import _, why
from thidua_cli.register import entries as records
from thidua_cli.register import evidence
from thidua_cli.register.entries import Exemption, Record
from thidua_cli.store.journal import LATEST


class Paper(NamedTuple):
    """An evidence file with its hash, as a record or an exemption has it."""

    table: str
    row: int
    path: str
    sha256: str


def listed(connection: sqlite3.Connection) -> Iterator[Paper]:
    """The files of live records and exemptions."""
    live: dict[str, list[Record] | list[Exemption]] = {
        "record": records.live_records(connection, LATEST),
        "exemption": records.live_exemptions(connection, LATEST),
    }
    for table, entries in live.items():
        for entry in entries:
            paper = entry.document
            if paper.evidence_sha256 is not None:
                yield Paper(table, int(entry.id or 0), str(paper.evidence), paper.evidence_sha256)


def examine(papers: Iterable[Paper], folder: Path) -> Iterator[Finding]:
    """Files that are missing or other than recorded. They may be many and large: let no transaction be open.

    A path is what `--evidence` was given; one that is not absolute is looked for in `folder`.
    """
    hashes: dict[Path, str | OSError] = {}
    for paper in papers:
        path = evidence.place(paper.path, folder)
        if path not in hashes:
            hashes[path] = _hash(path)
        problem = _problem(hashes[path], paper.sha256)
        if problem:
            message = _("bản ghi #{row}: tệp minh chứng {path}: {problem}").format(
                row=paper.row, path=path, problem=problem
            )
            yield Finding("evidence", message, table=paper.table, row=paper.row)


def _hash(path: Path) -> str | OSError:
    try:
        return files.sha256(path)
    except OSError as error:
        return error


def _problem(found: str | OSError, wanted: str) -> str:
    if isinstance(found, OSError):
        return why(found)
    return "" if found == wanted else _("nội dung không còn như lúc ghi")
