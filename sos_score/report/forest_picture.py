"""Effects with their intervals, the smallest effect that matters, and the verdicts."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from sos_score.comparison.rows import Row
from sos_score.comparison.verdict import DIFFERENT
from sos_score.report.apa import format_interval, format_number
from sos_score.report.blocks import Evidence, Picture, count
from sos_score.report.chart_style import BLUE, GREY, INK, ORANGE, PALE, set_frame
from sos_score.report.findings import name_outcomes, say_short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Pairs = dict[tuple[str, str], dict[str, Row]]  # source label and scale title; unit
_UNITS = {"people": (BLUE, "o", -0.19), "sites": (ORANGE, "s", 0.19)}
_WIDEST = 3.0  # standard deviations; what lies beyond ends in an arrow
_TITLES = {"did": "Changed differently", "arms": "Arms differ"}


def list_forests(evidence: Evidence) -> Iterator[Picture]:
    """Yield a picture of the arms at each wave, and of how they changed.

    Parameters
    ----------
    evidence : Evidence

    Yields
    ------
    Picture
    """
    comparison = evidence.comparison
    names = name_outcomes(evidence.data)
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
        size=(7.4, 1.0 + 0.36 * len(pairs) + 0.3 * len({source for source, _ in pairs})),
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
    figure.set_layout_engine("constrained", h_pad=0.06, w_pad=0.06)
    axes = figure.subplots()
    set_frame(axes)
    rows = [row for units in pairs.values() for row in units.values()]
    ends = [abs(end) for row in rows if row.unit == "people" for end in _interval(row)[:2] if not math.isnan(end)]
    limit = min(_WIDEST, max([1.0, *ends]) * 1.05)
    y, ticks, last = 0.0, {}, ""
    for (source, scale), units in pairs.items():
        if source != last:
            y += 0.85
            axes.text(-0.03, y, source, transform=axes.get_yaxis_transform(), ha="right", va="center", weight="bold",
                      size=9)  # fmt: skip
            last = source
        y += 1.0
        ticks[y] = scale
        _fill_outcome(axes, y, units, limit)
    axes.axvline(0, color=INK, linewidth=0.8, zorder=1)
    axes.set_xlim(-limit, limit)
    axes.set_ylim(y + 0.6, 0.3)
    axes.set_yticks(list(ticks), list(ticks.values()))
    axes.tick_params(axis="y", pad=8)
    axes.set_xlabel(f"effect (g): {rows[0].groups}", size=9)
    _add_legend(figure)


def _fill_outcome(axes: Axes, y: float, units: dict[str, Row], limit: float) -> None:
    band = max((_interval(row)[2] for row in units.values()), default=math.nan)
    if not math.isnan(band):
        axes.fill_between([-band, band], y - 0.5, y + 0.5, color=PALE, linewidth=0, zorder=0)
    for unit, row in units.items():
        colour, marker, shift = _UNITS[unit]
        low, high, _ = _interval(row)
        if not math.isnan(low):
            axes.plot([max(low, -limit), min(high, limit)], [y + shift] * 2, color=colour, linewidth=1.6, zorder=2)
        for end, sign, arrow in ((low, -1, "<"), (high, 1, ">")):
            if end * sign > limit:
                axes.plot(sign * limit, y + shift, arrow, color=colour, markersize=5, clip_on=False, zorder=3)
        if abs(row.effect) <= limit:
            axes.plot(row.effect, y + shift, marker, color=colour, markersize=5.5, zorder=3)
        is_found = row.verdict == DIFFERENT
        axes.text(1.03, y + shift, say_short(row), transform=axes.get_yaxis_transform(), ha="left", va="center",
                  size=7.5, color=INK if is_found else GREY, weight="bold" if is_found else "normal")  # fmt: skip


def _add_legend(figure: Figure) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    marks = [
        Line2D([], [], color=colour, marker=marker, linewidth=1.6, markersize=5.5, label=unit)
        for unit, (colour, marker, _) in _UNITS.items()
    ]
    band = Patch(color=PALE, label="too small to matter")
    figure.legend(handles=[*marks, band], loc="outside upper right", ncols=3, frameon=False, fontsize=8.5)
