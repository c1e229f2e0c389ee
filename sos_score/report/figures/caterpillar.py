"""How all of many sites changed, from the one that fell most to the one that rose most: a band a scale."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial
from statistics import median
from typing import TYPE_CHECKING

from sos_score.comparison.finding import Finding
from sos_score.comparison.verdict import Verdict
from sos_score.output.numbers import format_number
from sos_score.report.figures.canvas import Canvas, Scale, break_text
from sos_score.report.figures.style import BLUE, GREY, MIDDLE, ORANGE
from sos_score.report.labels import Labels
from sos_score.report.model import Picture
from sos_score.words import count

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_TOP, _BAND, _HEAD, _LEFT = 0.35, 1.2, 0.3, 0.5  # inches
_KEY = (("s", BLUE, "clearly higher"), ("s", ORANGE, "clearly lower"), ("s", GREY, "cannot tell"))


def draw_caterpillar(name: str, findings: Sequence[Finding], labels: Labels) -> Picture:
    """Return the judged changes of all sites that are shown, each scale in its own order."""
    scales: dict[str, list[Finding]] = {}
    for each in sorted(findings, key=lambda each: each.estimate.value):
        scales.setdefault(labels.name_scale(each), []).append(each)
    order = {labels.name_scale(each): None for each in findings}
    scales = {scale: scales[scale] for scale in order}
    clear = sum(each.verdict is Verdict.DIFFERENT for each in findings)
    sites = len({each.site for each in findings})
    first = findings[0]
    return Picture(
        name=name,
        title=f"{labels.sources[first.source]}: {clear} of {count(len(findings), 'change')} of {sites} sites are clear",
        reading="Each line is a site: its change with the 95% interval, from the one that fell most to the one that"
        f" rose most, {labels.name_waves(first.waves)}, in points of the scale. Coloured are changes that are clear"
        " after adjustment for the number of tests.",
        description=" ".join(_describe(scales)),
        measure=lambda _: _TOP + (_BAND + _HEAD) * len(scales),
        fill=partial(_fill, scales=scales),
    )


def _describe(scales: dict[str, list[Finding]]) -> Iterator[str]:
    for scale, members in scales.items():
        values = [each.estimate.value for each in members]
        ends = f"{format_number(values[0])} to {format_number(values[-1])}"
        clear = sum(each.verdict is Verdict.DIFFERENT for each in members)
        yield f"{scale}: {len(members)} sites from {ends}, median {format_number(median(values))}; {clear} clear."


def _fill(figure: Figure, scales: dict[str, list[Finding]]) -> None:
    canvas, top = Canvas(figure), _TOP
    canvas.draw_key(_KEY)
    for scale, members in scales.items():
        canvas.write((0.0, top + _HEAD / 2), break_text(scale, canvas.width, 9), 9, bold=True)
        _fill_band(canvas, members, top + _HEAD)
        top += _HEAD + _BAND


def _fill_band(canvas: Canvas, members: Sequence[Finding], top: float) -> None:
    ends = [value for each in members for value in _list_ends(each)]
    y = Scale(min(ends), max(ends) if max(ends) > min(ends) else min(ends) + 1.0, top + _BAND - 0.1, top + 0.05)
    x = Scale(-0.5, len(members) - 0.5, _LEFT, canvas.width)
    for tick, words in y.list_ticks(4):
        canvas.draw_lines([[(x.start, y(tick)), (x.end, y(tick))]], GREY if tick == 0 else MIDDLE, 0.6)
        canvas.write((_LEFT - 0.06, y(tick)), words, 8, ha="right")
    width = min(2.0, max(0.4, 50 * (x.end - x.start) / len(members)))  # points: lines of neighbours nearly touch
    for colour in (GREY, BLUE, ORANGE):
        chosen = [(place, each) for place, each in enumerate(members) if _colour(each) == colour]
        lines = [
            [(x(place), y(low)), (x(place), y(high))] for place, each in chosen for low, high in [_list_ends(each)]
        ]
        canvas.draw_lines(lines, colour, width, alpha=0.45)
        canvas.mark([(x(place), y(each.estimate.value)) for place, each in chosen], "s", colour, 1.6)


def _list_ends(finding: Finding) -> tuple[float, float]:
    """Return the ends of an interval; twice the estimate where there is none."""
    low, high = finding.estimate.low, finding.estimate.high
    return (finding.estimate.value,) * 2 if math.isnan(low) else (low, high)


def _colour(finding: Finding) -> str:
    if finding.verdict is not Verdict.DIFFERENT:
        return GREY
    return BLUE if finding.estimate.value > 0 else ORANGE
