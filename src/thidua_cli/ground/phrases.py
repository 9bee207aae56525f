"""Words of a text for comparison with other words."""

import re

from thidua_cli.ground.text import nfc, word_key

_WORDS = re.compile(r"[^\W_]+")


def phrase_key(written: str) -> str:
    """The words of a text, one space between: case, signs, spaces and tone placement do not count."""
    return " ".join(_WORDS.findall(word_key(nfc(written))))
