"""Whether the plan fits together as decisions leave it."""

import sqlite3
from collections.abc import Iterator

from thidua_cli.ground.dates import show_day
from thidua_cli.ground.errors import InvalidError, RefusedError
from thidua_cli.ground.language import _
from thidua_cli.register.plan import Obligation, Plan, load_plan
from thidua_cli.register.plan_rules import check_asked, check_names, check_phases


def refuse_unfit(connection: sqlite3.Connection, decided_on: str) -> None:
    """Refuse a plan that does not fit together on a day, or on the day of a later decision."""
    for day, why in unfit(connection, decided_on):
        raise RefusedError(_("kế hoạch ngày {day} sẽ không khớp: {why}").format(day=show_day(day), why=why))


def unfit(connection: sqlite3.Connection, since: str) -> Iterator[tuple[str, str]]:
    """The days, `since` and those of later decisions, on which the plan does not fit together, and why."""
    later = connection.execute("SELECT DISTINCT decided_on FROM decision WHERE decided_on > ?", (since,))
    for day in sorted({since, *(row[0] for row in later)}):
        try:
            plan = load_plan(connection, day)
            actions, phases = ([item.code for item in items] for items in (plan.actions, plan.phases))
            check_phases(plan.phases)
            check_names(plan.actions)
            check_asked([_Asked(item) for item in plan.obligations if not item.withdrawn], actions, phases)
            _check_days(plan)
        except ValueError as error:
            yield day, str(error)


def _check_days(plan: Plan) -> None:
    for item in plan.obligations:
        if item.due_on and item.due_on < item.phase.starts_on:
            raise InvalidError(_("{code}: hạn trước ngày đầu của giai đoạn").format(code=item.code))


class _Asked:
    """An obligation of the plan as the rules of a plan look at it."""

    def __init__(self, item: Obligation) -> None:
        self.code, self.phase, self.action = item.code, item.phase.code, str(item.action)
        self.occasion, self.newcomers, self.newcomers_of = item.occasion, item.newcomers, item.newcomers_of
        self.bound = item.kinds
