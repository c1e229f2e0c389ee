"""Change in each site, with a line for each linked person where that gives nobody away."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sos_score.comparison.finding import Finding
from sos_score.comparison.links import count_pairs
from sos_score.comparison.outcome import OutcomeScores
from sos_score.comparison.plan import ComparisonPlan
from sos_score.comparison.verdict import Verdict
from sos_score.output.numbers import format_number
from sos_score.report.figures.canvas import Canvas, Scale, break_text, measure_text
from sos_score.report.figures.style import BLUE, GREY, INK, LINE
from sos_score.report.labels import name_short
from sos_score.report.model import Picture, ReportData
from sos_score.words import count, join

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class _Cell:
    """One scale in one site: means and intervals by wave, the verdict, and lines of people."""

    means: dict[str, tuple[float, float, float]]
    verdict: str
    is_found: bool
    lines: NDArray[np.float64]  # people by waves


_HEAD, _CELL, _LABEL = 0.3, 1.2, 1.15  # inches: site names, a row, a scale's name
_Cells = dict[tuple[str, str], _Cell]  # scale title, site id


def list_changes(report: ReportData) -> Iterator[Picture]:
    """Yield a picture for each source that was asked at two waves."""
    comparison, labels = report.comparison, report.labels
    judged = [each for each in comparison.ask("change") if each.is_judged and not math.isnan(each.estimate.value)]
    for source in dict.fromkeys(each.source for each in judged):
        found = [each for each in judged if each.source == source]
        outcomes = {each.scale: each for each in comparison.outcomes if each.source == source}
        titles = {scale: labels.names[source, scale][1] for scale in outcomes}
        cells = {(titles[each.scale], each.site): _make_cell(report, outcomes[each.scale], each) for each in found}
        ranges = {titles[scale]: (outcome.low, outcome.high) for scale, outcome in outcomes.items()}
        yield _make_picture(labels.sources[source], source, cells, ranges, report.comparison.plan.sites)


def _make_cell(report: ReportData, outcome: OutcomeScores, finding: Finding) -> _Cell:
    plan = report.comparison.plan
    means = {
        report.labels.name_waves(each.waves): (each.estimate.value, each.estimate.low, each.estimate.high)
        for each in report.comparison.ask("descriptives")
        if (each.source, each.scale, each.site) == (finding.source, finding.scale, finding.site)
        and set(each.waves) <= set(plan.span)
        and not math.isnan(each.estimate.value)
    }
    is_found = finding.verdict is Verdict.DIFFERENT
    return _Cell(means, name_short(finding), is_found, _list_lines(outcome, plan, finding.site))


def _list_lines(outcome: OutcomeScores, plan: ComparisonPlan, site: str) -> NDArray[np.float64]:
    """Return the linked people's scores, or none where a small group would be given away."""
    _, before, after = outcome.pair((site,), plan.first_wave, plan.last_wave)
    if count_pairs(before, after).is_small(plan.smallest_cell):
        return np.empty((0, 2))
    linked = ~np.isnan(before) & ~np.isnan(after)
    return np.column_stack([before[linked], after[linked]])


def _make_picture(
    label: str, source: str, cells: _Cells, ranges: dict[str, tuple[float, float]], sites: Mapping[str, str]
) -> Picture:
    changed: dict[str, int] = {}
    for (_, site), cell in cells.items():
        changed[site] = changed.get(site, 0) + cell.is_found
    scales = len({scale for scale, _ in cells})
    parts = [f"in {sites[site]} on {number} of {count(scales, 'scale')}" for site, number in changed.items() if number]
    found = f"changed {join(parts)}" if parts else "no site is seen to have changed"
    lines = "A thin line is a person who answered at both waves. " if any(c.lines.size for c in cells.values()) else ""
    hidden = " Sites without thin lines have too few other people to show them."
    has_hidden = lines and any(not cell.lines.size for cell in cells.values())
    return Picture(
        name=f"change-{source}",
        title=f"{label}: {found}",
        reading=f"Means with 95% intervals. {lines}The words are the verdict, after adjustment."
        + hidden * bool(has_hidden),
        description=" ".join(_describe(cells, sites)),
        size=(7.4, _HEAD + _CELL * scales + 0.25),
        fill=partial(_fill, cells=cells, ranges=ranges, names=sites),
    )


