"""`thidua undo`."""

from typing import Annotated

import typer

from thidua_cli.cli import messages, session, shared
from thidua_cli.cli.parameters import argument
from thidua_cli.ground.language import _
from thidua_cli.rules import undo as undoing


def undo(
    ctx: typer.Context,
    operation: Annotated[str, argument(_("Số thao tác, xem thidua log."), _("THAO-TÁC"))],
    reason: shared.Reason,
) -> None:
    """Hoàn tác một thao tác: hủy mọi thứ nó đưa vào và lấy lại những gì nó đã hủy, bằng một thao tác mới."""
    number = session.checked_number(
        operation, _("'{value}' không phải số thao tác; ví dụ: 12"), _("không có thao tác #{number}")
    )
    with session.writing(ctx) as writer:
        done = undoing.undo(writer, number, session.checked_reason(reason))
    messages.confirm(
        [
            _("đã hoàn tác thao tác #{number}: hủy {voided} mục, khôi phục {restored} mục").format(
                number=number, voided=done.voided, restored=done.restored
            )
        ],
        saved=messages.saved(writer),
    )
