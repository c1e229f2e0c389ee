"""Means of every site before and after: a panel a scale, a row a site, named and coloured by its arm."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sos_score.comparison.finding import Estimate, Finding, Unit
from sos_score.comparison.verdict import Verdict
from sos_score.output.numbers import format_interval, format_number
from sos_score.report.figures.canvas import Canvas, Scale, break_text, measure_text
from sos_score.report.figures.style import BLUE, GREY, INK, LINE, ORANGE, PAPER
from sos_score.report.labels import MARKS, name_short
from sos_score.report.model import ReportData

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Key = tuple[str, str]  # source and scale, by id
Means = dict[str, dict[str, Finding]]  # of one scale, by site and wave
_ROOMIEST = 3  # panels side by side
_ROW, _LINE, _AXIS, _PANEL, _WORD, _LABEL, _APART = 0.24, 0.15, 0.5, 1.75, 0.5, 1.7, 0.055  # inches
_INTERVALS = 0.1  # inches more for a row with intervals


@dataclass(frozen=True)
class Panel:
    """One scale: its means by site and wave, and what is said of the change of each site."""

    title: str
    source: str
    ends: tuple[float, float]
    is_whole: bool
    good: str | None
    means: dict[str, dict[str, Estimate]]
    changes: dict[str, Finding]
    hidden: frozenset[str]

    def name_change(self, site: str) -> str:
        """Return in which direction a site changed clearly; nothing where it did not."""
        found = self.changes.get(site)
        return name_short(found) if found and found.verdict is Verdict.DIFFERENT else ""


@dataclass(frozen=True)
class SitePanels:
    """Panels of the same sites, as a picture draws them.

    Attributes
    ----------
    names, colours : dict
        What each site is called, with its arm, and its arm's colour; the sites are in this order.
    has_intervals : bool
        Whether intervals are drawn, and changes that are too small to matter marked.
    """

    panels: Sequence[Panel]
    names: dict[str, str]
    colours: dict[str, str]
    waves: Sequence[str]
    has_intervals: bool = False

    def measure(self, width: float) -> float:
        """Return the height of the picture from its width."""
        _, room, bands = self._place(width)
        return 0.3 + sum(self._measure_head(band, room) + self.rows + _AXIS for band in bands)

    @property
    def span(self) -> str:
        """Return in words what the panels reach from and to."""
        if all(each.is_whole for each in self.panels):
            return "from the lowest to the highest score of the scale"
        return "on scales without a known range between round numbers, else from the lowest to the highest score"

    @property
    def rows(self) -> float:
        """Return how high the rows of a panel are."""
        return sum(map(self._measure_row, self.names.values()))

    def describe(self) -> Iterator[str]:
        """Yield the figures of each panel in words."""
        for each in self.panels:
            low, high = (f"{end:g}" for end in each.ends)
            parts = [self._describe_site(each, site) for site in self.names]
            yield f"{each.title} ({each.source}), {low} to {high}: {'; '.join(parts)}."

    def _describe_site(self, each: Panel, site: str) -> str:
        means = [
            " ".join(filter(None, (format_number(mean.value),
                                   format_interval(mean.low, mean.high) if self.has_intervals else "", wave)))
            for wave, mean in each.means.get(site, {}).items()
        ]  # fmt: skip
        said = ", ".join(means) or ("not shown" if site in each.hidden else "not asked")
        change = each.changes.get(site)
        word = name_short(change) if change and self.has_intervals else each.name_change(site)
        return f"{self.names[site]} {said}{f', {word}' if word else ''}".replace("\n", " ")

    def fill(self, figure: Figure) -> None:
        """Draw the panels."""
        canvas = Canvas(figure)
        left, room, bands = self._place(canvas.width)
        write_waves(canvas, self.waves)
        top = 0.3
        marks: dict[tuple[bool, str], list[tuple[float, float]]] = {}
        for band in bands:
            y = top + self._measure_head(band, room)
            rows = {}
            for site, name in self.names.items():
                rows[site] = y + self._measure_row(name) / 2
                canvas.write((left - 0.1, rows[site]), name, ha="right", color=self.colours[site])
                y += self._measure_row(name)
            for place, each in enumerate(band):
                start = left + place * room
                for look, at in self._fill_panel(canvas, each, rows, (start, start + room - 0.1, top, y)):
                    marks.setdefault(look, []).append(at)
            top = y + _AXIS
        for is_last, colour in sorted(marks):
            mark_wave(canvas, marks[is_last, colour], colour, is_last=is_last)

    def _head(self, each: Panel, width: float) -> list[str]:
        """Return the lines of a panel's heading; where all are of one source, the picture's title names it."""
        room = width - 0.1
        title = break_text(each.title, room / 1.1, 9)
        is_one = len({other.source for other in self.panels}) == 1
        return [title] if is_one else [title, break_text(each.source, room, 8)]

    def _measure_head(self, band: Sequence[Panel], width: float) -> float:
        return _LINE * max(sum(part.count("\n") + 1 for part in self._head(each, width)) for each in band) + 0.1

    def _measure_row(self, name: str) -> float:
        return _ROW + _LINE * name.count("\n") + _INTERVALS * self.has_intervals

    def _place(self, width: float) -> tuple[float, float, list[Sequence[Panel]]]:
        """Return where panels begin, how wide each is, and the panels band by band."""
        left = max(measure_text(name, 8.5) for name in self.names.values()) + 0.15
        columns = max(1, min(_ROOMIEST, len(self.panels), int((width - left) / _PANEL)))
        bands = [self.panels[start : start + columns] for start in range(0, len(self.panels), columns)]
        return left, min((width - left) / columns, 2 * _PANEL), bands

    def _fill_panel(
        self, canvas: Canvas, each: Panel, rows: dict[str, float], sides: tuple[float, float, float, float]
    ) -> Iterator[tuple[tuple[bool, str], tuple[float, float]]]:
        """Draw a panel, and yield its marks: whether of the last wave, the colour, and the place."""
        start, end, top, bottom = sides
        x = Scale(*each.ends, start + 0.08, end - _WORD)
        title, *source = self._head(each, end - start + 0.1)
        canvas.write((start, top), title, 9, bold=True, va="top")
        for words in source:
            canvas.write((start, top + _LINE * (title.count("\n") + 1)), words, 8, color=GREY, va="top")
        above = bottom - self.rows
        canvas.draw_lines([[(x(at), above), (x(at), bottom)] for at in (*each.ends, sum(each.ends) / 2)], LINE, 0.7)
        for at in each.ends:
            canvas.write((x(at), bottom + 0.11), f"{at:g}".replace("-", "\N{MINUS SIGN}"), 8, ha="center")
        if each.good:
            is_high = each.good == "high"
            words = "better \N{RIGHTWARDS ARROW}" if is_high else "\N{LEFTWARDS ARROW} better"
            canvas.write((x.end if is_high else x.start, bottom + 0.27), words, 8, ha="right" if is_high else "left",
                         color=GREY)  # fmt: skip
        for site, y in rows.items():
            for wave, point in self._fill_row(canvas, each, site, x, y).items():
                yield (wave == self.waves[-1], self.colours[site]), point

    def _fill_row(self, canvas: Canvas, each: Panel, site: str, x: Scale, y: float) -> dict[str, tuple[float, float]]:
        """Draw a row but for its marks, and return their places by wave."""
        means, colour, word = each.means.get(site, {}), self.colours[site], each.name_change(site)
        if not means and site in each.hidden:
            canvas.write((x.start + 0.05, y), "not shown", 8, color=GREY)
        apart = _APART if self.has_intervals and len(means) > 1 else 0.0
        places = {wave: (x(means[wave].value), y + (apart if wave == self.waves[-1] else -apart))
                  for wave in self.waves if wave in means}  # fmt: skip
        if self.has_intervals:
            known = [(means[wave], at) for wave, (_, at) in places.items() if not math.isnan(means[wave].low)]
            lines = [
                [(x(max(each.ends[0], mean.low)), at), (x(min(each.ends[1], mean.high)), at)] for mean, at in known
            ]
            canvas.draw_lines(lines, colour, 1.2)
        else:
            canvas.draw_lines([list(places.values())] if len(places) > 1 else [], colour, 2 if word else 1)
        if word:
            canvas.write((x.end + 0.12, y), word, 8, bold=True)
        elif self.has_intervals and site in each.changes:
            mark = MARKS.get(each.changes[site].verdict or Verdict.INCONCLUSIVE, "")
            canvas.write((x.end + 0.12, y), mark.replace("?", ""), 8, color=GREY)
        return places


def gather_means(report: ReportData) -> dict[Key, Means]:
    """Return what describes each outcome, by site and wave: at the first and the last wave, or where there is none."""
    span = report.comparison.plan.span
    found: dict[Key, Means] = {}
    for each in report.comparison.ask("descriptives"):
        if set(each.waves) <= set(span):
            sites = found.setdefault((each.source, each.scale), {})
            sites.setdefault(each.site, {})[report.labels.name_waves(each.waves)] = each
    return {key: sites for key, sites in found.items() if any(
        not math.isnan(each.estimate.value) for waves in sites.values() for each in waves.values())}  # fmt: skip


def make_panels(
    report: ReportData, means: Mapping[Key, Means], waves: Sequence[str], *, has_intervals: bool = False
) -> SitePanels:
    """Return the panels of some outcomes; the treated arm's sites come first."""
    plan = report.comparison.plan
    order = {plan.treated: (0, BLUE), plan.reference: (1, ORANGE)} if plan.has_arms else {}
    there = {site for sites in means.values() for site in sites}
    look = {site: order.get(plan.arms.get(site, ""), (2, INK)) for site in plan.sites if site in there}
    sites = sorted(look, key=lambda site: look[site][0])
    names = {site: break_text(report.labels.name_site_and_arm(site), _LABEL, 8.5) for site in sites}
    panels = [_make_panel(report, key, found) for key, found in means.items()]
    return SitePanels(panels, names, {site: look[site][1] for site in sites}, waves, has_intervals)


