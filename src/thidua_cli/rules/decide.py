"""Decide on an incoming entry: new, already recorded, different, or refused.

Nothing is written here; a whole batch is decided before any of it is stored.
"""

from collections.abc import Iterator, Set
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Literal, NamedTuple

from thidua_cli.ground.dates import show_day
from thidua_cli.ground.errors import NotFoundError, RefusedError, ThiduaError
from thidua_cli.ground.language import _
from thidua_cli.register.entries import Entry, Exemption, Extension, Paper, Record, Supplement
from thidua_cli.register.evidence import Hashes
from thidua_cli.register.plan import Obligation, Phase, Plan
from thidua_cli.register.units import Directory, Version, describe
from thidua_cli.rules import closing, remarks, results, supplementing, withdrawing
from thidua_cli.rules.compare import compare
from thidua_cli.rules.occasions import earliest, early_for, occasion_of, phase_for
from thidua_cli.rules.snapshot import Snapshot

if TYPE_CHECKING:
    from thidua_cli.register.models import (
        DocumentIn,
        EntryIn,
        ExemptionIn,
        ExtensionIn,
        RecordIn,
        RecordSupplementIn,
        SupplementIn,
        UnitEntryIn,
    )


class Outcome(NamedTuple):
    """The decision on one incoming entry.

    `verdict` is `new`, `same` (already recorded, as `existing`), `differs` (from `existing`; `corrected` is
    `existing` with what was given) or `refused` (see `error`). `early_for` is the code of a later phase of
    which the record may be an early act, where it names none.
    """

    verdict: Literal["new", "same", "differs", "refused"]
    entry: Entry | None = None
    version: Version | None = None
    existing: Entry | None = None
    corrected: Entry | None = None
    error: ThiduaError | None = None
    warnings: tuple[str, ...] = ()
    early_for: str | None = None


def decide(
    snapshot: Snapshot,
    incoming: "EntryIn",
    unit_day: date | None = None,
    *,
    replacing: Entry | None = None,
) -> Outcome:
    """Return the decision on one incoming entry; `unit_day` is the day to read the unit's code on.

    Rules refuse a date in the future, before its phase or after its unit's end, and a phase that cannot
    be told; they are returned as `error`. An entry that it is `replacing`, of the same unit and day, has its
    day already. Only what `incoming` was given is compared with the register.
    """
    from thidua_cli.register.models import (
        ExtensionIn,
        RecordIn,
        RecordSupplementIn,
        SupplementIn,
        WithdrawalIn,
    )

    entry: Entry
    try:
        if isinstance(incoming, RecordIn):
            entry, version = _record(snapshot, incoming, unit_day, replacing)
            warnings = tuple(remarks.of_record(snapshot, incoming, entry, version))
        elif isinstance(incoming, WithdrawalIn):
            with _about("withdrawn_on"):
                _refuse_future(incoming.withdrawn_on, incoming, snapshot.today)
                made = withdrawing.withdrawal(snapshot, incoming, _paper(incoming, snapshot.hashes))
            (entry, version), warnings = made, ()
        elif isinstance(incoming, SupplementIn | RecordSupplementIn):
            entry, version = _supplement(snapshot, incoming, unit_day)
            warnings = tuple(remarks.of_paper(incoming, incoming.supplemented_on, version))
        elif isinstance(incoming, ExtensionIn):
            entry, obligation, version = _extension(snapshot, incoming, unit_day)
            warnings = tuple(remarks.of_leave(snapshot, obligation, entry, version))
        else:
            entry, obligation, version = _exemption(snapshot, incoming, unit_day)
            warnings = tuple(remarks.of_leave(snapshot, obligation, entry, version))
        existing = closing.existing(snapshot, entry)
        if existing is None:
            named = isinstance(incoming, RecordIn) and incoming.phase
            early = early_for(snapshot, entry, version) if isinstance(entry, Record) and not named else None
            return Outcome("new", entry, version, warnings=warnings, early_for=early)
        given: Set[str] = incoming.model_fields_set
        if isinstance(incoming, RecordIn):
            given |= incoming.fields.keys()
        corrected, differences = compare(existing, entry, given)
        closing.refuse_overlap(snapshot, corrected, existing)
        if differs := any(difference.decides for difference in differences):
            withdrawing.refuse_change(existing)
    except ThiduaError as error:
        return Outcome("refused", error=error)
    if differs:
        return Outcome("differs", entry, version, existing, corrected, warnings=warnings)
    return Outcome("same", entry, version, existing, warnings=warnings)


