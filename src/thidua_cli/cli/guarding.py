"""`verify`, `backup`, `restore`."""

from pathlib import Path
from typing import Annotated

import typer

from thidua_cli import verify as verifying
from thidua_cli.cli import options
from thidua_cli.language import _


def verify(
    ctx: typer.Context,
    anchors: Annotated[
        list[str] | None,
        typer.Option("--anchor", metavar="N:HASH", help=_("Sổ phải còn giữ mốc này; dùng được nhiều lần.")),
    ] = None,
    reports: Annotated[
        list[Path] | None,
        typer.Option(
            "--report",
            metavar=_("TỆP"),
            help=_(
                "Sổ phải còn giữ mọi mốc ghi trong báo cáo này (JSON, Markdown, HTML, Excel, Word, bảng)."
            ),
        ),
    ] = None,
    extends: Annotated[
        Path | None,
        typer.Option("--extends", metavar=_("SỔ.db"), help=_("Sổ phải nối tiếp sổ kia, như bản sao lưu.")),
    ] = None,
    evidence: Annotated[
        bool, typer.Option("--evidence", help=_("Kiểm tra cả mã băm của tệp minh chứng."))
    ] = False,
    evidence_dir: Annotated[
        Path | None,
        typer.Option(
            "--evidence-dir",
            metavar=_("THƯ-MỤC"),
            help=_("Tìm tệp minh chứng từ đây (mặc định: thư mục hiện tại); gồm cả --evidence."),
        ),
    ] = None,
    form: options.FormatOf = None,
    output: options.Output = None,
    bom: options.Bom = False,
) -> None:
    """Kiểm tra sổ còn nguyên vẹn: không in gì, mã thoát 0; nếu không, in mọi điều không đúng, mã thoát 3.

    Tính lại mã băm của mọi thao tác từ các bảng, so lược đồ, tham chiếu và các quy tắc. Sổ bị viết lại cả
    chuỗi, bị cắt đuôi hay thay bằng bản cũ chỉ lộ ra khi có mốc (--anchor, --report, --extends).
    """
    from thidua_cli.report import verify as report
    from thidua_cli.verify import anchors as reading

    wanted = verifying.Wanted(
        [reading.parse(text) for text in anchors or []]
        + [anchor for path in reports or [] for anchor in reading.of_report(path)],
        extends,
        evidence_dir or (Path() if evidence else None),
    )
    proof = verifying.inspect(options.settings(ctx).db, wanted)
    if proof.findings or form is not None or output is not None:
        options.emit(report.build(proof), form, output, bom)
    if proof.findings:
        raise options.findings()
