"""The two scores of each declared pair, counted in squares so that nobody's scores can be read off."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sos_score.comparison.finding import Finding, at
from sos_score.comparison.links import count_pairs
from sos_score.comparison.verdict import Verdict
from sos_score.report.figures.canvas import Canvas, Scale, break_text
from sos_score.report.figures.style import BLUE, GREY, INK, LINE
from sos_score.report.labels import Labels
from sos_score.report.model import Picture, ReportData
from sos_score.report.questions.associations import show_effect
from sos_score.words import count, join

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_PANEL, _GAP = 2.25, 0.7  # inches
_SQUARES = 6  # along a side, about
_FEWEST_VALUES = 5  # that the scores in a square may have
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class _Cloud:
    """The squares of one pair at one wave."""

    x_name: str
    y_name: str
    wave: str
    finding: Finding
    x: _Bins
    y: _Bins
    counts: NDArray[np.int64]  # by square of x and of y


@dataclass(frozen=True)
class _Bins:
    """Equal parts of a range between round numbers."""

    start: float
    step: float
    number: int

    @property
    def middles(self) -> list[float]:
        return [self.start + (place + 0.5) * self.step for place in range(self.number)]

    @property
    def edges(self) -> list[float]:
        return [self.start + place * self.step for place in range(self.number + 1)]


def draw_pairs(report: ReportData) -> Picture | None:
    """Return how the two scores of the declared pairs of association lie; None where none may be shown.

    A circle stands for all units of the pair's level whose scores lie in one square, without name, site or number. A
    square is so wide that a score in it may have five values or more, and begins at round numbers, so that no score can
    be worked out from where circles stand. Pairs are drawn only where there are enough units, and where the units with
    one of the two scores only are none, or too many to be worked out from the rest.
    """
    labels = report.labels
    clouds = list(_list_clouds(report))
    if not clouds:
        return None
    asked = [each for each in report.comparison.ask("association") if each.is_judged]
    hidden = len(asked) - len(clouds)
    together = [cloud for cloud in clouds if is_found(cloud.finding)]
    go = "goes" if len(together) == 1 else "go"
    title = f"{len(together) or 'None'} of {count(len(clouds), 'pair')} drawn {go} together"
    units = join(list(dict.fromkeys(labels.name_unit(cloud.finding) for cloud in clouds)))
    note = (
        f" {count(hidden, 'pair')} at a wave {'is' if hidden == 1 else 'are'} not drawn: circles would give away the"
        " few who have one of the two scores only, or are too few themselves."
    )
    return Picture(
        name="pairs",
        title=title,
        reading=f"A circle stands for the {units} whose two scores lie near it; a larger circle means more of them. The"
        " score along the bottom is named below the picture, the other above it. r with its 95% interval, and the"
        " verdict after adjustment."
        f"{note if hidden else ''}",
        description=" ".join(
            f"{cloud.y_name} against {cloud.x_name}{f', {cloud.wave}' if cloud.wave else ''}: {cloud.counts.sum()}"
            f" {labels.name_unit(cloud.finding)}, {_show_r(cloud.finding)}, {labels.name_verdict(cloud.finding)}."
            for cloud in clouds
        ),
        measure=lambda width: -(-len(clouds) // _count_columns(width)) * (_PANEL + _GAP),
        fill=partial(_fill, clouds=clouds, labels=labels),
    )


def _count_columns(width: float) -> int:
    return max(1, int(width // _PANEL))


def _show_r(finding: Finding) -> str:
    return f"r = {show_effect(finding)}"


def is_found(finding: Finding) -> bool:
    """Return whether two scores go together, weakly or not."""
    return finding.verdict in (Verdict.DIFFERENT, Verdict.TRIVIAL)


def _list_clouds(report: ReportData) -> Iterator[_Cloud]:
    data, plan = report.data, report.comparison.plan
    judged = {(each.pair, each.waves): each for each in report.comparison.ask("association") if each.is_judged}
    for name, pair in data.study.pairs.items():
        if pair.kind == "agreement":
            continue
        one, two = data.outcome(pair.x), data.outcome(pair.y)
        for scores in report.pair_scores[name]:
            finding = judged.get((name, at(scores.wave)))
            both = ~np.isnan(scores.x) & ~np.isnan(scores.y)
            is_small = count_pairs(scores.x, scores.y).is_small(plan.smallest_cell)
            if finding is None or math.isnan(finding.effect.value) or is_small:
                continue
            names = [f"{each.title} ({each.source_label})" for each in (one, two)]
            x, y = _cut(scores.x[both]), _cut(scores.y[both])
            counts = np.zeros((x.number, y.number), dtype=np.int64)
            np.add.at(counts, (_place(scores.x[both], x), _place(scores.y[both], y)), 1)
            yield _Cloud(names[0], names[1], scores.wave, finding, x, y, counts)


def _cut(values: NDArray[np.float64]) -> _Bins:
    """Return about six parts between round numbers, each so wide that several different scores lie in it."""
    gaps = np.diff(np.unique(values))
    gaps = gaps[gaps > 1e-9]
    span = float(np.ptp(values))
    least = max(span / _SQUARES, _FEWEST_VALUES * float(gaps.min()) if gaps.size else 1.0)
    power = 10.0 ** math.floor(math.log10(least))
    step = next(each * power for each in _STEPS if each * power >= least * (1 - 1e-9))
    start = math.floor(float(values.min()) / step + 1e-9) * step
    return _Bins(start, step, max(1, math.floor((float(values.max()) - start) / step + 1e-9) + 1))


def _place(values: NDArray[np.float64], bins: _Bins) -> NDArray[np.int64]:
    return np.clip(np.floor((values - bins.start) / bins.step + 1e-9).astype(np.int64), 0, bins.number - 1)


def _fill(figure: Figure, clouds: list[_Cloud], labels: Labels) -> None:
    canvas = Canvas(figure)
    columns = _count_columns(canvas.width)
    width = canvas.width / columns
    for place, cloud in enumerate(clouds):
        left, top = place % columns * width, place // columns * (_PANEL + _GAP)
        verdict = labels.name_verdict(cloud.finding)
        _fill_cloud(canvas, cloud, verdict, (left + 0.35, left + width - 0.2), (top + 0.75, top + _PANEL))


def _fill_cloud(
    canvas: Canvas, cloud: _Cloud, verdict: str, sides: tuple[float, float], ends: tuple[float, float]
) -> None:
    (left, right), (top, bottom) = sides, ends
    x, y = _span(cloud.x, left, right), _span(cloud.y, bottom, top)
    room = right - left + 0.3
    is_bold, ink = (True, INK) if is_found(cloud.finding) else (False, GREY)
    canvas.write((left - 0.3, top - 0.41), break_text(cloud.y_name, room / 1.1, 8), 8, bold=True, va="bottom")
    canvas.write(
        (left - 0.3, top - 0.31), f"{verdict}{f' at {cloud.wave}' if cloud.wave else ''}", 8, bold=is_bold, color=ink
    )
    canvas.write((left - 0.3, top - 0.14), _show_r(cloud.finding), 8, color=ink)
    for edge in cloud.x.edges:
        canvas.write((x(edge), bottom + 0.11), f"{edge:g}", 8, ha="center")
    for edge in cloud.y.edges:
        canvas.write((left - 0.05, y(edge)), f"{edge:g}", 8, ha="right")
    across = [[(x(edge), top), (x(edge), bottom)] for edge in cloud.x.edges]
    up = [[(left, y(edge)), (right, y(edge))] for edge in cloud.y.edges]
    canvas.draw_lines([*across, *up], LINE, 0.7)
    canvas.write(((left + right) / 2, bottom + 0.36), break_text(cloud.x_name, room, 8), 8, ha="center", va="center")
    widest = 72 * 0.9 * min((right - left) / cloud.x.number, (bottom - top) / cloud.y.number)
    most = int(cloud.counts.max())
    colour = BLUE if is_found(cloud.finding) else GREY
    for number in sorted({each for each in cloud.counts.ravel().tolist() if each}):
        points = [
            (x(cloud.x.middles[one]), y(cloud.y.middles[two])) for one, two in np.argwhere(cloud.counts == number)
        ]
        canvas.mark(points, "o", colour, widest * math.sqrt(number / most), alpha=0.8, markeredgewidth=0)


def _span(bins: _Bins, start: float, end: float) -> Scale:
    return Scale(bins.start, bins.start + bins.step * bins.number, start, end)
