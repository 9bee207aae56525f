"""`verify`, `backup`, `restore`."""

from pathlib import Path
from typing import Annotated

import typer

from thidua_cli.cli import care, messages, session, shared
from thidua_cli.cli.parameters import argument, option
from thidua_cli.custody import verify as verifying
from thidua_cli.ground import filesystem
from thidua_cli.ground.errors import Exit
from thidua_cli.ground.language import _


def verify(
    ctx: typer.Context,
    *,
    anchors: Annotated[
        list[str] | None, option("--anchor", _("Sổ phải còn giữ mốc này; dùng được nhiều lần."), _("MỐC"))
    ] = None,
    reports: Annotated[
        list[Path] | None,
        option(
            "--report",
            _(
                "Sổ phải còn giữ mọi mốc ghi trong báo cáo này (JSON, Markdown, HTML, Excel, Word, bảng);"
                " -: đầu vào chuẩn."
            ),
            _("TỆP|-"),
        ),
    ] = None,
    extends: Annotated[
        Path | None, option("--extends", _("Sổ phải nối tiếp sổ kia, như bản sao lưu."), _("SỔ.db"))
    ] = None,
    evidence: Annotated[bool, option("--evidence", _("Kiểm tra cả mã băm của tệp minh chứng."))] = False,
    evidence_dir: Annotated[
        Path | None,
        option(
            "--evidence-dir",
            _("Tìm tệp minh chứng từ đây (mặc định: thư mục hiện tại); gồm cả --evidence."),
            _("THƯ-MỤC"),
        ),
    ] = None,
    out: shared.Output,
) -> None:
    """Kiểm tra sổ còn nguyên vẹn: không in gì, mã thoát 0; nếu không, in mọi điều không đúng, mã thoát 3.

    Tính lại mã băm của mọi thao tác từ các bảng, so lược đồ, tham chiếu và các quy tắc. Sổ bị viết lại cả
    chuỗi, bị cắt đuôi hay thay bằng bản cũ chỉ lộ ra khi có mốc (--anchor, --report, --extends).
    """
    from thidua_cli.custody.verify import anchors as reading
    from thidua_cli.reports import verify as report

    wanted = verifying.Wanted(
        [reading.parse(text) for text in anchors or []]
        + [anchor for path in reports or [] for anchor in reading.of_report(path)],
        extends,
        evidence_dir or (Path() if evidence else None),
    )
    before = session.settings(ctx)
    proof = verifying.inspect(before.db, wanted, read_only=before.read_only)
    if proof.findings or out.form is not None or out.output is not None:
        out.emit(report.build(proof))
    messages.warn([item.message for item in proof.notices])
    if proof.findings:
        raise typer.Exit(Exit.FINDINGS)
    care.note(proof.register, "verify")
    if proof.head is not None:
        messages.tell(_("sổ nguyên vẹn, mốc {anchor}").format(anchor=f"{proof.register}:{proof.head.anchor}"))


def backup(
    ctx: typer.Context,
    dest: Annotated[
        Path | None, argument(_("Nơi để bản sao lưu (mặc định: thư mục backups cạnh sổ)."), _("[THƯ-MỤC]"))
    ] = None,
    keep: Annotated[
        int | None, option("--keep", _("Chỉ giữ số bản mới nhất này của sổ, xóa các bản cũ hơn."), min=1)
    ] = None,
) -> None:
    """Sao lưu sổ thành một tệp mới, kiểm tra xong mới đặt tên; in đường dẫn của tệp.

    Tên tệp có giờ (UTC), số thao tác và đầu mã băm; không bao giờ ghi đè. Chạy được khi lệnh khác đang ghi.
    """
    from thidua_cli.custody import backup as backups

    path, read_only = session.settings(ctx).db, session.settings(ctx).read_only
    folder = backups.default_folder(path)
    if dest is not None:
        filesystem.check_folder(dest)
        folder = dest.resolve()
    old = backups.names(folder)
    made, proof = backups.back_up(path, folder, read_only=read_only)
    care.note(proof.register, "backup")
    messages.confirm([str(made)], saved=_("đã sao lưu vào {path}").format(path=made))
    if keep is not None:
        backups.thin(folder, keep, made, proof.operations, old)


def restore(
    ctx: typer.Context,
    file: Annotated[
        Path,
        argument(_("Bản sao lưu, hoặc tệp do thidua export register ghi; - là đầu vào chuẩn."), _("TỆP|-")),
    ],
    discard_after: Annotated[
        int | None,
        option(
            "--discard-after", _("Đồng ý bỏ mọi thao tác sau thao tác này của sổ hiện tại."), _("SỐ"), min=0
        ),
    ] = None,
) -> None:
    """Khôi phục sổ từ một bản sao lưu đã kiểm tra; sổ hiện tại được giữ lại bên cạnh.

    Từ chối nếu sẽ mất thao tác nào của sổ hiện tại, trừ khi --discard-after nêu thao tác cuối còn giữ.
    """
    from thidua_cli.custody import restore as restoring

    session.refuse_read_only(ctx)
    path = session.settings(ctx).db
    tell = session.settings(ctx).writers.append
    done = restoring.restore(file, path, discard_after, tell)
    if done.unchanged:
        messages.confirm([_("{path}: đã giống bản sao lưu, không thay gì").format(path=path)])
        return
    lines = [
        _("đã khôi phục {path} đến thao tác #{number}").format(path=path, number=done.head.number),
        *([_("  sổ trước đó giữ ở {path}").format(path=done.kept)] if done.kept else []),
        *([_("  đã bỏ {count} thao tác").format(count=len(done.lost))] if done.lost else []),
    ]
    messages.confirm(lines, saved=_("đã khôi phục sổ đến thao tác #{number}").format(number=done.head.number))
