"""Every command in every environment: no traceback, only documented exit codes, messages that can be read."""

import importlib
import os
import pty
import re
import shutil
import sqlite3
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from fcntl import ioctl
from itertools import cycle, islice
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import pytest

import build
from conftest import ROOT, Outcome, copy
from thidua_cli.cli import app, commands
from thidua_cli.ground.errors import Exit

# What each command is given: all the rest of its line. {folder} is that of the register, {source} a later copy of it.
ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "init": (),
    "plan amend": ("--due", "p1-launch=2022-06-30", "--doc", "45/QĐ", "--on", "2022-03-25"),
    "plan history": (),
    "import": ("launches", str(ROOT / "examples" / "launches_2022.csv")),
    "record launch": ("493", "--on", "2022-03-30", "--doc", "12/KH-UBND", "--note", "ghi chú"),
    "record registration": ("493", "--on", "2022-03-30", "--content", "1,3"),
    "record review": ("493", "--on", "2025-03-30"),
    "record exemption": ("493", "--on", "2022-03-30", "--obligation", "p1-launch", "--reason", "lý do"),
    "record extension": (
        "493",
        "--on",
        "2022-03-30",
        "--obligation",
        "p1-launch",
        "--until",
        "2022-04-30",
        "--doc",
        "1/QĐ",
    ),
    "record supplement": ("1", "--on", "2022-06-01", "--doc", "1/CV"),
    "record withdrawal": ("2", "--on", "2022-03-31", "--doc", "1/QĐ"),
    "record correct": ("1", "--on", "2022-03-29", "--reason", "nhầm"),
    "record void": ("1", "--reason", "nhầm"),
    "units list": (),
    "units show": ("20287",),
    "units tree": (),
    "units add": ("X1", "Trung tâm Thử", "--kind", "other", "--on", "2023-01-01"),
    "units rename": ("SCT", "--on", "2023-01-01", "--doc", "1/QĐ", "--name", "Sở Thử"),
    "units merge": ("SCT", "--into", "SDL", "--on", "2023-01-01", "--doc", "1/QĐ"),
    "units split": ("SCT", "--to", "X1 Sở Một", "--to", "X2 Sở Hai", "--on", "2023-01-01", "--doc", "1/QĐ"),
    "units alias": ("SCT", "Sở CT TP"),
    "units close": ("SCT", "--on", "2023-01-01", "--doc", "1/QĐ"),
    "status": (),
    "list": ("p1-launch",),
    "check": (),
    "find": ("hai chau",),
    "calendar": (),
    "config show": (),
    "letterhead": (),
    "history": ("492",),
    "diff": ("--from", "2022-03-30", "--to", "2022-04-30"),
    "undo": ("2", "--reason", "nhầm"),
    "log": (),
    "trend": ("p1-launch",),
    "remind": ("--as-of", "2022-04-15"),
    "report": ("--as-of", "2022-04-15"),
    "verify": (),
    "backup": ("{folder}",),
    "restore": ("{source}",),
    "export": ("register",),
}
# These write a file of the account: see cli/test_config.py.
ELSEWHERE = {"config set": ("actor", "Lan"), "config unset": ("actor",)}
CODES = {"check": Exit.FINDINGS}  # all others: 0
NEW = {"init"}  # makes the register
WRITES = {
    "import",
    "plan amend",
    "undo",
    "backup",
    "restore",
    *(name for name in ARGUMENTS if name.startswith(("record ", "units "))),
} - {
    "units list",
    "units show",
    "units tree",
}
SILENT = {"verify"}  # prints nothing when all is well


def _leaves(table: commands.Commands, *path: str) -> Iterator[str]:
    for name, (target, _help) in table.items():
        module, _colon, function = target.partition(":")
        if function == "COMMANDS":
            yield from _leaves(importlib.import_module(f"thidua_cli.cli.{module}").COMMANDS(), *path, name)
        else:
            yield " ".join((*path, name))


def test_no_command_is_left_out() -> None:
    """The matrix below knows each command of the program, and no other."""
    assert set(_leaves(app._commands())) - {*ELSEWHERE} == set(ARGUMENTS)


# Environments


class Surroundings(NamedTuple):
    """Where a command runs: `variables` (None: not set), a folder's name, and what is done to its streams."""

    variables: Mapping[str, str | None] = {}
    folder: str = "f"
    stdin: str = "empty"
    stdout: str = "kept"
    stderr: str = "kept"
    prefix: tuple[str, ...] = ()
    read_only: bool = False


def _columns(number: int) -> Surroundings:
    return Surroundings({"COLUMNS": str(number)}, stdout=f"terminal {min(number, 65535)}")


