"""Charts of a page as inline SVG: the places and words that `page/charts.html` draws.

Series differ by dash and name as well as by colour; every chart has a title and says its figures in words.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby, pairwise

from thidua_cli.ground.dates import show_day
from thidua_cli.ground.language import _, grouped
from thidua_cli.render.cells import rate, show
from thidua_cli.render.document import Bars
from thidua_cli.render.model import Curve, Form

_WIDTH, _HEIGHT = 720, 330  # user units, as in charts.html; the page scales them
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 14, 40, 42
_TICKS = 6  # dates under the axis, at most
_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120)  # from one date to the next
_SHORT = 62  # days of a picture whose dates are not those of months
_LABEL = 28  # of the words of a mark
_ROW = 50  # of a bar with its words above

Points = Sequence[tuple[str, float | None]]


class _Scale:
    """Days and percentages as places of the picture, below `top`."""

    def __init__(self, first: date, last: date, top: int = _TOP) -> None:
        self.first, self.last, self.span = first, last, max((last - first).days, 1)
        self.top, self.height = top, _HEIGHT + top - _TOP

    def x(self, day: str) -> float:
        days = (date.fromisoformat(day) - self.first).days
        return round(_LEFT + days * (_WIDTH - _LEFT - _RIGHT) / self.span, 1)

    def y(self, value: float) -> float:
        return round(self.height - _BOTTOM - value * (_HEIGHT - _TOP - _BOTTOM) / 100, 1)

    def ticks(self) -> list[str]:
        """The first days of months, as many as have room; of a short time, days at equal distances."""
        if self.span <= _SHORT:
            count = min(4, self.span)
            days = [self.first + timedelta(days=self.span * number // count) for number in range(count + 1)]
        else:
            days = next(days for step in _MONTHS if len(days := self._firsts(step)) <= _TICKS)
        return [day.isoformat() for day in days]

    def _firsts(self, step: int) -> list[date]:
        months = range(self.first.year * 12, self.last.year * 12 + 12, step)
        days = [date(month // 12, month % 12 + 1, 1) for month in months]
        return [day for day in days if self.first <= day <= self.last]


def curve(curve: Curve, key: str) -> dict[str, object]:
    """Percentages over time as steps, marks as upright lines; `key` makes the ids unique on the page.

    Empty where there are no points.
    """
    days = [day for points in curve.series.values() for day, _value in points]
    if not days:
        return {}
    top = _TOP + _LABEL * max(len(curve.marks) - 1, 0)  # each label has a line of its own
    scale = _Scale(date.fromisoformat(min(days)), date.fromisoformat(max([*days, *curve.marks])), top)
    words = "; ".join(f"{name}: {_ends(points)}" for name, points in curve.series.items() if points)
    marks = "; ".join(curve.marks.values())
    return {
        "key": key,
        "title": curve.title,
        "words": f"{words}. {marks}" if marks else words,
        "height": scale.height,
        "left": _LEFT,
        "right": _WIDTH - _RIGHT,
        "bottom": scale.y(0),
        "shares": [(scale.y(share), rate(share, 0), share % 50) for share in (0, 25, 50, 75, 100)],
        "ticks": _ticks(scale),
        "marks": [
            _mark(scale.x(day), label, line) for line, (day, label) in enumerate(sorted(curve.marks.items()))
        ],
        "lines": [_line(scale, points) for points in curve.series.values()],
    }


def _ends(points: Points) -> str:
    (first_day, first), (last_day, last) = points[0], points[-1]
    return _("{first} ngày {first_day}, {last} ngày {last_day}").format(
        first=show(first, Form.RATE),
        first_day=show_day(first_day),
        last=show(last, Form.RATE),
        last_day=show_day(last_day),
    )


def _ticks(scale: _Scale) -> list[tuple[float, str, str, int]]:
    """Place, date, anchor of the text, and whether (not 0) it has no room on a telephone, for each tick."""
    days = scale.ticks()
    sparse = -(-len(days) // 3)
    places = [scale.x(day) for day in days]
    anchors = ["start" if x < _LEFT + 45 else "end" if x > _WIDTH - _RIGHT - 45 else "middle" for x in places]
    return [(x, show_day(days[i]), anchors[i], i % sparse) for i, x in enumerate(places)]


def _mark(x: float, label: str, line: int) -> tuple[float, int, float, str, str]:
    """Place of the line, its top, and the place, anchor and words of the text beside it."""
    anchor, shift = ("end", -6) if x > _WIDTH / 2 else ("start", 6)
    return x, _TOP - 28 + line * _LABEL, x + shift, anchor, label


def _line(scale: _Scale, points: Points) -> tuple[str, tuple[float, float] | None]:
    """A path of steps, and its end: a rate holds until the next; days without a rate are a gap."""
    path, end = "", None
    for _has_rate, run in groupby(points, key=lambda point: point[1] is not None):
        known = [(scale.x(day), value) for day, value in run if value is not None]
        if known:
            end = known[-1][0], scale.y(known[-1][1])
            path += f"M{known[0][0]} {scale.y(known[0][1])}"
            steps = (f"H{x}V{scale.y(new)}" for (_x, old), (x, new) in pairwise(known) if new != old)
            path += "".join(steps) + f"H{end[0]}"
    return path, end


def legend(curve: Curve) -> list[str]:
    """The name of each series with its last figure."""
    lasts = [(name, *(points[-1] if points else (None, None))) for name, points in curve.series.items()]
    return [f"{name}: {show(last, Form.RATE)} ({show_day(day)})" for name, day, last in lasts]


def bars(bars: Bars, key: str) -> dict[str, object]:
    """A bar for each group, its name and figures above it."""
    full = _WIDTH - 2
    rows = []
    words = []
    for number, (label, done, applicable, share) in enumerate(bars.bars):
        counts = f"{grouped(done)}/{grouped(applicable)}"
        width = round(full * (share or 0) / 100, 1)
        rows.append((number * _ROW, label, f"{counts} · {show(share, Form.RATE)}", width))
        words.append(f"{label}: {counts}, {show(share, Form.RATE)}")
    height = len(rows) * _ROW + 4
    return {
        "key": key,
        "title": bars.title,
        "words": "; ".join(words),
        "height": height,
        "full": full,
        "rows": rows,
    }
