"""Pictures of results; matplotlib is imported when one is drawn."""

from __future__ import annotations

from math import isnan, log
from textwrap import wrap
from typing import TYPE_CHECKING

import numpy as np

from sos_score.errors import check_kind
from sos_score.report.figures.style import BLUE, GREY, INK, ORANGE, PALE, render_figure
from sos_score.report.tables.power import describe_settings
from sos_score.statistics.power.assessment import PlanAssessment
from sos_score.statistics.power.trial import analyse_equal_sites
from sos_score.words import format_fixed, format_percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CHARTS = {".png": "png", ".svg": "svg"}
_TICKS = (2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 100, 200, 500, 1000, 2000, 5000)


def draw_power(result: PlanAssessment, kind: str = "svg") -> bytes:
    """Draw the smallest effect shown against the number of sites in each arm.

    Parameters
    ----------
    result : PlanAssessment
        From `assess_plan`.
    kind : str
        ``svg`` or ``png``.

    Returns
    -------
    bytes
        The same for the same result and version of matplotlib. An SVG holds the figures in words for readers who
        cannot see it.
    """
    check_kind(result, PlanAssessment, "assess_plan(plan)")
    return render_figure(lambda figure: _fill(figure, result), (7.2, 4.5), _title(result), describe_power(result), kind)


def describe_power(result: PlanAssessment) -> str:
    """Return what the picture shows, in words."""
    pairs = zip(result.by_sites["sites_per_arm"], result.by_sites["smallest_effect"], strict=True)
    shown = ", ".join(f"{sites} sites {format_fixed(effect, 2)}" for sites, effect in pairs)
    return f"Smallest effect in standard deviations by sites in each arm: {shown}. {' '.join(map(str, result.notes))}"


def _title(result: PlanAssessment) -> str:
    one, two = result.plan.sites
    effect = float(result.analyses["smallest_effect"].iloc[0])
    if isnan(effect):
        return "One site against one can show nothing about the framework"
    return f"{one} site{'s' * (one > 1)} against {two}: only {format_fixed(effect, 2)} SD or more would probably show"


def _fill(figure: Figure, result: PlanAssessment) -> None:
    settings = describe_settings(result.plan)
    lines = wrap(f"{settings}, power {format_percent(result.power)}; t test of sites", 100)
    figure.text(0.03, 0.955, _title(result), size=13, weight="bold", va="center")
    figure.text(0.03, 0.915, "\n".join(lines), size=9, color=GREY, va="top", linespacing=1.3)
    axes = figure.add_axes((0.09, 0.13, 0.88, 0.72 - 0.045 * len(lines)))
    sites = result.by_sites["sites_per_arm"]
    last = int(sites.max())
    heights = [result.by_sites["smallest_effect"].max(), _find_plan_point(result)[1], result.effect]
    _set_scales(axes, last, float(np.nanmax(heights)))
    _shade_impossible(axes, result)
    between = np.geomspace(2, last, 80)
    curve = [analyse_equal_sites(result.plan, at).find_effect(result.power, result.plan.alpha) for at in between]
    axes.plot(between, curve, color=BLUE, linewidth=2, zorder=3)
    axes.plot(sites, result.by_sites["smallest_effect"], "o", color=BLUE, markersize=4.5, zorder=3)
    _mark_answers(axes, result)


def _set_scales(axes: Axes, last: int, highest: float) -> None:
    from matplotlib.ticker import NullLocator

    axes.set_xscale("log")
    axes.set_xlim(1.8, last * 1.15)
    axes.set_ylim(0, highest * 1.4)
    ticks = [tick for tick in _TICKS if tick <= last]
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("sites in each arm")
    axes.set_title("smallest effect shown, in standard deviations", loc="left", size=9, color=INK, x=-0.07, pad=9)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(length=0)
    axes.grid(axis="y", color="#DDDDDD", linewidth=0.7)
    axes.set_axisbelow(True)


def _shade_impossible(axes: Axes, result: PlanAssessment) -> None:
    impossible = result.by_sites.loc[~result.by_sites["can_reach_alpha"], "sites_per_arm"]
    if impossible.empty:
        return
    last = int(impossible.max())
    axes.axvspan(1.8, (last * (last + 1)) ** 0.5, color=PALE, linewidth=0, zorder=0)
    words = f"a permutation test\ncannot reach {result.plan.alpha:g}"
    axes.text(1.86, 0.97, words, transform=axes.get_xaxis_transform(), size=8.5, color=GREY, va="top")


def _find_plan_point(result: PlanAssessment) -> tuple[float, float]:
    """Arms of unequal number stand at their harmonic mean, which their precision goes by."""
    one, two = result.plan.sites
    effect = float(result.analyses["smallest_effect"].iloc[0])
    return 2 * one * two / (one + two), 0.0 if isnan(effect) else effect


def _mark_answers(axes: Axes, result: PlanAssessment) -> None:
    sites, effect = _find_plan_point(result)
    needed = result.sites_needed
    if effect > 0:
        one, two = result.plan.sites
        words = f"this plan, {one} against {two}: {format_fixed(effect, 2)}"
        if one == two == needed:
            words += f"\nshows {result.effect:g}"
        _mark(axes, (sites, effect), words, ORANGE)
    if isnan(result.effect):
        return
    axes.axhline(result.effect, color=INK, linewidth=1, linestyle=(0, (4, 3)), zorder=2)
    stated = f"stated effect {result.effect:g}"
    axes.text(1.86, result.effect, stated, size=9, va="bottom", ha="left")
    if not isnan(needed) and result.plan.sites != (needed, needed):
        row = result.by_sites[result.by_sites["sites_per_arm"] == needed].iloc[0]
        _mark(
            axes,
            (needed, row["smallest_effect"]),
            f"{needed:.0f} sites in each arm\nshow {result.effect:g}",
            BLUE,
            0.55,
        )


def _mark(axes: Axes, point: tuple[float, float], words: str, colour: str, height: float = 0.0) -> None:
    """Mark a point; its words stand beside it, or on a line up to `height` where other words may be near."""
    from matplotlib.patheffects import withStroke

    axes.plot(*point, marker="o", markersize=9, color=colour, markeredgecolor="white", markeredgewidth=1.5, zorder=4)
    first, last = axes.get_xlim()
    is_late = log(point[0] / first) > 0.7 * log(last / first)
    if is_late:
        height = max(height, 0.3)  # words that end here would lie on the curve
    top = max(point[1], height * axes.get_ylim()[1])
    axes.vlines(point[0], point[1], top, color=colour, linewidth=1, zorder=2)
    axes.annotate(
        words,
        (point[0], top),
        xytext=(0, 3) if top > point[1] else (9, 7),
        textcoords="offset points",
        ha="right" if is_late else "left",
        color=colour,
        weight="bold",
        size=9.5,
        zorder=5,
        path_effects=[withStroke(linewidth=3, foreground="white")],
    )
