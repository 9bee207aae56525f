"""The table of commands; a command's module is imported when it is called.

Typer inspects every signature it is given, so only the command that runs is given to it: the start-up of
`thidua status` does not pay for the other twenty.
"""

import importlib
import inspect
import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from thidua_cli import __version__
from thidua_cli.cli.commands import Localised
from thidua_cli.cli.settings import Settings
from thidua_cli.ground import language
from thidua_cli.ground.errors import MissingError, ThiduaError, UsageError
from thidua_cli.ground.language import _

if TYPE_CHECKING:
    from typer.core import TyperCommand as _Base

    from thidua_cli.custody.restore import Restored
    from thidua_cli.store import Writer
else:
    _Base = object

# What Typer's parser raises; it has no public name of its own in every version that we support.
_ParserError: type[Exception] = typer.BadParameter.__mro__[1]


Commands = Mapping[str, tuple[str, str]]  # name -> ("module:function" of this package, one line of help)


def _commands() -> Commands:
    return {
        "init": ("init:init", _("Tạo sổ theo dõi: kế hoạch và danh sách đơn vị ban đầu")),
        "plan": ("init:plan", _("Kế hoạch: giai đoạn, nghĩa vụ, thời hạn, nội dung thi đua")),
        "import": ("importing:run", _("Nhập từ tệp: đơn vị, phát động, đăng ký, tổng kết, miễn, thay đổi")),
        "record": ("recording:COMMANDS", _("Ghi phát động, đăng ký, tổng kết, miễn; sửa và hủy bản ghi")),
        "units": ("units:COMMANDS", _("Đơn vị: danh sách, cây, thêm, đổi tên, nhập, tách, chấm dứt")),
        "status": ("reports:status", _("Tình hình thực hiện theo từng giai đoạn")),
        "list": ("reports:listing", _("Danh sách đơn vị và trạng thái")),
        "check": ("reports:check", _("Kiểm tra thời hạn; mã thoát 3 khi có đơn vị quá hạn")),
        "history": ("reports:history", _("Tất cả những gì đã biết về một đơn vị")),
        "diff": ("reports:diff", _("Điều gì thay đổi giữa hai ngày hoặc hai lúc, và vì sao")),
        "trend": ("trending:trend", _("Tiến độ theo thời gian, vẽ thành đường, có đánh dấu thời hạn")),
        "report": (
            "reporting:report",
            _("Báo cáo tuần: HTML, Word, Excel, Markdown, JSON; cho lãnh đạo và cho cron"),
        ),
        "remind": ("reminding:remind", _("Công văn đôn đốc đơn vị quá hạn, và danh sách để trộn thư")),
        "undo": ("undoing:undo", _("Hoàn tác cả một thao tác, như một lần nhập tệp")),
        "log": ("reports:log", _("Nhật ký thao tác, mới nhất trước")),
        "verify": ("custody:verify", _("Kiểm tra sổ còn nguyên vẹn; mã thoát 3 khi không")),
        "backup": ("custody:backup", _("Sao lưu sổ thành một tệp mới, đã kiểm tra")),
        "export": ("exporting:run", _("Xuất ra tệp: các danh sách import nhận lại, hoặc cả sổ")),
        "restore": (
            "custody:restore",
            _("Khôi phục sổ từ bản sao lưu; không bỏ thao tác nào nếu không được bảo"),
        ),
    }


class Once(_Base):
    """A parser that refuses an option given twice, unless it takes several values; a flag may come again."""

    def make_parser(self, ctx: Any) -> Any:
        parser: Any = super().make_parser(ctx)
        read = parser.parse_args

        def parse_args(args: list[str]) -> Any:
            values, rest, order = read(args=args)
            _refuse_twice(order)
            return values, rest, order

        parser.parse_args = parse_args
        return parser


def _refuse_twice(given: Sequence[Any]) -> None:
    """Raise UsageError for an option that stands twice among the parameters, in the order of the line."""
    seen = set()
    for param in given:
        if param.param_type_name != "option" or param.multiple or param.is_flag:
            continue
        if param.name in seen:
            raise UsageError(
                _("{name} được nêu hai lần").format(name=" / ".join(param.opts)),
                _("Chỉ nêu một lần, với một giá trị."),
            )
        seen.add(param.name)


