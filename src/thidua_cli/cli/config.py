"""`config`, `letterhead`: what an account prefers, and the letterhead file to fill in."""

from pathlib import Path
from typing import Annotated

import typer

from thidua_cli.cli import messages, preferences, session, shared
from thidua_cli.cli.commands import Commands
from thidua_cli.cli.parameters import argument, option
from thidua_cli.cli.preferences import PREFERENCES
from thidua_cli.ground.errors import UsageError
from thidua_cli.ground.language import _
from thidua_cli.render.model import Column, Report, Table

Key = Annotated[str, argument(_("Tên mục; xem thidua config."), _("MỤC"))]


def COMMANDS() -> Commands:  # noqa: N802 - the name that a group is found by
    """Return the commands of the group."""
    return {
        "show": ("config:show", _("Giá trị của từng mục và nơi đặt nó")),
        "set": ("config:put", _("Đặt một mục")),
        "unset": ("config:unset", _("Bỏ một mục")),
    }


def ALONE(ctx: typer.Context) -> None:  # noqa: N802
    """Những gì tài khoản này muốn khi lệnh không nêu: trong một tệp TOML, mỗi mục cũng là một biến."""
    if ctx.invoked_subcommand is None:
        shared.Output().emit(_report())


def show(out: shared.Output) -> None:
    """Giá trị của từng mục, và nơi đặt nó: biến môi trường hay tệp."""
    out.emit(_report())


def put(key: Key, value: Annotated[str, argument(_("Giá trị."), _("GIÁ-TRỊ"))]) -> None:
    """Đặt một mục trong tệp cấu hình của tài khoản."""
    path = preferences.write(_known(key), value)
    messages.confirm([_("{path}: đã đặt {key}").format(path=path, key=key)])


def unset(key: Key) -> None:
    """Bỏ một mục khỏi tệp cấu hình của tài khoản."""
    path = preferences.write(_known(key), None)
    messages.confirm([_("{path}: đã bỏ {key}").format(path=path, key=key)])


def letterhead(
    output: Annotated[
        Path | None, option("-o --output", _("Tệp để ghi; không ghi đè tệp đã có."), _("TỆP"))
    ] = None,
) -> None:
    """Ghi tệp mẫu tên cơ quan, nơi nhận, người ký, có giải thích; điền xong thì dùng với --letterhead."""
    from thidua_cli.ground import files, resources

    text = resources.data("letterhead.toml").read_text(encoding="utf-8")
    place = session.target(output)
    if place is None:
        typer.echo(text, nl=False)
        return
    if place.exists():
        raise UsageError(_("{path}: đã có, không ghi đè").format(path=place), _("Nêu tên tệp khác."))
    files.replace_all({place: [text.encode("utf-8")]})
    messages.tell_written()


def _known(key: str) -> str:
    if key not in PREFERENCES:
        raise UsageError(
            _("không có mục '{key}'").format(key=key),
            _("Các mục: {names}").format(names=", ".join(PREFERENCES)),
        )
    return key


def _report() -> Report:
    words = {
        "language": _("Ngôn ngữ của thông báo: vi hoặc en"),
        "actor": _("Tên người ghi"),
        "letterhead": _("Tệp tên cơ quan, nơi nhận, người ký"),
        "report_folder": _("Nơi ghi báo cáo tuần khi không nêu -o"),
        "report_formats": _("Các dạng của báo cáo tuần, như html,docx"),
    }
    rows = []
    for key, preference in PREFERENCES.items():
        held = preferences.find(key)
        rows.append(
            {
                "key": key,
                "value": held.value if held else None,
                "source": held.source if held else None,
                "variable": preference.variable,
            }
        )
    columns = [Column(_("Mục")), Column(_("Giá trị"), narrow=12), Column(_("Đặt ở"), narrow=12),
               Column(_("Biến"), drop=1), Column(_("Là gì"), drop=2, narrow=16)]  # fmt: skip

    def people() -> list[Table]:
        cells = [[*(row.values()), words[row["key"] or ""]] for row in rows]
        return [Table(columns, [("", cells)])]

    path = preferences.file()
    note = [_("Tệp: {path}").format(path=path)] if path else []
    return Report(("key", "value", "source", "variable"), rows, people, lead=[_("Cấu hình")], notes=note)
