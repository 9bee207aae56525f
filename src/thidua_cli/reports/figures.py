"""The figures of an obligation: their keys, labels, columns and cells."""

from collections.abc import Sequence

from thidua_cli.ground.language import _
from thidua_cli.render.model import Column, Form, Mark, Tone
from thidua_cli.standing.verdict import Tally

FIGURES = (
    "roster", "exempt", "lapsed", "applicable", "on_time", "declared_late", "late", "pending", "overdue",
    "done",
)  # fmt: skip
RATE = "rate"
COLUMNS = (*FIGURES, RATE)
_DROP = {"roster": 4, "exempt": 5, "lapsed": 5, "declared_late": 6}
_TONES = {"on_time": Tone.GOOD, "late": Tone.WARN, "overdue": Tone.BAD}


def figure_labels() -> dict[str, str]:
    """The figures for people, by key."""
    return {
        "roster": _("Thuộc diện"),
        "exempt": _("Miễn"),
        "lapsed": _("Hết hiệu lực"),
        "applicable": _("Phải làm"),
        "on_time": _("Đúng hạn"),
        "declared_late": _("Khai muộn"),
        "late": _("Trễ hạn"),
        "pending": _("Trong hạn"),
        "overdue": _("Quá hạn"),
        "done": _("Đã làm"),
        RATE: _("Tỷ lệ"),
    }


def counts_row(counts: Tally) -> dict[str, float | None]:
    """A tally under the keys of the JSON output."""
    return {
        "roster": counts.roster,
        **{str(state): number for state, number in counts.states.items()},
        "applicable": counts.applicable,
        "declared_late": counts.declared_late,
        "done": counts.done,
        RATE: counts.rate,
    }


def figure_columns(keys: Sequence[str] = COLUMNS) -> list[Column]:
    """The columns of counts, with the order in which they give way on a narrow terminal."""
    labels = figure_labels()
    return [
        Column(labels[key], Form.RATE if key == RATE else Form.NUMBER, drop=_DROP.get(key, 0), key=key)
        for key in keys
    ]


def figure_cells(counts: Tally, keys: Sequence[str] = COLUMNS) -> list[object]:
    """The cells of `figure_columns`."""
    values = counts_row(counts)
    return [values[key] if key == RATE else count_mark(values[key], key) for key in keys]


def count_mark(number: float | None, key: str = "") -> Mark:
    """A count in the tone of its figure; zero is muted."""
    return Mark(number, _TONES.get(key, Tone.PLAIN) if number else Tone.MUTED)
