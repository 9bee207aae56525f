"""What the tests of faults share: real commands, and an independent look at the file that they leave."""

import contextlib
import hashlib
import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from conftest import MEASURED
from thidua_cli.custody import verify

THIDUA = (sys.executable, "-m", "thidua_cli", "--lang", "en")


def environment(db: Path, **more: str) -> dict[str, str]:
    """The environment of a command on the register `db`."""
    plain = {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}
    return {**plain, **MEASURED, "THIDUA_DB": str(db), **more}


def thidua(db: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command as a process of its own."""
    command = [*THIDUA, *arguments]
    return subprocess.run(command, env=environment(db), capture_output=True, text=True, check=False)


def program(db: Path, text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A Python program in a process of its own."""
    command = [sys.executable, "-c", text, *arguments]
    return subprocess.run(command, env=environment(db), capture_output=True, text=True, check=False)


def start(db: Path, *arguments: str) -> subprocess.Popen[str]:
    """A command that runs while the test does something to it."""
    return subprocess.Popen(
        [*THIDUA, *arguments],
        env=environment(db),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


# A program that runs a command, and stops it in the open write, after "open" on standard error: pages of the change are
# in the file already, for the cache is small, and the journal is hot. It goes on after a line on standard input.
OPEN_WRITE = """
import sys
from thidua_cli import cli, store
prepare, close = store.prepare, store.writer._close
def small(connection):
    prepare(connection).execute("PRAGMA cache_size = 5")
    return connection
def closed(*arguments, **named):
    operation = close(*arguments, **named)
    print("open", file=sys.stderr, flush=True)
    sys.stdin.readline()
    return operation
store.opening.prepare, store.writer._close = small, closed
sys.argv = ["thidua", "--lang", "en", *sys.argv[1:]]
cli.main()
"""


def stopped_in_the_write(db: Path, *arguments: str) -> subprocess.Popen[str]:
    """A command that stands still in its open write, with a hot journal beside the register."""
    running = subprocess.Popen(
        [sys.executable, "-c", OPEN_WRITE, *arguments],
        env=environment(db),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stderr is not None
    assert running.stderr.readline() == "open\n"
    assert journal_is_hot(db)
    return running


def journal_is_hot(db: Path) -> bool:
    """Whether a journal lies there that was begun in earnest: its first bytes are on the disk."""
    journal = db.with_name(f"{db.name}-journal")
    try:
        return journal.read_bytes()[:8] == bytes.fromhex("d9d505f920a163d7")
    except FileNotFoundError:
        return False


def wait_for_the_write(db: Path, running: subprocess.Popen[str]) -> None:
    """Wait until a command has begun to write, as its journal shows, or has ended."""
    journal = db.with_name(f"{db.name}-journal")
    while not journal.exists() and running.poll() is None:
        time.sleep(0.0005)


def acknowledged(out: str) -> list[int]:
    """The numbers of the records that a command says it has stored."""
    return [int(number) for number in re.findall(r"^recorded #(\d+):", out, re.MULTILINE)]


def dump(db: Path) -> dict[str, object]:
    """All content: the schema, the settings in the header, and every row of every table.

    Plain SQLite opens the file, so that a hot journal is rolled back as any later command would. The instants at
    which the schema was made say nothing about the movement, and are left out.
    """
    plain = sqlite3.connect(db)
    try:
        schema = plain.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name").fetchall()
        found: dict[str, object] = {"schema": schema}
        for name, made in ((row[1], row[3]) for row in schema if row[0] == "table"):
            columns = "*" if "WITHOUT ROWID" in made else "rowid, *"
            columns = "id, migration_set, name" if name == "_sqlite_migrations" else columns
            found[name] = sorted(plain.execute(f'SELECT {columns} FROM "{name}" NOT INDEXED'), key=repr)
        for name in ("application_id", "user_version"):
            found[name] = plain.execute(f"PRAGMA {name}").fetchone()
        return found
    finally:
        plain.close()


def beside(db: Path) -> list[str]:
    """Journals of a register, and drafts: what an interrupted command may leave in its folder.

    To be asked before anything opens the file, for whoever does clears a journal away.
    """
    names = sorted(each.name for each in db.parent.iterdir())
    return [name for name in names if name.startswith(f"{db.name}-") or name.endswith(".new")]


def assert_sound(db: Path) -> None:
    """Nothing beside the file, the file intact, and the chain as docs/schema.md says, from the first to the last."""
    assert beside(db) == []
    plain = sqlite3.connect(db)
    assert plain.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert plain.execute("PRAGMA foreign_key_check").fetchall() == []
    plain.close()
    assert broken_links(db) == []
    assert verify.inspect(db).findings == []


def broken_links(db: Path, tables: Sequence[tuple[str, str]] = ()) -> list[int]:
    """Operations whose digest, hash or link is not what their rows say; written from docs/schema.md alone."""
    with contextlib.closing(sqlite3.connect(db)) as plain:
        ordered = tables or _documented()
        previous, broken = "0" * 64, []
        for expected, link in enumerate(plain.execute("SELECT * FROM operation ORDER BY number"), 1):
            rows = []
            for table, key in ordered:
                where = f"SELECT * FROM {table} WHERE operation = ? ORDER BY {key}"
                for row in plain.execute(where, (link[0],)):
                    values = list(row)
                    while values[-1] is None:
                        values.pop()
                    rows.append([table, *values])
            made = [expected, *link[1:4], len(rows), _hash(rows), previous]
            if list(link) != [*made, _hash(made)]:
                broken.append(link[0])
            previous = link[7]
    return broken


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def _documented() -> list[tuple[str, str]]:
    """The journalled tables in the order of docs/schema.md, with the columns of their keys."""
    two = {"obligation_kind": "obligation, kind", "record_content": "record, content"}
    two |= {"action_field": "action, code", "record_field": "record, field"}
    two |= {"supplement_content": "supplement, content"}
    page = (Path(__file__).parents[2] / "docs" / "schema.md").read_text(encoding="utf-8")
    found = re.findall(
        r"^### (\w+)\n\n.*?\n\| --- \| --- \| --- \|\n\| (\w+)", page, re.MULTILINE | re.DOTALL
    )
    return [(table, two.get(table, key)) for table, key in found if table not in ("operation", "unit_name")]


def count(db: Path, table: str) -> int:
    """How many rows a table holds."""
    plain = sqlite3.connect(db)
    found = plain.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    plain.close()
    return int(found)
