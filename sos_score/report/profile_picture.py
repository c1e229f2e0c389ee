"""The profile of a team on scales with norms: T-scores at the first and the last wave."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from sos_score.comparison.rows import Row
from sos_score.report.apa import format_number
from sos_score.report.blocks import Evidence, Picture, count
from sos_score.report.chart_style import BLUE, INK, ORANGE, PALE, PAPER, set_frame

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Profile = dict[str, dict[str, dict[str, float]]]  # site, scale, wave
_BAND = (40.0, 60.0)
_FEWEST = 3  # scales that make a profile


def list_profiles(evidence: Evidence) -> Iterator[Picture]:
    """Yield a picture for each source with T-scores on several scales.

    Parameters
    ----------
    evidence : Evidence

    Yields
    ------
    Picture
    """
    rows: dict[str, list[Row]] = {}
    for row in evidence.comparison.ask("level"):
        if row.statistic_name == "T" and not math.isnan(row.statistic):
            rows.setdefault(row.source, []).append(row)
    for source, found in rows.items():
        titles = {each.scale: each.title for each in evidence.data.outcomes if each.source == source}
        profile: Profile = {}
        for row in found:
            profile.setdefault(row.site, {}).setdefault(titles[row.scale], {})[row.wave] = row.statistic
        if len({row.scale for row in found}) >= _FEWEST:
            yield _make_picture(evidence, source, profile)


def _make_picture(evidence: Evidence, source: str, profile: Profile) -> Picture:
    label = next(each.source_label for each in evidence.data.outcomes if each.source == source)
    means = [t for scales in profile.values() for waves in scales.values() for t in waves.values()]
    outside = sum(not _BAND[0] <= t <= _BAND[1] for t in means)
    waves = [wave for wave in evidence.comparison.plan.waves if any(wave in each for site in profile.values()
             for each in site.values())]  # fmt: skip
    lines = -(-len(profile) // 2)
    height = 0.9 + lines * (0.75 + 0.27 * max(len(scales) for scales in profile.values()))
    return Picture(
        name=f"profile-{source}",
        title=f"{label}: {outside} of {count(len(means), 'team mean')} lie outside the norm band",
        reading="The band is 50 +/- 10: two thirds of the population the norm was taken from lie in it. T-scores of a"
        " team's mean; which direction is good differs by scale.",
        description=" ".join(_describe(profile)),
        size=(7.4, height),
        fill=partial(_fill, profile=profile, waves=waves),
    )


def _describe(profile: Profile) -> Iterator[str]:
    for site, scales in profile.items():
        parts = [
            f"{scale} {', '.join(f'{format_number(t, 0)} {wave}'.strip() for wave, t in waves.items())}"
            for scale, waves in scales.items()
        ]
        yield f"{site}: {'; '.join(parts)}."


def _fill(figure: Figure, profile: Profile, waves: list[str]) -> None:
    from matplotlib.lines import Line2D

    figure.set_layout_engine("constrained", h_pad=0.08, w_pad=0.08)
    lines = -(-len(profile) // 2)
    grid = figure.subplots(lines, min(2, len(profile)), sharex=True, sharey=True, squeeze=False).ravel()
    means = [t for scales in profile.values() for each in scales.values() for t in each.values()]
    scales = list(dict.fromkeys(scale for each in profile.values() for scale in each))
    for axes, (site, found) in zip(grid, profile.items(), strict=False):
        _fill_site(axes, found, scales, waves)
        axes.set_title(site, loc="left", size=10, weight="bold")
        axes.set_xlim(min(_BAND[0], *means) - 4, max(_BAND[1], *means) + 4)
    for axes in grid[len(profile) :]:
        axes.set_visible(False)
    grid[0].set_yticks(range(len(scales)), scales)
    grid[0].set_ylim(len(scales) - 0.5, -0.5)
    figure.supxlabel("T-score against the norm", size=9)
    marks = [Line2D([], [], linestyle="", **_mark(place, waves), label=wave) for place, wave in enumerate(waves)]
    if len(waves) > 1:
        figure.legend(handles=marks, loc="outside upper right", ncols=len(waves), frameon=False, fontsize=9)


def _mark(place: int, waves: list[str]) -> dict[str, Any]:
    if place == len(waves) - 1:
        return {"marker": "D", "color": BLUE, "markersize": 6}
    return {"marker": "o", "markerfacecolor": PAPER, "color": ORANGE, "markersize": 6.5, "markeredgewidth": 1.6}


def _fill_site(axes: Axes, found: dict[str, dict[str, float]], scales: list[str], waves: list[str]) -> None:
    set_frame(axes)
    axes.axvspan(*_BAND, color=PALE, linewidth=0, zorder=0)
    axes.axvline(50, color=INK, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
    for y, scale in enumerate(scales):
        points = [
            (found.get(scale, {})[wave], place) for place, wave in enumerate(waves) if wave in found.get(scale, {})
        ]
        axes.plot([t for t, _ in points], [y] * len(points), color=INK, linewidth=1.4, zorder=2)
        for t, place in points:
            axes.plot(t, y, zorder=3, linestyle="", **_mark(place, waves))
