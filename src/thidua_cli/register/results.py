"""Values of the results that the plan asks for, such as a grade: read from text, and as reports show them."""

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

from thidua_cli.ground import text
from thidua_cli.ground.errors import InvalidError
from thidua_cli.ground.language import _, current
from thidua_cli.register import values
from thidua_cli.register.plan import Field

_NUMBER = re.compile(r"-?[0-9]{1,15}(?:[.,][0-9]{1,2})?", re.ASCII)


def reader(field: Field) -> Callable[[object], str | None]:
    """A reader of values of a field: the text to store, or nothing for an empty one; raises InvalidError.

    A choice may be written in any case. A number has a comma or a point before at most two decimals, so that
    neither can be one between thousands.
    """

    def read(value: object) -> str | None:
        if (written := values.short(value)) is None:
            return None
        if field.type == "choice":
            return _choice(field, written)
        return _number(field, written) if field.type == "number" else written

    return read


def _choice(field: Field, written: str) -> str:
    key = text.clean(written).value.casefold()
    for choice in field.choices:
        if choice.casefold() == key:
            return choice
    raise InvalidError(
        _("không có giá trị này"), _("dùng một trong: {terms}").format(terms="; ".join(field.choices))
    )


def _number(field: Field, written: str) -> str:
    if not _NUMBER.fullmatch(written):
        raise InvalidError(
            _("không phải số có nhiều nhất hai chữ số thập phân"), _("ghi như 9,5, không chia hàng nghìn")
        )
    number = Decimal(written.replace(",", "."))
    least, most = (None if each is None else Decimal(str(each)) for each in (field.minimum, field.maximum))
    if (least is not None and number < least) or (most is not None and number > most):
        raise InvalidError(_("ngoài giới hạn"), bounds(field))
    shown = format(number, "f")
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown.lstrip("0") or "0"
    return "0" if number == 0 else format(Decimal(shown), "f")


def bounds(field: Field) -> str:
    """What a value may be, for people: a number and its bounds, or a text; of a choice, that it is one."""
    if field.type != "number":
        return _("chữ") if field.type == "text" else _("một trong các giá trị")
    least, most = (
        None if each is None else shown(field, f"{each:.10g}") for each in (field.minimum, field.maximum)
    )
    if least is None and most is None:
        return _("số")
    if most is None:
        return _("số từ {least} trở lên").format(least=least)
    if least is None:
        return _("số không quá {most}").format(most=most)
    return _("số từ {least} đến {most}").format(least=least, most=most)


def machine(field: Field, value: str | None) -> str | float | None:
    """A stored value for machines: a number as such."""
    if value is None or field.type != "number":
        return value
    return float(value) if "." in value else int(value)


def shown(field: Field, value: str) -> str:
    """A stored value for people."""
    return value.replace(".", ",") if field.type == "number" and current() == "vi" else value


def described(fields: Iterable[Field], held: Mapping[str, str]) -> list[str]:
    """Values in words, in the order of the plan; one whose field the plan no longer has, by its code."""
    known = {field.code: field for field in fields}
    words = [f"{field.title}: {shown(field, held[code])}" for code, field in known.items() if code in held]
    return words + [f"{code}: {value}" for code, value in held.items() if code not in known]
