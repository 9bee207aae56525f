"""Output into pipes, descriptors and standard output, and registers from standard input, in real shells."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import ROOT, Outcome, process

Run = Callable[..., Outcome]
BASH = pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
XLSX = "PK"


def bash(script: str, db: Path) -> subprocess.CompletedProcess[str]:
    """A script of bash in the register's folder, in which `thidua` is this program."""
    define = f"thidua() {{ '{sys.executable}' -m thidua_cli --lang en \"$@\"; }}\n"
    env = {"PATH": os.environ["PATH"], "THIDUA_DB": str(db)}
    return subprocess.run(
        ["bash", "-c", define + script], env=env, cwd=db.parent, capture_output=True, text=True, check=False
    )


TARGETS = ["-", "/dev/stdout", ">(cat)", "/dev/fd/3"]
COMMANDS = {
    "list p1-launch --format csv": '"unit_code"',
    "export units": '"code"',
    "export register": '{"format"',
    "export units --format xlsx": XLSX,
    "import units --template": XLSX,
    "report": "Progress report",
    "report --format docx": XLSX,
    "remind": "Units to be reminded",
}


@BASH
@pytest.mark.parametrize("target", TARGETS)
def test_output_goes_into_whatever_is_open(db: Path, target: str) -> None:
    """Standard output by any name, another descriptor and >(…) take text and workbooks alike; nothing is left."""
    commands = list(COMMANDS)[TARGETS.index(target) % 2 :: 2]
    begins = [COMMANDS[command] for command in commands]
    lines = [
        f"thidua {command} -o {target} 3>&1 | head -c {len(begin)}; echo"
        for command, begin in zip(commands, begins, strict=True)
    ]
    done = bash("\n".join([*lines, "ls -A"]), db)
    assert (done.stdout.splitlines(), done.stderr) == ([*begins, db.name], "")


@BASH
def test_output_goes_on_in_a_file_that_is_open(db: Path) -> None:
    """What a script has redirected stays one file: what was there before and what comes after is kept."""
    done = bash("{ echo before; thidua export units -o /dev/stdout; echo after; } >> x; cat x", db)
    lines = done.stdout.splitlines()
    assert (lines[0], lines[1][:6], lines[-1], len(lines)) == ("before", '"code"', "after", 120)


def test_a_pipe_with_a_name_is_written_to(db: Path) -> None:
    """Its ending says the format, as that of a file does, and it is a pipe afterwards."""
    pipe = db.with_name("x.csv")
    os.mkfifo(pipe)
    with subprocess.Popen(["head", "-c", "6", str(pipe)], stdout=subprocess.PIPE) as reader:
        assert process("export", "units", "-o", str(pipe), db=db).returncode in (0, 141)
        assert reader.stdout is not None
        assert reader.stdout.read() == b'"code"'
    assert pipe.is_fifo()


def test_a_workbook_is_not_shown_on_a_terminal(db: Path) -> None:
    """Neither a report's nor an export's, whatever name the terminal has; the message says what to do."""
    master, terminal = os.openpty()
    for command in (
        ["status", "--format", "xlsx"],
        ["export", "units", "--format", "xlsx", "-o", "/dev/stdout"],
        ["report", "--format", "docx", "-o", os.ttyname(terminal)],
        ["import", "units", "--template", "-o", "-"],
    ):
        line = [sys.executable, "-m", "thidua_cli", "--lang", "en", *command]
        env = {"THIDUA_DB": str(db)}
        done = subprocess.run(line, env=env, stdout=terminal, stderr=subprocess.PIPE, check=False)
        assert (done.returncode, b"-o FILE" in done.stderr) == (2, True), done.stderr
    os.close(terminal)
    os.close(master)


@pytest.mark.parametrize("report", [[], ["--format-report", "json"]])
def test_a_reader_that_leaves_an_import(db: Path, report: list[str]) -> None:
    """141 as elsewhere, and standard error says under which operation the rows were saved."""
    reader, writer = os.pipe()
    os.close(reader)
    file = str(ROOT / "examples" / "launches_2022.csv")
    line = [sys.executable, "-m", "thidua_cli", "--lang", "en", "import", "launches", file, *report]
    done = subprocess.run(
        line, env={"THIDUA_DB": str(db)}, stdout=writer, stderr=subprocess.PIPE, check=False
    )
    os.close(writer)
    assert (done.returncode, b"saved as operation #2" in done.stderr) == (141, True), done.stderr


def test_bad_rows_go_to_standard_output(run: Run, tmp_path: Path) -> None:
    """`--rejects -` writes them there, and is refused where the report already goes there."""
    file = tmp_path / "x.csv"
    file.write_text("unit_code,done_on\n492,2022-03-30\nzzz,2022-03-30\n")
    done = run("import", "launches", str(file), "--rejects", "-")
    assert (done.code, [line[:5] for line in done.out.splitlines()]) == (7, ['\ufeff"uni', '"zzz"'])
    assert run("import", "launches", str(file), "--rejects", "-", "--format-report", "json").code == 2


@pytest.mark.parametrize("form", ["register", "export"])
def test_a_register_comes_from_standard_input(db: Path, tmp_path: Path, form: str) -> None:
    """`restore -` makes the same register of a backup or an export, and leaves no draft."""
    data = db.read_bytes() if form == "register" else process("export", "register", db=db).stdout
    made = tmp_path / "new" / "x.db"
    done = process("restore", "-", db=made, stdin=data)
    assert (done.returncode, done.stderr) == (0, b"")
    assert process("export", "register", db=made).stdout == process("export", "register", db=db).stdout
    assert [path.name for path in made.parent.iterdir()] == [made.name]


@pytest.mark.parametrize(("data", "code"), [(b"", 5), (b'{"x": 1}\n', 7), (b"SQLite format 3\0" * 9, 5)])
def test_what_is_no_register_is_refused_from_standard_input(db: Path, data: bytes, code: int) -> None:
    """The register stays to the byte, the message calls standard input by its name, and no draft is left."""
    before = db.read_bytes()
    done = process("--lang", "en", "restore", "-", db=db, stdin=data)
    assert (done.returncode, b"standard input" in done.stderr) == (code, True), done.stderr
    assert (b".new" in done.stderr, db.read_bytes() == before, [*db.parent.iterdir()]) == (False, True, [db])


def test_an_endless_standard_input_ends_at_its_beginning(db: Path) -> None:
    """What does not begin as a register or an export is not waited for."""
    line = [sys.executable, "-m", "thidua_cli", "restore", "-"]
    with Path("/dev/zero").open("rb") as zeros:
        done = subprocess.run(
            line, env={"THIDUA_DB": str(db)}, stdin=zeros, capture_output=True, check=False, timeout=60
        )
    assert done.returncode == 5
