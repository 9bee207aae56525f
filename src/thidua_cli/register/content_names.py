"""Contents as people name them: by number, by title, or `Nội dung 1; Nội dung 3`."""

import re
from collections.abc import Sequence

from thidua_cli.ground import text
from thidua_cli.ground.errors import UsageError
from thidua_cli.ground.language import _
from thidua_cli.ground.phrases import phrase_key
from thidua_cli.register.plan import Plan

_LABEL = re.compile(r"(?:(?:nội dung|content)(?: số| no)? )?(\d{1,9})(?= |$)", re.ASCII)
_PART = re.compile(r"[^,;\n]+|[,;\n]")
_SHOWN = 60


def numbers_of(plan: Plan, named: Sequence[int | str]) -> tuple[int, ...]:
    """The numbers of contents, each given by number or in a text of titles; raises UsageError."""
    titles = [(_key(title), number) for title, number in plan.content_titles]
    numbers: set[int] = set()
    unknown: list[str] = []
    for name in named:
        found = {name} if isinstance(name, int) else _titled(_key(name), titles)
        if not found or not found <= plan.contents.keys():
            unknown.append(text.visible(str(name))[:_SHOWN])
        numbers |= found
    if unknown:
        raise UsageError(
            _("không có nội dung {numbers}").format(numbers=", ".join(unknown)),
            *(f"{number}  {title}" for number, title in plan.contents.items()),
        )
    return tuple(sorted(numbers))


def _key(written: str) -> str:
    """The words of a text, and a comma between its parts, with spaces between."""
    return " ".join(
        filter(
            None,
            (
                phrase_key(part) or part.strip(" .").replace(";", ",").replace("\n", ",")
                for part in _PART.findall(written)
            ),
        )
    )


def _titled(rest: str, titles: Sequence[tuple[str, int]]) -> set[int]:
    """The contents that words name one after another; none where any words are no content's.

    `Nội dung 1` may stand before the title of that content, and of no other.
    """
    numbers: set[int] = set()
    while rest:
        label = _LABEL.match(rest)
        meant = {int(label[1])} if label else set()
        rest = rest[label.end() :].lstrip() if label else rest
        if titled := max(
            ((len(key), own) for key, own in titles if f"{rest} ".startswith(f"{key} ")), default=None
        ):
            meant.add(titled[1])
            rest = rest[titled[0] :].lstrip()
        if len(meant) != 1 or (rest and rest[0] != ","):
            return set()
        numbers |= meant
        rest = rest.lstrip(", ")
    return numbers
