"""Text tables: which delimiter, which header, which encoding; nothing lost, nothing guessed."""

import contextlib
import csv
import json
import resource
import subprocess
import sys
import time
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import ROOT, Outcome
from thidua_cli.ground import config_files, encodings
from thidua_cli.ground.text import clean
from thidua_cli.intake import sources

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


def _measured(db: Path, *arguments: str) -> tuple[int, int, float]:
    """Exit code, most memory in MB and seconds of a command line in a process of its own."""
    program = (
        "import resource, sys; from thidua_cli import cli; code = cli.run(sys.argv[1:]);"
        "used = resource.getrusage(resource.RUSAGE_SELF);"
        "peak = next(line for line in open('/proc/self/status') if line.startswith('VmHWM'));"
        "print(int(code), int(peak.split()[1]) // 1024, used.ru_utime + used.ru_stime)"
    )
    command = [sys.executable, "-c", program, "--db", str(db), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    code, memory, seconds = done.stdout.split()
    return int(code), int(memory), float(seconds)


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


@pytest.mark.parametrize(
    ("kind", "rows", "named"),
    [
        ("units", "A1,Sở Xây,department\nA2,Sở Dựng,department\ncode,name,kind\nA3,Sở Mới,department\n", "12"),
        ("units", "Danh sách,,\nA2,Sở Dựng,planet\nMã đơn vị,Tên đơn vị,Loại\nA3,Sở Mới,Sở\n", "2"),
        ("launches", "Sở Nội vụ,15/03/2022,\nunit_code,done_on,note\nSTC,2022-03-15,\n", "1"),
    ],
)  # fmt: skip
def test_a_header_below_data_is_refused(run: Run, put: Put, kind: str, rows: str, named: str) -> None:
    """A header that was sorted into the data loses no row: those above it are named."""
    done = run("import", kind, put(rows))
    assert done.code == 7
    assert [line.split()[0] for line in done.err.splitlines() if "stands above" in line] == list(named)


@pytest.mark.parametrize(
    "title",
    [
        "ỦY BAN NHÂN DÂN,CỘNG HÒA XÃ HỘI,CHỦ NGHĨA",
        "Danh sách đơn vị,kèm theo Công văn 12,ngày 15/3/2022",
        "Mẫu01,,",
        "DANH SÁCH ĐƠN VỊ",
        "1,2",
    ],
)
def test_titles_above_the_header_are_skipped_and_reported(
    run: Run, empty_db: Path, put: Put, title: str
) -> None:
    """A title is no data, however many commas it has."""
    done = run("import", "units", put(f"{title}\n\ncode,name,kind\nA3,Sở Mới,department\n"))
    assert (done.code, "above the header ignored: 1" in done.err) == (0, True), done.err
    assert _names(run) == ["Sở Mới"]


QUOTED = "Ban “Khu A” – ‘Đà Nẵng’ — Hòa Vang…"
TCVN3 = dict(
    zip(
        "ĐàẵạăâòáôởộụvịHi“”–‘’—…",
        bytes.fromhex("A7B5BDB9A8A9DFB8ABEBE9F476DE486993949691929785"),
        strict=True,
    )
)
LEGACY = {
    ord(letter): base + tone
    for base in "aăâeêioôơuưy"
    for tone in "\u0300\u0301\u0303\u0309\u0323"
    for letter in unicodedata.normalize("NFC", base + tone)
    if len(unicodedata.normalize("NFC", base + tone)) == 1
}
VNI = {"Đà": "Ñaø", "ẵ": "aü", "ò": "oø", "ở": "ôû", "ộ": "oä", "ụ": "uï"}


def _tcvn3(text: str) -> bytes:
    return bytes(TCVN3.get(letter) or ord(letter) for letter in text)


def _vni(text: str) -> bytes:
    for letter, written in VNI.items():
        text = text.replace(letter, written)
    return text.encode("cp1252")


@pytest.mark.parametrize(("name", "encode"), [("tcvn3", _tcvn3), ("vni", _vni)])
def test_quotes_and_dashes_of_old_encodings(
    run: Run, empty_db: Path, put: Put, name: str, encode: Callable[[str], bytes]
) -> None:
    """What Word types is read, and does not hide which encoding it is."""
    file = put(encode(f"code,name,kind\nA1,{QUOTED},other\nA2,Sở Nội vụ,department\n"))
    refused = run("import", "units", file)
    assert (refused.code, f"--encoding {name}" in refused.err) == (7, True), refused.err
    assert run("import", "units", file, "--encoding", name).code == 0
    assert QUOTED in _names(run)


UNITS = "code,name,kind\nA1,Sở Mới,department\n"


@pytest.mark.parametrize(
    ("data", "options"),
    [
        (UNITS.encode("utf-16"), ["--encoding", "utf-16-le"]),
        (b"\xfe\xff" + UNITS.encode("utf-16-be"), ["--encoding", "utf-16-be"]),
        (b"\xfe\xff" + UNITS.encode("utf-16-be"), ["--encoding", "utf-16"]),
        (b"\xef\xbb\xbf" * 2 + UNITS.encode(), []),
        (b"\xef\xbb\xbf" * 2 + b"sep=,\n" + UNITS.encode(), ["--encoding", "utf-8"]),
    ],
)
def test_byte_order_marks_are_no_text(
    run: Run, empty_db: Path, put: Put, data: bytes, options: list[str]
) -> None:
    """One that stands there twice, or though the encoding is named, goes."""
    done = run("import", "units", put(data), *options)
    assert (done.code, done.err) == (0, "")


def test_headers_are_made_regular_like_values(run: Run, empty_db: Path, put: Put) -> None:
    """What cannot be seen in a header, and Ð for Đ, do not hide the column, and are told."""
    done = run("import", "units", put("Mã Ðơn vị,Tên\u200b đơn vị\ufeff,Loại\nA1,Sở Mới,Sở\n"))
    assert done.code == 0, done.err
    assert "1 column header(s): Ð made Đ" in done.err
    assert "1 column header(s): invisible characters removed" in done.err


def test_a_row_in_which_nothing_can_be_seen_is_blank(run: Run, empty_db: Path, put: Put) -> None:
    """Zero-width characters alone make no row, nor data in a column without a header."""
    done = run(
        "import", "units", put("code,name,kind,\u200b\nA1,Sở Mới,department,\u2060\n\u200b,,,\n\ufeff\n")
    )
    assert done.code == 0, done.err


def test_line_ends_of_old_machines(run: Run, empty_db: Path, put: Put) -> None:
    """A carriage return alone ends a line, below sep= and in JSONL too."""
    assert run("import", "units", put("sep=;\rcode;name;kind\rA1;Sở Mới, a, b, c;department\r")).code == 0
    lines = [f'{{"code": "A{number}", "name": "Sở {number}", "kind": "department"}}' for number in (2, 3)]
    assert run("import", "units", put("\r".join(lines), "in.jsonl")).code == 0
    assert len(_names(run)) == 3


@pytest.mark.parametrize(("above", "code"), [(150, 0), (250, 7)])
def test_the_header_is_one_of_the_first_200_rows(
    run: Run, empty_db: Path, put: Put, above: int, code: int
) -> None:
    """A long foreword does not hide the table."""
    file = put("lời dẫn\n" * above + UNITS.replace(",", ";"))
    assert run("import", "units", file).code == code


def test_the_preview_of_an_encoding_shows_names(run: Run, put: Put) -> None:
    """Three names of the data tell whether a guess is right; words of the header tell less."""
    names = ("Sở Nội vụ", "Đà Nẵng", "Hòa Hòa", "Hòa Đà")
    rows = "".join(f"A{number};{name};other;Nội\n" for number, name in enumerate(names))
    text = "Báo cáo tháng\nMã đơn vị;Tên đơn vị;Loại;Ghi chú\n" + rows
    done = run("import", "units", put(unicodedata.normalize("NFC", text).translate(LEGACY).encode("cp1258")))
    assert done.code == 7
    assert [line.strip() for line in done.err.splitlines()[2:5]] == ["Sở Nội vụ", "Đà Nẵng", "Hòa Hòa"]


def _large(name: str) -> bytes:
    match name:
        case "tcvn3.csv":
            return b"code,name,kind\n" + b"A,S\xeb N\xe9i v\xf4,department\n" * 1_000_000
        case "marks.csv":
            return ('code,name,kind\nA,"' + "ấ\u0301\u200b" * 3_000_000 + '",department\n').encode()
        case "open_quote.csv":
            return b'code,name,kind\nA,"B,department\n' + b"A1,Name,department\n" * 1_000_000
        case "keys.json":
            return ("[{" + ",".join(f'"a{number}":1' for number in range(1_000_000)) + "}]").encode()
        case _:
            return ('[{"code":"A","kind":"other","name":"' + "ấ" * 10_000_000 + '"}]').encode()


@pytest.mark.parametrize("name", ["tcvn3.csv", "marks.csv", "open_quote.csv", "keys.json", "name.json"])
def test_large_files_are_refused_soon_and_in_little_memory(put: Put, db: Path, name: str) -> None:
    """A guess looks at a sample, a cell and an object have a bound: less than 5 seconds and 300 MB."""
    code, memory, seconds = _measured(db, "import", "units", put(_large(name), name))
    assert (code, memory < 300, seconds < 5) == (7, True, True), (memory, seconds)


DISGUISED = [
    ("units", "name", "UBND xaõ Phuù Taân", "vni", "UBND xã Phú Tân"),
    ("units", "name", "Coâng an quaân", "vni", "Công an quân"),
    ("units", "name", "Côc ThuÕ", "tcvn3", "Cục Thuế"),
    ("units", "note", "KÕ ho¹ch sè 12 cña Së Néi vô", "tcvn3", "Kế hoạch số 12 của Sở Nội vụ"),
    ("units", "abbreviation", "Së Néi vô", "tcvn3", "Sở Nội vụ"),
    ("launches", "document_issuer", "Së Néi vô", "tcvn3", "Sở Nội vụ"),
    ("launches", "note", "Káº¿ hoáº¡ch phÃ¡t Ä‘á»™ng", "utf-8", "Kế hoạch phát động"),
    ("launches", "unit_code", "Së Néi vô", "tcvn3", "Sở Nội vụ"),
]


@pytest.mark.parametrize("form", ["csv", "json"])
@pytest.mark.parametrize(("kind", "field", "written", "encoding", "read"), DISGUISED)
def test_text_that_was_decoded_wrongly_is_refused(
    run: Run, put: Put, form: str, kind: str, field: str, written: str, encoding: str, read: str
) -> None:
    """Letters of an old font in valid UTF-8 are refused in every field, with the encoding and how they read."""
    row = (
        {"code": "A1", "name": "Sở Thử", "kind": "other"}
        if kind == "units"
        else {"unit_code": "SNV", "done_on": "2022-03-15"}
    )
    row[field] = written
    text = json.dumps([row]) if form == "json" else ",".join(row) + "\n" + ",".join(row.values()) + "\n"
    done = run("import", kind, put(text, f"in.{form}"), "--format-report", "json")
    problems = json.loads(done.out)["problems"]
    assert (done.code, len(problems), problems[0]["column"]) == (7, 1, field)
    assert encoding in problems[0]["message"]
    assert read in problems[0]["message"]


FOREIGN = [
    "Société Générale", "Là où déjà", "São João", "Müller für über", "naïve café", "Crêpe à la carte", "Château d’Été",
    "señor niño año", "Ångström Größe", "Công an Hà Nam", "Tân Bình, Hòa An", "Nestlé", "Zuôich Dêê Laêê", "là cà", "ThuÕ",
    "Phòng Văn hóa – Thể thao", "“Là”… và ‘cá’", "100 µm ± 2 °C", "½ © ® ™",
]  # fmt: skip


def test_foreign_words_and_signs_are_taken(run: Run, put: Put) -> None:
    """What is merely not Vietnamese is no mark of an old font, however much of it there is."""
    for notes in [*([note] for note in FOREIGN), FOREIGN]:
        rows = "".join(f'X{number},Sở Thử {number},other,"{note}"\n' for number, note in enumerate(notes))
        done = run("import", "units", put(f"code,name,kind,note\n{rows}"), "--dry-run")
        assert done.code == 0, done.err


FILES = sorted(
    path
    for folder in (ROOT / "data", ROOT / "examples", ROOT / "tests" / "hostile")
    for path in folder.glob("*.csv")
)


def test_no_column_of_real_lists_looks_decoded_wrongly() -> None:
    """Names of places in minority languages, abbreviations and typing errors are no mark of an old font."""
    for path in FILES:
        if "mojibake" in path.name or "in_unicode" in path.name:
            continue
        with (
            path.open(encoding="utf-8-sig", errors="replace", newline="") as file,
            contextlib.suppress(csv.Error),
        ):
            for column in zip(*csv.reader(file), strict=False):
                assert encodings.disguises(column) == {}, path


ONE_WORD = [
    ("UBND xaõ Phú Tân", "vni", "UBND xã Phú Tân"),
    ("Sở Y teá", "vni", "Sở Y tế"),
    ("Hội Nông daân", "vni", "Hội Nông dân"),
    ("UBND phường Saùu", "vni", "UBND phường Sáu"),
    ("Cục ThuÕ thành phố", "tcvn3", "Cục Thuế thành phố"),
    ("Đoàn ThÓ thao", "tcvn3", "Đoàn Thể thao"),
    ("Thành Đoàn Thùc", "tcvn3", "Thành Đoàn Thực"),
]


@pytest.mark.parametrize(("name", "encoding", "read"), ONE_WORD)
def test_one_impossible_word_makes_a_name_doubtful(
    run: Run, put: Put, name: str, encoding: str, read: str
) -> None:
    """One word of an old font among words of Unicode is enough in a unit's name; in a note it is not."""
    for data, ending in (
        (f"code,name,kind\nA1,{name},other\n", "csv"),
        (json.dumps([{"code": "A1", "name": name, "kind": "other"}]), "json"),
    ):
        done = run("import", "units", put(data, f"in.{ending}"))
        assert (done.code, encoding in done.err, read in done.err) == (7, True, True), done.err
    note = f"code,name,kind,note\nA1,Sở Thử,other,{name}\n"
    assert run("import", "units", put(note), "--dry-run").code == 0


REAL = [
    "FPT Đà Nẵng", "Viettel Đà Nẵng", "Sun Group", "Công ty Nestlé Việt Nam", "L'Oréal", "São Paulo", "Société Générale",
    "Décathlon", "Hermès", "Café Trung Nguyên", "UBND xã Laêê", "UBND xã Zuôich", "UBND xã Đắc Tôi", "UBND xã Chà Vàl", "UBND xã A Xan",
    "UBND xã Bhalêê", "UBND xã Đăk Sôr", "UBND xã Ea Bông", "UBND xã Cư Êbur", "UBND xã Ia Rvê", "UBND xã Krông Nô", "UBND xã Hướng Lộc",
    "UBND phường Hòa Thụân Đông", "Sở GDĐT", "UBND Phường Qúy Hai", "Trung tâm Tòan Khoa", "UBND XÃ HOÀ TIẾN", "Kôn Braih", "Nậm Cắn",
]  # fmt: skip


def test_names_that_only_look_odd_are_taken(run: Run, put: Put) -> None:
    """Places of minority peoples, foreign firms, abbreviations and typing errors have no such word."""
    rows = "".join(f'X{number},"{name}",other\n' for number, name in enumerate(REAL))
    done = run("import", "units", put(f"code,name,kind\n{rows}"))
    assert done.code == 0, done.err
    for path in FILES:
        if path.parent.name == "data":
            with path.open(encoding="utf-8-sig", newline="") as file:
                names = {
                    row[key]
                    for row in csv.DictReader(file)
                    for key in row
                    if "name" in key or key == "variant"
                }
            assert encodings.impossible(sorted(names)) == {}


def test_single_words_of_a_column_tell_together() -> None:
    """Four of them that only decoding makes Vietnamese are enough, three are not."""
    words = ["Së", "Néi", "c¶ng", "cña"]
    assert len(encodings.disguises([*words, "Hà", "café"])) == 4
    assert encodings.disguises([*words[:3], "Hà", "café"]) == {}


def test_a_known_column_can_be_ignored(run: Run, empty_db: Path, put: Put) -> None:
    """--ignore-column leaves out a field of JSON as it does a column of CSV."""
    csv_file = put("code,name,kind,note\nA1,Sở Một,other,bí mật\n")
    items = [{"code": "A2", "name": "Sở Hai", "kind": "other", "Ghi chú": "bí mật", "lý do từ chối": "x"}]
    for file, name in ((csv_file, "note"), (put(json.dumps(items), "in.json"), "ghi chú")):
        assert run("import", "units", file, "--ignore-column", name).code == 0
    assert "bí mật" not in run("export", "units").out


@pytest.mark.parametrize(
    ("name", "text"),
    [("in.csv", UNITS), ("in.json", json.dumps([{"code": "A1", "name": "X", "kind": "other"}]))],
)
def test_a_named_header_must_be_there(run: Run, put: Put, name: str, text: str) -> None:
    """--map of a header that the file does not have says which there are, and is not passed over."""
    done = run("import", "units", put(text, name), "--map", "note=Nhận xét")
    assert done.code == 7
    assert "Nhận xét" in done.err
    assert "code, name, kind" in done.err


def test_a_column_is_named_once(run: Run, put: Put) -> None:
    """One field of two headers is a slip of the command line."""
    options = ("--map", "code=a", "--map", "code=b")
    assert run("import", "units", put("a,b,name,kind\nA1,A2,X,Sở\n"), *options).code == 2


NFD = unicodedata.normalize("NFD", "Sở Nội vụ")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("in.csv", f"code,name,kind\nA1,{NFD},other\nA2,Ban  Ða,other\n"),
        (
            "in.json",
            json.dumps(
                [
                    {"code": "A1", "name": NFD, "kind": "other"},
                    {"code": "A2", "name": "Ban  Ða", "kind": "other"},
                ]
            ),
        ),
    ],
)
def test_what_is_made_regular_is_told(run: Run, empty_db: Path, put: Put, name: str, text: str) -> None:
    """Combining marks, spaces and Ð are reported, whatever the format."""
    done = run("import", "units", put(text, name))
    assert done.code == 0
    assert _names(run) == ["Ban Đa", "Sở Nội vụ"]
    for said in ("1 cell(s) with combining marks", "1 cell(s): extra spaces", "1 cell(s): Ð"):
        assert said in done.err


