"""Tables on a terminal, through rich: colour and width follow the terminal, what stands in them does not.

Without a terminal (and without COLUMNS) nothing is folded or wrapped. In a narrow terminal the gaps shrink
and texts wrap; then bars go, which only repeat a rate, and columns in their stated order move below their
row. Where also the rest has no room, each row is a block of its own. No value is left out, no number cut.
"""

import io
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from thidua_cli.render import cells, curve
from thidua_cli.render.model import Column, Report, Table, Tone

_STYLES = {Tone.PLAIN: "", Tone.GOOD: "green", Tone.WARN: "yellow", Tone.BAD: "bold red", Tone.MUTED: "dim"}
_UNLIMITED = 100_000
_NARROW = 3  # header lines from which texts are wrapped too
_NAMING = 3  # columns among which the name of a row is looked for
_INDENT = "  "
_GAP = "  "
_BETWEEN = " · "


def to_lines(table: Table) -> list[str]:
    """One table as lines of a message: as wide as the terminal, without colour."""
    return to_text(Report((), (), lambda: [table]), terminal=True, coloured=False).strip("\n").split("\n")


def to_text(report: Report, *, terminal: bool, coloured: bool = True) -> str:
    """Lead, tables and notes; colour only with `terminal`, on a terminal, without NO_COLOR."""
    colour = coloured and terminal and sys.stdout is not None and sys.stdout.isatty()
    # COLUMNS, else the terminal's, else no limit
    width = shutil.get_terminal_size((_UNLIMITED, 1)).columns if terminal else _UNLIMITED
    screen = _Screen(width, colour=colour)
    for index, line in enumerate(report.lead):
        screen.prose(line, "bold" if index == 0 else "")
    for part in report.people():
        screen.line("")
        tone = part.tone if isinstance(part, Table) else Tone.PLAIN
        if part.title:
            screen.prose(part.title, f"bold {_STYLES[tone]}")
        if not isinstance(part, Table):
            width = screen.width if screen.width < _UNLIMITED else curve.DRAWN
            for line in curve.to_lines(part, width):
                screen.line(line)
        elif part.groups:
            _TablePrinter(screen, part).print()
        elif part.empty:
            screen.prose(part.empty)
    if report.notes:
        screen.line("")
    for line in report.notes:
        screen.prose(line, "dim")
    return screen.text()


class _Screen:
    """Collects what is printed, in lines of at most `width` cells."""

    def __init__(self, width: int, *, colour: bool) -> None:
        self.width = width
        self._buffer = io.StringIO()
        self.console = Console(
            file=self._buffer,
            width=_UNLIMITED,
            force_terminal=colour,
            color_system="auto" if colour else None,
            markup=False,
            emoji=False,
            highlight=False,
        )

    def line(self, line: str | Text, style: str = "") -> None:
        """Print a line that has room, or lines."""
        self.console.print(Text(line, style=style) if isinstance(line, str) else line, soft_wrap=True)

    def prose(self, line: str, style: str = "") -> None:
        """Print a text of ours in as many lines as it needs."""
        self.line("\n".join(_wrapped(cells.prose(line.replace("\n", " ")), self.width)), style)

    def text(self) -> str:
        return "".join(f"{line.rstrip()}\n" for line in self._buffer.getvalue().splitlines())


def _wrapped(text: str, width: int) -> list[str]:
    """The lines of a text; a word is broken only where it is wider than all the room."""
    return textwrap.wrap(text, max(width, 20), break_long_words=False, break_on_hyphens=False) or [""]


class _ColumnWidths(NamedTuple):
    """Which columns stand side by side, how wide, and the cells between two of them."""

    widths: dict[int, int]
    gap: int

    @property
    def total(self) -> int:
        return sum(self.widths.values()) + self.gap * (len(self.widths) - 1)


class _Pair(NamedTuple):
    """A value behind its label; `style` is the value's."""

    label: str
    value: str
    style: str

    def __str__(self) -> str:
        return f"{self.label}: {self.value}" if self.label else self.value


