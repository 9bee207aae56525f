"""The workbook that is written, with its formats: fonts, colours, borders, formats of numbers."""

from functools import cache
from typing import TYPE_CHECKING

from thidua_cli.ground import language
from thidua_cli.ground.language import _, grouped
from thidua_cli.ground.sheets import CELL_UNITS, fits
from thidua_cli.render.cells import MINUS, prose
from thidua_cli.render.model import Form, Tone

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format

FONT = {"font_name": "Arial", "font_size": 10}
GREY = "#55606E"
_ENDING = 100  # units of a cell that are kept for the words that say what was cut
_SIGNED = f'+#,##0;"{MINUS}"#,##0;0'
_COLOURS = {
    Tone.GOOD: ("#14532D", "#DCF2E3"),
    Tone.WARN: ("#6B4100", "#FDEECB"),
    Tone.BAD: ("#8C1D18", "#FBE0DE"),
    Tone.MUTED: ("#59636F", "#ECEFF3"),
}


class WorkbookWriter:
    """A workbook and its formats, each made once; `whole` is the format that holds what a cell cannot."""

    def __init__(self, workbook: "Workbook", whole: str) -> None:
        self.workbook, self.whole = workbook, whole
        self.cut = 0  # cells whose text was longer than Excel takes
        self.format = cache(self._format)
        self.cell = cache(self._cell)

    def text(self, words: str) -> str:
        """Words as a cell shows them; of more than Excel takes the first, and how many are left out."""
        shown = prose(words)
        if fits(shown):
            return shown
        self.cut += 1
        start = shown.encode("utf-16-le")[: (CELL_UNITS - _ENDING) * 2].decode("utf-16-le", "ignore")
        return start + _("… (còn {count} ký tự, xem bản {form})").format(
            count=grouped(len(shown) - len(start)), form=self.whole
        )

    def _format(self, **properties: object) -> "Format":
        return self.workbook.add_format(FONT | {"valign": "top"} | properties)

    def _cell(self, form: Form, tone: Tone, *, heat: bool, bold: bool, signed: bool) -> "Format":
        """How a value of that form and tone looks."""
        numbers = {
            Form.TEXT: "@",
            Form.NUMBER: _SIGNED if signed else "#,##0",
            Form.RATE: "0.0%",
            Form.DAY: day_format(),
            Form.INSTANT: f"{day_format()} hh:mm:ss",
        }
        properties = side(form) | {"bottom": 7, "bottom_color": "#9AA4B0", "num_format": numbers[form]}
        if form is Form.TEXT:
            properties["text_wrap"] = True
        if tone in _COLOURS:
            ink, paper = _COLOURS[tone]
            properties |= {"font_color": ink} | ({"bg_color": paper} if heat else {})
        if bold:
            properties |= {"bold": True, "top": 1}
        return self.format(**properties)


def side(form: Form) -> dict[str, object]:
    """How the cells of a column and its header are aligned."""
    return {"align": "right"} if form.is_right else {"align": "left", "indent": 1}


def day_format() -> str:
    """How a spreadsheet shows days in the language in use."""
    return "dd/mm/yyyy" if language.current() == "vi" else "yyyy-mm-dd"
