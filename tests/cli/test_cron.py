"""Runs with nobody watching: the lock, and the script, crontab and timer of the examples."""

import os
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from conftest import ROOT, process
from thidua_cli import store
from thidua_cli.ground import dates
from thidua_cli.ground.errors import StoreError

EXAMPLES = ROOT / "examples"
RUN = f'#!/bin/sh\nexec "{sys.executable}" -m thidua_cli "$@"\n'
MAIL = '#!/bin/sh\nprintf "%s\\n" "$@" >"$HOME/mail"\ncat >>"$HOME/mail"\n'
needs = {
    program: pytest.mark.skipif(
        shutil.which(program) is None, reason=f"{program} is not installed (make test as root gets it)"
    )
    for program in ("shellcheck", "crontab", "systemd-analyze")
}


# The lock


def test_two_runs_with_a_lock_do_not_overlap(db: Path) -> None:
    """The second ends at once in 5, with one line; a run without a lock is not held up."""
    with store.locked(db):
        refused = process("--lock", "status", db=db)
        assert (refused.returncode, refused.stdout) == (5, b"")
        assert len(refused.stderr.splitlines()) == 1
        assert process("status", db=db).returncode == 0
        with pytest.raises(StoreError), store.locked(db):
            pass
    assert process("--lock", "status", db=db).returncode == 0


def test_a_lock_dies_with_its_process(db: Path) -> None:
    """Killed in the middle, a run leaves nothing that holds up the next one."""
    program = f"import time; from pathlib import Path; from thidua_cli import store\nwith store.locked(Path({str(db)!r})): print('held', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert process("--lock", "status", db=db).returncode == 5
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    assert process("--lock", "status", db=db).returncode == 0


def test_a_lock_is_one_for_all_ways_to_the_register(db: Path, tmp_path: Path) -> None:
    """A link to the register leads to the same lock; two registers in a folder have two."""
    link = tmp_path / "link.db"
    link.symlink_to(db)
    other = tmp_path / "other.db"
    shutil.copy(db, other)
    with store.locked(db):
        assert process("--lock", "status", db=link).returncode == 5
        assert process("--lock", "status", db=other).returncode == 0


def test_a_lock_does_not_hide_other_errors(tmp_path: Path) -> None:
    """Without a folder there is no register, and that is what is said; a folder that cannot be written to is 5."""
    missing = process("--lock", "status", db=tmp_path / "no" / "x.db")
    assert missing.returncode == 5
    assert b"thidua init" in missing.stderr
    after = process("status", "--lock", db=tmp_path / "x.db", LANG="en_US.UTF-8")
    assert after.returncode == 2
    assert b"--lock goes before the command" in after.stderr


# The script


@pytest.fixture
def world(tmp_path: Path, db: Path) -> dict[str, str]:
    """An environment such as cron's, with `thidua` and a `mail` that keeps what it is given."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name, text in (("thidua", RUN), ("mail", MAIL)):
        (folder / name).write_text(text)
        (folder / name).chmod(stat.S_IRWXU)
    (tmp_path / "reports").mkdir()
    return {"PATH": f"{folder}:/usr/bin:/bin", "HOME": str(tmp_path), "THIDUA_DB": str(db)}


def weekly(world: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """The script, by sh, with the folder `reports`."""
    command = ["/bin/sh", str(EXAMPLES / "weekly.sh"), f"{world['HOME']}/reports", *arguments]
    return subprocess.run(command, env=world, capture_output=True, text=True, check=False)


def test_the_script_is_silent_and_tells_the_verdict(world: dict[str, str], tmp_path: Path) -> None:
    """Files are there, nothing is printed, the list of who is overdue is mailed, and the exit code is check's."""
    done = weekly(world, "leaders@example.org")
    assert (done.returncode, done.stdout, done.stderr) == (3, "", "")
    assert [path.suffix for path in (tmp_path / "reports").iterdir() if path.suffix == ".json"]
    mail = (tmp_path / "mail").read_text(encoding="utf-8")
    assert "leaders@example.org" in mail
    assert "Sở Công Thương" in mail


