"""Stopped by INT, TERM and HUP at any moment: unchanged or whole, and the message says which."""

import random
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from faults.witness import (
    assert_sound,
    beside,
    count,
    dump,
    program,
    start,
    stopped_in_the_write,
    thidua,
    wait_for_the_write,
)

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
IN_THE_WRITE = "stopped in the write"
RECORD = ("record", "launch", "492", "493", "SCT", "--on", "2022-03-30", "--doc", "12/KH-UBND")


def _whole(db: Path, command: tuple[str, ...]) -> tuple[float, int]:
    """How long the command takes undisturbed, and how many operations the register has then."""
    began = time.monotonic()
    with start(db, *command) as running:
        _out, err = running.communicate()
    assert running.returncode == 0, err
    return time.monotonic() - began, count(db, "operation")


def _stop(running: subprocess.Popen[str], number: signal.Signals, after: float) -> tuple[int, str, str]:
    """Send the signal; returns the exit code as a shell shows it, and both streams."""
    time.sleep(after)
    running.send_signal(number)
    return _end(running)


def _end(running: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = running.communicate(timeout=60)
    code = running.returncode
    if code == 1 and "KeyboardInterrupt" in err and "thidua_cli" not in err:
        code = (
            -signal.SIGINT
        )  # Python stopped before the first line of ours, in words and with a code of its own
    return (128 - code if code < 0 else code), out, err


def _check(
    db: Path, before: object, whole: int, stopped: tuple[int, str, str], code: int, *, met: bool = False
) -> str:
    """What became of the register, held against what the command said; `met`: the signal met an open write."""
    exit_code, out, err = stopped
    assert exit_code in {0, code}, err
    assert_sound(db)  # first, for it looks for a journal before anything opens the file
    operations = count(db, "operation")
    if saved := re.search(r"saved as operation #(\d+)", err):
        assert (operations, int(saved[1])) == (whole, whole)
        return "stopped after the write"
    if exit_code == 0:
        assert (operations, err) == (whole, "")
        return "done before the signal"
    assert dump(db) == before
    assert out == ""
    if err.startswith("Lỗi: "):  # before --lang was read
        assert re.fullmatch(r"Lỗi: .*; chưa ghi gì\n", err), err
        return "stopped before the write"
    if not err.startswith("Error: "):  # before the first line of ours, the interpreter's own way to stop
        assert not err or "KeyboardInterrupt" in err
        return "stopped while Python started"
    assert re.fullmatch(r"Error: stopped .*; nothing was written\n", err), err
    return IN_THE_WRITE if met else "stopped before the write"


def _stop_at_random(
    db: Path, command: tuple[str, ...], times: int, say: Callable[[str], None], *, earliest: float = 0.0
) -> Counter[str]:
    """Stop at random moments, every other one after the write has begun; returns how often it met which stage."""
    total: Counter[str] = Counter()
    before, content = db.read_bytes(), dump(db)
    length, whole = _whole(db, command)
    chance = random.Random(times)
    for number, code in CODES.items():
        seen: Counter[str] = Counter()
        for moment in range(times):
            db.write_bytes(before)
            with start(db, *command) as running:
                if moment % 2:
                    wait_for_the_write(db, running)
                    time.sleep(chance.uniform(0.0, 0.1) * length)
                else:
                    time.sleep(chance.uniform(earliest, 1.05) * length)
                met = db.with_name(f"{db.name}-journal").exists()
                stopped = _stop(running, number, 0)
            seen[_check(db, content, whole, stopped, code, met=met)] += 1
        say(f"{number.name} x {times}, {' '.join(command[:2])}: {dict(seen)}")
        total += seen
    return total


def test_stopped_at_any_moment(db: Path, say: Callable[[str], None]) -> None:
    """A command that is stopped has written all or nothing, says so, leaves no journal, and exits by the signal."""
    _stop_at_random(db, ("import", "changes", "@changes_2025.csv"), 2, say, earliest=0.3)


@pytest.mark.soak
@pytest.mark.parametrize("command", ["record", "import changes", "import units"])
def test_stopped_at_many_moments(db: Path, tmp_path: Path, say: Callable[[str], None], command: str) -> None:
    """The same, 20 times with each signal, for a short write and two long ones."""
    units = tmp_path / "units.csv"
    rows = [f"K{number:05},UBND xã Thử {number},commune-committee\n" for number in range(3000)]
    units.write_text("code,name,kind\n" + "".join(rows), encoding="utf-8")
    commands = {
        "record": RECORD,
        "import changes": ("import", "changes", "@changes_2025.csv"),
        "import units": ("import", "units", str(units)),
    }
    seen = _stop_at_random(db, commands[command], 20, say)
    assert command != "import units" or seen[IN_THE_WRITE] > 0, "no signal met an open write"


@pytest.mark.soak
def test_a_reader_stopped_at_many_moments(db: Path, say: Callable[[str], None]) -> None:
    """A command that only reads says that nothing was written, and leaves the file byte for byte."""
    before, times = db.read_bytes(), 20
    length, _operations = _whole(db, ("status",))
    chance = random.Random(times)
    for number, code in CODES.items():
        for _time in range(times):
            with start(db, "status") as running:
                exit_code, _out, err = _stop(running, number, chance.uniform(0.0, 1.05) * length)
            assert exit_code in {0, code}
            assert not err or re.search("nothing was written|chưa ghi gì|KeyboardInterrupt", err)
            assert db.read_bytes() == before
    say(f"status: {times} of each signal, the register unchanged")


@pytest.mark.parametrize("number", CODES)
def test_stopped_in_the_open_write(db: Path, number: signal.Signals) -> None:
    """Half in the file already, a change is taken out again before the command ends, and the message says so."""
    before = db.read_bytes()
    with stopped_in_the_write(db, "import", "changes", "@changes_2025.csv") as running:
        assert db.read_bytes() != before
        running.send_signal(number)
        exit_code, out, err = _end(running)
    assert beside(db) == []
    assert db.read_bytes() == before
    assert (exit_code, out) == (CODES[number], "")
    assert re.fullmatch(r"Error: stopped .*; nothing was written\n", err), err


@pytest.mark.parametrize("number", CODES)
def test_stopped_just_after_the_commit(db: Path, number: signal.Signals) -> None:
    """Who is stopped while the confirmation is being written is told under which operation it was saved."""
    text = (
        "import os, signal, sys; from thidua_cli import cli; from thidua_cli.render import pages;"
        f"pages.put = lambda data: os.kill(os.getpid(), {int(number)});"
        "sys.argv = ['thidua', '--lang', 'en', *sys.argv[1:]]; cli.main()"
    )
    done = program(db, text, *RECORD)
    assert (done.returncode, done.stdout) == (CODES[number], "")
    assert re.fullmatch(r"Error: stopped .*; saved as operation #2\n", done.stderr)
    assert count(db, "operation") == 2


@pytest.mark.parametrize("number", CODES)
def test_stopped_in_the_commit(db: Path, number: signal.Signals) -> None:
    """A signal that comes while the commit runs waits for its end, and then says that it was saved."""
    text = (
        "import os, signal, sys; from thidua_cli import cli, store; from thidua_cli.store import journal;"
        "held = store.writer.signals_held;\n"
        "import contextlib\n"
        "@contextlib.contextmanager\n"
        "def hit():\n"
        "    with held():\n"
        f"        os.kill(os.getpid(), {int(number)})\n"
        "        yield\n"
        "store.writer.signals_held = hit\n"
        "sys.argv = ['thidua', '--lang', 'en', *sys.argv[1:]]; cli.main()"
    )
    done = program(db, text, *RECORD)
    assert (done.returncode, done.stdout) == (CODES[number], "")
    assert "saved as operation #2" in done.stderr
    assert count(db, "operation") == 2


@pytest.mark.parametrize("number", CODES)
@pytest.mark.parametrize("there", [True, False], ids=["over a register", "to a new place"])
def test_stopped_in_a_restore(db: Path, tmp_path: Path, there: bool, number: signal.Signals) -> None:
    """Once it changes the register it is not torn: a signal waits, and then says what the register holds."""
    source = tmp_path / "source.db"
    source.write_bytes(db.read_bytes())
    assert thidua(source, *RECORD).returncode == 0
    if not there:
        db.unlink()
    text = (
        "import os, signal, sys; from thidua_cli import cli; from thidua_cli.custody import restore as restoring; from thidua_cli.ground import drafts; place = drafts.place\n"
        "def hit(*arguments):\n"
        f"    os.kill(os.getpid(), {int(number)})\n"
        "    return place(*arguments)\n"
        "drafts.place = hit\n"
        "sys.argv = ['thidua', '--lang', 'en', *sys.argv[1:]]; cli.main()"
    )
    done = program(db, text, "restore", str(source))
    assert (done.returncode, done.stdout) == (CODES[number], "")
    assert "saved as operation #2" in done.stderr
    assert dump(db) == dump(source)


@pytest.mark.parametrize("number", CODES)
@pytest.mark.parametrize("function", ["copy", "inspect", "examine"])
def test_stopped_before_a_restore_changes_anything(
    db: Path, tmp_path: Path, function: str, number: signal.Signals
) -> None:
    """While the copy is read and verified, and the present register examined, a restore ends at once and leaves nothing."""
    source = tmp_path / "sources" / "source.db"
    source.parent.mkdir()
    source.write_bytes(db.read_bytes())
    assert thidua(source, *RECORD).returncode == 0
    before, module = db.read_bytes(), "custody.backup" if function == "copy" else "custody.verify"
    text = (
        f"import os, signal, sys; from thidua_cli import cli; import thidua_cli.{module} as middle; whole = middle.{function}\n"
        "def hit(*arguments, **named):\n"
        "    made = whole(*arguments, **named)\n"
        f"    os.kill(os.getpid(), {int(number)})\n"
        "    return made\n"
        f"middle.{function} = hit\n"
        "sys.argv = ['thidua', '--lang', 'en', *sys.argv[1:]]; cli.main()"
    )
    done = program(db, text, "restore", str(source))
    assert (beside(db), db.read_bytes()) == ([], before)
    assert (done.returncode, done.stdout) == (CODES[number], "")
    assert re.fullmatch(r"Error: stopped .*; nothing was written\n", done.stderr), done
    assert [each.name for each in db.parent.iterdir() if "before-restore" in each.name] == []


# Where each longer command is when the signal comes: a function of the program, by its module. A restore is met above.
MIDDLES = {
    "backup": (("backup", "{folder}"), "custody.backup", "copy"),
    "export": (("export", "register", "-o", "{folder}/register.json"), "ground.files", "replace_all"),
    "report": (("report", "-o", "{folder}/report.html"), "ground.files", "replace_all"),
}


@pytest.mark.parametrize("number", CODES)
@pytest.mark.parametrize("name", MIDDLES)
def test_stopped_in_a_longer_command(db: Path, tmp_path: Path, name: str, number: signal.Signals) -> None:
    """A copy or a document that was being made leaves no file, the message says so, and the register is the same."""
    folder, before = tmp_path / "out", db.read_bytes()
    folder.mkdir()
    command, module, function = MIDDLES[name]
    text = (
        f"import os, signal, sys; from thidua_cli import cli; import thidua_cli.{module} as middle; whole = middle.{function}\n"
        "def hit(*arguments, **named):\n"
        f"    os.kill(os.getpid(), {int(number)})\n"
        "    return whole(*arguments, **named)\n"
        f"middle.{function} = hit\n"
        "sys.argv = ['thidua', '--lang', 'en', *sys.argv[1:]]; cli.main()"
    )
    done = program(db, text, *(part.format(folder=folder) for part in command))
    assert (beside(db), list(folder.iterdir())) == ([], []), done
    assert db.read_bytes() == before
    assert (done.returncode, done.stdout) == (CODES[number], ""), done
    assert re.fullmatch(r"Error: stopped .*; nothing was written\n", done.stderr), done


@pytest.mark.parametrize("number", CODES)
def test_stopped_in_a_migration(db: Path, number: signal.Signals) -> None:
    """A register that was being brought up to the schema of a time to come is as it was before."""
    before = db.read_bytes()
    text = (
        "import os, signal, sys; from thidua_cli import cli, store; migrate = store.migrate\n"
        "column = lambda database: database.execute('ALTER TABLE record ADD COLUMN seen_on TEXT')\n"
        "store.schema.MIGRATIONS, store.schema.SCHEMA_VERSION = (*store.schema.MIGRATIONS, ('test', column)), store.schema.SCHEMA_VERSION + 1\n"
        "def hit(*arguments):\n"
        "    migrate(*arguments)\n"
        f"    os.kill(os.getpid(), {int(number)})\n"
        "store.migrate = hit\n"
        "sys.argv = ['thidua', '--lang', 'en', *sys.argv[1:]]; cli.main()"
    )
    done = program(db, text, "status")
    assert beside(db) == []
    assert db.read_bytes() == before
    assert (done.returncode, done.stdout) == (CODES[number], ""), done
    assert re.fullmatch(r"Error: stopped .*; nothing was written\n", done.stderr), done
