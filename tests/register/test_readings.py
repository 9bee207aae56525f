"""Names that are no unit's full name: one reading is taken, two are both named, none is refused."""

from collections.abc import Callable, Iterable
from datetime import date

import pytest

from conftest import Outcome
from thidua_cli.ground.errors import NotFoundError
from thidua_cli.register.terms import LEVEL_OF_KIND, Kind
from thidua_cli.register.units import Directory, Version

Run = Callable[..., Outcome]
Unit = tuple[str, str, Kind, str]
DAY = date(2022, 3, 1)
CITY: Unit = ("48", "UBND thành phố Đà Nẵng", Kind.CITY_COMMITTEE, "")
UNITS: list[Unit] = [
    CITY,
    ("STTTT", "Sở Thông tin và Truyền thông", Kind.DEPARTMENT, "48"),
    ("SGDDT", "Sở Giáo dục và Đào tạo", Kind.DEPARTMENT, "48"),
    ("SVHTT", "Sở Văn hóa và Thể thao", Kind.DEPARTMENT, "48"),
    ("SNV", "Sở Nội vụ", Kind.DEPARTMENT, "48"),
    ("SNGV", "Sở Ngoại vụ", Kind.DEPARTMENT, "48"),
    ("STC", "Sở Tài chính", Kind.DEPARTMENT, "48"),
    ("VPUB", "Văn phòng UBND thành phố", Kind.AGENCY, "48"),
    ("BQLATTP", "Ban Quản lý An toàn thực phẩm thành phố", Kind.AGENCY, "48"),
    ("DPTTH", "Đài Phát thanh - Truyền hình Đà Nẵng", Kind.SERVICE_UNIT, "48"),
    ("CA", "Công an thành phố", Kind.CENTRAL_AGENCY, "48"),
    ("MT", "Ủy ban MTTQ Việt Nam thành phố", Kind.MASS_ORGANISATION, "48"),
    ("LD", "Liên đoàn Lao động thành phố", Kind.MASS_ORGANISATION, "48"),
    ("HPN", "Hội Liên hiệp Phụ nữ thành phố", Kind.MASS_ORGANISATION, "48"),
    ("HND", "Hội Nông dân thành phố", Kind.MASS_ORGANISATION, "48"),
    ("HKHHGD", "Hội Kế hoạch hóa gia đình thành phố", Kind.ASSOCIATION, "48"),
    ("492", "UBND quận Hải Châu", Kind.DISTRICT_COMMITTEE, "48"),
    ("493", "UBND quận Sơn Trà", Kind.DISTRICT_COMMITTEE, "48"),
    ("494", "UBND quận Ngũ Hành Sơn", Kind.DISTRICT_COMMITTEE, "48"),
    ("20236", "UBND phường Hải Châu I", Kind.COMMUNE_COMMITTEE, "492"),
    ("20269", "UBND phường Mân Thái", Kind.COMMUNE_COMMITTEE, "493"),
    ("1", "UBND phường Tân Lập", Kind.COMMUNE_COMMITTEE, "493"),
    ("2", "UBND phường Tân Lập", Kind.COMMUNE_COMMITTEE, "492"),
    ("3", "UBND xã Bình An", Kind.COMMUNE_COMMITTEE, "494"),
]


def _directory(units: Iterable[Unit]) -> Directory:
    ids = {code: number for number, (code, *_rest) in enumerate(units, 1)}
    return Directory(
        Version(ids[code], kind, LEVEL_OF_KIND[kind], code, name, ids.get(parent), None, None, "2021-01-01")
        for code, name, kind, parent in units
    )


DIRECTORY = _directory(UNITS)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Sở TT&TT", "STTTT"),
        ("SỞ TT&TT", "STTTT"),
        ("sở tt&tt", "STTTT"),
        ("Sở Thông tin, Truyền thông", "STTTT"),
        ("Sở GDĐT", "SGDDT"),
        ("Sở GD-ĐT", "SGDDT"),
        ("Sở GDDT", "SGDDT"),
        ("Sở VHTT", "SVHTT"),
        ("VP UBND thành phố", "VPUB"),
        ("Văn phòng Ủy ban nhân dân TP. Đà Nẵng", "VPUB"),
        ("BQL ATTP", "BQLATTP"),
        ("Đài PTTH", "DPTTH"),
        ("CATP Đà Nẵng", "CA"),
        ("UBMTTQVN TP", "MT"),
        ("LĐLĐ TPĐN", "LD"),
        ("Hội LHPN thành phố", "HPN"),
        ("Hội Nông dân", "HND"),
        ("Sở Tài chính TP", "STC"),
        ("Sở Tài chính (Đà Nẵng)", "STC"),
        ("quận NHS", "494"),
        ("UBND P Mân Thái", "20269"),
        ("UBND phường Mân Thái (Sơn Trà)", "20269"),
        ("P. Mân Thái, Q. Sơn Trà, TP. Đà Nẵng", "20269"),
        ("Phường Mân Thái quận Sơn Trà", "20269"),
        ("Phường Hải Châu 1 - quận Hải Châu", "20236"),
        ("UBND phường Tân Lập (Sơn Trà)", "1"),
        ("UBND phường Tân Lập, quận Hải Châu", "2"),
    ],
)
def test_one_reading_is_taken(name: str, code: str) -> None:
    """Initials behind a level word, and the city or the district behind a name, mean one unit, and that is said."""
    found = DIRECTORY.resolve(name, DAY)
    assert found.code == code
    assert name in DIRECTORY.reading(name, found)


