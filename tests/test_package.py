"""The wheel carries what the program needs, and works away from the checkout."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from conftest import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(folder),
        str(ROOT),
    ]
    subprocess.run(command, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_carries_the_data(wheel: Path) -> None:
    """Seed, plan, letterhead, schema, parts and catalogue are inside, tests and examples are not."""
    names = zipfile.ZipFile(wheel).namelist()
    for name in (
        "data/seed_units.csv",
        "data/plan.toml",
        "data/letterhead.toml",
        "data/plans/hcmc-2022.toml",
        "data/plans/national-2025.toml",
        "render/docx/parts/styles.xml",
        "sql/schema_0001.sql",
        "locale/en/LC_MESSAGES/thidua.mo",
        "render/page/report.html",
        "render/page/report.css",
    ):
        assert f"thidua_cli/{name}" in names
    assert not [name for name in names if name.startswith(("tests", "examples", "tools"))]


def test_the_wheel_works_alone(wheel: Path, tmp_path: Path) -> None:
    """Unpacked anywhere, the program makes a register and judges it."""
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    env = {**os.environ, "PYTHONPATH": str(tmp_path / "site"), "THIDUA_DB": str(tmp_path / "x.db")}
    program = "import thidua_cli, sys; from thidua_cli.cli import main; print(thidua_cli.__file__, flush=True); sys.argv[0] = 'thidua'; main()"
    for arguments, code in ((["init"], 0), (["check", "-q", "--as-of", "2022-04-01"], 3)):
        done = subprocess.run(
            [sys.executable, "-c", program, *arguments],
            env=env,
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )
        assert done.returncode == code, done.stderr
        assert str(tmp_path) in done.stdout
