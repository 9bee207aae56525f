"""Power cuts and kills while whole registers are put in their places: by init, backup, restore, export and migration.

Each command runs once as a process of its own, and every write, sync, link and renaming is noted (syscalls.py). Then the
power is cut after each of these events in turn, and the process killed.
"""

import random
import re
import shutil
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

import build
from build import FUTURE
from conftest import NOW, Outcome
from faults import syscalls
from faults.powercut import Event, after_cut, write_files
from faults.syscalls import Recorded
from faults.witness import broken_links, dump, environment
from thidua_cli import store
from thidua_cli.custody import backup, verify
from thidua_cli.ground import dates, drafts

Run = Callable[..., Outcome]
Say = Callable[[str], None]
State = dict[str, bytes | None]
pytestmark = pytest.mark.skipif(not syscalls.can_be_recorded(), reason="no strace, or it may not work here")
OLD = b"an older file"
TORN, JOURNAL = b"a torn register", b"what may mend it"
# What a restore does to a file that SQLite cannot open: it keeps it, with its journal.
ASIDE = """
import sys
from pathlib import Path
from thidua_cli.custody import restore as restoring
path, copy = map(Path, sys.argv[-2:])
made = path.with_name(".made.new")
made.write_bytes(copy.read_bytes())
restoring._aside(made, path, next(restoring._kept_names(path)))
print("done", flush=True)
"""


class Harm(Exception):  # noqa: N818 - a verdict
    """What no power cut may do."""


@pytest.fixture
def root() -> Iterator[Path]:
    """A folder in memory, where that can be had: what is tested is the program, not this machine's disk."""
    memory = Path("/dev/shm")
    made = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))
    (made / "root").mkdir()
    (made / "after").mkdir()
    yield made / "root"
    shutil.rmtree(made)


class Case(NamedTuple):
    """A command on the files below a folder, and what must hold of them after a power cut."""

    command: Callable[[Path], list[str]]  # lays out the files
    check: Callable[["Known", Path, bool], str]
    program: Sequence[str] = ("-m", "thidua_cli")
    strace: Sequence[str] = ()


class Known(NamedTuple):
    """The contents before the command and after it, and a way to run another."""

    run: Run
    before: dict[str, object]
    after: dict[str, object]


def _register(root: Path, operations: int, name: str = "thidua.db") -> Path:
    """A register with so many operations."""
    path = root / name
    path.parent.mkdir(exist_ok=True)
    shutil.copyfile(root.parent / "seeded.db", path)
    path.chmod(0o600)
    connection = store.connect(path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dates, "now", lambda: NOW)  # registers of so many operations begin alike
        for unit in ("492", "493", "494", "495")[: operations - 1]:
            build.record(connection, unit, "2022-03-30")
    connection.close()
    return path


def _whole(path: Path, *contents: dict[str, object]) -> dict[str, object]:
    """The content of a register, which must be sound, and one of those if any are given."""
    try:
        found = dump(path)
        sound = not broken_links(path)
    except (sqlite3.DatabaseError, OSError, ValueError) as error:
        raise Harm("corrupt") from error
    if not sound or (contents and found not in contents):
        raise Harm("corrupt")
    return found


def _said(done: bool, journal: bool = False) -> str:
    return f"sound, {'' if done else 'not '}done{', with a journal' if journal else ''}"


def _there(run: Run, path: Path, known: Known, acknowledged: bool, *again: str) -> str:
    """A new register is there whole or not at all, and the same command again completes it."""
    if path.exists():
        _whole(path, known.after)
    elif acknowledged:
        raise Harm("acknowledged, and lost")
    found = _said(path.exists())
    if not path.exists() or again[0] == "init":
        done = run("--db", str(path), *again)
        if done.code:
            raise Harm(done.err)
    if verify.inspect(path).findings:
        raise Harm("not intact after the same command again")
    return found


def _init(root: Path) -> list[str]:
    return ["--db", str(root / "new" / "deeper" / "thidua.db"), "init"]


def _after_init(known: Known, folder: Path, acknowledged: bool) -> str:
    return _there(known.run, folder / "new" / "deeper" / "thidua.db", known, acknowledged, "init")


def _after_init_without_links(known: Known, folder: Path, acknowledged: bool) -> str:
    """Where there are no links the name is taken first: it may be empty, which is said, with the cure."""
    path = folder / "new" / "deeper" / "thidua.db"
    if not acknowledged and path.exists() and path.stat().st_size == 0:
        for command in ("init", "status"):
            done = known.run("--db", str(path), command)
            if done.code != 5 or f"rm {path}" not in done.err:
                raise Harm(done.err)
        path.unlink()
        return _there(known.run, path, known, acknowledged, "init") + ", after an empty file"
    return _after_init(known, folder, acknowledged)


