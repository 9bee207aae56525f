"""Options that several commands have, declared once: single ones and groups (see `parameters`)."""

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from thidua_cli.cli import messages, session
from thidua_cli.cli.parameters import argument, option, past_day, term
from thidua_cli.ground.errors import StoreError, UsageError
from thidua_cli.ground.language import _, current
from thidua_cli.register import fields, values
from thidua_cli.register.fields import ImportKind
from thidua_cli.register.plan import PlanAction, load_plan
from thidua_cli.register.terms import Kind, Level, State, label
from thidua_cli.render import pages
from thidua_cli.render.model import Report
from thidua_cli.render.pages import Format

if TYPE_CHECKING:
    from thidua_cli.register.units import Directory, Version
    from thidua_cli.reports.moment import Moment
    from thidua_cli.reports.selection import Filter


def _words(terms: type[StrEnum]) -> str:
    """The words of an option, each with the label by which it may be called too."""
    return ", ".join(f"{term} ({label(term, current())})" for term in terms)


def _kinds(actions: Iterable[PlanAction]) -> list[ImportKind]:
    """The kinds of files that every plan has, with a plan's actions behind the units."""
    kinds = [kind for kind in fields.KINDS if not kind.action]
    return [kinds[0], *map(fields.of_action, actions), *kinds[1:]]


def kinds(ctx: typer.Context) -> str:
    """The kinds of files by name, for help; without a register, those of a plan that names no actions."""
    found: Sequence[ImportKind] = fields.KINDS
    with suppress(StoreError), session.reading(ctx) as connection:
        found = _kinds(load_plan(connection).actions)
    return ", ".join(map(str, found))


def file_kind(ctx: typer.Context, named: str, *others: str) -> ImportKind:
    """The kind of file that is named: one that every plan has, or an action of the register's plan.

    Raises UsageError where there is none, with those that there are and `others`.
    """
    names = {str(kind): kind for kind in _kinds(())}
    if named.lower() not in names:
        with session.reading(ctx) as connection:
            found = _kinds(load_plan(connection).actions)
        names = {name.lower(): kind for kind in found for name in (kind.name, kind.action) if name}
    if (kind := names.get(named.lower())) is None:
        known = dict.fromkeys([*map(str, names.values()), *others])
        raise UsageError(
            _("không có loại tệp '{kind}'").format(kind=named),
            _("Dùng một trong: {kinds}").format(kinds=", ".join(known)),
        )
    return kind


DryRun = Annotated[bool, option("--dry-run", _("Chỉ nói sẽ thay đổi gì, không ghi."))]
Reason = Annotated[str, option("--reason", _("Lý do."), _("CHỮ"))]
UnitArgument = Annotated[str, argument(_("Mã, hoặc tên đầy đủ có từ chỉ cấp."), _("ĐƠN-VỊ"))]
Phase = Annotated[str | None, option("--phase", _("Chỉ một giai đoạn, theo mã trong thidua plan."), _("MÃ"))]
KnownAt = Annotated[
    str | None,
    option("--known-at", _("Theo sổ như đã biết khi đó: ngày, thời điểm hoặc '#thao-tác'."), _("LÚC")),
]
States = Annotated[
    list[State] | None,
    option(
        "--state",
        _("Chỉ các trạng thái này, dùng được nhiều lần: {words}.").format(words=_words(State)),
        _("TRẠNG-THÁI"),
        term(values.state),
    ),
]
LetterheadFile = Annotated[
    Path | None,
    option("--letterhead", _("Tên cơ quan, nơi nhận, người ký (TOML); không có thì để dấu chấm."), _("TỆP")),
]


class When(NamedTuple):
    """The day up to which a report looks, and the state of the register that it knows."""

    as_of: Annotated[
        date | None, option("--as-of", _("Tính đến hết ngày này (mặc định: hôm nay)."), _("NGÀY"), past_day)
    ] = None
    known_at: KnownAt = None

    def moment(self, connection: sqlite3.Connection) -> "Moment":
        """Read the moment, as `read_moment` does; warns where a wrong clock leaves it open."""
        from thidua_cli.reports import moment as moments

        at = moments.read_moment(connection, self.as_of, self.known_at)
        if self.known_at is not None and not self.known_at.startswith("#"):
            messages.warn(moments.clock_warning(connection, at))
        return at


