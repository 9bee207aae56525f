"""How options become a command: parsers of values, options of the catalogue's fields, groups of options.

A group is a NamedTuple whose fields are options or groups, or a dictionary annotated with `Fields`. A command
takes it as one parameter; `flat` spreads it out for Typer, and gathers its values when the command is called.
"""

import inspect
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from enum import StrEnum
from operator import itemgetter
from types import MappingProxyType
from typing import Annotated, Any, NamedTuple, TypeVar

import typer

from thidua_cli.ground import dates
from thidua_cli.ground.errors import InvalidError
from thidua_cli.ground.language import _, current
from thidua_cli.register import fields
from thidua_cli.register.fields import Field, ImportKind, Shape

Value = TypeVar("Value")
KINDS = "{kinds}"  # in a help text: the kinds of files that the plan of the register has


def past_day(value: str | date) -> date:
    """Parse the value of a date option that asks about the past, in words too."""
    return day(value, dates.parse_past)


def day(value: str | date, parse: Callable[[str], date] = dates.parse_date) -> date:
    """Parse the value of a date option."""
    if isinstance(value, date):
        return value
    try:
        return parse(value)
    except InvalidError as error:
        from thidua_cli.ground.text import visible

        raise typer.BadParameter(f"'{visible(value)}': {error.message} ({error.cure})") from None


def term(parse: Callable[[str], Value]) -> Callable[[Any], Value]:
    """Return a parser of options that name a term, by its word or its label."""

    def parsed(value: Any) -> Any:
        if isinstance(value, StrEnum):
            return value
        try:
            return parse(value)
        except InvalidError as error:
            from thidua_cli.ground.text import visible

            raise typer.BadParameter(f"'{visible(value)}': {error.message}; {error.cure}") from None

    return parsed


def option(
    names: str,
    words: str,
    metavar: str | None = None,
    parser: Callable[[Any], Any] | None = None,
    **more: Any,
) -> Any:
    """Return an option of one or more names, divided by spaces."""
    return typer.Option(*names.split(), metavar=metavar, help=words, parser=parser, **more)


def argument(words: str, metavar: str) -> Any:
    """Return an argument."""
    return typer.Argument(metavar=metavar, help=words)


class Option(NamedTuple):
    """The option that gives a field; without words, its help is the field's header."""

    name: str
    help: str = ""
    metavar: str | None = None
    several: bool = False


_METAVARS = {Shape.DAY: _("NGÀY"), Shape.CODE: _("MÃ"), Shape.WORD: _("MÃ"), Shape.NUMBER: None}
# Options that are not called like their field or have more to say than its header.
_OPTIONS = {
    "document_number": Option("--doc", _("Số, ký hiệu văn bản."), _("SỐ")),
    "document_issuer": Option("--issuer", _("Cơ quan ban hành văn bản."), _("CƠ-QUAN")),
    "document_date": Option("--doc-date", _("Ngày của văn bản.")),
    "received_on": Option("--received", _("Ngày nhận văn bản.")),
    "evidence": Option("--evidence", _("Tệp văn bản (ghi kèm mã băm) hoặc địa chỉ."), _("TỆP|URL")),
    "phase": Option("--phase", _("Giai đoạn (mặc định: giai đoạn chứa ngày ấy).")),
    "occasion": Option("--occasion", _("Kỳ, như 2023 (mặc định: kỳ chứa ngày ấy).")),
    "contents": Option("--content", _("Nội dung thi đua: dùng nhiều lần, hoặc 1,3."), _("SỐ"), several=True),
    "fields": Option(
        "--field",
        _("Kết quả, xem thidua plan; dùng nhiều lần."),
        _("MÃ=GIÁ-TRỊ"),
        several=True,
    ),
    "done_on": Option("--on", _("Ngày thực hiện.")),
    "on": Option("--on", _("Ngày thực hiện.")),
    "obligation": Option("--obligation", _("Mã nghĩa vụ, xem thidua plan.")),
    "until": Option("--until", _("Ngày cuối, kể cả ngày ấy.")),
    "kind": Option("--kind", _("Loại đơn vị."), _("LOẠI")),
    "level": Option("--level", _("Cấp (mặc định: theo loại)."), _("CẤP")),
    "parent_code": Option("--parent", _("Mã đơn vị cấp trên.")),
    "sort_order": Option("--sort-order", _("Thứ tự sắp xếp.")),
    "valid_from": Option("--on", _("Ngày đầu tiên đơn vị có.")),
}


