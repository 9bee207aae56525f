"""Markdown: the tables for people, as GitHub-flavoured tables."""

import re
from collections.abc import Sequence
from itertools import chain
from typing import assert_never

from thidua_cli.render.cells import prose, show
from thidua_cli.render.curve import DRAWN, to_lines
from thidua_cli.render.document import Bars, Block, Document, Headlines, Paragraph
from thidua_cli.render.model import Curve, Report, Table

# Marks of Markdown, entities, and what GitHub would turn into an emoji; a time such as 17:42:29 stays.
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|~]|&(?=#?\w+;)|:(?=[\w+-]*[a-z][\w+-]*:)")


def to_text(report: Report) -> str:
    """Lead, tables and notes, each a block."""
    blocks = chain.from_iterable(map(_block, report.people()))
    return _joined([*map(_escape, report.lead), *blocks, *map(_escape, report.notes)])


def document_to_text(document: Document) -> str:
    """A document with its sections under headings."""
    blocks = [f"# {_escape(document.title)}", *map(_escape, document.lead), _escape(document.summary)]
    for section in document.sections:
        blocks.append(f"## {_escape(section.title)}")
        blocks.extend(chain.from_iterable(map(_block, section.blocks)))
    return _joined([*blocks, "---", *map(_escape, document.notes)])


def _joined(blocks: list[str]) -> str:
    return "\n\n".join(filter(None, blocks)) + "\n"


def _block(block: Block) -> list[str]:
    match block:
        case Paragraph(text):
            return [_escape(text)]
        case Headlines(items):
            points = ((_escape(item.label), _escape(item.value), _escape(item.note)) for item in items)
            return ["\n".join(f"- **{label}: {value}** ({note})" for label, value, note in points)]
        case Bars():
            return []  # the table that follows has the figures
        case Curve():
            return [f"### {_escape(block.title)}", "\n".join(["```text", *to_lines(block, DRAWN), "```"])]
        case Table():
            title = f"### {_escape(block.title)}" if block.title else ""
            return [title, _table(block) if block.groups else _escape(block.empty)]
        case _:
            assert_never(block)


def _table(table: Table) -> str:
    table = table.keeping(table.undrawn)
    columns = table.columns

    def written(row: Sequence[object]) -> list[str]:
        return [_escape(show(value, column.form)) for value, column in zip(row, columns, strict=True)]

    lines = [
        _line([_escape(column.label) for column in columns]),
        _line(["---:" if column.form.is_right else "---" for column in columns]),
    ]
    for heading, rows in table.groups:
        if heading:
            lines.append(_line([f"**{_escape(heading)}**", *[""] * (len(columns) - 1)]))
        lines += [_line(written(row)) for row in rows]
    if table.total is not None:
        lines.append(_line([f"**{cell}**" if cell else "" for cell in written(table.total)]))
    return "\n".join(lines)


def _line(parts: list[str]) -> str:
    return f"| {' | '.join(parts)} |"


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", prose(text.replace("\n", " ")))