@pytest.mark.parametrize("body", [None, "#!/bin/sh\necho no route >&2\necho twice >&2\nexit 1\n"])
def test_a_mail_that_does_not_go_is_told(world: dict[str, str], tmp_path: Path, body: str | None) -> None:
    """Without `mail`, or where it fails: one line, and an exit code that is neither a verdict nor thidua's."""
    mail = tmp_path / "bin" / "mail"
    mail.unlink()
    if body:
        mail.write_text(body)
        mail.chmod(stat.S_IRWXU)
    else:  # a PATH that has the script's tools and no mail
        for tool in ("sh", "date", "head", "printf"):
            (tmp_path / "bin" / tool).symlink_to(shutil.which(tool) or "")
        world["PATH"] = str(tmp_path / "bin")
    done = weekly(world, "leaders@example.org")
    assert (done.returncode, done.stdout) == (69, "")
    assert len(done.stderr.splitlines()) == 1
    assert "somebody is overdue, and mail to leaders@example.org failed" in done.stderr
    assert (tmp_path / "reports" / "overdue.txt").exists()
    assert weekly(world).returncode == 3


def test_the_script_is_done_when_nobody_is_overdue(world: dict[str, str], tmp_path: Path, db: Path) -> None:
    """Exit 0, and no mail."""
    shutil.copy(db, tmp_path / "full.db")
    fresh = tmp_path / "fresh.db"
    assert process("init", "--no-units", db=fresh).returncode == 0
    done = weekly({**world, "THIDUA_DB": str(fresh)}, "leaders@example.org")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (tmp_path / "mail").exists()


def test_a_failed_run_is_one_line_and_leaves_last_week(
    world: dict[str, str], tmp_path: Path, db: Path
) -> None:
    """A register that is not there, or another run that holds the lock: 5, and every file as it was."""
    weekly(world)
    before = {path.name: path.read_bytes() for path in (tmp_path / "reports").iterdir()}
    assert before
    gone = weekly({**world, "THIDUA_DB": str(tmp_path / "gone.db")}, "leaders@example.org")
    with store.locked(db):
        held = weekly(world)
    for done in (gone, held):
        assert (done.returncode, done.stdout) == (5, "")
        assert len(done.stderr.splitlines()) == 1
    assert {path.name: path.read_bytes() for path in (tmp_path / "reports").iterdir()} == before
    assert not (tmp_path / "mail").exists()


def test_the_script_writes_the_paper_where_there_is_a_letterhead(
    world: dict[str, str], tmp_path: Path
) -> None:
    """LETTERHEAD adds the DOCX; a letterhead that is not there fails the run in one line."""
    assert weekly({**world, "LETTERHEAD": str(EXAMPLES / "letterhead.toml")}).returncode == 3
    endings = sorted(path.suffix for path in (tmp_path / "reports").glob("status-*"))
    assert endings == [".docx", ".html", ".json", ".xlsx"]
    done = weekly({**world, "LETTERHEAD": str(tmp_path / "gone.toml")})
    assert (done.returncode, done.stdout) == (7, "")
    assert len(done.stderr.splitlines()) == 1
    assert "gone.toml" in done.stderr


def test_the_mail_names_the_week_in_viet_nam(world: dict[str, str], tmp_path: Path) -> None:
    """On a machine in another zone Monday morning there is Sunday, and another week."""
    date = tmp_path / "bin" / "date"
    date.write_text('#!/bin/sh\n[ "$1" = -d ] && exec /bin/date "$@"\nprintf "%s in %s\\n" "$1" "$TZ"\n')
    date.chmod(stat.S_IRWXU)
    weekly({**world, "TZ": "America/New_York"}, "leaders@example.org")
    assert "thidua: +%G-W%V in Asia/Ho_Chi_Minh" in (tmp_path / "mail").read_text(encoding="utf-8")