ENVIRONMENTS: Mapping[str, Surroundings] = {
    "C": Surroundings({"LANG": "C"}),
    "POSIX": Surroundings({"LC_ALL": "POSIX"}),
    "vi_VN.UTF-8": Surroundings({"LC_ALL": "vi_VN.UTF-8"}),
    "en_US.ISO-8859-1": Surroundings({"LC_ALL": "en_US.ISO-8859-1"}),
    "ascii": Surroundings({"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C"}),
    "COLUMNS=0": _columns(0),
    "COLUMNS=1": _columns(1),
    "COLUMNS=20": _columns(20),
    "COLUMNS=1000000": _columns(1_000_000),
    "COLUMNS=-1": Surroundings({"COLUMNS": "-1"}, stdout="terminal 0"),
    "COLUMNS=x": Surroundings({"COLUMNS": "x"}, stdout="terminal 80"),
    "dumb terminal": Surroundings({"TERM": "dumb"}, stdout="terminal 80"),
    "unknown terminal": Surroundings({"TERM": "nonsense", "FORCE_COLOR": "1"}, stdout="terminal 120"),
    "no HOME": Surroundings({"HOME": None}),
    "HOME is not there": Surroundings({"HOME": "/nonexistent/home"}),
    "HOME is a file": Surroundings({"HOME": "/etc/passwd", "XDG_DATA_HOME": "/etc/passwd"}),
    "no PATH": Surroundings({"PATH": ""}),
    "no environment": Surroundings(dict.fromkeys(("HOME", "PATH", "LANG", "LC_ALL", "TERM"))),
    "odd TZ": Surroundings({"TZ": "Nowhere/Else"}),
    "stdin closed": Surroundings(stdin="closed"),
    "stderr closed": Surroundings(stderr="closed"),
    "stderr full": Surroundings(stderr="full"),
    "stdout closed": Surroundings(stdout="closed"),
    "stdout full": Surroundings(stdout="full"),
    "stdout and stderr closed": Surroundings(stdout="closed", stderr="closed"),
    "reader gone": Surroundings(stdout="gone"),
    "both readers gone": Surroundings(stdout="gone", stderr="gone"),
    "read-only folder": Surroundings(read_only=True),
    "Vietnamese folder": Surroundings(folder="Đà Nẵng 2022"),
    "decomposed folder": Surroundings(folder="Đa\u0300 Na\u0306\u0303ng"),
    "folder like a URI": Surroundings(folder="%41?mode=ro#x&y=1"),
    "quoted folder": Surroundings(folder="a'b\"c`d$e"),
    "folder of two lines": Surroundings(folder="a\nb\tc\x1b[31m"),
    "folder like an option": Surroundings(folder="--help *"),
    "folder that is not UTF-8": Surroundings(folder=os.fsdecode(b"x\xff\xfe")),
    "long folder": Surroundings(folder="đ" * 120),
}  # fmt: skip


REAL_LOCALES = ("vi_VN.UTF-8", "en_US.ISO-8859-1")


def _as_owner() -> tuple[str, ...]:
    """What makes the administrator obey permissions, as everybody else does."""
    if os.getuid() != 0:
        return ()
    if shutil.which("setpriv") is None:
        pytest.skip("permissions do not bind the administrator, and there is no setpriv")
    return ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all")


def _drain(terminal: int) -> None:
    """Read what is shown on a terminal, so that it never fills up."""
    with suppress(OSError):  # the end of a terminal
        while os.read(terminal, 65536):
            pass
    os.close(terminal)


@contextmanager
def _streams(around: Surroundings) -> Iterator[dict[str, Any]]:
    """Arguments of Popen for what the surroundings do to the streams."""
    opened: list[int] = []

    def end(what: str) -> int | None:
        kind, _space, width = what.partition(" ")
        if kind == "full":
            opened.append(os.open("/dev/full", os.O_WRONLY))
        elif kind == "empty":
            opened.append(os.open("/dev/null", os.O_RDONLY))
        elif kind == "gone":
            reader, writer = os.pipe()
            os.close(reader)
            opened.append(writer)
        elif kind == "terminal":
            master, slave = pty.openpty()
            Thread(target=_drain, args=[os.dup(master)], daemon=True).start()
            ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, int(width), 0, 0))
            opened.extend((master, slave))
        else:
            return subprocess.PIPE if kind == "kept" else None
        return opened[-1]

    closed = [
        number for number, what in enumerate((around.stdin, around.stdout, around.stderr)) if what == "closed"
    ]

    def close() -> None:
        for number in closed:
            os.close(number)

    yield {
        "stdin": end(around.stdin),
        "stdout": end(around.stdout),
        "stderr": end(around.stderr),
        "preexec_fn": close if closed else None,
    }
    for descriptor in opened:
        os.close(descriptor)


