"""What an account prefers where a command says nothing: from the environment, else from one TOML file."""

import os
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from thidua_cli.ground import language
from thidua_cli.ground.errors import InvalidError, RejectedError, ThiduaError, UsageError
from thidua_cli.ground.language import _


class Preference(NamedTuple):
    """A thing that an account may prefer; `check` returns the value, or raises InvalidError."""

    key: str
    variable: str
    check: Callable[[str], str] = str


def _language(value: str) -> str:
    if value not in language.LANGUAGES:
        raise InvalidError(_("ngôn ngữ là vi hoặc en"))
    return value


def _formats(value: str) -> str:
    from thidua_cli.render.document import DocumentFormat

    names = [name.strip() for name in value.split(",")]
    if not all(name in set(DocumentFormat) for name in names):
        raise InvalidError(_("dạng báo cáo gồm: {forms}").format(forms=", ".join(DocumentFormat)))
    return ",".join(dict.fromkeys(names))


def _path(value: str) -> str:
    return os.path.abspath(os.path.expanduser(value))  # noqa: PTH100, PTH111 - links stay as they are


PREFERENCES = {
    each.key: each
    for each in (
        Preference("language", "THIDUA_LANG", _language),
        Preference("actor", "THIDUA_ACTOR"),
        Preference("letterhead", "THIDUA_LETTERHEAD", _path),
        Preference("report_folder", "THIDUA_REPORT_FOLDER", _path),
        Preference("report_formats", "THIDUA_REPORT_FORMATS", _formats),
    )
}


class Held(NamedTuple):
    """A value and where it comes from: a variable or a file."""

    value: str
    source: str


def preferred(key: str) -> str | None:
    """Return the value that the account prefers; None where it says nothing. Raises UsageError."""
    held = find(key)
    return held.value if held else None


def find(key: str) -> Held | None:
    """Return a preference and its source: the environment before the file. Raises UsageError."""
    preference = PREFERENCES[key]
    path = file()
    environment = os.environ.get(preference.variable)
    for value, source in ((environment, preference.variable), (_written(path).get(key), str(path))):
        if value:
            return Held(_checked(preference, value, source), source)
    return None


def language_of(environ_language: str) -> str:
    """Return the language that is preferred; that of the environment where none is, or the file is wrong."""
    try:
        return preferred("language") or environ_language
    except ThiduaError:
        return environ_language  # the command says what is wrong, in this one


def file() -> Path | None:
    """Return where the file of the account is, whether it is there or not; None without a home directory."""
    if config := os.environ.get("XDG_CONFIG_HOME"):
        return Path(config) / "thidua" / "config.toml"
    home = os.environ.get("HOME")
    return Path(home) / ".config" / "thidua" / "config.toml" if home else None


def write(key: str, value: str | None) -> Path:
    """Set a key of the file, or take it out; other lines stay as they are. Raises UsageError."""
    from thidua_cli.ground import files

    path = file()
    if path is None:
        raise UsageError(_("không biết thư mục cấu hình ở đâu: đặt biến HOME hoặc XDG_CONFIG_HOME"))
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    lines = [line for line in lines if not re.match(rf"\s*{key}\s*=", line)]
    if value is not None:
        import json

        text = json.dumps(_checked(PREFERENCES[key], value, key), ensure_ascii=False)
        lines.append(f"{key} = {text}")
    path.parent.mkdir(parents=True, exist_ok=True)
    files.replace_all({path: ["\n".join([*lines, ""]).encode("utf-8")]})
    _written.cache_clear()
    return path


def _checked(preference: Preference, value: str, source: str) -> str:
    try:
        return preference.check(value)
    except InvalidError as error:
        raise UsageError(f"{source}: {preference.key} = '{value}': {error.message}") from None


@cache
def _written(path: Path | None) -> dict[str, str]:
    """What the file says; raises UsageError for a key that there is not, or a value that is no text."""
    if path is None or not path.exists():
        return {}
    from thidua_cli.ground import config_files

    try:
        values = config_files.read_toml(path)
    except RejectedError as error:
        raise UsageError(error.message, *error.hints) from None
    found: dict[str, str] = {}
    for key, value in values.items():
        if key not in PREFERENCES or not isinstance(value, str):
            raise UsageError(
                _("{path}: {key} không phải một mục của tệp này, hoặc giá trị không phải chữ").format(
                    path=path, key=key
                ),
                _("Các mục: {names}").format(names=", ".join(PREFERENCES)),
            )
        found[key] = value
    return found
