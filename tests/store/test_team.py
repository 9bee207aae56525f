"""A register of several accounts: through a group and a folder that they share."""

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from build import FUTURE
from conftest import Outcome
from faults.witness import assert_sound, count
from thidua_cli.ground import drafts

TEAM, AN, BINH, CHI, STRANGER = (
    61000,
    61001,
    61002,
    61003,
    61004,
)  # numbers that no account of the machine has
Person = Callable[..., Outcome]
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only the administrator can be several accounts")

# Does what it is told as the account that it is told, in a process of its own for each command. All modules are loaded
# first: other accounts may have no right to read where Python is.
SERVER = """
import grp, importlib, json, os, pkgutil, pwd, resource, sys, tempfile, traceback
import pydantic, sqlite_utils, thidua_cli, xlsxwriter
for module in pkgutil.walk_packages(thidua_cli.__path__, "thidua_cli."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
from thidua_cli import cli; from thidua_cli.ground import drafts
scratch = tempfile.mkdtemp()
os.chdir(scratch)
sys.stdout = open(os.devnull, "w")
for line in ("init", "record launch 492 --on 2022-03-30", "backup", "status -o x.csv", "export register -o x", "verify", "status", "report -f html -o x"):
    cli.run(["--db", scratch + "/x.db", *line.split()])
drafts._placing.clear()
for line in sys.stdin:
    told = json.loads(line)
    out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()
    child = os.fork()
    if not child:
        os.setgroups(told["groups"])
        os.setgid(told["account"])
        os.setuid(told["account"])
        os.umask(told["umask"])
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        sys.stdout = open(1, "w", closefd=False)
        sys.argv = ["thidua", *told["arguments"]]
        try:
            exec(told["program"])
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    for each in (out, err):
        each.seek(0)
    os.write(1, json.dumps([code, out.read().decode(), err.read().decode()]).encode() + b"\\n")
"""
RUN = "cli.main()"
CRASH = """
import sqlite3
c = sqlite3.connect(sys.argv[1], isolation_level=None)
c.execute("PRAGMA cache_size = 1")
c.execute("BEGIN IMMEDIATE")
n = c.execute("SELECT max(number) + 1 FROM operation").fetchone()[0]
c.executemany("INSERT INTO unit VALUES (?, 'other', 'city', ?)", ((i, n) for i in range(1000, 30000)))
os._exit(7)
"""


@pytest.fixture(scope="module")
def server() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        yield running
        assert running.stdin is not None
        running.stdin.close()


@pytest.fixture
def person(server: subprocess.Popen[str]) -> Person:
    """A command of an account that is a member of the team, but for the stranger."""

    def call(account: int, *arguments: str, umask: int = 0o077, program: str = RUN) -> Outcome:
        groups = [] if account == STRANGER else [TEAM]
        told: dict[str, Any] = {"account": account, "groups": groups, "umask": umask, "program": program}
        assert server.stdin is not None
        assert server.stdout is not None
        server.stdin.write(json.dumps({**told, "arguments": arguments}) + "\n")
        server.stdin.flush()
        return Outcome(*json.loads(server.stdout.readline()))

    return call


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder of An's that everybody may enter."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        os.chown(folder, AN, AN)
        yield folder


@pytest.fixture
def register(person: Person, home: Path) -> Path:
    """The team's register, made by An."""
    path = home / "so" / "thidua.db"
    done = person(AN, "--lang", "en", "--db", str(path), "init", "--group", str(TEAM))
    assert (done.code, done.err) == (0, "")
    return path


def _rights(path: Path) -> tuple[int, str]:
    there = path.stat()
    return there.st_gid, f"{stat.S_IMODE(there.st_mode):o}"


