"""A curve as a native chart: lines over days, each mark an upright line."""

from collections.abc import Iterator, Sequence
from datetime import date

from thidua_cli.ground import language
from thidua_cli.ground.dates import EXCEL_DAY_0
from thidua_cli.render import cells
from thidua_cli.render.docx.official import TEXT_WIDTH
from thidua_cli.render.docx.tables import title
from thidua_cli.render.docx.text import safe
from thidua_cli.render.model import Curve

_TWENTIETH = 635  # EMU of a twentieth of a point
HEIGHT, LOW = 2_520_000, 1_980_000  # EMU, 70 and 55 mm
_COLOURS = ("1F4E79", "C55A11", "548235", "7F6000", "7030A0", "806000", "404040")
_MARK = "C00000"
_SPACES = (
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
)


def has_points(curve: Curve) -> bool:
    """Whether there is anything to draw."""
    return any(value is not None for points in curve.series.values() for _day, value in points)


def place(curve: Curve, number: int, relation: str, *, height: int = HEIGHT) -> Iterator[str]:
    """The title and the paragraph that holds chart number `number`; its last figures stand for it as text."""
    wide = int(TEXT_WIDTH) * _TWENTIETH
    said = "; ".join(
        f"{name}: {cells.rate(points[-1][1])}"
        for name, points in curve.series.items()
        if points and points[-1][1] is not None
    )
    yield title(curve.title)
    yield (
        '<w:p><w:pPr><w:jc w:val="center"/></w:pPr><w:r><w:drawing>'
        '<wp:inline distT="0" distB="0" distL="0" distR="0">'
        f'<wp:extent cx="{wide}" cy="{height}"/><wp:docPr id="{number}" name="Chart {number}"'
        f' descr="{safe(f"{curve.title}. {said}")}"/><wp:cNvGraphicFramePr/>'
        '<a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">'
        f'<c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" r:id="{relation}"/>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
    )


def part(curve: Curve) -> str:
    """The chart itself, with its figures inside."""
    drawn = {
        name: [(day, value) for day, value in points if value is not None]
        for name, points in curve.series.items()
    }
    drawn = {name: points for name, points in drawn.items() if points}
    lines = [
        _series(index, name, points, _COLOURS[index % len(_COLOURS)])
        for index, (name, points) in enumerate(drawn.items())
    ]
    for index, (day, label) in enumerate(curve.marks.items(), len(lines)):
        lines.append(_series(index, label, [(day, 0.0), (day, 100.0)], _MARK, dash=True))
    days = [_serial(day) for points in drawn.values() for day, _value in points]
    days += [_serial(day) for day in curve.marks]
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<c:chartSpace {_SPACES}><c:date1904 val="0"/><c:roundedCorners val="0"/>'
        '<c:chart><c:autoTitleDeleted val="1"/><c:plotArea><c:layout/>'
        '<c:scatterChart><c:scatterStyle val="lineMarker"/><c:varyColors val="0"/>'
        f'{"".join(lines)}<c:axId val="1"/><c:axId val="2"/></c:scatterChart>{_axes(days)}'
        '</c:plotArea><c:legend><c:legendPos val="b"/><c:overlay val="0"/></c:legend>'
        '<c:plotVisOnly val="1"/><c:dispBlanksAs val="gap"/></c:chart>'
        "<c:spPr><a:ln><a:noFill/></a:ln></c:spPr>"
        '<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr sz="1000">'
        '<a:latin typeface="Times New Roman"/></a:defRPr></a:pPr><a:endParaRPr lang="vi-VN"/></a:p></c:txPr>'
        "</c:chartSpace>"
    )


def _serial(day: str) -> int:
    return (date.fromisoformat(day) - EXCEL_DAY_0).days


def _series(
    index: int, name: str, points: Sequence[tuple[str, float]], colour: str, *, dash: bool = False
) -> str:
    line = f'<a:solidFill><a:srgbClr val="{colour}"/></a:solidFill>' + '<a:prstDash val="dash"/>' * dash
    return (
        f'<c:ser><c:idx val="{index}"/><c:order val="{index}"/>'
        f"<c:tx><c:v>{safe(name)}</c:v></c:tx>"
        f'<c:spPr><a:ln w="{15875 if dash else 28575}">{line}</a:ln></c:spPr>'
        '<c:marker><c:symbol val="none"/></c:marker>'
        f"<c:xVal>{_numbers([_serial(day) for day, _value in points])}</c:xVal>"
        f'<c:yVal>{_numbers([value for _day, value in points])}</c:yVal><c:smooth val="0"/></c:ser>'
    )


def _numbers(values: Sequence[float]) -> str:
    points = "".join(f'<c:pt idx="{index}"><c:v>{value}</c:v></c:pt>' for index, value in enumerate(values))
    return (
        f'<c:numLit><c:formatCode>General</c:formatCode><c:ptCount val="{len(values)}"/>{points}</c:numLit>'
    )


def _axes(days: Sequence[int]) -> str:
    """Days below, percentages on the left."""
    vietnamese = language.current() == "vi"
    first, last = min(days), max(*days, min(days) + 1)
    unit = max(1, (last - first) // 6)
    grey = '<c:spPr><a:ln w="6350"><a:solidFill><a:srgbClr val="{}"/></a:solidFill></a:ln></c:spPr>'
    return (
        f'<c:valAx><c:axId val="1"/><c:scaling><c:orientation val="minMax"/><c:max val="{last}"/>'
        f'<c:min val="{first}"/></c:scaling><c:delete val="0"/><c:axPos val="b"/>'
        f'<c:numFmt formatCode="{"dd/mm/yyyy" if vietnamese else "yyyy-mm-dd"}" sourceLinked="0"/>'
        '<c:majorTickMark val="out"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>'
        f'{grey.format("7F7F7F")}<c:crossAx val="2"/><c:crosses val="autoZero"/>'
        f'<c:crossBetween val="midCat"/><c:majorUnit val="{unit}"/></c:valAx>'
        '<c:valAx><c:axId val="2"/><c:scaling><c:orientation val="minMax"/><c:max val="100"/>'
        '<c:min val="0"/></c:scaling><c:delete val="0"/><c:axPos val="l"/>'
        f"<c:majorGridlines>{grey.format('D9D9D9')}</c:majorGridlines>"
        f'<c:numFmt formatCode="{"0&quot; %&quot;" if vietnamese else "0&quot;%&quot;"}" sourceLinked="0"/>'
        '<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>'
        f'{grey.format("7F7F7F")}<c:crossAx val="1"/><c:crosses val="min"/>'
        '<c:crossBetween val="midCat"/><c:majorUnit val="25"/></c:valAx>'
    )
