"""Typer commands and groups as this program wants them: help pages in its words, options given once,
and a module imported when its command is called.

Typer inspects every signature it is given, so only the command that runs is given to it: the start-up of
`thidua status` does not pay for the other twenty.
"""

import importlib
import inspect
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from shutil import get_terminal_size
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup

from thidua_cli.cli.parameters import KINDS, flat
from thidua_cli.ground.errors import StoreError, UsageError
from thidua_cli.ground.language import _

if TYPE_CHECKING:
    from typer.core import TyperCommand as _Base
else:
    _Base = object

# name -> ("module:function" of this package, or the function itself; one line of help)
Commands = Mapping[str, tuple[str | Callable[..., object], str]]

_EXTRA = re.compile(r"(?:(?<=^)|(?<=  ))\[(.*)\]$", re.DOTALL)
_NARROW, _NARROWEST = 52, 32
_AT_LEAST = re.compile(r"x>=(-?\d+)")


class _Ours(_Base):
    """What commands and groups have in common."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for param in self.params:
            if hasattr(param.type, "readable"):
                param.type.readable = False  # whoever opens a file says why it cannot be read

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Refuse an option given twice, unless it takes several values; a flag may come again."""
        seen = set()
        parser: Any = self.make_parser(ctx)
        _values, _rest, given = parser.parse_args(args=list(args))
        for param in given:
            if param.param_type_name != "option" or param.multiple or param.is_flag:
                continue
            if param.name in seen:
                raise UsageError(
                    _("{name} được nêu hai lần").format(name=" / ".join(param.opts)),
                    _("Chỉ nêu một lần, với một giá trị."),
                )
            seen.add(param.name)
        return super().parse_args(ctx, args)

    def get_help(self, ctx: Any) -> Any:
        columns = get_terminal_size().columns
        if columns < _NARROW:  # narrower than Typer lays a page out by itself
            ctx.terminal_width = max(columns, _NARROWEST) - 2
        return super().get_help(ctx)

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        pieces = " ".join(self.collect_usage_pieces(ctx))
        pieces = re.sub(r"\{([^{}]*)\}", r"\1", pieces)
        pieces = re.sub(r"\[(\[[^\[\]]*\](?:\.\.\.)?)\](?:\.\.\.)?", r"\1", pieces)
        pieces = pieces.replace("......", "...")
        formatter.write_usage(ctx.command_path, pieces, prefix=_("Cách dùng: "))

    def format_options(self, ctx: Any, formatter: Any) -> None:
        sections: dict[str, list[tuple[str, str]]] = {_("Tham số"): [], _("Tùy chọn"): []}
        for param in self.get_params(ctx):
            if record := param.get_help_record(ctx):
                title = _("Tham số") if param.param_type_name == "argument" else _("Tùy chọn")
                words = _of_register(ctx, _EXTRA.sub(_remarks, record[1]))
                sections[title].append((_name(record[0]), words))
        for title, records in sections.items():
            if records:
                with formatter.section(title):
                    formatter.write_dl(records, col_max=min(30, formatter.width // 2 - 4))

    def get_help_option(self, ctx: Any) -> Any:
        option: Any = super().get_help_option(ctx)
        option.help = _("Hiện hướng dẫn này rồi thoát.")
        return option


def _of_register(ctx: Any, words: str) -> str:
    """A help text, with the kinds of files that the plan of the register has in the place of KINDS."""
    if KINDS not in words:
        return words
    from thidua_cli.cli import shared

    return words.replace(KINDS, shared.kinds(ctx))


def _name(name: str) -> str:
    """An option or argument with its value: a number is called so, and no type stands behind a name."""
    name = re.sub(r"(?<=\S) <(?:str|path|list\[str\])>$", "", name)
    name = re.sub(r"<list\[(.*)\]>$", r"<\1>", name)
    return re.sub(r"<int(?:eger)?(?: range)?>|INTEGER(?: RANGE)?", lambda _found: _("SỐ"), name)


def _remarks(found: re.Match[str]) -> str:
    """What Typer adds in brackets to a help text."""
    return f"[{'; '.join(map(_remark, found[1].split('; ')))}]"


def _remark(text: str) -> str:
    """A remark in the language in use: an option is required, or has a default or a least value."""
    if text == "required":
        return _("bắt buộc")
    if least := _AT_LEAST.fullmatch(text):
        return _("từ {least} trở lên").format(least=least[1])
    if text.startswith("default: "):
        return _("mặc định: {value}").format(value=text.removeprefix("default: "))
    return text


class Command(_Ours, TyperCommand):
    """One command."""


class Group(_Ours, TyperGroup):
    """A group that imports the module of a command when it is asked for it."""

    table: Commands = MappingProxyType({})
    of_register: Callable[[Any], Commands] | None = None  # the table as the plan of the register has it

    def format_options(self, ctx: Any, formatter: Any) -> None:
        super().format_options(ctx, formatter)
        with suppress(StoreError):
            self._read_register(ctx)
        with formatter.section(_("Các lệnh")):
            formatter.write_dl([(name, short_help) for name, (_target, short_help) in self.table.items()])

    def _read_register(self, ctx: Any) -> None:
        """Have the commands that the register's plan gives, where the group has such; raises StoreError."""
        if self.of_register is not None:
            self.table, self.of_register = self.of_register(ctx), None

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return list(self.table)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        if cmd_name not in self.table:
            return None
        target, short_help = self.table[cmd_name]
        if not isinstance(target, str):
            return command(cmd_name, target)
        module, _colon, name = target.partition(":")
        imported = importlib.import_module(f"thidua_cli.cli.{module}")
        function = getattr(imported, name)
        if name != "COMMANDS":
            return command(cmd_name, function)
        alone = getattr(imported, "ALONE", _show_help)
        made = group(function(), flat(alone), help=_(inspect.getdoc(alone) or short_help))
        made.name = cmd_name
        made.of_register = getattr(imported, "OF_REGISTER", None)
        return made

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and not args[0].startswith("-") and args[0] not in self.table:
            from difflib import get_close_matches

            unread: list[str] = []
            try:
                self._read_register(ctx)
            except StoreError as error:
                unread = [error.message, *error.hints]
            if args[0] in self.table:
                return super().resolve_command(ctx, args)
            near = ", ".join(get_close_matches(args[0], self.table, n=2))
            raise UsageError(
                _("không có lệnh '{name}'").format(name=args[0]),
                _("Có phải là: {names}?").format(names=near)
                if near
                else _("Các lệnh: {names}").format(names=", ".join(self.table)),
                *unread,
            )
        return super().resolve_command(ctx, args)


def command(name: str, function: Callable[..., object]) -> Any:
    """A Typer command made from a plain function, whose docstring is its help page."""
    app = _typer()
    words = _(inspect.getdoc(function) or "")
    app.command(name, cls=Command, help=words, options_metavar=_("[TÙY CHỌN]"))(flat(function))
    return typer.main.get_command(app)


def group(table: Commands, callback: Callable[..., object], **options: Any) -> Any:
    """A Typer group over a table of commands; `callback` runs before a command and without one."""
    app = _typer(cls=Group, **options)
    app.callback(invoke_without_command=True)(callback)
    made: Any = typer.main.get_group(app)
    made.table = table
    return made


def _show_help(ctx: typer.Context) -> None:
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


def _typer(**options: Any) -> typer.Typer:
    return typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        options_metavar=_("[TÙY CHỌN]"),
        subcommand_metavar=_("LỆNH [THAM SỐ]..."),
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 100},
        **options,
    )
