"""Where a register may stand, and what --read-only keeps from happening."""

import os
import socket
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

import build
from conftest import Outcome, process
from thidua_cli import store
from thidua_cli.ground import drafts, files, filesystem, language

Run = Callable[..., Outcome]
RECORD = ("record", "launch", "492", "--on", "2022-03-30")


@pytest.fixture
def mounted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Say that the folder of the test is on a file system of some type."""

    def mount(kind: str) -> None:
        table = tmp_path.parent / "mountinfo"
        point = str(tmp_path).replace(" ", "\\040")
        table.write_text(
            "21 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
            f"22 21 0:40 / {point} rw,relatime shared:1 - {kind} server:/x rw\n"
            "23 21 0:41 / /mnt rw - tmpfs none rw\n"
        )
        monkeypatch.setattr(filesystem, "_MOUNTS", table)

    return mount


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs"])
def test_no_register_is_written_on_a_network(
    run: Run, db: Path, tmp_path: Path, mounted: Callable[[str], None], kind: str
) -> None:
    """Writing, init and restore there are refused with the word and the cure; reading and backups are not."""
    mounted(kind)
    before = db.read_bytes()
    made = Path(run("backup").out.strip())
    for arguments in ([*RECORD], ["restore", str(made)], ["--db", str(tmp_path / "new.db"), "init"]):
        done = run(*arguments)
        assert (done.code, kind in done.err) == (5, True)
    assert run("status").code == 0
    assert db.read_bytes() == before


def test_the_file_system_is_that_of_the_nearest_mount(mounted: Callable[[str], None], tmp_path: Path) -> None:
    """The longest mount point above a path decides; without a table of mounts nothing is known."""
    mounted("nfs4")
    assert filesystem.file_system(tmp_path / "x" / "y.db") == "nfs4"
    assert filesystem.file_system(Path("/mnt/y.db")) == "tmpfs"
    assert filesystem.file_system(Path("/home")) == "ext4"
    filesystem._MOUNTS.unlink()
    assert filesystem.file_system(tmp_path) == ""


def test_a_file_that_all_may_change_is_refused(run: Run, db: Path, mounted: Callable[[str], None]) -> None:
    """By reading and writing commands, with the cure; unless nothing is written, or the place keeps no rights."""
    mounted("ext4")
    db.chmod(0o666)
    for arguments in (["status"], [*RECORD]):
        done = run(*arguments)
        assert (done.code, f"chmod o-w {db}" in done.err) == (5, True)
    assert run("--read-only", "status").code == 0
    assert run("verify").code == 0
    db.chmod(0o664)
    assert run("status").code == 0
    db.chmod(0o666)
    mounted("vfat")
    assert run(*RECORD).code == 0


@pytest.mark.parametrize("command", ["init", "restore"])
def test_every_folder_that_is_made_is_its_owners_alone(run: Run, tmp_path: Path, command: str) -> None:
    """Not only the last one; a folder that was there keeps its rights."""
    made = run("backup").out.strip()
    there = tmp_path / "there"
    there.mkdir(mode=0o755)
    path = there / "a" / "b" / "x.db"
    assert run("--db", str(path), command, *([made] if command == "restore" else [])).code == 0
    assert [each.stat().st_mode & 0o777 for each in (*path.parents[:2], there)] == [0o700, 0o700, 0o755]


def test_a_folder_that_all_may_change_is_said(
    run: Run, tmp_path: Path, mounted: Callable[[str], None]
) -> None:
    """init warns of a folder in which anyone could put another file in the place of the register."""
    mounted("ext4")
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(0o777)
    assert "chmod o-w" in run("--db", str(folder / "a.db"), "init").err
    folder.chmod(0o1777)
    assert run("--db", str(folder / "b.db"), "init").err == ""


def test_init_through_a_link_to_nothing(run: Run, tmp_path: Path) -> None:
    """It is refused with both places named; nothing appears at either."""
    link = tmp_path / "link.db"
    link.symlink_to(tmp_path / "nothing.db")
    done = run("--db", str(link), "init")
    assert (done.code, str(tmp_path / "nothing.db") in done.err) == (5, True)
    assert not (tmp_path / "nothing.db").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--db", "LINK", "restore", "COPY"],
        ["status", "-f", "csv", "-o", "LINK"],
        ["report", "-f", "html", "-o", "LINK"],
        ["report", "-o", "LINK"],
        ["remind", "--as-of", "2022-04-04", "-o", "LINK"],
        ["backup", "LINK"],
        ["export", "register", "-o", "LINK"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("where", ["nothing", "no folder/nothing", "link"])
def test_nothing_is_made_through_a_link_to_nothing(
    run: Run, tmp_path: Path, arguments: list[str], where: str
) -> None:
    """Restore and every output refuse it as init does, also where the link leads to itself."""
    copy = run("backup").out.strip()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / where)
    before = set(tmp_path.iterdir())
    done = run(*({"LINK": str(link), "COPY": copy}.get(each, each) for each in arguments))
    assert done.code == 5
    assert str(tmp_path / where) in done.err
    assert set(tmp_path.iterdir()) == before


def test_a_link_to_a_register_is_the_register(run: Run, db: Path, tmp_path: Path) -> None:
    """Commands through a link read and write the real file, whose journal and backups stand beside it."""
    link = tmp_path / "elsewhere" / "link.db"
    link.parent.mkdir()
    link.symlink_to(db)
    assert run("--db", str(link), *RECORD).code == 0
    assert Path(run("--db", str(link), "backup").out.strip()).parent == db.parent / "backups"
    assert list(link.parent.iterdir()) == [link]
    assert "492" in run("list", "p1-launch", "--state", "on_time", "--format", "csv").out


@pytest.mark.parametrize(
    "arguments",
    [
        ["restore", "ENDLESS"],
        ["verify", "--report", "ENDLESS"],
        ["report", "-f", "html", "--letterhead", "ENDLESS"],
        ["--db", "NEW", "init", "--plan", "ENDLESS"],
        [*RECORD, "--evidence", "ENDLESS"],
    ],
    ids=lambda arguments: " ".join(arguments[:4]),
)
@pytest.mark.parametrize("endless", ["pipe", "/dev/full"])
def test_what_has_no_end_is_not_read(
    run: Run, db: Path, tmp_path: Path, arguments: list[str], endless: str
) -> None:
    """A pipe or device in the place of a file is refused at once, with the cure, and nothing is written."""
    if endless == "pipe":
        endless = str(tmp_path / "pipe")
        os.mkfifo(endless)
    before = db.read_bytes()
    given = {"ENDLESS": endless, "NEW": str(tmp_path / "new.db")}
    done = run(*(given.get(each, each) for each in arguments))
    assert done.code in (2, 5, 7)
    assert f"{endless}: " in done.err
    assert "save its content as a file first" in done.err
    assert (db.read_bytes(), (tmp_path / "new.db").exists()) == (before, False)


@pytest.mark.parametrize("ending", ["-journal", "-wal", "-shm"])
@pytest.mark.parametrize("kind", ["pipe", "socket", "folder", "link to a pipe", "link to nothing"])
def test_a_journal_that_is_no_file(
    run: Run, db: Path, tmp_path: Path, kind: str, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever would open the register says at once what lies in the place of its journal, and touches nothing."""
    copy = tmp_path / "copy.db"
    copy.write_bytes(db.read_bytes())
    place = Path(f"{db}{ending}")
    match kind:
        case "pipe":
            os.mkfifo(place)
        case "socket":
            monkeypatch.chdir(tmp_path)
            with socket.socket(socket.AF_UNIX) as made:
                made.bind(place.name)
        case "folder":
            place.mkdir()
        case "link to a pipe":
            os.mkfifo(tmp_path / "pipe")
            place.symlink_to("pipe")
        case _:
            place.symlink_to("nothing")
    link = tmp_path / "link.db"
    link.symlink_to(db)
    before = db.read_bytes()
    commands = (
        ["status"], [*RECORD], ["init"], ["verify"], ["backup"], ["export", "register"], ["restore", str(copy)],
        ["--read-only", "status"], ["--lock", "status"], ["--db", str(link), "status"],
        ["--db", str(copy), "verify", "--extends", str(db)], ["--db", str(copy), "restore", str(db)],
        ["--db", str(tmp_path / "new.db"), "restore", str(db)],
    )  # fmt: skip
    for arguments in commands:
        done = run(*arguments)
        assert (done.code, done.out, f"{place}: " in done.err, "ls -l" in done.err) == (5, "", True, True), (
            arguments,
            done,
        )
    assert db.read_bytes() == before
    assert not (tmp_path / "new.db").exists()


