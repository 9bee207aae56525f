"""The letterhead file: the body that issues reports and reminders."""

from pathlib import Path

from thidua_cli.ground import resources
from thidua_cli.ground.errors import RejectedError
from thidua_cli.ground.language import _, some
from thidua_cli.render.paper import Letterhead


def read_letterhead(path: Path | None) -> Letterhead:
    """A letterhead file (TOML, UTF-8), validated; without a path, one of dots to be filled in by hand.

    Raises RejectedError with all that is wrong.
    """
    from thidua_cli.ground import config_files
    from thidua_cli.register import models
    from thidua_cli.reports.letterhead_models import LetterheadIn

    source = path or resources.data("letterhead.toml")
    letterhead, problems = models.check(LetterheadIn, config_files.read_toml(source))
    if letterhead is None:
        raise RejectedError(_("{path}: mẫu tiêu đề có lỗi").format(path=source), *some(problems))
    return Letterhead(
        governing_body=letterhead.issuer.governing_body,
        issuing_body=letterhead.issuer.name,
        name_in_text=letterhead.issuer.name_in_text or letterhead.issuer.name,
        place=letterhead.issuer.place,
        report_symbol=letterhead.issuer.report_symbol,
        letter_symbol=letterhead.issuer.letter_symbol,
        authority=letterhead.signer.authority,
        title=letterhead.signer.title,
        name=letterhead.signer.name,
        contact=letterhead.letter.contact,
        report_to=letterhead.report.to,
        report_copies=letterhead.report.copies,
        letter_copies=letterhead.letter.copies,
        language=letterhead.language,
    )
