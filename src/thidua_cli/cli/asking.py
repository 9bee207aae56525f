"""Questions to someone at a terminal; where one end is a file or a pipe, nothing is ever asked."""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from thidua_cli.cli import messages
from thidua_cli.cli.parameters import option
from thidua_cli.ground.errors import Exit
from thidua_cli.ground.language import _

Yes = Annotated[bool, option("--yes", _("Không hỏi gì, kể cả ở màn hình."))]


def possible() -> bool:
    """Whether someone sees the questions and can answer."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


def choose(question: str, answers: Sequence[str]) -> int:
    """The place of the answer that is chosen by its number; an empty line or the end declines.

    Raises Exit, as `declined` says.
    """
    messages.say([question, *(f"  {number}) {answer}" for number, answer in enumerate(answers, 1))])
    while True:
        line = _answer(_("Số (Enter: thôi): "))
        if not line:
            raise declined()
        if line.isascii() and line.isdigit() and 0 < int(line) <= len(answers):
            return int(line) - 1


def agreed(question: str) -> bool:
    """Whether the answer is yes; an empty line, the end, or any other word is no."""
    return _answer(_("{question} [c/K] ").format(question=question)).lower() in ("c", "có", "co", "y", "yes")


def declined() -> typer.Exit:
    """What ends a command that somebody declined, with the exit code of an interrupt."""
    messages.say([_("đã thôi; chưa ghi gì")])
    return typer.Exit(Exit.INTERRUPTED)


def _answer(prompt: str) -> str:
    sys.stderr.write(prompt)
    sys.stderr.flush()
    return sys.stdin.readline().strip()
