"""Completion in shells, by Typer's own protocol: the environment holds `_THIDUA_COMPLETE=complete_bash`.

The register is read only for what it alone knows. Nothing is said of an error: a shell that completes has no
place for messages.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from types import MappingProxyType
from typing import Any

from typer._click import shell_completion, types
from typer._click.shell_completion import CompletionItem, split_arg_string

from thidua_cli.ground.errors import UsageError
from thidua_cli.ground.language import _, current
from thidua_cli.register import terms

VARIABLE = "_THIDUA_COMPLETE"
_MOST, _MOST_LOOKED_AT = 200, 2000  # units that are offered, and that are put in order
_Offer = tuple[str, str]  # a value, and what it is


def complete(program: Any, instruction: str) -> int:
    """Print what may stand at the cursor; returns the exit code. `instruction`: `complete_zsh` and so on."""
    shell = instruction.rpartition("_")[2]
    args, incomplete = _bash_words() if shell == "bash" else _words()
    try:
        items = list(_items(program, args, incomplete))
    except Exception:
        items = []
    if os.environ.get("_TYPER_COMPLETE_FISH_ACTION") == "is-args":
        return 0 if items else 1
    if text := _FORMATS.get(shell, _plain)(items):
        sys.stdout.write(f"{text}\n")
    return 0


def script() -> str:
    """Return the script that makes the shell in use complete; raises UsageError for an unknown shell."""
    from typer._completion_shared import get_completion_script

    return get_completion_script(prog_name="thidua", complete_var=VARIABLE, shell=_shell())


def install() -> str:
    """Put the script where the shell in use reads it; returns what was done. Raises as `script`."""
    from typer._completion_shared import install as put

    _name, path = put(_shell(), prog_name="thidua", complete_var=VARIABLE)
    return _("{path}: đã cài; mở cửa sổ dòng lệnh mới để dùng").format(path=path)


def _shell() -> str:
    from typer._completion_shared import Shells, _get_shell_name

    if (name := _get_shell_name()) in set(Shells):
        return str(name)
    raise UsageError(
        _("không rõ đang dùng shell nào"),
        _("Chạy trong một trong: {names}").format(names=", ".join(shell.value for shell in Shells)),
    )


def _bash_words() -> tuple[list[str], str]:
    words, place = split_arg_string(os.environ.get("COMP_WORDS", "")), int(os.environ.get("COMP_CWORD", "0"))
    return words[1:place], words[place] if place < len(words) else ""


def _words() -> tuple[list[str], str]:
    line = os.environ.get("_TYPER_COMPLETE_ARGS", "")
    words = split_arg_string(line)[1:]
    if words and not line.endswith(" "):
        return words[:-1], words[-1]
    return words, ""


def _plain(items: list[CompletionItem]) -> str:
    return "\n".join(item.value for item in items)


def _fish(items: list[CompletionItem]) -> str:
    return "\n".join(f"{item.value}\t{_line(item)}" for item in items)


def _powershell(items: list[CompletionItem]) -> str:
    return "\n".join(f"{item.value}:::{_line(item) or ' '}" for item in items)


def _zsh(items: list[CompletionItem]) -> str:
    """A command for zsh to run, without its own filter: what was typed may be a part of a unit's name."""
    if not items:
        return "_files"
    values = " ".join(_quoted(item.value) for item in items)
    shown = " ".join(_quoted(f"{item.value}  {_line(item)}") for item in items)
    return f"local -a _thidua_shown; _thidua_shown=({shown}); compadd -U -l -d _thidua_shown -- {values}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _line(item: CompletionItem) -> str:
    return " ".join((item.help or "").split())


_FORMATS: Mapping[str, Callable[[list[CompletionItem]], str]] = MappingProxyType(
    {"zsh": _zsh, "fish": _fish, "powershell": _powershell, "pwsh": _powershell}
)


def _items(program: Any, args: list[str], incomplete: str) -> Iterable[CompletionItem]:
    """What a command, an option or a value may be."""
    context = shell_completion._resolve_context(program, {"obj": ((), [])}, "thidua", args)
    wanted, incomplete = shell_completion._resolve_incomplete(context, args, incomplete)
    if (table := getattr(wanted, "table", None)) and not incomplete.startswith("-"):
        return [
            CompletionItem(name, help=words)
            for name, (_target, words) in table.items()
            if name.startswith(incomplete)
        ]
    offers = _OFFERS.get(getattr(wanted, "name", ""))
    if offers is None or wanted is context.command:
        return wanted.shell_complete(context, incomplete)
    return [CompletionItem(value, help=words) for value, words in offers(context, incomplete)]


