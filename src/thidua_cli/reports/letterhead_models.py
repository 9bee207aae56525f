"""What a letterhead file may hold. Imported only inside functions: pydantic takes time to load."""

from typing import Annotated

from pydantic import BeforeValidator

from thidua_cli.register import values
from thidua_cli.register.models import Incoming

Line = Annotated[str, BeforeValidator(values.line)]
RequiredLine = Annotated[str, BeforeValidator(values.required_line)]
Lines = Annotated[tuple[str, ...], BeforeValidator(values.lines)]
DocumentLanguage = Annotated[str, BeforeValidator(values.language)]


class IssuerIn(Incoming):
    governing_body: Line = ""
    name: RequiredLine
    name_in_text: Line = ""
    place: RequiredLine
    report_symbol: RequiredLine = "BC-……"
    letter_symbol: RequiredLine = "……-……"


class SignerIn(Incoming):
    authority: Lines = ()
    title: RequiredLine
    name: Line = ""


class ReportPaperIn(Incoming):
    to: Lines = ()
    copies: Lines = ()


class LetterPaperIn(Incoming):
    contact: Line = ""
    copies: Lines = ()


class LetterheadIn(Incoming):
    """A letterhead file: the body that issues documents, who signs them, and who gets them."""

    language: DocumentLanguage = ""
    issuer: IssuerIn
    signer: SignerIn
    report: ReportPaperIn = ReportPaperIn()
    letter: LetterPaperIn = LetterPaperIn()
