"""`thidua record`: launches, registrations, reviews and exemptions; corrections and voids."""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from thidua_cli.cli import messages, options, parameters, progress, shared
from thidua_cli.cli.commands import Commands
from thidua_cli.cli.settings import Settings
from thidua_cli.ground import text
from thidua_cli.ground.dates import show_day
from thidua_cli.ground.errors import NotFoundError, RefusedError, UsageError
from thidua_cli.ground.language import _, current
from thidua_cli.register import entries as records
from thidua_cli.register import evidence as evidences
from thidua_cli.register import values as fields
from thidua_cli.register.entries import Entry, Exemption, Record
from thidua_cli.register.evidence import Hashes
from thidua_cli.register.plan import load_plan
from thidua_cli.register.terms import Action, State, label
from thidua_cli.register.units import Directory, Version, other_holders
from thidua_cli.rules import decide as deciding
from thidua_cli.rules.decide import Entries, Outcome, Register
from thidua_cli.store.journal import LATEST

if TYPE_CHECKING:
    from thidua_cli.register.models import ExemptionIn, RecordIn


def COMMANDS() -> Commands:  # noqa: N802 - the name by which the table of commands knows a group
    """The commands of the group."""
    return {
        "launch": ("recording:launch", _("Ghi việc phát động")),
        "registration": ("recording:registration", _("Ghi việc đăng ký, với nội dung thi đua")),
        "review": ("recording:review", _("Ghi việc tổng kết")),
        "exemption": ("recording:exemption", _("Ghi việc miễn một nghĩa vụ, có lý do")),
        "correct": ("recording:correct", _("Sửa một bản ghi: hủy và ghi lại trong một thao tác")),
        "void": ("recording:void", _("Hủy một bản ghi; bản ghi vẫn còn đó nhưng không tính nữa")),
    }


Units = Annotated[
    list[str], typer.Argument(metavar=_("ĐƠN-VỊ..."), help=_("Mã, hoặc tên đầy đủ có từ chỉ cấp."))
]
On = Annotated[
    date, typer.Option("--on", parser=parameters.day, metavar=_("NGÀY"), help=_("Ngày thực hiện."))
]
Doc = Annotated[str | None, typer.Option("--doc", metavar=_("SỐ"), help=_("Số, ký hiệu văn bản."))]
Issuer = Annotated[
    str | None, typer.Option("--issuer", metavar=_("CƠ-QUAN"), help=_("Cơ quan ban hành văn bản."))
]
DocDate = Annotated[
    date | None,
    typer.Option("--doc-date", parser=parameters.day, metavar=_("NGÀY"), help=_("Ngày của văn bản.")),
]
Received = Annotated[
    date | None,
    typer.Option("--received", parser=parameters.day, metavar=_("NGÀY"), help=_("Ngày nhận văn bản.")),
]
DocDateOrNone = Annotated[
    str | None, typer.Option("--doc-date", metavar=_("NGÀY"), help=_('Ngày của văn bản; "" thì xóa.'))
]
ReceivedOrNone = Annotated[
    str | None, typer.Option("--received", metavar=_("NGÀY"), help=_('Ngày nhận văn bản; "" thì xóa.'))
]
Evidence = Annotated[
    str | None,
    typer.Option("--evidence", metavar=_("TỆP|URL"), help=_("Tệp văn bản (ghi kèm mã băm) hoặc địa chỉ.")),
]
NoteText = Annotated[str | None, typer.Option("--note", metavar=_("CHỮ"), help=_("Ghi chú."))]
Contents = Annotated[
    list[str] | None,
    typer.Option("--content", metavar=_("SỐ"), help=_("Nội dung thi đua: dùng nhiều lần, hoặc 1,3.")),
]
PhaseOf = Annotated[
    str | None,
    typer.Option("--phase", metavar=_("MÃ"), help=_("Giai đoạn (mặc định: giai đoạn chứa ngày ấy).")),
]
UnitAsOf = Annotated[
    date | None,
    typer.Option(
        "--unit-as-of", parser=parameters.day, metavar=_("NGÀY"), help=_("Đọc mã, tên đơn vị theo ngày này.")
    ),
]