def test_headers_that_were_decoded_wrongly_are_told(run: Run, put: Put) -> None:
    """A file whose headers are unknown for their letters alone says which encoding it seems to be."""
    text = "Mã đơn vị,Tên đơn vị,Loại\nA1,Sở Mới,Sở\n"
    twice = run("import", "units", put(text.encode().decode("latin-1")))
    tcvn3 = run("import", "units", put("M· ®¬n vÞ,Tªn ®¬n vÞ,Lo¹i\nA1,Së Néi vô,Së\n"))
    assert (twice.code, "utf-8" in twice.err, "→ Mã đơn vị" in twice.err) == (7, True, True), twice.err
    assert (tcvn3.code, "tcvn3" in tcvn3.err, "→ Tên đơn vị" in tcvn3.err) == (7, True, True), tcvn3.err


# What no person writes


def _process(db: Path, *arguments: str, seconds: int = 5) -> subprocess.CompletedProcess[str]:
    """A command line as a process that is killed after so many seconds of work."""
    return subprocess.run(
        [sys.executable, "-m", "thidua_cli", "--lang", "en", "--db", str(db), *arguments],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds)),
        capture_output=True,
        text=True,
        check=False,
    )


MONSTERS = {
    "brackets": ("x = " + "[" * 5000 + "]" * 5000, "line 1: nested too deeply"),
    "tables": ("\n\nx = " + "{a = " * 5000 + "1" + "}" * 5000, "line 3: nested too deeply"),
    "digits": ("x = " + "1" * 5000, "more than 255 characters"),
    "hexadecimal digits": ("language = 0x" + "f" * 20_000, "more than 255 characters"),
    "parts of a key": (".".join("a" * 20_000) + " = 1", "too many parts"),
    "parts of a header": ("[" + " . ".join(['"a"'] * 10_000) + "]", "too many parts"),
    "length": ("#" * 300_000, "is larger than 256 kB"),
    "problems": ("[[phases]]\n" * 10_000, "more"),
}


