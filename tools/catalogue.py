"""Keep the English catalogue in step with the Vietnamese messages of the source.

`python tools/catalogue.py` adds new messages to the .po file (untranslated), drops those that are gone, and
compiles the .mo file; `--check` changes nothing and fails if anything is missing or out of date.
"""

import ast
import io
import string
import sys
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "thidua_cli"
PO = SOURCE / "locale" / "en" / "LC_MESSAGES" / "thidua.po"
MO = PO.with_suffix(".mo")


class English(Catalog):
    """A catalogue whose header says what it is and nothing that changes from day to day."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [("Content-Type", "text/plain; charset=utf-8"), ("Language", "en")]


def messages() -> list[str]:
    """Every message of the source: texts in `_("...")`, and the docstrings of commands, which are help."""
    found: dict[str, None] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found.update(dict.fromkeys(_marked(tree)))
        if path.parent.name == "cli":
            found.update(dict.fromkeys(_command_help(tree)))
    return list(found)


def _marked(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
            argument = node.args[0]
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield argument.value


def _command_help(tree: ast.Module) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            text = ast.get_docstring(node, clean=False)
            if text and not text.isascii():
                yield cleandoc(text)


def updated() -> English:
    """The catalogue for the messages of today, with the translations that are there."""
    old = read_po(io.BytesIO(PO.read_bytes()), locale="en") if PO.exists() else Catalog(locale="en")
    header = "# English catalogue of thidua; the messages themselves are Vietnamese."
    new = English(locale="en", header_comment=header, fuzzy=False)
    for text in messages():
        known = old.get(text)
        new.add(text, known.string if known else "")
    return new


def texts(catalogue: Catalog) -> tuple[bytes, bytes]:
    """The .po and .mo files."""
    po, mo = io.BytesIO(), io.BytesIO()
    write_po(po, catalogue, sort_output=False, width=0)
    write_mo(mo, catalogue)
    return po.getvalue(), mo.getvalue()


def problems(catalogue: Catalog) -> list[str]:
    """Messages that have no translation, or one with other placeholders."""
    found = []
    for message in catalogue:
        if not message.id:
            continue
        if not message.string:
            found.append(f"no translation: {message.id!r}")
        elif _fields(str(message.id)) != _fields(str(message.string)):
            found.append(f"other placeholders: {message.id!r}")
    return found


def _fields(text: str) -> set[str]:
    return {name for _literal, name, _spec, _conversion in string.Formatter().parse(text) if name}


def main() -> int:
    """Update, or with --check only compare; the exit code is 1 if something is missing."""
    catalogue = updated()
    po, mo = texts(catalogue)
    found = problems(catalogue)
    if "--check" in sys.argv:
        if not (PO.exists() and MO.exists()) or PO.read_bytes() != po or MO.read_bytes() != mo:
            found.append("the catalogue is out of date: run make messages")
    else:
        PO.parent.mkdir(parents=True, exist_ok=True)
        PO.write_bytes(po)
        MO.write_bytes(mo)
    print("\n".join(found) or f"{len(catalogue)} messages, all translated")  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
