"""The words of the field: identifiers in English, labels in Vietnamese and English."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import TypeVar

_Term = TypeVar("_Term", bound=StrEnum)


class Level(StrEnum):
    """The level of government that a unit belongs to, from the top down."""

    CITY = "city"
    DISTRICT = "district"
    COMMUNE = "commune"


class Kind(StrEnum):
    """What a unit is, in protocol order."""

    CITY_COMMITTEE = "city-committee"
    DEPARTMENT = "department"
    AGENCY = "agency"
    SERVICE_UNIT = "service-unit"
    CENTRAL_AGENCY = "central-agency"
    MASS_ORGANISATION = "mass-organisation"
    ASSOCIATION = "association"
    DISTRICT_COMMITTEE = "district-committee"
    COMMUNE_COMMITTEE = "commune-committee"
    OTHER = "other"


class State(StrEnum):
    """The state of a unit under one obligation on one day."""

    ON_TIME = "on_time"
    LATE = "late"
    PENDING = "pending"
    OVERDUE = "overdue"
    EXEMPT = "exempt"
    LAPSED = "lapsed"


class Change(StrEnum):
    """What a resolution does with a unit."""

    KEEP = "keep"
    RENAME = "rename"
    MERGE = "merge"
    SPLIT = "split"
    DISSOLVE = "dissolve"
    CREATE = "create"


class Extent(StrEnum):
    """How much of a unit passes to another."""

    WHOLE = "whole"
    PART = "part"


# Each pair is (Vietnamese, English).
_LABELS: dict[StrEnum, tuple[str, str]] = {
    Level.CITY: ("Cấp thành phố", "City level"),
    Level.DISTRICT: ("Cấp huyện", "District level"),
    Level.COMMUNE: ("Cấp xã", "Commune level"),
    Kind.CITY_COMMITTEE: ("UBND thành phố", "City committee"),
    Kind.DEPARTMENT: ("Sở", "Department"),
    Kind.AGENCY: ("Cơ quan ngang sở", "Agency"),
    Kind.SERVICE_UNIT: ("Đơn vị sự nghiệp", "Service unit"),
    Kind.CENTRAL_AGENCY: ("Cơ quan trung ương", "Central agency"),
    Kind.MASS_ORGANISATION: ("Đoàn thể", "Mass organisation"),
    Kind.ASSOCIATION: ("Hội", "Association"),
    Kind.DISTRICT_COMMITTEE: ("UBND quận, huyện", "District committee"),
    Kind.COMMUNE_COMMITTEE: ("UBND phường, xã", "Commune committee"),
    Kind.OTHER: ("Khác", "Other"),
    Change.KEEP: ("giữ nguyên", "kept"),
    Change.RENAME: ("đổi tên", "renamed"),
    Change.MERGE: ("nhập", "merged"),
    Change.SPLIT: ("tách", "split"),
    Change.DISSOLVE: ("giải thể", "dissolved"),
    Change.CREATE: ("thành lập", "created"),
    Extent.WHOLE: ("toàn bộ", "whole"),
    Extent.PART: ("một phần", "in part"),
    State.ON_TIME: ("Đúng hạn", "On time"),
    State.LATE: ("Trễ hạn", "Late"),
    State.PENDING: ("Trong hạn", "Pending"),
    State.OVERDUE: ("Quá hạn", "Overdue"),
    State.EXEMPT: ("Miễn", "Exempt"),
    State.LAPSED: ("Hết hiệu lực", "Lapsed"),
}

# Labels that a file may use besides the identifiers and the labels above.
_OTHER_LABELS: dict[str, StrEnum] = {
    "Ban, Ngành": Kind.AGENCY,
    "Đơn vị sự nghiệp trực thuộc": Kind.SERVICE_UNIT,
    "Hoàn thành đúng hạn": State.ON_TIME,
    "Hoàn thành quá hạn": State.LATE,
    "Chưa hoàn thành, trong hạn": State.PENDING,
    "Chưa hoàn thành, quá hạn": State.OVERDUE,
}

# Words that open the name of a territory, and say what its committee is; without one it is not yet a unit.
COMMITTEE_OF: dict[str, Kind] = {
    "quận": Kind.DISTRICT_COMMITTEE,
    "huyện": Kind.DISTRICT_COMMITTEE,
    "thị xã": Kind.DISTRICT_COMMITTEE,
    "phường": Kind.COMMUNE_COMMITTEE,
    "xã": Kind.COMMUNE_COMMITTEE,
    "thị trấn": Kind.COMMUNE_COMMITTEE,
    "đặc khu": Kind.COMMUNE_COMMITTEE,
}
for _word, _kind in COMMITTEE_OF.items():
    _OTHER_LABELS |= {_word: _kind, f"UBND {_word}": _kind}
TERRITORY_WORDS = ("thành phố", *COMMITTEE_OF)

# First words of offices, which like those of territories say what a unit is rather than which one.
OFFICE_WORDS = (
    "ban quản lý",
    "bảo hiểm xã hội",
    "bộ chỉ huy",
    "công an",
    "kho bạc",
    "liên đoàn",
    "liên hiệp",
    "ngân hàng",
    "quỹ đầu tư",
    "thanh tra",
    "toà án nhân dân",
    "trung tâm",
    "trường cao đẳng",
    "uỷ ban",
    "viện kiểm sát",
    "văn phòng",
)

# What names of units write in short themselves.
ACRONYMS = {
    "ubnd": "uỷ ban nhân dân",
    "hđnd": "hội đồng nhân dân",
    "mttq": "mặt trận tổ quốc",
    "đbqh": "đại biểu quốc hội",
}

LEVEL_OF_KIND = dict.fromkeys(Kind, Level.CITY) | {
    Kind.DISTRICT_COMMITTEE: Level.DISTRICT,
    Kind.COMMUNE_COMMITTEE: Level.COMMUNE,
}


def label(term: StrEnum, language: str) -> str:
    """The term as people read it, in `vi` or `en`."""
    vietnamese, english = _LABELS[term]
    return english if language == "en" else vietnamese


@cache
def names(terms: type[_Term]) -> Mapping[str, _Term]:
    """Every way to write each of the terms, in lower case, and the term it means."""
    written = {str(term): term for term in terms}
    for term in terms:
        written.update(dict.fromkeys(_LABELS[term], term))
    written.update({other: term for other, term in _OTHER_LABELS.items() if isinstance(term, terms)})
    return {name.lower(): term for name, term in written.items()}
