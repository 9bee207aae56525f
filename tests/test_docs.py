"""The documentation speaks of what there is."""

import re
from pathlib import Path

from conftest import ROOT

DOCS = ROOT / "docs"
MOST_WORDS = 60


def _source() -> str:
    paths = (ROOT / "src" / "thidua_cli").rglob("*")
    return "\n".join(path.read_text(encoding="utf-8") for path in paths if path.suffix in (".py", ".sql"))


def test_the_glossary_is_short_and_its_words_are_in_the_code() -> None:
    """At most 60 words, each once, and every identifier stands in the source."""
    page = (DOCS / "glossary.md").read_text(encoding="utf-8")
    words = re.findall(r"^\| [^|]+ \| ([^|]+) \| `([^`]+)` \| ", page, re.MULTILINE)
    assert 40 <= len(words) <= MOST_WORDS
    assert len({english.lower() for english, _identifier in words}) == len(words)
    source = _source()
    missing = [identifier for _english, identifier in words if not re.search(rf"\b{identifier}\b", source)]
    assert missing == []


def test_the_files_that_documentation_names_are_there() -> None:
    """Every path in `architecture.md` is a file or folder of the package or of the repository."""
    page = (DOCS / "architecture.md").read_text(encoding="utf-8")
    names = re.findall(r"`([\w/.]+(?:\.py|\.sql|\.md|/))`", page)
    package = ROOT / "src" / "thidua_cli"
    known = [path.relative_to(package).as_posix() for path in package.rglob("*")]
    missing = [
        name for name in names if not (ROOT / name).exists() and not _is_named(name.rstrip("/"), known)
    ]
    assert len(names) > 30
    assert missing == []


def _is_named(name: str, known: list[str]) -> bool:
    return any(path == name or path.endswith(f"/{name}") for path in known)


def test_every_decision_has_its_number_once() -> None:
    """Decision notes are numbered from 1 without gaps."""
    numbers = sorted(int(path.name[:4]) for path in Path(DOCS / "decisions").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))
