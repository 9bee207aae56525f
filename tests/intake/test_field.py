"""Files as offices send them: each has the outcome that field/index.csv states."""

import csv
import json
import re
import shlex
import sqlite3
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT, Outcome
from not_yet import marks

FOLDER = ROOT / "tests" / "field"
ACTIONS = {"launch": "launches", "registration": "registrations", "review": "reviews"}
RECORD: dict[str, object] = {
    **dict.fromkeys(("unit", "done_on", "document_number", "document_issuer", "document_date")),
    **dict.fromkeys(("received_on", "evidence", "note")),
    "phase": "p1",
    "contents": [],
}
UNIT: dict[str, object] = {
    **dict.fromkeys(("code", "name", "kind", "parent", "abbreviation", "sort_order", "note")),
    "valid_from": "2021-01-01",
}
OTHERS = ("exemption", "unit_end", "succession", "void")
LIVE = "NOT EXISTS (SELECT 1 FROM void v WHERE v.target = '{table}' AND v.target_id = x.id)"
CODE = (
    "(SELECT code FROM unit_version w WHERE w.unit = {unit} AND w.valid_from <= {day} AND NOT EXISTS (SELECT 1"
    " FROM void v WHERE v.target = 'unit_version' AND v.target_id = w.id) ORDER BY w.valid_from DESC LIMIT 1)"
)

with (FOLDER / "index.csv").open(encoding="utf-8-sig", newline="") as _file:
    CASES = list(csv.DictReader(_file))

Rows = dict[str, list[dict[str, Any]]]


def _newest(register: sqlite3.Connection) -> int:
    return int(register.execute("SELECT max(number) FROM operation").fetchone()[0])


def _added(register: sqlite3.Connection, since: int) -> Rows:
    """What later operations stored, by the kind of file that it can come from."""
    found: Rows = {kind: [] for kind in (*ACTIONS.values(), "units")}
    register.row_factory = sqlite3.Row
    records = (
        f"SELECT x.*, {CODE.format(unit='x.unit', day='x.done_on')} AS code FROM record x"
        f" WHERE x.operation > ? AND {LIVE.format(table='record')}"
    )
    for row in register.execute(records, (since,)).fetchall():
        contents = register.execute(
            "SELECT content FROM record_content WHERE record = ? ORDER BY content", (row["id"],)
        )
        kept = {key: row[key] for key in RECORD.keys() - {"unit", "contents"}}
        found[ACTIONS[row["action"]]].append(
            {**kept, "unit": row["code"], "contents": [number for (number,) in contents]}
        )
    versions = (
        f"SELECT x.*, u.kind, {CODE.format(unit='x.parent', day='x.valid_from')} AS above FROM unit_version x"
        f" JOIN unit u ON u.id = x.unit WHERE x.operation > ? AND {LIVE.format(table='unit_version')}"
    )
    for row in register.execute(versions, (since,)):
        found["units"].append({**{key: row[key] for key in UNIT.keys() - {"parent"}}, "parent": row["above"]})
    return found


def _differences(wanted: Rows, found: Rows) -> Iterator[str]:
    """What is missing, too much or other than it should be."""
    for kind, rows in found.items():
        key, default = ("code", UNIT) if kind == "units" else ("unit", RECORD)
        want = {row[key]: {**default, **row} for row in wanted.get(kind, [])}
        got = {row[key]: row for row in rows}
        if len(got) != len(rows):
            yield f"{kind}: stored twice"
        for code in sorted(want.keys() | got.keys(), key=str):
            if want.get(code) != got.get(code):
                yield f"{kind} {code}: is {got.get(code)}, should be {want.get(code)}"


def _said(outcome: Outcome, *hidden: str) -> str:
    """The output for comparison: NFC, one space for any run of spaces, without the name of the file."""
    text = f"{outcome.out}\n{outcome.err}"
    for word in hidden:
        text = text.replace(word, "FILE")
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text))


def _unsaid(case: dict[str, str], text: str) -> Iterator[str]:
    """What must be said and is not, or is and must not be."""
    flags = re.DOTALL | re.IGNORECASE
    if case["must_say"] and not re.search(case["must_say"], text, flags):
        yield f"does not say {case['must_say']}: {text}"
    if case["must_not_say"] and re.search(case["must_not_say"], text, flags):
        yield f"says {case['must_not_say']}: {text}"


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=name, marks=marks(name))
        for case in CASES
        for name in [f"field/{case['file']}:{case['kind_of_fault']}"]
    ],
)
def test_each_file_has_its_outcome(
    run: Callable[..., Outcome], db: Path, case: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a file adds to a new register, what is said, and the exit code are as stated."""
    db.unlink()
    monkeypatch.setenv("COLUMNS", "400")
    file = FOLDER / case["file"]

    def call(line: str) -> Outcome:
        words = [
            word.replace("{dir}", str(FOLDER)).replace("{file}", str(file)) for word in shlex.split(line)
        ]
        return run(*words, lang="vi")

    for line in case["setup"].split(";"):
        assert call(line).code == 0
    with closing(sqlite3.connect(db)) as register:
        before = _newest(register)
        done = call(case["command"])
        text = _said(done, str(file), file.name)
        assert str(done.code) in case["exit"].split("|"), text
        assert done.code == 0 or _newest(register) == before
        wanted = json.loads(case["stored"])
        wanted = wanted.get(str(done.code), wanted)
        assert list(_differences(wanted, _added(register, before))) == []
        for table in OTHERS:
            late = register.execute(f"SELECT count(*) FROM {table} WHERE operation > ?", (before,))
            assert late.fetchone()[0] == 0
    assert list(_unsaid(case, text)) == []
