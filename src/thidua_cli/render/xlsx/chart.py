"""A curve as a chart of Excel, over figures on a sheet of their own."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from thidua_cli.ground.language import _
from thidua_cli.render.cells import prose
from thidua_cli.render.model import Column, Curve, Form, Tone
from thidua_cli.render.xlsx.formats import day_format
from thidua_cli.render.xlsx.sheet import SheetWriter

if TYPE_CHECKING:
    from xlsxwriter.chart import Chart

_WIDTH = 16.0  # of the columns of the figures
_STYLES = (("#0B5394", "solid"), ("#9A4A00", "dash"), ("#5B2A86", "round_dot"), ("#2B6A3B", "dash_dot"))
_MARK = "#B3261E"


def draw(curve: Curve, sheet: SheetWriter, data: SheetWriter) -> None:
    """Write the chart to one sheet and its figures to another, below what they hold."""
    days = sorted({day for points in curve.series.values() for day, _value in points} | set(curve.marks))
    header = _write_figures(curve, days, data)
    chart = _chart(curve, days, data, header)
    sheet.sheet.insert_chart(sheet.row, 0, chart, {"description": prose(curve.title)})
    sheet.row += 20


def _write_figures(curve: Curve, days: Sequence[str], data: SheetWriter) -> int:
    """Write a row for each day and a column for each series and mark; returns the row of the header."""
    names = [*curve.series, *curve.marks.values()]
    columns = [Column(_("Ngày"), Form.DAY), *(Column(name, Form.RATE) for name in names)]
    data.set_widths([_WIDTH] * max(len(columns), len(data.widths)))
    data.write(0, curve.title, bold=True, font_size=11)
    data.row += 1
    header = data.row
    data.header(columns)
    if header == 1:
        data.sheet.freeze_panes(header + 1, 0)
    series = [dict(points) for points in curve.series.values()] + [{day: 100.0} for day in curve.marks]
    for day in days:
        for index, value in enumerate([day, *(points.get(day) for points in series)]):
            if value is not None:
                form = columns[index].form
                style = data.book.cell(form, Tone.PLAIN, heat=False, bold=False, signed=False)
                data.value(index, value, form, style)
        data.row += 1
    data.row += 1
    return header


def _chart(curve: Curve, days: Sequence[str], data: SheetWriter, header: int) -> "Chart":
    """Lines over the days of the figures, which are below the header; a mark has its words beside it."""
    workbook, name = data.book.workbook, data.sheet.name
    last = header + len(days)

    def series(number: int, **look: object) -> dict[str, object]:
        return {
            "name": [name, header, number],
            "categories": [name, header + 1, 0, last, 0],
            "values": [name, header + 1, number, last, number],
            **look,
        }

    chart = workbook.add_chart({"type": "line"})
    lines = len(curve.series)
    for number in range(lines):
        colour, dash = _STYLES[number % len(_STYLES)]
        chart.add_series(series(number + 1, line={"color": colour, "width": 2.25, "dash_type": dash}))
    marks = workbook.add_chart({"type": "column"})  # a mark is a column of the full height on its day
    for number, (day, label) in enumerate(curve.marks.items(), lines + 1):
        named: list[dict[str, object]] = [{"delete": True}] * len(days)
        named[days.index(day)] = {"value": label}
        labels = {"value": True, "custom": named, "position": "inside_end", "font": {"color": _MARK}}
        marks.add_series(series(number, fill={"color": _MARK}, gap=500, data_labels=labels))
    if curve.marks:
        chart.combine(marks)
    chart.set_title({"name": prose(curve.title), "name_font": {"size": 11}})
    every = max(1, len(days) // 6)
    axis = {"date_axis": True, "num_format": day_format(), "major_unit": every, "major_unit_type": "days"}
    chart.set_x_axis(axis)
    grid = {"visible": True, "line": {"color": "#D5DAE1"}}
    chart.set_y_axis({"min": 0, "max": 1, "num_format": "0%", "major_gridlines": grid})
    chart.set_legend({"position": "top", "delete_series": list(range(lines, lines + len(curve.marks)))})
    chart.set_size({"width": 900, "height": 360})
    return chart
