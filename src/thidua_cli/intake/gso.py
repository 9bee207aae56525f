"""The statistics office's lists of administrative units: one row a ward, with its district and province.

Of one province they give the districts and communes, named as their committees. A list has these columns:

- `Tỉnh Thành Phố, Mã TP, Quận Huyện, Mã QH, Phường Xã, Mã PX, Cấp, Tên Tiếng Anh`; a district without
  communes has an empty ward code;
- `Mã, Tên, Tên Tiếng Anh, Cấp, Mã QH, Quận Huyện, Mã TP, Tỉnh / Thành Phố`, the list of communes;
- either without districts: since 07/2025 there are none, and the list of districts itself has no others.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from thidua_cli.ground import text
from thidua_cli.ground.errors import InvalidError, RejectedError, UsageError
from thidua_cli.ground.language import _
from thidua_cli.ground.problem import Place, Problem
from thidua_cli.ground.sheets import letters
from thidua_cli.intake import advice, cells, columns
from thidua_cli.intake.headed_rows import HeadedRows, merged_in, sheet_of
from thidua_cli.intake.sheet import Sheet, short
from thidua_cli.intake.tables.grid import Cell
from thidua_cli.register.terms import LEVEL_OF_KIND, Kind
from thidua_cli.rules.resolutions.naming import committee_name

_PROVINCE, _DISTRICT, _WARD = "Mã TP", "Mã QH", "Mã PX"
_DISTRICT_NAME, _WARD_NAME = "Quận Huyện", "Phường Xã"
NEEDED = (_PROVINCE, _DISTRICT, _WARD, _DISTRICT_NAME, _WARD_NAME)
CODES = NEEDED[:3]
_DISTRICTS = {_DISTRICT, _DISTRICT_NAME}  # both or neither
_OTHERS = ("Tỉnh Thành Phố", "Cấp", "Tên Tiếng Anh", "Nghị định")
HEADERS = {columns.normal(header): header for header in (*NEEDED, *_OTHERS)}
HEADERS |= {"mã": _WARD, "tên": _WARD_NAME, "tỉnh / thành phố": _OTHERS[0], "tỉnh/thành phố": _OTHERS[0]}
_DISTRICT_WORDS = ("thành phố", "quận", "huyện", "thị xã")
_SHOWN = 10  # numbers of rows in a notice
_SAYING_WHERE = (_OTHERS[0], _DISTRICT, _DISTRICT_NAME)
FIELDS = ("code", "name", "kind", "level", "parent_code")


def places(headers: Sequence[str]) -> list[str | None] | None:
    """Which of the list's columns each header is (none: another); none at all where one is missing."""
    fields = [HEADERS.get(columns.normal(header)) for header in headers]
    missing = set(NEEDED) - set(fields)
    return fields if missing in (set(), _DISTRICTS) else None


def needed(places: Sequence[str | None]) -> list[str | None]:
    """Of the list's columns, those that are read."""
    return [name if name in NEEDED else None for name in places]


def problems(headers: Sequence[str], row: int, ignored: Sequence[str]) -> list[Problem]:
    """What is wrong with the list's header row: columns that it does not have, or has once."""
    names = [columns.normal(header) for header in headers]
    known = {"", *HEADERS, *columns.left_out(ignored)}
    unknown = [header for header, name in zip(headers, names, strict=True) if name not in known]
    then = advice.lines(list(dict.fromkeys(unknown)), {}, None)
    wrong: list[Problem] = []
    fields = [HEADERS.get(name) for name in names]
    for index, (header, field) in enumerate(zip(headers, fields, strict=True)):
        if field and field in fields[:index]:
            message = _("cột {field} có hai lần: cột {first} và {second}").format(
                field=header, first=letters(fields.index(field)), second=letters(index)
            )
            wrong.append(Problem(message, _("xóa một cột"), at=Place(row, short(header))))
        elif header in unknown:
            cure = _("xóa cột {letter}, hoặc --ignore-column").format(letter=letters(index))
            wrong.append(Problem(_("không biết cột này"), cure, at=Place(row, short(header)), then=then))
    return wrong


def sheet(table: HeadedRows, source: str, province: str | None) -> Sheet:
    """The districts and communes of a province, or of the only one there is, as a sheet of units.

    Raises UsageError where there are several and none is asked for, RejectedError for one that is not there.
    """
    province = province or _only_province(table, source)
    inside = _inside(table, province)
    merged, _spoiled = merged_in(table, {number for number, _values in inside.body})
    listed = sheet_of(inside)
    listed.problems += merged
    made = Sheet(FIELDS, [], listed.problems, notices=listed.notices, headers=listed.headers, raw=listed.raw)
    made.province = province
    districts: dict[str, str] = {}
    for number, row in _cleaned(listed, made):
        if row[_PROVINCE] != province or _has_gaps(number, row, made):
            continue
        if _DISTRICT not in row:
            made.rows.append((number, _unit(row[_WARD], row[_WARD_NAME], _kind(row[_WARD_NAME]), province)))
            continue
        code, name = row[_DISTRICT], row[_DISTRICT_NAME]
        if code not in districts:
            districts[code] = name
            made.rows.append((number, _unit(code, name, Kind.DISTRICT_COMMITTEE, province)))
        elif districts[code] != name:
            made.problems.append(
                Problem(
                    _("mã {code} đã là {name}").format(code=code, name=districts[code]),
                    _("ghi cùng một tên ở mọi dòng của mã này"),
                    at=Place(number, _DISTRICT_NAME, name),
                )
            )
        if row[_WARD]:
            made.rows.append((number, _unit(row[_WARD], row[_WARD_NAME], Kind.COMMUNE_COMMITTEE, code)))
    if not made.rows and not made.problems:
        raise RejectedError(
            _("{file}: không có tỉnh, thành phố mã '{code}'").format(file=source, code=province),
            ", ".join(sorted({code for code in _provinces(table, province) if code}))[:200],
        )
    made.notices.append(
        _("danh mục của cơ quan thống kê: lấy tỉnh, thành phố mã {code}").format(code=province)
    )
    return made


