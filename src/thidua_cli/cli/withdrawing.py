"""`thidua record withdrawal`: the end of an exemption."""

from typing import Annotated

import typer

from thidua_cli.cli import session, shared
from thidua_cli.cli.parameters import Fields, argument
from thidua_cli.cli.recording import NAMES, How, store
from thidua_cli.ground.language import _
from thidua_cli.register import fields
from thidua_cli.register.fields import ImportKind

Id = Annotated[str, argument(_("Số của lần miễn, ví dụ 12 hoặc '#12'."), _("SỐ"))]
Given = Annotated[
    dict[str, object], Fields(*fields.DOCUMENT, required=(fields.known(ImportKind.EXEMPTIONS)["on"],))
]


def withdrawal(ctx: typer.Context, exemption: Id, given: Given, dry_run: shared.DryRun = False) -> None:
    """Rút một lần miễn từ ngày nêu ở --on; trước ngày ấy, việc miễn vẫn đúng."""
    from thidua_cli.register.models import WithdrawalIn

    number = session.checked_number(
        exemption, _("'{value}' không phải số bản ghi; ví dụ: 12"), _("không có bản ghi #{number}")
    )
    values = {"withdrawn_on" if name == "on" else name: value for name, value in given.items()}
    item = session.checked(WithdrawalIn, values | {"exemption": number}, NAMES)
    store(ctx, [item], How([], None, dry_run))
