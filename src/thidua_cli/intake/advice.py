"""Which options mend a header row: what to type for the columns that nobody knows."""

import re
import shlex
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from thidua_cli.ground.language import _
from thidua_cli.ground.text import fold, seen

_LONGEST = 100  # characters of a header that is worth typing
_MOST = 20  # options in one command line
_SPECIAL = re.compile(r'["$`\\!%]')  # to a shell, between double quotes
_ENOUGH = 85  # of 100: letters that two headers share
_SLIPPERY = 5  # letters from which on one may be wrong
_SAME_WORDS = 100  # in any order
_CLOSE = 92  # of other names
_SYLLABLE = 2  # letters of a label that says too little to be looked for among other words
_WORDS_ENOUGH = 90  # one header has all the words of the other
_INITIALS = re.compile(r"\b([a-z])[./]([a-z]{1,2})\b")  # đ/v, v.b, đ/vị
_ORDINAL = {"stt", "tt", "so tt", "so thu tu", "no"}  # a column that only numbers the rows
_RECEIVES = re.compile(r"\b(nhan|xu ly|thu ly|chu tri|phoi hop|giai quyet)\b")  # a paper, in a register
_UNITS = ("unit_code", "unit_name", "document_issuer")
_BODIES = re.compile(r"\b(don vi|nguoi|co quan|phong|noi|bo phan|can bo)\b")
_SHORT = {
    "bh": "ban hanh",
    "cq": "co quan",
    "cqbh": "co quan ban hanh",
    "cv": "cong van",
    "dk": "dang ky",
    "dv": "don vi",
    "dvi": "don vi",
    "gc": "ghi chu",
    "gd": "giai doan",
    "hl": "hieu luc",
    "kh": "ke hoach",
    "ld": "ly do",
    "mdv": "ma don vi",
    "nd": "noi dung",
    "nq": "nghi quyet",
    "nv": "nghia vu",
    "pd": "phat dong",
    "qd": "quyet dinh",
    "sh": "so hieu",
    "skh": "so ky hieu",
    "svb": "so van ban",
    "tk": "tong ket",
    "vb": "van ban",
}  # as people write headers to keep columns narrow


def quoted(header: str) -> str | None:
    """A header as it is typed after an option, in any shell; none for one that cannot be typed."""
    shown = " ".join(unicodedata.normalize("NFC", header).split())
    if not shown or len(shown) > _LONGEST or not seen(shown):
        return None
    return shlex.quote(shown) if _SPECIAL.search(shown) else f'"{shown}"'


class Labels(NamedTuple):
    """What a field is called: its own names, and others in use, which are looked for unchanged."""

    names: Sequence[str]
    others: Sequence[str]


class HeaderMatches(NamedTuple):
    """Which fields headers may be.

    `mapped` is the likely header of each field; `doubtful` are headers that may be one of several fields, or
    one that has a likelier header.
    """

    mapped: dict[str, str]
    doubtful: dict[str, list[str]]


def likely(headers: Iterable[str], labels: Mapping[str, Labels], preferred: Collection[str]) -> HeaderMatches:
    """The fields whose labels each header is most like; where several are, the one that is `preferred`."""
    scores = {header: _scores(header, labels) for header in headers}
    found = HeaderMatches({}, {})
    for header, all_of in sorted(scores.items(), key=lambda item: -max(item[1].values(), default=0)):
        free = {field: score for field, score in all_of.items() if field not in found.mapped}
        fields = _best(free) or _best(all_of)
        wanted = [field for field in fields if field in preferred]
        chosen = wanted if len(fields) > 1 and len(wanted) == 1 else fields
        if len(chosen) == 1 and chosen[0] in free:
            found.mapped[chosen[0]] = header
        elif chosen:
            found.doubtful[header] = chosen
    return found


