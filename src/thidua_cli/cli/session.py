"""What commands do with a register and with their arguments: open, decide, write, check."""

import os
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import typer

from thidua_cli import store
from thidua_cli.cli import messages, preferences
from thidua_cli.cli.settings import Settings
from thidua_cli.ground import dates, files
from thidua_cli.ground.errors import InvalidError, NotFoundError, StoreError, UsageError
from thidua_cli.ground.language import _
from thidua_cli.store import Writer

if TYPE_CHECKING:
    from thidua_cli.register.models import Incoming
    from thidua_cli.store.journal import Operation

Decision = TypeVar("Decision")
Done = TypeVar("Done")
Form = TypeVar("Form")
Model = TypeVar("Model", bound="Incoming")


def settings(ctx: typer.Context) -> Settings:
    """Return what was given before the name of the command."""
    found = ctx.obj
    assert isinstance(found, Settings)  # noqa: S101 - set by the root before any command
    return found


def reading(ctx: typer.Context) -> AbstractContextManager[sqlite3.Connection]:
    """Open the register for reading."""
    return store.reading(register(ctx), read_only=settings(ctx).read_only)


@contextmanager
def writing(ctx: typer.Context) -> Iterator[Writer]:
    """Open the register for one operation; warns where the clock of the machine is behind."""
    refuse_read_only(ctx)
    with store.writing(register(ctx), actor=actor(ctx), command=command_line(ctx)) as writer:
        settings(ctx).writers.append(writer)
        yield writer
    if writer.ahead is not None:
        messages.warn(_clock_is_behind(writer.ahead))


def carry_out(
    ctx: typer.Context,
    decide: Callable[[sqlite3.Connection], Decision],
    write: Callable[[Writer, Decision], Done],
    *,
    dry_run: bool,
) -> tuple[Decision, Done | None, str]:
    """Decide on the register and write what was decided; a dry run only decides.

    Returns the decision, what `write` returned, and the words on what was saved: None and none for a dry run.
    """
    if dry_run:
        with reading(ctx) as connection:
            return decide(connection), None, ""
    with writing(ctx) as writer:
        decision = decide(writer.connection)
        done = write(writer, decision)
    return decision, done, messages.saved(writer)


def _clock_is_behind(latest: "Operation") -> list[str]:
    """Return the warnings for a register whose latest operation is dated much later than now."""
    return [
        _(
            "đồng hồ của máy chỉ {now}, mà thao tác trước #{number} ghi lúc {then}:"
            " một trong hai lần đồng hồ sai"
        ).format(
            now=dates.show_instant(dates.stamp(dates.now())),
            number=latest.number,
            then=dates.show_instant(latest.recorded_at),
        ),
        _(
            "thao tác này mang giờ ngay sau #{number}; chỉnh lại đồng hồ, và với --known-at và diff"
            " hãy nêu số thao tác thay cho ngày"
        ).format(number=latest.number),
    ]


def refuse_read_only(ctx: typer.Context) -> None:
    """Raise StoreError where nothing may be written to the register."""
    if settings(ctx).read_only:
        raise StoreError(
            _("đang ở chế độ chỉ đọc, lệnh này ghi vào sổ; chưa làm gì"),
            _("Bỏ --read-only, và biến THIDUA_READ_ONLY nếu có."),
        )


def register(ctx: typer.Context) -> Path:
    """Return the path of the register; one of an older schema is brought up to date first."""
    path = settings(ctx).db
    if store.is_older(path):
        if settings(ctx).read_only:
            raise StoreError(
                _("{path}: sổ thuộc lược đồ cũ, phải nâng cấp mới đọc được").format(path=path),
                _("Chạy một lệnh không có --read-only; sổ được sao lưu trước khi nâng cấp."),
            )
        from thidua_cli.custody import upgrade

        if kept := upgrade.bring_up(path):
            messages.notice(
                [
                    _("sổ đã được nâng cấp lên lược đồ {version}; bản trước đó ở {path}").format(
                        version=store.schema.SCHEMA_VERSION, path=kept
                    )
                ]
            )
    return path


