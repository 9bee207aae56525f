"""Which field each header of an import file names."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence, Set
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from thidua_cli.ground import text
from thidua_cli.ground.language import _
from thidua_cli.ground.problem import Place, Problem
from thidua_cli.ground.sheets import letters
from thidua_cli.intake import advice
from thidua_cli.intake.advice import Labels
from thidua_cli.intake.sheet import short
from thidua_cli.register.fields import KINDS, UNIT_NAME, ImportKind, known, names, required, usual, vietnamese

REASON_HEADERS = {"lý do từ chối", "reason for rejection"}  # the column that --rejects adds
_ODD = str.maketrans(dict.fromkeys(text.ZERO_WIDTH, "") | dict.fromkeys(text.D_STROKES, "Đ"))


def complete(kind: ImportKind, found: Set[str | None]) -> bool:
    """Whether all columns that a file must have are among those found; a unit's name stands for its code."""
    return set(required(kind)) - found <= ({"unit_code"} if UNIT_NAME.key in found else set())


def normal(header: str) -> str:
    """A header for comparison: NFC, lower case, a line break or any run of spaces is one space.

    As in values, what cannot be seen goes and `Ð` is `Đ`.
    """
    plain = header if header.isascii() else unicodedata.normalize("NFC", header).translate(_ODD)
    return " ".join(plain.split()).lower()


def oddities(headers: Sequence[str]) -> list[str]:
    """Notices of what `normal` overlooks in headers."""
    odd_signs = {
        _("{count} tiêu đề cột: bỏ ký tự không nhìn thấy"): text.ZERO_WIDTH,
        _("{count} tiêu đề cột: Ð đã đổi thành Đ"): text.D_STROKES,
    }
    counts = {
        words: sum(not odd.isdisjoint(header) for header in headers if not header.isascii())
        for words, odd in odd_signs.items()
    }
    return [words.format(count=count) for words, count in counts.items() if count]


def field_of(kind: ImportKind, header: str, renamed: Mapping[str, str] = MappingProxyType({})) -> str | None:
    """The field that a header names, or none; `renamed` (field -> header) comes first."""
    name = normal(header)
    for field, given in renamed.items():
        if normal(given) == name:
            return field
    return _meanings(kind).get(name)


def shared(
    headers: Sequence[str], fields: Sequence[str | None], renamed: Mapping[str, str]
) -> list[tuple[int, str]]:
    """The columns that serve a second field, for which --map names the same header; each with that field."""
    places = {normal(header): index for index, header in enumerate(headers) if fields[index]}
    return [
        (places[normal(header)], field)
        for field, header in renamed.items()
        if field not in fields and normal(header) in places
    ]


def is_header_of(field: str, header: str) -> bool:
    """Whether a header is that of a field in any kind of file."""
    return normal(header) in _EVERYWHERE.get(field, ())


def left_out(ignored: Sequence[str]) -> set[str]:
    """Headers, as `normal` makes them, of columns that are not read: those to be ignored, and the reasons."""
    return {normal(header) for header in ignored} | REASON_HEADERS


def ignores(ignored: Sequence[str], headers: Sequence[str], index: int) -> bool:
    """Whether a column is to be ignored: by its header or, without one, by its letter, as Excel shows it.

    A letter that is a header of the file means that column alone.
    """
    wanted = {normal(header) for header in ignored}
    name = normal(headers[index])
    if name:
        return name in wanted
    letter = normal(letters(index))
    return letter in wanted and letter not in map(normal, headers)


def passed_over(headers: Iterable[str]) -> list[str]:
    """The notice of columns that held data and were ignored."""
    names = ", ".join(dict.fromkeys(short(header) for header in headers))
    return [_("bỏ qua cột có dữ liệu: {columns} (--ignore-column)").format(columns=names)] if names else []


def match(
    kind: ImportKind,
    headers: Sequence[str],
    row: int,
    filled: Mapping[int, bool],
    renamed: Mapping[str, str],
    ignored: Sequence[str],
    constants: Set[str] = frozenset(),
) -> tuple[Sequence[str | None], list[Problem]]:
    """The field of each column (none: ignored), and what is wrong with the header row.

    `filled` says which columns without a header hold data below it.
    """
    without = left_out(ignored)
    found: list[str | None] = []
    unknown: list[str] = []
    problems = unnamed(filled, row, headers, ignored)
    for index, header in enumerate(headers):
        name = normal(header)
        field = field_of(kind, header, renamed) if name and name not in without else None
        if field is None and name and name not in without:
            unknown.append(header)
        elif field is not None and field in found:
            message = _("cột {field} có hai lần: cột {first} và {second}").format(
                field=called(kind, field), first=letters(found.index(field)), second=letters(index)
            )
            problems.append(Problem(message, _("xóa một cột"), at=Place(row, short(header))))
        found.append(field)
    if UNIT_NAME.key in found and "unit_code" not in found:
        found[found.index(UNIT_NAME.key)] = "unit_code"
    there = {*found, *(field for _index, field in shared(headers, found, renamed)), *constants}
    missing = [field for field in required(kind) if field not in there]
    if missing or unknown:
        problems = _unmatched(kind, row, headers, missing, unknown, there, ignored) + problems
    return found, problems


