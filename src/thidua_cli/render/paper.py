"""What makes a document an official paper: whose it is, to whom it goes, who signs it."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from thidua_cli.render.document import Block, Section


class Letterhead(NamedTuple):
    """The body that issues papers, as its papers show it; what is empty is left out."""

    governing_body: str
    issuing_body: str
    name_in_text: str  # the same body inside a sentence
    place: str
    report_symbol: str
    letter_symbol: str
    authority: Sequence[str]
    title: str
    name: str
    contact: str
    report_to: Sequence[str]
    report_copies: Sequence[str]
    letter_copies: Sequence[str]
    language: str = ""  # of the papers; nothing for the one in use


class Stamp(NamedTuple):
    """When a paper was made: the day that it bears, and the instant (ISO, UTC) that the file carries."""

    day: date
    instant: str


class Letter(NamedTuple):
    """An official letter (công văn): `to` are its addressees, `subject` what stands after "V/v"."""

    to: Sequence[str]
    subject: str
    blocks: Sequence[Block]
    annexes: Sequence[Section] = ()
