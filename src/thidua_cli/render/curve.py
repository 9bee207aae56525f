"""A curve drawn with characters: percentages as columns of blocks, with its marks under the axis.

Each column shows what held on the last of its days; between two points the earlier one holds.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from thidua_cli.ground.dates import show_day
from thidua_cli.render.cells import rate, visible
from thidua_cli.render.model import Curve

HEIGHT = 8
LEAST, MOST = 40, 160  # cells of a line
DRAWN = 80  # cells of a line where nothing limits it
_EIGHTHS = " ▁▂▃▄▅▆▇█"
_LABEL_EVERY = 20  # cells from one date under the axis to the next

Points = Sequence[tuple[str, float | None]]


def to_lines(curve: Curve, width: int) -> list[str]:
    """The curve in lines of at most `width` cells, a picture for each series; without the title."""
    lines: list[str] = []
    for name, points in curve.series.items():
        if points:
            lines += [visible(name)] if len(curve.series) > 1 else []
            marks = {day: label for day, label in curve.marks.items() if name in curve.of.get(day, (name,))}
            lines += _picture(points, marks, max(LEAST, min(width, MOST)))
    return lines


def _picture(points: Points, marks: Mapping[str, str], width: int) -> list[str]:
    gutter = len(rate(100, 0)) + 2
    span = width - gutter
    first, last = date.fromisoformat(points[0][0]), date.fromisoformat(max([points[-1][0], *marks]))
    days = [(first + timedelta(days=number)).isoformat() for number in range((last - first).days + 1)]
    shown = [days[-(-(column + 1) * len(days) // span) - 1] for column in range(span)]
    places = {
        max(bisect_right(shown, day) - 1, 0): visible(label) for day, label in marks.items() if day >= days[0]
    }
    levels = [_level(points, day) for day in shown]
    lines = []
    for above in range(HEIGHT, 0, -1):
        axis = f"{rate(above * 100 / HEIGHT, 0)} ┤" if above in (HEIGHT, HEIGHT // 2) else "│"
        cells = [_cell(level - (above - 1) * 8, column in places) for column, level in enumerate(levels)]
        lines.append(axis.rjust(gutter) + "".join(cells))
    labels = _spread(shown)
    axis = "".join("┬" if column in labels else "─" for column in range(span))
    lines.append(f"{rate(0, 0)} └".rjust(gutter) + axis)
    below = [_dates(shown, labels), *(_pointer(*place, span) for place in sorted(places.items()))]
    return [line.rstrip() for line in lines + [" " * gutter + line for line in below]]


def _level(points: Points, day: str) -> int:
    """The height of a day's column in eighths of a cell; some for any rate, none outside the points."""
    if not points[0][0] <= day <= points[-1][0]:
        return 0
    value = points[bisect_right(points, day, key=lambda point: point[0]) - 1][1]
    return max(int(value * HEIGHT * 8 / 100), 1) if value else 0


def _cell(eighths: int, marked: bool) -> str:
    if eighths <= 0:
        return "│" if marked else " "
    return _EIGHTHS[min(eighths, 8)]


def _spread(shown: Sequence[str]) -> list[int]:
    """The columns of the dates under the axis: both ends, and evenly between them."""
    gaps = max(1, min(len(shown) // _LABEL_EVERY, len(set(shown)) - 1))
    return [number * (len(shown) - 1) // gaps for number in range(gaps + 1)]


def _dates(shown: Sequence[str], columns: Sequence[int]) -> str:
    line = ""
    for column in columns:
        label = show_day(shown[column])
        start = max(0, min(column - len(label) // 2, len(shown) - len(label)))
        line = line.ljust(start) + label
    return line


def _pointer(column: int, label: str, span: int) -> str:
    """`▲ label` below a column, or `label ▲` where there is no room to the right."""
    if column + 2 + len(label) <= span:
        return " " * column + f"▲ {label}"
    return f"{label} ▲".rjust(column + 1)
