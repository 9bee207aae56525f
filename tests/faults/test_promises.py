"""docs/promises.md and the tests that it names."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import ROOT

PAGE = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
HERE = Path(__file__).parent


@pytest.mark.skipif(shutil.which("make") is None, reason="no make on this machine")
def test_every_command_of_the_page_exists() -> None:
    """Each `make` target that the page names is one of the Makefile's."""
    targets = sorted(set(re.findall(r"`make ([\w-]+)`", PAGE)))
    assert len(targets) > 9
    done = subprocess.run(["make", "-n", "-C", ROOT, *targets], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_kind_of_fault_is_on_the_page() -> None:
    """Each module of tests has a promise and a target of its name."""
    kinds = {path.stem.removeprefix("test_") for path in HERE.glob("test_*.py")} - {"promises"}
    assert set(re.findall(r"\| `make soak-(\w+)` \|", PAGE)) == kinds
    listed = re.search(r"^FAULTS := (.*)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert listed is not None
    assert set(listed[1].split()) == kinds
