"""Effects with their intervals, the smallest effect that matters, and the verdicts."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from sos_score.comparison.finding import Row
from sos_score.comparison.verdict import DIFFERENT
from sos_score.output.numbers import format_interval, format_number
from sos_score.report.figures.canvas import Canvas, Scale, measure_rows, place_rows
from sos_score.report.figures.style import BLUE, GREY, INK, ORANGE, PALE
from sos_score.report.labels import name_outcomes, say_short
from sos_score.report.model import Picture, ReportData, count

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Pairs = dict[tuple[str, str], dict[str, Row]]  # source label and scale title; unit
_UNITS = {"people": (BLUE, "o", -0.075), "sites": (ORANGE, "s", 0.075)}
_WIDEST = 3.0  # standard deviations; what lies beyond ends in an arrow
_TOP, _ROW, _BELOW, _VERDICTS = 0.2, 0.34, 0.45, 1.15  # inches: above, a row, below, and to the right of what is drawn
_TITLES = {"did": "Changed differently", "arms": "Arms differ"}


def list_forests(report: ReportData) -> Iterator[Picture]:
    """Yield a picture of the arms at each wave, and of how they changed.

    Parameters
    ----------
    report : ReportData

    Yields
    ------
    Picture
    """
    comparison = report.comparison
    names = name_outcomes(report.data)
    groups: dict[tuple[str, str], Pairs] = {}
    for row in comparison.rows:
        if row.is_primary and row.question in _TITLES and not math.isnan(row.effect):
            pairs = groups.setdefault((row.question, row.wave), {})
            pairs.setdefault(names[row.source, row.scale], {})[row.unit] = row
    for (question, wave), pairs in sorted(groups.items()):
        yield _make_picture(question, wave, pairs)


def _make_picture(question: str, wave: str, pairs: Pairs) -> Picture:
    different = {
        unit: sum(each[unit].verdict == DIFFERENT for each in pairs.values() if unit in each) for unit in _UNITS
    }
    one = next(iter(next(iter(pairs.values())).values()))
    found = f"{different['people']} of {count(len(pairs), 'outcome')} among people, {different['sites']} among sites"
    name = "-".join(part for part in ("forest", question, wave if question == "arms" else "") if part)
    return Picture(
        name="".join(letter if letter.isalnum() else "-" for letter in name).lower(),
        title=f"{_TITLES[question]}{f', {wave}' if wave else ''}: {found}",
        reading=f"Hedges g, {one.groups}, with 95% intervals; an arrow ends an interval that goes on. Circles are"
        " people and speak of these people only; squares are sites and speak of the method. The band is the smallest"
        " effect that would matter. Whether a difference is equivalent to none is judged on the narrower interval of"
        " two one-sided tests, after adjustment.",
        description=" ".join(_describe(pairs)),
        size=(7.4, _TOP + measure_rows(pairs, _ROW) + 0.1 + _BELOW),
        fill=partial(_fill, pairs=pairs),
    )


def _describe(pairs: Pairs) -> Iterator[str]:
    for (source, scale), units in pairs.items():
        parts = [
            f"{unit} {format_number(row.effect)} {format_interval(*_interval(row)[:2])}".strip() + f", {say_short(row)}"
            for unit, row in units.items()
        ]
        yield f"{scale} ({source}): {'; '.join(parts)}."


def _interval(row: Row) -> tuple[float, float, float]:
    """Return an effect's interval and the smallest effect that matters, in the units of the effect."""
    scale = row.effect / row.estimate if row.estimate else math.nan
    if math.isnan(row.effect_low):
        return row.low * scale, row.high * scale, row.smallest * scale
    return row.effect_low, row.effect_high, row.smallest * scale


def _fill(figure: Figure, pairs: Pairs) -> None:
    canvas = Canvas(figure)
    rows = [row for units in pairs.values() for row in units.values()]
    ends = [abs(end) for row in rows if row.unit == "people" for end in _interval(row)[:2] if not math.isnan(end)]
    limit = min(_WIDEST, max([1.0, *ends]) * 1.05)
    left, heights = place_rows(canvas, pairs, _TOP, _ROW)
    bottom = canvas.height - _BELOW
    x = Scale(-limit, limit, left, canvas.width - _VERDICTS)
    bands = _list_bands(pairs, heights, x)
    canvas.fill_boxes(bands, PALE)
    canvas.draw_scale(x, _TOP, bottom, f"effect (g): {rows[0].groups}", most=6)
    canvas.draw_lines([[(x(0), _TOP), (x(0), bottom)]], INK, 0.8)
    for unit, (colour, marker, shift) in _UNITS.items():
        found = {heights[name] + shift: units[unit] for name, units in pairs.items() if unit in units}
        _mark_unit(canvas, x, found, (colour, marker))
    for name, units in pairs.items():
        for unit, row in units.items():
            is_found = row.verdict == DIFFERENT
            canvas.write((canvas.width - _VERDICTS + 0.1, heights[name] + _UNITS[unit][2]), say_short(row), 7.5,
                         bold=is_found, color=INK if is_found else GREY)  # fmt: skip
    key = [(marker, colour, unit) for unit, (colour, marker, _) in _UNITS.items()]
    canvas.draw_key([*key, *([("box", PALE, "too small to matter")] if bands else [])])


def _list_bands(
    pairs: Pairs, heights: dict[tuple[str, str], float], x: Scale
) -> list[tuple[float, float, float, float]]:
    """Return the boxes of what is too small to matter."""
    boxes = []
    for name, units in pairs.items():
        known = [width for row in units.values() if not math.isnan(width := _interval(row)[2])]
        if known:
            width, y = min(max(known), x.high), heights[name]
            boxes.append((x(-width), y - _ROW / 2, x(width), y + _ROW / 2))
    return boxes


def _mark_unit(canvas: Canvas, x: Scale, found: dict[float, Row], look: tuple[str, str]) -> None:
    """Draw the effects of people, or of sites, each at its height; what lies beyond the scale ends in an arrow."""
    colour, marker = look
    intervals = {y: _interval(row)[:2] for y, row in found.items()}
    canvas.draw_lines(
        [[(x(max(low, x.low)), y), (x(min(high, x.high)), y)] for y, (low, high) in intervals.items()
         if low <= x.high and high >= x.low], colour, 1.6)  # fmt: skip
    canvas.mark([(x.start, y) for y, (low, _) in intervals.items() if low < x.low], "<", colour, 5)
    canvas.mark([(x.end, y) for y, (_, high) in intervals.items() if high > x.high], ">", colour, 5)
    canvas.mark([(x(row.effect), y) for y, row in found.items() if x.low <= row.effect <= x.high], marker, colour, 5.5)