@pytest.mark.parametrize("name", MONSTERS)
def test_a_plan_or_letterhead_beyond_all_measure_is_refused(db: Path, put: Put, name: str) -> None:
    """Exit 7 in a few words with the place, soon, whatever would take the parser long or too deep."""
    text, told = MONSTERS[name]
    file = put(text, "x.toml")
    command = ["init", "--plan", file]
    if len(name) % 2 and name != "problems":
        command = ["report", "--format", "docx", "--letterhead", file, "-o", str(db.parent / "x.docx")]
    done = _process(db if command[0] == "report" else db.parent / "new.db", *command)
    assert (done.returncode, told in done.stderr) == (7, True), done.stderr[-300:]
    assert done.stderr.count("\n") < 25


@pytest.mark.parametrize(
    "text", ["x = '''[[[ # '''", '"a.b" = "[{" # [', 'x = """\\""" [{ """', "a.b.c = [[1.5, 2]]"]
)
def test_syntax_is_only_what_stands_outside_of_texts(put: Put, text: str) -> None:
    """Brackets and dots in strings and comments bound nothing."""
    toml = put("\n".join(f"[t{number}]\n{text}" for number in range(40)), "x.toml")
    assert len(config_files.read_toml(Path(toml))) == 40


OBJECT = '{"code": "A1", "kind": "other", "name": %s}'
JSON_MONSTERS = {
    "brackets": ("[" * 100_000, "nested too deeply"),
    "lists": (OBJECT % ("[" * 900 + "]" * 900), "nested too deeply"),
    "objects": (OBJECT % ('{"a":' * 400 + "1" + "}" * 400), "nested too deeply"),
    "digits": (OBJECT % ("9" * 5000), "a number that cannot be read"),
    "infinity": (OBJECT % "1e999", "a number that cannot be read: 1e999"),
    "not a number": (OBJECT % "NaN", "a number that cannot be read: NaN"),
    "a key twice": (OBJECT % '"a", "name": "b"', "the key 'name' stands twice"),
    "one line": ('"' + "x" * 5_000_000, "not JSON"),
}