_OPTIONS = {
    "done_on": "--on",
    "exempted_on": "--on",
    "document_number": "--doc",
    "document_issuer": "--issuer",
    "document_date": "--doc-date",
    "received_on": "--received",
    "evidence": "--evidence",
    "note": "--note",
    "contents": "--content",
    "phase": "--phase",
    "obligation": "--obligation",
    "reason": "--reason",
}  # by the fields that they give
_CORRECTING = _OPTIONS | {"unit_code": "--unit", "reason": "--exemption-reason", "on": "--on"}
_NOT_DESCRIBED = ("evidence", "evidence_sha256", "note")


def launch(
    ctx: typer.Context,
    units: Units,
    on: On,
    doc: Doc = None,
    issuer: Issuer = None,
    doc_date: DocDate = None,
    received: Received = None,
    evidence: Evidence = None,
    note: NoteText = None,
    phase: PhaseOf = None,
    unit_as_of: UnitAsOf = None,
    dry_run: shared.DryRun = False,
) -> None:
    """Ghi việc phát động của một hay nhiều đơn vị; nhiều đơn vị là một thao tác."""
    values = _document(doc, issuer, doc_date, received, evidence, note) | {"phase": phase}
    _record(ctx, Action.LAUNCH, units, on, values, unit_as_of, dry_run=dry_run)


def registration(
    ctx: typer.Context,
    units: Units,
    on: On,
    contents: Contents = None,
    doc: Doc = None,
    issuer: Issuer = None,
    doc_date: DocDate = None,
    received: Received = None,
    evidence: Evidence = None,
    note: NoteText = None,
    phase: PhaseOf = None,
    unit_as_of: UnitAsOf = None,
    dry_run: shared.DryRun = False,
) -> None:
    """Ghi việc đăng ký thi đua của một hay nhiều đơn vị, với các nội dung đăng ký."""
    values = _document(doc, issuer, doc_date, received, evidence, note) | {"phase": phase}
    values |= {"contents": contents} if contents is not None else {}
    _record(ctx, Action.REGISTRATION, units, on, values, unit_as_of, dry_run=dry_run)


def review(
    ctx: typer.Context,
    units: Units,
    on: On,
    doc: Doc = None,
    issuer: Issuer = None,
    doc_date: DocDate = None,
    received: Received = None,
    evidence: Evidence = None,
    note: NoteText = None,
    phase: PhaseOf = None,
    unit_as_of: UnitAsOf = None,
    dry_run: shared.DryRun = False,
) -> None:
    """Ghi việc tổng kết của một hay nhiều đơn vị."""
    values = _document(doc, issuer, doc_date, received, evidence, note) | {"phase": phase}
    _record(ctx, Action.REVIEW, units, on, values, unit_as_of, dry_run=dry_run)


def exemption(
    ctx: typer.Context,
    units: Units,
    obligation: Annotated[
        str, typer.Option("--obligation", metavar=_("MÃ"), help=_("Nghĩa vụ được miễn, ví dụ p1-launch."))
    ],
    on: On,
    reason: shared.Reason,
    doc: Doc = None,
    issuer: Issuer = None,
    doc_date: DocDate = None,
    received: Received = None,
    evidence: Evidence = None,
    note: NoteText = None,
    unit_as_of: UnitAsOf = None,
    dry_run: shared.DryRun = False,
) -> None:
    """Ghi việc miễn một nghĩa vụ cho một hay nhiều đơn vị, tính từ ngày nêu ở --on."""
    from thidua_cli.register.models import ExemptionIn, check

    incoming = []
    for unit in units:
        values = _document(doc, issuer, doc_date, received, evidence, note) | {
            "unit_code": unit,
            "obligation": obligation,
            "exempted_on": on,
            "reason": reason,
        }
        model, problems = check(ExemptionIn, values)
        if model is None:
            raise UsageError(*messages.format_problems(problems, _OPTIONS | {"unit_code": _("ĐƠN-VỊ")}))
        incoming.append(model)
    _store(ctx, incoming, unit_as_of, dry_run=dry_run)


def _document(
    doc: str | None,
    issuer: str | None,
    doc_date: date | str | None,
    received: date | str | None,
    evidence: str | None,
    note: str | None,
) -> dict[str, object]:
    """The fields of the paper that were given: an option that was not says nothing."""
    values: dict[str, object] = {
        "document_number": doc,
        "document_issuer": issuer,
        "document_date": doc_date,
        "received_on": received,
        "evidence": evidence,
        "note": note,
    }
    return {field: value for field, value in values.items() if value is not None}