@needs["shellcheck"]
def test_the_scripts_are_clean() -> None:
    """POSIX sh, without a complaint of shellcheck."""
    subprocess.run(["shellcheck", *map(str, EXAMPLES.glob("*.sh"))], check=True)


@needs["crontab"]
def test_the_crontab_is_one() -> None:
    """As cron itself reads it."""
    subprocess.run(["crontab", "-n", str(EXAMPLES / "weekly.crontab")], check=True, capture_output=True)


# cron itself

# Debian's cron in a world of its own: its mounts end with it, and all its children with the first process.
MACHINE = """
set -e
for place in /var/spool/cron/crontabs /etc/cron.d /run /dev/shm; do mount -t tmpfs none "$place"; done
install -m 600 "$HOME/crontab" /var/spool/cron/crontabs/root
mount --bind "$HOME/nothing" /etc/crontab
mount --bind "$HOME/pam" /etc/pam.d/cron
mount --bind "$HOME/sbin" /usr/sbin
exec env LD_PRELOAD="$PRELOAD" "$HOME/cron" -f
"""
ALONE = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
CRON = Path("/usr/sbin/cron")
PAM = "account required pam_permit.so\nsession required pam_permit.so\n"
SENDMAIL = '#!/bin/sh\ncat >"{home}/letter"\nmv "{home}/letter" "{home}/sent"\n'


@pytest.fixture
def preload() -> Path:
    """The library that tells cron the time; the test is skipped where no cron can be run apart."""
    found = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
    if os.geteuid() != 0:
        pytest.skip("cron runs as root only")
    if found is None or not CRON.exists() or not Path("/etc/pam.d/cron").exists():
        pytest.skip("Debian's cron or faketime is not installed (make test as root gets them)")
    tried = [*ALONE, "mount", "-t", "tmpfs", "none", "/run"]
    if subprocess.run(tried, capture_output=True, check=False).returncode:
        pytest.skip("mounts of its own are not allowed to this process")
    return found


@pytest.fixture
def fired(world: dict[str, str], preload: Path, tmp_path: Path) -> Callable[..., str]:
    """Runs cron with a crontab on a machine of that zone, from 5 seconds before 7 on a Monday in Việt Nam.

    Ends when the file `sign` is there, and fails where it does not come. Returns the mail that cron sent.
    """
    (tmp_path / "nothing").touch()
    (tmp_path / "pam").write_text(PAM)
    (tmp_path / "sbin").mkdir()
    (tmp_path / "sbin" / "sendmail").write_text(SENDMAIL.format(home=tmp_path))
    shutil.copy(CRON, tmp_path / "cron")
    (tmp_path / "sbin" / "sendmail").chmod(stat.S_IRWXU)
    monday = datetime(2022, 4, 4, 7, tzinfo=dates.zone()) - timedelta(seconds=5)

    def fire(crontab: str, *, zone: str, sign: str) -> str:
        (tmp_path / "crontab").write_text(crontab, encoding="utf-8")
        machine = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(tmp_path),
            "TZ": zone,
            "PRELOAD": str(preload),
            "FAKETIME": f"@{monday.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S}",
        }
        with subprocess.Popen([*ALONE, "sh", "-c", MACHINE], env=machine) as daemon:
            try:
                for _moment in range(600):
                    if (tmp_path / sign).exists() or daemon.poll() is not None:
                        break
                    time.sleep(0.1)
                time.sleep(1)  # in which cron can still send what the run said at its end
            finally:
                daemon.kill()
        assert (tmp_path / sign).exists()
        letter = tmp_path / "sent"
        return letter.read_text(encoding="utf-8") if letter.exists() else ""

    return fire


