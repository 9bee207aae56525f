"""What all reports share: the moment they speak of, filters, and how units are grouped for people."""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from thidua_cli.ground import dates
from thidua_cli.ground.dates import show_day, show_instant
from thidua_cli.ground.errors import InvalidError, NotFoundError, UsageError
from thidua_cli.ground.language import _, current, grouped
from thidua_cli.register.plan import Obligation, Plan
from thidua_cli.register.terms import Kind, Level, State, label
from thidua_cli.render.cells import roman
from thidua_cli.standing import verdict
from thidua_cli.standing.verdict import Fact
from thidua_cli.store import journal
from thidua_cli.store.journal import Operation

if TYPE_CHECKING:
    from thidua_cli.register.units import Directory, Version

CITY = "city"  # the group of units outside any district


class Moment(NamedTuple):
    """The two clocks: the world as of a day, the register as known at an operation.

    `superseded_on`: the day on which the next operation was recorded, if there is one.
    """

    as_of: date
    known: Operation
    known_at: str
    register: str  # its id
    superseded_on: date | None = None

    @property
    def anchor(self) -> str:
        """`REGISTER:N:HASH`, which stands at the foot of every report."""
        return f"{self.register}:{self.known.anchor}"

    @property
    def day(self) -> str:
        return self.as_of.isoformat()

    @property
    def is_before_register(self) -> bool:
        """Whether the register was asked what it knew before it was made: that is only what `init` loaded."""
        return self.known_at < self.known.recorded_at

    @property
    def is_forecast(self) -> bool:
        """Whether the day was still to come for whoever knew the register as it is known here.

        That was so until the next operation, else until today. So a report that is made again later speaks as
        it did, if something was recorded before its day.
        """
        current = min(dates.today(), self.superseded_on or date.max)
        return self.as_of > max(current, dates.day_of(self.known.recorded_at))


def moment(connection: sqlite3.Connection, as_of: date | None, known_at: str | None) -> Moment:
    """Read `--as-of` (default: today) and `--known-at` (default: the last operation).

    Raises NotFoundError for an operation that is not there, UsageError for an instant that cannot be read.
    """
    head = journal.head(connection)
    assert head is not None  # noqa: S101 - a register begins with the operation of init
    day = as_of or dates.today()
    if known_at is None:
        return Moment(day, head, head.recorded_at, journal.register_id(connection))
    if known_at.startswith("#"):
        from thidua_cli.register import values

        number = values.whole(known_at[1:])
        operation = journal.numbered(connection, number) if number is not None else None
        if operation is None:
            raise NotFoundError(
                _("không có thao tác {number}").format(number=known_at),
                _("Thao tác mới nhất: #{number}").format(number=head.number),
            )
        return _moment(connection, day, operation, operation.recorded_at)
    try:
        stamp = dates.stamp(dates.parse_instant(known_at))
    except InvalidError as error:
        raise UsageError(f"--known-at '{known_at}': {error.message}", error.cure) from None
    return _moment(connection, day, journal.known_at(connection, stamp), stamp)


def _moment(connection: sqlite3.Connection, day: date, known: Operation, known_at: str) -> Moment:
    following = journal.numbered(connection, known.number + 1)
    register = journal.register_id(connection)
    return Moment(day, known, known_at, register, dates.day_of(following.recorded_at) if following else None)


def clock_warning(connection: sqlite3.Connection, at: Moment) -> list[str]:
    """What to say where operations that a wrong clock has dated leave open what was known at an instant."""
    found = journal.doubt_at(connection, at.known_at)
    if found is None:
        return []
    return [
        _(
            "không chắc sổ đã biết gì vào {instant}: {operations} mang giờ của đồng hồ chạy sai;"
            " đã lấy đến #{known}. Nêu số thao tác thay cho ngày, như '#{last}'"
        ).format(
            instant=show_instant(at.known_at),
            operations=span(found.first.number, found.last.number),
            known=at.known.number,
            last=found.last.number,
        )
    ]


def span(first: int, last: int) -> str:
    """Operations in a row, for people."""
    if first == last:
        return _("thao tác #{number}").format(number=first)
    return _("các thao tác #{first}…#{last}").format(first=first, last=last)


def lead(title: str, plan: Plan, at: Moment) -> list[str]:
    """The lines above the tables."""
    return [f"{title} · {plan.title}", *moment_lines(at)]


def moment_lines(at: Moment) -> list[str]:
    """Both clocks in one line, and one more where the register did not exist at the instant asked for."""
    return [moment_line(at), *([before_register(at)] if at.is_before_register else [])]


def before_register(at: Moment) -> str:
    """What is to be known of a register before it was made."""
    return _(
        "Sổ lập ngày {day}; vào thời điểm hỏi ({instant}) chưa có sổ, chỉ có đơn vị và kế hoạch ban đầu."
    ).format(
        day=show_day(dates.day_of(at.known.recorded_at)),
        instant=show_instant(at.known_at),
    )


def moment_line(at: Moment) -> str:
    """Both clocks in one line; of a day to come it says what is expected."""
    if at.is_forecast:
        words = _("Dự kiến đến ngày {day} (ngày chưa đến), theo sổ đến thao tác #{number} ({instant}).")
    else:
        words = _("Tính đến hết ngày {day}, theo sổ đến thao tác #{number} ({instant}).")
    return words.format(
        day=show_day(at.as_of), number=at.known.number, instant=show_instant(at.known.recorded_at)
    )


