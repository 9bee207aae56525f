"""Lists of invented units and of what they did, the same for the same number of units."""

import csv
import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

# In the order in which they are imported; `changes` comes last.
FILES = ("units", "launches", "registrations", "reviews", "exemptions", "corrections", "changes")
HEADERS = {
    "units": ("code", "name", "kind", "parent_code"),
    "launches": ("unit_code", "done_on", "document_number"),
    "named": ("unit_name", "done_on", "document_number"),
    "registrations": ("unit_code", "done_on", "document_number", "contents"),
    "reviews": ("unit_code", "done_on"),
    "exemptions": ("unit_code", "obligation", "on", "reason", "document_number"),
    "corrections": ("unit_code", "done_on", "document_number"),
    "changes": (
        "old_code", "old_name", "new_code", "new_name", "effective_date", "resolution", "kind_of_change",
        "extent",
    ),
}  # fmt: skip
Unit = tuple[str, str, str, str]


def imports(folder: Path, upto: str = FILES[-1]) -> Iterator[list[str]]:
    """The commands that import the lists of a folder, up to one of them."""
    for name in FILES[: FILES.index(upto) + 1]:
        if name == "corrections":
            yield [
                "import",
                "launches",
                str(folder / "corrections.csv"),
                "--correct",
                "--reason",
                "nhập sai ngày",
            ]
        else:
            yield ["import", name, str(folder / f"{name}.csv")]


def write(folder: Path, count: int) -> None:
    """Write the lists of `count` units.

    Nine units in ten launch, one of these in ten late; all register; one in ten reviews. One launch in a
    hundred is corrected, one unit in a hundred exempt, one commune in a hundred renamed or merged.
    """
    dice = random.Random(count)
    units = list(_units(count, dice))
    launches, missing = [], []
    for code, *_rest in units[1:]:
        if dice.random() < 0.9:
            late = dice.random() < 0.1
            launches.append(
                (code, _day(dice, *(91, 200) if late else (0, 90)), f"{dice.randrange(1, 999)}/KH")
            )
        else:
            missing.append(code)
    some = max(1, count // 100)
    names = {code: name for code, name, *_rest in units}
    rows: dict[str, Sequence[Sequence[str]]] = {
        "units": units,
        "launches": launches,
        "named": [(names[code], *rest) for code, *rest in launches],
        "registrations": [
            (code, _day(dice, 10, 300), f"{dice.randrange(1, 999)}/DK", _contents(dice))
            for code, *_rest in units[1:]
        ],
        "reviews": [(code, _day(dice, 1100, 1450)) for code, *_rest in units[1:] if dice.random() < 0.1],
        "exemptions": [
            (code, "p1-launch", "2022-02-15", "giả định", "3/UBND")
            for code in dice.sample(missing, min(len(missing), some))
        ],
        "corrections": [
            (code, (date.fromisoformat(day) + timedelta(1)).isoformat(), number)
            for code, day, number in sorted(dice.sample(launches, some))
        ],
    }
    reviewed = {row[0] for row in rows["reviews"]}
    communes = [unit for unit in units if unit[2] == "commune-committee" and unit[0] not in reviewed]
    rows["changes"] = list(_changes(dice.sample(communes, max(4, some // 4 * 4))))
    for name, header in HEADERS.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *rows[name]])


def _units(count: int, dice: random.Random) -> Iterator[Unit]:
    """A city, a district for each thousand units and eight at least, departments and communes."""
    districts = max(8, count // 1000)
    yield "T48", "UBND thành phố Thử", "city-committee", ""
    for number in range(districts):
        yield f"D{number:05}", f"UBND huyện Thử {number}", "district-committee", "T48"
    for number in range(districts + 1, count):
        if number % 20 == 0:
            yield f"S{number:07}", f"Sở Thử {number}", "department", "T48"
        else:
            yield (
                f"U{number:07}",
                f"UBND xã Thử {number}",
                "commune-committee",
                f"D{dice.randrange(districts):05}",
            )


def _changes(communes: Sequence[Unit]) -> Iterator[Sequence[str]]:
    """The first half of some communes gets new names, the second is merged in pairs."""
    half = len(communes) // 2
    for code, name, *_rest in communes[:half]:
        yield code, name, code, f"{name} mới", "2025-01-01", "1/NQ", "rename", "whole"
    for kept, merged in zip(communes[half::2], communes[half + 1 :: 2], strict=True):
        for (code, name, *_rest), change in ((kept, "keep"), (merged, "merge")):
            yield code, name, kept[0], kept[1], "2025-01-01", "2/NQ", change, "whole"


def _day(dice: random.Random, low: int, high: int) -> str:
    return (date(2022, 1, 1) + timedelta(dice.randrange(low, high))).isoformat()


def _contents(dice: random.Random) -> str:
    return ",".join(map(str, sorted(dice.sample(range(1, 6), dice.randrange(1, 4)))))
