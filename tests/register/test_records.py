"""Records, exemptions and voids: what is new, the same, different or forbidden."""

import json
import sqlite3
from collections.abc import Callable
from datetime import date

import pytest

import build
from conftest import Outcome
from thidua_cli import store
from thidua_cli.ground.errors import Exit, NotFoundError, RefusedError
from thidua_cli.register import entries, voiding
from thidua_cli.register.entries import number_key
from thidua_cli.register.models import ExemptionIn
from thidua_cli.rules import decide
from thidua_cli.standing import verdict


def test_the_same_record_again_is_the_same(register: sqlite3.Connection) -> None:
    """Equal dates, document and issuer are one record; what is not given is not compared."""
    first = build.record(register, "492", "2022-03-30", document_number="07/2022/QĐ-UBND", note="một")
    for given in ({}, {"note": ""}, {"note": "một"}):
        again = build.decide(register, "492", "2022-03-30", document_number="7/2022/qđ–ubnd ", **given)
        assert again.verdict == "same"
        assert again.existing is not None
        assert again.existing.id == first.id


@pytest.mark.parametrize(
    "other",
    [
        {"on": "2022-03-29"},
        {"document_number": "13/KH"},
        {"document_date": "2022-03-01"},
        {"received_on": "2022-04-02"},
        {"document_issuer": "UBND quận"},
        {"note": "bản giấy"},
        {"evidence": "https://example.org/1"},
    ],
)
def test_the_same_key_with_other_content_differs(
    register: sqlite3.Connection, other: dict[str, object]
) -> None:
    """Any difference in date, number, issuer or paper is another record of the same thing."""
    build.record(register, "492", "2022-03-30", document_number="12/KH")
    values: dict[str, object] = {"on": "2022-03-30", "document_number": "12/KH", **other}
    assert build.decide(register, "492", str(values.pop("on")), **values).verdict == "differs"


def test_contents_make_a_registration(register: sqlite3.Connection) -> None:
    """Two registrations of different contents differ; the order of naming does not count."""
    build.record(register, "492", "2022-03-30", "registration", contents="1,3")
    assert build.decide(register, "492", "2022-03-30", "registration", contents="3,1").verdict == "same"
    assert build.decide(register, "492", "2022-03-30", "registration", contents="1").verdict == "differs"


@pytest.mark.parametrize(
    ("one", "other"),
    [("12/KH-UBND", "012 / kh–ubnd"), ("07/2025/QĐ-UBND", "7/2025/QĐ-UBND"), ("05-NQ/TU", "5-nq/tu")],
)
def test_document_numbers_compare_normalised(one: str, other: str) -> None:
    """Spaces, case, zeros in front and the kind of dash do not make another number."""
    assert number_key(one) == number_key(other)


LAUNCH = ("record", "launch", "492", "--on", "2022-03-30", "--doc")
REGISTRATION = ("record", "registration", "492", "--on", "2022-03-30", "--content")


def _cause(run: Callable[..., Outcome], one: str, other: str) -> str:
    (row,) = json.loads(run("diff", "--from", one, "--to", other, "--format", "json").out)["rows"]
    return str(row["cause"])


@pytest.mark.parametrize("again", ["12/kh-ubnd", "012/KH – UBND"])
def test_one_document_is_one_wherever_it_is_compared(run: Callable[..., Outcome], again: str) -> None:
    """Another way to write its number makes no other record: not for record, nor undo, nor diff, nor import."""
    run(*LAUNCH, "12/KH-UBND")
    assert "already recorded as #1" in run(*LAUNCH, again).out
    run("record", "void", "1", "--reason", "nhầm")
    run(*LAUNCH, again)
    assert _cause(run, "#3", "#4") == "record_restored"
    refused = run("undo", "2", "--reason", "x")
    assert (refused.code, "operation #4: record #2" in refused.err) == (6, True)
    assert run("undo", "4", "--reason", "x").code == 0


def test_other_contents_are_another_registration(run: Callable[..., Outcome]) -> None:
    """What is registered again with other contents is not what was voided: for undo as for diff."""
    run(*REGISTRATION, "1,3")
    run("record", "void", "1", "--reason", "nhầm")
    run(*REGISTRATION, "2")
    assert _cause(run, "#3", "#4") == "done_on_time"
    refused = run("undo", "3", "--reason", "x")
    assert (refused.code, "operation #4: record #2" in refused.err) == (6, True)


def test_a_number_that_looks_like_a_year_stays(register: sqlite3.Connection) -> None:
    """2025/QĐ-UBND is a number, kept as typed."""
    entry = build.record(register, "492", "2022-03-30", document_number="2025/QĐ-UBND")
    assert entry.document.number == "2025/QĐ-UBND"


@pytest.mark.parametrize(
    ("on", "values", "code"),
    [
        ("2026-11-24", {}, Exit.REFUSED),  # tomorrow
        ("2020-12-31", {}, Exit.REFUSED),  # before the first phase
        ("2022-03-30", {"phase": "p2"}, Exit.REFUSED),  # before its phase
        ("2022-03-30", {"received_on": "2027-01-01"}, Exit.REFUSED),
        ("2022-03-30", {"phase": "p9"}, Exit.NOT_FOUND),
        ("2026-02-01", {}, Exit.USAGE),  # the launch of phase 1 is still open
    ],
)
def test_rules_of_dates_and_phases(
    register: sqlite3.Connection, on: str, values: dict[str, object], code: Exit
) -> None:
    """Dates in the future or before the phase, and a phase that cannot be told, are refused."""
    outcome = build.decide(register, "492", on, **values)
    assert outcome.error is not None
    assert outcome.error.code == code


