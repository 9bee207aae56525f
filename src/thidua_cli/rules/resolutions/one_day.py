"""The changes of one day, step by step: who is meant, continues, begins and ends, and where units belong."""

from thidua_cli.rules.resolutions import parents, predecessors, successors
from thidua_cli.rules.resolutions.day import DayOfChanges
from thidua_cli.rules.resolutions.model import STATE, Effect

_STEPS = (
    predecessors.find,
    predecessors.check_said_once,
    predecessors.compare_with_stored,
    predecessors.check_units,
    successors.continue_units,
    successors.check_names,
    successors.create_units,
    successors.end_units,
    parents.place_as_asked,
    parents.place_children,
    successors.check_codes,
    parents.check_later,
)


def apply(changes: DayOfChanges) -> None:
    """Apply the changes to the model, or stop after the first step that finds problems."""
    model, day = changes.model, changes.day
    counts = model.levels(day)
    for step in _STEPS:
        step(changes)
        if model.plan.problems:
            return
    _record_successions(changes)
    effects = [parents.completed(changes, effect) for effect in changes.effects]
    model.plan.effects += [effect for effect in effects if effect.what != "changed" or _differs(effect)]
    model.plan.counts[day] = counts, model.levels(day)


def _record_successions(changes: DayOfChanges) -> None:
    for row, held in changes.pairs:
        change = row.change
        changes.model.plan.rows["succession"].append(
            {
                "id": changes.model.next_id("succession"),
                "predecessor": held.unit if held else None,
                "successor": changes.new[row.new_key] if row.new_key else None,
                "effective_on": changes.day,
                "change": str(change.kind_of_change),
                "extent": str(change.extent),
                "document_number": change.resolution,
                "old_code": change.old_code,
                "old_name": change.old_name,
                "new_code": change.new_code,
                "new_name": change.new_name,
                "note": change.note,
            }
        )


def _differs(effect: Effect) -> bool:
    """Whether a unit that continues is not as it was."""
    old, new = effect.predecessors[0], effect.version
    return any(getattr(old, name) != getattr(new, name) for name in STATE)
