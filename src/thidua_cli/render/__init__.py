"""Reports in every format. Knows columns, rows and tables; nothing of the domain or the database.

A report holds two things: rows for machines (stable keys, ISO dates, plain numbers) and tables for people
(labels, the language's own numbers and dates, totals). `write` puts either where it belongs.
"""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, assert_never, overload

from thidua_cli import files
from thidua_cli.errors import StoreError
from thidua_cli.language import _, why

if TYPE_CHECKING:
    from thidua_cli.render.document import Curve

FORMAT_VERSION = 1  # of the JSON object; 1: the first


class Format(StrEnum):
    """What a report can be written as."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    TSV = "tsv"
    MD = "md"
    XLSX = "xlsx"

    @property
    def is_binary(self) -> bool:
        """Whether it is of no use on a screen."""
        return self is Format.XLSX


class Tone(StrEnum):
    """How a cell is meant; shown by colour where there is colour, and never only so."""

    PLAIN = "plain"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"
    MUTED = "muted"


class Form(StrEnum):
    """How a column's values are written for people."""

    TEXT = "text"
    NUMBER = "number"
    RATE = "rate"
    DAY = "day"
    INSTANT = "instant"
    BAR = "bar"


class Column(NamedTuple):
    """A column for people.

    `drop`: columns with the highest value give way first where the width does not suffice; a terminal folds
    them below their row, paper says what it leaves out. 0: never.
    `narrow`: a text column may be wrapped down to this many cells; 0: never.
    """

    label: str
    form: Form = Form.TEXT
    drop: int = 0
    narrow: int = 0


class Mark(NamedTuple):
    """A cell's value with a tone."""

    value: object
    tone: Tone


class Delta(int):
    """A difference, which is shown with its sign."""


class Rows(Sequence[Sequence[object]]):
    """Rows of a table that are made when they are looked at: of a long list few ever are.

    `make` is given the index of a row, from 0.
    """

    def __init__(self, count: int, make: Callable[[int], Sequence[object]]) -> None:
        self._indexes, self._make = range(count), make

    def __len__(self) -> int:
        return len(self._indexes)

    @overload
    def __getitem__(self, index: int) -> Sequence[object]: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Sequence[object]]: ...
    def __getitem__(self, index: int | slice) -> Sequence[object]:
        found = self._indexes[index]
        return self._make(found) if isinstance(found, int) else [self._make(each) for each in found]


class Table(NamedTuple):
    """A table for people; `groups` are runs of rows under a heading, `total` stands below all."""

    columns: Sequence[Column]
    groups: Sequence[tuple[str, Sequence[Sequence[object]]]]
    title: str = ""
    tone: Tone = Tone.PLAIN
    total: Sequence[object] | None = None
    empty: str = ""


class Report(NamedTuple):
    """A report: `fields` and `rows` for machines, `people` makes what people see when asked."""

    fields: Sequence[str]
    rows: Sequence[Mapping[str, Any]]
    people: "Callable[[], Sequence[Table | Curve]]"
    as_of: str | None = None
    known_at: str | None = None
    head: str | None = None
    lead: Sequence[str] = ()
    notes: Sequence[str] = ()
    extra: Mapping[str, Any] = MappingProxyType({})


def write(
    report: Report, form: Format, output: Path | None = None, *, bom: bool = False, safe: bool = False
) -> list[str]:
    """Write the report to a file, whole or not at all, or to standard output; returns warnings as `to_bytes`.

    `bom`: a byte order mark in front; `safe`: a spreadsheet runs nothing of CSV and TSV.
    Raises StoreError where the output cannot be written; BrokenPipeError where the reader has gone.
    """
    warnings: list[str] = []
    data = to_bytes(report, form, terminal=output is None, safe=safe, warnings=warnings)
    put_at(output, [b"\xef\xbb\xbf", data] if bom else [data])
    return warnings


def to_bytes(
    report: Report,
    form: Format,
    *,
    terminal: bool = False,
    safe: bool = False,
    warnings: list[str] | None = None,
) -> bytes:
    """The report in any format; text is as `to_text`, in UTF-8.

    What a workbook cannot hold goes to `warnings`.
    """
    if form is Format.XLSX:
        from thidua_cli.render import xlsx

        return xlsx.report_to_bytes(report, warnings)
    return to_text(report, form, terminal=terminal, safe=safe).encode("utf-8")


def to_text(report: Report, form: Format, *, terminal: bool = False, safe: bool = False) -> str:
    """The report as text; with `terminal`, a table follows the width and colours of standard output.

    `safe`: a spreadsheet runs nothing of CSV and TSV.
    """
    match form:
        case Format.TABLE:
            from thidua_cli.render import table

            return table.to_text(report, terminal=terminal)
        case Format.JSON | Format.JSONL:
            from thidua_cli.render import json_text

            return json_text.to_json(report) if form is Format.JSON else json_text.to_lines(report)
        case Format.CSV | Format.TSV:
            from thidua_cli.render import delimited

            return delimited.to_text(report, "," if form is Format.CSV else "\t", safe=safe)
        case Format.MD:
            from thidua_cli.render import markdown

            return markdown.to_text(report)
        case Format.XLSX:
            raise ValueError(form)
        case _:
            assert_never(form)


def put(pieces: Iterable[bytes]) -> None:
    """Bytes to standard output, flushed at the end."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.writelines(pieces)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise StoreError(_("không ghi được ra đầu ra chuẩn: {why}").format(why=why(error))) from error


def put_at(output: Path | None, pieces: Iterable[bytes]) -> None:
    """Bytes to a file, whole or not at all, or to standard output where there is no path."""
    if output is None:
        put(pieces)
    else:
        files.replace(output, pieces)


def replace_file(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, as `files.replace` says."""
    files.replace(path, [data])
