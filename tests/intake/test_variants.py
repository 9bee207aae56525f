"""Spellings of one unit as real sources have them: the same name, or refused with the unit that was meant."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import ROOT, Outcome

Run = Callable[..., Outcome]
Launch = Callable[..., Outcome]

with (ROOT / "tests" / "name_variants.csv").open(encoding="utf-8", newline="") as _file:
    VARIANTS = list(csv.DictReader(_file))
REFUSED = {"tone on wrong letter (Thụân)", "word split"}
ELSEWHERE = (
    "code,name,kind,parent_code\n507,UBND thị xã Điện Bàn,UBND huyện,\n20467,UBND thị trấn Prao,UBND thị trấn,\n"
    "20482,UBND xã Tư,UBND xã,\n09184,UBND phường Tiền Ninh Vệ,UBND phường,\n"
)


@pytest.fixture
def launch(run: Run, tmp_path: Path) -> Launch:
    """Import a launch of a unit by what a list calls it, into a register that has units of other provinces too."""
    units = tmp_path / "units.csv"
    units.write_text(ELSEWHERE, encoding="utf-8")
    assert run("import", "units", str(units)).code == 0

    def call(name: str, ending: str = "csv") -> Outcome:
        path = tmp_path / f"in.{ending}"
        row = {"Đơn vị": name, "Ngày phát động": "2022-03-30"}
        text = json.dumps([row]) if ending == "json" else "\n".join(map(",".join, (row, row.values())))
        path.write_text(text, encoding="utf-8")
        return run("import", "launches", str(path), "--format-report", "json")

    return call


def _launched(run: Run) -> list[str]:
    lines = run("export", "launches", "--format", "jsonl").out.splitlines()
    return [json.loads(line)["unit_code"] for line in lines]


@pytest.mark.parametrize("ending", ["csv", "json"])
@pytest.mark.parametrize("row", VARIANTS, ids=[f"{row['kind']} {row['code']}" for row in VARIANTS])
def test_each_variant_of_real_sources(run: Run, launch: Launch, row: dict[str, str], ending: str) -> None:
    """Spaces, tone placement, case, the prefix, abbreviations, numerals and combining marks are the unit."""
    done = launch(row["variant"], ending)
    if row["kind"] in REFUSED:
        assert (done.code, _launched(run)) == (7, [])
        return
    assert (done.code, _launched(run)) == (0, [row["code"]]), done.err


NEAR = [
    ("UBND phường Hòa Thụân Đông", "20246"),
    ("Thị trấn P Rao", "20467"),
    ("UBND phường Mĩ An", "20284"),
    ("Phường Khuê Mĩ", "20285"),
    ("Sở Y tê", "SYT"),
    ("Sở I tế", "SYT"),
    ("UBND quận Hải Chau", "492"),
    ("UBND quận Liên Chiễu", "490"),
    ("UBND phường Hải Chau I", "20236"),
    ("UBND phường Hải Châu I I", "20236"),
    ("UBND xã Hòa Bắt", "20293"),
]


@pytest.mark.parametrize(("name", "code"), NEAR)
def test_what_is_nearly_a_name_is_refused_with_the_right_unit_first(
    run: Run, launch: Launch, name: str, code: str
) -> None:
    """Typing errors and i for y are another name; the unit that was meant is the first suggestion."""
    problem = json.loads(launch(name).out)["problems"][0]
    assert (problem["row"], problem["value"], _launched(run)) == (2, name, [])
    first = problem["cure"].partition(": ")[2].partition("; ")[0]
    assert first.startswith(f"{code} "), problem


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("case", ["launches", "registrations", "exemptions", "units", "changed units", "changes", "corrections", "again"])  # fmt: skip
def test_a_trial_and_the_real_run_tell_the_same_plan(run: Run, tmp_path: Path, case: str, lang: str) -> None:
    """Line by line, but for the words that say whether it was stored."""
    path = tmp_path / "in.csv"
    kind, options = case, []
    if case in ("launches", "registrations", "exemptions"):
        path = ROOT / "examples" / f"{case}_2022.csv"
    elif case == "changes":
        path = ROOT / "data" / "changes_2025.csv"
    elif case == "units":
        kind = "units"
        path.write_text("code,name,kind\nA1,Sở  Mới,other\nSDL,Sở Du lịch,Sở\n", encoding="utf-8")
    elif case == "changed units":
        kind, options = "units", ["--on", "2024-01-01"]
        path.write_text("code,name,kind\nA1,Sở Mới,other\nSDL,Sở Du lịch mới,Sở\n", encoding="utf-8")
    else:
        kind = "launches"
        run("record", "launch", "492", "493", "--on", "2022-03-30")
        day = "2022-03-29" if case == "corrections" else "2022-03-30"
        options = ["--correct", "--reason", "nhầm"] if case == "corrections" else []
        path.write_text(f"unit_code,done_on\n492,{day}\n493,2022-03-30\nSDL,2022-03-30\n", encoding="utf-8")
    trial = run("import", kind, str(path), *options, "--dry-run", lang=lang)
    told = run("import", kind, str(path), *options, "--dry-run", "--format-report", "json")
    real = run("import", kind, str(path), *options, lang=lang)
    assert (trial.code, real.code) == (0, 0), trial.err + real.err
    assert trial.out.splitlines()[1:] == real.out.splitlines()[1:]
    assert trial.err == real.err
    assert _numbers(trial.out) == _numbers(real.out)
    counts = json.loads(told.out)
    assert _numbers(trial.out)[:1] == [str(counts["new"])]


def _numbers(text: str) -> list[str]:
    """The counts of the first line, behind the name of the file."""
    return [
        word.strip(",;")
        for word in text.splitlines()[0].rpartition("csv: ")[2].split()
        if word.strip(",;").isdigit()
    ]


def test_a_refused_trial_tells_what_the_real_run_would(run: Run, tmp_path: Path) -> None:
    """The same errors, word for word."""
    path = tmp_path / "in.csv"
    path.write_text("unit_code,done_on\n492,2022-13-01\nXYZ,2022-03-30\nSDL,2022-03-30\n", encoding="utf-8")
    trial = run("import", "launches", str(path), "--dry-run")
    real = run("import", "launches", str(path))
    assert (trial.code, real.code, trial.err) == (7, 7, real.err)
