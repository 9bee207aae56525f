"""`thidua import`."""

import sys
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from thidua_cli.cli import messages, options, parameters, progress
from thidua_cli.cli.importers import Changes, Importer, Records, Units
from thidua_cli.ground import dates, encodings, files
from thidua_cli.ground.errors import RejectedError, StoreError, UsageError
from thidua_cli.ground.language import _, grouped
from thidua_cli.ground.problem import Problem
from thidua_cli.ground.text import visible
from thidua_cli.intake import advice, columns, reading
from thidua_cli.intake.cells import Table, sheet_of
from thidua_cli.intake.reading import FileFormat, Wishes, form_of_ending
from thidua_cli.intake.rejects import write_rejects
from thidua_cli.intake.sheet import RejectedRowsError, Sheet, reject, short
from thidua_cli.register.fields import ACTIONS, UNIT_NAME, ImportKind, heading, known
from thidua_cli.register.plan import load_plan
from thidua_cli.register.units import Directory
from thidua_cli.render import pages
from thidua_cli.store import Writer, journal
from thidua_cli.store.journal import LATEST


class ReportForm(StrEnum):
    """How an import tells what it did."""

    TEXT = "text"
    JSON = "json"


def run(
    ctx: typer.Context,
    kind: Annotated[ImportKind, typer.Argument(metavar=_("LOẠI"), help=", ".join(ImportKind))],
    file: Annotated[
        str | None,
        typer.Argument(
            metavar=_("TỆP|-"), help=_("CSV, TSV, XLSX, XLS, ODS, JSON, JSONL; - là đầu vào chuẩn.")
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=_("Chỉ nói sẽ thay đổi gì, không ghi."))] = False,
    form: Annotated[
        FileFormat | None,
        typer.Option("--format", "-f", help=_("Dạng của tệp (mặc định: theo phần mở rộng).")),
    ] = None,
    sheet: Annotated[
        str | None, typer.Option("--sheet", metavar=_("TÊN"), help=_("Trang của sổ tính."))
    ] = None,
    encoding: Annotated[
        str | None,
        typer.Option(
            "--encoding", metavar=_("TÊN"), help=_("Bảng mã của tệp: utf-8, utf-16, cp1258, tcvn3, vni.")
        ),
    ] = None,
    renamed: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar=_("CỘT=TIÊU-ĐỀ"),
            help=_("Cột của chương trình, tên nào cũng được, là tiêu đề này trong tệp; dùng nhiều lần."),
        ),
    ] = None,
    ignored: Annotated[
        list[str] | None,
        typer.Option(
            "--ignore-column",
            metavar=_("TIÊU-ĐỀ"),
            help=_("Bỏ qua cột này của tệp, không có tiêu đề thì nêu chữ của cột (E); dùng nhiều lần."),
        ),
    ] = None,
    on: Annotated[
        date | None,
        typer.Option(
            "--on",
            parser=parameters.day,
            metavar=_("NGÀY"),
            help=_("Đơn vị có từ ngày này, nếu tệp không nêu."),
        ),
    ] = None,
    phase: Annotated[
        str | None,
        typer.Option(
            "--phase", metavar=_("MÃ"), help=_("Giai đoạn của những dòng mà tệp không nêu giai đoạn: p1, p2.")
        ),
    ] = None,
    correct: Annotated[
        bool, typer.Option("--correct", help=_("Dòng khác với bản ghi trong sổ thì sửa bản ghi ấy."))
    ] = False,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar=_("CHỮ"), help=_("Lý do sửa, cần khi có --correct."))
    ] = None,
    rejects: Annotated[
        Path | None,
        typer.Option("--rejects", metavar=_("TỆP"), help=_("Ghi các dòng sai vào tệp CSV này, kèm lý do.")),
    ] = None,
    province: Annotated[
        str | None,
        typer.Option(
            "--province", metavar=_("MÃ"), help=_("Tỉnh, thành phố lấy từ danh mục của cơ quan thống kê.")
        ),
    ] = None,
    template: Annotated[
        bool,
        typer.Option("--template", help=_("Không nhập, mà ghi một tệp Excel mẫu để điền (-o TỆP.xlsx).")),
    ] = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar=_("TỆP"), help=_("Nơi ghi tệp mẫu."))
    ] = None,
    report_form: Annotated[
        ReportForm, typer.Option("--format-report", help=_("Dạng của bản tường trình việc nhập."))
    ] = ReportForm.TEXT,
    max_errors: Annotated[
        int,
        typer.Option("--max-errors", min=0, help=_("Liệt kê tối đa số lỗi, và số lưu ý, này; 0: tất cả.")),
    ] = 20,
) -> None:
    """Nhập đơn vị, phát động, đăng ký, tổng kết, miễn hoặc thay đổi từ tệp.

    Cả tệp là một thao tác; còn một dòng sai thì không ghi gì, và mọi dòng sai được liệt kê.
    """
    if template:
        _write_template(ctx, kind, file, output)
        return
    if file is None:
        raise UsageError(_("thiếu TỆP"), _("Xem: {command} --help").format(command="thidua import"))
    if correct != bool(reason):
        raise UsageError(
            _('--correct cần --reason "lý do"') if correct else _("--reason chỉ đi với --correct")
        )
    _check_options(kind, on, phase, correct=correct, province=province)
    why = options.checked_reason(reason) if reason is not None else None
    if rejects is not None:
        _check_rejects(rejects, file, report_form)
    if not dry_run:
        options.refuse_read_only(ctx)
    name = reading.called(file)
    wishes = _wishes(kind, form, sheet, encoding, renamed or [], ignored or [], province)
    wishes = wishes._replace(most=max_errors or sys.maxsize)
    try:
        read = _read(file, name, kind, wishes)
        unmet = _not_there(name, wishes, read.headers)
    except RejectedError as error:
        if report_form is ReportForm.JSON:
            _report_unread(ctx, name, kind, error, dry_run=dry_run)
        if rejects is not None and isinstance(error, RejectedRowsError) and error.sheet is not None:
            write_rejects(rejects, error.sheet, error.problems)
            error.hints = [*error.hints, _rejected_to(rejects)]
        raise
    importer: Importer
    if kind is ImportKind.UNITS:
        importer = _units(ctx, sheet_of(read), on, province)
    elif kind is ImportKind.CHANGES:
        importer = Changes(sheet_of(read))
    else:
        source = read if phase is None else _in_phase(ctx, sheet_of(read), phase)
        importer = Records(source, kind, why if correct else None)
    writer = _apply(ctx, importer, dry_run=dry_run)
    importer.sheet.notices += unmet
    if importer.problems:
        importer.problems = _with_phase_cure(importer.problems, kind)
        told = _by_header(importer.problems, importer.sheet.headers, kind, wishes)
        if rejects is not None:
            write_rejects(rejects, importer.sheet, told)
        if report_form is ReportForm.JSON:
            _report_json(ctx, name, kind, importer, dry_run=dry_run, operation=None)
        raise reject(name, told, wishes.most, items=importer.sheet.items, then=_instead(importer, rejects))
    saved = messages.saved(writer) if writer else ""
    if report_form is ReportForm.JSON:
        operation = writer.operation.number if writer and writer.operation else None
        _report_json(ctx, name, kind, importer, dry_run=dry_run, operation=operation, saved=saved)
        return
    importer.report(name, dry_run=dry_run, saved=saved, most=wishes.most)
    messages.notice(importer.sheet.notices)


