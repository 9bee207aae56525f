"""Which options mend a header row: what to type for the columns that nobody knows."""

import re
import shlex
import unicodedata
from collections.abc import Collection, Iterable, Mapping

from thidua_cli.language import _
from thidua_cli.text import fold, seen

_LONGEST = 100  # characters of a header that is worth typing
_MOST = 20  # options in one command line
_SPECIAL = re.compile(r'["$`\\!%]')  # to a shell, between double quotes
_ENOUGH = 85  # of 100: letters that two headers share
_SLIPPERY = 5  # letters from which on one may be wrong
_WORDS_ENOUGH = 90  # one header has all the words of the other


def quoted(header: str) -> str | None:
    """A header as it is typed after an option, in any shell; none for one that cannot be typed."""
    shown = " ".join(unicodedata.normalize("NFC", header).split())
    if not shown or len(shown) > _LONGEST or not seen(shown):
        return None
    return shlex.quote(shown) if _SPECIAL.search(shown) else f'"{shown}"'


def likely(header: str, labels: Mapping[str, Iterable[str]], preferred: Collection[str]) -> str | None:
    """The field whose labels a header is most like; where several are, the one that is `preferred`."""
    if len(header) > _LONGEST:
        return None
    scores = {field: max(_likeness(header, label) for label in said) for field, said in labels.items()}
    best = max(scores.values(), default=0)
    if best < _ENOUGH:
        return None
    fields = [field for field, score in scores.items() if score == best]
    wanted = [field for field in fields if field in preferred]
    return next(iter(wanted if len(fields) > 1 else fields), None) if len(wanted) < 2 else None


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


def _likeness(header: str, label: str) -> float:
    from rapidfuzz import fuzz

    ours, theirs = _words(header), _words(label)
    if not ours or not theirs:
        return 0
    part = set(ours) <= set(theirs) or set(theirs) <= set(ours)
    return max(fuzz.ratio(" ".join(ours), " ".join(theirs)), _WORDS_ENOUGH if part else 0)


def _words(header: str) -> list[str]:
    return re.findall(r"[^\W_]+", fold(header))


def lines(unknown: Iterable[str], mapped: Mapping[str, str], lacking: str | None) -> list[str]:
    """What to add to the command: `mapped` is the likely header of each field, the other columns go.

    `lacking` is a field that a column must be found for, where no header is like it.
    """
    ignored = [header for header in unknown if header not in mapped.values()]
    options = [f"--map {field}={name}" for field, header in mapped.items() if (name := quoted(header))]
    options += [f"--ignore-column {name}" for header in ignored if (name := quoted(header))]
    if not options:
        return []
    if not mapped:
        said = _("Không cần các cột không biết thì thêm vào lệnh:")
    elif not ignored:
        said = _("Nếu đúng là cột ấy thì thêm vào lệnh:")
    else:
        said = _("Nếu đúng là cột ấy, và không cần các cột không biết khác, thì thêm vào lệnh:")
    more = [_("  … và {count} cột nữa").format(count=len(options) - _MOST)] if len(options) > _MOST else []
    found = [said, f"  {' '.join(options[:_MOST])}", *more]
    if lacking and ignored:
        found.append(
            _("Cột còn thiếu nằm dưới tiêu đề khác thì nêu: {option}").format(
                option=f'--map {lacking}="{_("TIÊU ĐỀ")}"'
            )
        )
    return found