@pytest.mark.parametrize("name", JSON_MONSTERS)
def test_json_beyond_all_measure_is_refused(run: Run, put: Put, name: str) -> None:
    """Exit 7 in a few words, in JSON and in a line of JSONL, whose number is said."""
    text, told = JSON_MONSTERS[name]
    good = OBJECT % '"x"'
    for data, ending, place in ((f"[{text}]", "json", ""), (f"{good}\n{text}", "jsonl", "line 2")):
        done = run("import", "units", put(data, f"x.{ending}"))
        assert (done.code, told in done.err, place in done.err) == (7, True, True), done.err[:500]
        assert len(done.err) < 500


def test_objects_have_no_more_keys_than_a_table_has_columns(run: Run, put: Put) -> None:
    """Each may have few, and all together many: a column for each would be without bound."""
    items = [{"code": f"A{number}", f"x{number}": 1} for number in range(5000)]
    done = run("import", "units", put(json.dumps(items), "in.json"))
    assert (done.code, "5001 different keys" in done.err) == (7, True), done.err


@pytest.mark.parametrize("name", ["brackets", "lists", "digits"])
def test_json_beyond_all_measure_ends_no_process(db: Path, put: Put, name: str) -> None:
    """As a process of its own, whose stack is not that of a test."""
    done = _process(db, "import", "units", put(f"[{JSON_MONSTERS[name][0]}]", "x.json"))
    assert (done.returncode, JSON_MONSTERS[name][1] in done.stderr) == (7, True), done.stderr[-300:]