def _documented(command: str, around: Surroundings) -> set[int]:
    """The exit codes that this command may have in these surroundings."""
    usual = int(CODES.get(command, Exit.DONE))
    if around.read_only and (command in WRITES or command in NEW):
        return {int(Exit.STORE)}
    if command in SILENT:
        return {usual}
    if around.stdout in ("closed", "full"):
        return {int(Exit.STORE)}
    if around.stdout == "gone":
        return {int(Exit.READER_GONE)}
    return {usual}


@pytest.fixture(scope="session")
def locales(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """A folder with the two locales that the environments name, made for real; none where that cannot be."""
    folder = tmp_path_factory.mktemp("locales")
    if shutil.which("localedef") is None:
        return None
    for name in REAL_LOCALES:
        language, charmap = name.split(".", 1)
        made = ["localedef", "-i", language, "-f", charmap, str(folder / name)]
        if subprocess.run(made, capture_output=True, check=False).returncode != 0:
            return None
    return folder


def _have_locale(name: str, locales: Path | None) -> None:
    """Skip where the locale of this environment would only be C under another name."""
    if name in REAL_LOCALES:
        if locales is None:
            pytest.skip("no localedef here, or no sources of locales (Debian: locales)")
        charmap = subprocess.run(
            ["locale", "charmap"],
            env={"LOCPATH": str(locales), "LC_ALL": name},
            capture_output=True,
            check=True,
            text=True,
        ).stdout.strip()
        assert charmap == name.split(".", 1)[1]


def _check(
    command: str, name: str, registers: tuple[bytes, bytes], tmp_path: Path, locales: Path | None
) -> str | None:
    """Run one command in one environment; returns what is wrong, if anything."""
    around, (register, later) = ENVIRONMENTS[name], registers
    (tmp_path / "source.db").write_bytes(later)
    folder = tmp_path / around.folder
    folder.mkdir(parents=True, exist_ok=True)
    db = folder / "thidua.db"
    db.unlink(missing_ok=True)
    if command not in NEW:
        db.write_bytes(register)
    arguments = [part.format(folder=folder, source=tmp_path / "source.db") for part in ARGUMENTS[command]]
    line = [sys.executable, "-m", "thidua_cli", "--db", str(db), *command.split(), *arguments]
    variables = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TERM": "xterm",
        **({"LOCPATH": str(locales)} if name in REAL_LOCALES else {}),
    }
    env = {key: value for key, value in {**variables, **around.variables}.items() if value is not None}
    prefix: tuple[str, ...] = ()
    if around.read_only:
        prefix = _as_owner()
        folder.chmod(0o555)
    try:
        with (
            _streams(around) as streams,
            subprocess.Popen([*prefix, *line], env=env, cwd=tmp_path, **streams) as running,
        ):
            out, err = running.communicate(timeout=60)
    finally:
        folder.chmod(0o755)
    where = f"{command} ({name})"
    said = (err or b"").decode("utf-8", "replace")
    if running.returncode not in _documented(command, around):
        return f"{where}: exit {running.returncode}: {said}"
    if (
        around.stdout == "gone"
        and around.stderr == "kept"
        and (command in WRITES or command in NEW) != bool(said)
    ):
        return f"{where}: standard error says nothing of what was saved, or speaks of it: {said!r}"
    if "Traceback" in said or "Exception" in said:
        return f"{where}: {said}"
    if wrong := [letter for letter in said if not (letter.isprintable() or letter in "\n\u0300\u0303\u0306")]:
        return f"{where}: standard error holds {wrong}: {said!r}"
    if running.returncode in (0, 3) and said and not said.startswith(("Lưu ý: ", "Note: ", "Warning: ")):
        return f"{where}: standard error of a success: {said}"
    try:
        (out or b"").decode("utf-8")
    except UnicodeDecodeError:
        return f"{where}: standard output is not UTF-8"
    if left := [each.name for each in folder.iterdir() if each.name.endswith((".new", "-journal"))]:
        return f"{where}: left behind {left}"
    return None


