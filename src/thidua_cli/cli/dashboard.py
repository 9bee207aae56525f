"""`thidua` without a command, on a register that is there."""

import os
import sys
from typing import Any

import typer

from thidua_cli.cli import care, session
from thidua_cli.render.model import Tone

_COLOURS: dict[Tone, dict[str, Any]] = {
    Tone.GOOD: {"bold": True},
    Tone.BAD: {"fg": "red"},
    Tone.MUTED: {"dim": True},
}


def show(ctx: typer.Context) -> None:
    """Print where things stand."""
    from thidua_cli.custody import backup
    from thidua_cli.reports import dashboard
    from thidua_cli.reports.moment import read_moment

    settings = session.settings(ctx)
    with session.reading(ctx) as connection:
        at = read_moment(connection, None, None)
        done = care.last(at.register)
        newest = max(filter(None, [done.get("backup"), backup.newest(settings.db)]), default=None)
        lines = dashboard.build(connection, at, dashboard.Care(newest, done.get("verify")), settings.command)
    coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    for text, tone in lines:
        typer.echo(typer.style(text, **_COLOURS.get(tone, {})) if coloured else text)