def _make_panel(report: ReportData, key: Key, sites: Means) -> Panel:
    outcome = next(each for each in report.comparison.outcomes if (each.source, each.scale) == key)
    source, title = report.labels.names[key]
    means = {site: {wave: each.estimate for wave, each in waves.items() if not math.isnan(each.estimate.value)}
             for site, waves in sites.items()}  # fmt: skip
    changes = {
        each.site: each
        for each in report.comparison.ask("change")
        if (each.source, each.scale) == key and each.unit is Unit.PEOPLE and each.verdict
    }
    hidden = frozenset(site for site, waves in sites.items() if any(each.is_hidden for each in waves.values()))
    is_whole = not math.isnan(outcome.low + outcome.high)
    ends = (outcome.low, outcome.high) if is_whole else _find_ends(means.values())
    return Panel(title, source, ends, is_whole, outcome.good, means, changes, hidden)


def _find_ends(means: Iterable[dict[str, Estimate]]) -> tuple[float, float]:
    """Return round numbers about means and their intervals."""
    from matplotlib.ticker import MaxNLocator

    ends = [end for waves in means for each in waves.values() for end in (each.value, each.low, each.high)]
    known = [end for end in ends if not math.isnan(end)]
    ticks = MaxNLocator(4).tick_values(min(known) - 1e-9, max(known) + 1e-9)
    return float(ticks[0]), float(ticks[-1])


def write_waves(canvas: Canvas, waves: Sequence[str]) -> None:
    """Write at the top right which marks are of which wave: the last is filled; nothing of a single wave."""
    x = canvas.width
    for place, wave in reversed(list(enumerate(waves if len(waves) > 1 else []))):
        x -= measure_text(wave, 8.5) + 0.3
        mark_wave(canvas, [(x, 0.12)], INK, is_last=place == len(waves) - 1)
        canvas.write((x + 0.1, 0.12), wave)


def mark_wave(canvas: Canvas, places: list[tuple[float, float]], colour: str, *, is_last: bool) -> None:
    """Mark places with circles: filled at the last wave, hollow before."""
    fill = {} if is_last else {"markerfacecolor": PAPER, "markeredgewidth": 1.4}
    canvas.mark(places, "o", colour, 5.5, **fill)
