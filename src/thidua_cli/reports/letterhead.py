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
    found, problems = models.check(LetterheadIn, config_files.read_toml(source))
    if found is None:
        raise RejectedError(_("{path}: mẫu tiêu đề có lỗi").format(path=source), *some(problems))
    return Letterhead(
        governing_body=found.issuer.governing_body,
        issuing_body=found.issuer.name,
        name_in_text=found.issuer.name_in_text or found.issuer.name,
        place=found.issuer.place,
        report_symbol=found.issuer.report_symbol,
        letter_symbol=found.issuer.letter_symbol,
        authority=found.signer.authority,
        title=found.signer.title,
        name=found.signer.name,
        contact=found.letter.contact,
        report_to=found.report.to,
        report_copies=found.report.copies,
        letter_copies=found.letter.copies,
        language=found.language,
    )
