"""What every spreadsheet has: names of columns and cells, and the bounds of the workbooks that are read."""

MARK = "thidua_import"  # the name by which a workbook of ours says which sheet is to be read
MOST_ROWS = 200_000  # of a workbook; of text files only the size is bounded
CELL_UNITS = 32_767  # units of UTF-16 that Excel takes into a cell


def letters(column: int) -> str:
    """A column as spreadsheets name it: `letters(0)` is A."""
    name, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def address(row: int, column: int) -> str:
    """A cell as spreadsheets name it: `address(2, 0)` is A2."""
    return f"{letters(column)}{row}"


def fits(words: str) -> bool:
    """Whether Excel takes a text into one cell: it counts in units of UTF-16."""
    return len(words) * 2 <= CELL_UNITS or len(words.encode("utf-16-le", "surrogatepass")) <= CELL_UNITS * 2
