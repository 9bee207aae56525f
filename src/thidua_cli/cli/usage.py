"""What Typer's parser says against a command line, in the language in use."""

import re
from typing import Any

import typer

from thidua_cli.ground.errors import UsageError
from thidua_cli.ground.language import _

# The base of all errors that the parser raises; it has no public name of its own in every version we support.
ParserError: type[Exception] = typer.BadParameter.__mro__[1]

_BEFORE_COMMAND = ("--db", "--lang", "--actor", "--read-only", "--lock")


def in_our_words(error: Any) -> UsageError:
    """An error of the parser as ours."""
    path = error.ctx.command_path if error.ctx else "thidua"
    hint = _("Xem: {command} --help").format(command=path)
    kind = type(error).__name__
    if kind == "NoSuchOption" and error.option_name in _BEFORE_COMMAND:
        return UsageError(
            _("{name} đứng trước tên lệnh: thidua {name} … {command}").format(
                name=error.option_name, command=path.removeprefix("thidua ")
            )
        )
    if kind == "NoSuchOption":
        near = ", ".join(error.possibilities or ())
        hints = [_("Có phải là: {names}?").format(names=near)] if near else []
        return UsageError(_("không có tùy chọn {name}").format(name=error.option_name), *hints, hint)
    param = getattr(error, "param", None)
    name = " / ".join(param.opts if param.param_type_name == "option" else [param.metavar]) if param else ""
    if kind == "MissingParameter":
        return UsageError(_("thiếu {name}").format(name=name), hint)
    if kind == "BadParameter":
        message = _translated(error.message)
        return UsageError(f"{name}: {message}" if name else message, hint)
    return UsageError(_translated(str(error.format_message())), hint)


def _translated(message: str) -> str:
    """A sentence of the parser in our words; itself where it is none that is known."""
    sentences = {
        r"(?P<value>.*) is not in the range x>=(?P<least>.*)\.": _("{value} nhỏ hơn {least}"),
        r"'.*' is not a valid int(eger)?( range)?\.": _("không phải số nguyên"),
        r"(?P<value>'.*') is not one of (?P<choices>.*)\.": _("{value} không có trong {choices}"),
        r"Option '(?P<name>.*)' requires an argument\.": _("{name} cần một giá trị"),
        r"Got unexpected extra argument(s|\(s\))? \((?P<names>.*)\)": _("thừa tham số: {names}"),
    }
    for sentence, ours in sentences.items():
        if found := re.fullmatch(sentence, message, re.DOTALL):
            return ours.format(**found.groupdict())
    return message