@pytest.mark.parametrize(("name", "codes"), [("Sở NV", {"SNV", "SNGV"}), ("UBND phường Tân Lập", {"1", "2"})])
def test_of_two_readings_both_are_named(name: str, codes: set[str]) -> None:
    """Neither is taken."""
    with pytest.raises(NotFoundError) as caught:
        DIRECTORY.resolve(name, DAY)
    assert {hint.split()[0] for hint in caught.value.hints} == codes


@pytest.mark.parametrize(
    "name",
    [
        "TT&TT",
        "Sở TTT",
        "Sở ĐC",
        "XÃ BA",
        "Công an",
        "UBND phường Mân Thái (Hải Châu)",
        "UBND phường Mân Thái (Thử)",
        "Sở Tài chính quận Hải Châu",
        "Sở Tài chính tỉnh Quảng Nam",
        "Sở Tài chỉnh TP",
        "Mân Thái (Sơn Trà)",
        "UBND",
        "(Sơn Trà)",
        "-, Sơn Trà",
    ],
)
def test_what_fits_nobody_is_nobody(name: str) -> None:
    """Without a level word, with another place, or with a word that differs in a mark."""
    with pytest.raises(NotFoundError):
        DIRECTORY.resolve(name, DAY)


def test_what_a_district_has_too_is_not_the_city_s() -> None:
    """`Hội Nông dân` of the city and of a district are two readings, until the place is said."""
    both = _directory([*UNITS, ("H2", "Hội Nông dân quận Hải Châu", Kind.MASS_ORGANISATION, "492")])
    with pytest.raises(NotFoundError):
        both.resolve("Hội Nông dân", DAY)
    assert both.resolve("Hội ND TP Đà Nẵng", DAY).code == "HND"
    assert both.resolve("Hội Nông dân (Hải Châu)", DAY).code == "H2"


def test_a_unit_that_ended_is_read_about_but_does_nothing() -> None:
    """Initials of a unit that is gone mean it in history, and nobody in a list."""
    gone = Directory(
        version._replace(until_on="2022-01-01", ended_on="2022-01-01") if version.code == "STTTT" else version
        for version in DIRECTORY
    )
    with pytest.raises(NotFoundError) as caught:
        gone.resolve("Sở TT&TT", DAY)
    assert "STTTT" in caught.value.hints[0]
    assert gone.resolve_past("Sở TT&TT", DAY).code == "STTTT"


def test_the_level_word_and_rare_words_rank_suggestions() -> None:
    """A department before an association, and the unit that has the rare word before those that look alike."""
    assert DIRECTORY.suggest("Sở Tài chình TP", DAY)[0].code == "STC"
    assert DIRECTORY.suggest("Hội Liên hiệp phụ nử TP", DAY)[0].code == "HPN"


@pytest.mark.parametrize("name", ["Thọ Quang", "thọ quang", "Tho Quang"])
def test_a_single_candidate_is_enough_for_reading(run: Run, name: str) -> None:
    """`history` and `units show` take it and say so; `record` refuses it, as does a list."""
    assert "20263" in run("history", name).err
    assert "20263" in run("units", "show", name).err
    assert run("record", "launch", name, "--on", "2022-03-30").code == 4
    assert run("history", "Hải Châu").code == 4


def test_a_district_without_its_level_word(run: Run) -> None:
    """`--district` is of a district, so its name alone is enough; which one is said."""
    named = run("units", "list", "--district", "Sơn Trà", "-f", "csv")
    assert named.out == run("units", "list", "--district", "493", "-f", "csv").out
    assert "493" in named.err
    assert run("units", "list", "--district", "Sơn", "-f", "csv").code == 4


def test_a_list_says_whom_names_were_taken_for(run: Run) -> None:
    """Once a name, whatever the number of rows."""
    rows = "unit,done_on,phase\nSở TT&TT,2022-03-30,p1\nSở TT&TT,2026-03-30,p2\nSở Nội vụ,2022-03-30,p1\n"
    done = run("import", "launches", "-", stdin=rows.encode())
    assert done.code == 0, done.err
    assert done.err.count("STTTT") == 1
    assert "SNV" not in done.err
