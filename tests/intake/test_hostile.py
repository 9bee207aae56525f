"""Files as they really are: each has the outcome that hostile/index.csv states."""

import csv
import json
import shlex
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import ROOT, Outcome
from not_yet import marks
from thidua_cli.ground.text import visible

FOLDER = ROOT / "tests" / "hostile"
Run = Callable[..., Outcome]
LONG = ("units_20000.csv",)

with (FOLDER / "index.csv").open(encoding="utf-8", newline="") as _file:
    CASES = list(csv.DictReader(_file))


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files, the large ones among them."""
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copytree(FOLDER, folder, dirs_exist_ok=True)
    sys.path.insert(0, str(FOLDER))
    import make_large

    for name, make in make_large.FILES.items():
        (folder / name).write_bytes(make())
    return folder


def _units(run: Run) -> list[dict[str, object]]:
    return [json.loads(line) for line in run("units", "list", "--format", "jsonl").out.splitlines()]


def _launches(run: Run) -> list[dict[str, object]]:
    lines = run("list", "--obligation", "p1-launch", "--format", "jsonl").out.splitlines()
    return [row for line in lines if (row := json.loads(line))["done_on"] is not None]


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case, id=name, marks=[*marks(name), *([pytest.mark.soak] if case["file"] in LONG else [])]
        )
        for case in CASES
        for name in [f"hostile/{case['file']}"]
    ],
)
def test_each_file_has_its_outcome(run: Run, empty_db: Path, files: Path, case: dict[str, str]) -> None:
    """Good files are stored as stated, bad ones end in 7, say why, and leave the register byte-identical."""
    for need in case["needs"].split():
        table, _colon, name = need.partition(":")
        assert run("import", table, str(files / name)).code == 0
    rows = _units if case["table"] == "units" else _launches
    count, before = len(rows(run)), empty_db.read_bytes()
    arguments = shlex.split(case["args"])
    stdin = b""
    if "-" in arguments:
        stdin = (files / case["file"]).read_bytes()
    else:
        arguments.append(str(files / case["file"]))
    done = run("import", case["table"], *arguments, stdin=stdin)
    assert done.code == (0 if case["expected"] == "accept" else 7), done.err
    assert all(visible(line) == line for line in (done.out + done.err).splitlines())
    if case["expected"] == "reject":
        assert done.err
        assert empty_db.read_bytes() == before
    found = rows(run)
    assert len(found) - count == int(case["rows"])
    values = [set(map(str, row.values())) for row in found]
    for item in json.loads(case["stored"] or "[]"):
        assert any(set(map(str, item)) <= row for row in values), item
