"""What becomes of an incoming record or exemption: new, already recorded, different, or refused.

Nothing is written here; a whole batch is decided before any of it is stored.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from thidua_cli.ground import dates, text
from thidua_cli.ground.dates import show_day
from thidua_cli.ground.errors import NotFoundError, RefusedError, ThiduaError, UsageError
from thidua_cli.ground.language import _, current
from thidua_cli.register.entries import (
    Document,
    Entry,
    Exemption,
    Record,
    completed,
    differ,
    issuer_key,
    live_exemptions,
    live_records,
    number_key,
)
from thidua_cli.register.evidence import Hashes
from thidua_cli.register.plan import Plan
from thidua_cli.register.terms import Action, State, label
from thidua_cli.register.units import Directory, Version, describe
from thidua_cli.standing import verdict as status

if TYPE_CHECKING:
    from thidua_cli.register.models import DocumentIn, ExemptionIn, RecordIn


class Outcome(NamedTuple):
    """What becomes of one incoming entry.

    `verdict` is `new`, `same` (already recorded, as `existing`), `differs` (from `existing`; `corrected` is
    `existing` with what was given) or `refused` (see `error`).
    """

    verdict: Literal["new", "same", "differs", "refused"]
    entry: Entry | None = None
    version: Version | None = None
    existing: Entry | None = None
    corrected: Entry | None = None
    error: ThiduaError | None = None
    warnings: tuple[str, ...] = ()


Entries = dict[tuple[object, ...], Entry]  # live ones, by key


def read_entries(connection: sqlite3.Connection, known: int, action: Action | None = None) -> Entries:
    """The live entries as known at an operation: records of one action, or all records and exemptions."""
    entries: Entries = {}
    entries.update((record.key, record) for record in live_records(connection, known, action=action))
    if action is None:
        entries.update((exemption.key, exemption) for exemption in live_exemptions(connection, known))
    return entries


@dataclass(slots=True)
class Register:
    """What deciding needs to know of the register: its units, plan, and live entries by key.

    `hashes` are those of evidence files; a file that is not among them has not been hashed yet.
    """

    connection: sqlite3.Connection
    known: int
    plan: Plan
    directory: Directory
    today: date = field(default_factory=dates.today)
    entries: Entries = field(default_factory=dict)
    hashes: Hashes = field(default_factory=dict)
    _rosters: dict[tuple[Action, str], "_Roster"] = field(default_factory=dict)

    @classmethod
    def read(
        cls,
        connection: sqlite3.Connection,
        plan: Plan,
        known: int,
        entries: Entries | None = None,
        hashes: Hashes | None = None,
    ) -> "Register":
        """All of the register as known at an operation, or with those entries only that matter."""
        if entries is None:
            entries = read_entries(connection, known)
        directory = Directory.read(connection, known)
        return cls(connection, known, plan, directory, entries=entries, hashes=hashes or {})

    def open_phases(self, action: Action, unit: int, before: str) -> list[str]:
        """Phases before `before` in which the unit still owes that action."""
        order = [phase.code for phase in self.plan.phases]
        return [code for code in order[: order.index(before)] if unit in self._roster(action, code).owing]

    def on_roster(self, action: Action, phase: str, unit: int) -> bool:
        """Whether any obligation of that phase and action binds the unit today."""
        return unit in self._roster(action, phase).bound

    def judged(self, record: Record) -> tuple[status.Fact, State] | None:
        """How the unit stands today if the record counts; none where the unit is on no roster."""
        fact = self._roster(record.action, record.phase).bound.get(record.unit)
        if fact is None:
            return None
        fact = fact._replace(done_on=record.done_on, received_on=record.document.received_on)
        return fact, status.judge(fact, self.today.isoformat())

    def _roster(self, action: Action, phase: str) -> "_Roster":
        found = self._rosters.get((action, phase))
        if found is None:
            found = self._rosters[action, phase] = _Roster({}, set())
            undone = (State.PENDING, State.OVERDUE)
            for fact in status.facts(self.connection, self.today, self.known, phase=phase, action=action):
                found.bound[fact.unit] = fact
                if status.judge(fact, self.today.isoformat()) in undone and not fact.ended_on:
                    found.owing.add(fact.unit)
        return found


class _Roster(NamedTuple):
    """Facts of the units that a phase and action bind, and the units that are alive and have not done it."""

    bound: dict[int, status.Fact]
    owing: set[int]


def decide(
    register: Register,
    incoming: "RecordIn | ExemptionIn",
    unit_day: date | None = None,
    *,
    replacing: Entry | None = None,
) -> Outcome:
    """What becomes of one incoming record or exemption; `unit_day` is the day to read the unit's code on.

    Rules refuse a date in the future, before its phase or after its unit's end, and a phase that cannot
    be told; they are returned as `error`, with the exit code that the command line gives them. An entry that
    it is `replacing`, of the same unit and day, has its day already. Only what `incoming` was given is
    compared with the register.
    """
    from thidua_cli.register.models import RecordIn

    try:
        if isinstance(incoming, RecordIn):
            return _decide_record(register, incoming, unit_day, replacing)
        return _decide_exemption(register, incoming, unit_day)
    except ThiduaError as error:
        return Outcome("refused", error=error)


def _decide_record(
    register: Register, incoming: "RecordIn", unit_day: date | None, replacing: Entry | None
) -> Outcome:
    field = "done_on"
    try:
        _refuse_future(incoming.done_on, incoming, register.today)
        _refuse_before_phase(register.plan, incoming)
        field = "contents"
        _check_contents(register.plan, incoming.contents)
        field = "unit_code"
        version = _unit(register, incoming, unit_day or incoming.done_on)
        if replacing is None or (replacing.unit, replacing.day) != (
            version.unit,
            incoming.done_on.isoformat(),
        ):
            _refuse_ended(register.directory, version, incoming.done_on)
        field = "phase"
        phase = _phase_for(register, incoming, version)
    except ThiduaError as error:
        error.field = error.field or field
        raise
    entry = Record(
        version.unit,
        phase,
        incoming.action,
        incoming.done_on.isoformat(),
        _document(incoming, register.hashes),
        incoming.contents,
    )
    warnings = _document_warnings(incoming, incoming.done_on, version)
    first = register.directory.versions[version.unit][0]
    if entry.done_on < first.valid_from:
        warnings += (
            _("{unit}: có từ ngày {start}, sau ngày thực hiện {done}").format(
                unit=version.name, start=show_day(first.valid_from), done=show_day(entry.done_on)
            ),
        )
    if not register.on_roster(incoming.action, phase, version.unit):
        warnings += (
            _("{unit}: không thuộc đối tượng phải {action} ở {phase}; vẫn ghi, không tính vào tỷ lệ").format(
                unit=version.name, phase=phase, action=label(incoming.action, current())
            ),
        )
    return _compare(register, incoming, entry, version)._replace(warnings=warnings)


def _unit(register: Register, incoming: "RecordIn | ExemptionIn", day: date) -> Version:
    """The unit that is meant on that day, by its code and, where both are given, by its name."""
    version = register.directory.resolve(incoming.unit_code, day)
    names = {text.name_key(version.name), text.name_key(version.abbreviation or "")}
    if incoming.unit_name and text.name_key(incoming.unit_name) not in names:
        error = NotFoundError(
            _("mã {code} ngày {day} là của {name}").format(
                code=version.code, day=show_day(day), name=version.name
            ),
            _("sửa mã hoặc tên; nếu là tên cũ thì --ignore-column"),
        )
        error.field = "unit_name"
        raise error
    return version


def _refuse_ended(directory: Directory, version: Version, day: date) -> None:
    """A unit does nothing on a day on which it is no more."""
    if version.ended_on is None or day.isoformat() < version.ended_on:
        return
    holders = [each for each in directory.with_code(version.code) if each.holds_on(day.isoformat())]
    raise RefusedError(
        _("{unit} chấm dứt từ ngày {end}; ngày {day} không còn đơn vị ấy").format(
            unit=describe(version), end=show_day(version.ended_on), day=show_day(day)
        ),
        *(
            _("mã {code} ngày {day} là của {name}").format(day=show_day(day), code=each.code, name=each.name)
            for each in holders
        ),
        _("kiểm tra lại ngày, hoặc nêu đơn vị đã làm việc này"),
    )


def _decide_exemption(register: Register, incoming: "ExemptionIn", unit_day: date | None) -> Outcome:
    field = "obligation"
    try:
        obligation = register.plan.obligation(incoming.obligation)
        field = "exempted_on"
        _refuse_future(incoming.exempted_on, incoming, register.today)
        if incoming.exempted_on.isoformat() < obligation.phase.starts_on:
            raise _before_phase(incoming.exempted_on, obligation.phase.code, obligation.phase.starts_on)
        field = "unit_code"
        version = _unit(register, incoming, unit_day or incoming.exempted_on)
    except ThiduaError as error:
        error.field = error.field or field
        raise
    entry = Exemption(
        version.unit,
        obligation.code,
        incoming.exempted_on.isoformat(),
        incoming.reason,
        _document(incoming, register.hashes),
    )
    warnings = _document_warnings(incoming, None, version)
    bound = register.on_roster(obligation.action, obligation.phase.code, version.unit)
    if version.kind not in obligation.kinds or not bound:
        warnings += (
            _("{unit}: không thuộc đối tượng của {code}").format(unit=version.name, code=obligation.code),
        )
    if not entry.document.number:
        warnings += (_("{unit}: miễn mà chưa có số văn bản").format(unit=version.name),)
    if version.ended_on is not None and version.ended_on <= entry.exempted_on:
        warnings += (
            _("{unit}: chấm dứt từ ngày {end}, trước ngày miễn").format(
                unit=version.name, end=show_day(version.ended_on)
            ),
        )
    if done := register.entries.get((version.unit, obligation.phase.code, obligation.action)):
        warnings += (
            _("{unit}: đã thực hiện ở bản ghi #{number}, nên vẫn tính là đã thực hiện").format(
                unit=version.name, number=done.id
            ),
        )
    return _compare(register, incoming, entry, version)._replace(warnings=warnings)


def _compare(
    register: Register, incoming: "RecordIn | ExemptionIn", entry: Entry, version: Version
) -> Outcome:
    existing = register.entries.get(entry.key)
    if existing is None:
        return Outcome("new", entry, version)
    corrected = completed(entry, incoming.model_fields_set, existing)
    if differ(existing, corrected):
        return Outcome("differs", entry, version, existing, corrected)
    return Outcome("same", entry, version, existing)


def _document(incoming: "DocumentIn", hashes: Hashes) -> Document:
    def iso(day: date | None) -> str | None:
        return day.isoformat() if day else None

    return Document(
        incoming.document_number,
        incoming.document_issuer,
        iso(incoming.document_date),
        iso(incoming.received_on),
        incoming.evidence,
        hashes.get(incoming.evidence or ""),
        incoming.note,
    )


def _refuse_future(day: date, incoming: "DocumentIn", today: date) -> None:
    dates_given = {None: day, "document_date": incoming.document_date, "received_on": incoming.received_on}
    for name, value in dates_given.items():
        if value is not None and value > today:
            error = RefusedError(
                _("ngày {day} ở tương lai").format(day=show_day(value)), _("kiểm tra lại ngày")
            )
            error.field = name or ""
            raise error


def _check_contents(plan: Plan, contents: Sequence[int]) -> None:
    unknown = [str(number) for number in contents if number not in plan.contents]
    if unknown:
        raise NotFoundError(
            _("không có nội dung {numbers}").format(numbers=", ".join(unknown)),
            *(f"{number}  {title}" for number, title in plan.contents.items()),
        )


def _before_phase(day: date, phase: str, start: str) -> RefusedError:
    return RefusedError(
        _("ngày {day} trước ngày đầu của {phase} ({start})").format(
            day=show_day(day), phase=phase, start=show_day(start)
        ),
        _("kiểm tra lại ngày và giai đoạn"),
    )


def _refuse_before_phase(plan: Plan, incoming: "RecordIn") -> None:
    phase = plan.phase(incoming.phase) if incoming.phase else plan.phases[0]
    if incoming.done_on.isoformat() < phase.starts_on:
        raise _before_phase(incoming.done_on, phase.code, phase.starts_on)


def _phase_for(register: Register, incoming: "RecordIn", version: Version) -> str:
    plan, day = register.plan, incoming.done_on
    if incoming.phase:
        return plan.phase(incoming.phase).code
    held = plan.phase_of(day.isoformat())
    codes = ", ".join(item.code for item in plan.phases)
    if held is None:
        raise UsageError(
            _("ngày {day} không thuộc giai đoạn nào: nêu --phase ({codes})").format(
                day=show_day(day), codes=codes
            )
        )
    if earlier := register.open_phases(incoming.action, version.unit, held.code):
        raise UsageError(
            _("{unit} chưa {action} ở {earlier}: nêu --phase {earlier} hoặc {phase}").format(
                unit=version.name,
                action=label(incoming.action, current()),
                earlier=earlier[0],
                phase=held.code,
            )
        )
    return held.code


def _document_warnings(incoming: "DocumentIn", done_on: date | None, version: Version) -> tuple[str, ...]:
    warnings: tuple[str, ...] = ()
    if done_on and incoming.document_date and incoming.document_date > done_on:
        warnings += (
            _("{unit}: văn bản ký ngày {signed}, sau ngày thực hiện {done}").format(
                unit=version.name, signed=show_day(incoming.document_date), done=show_day(done_on)
            ),
        )
    if done_on and incoming.received_on and incoming.received_on < done_on:
        warnings += (
            _("{unit}: nhận văn bản ngày {received}, trước ngày thực hiện {done}").format(
                unit=version.name, received=show_day(incoming.received_on), done=show_day(done_on)
            ),
        )
    return warnings


_HASH_SHOWN = 12
NOTHING = "–"  # in the place of a value that is not there
_ALIKE: Mapping[str, Callable[[Any], object]] = {  # by which key two values of a field are the same
    "document_number": number_key,
    "document_issuer": issuer_key,
}


class Difference(NamedTuple):
    """A field in which two entries of one thing differ, with both values for people.

    `decides`: the values are not the same; another way to write a number or an issuer is.
    """

    field: str
    label: str
    old: str
    new: str
    decides: bool

    @property
    def column(self) -> str:
        """The field that gave the value: a hash is that of the evidence."""
        return self.field.removesuffix("_sha256")

    @property
    def shown(self) -> tuple[str, str]:
        """Both values for people: a hash by its first digits."""
        most = _HASH_SHOWN if self.column != self.field else None
        old, new = self.old[:most], self.new[:most]
        return old, new


def differences(old: Entry, new: Entry) -> list[Difference]:
    """The fields in which two entries of one thing differ; the hash only where the evidence has one path."""
    held, said = old.document, new.document
    pairs: list[tuple[str, str, Any, Any]] = [
        ("done_on" if isinstance(old, Record) else "on", _("ngày"), show_day(old.day), show_day(new.day)),
        ("document_number", _("số văn bản"), held.number, said.number),
        ("document_issuer", _("cơ quan ban hành"), held.issuer, said.issuer),
        ("document_date", _("ngày văn bản"), show_day(held.date), show_day(said.date)),
        ("received_on", _("ngày nhận"), show_day(held.received_on), show_day(said.received_on)),
        ("evidence", _("minh chứng"), held.evidence, said.evidence),
        ("note", _("ghi chú"), held.note, said.note),
    ]
    if held.evidence == said.evidence:
        hashes = held.evidence_sha256, said.evidence_sha256
        pairs.append(("evidence_sha256", _("SHA-256 của minh chứng"), *hashes))
    if isinstance(old, Record) and isinstance(new, Record):
        one, other = (",".join(map(str, entry.contents)) for entry in (old, new))
        pairs.append(("contents", _("nội dung"), one, other))
    if isinstance(old, Exemption) and isinstance(new, Exemption):
        pairs.append(("reason", _("lý do"), old.reason, new.reason))
    return [
        Difference(field, what, str(one or NOTHING), str(other or NOTHING), _decides(field, one, other))
        for field, what, one, other in pairs
        if one != other
    ]


def _decides(field: str, one: Any, other: Any) -> bool:
    key = _ALIKE.get(field)
    return key is None or key(one) != key(other)
