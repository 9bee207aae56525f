"""`thidua record correct` and `thidua record void`."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from thidua_cli.cli import messages, session, shared
from thidua_cli.cli.describe import describe_entry, voided_line, written_line
from thidua_cli.cli.parameters import Fields, Option, argument
from thidua_cli.cli.recording import CORRECTED_NAMES, UnitAsOf, hashed, read_register
from thidua_cli.ground.errors import NotFoundError, RefusedError, UsageError
from thidua_cli.ground.language import _
from thidua_cli.register import evidence as evidences
from thidua_cli.register import fields, voiding
from thidua_cli.register.entries import Entry, Exemption, Extension, Supplement, Withdrawal, table_of
from thidua_cli.register.fields import ImportKind
from thidua_cli.register.units import Directory
from thidua_cli.rules import decide as deciding
from thidua_cli.rules import supplementing, withdrawing
from thidua_cli.rules.occasions import shown
from thidua_cli.rules.snapshot import Snapshot

if TYPE_CHECKING:
    from thidua_cli.register.models import EntryIn

Id = Annotated[str, argument(_("Số bản ghi, ví dụ 12 hoặc '#12'."), _("SỐ"))]


CORRECTED = {
    "done_on": Option("--on", _("Ngày thực hiện đúng.")),
    "unit_code": Option(CORRECTED_NAMES["unit_code"], _("Đơn vị đúng."), _("ĐƠN-VỊ")),
    "reason": Option(CORRECTED_NAMES["reason"], _("Lý do miễn đúng.")),
    "until": Option("--until", _("Ngày cuối đúng.")),
}
Corrected = Annotated[
    dict[str, object],
    Fields(
        *ImportKind.REGISTRATIONS.optional,
        fields.RESULTS,
        fields.UNTIL,
        required=(
            *ImportKind.REGISTRATIONS.required,
            fields.known(ImportKind.EXEMPTIONS)["reason"],
        ),
        correcting=CORRECTED,
    ),
]


# By table: the fields that not every paper has, the field of its day, what it is.
_SAYS = {
    "record": (("contents", "fields", "phase", "occasion"), "done_on", _("bản ghi một việc đã làm")),
    "exemption": (("reason", "until"), "exempted_on", _("một lần miễn")),
    "extension": (("until",), "granted_on", _("một lần gia hạn")),
    "withdrawal": ((), "withdrawn_on", _("một lần rút miễn")),
    "supplement": (("contents",), "supplemented_on", _("một văn bản bổ sung")),
}


def _number(value: str) -> int:
    return session.checked_number(
        value, _("'{value}' không phải số bản ghi; ví dụ: 12"), _("không có bản ghi #{number}")
    )


def void(ctx: typer.Context, number: Id, reason: shared.Reason, dry_run: shared.DryRun = False) -> None:
    """Hủy một bản ghi, một lần miễn hay gia hạn: vẫn còn trong sổ, nhưng không tính nữa.

    Văn bản bổ sung của bản ghi cũng hủy theo.
    """
    why = session.checked_reason(reason)

    def decide(connection: sqlite3.Connection) -> list[tuple[Entry, str]]:
        _table, entry = voiding.find(connection, _number(number))
        if isinstance(entry, Exemption | Withdrawal):
            withdrawing.refuse_void(read_register(connection), entry)
        register = read_register(connection)
        falling = [entry, *voiding.supplements_of(connection, entry)]
        return [(each, describe_entry(each, register)) for each in falling]

    falling, _done, saved = session.carry_out(
        ctx, decide, lambda writer, _made: voiding.void(writer, _number(number), why), dry_run=dry_run
    )
    lines = [voided_line(entry, what, dry_run=dry_run) for entry, what in falling]
    messages.confirm(lines, saved, dry_run=dry_run)


def correct(
    ctx: typer.Context,
    number: Id,
    why: shared.Reason,
    given: Corrected,
    unit_as_of: UnitAsOf = None,
    dry_run: shared.DryRun = False,
) -> None:
    """Sửa một bản ghi: hủy bản cũ và ghi bản đúng trong một thao tác.

    Chỉ nêu những gì thay đổi; giá trị rỗng ("") xóa số văn bản, cơ quan, ngày văn bản, ngày nhận, minh chứng,
    ghi chú hoặc nội dung đã ghi. Văn bản bổ sung đi theo bản đúng.
    """
    reason = session.checked_reason(why)
    hashes: dict[str, str] = {}

    def decide(connection: sqlite3.Connection) -> tuple[Snapshot, Entry, Entry, Sequence[str]]:
        _table, old = voiding.find(connection, _number(number))
        register = read_register(connection, hashes=hashes)
        changes = _changes(old, given)
        day = unit_as_of or (None if "unit_code" in given else _named_on(old, register.directory))
        return register, old, *_corrected(register, old, changes, day)

    def decide_finally(connection: sqlite3.Connection) -> tuple[list[Entry], list[str], Sequence[str]]:
        register, old, fresh, warnings = decide(connection)
        _refuse_identical(old, fresh)
        said = [describe_entry(entry, register) for entry in (old, fresh)]
        if following := voiding.supplements_of(connection, old):
            said[1] += _("; {count} văn bản bổ sung đi theo").format(count=len(following))
        return [old, fresh], said, warnings

    if evidences.is_file(str(given.get("evidence") or "")):
        with session.reading(ctx) as connection:
            _register, _old, fresh, warnings = decide(connection)
        hashes |= hashed([fresh])
    ((old, fresh), (was, now), warnings), stored, saved = session.carry_out(
        ctx,
        decide_finally,
        lambda writer, decided: voiding.correct(writer, _number(number), reason, decided[0][1]),
        dry_run=dry_run,
    )
    lines = [voided_line(old, was, dry_run=dry_run), written_line(stored or fresh, now, dry_run=dry_run)]
    lines += _evidence_lines(old, fresh) if given.get("evidence") else []
    messages.confirm(lines, saved, dry_run=dry_run)
    messages.warn(warnings)


def _corrected(
    register: Snapshot, old: Entry, given: Mapping[str, object], unit_day: date | None
) -> tuple[Entry, Sequence[str]]:
    """Return the corrected entry and warnings; raises what `decide` refuses it with."""
    withdrawing.refuse_change(old)
    register.remove(old)
    incoming = _incoming(old, given, register.directory)
    outcome = deciding.decide(register, incoming, unit_day, replacing=old)
    if outcome.existing is not None:
        raise RefusedError(
            _("đơn vị đã có bản ghi #{number} cho việc này").format(number=outcome.existing.id),
            describe_entry(outcome.existing, register),
        )
    if outcome.error is not None or outcome.entry is None:
        raise outcome.error or NotFoundError(f"#{old.id}")
    entry = outcome.entry
    supplementing.refuse_correction(register, old, entry)
    if "evidence" not in given:
        kept = {"evidence": old.document.evidence, "evidence_sha256": old.document.evidence_sha256}
        entry = entry._replace(document=entry.document._replace(**kept))
    return entry, outcome.warnings


def _refuse_identical(old: Entry, fresh: Entry) -> None:
    if fresh == old._replace(id=None):
        raise UsageError(
            _("bản sửa giống hệt bản cũ #{number}").format(number=old.id), *_evidence_lines(old, fresh)
        )


def _evidence_lines(old: Entry, fresh: Entry) -> list[str]:
    """Return whether the content of the evidence has changed, where both hashes are known."""
    before, now = old.document.evidence_sha256, fresh.document.evidence_sha256
    if before is None or now is None:
        return []
    if before == now:
        return [_("  minh chứng: nội dung như trước, SHA-256 {now}").format(now=now)]
    return [_("  minh chứng: nội dung khác trước, SHA-256 {before} → {now}").format(before=before, now=now)]


def _named_on(old: Entry, directory: Directory) -> date:
    """Return the day on which a kept unit's code is read: that of the old record, whatever the new date.

    The unit may have ended by then; its last code is read on the day from which it had it.
    """
    version = directory.last(old.unit, old.day)
    return date.fromisoformat(old.day if version.holds_on(old.day) else version.valid_from)


def _changes(old: Entry, given: Mapping[str, object]) -> Mapping[str, object]:
    """Return what was given, by the old entry's fields; raises UsageError for a field that it has not."""
    own, day, what = _SAYS[table_of(old)]
    foreign = given.keys() & {"reason", "until", "contents", "fields", "phase", "occasion"} - set(own)
    if isinstance(old, Withdrawal | Supplement):
        foreign |= given.keys() & {"unit_code"}
    if foreign:
        options = ", ".join(sorted(CORRECTED_NAMES[name] for name in foreign))
        raise UsageError(
            _("#{number} là {what}: không có {options}").format(number=old.id, what=what, options=options)
        )
    return {day if key == "done_on" else key: value for key, value in given.items()}