def installed(name: str, world: dict[str, str]) -> str:
    """A file of the examples with the paths of this machine."""
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    for there, here in {
        "/usr/local/lib/thidua/weekly.sh": str(EXAMPLES / "weekly.sh"),
        "/srv/thidua/reports": f"{world['HOME']}/reports",
        "/srv/thidua/thidua.db": world["THIDUA_DB"],
    }.items():
        assert there in text
        text = text.replace(there, here)
    return text.replace("\nPATH=/usr/local/bin:", f"\nHOME={world['HOME']}\nPATH={world['HOME']}/bin:")


def test_cron_runs_the_line_at_its_time(
    world: dict[str, str], fired: Callable[..., str], tmp_path: Path
) -> None:
    """In Việt Nam's zone the documented line runs at 7 on Monday: reports, the list by mail, nothing from cron."""
    assert not fired(installed("weekly.crontab", world), zone="Asia/Ho_Chi_Minh", sign="mail")
    assert "leaders@example.org" in (tmp_path / "mail").read_text(encoding="utf-8")
    assert {path.suffix for path in (tmp_path / "reports").iterdir()} == {".html", ".json", ".txt", ".xlsx"}


def test_cron_mails_the_one_line_of_a_failure(world: dict[str, str], fired: Callable[..., str]) -> None:
    """On a machine in UTC, with the hour that the comment names: what went wrong goes to MAILTO."""
    text = installed("weekly.crontab", world)
    assert "(0 0 * * 1 in UTC)" in text
    text = text.replace("\n0 7 * * 1 ", "\n0 0 * * 1 ").replace(world["THIDUA_DB"], "/nowhere/thidua.db")
    letter = fired(text, zone="UTC", sign="sent")
    headers, _empty, body = letter.partition("\n\n")
    assert "To: analyst@example.org" in headers
    assert len(body.splitlines()) == 1
    assert body.startswith("weekly.sh: thidua report: exit 5: ")


# systemd


@needs["systemd-analyze"]
def test_the_timer_and_the_service_are_units(tmp_path: Path) -> None:
    """systemd finds nothing to complain of, and the next run is on a Monday at 7 in Việt Nam."""
    script = tmp_path / "weekly.sh"
    shutil.copy(EXAMPLES / "weekly.sh", script)
    for name in ("weekly.service", "weekly.timer"):
        text = (EXAMPLES / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(
            text.replace("/usr/local/lib/thidua/weekly.sh", str(script)), encoding="utf-8"
        )
    command = [
        "systemd-analyze",
        "verify",
        "--man=no",
        str(tmp_path / "weekly.timer"),
        str(tmp_path / "weekly.service"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    when = next(
        line
        for line in (EXAMPLES / "weekly.timer").read_text(encoding="utf-8").splitlines()
        if line.startswith("OnCalendar=")
    )
    command = ["systemd-analyze", "calendar", "--base-time=2022-04-01 00:00:00 UTC", when.partition("=")[2]]
    done = subprocess.run(
        command, env={**os.environ, "TZ": "UTC"}, capture_output=True, text=True, check=True
    )
    assert "2022-04-04 00:00:00 UTC" in done.stdout


def test_the_service_is_done_where_somebody_is_overdue(world: dict[str, str], tmp_path: Path) -> None:
    """Its ExecStart, in its own Environment, writes and mails in silence, and its exit code is one of success."""
    settings: dict[str, list[str]] = {}
    for line in installed("weekly.service", world).splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            settings.setdefault(name, []).append(value)
    own = dict(each.split("=", 1) for each in settings["Environment"])
    (command,) = settings["ExecStart"]
    done = subprocess.run(
        shlex.split(command),
        env={"PATH": world["PATH"], "HOME": world["HOME"], **own},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("", "")
    assert [str(done.returncode)] == settings["SuccessExitStatus"]
    assert "leaders@example.org" in (tmp_path / "mail").read_text(encoding="utf-8")
