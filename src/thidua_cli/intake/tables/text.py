"""CSV and TSV: bytes to text by their encoding, text to rows by their delimiter."""

import contextlib
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice, pairwise
from typing import TYPE_CHECKING, NamedTuple

from thidua_cli.ground import encodings
from thidua_cli.ground.errors import RejectedError
from thidua_cli.ground.language import _
from thidua_cli.ground.text import visible
from thidua_cli.intake.tables.container import packing
from thidua_cli.intake.tables.grid import HEADER_ROWS, MOST_COLUMNS, MOST_LETTERS, Grid, Rows

if TYPE_CHECKING:
    import _csv

_DELIMITERS = ",;\t"
_SEP = re.compile(r"[ \t]*sep=([^\w\"\r\n])[ \t]*(?:\r\n|\r|\n|$)", re.IGNORECASE)  # Excel's first line
_PREVIEWED = 200_000  # bytes
_SAMPLE = 1_000_000  # characters in which the header is looked for
_BOMS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_MAGIC = {
    b"PK\x03\x04": "Excel (.xlsx)",
    b"\xd0\xcf\x11\xe0": "Excel (.xls)",
    b"%PDF": "PDF",
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG": "PNG",
}


class Likeness(NamedTuple):
    """How much a row is like the header: whether it has all required columns, and how many known ones."""

    complete: bool
    known: int


Compare = Callable[[Sequence[str], Sequence[str]], Likeness]  # of a row below another


def read(
    data: bytes,
    encoding: str | None,
    likeness: Compare,
    delimiter: str | None = None,
) -> Grid:
    """The rows of a text table; raises RejectedError where it cannot be read without a guess."""
    if packed := packing(data):
        raise packed
    for magic, what in _MAGIC.items():
        if data.startswith(magic):
            raise RejectedError(
                _("không phải bảng chữ mà là tệp {what}").format(what=what),
                _("Nêu đúng --format, hoặc lưu lại dạng “CSV UTF-8”."),
            )
    text = decode(data, encoding, lambda text: _data_cells(text, likeness, delimiter))
    if not text.strip():
        raise RejectedError(_("tệp rỗng"))
    skipped = 0
    if named := _SEP.match(text):
        delimiter, text, skipped = named[1], text[named.end() :], 1
    return Grid(_rows(text, delimiter or _delimiter(text, likeness), skipped), [])


def decode(
    data: bytes, encoding: str | None, cells: Callable[[str], Iterable[str]] = lambda _text: ()
) -> str:
    """The text: by --encoding, else by its byte order mark, else strict UTF-8; raises RejectedError.

    `cells` takes from a text what shows best how an encoding reads; it may find nothing.
    """
    if encoding is None and data.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        raise RejectedError(_("UTF-32, chưa đọc được"), _("Lưu lại dạng “CSV UTF-8”."))
    bom = next((name for mark, name in _BOMS.items() if data.startswith(mark)), None)
    try:
        text = encodings.DECODERS[encoding or bom or "utf-8"](data).lstrip("\ufeff")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        if encoding is not None:
            message = _("dòng {line} không đọc được bằng {encoding}").format(line=line, encoding=encoding)
            raise RejectedError(message) from None
        hints = _hints(encodings.guess(data), data, cells) or [_("Lưu lại dạng “CSV UTF-8” rồi thử lại.")]
        raise RejectedError(_("dòng {line} không phải UTF-8").format(line=line), *hints) from None
    if "\0" in text:
        guess = encodings.guess(data) if encoding is None else None
        if guess and guess.encoding.startswith("utf-16"):
            raise RejectedError(_("không phải UTF-8"), *_hints(guess, data, cells))
        line = text.count("\n", 0, text.index("\0")) + 1
        raise RejectedError(_("dòng {line} có byte NUL: không phải bảng chữ").format(line=line))
    return text


def _hints(
    guess: encodings.Guess | None, data: bytes, cells: Callable[[str], Iterable[str]]
) -> Sequence[str]:
    """What the encoding may be, and how some of the file reads then."""
    if guess is None:
        return []
    preview = guess.preview
    with contextlib.suppress(UnicodeDecodeError):
        text = encodings.DECODERS[guess.encoding](data[:_PREVIEWED])
        preview = encodings.telling(islice(cells(text), 3000)) or preview
    return [
        _("Có lẽ là {encoding}; đọc thử:").format(encoding=guess.encoding),
        *(f"  {visible(piece)[:60]}" for piece in preview),
        _("Nếu đúng: --encoding {encoding}").format(encoding=guess.encoding),
    ]