@contextmanager
def _about(field: str) -> Iterator[None]:
    """Name the field that an error is about, where it names none itself."""
    try:
        yield
    except ThiduaError as error:
        error.field = error.field or field
        raise


def _record(
    snapshot: Snapshot, incoming: "RecordIn", unit_day: date | None, replacing: Entry | None
) -> tuple[Record, Version]:
    day = incoming.done_on
    with _about("done_on"):
        _refuse_future(day, incoming, snapshot.today)
        plan = snapshot.plan
        phase = plan.phase(incoming.phase) if incoming.phase else None
        _refuse_early(plan, phase, day)
    action = plan.action(incoming.action)
    fields = results.read(action, incoming.fields)
    with _about("contents"):
        contents = results.contents_of(plan, action, incoming.contents)
    with _about("unit_code"):
        version = _unit(snapshot, incoming, unit_day or day)
        if replacing is None or (replacing.unit, replacing.day) != (version.unit, day.isoformat()):
            _refuse_ended(snapshot.directory, version, day)
    with _about("phase"):
        phase = phase or phase_for(snapshot, incoming, version)
    with _about("occasion"):
        occasion = occasion_of(snapshot, incoming, phase, version)
    paper = _paper(incoming, snapshot.hashes)
    entry = Record(version.unit, phase.code, incoming.action, day.isoformat(), paper, contents, occasion)
    return entry._replace(fields=fields), version


def _owed(
    snapshot: Snapshot, incoming: "ExemptionIn | ExtensionIn", day_field: str, unit_day: date | None
) -> tuple[Obligation, Version]:
    """The obligation and the unit that a paper of a day is about; raises as `decide`."""
    day: date = getattr(incoming, day_field)
    with _about("obligation"):
        obligation = snapshot.plan.obligation(incoming.obligation)
    with _about(day_field):
        _refuse_future(day, incoming, snapshot.today)
        _refuse_before(obligation.phase, day)
    with _about("unit_code"):
        return obligation, _unit(snapshot, incoming, unit_day or day)


def _exemption(
    snapshot: Snapshot, incoming: "ExemptionIn", unit_day: date | None
) -> tuple[Exemption, Obligation, Version]:
    day = incoming.exempted_on
    obligation, version = _owed(snapshot, incoming, "exempted_on", unit_day)
    paper = _paper(incoming, snapshot.hashes)
    until = incoming.until.isoformat() if incoming.until else None
    entry = Exemption(version.unit, obligation.code, day.isoformat(), incoming.reason, paper, until_on=until)
    with _about("until"):
        closing.refuse_backwards(entry)
    return entry, obligation, version


def _extension(
    snapshot: Snapshot, incoming: "ExtensionIn", unit_day: date | None
) -> tuple[Extension, Obligation, Version]:
    day = incoming.granted_on
    obligation, version = _owed(snapshot, incoming, "granted_on", unit_day)
    paper = _paper(incoming, snapshot.hashes)
    entry = Extension(version.unit, obligation.code, day.isoformat(), incoming.until.isoformat(), paper)
    with _about("until"):
        closing.refuse_short(snapshot, entry)
    return entry, obligation, version


