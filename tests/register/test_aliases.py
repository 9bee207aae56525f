"""Names by which senders call units: kept, dated, weaker than any code or full name, taken back."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Outcome

Run = Callable[..., Outcome]


@pytest.fixture
def alias(run: Run) -> Callable[..., Outcome]:
    return lambda *words, **others: run("units", "alias", *words, **others)


def unit_of(run: Run, name: str, day: str = "2022-03-30") -> str | None:
    """The code of the unit that a record for a name would be of; None where it is refused."""
    done = run("record", "launch", name, "--on", day, "--dry-run")
    return done.out.split("would record: ")[1].split()[0] if done.code == 0 else None


def test_an_alias_means_its_unit_wherever_units_are_named(alias: Run, run: Run, tmp_path: Path) -> None:
    """A name that is kept finds its unit in record, history, units show and import, whatever its case."""
    assert unit_of(run, "Sở 4T") is None
    assert alias("STTTT", "Sở 4T", "H17.97").code == 0
    assert unit_of(run, "sở 4t") == "STTTT"
    assert unit_of(run, "H17.97") == "STTTT"
    assert json.loads(run("history", "Sở 4T", "--format", "json").out)["rows"]
    shown = json.loads(run("units", "show", "H17.97", "--format", "json").out)["rows"][0]
    assert (shown["unit_code"], shown["aliases"]) == ("STTTT", ["Sở 4T", "H17.97"])
    path = tmp_path / "in.csv"
    path.write_text("Mã định danh,Ngày phát động\nH17.97,10/03/2022\n", encoding="utf-8")
    done = run("import", "launches", str(path))
    assert done.code == 0, done.err
    assert "STTTT" in done.out
    assert "H17.97" in done.err


def test_an_alias_is_a_name_of_its_unit_beside_a_code(alias: Run, run: Run, tmp_path: Path) -> None:
    """A list with codes and the sender's names agrees with itself, and one with another unit's name does not."""
    assert alias("STTTT", "Sở 4T").code == 0
    path = tmp_path / "in.csv"
    text = "Mã đơn vị,Tên đơn vị,Ngày phát động\n{code},Sở 4T,10/03/2022\n"
    path.write_text(text.format(code="STTTT"), encoding="utf-8")
    assert run("import", "launches", str(path), "--dry-run").code == 0
    path.write_text(text.format(code="SNV"), encoding="utf-8")
    assert run("import", "launches", str(path), "--dry-run").code == 7


def test_a_unit_list_takes_aliases(alias: Run, run: Run, tmp_path: Path) -> None:
    """A list of units without codes takes an alias for the unit that is there, as a parent too."""
    assert alias("STTTT", "Sở 4T").code == 0
    path = tmp_path / "in.csv"
    path.write_text(
        "Tên đơn vị,Loại,Cấp trên\nSở 4T,Sở,48\nTrung tâm Mới,Đơn vị sự nghiệp,Sở 4T\n", encoding="utf-8"
    )
    done = run("import", "units", str(path), "--propose-codes")
    assert done.code == 0, done.err
    assert "1 new, 1 already" in done.out
    assert (
        json.loads(run("units", "show", "TTM", "--format", "json").out)["rows"][0]["parent_code"] == "STTTT"
    )


def test_the_same_again_is_already(alias: Run, run: Run) -> None:
    """An alias again, from a later day too, and a unit's own name write no operation."""
    assert alias("STTTT", "Sở 4T").code == 0
    before = run("log", "--format", "json").out
    for words in (["Sở 4T"], ["SỞ 4T", "--on", "2022-01-01"], ["Sở Thông tin và Truyền thông"], ["STTTT"]):
        done = alias("STTTT", *words)
        assert done.code == 0
        assert "already" in done.out
    assert run("log", "--format", "json").out == before


def test_an_alias_holds_from_its_day_on(alias: Run, run: Run) -> None:
    """With --on the unit is called so from that day on, and not before."""
    assert alias("STTTT", "Sở 4T", "--on", "2022-03-01").code == 0
    assert unit_of(run, "Sở 4T", "2022-02-28") is None
    assert unit_of(run, "Sở 4T", "2022-03-01") == "STTTT"


def test_a_full_name_and_a_code_are_stronger(alias: Run, run: Run) -> None:
    """Where another unit has the name or code, that unit is meant, and the alias is told, then and later."""
    done = alias("STTTT", "Sở Nội vụ", "SYT")
    assert done.code == 0
    assert done.err.count("SNV") == 1
    for name, code in (("Sở Nội vụ", "SNV"), ("syt", "SYT")):
        said = run("record", "launch", name, "--on", "2022-03-30", "--dry-run")
        assert unit_of(run, name) == code
        assert "STTTT" in said.err
    assert alias("STTTT", "Sở Số hóa").code == 0
    assert run("units", "add", "SSH", "Sở Số hóa", "--kind", "department", "--on", "2022-02-01").code == 0
    assert unit_of(run, "Sở Số hóa", "2022-01-31") == "STTTT"
    assert unit_of(run, "Sở Số hóa", "2022-02-01") == "SSH"


