"""Days and instants: the zone, the clock (read nowhere else), and strict parsing.

A legal date is a calendar day in Asia/Ho_Chi_Minh, whatever the machine's own zone. The register's
clock is UTC to the microsecond, written `2022-03-31T16:59:59.999999Z`.
"""

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING

from thidua_cli.ground import language
from thidua_cli.ground.errors import InvalidError
from thidua_cli.ground.language import _

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_YEAR_FIRST = r"(?P<y>\d{4})(?P<mark>[/-])(?P<m>\d{1,2})(?P=mark)(?P<d>\d{1,2})"
_DAY_FIRST = r"(?P<d>\d{1,2})(?P<mark>[/.-])(?P<m>\d{1,2})(?P=mark)(?P<y>\d{4})"
_IN_WORDS = r"(?:ngày )?(?P<d>\d{1,2}) tháng (?P<m>\d{1,2}) năm (?P<y>\d{4})"
_FORMS = tuple(re.compile(form, re.ASCII | re.IGNORECASE) for form in (_YEAR_FIRST, _DAY_FIRST, _IN_WORDS))
EXCEL_DAY_0 = date(1899, 12, 30)  # the numbers of days count from here
_YEARS = range(1900, 2200)  # of any day that the register may be asked about


@cache
def zone() -> "ZoneInfo":
    """The zone of every legal date."""
    from zoneinfo import ZoneInfo

    return ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> datetime:
    """The instant, in UTC; the one place where the clock is read."""
    return datetime.now(UTC)


def today() -> date:
    """The day it is in Việt Nam."""
    return now().astimezone(zone()).date()


def parse_date(text: str) -> date:
    """A day in a form that has one reading; edge spaces do not count.

    Year first `2022-03-31`, `2022-3-31`, `2022/03/31`; day first `31/03/2022`, `31-3-2022`, `31.3.2022`;
    `31 tháng 3 năm 2022`, with `ngày` before it or not. Raises InvalidError for anything else, saying what
    the text looks like.
    """
    value = " ".join(unicodedata.normalize("NFC", text).split())
    match = next(filter(None, (form.fullmatch(value) for form in _FORMS)), None)
    if match is None:
        raise InvalidError(_why_not_a_date(value), _("viết 2022-03-31 hoặc 31/03/2022"))
    year, month, day = match["y"], match["m"], match["d"]
    if int(year) not in _YEARS:
        raise InvalidError(
            _("năm {year} ngoài khoảng {first}-{last}").format(year=year, first=_YEARS[0], last=_YEARS[-1]),
            _("kiểm tra lại ngày"),
        )
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        problem = _("không có tháng {month}").format(month=month) if int(month) not in range(1, 13) else ""
        numbers = match.re is _FORMS[1]
        cure = _("viết ngày trước, tháng sau: 31/03/2022") if numbers else _("kiểm tra lại ngày")
        if numbers and int(month) > 12 and (found := _day(year, day, month)):
            problem = _("nếu tháng đứng trước thì là {day}").format(day=show_day(found))
        raise InvalidError(problem or _("không có ngày này"), cure) from None


_AGO = re.compile(r"(\d{1,4}) ?(d|days?|ngay|w|weeks?|tuan) (?:ago|truoc)", re.ASCII)
_DAYS_AGO = {
    **dict.fromkeys(("hom nay", "today"), 0),
    **dict.fromkeys(("hom qua", "yesterday"), 1),
    **dict.fromkeys(("hom kia",), 2),
    **dict.fromkeys(("tuan truoc", "last week"), 7),
}
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            ("thu hai", "thu 2", "monday"),
            ("thu ba", "thu 3", "tuesday"),
            ("thu tu", "thu 4", "wednesday"),
            ("thu nam", "thu 5", "thursday"),
            ("thu sau", "thu 6", "friday"),
            ("thu bay", "thu 7", "saturday"),
            ("chu nhat", "sunday"),
        )
    )
    for name in names
}


def parse_past(text: str) -> date:
    """A day as `parse_date`, or in words that count back from today: `hôm qua`, `thứ hai`, `2w ago`.

    A weekday is the last one before today. Tone marks may be left out. Raises InvalidError.
    """
    try:
        return parse_date(text)
    except InvalidError:
        if (found := _counted_back(text)) is None:
            raise
        return found


