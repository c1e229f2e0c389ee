"""Effects with their intervals, the smallest effect that matters, and the verdicts."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sos_score.comparison.finding import Finding, Unit
from sos_score.comparison.verdict import Verdict
from sos_score.output.numbers import format_number, with_interval
from sos_score.report.figures.canvas import (
    Canvas,
    Name,
    Scale,
    list_rows,
    measure_key,
    measure_labels,
    measure_rows,
    measure_sides,
    place_rows,
)
from sos_score.report.figures.style import BLUE, GREY, INK, ORANGE, PALE
from sos_score.report.labels import Labels, name_kind, name_short
from sos_score.report.model import Picture, ReportData
from sos_score.words import count, format_fixed

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Pairs = dict[Name, dict[Unit, Finding]]  # source label and scale title; unit
_UNITS = {Unit.PEOPLE: (BLUE, "o", -0.075), Unit.SITES: (ORANGE, "s", 0.075)}
_WIDEST = 3.0  # standard deviations at most
_REACHED = 0.9  # of the intervals' ends lie on the scale; what lies beyond ends in an arrow
_TOP, _ROW, _VERDICTS = 0.2, 0.34, 1.15  # inches: above, a row, and to the right of what is drawn
_LOW = " Where low is good the sign is turned."
_SITES = "; squares are sites, with the interval that holds if site means are normal"
_TITLES = {"did": "Changed differently", "arms": "Arms differ"}


def list_forests(report: ReportData) -> Iterator[Picture]:
    """Yield a picture of the arms at each wave, and of how they changed."""
    labels = report.labels
    groups: dict[tuple[str, tuple[str, ...]], Pairs] = {}
    for each in report.comparison.findings:
        has_interval = (
            not math.isnan(each.effect.low) or each.unit is not Unit.SITES
        )  # one site against one is no result
        if each.is_judged and each.question in _TITLES and not math.isnan(each.effect.value) and has_interval:
            pairs = groups.setdefault((each.question, each.waves), {})
            pairs.setdefault(labels.name_outcome(each), {})[each.unit] = each
    order = list(report.comparison.plan.waves)
    for question, waves in sorted(groups, key=lambda each: (each[0], [order.index(wave) for wave in each[1]])):
        yield _make_picture(question, labels.name_waves(waves), groups[question, waves], labels)


def _make_picture(question: str, wave: str, pairs: Pairs, labels: Labels) -> Picture:
    different = {
        unit: sum(each[unit].verdict is Verdict.DIFFERENT for each in pairs.values() if unit in each) for unit in _UNITS
    }
    groups = labels.name_groups(next(iter(next(iter(pairs.values())).values())))
    has_sites = any(Unit.SITES in each for each in pairs.values())
    found = f"{different[Unit.PEOPLE]} of {count(len(pairs), 'outcome')} among answers"
    if has_sites:
        found += f", {different[Unit.SITES]} among sites"
    name = "-".join(part for part in ("forest", question, wave if question == "arms" else "") if part)
    turned = _LOW if any(is_turned(each, labels) for units in pairs.values() for each in units.values()) else ""
    limit, is_cut = _find_limit(pairs)
    cut = (
        f" The scale ends at {format_fixed(limit, 1)}: an arrow means that the interval goes on, and a number beside it"
        " is an effect that lies beyond."
    )
    drawn = _Forest({_mark_name(name, units, labels): units for name, units in pairs.items()}, labels, limit)
    return Picture(
        name="".join(letter if letter.isalnum() else "-" for letter in name).lower(),
        title=f"{_TITLES[question]}{f', {wave}' if wave else ''}: {found}",
        reading=f"Hedges g with its 95% interval. To the right of 0 is {drawn.better} {labels.arms[0]}, to the left"
        f" {drawn.better} {labels.arms[1]}.{turned} Circles count answers{_SITES if has_sites else ''}. The band is too"
        f" small to matter.{cut * is_cut}",
        description=f"{groups}. " + " ".join(_describe(pairs)),
        measure=drawn.measure,
        fill=drawn.fill,
    )


def is_turned(finding: Finding, labels: Labels) -> bool:
    """Return whether low is good on a finding's scale, so that its sign is turned for right to be better."""
    return labels.find_good(finding) == "low"


def _mark_name(name: Name, units: dict[Unit, Finding], labels: Labels) -> Name:
    """Return the name of an outcome with what is turned in it, or that neither end of it is known to be good."""
    good = labels.find_good(next(iter(units.values())))
    source, title = name
    return source, title + {"low": " (low is good)", "high": ""}.get(good or "", " (right is higher)")


def _find_limit(pairs: Pairs) -> tuple[float, bool]:
    """Return where the scale ends, so that one wide interval does not squeeze the rest, and whether any lies beyond."""
    ends = sorted(abs(end) for units in pairs.values() for each in units.values()
                  for end in (*find_interval(each)[:2], each.effect.value) if not math.isnan(end))  # fmt: skip
    reached = ends[math.ceil(_REACHED * len(ends)) - 1]
    limit = math.ceil(10 * min(_WIDEST, max(1.0, reached * 1.05))) / 10
    return limit, ends[-1] > limit


def _describe(pairs: Pairs) -> Iterator[str]:
    for (source, scale), units in pairs.items():
        parts = [
            f"{name_kind(each)} {with_interval(each.effect.value, *find_interval(each)[:2])}, {name_short(each)}"
            for each in units.values()
        ]
        yield f"{scale} ({source}): {'; '.join(parts)}."


