"""The program works alone: no command opens a socket or looks a name up."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conftest import Outcome
from thidua_cli.cli import app, recording, units

Run = Callable[..., Outcome]

_watched: list[str] | None = None


def _hook(event: str, _arguments: object) -> None:
    if _watched is not None and event.startswith("socket."):
        _watched.append(event)
        raise PermissionError(event)


@pytest.fixture(scope="module", autouse=True)
def _installed() -> None:
    sys.addaudithook(_hook)  # for good: hooks of the interpreter are never taken away


@pytest.fixture
def sockets() -> Iterator[list[str]]:
    """What is asked of the network while the test runs; all of it fails."""
    global _watched  # noqa: PLW0603 - the hook knows nothing else
    _watched = []
    yield _watched
    _watched = None


COMMANDS = {
    "init": ["init"],
    "plan": ["plan"],
    "import": ["import", "launches", "examples/launches_2022.csv"],
    "record": ["record", "launch", "492", "--on", "2022-03-30", "--evidence", "https://example.invalid/a.pdf"],
    "units": ["units", "list"],
    "status": ["status"],
    "list": ["list"],
    "check": ["check", "-q", "--as-of", "2022-03-31"],
    "find": ["find", "hai chau"],
    "history": ["history", "492"],
    "diff": ["diff", "--from", "2022-03-31", "--to", "2022-04-01"],
    "undo": ["undo", "2", "--reason", "x"],
    "log": ["log"],
    "verify": ["verify", "--evidence"],
    "backup": ["backup"],
    "restore": ["restore", "{backup}"],
    "export": ["export", "register"],
    "calendar": ["calendar"],
    "config": ["config", "show"],
    "letterhead": ["letterhead"],
    "trend": ["trend", "p1-launch"],
    "report": ["report", "--format", "html"],
    "remind": ["remind", "--as-of", "2022-04-15", "--format", "csv"],
    "record registration": ["record", "registration", "492", "--on", "2022-03-30"],
    "record review": ["record", "review", "492", "--on", "2022-03-30"],
    "record exemption": ["record", "exemption", "498", "--obligation", "p1-launch", "--on", "2022-01-01", "--reason", "x"],
    "record extension": ["record", "extension", "498", "--obligation", "p1-launch", "--on", "2022-01-01", "--until", "2022-04-30"],
    "record supplement": ["record", "supplement", "1", "--on", "2022-06-01", "--note", "x"],
    "record withdrawal": ["record", "withdrawal", "1", "--on", "2022-03-01"],
    "record correct": ["record", "correct", "1", "--on", "2022-03-29", "--reason", "x"],
    "record void": ["record", "void", "1", "--reason", "x"],
    "units show": ["units", "show", "492"],
    "units tree": ["units", "tree"],
    "units alias": ["units", "alias", "SCT", "Sở CT TP"],
}  # fmt: skip


def test_the_hook_works(sockets: list[str]) -> None:
    """A socket, were one opened, would be noticed and refused."""
    import socket

    with pytest.raises(PermissionError):
        socket.socket()
    assert sockets == ["socket.__new__"]


def test_every_command_is_tried() -> None:
    """A new command comes with a line in the table above."""
    assert set(app._commands()) <= set(COMMANDS)
    assert {f"record {name}" for name in recording.COMMANDS()} - {"record launch"} <= set(COMMANDS)
    assert {"list", "show", "tree"} <= set(units.COMMANDS())


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_uses_the_network(run: Run, sockets: list[str], name: str) -> None:
    """Every command does its work without a socket, an address of evidence included."""
    if name in ("undo", "record correct", "record void", "record supplement"):
        assert run("record", "launch", "492", "--on", "2022-03-30").code == 0
    if name == "record withdrawal":
        assert run(*COMMANDS["record exemption"]).code == 0
    backup = run("backup").out.strip() if name == "restore" else ""
    done = run(*(part.replace("{backup}", backup) for part in COMMANDS[name]))
    assert (done.code, sockets) == (0, [])


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv", "tsv", "md"])
def test_no_format_uses_the_network(run: Run, sockets: list[str], tmp_path: Path, form: str) -> None:
    """Nor does any format, or the template of an import."""
    assert run("status", "--format", form).code == 0
    assert run("import", "launches", "--template", "-o", str(tmp_path / "x.xlsx")).code == 0
    assert sockets == []
