"""Words and marks for obligations, rates and states that several reports print."""

from collections.abc import Callable, Iterable
from operator import attrgetter

from thidua_cli.ground.dates import show_day
from thidua_cli.ground.language import _, current
from thidua_cli.register.plan import Obligation, Phase
from thidua_cli.register.terms import State, label
from thidua_cli.render.cells import NOTHING, rate
from thidua_cli.render.model import Mark, Tone
from thidua_cli.reports.citing import decision_paper
from thidua_cli.standing.verdict import Fact, Tally

TONES = {
    State.ON_TIME: Tone.GOOD,
    State.LATE: Tone.WARN,
    State.PENDING: Tone.PLAIN,
    State.OVERDUE: Tone.BAD,
    State.EXEMPT: Tone.MUTED,
    State.LAPSED: Tone.MUTED,
}


def due_words(item: Obligation) -> str:
    """The due date of an obligation, or the end of its phase."""
    if item.due_on:
        return _("hạn {day}").format(day=show_day(item.due_on))
    return _("không đặt hạn, giai đoạn đến {day}").format(day=show_day(item.closes_on))


def decided(items: Iterable[Obligation], name: Callable[[Obligation], str] = attrgetter("code")) -> list[str]:
    """A line for each obligation whose due day was moved, or which was withdrawn: by which decision."""
    lines = []
    for item in items:
        decision = item.withdrawn or item.moved
        if decision is None:
            continue
        if item.withdrawn:
            words = _("{name}: không còn yêu cầu, theo {paper}.")
        elif item.due_on:
            words = _("{name}: hạn {due} theo {paper}.")
        else:
            words = _("{name}: bỏ hạn theo {paper}.")
        due = show_day(item.due_on) if item.due_on else ""
        lines.append(words.format(name=name(item), due=due, paper=decision_paper(decision)))
    return lines


def phase_name(phase: Phase) -> str:
    """A phase inside a sentence, without its years."""
    from thidua_cli.ground.text import lower_first

    return lower_first(phase.title.partition(" (")[0])


def share(counts: Tally) -> str:
    """The rate; a dash if there is none."""
    return NOTHING if counts.rate is None else rate(counts.rate)


def state_mark(fact: Fact, state: State) -> Mark:
    """A state with its tone; declared late is added."""
    name = label(state, current())
    return Mark(name + _(", khai muộn") if fact.declared_late else name, TONES[state])


def record_mark(fact: Fact) -> str:
    """The number of the record or exemption that counts; empty if there is none."""
    number = fact.record_id or fact.exemption_id
    return f"#{number}" if number else ""
