"""A header over two rows, bands above and cells merged down, is read as one row."""

from collections.abc import Callable
from pathlib import Path

import pytest

from books import row, xlsx
from conftest import Outcome
from thidua_cli.ground.errors import RejectedError
from thidua_cli.intake.reading import read
from thidua_cli.intake.sheet import Sheet
from thidua_cli.register.fields import ImportKind

DATA = "1,492,UBND quận Hải Châu,12/KH-UBND,29/03/2022,30/03/2022,\n"
UPPER = "STT,Đơn vị,,Kế hoạch phát động,,Ngày phát động,Ghi chú\n"
LOWER = ",Mã,Tên,Số,Ngày,,\n"
READ = {
    "unit_code": "492",
    "unit_name": "UBND quận Hải Châu",
    "document_number": "12/KH-UBND",
    "document_date": "29/03/2022",
    "done_on": "30/03/2022",
    "note": "",
}
Read = Callable[..., Sheet]


@pytest.fixture
def of(tmp_path: Path) -> Read:
    """Read the text of a CSV file, or a workbook, as launches."""

    def call(content: str | bytes, kind: ImportKind = ImportKind.LAUNCHES) -> Sheet:
        path = tmp_path / ("in.csv" if isinstance(content, str) else "in.xlsx")
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read(str(path), kind)

    return call


def _book(*rows: str, merged: str) -> bytes:
    cells = "".join(f'<mergeCell ref="{where}"/>' for where in merged.split())
    written = "".join(row(*line.strip("\n").split(",")) for line in rows)
    return xlsx(written, after=f"<mergeCells>{cells}</mergeCells>")


def test_bands_and_names_are_one_header(of: Read) -> None:
    """A column under a band has the band's words with its own; the rows are said."""
    sheet = of(f"DANH SÁCH,,,,,,\n{UPPER}{LOWER}{DATA}")
    assert (sheet.rows, sheet.problems) == ([(4, READ)], [])
    assert any("hai dòng 2 và 3" in notice for notice in sheet.notices)


def test_merged_cells_say_how_wide_a_band_is(of: Read) -> None:
    """And which names stand for both rows."""
    sheet = of(_book(UPPER, LOWER, DATA, merged="A1:A2 B1:C1 D1:E1 F1:F2 G1:G2"))
    assert (sheet.rows, sheet.problems) == ([(3, READ)], [])


def test_what_is_merged_down_counts_once(of: Read) -> None:
    """Also where programs repeat it in each row."""
    lower = "STT,Mã,Tên,Số,Ngày,Ngày phát động,Ghi chú\n"
    assert of(UPPER + lower + DATA).rows == [(3, READ)]


def test_all_columns_may_be_under_bands(of: Read) -> None:
    """No single name need stand for both rows."""
    sheet = of("Đơn vị,,Văn bản,,Phát động\nMã,Tên,Số,Ngày,Ngày\n" + DATA[2:-2] + "\n")
    assert sheet.rows == [(3, {field: value for field, value in READ.items() if field != "note"})]


@pytest.mark.parametrize("band", ["Đăng ký", "Quyết định khen thưởng", "Kế hoạch của cấp trên"])
def test_a_band_of_other_matters_gives_no_paper(of: Read, band: str) -> None:
    """A number under it is not that of the launch: the column is unknown, and named with its band."""
    text = f"Mã đơn vị,Ngày phát động,{band},\n,,Số văn bản,Ngày văn bản\n492,30/03/2022,1/KH,30/03/2022\n"
    with pytest.raises(RejectedError) as refused:
        of(text)
    assert f"{band} Số văn bản" in "\n".join(refused.value.hints)


def test_the_same_names_under_two_bands_are_doubtful(of: Read) -> None:
    """Neither is taken; one of an action is that of its own kind of file."""
    lower = "\n,Ngày,Số văn bản,Ngày,Số văn bản\n492,30/03/2022,1/KH,31/03/2022,2/KH\n"
    with pytest.raises(RejectedError):
        of(f"Mã đơn vị,Đợt một,,Đợt hai,{lower}")
    text = "Mã đơn vị,Phát động,,Đăng ký,\n,Ngày phát động,Số KH,Ngày đăng ký,Số KH\n492,1/3/2022,1/KH,2/3/2022,2/KH\n"
    with pytest.raises(RejectedError) as refused:
        of(text)
    assert "Đăng ký Số KH" in "\n".join(refused.value.hints)
    assert "Phát động Số KH" not in "\n".join(refused.value.hints)


def test_both_rows_may_be_repeated(of: Read) -> None:
    """As at the top of each page."""
    sheet = of(UPPER + LOWER + DATA + UPPER + LOWER + DATA.replace("492", "493"))
    assert [number for number, _values in sheet.rows] == [3, 6]


def test_options_name_a_column_with_or_without_its_band(run: Callable[..., Outcome], tmp_path: Path) -> None:
    """`--map` takes either, `--ignore-unknown` names what it leaves out with the band."""
    path = tmp_path / "in.csv"
    path.write_text(
        "Đơn vị,Việc,,Khác,\n,Làm,Xong,A,B\n492,30/03/2022,x,1,2\n493,31/03/2022,y,1,2\n", encoding="utf-8"
    )
    for header in ("Việc Làm", "Làm"):
        done = run(
            "import", "launches", str(path), "--dry-run", "--map", f"done_on={header}", "--ignore-unknown"
        )
        assert (done.code, "Khác A" in done.err) == (0, True), done.err


@pytest.mark.parametrize(
    "text",
    [
        "Mã đơn vị,Ngày phát động,\n492,30/03/2022,đúng hạn\n",
        "Mã đơn vị,,Ngày phát động\nSTC,Sở Tài chính,ngày ba mươi\n",
        "Danh sách,,\n,Mã đơn vị,Ngày phát động\nx,492,30/03/2022\n",
    ],
)
def test_a_row_of_data_is_no_header(of: Read, text: str) -> None:
    """Nor is a title: a column without a name is refused as ever."""
    with pytest.raises(RejectedError) as refused:
        of(text)
    assert "không có tiêu đề" in "\n".join(refused.value.hints)
