"""LibreOffice: marks for the tests that need its word processor or its spreadsheet program."""

import shutil
from pathlib import Path

import pytest


def _needs(name: str, library: str) -> pytest.MarkDecorator:
    """A mark that skips a test where that program of LibreOffice is not installed."""
    soffice = shutil.which("soffice")
    there = soffice is not None and (Path(soffice).resolve().parent / library).exists()
    return pytest.mark.skipif(
        not there, reason=f"LibreOffice {name} is not installed (make test as root gets it)"
    )


WRITER = _needs("Writer", "libswlo.so")
CALC = _needs("Calc", "libsclo.so")
