"""`thidua import --template`."""

from pathlib import Path

import typer

from thidua_cli.cli import messages, session
from thidua_cli.cli.import_options import is_stream
from thidua_cli.ground import dates
from thidua_cli.ground.errors import StoreError, UsageError
from thidua_cli.ground.language import _
from thidua_cli.register.fields import ImportKind
from thidua_cli.register.plan import load_plan
from thidua_cli.register.units import Directory
from thidua_cli.render import pages
from thidua_cli.store.journal import LATEST


def write_template(ctx: typer.Context, kind: ImportKind, file: str | None, output: Path | None) -> None:
    """Write the workbook to be filled in.

    Raises UsageError where no file of that name can be, StoreError where it may be filled in already.
    """
    from thidua_cli.exports.template import workbook

    if output is None or not (output.suffix.lower() == ".xlsx" or is_stream(output)):
        raise UsageError(_("--template cần -o TỆP.xlsx"))
    target = session.target(output)
    session.refuse_terminal("xlsx", target)
    if file is not None:
        raise UsageError(_("--template không nhập tệp nào: bỏ {file}").format(file=file))
    with session.reading(ctx) as connection:
        units = Directory.read(connection, LATEST).alive(dates.today().isoformat())
        codes = [item.code for item in load_plan(connection).obligations]
    data = workbook(kind, units, codes)
    if is_stream(output):
        pages.put_at(target, [data])
        return
    if output.is_file() and not _holds(output, data):
        raise StoreError(
            _("{path}: đã có tệp này, có thể đã điền; chọn tên khác hoặc xóa tệp").format(path=output)
        )
    pages.put_at(output, [data])
    done = _("đã ghi tệp mẫu {path}").format(path=output)
    messages.confirm([done], saved=done)


def _holds(path: Path, data: bytes) -> bool:
    """Whether a file is empty or holds this and nothing else."""
    with path.open("rb") as file:
        return file.read(len(data) + 1) in (b"", data)
