"""Evidence: files, which are hashed when they are recorded, and addresses, which are not."""

import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path

from thidua_cli.ground import files
from thidua_cli.ground.errors import InvalidError
from thidua_cli.ground.language import _, why

Hashes = Mapping[str, str]  # SHA-256 in hexadecimal, by the path as it is recorded


def is_file(evidence: str | None) -> bool:
    """Whether evidence is the path of a file: it is there, and no address."""
    return bool(evidence) and "://" not in str(evidence)


def place(evidence: str, folder: Path = Path()) -> Path:
    """Where a file of evidence is; a path that is not absolute starts at the folder.

    Paths are recorded in NFC; a file whose name the system keeps decomposed is found as well.
    """
    path = folder / evidence
    decomposed = folder / unicodedata.normalize("NFD", evidence)
    return decomposed if not _exists(path) and _exists(decomposed) else path


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name that no file can have
        return False


def check(evidence: str | None) -> None:
    """Raise InvalidError for a file that is not there, is a pipe or device, or is too large to be hashed."""
    if evidence and is_file(evidence):
        try:
            files.check_document(place(evidence))
        except OSError as error:
            raise _unusable(evidence, error) from None


def sha256(evidence: str) -> str:
    """The hash of a file of evidence; raises InvalidError as `check`."""
    try:
        return files.sha256(place(evidence))
    except OSError as error:
        raise _unusable(evidence, error) from None


def size(evidence: Iterable[str]) -> int:
    """How many bytes there are to hash."""
    paths = map(place, evidence)
    return sum(path.stat().st_size for path in paths if _exists(path))


def _unusable(evidence: str, error: OSError) -> InvalidError:
    return InvalidError(
        _("{path}: {why}").format(path=place(evidence).absolute(), why=why(error)),
        _("đường dẫn bắt đầu từ thư mục hiện tại; địa chỉ thì có ://"),
    )