def _not_there(name: str, wishes: Wishes, headers: Sequence[str]) -> list[str]:
    """What to tell of columns that are to be ignored and are not there, which is no harm to a weekly command.

    Raises RejectedError where a column of almost that name is there: it would be read against the wish.
    """
    absent = columns.absent(wishes.ignored, headers)
    for given, meant in absent.items():
        if meant is not None:
            raise RejectedError(
                _("{file}: không có cột '{header}' mà --ignore-column nêu").format(file=name, header=given),
                _("Có phải là: {option}").format(option=f"--ignore-column {advice.quoted(meant) or meant}"),
                _("Các cột của tệp: {columns}").format(
                    columns=", ".join(short(header) for header in headers if header.strip())
                ),
            )
    return [_("tệp không có cột '{header}' mà --ignore-column nêu").format(header=given) for given in absent]


def _by_header(
    problems: Sequence[Problem], headers: Sequence[str], kind: ImportKind, wishes: Wishes
) -> list[Problem]:
    """Problems for people: each column called by the header that the file has for it, else by ours."""
    left_out = columns.left_out(wishes.ignored)
    called = {
        columns.field_of(kind, header, wishes.renamed): header
        for header in headers
        if header.strip() and columns.normal(header) not in left_out
    }
    if UNIT_NAME.key in called:
        called.setdefault("unit_code", called[UNIT_NAME.key])

    def name(field: str) -> str:
        return called.get(field) or (heading(kind, field) if field in known(kind) else field)

    return [
        problem._replace(at=problem.at._replace(field=", ".join(map(name, problem.at.field.split(", ")))))
        for problem in problems
    ]


