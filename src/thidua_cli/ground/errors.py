"""Exit codes, and the family of errors that end a command with one of them."""

from collections.abc import Sequence
from enum import IntEnum
from pathlib import Path


class Exit(IntEnum):
    """What a command's exit code says; documented in the README, held by a test."""

    DONE = 0
    CRASH = 1  # Python's own code for an uncaught exception, so never a verdict
    USAGE = 2
    FINDINGS = 3
    NOT_FOUND = 4
    STORE = 5
    REFUSED = 6
    REJECTED = 7
    HANG_UP = 129
    INTERRUPTED = 130
    READER_GONE = 141
    TERMINATED = 143


class ThiduaError(Exception):
    """Expected failure: a message for the user, hints, and an exit code."""

    code = Exit.CRASH
    field = ""  # the field of an incoming record that it is about, where it is about one

    def __init__(self, message: str, *hints: str) -> None:
        super().__init__(message)
        self.message = message
        self.hints: Sequence[str] = hints


class UsageError(ThiduaError):
    """The command line asks for something that cannot be asked."""

    code = Exit.USAGE


class NotFoundError(ThiduaError):
    """A unit, record, operation or obligation is not there, or the name means several."""

    code = Exit.NOT_FOUND
    candidates: Sequence[str] = ()  # codes of units that may be meant
    wanted = ""  # the name of a unit that is none's


class StoreError(ThiduaError):
    """The database, or the place that output goes to, cannot be used."""

    code = Exit.STORE


class MissingError(StoreError):
    """There is no register at a path."""

    path: Path


class RefusedError(ThiduaError):
    """A rule of the register forbids it; nothing was written."""

    code = Exit.REFUSED


class RejectedError(ThiduaError):
    """An input file holds something that cannot be taken; nothing was written."""

    code = Exit.REJECTED


class InvalidError(ValueError):
    """One value is not acceptable: what is wrong with it, and how to cure it."""

    def __init__(self, message: str, cure: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.cure = cure


class StoppedError(BaseException):
    """A signal came while SQLite worked; like the signal's own exception, it is not to be caught."""