def _counted_back(text: str) -> date | None:
    from thidua_cli.ground.text import fold

    words = " ".join(fold(text).split())
    if words in _DAYS_AGO:
        return today() - timedelta(days=_DAYS_AGO[words])
    if (weekday := _WEEKDAYS.get(words.removeprefix("last "))) is not None:
        return today() - timedelta(days=(today().weekday() - weekday - 1) % 7 + 1)
    if match := _AGO.fullmatch(words):
        return today() - timedelta(days=int(match[1]) * (7 if match[2][0] in "wt" else 1))
    return None


def _why_not_a_date(value: str) -> str:
    if not value:
        return _("ngày bỏ trống")
    if number := re.fullmatch(r"(\d{5})(\.\d{1,12})?", value, re.ASCII):
        day = EXCEL_DAY_0 + timedelta(days=int(number[1]))
        return _("đây là số thứ tự ngày của Excel, tức {day}").format(day=show_day(day))
    if re.fullmatch(r"\d{1,2}([/.-])\d{1,2}\1\d\d", value, re.ASCII):
        found = _day(f"20{value[-2:]}", *re.split("[/.-]", value)[1::-1])
        return (
            _("năm chỉ có hai chữ số, có lẽ là {day}").format(day=show_day(found))
            if found
            else _("năm chỉ có hai chữ số")
        )
    if re.fullmatch(r"\d{4}", value, re.ASCII):
        return _("chỉ có năm")
    if timed := re.match(r"(\d{4}-\d\d-\d\d|\d{1,2}/\d{1,2}/\d{4})[ T]\d", value, re.ASCII):
        return _("có cả giờ, giờ sẽ bị mất; ngày là {day}").format(day=timed[1])
    return _("không phải ngày theo dạng ISO hay ngày/tháng/năm")


def _day(year: str, month: str, day: str) -> str:
    """A day as ISO text; nothing where there is no such day."""
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""


def parse_instant(text: str) -> datetime:
    """An instant of the register's clock, in UTC.

    A bare day, as `parse_past` reads it, is the end of that day in Việt Nam; otherwise an ISO instant with an
    offset.
    Raises InvalidError for an instant without an offset, or anything else.
    """
    try:
        day = parse_past(text)
    except InvalidError:
        pass
    else:
        return datetime.combine(day, time.max, zone()).astimezone(UTC)
    cure = _("viết 2022-04-01T08:00:00+07:00, 2022-04-01 hoặc #12")
    try:
        instant = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InvalidError(_("không phải thời điểm"), cure) from None
    if instant.tzinfo is None:
        raise InvalidError(_("thời điểm thiếu múi giờ"), cure)
    if instant.year not in _YEARS:
        raise InvalidError(_("không phải thời điểm"), cure)
    return instant.astimezone(UTC)


def stamp(instant: datetime) -> str:
    """The instant as the register stores it: UTC, always six decimals, so that text sorts as time."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def unstamp(text: str) -> datetime:
    """The instant that `stamp` wrote."""
    return datetime.fromisoformat(text)


def is_stamp(text: object) -> bool:
    """Whether `stamp` could have written this, and there is a later one."""
    try:
        return isinstance(text, str) and stamp(unstamp(text)) == text and day_of(text) < date.max
    except (ValueError, OverflowError):
        return False


def day_of(stamped: str) -> date:
    """The day in Việt Nam of a stored instant."""
    return unstamp(stamped).astimezone(zone()).date()


def shifted(day: str, days: int) -> str:
    """Return the day (ISO text) so many days later, or earlier where `days` is negative."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def days_between(first: str, last: str) -> int:
    """Return how many days `last` is after `first`; negative where it is before."""
    return (date.fromisoformat(last) - date.fromisoformat(first)).days


def show_day(day: date | str | None) -> str:
    """A day for people: 31/03/2022 in Vietnamese, 2022-03-31 in English; nothing for none."""
    if day is None:
        return ""
    value = date.fromisoformat(day) if isinstance(day, str) else day
    return f"{value:%d/%m}/{value.year:04}" if language.current() == "vi" else value.isoformat()


def show_instant(text: str) -> str:
    """A stored instant for people, on Việt Nam's clock, to the second."""
    shown = local(text)
    return f"{show_day(shown.date())} {shown:%H:%M:%S}"


def local(text: str) -> datetime:
    """A stored instant as Việt Nam's clock shows it, to the second, without a zone."""
    return unstamp(text).astimezone(zone()).replace(tzinfo=None, microsecond=0)


def show_stamp(text: str) -> str:
    """As `show_instant`, for a register that may be damaged: what is no instant stays as it is."""
    return show_instant(text) if is_stamp(text) else str(text)
