"""Numbers in tables: rows that number the columns, and the numbers of rows in messages."""

import re
from collections.abc import Sequence

from thidua_cli.intake.cells import empty, header_text
from thidua_cli.intake.tables.grid import Cell

_NUMBER = re.compile(r"(?P<open>[(\[]?)\s*(?P<name>-?\d{1,3}|[A-Za-z])\s*(?P<close>[)\]]?)", re.ASCII)
_BRACKETS = ({""}, {"()"}, {"[]"})  # around the number of a column
_ASCENDING = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def numbered(values: Sequence[Cell]) -> set[int]:
    """The columns that a row numbers: 1 2 3, (1) (2) (3), A B C or A B 1 2; none where it says anything else.

    Excel takes a typed (1) for -1.
    """
    found = {index: header_text(value).strip() for index, value in enumerate(values) if not empty(value)}
    parts = [match for text in found.values() if (match := _NUMBER.fullmatch(text))]
    if (
        len(parts) < max(2, len(found))
        or {match["open"] + match["close"] for match in parts} not in _BRACKETS
    ):
        return set()
    names = [match["name"] for match in parts]
    letters = next((place for place, name in enumerate(names) if not name.isalpha()), len(names))
    numbers = range(1, len(names) - letters + 1)
    upper, lower = list(_ASCENDING[:letters]), list(_ASCENDING[:letters].lower())
    right = [*([*case, *map(str, numbers)] for case in (upper, lower)), [str(-number) for number in numbers]]
    return set(found) if names in right else set()


def runs(numbers: Sequence[int]) -> str:
    """Rising numbers in short: `1, 2, 5-9`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs)
