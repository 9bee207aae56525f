"""What an account prefers: options go first, then the environment, then the file of the account."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Outcome
from thidua_cli.cli import preferences

Run = Callable[..., Outcome]
Patch = pytest.MonkeyPatch


@pytest.fixture(autouse=True)
def _read_again() -> None:
    preferences._written.cache_clear()


def _values(run: Run) -> dict[str, tuple[str | None, str | None]]:
    rows = json.loads(run("config", "show", "-f", "json").out)["rows"]
    return {row["key"]: (row["value"], row["source"]) for row in rows}


def test_each_value_says_where_it_comes_from(run: Run, monkeypatch: Patch) -> None:
    """A variable goes before the file, and both are named; what nobody set is empty."""
    assert run("config", "set", "actor", "Lan").code == 0
    file = str(Path.home() / ".config/thidua/config.toml")
    assert _values(run)["actor"] == ("Lan", file)
    monkeypatch.setenv("THIDUA_ACTOR", "Minh")
    assert _values(run)["actor"] == ("Minh", "THIDUA_ACTOR")
    assert _values(run)["letterhead"] == (None, None)
    monkeypatch.delenv("THIDUA_ACTOR")
    assert run("config", "unset", "actor").code == 0
    assert _values(run)["actor"] == (None, None)


def test_a_file_keeps_its_other_lines(run: Run) -> None:
    """Setting a key leaves comments and other keys as they are."""
    file = Path.home() / ".config/thidua/config.toml"
    file.parent.mkdir(parents=True)
    file.write_text('# của phòng\nactor = "Lan"\nlanguage = "vi"\n')
    assert run("config", "set", "actor", 'Lan "A"').code == 0
    assert file.read_text().splitlines() == ["# của phòng", 'language = "vi"', 'actor = "Lan \\"A\\""']
    assert _values(run)["actor"][0] == 'Lan "A"'


def test_the_actor_of_the_file_is_logged_unless_another_is_given(run: Run) -> None:
    """Who acts is the name of --actor, else that of the configuration."""
    run("config", "set", "actor", "Lan")
    run("record", "launch", "492", "--on", "2022-03-01")
    run("--actor", "Minh", "record", "launch", "493", "--on", "2022-03-01")
    actors = [row["actor"] for row in json.loads(run("log", "-f", "json").out)["rows"]]
    assert [name.split(" [")[0] for name in actors[:2]] == ["Minh", "Lan"]


def test_the_language_is_that_of_the_option_then_variable_then_file(run: Run, monkeypatch: Patch) -> None:
    """--lang before THIDUA_LANG before the file before the locale."""
    from thidua_cli.cli import _wanted_language

    monkeypatch.setenv("LANG", "vi_VN.UTF-8")
    assert _wanted_language(["status"]) == "vi"
    run("config", "set", "language", "en")
    preferences._written.cache_clear()
    assert _wanted_language(["status"]) == "en"
    monkeypatch.setenv("THIDUA_LANG", "vi")
    assert _wanted_language(["status"]) == "vi"
    assert _wanted_language(["--lang", "en", "status"]) == "en"


def test_reports_go_to_the_folder_that_is_preferred(run: Run, tmp_path: Path) -> None:
    """Without a place and a format, a report is written there in the formats preferred; with either, as given."""
    run("config", "set", "report_folder", str(tmp_path / "bao-cao"))
    run("config", "set", "report_formats", "md,json")
    run("config", "set", "letterhead", str(Path("examples/letterhead.toml").resolve()))
    done = run("report")
    assert (done.code, done.out) == (0, "")
    assert sorted(path.suffix for path in (tmp_path / "bao-cao").iterdir()) == [".json", ".md"]
    assert run("report", "-f", "json").out.startswith("{")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('colour = "red"\n', "colour"),
        ("actor = 5\n", "actor"),
        ('language = "fr"\n', "language"),
        ('actor = "x\n', "line 1"),
    ],
)
def test_a_wrong_file_is_named_with_its_cure(run: Run, text: str, said: str) -> None:
    """A key that there is not, another type, a wrong value or syntax: exit 2, the file, the place."""
    file = Path.home() / ".config/thidua/config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    done = run("config", "show")
    assert done.code == 2
    assert str(file) in done.err
    assert said in done.err


def test_an_unknown_key_names_all(run: Run) -> None:
    """`config set` knows its keys."""
    done = run("config", "set", "colour", "red")
    assert (done.code, "report_folder" in done.err) == (2, True)


def test_the_letterhead_is_written_once(run: Run, tmp_path: Path) -> None:
    """The commented example is a letterhead that is read, and never goes over a file that is there."""
    file = tmp_path / "tieu-de.toml"
    assert run("letterhead", "-o", str(file)).code == 0
    assert run("report", "-f", "docx", "-o", str(tmp_path / "a.docx"), "--letterhead", str(file)).code == 0
    assert run("letterhead", "-o", str(file)).code == 2
    assert run("letterhead").out == file.read_text(encoding="utf-8")