def test_an_input_without_end_is_refused(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read whole has a bound, also where the system does not say how large it is."""
    monkeypatch.setattr(sources, "MOST_BYTES", 5 << 20)
    done = run("import", "units", "/dev/zero", "--format", "csv")
    assert (done.code, "larger than 5 MB" in done.err) == (7, True), done.err


_HOSTILE_TEXTS = {
    "capitals and a small letter": lambda n: "A" * 10 * n + "aé",
    "quotes": lambda n: 'é"é" ' * n,
    "marks out of order": lambda n: "á" + "\u0301\u0323" * n,
    "spaces": lambda n: '"é"' + " " * 20 * n,
    "no line end": lambda n: "é" * 20 * n,
}
_READERS = {
    "guess": lambda text: encodings.guess(text.encode("cp1258", "ignore")),
    "disguises": lambda text: encodings.disguises([text, text]),
    "impossible": lambda text: encodings.impossible([text]),
    "pieces": encodings.pieces,
    "cp1258": lambda text: encodings.DECODERS["cp1258"](text.encode("cp1258", "ignore")),
    "clean": clean,
}


def _work(read: Callable[[str], object], text: str) -> float:
    start = time.process_time()
    read(text)
    return time.process_time() - start


@pytest.mark.parametrize("reader", _READERS)
@pytest.mark.parametrize("name", _HOSTILE_TEXTS)
def test_no_text_takes_more_than_its_size(name: str, reader: str) -> None:
    """Four times the text is at most about four times the work, whatever stands in it."""
    small, large = (_work(_READERS[reader], _HOSTILE_TEXTS[name](n)) for n in (2000, 8000))
    assert large < 9 * max(small, 0.002)
