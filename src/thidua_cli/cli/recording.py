"""`thidua record`: what units did (the actions of the plan), exemptions and extensions."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from thidua_cli.cli import asking, messages, progress, session, shared
from thidua_cli.cli.asking import Yes
from thidua_cli.cli.commands import Commands
from thidua_cli.cli.describe import describe_entry, describe_holders, written_line
from thidua_cli.cli.parameters import argument, day, option, option_names, record_fields, usual_record
from thidua_cli.cli.settings import Settings
from thidua_cli.ground import text
from thidua_cli.ground.errors import NotFoundError, RefusedError, UsageError
from thidua_cli.ground.language import _
from thidua_cli.register import entries as records
from thidua_cli.register import evidence as evidences
from thidua_cli.register.entries import Entry
from thidua_cli.register.evidence import Hashes
from thidua_cli.register.fields import ImportKind, of_action
from thidua_cli.register.plan import PlanAction, load_plan
from thidua_cli.rules import decide as deciding
from thidua_cli.rules.compare import NOTHING, differences
from thidua_cli.rules.decide import Outcome
from thidua_cli.rules.snapshot import Entries, Snapshot
from thidua_cli.store.journal import LATEST

if TYPE_CHECKING:
    from thidua_cli.register.models import EntryIn


def COMMANDS() -> Commands:  # noqa: N802 - the name by which the table of commands knows a group
    """The commands of the group, with the actions of a plan that names none."""
    return {
        "launch": ("recording:launch", _("Ghi việc phát động")),
        "registration": ("recording:registration", _("Ghi việc đăng ký, với nội dung thi đua")),
        "review": ("recording:review", _("Ghi việc tổng kết")),
        "exemption": ("recording:exemption", _("Ghi việc miễn một nghĩa vụ, có lý do")),
        "extension": ("recording:extension", _("Ghi việc gia hạn một nghĩa vụ cho đơn vị")),
        "supplement": ("supplementing:supplement", _("Ghi văn bản bổ sung cho một bản ghi từ một ngày")),
        "withdrawal": ("withdrawing:withdrawal", _("Ghi việc rút một lần miễn từ một ngày")),
        "correct": ("correcting:correct", _("Sửa một bản ghi: hủy và ghi lại trong một thao tác")),
        "void": ("correcting:void", _("Hủy một bản ghi; bản ghi vẫn còn đó nhưng không tính nữa")),
    }


def OF_REGISTER(ctx: typer.Context) -> Commands:  # noqa: N802 - as COMMANDS
    """The commands of the group, with the actions of the register's plan; raises StoreError."""
    with session.reading(ctx) as connection:
        actions = load_plan(connection).actions
    usual, made = dict(COMMANDS()), dict[str, tuple[str | Callable[..., object], str]]()
    for action in actions:
        words = _("Ghi việc {title}, với nội dung thi đua") if action.contents else _("Ghi việc {title}")
        target, _help = usual.get(action.code) or (_command(action), "")
        made[action.code] = (target, words.format(title=action.title))
    return made | {name: usual[name] for name in usual if name not in ("launch", "registration", "review")}


def _command(action: PlanAction) -> Callable[..., object]:
    """The command that records an action of the plan."""
    kind = of_action(action)

    def record(
        ctx: typer.Context, given: Annotated[dict[str, object], record_fields(kind)], how: How
    ) -> None:
        _record(ctx, kind, given, how)

    record.__doc__ = _("Ghi việc {title} của một hay nhiều đơn vị; nhiều đơn vị là một thao tác.").format(
        title=action.title
    )
    return record


UnitAsOf = Annotated[
    date | None, option("--unit-as-of", _("Đọc mã, tên đơn vị theo ngày này."), _("NGÀY"), day)
]


class How(NamedTuple):
    """Which units are recorded, and how."""

    units: Annotated[list[str], argument(_("Mã, hoặc tên đầy đủ có từ chỉ cấp."), _("ĐƠN-VỊ..."))]
    unit_as_of: UnitAsOf = None
    dry_run: shared.DryRun = False
    yes: Yes = False


Launch = Annotated[dict[str, object], usual_record(ImportKind.LAUNCHES)]
Registration = Annotated[dict[str, object], usual_record(ImportKind.REGISTRATIONS)]
Review = Annotated[dict[str, object], usual_record(ImportKind.REVIEWS)]
ExemptionOf = Annotated[dict[str, object], record_fields(ImportKind.EXEMPTIONS)]
ExtensionOf = Annotated[dict[str, object], record_fields(ImportKind.EXTENSIONS)]