def find_interval(finding: Finding) -> tuple[float, float, float]:
    """Return an effect's interval and the smallest effect that matters, in the units of the effect."""
    effect, estimate = finding.effect, finding.estimate
    scale = effect.value / estimate.value if estimate.value else math.nan
    smallest = finding.equivalence.smallest * scale
    if math.isnan(effect.low):
        return estimate.low * scale, estimate.high * scale, smallest
    return effect.low, effect.high, smallest


@dataclass(frozen=True)
class _Forest:
    """The rows of a forest, and how far its scale goes either way."""

    pairs: Pairs
    labels: Labels
    limit: float

    @property
    def better(self) -> str:
        """Return what a side of the scale says of an arm: of no row it may be known which end is good."""
        known = any(self.labels.find_good(each) for units in self.pairs.values() for each in units.values())
        return "better for" if known else "higher in"

    def measure(self, width: float) -> float:
        """Return its height from its width."""
        rows = measure_rows(self.pairs, _ROW, width)
        return _TOP + self._measure_key(width) + rows + 0.1 + self._measure_below(width)

    def _measure_below(self, width: float) -> float:
        return measure_sides(self._sides, width - _VERDICTS - measure_labels(self.pairs, width), width)

    def _measure_key(self, width: float) -> float:
        return measure_key(self._list_key(), width)

    def _shift(self, unit: Unit) -> float:
        """Return how far a mark lies from the middle of its row: nothing where no row has two."""
        is_alone = len({each for units in self.pairs.values() for each in units}) == 1
        return 0.0 if is_alone else _UNITS[unit][2]

    def _list_key(self) -> list[tuple[str, str, str]]:
        there = {unit for units in self.pairs.values() for unit in units}
        names = {Unit.PEOPLE: "answers", Unit.SITES: "sites"}
        key = [(marker, colour, names[unit]) for unit, (colour, marker, _) in _UNITS.items() if unit in there]
        has_bands = any(
            not math.isnan(find_interval(each)[2]) for units in self.pairs.values() for each in units.values()
        )
        return [*key, *([("box", PALE, "too small to matter")] if has_bands else [])]

    def fill(self, figure: Figure) -> None:
        """Draw it."""
        canvas = Canvas(figure)
        top = _TOP + self._measure_key(canvas.width)
        left, heights = place_rows(canvas, self.pairs, top, _ROW)
        bottom = canvas.height - self._measure_below(canvas.width)
        x = Scale(-self.limit, self.limit, left, canvas.width - _VERDICTS)
        canvas.fill_boxes(_list_bands(self.pairs, heights, x), PALE)
        rows = list_rows(canvas, heights.values(), _ROW)
        canvas.draw_scale(x, top, bottom, "effect (g)", most=6, rows=rows)
        canvas.write_sides(x, bottom, self._sides)
        canvas.draw_lines([[(x(0), y0), (x(0), y1)] for y0, y1 in rows or [(top, bottom)]], INK, 0.8)
        for unit, (colour, marker, _) in _UNITS.items():
            found = {
                heights[name] + self._shift(unit): units[unit] for name, units in self.pairs.items() if unit in units
            }
            _mark_unit(canvas, x, {y: self._turn(each) for y, each in found.items()}, (colour, marker))
        for name, units in self.pairs.items():
            for unit, each in units.items():
                is_found = each.verdict is Verdict.DIFFERENT
                at = (canvas.width - _VERDICTS + 0.1, heights[name] + self._shift(unit))
                canvas.write(at, name_short(each), 7.5, bold=is_found, color=INK if is_found else GREY)
        canvas.draw_key(self._list_key())

    def _turn(self, finding: Finding) -> tuple[float, float, float]:
        """Return an effect and its interval so that right is better."""
        low, high, _ = find_interval(finding)
        value = finding.effect.value
        return (-value, -high, -low) if is_turned(finding, self.labels) else (value, low, high)

    @property
    def _sides(self) -> tuple[str, str]:
        """Return which arm either side of the scale favours."""
        treated, reference = self.labels.arms
        return f"\N{LEFTWARDS ARROW} {self.better} {reference}", f"{self.better} {treated} \N{RIGHTWARDS ARROW}"


def _list_bands(pairs: Pairs, heights: dict[Name, float], x: Scale) -> list[tuple[float, float, float, float]]:
    """Return the boxes of what is too small to matter."""
    boxes = []
    for name, units in pairs.items():
        known = [width for each in units.values() if not math.isnan(width := find_interval(each)[2])]
        if known:
            width, y = min(max(known), x.high), heights[name]
            boxes.append((x(-width), y - _ROW / 2, x(width), y + _ROW / 2))
    return boxes


def _mark_unit(canvas: Canvas, x: Scale, found: dict[float, tuple[float, float, float]], look: tuple[str, str]) -> None:
    """Draw the effects of people, or of sites, each at its height; what lies beyond the scale ends in an arrow."""
    colour, marker = look
    canvas.draw_lines(
        [[(x(max(low, x.low)), y), (x(min(high, x.high)), y)] for y, (_, low, high) in found.items()
         if low <= x.high and high >= x.low], colour, 1.6)  # fmt: skip
    for end, sign, shape, ha in ((x.low, -1, "<", "left"), (x.high, 1, ">", "right")):
        at = {y: value for y, (value, low, high) in found.items() if max(sign * low, sign * high) > x.high}
        canvas.mark([(x(end), y) for y in at], shape, colour, 5)
        for y, value in at.items():
            if sign * value > x.high:
                canvas.write(
                    (x(end) - sign * 0.02, y - 0.1), format_number(value, 1), 7.5, ha=ha, color=colour, bold=True
                )
    canvas.mark([(x(value), y) for y, (value, _, _) in found.items() if abs(value) <= x.high], marker, colour, 5.5)
