"""Headers that are not ours and have one meaning: synonyms are taken, running numbers left out."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from thidua_cli.ground.language import _
from thidua_cli.ground.sheets import letters
from thidua_cli.intake import advice, columns, incoming
from thidua_cli.intake.sheet import short
from thidua_cli.register.fields import ImportKind, known, names
from thidua_cli.register.synonyms import OF_LISTS, OWN_SYNONYMS, SHORT_WORDS, SYNONYMS

_WORD = re.compile(r"[^\W_]+")
_HINT = re.compile(r"\((?:nếu có|\*|dd|d|ngày)?[\W_]*(?:mm|m|tháng)?[\W_]*(?:yyyy|yy|năm)?\)")  # (dd/mm/yyyy)


class HeaderChoice(NamedTuple):
    """What is done with headers: `renamed` is field -> header, `ignored` are headers or letters.

    `taken` are the synonyms of `renamed`, `running` and `unknown` are headers of `ignored`.
    """

    renamed: Mapping[str, str]
    ignored: Sequence[str]
    taken: Mapping[str, str]
    running: Sequence[str]
    unknown: Sequence[str]
    told: Sequence[str] = ()  # what a list of this program says of each unit

    def used(self, kind: ImportKind, headers: Sequence[str]) -> list[str | None]:
        """The field that each header names, without the columns to be ignored."""
        return [
            None
            if columns.ignores(self.ignored, headers, index)
            else columns.field_of(kind, header, self.renamed)
            for index, header in enumerate(headers)
        ]

    def read(self, kind: ImportKind, headers: Sequence[str]) -> tuple[list[str | None], list[str]]:
        """The field of each header, and each header as synonyms are written; neither of those ignored."""
        names = [
            "" if columns.ignores(self.ignored, headers, index) else plain(header)
            for index, header in enumerate(headers)
        ]
        return self.used(kind, headers), names

    def notices(self, kind: ImportKind) -> Iterator[str]:
        """What was decided, in words."""
        if self.taken:
            read = [
                _("'{header}' là {column}").format(header=short(header), column=columns.called(kind, field))
                for field, header in self.taken.items()
            ]
            yield _("đọc cột {columns}").format(columns=", ".join(read))
        if self.running:
            yield _("bỏ cột số thứ tự: {columns}").format(columns=", ".join(map(short, self.running)))
        if self.told:
            yield _("tệp là bảng của thidua list: không đọc {columns}").format(columns=", ".join(self.told))
        if self.unknown:
            yield _("bỏ qua cột không biết: {columns} (--ignore-unknown)").format(
                columns=", ".join(map(short, self.unknown))
            )


def choose(
    kind: ImportKind,
    headers: Sequence[str],
    renamed: Mapping[str, str],
    ignored: Sequence[str],
    *,
    office: Collection[str] = (),
    filled: Mapping[int, bool] | None = None,
) -> HeaderChoice:
    """What is done with the headers beside what was asked for.

    `office` are headers of the statistics office's list, which has no synonyms. With `filled`, of columns
    without a header whether they hold data, all others are left out.
    """
    rest = list(_unknown(kind, headers, renamed, ignored, office))
    taken, doubtful = ({}, set()) if office else _synonyms(kind, headers, renamed, rest, ignored)
    rest = [index for index in rest if headers[index] not in taken.values()]
    told = _of_list(kind, headers, rest)
    rest = [index for index in rest if headers[index] not in told]
    running = list(dict.fromkeys(headers[index] for index in rest if advice.ordinal(headers[index])))
    unknown = []
    if filled is not None:
        unknown = [
            headers[index] for index in rest if index not in doubtful and headers[index] not in running
        ]
        unknown += [letters(index) for index, holds in filled.items() if holds]
        unknown = [name for name in dict.fromkeys(unknown) if name not in ignored]
    return HeaderChoice(
        {**renamed, **taken}, [*ignored, *told, *running, *unknown], taken, running, unknown, told
    )


def absent(ignored: Sequence[str], headers: Sequence[str]) -> dict[str, str | None]:
    """Headers to be ignored that a file does not have, each with the one that was meant, if any."""
    unnamed = {
        columns.normal(letters(index)): ""
        for index, header in enumerate(headers)
        if not columns.normal(header)
    }
    there = unnamed | {columns.normal(header): header for header in headers}
    without = columns.left_out(ignored)
    return {
        name: advice.meant(
            name, [header for known, header in there.items() if known and known not in without]
        )
        for name in ignored
        if columns.normal(name) not in there
    }


def meant(kind: ImportKind, headers: Sequence[str], renamed: Mapping[str, str]) -> set[str]:
    """The fields that headers name, by synonyms too."""
    found = {columns.field_of(kind, header, renamed) for header in headers}
    rest = list(_unknown(kind, headers, renamed, (), ()))
    return {field for field in found if field} | _synonyms(kind, headers, renamed, rest, ())[0].keys()


def field_of(kind: ImportKind, header: str, renamed: Mapping[str, str]) -> str | None:
    """The field that a header names, by a synonym too."""
    return columns.field_of(kind, header, renamed) or _meanings(kind).get(plain(header))


def _of_list(kind: ImportKind, headers: Sequence[str], rest: Sequence[int]) -> list[str]:
    """Headers that only say what the register knows, where a file is a list of this program."""
    names = {columns.normal(headers[index]) for index in rest}
    if not kind.action or not names >= {"state", "record_id"}:
        return []
    return [headers[index] for index in rest if columns.normal(headers[index]) in OF_LISTS]


def _unknown(
    kind: ImportKind,
    headers: Sequence[str],
    renamed: Mapping[str, str],
    ignored: Sequence[str],
    office: Collection[str],
) -> Iterator[int]:
    """The places of headers that say nothing yet."""
    without = columns.left_out(ignored)
    for index, header in enumerate(headers):
        name = columns.normal(header)
        if not name or name in without or name in office:
            continue
        if office or columns.field_of(kind, header, renamed) is None:
            yield index


def _synonyms(
    kind: ImportKind,
    headers: Sequence[str],
    renamed: Mapping[str, str],
    rest: Sequence[int],
    ignored: Sequence[str],
) -> tuple[dict[str, str], set[int]]:
    """The synonym of each field that has no header of its own, and the places of those that have several."""
    own = {index: columns.field_of(kind, header, renamed) for index, header in enumerate(headers)}
    found = set(own.values())
    meanings = {
        index: field
        for index in rest
        if (field := _meanings(kind).get(plain(headers[index]))) and field not in found
    }
    without = columns.left_out(ignored)
    read = {
        index: field
        for index, field in own.items()
        if (field or index in rest) and columns.normal(headers[index]) not in without
    }
    names = list(map(plain, headers))
    meanings |= incoming.meanings(kind, {**read, **meanings}, names)
    counts = Counter(meanings.values())
    taken = {field: headers[index] for index, field in meanings.items() if counts[field] == 1}
    return taken, {index for index, field in meanings.items() if counts[field] > 1}


@lru_cache(1000)
def plain(header: str) -> str:
    """A header as synonyms are written."""
    words = _WORD.findall(_HINT.sub("", columns.normal(header)))
    return " ".join(SHORT_WORDS.get(word, word) for word in words)


@cache
def _meanings(kind: ImportKind) -> Mapping[str, str]:
    """The field that each synonym means in a kind of file, and each name of ours without its punctuation."""
    made: dict[str, str] = {}
    own = OWN_SYNONYMS.get(kind.name, {})
    for key in known(kind):
        for header in (*SYNONYMS.get(key, ()), *own.get(key, ()), *map(plain, names(kind, key))):
            made.setdefault(plain(header), key)
    return made