def _only_province(table: HeadedRows, source: str) -> str:
    """The code of the one province of a list; raises UsageError where there are several."""
    codes = {code for code in _provinces(table, "") if code}
    if len(codes) != 1:
        message = _("{file}: danh mục nhiều tỉnh, thành phố: nêu --province, ví dụ --province 48")
        raise UsageError(message.format(file=source), ", ".join(sorted(codes))[:200])
    return codes.pop()


def _kind(name: str) -> Kind:
    """What a unit of a list without districts is, by the first words of its name."""
    is_district = name.lower().startswith(_DISTRICT_WORDS)
    return Kind.DISTRICT_COMMITTEE if is_district else Kind.COMMUNE_COMMITTEE


def _inside(table: HeadedRows, province: str) -> HeadedRows:
    """The rows that are, or may be, of the province; whatever is wrong with others does not matter.

    A row that does not say its province is of another only where the rows around it are, and nothing that it
    says is said of the province; such rows are told.
    """
    codes = _provinces(table, province)
    headers = map(columns.normal, table.headers)
    places = [index for index, name in enumerate(headers) if HEADERS.get(name) in _SAYING_WHERE]

    def said(values: Sequence[Cell]) -> set[tuple[int, str]]:
        return {(place, written) for place in places if (written := _written(values, place))}

    numbered = list(zip(codes, table.body, strict=True))
    ours = {word for code, (_number, values) in numbered if code == province for word in said(values)}
    around = zip(_carried(codes), _carried(codes[::-1])[::-1], strict=True)
    body, dropped = [], []
    for near, (code, (number, values)) in zip(around, numbered, strict=True):
        if code is None and any(near) and province not in near and ours.isdisjoint(said(values)):
            dropped.append(number)
        elif code is None or code == province:
            body.append((number, values))
    kept = {number for number, _values in body}
    notices = list(table.notices)
    if dropped:
        notices.append(
            _("{count} dòng không ghi mã tỉnh, nằm giữa các dòng của tỉnh khác: không lấy ({rows})").format(
                count=len(dropped),
                rows=", ".join(map(str, dropped[:_SHOWN])) + (", …" if len(dropped) > _SHOWN else ""),
            )
        )
    return table._replace(
        body=body,
        grid=table.grid._replace(merged=()),
        notices=notices,
        problems=[problem for problem in table.problems if problem.at.row in kept],
    )


def _carried(codes: Sequence[str | None]) -> list[str | None]:
    """Of each row the last code that was said."""
    carried: list[str | None] = []
    for code in codes:
        carried.append(code or (carried[-1] if carried else None))
    return carried


def _provinces(table: HeadedRows, province: str) -> list[str | None]:
    """The province of each row as far as it is beyond doubt; a merged cell holds it for all its rows."""
    place, width = table.fields.index(_PROVINCE), len(table.headers)
    rows = [number for number, _values in table.body]
    codes: list[str | None] = []
    for _number, values in table.body:
        code = _written(values, place) if table.grid.letters or len(values) == width else ""
        codes.append(code if code == province or (code.isascii() and code.isdigit()) else None)
    for top, left, bottom, _right in table.grid.merged:
        first, last = bisect_left(rows, top), bisect_right(rows, bottom)
        if left == place and first < last and rows[first] == top:
            codes[first:last] = [codes[first]] * (last - first)
    return codes


def _written(values: Sequence[Cell], place: int) -> str:
    """A cell made regular; nothing where it is not there, or cannot be."""
    try:
        return text.clean(cells.header_text(values[place])).value if place < len(values) else ""
    except InvalidError:
        return ""


def _cleaned(listed: Sheet, made: Sheet) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows with every value made regular; one that cannot be, or is of no province, is a problem."""
    for number, values in listed.rows:
        row = {}
        for column, value in values.items():
            try:
                row[column] = text.clean(str(value)).value
            except InvalidError as error:
                made.problems.append(Problem(error.message, error.cure, at=Place(number, column, value)))
        if len(row) == len(values):
            if row[_PROVINCE]:
                yield number, row
            else:
                made.problems.append(_gap(number, _PROVINCE))


def _has_gaps(number: int, row: dict[str, str], made: Sheet) -> bool:
    """Whether a code is missing that the row needs, as below merged cells; each is a problem."""
    said = [column for column in NEEDED[1:] if row.get(column)]
    needed = [_DISTRICT] if said and _DISTRICT in row else []
    needed += [_WARD] if row[_WARD_NAME] else []
    gaps = [column for column in needed if not row[column]]
    made.problems += [_gap(number, column) for column in gaps]
    return bool(gaps) or not needed


def _gap(number: int, column: str) -> Problem:
    return Problem(
        _("mã bỏ trống, như khi chỉ dòng đầu của nhóm có giá trị"),
        _("ghi giá trị vào từng ô, kể cả ô giống dòng trên"),
        at=Place(number, column),
    )


def _unit(code: str, name: str, kind: Kind, parent: str) -> dict[str, object]:
    values = (code, committee_name(name, kind), str(kind), str(LEVEL_OF_KIND[kind]), parent)
    return dict(zip(FIELDS, values, strict=True))
