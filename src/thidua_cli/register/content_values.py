"""Numbers of contents as files and options name them; titles are left for the plan to read."""

import re
from collections.abc import Iterable

from thidua_cli.ground import text
from thidua_cli.ground.errors import InvalidError
from thidua_cli.ground.language import _
from thidua_cli.register.values import plain, whole

_BETWEEN = re.compile(r"[,;\n]")
_NUMBERED = re.compile(r"(?:(?:nội dung|content)(?: số| no\.?)? )?(\d+)", re.ASCII | re.IGNORECASE)
_RANGE = re.compile(r"(\d+) ?[-–] ?(\d+)", re.ASCII)
_MOST_CONTENTS = 1000  # in one range


def contents(value: object) -> tuple[int | str, ...]:
    """Numbers of contents, in order, each once: from `1,3`, `Nội dung 1; Nội dung 3`, or several such texts.

    Options, which come as a list, may be ranges too: `1-4`. A text with other words stays one, for the plan
    to say which titles it holds.
    """
    is_list = isinstance(value, (list, tuple))
    parts: Iterable[object] = value if isinstance(value, (list, tuple)) else [plain(value, lines=True)]
    numbers: set[int] = set()
    titles: dict[str, None] = {}
    for part in map(str, parts):
        pieces = [piece for piece in map(str.strip, _BETWEEN.split(part)) if piece]
        ranges = [_RANGE.fullmatch(piece) if is_list else None for piece in pieces]
        labels = [_NUMBERED.fullmatch(piece) for piece in pieces]
        if all(one or other for one, other in zip(labels, ranges, strict=True)):
            numbers |= {_content(label[1]) for label in labels if label}
            numbers.update(*(_run_of_contents(*ends.groups()) for ends in ranges if ends))
        elif any(map(str.isalpha, part)):
            titles[part.strip()] = None
        else:
            raise InvalidError(_("nội dung thi đua là các số, như 1,3"), _("ghi số của nội dung"))
    return (*sorted(numbers), *titles)


def _content(digits: str) -> int:
    if (found := whole(digits)) is None:
        raise InvalidError(_("không có nội dung {numbers}").format(numbers=text.visible(digits[:60])))
    return found


def _run_of_contents(first: str, last: str) -> range:
    """The numbers from one to another, both included."""
    one, other = _content(first), _content(last)
    if not 0 <= other - one < _MOST_CONTENTS:
        raise InvalidError(_("không có nội dung {numbers}").format(numbers=f"{first}-{last}"[:60]))
    return range(one, other + 1)
