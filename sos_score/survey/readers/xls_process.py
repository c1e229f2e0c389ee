"""Reads an old Excel workbook (.xls) in a process of its own; run as a script, with the path of the file.

A damaged one can make its reader ask for all the memory there is, or end the process. What is found goes to standard
output: for each sheet its name, whether it is a table and visible, its first column and its rows.
"""

from __future__ import annotations

import pickle
import sys

MOST_BYTES = 3 << 30


def main(path: str) -> None:
    """Write the sheets of a workbook to standard output, or why it cannot be read."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    except (ImportError, ValueError, OSError):
        pass  # not every system has such limits
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    found: str | list[tuple[object, ...]]
    try:
        with CalamineWorkbook.from_path(path) as book:
            found = []
            for place, about in enumerate(book.sheets_metadata):
                is_table, is_visible = str(about.typ).endswith("WorkSheet"), str(about.visible).endswith(".Visible")
                sheet = book.get_sheet_by_index(place) if is_table else None
                start = sheet.start[1] if sheet is not None and sheet.start else 0
                rows = [] if sheet is None else list(sheet.iter_rows())
                found.append((about.name, is_table, is_visible, start, rows))
    except PasswordError:
        found = "password"
    except CalamineError as error:
        found = str(error)
    pickle.dump(found, sys.stdout.buffer)


if __name__ == "__main__":
    main(sys.argv[1])
