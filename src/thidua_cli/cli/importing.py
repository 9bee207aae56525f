"""`thidua import`."""

import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from thidua_cli.cli import import_report, messages, progress, session, shared
from thidua_cli.cli.import_options import FileOptions, ReportForm, ReportOptions, RowOptions, check_rejects
from thidua_cli.cli.import_template import write_template
from thidua_cli.cli.parameters import argument, option
from thidua_cli.cli.shared import DryRun
from thidua_cli.ground import dates
from thidua_cli.ground.errors import RejectedError, UsageError
from thidua_cli.ground.language import _, grouped
from thidua_cli.ground.problem import Place, Problem
from thidua_cli.ground.text import visible
from thidua_cli.intake import advice, columns, reading, sources, synonyms
from thidua_cli.intake.batch import Batch
from thidua_cli.intake.changes import ChangeBatch
from thidua_cli.intake.headed_rows import HeadedRows, sheet_of, with_default
from thidua_cli.intake.reading import ReadOptions
from thidua_cli.intake.records import RecordBatch
from thidua_cli.intake.rejects import write_rejects
from thidua_cli.intake.sheet import RejectedRowsError, Sheet, reject, short
from thidua_cli.intake.unit_names import UnitNames
from thidua_cli.intake.units import UnitBatch
from thidua_cli.register.fields import UNIT_NAME, ImportKind, heading, known
from thidua_cli.register.plan import load_plan
from thidua_cli.register.units import Directory
from thidua_cli.store import Writer, journal


def run(
    ctx: typer.Context,
    kind: Annotated[str, argument(shared.KINDS, _("LOẠI"))],
    file: Annotated[
        str | None, argument(_("CSV, TSV, XLSX, XLS, ODS, JSON, JSONL; - là đầu vào chuẩn."), _("TỆP|-"))
    ] = None,
    *,
    dry_run: DryRun = False,
    source: FileOptions,
    rows: RowOptions,
    rejects: Annotated[
        Path | None, option("--rejects", _("Ghi các dòng sai vào tệp CSV này, kèm lý do."), _("TỆP"))
    ] = None,
    province: Annotated[
        str | None, option("--province", _("Tỉnh, thành phố lấy từ danh mục của cơ quan thống kê."), _("MÃ"))
    ] = None,
    template: Annotated[
        bool, option("--template", _("Không nhập, mà ghi một tệp Excel mẫu để điền (-o TỆP.xlsx)."))
    ] = False,
    output: Annotated[Path | None, option("-o --output", _("Nơi ghi tệp mẫu."), _("TỆP"))] = None,
    report: ReportOptions,
) -> None:
    """Nhập đơn vị, việc đã làm, miễn, gia hạn hoặc thay đổi từ tệp.

    Cả tệp là một thao tác; còn một dòng sai thì không ghi gì, và mọi dòng sai được liệt kê.
    """
    of = shared.file_kind(ctx, kind)
    if template:
        write_template(ctx, of, file, output)
        return
    if file is None:
        raise UsageError(_("thiếu TỆP"), _("Xem: {command} --help").format(command="thidua import"))
    rows.check(of, province)
    if rows.reason is not None:
        rows = rows._replace(reason=session.checked_reason(rows.reason))
    if rejects is not None:
        check_rejects(rejects, file, report.report_form)
    if not dry_run:
        session.refuse_read_only(ctx)
    how = source.checked(of, province, report.max_errors or sys.maxsize)
    _Import(ctx, of, file, how, rows, rejects, dry_run, report.report_form is ReportForm.JSON).run()


