"""A curve as a native chart: lines over days, each mark an upright line."""

from collections.abc import Iterator, Sequence
from datetime import date

from thidua_cli.ground import language
from thidua_cli.ground.dates import EXCEL_DAY_0
from thidua_cli.render import cells
from thidua_cli.render.docx.official import TEXT_WIDTH
from thidua_cli.render.docx.package import OPENING, chart_relation, fill
from thidua_cli.render.docx.tables import title
from thidua_cli.render.docx.text import safe
from thidua_cli.render.model import Curve

_TWENTIETH = 635  # EMU of a twentieth of a point
HEIGHT, LOW = 2_520_000, 1_980_000  # EMU, 70 and 55 mm
_COLOURS = ("1F4E79", "C55A11", "548235", "7F6000", "7030A0", "806000", "404040")
_MARK = "C00000"


def has_points(curve: Curve) -> bool:
    """Whether there is anything to draw."""
    return any(value is not None for points in curve.series.values() for _day, value in points)


def place(curve: Curve, number: int, height: int) -> Iterator[str]:
    """The title and the paragraph that holds chart number `number`; its last figures stand for it as text."""
    words = "; ".join(
        f"{name}: {cells.rate(points[-1][1])}"
        for name, points in curve.series.items()
        if points and points[-1][1] is not None
    )
    yield title(curve.title)
    yield fill(
        "drawing.xml",
        number=number,
        relation=chart_relation(number),
        width=int(TEXT_WIDTH) * _TWENTIETH,
        height=height,
        words=safe(f"{curve.title}. {words}"),
    )


def part(curve: Curve) -> str:
    """The chart itself, with its figures inside."""
    lines: list[tuple[str, list[tuple[int, float]]]] = []
    for name, points in curve.series.items():
        if drawn := [(_serial(day), value) for day, value in points if value is not None]:
            lines.append((name, drawn))
    marks = [(label, [(_serial(day), 0.0), (_serial(day), 100.0)]) for day, label in curve.marks.items()]
    series = [
        *(_series(index, *line, _COLOURS[index % len(_COLOURS)]) for index, line in enumerate(lines)),
        *(_series(index, *mark, _MARK, dash=True) for index, mark in enumerate(marks, len(lines))),
    ]
    days = [day for _name, points in (*lines, *marks) for day, _value in points]
    first, last = min(days), max(*days, min(days) + 1)
    vietnamese = language.current() == "vi"
    return OPENING + fill(
        "chart.xml",
        series="".join(series),
        first=first,
        last=last,
        unit=max(1, (last - first) // 6),
        day_format="dd/mm/yyyy" if vietnamese else "yyyy-mm-dd",
        rate_format="0&quot; %&quot;" if vietnamese else "0&quot;%&quot;",
    )


def _serial(day: str) -> int:
    return (date.fromisoformat(day) - EXCEL_DAY_0).days


def _series(
    index: int, name: str, points: Sequence[tuple[int, float]], colour: str, *, dash: bool = False
) -> str:
    return fill(
        "series.xml",
        index=index,
        name=safe(name),
        width=15875 if dash else 28575,
        colour=colour,
        dash='<a:prstDash val="dash"/>' * dash,
        count=len(points),
        days=_points([day for day, _value in points]),
        rates=_points([value for _day, value in points]),
    )


def _points(values: Sequence[float]) -> str:
    return "".join(f'<c:pt idx="{index}"><c:v>{value}</c:v></c:pt>' for index, value in enumerate(values))
