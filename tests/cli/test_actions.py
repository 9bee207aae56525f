"""A movement whose plan has actions of its own: commands, files, letters and reports call them by its words."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Outcome
from thidua_cli.cli.app import _commands
from thidua_cli.cli.recording import COMMANDS
from thidua_cli.ground.errors import InvalidError
from thidua_cli.register import fields, reserved
from thidua_cli.reports.listing import FIELDS
from thidua_cli.reports.status import By

Run = Callable[..., Outcome]
PLAN = """
[movement]
code = "interns"
title_vi = "Phong trào thi đua ký giao ước"
title_en = "Movement of pledges"
[[phases]]
code = "y1"
starts_on = 2022-01-01
ends_on = 2024-12-31
title_vi = "Đợt 1"
title_en = "Round 1"
[[actions]]
code = "pledge"
plural = "pledges"
title_vi = "ký giao ước"
title_en = "pledge"
done_vi = "đã ký giao ước"
done_en = "pledged"
paper_vi = "bản giao ước"
paper_en = "signed pledge"
contents = true
[[actions]]
code = "inspection"
title_vi = "tự kiểm tra"
title_en = "self-inspection"
done_vi = "đã tự kiểm tra"
done_en = "inspected themselves"
paper_vi = "biên bản tự kiểm tra"
paper_en = "minutes of the inspection"
[[obligations]]
code = "y1-pledge"
phase = "y1"
action = "pledge"
due_on = 2022-03-31
all_kinds_but = ["city-committee"]
title_vi = "Ký giao ước"
title_en = "Pledge"
[[obligations]]
code = "y1-inspection"
phase = "y1"
action = "inspection"
due_on = 2023-06-30
all_kinds_but = ["city-committee"]
title_vi = "Tự kiểm tra"
title_en = "Self-inspection"
[[contents]]
number = 7
title_vi = "Dịch vụ công"
title_en = "Public services"
"""


@pytest.fixture
def plan(db: Path, run: Run, tmp_path: Path) -> Path:
    """The register of the movement above, in the file that `run` uses; returns the plan file."""
    db.unlink()
    file = tmp_path / "plan.toml"
    file.write_text(PLAN, encoding="utf-8")
    done = run("init", "--plan", str(file))
    assert done.code == 0, done.err
    return file


@pytest.mark.usefixtures("plan")
def test_an_action_of_the_plan_is_recorded_by_its_code(run: Run) -> None:
    """With contents where the action names such; the confirmation has the plan's word, and it runs again."""
    line = ("record", "pledge", "492", "--on", "2022-03-30", "--doc", "5/GU", "--content", "7")
    done = run(*line)
    assert (done.code, done.err) == (0, "")
    assert "pledge on 2022-03-30 (y1), on time, contents 7" in done.out
    assert "already recorded as #1" in run(*line).out
    assert run("record", "inspection", "492", "--on", "2022-03-30", "--content", "7").code == 2
    row = json.loads(run("list", "y1-pledge", "--as-of", "2022-04-01", "--format", "json").out)["rows"]
    assert {item["state"] for item in row if item["unit_code"] == "492"} == {"on_time"}
    assert "pledge y1, contents 7" in run("history", "492").out


@pytest.mark.usefixtures("plan")
def test_help_lists_what_the_plan_asks(run: Run) -> None:
    """The commands of the group are the plan's actions, and not those of another plan."""
    page = run("record", "--help").out
    assert "inspection  Record the self-inspection" in page
    assert "launch" not in page
    assert "--content" in run("record", "pledge", "--help").out
    assert "--content" not in run("record", "inspection", "--help").out
    unknown = run("record", "pledges")
    assert (unknown.code, "pledge?" in unknown.err) == (2, True)
    foreign = run("record", "launch", "492", "--on", "2022-03-30")
    assert (foreign.code, "pledge, inspection" in foreign.err) == (2, True)


def test_help_needs_no_register(run: Run, db: Path) -> None:
    """Without one, the group lists the actions of a plan that names none."""
    db.unlink()
    assert "launch" in run("record", "--help").out
    unknown = run("record", "pledge", "492", "--on", "2022-03-30")
    assert unknown.code == 2
    assert "thidua init" in unknown.err


