"""The options of `thidua import`, in groups, and what is wrong with them together."""

import re
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NamedTuple

from thidua_cli.cli import session
from thidua_cli.cli.parameters import day, option
from thidua_cli.ground import encodings, files
from thidua_cli.ground.errors import InvalidError, UsageError
from thidua_cli.ground.language import _
from thidua_cli.ground.phrases import phrase_key
from thidua_cli.intake import columns, sources
from thidua_cli.intake.reading import ReadOptions
from thidua_cli.intake.sources import FileFormat
from thidua_cli.intake.table_body import RowChoice
from thidua_cli.register.fields import ImportKind, known


class FileOptions(NamedTuple):
    """How the file is read."""

    form: Annotated[
        FileFormat | None, option("--format -f", _("Dạng của tệp (mặc định: theo phần mở rộng)."))
    ] = None
    sheets: Annotated[
        list[str] | None, option("--sheet", _("Trang của sổ tính; dùng nhiều lần."), _("TÊN"))
    ] = None
    all_sheets: Annotated[
        bool, option("--all-sheets", _("Mọi trang hiện của sổ tính, mỗi trang một tiêu đề riêng."))
    ] = False
    encoding: Annotated[
        str | None, option("--encoding", _("Bảng mã của tệp: utf-8, utf-16, cp1258, tcvn3, vni."), _("TÊN"))
    ] = None
    renamed: Annotated[
        list[str] | None,
        option(
            "--map",
            _("Cột của chương trình, tên nào cũng được, là tiêu đề này trong tệp; dùng nhiều lần."),
            _("CỘT=TIÊU-ĐỀ"),
        ),
    ] = None
    ignored: Annotated[
        list[str] | None,
        option(
            "--ignore-column",
            _("Bỏ qua cột này của tệp, không có tiêu đề thì nêu chữ của cột (E); dùng nhiều lần."),
            _("TIÊU-ĐỀ"),
        ),
    ] = None

    wanted: Annotated[
        list[str] | None,
        option("--rows", _("Chỉ đọc các dòng này của tệp: 6-19, hay 6; dùng nhiều lần."), _("DÒNG")),
    ] = None
    skip_empty: Annotated[
        bool, option("--skip-empty", _("Dòng của mẫu chưa điền (không có ngày) là chưa thực hiện: bỏ qua."))
    ] = False
    ignore_unknown: Annotated[
        bool, option("--ignore-unknown", _("Bỏ qua, và nêu tên, mọi cột không biết."))
    ] = False
    constants: Annotated[
        list[str] | None,
        option(
            "--set",
            _("Cột này có cùng một giá trị ở mọi dòng, vì tệp không có cột ấy; dùng nhiều lần."),
            _("CỘT=GIÁ-TRỊ"),
        ),
    ] = None
    where: Annotated[
        list[str] | None,
        option(
            "--where",
            _("Chỉ đọc dòng có chữ này ở cột này (một phần tiêu đề là đủ); nêu nhiều lần: đúng hết."),
            _("CỘT=CHỮ"),
        ),
    ] = None

    def checked(self, kind: ImportKind, province: str | None, most: int) -> ReadOptions:
        """Return how to read a file of that kind; raises UsageError for an unknown column or encoding."""
        renamed = _renamed(kind, self.renamed or [])
        given = (self.encoding or "").lower().replace("_", "-")
        aliases = {"utf8": "utf-8", "utf16": "utf-16", "windows-1258": "cp1258", "abc": "tcvn3"}
        encoding = aliases.get(given, given) or None
        if encoding is not None and encoding not in encodings.DECODERS:
            raise UsageError(
                _("--encoding {name}: không biết bảng mã này").format(name=self.encoding),
                ", ".join(encodings.DECODERS),
            )
        if self.skip_empty and kind in (ImportKind.UNITS, ImportKind.CHANGES):
            raise UsageError(_("--skip-empty chỉ dùng cho bản ghi: dòng của chúng mới có ngày để điền"))
        several = self.all_sheets or len(self.sheets or []) > 1
        if several and (self.wanted or (self.all_sheets and self.sheets)):
            raise UsageError(_("--rows chỉ dùng cho một trang; --all-sheets thì không nêu --sheet"))
        rows = RowChoice(_row_ranges(self.wanted or []), self.skip_empty, where=_conditions(self.where or []))
        return ReadOptions(
            self.form,
            self.sheets or [],
            encoding,
            renamed,
            self.ignored or [],
            province,
            most,
            rows,
            self.ignore_unknown,
            _constants(kind, self.constants or [], renamed),
            self.all_sheets,
        )


def _row_ranges(written: Sequence[str]) -> list[tuple[int, int]]:
    """The first and the last row of each range that --rows names."""
    ranges = []
    for part in (part for given in written for part in given.split(",")):
        match = re.fullmatch(r"\s*(\d{1,7})\s*(?:-\s*(\d{1,7})?\s*)?", part, re.ASCII)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if match and "-" in part and not match[2]:
            last = sys.maxsize
        if last < first or not first:
            raise UsageError(_("--rows {rows}: viết như 6-19 hoặc 6").format(rows=part))
        ranges.append((first, last))
    return ranges


def _conditions(written: Sequence[str]) -> list[tuple[str, str]]:
    """The column and the words that each --where names."""
    pairs = [(column, words) for column, _equals, words in (each.partition("=") for each in written)]
    for column, words in pairs:
        if not (phrase_key(column) and phrase_key(words)):
            raise UsageError(_("--where {column}: viết CỘT=CHỮ").format(column=f"{column}={words}"))
    return pairs


