"""The curve of completion: equal to `status` on every day, and drawn as it is."""

import sqlite3
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings

import build
from conftest import Outcome, copy, examples
from oracle import Unit
from thidua_cli.register.terms import Kind, Level
from thidua_cli.reports import status as status_report
from thidua_cli.reports import trend
from thidua_cli.reports.figures import counts_row
from thidua_cli.reports.moment import read_moment
from thidua_cli.reports.selection import Filter
from thidua_cli.reports.trend import Interval
from worlds import DAYS, populate, worlds

Run = Callable[..., Outcome]
TURNS = {date(2022, 3, 31), date(2022, 4, 1), date(2025, 7, 1), date(2025, 12, 31), date(2026, 1, 1)}


def _days_of(world: dict[int, Unit]) -> set[date]:
    """Every day on which something happens in a world, and the days beside it."""
    texts = {day for unit in world.values() for day in (unit.born, unit.ended) if day}
    for unit in world.values():
        texts |= {each.day for each in (*unit.done, *unit.exempt)} | {day for _old, day in unit.predecessors}
    days = TURNS | {date.fromisoformat(text) for text in texts}
    return days | {day + timedelta(days=shift) for day in days for shift in (-1, 1)}


@settings(
    max_examples=examples(10, 200), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(world=worlds(), last=DAYS)
def test_every_point_is_what_status_says_of_its_day(
    empty: sqlite3.Connection, world: dict[int, Unit], last: str
) -> None:
    """For any register, any moment and any day of the curve, all figures are those of `status --as-of` that day."""
    connection = copy(empty)
    populate(connection, world)
    known = f"#{build.head(connection)}"
    for row in connection.execute("SELECT id FROM record").fetchall()[:1]:
        build.void(connection, row[0])
    for known_at in (known, None):
        at = read_moment(connection, build.day(last), known_at)
        found = trend.series(connection, at, Filter(), step=Interval.DAY)
        points = {(code, point.day): counts_row(point.counts) for code in found for point in found[code]}
        for day in _days_of(world):
            if day > at.as_of:
                continue
            then = read_moment(connection, day, known_at)
            for row in status_report.build(connection, then, Filter(), None).rows:
                point = points.get((row["obligation"], day.isoformat()))
                if point is None:
                    assert row["roster"] == 0
                else:
                    assert {key: row[key] for key in point} == point
    connection.close()


@pytest.mark.parametrize("chosen", [Filter(kind=Kind.DEPARTMENT), Filter(level=Level.COMMUNE), Filter("p2")])
def test_a_filter_narrows_the_curve_as_it_narrows_status(
    register: sqlite3.Connection, chosen: Filter
) -> None:
    """Phase, kind and level leave the same units in both."""
    build.record(register, "SCT", "2022-03-30")
    build.record(register, "20242", "2022-04-02")
    at = read_moment(register, date(2026, 5, 1), None)
    rows = status_report.build(register, at, chosen, None).rows
    found = trend.series(register, at, chosen)
    assert {row["obligation"]: row["roster"] for row in rows} == {
        code: points[-1].counts.roster for code, points in found.items()
    }


def test_weekly_points_are_sundays_the_due_day_and_both_ends(register: sqlite3.Connection) -> None:
    """A curve of March 2022 has the day it is due, a Thursday, among its Sundays."""
    at = read_moment(register, date(2022, 4, 5), None)
    found = trend.series(register, at, Filter(), start=date(2022, 3, 8))
    assert [point.day[5:] for point in found["p1-launch"]] == [
        "03-08", "03-13", "03-20", "03-27", "03-31", "04-03", "04-05",
    ]  # fmt: skip
    assert [point.day[5:] for point in found["p1-review"]] == [
        "03-08",
        "03-13",
        "03-20",
        "03-27",
        "04-03",
        "04-05",
    ]
    assert found["p2-launch"] == []


def test_rows_for_machines(run: Run) -> None:
    """Each row has its obligation, day and counts; an unknown obligation is exit 4, a start after the end exit 2."""
    run("record", "launch", "492", "SCT", "--on", "2022-03-30")
    done = run("trend", "p1-launch", "--as-of", "2022-04-03", "--from", "2022-03-27", "--format", "csv")
    assert done.out.splitlines() == [
        '"phase","obligation","day","roster","applicable","done","on_time","late","rate"',
        '"p1","p1-launch","2022-03-27",116,116,0,0,0,0.0',
        '"p1","p1-launch","2022-03-31",116,116,2,2,0,1.7',
        '"p1","p1-launch","2022-04-03",116,116,2,2,0,1.7',
    ]
    daily = run(
        "trend",
        "--obligation",
        "p1-launch",
        "--as-of",
        "2022-04-03",
        "--from",
        "2022-03-27",
        "--step",
        "day",
        "-f",
        "jsonl",
    )
    assert len(daily.out.splitlines()) == 8
    assert run("trend", "p9-launch").code == 4
    assert run("trend", "--as-of", "2022-03-01", "--from", "2022-03-02").code == 2


def test_what_has_not_begun_is_said(run: Run) -> None:
    """Without a deed there is a line instead of a picture, without a roster one line in all."""
    assert (
        "Chưa có đơn vị nào thực hiện." in run("trend", "p1-launch", "--as-of", "2022-03-01", lang="vi").out
    )
    assert (
        "Chưa có đơn vị nào thuộc diện."
        in run("trend", "--phase", "p2", "--as-of", "2022-03-01", lang="vi").out
    )


# The drawing


def test_markdown_holds_the_drawing_as_it_is(run: Run) -> None:
    """In a fenced block, so that no character of it means anything else."""
    run("record", "launch", "492", "--on", "2022-03-30")
    text = run("trend", "p1-launch", "--as-of", "2022-04-03", "--format", "md").out
    assert text.count("```") == 2
    assert (
        "▲ due 2022-03-31" in text.partition("```text")[2]
        or "due 2022-03-31 ▲" in text.partition("```text")[2]
    )


def test_the_drawing_follows_the_step(run: Run) -> None:
    """Weekly, what happened within a week stands at its Sunday; daily, at its day."""
    for unit, day in (("492", "2022-03-01"), ("SCT", "2022-03-03"), ("SKHCN", "2022-03-15")):
        run("record", "launch", unit, "--on", day)
    asked = ["trend", "p1-launch", "--as-of", "2022-04-20", "-f", "md", "--step"]
    weekly, daily = (run(*asked, step).out for step in ("week", "day"))
    assert weekly.partition("```")[2] != daily.partition("```")[2]
    assert ("week by week" in weekly, "day by day" in daily) == (True, True)


def test_the_drawing_reaches_the_day_of_the_report(run: Run) -> None:
    """It ends there, unless what happened would then fill less than half of it."""
    run("record", "launch", "492", "--on", "2022-02-01")
    for day, last in (("2022-05-08", "2022-05-08"), ("2026-05-08", "2022-04-21")):
        text = run("trend", "p1-launch", "--as-of", day, "--step", "day", "-f", "md").out
        assert text.split("```")[1].splitlines()[-2].split()[-1] == last
    assert trend.last_drawn("2022-01-01", "2022-01-11", "2022-01-21") == "2022-01-21"


def test_a_curve_without_changes_is_flat(run: Run) -> None:
    """From after the last change there is a picture too, of all the days asked for."""
    run("record", "launch", "492", "--on", "2022-02-01")
    text = run("trend", "p1-launch", "--from", "2022-06-20", "--as-of", "2022-08-08", "-f", "md").out
    drawn = text.split("```")[1].splitlines()
    assert (drawn[-1].split()[0], drawn[-1].split()[-1]) == ("2022-06-20", "2022-08-08")
    assert drawn[8].count("▁") > 60