def _backup(root: Path) -> list[str]:
    return ["--db", str(_register(root, 3)), "backup"]


def _after_backup(known: Known, folder: Path, acknowledged: bool) -> str:
    """The register is as it was; what is called a backup is one, and it is there if that was said."""
    path = folder / "thidua.db"
    _whole(path, known.before)
    made = [_whole(each, known.before) for each in backup.default_folder(path).glob("[!.]*")]
    if acknowledged and not made:
        raise Harm("acknowledged, and lost")
    done = known.run("--db", str(path), "backup")
    if done.code or verify.inspect(Path(done.out.strip())).findings:
        raise Harm(done.err)
    return _said(bool(made))


def _backup_and_thin(root: Path) -> list[str]:
    path = _register(root, 2)
    backup.back_up(path, backup.default_folder(path))
    connection = store.connect(path)
    build.record(connection, "495", "2022-03-30")
    connection.close()
    return ["--db", str(path), "backup", "--keep", "1"]


def _after_thinning(known: Known, folder: Path, acknowledged: bool) -> str:
    """There is always a whole backup, of before or of now."""
    made = sorted(backup.default_folder(folder / "thidua.db").glob("[!.]*"))
    if not made or (acknowledged and "-000003-" not in made[-1].name):
        raise Harm("no backup is left")
    for each in made:
        _whole(each)
    _whole(folder / "thidua.db", known.before)
    return f"sound, {len(made)} backups"


def _restore_new(root: Path) -> list[str]:
    return ["--db", str(root / "new" / "thidua.db"), "restore", str(_register(root, 3, "copies/copy.db"))]


def _after_restore_new(known: Known, folder: Path, acknowledged: bool) -> str:
    copy = folder / "copies" / "copy.db"
    _whole(copy, known.after)
    return _there(known.run, folder / "new" / "thidua.db", known, acknowledged, "restore", str(copy))


def _restore_over(root: Path) -> list[str]:
    copy = _register(root, 2, "copies/copy.db")
    return ["--db", str(_register(root, 5)), "restore", str(copy), "--discard-after", "2"]


def _after_restore_over(known: Known, folder: Path, acknowledged: bool) -> str:
    """The register is the old one or the new one, and where it is the new one, the old one is kept, whole."""
    return _kept(known, folder / "thidua.db", folder.glob("thidua.db.before-restore-*"), acknowledged)


def _kept(known: Known, path: Path, copies: Iterable[Path], acknowledged: bool) -> str:
    """The register is the one of before or of after; where it is of after, a whole copy of before is there."""
    journal = drafts.journal_of(path).exists()
    found = _whole(path, known.before, known.after)
    kept = [_whole(each, known.before) for each in copies]
    if found == known.after and not kept:
        raise Harm("the register of before is not kept")
    if acknowledged and found != known.after:
        raise Harm("acknowledged, and lost")
    return _said(found == known.after, journal)


def _restore_torn(root: Path) -> list[str]:
    copy, path = _register(root, 2, "copy.db"), root / "thidua.db"
    path.write_bytes(TORN)
    path.with_name("thidua.db-journal").write_bytes(JOURNAL)
    return ["--db", str(path), str(copy)]


def _after_restore_torn(known: Known, folder: Path, acknowledged: bool) -> str:
    """The damaged file and its journal are there under one name or the other, or both, and never apart from the new one."""
    path, kept = folder / "thidua.db", sorted(folder.glob("thidua.db.before-restore-*Z"))
    done = path.read_bytes() != TORN
    if acknowledged and not done:
        raise Harm("acknowledged, and lost")
    if done:
        _whole(path, known.after)
        if path.with_name("thidua.db-journal").exists():
            raise Harm("the journal of the damaged register lies beside the new one")
    if any(each.read_bytes() != TORN for each in kept) or (done and not kept):
        raise Harm("the damaged register is lost")
    journals = [Path(f"{each}-journal") for each in (path, *kept)]
    if JOURNAL not in [each.read_bytes() for each in journals if each.exists()]:
        raise Harm("its journal is lost")
    return _said(done)


def _migrate(root: Path) -> list[str]:
    return ["--db", str(_register(root, 3)), "status", "--format", "csv"]


def _after_migration(known: Known, folder: Path, acknowledged: bool) -> str:
    """The register is of one schema or the other, whole; where it is of the new one, its backup is there."""
    path = folder / "thidua.db"
    return _kept(known, path, backup.default_folder(path).glob("[!.]*"), acknowledged)


def _export(root: Path) -> list[str]:
    (root / "out.jsonl").write_bytes(OLD)
    return ["--db", str(_register(root, 3)), "export", "register", "-o", str(root / "out.jsonl")]


