"""Words that mean something in commands and files already, so no code of a plan's actions and fields."""

from thidua_cli.ground import text
from thidua_cli.ground.errors import InvalidError
from thidua_cli.ground.language import _
from thidua_cli.register import fields

# Commands; what `export` takes beside the kinds of files; what `--by` groups by; keys of reports.
_COMMANDS = (
    *(
        "init",
        "plan",
        "import",
        "record",
        "units",
        "status",
        "list",
        "check",
        "history",
        "diff",
        "trend",
        "report",
    ),
    *(
        "remind",
        "calendar",
        "undo",
        "log",
        "verify",
        "backup",
        "export",
        "restore",
        "rollup",
        "find",
        "config",
    ),
    *("letterhead", "schema", "exemption", "extension", "withdrawal", "supplement", "correct", "void"),
)
_KINDS = ("register", "supplements", "withdrawals")
_GROUPS = ("kind", "level", "district", "content", "bloc", "group")
_KEYS = (
    *(
        "state",
        "due_on",
        "closes_on",
        "declared_late",
        "record_id",
        "ended_on",
        "action",
        "title",
        "fields",
        "id",
    ),
    *("event", "relation", "detail", "evidence_sha256", "operation", "recorded_at", "actor", "voided"),
)


def _columns() -> set[str]:
    return {field.key for kind in fields.KINDS for field in fields.known(kind).values()}


def refuse_action(code: str) -> None:
    """Raise InvalidError where the code of an action, or its plural, means something else already."""
    words = {*_COMMANDS, *_KINDS, *_GROUPS, *_KEYS, *_columns()}
    words |= {kind.name for kind in fields.KINDS if not kind.action}
    if code.lower() in words:
        raise InvalidError(
            _("mã {code} đã là tên lệnh, loại tệp, cột hoặc nhóm").format(code=code), _("dùng mã khác")
        )


def refuse_field(code: str, titles: tuple[str, ...]) -> None:
    """Raise InvalidError where the code of a field, or a title, is that of a column or of anything else."""
    refuse_action(code)
    if code.lower() in {kind.name for kind in fields.KINDS}:
        raise InvalidError(_("mã {code} đã là tên loại tệp").format(code=code), _("dùng mã khác"))
    headers = {
        name
        for kind in fields.KINDS
        if kind.action
        for key in fields.keys(kind)
        for name in fields.names(kind, key)
    }
    for title in titles:
        if text.clean(title).value.lower() in headers:
            raise InvalidError(
                _("tên '{title}' đã là tiêu đề của một cột khác").format(title=title), _("dùng tên khác")
            )