class Options(NamedTuple):
    """What may be done about headers that nobody knows.

    `likes` are the cures of those that may be columns of ours, `ignorable` those that are not needed,
    `dropped` needed columns that --ignore-column took away; `then` are lines to say once.
    """

    likes: Mapping[str, str]
    ignorable: Sequence[str]
    dropped: Set[str | None]
    then: Sequence[str]


def advise(
    kind: ImportKind,
    unknown: Iterable[str],
    missing: Sequence[str],
    found: Set[str | None],
    ignored: Sequence[str],
) -> Options:
    """What to do about unknown headers beside those that are found."""
    headers = list(dict.fromkeys(unknown))
    labels = {field: _labels(kind, field) for field in known(kind) if field not in found}
    like = advice.likely(headers, labels, missing)
    dropped = {field_of(kind, header) for header in ignored}.intersection(missing)
    there = {*like.mapped, *dropped, *(["unit_code"] if UNIT_NAME.key in like.mapped else [])}
    lacking = next((field for field in missing if field not in there), None)
    likes = {
        header: _("có lẽ là {field}: --map").format(field=called(kind, field))
        for field, header in like.mapped.items()
    }
    for header, meant in like.doubtful.items():
        likes[header] = _("có lẽ là {fields}: --map; nếu không thì --ignore-column").format(
            fields=_(" hoặc ").join(called(kind, field) for field in meant)
        )
    ignorable = [
        header for header in headers if header not in likes and (not lacking or advice.ordinal(header))
    ]
    then = (
        *advice.lines(ignorable, like.mapped, lacking if headers else None),
        _("Các cột nhận được, * là bắt buộc: {columns}").format(columns=accepted(kind)),
    )
    return Options(likes, ignorable, dropped, then)


def guesses(kind: ImportKind, unknown: Sequence[str], found: Set[str | None]) -> dict[str, list[str]]:
    """The fields that each of some unknown headers may be, where it may be any."""
    labels = {field: _labels(kind, field) for field in known(kind) if field not in found}
    like = advice.likely(dict.fromkeys(unknown), labels, ())
    return {header: [field] for field, header in like.mapped.items()} | like.doubtful


def _unmatched(
    kind: ImportKind,
    row: int,
    headers: Sequence[str],
    missing: Sequence[str],
    unknown: Sequence[str],
    found: Set[str | None],
    ignored: Sequence[str],
) -> list[Problem]:
    """Columns that are missing or unknown, with the options that mend them and all columns there are."""
    options = advise(kind, unknown, missing, found, ignored)
    then = options.then
    problems = []
    if missing:
        problems.append(
            Problem(
                _("thiếu cột: {columns}").format(columns=", ".join(called(kind, each) for each in missing)),
                _("bỏ --ignore-column của cột ấy") if options.dropped else _("thêm cột, hoặc nêu --map"),
                at=Place(row),
                then=then,
            )
        )
    for index, header in enumerate(headers):
        if header in unknown:
            letter = letters(index)
            if header in options.likes:
                cure = options.likes[header]
            elif header not in options.ignorable:
                cure = _("là cột còn thiếu thì --map; nếu không thì xóa cột {letter}").format(letter=letter)
            elif advice.quoted(header):
                cure = _("xóa cột {letter}, hoặc --ignore-column").format(letter=letter)
            else:
                cure = _("xóa cột {letter}").format(letter=letter)
            problems.append(Problem(_("không biết cột này"), cure, at=Place(row, short(header)), then=then))
    return problems


def unnamed(
    filled: Mapping[int, bool], row: int, headers: Sequence[str], ignored: Sequence[str]
) -> list[Problem]:
    """Columns of data without a header; parameters as for `match`."""
    return [
        Problem(
            _("cột {letter} có dữ liệu mà không có tiêu đề").format(letter=letters(index)),
            _("ghi tiêu đề, xóa cột, hoặc --ignore-column {letter}").format(letter=letters(index)),
            at=Place(row, letters(index)),
        )
        for index, holds_data in filled.items()
        if holds_data and not ignores(ignored, headers, index)
    ]


def called(kind: ImportKind, field: str) -> str:
    """A column in a message: its Vietnamese header, and the name that options take."""
    return _("{header} ({field})").format(header=vietnamese(kind, field), field=field)


def accepted(kind: ImportKind) -> str:
    """All columns of a kind of file, the required ones with a star."""
    return ", ".join(
        f"{called(kind, field)}{'*' if field in required(kind) else ''}" for field in known(kind)
    )


def resemblance(kind: ImportKind, headers: Sequence[str]) -> int:
    """How many columns of ours a row of headers seems to hold, whatever it calls them."""
    labels = {field: _labels(kind, field) for field in known(kind)}
    found = advice.likely(list(dict.fromkeys(filter(normal, headers))), labels, usual(kind)).mapped
    return len(found) if set(usual(kind)).intersection(found) or UNIT_NAME.key in found else 0


def _labels(kind: ImportKind, key: str) -> Labels:
    return Labels([key, vietnamese(kind, key), *names(kind, key)], known(kind)[key].like)


@cache
def _meanings(kind: ImportKind) -> Mapping[str, str]:
    """The key of the field that each header means in a kind of file."""
    return {header: key for key in known(kind) for header in names(kind, key)}


_EVERYWHERE = {
    key: {header for kind in KINDS if key in known(kind) for header in names(kind, key)}
    for key in {key for kind in KINDS for key in known(kind)}
}
