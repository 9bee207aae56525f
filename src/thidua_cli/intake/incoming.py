"""The register of incoming papers, as Decree 30/2020 and document systems write it: the unit is who issued.

Who receives or handles a paper is never taken for its unit.
"""

from collections.abc import Mapping, Sequence

from thidua_cli.ground.errors import RejectedError
from thidua_cli.ground.language import _
from thidua_cli.intake import advice
from thidua_cli.intake.sheet import short
from thidua_cli.register.fields import ImportKind
from thidua_cli.register.synonyms import INCOMING_DAYS, INCOMING_MARKS, ISSUERS

_NAMING = ("unit_name", "unit_code")


def meanings(kind: ImportKind, named: Mapping[int, str | None], plain: Sequence[str]) -> dict[int, str]:
    """What columns mean because the file is about incoming papers, by their places.

    `named` has the field of each column that is read, None where no field is named; `plain` are the headers
    as synonyms are written. Where no column names the unit, the only one that says who issued does.
    """
    if kind.action is None:
        return {}
    found: dict[int, str] = {}
    issuers = [index for index in named if plain[index] in ISSUERS]
    if len(issuers) == 1 and not set(_NAMING).intersection(named.values()):
        found[issuers[0]] = _NAMING[0]
    days = [index for index, field in named.items() if field is None and plain[index] in INCOMING_DAYS]
    if len(days) == 1 and not INCOMING_MARKS.isdisjoint(plain) and "document_date" not in named.values():
        found[days[0]] = "document_date"
    return found


def refuse_two_units(
    source: str,
    headers: Sequence[str],
    named: Sequence[str | None],
    plain: Sequence[str],
    renamed: Mapping[str, str],
) -> None:
    """Raise RejectedError where a register of incoming papers names a unit beside who issued.

    That may be who handles the paper, unless --map says otherwise.
    """
    issuers = [header for header, name in zip(headers, plain, strict=True) if name in ISSUERS]
    units = [
        header
        for header, field in zip(headers, named, strict=True)
        if field in _NAMING and header not in issuers
    ]
    if not (units and issuers) or INCOMING_MARKS.isdisjoint(plain) or set(_NAMING).intersection(renamed):
        return
    raise RejectedError(
        _("{file}: sổ văn bản đến có hai cột có thể là đơn vị: {issuer} và {unit}").format(
            file=source, issuer=short(issuers[0]), unit=short(units[0])
        ),
        *(
            _("Nếu là cột {column} thì thêm vào lệnh: {options}").format(
                column=short(unit),
                options=f"--map unit_name={advice.quoted(unit)} --ignore-column {advice.quoted(other)}",
            )
            for unit, other in ((issuers[0], units[0]), (units[0], issuers[0]))
        ),
    )
