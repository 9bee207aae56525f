"""Messages for people: errors, warnings and notices on standard error, confirmations on standard output.

Characters that a terminal would act on, or show nothing for, are printed as escapes.
"""

import contextlib
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from thidua_cli.ground.errors import Exit, StoreError
from thidua_cli.ground.language import _

if TYPE_CHECKING:
    from thidua_cli.ground.problem import Problem
    from thidua_cli.store import Writer

_MAX_SHOWN = 4  # written files that are named


def say(lines: Iterable[str]) -> None:
    """Print lines to standard error; nothing where it is closed or full, for there is no other place."""
    from thidua_cli.ground.text import visible

    if sys.stderr is not None:
        with contextlib.suppress(OSError):
            sys.stderr.write("".join(f"{visible(line)}\n" for line in lines))
            sys.stderr.flush()


def complain(message: str, hints: Sequence[str] = ()) -> None:
    """Print an error and what helps against it."""
    say([_("Lỗi: {message}").format(message=message), *hints])


def warn(warnings: Sequence[str], most: int = sys.maxsize) -> None:
    """Print the first `most` warnings, and how many more there are."""
    lines = [_("Lưu ý: {warning}").format(warning=warning) for warning in warnings[:most]]
    if more := len(warnings[most:]):
        lines.append(_("… và {count} lưu ý nữa; --max-errors 0 liệt kê tất cả").format(count=more))
    say(lines)


def notice(notices: Iterable[str]) -> None:
    """Print what was noticed and accepted."""
    say([_("Lưu ý: {notice}").format(notice=item) for item in notices])


def tell(line: str) -> None:
    """Print a line for someone at a terminal, who would otherwise see nothing of a success."""
    if sys.stderr is not None and sys.stderr.isatty():
        say([line])


def tell_written() -> None:
    """Name the files that were written, at a terminal."""
    from thidua_cli.ground import drafts

    paths = drafts.placed()
    shown = ", ".join(map(str, paths[:_MAX_SHOWN]))
    if more := len(paths[_MAX_SHOWN:]):
        tell(_("đã ghi {paths} và {more} tệp khác").format(paths=shown, more=more))
    elif paths:
        tell(_("đã ghi {paths}").format(paths=shown))


def confirm(lines: Iterable[str], saved: str = "", *, dry_run: bool = False) -> None:
    """Print lines to standard output, as `put`; those of a dry run say first that nothing was written."""
    from thidua_cli.ground.text import visible

    head = [_("chưa ghi gì (--dry-run):")] if dry_run else []
    put([f"{visible(line)}\n".encode() for line in (*head, *lines)], saved)


def put(pieces: Iterable[bytes], saved: str = "") -> None:
    """Write bytes to standard output; where that fails, the error says what was `saved` before.

    Raises StoreError; BrokenPipeError where the reader has gone and nothing was saved.
    """
    from thidua_cli.render import pages

    try:
        pages.put(pieces)
    except (StoreError, BrokenPipeError) as error:
        if not saved:
            raise
        unseen = StoreError(_("{saved}; nhưng không in được kết quả").format(saved=saved))
        if isinstance(error, BrokenPipeError):
            unseen.code = Exit.READER_GONE
        raise unseen from error


def saved(writer: "Writer") -> str:
    """What was stored, for `confirm`; empty where nothing was."""
    return _("đã lưu ở thao tác #{number}").format(number=writer.operation.number) if writer.operation else ""


def format_problems(problems: "Iterable[Problem]", names: Mapping[str, str]) -> list[str]:
    """Problems with fields as lines, each field called by the option that gave it."""
    return [str(problem.within(field=names.get(problem.at.field, problem.at.field))) for problem in problems]
