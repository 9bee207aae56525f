"""Completion: what the shells are given, through the shells themselves where they are there."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Outcome

Run = Callable[..., Outcome]
THIDUA = shutil.which("thidua", path=f"{Path(os.sys.executable).parent}")  # type: ignore[attr-defined]


def _offered(run: Run, monkeypatch: pytest.MonkeyPatch, line: str, lang: str = "en") -> list[str]:
    """What bash offers at the end of a line."""
    words = line.split(" ")
    with monkeypatch.context() as patch:
        patch.setenv("COMP_WORDS", line)
        patch.setenv("COMP_CWORD", str(len(words) - 1))
        patch.setenv("_THIDUA_COMPLETE", "complete_bash")
        done = run(lang=lang)
    assert (done.code, done.err) == (0, "")
    return done.out.splitlines()


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("thidua hist", ["history"]),
        ("thidua record ext", ["extension"]),
        ("thidua status --kn", ["--known-at"]),
        ("thidua status --phase ", ["p1", "p2"]),
        ("thidua list p1-l", ["p1-launch"]),
        ("thidua check p1-launch p2-l", ["p2-launch"]),
        ("thidua list --state on", ["on_time"]),
        ("thidua list --kind dist", ["district-committee"]),
        ("thidua status --level c", ["city", "commune"]),
        ("thidua status --district 49", ["490", "491", "492", "493", "494", "495", "497", "498"]),
        ("thidua history 2026", ["20260", "20263", "20266", "20269"]),
        ("thidua history tho", ["20263"]),
        ("thidua record launch 492 Hòa", ["497"]),
        ("thidua import la", ["launches"]),
        ("thidua import launches ", []),
        ("thidua nonsense ", []),
        ("thidua status --no-such ", []),
    ],
)
def test_what_is_offered(run: Run, monkeypatch: pytest.MonkeyPatch, line: str, offered: list[str]) -> None:
    """Commands, options and values that begin so; nothing, which is files to the shell, where none can."""
    found = _offered(run, monkeypatch, line)
    assert set(offered) <= set(found) if offered else not found


def test_units_of_the_day_or_those_that_live_first(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --on only units of that day are offered; without it all, the ended ones last."""
    run("import", "changes", "data/changes_2025.csv")
    both = _offered(run, monkeypatch, "thidua history hai")
    assert both.index("20242") < both.index("492")
    assert "492" in _offered(run, monkeypatch, "thidua record launch --on 2022-03-01 hai")
    assert "492" not in _offered(run, monkeypatch, "thidua record launch --on 2026-03-01 hai")


def test_obligations_carry_their_titles(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fish and PowerShell show what a value is; in the language in use."""
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", "thidua list p1-l")
    monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
    monkeypatch.setenv("_THIDUA_COMPLETE", "complete_fish")
    assert run(lang="en").out == "p1-launch\tLaunch, Phase 1 (2021-2025)\n"
    monkeypatch.delenv("_TYPER_COMPLETE_FISH_ACTION")
    monkeypatch.setenv("_THIDUA_COMPLETE", "complete_powershell")
    assert run(lang="en").out == "p1-launch:::Launch, Phase 1 (2021-2025)\n"


def test_without_a_register_commands_are_offered(run: Run, db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no register its values are not known, and nothing is said of that."""
    db.unlink()
    assert _offered(run, monkeypatch, "thidua hist") == ["history"]
    assert _offered(run, monkeypatch, "thidua history 2") == []
    assert not db.exists()


def _shell(name: str, script: str, db: Path) -> str:
    if shutil.which(name) is None:
        pytest.skip(f"no {name}")
    environment = {
        "PATH": f"{Path(THIDUA or '').parent}:{os.environ['PATH']}", "THIDUA_DB": str(db), "LANG": "C.UTF-8",
        "HOME": str(Path.home()),
    }  # fmt: skip
    Path.home().mkdir(exist_ok=True)
    command = [name, *(["-f"] if name == "zsh" else []), "-c", script]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout


def test_bash_completes(db: Path) -> None:
    """The script that is shown in bash fills COMPREPLY."""
    script = (
        'eval "$(thidua --show-completion)"; COMP_WORDS=(thidua history quang); COMP_CWORD=2;'
        ' _thidua_completion thidua; printf "%s\\n" "${COMPREPLY[@]}"; true'
    )
    assert _shell("bash", script, db).split() == ["20263"]


def test_zsh_completes(db: Path) -> None:
    """In zsh what is printed is a command of zsh: each value with what it is, names with quotes in them too."""
    script = (
        'compadd() { print -r -- "$@"; print -rl -- "${_thidua_shown[@]}" };'
        'f() { eval "$(_TYPER_COMPLETE_ARGS="thidua history 20263" _THIDUA_COMPLETE=complete_zsh thidua)" }; f; true'
    )
    shown = _shell("zsh", script, db)
    assert "-- 20263" in shown
    assert "20263  UBND phường Thọ Quang" in shown


def test_fish_completes(db: Path) -> None:
    """Fish offers what the installed script gives it."""
    script = 'thidua --show-completion | source; complete -C "thidua list p1-la"'
    assert "p1-launch" in _shell("fish", script, db)


def test_it_is_installed_where_the_shell_reads_it(db: Path) -> None:
    """--install-completion writes the script of the shell in use and says where."""
    said = _shell("bash", "thidua --lang en --install-completion; true", db)
    path = Path.home() / ".bash_completions" / "thidua.sh"
    assert str(path) in said
    assert "_THIDUA_COMPLETE" in path.read_text()