class _TablePrinter:
    """Prints a table: columns that have room side by side, else the name of a row; the others below it."""

    def __init__(self, screen: _Screen, table: Table) -> None:
        self.screen, self.table = screen, table
        self.values = [row for _heading, rows in table.groups for row in rows]
        if table.total is not None:
            self.values.append(table.total)
        forms = [column.form for column in table.columns]
        self.texts = [list(map(cells.show, row, forms)) for row in self.values]
        self.layout = _lay_out(table, self.texts, screen.width)
        self.beside = list(self.layout.widths) if self.layout else range(_naming(table.columns))
        self.below = [index for index in table.undrawn if index not in self.beside]

    def print(self) -> None:
        """Print the header, the rows below their headings, and the total."""
        rule = "─" * (self.layout.total if self.layout else self.screen.width)
        labels = [column.label for column in self.table.columns]
        if self.layout and any(labels):
            self.screen.console.print(self._grid(self.layout, header=True))
        elif not self.layout and any(labels[index] for index in self.beside):
            self._print_name(labels, "bold")
            self.screen.line(rule)
        rows = zip(self.values, self.texts, strict=True)
        for heading, members in self.table.groups:
            if heading:
                self.screen.prose(heading, "bold")
            self._print_rows(islice(rows, len(members)))
        if self.table.total is not None:
            self.screen.line(rule)
            self._print_rows(rows, "bold")

    def _print_rows(self, rows: Iterable[tuple[Sequence[object], list[str]]], style: str = "") -> None:
        grid = self._grid(self.layout) if self.layout else None
        for values, texts in rows:
            styles = [_STYLES[cells.tone(value)] for value in values]
            if grid is None:
                self._print_name(texts, style)
            else:
                grid.add_row(*(Text(texts[index], style=styles[index]) for index in self.beside), style=style)
            if self.below and self.layout and grid:
                self.screen.console.print(grid)
                grid = self._grid(self.layout)
            self._print_pairs(
                _Pair(self.table.columns[index].label, texts[index], styles[index]) for index in self.below
            )
        if grid:
            self.screen.console.print(grid)

    def _grid(self, layout: _ColumnWidths, *, header: bool = False) -> RichTable:
        padding = (0, layout.gap - 1, 0, 0)
        grid = RichTable(
            box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=padding, show_header=header
        )
        for index, width in layout.widths.items():
            column = self.table.columns[index]
            grid.add_column(
                Text(column.label, style="bold"),
                justify="right" if column.form.is_right else "left",
                width=width,
                overflow="fold",
            )
        return grid

    def _print_name(self, texts: Sequence[str], style: str) -> None:
        """Print what names a row that is a block of its own."""
        name = _GAP.join(texts[index] for index in self.beside if texts[index])
        self.screen.line("\n".join(_wrapped(name, self.screen.width)), style)

    def _print_pairs(self, pairs: Iterable[_Pair]) -> None:
        """Print the pairs that hold something, as many in a line as have room; a longer one is wrapped."""
        room = max(self.screen.width - len(_INDENT), 1)
        line, used = Text(_INDENT), 0
        for pair in pairs:
            if not pair.value:
                continue
            needs = cell_len(str(pair))
            if used and used + len(_BETWEEN) + needs > room:
                self.screen.line(line)
                line, used = Text(_INDENT), 0
            if needs > room:
                for part in _wrapped(str(pair), room):
                    self.screen.line(_INDENT + part, pair.style)
                continue
            if used:
                line.append(_BETWEEN, "dim")
                used += len(_BETWEEN)
            used += needs
            line.append(f"{pair.label}: " if pair.label else "", "dim")
            line.append(pair.value, pair.style)
        if used:
            self.screen.line(line)


def _naming(columns: Sequence[Column]) -> int:
    """How many of the first columns name a row: those up to the name, which is a text that may be wrapped."""
    names = (index for index, column in enumerate(columns[:_NAMING], 1) if column.narrow)
    return next(names, min(len(columns), 1))


def _lay_out(table: Table, texts: list[list[str]], width: int) -> _ColumnWidths | None:
    """The columns that have room side by side, at least those that may not be folded; else none."""
    shown = list(range(len(table.columns)))
    by_column = list(zip(*texts, strict=True)) or [()] * len(shown)
    while True:
        for gap, lines in ((2, 2), (1, 2), (1, 3)):
            available = width - gap * (len(shown) - 1)
            layout = _ColumnWidths(_widths(table.columns, by_column, shown, lines, available), gap)
            if layout.total <= width:
                return layout
        if (folded := table.next_to_fold(shown)) is None:
            return None
        shown.remove(folded)


def _widths(
    columns: Sequence[Column],
    texts: Sequence[Sequence[str]],
    shown: Sequence[int],
    lines: int,
    available: int,
) -> dict[int, int]:
    """The widths of columns whose headers take so many lines; with many lines texts are wrapped too."""
    full, least = {}, {}
    for index in shown:
        column = columns[index]
        # a number is narrow and its header may stand in lines; a text has room for its header
        words = _label_width(column.label, lines if column.form.is_right else lines - 1)
        full[index] = max(words, *map(cell_len, texts[index]), 0)
        least[index] = full[index]
        if column.narrow:
            longest_word = max((cell_len(word) for text in texts[index] for word in text.split()), default=0)
            least[index] = max(min(full[index], max(column.narrow, longest_word)), words)
    if lines < _NARROW:
        return full
    spare = available - sum(least.values())
    # What room there is goes first to the texts that then stand on one line, the rest to the longest.
    wanting = sorted(shown, key=lambda index: full[index] - least[index])
    for index in wanting:
        if (need := full[index] - least[index]) <= spare:
            least[index] += need
            spare -= need
    longest = wanting[-1]
    least[longest] = min(full[longest], least[longest] + max(spare, 0))
    return least


def _label_width(label: str, lines: int) -> int:
    """The least width in which a header takes no more than that many lines."""
    longest = max(map(len, label.split()), default=0)
    return next(
        width for width in range(longest, len(label) + 1) if len(textwrap.wrap(label, width or 1)) <= lines
    )
