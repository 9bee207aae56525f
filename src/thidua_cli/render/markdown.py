"""Markdown: the tables for people, as GitHub-flavoured tables."""

import re
from typing import assert_never

from thidua_cli.render import cells
from thidua_cli.render.curve import DRAWN, to_lines
from thidua_cli.render.document import Bars, Block, Document, Headlines, Paragraph
from thidua_cli.render.model import Column, Curve, Report, Table

# Marks of Markdown, entities, and what GitHub would turn into an emoji; a time such as 17:42:29 stays.
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|~]|&(?=#?\w+;)|:(?=[\w+-]*[a-z][\w+-]*:)")


def to_text(report: Report) -> str:
    """Lead, tables and notes, each a block."""
    blocks = [_escape(line) for line in report.lead]
    for table in report.people():
        blocks += _block(table)
    return _joined([*blocks, *map(_escape, report.notes)])


def document_to_text(document: Document) -> str:
    """A document with its sections under headings."""
    blocks = [f"# {_escape(document.title)}", *map(_escape, document.lead), _escape(document.summary)]
    for section in document.sections:
        blocks.append(f"## {_escape(section.title)}")
        for block in section.blocks:
            blocks += _block(block)
    return _joined([*blocks, "---", *map(_escape, document.notes)])


def _joined(blocks: list[str]) -> str:
    return "\n\n".join(block for block in blocks if block) + "\n"


def _block(block: Block) -> list[str]:
    match block:
        case Paragraph(text):
            return [_escape(text)]
        case Headlines(items):
            lines = [
                f"- **{_escape(item.label)}: {_escape(item.value)}** ({_escape(item.note)})" for item in items
            ]
            return ["\n".join(lines)]
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
    keep = table.undrawn
    columns = [table.columns[index] for index in keep]
    lines = [
        _line([_escape(column.label) for column in columns]),
        _line([_rule(column) for column in columns]),
    ]
    for heading, rows in table.groups:
        if heading:
            lines.append(_line([f"**{_escape(heading)}**", *[""] * (len(columns) - 1)]))
        lines += [_line([_cell(row[index], table.columns[index]) for index in keep]) for row in rows]
    if table.total is not None:
        bold = [_cell(table.total[index], table.columns[index]) for index in keep]
        lines.append(_line([f"**{cell}**" if cell else "" for cell in bold]))
    return "\n".join(lines)


def _line(parts: list[str]) -> str:
    return f"| {' | '.join(parts)} |"


def _rule(column: Column) -> str:
    return "---:" if column.form.is_right else "---"


def _cell(value: object, column: Column) -> str:
    return _escape(cells.show(value, column.form))


def _escape(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", cells.prose(text.replace("\n", " ")))
