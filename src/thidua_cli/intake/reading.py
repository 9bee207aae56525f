"""From a file to a table: which format, where the header is, which column is which."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple

from thidua_cli.ground.errors import RejectedError, UsageError
from thidua_cli.ground.language import _
from thidua_cli.ground.sheets import letters
from thidua_cli.intake import columns, fitting_sheet, gso, incoming, objects, several_sheets, synonyms
from thidua_cli.intake.cells import as_text, empty, inhabited
from thidua_cli.intake.headed_rows import HeadedRows, disguised, sheet_of
from thidua_cli.intake.header_rows import (
    find_header,
    likeness,
    listed,
    misread_headers,
    refuse_sunk,
    settled,
    titles,
)
from thidua_cli.intake.layout_rows import TableShape
from thidua_cli.intake.sheet import OpenColumns, Sheet, reject, short
from thidua_cli.intake.sources import WITH_SHEETS, FileFormat, called, form_of, read_bytes
from thidua_cli.intake.table_body import RowChoice, chosen_objects, data_rows
from thidua_cli.intake.tables import json_rows, text, workbook
from thidua_cli.intake.tables.grid import HEADER_ROWS, Cell, Grid, about
from thidua_cli.intake.tables.text import Likeness
from thidua_cli.intake.two_rows import Names, joined
from thidua_cli.register.fields import ImportKind, required, usual


class ReadOptions(NamedTuple):
    """How a file is to be read; `renamed` is field -> header, `ignored` are headers.

    `constants` are values of fields that the file has no column for. With `ignore_unknown`, columns that
    nobody knows are left out. `sheets` are named, or `all_sheets` are wanted. `most` problems are listed;
    `rows` are those that count.
    """

    form: FileFormat | None = None
    sheets: Sequence[str] = ()
    encoding: str | None = None
    renamed: Mapping[str, str] = {}
    ignored: Sequence[str] = ()
    province: str | None = None
    most: int = 20
    rows: RowChoice = RowChoice()
    ignore_unknown: bool = False
    constants: Mapping[str, str] = {}
    all_sheets: bool = False


class NothingToReadError(RejectedError):
    """A table without a header of ours, or without a row of data."""


def read(source: str, kind: ImportKind, how: ReadOptions | None = None) -> Sheet:
    """A file as a sheet of that kind; raises RejectedError where it is no table of that kind."""
    return sheet_of(read_table(source, kind, how))


def read_table(source: str, kind: ImportKind, how: ReadOptions | None = None) -> HeadedRows | Sheet:
    """As `read`, but with a table's cells unchanged; objects and the statistics office's list are a sheet."""
    given = how or ReadOptions()
    form, name = form_of(source, given.form), called(source)
    if (given.sheets or given.all_sheets) and form not in WITH_SHEETS:
        raise UsageError(
            _("{file}: --sheet và --all-sheets chỉ dùng cho sổ tính, không phải {form}").format(
                file=name, form=form
            )
        )
    data = read_bytes(source)
    if not data:
        raise RejectedError(_("{file}: tệp rỗng").format(file=name))

    names = _names(kind, given)

    def compare(above: Sequence[Cell], values: Sequence[Cell]) -> Likeness:
        both = joined((1, above), (2, values), (), names)
        rows = [values] if both is None else [values, both]
        return max(likeness(row, kind, given.renamed, given.constants) for row in rows)

    with about(name):
        if form in (FileFormat.JSON, FileFormat.JSONL):
            found = json_rows.read(data, given.encoding, lines=form is FileFormat.JSONL)
        elif form in WITH_SHEETS:
            wanted = fitting_sheet.names(data, form, given.sheets, every=given.all_sheets)
            if len(wanted) > 1:
                return _from_sheets(data, form, wanted, name, kind, given)
            one = wanted[0] if wanted else None
            grid = fitting_sheet.read(data, form, one, lambda *rows: compare(*rows).complete)
        else:
            grid = text.read(data, given.encoding, compare, "\t" if form is FileFormat.TSV else None)
    if form in (FileFormat.JSON, FileFormat.JSONL):
        return _from_objects(found, name, kind, given)
    return _from_grid(grid.of(name), name, kind, given)


def _names(kind: ImportKind, given: ReadOptions) -> Names:
    return Names(kind, given.renamed, columns.left_out([*given.renamed.values(), *given.ignored]))


def _from_sheets(
    data: bytes, form: FileFormat, wanted: Sequence[str], source: str, kind: ImportKind, given: ReadOptions
) -> Sheet:
    """Several sheets, each with its own header, as one; of all those of a workbook the ones with a list."""
    parts: list[several_sheets.Part] = []
    empty_ones: dict[str, NothingToReadError] = {}
    for name in wanted:
        where = _("{file}, trang {sheet}").format(file=source, sheet=short(name))
        try:
            grid = workbook.read(data, form, name)
            parts.append((name, sheet_of(_from_grid(grid.of(where), where, kind, given))))
        except NothingToReadError as error:
            if not given.all_sheets:
                raise
            empty_ones[name] = error
        except RejectedError as error:
            if given.all_sheets:
                error.hints = [
                    *error.hints,
                    _("Không cần trang này thì nêu từng trang cần đọc bằng --sheet."),
                ]
            raise
    if not parts:
        raise next(iter(empty_ones.values()))
    made = several_sheets.together(parts)
    made.notices.insert(
        0, _("đọc các trang: {sheets}").format(sheets=", ".join(short(each) for each, _s in parts))
    )
    if empty_ones:
        told = _("không đọc trang không có danh sách: {sheets}")
        made.notices.insert(1, told.format(sheets=", ".join(map(short, empty_ones))))
    return made


# Grids


def _from_grid(grid: Grid, source: str, kind: ImportKind, given: ReadOptions) -> HeadedRows | Sheet:
    rows = iter(grid.rows)
    first = list(islice(rows, HEADER_ROWS))
    if (found := find_header(first, _names(kind, given), given.constants, grid.merged)) is None:
        raise _without_header(source, kind, misread_headers(first, kind, given.renamed))
    header_row = first[found.last][0]
    headers = as_text(found.cells, guarded=grid.is_text)
    _refuse_absent(headers, source, given)
    named = {columns.field_of(kind, name, given.renamed) for name in headers}
    office = listed(headers, kind) if not named >= {"code", "name", "kind"} else None
    if not office:
        _refuse_province(source, given)
    asked, there = given.ignored, gso.HEADERS if office else ()
    chosen = synonyms.choose(kind, headers, given.renamed, asked, office=there)
    placed = office or [columns.field_of(kind, name, chosen.renamed) for name in headers]
    incoming.refuse_two_units(source, headers, *chosen.read(kind, headers), given.renamed)
    needed, sunk = gso.CODES if office else usual(kind), first[: found.first]
    refuse_sunk(sunk, placed, needed, source, given.most, headers, guarded=grid.is_text)
    body = list(inhabited(chain(first[found.last + 1 :], rows)))
    if not office:
        raw = [values for _number, values in first[found.first : found.last + 1]]
        shape = TableShape(kind, headers, chosen.used(kind, headers), raw)
        body, grid = data_rows(grid, body, shape, header_row, given.rows)
    notices = [*grid.notices, *titles(first, found), *columns.oddities(headers)]
    width = max([len(headers), *(len(values) for _number, values in body)]) if grid.letters else len(headers)
    headers += [""] * (width - len(headers))

    def holds_data(index: int) -> bool:
        return any(index < len(values) and not empty(values[index]) for _number, values in body)

    filled = {index: holds_data(index) for index, name in enumerate(headers) if not columns.normal(name)}
    notices += columns.passed_over(
        name or letters(index)
        for index, name in enumerate(headers)
        if columns.ignores(asked, headers, index) and holds_data(index)
    )
    if given.ignore_unknown:
        chosen = synonyms.choose(kind, headers, given.renamed, asked, office=there, filled=filled)
    notices += chosen.notices(kind)
    if office:
        _refuse_renamed(source, given)
        problems = gso.problems(headers, header_row, chosen.ignored)
        problems += columns.unnamed(filled, header_row, headers, chosen.ignored)
        fields: Sequence[str | None] = [*gso.needed(office), *[None] * (width - len(office))]
    else:
        fields, problems = columns.match(
            kind, headers, header_row, filled, chosen.renamed, chosen.ignored, set(given.constants)
        )
    _refuse_constants(kind, fields, source, given)
    if problems:
        open_ = None if office else _open_columns(kind, headers, fields, filled, chosen, given)
        raise reject(source, problems, given.most, misread_headers(first, kind, given.renamed), open_)
    if not body:
        raise NothingToReadError(_("{file}: không có dòng dữ liệu nào").format(file=source), *notices)
    table = HeadedRows(fields, headers, header_row, body[-1][0], body, grid, notices)
    table = table._replace(also=columns.shared(headers, fields, chosen.renamed), constants=given.constants)
    table = settled(table)
    if office:
        return gso.sheet(table, source, given.province)
    return sheet_of(table) if table.problems else table


def _open_columns(
    kind: ImportKind,
    headers: Sequence[str],
    fields: Sequence[str | None],
    filled: Mapping[int, bool],
    chosen: synonyms.HeaderChoice,
    given: ReadOptions,
) -> OpenColumns:
    """What can be asked about a header row."""
    found = {*fields, *chosen.renamed, *given.constants}
    unnamed = {index for index, holds in filled.items() if holds}
    unknown = [
        header or letters(index)
        for index, (header, field) in enumerate(zip(headers, fields, strict=True))
        if field is None
        and (columns.normal(header) or index in unnamed)
        and columns.normal(header) not in columns.left_out(chosen.ignored)
        and not columns.ignores(chosen.ignored, headers, index)
    ]
    missing = [field for field in required(kind) if field not in found]
    named = {header: field for header, field in zip(headers, fields, strict=True) if columns.normal(header)}
    return OpenColumns(missing, unknown, named, found)


def _without_header(source: str, kind: ImportKind, hints: Sequence[str]) -> NothingToReadError:
    options = " ".join(f'--map {field}="{_("TIÊU ĐỀ")}"' for field in required(kind))
    return NothingToReadError(
        _("{file}: không thấy dòng tiêu đề").format(file=source),
        *hints,
        _("Các cột nhận được, * là bắt buộc: {columns}").format(columns=columns.accepted(kind)),
        _("Tiêu đề khác thì nêu --map, như: {option}").format(option=options),
    )


def _refuse_absent(headers: Iterable[str], source: str, given: ReadOptions) -> None:
    """Raise RejectedError where --map names a header that the file does not have."""
    there = {columns.normal(header): header for header in headers}
    there.pop("", None)
    absent = [header for header in given.renamed.values() if columns.normal(header) not in there]
    if absent:
        raise RejectedError(
            _("{file}: không có cột '{header}' mà --map nêu").format(file=source, header="', '".join(absent)),
            _("Các cột của tệp: {columns}").format(columns=", ".join(map(short, there.values()))),
        )


def _refuse_renamed(source: str, given: ReadOptions) -> None:
    """Raise UsageError for --map: it names columns of ours, and the list has its own."""
    if given.renamed or given.constants or given.rows.where:
        raise UsageError(
            _(
                "{file}: danh mục của cơ quan thống kê có cột riêng, không dùng --map, --set và --where"
            ).format(file=source)
        )


def _refuse_constants(
    kind: ImportKind, fields: Iterable[str | None], source: str, given: ReadOptions
) -> None:
    """Raise RejectedError where --set gives a value to a column that the file has."""
    both = [columns.called(kind, field) for field in fields if field and field in given.constants]
    if both:
        raise RejectedError(
            _("{file}: tệp đã có cột {columns} mà --set nêu").format(file=source, columns=", ".join(both)),
            _("Bỏ --set, hoặc --ignore-column cột ấy của tệp."),
        )


def _refuse_province(source: str, given: ReadOptions) -> None:
    """Raise UsageError for --province: only a list of the statistics office has provinces."""
    if given.province:
        raise UsageError(
            _("{file}: không phải danh mục của cơ quan thống kê, không dùng --province").format(file=source)
        )


def _from_objects(
    found: Sequence[Mapping[str, Any]], source: str, kind: ImportKind, given: ReadOptions
) -> Sheet:
    if not found:
        raise RejectedError(_("{file}: không có dòng dữ liệu nào").format(file=source))
    _refuse_province(source, given)
    _refuse_absent(dict.fromkeys(chain.from_iterable(found)), source, given)
    made = objects.table_of(
        found, kind, given.renamed, given.ignored, given.constants, ignore_unknown=given.ignore_unknown
    )
    _refuse_constants(kind, made.fields, source, given)
    table = chosen_objects(made, kind, given.rows)
    if not table.body:
        raise RejectedError(_("{file}: không có dòng dữ liệu nào").format(file=source), *table.notices)
    return sheet_of(table._replace(problems=[*table.problems, *disguised(table)]))
