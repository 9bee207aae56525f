"""A page of HTML as PDF, by WeasyPrint (the extra `pdf`): fonts inside, the same bytes for the same page."""

import os
import re
from functools import cache
from pathlib import Path
from typing import Any

from thidua_cli.ground.errors import UsageError
from thidua_cli.ground.language import _

_STYLE = Path(__file__).parent / "page" / "report.css"
_VARIABLE = re.compile(r"(--[a-z-]+):\s*([^;]+);")
_RULE = re.compile(r"^svg ([^{\s][^{]*)\{([^}]*)\}", re.MULTILINE)
_CHART = re.compile(r"(<svg\b[^>]*>)(.*?</svg>)", re.DOTALL)
_BARS = "text{font-size:23px}"  # as in the style sheet for print


def from_html(page: str, instant: str) -> bytes:
    """The page on paper; `instant` (ISO, UTC) is when its fonts count as made.

    Raises UsageError where WeasyPrint, or the system's library Pango, is not installed.
    """
    from hashlib import sha256

    weasyprint = _weasyprint()
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = _seconds(instant)  # which fontTools writes into fonts
    try:
        nothing = weasyprint.urls.URLFetcher(allowed_protocols=())  # a page holds all that it needs
        document = weasyprint.HTML(string=_with_chart_styles(page), url_fetcher=nothing)
        made = document.write_pdf(pdf_identifier=sha256(page.encode()).digest()[:16])
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before
    return bytes(made)


def _weasyprint() -> Any:
    try:
        import weasyprint
    except (ImportError, OSError) as error:
        raise UsageError(
            _("chưa cài đủ để làm PDF: {why}").format(why=error),
            _("Cài: pip install 'thidua-cli[pdf]'; trên Debian thêm: apt install libpangoft2-1.0-0"),
        ) from None
    return weasyprint


def _seconds(instant: str) -> str:
    from thidua_cli.ground.dates import unstamp

    return f"{int(unstamp(instant).timestamp())}"


def _with_chart_styles(page: str) -> str:
    """The page with the style of charts inside each of them, where alone WeasyPrint looks for it."""

    def styled(chart: re.Match[str]) -> str:
        more = _BARS if 'class="track"' in chart[2] else ""
        return f"{chart[1]}<style>{_chart_style()}{more}</style>{chart[2]}"

    return _CHART.sub(styled, page)


@cache
def _chart_style() -> str:
    """The rules of the style sheet for charts, with the values of its variables, which SVG has not."""
    css = _STYLE.read_text(encoding="utf-8")
    values: dict[str, str] = {}
    for name, value in _VARIABLE.findall(css):
        values.setdefault(name, value)
    rules = "".join(f"{selector}{{{body}}}" for selector, body in _RULE.findall(css))
    return re.sub(r"var\((--[a-z-]+)\)", lambda found: values[found[1]], rules)
