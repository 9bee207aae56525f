"""What the records of an action may say beside the document: contents and results, as the plan has them."""

from collections.abc import Mapping, Sequence

from thidua_cli.ground import text
from thidua_cli.ground.errors import InvalidError, UsageError
from thidua_cli.ground.language import _
from thidua_cli.register.content_names import numbers_of
from thidua_cli.register.plan import Plan, PlanAction
from thidua_cli.register.results import reader


def contents_of(plan: Plan, action: PlanAction, named: Sequence[int | str]) -> tuple[int, ...]:
    """The numbers of contents; raises UsageError for unknown ones, or any where the action names none."""
    if named and not action.contents:
        raise UsageError(
            _("{action} không nêu nội dung thi đua").format(action=action.code), _("bỏ nội dung")
        )
    return numbers_of(plan, named)


def read(action: PlanAction, given: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """The results that were given, by code, without empty ones.

    Raises UsageError for a code that the action does not have, and for a value that the plan does not allow.
    """
    known = {field.code: field for field in action.fields}
    made: dict[str, str] = {}
    for code, written in given.items():
        if code not in known:
            hint = _("Các kết quả: {codes}").format(codes=", ".join(known)) if known else ""
            raise UsageError(
                _("{action} không có kết quả '{code}'").format(action=action.code, code=code),
                *filter(None, [hint]),
            )
        try:
            if value := reader(known[code])(written):
                made[code] = value
        except InvalidError as error:
            wrong = UsageError(f"{code} '{text.visible(written)}': {error.message}", error.cure)
            wrong.field = code
            raise wrong from None
    return tuple(sorted(made.items()))
