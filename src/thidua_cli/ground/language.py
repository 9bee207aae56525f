"""The language of messages: Vietnamese in the source, English from a catalogue.

`_` looks the language up at every call, so that one process may serve both; texts that a
decorator fixes at import (help texts) follow the language chosen before that import.
"""

import errno
import gettext
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

LANGUAGES = ("vi", "en")
EXAMPLES = 5  # of what a command did, where there is more

_catalogues: dict[str, gettext.NullTranslations] = {"vi": gettext.NullTranslations()}
_current = "vi"


def use(language: str) -> None:
    """Choose the language of all that follows; raises KeyError for one that is not offered."""
    global _current  # noqa: PLW0603 - one process speaks one language at a time, as with setlocale
    if language not in LANGUAGES:
        raise KeyError(language)
    if language not in _catalogues:
        locale = Path(__file__).parents[1] / "locale"
        _catalogues[language] = gettext.translation("thidua", locale, languages=[language])
    _current = language


def current() -> str:
    """The code of the language in use: `vi` or `en`."""
    return _current


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Another language for a while; nothing for the one in use."""
    before = _current
    use(language or before)
    try:
        yield
    finally:
        use(before)


def from_environment(environ: Mapping[str, str]) -> str:
    """The language that the locale asks for.

    The first of LC_ALL, LC_MESSAGES and LANG that is set decides; `C`, `POSIX` and none mean Vietnamese,
    and so does Vietnamese itself. Any other locale is read in English.
    """
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environ.get(variable, ""):
            name = value.partition(".")[0].partition("_")[0]
            return "vi" if name in ("C", "POSIX", "vi") else "en"
    return "vi"


def _(message: str) -> str:
    """The message in the language in use."""
    return _catalogues[_current].gettext(message)


def why(error: Exception) -> str:
    """What the system says of a failure, in the language in use."""
    words = {
        errno.ENOENT: _("không có tệp hay thư mục này"),
        errno.EEXIST: _("đã có tệp này"),
        errno.EISDIR: _("là thư mục"),
        errno.ENOTDIR: _("một phần của đường dẫn không phải thư mục"),
        errno.EACCES: _("không có quyền"),
        errno.EPERM: _("không có quyền"),
        errno.EROFS: _("nơi chỉ cho đọc"),
        errno.ENOSPC: _("hết chỗ trên đĩa"),
        errno.EDQUOT: _("hết chỗ trên đĩa"),
        errno.EFBIG: _("tệp vượt giới hạn cho phép"),
        errno.ENAMETOOLONG: _("tên quá dài"),
        errno.ELOOP: _("liên kết vòng tròn"),
        errno.EBADF: _("luồng đã đóng"),
        errno.EIO: _("lỗi đĩa"),
    }
    return words.get(getattr(error, "errno", None) or 0) or getattr(error, "strerror", None) or str(error)


def grouped(number: int) -> str:
    """A number for people: 70.000 in Vietnamese, 70,000 in English."""
    text = f"{number:,}"
    return text.replace(",", ".") if _current == "vi" else text


def counted(number: int, vietnamese: str, english_one: str, english_many: str) -> str:
    """A phrase with a number: Vietnamese has one form, English has two. `{n}` is the number."""
    if _current == "vi":
        return vietnamese.format(n=grouped(number))
    return (english_one if number == 1 else english_many).format(n=grouped(number))


def some(items: Iterable[object], most: int = 20) -> list[str]:
    """The first items as lines, at most so many, and a line that says how many more there are."""
    lines = list(map(str, items))
    return [*lines[:most], *rest(len(lines), most)]


def rest(count: int, shown: int = EXAMPLES) -> list[str]:
    """The line on how many are left out, if any are."""
    return [_("  … và {count} nữa").format(count=count - shown)] if count > shown else []