def test_an_alias_of_two_units_is_of_neither(alias: Run, run: Run) -> None:
    """A name by which two units are called is refused with both, and told when it is kept."""
    assert alias("STTTT", "Sở 4T").code == 0
    done = alias("SNV", "Sở 4T")
    assert done.code == 0
    assert "STTTT" in done.err
    refused = run("record", "launch", "Sở 4T", "--on", "2022-03-30")
    assert refused.code == 4
    assert "SNV" in refused.err
    assert "STTTT" in refused.err


def test_an_alias_is_stronger_than_a_reading(alias: Run, run: Run) -> None:
    """Initials that two units have mean the one that is called so."""
    assert unit_of(run, "Sở NV") is None
    assert alias("SNGV", "Sở NV").code == 0
    assert unit_of(run, "Sở NV") == "SNGV"


def test_the_days_of_an_alias_are_those_of_its_unit(alias: Run, run: Run) -> None:
    """After the end of its unit a name means nobody, and none is kept from then on."""
    assert alias("STTTT", "Sở 4T").code == 0
    assert run("units", "close", "STTTT", "--on", "2025-03-01", "--doc", "1/NQ").code == 0
    assert unit_of(run, "Sở 4T", "2025-02-28") == "STTTT"
    assert unit_of(run, "Sở 4T", "2025-03-01") is None
    assert run("history", "Sở 4T").code == 0
    assert alias("STTTT", "Bốn T", "--on", "2025-03-01").code == 6
    assert alias("STTTT", "Bốn T").code == 0
    assert unit_of(run, "Bốn T", "2025-02-28") == "STTTT"


def test_a_name_is_taken_back(alias: Run, run: Run) -> None:
    """--remove voids with a reason, undo voids the operation; what was known before stays known."""
    assert alias("STTTT", "Sở 4T", "Bốn T").code == 0
    assert alias("STTTT", "Sở 4T", "--remove", "--reason", "nhầm").code == 0
    assert unit_of(run, "Sở 4T") is None
    assert unit_of(run, "Bốn T") == "STTTT"
    assert run("undo", "2", "--reason", "thử").code == 0
    assert unit_of(run, "Bốn T") is None
    history = json.loads(run("history", "STTTT", "--format", "json").out)["rows"]
    said = {row["detail"]: row["void_reason"] for row in history if row["event"] == "alias"}
    assert {words.split(": ")[1]: reason for words, reason in said.items()} == {
        "Sở 4T": "nhầm",
        "Bốn T": "thử",
    }
    assert run("history", "Sở 4T", "--known-at", "#2").code == 0
    assert run("undo", "3", "--reason", "thử").code == 0
    assert unit_of(run, "Sở 4T") == "STTTT"
    assert run("verify").code == 0


def test_a_unit_stays_while_it_has_an_alias(alias: Run, run: Run) -> None:
    """An operation that made a unit is not undone under its alias."""
    assert run("units", "add", "SSH", "Sở Số hóa", "--kind", "department", "--on", "2022-02-01").code == 0
    assert alias("SSH", "Số hóa").code == 0
    assert run("undo", "2", "--reason", "thử").code == 6
    assert run("undo", "3", "--reason", "thử").code == 0
    assert run("undo", "2", "--reason", "thử").code == 0


REFUSED = [
    (("STTTT", "Sở 4T", "--remove"), 2),
    (("STTTT", "Sở 4T", "--reason", "x"), 2),
    (("STTTT", "Sở 4T", "--remove", "--reason", "x", "--on", "2022-01-01"), 2),
    (("STTTT", "Sở 4T", "--remove", "--reason", "x"), 4),
    (("STTTT", ""), 2),
    (("STTTT", "x" * 256), 2),
    (("STTTT", "Së Th«ng tin"), 2),
    (("Sở TTTTT", "Sở 4T"), 4),
    (("STTTT",), 2),
]


@pytest.mark.parametrize(("words", "code"), REFUSED)
def test_what_is_no_alias(alias: Run, words: tuple[str, ...], code: int) -> None:
    """A name is one that a unit may have, and only what is kept can be removed."""
    assert alias(*words).code == code


def test_a_register_as_text_keeps_aliases(alias: Run, run: Run, tmp_path: Path) -> None:
    """Aliases go with the register that is exported and restored."""
    assert alias("STTTT", "Sở 4T").code == 0
    text, copy = tmp_path / "r.jsonl", tmp_path / "copy.db"
    assert run("export", "register", "-o", str(text)).code == 0
    assert run("--db", str(copy), "restore", str(text)).code == 0
    assert run("--db", str(copy), "units", "show", "Sở 4T").code == 0


def test_a_dry_run_keeps_nothing(alias: Run, run: Run) -> None:
    """--dry-run says what would be kept."""
    done = alias("STTTT", "Sở 4T", "--dry-run")
    assert done.code == 0
    assert "Sở 4T" in done.out
    assert unit_of(run, "Sở 4T") is None
