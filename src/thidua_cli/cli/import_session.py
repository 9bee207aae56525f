"""The questions of `thidua import` at a terminal: what has two readings, and whether to store."""

from collections.abc import Mapping, Sequence
from typing import Any

from thidua_cli.cli import asking, import_report, messages
from thidua_cli.ground import text
from thidua_cli.ground.errors import RejectedError
from thidua_cli.ground.language import _, grouped
from thidua_cli.ground.problem import Problem
from thidua_cli.intake import advice, columns
from thidua_cli.intake.batch import Batch
from thidua_cli.intake.headed_rows import HeadedRows
from thidua_cli.intake.reading import ReadOptions
from thidua_cli.intake.sheet import OpenColumns, RejectedRowsError, Sheet, short
from thidua_cli.intake.tables.choosing import SeveralSheetsError
from thidua_cli.register.fields import ImportKind, known
from thidua_cli.register.units import Directory, describe

_MOST_ASKED = 20  # names in one session


def answered(error: RejectedError, kind: ImportKind, how: ReadOptions) -> ReadOptions | None:
    """How to read the file once more, by what is answered; None where the error leaves nothing to ask."""
    if isinstance(error, SeveralSheetsError):
        place = asking.choose(error.message, [*map(short, error.names), _("tất cả các trang ấy")])
        return how._replace(sheets=error.names[place : place + 1] or error.names)
    if isinstance(error, RejectedRowsError) and error.columns is not None:
        return _columns(error.columns, kind, how)
    return None


def _columns(open_: OpenColumns, kind: ImportKind, how: ReadOptions) -> ReadOptions | None:
    """Ask for the header of each missing column, and what each unknown one is."""
    given: dict[str, Any] = {"renamed": dict(how.renamed), "ignored": list(how.ignored)}
    left = list(open_.unknown)
    for field in open_.missing:
        headers = _likely_first(open_, left, field, kind)
        question = _("Cột nào là {column}?").format(column=columns.called(kind, field))
        header = headers[asking.choose(question, [short(header) for header in headers])]
        given["renamed"][field] = header
        if other := open_.headers.get(header):  # it goes on to be that column too
            given["renamed"].setdefault(other, header)
        if header in left:
            left.remove(header)
    found = {*open_.found, *given["renamed"]}
    for header, fields in columns.guesses(kind, left, found).items():
        fields = [field for field in fields if field not in found]  # noqa: PLW2901
        answers = [columns.called(kind, field) for field in fields]
        question = _("Cột '{header}' là cột nào?").format(header=short(header))
        place = asking.choose(question, [*answers, _("không đọc cột này")])
        if place < len(fields):
            given["renamed"][fields[place]] = header
            found.add(fields[place])
            left.remove(header)
    if left:
        question = _("Không biết các cột: {columns}. Bỏ qua?").format(columns=", ".join(map(short, left)))
        if not asking.agreed(question):
            return None
        given["ignored"] += left
    return how._replace(**given)


def _likely_first(open_: OpenColumns, left: Sequence[str], field: str, kind: ImportKind) -> list[str]:
    """The headers that a field may have: first those like it, then those not known, then the others."""
    like = columns.guesses(kind, list(open_.headers), {key for key in known(kind) if key != field})
    headers = dict.fromkeys([*like, *left, *open_.headers])
    return [header for header in headers if not advice.ordinal(header)]


def units(problems: Sequence[Problem], directory: Directory) -> dict[str, str]:
    """The code of the unit that is meant by each name of which the problems know who may be."""
    asked: dict[str, Problem] = {}
    for problem in problems:
        if problem.candidates and isinstance(problem.at.value, str):
            asked.setdefault(problem.at.value, problem)
    if not asked or len(asked) > _MOST_ASKED:
        return {}
    named: dict[str, str] = {}
    for name, problem in asked.items():
        shown = [describe(directory.with_code(code)[-1]) for code in problem.candidates]
        question = _("Dòng {row}: {problem}").format(row=problem.at.row, problem=problem.message)
        place = asking.choose(question, [*shown, _("không phải đơn vị nào trong số này")])
        if place < len(shown):
            named[name] = problem.candidates[place]
    return named


def name_units(sheet: Sheet, named: Mapping[str, str]) -> Sheet:
    """The sheet, in which names have the codes of the units that they were said to be."""
    for _row, values in sheet.rows:
        code = named.get(text.clean(str(values.get("unit_code", ""))).value)
        if code is not None:
            values["unit_code"] = code
    return sheet


def agree(batch: Batch, read: HeadedRows | Sheet, kind: ImportKind, name: str, most: int) -> bool:
    """Show what was read and what would be stored, and ask once; raises Exit for a no.

    Returns whether there is anything to store.
    """
    counts = batch.counts()
    if not counts["new"] + counts["changed"]:
        return False
    lines = [_("{file}: {count} dòng").format(file=name, count=grouped(batch.size))]
    if isinstance(read, HeadedRows):
        if read.grid.sheet:
            lines[0] += _(", trang {sheet}").format(sheet=short(read.grid.sheet))
        lines[0] += _(", tiêu đề ở dòng {row}").format(row=read.header_row)
        named = [
            f"'{short(' '.join(read.headers[index].split()))}' = {columns.called(kind, field)}"
            for index, field in read.places()
        ]
        lines.append(_("Các cột: {columns}").format(columns=", ".join(named)))
    messages.say(lines)
    messages.notice(batch.sheet.notices)
    messages.say([_("Sẽ ghi (+ mới, ~ thay đổi, = đã có từ trước):"), *import_report.rows(batch)])
    messages.warn(batch.warnings, most)
    question = _("Ghi vào sổ {new} mới, {changed} thay đổi?")
    if not asking.agreed(question.format(new=counts["new"], changed=counts["changed"])):
        raise asking.declined()
    return True
