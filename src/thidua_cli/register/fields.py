"""The catalogue of fields: what files of units, records and other papers consist of, declared once.

Import columns and their headers, templates, exports, and how cells are read are derived from here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from thidua_cli.ground import language
from thidua_cli.register import content_values, values
from thidua_cli.register.terms import Change, Extent, Kind, Level

if TYPE_CHECKING:
    from thidua_cli.register.plan import Field as Result
    from thidua_cli.register.plan import PlanAction

NONE = "-"  # in a cell of a unit: it has none, where an empty cell leaves the value open


class Shape(StrEnum):
    """What the cells of a field hold, which decides how workbooks are read and written."""

    CODE = "code"  # of a unit: text in a workbook, so that zeros in front stay
    NAME = "name"  # of a unit
    TEXT = "text"
    DAY = "day"
    NUMBER = "number"
    TERM = "term"  # one of `words`
    WORD = "word"  # a word of the plan: a phase, an obligation, numbers of contents


class Field(NamedTuple):
    """A field of a file.

    `key` is its name in JSON, in CSV and after `--map`; `vi` its Vietnamese header (the English one is the
    key); `reads` makes the stored value of a text, or raises InvalidError. `also` are other headers that mean
    it; `like` are headers that only earn a suggestion. `stored`: it is a column of the table `record`.
    `compared`: records that differ in it are different. `wide`: its column in a template is wide.
    """

    key: str
    vi: str
    reads: Callable[[object], Any]
    shape: Shape = Shape.TEXT
    also: tuple[str, ...] = ()
    like: tuple[str, ...] = ()
    stored: bool = False
    compared: bool = False
    wide: bool = False
    words: type[StrEnum] | None = None


@dataclass(frozen=True, eq=False)
class ImportKind:
    """What a file may hold, by its name, and the columns of such a file.

    Of records, `action` is the code of what was done. Columns `beside` are read where a file has them, but
    not written. A file may lack the required ones that are `implied`: the register or another column tells.
    """

    name: str
    required: tuple[Field, ...]
    optional: tuple[Field, ...]
    beside: tuple[Field, ...] = ()
    implied: tuple[Field, ...] = ()
    action: str | None = None
    # The columns of results that the plan asks for.
    results: Mapping[str, "Result"] = field(default_factory=dict)

    UNITS: ClassVar["ImportKind"]
    LAUNCHES: ClassVar["ImportKind"]
    REGISTRATIONS: ClassVar["ImportKind"]
    REVIEWS: ClassVar["ImportKind"]
    EXEMPTIONS: ClassVar["ImportKind"]
    EXTENSIONS: ClassVar["ImportKind"]
    SUPPLEMENTS: ClassVar["ImportKind"]
    CHANGES: ClassVar["ImportKind"]

    def __str__(self) -> str:
        return self.name


_PAPERS = ("văn bản", "kế hoạch", "quyết định", "công văn")
_BODIES = ("cơ quan", "tên cơ quan", "tên cơ quan, đơn vị")
_WHEN = ("ngày thực hiện", "thời gian", "thời điểm")

CODE = Field("code", "Mã đơn vị", values.code, Shape.CODE)
NAME = Field("name", "Tên đơn vị", values.name, Shape.NAME, like=_BODIES, wide=True)
KIND = Field("kind", "Loại", values.kind, Shape.TERM, like=("loại đơn vị", "loại hình"), words=Kind)
LEVEL = Field("level", "Cấp", values.optional_level, Shape.TERM, like=("cấp hành chính",), words=Level)
PARENT_CODE = Field(
    "parent_code",
    "Mã đơn vị cấp trên",
    values.optional_code,
    Shape.CODE,
    like=("mã cấp trên", "đơn vị cấp trên", "đơn vị chủ quản"),
)
ABBREVIATION = Field("abbreviation", "Tên tắt", values.short, like=("tên viết tắt",))
SORT_ORDER = Field("sort_order", "Thứ tự", values.whole_number, Shape.NUMBER)
VALID_FROM = Field("valid_from", "Từ ngày", values.optional_day, Shape.DAY)
NOTE = Field("note", "Ghi chú", values.note, stored=True, compared=True, wide=True)

# The unit of a record: a second word on which unit is meant, or the only one, is its name.
UNIT_NAME = Field("unit_name", "Tên đơn vị", values.optional, like=_BODIES)
UNIT_CODE = Field("unit_code", "Mã đơn vị", values.unit, Shape.CODE, also=("unit", "đơn vị"))
_NUMBERS = ("số hiệu", "số ký hiệu", "số hiệu văn bản", "số quyết định", "số kế hoạch", "số công văn")
_DAYS = ("ngày ban hành", "ngày ký", "ngày ký văn bản", "ngày quyết định", "ngày kế hoạch", "ngày công văn")
_RECEIVED = ("ngày đến", "ngày tiếp nhận", "ngày nhận văn bản")
_PATHS = ("đường dẫn", "tệp đính kèm", "link", "file")
DOCUMENT = (
    *(
        field._replace(stored=True, compared=True)
        for field in (
            Field("document_number", "Số văn bản", values.number, like=(*_NUMBERS, *_PAPERS)),
            Field(
                "document_issuer", "Cơ quan ban hành", values.short, like=("nơi ban hành", "đơn vị ban hành")
            ),
            Field("document_date", "Ngày văn bản", values.optional_day, Shape.DAY, like=(*_DAYS, *_PAPERS)),
            Field("received_on", "Ngày nhận", values.optional_day, Shape.DAY, ("received_date",), _RECEIVED),
            Field("evidence", "Minh chứng", values.evidence, like=_PATHS, wide=True),
        )
    ),
    NOTE,
)
PHASE = Field("phase", "Giai đoạn", values.optional, Shape.WORD)
OBLIGATION = Field("obligation", "Nghĩa vụ", values.obligation, Shape.WORD)
UNTIL = Field("until", "Đến ngày", values.day, Shape.DAY, like=("ngày cuối", "hạn mới", "gia hạn đến"))
OCCASION = Field("occasion", "Kỳ", values.occasion_of_record, Shape.WORD, like=("kỳ báo cáo", "đợt"))
CONTENTS = Field(
    "contents", "Nội dung", content_values.contents, Shape.WORD, like=("nội dung thi đua",), compared=True
)

RESULTS = Field(
    "fields", "Kết quả", values.results, Shape.WORD
)  # of the command line; files have a column each


def _done_on(header: str) -> Field:
    return Field(
        "done_on", header, values.day, Shape.DAY, also=("date",), like=_WHEN, stored=True, compared=True
    )


def _records(name: str, action: str, title: str, *more: Field) -> ImportKind:
    required = (UNIT_CODE, _done_on(f"Ngày {title}"))
    return ImportKind(name, required, (*more, *DOCUMENT, PHASE, OCCASION), (UNIT_NAME,), action=action)


@lru_cache(64)
def of_action(action: "PlanAction") -> ImportKind:
    """Files with the records of an action of the plan, a column for each of its results."""
    from thidua_cli.register.results import reader

    results = tuple(
        Field(field.code, field.titles[0], reader(field), Shape.WORD, (field.titles[1].lower(),))
        for field in action.fields
    )
    more = (CONTENTS,) if action.contents else ()
    kind = _records(action.plural, action.code, action.title_vi, *results, *more)
    return replace(kind, results={field.code: field for field in action.fields})


ImportKind.UNITS = ImportKind(
    "units",
    (CODE, NAME, KIND),
    (LEVEL, PARENT_CODE, ABBREVIATION, SORT_ORDER, VALID_FROM, NOTE),
    implied=(CODE, KIND),
)
# The actions of a plan that names none.
ImportKind.LAUNCHES = _records("launches", "launch", "phát động")
ImportKind.REGISTRATIONS = _records("registrations", "registration", "đăng ký", CONTENTS)
ImportKind.REVIEWS = _records("reviews", "review", "tổng kết")
ImportKind.EXEMPTIONS = ImportKind(
    "exemptions",
    (
        UNIT_CODE,
        OBLIGATION,
        Field("on", "Ngày miễn", values.day, Shape.DAY, also=("date",), like=_WHEN),
        Field("reason", "Lý do", values.reason, wide=True),
    ),
    (UNTIL._replace(reads=values.optional_day), *DOCUMENT),
    (UNIT_NAME,),
)
ImportKind.EXTENSIONS = ImportKind(
    "extensions",
    (
        UNIT_CODE,
        OBLIGATION,
        Field("on", "Ngày gia hạn", values.day, Shape.DAY, also=("date",), like=_WHEN),
        UNTIL,
    ),
    DOCUMENT,
    (UNIT_NAME,),
)
ImportKind.SUPPLEMENTS = ImportKind(
    "supplements",
    (
        UNIT_CODE,
        OBLIGATION,
        Field("on", "Ngày bổ sung", values.day, Shape.DAY, also=("date",), like=_WHEN),
    ),
    (CONTENTS, *DOCUMENT),
    (UNIT_NAME,),
)
ImportKind.CHANGES = ImportKind(
    "changes",
    (
        Field("old_code", "Mã cũ", values.optional_code, Shape.CODE),
        Field("new_code", "Mã mới", values.optional_code, Shape.CODE),
        Field("effective_date", "Ngày hiệu lực", values.day, Shape.DAY),
        Field("kind_of_change", "Loại thay đổi", values.change, Shape.TERM, words=Change),
    ),
    (
        Field("old_name", "Tên cũ", values.optional_name, Shape.NAME, wide=True),
        Field("new_name", "Tên mới", values.optional_name, Shape.NAME, wide=True),
        Field(
            "resolution",
            "Nghị quyết",
            values.number,
            like=("số nghị quyết", "số hiệu", "số văn bản", "số quyết định"),
        ),
        Field("extent", "Phạm vi", values.extent, Shape.TERM, words=Extent),
        *(KIND._replace(reads=values.optional_kind), LEVEL, PARENT_CODE, ABBREVIATION, SORT_ORDER, NOTE),
    ),
)
# Those of a plan that names no actions, in the order in which a register is filled.
KINDS = (
    *(ImportKind.UNITS, ImportKind.LAUNCHES, ImportKind.REGISTRATIONS, ImportKind.REVIEWS),
    *(ImportKind.EXEMPTIONS, ImportKind.EXTENSIONS, ImportKind.SUPPLEMENTS, ImportKind.CHANGES),
)


def required(kind: ImportKind) -> tuple[str, ...]:
    """Keys of the columns that a file of that kind must have."""
    return tuple(field.key for field in kind.required if field not in kind.implied)


def usual(kind: ImportKind) -> tuple[str, ...]:
    """Keys of the columns that a row of data fills: those required, and those known from the register."""
    return tuple(field.key for field in kind.required)


def keys(kind: ImportKind) -> tuple[str, ...]:
    """Keys of all columns that a file of that kind may have, required ones first."""
    return tuple(field.key for field in (*kind.required, *kind.optional))


def exported(kind: ImportKind) -> tuple[str, ...]:
    """Keys of the columns of an export: all that a file may have, and after its code a unit's name."""
    named = (UNIT_NAME.key,) if UNIT_NAME.key in known(kind) else ()
    return tuple(name for key in keys(kind) for name in ((key, *named) if key == "unit_code" else (key,)))


