"""Several sheets of a workbook, each read under its own header, as one list."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from thidua_cli.intake import columns
from thidua_cli.intake.sheet import Sheet, SheetRow, short

Part = tuple[str, Sheet]  # with the name of the sheet


@dataclass(frozen=True, slots=True)
class _Written:
    """The rows of all sheets as they stand, under all headers that there are."""

    parts: Sequence[Part]
    headers: Sequence[str]

    def __iter__(self) -> Iterator[tuple[int, Sequence[str]]]:
        places = {columns.normal(header): index for index, header in enumerate(self.headers)}
        for place, (name, sheet) in enumerate(self.parts, 1):
            own = [places[columns.normal(header)] for header in sheet.headers]
            for number, values in sheet.raw:
                made = [""] * len(self.headers)
                for index, value in zip(own, values, strict=False):
                    made[index] = value
                yield SheetRow.of(place, name, number), made


def together(parts: Sequence[Part]) -> Sheet:
    """One list of the rows of several sheets, whose numbers name the sheet."""
    headers: dict[str, str] = {}
    made = Sheet(list(dict.fromkeys(field for _name, sheet in parts for field in sheet.fields)), [])
    for place, (name, sheet) in enumerate(parts, 1):
        made.rows += [(SheetRow.of(place, name, number), values) for number, values in sheet.rows]
        made.problems += [
            problem.within(row=SheetRow.of(place, name, problem.at.row)) if problem.at.row else problem
            for problem in sheet.problems
        ]
        made.notices += [f"{short(name)}: {notice}" for notice in sheet.notices]
        made.spoiled |= {SheetRow.of(place, name, number) for number in sheet.spoiled}
        for header in sheet.headers:
            headers.setdefault(columns.normal(header), header)
    made.headers = list(headers.values())
    made.raw, made.province = _Written(parts, made.headers), parts[0][1].province
    return made
