"""The moment that a report is made for, and the lines of a report that say which moment it is."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from thidua_cli.ground import dates
from thidua_cli.ground.dates import show_day, show_instant
from thidua_cli.ground.errors import InvalidError, NotFoundError, UsageError
from thidua_cli.ground.language import _
from thidua_cli.render.model import Curve, Report, Table
from thidua_cli.store import journal
from thidua_cli.store.journal import Operation


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
        """`REGISTER:N:HASH`, printed at the foot of every report."""
        return f"{self.register}:{self.known.anchor}"

    @property
    def day(self) -> str:
        return self.as_of.isoformat()

    @property
    def identity(self) -> dict[str, str]:
        """The moment for machines: enough to ask for the same report again."""
        return {"as_of": self.day, "known_at": self.known_at, "head": self.known.anchor}

    @property
    def is_before_register(self) -> bool:
        """Whether `--known-at` is before the register was made, when it knew only what `init` loaded."""
        return self.known_at < self.known.recorded_at

    @property
    def is_forecast(self) -> bool:
        """Whether the as-of day was in the future when the register was in this state.

        The state lasted until the next operation, or lasts until today. So a report made again later has the
        same words, if something was recorded before its day.
        """
        return self.as_of > max(self._last_day, dates.day_of(self.known.recorded_at))

    @property
    def is_open(self) -> bool:
        """Whether the as-of day was not over yet when the register was in this state."""
        return self.as_of == self._last_day >= dates.day_of(self.known.recorded_at)

    @property
    def _last_day(self) -> date:
        """The last day on which the register was in this state: today, if it is so still."""
        return min(dates.today(), self.superseded_on or date.max)

    @property
    def until(self) -> str:
        """Up to when the figures count, inside a sentence: the end of a day, or the hour of one not over."""
        recorded = dates.local(self.known.recorded_at)
        if not self.is_open:
            words = _("hết ngày {day}")
        elif recorded.date() == self.as_of:
            words = _("{hour} ngày {day}")
        else:
            words = _("ngày {day} (chưa hết ngày)")
        return words.format(day=show_day(self.as_of), hour=f"{recorded:%H:%M}")


def read_moment(connection: sqlite3.Connection, as_of: date | None, known_at: str | None) -> Moment:
    """Read `--as-of` (default: today) and `--known-at` (default: the last operation).

    Raises NotFoundError for an operation that does not exist, UsageError for an instant that cannot be read.
    """
    known, instant = _known(connection, known_at)
    following = journal.numbered(connection, known.number + 1)
    return Moment(
        as_of or dates.today(),
        known,
        instant,
        journal.register_id(connection),
        dates.day_of(following.recorded_at) if following else None,
    )


def _known(connection: sqlite3.Connection, known_at: str | None) -> tuple[Operation, str]:
    """The operation that `--known-at` means, and the instant."""
    head = journal.head(connection)
    assert head is not None  # noqa: S101 - a register begins with the operation of init
    if known_at is None:
        return head, head.recorded_at
    if known_at.startswith("#"):
        from thidua_cli.register import values

        number = values.whole(known_at[1:])
        operation = journal.numbered(connection, number) if number is not None else None
        if operation is None:
            raise NotFoundError(
                _("không có thao tác {number}").format(number=known_at),
                _("Thao tác mới nhất: #{number}").format(number=head.number),
            )
        return operation, operation.recorded_at
    try:
        stamp = dates.stamp(dates.parse_instant(known_at))
    except InvalidError as error:
        raise UsageError(f"--known-at '{known_at}': {error.message}", error.cure) from None
    return journal.known_at(connection, stamp), stamp


def clock_warning(connection: sqlite3.Connection, at: Moment) -> list[str]:
    """A warning if operations dated by a wrong clock make it unclear what was known at the instant."""
    doubt = journal.doubt_at(connection, at.known_at)
    if doubt is None:
        return []
    first, last = doubt.first.number, doubt.last.number
    one, several = _("thao tác #{number}"), _("các thao tác #{first}…#{last}")
    return [
        _(
            "không chắc sổ đã biết gì vào {instant}: {operations} mang giờ của đồng hồ chạy sai;"
            " đã lấy đến #{known}. Nêu số thao tác thay cho ngày, như '#{last}'"
        ).format(
            instant=show_instant(at.known_at),
            operations=(one if first == last else several).format(number=first, first=first, last=last),
            known=at.known.number,
            last=last,
        )
    ]


def report_at(
    at: Moment,
    heading: str,
    fields: Sequence[str],
    rows: Sequence[Mapping[str, object]],
    people: Callable[[], Sequence[Table | Curve]],
    *,
    lead: Sequence[str] = (),
    notes: Sequence[str] = (),
    extra: Mapping[str, object] = MappingProxyType({}),
) -> Report:
    """A report as of a moment: the heading, both clocks and `lead` above it, `notes` and the anchor below."""
    return Report(
        fields=fields,
        rows=rows,
        people=people,
        **at.identity,
        register=at.register,
        lead=[heading, *moment_lines(at), *lead],
        notes=[*notes, anchor_note(at)],
        extra=extra,
    )


def moment_lines(at: Moment) -> list[str]:
    """Both clocks in one line, and a second line if the register did not exist at the instant."""
    return [moment_line(at), *([before_register(at)] if at.is_before_register else [])]


def before_register(at: Moment) -> str:
    """What a report says of an instant before the register was made."""
    return _(
        "Sổ lập ngày {day}; vào thời điểm hỏi ({instant}) chưa có sổ, chỉ có đơn vị và kế hoạch ban đầu."
    ).format(day=show_day(dates.day_of(at.known.recorded_at)), instant=show_instant(at.known_at))


def moment_line(at: Moment) -> str:
    """Both clocks in one line; a forecast is called one."""
    if at.is_forecast:
        words = _("Dự kiến đến ngày {day} (ngày chưa đến), theo sổ đến thao tác #{number} ({instant}).")
    else:
        words = _("Tính đến {until}, theo sổ đến thao tác #{number} ({instant}).")
    return words.format(
        day=show_day(at.as_of),
        until=at.until,
        number=at.known.number,
        instant=show_instant(at.known.recorded_at),
    )


def anchor_note(at: Moment) -> str:
    """The line that lets a filed report prove the register unchanged."""
    return _("Mốc sổ: {anchor}").format(anchor=at.anchor)
