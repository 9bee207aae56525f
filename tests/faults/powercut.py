"""A disk in memory on which the power can fail, and SQLite on it.

`Disk` is a file system for SQLite (an apsw VFS) that notes every write, truncation, sync, creation and deletion;
syscalls.py notes the same of a whole process. What the disk may hold after a power cut is worked out afterwards from
the notes up to any moment (`after_cut`):

- what was written to a file and synced is there;
- of what was not yet synced, each sector of each write is there or not, at random, a truncation too; where a file was
  made longer and the sectors did not arrive, they hold zeros or rubbish;
- a name in a folder is in any of the states that it had since the folder was last synced: a new journal may be
  missing, a deleted one may be back, whatever became of other names. A renaming takes place at both names or at none. As
  in SQLite's own layer for Unix, the first sync of a new journal syncs the folder, and a deletion does so where SQLite
  asks for it (`synchronous=EXTRA`).

Not simulated: a disk that says "synced" and lies, sectors that are torn within (512 bytes arrive whole or not), sectors
that decay later, and the file system's own repair. The SQLite that runs here is the one inside apsw, under the same
settings and the same statements as the program's own.
"""

import random
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import apsw

SECTOR = 512
POWERSAFE_OVERWRITE = (
    0x1000  # as SQLite's layer for Unix says of every disk: a torn write spares its neighbours
)


class Event(NamedTuple):
    """One thing that happened to the disk; `what` is write, truncate, sync, create (of a name: a second one too),
    delete, rename, folder (the sync of one) or acknowledged."""

    what: str
    file: int = 0  # the inode; 0 is a folder
    name: str = ""  # of a file or folder; of a renaming, the new one
    old: str = ""  # of a renaming
    offset: int = 0  # also the size of a truncation, and the number of an acknowledged operation
    data: bytes = b""


class Disk(apsw.VFS):
    """The file system: live files by name, and the notes of all that happened to them."""

    def __init__(self, name: str, files: dict[str, bytes]) -> None:
        super().__init__(name, base="")
        self.vfs = name
        self.names: dict[str, int] = {}
        self.inodes: dict[int, bytearray] = {}
        self.events: list[Event] = []
        for path, content in files.items():
            inode = self.create(path)
            self.inodes[inode][:] = content
            self.events += [Event("write", inode, data=content), Event("sync", inode)]
        self.events.append(Event("folder"))

    def create(self, path: str) -> int:
        inode = len(self.inodes) + 1
        self.names[path], self.inodes[inode] = inode, bytearray()
        self.events.append(Event("create", inode, path))
        return inode

    def xFullPathname(self, name: str) -> str:  # noqa: N802
        return name

    def xAccess(self, pathname: str, flags: int) -> bool:  # noqa: N802
        return pathname in self.names

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: N802
        inode = self.names.pop(filename, None)
        if inode is None:
            raise apsw.IOErrorDeleteNoEntError
        self.events.append(Event("delete", inode, filename))
        if syncdir:
            self.events.append(Event("folder"))

    def xOpen(self, name: Any, flags: list[int]) -> "File":  # noqa: N802
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        flags[1] = flags[0]
        if path is None:  # temporary, and of no interest after a power cut
            inode = -len(self.inodes) - 1
            self.inodes[inode] = bytearray()
            return File(self, inode, new=False)
        new = path not in self.names
        if new and not flags[0] & apsw.SQLITE_OPEN_CREATE:
            raise apsw.CantOpenError
        return File(self, self.create(path) if new else self.names[path], new=new)


