"""Change in each site, with a line for each linked person where that gives nobody away."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sos_score.comparison.change_rows import tells_apart
from sos_score.comparison.panel import Panel, Plan
from sos_score.comparison.rows import Row
from sos_score.comparison.verdict import DIFFERENT
from sos_score.report.apa import format_number
from sos_score.report.blocks import Evidence, Picture, count, join
from sos_score.report.chart_style import BLUE, GREY, INK, LINE, set_frame
from sos_score.report.findings import name_outcomes, say_short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class _Cell:
    """One scale in one site: means and intervals by wave, the verdict, and lines of people."""

    means: dict[str, tuple[float, float, float]]
    verdict: str
    is_found: bool
    lines: NDArray[np.float64]  # people by waves


_Cells = dict[tuple[str, str], _Cell]  # scale title, site


def list_changes(evidence: Evidence) -> Iterator[Picture]:
    """Yield a picture for each source that was asked at two waves.

    Parameters
    ----------
    evidence : Evidence

    Yields
    ------
    Picture
    """
    comparison = evidence.comparison
    names = name_outcomes(evidence.data)
    judged = [row for row in comparison.ask("change") if row.is_primary and not math.isnan(row.estimate)]
    for source in dict.fromkeys(row.source for row in judged):
        rows = [row for row in judged if row.source == source]
        panels = {panel.scale: panel for panel in comparison.panels if panel.source == source}
        cells = {(names[source, row.scale][1], row.site): _make_cell(evidence, panels[row.scale], row) for row in rows}
        ranges = {names[source, scale][1]: (panel.low, panel.high) for scale, panel in panels.items()}
        yield _make_picture(names[source, rows[0].scale][0], source, cells, ranges)


def _make_cell(evidence: Evidence, panel: Panel, row: Row) -> _Cell:
    plan = evidence.comparison.plan
    means = {
        each.wave: (each.estimate, each.low, each.high)
        for each in evidence.comparison.ask("level")
        if (each.source, each.scale, each.site) == (row.source, row.scale, row.site)
        and each.method.startswith("mean")
        and each.wave in (plan.first_wave, plan.last_wave)
        and not math.isnan(each.estimate)
    }
    return _Cell(means, say_short(row), row.verdict == DIFFERENT, _list_lines(panel, plan, row.site))


def _list_lines(panel: Panel, plan: Plan, label: str) -> NDArray[np.float64]:
    """Return the linked people's scores, or none where a small group would be given away."""
    site = next(site for site in plan.sites if plan.label_site(site) == label)
    _, before, after = panel.pair((site,), plan.first_wave, plan.last_wave)
    linked = ~np.isnan(before) & ~np.isnan(after)
    apart = (int((~np.isnan(before) & ~linked).sum()), int((~np.isnan(after) & ~linked).sum()))
    if tells_apart(int(linked.sum()), apart, plan):
        return np.empty((0, 2))
    return np.column_stack([before[linked], after[linked]])


def _make_picture(label: str, source: str, cells: _Cells, ranges: dict[str, tuple[float, float]]) -> Picture:
    changed: dict[str, int] = {}
    for (_, site), cell in cells.items():
        changed[site] = changed.get(site, 0) + cell.is_found
    scales = len({scale for scale, _ in cells})
    parts = [f"in {site} on {number} of {count(scales, 'scale')}" for site, number in changed.items() if number]
    found = f"changed {join(parts)}" if parts else "no site is seen to have changed"
    lines = "A thin line is a person who answered at both waves. " if any(c.lines.size for c in cells.values()) else ""
    hidden = " Sites without thin lines have too few other people to show them."
    has_hidden = lines and any(not cell.lines.size for cell in cells.values())
    return Picture(
        name=f"change-{source}",
        title=f"{label}: {found}",
        reading=f"Means with 95% intervals. {lines}The words are the verdict, after adjustment."
        + hidden * bool(has_hidden),
        description=" ".join(_describe(cells)),
        size=(7.4, 0.6 + 1.25 * scales),
        fill=partial(_fill, cells=cells, ranges=ranges),
    )


def _describe(cells: _Cells) -> Iterator[str]:
    for (scale, site), cell in cells.items():
        means = ", ".join(f"{format_number(mean)} {wave}" for wave, (mean, _, _) in cell.means.items())
        yield f"{scale}, {site}: {means}, {cell.verdict}."


def _fill(figure: Figure, cells: _Cells, ranges: dict[str, tuple[float, float]]) -> None:
    figure.set_layout_engine("constrained", h_pad=0.05, w_pad=0.05)
    scales = list(dict.fromkeys(scale for scale, _ in cells))
    sites = list(dict.fromkeys(site for _, site in cells))
    grid = figure.subplots(len(scales), len(sites), sharex=True, sharey="row", squeeze=False)
    for line, scale in zip(grid, scales, strict=True):
        for axes, site in zip(line, sites, strict=True):
            set_frame(axes, grid="y")
            if (scale, site) in cells:
                _fill_cell(axes, cells[scale, site])
        line[0].set_ylabel(_break(scale), size=9, rotation=0, ha="right", va="center")
        _set_range(line[0], ranges[scale], [cells[scale, site] for site in sites if (scale, site) in cells])
    for axes, site in zip(grid[0], sites, strict=True):
        axes.annotate(site, (0.5, 1), xytext=(0, 17), xycoords="axes fraction", textcoords="offset points",
                      ha="center", weight="bold", size=10)  # fmt: skip
    figure.align_ylabels(grid[:, 0])


def _break(title: str) -> str:
    from textwrap import fill

    return fill(title, 16)


def _set_range(axes: Axes, limits: tuple[float, float], cells: list[_Cell]) -> None:
    """Show what there is, and not more of the scale's range than that."""
    values = [value for cell in cells for mean in cell.means.values() for value in mean if not math.isnan(value)]
    values += [value for cell in cells for value in cell.lines.ravel().tolist()]
    low, high = min(values), max(values)
    room = 0.06 * (high - low or 1)
    low, high = low - room, high + room
    axes.set_ylim(low if math.isnan(limits[0]) else max(low, limits[0] - room),
                  high if math.isnan(limits[1]) else min(high, limits[1] + room))  # fmt: skip
    axes.locator_params(axis="y", nbins=4)


def _fill_cell(axes: Axes, cell: _Cell) -> None:
    waves = list(cell.means)
    for before, after in cell.lines:
        axes.plot([0, 1], [before, after], color=GREY, linewidth=0.6, alpha=0.55, zorder=1)
    colour = BLUE if cell.is_found else INK
    means = [cell.means[wave] for wave in waves]
    axes.plot(range(len(means)), [mean for mean, _, _ in means], color=colour, linewidth=2, zorder=3)
    for x, (mean, low, high) in enumerate(means):
        if not math.isnan(low):
            axes.plot([x, x], [low, high], color=colour, linewidth=1.4, zorder=3)
        axes.plot(x, mean, "o", color=colour, markersize=4.5, zorder=4)
    axes.set_xlim(-0.3, 1.3)
    axes.set_xticks(range(len(waves)), waves)
    axes.set_title(cell.verdict, size=8, color=colour if cell.is_found else GREY, pad=3,
                   weight="bold" if cell.is_found else "normal")  # fmt: skip
    axes.spines["bottom"].set_color(LINE)
