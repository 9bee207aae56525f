"""Tables on a terminal, through rich: colour and width follow the terminal, what stands in them does not.

Without a terminal (and without COLUMNS) nothing is folded or wrapped. In a narrow terminal the gaps shrink
and texts wrap; then bars go, which only repeat a rate, and columns in their stated order move below their
row. Where also the rest has no room, each row is a block of its own. No value is left out, no number cut.
"""

import io
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from thidua_cli.render import cells, folded
from thidua_cli.render.model import Report, Table, Tone

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    from thidua_cli.render.model import Curve

_STYLES = {Tone.PLAIN: "", Tone.GOOD: "green", Tone.WARN: "yellow", Tone.BAD: "bold red", Tone.MUTED: "dim"}
_UNLIMITED = 100_000
_GAP = "  "
_NARROW = 3  # header lines from which texts are wrapped too


def available_width() -> int:
    """Cells that a line may take: COLUMNS, else the terminal's, else no limit."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isascii() and columns.isdigit() and int(columns) > 0:
        return int(columns)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or _UNLIMITED
    except (OSError, ValueError, AttributeError):
        return _UNLIMITED


def to_text(report: Report, *, terminal: bool, coloured: bool = True) -> str:
    """Lead, tables and notes; colour only with `terminal`, on a terminal, without NO_COLOR."""
    from rich.console import Console

    width = available_width() if terminal else _UNLIMITED
    colour = coloured and terminal and sys.stdout is not None and sys.stdout.isatty()
    buffer = io.StringIO()
    console = Console(
        file=buffer,
        width=_UNLIMITED,
        force_terminal=colour,
        color_system="auto" if colour else None,
        markup=False,
        emoji=False,
        highlight=False,
    )
    for index, line in enumerate(report.lead):
        console.print(_wrapped(line, width, "bold" if index == 0 else ""), soft_wrap=True)
    for table in report.people():
        console.print()
        if table.title:
            tone = table.tone if isinstance(table, Table) else Tone.PLAIN
            console.print(_wrapped(table.title, width, f"bold {_STYLES[tone]}"), soft_wrap=True)
        if not isinstance(table, Table):
            _print_curve(console, table, width)
        elif table.groups:
            _print_table(console, table, width)
        elif table.empty:
            console.print(_wrapped(table.empty, width, ""), soft_wrap=True)
    if report.notes:
        console.print()
    for line in report.notes:
        console.print(_wrapped(line, width, "dim"), soft_wrap=True)
    return "".join(f"{line.rstrip()}\n" for line in buffer.getvalue().splitlines())


def to_lines(table: Table) -> list[str]:
    """One table as lines of a message: as wide as the terminal, without colour."""
    return to_text(Report((), (), lambda: [table]), terminal=True, coloured=False).strip("\n").split("\n")


def _print_curve(console: "Console", curve: "Curve", width: int) -> None:
    from rich.text import Text

    from thidua_cli.render import curve as drawing

    for line in drawing.to_lines(curve, width if width < _UNLIMITED else drawing.DRAWN):
        console.print(Text(line), soft_wrap=True)


def _wrapped(line: str, width: int, style: str) -> "Text":
    import textwrap

    from rich.text import Text

    line = cells.prose(line.replace("\n", " "))
    lines = (
        textwrap.wrap(line, max(width, 20), break_long_words=False, break_on_hyphens=False) if line else [""]
    )
    return Text("\n".join(lines), style=style)


class _Layout(NamedTuple):
    """Which columns stand side by side, how wide, and the cells between two of them."""

    widths: dict[int, int]
    gap: int

    @property
    def total(self) -> int:
        return sum(self.widths.values()) + self.gap * (len(self.widths) - 1)


def _lay_out(table: Table, texts: list[list[str]], width: int) -> _Layout | None:
    """The columns that have room side by side, at least those that may not be folded; else none."""
    shown = list(range(len(table.columns)))
    while True:
        for gap, lines in ((2, 2), (1, 2), (1, 3)):
            available = width - gap * (len(shown) - 1)
            layout = _Layout(_widths(table, texts, shown, lines, available), gap)
            if layout.total <= width:
                return layout
        ranks = [table.columns[index].drop for index in shown]
        if max(ranks) == 0:
            return None
        shown.pop(len(ranks) - 1 - ranks[::-1].index(max(ranks)))


def _texts(table: Table) -> list[list[str]]:
    """The cells of each column as text, all rows in order, the total last."""
    rows = [row for _heading, group in table.groups for row in group]
    if table.total is not None:
        rows.append(table.total)
    return [
        [cells.show(row[index], column.form) for row in rows] for index, column in enumerate(table.columns)
    ]


def _widths(
    table: Table, texts: list[list[str]], shown: list[int], lines: int, available: int
) -> dict[int, int]:
    from rich.cells import cell_len

    full, least = {}, {}
    for index in shown:
        column = table.columns[index]
        # a number is narrow and its header may stand in lines; a text has room for its header
        words = _label_width(column.label, lines if column.form.is_right else lines - 1)
        cell = max((cell_len(text) for text in texts[index]), default=0)
        full[index] = max(cell, words)
        longest_word = max((cell_len(word) for text in texts[index] for word in text.split()), default=0)
        least[index] = (
            max(min(full[index], max(column.narrow, longest_word)), words) if column.narrow else full[index]
        )
    if lines < _NARROW:
        return full
    spare = available - sum(least.values())
    # What room there is goes first to the texts that then stand on one line, the rest to the longest.
    wanting = sorted(shown, key=lambda each: full[each] - least[each])
    for index in wanting:
        if (need := full[index] - least[index]) <= spare:
            least[index] += need
            spare -= need
    longest = wanting[-1]
    least[longest] = min(full[longest], least[longest] + max(spare, 0))
    return least


def _label_width(label: str, lines: int) -> int:
    """The least width in which a header takes no more than that many lines."""
    import textwrap

    longest = max((len(word) for word in label.split()), default=0)
    return next(
        width for width in range(longest, len(label) + 1) if len(textwrap.wrap(label, width or 1)) <= lines
    )


def _print_table(console: "Console", table: Table, width: int) -> None:
    from rich.text import Text

    texts = _texts(table)
    layout = _lay_out(table, texts, width)
    if layout is None:
        _print_blocks(console, table, texts, width)
        return
    below = [index for index in table.undrawn if index not in layout.widths]
    position = 0
    for number, (heading, rows) in enumerate(table.groups):
        grid = _grid(table, layout)
        if number == 0:
            grid.show_header = any(column.label for column in table.columns)
            if heading or below:  # the header stands alone, above the first heading
                console.print(grid)
                grid = _grid(table, layout)
        if heading:
            console.print(_wrapped(heading, width, "bold"), soft_wrap=True)
        for row in rows:
            grid.add_row(*_line(row, texts, layout, position))
            if below:
                console.print(grid)
                _print_pairs(console, table, (row, texts, position), below, width)
                grid = _grid(table, layout)
            position += 1
        console.print(grid)
    if table.total is not None:
        console.print(Text("─" * layout.total), soft_wrap=True)
        grid = _grid(table, layout)
        grid.add_row(*_line(table.total, texts, layout, position), style="bold")
        console.print(grid)
        _print_pairs(console, table, (table.total, texts, position), below, width)


def _print_blocks(console: "Console", table: Table, texts: list[list[str]], width: int) -> None:
    """Each row as a block: what names it, and below all else with its label."""
    from rich.text import Text

    first = folded.naming(table.columns)
    below = [index for index in table.undrawn if index >= first]

    def named(parts: Sequence[str], style: str) -> None:
        name = _GAP.join(part for part in parts if part)
        console.print(Text("\n".join(folded.wrapped(name, width)), style=style), soft_wrap=True)

    if labels := [column.label for column in table.columns[:first] if column.label]:
        named(labels, "bold")
        console.print(Text("─" * width), soft_wrap=True)
    position = 0
    for heading, rows in table.groups:
        if heading:
            console.print(_wrapped(heading, width, "bold"), soft_wrap=True)
        for row in rows:
            named([texts[index][position] for index in range(first)], "")
            _print_pairs(console, table, (row, texts, position), below, width)
            position += 1
    if table.total is not None:
        console.print(Text("─" * width), soft_wrap=True)
        named([texts[index][position] for index in range(first)], "bold")
        _print_pairs(console, table, (table.total, texts, position), below, width)


def _print_pairs(
    console: "Console",
    table: Table,
    row: tuple[Sequence[object], list[list[str]], int],
    below: Sequence[int],
    width: int,
) -> None:
    """What stands below a row: its values, the texts of all rows, and its place among them."""
    values, texts, position = row
    pairs = [
        folded.Pair(table.columns[index].label, texts[index][position], _STYLES[cells.tone(values[index])])
        for index in below
    ]
    for line in folded.lines(pairs, width):
        console.print(line, soft_wrap=True)


def _grid(table: Table, layout: _Layout) -> "RichTable":
    from rich import box
    from rich.table import Table as RichTable
    from rich.text import Text

    grid = RichTable(
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, layout.gap - 1, 0, 0),
        show_header=False,
    )
    for index, width in layout.widths.items():
        column = table.columns[index]
        grid.add_column(
            Text(column.label, style="bold"),
            justify="right" if column.form.is_right else "left",
            width=width,
            overflow="fold",
        )
    return grid


def _line(row: Sequence[object], texts: list[list[str]], layout: _Layout, position: int) -> list["Text"]:
    from rich.text import Text

    return [Text(texts[index][position], style=_STYLES[cells.tone(row[index])]) for index in layout.widths]
