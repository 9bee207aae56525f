"""The calendar of due days, read back by the icalendar library."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from icalendar import Calendar

from conftest import Outcome

Run = Callable[..., Outcome]


def _events(run: Run, *options: str, lang: str = "en") -> dict[str, tuple[date, str]]:
    done = run("calendar", *options, lang=lang)
    assert (done.code, done.err) == (0, "")
    return {
        str(event["uid"]): (event.decoded("dtstart"), str(event["summary"]))
        for event in Calendar.from_ical(done.out).walk("VEVENT")
    }


def test_each_due_day_is_an_event_of_a_whole_day(run: Run) -> None:
    """Obligations with a due day, in the language in use; each lasts one day and reminds a week before."""
    days = sorted(day.isoformat() for day, _title in _events(run).values())
    assert days == ["2022-03-31", "2025-12-31", "2025-12-31", "2025-12-31", "2030-12-31"]
    calendar = Calendar.from_ical(run("calendar").out)
    for event in calendar.walk("VEVENT"):
        assert event.decoded("dtend") - event.decoded("dtstart") == timedelta(days=1)
        (alarm,) = event.walk("VALARM")
        assert alarm.decoded("trigger") == timedelta(days=-7)
    assert (date(2022, 3, 31), "Hạn Phát động, giai đoạn 1") in _events(run, lang="vi").values()
    assert len(_events(run, "--phase", "p2")) == 1


def test_a_moved_day_keeps_its_event(run: Run) -> None:
    """When a decision moves a deadline, the event of the same UID is on the new day, with a higher sequence."""
    before = _events(run)
    assert (
        run(
            "plan", "amend", "--due", "p1-launch=2022-06-30", "--doc", "45/QĐ-UBND", "--on", "2022-03-25"
        ).code
        == 0
    )
    after = _events(run)
    assert before.keys() == after.keys()
    (moved,) = [uid for uid in before if before[uid] != after[uid]]
    assert after[moved][0] == date(2022, 6, 30)
    assert "45/QĐ-UBND" in run("calendar").out
    assert before == _events(run, "--known-at", "#1")


def test_a_unit_s_own_day_is_an_event_until_it_has_acted(run: Run) -> None:
    """An extension is an event of its unit, from the decision on and as long as the unit owes it."""
    run(
        "record",
        "extension",
        "492",
        "--obligation",
        "p1-launch",
        "--until",
        "2022-05-15",
        "--on",
        "2022-03-20",
        "--doc",
        "9/QĐ",
    )
    own = [each for each in _events(run).values() if "Hải Châu" in each[1]]
    assert own == [(date(2022, 5, 15), "Due: Launch, phase 1: UBND quận Hải Châu")]
    assert not [each for each in _events(run, "--as-of", "2022-03-19").values() if "Hải Châu" in each[1]]
    run("record", "launch", "492", "--on", "2022-05-01")
    assert not [each for each in _events(run).values() if "Hải Châu" in each[1]]


def test_the_same_moment_gives_the_same_bytes(run: Run, tmp_path: Path) -> None:
    """Made again, the file is the same."""
    for name in ("a.ics", "b.ics"):
        assert run("calendar", "-o", str(tmp_path / name)).code == 0
    assert (tmp_path / "a.ics").read_bytes() == (tmp_path / "b.ics").read_bytes()
