"""A header over two rows: bands above the names of columns, and cells merged down, read as one row.

A column under a band has the name that means a field: with the band's words, or its own where the band says
of nothing else.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from thidua_cli.intake import columns, synonyms
from thidua_cli.intake.cells import blank, empty, header_text
from thidua_cli.intake.tables.grid import Cell
from thidua_cli.register.fields import ImportKind
from thidua_cli.register.synonyms import ACTION_WORDS, BAND_FILLERS, OTHER_MATTERS

Merge = tuple[int, int, int, int]  # as in a Grid
Row = tuple[int, Sequence[Cell]]


class HeaderRows(NamedTuple):
    """The rows of a header: the places of the first and the last among the first rows, and its cells."""

    first: int
    last: int
    cells: Sequence[Cell]


class Names(NamedTuple):
    """What headers mean in a kind of file; `asked` are those that options name, in normal writing."""

    kind: ImportKind
    renamed: Mapping[str, str]
    asked: Collection[str] = ()

    def of(self, band: str, low: str, others: Collection[str]) -> str:
        """The header of a column under a band; `others` are the names under other bands."""
        plain = columns.normal(band)
        rest = _without(plain, (*BAND_FILLERS, *ACTION_WORDS.get(self.kind.name, ())))
        written = (f"{band} {low}", f"{low} {band}", low)
        for header in written:
            if columns.normal(header) in self.asked:
                return header
        foreign = [word for kind, words in ACTION_WORDS.items() if kind != self.kind.name for word in words]
        alone = columns.normal(low) not in others and not _holds(plain, (*foreign, *OTHER_MATTERS))
        found = [*written[1::-1], f"{low} {rest}", *([low] if alone else [])]
        return next((header for header in found if self._field(header)), written[0])

    def _field(self, header: str) -> str | None:
        return synonyms.field_of(self.kind, header, self.renamed)


def joined(upper: Row, lower: Row, merged: Sequence[Merge], names: Names) -> list[str] | None:
    """The header that two rows make together, a text for each column; none where they make none."""
    if lower[0] != upper[0] + 1 or blank(upper[1]) or not _is_words(lower[1]):
        return None
    width = max(len(upper[1]), len(lower[1]))
    tops, lows = (_texts(values, width) for _number, values in (upper, lower))
    bands = _bands(upper[0], tops, lows, merged)
    plain = [columns.normal(low) for low in lows]
    made = []
    for index, (top, low, band) in enumerate(zip(tops, lows, bands, strict=True)):
        if not low or not band or columns.normal(band) == plain[index]:
            made.append(low or top)
        else:
            others = {name for place, name in enumerate(plain) if bands[place] != band}
            made.append(names.of(band, low, others))
    return made


def merged_down(upper: int, merged: Sequence[Merge]) -> set[int]:
    """The columns with a cell that is merged over a row and the next."""
    return {left for top, left, bottom, right in merged if left == right and top <= upper < bottom}


def _bands(number: int, tops: Sequence[str], lows: Sequence[str], merged: Sequence[Merge]) -> list[str]:
    """The band over each column, "" for none: a merged cell's, else that to the left with nothing between."""
    wide = {
        column: left
        for top, left, bottom, right in merged
        if top <= number <= bottom and right > left
        for column in range(left, min(right + 1, len(tops)))
    }
    made: list[str] = []
    for index, (top, low) in enumerate(zip(tops, lows, strict=True)):
        if index in wide:
            band = tops[wide[index]]
        elif top or not low or (index and index - 1 in wide):
            band = top
        else:
            band = made[-1] if made and lows[index - 1] else ""
        made.append(band)
    return made


def _texts(values: Sequence[Cell], width: int) -> list[str]:
    written = [" ".join(header_text(value).split()) for value in values]
    return [*written, *[""] * (width - len(written))]


def _is_words(values: Sequence[Cell]) -> bool:
    """Whether a row holds words alone: no numbers, no days."""
    filled = [value for value in values if not empty(value)]
    return bool(filled) and all(
        isinstance(value, str) and any(letter.isalpha() for letter in value) for value in filled
    )


def _holds(text: str, words: Collection[str]) -> bool:
    return any(f" {word} " in f" {text} " for word in words)


def _without(text: str, words: Collection[str]) -> str:
    """A text in lower case without some words."""
    made = f" {text} "
    for word in sorted(words, key=len, reverse=True):
        made = made.replace(f" {word} ", " ")
    return made.strip()
