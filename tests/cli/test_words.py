"""What people type where a code could stand: titles, parts of them, ranges, days in words."""

import json
from collections.abc import Callable

import pytest

from conftest import Outcome
from thidua_cli.ground.errors import InvalidError
from thidua_cli.register import content_values

Run = Callable[..., Outcome]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("p1-launch", "p1-launch"),
        ("P1-Launch", "p1-launch"),
        ("launch", "p2-launch"),
        ("phat dong", "p2-launch"),
        ("Đăng ký", "p1-registration"),
        ("p1-reg", "p1-registration"),
    ],
)
def test_an_obligation_is_known_by_its_title_or_a_part(run: Run, words: str, code: str) -> None:
    """A code, a title or a unique part of one means an obligation, first of the phase that runs on the day."""
    rows = json.loads(run("check", words, "-f", "json", lang="vi").out)["rows"]
    assert [row["obligation"] for row in rows] == [code]


def test_of_the_phase_that_ran_on_the_day(run: Run) -> None:
    """As of 2022 `launch` is that of phase 1."""
    rows = json.loads(run("check", "launch", "--as-of", "2022-03-01", "-f", "json").out)["rows"]
    assert [row["obligation"] for row in rows] == ["p1-launch"]


def test_a_part_of_several_is_refused_with_all(run: Run) -> None:
    """Where one phase has several, nothing is guessed."""
    done = run("list", "p1-r", "--as-of", "2022-03-01")
    assert done.code == 4
    assert all(code in done.err for code in ("p1-review", "p1-review-district", "p1-review-city"))


def test_a_mistyped_code_is_told_its_neighbour(run: Run) -> None:
    """An unknown obligation names the nearest codes."""
    done = run("list", "p1-lunch")
    assert (done.code, "p1-launch" in done.err) == (4, True)


def test_what_is_written_takes_no_part(run: Run) -> None:
    """An exemption needs the code or the whole title of one obligation."""
    exempt = ["record", "exemption", "498", "--on", "2022-01-10", "--reason", "x", "--doc", "1/QĐ"]
    assert run(*exempt, "--obligation", "p1-lau").code == 4
    assert run(*exempt, "--obligation", "Phát động", lang="vi").code == 4, "two phases have one of that title"
    assert run(*exempt, "--obligation", "Đăng ký", lang="vi").code == 0


def test_contents_may_be_a_range() -> None:
    """`1-3,5` are four contents; a range backwards or without an end is refused."""
    assert content_values.contents(["1-3, 5"]) == (1, 2, 3, 5)
    for wrong in ("4-1", "1-", "-3", "1-2-3", "1-99999999"):
        with pytest.raises(InvalidError):
            content_values.contents([wrong])
    with pytest.raises(InvalidError):
        content_values.contents("1-3")  # a cell of a file, which may mean 1 and 3


def test_the_past_is_asked_in_words(run: Run) -> None:
    """`--as-of 'hôm qua'` is yesterday."""
    assert json.loads(run("status", "--as-of", "hôm qua", "-f", "json").out)["as_of"] == "2026-11-22"
    assert json.loads(run("status", "--as-of", "2w ago", "-f", "json").out)["as_of"] == "2026-11-09"
    assert run("record", "launch", "492", "--on", "hôm qua").code == 2, "what happened has a date"


def test_diff_alone_is_since_last_week(run: Run) -> None:
    """Without --from the day a week ago is compared, as the register was known then."""
    made = json.loads(run("diff", "-f", "json").out)
    assert (made["from"]["as_of"], made["as_of"]) == ("2026-11-16", "2026-11-23")
    assert run("diff", "--to", "2022-01-01").code == 2


def test_what_is_wrong_for_several_units_is_said_once(run: Run) -> None:
    """A date that no unit may have is one error, however many units are named."""
    said = run("record", "launch", "492", "493", "494", "--on", "2099-01-01").err
    assert said.count("2099-01-01") == 1