def _supplement(
    snapshot: Snapshot, incoming: "SupplementIn | RecordSupplementIn", unit_day: date | None
) -> tuple[Supplement, Version]:
    from thidua_cli.register.models import SupplementIn

    day = incoming.supplemented_on
    with _about("supplemented_on"):
        _refuse_future(day, incoming, snapshot.today)
    if isinstance(incoming, SupplementIn):
        with _about("unit_code"):
            version = _unit(snapshot, incoming, unit_day or day)
        with _about("obligation"):
            record = supplementing.record_of(snapshot, incoming, version)
    else:
        record = supplementing.numbered(snapshot, incoming.record)
        version = snapshot.directory.last(record.unit, day.isoformat())
    with _about("contents"):
        action = snapshot.plan.action(record.action)
        contents = results.contents_of(snapshot.plan, action, incoming.contents)
    with _about("supplemented_on"):
        entry = supplementing.supplement(record, incoming, contents, _paper(incoming, snapshot.hashes))
    return entry, version


def _paper(incoming: "DocumentIn", hashes: Hashes) -> Paper:
    signed, received = incoming.document_date, incoming.received_on
    return Paper(
        incoming.document_number,
        incoming.document_issuer,
        signed.isoformat() if signed else None,
        received.isoformat() if received else None,
        incoming.evidence,
        hashes.get(incoming.evidence or ""),
        incoming.note,
    )


# Refusals


def _unit(snapshot: Snapshot, incoming: "UnitEntryIn", day: date) -> Version:
    """The unit that is meant on that day, by its code and, where both are given, by its name."""
    version = snapshot.directory.resolve(incoming.unit_code, day)
    if incoming.unit_name and not snapshot.directory.is_called(version, incoming.unit_name):
        with _about("unit_name"):
            raise NotFoundError(
                _belongs(version, day), _("sửa mã hoặc tên; nếu là tên cũ thì --ignore-column")
            )
    return version


def _belongs(version: Version, day: date) -> str:
    return _("mã {code} ngày {day} là của {name}").format(
        code=version.code, day=show_day(day), name=version.name
    )


def _refuse_ended(directory: Directory, version: Version, day: date) -> None:
    """Refuse what a unit does on a day on which it is no more."""
    if version.ended_on is None or day.isoformat() < version.ended_on:
        return
    holders = [other for other in directory.with_code(version.code) if other.holds_on(day.isoformat())]
    raise RefusedError(
        _("{unit} chấm dứt từ ngày {end}; ngày {day} không còn đơn vị ấy").format(
            unit=describe(version), end=show_day(version.ended_on), day=show_day(day)
        ),
        *(_belongs(other, day) for other in holders),
        _("kiểm tra lại ngày, hoặc nêu đơn vị đã làm việc này"),
    )


def _refuse_future(day: date, incoming: "DocumentIn", today: date) -> None:
    dates_given = {"": day, "document_date": incoming.document_date, "received_on": incoming.received_on}
    for name, value in dates_given.items():
        if value is not None and value > today:
            with _about(name):
                message = _("ngày {day} ở tương lai").format(day=show_day(value))
                raise RefusedError(message, _("kiểm tra lại ngày"))


def _refuse_early(plan: Plan, phase: Phase | None, day: date) -> None:
    """Refuse a record of long before its phase, or of before all phases where none is named."""
    if phase is not None and day >= earliest(phase):
        return
    try:
        _refuse_before(phase or plan.phases[0], day)
    except RefusedError as error:
        if phase is None and day >= earliest(first := plan.phases[0]):
            error.hints = [_("là việc của {phase} làm sớm thì nêu --phase {phase}").format(phase=first.code)]
        raise


def _refuse_before(phase: Phase, day: date) -> None:
    if day.isoformat() < phase.starts_on:
        message = _("ngày {day} trước ngày đầu của {phase} ({start})").format(
            day=show_day(day), phase=phase.code, start=show_day(phase.starts_on)
        )
        raise RefusedError(message, _("kiểm tra lại ngày và giai đoạn"))