def _hashed(entries: Iterable[Entry]) -> dict[str, str]:
    """The hashes of files of evidence; raises UsageError where one cannot be hashed."""
    paths = {entry.document.evidence or "" for entry in entries}
    hashes, wrong = progress.hashed([path for path in paths if evidences.is_file(path)])
    for error in wrong.values():
        raise UsageError(f"--evidence: {error.message}", error.cure)
    return hashes


def _record(
    ctx: typer.Context,
    action: Action,
    units: Sequence[str],
    on: date,
    values: dict[str, object],
    unit_as_of: date | None,
    *,
    dry_run: bool,
) -> None:
    from thidua_cli.register.models import RecordIn, check

    incoming = []
    for unit in units:
        model, problems = check(RecordIn, values | {"unit_code": unit, "action": action, "done_on": on})
        if model is None:
            raise UsageError(*messages.format_problems(problems, _OPTIONS | {"unit_code": _("ĐƠN-VỊ")}))
        incoming.append(model)
    _store(ctx, incoming, unit_as_of, dry_run=dry_run)


def _store(
    ctx: typer.Context,
    incoming: Sequence["RecordIn | ExemptionIn"],
    unit_as_of: date | None,
    *,
    dry_run: bool,
) -> None:
    """Decide on all, write what is new as one operation, then say what happened or would happen.

    Evidence is hashed before the register is locked, and only if nothing else stands against the records.
    """
    hashes: dict[str, str] = {}

    def decide(connection: sqlite3.Connection) -> tuple[Register, list[Outcome]]:
        register = _register(connection, hashes=hashes)
        outcomes = [deciding.decide(register, item, unit_as_of) for item in incoming]
        _refuse(outcomes, register, options.settings(ctx))
        return register, outcomes

    if any(evidences.is_file(item.evidence) for item in incoming):
        with options.reading(ctx) as connection:
            _register_then, outcomes = decide(connection)
        hashes |= _hashed(outcome.entry for outcome in outcomes if outcome.entry)
    if dry_run:
        with options.reading(ctx) as connection:
            register, outcomes = decide(connection)
        saved, stored = "", iter(_new(outcomes))
    else:
        with options.writing(ctx) as writer:
            register, outcomes = decide(writer.connection)
            stored = iter(records.add(writer, _new(outcomes)))
        saved = messages.saved(writer)
    lines = [messages.nothing_written()] if dry_run else []
    for outcome in outcomes:
        assert outcome.version is not None and outcome.entry is not None  # noqa: S101, PT018
        if outcome.verdict == "same" and outcome.existing:
            lines.append(
                _("đã ghi ở #{number} từ trước: {what}").format(
                    number=outcome.existing.id, what=describe(outcome.existing, register)
                )
            )
        else:
            entry = next(stored)
            line = _("sẽ ghi: {what}") if dry_run else _("đã ghi #{number}: {what}")
            lines.append(line.format(number=entry.id, what=describe(entry, register)))
    for outcome in outcomes:
        if outcome.version is not None and outcome.entry is not None:
            lines += _other_holders(
                register.directory, outcome.version, unit_as_of or date.fromisoformat(outcome.entry.day)
            )
    messages.confirm(lines, saved=saved)
    messages.warn([warning for outcome in outcomes for warning in outcome.warnings])


def _new(outcomes: Sequence[Outcome]) -> list[Entry]:
    return [outcome.entry for outcome in outcomes if outcome.verdict == "new" and outcome.entry]


def _other_holders(directory: Directory, version: Version, day: date) -> list[str]:
    """Where the code meant another unit on another day, which unit was meant."""
    others = other_holders(directory, version, day)
    if not others:
        return []
    alike = [other for other in others if text.name_key(other.name) == text.name_key(version.name)]
    if alike:
        return [_of_one_name(directory, version, alike)]
    words = [
        _("{code} vào ngày {day} là {name}").format(code=version.code, day=show_day(day), name=version.name),
        *(
            (
                _("từ {day} đến trước {end} mã này là của {name}")
                if other.until_on
                else _("từ {day} mã này là của {name}")
            ).format(day=show_day(other.valid_from), end=show_day(other.until_on), name=other.name)
            for other in others
        ),
    ]
    return ["  " + "; ".join(words)]