def launch(ctx: typer.Context, given: Launch, how: How) -> None:
    """Ghi việc phát động của một hay nhiều đơn vị; nhiều đơn vị là một thao tác."""
    _record(ctx, ImportKind.LAUNCHES, given, how)


def registration(ctx: typer.Context, given: Registration, how: How) -> None:
    """Ghi việc đăng ký thi đua của một hay nhiều đơn vị, với các nội dung đăng ký."""
    _record(ctx, ImportKind.REGISTRATIONS, given, how)


def review(ctx: typer.Context, given: Review, how: How) -> None:
    """Ghi việc tổng kết của một hay nhiều đơn vị."""
    _record(ctx, ImportKind.REVIEWS, given, how)


def exemption(ctx: typer.Context, given: ExemptionOf, how: How) -> None:
    """Ghi việc miễn một nghĩa vụ cho một hay nhiều đơn vị, từ ngày --on, đến hết ngày --until nếu có."""
    _record(ctx, ImportKind.EXEMPTIONS, given, how)


def extension(ctx: typer.Context, given: ExtensionOf, how: How) -> None:
    """Ghi hạn riêng của một hay nhiều đơn vị: từ ngày quyết định (--on), hạn là ngày nêu ở --until."""
    _record(ctx, ImportKind.EXTENSIONS, given, how)


def _record(ctx: typer.Context, kind: ImportKind, given: Mapping[str, object], how: How) -> None:
    from thidua_cli.register.models import of_kind

    names = NAMES | {"unit_code": _("ĐƠN-VỊ")}
    model, values = of_kind(kind, given)
    try:
        store(ctx, [session.checked(model, values | {"unit_code": unit}, names) for unit in how.units], how)
    except NotFoundError as error:
        meant = {text.clean(unit).value: unit for unit in how.units}.get(error.wanted)
        if len(error.candidates) != 1 or meant is None or how.yes or how.dry_run or not asking.possible():
            raise
        messages.say([error.message, *error.hints])
        if not asking.agreed(_("Ghi cho đơn vị ấy?")):
            raise asking.declined() from None
        units = [error.candidates[0] if unit == meant else unit for unit in how.units]
        _record(ctx, kind, given, how._replace(units=units))


# Options by the fields that they give, and those of `correct`.
NAMES = option_names(ImportKind.REGISTRATIONS, ImportKind.EXEMPTIONS, ImportKind.EXTENSIONS)
NAMES |= dict.fromkeys(("exempted_on", "granted_on", "withdrawn_on", "supplemented_on"), "--on")
NAMES |= {"fields": "--field"}
CORRECTED_NAMES = NAMES | {"unit_code": "--unit", "reason": "--exemption-reason"}
_NOT_DESCRIBED = ("evidence", "evidence_sha256", "note")


def hashed(entries: Iterable[Entry]) -> dict[str, str]:
    """Return the hashes of files of evidence; raises UsageError where one cannot be hashed."""
    paths = {entry.document.evidence or "" for entry in entries}
    hashes, wrong = progress.hashed([path for path in paths if evidences.is_file(path)])
    for error in wrong.values():
        raise UsageError(f"--evidence: {error.message}", error.cure)
    return hashes


