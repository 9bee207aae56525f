"""`thidua record supplement`: a second letter to what a unit has done."""

from typing import Annotated

import typer

from thidua_cli.cli import session, shared
from thidua_cli.cli.parameters import Fields, argument
from thidua_cli.cli.recording import NAMES, How, UnitAsOf, store
from thidua_cli.ground.errors import UsageError
from thidua_cli.ground.language import _
from thidua_cli.register import fields
from thidua_cli.register.fields import ImportKind

Target = Annotated[
    str,
    argument(_("Số bản ghi, ví dụ 12 hoặc '#12'; có --obligation thì là mã, tên đơn vị."), _("SỐ|ĐƠN-VỊ")),
]
_COLUMNS = ImportKind.SUPPLEMENTS
Given = Annotated[
    dict[str, object],
    Fields(fields.OBLIGATION, *_COLUMNS.optional, required=(fields.known(ImportKind.SUPPLEMENTS)["on"],)),
]


def supplement(
    ctx: typer.Context,
    target: Target,
    given: Given,
    unit_as_of: UnitAsOf = None,
    dry_run: shared.DryRun = False,
) -> None:
    """Ghi văn bản bổ sung: nội dung, văn bản, minh chứng thêm vào một bản ghi, tính từ ngày --on.

    Đúng hạn hay trễ hạn vẫn theo bản ghi ấy.
    """
    from thidua_cli.register.models import RecordSupplementIn, SupplementIn

    values = {"supplemented_on" if name == "on" else name: value for name, value in given.items()}
    if "obligation" in given:
        names = NAMES | {"unit_code": _("ĐƠN-VỊ")}
        item: SupplementIn | RecordSupplementIn = session.checked(
            SupplementIn, values | {"unit_code": target}, names
        )
    elif target.removeprefix("#").isdecimal():
        number = session.checked_number(target, "", _("không có bản ghi #{number}"))
        item = session.checked(RecordSupplementIn, values | {"record": number}, NAMES)
    else:
        raise UsageError(
            _("'{value}' không phải số bản ghi; nêu đơn vị thì thêm --obligation").format(value=target),
            _("ví dụ: thidua record supplement SNV --obligation NGHĨA-VỤ --on 2023-06-05 --content 4"),
        )
    store(ctx, [item], How([], unit_as_of, dry_run))
