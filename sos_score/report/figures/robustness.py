"""The differences found, and under which other choices of the analysis each holds.

A choice is drawn by its verdict, never by its estimate: a mean without a few people, beside the mean with them, would
tell what those few answered.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sos_score.comparison.sensitivity import Choice, ChoiceFinding, Sensitivity
from sos_score.comparison.verdict import Verdict
from sos_score.output.numbers import with_interval
from sos_score.report.figures.canvas import (
    Canvas,
    Name,
    Scale,
    break_text,
    is_narrow,
    list_rows,
    measure_key,
    measure_labels,
    measure_rows,
    measure_sides,
    measure_text,
    place_rows,
)
from sos_score.report.figures.forest import find_interval, is_turned
from sos_score.report.figures.style import BLUE, GREY, INK, LINE, ORANGE
from sos_score.report.labels import Labels, name_short
from sos_score.report.model import Picture
from sos_score.report.tables.sensitivity import name_briefly, name_choice, name_place
from sos_score.words import count, join

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST, _FEWEST = 12, 6  # differences shown; findings shown where there is no difference
_COLUMNS = 10  # choices that have a column, at most
_WIDEST = 3.0  # standard deviations
_ROW, _CELL, _COUNT, _ABOVE, _GAP = 0.28, 0.2, 0.5, 0.25, 0.15  # inches
_BROAD_CELLS = (0.62, 0.58)  # inches of a column whose head is written across, on a page and on a telephone
_ACROSS = 0.46  # of the width, at most, for such columns
_HEAD = 7.5  # points of the heads of columns
_CELLS = 0.58  # of a telephone's width
_LONGEST = 22  # letters at the head of a column
_DIRECTIONS = {"high": "", "low": " (low is good)"}
_COLUMNS_ARE = "A column is a choice that gives some of them another verdict; empty where it does not apply. "
_KEY = (("o", BLUE, "same verdict"), ("D", ORANGE, "another verdict"))
_Rows = dict[Name, ChoiceFinding]


def draw_robustness(found: Sensitivity, labels: Labels) -> Picture | None:
    """Return the largest differences with the choices under which they hold; None where there is nothing to show.

    Where no difference was found, the largest effects stand in their place.
    """
    known = [each for each in found.findings if each.others and not math.isnan(each.finding.effect.value)]
    different = [each for each in known if each.finding.verdict is Verdict.DIFFERENT]
    of, most = (different, _MOST) if different else (known, _FEWEST)
    if not of:
        return None
    chosen = sorted(of, key=lambda each: -abs(each.finding.effect.value))[:most]
    sources = list(dict.fromkeys(each.finding.source for each in found.findings))
    chosen.sort(key=lambda each: sources.index(each.finding.source))
    has_one_span = len(labels.plan.waves) < 3
    is_one_source = len({each.finding.source for each in chosen}) == 1
    rows = {}
    for each in chosen:
        source, scale = labels.name_outcome(each.finding)
        source = "" if is_one_source else source
        scale += _DIRECTIONS.get(labels.find_good(each.finding) or "", " (right is higher)")
        rows[source, f"{scale}, {name_place(each.finding, labels, with_span=not has_one_span)}"] = each
    choices = {choice for each in of for choice in each.others}
    turning = [choice for choice in found.choices if any(choice in each.flips for each in chosen)]
    drawn = _Robustness(rows, turning[:_COLUMNS], labels)
    what = "difference" if different else "finding"
    same = len(choices) - len(drawn.choices)
    said = f" {count(same, 'other choice changes', 'other choices change')} none of them." * bool(turning and same)
    said += f" Shown are the {len(chosen)} largest of {count(len(of), what)}." * (len(chosen) < len(of))
    return Picture(
        name="robustness",
        title=_name_title(chosen, turning, labels, what),
        reading="Each finding as planned: Hedges g with its 95% interval."
        f" {_COLUMNS_ARE * bool(turning)}The numbers at the right: how many of the choices that apply to it keep the"
        f" verdict.{said}",
        description=" ".join(drawn.describe()),
        measure=drawn.measure,
        fill=drawn.fill,
    )


def _name_title(chosen: Sequence[ChoiceFinding], turning: Sequence[Choice], labels: Labels, what: str) -> str:
    """Return which choice gives most of what is shown another verdict."""
    many = count(len(chosen), what)
    if not turning:
        return f"No other choice gives {'it' if len(chosen) == 1 else f'any of {many}'} another verdict"
    flips = {choice: sum(choice in each.flips for each in chosen) for choice in turning}
    most = max(flips, key=flips.__getitem__)
    words = name_choice(most, labels)
    return f"{words[:1].upper()}{words[1:]}: another verdict on {flips[most]} of {many}"


@dataclass(frozen=True)
class _Robustness:
    """Findings as rows, and other choices of the analysis as columns."""

    rows: _Rows
    choices: Sequence[Choice]
    labels: Labels

    def measure(self, width: float) -> float:
        """Return the height of the picture from its width."""
        rows = measure_rows(self.rows, _ROW, width)
        return self._find_top(width) + rows + 0.1 + self._measure_below(width)

    def _measure_below(self, width: float) -> float:
        return measure_sides(self._sides, self._find_start(width) - _GAP - measure_labels(self.rows, width), width)

    def _find_cell(self, width: float) -> float:
        """Return how wide columns are."""
        return self._find_broad_cell(width) or min(_CELL, _CELLS * width / max(1, len(self.choices)))

    def _find_start(self, width: float) -> float:
        """Return where the columns begin, right of the estimates."""
        return width - _COUNT - self._find_cell(width) * len(self.choices)

    @property
    def _has_arms(self) -> bool:
        return any(each.finding.question != "change" for each in self.rows.values())

    def _find_top(self, width: float) -> float:
        """Return where rows begin: below the key and the heads of the columns."""
        cell = self._find_broad_cell(width)
        if cell:
            heads = max(break_text(head, cell, _HEAD).count("\n") + 1 for head in self._heads) * 1.2 * _HEAD / 72
        else:
            heads = max((measure_text(head, _HEAD) for head in self._heads), default=0.0)
        return _ABOVE + measure_key(_KEY, width) + heads + 0.1 if self.choices else 0.15

    def _find_broad_cell(self, width: float) -> float:
        """Return how wide columns are whose heads are written across; 0 where there are too many for that."""
        cell = _BROAD_CELLS[is_narrow(width)]
        return cell if 0 < cell * len(self.choices) <= _ACROSS * width else 0.0

    @property
    def _heads(self) -> list[str]:
        names = [name_briefly(choice, self.labels) for choice in self.choices]
        return [name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}\N{HORIZONTAL ELLIPSIS}" for name in names]

    def describe(self) -> Iterator[str]:
        """Yield the figures in words."""
        for (source, title), each in self.rows.items():
            low, high, _ = find_interval(each.finding)
            planned = f"{with_interval(each.finding.effect.value, low, high)}, {name_short(each.finding)}"
            others = join([name_choice(choice, self.labels) for choice in each.flips])
            otherwise = f"; another verdict: {others}" if others else "; the same under every other choice"
            yield f"{title}{f' ({source})' if source else ''}: {planned}{otherwise}."

    def fill(self, figure: Figure) -> None:
        """Draw the rows: the estimate, then a mark for each choice."""
        canvas = Canvas(figure)
        top, bottom = self._find_top(canvas.width), canvas.height - self._measure_below(canvas.width)
        left, heights = place_rows(canvas, self.rows, top, _ROW)
        broad, cell = self._find_broad_cell(canvas.width), self._find_cell(canvas.width)
        start = self._find_start(canvas.width)
        columns = {choice: start + (place + 0.5) * cell for place, choice in enumerate(self.choices)}
        self._fill_estimates(canvas, heights, (left, start - _GAP, top, bottom))
        for head, x in zip(self._heads, columns.values(), strict=True):
            if broad:
                canvas.write((x, top - 0.05), break_text(head, broad, _HEAD), _HEAD, ha="center", va="bottom")
            else:
                at = (x + 0.36 * _HEAD / 72, top - 0.05)
                canvas.write(at, head, _HEAD, va="bottom", rotation=90, rotation_mode="anchor")
        canvas.draw_lines([[(start, y), (start + cell * len(self.choices), y)] for y in heights.values()], LINE, 0.7)
        for is_turned_over, (marker, colour, _) in zip((False, True), _KEY, strict=True):
            points = [(x, heights[name]) for name, each in self.rows.items() for choice, x in columns.items()
                      if choice in each.others and (choice in each.flips) is is_turned_over]  # fmt: skip
            canvas.mark(points, marker, colour, 5)
        for name, each in self.rows.items():
            held = len(each.others) - len(each.flips)
            canvas.write((canvas.width, heights[name]), f"{held} of {len(each.others)}", 7.5, ha="right", color=GREY)
        if self.choices:
            canvas.draw_key(_KEY)

    def _fill_estimates(
        self, canvas: Canvas, heights: dict[Name, float], sides: tuple[float, float, float, float]
    ) -> None:
        """Draw the effects as planned; right is better, and what lies beyond the scale ends in an arrow."""
        start, end, top, bottom = sides
        effects = {heights[name]: self._turn(each) for name, each in self.rows.items()}
        known = [abs(part) for effect in effects.values() for part in effect if not math.isnan(part)]
        limit = min(_WIDEST, math.ceil(10 * max(known)) / 10)
        x = Scale(-limit, limit, start, end)
        rows = list_rows(canvas, heights.values(), _ROW)
        canvas.draw_scale(x, top, bottom, "effect (g)", most=4, rows=rows)
        canvas.draw_lines([[(x(0), y0), (x(0), y1)] for y0, y1 in rows or [(top, bottom)]], INK, 0.8)
        lines = [[(x(max(low, -limit)), y), (x(min(high, limit)), y)]
                 for y, (_, low, high) in effects.items() if low <= limit and high >= -limit]  # fmt: skip
        canvas.draw_lines(lines, BLUE, 1.6)
        canvas.mark([(x(value), y) for y, (value, _, _) in effects.items() if abs(value) <= limit], "o", BLUE, 5)
        for side, marker in ((-1, "<"), (1, ">")):
            beyond = [y for y, effect in effects.items() if max(side * part for part in effect) > limit]
            canvas.mark([(x(side * limit), y) for y in beyond], marker, BLUE, 5)
        canvas.write_sides(x, bottom, self._sides)

    def _turn(self, each: ChoiceFinding) -> tuple[float, float, float]:
        """Return an effect and its interval so that right is better."""
        low, high, _ = find_interval(each.finding)
        value = each.finding.effect.value
        return (-value, -high, -low) if is_turned(each.finding, self.labels) else (value, low, high)

    @property
    def _sides(self) -> tuple[str, str]:
        """Return what either side of the scale means; of arms, which it favours."""
        is_known = any(self.labels.find_good(each.finding) for each in self.rows.values())
        down, up, of_arms = ("worse", "better", "better for") if is_known else ("lower", "higher", "higher in")
        left, right = f"\N{LEFTWARDS ARROW} {down}", up
        if self._has_arms:
            treated, reference = self.labels.arms
            left, right = f"{left}; arms: {of_arms} {reference}", f"{right}; arms: {of_arms} {treated}"
        return left, f"{right} \N{RIGHTWARDS ARROW}"