def store(ctx: typer.Context, incoming: Sequence["EntryIn"], how: How) -> None:
    """Decide on all records, write the new ones as one operation, and print what was or would be done.

    Evidence is hashed before the register is locked, and only if the records are not refused anyway.
    """
    hashes: dict[str, str] = {}

    said: list[str] = []  # which units names were taken for

    def decide(connection: sqlite3.Connection) -> tuple[Snapshot, list[Outcome], list[str]]:
        register = read_register(connection, hashes=hashes)
        outcomes = [deciding.decide(register, item, how.unit_as_of) for item in incoming]
        _refuse(outcomes, register, session.settings(ctx))
        holders: list[str] = []
        for outcome in outcomes:
            if outcome.version is not None and outcome.entry is not None:
                day = how.unit_as_of or date.fromisoformat(outcome.entry.day)
                holders += describe_holders(register.directory, outcome.version, day)
        said[:] = [
            register.directory.reading(unit, outcome.version)
            for item, outcome in zip(incoming, outcomes, strict=True)
            if outcome.version is not None and (unit := getattr(item, "unit_code", None))
        ]
        return register, outcomes, holders

    if any(evidences.is_file(item.evidence) for item in incoming):
        with session.reading(ctx) as connection:
            _register_then, outcomes, _holders = decide(connection)
        hashes |= hashed(outcome.entry for outcome in outcomes if outcome.entry)
    (register, outcomes, holders), stored, saved = session.carry_out(
        ctx, decide, lambda writer, made: records.add(writer, _new(made[1])), dry_run=how.dry_run
    )
    new = iter(stored or _new(outcomes))
    lines = []
    for outcome in outcomes:
        if (old := outcome.existing) is not None:
            what = describe_entry(old, register)
            lines.append(_("đã ghi ở #{number} từ trước: {what}").format(number=old.id, what=what))
        else:
            entry = next(new)
            lines.append(written_line(entry, describe_entry(entry, register), dry_run=how.dry_run))
            if outcome.early_for:
                lines.append(_other_phase(entry, outcome.early_for, session.settings(ctx)))
    messages.confirm([*lines, *holders], saved, dry_run=how.dry_run)
    messages.notice(filter(None, said))
    messages.warn([warning for outcome in outcomes for warning in outcome.warnings])


def _other_phase(entry: Entry, phase: str, settings: Settings) -> str:
    """Return the line on what to type where a record is of a later phase than the one that holds its day."""
    if entry.id is None:
        return _("  nếu là việc của {phase} làm sớm: thêm --phase {phase}").format(phase=phase)
    command = settings.command("record", "correct", str(entry.id), "--phase", phase)
    return _('  nếu là việc của {phase} làm sớm: {command} --reason "lý do"').format(
        phase=phase, command=command
    )


def _new(outcomes: Sequence[Outcome]) -> list[Entry]:
    return [outcome.entry for outcome in outcomes if outcome.verdict == "new" and outcome.entry]


def read_register(
    connection: sqlite3.Connection, entries: Entries | None = None, hashes: Hashes | None = None
) -> Snapshot:
    """The register as it is now, for decisions."""
    return Snapshot(connection, load_plan(connection), LATEST, entries, hashes)


def _refuse(outcomes: Sequence[Outcome], register: Snapshot, settings: Settings) -> None:
    if errors := [outcome.error for outcome in outcomes if outcome.error is not None]:
        of_all = {error.message: error for error in errors}  # what is wrong for several units is said once
        first, *others = of_all.values()
        first.hints = [*first.hints, *(line for error in others for line in (error.message, *error.hints))]
        raise first
    units = [outcome.entry.unit for outcome in outcomes if outcome.entry]
    for outcome in outcomes:
        if outcome.entry and units.count(outcome.entry.unit) > 1 and outcome.version:
            raise UsageError(_("{unit} được nêu hai lần").format(unit=outcome.version.name))
    different = [outcome for outcome in outcomes if outcome.verdict == "differs"]
    if different:
        raise RefusedError(
            _("đơn vị đã có bản ghi khác cho việc này; chưa ghi gì"),
            *(line for outcome in different for line in _difference(outcome, register, settings)),
        )


def _difference(outcome: Outcome, register: Snapshot, settings: Settings) -> list[str]:
    """Return what is recorded, what was asked for, how they differ, and the command that corrects."""
    old, new, fresh = outcome.existing, outcome.entry, outcome.corrected
    assert old and new and fresh  # noqa: S101, PT018
    differing = [each for each in differences(old, fresh) if each.decides]
    command = ["record", "correct", str(old.id)]
    for each in differing:
        said = each.new if each.column == each.field else str(fresh.document.evidence)
        said = "" if said == NOTHING else said
        if each.column in CORRECTED_NAMES:
            command += [CORRECTED_NAMES[each.column], said]
        else:
            command += [CORRECTED_NAMES["fields"], f"{each.column}={said}"]
    return [
        _("  trong sổ, #{number}: {what}").format(number=old.id, what=describe_entry(old, register)),
        _("  lệnh này: {what}").format(what=describe_entry(new, register)),
        *(
            _("  {what}: {old} trong sổ, {new} trong lệnh này").format(
                what=each.label, old=each.shown[0], new=each.shown[1]
            )
            for each in differing
            if each.field in _NOT_DESCRIBED
        ),
        _('Nếu bản mới đúng: {command} --reason "lý do"').format(command=settings.command(*command)),
    ]
