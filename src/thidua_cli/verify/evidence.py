"""Evidence files: whether they are still what was hashed when they were recorded."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

from thidua_cli import files, store
from thidua_cli.language import _
from thidua_cli.records import EVERYTHING
from thidua_cli.verify.finding import Finding


def examine(connection: sqlite3.Connection, folder: Path) -> Iterator[Finding]:
    """Files of live records and exemptions that are missing or other than recorded.

    A path is what `--evidence` was given; one that is not absolute is looked for in `folder`.
    """
    hashes: dict[Path, str | OSError] = {}
    for table in ("record", "exemption"):
        rows = connection.execute(
            store.sql(f"live_{table}s"), {"known": EVERYTHING, "unit": None, "id": None}
        )
        names = [column[0] for column in rows.description]
        at, wanted = names.index("evidence"), names.index("evidence_sha256")
        for row in rows:
            if row[wanted] is None:
                continue
            path = folder / row[at]
            if path not in hashes:
                hashes[path] = _hash(path)
            problem = _problem(hashes[path], row[wanted])
            if problem:
                message = _("bản ghi #{row}: tệp minh chứng {path}: {problem}").format(
                    row=row[0], path=path, problem=problem
                )
                yield Finding("evidence", message, table=table, row=row[0])


def _hash(path: Path) -> str | OSError:
    try:
        return files.sha256(path)
    except OSError as error:
        return error


def _problem(found: str | OSError, wanted: str) -> str:
    if isinstance(found, OSError):
        return found.strerror or str(found)
    return "" if found == wanted else _("nội dung không còn như lúc ghi")