def register_id(ctx: typer.Context) -> str | None:
    """Return the id of the register; None where it cannot be read."""
    from thidua_cli.store import journal

    try:
        with store.reading(settings(ctx).db, read_only=settings(ctx).read_only) as connection:
            return journal.register_id(connection)
    except StoreError:
        return None


def account() -> str:
    """Return the real user's account, and sudo's caller; not LOGNAME or USER, which anyone can set."""
    from thidua_cli.ground.text import NAME_LIMIT, visible

    try:
        import pwd

        name = pwd.getpwuid(os.getuid()).pw_name
    except (ImportError, KeyError):
        name = f"uid {os.getuid()}"
    caller = visible(os.environ.get("SUDO_USER", ""))[:NAME_LIMIT]
    return f"{name} (sudo: {caller})" if caller else name


def actor(ctx: typer.Context) -> str:
    """Return who acts: the name that is given or preferred, and the account in brackets; else the account."""
    from thidua_cli.ground.text import NAME_LIMIT

    named = checked_text(settings(ctx).actor or preferences.preferred("actor"), "--actor", NAME_LIMIT)
    return f"{named} [{account()}]" if named else account()


def command_line(ctx: typer.Context) -> str:
    """Return the command as it was typed, for the log."""
    import shlex

    line = shlex.join(["thidua", *settings(ctx).arguments])
    return line.encode("utf-8", "backslashreplace").decode()


def form_of(path: Path, forms: Mapping[str, Form]) -> Form:
    """Return the format that the ending of a file names, in either case; raises UsageError for any other."""
    ending = path.suffix.lstrip(".").lower()
    if ending not in forms:
        raise UsageError(
            _("-o {path}: không biết dạng '.{ending}'").format(path=path, ending=ending),
            _("Nêu --format, hoặc dùng một trong: {endings}").format(endings=", ".join(forms)),
        )
    return forms[ending]


def target(output: Path | None) -> Path | None:
    """Return where -o leads, None for standard output (`-`); raises UsageError for a path without a name."""
    if output is not None and not output.name:
        raise UsageError(_("-o: thiếu tên tệp"))
    return None if output == Path("-") else output


def refuse_terminal(form: str, output: Path | None) -> None:
    """Raise UsageError where a binary format would go to a terminal."""
    if sys.stdout.isatty() if output is None else files.is_terminal(output):
        raise UsageError(_("{form} không in ra màn hình: dùng -o TỆP").format(form=form))


def checked_text(value: str | None, name: str, limit: int, *, lines: bool = False) -> str:
    """Return an option's text, cleaned; raises UsageError where it cannot be stored or is too long."""
    from thidua_cli.ground.text import check_length, clean

    try:
        return check_length(clean(value or "", lines=lines).value, limit)
    except InvalidError as error:
        raise UsageError(f"{name}: {error.message}", error.cure) from None


def checked_reason(reason: str) -> str:
    """Return the text of --reason; raises UsageError where it is empty, or as `checked_text`."""
    from thidua_cli.ground.text import NOTE_LIMIT

    cleaned = checked_text(reason, "--reason", NOTE_LIMIT, lines=True)
    if not cleaned:
        raise UsageError(_("--reason bỏ trống"))
    return cleaned


def checked(model: "type[Model]", values: Mapping[str, object], names: Mapping[str, str]) -> "Model":
    """Return the model of values; raises UsageError with all that is wrong, under names of options."""
    from thidua_cli.register.models import check

    made, problems = check(model, values)
    if made is None:
        raise UsageError(*messages.format_problems(problems, names))
    return made


def checked_number(value: str, malformed: str, missing: str) -> int:
    """Return the number that is written `12` or `#12`.

    Raises UsageError with `malformed`, NotFoundError with `missing` where it is beyond any number.
    """
    from thidua_cli.register import values

    digits = value.removeprefix("#")
    if not (digits.isascii() and digits.isdigit()):
        raise UsageError(malformed.format(value=value))
    if (number := values.whole(digits)) is None:
        raise NotFoundError(missing.format(number=digits))
    return number


def letterhead(given: Path | None) -> Path | None:
    """Return the letterhead file that is given or preferred; None for one of dots."""
    preferred = preferences.preferred("letterhead")
    return given or (Path(preferred) if preferred else None)
