"""More files as they really are, made here: each has the outcome that the rules of reading state."""

import json
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import ROOT, Outcome
from thidua_cli.ground.text import visible

Run = Callable[..., Outcome]
Case = tuple[str, str, str | bytes, str, int | None, str]

HEAD = "code,name,kind\n"
LAUNCH = "unit_code,done_on\n"
GOOD = f"{HEAD}A-1,Sở Mới,department\n"


def u(name: str = "Sở Mới", code: str = "A-1", kind: str = "department") -> str:
    return f"{HEAD}{code},{name},{kind}\n"


def d(day: str, unit: str = "SNV") -> str:
    return f"{LAUNCH}{unit},{day}\n"


def j(**values: object) -> str:
    return json.dumps([{"code": "A-1", "name": "Sở Mới", "kind": "department"} | values])


NFD = unicodedata.normalize("NFD", "Sở Nội vụ Đà Nẵng ợ ậ")
NFC = unicodedata.normalize("NFC", NFD)
TCVN = GOOD.encode().replace("Sở Mới".encode(), b"S\xeb M\xedi N\xe9i v\xf4")
VNI = GOOD.encode().replace("Sở Mới".encode(), "Sôû Môùi Noäi vuï".encode("cp1252"))

# fmt: off
# name, kind, content, arguments, new rows (None: refused; -1: a slip of the command line), what is said or stored
ENCODINGS: list[Case] = [
    ("utf16be bom", "units", b"\xfe\xff" + GOOD.encode("utf-16-be"), "", 1, "Sở Mới"),
    ("utf16be without bom", "units", GOOD.encode("utf-16-be"), "", None, "utf-16-be"),
    ("utf16 cut in a letter", "units", GOOD.encode("utf-16")[:-1], "", None, "utf-16"),
    ("windows-1258 by that name", "units", GOOD.replace("ở", "o\u0309").replace("ớ", "ơ\u0301").replace("o\u0309", "ơ\u0309").encode("cp1258"), "--encoding windows-1258", 1, "Sở Mới"),
    ("tcvn3", "units", TCVN, "", None, "--encoding tcvn3"),
    ("tcvn3 named", "units", TCVN, "--encoding TCVN3", 1, "Sở Mới Nội vụ"),
    ("vni", "units", VNI, "", None, "--encoding vni"),
    ("vni named", "units", VNI, "--encoding vni", 1, "Sở Mới Nội vụ"),
    ("surrogates in utf-8", "units", GOOD.encode().replace(b"M", b"\xed\xa0\x80"), "", None, "line 2"),
    ("overlong utf-8", "units", GOOD.encode().replace(b"M", b"\xc0\xaf"), "", None, "line 2"),
    ("joined files: bom in the middle", "units", u("\ufeffSở Mới"), "", 1, "invisible"),
    ("cp1252 word", "units", u("Caf").encode().replace(b"Caf", b"Caf\xe9"), "", None, "line 2"),
    ("encoded twice", "units", u("Hòa Vân".encode().decode("cp1252")), "", None, "utf-8"),
    ("utf-8 said to be utf-16", "units", GOOD, "--encoding utf-16", None, ""),
    ("utf-16 said to be tcvn3", "units", GOOD.encode("utf-16-le"), "--encoding tcvn3", None, "line 2"),
    ("unknown encoding", "units", GOOD, "--encoding klingon", -1, "klingon"),
    ("cp1258 said to be utf-8", "units", b"code,name,kind\nA,S\xf5,other\n", "--encoding utf-8", None, "line 2"),
    ("html entities", "units", u("S&#7903; Y t&#7871;"), "", 1, "S&#7903; Y t&#7871;"),
    ("U+FFFE", "units", u("Sở\ufffe"), "", None, ""),
    ("soft hyphen", "units", u("Sở M\u00adới"), "", None, ""),
]
SEPARATORS: list[Case] = [
    ("sep tab", "units", "sep=\t\n" + GOOD.replace(",", "\t"), "", 1, "Sở Mới"),
    ("sep pipe", "units", "sep=|\n" + GOOD.replace(",", "|"), "", 1, "Sở Mới"),
    ("sep that lies", "units", "sep=,\n" + GOOD.replace(",", ";"), "", None, "header"),
    ("sep in quotes is a title", "units", '"sep=;"\n' + GOOD.replace(",", ";"), "", 1, "header ignored: 1"),
    ("pipes without a word", "units", GOOD.replace(",", "|"), "", None, "header"),
    ("rows by another mark", "units", HEAD + "A-1;Sở Mới;department\n", "", None, "divided by ;"),
    ("delimiter at every end", "units", "code,name,kind,\nA-1,Sở Mới,department,\n", "", 1, ""),
    ("delimiter at the end of rows", "units", HEAD + "A-1,Sở Mới,department,\n", "", None, "cell count is 4"),
    ("apostrophes as quotes", "units", HEAD + "A-1,'Sở A, B',department\n", "", None, "cell count is 4"),
    ("a quote inside", "units", HEAD + 'A-1,Sở "Mới" Hai,department\n', "", 1, 'Sở \\"Mới\\" Hai'),
    ("text behind a quote", "units", HEAD + 'A-1,"Sở" Mới,department\n', "", None, "line 2"),
    ("column of row numbers", "units", ",code,name,kind\n1,A-1,Sở Mới,department\n", "", None, "column A"),
    ("old Mac", "units", GOOD.replace("\n", "\r"), "", 1, ""),
    ("crlf in quotes", "units", HEAD + 'A-1,"Sở\r\nMới",department\r\n', "", 1, "Sở Mới"),
    ("tab in quotes", "units", HEAD + 'A-1,"Sở\tMới",department\r\n', "", 1, "Sở Mới"),
    ("rows of delimiters", "units", HEAD + ",,\n\nA-1,Sở Mới,department\n,,\n", "", 1, ""),
    ("DOS end of file", "units", GOOD + "\x1a", "", None, ""),
    ("form feed", "units", u("Sở\fMới"), "", None, "control"),
    ("next line", "units", u("Sở\x85Mới"), "", None, "control"),
    ("comment above", "units", "# danh sách\n" + GOOD, "", 1, "ignored: 1"),
    ("comment below", "units", GOOD + "# hết\n", "", None, "row"),
]
DATES: list[Case] = [
    *[(f"day {day!r}", "launches", d(day), "", 1, iso) for day, iso in [
        ("5/3/2022", "2022-03-05"), ("05/3/2022", "2022-03-05"), (" 15/03/2022 ", "2022-03-15"), ("1/1/2021", "2021-01-01"),
        ("29/02/2024", "2024-02-29"), ("2022-03-15\u200b", "2022-03-15"), ("2022-03-15\u00a0", "2022-03-15"), ("1-12-2022", "2022-12-01"),
        ("15.3.2022", "2022-03-15"), ("2022-03-15T00:00:00", "2022-03-15"), ("15/03/2022 00:00", "2022-03-15"), ("2022-3-5", "2022-03-05"), ("2022/03/15", "2022-03-15"), ("Ngày 15 tháng 03 năm 2022", "2022-03-15"),
    ]],
    *[(f"day {day!r}", "launches", d(day), "", None, "2 ") for day in [
        "2022-02-29", "15/03/2022.", "15-03/2022", "2022-03-15Z", "15/03/2022 00:01", "2022-03-15 00:00:01", "00/03/2022",
        "15/00/2022", "31/12/2020", "١٥/٠٣/٢٠٢٢", "15／03／2022", "15−03−2022", "15–03–2022", "20220315", "+15/03/2022", "015/03/2022",
        "15/03/02022", "ngày 15/03/2022", '"=""2022-03-15"""', "'2022-03-15", "15/3/22", "0000-00-00", "9999-12-31", "15 /03/ 2022", "15/03", "Q1/2022",
        "2022-03-15+07:00", "15/03/2022\u202e", "2022-03-1５", "44635.5", "1e4", "-1", "31/06/2022",
    ]],
]
CODES: list[Case] = [
    *[(f"code {code!r}", "units", u(code=code), "", 1, json.dumps(stored)) for code, stored in [
        (" A-1 ", "A-1"), ("A" * 32, "A" * 32), ("1E5", "1E5"), ("TRUE", "TRUE"), ("null", "null"), ("0048", "0048"), ("9", "9"), ("a.b_c-d", "a.b_c-d"),
        ("A\u200b1", "A1"),
    ]],
    *[(f"code {code!r}", "units", u(code=code), "", None, "2 ") for code in [
        "A" * 33, "-A", ".", "_A", "A/1", "A 1", "A²", "SĐ", "A\u00ad1", "Α1", "１", "A\u20111", "A\\1", "A+1", "(A1)", "A:1", "A#1", "=A1",
    ]],
    ("codes that differ by case", "units", HEAD + "a-1,Sở A,other\nA-1,Sở B,other\n", "", None, "3 "),
    ("codes that differ by zeros", "units", HEAD + "0048,Sở A,other\n048,Sở B,other\n48,Sở C,other\n", "", 3, ""),
    ("parent by another case", "units", "code,name,kind,parent_code\nA-1,Sở A,other,\nA-2,Sở B,other,a-1\n", "", 2, ""),
]
NAMES: list[Case] = [
    *[(f"name {name!r}", "units", u(name), "", 1, stored) for name, stored in [
        (NFD, NFC), ("o\u031b\u0309" * 85, "ở" * 85), ("1 tháng 5", "1 tháng 5"), ("Sở  \u2009 Mới", "Sở Mới"), ("123", "123"), ("a\u0323\u0302n", "ận"),
        ("S\u200cở", "Sở"), ("ỚỜ", "ỚỜ"), ("x" * 255, "x" * 255), ("Sở A/B & C (D) – “E”…", "Sở A/B & C (D) – “E”…"),
    ]],
    *[(f"name {name!r}", "units", u(name), "", None, "2 ") for name in [
        "x" * 256, "(Sở)", "“Sở”", "Sở №1", "• Sở", "Sở ²", "Sở ﬁ", "Sο Mới", "Ｓở", "Sở ă´n", "Sở\ufe0f", "Sở\u180e", "\u00a0", "Sở ✓", "Sở € 5", "Sở ı",
        "So\u0300\u0301", "Sở ß", "Sở\u061c", "Sở\x7f", "Sở\x00", "Sở \U000e0041", "Sở ⁠\u200bﾠ", "Sở µ", "-Sở", "Sở °", "Sở ×", "Sở ' ’ ′",
    ]],
    ("one name for two units", "units", HEAD + "A-1,Sở Mới,other\nA-2,Sở Mới,other\n", "", 2, ""),
]
KINDS: list[Case] = [
    *[(f"kind {kind!r}", "units", u(kind=kind), "", 1, stored) for kind, stored in [
        ("SỞ", "department"), ("ubnd  phường", "commune-committee"), (unicodedata.normalize("NFD", "Sở"), "department"), ('"UBND quận, huyện"', "district-committee"),
        ("Đoàn\u00a0thể", "mass-organisation"), ("Department", "department"),
    ]],
    *[(f"kind {kind!r}", "units", u(kind=kind), "", None, "2 ") for kind in ["Phuong", "Sở.", "department;", "so", "Sờ", "depаrtment"]],
    *[(f"level {level!r}", "units", f"code,name,kind,level\nA-1,Sở,other,{level}\n", "", 1, "city") for level in ["CITY", "city "]],
    *[(f"level {level!r}", "units", f"code,name,kind,level\nA-1,Sở,other,{level}\n", "", None, "2 ") for level in ["3", "huyen", "cấp"]],
    *[(f"order {order!r}", "units", f"code,name,kind,sort_order\nA-1,Sở,other,{order}\n", "", 1, stored) for order, stored in [("007", "7"), (" 5 ", "5"), ("", "")]],
    *[(f"order {order!r}", "units", f"code,name,kind,sort_order\nA-1,Sở,other,{order}\n", "", None, "2 ") for order in ["-1", "+5", "1.0", "１", "1 000", '"1,000"', "9999999999", "0x1", "1e3", "²"]],
    ("valid_from tomorrow", "units", "code,name,kind,valid_from\nA-1,Sở,other,2026-11-24\n", "", None, "2 "),
    ("valid_from today", "units", "code,name,kind,valid_from\nA-1,Sở,other,2026-11-23\n", "", 1, ""),
]
HEADERS: list[Case] = [
    ("header in NFD", "units", unicodedata.normalize("NFD", "Mã đơn vị,Tên đơn vị,Loại\n") + "A-1,Sở,Sở\n", "", 1, ""),
    ("header with a colon", "units", "Mã đơn vị:,Tên đơn vị,Loại\nA-1,Sở,Sở\n", "", 1, ""),
    ("header with a star", "units", "Mã đơn vị (*),Tên đơn vị,Loại\nA-1,Sở,Sở\n", "", 1, ""),
    ("two names of one column", "launches", "unit,unit_code,date\nSNV,SNV,2022-03-15\n", "", None, "twice"),
    ("code and name", "launches", "Mã đơn vị,Tên đơn vị,Ngày phát động\nSNV,Sở Nội vụ,15/03/2022\n", "", 1, ""),
    ("name of another unit", "launches", "Mã đơn vị,Tên đơn vị,Ngày phát động\nSNV,Sở Tài chính,15/03/2022\n", "", None, "2 "),
    ("a title of known words", "units", "code,name\n" + GOOD, "", 1, "ignored: 1"),
    ("header in line 200", "units", "x\n" * 199 + GOOD, "", 1, ""),
    ("header in line 201", "units", "x\n" * 200 + GOOD, "", None, "header"),
    ("header of launches for reviews", "reviews", "Mã đơn vị,Ngày phát động\nSNV,15/03/2022\n", "", None, "done_on"),
    ("map and header", "units", "code,name,kind,Mã\nA-1,Sở,other,B-1\n", "--map code=Mã", None, "twice"),
    ("empty header in quotes", "units", 'code,name,kind,""\nA-1,Sở,other,\n', "", 1, ""),
    ("spaces in front", "units", " code , name , kind \n A-1 , Sở Mới , department \n", "", 1, "Sở Mới"),
]
OBJECTS: list[Case] = [
    ("json in utf-16", "units:json", j().encode("utf-16"), "", 1, ""),
    ("json with bom", "units:json", b"\xef\xbb\xbf" + j().encode(), "", 1, ""),
    ("json vietnamese keys", "units:json", json.dumps([{"Mã đơn vị": "A-1", "Tên đơn vị": "Sở", "Loại": "Sở"}]), "", 1, ""),
    ("json keys twice by alias", "units:json", j(**{"Mã đơn vị": "B"}), "", None, "1 "),
    ("json null", "units:json", j(note=None, parent_code=None), "", 1, ""),
    ("json object in a note", "units:json", j(note={"a": 1}), "", None, "1 "),
    ("json list in a note", "units:json", j(note=["a"]), "", None, "1 "),
    ("json boolean name", "units:json", j(name=True), "", None, "1 "),
    ("json number in a note", "units:json", j(note=5), "", None, "1 "),
    ("json order as text", "units:json", j(sort_order="3"), "", 1, "3"),
    ("json order true", "units:json", j(sort_order=True), "", None, "1 "),
    ("json order huge", "units:json", j().replace("}", ', "sort_order": 1' + "0" * 400 + "}"), "", None, ""),
    ("json order 1e400", "units:json", j().replace("}", ', "sort_order": 1e400}'), "", None, ""),
    ("json digits beyond limit", "units:json", j().replace("}", ', "sort_order": ' + "9" * 5000 + "}"), "", None, ""),
    ("json NaN", "units:json", j().replace("}", ', "sort_order": NaN}'), "", None, "NaN"),
    ("json trailing comma", "units:json", j()[:-1] + ",]", "", None, "line 1"),
    ("json comment", "units:json", "// x\n" + j(), "", None, "line 1"),
    ("json apostrophes", "units:json", j().replace('"', "'"), "", None, "line 1"),
    ("json two values", "units:json", j() + j(), "", None, "line 1"),
    ("jsonl as json", "units:json", j()[1:-1] + "\n" + j(code="A-2")[1:-1] + "\n", "", None, ""),
    ("jsonl", "units:jsonl", j()[1:-1] + "\r\n\r\n" + j(code="A-2")[1:-1], "", 2, ""),
    ("jsonl of lists", "units:jsonl", j() + "\n" + j(), "", None, ""),
    ("jsonl a bad line", "units:jsonl", j()[1:-1] + "\n{\n", "", None, "line 2"),
    ("json NUL", "units:json", j(name="Sở\0"), "", None, "1 "),
    ("json escape", "units:json", j(name="Sở\x1b[31m"), "", None, "1 "),
    ("json pair of surrogates", "units:json", j().replace("S\\u1edf", "\\ud83d\\ude00"), "", None, "1 "),
    ("json scalar", "units:json", "5", "", None, ""),
    ("json empty object in rows", "units:json", '{"rows": []}', "", None, "no data"),
    ("json rows", "units:json", '{"rows": ' + j() + "}", "", 1, ""),
    ("json in a list in a list", "units:json", f"[{j()}]", "", None, ""),
    ("json contents", "registrations:json", json.dumps([{"unit_code": "SNV", "done_on": "2022-03-15", "contents": [3, 1]}]), "", 1, ""),
    ("json contents 1.5", "registrations:json", json.dumps([{"unit_code": "SNV", "done_on": "2022-03-15", "contents": [1.5]}]), "", None, "1 "),
    ("json contents true", "registrations:json", json.dumps([{"unit_code": "SNV", "done_on": "2022-03-15", "contents": [True]}]), "", None, "1 "),
    ("json contents 9", "registrations:json", json.dumps([{"unit_code": "SNV", "done_on": "2022-03-15", "contents": "9"}]), "", None, "1 "),
    ("json contents null", "registrations:json", json.dumps([{"unit_code": "SNV", "done_on": "2022-03-15", "contents": None}]), "", 1, ""),
    ("json contents an object", "registrations:json", json.dumps([{"unit_code": "SNV", "done_on": "2022-03-15", "contents": {"1": 2}}]), "", None, "1 "),
    ("json date in spaces", "launches:json", json.dumps([{"unit_code": "SNV", "done_on": " 15/03/2022 "}]), "", 1, ""),
    ("contents with semicolons", "registrations", "unit_code,done_on,contents\nSNV,2022-03-01,1;3\n", "", 1, "1,3"),
    ("contents in other spaces", "registrations", 'unit_code,done_on,contents\nSNV,2022-03-01,"1, 3 ,5"\n', "", 1, "1,3,5"),
    *[(f"contents {said!r}", "registrations", f"unit_code,done_on,contents\nSNV,2022-03-01,{said}\n", "", None, "2 ") for said in [
        "0", "6", "1-3", "01/03/2022", "１", "9" * 4000]],
    ("contents of a launch", "launches", "unit_code,done_on,contents\nSNV,2022-03-01,1\n", "", None, "contents"),
    ("json date list", "launches:json", json.dumps([{"unit_code": "SNV", "done_on": ["2022-03-15"]}]), "", None, "1 "),
]
RECORDS: list[Case] = [
    *[(f"unit {unit[:40]!r}", "launches", d("2022-03-01", unit), "", 1, f'"{code}"') for unit, code in [
        ("sở nội vụ", "SNV"), ("snv", "SNV"), ("UBND. Q.Hải Châu", "492"), ("Ủy ban nhân dân quận Hải Châu", "492"), ("P.Hải Châu 1", "20236"),
        ("UỶ BAN NHÂN DÂN PHƯỜNG HẢI CHÂU I", "20236"), ("UBND quận Hải\u200b Châu", "492"),
    ]],
    *[(f"unit {unit[:40]!r}", "launches", d("2022-03-01", unit), "", None, "2 ") for unit in ["", "Hải Châu", "123", "492.0", "x" * 300, "Hải Châu I, Phước Ninh"]],
    ("unit by code and by name", "launches", LAUNCH + "492,2022-03-01\nUBND quận Hải Châu,2022-03-02\n", "", None, "2 and 3"),
    *[(f"{field} {value[:20]!r}", "launches", f'unit_code,done_on,{field}\nSNV,2022-03-01,"{value}"\n', "", 1, stored) for field, value, stored in [
        ("phase", "P1", '"p1"'), ("document_number", "Đ" * 64, "Đ" * 64), ("document_number", "e\u0302\u0301" * 64, "ế" * 64), ("document_number", "12/KH\nUBND", "12/KH UBND"),
        ("note", "x" * 1000 + "\r\n" + "y" * 999, "x\\ny"), ("note", "   ", '"note": null'), ("note", "a\tb", "a b"), ("note", "tốt 👍🏽", "👍"), ("note", "👨\u200d👩", "👨👩"),
        ("document_issuer", "x" * 255, "x" * 255), ("evidence", "https://a.example/%20?x=1&y=[2]", "y=[2]"),
    ]],
    *[(f"{field} {value[:20]!r}", "launches", f'unit_code,done_on,{field}\nSNV,2022-03-01,"{value}"\n', "", None, "2 ") for field, value in [
        ("phase", "1"), ("phase", "p2"), ("phase", "p3"), ("document_number", "Đ" * 65), ("note", "a\u202eb"), ("note", "a\x85b"), ("note", "a\ufdd0"), ("note", "x" * 2001),
        ("document_issuer", "x" * 256), ("document_issuer", "x\u2066y"), ("document_date", "2099-01-01"), ("received_on", "2099-01-01"), ("received_on", "-"),
    ]],
    *[(f"exemption {what!r}", "exemptions", f"unit_code,obligation,on,reason\nSNV,{what}\n", "", 1, "p1-launch") for what in ["p1-launch,15/02/2022,x", "P1-LAUNCH,15/02/2022,x"]],
    *[(f"exemption {what!r}", "exemptions", f"unit_code,obligation,on,reason\nSNV,{what}\n", "", None, "2 ") for what in ["p1-launch,15/02/2022,", "p9-x,15/02/2022,x", "p1-launch,,x", ",15/02/2022,x"]],
]
CASES = ENCODINGS + SEPARATORS + DATES + CODES + NAMES + KINDS + HEADERS + OBJECTS + RECORDS

