"""What must hold of a plan, as a file gives it or as decisions have made it."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Protocol

from thidua_cli.ground.errors import InvalidError
from thidua_cli.ground.language import _
from thidua_cli.register import terms


def check_unique(what: str, values: list[Any]) -> None:
    """Raise InvalidError where a value is there twice; `what` is what it is in a file."""
    for value in values:
        if values.count(value) > 1:
            raise InvalidError(_("{what}: {value} có hai lần").format(what=what, value=value))


class Named(Protocol):
    """What the rules of a plan look at in an action, as a file gives it or as it has become."""

    @property
    def code(self) -> str: ...
    @property
    def plural(self) -> str | None: ...
    @property
    def fields(self) -> Sequence[Any]: ...


def check_names(actions: Sequence[Named]) -> None:
    """Raise InvalidError where two actions have one code or plural, or a result is called as an action.

    Commands and files are called by them. A result of several actions has one type.
    """
    names = [{item.code.lower(), (item.plural or item.code).lower()} for item in actions]
    check_unique("actions.code", [name for both in names for name in both])
    types: dict[str, str] = {}
    for field in (field for item in actions for field in item.fields):
        if field.code.lower() in set().union(*names):
            raise InvalidError(_("{what}: {value} có hai lần").format(what="fields.code", value=field.code))
        if types.setdefault(field.code.lower(), field.type) != field.type:
            raise InvalidError(_("{code}: hai hành động có kết quả ấy, khác type").format(code=field.code))


class Asked(Protocol):
    """What the rules of a plan look at in an obligation, as a file gives it or as it has become."""

    @property
    def code(self) -> str: ...
    @property
    def phase(self) -> str: ...
    @property
    def action(self) -> str: ...
    @property
    def occasion(self) -> str: ...
    @property
    def newcomers(self) -> bool: ...
    @property
    def newcomers_of(self) -> str | None: ...
    @property
    def bound(self) -> Sequence[terms.Kind]: ...


def check_phases(phases: Sequence[Any]) -> None:
    """Raise InvalidError where there is no phase, or phases do not follow one another."""
    if not phases:
        raise InvalidError(_("kế hoạch chưa có giai đoạn nào"))
    for phase in phases:
        if phase.ends_on < phase.starts_on:
            raise InvalidError(_("{phase}: ngày cuối trước ngày đầu").format(phase=phase.code))
    for before, after in pairwise(phases):
        if after.starts_on <= before.ends_on:
            raise InvalidError(_("{phase}: giai đoạn chồng lên giai đoạn trước").format(phase=after.code))


def check_asked(obligations: Sequence[Asked], actions: Sequence[str], phases: Sequence[str]) -> None:
    """Raise InvalidError where obligations do not fit together, or ask what the plan has no action for.

    `phases` are codes in order. A unit has at most one obligation for each phase, action and occasion. One
    without newcomers keeps to the roster of another of its phase or of an earlier one, which takes newcomers.
    """
    by_code = {item.code.lower(): item for item in obligations}
    known = {action.lower() for action in actions}
    taken: set[tuple[str, str, str, str]] = set()
    for item in obligations:
        phase, action = item.phase.lower(), item.action.lower()
        if action not in known:
            raise InvalidError(
                _("{code}: không có hành động {action}; có: {known}").format(
                    code=item.code, action=item.action, known=", ".join(actions)
                )
            )
        keys = {(phase, action, item.occasion, str(kind)) for kind in item.bound}
        if keys & taken:
            raise InvalidError(
                _("{code}: một loại đơn vị có hai nghĩa vụ cùng giai đoạn, hành động và kỳ").format(
                    code=item.code
                )
            )
        taken |= keys
        if item.newcomers_of and not item.newcomers:
            base = by_code.get(item.newcomers_of.lower())
            if base is None or not base.newcomers or phases.index(base.phase.lower()) > phases.index(phase):
                raise InvalidError(
                    _("{code}: newcomers_of phải là nghĩa vụ có newcomers, cùng giai đoạn hoặc trước").format(
                        code=item.code
                    )
                )
