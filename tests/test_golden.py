"""Every output of one register, to the byte: a change of structure changes none of them.

`golden.txt` holds a digest for each command line. Where an output is to change, `UPDATE_GOLDEN=1 make test`
writes the file anew; the commit says why each line differs.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conftest import ROOT, Outcome
from thidua_cli.cli import session

GOLDEN = Path(__file__).with_name("golden.txt")
REPORTS = (
    "plan",
    "status --as-of 2022-04-30",
    "status --phase p1 --by kind --as-of 2022-04-30",
    "status --phase p1 --by district --as-of 2022-04-30",
    "status --phase p1 --by content --as-of 2022-04-30",
    "status --as-of 2026-01-15",
    "status --as-of 2022-04-30 --known-at #1",
    "list p1-launch --as-of 2022-04-30",
    "list p1-launch --state overdue --as-of 2026-01-15",
    "list p1-review --as-of 2026-01-15",
    "check p1-launch --as-of 2022-04-30",
    "check --as-of 2026-01-15",
    "units list --as-of 2026-01-15",
    "units show 492 --as-of 2022-04-30",
    "units tree --as-of 2025-02-01",
    "history 20242 --as-of 2026-01-15",
    "history 493 --as-of 2022-04-30",
    "diff --from 2022-03-31 --to 2022-04-30",
    "diff --from 2025-06-30 --to 2026-01-15",
    "log",
    "trend p1-launch --as-of 2022-04-30",
)
FORMATS = ("table", "json", "jsonl", "csv", "tsv", "md", "xlsx")
KINDS = ("units", "launches", "registrations", "reviews", "exemptions", "changes")
PAPERS = ("html", "docx", "xlsx", "md", "json", "table")


def command_lines() -> Iterator[str]:
    """All command lines whose output is kept."""
    for report in REPORTS:
        for form in FORMATS:
            yield f"{report} --format {form}"
    for form in PAPERS:
        yield f"report --as-of 2022-04-30 --format {form} --letterhead examples/letterhead.toml"
        yield f"report --as-of 2026-01-15 --format {form}"
    for kind in KINDS:
        yield from (f"export {kind} --format {form}" for form in ("csv", "tsv", "json", "jsonl", "xlsx"))
        yield f"import {kind} --template"
    yield "export register"
    yield from (f"remind p1-launch --as-of 2022-04-30 --format {form}" for form in ("csv", "json"))


@pytest.fixture
def filled(run: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Outcome]:
    """The register after `init`, with the invented examples and the changes of 2025."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(session, "account", lambda: "lan")
    for kind in ("launches", "registrations", "exemptions"):
        assert run("import", kind, f"examples/{kind}_2022.csv").code == 0
    assert run("import", "changes", "@changes_2025.csv").code == 0
    return run


def digests(run: Callable[..., Outcome], folder: Path) -> Iterator[str]:
    """A line for each language and command line: exit code, digest of what it wrote, the command line."""
    for lang in ("vi", "en"):
        for line in command_lines():
            target = folder / ("output.xlsx" if "--template" in line else "output")
            done = run(*line.split(), "-o", str(target), lang=lang)
            written = _bytes_of(target)
            said = f"{done.out}\0{done.err}".replace(str(folder), "")
            sha = hashlib.sha256(written + said.encode()).hexdigest()
            yield f"{done.code} {sha[:16]} {lang} {line}"


def _bytes_of(target: Path) -> bytes:
    """What a command wrote: a file, or the files of a folder; they are removed."""
    if target.is_dir():
        written = b"".join(path.name.encode() + path.read_bytes() for path in sorted(target.iterdir()))
        for path in target.iterdir():
            path.unlink()
        target.rmdir()
        return written
    if not target.exists():
        return b""
    written = target.read_bytes()
    target.unlink()
    return written


def test_every_output_is_the_same_to_the_byte(filled: Callable[..., Outcome], tmp_path: Path) -> None:
    """No output of the register of seed, examples and changes of 2025 differs from the one that was kept."""
    found = list(digests(filled, tmp_path))
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text("\n".join(found) + "\n", encoding="utf-8")
    kept = GOLDEN.read_text(encoding="utf-8").splitlines()
    assert [line for line in found if line not in kept] == []
    assert len(found) == len(kept)
