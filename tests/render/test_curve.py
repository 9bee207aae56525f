"""Curves drawn with characters, and the dates under a chart of a page."""

from datetime import date

import pytest

from thidua_cli.ground import language
from thidua_cli.render import curve as drawing
from thidua_cli.render import svg
from thidua_cli.render.model import Curve

RISE = [("2022-01-01", 0.0), ("2022-02-01", 50.0), ("2022-03-01", 100.0)]


@pytest.mark.parametrize(
    ("first", "last", "ticks"),
    [
        ("2022-01-11", "2022-05-08", ["2022-02-01", "2022-03-01", "2022-04-01", "2022-05-01"]),
        ("2022-01-11", "2025-12-31", ["2023-01-01", "2024-01-01", "2025-01-01"]),
        ("2022-03-01", "2022-03-05", ["2022-03-01", "2022-03-02", "2022-03-03", "2022-03-04", "2022-03-05"]),
    ],
)
def test_dates_under_a_chart_are_first_days_of_months(first: str, last: str, ticks: list[str]) -> None:
    """As many as have room; of a few weeks, days at equal distances."""
    assert svg._Scale(date.fromisoformat(first), date.fromisoformat(last)).ticks() == ticks


@pytest.mark.parametrize("width", [40, 80, 120, 160])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_no_line_is_wider_than_the_screen(width: int, lang: str) -> None:
    """Nor does a drawing grow without an end on a very wide one."""
    language.use(lang)
    lines = drawing.to_lines(Curve("", {"a": RISE}, {"2022-03-31": "hạn 31/03/2022"}), width)
    assert max(map(len, lines)) <= width
    assert max(map(len, lines)) >= width - 1
    assert max(map(len, drawing.to_lines(Curve("", {"a": RISE}, {}), 10_000))) == 160


def test_heights_are_the_percentages() -> None:
    """A half is half of the rows, all is all of them; nothing stands after the last point."""
    lines = drawing.to_lines(Curve("", {"a": RISE}, {"2022-03-31": "hạn"}), 97)
    columns = [
        "".join(row) for row in zip(*(line.ljust(97)[7:] for line in lines[: drawing.HEIGHT]), strict=True)
    ]
    assert {column.count("█") for column in columns[:31]} == {0}
    assert {column.count("█") for column in columns[31:58]} == {4}
    assert columns[59].count("█") == 8
    assert columns[-1] == "│" * 8
    assert {column.strip() for column in columns[60:-1]} == {""}


def test_a_mark_stands_under_its_day() -> None:
    """The sign points to the column of the day, with its label on the side where there is room."""
    right = drawing.to_lines(Curve("", {"a": RISE}, {"2022-01-15": "hạn"}), 80)
    assert right[-1].strip() == "▲ hạn"
    assert right[0][right[-1].index("▲")] == "│"
    left = drawing.to_lines(Curve("", {"a": RISE}, {"2022-03-01": "hạn"}), 80)
    assert left[-1].strip() == "hạn ▲"


def test_one_day_can_be_drawn() -> None:
    """A curve of a single point is a picture, not a crash."""
    assert drawing.to_lines(Curve("", {"a": RISE[:1]}, {}), 80)
    assert drawing.to_lines(Curve("", {"a": []}, {}), 80) == []


def test_a_mark_stands_only_in_the_picture_that_it_is_about() -> None:
    """A deadline of one series is not drawn in that of another."""
    found = Curve("", {"a": RISE, "b": RISE}, {"2022-02-15": "hạn a"}, {"2022-02-15": ["a"]})
    first, other = "\n".join(drawing.to_lines(found, 80)).split("\nb\n")
    assert "hạn a" in first
    assert "hạn a" not in other