@cache
def known(kind: ImportKind) -> Mapping[str, Field]:
    """Every field that a header may name in a kind of file, by its key."""
    return {field.key: field for field in (*kind.required, *kind.optional, *kind.beside)}


def vietnamese(kind: ImportKind, key: str) -> str:
    """The Vietnamese header of a field."""
    return known(kind)[key].vi


def heading(kind: ImportKind, key: str) -> str:
    """The header of a field in the language in use."""
    return key if language.current() == "en" else vietnamese(kind, key)


def names(kind: ImportKind, key: str) -> tuple[str, ...]:
    """Every header that means a field, as it is written in lower case."""
    field = known(kind)[key]
    return (field.key, field.vi.lower(), *field.also)


_ALL = [field for kind in KINDS for field in known(kind).values()]


def shaped(*shapes: Shape) -> frozenset[str]:
    """Keys of all fields of certain shapes."""
    return frozenset(field.key for field in _ALL if field.shape in shapes)


KEYS = frozenset(field.key for field in _ALL)  # a key that is not among them is a result of a plan
CODES = shaped(Shape.CODE)
DAYS = shaped(Shape.DAY)
TEXTS = shaped(Shape.TEXT, Shape.NAME) | {"unit_code"}
WIDE = {field.key for field in _ALL if field.wide}
TERMS = {field.key: field.words for field in _ALL if field.words is not None}