def _of_one_name(directory: Directory, version: Version, alike: Sequence[Version]) -> str:
    """Which of the units that had one code and name in different times was meant."""
    lives = sorted(
        (directory.versions[unit] for unit in {version.unit, *(other.unit for other in alike)}),
        key=lambda versions: versions[0].valid_from,
    )
    units = [
        (_("từ {day} đến trước {end}") if held[-1].ended_on else _("từ {day}")).format(
            day=show_day(held[0].valid_from), end=show_day(held[-1].ended_on)
        )
        for held in lives
    ]
    line = _(
        "  mã {code} từng thuộc {count} đơn vị cùng tên {name}: {units}; việc này ghi cho đơn vị có từ {day}"
    )
    return line.format(
        code=version.code,
        count=len(lives),
        name=version.name,
        units="; ".join(units),
        day=show_day(directory.versions[version.unit][0].valid_from),
    )


def _register(
    connection: sqlite3.Connection, entries: Entries | None = None, hashes: Hashes | None = None
) -> Register:
    return Register.read(connection, load_plan(connection), LATEST, entries, hashes)


def _refuse(outcomes: Sequence[Outcome], register: Register, settings: Settings) -> None:
    if errors := [outcome.error for outcome in outcomes if outcome.error is not None]:
        first, *others = errors
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


def _difference(outcome: Outcome, register: Register, settings: Settings) -> list[str]:
    """What is recorded, what was asked for, in what else they differ, and the command that corrects."""
    old, new, fresh = outcome.existing, outcome.entry, outcome.corrected
    assert old and new and fresh  # noqa: S101, PT018
    differing = [each for each in deciding.differences(old, fresh) if each.decides]
    command = ["record", "correct", str(old.id)]
    for each in differing:
        said = each.new if each.column == each.field else str(fresh.document.evidence)
        command += [_CORRECTING[each.column], "" if said == deciding.NOTHING else said]
    return [
        _("  trong sổ, #{number}: {what}").format(number=old.id, what=describe(old, register)),
        _("  lệnh này: {what}").format(what=describe(new, register)),
        *(
            _("  {what}: {old} trong sổ, {new} trong lệnh này").format(
                what=each.label, old=each.shown[0], new=each.shown[1]
            )
            for each in differing
            if each.field in _NOT_DESCRIBED
        ),
        _('Nếu bản mới đúng: {command} --reason "lý do"').format(command=settings.command(*command)),
    ]


def describe(entry: Entry, register: Register) -> str:
    """An entry in a message: unit, action, date, verdict, document, contents. May read the register."""
    version = register.directory.last(entry.unit, entry.day)
    words = [f"{version.code} {version.name}"]
    if isinstance(entry, Exemption):
        words.append(
            _("miễn {obligation} từ {day}: {reason}").format(
                obligation=entry.obligation, day=show_day(entry.exempted_on), reason=entry.reason
            )
        )
    else:
        words.append(
            _("{action} ngày {day} ({phase}){verdict}").format(
                action=label(entry.action, current()),
                day=show_day(entry.done_on),
                phase=entry.phase,
                verdict=_verdict(entry, register),
            )
        )
        if entry.contents:
            words.append(_("nội dung {numbers}").format(numbers=",".join(map(str, entry.contents))))
    document = entry.document
    if document.number:
        words.append(_("văn bản {number}").format(number=document.number))
    if document.issuer:
        words.append(document.issuer)
    if document.date:
        words.append(_("ký {day}").format(day=show_day(document.date)))
    if document.received_on:
        words.append(_("nhận {day}").format(day=show_day(document.received_on)))
    return ", ".join(words)


def _verdict(record: Record, register: Register) -> str:
    """The verdict of `list` on a record, after a comma; nothing for a unit that is on no roster."""
    judged = register.judged(record)
    if judged is None:
        return ""
    fact, state = judged
    if state is State.LATE:
        return _(", trễ hạn {day}").format(day=show_day(fact.closes_on))
    return _(", đúng hạn") + (_(", khai muộn") if fact.declared_late else "")