class File:
    """An open file."""

    def __init__(self, disk: Disk, inode: int, *, new: bool) -> None:
        self.disk, self.inode, self.content = disk, inode, disk.inodes[inode]
        self.new = new

    def _note(self, what: str, offset: int = 0, data: bytes = b"") -> None:
        if self.inode > 0:
            self.disk.events.append(Event(what, self.inode, offset=offset, data=data))

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        return bytes(self.content[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        _write(self.content, offset, bytes(data))
        self._note("write", offset, bytes(data))

    def xTruncate(self, size: int) -> None:  # noqa: N802
        _resize(self.content, size)
        self._note("truncate", size)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._note("sync")
        if self.new:
            self.disk.events.append(Event("folder"))
            self.new = False

    def xFileSize(self) -> int:  # noqa: N802
        return len(self.content)

    def xLock(self, level: int) -> None:  # noqa: N802
        pass

    def xUnlock(self, level: int) -> None:  # noqa: N802
        pass

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        return False

    def xFileControl(self, operation: int, pointer: int) -> bool:  # noqa: N802
        return False

    def xSectorSize(self) -> int:  # noqa: N802
        return SECTOR

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        return POWERSAFE_OVERWRITE

    def xClose(self) -> None:  # noqa: N802
        pass


def _resize(content: bytearray, size: int) -> None:
    del content[size:]
    content.extend(bytes(size - len(content)))


def _write(content: bytearray, offset: int, data: bytes) -> None:
    if len(content) < offset:
        _resize(content, offset)
    content[offset : offset + len(data)] = data


# After the cut


Change = dict[str, int | None]  # what becomes of names, all at once


def after_cut(events: Sequence[Event], chance: random.Random) -> dict[str, bytes | None]:
    """A state in which a power cut after these events may leave the disk: the files by name; a folder is None."""
    contents: dict[int, bytearray] = {}
    pending: dict[int, list[Event]] = {}
    durable: Change = {}
    waiting: list[Change] = []  # changes of names that are not yet synced
    for event in events:
        match event.what:
            case "create":
                if event.file:
                    contents.setdefault(event.file, bytearray())
                waiting.append({event.name: event.file})
            case "delete":
                waiting.append({event.name: None})
            case "rename":
                waiting.append({event.old: None, event.name: event.file})
            case "folder":
                synced = [each for each in waiting if any(_folder(name, event.name) for name in each)]
                waiting = [each for each in waiting if each not in synced]
                for change in synced:
                    durable |= change
            case "write" | "truncate":
                pending.setdefault(event.file, []).append(event)
            case "sync":
                for each in pending.pop(event.file, []):
                    _apply(contents[event.file], each)
    for inode, changes in pending.items():
        for each in changes:
            _arrive(contents[inode], each, chance)
    for linked in _linked(waiting):
        for change in linked[: chance.randint(0, len(linked))]:
            durable |= change
    there = {name: inode for name, inode in durable.items() if inode is not None}
    folders = {event.name for event in events if event.what == "create" and not event.file}
    return {
        name: bytes(contents[inode]) if inode else None
        for name, inode in there.items()
        if all(str(above) in there for above in Path(name).parents if str(above) in folders)
    }


def _folder(name: str, folder: str) -> bool:
    """Whether a name is in a folder; the only one has no name."""
    return not folder or str(Path(name).parent) == folder


def _linked(waiting: Sequence[Change]) -> list[list[Change]]:
    """Changes that depend on each other, in their order: those of one name, and of names that renamings join."""
    groups: list[tuple[set[str], list[int]]] = []
    for index, change in enumerate(waiting):
        names, places = set(change), [index]
        apart = []
        for group in groups:
            if names & group[0]:
                names, places = names | group[0], places + group[1]
            else:
                apart.append(group)
        groups = [*apart, (names, places)]
    return [[waiting[place] for place in sorted(places)] for _names, places in groups]


def _apply(content: bytearray, event: Event) -> None:
    if event.what == "truncate":
        _resize(content, event.offset)
    else:
        _write(content, event.offset, event.data)


def _arrive(content: bytearray, event: Event, chance: random.Random) -> None:
    """An unsynced change of a file arrives whole, in part, or not at all."""
    fate = chance.choice(("whole", "torn", "lost"))
    if fate == "whole" or (fate == "torn" and event.what == "truncate" and chance.random() < 0.5):
        _apply(content, event)
    elif fate == "torn" and event.what == "write":
        end = event.offset + len(event.data)
        if len(content) < end:
            filler = chance.choice((b"\x00", b"\xa5"))
            content.extend(filler * (end - len(content)))
        first = event.offset - event.offset % SECTOR
        for sector in range(first, end, SECTOR):
            if chance.random() < 0.5:
                start, stop = max(sector, event.offset), min(sector + SECTOR, end)
                content[start:stop] = event.data[start - event.offset : stop - event.offset]


def write_files(files: Mapping[str, bytes | None], root: Path, folder: Path) -> None:
    """Put the files of a state, whose names begin with `root`, into a folder in place of all that is there."""
    shutil.rmtree(folder)
    folder.mkdir()
    for name, content in sorted(files.items()):
        path = folder / Path(name).relative_to(root)
        path.parent.mkdir(exist_ok=True, parents=True)
        if content is None:
            path.mkdir(exist_ok=True)
        else:
            path.write_bytes(content)
            path.chmod(0o600)


# The program's statements on apsw's SQLite


class Connection:
    """What the program uses of a sqlite3.Connection, on a connection of apsw."""

    def __init__(self, path: Path, disk: Disk) -> None:
        flags = apsw.SQLITE_OPEN_READWRITE
        self.apsw = apsw.Connection(str(path), flags=flags, vfs=disk.vfs)
        self.isolation_level: str | None = ""

    @property
    def in_transaction(self) -> bool:
        return self.apsw.in_transaction

    def execute(self, statement: str, values: Any = ()) -> "Cursor":
        return Cursor(self.apsw.cursor(), statement, values)

    def executemany(self, statement: str, rows: Iterable[Any]) -> None:
        self.apsw.cursor().executemany(statement, rows)

    def getlimit(self, category: int) -> int:
        return self.apsw.limit(category)

    def setlimit(self, category: int, limit: int) -> int:
        return self.apsw.limit(category, limit)

    def set_progress_handler(self, handler: Any, steps: int) -> None:
        self.apsw.set_progress_handler(handler, steps)

    def close(self) -> None:
        self.apsw.close()


class Cursor:
    """What the program uses of a sqlite3.Cursor."""

    def __init__(self, cursor: apsw.Cursor, statement: str, values: Any) -> None:
        self.cursor = cursor
        self.row_factory = None
        self.description: Any = None
        cursor.exec_trace = self._describe
        cursor.execute(statement, values)
        self.rows = iter(list(cursor))  # a statement that is half read stands in the way of a commit

    def _describe(self, cursor: apsw.Cursor, _statement: str, _values: Any) -> bool:
        self.description = cursor.get_description()  # can be had only before the first row
        return True

    def fetchone(self) -> Any:
        return next(self.rows, None)

    def fetchall(self) -> list[Any]:
        return list(self.rows)

    def fetchmany(self, size: int) -> list[Any]:
        return list(islice(self.rows, size))

    def __iter__(self) -> Iterator[Any]:
        return self.rows