def _scores(header: str, labels: Mapping[str, Labels]) -> dict[str, float]:
    """How much a header is like each field that it is like at all."""
    if len(header) > _LONGEST or ordinal(header):
        return {}
    ours = _in_full(header)
    scores = {
        field: max(_likeness(ours, label, loosely=label in names) for label in (*names, *others))
        for field, (names, others) in labels.items()
        if field not in _UNITS or not receives(header)
    }
    return {field: score for field, score in scores.items() if score >= _ENOUGH}


def receives(header: str) -> bool:
    """Whether a header is that of who receives or handles an incoming paper, which is never its unit."""
    words = " ".join(_words(header[:_LONGEST]))
    return bool(_RECEIVES.search(words) and _BODIES.search(words))


def _best(scores: Mapping[str, float]) -> list[str]:
    return [field for field, score in scores.items() if score == max(scores.values())]


def ordinal(header: str) -> bool:
    """Whether a header is that of a column that only numbers the rows, so that nothing is lost with it."""
    return " ".join(_words(header[:_LONGEST])) in _ORDINAL


def meant(name: str, headers: Iterable[str]) -> str | None:
    """The header that a name differs from by marks, signs or a slip of the fingers; none where by more."""
    from rapidfuzz.distance import OSA

    ours = "".join(_words(name[:_LONGEST]))
    for header in headers:
        theirs = "".join(_words(header[:_LONGEST]))
        numbers = {re.sub(r"\D", "", each) for each in (ours, theirs)}
        slips = 1 if len(ours) >= _SLIPPERY else 0
        if ours and len(numbers) == 1 and OSA.distance(ours, theirs, score_cutoff=slips) <= slips:
            return header
    return None


def _likeness(ours: list[str], label: str, *, loosely: bool) -> float:
    """How much the words of a header are like a label; `loosely`, also if other words are between them."""
    from rapidfuzz import fuzz

    theirs = _words(label)
    if not ours or not theirs:
        return 0
    if set(ours) == set(theirs):
        return _SAME_WORDS
    header, said = " ".join(ours), " ".join(theirs)
    ratio = fuzz.ratio(header, said)
    if loosely and len(said) > _SYLLABLE:  # `kỳ` is in every `đăng ký` and `số ký hiệu`
        part = set(ours) <= set(theirs) or set(theirs) <= set(ours)
    else:
        part = len(said) > _SYLLABLE and f" {said} " in f" {header} "
        ratio = ratio if ratio >= _CLOSE else 0
    return max(ratio, _WORDS_ENOUGH if part else 0)


def _in_full(header: str) -> list[str]:
    """The words of a header, those that people shorten in full."""
    words = re.findall(r"[^\W_]+", _INITIALS.sub(r"\1\2", fold(header)))
    return " ".join(_SHORT.get(word, word) for word in words).split()


@lru_cache(1000)
def _words(header: str) -> list[str]:
    return re.findall(r"[^\W_]+", fold(header))


def lines(ignored: Iterable[str], mapped: Mapping[str, str], lacking: str | None) -> list[str]:
    """What to add to the command: `mapped` is the likely header of each field, the `ignored` columns go.

    `lacking` is a field that a column must be found for, where no header is like it.
    """
    ignored = list(ignored)
    options = [f"--map {field}={name}" for field, header in mapped.items() if (name := quoted(header))]
    options += [f"--ignore-column {name}" for header in ignored if (name := quoted(header))]
    if not options:
        said = ""
    elif not mapped:
        said = _("Không cần các cột không biết thì thêm vào lệnh:")
    elif not ignored:
        said = _("Nếu đúng là cột ấy thì thêm vào lệnh:")
    else:
        said = _("Nếu đúng là cột ấy, và không cần các cột không biết khác, thì thêm vào lệnh:")
    more = [_("  … và {count} cột nữa").format(count=len(options) - _MOST)] if len(options) > _MOST else []
    found = [said, f"  {' '.join(options[:_MOST])}", *more] if options else []
    if lacking:
        found.append(
            _("Cột còn thiếu nằm dưới tiêu đề khác thì nêu: {option}").format(
                option=f'--map {lacking}="{_("TIÊU ĐỀ")}"'
            )
        )
    return found
