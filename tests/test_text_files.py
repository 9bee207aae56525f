"""Text tables: which delimiter, which header, which encoding; nothing lost, nothing guessed."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Outcome

Run = Callable[..., Outcome]
Put = Callable[..., str]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Write a file and return its path."""

    def make(data: str | bytes, name: str = "in.csv") -> str:
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return str(path)

    return make


def _names(run: Run) -> list[str]:
    """The names of all units, in protocol order."""
    return [
        row["unit_name"] for row in csv.DictReader(run("units", "list", "--format", "csv").out.splitlines())
    ]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("code;name;kind\nA1;Ban An toàn, Vệ sinh, Môi trường, Lao động;department\n", "Ban An toàn, Vệ sinh"),
        ("code\tname\tkind\nA1\tBan An toàn, Vệ sinh, Môi trường\tdepartment\n", "Ban An toàn, Vệ sinh"),
        ("code,name,kind,note\nA1,Sở Mới,department,a; b; c; d; e; f\n", "Sở Mới"),
        ("Danh sách, kèm theo Công văn 12, ngày 1, năm 2022;;\ncode;name;kind\nA1;Sở Mới;department\n", "Sở Mới"),
        ("Danh sách; a; b; c; d\ncode,name,kind\nA1,Sở Mới,department\n", "Sở Mới"),
        ('"code";"name";"kind"\n"A1";"Ban a, b, c, d";"department"\n', "Ban a, b, c, d"),
    ],
)  # fmt: skip
def test_the_delimiter_is_that_of_the_header(
    run: Run, empty_db: Path, put: Put, text: str, name: str
) -> None:
    """Whatever divides titles, names and notes, the row of the required columns decides."""
    done = run("import", "units", put(text))
    assert done.code == 0, done.err
    assert _names(run)[0].startswith(name)


def test_the_delimiter_respects_named_columns(run: Run, put: Put) -> None:
    """A header that only --map knows decides too."""
    file = put("Nơi báo;Hôm;Ghi chú\nSNV;15/03/2022;Đã phát động, có 120 người, chụp ảnh, đăng tin\n")
    assert run("import", "launches", file, "--map", "unit_code=Nơi báo", "--map", "done_on=Hôm").code == 0


def test_two_delimiters_that_both_make_a_header_are_refused(run: Run, put: Put) -> None:
    """Nothing is guessed: the message says how to name the delimiter."""
    done = run("import", "units", put("code,name,kind\ncode;name;kind\nA1;Sở Mới;department\n"))
    assert done.code == 7
    assert "sep=" in done.err