class Command(Once, Localised, TyperCommand):
    """One command."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except MissingError as error:
            if ctx.obj.named and error.path == ctx.obj.db:
                from thidua_cli import store

                raise store.missing(error.path, ctx.obj.command("init")) from None
            raise
        except (ThiduaError, OSError, RuntimeError, _ParserError):  # RuntimeError: how Typer ends a command
            raise
        except Exception as error:
            from thidua_cli.cli import blame

            blame.blame(ctx.obj, error)
            raise


class Group(Once, Localised, TyperGroup):
    """A group that loads a command when it is asked for."""

    table: Commands = MappingProxyType({})

    def format_options(self, ctx: Any, formatter: Any) -> None:
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return list(self.table)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        if cmd_name not in self.table:
            return None
        target, short_help = self.table[cmd_name]
        module, _colon, name = target.partition(":")
        found = getattr(importlib.import_module(f"thidua_cli.cli.{module}"), name)
        return group(cmd_name, found(), short_help) if name == "COMMANDS" else command(cmd_name, found)

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        with formatter.section(_("Các lệnh")):
            formatter.write_dl([(name, short_help) for name, (_target, short_help) in self.table.items()])

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and not args[0].startswith("-") and args[0] not in self.table:
            from difflib import get_close_matches

            near = get_close_matches(args[0], self.table, n=2)
            hint = _("Có phải là: {names}?").format(names=", ".join(near)) if near else ""
            raise UsageError(
                _("không có lệnh '{name}'").format(name=args[0]),
                hint or _("Các lệnh: {names}").format(names=", ".join(self.table)),
            )
        return super().resolve_command(ctx, args)


def command(name: str, function: Callable[..., object]) -> Any:
    """A Typer command made from a plain function."""
    from thidua_cli.cli.parameters import flat

    app = _typer()
    words = _(inspect.getdoc(function) or "")
    app.command(name, cls=Command, help=words, options_metavar=_("[TÙY CHỌN]"))(flat(function))
    return _paths_unread(typer.main.get_command(app))


def _paths_unread(made: Any) -> Any:
    """A command that leaves it to whoever opens a file to say that it may not be read."""
    for parameter in made.params:
        if hasattr(parameter.type, "readable"):
            parameter.type.readable = False
    return made


def group(name: str, table: Commands, short_help: str) -> Any:
    """A Typer group over a table of commands."""
    app = _typer(cls=Group, help=short_help, no_args_is_help=False)
    app.callback(invoke_without_command=True)(_group_help)
    made: Any = typer.main.get_group(app)
    made.name = name
    made.table = table
    return made


def _group_help(ctx: typer.Context) -> None:
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


def _typer(**options: Any) -> typer.Typer:
    return typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        options_metavar=_("[TÙY CHỌN]"),
        subcommand_metavar=_("LỆNH [THAM SỐ]..."),
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["--help", "-h"], "max_content_width": 100},
        **options,
    )


def _root(
    ctx: typer.Context,
    db: Annotated[
        Path | None,
        typer.Option("--db", metavar=_("ĐƯỜNG-DẪN"), help=_("Tệp sổ theo dõi; không có thì biến THIDUA_DB.")),
    ] = None,
    lang: Annotated[
        str | None, typer.Option("--lang", metavar="vi|en", help=_("Ngôn ngữ của thông báo."))
    ] = None,
    actor: Annotated[
        str | None,
        typer.Option("--actor", metavar=_("TÊN"), help=_("Tên người ghi, đặt cạnh tài khoản của máy.")),
    ] = None,
    read_only: Annotated[
        bool,
        typer.Option("--read-only", help=_("Không ghi gì vào sổ; cũng bật bằng biến THIDUA_READ_ONLY=1.")),
    ] = False,
    lock: Annotated[
        bool,
        typer.Option("--lock", help=_("Không chạy cùng lúc với lần chạy khác có --lock trên sổ ấy (mã 5).")),
    ] = False,
    version: Annotated[bool, typer.Option("--version", help=_("Hiện phiên bản rồi thoát."))] = False,
) -> None:
    if version:
        typer.echo(f"thidua {__version__}")
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
    path = ctx.obj.db
    if not path.exists():
        init = ctx.obj.command("init")
        typer.echo(_("Chưa có sổ theo dõi ở {path}.\nTạo sổ mới: {init}\n").format(path=path, init=init))
    typer.echo(ctx.get_help())


def register_path(db: Path | None) -> Path:
    """Where the register is: `--db`, else THIDUA_DB, else the user's data directory.

    Raises UsageError where none is given and there is no home directory.
    """
    if db is not None:
        return db
    if given := os.environ.get("THIDUA_DB"):
        return Path(given)
    if data := os.environ.get("XDG_DATA_HOME"):
        return Path(data) / "thidua" / "thidua.db"
    try:
        return Path.home() / ".local" / "share" / "thidua" / "thidua.db"
    except RuntimeError:
        raise UsageError(_("không biết sổ ở đâu: nêu --db hoặc biến THIDUA_DB")) from None


def root() -> Any:
    """The program: what stands before a command, and the commands."""
    app = _typer(
        cls=Group, help=_("Sổ theo dõi phong trào thi đua: ai đã làm, văn bản nào, có đúng hạn không.")
    )
    app.callback(invoke_without_command=True)(_root)
    made: Any = _paths_unread(typer.main.get_group(app))
    made.table = _commands()
    return made


def invoke(arguments: list[str], writers: "list[Writer | Restored]") -> int:
    """Parse and run; returns the exit code. Usage errors are said here, in the language in use."""
    program = root()
    try:
        with program.make_context("thidua", list(arguments), obj=(tuple(arguments), writers)) as context:
            program.invoke(context)
    except typer.Exit as stop:
        return stop.exit_code
    except _ParserError as error:
        raise _usage(error) from None
    return 0


def _usage(error: Any) -> UsageError:
    """A usage error of the parser in our words."""
    path = error.ctx.command_path if error.ctx else "thidua"
    hint = _("Xem: {command} --help").format(command=path)
    kind = type(error).__name__
    if kind == "NoSuchOption" and error.option_name in ("--db", "--lang", "--actor", "--read-only", "--lock"):
        return UsageError(
            _("{name} đứng trước tên lệnh: thidua {name} … {command}").format(
                name=error.option_name, command=path.removeprefix("thidua ")
            )
        )
    if kind == "NoSuchOption":
        near = (
            _("Có phải là: {names}?").format(names=", ".join(error.possibilities))
            if error.possibilities
            else ""
        )
        message = _("không có tùy chọn {name}").format(name=error.option_name)
        return UsageError(message, *filter(None, [near]), hint)
    param = getattr(error, "param", None)
    name = " / ".join(param.opts if param.param_type_name == "option" else [param.metavar]) if param else ""
    if kind == "MissingParameter":
        return UsageError(_("thiếu {name}").format(name=name), hint)
    if kind == "BadParameter":
        message = error.message
        if found := re.fullmatch(r"(.*) is not in the range x>=(.*)\.", message):
            message = _("{value} nhỏ hơn {least}").format(value=found[1], least=found[2])
        if re.fullmatch(r"'.*' is not a valid int(eger)?( range)?\.", message, re.DOTALL):
            message = _("không phải số nguyên")
        if choice := re.fullmatch(r"('.*') is not one of (.*)\.", message, re.DOTALL):
            message = _("{value} không có trong {choices}").format(value=choice[1], choices=choice[2])
        return UsageError(f"{name}: {message}" if name else message, hint)
    return UsageError(_parser_words(error), hint)


def _parser_words(error: Any) -> str:
    """What else Typer's parser says, in the language in use."""
    message = str(error.format_message())
    if found := re.fullmatch(r"Option '(.*)' requires an argument\.", message):
        return _("{name} cần một giá trị").format(name=found[1])
    if found := re.fullmatch(r"Got unexpected extra argument(?:s|\(s\))? \((.*)\)", message, re.DOTALL):
        return _("thừa tham số: {names}").format(names=found[1])
    return message
