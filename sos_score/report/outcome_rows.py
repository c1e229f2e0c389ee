"""Outcomes as the rows of a picture, under the name of who answered."""

from __future__ import annotations

from collections.abc import Iterable

from sos_score.report.canvas import Canvas, break_text, measure_text

Name = tuple[str, str]  # source label, scale title
_WIDEST = 2.35  # inches of labels
_HEAD = 0.3


def measure_rows(names: Iterable[Name], row: float) -> float:
    """Return how many inches high rows are with their headings."""
    names = list(names)
    _, heads = _plan(names)
    return row * len(names) + sum(map(_measure_head, heads.values()))


def place_rows(canvas: Canvas, names: Iterable[Name], top: float, row: float) -> tuple[float, dict[Name, float]]:
    """Write the outcomes down the left side; return where what is drawn of them begins, and the height of each.

    Parameters
    ----------
    canvas : Canvas
    names : iterable of (str, str)
        The label of each outcome's source, and its title; those of one source follow each other.
    top : float
        Where the first heading begins.
    row : float
        Height of a row.
    """
    names = list(names)
    left, heads = _plan(names)
    y, last, found = top, "", {}
    for name in names:
        source, title = name
        if source != last:
            y += _measure_head(heads[source])
            canvas.write((left - 0.08, y - 0.05), heads[source], 9, bold=True, ha="right", va="bottom")
            last = source
        found[name] = y + row / 2
        canvas.write((left - 0.08, y + row / 2), break_text(title, left, 8.5), ha="right")
        y += row
    return left, found


def _plan(names: list[Name]) -> tuple[float, dict[str, str]]:
    """Return how wide the labels are, and the headings in lines of that width."""
    longest = max(
        *(measure_text(source, 9, bold=True) for source, _ in names), *(measure_text(title, 8.5) for _, title in names)
    )
    left = min(longest, _WIDEST) + 0.12
    return left, {source: break_text(source, (left - 0.1) / 1.1, 9) for source, _ in names}


def _measure_head(head: str) -> float:
    return _HEAD + 0.15 * head.count("\n")