@pytest.mark.usefixtures("plan")
@pytest.mark.parametrize("named", ["pledges", "pledge", "PLEDGES"])
def test_a_file_of_an_action_goes_in_and_comes_out(run: Run, tmp_path: Path, named: str) -> None:
    """By its plural or its code, with the plan's word in the header; what is exported is imported unchanged."""
    file = tmp_path / "list.csv"
    file.write_text(
        "Mã đơn vị,Ngày ký giao ước,Nội dung\n492,30/03/2022,7\n490,31/03/2022,\n", encoding="utf-8"
    )
    done = run("import", named, str(file))
    assert done.code == 0, done.err
    exported = run("export", named).out
    assert [row["contents"] for row in csv.DictReader(io.StringIO(exported))] == ["7", ""]
    again = run("import", named, "-", "--format", "csv", stdin=exported.encode())
    assert (again.code, "2" in again.out) == (0, True)
    assert run("export", named).out == exported
    changed = exported.replace("2022-03-31", "2022-03-29").encode()
    options = ("--format", "csv", "--correct", "--reason", "sai ngày")
    assert run("import", named, "-", *options, stdin=changed).code == 0
    assert "2022-03-29" in run("export", named).out
    template = tmp_path / "t.xlsx"
    assert run("import", named, "--template", "-o", str(template)).code == 0
    assert run("undo", "3", "--reason", "thử").code == 0


@pytest.mark.usefixtures("plan")
def test_other_kinds_of_files_are_refused_with_those_that_there_are(run: Run) -> None:
    """A kind of another plan is a usage error."""
    for command in (("import", "launches", "x.csv"), ("export", "launches")):
        done = run(*command)
        assert done.code == 2
        assert "units, pledges, inspection, exemptions, extensions" in done.err


@pytest.mark.usefixtures("plan")
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_papers_have_the_words_of_the_plan(run: Run, tmp_path: Path, lang: str) -> None:
    """Letters, lists and the weekly report speak of pledges, and nothing speaks of launches or of p1."""
    run("record", "pledge", "492", "--on", "2022-03-30")
    rows = json.loads(run("remind", "y1-pledge", "--as-of", "2022-04-05", "--format", "json", lang=lang).out)[
        "rows"
    ]
    wanted = {
        "vi": "Ký giao ước thi đua đợt 1|bản giao ước",
        "en": "Pledge for the emulation movement, round 1|signed pledge",
    }
    assert {f"{row['obligation_title']}|{row['missing']}" for row in rows} == {wanted[lang]}
    letters = tmp_path / "letters"
    assert run("remind", "y1-pledge", "--as-of", "2022-04-05", "-o", str(letters), lang=lang).code == 0
    assert len(list(letters.glob("*.docx"))) == len(rows)
    page = run("report", "--as-of", "2022-04-05", "--format", "md", lang=lang).out
    assert {"vi": "1/116 đơn vị đã ký giao ước", "en": "1 of 116 units have pledged"}[lang] in page
    for foreign in ("phát động", "aunch", "P1", "p1", "tổng kết"):
        assert foreign not in page


def test_words_of_commands_and_files_are_no_codes() -> None:
    """Every command, kind of file, column and group is refused as the code of an action."""
    words = {*_commands(), *COMMANDS(), "register", *map(str, By), *FIELDS}
    words |= {str(kind) for kind in fields.KINDS} | {
        key for kind in fields.KINDS for key in fields.keys(kind)
    }
    for word in words - {"launch", "registration", "review", "launches", "registrations", "reviews"}:
        with pytest.raises(InvalidError):
            reserved.refuse_action(word.upper())


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('code = "inspection"', 'code = "void"', "void"),
        ('code = "inspection"', 'code = "units"', "units"),
        ('plural = "pledges"', 'plural = "register"', "register"),
        ('plural = "pledges"', 'plural = "inspection"', "inspection"),
        ('code = "inspection"', 'code = "pledge"', "pledge"),
    ],
)
def test_a_plan_with_such_a_code_is_refused(run: Run, tmp_path: Path, old: str, new: str, words: str) -> None:
    """Exit 7, and the code is named."""
    file = tmp_path / "plan.toml"
    file.write_text(PLAN.replace(old, new, 1), encoding="utf-8")
    done = run("--db", str(tmp_path / "new.db"), "init", "--plan", str(file))
    assert done.code == 7
    assert words in done.err


def test_a_decision_adds_an_action(run: Run, tmp_path: Path) -> None:
    """`plan amend` brings it with its obligation; from then on it is recorded like the others."""
    file = tmp_path / "more.toml"
    action, obligation = PLAN.split("[[actions]]")[2].split("[[obligations]]")[::2]
    obligation = obligation.split("[[contents]]")[0].replace("y1", "p2").replace("2023-06-30", "2026-06-30")
    file.write_text(f"[[actions]]{action}[[obligations]]{obligation}", encoding="utf-8")
    assert run("record", "inspection", "SCT", "--on", "2026-03-01").code == 2
    assert run("plan", "amend", str(file), "--doc", "9/QĐ", "--on", "2026-02-01").code == 0
    assert run("record", "inspection", "SCT", "--on", "2026-03-01").code == 0
    assert run("undo", "2", "--reason", "thử").code == 6
    assert run("undo", "3", "--reason", "thử").code == 0
    assert run("undo", "2", "--reason", "thử").code == 0
    assert "self-inspection p2" in run("history", "SCT").out
    assert run("record", "inspection", "SCT", "--on", "2026-03-01").code == 2
