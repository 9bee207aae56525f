"""Searching: what is found by a part of a name, code or document number, and the command that shows it."""

import json
import shlex
import sqlite3
from collections.abc import Callable
from datetime import date

import pytest

import build
from conftest import Outcome
from thidua_cli.reports import find
from thidua_cli.reports.moment import read_moment

Run = Callable[..., Outcome]


def _found(connection: sqlite3.Connection, words: str, limit: int | None = None) -> list[tuple[object, ...]]:
    at = read_moment(connection, date(2026, 11, 23), None)
    rows = find.build(connection, at, words, limit).rows
    return [(row["found"], row["unit_code"], row["match"]) for row in rows]


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("thọ quang", ["20263"]),
        ("tho quang", ["20263"]),
        ("quang thọ", ["20263"]),
        ("P. Thọ Quang", ["20263"]),
        ("20263", ["20263"]),
        ("Hải Châu 1", ["20236"]),
        ("ho quang", []),
    ],
)
def test_each_word_begins_a_word_of_the_name_or_code(
    register: sqlite3.Connection, words: str, codes: list[str]
) -> None:
    """Words in any order, with or without tone marks, each from the beginning of a word, find a unit."""
    assert [code for _found, code, _match in _found(register, words)] == codes


def test_the_words_own_tone_marks_come_first(register: sqlite3.Connection) -> None:
    """Thanh Bình and Thạnh Bình are two names: what is spelt as asked stands above what is only alike."""
    codes = [code for _found, code, _match in _found(register, "Hoà Khê")]
    assert codes == ["20225"]
    first, *others = [code for _found, code, _match in _found(register, "hòa an")]
    assert first == "20314" or not others


def test_a_unit_is_found_by_an_old_name(run: Run, db: object) -> None:
    """A name that a unit no longer has finds it once, and says which name that was."""
    assert (
        run(
            "units", "rename", "20263", "--name", "UBND phường Sơn Trà", "--on", "2024-01-01", "--doc", "7/NQ"
        ).code
        == 0
    )
    rows = json.loads(run("find", "thọ quang", "-f", "json").out)["rows"]
    units = [row for row in rows if row["found"] == "unit"]
    assert [(row["unit_name"], row["match"]) for row in units] == [
        ("UBND phường Sơn Trà", "UBND phường Thọ Quang")
    ]


def test_a_record_is_found_by_its_document_also_when_voided(register: sqlite3.Connection) -> None:
    """A part of a document number, spaces and case aside, finds the record; one that was voided says so."""
    number = build.record(register, "492", "2022-03-01", document_number="112/KH-UBND").id
    build.record(register, "493", "2022-03-02", document_number="13/KH-UBND")
    build.void(register, number)
    at = read_moment(register, date(2026, 11, 23), None)
    rows = find.build(register, at, "12 /kh-ubnd", None).rows
    assert [(row["record_id"], row["unit_code"], row["voided"]) for row in rows] == [(number, "492", True)]


def test_an_operation_is_found_by_its_command_or_the_decision_behind_it(run: Run, db: object) -> None:
    """A decision on units has no record: the operation is found, as it is by words of its command."""
    run(
        "units",
        "rename",
        "20263",
        "--name",
        "UBND phường Sơn Trà",
        "--on",
        "2024-01-01",
        "--doc",
        "7/NQ-HĐND",
    )
    for words in ("7/NQ", "rename 20263"):
        rows = json.loads(run("find", words, "-f", "json").out)["rows"]
        assert [(row["found"], row["operation"]) for row in rows] == [("operation", 2)]


def test_every_command_that_is_shown_runs(run: Run, db: object) -> None:
    """The command beside each thing found shows it."""
    run("import", "changes", "data/changes_2025.csv")
    run("record", "launch", "492", "--on", "2022-03-01", "--doc", "12/KH-UBND")
    rows = [
        row
        for words in ("hải châu", "12/KH", "import")
        for row in json.loads(run("find", words, "-f", "json").out)["rows"]
    ]
    assert {row["found"] for row in rows} == {"unit", "record", "operation"}
    for row in rows:
        shown = run(*shlex.split(row["command"])[1:])
        assert shown.code == 0
        assert str(row["unit_code"] or f"{row['operation']}") in shown.out


def test_nothing_found_offers_the_nearest_units(run: Run, db: object) -> None:
    """Words that nothing has end in 0, no row, and the names nearest to them."""
    done = run("find", "Sở Tài chíhn")
    assert (done.code, "Sở Tài chính" in done.out) == (0, True)
    assert json.loads(run("find", "Sở Tài chíhn", "-f", "json").out)["rows"] == []


def test_a_limit_holds_for_each_sort(register: sqlite3.Connection) -> None:
    """`--limit` bounds units, records and operations, each by itself."""
    for unit in ("492", "493"):
        build.record(register, unit, "2022-03-01", document_number="UBND-1")
    sorts = [sort for sort, *_others in _found(register, "ubnd", 1)]
    assert sorts == ["unit", "record"]
