"""Help pages in the language in use: Typer's own words are replaced before lines are broken."""

import re
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any

from thidua_cli.ground.language import _

if TYPE_CHECKING:
    from typer.core import TyperCommand as _Base
else:
    _Base = object

_EXTRA = re.compile(r"(?:(?<=^)|(?<=  ))\[(.*)\]$", re.DOTALL)
_NARROW, _NARROWEST = 52, 32
_AT_LEAST = re.compile(r"x>=(-?\d+)")


class Localised(_Base):
    """What a command and a group of commands say in their help page."""

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
                place = _("Tham số") if param.param_type_name == "argument" else _("Tùy chọn")
                sections[place].append((_name(record[0]), _words(record[1])))
        for title, records in sections.items():
            if records:
                with formatter.section(title):
                    formatter.write_dl(records, col_max=min(30, formatter.width // 2 - 4))

    def get_help_option(self, ctx: Any) -> Any:
        option: Any = super().get_help_option(ctx)
        if option is not None:
            option.help = _("Hiện hướng dẫn này rồi thoát.")
        return option


def _name(name: str) -> str:
    """An option or argument with its value: a number is called so, and no type stands behind a name."""
    name = re.sub(r"(?<=\S) <(?:str|path|list\[str\])>$", "", name)
    name = re.sub(r"<list\[(.*)\]>$", r"<\1>", name)
    return re.sub(r"<int(?:eger)?(?: range)?>|INTEGER(?: RANGE)?", lambda _found: _("SỐ"), name)


def _words(text: str) -> str:
    """What stands in brackets behind a help text: required or not, the default, the least."""
    return _EXTRA.sub(lambda found: f"[{'; '.join(map(_extra, found[1].split('; ')))}]", text)


def _extra(part: str) -> str:
    if part == "required":
        return _("bắt buộc")
    if least := _AT_LEAST.fullmatch(part):
        return _("từ {least} trở lên").format(least=least[1])
    name, colon, value = part.partition(": ")
    if colon and name == "default":
        return _("mặc định: {value}").format(value=value)
    return part