def _after_export(known: Known, folder: Path, acknowledged: bool) -> str:
    """The file is the old one or the new one, whole."""
    found = (folder / "out.jsonl").read_bytes()
    if found == OLD and acknowledged:
        raise Harm("acknowledged, and lost")
    if found != OLD and known.run("--db", str(folder / "new.db"), "restore", str(folder / "out.jsonl")).code:
        raise Harm("corrupt")
    _whole(folder / "thidua.db", known.before)
    return _said(found != OLD)


CASES = {
    "init": Case(_init, _after_init),
    "init without links": Case(
        _init, _after_init_without_links, strace=["-e", "inject=?link,linkat:error=EPERM"]
    ),
    "backup": Case(_backup, _after_backup),
    "backup --keep": Case(_backup_and_thin, _after_thinning),
    "restore to a new place": Case(_restore_new, _after_restore_new),
    "restore over a register": Case(_restore_over, _after_restore_over),
    "restore over a damaged one": Case(_restore_torn, _after_restore_torn, ["-c", ASIDE]),
    "export": Case(_export, _after_export),
    "migration": Case(_migrate, _after_migration, ["-c", FUTURE]),
}


def _record(case: Case, root: Path, run: Run) -> tuple[Recorded, Known]:
    """Run the command once, with all that it does to the files."""
    command = case.command(root)
    path = Path(command[1])
    readable = path.exists() and path.read_bytes() != TORN
    before = dump(path) if readable else {}
    recorded = syscalls.record(
        root, [sys.executable, *case.program, "--lang", "en", *command], environment(path), *case.strace
    )
    assert recorded.done.returncode == 0, recorded.done.stderr
    return recorded, Known(run, before, dump(path))


def _cut(
    case: Case,
    root: Path,
    recorded: Recorded,
    known: Known,
    rounds: int,
    *,
    without: str = "",
    kept: Sequence[Event] = (),
) -> Iterator[str]:
    """Cut the power after every event, `rounds` times; what was found each time.

    `without`: events that did not take place. `kept`: such as take place after each, before the cut.
    """
    begin, since = recorded.events[: recorded.begin], recorded.events[recorded.begin :]
    since = [event for event in since if event.what != without]
    drafts = re.compile(r"/\.[^/]*\.new(-journal)?$")  # what they hold makes no difference
    folder, chance, verdicts = root.with_name("after"), random.Random(6), dict[object, str]()
    for moment in [*range(len(since) + 1)] * rounds:
        acknowledged = any(event.what == "acknowledged" for event in since[:moment])
        state = after_cut([*begin, *since[:moment], *kept], chance)
        key = acknowledged, *(each for each in sorted(state.items()) if not drafts.search(each[0]))
        if key not in verdicts:
            write_files(state, root, folder)
            try:
                verdicts[key] = case.check(known, folder, acknowledged)
            except Harm as harm:
                verdicts[key] = f"harm: {harm}"
        yield verdicts[key]


def _survives(name: str, root: Path, run: Run, say: Say, rounds: int, most: int) -> None:
    """The cuts, and as controls up to `most` times as many without syncs of files, and without those of folders."""
    recorded, known = _record(CASES[name], root, run)
    seen = Counter(_cut(CASES[name], root, recorded, known, rounds))
    say(
        f"{name}: {seen.total()} power cuts over {len(recorded.events) - recorded.begin} events: {dict(seen)}"
    )
    assert [verdict for verdict in seen if not verdict.startswith("sound")] == []
    assert len(seen) > 1, "no cut made a difference"
    on_the_disk = [*(Event("sync", event.file) for event in recorded.events), Event("folder")]
    killed = Counter(_cut(CASES[name], root, recorded, known, 1, kept=on_the_disk))
    say(f"  killed after each event: {dict(killed)}")
    assert [verdict for verdict in killed if not verdict.startswith("sound")] == []
    for without in ("sync", "folder"):
        cuts = enumerate(_cut(CASES[name], root, recorded, known, rounds * most, without=without), 1)
        number, harm = next(((number, each) for number, each in cuts if each.startswith("harm")), (0, ""))
        say(
            f"  control without the syncs of {'files' if without == 'sync' else 'folders'}: {harm} at cut {number}"
        )
        assert number, "no cut did harm"


@pytest.fixture(autouse=True)
def _seeded(root: Path, seeded: sqlite3.Connection) -> None:
    target = sqlite3.connect(root.parent / "seeded.db")
    seeded.backup(target)
    target.close()


@pytest.mark.parametrize("name", CASES)
def test_power_cuts(name: str, root: Path, run: Run, say: Say) -> None:
    """After a power cut at any moment every register is whole, and what was acknowledged is there."""
    _survives(name, root, run, say, 1, 20)


@pytest.mark.soak
@pytest.mark.parametrize("name", CASES)
def test_many_power_cuts(name: str, root: Path, run: Run, say: Say) -> None:
    """The same, 30 times at each moment."""
    _survives(name, root, run, say, 30, 1)