def _check_options(
    kind: ImportKind, on: date | None, phase: str | None, *, correct: bool, province: str | None
) -> None:
    """Raise UsageError for an option that means nothing for this kind of file."""
    units = kind is ImportKind.UNITS
    if on and not units:
        raise UsageError(_("--on chỉ dùng cho import units"))
    if province and not units:
        raise UsageError(_("--province chỉ dùng cho import units"))
    if phase is not None and kind not in ACTIONS:
        raise UsageError(_("--phase chỉ dùng cho import {kinds}").format(kinds=", ".join(ACTIONS)))
    if correct and kind in (ImportKind.UNITS, ImportKind.CHANGES):
        raise UsageError(_("--correct chỉ sửa bản ghi"), _("Đơn vị thay đổi từ một ngày thì dùng --on NGÀY."))


def _read(file: str, name: str, kind: ImportKind, wishes: Wishes) -> Table | Sheet:
    """The file as a table."""
    large = file != reading.STDIN and Path(file).is_file() and Path(file).stat().st_size > progress.LARGE
    with progress.waiting(_("Đang đọc {file}…").format(file=visible(name)), long=large):
        return reading.read_table(file, kind, wishes)


def _units(ctx: typer.Context, sheet: Sheet, on: date | None, province: str | None) -> Units:
    with options.reading(ctx) as connection:
        return Units(sheet, on, province, connection)


def _in_phase(ctx: typer.Context, sheet: Sheet, phase: str) -> Sheet:
    """The sheet with a phase in each row that names none; raises NotFoundError for an unknown one."""
    with options.reading(ctx) as connection:
        code = load_plan(connection).phase(phase).code
    for _row, values in sheet.rows:
        if values.get("phase") is None or str(values["phase"]).strip() == "":
            values["phase"] = code
    return sheet


def _with_phase_cure(problems: Sequence[Problem], kind: ImportKind) -> list[Problem]:
    """Where a phase cannot be told, how all rows of the file are given one, or each its own."""
    cure = _("--phase cho cả tệp, hoặc cột {column} cho từng dòng")
    return [
        problem._replace(cure=cure.format(column=columns.called(kind, "phase")))
        if problem.at.field == "phase" and not problem.cure
        else problem
        for problem in problems
    ]


def _apply(ctx: typer.Context, importer: Importer, *, dry_run: bool) -> Writer | None:
    """Check and decide, and store unless it is a dry run or something is wrong; returns who wrote."""
    importer.check()  # with a bar, so not while the register is open
    working = _("Đang so với sổ: {count} dòng…") if dry_run else _("Đang so với sổ và ghi: {count} dòng…")
    count = importer.count
    with progress.waiting(working.format(count=grouped(count)), long=count >= progress.LONG):
        return _decide(ctx, importer, dry_run=dry_run)


def _decide(ctx: typer.Context, importer: Importer, *, dry_run: bool) -> Writer | None:
    """A file is decided before the register is locked, and once more only if somebody wrote meanwhile.

    Evidence is hashed when nothing else stands against the file, and nobody has to wait for it.
    """
    head = _planned(ctx, importer)
    if not importer.problems and isinstance(importer, Records) and importer.hash_evidence():
        head = _planned(ctx, importer)
    if dry_run or importer.problems:
        return None
    with options.writing(ctx) as writer:
        if head is None or writer.number != head.number + 1:
            importer.plan(writer.connection)
        if not importer.problems:
            importer.apply(writer)
    return writer