def due_words(item: Obligation) -> str:
    """Until when an obligation is to be met, for people."""
    if item.due_on:
        return _("hạn {day}").format(day=show_day(item.due_on))
    return _("không đặt hạn, giai đoạn đến {day}").format(day=show_day(item.closes_on))


def anchor_note(at: Moment) -> str:
    """The line that lets a filed report prove the register unchanged."""
    return _("Mốc sổ: {anchor}").format(anchor=at.anchor)


class Filter(NamedTuple):
    """Which facts a report is about; None means all."""

    phase: str | None = None
    kind: Kind | None = None
    level: Level | None = None
    district: int | str | None = None  # a unit id, or CITY
    states: frozenset[State] = frozenset()
    declared_late: bool = False  # only those


def find_district(directory: "Directory", reference: str, day: date) -> int | str:
    """What `--district` means: a district by code or name on that day, else before, else after it, or `city`.

    Raises NotFoundError where there is none, and where several were meant before that day, or after it.
    """
    if reference.lower() == CITY:
        return CITY
    try:
        found = directory.resolve(reference, day)
        if found.kind is Kind.DISTRICT_COMMITTEE:
            return found.unit
    except NotFoundError:
        pass
    others = {
        version.unit: version
        for version in directory.matches(reference)
        if version.kind is Kind.DISTRICT_COMMITTEE
    }
    begun = {unit: version for unit, version in others.items() if version.valid_from <= day.isoformat()}
    meant = begun or others
    if len(meant) == 1:
        return next(iter(meant))
    if meant:
        from thidua_cli.register.units import with_days

        raise NotFoundError(
            _("có nhiều đơn vị từng mang tên hoặc mã '{unit}'").format(unit=reference),
            *with_days(meant.values()),
        )
    raise NotFoundError(
        _("không có quận, huyện '{district}'").format(district=reference),
        *sorted(
            {
                f"{version.code}  {version.name}"
                for version in directory
                if version.kind is Kind.DISTRICT_COMMITTEE
            }
        ),
    )


def judged(
    connection: sqlite3.Connection,
    at: Moment,
    chosen: Filter,
    *,
    obligation: str | None = None,
) -> list[tuple[Fact, State]]:
    """Facts with their states, filtered, in no particular order."""
    facts = verdict.facts(connection, at.as_of, at.known.number, phase=chosen.phase, obligation=obligation)
    directory = units_of(connection, at) if chosen.district is not None else None
    result = []
    for fact in facts:
        if (chosen.kind and fact.kind != chosen.kind) or (chosen.level and fact.level != chosen.level):
            continue
        if chosen.declared_late and not fact.declared_late:
            continue
        if directory and district_of(directory, fact) != chosen.district:
            continue
        state = verdict.judge(fact, at.day)
        if not chosen.states or state in chosen.states:
            result.append((fact, state))
    return result


def units_of(connection: sqlite3.Connection, at: Moment) -> "Directory":
    """The units as known at the moment; only reports that name or place units pay for it."""
    from thidua_cli.register.units import Directory

    return Directory.read(connection, at.known.number)


def district_of(directory: "Directory", fact: Fact) -> int | str:
    """The district's unit id on the day that the fact is named on, or CITY."""
    district = directory.district(fact.unit, fact.named_on)
    return district.unit if district else CITY


Item = TypeVar("Item")


def in_groups(
    items: Iterable[tuple[Fact, Item]], directory: "Directory"
) -> list[tuple[str, list[tuple[Fact, Item]]]]:
    """Units in protocol order, under numbered headings: kinds, and for communes their districts."""
    return [
        (f"{roman(number)}. {name} ({grouped(len(members))})", members)
        for number, (name, members) in enumerate(by_heading(in_order(items, directory), directory), 1)
    ]


def by_heading(
    ordered: Iterable[tuple[Fact, Item]], directory: "Directory"
) -> list[tuple[str, list[tuple[Fact, Item]]]]:
    """Units that stand in protocol order, under their headings without numbers."""
    groups: dict[str, list[tuple[Fact, Item]]] = {}
    for fact, item in ordered:
        version = directory.last(fact.unit, fact.named_on)
        groups.setdefault(heading(version, fact.named_on, directory), []).append((fact, item))
    return list(groups.items())


def heading(version: "Version", day: str, directory: "Directory") -> str:
    """The group of a unit in official lists: its kind, for a commune its district on that day."""
    if version.kind is Kind.COMMUNE_COMMITTEE:
        district = directory.district(version.unit, day)
        if district is not None:
            return _("Phường, xã thuộc {district}").format(district=district.name.removeprefix("UBND "))
    return label(version.kind, current())


def in_order(items: Iterable[tuple[Fact, Item]], directory: "Directory") -> list[tuple[Fact, Item]]:
    """Units in protocol order, as they were on the day that their names are of."""
    return sorted(items, key=lambda pair: directory.rank(directory.last(pair[0].unit, pair[0].named_on)))


Pairs = Sequence[tuple[Fact, State]]
