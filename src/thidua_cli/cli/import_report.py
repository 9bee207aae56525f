"""What an import did or would do, for people and as JSON."""

from collections.abc import Mapping, Sequence

import typer

from thidua_cli.cli import messages, session
from thidua_cli.cli.describe import describe_changes
from thidua_cli.ground.dates import show_day
from thidua_cli.ground.language import EXAMPLES, _, rest
from thidua_cli.ground.problem import Problem
from thidua_cli.intake.batch import Batch
from thidua_cli.intake.changes import ChangeBatch
from thidua_cli.intake.records import RecordBatch
from thidua_cli.intake.sheet import place_of
from thidua_cli.intake.units import UnitBatch
from thidua_cli.register.units import describe
from thidua_cli.rules.compare import differences
from thidua_cli.store.journal import Operation

_CHANGES = 20  # shown of an import, one by one


def put_text(batch: Batch, name: str, *, dry_run: bool, saved: str, most: int) -> None:
    """Print what an import did, and its first `most` warnings."""
    counts, warnings = batch.counts(), batch.warnings
    lines = [
        _summary(counts["changed"], dry_run=dry_run).format(
            file=name, new=counts["new"], changed=counts["changed"], same=counts["unchanged"]
        )
    ]
    if isinstance(batch, UnitBatch):
        lines += _changed(batch) + rest(len(batch.changed), _CHANGES)
        lines += [f"  + {item.unit.code}  {item.unit.name}" for item in batch.new[:EXAMPLES]]
        lines += rest(counts["new"])
    elif isinstance(batch, RecordBatch):
        lines += _corrected(batch) + rest(len(batch.corrected), _CHANGES)
        new, known = batch.examples()
        lines += [f"  + {each.unit_code}  {each.unit_name}  {show_day(each.on)}" for each in new]
        lines += rest(counts["new"])
        lines += [
            _("  = {code}  {name}: đã ghi ở #{number} từ trước").format(
                code=each.unit_code, name=each.unit_name, number=each.record_id
            )
            for each in known
        ]
        lines += rest(counts["unchanged"])
    elif isinstance(batch, ChangeBatch):
        lines += describe_changes(batch.made)
        warnings = batch.made.warnings  # the others are among the lines
    messages.confirm(lines, saved=saved)
    messages.warn(warnings, most)


def _summary(changed: int, *, dry_run: bool) -> str:
    if changed:
        return (
            _("{file}: sẽ ghi {new} mới, {changed} thay đổi, {same} đã có; chưa ghi gì (--dry-run)")
            if dry_run
            else _("{file}: đã ghi {new} mới, {changed} thay đổi, {same} đã có từ trước")
        )
    return (
        _("{file}: sẽ ghi {new} mới, {same} đã có; chưa ghi gì (--dry-run)")
        if dry_run
        else _("{file}: đã ghi {new} mới, {same} đã có từ trước")
    )


def _changed(batch: UnitBatch) -> list[str]:
    return [
        f"  ~ {held.code}  {held.name}: "
        + "; ".join(f"{each.field} {each.old or '–'} → {each.new or '–'}" for each in fields)
        + f" ({show_day(item.day)})"
        for item, held, fields in batch.changed[:_CHANGES]
    ]


def _corrected(batch: RecordBatch) -> list[str]:
    return [
        f"  ~ {describe(batch.unit(fresh.unit, fresh.day))}, #{old.id}: "
        + "; ".join(f"{each.label} {' → '.join(each.shown)}" for each in differences(old, fresh))
        for _incoming, old, fresh in batch.corrected[:_CHANGES]
    ]


def put_json(
    ctx: typer.Context,
    asked: Mapping[str, object],
    batch: Batch | None,
    problems: Sequence[Problem],
    operation: Operation | None,
    saved: str,
) -> None:
    """Print what an import does, or why it does nothing, as one JSON object.

    `asked` are the file, its kind and dry_run; a file without a batch could not be read.
    """
    from thidua_cli.render import json_text

    new, same = batch.examples() if batch else ([], [])
    report: dict[str, object] = {
        "format_version": json_text.FORMAT_VERSION,
        "register": session.register_id(ctx),
        **asked,
        "operation": operation and operation.number,
        "stored": operation is not None,
        **(batch.counts() if batch else dict.fromkeys(("new", "changed", "unchanged"), 0)),
        "changes": batch.details() if batch else [],
        "examples": {
            "new": [each._asdict() | place_of(each.row) for each in new],
            "unchanged": [each._asdict() | place_of(each.row) for each in same],
        },
        "refused": len(batch.bad()) if batch else 0,
        "notices": batch.sheet.notices if batch else [],
        "warnings": batch.warnings if batch else [],
        "problems": [
            {
                **place_of(problem.at.row),
                "column": problem.at.field,
                "value": problem.at.value if isinstance(problem.at.value, str) else None,
                "message": problem.message,
                "cure": problem.cure,
            }
            for problem in sorted(problems, key=lambda problem: problem.at.row or 0)
        ],
    }
    messages.put([json_text.to_object(report).encode("utf-8", "backslashreplace")], saved)