def _planned(ctx: typer.Context, importer: Importer) -> journal.Operation | None:
    """Decide on a file; returns the operation up to which the register was known."""
    with options.reading(ctx) as connection:
        importer.plan(connection)
        return journal.head(connection)


def _tally(importer: Importer) -> tuple[dict[str, int], int]:
    """How many rows are new, changed and unchanged, and how many refused: each row once."""
    bad = {problem.at.row for problem in importer.problems if problem.at.row} | importer.sheet.spoiled
    counts = importer.counts()
    taken: dict[str, list[int]] = {}
    if isinstance(importer, Units):
        units = importer.made
        taken["new"] = [item.row for item in units.new]
        taken["changed"] = [item.row for item, *_how in units.changed]
        taken["unchanged"] = [item.row for item in units.unchanged]
    elif isinstance(importer, Records):
        rows = importer.made.rows
        taken["new"] = [incoming.row for incoming, _entry in rows.new]
        taken["changed"] = [incoming.row for incoming, *_entries in rows.corrected]
        taken["unchanged"] = [incoming.row for incoming, _entry in rows.unchanged]
    for name, found in taken.items():
        counts[name] -= sum(row in bad for row in found)
    return counts, len(bad)


def _instead(importer: Importer, rejects: Path | None) -> list[str]:
    """What of a refused file is right, and where its bad rows are."""
    counts, refused = _tally(importer)
    lines = [
        _("Các dòng khác: {new} mới, {changed} thay đổi, {same} đã có; {refused} dòng bị từ chối").format(
            new=counts["new"], changed=counts["changed"], same=counts["unchanged"], refused=refused
        )
    ]
    if rejects is not None:
        lines.append(_rejected_to(rejects))
    return lines


def _rejected_to(rejects: Path) -> str:
    place = options.target(rejects) or _("đầu ra chuẩn")
    return _("Các dòng sai ở {path}; các dòng đúng cũng chưa được ghi").format(path=place)


def _check_rejects(rejects: Path, source: str, report_form: ReportForm) -> None:
    """Raise UsageError where the bad rows would spoil the file itself, the report, or an ending."""
    if options.target(rejects) is None and report_form is ReportForm.JSON:
        raise UsageError(_("--rejects - và --format-report json: chỉ một thứ ra đầu ra chuẩn"))
    if _is_stream(rejects):
        return
    if source != reading.STDIN and rejects.exists() and Path(source).exists() and rejects.samefile(source):
        raise UsageError(_("--rejects {path}: là chính tệp đang nhập; chọn tên khác").format(path=rejects))
    if form_of_ending(rejects) not in (None, FileFormat.CSV):
        raise UsageError(
            _("--rejects {path}: các dòng sai được ghi dạng CSV; chọn tên .csv").format(path=rejects)
        )


def _report_json(
    ctx: typer.Context,
    name: str,
    kind: ImportKind,
    importer: Importer,
    *,
    dry_run: bool,
    operation: int | None,
    saved: str = "",
) -> None:
    """What the import does, or why it does nothing, as one JSON object."""
    from thidua_cli.render import json_text

    counts, refused = _tally(importer)
    new, same = importer.examples()
    report = {
        "format_version": json_text.FORMAT_VERSION,
        "register": options.register_id(ctx),
        "file": name,
        "kind": str(kind),
        "dry_run": dry_run,
        "operation": operation,
        "stored": operation is not None,
        **counts,
        "changes": importer.details(),
        "examples": {"new": [each._asdict() for each in new], "unchanged": [each._asdict() for each in same]},
        "refused": refused,
        "notices": list(importer.sheet.notices),
        "warnings": importer.warnings(),
        "problems": _as_objects(sorted(importer.problems, key=lambda problem: problem.at.row or 0)),
    }
    messages.put([json_text.to_object(report).encode("utf-8", "backslashreplace")], saved)


def _as_objects(problems: Sequence[Problem]) -> list[dict[str, object]]:
    return [
        {
            "row": problem.at.row,
            "column": problem.at.field,
            "value": problem.at.value if isinstance(problem.at.value, str) else None,
            "message": problem.message,
            "cure": problem.cure,
        }
        for problem in problems
    ]


