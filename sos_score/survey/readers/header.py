"""Which row names the columns, where a title stands above it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_LOOKED_AT = 20


def find_header(rows: Iterable[Sequence[str]]) -> int | None:
    """Return the place of the first row that names the columns; None where nothing is in any row.

    A title is a row with one cell filled, above a row with several.

    Examples
    --------
    >>> find_header([["Team survey", ""], ["", ""], ["id", "q1"], ["A", "3"]])
    2
    >>> find_header([["q1"], ["3"], ["4"]]), find_header([["", ""]])
    (0, None)
    """
    first = None
    for place, row in enumerate(rows):
        filled = sum(1 for cell in row if cell.strip())
        if first is None and filled:
            first = place
        if filled > 1 or (first is not None and place - first >= _LOOKED_AT):
            return place if filled > 1 else first
    return first