def _all_shared(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        assert _rights(path) == (TEAM, "2770" if path.is_dir() else "660"), path


def test_three_accounts_work_on_one_register(person: Person, register: Path) -> None:
    """Whatever the umask of each, what one makes the others can use: records, lines and locks, backups, outputs."""
    folder = register.parent

    def do(account: int, *arguments: str, umask: int = 0o077) -> Outcome:
        done = person(account, "--lang", "en", "--db", str(register), *arguments, umask=umask)
        assert (done.code, done.err) == (0, ""), (account, arguments, done)
        return done

    for account, unit, umask in (
        (AN, "492", 0o077),
        (BINH, "493", 0o077),
        (CHI, "494", 0),
        (AN, "495", 0o027),
    ):
        do(account, "--lock", "record", "launch", unit, "--on", "2022-03-30", umask=umask)
    made = [Path(do(account, "backup").out.strip()) for account in (BINH, CHI)]
    for account in (CHI, AN):
        do(account, "status", "-o", str(folder / "status.csv"))
        do(account, "export", "register", "-o", str(folder / "register.jsonl"))
        do(account, "report", "-o", str(folder / "reports"), "-f", "html")
    assert person(AN, "--db", str(made[1]), "status").code == 0
    do(AN, "backup", "--keep", "1")
    assert [path.exists() for path in made] == [False, False]
    assert {(folder / name).stat().st_size for name in (".thidua.db.line", ".thidua.db.lock")} == {0}
    _all_shared(folder)
    assert_sound(register)
    assert count(register, "record") == 4


def test_the_journal_of_one_is_rolled_back_by_another(person: Person, register: Path) -> None:
    """Killed in the middle of a write, a member leaves a journal that any other clears away."""
    for killed, next_one in ((AN, CHI), (CHI, AN)):
        assert person(killed, str(register), program=CRASH).code == 7
        assert _rights(drafts.journal_of(register)) == (TEAM, "660")
        assert person(next_one, "--db", str(register), "status").code == 0
        assert_sound(register)


def test_what_replaces_a_register_stays_the_teams(person: Person, register: Path) -> None:
    """Restored over, restored anew or brought up to date by another member, register and copies keep group and rights."""
    command = ("--lang", "en", "--db", str(register))
    copy = person(BINH, *command, "backup").out.strip()
    assert person(AN, *command, "record", "launch", "492", "--on", "2022-03-30").code == 0
    assert person(CHI, *command, "restore", copy, "--discard-after", "1").code == 0
    _all_shared(register.parent)
    register.unlink()
    assert person(BINH, *command, "restore", copy).code == 0
    register.write_bytes(b"SQLite format 3\0" + register.read_bytes()[16:100] + b"torn" * 5000)
    done = person(BINH, *command, "restore", copy, "--discard-after", "1")
    assert done.code == 0, done
    assert "schema" in person(CHI, *command, "status", program=FUTURE).err
    _all_shared(register.parent)


def test_an_account_outside_the_team_is_told(person: Person, register: Path, home: Path) -> None:
    """It may not read the register: exit 5, whose it is, which group's, and how to become a member; no file is made."""
    before = sorted(register.parent.rglob("*"))
    for arguments in (
        ["status"], ["record", "launch", "492", "--on", "2022-03-30"], ["verify"], ["backup"], ["init"], ["--lock", "status"],
        ["restore", str(register)], [],
    ):  # fmt: skip
        done = person(STRANGER, "--lang", "en", "--db", str(register), *arguments)
        assert (done.code, done.out) == (5, ""), (arguments, done)
        assert done.err.startswith("Error: "), done.err
        assert (
            f"{register.parent}: owner {AN}, group {TEAM}, rights 2770; this account: {STRANGER}" in done.err
        )
        assert f"usermod -aG {TEAM} {STRANGER}" in done.err
    assert sorted(register.parent.rglob("*")) == before
    done = person(STRANGER, "--lang", "en", "--db", str(home / "x.db"), "init", "--group", str(TEAM))
    assert (done.code, f"usermod -aG {TEAM}" in done.err) == (5, True)


@pytest.mark.parametrize(
    ("mode", "command", "says"),
    [
        (0o600, ["status"], "chmod g+r"),
        (0o640, ["record", "launch", "492", "--on", "2022-03-30"], "chmod g+rw"),
        (0o000, ["verify"], "chmod g+r"),
        (0o600, ["--db", "{home}/new.db", "restore", "{register}"], "chmod g+r"),
    ],
)
def test_a_file_that_a_member_may_not_read_is_told(
    person: Person, register: Path, home: Path, mode: int, command: list[str], says: str
) -> None:
    """Exit 5 in words: whose file it is, with which rights, and what its owner has to do."""
    register.chmod(mode)
    home.chmod(0o777)
    arguments = [each.format(home=home, register=register) for each in command]
    place = [] if "--db" in arguments else ["--db", str(register)]
    done = person(BINH, "--lang", "en", *place, *arguments)
    assert (done.code, done.out) == (5, ""), done
    assert f"{register}: owner {AN}, group {TEAM}, rights {mode:o}; this account: {BINH}" in done.err
    assert f"{says} {register}" in done.err or f"{says}w {register}" in done.err


def test_a_register_of_ones_own_stays_so(person: Person, home: Path) -> None:
    """In a folder that a group shares, too, what is made of a register that is its owner's alone is its owner's alone."""
    folder = home / "shared"
    folder.mkdir()
    os.chown(folder, AN, TEAM)
    folder.chmod(0o2770)
    command = ("--lang", "en", "--db", str(folder / "own.db"))
    for arguments in (["init"], ["record", "launch", "492", "--on", "2022-03-30"], ["backup"]):
        assert person(AN, *command, *arguments).code == 0
    assert person(AN, *command, "export", "register", "-o", str(folder / "own.jsonl")).code == 0
    assert {_rights(path)[1] for path in folder.rglob("*") if path.is_file()} == {"600"}
    assert person(AN, *command, "status", "-o", str(folder / "status.csv")).code == 0
    assert _rights(folder / "status.csv") == (TEAM, "660")


def test_a_group_that_cannot_work_there(person: Person, home: Path) -> None:
    """An unknown group, a folder that the group may not write, and a register that is there and not the group's: with the cure."""
    command = ("--lang", "en", "--db")
    unknown = person(AN, *command, str(home / "a.db"), "init", "--group", "no-such-group")
    assert (unknown.code, "groupadd no-such-group" in unknown.err) == (2, True)
    narrow = person(AN, *command, str(home / "a.db"), "init", "--group", str(TEAM))
    assert (narrow.code, f"chgrp {TEAM} {home} && chmod g+rwxs {home}" in narrow.err) == (5, True)
    assert list(home.iterdir()) == []
    assert person(AN, *command, str(home / "a.db"), "init").code == 0
    there = person(AN, *command, str(home / "a.db"), "init", "--group", str(TEAM))
    assert (there.code, f"chgrp {TEAM} {home / 'a.db'} && chmod 660" in there.err) == (6, True)
    shutil.chown(home, group=TEAM)
    home.chmod(0o2770)
    shutil.chown(home / "a.db", group=TEAM)
    (home / "a.db").chmod(0o660)
    assert person(AN, *command, str(home / "a.db"), "init", "--group", str(TEAM)).code == 0
    assert (
        person(BINH, *command, str(home / "a.db"), "record", "launch", "492", "--on", "2022-03-30").code == 0
    )