def _report_unread(
    ctx: typer.Context, name: str, kind: ImportKind, error: RejectedError, *, dry_run: bool
) -> None:
    """A file that could not be read as a table, as the same JSON object."""
    from thidua_cli.render import json_text

    problems: Sequence[Problem] = [Problem(error.message, " ".join(error.hints))]
    if isinstance(error, RejectedRowsError):
        problems = error.problems
    report: dict[str, object] = {
        "format_version": json_text.FORMAT_VERSION,
        "register": options.register_id(ctx),
        "file": name,
        "kind": str(kind),
        "dry_run": dry_run,
        "operation": None,
        "stored": False,
        **dict.fromkeys(("new", "changed", "unchanged"), 0),
        "changes": [],
        "examples": {"new": [], "unchanged": []},
        "refused": 0,
        "notices": [],
        "warnings": [],
        "problems": _as_objects(problems),
    }
    pages.put([json_text.to_object(report).encode("utf-8", "backslashreplace")])


def _write_template(ctx: typer.Context, kind: ImportKind, file: str | None, output: Path | None) -> None:
    """Write the workbook to be filled in."""
    from thidua_cli.exports.template import workbook

    if output is None or not (output.suffix.lower() == ".xlsx" or _is_stream(output)):
        raise UsageError(_("--template cần -o TỆP.xlsx"))
    target = options.target(output)
    options.refuse_terminal("xlsx", target)
    if file is not None:
        raise UsageError(_("--template không nhập tệp nào: bỏ {file}").format(file=file))
    with options.reading(ctx) as connection:
        units = Directory.read(connection, LATEST).alive(dates.today().isoformat())
        codes = [item.code for item in load_plan(connection).obligations]
    data = workbook(kind, units, codes)
    if _is_stream(output):
        pages.put_at(target, [data])
        return
    if output.is_file() and not _holds(output, data):
        raise StoreError(
            _("{path}: đã có tệp này, có thể đã điền; chọn tên khác hoặc xóa tệp").format(path=output)
        )
    pages.replace_file(output, data)
    done = _("đã ghi tệp mẫu {path}").format(path=output)
    messages.confirm([done], saved=done)


def _is_stream(path: Path) -> bool:
    """Whether a path is standard output, or another stream."""
    return path == Path("-") or files.is_stream(path)


def _holds(path: Path, data: bytes) -> bool:
    """Whether a file is empty or holds this and nothing else."""
    with path.open("rb") as file:
        return file.read(len(data) + 1) in (b"", data)


def _wishes(
    kind: ImportKind,
    form: FileFormat | None,
    sheet: str | None,
    encoding: str | None,
    renamed: Sequence[str],
    ignored: Sequence[str],
    province: str | None,
) -> Wishes:
    """What the options say about the file; raises UsageError for a column or encoding that there is not."""
    mapped: dict[str, str] = {}
    for pair in renamed:
        given, equals, header = pair.partition("=")
        field = columns.field_of(kind, given)
        if not equals or field is None:
            raise UsageError(
                _("--map {pair}: viết CỘT=TIÊU-ĐỀ").format(pair=pair),
                _("Các cột: {columns}").format(columns=columns.accepted(kind)),
            )
        if field in mapped:
            raise UsageError(_("--map {field}: nêu hai lần").format(field=field))
        taken = next(
            (other for other, named in mapped.items() if columns.normal(named) == columns.normal(header)),
            None,
        )
        if taken is not None:
            raise UsageError(
                _("--map: tiêu đề '{header}' cho cả {first} và {second}").format(
                    header=header, first=taken, second=field
                )
            )
        mapped[field] = header
    wanted = encoding.lower().replace("_", "-") if encoding else None
    wanted = {"utf8": "utf-8", "utf16": "utf-16", "windows-1258": "cp1258", "abc": "tcvn3"}.get(
        wanted or "", wanted
    )
    if wanted is not None and wanted not in encodings.DECODERS:
        raise UsageError(
            _("--encoding {name}: không biết bảng mã này").format(name=encoding),
            ", ".join(encodings.DECODERS),
        )
    return Wishes(form, sheet, wanted, mapped, ignored, province)
