"""What every spreadsheet has: names of columns and cells, and the bounds of the workbooks that are read."""

MARK = "thidua_import"  # the name by which a workbook of ours says which sheet is to be read
MOST_ROWS = 200_000  # of a workbook; of text files only the size is bounded


def letters(column: int) -> str:
    """A column as spreadsheets name it: `letters(0)` is A."""
    found, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        found = chr(65 + rest) + found
    return found


def address(row: int, column: int) -> str:
    """A cell as spreadsheets name it: `address(2, 0)` is A2."""
    return f"{letters(column)}{row}"
