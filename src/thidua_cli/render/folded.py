"""What a narrow screen has no room for beside: it stands below its row, each value behind its label."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from thidua_cli.render.model import Column

if TYPE_CHECKING:
    from rich.text import Text

_INDENT = "  "
_BETWEEN = " · "
_NAMING = 3  # columns among which the name of a row is looked for


class Pair(NamedTuple):
    """A value behind its label; `style` is the value's."""

    label: str
    value: str
    style: str

    def __str__(self) -> str:
        return f"{self.label}: {self.value}" if self.label else self.value


def naming(columns: Sequence[Column]) -> int:
    """How many of the first columns name a row: those up to the name, which is a text that may be wrapped."""
    names = (index for index, column in enumerate(columns[:_NAMING], 1) if column.narrow)
    return next(names, min(len(columns), 1))


def lines(pairs: Sequence[Pair], width: int) -> Iterator["Text"]:
    """The pairs that hold something, as many in a line as have room; one that is longer is wrapped."""
    from rich.cells import cell_len
    from rich.text import Text

    room = max(width - len(_INDENT), 1)
    line: list[Pair] = []
    used = 0
    for pair in pairs:
        if not pair.value:
            continue
        needs = cell_len(str(pair))
        if line and used + len(_BETWEEN) + needs > room:
            yield _line(line)
            line, used = [], 0
        if needs > room:
            yield from (Text(_INDENT + part, style=pair.style) for part in wrapped(str(pair), room))
            continue
        used += needs + (len(_BETWEEN) if line else 0)
        line.append(pair)
    if line:
        yield _line(line)


def _line(pairs: Sequence[Pair]) -> "Text":
    from rich.text import Text

    line = Text(_INDENT)
    for index, pair in enumerate(pairs):
        line.append(_BETWEEN if index else "", "dim")
        line.append(f"{pair.label}: " if pair.label else "", "dim")
        line.append(pair.value, pair.style)
    return line


def wrapped(text: str, width: int) -> list[str]:
    """The lines of a text; a word is broken only where it is wider than all the room."""
    import textwrap

    return textwrap.wrap(text, max(width, 20), break_long_words=False, break_on_hyphens=False) or [""]
