"""`thidua import`."""

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from thidua_cli.cli import asking, import_report, import_session, messages, progress, session, shared
from thidua_cli.cli.asking import Yes
from thidua_cli.cli.import_options import FileOptions, ReportForm, ReportOptions, RowOptions, check_rejects
from thidua_cli.cli.import_template import write_template
from thidua_cli.cli.parameters import KINDS, argument, option
from thidua_cli.cli.shared import DryRun
from thidua_cli.ground import dates
from thidua_cli.ground.errors import RejectedError, UsageError
from thidua_cli.ground.language import _, grouped
from thidua_cli.ground.problem import Place, Problem
from thidua_cli.ground.text import visible
from thidua_cli.intake import advice, reading, sources, synonyms
from thidua_cli.intake.batch import Batch
from thidua_cli.intake.changes import ChangeBatch
from thidua_cli.intake.headed_rows import HeadedRows, sheet_of, with_default
from thidua_cli.intake.reading import ReadOptions
from thidua_cli.intake.records import RecordBatch
from thidua_cli.intake.rejects import write_rejects
from thidua_cli.intake.sheet import RejectedRowsError, Sheet, reject, short
from thidua_cli.intake.unit_names import UnitNames
from thidua_cli.intake.units import UnitBatch
from thidua_cli.register.fields import ImportKind
from thidua_cli.register.plan import load_plan
from thidua_cli.register.units import Directory
from thidua_cli.store import Writer, journal


def run(
    ctx: typer.Context,
    kind: Annotated[str, argument(KINDS, _("LOẠI"))],
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
    yes: Yes = False,
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
    json = report.report_form is ReportForm.JSON
    asks = file != sources.STDIN and not (yes or dry_run or json) and asking.possible()
    _Import(ctx, of, file, how, rows, rejects, dry_run, json, asks).run()


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
    asks: bool
    named: Mapping[str, str] = {}  # codes of units by names in the file, as they were answered

    @property
    def name(self) -> str:
        return sources.called(self.file)

    def run(self) -> None:
        try:
            read = self._read()
            unmet = self._absent(read.headers)
        except RejectedError as error:
            if self.asks and (how := import_session.answered(error, self.kind, self.how)):
                self._replace(how=how).run()
                return
            self._report_unread(error)
            raise
        if self.named:
            read = import_session.name_units(sheet_of(read), self.named)
        batch = self._batch(read)
        head = self._planned(batch)
        if self.asks and (named := self._units(batch)):
            self._replace(named={**self.named, **named}).run()
            return
        shown = self.asks and not batch.problems
        shown = shown and import_session.agree(batch, read, self.kind, self.name, self.how.most)
        writer = self._apply(batch, head)
        batch.sheet.notices += unmet
        if batch.problems:
            batch.problems = import_report.with_phase_cure(batch.problems, self.kind)
            refusal = self._refusal(batch)
            if self.json:
                self._put_json(batch, batch.problems)
            raise refusal
        saved = messages.saved(writer) if writer else ""
        if self.json:
            self._put_json(batch, [], writer.operation if writer else None, saved)
            return
        import_report.put_text(
            batch, self.name, dry_run=self.dry_run, saved=saved, most=self.how.most, shown=shown
        )
        if not shown:
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
        return RecordBatch(read, self.kind, reason, progress.rows, skips_others=self.rows.skips_others)

    def _planned(self, batch: Batch) -> journal.Operation | None:
        """Plan a batch, before the register is locked; returns the operation up to which it was known."""
        long = batch.size >= progress.LONG
        working = _("Đang so với sổ: {count} dòng…")
        with progress.waiting(working.format(count=grouped(batch.size)), long=long):
            return self._plan(batch)

    def _units(self, batch: Batch) -> dict[str, str]:
        """Ask which unit each unclear name means; returns the answers by name."""
        if not any(problem.candidates for problem in batch.problems):
            return {}
        with session.reading(self.ctx) as connection:
            directory = Directory.read(connection, journal.LATEST)
        return import_session.units(batch.problems, directory)

    def _apply(self, batch: Batch, head: journal.Operation | None) -> Writer | None:
        """Store the batch unless it is a dry run or something is wrong; planned again if somebody wrote."""
        if self.dry_run or batch.problems:
            return None
        working = _("Đang ghi: {count} dòng…").format(count=grouped(batch.size))
        with progress.waiting(working, long=batch.size >= progress.LONG):
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
        problems = import_report.by_header(batch, self.kind, self.how)
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


def _unit_finder(ctx: typer.Context) -> Callable[[str], bool]:
    """Whether a text means a unit of the register, on any day; the register is read when first asked."""

    @cache
    def directory() -> Directory:
        with session.reading(ctx) as connection:
            return Directory.read(connection, journal.LATEST)

    return lambda text: bool(directory().matches(text))


def _rejected_to(rejects: Path) -> str:
    place = session.target(rejects) or _("đầu ra chuẩn")
    return _("Các dòng sai ở {path}; các dòng đúng cũng chưa được ghi").format(path=place)