def option_of(field: Field, own: Mapping[str, Option] = MappingProxyType({})) -> Option:
    """Return the option that gives a field, by default called like the field; `own` ones go first."""
    made = own.get(field.key) or _OPTIONS.get(field.key) or Option("--" + field.key.replace("_", "-"))
    header = field.vi if current() == "vi" else field.key.replace("_", " ").capitalize()
    return made._replace(
        help=made.help or f"{header}.", metavar=made.metavar or _METAVARS.get(field.shape, _("CHỮ"))
    )


class Fields:
    """Options of fields of the catalogue; a command gets a dictionary of those that were given, by key.

    With `correcting`, options of its own by key, nothing is required, and an optional day may be empty; it
    comes as text.
    """

    def __init__(
        self,
        *optional: Field,
        required: tuple[Field, ...] = (),
        correcting: Mapping[str, Option] | None = None,
        hidden: Collection[Field] = (),
    ) -> None:
        self.fields = (*required, *optional)
        self.required = required
        self.correcting = correcting
        self.hidden = hidden

    def parameters(self) -> Iterator[inspect.Parameter]:
        """Yield a parameter for each field, under the field's key."""
        for field in self.fields:
            name, words, metavar, several = option_of(field, self.correcting or {})
            needed = field in self.required
            kind: Any = list[str] if several else str
            more: dict[str, Any] = {"hidden": True} if field in self.hidden else {}
            if field.shape is Shape.DAY and self.correcting and not needed:
                words = _('{help}; "" thì xóa.').format(help=words.removesuffix("."))
            elif field.shape is Shape.DAY:
                kind, more = date, {"parser": day}
            elif field.shape is Shape.NUMBER:
                kind, more = int, {"min": 0}
            elif field.words is not None:
                kind, more = field.words, {"parser": term(field.reads)}
            made = option(name, words, metavar, **more)
            if needed and not self.correcting:
                yield _parameter(field.key, Annotated[kind, made])
            else:
                yield _parameter(field.key, Annotated[kind | None, made], None)

    def given(self, arguments: dict[str, object]) -> dict[str, object]:
        """Return the fields that were given; an option that was not given says nothing of its field."""
        return {field.key: arguments[field.key] for field in self.fields if arguments[field.key] is not None}


def record_fields(kind: ImportKind) -> Fields:
    """Return the options of a record of a kind: what its files have without the unit, one for results."""
    own = [field for field in kind.optional if field.key not in kind.results]
    return Fields(*own, *([fields.RESULTS] if kind.results else []), required=kind.required[1:])


def usual_record(kind: ImportKind) -> Fields:
    """Return the options of a usual action; what another plan may ask of it is there too."""
    hidden = [] if fields.CONTENTS in kind.optional else [fields.CONTENTS]
    return Fields(*kind.optional, *hidden, fields.RESULTS, required=kind.required[1:], hidden=hidden)


def option_names(*kinds: ImportKind) -> dict[str, str]:
    """Return the names of the options of fields, by the fields' keys."""
    return {key: option_of(field).name for kind in kinds for key, field in fields.known(kind).items()}


def flat(function: Callable[..., object]) -> Callable[..., object]:
    """Return a function for Typer: `function` with the options of its groups in place of the groups."""
    spread = {
        parameter.name: _spread(parameter) for parameter in inspect.signature(function).parameters.values()
    }

    def command(**arguments: Any) -> object:
        return function(**{name: value(arguments) for name, (_options, value) in spread.items()})

    all_options = [option for options, _value in spread.values() for option in options]
    command.__signature__ = inspect.Signature(all_options)  # type: ignore[attr-defined]
    return command


_Spread = tuple[list[inspect.Parameter], Callable[[dict[str, Any]], Any]]


def _spread(parameter: inspect.Parameter) -> _Spread:
    """Return the options of a parameter, and what makes its value of theirs."""
    name, group = parameter.name, parameter.annotation
    for extra in getattr(group, "__metadata__", ()):
        if isinstance(extra, Fields):
            return list(extra.parameters()), extra.given
    if not hasattr(group, "_field_defaults"):
        return [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)], itemgetter(name)
    parts = [
        _spread(_parameter(part, annotation, group._field_defaults.get(part, inspect.Parameter.empty)))
        for part, annotation in group.__annotations__.items()
    ]
    return (
        [option for options, _value in parts for option in options],
        lambda arguments: group._make(value(arguments) for _options, value in parts),
    )


def _parameter(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
