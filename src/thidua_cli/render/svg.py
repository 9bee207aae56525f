"""Charts as inline SVG: figures in, markup out. Colours and sizes of letters are the style sheet's.

Series differ by dash and name as well as by colour; every chart has a title and says its figures in words.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from html import escape
from itertools import groupby, pairwise

from thidua_cli.ground.dates import show_day
from thidua_cli.ground.language import _, grouped
from thidua_cli.render.cells import prose, rate, show
from thidua_cli.render.document import Bars
from thidua_cli.render.model import Curve, Form

_WIDTH, _HEIGHT = 720, 330  # user units; the page scales them
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 14, 40, 42
_TICKS = 6  # dates under the axis, at most
_MONTHS = (1, 2, 3, 6, 12, 24, 60, 120)  # from one date to the next
_SHORT = 62  # days of a picture whose dates are not those of months
_LABEL = 28  # of the words of a mark
_ROW, _BAR = 50, 14  # of a bar with its words above

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
        """The first days of every so many months, counted from January."""
        months = range(self.first.year * 12, self.last.year * 12 + 12, step)
        days = [date(month // 12, month % 12 + 1, 1) for month in months]
        return [day for day in days if self.first <= day <= self.last]


def curve(curve: Curve, key: str) -> str:
    """Percentages over time as steps, marks as upright lines; `key` makes the ids unique on the page."""
    days = [day for points in curve.series.values() for day, _value in points]
    if not days:
        return ""
    top = _TOP + _LABEL * max(len(curve.marks) - 1, 0)  # each label has a line of its own
    scale = _Scale(date.fromisoformat(min(days)), date.fromisoformat(max([*days, *curve.marks])), top)
    parts = [
        *_grid(scale),
        *(_mark(scale, day, label, line) for line, (day, label) in enumerate(sorted(curve.marks.items()))),
        *(_line(scale, points, number) for number, points in enumerate(curve.series.values(), 1)),
    ]
    words = "; ".join(f"{name}: {_ends(points)}" for name, points in curve.series.items() if points)
    marks = "; ".join(curve.marks.values())
    return _svg(key, curve.title, f"{words}. {marks}" if marks else words, scale.height, parts)


def _ends(points: Points) -> str:
    (first_day, first), (last_day, last) = points[0], points[-1]
    return _("{first} ngày {first_day}, {last} ngày {last_day}").format(
        first=show(first, Form.RATE),
        first_day=show_day(first_day),
        last=show(last, Form.RATE),
        last_day=show_day(last_day),
    )


def _grid(scale: _Scale) -> Iterable[str]:
    left, right = _LEFT, _WIDTH - _RIGHT
    for share in (0, 25, 50, 75, 100):
        y = scale.y(share)
        yield f'<line class="grid" x1="{left}" y1="{y}" x2="{right}" y2="{y}"/>'
        minor = ' class="minor"' if share % 50 else ""
        yield f'<text{minor} x="{left - 8}" y="{y}" dy=".35em" text-anchor="end">{rate(share, 0)}</text>'
    ticks = scale.ticks()
    sparse = -(-len(ticks) // 3)  # on a telephone a third of them has room
    for number, day in enumerate(ticks):
        x = scale.x(day)
        anchor = "start" if x < left + 45 else "end" if x > right - 45 else "middle"
        yield f'<line class="tick" x1="{x}" y1="{scale.y(0)}" x2="{x}" y2="{scale.y(0) + 5}"/>'
        minor = ' class="minor"' if number % sparse else ""
        yield f'<text{minor} x="{x}" y="{scale.height - 14}" text-anchor="{anchor}">{show_day(day)}</text>'


def _mark(scale: _Scale, day: str, label: str, line: int) -> str:
    x, y = scale.x(day), _TOP - 14 + line * _LABEL
    anchor, shift = ("end", -6) if x > _WIDTH / 2 else ("start", 6)
    place = f'x="{x + shift}" y="{y}" text-anchor="{anchor}"'
    return (
        f'<line class="mark" x1="{x}" y1="{y - 14}" x2="{x}" y2="{scale.y(0)}"/>'
        f'<text class="mark-label" {place}>{_text(label)}</text>'
    )


def _line(scale: _Scale, points: Points, number: int) -> str:
    """A path of steps: a rate holds until the next; days without a rate are a gap."""
    path: list[str] = []
    end = None
    for _has_rate, run in groupby(points, key=lambda point: point[1] is not None):
        known = [(day, float(value)) for day, value in run if value is not None]
        if not known:
            continue
        end = known[-1]
        path.append(f"M{scale.x(known[0][0])} {scale.y(known[0][1])}")
        for (_day, old), (day, new) in pairwise(known):
            if new != old:
                path.append(f"H{scale.x(day)}V{scale.y(new)}")
        path.append(f"H{scale.x(end[0])}")
    dot = (
        f'<circle class="s{number} dot" cx="{scale.x(end[0])}" cy="{scale.y(end[1])}" r="4"/>' if end else ""
    )
    return f'<path class="s{number} line" d="{"".join(path)}"/>{dot}'


def legend(curve: Curve) -> list[tuple[str, str]]:
    """For each series a swatch, and its name with its last figure."""
    entries = []
    for number, (name, points) in enumerate(curve.series.items(), 1):
        day, last = points[-1] if points else ("", None)
        swatch = (
            '<svg class="swatch" viewBox="0 0 34 10" aria-hidden="true">'
            f'<line class="s{number} line" x1="1" y1="5" x2="33" y2="5"/></svg>'
        )
        entries.append((swatch, f"{name}: {show(last, Form.RATE)} ({show_day(day or None)})"))
    return entries


def bars(bars: Bars, key: str) -> str:
    """A bar for each group, its name and figures above it."""
    parts = []
    full = _WIDTH - 2
    for number, (label, done, applicable, share) in enumerate(bars.bars):
        y = number * _ROW
        width = round(full * (share or 0) / 100, 1)
        figures = f"{grouped(done)}/{grouped(applicable)} · {show(share, Form.RATE)}"
        parts.append(
            f'<text x="1" y="{y + 22}">{_text(label)}</text>'
            f'<text class="figure" x="{full + 1}" y="{y + 22}" text-anchor="end">{_text(figures)}</text>'
            f'<rect class="track" x="1" y="{y + 30}" width="{full}" height="{_BAR}" rx="3"/>'
            f'<rect class="bar" x="1" y="{y + 30}" width="{width}" height="{_BAR}" rx="3"/>'
        )
    words = "; ".join(
        f"{label}: {grouped(done)}/{grouped(applicable)}, {show(share, Form.RATE)}"
        for label, done, applicable, share in bars.bars
    )
    return _svg(key, bars.title, words, len(bars.bars) * _ROW + 4, parts)


def _svg(key: str, title: str, words: str, height: int, parts: Iterable[str]) -> str:
    return (
        f'<svg role="img" viewBox="0 0 {_WIDTH} {height}" aria-labelledby="{key}-t {key}-d">'
        f'<title id="{key}-t">{_text(title)}</title><desc id="{key}-d">{_text(words)}</desc>'
        f"{''.join(parts)}</svg>"
    )


def _text(words: str) -> str:
    return escape(prose(words))