def _data_cells(text: str, likeness: Compare, delimiter: str | None) -> Iterator[str]:
    """The cells below the header, under whichever delimiter there is one."""
    import csv

    for mark in [delimiter] if delimiter else _DELIMITERS:
        rows = _reader(text, mark)
        with contextlib.suppress(csv.Error):
            first = pairwise(chain([[]], islice(rows, HEADER_ROWS)))
            if any(likeness(above, row[:MOST_COLUMNS]).complete for above, row in first):
                yield from (cell.strip() for row in rows for cell in row if not cell.isascii())


def _delimiter(text: str, likeness: Compare) -> str:
    """The delimiter under which one of the first rows is the header; raises RejectedError where two are.

    Where there is no header under any, the one with the most known columns, then the one that divides most:
    the message about missing columns comes later.
    """
    sample = text[:_SAMPLE]
    best = {mark: _best_likeness(sample, mark, likeness) for mark in _DELIMITERS}
    complete = [mark for mark in _DELIMITERS if best[mark].complete]
    if len(complete) > 1 and all(best[mark].known == 1 for mark in complete):
        return min(complete, key=sample.count)  # of a single column: no value is to be divided
    if len(complete) > 1:
        marks = " ".join(map(repr, complete))
        raise RejectedError(
            _("tiêu đề đọc được bằng nhiều dấu phân cách: {marks}").format(marks=marks),
            _("Thêm dòng đầu nói rõ dấu phân cách, ví dụ sep=;"),
        )
    if complete:
        return complete[0]
    lines = sample.splitlines()[:HEADER_ROWS]
    return max(
        _DELIMITERS, key=lambda mark: (best[mark].known, max((line.count(mark) for line in lines), default=0))
    )


def _best_likeness(sample: str, delimiter: str, likeness: Compare) -> Likeness:
    """How much the first row that is the header, else the one most like it, is like the header."""
    import csv

    best = Likeness(False, 0)
    with contextlib.suppress(csv.Error):  # `_rows` says what is wrong
        for above, values in pairwise(chain([[]], islice(_reader(sample, delimiter), HEADER_ROWS))):
            best = max(best, likeness(above[:MOST_COLUMNS], values[:MOST_COLUMNS]))
            if best.complete:
                break
    return best


def _reader(text: str, delimiter: str, *, strict: bool = False) -> "_csv.Reader":
    import csv

    csv.field_size_limit(MOST_LETTERS)
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=strict)


def _rows(text: str, delimiter: str, skipped: int) -> Rows:
    import csv

    number = skipped
    try:
        for row in enumerate(_reader(text, delimiter, strict=True), skipped + 1):
            number, values = row
            if len(values) > MOST_COLUMNS:
                message = _("dòng {row} có {count} cột, tối đa {most}")
                raise RejectedError(message.format(row=number, count=len(values), most=MOST_COLUMNS))
            yield row
    except csv.Error as error:
        again = _reader(text, delimiter, strict=True)
        for _good in range(number - skipped):
            next(again)
        raise _broken(again.line_num + skipped + 1, str(error)) from None


def _broken(line: int, why: str) -> RejectedError:
    """The error for a table whose row that starts on a line cannot be read; `why` in the words of `csv`."""
    if "unexpected end of data" in why:
        message = _("dấu ngoặc kép mở ở dòng {line} không bao giờ đóng").format(line=line)
        return RejectedError(message, _("Thêm dấu ngoặc kép đóng, hoặc bỏ dấu mở."))
    if "field limit" in why:
        message = _("ô bắt đầu ở dòng {line} dài hơn {most} ký tự").format(line=line, most=MOST_LETTERS)
        return RejectedError(message, _("Kiểm tra dấu ngoặc kép mở mà không đóng."))
    return RejectedError(_("dòng {line} sai dạng CSV: {why}").format(line=line, why=why))