@pytest.fixture(scope="module")
def registers(seeded: sqlite3.Connection, tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    """A register with one record and an exemption, and a later copy of it with two records."""
    register, found = copy(seeded), []
    for number, unit in enumerate(("492", "490")):
        build.record(register, unit, "2022-03-30")
        if number == 0:
            build.exempt(register, "498", "p1-launch", "2022-03-01")
        path = tmp_path_factory.mktemp("registers") / f"{number}.db"
        target = sqlite3.connect(path)
        register.backup(target)
        target.close()
        found.append(path.read_bytes())
    register.close()
    return found[0], found[1]


_COMMANDS, _ENVIRONMENTS = cycle(sorted(ARGUMENTS)), cycle(ENVIRONMENTS)
_MOST = max(len(ARGUMENTS), len(ENVIRONMENTS))
PAIRS = [(next(_COMMANDS), next(_ENVIRONMENTS)) for _number in range(_MOST)] + [
    (command, "reader gone") for command in ("export", "import")
]


def test_no_command_and_no_environment_is_left_out() -> None:
    """The short form knows each command and each environment."""
    assert {command for command, _name in PAIRS} == set(ARGUMENTS)
    assert {name for _command, name in PAIRS} == set(ENVIRONMENTS)


@pytest.mark.parametrize(("command", "name"), PAIRS)
def test_a_command_in_an_environment(
    command: str, name: str, registers: tuple[bytes, bytes], tmp_path: Path, locales: Path | None
) -> None:
    """Each command in at least one environment, and each environment with at least one command."""
    _have_locale(name, locales)
    assert _check(command, name, registers, tmp_path, locales) is None


@pytest.mark.soak
@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_every_command_in(
    name: str, registers: tuple[bytes, bytes], tmp_path: Path, locales: Path | None
) -> None:
    """Every command in this environment."""
    _have_locale(name, locales)
    found = [_check(command, name, registers, tmp_path, locales) for command in ARGUMENTS]
    assert [wrong for wrong in found if wrong] == []


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], [], ["record"], ["record", "launch", "--help"]]
)
@pytest.mark.parametrize(("stdout", "code"), [("full", 5), ("closed", 5), ("gone", 141)])
def test_help_that_cannot_be_printed(arguments: list[str], stdout: str, code: int, tmp_path: Path) -> None:
    """Help and version end as every other output does."""
    with _streams(Surroundings(stdout=stdout)) as streams:
        command = [sys.executable, "-m", "thidua_cli", *arguments]
        with subprocess.Popen(command, env={"HOME": str(tmp_path)}, **streams) as running:
            said = running.communicate()[1]
    assert (running.returncode, b"Traceback" in said) == (code, False), said


@pytest.fixture
def in_latin_1(locales: Path | None, db: Path) -> Callable[..., Outcome]:
    """A command in a locale of ISO-8859-1, as a process of its own, with Python's own options before it."""
    name = "en_US.ISO-8859-1"
    _have_locale(name, locales)
    env = {"LOCPATH": str(locales), "LC_ALL": name, "THIDUA_DB": str(db), "PATH": os.environ["PATH"]}

    def call(*arguments: str | bytes, python: Sequence[str] = ()) -> Outcome:
        line = [sys.executable, *python, "-m", "thidua_cli", *arguments]
        done = subprocess.run(line, env=env, cwd=db.parent, capture_output=True, check=False, timeout=60)
        return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())

    return call


@pytest.mark.parametrize("python", [[], ["-I"], ["-X", "dev", "-W", "ignore"]], ids=" ".join)
def test_arguments_in_utf_8_whatever_the_locale(
    in_latin_1: Callable[..., Outcome], run: Callable[..., Outcome], db: Path, python: list[str]
) -> None:
    """Names of units and of files are what was typed, in every message, in the register and on the disk."""
    (db.parent / "đà nẵng.csv").write_text("unit_code,done_on\n493,2022-03-01\n", encoding="utf-8")
    for command in (
        ["record", "launch", "UBND quận Hải Châu", "--on", "2022-03-30", "--note", "Ạ"],
        ["import", "launches", "đà nẵng.csv"],
        ["list", "-o", "kết quả.csv"],
    ):
        done = in_latin_1(*command, python=python)
        assert (done.code, done.err) == (0, "")
    assert "UBND quận Sơn Trà" in (db.parent / "kết quả.csv").read_text(encoding="utf-8")
    assert ("note: Ạ" in run("history", "492").out, "'đà nẵng.csv'" in run("log").out) == (True, True)
    assert "'Hải Châuu'" in in_latin_1("units", "show", "Hải Châuu", python=python).err


def test_arguments_in_the_encoding_of_the_locale(
    in_latin_1: Callable[..., Outcome], run: Callable[..., Outcome]
) -> None:
    """What is no UTF-8 was typed in the locale's own; whoever forbids Python its UTF-8 mode is obeyed."""
    note = ["record", "launch", "492", "--on", "2022-03-30", "--note"]
    assert in_latin_1(*note, "café".encode("latin-1")).code == 0
    assert "note: café" in run("history", "492").out
    assert in_latin_1("record", "void", "1", "--reason", "ả", python=["-X", "utf8=0"]).code == 0
    assert "áº£" in run("history", "492", "--format", "json").out