def _number(value: str) -> int:
    digits = value.removeprefix("#")
    if not (digits.isascii() and digits.isdigit()):
        raise UsageError(_("'{value}' không phải số bản ghi; ví dụ: 12").format(value=value))
    if (number := fields.whole(digits)) is None:
        raise NotFoundError(_("không có bản ghi #{number}").format(number=digits))
    return number


Id = Annotated[str, typer.Argument(metavar=_("SỐ"), help=_("Số bản ghi, ví dụ 12 hoặc '#12'."))]


def void(ctx: typer.Context, number: Id, reason: shared.Reason, dry_run: shared.DryRun = False) -> None:
    """Hủy một bản ghi hay một lần miễn: vẫn còn trong sổ, nhưng không tính nữa."""
    reason = options.checked_reason(reason)
    if dry_run:
        with options.reading(ctx) as connection:
            _table, entry = records.find(connection, _number(number))
            words = describe(entry, _register(connection, {}))
        line = _("sẽ hủy #{number}: {what}").format(number=entry.id, what=words)
        messages.confirm([messages.nothing_written(), line])
        return
    with options.writing(ctx) as writer:
        entry = records.void(writer, _number(number), reason)
        words = describe(entry, _register(writer.connection, {}))
    line = _("đã hủy #{number}: {what}").format(number=entry.id, what=words)
    messages.confirm([line], saved=messages.saved(writer))


def correct(
    ctx: typer.Context,
    number: Id,
    reason: shared.Reason,
    on: Annotated[
        date | None,
        typer.Option("--on", parser=parameters.day, metavar=_("NGÀY"), help=_("Ngày thực hiện đúng.")),
    ] = None,
    unit: Annotated[str | None, typer.Option("--unit", metavar=_("ĐƠN-VỊ"), help=_("Đơn vị đúng."))] = None,
    contents: Contents = None,
    exemption_reason: Annotated[
        str | None, typer.Option("--exemption-reason", metavar=_("CHỮ"), help=_("Lý do miễn đúng."))
    ] = None,
    doc: Doc = None,
    issuer: Issuer = None,
    doc_date: DocDateOrNone = None,
    received: ReceivedOrNone = None,
    evidence: Evidence = None,
    note: NoteText = None,
    phase: PhaseOf = None,
    unit_as_of: UnitAsOf = None,
    dry_run: shared.DryRun = False,
) -> None:
    """Sửa một bản ghi: hủy bản cũ và ghi bản đúng trong một thao tác.

    Chỉ nêu những gì thay đổi; giá trị rỗng ("") xóa số văn bản, cơ quan, ngày văn bản, ngày nhận, minh chứng,
    ghi chú hoặc nội dung đã ghi.
    """
    given = _document(doc, issuer, doc_date, received, evidence, note)
    reason = options.checked_reason(reason)

    hashes: dict[str, str] = {}

    def decide(connection: sqlite3.Connection) -> tuple[Register, Entry, Entry, Sequence[str]]:
        _table, old = records.find(connection, _number(number))
        register = _register(connection, hashes=hashes)
        changed = given | _changes(old, on, unit, contents, exemption_reason, phase)
        day = unit_as_of or _named_on(old, unit, register.directory)
        return register, old, *_corrected(register, old, changed, day)

    def told(register: Register, heads: tuple[str, str], *entries: Entry) -> list[str]:
        lines = [
            head.format(number=entry.id, what=describe(entry, register))
            for head, entry in zip(heads, entries, strict=True)
        ]
        return lines + (_evidence_told(*entries) if evidence else [])

    if evidences.is_file(evidence):
        with options.reading(ctx) as connection:
            register, old, fresh, warnings = decide(connection)
        hashes |= _hashed([fresh])
    if dry_run:
        with options.reading(ctx) as connection:
            register, old, fresh, warnings = decide(connection)
            _refuse_identical(old, fresh)
            lines = told(register, (_("sẽ hủy #{number}: {what}"), _("sẽ ghi: {what}")), old, fresh)
        lines, saved = [messages.nothing_written(), *lines], ""
    else:
        with options.writing(ctx) as writer:
            register, old, fresh, warnings = decide(writer.connection)
            _refuse_identical(old, fresh)
            fresh = records.correct(writer, int(old.id or 0), reason, fresh)
            lines = told(register, (_("đã hủy #{number}: {what}"), _("đã ghi #{number}: {what}")), old, fresh)
        saved = messages.saved(writer)
    messages.confirm(lines, saved=saved)
    messages.warn(list(warnings))


