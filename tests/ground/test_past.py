"""Days in words, which count back from today; today stands still on Monday 2026-11-23."""

import pytest

from thidua_cli.ground import dates
from thidua_cli.ground.errors import InvalidError


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("hôm nay", "2026-11-23"),
        ("Today", "2026-11-23"),
        ("hôm qua", "2026-11-22"),
        ("hom qua", "2026-11-22"),
        ("yesterday", "2026-11-22"),
        ("tuần trước", "2026-11-16"),
        ("thứ hai", "2026-11-16"),
        ("last monday", "2026-11-16"),
        ("thứ 3", "2026-11-17"),
        ("Chủ nhật", "2026-11-22"),
        ("sunday", "2026-11-22"),
        ("2w ago", "2026-11-09"),
        ("3 days ago", "2026-11-20"),
        ("10 ngày trước", "2026-11-13"),
        ("1 tuần trước", "2026-11-16"),
        ("31/3/2022", "2022-03-31"),
    ],
)
def test_words_count_back_from_today(words: str, day: str) -> None:
    """A weekday is the last one before today, never today itself."""
    assert dates.parse_past(words).isoformat() == day


@pytest.mark.parametrize(
    "words", ["tomorrow", "ngày mai", "w ago", "-1d ago", "thứ tám", "", "99999 days ago"]
)
def test_other_words_are_no_day(words: str) -> None:
    """What has no such reading is refused as any text that is no day."""
    with pytest.raises(InvalidError):
        dates.parse_past(words)


def test_known_at_a_day_in_words_is_its_end() -> None:
    """`--known-at 'hôm qua'` is the end of yesterday in Việt Nam."""
    assert dates.stamp(dates.parse_instant("hôm qua")) == "2026-11-22T16:59:59.999999Z"
