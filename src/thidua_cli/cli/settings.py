"""What stands before a command."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from thidua_cli.custody.restore import Restored
    from thidua_cli.store import Writer


class Settings(NamedTuple):
    """What stands before the command: the register's path, and who acts, where it was said."""

    db: Path
    actor: str | None
    arguments: tuple[str, ...]
    writers: "list[Writer | Restored]"  # by which one can say whether something was stored
    read_only: bool = False
    named: bool = False  # the path by --db

    def command(self, *words: str) -> str:
        """A command of this program on this register, to be typed."""
        return shlex.join(["thidua", *(["--db", str(self.db)] if self.named else []), *words])