_TEXT = (types.StringParamType, types.FuncParamType)  # and no list of words that Typer knows itself


def _terms(words: Any) -> Callable[[Any, str], Iterator[_Offer]]:
    def offers(_context: Any, incomplete: str) -> Iterator[_Offer]:
        for word in words:
            name = terms.label(word, current())
            if word.startswith(incomplete) or _folded(name).startswith(_folded(incomplete)):
                yield str(word), name

    return offers


def _kinds(context: Any, incomplete: str) -> Iterator[_Offer]:
    """Kinds of units; of files where a file is imported or exported."""
    from thidua_cli.register.fields import KINDS, of_action

    if context.info_name not in ("import", "export"):
        yield from _terms(terms.Kind)(context, incomplete)
        return
    for plan in _plans(context):
        kinds = [*map(of_action, plan.actions), *(kind for kind in KINDS if not kind.action)]
        yield from ((str(kind), "") for kind in kinds if str(kind).startswith(incomplete))


def _obligations(context: Any, incomplete: str) -> Iterator[_Offer]:
    for plan in _plans(context):
        for item in plan.obligations:
            if _matches(incomplete, item.code, item.title):
                yield item.code, f"{item.title}, {item.phase.title}"


def _phases(context: Any, incomplete: str) -> Iterator[_Offer]:
    for plan in _plans(context):
        for phase in plan.phases:
            if _matches(incomplete, phase.code, phase.title):
                yield phase.code, phase.title


def _plans(context: Any) -> Iterator[Any]:
    from thidua_cli.register.plan import load_plan

    with closing(_register(context)) as connection:
        yield load_plan(connection)


def _units(context: Any, incomplete: str) -> Iterator[_Offer]:
    """Codes of units by the beginning of a code or of a word of a name; those that hold still come first.

    Where the day of a record is on the line already, only those of that day.
    """
    from thidua_cli import store

    day = context.params.get("on") or context.params.get("done_on")
    wanted, code_begins = f" {_folded(incomplete)}", incomplete.lower()
    with closing(_register(context)) as connection:
        names = connection.execute(_ALL_NAMES).fetchone()[0] or ""
        found = []
        for line in _folded(names).split("\n"):
            number, code, name = line.split("\t")
            if code.startswith(code_begins) or wanted in f" {name}":
                found.append(int(number))
        rows = connection.execute(store.raw_sql("unit_names"), {"ids": str(found[:_MOST_LOOKED_AT])})
        offered = dict[str, str]()
        for code, name, since, until in rows:
            if not day or since <= str(day) < until:
                offered.setdefault(code, name)
    yield from list(offered.items())[:_MOST]


_ALL_NAMES = "SELECT group_concat(id || char(9) || code || char(9) || name, char(10)) FROM unit_version"


def _districts(context: Any, incomplete: str) -> Iterator[_Offer]:
    from thidua_cli import store
    from thidua_cli.store.journal import LATEST

    with closing(_register(context)) as connection:
        query = (
            f"{store.raw_sql('live')} SELECT DISTINCT code, name FROM span WHERE kind = 'district-committee'"
        )
        rows = connection.execute(query, {"known": LATEST}).fetchall()
    yield from ((code, name) for code, name in rows if _matches(incomplete, code, name))
    if "city".startswith(incomplete):
        yield "city", _("ngoài các quận, huyện")


def _register(context: Any) -> Any:
    """The register that the command line names, open for reading."""
    import sqlite3

    from thidua_cli.cli.settings import register_path

    path = register_path(context.find_root().params.get("db"))
    return sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=ro", uri=True)


def _matches(incomplete: str, code: str, title: str) -> bool:
    wanted = _folded(incomplete)
    return code.lower().startswith(incomplete.lower()) or f" {wanted}" in f" {_folded(title)}"


def _folded(text: str) -> str:
    """Text without tone marks, as `text.fold`; fast on a whole list of names."""
    import unicodedata

    return unicodedata.normalize("NFD", text.lower().replace("đ", "d")).encode("ascii", "ignore").decode()


# What stands for the value of a parameter, by the parameter's name.
_OFFERS: Mapping[str, Callable[[Any, str], Iterable[_Offer]]] = MappingProxyType(
    {
        "unit": _units,
        "units": _units,
        "parent_code": _units,
        "named": _obligations,
        "other": _obligations,
        "obligation": _obligations,
        "obligations": _obligations,
        "phase": _phases,
        "district": _districts,
        "kind": _kinds,
        "level": _terms(terms.Level),
        "states": _terms(terms.State),
    }
)
