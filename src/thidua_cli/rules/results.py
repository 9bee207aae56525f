"""What the records of an action may say beside the document: contents and results, as the plan has them."""

from collections.abc import Sequence

from thidua_cli.ground.errors import UsageError
from thidua_cli.ground.language import _
from thidua_cli.register.plan import Plan, PlanAction


def refuse_contents(plan: Plan, action: PlanAction, numbers: Sequence[int]) -> None:
    """Raise UsageError for contents that the plan does not have, and for any where the action names none."""
    if numbers and not action.contents:
        raise UsageError(
            _("{action} không nêu nội dung thi đua").format(action=action.code), _("bỏ nội dung")
        )
    if unknown := [str(number) for number in numbers if number not in plan.contents]:
        raise UsageError(
            _("không có nội dung {numbers}").format(numbers=", ".join(unknown)),
            *(f"{number}  {title}" for number, title in plan.contents.items()),
        )
