"""What a process does to the files below a folder, as the kernel sees it: recorded by strace, told as events of powercut.py.

So it is the program itself that runs, with its own SQLite, its own links and renamings, and its own syncs.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from faults.powercut import Event

_CALLS = (  # those with a question mark are not on every kind of machine
    "?open,openat,?creat,close,?dup2,dup,dup3,lseek,write,pwrite64,writev,pwritev,ftruncate,?truncate,fallocate,"
    "fsync,fdatasync,sync_file_range,copy_file_range,sendfile,?link,linkat,?rename,?renameat,renameat2,?unlink,"
    "unlinkat,?mkdir,mkdirat,?rmdir"
)
_LINE = re.compile(r"(\w+)\((.*)\)\s+= (-?\d+).*")
_STDOUT = 1
_UNKNOWN = [
    "creat",
    "dup",
    "dup2",
    "dup3",
    "fallocate",
    "truncate",
    "writev",
    "pwritev",
    "sync_file_range",
    "copy_file_range",
    "sendfile",
]


def can_be_recorded() -> bool:
    """Whether there is an strace, and the system lets it work."""
    return (
        shutil.which("strace") is not None
        and subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True, check=False).returncode
        == 0
    )


class Recorded(NamedTuple):
    """A command that has run: what it said, and what happened to the files."""

    done: subprocess.CompletedProcess[str]
    events: list[Event]
    begin: int  # how many of the events are of before the command


def record(root: Path, command: Sequence[str], environment: Mapping[str, str], *options: str) -> Recorded:
    """Run a command and note what it does to the files below `root`; `options` are strace's own."""
    notes = root.with_name(f"{root.name}.strace")
    before = _Notes(root)
    before.take(root)
    begin = len(before.events)
    strace = [
        "strace",
        "-o",
        str(notes),
        "-e",
        f"trace={_CALLS}",
        "-e",
        "signal=none",
        "-xx",
        "-s",
        "100000000",
    ]
    done = subprocess.run(
        [*strace, *options, *command], env=environment, capture_output=True, text=True, check=False
    )
    for line in notes.read_text(encoding="ascii").splitlines():
        if found := _LINE.fullmatch(line):
            before.note(found[1], _arguments(found[2]), int(found[3]))
        else:
            assert line == "+++ exited with 0 +++", line
            before.events.append(Event("acknowledged"))
    notes.unlink()
    return Recorded(done, before.events, begin)


def _arguments(text: str) -> list[str | bytes]:
    return [
        bytes.fromhex(each[1:-1].replace("\\x", "")) if each.startswith('"') else each
        for each in text.split(", ")
    ]


class _Open:
    """An open file or folder of the process."""

    def __init__(self, name: str, inode: int) -> None:
        self.name, self.inode, self.position = name, inode, 0


class _Notes:
    """The files below a folder by name, those that the process has open, and what has happened."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.inodes: dict[str, int] = {}
        self.given = 0  # inodes
        self.open: dict[int, _Open] = {}
        self.events: list[Event] = []

    def take(self, folder: Path) -> None:
        """What is there before the process begins is on the disk."""
        self.inodes[str(folder)] = 0
        self.events.append(Event("create", 0, str(folder)))
        for path in sorted(folder.iterdir()):
            if path.is_dir():
                self.take(path)
            else:
                inode = self._create(str(path))
                self.events += [Event("write", inode, data=path.read_bytes()), Event("sync", inode)]
        self.events += [Event("folder", name=str(folder)), Event("folder", name=str(folder.parent))]

    def _create(self, name: str) -> int:
        self.given += 1
        self.inodes[name] = self.given
        self.events.append(Event("create", self.given, name))
        return self.given

    def _name(self, *arguments: str | bytes) -> str | None:
        """The name that a call is about, after its folder if it has one; none where that is not below the root."""
        *folder, name = arguments
        assert isinstance(name, bytes)
        path = name.decode()
        assert folder in ([], ["AT_FDCWD"]) or path.startswith("/"), (folder, path)
        return path if path == str(self.root) or path.startswith(f"{self.root}/") else None

    def note(self, call: str, arguments: list[str | bytes], result: int) -> None:
        """One call; those that failed, or are about other files, change nothing here."""
        if result < 0:
            return
        if call == "write" and arguments[0] == str(_STDOUT):
            self.events.append(Event("acknowledged"))
        elif call in ("open", "openat"):
            self._open(arguments, result)
        elif call in ("link", "linkat", "rename", "renameat", "renameat2"):
            self._give_name(call, [each for each in arguments if isinstance(each, bytes)])
        elif call in ("unlink", "unlinkat", "rmdir"):
            self._delete(self._name(*[each for each in arguments if isinstance(each, bytes)]))
        elif call in ("mkdir", "mkdirat"):
            if name := self._name(*[each for each in arguments if isinstance(each, bytes)]):
                self.inodes[name] = 0
                self.events.append(Event("create", 0, name))
        elif isinstance(arguments[0], str) and arguments[0].isdecimal():
            self._use(call, arguments, result)

    def _open(self, arguments: list[str | bytes], result: int) -> None:
        place = next(place for place, each in enumerate(arguments) if isinstance(each, bytes))
        name, flags = self._name(*arguments[: place + 1]), str(arguments[place + 1]).split("|")
        self.open.pop(result, None)
        if name is None:
            return
        if name not in self.inodes:
            assert "O_CREAT" in flags, name
            self._create(name)
        self.open[result] = _Open(name, self.inodes[name])
        if "O_TRUNC" in flags:
            self.events.append(Event("truncate", self.inodes[name]))

    def _give_name(self, call: str, names: list[bytes]) -> None:
        old, new = map(self._name, names)
        if old is None or new is None:
            assert old is new
            return
        inode = self.inodes[new] = self.inodes[old]
        if call.startswith("link"):
            self.events.append(Event("create", inode, new))
        else:
            del self.inodes[old]
            self.events.append(Event("rename", inode, new, old))

    def _delete(self, name: str | None) -> None:
        if name is not None:
            self.events.append(Event("delete", self.inodes.pop(name), name))

    def _use(self, call: str, arguments: list[str | bytes], result: int) -> None:
        """A call on what is open."""
        number = int(arguments[0])
        file = self.open.get(number)
        if file is None:
            return
        assert call not in _UNKNOWN, call
        if call == "close":
            del self.open[number]
        elif call == "lseek":
            file.position = result
        elif call in ("write", "pwrite64"):
            data, offset = arguments[1], int(arguments[3]) if call == "pwrite64" else file.position
            assert isinstance(data, bytes)
            assert len(data) >= result
            self.events.append(Event("write", file.inode, offset=offset, data=data[:result]))
            file.position += result if call == "write" else 0
        elif call == "ftruncate":
            self.events.append(Event("truncate", file.inode, offset=int(arguments[1])))
        elif file.inode:
            self.events.append(Event("sync", file.inode))
        else:
            self.events.append(Event("folder", name=file.name))