def _incoming(old: Entry, given: Mapping[str, object], directory: Directory) -> "EntryIn":
    from thidua_cli.register.models import (
        ExemptionIn,
        ExtensionIn,
        RecordIn,
        RecordSupplementIn,
        WithdrawalIn,
    )

    held: dict[str, object] = {
        "unit_code": directory.last(old.unit, old.day).code,
        **{name: value for name, value in old.document.columns().items() if not name.startswith("evidence")},
    }
    model: type[EntryIn]
    if isinstance(old, Exemption):
        model = ExemptionIn
        held |= {"obligation": old.obligation, "exempted_on": old.exempted_on, "reason": old.reason}
        held |= {"until": old.until_on}
    elif isinstance(old, Withdrawal):
        model = WithdrawalIn
        del held["unit_code"]
        held |= {"exemption": old.exemption, "withdrawn_on": old.withdrawn_on}
    elif isinstance(old, Supplement):
        model = RecordSupplementIn
        del held["unit_code"]
        held |= {"record": old.record, "supplemented_on": old.supplemented_on, "contents": old.contents}
    elif isinstance(old, Extension):
        model = ExtensionIn
        held |= {"obligation": old.obligation, "granted_on": old.granted_on, "until": old.until_on}
    else:
        model = RecordIn
        held |= {"action": old.action, "phase": old.phase, "done_on": old.done_on, "contents": old.contents}
        named = given.get("fields", ())
        assert isinstance(named, Sequence)  # noqa: S101 - the option comes several times
        codes = {str(pair).partition("=")[0].strip().lower() for pair in named}
        kept = [f"{code}={value}" for code, value in old.fields if code not in codes]
        given = {**given, "fields": [*kept, *named]}
        if given.get("phase", old.phase) == old.phase:
            held["occasion"] = shown(old.occasion)
    return session.checked(model, held | dict(given), CORRECTED_NAMES)