def _renamed(kind: ImportKind, pairs: Sequence[str]) -> dict[str, str]:
    """The header of each field that --map names."""
    renamed: dict[str, str] = {}
    for pair in pairs:
        given, equals, header = pair.partition("=")
        field = columns.field_of(kind, given)
        if not equals or field is None:
            raise UsageError(
                _("--map {pair}: viết CỘT=TIÊU-ĐỀ").format(pair=pair),
                _("Các cột: {columns}").format(columns=columns.accepted(kind)),
            )
        if field in renamed:
            raise UsageError(_("--map {field}: nêu hai lần").format(field=field))
        renamed[field] = header
    return renamed


def _constants(kind: ImportKind, pairs: Sequence[str], renamed: Mapping[str, str]) -> dict[str, str]:
    """The value of each field that --set names."""
    constants: dict[str, str] = {}
    for pair in pairs:
        given, _equals, value = pair.partition("=")
        field = columns.field_of(kind, given)
        if not value.strip() or field is None:
            raise UsageError(
                _("--set {pair}: viết CỘT=GIÁ-TRỊ").format(pair=pair),
                _("Các cột: {columns}").format(columns=columns.accepted(kind)),
            )
        if field in constants or field in renamed:
            raise UsageError(_("--set {field}: nêu hai lần").format(field=field))
        try:
            known(kind)[field].reads(value)
        except InvalidError as error:
            raise UsageError(
                f"--set {pair}: {error.message}", *([error.cure] if error.cure else [])
            ) from None
        constants[field] = value
    return constants


class RowOptions(NamedTuple):
    """What rows say that the file does not, and what becomes of rows that differ from the register."""

    on: Annotated[
        date | None, option("--on", _("Đơn vị có từ ngày này, nếu tệp không nêu."), _("NGÀY"), day)
    ] = None
    phase: Annotated[
        str | None,
        option("--phase", _("Giai đoạn của những dòng mà tệp không nêu giai đoạn."), _("MÃ")),
    ] = None
    correct: Annotated[bool, option("--correct", _("Dòng khác với bản ghi trong sổ thì sửa bản ghi ấy."))] = (
        False
    )
    reason: Annotated[str | None, option("--reason", _("Lý do sửa, cần khi có --correct."), _("CHỮ"))] = None

    proposes: Annotated[
        bool, option("--propose-codes", _("Đơn vị mới không có mã thì lấy mã theo chữ đầu của tên."))
    ] = False
    skips_others: Annotated[
        bool, option("--skip-others", _("Bỏ qua, và liệt kê, văn bản của cơ quan không có trong sổ."))
    ] = False

    def check(self, kind: ImportKind, province: str | None) -> None:
        """Raise UsageError for an option that means nothing for this kind of file."""
        if self.correct != bool(self.reason):
            raise UsageError(
                _('--correct cần --reason "lý do"') if self.correct else _("--reason chỉ đi với --correct")
            )
        units = kind is ImportKind.UNITS
        if self.on and not units:
            raise UsageError(_("--on chỉ dùng cho import units"))
        if self.proposes and not units:
            raise UsageError(_("--propose-codes chỉ dùng cho import units"))
        if self.skips_others and kind in (ImportKind.UNITS, ImportKind.CHANGES):
            raise UsageError(_("--skip-others chỉ dùng cho bản ghi: văn bản của đơn vị"))
        if province and not units:
            raise UsageError(_("--province chỉ dùng cho import units"))
        if self.phase is not None and not kind.action:
            raise UsageError(_("--phase chỉ dùng cho việc đã làm, không cho import {kind}").format(kind=kind))
        if self.correct and kind in (ImportKind.UNITS, ImportKind.CHANGES):
            raise UsageError(
                _("--correct chỉ sửa bản ghi"), _("Đơn vị thay đổi từ một ngày thì dùng --on NGÀY.")
            )


class ReportForm(StrEnum):
    """The format of the report on an import."""

    TEXT = "text"
    JSON = "json"


class ReportOptions(NamedTuple):
    """How the import is reported."""

    report_form: Annotated[
        ReportForm, option("--format-report", _("Dạng của bản tường trình việc nhập."))
    ] = ReportForm.TEXT
    max_errors: Annotated[
        int, option("--max-errors", _("Liệt kê tối đa số lỗi, và số lưu ý, này; 0: tất cả."), min=0)
    ] = 20


def is_stream(path: Path) -> bool:
    """Whether a path is standard output, or another stream."""
    return path == Path("-") or files.is_stream(path)


def check_rejects(rejects: Path, source: str, form: ReportForm) -> None:
    """Raise UsageError if writing the bad rows would overwrite the file itself, or mix with the report."""
    if session.target(rejects) is None and form is ReportForm.JSON:
        raise UsageError(_("--rejects - và --format-report json: chỉ một thứ ra đầu ra chuẩn"))
    if is_stream(rejects):
        return
    if source != sources.STDIN and rejects.exists() and Path(source).exists() and rejects.samefile(source):
        raise UsageError(_("--rejects {path}: là chính tệp đang nhập; chọn tên khác").format(path=rejects))
    if sources.form_of_ending(rejects) not in (None, FileFormat.CSV):
        raise UsageError(
            _("--rejects {path}: các dòng sai được ghi dạng CSV; chọn tên .csv").format(path=rejects)
        )