def _corrected(
    register: Register, old: Entry, given: dict[str, object], unit_day: date | None
) -> tuple[Entry, Sequence[str]]:
    """What an entry is to be, and warnings; raises where that cannot be."""
    del register.entries[old.key]
    incoming = _incoming(old, given, register.directory)
    outcome = deciding.decide(register, incoming, unit_day, replacing=old)
    if outcome.existing is not None:
        raise RefusedError(
            _("đơn vị đã có bản ghi #{number} cho việc này").format(number=outcome.existing.id),
            describe(outcome.existing, register),
        )
    if outcome.error is not None or outcome.entry is None:
        raise outcome.error or NotFoundError(f"#{old.id}")
    entry = outcome.entry
    if "evidence" not in given:
        kept = {"evidence": old.document.evidence, "evidence_sha256": old.document.evidence_sha256}
        entry = entry._replace(document=entry.document._replace(**kept))
    return entry, outcome.warnings


def _refuse_identical(old: Entry, fresh: Entry) -> None:
    if fresh == old._replace(id=None):
        raise UsageError(
            _("bản sửa giống hệt bản cũ #{number}").format(number=old.id), *_evidence_told(old, fresh)
        )


def _evidence_told(old: Entry, fresh: Entry) -> list[str]:
    """Whether the content of the evidence is another than before, where both are known."""
    before, now = old.document.evidence_sha256, fresh.document.evidence_sha256
    if before is None or now is None:
        return []
    if before == now:
        return [_("  minh chứng: nội dung như trước, SHA-256 {now}").format(now=now)]
    return [_("  minh chứng: nội dung khác trước, SHA-256 {before} → {now}").format(before=before, now=now)]


def _named_on(old: Entry, unit: str | None, directory: Directory) -> date | None:
    """The day on which a kept unit's code is read: that of the old record, whatever the new date.

    The unit may have ended by then; its last code is read on the day from which it had it.
    """
    if unit is not None:
        return None
    version = directory.last(old.unit, old.day)
    return date.fromisoformat(old.day if version.holds_on(old.day) else version.valid_from)


def _changes(
    old: Entry,
    on: date | None,
    unit: str | None,
    contents: list[str] | None,
    exemption_reason: str | None,
    phase: str | None,
) -> dict[str, object]:
    changes: dict[str, object] = {}
    if unit is not None:
        changes["unit_code"] = unit
    if isinstance(old, Exemption):
        if contents is not None or phase is not None:
            raise UsageError(
                _("#{number} là một lần miễn: không có nội dung hay giai đoạn").format(number=old.id)
            )
        changes |= {"exempted_on": on} if on else {}
        changes |= {"reason": exemption_reason} if exemption_reason is not None else {}
        return changes
    if exemption_reason is not None:
        raise UsageError(_("#{number} không phải một lần miễn").format(number=old.id))
    changes |= {"done_on": on} if on else {}
    changes |= {"contents": contents} if contents is not None else {}
    changes |= {"phase": phase} if phase is not None else {}
    return changes


def _incoming(old: Entry, given: dict[str, object], directory: Directory) -> "RecordIn | ExemptionIn":
    from thidua_cli.register.models import ExemptionIn, RecordIn, check

    values: dict[str, object] = {
        "unit_code": directory.last(old.unit, old.day).code,
        **{name: value for name, value in old.document.columns().items() if not name.startswith("evidence")},
    }
    if isinstance(old, Exemption):
        values |= {"obligation": old.obligation, "exempted_on": old.exempted_on, "reason": old.reason}
        exemption_in, problems = check(ExemptionIn, values | given)
        if exemption_in is not None:
            return exemption_in
    else:
        values |= {"action": old.action, "phase": old.phase, "done_on": old.done_on, "contents": old.contents}
        record_in, problems = check(RecordIn, values | given)
        if record_in is not None:
            return record_in
    raise UsageError(*messages.format_problems(problems, _CORRECTING))