class _Import(NamedTuple):
    """One import, as the command line asks for it."""

    ctx: typer.Context
    kind: ImportKind
    file: str
    how: ReadOptions
    rows: RowOptions
    rejects: Path | None
    dry_run: bool
    json: bool

    @property
    def name(self) -> str:
        return sources.called(self.file)

    def run(self) -> None:
        try:
            read = self._read()
            unmet = self._absent(read.headers)
        except RejectedError as error:
            self._report_unread(error)
            raise
        batch = self._batch(read)
        writer = self._apply(batch)
        batch.sheet.notices += unmet
        if batch.problems:
            batch.problems = _with_phase_cure(batch.problems, self.kind)
            refusal = self._refusal(batch)
            if self.json:
                self._put_json(batch, batch.problems)
            raise refusal
        saved = messages.saved(writer) if writer else ""
        if self.json:
            self._put_json(batch, [], writer.operation if writer else None, saved)
            return
        import_report.put_text(batch, self.name, dry_run=self.dry_run, saved=saved, most=self.how.most)
        messages.notice(batch.sheet.notices)

    def _put_json(
        self,
        batch: Batch | None,
        problems: Sequence[Problem],
        operation: journal.Operation | None = None,
        saved: str = "",
    ) -> None:
        asked = {"file": self.name, "kind": str(self.kind), "dry_run": self.dry_run}
        import_report.put_json(self.ctx, asked, batch, problems, operation, saved)

    def _read(self) -> HeadedRows | Sheet:
        path = Path(self.file)
        large = self.file != sources.STDIN and path.is_file() and path.stat().st_size > progress.LARGE
        with progress.waiting(_("Đang đọc {file}…").format(file=visible(self.name)), long=large):
            rows = self.how.rows._replace(is_unit=_unit_finder(self.ctx))
            return reading.read_table(self.file, self.kind, self.how._replace(rows=rows))

    def _absent(self, headers: Sequence[str]) -> list[str]:
        """The notices of columns to be ignored that are not there, which is no harm to a weekly command.

        Raises RejectedError where a column of almost that name is there: it would be read against the wish.
        """
        absent = synonyms.absent(self.how.ignored, headers)
        for given, meant in absent.items():
            if meant is not None:
                raise RejectedError(
                    _("{file}: không có cột '{header}' mà --ignore-column nêu").format(
                        file=self.name, header=given
                    ),
                    _("Có phải là: {option}").format(
                        option=f"--ignore-column {advice.quoted(meant) or meant}"
                    ),
                    _("Các cột của tệp: {columns}").format(
                        columns=", ".join(short(header) for header in headers if header.strip())
                    ),
                )
        return [
            _("tệp không có cột '{header}' mà --ignore-column nêu").format(header=given) for given in absent
        ]

    def _report_unread(self, error: RejectedError) -> None:
        """Report a file that is no table of that kind, and write its bad rows."""
        rejected = error if isinstance(error, RejectedRowsError) else None
        if self.json:
            problems = rejected.problems if rejected else [Problem(error.message, " ".join(error.hints))]
            self._put_json(None, problems)
        if self.rejects is not None and rejected and rejected.sheet is not None:
            write_rejects(self.rejects, rejected.sheet, rejected.problems)
            error.hints = [*error.hints, _rejected_to(self.rejects)]

    def _batch(self, read: HeadedRows | Sheet) -> Batch:
        """Check the rows, with a bar, so not while the register is open."""
        on, phase, reason = self.rows.on, self.rows.phase, self.rows.reason
        if self.kind is ImportKind.UNITS:
            sheet = sheet_of(read)
            with session.reading(self.ctx) as connection:
                first_day = load_plan(connection).phases[0].starts_on
                directory = Directory.read(connection, journal.LATEST)
                lacks = sheet.province and not directory.with_code(sheet.province)
            for _row, values in sheet.rows:
                if lacks and values.get("parent_code") == sheet.province:  # it is no parent of its districts
                    values["parent_code"] = None
            days = [on.isoformat()] if on else [dates.today().isoformat(), first_day]
            names = UnitNames(sheet, directory, days, proposes=self.rows.proposes)
            return UnitBatch(sheet, first_day, on, progress.rows, names)
        if self.kind is ImportKind.CHANGES:
            return ChangeBatch(sheet_of(read))
        if phase is not None:
            with session.reading(self.ctx) as connection:
                read = with_default(read, "phase", load_plan(connection).phase(phase).code)
        return RecordBatch(read, self.kind, reason, progress.rows)

    def _apply(self, batch: Batch) -> Writer | None:
        """Plan the batch, and store it unless it is a dry run or something is wrong.

        A batch is planned before the register is locked, and once more only if somebody wrote meanwhile.
        """
        working = _("Đang so với sổ và ghi: {count} dòng…")
        if self.dry_run:
            working = _("Đang so với sổ: {count} dòng…")
        long = batch.size >= progress.LONG
        with progress.waiting(working.format(count=grouped(batch.size)), long=long):
            head = self._plan(batch)
            if self.dry_run or batch.problems:
                return None
            with session.writing(self.ctx) as writer:
                if head is None or writer.number != head.number + 1:
                    batch.plan(writer.connection)
                if not batch.problems:
                    batch.apply(writer)
            return writer

    def _plan(self, batch: Batch) -> journal.Operation | None:
        """Plan a batch; returns the operation up to which the register was known.

        Evidence is hashed when nothing else stands against the file, and nobody has to wait for it.
        """
        with session.reading(self.ctx) as connection:
            batch.plan(connection)
            head = journal.head(connection)
        if batch.problems or not isinstance(batch, RecordBatch) or not (rows := batch.evidence()):
            return head
        batch.hashes, wrong = progress.hashed(rows)
        batch.problems = [
            Problem(error.message, error.cure, at=Place(rows[path], "evidence", path))
            for path, error in wrong.items()
        ]
        if wrong:
            return head
        with session.reading(self.ctx) as connection:
            batch.plan(connection)
            return journal.head(connection)

    def _refusal(self, batch: Batch) -> RejectedError:
        """The error that lists what is wrong, what of the file is right, and where its bad rows are."""
        problems = self._by_header(batch)
        counts = batch.counts()
        then = [
            _("Các dòng khác: {new} mới, {changed} thay đổi, {same} đã có; {refused} dòng bị từ chối").format(
                new=counts["new"],
                changed=counts["changed"],
                same=counts["unchanged"],
                refused=len(batch.bad()),
            )
        ]
        if self.rejects is not None:
            write_rejects(self.rejects, batch.sheet, problems)
            then.append(_rejected_to(self.rejects))
        return reject(self.name, problems, self.how.most, items=batch.sheet.items, then=then)

    def _by_header(self, batch: Batch) -> list[Problem]:
        """Problems for people: each column called by the header that the file has for it, else by ours."""
        left_out = columns.left_out(self.how.ignored)
        chosen = synonyms.choose(self.kind, batch.sheet.headers, self.how.renamed, self.how.ignored)
        called = {
            columns.field_of(self.kind, header, chosen.renamed): header
            for header in batch.sheet.headers
            if header.strip() and columns.normal(header) not in left_out
        }
        called |= {field: header for field, header in chosen.renamed.items() if field not in called}
        if UNIT_NAME.key in called:
            called.setdefault("unit_code", called[UNIT_NAME.key])

        def name(field: str) -> str:
            return called.get(field) or (heading(self.kind, field) if field in known(self.kind) else field)

        return [
            problem._replace(at=problem.at._replace(field=", ".join(map(name, problem.at.field.split(", ")))))
            for problem in batch.problems
        ]


def _unit_finder(ctx: typer.Context) -> Callable[[str], bool]:
    """Whether a text means a unit of the register, on any day; the register is read when first asked."""

    @cache
    def directory() -> Directory:
        with session.reading(ctx) as connection:
            return Directory.read(connection, journal.LATEST)

    return lambda text: bool(directory().matches(text))


def _with_phase_cure(problems: Sequence[Problem], kind: ImportKind) -> list[Problem]:
    """The problems with a cure for a phase or an occasion that is not certain, for all rows or for each."""
    column = _("cột {column} cho từng dòng")
    cures = {"phase": _("--phase cho cả tệp, hoặc cột {column} cho từng dòng"), "occasion": column}
    return [
        problem._replace(cure=cures[problem.at.field].format(column=columns.called(kind, problem.at.field)))
        if problem.at.field in cures and not problem.cure
        else problem
        for problem in problems
    ]


def _rejected_to(rejects: Path) -> str:
    place = session.target(rejects) or _("đầu ra chuẩn")
    return _("Các dòng sai ở {path}; các dòng đúng cũng chưa được ghi").format(path=place)