def _describe(cells: _Cells, sites: Mapping[str, str]) -> Iterator[str]:
    for (scale, site), cell in cells.items():
        means = ", ".join(f"{format_number(mean)} {wave}" for wave, (mean, _, _) in cell.means.items())
        yield f"{scale}, {sites[site]}: {means}, {cell.verdict}."


def _fill(figure: Figure, cells: _Cells, ranges: dict[str, tuple[float, float]], names: Mapping[str, str]) -> None:
    canvas = Canvas(figure)
    scales = list(dict.fromkeys(scale for scale, _ in cells))
    sites = list(dict.fromkeys(site for _, site in cells))
    titles = [break_text(scale, _LABEL, 9) for scale in scales]
    left = max(measure_text(title, 9) for title in titles) + 0.5
    width = (canvas.width - left) / len(sites)
    for place, site in enumerate(sites):
        canvas.write(
            (left + (place + 0.5) * width, 0.15), break_text(names[site], width, 10), 10, bold=True, ha="center"
        )
    for line, (scale, title) in enumerate(zip(scales, titles, strict=True)):
        mine = {site: cells[scale, site] for site in sites if (scale, site) in cells}
        top = _HEAD + line * _CELL
        y = _find_range(ranges[scale], list(mine.values()), top)
        canvas.write((left - 0.42, (y.start + y.end) / 2), title, 9, ha="right")
        ticks = y.list_ticks(4)
        columns = [(left + place * width + 0.05, left + (place + 1) * width - 0.05) for place in range(len(sites))]
        canvas.draw_lines([[(x, y(tick)), (end, y(tick))] for x, end in columns for tick, _ in ticks], LINE, 0.7)
        for tick, words in ticks:
            canvas.write((left - 0.04, y(tick)), words, 8, ha="right")
        for (start, end), site in zip(columns, sites, strict=True):
            if site in mine:
                _fill_cell(canvas, mine[site], y, (start + 0.2 * (end - start), end - 0.2 * (end - start)))
    _name_waves(canvas, cells, sites, left, width)


def _find_range(limits: tuple[float, float], cells: list[_Cell], top: float) -> Scale:
    """Return the heights of what there is, and not of more of the scale's range than that."""
    values = [value for cell in cells for mean in cell.means.values() for value in mean if not math.isnan(value)]
    values += [value for cell in cells for value in cell.lines.ravel().tolist()]
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = 0.06 * (high - low or 1)
    low, high = low - room, high + room
    low = low if math.isnan(limits[0]) else max(low, limits[0] - room)
    high = high if math.isnan(limits[1]) else min(high, limits[1] + room)
    return Scale(low, high, top + _CELL - 0.1, top + 0.24)


def _fill_cell(canvas: Canvas, cell: _Cell, y: Scale, ends: tuple[float, float]) -> None:
    people = [[(ends[0], y(before)), (ends[1], y(after))] for before, after in cell.lines.tolist()]
    canvas.draw_lines(people, GREY, 0.6, alpha=0.55)
    colour = BLUE if cell.is_found else INK
    points = [(x, y(mean)) for x, (mean, _, _) in zip(ends, cell.means.values(), strict=False)]
    if len(points) > 1:
        canvas.draw_lines([points], colour, 2)
    intervals = [(x, low, high) for x, (_, low, high) in zip(ends, cell.means.values(), strict=False)]
    canvas.draw_lines([[(x, y(low)), (x, y(high))] for x, low, high in intervals if not math.isnan(low)], colour, 1.4)
    canvas.mark(points, "o", colour, 4.5)
    canvas.write((sum(ends) / 2, y.end - 0.1), cell.verdict, 8, ha="center", color=INK if cell.is_found else GREY,
                 bold=cell.is_found)  # fmt: skip


def _name_waves(canvas: Canvas, cells: _Cells, sites: list[str], left: float, width: float) -> None:
    """Write the waves below each site, at the places of the means."""
    for place, site in enumerate(sites):
        waves = max((list(cell.means) for (_, other), cell in cells.items() if other == site), key=len)
        start = left + place * width + 0.05
        for share, wave in zip((0.2, 0.8), waves, strict=False):
            canvas.write((start + share * (width - 0.1), canvas.height - 0.12), wave, ha="center")
