"""Groups of options, and options made from the catalogue of fields."""

import inspect
from typing import Annotated, NamedTuple

from thidua_cli.cli.parameters import Fields, Option, flat, option
from thidua_cli.register import values
from thidua_cli.register.fields import Field, Shape


class _Inner(NamedTuple):
    depth: Annotated[int, option("--depth", "…")] = 1


class _Outer(NamedTuple):
    width: Annotated[int, option("--width", "…")]
    inner: _Inner = _Inner()


COLOUR = Field("flag_colour", "Màu cờ", values.optional)
RAISED_ON = Field("raised_on", "Ngày treo", values.optional_day, Shape.DAY)


def test_a_group_is_spread_out_in_its_place_and_gathered_again() -> None:
    """Options stand in the order of the parameters, at any depth; the command gets the groups."""

    def command(*, before: int = 0, outer: _Outer, after: int = 0) -> tuple[object, ...]:
        return before, outer, after

    made = flat(command)
    assert list(inspect.signature(made).parameters) == ["before", "width", "depth", "after"]
    assert made(before=1, width=2, depth=3, after=4) == (1, _Outer(2, _Inner(3)), 4)


def test_a_field_of_the_catalogue_is_an_option_called_like_it() -> None:
    """A field without a row among the options has its key as the name, and its header as the help."""
    fields = Fields(COLOUR, required=(RAISED_ON,))
    required, optional = fields.parameters()
    assert required.annotation.__metadata__[0].default == "--raised-on"
    assert required.default is inspect.Parameter.empty
    assert optional.annotation.__metadata__[0].default == "--flag-colour"
    assert optional.annotation.__metadata__[0].help == "Màu cờ."
    assert optional.default is None
    assert fields.given({"flag_colour": None, "raised_on": 1}) == {"raised_on": 1}


def test_a_correction_may_empty_a_day_that_is_optional() -> None:
    """Such a day comes as text, so that it can be empty; one that is required, as a day."""
    own = {"flag_colour": Option("--colour")}
    for fields, comes_as_day in (
        (Fields(RAISED_ON, correcting=own), False),
        (Fields(required=(RAISED_ON,), correcting=own), True),
    ):
        (parameter,) = fields.parameters()
        assert (parameter.annotation.__metadata__[0].parser is not None) is comes_as_day
        assert parameter.default is None