# Arguments

HOSTILE: Mapping[str, str] = {
    "not UTF-8": "x\udcff",
    "an escape sequence": "x\x1b[31my",
    "right to left": "x\u202ey",
    "two lines": "x\nforged line",
    "very long": "x" * 100_000,
    "empty": "",
    "an operation that never was": "#99999999999999999999",
    "the first instant": "0001-01-01T00:00:00+14:00",
    "the last day": "9999-12-31",
}


def _commands(table: commands.Commands, *path: str) -> Iterator[tuple[str, Any]]:
    """Each command with its parser."""
    for name, (target, _help) in table.items():
        module, _colon, function = target.partition(":")
        found = getattr(importlib.import_module(f"thidua_cli.cli.{module}"), function)
        if function == "COMMANDS":
            yield from _commands(found(), *path, name)
        else:
            yield " ".join((*path, name)), commands.command(name, found)


def _with(parser: Any, usual: Sequence[str], wanted: Any, text: str) -> list[str]:
    """The usual arguments of a command, with a text for one of its parameters."""
    takes = {
        each: not param.is_flag
        for param in parser.params
        if param.param_type_name == "option"
        for each in param.opts
    }
    options: list[str] = []
    places: list[str] = []
    rest = iter(usual)
    for part in rest:
        if part not in takes:
            places.append(part)
            continue
        value = [next(rest)] if takes[part] else []
        if part not in wanted.opts:
            options += [part, *value]
    if wanted.param_type_name == "option":
        return [*options, wanted.opts[0], text, *places]
    place = [param for param in parser.params if param.param_type_name == "argument"].index(wanted)
    return [*options, *places[:place], text, *places[place + 1 :]]


def _unruly(run: Callable[..., Outcome], line: list[str]) -> str | None:
    """What is wrong with how the program takes a command line, if anything."""
    try:
        done = run(*line)
    except BaseException as error:  # whatever would have ended in a traceback
        return repr(error)[:200]
    if done.code not in set(Exit) - {Exit.CRASH, Exit.HANG_UP, Exit.INTERRUPTED, Exit.TERMINATED}:
        return f"exit {done.code}"
    for stream, said in (("output", done.out), ("error", done.err)):
        if wrong := {letter for letter in said if not (letter.isprintable() or letter in "\n\u00a0")}:
            return f"standard {stream} holds {wrong}"
        if found := re.search(r"\b[A-Z]\w+\(\w+=", said):
            return f"standard {stream} holds an object of the program: {found[0]}…"
        if any(each.startswith("forged") for each in said.split("\n")):
            return f"a line of standard {stream} is the argument's own"
    return None


def _assert_ruly(
    run: Callable[..., Outcome],
    registers: tuple[bytes, bytes],
    db: Path,
    texts: int,
    monkeypatch: pytest.MonkeyPatch,
    commands: Collection[str] = (*ARGUMENTS, *ELSEWHERE),
) -> None:
    """Give each parameter of these commands so many of the hostile texts."""
    folder = db.parent / "folder"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (db.parent / "source.db").write_bytes(registers[1])
    turn, wrong = cycle(HOSTILE), {}
    for command, parser in _commands(app._commands()):
        given = {**ARGUMENTS, **ELSEWHERE}[command]
        usual = [part.format(folder=folder, source=db.parent / "source.db") for part in given]
        for param in parser.params:
            if command not in commands or getattr(param, "is_flag", False):
                continue
            for name in islice(turn, texts):
                db.unlink(missing_ok=True)
                if command not in NEW:
                    db.write_bytes(registers[0])
                line = [*command.split(), *_with(parser, usual, param, HOSTILE[name])]
                if found := _unruly(run, line):
                    wrong[command, param.name, name] = found
    assert wrong == {}


def test_hostile_arguments(
    run: Callable[..., Outcome], registers: tuple[bytes, bytes], db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever stands in an argument: no traceback, a documented exit code, nothing raw on either stream, no forged line."""
    _assert_ruly(run, registers, db, 1, monkeypatch)


@pytest.mark.soak
@pytest.mark.parametrize("command", ARGUMENTS)
def test_all_hostile_arguments(
    run: Callable[..., Outcome],
    registers: tuple[bytes, bytes],
    db: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: str,
) -> None:
    """The same with every text in every parameter of this command."""
    _assert_ruly(run, registers, db, len(HOSTILE), monkeypatch, [command])
