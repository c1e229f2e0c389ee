"""Effects with their intervals, the smallest effect that matters, and the verdicts."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from sos_score.comparison.finding import Finding, Unit
from sos_score.comparison.verdict import Verdict
from sos_score.output.numbers import with_interval
from sos_score.report.figures.canvas import Canvas, Scale, measure_rows, place_rows
from sos_score.report.figures.style import BLUE, GREY, INK, ORANGE, PALE
from sos_score.report.labels import Labels, name_kind, name_short
from sos_score.report.model import Picture, ReportData
from sos_score.words import count

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Pairs = dict[tuple[str, str], dict[Unit, Finding]]  # source label and scale title; unit
_UNITS = {Unit.PEOPLE: (BLUE, "o", -0.075), Unit.SITES: (ORANGE, "s", 0.075)}
_WIDEST = 3.0  # standard deviations; what lies beyond ends in an arrow
_TOP, _ROW, _BELOW, _VERDICTS = 0.2, 0.34, 0.45, 1.15  # inches: above, a row, below, and to the right of what is drawn
_SITES = "; squares are sites, with the interval that holds if site means are normal"
_TITLES = {"did": "Changed differently", "arms": "Arms differ"}


def list_forests(report: ReportData) -> Iterator[Picture]:
    """Yield a picture of the arms at each wave, and of how they changed."""
    labels = report.labels
    groups: dict[tuple[str, tuple[str, ...]], Pairs] = {}
    for each in report.comparison.findings:
        if each.is_judged and each.question in _TITLES and not math.isnan(each.effect.value):
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
    return Picture(
        name="".join(letter if letter.isalnum() else "-" for letter in name).lower(),
        title=f"{_TITLES[question]}{f', {wave}' if wave else ''}: {found}",
        reading=f"Hedges g, {groups}, with 95% intervals; an arrow ends an interval that goes on. Circles count"
        f" answers (of staff, families and so on){_SITES if has_sites else ''}. The band is the smallest"
        " effect that would matter. Whether a difference is equivalent to none is judged on the narrower interval of"
        " two one-sided tests, after adjustment.",
        description=" ".join(_describe(pairs)),
        size=(7.4, _TOP + measure_rows(pairs, _ROW) + 0.1 + _BELOW),
        fill=partial(_fill, pairs=pairs, groups=groups),
    )


def _describe(pairs: Pairs) -> Iterator[str]:
    for (source, scale), units in pairs.items():
        parts = [
            f"{name_kind(each)} {with_interval(each.effect.value, *_interval(each)[:2])}, {name_short(each)}"
            for each in units.values()
        ]
        yield f"{scale} ({source}): {'; '.join(parts)}."


def _interval(finding: Finding) -> tuple[float, float, float]:
    """Return an effect's interval and the smallest effect that matters, in the units of the effect."""
    effect, estimate = finding.effect, finding.estimate
    scale = effect.value / estimate.value if estimate.value else math.nan
    smallest = finding.equivalence.smallest * scale
    if math.isnan(effect.low):
        return estimate.low * scale, estimate.high * scale, smallest
    return effect.low, effect.high, smallest


def _fill(figure: Figure, pairs: Pairs, groups: str) -> None:
    canvas = Canvas(figure)
    of_people = [each[Unit.PEOPLE] for each in pairs.values() if Unit.PEOPLE in each]
    ends = [abs(end) for each in of_people for end in _interval(each)[:2] if not math.isnan(end)]
    limit = min(_WIDEST, max([1.0, *ends]) * 1.05)
    left, heights = place_rows(canvas, pairs, _TOP, _ROW)
    bottom = canvas.height - _BELOW
    x = Scale(-limit, limit, left, canvas.width - _VERDICTS)
    bands = _list_bands(pairs, heights, x)
    canvas.fill_boxes(bands, PALE)
    canvas.draw_scale(x, _TOP, bottom, f"effect (g): {groups}", most=6)
    canvas.draw_lines([[(x(0), _TOP), (x(0), bottom)]], INK, 0.8)
    for unit, (colour, marker, shift) in _UNITS.items():
        found = {heights[name] + shift: units[unit] for name, units in pairs.items() if unit in units}
        _mark_unit(canvas, x, found, (colour, marker))
    for name, units in pairs.items():
        for unit, each in units.items():
            is_found = each.verdict is Verdict.DIFFERENT
            at = (canvas.width - _VERDICTS + 0.1, heights[name] + _UNITS[unit][2])
            canvas.write(at, name_short(each), 7.5, bold=is_found, color=INK if is_found else GREY)
    shown, names = {unit for units in pairs.values() for unit in units}, {Unit.PEOPLE: "answers", Unit.SITES: "sites"}
    key = [(marker, colour, names[unit]) for unit, (colour, marker, _) in _UNITS.items() if unit in shown]
    canvas.draw_key([*key, *([("box", PALE, "too small to matter")] if bands else [])])


def _list_bands(
    pairs: Pairs, heights: dict[tuple[str, str], float], x: Scale
) -> list[tuple[float, float, float, float]]:
    """Return the boxes of what is too small to matter."""
    boxes = []
    for name, units in pairs.items():
        known = [width for each in units.values() if not math.isnan(width := _interval(each)[2])]
        if known:
            width, y = min(max(known), x.high), heights[name]
            boxes.append((x(-width), y - _ROW / 2, x(width), y + _ROW / 2))
    return boxes


def _mark_unit(canvas: Canvas, x: Scale, found: dict[float, Finding], look: tuple[str, str]) -> None:
    """Draw the effects of people, or of sites, each at its height; what lies beyond the scale ends in an arrow."""
    colour, marker = look
    intervals = {y: _interval(each)[:2] for y, each in found.items()}
    canvas.draw_lines(
        [[(x(max(low, x.low)), y), (x(min(high, x.high)), y)] for y, (low, high) in intervals.items()
         if low <= x.high and high >= x.low], colour, 1.6)  # fmt: skip
    canvas.mark([(x.start, y) for y, (low, _) in intervals.items() if low < x.low], "<", colour, 5)
    canvas.mark([(x.end, y) for y, (_, high) in intervals.items() if high > x.high], ">", colour, 5)
    points = [(x(each.effect.value), y) for y, each in found.items() if x.low <= each.effect.value <= x.high]
    canvas.mark(points, marker, colour, 5.5)