def test_the_phase_is_that_of_the_date_once_the_earlier_is_closed(register: sqlite3.Connection) -> None:
    """After the launch of phase 1, a launch of 2026 is one of phase 2."""
    build.record(register, "SCT", "2022-03-30")
    entry = build.record(register, "SCT", "2026-02-01")
    assert isinstance(entry, entries.Record)
    assert entry.phase == "p2"


def test_an_exemption_closes_the_earlier_phase_too(register: sqlite3.Connection) -> None:
    """A unit excused from the launch of phase 1 owes it no longer."""
    build.exempt(register, "SCT", "p1-launch", "2022-03-01")
    assert build.decide(register, "SCT", "2026-02-01").verdict == "new"


def test_a_record_outside_every_roster_is_stored_with_a_warning(register: sqlite3.Connection) -> None:
    """A unit born after the roster's day is nobody's denominator."""
    with store.write(register, actor="test", command="unit") as writer:
        build.unit(writer, "N1", "department", "city", "2025-07-01")
    outcome = build.decide(register, "N1", "2025-08-01")
    assert outcome.verdict == "new"
    assert len(outcome.warnings) == 1


@pytest.mark.parametrize(
    ("unit", "obligation", "count"),
    [("N1", "p1-launch", 1), ("20242", "p1-review-district", 1), ("20242", "p1-launch", 0)],
)
def test_an_exemption_of_whom_nothing_binds_warns(
    register: sqlite3.Connection, unit: str, obligation: str, count: int
) -> None:
    """A unit of another kind, and one born after the roster's day, need no exemption."""
    with store.write(register, actor="test", command="unit") as writer:
        build.unit(writer, "N1", "department", "city", "2025-07-01")
    values = {"unit_code": unit, "obligation": obligation, "exempted_on": "2025-08-01", "reason": "x"}
    item = ExemptionIn.model_validate(values | {"document_number": "1/QĐ"})
    assert len(decide.decide(build.read(register), item).warnings) == count


def test_odd_papers_warn(register: sqlite3.Connection) -> None:
    """A document dated after the deed, or received before it, is taken with a warning."""
    late = build.decide(register, "492", "2022-03-15", document_date="2022-04-10")
    early = build.decide(register, "492", "2022-03-15", received_on="2022-03-03")
    assert (late.verdict, len(late.warnings)) == ("new", 1)
    assert (early.verdict, len(early.warnings)) == ("new", 1)


def test_a_void_stays_and_does_not_count(register: sqlite3.Connection) -> None:
    """After a void the record counts no more, but is still counted as known before the void."""
    entry = build.record(register, "492", "2022-03-30")
    before = build.head(register)
    build.void(register, entry.id)
    day = date(2022, 3, 31)

    def done(known: int) -> int:
        return sum(
            fact.done_on is not None for fact in verdict.facts(register, day, known, obligation="p1-launch")
        )

    assert [done(1), done(before), done(build.head(register))] == [0, 1, 0]
    assert register.execute("SELECT count(*) FROM record").fetchone() == (1,)


def test_a_void_is_once(register: sqlite3.Connection) -> None:
    """Voiding again is refused, voiding what never was is not found."""
    entry = build.record(register, "492", "2022-03-30")
    build.void(register, entry.id)
    with pytest.raises(RefusedError):
        build.void(register, entry.id)
    with pytest.raises(NotFoundError):
        build.void(register, 99)


def test_after_a_void_the_unit_may_record_again(register: sqlite3.Connection) -> None:
    """The voided record no longer stands in the way."""
    build.void(register, build.record(register, "492", "2022-03-30").id)
    assert build.record(register, "492", "2022-04-30").id == 2


def test_a_correction_is_one_operation(register: sqlite3.Connection) -> None:
    """The void and the new record share an operation, and the void names its replacement."""
    old = build.record(register, "492", "2022-03-30")
    with store.write(register, actor="test", command="correct") as writer:
        fresh = voiding.correct(writer, int(old.id or 0), "nhầm ngày", old._replace(done_on="2022-04-02"))
    row = register.execute(
        "SELECT v.replacement, v.operation = r.operation FROM void v, record r WHERE r.id = 2"
    )
    assert row.fetchone() == (fresh.id, 1)


def test_records_and_exemptions_share_their_numbers(register: sqlite3.Connection) -> None:
    """Record #N is one thing."""
    ids = [
        build.record(register, "492", "2022-03-30").id,
        build.exempt(register, "498", "p1-launch", "2022-03-01").id,
        build.record(register, "493", "2022-03-30").id,
    ]
    assert ids == [1, 2, 3]


def test_a_second_live_record_is_refused_by_the_schema(register: sqlite3.Connection) -> None:
    """Even code that forgot to decide cannot store two live records of one thing."""
    entry = build.record(register, "492", "2022-03-30")

    def store_again() -> None:
        with store.write(register, actor="test", command="twice") as writer:
            entries.add(writer, [entry._replace(id=None)])

    with pytest.raises(sqlite3.IntegrityError, match="live record"):
        store_again()
