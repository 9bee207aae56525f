"""Options that several commands have, declared once: single ones and groups (see `parameters`)."""

import sqlite3
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from thidua_cli.cli import options
from thidua_cli.cli.parameters import day, term
from thidua_cli.ground.errors import UsageError
from thidua_cli.ground.language import _, current
from thidua_cli.register import values
from thidua_cli.register.terms import Kind, Level, State, label
from thidua_cli.render.model import Report
from thidua_cli.render.pages import Format

if TYPE_CHECKING:
    from thidua_cli.reports.moment import Moment
    from thidua_cli.reports.selection import Filter


def _words(terms: type[StrEnum]) -> str:
    """The words of an option, each with the label by which it may be called too."""
    return ", ".join(f"{term} ({label(term, current())})" for term in terms)


DryRun = Annotated[bool, typer.Option("--dry-run", help=_("Chỉ nói sẽ thay đổi gì, không ghi."))]
Reason = Annotated[str, typer.Option("--reason", metavar=_("CHỮ"), help=_("Lý do."))]
UnitArgument = Annotated[
    str, typer.Argument(metavar=_("ĐƠN-VỊ"), help=_("Mã, hoặc tên đầy đủ có từ chỉ cấp."))
]
Phase = Annotated[str | None, typer.Option("--phase", metavar=_("MÃ"), help=_("Chỉ một giai đoạn: p1, p2."))]
KnownAt = Annotated[
    str | None,
    typer.Option(
        "--known-at",
        metavar=_("LÚC"),
        help=_("Theo sổ như đã biết khi đó: ngày, thời điểm hoặc '#thao-tác'."),
    ),
]
States = Annotated[
    list[State] | None,
    typer.Option(
        "--state",
        parser=term(values.state),
        metavar=_("TRẠNG-THÁI"),
        help=_("Chỉ các trạng thái này, dùng được nhiều lần: {words}.").format(words=_words(State)),
    ),
]
LetterheadFile = Annotated[
    Path | None,
    typer.Option(
        "--letterhead",
        metavar=_("TỆP"),
        help=_("Tên cơ quan, nơi nhận, người ký (TOML); không có thì để dấu chấm."),
    ),
]


class When(NamedTuple):
    """The day up to which a report looks, and the state of the register that it knows."""

    as_of: Annotated[
        date | None,
        typer.Option(
            "--as-of", parser=day, metavar=_("NGÀY"), help=_("Tính đến hết ngày này (mặc định: hôm nay).")
        ),
    ] = None
    known_at: KnownAt = None

    def moment(self, connection: sqlite3.Connection) -> "Moment":
        """Return the moment that the options name, as `options.moment`."""
        return options.moment(connection, self.as_of, self.known_at)


class UnitsOf(NamedTuple):
    """Which units a report is about."""

    kind: Annotated[
        Kind | None,
        typer.Option(
            "--kind",
            parser=term(values.kind),
            metavar=_("LOẠI"),
            help=_("Chỉ một loại đơn vị: {words}.").format(words=_words(Kind)),
        ),
    ] = None
    level: Annotated[
        Level | None,
        typer.Option(
            "--level",
            parser=term(values.level),
            metavar=_("CẤP"),
            help=_("Chỉ một cấp: {words}.").format(words=_words(Level)),
        ),
    ] = None
    district: Annotated[
        str | None,
        typer.Option(
            "--district", metavar=_("ĐƠN-VỊ"), help=_("Chỉ một quận, huyện; city: ngoài các quận, huyện.")
        ),
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
        from thidua_cli.register.plan import load_plan
        from thidua_cli.reports.selection import Filter, find_district, units_of

        kind, level, district = self.units
        return Filter(
            load_plan(connection).phase(self.phase).code if self.phase else None,
            kind,
            level,
            find_district(units_of(connection, at), district, at.as_of) if district else None,
        )


class Obligation(NamedTuple):
    """One obligation, as an argument or as an option."""

    argument: Annotated[
        str | None, typer.Argument(metavar=_("[NGHĨA-VỤ]"), help=_("Ví dụ p1-launch; xem thidua plan."))
    ] = None
    option: Annotated[
        str | None,
        typer.Option("--obligation", metavar=_("MÃ"), help=_("Tương đương tham số NGHĨA-VỤ.")),
    ] = None

    def code(self) -> str | None:
        """Return the obligation that was named; raises UsageError where argument and option differ."""
        if self.argument and self.option and self.argument != self.option:
            raise UsageError(
                _("chỉ nêu một nghĩa vụ: {one} hay {other}?").format(one=self.argument, other=self.option)
            )
        return self.argument or self.option


class Text(NamedTuple):
    """What only CSV and TSV take."""

    bom: Annotated[
        bool, typer.Option("--bom", help=_("Thêm BOM để Excel đọc đúng tiếng Việt (csv, tsv)."))
    ] = False
    safe: Annotated[
        bool,
        typer.Option(
            "--spreadsheet-safe",
            help=_("Thêm ' trước ô mà Excel sẽ chạy như công thức (csv, tsv); import bỏ đi."),
        ),
    ] = False


FormatOf = Annotated[Format | None, typer.Option("--format", "-f", help=_("Dạng kết quả (mặc định: table)."))]


class Output(NamedTuple):
    """In which format a report goes where."""

    form: FormatOf = None
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar=_("TỆP"), help=_("Ghi vào tệp; phần mở rộng cho biết dạng.")),
    ] = None
    text: Text = Text()

    def emit(self, report: Report) -> None:
        """Write a report, as `options.emit`."""
        options.emit(report, self.form, self.output, self.text.bom, self.text.safe)
