"""Whatever is changed in a register by the back door is found: bits that flip, and forgeries by one who owns the file."""

import random
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

import forgeries
from conftest import Outcome
from faults.witness import dump
from forgeries import FORGERIES, Context

Run = Callable[..., Outcome]
Say = Callable[[str], None]


@pytest.fixture
def older(db: Path, tmp_path: Path) -> Context:
    """The register has a life behind it, and there is a backup of its first day."""
    path = tmp_path / "older.db"
    shutil.copyfile(db, path)
    forgeries.fill(db)
    return Context(path)


def test_every_forgery_is_found(db: Path, run: Run, older: Context, tmp_path: Path, say: Say) -> None:
    """`thidua verify` tells each forgery and exits with 3, some only where it is given an anchor of before."""
    before, anchor = db.read_bytes(), forgeries.anchor(db)
    said, found, alone = dump(db), Counter[bool](), []
    for forgery in FORGERIES:
        db.write_bytes(before)
        forgery.forge(db, older)
        assert dump(db) != said, forgery.name
        found[forgery.needs_anchor] += 1
        without, with_anchor = run("verify"), run("verify", "--anchor", anchor)
        assert with_anchor.code == 3, forgery.name
        assert with_anchor.out, forgery.name
        assert without.code == (0 if forgery.needs_anchor else 3), forgery.name
        alone += [forgery.name] if forgery.needs_anchor else []
    say(
        f"{len(FORGERIES)} forgeries: {found[False]} found by verify alone, {found[True]} only with an anchor: {alone}"
    )
    assert len(FORGERIES) >= 15


def _flip(db: Path, run: Run, flips: int, say: Say) -> None:
    before, said = db.read_bytes(), dump(db)
    chance, seen = random.Random(flips), Counter[str]()
    for _flip in range(flips):
        db.write_bytes(before)
        bit = chance.randrange(len(before) * 8)
        forgeries.flip(db, bit)
        verdict = run("verify")
        try:
            changed = dump(db) != said
        except Exception:  # what SQLite cannot read any more is changed
            changed = True
        assert verdict.code in (0, 3, 5), verdict.err
        assert verdict.code or not changed, f"bit {bit} changed what the register says, and verify is silent"
        where = "content changed" if changed else "content the same"
        seen[f"{where}, {'found' if verdict.code else 'not told'}"] += 1
    say(f"{flips} single bits turned over, without an anchor: {dict(seen)}")
    assert seen["content changed, found"] > flips / 8


def test_flipped_bits_are_found(db: Path, run: Run, older: Context, say: Say) -> None:
    """A bit that turns over and changes the content is found without an anchor."""
    _flip(db, run, 60, say)


@pytest.mark.soak
def test_many_flipped_bits_are_found(db: Path, run: Run, older: Context, say: Say) -> None:
    """The same, 600 bits."""
    _flip(db, run, 600, say)
