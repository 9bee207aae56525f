"""`thidua export`."""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from thidua_cli import files, render, store
from thidua_cli.cli import options
from thidua_cli.errors import UsageError
from thidua_cli.language import _


class ExportKind(StrEnum):
    """What can be exported."""

    REGISTER = "register"


def run(
    ctx: typer.Context,
    kind: Annotated[ExportKind, typer.Argument(metavar=_("LOẠI"), help=", ".join(ExportKind))],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar=_("TỆP"), help=_("Ghi vào tệp này (mặc định: đầu ra chuẩn).")),
    ] = None,
) -> None:
    """Xuất ra tệp. register: cả sổ, mỗi dòng một JSON, để thidua restore dựng lại được đúng sổ ấy."""
    if output is not None and not output.name:
        raise UsageError(_("-o: thiếu tên tệp"))
    _WRITERS[kind](ctx, None if output == Path("-") else output)


def _register(ctx: typer.Context, output: Path | None) -> None:
    """The whole register; it is written piece by piece, while the register stays as it is."""
    from thidua_cli import exchange

    path = options.settings(ctx).db
    with store.store_errors(path), store.examining(path) as connection:
        pieces = exchange.lines(connection, path)
        if output is not None:
            files.replace(output, pieces)
            return
        for piece in pieces:
            render.put(piece)


_WRITERS: dict[ExportKind, Callable[[typer.Context, Path | None], None]] = {ExportKind.REGISTER: _register}
