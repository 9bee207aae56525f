"""Reports and documents in every format: picks the writer, and puts what it wrote where it belongs."""

import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from thidua_cli.ground import files
from thidua_cli.ground.errors import StoreError
from thidua_cli.ground.language import _, why
from thidua_cli.render.model import Heat, Report

if TYPE_CHECKING:
    from thidua_cli.render.document import Document, DocumentFormat

_ROWS_OF_SHEET = 20_000  # rows of one table in a workbook; the list of all units is always whole


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
    """The report in any format, text in UTF-8; what a workbook cannot hold goes to `warnings`.

    `terminal`: a table follows the width and colours of standard output. `safe`: as in `write`.
    """
    match form:
        case Format.TABLE:
            from thidua_cli.render import table

            return table.to_text(report, terminal=terminal).encode()
        case Format.JSON | Format.JSONL:
            from thidua_cli.render import json_text

            return b"".join(
                json_text.to_pieces(report) if form is Format.JSON else json_text.to_lines(report)
            )
        case Format.CSV | Format.TSV:
            from thidua_cli.render import delimited

            return delimited.to_text(report, "," if form is Format.CSV else "\t", safe=safe).encode()
        case Format.MD:
            from thidua_cli.render import markdown

            return markdown.to_text(report).encode()
        case Format.XLSX:
            from thidua_cli.render import xlsx

            return xlsx.report_to_bytes(report, warnings)
        case _:
            assert_never(form)


def document_to_bytes(
    document: "Document", form: "DocumentFormat", *, terminal: bool = False, warnings: list[str] | None = None
) -> bytes:
    """The document in a format for people; JSON is made from a Report, DOCX needs a letterhead.

    What only a spreadsheet can hold whole is abridged elsewhere, and says so; what a spreadsheet cannot hold
    goes to `warnings`.
    """
    from thidua_cli.render.document import DocumentFormat, abridged, as_report

    match form:
        case DocumentFormat.HTML:
            from thidua_cli.render import html

            return html.to_text(abridged(document)).encode()
        case DocumentFormat.PDF:
            from thidua_cli.render import html, pdf

            return pdf.from_html(html.to_text(abridged(document)), document.known_at)
        case DocumentFormat.XLSX:
            from thidua_cli.render import xlsx

            return xlsx.to_bytes(abridged(document, _ROWS_OF_SHEET, whole=(Heat,)), warnings)
        case DocumentFormat.MD:
            from thidua_cli.render import markdown

            return markdown.document_to_text(abridged(document)).encode()
        case DocumentFormat.TABLE:
            from thidua_cli.render import table

            return table.to_text(as_report(abridged(document)), terminal=terminal).encode()
        case DocumentFormat.JSON | DocumentFormat.DOCX:
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
