"""Days and instants."""

import unicodedata
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import process
from thidua_cli.ground import dates, language
from thidua_cli.ground.errors import InvalidError


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31)))
def test_every_accepted_form_is_the_same_day(day: date) -> None:
    """Year first, day first with any one mark, and words have one reading, which is the day."""
    year = f"{day.year:04}"
    for text in (
        day.isoformat(),
        f"{day.day}/{day.month}/{year}",
        f"{day.day:02}-{day.month:02}-{year}",
        f"{day.day:02}.{day.month}.{year}",
        f"{year}-{day.month}-{day.day}",
        f"{year}/{day.month:02}/{day.day:02}",
        f"{day.day} tháng {day.month} năm {year}",
        unicodedata.normalize("NFD", f"Ngày {day.day:02}  tháng {day.month:02} năm {year}"),
        f"  {day.isoformat()}\u00a0",
    ):
        assert dates.parse_date(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "", "2022", "2022.3.5", "15/03/22", "15.03.22", "03/25/2022", "2022/25/03", "30/02/2022", "44635", "30 tháng 2 năm 2022",
        "15 tháng 3 năm 22", "15 tháng 3", "tháng 3 năm 2022", "3/2022", "15/3.2022", "2022-3/15", "15 . 3 . 2022", "15/03/2022 07:30",
        "2022-03-15 13:45:00", "2022-W11-2", "２０２２-０３-１５", "2022-13-01", "15/Ba/2022", "//", "-", "-2022-03-15",
        "01/03/2022-15/03/2022", "20220315", "1/3-2022", "0000-01-01",
    ],
)  # fmt: skip
def test_anything_else_is_no_date(text: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(InvalidError):
        dates.parse_date(text)


def test_the_cure_fits_the_form() -> None:
    """Only a date written day first is told that the day comes first."""
    cures = []
    for text in ("2022-13-01", "03/25/2022", "3-25-2022"):
        with pytest.raises(InvalidError) as caught:
            dates.parse_date(text)
        cures.append(caught.value.cure)
    assert cures[0] != cures[1] == cures[2]


def test_a_serial_number_says_its_day() -> None:
    """The message tells which day a bare Excel number would have been."""
    with pytest.raises(InvalidError, match="15/03/2022"):
        dates.parse_date("44635")


def test_a_bare_day_is_its_end_in_viet_nam() -> None:
    """2022-03-31 ends at 17:00 UTC."""
    assert dates.parse_instant("31/03/2022") == datetime(2022, 3, 31, 16, 59, 59, 999999, tzinfo=UTC)


def test_an_instant_has_an_offset() -> None:
    """An instant without an offset is refused, with one it is read in UTC."""
    assert dates.parse_instant("2022-04-01T08:00:00+07:00") == datetime(2022, 4, 1, 1, tzinfo=UTC)
    with pytest.raises(InvalidError):
        dates.parse_instant("2022-04-01T08:00:00")


def test_stamps_sort_as_time() -> None:
    """A stamp always has six decimals."""
    assert dates.stamp(datetime(2022, 4, 1, 1, tzinfo=UTC)) == "2022-04-01T01:00:00.000000Z"
    assert dates.unstamp("2022-04-01T01:00:00.000000Z") == datetime(2022, 4, 1, 1, tzinfo=UTC)


def test_days_for_people_follow_the_language() -> None:
    """31/03/2022 in Vietnamese, ISO in English."""
    assert dates.show_day(date(2022, 3, 31)) == "31/03/2022"
    language.use("en")
    assert dates.show_day("2022-03-31") == "2022-03-31"


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Auckland", "UTC"])
def test_the_last_day_is_the_last_day_everywhere(zone: str, db: Path) -> None:
    """A launch on 31/03/2022 is on time and one of 01/04/2022 late, whatever the machine's zone."""
    for unit, day in (("492", "2022-03-31"), ("493", "2022-04-01")):
        assert process("record", "launch", unit, "--on", day, db=db, TZ=zone).returncode == 0
    rows = process("list", "p1-launch", "--format", "csv", db=db, TZ=zone).stdout.decode().splitlines()
    states = {row.split(",")[0].strip('"'): row.split(",")[6].strip('"') for row in rows}
    assert (states["492"], states["493"]) == ("on_time", "late")


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("03/25/2022", "25/03/2022"),
        ("15/03/22", "15/03/2022"),
        ("44635.0", "15/03/2022"),
        ("2022-03-15 13:45", "2022-03-15"),
    ],
)
def test_what_is_no_date_is_told_as_the_day_it_may_be(written: str, day: str) -> None:
    """The message says which day it would have been."""
    with pytest.raises(InvalidError, match=day):
        dates.parse_date(written)


@pytest.mark.parametrize("written", ["0001-01-01", "9999-12-31", "0001-01-01T00:00:00+14:00"])
def test_days_that_no_register_knows_are_refused(written: str) -> None:
    """Days of other ages are slips of the pen."""
    with pytest.raises(InvalidError):
        dates.parse_instant(written)