def test_evidence_that_has_become_a_pipe(run: Run, tmp_path: Path) -> None:
    """`verify --evidence` reports it as one that is not what was recorded, instead of waiting for its end."""
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(b"paper")
    assert run(*RECORD, "--evidence", str(paper)).code == 0
    paper.unlink()
    os.mkfifo(paper)
    done = run("verify", "--evidence")
    assert (done.code, "paper.pdf: is a pipe or device" in done.out) == (3, True)


def test_what_is_far_too_large_is_not_read(tmp_path: Path) -> None:
    """A file is read up to its bound and not to its end."""
    path = tmp_path / "large"
    path.write_bytes(bytes(3 << 20))
    assert len(files.read(path, 3 << 20)) == 3 << 20
    with pytest.raises(OSError, match="2 MB") as caught:
        files.read(path, 2 << 20)
    assert "2 MB" in language.why(caught.value)


@pytest.mark.parametrize(
    "command",
    [["backup"], ["report", "-o"], ["remind", "--as-of", "2022-04-04", "-o"]],
    ids=lambda command: command[0],
)
def test_a_folder_for_output(run: Run, tmp_path: Path, command: list[str]) -> None:
    """It is made if only its last part is missing; a file in its place and a missing parent are said."""
    new, file, lost = tmp_path / "new", tmp_path / "file", tmp_path / "lost" / "new"
    assert run(*command, str(new)).code == 0
    assert list(new.iterdir())
    file.write_text("x")
    done = run(*command, str(file), *(["-f", "json", "-f", "html"] if command[0] == "report" else []))
    assert (done.code, f"{file} is a file, not a folder" in done.err) == (5, True)
    done = run(*command, str(lost))
    assert (done.code, f"there is no folder {lost.parent}" in done.err) == (5, True)
    assert f"mkdir -p {lost.parent}" in done.err
    assert not lost.parent.exists()


