"""What an import did or would do, for people and as JSON."""

from collections.abc import Mapping, Sequence

import typer

from thidua_cli.cli import messages, session
from thidua_cli.cli.describe import describe_changes
from thidua_cli.ground.dates import show_day
from thidua_cli.ground.language import EXAMPLES, _, rest
from thidua_cli.ground.problem import Problem
from thidua_cli.intake import columns, synonyms
from thidua_cli.intake.batch import Batch
from thidua_cli.intake.changes import ChangeBatch
from thidua_cli.intake.reading import ReadOptions
from thidua_cli.intake.records import RecordBatch
from thidua_cli.intake.sheet import place_of
from thidua_cli.intake.units import UnitBatch
from thidua_cli.register.fields import UNIT_NAME, ImportKind, heading, known
from thidua_cli.register.units import describe
from thidua_cli.rules.compare import differences
from thidua_cli.store.journal import Operation

_CHANGES = 20  # shown of an import, one by one


def put_text(batch: Batch, name: str, *, dry_run: bool, saved: str, most: int, shown: bool = False) -> None:
    """Print what an import did, and its first `most` warnings; where rows were `shown`, only their count."""
    counts = batch.counts()
    head = _summary(counts["changed"], dry_run=dry_run).format(
        file=name, new=counts["new"], changed=counts["changed"], same=counts["unchanged"]
    )
    if shown:
        messages.confirm([head], saved=saved)
        return
    messages.confirm([head, *rows(batch)], saved=saved)
    # Those of changes are among the rows.
    messages.warn(batch.made.warnings if isinstance(batch, ChangeBatch) else batch.warnings, most)


def rows(batch: Batch) -> list[str]:
    """The first rows of a file, each with its outcome."""
    counts = batch.counts()
    lines: list[str] = []
    if isinstance(batch, UnitBatch):
        lines += _changed(batch) + rest(len(batch.changed), _CHANGES)
        lines += [f"  + {item.unit.code}  {item.unit.name}" for item in batch.new[:EXAMPLES]]
        lines += rest(counts["new"])
    elif isinstance(batch, RecordBatch):
        lines += _corrected(batch) + rest(len(batch.corrected), _CHANGES)
        new, same = batch.examples()
        lines += [f"  + {each.unit_code}  {each.unit_name}  {show_day(each.on)}" for each in new]
        lines += rest(counts["new"])
        lines += [
            _("  = {code}  {name}: đã ghi ở #{number} từ trước").format(
                code=each.unit_code, name=each.unit_name, number=each.record_id
            )
            for each in same
        ]
        lines += rest(counts["unchanged"])
    elif isinstance(batch, ChangeBatch):
        lines += describe_changes(batch.made)
    return lines


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


def by_header(batch: Batch, kind: ImportKind, how: ReadOptions) -> list[Problem]:
    """Problems for people: each column called by the header that the file has for it, else by ours."""
    left_out = columns.left_out(how.ignored)
    chosen = synonyms.choose(kind, batch.sheet.headers, how.renamed, how.ignored)
    called = {
        columns.field_of(kind, header, chosen.renamed): header
        for header in batch.sheet.headers
        if header.strip() and columns.normal(header) not in left_out
    }
    called |= {field: header for field, header in chosen.renamed.items() if field not in called}
    if UNIT_NAME.key in called:
        called.setdefault("unit_code", called[UNIT_NAME.key])

    def name(field: str) -> str:
        return called.get(field) or (heading(kind, field) if field in known(kind) else field)

    return [
        problem._replace(at=problem.at._replace(field=", ".join(map(name, problem.at.field.split(", ")))))
        for problem in batch.problems
    ]


def with_phase_cure(problems: Sequence[Problem], kind: ImportKind) -> list[Problem]:
    """The problems with a cure for a phase or an occasion that is not certain, for all rows or for each."""
    column = _("cột {column} cho từng dòng")
    cures = {"phase": _("--phase cho cả tệp, hoặc cột {column} cho từng dòng"), "occasion": column}
    return [
        problem._replace(cure=cures[problem.at.field].format(column=columns.called(kind, problem.at.field)))
        if problem.at.field in cures and not problem.cure
        else problem
        for problem in problems
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
