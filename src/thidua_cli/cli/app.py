"""The program: its table of commands, the options before a command, and its run."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from thidua_cli import __version__
from thidua_cli.cli.commands import Commands, group
from thidua_cli.cli.parameters import option
from thidua_cli.cli.settings import Settings, register_path
from thidua_cli.cli.usage import ParserError, in_our_words
from thidua_cli.ground import language
from thidua_cli.ground.errors import MissingError, StoreError, ThiduaError, UsageError
from thidua_cli.ground.language import _

if TYPE_CHECKING:
    from thidua_cli.custody.restore import Restored
    from thidua_cli.store import Writer

_MAX_SHOWN = 3  # findings; verify prints all


def _commands() -> Commands:
    return {
        "init": ("init:init", _("Tạo sổ theo dõi: kế hoạch và danh sách đơn vị ban đầu")),
        "plan": (
            "planning:COMMANDS",
            _("Kế hoạch: giai đoạn, nghĩa vụ, thời hạn, nội dung; sửa kế hoạch"),
        ),
        "import": ("importing:run", _("Nhập từ tệp: đơn vị, việc đã làm, miễn, gia hạn, thay đổi")),
        "record": ("recording:COMMANDS", _("Ghi việc đã làm, miễn, gia hạn; sửa và hủy bản ghi")),
        "units": ("units:COMMANDS", _("Đơn vị: danh sách, cây, thêm, đổi tên, nhập, tách, chấm dứt")),
        "status": ("reports:status", _("Tình hình thực hiện theo từng giai đoạn")),
        "list": ("reports:listing", _("Danh sách đơn vị và trạng thái")),
        "check": ("reports:check", _("Kiểm tra thời hạn; mã thoát 3 khi có đơn vị quá hạn")),
        "find": ("reports:find", _("Tìm đơn vị, bản ghi, thao tác theo một phần của tên hay số văn bản")),
        "history": ("reports:history", _("Tất cả những gì đã biết về một đơn vị")),
        "diff": ("reports:diff", _("Điều gì thay đổi giữa hai ngày hoặc hai lúc, và vì sao")),
        "trend": ("trending:trend", _("Tiến độ theo thời gian, vẽ thành đường, có đánh dấu thời hạn")),
        "report": (
            "reporting:report",
            _("Báo cáo tuần: HTML, Word, Excel, Markdown, JSON; cho lãnh đạo và cho cron"),
        ),
        "remind": ("reminding:remind", _("Công văn đôn đốc đơn vị quá hạn, và danh sách để trộn thư")),
        "calendar": ("reports:calendar", _("Ngày đến hạn thành tệp lịch .ics")),
        "undo": ("undoing:undo", _("Hoàn tác cả một thao tác, như một lần nhập tệp")),
        "log": ("reports:log", _("Nhật ký thao tác, mới nhất trước")),
        "verify": ("custody:verify", _("Kiểm tra sổ còn nguyên vẹn; mã thoát 3 khi không")),
        "backup": ("custody:backup", _("Sao lưu sổ thành một tệp mới, đã kiểm tra")),
        "export": ("exporting:run", _("Xuất ra tệp: các danh sách import nhận lại, hoặc cả sổ")),
        "config": (
            "config:COMMANDS",
            _("Cấu hình của tài khoản: ngôn ngữ, tên người ghi, tiêu đề, nơi ghi báo cáo"),
        ),
        "letterhead": ("config:letterhead", _("Tệp mẫu tên cơ quan, nơi nhận, người ký, để điền")),
        "restore": (
            "custody:restore",
            _("Khôi phục sổ từ bản sao lưu; không bỏ thao tác nào nếu không được bảo"),
        ),
    }


def _root(
    ctx: typer.Context,
    db: Annotated[
        Path | None, option("--db", _("Tệp sổ theo dõi; không có thì biến THIDUA_DB."), _("ĐƯỜNG-DẪN"))
    ] = None,
    lang: Annotated[str | None, option("--lang", _("Ngôn ngữ của thông báo."), "vi|en")] = None,
    actor: Annotated[
        str | None, option("--actor", _("Tên người ghi, đặt cạnh tài khoản của máy."), _("TÊN"))
    ] = None,
    read_only: Annotated[
        bool, option("--read-only", _("Không ghi gì vào sổ; cũng bật bằng biến THIDUA_READ_ONLY=1."))
    ] = False,
    lock: Annotated[
        bool, option("--lock", _("Không chạy cùng lúc với lần chạy khác có --lock trên sổ ấy (mã 5)."))
    ] = False,
    version: Annotated[bool, option("--version", _("Hiện phiên bản rồi thoát."))] = False,
    install_completion: Annotated[
        bool, option("--install-completion", _("Cài phím Tab cho shell đang dùng rồi thoát."))
    ] = False,
    show_completion: Annotated[
        bool, option("--show-completion", _("In đoạn mã phím Tab cho shell đang dùng rồi thoát."))
    ] = False,
) -> None:
    if version:
        typer.echo(f"thidua {__version__}")
        raise typer.Exit
    if install_completion or show_completion:
        from thidua_cli.cli import completion

        typer.echo(completion.install() if install_completion else completion.script())
        raise typer.Exit
    if lang is not None and lang not in language.LANGUAGES:
        raise UsageError(_("--lang nhận vi hoặc en"))
    arguments, writers = ctx.obj
    read_only = _switch("THIDUA_READ_ONLY") or read_only
    ctx.obj = Settings(register_path(db), actor, arguments, writers, read_only, named=db is not None)
    if lock:
        from thidua_cli import store

        ctx.with_resource(store.locked(ctx.obj.db))
    if ctx.invoked_subcommand is None:
        _welcome(ctx)


_OFF = ("", "0", "false", "no", "n", "off", "không")
_ON = ("1", "true", "yes", "y", "on", "có")


def _switch(variable: str) -> bool:
    """Whether a variable of the environment switches something on; raises UsageError for any other word."""
    word = os.environ.get(variable, "").strip().casefold()
    if word in _OFF or word in _ON:
        return word in _ON
    raise UsageError(
        _("biến {name}={value}: không rõ là bật hay tắt").format(name=variable, value=word),
        _("Bật: {on}. Tắt: {off}.").format(on=", ".join(_ON), off=", ".join(_OFF[1:])),
    )


def _welcome(ctx: typer.Context) -> None:
    """Show where things stand; without a register, how to start."""
    path, init = ctx.obj.db, ctx.obj.command("init")
    if path.exists():
        from thidua_cli.cli import dashboard

        dashboard.show(ctx)
        return
    typer.echo(_("Chưa có sổ theo dõi ở {path}.\nTạo sổ mới: {init}\n").format(path=path, init=init))
    typer.echo(ctx.get_help())


def root() -> Any:
    """The program: what stands before a command, and the commands."""
    words = _("Sổ theo dõi phong trào thi đua: ai đã làm, văn bản nào, có đúng hạn không.")
    return group(_commands(), _root, help=words)


def invoke(arguments: list[str], writers: "list[Writer | Restored]") -> int:
    """Parse and run; returns the exit code.

    Raises ThiduaError, also for what the parser refuses; any other exception is a defect of ours.
    """
    program = root()
    try:
        with program.make_context("thidua", list(arguments), obj=(tuple(arguments), writers)) as context:
            _run(program, context)
    except typer.Exit as stop:
        return stop.exit_code
    except ParserError as error:
        raise in_our_words(error) from None
    return 0


def _run(program: Any, context: Any) -> None:
    """Run the command; raises StoreError in place of a defect where the register is damaged."""
    try:
        program.invoke(context)
    except MissingError as error:
        if context.obj.named and error.path == context.obj.db:
            from thidua_cli import store

            raise store.missing(error.path, context.obj.command("init")) from None
        raise
    except (ThiduaError, OSError, RuntimeError, ParserError):  # RuntimeError: how Typer ends a command
        raise
    except Exception as error:
        _blame_register(context.obj, error)
        raise


def _blame_register(settings: Settings, error: Exception) -> None:
    """Raise StoreError if the register is not intact: no command is made for what it never stores.

    Returns where the register is sound, or cannot be asked: then `error` is a defect of ours.
    """
    from thidua_cli.custody import verify

    try:
        proof = verify.inspect(settings.db, read_only=True)
    except ThiduaError:
        return
    if found := verify.format_problems(proof.findings, _MAX_SHOWN):
        stored = [writer.operation for writer in settings.writers if writer.operation is not None]
        raise StoreError(
            _("{path}: sổ không nguyên vẹn, lệnh này không dùng được").format(path=settings.db),
            *found,
            *(_("đã lưu ở thao tác #{number}").format(number=operation.number) for operation in stored),
            _("Lấy lại từ bản sao lưu: thidua restore TỆP. Mọi điều không đúng: thidua verify."),
        ) from error
