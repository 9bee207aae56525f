"""One value as people read it: numbers and dates in the language in use, unseen characters made visible.

A number that is a name, such as that of an operation, is given as text.
"""

from thidua_cli.ground import language
from thidua_cli.ground.dates import show_day, show_instant
from thidua_cli.render.model import Delta, Form, Mark, Tone

NOTHING = "–"
MINUS = "\u2212"
BAR_CELLS = 10
_EIGHTHS = " ▏▎▍▌▋▊▉█"


def visible(text: str) -> str:
    """As `text.visible`, which is loaded only for a text that needs it."""
    if text.isprintable():
        return text
    from thidua_cli.ground import text as vietnamese

    return vietnamese.visible(text)


def prose(text: str) -> str:
    """As `visible`, for sentences of ours, in which a no-break space is meant."""
    return text if text.isprintable() else "\u00a0".join(map(visible, text.split("\u00a0")))


def plain(value: object) -> object:
    """The value of a cell without its tone."""
    return value.value if isinstance(value, Mark) else value


def tone(value: object) -> Tone:
    """The tone that a cell was given."""
    return value.tone if isinstance(value, Mark) else Tone.PLAIN


def show(value: object, form: Form) -> str:
    """The cell as text; a dash where a figure does not exist."""
    bare = plain(value)
    if bare is None:
        return NOTHING if form in (Form.NUMBER, Form.RATE) else ""
    match form:
        case Form.RATE:
            return rate(bare)
        case Form.DAY:
            return show_day(str(bare))
        case Form.INSTANT:
            return show_instant(str(bare))
        case Form.BAR:
            return bar(bare)
        case _:
            return number(bare) if isinstance(bare, int) else visible(str(bare))


def rate(value: object, decimals: int = 1) -> str:
    """A percentage: 84,4 % in Vietnamese (with a no-break space), 84.4% in English."""
    text = f"{value:.{decimals}f}"
    return f"{text.replace('.', ',')}\u00a0%" if language.current() == "vi" else f"{text}%"


def number(value: int) -> str:
    """A number for people; a difference with its sign, a true minus, and none for zero."""
    if not isinstance(value, Delta) or value == 0:
        return language.grouped(value)
    return ("+" if value > 0 else MINUS) + language.grouped(abs(value))


def bar(value: object) -> str:
    """A percentage as a bar of ten cells, in eighths of a cell."""
    eighths = int(float(str(value)) * BAR_CELLS * 8 / 100)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(BAR_CELLS, "·")


_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def roman(number: int) -> str:
    """A roman numeral, as official lists number their groups."""
    text = ""
    for value, letters in _ROMAN:
        text += letters * (number // value)
        number %= value
    return text
