"""Rows that hold no data: groups, repeated headers, labels, totals, and the signatures below a table.

Each is passed over only where it has one reading: a row that names a unit, or has a running number, is data.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from thidua_cli.ground.language import _
from thidua_cli.ground.text import NAME_LIMIT
from thidua_cli.intake import advice, columns
from thidua_cli.intake.cells import empty, header_text
from thidua_cli.intake.numbering import numbered, runs
from thidua_cli.intake.tables.grid import Cell
from thidua_cli.register import terms
from thidua_cli.register.fields import ImportKind, usual

Rows = Sequence[tuple[int, Sequence[Cell]]]  # with their numbers
_NAMING = ("code", "unit_code", "old_code", "name", "unit_name", "new_code")
_ROMAN = r"(?:[IVXLC]{1,6}|[A-ZĐ])"
_MARKER = re.compile(rf"{_ROMAN}\s*[.)/:]?", re.ASCII)
_MARKED = re.compile(rf"(?:{_ROMAN}|\d{{1,3}})\s*[.)/:–-]\s*(?=\S)")
_COUNTED = re.compile(r"\d{1,5}[.)]?", re.ASCII)  # a running number
_BODIES = (
    "sở|ban|ngành|hội|đoàn thể|quận|huyện|phường|xã|thị trấn|thị xã|đặc khu"
    "|cơ quan|tổ chức|đơn vị( sự nghiệp)?"
)
_OF = (
    r"( ?(thuộc|trực thuộc|của|cấp|thành phố|tp|tỉnh|trung ương|ubnd|đảng|công lập|chính trị|xã hội|-|–|,))*"
)
_MANY = rf"(các |khối )?(ubnd |ủy ban nhân dân )?(các )?({_BODIES})"
_GROUP = re.compile(
    rf"(khối|các|nhóm|cụm|phần|mục) .{{1,80}}|{_MANY}(( ?, ?| và | ?[-–/&] ?){_MANY})+{_OF}"
    rf"|(ubnd|ủy ban nhân dân) các .{{1,60}}"
)
_TOTAL = re.compile(
    r"(tổng cộng|tổng số|tổng|cộng|total)"
    r"( đơn vị| chung| cả| (khối|nhóm|mục|phần|cụm|các|toàn) [^\d:]{1,60})?"
    r"[\s\d:.,()]*((cơ quan|đơn vị|phường|xã|quận|huyện)[\s,.)]*)*"
)
_SIGNED = re.compile(
    r"(người (lập|tổng hợp|báo cáo|ký|kiểm)|nơi nhận|lập (biểu|bảng)|kế toán"
    r"|thủ trưởng|(phó )?chủ tịch|xác nhận|(phó )?(giám đốc|trưởng (ban|phòng)|chánh (văn phòng|thanh tra))"
    r"|(tm|kt|tl|tuq|q)\.|[tk]/[mtl]\b|\(?đã ký|\(?ký[ ,]|- ?(như|lưu)|lưu ?:|ghi chú ?:|nguồn ?:|\(?\*)"
    r"|(^|.*, ?)ngày [\d.…/ ]*tháng [\d.…/ ]*năm.*"
)
_LONG = 200  # letters of a text that are looked at
_UNIT_WORDS = (
    *terms.TERRITORY_WORDS[1:],
    *(
        "sở",
        "ubnd",
        "ủy ban nhân dân",
        "uỷ ban nhân dân",
        "trung tâm",
        "trường",
        "bệnh viện",
        "chi cục",
        "cục",
        "hội",
    ),
)


class Layout(StrEnum):
    """What a row without data is."""

    HEADER = "header"
    LABELS = "labels"
    NUMBERS = "numbers"
    GROUP = "group"
    TOTAL = "total"
    SIGNATURES = "signatures"
    EMPTY = "empty"


class TableShape(NamedTuple):
    """A header, and what distinguishes rows of data from rows of layout.

    `fields` are those that the headers name, `header_rows` the rows of the header as they stand, `across` the
    rows with a cell merged over columns, by number, `is_unit` whether a text is a unit's code or name.
    """

    kind: ImportKind
    headers: Sequence[str]
    fields: Sequence[str | None]
    header_rows: Sequence[Sequence[Cell]] = ()
    across: frozenset[int] = frozenset()
    is_unit: Callable[[str], bool] | None = None


def classify(rows: Rows, shape: TableShape, *, skip_empty: bool = False) -> dict[int, Layout]:
    """What each row without data is, by its place among the rows."""
    return _Classifier(rows, shape, skip_empty=skip_empty).found


def notices(rows: Rows, found: Mapping[int, Layout]) -> list[str]:
    """What was passed over, with the numbers of the rows."""
    words = {
        Layout.HEADER: _("bỏ qua dòng lặp lại tiêu đề: {rows}"),
        Layout.LABELS: _("bỏ qua dòng nhãn của cột: {rows}"),
        Layout.NUMBERS: _("bỏ qua dòng số thứ tự cột: {rows}"),
        Layout.GROUP: _("bỏ qua dòng tên nhóm: {rows}"),
        Layout.TOTAL: _("bỏ qua dòng tổng cộng: {rows}"),
        Layout.SIGNATURES: _("bỏ qua phần ký tên cuối bảng, dòng {rows}"),
        Layout.EMPTY: _("dòng chưa điền ngày, coi là chưa thực hiện: {rows} (--skip-empty)"),
    }
    numbers: dict[Layout, list[int]] = {}
    for place in sorted(found):
        numbers.setdefault(found[place], []).append(rows[place][0])
    return [said.format(rows=runs(numbers[layout])) for layout, said in words.items() if layout in numbers]


class _Classifier:
    """Goes through the rows once; only those that are not plainly data are looked at closely."""

    def __init__(self, rows: Rows, shape: TableShape, *, skip_empty: bool) -> None:
        self.rows, self.shape = rows, shape
        self.plain_headers = [_plain(shape.headers), *map(_plain, shape.header_rows)]
        places = {field: index for index, field in enumerate(shape.fields) if field}
        self.naming = next((places[field] for field in _NAMING if field in places), None)
        self.named = [places[field] for field in _NAMING if field in places]
        days = [key for key in ("done_on", "on", "effective_date") if key in places]
        self.day = places[days[0]] if days else None
        self.needed = [places[field] for field in usual(shape.kind) if field in places]
        self.read = [(index, field) for field, index in places.items()]
        self.ordinal = next(
            (index for index, name in enumerate(shape.headers) if name and advice.ordinal(name)), None
        )
        self.found: dict[int, Layout] = {}
        last = -1
        for place, (_number, values) in enumerate(rows):
            if self._is_plain(values):
                last = place
            elif layout := self._layout(place, values):
                self.found[place] = layout
        self._sign(last)
        if skip_empty and self.day is not None:
            kept = set(self.named) | {places[key] for key in ("note", "phase", "obligation") if key in places}
            self._skip_empty([index for index in places.values() if index not in kept])

    def _cell(self, values: Sequence[Cell], index: int | None) -> Cell:
        return values[index] if index is not None and index < len(values) else None

    def _text(self, values: Sequence[Cell], index: int | None) -> str:
        return columns.normal(header_text(self._cell(values, index)))

    def _is_plain(self, values: Sequence[Cell]) -> bool:
        """Whether a row is data without a closer look: it names something, on a day."""
        if self.day is None or self.naming is None:
            return False
        day, name = self._cell(values, self.day), self._cell(values, self.naming)
        if isinstance(day, str):
            return len(day) > 7 and day[0].isdigit() and day[-1].isdigit() and bool(name)
        return isinstance(day, date) and bool(name)

    def _layout(self, place: int, values: Sequence[Cell]) -> Layout | None:
        if self.naming is None:
            return None
        if _plain(values) in self.plain_headers:
            return Layout.HEADER
        if self._is_labels(values):
            return Layout.LABELS
        if self.found.get(place - 1) is Layout.HEADER and numbered(values):
            return Layout.NUMBERS
        if self._is_total(values):
            return Layout.TOTAL
        return Layout.GROUP if self._is_group(place, values) else None

    def _is_labels(self, values: Sequence[Cell]) -> bool:
        """Whether each cell that is read names its column, in whatever kind of file."""
        return all(
            isinstance(value := self._cell(values, index), str) and columns.is_header_of(field, value)
            for index, field in self.read
        )

    def _is_dated(self, values: Sequence[Cell]) -> bool:
        """Whether a row fills what only data fill: a day or, of a unit, its code or kind."""
        if self.day is not None:
            day = self._cell(values, self.day)
            return isinstance(day, date) or len(re.findall(r"\d+", str(day or ""))) > 2
        filled = [index for index in self.needed if not empty(self._cell(values, index))]
        return any(self.shape.fields[index] not in ("name", "unit_name") for index in filled)

    def _is_total(self, values: Sequence[Cell]) -> bool:
        """Whether a row is a total below a list: no unit is named, or only in the words of a total."""
        texts = [columns.normal(value[:_LONG]) for value in values if isinstance(value, str)]
        words = {text for text in texts if _TOTAL.fullmatch(text)}
        if not words or self._is_dated(values):
            return False
        name = self._text(values, self.naming)
        return (not name or name in words) and not any(self._is_unit(text) for text in words)

    def _is_group(self, place: int, values: Sequence[Cell]) -> bool:
        """Whether a row is the name of the group below it: one text, by its words, number or width."""
        if self._is_dated(values) or self._is_counted(values):
            return False
        texts = [value for value in values if isinstance(value, str) and not empty(value)]
        texts = [value for value in texts if not _COUNTED.fullmatch(value.strip())]
        mark = self._cell(values, self.ordinal)
        marked = isinstance(mark, str) and len(texts) > 1 and bool(_MARKER.fullmatch(mark.strip()))
        if marked:
            texts.remove(str(mark))
        if len(texts) != 1:
            return False
        written = " ".join(texts[0][:_LONG].split())
        name = _MARKED.sub("", written, count=1)
        marked = (marked or (name != written and not written[0].isdigit())) and not self._marks_data
        if self._is_unit(written) or self._is_unit(name):
            return False
        if _GROUP.fullmatch(columns.normal(name)):
            return True
        wide = self.rows[place][0] in self.shape.across
        sure = self.shape.is_unit is not None and self.shape.kind is not ImportKind.UNITS
        return (marked or wide) and (sure or not _like_unit(name))

    @cached_property
    def _marks_data(self) -> bool:
        """Whether rows of data are numbered I, II or A, B as well."""
        marks = (self._cell(values, self.ordinal) for _number, values in self.rows if self._is_plain(values))
        return any(isinstance(mark, str) and _MARKER.fullmatch(mark.strip()) for mark in marks)

    def _is_counted(self, values: Sequence[Cell]) -> bool:
        """Whether a row has a running number."""
        return bool(_COUNTED.fullmatch(self._text(values, self.ordinal)))

    def _is_unit(self, text: str) -> bool:
        return len(text) <= NAME_LIMIT and self.shape.is_unit is not None and self.shape.is_unit(text)

    def _sign(self, last: int) -> None:
        """Find the signatures: rows below the last one of data that say so, or stand below a total."""
        started = False
        for place in range(last + 1, len(self.rows)):
            _number, values = self.rows[place]
            if self.found.get(place) is Layout.TOTAL:
                started = True
            elif place not in self.found and not self._names_unit(values):
                started = started or self._is_signed(values)
                if started:
                    self.found[place] = Layout.SIGNATURES

    def _is_signed(self, values: Sequence[Cell]) -> bool:
        return any(
            isinstance(value, str) and _SIGNED.match(columns.normal(value[:_LONG])) for value in values
        )

    def _names_unit(self, values: Sequence[Cell]) -> bool:
        texts = [header_text(self._cell(values, index)) for index in self.named]
        return (
            self._is_counted(values)
            or (self.day is None and self._is_dated(values))
            or any(_like_unit(text) or self._is_unit(text) for text in texts if text.strip())
        )

    def _skip_empty(self, other: Sequence[int]) -> None:
        """Find the rows that name a unit, and nothing else was filled in."""
        for place, (_number, values) in enumerate(self.rows):
            if (
                place not in self.found
                and empty(self._cell(values, self.day))
                and not empty(self._cell(values, self.naming))
                and all(empty(self._cell(values, index)) for index in other)
            ):
                self.found[place] = Layout.EMPTY


def _plain(values: Sequence[Cell]) -> list[str]:
    """The cells of a row for comparison, up to the last that holds anything."""
    texts = [columns.normal(header_text(value)) for value in values]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def _like_unit(name: str) -> bool:
    """Whether a text begins as the name of a unit, and is more than the words of a group."""
    plain = columns.normal(name[:_LONG])
    return plain.startswith(tuple(f"{word} " for word in _UNIT_WORDS)) and not _GROUP.fullmatch(plain)