# fmt: on


def _stored(run: Run, kind: str) -> str:
    return run("export", kind, "--format", "jsonl").out


@pytest.mark.parametrize("case", CASES, ids=[f"{case[1]} {case[0]}" for case in CASES])
def test_each_made_file_has_its_outcome(run: Run, empty_db: Path, tmp_path: Path, case: Case) -> None:
    """Good files are stored as stated; bad ones end in 7, say why, and leave the register byte-identical."""
    _name, kind, content, arguments, rows, said = case
    kind, _colon, ending = kind.partition(":")
    if kind != "units":
        assert run("import", "units", str(ROOT / "tests" / "hostile" / "base_units.csv")).code == 0
    path = tmp_path / f"in.{ending or 'csv'}"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    count, before = len(_stored(run, kind).splitlines()), empty_db.read_bytes()
    done = run("import", kind, str(path), *arguments.split(" ") if arguments else [])
    assert all(visible(each) == each for each in (done.out + done.err).splitlines())
    found = _stored(run, kind)
    if rows is None or rows < 0:
        assert done.code == (7 if rows is None else 2), done.err
        assert said in done.err
        assert done.err
        assert empty_db.read_bytes() == before
    else:
        assert (done.code, len(found.splitlines()) - count) == (0, rows), done.err
        assert said in found or said in done.err, (found, done.err)