def test_a_folder_or_a_ring_of_links_is_no_register(run: Run, db: Path, tmp_path: Path) -> None:
    """The root, any folder and a link to itself are refused in words by whatever would use them."""
    ring = tmp_path / "ring"
    ring.symlink_to(ring)
    before = set(tmp_path.iterdir())
    assert run("status", "-f", "csv", "-o", str(ring / "x.csv")).code == 5
    for place in ("/", str(tmp_path), str(ring), str(ring / "x.db")):
        for command in (["restore", str(db)], ["--lock", "status"], ["backup"], ["init"], [*RECORD]):
            done = run("--db", place, *command)
            assert (done.code, "Traceback" in done.err, done.out) == (5, False, ""), (place, command)
            assert done.err.startswith("Error: ")
    assert set(tmp_path.iterdir()) == before


WRITING = [
    ["init"],
    [*RECORD],
    ["import", "launches", "examples/launches_2022.csv"],
    ["import", "units", "no such file"],
    ["units", "add", "X1", "Hội X", "--kind", "association", "--on", "2022-01-01"],
    ["undo", "1", "--reason", "x"],
    ["restore", "no such file"],
]


@pytest.mark.parametrize("word", ["0", "false", "No", "OFF", "không", "", " "])
def test_a_switch_may_be_off(run: Run, monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    """THIDUA_READ_ONLY=false lets commands write, as if it were not set."""
    monkeypatch.setenv("THIDUA_READ_ONLY", word)
    assert run(*RECORD).code == 0


@pytest.mark.parametrize("word", ["1", "true", "YES", "on", "có"])
def test_a_switch_may_be_on(run: Run, monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    """THIDUA_READ_ONLY=true lets no command write."""
    monkeypatch.setenv("THIDUA_READ_ONLY", word)
    assert run(*RECORD).code == 5


@pytest.mark.parametrize("word", ["2", "flase", "read-only\x1b[31m"])
def test_a_switch_is_on_or_off(run: Run, monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    """Any other word is a mistake of usage, with those that are understood, also where --read-only says it already."""
    monkeypatch.setenv("THIDUA_READ_ONLY", word)
    for option in ([], ["--read-only"]):
        done = run(*option, *RECORD)
        assert (done.code, "THIDUA_READ_ONLY" in done.err, "false" in done.err, "\x1b" in done.err) == (
            2,
            True,
            True,
            False,
        )


@pytest.mark.parametrize("arguments", WRITING, ids=lambda arguments: " ".join(arguments[:2]))
@pytest.mark.parametrize("way", ["option", "variable"])
def test_read_only_refuses_every_write(
    run: Run, db: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], way: str
) -> None:
    """Exit 5 before anything else is looked at, by the option or the variable; not a byte changes."""
    before = db.read_bytes()
    if way == "variable":
        monkeypatch.setenv("THIDUA_READ_ONLY", "1")
    done = run(*(["--read-only"] if way == "option" else []), *arguments)
    assert (done.code, "read-only" in done.err, done.out) == (5, True, "")
    assert db.read_bytes() == before


def test_output_keeps_the_rights_of_the_file_before(run: Run, tmp_path: Path) -> None:
    """A file that is replaced is as open as it was; a new one as the umask says, a whole register only to its owner."""
    new, old = tmp_path / "new", tmp_path / "old"
    for command, mode in (["status", "-f", "csv"], 0o666), (["export", "register"], 0o600):
        for wanted in (0o600, 0o640, 0o664):
            old.write_bytes(b"old")
            old.chmod(wanted)
            assert run(*command, "-o", str(old)).code == 0
            assert (old.stat().st_mode & 0o777, old.read_bytes() == b"old") == (wanted, False)
        new.unlink(missing_ok=True)
        umask = os.umask(0)
        assert run(*command, "-o", str(new)).code == 0
        os.umask(umask)
        assert new.stat().st_mode & 0o777 == mode


def test_read_only_reads_all(run: Run, tmp_path: Path) -> None:
    """Everything that only reads the register works, a dry run and a backup elsewhere included."""
    for arguments in (
        ["status"], ["list"], ["log"], ["verify"], ["units", "tree"], ["backup", str(tmp_path)], ["export", "register"],
        ["import", "launches", "examples/launches_2022.csv", "--dry-run"],
    ):  # fmt: skip
        assert run("--read-only", *arguments).code == 0, arguments


def test_read_only_leaves_the_journal_of_a_killed_writer(db: Path) -> None:
    """It says that something is to be cleared away; the next command without it does so."""
    build.cut_off(db)
    assert drafts.journal_of(db).exists()
    torn = db.read_bytes()
    done = process("--lang", "en", "--read-only", "status", db=db)
    assert done.returncode == 5
    assert b"without --read-only" in done.stderr
    assert (db.read_bytes(), drafts.journal_of(db).exists()) == (torn, True)
    assert process("status", db=db).returncode == 0
    assert not drafts.journal_of(db).exists()
    plain = sqlite3.connect(db)
    assert plain.execute("SELECT count(*) FROM unit").fetchone() == (117,)
    plain.close()


def test_read_only_does_not_migrate(run: Run, db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A register of an older schema is refused with the cure, and left as it is."""
    monkeypatch.setattr(
        store.schema, "MIGRATIONS", (*store.schema.MIGRATIONS, ("test", lambda _database: None))
    )
    monkeypatch.setattr(store.schema, "SCHEMA_VERSION", store.schema.SCHEMA_VERSION + 1)
    before = db.read_bytes()
    done = run("--read-only", "status")
    assert (done.code, "without --read-only" in done.err) == (5, True)
    assert db.read_bytes() == before
    assert list(db.parent.iterdir()) == [db]


@pytest.mark.parametrize("ending", ["-journal", "-wal", "-shm"])
def test_no_output_under_the_name_of_a_journal(run: Run, db: Path, ending: str) -> None:
    """What SQLite would take for the register's own is not written beside it, and the register reads as before."""
    path = Path(f"{db}{ending}")
    for arguments in (["status", "-f", "csv"], ["export", "units", "-f", "csv"], ["report", "-f", "html"]):
        done = run(*arguments, "-o", str(path))
        assert (done.code, db.name in done.err, path.exists()) == (5, True, False)
    assert run("verify").code == 0
    assert run("status", "-f", "csv", "-o", str(db.with_name(f"other{ending}"))).code == 0


def test_why_a_file_cannot_be_read_is_said_in_one_language(run: Run, tmp_path: Path) -> None:
    """A plan or letterhead that is not there is refused in the language in use, without numbers of the system."""
    lost = str(tmp_path / "lost.toml")
    for command in (
        ["--db", str(tmp_path / "n.db"), "init", "--plan"],
        ["report", "-f", "html", "--letterhead"],
    ):
        done = run(*command, lost, lang="vi")
        assert (done.code, "không có tệp hay thư mục này" in done.err, "Errno" in done.err) == (
            7,
            True,
            False,
        )