class UnitsOf(NamedTuple):
    """Which units a report is about."""

    kind: Annotated[
        Kind | None,
        option(
            "--kind",
            _("Chỉ một loại đơn vị: {words}.").format(words=_words(Kind)),
            _("LOẠI"),
            term(values.kind),
        ),
    ] = None
    level: Annotated[
        Level | None,
        option(
            "--level", _("Chỉ một cấp: {words}.").format(words=_words(Level)), _("CẤP"), term(values.level)
        ),
    ] = None
    district: Annotated[
        str | None, option("--district", _("Chỉ một quận, huyện; city: ngoài các quận, huyện."), _("ĐƠN-VỊ"))
    ] = None


class Selection(NamedTuple):
    """When, which phase and which units a report is about."""

    when: When = When()
    phase: Phase = None
    units: UnitsOf = UnitsOf()

    def read(self, connection: sqlite3.Connection) -> tuple["Moment", "Filter"]:
        """Return the moment and the filter that the options ask for, as `filter`."""
        at = self.when.moment(connection)
        return at, self.filter(connection, at)

    def filter(self, connection: sqlite3.Connection, at: "Moment") -> "Filter":
        """Return the filter at a moment; raises NotFoundError for an unknown phase or district."""
        from thidua_cli.reports.selection import Filter, plan_at

        kind, level, district = self.units
        phase = plan_at(connection, at).phase(self.phase).code if self.phase else None
        return Filter(phase, kind, level, _district(connection, at, district) if district else None)


def find_unit(directory: "Directory", reference: str, at: "Moment") -> "Version":
    """Return the unit to read about, present or past, and say which one a name was taken for."""
    version = directory.resolve_past(reference, at.as_of)
    messages.notice(filter(None, [directory.reading(reference, version)]))
    return version


def _district(connection: sqlite3.Connection, at: "Moment", reference: str) -> int | str:
    """Return the district that `--district` means, and say which one a name was taken for."""
    from thidua_cli.reports.selection import find_district, lookup

    directory = lookup(connection, at)
    found = find_district(directory, reference, at.as_of)
    if isinstance(found, int):
        messages.notice(filter(None, [directory.reading(reference, directory.last(found, at.day))]))
    return found


class Obligation(NamedTuple):
    """One obligation, as an argument or as an option."""

    named: Annotated[str | None, argument(_("Mã nghĩa vụ, xem thidua plan."), _("[NGHĨA-VỤ]"))] = None
    other: Annotated[str | None, option("--obligation", _("Tương đương tham số NGHĨA-VỤ."), _("MÃ"))] = None

    def code(self) -> str | None:
        """Return the obligation that was named; raises UsageError where argument and option differ."""
        if self.named and self.other and self.named != self.other:
            raise UsageError(
                _("chỉ nêu một nghĩa vụ: {one} hay {other}?").format(one=self.named, other=self.other)
            )
        return self.named or self.other


class Text(NamedTuple):
    """What only CSV and TSV take."""

    bom: Annotated[bool, option("--bom", _("Thêm BOM để Excel đọc đúng tiếng Việt (csv, tsv)."))] = False
    safe: Annotated[
        bool,
        option(
            "--spreadsheet-safe", _("Thêm ' trước ô mà Excel sẽ chạy như công thức (csv, tsv); import bỏ đi.")
        ),
    ] = False

    def check(self, form: str) -> None:
        """Raise UsageError where one is given for another format."""
        delimited = (Format.CSV, Format.TSV)
        for name, given in (("--bom", self.bom), ("--spreadsheet-safe", self.safe)):
            if given and form not in delimited:
                raise UsageError(
                    _("{option} chỉ dùng cho {forms}").format(option=name, forms=", ".join(delimited))
                )


FormatOf = Annotated[Format | None, option("--format -f", _("Dạng kết quả (mặc định: table)."))]


class Output(NamedTuple):
    """In which format a report goes where."""

    form: FormatOf = None
    output: Annotated[
        Path | None, option("-o --output", _("Ghi vào tệp; phần mở rộng cho biết dạng."), _("TỆP"))
    ] = None
    text: Text = Text()

    def emit(self, report: Report) -> None:
        """Write a report; without --format, the ending of -o decides, else a table. `-` is standard output.

        Raises UsageError for an option that means nothing for the format.
        """
        output, form = session.target(self.output), self.form or Format.TABLE
        if self.form is None and output and output.suffix.lower() not in ("", ".", ".txt"):
            form = session.form_of(output, {str(form): form for form in Format})
        self.text.check(form)
        if form.is_binary:
            session.refuse_terminal(form, output)
        warnings = pages.write(report, form, output, bom=self.text.bom, safe=self.text.safe)
        if output is not None:
            messages.tell_written()
        messages.warn(warnings)
